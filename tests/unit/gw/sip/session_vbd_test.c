/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Voice-band data's payload type (V.152 7.1) in offers and answers. */
#include <stdio.h>
#include <string.h>

#include "gw/sip/gpmd.h"
#include "gw/sip/session.h"
#include "tests/unit/cu.h"

#define HEAD "v=0\r\no=- 7 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"
#define VBD                                                                                        \
	"m=audio 4000 RTP/AVP 0 8 98 99\r\na=rtpmap:98 PCMA/8000\r\na=gpmd:98 vbd=yes\r\n"         \
	"a=rtpmap:99 PCMU/8000\r\na=gpmd:99 vbd=yes;ecan=off\r\n"
#define PLAIN "m=audio 4000 RTP/AVP 8\r\n"

static const struct sip_session_conf conf = {
	.address = "192.0.2.1",
	.port = 10002,
	.n_codecs = 3,
	.ptime_ms = 20,
	.codecs = { MEDIA_PCMA, MEDIA_PCMU, MEDIA_CLEARMODE },
	.vbd_payload = true,
};

static struct sip_session session;
static struct sip_settled settled;
static const struct media_rtp_params *const p = &settled.params;

static void open_with(bool vbd, bool mu_first)
{
	struct sip_session_conf with = conf;

	with.vbd_payload = vbd;
	if (mu_first) {
		with.codecs[0] = MEDIA_PCMU;
		with.codecs[1] = MEDIA_PCMA;
	}
	sip_session_open(&session, &with, 1000);
	memset(&settled, 0, sizeof(settled));
}

static bool local_has(const char *text)
{
	return session.local && memmem(session.local, session.n_local, text, strlen(text)) != NULL;
}

static int answer(const char *lines)
{
	char offer[1000];

	snprintf(offer, sizeof(offer), HEAD "%s", lines);
	return sip_session_answer(&session, str_c(offer), SDP_SENDRECV, &settled);
}

static int accept_answer(const char *lines)
{
	char text[1000];

	snprintf(text, sizeof(text), HEAD "%s", lines);
	memset(&settled, 0, sizeof(settled));
	return sip_session_accept(&session, str_c(text), &settled);
}

static void gpmd(void)
{
	static const struct {
		const char *value, *format;
		bool vbd;
	} rows[] = {
		{ "98 vbd=yes", "98", true },
		{ "98 vbd=no", "98", false },
		{ " 98 vbd=yes", "98", true },
		{ "98 ecan=off; VBD=Yes ", "98", true },
		{ "98 vbd=yes;ecan=fb on", "98", true },
		{ "98 vbd = yes", "98", true },
		{ "98 xvbd=yes", "98", false },
		{ "98 vbd=yes;vbd=no", "98", false },
		{ "98 vbd", "98", false },
		{ "98 ;;=;", "98", false },
		{ "98", "98", false },
		{ "", "", false },
		{ " ", "", false },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str format;

		CU_ASSERT_EQUAL(gpmd_is_vbd(str_c(rows[i].value), &format), rows[i].vbd);
		CU_ASSERT_TRUE(str_eq(format, str_c(rows[i].format)));
	}
}

/* One for each law, after everything else. */
static void offered(void)
{
	open_with(true, false);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 0 105 104\r\n"));
	CU_ASSERT_TRUE(local_has("a=rtpmap:105 PCMA/8000\r\na=gpmd:105 vbd=yes\r\n"
				 "a=rtpmap:104 PCMU/8000\r\na=gpmd:104 vbd=yes\r\n"));
	/* the peer's numbers, and ours */
	CU_ASSERT_EQUAL(accept_answer("m=audio 4000 RTP/AVP 8 120\r\na=rtpmap:120 PCMA/8000\r\n"
				      "a=gpmd:120 vbd=yes\r\n"),
			0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMA && p->payload_type == 8);
	CU_ASSERT_TRUE(p->vbd_payload_type == 120 && p->vbd_payload_type_in == 105);
	/* the answer's codec has the one of its own law */
	CU_ASSERT_EQUAL(accept_answer(VBD), 0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMU && p->payload_type == 0);
	CU_ASSERT_TRUE(p->vbd_payload_type == 99 && p->vbd_payload_type_in == 104);
	CU_ASSERT_EQUAL(accept_answer("m=audio 4000 RTP/AVP 0 105\r\na=rtpmap:105 PCMA/8000\r\n"
				      "a=gpmd:105 vbd=yes\r\n"),
			0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMU && !p->vbd_payload_type && !p->vbd_payload_type_in);
	sip_session_close(&session);
}

/* Peers that do not know of it leave it out, leave the mark out, or take it for the codec. */
static void not_understood(void)
{
	open_with(true, false);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_EQUAL(accept_answer(PLAIN), 0);
	CU_ASSERT_TRUE(!p->vbd_payload_type && !p->vbd_payload_type_in);
	CU_ASSERT_EQUAL(accept_answer("m=audio 4000 RTP/AVP 8 105\r\na=rtpmap:105 PCMA/8000\r\n"),
			0);
	CU_ASSERT_TRUE(p->payload_type == 8 && !p->vbd_payload_type && !p->vbd_payload_type_in);
	CU_ASSERT_EQUAL(accept_answer("m=audio 4000 RTP/AVP 105\r\na=rtpmap:105 PCMA/8000\r\n"), 0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMA && p->payload_type == 105 && !p->vbd_payload_type);
	CU_ASSERT_EQUAL(accept_answer("m=audio 4000 RTP/AVP 105\r\na=rtpmap:105 PCMA/8000\r\n"
				      "a=gpmd:105 vbd=yes\r\n"),
			0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMA && p->payload_type == 105 && !p->vbd_payload_type);
	sip_session_close(&session);
}

static void answered(void)
{
	open_with(true, false);
	CU_ASSERT_EQUAL(answer(VBD), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 98\r\na=rtpmap:8 PCMA/8000\r\n"
				 "a=rtpmap:98 PCMA/8000\r\na=gpmd:98 vbd=yes\r\n"));
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMA && p->payload_type == 8);
	CU_ASSERT_TRUE(p->vbd_payload_type == 98 && p->vbd_payload_type_in == 98);
	/* it keeps the numbers (RFC 3264 8.3.2) */
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 0 98 99\r\n"));
	CU_ASSERT_EQUAL(answer(PLAIN), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8\r\n") && !local_has("gpmd"));
	CU_ASSERT_TRUE(!p->vbd_payload_type && !p->vbd_payload_type_in);
	sip_session_close(&session);
	open_with(true, true);
	CU_ASSERT_EQUAL(answer(VBD), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 0 99\r\n"));
	CU_ASSERT_TRUE(local_has("a=gpmd:99 vbd=yes\r\n") && !local_has("gpmd:98"));
	sip_session_close(&session);
}

/* Speech never goes by what is marked as voice-band data, in whatever order it is written. */
static void not_the_codec(void)
{
	open_with(true, false);
	CU_ASSERT_EQUAL(answer("m=audio 4000 RTP/AVP 98 8\r\na=rtpmap:98 PCMA/8000\r\n"
			       "a=gpmd:98 vbd=yes\r\n"),
			0);
	CU_ASSERT_TRUE(p->payload_type == 8 && p->vbd_payload_type == 98);
	sip_session_close(&session);
	open_with(false, false);
	CU_ASSERT_EQUAL(answer("m=audio 4000 RTP/AVP 0 98\r\na=rtpmap:98 PCMA/8000\r\n"
			       "a=gpmd:98 vbd=yes\r\n"),
			0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMU && p->payload_type == 0 && !p->vbd_payload_type);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 0\r\n"));
	sip_session_close(&session);
	/* unless there is nothing else */
	open_with(true, false);
	CU_ASSERT_EQUAL(answer("m=audio 4000 RTP/AVP 98\r\na=rtpmap:98 PCMA/8000\r\n"
			       "a=gpmd:98 vbd=yes\r\n"),
			0);
	CU_ASSERT_TRUE(p->payload_type == 98 && p->payload_type_in == 98 && !p->vbd_payload_type);
	CU_ASSERT_TRUE(local_has("RTP/AVP 98\r\na=rtpmap:98 PCMA/8000\r\na=gpmd:98 vbd=yes\r\n"));
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 98 0 104\r\n"));
	sip_session_close(&session);
}

/* A static type may be marked: it is the codec's, and says nothing of where voice-band data begins. */
static void static_types(void)
{
	open_with(true, false);
	CU_ASSERT_EQUAL(answer("m=audio 4000 RTP/AVP 8\r\na=gpmd:8 vbd=yes\r\n"), 0);
	CU_ASSERT_TRUE(local_has("a=rtpmap:8 PCMA/8000\r\na=gpmd:8 vbd=yes\r\n"));
	CU_ASSERT_TRUE(p->payload_type == 8 && !p->vbd_payload_type && !p->vbd_payload_type_in);
	sip_session_close(&session);
	open_with(true, false);
	CU_ASSERT_EQUAL(answer("m=audio 4000 RTP/AVP 0\r\na=gpmd:0 vbd=yes\r\n"), 0);
	CU_ASSERT_TRUE(local_has("a=gpmd:0 vbd=yes\r\n"));
	sip_session_close(&session);
}

static void off(void)
{
	open_with(false, false);
	CU_ASSERT_EQUAL(answer(VBD "a=gpmd:8 vbd=yes\r\n"), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8\r\n") && !local_has("gpmd"));
	CU_ASSERT_TRUE(!p->vbd_payload_type && !p->vbd_payload_type_in);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 0\r\n") && !local_has("gpmd"));
	CU_ASSERT_EQUAL(accept_answer(VBD), 0);
	CU_ASSERT_TRUE(!p->vbd_payload_type && !p->vbd_payload_type_in);
	sip_session_close(&session);
}

/* Data has nothing beside it, and ours move away from what the peer uses for something else. */
static void beside(void)
{
	struct sip_session_conf data = conf;

	data.bearer = SESSION_DATA;
	sip_session_open(&session, &data, 1000);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 96\r\n") && !local_has("gpmd"));
	sip_session_close(&session);
	open_with(true, false);
	CU_ASSERT_EQUAL(answer("m=audio 4000 RTP/AVP 8 105\r\na=rtpmap:105 opus/48000/2\r\n"), 0);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 0 97 104\r\n"));
	CU_ASSERT_TRUE(local_has("a=rtpmap:97 PCMA/8000\r\na=gpmd:97 vbd=yes\r\n"));
	sip_session_close(&session);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "gpmd", gpmd },
		{ "offered", offered },
		{ "not understood", not_understood },
		{ "answered", answered },
		{ "not the codec", not_the_codec },
		{ "static types", static_types },
		{ "off", off },
		{ "beside it", beside },
		CU_TEST_INFO_NULL,
	};

	return cu_run("payload type of voice-band data", tests, argc, argv);
}
