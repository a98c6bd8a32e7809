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
	.n_codecs = 3,
	.ptime_ms = 20,
	.maxptime_ms = 60,
	.dtmf = true,
	.events = 0x1FFFF,
	.codecs = { MEDIA_PCMA, MEDIA_PCMU, MEDIA_CLEARMODE },
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
	CU_ASSERT_TRUE(local_has("a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"));
	CU_ASSERT_TRUE(local_has("a=ptime:20\r\na=maxptime:60\r\n"));
	CU_ASSERT_FALSE(local_has("rtcp"));
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

static void open_with(const struct sip_session_conf *with)
{
	sip_session_open(&session, with, 1000);
	memset(&settled, 0, sizeof(settled));
}

static int accept_answer(const char *text)
{
	return sip_session_accept(&session, str_c(text), &settled);
}

#define HEAD6 "v=0\r\no=- 7 1 IN IP6 2001:db8::7\r\ns=-\r\nc=IN IP6 2001:db8::7\r\nt=0 0\r\n"
#define ALONE "v=0\r\no=- 7 1 IN IP4 198.51.100.7\r\ns=-\r\nt=0 0\r\n"

static struct sip_session_conf conf6(void)
{
	struct sip_session_conf with = conf;

	with.address = "2001:db8::1";
	return with;
}

static void test_rtcp_and_ipv6(void)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&settled.params.remote_rtcp;
	const struct sip_session_conf with = conf6();

	open_with(&with);
	CU_ASSERT_EQUAL(answer(HEAD6 "m=audio 4000 RTP/AVP 8\r\na=rtcp:4009\r\n"), 0);
	CU_ASSERT_TRUE(local_has("c=IN IP6 2001:db8::1\r\n"));
	CU_ASSERT_EQUAL(in6->sin6_family, AF_INET6);
	CU_ASSERT_EQUAL(in6->sin6_port, htons(4009));
	sip_session_close(&session);
}

/* Our RTP has one address: what is at one of the other family cannot be reached. */
static void test_other_family(void)
{
	const struct sip_session_conf with = conf6();

	open_session();
	CU_ASSERT_EQUAL(answer(HEAD6 AUDIO), -EAFNOSUPPORT);
	CU_ASSERT_EQUAL(answer(ALONE AUDIO "c=IN IP6 host.example.com\r\n"), -EAFNOSUPPORT);
	CU_ASSERT_EQUAL(answer(HEAD6 "m=audio 4000 RTP/AVP 18\r\n"), -ENOTSUP);
	CU_ASSERT_PTR_NULL(session.local);
	/* A line beside it that can be is taken instead, as where both families are offered. */
	CU_ASSERT_EQUAL(answer(ALONE AUDIO "c=IN IP6 2001:db8::7\r\n"
					   "m=audio 4002 RTP/AVP 0 8\r\nc=IN IP4 198.51.100.7\r\n"),
			0);
	CU_ASSERT_TRUE(local_has("m=audio 0 RTP/AVP 0\r\nm=audio 10002 RTP/AVP 8\r\n"));
	CU_ASSERT_EQUAL(((struct sockaddr_in *)&settled.params.remote)->sin_port, htons(4002));
	CU_ASSERT_EQUAL(answer(HEAD6 AUDIO), -EAFNOSUPPORT);
	sip_session_close(&session);
	open_with(&with);
	CU_ASSERT_EQUAL(answer(HEAD AUDIO), -EAFNOSUPPORT);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_EQUAL(accept_answer(HEAD AUDIO), -EAFNOSUPPORT);
	CU_ASSERT_EQUAL(accept_answer(HEAD6 AUDIO), 0);
	/* RFC 3264 8.4: hold is of no family. */
	CU_ASSERT_EQUAL(accept_answer(ALONE AUDIO "c=IN IP4 0.0.0.0\r\n"), 0);
	CU_ASSERT_TRUE(settled.held && !settled.params.send);
	CU_ASSERT_EQUAL(accept_answer(ALONE AUDIO "c=IN IP6 ::\r\n"), 0);
	CU_ASSERT_EQUAL(settled.params.remote.ss_family, AF_UNSPEC);
	sip_session_close(&session);
}

/* RFC 4040: for data only, and then nothing beside it. */
static void test_clearmode(void)
{
	struct sip_session_conf data = conf;

	data.bearer = SESSION_DATA;
	data.redundancy = 2;
	data.comfort_noise = data.audio_tone = true;
	open_with(&data);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 96\r\na=rtpmap:96 CLEARMODE/8000\r\n"));
	/* The answer's number is what we send with, ours what comes (RFC 3264 5.1). */
	CU_ASSERT_EQUAL(accept_answer(HEAD "m=audio 4000 RTP/AVP 8 109\r\n"
					   "a=rtpmap:109 clearmode/8000\r\n"),
			0);
	CU_ASSERT_EQUAL(settled.params.codec, MEDIA_CLEARMODE);
	CU_ASSERT_EQUAL(settled.params.payload_type, 109);
	CU_ASSERT_EQUAL(settled.params.payload_type_in, 96);
	CU_ASSERT_EQUAL(settled.params.dtmf_payload_type, -1);
	CU_ASSERT_EQUAL(settled.params.red_payload_type, 0);
	/* What was not offered is no answer. */
	CU_ASSERT_EQUAL(accept_answer(HEAD AUDIO), -ENOTSUP);
	CU_ASSERT_EQUAL(answer(HEAD AUDIO), -ENOTSUP);
	sip_session_close(&session);
	data.n_codecs = 2;
	open_with(&data);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), -ENOTSUP);
	CU_ASSERT_PTR_NULL(session.local);
	sip_session_close(&session);
}

#define CLEAR "a=rtpmap:99 CLEARMODE/8000\r\na=rtpmap:100 telephone-event/8000\r\n"

/* The offer's first format of ours says what the call is for, and it stays that. */
static void test_bearer(void)
{
	open_session();
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 18 99 8 100\r\n" CLEAR), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 99\r\n"));
	CU_ASSERT_EQUAL(session.conf.bearer, SESSION_DATA);
	CU_ASSERT_EQUAL(settled.params.codec, MEDIA_CLEARMODE);
	CU_ASSERT_EQUAL(settled.params.payload_type_in, 99);
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 8 99\r\n" CLEAR), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 99\r\n"));
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 8\r\n"), -ENOTSUP);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 99\r\n"));
	sip_session_close(&session);
	open_session();
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 0 99 100\r\n" CLEAR), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 0 100\r\n"));
	CU_ASSERT_EQUAL(session.conf.bearer, SESSION_SPEECH);
	sip_session_close(&session);
}

static uint64_t events_of(const char *fmtp)
{
	char offer[512];

	open_session();
	snprintf(offer, sizeof(offer),
		 "%sm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n%s%s%s",
		 HEAD, fmtp ? "a=fmtp:101 " : "", fmtp ? fmtp : "", fmtp ? "\r\n" : "");
	CU_ASSERT_EQUAL(answer(offer), 0);
	CU_ASSERT_TRUE(local_has("a=fmtp:101 0-16\r\n"));
	sip_session_close(&session);
	return settled.params.events;
}

/* RFC 4733 2.5.1.1, 7.1.1 */
static void test_events(void)
{
	CU_ASSERT_EQUAL(events_of(NULL), 0xFFFF);
	CU_ASSERT_EQUAL(events_of("0-15"), 0xFFFF);
	CU_ASSERT_EQUAL(events_of("0-11"), 0xFFF);
	CU_ASSERT_EQUAL(events_of("0-15,16, 32-36,66,70,128-255"), UINT64_C(0x1F0001FFFF));
	CU_ASSERT_EQUAL(events_of("32"), UINT64_C(1) << 32);
	CU_ASSERT_EQUAL(events_of("0-256"), 0xFFFF);
	CU_ASSERT_EQUAL(events_of("9-3"), 0xFFFF);
	CU_ASSERT_EQUAL(events_of("all"), 0xFFFF);
	CU_ASSERT_EQUAL(events_of("200-255"), 0xFFFF);
}

static struct sip_session_conf rich(void)
{
	struct sip_session_conf with = conf;

	with.redundancy = 2;
	with.comfort_noise = with.audio_tone = with.rtcp_mux = with.rtcp_xr = true;
	with.events = UINT64_C(0x1F0001FFFF);
	with.jitter_fixed = true;
	with.jitter_min_ms = 40;
	with.jitter_max_ms = 90;
	with.timeout_ms = 30000;
	with.silence_ms = 5000;
	return with;
}

#define RICH                                                                                       \
	"m=audio 4000 RTP/AVP 120 0 96 97 13\r\na=rtpmap:120 red/8000\r\na=fmtp:120 0/0\r\n"       \
	"a=rtpmap:96 telephone-event/8000\r\na=rtpmap:97 tone/8000\r\na=rtcp-mux\r\n"              \
	"a=rtcp-xr:pkt-loss-rle voip-metrics\r\na=maxptime:40\r\na=ptime:50\r\n"

static void check_passed_on(void)
{
	const struct media_rtp_params *p = &settled.params;

	CU_ASSERT_TRUE(p->jitter_fixed && p->jitter_min_ms == 40 && p->jitter_max_ms == 90);
	CU_ASSERT_TRUE(p->timeout_ms == 30000 && p->silence_ms == 5000);
	CU_ASSERT_TRUE(p->rtcp_mux && p->rtcp_xr);
	CU_ASSERT_TRUE(p->ptime_ms == 40 && p->maxptime_ms == 40);
}

static void test_rich_answer(void)
{
	const struct sip_session_conf with = rich();
	const struct media_rtp_params *p = &settled.params;

	open_with(&with);
	CU_ASSERT_EQUAL(answer(HEAD RICH), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 120 0 96 97 13\r\na=rtpmap:120 red/8000\r\n"
				 "a=fmtp:120 0/0/0\r\n"));
	CU_ASSERT_TRUE(local_has("a=fmtp:96 0-16,32-36\r\na=rtpmap:97 tone/8000\r\n"
				 "a=rtpmap:13 CN/8000\r\n"));
	CU_ASSERT_TRUE(local_has("a=rtcp-mux\r\n") && local_has("a=rtcp-xr:voip-metrics\r\n"));
	CU_ASSERT_TRUE(p->red_payload_type == 120 && p->red_payload_type_in == 120);
	CU_ASSERT_EQUAL(p->red_generations, 1);
	CU_ASSERT_TRUE(p->cn_payload_type == 13 && p->cn_payload_type_in == 13);
	CU_ASSERT_EQUAL(p->tone_payload_type_in, 97);
	check_passed_on();
	/* A new offer keeps the peer's numbers (RFC 3264 8.3.2). */
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 120 8 0 96 97 13\r\n"));
	sip_session_close(&session);
}

static void test_rich_offer(void)
{
	const struct sip_session_conf with = rich();
	const struct media_rtp_params *p = &settled.params;

	open_with(&with);
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 103 8 0 101 102 13\r\n"
				 "a=rtpmap:103 red/8000\r\na=fmtp:103 8/8/8\r\n"));
	CU_ASSERT_TRUE(local_has("a=rtcp-mux\r\n") && local_has("a=rtcp-xr:voip-metrics\r\n"));
	CU_ASSERT_EQUAL(accept_answer(HEAD RICH), 0);
	CU_ASSERT_TRUE(p->codec == MEDIA_PCMU && p->payload_type == 0 && p->payload_type_in == 0);
	CU_ASSERT_TRUE(p->red_payload_type == 120 && p->red_payload_type_in == 103);
	CU_ASSERT_TRUE(p->dtmf_payload_type == 96 && p->dtmf_payload_type_in == 101);
	CU_ASSERT_EQUAL(p->tone_payload_type_in, 102);
	check_passed_on();
	CU_ASSERT_EQUAL(accept_answer(HEAD AUDIO), 0);
	CU_ASSERT_TRUE(!p->red_payload_type && !p->red_payload_type_in && !p->cn_payload_type);
	CU_ASSERT_TRUE(!p->rtcp_mux && !p->rtcp_xr && !p->tone_payload_type_in);
	sip_session_close(&session);
}

/* What the trunk does not have is in no answer. */
static void test_plain_answer(void)
{
	const struct media_rtp_params *p = &settled.params;

	open_session();
	CU_ASSERT_EQUAL(answer(HEAD RICH), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 0 96\r\n"));
	CU_ASSERT_FALSE(local_has("a=rtcp-mux") || local_has("voip-metrics"));
	/* RFC 3611 5.2: understood */
	CU_ASSERT_TRUE(local_has("a=rtcp-xr:\r\n"));
	CU_ASSERT_TRUE(!p->rtcp_mux && !p->rtcp_xr && !p->red_payload_type && !p->cn_payload_type);
	sip_session_close(&session);
}

/* Ours move away from numbers that the peer uses for something else. */
static void test_numbers_taken(void)
{
	const struct sip_session_conf with = rich();

	open_with(&with);
	CU_ASSERT_EQUAL(answer(HEAD
			       "m=audio 4000 RTP/AVP 8 101 102 96\r\na=rtpmap:101 opus/48000/2\r\n"
			       "a=rtpmap:102 telephone-event/48000\r\n"
			       "a=rtpmap:96 telephone-event/8000\r\n"),
			0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 8 96\r\n"));
	CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
	CU_ASSERT_TRUE(local_has("m=audio 10002 RTP/AVP 103 8 0 96 98 13\r\n"));
	sip_session_close(&session);
}

/* RFC 5761 4: types that look like RTCP. */
static void test_mux_clash(void)
{
	const struct sip_session_conf with = rich();

	open_with(&with);
	CU_ASSERT_EQUAL(answer(HEAD "m=audio 4000 RTP/AVP 8 72\r\na=rtpmap:72 x/8000\r\n"
				    "a=rtcp-mux\r\n"),
			0);
	CU_ASSERT_FALSE(local_has("rtcp-mux") || settled.params.rtcp_mux);
	sip_session_close(&session);
}

static void test_red_lists(void)
{
	static const struct {
		const char *fmtp;
		int generations; /* -1: no redundancy */
	} rows[] = {
		{ "8/8", 1 },	 { "8/8/8", 2 }, { "0/0/0/0/0/0/0", 2 }, { "8", 0 },
		{ "8/101", 1 },	 { "18/8", -1 }, { "8//8", -1 },	 { "x", -1 },
		{ "8/999", -1 }, { "8/", -1 },
	};
	const struct sip_session_conf with = rich();

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char offer[512];

		open_with(&with);
		snprintf(offer, sizeof(offer),
			 "%sm=audio 4000 RTP/AVP 8 0 121\r\na=rtpmap:121 RED/8000/1\r\n"
			 "a=fmtp:121 %s\r\n",
			 HEAD, rows[i].fmtp);
		CU_ASSERT_EQUAL(answer(offer), 0);
		CU_ASSERT_EQUAL(settled.params.red_payload_type, rows[i].generations < 0 ? 0 : 121);
		if (rows[i].generations >= 0)
			CU_ASSERT_EQUAL(settled.params.red_generations, rows[i].generations);
		sip_session_close(&session);
	}
}

static void test_ptimes(void)
{
	static const struct {
		const char *lines;
		unsigned ptime;
	} rows[] = {
		{ "", 20 },
		{ "a=ptime:10\r\n", 10 },
		{ "a=ptime:60\r\n", 60 },
		{ "a=ptime:5\r\n", 10 },
		{ "a=ptime:33\r\n", 30 },
		{ "a=ptime:300\r\n", 60 },
		{ "a=maxptime:10\r\n", 10 },
		{ "a=ptime:40\r\na=maxptime:30\r\n", 30 },
		{ "a=maxptime:5\r\n", 10 },
		{ "a=maxptime:400\r\n", 20 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char offer[512];

		open_session();
		snprintf(offer, sizeof(offer), "%s%s%s", HEAD, AUDIO, rows[i].lines);
		CU_ASSERT_EQUAL(answer(offer), 0);
		CU_ASSERT_EQUAL(settled.params.ptime_ms, rows[i].ptime);
		sip_session_close(&session);
	}
}

/* Digits are listened for where the peer brings them in no other way, or in any case. */
static void test_digits_heard(void)
{
	static const struct {
		bool hear, always, apart;
		const char *answer;
		bool heard;
	} rows[] = {
		{ false, false, false, HEAD AUDIO, false },
		{ true, false, false, HEAD AUDIO, true },
		{ true, false, false,
		  HEAD "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
		  false },
		{ true, false, true, HEAD AUDIO, false },
		{ true, true, false,
		  HEAD "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
		  true },
		{ true, true, true, HEAD AUDIO, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_session_conf with = conf;

		with.hear_dtmf = rows[i].hear;
		with.hear_dtmf_always = rows[i].always;
		with.digits_apart = rows[i].apart;
		open_with(&with);
		CU_ASSERT_EQUAL(sip_session_offer(&session, SDP_SENDRECV), 0);
		CU_ASSERT_EQUAL(accept_answer(rows[i].answer), 0);
		CU_ASSERT_EQUAL(settled.params.hear_dtmf, rows[i].heard);
		sip_session_close(&session);
	}
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
	{ "another family", test_other_family },
	{ "clearmode", test_clearmode },
	{ "bearer", test_bearer },
	{ "events", test_events },
	{ "digits heard", test_digits_heard },
	{ "rich answer", test_rich_answer },
	{ "rich offer", test_rich_offer },
	{ "plain answer", test_plain_answer },
	{ "numbers taken", test_numbers_taken },
	{ "multiplexed types", test_mux_clash },
	{ "redundancy lists", test_red_lists },
	{ "packet times", test_ptimes },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("sip session", tests, argc, argv);
}
