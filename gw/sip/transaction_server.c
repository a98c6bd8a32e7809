/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Server transactions: RFC 3261 17.2, 9.2, 8.2.2.2, 18.2.2; RFC 6026; RFC 3263 5. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/transaction_private.h"

#define DEFAULT_PORT 5060

/* How the response is sent: each further step when the one before failed. */
enum step {
	STEP_DIRECT, /* as 18.2.2 says; over a connection: that one */
	STEP_REOPEN, /* the connection is closed: a new one to the source, port of sent-by */
	STEP_LOCATE, /* sent-by is being looked up */
	STEP_LISTED, /* RFC 3263 5 */
	STEP_DEAD
};

static void reply_or_abandon(struct sip_txn *txn, unsigned status);

/* ---- sending ---- */

static struct str stored(const struct sip_txn *txn)
{
	return (struct str){ txn->server.response, txn->server.n_response };
}

static void transmit(struct sip_txn *txn)
{
	struct sip_server *s = &txn->server;
	struct str response = stored(txn);

	if (!response.n || s->step == STEP_LOCATE)
		return;
	if (s->step == STEP_DEAD) {
		s->step = STEP_DIRECT;
		s->at = 0;
		/* A maddr that is a name is looked up as a sent-by that is one. */
		if (sip_locate_response(&s->via, &s->origin, &txn->hop)) {
			sip_txn_fail(txn, -EHOSTUNREACH);
			return;
		}
	}
	/*
	 * A connection that breaks after it took the response is no failure of ours: it is not
	 * watched, unless we opened it for this.
	 */
	sip_txn_send(txn, response, s->step == STEP_DIRECT && sip_txn_reliable(txn));
}

static int store(struct sip_server *s, struct str response)
{
	if (response.n > s->cap_response) {
		char *p = realloc(s->response, response.n);

		if (!p)
			return -ENOMEM;
		s->response = p;
		s->cap_response = response.n;
	}
	memcpy(s->response, response.p, response.n);
	s->n_response = response.n;
	return 0;
}

static void response_drop(struct sip_server *s)
{
	free(s->response);
	s->response = NULL;
	s->n_response = s->cap_response = 0;
}

/* ---- when it cannot be delivered ---- */

static void failed_tell(struct sip_txn *txn, unsigned status)
{
	const struct sip_server_ops *ops = txn->server.ops;

	if (ops && ops->failed)
		ops->failed(txn->user, txn, status);
}

/* RFC 6026 8.8: the user is told, the state stays. A 2xx is the user's own to repeat until it gives
 * up (13.3.1.4). */
static void undeliverable(struct sip_txn *txn)
{
	char text[SIP_HOP_TEXT_MAX];

	txn->server.step = STEP_DEAD;
	if (txn->state == TXN_ST_ACCEPTED)
		return;
	log_write(LOG_NOTICE, txn->call[0] ? txn->call : "sip", "%u not delivered to %s: %s",
		  txn->server.status, sip_hop_text(&txn->server.origin, text),
		  strerror(txn->error < 0 ? -txn->error : EHOSTUNREACH));
	failed_tell(txn, 503);
}

static void next_listed(struct sip_txn *txn)
{
	struct sip_server *s = &txn->server;
	union sip_sockaddr before = txn->hop.remote;

	s->step = STEP_LISTED;
	while (s->at < s->n_dests) {
		const struct sip_dest *dest = &s->dests[s->at++];

		if (sip_sockaddr_eq(&dest->addr, &before))
			continue;
		txn->hop = (struct sip_hop){ .proto = dest->proto, .remote = dest->addr };
		transmit(txn);
		return;
	}
	undeliverable(txn);
}

static void dests_take(struct sip_server *s, const struct sip_dests *dests)
{
	s->dests = malloc((dests->n ? dests->n : 1) * sizeof(*s->dests));
	s->n_dests = s->dests ? dests->n : 0;
	if (s->n_dests)
		memcpy(s->dests, dests->at, dests->n * sizeof(*s->dests));
	s->step = STEP_LISTED;
}

static void on_located(void *arg, int error, const struct sip_dests *dests)
{
	struct sip_txn *txn = arg;

	(void)error; /* then the list is empty */
	txn->server.locate = NULL;
	dests_take(&txn->server, dests);
	(void)sip_txn_event(txn, TXN_EV_ERROR, NULL);
}

static void locate_sent_by(struct sip_txn *txn)
{
	struct sip_server *s = &txn->server;
	const struct sip_locator *locator = &txn->stack->parts.locator;
	struct sip_dests dests = { 0 };
	int err;

	if (s->dests) {
		next_listed(txn);
		return;
	}
	err = sip_locate_sent_by_numeric(locator, &s->via, &dests);
	if (err == -EAGAIN) {
		s->step = STEP_LOCATE;
		err = sip_locate_sent_by_start(locator, &s->via, on_located, txn, &s->locate);
		if (!err)
			return;
	}
	dests_take(s, &dests);
	next_listed(txn);
}

static void reopen(struct sip_txn *txn)
{
	struct sip_server *s = &txn->server;

	s->step = STEP_REOPEN;
	txn->hop = (struct sip_hop){ .proto = s->origin.proto, .remote = s->origin.remote };
	sip_sockaddr_set_port(&txn->hop.remote, s->port);
	transmit(txn);
}

void sip_server_act_error(struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_server *s = &txn->server;

	(void)msg;
	switch ((enum step)s->step) {
	case STEP_DIRECT:
		if (sip_txn_reliable(txn))
			reopen(txn);
		else
			locate_sent_by(txn);
		break;
	case STEP_REOPEN:
		locate_sent_by(txn);
		break;
	case STEP_LISTED:
		next_listed(txn);
		break;
	case STEP_LOCATE:
	case STEP_DEAD:
		break;
	}
}

/* ---- actions ---- */

void sip_server_act_send(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	transmit(txn);
	/* Between two 2xx there is nothing to repeat from here. */
	if (txn->state == TXN_ST_ACCEPTED && !sip_txn_reliable(txn))
		response_drop(&txn->server);
}

void sip_server_act_again(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	transmit(txn);
}

/* The key stays, the request goes: thousands of transactions wait for timers J and L. */
static void request_drop(struct sip_server *s)
{
	if (!s->via.cookie)
		return;
	sip_msg_free(s->msg);
	s->msg = NULL;
}

static void merged_unhash(struct sip_txn *txn)
{
	if (txn->merged_hashed)
		hash_remove(&txn->stack->merged, &txn->server.merged);
	txn->merged_hashed = false;
}

void sip_server_act_accepted(struct sip_txn *txn, struct sip_msg *msg)
{
	sip_txn_timers_stop(txn);
	request_drop(&txn->server);
	sip_txn_timer(txn, IS_L);
	sip_server_act_send(txn, msg);
}

static void final_send(struct sip_txn *txn)
{
	sip_txn_timers_stop(txn);
	request_drop(&txn->server);
	merged_unhash(txn);
	transmit(txn);
}

void sip_server_act_refused(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	final_send(txn);
	txn->interval_ms = txn->stack->conf.t1_ms;
	if (!sip_txn_reliable(txn))
		sip_txn_timer(txn, IS_G);
	sip_txn_timer(txn, IS_H);
}

void sip_server_act_completed(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	final_send(txn);
	sip_txn_timer(txn, NS_J);
}

void sip_server_act_retransmit(struct sip_txn *txn, struct sip_msg *msg)
{
	uint32_t t2_ms = txn->stack->conf.t2_ms;

	(void)msg;
	transmit(txn);
	txn->interval_ms = txn->interval_ms * 2 < t2_ms ? txn->interval_ms * 2 : t2_ms;
	sip_txn_timer(txn, IS_G);
}

void sip_server_act_ack(struct sip_txn *txn, struct sip_msg *msg)
{
	const struct sip_server_ops *ops = txn->server.ops;

	if (ops && ops->ack)
		ops->ack(txn->user, txn, msg);
	else if (txn->state == TXN_ST_ACCEPTED && txn->stack->ops && txn->stack->ops->ack)
		txn->stack->ops->ack(txn->stack->user, msg, &txn->server.origin);
}

void sip_server_act_confirmed(struct sip_txn *txn, struct sip_msg *msg)
{
	sip_txn_timers_stop(txn);
	sip_txn_timer(txn, IS_I);
	sip_server_act_ack(txn, msg);
}

void sip_server_act_no_ack(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	counter_add(&sip_txn_timeouts, 1);
	failed_tell(txn, 408);
}

void sip_server_act_trying(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	reply_or_abandon(txn, 100);
}

void sip_server_act_cancel(struct sip_txn *txn, struct sip_msg *msg)
{
	const struct sip_server_ops *ops = txn->server.ops;

	if (ops && ops->cancel)
		ops->cancel(txn->user, txn, msg);
}

/* ---- responses of the user ---- */

static unsigned status_of(struct str response)
{
	uint64_t status;

	if (!str_starts(response, STR("SIP/2.0 ")) || response.n < 12 ||
	    str_to_u64((struct str){ response.p + 8, 3 }, 699, &status) || status < 100)
		return 0;
	return (unsigned)status;
}

static enum sip_txn_event event_of(unsigned status)
{
	if (status < 200)
		return TXN_EV_1XX;
	return status < 300 ? TXN_EV_2XX : TXN_EV_FINAL;
}

static bool answerable(const struct sip_txn *txn, unsigned status)
{
	return txn->state == TXN_ST_TRYING || txn->state == TXN_ST_PROCEEDING ||
	       (txn->state == TXN_ST_ACCEPTED && event_of(status) == TXN_EV_2XX);
}

int sip_server_respond(struct sip_txn *txn, struct str response)
{
	unsigned status = status_of(response);
	int err;

	sip_txn_trace_request(txn);
	if (!status)
		return -EINVAL;
	if (!answerable(txn, status))
		return -EALREADY;
	err = store(&txn->server, response);
	if (err)
		return err;
	txn->server.status = (uint16_t)status;
	if (txn->kind == TXN_INVITE_SERVER)
		timer_stop(&txn->timers[IS_TRYING]);
	(void)sip_txn_event(txn, event_of(status), NULL);
	return 0;
}

int sip_server_reply(struct sip_txn *txn, unsigned status, struct str phrase)
{
	struct sip_writer w;
	struct str response;
	int err;

	if (!txn->server.msg)
		return -EALREADY;
	sip_write_open(&w, txn->stack->scratch, sizeof(txn->stack->scratch));
	sip_write_response(&w, txn->server.msg, status, phrase,
			   status > 100 ? str_c(txn->server.to_tag) : STR_NONE);
	sip_write_end(&w);
	err = sip_write_close(&w, &response);
	return err ? err : sip_server_respond(txn, response);
}

struct str sip_server_to_tag(const struct sip_txn *txn)
{
	return str_c(txn->server.to_tag);
}

struct sip_msg *sip_server_request(const struct sip_txn *txn)
{
	return txn->server.msg;
}

void sip_server_own(struct sip_txn *txn, const struct sip_server_ops *ops, void *user)
{
	txn->server.ops = ops;
	txn->user = user;
}

/* ---- start and end ---- */

static size_t key_octets(const struct sip_via *via)
{
	return via->branch.n + via->host.n + via->maddr.n;
}

static void key_set(struct sip_server *s, const struct sip_via *via)
{
	char *host = s->key + via->branch.n, *maddr = host + via->host.n;

	if (via->branch.n)
		memcpy(s->key, via->branch.p, via->branch.n);
	memcpy(host, via->host.p, via->host.n);
	if (via->maddr.n)
		memcpy(maddr, via->maddr.p, via->maddr.n);
	s->n_branch = (uint16_t)via->branch.n;
	s->n_host = (uint16_t)via->host.n;
	s->port = via->port ? via->port : DEFAULT_PORT;
	s->via = (struct sip_via){ .proto = via->proto,
				   .host_type = via->host_type,
				   .port = via->port,
				   .rport = via->rport,
				   .rport_port = via->rport_port,
				   .cookie = via->cookie,
				   .host = { host, via->host.n },
				   .maddr = { maddr, via->maddr.n } };
}

static int server_fill(struct sip_txn *txn, struct sip_msg *msg, const struct sip_hop *hop)
{
	struct sip_stack *stack = txn->stack;
	struct sip_server *s = &txn->server;

	key_set(s, msg->via);
	s->msg = sip_msg_ref(msg);
	s->origin = *hop;
	sip_stack_tag(stack, s->to_tag);
	txn->hop = *hop;
	s->step = STEP_DEAD; /* the first response finds its way */
	return sip_txn_hash(txn, sip_server_hash(stack, msg));
}

static struct sip_txn *server_new(struct sip_stack *stack, struct sip_msg *msg,
				  const struct sip_hop *hop)
{
	bool invite = msg->method == SIP_INVITE;
	struct sip_txn *txn =
		sip_txn_new(stack, invite ? TXN_INVITE_SERVER : TXN_SERVER, key_octets(msg->via));

	if (!txn)
		return NULL;
	txn->method = msg->method;
	txn->state = invite ? TXN_ST_PROCEEDING : TXN_ST_TRYING;
	if (server_fill(txn, msg, hop)) {
		txn->state = TXN_ST_TERMINATED;
		sip_txn_free(txn);
		return NULL;
	}
	return txn;
}

/* What cannot be answered, for want of memory or because no answer has room for its Vias, must not
 * stay for ever. */
static void reply_or_abandon(struct sip_txn *txn, unsigned status)
{
	int err = sip_server_reply(txn, status, STR_NONE);

	if (!err)
		return;
	log_write(LOG_ERROR, txn->call[0] ? txn->call : "sip", "%u cannot be answered: %s", status,
		  strerror(-err));
	(void)sip_txn_event(txn, TXN_EV_ABANDON, NULL);
}

/* 8.2.2.2: the same request by another path, while this one is served. */
static bool merged(struct sip_txn *txn, const struct sip_msg *msg)
{
	struct sip_stack *stack = txn->stack;
	struct sip_server *s = &txn->server;

	if (msg->to->tag.n)
		return false;
	s->digest = sip_server_digest(stack, msg);
	if (sip_server_merged(stack, s->digest))
		return true;
	/* Without memory for it, such a request is served twice. */
	txn->merged_hashed = hash_insert(&stack->merged, &s->merged, (uint32_t)s->digest) == 0;
	return false;
}

/* 9.2: 200 when there is something to cancel, with its To tag, else 481. What has a final response
 * is left alone. */
static void cancel_received(struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_txn *invite = sip_server_find(txn->stack, msg, SIP_INVITE);

	if (!invite) {
		reply_or_abandon(txn, 481);
		return;
	}
	sip_txn_label(txn, invite->call);
	memcpy(txn->server.to_tag, invite->server.to_tag, sizeof(txn->server.to_tag));
	reply_or_abandon(txn, 200);
	(void)sip_txn_event(invite, TXN_EV_CANCEL, msg);
}

static void request_give(struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_stack *stack = txn->stack;

	if (txn->kind == TXN_INVITE_SERVER)
		sip_txn_timer(txn, IS_TRYING);
	if (!stack->ops || !stack->ops->request) {
		reply_or_abandon(txn, 503);
		return;
	}
	stack->ops->request(stack->user, txn, msg);
}

/* Without memory for a transaction: from the scratch buffer, and every retransmission again. */
static void refuse_stateless(struct sip_stack *stack, struct sip_msg *msg,
			     const struct sip_hop *hop)
{
	struct sip_hop to;
	struct sip_writer w;
	struct str response;
	char tag[SIP_TAG_MAX];

	counter_add(&sip_txn_dropped, 1);
	if (sip_locate_response(msg->via, hop, &to))
		return;
	sip_stack_tag(stack, tag);
	sip_write_open(&w, stack->scratch, sizeof(stack->scratch));
	sip_write_response(&w, msg, 503, STR_NONE, str_c(tag));
	sip_write_end(&w);
	if (sip_write_close(&w, &response))
		return;
	if (stack->parts.ops->send(stack->parts.transport, &to, response, NULL,
				   to.proto == SIP_PROTO_TCP) == 0)
		sip_hop_trace(&to, response, true, NULL);
}

void sip_server_open(struct sip_stack *stack, struct sip_msg *msg, const struct sip_hop *hop,
		     struct str octets)
{
	bool room = stack->n_servers < stack->conf.max_transactions;
	struct sip_txn *txn = room ? server_new(stack, msg, hop) : NULL;

	if (!txn) {
		sip_hop_trace(hop, octets, false, NULL);
		refuse_stateless(stack, msg, hop);
		return;
	}
	stack->untraced.txn = txn;
	stack->untraced.hop = hop;
	stack->untraced.octets = octets;
	txn->busy++;
	if (msg->method == SIP_CANCEL) {
		cancel_received(txn, msg);
	} else if (merged(txn, msg)) {
		counter_add(&sip_txn_merged, 1);
		reply_or_abandon(txn, 482);
	} else {
		request_give(txn, msg);
	}
	sip_txn_trace_request(txn);
	txn->busy--;
	if (txn->state == TXN_ST_TERMINATED)
		sip_txn_free(txn);
}

void sip_server_ended(struct sip_txn *txn)
{
	const struct sip_server_ops *ops = txn->server.ops;

	txn->server.ops = NULL;
	if (ops && ops->ended)
		ops->ended(txn->user, txn);
}

void sip_server_release(struct sip_txn *txn)
{
	struct sip_server *s = &txn->server;

	merged_unhash(txn);
	sip_locate_cancel(s->locate);
	free(s->dests);
	sip_msg_free(s->msg);
	free(s->response);
	txn->stack->n_servers--;
}

void sip_txn_detach(struct sip_txn *txn)
{
	if (!txn)
		return;
	if (sip_txn_is_client(txn)) {
		txn->client.ops = NULL;
		return;
	}
	txn->server.ops = NULL;
	if (txn->state == TXN_ST_TRYING || txn->state == TXN_ST_PROCEEDING)
		reply_or_abandon(txn, 500);
}
