/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Maintenance messages in every state of a call between SIP and ISUP (RFC 3398 11): a reset or a hardware failure is a
 * release, and both legs go properly; blocking for maintenance changes nothing.
 */
#include "tests/unit/gw/main/both.h"

enum maintenance { BY_RSC, BY_GRS, BY_CGB_HARDWARE, BY_BLO, BY_CGB };

static const struct {
	const char *name, *answer;
	bool ends; /* the call */
} kinds[] = {
	[BY_RSC] = { "RSC", "RLC", true },
	[BY_GRS] = { "GRS", "GRA", true },
	[BY_CGB_HARDWARE] = { "CGB hardware", "CGBA", true },
	[BY_BLO] = { "BLO", "BLA", false },
	[BY_CGB] = { "CGB", "CGBA", false },
};

static void maintain(enum maintenance kind, uint16_t cic)
{
	switch (kind) {
	case BY_RSC:
		receive(ISUP_RSC, cic, 0);
		break;
	case BY_GRS:
		receive(ISUP_GRS, 1, CIRCUITS - 1);
		break;
	case BY_CGB_HARDWARE:
	case BY_CGB:
		receive_group(ISUP_CGB, 1, CIRCUITS - 1, kind == BY_CGB_HARDWARE);
		break;
	case BY_BLO:
		receive(ISUP_BLO, cic, 0);
		break;
	}
}

static void unblock(uint16_t cic)
{
	receive(ISUP_UBL, cic, 0);
	receive_group(ISUP_CGU, 1, CIRCUITS - 1, false);
	receive_group(ISUP_CGU, 1, CIRCUITS - 1, true);
}

/* --- a SIP caller --- */

enum from_sip { WAITS, EARLY, ALERTS, ANSWERED, ACKED, FROM_SIP };

static const char *const from_sip_names[] = { "no answer yet", "early ACM", "alerting",
					      "answered, no ACK", "in conversation" };
static const char *const from_sip_ends[] = { "", "503 ", "503 ", "", "BYE " };

static void bring_from_sip(enum from_sip state)
{
	both_open(false);
	call_from_sip();
	pass_ms(300);
	if (state == EARLY || state >= ALERTS)
		receive(ISUP_ACM, 1, state == EARLY ? 0 : 1);
	if (state >= ANSWERED)
		receive(ISUP_ANM, 1, 0);
	if (state == ACKED)
		caller("ACK", 1, "ack", "\n");
	(void)sip_said();
	(void)isup_said();
}

/* Q.764 2.8.2.1, 2.9.3.1: another circuit before anything came back, and the caller hears nothing of
 * it; 503 where there is none. */
static void tried_again(enum maintenance kind)
{
	const char *again = strstr(rig.sent, "IAM ");

	if (kind == BY_CGB || kind == BY_CGB_HARDWARE || kind == BY_GRS) {
		CU_ASSERT_STRING_EQUAL(sip_said(), "503 ");
		CU_ASSERT_PTR_NULL(again);
		return;
	}
	CU_ASSERT_STRING_EQUAL(sip_said(), "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(again);
	receive(ISUP_REL, (uint16_t)(again[4] - '0'), Q850_BUSY);
	CU_ASSERT_STRING_EQUAL(sip_said(), "486 ");
}

static void ends_well(enum from_sip state)
{
	CU_ASSERT_STRING_EQUAL(sip_said(), from_sip_ends[state]);
	CU_ASSERT_EQUAL(call_core_calls(both.core), 0);
	if (state != ANSWERED)
		return;
	/* RFC 3261 15: no BYE before the ACK. */
	caller("ACK", 1, "ack", "\n");
	CU_ASSERT_STRING_EQUAL(sip_said(), "BYE ");
}

static void goes_on(enum from_sip state)
{
	CU_ASSERT_STRING_EQUAL(sip_said(), "");
	CU_ASSERT_EQUAL(call_core_calls(both.core), 1);
	if (state < ANSWERED) {
		receive(ISUP_REL, 1, Q850_BUSY);
		CU_ASSERT_STRING_EQUAL(sip_said(), "486 ");
	} else {
		if (state == ANSWERED)
			caller("ACK", 1, "ack", "\n");
		receive(ISUP_REL, 1, Q850_NORMAL);
		CU_ASSERT_STRING_EQUAL(sip_said(), "BYE ");
	}
}

static void from_sip(void)
{
	for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		for (unsigned state = 0; state < FROM_SIP; state++) {
			unsigned failures = CU_get_number_of_failures();

			bring_from_sip((enum from_sip)state);
			maintain((enum maintenance)kind, 1);
			CU_ASSERT_TRUE(strstr(rig.sent, kinds[kind].answer) != NULL);
			if (state == WAITS)
				tried_again((enum maintenance)kind);
			else if (kinds[kind].ends)
				ends_well((enum from_sip)state);
			else
				goes_on((enum from_sip)state);
			unblock(1);
			both_close();
			if (CU_get_number_of_failures() != failures)
				printf("%s in \"%s\" from SIP\n", kinds[kind].name,
				       from_sip_names[state]);
		}
}

/* --- an ISUP caller --- */

enum from_isup { INVITED, TRYING, RINGS, UP, FROM_ISUP };

static const char *const from_isup_names[] = { "INVITE sent", "100 came", "180 came", "answered" };
/* RFC 3261 9.1: no CANCEL before a provisional response. */
static const char *const from_isup_ends[] = { "", "CANCEL ", "CANCEL ", "BYE " };

static void bring_from_isup(enum from_isup state)
{
	const struct sip_msg *invite;

	both_open(false);
	call_from_isup();
	invite = sip_latest(true, SIP_INVITE, 0);
	if (state >= TRYING)
		sip_respond(invite, "100 Trying", "", "\n");
	if (state >= RINGS)
		sip_respond(invite, "180 Ringing", "b", CONTACT "\n");
	if (state >= UP)
		sip_respond(invite, "200 OK", "b", CONTACT TYPE "\n" SDP);
	(void)sip_said();
	(void)isup_said();
}

static void from_isup(void)
{
	for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		for (unsigned state = 0; state < FROM_ISUP; state++) {
			unsigned failures = CU_get_number_of_failures();

			bring_from_isup((enum from_isup)state);
			maintain((enum maintenance)kind, 2);
			CU_ASSERT_TRUE(strstr(rig.sent, kinds[kind].answer) != NULL);
			if (kinds[kind].ends) {
				CU_ASSERT_STRING_EQUAL(sip_said(), from_isup_ends[state]);
				CU_ASSERT_EQUAL(call_core_calls(both.core), 0);
			} else {
				CU_ASSERT_STRING_EQUAL(sip_said(), "");
				CU_ASSERT_EQUAL(call_core_calls(both.core), 1);
				receive(ISUP_REL, 2, Q850_NORMAL);
				CU_ASSERT_STRING_EQUAL(sip_said(), from_isup_ends[state]);
			}
			unblock(2);
			both_close();
			if (CU_get_number_of_failures() != failures)
				printf("%s in \"%s\" from ISUP\n", kinds[kind].name,
				       from_isup_names[state]);
		}
}

/* --- hold and suspension --- */

static void answer_reinvite(const char *direction)
{
	char rest[512];

	snprintf(rest, sizeof(rest), CONTACT TYPE "\n" SDP_OF("4000", "%s"), direction);
	sip_respond(sip_latest(true, SIP_INVITE, 0), "200 OK", "b", rest);
	CU_ASSERT_STRING_EQUAL(sip_said(), "ACK ");
}

static bool offers(const char *direction)
{
	const struct sip_msg *invite = sip_latest(true, SIP_INVITE, 0);

	return memmem(invite->body.p, invite->body.n, direction, strlen(direction)) != NULL;
}

/* RFC 3398 9.1 and 9.2: SUS and the other end's hold stop the media, which goes on when neither is there. */
static void suspended_and_held(void)
{
	struct isup_msg cpg;

	bring_from_isup(UP);
	receive(ISUP_SUS, 2, 1);
	CU_ASSERT_STRING_EQUAL(sip_said(), "INVITE ");
	CU_ASSERT_TRUE(offers("a=sendonly"));
	answer_reinvite("recvonly");
	make(&cpg, ISUP_CPG, 2, 2);
	(void)isup_put_octet(&cpg, ISUP_P_GENERIC_NOTIFICATION, 0xF9); /* remote hold */
	receive_msg(&cpg);
	CU_ASSERT_STRING_EQUAL(sip_said(), "");
	receive(ISUP_RES, 2, 1);
	CU_ASSERT_STRING_EQUAL(sip_said(), "");
	make(&cpg, ISUP_CPG, 2, 2);
	(void)isup_put_octet(&cpg, ISUP_P_GENERIC_NOTIFICATION, 0xFA); /* remote retrieval */
	receive_msg(&cpg);
	CU_ASSERT_STRING_EQUAL(sip_said(), "INVITE ");
	CU_ASSERT_TRUE(offers("a=sendrecv"));
	answer_reinvite("sendrecv");
	/* 10.2.2: the callee hangs up: SUS, and REL when T6 has run out. */
	receive(ISUP_SUS, 2, 1);
	CU_ASSERT_STRING_EQUAL(sip_said(), "INVITE ");
	answer_reinvite("recvonly");
	receive(ISUP_REL, 2, Q850_NORMAL);
	CU_ASSERT_STRING_EQUAL(sip_said(), "BYE ");
	both_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "from SIP", from_sip },
		{ "from ISUP", from_isup },
		{ "suspended and held", suspended_and_held },
		CU_TEST_INFO_NULL,
	};

	log_set_level(argc > 2 ? LOG_DEBUG : LOG_ERROR);
	return cu_run("maintenance on calls of both legs", tests, argc > 2 ? 2 : argc, argv);
}
