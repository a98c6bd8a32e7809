/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Octet cursors: bounds, sub-cursors, and values that do not fit their field. */
#include "gw/base/octets.h"

#include <string.h>

#include "tests/unit/cu.h"

static void reading(void)
{
	static const uint8_t in[] = { 1, 0x34, 0x12, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 7 };
	struct octets_reader r;

	octets_read_open(&r, in, sizeof(in));
	CU_ASSERT_EQUAL(octets_read_u8(&r), 1);
	CU_ASSERT_EQUAL(octets_read_le16(&r), 0x1234);
	CU_ASSERT_EQUAL(octets_read_be16(&r), 0x1234);
	CU_ASSERT_EQUAL(octets_read_be32(&r), 0xdeadbeef);
	CU_ASSERT_EQUAL(octets_read_left(&r), 1);
	CU_ASSERT_EQUAL(octets_read_be16(&r), 0); /* moves nothing */
	CU_ASSERT(r.bad);
	CU_ASSERT_EQUAL(octets_read_offset(&r), 9);
	CU_ASSERT_EQUAL(octets_read_u8(&r), 0); /* stays bad */
	CU_ASSERT_PTR_NULL(octets_read_take(&r, 0));
}

static void empty(void)
{
	struct octets_reader r;
	struct octets_writer w;

	octets_read_open(&r, NULL, 0);
	CU_ASSERT_EQUAL(octets_read_left(&r), 0);
	CU_ASSERT_PTR_NULL(octets_read_take(&r, SIZE_MAX));
	CU_ASSERT(r.bad);
	octets_write_open(&w, NULL, 0);
	octets_write_copy(&w, NULL, 0);
	CU_ASSERT(!w.bad);
	octets_write_u8(&w, 1);
	CU_ASSERT(w.bad);
}

static void boxes(void)
{
	static const uint8_t in[] = { 2, 10, 11, 3, 12 };
	struct octets_reader r, box;

	octets_read_open(&r, in, sizeof(in));
	octets_read_box(&r, octets_read_u8(&r), &box);
	CU_ASSERT(!r.bad && !box.bad);
	CU_ASSERT_EQUAL(octets_read_left(&box), 2);
	CU_ASSERT_EQUAL(octets_read_be16(&box), 0x0a0b);
	CU_ASSERT_EQUAL(octets_read_u8(&box), 0);
	CU_ASSERT(box.bad && !r.bad);
	octets_read_box(&r, octets_read_u8(&r), &box); /* says 3, holds 1 */
	CU_ASSERT(r.bad && box.bad);
	CU_ASSERT_EQUAL(octets_read_left(&box), 0);
	CU_ASSERT_EQUAL(octets_read_u8(&box), 0);
}

static void writing(void)
{
	static const uint8_t want[] = { 9, 0x34, 0x12, 0x12, 0x34, 1, 2, 3, 4, 'a', 'b' };
	uint8_t out[sizeof(want)];
	struct octets_writer w;

	octets_write_open(&w, out, sizeof(out));
	octets_write_u8(&w, 0);
	octets_write_le16(&w, 0x1234);
	octets_write_be16(&w, 0x1234);
	octets_write_be32(&w, 0x01020304);
	octets_write_copy(&w, "ab", 2);
	octets_write_patch(&w, 0, 9);
	CU_ASSERT(!w.bad);
	CU_ASSERT_EQUAL(octets_write_length(&w), sizeof(want));
	CU_ASSERT_EQUAL(memcmp(out, want, sizeof(want)), 0);
	octets_write_u8(&w, 1);
	CU_ASSERT(w.bad);
	CU_ASSERT_EQUAL(octets_write_length(&w), sizeof(want));
}

static void too_big(struct octets_writer *w, uint8_t out[4])
{
	octets_write_open(w, out, 4);
	octets_write_u8(w, 5);
}

static void refusing(void)
{
	uint8_t out[4];
	struct octets_writer w;

	too_big(&w, out);
	octets_write_u8(&w, 256);
	CU_ASSERT(w.bad);
	too_big(&w, out);
	octets_write_be16(&w, 65536);
	CU_ASSERT(w.bad);
	too_big(&w, out);
	octets_write_le16(&w, 65536);
	CU_ASSERT(w.bad);
	too_big(&w, out);
	octets_write_patch(&w, 1, 1);
	CU_ASSERT(w.bad);
	too_big(&w, out);
	octets_write_patch(&w, 0, 256);
	CU_ASSERT(w.bad);
	CU_ASSERT_EQUAL(out[0], 5);
	too_big(&w, out);
	octets_write_be32(&w, 1);
	CU_ASSERT(w.bad);
	CU_ASSERT_EQUAL(octets_write_length(&w), 1);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "reading", reading }, { "empty", empty },	  { "boxes", boxes },
		{ "writing", writing }, { "refusing", refusing }, CU_TEST_INFO_NULL,
	};

	return cu_run("base octets", tests, argc, argv);
}
