/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Client transactions: RFC 3261 17.1, 8.1.3.1, 9.1, 18.1.1; RFC 6026; RFC 3263 4.3. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/transaction_private.h"

/* ---- the request's text: start line, our Via, the rest; the rest never moves ---- */

static struct str first_line(struct str text)
{
	const char *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;

	return (struct str){ text.p, lf ? (size_t)(lf + 1 - text.p) : 0 };
}

static enum sip_method method_of(struct str line)
{
	const char *space = line.n ? memchr(line.p, ' ', line.n) : NULL;

	if (!space)
		return SIP_METHOD_OTHER;
	return sip_method_find((struct str){ line.p, (size_t)(space - line.p) });
}

static void request_place(struct sip_client *c, struct str line, struct str rest)
{
	c->n_line = line.n;
	c->n_rest = rest.n;
	memcpy(c->room, line.p, line.n);
	memcpy(c->room + line.n + SIP_VIA_ROOM, rest.p, rest.n);
	c->request = (struct str){ c->room, line.n };
}

/* Sets the Via in front of the rest and the start line in front of that. */
static int request_write(struct sip_client *c, const struct sip_sent_by *sent_by)
{
	char via[SIP_VIA_ROOM];
	char *rest = c->room + c->n_line + SIP_VIA_ROOM, *start;
	struct sip_writer w;
	struct str text;
	int err;

	sip_write_open(&w, via, sizeof(via));
	sip_write_via(&w, sent_by->proto, str_c(sent_by->host), sent_by->port, str_c(c->branch),
		      true);
	err = sip_write_close(&w, &text);
	if (err)
		return err;
	start = rest - text.n - c->n_line;
	memmove(start, c->request.p, c->n_line);
	memcpy(rest - text.n, text.p, text.n);
	c->request = (struct str){ start, c->n_line + text.n + c->n_rest };
	return 0;
}

static bool copied(enum sip_header_id id)
{
	return id == SIP_H_VIA || id == SIP_H_ROUTE || id == SIP_H_FROM || id == SIP_H_CALL_ID ||
	       id == SIP_H_MAX_FORWARDS;
}

static void sibling_field(struct sip_writer *w, struct str line, struct str method, struct str to)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct str name = { line.p, colon ? (size_t)(colon - line.p) : 0 };
	struct str value = str_trim((struct str){ line.p + name.n + 1, line.n - name.n - 1 });
	enum sip_header_id id;

	if (!colon)
		return;
	id = sip_header_find(str_trim(name));
	if (copied(id)) {
		sip_write_header(w, id, value);
	} else if (id == SIP_H_TO) {
		sip_write_header(w, id, to.n ? to : value);
	} else if (id == SIP_H_CSEQ) {
		const char *space = memchr(value.p, ' ', value.n);

		sip_write_begin(w, id);
		sip_write_str(w,
			      (struct str){ value.p, space ? (size_t)(space - value.p) : value.n });
		sip_write_c(w, " ");
		sip_write_str(w, method);
		sip_write_crlf(w);
	}
}

/*
 * The ACK for a non-2xx (17.1.1.3) or the CANCEL (9.1) of a request: the same Request-URI, Via,
 * Route, From, Call-ID and CSeq number. to: another To value, or empty.
 */
static int sibling_write(struct sip_txn *txn, struct str method, struct str to, struct str reason,
			 struct str *text)
{
	struct str rest = txn->client.request;
	struct str line = first_line(rest);
	const char *uri = memchr(line.p, ' ', line.n);
	struct sip_writer w;

	sip_write_open(&w, txn->stack->scratch, sizeof(txn->stack->scratch));
	sip_write_str(&w, method);
	sip_write_str(&w, (struct str){ uri, (size_t)(line.p + line.n - 2 - uri) });
	sip_write_crlf(&w);
	for (;;) {
		rest = (struct str){ rest.p + line.n, rest.n - line.n };
		line = first_line(rest);
		if (line.n <= 2)
			break;
		sibling_field(&w, line, method, to);
	}
	if (reason.n)
		sip_write_header(&w, SIP_H_REASON, reason);
	sip_write_end(&w);
	return sip_write_close(&w, text);
}

static char *copy_of(struct str s)
{
	char *p = malloc(s.n + 1);

	if (p) {
		memcpy(p, s.p, s.n);
		p[s.n] = '\0';
	}
	return p;
}

/* ---- where to ---- */

/* 18.1.1: a request too large for a datagram goes by TCP; by UDP after all when there is no TCP. */
static void large_by_tcp(const struct sip_stack *stack, struct sip_dests *dests, size_t octets)
{
	struct sip_dests both = { .fixed = dests->fixed };

	if (dests->fixed || !stack->parts.locator.tcp || octets <= SIP_LARGE_OCTETS)
		return;
	for (unsigned i = 0; i < dests->n; i++) {
		if (dests->at[i].proto == SIP_PROTO_UDP && both.n < SIP_DESTS_MAX) {
			both.at[both.n] = dests->at[i];
			both.at[both.n++].proto = SIP_PROTO_TCP;
		}
		if (both.n < SIP_DESTS_MAX)
			both.at[both.n++] = dests->at[i];
	}
	*dests = both;
}

/* Without memory for the list the first address must do. */
static void dests_take(struct sip_txn *txn, const struct sip_dests *found)
{
	struct sip_client *c = &txn->client;
	struct sip_dests dests = *found;

	large_by_tcp(txn->stack, &dests, c->n_line + c->n_rest + SIP_VIA_ROOM);
	c->at = 0;
	c->dest = dests.at[0];
	c->dests = dests.n > 1 ? malloc(dests.n * sizeof(*c->dests)) : NULL;
	c->n_dests = c->dests ? dests.n : 1;
	if (c->dests)
		memcpy(c->dests, dests.at, dests.n * sizeof(*c->dests));
}

/* RFC 3263 4.3: another server may be tried, as long as this one said nothing. */
bool sip_client_next(const struct sip_txn *txn)
{
	const struct sip_client *c = &txn->client;

	return c->at < c->n_dests && !c->cancelled && !c->heard && !c->trying_heard;
}

static const char *not_located_text(int error)
{
	switch (error) {
	case -ENOENT:
		return "DNS has no address for it";
	case -ETIMEDOUT:
		return "DNS does not answer";
	case -ENOTSUP:
		return "its scheme, transport or address family is not served here";
	default:
		return strerror(-error);
	}
}

/* What cannot be located is a failure like any other, reported by timer. */
static void located(struct sip_txn *txn, int error, const struct sip_dests *dests)
{
	struct str line = str_trim(first_line(txn->client.request));

	if (!error) {
		dests_take(txn, dests);
		(void)sip_txn_event(txn, TXN_EV_SEND, NULL);
		return;
	}
	log_write(LOG_NOTICE, txn->call[0] ? txn->call : "sip", "next hop of \"%.*s\": %s",
		  STR_FMT(line), not_located_text(error));
	sip_txn_fail(txn, error);
}

static void on_located(void *arg, int error, const struct sip_dests *dests)
{
	struct sip_txn *txn = arg;

	txn->client.locate = NULL;
	located(txn, error, dests);
}

/* ---- sending ---- */

/* A new branch for each server (RFC 3263 4.3). */
static int branch_new(struct sip_txn *txn)
{
	struct sip_client *c = &txn->client;

	sip_txn_unhash(txn);
	memcpy(c->branch, "z9hG4bK", 7);
	sip_stack_tag(txn->stack, c->branch + 7);
	if (txn->kind == TXN_ACK)
		return 0;
	return sip_txn_hash(txn, sip_client_hash(txn->stack, str_c(c->branch), txn->method));
}

/* RFC 3261 18.1.1: Via says where we listen for that transport. */
static int request_prepare(struct sip_txn *txn)
{
	struct sip_client *c = &txn->client;
	struct sip_sent_by sent_by;
	int err;

	if (c->dests)
		c->dest = c->dests[c->at];
	c->at++;
	txn->hop = (struct sip_hop){ .proto = c->dest.proto, .remote = c->dest.addr };
	err = txn->stack->parts.ops->sent_by(txn->stack->parts.transport, &txn->hop, &sent_by);
	if (!err)
		err = branch_new(txn);
	return err ? err : request_write(c, &sent_by);
}

static void request_timers(struct sip_txn *txn)
{
	bool invite = txn->kind == TXN_INVITE_CLIENT;

	txn->interval_ms = txn->stack->conf.t1_ms;
	if (txn->kind == TXN_ACK) {
		sip_txn_timer(txn, AC_END);
		return;
	}
	sip_txn_timer(txn, invite ? IC_B : NC_F);
	if (!sip_txn_reliable(txn))
		sip_txn_timer(txn, invite ? IC_A : NC_E);
}

void sip_client_act_send(struct sip_txn *txn, struct sip_msg *msg)
{
	int err;

	(void)msg;
	sip_txn_timers_stop(txn);
	err = request_prepare(txn);
	if (err) {
		sip_txn_fail(txn, err);
		return;
	}
	request_timers(txn);
	sip_txn_send(txn, txn->client.request, false);
	if (txn->kind == TXN_ACK && txn->client.at == txn->client.n_dests)
		(void)sip_txn_event(txn, TXN_EV_END, NULL);
}

/* Timer A doubles without end (17.1.1.2); E up to T2, and is T2 once there was a provisional
 * response (17.1.2.2). */
void sip_client_act_again(struct sip_txn *txn, struct sip_msg *msg)
{
	uint32_t t2_ms = txn->stack->conf.t2_ms;

	(void)msg;
	sip_txn_send(txn, txn->client.request, false);
	txn->interval_ms *= 2;
	if (txn->kind == TXN_CLIENT &&
	    (txn->interval_ms > t2_ms || txn->state == TXN_ST_PROCEEDING))
		txn->interval_ms = t2_ms;
	sip_txn_timer(txn, txn->kind == TXN_CLIENT ? NC_E : IC_A);
}

/* ---- receiving ---- */

void sip_client_act_pass(struct sip_txn *txn, struct sip_msg *msg)
{
	const struct sip_client_ops *ops = txn->client.ops;

	if (msg->status > 100)
		txn->client.heard = true;
	if (ops && ops->response)
		ops->response(txn->user, txn, msg);
}

static void cancel_send(struct sip_txn *txn);

void sip_client_act_provisional(struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_client *c = &txn->client;
	bool again = msg->status == 100 && (c->trying_heard || c->heard);

	if (txn->kind == TXN_INVITE_CLIENT) {
		timer_stop(&txn->timers[IC_A]);
		timer_stop(&txn->timers[IC_B]);
	}
	c->trying_heard = true;
	if (c->cancelled && !c->cancel_sent)
		cancel_send(txn);
	if (!again)
		sip_client_act_pass(txn, msg);
}

void sip_client_act_accepted(struct sip_txn *txn, struct sip_msg *msg)
{
	sip_txn_timers_stop(txn);
	sip_txn_timer(txn, IC_M);
	sip_client_act_pass(txn, msg);
}

void sip_client_act_completed(struct sip_txn *txn, struct sip_msg *msg)
{
	sip_txn_timers_stop(txn);
	sip_txn_timer(txn, NC_K);
	sip_client_act_pass(txn, msg);
}

/* 17.1.1.3: to the same address, transport and port as the request. */
static void ack_write(struct sip_txn *txn, const struct sip_msg *response)
{
	const struct sip_header *to = sip_msg_header(response, SIP_H_TO, 0);
	struct str text;
	char *copy;

	if (sibling_write(txn, STR("ACK"), to ? to->value : STR_NONE, STR_NONE, &text))
		return;
	copy = copy_of(text);
	if (copy)
		txn->client.ack = (struct str){ copy, text.n };
}

void sip_client_act_ack_again(struct sip_txn *txn, struct sip_msg *msg)
{
	(void)msg;
	counter_add(&sip_txn_absorbed, 1);
	if (txn->client.ack.p)
		sip_txn_send(txn, txn->client.ack, false);
}

void sip_client_act_failed(struct sip_txn *txn, struct sip_msg *msg)
{
	sip_txn_timers_stop(txn);
	sip_txn_timer(txn, IC_D);
	ack_write(txn, msg);
	if (txn->client.ack.p)
		sip_txn_send(txn, txn->client.ack, false);
	sip_client_act_pass(txn, msg);
}

/* Its 503 must be acknowledged, and again when it comes again, while the user's transaction goes to
 * the next server. */
static void leave_behind(struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_client *c = &txn->client, *d;
	struct sip_txn *copy =
		sip_txn_new(txn->stack, TXN_INVITE_CLIENT, c->n_line + c->n_rest + SIP_VIA_ROOM);

	if (!copy)
		return;
	d = &copy->client;
	copy->method = txn->method;
	copy->hop = txn->hop;
	memcpy(copy->call, txn->call, sizeof(copy->call));
	memcpy(d->branch, c->branch, sizeof(d->branch));
	memcpy(d->room, c->request.p, c->request.n);
	d->request = (struct str){ d->room, c->request.n };
	copy->state = TXN_ST_CALLING;
	sip_txn_unhash(txn);
	if (sip_txn_hash(copy, sip_client_hash(copy->stack, str_c(d->branch), copy->method))) {
		copy->state = TXN_ST_TERMINATED;
		sip_txn_free(copy);
		return;
	}
	(void)sip_txn_event(copy, TXN_EV_FINAL, msg);
}

/* RFC 3263 4.3: 503 is a failure of the server; a 100 before it said nothing. */
static bool try_next(struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_client *c = &txn->client;

	if (msg->status != 503 || c->at >= c->n_dests || c->cancelled || c->heard ||
	    (txn->state != TXN_ST_CALLING && txn->state != TXN_ST_TRYING &&
	     txn->state != TXN_ST_PROCEEDING))
		return false;
	c->trying_heard = false;
	if (txn->kind == TXN_INVITE_CLIENT)
		leave_behind(txn, msg);
	return true;
}

static enum sip_txn_event event_of(unsigned status)
{
	if (status < 200)
		return TXN_EV_1XX;
	return status < 300 ? TXN_EV_2XX : TXN_EV_FINAL;
}

void sip_client_received(struct sip_txn *txn, struct sip_msg *msg)
{
	enum sip_txn_event event = event_of(msg->status);

	if (event == TXN_EV_FINAL && try_next(txn, msg))
		event = TXN_EV_SEND;
	if (!sip_txn_event(txn, event, msg))
		counter_add(&sip_txn_absorbed, 1);
}

/* ---- failing ---- */

static void failed_tell(struct sip_txn *txn, unsigned status)
{
	const struct sip_client_ops *ops = txn->client.ops;

	if (ops && ops->failed)
		ops->failed(txn->user, txn, status);
}

void sip_client_act_timeout(struct sip_txn *txn, struct sip_msg *msg)
{
	char text[SIP_HOP_TEXT_MAX];

	(void)msg;
	counter_add(&sip_txn_timeouts, 1);
	log_write(LOG_NOTICE, txn->call[0] ? txn->call : "sip", "no answer to %s from %s",
		  sip_method_name(txn->method), sip_hop_text(&txn->hop, text));
	failed_tell(txn, 408);
}

void sip_client_act_error(struct sip_txn *txn, struct sip_msg *msg)
{
	char text[SIP_HOP_TEXT_MAX];

	(void)msg;
	if (txn->error == -ECANCELED) {
		failed_tell(txn, 487);
		return;
	}
	if (txn->hop.remote.sa.sa_family)
		log_write(LOG_NOTICE, txn->call[0] ? txn->call : "sip", "%s not sent to %s: %s",
			  sip_method_name(txn->method), sip_hop_text(&txn->hop, text),
			  strerror(-txn->error));
	failed_tell(txn, 503);
}

/* ---- CANCEL ---- */

/* A transaction of its own with the branch of the INVITE, to the same place, that nobody listens
 * to. */
static void cancel_start(struct sip_txn *invite, struct str text)
{
	struct sip_txn *txn = sip_txn_new(invite->stack, TXN_CLIENT, text.n);
	struct sip_client *c;

	if (!txn)
		return;
	c = &txn->client;
	memcpy(c->room, text.p, text.n);
	c->request = (struct str){ c->room, text.n };
	memcpy(c->branch, invite->client.branch, sizeof(c->branch));
	memcpy(txn->call, invite->call, sizeof(txn->call));
	txn->method = SIP_CANCEL;
	txn->hop = invite->hop;
	txn->state = TXN_ST_TRYING;
	if (sip_txn_hash(txn, sip_client_hash(txn->stack, str_c(c->branch), SIP_CANCEL))) {
		txn->state = TXN_ST_TERMINATED;
		sip_txn_free(txn);
		return;
	}
	request_timers(txn);
	sip_txn_send(txn, c->request, false);
}

static void cancel_send(struct sip_txn *txn)
{
	struct sip_client *c = &txn->client;
	struct str text;

	c->cancel_sent = true;
	if (sibling_write(txn, STR("CANCEL"), STR_NONE, str_c(c->reason), &text) == 0)
		cancel_start(txn, text);
	sip_txn_timer(txn, IC_CANCEL);
}

void sip_client_cancel(struct sip_txn *txn, struct str reason)
{
	struct sip_client *c = &txn->client;

	if (txn->kind != TXN_INVITE_CLIENT || c->cancelled)
		return;
	c->cancelled = true;
	if (reason.n)
		c->reason = copy_of(reason);
	if (txn->state == TXN_ST_LOCATING) {
		sip_locate_cancel(c->locate);
		c->locate = NULL;
		sip_txn_fail(txn, -ECANCELED);
	} else if (txn->state == TXN_ST_PROCEEDING) {
		cancel_send(txn);
	}
}

/* ---- start and end ---- */

/* txn may be gone afterwards when it is an ACK. */
static void locate(struct sip_txn *txn, const struct sip_uri *next_hop)
{
	const struct sip_locator *locator = &txn->stack->parts.locator;
	struct sip_dests dests;
	int err = sip_locate_numeric(locator, next_hop, &dests);

	if (err == -EAGAIN) {
		err = sip_locate_start(locator, next_hop, on_located, txn, &txn->client.locate);
		if (!err)
			return;
	}
	located(txn, err, &dests);
}

static int client_open(struct sip_stack *stack, const struct sip_client_params *params, bool ack,
		       struct sip_txn **txn)
{
	struct str line = first_line(params->request), rest;
	enum sip_method method = method_of(line);
	enum sip_txn_kind kind = method == SIP_INVITE ? TXN_INVITE_CLIENT : TXN_CLIENT;
	struct sip_uri uri;

	if (line.n < 2 || !memchr(line.p, ' ', line.n) ||
	    sip_uri_parse(&uri, params->next_hop, NULL))
		return -EINVAL;
	rest = (struct str){ params->request.p + line.n, params->request.n - line.n };
	*txn = sip_txn_new(stack, ack ? TXN_ACK : kind, params->request.n + SIP_VIA_ROOM);
	if (!*txn)
		return -ENOMEM;
	(*txn)->method = method;
	(*txn)->state = TXN_ST_LOCATING;
	(*txn)->user = params->user;
	(*txn)->client.ops = params->ops;
	if (params->call)
		sip_txn_label(*txn, params->call);
	request_place(&(*txn)->client, line, rest);
	locate(*txn, &uri);
	return 0;
}

int sip_client_start(struct sip_stack *stack, const struct sip_client_params *params,
		     struct sip_txn **txn)
{
	*txn = NULL;
	return client_open(stack, params, false, txn);
}

void sip_client_own(struct sip_txn *txn, const struct sip_client_ops *ops, void *user)
{
	txn->client.ops = ops;
	txn->user = user;
}

int sip_ack_send(struct sip_stack *stack, struct str request, struct str next_hop, const char *call)
{
	struct sip_client_params params = { .request = request,
					    .next_hop = next_hop,
					    .call = call };
	struct sip_txn *txn;

	return client_open(stack, &params, true, &txn);
}

void sip_client_ended(struct sip_txn *txn)
{
	const struct sip_client_ops *ops = txn->client.ops;

	txn->client.ops = NULL;
	if (ops && ops->ended)
		ops->ended(txn->user, txn);
}

void sip_client_release(struct sip_txn *txn)
{
	struct sip_client *c = &txn->client;
	union {
		const char *text;
		void *block;
	} ack = { .text = c->ack.p };

	sip_locate_cancel(c->locate);
	free(c->dests);
	free(ack.block);
	free(c->reason);
}
