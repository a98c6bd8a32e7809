/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Voice activity in 8,000 samples/s: frames of 10 ms are active when they are well above the noise floor, which is the
 * least power of the last two seconds, and for a while after. What is loud is always active, however steady, so that no
 * tone, music or modem is taken for noise. Levels of both kinds of frames are kept (RFC 3611 4.7.4).
 */
#ifndef DSP_VAD_H
#define DSP_VAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAD_FRAME   80
#define VAD_WINDOWS 4
#define VAD_UNKNOWN 127

struct vad {
	/* the frame being filled */
	unsigned filled;
	int32_t sum;
	int64_t squares;
	float dc; /* of the line, slowly followed */
	/* the floor, as mean squares */
	float least[VAD_WINDOWS]; /* of the windows of 500 ms; the first is going on */
	unsigned frames;	  /* of it */
	bool learnt;		  /* the first is over */
	/* the decision */
	unsigned run, hang; /* frames active in a row; still to be called so */
	bool active;
	/* levels, mean squares; negative: none yet */
	float signal, noise;
};

void vad_init(struct vad *vad);
/* Any number of samples; true when any frame that they end is active, or the last one was. */
bool vad_hear(struct vad *vad, const int16_t *linear, size_t n);
/* Of talk and of what is between, dBm0; VAD_UNKNOWN. */
int vad_signal_dbm0(const struct vad *vad);
int vad_noise_dbm0(const struct vad *vad);

#endif
