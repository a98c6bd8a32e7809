/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What becomes of requests outside a dialog: sources, refusals, OPTIONS, drain, reload (RFC
 * 3261 8.2, 11). */
#include "gw/sip/leg_trunk.h"
#include "tests/unit/gw/sip/leg_rig.c"

static unsigned serial;

/* method, Request-URI, more header fields and body */
static void request(const char *method, const char *uri, const char *rest)
{
	serial++;
	rig_receive("%s %s SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKu%u\n"
		    "From: <sip:alice@pbx>;tag=a%u\nTo: <sip:gw>\nCall-ID: ua-%u\nCSeq: 1 %s\n%s",
		    method, uri, serial, serial, serial, method, rest);
}

static void ack(void)
{
	rig_receive("ACK sip:gw SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKu%u\n"
		    "From: <sip:alice@pbx>;tag=a%u\nTo: <sip:gw>;tag=x\nCall-ID: ua-%u\n"
		    "CSeq: 1 ACK\nMax-Forwards: 70\n\n",
		    serial, serial, serial);
}

static void test_options(void)
{
	const struct sip_msg *msg;

	rig_open(false);
	request("OPTIONS", "sip:192.0.2.1", "Max-Forwards: 0\n\n");
	msg = rig_status(200);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_ALLOW, "INVITE, ACK, CANCEL, BYE, OPTIONS"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_ACCEPT, "application/sdp"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_SUPPORTED, "199"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_SERVER, "Causeway"));
	CU_ASSERT_TRUE(msg->to->tag.n > 0);
	rig_close();
}

static void test_unknown_source(void)
{
	static const char *const methods[] = { "INVITE", "OPTIONS", "BYE", "REGISTER" };
	char text[512];

	rig_open(false);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof(text),
			 "%s sip:030@gw SIP/2.0\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx%u\n"
			 "From: <sip:a@b>;tag=1\nTo: <sip:030@gw>\nCall-ID: bad%u\n"
			 "CSeq: 1 %s\nMax-Forwards: 70\nContact: <sip:a@203.0.113.1>\n\n",
			 methods[i], i, i, methods[i]);
		rig_receive_from("203.0.113.1", text);
		rig_status(403);
	}
	CU_ASSERT_FALSE(rig.seized);
	rig_receive_from("203.0.113.1",
			 "ACK sip:030@gw SIP/2.0\nVia: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx9\n"
			 "From: <sip:a@b>;tag=1\nTo: <sip:030@gw>;tag=2\nCall-ID: bad9\n"
			 "CSeq: 1 ACK\nMax-Forwards: 70\n\n");
	rig_quiet();
	rig_run_ms(33000); /* 403 to INVITE again and again without ACK */
	rig.seen = rig.n_sent;
	rig_close();
}

static void test_refusals(void)
{
	static const struct {
		const char *method, *uri, *rest;
		unsigned status;
		enum sip_header_id due;
		const char *value;
	} rows[] = {
		{ "REGISTER", "sip:gw", "Max-Forwards: 70\n\n", 405, SIP_H_ALLOW, "INVITE" },
		{ "SUBSCRIBE", "sip:gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n", 405,
		  SIP_H_ALLOW, "BYE" },
		{ "REFER", "sip:gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n", 405, SIP_H_ALLOW,
		  "BYE" },
		{ "FROBNICATE", "sip:gw", "Max-Forwards: 70\n\n", 501, SIP_H_ALLOW, "BYE" },
		{ "OPTIONS", "sip:gw", "Max-Forwards: 70\nRequire: 199, precondition, gruu\n\n",
		  420, SIP_H_UNSUPPORTED, "precondition, gruu" },
		{ "OPTIONS", "mailto:x@y", "Max-Forwards: 70\n\n", 416, SIP_H_SERVER, "Causeway" },
		{ "OPTIONS", "sip:gw", "Max-Forwards: 70\nContent-Type: text/plain\n\nhello\n", 415,
		  SIP_H_ACCEPT, "application/sdp" },
		{ "BYE", "sip:gw", "Max-Forwards: 70\n\n", 481, SIP_H_SERVER, "Causeway" },
	};

	rig_open(false);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		request(rows[i].method, rows[i].uri, rows[i].rest);
		CU_ASSERT_TRUE(rig_has(rig_status(rows[i].status), rows[i].due, rows[i].value));
	}
	rig_close();
}

static void test_invite_refusals(void)
{
	static const struct {
		const char *uri, *rest;
		unsigned status;
	} rows[] = {
		{ "sip:alice@gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n", 404 },
		{ "sip:gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n", 484 },
		{ "sip:123456789012345678901234567890123456789012345@gw",
		  "Max-Forwards: 70\nContact: <sip:a@b>\n\n", 484 },
		{ "http://gw/", "Max-Forwards: 70\nContact: <sip:a@b>\n\n", 416 },
		{ "sips:030@gw", "Max-Forwards: 70\nContact: <sips:a@b>\n\n", 416 },
		{ "sip:030@gw", "Max-Forwards: 0\nContact: <sip:a@b>\n\n", 483 },
		{ "sip:030@gw", "Max-Forwards: 70\nRequire: precondition\nContact: <sip:a@b>\n\n",
		  420 },
		{ "sip:030@gw",
		  "Max-Forwards: 70\nContact: <sip:a@b>\nContent-Type: application/isup\n\nx\n",
		  415 },
	};

	rig_open(false);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		request("INVITE", rows[i].uri, rows[i].rest);
		rig_status(rows[i].status);
		ack();
	}
	CU_ASSERT_FALSE(rig.seized);
	rig_close();
}

static void test_knows(void)
{
	union sip_sockaddr peer, other;

	rig_open(false);
	CU_ASSERT_EQUAL(sip_sockaddr_set(&peer, STR("198.51.100.7"), 40000), 0);
	CU_ASSERT_EQUAL(sip_sockaddr_set(&other, STR("203.0.113.7"), 5060), 0);
	CU_ASSERT_TRUE(sip_ua_knows(rig.ua, &peer));
	CU_ASSERT_FALSE(sip_ua_knows(rig.ua, &other));
	rig_close();
}

static void test_drain(void)
{
	rig_open(false);
	sip_ua_drain(rig.ua, true);
	request("INVITE", "sip:030@gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n");
	CU_ASSERT_TRUE(rig_has(rig_status(503), SIP_H_RETRY_AFTER, "10"));
	ack();
	request("OPTIONS", "sip:gw", "Max-Forwards: 70\n\n");
	rig_status(503);
	sip_ua_drain(rig.ua, false);
	call_core_drain(rig.core, true);
	request("INVITE", "sip:030@gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n");
	CU_ASSERT_TRUE(rig_has(rig_status(503), SIP_H_RETRY_AFTER, "10"));
	ack();
	rig_close();
}

static void full_tune(struct rig *r)
{
	r->sips[0].max_calls = 1;
}

static void test_max_calls(void)
{
	unsigned first;

	rig_open_with(full_tune);
	request("INVITE", "tel:+49-30.999", "Max-Forwards: 70\nContact: <sip:a@b>\n\n");
	rig_trying();
	CU_ASSERT_STRING_EQUAL(rig.setup.called.digits, "4930999");
	CU_ASSERT_EQUAL(rig.setup.called.noa, LEG_NOA_INTERNATIONAL);
	first = serial;
	request("INVITE", "sip:030@gw", "Max-Forwards: 70\nContact: <sip:a@b>\n\n");
	rig_status(503);
	ack();
	rig_say_release(Q850_UNALLOCATED);
	rig_status(404);
	rig_event(LEG_EV_RELEASED);
	serial = first;
	ack();
	rig_close();
}

static void test_reload(void)
{
	static char other[] = "other", host[] = "203.0.113.9", pbx[] = "pbx";

	rig_open(false);
	rig.conf.n_sips = 1;
	rig.sips[0].name = other;
	rig.sips[0].host = host;
	rig.sips[0].n_allow = 0;
	CU_ASSERT_EQUAL(sip_ua_reload(rig.ua, &rig.conf), 0);
	request("OPTIONS", "sip:gw", "Max-Forwards: 70\n\n");
	rig_status(403);
	rig_receive_from("203.0.113.9",
			 "OPTIONS sip:gw SIP/2.0\nVia: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKr1\n"
			 "From: <sip:a@b>;tag=1\nTo: <sip:gw>\nCall-ID: r1\nCSeq: 1 OPTIONS\n"
			 "Max-Forwards: 70\n\n");
	rig_status(200);
	CU_ASSERT_PTR_NULL(call_core_find_trunk(rig.core, "pbx"));
	CU_ASSERT_TRUE(call_core_find_trunk(rig.core, "other")
			       ->ops->available(call_core_find_trunk(rig.core, "other")));
	/* It may come back. */
	rig.sips[0].name = pbx;
	CU_ASSERT_EQUAL(sip_ua_reload(rig.ua, &rig.conf), 0);
	CU_ASSERT_PTR_NULL(call_core_find_trunk(rig.core, "other"));
	CU_ASSERT_TRUE_FATAL(call_core_find_trunk(rig.core, "pbx") != NULL);
	CU_ASSERT_TRUE(call_core_find_trunk(rig.core, "pbx")
			       ->ops->available(call_core_find_trunk(rig.core, "pbx")));
	rig_close();
}

static bool prefix_has(const char *prefix, const char *address)
{
	struct sip_prefix p;
	union sip_sockaddr a;

	CU_ASSERT_EQUAL_FATAL(sip_prefix_parse(&p, str_c(prefix)), 0);
	CU_ASSERT_EQUAL_FATAL(sip_sockaddr_set(&a, str_c(address), 0), 0);
	return sip_prefix_has(&p, &a);
}

static void test_prefixes(void)
{
	struct sip_prefix p;

	CU_ASSERT_TRUE(prefix_has("192.0.2.0/24", "192.0.2.255"));
	CU_ASSERT_FALSE(prefix_has("192.0.2.0/24", "192.0.3.0"));
	CU_ASSERT_TRUE(prefix_has("192.0.2.128/25", "192.0.2.129"));
	CU_ASSERT_FALSE(prefix_has("192.0.2.128/25", "192.0.2.127"));
	CU_ASSERT_TRUE(prefix_has("0.0.0.0/0", "203.0.113.1"));
	CU_ASSERT_FALSE(prefix_has("0.0.0.0/0", "2001:db8::1"));
	CU_ASSERT_TRUE(prefix_has("2001:db8::/33", "2001:db8:7fff::1"));
	CU_ASSERT_FALSE(prefix_has("2001:db8::/33", "2001:db8:8000::1"));
	CU_ASSERT_TRUE(prefix_has("192.0.2.1", "::ffff:192.0.2.1"));
	CU_ASSERT_NOT_EQUAL(sip_prefix_parse(&p, STR("192.0.2.0/33")), 0);
	CU_ASSERT_NOT_EQUAL(sip_prefix_parse(&p, STR("pbx.example")), 0);
	CU_ASSERT_NOT_EQUAL(sip_prefix_parse(&p, STR("192.0.2.0/")), 0);
}

static const CU_TestInfo tests[] = {
	{ "OPTIONS", test_options },	 { "unknown source", test_unknown_source },
	{ "refusals", test_refusals },	 { "INVITE refusals", test_invite_refusals },
	{ "knows", test_knows },	 { "drain", test_drain },
	{ "max calls", test_max_calls }, { "reload", test_reload },
	{ "prefixes", test_prefixes },	 CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip user agent", tests, argc, argv);
}
