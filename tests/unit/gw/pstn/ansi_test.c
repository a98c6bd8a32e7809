/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ISUP leg and its IAM in T1.113 (RFC 3398 13), and what goes on between ISUP legs of two variants. */
#include "gw/pstn/iam_ansi.h"

#include "gw/pstn/iam.h"
#include "gw/pstn/transit.h"
#include "tests/unit/gw/pstn/leg_rig.h"

static char charge[] = "7035550000", jurisdiction[] = "703555";

static void ansi_open(unsigned circuits)
{
	rig_variant = ISUP_ANSI;
	lab_open(circuits);
}

static void ansi_close(void)
{
	lab_close();
	rig_variant = ISUP_ITU;
}

static void last_has(uint8_t code, const char *octets, size_t n)
{
	const struct isup_param *param = isup_msg_find(&rig.last, code);

	CU_ASSERT_PTR_NOT_NULL_FATAL(param);
	CU_ASSERT_EQUAL_FATAL(param->length, n);
	CU_ASSERT_EQUAL(memcmp(isup_param_octets(&rig.last, param), octets, n), 0);
}

/* Numbers without ST, USI by bearer, an additional calling number as a supplemental one, who pays. */
static void iam_out(void)
{
	struct leg_setup setup = { .complete = true, .bearer = LEG_BEARER_AUDIO_3K1 };
	struct isup_number number;
	struct other *other;

	ansi_open(2);
	lab.conf.charge_number = charge;
	lab.conf.jurisdiction = jurisdiction;
	lab.conf.line_information_set = true;
	lab.conf.line_information = 61;
	lab.conf.delay_ms = 30;
	number_set(&setup.called, LEG_NOA_UNKNOWN, "5551234");
	number_set(&setup.generic, LEG_NOA_INTERNATIONAL, "441234");
	lab.conf.area = NULL;
	other = call_with(&setup);
	expect("IAM 1 ", "");
	last_has(ISUP_P_USI, "\x90\x90\xa2", 3);
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_TMR));
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_PROPAGATION_DELAY));
	last_number(ISUP_P_CALLED, &number);
	CU_ASSERT_TRUE(!number.complete && number.noa == ISUP_NOA_SUBSCRIBER && number.n == 7);
	last_number(ISUP_P_GENERIC_NUMBER, &number);
	CU_ASSERT_EQUAL(number.qualifier, 3);
	last_number(ISUP_P_CHARGE_NUMBER, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, charge);
	last_has(ISUP_P_OLI, "\x3d", 1);
	last_has(ISUP_P_JURISDICTION, "\x07\x53\x55", 3);
	released_by_other(other, 1);
	setup.bearer = LEG_BEARER_UNRESTRICTED;
	number_set(&setup.calling, LEG_NOA_NATIONAL, "7035551000");
	number_set(&setup.called, LEG_NOA_UNKNOWN, "2125551234");
	other = call_with(&setup);
	expect("IAM 1 ", "");
	last_has(ISUP_P_USI, "\x88\x90", 2);
	last_number(ISUP_P_CALLED, &number);
	CU_ASSERT_EQUAL(number.noa, ISUP_NOA_NATIONAL);
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_CHARGE_NUMBER));
	released_by_other(other, 1);
	setup.bearer = LEG_BEARER_SPEECH;
	other = call_with(&setup);
	expect("IAM 1 ", "");
	last_has(ISUP_P_USI, "\x80\x90\xa2", 3);
	released_by_other(other, 1);
	ansi_close();
}

static void jurisdiction_has_six_digits(void)
{
	struct conf_isup conf = { .jurisdiction = charge };
	struct leg_setup setup = { .complete = true };
	struct isup_msg iam;

	number_set(&setup.called, LEG_NOA_NATIONAL, "2125551234");
	CU_ASSERT_EQUAL(iam_from_setup(&conf, &setup, &iam), 0);
	CU_ASSERT_EQUAL(iam_to_ansi(&conf, &setup, &iam), -EINVAL);
}

/* An operator asked for by the nature of address; data by USI; a supplemental calling number. */
static void iam_in(void)
{
	struct isup_number number = { .noa = 0x72, .npi = ISUP_NPI_ISDN, .n = 3, .digits = "301" };
	struct isup_msg iam;

	ansi_open(2);
	isup_msg_init_as(&iam, ISUP_ANSI, ISUP_IAM, 2);
	(void)isup_put_nci(&iam, &(struct isup_nci){ 0 });
	(void)isup_put_fci(&iam, &(struct isup_fci){ 0 });
	(void)isup_put_octet(&iam, ISUP_P_CPC, 10);
	(void)isup_msg_add(&iam, ISUP_P_USI, "\x88\x90", 2);
	(void)isup_put_number(&iam, ISUP_P_CALLED, &number);
	number.qualifier = 3;
	number.noa = ISUP_NOA_INTERNATIONAL;
	(void)isup_put_number(&iam, ISUP_P_GENERIC_NUMBER, &number);
	receive_msg(&iam);
	expect("", "setup. ");
	CU_ASSERT_EQUAL(lab.setup.bearer, LEG_BEARER_UNRESTRICTED);
	CU_ASSERT_STRING_EQUAL(lab.setup.called.digits, "49301");
	CU_ASSERT_EQUAL(lab.setup.called.noa, LEG_NOA_INTERNATIONAL);
	CU_ASSERT_STRING_EQUAL(lab.setup.generic.digits, "301");
	released_by_other(latest(), 2);
	ansi_close();
}

static void answer_is_anm(void)
{
	struct other *other;

	ansi_open(2);
	receive_iam(2, "30123", false);
	expect("", "setup. ");
	other = latest();
	say(other, LEG_EV_ANSWER, NULL);
	expect("ANM 2 ", "");
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_BCI));
	released_by_other(other, 2);
	ansi_close();
}

/* Digits are collected: the trunk takes no more once the IAM is out. */
static void digits_go_en_bloc(void)
{
	struct leg_setup setup = { .complete = false };
	struct isup_number number;
	struct other *other;

	ansi_open(2);
	number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989");
	other = call_with(&setup);
	expect("", "");
	say_digits(other, "123", true);
	expect("IAM 1 ", "");
	last_number(ISUP_P_CALLED, &number);
	CU_ASSERT_STRING_EQUAL(number.digits, "89123");
	released_by_other(other, 1);
	ansi_close();
}

static void exit_is_told_where_asked_for(void)
{
	ansi_open(2);
	lab.conf.exit_message = true;
	receive_iam(2, "30123", false);
	expect("EXM 2 ", "setup. ");
	released_by_other(latest(), 2);
	ansi_close();
	/* to a leg of another protocol it is a message that it cannot read */
	ansi_open(2);
	(void)call_out();
	expect("IAM 1 ", "");
	receive(ISUP_EXM, 1, 0);
	expect("", "carried ");
	receive(ISUP_ACM, 1, 1);
	expect("", "alerting ");
	receive(ISUP_REL, 1, 16);
	expect("RLC 1 ", "release/16 ");
	ansi_close();
}

/* RFC 3398 9.2: the notification indicator takes the generic notification's place. */
static void hold_has_its_own_parameter(void)
{
	struct other *other;

	ansi_open(2);
	other = answered_out();
	say(other, LEG_EV_HOLD, NULL);
	expect("CPG 1 ", "");
	last_has(ISUP_P_NOTIFICATION, "\xf9", 1);
	CU_ASSERT_PTR_NULL(isup_msg_find(&rig.last, ISUP_P_GENERIC_NOTIFICATION));
	released_by_other(other, 1);
	ansi_close();
}

/* From ANSI to ANSI octet for octet; what is the sender's own stays: who pays is not said anew. */
static void transit_keeps_parameters(void)
{
	struct conf_route route = {
		.name = r_in, .prefix = empty, .from = n_pstn, .to = { n_pstn }, .n_to = 1
	};
	struct isup_msg iam;

	ansi_open(4);
	lab.conf.line_information_set = true;
	call_core_set_routes(lab.core, route_table_new(&route, 1));
	make_iam(&iam, 2, "30123", false, 0);
	(void)isup_msg_add(&iam, ISUP_P_OLI, "\x07", 1);
	(void)isup_msg_add(&iam, ISUP_P_CARRIER_IDENTIFICATION, "\x22\x10\x28", 3);
	receive_msg(&iam);
	expect("IAM 1 ", "");
	last_has(ISUP_P_OLI, "\x07", 1);
	last_has(ISUP_P_CARRIER_IDENTIFICATION, "\x22\x10\x28", 3);
	receive(ISUP_EXM, 1, 0);
	expect("EXM 2 ", "");
	receive(ISUP_ANM, 1, 0);
	expect("ANM 2 ", "");
	receive(ISUP_REL, 2, 16);
	expect("RLC 2 REL 1/16 ", "");
	receive(ISUP_RLC, 1, 0);
	ansi_close();
}

/* A message goes on only where its codes mean the same. */
static void variants_do_not_mix(void)
{
	struct transit_store store;
	struct leg_attachment attachment;
	struct isup_msg msg, read;

	isup_msg_init_as(&msg, ISUP_ANSI, ISUP_ANM, 1);
	attachment = transit_attach(&msg, &store);
	CU_ASSERT_TRUE(transit_read(&attachment, ISUP_ANSI, &read));
	CU_ASSERT_FALSE(transit_read(&attachment, ISUP_ITU, &read));
	isup_msg_init_as(&msg, ISUP_ETSI, ISUP_ANM, 1);
	attachment = transit_attach(&msg, &store);
	CU_ASSERT_TRUE(transit_read(&attachment, ISUP_ITU, &read));
	CU_ASSERT_TRUE(transit_read(&attachment, ISUP_Q767, &read));
	CU_ASSERT_FALSE(transit_read(&attachment, ISUP_UK, &read));
	CU_ASSERT_STRING_EQUAL(transit_protocol(ISUP_ETSI), "isup");
	CU_ASSERT_STRING_EQUAL(transit_protocol(ISUP_ANSI), "isup-ansi");
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "an IAM sent", iam_out },
		{ "a jurisdiction has six digits", jurisdiction_has_six_digits },
		{ "an IAM received", iam_in },
		{ "ANM answers", answer_is_anm },
		{ "digits go en bloc", digits_go_en_bloc },
		{ "EXM", exit_is_told_where_asked_for },
		{ "hold", hold_has_its_own_parameter },
		{ "transit", transit_keeps_parameters },
		{ "variants do not mix", variants_do_not_mix },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("pstn ansi", tests, argc, argv);
}
