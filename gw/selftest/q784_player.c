/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Plays the scripts: an ISUP of its own for each case, an MTP that keeps what is sent, a user that
 * writes down what it is told, and a clock that stands still unless the script turns it.
 */
#include "gw/selftest/q784_player.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gw/selftest/q784_octets.h"

/* Point codes of SP A and SP B. The higher one controls the even circuits (Q.764 2.9.1.4). */
#define SENIOR_PC 1
#define JUNIOR_PC 3
#define PEER_PC	  2

static void fail(struct q784_player *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct q784_player *p, const char *fmt, ...)
{
	char text[sizeof(p->fault) - 16];
	va_list ap;

	if (p->fault[0])
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(p->fault, sizeof(p->fault), "step %u: %s", p->step, text);
}

static void add(char *text, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t cap, const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, cap - n, fmt, ap);
	va_end(ap);
}

/* --- what SP A sees --- */

static uint64_t player_now(void *arg)
{
	return ((struct q784_player *)arg)->now_us;
}

static int player_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
			   const uint8_t *octets, size_t n)
{
	struct q784_player *p = (struct q784_player *)mtp;
	struct q784_sent *sent;

	(void)opc;
	if (dpc != PEER_PC || sls != (octets[0] & 15u))
		fail(p, "sent to point code %u over link selection %u", dpc, sls);
	if (p->n_sent == Q784_SENT_MAX || n > sizeof(sent->octets)) {
		fail(p, "more is sent than a script can expect");
		return -EAGAIN;
	}
	sent = &p->sent[p->n_sent++];
	memcpy(sent->octets, octets, n);
	sent->n = n;
	return 0;
}

static bool player_available(const struct mtp *mtp, uint32_t dpc)
{
	(void)dpc;
	return !((const struct q784_player *)mtp)->paused;
}

static const struct mtp_ops player_mtp = { .type = "script",
					   .transfer = player_transfer,
					   .available = player_available };

static void call(struct q784_player *p, bool expected)
{
	struct isup_circuit *circuit = NULL;
	struct isup_msg iam = p->iam;
	int err = isup_setup(p->isup, &iam, p, &circuit);

	if (!err)
		p->circuit = circuit;
	if (!err != expected)
		fail(p, "call request: %s", err ? strerror(-err) : "there is a circuit");
}

static void tell(struct q784_player *p, const char *word)
{
	add(p->told, sizeof(p->told), "%s%s", p->told[0] ? " " : "", word);
}

/* What is taken off the bearer again is checked at the end of the case. */
static int player_continuity(void *arg, struct isup_circuit *circuit, enum isup_check check)
{
	static const char *const names[] = { [ISUP_CHECK_LOOP] = "loop",
					     [ISUP_CHECK_TRANSPONDER] = "transponder",
					     [ISUP_CHECK_TONE] = "tone" };
	struct q784_player *p = arg;

	p->checks[isup_circuit_cic(circuit)] = (uint8_t)check;
	if (check != ISUP_CHECK_OFF)
		tell(p, names[check]);
	return 0;
}

static void player_indicate(void *arg, struct isup_circuit *circuit,
			    const struct isup_indication *ind)
{
	static const char *const names[] = {
		[ISUP_IND_SETUP] = "setup",
		[ISUP_IND_DIGITS] = "digits",
		[ISUP_IND_ADDRESS_COMPLETE] = "acm",
		[ISUP_IND_PROGRESS] = "cpg",
		[ISUP_IND_ANSWER] = "answer",
		[ISUP_IND_SUSPEND] = "suspend",
		[ISUP_IND_RESUME] = "resume",
		[ISUP_IND_T10] = "t10",
		[ISUP_IND_T35] = "t35",
		[ISUP_IND_RELEASE] = "release",
		[ISUP_IND_RELEASED] = "released",
		[ISUP_IND_REATTEMPT] = "again",
		[ISUP_IND_CONTINUITY] = "continuity",
		[ISUP_IND_INFO_REQUEST] = "inr",
		[ISUP_IND_INFORMATION] = "inf",
		[ISUP_IND_MESSAGE] = "message",
	};
	struct q784_player *p = arg;
	bool last = ind->ind == ISUP_IND_RELEASED || ind->ind == ISUP_IND_REATTEMPT;

	if (!last)
		p->circuit = circuit;
	if (ind->msg)
		p->given = *ind->msg;
	tell(p, names[ind->ind]);
	if (ind->ind == ISUP_IND_RELEASE)
		add(p->told, sizeof(p->told), " %u", ind->cause.value);
	if (ind->ind == ISUP_IND_SETUP)
		isup_circuit_set_user(circuit, p);
	else if (ind->ind == ISUP_IND_RELEASE && !p->slow)
		isup_release(circuit, &ind->cause);
	else if (ind->ind == ISUP_IND_REATTEMPT)
		call(p, true);
}

static bool player_passes_on(void *arg, struct isup_circuit *circuit)
{
	(void)circuit;
	return ((const struct q784_player *)arg)->transit;
}

static void player_alarm(void *arg, const char *what, unsigned cic, bool raised)
{
	struct q784_player *p = arg;

	if (raised)
		add(p->alarms, sizeof(p->alarms), "cic %u: %s; ", cic, what);
}

/* --- steps --- */

/* Whatever was sent or told is expected before something else happens. */
static void nothing_left(struct q784_player *p)
{
	char text[Q784_TEXT_MAX];

	if (p->n_sent > p->n_read) {
		const struct q784_sent *sent = &p->sent[p->n_read];

		fail(p, "nothing expected, sent %s",
		     q784_octets_print(sent->octets, sent->n, text, sizeof(text)));
	}
	if (p->told[0])
		fail(p, "nothing expected, told \"%s\"", p->told);
	p->n_sent = p->n_read = 0;
}

static void they(struct q784_player *p, const char *text)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	size_t n;

	if (!q784_octets_read(text, octets, sizeof(octets), &n))
		fail(p, "no octets: %s", text);
	else
		isup_message_in(p->isup, octets, n);
}

static void we(struct q784_player *p, const char *pattern)
{
	const struct q784_sent *sent = &p->sent[p->n_read];
	char text[Q784_TEXT_MAX];

	if (p->n_read == p->n_sent) {
		fail(p, "expected %s, nothing sent", pattern);
		return;
	}
	if (!q784_octets_like(pattern, sent->octets, sent->n))
		fail(p, "expected %s, sent %s", pattern,
		     q784_octets_print(sent->octets, sent->n, text, sizeof(text)));
	p->n_read++;
}

static void told(struct q784_player *p, const char *words)
{
	if (strcmp(p->told, words) != 0)
		fail(p, "expected to be told \"%s\", told \"%s\"", words, p->told);
	p->told[0] = '\0';
}

static void alarmed(struct q784_player *p, const char *words)
{
	if (!strstr(p->alarms, words))
		fail(p, "expected an alarm \"%s\", alarms: %s", words, p->alarms);
	p->alarms[0] = '\0';
}

static struct isup_circuit *circuit_of(struct q784_player *p, const struct q784_step *step)
{
	struct isup_circuit *circuit = isup_circuit_find(p->isup, step->circuit);

	if (!circuit)
		fail(p, "circuit %u is not there", step->circuit);
	return circuit;
}

static void shows(struct q784_player *p, const struct q784_step *step)
{
	const struct isup_circuit *circuit = circuit_of(p, step);
	char text[64];

	if (!circuit)
		return;
	if (step->op == Q784_STATE)
		snprintf(text, sizeof(text), "%s", isup_circuit_state(circuit));
	else
		isup_circuit_blocking(circuit, text, sizeof(text));
	if (strcmp(text, step->text) != 0)
		fail(p, "circuit %u: expected \"%s\", is \"%s\"", step->circuit, step->text, text);
}

static void given(struct q784_player *p, const struct q784_step *step)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	const struct isup_param *param;
	size_t n;

	if (!q784_octets_read(step->text, octets, sizeof(octets), &n) || !n) {
		fail(p, "no parameter: %s", step->text);
		return;
	}
	param = isup_msg_find(&p->given, octets[0]);
	if (step->op == Q784_LACKS && param)
		fail(p, "the user was given parameter %s", step->text);
	if (step->op == Q784_GIVEN &&
	    (!param || param->length != n - 1 ||
	     memcmp(isup_param_octets(&p->given, param), octets + 1, n - 1) != 0))
		fail(p, "the user was not given parameter %.40s", step->text);
}

/* From expiry to expiry, so that a timer that one of them starts is not late. */
static void pass(struct q784_player *p, uint32_t ms)
{
	uint64_t until = p->now_us + ms * UINT64_C(1000);

	for (;;) {
		int64_t next = timer_heap_next_us(p->heap);

		if (next < 0 || p->now_us + (uint64_t)next > until)
			break;
		p->now_us += (uint64_t)next;
		(void)timer_heap_run(p->heap);
	}
	p->now_us = until;
}

/* The user's message is made from octets, so that scripts show all of it. */
static bool message_of(struct q784_player *p, const char *text, struct isup_msg *msg)
{
	uint8_t octets[ISUP_OCTETS_MAX] = { 0, 0 };
	struct isup_error error;
	size_t n;
	bool right = q784_octets_read(text, octets + 2, sizeof(octets) - 2, &n) &&
		     !isup_msg_decode(msg, octets, n + 2, &error);

	for (const char *more = strchr(text, '+'); right && more; more = strchr(more, '+'))
		right = q784_octets_read(++more, octets, sizeof(octets), &n) && n &&
			!isup_msg_add(msg, octets[0], octets + 1, n - 1);
	if (!right)
		fail(p, "no message: %.60s", text);
	return right;
}

static void say(struct q784_player *p, const char *text)
{
	struct isup_msg msg;
	int err;

	if (!message_of(p, text, &msg))
		return;
	err = p->circuit ? isup_send(p->circuit, &msg) : -EPROTO;
	if (err)
		fail(p, "%s is refused: %s", isup_type_name(msg.type), strerror(-err));
}

static void let_go(struct q784_player *p, uint32_t value)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = (uint8_t)value };

	if (p->circuit)
		isup_release(p->circuit, &cause);
	else
		fail(p, "no call to release");
}

static void mtp_says(struct q784_player *p, uint32_t what)
{
	if (what == Q784_USER_UNAVAILABLE) {
		isup_mtp_status(p->isup, MTP_STATUS_USER_UNAVAILABLE, 0);
		return;
	}
	p->paused = what == Q784_PAUSE;
	if (p->paused)
		isup_mtp_pause(p->isup);
	else
		isup_mtp_resume(p->isup);
}

static void maintain(struct q784_player *p, const struct q784_step *step)
{
	uint16_t cic = step->circuit;
	unsigned n = step->number;
	int err = 0;

	switch (step->op) {
	case Q784_BLOCK:
		err = isup_block(p->isup, cic);
		break;
	case Q784_UNBLOCK:
		err = isup_unblock(p->isup, cic);
		break;
	case Q784_RESET:
		err = isup_reset(p->isup, cic);
		break;
	case Q784_CHECK:
		err = isup_continuity_check(p->isup, cic);
		break;
	case Q784_BLOCK_GROUP:
	case Q784_HARDWARE:
		err = isup_block_group(p->isup, cic, n, step->op == Q784_HARDWARE);
		break;
	case Q784_UNBLOCK_GROUP:
	case Q784_HARDWARE_OVER:
		err = isup_unblock_group(p->isup, cic, n, step->op == Q784_HARDWARE_OVER);
		break;
	default:
		err = isup_reset_group(p->isup, cic, n);
		break;
	}
	if (err)
		fail(p, "maintenance of circuit %u is refused: %s", cic, strerror(-err));
}

static bool expectation(enum q784_op op)
{
	return op == Q784_WE || op == Q784_TOLD || op == Q784_ALARM || op == Q784_STATE ||
	       op == Q784_BLOCKED || op == Q784_GIVEN || op == Q784_LACKS || op == Q784_SLOW ||
	       op == Q784_ON;
}

static void take_step(struct q784_player *p, const struct q784_step *step)
{
	if (!expectation(step->op))
		nothing_left(p);
	switch (step->op) {
	case Q784_THEY:
		they(p, step->text);
		break;
	case Q784_MTP:
		mtp_says(p, step->number);
		break;
	case Q784_WE:
		we(p, step->text);
		break;
	case Q784_TOLD:
		told(p, step->text);
		break;
	case Q784_ALARM:
		alarmed(p, step->text);
		break;
	case Q784_STATE:
	case Q784_BLOCKED:
		shows(p, step);
		break;
	case Q784_GIVEN:
	case Q784_LACKS:
		given(p, step);
		break;
	case Q784_PASS_MS:
		pass(p, step->number);
		break;
	case Q784_HEARD:
		isup_continuity_result(isup_circuit_find(p->isup, step->circuit), true);
		break;
	case Q784_CONGESTED:
		isup_set_congestion(p->isup, step->number);
		break;
	case Q784_CALL:
	case Q784_NO_CALL:
		if (message_of(p, step->text, &p->iam))
			call(p, step->op == Q784_CALL);
		break;
	case Q784_SAY:
		say(p, step->text);
		break;
	case Q784_LET_GO:
		let_go(p, step->number);
		break;
	case Q784_SLOW:
		p->slow = true;
		break;
	case Q784_ON:
		p->circuit = circuit_of(p, step);
		break;
	default:
		maintain(p, step);
		break;
	}
}

/* --- before and after --- */

/* Q.764 2.9.3.2: the reset that begins service is answered, nothing blocked: GRA by GRS's range,
 * RLC for a circuit alone. */
static void answer_first_reset(struct q784_player *p)
{
	while (p->n_read < p->n_sent) {
		const struct q784_sent *sent = &p->sent[p->n_read++];
		uint8_t gra[] = {
			sent->octets[0], sent->octets[1], 0x29, 1, 5, sent->octets[5], 0, 0, 0, 0
		};
		const uint8_t rlc[] = { sent->octets[0], sent->octets[1], 0x10, 0 };

		if (sent->octets[2] == 0x12) {
			isup_message_in(p->isup, rlc, sizeof(rlc));
			continue;
		}
		gra[4] = (uint8_t)(1 + (gra[5] + 8) / 8);
		isup_message_in(p->isup, gra, 5u + gra[4]);
	}
}

static bool open_player(struct q784_player *p, unsigned setting)
{
	const struct clock_source clock = { .now_us = player_now, .arg = p };
	const struct isup_conf conf = { .name = "q784",
					.opc = setting & Q784_JUNIOR ? JUNIOR_PC : SENIOR_PC,
					.dpc = PEER_PC,
					.hunt = ISUP_HUNT_ASCENDING,
					.min_digits = 3 };
	const struct isup_user user = { .indicate = player_indicate,
					.alarm = player_alarm,
					.continuity = player_continuity,
					.passes_on = player_passes_on,
					.arg = p };
	unsigned last = setting & Q784_ONE ? 1 : 31;

	memset(p, 0, sizeof(*p));
	p->transit = setting & Q784_TRANSIT;
	p->mtp.ops = &player_mtp;
	p->heap = timer_heap_new(&clock);
	p->isup = p->heap ? isup_new(&conf, &user, p->heap) : NULL;
	if (!p->isup)
		return false;
	isup_attach(p->isup, &p->mtp);
	/* Timeslot 16 of an E1 carries the signalling. */
	for (unsigned cic = 1; cic <= last; cic++)
		if (cic != 16 && isup_circuit_add(p->isup, (uint16_t)cic, NULL))
			return false;
	isup_mtp_resume(p->isup);
	answer_first_reset(p);
	nothing_left(p);
	if (!isup_available(p->isup))
		fail(p, "not in service after the first reset");
	return true;
}

static void check_idle(struct isup_circuit *circuit, void *arg)
{
	struct q784_player *p = arg;

	if (!isup_circuit_idle(circuit))
		fail(p, "circuit %u is left %s", isup_circuit_cic(circuit),
		     isup_circuit_state(circuit));
	if (p->checks[isup_circuit_cic(circuit)])
		fail(p, "circuit %u is left with a check on its bearer", isup_circuit_cic(circuit));
}

static void close_player(struct q784_player *p)
{
	isup_free(p->isup);
	if (p->heap && timer_heap_running(p->heap))
		fail(p, "timers are left");
	timer_heap_free(p->heap);
}

void q784_player_run(struct q784_player *p, const struct q784_case *c)
{
	if (!open_player(p, c->setting))
		fail(p, "out of memory");
	for (const struct q784_step *step = c->steps; step->op != Q784_END && !p->fault[0];
	     step++) {
		p->step = (unsigned)(step - c->steps) + 1;
		take_step(p, step);
	}
	nothing_left(p);
	if (p->isup)
		isup_circuit_each(p->isup, check_idle, p);
	close_player(p);
}
