/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ISUP to ISUP calls of random messages, in every order that a call may have them, each with parameters
 * that nobody here knows and with content that the leg vocabulary has no word for: whatever came on one
 * circuit goes out on the other, octet for octet and in its order (Q.764 2.9.5.3).
 * usage: transit_random_test [CALLS [SEED]]
 */
#include <ctype.h>

#include "gw/pstn/transit.h"
#include "isup/codec.h"
#include "tests/unit/gw/pstn/leg_rig.h"

#define IN_CIC	 2
#define OUT_CIC	 1
#define MORE_MAX 4

static uint32_t seed = 20261121;
static unsigned long calls = 1000;
static uint8_t unknown[256];
static unsigned n_unknown;
static unsigned long passed[256]; /* messages, by type */

static uint32_t draw(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536 % n;
}

static void collect_unknown(void)
{
	for (unsigned code = 1; code < 256; code++)
		if (!isup_param_def(ISUP_ITU, (uint8_t)code) && code != ISUP_P_END_OF_OPTIONAL)
			unknown[n_unknown++] = (uint8_t)code;
	CU_ASSERT_FATAL(n_unknown > 20);
}

/* --- messages --- */

/* What a transit exchange has to do with: indicators, numbers, counters, what ends with a circuit. */
static bool concerns_us(uint8_t code)
{
	static const uint8_t codes[] = { ISUP_P_TMR,
					 ISUP_P_CALLED,
					 ISUP_P_SUBSEQUENT,
					 ISUP_P_NCI,
					 ISUP_P_FCI,
					 ISUP_P_OFCI,
					 ISUP_P_CPC,
					 ISUP_P_CALLING,
					 ISUP_P_REDIRECTING,
					 ISUP_P_CONTINUITY,
					 ISUP_P_BCI,
					 ISUP_P_CAUSE,
					 ISUP_P_CIRCUIT_GROUP_TYPE,
					 ISUP_P_RANGE_STATUS,
					 ISUP_P_CIRCUIT_STATE,
					 ISUP_P_EVENT_INFO,
					 ISUP_P_CIRCUIT_MAP,
					 ISUP_P_ACL,
					 ISUP_P_ORIGINAL_CALLED,
					 ISUP_P_OBCI,
					 ISUP_P_PROPAGATION_DELAY,
					 ISUP_P_ECHO_CONTROL,
					 ISUP_P_MESSAGE_COMPATIBILITY,
					 ISUP_P_PARAMETER_COMPATIBILITY,
					 ISUP_P_HOP_COUNTER,
					 ISUP_P_GENERIC_NUMBER,
					 ISUP_P_SUSPEND_RESUME,
					 ISUP_P_INFO_REQUEST,
					 ISUP_P_INFORMATION,
					 ISUP_P_END_OF_OPTIONAL };

	for (size_t i = 0; i < sizeof(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* Known, and nothing that the gateway has to do with. */
static uint8_t foreign(void)
{
	for (;;) {
		uint8_t code = (uint8_t)draw(256);

		if (isup_param_def(ISUP_ITU, code) && !concerns_us(code))
			return code;
	}
}

static void add_random(struct isup_msg *msg, uint8_t code)
{
	const struct isup_param_def *def = isup_param_def(ISUP_ITU, code);
	size_t least = def ? def->min : 1, most = def && def->max < 24 ? def->max : 24;
	uint8_t octets[256];
	size_t n = most > least ? least + draw((uint32_t)(most - least + 1)) : least;

	for (size_t i = 0; i < n; i++)
		octets[i] = (uint8_t)draw(256);
	CU_ASSERT_EQUAL_FATAL(isup_msg_add(msg, code, octets, n), 0);
}

/* Each unknown one with the instruction to pass it on: 3.41, transit interpretation. */
static void add_more(struct isup_msg *msg)
{
	uint8_t instructions[2 * MORE_MAX];
	size_t n = 0;

	for (unsigned more = draw(MORE_MAX + 1); more > 0; more--) {
		uint8_t code = draw(3) ? unknown[draw(n_unknown)] : foreign();

		if (isup_msg_find(msg, code) || isup_msg_mandatory(msg, code))
			continue;
		add_random(msg, code);
		if (isup_param_def(ISUP_ITU, code))
			continue;
		instructions[n++] = code;
		instructions[n++] = 0x80;
	}
	if (n)
		CU_ASSERT_EQUAL_FATAL(
			isup_msg_add(msg, ISUP_P_PARAMETER_COMPATIBILITY, instructions, n), 0);
}

static bool is_ours_to_carry(uint8_t code)
{
	return code == ISUP_P_PARAMETER_COMPATIBILITY || !concerns_us(code);
}

static const struct isup_param *next_carried(const struct isup_msg *msg, size_t *at)
{
	while (*at < msg->n_params && !is_ours_to_carry(msg->params[*at].code))
		++*at;
	return *at < msg->n_params ? &msg->params[(*at)++] : NULL;
}

static void same_content(const struct isup_msg *sent, const struct isup_msg *got)
{
	size_t i = 0, k = 0;
	const struct isup_param *a, *b;

	do {
		a = next_carried(sent, &i);
		b = next_carried(got, &k);
		CU_ASSERT_EQUAL_FATAL(a != NULL, b != NULL);
		if (!a)
			return;
		CU_ASSERT_EQUAL_FATAL(a->code, b->code);
		CU_ASSERT_EQUAL_FATAL(a->length, b->length);
		CU_ASSERT_EQUAL_FATAL(
			memcmp(isup_param_octets(sent, a), isup_param_octets(got, b), a->length),
			0);
	} while (true);
}

/* Sends it in on a circuit; the same comes out on the other. */
static void through(struct isup_msg *msg)
{
	uint16_t other = msg->cic == IN_CIC ? OUT_CIC : IN_CIC;
	uint8_t type = msg->type;

	add_more(msg);
	memset(&rig.last, 0, sizeof(rig.last));
	receive_msg(msg);
	if (rig.last.type != type || rig.last.cic != other)
		printf("\n  %s on %u: sent \"%s\"\n", isup_type_name(type), msg->cic, rig.sent);
	CU_ASSERT_EQUAL_FATAL(rig.last.type, type);
	CU_ASSERT_EQUAL_FATAL(rig.last.cic, other);
	same_content(msg, &rig.last);
	passed[type]++;
	rig.sent[0] = rig.said[0] = '\0';
}

/* Pass-along, charge information and a type that nobody knows: octets that are not taken apart. */
static void pass_octets(uint16_t cic)
{
	static const uint8_t types[] = { ISUP_PAM, ISUP_CRG, 0x7a };
	static const uint8_t instructions[] = { 0x01, ISUP_P_MESSAGE_COMPATIBILITY, 0x01, 0x80 };
	uint8_t octets[64] = { (uint8_t)cic, 0, types[draw(3)] }, sent[sizeof(octets)];
	size_t n = 3, more = 1 + draw(40);

	if (octets[2] == 0x7a) {
		memcpy(octets + n, instructions, sizeof(instructions));
		n += sizeof(instructions);
		octets[n++] = unknown[draw(n_unknown)];
		octets[n++] = (uint8_t)more;
	}
	for (; more > 0; more--)
		octets[n++] = (uint8_t)draw(256);
	if (octets[2] == 0x7a)
		octets[n++] = 0;
	rig.raw = sent;
	rig.raw_cap = sizeof(sent);
	rig.n_raw = 0;
	isup_message_in(rig.isup, octets, n);
	CU_ASSERT_EQUAL_FATAL(rig.n_raw, n);
	CU_ASSERT_EQUAL_FATAL(sent[0], cic == IN_CIC ? OUT_CIC : IN_CIC);
	CU_ASSERT_EQUAL_FATAL(memcmp(sent + 1, octets + 1, n - 1), 0);
	passed[octets[2]]++;
	rig.raw = NULL;
	rig.sent[0] = '\0';
}

static void pass_value(uint8_t type, uint16_t cic, uint8_t value)
{
	struct isup_msg msg;

	make(&msg, type, cic, value);
	through(&msg);
}

static void pass(uint8_t type, uint16_t cic)
{
	pass_value(type, cic, (uint8_t)(1 + draw(2)));
}

/* --- a call --- */

static bool begin(void)
{
	struct isup_msg msg;
	bool complete = draw(2);

	make_iam(&msg, IN_CIC, "30123", complete, 0);
	through(&msg);
	for (unsigned digits = complete ? 0 : draw(4); digits > 0; digits--) {
		make(&msg, ISUP_SAM, IN_CIC, 0);
		through(&msg);
	}
	return complete;
}

static void information(void)
{
	if (draw(3))
		return;
	pass(ISUP_INR, OUT_CIC);
	pass(ISUP_INF, IN_CIC);
}

/* What goes with a call either way at any time. */
static void beside(unsigned most)
{
	static const uint8_t types[] = { ISUP_FOT, ISUP_USR, ISUP_FAC, ISUP_APM, ISUP_PRI,
					 ISUP_LOP, ISUP_NRM, ISUP_IDR, ISUP_IRS };

	for (unsigned n = draw(most); n > 0; n--)
		if (draw(4))
			pass(types[draw(sizeof(types))], draw(2) ? IN_CIC : OUT_CIC);
		else
			pass_octets(draw(2) ? IN_CIC : OUT_CIC);
}

static void conversation(void)
{
	for (unsigned n = draw(4); n > 0; n--) {
		uint16_t cic = draw(2) ? IN_CIC : OUT_CIC;

		uint8_t by_network = (uint8_t)draw(2);

		pass_value(ISUP_SUS, cic, by_network);
		beside(2);
		pass_value(ISUP_RES, cic, by_network);
	}
	if (draw(2))
		pass(ISUP_CPG, draw(2) ? IN_CIC : OUT_CIC);
}

static void end(void)
{
	uint16_t first = draw(2) ? IN_CIC : OUT_CIC;

	pass(ISUP_REL, first);
	receive(ISUP_RLC, first == IN_CIC ? OUT_CIC : IN_CIC, 0);
	rig.sent[0] = rig.said[0] = '\0';
	CU_ASSERT_EQUAL_FATAL(isup_trunk_busy(lab.trunk), 0);
	CU_ASSERT_EQUAL_FATAL(call_core_calls(lab.core), 0);
	CU_ASSERT_EQUAL_FATAL(timer_heap_running(rig.heap), 0);
}

static void a_call(void)
{
	(void)begin();
	beside(3);
	information();
	if (draw(8) == 0) {
		end();
		return;
	}
	if (draw(4)) {
		pass(ISUP_ACM, OUT_CIC);
		for (unsigned n = draw(3); n > 0; n--)
			pass(ISUP_CPG, OUT_CIC);
		beside(3);
		if (draw(8))
			pass(ISUP_ANM, OUT_CIC);
		else {
			end();
			return;
		}
	} else {
		pass(ISUP_CON, OUT_CIC);
	}
	conversation();
	beside(3);
	end();
}

static void whatever_comes_goes_on(void)
{
	static const uint8_t must[] = { ISUP_IAM, ISUP_SAM, ISUP_ACM, ISUP_CPG, ISUP_ANM,
					ISUP_CON, ISUP_SUS, ISUP_RES, ISUP_INR, ISUP_INF,
					ISUP_USR, ISUP_REL, ISUP_FOT, ISUP_FAC, ISUP_APM,
					ISUP_PRI, ISUP_LOP, ISUP_NRM, ISUP_IDR, ISUP_IRS };
	struct conf_route route = {
		.name = r_in, .prefix = empty, .from = n_pstn, .to = { n_pstn }, .n_to = 1
	};

	collect_unknown();
	lab_open(4);
	call_core_set_routes(lab.core, route_table_new(&route, 1));
	for (unsigned long i = 0; i < calls; i++)
		a_call();
	for (size_t i = 0; i < sizeof(must); i++)
		CU_ASSERT(passed[must[i]] >= calls / 50);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "whatever comes goes on", whatever_comes_goes_on },
		CU_TEST_INFO_NULL,
	};

	if (argc > 1 && isdigit((unsigned char)argv[1][0])) {
		calls = strtoul(argv[1], NULL, 10);
		seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : seed;
		argc = 1;
	}
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("pstn random transit", tests, argc, argv);
}
