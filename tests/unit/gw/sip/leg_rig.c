/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The rig of leg_rig.h; each test program includes this file, since it brings its own media engine.
 */
#include "tests/unit/gw/sip/leg_rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/list.h"

#define PEER "198.51.100.7"

struct rig rig;

/* ---- clock and random numbers ---- */

static uint64_t rig_now(void *arg)
{
	(void)arg;
	return rig.now_us;
}

static uint32_t rig_random(void *arg)
{
	(void)arg;
	rig.random = rig.random * 1664525u + 1013904223u;
	return rig.random;
}

void rig_run_ms(uint64_t ms)
{
	uint64_t end = rig.now_us + ms * 1000;
	int64_t next;

	timer_heap_run(rig.heap);
	while ((next = timer_heap_next_us(rig.heap)) >= 0 && rig.now_us + (uint64_t)next <= end) {
		rig.now_us += (uint64_t)next;
		timer_heap_run(rig.heap);
	}
	rig.now_us = end;
}

/* ---- media ---- */

struct media_channel {
	int unused;
};
static struct media_channel rig_channel;

struct media_channel *media_channel_new(struct media_engine *engine, const char *label,
					media_event_fn *fn, void *arg)
{
	(void)engine, (void)label, (void)fn, (void)arg;
	return &rig_channel;
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	(void)channel, (void)want_closed;
}

int media_rtp_open(struct media_channel *channel, unsigned side, const char *address,
		   uint16_t *local_port)
{
	(void)channel, (void)side, (void)address;
	rig.n_media_open++;
	if (rig.media_error)
		return rig.media_error;
	*local_port = 10002;
	return 0;
}

int media_rtp_set(struct media_channel *channel, unsigned side,
		  const struct media_rtp_params *params)
{
	(void)channel, (void)side;
	rig.media = *params;
	rig.n_media_set++;
	return 0;
}

void media_end_close(struct media_channel *channel, unsigned side)
{
	(void)channel, (void)side;
	rig.n_media_closed++;
}

void media_end_mode(struct media_channel *channel, unsigned side, bool hear, bool speak)
{
	(void)channel, (void)side, (void)hear, (void)speak;
}

void media_tone(struct media_channel *channel, unsigned side, enum media_tone tone)
{
	(void)channel, (void)side, (void)tone;
}

void media_dtmf_send(struct media_channel *channel, unsigned side, char digit, uint32_t duration_ms)
{
	size_t n = strlen(rig.dialled);

	(void)channel;
	rig.dialled_side = side;
	rig.dialled_ms = duration_ms;
	if (n + 1 < sizeof(rig.dialled))
		rig.dialled[n] = digit;
}

void media_signal_send(struct media_channel *channel, unsigned side, enum media_signal signal,
		       uint32_t duration_ms)
{
	media_dtmf_send(channel, side, (char)signal, duration_ms);
}

void media_supervise(struct media_channel *channel, unsigned side, uint32_t timeout_ms,
		     uint32_t silence_ms)
{
	(void)channel;
	(void)side;
	(void)timeout_ms;
	(void)silence_ms;
}

void media_tone_zone(struct media_channel *channel, unsigned side, const struct zone *zone)
{
	(void)channel, (void)side, (void)zone;
}

void media_play(struct media_channel *channel, unsigned side, struct media_sound *sound, bool loop)
{
	(void)channel, (void)side, (void)sound, (void)loop;
}

void media_stats(const struct media_channel *channel, unsigned side, struct media_end_stats *stats)
{
	(void)channel, (void)side;
	memset(stats, 0, sizeof(*stats));
}

bool media_is_bearer(const struct media_channel *channel, unsigned side)
{
	(void)channel, (void)side;
	return false;
}

bool media_joined_by_driver(const struct media_channel *channel)
{
	(void)channel;
	return false;
}

/* ---- transport ---- */

static int rig_send(void *transport, struct sip_hop *hop, struct str octets,
		    struct sip_watch *watch, bool must_exist)
{
	(void)transport, (void)watch, (void)must_exist;
	if (rig.send_error)
		return rig.send_error;
	CU_ASSERT_FATAL(rig.n_sent < RIG_SENT_MAX);
	CU_ASSERT_EQUAL(sip_msg_parse(&rig.sent[rig.n_sent], octets.p, octets.n, SIP_DATAGRAM), 0);
	rig.n_sent++;
	rig.last_hop = *hop;
	return 0;
}

static int rig_sent_by(void *transport, const struct sip_hop *hop, struct sip_sent_by *sent_by)
{
	(void)transport;
	sent_by->proto = hop->proto;
	sent_by->port = 5060;
	snprintf(sent_by->host, sizeof(sent_by->host), "192.0.2.1");
	return 0;
}

static void rig_unwatch(void *transport, struct sip_watch *watch)
{
	(void)transport, (void)watch;
}

static const struct sip_transport_ops rig_transport = {
	.send = rig_send,
	.sent_by = rig_sent_by,
	.unwatch = rig_unwatch,
};

static void receive_text(const char *host, const char *text)
{
	char wire[16384], address[64];
	size_t n = 0;
	struct sip_msg *msg;
	struct sip_hop hop = { .proto = SIP_PROTO_UDP };
	const char *body = strstr(text, "\n\n");
	size_t n_body = 0;

	CU_ASSERT_FATAL(body != NULL);
	for (const char *p = body + 2; *p; p++)
		n_body += *p == '\n' ? 2 : 1;
	for (const char *p = text; *p; p++) {
		if (p == body + 1)
			n += (size_t)snprintf(wire + n, sizeof(wire) - n, "Content-Length: %zu\r\n",
					      n_body);
		if (*p == '\n')
			wire[n++] = '\r';
		wire[n++] = *p;
	}
	snprintf(address, sizeof(address), "%s", host);
	CU_ASSERT_EQUAL(sip_sockaddr_set(&hop.remote, str_c(address), 5060), 0);
	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, wire, n, SIP_DATAGRAM), 0);
	if (msg->request)
		CU_ASSERT_EQUAL(sip_msg_received(msg, str_c(address), 5060), 0);
	sip_stack_received(rig.stack, msg, &hop, (struct str){ wire, n });
	sip_msg_free(msg);
}

void rig_receive(const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	receive_text(PEER, text);
}

void rig_receive_from(const char *host, const char *text)
{
	receive_text(host, text);
}

const struct sip_msg *rig_next(void)
{
	CU_ASSERT_FATAL(rig.seen < rig.n_sent);
	return rig.sent[rig.seen++];
}

const struct sip_msg *rig_status(unsigned status)
{
	const struct sip_msg *msg = rig_next();

	CU_ASSERT_FALSE(msg->request);
	CU_ASSERT_EQUAL(msg->status, status);
	if (msg->request || msg->status != status)
		printf("sent instead of %u: %.*s\n", status, STR_FMT(msg->text));
	return msg;
}

const struct sip_msg *rig_trying(void)
{
	rig_run_ms(199);
	rig_quiet();
	rig_run_ms(1);
	return rig_status(100);
}

const struct sip_msg *rig_request(enum sip_method method)
{
	const struct sip_msg *msg = rig_next();

	CU_ASSERT_TRUE(msg->request && msg->method == method);
	if (!msg->request || msg->method != method)
		printf("sent instead of %s: %.*s\n", sip_method_name(method), STR_FMT(msg->text));
	return msg;
}

void rig_quiet(void)
{
	CU_ASSERT_EQUAL(rig.seen, rig.n_sent);
	if (rig.seen < rig.n_sent)
		printf("sent: %.*s\n", STR_FMT(rig.sent[rig.seen]->text));
	rig.seen = rig.n_sent;
}

bool rig_has(const struct sip_msg *msg, enum sip_header_id id, const char *value)
{
	const struct sip_header *h;

	for (unsigned i = 0; (h = sip_msg_header(msg, id, i)); i++)
		if (memmem(h->value.p, h->value.n, value, strlen(value)))
			return true;
	return false;
}

bool rig_body_has(const struct sip_msg *msg, const char *text)
{
	return msg->body.n && memmem(msg->body.p, msg->body.n, text, strlen(text)) != NULL;
}

/* ---- the opposite leg ---- */

static void opposite_event(struct leg *leg, const struct leg_event *event)
{
	const struct leg_event done = { .ev = LEG_EV_RELEASED, .release = event->release };
	struct rig_event *e = &rig.events[rig.n_events++];

	CU_ASSERT_FATAL(rig.n_events < RIG_EVENTS_MAX);
	memset(e, 0, sizeof(*e));
	e->ev = event->ev;
	if (event->ev == LEG_EV_RELEASE || event->ev == LEG_EV_RELEASED)
		e->release = event->release;
	else if (event->ev == LEG_EV_ANSWER)
		e->connected = event->answer.connected;
	else if (event->ev == LEG_EV_DIGITS)
		(void)str_copy(e->digits, sizeof(e->digits), event->digits);
	else
		e->progress = event->progress;
	e->complete = event->digits_complete;
	if (event->ev == LEG_EV_RELEASE)
		call_raise(leg, &done);
}

static void opposite_describe(const struct leg *leg, char *text, size_t cap)
{
	(void)leg;
	snprintf(text, cap, "cic 1");
}

static const struct leg_ops opposite_ops = { "test", opposite_event, opposite_describe };

static int opposite_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
			  const struct leg_attachment *attachment, struct leg **leg,
			  enum q850_cause *cause)
{
	(void)attachment, (void)cause;
	rig.leg = (struct leg){ .ops = &opposite_ops, .trunk = trunk };
	rig.setup = *setup;
	rig.seized = true;
	call_bind(call, &rig.leg);
	*leg = &rig.leg;
	return 0;
}

static bool opposite_available(const struct trunk *trunk)
{
	(void)trunk;
	return true;
}

static const struct trunk_ops opposite_trunk_ops = { .protocol = "test",
						     .seize = opposite_seize,
						     .available = opposite_available };

const struct rig_event *rig_event(enum leg_ev ev)
{
	CU_ASSERT_FATAL(rig.events_seen < rig.n_events);
	CU_ASSERT_STRING_EQUAL(leg_ev_name(rig.events[rig.events_seen].ev), leg_ev_name(ev));
	return &rig.events[rig.events_seen++];
}

void rig_no_event(void)
{
	CU_ASSERT_EQUAL(rig.events_seen, rig.n_events);
	if (rig.events_seen < rig.n_events)
		printf("event: %s\n", leg_ev_name(rig.events[rig.events_seen].ev));
}

void rig_say(enum leg_ev ev, const struct leg_progress *progress)
{
	struct leg_event event = { .ev = ev };

	if (progress)
		event.progress = *progress;
	call_raise(&rig.leg, &event);
}

void rig_say_release(enum q850_cause cause)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE,
					 .release = { .cause = cause, .cause_given = true } };

	call_raise(&rig.leg, &event);
}

void rig_call(const struct leg_setup *setup)
{
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = setup };
	enum q850_cause cause;

	rig.leg = (struct leg){ .ops = &opposite_ops, .trunk = &rig.trunk };
	CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(rig.core, &rig.leg, &cause));
	call_raise(&rig.leg, &event);
}

/* ---- life ---- */

static void call_ended(void *arg, const struct call_record *record)
{
	(void)arg;
	rig.ended++;
	rig.ended_cause = record->release.cause;
}

static void conf_fill(bool trusted)
{
	static char pbx[] = "pbx", host[] = PEER, net[] = "198.51.100.0/24", pstn[] = "pstn";
	static char pcma[] = "PCMA", pcmu[] = "PCMU", in[] = "in", out[] = "out", none[] = "";
	static char agent[] = "Causeway";

	rig.sips[0] = (struct conf_sip_trunk){ .name = pbx,
					       .host = host,
					       .allow = { net },
					       .n_allow = 1,
					       .codecs = { pcma, pcmu },
					       .n_codecs = 2,
					       .ptime_ms = 20,
					       .dtmf = CONF_DTMF_RFC4733,
					       .events = 0xFFFF,
					       .trusted = trusted,
					       .reliable = CONF_RELIABLE_SUPPORTED,
					       .p_early_media = trusted,
					       .keepalive_lost = 3,
					       .keepalive_back = 2 };
	rig.routes[0] = (struct conf_route){
		.name = in, .prefix = none, .from = pbx, .to = { pstn }, .n_to = 1
	};
	rig.routes[1] = (struct conf_route){
		.name = out, .prefix = none, .from = pstn, .to = { pbx }, .n_to = 1
	};
	rig.conf.sips = rig.sips;
	rig.conf.n_sips = 1;
	rig.conf.sip.user_agent = agent;
}

static void engine_open(void)
{
	const struct clock_source clock = { rig_now, NULL };
	const struct sip_stack_conf stack_conf = { 0 };
	struct sip_ua_parts parts = { 0 };
	struct sip_stack_parts stack_parts = { .ops = &rig_transport };

	rig.heap = timer_heap_new(&clock);
	stack_parts.heap = rig.heap;
	stack_parts.locator = (struct sip_locator){
		.random = { rig_random, NULL }, .udp = true, .tcp = true, .ipv4 = true
	};
	rig.stack = sip_stack_new(&stack_conf, &stack_parts);
	rig.core = call_core_new(&(struct call_core_conf){ .heap = rig.heap,
							   .media = (struct media_engine *)&rig,
							   .rtp_address = "192.0.2.1" });
	rig.observer.ended = call_ended;
	call_core_observe(rig.core, &rig.observer);
	rig.trunk = (struct trunk){ .ops = &opposite_trunk_ops, .name = "pstn" };
	call_core_add_trunk(rig.core, &rig.trunk);
	call_core_set_routes(rig.core, route_table_new(rig.routes, 2));
	parts.heap = rig.heap;
	parts.stack = rig.stack;
	parts.core = rig.core;
	parts.locator = stack_parts.locator;
	rig.ua = sip_ua_new(&rig.conf, &parts);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig.ua);
}

static void (*rig_tune)(struct rig *rig);

void rig_open(bool trusted)
{
	memset(&rig, 0, sizeof(rig));
	rig.now_us = 1000000;
	rig.random = 4711;
	conf_fill(trusted);
	if (rig_tune)
		rig_tune(&rig);
	rig_tune = NULL;
	engine_open();
}

void rig_open_with(void (*tune)(struct rig *rig))
{
	rig_tune = tune;
	rig_open(false);
}

void rig_close(void)
{
	rig_quiet();
	rig_no_event();
	/* Every timer of RFC 3261 has run out after two times 64*T1. */
	rig_run_ms(80000);
	CU_ASSERT_EQUAL(call_core_calls(rig.core), 0);
	CU_ASSERT_EQUAL(sip_ua_legs(rig.ua), 0);
	CU_ASSERT_EQUAL(sip_ua_dialogs(rig.ua), 0);
	CU_ASSERT_EQUAL(sip_stack_transactions(rig.stack), 0);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	sip_ua_free(rig.ua);
	sip_stack_free(rig.stack);
	call_core_free(rig.core);
	timer_heap_free(rig.heap);
	for (unsigned i = 0; i < rig.n_sent; i++)
		sip_msg_free(rig.sent[i]);
}
