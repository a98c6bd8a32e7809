/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Octet cursors. A read past the end, or a write that does not fit, marks the cursor bad and moves nothing; reads from
 * a bad cursor give 0. A sub-cursor cannot leave its box. All numbers are named by their octet order.
 */
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct octets_reader {
	const uint8_t *start; /* borrow: first octet, for error offsets */
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

struct octets_writer {
	uint8_t *start; /* borrow */
	uint8_t *at;
	uint8_t *end;
	bool bad;
};

void octets_read_open(struct octets_reader *r, const void *octets, size_t n);
uint8_t octets_read_u8(struct octets_reader *r);
uint16_t octets_read_le16(struct octets_reader *r);
uint16_t octets_read_be16(struct octets_reader *r);
uint32_t octets_read_be32(struct octets_reader *r);
/* Borrowed pointer to the next n octets, NULL (and bad) when there are fewer. */
const uint8_t *octets_read_take(struct octets_reader *r, size_t n);
/* Opens sub over the next n octets and steps over them; both are bad when there are fewer. */
void octets_read_box(struct octets_reader *r, size_t n, struct octets_reader *sub);
size_t octets_read_left(const struct octets_reader *r);
size_t octets_read_offset(const struct octets_reader *r);

void octets_write_open(struct octets_writer *w, void *octets, size_t cap);
void octets_write_u8(struct octets_writer *w, unsigned value); /* bad when value > 255 */
void octets_write_le16(struct octets_writer *w, unsigned value);
void octets_write_be16(struct octets_writer *w, unsigned value);
void octets_write_be32(struct octets_writer *w, uint32_t value);
void octets_write_copy(struct octets_writer *w, const void *octets, size_t n);
/* Overwrites an octet already written (a length or pointer octet). */
void octets_write_patch(struct octets_writer *w, size_t offset, unsigned value);
size_t octets_write_length(const struct octets_writer *w);

#endif
