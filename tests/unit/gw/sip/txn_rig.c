/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A transaction layer on a clock that the test turns and a transport that keeps what is sent.
 * Included by the tests of transactions. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/transaction.h"
#include "tests/unit/cu.h"
#include "tests/unit/gw/dns/fake_dns.c"

#define RIG_SENT_MAX 128

struct rig_sent {
	uint64_t at_ms;
	struct sip_hop hop;
	struct sip_watch *watch;
	char text[4096];
};

struct rig {
	uint64_t now_us;
	uint32_t random;
	struct timer_heap *heap;
	struct sip_stack *stack;
	unsigned n_sent, taken;
	struct rig_sent sent[RIG_SENT_MAX];
	int fail;		/* what the next sends return */
	bool conn_open;		/* the connection that requests came by */
	char log[1024];		/* what the users were told */
	struct sip_txn *server; /* last request's */
	unsigned reply;		/* answer requests at once with it, 0: not */
	const char *label;	/* given to requests */
	bool own;
};

static struct rig rig;

static inline uint64_t rig_now(void *arg)
{
	(void)arg;
	return rig.now_us;
}

static inline uint32_t rig_random(void *arg)
{
	(void)arg;
	return rig.random++ * 2654435761u;
}

static inline uint64_t rig_ms(void)
{
	return (rig.now_us - 1000000) / 1000;
}

static void rig_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void rig_note(const char *fmt, ...)
{
	size_t n = strlen(rig.log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rig.log + n, sizeof(rig.log) - n, fmt, ap);
	va_end(ap);
}

/* True when the users were told exactly this since the last time. */
static inline bool rig_told(const char *expected)
{
	bool same = !strcmp(rig.log, expected);

	if (!same)
		printf("told \"%s\", expected \"%s\"\n", rig.log, expected);
	rig.log[0] = '\0';
	return same;
}

/* ---- transport ---- */

static inline int rig_send(void *transport, struct sip_hop *hop, struct str octets,
			   struct sip_watch *watch, bool must_exist)
{
	struct rig_sent *s = &rig.sent[rig.n_sent];

	(void)transport;
	if (must_exist && !rig.conn_open)
		return -ENOTCONN;
	if (rig.fail)
		return rig.fail;
	CU_ASSERT_FATAL(rig.n_sent < RIG_SENT_MAX && octets.n < sizeof(s->text));
	s->at_ms = rig_ms();
	s->hop = *hop;
	s->watch = watch;
	memcpy(s->text, octets.p, octets.n);
	s->text[octets.n] = '\0';
	rig.n_sent++;
	return 0;
}

static inline int rig_sent_by(void *transport, const struct sip_hop *hop,
			      struct sip_sent_by *sent_by)
{
	(void)transport;
	sent_by->proto = hop->proto;
	sent_by->port = 5060;
	snprintf(sent_by->host, sizeof(sent_by->host), "192.0.2.10");
	return 0;
}

static inline void rig_unwatch(void *transport, struct sip_watch *watch)
{
	(void)transport;
	for (unsigned i = 0; i < rig.n_sent; i++) {
		if (rig.sent[i].watch == watch)
			rig.sent[i].watch = NULL;
	}
}

static const struct sip_transport_ops rig_transport = { rig_send, rig_sent_by, rig_unwatch };

/* ---- users ---- */

static inline void rig_on_response(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	(void)user;
	(void)txn;
	rig_note("%u ", msg->status);
}

static inline void rig_on_failed(void *user, struct sip_txn *txn, unsigned status)
{
	(void)user;
	(void)txn;
	rig_note("failed%u ", status);
}

static inline void rig_on_ended(void *user, struct sip_txn *txn)
{
	(void)user;
	if (txn == rig.server)
		rig.server = NULL;
	rig_note("ended ");
}

static const struct sip_client_ops rig_client = { rig_on_response, rig_on_failed, rig_on_ended };

static inline void rig_on_cancel(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	(void)user;
	(void)txn;
	CU_ASSERT_EQUAL(msg->method, SIP_CANCEL);
	rig_note("cancel ");
}

static inline void rig_on_server_ack(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	(void)user;
	(void)txn;
	CU_ASSERT_EQUAL(msg->method, SIP_ACK);
	rig_note("ack ");
}

static const struct sip_server_ops rig_server = { rig_on_cancel, rig_on_server_ack, rig_on_failed,
						  rig_on_ended };

static inline void rig_on_request(void *user, struct sip_txn *txn, struct sip_msg *msg)
{
	(void)user;
	rig_note("%s ", sip_method_name(msg->method));
	rig.server = txn;
	if (rig.own)
		sip_server_own(txn, &rig_server, NULL);
	if (rig.label)
		sip_txn_label(txn, rig.label);
	if (rig.reply)
		CU_ASSERT_EQUAL(sip_server_reply(txn, rig.reply, STR_NONE), 0);
}

static inline void rig_on_ack(void *user, struct sip_msg *msg, const struct sip_hop *from)
{
	(void)user;
	(void)msg;
	(void)from;
	rig_note("stray-ack ");
}

static const struct sip_stack_ops rig_user = { rig_on_request, rig_on_ack, NULL };

/* ---- the rig ---- */

static inline void rig_open_with(const struct sip_stack_conf *conf, struct dns *dns)
{
	struct clock_source clock = { rig_now, NULL };
	struct sip_stack_parts parts = {
		.ops = &rig_transport,
		.locator = { .dns = dns,
			     .random = { rig_random, NULL },
			     .udp = true,
			     .tcp = true,
			     .ipv4 = true,
			     .ipv6 = true },
	};

	memset(&rig, 0, sizeof(rig));
	rig.now_us = 1000000;
	rig.own = true;
	rig.conn_open = true;
	rig.heap = timer_heap_new(&clock);
	parts.heap = rig.heap;
	rig.stack = sip_stack_new(conf, &parts);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig.stack);
	sip_stack_user(rig.stack, &rig_user, NULL);
}

static inline void rig_open(void)
{
	struct sip_stack_conf conf = { 0 };

	rig_open_with(&conf, NULL);
}

static inline void rig_close(void)
{
	sip_stack_free(rig.stack);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	timer_heap_free(rig.heap);
}

/* Turns the clock, stopping at every timer on the way. */
static inline void rig_run_ms(uint64_t ms)
{
	uint64_t end = rig.now_us + ms * 1000;

	for (;;) {
		int64_t next = timer_heap_next_us(rig.heap);

		if (next < 0 || rig.now_us + (uint64_t)next > end)
			break;
		rig.now_us += (uint64_t)next;
		timer_heap_run(rig.heap);
	}
	rig.now_us = end;
}

/* The next message sent that the test has not looked at; "" when there is none. */
static inline const char *rig_next(void)
{
	return rig.taken < rig.n_sent ? rig.sent[rig.taken++].text : "";
}

static inline bool rig_starts(const char *text, const char *start)
{
	bool ok = !strncmp(text, start, strlen(start));

	if (!ok)
		printf("sent \"%.60s\", expected \"%s\"\n", text, start);
	return ok;
}

#define RIG_SENT(start) CU_ASSERT(rig_starts(rig_next(), start))
#define RIG_NOTHING()	CU_ASSERT_EQUAL(rig.taken, rig.n_sent)

/* The value of a field of what was sent, up to its line's end. */
static inline const char *rig_field(const char *text, const char *name)
{
	static char value[8][256];
	static unsigned turn;
	char start[64];
	const char *at;
	char *out = value[turn++ % 8];

	snprintf(start, sizeof(start), "\r\n%s: ", name);
	at = strstr(text, start);
	out[0] = '\0';
	if (at) {
		at += strlen(start);
		snprintf(out, 256, "%.*s", (int)strcspn(at, "\r"), at);
	}
	return out;
}

static inline void rig_receive(const char *text, enum sip_proto proto)
{
	struct sip_hop hop = { .proto = proto, .conn = proto == SIP_PROTO_TCP ? 5 : 0 };
	struct sip_msg *msg;
	int err;

	CU_ASSERT_EQUAL(sip_sockaddr_set(&hop.remote, STR("192.0.2.20"), 5062), 0);
	CU_ASSERT_EQUAL(sip_sockaddr_set(&hop.local, STR("192.0.2.10"), 5060), 0);
	err = sip_msg_parse(&msg, text, strlen(text), SIP_DATAGRAM);
	CU_ASSERT_EQUAL(err, 0);
	if (err)
		printf("bad test message: %s at %zu\n", sip_fault_name(msg->error.fault),
		       msg->error.offset);
	else
		sip_stack_received(rig.stack, msg, &hop, (struct str){ text, strlen(text) });
	sip_msg_free(msg);
}

/* ---- messages ---- */

#define RIG_TARGET "sip:100@192.0.2.20"

static inline struct sip_txn *rig_start(const char *method, const char *next_hop, const char *more)
{
	char text[4096];
	struct sip_txn *txn;
	struct sip_client_params params = { .next_hop = str_c(next_hop),
					    .call = "c1",
					    .ops = &rig_client };

	snprintf(text, sizeof(text),
		 "%s " RIG_TARGET " SIP/2.0\r\nRoute: <sip:192.0.2.20;lr>\r\nMax-Forwards: 70\r\n"
		 "From: <sip:a@192.0.2.10>;tag=f1\r\nTo: <" RIG_TARGET
		 ">\r\nCall-ID: id1\r\nCSeq: 7 %s\r\n%s"
		 "Contact: <sip:a@192.0.2.10>\r\nContent-Length: 0\r\n\r\n",
		 method, method, more);
	params.request = str_c(text);
	CU_ASSERT_EQUAL_FATAL(sip_client_start(rig.stack, &params, &txn), 0);
	return txn;
}

/* A response to a request that was sent, with its top Via. */
static inline void rig_answer(const char *request, unsigned status, enum sip_proto proto)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "SIP/2.0 %u X\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s\r\nCall-ID: %s\r\nCSeq: "
		 "%s\r\nContent-Length: 0\r\n\r\n",
		 status, rig_field(request, "Via"), rig_field(request, "From"),
		 rig_field(request, "To"), status > 100 ? ";tag=t1" : "",
		 rig_field(request, "Call-ID"), rig_field(request, "CSeq"));
	rig_receive(text, proto);
}

/* A request of a peer. via: all after "SIP/2.0/". */
static inline void rig_request(const char *method, const char *via, const char *to_tag,
			       const char *call_id)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "%s sip:200@192.0.2.10 SIP/2.0\r\nVia: SIP/2.0/%s\r\nMax-Forwards: 70\r\n"
		 "From: <sip:b@192.0.2.20>;tag=pf\r\nTo: <sip:200@192.0.2.10>%s%s\r\nCall-ID: "
		 "%s\r\nCSeq: 3 %s\r\n"
		 "Contact: <sip:b@192.0.2.20>\r\nContent-Length: 0\r\n\r\n",
		 method, via, to_tag[0] ? ";tag=" : "", to_tag, call_id, method);
	rig_receive(text, strncmp(via, "TCP", 3) ? SIP_PROTO_UDP : SIP_PROTO_TCP);
}

/* The times of what was sent since the last look, in milliseconds, as text. */
static inline bool sent_at(const char *expected)
{
	char text[512] = "";

	for (; rig.taken < rig.n_sent; rig.taken++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%llu ",
			 (unsigned long long)rig.sent[rig.taken].at_ms);
	}
	if (strcmp(text, expected) != 0)
		printf("sent at \"%s\", expected \"%s\"\n", text, expected);
	return !strcmp(text, expected);
}

/* ---- with DNS ---- */

static const struct fake_record records[] = {
	FAKE_SERVER("_sip._udp.two.example", 1, 0, 5060, "a.example"),
	FAKE_SERVER("_sip._udp.two.example", 2, 0, 5060, "b.example"),
	FAKE_HOST("a.example", FAKE_A, "192.0.2.31"),
	FAKE_HOST("b.example", FAKE_A, "192.0.2.32"),
	FAKE_END,
};

static struct fake_dns dns;

static inline void dns_begin(void)
{
	struct sip_stack_conf conf = { 0 };

	CU_ASSERT_EQUAL_FATAL(fake_dns_open(&dns, records), 0);
	rig_open_with(&conf, dns.dns);
}

static inline void dns_end(void)
{
	rig_close();
	CU_ASSERT_EQUAL(fake_dns_close(&dns), 0);
}

static inline bool sent_to(unsigned i, const char *hop)
{
	char text[SIP_HOP_TEXT_MAX];

	return i < rig.n_sent && !strcmp(sip_hop_text(&rig.sent[i].hop, text), hop);
}
