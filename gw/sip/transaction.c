/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The stack: what is received finds its transaction (RFC 3261 18.1.2, 18.2.1); a transaction's
 * life. */
#include "gw/sip/transaction.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/pool.h"
#include "gw/base/trace.h"
#include "gw/sip/transaction_private.h"

#define T1_MS		 500
#define T2_MS		 4000
#define T4_MS		 5000
#define TRYING_MS	 200
#define MAX_TRANSACTIONS 800000

struct counter sip_txn_timeouts = COUNTER_INIT("causeway_sip_timeouts_total",
					       "SIP transactions that ran into timer B, F or H");
struct counter sip_txn_stray = COUNTER_INIT("causeway_sip_stray_responses_total",
					    "SIP responses that no transaction waits for");
struct counter sip_txn_absorbed = COUNTER_INIT("causeway_sip_retransmissions_total",
					       "SIP messages received again and absorbed");
struct counter sip_txn_merged = COUNTER_INIT("causeway_sip_merged_requests_total",
					     "SIP requests answered 482 (RFC 3261 8.2.2.2)");
struct counter sip_txn_dropped = COUNTER_INIT("causeway_sip_overload_total",
					      "SIP requests refused by the limit on transactions");

static uint32_t value_or(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

struct sip_stack *sip_stack_new(const struct sip_stack_conf *conf,
				const struct sip_stack_parts *parts)
{
	struct counter *const counters[] = { &sip_txn_timeouts, &sip_txn_stray, &sip_txn_absorbed,
					     &sip_txn_merged, &sip_txn_dropped };
	struct sip_stack *stack = calloc(1, sizeof(*stack));

	if (!stack)
		return NULL;
	stack->conf = (struct sip_stack_conf){
		.t1_ms = value_or(conf->t1_ms, T1_MS),
		.t2_ms = value_or(conf->t2_ms, T2_MS),
		.t4_ms = value_or(conf->t4_ms, T4_MS),
		.trying_ms = value_or(conf->trying_ms, TRYING_MS),
		.max_transactions =
			conf->max_transactions ? conf->max_transactions : MAX_TRANSACTIONS,
	};
	stack->parts = *parts;
	if (!stack->parts.locator.random.fn)
		stack->parts.locator.random = sip_random_system;
	stack->seed = sip_stack_random(stack);
	list_init(&stack->all);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		counter_list(counters[i]);
	return stack;
}

void sip_stack_user(struct sip_stack *stack, const struct sip_stack_ops *ops, void *user)
{
	stack->ops = ops;
	stack->user = user;
}

uint32_t sip_stack_random(struct sip_stack *stack)
{
	return stack->parts.locator.random.fn(stack->parts.locator.random.arg);
}

void sip_stack_tag(struct sip_stack *stack, char tag[SIP_TAG_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned half = 0; half < 2; half++) {
		uint32_t value = sip_stack_random(stack);

		for (unsigned i = 0; i < 8; i++, value >>= 4)
			tag[half * 8 + i] = digits[value & 15];
	}
	tag[16] = '\0';
}

int sip_stack_sent_by_hop(struct sip_stack *stack, const struct sip_hop *to,
			  struct sip_sent_by *sent_by)
{
	const struct sip_hop hop = { .proto = to->proto, .remote = to->remote };

	return stack->parts.ops->sent_by(stack->parts.transport, &hop, sent_by);
}

int sip_stack_sent_by(struct sip_stack *stack, const struct sip_uri *uri,
		      struct sip_sent_by *sent_by)
{
	struct sip_hop hop = { 0 };
	struct sip_dests dests;
	int err = sip_locate_numeric(&stack->parts.locator, uri, &dests);

	if (!err) {
		hop.proto = dests.at[0].proto;
		hop.remote = dests.at[0].addr;
	} else if (err == -EAGAIN) {
		hop.proto = uri->transport	       ? uri->transport
			    : stack->parts.locator.udp ? SIP_PROTO_UDP
						       : SIP_PROTO_TCP;
	} else {
		return err;
	}
	return stack->parts.ops->sent_by(stack->parts.transport, &hop, sent_by);
}

uint32_t sip_stack_t1_ms(const struct sip_stack *stack)
{
	return stack->conf.t1_ms;
}

uint32_t sip_stack_t2_ms(const struct sip_stack *stack)
{
	return stack->conf.t2_ms;
}

size_t sip_stack_transactions(const struct sip_stack *stack)
{
	return stack->clients.count + stack->servers.count;
}

/* ---- a transaction's life ---- */

bool sip_txn_is_client(const struct sip_txn *txn)
{
	return txn->kind == TXN_INVITE_CLIENT || txn->kind == TXN_CLIENT || txn->kind == TXN_ACK;
}

bool sip_txn_reliable(const struct sip_txn *txn)
{
	return txn->hop.proto == SIP_PROTO_TCP;
}

static void on_watch(struct sip_watch *watch, int error)
{
	sip_txn_fail(container_of(watch, struct sip_txn, watch), error);
}

/* room: octets behind the timers, for a client's request or a server's key. */
struct sip_txn *sip_txn_new(struct sip_stack *stack, enum sip_txn_kind kind, size_t room)
{
	unsigned n = sip_txn_timers(kind);
	size_t head = sizeof(struct sip_txn) + n * sizeof(struct timer);
	struct sip_txn *txn = pool_take(head + room);

	if (!txn)
		return NULL;
	memset(txn, 0, head);
	txn->stack = stack;
	txn->kind = (uint8_t)kind;
	txn->watch.fn = on_watch;
	if (!sip_txn_is_client(txn))
		stack->n_servers++;
	list_append(&stack->all, &txn->all);
	for (; txn->n_timers < n; txn->n_timers++) {
		if (timer_init(&txn->timers[txn->n_timers], stack->parts.heap,
			       sip_txn_timer_name(kind, txn->n_timers), sip_txn_timer_fired, txn)) {
			txn->state = TXN_ST_TERMINATED;
			sip_txn_free(txn);
			return NULL;
		}
		txn->timers[txn->n_timers].subject = txn->call;
	}
	if (sip_txn_is_client(txn))
		txn->client.room = (char *)txn + head;
	else
		txn->server.key = (char *)txn + head;
	return txn;
}

int sip_txn_hash(struct sip_txn *txn, uint32_t value)
{
	struct sip_stack *stack = txn->stack;
	int err = hash_insert(sip_txn_is_client(txn) ? &stack->clients : &stack->servers,
			      &txn->node, value);

	txn->hashed = !err;
	return err;
}

void sip_txn_unhash(struct sip_txn *txn)
{
	struct sip_stack *stack = txn->stack;

	if (txn->hashed)
		hash_remove(sip_txn_is_client(txn) ? &stack->clients : &stack->servers, &txn->node);
	txn->hashed = false;
}

static void txn_release(struct sip_txn *txn)
{
	struct sip_stack *stack = txn->stack;

	if (stack->untraced.txn == txn)
		stack->untraced.txn = NULL;
	sip_txn_unhash(txn);
	list_remove(&txn->all);
	stack->parts.ops->unwatch(stack->parts.transport, &txn->watch);
	for (unsigned i = 0; i < txn->n_timers; i++)
		timer_close(&txn->timers[i]);
	if (sip_txn_is_client(txn))
		sip_client_release(txn);
	else
		sip_server_release(txn);
	pool_give(txn);
}

void sip_txn_free(struct sip_txn *txn)
{
	if (txn->busy)
		return;
	txn->busy++; /* for what ended() may call */
	if (sip_txn_is_client(txn))
		sip_client_ended(txn);
	else
		sip_server_ended(txn);
	txn_release(txn);
}

void sip_stack_free(struct sip_stack *stack)
{
	struct list_node *n;

	if (!stack)
		return;
	while ((n = list_first(&stack->all)))
		txn_release(container_of(n, struct sip_txn, all));
	hash_close(&stack->clients);
	hash_close(&stack->servers);
	hash_close(&stack->merged);
	free(stack);
}

void sip_txn_fail(struct sip_txn *txn, int error)
{
	txn->error = error;
	sip_txn_timer(txn, 0);
}

/* The branch of an RFC 2543 peer names no transaction. */
static void watch_name(struct sip_txn *txn)
{
	const struct sip_server *s = &txn->server;
	struct sip_watch *watch = &txn->watch;

	watch->method = txn->method;
	watch->response = !sip_txn_is_client(txn);
	if (!watch->response)
		watch->branch = str_c(txn->client.branch);
	else
		watch->branch = (struct str){ s->key, s->via.cookie ? s->n_branch : 0 };
}

void sip_txn_send(struct sip_txn *txn, struct str octets, bool must_exist)
{
	struct sip_stack *stack = txn->stack;
	int err;

	watch_name(txn);
	err = stack->parts.ops->send(stack->parts.transport, &txn->hop, octets,
				     must_exist ? NULL : &txn->watch, must_exist);
	if (err)
		sip_txn_fail(txn, err);
	else
		sip_hop_trace(&txn->hop, octets, true, txn->call);
}

void sip_txn_trace_request(struct sip_txn *txn)
{
	struct sip_stack *stack = txn->stack;

	if (stack->untraced.txn != txn)
		return;
	stack->untraced.txn = NULL;
	sip_hop_trace(stack->untraced.hop, stack->untraced.octets, false, txn->call);
}

void sip_txn_label(struct sip_txn *txn, const char *call)
{
	if (str_copy(txn->call, sizeof(txn->call), str_c(call)))
		txn->call[0] = '\0';
	sip_txn_trace_request(txn);
}

const struct sip_hop *sip_txn_hop(const struct sip_txn *txn)
{
	return sip_txn_is_client(txn) ? &txn->hop : &txn->server.origin;
}

enum sip_method sip_txn_method(const struct sip_txn *txn)
{
	return txn->method;
}

/* ---- received ---- */

/* Only a trace asks. */
static const char *call_of(struct sip_stack *stack, const struct sip_msg *msg)
{
	if (!trace_wanted(TRACE_SIP) || !stack->ops || !stack->ops->call_of)
		return NULL;
	return stack->ops->call_of(stack->user, msg);
}

/* 18.1.2 as RFC 6026 8.9 has it: what matches nothing is dropped. */
static void response_received(struct sip_stack *stack, struct sip_msg *msg,
			      const struct sip_hop *hop, struct str octets)
{
	struct sip_txn *txn = NULL;

	if (msg->via && !sip_msg_misrouted(msg))
		txn = sip_client_find(stack, msg->via->branch, msg->cseq.method);
	sip_hop_trace(hop, octets, false, txn ? txn->call : call_of(stack, msg));
	if (txn)
		sip_client_received(txn, msg);
	else
		counter_add(&sip_txn_stray, 1);
}

static void ack_received(struct sip_stack *stack, struct sip_msg *msg, const struct sip_hop *hop,
			 struct str octets)
{
	struct sip_txn *txn = sip_server_find(stack, msg, SIP_INVITE);

	sip_hop_trace(hop, octets, false, txn && txn->call[0] ? txn->call : call_of(stack, msg));
	if (txn) {
		if (!sip_txn_event(txn, TXN_EV_ACK, msg))
			counter_add(&sip_txn_absorbed, 1);
	} else if (stack->ops && stack->ops->ack) {
		stack->ops->ack(stack->user, msg, hop);
	}
}

static void request_received(struct sip_stack *stack, struct sip_msg *msg,
			     const struct sip_hop *hop, struct str octets)
{
	struct sip_txn *txn = sip_server_find(stack, msg, msg->method);

	if (!txn) {
		sip_server_open(stack, msg, hop, octets);
		return;
	}
	counter_add(&sip_txn_absorbed, 1);
	sip_hop_trace(hop, octets, false, txn->call);
	(void)sip_txn_event(txn, TXN_EV_REQUEST, msg);
}

void sip_stack_received(void *user, struct sip_msg *msg, const struct sip_hop *hop,
			struct str octets)
{
	struct sip_stack *stack = user;

	if (!msg->request)
		response_received(stack, msg, hop, octets);
	else if (msg->method == SIP_ACK)
		ack_received(stack, msg, hop, octets);
	else
		request_received(stack, msg, hop, octets);
}
