/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * libss7's own ISUP as the exchange at the other end, in virtual time over a wire with a delay:
 * calls both ways with glare, blocking and resets by either end mixed in. At the end every circuit
 * is idle at both; in ITU's ISUP and in ANSI's. usage: libss7_test [CALLS [SEED]]
 */
#include <ctype.h>

#include "isup/isup_private.h"
#include "tests/peers/libss7_isup.h"
#include "tests/unit/isup/rig.h"

#define CIRCUITS      30
#define WIRE_MAX      1024
#define WIRE_MS	      10
#define GROUP_FIRST   7
#define GROUP	      8
#define DEFAULT_CALLS 500
#define STEP_MS	      400
#define REST_MS	      (20 * 60 * 1000)

struct packet {
	struct timer timer;
	bool busy, to_peer;
	size_t n;
	uint8_t octets[ISUP_OCTETS_MAX];
};

static struct packet wire[WIRE_MAX];
static uint32_t seed = 784;
static unsigned long calls_wanted = DEFAULT_CALLS;
static struct {
	unsigned long placed, taken, answered, failed, reattempts, glares, blockings, resets;
} ours;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536 % n;
}

/* --- the wire --- */

static void arrived(struct timer *timer, void *arg)
{
	struct packet *packet = arg;
	uint8_t octets[ISUP_OCTETS_MAX];

	(void)timer;
	memcpy(octets, packet->octets, packet->n);
	packet->busy = false;
	if (packet->to_peer)
		libss7_isup_in(0, octets, packet->n);
	else
		isup_message_in(rig.isup, octets, packet->n);
}

static void put_on_wire(bool to_peer, const uint8_t *octets, size_t n)
{
	struct packet *packet = wire;

	while (packet->busy && packet < wire + WIRE_MAX - 1)
		packet++;
	CU_ASSERT_FALSE_FATAL(packet->busy);
	packet->busy = true;
	packet->to_peer = to_peer;
	packet->n = n;
	memcpy(packet->octets, octets, n);
	timer_start_ms(&packet->timer, WIRE_MS);
}

static int to_peer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
		   size_t n)
{
	(void)mtp;
	(void)opc;
	(void)dpc;
	(void)sls;
	put_on_wire(true, octets, n);
	return 0;
}

static void from_peer(void *arg, unsigned group, const uint8_t *octets, size_t n)
{
	(void)arg;
	(void)group;
	put_on_wire(false, octets, n);
}

static const struct mtp_ops wire_ops = { .type = "wire",
					 .transfer = to_peer,
					 .available = rig_available };

/* --- our exchange --- */

static void indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	(void)arg;
	switch (ind->ind) {
	case ISUP_IND_SETUP:
		ours.taken++;
		isup_circuit_set_user(circuit, OWNER);
		(void)send_type(circuit, ISUP_ACM, 1);
		(void)send_type(circuit, ISUP_ANM, 0);
		break;
	case ISUP_IND_ANSWER:
		ours.answered++;
		break;
	case ISUP_IND_RELEASE:
		isup_release(circuit, &ind->cause);
		break;
	case ISUP_IND_REATTEMPT:
		ours.reattempts++;
		break;
	default:
		break;
	}
}

static struct isup_circuit *circuit_at(unsigned cic)
{
	return isup_circuit_find(rig.isup, (uint16_t)cic);
}

static bool we_call(struct isup_circuit **circuit)
{
	struct isup_msg iam;

	make_iam(&iam, 0, "30123", true, 0);
	if (isup_setup(rig.isup, &iam, OWNER, circuit))
		return false;
	ours.placed++;
	return true;
}

/* Both ends seize one circuit at the same time. */
static void glare(void)
{
	struct isup_circuit *circuit;

	if (we_call(&circuit) && libss7_isup_call(0, isup_circuit_cic(circuit), "49301"))
		ours.glares++;
}

/* The first circuit from a random one on that they may take. */
static void they_call(void)
{
	unsigned first = draw(CIRCUITS);

	for (unsigned i = 0; i < CIRCUITS; i++)
		if (libss7_isup_call(0, 1 + (first + i) % CIRCUITS, "49301"))
			return;
}

static void place_a_call(void)
{
	struct isup_circuit *circuit;

	if (draw(8) == 0)
		glare();
	else if (draw(2))
		(void)we_call(&circuit);
	else
		they_call();
}

static void end_a_call(void)
{
	unsigned cic = 1 + draw(CIRCUITS);
	struct isup_circuit *circuit = circuit_at(cic);

	if (draw(2))
		(void)libss7_isup_release(0, cic, 16);
	else if (isup_circuit_user(circuit))
		release(circuit, 16);
}

static void maintain(void)
{
	unsigned cic = 1 + draw(CIRCUITS);

	switch (draw(9)) {
	case 0:
		ours.blockings += !isup_block(rig.isup, (uint16_t)cic);
		break;
	case 1:
	case 2:
		(void)isup_unblock(rig.isup, (uint16_t)cic);
		break;
	case 3:
		ours.blockings += libss7_isup_block(0, cic);
		break;
	case 4:
	case 5:
		(void)libss7_isup_unblock(0, cic);
		break;
	case 6:
		ours.resets += !isup_reset(rig.isup, (uint16_t)cic);
		break;
	case 7:
		if (draw(2))
			(void)isup_reset_group(rig.isup, GROUP_FIRST, GROUP);
		else
			(void)libss7_isup_reset_group(0, GROUP_FIRST, GROUP);
		break;
	default:
		ours.resets += libss7_isup_reset(0, cic);
		break;
	}
}

static void step(void)
{
	unsigned what = draw(100);

	if (what < 48)
		place_a_call();
	else if (what < 96)
		end_a_call();
	else
		maintain();
	pass_ms(draw(STEP_MS));
}

/* Everybody lets go, nothing is blocked, and what is waited for is over. */
static void come_to_rest(void)
{
	for (unsigned cic = 1; cic <= CIRCUITS; cic++) {
		(void)isup_unblock(rig.isup, (uint16_t)cic);
		(void)libss7_isup_unblock(0, cic);
		pass_ms(100);
	}
	for (unsigned ms = 0; ms < REST_MS; ms += 1000) {
		for (unsigned cic = 1; cic <= CIRCUITS; cic++) {
			if (isup_circuit_user(circuit_at(cic)))
				release(circuit_at(cic), 16);
			(void)libss7_isup_release(0, cic, 16);
		}
		pass_ms(1000);
	}
}

static void check_idle(void)
{
	char text[64];

	for (unsigned cic = 1; cic <= CIRCUITS; cic++) {
		isup_circuit_blocking(circuit_at(cic), text, sizeof(text));
		if (!isup_circuit_idle(circuit_at(cic)) || strcmp(text, "-") != 0 ||
		    !libss7_isup_idle(0, cic) || libss7_isup_blocked(0, cic))
			printf("\n  cic %u: here %s, blocked %s; there %s%s\n", cic,
			       isup_circuit_state(circuit_at(cic)), text,
			       libss7_isup_idle(0, cic) ? "idle" : "busy",
			       libss7_isup_blocked(0, cic) ? ", blocked" : "");
		CU_ASSERT_TRUE(isup_circuit_idle(circuit_at(cic)));
		CU_ASSERT_STRING_EQUAL(text, "-");
		CU_ASSERT_TRUE(libss7_isup_idle(0, cic));
		CU_ASSERT_FALSE(libss7_isup_blocked(0, cic));
	}
	CU_ASSERT_EQUAL(libss7_isup_records(), 0);
}

static void both_ends_agree_as(enum isup_variant variant)
{
	struct libss7_isup_conf conf = { .ansi = variant == ISUP_ANSI,
					 .opc = 2,
					 .dpc = 1,
					 .cics = CIRCUITS,
					 .answers = true,
					 .send = from_peer };
	struct libss7_isup_counts theirs;

	memset(&ours, 0, sizeof(ours));
	memset(wire, 0, sizeof(wire));
	rig_variant = variant;
	rig_open_raw(CIRCUITS);
	rig.isup->user.indicate = indicate;
	rig.mtp.ops = &wire_ops;
	for (size_t i = 0; i < WIRE_MAX; i++)
		CU_ASSERT_EQUAL_FATAL(
			timer_init(&wire[i].timer, rig.heap, "wire", arrived, &wire[i]), 0);
	conf.heap = rig.heap;
	CU_ASSERT_TRUE_FATAL(libss7_isup_open(&conf));
	isup_mtp_resume(rig.isup);
	pass_ms(1000);
	CU_ASSERT_TRUE(isup_available(rig.isup));
	while (ours.placed + libss7_isup_counts().placed < calls_wanted) {
		step();
		rig.alarms[0] = '\0';
	}
	come_to_rest();
	check_idle();
	theirs = libss7_isup_counts();
	printf("\n  calls from here %lu, answered %lu, taken there %lu; from there %lu, answered "
	       "%lu, taken here %lu; both seized %lu, lost here %lu, lost there %lu; blockings "
	       "%lu, resets %lu ",
	       ours.placed, ours.answered, theirs.taken, theirs.placed, theirs.answered, ours.taken,
	       ours.glares, ours.reattempts, theirs.lost, ours.blockings, ours.resets);
	CU_ASSERT(ours.answered > ours.placed / 2);
	CU_ASSERT(theirs.answered > theirs.placed / 2);
	CU_ASSERT(ours.glares > calls_wanted / 100);
	libss7_isup_close();
	for (size_t i = 0; i < WIRE_MAX; i++)
		timer_close(&wire[i].timer);
	rig_close();
}

static void both_ends_agree(void)
{
	both_ends_agree_as(ISUP_ITU);
}

static void both_ends_agree_in_ansi(void)
{
	both_ends_agree_as(ISUP_ANSI);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "calls both ways with libss7's ISUP", both_ends_agree },
		{ "the same in ANSI", both_ends_agree_in_ansi },
		CU_TEST_INFO_NULL,
	};
	if (argc > 1 && isdigit((unsigned char)argv[1][0])) {
		calls_wanted = strtoul(argv[1], NULL, 10);
		seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : seed;
		argc = 1;
	}
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup with libss7", tests, argc, argv);
}
