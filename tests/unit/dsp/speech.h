/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Speech for talk-off tests: espeak-ng reads words drawn with a fixed seed, by several voices in several languages, and
 * pitches; 8,000 samples/s, band-limited to the telephone band, mean level -15 dBm0 (as in NTT's talk-off test) and 10 dB
 * about it.
 */
#ifndef TESTS_UNIT_DSP_SPEECH_H
#define TESTS_UNIT_DSP_SPEECH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPEECH_RATE	  22050 /* of espeak-ng */
#define SPEECH_TEXT	  4000
#define SPEECH_HEADER	  44 /* of its WAV */
#define SPEECH_TAPS	  48
#define SPEECH_STEP	  441 /* 22,050 to 8,000 is 441 to 160 */
#define SPEECH_PHASES	  160
#define SPEECH_CUTOFF_HZ  3600.0
#define SPEECH_FULL_SCALE 2.5246e8 /* mean square of 0 dBm0 */

struct speech {
	uint32_t random;
	unsigned turn;
	int16_t *samples; /* own */
	size_t n;
};

static uint32_t speech_random(struct speech *speech)
{
	speech->random = speech->random * 1664525 + 1013904223;
	return speech->random >> 8;
}

static void speech_text(struct speech *speech, char *text)
{
	static const char *const words[] = {
		"one",	 "two",	    "seven",	"nine",	   "hello",   "yes",	"no",	   "goodbye", "aluminium",
		"beer",	 "sea",	    "people",	"meeting", "whistle", "window", "machine", "police",  "evening",
		"radio", "video",   "total",	"over",	   "open",    "moon",	"blue",	   "fool",    "sure",
		"right", "later",   "paper",	"station", "train",   "father", "garden",  "market",  "Berlin",
		"Paris", "Roma",    "Chicago",	"Madrid",  "Helsinki", "music", "amazing", "really",  "minimum",
		"maximum", "never", "anywhere", "already", "question", "answer", "telephone", "number", "please",
	};
	size_t at = 0;

	while (at + 24 < SPEECH_TEXT) {
		const char *word = words[speech_random(speech) % (sizeof(words) / sizeof(words[0]))];
		const char *after = speech_random(speech) % 8 ? " " : speech_random(speech) % 3 ? ", " : "? ";

		at += (size_t)snprintf(text + at, SPEECH_TEXT - at, "%s%s", word, after);
	}
}

/* What espeak-ng says in 22,050 samples/s; caller frees. */
static int16_t *speech_say(const char *voice, const char *pitch, const char *text, size_t *n)
{
	size_t got = 0, room = 1 << 20;
	char *octets = malloc(room);
	int pipes[2], status;
	pid_t child;

	if (!octets || pipe(pipes) || (child = fork()) < 0)
		abort();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		execlp("espeak-ng", "espeak-ng", "--stdout", "-v", voice, "-p", pitch, text, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	for (ssize_t k; (k = read(pipes[0], octets + got, room - got)) > 0;) {
		got += (size_t)k;
		if (got == room && !(octets = realloc(octets, room *= 2)))
			abort();
	}
	close(pipes[0]);
	if (waitpid(child, &status, 0) != child || status != 0 || got <= SPEECH_HEADER) {
		fprintf(stderr, "espeak-ng does not speak\n");
		abort();
	}
	*n = (got - SPEECH_HEADER) / 2;
	memmove(octets, octets + SPEECH_HEADER, *n * 2);
	return (int16_t *)(void *)octets;
}

/* Output sample i lies at input 441 i / 160: 160 phases of one low-pass. */
static void speech_filter(double filter[SPEECH_PHASES][2 * SPEECH_TAPS])
{
	for (unsigned phase = 0; phase < SPEECH_PHASES; phase++)
		for (int k = 0; k < 2 * SPEECH_TAPS; k++) {
			double away = k - SPEECH_TAPS + 1 - (double)phase / SPEECH_PHASES;
			double x = away * 2 * SPEECH_CUTOFF_HZ / SPEECH_RATE;
			double window = 0.5 + 0.5 * cos(M_PI * away / (SPEECH_TAPS + 1));

			filter[phase][k] = window * (fabs(x) < 1e-9 ? 1 : sin(M_PI * x) / (M_PI * x)) * 2 *
					   SPEECH_CUTOFF_HZ / SPEECH_RATE;
		}
}

/* n samples at 22,050/s become speech->n, all times gain. */
static void speech_convert(struct speech *speech, const int16_t *in, size_t n, double gain)
{
	static double filter[SPEECH_PHASES][2 * SPEECH_TAPS];

	if (filter[0][0] == 0)
		speech_filter(filter);
	for (size_t i = 0; i < speech->n; i++) {
		size_t at = i * SPEECH_STEP / SPEECH_PHASES, phase = i * SPEECH_STEP % SPEECH_PHASES;
		double y = 0;

		for (int k = 0; k < 2 * SPEECH_TAPS; k++)
			if (at + (size_t)k >= SPEECH_TAPS - 1 && at + (size_t)k - SPEECH_TAPS + 1 < n)
				y += filter[phase][k] * in[at + (size_t)k - SPEECH_TAPS + 1];
		y *= gain;
		speech->samples[i] = (int16_t)(y > INT16_MAX ? INT16_MAX : y < INT16_MIN ? INT16_MIN : lrint(y));
	}
}

/* The next piece of some minutes; what was there before is gone. */
static void speech_next(struct speech *speech)
{
	static const char *const voices[] = { "en-us", "de+f2", "en-gb+m3", "fr+f4", "it", "es+f3", "ru+m7", "sv+f5" };
	static const char *const pitches[] = { "50", "30", "80", "99", "10" };
	char text[SPEECH_TEXT];
	double energy = 0, gain;
	size_t n;
	int16_t *in;

	speech_text(speech, text);
	in = speech_say(voices[speech->turn % 8], pitches[speech->turn % 5], text, &n);
	free(speech->samples);
	speech->n = (size_t)((double)n * 8000 / SPEECH_RATE);
	speech->samples = malloc(speech->n * sizeof(int16_t));
	if (!speech->samples)
		abort();
	for (size_t i = 0; i < n; i++)
		energy += (double)in[i] * in[i];
	gain = sqrt(SPEECH_FULL_SCALE * pow(10, -1.5 + 0.5 * ((int)(speech->turn % 5) - 2)) / (energy / (double)n));
	speech_convert(speech, in, n, gain);
	speech->turn++;
	free(in);
}

static void speech_close(struct speech *speech)
{
	free(speech->samples);
}

#endif
