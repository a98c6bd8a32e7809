/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Every state and every message (Q.764 2.9.5.1): each of the 256 message types, well formed, with
 * nothing behind its type and with octets that mean nothing, on a circuit in each state; what
 * belongs to a call leaves it in the state that the table names, and everything comes to rest.
 */
#include "isup/isup_private.h"
#include "tests/unit/isup/rig.h"

#define CIC 1 /* ours to control */

/* --- a circuit in each state --- */

static void outgoing(uint8_t last)
{
	(void)seize();
	if (last == ISUP_IAM)
		return;
	receive(ISUP_ACM, CIC, 1);
	if (last == ISUP_ANM)
		receive(ISUP_ANM, CIC, 0);
}

static void incoming(uint8_t last)
{
	receive_iam(CIC, "30123", true);
	if (last == ISUP_IAM)
		return;
	(void)send_type(rig.circuit, ISUP_ACM, 1);
	if (last == ISUP_ANM)
		(void)send_type(rig.circuit, ISUP_ANM, 0);
}

static void bring(unsigned state)
{
	rig_open(1);
	rig.answers = false;
	switch (state) {
	case CIC_OG_WAIT_ACM:
		outgoing(ISUP_IAM);
		break;
	case CIC_OG_WAIT_ANM:
		outgoing(ISUP_ACM);
		break;
	case CIC_OG_ACTIVE:
		outgoing(ISUP_ANM);
		break;
	case CIC_IC_WAIT_ACM:
		incoming(ISUP_IAM);
		break;
	case CIC_IC_WAIT_ANM:
		incoming(ISUP_ACM);
		break;
	case CIC_IC_ACTIVE:
		incoming(ISUP_ANM);
		break;
	case CIC_RELEASE_IND:
		outgoing(ISUP_ANM);
		receive(ISUP_REL, CIC, 16);
		break;
	case CIC_WAIT_RLC:
		outgoing(ISUP_ANM);
		release(rig.circuit, 16);
		break;
	case CIC_RESETTING:
		(void)isup_reset(rig.isup, CIC);
		break;
	case CIC_CHECKING:
		rig.isup->user.continuity = rig_continuity;
		receive(ISUP_CCR, CIC, 0);
		break;
	case CIC_OVERLOADED:
		outgoing(ISUP_IAM);
		receive(ISUP_OLM, CIC, 0);
		break;
	default:
		break;
	}
	CU_ASSERT_EQUAL_FATAL(isup_circuit_find(rig.isup, CIC)->state, state);
}

/* The event that a message of this type is in any state; CIC_EVS: not one of a call, or more than
 * one. */
static enum circuit_ev event_of(uint8_t type)
{
	static const struct {
		uint8_t type;
		enum circuit_ev ev;
	} events[] = {
		{ ISUP_SAM, CIC_EV_SAM }, { ISUP_ACM, CIC_EV_ACM }, { ISUP_CPG, CIC_EV_CPG },
		{ ISUP_ANM, CIC_EV_ANM }, { ISUP_CON, CIC_EV_CON }, { ISUP_SUS, CIC_EV_SUS },
		{ ISUP_RES, CIC_EV_RES }, { ISUP_REL, CIC_EV_REL }, { ISUP_INR, CIC_EV_INR },
		{ ISUP_OLM, CIC_EV_OLM },
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].type == type)
			return events[i].ev;
	return CIC_EVS;
}

static void check_after(unsigned before, unsigned type, bool sound)
{
	const struct isup_circuit *circuit = isup_circuit_find(rig.isup, CIC);
	enum circuit_ev ev = event_of((uint8_t)type);
	unsigned after = circuit->state;

	CU_ASSERT_FATAL(after < CIC_STS);
	CU_ASSERT_EQUAL(circuit->depth, 0);
	if (sound && ev != CIC_EVS && after != isup_call_table[before][ev].next)
		printf("\n  type 0x%02x while %s: %s\n", type, isup_state_names[before],
		       isup_state_names[after]);
	if (sound && ev != CIC_EVS)
		CU_ASSERT_EQUAL(after, isup_call_table[before][ev].next);
}

/* Whatever the circuit is in: the other end resets it, the owner lets go, our own waits end. */
static void comes_to_rest(void)
{
	rig.answers = true;
	receive(ISUP_RSC, CIC, 0);
	receive(ISUP_RLC, CIC, 0);
	receive(ISUP_BLA, CIC, 0);
	receive(ISUP_UBA, CIC, 0);
	CU_ASSERT_TRUE(isup_circuit_idle(isup_circuit_find(rig.isup, CIC)));
}

enum shape { SOUND, BARE, ODD, SHAPES };

/* False: the rig makes no contents for that type. */
static bool receive_sound(unsigned type)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	struct isup_msg msg;
	int n;

	if (!isup_type_name((uint8_t)type))
		return false;
	make(&msg, (uint8_t)type, CIC, 1);
	n = isup_msg_encode(&msg, octets, sizeof(octets));
	if (n > 0)
		isup_message_in(rig.isup, octets, (size_t)n);
	return n > 0;
}

static bool receive_shaped(unsigned type, enum shape shape)
{
	static const uint8_t odd[] = { 0xff, 0x01, 0x80, 0x00, 0xff };
	uint8_t octets[3 + sizeof(odd)] = { CIC, 0, (uint8_t)type };

	memcpy(octets + 3, odd, sizeof(odd));
	if (shape == SOUND)
		return receive_sound(type);
	isup_message_in(rig.isup, octets, shape == BARE ? 3 : sizeof(octets));
	return false;
}

static void every_message_in_every_state(void)
{
	for (unsigned st = 0; st < CIC_STS; st++)
		for (unsigned type = 0; type < 256; type++)
			for (enum shape shape = SOUND; shape < SHAPES; shape++) {
				bring(st);
				check_after(st, type, receive_shaped(type, shape));
				comes_to_rest();
				rig_close();
			}
}

/* A timer that is not of the state: nothing. Of the state: what the table says. */
static void every_timer_in_every_state(void)
{
	for (unsigned st = 0; st < CIC_STS; st++)
		for (unsigned ev = CIC_EV_T1; ev < CIC_EV_SEIZE; ev++) {
			struct call_input in = { .cause = { .value = Q850_TIMER_EXPIRY } };
			struct isup_circuit *circuit;

			bring(st);
			circuit = isup_circuit_find(rig.isup, CIC);
			isup_call_event(circuit, (enum circuit_ev)ev, &in);
			CU_ASSERT_EQUAL(circuit->state, isup_call_table[st][ev].next);
			comes_to_rest();
			rig_close();
		}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "every message in every state", every_message_in_every_state },
		{ "every timer in every state", every_timer_in_every_state },
		CU_TEST_INFO_NULL,
	};
	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("isup table", tests, argc, argv);
}
