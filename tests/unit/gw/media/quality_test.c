/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Loss metrics, the E-model, XR blocks, redundancy and tone payloads: syntax and sums, without sockets. */
#include "gw/media/quality.h"

#include <errno.h>
#include <string.h>

#include "gw/base/octets.h"
#include "gw/media/reception.h"
#include "gw/media/red.h"
#include "gw/media/rtcp.h"
#include "gw/media/rtcp_xr.h"
#include "gw/media/rtp.h"
#include "gw/media/signals.h"
#include "tests/unit/cu.h"

/* ---- bursts and gaps ---- */

static void note_pattern(struct losses *losses, const char *pattern)
{
	for (; *pattern; pattern++)
		losses_note(losses,
			    *pattern == '1'   ? PACKET_PLAYED
			    : *pattern == '0' ? PACKET_LOST
					      : PACKET_DISCARDED,
			    1);
}

/* RFC 3611 4.7.2's example; it takes densities from rounded percents: 84 and 10. */
static void rfc_example(void)
{
	struct losses losses = { 0 };
	struct loss_report report;

	note_pattern(&losses, "11110111111111111111111X111X1011110111111111111111111X111111111");
	CU_ASSERT_EQUAL(losses.packets, 63); /* of 64 that the text counts */
	losses_note(&losses, PACKET_PLAYED, 1);
	losses_report(&losses, &report);
	CU_ASSERT_EQUAL(report.loss_rate, 12);
	CU_ASSERT_EQUAL(report.discard_rate, 12);
	CU_ASSERT_EQUAL(report.burst_density, 85);
	CU_ASSERT_EQUAL(report.gap_density, 9);
	CU_ASSERT_EQUAL(report.burst_packets, 12);
	CU_ASSERT_EQUAL(report.gap_packets, 52);
}

static void no_losses(void)
{
	struct losses losses = { 0 };
	struct loss_report report;

	losses_report(&losses, &report);
	CU_ASSERT_EQUAL(report.loss_rate + report.burst_density + report.gap_density, 0);
	losses_note(&losses, PACKET_PLAYED, 1000);
	losses_report(&losses, &report);
	CU_ASSERT_EQUAL(report.gap_packets, 1000);
	CU_ASSERT_EQUAL(report.burst_packets, 0);
	CU_ASSERT_EQUAL(report.missing_percent, 0);
	losses_note(&losses, PACKET_LOST, 5000);
	losses_report(&losses, &report);
	CU_ASSERT_EQUAL(report.loss_rate, 213);
	CU_ASSERT_EQUAL(report.burst_density, 255);
	CU_ASSERT_EQUAL(report.burst_packets, 5000);
}

/* Isolated losses 16 apart are a gap's, 15 apart a burst's. */
static void gmin(void)
{
	for (unsigned apart = 15; apart <= 16; apart++) {
		struct losses losses = { 0 };
		struct loss_report report;

		for (unsigned i = 0; i < 100; i++) {
			losses_note(&losses, PACKET_PLAYED, apart);
			losses_note(&losses, PACKET_LOST, 1);
		}
		losses_report(&losses, &report);
		CU_ASSERT_EQUAL(report.burst_packets, apart == 15 ? 99 * 16 + 1 : 0);
		CU_ASSERT_EQUAL(report.gap_density, apart == 15 ? 0 : 15);
		CU_ASSERT_EQUAL(report.burst_ratio, 1);
	}
}

/* What a reception counts, packet by packet: losses, late ones, reordered and doubled ones, recovered ones. */
static void reception_fates(void)
{
	struct reception r = { 0 };
	struct losses losses;
	unsigned lost = 0, discarded = 0, packets = 0;

	for (unsigned i = 0; i < 3000; i++) {
		uint16_t sequence = (uint16_t)(65000 + i);

		packets++;
		if (i % 31 == 7) {
			lost++;
			continue;
		}
		if (i % 100 == 50 && (i + 1) % 31 != 7) /* after the next */
			reception_note(&r, 1, (uint16_t)(sequence + 1), 0, 0);
		CU_ASSERT_NOT_EQUAL(reception_note(&r, 1, sequence, 0, 0), RECEPTION_WILD);
		if (i % 41 == 3) {
			discarded++;
			reception_discard(&r, sequence);
		}
		if (i % 31 == 8 && i % 2) { /* brings what the last should have */
			lost--;
			reception_mend(&r, (uint16_t)(sequence - 1));
		}
	}
	losses = reception_losses(&r);
	CU_ASSERT_EQUAL(losses.packets, packets);
	CU_ASSERT_EQUAL(losses.lost, lost);
	CU_ASSERT_EQUAL(losses.discarded, discarded);
	/* another source: what was before is not forgotten */
	reception_note(&r, 2, 5, 0, 0);
	reception_note(&r, 2, 205, 0, 0);
	losses = reception_losses(&r);
	CU_ASSERT_EQUAL(losses.packets, packets + 201);
	CU_ASSERT_EQUAL(losses.lost, lost + 199);
}

/* ---- the E-model ---- */

static void e_model(void)
{
	struct loss_report none = { .burst_ratio = 1 };
	struct loss_report five = { .burst_ratio = 1, .missing_percent = 5 };
	struct rating r = rating_estimate(&none, true, 0);

	/* G.107 annex B, table B.1: 93.2 is a MOS of 4.41 */
	CU_ASSERT_EQUAL(r.r_factor, 93);
	CU_ASSERT_EQUAL(r.mos_lq, 44);
	CU_ASSERT_EQUAL(r.mos_cq, 44);
	/* G.107 figure for delay: at 150 ms -3.6, at 300 ms -20.7 */
	r = rating_estimate(&none, true, 150);
	CU_ASSERT_EQUAL(r.r_factor, 90);
	CU_ASSERT_EQUAL(r.mos_lq, 44);
	r = rating_estimate(&none, true, 300);
	CU_ASSERT_EQUAL(r.r_factor, 73); /* 93.2 - 7.2 - 13.5 */
	CU_ASSERT_EQUAL(r.mos_cq, 37);
	/* 5 % of random losses: 95 * 5 / (5 + 25.1) = 15.8, and not concealed 51.1 */
	r = rating_estimate(&five, true, 0);
	CU_ASSERT_EQUAL(r.r_factor, 77);
	CU_ASSERT_EQUAL(r.mos_lq, 39);
	r = rating_estimate(&five, false, 0);
	CU_ASSERT_EQUAL(r.r_factor, 42);
	/* in bursts it is worse */
	five.burst_ratio = 2;
	CU_ASSERT(rating_estimate(&five, true, 0).r_factor < 77);
	/* the worst is 0 and 1.0 */
	five.missing_percent = 100;
	r = rating_estimate(&five, false, 2000);
	CU_ASSERT_EQUAL(r.r_factor, 0);
	CU_ASSERT_EQUAL(r.mos_cq, 10);
}

/* ---- XR ---- */

static const struct media_quality sample = {
	.known = true,
	.loss_rate = 1,
	.discard_rate = 2,
	.burst_density = 3,
	.gap_density = 4,
	.burst_ms = 0x506,
	.gap_ms = 0x708,
	.round_trip_ms = 0x90A,
	.end_system_ms = 0xB0C,
	.signal_dbm0 = -18,
	.noise_dbm0 = MEDIA_UNKNOWN,
	.rerl_db = MEDIA_UNKNOWN,
	.r_factor = 93,
	.mos_lq = 44,
	.mos_cq = 43,
	.receiver = 0xF0,
	.jb_nominal_ms = 0x1112,
	.jb_max_ms = 0x1314,
	.jb_abs_max_ms = 0x1516,
};

static void xr_block(void)
{
	/* RFC 3611 4.7, field by field */
	static const uint8_t wire[] = { 7,    0,    0,	  8,	0xAA, 0xBB, 0xCC, 0xDD, 1,
					2,    3,    4,	  5,	6,    7,    8,	  9,	0x0A,
					0x0B, 0x0C, 0xEE, 127,	127,  16,   93,	  127,	44,
					43,   0xF0, 0,	  0x11, 0x12, 0x13, 0x14, 0x15, 0x16 };
	uint8_t octets[64];
	struct octets_writer w;
	struct octets_reader r;
	struct media_quality q;

	octets_write_open(&w, octets, sizeof(octets));
	rtcp_xr_encode(&w, 0xAABBCCDD, &sample);
	CU_ASSERT_EQUAL_FATAL(octets_write_length(&w), sizeof(wire));
	CU_ASSERT_EQUAL(memcmp(octets, wire, sizeof(wire)), 0);
	octets_read_open(&r, wire, sizeof(wire));
	CU_ASSERT(rtcp_xr_decode(r, 0xAABBCCDD, &q));
	CU_ASSERT_EQUAL(memcmp(&q, &sample, sizeof(q)), 0);
	CU_ASSERT_FALSE(rtcp_xr_decode(r, 1, &q));
	for (size_t n = 0; n < sizeof(wire); n++) {
		octets_read_open(&r, wire, n);
		CU_ASSERT_FALSE(rtcp_xr_decode(r, 0xAABBCCDD, &q));
	}
}

/* Whole compounds; other blocks, blocks that are wrong, and values that may not be sent. */
static void xr_compound(void)
{
	const struct rtcp_out out = { .ssrc = 5,
				      .cname = "abc",
				      .has_report = true,
				      .source = 6,
				      .metrics = &sample,
				      .bye = true };
	/* after an RR: XR with a block of type 4, one of type 99 without contents, metrics with bad values */
	static const uint8_t odd[] = { 0x80, 201, 0,  1, 0,    0, 0, 9, 0x80, 207, 0, 14, 0,   0,
				       0,    9,	  4,  0, 0,    2, 1, 2, 3,    4,   5, 6,  7,   8,
				       99,   0,	  0,  0, 7,    0, 0, 8, 0,    0,   0, 5,  1,   2,
				       3,    4,	  0,  1, 0,    1, 0, 1, 0,    1,   0, 0,  127, 9,
				       101,  126, 51, 9, 0xF0, 0, 0, 1, 0,    1,   0, 1 };
	uint8_t octets[RTCP_OCTETS_MAX], wrong[sizeof(odd)];
	struct rtcp_in in;
	size_t n = rtcp_encode(octets, &out);

	CU_ASSERT_EQUAL(rtcp_decode(&in, octets, n, 6), 0);
	CU_ASSERT(in.has_metrics);
	CU_ASSERT(in.bye);
	CU_ASSERT_EQUAL(in.metrics.r_factor, 93);
	CU_ASSERT_EQUAL(rtcp_decode(&in, octets, n, 7), 0);
	CU_ASSERT_FALSE(in.has_metrics);
	CU_ASSERT_EQUAL(rtcp_decode(&in, odd, sizeof(odd), 5), 0);
	CU_ASSERT(in.has_metrics);
	CU_ASSERT_EQUAL(in.metrics.r_factor, MEDIA_UNKNOWN);
	CU_ASSERT_EQUAL(in.metrics.mos_lq, MEDIA_UNKNOWN);
	CU_ASSERT_EQUAL(in.metrics.mos_cq, MEDIA_UNKNOWN);
	CU_ASSERT_EQUAL(in.metrics.loss_rate, 1);
	/* a block longer than the packet: what was before it stands */
	memcpy(wrong, odd, sizeof(odd));
	wrong[19] = 200;
	CU_ASSERT_EQUAL(rtcp_decode(&in, wrong, sizeof(wrong), 5), 0);
	CU_ASSERT_FALSE(in.has_metrics);
}

/* ---- redundancy ---- */

static void red_payloads(void)
{
	/* a generation of PCMU of 3 octets 160 before, one of events of 4 octets 80 before, PCMU */
	static const uint8_t wire[] = { 0x80, 0x02, 0x80, 0x03, 0xE5, 0x01, 0x40, 0x04, 0x00,
					1,    2,    3,	  4,	5,    6,    7,	  8,	9 };
	struct red_block blocks[RED_BLOCKS_MAX];
	uint8_t octets[64];

	CU_ASSERT_EQUAL_FATAL(red_decode(blocks, wire, sizeof(wire)), 3);
	CU_ASSERT_EQUAL(blocks[0].payload_type, 0);
	CU_ASSERT_EQUAL(blocks[0].offset, 160);
	CU_ASSERT_EQUAL(blocks[0].n, 3);
	CU_ASSERT_EQUAL(blocks[0].octets[0], 1);
	CU_ASSERT_EQUAL(blocks[1].payload_type, 101);
	CU_ASSERT_EQUAL(blocks[1].offset, 80);
	CU_ASSERT_EQUAL(blocks[1].octets[3], 7);
	CU_ASSERT_EQUAL(blocks[2].offset, 0);
	CU_ASSERT_EQUAL(blocks[2].n, 2);
	CU_ASSERT_EQUAL(red_encode(octets, sizeof(octets), blocks, 3), sizeof(wire));
	CU_ASSERT_EQUAL(memcmp(octets, wire, sizeof(wire)), 0);
	CU_ASSERT_EQUAL(red_encode(octets, sizeof(wire) - 1, blocks, 3), 0);
	blocks[0].n = RED_BLOCK_MAX + 1;
	CU_ASSERT_EQUAL(red_encode(octets, sizeof(octets), blocks, 3), 0);
	for (size_t n = 0; n < 16; n++)
		CU_ASSERT_EQUAL(red_decode(blocks, wire, n), -EINVAL);
	memset(octets, 0x80, sizeof(octets)); /* headers without end */
	CU_ASSERT_EQUAL(red_decode(blocks, octets, sizeof(octets)), -EINVAL);
}

/* ---- tones, signals ---- */

static void tone_payloads(void)
{
	/* RFC 4733 figure 2: 16 2/3 Hz of modulation, 10 dB, 40 ms, 440 and 480 Hz, reserved bits set */
	static const uint8_t wire[] = { 0x19, 0x4A, 0x01, 0x40, 0xF1, 0xB8, 0x01, 0xE0 };
	struct rtp_tone tone;

	CU_ASSERT_EQUAL(rtp_tone_decode(&tone, wire, sizeof(wire)), 0);
	CU_ASSERT_EQUAL(tone.modulation_third_hz, 50);
	CU_ASSERT_EQUAL(tone.volume, 10);
	CU_ASSERT_EQUAL(tone.duration, 320);
	CU_ASSERT_EQUAL(tone.n_hz, 2);
	CU_ASSERT_EQUAL(tone.hz[0], 440);
	CU_ASSERT_EQUAL(tone.hz[1], 480);
	CU_ASSERT_EQUAL(rtp_tone_decode(&tone, wire, 4), 0);
	CU_ASSERT_EQUAL(tone.n_hz, 0);
	CU_ASSERT_EQUAL(rtp_tone_decode(&tone, wire, 3), -EINVAL);
	CU_ASSERT_EQUAL(rtp_tone_decode(&tone, (const uint8_t[]){ 0, 10, 0, 0, 1, 1 }, 6), -EINVAL);
}

static void signal_names(void)
{
	CU_ASSERT_EQUAL(signal_event('5'), 5);
	CU_ASSERT_EQUAL(signal_event(MEDIA_SIGNAL_FLASH), 16);
	CU_ASSERT_EQUAL(signal_event(MEDIA_SIGNAL_ANSAM_REVERSED), 35);
	CU_ASSERT_EQUAL(signal_event(MEDIA_SIGNAL_CNG), 36);
	CU_ASSERT_EQUAL(signal_event('x'), -1);
	CU_ASSERT_EQUAL(signal_event(0), -1);
	CU_ASSERT_PTR_NULL(signal_of_symbol(0));
	CU_ASSERT_PTR_NULL(signal_of_event(5));
	CU_ASSERT_EQUAL(signal_of_event(38)->mix.hz[0], 980);
	for (char c = '!'; c < 127; c++) /* no letter twice */
		if (signal_of_symbol(c))
			CU_ASSERT_EQUAL(rtp_event_of(c), -1);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "RFC 3611's example", rfc_example },
		{ "no losses, nothing but losses", no_losses },
		{ "Gmin", gmin },
		{ "what becomes of each packet", reception_fates },
		{ "E-model", e_model },
		{ "XR blocks", xr_block },
		{ "XR in compounds", xr_compound },
		{ "redundant payloads", red_payloads },
		{ "tone payloads", tone_payloads },
		{ "signals", signal_names },
		CU_TEST_INFO_NULL,
	};

	return cu_run("quality", tests, argc, argv);
}
