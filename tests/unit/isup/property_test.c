/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Random messages, requests and time on six circuits, with a fixed seed: always a declared state,
 * and once a peer that answers is there again, every circuit is idle within the sum of the timers
 * and no timer is left. usage: property_test [TEST] with STEPS in the environment (default 200,000)
 */
#include "tests/unit/isup/rig.h"

#define CIRCUITS 6

static uint32_t seed;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536 % n;
}

static void random_message(void)
{
	static const uint8_t types[] = { ISUP_IAM, ISUP_SAM,  ISUP_ACM,	 ISUP_CON,  ISUP_ANM,
					 ISUP_REL, ISUP_SUS,  ISUP_RES,	 ISUP_RLC,  ISUP_RSC,
					 ISUP_BLO, ISUP_UBL,  ISUP_BLA,	 ISUP_UBA,  ISUP_GRS,
					 ISUP_CGB, ISUP_CGU,  ISUP_CGBA, ISUP_CGUA, ISUP_GRA,
					 ISUP_CPG, ISUP_UCIC, ISUP_CFN };

	receive(types[draw(sizeof(types))], (uint16_t)(1 + draw(CIRCUITS + 1)),
		(uint8_t)(1 + draw(5)));
}

static void random_octets(void)
{
	uint8_t octets[40];
	size_t n = draw(sizeof(octets));

	for (size_t i = 0; i < n; i++)
		octets[i] = (uint8_t)draw(256);
	if (n > 1)
		octets[1] = 0;
	if (n > 2)
		octets[2] %= 0x30;
	isup_message_in(rig.isup, octets, n);
}

static void random_request(void)
{
	static const uint8_t types[] = { ISUP_SAM, ISUP_ACM, ISUP_CPG, ISUP_ANM,
					 ISUP_CON, ISUP_SUS, ISUP_RES };
	uint16_t cic = (uint16_t)(1 + draw(CIRCUITS));
	struct isup_circuit *c = isup_circuit_find(rig.isup, cic), *seized;
	struct isup_msg iam;

	switch (draw(10)) {
	case 8:
		(void)isup_circuit_remove(rig.isup, cic, true);
		break;
	case 9:
		(void)isup_circuit_add(rig.isup, cic, NULL);
		break;
	case 0:
		make_iam(&iam, 0, "30123", draw(2), 0);
		(void)isup_setup(rig.isup, &iam, OWNER, &seized);
		break;
	case 1:
		(void)isup_block(rig.isup, cic);
		break;
	case 2:
		(void)isup_unblock(rig.isup, cic);
		break;
	case 3:
		(void)isup_reset(rig.isup, cic);
		break;
	case 4:
		(void)isup_block_group(rig.isup, 1, 1 + draw(CIRCUITS), draw(2));
		break;
	case 5:
		(void)isup_unblock_group(rig.isup, 1, 1 + draw(CIRCUITS), draw(2));
		break;
	case 6:
		if (c && isup_circuit_user(c))
			release(c, 16);
		break;
	default:
		if (c && isup_circuit_user(c))
			(void)send_type(c, types[draw(sizeof(types))], (uint8_t)draw(4));
		break;
	}
}

/* What a sound peer answers to what was sent last. */
static bool answer_sent(void)
{
	static const uint8_t answers[][2] = { { ISUP_REL, ISUP_RLC }, { ISUP_RSC, ISUP_RLC },
					      { ISUP_BLO, ISUP_BLA }, { ISUP_UBL, ISUP_UBA },
					      { ISUP_GRS, ISUP_GRA }, { ISUP_CGB, ISUP_CGBA },
					      { ISUP_CGU, ISUP_CGUA } };
	struct isup_msg sent = rig.last, msg;
	struct isup_range range;

	rig.last.type = 0;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i][0] != sent.type)
			continue;
		make(&msg, answers[i][1], sent.cic, 0);
		if (isup_get_range(&sent, &range)) {
			make(&msg, answers[i][1], sent.cic, range.range);
		}
		receive_msg(&msg);
		return true;
	}
	return false;
}

static void release_one(struct isup_circuit *circuit, void *arg)
{
	(void)arg;
	if (!isup_circuit_idle(circuit) && isup_circuit_user(circuit))
		release(circuit, 16);
	while (answer_sent())
		;
}

static void count_idle(struct isup_circuit *circuit, void *arg)
{
	*(unsigned *)arg += isup_circuit_idle(circuit);
}

/* The peer answers everything from now on: an hour of timers brings every circuit to rest. */
static void settle(void)
{
	unsigned idle = 0;

	isup_circuit_each(rig.isup, release_one, NULL);
	for (unsigned i = 0; i < 240; i++) {
		rig.sent[0] = rig.said[0] = rig.alarms[0] = '\0';
		pass_ms(15000);
		while (answer_sent())
			;
		isup_circuit_each(rig.isup, release_one, NULL);
	}
	isup_circuit_each(rig.isup, count_idle, &idle);
	CU_ASSERT_EQUAL_FATAL(idle, isup_circuit_count(rig.isup));
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
}

static void any_sequence_comes_to_rest(void)
{
	const char *text = getenv("STEPS");
	unsigned long steps = text ? strtoul(text, NULL, 10) : 200000;

	seed = 20261121;
	rig_open(CIRCUITS);
	for (unsigned long i = 1; i <= steps; i++) {
		rig.answers = draw(2);
		switch (draw(8)) {
		case 0:
			random_request();
			break;
		case 1:
			random_request();
			break;
		case 2:
			pass_ms(draw(40000));
			break;
		case 3:
			random_octets();
			break;
		default:
			random_message();
			break;
		}
		rig.sent[0] = rig.said[0] = rig.alarms[0] = '\0';
		if (i % 5000 == 0)
			settle();
	}
	settle();
	rig_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "any sequence comes to rest", any_sequence_comes_to_rest },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup property", tests, argc, argv);
}
