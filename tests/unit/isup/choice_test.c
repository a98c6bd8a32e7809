/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Which circuit a call seizes and who controls it (Q.764 2.9.1.3, 2.9.1.4), by every rule and with
 * circuits that come and go; the timers of Annex A by a second transcription.
 */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

static void seizes(const uint16_t *cics, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct isup_circuit *circuit = seize();

		CU_ASSERT_PTR_NOT_NULL_FATAL(circuit);
		CU_ASSERT_EQUAL(isup_circuit_cic(circuit), cics[i]);
	}
}

static void free_all(void)
{
	for (uint16_t cic = 1; cic <= 8; cic++) {
		struct isup_circuit *circuit = isup_circuit_find(rig.isup, cic);

		if (!circuit || isup_circuit_idle(circuit))
			continue;
		release(circuit, 16);
		receive(ISUP_RLC, cic, 0);
	}
}

/* Ours are 1, 3, 5, 7. */
static void every_rule_in_its_order(void)
{
	static const uint16_t up[] = { 1, 3, 5, 7, 2, 4, 6, 8 },
			      down[] = { 7, 5, 3, 1, 8, 6, 4, 2 };
	static const uint16_t first[] = { 1, 3 }, round[] = { 5, 7, 1, 3, 4, 6, 8, 2 };
	static const uint16_t idle[] = { 5, 7, 1, 3 };

	rig_open(8);
	isup_set_hunt(rig.isup, ISUP_HUNT_ASCENDING, 3);
	seizes(up, 8);
	free_all();
	isup_set_hunt(rig.isup, ISUP_HUNT_DESCENDING, 3);
	seizes(down, 8);
	free_all();
	isup_set_hunt(rig.isup, ISUP_HUNT_ASCENDING, 3);
	seizes(first, 2);
	free_all();
	isup_set_hunt(rig.isup, ISUP_HUNT_CYCLIC, 3);
	seizes(round, 8);
	free_all();
	/* Released 1 to 8 in order, then 1 and 3 again. */
	isup_set_hunt(rig.isup, ISUP_HUNT_LEAST_RECENTLY_USED, 3);
	seizes(first, 2);
	free_all();
	seizes(idle, 4);
	free_all();
	rig_close();
}

/* Q.764 2.9.1.3 method 2: of the other end's circuits the one released last. */
static void of_theirs_the_last_released(void)
{
	static const uint16_t expected[] = { 4, 8, 6, 2 };

	rig_open(8);
	isup_set_hunt(rig.isup, ISUP_HUNT_LEAST_RECENTLY_USED, 3);
	for (uint16_t cic = 1; cic <= 7; cic += 2)
		receive(ISUP_BLO, cic, 0);
	for (uint16_t cic = 2; cic <= 8; cic += 2) {
		receive_iam(cic, "30123", true);
		receive(ISUP_REL, cic, 16);
	}
	receive_iam(4, "30123", true);
	receive(ISUP_REL, 4, 16);
	seizes(expected, 4);
	rig_close();
}

static void kept_from_service_is_not_seized(void)
{
	static const uint16_t without[] = { 3, 7, 2, 4, 6, 8 }, again[] = { 1 };
	struct isup_circuit *circuit;
	struct isup_msg iam;

	rig_open(8);
	receive(ISUP_BLO, 1, 0);
	CU_ASSERT_EQUAL(isup_block(rig.isup, 5), 0);
	seizes(without, 6);
	make_iam(&iam, 0, "30123", true, 0);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), -EAGAIN);
	receive(ISUP_UBL, 1, 0);
	seizes(again, 1);
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, 5, false), 0);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), -EAGAIN);
	rig_close();
}

/* Unblocked late, a circuit is in its place by the time of its release, not of its unblocking. */
static void blocking_does_not_change_the_order(void)
{
	static const uint16_t all[] = { 1, 3, 5, 7 };

	rig_open(8);
	isup_set_hunt(rig.isup, ISUP_HUNT_LEAST_RECENTLY_USED, 3);
	seizes(all, 4);
	free_all();
	receive(ISUP_BLO, 3, 0);
	receive(ISUP_UBL, 3, 0);
	seizes(all, 4);
	rig_close();
}

static void control_by_agreement(void)
{
	static const struct {
		enum isup_control control;
		uint32_t opc;
		bool odd, even;
	} rules[] = {
		{ ISUP_CONTROL_POINT_CODE, 1, true, false },
		{ ISUP_CONTROL_POINT_CODE, 3, false, true },
		{ ISUP_CONTROL_EVEN, 1, false, true },
		{ ISUP_CONTROL_ODD, 3, true, false },
		{ ISUP_CONTROL_ALL, 1, true, true },
		{ ISUP_CONTROL_NONE, 3, false, false },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		rig_open(4);
		rig.isup->conf.opc = rules[i].opc;
		isup_set_control(rig.isup, rules[i].control);
		CU_ASSERT_EQUAL(isup_circuit_controlled(isup_circuit_find(rig.isup, 1)),
				rules[i].odd);
		CU_ASSERT_EQUAL(isup_circuit_controlled(isup_circuit_find(rig.isup, 2)),
				rules[i].even);
		rig_close();
	}
}

/* A rule that changes with circuits in the choice: the classes are made anew. */
static void a_change_of_control_sorts_again(void)
{
	static const uint16_t even[] = { 2, 4, 1, 3 };

	rig_open(4);
	isup_set_control(rig.isup, ISUP_CONTROL_EVEN);
	seizes(even, 4);
	rig_close();
}

/* Q.764 2.9.1.4, every rule: the end that controls goes on, the other backs off and tries again. */
static void dual_seizure_by_rule(void)
{
	for (enum isup_control control = ISUP_CONTROL_EVEN; control <= ISUP_CONTROL_NONE; control++)
		for (uint16_t cic = 1; cic <= 2; cic++) {
			bool ours = control == ISUP_CONTROL_ALL ||
				    (control == ISUP_CONTROL_EVEN && cic == 2) ||
				    (control == ISUP_CONTROL_ODD && cic == 1);

			rig_open(2);
			isup_set_control(rig.isup, control);
			receive(ISUP_BLO, 3 - cic, 0);
			rig.sent[0] = '\0';
			CU_ASSERT_EQUAL(isup_circuit_cic(seize()), cic);
			rig.sent[0] = '\0';
			receive_iam(cic, "30123", true);
			expect("", ours ? "" : "reattempt setup ");
			expect_state(cic, ours ? "outgoing, wait for ACM" : "incoming, address");
			rig_close();
		}
}

/* --- timers --- */

#define S   1000u
#define MIN 60000u

static const struct {
	const char *name;
	uint32_t from, to, ansi_from, ansi_to; /* ansi_to 0: as ITU */
} annex_a[] = {
	{ "T1", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T2", 3 * MIN, 3 * MIN, 0, 0 },
	{ "T3", 2 * MIN, 2 * MIN, 0, 0 },
	{ "T4", 5 * MIN, 15 * MIN, 0, 0 },
	{ "T5", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T6", 30 * S, 30 * S, 10 * S, 32 * S },
	{ "T7", 20 * S, 30 * S, 20 * S, 30 * S },
	{ "T8", 10 * S, 15 * S, 10 * S, 15 * S },
	{ "T9", 120 * S, 120 * S, 120 * S, 240 * S },
	{ "T10", 4 * S, 6 * S, 0, 0 },
	{ "T11", 15 * S, 20 * S, 15 * S, 20 * S },
	{ "T12", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T13", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T14", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T15", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T16", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T17", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T18", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T19", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T20", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T21", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T22", 15 * S, 60 * S, 4 * S, 15 * S },
	{ "T23", 5 * MIN, 15 * MIN, 1 * MIN, 1 * MIN },
	{ "T24", 0, 1999, 0, 1999 },
	{ "T25", 1 * S, 10 * S, 1 * S, 10 * S },
	{ "T26", 1 * MIN, 3 * MIN, 1 * MIN, 3 * MIN },
	{ "T27", 4 * MIN, 4 * MIN, 3 * MIN, 5 * MIN },
	{ "T28", 10 * S, 10 * S, 10 * S, 10 * S },
	{ "T29", 300, 600, 0, 0 },
	{ "T30", 5 * S, 10 * S, 0, 0 },
	{ "T31", 6 * MIN, 15 * MIN, 0, 0 },
	{ "T32", 3 * S, 5 * S, 0, 0 },
	{ "T33", 12 * S, 15 * S, 12 * S, 15 * S },
	{ "T34", 2 * S, 4 * S, 0, 0 },
	{ "T35", 15 * S, 20 * S, 0, 0 },
	{ "T36", 10 * S, 15 * S, 2 * S, 4 * S },
	{ "T37", 2 * S, 4 * S, 0, 0 },
	{ "T38", 15 * S, 20 * S, 0, 0 },
	{ "TACC", 5 * S, 5 * S, 5 * S, 5 * S },
	{ "TCRA", 20 * S, 20 * S, 0, 0 },
};

static void annex_a_has_its_values(void)
{
	CU_ASSERT_EQUAL_FATAL(sizeof(annex_a) / sizeof(annex_a[0]), ISUP_TIMERS);
	for (size_t i = 0; i < ISUP_TIMERS; i++) {
		const struct isup_timer_def *def = &isup_timer_defs[i];
		uint32_t from = annex_a[i].ansi_to ? annex_a[i].ansi_from : annex_a[i].from;
		uint32_t to = annex_a[i].ansi_to ? annex_a[i].ansi_to : annex_a[i].to;

		CU_ASSERT_STRING_EQUAL(def->name, annex_a[i].name);
		CU_ASSERT(def->default_ms >= annex_a[i].from && def->default_ms <= annex_a[i].to);
		CU_ASSERT(def->ansi_ms >= from && def->ansi_ms <= to);
		CU_ASSERT(def->min_ms <= def->default_ms && def->default_ms <= def->max_ms);
		CU_ASSERT(def->min_ms <= def->ansi_ms && def->ansi_ms <= def->max_ms);
	}
}

static void a_trunk_group_has_its_own(void)
{
	uint32_t timer_ms[ISUP_TIMERS] = { [ISUP_T7] = 21000 };

	rig_open(2);
	CU_ASSERT_EQUAL(isup_timer_ms(rig.isup, ISUP_T6), 30000);
	CU_ASSERT_EQUAL(isup_timer_ms(rig.isup, ISUP_T9), 120000);
	CU_ASSERT_EQUAL(isup_timer_ms(rig.isup, ISUP_T5), 300000);
	isup_set_timers(rig.isup, true, timer_ms);
	CU_ASSERT_EQUAL(isup_timer_ms(rig.isup, ISUP_T5), 60000);
	CU_ASSERT_EQUAL(isup_timer_ms(rig.isup, ISUP_T7), 21000);
	(void)seize();
	pass_ms(20999);
	expect("IAM 1 ", "");
	pass_ms(1);
	expect("REL 1/102 ", "release/102 ");
	pass_ms(10000); /* ANSI's T1 */
	expect("REL 1/102 ", "");
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every rule in its order", every_rule_in_its_order },
		{ "of theirs the last released", of_theirs_the_last_released },
		{ "kept from service is not seized", kept_from_service_is_not_seized },
		{ "blocking does not change the order", blocking_does_not_change_the_order },
		{ "control by agreement", control_by_agreement },
		{ "a change of control sorts again", a_change_of_control_sorts_again },
		{ "dual seizure by rule", dual_seizure_by_rule },
		{ "Annex A has its values", annex_a_has_its_values },
		{ "a trunk group has its own", a_trunk_group_has_its_own },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup choice", tests, argc, argv);
}
