/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Redundant payloads. */
#include "gw/media/red.h"

#include <errno.h>

#include "gw/base/octets.h"

#define FOLLOWS	    0x80
#define TYPE	    0x7F
#define LENGTH_BITS 10

/* The headers, into blocks; their number, or 0. */
static unsigned decode_headers(struct octets_reader *r, struct red_block *blocks)
{
	for (unsigned i = 0; i < RED_BLOCKS_MAX; i++) {
		unsigned first = octets_read_u8(r);
		uint32_t rest;

		blocks[i] = (struct red_block){ .payload_type = first & TYPE };
		if (!(first & FOLLOWS))
			return i + 1;
		rest = (uint32_t)octets_read_u8(r) << 16;
		rest |= octets_read_be16(r);
		blocks[i].offset = (uint16_t)(rest >> LENGTH_BITS);
		blocks[i].n = rest & RED_BLOCK_MAX;
	}
	return 0;
}

int red_decode(struct red_block blocks[RED_BLOCKS_MAX], const uint8_t *octets, size_t n)
{
	struct octets_reader r;
	unsigned count;

	octets_read_open(&r, octets, n);
	count = decode_headers(&r, blocks);
	if (r.bad || !count)
		return -EINVAL;
	for (unsigned i = 0; i + 1 < count; i++)
		blocks[i].octets = octets_read_take(&r, blocks[i].n);
	blocks[count - 1].octets = r.at;
	blocks[count - 1].n = octets_read_left(&r);
	return r.bad ? -EINVAL : (int)count;
}

size_t red_encode(uint8_t *octets, size_t cap, const struct red_block *blocks, unsigned n_blocks)
{
	struct octets_writer w;

	octets_write_open(&w, octets, cap);
	for (unsigned i = 0; i + 1 < n_blocks; i++) {
		if (blocks[i].n > RED_BLOCK_MAX || blocks[i].offset > RED_OFFSET_MAX)
			return 0;
		octets_write_be32(&w, (uint32_t)(FOLLOWS | blocks[i].payload_type) << 24 |
					      (uint32_t)blocks[i].offset << LENGTH_BITS |
					      (uint32_t)blocks[i].n);
	}
	octets_write_u8(&w, blocks[n_blocks - 1].payload_type);
	for (unsigned i = 0; i < n_blocks; i++)
		octets_write_copy(&w, blocks[i].octets, blocks[i].n);
	return w.bad ? 0 : octets_write_length(&w);
}
