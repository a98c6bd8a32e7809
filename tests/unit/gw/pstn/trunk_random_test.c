/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Random calls between ISUP circuits, a scripted peer and each other, with PAUSE, RESUME, STATUS, restarts
 * of the other end (group reset), lost messages, blocking, resets, a link that is taken away, timeslots
 * that do not open, and time: after every step a timeslot is open for a call alone, and once the other end
 * answers again no circuit, call, leg, timeslot or timer is left (Q.764 2.9, 2.14).
 * usage: trunk_random_test [STEPS [SEED]]
 */
#include <ctype.h>

#include "tests/unit/gw/pstn/leg_rig.h"

#define CIRCUITS     6
#define QUEUE	     256
#define SETTLE_STEPS 500
#define MINUTE_MS    60000
#define HOURS	     (120 * MINUTE_MS)

static uint32_t seed = 20261121;
static unsigned long steps = 20000;
static struct isup_msg queue[QUEUE];
static size_t queued;
static bool quiet; /* nobody asks for anything new, nothing is lost */
static unsigned long calls_seen, pauses, restarts, settled;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536 % n;
}

static int take_sent(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
		     const uint8_t *octets, size_t n)
{
	struct isup_error error;

	(void)mtp, (void)opc, (void)dpc, (void)sls;
	if (queued == QUEUE)
		queued = 0;
	CU_ASSERT_EQUAL_FATAL(isup_msg_decode(&queue[queued], octets, n, &error), 0);
	calls_seen += queue[queued].type == ISUP_IAM;
	if (quiet || draw(32))
		queued++; /* else lost on the wire */
	return 0;
}

static const struct mtp_ops random_mtp = { .type = "random",
					   .transfer = take_sent,
					   .available = rig_available };

static unsigned no_alarms(const struct tdm_span *of)
{
	(void)of;
	return 0;
}

static const struct tdm_span_ops span_ops = { .alarms = no_alarms };

/* --- the other end of the circuits --- */

static void answer_group(const struct isup_msg *sent, uint8_t type)
{
	struct isup_range range;
	struct isup_msg msg;
	uint8_t kind = 0;

	make(&msg, type, sent->cic, CIRCUITS - 1);
	if (isup_get_range(sent, &range)) {
		range.n_status = range.range / 8 + 1;
		range.has_status = true;
		(void)isup_put_range(&msg, &range);
	}
	if (isup_get_octet(sent, ISUP_P_CIRCUIT_GROUP_TYPE, &kind))
		(void)isup_put_octet(&msg, ISUP_P_CIRCUIT_GROUP_TYPE, kind);
	receive_msg(&msg);
}

static void answer_iam(uint16_t cic)
{
	switch (quiet ? 0 : draw(8)) {
	case 0:
		receive(ISUP_REL, cic, 17);
		break;
	case 1:
		receive(ISUP_OLM, cic, 0);
		break;
	case 2:
		receive(ISUP_CON, cic, 1);
		break;
	default:
		receive(ISUP_ACM, cic, 1);
		if (draw(2))
			receive(ISUP_ANM, cic, 0);
	}
}

static void answer(void)
{
	static const uint8_t answers[][2] = { { ISUP_REL, ISUP_RLC },  { ISUP_RSC, ISUP_RLC },
					      { ISUP_BLO, ISUP_BLA },  { ISUP_UBL, ISUP_UBA },
					      { ISUP_GRS, ISUP_GRA },  { ISUP_CGB, ISUP_CGBA },
					      { ISUP_CGU, ISUP_CGUA }, { ISUP_UPT, ISUP_UPA } };
	struct isup_msg sent = queue[0];

	if (!queued)
		return;
	memmove(queue, queue + 1, --queued * sizeof(queue[0]));
	if (sent.type == ISUP_IAM)
		answer_iam(sent.cic);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i][0] == sent.type)
			answer_group(&sent, answers[i][1]);
}

/* It has lost everything: Q.764 2.9.3.2. */
static void peer_restarts(void)
{
	restarts++;
	queued = 0;
	receive(ISUP_GRS, 1, CIRCUITS - 1);
}

static void random_message(void)
{
	static const uint8_t types[] = { ISUP_IAM, ISUP_IAM, ISUP_IAM, ISUP_IAM, ISUP_SAM, ISUP_ACM,
					 ISUP_CPG, ISUP_ANM, ISUP_CON, ISUP_REL, ISUP_REL, ISUP_RLC,
					 ISUP_SUS, ISUP_RES, ISUP_RSC, ISUP_BLO, ISUP_UBL, ISUP_INR,
					 ISUP_INF, ISUP_USR, ISUP_OLM, ISUP_UCIC };
	uint16_t cic = (uint16_t)(1 + draw(CIRCUITS));
	uint8_t type = types[draw(sizeof(types))];

	if (type == ISUP_IAM)
		receive_iam(cic, draw(2) ? "30123" : "40123", draw(4));
	else
		receive(type, cic, (uint8_t)draw(4));
}

/* --- the scripted peer --- */

static struct other *some_other(void)
{
	for (unsigned tries = 0; tries < OTHERS; tries++) {
		struct other *other = &lab.others[draw(OTHERS)];

		if (other->leg.call)
			return other;
	}
	return NULL;
}

static void other_calls(void)
{
	struct leg_setup setup = { .complete = draw(4) != 0, .category = 10 };

	number_set(&setup.called, LEG_NOA_INTERNATIONAL, "4989123");
	if (call_core_calls(lab.core) < OTHERS - 1)
		(void)call_with(&setup);
}

static void other_acts(void)
{
	static const enum leg_ev backward[] = { LEG_EV_ADDRESS_COMPLETE, LEG_EV_ALERTING,
						LEG_EV_PROGRESS, LEG_EV_ANSWER, LEG_EV_ANSWER };
	static const enum leg_ev any[] = { LEG_EV_HOLD, LEG_EV_RETRIEVE, LEG_EV_SUSPEND,
					   LEG_EV_RESUME };
	const struct leg_progress progress = { .event = 2, .in_band = draw(2) };
	struct other *other = some_other();

	if (!other)
		return;
	if (draw(4) == 0)
		hang_up(other);
	else if (other->leg.side == 0 && draw(2))
		say_digits(other, "4", draw(2));
	else if (other->leg.side == 1 && draw(4))
		say(other, backward[draw(5)], &progress);
	else
		say(other, any[draw(4)], &progress);
}

/* --- what happens --- */

static void random_maintenance(void)
{
	uint16_t cic = (uint16_t)(1 + draw(CIRCUITS));

	switch (draw(6)) {
	case 0:
		(void)isup_block(rig.isup, cic);
		break;
	case 1:
		(void)isup_reset(rig.isup, cic);
		break;
	case 2:
		(void)isup_reset_group(rig.isup, 1, CIRCUITS);
		break;
	case 3:
		isup_trunk_span_failed(lab.trunk, &span);
		break;
	case 4:
		isup_trunk_span_recovered(lab.trunk, &span);
		break;
	default:
		(void)isup_unblock(rig.isup, cic);
		break;
	}
}

static void random_mtp_primitive(void)
{
	switch (draw(5)) {
	case 0:
		pauses++;
		rig.down = true;
		isup_mtp_pause(rig.isup);
		break;
	case 1: /* the link's span is gone: nothing is left to send on */
		isup_attach(rig.isup, NULL);
		isup_mtp_pause(rig.isup);
		break;
	case 2:
		isup_mtp_status(rig.isup, (enum mtp_status_cause)draw(2), draw(3));
		break;
	default:
		rig.down = false;
		isup_attach(rig.isup, &rig.mtp);
		isup_mtp_resume(rig.isup);
		break;
	}
}

static void random_step(void)
{
	unsigned what = draw(64);

	lab.media_error = draw(64) ? 0 : -EIO;
	if (what < 16)
		answer();
	else if (what < 28)
		random_message();
	else if (what < 36)
		other_calls();
	else if (what < 48)
		other_acts();
	else if (what < 52)
		random_mtp_primitive();
	else if (what == 52)
		random_maintenance();
	else if (what == 53)
		peer_restarts();
	else
		pass_ms(draw(draw(16) ? 4000 : 200000));
}

/* --- what holds --- */

static void open_for_calls_alone(void)
{
	unsigned open = 0;

	for (unsigned i = 0; i < lab.n_channels; i++)
		for (unsigned side = 0; side < 2; side++)
			open += lab.channels[i].timeslot[side] != 0;
	CU_ASSERT_EQUAL_FATAL(open, lab.opened);
	CU_ASSERT_FATAL(open <= isup_trunk_busy(lab.trunk));
	CU_ASSERT_FATAL(open <= 2 * call_core_calls(lab.core));
	rig.said[0] = rig.sent[0] = rig.alarms[0] = '\0';
}

static void unblock(struct isup_circuit *circuit, void *arg)
{
	(void)arg;
	(void)isup_unblock(rig.isup, isup_circuit_cic(circuit));
}

static bool at_rest(void)
{
	return !isup_trunk_busy(lab.trunk) && !call_core_calls(lab.core) && !queued &&
	       timer_heap_running(rig.heap) == 0;
}

/* The other end is sound again, and everybody lets go. */
static void settle(void)
{
	quiet = true;
	lab.media_error = 0;
	rig.down = false;
	isup_attach(rig.isup, &rig.mtp);
	isup_mtp_resume(rig.isup);
	isup_trunk_span_recovered(lab.trunk, &span);
	(void)isup_unblock_group(rig.isup, 1, CIRCUITS, true);
	isup_circuit_each(rig.isup, unblock, NULL);
	call_core_release_all(lab.core, Q850_NORMAL);
	for (uint64_t ms = 0; ms < HOURS && !at_rest(); ms += 500) {
		while (queued)
			answer();
		pass_ms(500);
		rig.said[0] = rig.sent[0] = '\0';
	}
	CU_ASSERT_EQUAL_FATAL(isup_trunk_busy(lab.trunk), 0);
	CU_ASSERT_EQUAL_FATAL(call_core_calls(lab.core), 0);
	CU_ASSERT_EQUAL_FATAL(lab.opened, 0);
	CU_ASSERT_EQUAL_FATAL(isup_trunk_trunk(lab.trunk)->calls + lab.pbx.calls, 0);
	CU_ASSERT_EQUAL_FATAL(timer_heap_running(rig.heap), 0);
	for (unsigned i = 0; i < lab.n_channels; i++)
		CU_ASSERT_TRUE_FATAL(lab.channels[i].closed);
	settled++;
	quiet = false;
}

static void nothing_is_left_behind(void)
{
	struct conf_route routes[] = {
		{ .name = r_in, .prefix = empty, .from = n_pstn, .to = { n_pbx }, .n_to = 1 },
		{ .name = r_out, .prefix = empty, .from = n_pbx, .to = { n_pstn }, .n_to = 1 },
		{ .name = n_e1, .prefix = zeros, .from = n_pstn, .to = { n_pstn }, .n_to = 1 },
	};
	static char through[] = "+4940";

	routes[2].prefix = through; /* ISUP to ISUP */
	lab_open(CIRCUITS);
	span.ops = &span_ops;
	rig.mtp.ops = &random_mtp;
	call_core_set_routes(lab.core, route_table_new(routes, 3));
	for (unsigned long i = 1; i <= steps; i++) {
		random_step();
		open_for_calls_alone();
		if (i % SETTLE_STEPS == 0)
			settle();
	}
	settle();
	rig.said[0] = rig.sent[0] = '\0';
	CU_ASSERT(calls_seen > steps / 50 && pauses > steps / 500 && restarts > steps / 500);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "nothing is left behind", nothing_is_left_behind },
		CU_TEST_INFO_NULL,
	};

	if (argc > 1 && isdigit((unsigned char)argv[1][0])) {
		steps = strtoul(argv[1], NULL, 10);
		seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : seed;
		argc = 1;
	}
	/* What goes wrong here is meant to: not even errors are to be told. */
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("pstn random calls", tests, argc, argv);
}
