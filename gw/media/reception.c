/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reception statistics of one RTP source. */
#include "gw/media/reception.h"

#define MAX_DROPOUT  3000 /* A.1 */
#define MAX_MISORDER 100
#define WINDOW	     64
#define NO_SEQUENCE  0x10000u
#define LOST_MAX     0x7FFFFF
#define LOST_MIN     (-0x800000)

static uint32_t expected(const struct reception *r)
{
	return r->started ? r->highest - r->base + 1 : 0;
}

uint64_t reception_lost(const struct reception *r)
{
	uint64_t all = r->past_lost + expected(r);

	return all > r->unique ? all - r->unique : 0;
}

/* The n oldest of the window are done with. */
static void window_leave(const struct reception *r, struct losses *losses, unsigned n)
{
	uint32_t depth = expected(r);

	for (unsigned i = WINDOW; n; n--) {
		uint64_t bit = UINT64_C(1) << --i;

		if (i >= depth)
			continue;
		if (!(r->window & bit) && !(r->mended & bit))
			losses_note(losses, PACKET_LOST, 1);
		else
			losses_note(losses,
				    r->useless & ~r->mended & bit ? PACKET_DISCARDED
								  : PACKET_PLAYED,
				    1);
	}
}

struct losses reception_losses(const struct reception *r)
{
	struct losses losses = r->losses;

	window_leave(r, &losses, WINDOW);
	return losses;
}

static void window_shift(struct reception *r, unsigned by)
{
	window_leave(r, &r->losses, by < WINDOW ? by : WINDOW);
	if (by > WINDOW)
		losses_note(&r->losses, PACKET_LOST, by - WINDOW);
	r->window = by < WINDOW ? r->window << by : 0;
	r->useless = by < WINDOW ? r->useless << by : 0;
	r->mended = by < WINDOW ? r->mended << by : 0;
	r->window |= 1;
}

static void mark(const struct reception *r, uint64_t *window, uint16_t sequence)
{
	uint16_t behind = (uint16_t)((uint16_t)r->highest - sequence);

	if (behind < WINDOW)
		*window |= UINT64_C(1) << behind;
}

void reception_discard(struct reception *r, uint16_t sequence)
{
	mark(r, &r->useless, sequence);
}

void reception_mend(struct reception *r, uint16_t sequence)
{
	mark(r, &r->mended, sequence);
}

static void restart(struct reception *r, uint32_t ssrc, uint16_t sequence)
{
	/* What was expected of the old sequence stays expected, so that its losses stay lost. */
	r->past_lost += expected(r);
	window_leave(r, &r->losses, WINDOW);
	r->started = true;
	r->ssrc = ssrc;
	r->base = r->highest = sequence;
	r->window = 1;
	r->useless = r->mended = 0;
	r->bad_sequence = NO_SEQUENCE;
	r->received = 1;
	r->unique++;
	r->expected_before = r->received_before = 0;
	r->jitter = 0;
	r->transit = 0;
}

static enum reception_verdict note_behind(struct reception *r, uint32_t behind)
{
	r->received++;
	if (behind < WINDOW && r->window >> behind & 1) {
		r->duplicate++;
		return RECEPTION_DUPLICATE;
	}
	if (behind < WINDOW)
		r->window |= UINT64_C(1) << behind;
	r->reordered++;
	r->unique++;
	/* Sent before the first that came: it was expected, too. */
	if (r->highest - behind < r->base)
		r->base = r->highest - behind;
	return RECEPTION_NEW;
}

static enum reception_verdict note_sequence(struct reception *r, uint32_t ssrc, uint16_t sequence)
{
	uint16_t ahead = (uint16_t)(sequence - (uint16_t)r->highest);

	if (!r->started || ssrc != r->ssrc) {
		restart(r, ssrc, sequence);
		return RECEPTION_RESTART;
	}
	if (ahead > 0 && ahead < MAX_DROPOUT) {
		window_shift(r, ahead);
		r->highest += ahead;
		r->received++;
		r->unique++;
		return RECEPTION_NEW;
	}
	if (ahead == 0 || ahead > 0xFFFF - MAX_MISORDER)
		return note_behind(r, (uint16_t)-ahead);
	if (sequence == r->bad_sequence) {
		restart(r, ssrc, sequence);
		return RECEPTION_RESTART;
	}
	r->bad_sequence = (uint16_t)(sequence + 1);
	return RECEPTION_WILD;
}

/* A.8, in integers. */
static void note_jitter(struct reception *r, uint32_t transit)
{
	int32_t d = (int32_t)(transit - r->transit);

	r->transit = transit;
	d = d < 0 ? -d : d;
	r->jitter += (uint32_t)d - ((r->jitter + 8) >> 4);
}

enum reception_verdict reception_note(struct reception *r, uint32_t ssrc, uint16_t sequence,
				      uint32_t timestamp, uint32_t arrival)
{
	enum reception_verdict verdict = note_sequence(r, ssrc, sequence);

	if (verdict == RECEPTION_RESTART)
		r->transit = arrival - timestamp;
	else if (verdict == RECEPTION_NEW)
		note_jitter(r, arrival - timestamp);
	return verdict;
}

void reception_report(struct reception *r, struct reception_report *report)
{
	uint32_t expected_now = expected(r);
	int64_t lost = (int64_t)expected_now - r->received;
	uint32_t expected_interval = expected_now - r->expected_before;
	int64_t lost_interval =
		(int64_t)expected_interval - (int64_t)(r->received - r->received_before);

	r->expected_before = expected_now;
	r->received_before = r->received;
	report->fraction_lost = 0;
	if (expected_interval && lost_interval > 0)
		report->fraction_lost =
			(uint8_t)((lost_interval << 8) / expected_interval > 255
					  ? 255
					  : (lost_interval << 8) / expected_interval);
	report->lost = (int32_t)(lost > LOST_MAX ? LOST_MAX : lost < LOST_MIN ? LOST_MIN : lost);
	report->highest = r->highest;
	report->jitter = r->jitter >> 4;
}
