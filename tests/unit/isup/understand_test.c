/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What is done with messages, parameters and values that are not known (Q.764 2.9.5.3, Q.784 1.6 and
 * 1.7): by the octets that come in, and by what goes out.
 */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

static bool other_is_isup;

static bool passes_on(void *arg, struct isup_circuit *circuit)
{
	(void)arg;
	(void)circuit;
	return other_is_isup;
}

static void in(const void *octets, size_t n)
{
	isup_message_in(rig.isup, octets, n);
}

/* An outgoing call on circuit 1 that has its ACM. */
static void call_open(bool isup)
{
	other_is_isup = isup;
	rig_open(4);
	rig.isup->user.passes_on = passes_on;
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	rig.sent[0] = rig.said[0] = '\0';
}

/* Type 7a with message compatibility information 38 01 <instructions>. */
static void unknown(uint8_t instructions)
{
	const uint8_t octets[] = { 1, 0, 0x7a, 0x01, 0x38, 0x01, instructions, 0x00 };

	in(octets, sizeof(octets));
}

/* CPG with parameter ee and its instructions; 0: none. */
static void cpg_with(uint8_t instructions)
{
	const uint8_t with[] = { 1,    0,    0x2c, 0x02, 0x01,	       0xee, 0x01,
				 0x55, 0x39, 0x02, 0xee, instructions, 0x00 };
	const uint8_t without[] = { 1, 0, 0x2c, 0x02, 0x01, 0xee, 0x01, 0x55, 0x00 };

	if (instructions)
		in(with, sizeof(with));
	else
		in(without, sizeof(without));
}

static uint8_t last_diagnostic(void)
{
	struct isup_cause cause;

	CU_ASSERT_TRUE(isup_get_cause(&rig.last, &cause) && cause.n_diagnostic > 0);
	return cause.diagnostic[0];
}

/* Q.784 1.7.1 */
static void unknown_messages(void)
{
	static const uint8_t bare[] = { 1, 0, 0x7a };

	call_open(false);
	in(bare, sizeof(bare)); /* no instructions: discarded and told */
	expect("CFN 1/97 ", "");
	CU_ASSERT_EQUAL(last_diagnostic(), 0x7a);
	unknown(0x88); /* discard */
	expect("", "");
	unknown(0x8c); /* discard and tell */
	expect("CFN 1/97 ", "");
	unknown(0x90); /* pass on, else discard: not possible */
	expect("", "");
	unknown(0x80); /* pass on, else release */
	expect("REL 1/97 ", "release/97 ");
	rig_close();
	call_open(true);
	unknown(0x80);
	expect("", "message ");
	unknown(0x81); /* pass on, at an end node too */
	expect("", "message ");
	unknown(0x82); /* release at an end node only: this is transit */
	expect("", "message ");
	unknown(0x83); /* release here too */
	expect("REL 1/97 ", "release/97 ");
	rig_close();
}

/* A type that is known and used by nobody here: as if it were not known. */
static void unused_messages(void)
{
	static const uint8_t sdn[] = { 1, 0, 0x43, 0x00 };

	call_open(false);
	in(sdn, sizeof(sdn));
	expect("CFN 1/97 ", "");
	rig_close();
}

/* Q.784 1.7.2 */
static void unknown_parameters(void)
{
	call_open(false);
	cpg_with(0); /* no instructions: discarded and told, the message counts */
	expect("CFN 1/99 ", "cpg ");
	CU_ASSERT_EQUAL(last_diagnostic(), 0xee);
	cpg_with(0x90); /* discard the parameter */
	expect("", "cpg ");
	cpg_with(0x94); /* and tell */
	expect("CFN 1/99 ", "cpg ");
	cpg_with(0x88); /* discard the message */
	expect("", "");
	cpg_with(0x8c);
	expect("CFN 1/110 ", "");
	cpg_with(0xc0); /* pass on, else discard the parameter */
	expect("", "cpg ");
	cpg_with(0xa0); /* pass on, else discard the message */
	expect("", "");
	cpg_with(0x80); /* pass on, else release */
	expect("REL 1/99 ", "release/99 ");
	rig_close();
	call_open(true);
	cpg_with(0x80);
	expect("", "cpg ");
	cpg_with(0x83);
	expect("REL 1/99 ", "release/99 ");
	rig_close();
}

/* Q.784 1.7.2.10: a REL does its work, its RLC says what was wrong. */
static void unknown_parameter_in_rel(void)
{
	static const uint8_t rel[] = { 1,    0,	   0x0c, 0x02, 0x04, 0x02,
				       0x80, 0x90, 0xee, 0x01, 0x55, 0x00 };

	call_open(false);
	in(rel, sizeof(rel));
	expect("RLC 1/99 ", "release/16 released ");
	CU_ASSERT_EQUAL(last_diagnostic(), 0xee);
	receive(ISUP_REL, 1, 16); /* another says nothing of it */
	expect("RLC 1 ", "");
	rig_close();
}

static void unknown_parameter_in_iam(void)
{
	static const uint8_t ask[] = { 0xee, 0x83 };
	struct isup_msg iam;

	call_open(false);
	make_iam(&iam, 2, "30123", true, 0);
	(void)isup_msg_add(&iam, 0xee, "x", 1);
	receive_msg(&iam);
	expect("CFN 2/99 ", "setup ");
	make_iam(&iam, 4, "30123", true, 0);
	(void)isup_msg_add(&iam, 0xee, "x", 1);
	(void)isup_msg_add(&iam, ISUP_P_PARAMETER_COMPATIBILITY, ask, 2);
	receive_msg(&iam);
	expect("REL 4/99 ", "");
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "unknown messages", unknown_messages },
		{ "unused messages", unused_messages },
		{ "unknown parameters", unknown_parameters },
		{ "unknown parameter in REL", unknown_parameter_in_rel },
		{ "unknown parameter in IAM", unknown_parameter_in_iam },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup understand", tests, argc, argv);
}
