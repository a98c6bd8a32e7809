/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What T1.113 does otherwise than Q.764 (RFC 3398 13), and what the variants of Q.763 leave out. */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

static void open_as(enum isup_variant variant, unsigned circuits)
{
	rig_variant = variant;
	rig_open(circuits);
}

static void close_rig(void)
{
	rig_close();
	rig_variant = ISUP_ITU;
}

static void receive_crm(uint16_t cic, uint8_t continuity)
{
	const struct isup_nci nci = { .continuity = continuity };
	struct isup_msg crm;

	isup_msg_init_as(&crm, rig_variant, ISUP_CRM, cic);
	CU_ASSERT_EQUAL(isup_put_nci(&crm, &nci), 0);
	receive_msg(&crm);
}

/* A circuit code of 14 bits, and the mandatory part in T1.113's order: pointers to USI, called number, optional part. */
static void iam_has_its_layout(void)
{
	static const uint8_t expected[] = {
		0x21, 0x23, 0x01,		    /* CIC 0x2321, IAM */
		0x00, 0x20, 0x00, 0x0a,		    /* NCI, FCI, CPC */
		0x03, 0x06, 0x00,		    /* pointers */
		0x03, 0x90, 0x90, 0xa2,		    /* USI */
		0x05, 0x83, 0x10, 0x03, 0x21, 0x03, /* called 30123 */
	};
	uint8_t octets[ISUP_OCTETS_MAX];
	struct isup_msg iam;
	struct isup_error error;

	rig_variant = ISUP_ANSI;
	make_iam(&iam, 0x2321, "30123", false, 0);
	CU_ASSERT_EQUAL_FATAL(isup_msg_encode(&iam, octets, sizeof(octets)), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(octets, expected, sizeof(expected)), 0);
	CU_ASSERT_EQUAL(isup_msg_decode_as(&iam, ISUP_ANSI, octets, sizeof(expected), &error), 0);
	CU_ASSERT_EQUAL(iam.cic, 0x2321);
	rig_variant = ISUP_ITU;
}

/* The signalling link selection is eight bits of the CIC, behind it the message's priority. */
static void label_is_seven_octets(void)
{
	static const uint8_t expected[] = { 3, 2, 1, 6, 5, 4, 0x99 };
	const struct mtp_label label = { .opc = 0x040506, .dpc = 0x010203, .sls = 0x299 };
	uint8_t octets[MTP_LABEL_MAX];
	char text[MTP_POINT_MAX];

	CU_ASSERT_EQUAL(mtp_label_put(true, &label, octets), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(octets, expected, sizeof(expected)), 0);
	CU_ASSERT_EQUAL(mtp_priority(label.sls), 2);
	CU_ASSERT_STRING_EQUAL(mtp_point_print(true, 0xff10fe, text), "255-16-254");
	CU_ASSERT_STRING_EQUAL(mtp_point_print(false, 16383, text), "7-255-7");
	open_as(ISUP_ANSI, 1);
	CU_ASSERT_EQUAL(isup_selection(rig.isup, ISUP_IAM, 0x1234), 0x34);
	CU_ASSERT_EQUAL(isup_selection(rig.isup, ISUP_RLC, 0x1234), 0x234);
	rig.isup->conf.sls5 = true;
	CU_ASSERT_EQUAL(isup_selection(rig.isup, ISUP_IAM, 0x1234), 0x14);
	CU_ASSERT_EQUAL(isup_selection(rig.isup, ISUP_RLC, 0x1234), 0x214);
	close_rig();
	open_as(ISUP_ITU, 1);
	CU_ASSERT_EQUAL(isup_selection(rig.isup, ISUP_RLC, 0x234), 4);
	close_rig();
}

static void circuits_go_up_to_14_bits(void)
{
	open_as(ISUP_ANSI, 1);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 16383, NULL), 0);
	expect("RSC 16383 ", "");
	receive(ISUP_RLC, 16383, 0);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 16384, NULL), -EINVAL);
	receive_iam(16383, "30123", false);
	expect("", "setup ");
	close_rig();
	open_as(ISUP_ITU, 1);
	CU_ASSERT_EQUAL(isup_circuit_add(rig.isup, 4096, NULL), -EINVAL);
	close_rig();
}

/* No T10 or T35 although no ANSI number ends with ST. */
static void numbers_are_complete(void)
{
	open_as(ISUP_ANSI, 1);
	receive_iam(1, "3", false);
	expect("", "setup ");
	pass_ms(60000);
	expect("", "");
	close_rig();
}

static void anm_answers_without_acm(void)
{
	open_as(ISUP_ANSI, 1);
	receive_iam(1, "30123", false);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_CON, 1), -EPROTO);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_ANM, 0), 0);
	expect("ANM 1 ", "setup ");
	expect_state(1, "incoming, answered");
	close_rig();
	open_as(ISUP_ITU, 1);
	receive_iam(1, "30123", true);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_ANM, 0), -EPROTO);
	close_rig();
}

static void sam_is_not_known(void)
{
	static const uint8_t sam[] = { 1, 0, ISUP_SAM, 2, 0, 2, 0x80, 0x04 };

	open_as(ISUP_ANSI, 1);
	CU_ASSERT_EQUAL(send_type(seize(), ISUP_SAM, 1), -EPROTO);
	expect("IAM 1 ", "");
	isup_message_in(rig.isup, sam, sizeof(sam));
	expect("CFN 1/97 ", "");
	expect_state(1, "outgoing, wait for ACM");
	close_rig();
}

static void progress_may_come_first(void)
{
	open_as(ISUP_ANSI, 1);
	(void)seize();
	receive(ISUP_CPG, 1, 4);
	expect("IAM 1 ", "cpg ");
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_ANM, 1, 0);
	expect("", "acm answer ");
	close_rig();
	open_as(ISUP_ITU, 1);
	(void)seize();
	receive(ISUP_CPG, 1, 4);
	expect("IAM 1 ", "");
	close_rig();
}

static void exit_is_told_and_no_more(void)
{
	open_as(ISUP_ANSI, 1);
	(void)seize();
	receive(ISUP_EXM, 1, 0);
	expect("IAM 1 ", "message ");
	expect_state(1, "outgoing, wait for ACM");
	close_rig();
	open_as(ISUP_ANSI, 1);
	receive_iam(1, "30123", false);
	CU_ASSERT_EQUAL(send_type(rig.circuit, ISUP_EXM, 0), 0);
	expect("EXM 1 ", "setup ");
	close_rig();
}

/* RFC 3398 13: CRM is answered by CRA, and the IAM that follows is taken as any. */
static void a_circuit_is_reserved(void)
{
	struct isup_circuit *circuit;
	struct isup_msg iam;

	open_as(ISUP_ANSI, 1);
	receive_crm(1, ISUP_NCI_NO_CHECK);
	expect("CRA 1 ", "");
	make_iam(&iam, 0, "30123", false, 0);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), -EAGAIN);
	receive_iam(1, "30123", false);
	expect("", "setup ");
	release(rig.circuit, 16);
	receive(ISUP_RLC, 1, 0);
	expect("REL 1/16 ", "released ");
	receive_crm(1, ISUP_NCI_NO_CHECK);
	receive(ISUP_REL, 1, 16);
	expect("CRA 1 RLC 1 ", "");
	expect_state(1, "idle");
	receive_crm(1, ISUP_NCI_NO_CHECK);
	pass_ms(20000);
	expect("CRA 1 RSC 1 ", "");
	close_rig();
}

static void a_reservation_is_looped(void)
{
	open_as(ISUP_ANSI, 1);
	rig.isup->user.continuity = rig_continuity;
	receive_crm(1, ISUP_NCI_CHECK_HERE);
	expect("CRA 1 ", "");
	CU_ASSERT_STRING_EQUAL(rig.checks, "loop/1 ");
	receive(ISUP_COT, 1, 1);
	receive_iam(1, "30123", false);
	expect("", "setup ");
	CU_ASSERT_STRING_EQUAL(rig.checks, "loop/1 off/1 ");
	close_rig();
}

/* Circuit 2 is theirs in a dual seizure, circuit 1 ours (2.9.1.4). */
static void a_reservation_seizes(void)
{
	open_as(ISUP_ANSI, 2);
	(void)seize();
	(void)seize();
	expect("IAM 1 IAM 2 ", "");
	receive_crm(1, ISUP_NCI_NO_CHECK);
	expect("", "");
	receive_crm(2, ISUP_NCI_NO_CHECK);
	expect("CRA 2 ", "reattempt ");
	close_rig();
}

static void ccr_is_answered_by_lpa(void)
{
	open_as(ISUP_ANSI, 1);
	rig.isup->user.continuity = rig_continuity;
	receive(ISUP_CCR, 1, 0);
	expect("LPA 1 ", "");
	close_rig();
	open_as(ISUP_ITU, 1);
	rig.isup->user.continuity = rig_continuity;
	receive(ISUP_CCR, 1, 0);
	expect("", "");
	close_rig();
}

static void circuits_are_validated(void)
{
	uint8_t octet = 0;

	open_as(ISUP_ANSI, 1);
	receive(ISUP_CVT, 1, 0);
	expect("CVR 1 ", "");
	CU_ASSERT_TRUE(isup_get_octet(&rig.last, ISUP_P_CIRCUIT_VALIDATION, &octet));
	CU_ASSERT_EQUAL(octet, 1);
	CU_ASSERT_TRUE(isup_get_octet(&rig.last, ISUP_P_CIRCUIT_GROUP_CHARACTERISTICS, &octet));
	CU_ASSERT_EQUAL(octet, 0x26); /* digital, odd circuits are ours, hardware alarms */
	receive(ISUP_CVT, 2, 0);
	expect("UCIC 2 ", "");
	CU_ASSERT_EQUAL(isup_validate(rig.isup, 1), 0);
	expect("CVT 1 ", "");
	CU_ASSERT_EQUAL(isup_validate(rig.isup, 2), -ENOENT);
	close_rig();
	open_as(ISUP_ITU, 1);
	CU_ASSERT_EQUAL(isup_validate(rig.isup, 1), -ENOTSUP);
	close_rig();
}

/* T1.113.4 2.9.3.2: two of them, two answers, and a call between them lives. */
static void group_resets_come_in_pairs(void)
{
	open_as(ISUP_ANSI, 4);
	CU_ASSERT_EQUAL(isup_reset_group(rig.isup, 1, 4), 0);
	expect("GRS 1 GRS 1 ", "");
	receive(ISUP_GRA, 1, 3);
	expect_state(1, "idle");
	receive(ISUP_GRA, 1, 3);
	expect("", "");
	receive(ISUP_GRS, 1, 3);
	expect("GRA 1 ", "");
	receive_iam(2, "30123", false);
	receive(ISUP_GRS, 1, 3);
	expect("GRA 1 ", "setup ");
	expect_state(2, "incoming, address");
	pass_ms(6000);
	receive(ISUP_GRS, 1, 3);
	expect("GRA 1 ", "released ");
	close_rig();
}

/* T1.113.3 has no optional part in RLC: what was not understood in a REL is not told. */
static void rlc_has_no_cause(void)
{
	struct isup_msg rel;

	open_as(ISUP_ANSI, 1);
	(void)seize();
	make(&rel, ISUP_REL, 1, 16);
	CU_ASSERT_EQUAL(isup_msg_add(&rel, 0x7e, "x", 1), 0);
	receive_msg(&rel);
	expect("IAM 1 RLC 1 ", "release/16 released ");
	close_rig();
}

/* What Q.763 marks for national use is not known at the international interface (EN 300 356-1). */
static void national_messages_are_unknown_to_etsi(void)
{
	static const uint8_t cqm[] = { 1, 0, ISUP_CQM, 1, 1, 3 };

	open_as(ISUP_ETSI, 4);
	isup_message_in(rig.isup, cqm, sizeof(cqm));
	expect("CFN 1/97 ", "");
	CU_ASSERT_EQUAL(isup_query_group(rig.isup, 1, 4), -ENOTSUP);
	receive(ISUP_RSC, 9, 0);
	expect("", ""); /* no UCIC */
	(void)seize();
	receive(ISUP_ACM, 1, 1);
	receive(ISUP_CON, 1, 1);
	expect("IAM 1 ", "acm ");
	close_rig();
}

static void q767_knows_what_there_was_in_1991(void)
{
	CU_ASSERT_PTR_NOT_NULL(isup_type_name_as(ISUP_Q767, ISUP_IAM));
	CU_ASSERT_PTR_NULL(isup_type_name_as(ISUP_Q767, ISUP_SGM));
	CU_ASSERT_PTR_NULL(isup_type_name_as(ISUP_Q767, ISUP_UPT));
	CU_ASSERT_PTR_NOT_NULL(isup_param_name_as(ISUP_Q767, ISUP_P_OBCI));
	CU_ASSERT_PTR_NULL(isup_param_name_as(ISUP_Q767, ISUP_P_HOP_COUNTER));
	CU_ASSERT_PTR_NOT_NULL(isup_param_name_as(ISUP_ETSI, ISUP_P_HOP_COUNTER));
	CU_ASSERT_PTR_NULL(isup_param_name_as(ISUP_ETSI, ISUP_P_TNS));
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "the IAM has its own layout", iam_has_its_layout },
		{ "routing label, priorities, point codes", label_is_seven_octets },
		{ "circuits of 14 bits", circuits_go_up_to_14_bits },
		{ "numbers are complete", numbers_are_complete },
		{ "ANM answers without ACM", anm_answers_without_acm },
		{ "SAM is not known", sam_is_not_known },
		{ "CPG may come before ACM", progress_may_come_first },
		{ "EXM", exit_is_told_and_no_more },
		{ "CRM and CRA", a_circuit_is_reserved },
		{ "CRM with a continuity check", a_reservation_is_looped },
		{ "CRM in a dual seizure", a_reservation_seizes },
		{ "CCR is answered by LPA", ccr_is_answered_by_lpa },
		{ "CVT and CVR", circuits_are_validated },
		{ "group resets come in pairs", group_resets_come_in_pairs },
		{ "RLC has no cause", rlc_has_no_cause },
		{ "ETSI", national_messages_are_unknown_to_etsi },
		{ "Q.767", q767_knows_what_there_was_in_1991 },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup ansi", tests, argc, argv);
}
