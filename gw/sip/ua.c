/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The user agent core: RFC 3261 8.2 (what becomes of a request), 11 (OPTIONS), and its birth,
 * reload and end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg.h"
#include "gw/sip/ua_private.h"

#define RETRY_AFTER_S 10

static const struct str option_tags[] = {
	{ "100rel", 6 }, { "199", 3 }, { "resource-priority", 17 }, { "uui", 3 }, { NULL, 0 }
};
static const struct str *const unreliable_tags = option_tags + 1;
static const struct str body_types[] = { { "application/sdp", 15 }, { NULL, 0 } };
static const struct str info_types[] = { { "application/dtmf-relay", 22 },
					 { "application/dtmf", 16 },
					 { "application/x-session-info", 26 },
					 { NULL, 0 } };

#define OUR_METHODS                                                                                \
	(1u << SIP_INVITE | 1u << SIP_ACK | 1u << SIP_CANCEL | 1u << SIP_BYE | 1u << SIP_OPTIONS | \
	 1u << SIP_INFO | 1u << SIP_PRACK | 1u << SIP_UPDATE)
static const struct str allow_value = { "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE",
					54 };

/* RFC 3262 3: a trunk without 100rel refuses who requires it. */
static const struct str *options_of(const struct sip_trunk *trunk)
{
	return trunk && trunk->reliable != CONF_RELIABLE_OFF ? option_tags : unreliable_tags;
}

/* A call goes on to another network: Max-Forwards counts (16.3). Anything else ends here. */
static const struct sip_caps call_caps = {
	.methods = OUR_METHODS,
	.options = option_tags,
	.types = body_types,
	.tel = true,
	.forwards = true,
};
static const struct sip_caps end_caps = {
	.methods = OUR_METHODS,
	.options = option_tags,
	.types = body_types,
	.tel = true,
};

static const struct sip_caps info_caps = {
	.methods = OUR_METHODS,
	.options = option_tags,
	.types = info_types,
	.tel = true,
};

struct refusal {
	unsigned status; /* 0: any other */
	struct counter counter;
};

static struct refusal refusals[] = {
	{ 400, COUNTER_INIT("causeway_sip_refused_400_total",
			    "Requests refused: a body or header field that cannot be used") },
	{ 403, COUNTER_INIT("causeway_sip_refused_403_total",
			    "Requests refused: the source belongs to no trunk") },
	{ 404, COUNTER_INIT("causeway_sip_refused_404_total",
			    "Requests refused: Request-URI without a telephone number") },
	{ 405,
	  COUNTER_INIT("causeway_sip_refused_405_total", "Requests refused: method not allowed") },
	{ 406, COUNTER_INIT("causeway_sip_refused_406_total",
			    "Requests refused: no body type in Accept") },
	{ 415, COUNTER_INIT("causeway_sip_refused_415_total",
			    "Requests refused: body type or coding not supported") },
	{ 416, COUNTER_INIT("causeway_sip_refused_416_total", "Requests refused: URI scheme") },
	{ 420, COUNTER_INIT("causeway_sip_refused_420_total",
			    "Requests refused: Require names an unknown option") },
	{ 421, COUNTER_INIT("causeway_sip_refused_421_total",
			    "Requests refused: 100rel is required and the peer has it not") },
	{ 481, COUNTER_INIT("causeway_sip_refused_481_total",
			    "Requests refused: no such dialog or transaction") },
	{ 483, COUNTER_INIT("causeway_sip_refused_483_total", "Requests refused: too many hops") },
	{ 484, COUNTER_INIT("causeway_sip_refused_484_total",
			    "Requests refused: number missing or too long") },
	{ 488,
	  COUNTER_INIT("causeway_sip_refused_488_total", "Requests refused: no codec in common") },
	{ 491, COUNTER_INIT("causeway_sip_refused_491_total",
			    "re-INVITEs and UPDATEs refused: another offer was under way") },
	{ 500, COUNTER_INIT("causeway_sip_refused_500_total",
			    "Requests refused: sequence number, memory or order") },
	{ 501, COUNTER_INIT("causeway_sip_refused_501_total", "Requests refused: unknown method") },
	{ 503, COUNTER_INIT("causeway_sip_refused_503_total",
			    "Requests refused: no capacity, or draining") },
	{ 0, COUNTER_INIT("causeway_sip_refused_other_total", "Requests refused otherwise") },
};

static struct counter stray_acks =
	COUNTER_INIT("causeway_sip_stray_acks_total", "ACKs that belong to nothing known");

static struct refusal *refusal_of(unsigned status)
{
	struct refusal *r = refusals;

	while (r->status && r->status != status)
		r++;
	return r;
}

void sip_ua_write_allow(struct sip_writer *w)
{
	sip_write_header(w, SIP_H_ALLOW, allow_value);
}

/* Of RFC 4412 and RFC 7433 the trunk does nothing where it has no namespace, or no user-to-user information. */
void sip_ua_write_supported(struct sip_writer *w, const struct sip_trunk *trunk, bool history)
{
	const struct str *tags = options_of(trunk);
	const struct {
		struct str tag;
		bool on;
	} more[] = {
		{ STR("resource-priority"), trunk && trunk->party.n_priorities },
		{ STR("uui"), trunk && trunk->party.user_to_user },
		{ STR("histinfo"), history },
	};

	sip_write_begin(w, SIP_H_SUPPORTED);
	if (tags == option_tags)
		sip_write_c(w, "100rel, ");
	sip_write_c(w, "199");
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (!more[i].on)
			continue;
		sip_write_c(w, ", ");
		sip_write_str(w, more[i].tag);
	}
	sip_write_crlf(w);
}

void sip_ua_write_abilities(struct sip_writer *w, const struct sip_trunk *trunk, bool accept)
{
	sip_ua_write_allow(w);
	sip_ua_write_supported(w, trunk, false);
	if (accept)
		sip_write_header(w, SIP_H_ACCEPT, body_types[0]);
}

void sip_ua_write_product(const struct sip_ua *ua, struct sip_writer *w, enum sip_header_id id)
{
	if (ua->user_agent)
		sip_write_header(w, id, str_c(ua->user_agent));
}

static bool listed(const struct str *options, struct str tag)
{
	while (options->p && !str_ieq(*options, tag))
		options++;
	return options->p != NULL;
}

static void write_unsupported(struct sip_writer *w, const struct sip_msg *msg,
			      const struct str *options)
{
	bool first = true;

	sip_write_begin(w, SIP_H_UNSUPPORTED);
	for (const struct sip_token *t = msg->require; t; t = t->next) {
		if (listed(options, t->value))
			continue;
		if (!first)
			sip_write_c(w, ", ");
		sip_write_str(w, t->value);
		first = false;
	}
	sip_write_crlf(w);
}

struct refusing {
	unsigned status;
	const char *why;
	bool family; /* 488: for the address alone */
};

/* What each status owes its receiver: 21.4.6, 21.4.13, 21.4.15, 21.4.16, 21.4.26, 21.5.4, 14.2;
 * RFC 3311 5.2, RFC 4412 4.6.2. */
static void write_dues(struct sip_ua *ua, struct sip_writer *w, const struct sip_msg *msg,
		       const struct refusing *refusing, const struct sip_trunk *trunk)
{
	unsigned status = refusing->status;

	switch (status) {
	case 405:
	case 501:
		sip_write_header(w, SIP_H_ALLOW, allow_value);
		break;
	case 406:
	case 415:
		sip_write_header(w, SIP_H_ACCEPT,
				 msg->method == SIP_INFO
					 ? STR("application/dtmf-relay, application/dtmf, "
					       "application/x-session-info")
					 : body_types[0]);
		break;
	case 417:
		if (trunk)
			sip_party_priority_accepted(w, &trunk->party);
		break;
	case 420:
		write_unsupported(w, msg, options_of(trunk));
		break;
	case 421:
		sip_write_header(w, SIP_H_REQUIRE, option_tags[0]);
		break;
	case 488:
		/* 20.43 */
		sip_write_header(
			w, SIP_H_WARNING,
			refusing->family
				? STR("301 causeway \"Incompatible network address formats\"")
				: STR("305 causeway \"Incompatible media format\""));
		break;
	case 500:
		if (msg->method == SIP_INVITE || msg->method == SIP_UPDATE)
			sip_write_header_uint(w, SIP_H_RETRY_AFTER,
					      sip_stack_random(ua->parts.stack) % 11);
		break;
	case 503:
		sip_write_header_uint(w, SIP_H_RETRY_AFTER, RETRY_AFTER_S);
		break;
	default:
		break;
	}
}

static const char *subject_of(struct sip_ua *ua, const struct sip_msg *msg);
static struct sip_trunk *trunk_of(struct sip_ua *ua, const struct sip_hop *hop);

void sip_ua_reply(struct sip_txn *txn, unsigned status, const char *subject)
{
	int err = sip_server_reply(txn, status, STR_NONE);

	if (err)
		log_write(LOG_ERROR, subject, "%u not sent: %s", status, strerror(-err));
}

static void refuse(struct sip_ua *ua, struct sip_txn *txn, const struct sip_msg *msg,
		   const struct refusing *refusing, const char *subject)
{
	unsigned status = refusing->status;
	struct sip_writer w;
	struct str text;
	char hop[SIP_HOP_TEXT_MAX];

	counter_add(&refusal_of(status)->counter, 1);
	log_write(LOG_NOTICE, subject ? subject : subject_of(ua, msg),
		  "%.*s from %s refused with %u: %s", STR_FMT(msg->method_name),
		  sip_hop_text(sip_txn_hop(txn), hop), status, refusing->why);
	sip_write_open(&w, ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_write_response(&w, msg, status, STR_NONE, sip_server_to_tag(txn));
	write_dues(ua, &w, msg, refusing, trunk_of(ua, sip_txn_hop(txn)));
	sip_ua_write_product(ua, &w, SIP_H_SERVER);
	sip_write_end(&w);
	if (sip_write_close(&w, &text) || sip_server_respond(txn, text))
		sip_ua_reply(txn, 500, subject_of(ua, msg));
}

void sip_ua_refuse(struct sip_ua *ua, struct sip_txn *txn, const struct sip_msg *msg,
		   unsigned status, const char *why, const char *subject)
{
	const struct refusing refusing = { .status = status, .why = why };

	refuse(ua, txn, msg, &refusing, subject);
}

unsigned sip_ua_offer_status(int err)
{
	switch (err) {
	case -EBADMSG:
		return 400;
	case -ENOTSUP:
	case -EAFNOSUPPORT:
		return 488;
	case -EBUSY:
		return 491;
	default:
		return 500;
	}
}

void sip_ua_refuse_offer(struct sip_ua *ua, struct sip_txn *txn, const struct sip_msg *msg, int err,
			 const char *why, const char *subject)
{
	const struct refusing refusing = {
		.status = sip_ua_offer_status(err),
		.why = err == -EAFNOSUPPORT
			       ? "its media address is of another family than rtp address"
			       : why,
		.family = err == -EAFNOSUPPORT,
	};

	refuse(ua, txn, msg, &refusing, subject);
}

void sip_ua_answer_options(struct sip_ua *ua, const struct sip_trunk *trunk, struct sip_txn *txn,
			   const struct sip_msg *msg)
{
	struct sip_writer w;
	struct str text;

	/* 11.2: the answer is the one that an INVITE would get. */
	if (ua->drain) {
		sip_ua_refuse(ua, txn, msg, 503, "draining", NULL);
		return;
	}
	sip_write_open(&w, ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_write_response(&w, msg, 200, STR_NONE, sip_server_to_tag(txn));
	sip_ua_write_abilities(&w, trunk, true);
	sip_write_header(&w, SIP_H_ACCEPT_ENCODING, STR("identity"));
	sip_write_header(&w, SIP_H_ACCEPT_LANGUAGE, STR("en"));
	sip_ua_write_product(ua, &w, SIP_H_SERVER);
	sip_write_end(&w);
	if (sip_write_close(&w, &text) || sip_server_respond(txn, text))
		sip_ua_reply(txn, 500, subject_of(ua, msg));
}

void sip_ua_write_contact_host(struct sip_writer *w, const struct sip_sent_by *sent_by, bool phone)
{
	sip_write_hostport(w, str_c(sent_by->host), sent_by->port);
	if (sent_by->proto == SIP_PROTO_TCP)
		sip_write_c(w, ";transport=tcp");
	sip_write_c(w, phone ? ";user=phone>" : ">");
}

void sip_ua_write_contact(struct sip_writer *w, const struct sip_sent_by *sent_by)
{
	sip_write_begin(w, SIP_H_CONTACT);
	sip_write_c(w, "<sip:");
	sip_ua_write_contact_host(w, sent_by, false);
	sip_write_crlf(w);
}

/* 12.2.2 for a request that we receive, the other way round for a response to ours. */
static struct sip_dialog *dialog_of(struct sip_ua *ua, const struct sip_msg *msg)
{
	struct sip_dialog_key key = { .call_id = msg->call_id };

	if (!msg->from || !msg->to || !msg->to->tag.n)
		return NULL;
	key.local_tag = msg->request ? msg->to->tag : msg->from->tag;
	key.remote_tag = msg->request ? msg->from->tag : msg->to->tag;
	return sip_dialogs_find(&ua->dialogs, &key);
}

static struct sip_trunk *trunk_of(struct sip_ua *ua, const struct sip_hop *hop)
{
	struct sip_trunk *found = NULL;
	unsigned best = 0;

	for (struct sip_trunk *trunk = ua->trunks; trunk; trunk = trunk->next) {
		unsigned match = sip_trunk_match(trunk, &hop->remote);

		if (match > best) {
			best = match;
			found = trunk;
		}
	}
	return found;
}

bool sip_ua_knows(void *ua, const union sip_sockaddr *remote)
{
	const struct sip_hop hop = { .remote = *remote };

	return trunk_of(ua, &hop) != NULL;
}

static const char *check_reason(unsigned status)
{
	switch (status) {
	case 405:
		return "method not allowed";
	case 501:
		return "unknown method";
	case 406:
		return "Accept has no type of ours";
	case 415:
		return "body type or coding not supported";
	case 416:
		return "URI scheme not supported";
	case 420:
		return "Require names an option not supported";
	case 483:
		return "Max-Forwards used up";
	default:
		return "header fields do not fit together";
	}
}

static void request_outside(struct sip_ua *ua, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_trunk *trunk = trunk_of(ua, sip_txn_hop(txn));
	struct sip_caps caps = msg->method == SIP_INVITE ? call_caps : end_caps;
	unsigned status;

	if (!trunk) {
		sip_ua_refuse(ua, txn, msg, 403, "source belongs to no trunk", NULL);
		return;
	}
	caps.options = options_of(trunk);
	status = sip_msg_check(msg, &caps);
	if (status)
		sip_ua_refuse(ua, txn, msg, status, check_reason(status), NULL);
	else if (msg->to->tag.n || (msg->method != SIP_INVITE && msg->method != SIP_OPTIONS))
		sip_ua_refuse(ua, txn, msg, 481, "no such dialog", NULL);
	else if (msg->method == SIP_OPTIONS)
		sip_ua_answer_options(ua, trunk, txn, msg);
	else if (ua->drain)
		sip_ua_refuse(ua, txn, msg, 503, "draining", NULL);
	else
		sip_leg_invite(trunk, txn, msg);
}

static void on_request(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_ua *ua = user;
	struct sip_dialog *dialog = dialog_of(ua, msg);
	unsigned status;

	if (!dialog) {
		request_outside(ua, txn, msg);
		return;
	}
	sip_txn_label(txn, sip_leg_call_id(dialog));
	if (sip_dialog_request(dialog, msg)) {
		sip_ua_refuse(ua, txn, msg, 500, "sequence number not higher than the last", NULL);
		return;
	}
	status = sip_msg_check(msg, msg->method == SIP_INFO ? &info_caps : &end_caps);
	if (status)
		sip_ua_refuse(ua, txn, msg, status, check_reason(status), NULL);
	else
		sip_leg_request(dialog, txn, msg);
}

static void on_ack(void *user, struct sip_msg *msg, const struct sip_hop *from)
{
	struct sip_ua *ua = user;
	struct sip_dialog *dialog = dialog_of(ua, msg);

	(void)from;
	if (dialog)
		sip_leg_ack(dialog, msg);
	else
		counter_add(&stray_acks, 1);
}

static const char *call_of(void *user, const struct sip_msg *msg)
{
	struct sip_dialog *dialog = dialog_of(user, msg);

	return dialog ? sip_leg_call_id(dialog) : NULL;
}

static const char *subject_of(struct sip_ua *ua, const struct sip_msg *msg)
{
	const char *id = call_of(ua, msg);

	return id ? id : "sip";
}

static const struct sip_stack_ops stack_ops = {
	.request = on_request,
	.ack = on_ack,
	.call_of = call_of,
};

static int text_replace(char **text, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static struct sip_trunk *trunk_find(struct sip_ua *ua, const char *name)
{
	struct sip_trunk *trunk = ua->trunks;

	while (trunk && strcmp(trunk->name, name) != 0)
		trunk = trunk->next;
	return trunk;
}

static int trunk_configure(struct sip_trunk *trunk, const struct conf *all,
			   const struct conf_sip_trunk *conf)
{
	const struct conf_causes *causes =
		conf->causes ? conf_causes_find(all, conf->causes) : NULL;
	int err = sip_trunk_configure(trunk, conf, causes);

	if (!err)
		trunk->call_check_ms =
			conf->call_check_set ? conf->call_check_ms : all->sip.call_check_ms;
	return err;
}

static int trunk_apply(struct sip_ua *ua, const struct conf *all, const struct conf_sip_trunk *conf)
{
	struct sip_trunk *trunk = trunk_find(ua, conf->name), **link = &ua->trunks;

	if (trunk && trunk_configure(trunk, all, conf))
		return -ENOMEM;
	if (trunk) {
		call_core_add_trunk(ua->parts.core, &trunk->trunk);
		return 0;
	}
	trunk = sip_trunk_new(ua, conf->name, ua->parts.heap);
	if (!trunk)
		return -ENOMEM;
	if (trunk_configure(trunk, all, conf)) {
		sip_trunk_free(trunk);
		return -ENOMEM;
	}
	while (*link)
		link = &(*link)->next;
	*link = trunk;
	call_core_add_trunk(ua->parts.core, &trunk->trunk);
	return 0;
}

const struct sip_trunk *sip_ua_trunk(struct sip_ua *ua, const char *trunk)
{
	const struct sip_trunk *found = trunk_find(ua, trunk);

	return found && found->present ? found : NULL;
}

int sip_ua_reload(struct sip_ua *ua, const struct conf *conf)
{
	int err = text_replace(&ua->user_agent, conf->sip.user_agent);

	if (!err)
		err = text_replace(&ua->domain, conf->sip.domain);
	for (struct sip_trunk *trunk = ua->trunks; trunk && !err; trunk = trunk->next)
		if (trunk->present && !conf_sip_find(conf, trunk->name)) {
			trunk->present = false;
			sip_keepalive_stop(trunk);
			call_core_remove_trunk(ua->parts.core, &trunk->trunk);
		}
	for (size_t i = 0; i < conf->n_sips && !err; i++)
		err = trunk_apply(ua, conf, &conf->sips[i]);
	return err;
}

static void counters_list(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		counter_list(&refusals[i].counter);
	counter_list(&stray_acks);
}

struct sip_ua *sip_ua_new(const struct conf *conf, const struct sip_ua_parts *parts)
{
	struct sip_ua *ua = calloc(1, sizeof(*ua));

	if (!ua)
		return NULL;
	ua->parts = *parts;
	list_init(&ua->legs);
	ua->show = (struct show){ .name = "dialogs",
				  .help = "SIP legs and their dialogs",
				  .fill = sip_ua_show_dialogs,
				  .arg = ua };
	ua->show_peers = (struct show){ .name = "peers",
					.help = "peers of SIP trunks, as OPTIONS found them",
					.fill = sip_keepalive_show,
					.arg = ua };
	show_register(&ua->show);
	show_register(&ua->show_peers);
	counters_list();
	ua->buffer = malloc(SIP_MSG_MAX_OCTETS);
	if (!ua->buffer || sip_ua_reload(ua, conf)) {
		sip_ua_free(ua);
		return NULL;
	}
	sip_stack_user(parts->stack, &stack_ops, ua);
	return ua;
}

void sip_ua_free(struct sip_ua *ua)
{
	struct sip_trunk *next;

	if (!ua)
		return;
	sip_stack_user(ua->parts.stack, NULL, NULL);
	show_unregister(&ua->show);
	show_unregister(&ua->show_peers);
	sip_leg_free_all(ua);
	for (struct sip_trunk *trunk = ua->trunks; trunk; trunk = next) {
		next = trunk->next;
		sip_trunk_free(trunk);
	}
	hash_close(&ua->dialogs.hash);
	hash_close(&ua->dialled);
	free(ua->user_agent);
	free(ua->domain);
	free(ua->buffer);
	free(ua);
}

void sip_ua_drain(struct sip_ua *ua, bool on)
{
	ua->drain = on;
}

size_t sip_ua_legs(const struct sip_ua *ua)
{
	return ua->n_legs;
}

size_t sip_ua_dialogs(const struct sip_ua *ua)
{
	return ua->dialogs.hash.count;
}
