/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbered frames on a signalling timeslot: a writer, and a reader that tells missing and damaged ones. */
#ifndef TESTS_UNIT_TDM_FRAMES_H
#define TESTS_UNIT_TDM_FRAMES_H

#include "tests/unit/tdm/pair.h"

#define FRAME_CAP      512
#define OPENING_OCTETS 1 /* of an opening frame, which is shorter than the numbered ones */

/* Frames numbered from 0, one way: lengths[number % n] octets long. */
struct frames {
	int from, to;
	const uint16_t *lengths;
	size_t n;
	uint32_t written, next;
	unsigned good, missing, damaged;
	bool in_step; /* an opening frame came: the far end has found the flags */
};

/* CRC-16 of ITU-T X.25 bit by bit: the FCS as it stands behind the frame, low octet first. */
static inline uint16_t fcs_of(const uint8_t *octets, size_t n)
{
	uint16_t crc = 0xFFFF;

	for (size_t i = 0; i < n * 8; i++) {
		unsigned bit = (octets[i / 8] >> i % 8 ^ crc) & 1u;

		crc = (uint16_t)(crc >> 1 ^ (bit ? 0x8408 : 0));
	}
	return (uint16_t)~crc;
}

static inline size_t frame_make(const struct frames *frames, uint32_t number, uint8_t *frame)
{
	size_t n = frames->lengths[number % frames->n];

	for (size_t i = 0; i < n; i++)
		frame[i] = (uint8_t)(i % 3 ? 0xFF : number * 7 + i); /* many ones: zeros are inserted */
	frame[0] = (uint8_t)number;
	frame[1] = (uint8_t)(number >> 8);
	return n;
}

static inline void frames_write(struct frames *frames, uint32_t until)
{
	uint8_t frame[FRAME_CAP];

	while (frames->written < until) {
		struct pollfd fd = {.fd = frames->from, .events = POLLOUT};
		size_t n = frame_make(frames, frames->written, frame);

		if (poll(&fd, 1, 0) <= 0)
			return;
		memset(frame + n, 0xEE, 2);
		CU_ASSERT_EQUAL_FATAL(write(frames->from, frame, n + 2), n + 2);
		frames->written++;
	}
}

static inline void frames_read(struct frames *frames)
{
	uint8_t frame[FRAME_CAP], wanted[FRAME_CAP];
	ssize_t n;

	while ((n = read(frames->to, frame, sizeof(frame))) > 0) {
		uint32_t number = frames->next & ~0xFFFFu;

		CU_ASSERT_TRUE_FATAL(n > 2);
		if (n == OPENING_OCTETS + 2) {
			frames->in_step = true;
			continue;
		}
		number |= (uint32_t)(frame[0] | frame[1] << 8);
		size_t length = frame_make(frames, number, wanted);
		uint16_t fcs = fcs_of(wanted, length);

		wanted[length] = (uint8_t)fcs;
		wanted[length + 1] = (uint8_t)(fcs >> 8);
		if ((size_t)n != length + 2 || memcmp(frame, wanted, (size_t)n) != 0 ||
		    number < frames->next) {
			frames->damaged++;
			continue;
		}
		frames->missing += number - frames->next;
		frames->next = number + 1;
		frames->good++;
	}
	CU_ASSERT_EQUAL(errno, EAGAIN);
}

/* Opens the timeslot, at b later than at a: a frame that begins before b has heard a flag is lost on any line, so opening
 * frames go until one came each way. */
static inline void frames_open(const struct pair *pair, unsigned timeslot, struct frames frames[2])
{
	static const uint8_t opening[OPENING_OCTETS + 2] = {0x55};
	uint64_t end = pair_now_ms() + LONG_MS;
	int a = tdm_span_signalling(pair->a, timeslot);

	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_TRUE_FATAL(clock_wait(pair->a) > 0);
	int b = tdm_span_signalling(pair->b, timeslot);

	CU_ASSERT_TRUE_FATAL(a >= 0 && b >= 0);
	frames[0] = (struct frames){.from = a, .to = b};
	frames[1] = (struct frames){.from = b, .to = a};
	for (unsigned n = 0; !frames[0].in_step || !frames[1].in_step; n++) {
		for (unsigned i = 0; i < 2; i++) {
			if (n % 16 == 0 && !frames[i].in_step)
				CU_ASSERT_EQUAL(write(frames[i].from, opening, sizeof(opening)), sizeof(opening));
			frames_read(&frames[i]);
		}
		CU_ASSERT_TRUE_FATAL(clock_wait(pair->a) > 0 && pair_now_ms() < end);
	}
}

#endif
