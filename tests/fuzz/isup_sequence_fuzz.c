/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Fuzz target of the ISUP procedures: the input is a sequence of messages on four circuits, waits,
 * requests of the owners and of maintenance, pause and resume. Afterwards the other end answers
 * everything: within the sum of the timers every circuit is idle, and no timer is left.
 */
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "isup/isup_private.h"

#define CIRCUITS 4
#define SENT_MAX 256
#define MESSAGE	 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

struct sent {
	size_t n;
	uint8_t octets[ISUP_OCTETS_MAX];
};

static struct {
	uint64_t now_us;
	struct timer_heap *heap;
	struct isup *isup;
	struct mtp mtp;
	struct sent sent[SENT_MAX];
	size_t n_sent;
	bool ansi; /* by the last octet of the input */
} rig;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static uint64_t now(void *arg)
{
	(void)arg;
	return rig.now_us;
}

static int transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
		    const uint8_t *octets, size_t n)
{
	struct sent *sent = &rig.sent[rig.n_sent % SENT_MAX];

	(void)mtp;
	(void)opc;
	(void)dpc;
	(void)sls;
	must(n >= 3 && n <= sizeof(sent->octets));
	sent->n = n;
	memcpy(sent->octets, octets, n);
	if (rig.n_sent < SENT_MAX)
		rig.n_sent++;
	return 0;
}

static bool available(const struct mtp *mtp, uint32_t dpc)
{
	(void)mtp;
	(void)dpc;
	return true;
}

static const struct mtp_ops mtp_ops = { .type = "fuzz",
					.transfer = transfer,
					.available = available };

static void indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	(void)arg;
	must(circuit->state < CIC_STS);
	if (ind->ind == ISUP_IND_SETUP)
		isup_circuit_set_user(circuit, &rig);
	else if (ind->ind == ISUP_IND_RELEASE)
		isup_release(circuit, &ind->cause);
}

static void pass_ms(uint64_t ms)
{
	uint64_t until = rig.now_us + ms * 1000;

	for (;;) {
		int64_t next = timer_heap_next_us(rig.heap);

		if (next < 0 || rig.now_us + (uint64_t)next > until)
			break;
		rig.now_us += (uint64_t)next;
		(void)timer_heap_run(rig.heap);
	}
	rig.now_us = until;
}

/* --- what the input asks for --- */

static uint8_t take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* The input's octets; the CIC is that of a circuit, or of none. */
static void message(struct input *in)
{
	uint8_t octets[2 + MESSAGE] = { (uint8_t)(take(in) % (CIRCUITS + 2)) };
	size_t n = take(in) % MESSAGE, left = (size_t)(in->end - in->at);

	n = n < left ? n : left;
	memcpy(octets + 2, in->at, n);
	in->at += n;
	isup_message_in(rig.isup, octets, n + 2);
}

static void setup(void)
{
	static const uint8_t itu[] = {
		0, 0, 1, 0, 0x60, 1, 10, 3, 2, 0, 5, 3, 16, 0x03, 0x21, 0xf3
	};
	static const uint8_t ansi[] = { 0, 0,	 1,    0, 0x60, 1,    10, 3,	5,   0,
					2, 0x88, 0x90, 5, 0x83, 0x10, 3,  0x21, 0x03 };
	const uint8_t *iam = rig.ansi ? ansi : itu;
	size_t n = rig.ansi ? sizeof(ansi) : sizeof(itu);
	struct isup_circuit *circuit;
	struct isup_error error;
	struct isup_msg msg;

	must(!isup_msg_decode_as(&msg, rig.ansi ? ISUP_ANSI : ISUP_ITU, iam, n, &error));
	(void)isup_setup(rig.isup, &msg, &rig, &circuit);
}

static void say(struct isup_circuit *circuit, uint8_t what)
{
	static const uint8_t messages[][6] = {
		{ 0, 0, 6, 0x16, 0x14, 0 }, { 0, 0, 9, 0 },	  { 0, 0, 0x2c, 1, 0 },
		{ 0, 0, 7, 0x16, 0x14, 0 }, { 0, 0, 0x0d, 1, 0 }, { 0, 0, 0x0e, 1, 0 },
	};
	static const size_t sizes[] = { 6, 4, 5, 6, 5, 5 };
	struct isup_error error;
	struct isup_msg msg;

	what %= sizeof(sizes) / sizeof(sizes[0]);
	must(!isup_msg_decode(&msg, messages[what], sizes[what], &error));
	(void)isup_send(circuit, &msg);
}

static void maintain(uint8_t what, uint16_t cic, unsigned n)
{
	switch (what % 6) {
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
		(void)isup_block_group(rig.isup, cic, n, what & 64);
		break;
	case 4:
		(void)isup_unblock_group(rig.isup, cic, n, what & 64);
		break;
	default:
		(void)isup_reset_group(rig.isup, cic, n);
		break;
	}
}

static void step(struct input *in)
{
	const struct isup_cause cause = { .location = 4, .value = 16 };
	uint8_t what = take(in);
	uint16_t cic = (uint16_t)(1 + what / 32 % CIRCUITS);
	struct isup_circuit *circuit = isup_circuit_find(rig.isup, cic);

	switch (what % 16) {
	case 8:
		setup();
		break;
	case 9:
		if (circuit->user)
			isup_release(circuit, &cause);
		break;
	case 10:
	case 11:
		if (circuit->user)
			say(circuit, take(in));
		break;
	case 12:
		pass_ms(1u << take(in) % 20);
		break;
	case 13:
		maintain(take(in), cic, 1 + what / 32);
		break;
	case 14:
		isup_mtp_pause(rig.isup);
		break;
	case 15:
		isup_mtp_resume(rig.isup);
		break;
	default:
		message(in);
		break;
	}
}

/* --- afterwards --- */

static void answer(const struct sent *sent)
{
	static const uint8_t answers[][2] = { { ISUP_REL, ISUP_RLC },  { ISUP_RSC, ISUP_RLC },
					      { ISUP_BLO, ISUP_BLA },  { ISUP_UBL, ISUP_UBA },
					      { ISUP_CGB, ISUP_CGBA }, { ISUP_CGU, ISUP_CGUA } };
	struct sent back = *sent;
	uint8_t gra[] = { back.octets[0], 0, ISUP_GRA, 1, 2, back.octets[5], 0 };

	if (back.octets[2] == ISUP_GRS) {
		isup_message_in(rig.isup, gra, sizeof(gra));
		return;
	}
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i][0] == sent->octets[2]) {
			back.octets[2] = answers[i][1];
			isup_message_in(rig.isup, back.octets, back.n);
		}
}

static void let_go(struct isup_circuit *circuit, void *arg)
{
	const struct isup_cause cause = { .location = 4, .value = 16 };

	(void)arg;
	if (circuit->user)
		isup_release(circuit, &cause);
}

static void check_idle(struct isup_circuit *circuit, void *arg)
{
	(void)arg;
	must(isup_circuit_idle(circuit));
}

static void settle(void)
{
	uint64_t ms = 0;

	isup_mtp_resume(rig.isup);
	(void)isup_unblock_group(rig.isup, 1, CIRCUITS, false);
	(void)isup_unblock_group(rig.isup, 1, CIRCUITS, true);
	for (unsigned i = 0; i < ISUP_TIMERS; i++)
		ms += isup_timer_ms(rig.isup, (enum isup_timer_id)i);
	for (uint64_t passed = 0; passed < ms; passed += 5000) {
		isup_circuit_each(rig.isup, let_go, NULL);
		for (size_t i = 0; i < rig.n_sent; i++)
			answer(&rig.sent[i]);
		rig.n_sent = 0;
		pass_ms(5000);
	}
	isup_circuit_each(rig.isup, check_idle, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct clock_source clock = { .now_us = now };
	const bool ansi = size && data[size - 1] & 1;
	const struct isup_conf conf = { .name = "fuzz",
					.variant = ansi ? ISUP_ANSI : ISUP_ITU,
					.opc = 1,
					.dpc = 2,
					.min_digits = 3 };
	const struct isup_user user = { .indicate = indicate };
	struct input in = { data, data + size };

	log_set_level(LOG_ERROR);
	memset(&rig, 0, sizeof(rig));
	rig.ansi = ansi;
	rig.mtp.ops = &mtp_ops;
	rig.heap = timer_heap_new(&clock);
	rig.isup = isup_new(&conf, &user, rig.heap);
	for (uint16_t cic = 1; cic <= CIRCUITS; cic++)
		must(!isup_circuit_add(rig.isup, cic, NULL));
	isup_attach(rig.isup, &rig.mtp);
	isup_mtp_resume(rig.isup);
	answer(&rig.sent[0]);
	rig.n_sent = 0;
	while (in.at < in.end)
		step(&in);
	settle();
	isup_free(rig.isup);
	must(timer_heap_running(rig.heap) == 0);
	timer_heap_free(rig.heap);
	return 0;
}
