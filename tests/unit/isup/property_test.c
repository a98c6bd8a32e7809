/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Random messages, sound, damaged and senseless, requests, owners that do anything from inside
 * their indications, time, pause and resume on eight circuits, with a fixed seed. After every step
 * what the states promise holds; once a peer answers everything again, every circuit is idle within
 * the sum of the timers, every owner has been told the end of its call, and no timer is left. In
 * ITU's ISUP and in ANSI's.
 * usage: property_test [STEPS [SEED]]
 */
#include <ctype.h>

#include "isup/codec.h"
#include "isup/healer.h"
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

#define CIRCUITS      8
#define OWNERS	      64
#define QUEUE	      512
#define SETTLE_STEPS  5000
#define DEFAULT_STEPS 20000
#define LONG_STEPS    200000 /* from here on even what is rare must have happened */

struct owner {
	struct isup_circuit *circuit; /* NULL: no call */
	bool asked;		      /* RELEASE was indicated, or asked for */
};

static uint32_t seed = 20261121;
static unsigned long steps = DEFAULT_STEPS;
static struct owner owners[OWNERS];
static struct isup_msg queue[QUEUE];
static size_t queued;
static bool quiet; /* nobody asks for anything new */
static unsigned long states_seen[CIC_STS], indications_seen[ISUP_IND_REATTEMPT + 1];

static uint32_t draw(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536 % n;
}

static int take_sent(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
		     const uint8_t *octets, size_t n)
{
	struct isup_error error;

	(void)mtp;
	(void)opc;
	(void)dpc;
	if (draw(64) == 0 && !quiet)
		return -EAGAIN;
	if (queued == QUEUE)
		queued = 0; /* lost on the wire */
	CU_ASSERT_EQUAL_FATAL(isup_msg_decode_as(&queue[queued], rig_variant, octets, n, &error),
			      0);
	CU_ASSERT_EQUAL(sls & 255, queue[queued].cic & (rig_variant == ISUP_ANSI ? 255u : 15u));
	queued++;
	return 0;
}

static const struct mtp_ops ops = { .type = "random",
				    .transfer = take_sent,
				    .available = rig_available };

/* --- owners --- */

static struct owner *owner_new(void)
{
	for (size_t i = 0; i < OWNERS; i++)
		if (!owners[i].circuit) {
			owners[i].asked = false;
			return &owners[i];
		}
	CU_FAIL_FATAL("owners are lost");
	return NULL;
}

static void owner_setup(void)
{
	struct owner *owner = owner_new();
	struct isup_circuit *circuit;
	struct isup_msg iam;

	make_iam(&iam, 0, "30123", draw(2), !quiet && draw(4) == 0);
	/* Known before it is sent: indications may come from inside. */
	owner->circuit = NULL;
	if (!isup_setup(rig.isup, &iam, owner, &circuit))
		owner->circuit = circuit;
}

static void owner_release(struct owner *owner)
{
	owner->asked = true;
	release(owner->circuit, 16);
}

static void owner_send(struct owner *owner)
{
	static const uint8_t types[] = { ISUP_SAM, ISUP_ACM, ISUP_ACM, ISUP_CPG, ISUP_ANM,
					 ISUP_ANM, ISUP_CON, ISUP_SUS, ISUP_RES, ISUP_IAM,
					 ISUP_INR, ISUP_INR, ISUP_INR, ISUP_INF, ISUP_USR };

	(void)send_type(owner->circuit, types[draw(sizeof(types))], (uint8_t)draw(4));
}

static void anything(void);

static void indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct owner *owner = isup_circuit_user(circuit);

	(void)arg;
	indications_seen[ind->ind]++;
	if (ind->ind == ISUP_IND_SETUP) {
		CU_ASSERT_PTR_NULL(owner);
		if (draw(8) == 0) {
			release(circuit, 41);
		} else if (draw(16)) {
			owner = owner_new();
			owner->circuit = circuit;
			isup_circuit_set_user(circuit, owner);
		}
		return;
	}
	/* What is told is told to the one that has the circuit, and to no other. */
	CU_ASSERT_PTR_NOT_NULL_FATAL(owner);
	CU_ASSERT_PTR_EQUAL_FATAL(owner->circuit, circuit);
	if (ind->ind == ISUP_IND_RELEASED || ind->ind == ISUP_IND_REATTEMPT) {
		owner->circuit = NULL;
		if (ind->ind == ISUP_IND_REATTEMPT && !quiet && draw(2))
			owner_setup();
	} else if (ind->ind == ISUP_IND_RELEASE && (quiet || draw(4))) {
		owner_release(owner);
	} else if (!quiet && draw(4) == 0) {
		anything();
	}
}

static bool passes_on(void *arg, struct isup_circuit *circuit)
{
	(void)arg;
	(void)circuit;
	return draw(2);
}

static void changed(void *arg, struct isup_circuit *circuit)
{
	(void)arg;
	if (!quiet && isup_circuit_usable(circuit) && draw(16) == 0)
		owner_setup();
	else if (!quiet && draw(64) == 0)
		(void)isup_circuit_remove(rig.isup, isup_circuit_cic(circuit), draw(2));
}

/* --- what happens --- */

/* What a peer in its senses sends in a state; more than half of what comes is of that kind. */
static uint8_t fitting(uint8_t state)
{
	static const uint8_t table[CIC_STS][4] = {
		[CIC_IDLE] = { ISUP_IAM, ISUP_IAM, ISUP_IAM, ISUP_IAM },
		[CIC_OG_WAIT_ACM] = { ISUP_ACM, ISUP_OLM, ISUP_CON, ISUP_INR },
		[CIC_OG_WAIT_ANM] = { ISUP_CPG, ISUP_ANM, ISUP_ANM, ISUP_USR },
		[CIC_OG_ACTIVE] = { ISUP_SUS, ISUP_RES, ISUP_CPG, ISUP_SUS },
		[CIC_IC_WAIT_ACM] = { ISUP_SAM, ISUP_COT, ISUP_INF, ISUP_COT },
		[CIC_IC_WAIT_ANM] = { ISUP_CFN, ISUP_BLO, ISUP_UBL, ISUP_REL },
		[CIC_IC_ACTIVE] = { ISUP_SUS, ISUP_RES, ISUP_CPG, ISUP_REL },
		[CIC_RELEASE_IND] = { ISUP_REL, ISUP_REL, ISUP_BLO, ISUP_UBL },
		[CIC_WAIT_RLC] = { ISUP_RLC, ISUP_RLC, ISUP_RLC, ISUP_REL },
		[CIC_RESETTING] = { ISUP_RLC, ISUP_REL, ISUP_BLO, ISUP_UBL },
		[CIC_CHECKING] = { ISUP_CCR, ISUP_COT, ISUP_CCR, ISUP_REL },
		[CIC_OVERLOADED] = { ISUP_REL, ISUP_RLC, ISUP_BLO, ISUP_IAM },
	};

	return table[state][draw(4)];
}

/* Cut short, or with one octet behind the CIC that is another. */
static void receive_damaged(const struct isup_msg *msg)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	int n = isup_msg_encode(msg, octets, sizeof(octets));

	CU_ASSERT_FATAL(n > 2);
	if (draw(2))
		n = 3 + (int)draw((uint32_t)n - 2);
	else
		octets[2 + draw((uint32_t)n - 2)] = (uint8_t)draw(256);
	isup_message_in(rig.isup, octets, (size_t)n);
}

static void random_message(void)
{
	static const uint8_t types[] = { ISUP_IAM, ISUP_SAM, ISUP_ACM,	ISUP_CON,  ISUP_ANM,
					 ISUP_REL, ISUP_SUS, ISUP_RES,	ISUP_RLC,  ISUP_RSC,
					 ISUP_BLO, ISUP_UBL, ISUP_BLA,	ISUP_UBA,  ISUP_GRS,
					 ISUP_CGB, ISUP_CGU, ISUP_CPG,	ISUP_CGBA, ISUP_CGUA,
					 ISUP_GRA, ISUP_CFN, ISUP_UCIC, ISUP_CCR,  ISUP_COT,
					 ISUP_FOT, ISUP_INR, ISUP_INF,	ISUP_SGM,  ISUP_CQM,
					 ISUP_CQR, ISUP_UPT, ISUP_FAC,	ISUP_LPA };
	static const uint8_t of_ansi[] = { ISUP_CRM, ISUP_CRA, ISUP_CVT, ISUP_CVR, ISUP_EXM };
	uint16_t cic = (uint16_t)(1 + draw(CIRCUITS + 1));
	const struct isup_circuit *circuit = isup_circuit_find(rig.isup, cic);
	struct isup_msg msg;
	uint8_t type = types[draw(sizeof(types))];

	if (circuit && draw(10))
		type = fitting(circuit->state);
	if (rig_variant == ISUP_ANSI && (draw(12) == 0 || !isup_msg_def(ISUP_ANSI, type)))
		type = of_ansi[draw(sizeof(of_ansi))];
	make(&msg, type, cic, (uint8_t)(1 + draw(CIRCUITS)));
	if (type == ISUP_IAM)
		make_iam(&msg, cic, draw(2) ? "301" : "30", draw(2),
			 (uint8_t)(draw(8) ? 0 : draw(4)));
	if ((type == ISUP_IAM || type == ISUP_ACM) && draw(8) == 0)
		(void)isup_msg_add(&msg, type == ISUP_IAM ? ISUP_P_OFCI : ISUP_P_OBCI, "\x04", 1);
	if (draw(16) == 0 && isup_msg_def((uint8_t)rig_variant, type)->optional)
		(void)isup_msg_add(&msg, 0xee, "?", 1);
	if (isup_msg_find(&msg, ISUP_P_CIRCUIT_GROUP_TYPE))
		(void)isup_put_octet(&msg, ISUP_P_CIRCUIT_GROUP_TYPE, (uint8_t)draw(3));
	if (draw(12))
		receive_msg(&msg);
	else
		receive_damaged(&msg);
}

static void random_octets(void)
{
	uint8_t octets[40];
	size_t n = draw(sizeof(octets));

	for (size_t i = 0; i < n; i++)
		octets[i] = (uint8_t)draw(256);
	if (n > 1) {
		octets[0] %= CIRCUITS + 2;
		octets[1] = 0;
	}
	if (n > 2)
		octets[2] %= 0x30;
	isup_message_in(rig.isup, octets, n);
}

static void random_maintenance(void)
{
	uint16_t cic = (uint16_t)(1 + draw(CIRCUITS));
	unsigned count = 1 + draw(CIRCUITS);

	switch (draw(10)) {
	case 0:
		(void)isup_block(rig.isup, cic);
		break;
	case 1:
		(void)isup_unblock(rig.isup, cic);
		break;
	case 2:
		(void)isup_reset(rig.isup, cic);
		break;
	case 3:
		(void)isup_block_group(rig.isup, cic, count, draw(4) == 0);
		break;
	case 4:
	case 5:
		(void)isup_unblock_group(rig.isup, cic, count, draw(2));
		break;
	case 6:
		(void)isup_reset_group(rig.isup, cic, count);
		(void)isup_query_group(rig.isup, cic, count);
		isup_mtp_status(rig.isup, (enum mtp_status_cause)draw(2), draw(4));
		isup_set_congestion(rig.isup, draw(3));
		break;
	case 7:
		(void)isup_continuity_check(rig.isup, cic);
		break;
	case 8:
		(void)isup_circuit_remove(rig.isup, cic, draw(2));
		break;
	default:
		for (cic = 1; cic <= CIRCUITS; cic++)
			(void)isup_circuit_add(rig.isup, cic, NULL);
		break;
	}
}

/* What media heard of the check tones that are out. */
static void hear(void)
{
	for (uint16_t cic = 1; cic <= CIRCUITS; cic++) {
		struct isup_circuit *circuit = isup_circuit_find(rig.isup, cic);

		if (circuit && draw(2) &&
		    (circuit->check == CHECK_OG_TONE || circuit->check == CHECK_OG_AGAIN))
			isup_continuity_result(circuit, draw(2));
	}
}

/* A request of some owner, or of nobody. */
static void anything(void)
{
	struct owner *owner = &owners[draw(CIRCUITS)];

	if (draw(40) == 0)
		random_maintenance();
	else if (draw(8) == 0)
		hear();
	else if (!owner->circuit && draw(8) == 0)
		owner_setup();
	else if (owner->circuit && draw(16) == 0)
		owner_release(owner);
	else if (owner->circuit && draw(16) == 0)
		isup_digits_complete(owner->circuit);
	else if (owner->circuit && !owner->asked)
		owner_send(owner);
}

/* What a sound peer answers to the oldest message. */
static void answer(void)
{
	static const uint8_t answers[][2] = { { ISUP_REL, ISUP_RLC },  { ISUP_RSC, ISUP_RLC },
					      { ISUP_BLO, ISUP_BLA },  { ISUP_UBL, ISUP_UBA },
					      { ISUP_GRS, ISUP_GRA },  { ISUP_CGB, ISUP_CGBA },
					      { ISUP_CGU, ISUP_CGUA }, { ISUP_IAM, ISUP_REL } };
	struct isup_msg sent = queue[0], msg;
	struct isup_range range;
	uint8_t kind = 0;

	if (!queued)
		return;
	memmove(queue, queue + 1, --queued * sizeof(queue[0]));
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i][0] != sent.type)
			continue;
		make(&msg, answers[i][1], sent.cic, 31);
		if (isup_get_range(&sent, &range)) {
			range.n_status = range.range / 8 + 1;
			range.has_status = true;
			(void)isup_put_range(&msg, &range);
		}
		if (isup_get_octet(&sent, ISUP_P_CIRCUIT_GROUP_TYPE, &kind))
			(void)isup_put_octet(&msg, ISUP_P_CIRCUIT_GROUP_TYPE, kind);
		receive_msg(&msg);
	}
}

static void random_step(void)
{
	unsigned what = draw(32);

	if (what < 8)
		anything();
	else if (what < 12)
		pass_ms(draw(draw(8) ? 8000 : 200000));
	else if (what == 12)
		random_octets();
	else if (what < 22)
		answer();
	else if (what == 22 && draw(16) == 0)
		isup_mtp_pause(rig.isup);
	else if (what == 23)
		isup_mtp_resume(rig.isup);
	else
		random_message();
}

/* --- what holds --- */

static void check_circuit(struct isup_circuit *circuit, void *arg)
{
	unsigned running = 0;

	(void)arg;
	CU_ASSERT_TRUE_FATAL(circuit->state < CIC_STS);
	states_seen[circuit->state]++;
	CU_ASSERT_EQUAL_FATAL(circuit->depth, 0);
	CU_ASSERT_EQUAL_FATAL(timer_running(&circuit->timers[CIC_CHECK]),
			      circuit->check != CHECK_NONE);
	CU_ASSERT_EQUAL_FATAL(circuit->iam != NULL, circuit->check == CHECK_IC_LOOP ||
							    circuit->check == CHECK_IC_PREVIOUS);
	for (size_t i = 0; i < CIC_CALL_TIMERS; i++)
		running |= (unsigned)timer_running(&circuit->timers[i]) << i;
	switch (circuit->state) {
	case CIC_IDLE:
		CU_ASSERT_EQUAL_FATAL(running, 0);
		CU_ASSERT_PTR_NULL_FATAL(circuit->user);
		CU_ASSERT_FALSE_FATAL(circuit->retire && !circuit->segment);
		break;
	case CIC_CHECKING:
		CU_ASSERT_EQUAL_FATAL(running, 0);
		CU_ASSERT_TRUE_FATAL(circuit->check != CHECK_NONE);
		break;
	case CIC_RESETTING:
		CU_ASSERT_EQUAL_FATAL(running, 0);
		CU_ASSERT_TRUE_FATAL(circuit->reset || circuit->maintenance == MAINT_RSC);
		break;
	case CIC_OVERLOADED:
		CU_ASSERT_EQUAL_FATAL(running, 1u << CIC_T3);
		CU_ASSERT_PTR_NULL_FATAL(circuit->user);
		break;
	case CIC_OG_WAIT_ACM:
		CU_ASSERT_EQUAL_FATAL(running, 1u << CIC_T7);
		break;
	case CIC_OG_WAIT_ANM:
		CU_ASSERT_EQUAL_FATAL(running, 1u << CIC_T9);
		break;
	case CIC_WAIT_RLC:
		CU_ASSERT_EQUAL_FATAL(running, 1u << CIC_T1 | 1u << CIC_T5);
		break;
	case CIC_RELEASE_IND:
	case CIC_IC_WAIT_ANM:
		CU_ASSERT_EQUAL_FATAL(running, 0);
		break;
	default:
		break;
	}
	/* An answer that is awaited is awaited with a timer, and none runs for nothing. */
	CU_ASSERT_EQUAL_FATAL(timer_running(&circuit->timers[CIC_SLOW]),
			      circuit->maintenance != MAINT_NONE);
	CU_ASSERT_FALSE_FATAL(timer_running(&circuit->timers[CIC_REPEAT]) &&
			      circuit->maintenance == MAINT_NONE);
}

/* What Q.764 Annex A allows for all that can be waited for, one after the other. */
static uint64_t sum_of_timers_ms(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < ISUP_TIMERS; i++)
		sum += isup_timer_ms(rig.isup, (enum isup_timer_id)i);
	return sum;
}

static void count_idle(struct isup_circuit *circuit, void *arg)
{
	*(unsigned *)arg += isup_circuit_idle(circuit);
}

static void let_all_go(void)
{
	for (size_t i = 0; i < OWNERS; i++)
		if (owners[i].circuit)
			owner_release(&owners[i]);
}

/* Every check that goes on is good. */
static void all_heard(void)
{
	for (uint16_t cic = 1; cic <= CIRCUITS; cic++)
		if (isup_circuit_find(rig.isup, cic))
			isup_continuity_result(isup_circuit_find(rig.isup, cic), true);
}

/* From here on the peer answers and nobody starts anything. */
static void settle(void)
{
	uint64_t within_ms = sum_of_timers_ms();
	unsigned idle = 0;

	quiet = true;
	isup_mtp_resume(rig.isup);
	(void)isup_unblock_group(rig.isup, 1, CIRCUITS, false);
	(void)isup_unblock_group(rig.isup, 1, CIRCUITS, true);
	for (uint64_t ms = 0; ms < within_ms; ms += 1000) {
		let_all_go();
		all_heard();
		while (queued)
			answer();
		pass_ms(1000);
	}
	isup_circuit_each(rig.isup, check_circuit, NULL);
	isup_circuit_each(rig.isup, count_idle, &idle);
	CU_ASSERT_EQUAL_FATAL(idle, isup_circuit_count(rig.isup));
	CU_ASSERT_EQUAL_FATAL(timer_heap_running(rig.heap), 0);
	for (size_t i = 0; i < OWNERS; i++)
		CU_ASSERT_PTR_NULL_FATAL(owners[i].circuit);
	quiet = false;
}

static void forget_texts(void)
{
	rig.sent[0] = rig.said[0] = rig.alarms[0] = rig.checks[0] = '\0';
}

static void any_sequence_of(enum isup_variant variant)
{
	const struct isup_healer_conf conf = { "property", 60, 10 };
	struct isup_healer *healer;

	memset(states_seen, 0, sizeof(states_seen));
	memset(owners, 0, sizeof(owners));
	queued = 0;
	rig_variant = variant;
	rig_open_raw(CIRCUITS);
	rig.isup->user.indicate = indicate;
	rig.isup->user.circuit_changed = changed;
	rig.isup->user.continuity = rig_continuity;
	rig.isup->user.passes_on = passes_on;
	healer = isup_healer_new(&conf, rig.heap);
	isup_set_healer(rig.isup, healer, ISUP_HEAL_RSC | ISUP_HEAL_GRS | ISUP_HEAL_BLOCK);
	rig.mtp.ops = &ops;
	isup_mtp_resume(rig.isup);
	for (unsigned long i = 1; i <= steps; i++) {
		random_step();
		isup_circuit_each(rig.isup, check_circuit, NULL);
		forget_texts();
		if (i % SETTLE_STEPS == 0)
			settle();
	}
	settle();
	isup_free(rig.isup);
	isup_healer_free(healer);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	timer_heap_free(rig.heap);
	/* The sequence went everywhere. */
	for (size_t i = 0; i < CIC_STS; i++)
		CU_ASSERT(states_seen[i] > steps / 1000);
	for (size_t i = 0; i <= ISUP_IND_REATTEMPT && steps >= LONG_STEPS && variant == ISUP_ITU;
	     i++)
		CU_ASSERT(indications_seen[i] > steps / 20000);
}

static void any_sequence_comes_to_rest(void)
{
	any_sequence_of(ISUP_ITU);
}

static void any_sequence_of_ansi_comes_to_rest(void)
{
	any_sequence_of(ISUP_ANSI);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "any sequence comes to rest", any_sequence_comes_to_rest },
		{ "the same in ANSI", any_sequence_of_ansi_comes_to_rest },
		CU_TEST_INFO_NULL,
	};
	if (argc > 1 && isdigit((unsigned char)argv[1][0])) {
		steps = strtoul(argv[1], NULL, 10);
		seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : seed;
		argc = 1;
	}
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup property", tests, argc, argv);
}
