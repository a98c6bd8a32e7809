/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The detector of fax, modem and check tones against SpanDSP's generators, and our generators
 * against its detectors; limits of T.30, V.25, V.8 and Q.724 as dsp/detect.h has them.
 */
#include <math.h>
#include <spandsp.h>
#include <spandsp/expose.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/detect.h"
#include "dsp/g711.h"
#include "dsp/tone.h"
#include "tests/unit/cu.h"

#define RATE	  8000
#define PER_MS	  8
#define LINE	  (6 * RATE)
#define HEARD	  32
#define NEAR	  16 /* samples that begin and end may be off */
#define PEAK	  32256.0
#define PEAK_DBM0 3.14

static int16_t line[LINE];

/* What one channel's detector told, and when. */
struct heard {
	struct detect_event event[HEARD];
	uint32_t told[HEARD]; /* samples heard by then */
	size_t n;
};

static void hear(struct heard *heard, const int16_t *linear, size_t n, size_t block)
{
	struct detect_event events[DETECT_CHANNEL_EVENTS];
	struct detect_one one;

	*heard = (struct heard){ 0 };
	detect_one_init(&one);
	for (size_t at = 0; at < n;) {
		size_t k = n - at < block ? n - at : block, told;

		told = detect_one_hear(&one, linear + at, k, events);
		at += k;
		for (size_t i = 0; i < told && heard->n < HEARD; i++) {
			heard->told[heard->n] = (uint32_t)at;
			heard->event[heard->n++] = events[i];
		}
	}
}

static void through(enum g711_law law, int16_t *linear, size_t n)
{
	static uint8_t octets[LINE];

	g711_compress(law, octets, linear, n);
	g711_expand(law, linear, octets, n);
}

static void add_sine(double hz, double dbm0, size_t from, size_t to)
{
	double peak = PEAK * pow(10, (dbm0 - PEAK_DBM0) / 20);

	for (size_t i = from; i < to; i++)
		line[i] = (int16_t)(line[i] + lrint(peak * sin(2 * M_PI * hz * (double)i / RATE)));
}

static bool is(const struct heard *heard, size_t i, enum detect_kind kind, bool begins)
{
	return i < heard->n && heard->event[i].kind == kind && heard->event[i].begins == begins;
}

static void at(const struct heard *heard, size_t i, double wanted)
{
	CU_ASSERT(i < heard->n && fabs((double)heard->event[i].at - wanted) <= NEAR);
}

static unsigned begins(const struct heard *heard)
{
	unsigned n = 0;

	for (size_t i = 0; i < heard->n; i++)
		n += heard->event[i].begins;
	return n;
}

/* ---- from SpanDSP's generators ---- */

struct wanted {
	int span;
	enum detect_kind kind, later; /* with reversals it is told twice */
	double start_ms, last_told_ms;
};

static void from_span(const struct wanted *w, enum g711_law law, double db)
{
	modem_connect_tones_tx_state_t *tx = modem_connect_tones_tx_init(NULL, w->span);
	struct heard heard;
	size_t n;

	memset(line, 0, sizeof(line));
	n = (size_t)modem_connect_tones_tx(
		tx, line, w->span == MODEM_CONNECT_TONES_FAX_CNG ? 8000 : 5 * RATE);
	modem_connect_tones_tx_free(tx);
	for (size_t i = 0; i < n; i++)
		line[i] = (int16_t)lrint(line[i] * pow(10, db / 20));
	through(law, line, LINE);
	hear(&heard, line, LINE, 160);
	CU_ASSERT(is(&heard, 0, w->kind, true));
	at(&heard, 0, w->start_ms * PER_MS);
	CU_ASSERT(heard.told[0] <= w->last_told_ms * PER_MS);
	if (w->later != w->kind) {
		CU_ASSERT(is(&heard, 1, w->later, true));
		at(&heard, 1, w->start_ms * PER_MS);
		CU_ASSERT(heard.told[1] <= (w->start_ms + 500) * PER_MS);
	}
	CU_ASSERT_EQUAL(heard.n, w->later != w->kind ? 3 : 2);
	CU_ASSERT(is(&heard, heard.n - 1, w->later, false));
}

static void modem_tones(void)
{
	static const struct wanted wanted[] = {
		{ MODEM_CONNECT_TONES_FAX_CNG, DETECT_CNG, DETECT_CNG, 0, 430 },
		{ MODEM_CONNECT_TONES_ANS, DETECT_ANS, DETECT_ANS, 200, 670 },
		{ MODEM_CONNECT_TONES_ANS_PR, DETECT_ANS, DETECT_ANS_REVERSED, 200, 670 },
		{ MODEM_CONNECT_TONES_ANSAM, DETECT_ANSAM, DETECT_ANSAM, 200, 670 },
		{ MODEM_CONNECT_TONES_ANSAM_PR, DETECT_ANSAM, DETECT_ANSAM_REVERSED, 200, 670 },
	};

	/* SpanDSP's level is -11 dBm0; Q.24's and T.30's weakest are about -35 */
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		for (double db = 1; db > -25; db -= 5)
			for (enum g711_law law = G711_A; law <= G711_MU; law++)
				from_span(&wanted[i], law, db);
}

static int flag_bit(void *at)
{
	unsigned *bit = at;

	return 0x7E >> ((*bit)++ & 7) & 1;
}

static int data_bit(void *at)
{
	uint32_t *random = at;

	*random = *random * 1664525 + 1013904223;
	return *random >> 30 & 1;
}

static void v21_flags(void)
{
	for (unsigned lead = 0; lead < 80; lead += 7)
		for (double db = 0; db > -25; db -= 8) {
			fsk_tx_state_t *tx;
			struct heard heard;
			unsigned bit = lead;
			uint32_t random = 1;

			/* T.30: 1 s of flags; then a frame, here of 0.5 s */
			tx = fsk_tx_init(NULL, &preset_fsk_specs[FSK_V21CH2], flag_bit, &bit);
			memset(line, 0, sizeof(line));
			fsk_tx(tx, line + 800 + lead, RATE);
			fsk_tx_set_get_bit(tx, data_bit, &random);
			fsk_tx(tx, line + 800 + lead + RATE, RATE / 2);
			fsk_tx_free(tx);
			for (size_t i = 0; i < LINE; i++)
				line[i] = (int16_t)lrint(line[i] * pow(10, db / 20));
			through(lead % 2 ? G711_A : G711_MU, line, LINE);
			hear(&heard, line, LINE, 160);
			CU_ASSERT_EQUAL(heard.n, 2);
			CU_ASSERT(is(&heard, 0, DETECT_V21_FLAGS, true));
			CU_ASSERT(is(&heard, 1, DETECT_V21_FLAGS, false));
			CU_ASSERT_DOUBLE_EQUAL(heard.event[0].at, 800 + lead, 10 * PER_MS);
			CU_ASSERT(heard.told[0] <= 800 + lead + 300 * PER_MS);
			CU_ASSERT_DOUBLE_EQUAL(heard.event[1].at, 800 + lead + RATE, 60 * PER_MS);
		}
}

/* Data on either channel is no preamble. */
static void v21_data(void)
{
	static const int channels[] = { FSK_V21CH1, FSK_V21CH2 };

	for (unsigned i = 0; i < 2; i++)
		for (uint32_t seed = 1; seed < 20; seed++) {
			uint32_t random = seed;
			fsk_tx_state_t *tx = fsk_tx_init(NULL, &preset_fsk_specs[channels[i]],
							 data_bit, &random);
			struct heard heard;

			fsk_tx(tx, line, LINE);
			fsk_tx_free(tx);
			hear(&heard, line, LINE, 160);
			CU_ASSERT_EQUAL(heard.n, 0);
		}
}

/* ---- continuity: Q.724 7.4 ---- */

static unsigned check_heard(double hz, double dbm0, unsigned ms, struct heard *heard)
{
	unsigned n = 0;

	memset(line, 0, sizeof(line));
	add_sine(hz, dbm0, 413, 413 + ms * PER_MS);
	through(G711_A, line, RATE);
	hear(heard, line, RATE, 40);
	for (size_t i = 0; i < heard->n; i++)
		n += heard->event[i].begins && heard->event[i].kind == DETECT_CHECK_2010;
	return n;
}

static void check_limits(void)
{
	struct heard heard;

	for (double dbm0 = -6; dbm0 >= -18; dbm0--)
		for (double hz = 1970; hz <= 2040; hz += 5) {
			CU_ASSERT_EQUAL(check_heard(hz, dbm0, 500, &heard), 1);
			at(&heard, 0, 413);
			at(&heard, 1, 413 + 4000);
			CU_ASSERT(heard.told[0] >= 413 + 30 * PER_MS &&
				  heard.told[0] <= 413 + 60 * PER_MS);
			CU_ASSERT(heard.told[1] <= 413 + 4000 + 40 * PER_MS);
			CU_ASSERT_EQUAL(heard.n, 2);
		}
	for (double dbm0 = -22; dbm0 >= -40; dbm0--)
		CU_ASSERT_EQUAL(check_heard(2010, dbm0, 500, &heard), 0);
	for (double off = 200; off < 900; off += 10) {
		CU_ASSERT_EQUAL(check_heard(2000 + off, -12, 500, &heard), 0);
		CU_ASSERT_EQUAL(check_heard(2000 - off, -12, 500, &heard), 0);
	}
	for (unsigned ms = 5; ms < 30; ms++)
		CU_ASSERT_EQUAL(check_heard(2010, -12, ms, &heard), 0);
	for (unsigned ms = 60; ms < 100; ms += 5)
		CU_ASSERT_EQUAL(check_heard(2010, -12, ms, &heard), 1);
}

static void check_interrupted(void)
{
	for (unsigned ms = 1; ms <= 60; ms++) {
		struct heard heard;

		memset(line, 0, sizeof(line));
		add_sine(2010, -12, 400, 2000);
		add_sine(2010, -12, 2000 + ms * PER_MS, 4000);
		hear(&heard, line, 6000, 80);
		if (ms <= 15)
			CU_ASSERT_EQUAL(begins(&heard), 1);
		if (ms >= 25)
			CU_ASSERT_EQUAL(begins(&heard), ms >= 25 ? 2 : 1);
	}
}

/* ---- frequencies, times, and what is nothing ---- */

static void frequencies(void)
{
	struct heard heard;

	for (int off = -100; off <= 100; off += 1) {
		memset(line, 0, sizeof(line));
		add_sine(2100 + off, -20, 400, 400 + RATE);
		hear(&heard, line, 2 * RATE, 160);
		if (abs(off) <= 21)
			CU_ASSERT(is(&heard, 0, DETECT_ANS, true) &&
				  is(&heard, 1, DETECT_ANS, false));
		if (abs(off) > 45 && off > -60) /* below is the check tone's */
			CU_ASSERT_EQUAL(heard.n, 0);
		memset(line, 0, sizeof(line));
		add_sine(1100 + off, -20, 400, 400 + RATE / 2);
		hear(&heard, line, 2 * RATE, 160);
		if (abs(off) <= 38)
			CU_ASSERT(is(&heard, 0, DETECT_CNG, true) &&
				  is(&heard, 1, DETECT_CNG, false));
		if (abs(off) > 60)
			CU_ASSERT_EQUAL(heard.n, 0);
	}
}

/* T.30: a CNG of 425 ms is one, half of that is not; an ANS begins after 430 ms. */
static void times(void)
{
	for (unsigned ms = 100; ms <= 1000; ms += 25) {
		struct heard heard;

		memset(line, 0, sizeof(line));
		add_sine(1100, -30, 417, 417 + ms * PER_MS);
		hear(&heard, line, 2 * RATE, 160);
		CU_ASSERT_EQUAL(begins(&heard), ms >= 425 ? 1 : ms <= 375 ? 0 : begins(&heard));
		memset(line, 0, sizeof(line));
		add_sine(2100, -30, 417, 417 + ms * PER_MS);
		hear(&heard, line, 2 * RATE, 160);
		CU_ASSERT_EQUAL(begins(&heard), ms >= 475 ? 1 : ms <= 400 ? 0 : begins(&heard));
	}
}

/* Reversals out of time are none. */
static void reversal_times(void)
{
	for (unsigned ms = 350; ms <= 550; ms += 5) {
		struct tone_signal signal = tone_ans_reversed;
		struct tone_player player;
		struct heard heard;

		signal.reversal_ms = (uint16_t)ms;
		tone_player_start_signal(&player, &signal);
		memset(line, 0, sizeof(line));
		tone_player_play(&player, line + 333, 3 * RATE);
		hear(&heard, line, 4 * RATE, 160);
		if (ms >= 425 && ms <= 475)
			/* the second event, or the first when the reversal came before it */
			CU_ASSERT(is(&heard, heard.n - 2, DETECT_ANS_REVERSED, true));
		if (ms <= 405 || ms >= 495)
			CU_ASSERT(is(&heard, 0, DETECT_ANS, true) &&
				  is(&heard, 1, DETECT_ANS, false));
	}
}

static void nothing(double hz1, double hz2, double on_s, double off_s)
{
	struct heard heard;
	size_t period = (size_t)((on_s + off_s) * RATE);

	memset(line, 0, sizeof(line));
	for (size_t i = 0; i < LINE; i += period) {
		size_t end = i + (size_t)(on_s * RATE);

		add_sine(hz1, -13, i, end < LINE ? end : LINE);
		if (hz2 > 0)
			add_sine(hz2, -13, i, end < LINE ? end : LINE);
	}
	hear(&heard, line, LINE, 160);
	CU_ASSERT_EQUAL(heard.n, 0);
}

static void other_tones(void)
{
	static const double low[] = { 697, 770, 852, 941 }, high[] = { 1209, 1336, 1477, 1633 };
	awgn_state_t *source = awgn_init_dbm0(NULL, 5, -15);
	struct heard heard;

	for (unsigned i = 0; i < 16; i++)
		nothing(low[i / 4], high[i % 4], 1, 0.1);
	nothing(425, 0, 1, 4);
	nothing(440, 480, 2, 4);
	nothing(950, 0, 0.33, 0.03); /* of the special information tone, E.180 */
	nothing(1400, 0, 0.33, 0.03);
	nothing(1800, 0, 0.02, 0.3);
	nothing(1300, 0, 0.6, 2); /* V.25 calling tone */
	nothing(2225, 0, 3, 1);	  /* Bell 103 answer */
	nothing(2280, 0, 1, 0.1); /* line signalling */
	nothing(2600, 0, 1, 0.1);
	nothing(1100, 2100, 1, 0.1);
	for (size_t i = 0; i < LINE; i++)
		line[i] = awgn(source);
	hear(&heard, line, LINE, 160);
	CU_ASSERT_EQUAL(heard.n, 0);
	free(source);
}

/* ---- our generators ---- */

static int span_told;

static void span_tells(void *told, int code, int level, int delay)
{
	(void)level, (void)delay;
	if (code != MODEM_CONNECT_TONES_NONE)
		*(int *)told = code;
}

static int span_hears(const struct tone_signal *signal, int mode, double seconds)
{
	modem_connect_tones_rx_state_t *rx;
	struct tone_player player;

	span_told = MODEM_CONNECT_TONES_NONE;
	rx = modem_connect_tones_rx_init(NULL, mode, span_tells, &span_told);
	memset(line, 0, sizeof(line));
	tone_player_start_signal(&player, signal);
	tone_player_play(&player, line + 1600, (size_t)(seconds * RATE));
	through(G711_A, line, LINE);
	modem_connect_tones_rx(rx, line, LINE);
	modem_connect_tones_rx_free(rx);
	return span_told;
}

static void to_span(void)
{
	CU_ASSERT_EQUAL(span_hears(&tone_cng, MODEM_CONNECT_TONES_FAX_CNG, 5),
			MODEM_CONNECT_TONES_FAX_CNG);
	CU_ASSERT_EQUAL(span_hears(&tone_ans, MODEM_CONNECT_TONES_ANS_PR, 3.3),
			MODEM_CONNECT_TONES_ANS);
	CU_ASSERT_EQUAL(span_hears(&tone_ans_reversed, MODEM_CONNECT_TONES_ANS_PR, 3.3),
			MODEM_CONNECT_TONES_ANS_PR);
	CU_ASSERT_EQUAL(span_hears(&tone_ansam, MODEM_CONNECT_TONES_ANS_PR, 3.3),
			MODEM_CONNECT_TONES_ANSAM);
	CU_ASSERT_EQUAL(span_hears(&tone_ansam_reversed, MODEM_CONNECT_TONES_ANS_PR, 3.3),
			MODEM_CONNECT_TONES_ANSAM_PR);
	CU_ASSERT_EQUAL(span_hears(&tone_check_2010, MODEM_CONNECT_TONES_ANS_PR, 3),
			MODEM_CONNECT_TONES_NONE);
}

static void span_cadence(void *told, int code, int power, int duration)
{
	(void)power, (void)duration;
	if (code >= 0)
		*(int *)told = code;
}

/* SpanDSP's general detector knows the check tones by their frequencies. */
static void check_to_span(void)
{
	static const struct tone_signal *const signals[] = { &tone_check_2010, &tone_check_1780 };

	for (unsigned i = 0; i < 2; i++) {
		super_tone_rx_descriptor_t *tones = super_tone_rx_make_descriptor(NULL);
		struct tone_player player;
		super_tone_rx_state_t *rx;
		int number[2];

		for (unsigned k = 0; k < 2; k++) {
			number[k] = super_tone_rx_add_tone(tones);
			super_tone_rx_add_element(tones, number[k], k ? 1780 : 2010, 0, 60, 0);
		}
		span_told = -1;
		rx = super_tone_rx_init(NULL, tones, span_cadence, &span_told);
		tone_player_start_signal(&player, signals[i]);
		tone_player_play(&player, line, RATE);
		super_tone_rx(rx, line, RATE);
		CU_ASSERT_EQUAL(span_told, number[i]);
		super_tone_rx_free(rx);
		super_tone_rx_free_descriptor(tones);
	}
}

static double level(const int16_t *linear, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)linear[i] * linear[i];
	return 10 * log10(sum / (double)n / (PEAK * PEAK / 2) + 1e-12) + PEAK_DBM0;
}

/* Amplitude and phase of hz in n samples. */
static double phasor(const int16_t *linear, size_t n, double hz, double *phase)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < n; i++) {
		re += linear[i] * cos(2 * M_PI * hz * (double)i / RATE);
		im -= linear[i] * sin(2 * M_PI * hz * (double)i / RATE);
	}
	*phase = atan2(im, re);
	return 2 * hypot(re, im) / (double)n;
}

/* Q.724: -12 +-1 dBm0, 2010 +-20 Hz. */
static void made_check(void)
{
	struct tone_player player;
	double first, second;

	tone_player_start_signal(&player, &tone_check_2010);
	tone_player_play(&player, line, LINE);
	CU_ASSERT_DOUBLE_EQUAL(level(line, LINE), -12, 0.05);
	phasor(line, 2400, 2010, &first);
	phasor(line + 40000, 2400, 2010, &second);
	/* 5 s later it is where 2010 Hz is, to 0.01 Hz */
	CU_ASSERT_DOUBLE_EQUAL(remainder(second - first, 2 * M_PI), 0, 0.3);
	CU_ASSERT_DOUBLE_EQUAL(phasor(line, 2400, 2010, &first),
			       PEAK * pow(10, (-12 - PEAK_DBM0) / 20), 20);
}

/* V.8: reversals of 180 +-10 degrees, 450 +-25 ms apart, within 1 ms; amplitude 0.8 to 1.2. */
static void made_answer(void)
{
	struct tone_player player;
	double phase, before, lowest = 1e9, highest = 0;

	tone_player_start_signal(&player, &tone_ans_reversed);
	tone_player_play(&player, line, LINE);
	phasor(line, 80, 2100, &before);
	for (size_t i = 80; i + 80 <= LINE; i += 80) {
		bool due = i % 3600 == 0;

		phasor(line + i, 80, 2100, &phase);
		CU_ASSERT_DOUBLE_EQUAL(fabs(remainder(phase - before, 2 * M_PI)), due ? M_PI : 0,
				       0.05);
		before = phase;
	}
	tone_player_start_signal(&player, &tone_ansam);
	tone_player_play(&player, line, LINE);
	for (size_t i = 0; i + 80 <= LINE; i += 80) {
		double amplitude = phasor(line + i, 80, 2100, &phase);

		lowest = fmin(lowest, amplitude);
		highest = fmax(highest, amplitude);
	}
	CU_ASSERT_DOUBLE_EQUAL(highest / lowest, 1.2 / 0.8, 0.04);
	CU_ASSERT_DOUBLE_EQUAL(level(line, 40000), -12 + 10 * log10(1.02), 0.05);
}

static void made_cng(void)
{
	struct tone_player player;
	size_t on = 0;

	tone_player_start_signal(&player, &tone_cng);
	tone_player_play(&player, line, 28000);
	CU_ASSERT_DOUBLE_EQUAL(level(line, 4000), -12, 0.05);
	for (size_t i = 4000; i < 28000; i++)
		on += line[i] != 0;
	CU_ASSERT_EQUAL(on, 0);
}

/* ---- lanes ---- */

static void lane_make(int16_t *to, unsigned lane)
{
	static const struct tone_signal *const signals[] = {
		&tone_cng,
		&tone_ans,
		&tone_ans_reversed,
		&tone_ansam,
		&tone_ansam_reversed,
		&tone_check_2010,
		&tone_check_1780,
	};
	struct tone_player player;
	unsigned bit = 0;

	memset(to, 0, LINE * sizeof(int16_t));
	if (lane % 8 == 7) {
		fsk_tx_state_t *tx =
			fsk_tx_init(NULL, &preset_fsk_specs[FSK_V21CH2], flag_bit, &bit);

		fsk_tx(tx, to + lane * 31, 2 * RATE);
		fsk_tx_free(tx);
	} else {
		tone_player_start_signal(&player, signals[lane % 8]);
		tone_player_play(&player, to + lane * 31, 4 * RATE);
	}
	through(lane < 8 ? G711_A : G711_MU, to, LINE);
}

static void group_as_singles(enum lanes_build build)
{
	static int16_t lanes[LANES][LINE], block[DETECT_BLOCK_SAMPLES][LANES];
	struct detect_event events[DETECT_GROUP_EVENTS];
	static struct heard alone[LANES];
	struct detect_group group;
	size_t next[LANES] = { 0 };

	detect_group_init(&group, build);
	for (unsigned lane = 0; lane < LANES; lane++) {
		lane_make(lanes[lane], lane);
		hear(&alone[lane], lanes[lane], LINE, 100);
		CU_ASSERT(alone[lane].n >= 2);
	}
	for (size_t i = 0; i < LINE; i += 100) {
		const int16_t *from[LANES];
		size_t told;

		for (unsigned lane = 0; lane < LANES; lane++)
			from[lane] = lanes[lane] + i;
		lanes_interleave(block, from, 100);
		told = detect_group_hear(&group, block, 100, events);
		for (size_t k = 0; k < told; k++) {
			const struct heard *h = &alone[events[k].lane];
			size_t which = next[events[k].lane]++;

			CU_ASSERT(is(h, which, events[k].kind, events[k].begins));
			CU_ASSERT(abs((int)(h->event[which].at - events[k].at)) <= 1);
			CU_ASSERT_EQUAL(h->told[which], i + 100);
		}
	}
	for (unsigned lane = 0; lane < LANES; lane++)
		CU_ASSERT_EQUAL(next[lane], alone[lane].n);
}

static void groups(void)
{
	for (enum lanes_build build = 0; build < LANES_BUILDS; build++)
		if (lanes_can(build))
			group_as_singles(build);
}

static void names(void)
{
	CU_ASSERT_STRING_EQUAL(detect_kind_name(DETECT_ANSAM_REVERSED), "/ANSam");
	CU_ASSERT_STRING_EQUAL(detect_kind_name(DETECT_KINDS), "none");
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "modem tones of SpanDSP's", modem_tones },
		{ "V.21 flags", v21_flags },
		{ "V.21 data", v21_data },
		{ "limits of the check tone", check_limits },
		{ "check tone interrupted", check_interrupted },
		{ "frequencies", frequencies },
		{ "times", times },
		{ "times of reversals", reversal_times },
		{ "other tones", other_tones },
		{ "our tones to SpanDSP", to_span },
		{ "our check tones to SpanDSP", check_to_span },
		{ "check tone made", made_check },
		{ "answer tones made", made_answer },
		{ "CNG made", made_cng },
		{ "lanes as channels alone", groups },
		{ "names", names },
		CU_TEST_INFO_NULL,
	};

	return cu_run("tone detection", tests, argc, argv);
}
