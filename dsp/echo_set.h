/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Template: the state of a set of lanes of the echo canceller, and what its steps say to each other in a block. */
#ifndef DSP_ECHO_SET_H
#define DSP_ECHO_SET_H

#include "dsp/echo_fft.h"

#define SHADOW_BINS  (ECHO_BLOCK_MAX / 4)
#define SHADOW_FIRST 2
#define SHADOW_STEP  4

struct echo_set {
	unsigned block, parts, ring; /* ring: partitions + 1 */
	unsigned newest;	     /* place in the ring; older ones follow */
	unsigned turn;		     /* partition to be constrained next */
	unsigned band;		     /* whose shares are to be set next */
	bool overlaps;		     /* some lane's comfort noise does, and is not 0 */
	unsigned shadow_every;	     /* of the shadow's bins are run: 1, all; 2, every second */
	size_t rows;		     /* of all vectors from previous on */

	vi *far;	/* [bin][place in ring], both parts packed */
	vf *taps;	/* [bin][partition], real and imaginary part */
	vf *shadow;	/* likewise, every fourth bin */
	vf *share;	/* [band][partition]: of the variance, 1 in sum */
	vf *use;	/* the same, 0 for partitions that the lane does not keep */
	vf *tap_power;	/* [band][partition] */
	vf *tap_energy; /* [partition] */
	vf *far_power;	/* [band][place in ring], without 0 Hz */

	_Alignas(ECHO_ALIGN) vi previous[ECHO_BLOCK_MAX / 2]; /* far, two samples in one: the block's halves */
	vf step[2 * ECHO_BLOCK_MAX];   /* error over its power, by variance: what each bin's taps learn */
	vf smooth[ECHO_BLOCK_MAX];     /* power of the error's spectrum over some blocks */
	vf variance[ECHO_BANDS];       /* of the taps' sum, as far as it is not known */
	vf weight[ECHO_BANDS];	       /* power of the taps */
	vf focus[ECHO_BANDS];	       /* sum of the shares' squares */
	vf far_sum[ECHO_BANDS];	       /* far's power of all partitions */
	vf rest[ECHO_BANDS];	       /* share of a partition without taps */
	vf far_mean[ECHO_BANDS];       /* power by shares, over a second of learning */
	vf error_mean[ECHO_BANDS];     /* power, likewise */
	vf echo_error, echo_echo, error_error; /* correlations, weighted */
	vf shadow_step[2 * SHADOW_BINS], shadow_error[2 * SHADOW_BINS];
	vf shadow_hit[SHADOW_BINS], shadow_all[SHADOW_BINS];
	vf noise[ECHO_BLOCK_MAX / 2];  /* power of the background's spectrum, of two bins in the mean */
	vf background;		       /* the sum of all bins */
	vf overlap[ECHO_BLOCK_MAX];    /* second half of the comfort noise */
	vi random;
	vi kept;		       /* bit p: partition p is gone through; the taps of others are 0 */
	vi sure;		       /* nothing is to be learnt beside the partitions kept */
};

/* Partitions side by side whose far does not wrap around the ring, but for the first one's. */
struct echo_stretch {
	unsigned part; /* the first */
	unsigned at;   /* place of its far in the ring */
	unsigned older, n;
};

/* What is found out in a block. */
struct echo_pass {
	struct echo_stretch stretches[ECHO_PARTS_MAX + 1], all[2];
	unsigned n_stretches, n_all;
	vf far[ECHO_BANDS];		/* power by shares, of all partitions */
	vf echo[2 * ECHO_BLOCK_MAX];	/* spectrum */
	vf doubt[ECHO_BLOCK_MAX];	/* far's power by shares, of the partitions gone through */
	vf shadow[2 * SHADOW_BINS];	/* error, predicted */
	vf shadow_far[SHADOW_BINS];	/* far's power */
	vf error[2 * ECHO_BLOCK_MAX];	/* spectrum */
	vf *power;			/* of the error's spectrum */
	vf leaks;	/* power of far in a bin that does not count */
	vf adapt;	/* 1, or 0: nothing is learnt */
	vf change;	/* square of how much of the echo taken away is not there */
	vf missed;	/* part of the error that the shadow has predicted lately */
};

/* Asks for memory that is needed after something that takes longer. */
LANES_INLINE void lines_fetch(const void *from, size_t octets)
{
	const char *end = (const char *)from + octets;

	for (const char *at = (const char *)from - (uintptr_t)from % ECHO_ALIGN; at < end; at += ECHO_ALIGN)
		__builtin_prefetch(at);
}

LANES_INLINE uint32_t parts_all(const struct echo_set *set)
{
	return UINT32_MAX >> (ECHO_PARTS_MAX - set->parts);
}

LANES_INLINE unsigned stretches_make(const struct echo_set *set, uint32_t parts, struct echo_stretch *to)
{
	unsigned n = 0;

	for (unsigned p = 0; p < set->parts;) {
		unsigned at = set->newest + p, end = p + 1;

		if (!(parts >> p & 1)) {
			p++;
			continue;
		}
		at -= at >= set->ring ? set->ring : 0;
		/* until a partition is not wanted, or the older far would wrap */
		while (end < set->parts && parts >> end & 1 && set->newest + end + 1 != set->ring)
			end++;
		to[n++] = (struct echo_stretch){ p, at, at + 1 == set->ring ? 0 : at + 1, end - p };
		p = end;
	}
	return n;
}

LANES_INLINE vf vf_max(vf a, vf b)
{
	return vf_select(vf_below(a, b), b, a);
}

LANES_INLINE vf vf_min(vf a, vf b)
{
	return vf_select(vf_below(a, b), a, b);
}

/* A far spectrum's number is kept in 32 bits, rounded to 8 of precision: 54 dB, where G.711 has 38. */
LANES_INLINE vi far_pack(vf re, vf im)
{
	vi r = (vi)re + 0x8000, i = (vi)im + 0x8000;

	return (r & (int32_t)0xffff0000) | ((i >> 16) & 0xffff);
}

LANES_INLINE vf far_re(vi packed)
{
	return (vf)(packed & (int32_t)0xffff0000);
}

LANES_INLINE vf far_im(vi packed)
{
	return (vf)(packed << 16);
}

/* Square root of what is above 0, good to 0.2 %. */
LANES_INLINE vf vf_root(vf x)
{
	vf inverse = (vf)(0x5f3759df - ((vi)x >> 1));

	return x * inverse * (1.5f - 0.5f * x * inverse * inverse);
}

#endif
