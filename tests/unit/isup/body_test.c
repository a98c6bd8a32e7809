/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Raw octets in and out of messages (RFC 3204 3.1): every vector, known or not, octet for octet. */
#include "isup/body.h"

#include <errno.h>

#include "isup/param.h"
#include "tests/unit/cu.h"
#include "tests/unit/isup/vectors.h"

static struct vectors valid, malformed;

static void round_trip(const struct vector *v)
{
	uint8_t out[ISUP_OCTETS_MAX];
	struct isup_error error;
	struct isup_msg msg;

	int err = isup_body_decode(&msg, ISUP_ITU, 9, v->octets + 2, v->n - 2, &error);
	CU_ASSERT(err == 0 || error.kind == ISUP_E_UNKNOWN_TYPE);
	CU_ASSERT_EQUAL(msg.cic, 9);
	CU_ASSERT_EQUAL(isup_body_encode(&msg, out, sizeof out), (int)v->n - 2);
	CU_ASSERT(memcmp(out, v->octets + 2, v->n - 2) == 0);
	CU_ASSERT_EQUAL(isup_body_encode(&msg, out, v->n - 3), -EMSGSIZE);
	/* on another circuit it is the same message */
	msg.cic = 77;
	CU_ASSERT_EQUAL(isup_msg_encode(&msg, out, sizeof out), (int)v->n);
	CU_ASSERT(out[0] == 77 && out[1] == 0 && memcmp(out + 2, v->octets + 2, v->n - 2) == 0);
}

static void test_vectors(void)
{
	for (size_t i = 0; i < valid.n; i++)
		round_trip(&valid.v[i]);
	for (size_t i = 0; i < malformed.n; i++)
		if (strncmp(malformed.v[i].name, "unknown-", 8) == 0)
			round_trip(&malformed.v[i]);
}

/* Parameters that nobody knows, between known ones, twice, empty: order and octets stay, also when others change. */
static void test_unknown_content(void)
{
	static const uint8_t octets[] = { 0x2c, 0x01, 0x01, 0xf3, 0x02, 0xaa, 0xbb,
					  0x29, 0x01, 0x01, 0xf1, 0x00, 0xf3, 0x01,
					  0xcc, 0x3d, 0x01, 0x07, 0x00 };
	uint8_t out[ISUP_OCTETS_MAX];
	struct isup_error error;
	struct isup_msg msg;

	CU_ASSERT_EQUAL(isup_body_decode(&msg, ISUP_ITU, 1, octets, sizeof octets, &error), 0);
	CU_ASSERT_EQUAL(isup_body_encode(&msg, out, sizeof out), (int)sizeof octets);
	CU_ASSERT(memcmp(out, octets, sizeof octets) == 0);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_HOP_COUNTER, 6), 0);
	CU_ASSERT_EQUAL(isup_body_encode(&msg, out, sizeof out), (int)sizeof octets);
	CU_ASSERT(memcmp(out, octets, sizeof octets - 2) == 0);
	CU_ASSERT_EQUAL(out[sizeof octets - 2], 6);
}

static void test_refused(void)
{
	static const uint8_t octets[ISUP_OCTETS_MAX] = { ISUP_REL };
	struct isup_error error;
	struct isup_msg msg;

	CU_ASSERT_EQUAL(isup_body_decode(&msg, ISUP_ITU, 1, octets, 0, &error), -EBADMSG);
	CU_ASSERT_EQUAL(error.kind, ISUP_E_TRUNCATED);
	CU_ASSERT_EQUAL(isup_body_decode(&msg, ISUP_ITU, 1, octets, sizeof octets - 1, &error),
			-EBADMSG);
	CU_ASSERT(error.kind == ISUP_E_TOO_MANY && msg.type == ISUP_REL);
	/* the error's place counts from the message type */
	CU_ASSERT_EQUAL(isup_body_decode(&msg, ISUP_ITU, 1, octets, 1, &error), -EBADMSG);
	CU_ASSERT(error.kind == ISUP_E_TRUNCATED && error.offset == 1);
	isup_msg_init(&msg, ISUP_REL, 1);
	uint8_t out[8];
	CU_ASSERT_EQUAL(isup_body_encode(&msg, out, sizeof out), -EINVAL);
}

static void test_bases(void)
{
	const struct isup_base *base = isup_base_of("ANSI00; x", 6);

	CU_ASSERT(base && base->variant == ISUP_ANSI && base->compatibility);
	base = isup_base_of("itu-t88", 7);
	CU_ASSERT(base && base->variant == ISUP_ITU && !base->compatibility);
	base = isup_base_of("gr317", 5);
	CU_ASSERT(base && base->variant == ISUP_ANSI);
	CU_ASSERT_PTR_NULL(isup_base_of("itu-t", 5));
	CU_ASSERT_PTR_NULL(isup_base_of("", 0));
	for (unsigned v = 0; v < ISUP_VARIANTS; v++) {
		const char *name = isup_base_name((enum isup_variant)v);
		base = isup_base_of(name, strlen(name));
		CU_ASSERT(base && base->compatibility);
		if (v == ISUP_ANSI || v == ISUP_JAPAN || v == ISUP_ITU)
			CU_ASSERT_EQUAL(base->variant, v);
	}
}

static CU_TestInfo tests[] = {
	{ "vectors", test_vectors }, { "unknown content", test_unknown_content },
	{ "refused", test_refused }, { "bases", test_bases },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	vectors_read(&valid, VECTORS_VALID);
	vectors_read(&malformed, VECTORS_MALFORMED);
	return cu_run("isup body", tests, argc, argv);
}
