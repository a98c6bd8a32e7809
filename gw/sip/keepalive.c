/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The state of a trunk's peer, by OPTIONS: RFC 3261 11, in the way that trunks of carriers are watched. */
#include "gw/sip/keepalive.h"

#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/ua_private.h"

#define SPREAD_MS    1000 /* the first ones of many trunks do not go at once */
#define MAX_FORWARDS 70

static const char alarm_text[] = "peer does not answer OPTIONS";

static struct counter sent =
	COUNTER_INIT("causeway_sip_options_total", "OPTIONS sent to watch trunks");
static struct counter missed = COUNTER_INIT("causeway_sip_options_unanswered_total",
					    "OPTIONS without an answer that shows the peer alive");

/* Who says no is alive; who cannot serve a call now is not: 408, and 5xx but those about the request itself. */
bool sip_keepalive_alive(unsigned status)
{
	if (status == 408)
		return false;
	return status < 500 || status >= 600 || status == 501 || status == 505 || status == 513;
}

bool sip_keepalive_up(const struct sip_keepalive *keepalive)
{
	return keepalive->state != SIP_PEER_DOWN;
}

static const char *state_name(enum sip_peer_state state)
{
	static const char *const names[] = { "unknown", "up", "down" };

	return names[state];
}

static void state_set(struct sip_trunk *trunk, enum sip_peer_state state)
{
	struct sip_keepalive *k = &trunk->keepalive;

	if (k->state == state)
		return;
	log_write(state == SIP_PEER_DOWN ? LOG_WARNING : LOG_NOTICE, trunk->name,
		  "peer %s -> %s (last status %u)", state_name(k->state), state_name(state),
		  k->last_status);
	k->state = state;
	if (state == SIP_PEER_DOWN)
		alarm_raise(trunk->name, alarm_text);
	else
		alarm_clear(trunk->name, alarm_text);
}

/* The peer that was never down is up with its first answer. */
static void judge(struct sip_trunk *trunk, bool alive)
{
	struct sip_keepalive *k = &trunk->keepalive;

	k->busy = false;
	if (!alive) {
		counter_add(&missed, 1);
		k->unanswered++;
		k->back = 0;
		if (++k->lost >= k->lost_most)
			state_set(trunk, SIP_PEER_DOWN);
		return;
	}
	k->answered++;
	k->lost = 0;
	k->back++;
	if (k->state != SIP_PEER_DOWN || k->back >= k->back_least)
		state_set(trunk, SIP_PEER_UP);
}

static void options_send(struct sip_trunk *trunk);

static bool challenged(struct sip_trunk *trunk, const struct sip_msg *msg)
{
	struct sip_keepalive *k = &trunk->keepalive;
	char cnonce[SIP_TAG_MAX];

	if (msg->status != 401 && msg->status != 407) {
		sip_credentials_accepted(&k->credentials);
		return false;
	}
	sip_stack_tag(trunk->ua->parts.stack, cnonce);
	return trunk->user && sip_credentials_challenged(&k->credentials, msg, cnonce, trunk->name);
}

static void options_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	struct sip_trunk *trunk = user;
	struct sip_keepalive *k = &trunk->keepalive;

	(void)txn;
	if (msg->status < 200)
		return;
	if (challenged(trunk, msg)) {
		sip_txn_detach(k->txn);
		k->txn = NULL;
		options_send(trunk);
		return;
	}
	k->rtt_us = (uint32_t)(timer_heap_now_us(trunk->ua->parts.heap) - k->sent_us);
	k->last_status = msg->status;
	judge(trunk, sip_keepalive_alive(msg->status));
}

static void options_failed(void *user, struct sip_txn *txn, unsigned status)
{
	struct sip_trunk *trunk = user;

	(void)txn;
	trunk->keepalive.last_status = status;
	judge(trunk, false);
}

static void options_ended(void *user, struct sip_txn *txn)
{
	struct sip_trunk *trunk = user;

	if (trunk->keepalive.txn == txn)
		trunk->keepalive.txn = NULL;
}

static const struct sip_client_ops options_ops = {
	.response = options_response,
	.failed = options_failed,
	.ended = options_ended,
};

static int uri_write(const struct sip_trunk *trunk, bool proxy, char *text, size_t cap)
{
	struct sip_writer w;
	struct str written;
	int err;

	sip_write_open(&w, text, cap - 1);
	sip_write_c(&w, "sip:");
	if (proxy)
		sip_write_c(&w, trunk->proxy);
	else
		sip_write_hostport(&w, str_c(trunk->host), (uint16_t)trunk->port);
	if (trunk->transport_set)
		sip_write_c(&w, trunk->transport == CONF_TCP ? ";transport=tcp" : ";transport=udp");
	if (proxy)
		sip_write_c(&w, ";lr");
	err = sip_write_close(&w, &written);
	if (!err)
		text[written.n] = '\0';
	return err;
}

static void write_party(struct sip_writer *w, enum sip_header_id id, struct str host,
			const char *tag)
{
	sip_write_begin(w, id);
	sip_write_c(w, "<sip:");
	sip_write_hostport(w, host, 0);
	sip_write_c(w, ">");
	if (tag) {
		sip_write_c(w, ";tag=");
		sip_write_c(w, tag);
	}
	sip_write_crlf(w);
}

static void write_route(struct sip_writer *w, const char *route)
{
	sip_write_begin(w, SIP_H_ROUTE);
	sip_write_c(w, "<");
	sip_write_c(w, route);
	sip_write_c(w, ">");
	sip_write_crlf(w);
}

static int options_write(struct sip_trunk *trunk, const char *target, const char *route,
			 const struct sip_sent_by *sent_by, struct str *text)
{
	struct sip_keepalive *k = &trunk->keepalive;
	struct sip_ua *ua = trunk->ua;
	const struct sip_uri uri = { .text = str_c(target) };
	struct str name = str_c(sip_method_name(SIP_OPTIONS));
	struct sip_writer w;

	sip_write_open(&w, ua->buffer, SIP_MSG_MAX_OCTETS);
	sip_write_request_line(&w, name, &uri);
	if (route[0])
		write_route(&w, route);
	sip_write_header_uint(&w, SIP_H_MAX_FORWARDS, MAX_FORWARDS);
	write_party(&w, SIP_H_FROM, str_c(ua->domain ? ua->domain : sent_by->host), k->tag);
	write_party(&w, SIP_H_TO, str_c(trunk->host), NULL);
	sip_write_header(&w, SIP_H_CALL_ID, str_c(k->call_id));
	sip_write_cseq(&w, ++k->cseq, name);
	sip_ua_write_contact(&w, sent_by);
	sip_ua_write_abilities(&w, trunk, true);
	sip_credentials_write(&k->credentials, &w, trunk->user, trunk->password);
	sip_ua_write_product(ua, &w, SIP_H_USER_AGENT);
	sip_write_end(&w);
	return sip_write_close(&w, text);
}

static int options_start(struct sip_trunk *trunk)
{
	struct sip_keepalive *k = &trunk->keepalive;
	struct sip_stack *stack = trunk->ua->parts.stack;
	struct sip_client_params params = { .ops = &options_ops, .user = trunk };
	char target[320], route[320] = "";
	struct sip_sent_by sent_by;
	struct sip_uri hop;
	int err = uri_write(trunk, false, target, sizeof(target));

	if (!err && trunk->proxy)
		err = uri_write(trunk, true, route, sizeof(route));
	params.next_hop = str_c(route[0] ? route : target);
	if (!err)
		err = sip_uri_parse(&hop, params.next_hop, NULL);
	if (!err)
		err = sip_stack_sent_by(stack, &hop, &sent_by);
	if (!err)
		err = options_write(trunk, target, route, &sent_by, &params.request);
	return err ? err : sip_client_start(stack, &params, &k->txn);
}

static void options_send(struct sip_trunk *trunk)
{
	struct sip_keepalive *k = &trunk->keepalive;
	int err;

	k->sent_us = timer_heap_now_us(trunk->ua->parts.heap);
	k->busy = true;
	err = options_start(trunk);
	counter_add(&sent, 1);
	if (!err)
		return;
	log_write(LOG_ERROR, trunk->name, "OPTIONS not sent: %s", strerror(-err));
	k->last_status = 0;
	judge(trunk, false);
}

/* What was not answered until the next one is due counts as lost: no need to wait for 64*T1. */
static void timer_expired(struct timer *timer, void *arg)
{
	struct sip_trunk *trunk = arg;
	struct sip_keepalive *k = &trunk->keepalive;

	timer_start_ms(timer, k->interval_ms);
	sip_txn_detach(k->txn);
	k->txn = NULL;
	if (k->busy) {
		k->last_status = 408;
		judge(trunk, false);
	}
	options_send(trunk);
}

int sip_keepalive_open(struct sip_trunk *trunk, struct timer_heap *heap)
{
	struct sip_keepalive *k = &trunk->keepalive;
	int err = timer_init(&k->timer, heap, "keepalive", timer_expired, trunk);

	k->timer.subject = trunk->name;
	return err;
}

void sip_keepalive_stop(struct sip_trunk *trunk)
{
	struct sip_keepalive *k = &trunk->keepalive;

	timer_stop(&k->timer);
	sip_txn_detach(k->txn);
	k->txn = NULL;
	k->busy = false;
	k->lost = k->back = 0;
	k->interval_ms = 0;
	sip_credentials_close(&k->credentials);
	state_set(trunk, SIP_PEER_UNKNOWN);
}

void sip_keepalive_close(struct sip_trunk *trunk)
{
	sip_keepalive_stop(trunk);
	timer_close(&trunk->keepalive.timer);
}

void sip_keepalive_configure(struct sip_trunk *trunk, const struct conf_sip_trunk *conf)
{
	struct sip_keepalive *k = &trunk->keepalive;
	struct sip_stack *stack = trunk->ua->parts.stack;

	k->lost_most = conf->keepalive_lost;
	k->back_least = conf->keepalive_back;
	if (!conf->keepalive_ms) {
		sip_keepalive_stop(trunk);
		return;
	}
	if (!k->call_id[0]) {
		sip_stack_tag(stack, k->call_id);
		sip_stack_tag(stack, k->call_id + strlen(k->call_id));
		sip_stack_tag(stack, k->tag);
	}
	if (k->interval_ms != conf->keepalive_ms)
		timer_start_ms(&k->timer, sip_stack_random(stack) % SPREAD_MS);
	k->interval_ms = conf->keepalive_ms;
}

static void row_add(struct table *table, const struct sip_trunk *trunk)
{
	const struct sip_keepalive *k = &trunk->keepalive;

	if (table_row(table))
		return;
	table_set_str(table, 0, str_c(trunk->name));
	table_set_str(table, 1, str_c(trunk->host));
	table_set_str(table, 2, str_c(state_name(k->state)));
	table_set_fmt(table, 3, "%.1f", k->interval_ms / 1e3);
	if (k->last_status)
		table_set_int(table, 4, k->last_status);
	if (k->rtt_us)
		table_set_fmt(table, 5, "%.1f", k->rtt_us / 1e3);
	table_set_int(table, 6, (int64_t)k->answered);
	table_set_int(table, 7, (int64_t)k->unanswered);
}

struct table *sip_keepalive_show(void *arg)
{
	static const char *const columns[] = { "trunk",	 "host",   "state",    "keepalive",
					       "status", "rtt_ms", "answered", "unanswered" };
	struct sip_ua *ua = arg;
	struct table *table = table_new(columns, 8);

	for (const struct sip_trunk *t = table ? ua->trunks : NULL; t; t = t->next)
		if (t->present)
			row_add(table, t);
	return table;
}
