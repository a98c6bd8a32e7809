/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Which transaction a message belongs to: RFC 3261 17.1.3, 17.2.3, 8.2.2.2, 9.2. */
#include "gw/sip/transaction_private.h"

#define DEFAULT_PORT 5060

/* ---- client ---- */

struct client_key {
	struct str branch;
	enum sip_method method;
};

uint32_t sip_client_hash(const struct sip_stack *stack, struct str branch, enum sip_method method)
{
	return str_hash(branch, stack->seed) + (uint32_t)method;
}

static bool client_match(const struct hash_node *node, const void *key)
{
	const struct sip_txn *txn = container_of(node, struct sip_txn, node);
	const struct client_key *k = key;

	return txn->method == k->method && str_eq(str_c(txn->client.branch), k->branch);
}

struct sip_txn *sip_client_find(struct sip_stack *stack, struct str branch, enum sip_method method)
{
	struct client_key key = { branch, method };
	struct hash_node *n = hash_find(&stack->clients, sip_client_hash(stack, branch, method),
					client_match, &key);

	return n ? container_of(n, struct sip_txn, node) : NULL;
}

/* ---- server ---- */

struct server_key {
	const struct sip_msg *msg;
	enum sip_method method;
};

static uint16_t port_of(const struct sip_via *via)
{
	return via->port ? via->port : DEFAULT_PORT;
}

/* Without the method, so that ACK and CANCEL find their INVITE. */
uint32_t sip_server_hash(const struct sip_stack *stack, const struct sip_msg *msg)
{
	if (msg->via->cookie)
		return str_hash(msg->via->branch, stack->seed);
	return str_hash(msg->call_id, stack->seed) ^ msg->cseq.number;
}

static bool sent_by_eq(const struct sip_server *s, const struct sip_via *via)
{
	struct str host = { s->key + s->n_branch, s->n_host };

	return s->port == port_of(via) && str_ieq(host, via->host);
}

/* 17.2.3: an ACK carries the To tag of the response, other requests that of the request. */
static bool to_tag_eq(const struct sip_server *s, const struct sip_msg *msg)
{
	struct str tag = s->msg->to->tag;

	if (msg->method == SIP_ACK && !tag.n)
		tag = str_c(s->to_tag);
	/* A CANCEL is as the request was; an ACK found as for INVITE carries ours. */
	return str_eq(tag, msg->to->tag);
}

/* RFC 2543: no magic cookie, so the branch says nothing. */
static bool legacy_match(const struct sip_server *s, const struct sip_msg *msg)
{
	const struct sip_msg *first = s->msg;

	return first && str_eq(first->call_id, msg->call_id) &&
	       first->cseq.number == msg->cseq.number && str_eq(first->from->tag, msg->from->tag) &&
	       to_tag_eq(s, msg) && sip_uri_eq(&first->uri, &msg->uri) && sent_by_eq(s, msg->via) &&
	       str_eq(first->via->branch, msg->via->branch);
}

static bool server_match(const struct hash_node *node, const void *key)
{
	const struct sip_txn *txn = container_of(node, struct sip_txn, node);
	const struct sip_server *s = &txn->server;
	const struct server_key *k = key;
	const struct sip_via *via = k->msg->via;

	if (txn->method != k->method || s->via.cookie != via->cookie)
		return false;
	if (!via->cookie)
		return legacy_match(s, k->msg);
	return str_eq((struct str){ s->key, s->n_branch }, via->branch) && sent_by_eq(s, via);
}

struct sip_txn *sip_server_find(struct sip_stack *stack, const struct sip_msg *msg,
				enum sip_method method)
{
	struct server_key key = { msg, method };
	struct hash_node *n =
		hash_find(&stack->servers, sip_server_hash(stack, msg), server_match, &key);

	return n ? container_of(n, struct sip_txn, node) : NULL;
}

/* ---- merged requests ---- */

/*
 * The digest stands for the three values, which a transaction would otherwise have to keep: two
 * requests in flight that agree in 64 bits by chance are none in practice, and a peer that makes
 * them agree refuses only its own.
 */
uint64_t sip_server_digest(const struct sip_stack *stack, const struct sip_msg *msg)
{
	uint32_t a = stack->seed, b = ~stack->seed;
	struct str parts[] = { msg->from->tag, msg->call_id, msg->cseq.method_name };

	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		a = str_hash(parts[i], a) + (uint32_t)parts[i].n;
		b = str_hash(parts[i], b * 2654435761u) ^ a >> 7;
	}
	return (uint64_t)(a ^ msg->cseq.number) << 32 | (b + msg->cseq.number);
}

static bool digest_match(const struct hash_node *node, const void *key)
{
	const struct sip_server *s = container_of(node, struct sip_server, merged);

	return s->digest == *(const uint64_t *)key;
}

bool sip_server_merged(struct sip_stack *stack, uint64_t digest)
{
	return hash_find(&stack->merged, (uint32_t)digest, digest_match, &digest) != NULL;
}
