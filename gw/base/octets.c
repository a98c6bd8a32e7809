/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Octet cursors: the only place that does arithmetic on pointers to octets from outside. */
#include "gw/base/octets.h"

#include <string.h>

void octets_read_open(struct octets_reader *r, const void *octets, size_t n)
{
	r->start = r->at = octets;
	r->end = n ? r->start + n : r->start;
	r->bad = false;
}

const uint8_t *octets_read_take(struct octets_reader *r, size_t n)
{
	const uint8_t *taken = r->at;

	if (r->bad || octets_read_left(r) < n) {
		r->bad = true;
		return NULL;
	}
	if (n)
		r->at += n;
	return taken;
}

uint8_t octets_read_u8(struct octets_reader *r)
{
	const uint8_t *p = octets_read_take(r, 1);

	return p ? p[0] : 0;
}

uint16_t octets_read_le16(struct octets_reader *r)
{
	const uint8_t *p = octets_read_take(r, 2);

	if (!p)
		return 0;
	return (uint16_t)(p[0] | p[1] << 8);
}

uint16_t octets_read_be16(struct octets_reader *r)
{
	const uint8_t *p = octets_read_take(r, 2);

	if (!p)
		return 0;
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t octets_read_be32(struct octets_reader *r)
{
	const uint8_t *p = octets_read_take(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

void octets_read_box(struct octets_reader *r, size_t n, struct octets_reader *sub)
{
	const uint8_t *p = octets_read_take(r, n);

	octets_read_open(sub, r->bad ? r->at : p, r->bad ? 0 : n);
	sub->bad = r->bad;
}

size_t octets_read_left(const struct octets_reader *r)
{
	return (size_t)(r->end - r->at);
}

size_t octets_read_offset(const struct octets_reader *r)
{
	return (size_t)(r->at - r->start);
}

void octets_write_open(struct octets_writer *w, void *octets, size_t cap)
{
	w->start = w->at = octets;
	w->end = cap ? w->start + cap : w->start;
	w->bad = false;
}

/* The place of the next n octets, stepped over; NULL and bad when they do not fit. */
static uint8_t *take_room(struct octets_writer *w, size_t n)
{
	uint8_t *taken = w->at;

	if (w->bad || (size_t)(w->end - w->at) < n) {
		w->bad = true;
		return NULL;
	}
	if (n)
		w->at += n;
	return taken;
}

void octets_write_u8(struct octets_writer *w, unsigned value)
{
	uint8_t *p;

	if (value > UINT8_MAX)
		w->bad = true;
	p = take_room(w, 1);
	if (p)
		p[0] = (uint8_t)value;
}

void octets_write_le16(struct octets_writer *w, unsigned value)
{
	uint8_t *p;

	if (value > UINT16_MAX)
		w->bad = true;
	p = take_room(w, 2);
	if (!p)
		return;
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

void octets_write_be16(struct octets_writer *w, unsigned value)
{
	uint8_t *p;

	if (value > UINT16_MAX)
		w->bad = true;
	p = take_room(w, 2);
	if (!p)
		return;
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void octets_write_be32(struct octets_writer *w, uint32_t value)
{
	uint8_t *p = take_room(w, 4);

	if (!p)
		return;
	p[0] = (uint8_t)(value >> 24);
	p[1] = (uint8_t)(value >> 16);
	p[2] = (uint8_t)(value >> 8);
	p[3] = (uint8_t)value;
}

void octets_write_copy(struct octets_writer *w, const void *octets, size_t n)
{
	uint8_t *p = take_room(w, n);

	if (p && n)
		memcpy(p, octets, n);
}

void octets_write_patch(struct octets_writer *w, size_t offset, unsigned value)
{
	if (value > UINT8_MAX || offset >= octets_write_length(w))
		w->bad = true;
	if (!w->bad)
		w->start[offset] = (uint8_t)value;
}

size_t octets_write_length(const struct octets_writer *w)
{
	return (size_t)(w->at - w->start);
}
