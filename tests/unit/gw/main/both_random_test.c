/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Any sequence of messages from both sides of a call, in any order and at any time: the call ends, its cause is known, and
 * no circuit, dialog, transaction, timer or media channel is left. Three seeds; SEQUENCES says how many of each,
 * SEQUENCES_LOG which one to log.
 */
#include "gw/base/counter.h"
#include "tests/unit/gw/main/both.h"

#define SEQUENCES_DEFAULT 10000
#define STEPS_MAX	  16

static struct {
	uint32_t state;
	unsigned n; /* for branches and CSeqs */
	bool from_sip;
	struct sip_msg *invite; /* of the gateway, held */
	bool unexpected;
} chance;

static uint32_t draw(uint32_t below)
{
	chance.state ^= chance.state << 13;
	chance.state ^= chance.state >> 17;
	chance.state ^= chance.state << 5;
	return chance.state % below;
}

static uint16_t any_circuit(void)
{
	return (uint16_t)(draw(8) ? (chance.from_sip ? 1 : 2) : 1 + draw(CIRCUITS));
}

/* --- the SIP peer --- */

static const char *any_body(void)
{
	static const char *const bodies[] = {
		CONTACT TYPE "\n" SDP,
		CONTACT TYPE "\n" SDP_OF("4000", "sendonly"),
		CONTACT TYPE "\n" SDP_OF("4002", "inactive"),
		CONTACT "\n",
		CONTACT TYPE "\nv=0\nnothing\n",
		"Reason: Q.850;cause=41;location=TN\n" CONTACT "\n",
	};

	return bodies[draw(sizeof(bodies) / sizeof(bodies[0]))];
}

static void invite_hold(void)
{
	struct sip_msg *invite = sip_latest(true, SIP_INVITE, 0);

	if (!invite || invite == chance.invite)
		return;
	sip_msg_free(chance.invite);
	chance.invite = sip_msg_ref(invite);
}

/* A response to one of the gateway's latest requests. */
static void peer_responds(void)
{
	static const char *const lines[] = {
		"100 Trying",
		"180 Ringing",
		"180 Ringing",
		"181 Forwarded",
		"182 Queued",
		"183 Session Progress",
		"183 Progress",
		"199 Dialog Ended",
		"200 OK",
		"200 OK",
		"200 OK",
		"200 OK",
		"302 Moved",
		"305 Use Proxy",
		"400 Bad Request",
		"401 Unauthorized",
		"404 Not Found",
		"408 Request Timeout",
		"413 Too Large",
		"414 URI Too Long",
		"420 Bad Extension",
		"423 Brief",
		"480 Unavailable",
		"481 No Call",
		"484 Incomplete",
		"486 Busy Here",
		"487 Request Terminated",
		"488 Not Acceptable",
		"491 Request Pending",
		"500 Error",
		"503 Unavailable",
		"504 Time-out",
		"600 Busy Everywhere",
		"603 Decline",
	};
	static const char *const tags[] = { "b1", "b1", "b1", "b2", "b3", "" };
	const char *line = lines[draw(sizeof(lines) / sizeof(lines[0]))];
	unsigned back = draw(4);
	const struct sip_msg *request;

	if (back >= both.n_sent)
		return;
	request = both.sent[(both.n_sent - 1 - back) % SENT_MAX];
	if (!request || !request->request || request->method == SIP_ACK)
		request = chance.invite;
	if (request)
		sip_respond(request, line, tags[draw(6)], any_body());
}

/* A request in the dialog that the gateway's INVITE made. */
static void callee(const char *method, unsigned cseq, const char *rest)
{
	const struct sip_msg *invite = chance.invite;
	char tag[16] = "";

	if (!invite)
		return;
	if (!invite->to->tag.n)
		snprintf(tag, sizeof(tag), ";tag=b%u", 1 + draw(3));
	sip_receive("%s sip:192.0.2.1 SIP/2.0\n"
		    "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKc%u\nMax-Forwards: 70\n"
		    "From: %.*s%s\nTo: %.*s\nCall-ID: %.*s\nCSeq: %u %s\n%s",
		    method, chance.n, STR_FMT(invite->to->text), tag, STR_FMT(invite->from->text),
		    STR_FMT(invite->call_id), cseq, method, rest);
}

static void peer_requests(const char *method, const char *rest)
{
	unsigned cseq = 2 + ++chance.n;
	char branch[16];

	snprintf(branch, sizeof(branch), "r%u", chance.n);
	if (strcmp(method, "ACK") == 0)
		cseq = draw(3) ? 1 : cseq - 1;
	if (chance.from_sip)
		caller(method, cseq, branch, rest);
	else
		callee(method, cseq, rest);
}

static void peer_says_bye(void)
{
	peer_requests("BYE", draw(2) ? "Reason: Q.850;cause=0\n\n" : "\n");
}

static void peer_acks(void)
{
	peer_requests("ACK", draw(4) ? "\n" : any_body());
}

static void peer_reinvites(void)
{
	peer_requests("INVITE", any_body());
}

static void peer_informs(void)
{
	peer_requests("INFO", "Content-Type: application/dtmf-relay\n\nSignal=5\nDuration=100\n");
}

static void caller_cancels(void)
{
	if (chance.from_sip)
		caller("CANCEL", 1, "inv", "\n");
}

static void caller_repeats(void)
{
	if (chance.from_sip)
		caller(draw(2) ? "INVITE" : "ACK", 1, "inv", CONTACT TYPE "\n" SDP);
}

/* --- the exchange --- */

static void exchange_says(void)
{
	static const uint8_t types[] = {
		ISUP_ACM, ISUP_ACM, ISUP_ACM, ISUP_CPG, ISUP_CPG, ISUP_CPG, ISUP_ANM,
		ISUP_ANM, ISUP_CON, ISUP_SUS, ISUP_RES, ISUP_SAM, ISUP_INR, ISUP_COT,
		ISUP_USR, ISUP_INF, ISUP_REL, ISUP_REL, ISUP_RLC,
	};
	uint8_t type = types[draw(sizeof(types))];

	receive(type, any_circuit(), (uint8_t)(type == ISUP_REL ? draw(128) : draw(7)));
}

static void exchange_notifies(void)
{
	struct isup_msg cpg;

	make(&cpg, ISUP_CPG, any_circuit(), 2);
	(void)isup_put_octet(&cpg, ISUP_P_GENERIC_NOTIFICATION, (uint8_t)(0xF9 + draw(2)));
	receive_msg(&cpg);
}

static void exchange_maintains(void)
{
	switch (draw(8)) {
	case 0:
		receive(ISUP_RSC, any_circuit(), 0);
		break;
	case 1:
		receive(ISUP_GRS, 1, CIRCUITS - 1);
		break;
	case 2:
		receive(ISUP_BLO, any_circuit(), 0);
		break;
	case 3:
		receive(ISUP_UBL, any_circuit(), 0);
		break;
	case 4:
	case 5:
		receive_group(ISUP_CGB, 1, CIRCUITS - 1, draw(2));
		break;
	default:
		receive_group(ISUP_CGU, 1, CIRCUITS - 1, draw(2));
		break;
	}
}

static void exchange_answers(void)
{
	isup_answer_all();
}

static void exchange_ends(void)
{
	receive(ISUP_REL, any_circuit(), Q850_NORMAL);
}

/* --- ours --- */

static void operator_acts(void)
{
	uint16_t cic = any_circuit();

	switch (draw(4)) {
	case 0:
		(void)isup_block(rig.isup, cic);
		break;
	case 1:
		(void)isup_unblock(rig.isup, cic);
		break;
	case 2:
		(void)isup_reset(rig.isup, cic);
		break;
	default:
		call_core_release_all(both.core, Q850_TEMPORARY_FAILURE);
		break;
	}
}

static void time_passes(void)
{
	static const uint32_t ms[] = { 1, 100, 200, 600, 2000, 8000, 17000, 40000 };

	pass_ms(ms[draw(sizeof(ms) / sizeof(ms[0]))]);
}

static void nothing_much(void)
{
	pass_ms(draw(300));
}

/* --- sequences --- */

static const struct {
	void (*act)(void);
	unsigned weight;
} acts[] = {
	{ peer_responds, 40 }, { peer_says_bye, 6 },	  { peer_acks, 8 },
	{ peer_reinvites, 8 }, { peer_informs, 3 },	  { caller_cancels, 3 },
	{ caller_repeats, 3 }, { exchange_says, 40 },	  { exchange_notifies, 4 },
	{ exchange_ends, 3 },  { exchange_maintains, 4 }, { exchange_answers, 20 },
	{ operator_acts, 1 },  { time_passes, 8 },	  { nothing_much, 10 },
};

static void act(void)
{
	unsigned total = 0, at;

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		total += acts[i].weight;
	at = draw(total);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (at < acts[i].weight) {
			acts[i].act();
			return;
		}
		at -= acts[i].weight;
	}
}

static void begin(void)
{
	chance.from_sip = draw(2);
	rig.sent[0] = '\0';
	if (chance.from_sip) {
		both.n_calls++;
		caller("INVITE", 1, "inv", any_body());
	} else {
		receive_iam(2, "30123", draw(4));
	}
}

/* The circuits are set right again from the other end, and ours by hand. */
static void end(void)
{
	receive_group(ISUP_CGU, 1, CIRCUITS - 1, false);
	receive_group(ISUP_CGU, 1, CIRCUITS - 1, true);
	for (uint16_t cic = 1; cic <= CIRCUITS; cic++) {
		receive(ISUP_UBL, cic, 0);
		(void)isup_unblock(rig.isup, cic);
	}
	receive(ISUP_GRS, 1, CIRCUITS - 1);
	both_settle();
}

static void sequence(void)
{
	unsigned steps = 1 + draw(STEPS_MAX);

	begin();
	for (unsigned i = 0; i < steps; i++) {
		invite_hold();
		act();
	}
	end();
}

/* What the tables call impossible does not happen. */
static void unexpected_note(const struct counter *counter, void *arg)
{
	(void)arg;
	if (strcmp(counter->name, "causeway_call_unexpected_events_total") == 0 ||
	    strcmp(counter->name, "causeway_isup_unexpected_indications_total") == 0)
		chance.unexpected |= counter->value > 0;
}

static void show_left(unsigned seed, unsigned n)
{
	printf("seed %u, sequence %u: %zu calls, %zu legs, %zu dialogs, %zu transactions, %zu busy "
	       "circuits, %u channels, %zu timers\n",
	       seed, n, call_core_calls(both.core), sip_ua_legs(both.ua), sip_ua_dialogs(both.ua),
	       sip_stack_transactions(both.stack), isup_trunk_busy(both.trunk), both.channels,
	       (size_t)timer_heap_running(rig.heap));
}

static unsigned number_of(const char *name, unsigned fallback)
{
	const char *text = getenv(name);
	uint64_t n;

	return text && !str_to_u64(str_c(text), 10000000, &n) ? (unsigned)n : fallback;
}

static void any_sequence_ends(uint32_t seed, bool treated)
{
	unsigned n = number_of("SEQUENCES", SEQUENCES_DEFAULT);
	unsigned told = number_of("SEQUENCES_LOG", n);

	chance.state = seed;
	chance.n = 0;
	both_open(treated);
	for (unsigned i = 0; i < n; i++) {
		log_set_level(i == told ? LOG_DEBUG : LOG_ERROR);
		sequence();
		counter_each(unexpected_note, NULL);
		if (!both_empty() || both.cause_missing || chance.unexpected) {
			show_left(seed, i);
			CU_FAIL_FATAL("something is left of a call, or an event was not expected");
		}
	}
	/* Most sequences begin with a call that is taken. */
	CU_ASSERT_TRUE(both.ended > n * 3 / 4);
	sip_msg_free(chance.invite);
	chance.invite = NULL;
	both_close();
}

static void first_seed(void)
{
	any_sequence_ends(1, false);
}

static void second_seed(void)
{
	any_sequence_ends(20021219, true);
}

static void third_seed(void)
{
	any_sequence_ends(0x3398, false);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "first seed", first_seed },
		{ "second seed, with treatments", second_seed },
		{ "third seed", third_seed },
		CU_TEST_INFO_NULL,
	};

	return cu_run("any sequence of both legs", tests, argc, argv);
}
