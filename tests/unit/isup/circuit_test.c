/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The table of the call state machine, the choice of circuits, what owners may do from inside their
 * indications, traces, and two exchanges that answer each other at once.
 */
#include "gw/base/trace.h"
#include "isup/call_actions.h"
#include "tests/unit/isup/rig.h"

/* --- the table --- */

static void every_pair_is_declared(void)
{
	for (size_t st = 0; st < CIC_STS; st++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(isup_state_names[st]);
		for (size_t ev = 0; ev < CIC_EVS; ev++) {
			const struct transition *t = &isup_call_table[st][ev];

			CU_ASSERT_PTR_NOT_NULL_FATAL(t->action);
			CU_ASSERT_TRUE(t->next < CIC_STS);
			/* What does nothing changes nothing. */
			if (t->action == isup_act_ignore || t->action == isup_act_discard ||
			    t->action == isup_act_forbid)
				CU_ASSERT_EQUAL(t->next, st);
		}
	}
}

/* A second transcription of where each state can go: Q.764 2.1 to 2.3, 2.8.2, 2.9. */
static void every_state_leads_where_it_should(void)
{
	enum {
		I = 1,
		OA = 2,
		ON = 4,
		OX = 8,
		IA = 16,
		IN = 32,
		IX = 64,
		RI = 128,
		WR = 256,
		RS = 512,
		CK = 1024,
		OV = 2048
	};
	static const unsigned next[CIC_STS] = {
		[CIC_IDLE] = I | OA | IA | WR | RS | CK,
		[CIC_OG_WAIT_ACM] = I | OA | ON | OX | IA | RI | WR | RS | CK | OV,
		[CIC_OG_WAIT_ANM] = I | ON | OX | RI | WR | RS,
		[CIC_OG_ACTIVE] = I | OX | RI | WR | RS,
		[CIC_IC_WAIT_ACM] = I | IA | IN | IX | RI | WR | RS | CK,
		[CIC_IC_WAIT_ANM] = I | IN | IX | RI | WR | RS,
		[CIC_IC_ACTIVE] = I | IX | RI | WR | RS,
		[CIC_RELEASE_IND] = I | RI | RS,
		[CIC_WAIT_RLC] = I | WR | RS,
		[CIC_RESETTING] = I | RS,
		[CIC_CHECKING] = I | WR | RS | CK,
		[CIC_OVERLOADED] = I | WR | RS | OV,
	};

	for (size_t st = 0; st < CIC_STS; st++) {
		unsigned seen = 0;

		for (size_t ev = 0; ev < CIC_EVS; ev++)
			seen |= 1u << isup_call_table[st][ev].next;
		CU_ASSERT_EQUAL(seen, next[st]);
	}
}

/* --- which circuit --- */

static uint16_t seize_and_free(void)
{
	struct isup_circuit *circuit = seize();
	uint16_t cic = isup_circuit_cic(circuit);

	release(circuit, 16);
	receive(ISUP_RLC, cic, 0);
	return cic;
}

/* Q.764 2.9.1.3: of ours the longest idle, of theirs the one released last. */
static void longest_idle_of_ours_last_released_of_theirs(void)
{
	rig_open(4);
	isup_set_hunt(rig.isup, ISUP_HUNT_LEAST_RECENTLY_USED, 3);
	CU_ASSERT_EQUAL(seize_and_free(), 1);
	CU_ASSERT_EQUAL(seize_and_free(), 3);
	CU_ASSERT_EQUAL(seize_and_free(), 1);
	receive(ISUP_BLO, 1, 0);
	receive(ISUP_BLO, 3, 0);
	for (unsigned cic = 2; cic <= 4; cic += 2) {
		receive_iam((uint16_t)cic, "30123", true);
		receive(ISUP_REL, (uint16_t)cic, 16);
	}
	CU_ASSERT_EQUAL(seize_and_free(), 4);
	CU_ASSERT_EQUAL(seize_and_free(), 4);
	rig_close();
}

static void higher_point_code_controls_the_even(void)
{
	rig_open(4);
	for (uint16_t cic = 1; cic <= 4; cic++)
		CU_ASSERT_EQUAL(isup_circuit_controlled(isup_circuit_find(rig.isup, cic)), cic % 2);
	rig.isup->conf.opc = 3;
	for (uint16_t cic = 1; cic <= 4; cic++)
		CU_ASSERT_EQUAL(isup_circuit_controlled(isup_circuit_find(rig.isup, cic)),
				cic % 2 == 0);
	rig_close();
}

/* --- from inside --- */

static struct isup_circuit *again;
static int again_err;
static char usable_text[128];

static void try_again(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct isup_msg iam;

	rig_indicate(arg, circuit, ind);
	if (ind->ind != ISUP_IND_REATTEMPT)
		return;
	CU_ASSERT_PTR_EQUAL(isup_circuit_user(circuit), OWNER);
	make_iam(&iam, 0, "30123", true, 0);
	again_err = isup_setup(rig.isup, &iam, OWNER, &again);
}

static void a_reattempt_takes_another_circuit(void)
{
	static const uint8_t losers[] = { ISUP_RSC, ISUP_BLO, ISUP_UCIC, ISUP_SUS };

	for (size_t i = 0; i < sizeof(losers); i++) {
		rig_open(4);
		rig.isup->user.indicate = try_again;
		(void)seize();
		receive(losers[i], 1, 0);
		CU_ASSERT_EQUAL(again_err, 0);
		CU_ASSERT_EQUAL_FATAL(isup_circuit_cic(again), 3);
		CU_ASSERT_PTR_EQUAL(isup_circuit_user(again), OWNER);
		CU_ASSERT_PTR_NULL(isup_circuit_user(isup_circuit_find(rig.isup, 1)));
		rig_close();
	}
	rig_open(1); /* no other: the lost one is not seized again from inside */
	rig.isup->user.indicate = try_again;
	(void)seize();
	receive(ISUP_RSC, 1, 0);
	CU_ASSERT_EQUAL(again_err, -EAGAIN);
	expect_state(1, "idle");
	rig_close();
}

static void remove_it(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	rig_indicate(arg, circuit, ind);
	CU_ASSERT_EQUAL(isup_circuit_remove(rig.isup, isup_circuit_cic(circuit), true), -EBUSY);
}

static void a_circuit_may_be_retired_from_inside(void)
{
	rig_open(4);
	rig.isup->user.indicate = remove_it;
	receive_iam(2, "30123", true);
	receive(ISUP_RSC, 2, 0);
	expect("RLC 2 ", "setup released ");
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 2));
	(void)seize();
	receive(ISUP_GRS, 1, 3);
	expect("IAM 1 GRA 1 ", "reattempt ");
	CU_ASSERT_PTR_NULL(isup_circuit_find(rig.isup, 1));
	CU_ASSERT_EQUAL(isup_circuit_count(rig.isup), 2);
	rig_close();
}

static void ignore_setup(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	(void)arg;
	(void)circuit;
	add(rig.said, sizeof(rig.said), "heard", ind->ind);
}

static void a_call_that_nobody_takes_is_released(void)
{
	rig_open(4);
	rig.isup->user.indicate = ignore_setup;
	receive_iam(2, "30123", true);
	expect("REL 2/41 ", "heard/0 ");
	receive(ISUP_RLC, 2, 0);
	expect("", "");
	expect_state(2, "idle");
	rig_close();
}

static void note_usable(void *arg, struct isup_circuit *circuit)
{
	(void)arg;
	add(usable_text, sizeof(usable_text), isup_circuit_usable(circuit) ? "up" : "down",
	    isup_circuit_cic(circuit));
}

static void told(const char *text)
{
	CU_ASSERT_STRING_EQUAL(usable_text, text);
	usable_text[0] = '\0';
}

static void a_change_is_told_once(void)
{
	usable_text[0] = '\0';
	rig_open_raw(2);
	rig.isup->user.circuit_changed = note_usable;
	isup_mtp_resume(rig.isup);
	told("");
	receive(ISUP_GRA, 1, 1);
	told("up/1 up/2 ");
	(void)seize();
	receive(ISUP_BLO, 2, 0);
	told("down/1 down/2 ");
	receive(ISUP_UBL, 2, 0);
	isup_mtp_pause(rig.isup);
	isup_mtp_pause(rig.isup);
	isup_mtp_resume(rig.isup);
	told("up/2 down/2 up/2 ");
	rig_close();
}

/* --- traces --- */

static char traced[512];

static void note_trace(void *arg, const struct trace_event *event)
{
	char word[64];

	(void)arg;
	snprintf(word, sizeof(word), "%s%s%.*s;", event->call ? event->call : "-",
		 event->kind == TRACE_MTP3 ? event->sent ? ">" : "<" : " ", STR_FMT(event->text));
	if (event->kind == TRACE_MTP3) {
		CU_ASSERT_EQUAL(event->octets[0], 0x80 | MTP_SI_ISUP);
		CU_ASSERT_EQUAL(event->octets[1], event->sent ? 2 : 1);
		word[strcspn(word, " ")] = '\0';
	}
	add(traced, sizeof(traced), word, -1);
}

static const char *call_name(void *arg, struct isup_circuit *circuit)
{
	(void)arg;
	CU_ASSERT_PTR_EQUAL(isup_circuit_user(circuit), OWNER);
	return "c7";
}

static void traces_carry_the_call(void)
{
	struct trace_tap tap = { .fn = note_trace, .kinds = 1u << TRACE_MTP3 | 1u << TRACE_TIMER };

	rig_open(4);
	rig.isup->conf.ni = 2;
	rig.isup->user.call_id = call_name;
	traced[0] = '\0';
	trace_tap_add(&tap);
	receive_iam(2, "30", false);
	receive(ISUP_REL, 2, 16);
	CU_ASSERT_STRING_EQUAL(traced,
			       "c7<IAM c7 T35 started 15.0 s; c7<REL c7 T35 stopped; c7>RLC ");
	traced[0] = '\0';
	receive(ISUP_REL, 2, 16);
	CU_ASSERT_STRING_EQUAL(traced, "-<REL ->RLC ");
	trace_tap_remove(&tap);
	rig_close();
}

/* --- two exchanges that answer at once --- */

struct end {
	struct isup *isup, *other;
	struct mtp mtp;
	uint32_t pc;
	unsigned setups, answers, released, reattempts;
};
static struct end ends[2];

static int wire(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
		size_t n)
{
	const struct end *end = container_of(mtp, struct end, mtp);

	(void)sls;
	CU_ASSERT_EQUAL(opc, end->pc);
	CU_ASSERT_NOT_EQUAL(dpc, end->pc);
	isup_message_in(end->other, octets, n);
	return 0;
}

static const struct mtp_ops wire_ops = { .type = "wire",
					 .transfer = wire,
					 .available = rig_available };

static void end_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct end *end = arg;

	switch (ind->ind) {
	case ISUP_IND_SETUP:
		end->setups++;
		isup_circuit_set_user(circuit, end);
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_ACM, 1), 0);
		CU_ASSERT_EQUAL(send_type(circuit, ISUP_ANM, 1), 0);
		break;
	case ISUP_IND_ANSWER:
		end->answers++;
		release(circuit, 16);
		break;
	case ISUP_IND_RELEASE:
		isup_release(circuit, &ind->cause);
		break;
	case ISUP_IND_RELEASED:
		end->released++;
		break;
	case ISUP_IND_REATTEMPT:
		end->reattempts++;
		break;
	default:
		break;
	}
}

static void open_ends(void)
{
	static const struct clock_source clock = { .now_us = rig_now };

	memset(&rig, 0, sizeof(rig));
	memset(ends, 0, sizeof(ends));
	rig.heap = timer_heap_new(&clock);
	for (unsigned i = 0; i < 2; i++) {
		const struct isup_conf conf = { .name = "end", .opc = 1 + i, .dpc = 2 - i };
		const struct isup_user user = { .indicate = end_indicate, .arg = &ends[i] };

		ends[i].isup = isup_new(&conf, &user, rig.heap);
		ends[i].mtp.ops = &wire_ops;
		ends[i].pc = 1 + i;
		for (uint16_t cic = 1; cic <= 70; cic++)
			CU_ASSERT_EQUAL_FATAL(isup_circuit_add(ends[i].isup, cic, NULL), 0);
		isup_attach(ends[i].isup, &ends[i].mtp);
	}
	ends[0].other = ends[1].isup;
	ends[1].other = ends[0].isup;
}

static void count_usable(struct isup_circuit *circuit, void *arg)
{
	*(unsigned *)arg += isup_circuit_usable(circuit);
}

static void check_ends(unsigned usable)
{
	for (size_t i = 0; i < 2; i++) {
		unsigned n = 0;

		isup_circuit_each(ends[i].isup, count_usable, &n);
		CU_ASSERT_EQUAL(n, usable);
	}
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
}

static void two_ends_answer_each_other_at_once(void)
{
	struct isup_circuit *circuit;
	struct isup_msg iam;

	open_ends();
	for (size_t i = 0; i < 2; i++)
		isup_mtp_resume(ends[i].isup);
	check_ends(70);
	for (unsigned n = 0; n < 100; n++) {
		make_iam(&iam, 0, "30123", true, 0);
		CU_ASSERT_EQUAL(isup_setup(ends[n % 2].isup, &iam, &ends[n % 2], &circuit), 0);
	}
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(ends[i].setups, 50);
		CU_ASSERT_EQUAL(ends[i].answers, 50);
		CU_ASSERT_EQUAL(ends[i].released, 100);
	}
	CU_ASSERT_EQUAL(isup_block_group(ends[0].isup, 1, 32, true), 0);
	CU_ASSERT_EQUAL(isup_block_group(ends[1].isup, 17, 32, false), 0);
	check_ends(22);
	CU_ASSERT_EQUAL(isup_reset_group(ends[1].isup, 1, 32), 0);
	CU_ASSERT_EQUAL(isup_reset(ends[0].isup, 40), 0);
	check_ends(22); /* what is blocked stays blocked through every reset */
	CU_ASSERT_EQUAL(isup_unblock_group(ends[0].isup, 1, 32, true), 0);
	CU_ASSERT_EQUAL(isup_unblock_group(ends[1].isup, 17, 32, false), 0);
	check_ends(70);
	isup_free(ends[0].isup);
	isup_free(ends[1].isup);
	timer_heap_free(rig.heap);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every pair is declared", every_pair_is_declared },
		{ "every state leads where it should", every_state_leads_where_it_should },
		{ "longest idle of ours, last released of theirs",
		  longest_idle_of_ours_last_released_of_theirs },
		{ "the higher point code controls the even circuits",
		  higher_point_code_controls_the_even },
		{ "a re-attempt takes another circuit", a_reattempt_takes_another_circuit },
		{ "a circuit may be retired from inside", a_circuit_may_be_retired_from_inside },
		{ "a call that nobody takes is released", a_call_that_nobody_takes_is_released },
		{ "a change is told once", a_change_is_told_once },
		{ "traces carry the call", traces_carry_the_call },
		{ "two ends answer each other at once", two_ends_answer_each_other_at_once },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup circuit", tests, argc, argv);
}
