/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Bursts, gaps and the E-model. */
#include "gw/media/quality.h"

/*
 * G.107: R = Ro - Is - Id - Ie,eff + A (7-1), which is 93.2 without impairments when all
 * parameters have their default values (table 3).
 */
#define R_DEFAULT 93.2
#define IE_MAX	  95.0 /* (7-29) */
/* G.113 appendix I, table I.4: Ie is 0 for G.711, and the robustness against random loss */
#define BPL_CONCEALED	25.1
#define BPL_PLAIN	4.3
#define BURST_RATIO_MAX 8.0
/* Cole and Rosenbluth, Voice over IP Performance Monitoring, ACM CCR 31(2), 2001, (5): Id by G.107
 * with its default echo values. */
#define ID_SLOPE   0.024
#define ID_STEEPER 0.11
#define ID_KNEE_MS 177.3

/* ---- bursts and gaps ---- */

static void span_close(struct losses *losses)
{
	if (losses->span_missing > 1) {
		losses->bursts++;
		losses->burst_packets += losses->span;
		losses->burst_missing += losses->span_missing;
	}
	losses->span = losses->span_missing = 0;
}

static void note_missing(struct losses *losses, uint64_t n)
{
	if (losses->since >= QUALITY_GMIN)
		span_close(losses);
	if (losses->since || !losses->span)
		losses->runs++;
	losses->span += losses->span ? losses->since + n : n;
	losses->span_missing += n;
	losses->since = 0;
}

void losses_note(struct losses *losses, enum packet_fate fate, uint64_t n)
{
	if (!n)
		return;
	losses->packets += n;
	if (fate == PACKET_PLAYED) {
		losses->since += n;
		return;
	}
	*(fate == PACKET_LOST ? &losses->lost : &losses->discarded) += n;
	note_missing(losses, n);
}

static uint8_t fixed_point(uint64_t part, uint64_t whole)
{
	uint64_t rate = whole ? part * 256 / whole : 0;

	return (uint8_t)(rate > 255 ? 255 : rate);
}

void losses_report(const struct losses *losses, struct loss_report *report)
{
	struct losses all = *losses;
	uint64_t missing = losses->lost + losses->discarded;
	double share, run;

	span_close(&all);
	*report = (struct loss_report){ .burst_ratio = 1 };
	if (!all.packets)
		return;
	share = (double)missing / (double)all.packets;
	report->loss_rate = fixed_point(all.lost, all.packets);
	report->discard_rate = fixed_point(all.discarded, all.packets);
	report->burst_density = fixed_point(all.burst_missing, all.burst_packets);
	report->gap_density =
		fixed_point(missing - all.burst_missing, all.packets - all.burst_packets);
	report->missing_percent = 100 * share;
	/* Appendix A.2 divides by the bursts, of which there may be none. */
	report->gap_packets =
		(double)(all.packets - all.burst_packets) / (double)(all.bursts ? all.bursts : 1);
	if (all.bursts)
		report->burst_packets = (double)all.burst_packets / (double)all.bursts;
	if (all.runs) {
		run = (double)missing / (double)all.runs;
		report->burst_ratio = run * (1 - share);
	}
	if (report->burst_ratio < 1)
		report->burst_ratio = 1;
	if (report->burst_ratio > BURST_RATIO_MAX)
		report->burst_ratio = BURST_RATIO_MAX;
}

/* ---- the E-model ---- */

/* G.107 annex B (B-4). */
static double mos_of(double r)
{
	if (r <= 0)
		return 1;
	if (r >= 100)
		return 4.5;
	return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

static uint8_t mos_times_10(double r)
{
	double mos = mos_of(r);

	return (uint8_t)(10 * (mos < 1 ? 1 : mos) + 0.5);
}

/* Ie,eff with Ie = 0 (7-29). */
static double loss_impairment(const struct loss_report *report, bool concealed)
{
	double p = report->missing_percent;
	double robustness = concealed ? BPL_CONCEALED : BPL_PLAIN;

	return IE_MAX * p / (p / report->burst_ratio + robustness);
}

static double delay_impairment(double one_way_ms)
{
	double over = one_way_ms > ID_KNEE_MS ? one_way_ms - ID_KNEE_MS : 0;

	return ID_SLOPE * one_way_ms + ID_STEEPER * over;
}

struct rating rating_estimate(const struct loss_report *report, bool concealed, double one_way_ms)
{
	double listening = R_DEFAULT - loss_impairment(report, concealed);
	double r = listening - delay_impairment(one_way_ms);

	return (struct rating){
		.r_factor = (uint8_t)(r < 0 ? 0 : r + 0.5),
		.mos_lq = mos_times_10(listening),
		.mos_cq = mos_times_10(r),
	};
}
