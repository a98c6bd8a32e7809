/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What becomes of unknown messages, parameters and values (Q.764 2.9.5; Q.784.1 1.6 and 1.7). */
#include "isup/compat.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/cu.h"

static const struct isup_compat_place local = { ISUP_ROLE_LOCAL, false, false };
static const struct isup_compat_place local_isup = { ISUP_ROLE_LOCAL, true, false };
static const struct isup_compat_place transit = { ISUP_ROLE_TRANSIT, true, false };
static const struct isup_compat_place transit_end = { ISUP_ROLE_TRANSIT, false, false };
static const struct isup_compat_place broad = { ISUP_ROLE_LOCAL, true, true };

#define NEW_TYPE 0x7e

/* A message of an unknown type with those instructions; n < 0: without any. */
static void unknown_message(struct isup_msg *msg, const uint8_t *instructions, int n)
{
	uint8_t octets[32] = { 3, 0, NEW_TYPE, 1, 0xf1, 2, 0xde, 0xad };
	struct isup_error error;
	size_t length = 8;

	if (n >= 0) {
		octets[length++] = ISUP_P_MESSAGE_COMPATIBILITY;
		octets[length++] = (uint8_t)n;
		memcpy(&octets[length], instructions, (size_t)n);
		length += (size_t)n;
	}
	octets[length++] = 0;
	CU_ASSERT_EQUAL_FATAL(isup_msg_decode(msg, octets, length, &error), -EBADMSG);
	CU_ASSERT_EQUAL_FATAL(error.kind, ISUP_E_UNKNOWN_TYPE);
}

static const struct {
	int octet; /* -1: no instructions */
	const struct isup_compat_place *place;
	enum isup_compat_action action;
	bool confusion;
} messages[] = {
	/* 1.7.1.7, 1.6.1: not received */
	{ -1, &local, ISUP_COMPAT_DISCARD_MESSAGE, true },
	{ -1, &transit, ISUP_COMPAT_DISCARD_MESSAGE, true },
	/* 1.7.1.1: release call, whatever else is said */
	{ 0x82, &local, ISUP_COMPAT_RELEASE, false },
	{ 0x9e, &local, ISUP_COMPAT_RELEASE, false },
	{ 0x83, &transit, ISUP_COMPAT_RELEASE, false },
	/* 1.7.1.2: discard, with and without notification */
	{ 0x88, &local, ISUP_COMPAT_DISCARD_MESSAGE, false },
	{ 0x8c, &local, ISUP_COMPAT_DISCARD_MESSAGE, true },
	{ 0x8d, &transit, ISUP_COMPAT_DISCARD_MESSAGE, true },
	/* 1.7.1.3: pass on */
	{ 0x80, &local_isup, ISUP_COMPAT_PASS_ON, false },
	{ 0x84, &local_isup, ISUP_COMPAT_PASS_ON, false },
	{ 0x85, &transit, ISUP_COMPAT_PASS_ON, false },
	/* 1.7.1.4, 1.7.1.5: not possible */
	{ 0x80, &local, ISUP_COMPAT_RELEASE, false },
	{ 0x90, &local, ISUP_COMPAT_DISCARD_MESSAGE, false },
	{ 0x94, &local, ISUP_COMPAT_DISCARD_MESSAGE, true },
	{ 0x94, &transit_end, ISUP_COMPAT_DISCARD_MESSAGE, true },
	/* 1.7.1.6: transit interpretation */
	{ 0x8e, &transit, ISUP_COMPAT_PASS_ON, false },
	{ 0x8f, &transit, ISUP_COMPAT_RELEASE, false },
	/* bits G F between broadband and narrowband; 11 as 00 */
	{ 0x80, &broad, ISUP_COMPAT_PASS_ON, false },
	{ 0xa4, &broad, ISUP_COMPAT_DISCARD_MESSAGE, true },
	{ 0xc0, &broad, ISUP_COMPAT_RELEASE, false },
	{ 0xe0, &broad, ISUP_COMPAT_PASS_ON, false },
	{ 0xc0, &local_isup, ISUP_COMPAT_PASS_ON, false },
};

static void test_messages(void)
{
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		uint8_t octet = (uint8_t)messages[i].octet;
		struct isup_msg msg;
		unknown_message(&msg, &octet, messages[i].octet < 0 ? -1 : 1);
		struct isup_compat c = isup_compat_message(&msg, messages[i].place);
		bool told = c.confusion || c.action == ISUP_COMPAT_RELEASE;
		if (c.action != messages[i].action || c.confusion != messages[i].confusion)
			fprintf(stderr, "message rule %zu: %d %d\n", i, c.action, c.confusion);
		CU_ASSERT_EQUAL(c.action, messages[i].action);
		CU_ASSERT_EQUAL(c.confusion, messages[i].confusion);
		CU_ASSERT_FALSE(c.in_rlc);
		CU_ASSERT_EQUAL(c.cause.value, told ? 97 : 0);
		CU_ASSERT_EQUAL(c.cause.n_diagnostic, told ? 1 : 0);
		CU_ASSERT_EQUAL(c.cause.diagnostic[0], told ? NEW_TYPE : 0);
	}
}

/* Contents that are no optional part hold no instructions. */
static void test_message_contents(void)
{
	static const uint8_t contents[][8] = {
		{ 0 },		{ 0, 0x38 },	      { 200, 0x38, 1, 0x80 },
		{ 1, 0x38, 0 }, { 1, 0x38, 5, 0x80 }, { 1, 0xf1, 9 },
	};
	struct isup_msg msg;

	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		for (size_t n = 0; n <= sizeof contents[i]; n++) {
			isup_msg_init(&msg, (enum isup_type)NEW_TYPE, 1);
			CU_ASSERT_EQUAL(isup_msg_set_contents(&msg, contents[i], n), 0);
			struct isup_instructions in = isup_compat_message_instructions(&msg);
			/* {1, 0x38, 5, 0x80, 0 ...} is whole with 8 octets */
			CU_ASSERT_EQUAL(in.given, i == 4 && n == 8);
		}
	}
}

/* An ANM with parameter 0xf1 and those instructions for it. */
static void unknown_parameter(struct isup_msg *msg, enum isup_type type, const uint8_t *pci,
			      size_t n)
{
	isup_msg_init(msg, type, 1);
	if (type == ISUP_REL)
		CU_ASSERT_EQUAL(isup_put_cause(msg, &(struct isup_cause){ .value = 16 }), 0);
	CU_ASSERT_EQUAL(isup_msg_add(msg, 0xf1, "\x01\x02", 2), 0);
	CU_ASSERT_EQUAL(isup_put_octet(msg, ISUP_P_HOP_COUNTER, 3), 0);
	if (n)
		CU_ASSERT_EQUAL(isup_msg_add(msg, ISUP_P_PARAMETER_COMPATIBILITY, pci, n), 0);
}

static const struct {
	int octet;
	const struct isup_compat_place *place;
	enum isup_compat_action action;
	bool confusion;
	uint8_t cause;
} parameters[] = {
	/* 1.7.2.9, 1.6.2: not received */
	{ -1, &local, ISUP_COMPAT_DISCARD_PARAMETER, true, 99 },
	{ -1, &transit, ISUP_COMPAT_DISCARD_PARAMETER, true, 99 },
	/* 1.7.2.1: release call */
	{ 0x82, &local, ISUP_COMPAT_RELEASE, false, 99 },
	{ 0x9f, &transit, ISUP_COMPAT_RELEASE, false, 99 },
	/* 1.7.2.2: discard message */
	{ 0x88, &local, ISUP_COMPAT_DISCARD_MESSAGE, false, 0 },
	{ 0x8c, &local, ISUP_COMPAT_DISCARD_MESSAGE, true, 110 },
	{ 0x98, &local, ISUP_COMPAT_DISCARD_MESSAGE, false, 0 },
	/* 1.7.2.3: discard parameter */
	{ 0x90, &local, ISUP_COMPAT_DISCARD_PARAMETER, false, 0 },
	{ 0x94, &local, ISUP_COMPAT_DISCARD_PARAMETER, true, 99 },
	{ 0x95, &transit, ISUP_COMPAT_DISCARD_PARAMETER, true, 99 },
	/* 1.7.2.4: pass on */
	{ 0x80, &local_isup, ISUP_COMPAT_PASS_ON, false, 0 },
	{ 0xc5, &transit, ISUP_COMPAT_PASS_ON, false, 0 },
	/* 1.7.2.5 to 1.7.2.7: not possible; 11 as 00 */
	{ 0x80, &local, ISUP_COMPAT_RELEASE, false, 99 },
	{ 0xe4, &local, ISUP_COMPAT_RELEASE, false, 99 },
	{ 0xa0, &local, ISUP_COMPAT_DISCARD_MESSAGE, false, 0 },
	{ 0xa4, &local, ISUP_COMPAT_DISCARD_MESSAGE, true, 110 },
	{ 0xc0, &local, ISUP_COMPAT_DISCARD_PARAMETER, false, 0 },
	{ 0xc4, &local, ISUP_COMPAT_DISCARD_PARAMETER, true, 99 },
	/* 1.7.2.8: transit interpretation */
	{ 0x9e, &transit, ISUP_COMPAT_PASS_ON, false, 0 },
};

static void test_parameters(void)
{
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
		const uint8_t pci[] = { 0xf1, (uint8_t)parameters[i].octet };
		struct isup_msg msg;
		unknown_parameter(&msg, ISUP_ANM, pci, parameters[i].octet < 0 ? 0 : sizeof pci);
		struct isup_compat c = isup_compat_parameters(&msg, parameters[i].place, NULL);
		if (c.action != parameters[i].action || c.confusion != parameters[i].confusion ||
		    c.cause.value != parameters[i].cause)
			fprintf(stderr, "parameter rule %zu: %d %d %d\n", i, c.action, c.confusion,
				c.cause.value);
		CU_ASSERT_EQUAL(c.action, parameters[i].action);
		CU_ASSERT_EQUAL(c.confusion, parameters[i].confusion);
		CU_ASSERT_EQUAL(c.cause.value, parameters[i].cause);
		CU_ASSERT_EQUAL(c.discard, c.action == ISUP_COMPAT_DISCARD_PARAMETER ? 1 : 0);
		size_t expected = c.cause.value == 110 ? 2 : c.cause.value ? 1 : 0;
		CU_ASSERT_EQUAL_FATAL(c.cause.n_diagnostic, expected);
		if (expected == 2)
			CU_ASSERT_EQUAL(c.cause.diagnostic[0], ISUP_ANM);
		if (expected)
			CU_ASSERT_EQUAL(c.cause.diagnostic[expected - 1], 0xf1);
		isup_compat_discard(&msg, &c);
		CU_ASSERT_EQUAL(isup_msg_find(&msg, 0xf1) == NULL,
				c.action == ISUP_COMPAT_DISCARD_PARAMETER);
		CU_ASSERT_PTR_NOT_NULL(isup_msg_find(&msg, ISUP_P_HOP_COUNTER));
	}
}

/* Instructions are found behind those of others, with one, two and three octets each. */
static void test_instruction_octets(void)
{
	static const uint8_t pci[] = { 0xf2, 0x01, 0x03, 0x80, 0xf3, 0x82, 0xf1, 0x10, 0x83, 0xf4 };
	struct isup_instructions in;
	struct isup_msg msg;

	unknown_parameter(&msg, ISUP_ANM, pci, sizeof pci);
	in = isup_compat_parameter_instructions(&msg, 0xf2);
	CU_ASSERT(in.given && in.octet == 0x01 && in.broadband == 3);
	in = isup_compat_parameter_instructions(&msg, 0xf3);
	CU_ASSERT(in.given && in.octet == 0x82 && in.broadband == 0);
	in = isup_compat_parameter_instructions(&msg, 0xf1);
	CU_ASSERT(in.given && in.octet == 0x10 && in.broadband == 3);
	/* cut short, and not there */
	in = isup_compat_parameter_instructions(&msg, 0xf4);
	CU_ASSERT_FALSE(in.given);
	in = isup_compat_parameter_instructions(&msg, 0xf5);
	CU_ASSERT_FALSE(in.given);
	for (unsigned v = 0; v < 4; v++) {
		static const enum isup_compat_action expected[] = { ISUP_COMPAT_PASS_ON,
								    ISUP_COMPAT_DISCARD_MESSAGE,
								    ISUP_COMPAT_RELEASE,
								    ISUP_COMPAT_DISCARD_PARAMETER };
		const uint8_t two[] = { 0xf1, 0x00, (uint8_t)(0x80 | v) };
		unknown_parameter(&msg, ISUP_ANM, two, sizeof two);
		CU_ASSERT_EQUAL(isup_compat_parameters(&msg, &broad, NULL).action, expected[v]);
	}
}

/* REL is taken with the parameter gone, and RLC tells (1.7.2.10); RLC and CFN are never answered. */
static void test_release(void)
{
	static const uint8_t release[] = { 0xf1, 0x86 };
	struct isup_msg msg;
	struct isup_compat c;

	unknown_parameter(&msg, ISUP_REL, NULL, 0);
	c = isup_compat_parameters(&msg, &local, NULL);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_PARAMETER && c.in_rlc && !c.confusion);
	CU_ASSERT(c.cause.value == 99 && c.cause.n_diagnostic == 1 &&
		  c.cause.diagnostic[0] == 0xf1);
	CU_ASSERT_EQUAL(c.discard, 2);
	unknown_parameter(&msg, ISUP_REL, release, sizeof release);
	c = isup_compat_parameters(&msg, &local, NULL);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_PARAMETER && c.in_rlc);
	unknown_parameter(&msg, ISUP_RLC, release, sizeof release);
	c = isup_compat_parameters(&msg, &local, NULL);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_PARAMETER && !c.in_rlc && !c.confusion);
	CU_ASSERT_EQUAL(c.cause.value, 0);
	unknown_parameter(&msg, ISUP_CFN, NULL, 0);
	c = isup_compat_parameters(&msg, &local, NULL);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_PARAMETER && !c.confusion);
}

static bool knows_hop_counter(const struct isup_msg *msg, uint8_t code)
{
	(void)msg;
	return code == ISUP_P_HOP_COUNTER || code == ISUP_P_PARAMETER_COMPATIBILITY;
}

/* Several unknown parameters: the heaviest decides; the discarded are all named, each once. */
static void test_several(void)
{
	static const uint8_t pci[] = { 0xf1, 0x94, 0xf2, 0x90, 0xf3, 0x94, 0xf4, 0x80 };
	static const uint8_t heavy[] = { 0xf1, 0x94, 0xf2, 0x8c, 0xf3, 0x82 };
	struct isup_msg msg;
	struct isup_compat c;

	isup_msg_init(&msg, ISUP_ANM, 1);
	for (uint8_t i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(isup_msg_add(&msg, (uint8_t)(0xf1 + i % 4), &i, 1), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_PARAMETER_COMPATIBILITY, pci, sizeof pci), 0);
	c = isup_compat_parameters(&msg, &local_isup, NULL);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_PARAMETER && c.confusion);
	CU_ASSERT_EQUAL(c.discard, 0x17);
	CU_ASSERT(c.cause.n_diagnostic == 2 && c.cause.diagnostic[0] == 0xf1 &&
		  c.cause.diagnostic[1] == 0xf3);
	isup_compat_discard(&msg, &c);
	CU_ASSERT(msg.n_params == 2 && msg.params[0].code == 0xf4);
	/* pass on is not possible: f4 releases */
	isup_msg_remove(&msg, ISUP_P_PARAMETER_COMPATIBILITY);
	for (uint8_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(isup_msg_add(&msg, (uint8_t)(0xf1 + i), &i, 1), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_PARAMETER_COMPATIBILITY, heavy, sizeof heavy), 0);
	c = isup_compat_parameters(&msg, &local_isup, NULL);
	CU_ASSERT(c.action == ISUP_COMPAT_RELEASE && !c.confusion && c.discard == 0);
	CU_ASSERT(c.cause.value == 99 && c.cause.n_diagnostic == 1 &&
		  c.cause.diagnostic[0] == 0xf3);
	/* the procedures' own view of what is known */
	isup_msg_init(&msg, ISUP_ANM, 1);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_HOP_COUNTER, 3), 0);
	CU_ASSERT_EQUAL(isup_compat_parameters(&msg, &local, NULL).action, ISUP_COMPAT_NONE);
	CU_ASSERT_EQUAL(isup_compat_parameters(&msg, &local, knows_hop_counter).action,
			ISUP_COMPAT_NONE);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_CPC, 10), 0);
	CU_ASSERT_EQUAL(isup_compat_parameters(&msg, &local, knows_hop_counter).action,
			ISUP_COMPAT_DISCARD_PARAMETER);
}

/* Q.784.1 1.7.3, 1.6.3: values */
static void test_values(void)
{
	static const uint8_t pci[] = { ISUP_P_BCI, 0x94, ISUP_P_EVENT_INFO, 0x82 };
	struct isup_msg msg;
	struct isup_compat c;
	struct isup_bci bci;

	isup_msg_init(&msg, ISUP_ACM, 1);
	CU_ASSERT_EQUAL(isup_put_bci(&msg, &(struct isup_bci){ .charge = 1, .called_status = 1 }),
			0);
	CU_ASSERT_EQUAL(isup_compat_values(&msg, &local).action, ISUP_COMPAT_NONE);
	CU_ASSERT_EQUAL(isup_put_bci(&msg, &(struct isup_bci){ .charge = 3, .called_status = 3 }),
			0);
	c = isup_compat_values(&msg, &local);
	CU_ASSERT(c.action == ISUP_COMPAT_PASS_ON && !c.confusion && c.cause.value == 0);
	isup_compat_default_values(&msg);
	CU_ASSERT(isup_get_bci(&msg, &bci) && bci.charge == 2 && bci.called_status == 0);
	/* told to discard a mandatory parameter: the message goes */
	CU_ASSERT_EQUAL(isup_put_bci(&msg, &(struct isup_bci){ .charge = 3 }), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_PARAMETER_COMPATIBILITY, pci, sizeof pci), 0);
	c = isup_compat_values(&msg, &local);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_MESSAGE && c.confusion && c.cause.value == 110);
	isup_msg_init(&msg, ISUP_CPG, 1);
	CU_ASSERT_EQUAL(isup_put_event(&msg, &(struct isup_event){ .event = 9 }), 0);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_PARAMETER_COMPATIBILITY, pci, sizeof pci), 0);
	c = isup_compat_values(&msg, &local);
	CU_ASSERT(c.action == ISUP_COMPAT_RELEASE && c.cause.value == 99);
	/* without instructions a bearer that does not exist releases, and a transit exchange lets it pass */
	isup_msg_init(&msg, ISUP_IAM, 1);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_TMR, 99), 0);
	c = isup_compat_values(&msg, &local);
	CU_ASSERT(c.action == ISUP_COMPAT_RELEASE && c.cause.value == 65 &&
		  c.cause.n_diagnostic == 0);
	CU_ASSERT_EQUAL(isup_compat_values(&msg, &transit).action, ISUP_COMPAT_PASS_ON);
	isup_msg_init(&msg, ISUP_REL, 1);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_ACL, 7), 0);
	CU_ASSERT_EQUAL(isup_compat_values(&msg, &local).action, ISUP_COMPAT_PASS_ON);
	isup_compat_default_values(&msg);
	CU_ASSERT_EQUAL(msg.n_params, 0);
	isup_msg_init(&msg, ISUP_CGB, 1);
	CU_ASSERT_EQUAL(isup_put_octet(&msg, ISUP_P_CIRCUIT_GROUP_TYPE, 2), 0);
	c = isup_compat_values(&msg, &local);
	CU_ASSERT(c.action == ISUP_COMPAT_DISCARD_MESSAGE && !c.confusion);
}

static CU_TestInfo tests[] = {
	{ "messages", test_messages },	   { "message contents", test_message_contents },
	{ "parameters", test_parameters }, { "instruction octets", test_instruction_octets },
	{ "release", test_release },	   { "several", test_several },
	{ "values", test_values },	   CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
	return cu_run("isup compat", tests, argc, argv);
}
