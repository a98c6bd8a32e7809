/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Comfort noise (RFC 3389): a level and reflection coefficients that describe a noise, the payload that carries them,
 * the player that makes noise of them, and the analyser that finds them. The coefficients are those of the predictor
 * A(z) = 1 + sum a(i) z^-i, so that k(1) = -r(1)/r(0), as in the example coder of G.711 appendix II.
 */
#ifndef DSP_COMFORT_H
#define DSP_COMFORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMFORT_ORDER_MAX   12 /* more coefficients are left out, which smoothes the spectrum */
#define COMFORT_ORDER	    8  /* of what the analyser finds */
#define COMFORT_OCTETS_MAX  (COMFORT_ORDER_MAX + 1)

struct comfort_noise {
	uint8_t level; /* -dBov: below a square wave of full scale; 127: nothing */
	uint8_t order;
	uint8_t index[COMFORT_ORDER_MAX]; /* k = 258 * (index - 127) / 32768 */
};

struct comfort_player {
	unsigned order;
	float k[COMFORT_ORDER_MAX], back[COMFORT_ORDER_MAX];
	float gain, target; /* of the white noise that is filtered */
	bool on;
	uint32_t random;
};

struct comfort_analyser {
	float r[COMFORT_ORDER + 1]; /* of the last frames, which fade: mean square at lag 0 */
	bool any;
};

/* Section 3.3; false: there is no level, or a reserved index. */
bool comfort_decode(struct comfort_noise *noise, const uint8_t *octets, size_t n);
size_t comfort_encode(uint8_t octets[COMFORT_OCTETS_MAX], const struct comfort_noise *noise);
/* True when a listener would hear the difference: 2 dB, or another colour. */
bool comfort_differs(const struct comfort_noise *a, const struct comfort_noise *b);

/* Another noise: the first begins at once, what follows is glided to. */
void comfort_player_set(struct comfort_player *player, const struct comfort_noise *noise);
void comfort_player_play(struct comfort_player *player, int16_t *linear, size_t n);

void comfort_analyser_init(struct comfort_analyser *analyser);
/* A frame of noise; n is more than COMFORT_ORDER. */
void comfort_analyser_hear(struct comfort_analyser *analyser, const int16_t *linear, size_t n);
/* Returns the share of its power that cannot be predicted: below 0.03 it is a tone rather than a noise. */
float comfort_analyser_find(const struct comfort_analyser *analyser, struct comfort_noise *noise);

#endif
