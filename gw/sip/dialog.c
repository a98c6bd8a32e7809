/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RFC 3261 12: dialogs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/list.h"
#include "gw/sip/dialog.h"

#define MAX_FORWARDS 70 /* 8.1.1.6 */

static const struct str tag_param = { ";tag=", 5 };

/* A block of text that is filled span by span. */
struct text_block {
	char *p, *at;
};

static int block_open(struct text_block *block, size_t n)
{
	block->p = block->at = malloc(n ? n : 1);
	return block->p ? 0 : -ENOMEM;
}

static struct str block_add(struct text_block *block, struct str s)
{
	struct str copy = { block->at, s.n };

	if (s.n)
		memcpy(block->at, s.p, s.n);
	block->at += s.n;
	return copy;
}

/* to_tag: added to local's value; empty where that has its tag already. */
static int identity_set(struct sip_dialog *dialog, const struct sip_dialog_key *key,
			struct str local, struct str to_tag, struct str remote)
{
	struct text_block block;

	if (block_open(&block, key->call_id.n + key->local_tag.n + key->remote_tag.n + local.n +
				       tag_param.n + to_tag.n + remote.n))
		return -ENOMEM;
	dialog->identity = block.p;
	dialog->call_id = block_add(&block, key->call_id);
	dialog->local_tag = block_add(&block, key->local_tag);
	dialog->remote_tag = block_add(&block, key->remote_tag);
	dialog->local = block_add(&block, local);
	if (to_tag.n) {
		dialog->local.n += block_add(&block, tag_param).n;
		dialog->local.n += block_add(&block, to_tag).n;
	}
	dialog->remote = block_add(&block, remote);
	return 0;
}

static bool route_is_strict(struct str route)
{
	struct sip_uri uri;

	return sip_uri_parse(&uri, route, NULL) == 0 && !uri.lr;
}

/* Replaces route set and target; routes may lie in the dialog's present path. */
static int path_set(struct sip_dialog *dialog, struct str target, const struct str *routes,
		    unsigned n_routes)
{
	struct text_block block;
	struct str *copy = n_routes ? calloc(n_routes, sizeof(*copy)) : NULL;
	size_t total = target.n;

	if (n_routes && !copy)
		return -ENOMEM;
	for (unsigned i = 0; i < n_routes; i++)
		total += routes[i].n;
	if (block_open(&block, total)) {
		free(copy);
		return -ENOMEM;
	}
	target = block_add(&block, target);
	for (unsigned i = 0; i < n_routes; i++)
		copy[i] = block_add(&block, routes[i]);
	free(dialog->path);
	free(dialog->routes);
	dialog->path = block.p;
	dialog->target = target;
	dialog->routes = copy;
	dialog->n_routes = n_routes;
	dialog->strict = n_routes && route_is_strict(copy[0]);
	return 0;
}

static struct str contact_uri(const struct sip_addr *contact, struct str otherwise)
{
	return contact && !contact->star ? contact->uri.text : otherwise;
}

/* The URIs of Record-Route make the route set: as they stand for the UAS (12.1.1), turned round for
 * the UAC (12.1.2). */
static int path_from(struct sip_dialog *dialog, const struct sip_msg *msg, bool reverse,
		     struct str otherwise)
{
	struct str routes[SIP_MSG_MAX_HEADERS];
	unsigned n = 0, i = 0;

	for (const struct sip_addr *a = msg->record_route; a; a = a->next)
		n++;
	if (n > SIP_MSG_MAX_HEADERS)
		n = SIP_MSG_MAX_HEADERS;
	for (const struct sip_addr *a = msg->record_route; a && i < n; a = a->next, i++)
		routes[reverse ? n - 1 - i : i] = a->uri.text;
	return path_set(dialog, contact_uri(msg->contact, otherwise), routes, n);
}

int sip_dialog_open_uas(struct sip_dialog *dialog, const struct sip_msg *request,
			struct str local_tag)
{
	const struct sip_dialog_key key = { request->call_id, local_tag, request->from->tag };
	int err;

	memset(dialog, 0, sizeof(*dialog));
	err = identity_set(dialog, &key, request->to->text, local_tag, request->from->text);
	/* 8.1.1.8 wants a Contact in the INVITE; without one, answer where it came from by name. */
	if (!err)
		err = path_from(dialog, request, false, request->from->uri.text);
	dialog->remote_cseq = request->cseq.number;
	dialog->has_remote_cseq = true;
	if (err)
		sip_dialog_close(dialog);
	return err;
}

int sip_dialog_open_uac(struct sip_dialog *dialog, const struct sip_msg *response, struct str local)
{
	const struct sip_dialog_key key = { response->call_id, response->from->tag,
					    response->to->tag };
	int err;

	memset(dialog, 0, sizeof(*dialog));
	err = identity_set(dialog, &key, local, STR_NONE, response->to->text);
	if (!err)
		err = path_from(dialog, response, true, response->to->uri.text);
	dialog->local_cseq = response->cseq.number;
	if (err)
		sip_dialog_close(dialog);
	return err;
}

void sip_dialog_close(struct sip_dialog *dialog)
{
	free(dialog->identity);
	free(dialog->path);
	free(dialog->routes);
	dialog->identity = dialog->path = NULL;
	dialog->routes = NULL;
	dialog->n_routes = 0;
}

int sip_dialog_confirm(struct sip_dialog *dialog, const struct sip_msg *response)
{
	dialog->confirmed = true;
	return path_from(dialog, response, true, dialog->target);
}

int sip_dialog_retarget(struct sip_dialog *dialog, const struct sip_addr *contact)
{
	struct str target = contact_uri(contact, dialog->target);

	if (str_eq(target, dialog->target))
		return 0;
	return path_set(dialog, target, dialog->routes, dialog->n_routes);
}

unsigned sip_dialog_request(struct sip_dialog *dialog, const struct sip_msg *request)
{
	if (request->method == SIP_ACK || request->method == SIP_CANCEL)
		return 0;
	if (dialog->has_remote_cseq && request->cseq.number <= dialog->remote_cseq)
		return 500;
	dialog->remote_cseq = request->cseq.number;
	dialog->has_remote_cseq = true;
	return 0;
}

/* 12.2.1.1: a strict router is written into the request line; what it may not hold there is left
 * out. */
static struct str request_uri(const struct sip_dialog *dialog)
{
	struct str uri = dialog->target;
	const char *headers;

	if (!dialog->strict)
		return uri;
	uri = dialog->routes[0];
	headers = memchr(uri.p, '?', uri.n);
	if (headers)
		uri.n = (size_t)(headers - uri.p);
	return uri;
}

void sip_dialog_write_line(const struct sip_dialog *dialog, struct sip_writer *w,
			   enum sip_method method)
{
	const struct sip_uri uri = { .text = request_uri(dialog) };

	sip_write_request_line(w, str_c(sip_method_name(method)), &uri);
}

static void write_route(struct sip_writer *w, struct str uri)
{
	sip_write_begin(w, SIP_H_ROUTE);
	sip_write_c(w, "<");
	sip_write_str(w, uri);
	sip_write_c(w, ">");
	sip_write_crlf(w);
}

void sip_dialog_write_head(const struct sip_dialog *dialog, struct sip_writer *w,
			   enum sip_method method, uint32_t cseq)
{
	for (unsigned i = dialog->strict ? 1 : 0; i < dialog->n_routes; i++)
		write_route(w, dialog->routes[i]);
	if (dialog->strict)
		write_route(w, dialog->target);
	sip_write_header_uint(w, SIP_H_MAX_FORWARDS, MAX_FORWARDS);
	sip_write_header(w, SIP_H_FROM, dialog->local);
	sip_write_header(w, SIP_H_TO, dialog->remote);
	sip_write_header(w, SIP_H_CALL_ID, dialog->call_id);
	sip_write_cseq(w, cseq, str_c(sip_method_name(method)));
}

struct str sip_dialog_next_hop(const struct sip_dialog *dialog)
{
	return dialog->n_routes ? dialog->routes[0] : dialog->target;
}

static uint32_t key_hash(const struct sip_dialog_key *key)
{
	return str_hash(key->remote_tag, str_hash(key->local_tag, str_hash(key->call_id, 0)));
}

static bool key_matches(const struct hash_node *node, const void *arg)
{
	const struct sip_dialog *d = container_of(node, const struct sip_dialog, node);
	const struct sip_dialog_key *key = arg;

	return str_eq(d->call_id, key->call_id) && str_eq(d->local_tag, key->local_tag) &&
	       str_eq(d->remote_tag, key->remote_tag);
}

int sip_dialogs_add(struct sip_dialogs *dialogs, struct sip_dialog *dialog)
{
	const struct sip_dialog_key key = { dialog->call_id, dialog->local_tag,
					    dialog->remote_tag };
	int err = hash_insert(&dialogs->hash, &dialog->node, key_hash(&key));

	dialog->listed = err == 0;
	return err;
}

void sip_dialogs_remove(struct sip_dialogs *dialogs, struct sip_dialog *dialog)
{
	if (dialog->listed)
		hash_remove(&dialogs->hash, &dialog->node);
	dialog->listed = false;
}

struct sip_dialog *sip_dialogs_find(const struct sip_dialogs *dialogs,
				    const struct sip_dialog_key *key)
{
	struct hash_node *node = hash_find(&dialogs->hash, key_hash(key), key_matches, key);

	return node ? container_of(node, struct sip_dialog, node) : NULL;
}
