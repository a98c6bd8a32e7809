/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Announcements and countries' tones through one channel: towards the bearer and towards RTP, in both laws, over and
 * over without a seam, once with its report, under digits; levels and frequencies measured with SpanDSP's filter.
 */
#include "tests/unit/gw/media/rig_run.h"

#include <spandsp.h>

#include "gw/media/wav.h"

#define SOUND_SAMPLES 5003 /* no multiple of any block */

static char path[] = "/tmp/sound-XXXXXX";

/* Octets that the rig's pattern has not, each different from the next. */
static uint8_t sound_octet(size_t at)
{
	return (uint8_t)(at % 97 + 100);
}

static struct media_sound *sound_make(void)
{
	uint8_t file[WAV_HEADER_OCTETS + SOUND_SAMPLES + 1] = { 0 };
	char reason[300] = "";
	struct media_sound *sound;
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	wav_header(file, G711_A, SOUND_SAMPLES);
	for (size_t i = 0; i < SOUND_SAMPLES; i++)
		file[WAV_HEADER_OCTETS + i] = sound_octet(i);
	CU_ASSERT_EQUAL(write(fd, file, sizeof(file)), (ssize_t)sizeof(file));
	close(fd);
	sound = media_sound_load(path, reason, sizeof(reason));
	unlink(path);
	CU_ASSERT_STRING_EQUAL(reason, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(sound);
	CU_ASSERT_EQUAL(media_sound_ms(sound), SOUND_SAMPLES / 8);
	return sound;
}

/* Where the sound begins; n: nowhere. */
static size_t sound_start(const uint8_t *octets, size_t n, const uint8_t *law)
{
	for (size_t at = 0; at + 200 < n; at++) {
		size_t k = 0;

		while (k < 200 && octets[at + k] == law[sound_octet(k)])
			k++;
		if (k == 200)
			return at;
	}
	return n;
}

static size_t mismatches(const uint8_t *octets, size_t n, const uint8_t *law)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += octets[i] != law[sound_octet(i % SOUND_SAMPLES)];
	return wrong;
}

static const uint8_t *same(void)
{
	static uint8_t law[256];

	for (unsigned i = 0; i < 256; i++)
		law[i] = (uint8_t)i;
	return law;
}

static void loops_to_bearer(void)
{
	struct media_sound *sound = sound_make();
	struct rig rig;
	size_t at;

	rig_open(&rig, 5, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 300);
	CU_ASSERT_PTR_NULL(pipeline_sound(&rig.pipeline, 1, sound, true));
	rig_run(&rig, 20000);
	at = sound_start(rig.heard, rig.heard_n, same());
	CU_ASSERT_FATAL(at < 300 * 8 + 800);
	CU_ASSERT_EQUAL(mismatches(rig.heard + at, rig.heard_n - at, same()), 0);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_PLAYED), 0);
	/* stopped, as by an answer: the other side is heard at once */
	CU_ASSERT_PTR_EQUAL(pipeline_sound(&rig.pipeline, 1, NULL, false), sound);
	rig.heard_n = 0;
	rig_run(&rig, 500);
	CU_ASSERT_EQUAL(mismatches(rig.heard + 800, 2000, same()), 2000);
	rig_close(&rig);
	media_sound_drop(sound);
}

static void loops_to_rtp(enum media_codec codec, const uint8_t *law)
{
	struct media_sound *sound = sound_make();
	struct rig rig;
	size_t at;

	rig_open(&rig, 5, codec, 20);
	rig_run(&rig, 300);
	/* the direction is closed yet: early media needs it not */
	rig.pipeline.side[1].hear = false;
	CU_ASSERT_PTR_NULL(pipeline_sound(&rig.pipeline, 0, sound, true));
	rig_run(&rig, 10000);
	at = sound_start(rig.got, rig.got_n, law);
	CU_ASSERT_FATAL(at < 300 * 8 + 800);
	CU_ASSERT_EQUAL(mismatches(rig.got + at, rig.got_n - at, law), 0);
	CU_ASSERT_EQUAL(rig.got_gaps, 0);
	rig_close(&rig);
	media_sound_drop(sound);
}

static void to_rtp(void)
{
	loops_to_rtp(MEDIA_PCMA, same());
	loops_to_rtp(MEDIA_PCMU, g711_a_to_mu);
}

/* Once, reported once; then the other side. */
static void once(void)
{
	struct media_sound *sound = sound_make();
	struct rig rig;
	size_t at;

	rig_open(&rig, 5, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	rig_run(&rig, 300);
	(void)pipeline_sound(&rig.pipeline, 1, sound, false);
	rig_run(&rig, 2000);
	at = sound_start(rig.heard, rig.heard_n, same());
	CU_ASSERT_FATAL(at + SOUND_SAMPLES + 800 < rig.heard_n);
	CU_ASSERT_EQUAL(mismatches(rig.heard + at, SOUND_SAMPLES, same()), 0);
	/* not a block of it more, nor of anything else: the pattern goes on */
	for (size_t i = at + SOUND_SAMPLES; i + 1 < rig.heard_n; i++)
		CU_ASSERT_EQUAL_FATAL(rig.heard[i + 1], rig.heard[i] % 83 + 1);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_PLAYED), 1);
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].side, 1);
	rig_close(&rig);
	media_sound_drop(sound);
}

/* A digit takes the sound's place; behind it the sound is where it would have been. */
static void under_digits(void)
{
	struct media_sound *sound = sound_make();
	struct rig rig;
	size_t at, wrong;

	rig_open(&rig, 5, MEDIA_PCMA, 20);
	rig_run(&rig, 300);
	(void)pipeline_sound(&rig.pipeline, 1, sound, true);
	rig_run(&rig, 500);
	pipeline_digit(&rig.pipeline, 1, '5', 100);
	rig_run(&rig, 5000);
	at = sound_start(rig.heard, rig.heard_n, same());
	CU_ASSERT_FATAL(at < rig.heard_n);
	wrong = mismatches(rig.heard + at, rig.heard_n - at, same());
	CU_ASSERT(wrong > 800 && wrong <= 800 + DIGIT_PAUSE_SAMPLES);
	CU_ASSERT_EQUAL(mismatches(rig.heard + at, 400 * 8, same()), 0);
	wrong = 0;
	for (size_t i = 800 * 8; i < rig.heard_n - at; i++)
		wrong += rig.heard[at + i] != sound_octet(i % SOUND_SAMPLES);
	CU_ASSERT_EQUAL(wrong, 0);
	rig_close(&rig);
	media_sound_drop(sound);
}

/* dBm0 at a frequency of a second of A-law, by SpanDSP's filter and a sine of 0 dBm0. */
static double level_at(const uint8_t *octets, double hz)
{
	static int16_t linear[SECOND], reference[SECOND];
	goertzel_descriptor_t descriptor;
	goertzel_state_t heard, sine;

	g711_expand(G711_A, linear, octets, SECOND);
	for (size_t i = 0; i < SECOND; i++)
		reference[i] = (int16_t)lrint(32256 * pow(10, -3.14 / 20) *
					      sin(2 * M_PI * hz * (double)i / SECOND));
	make_goertzel_descriptor(&descriptor, (float)hz, SECOND);
	goertzel_init(&heard, &descriptor);
	goertzel_init(&sine, &descriptor);
	goertzel_update(&heard, linear, SECOND);
	goertzel_update(&sine, reference, SECOND);
	return 10 * log10(goertzel_result(&heard) / goertzel_result(&sine));
}

/* American ringback: two frequencies for 2 s in 6 s, towards both sides; a sound takes its place, and the other way. */
static void country(void)
{
	struct media_sound *sound = sound_make();
	struct rig rig;
	size_t at = 0, on = 0;

	rig_open(&rig, 10, MEDIA_PCMA, 20);
	rig_run(&rig, 200);
	rig.pipeline.side[1].zone = rig.pipeline.side[0].zone = zone_find("us");
	pipeline_tone(&rig.pipeline, 1, MEDIA_TONE_RINGBACK);
	pipeline_tone(&rig.pipeline, 0, MEDIA_TONE_BUSY);
	rig.pipeline.side[1].hear = false;
	rig_run(&rig, 14000);
	while (at < rig.heard_n && rig.heard[at] == 0xD5)
		at++;
	CU_ASSERT_FATAL(at + 6 * SECOND + 2 * SECOND < rig.heard_n);
	CU_ASSERT_DOUBLE_EQUAL(level_at(rig.heard + at + 4000, 440), -10, 0.2);
	CU_ASSERT_DOUBLE_EQUAL(level_at(rig.heard + at + 4000, 480), -10, 0.2);
	CU_ASSERT(level_at(rig.heard + at + 4000, 620) < -50);
	for (size_t i = at + 2 * SECOND; i < at + 6 * SECOND; i++)
		on += rig.heard[i] != 0xD5;
	CU_ASSERT(on <= 1); /* a sine's zero is no silence's neighbour */
	CU_ASSERT_DOUBLE_EQUAL(level_at(rig.heard + at + 6 * SECOND + 4000, 440), -10, 0.2);
	/* half of every second: a quarter of the energy of a Goertzel filter over the whole */
	CU_ASSERT_DOUBLE_EQUAL(level_at(rig.got + 3 * SECOND, 620), -16, 0.3);
	(void)pipeline_sound(&rig.pipeline, 1, sound, true);
	rig.heard_n = 0;
	rig_run(&rig, 1000);
	at = sound_start(rig.heard, rig.heard_n, same());
	CU_ASSERT(at < 800);
	CU_ASSERT_EQUAL(mismatches(rig.heard + at, rig.heard_n - at, same()), 0);
	CU_ASSERT_PTR_EQUAL(pipeline_sound(&rig.pipeline, 1, NULL, false), sound);
	pipeline_tone(&rig.pipeline, 1, MEDIA_TONE_DIAL);
	rig.heard_n = 0;
	rig_run(&rig, 1500);
	CU_ASSERT_DOUBLE_EQUAL(level_at(rig.heard + 1000, 350), -10, 0.2);
	rig_close(&rig);
	media_sound_drop(sound);
}

/* Every tone that core can ask for sounds, in every country. */
static void every_tone(void)
{
	struct pipeline pipeline;
	const struct zone *zone;

	pipeline_init(&pipeline, report, NULL);
	for (size_t z = 0; (zone = zone_get(z)); z++) {
		for (unsigned tone = 1; tone < MEDIA_TONES; tone++) {
			int16_t linear[8000];
			bool sounds = false;

			pipeline.side[0].zone = zone;
			pipeline_tone(&pipeline, 0, (enum media_tone)tone);
			cadence_player_play(&pipeline.side[0].tone, linear, 8000);
			for (size_t i = 0; i < 8000; i++)
				sounds |= linear[i] != 0;
			CU_ASSERT(sounds);
		}
	}
	pipeline_tone(&pipeline, 0, MEDIA_TONE_NONE);
	CU_ASSERT_PTR_NULL(pipeline.side[0].tone.cadence);
}

static void not_loaded(void)
{
	char reason[300];

	CU_ASSERT_PTR_NULL(media_sound_load("/nowhere.wav", reason, sizeof(reason)));
	CU_ASSERT_STRING_EQUAL(reason, "/nowhere.wav: No such file or directory");
	CU_ASSERT_PTR_NULL(media_sound_load("/proc/self/exe", reason, sizeof(reason)));
	CU_ASSERT_PTR_NOT_NULL(strstr(reason, "/proc/self/exe: no WAV file; right is"));
	CU_ASSERT_PTR_NULL(media_sound_load("/", reason, sizeof(reason)));
	media_sound_drop(NULL);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "loops to the bearer", loops_to_bearer },
		{ "loops to RTP", to_rtp },
		{ "once", once },
		{ "under digits", under_digits },
		{ "a country", country },
		{ "every tone", every_tone },
		{ "not loaded", not_loaded },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sounds", tests, argc, argv);
}
