/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ISUP leg in conversation and its circuits: RFC 3398 sections 9 and 11, dual seizure, what cannot be, reload. */
#include "gw/pstn/iam.h"
#include "tests/unit/gw/pstn/leg_rig.h"

/* --- tests: conversation --- */

static uint8_t last_notification(void)
{
	const struct isup_param *param = isup_msg_find(&rig.last, ISUP_P_GENERIC_NOTIFICATION);

	return param && param->length == 1 ? isup_param_octets(&rig.last, param)[0] : 0;
}

static void receive_notification(uint16_t cic, uint8_t octet)
{
	struct isup_msg msg;

	make(&msg, ISUP_CPG, cic, 2);
	CU_ASSERT_EQUAL(isup_msg_add(&msg, ISUP_P_GENERIC_NOTIFICATION, &octet, 1), 0);
	receive_msg(&msg);
}

/* RFC 3398 9.2, both ways, and 9.1. */
static void hold_and_suspend(void)
{
	struct leg_event event = { .ev = LEG_EV_SUSPEND, .suspend = { .by_network = true } };
	uint8_t octet;

	lab_open(2);
	for (unsigned in = 0; in < 2; in++) {
		uint16_t cic = in ? 2 : 1;
		struct other *other = in ? answered_in() : answered_out();

		say(other, LEG_EV_HOLD, NULL);
		expect(in ? "CPG 2 " : "CPG 1 ", "");
		CU_ASSERT_EQUAL(last_notification(), 0xf9);
		say(other, LEG_EV_RETRIEVE, NULL);
		expect(in ? "CPG 2 " : "CPG 1 ", "");
		CU_ASSERT_EQUAL(last_notification(), 0xfa);
		receive_notification(cic, 0xf9);
		receive_notification(cic, 0xfa);
		receive_notification(cic, 0xe0);
		receive(ISUP_CPG, cic, 1);
		expect("", "hold retrieve progress/2 progress/1 ");
		receive(ISUP_SUS, cic, 1);
		CU_ASSERT_TRUE(other->suspend.by_network);
		receive(ISUP_RES, cic, 1);
		receive(ISUP_SUS, cic, 0);
		CU_ASSERT_FALSE(other->suspend.by_network);
		receive(ISUP_RES, cic, 0);
		expect("", "suspend resume suspend resume ");
		event.ev = LEG_EV_SUSPEND;
		call_raise(&other->leg, &event);
		CU_ASSERT_TRUE(isup_get_octet(&rig.last, ISUP_P_SUSPEND_RESUME, &octet) && octet);
		event.ev = LEG_EV_RESUME;
		call_raise(&other->leg, &event);
		expect(in ? "SUS 2 RES 2 " : "SUS 1 RES 1 ", "");
		/* Another ISUP leg's CPG goes on as one, never as an ACM. */
		say(other, LEG_EV_PROGRESS, &(struct leg_progress){ .event = 2 });
		expect(in ? "CPG 2 " : "CPG 1 ", "");
		released_by_other(other, cic);
	}
	lab_close();
}

/* What cannot come now changes nothing, both ways. */
static void unexpected(void)
{
	static const uint8_t types[] = { ISUP_ACM, ISUP_CON, ISUP_ANM, ISUP_SAM };
	struct other *other;

	lab_open(2);
	other = answered_out();
	for (size_t i = 0; i < sizeof(types); i++)
		receive(types[i], 1, 0);
	receive(ISUP_RES, 1, 0);
	receive_iam(1, "30123", true);
	expect("", "");
	say(other, LEG_EV_ALERTING, NULL);
	say(other, LEG_EV_ANSWER, NULL);
	say_digits(other, "1", false);
	say(other, LEG_EV_USER_INFO, NULL);
	expect("", "");
	released_by_other(other, 1);
	/* Before an ACM: the ends disagree, the circuit is reset, the call is tried elsewhere or
	 * ends. */
	other = call_out();
	receive(ISUP_SUS, 1, 0);
	expect("IAM 1 RSC 1 IAM 2 ", "");
	receive(ISUP_RLC, 1, 0);
	released_by_other(other, 2);
	call_in(2);
	receive(ISUP_ACM, 2, 0);
	expect("RSC 2 ", "release/41 ");
	receive(ISUP_RLC, 2, 0);
	/* An IAM with a continuity check reaches no leg. */
	struct isup_msg iam;

	make_iam(&iam, 2, "30123", true, 1);
	receive_msg(&iam);
	expect("REL 2/79 ", "");
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

/* --- tests: circuits --- */

/* Both ends seize circuit 2, which is theirs: our call goes to another circuit without a word to
 * its caller. */
static void dual_seizure(void)
{
	struct other *out, *in;

	lab_open(4);
	receive(ISUP_BLO, 1, 0);
	receive(ISUP_BLO, 3, 0);
	rig.sent[0] = '\0';
	out = call_out();
	expect("IAM 2 ", "");
	CU_ASSERT_EQUAL(lab.channels[0].timeslot[1], 2);
	receive_iam(2, "30123", true);
	expect("IAM 4 ", "setup. ");
	in = latest();
	CU_ASSERT_EQUAL(lab.channels[0].timeslot[1], 4);
	CU_ASSERT_EQUAL(lab.channels[1].timeslot[0], 2);
	released_by_other(in, 2);
	receive(ISUP_ACM, 4, 1);
	expect("", "alerting ");
	released_by_other(out, 4);
	/* On one of ours the other end backs off. */
	receive(ISUP_UBL, 1, 0);
	rig.sent[0] = '\0';
	out = call_out();
	receive_iam(1, "30123", true);
	expect("IAM 1 ", "");
	released_by_other(out, 1);
	lab_close();
}

static void paused(void)
{
	struct other *up;

	lab_open(4);
	up = answered_out();
	rig.down = true;
	isup_mtp_pause(rig.isup);
	expect("", "");
	CU_ASSERT_FALSE(isup_trunk_trunk(lab.trunk)->ops->available(isup_trunk_trunk(lab.trunk)));
	call_out();
	expect("", "release/38 ");
	rig.down = false;
	isup_mtp_resume(rig.isup);
	/* The call went on, and new ones can come. */
	say(up, LEG_EV_HOLD, NULL);
	expect("CPG 1 ", "");
	receive(ISUP_CPG, 1, 2);
	expect("", "progress/2 ");
	released_by_other(up, 1);
	up = answered_out();
	released_by_other(up, 1);
	/* A call that ended meanwhile: its REL is repeated at once. */
	up = answered_out();
	rig.down = true;
	isup_mtp_pause(rig.isup);
	hang_up(up);
	rig.sent[0] = rig.said[0] = '\0';
	rig.down = false;
	isup_mtp_resume(rig.isup);
	expect("REL 1/16 ", "");
	receive(ISUP_RLC, 1, 0);
	lab_close();
}

/* RFC 3398 11.1 and 11.2: as if a REL had come; before a backward message the call is tried
 * elsewhere. */
static void reset(void)
{
	struct other *first, *second;
	struct isup_msg grs;

	lab_open(4);
	first = answered_out();
	receive(ISUP_RSC, 1, 0);
	CU_ASSERT_EQUAL(lab.opened, 0);
	CU_ASSERT_PTR_NULL(first->leg.call);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.said, "release/"));
	rig.said[0] = '\0';
	expect("RLC 1 ", "");
	first = call_out();
	expect("IAM 1 ", "");
	receive(ISUP_RSC, 1, 0);
	CU_ASSERT_PTR_NOT_NULL(first->leg.call);
	CU_ASSERT_TRUE(strstr(rig.sent, "RLC 1 ") && strstr(rig.sent, "IAM "));
	rig.sent[0] = '\0';
	hang_up(first);
	rig.sent[0] = rig.said[0] = '\0';
	for (uint16_t cic = 1; cic <= 3; cic++)
		receive(ISUP_RLC, cic, 0);
	rig.sent[0] = rig.said[0] = '\0';
	/* A group: both calls end. */
	first = answered_out();
	second = call_in(2);
	make(&grs, ISUP_GRS, 1, 3);
	receive_msg(&grs);
	CU_ASSERT_TRUE(!first->leg.call && !second->leg.call);
	CU_ASSERT_EQUAL(lab.opened, 0);
	rig.said[0] = '\0';
	expect("GRA 1 ", "");
	/* Asked for here. */
	first = answered_out();
	CU_ASSERT_EQUAL(isup_reset(rig.isup, 1), 0);
	CU_ASSERT_PTR_NULL(first->leg.call);
	rig.said[0] = '\0';
	expect("RSC 1 ", "");
	receive(ISUP_RLC, 1, 0);
	lab_close();
}

/* A timeslot that does not open: another circuit out, 41 in. */
static void no_timeslot(void)
{
	lab_open(4);
	lab.media_error = -EIO;
	call_out();
	expect("IAM 1 REL 1/44 IAM 3 REL 3/44 IAM 2 REL 2/44 ", "release/44 ");
	for (uint16_t cic = 1; cic <= 3; cic++)
		receive(ISUP_RLC, cic, 0);
	receive_iam(4, "30123", true);
	expect("REL 4/41 ", "");
	receive(ISUP_RLC, 4, 0);
	CU_ASSERT_EQUAL(lab.ended, 2);
	lab_close();
}

static void draining(void)
{
	lab_open(2);
	call_core_drain(lab.core, true);
	receive_iam(2, "30123", true);
	expect("REL 2/41 ", "");
	receive(ISUP_RLC, 2, 0);
	lab_close();
}

/* The trunk goes while circuits still wait for their RLC: nothing of their legs stays
 * (LeakSanitizer looks). */
static void freed_before_rlc(void)
{
	struct other *other;

	lab_open(2);
	other = answered_out();
	hang_up(other);
	expect("REL 1/16 ", "released/16 ");
	other = call_in(2);
	hang_up(other);
	CU_ASSERT_EQUAL(isup_trunk_busy(lab.trunk), 2);
	isup_trunk_free(lab.trunk);
	call_core_free(lab.core);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	timer_heap_free(rig.heap);
}

static unsigned timeslot_of(uint16_t cic)
{
	static const char *const columns[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	struct table *table = table_new(columns, isup_trunk_column_count);
	unsigned timeslot = 0;

	isup_trunk_show(lab.trunk, table);
	for (size_t row = 0; row < table_rows(table); row++)
		if (strtoul(table_cell(table, row, 1), NULL, 10) == cic)
			timeslot = (unsigned)strtoul(table_cell(table, row, 6), NULL, 10);
	table_free(table);
	return timeslot;
}

/* A reload gives circuits other timeslots: the idle ones at once, the others as they fall idle. */
static void reload(void)
{
	struct other *other;

	lab_open(4);
	other = answered_out();
	lab.circuits[0].timeslots = 0xf << 10;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	CU_ASSERT_EQUAL(timeslot_of(1), 1);
	for (uint16_t cic = 2; cic <= 4; cic++) {
		CU_ASSERT_EQUAL(timeslot_of(cic), cic + 9u);
		receive(ISUP_RLC, cic, 0);
	}
	expect("RSC 2 RSC 3 RSC 4 ", "");
	pass_ms(5000);
	CU_ASSERT_EQUAL(timeslot_of(1), 1);
	released_by_other(other, 1);
	pass_ms(1000);
	CU_ASSERT_EQUAL(timeslot_of(1), 10);
	expect("RSC 1 ", "");
	receive(ISUP_RLC, 1, 0);
	/* Changed and changed back while a call is up: the circuit is there afterwards. */
	other = answered_out();
	CU_ASSERT_EQUAL(lab.channels[lab.n_channels - 1].timeslot[1], 10);
	lab.circuits[0].timeslots = 0xe << 10;
	lab.circuits[0].first_cic = 2;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	lab.circuits[0].timeslots = 0xf << 10;
	lab.circuits[0].first_cic = 1;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	released_by_other(other, 1);
	pass_ms(1000);
	CU_ASSERT_EQUAL(timeslot_of(1), 10);
	expect("RSC 1 ", "");
	receive(ISUP_RLC, 1, 0);
	/* Taken away for good. */
	lab.circuits[0].timeslots = 0x7 << 10;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	CU_ASSERT_EQUAL(timeslot_of(4), 0);
	lab_close();
}

static unsigned span_alarms;

static unsigned alarms_of(const struct tdm_span *of)
{
	(void)of;
	return span_alarms;
}

static const struct tdm_span_ops span_ops = { .alarms = alarms_of };

static const char *blocking(uint16_t cic)
{
	static char text[48];

	isup_circuit_blocking(isup_circuit_find(rig.isup, cic), text, sizeof(text));
	return text;
}

/* Circuits that a reload makes on a span that has failed: at once, or when their calls are over. */
static void reload_onto_a_failed_span(void)
{
	struct other *other;

	lab_open(2);
	other = answered_out();
	lab.failed = true;
	lab.circuits[0].timeslots = 0x7 << 10;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	expect("RSC 2 RSC 3 ", "");
	CU_ASSERT_STRING_EQUAL(blocking(1), "-");
	receive(ISUP_RLC, 2, 0);
	receive(ISUP_RLC, 3, 0);
	expect("CGB 2 CGB 3 ", "");
	receive_iam(2, "30123", true);
	expect("CGB 2 ", "");
	released_by_other(other, 1);
	pass_ms(1000);
	expect("RSC 1 ", "");
	for (uint16_t cic = 1; cic <= 3; cic++)
		CU_ASSERT_STRING_EQUAL(blocking(cic), "local hw");
	receive(ISUP_RLC, 1, 0);
	expect("CGB 1 ", "");
	call_out();
	expect("", "release/34 ");
	lab.failed = false;
	isup_trunk_span_recovered(lab.trunk, &span);
	CU_ASSERT_STRING_EQUAL(blocking(1), "-");
	isup_trunk_free(lab.trunk);
	call_core_free(lab.core);
	timer_heap_free(rig.heap);
}

/* span-failure = keep, unless the span is missing. */
static void reload_onto_a_span_that_keeps_calls(void)
{
	lab_open(2);
	span.ops = &span_ops;
	span_alarms = TDM_ALARM_LOS | TDM_ALARM_DOWN;
	lab.failed = true;
	lab.conf.span_failure = CONF_FAILURE_KEEP;
	lab.circuits[0].timeslots = 0x7 << 1;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	CU_ASSERT_STRING_EQUAL(blocking(3), "local");
	span_alarms |= TDM_ALARM_MISSING;
	lab.circuits[0].timeslots = 0xf << 1;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	CU_ASSERT_STRING_EQUAL(blocking(4), "local hw");
	isup_trunk_span_recovered(lab.trunk, &span);
	CU_ASSERT_STRING_EQUAL(blocking(3), "-");
	CU_ASSERT_STRING_EQUAL(blocking(4), "-");
	isup_trunk_free(lab.trunk);
	call_core_free(lab.core);
	timer_heap_free(rig.heap);
}

static void block(uint16_t cic)
{
	CU_ASSERT_EQUAL(isup_block(rig.isup, cic), 0);
	receive(ISUP_BLA, cic, 0);
	blocking_note(lab_blocking, "pstn", cic, 1, true);
	rig.sent[0] = '\0';
}

/* A circuit that a reload has made anew: it was never free. */
static void made_blocked(uint16_t cic)
{
	char rsc[16], blo[16];

	snprintf(rsc, sizeof(rsc), "RSC %u ", cic);
	snprintf(blo, sizeof(blo), "BLO %u ", cic);
	expect(rsc, "");
	CU_ASSERT_STRING_EQUAL(blocking(cic), "local");
	receive(ISUP_RLC, cic, 0);
	expect(blo, "");
	receive_iam(cic, "30123", true); /* has crossed it */
	expect(blo, "");
	receive(ISUP_BLA, cic, 0);
	expect("", "");
	CU_ASSERT_STRING_EQUAL(blocking(cic), "local");
}

/* What an operator has blocked: moved, taken away and brought back, moved at the end of its call. */
static void reload_of_blocked_circuits(void)
{
	struct other *other;
	int err;

	lab_blocking = blocking_open(NULL, NULL, &err);
	lab_open(2);
	block(2);
	lab.circuits[0] = (struct conf_circuits){ n_e1, 1, 1 << 1 | 1 << 10 };
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	CU_ASSERT_EQUAL(timeslot_of(2), 10);
	made_blocked(2);
	lab.circuits[0].timeslots = 1 << 1;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 2));
	lab.circuits[0].timeslots = 0x3 << 1;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	made_blocked(2);
	other = answered_out();
	block(1);
	lab.circuits[0].timeslots = 1 << 2 | 1 << 10;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	expect("RSC 2 ", ""); /* gone to timeslot 10 by now */
	receive(ISUP_RLC, 2, 0);
	receive(ISUP_BLA, 2, 0);
	rig.sent[0] = '\0';
	released_by_other(other, 1);
	pass_ms(1000);
	made_blocked(1);
	call_out();
	expect("", "release/34 ");
	/* No longer blocked, and made anew. */
	CU_ASSERT_EQUAL(isup_unblock(rig.isup, 2), 0);
	receive(ISUP_UBA, 2, 0);
	blocking_note(lab_blocking, "pstn", 2, 1, false);
	lab.circuits[0].timeslots = 1 << 2 | 1 << 11;
	CU_ASSERT_EQUAL(isup_trunk_reload(lab.trunk, &lab.conf), 0);
	expect("UBL 2 RSC 2 ", "");
	receive(ISUP_RLC, 2, 0);
	CU_ASSERT_STRING_EQUAL(blocking(2), "-");
	lab_close();
	blocking_close(lab_blocking);
	lab_blocking = NULL;
}

/* span-failure = keep blocks for maintenance, as an operator does. */
static void span_of_blocked_circuits_recovers(void)
{
	int err;

	lab_blocking = blocking_open(NULL, NULL, &err);
	lab_open(6);
	span.ops = &span_ops;
	span_alarms = TDM_ALARM_LOS | TDM_ALARM_DOWN;
	lab.conf.span_failure = CONF_FAILURE_KEEP;
	block(1);
	block(4);
	isup_trunk_span_failed(lab.trunk, &span);
	for (uint16_t cic = 1; cic <= 6; cic++)
		CU_ASSERT_STRING_EQUAL(blocking(cic), "local");
	isup_trunk_span_recovered(lab.trunk, &span);
	for (uint16_t cic = 1; cic <= 6; cic++)
		CU_ASSERT_STRING_EQUAL(blocking(cic), cic == 1 || cic == 4 ? "local" : "-");
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.sent, "CGU 2 CGU 5 "));
	isup_trunk_free(lab.trunk);
	call_core_free(lab.core);
	timer_heap_free(rig.heap);
	blocking_close(lab_blocking);
	lab_blocking = NULL;
}

/* Q.764 2.9.9: the call does not try this exchange again; the circuit comes back after T3. */
static void an_overloaded_exchange_is_not_asked_again(void)
{
	lab_open(4);
	(void)call_out();
	receive(ISUP_OLM, 1, 0);
	expect("IAM 1 ", "release/42 ");
	CU_ASSERT_EQUAL(call_core_calls(lab.core), 0);
	CU_ASSERT_EQUAL(isup_trunk_busy(lab.trunk), 1);
	pass_ms(120000);
	expect("REL 1/42 ", "");
	receive(ISUP_RLC, 1, 0);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "hold and suspend", hold_and_suspend },
		{ "unexpected messages", unexpected },
		{ "dual seizure", dual_seizure },
		{ "pause and resume", paused },
		{ "reset", reset },
		{ "no timeslot", no_timeslot },
		{ "draining", draining },
		{ "freed before RLC", freed_before_rlc },
		{ "reload", reload },
		{ "reload of blocked circuits", reload_of_blocked_circuits },
		{ "span of blocked circuits recovers", span_of_blocked_circuits_recovers },
		{ "reload onto a failed span", reload_onto_a_failed_span },
		{ "reload onto a span that keeps calls", reload_onto_a_span_that_keeps_calls },
		{ "an overloaded exchange is not asked again",
		  an_overloaded_exchange_is_not_asked_again },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("pstn isup circuits", tests, argc, argv);
}
