/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Redundant payloads (RFC 2198 3): a block for each generation, the oldest first, the packet's own last. Pure functions. */
#ifndef MEDIA_RED_H
#define MEDIA_RED_H

#include <stddef.h>
#include <stdint.h>

#define RED_BLOCKS_MAX 8
#define RED_OFFSET_MAX 0x3FFF
#define RED_BLOCK_MAX  0x3FF /* octets of a block that is not the last */

struct red_block {
	uint8_t payload_type;
	uint16_t offset; /* timestamp units before the packet's */
	const uint8_t *octets; /* borrow */
	size_t n;
};

/* Number of blocks, the last of them the packet's own; -EINVAL: lengths do not fit, or there are too many. */
int red_decode(struct red_block blocks[RED_BLOCKS_MAX], const uint8_t *octets, size_t n)
	__attribute__((warn_unused_result));
/* Octets written; 0: they do not fit. */
size_t red_encode(uint8_t *octets, size_t cap, const struct red_block *blocks, unsigned n_blocks);

#endif
