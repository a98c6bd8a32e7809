/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The continuity check of a bearer (Q.724 7, Q.764 2.1.8): a loop, a transponder, or the check itself. While it goes on
 * nothing flows between the bearer and the channel's other side, and nothing else touches its octets. Media thread.
 */
#ifndef MEDIA_CONTINUITY_H
#define MEDIA_CONTINUITY_H

#include "dsp/detect.h"
#include "dsp/g711.h"
#include "dsp/tone.h"
#include "gw/media/media.h"

#define CONTINUITY_LOOP_OCTETS 1024 /* more than waits for the line */
#define CONTINUITY_LIMIT_MS    2000 /* Q.764 T24 */

enum continuity_found { CONTINUITY_NOTHING, CONTINUITY_PASSED, CONTINUITY_FAILED };

struct continuity {
	enum media_continuity mode;
	enum g711_law law;
	bool decided;	  /* a check has its result */
	uint32_t samples; /* of a check */
	struct detect_one detector;
	struct tone_player player;
	/* a loop: received, not yet sent back */
	uint8_t loop[CONTINUITY_LOOP_OCTETS];
	size_t loop_n;
};

void continuity_set(struct continuity *continuity, enum media_continuity mode, enum g711_law law);
/* What came from the line. */
enum continuity_found continuity_hear(struct continuity *continuity, const uint8_t *octets, size_t n);
/* What goes to the line. */
void continuity_say(struct continuity *continuity, uint8_t *octets, size_t n);

#endif
