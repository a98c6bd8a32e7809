/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Whole calls between SIP and ISUP without a network: the real legs of both sides and the real call core, over a SIP
 * transport, an MTP, a clock and a media engine that the test works by hand. Included by one test program at a time.
 */
#ifndef TESTS_UNIT_GW_MAIN_BOTH_H
#define TESTS_UNIT_GW_MAIN_BOTH_H

#include <stdarg.h>

#include "gw/call/treatment.h"
#include "gw/pstn/isup_trunk.h"
#include "gw/sip/msg.h"
#include "gw/sip/ua.h"
#include "tests/unit/isup/rig.h"

#define CIRCUITS 4
#define SENT_MAX 64 /* the latest SIP messages of the gateway */
#define PEER	 "198.51.100.7"

#define SDP_OF(port, direction)                                                                                        \
	"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\nm=audio " port                           \
	" RTP/AVP 8\na=rtpmap:8 PCMA/8000\na=" direction "\n"
#define SDP	SDP_OF("4000", "sendrecv")
#define TYPE	"Content-Type: application/sdp\n"
#define CONTACT "Contact: <sip:peer@198.51.100.7>\n"

struct media_channel {
	bool open[2];
};

static struct {
	struct sip_stack *stack;
	struct call_core *core;
	struct sip_ua *ua;
	struct isup_trunk *trunk;
	struct conf conf;
	struct conf_sip_trunk sip;
	struct conf_isup isup;
	struct conf_circuits circuits;
	uint32_t random;
	struct sip_msg *sent[SENT_MAX]; /* own; a ring */
	unsigned n_sent, seen;
	struct isup_msg told[SENT_MAX]; /* ISUP messages of the gateway; a ring */
	unsigned n_told, heard;
	char flow[2048];   /* every message in order: ">INVITE IAM> ACM< <180 " */
	unsigned channels; /* open now */
	unsigned n_calls; /* from SIP */
	unsigned ended;
	struct call_record record; /* of the last call that ended */
	bool cause_missing;
	struct call_observer observer;
} both;

/* Before a call to both_open: what it changes in the configuration. */
static void (*both_tune)(void);

static struct tdm_span span = { .name = "e1" };

/* --- the order of messages: SIP left of the gateway, ISUP right --- */

static inline void flow_add(const char *before, struct str word, const char *after)
{
	char text[40], *last;
	size_t n = strlen(both.flow);

	snprintf(text, sizeof(text), "%s%.*s%s", before, STR_FMT(word), after);
	last = n > strlen(text) ? both.flow + n - 1 - strlen(text) : NULL;
	/* The same again and again is one word. */
	if (n + sizeof(text) > sizeof(both.flow) || strcmp(text, "<100") == 0 ||
	    (last && strncmp(last, text, strlen(text)) == 0 && (last == both.flow || last[-1] == ' ')))
		return;
	snprintf(both.flow + n, sizeof(both.flow) - n, "%s ", text);
}

static inline void flow_add_sip(const char *before, const struct sip_msg *msg)
{
	char status[8];

	snprintf(status, sizeof(status), "%u", msg->status);
	flow_add(before, msg->request ? msg->method_name : str_c(status), "");
}

/* What was said since the last look is this. */
static inline void flow(const char *expected)
{
	if (strcmp(both.flow, expected) != 0)
		printf("\n  flow     \"%s\"\n  expected \"%s\"\n", both.flow, expected);
	CU_ASSERT_STRING_EQUAL(both.flow, expected);
	both.flow[0] = '\0';
}

/* --- media: what is open is counted --- */

struct media_channel *media_channel_new(struct media_engine *engine, const char *label, media_event_fn *fn, void *arg)
{
	(void)engine, (void)label, (void)fn, (void)arg;
	both.channels++;
	return calloc(1, sizeof(struct media_channel));
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	(void)want_closed;
	CU_ASSERT_FALSE(channel->open[0] || channel->open[1]);
	both.channels--;
	free(channel);
}

static int end_open(struct media_channel *channel, unsigned side)
{
	CU_ASSERT_FALSE(channel->open[side]);
	channel->open[side] = true;
	return 0;
}

int media_rtp_open(struct media_channel *channel, unsigned side, const char *address, uint16_t *local_port)
{
	(void)address;
	*local_port = 10002;
	return end_open(channel, side);
}

int media_rtp_set(struct media_channel *channel, unsigned side, const struct media_rtp_params *params)
{
	(void)params;
	CU_ASSERT_TRUE(channel->open[side]);
	return 0;
}

int media_bearer_set(struct media_channel *channel, unsigned side, const struct media_bearer_params *params)
{
	(void)channel, (void)side, (void)params;
	return 0;
}

int media_bearer_open(struct media_channel *channel, unsigned side, struct tdm_span *on, unsigned timeslot)
{
	(void)on, (void)timeslot;
	return end_open(channel, side);
}

void media_end_close(struct media_channel *channel, unsigned side)
{
	channel->open[side] = false;
}

void media_end_mode(struct media_channel *channel, unsigned side, bool hear, bool speak)
{
	(void)channel, (void)side, (void)hear, (void)speak;
}

void media_tone(struct media_channel *channel, unsigned side, enum media_tone tone)
{
	(void)channel, (void)side, (void)tone;
}

void media_tone_zone(struct media_channel *channel, unsigned side, const struct zone *zone)
{
	(void)channel, (void)side, (void)zone;
}

void media_play(struct media_channel *channel, unsigned side, struct media_sound *sound, bool loop)
{
	(void)channel, (void)side, (void)sound, (void)loop;
}

void media_dtmf_send(struct media_channel *channel, unsigned side, char digit, uint32_t duration_ms)
{
	(void)channel, (void)side, (void)digit, (void)duration_ms;
}

void media_signal_send(struct media_channel *channel, unsigned side, enum media_signal signal, uint32_t duration_ms)
{
	media_dtmf_send(channel, side, (char)signal, duration_ms);
}

void media_supervise(struct media_channel *channel, unsigned side, uint32_t timeout_ms, uint32_t silence_ms)
{
	(void)channel, (void)side, (void)timeout_ms, (void)silence_ms;
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

/* --- SIP --- */

static inline uint32_t both_random(void *arg)
{
	(void)arg;
	both.random = both.random * 1664525u + 1013904223u;
	return both.random;
}

static inline int both_send(void *transport, struct sip_hop *hop, struct str octets, struct sip_watch *watch,
			    bool must_exist)
{
	struct sip_msg **at = &both.sent[both.n_sent % SENT_MAX];

	(void)transport, (void)hop, (void)watch, (void)must_exist;
	sip_msg_free(*at);
	CU_ASSERT_EQUAL(sip_msg_parse(at, octets.p, octets.n, SIP_DATAGRAM), 0);
	flow_add_sip("<", *at);
	both.n_sent++;
	return 0;
}

static inline int both_sent_by(void *transport, const struct sip_hop *hop, struct sip_sent_by *sent_by)
{
	(void)transport;
	sent_by->proto = hop->proto;
	sent_by->port = 5060;
	snprintf(sent_by->host, sizeof(sent_by->host), "192.0.2.1");
	return 0;
}

static inline void both_unwatch(void *transport, struct sip_watch *watch)
{
	(void)transport, (void)watch;
}

static const struct sip_transport_ops both_transport = { .send = both_send, .sent_by = both_sent_by,
							 .unwatch = both_unwatch };

/* '\n' becomes CRLF, and Content-Length is added. */
static inline void sip_receive_text(const char *text)
{
	char wire[8192];
	size_t n = 0, n_body = 0;
	const char *body = strstr(text, "\n\n");
	struct sip_hop hop = { .proto = SIP_PROTO_UDP };
	struct sip_msg *msg;

	CU_ASSERT_FATAL(body != NULL);
	for (const char *p = body + 2; *p; p++)
		n_body += *p == '\n' ? 2 : 1;
	for (const char *p = text; *p; p++) {
		if (p == body + 1)
			n += (size_t)snprintf(wire + n, sizeof(wire) - n, "Content-Length: %zu\r\n", n_body);
		if (*p == '\n')
			wire[n++] = '\r';
		wire[n++] = *p;
	}
	CU_ASSERT_EQUAL(sip_sockaddr_set(&hop.remote, STR(PEER), 5060), 0);
	CU_ASSERT_EQUAL_FATAL(sip_msg_parse(&msg, wire, n, SIP_DATAGRAM), 0);
	flow_add_sip(">", msg);
	if (msg->request)
		CU_ASSERT_EQUAL(sip_msg_received(msg, STR(PEER), 5060), 0);
	sip_stack_received(both.stack, msg, &hop, (struct str){ wire, n });
	sip_msg_free(msg);
}

static inline void sip_receive(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void sip_receive(const char *fmt, ...)
{
	char text[6000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sip_receive_text(text);
}

/* A response of the peer to a request of the gateway; tag empty: its To as it is. */
static inline void sip_respond(const struct sip_msg *request, const char *line, const char *tag, const char *rest)
{
	bool tagged = request->to->tag.n > 0;

	sip_receive("SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s%s%s\nCall-ID: %.*s\nCSeq: %u %.*s\n%s", line,
		    STR_FMT(request->via->text), STR_FMT(request->from->text), STR_FMT(request->to->text),
		    tag[0] && !tagged ? ";tag=" : "", tagged ? "" : tag, STR_FMT(request->call_id),
		    (unsigned)request->cseq.number, STR_FMT(request->cseq.method_name), rest);
}

/* The latest message of the gateway that is what is asked for; NULL: there is none among them. */
static inline struct sip_msg *sip_latest(bool request, enum sip_method method, unsigned status)
{
	for (unsigned i = 0; i < SENT_MAX && i < both.n_sent; i++) {
		struct sip_msg *msg = both.sent[(both.n_sent - 1 - i) % SENT_MAX];

		if (msg->request == request && msg->method == method && (request || msg->status == status))
			return msg;
	}
	return NULL;
}

/* The messages since the last look, as words: "INVITE 180 BYE "; the 100 is left out. */
static inline const char *sip_said(void)
{
	static char words[512];
	size_t n = 0;

	words[0] = '\0';
	for (; both.seen < both.n_sent; both.seen++) {
		const struct sip_msg *msg = both.sent[both.seen % SENT_MAX];

		if (!msg->request && msg->status == 100)
			continue;
		if (msg->request)
			n += (size_t)snprintf(words + n, sizeof(words) - n, "%.*s ", STR_FMT(msg->method_name));
		else
			n += (size_t)snprintf(words + n, sizeof(words) - n, "%u ", msg->status);
		CU_ASSERT_FATAL(n < sizeof(words));
	}
	return words;
}

/* --- ISUP --- */

static inline int both_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
				size_t n)
{
	int err = rig_transfer(mtp, opc, dpc, sls, octets, n);

	flow_add("", str_c(isup_type_name(rig.last.type)), ">");
	both.told[both.n_told++ % SENT_MAX] = rig.last;
	return err;
}

static const struct mtp_ops both_mtp_ops = { .type = "script", .transfer = both_transfer,
					     .available = rig_available };

static inline void isup_answer(const struct isup_msg *msg)
{
	struct isup_range range = { 0 };
	struct isup_msg out;
	uint8_t type = 0;

	switch (msg->type) {
	case ISUP_REL:
	case ISUP_RSC:
		receive(ISUP_RLC, msg->cic, 0);
		return;
	case ISUP_BLO:
		receive(ISUP_BLA, msg->cic, 0);
		return;
	case ISUP_UBL:
		receive(ISUP_UBA, msg->cic, 0);
		return;
	case ISUP_GRS:
		(void)isup_get_range(msg, &range);
		receive(ISUP_GRA, msg->cic, range.range);
		return;
	case ISUP_CGB:
		type = ISUP_CGBA;
		break;
	case ISUP_CGU:
		type = ISUP_CGUA;
		break;
	default:
		return;
	}
	out = *msg;
	out.type = (enum isup_type)type;
	receive_msg(&out);
}

/* The exchange answers what the gateway has told it and it has not answered. */
static inline void isup_answer_all(void)
{
	while (both.heard < both.n_told) {
		if (both.n_told - both.heard > SENT_MAX)
			both.heard = both.n_told - SENT_MAX;
		const struct isup_msg msg = both.told[both.heard++ % SENT_MAX];

		isup_answer(&msg);
	}
}

static inline const char *isup_said(void)
{
	static char words[512];

	(void)str_copy(words, sizeof(words), str_c(rig.sent));
	rig.sent[0] = '\0';
	return words;
}

/* The exchange says something. */
static inline void exchange(uint8_t type, uint16_t cic, uint8_t value)
{
	flow_add("", str_c(isup_type_name(type)), "<");
	receive(type, cic, value);
}

/* Blocking or unblocking of circuits by the other end; hardware: for a failure. */
static inline void receive_group(uint8_t type, uint16_t cic, uint8_t range, bool hardware)
{
	struct isup_msg msg, typed;
	struct isup_range r;

	make(&msg, type, cic, range);
	isup_msg_init(&typed, (enum isup_type)type, cic);
	(void)isup_get_range(&msg, &r);
	(void)isup_put_octet(&typed, ISUP_P_CIRCUIT_GROUP_TYPE, hardware);
	(void)isup_put_range(&typed, &r);
	receive_msg(&typed);
}

/* --- life --- */

static inline void both_ended(void *arg, const struct call_record *record)
{
	(void)arg;
	both.ended++;
	both.record = *record;
	both.cause_missing |= record->release.cause == Q850_NONE || record->release.cause > 127;
}

static inline struct tdm_span *both_span(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "e1") == 0 ? &span : NULL;
}

static inline void both_conf(void)
{
	static char pbx[] = "pbx", host[] = PEER, net[] = "198.51.100.0/24", pcma[] = "PCMA", pstn[] = "pstn",
		    ls[] = "ls", e1[] = "e1", de[] = "49", berlin[] = "30", zero[] = "0", zeros[] = "00";

	both.sip = (struct conf_sip_trunk){ .name = pbx, .host = host, .allow = { net }, .n_allow = 1,
					    .codecs = { pcma }, .n_codecs = 1, .ptime_ms = 20,
					    .dtmf = CONF_DTMF_RFC4733, .events = 0xffff, .trusted = true };
	both.circuits = (struct conf_circuits){ .span = e1, .first_cic = 1, .timeslots = ((1u << CIRCUITS) - 1) << 1 };
	both.isup = (struct conf_isup){ .name = pstn, .linkset = ls, .circuits = &both.circuits, .n_circuits = 1,
					.hunt = CONF_HUNT_ASCENDING, .country = de, .area = berlin,
					.national_prefix = zero, .international_prefix = zeros, .min_digits = 3 };
	both.conf.sips = &both.sip;
	both.conf.n_sips = 1;
	both.conf.isups = &both.isup;
	both.conf.n_isups = 1;
}

static inline void both_no_fault(void *arg, const char *text)
{
	(void)arg;
	printf("%s\n", text);
	CU_FAIL("the treatments are at fault");
}

static inline void both_open(bool treated)
{
	static const struct clock_source clock = { .now_us = rig_now };
	static char tone[] = "tone", de[] = "de", in[] = "in", out[] = "out", empty[] = "";
	static struct conf_linkset linkset = { .opc = 1, .dpc = 2 };
	const struct sip_stack_conf stack_conf = { 0 };
	struct sip_stack_parts stack = { .ops = &both_transport };
	struct sip_ua_parts ua = { 0 };
	struct isup_trunk_env env = { .span = both_span };
	struct conf_route routes[2];
	int err;

	memset(&rig, 0, sizeof(rig));
	memset(&both, 0, sizeof(both));
	both_conf();
	if (both_tune)
		both_tune();
	both.random = 4711;
	linkset.name = both.isup.linkset;
	routes[0] = (struct conf_route){ .name = in, .prefix = empty, .from = both.isup.name,
					 .to = { both.sip.name }, .n_to = 1, .no_answer_ms = 60000 };
	routes[1] = (struct conf_route){ .name = out, .prefix = empty, .from = both.sip.name,
					 .to = { both.isup.name }, .n_to = 1 };
	rig.mtp.ops = &both_mtp_ops;
	rig.heap = stack.heap = ua.heap = env.heap = timer_heap_new(&clock);
	stack.locator = (struct sip_locator){ .random = { both_random, NULL }, .udp = true, .ipv4 = true };
	ua.stack = both.stack = sip_stack_new(&stack_conf, &stack);
	ua.locator = stack.locator;
	ua.core = env.core = both.core =
		call_core_new(&(struct call_core_conf){ .heap = rig.heap, .media = (struct media_engine *)&both,
							.rtp_address = "192.0.2.1" });
	if (treated) {
		both.conf.tones.country = de;
		both.conf.tones.time_ms = 1000;
		both.conf.treatment.busy = both.conf.treatment.congestion = tone;
		call_core_set_treatments(both.core, treatments_new(&both.conf, both_no_fault, NULL));
	}
	both.observer.ended = both_ended;
	call_core_observe(both.core, &both.observer);
	both.ua = sip_ua_new(&both.conf, &ua);
	both.trunk = isup_trunk_new(&both.isup, &linkset, &env, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(both.trunk);
	call_core_add_trunk(both.core, isup_trunk_trunk(both.trunk));
	call_core_set_routes(both.core, route_table_new(routes, 2));
	rig.isup = isup_trunk_isup(both.trunk);
	isup_attach(rig.isup, &rig.mtp);
	isup_mtp_resume(rig.isup);
	isup_answer_all();
	rig.sent[0] = '\0';
}

/* Nothing of any call is left. */
static inline bool both_empty(void)
{
	return !call_core_calls(both.core) && !sip_ua_legs(both.ua) && !sip_ua_dialogs(both.ua) &&
	       !sip_stack_transactions(both.stack) && !isup_trunk_busy(both.trunk) && !both.channels &&
	       !isup_trunk_trunk(both.trunk)->calls && !timer_heap_running(rig.heap);
}

/* Every timer runs out, and the exchange answers whatever it is told. */
static inline void both_settle(void)
{
	for (unsigned i = 0; i < 60 && !both_empty(); i++) {
		isup_answer_all();
		pass_ms(i < 50 ? 2000 : 60000);
	}
	isup_answer_all();
}

static inline void both_close(void)
{
	both_settle();
	CU_ASSERT_TRUE(both_empty());
	CU_ASSERT_FALSE(both.cause_missing);
	sip_ua_free(both.ua);
	sip_stack_free(both.stack);
	isup_trunk_free(both.trunk);
	call_core_free(both.core);
	timer_heap_free(rig.heap);
	for (unsigned i = 0; i < SENT_MAX; i++)
		sip_msg_free(both.sent[i]);
}

/* --- calls --- */

/* A request of a SIP caller; its To has the gateway's tag once there is one. */
static inline void caller(const char *method, unsigned cseq, const char *branch, const char *rest)
{
	const struct sip_msg *tagged = NULL;
	struct str to = STR_NONE;

	for (unsigned i = 0; i < SENT_MAX && i < both.n_sent && !tagged; i++) {
		const struct sip_msg *msg = both.sent[(both.n_sent - 1 - i) % SENT_MAX];

		if (!msg->request && msg->method == SIP_INVITE && msg->to->tag.n && str_starts(msg->call_id, STR("in-")))
			tagged = msg;
	}
	if (tagged && strcmp(branch, "inv") != 0)
		to = tagged->to->tag;
	sip_receive("%s sip:08912345@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK%s\n"
		    "Max-Forwards: 70\nFrom: <sip:+49301234@pbx>;tag=caller\nTo: <sip:08912345@gw>%s%.*s\n"
		    "Call-ID: in-%u\nCSeq: %u %s\n%s",
		    method, branch, to.n ? ";tag=" : "",
		    STR_FMT(to), both.n_calls,
		    cseq, method, rest);
}

static inline void call_from_sip(void)
{
	both.n_calls++;
	caller("INVITE", 1, "inv", CONTACT TYPE "\n" SDP);
	CU_ASSERT_STRING_EQUAL(isup_said(), "IAM 1 ");
}

static inline void call_from_isup(void)
{
	receive_iam(2, "30123", true);
	CU_ASSERT_STRING_EQUAL(sip_said(), "INVITE ");
}

#endif
