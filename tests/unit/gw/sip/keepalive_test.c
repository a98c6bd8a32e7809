/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* OPTIONS that watch a trunk: down and up with hysteresis, what counts as an answer, credentials, reload. */
#include "gw/base/alarm.h"
#include "gw/sip/keepalive.h"
#include "tests/unit/gw/sip/leg_rig.c"

static void tune(struct rig *r)
{
	r->sips[0].keepalive_ms = 10000;
}

static void user_tune(struct rig *r)
{
	static char user[] = "gw", password[] = "secret", proxy[] = "198.51.100.50:5070";

	tune(r);
	r->sips[0].user = user;
	r->sips[0].password = password;
	r->sips[0].outbound_proxy = proxy;
}

static void respond(const struct sip_msg *request, const char *line, const char *rest)
{
	rig_receive("SIP/2.0 %s\nVia: %.*s\nFrom: %.*s\nTo: %.*s;tag=x\nCall-ID: %.*s\nCSeq: %u "
		    "OPTIONS\n%s",
		    line, STR_FMT(request->via->text), STR_FMT(request->from->text),
		    STR_FMT(request->to->text), STR_FMT(request->call_id),
		    (unsigned)request->cseq.number, rest);
}

static bool available(void)
{
	const struct trunk *trunk = call_core_find_trunk(rig.core, "pbx");

	return trunk->ops->available(trunk);
}

/* The one that is due, whatever was sent again before it. */
static const struct sip_msg *due(unsigned ms)
{
	rig_run_ms(ms);
	while (rig.seen + 1 < rig.n_sent)
		rig_request(SIP_OPTIONS);
	return rig_request(SIP_OPTIONS);
}

static void over(void)
{
	rig.sips[0].keepalive_ms = 0;
	CU_ASSERT_EQUAL(sip_ua_reload(rig.ua, &rig.conf), 0);
	CU_ASSERT_EQUAL(alarm_count(), 0);
	CU_ASSERT_TRUE(available());
	rig_close();
}

static void test_hysteresis(void)
{
	const struct sip_msg *msg;

	rig_open_with(tune);
	msg = due(1000);
	CU_ASSERT_TRUE(str_eq(msg->uri.text, STR("sip:198.51.100.7")));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_CONTACT, "192.0.2.1"));
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_ACCEPT, "application/sdp"));
	CU_ASSERT_TRUE(available());
	respond(msg, "200 OK", "\n");
	/* Two are no three, and an answer begins anew. */
	due(10000);
	msg = due(10000);
	respond(msg, "200 OK", "\n");
	/* Three in a row are lost, each when the next one is due. */
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_TRUE(available());
		due(10000);
	}
	CU_ASSERT_TRUE(available());
	due(10000);
	CU_ASSERT_FALSE(available());
	CU_ASSERT_EQUAL(alarm_count(), 1);
	/* One answer is not enough, and one that is lost begins anew. */
	msg = due(10000);
	respond(msg, "200 OK", "\n");
	CU_ASSERT_FALSE(available());
	due(10000);
	msg = due(10000);
	respond(msg, "200 OK", "\n");
	CU_ASSERT_FALSE(available());
	msg = due(10000);
	respond(msg, "404 Not Found", "\n");
	CU_ASSERT_TRUE(available());
	CU_ASSERT_EQUAL(alarm_count(), 0);
	over();
}

static void test_statuses(void)
{
	static const struct {
		unsigned status;
		bool alive;
	} rows[] = { { 200, true }, { 302, true },  { 401, true },  { 404, true },
		     { 405, true }, { 408, false }, { 480, true },  { 500, false },
		     { 501, true }, { 502, false }, { 503, false }, { 504, false },
		     { 505, true }, { 513, true },  { 580, false }, { 603, true } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(sip_keepalive_alive(rows[i].status), rows[i].alive);
	rig_open_with(tune);
	respond(due(1000), "503 Busy", "\n");
	respond(due(10000), "503 Busy", "\n");
	CU_ASSERT_TRUE(available());
	respond(due(10000), "503 Busy", "\n");
	CU_ASSERT_FALSE(available());
	over();
}

/* A peer that is down gets no calls; those that it makes are taken. */
static void test_down(void)
{
	struct leg_setup setup = { .complete = true };

	rig_open_with(tune);
	for (unsigned i = 0; i < 3; i++)
		respond(due(i ? 10000 : 1000), "503 Busy", "\n");
	snprintf(setup.called.digits, sizeof(setup.called.digits), "4930999");
	rig_call(&setup);
	CU_ASSERT_EQUAL(rig_event(LEG_EV_RELEASE)->release.cause, Q850_NETWORK_OUT_OF_ORDER);
	rig_quiet();
	rig_receive("INVITE sip:030999@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP "
		    "198.51.100.7:5060;branch=z9hG4bKi\n"
		    "Max-Forwards: 70\nFrom: <sip:a@pbx>;tag=c\nTo: <sip:030999@gw>\nCall-ID: k\n"
		    "CSeq: 1 INVITE\nContact: <sip:a@198.51.100.7>\n\n");
	CU_ASSERT_TRUE(rig.seized);
	rig_say_release(Q850_BUSY);
	rig_event(LEG_EV_RELEASED);
	rig_status(486);
	rig_receive(
		"ACK sip:030999@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP "
		"198.51.100.7:5060;branch=z9hG4bKi\n"
		"Max-Forwards: 70\nFrom: <sip:a@pbx>;tag=c\nTo: <sip:030999@gw>;tag=x\nCall-ID: k\n"
		"CSeq: 1 ACK\n\n");
	over();
}

static void test_challenged(void)
{
	const struct sip_msg *msg;
	uint32_t cseq;

	rig_open_with(user_tune);
	msg = due(1000);
	cseq = msg->cseq.number;
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_ROUTE, "<sip:198.51.100.50:5070;lr>"));
	respond(msg, "401 No", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n\n");
	msg = rig_request(SIP_OPTIONS);
	CU_ASSERT_EQUAL(msg->cseq.number, cseq + 1);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION,
			       "realm=\"r\", nonce=\"n\", uri=\"sip:198.51.100.7\""));
	respond(msg, "200 OK", "\n");
	/* The next one has them at once. A peer that refuses them is there all the same. */
	msg = due(10000);
	CU_ASSERT_TRUE(rig_has(msg, SIP_H_AUTHORIZATION, "nonce=\"n\""));
	respond(msg, "403 No", "\n");
	CU_ASSERT_TRUE(available());
	over();
}

static void test_removed(void)
{
	rig_open_with(tune);
	due(1000);
	rig.conf.n_sips = 0;
	CU_ASSERT_EQUAL(sip_ua_reload(rig.ua, &rig.conf), 0);
	rig_run_ms(40000);
	rig.seen = rig.n_sent; /* the last one's own repetitions */
	rig_run_ms(40000);
	rig_quiet();
	rig_close();
}

static const CU_TestInfo tests[] = {
	{ "hysteresis", test_hysteresis }, { "statuses", test_statuses }, { "down", test_down },
	{ "challenged", test_challenged }, { "removed", test_removed },	  CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("keepalive", tests, argc, argv);
}
