/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Offer/answer: RFC 3264, with the cases of RFC 6337 that one audio stream can meet. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/sip/session.h"
#include "tests/unit/cu.h"

#define HEAD  "v=0\r\no=- 7 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 0 8\r\n"

static const struct sip_session_conf conf = {
	.address = "192.0.2.1",
	.port = 10002,
	.n_codecs = 2,
	.ptime_ms = 20,
	.dtmf = true,
	.codecs = { MEDIA_PCMA, MEDIA_PCMU },
};

static struct sip_session session;
static struct sip_settled settled;

static void open_session(void)
{
	sip_session_open(&session, &conf, 1000);
	memset(&settled, 0, sizeof(settled));
}

static bool local_has(const char *text)
{
	return session.local && memmem(session.local, session.n_local, text, strlen(text)) != NULL;
}

static int answer(const char *offer)
{
	return sip_session_answer(&session, str_c(offer), SDP_SENDRECV, &settled);
}

static void test_offer(void)
{
	open_session();
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("o=- 1000 1000 IN IP4 192.0.2.1\r\n"));
	CU_ASSERT_TRUE(local_has("c=IN IP4 192.0.2.1\r\n"));
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 0 101\r\n"));
	CU_ASSERT_TRUE(local_has("a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"));
	CU_ASSERT_TRUE(local_has("a=ptime:20\r\n"));
	CU_ASSERT_EQUAL(sip_session_accept(&session, str_c(HEAD AUDIO), &settled), 0);
	/* RFC 3264 7: the answer's first format */
	CU_ASSERT_EQUAL(settled.params.codec, MEDIA_PCMU);
	CU_ASSERT_EQUAL(settled.params.dtmf_payload_type, -1);
	CU_ASSERT_TRUE(settled.params.send && settled.params.receive && !settled.held);
	sip_session_close(&session);
}

static void test_version(void)
{
	open_session();
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("o=- 1000 1000 "));
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDONLY), 0);
	CU_ASSERT_TRUE(local_has("o=- 1000 1001 "));
	CU_ASSERT_TRUE(local_has("a=sendonly\r\n"));
	sip_session_close(&session);
}

/* Every m= line of the offer has its place in the answer; what we do not take has port 0. */
static void test_other_media(void)
{
	open_session();
	CU_ASSERT_EQUAL(answer(HEAD "m=video 5000 RTP/AVP 31\r\n"
				    "m=audio 4000 RTP/SAVP 8\r\n"
				    "m=audio 4002 RTP/AVP 8 96\r\n"
				    "a=rtpmap:96 telephone-event/8000\r\na=ptime:30\r\n"
				    "m=image 6000 udptl t38\r\n"),
			0);
	CU_ASSERT_TRUE(local_has("m=video 0 RTP/AVP 31\r\nm=audio 0 RTP/SAVP 8\r\n"
				 "m=audio 10002 RTP/AVP 8 96\r\n"));
	CU_ASSERT_TRUE(local_has("m=image 0 udptl t38\r\n"));
	CU_ASSERT_EQUAL(settled.params.dtmf_payload_type, 96);
	CU_ASSERT_EQUAL(settled.params.dtmf_payload_type_in, 96);
	CU_ASSERT_EQUAL(settled.params.ptime_ms, 30);
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&settled.params.remote)->sin_port, htons(4002));
	/* RFC 3264 8: a new offer of ours keeps the lines, and the event's payload type. */
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDONLY), 0);
	CU_ASSERT_TRUE(local_has("m=video 0 RTP/AVP 31\r\nm=audio 0 RTP/SAVP 8\r\n"
				 "m=audio 10002 RTP/AVP 8 0 96\r\n"));
	CU_ASSERT_TRUE(local_has("m=image 0 udptl t38\r\n"));
	sip_session_close(&session);
}

static void test_codec_order(void)
{
	open_session();
	CU_ASSERT_EQUAL(answer(HEAD AUDIO), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8\r\n"));
	CU_ASSERT_EQUAL(settled.params.payload_type, 8);
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 98\r\na=rtpmap:98 PCMU/8000\r\n"), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 98\r\na=rtpmap:98 PCMU/8000\r\n"));
	CU_ASSERT_EQUAL(settled.params.payload_type, 98);
	CU_ASSERT_EQUAL(settled.params.codec, MEDIA_PCMU);
	sip_session_close(&session);
}

static void test_directions(void)
{
	static const struct {
		const char *offer;
		enum sdp_direction want;
		const char *answer;
		bool send, receive, held;
	} rows[] = {
		{ "a=sendrecv\r\n", SDP_SENDRECV, "a=sendrecv\r\n", true, true, false },
		{ "a=sendonly\r\n", SDP_SENDRECV, "a=recvonly\r\n", false, true, true },
		{ "a=recvonly\r\n", SDP_SENDRECV, "a=sendonly\r\n", true, false, false },
		{ "a=inactive\r\n", SDP_SENDRECV, "a=inactive\r\n", false, false, true },
		{ "a=sendrecv\r\n", SDP_SENDONLY, "a=sendonly\r\n", true, false, false },
		{ "a=sendonly\r\n", SDP_SENDONLY, "a=inactive\r\n", false, false, true },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char offer[512];

		open_session();
		snprintf(offer, sizeof(offer), "%s%s", HEAD AUDIO, rows[i].offer);
		CU_ASSERT_EQUAL(sip_session_answer(&session, str_c(offer), rows[i].want, &settled),
				0);
		CU_ASSERT_TRUE(local_has(rows[i].answer));
		CU_ASSERT_EQUAL(settled.params.send, rows[i].send);
		CU_ASSERT_EQUAL(settled.params.receive, rows[i].receive);
		CU_ASSERT_EQUAL(settled.held, rows[i].held);
		sip_session_close(&session);
	}
}

static void test_refused_offers(void)
{
	open_session();
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 18 4\r\n"), -ENOTSUP);
	CU_ASSERT_EQUAL(answer(HEAD "m=video 4000 RTP/AVP 31\r\n"), -ENOTSUP);
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMA/16000\r\n"),
			-ENOTSUP);
	CU_ASSERT_EQUAL(answer(HEAD), -ENOTSUP);
	CU_ASSERT_EQUAL(answer("v=0\r\nnonsense"), -EBADMSG);
	CU_ASSERT_PTR_NULL(session.local);
	/* A stream put to sleep later is answered alike; the session goes on without it. */
	CU_ASSERT_EQUAL(answer(HEAD AUDIO), 0);
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 0 RTP/AVP 0 8\r\n"), 0);
	CU_ASSERT_TRUE(local_has("m=audio 0 RTP/AVP 0\r\n"));
	CU_ASSERT_FALSE(settled.stream || settled.params.send || settled.params.receive);
	CU_ASSERT_EQUAL(answer(HEAD AUDIO), 0);
	CU_ASSERT_TRUE(settled.stream && settled.params.send);
	sip_session_close(&session);
}

static void test_refused_answers(void)
{
	open_session();
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_EQUAL(
		sip_session_accept(&session, str_c(HEAD "m=audio 0 RTP/AVP 8\r\n"), &settled),
		-ENOTSUP);
	CU_ASSERT_EQUAL(
		sip_session_accept(&session, str_c(HEAD "m=audio 4000 RTP/AVP 18\r\n"), &settled),
		-ENOTSUP);
	CU_ASSERT_EQUAL(sip_session_accept(&session, str_c(""), &settled), -EBADMSG);
	sip_session_close(&session);
}

static void test_hold_address(void)
{
	open_session();
	CU_ASSERT_EQUAL(answer("v=0\r\no=- 7 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 0.0.0.0\r\n"
			       "t=0 0\r\n" AUDIO),
			0);
	CU_ASSERT_TRUE(settled.held);
	CU_ASSERT_FALSE(settled.params.send);
	CU_ASSERT_EQUAL(settled.params.remote.ss_family, AF_UNSPEC);
	sip_session_close(&session);
}

static void test_rtcp_and_ipv6(void)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&settled.params.remote_rtcp;

	open_session();
	CU_ASSERT_EQUAL(
		answer("v=0\r\no=- 7 1 IN IP6 2001:db8::7\r\ns=-\r\nc=IN IP6 2001:db8::7\r\n"
		       "t=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=rtcp:4009\r\n"),
		0);
	CU_ASSERT_EQUAL(in6->sin6_family, AF_INET6);
	CU_ASSERT_EQUAL(in6->sin6_port, htons(4009));
	sip_session_close(&session);
}

static const CU_TestInfo tests[] = {
	{ "offer", test_offer },
	{ "version", test_version },
	{ "other media", test_other_media },
	{ "codec order", test_codec_order },
	{ "directions", test_directions },
	{ "refused offers", test_refused_offers },
	{ "refused answers", test_refused_answers },
	{ "hold by address", test_hold_address },
	{ "rtcp and IPv6", test_rtcp_and_ipv6 },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip session", tests, argc, argv);
}
