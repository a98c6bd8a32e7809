/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Call-progress tones: every tone of every country of libtonezone, 60 s of it, measured with SpanDSP's Goertzel filter
 * against its text, which is read here a second time; the texts that are refused; phases and seams.
 */
#include "dsp/zone.h"

#include <math.h>
#include <spandsp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

#define SECONDS 60
#define LONGEST (SECONDS * 8000)

/* libtonezone's tables, as dsp/zone.c has them. */
struct raw_zone {
	int zone;
	char country[10], description[40];
	int ring[16];
	struct {
		int id;
		char text[256];
	} tones[16];
	int levels[4];
};
extern struct raw_zone builtin_zones[];

static int16_t sound[LONGEST];

/* ---- measuring ---- */

/* Energy of n samples at a frequency, under a Hann window so that others do not leak. */
static double energy_at(const int16_t *x, size_t n, double hz)
{
	static int16_t windowed[8000];
	goertzel_descriptor_t descriptor;
	goertzel_state_t state;

	n = n > 8000 ? 8000 : n;
	for (size_t i = 0; i < n; i++)
		windowed[i] = (int16_t)lrint(
			x[i] * (0.5 - 0.5 * cos(2 * M_PI * ((double)i + 0.5) / (double)n)));
	make_goertzel_descriptor(&descriptor, (float)hz, (int)n);
	goertzel_init(&state, &descriptor);
	goertzel_update(&state, windowed, (int)n);
	return goertzel_result(&state);
}

/* dBm0, by comparison with a sine of 0 dBm0. */
static double level_at(const int16_t *x, size_t n, double hz)
{
	static int16_t reference[8000];
	double peak = 32256 * pow(10, -3.14 / 20);

	n = n > 8000 ? 8000 : n;
	for (size_t i = 0; i < n; i++)
		reference[i] = (int16_t)lrint(peak * sin(2 * M_PI * hz * (double)i / 8000));
	return 10 * log10(energy_at(x, n, hz) / energy_at(reference, n, hz) + 1e-12);
}

static double dbm0_of(const int16_t *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	return 10 * log10(sum / (double)n / (32256.0 * 32256.0 / 2) + 1e-12) + 3.14;
}

static size_t not_silent(const int16_t *x, size_t n)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += x[i] != 0;
	return wrong;
}

/* ---- a second reading of the texts ---- */

struct part {
	unsigned hz[3], by, ms;
	bool once, soft;
};

static unsigned parts_of(const char *text, struct part *parts)
{
	unsigned n = 0;

	while (*text) {
		struct part *p = &parts[n++];
		char *end = NULL;

		*p = (struct part){ .once = *text == '!' };
		p->hz[0] = (unsigned)strtoul(text + p->once, &end, 10);
		for (unsigned i = 1; *end == '+'; i++)
			p->hz[i] = (unsigned)strtoul(end + 1, &end, 10);
		if (*end == '*')
			p->by = (unsigned)strtoul(end + 1, &end, 10);
		p->soft = *end == '@';
		end += p->soft;
		if (*end == '/')
			p->ms = (unsigned)strtoul(end + 1, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
	return n;
}

static bool step_is_good(const struct part *p, const int16_t *x, size_t n)
{
	double level = p->soft ? -20 : -10, tolerance = n < 640 ? 1 : 0.3;
	bool good = true;

	if (!p->hz[0])
		return not_silent(x, n) == 0;
	if (n < 200) /* the end of the minute, or too short to measure */
		return true;
	if (p->by) {
		double carrier = level - 10 * log10(1 + 0.9 * 0.9 / 2);

		good = fabs(level_at(x, n, p->hz[0]) - carrier) < 1;
		good &= fabs(level_at(x, n, p->hz[0] + p->by) - carrier - 20 * log10(0.45)) < 1.5;
		return good && fabs(dbm0_of(x, n) - level) < 1;
	}
	for (unsigned i = 0; i < 3 && p->hz[i]; i++)
		good &= fabs(level_at(x, n, p->hz[i]) - level) < tolerance;
	return good && level_at(x, n, 2900) < -45;
}

/* Steps from the beginning to the end of the minute, each as long as its text says. */
static bool minute_is_good(const struct part *parts, unsigned n)
{
	unsigned loop = 0, at = 0;
	size_t done = 0;

	while (loop < n && parts[loop].once)
		loop++;
	while (done < LONGEST) {
		const struct part silence = { .ms = 0 }, *p = at < n ? &parts[at] : &silence;
		size_t k = p->ms ? p->ms * 8u : LONGEST;

		k = k > LONGEST - done ? LONGEST - done : k;
		if (!step_is_good(p, sound + done, k))
			return false;
		done += k;
		at++;
		if (at >= n)
			at = loop;
	}
	return true;
}

static void synthesize(const struct cadence *cadence)
{
	struct cadence_player player;

	cadence_player_start(&player, cadence);
	for (size_t at = 0; at < LONGEST; at += 160)
		cadence_player_play(&player, sound + at, 160);
}

static const char *raw_text(const struct raw_zone *raw, int id)
{
	for (unsigned i = 0; i < 16; i++)
		if (raw->tones[i].id == id && raw->tones[i].text[0])
			return raw->tones[i].text;
	return NULL;
}

/* The two whose text libtonezone has wrong. */
static const char *text_meant(const char *text)
{
	if (text && strcmp(text, "950/0,0/325,950/325,0/30,1400/1300,0/2600") == 0)
		return "950/650,0/325,950/325,0/30,1400/1300,0/2600";
	if (text && strcmp(text, "1000/400,10000/400,1000/400") == 0)
		return "1000/400,0/10000,1000/400";
	return text;
}

static void every_country(void)
{
	static const int ids[ZONE_TONES] = { 0, 2, 1, 3, 7, 4, 6, 5, 10 };
	unsigned zones = 0, tones = 0;

	for (const struct raw_zone *raw = builtin_zones; raw->zone >= 0; raw++, zones++) {
		const struct zone *zone = zone_find(raw->country);

		CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
		CU_ASSERT_STRING_EQUAL(zone->name, raw->description);
		for (unsigned t = 0; t < ZONE_TONES; t++) {
			const char *text = text_meant(raw_text(raw, ids[t]));
			struct part parts[40];
			bool good;

			if (!text) {
				CU_ASSERT_EQUAL(zone->tone[t].n_steps, zone_itu.tone[t].n_steps);
				continue;
			}
			synthesize(&zone->tone[t]);
			good = minute_is_good(parts, parts_of(text, parts));
			if (!good)
				printf("%s %s: %s\n", zone->country, zone_tone_name(t), text);
			CU_ASSERT(good);
			tones++;
		}
	}
	CU_ASSERT(zones >= 40);
	CU_ASSERT(tones >= 8 * zones);
}

static void every_index(void)
{
	size_t n = 0;

	while (zone_get(n)) {
		CU_ASSERT_PTR_EQUAL(zone_find(zone_get(n)->country), zone_get(n));
		n++;
	}
	CU_ASSERT(n >= 41);
	CU_ASSERT_STRING_EQUAL(zone_get(0)->country, "itu");
	CU_ASSERT_PTR_NULL(zone_find("atlantis"));
	CU_ASSERT_PTR_NULL(zone_find(""));
}

/* E.180's, by its figures. */
static void recommended(void)
{
	static const struct {
		enum zone_tone tone;
		const char *text;
	} expected[] = {
		{ ZONE_DIAL, "425" },
		{ ZONE_RINGBACK, "425/1000,0/4000" },
		{ ZONE_BUSY, "425/500,0/500" },
		{ ZONE_CONGESTION, "425/250,0/250" },
		{ ZONE_UNOBTAINABLE, "950/330,1400/330,1800/330,0/1000" },
		{ ZONE_CALL_WAITING, "425/200,0/600,425/200,0/3000" },
		{ ZONE_RECORD, "1400/500,0/15000" },
		{ ZONE_DIAL_RECALL, "425" },
		{ ZONE_STUTTER, "425/500,0/50" },
	};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct part parts[40];
		char text[200];

		cadence_print(&zone_itu.tone[expected[i].tone], text, sizeof(text));
		CU_ASSERT_STRING_EQUAL(text, expected[i].text);
		synthesize(&zone_itu.tone[expected[i].tone]);
		CU_ASSERT(minute_is_good(parts, parts_of(expected[i].text, parts)));
	}
}

/* ---- texts ---- */

static void texts(void)
{
	static const char *const good[] = {
		"425",
		"425/500,0/500",
		"!950/330,!1400/330,!1800/330,0",
		"400*25/400,0/200",
		"350+375+400",
		"425@/375,0/375",
		"!350+440/100,!0/100,350+440",
		"!425/100",
	};
	static const char *const wrong[] = {
		"",
		",",
		"425/",
		"425/0",
		"425,",
		"425,0/500",
		"425/500,,0/500",
		"a",
		"425x",
		"425/500 ",
		"4000",
		"425/600001",
		"425+",
		"425+0",
		"0+425",
		"400*0",
		"0*25",
		"400*25+30",
		"1+2+3+4",
		"-425",
		"+425",
		"!",
		"!!425",
		"425/99999999999",
		"425/500;0/500",
		"425@@/1",
	};
	struct cadence cadence;
	char text[300], many[600] = "";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CU_ASSERT_EQUAL(cadence_parse(&cadence, good[i]), 0);
		CU_ASSERT_EQUAL(cadence_print(&cadence, text, sizeof(text)), strlen(good[i]));
		CU_ASSERT_STRING_EQUAL(text, good[i]);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bool refused = cadence_parse(&cadence, wrong[i]) && !cadence.n_steps;

		if (!refused)
			printf("\"%s\" was taken\n", wrong[i]);
		CU_ASSERT(refused);
	}
	/* a comma that is missing in one of libtonezone's texts */
	CU_ASSERT_EQUAL(cadence_parse(&cadence, "!400/100!0/100,400"), 0);
	CU_ASSERT_EQUAL(cadence.n_steps, 3);
	for (unsigned i = 0; i <= CADENCE_STEPS_MAX; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "%s425/100",
			 i ? "," : "");
	CU_ASSERT_NOT_EQUAL(cadence_parse(&cadence, many), 0);
	many[strlen(many) - strlen(",425/100")] = '\0';
	CU_ASSERT_EQUAL(cadence_parse(&cadence, many), 0);
	/* room for some of it: the length that it has */
	CU_ASSERT_EQUAL(cadence_print(&cadence, text, 10), strlen(many));
	CU_ASSERT_EQUAL(strlen(text), 9);
}

/* ---- seams ---- */

/* The largest second difference: a jump of phase makes it far larger than a sine's. */
static double roughest(size_t n)
{
	double most = 0;

	for (size_t i = 2; i < n; i++)
		most = fmax(most, abs(sound[i] - 2 * sound[i - 1] + sound[i - 2]));
	return most;
}

static void seams(void)
{
	struct cadence cadence;
	double sine = 2 * 32256 * pow(10, -13.14 / 20) * (1 - cos(2 * M_PI * 440 / 8000));

	/* 440 Hz goes on under what begins and ends beside it; 750 ms are 330 periods */
	CU_ASSERT_EQUAL_FATAL(cadence_parse(&cadence, "440/123,440/77"), 0);
	synthesize(&cadence);
	CU_ASSERT(roughest(LONGEST) < sine + 3);
	CU_ASSERT_EQUAL_FATAL(cadence_parse(&cadence, "440"), 0);
	synthesize(&cadence);
	CU_ASSERT(roughest(LONGEST) < sine + 3);
	CU_ASSERT_DOUBLE_EQUAL(dbm0_of(sound + LONGEST - 8000, 8000), -10, 0.01);
	/* a tone begins with a sine's zero */
	CU_ASSERT_EQUAL_FATAL(cadence_parse(&cadence, "0/100,425/100"), 0);
	synthesize(&cadence);
	CU_ASSERT_EQUAL(sound[800], 0);
	CU_ASSERT(sound[801] > 0);
}

/* However many samples are asked for at a time, they are the same. */
static void blocks(void)
{
	static int16_t pieces[40000];
	const struct cadence *cadence = &zone_find("uk")->tone[ZONE_RINGBACK];
	struct cadence_player player;
	unsigned random = 1;

	synthesize(cadence);
	cadence_player_start(&player, cadence);
	for (size_t at = 0, n; at < 40000; at += n) {
		random = random * 1103515245 + 12345;
		n = 1 + (random >> 16) % 301;
		n = n > 40000 - at ? 40000 - at : n;
		cadence_player_play(&player, pieces + at, n);
	}
	CU_ASSERT_EQUAL(memcmp(pieces, sound, sizeof(pieces)), 0);
	cadence_player_start(&player, NULL);
	cadence_player_play(&player, pieces, 1000);
	CU_ASSERT_EQUAL(not_silent(pieces, 1000), 0);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every country", every_country },
		{ "every index", every_index },
		{ "E.180", recommended },
		{ "texts", texts },
		{ "seams", seams },
		{ "blocks", blocks },
		CU_TEST_INFO_NULL,
	};

	return cu_run("tones by country", tests, argc, argv);
}
