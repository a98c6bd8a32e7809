/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Call-progress tones (ITU-T E.180) as data: steps of up to three frequencies added, one modulated by another, or
 * silence, of which the first may be played once only; and the player that makes their samples at 8,000/s.
 */
#ifndef DSP_CADENCE_H
#define DSP_CADENCE_H

#include <stddef.h>
#include <stdint.h>

#define CADENCE_STEPS_MAX   32
#define CADENCE_FREQUENCIES 3
#define CADENCE_DBM0	    -10.0f /* E.180: -10 +-5 dBm0 */
#define CADENCE_SOFTER_DB   10.0f  /* a step written with '@' */

struct cadence_step {
	uint16_t hz[CADENCE_FREQUENCIES]; /* 0: none; all 0: silence */
	uint16_t modulation_hz;		  /* of the amplitude of hz[0]; 0: none */
	float dbm0;			  /* of each frequency; modulated: of the whole */
	uint32_t ms;			  /* 0: for ever, the last step */
};

struct cadence {
	unsigned n_steps, loop_from; /* over again from that step; n_steps: silence follows. No steps: no tone. */
	struct cadence_step step[CADENCE_STEPS_MAX];
};

/*
 * As libtonezone writes tones: steps with commas between them, "440+480/2000" or "400*25/400" (modulated), "425/500",
 * "0/500", without a time for ever, "!" before a step that is played once only, and "@" after its frequencies for a
 * softer one. -EINVAL; *cadence is empty then.
 */
int cadence_parse(struct cadence *cadence, const char *text);
/* The same text again, ended with a zero; the length it has or would have. */
size_t cadence_print(const struct cadence *cadence, char *text, size_t cap);

struct cadence_player {
	unsigned step;
	uint64_t left; /* samples of this step */
	double peak;
	/* y[n] = factor * y[n-1] - y[n-2]; the last is the modulation's */
	struct cadence_oscillator {
		uint16_t hz;
		double factor, last, before;
	} oscillator[CADENCE_FREQUENCIES + 1];
	const struct cadence *cadence; /* borrow; NULL: silence */
};

/* From its beginning; NULL stops. cadence is borrowed while it plays. */
void cadence_player_start(struct cadence_player *player, const struct cadence *cadence);
/* Frequencies that two steps have in common go on without a step in their phase. */
void cadence_player_play(struct cadence_player *player, int16_t *linear, size_t n);

#endif
