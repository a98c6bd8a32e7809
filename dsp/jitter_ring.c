/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The octet ring of a jitter buffer. */
#include "dsp/jitter_ring.h"

#include <string.h>

#define WORD 64
#define MASK (JITTER_SAMPLES - 1)

static void bits_set(uint64_t *bits, uint32_t at, size_t n, bool value)
{
	while (n) {
		unsigned bit = at % WORD;
		size_t k = n < WORD - bit ? n : WORD - bit;
		uint64_t mask = (k == WORD ? UINT64_MAX : (UINT64_C(1) << k) - 1) << bit;
		uint64_t *word = &bits[(at & MASK) / WORD];

		*word = value ? *word | mask : *word & ~mask;
		at += (uint32_t)k;
		n -= k;
	}
}

/* How many from at on have that bit, at most n. */
static size_t bits_run(const uint64_t *bits, uint32_t at, size_t n, bool value)
{
	size_t run = 0;

	while (run < n) {
		unsigned bit = at % WORD;
		uint64_t word = bits[(at & MASK) / WORD];
		uint64_t other = ~((value ? word : ~word) >> bit);
		unsigned k = other ? (unsigned)__builtin_ctzll(other) : WORD;

		if (k > WORD - bit)
			k = WORD - bit;
		run += k;
		at += k;
		if (k < WORD - bit)
			break;
	}
	return run < n ? run : n;
}

/* Octets that may have a bit, from at on. */
static size_t behind(const struct jitter *jitter, uint32_t at)
{
	int32_t n = (int32_t)(jitter->end - at);

	return n < 0 ? 0 : n < JITTER_SAMPLES ? (size_t)n : JITTER_SAMPLES;
}

/* What is there without a hole ends at to, or where what is there behind that does. */
static void whole_set(struct jitter *jitter, uint32_t to)
{
	uint32_t from = jitter->whole;
	size_t more;

	jitter->whole = to;
	if (!behind(jitter, from))
		return;
	more = bits_run(jitter->present, to, behind(jitter, to), true);
	bits_set(jitter->present, from, to - from + more, false);
	jitter->whole += (uint32_t)more;
}

void jitter_ring_clear(struct jitter *jitter)
{
	memset(jitter->present, 0, sizeof(jitter->present));
	jitter->whole = jitter->play;
}

void jitter_ring_store(struct jitter *jitter, uint32_t at, const uint8_t *octets, size_t n)
{
	size_t start = at & MASK;
	size_t first = n < JITTER_SAMPLES - start ? n : JITTER_SAMPLES - start;

	memcpy(jitter->octets + start, octets, first);
	if (n > first)
		memcpy(jitter->octets, octets + first, n - first);
	if ((int32_t)(at - jitter->whole) > 0)
		bits_set(jitter->present, at, n, true);
	else if ((int32_t)(at + (uint32_t)n - jitter->whole) > 0)
		whole_set(jitter, at + (uint32_t)n);
	if ((int32_t)(at + (uint32_t)n - jitter->end) > 0)
		jitter->end = at + (uint32_t)n;
}

void jitter_blank(struct jitter *jitter, uint32_t timestamp, size_t n)
{
	int64_t from = (int32_t)(timestamp - jitter->play), to = from + (int64_t)n;
	int32_t left = (int32_t)(jitter->end - jitter->play);
	size_t start, first;

	if (from < 0)
		from = 0;
	if (to > left)
		to = left;
	if (!jitter->locked || from >= to)
		return;
	n = (size_t)(to - from);
	start = (jitter->play + (uint32_t)from) & MASK;
	first = n < JITTER_SAMPLES - start ? n : JITTER_SAMPLES - start;
	memset(jitter->octets + start, g711_silence(jitter->conf.law), first);
	memset(jitter->octets, g711_silence(jitter->conf.law), n - first);
}

void jitter_ring_load(const struct jitter *jitter, uint32_t at, uint8_t *octets, size_t n)
{
	size_t start = at & MASK;
	size_t first = n < JITTER_SAMPLES - start ? n : JITTER_SAMPLES - start;

	memcpy(octets, jitter->octets + start, first);
	if (n > first)
		memcpy(octets + first, jitter->octets, n - first);
}

void jitter_ring_pass(struct jitter *jitter, size_t n)
{
	jitter->play += (uint32_t)n;
	if (n >= JITTER_SAMPLES)
		jitter_ring_clear(jitter);
	else if ((int32_t)(jitter->play - jitter->whole) > 0)
		whole_set(jitter, jitter->play);
}

size_t jitter_ring_run(const struct jitter *jitter, uint32_t at, size_t n, bool there)
{
	int32_t whole = (int32_t)(jitter->whole - at);
	size_t known = behind(jitter, at) < n ? behind(jitter, at) : n, run;

	if (whole > 0)
		return !there ? 0 : (size_t)whole < n ? (size_t)whole : n;
	run = bits_run(jitter->present, at, known, there);
	return !there && run == known ? n : run;
}
