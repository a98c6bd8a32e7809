/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Session descriptions: RFC 4566 5 and 9, RFC 3264, RFC 3605. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/sip/sdp.h"
#include "tests/unit/cu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD	     "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\n"
#define CONN	     "c=IN IP4 192.0.2.1\r\n"
#define AUDIO	     "m=audio 4000 RTP/AVP 0\r\n"

static struct sdp sdp;

static int parse(const char *text)
{
	return sdp_parse(&sdp, str_c(text), NULL);
}

static void is(struct str s, const char *wanted)
{
	CU_ASSERT_TRUE(str_eq(s, str_c(wanted)));
}

static const char full[] = "v=0\r\n"
			   "o=alice 2890844526 18446744073709551616 IN IP6 2001:db8::1\r\n"
			   "s=A call\r\n"
			   "i=info\r\n"
			   "u=http://example.com\r\n"
			   "e=a@example.com\r\n"
			   "p=+1 617 555-6011\r\n"
			   "c=IN IP4 192.0.2.1\r\n"
			   "b=AS:128\r\n"
			   "t=3338481189 3370017201\r\n"
			   "r=7d 1h 0 25h\r\n"
			   "t=0 0\r\n"
			   "a=tool:x\r\n"
			   "a=recvonly\r\n"
			   "m=audio 49170/2 RTP/AVP 8 0 96 101\r\n"
			   "c=IN IP6 2001:db8::2\r\n"
			   "b=AS:64\r\n"
			   "a=rtpmap:96 opus/48000/2\r\n"
			   "a=rtpmap:101 telephone-event/8000\r\n"
			   "a=fmtp:101 0-15\r\n"
			   "a=rtpmap:99 unused/8000\r\n"
			   "a=ptime:20\r\n"
			   "a=maxptime:40\r\n"
			   "a=sendrecv\r\n"
			   "a=rtcp:53020 IN IP4 126.16.64.4\r\n"
			   "a=rtcp-mux\r\n"
			   "a=silenceSupp:off - - - -\r\n"
			   "m=image 0 udptl t38\r\n"
			   "m=video 5000 RTP/AVP 31\r\n";

static void session_read(void)
{
	CU_ASSERT_EQUAL_FATAL(parse(full), 0);
	is(sdp.user, "alice");
	is(sdp.version, "18446744073709551616");
	CU_ASSERT_TRUE(sdp.origin.ipv6);
	is(sdp.name, "A call");
	is(sdp.conn.address, "192.0.2.1");
	CU_ASSERT_EQUAL(sdp.start, 3338481189u);
	CU_ASSERT_TRUE(sdp.has_direction && sdp.direction == SDP_RECVONLY);
	CU_ASSERT_EQUAL(sdp.n_media, 3);
	CU_ASSERT_EQUAL(sdp.n_attrs, 2);
	is(sdp.attrs[0].name, "tool");
	CU_ASSERT_EQUAL(sdp.attrs[0].media, -1);
	is(sdp.attrs[1].value, "off - - - -");
	CU_ASSERT_EQUAL(sdp.attrs[1].media, 0);
}

static void media_read(void)
{
	CU_ASSERT_EQUAL_FATAL(parse(full), 0);

	const struct sdp_media *m = sdp_find_media(&sdp, SDP_AUDIO);

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_TRUE(m->port == 49170 && m->ports == 2 && m->proto == SDP_RTP_AVP &&
		       m->n_formats == 4);
	CU_ASSERT_TRUE(m->conn.ipv6);
	is(m->conn.address, "2001:db8::2");
	CU_ASSERT_TRUE(m->ptime_ms == 20 && m->maxptime_ms == 40 && m->rtcp_port == 53020 &&
		       m->rtcp_mux);
	is(m->rtcp_conn.address, "126.16.64.4");
	CU_ASSERT_EQUAL(m->direction, SDP_SENDRECV);
	CU_ASSERT_EQUAL(m->formats[2].channels, 2);

	CU_ASSERT_TRUE(m->formats[3].pt == 101 && m->formats[3].rate == 8000);
	is(m->formats[3].encoding, "telephone-event");
	is(m->formats[3].fmtp, "0-15");
	/* static types need no rtpmap */
	CU_ASSERT_TRUE(m->formats[0].pt == 8 && m->formats[0].rate == 8000);
	is(m->formats[0].encoding, "PCMA");
	/* a refused stream is no stream; the session's c= and direction are inherited */
	CU_ASSERT_PTR_NULL(sdp_find_media(&sdp, SDP_IMAGE));
	is(sdp.media[2].conn.address, "192.0.2.1");
	CU_ASSERT_EQUAL(sdp.media[2].direction, SDP_RECVONLY);
	is(sdp.media[1].formats[0].name, "t38");
}

static void tolerated(void)
{
	static const char *const rows[] = {
		"v=0\no=- 1 2 IN IP4 192.0.2.1\ns=\nt=0 0\n",
		HEAD "t=0 0\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "\r\n\r\n",
		HEAD CONN "t=0 0\r\nm=audio 4000 RTP/AVP 0",
		HEAD "t=0 0\r\nm=audio 0 RTP/AVP 0\r\n",
		HEAD "c=IN IP4 224.2.1.1/127/3\r\nt=0 0\r\n" AUDIO,
		HEAD "c=IN IP4 media.example.com\r\nt=0 0\r\n" AUDIO,
		HEAD CONN "t=0 0\r\nm=x-y 4 a/b/c d e\r\n",
		HEAD CONN "t=0 0\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (parse(rows[i]) != 0)
			fprintf(stderr, "refused: row %zu\n", i);
		CU_ASSERT_EQUAL(parse(rows[i]), 0);
	}
}

static void refused(void)
{
	static const char *const rows[] = {
		"",
		"v=1\r\n",
		"v=0\r\n",
		"o=- 1 2 IN IP4 192.0.2.1\r\nv=0\r\ns=-\r\nt=0 0\r\n",
		HEAD,
		HEAD "t=0\r\n",
		HEAD "t=0 x\r\n",
		HEAD AUDIO,
		HEAD "t=0 0\r\n" AUDIO,
		HEAD "t=0 0\r\n" CONN AUDIO,
		HEAD CONN CONN "t=0 0\r\n",
		HEAD "c=IN IP4 2001:db8::1\r\nt=0 0\r\n",
		HEAD "c=IN IP6 192.0.2.1\r\nt=0 0\r\n",
		HEAD "c=IN IP4 192.0.2.256\r\nt=0 0\r\n",
		HEAD "c=ATM NSAP 47\r\nt=0 0\r\n",
		HEAD "c=IN IP4 192.0.2.1 x\r\nt=0 0\r\n",
		HEAD "c=IN  IP4 192.0.2.1\r\nt=0 0\r\n",
		HEAD CONN "t=0 0\r\nm=audio 65536 RTP/AVP 0\r\n",
		HEAD CONN "t=0 0\r\nm=audio -1 RTP/AVP 0\r\n",
		HEAD CONN "t=0 0\r\nm=audio 4/0 RTP/AVP 0\r\n",
		HEAD CONN "t=0 0\r\nm=audio 4000 RTP/AVP\r\n",
		HEAD CONN "t=0 0\r\nm=audio 4000 RTP/AVP 128\r\n",
		HEAD CONN "t=0 0\r\nm=audio 4000 RTP/AVP x\r\n",
		HEAD CONN "t=0 0\r\nm=audio 4000 RTP/AVP 0 \r\n",
		HEAD CONN "t=0 0\r\nm =audio 4000 RTP/AVP 0\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=rtpmap:0\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=rtpmap:0 PCMU/x\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=fmtp:0\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=ptime:0\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=ptime:20x\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=rtcp:x\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "v=0\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=x\r\nc=IN IP4 192.0.2.1\r\n",
		HEAD CONN "t=0 0\r\n\r\n" AUDIO,
		HEAD CONN "t=0 0\r\n" AUDIO "garbage\r\n",
		HEAD CONN "t=0 0\r\n" AUDIO "a=x:\ry\r\n",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sdp_error error = { 0 };
		int status = sdp_parse(&sdp, str_c(rows[i]), &error);

		if (status != -EBADMSG)
			fprintf(stderr, "accepted: %s\n", rows[i]);
		CU_ASSERT_EQUAL(status, -EBADMSG);
		CU_ASSERT_TRUE(error.offset <= strlen(rows[i]));
		CU_ASSERT_PTR_NOT_NULL(error.text);
	}
}

static void limits(void)
{
	char text[8192];
	size_t n = (size_t)snprintf(text, sizeof(text), HEAD CONN "t=0 0\r\n");

	for (int i = 0; i < SDP_MAX_MEDIA; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, AUDIO);
	CU_ASSERT_EQUAL(parse(text), 0);
	snprintf(text + n, sizeof(text) - n, AUDIO);
	CU_ASSERT_EQUAL(parse(text), -E2BIG);

	n = (size_t)snprintf(text, sizeof(text), HEAD CONN "t=0 0\r\nm=audio 1 RTP/AVP");
	for (int i = 0; i < SDP_MAX_FORMATS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %d", i);
	CU_ASSERT_EQUAL(parse(text), 0);
	snprintf(text + n, sizeof(text) - n, " 99");
	CU_ASSERT_EQUAL(parse(text), -E2BIG);

	n = (size_t)snprintf(text, sizeof(text), HEAD CONN "t=0 0\r\n");
	for (int i = 0; i < SDP_MAX_ATTRS + 5; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "a=x\r\n");
	CU_ASSERT_EQUAL(parse(text), 0);
	CU_ASSERT_EQUAL(sdp.n_attrs, SDP_MAX_ATTRS);
}

static bool same(const struct sdp *a, const struct sdp *b)
{
	if (a->n_media != b->n_media || a->n_attrs != b->n_attrs || a->start != b->start ||
	    !str_eq(a->version, b->version) || a->direction != b->direction)
		return false;
	for (unsigned i = 0; i < a->n_media; i++) {
		const struct sdp_media *x = &a->media[i], *y = &b->media[i];

		if (x->port != y->port || x->ports != y->ports || x->proto != y->proto ||
		    x->direction != y->direction || x->n_formats != y->n_formats ||
		    !str_eq(x->conn.address, y->conn.address) || x->ptime_ms != y->ptime_ms ||
		    x->rtcp_port != y->rtcp_port || x->rtcp_mux != y->rtcp_mux)
			return false;
		for (unsigned f = 0; f < x->n_formats; f++)
			if (x->formats[f].pt != y->formats[f].pt ||
			    x->formats[f].rate != y->formats[f].rate ||
			    !str_eq(x->formats[f].fmtp, y->formats[f].fmtp))
				return false;
	}
	return true;
}

static void round_trip(void)
{
	static struct sdp again;
	char text[4096];
	size_t n;

	CU_ASSERT_EQUAL_FATAL(parse(full), 0);
	CU_ASSERT_EQUAL_FATAL(sdp_write(&sdp, text, sizeof(text), &n), 0);
	CU_ASSERT_EQUAL_FATAL(sdp_parse(&again, (struct str){ text, n }, NULL), 0);
	CU_ASSERT_TRUE(same(&sdp, &again));
	for (size_t cap = 0; cap < n; cap += 7) {
		size_t got;
		char *small = malloc(cap ? cap : 1);

		CU_ASSERT_EQUAL(sdp_write(&sdp, small, cap, &got), -EMSGSIZE);
		free(small);
	}
	sdp.name = STR("a\r\nm=evil");
	CU_ASSERT_EQUAL(sdp_write(&sdp, text, sizeof(text), &n), -EINVAL);
}

static void written(void)
{
	static struct sdp ours;
	char text[512];
	size_t n;
	struct sdp_media *m = &ours.media[0];

	ours.user = STR("-");
	ours.session_id = STR("5");
	ours.version = STR("6");
	ours.origin = ours.conn = (struct sdp_conn){ .address = STR("192.0.2.7"), .present = true };
	ours.n_media = 1;
	*m = (struct sdp_media){ .kind_name = STR("audio"),
				 .proto_name = STR("RTP/AVP"),
				 .port = 10000,
				 .ports = 1,
				 .direction = SDP_SENDRECV,
				 .has_direction = true,
				 .ptime_ms = 20,
				 .n_formats = 2 };
	m->formats[0] = (struct sdp_format){
		.pt = 8, .encoding = STR("PCMA"), .rate = 8000, .channels = 1
	};
	m->formats[1] = (struct sdp_format){ .pt = 101,
					     .encoding = STR("telephone-event"),
					     .rate = 8000,
					     .channels = 1,
					     .fmtp = STR("0-15") };
	CU_ASSERT_EQUAL_FATAL(sdp_write(&ours, text, sizeof(text), &n), 0);
	CU_ASSERT_TRUE(str_eq(
		(struct str){ text, n },
		STR("v=0\r\no=- 5 6 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
		    "m=audio 10000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
		    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
		    "0-15\r\na=ptime:20\r\na=sendrecv\r\n")));
}

/* RFC 3264 6.1: all offers against all wishes */
static void directions(void)
{
	static const enum sdp_direction wanted[4][4] = {
		/* want:	 sendrecv, sendonly, recvonly, inactive */
		[SDP_SENDRECV] = { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE },
		[SDP_SENDONLY] = { SDP_RECVONLY, SDP_INACTIVE, SDP_RECVONLY, SDP_INACTIVE },
		[SDP_RECVONLY] = { SDP_SENDONLY, SDP_SENDONLY, SDP_INACTIVE, SDP_INACTIVE },
		[SDP_INACTIVE] = { SDP_INACTIVE, SDP_INACTIVE, SDP_INACTIVE, SDP_INACTIVE },
	};

	for (unsigned offer = 0; offer < 4; offer++)
		for (unsigned want = 0; want < 4; want++)
			CU_ASSERT_EQUAL(sdp_answer_direction((enum sdp_direction)offer,
							     (enum sdp_direction)want),
					wanted[offer][want]);
}

static void held(void)
{
	CU_ASSERT_EQUAL(parse(HEAD CONN "t=0 0\r\n" AUDIO), 0);
	CU_ASSERT_FALSE(sdp_media_held(&sdp.media[0]));
	CU_ASSERT_EQUAL(parse(HEAD CONN "t=0 0\r\n" AUDIO "a=recvonly\r\n"), 0);
	CU_ASSERT_FALSE(sdp_media_held(&sdp.media[0]));
	CU_ASSERT_EQUAL(parse(HEAD CONN "t=0 0\r\n" AUDIO "a=sendonly\r\n"), 0);
	CU_ASSERT_TRUE(sdp_media_held(&sdp.media[0]));
	CU_ASSERT_EQUAL(parse(HEAD "c=IN IP4 0.0.0.0\r\nt=0 0\r\n" AUDIO), 0);
	CU_ASSERT_TRUE(sdp_media_held(&sdp.media[0]));
}

static void truncated(void)
{
	for (size_t n = 0; n < sizeof(full) - 1; n++) {
		char *copy = malloc(n ? n : 1);
		int status;

		memcpy(copy, full, n);
		status = sdp_parse(&sdp, (struct str){ copy, n }, NULL);
		CU_ASSERT_TRUE(status == 0 || status == -EBADMSG);
		free(copy);
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "session_read", session_read },
		{ "media_read", media_read },
		{ "tolerated", tolerated },
		{ "refused", refused },
		{ "limits", limits },
		{ "round_trip", round_trip },
		{ "written", written },
		{ "directions", directions },
		{ "held", held },
		{ "truncated", truncated },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sdp", tests, argc, argv);
}
