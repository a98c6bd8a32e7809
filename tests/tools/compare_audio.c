/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * compare_audio [-r] SENT SENT_LAW HEARD HEARD_LAW: finds what was sent (raw G.711, law "a" or "u") in
 * what was heard, and prints one line of JSON: where it begins, the signal-to-noise ratio, how much
 * of it was heard, and every place where the heard signal jumps against the sent one (a gap, a
 * repetition or a slip), in samples. With -r HEARD is what was sent with something else in it, and the line says how
 * strong that is once what was sent is taken away: the median of parts of 200 ms, each of them aligned by itself, so
 * that a jump of the jitter buffer spoils none but its own.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/g711.h"

#define FRAME  80   /* 10 ms */
#define WINDOW 1600 /* 200 ms, to find the beginning and to find the way again after a jump */
#define REACH  4000 /* samples that a jump may be long */
#define GOOD   10.0 /* dB within a frame */

struct signal {
	int16_t *samples; /* own */
	size_t n;
};

static struct signal read_signal(const char *path, char law)
{
	FILE *file = fopen(path, "rb");
	struct signal s = { NULL, 0 };
	int c;

	if (!file) {
		perror(path);
		exit(2);
	}
	fseek(file, 0, SEEK_END);
	s.samples = calloc((size_t)ftell(file) + 1, sizeof(int16_t));
	rewind(file);
	while ((c = fgetc(file)) != EOF) {
		uint8_t octet = (uint8_t)c;

		g711_expand(law == 'a' ? G711_A : G711_MU, &s.samples[s.n++], &octet, 1);
	}
	fclose(file);
	return s;
}

static double energy(const int16_t *samples, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)samples[i] * samples[i];
	return sum;
}

static double error_energy(const int16_t *a, const int16_t *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
	return sum;
}

/* The place in heard, from first to last, where n samples of sent fit best; -1 when nowhere within
 * GOOD. */
static long find(const struct signal *heard, const int16_t *sent, size_t n, long first, long last)
{
	double limit = energy(sent, n) / pow(10, GOOD / 10), best = limit;
	long at = -1;

	if (first < 0)
		first = 0;
	for (long i = first; i <= last && i + (long)n <= (long)heard->n; i++) {
		double error = 0;

		for (size_t k = 0; k < n && error < best; k++) {
			double d = (double)sent[k] - heard->samples[i + (long)k];

			error += d * d;
		}
		if (error < best) {
			best = error;
			at = i;
		}
	}
	return at;
}

/* First place in sent from `from` on with something to recognise in it. */
static long loud(const struct signal *sent, long from)
{
	for (long i = from; i + WINDOW <= (long)sent->n; i += FRAME)
		if (energy(sent->samples + i, WINDOW) / WINDOW > 300.0 * 300.0)
			return i;
	return -1;
}

struct result {
	long begin;
	size_t matched, jumps, lost;
	double signal, noise;
	char list[1 << 16];
};

static void note_jump(struct result *r, long at, long by)
{
	size_t n = strlen(r->list);

	r->jumps++;
	if (n + 64 > sizeof(r->list))
		return;
	snprintf(r->list + n, sizeof(r->list) - n, "%s{\"at\":%ld,\"by\":%ld}", n ? "," : "", at,
		 by);
}

static void walk(const struct signal *sent, const struct signal *heard, struct result *r)
{
	long from = loud(sent, 0), place = -1;

	if (from >= 0)
		place = find(heard, sent->samples + from, WINDOW, 0, (long)heard->n);
	if (place < 0)
		return;
	r->begin = place - from;
	for (long i = from; i + FRAME <= (long)sent->n; i += FRAME) {
		long at = place + (i - from);
		double e = energy(sent->samples + i, FRAME), error, next;

		if (at + FRAME > (long)heard->n)
			break;
		error = error_energy(sent->samples + i, heard->samples + at, FRAME);
		if (e > FRAME * 100.0 * 100.0 && error > e / pow(10, GOOD / 10)) {
			long loudly = loud(sent, i);
			long again = loudly < 0 ? -1
						: find(heard, sent->samples + loudly, WINDOW,
						       place + loudly - from - REACH,
						       place + loudly - from + REACH);

			next = again < 0 ? 0 : (double)(again - (place + loudly - from));
			note_jump(r, i, (long)next);
			r->lost += FRAME;
			place += (long)next;
			continue;
		}
		r->signal += e;
		r->noise += error;
		r->matched += FRAME;
	}
}

static void print_walk(const struct signal *sent, const struct signal *heard)
{
	static struct result r = { .begin = -1 };

	walk(sent, heard, &r);
	printf("{\"begin\":%ld,\"matched\":%zu,\"sent\":%zu,\"heard\":%zu,\"snr_db\":%.1f,"
	       "\"jumps\":[%s]}\n",
	       r.begin, r.matched, sent->n, heard->n,
	       r.matched ? 10 * log10(r.signal / (r.noise > 0 ? r.noise : 1e-3)) : 0.0, r.list);
}

/* --- what is left when what was sent is taken away --- */

#define SLACK 1600 /* samples that a part may be away from the place of the one before */
#define PARTS 256

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double best_fit(const struct signal *sent, const struct signal *heard, long from,
		       long *place)
{
	double best = INFINITY;
	long at = *place;

	for (long i = at - SLACK < 0 ? 0 : at - SLACK;
	     i <= at + SLACK && i + WINDOW <= (long)heard->n; i++) {
		double error = error_energy(sent->samples + from, heard->samples + i, WINDOW);

		if (error < best) {
			best = error;
			*place = i;
		}
	}
	return best;
}

/* dBm0, ITU-T G.711 2: a sine of full scale has 3.14 dBm0. */
static double remainder_dbm0(const struct signal *sent, const struct signal *heard)
{
	double parts[PARTS];
	size_t n = 0;
	long place = 0;

	for (long from = 0; from + WINDOW <= (long)sent->n && n < PARTS; from += WINDOW) {
		double left = best_fit(sent, heard, from, &place);

		if (isfinite(left))
			parts[n++] = left / WINDOW;
		place += WINDOW;
	}
	qsort(parts, n, sizeof(parts[0]), by_size);
	return n ? 10 * log10(parts[n / 2] / (32256.0 * 32256 / 2) + 1e-10) + 3.14 : 0.0;
}

int main(int argc, char **argv)
{
	bool remainder = argc > 1 && strcmp(argv[1], "-r") == 0;

	argc -= remainder;
	argv += remainder;
	if (argc != 5) {
		fprintf(stderr, "usage: compare_audio [-r] SENT a|u HEARD a|u\n");
		return 2;
	}
	struct signal sent = read_signal(argv[1], argv[2][0]),
		      heard = read_signal(argv[3], argv[4][0]);

	if (remainder)
		printf("{\"left_dbm0\":%.1f}\n", remainder_dbm0(&sent, &heard));
	else
		print_walk(&sent, &heard);
	free(sent.samples);
	free(heard.samples);
	return 0;
}
