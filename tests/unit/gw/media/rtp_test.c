/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTP and RTCP syntax, reception statistics, the source lock, digits: all without sockets. */
#include "gw/media/rtp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "dsp/dtmf.h"
#include "gw/media/digits.h"
#include "gw/media/reception.h"
#include "gw/media/rtcp.h"
#include "tests/unit/cu.h"

/* ---- packets ---- */

static void header(void)
{
	static const uint8_t wire[] = { 0x80, 0x88, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04,
					0xAA, 0xBB, 0xCC, 0xDD, 1,    2,    3 };
	uint8_t out[RTP_HEADER_OCTETS];
	struct rtp_packet p;

	CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, wire, sizeof(wire)), 0);
	CU_ASSERT(p.marker);
	CU_ASSERT_EQUAL(p.payload_type, 8);
	CU_ASSERT_EQUAL(p.sequence, 0x1234);
	CU_ASSERT_EQUAL(p.timestamp, 0x01020304);
	CU_ASSERT_EQUAL(p.ssrc, 0xAABBCCDD);
	CU_ASSERT_EQUAL(p.n_payload, 3);
	CU_ASSERT_EQUAL(p.payload[0], 1);
	rtp_encode_header(out, &p);
	CU_ASSERT_EQUAL(memcmp(out, wire, sizeof(out)), 0);
	for (size_t n = 0; n < RTP_HEADER_OCTETS; n++)
		CU_ASSERT_EQUAL(rtp_decode(&p, wire, n), -EINVAL);
}

static void header_extras(void)
{
	/* padding 2, extension of one word, two CSRCs */
	static const uint8_t wire[] = { 0xB2, 0x00, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9,
					8,    8,    8, 8, 0, 0, 0, 1, 7, 7, 7, 7, 5, 6, 0, 2 };
	uint8_t wrong[sizeof(wire)];
	struct rtp_packet p;

	CU_ASSERT_EQUAL_FATAL(rtp_decode(&p, wire, sizeof(wire)), 0);
	CU_ASSERT_EQUAL(p.n_payload, 2);
	CU_ASSERT_EQUAL(p.payload[0], 5);
	for (size_t n = 0; n < 28; n++)
		CU_ASSERT_EQUAL(rtp_decode(&p, wire, n), -EINVAL);
	memcpy(wrong, wire, sizeof(wire));
	wrong[sizeof(wire) - 1] = 200; /* more padding than packet */
	CU_ASSERT_EQUAL(rtp_decode(&p, wrong, sizeof(wrong)), -EINVAL);
	wrong[sizeof(wire) - 1] = 0;
	CU_ASSERT_EQUAL(rtp_decode(&p, wrong, sizeof(wrong)), -EINVAL);
	wrong[0] = 0x40; /* version 1 */
	CU_ASSERT_EQUAL(rtp_decode(&p, wrong, sizeof(wrong)), -EINVAL);
}

static void events(void)
{
	static const uint8_t wire[] = { 11, 0x8A, 0x03, 0x20 };
	uint8_t out[RTP_EVENT_OCTETS];
	struct rtp_event e;

	CU_ASSERT_EQUAL_FATAL(rtp_event_decode(&e, wire, sizeof(wire)), 0);
	CU_ASSERT(e.end);
	CU_ASSERT_EQUAL(e.volume, 10);
	CU_ASSERT_EQUAL(e.duration, 800);
	CU_ASSERT_EQUAL(rtp_event_digit(e.event), '#');
	rtp_event_encode(out, &e);
	CU_ASSERT_EQUAL(memcmp(out, wire, sizeof(out)), 0);
	CU_ASSERT_EQUAL(rtp_event_decode(&e, wire, 3), -EINVAL);
	CU_ASSERT_EQUAL(rtp_event_digit(16), 0); /* flash */
	CU_ASSERT_EQUAL(rtp_event_of('D'), 15);
	CU_ASSERT_EQUAL(rtp_event_of('\0'), -1);
}

/* ---- reception ---- */

static void reception_counts(void)
{
	struct reception r = { 0 };
	struct reception_report report;
	unsigned restarts = 0;

	/* from 65500 over the wrap; every 10th lost, every 7th twice, every 20th swapped with the
	 * next */
	for (unsigned k = 0; k < 1000; k++) {
		unsigned i = k % 20 == 1 ? k + 1 : k % 20 == 2 ? k - 1 : k;

		if (i % 10 == 9)
			continue;
		for (unsigned twice = 0; twice < (i % 7 == 3 ? 2u : 1u); twice++)
			restarts += reception_note(&r, 1, (uint16_t)(65500 + i), i * 160,
						   i * 160) == RECEPTION_RESTART;
	}
	CU_ASSERT_EQUAL(restarts, 1);
	CU_ASSERT_EQUAL(reception_lost(&r), 99); /* the last, 999, nobody can know */
	CU_ASSERT_EQUAL(r.unique, 900);
	CU_ASSERT_EQUAL(r.reordered, 50);
	CU_ASSERT_EQUAL(r.highest, 65500 + 998);
	reception_report(&r, &report);
	CU_ASSERT_EQUAL(report.lost, 99 - (int32_t)r.duplicate);
	CU_ASSERT_EQUAL(report.highest, 65500 + 998);
	/* another source does not make them forgotten */
	reception_note(&r, 2, 7, 0, 0);
	reception_note(&r, 2, 9, 0, 0);
	CU_ASSERT_EQUAL(reception_lost(&r), 100);
}

static void reception_fraction(void)
{
	struct reception r = { 0 };
	struct reception_report report;

	for (unsigned i = 0; i < 100; i++)
		reception_note(&r, 1, (uint16_t)i, i * 160, i * 160);
	reception_report(&r, &report);
	CU_ASSERT_EQUAL(report.fraction_lost, 0);
	for (unsigned i = 100; i < 200; i++)
		if (i % 4)
			reception_note(&r, 1, (uint16_t)i, i * 160, i * 160);
	reception_report(&r, &report);
	CU_ASSERT_EQUAL(report.fraction_lost, 64); /* a quarter, of 256 */
	CU_ASSERT_EQUAL(report.lost, 25);
}

static void reception_jitter(void)
{
	struct reception r = { 0 };

	/* the transit alternates by 80 samples: |D| is 80 always, and J goes there */
	for (unsigned i = 0; i < 500; i++)
		reception_note(&r, 1, (uint16_t)i, i * 160, i * 160 + i % 2 * 80);
	CU_ASSERT_DOUBLE_EQUAL(r.jitter >> 4, 80, 1);
}

static void reception_jumps(void)
{
	struct reception r = { 0 };

	reception_note(&r, 1, 100, 0, 0);
	CU_ASSERT_EQUAL(reception_note(&r, 1, 101, 0, 0), RECEPTION_NEW);
	CU_ASSERT_EQUAL(reception_note(&r, 1, 30000, 0, 0), RECEPTION_WILD);
	CU_ASSERT_EQUAL(reception_note(&r, 1, 102, 0, 0), RECEPTION_NEW);
	CU_ASSERT_EQUAL(reception_note(&r, 1, 102, 0, 0), RECEPTION_DUPLICATE);
	CU_ASSERT_EQUAL(reception_note(&r, 1, 30000, 0, 0), RECEPTION_WILD);
	CU_ASSERT_EQUAL(reception_note(&r, 1, 30001, 0, 0), RECEPTION_RESTART);
	CU_ASSERT_EQUAL(reception_note(&r, 2, 5, 0, 0), RECEPTION_RESTART);
	CU_ASSERT_EQUAL(reception_lost(&r), 0);
}

/* ---- RTCP ---- */

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void rtcp_sender_report(void)
{
	const struct rtcp_out out = {
		.ssrc = 0x11111111,
		.cname = "0123456789abcdef01234567",
		.sender = true,
		.ntp = UINT64_C(0xE000000080000000),
		.rtp_timestamp = 1000,
		.packets = 50,
		.octets = 8000,
		.has_report = true,
		.source = 0x22222222,
		.report = { .fraction_lost = 10, .lost = -2, .highest = 70000, .jitter = 33 },
		.lsr = 0xABCD0123,
		.dlsr = 65536,
		.bye = true,
	};
	uint8_t o[RTCP_OCTETS_MAX];
	size_t n = rtcp_encode(o, &out);
	struct rtcp_in in;

	/* by hand, from the figures of RFC 3550 6.4.1, 6.5, 6.6 */
	CU_ASSERT_EQUAL(be32(o), 0x81C8000C);
	CU_ASSERT_EQUAL(be32(o + 4), 0x11111111);
	CU_ASSERT_EQUAL(be32(o + 8), 0xE0000000);
	CU_ASSERT_EQUAL(be32(o + 12), 0x80000000);
	CU_ASSERT_EQUAL(be32(o + 16), 1000);
	CU_ASSERT_EQUAL(be32(o + 20), 50);
	CU_ASSERT_EQUAL(be32(o + 24), 8000);
	CU_ASSERT_EQUAL(be32(o + 28), 0x22222222);
	CU_ASSERT_EQUAL(be32(o + 32), 0x0AFFFFFE);
	CU_ASSERT_EQUAL(be32(o + 36), 70000);
	CU_ASSERT_EQUAL(be32(o + 40), 33);
	CU_ASSERT_EQUAL(be32(o + 44), 0xABCD0123);
	CU_ASSERT_EQUAL(be32(o + 48), 65536);
	CU_ASSERT_EQUAL(be32(o + 52), 0x81CA0008);
	CU_ASSERT_EQUAL(be32(o + 56), 0x11111111);
	CU_ASSERT_EQUAL(o[60], 1);
	CU_ASSERT_EQUAL(o[61], 24);
	CU_ASSERT_EQUAL(memcmp(o + 62, out.cname, 24), 0);
	CU_ASSERT_EQUAL(o[86], 0);
	CU_ASSERT_EQUAL(be32(o + 88), 0x81CB0001);
	CU_ASSERT_EQUAL(n, 96);

	CU_ASSERT_EQUAL_FATAL(rtcp_decode(&in, o, n, 0x22222222), 0);
	CU_ASSERT(in.sender && in.reports_us && in.bye);
	CU_ASSERT_EQUAL(in.lsr, 0x00008000);
	CU_ASSERT_EQUAL(in.echoed_lsr, 0xABCD0123);
	CU_ASSERT_EQUAL(in.fraction_lost, 10);
	CU_ASSERT_EQUAL_FATAL(rtcp_decode(&in, o, n, 0x33333333), 0);
	CU_ASSERT_FALSE(in.reports_us);
	for (size_t k = 0; k < n; k++)
		if (k != 52 && k != 88) /* where a packet ends, it is a shorter compound */
			CU_ASSERT_EQUAL(rtcp_decode(&in, o, k, 0), -EINVAL);
	o[0] |= 0x1F; /* more blocks than there are */
	CU_ASSERT_EQUAL(rtcp_decode(&in, o, n, 0), -EINVAL);
	CU_ASSERT_EQUAL(rtcp_decode(&in, o + 52, n - 52, 0), -EINVAL);
}

static void rtcp_receiver_report(void)
{
	const struct rtcp_out out = { .ssrc = 7, .cname = "c" };
	uint8_t o[RTCP_OCTETS_MAX];
	struct rtcp_in in;
	size_t n = rtcp_encode(o, &out);

	CU_ASSERT_EQUAL(be32(o), 0x80C90001);
	CU_ASSERT_EQUAL(n % 4, 0);
	CU_ASSERT_EQUAL(rtcp_decode(&in, o, n, 0), 0);
	CU_ASSERT_FALSE(in.sender || in.reports_us || in.bye);
}

static void rtcp_interval(void)
{
	struct rtcp_timing t = { 2, 2, true, false, 120, 0 };

	/* 5 s, 0.5 to 1.5 times, over e - 1.5 */
	CU_ASSERT_DOUBLE_EQUAL((double)rtcp_interval_us(&t), 2.5e6 / 1.21828, 1000);
	t.random = 1;
	CU_ASSERT_DOUBLE_EQUAL((double)rtcp_interval_us(&t), 7.5e6 / 1.21828, 1000);
	t.initial = true;
	CU_ASSERT_DOUBLE_EQUAL((double)rtcp_interval_us(&t), 3.75e6 / 1.21828, 1000);
}

/* ---- digits ---- */

static void digits_as_tones(void)
{
	struct digits digits;
	struct dtmf_detector detector;
	char heard[8] = "";
	size_t n_heard = 0, on = 0;
	char now = 0;

	digits_init(&digits);
	dtmf_detector_init(&detector);
	CU_ASSERT_EQUAL(digits_open(&digits, 'x'), 0);
	digits_grow(&digits, digits_open(&digits, '1'), 800, true);
	digits_grow(&digits, digits_open(&digits, '1'), 800, true);
	digits_grow(&digits, digits_open(&digits, '9'), 10, true); /* too short: 40 ms */
	for (unsigned block = 0; block < 200; block++) {
		uint8_t octets[40];
		int16_t linear[40];
		char digit;

		memset(octets, 0xD5, sizeof(octets));
		digits_play(&digits, G711_A, octets, sizeof(octets));
		for (unsigned i = 0; i < 40; i++)
			on += octets[i] != 0xD5;
		g711_expand(G711_A, linear, octets, 40);
		digit = dtmf_detector_hear(&detector, linear, 40);
		if (digit && digit != now && n_heard < 7)
			heard[n_heard++] = digit;
		now = digit;
	}
	CU_ASSERT_STRING_EQUAL(heard, "119");
	CU_ASSERT_DOUBLE_EQUAL(on, 800 + 800 + 320, 40);
	CU_ASSERT_EQUAL(digits.sent, 3);
	CU_ASSERT_FALSE(digits_waiting(&digits));
}

static void digits_overflow(void)
{
	struct digits digits;
	unsigned opened = 0;

	digits_init(&digits);
	for (unsigned i = 0; i < 100; i++)
		opened += digits_open(&digits, '5') != 0;
	CU_ASSERT_EQUAL(opened, DIGITS_MAX);
	digits_clear(&digits);
	CU_ASSERT_FALSE(digits_waiting(&digits));
	digits_grow(&digits, 1, 100, true); /* long gone */
	CU_ASSERT_NOT_EQUAL(digits_open(&digits, '5'), 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "RTP header", header },
		{ "RTP header with everything", header_extras },
		{ "telephone events", events },
		{ "reception: losses exact", reception_counts },
		{ "reception: fraction lost", reception_fraction },
		{ "reception: jitter", reception_jitter },
		{ "reception: jumps", reception_jumps },
		{ "RTCP sender report", rtcp_sender_report },
		{ "RTCP receiver report", rtcp_receiver_report },
		{ "RTCP interval", rtcp_interval },
		{ "digits as tones", digits_as_tones },
		{ "too many digits", digits_overflow },
		CU_TEST_INFO_NULL,
	};

	return cu_run("rtp", tests, argc, argv);
}
