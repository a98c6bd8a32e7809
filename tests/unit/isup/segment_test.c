/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A message too long for one signal unit, in two and back (Q.764 2.1.12). */
#include "isup/segment.h"

#include <errno.h>
#include <string.h>

#include "isup/param.h"
#include "tests/unit/cu.h"

static uint8_t fill[255];

static void add(struct isup_msg *msg, uint8_t code, size_t n)
{
	CU_ASSERT_FATAL(isup_msg_add(msg, code, fill, n) == 0);
}

static void iam(struct isup_msg *msg)
{
	isup_msg_init(msg, ISUP_IAM, 77);
	add(msg, ISUP_P_NCI, 1);
	add(msg, ISUP_P_FCI, 2);
	add(msg, ISUP_P_CPC, 1);
	add(msg, ISUP_P_TMR, 1);
	add(msg, ISUP_P_CALLED, 8);
}

static int length_of(const struct isup_msg *msg)
{
	uint8_t octets[ISUP_OCTETS_MAX];

	return isup_msg_encode(msg, octets, sizeof octets);
}

/* What there is of a code, in order. */
static size_t count(const struct isup_msg *msg, uint8_t code)
{
	size_t n = 0;

	for (size_t i = 0; i < msg->n_params; i++)
		n += msg->params[i].code == code;
	return n;
}

static void test_fits(void)
{
	struct isup_msg msg, before, segment;

	iam(&msg);
	add(&msg, ISUP_P_UUI, 129);
	before = msg;
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), 0);
	CU_ASSERT(memcmp(&msg, &before, sizeof msg) == 0);
	CU_ASSERT_FALSE(isup_msg_is_segmented(&msg));
	isup_msg_remove(&msg, ISUP_P_CALLED);
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), -EINVAL);
}

static void test_split_and_join(void)
{
	struct isup_msg msg, segment;

	iam(&msg);
	add(&msg, 0xf1, 40);
	add(&msg, ISUP_P_ACCESS_TRANSPORT, 100);
	add(&msg, ISUP_P_GENERIC_NUMBER, 10);
	add(&msg, ISUP_P_UUI, 129);
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), 1);
	CU_ASSERT(isup_msg_is_segmented(&msg));
	CU_ASSERT(segment.type == ISUP_SGM && segment.cic == 77 && segment.n_params == 1);
	CU_ASSERT_PTR_NOT_NULL(isup_msg_find(&segment, ISUP_P_UUI));
	CU_ASSERT_PTR_NULL(isup_msg_find(&msg, ISUP_P_UUI));
	CU_ASSERT(length_of(&msg) > 0 && length_of(&segment) > 0);
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), 0);
	CU_ASSERT_FALSE(isup_msg_is_segmented(&msg));
	const struct isup_param *uui = isup_msg_find(&msg, ISUP_P_UUI);
	CU_ASSERT_FATAL(uui && uui->length == 129);
	CU_ASSERT(memcmp(isup_param_octets(&msg, uui), fill, 129) == 0);
	/* it is not segmented any more */
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), -EINVAL);
}

/* Indicators that are there keep their other bits; parameters that repeat go from the last on. */
static void test_indicators(void)
{
	struct isup_msg msg, segment;
	uint8_t octet;

	isup_msg_init(&msg, ISUP_ANM, 5);
	CU_ASSERT_EQUAL(isup_put_obci(&msg, &(struct isup_obci){ .in_band = true }), 0);
	for (uint8_t i = 0; i < 30; i++) {
		fill[0] = i;
		add(&msg, ISUP_P_GENERIC_NUMBER, 10);
	}
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), 1);
	CU_ASSERT_EQUAL(isup_param_octets(&msg, isup_msg_find(&msg, ISUP_P_OBCI))[0], 0x05);
	size_t left = count(&msg, ISUP_P_GENERIC_NUMBER);
	CU_ASSERT_EQUAL(left + segment.n_params, 30);
	CU_ASSERT(left > 0);
	for (size_t i = 0; i < segment.n_params; i++) {
		octet = isup_param_octets(&segment, &segment.params[i])[0];
		CU_ASSERT_EQUAL(octet, left + i);
	}
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), 0);
	CU_ASSERT_EQUAL(isup_param_octets(&msg, isup_msg_find(&msg, ISUP_P_OBCI))[0], 0x01);
	for (size_t i = 1; i < msg.n_params; i++)
		CU_ASSERT_EQUAL(isup_param_octets(&msg, &msg.params[i])[0], i - 1);
}

static void test_refused(void)
{
	struct isup_msg msg, before, segment;

	/* nothing of it may go into a segment */
	iam(&msg);
	add(&msg, 0xf1, 250);
	before = msg;
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), -EMSGSIZE);
	CU_ASSERT(memcmp(&msg, &before, sizeof msg) == 0);
	/* too much for two */
	iam(&msg);
	add(&msg, ISUP_P_ACCESS_TRANSPORT, 250);
	add(&msg, ISUP_P_UUI, 129);
	add(&msg, 0xf1, 120);
	before = msg;
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), -EMSGSIZE);
	CU_ASSERT(memcmp(&msg, &before, sizeof msg) == 0);
	/* a type that is never segmented */
	isup_msg_init(&msg, ISUP_FAC, 5);
	add(&msg, ISUP_P_ACCESS_TRANSPORT, 250);
	add(&msg, ISUP_P_UUI, 129);
	CU_ASSERT_EQUAL(isup_msg_split(&msg, &segment), -EMSGSIZE);
}

static void test_join_refused(void)
{
	struct isup_msg msg, segment;

	iam(&msg);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_OFCI, 0x84), 0);
	isup_msg_init(&segment, ISUP_ANM, 77);
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), -EINVAL);
	isup_msg_init(&segment, ISUP_SGM, 78);
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), -EINVAL);
	/* what does not belong into a segment stays there */
	isup_msg_init(&segment, ISUP_SGM, 77);
	add(&segment, ISUP_P_CALLED, 4);
	add(&segment, ISUP_P_UUI, 4);
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), 0);
	CU_ASSERT_EQUAL(count(&msg, ISUP_P_CALLED), 1);
	CU_ASSERT_EQUAL(count(&msg, ISUP_P_UUI), 1);
	CU_ASSERT_EQUAL(isup_param_octets(&msg, isup_msg_find(&msg, ISUP_P_OFCI))[0], 0x80);
	/* no room */
	isup_msg_init(&msg, ISUP_ANM, 77);
	CU_ASSERT_EQUAL(isup_put_obci(&msg, &(struct isup_obci){ .simple_segmentation = true }), 0);
	for (unsigned i = 0; i < ISUP_PARAMS_MAX - 1; i++)
		add(&msg, 0xf1, 0);
	CU_ASSERT_EQUAL(isup_msg_join(&msg, &segment), -ENOSPC);
	CU_ASSERT(isup_msg_is_segmented(&msg));
}

static CU_TestInfo tests[] = {
	{ "fits", test_fits },
	{ "split and join", test_split_and_join },
	{ "indicators", test_indicators },
	{ "refused", test_refused },
	{ "join refused", test_join_refused },
	CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof fill; i++)
		fill[i] = (uint8_t)(i * 7);
	return cu_run("isup segment", tests, argc, argv);
}
