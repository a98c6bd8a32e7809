/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The circuits: table by CIC, what they show, their call timers, and which one a call seizes. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "isup/isup_private.h"

/* Call timers: expiry is an event, and some of them end the call with a cause. */
static const struct {
	enum isup_timer_id id;
	enum circuit_ev ev;
	enum q850_cause cause;
} call_timers[CIC_CALL_TIMERS] = {
	[CIC_T1] = { ISUP_T1, CIC_EV_T1, Q850_NONE },
	/* Q.764 2.4.1: nobody took the suspended call up again. */
	[CIC_T2] = { ISUP_T2, CIC_EV_T2, Q850_TIMER_EXPIRY },
	[CIC_T3] = { ISUP_T3, CIC_EV_T3, Q850_CONGESTION }, /* Q.764 2.9.9 */
	[CIC_T5] = { ISUP_T5, CIC_EV_T5, Q850_NONE },
	/* Q.118: the called party has cleared, and this is how its call ends. */
	[CIC_T6] = { ISUP_T6, CIC_EV_T6, Q850_NORMAL },
	[CIC_T7] = { ISUP_T7, CIC_EV_T7, Q850_TIMER_EXPIRY }, /* RFC 3398 7.2.2 */
	[CIC_T9] = { ISUP_T9, CIC_EV_T9, Q850_NO_ANSWER },    /* RFC 3398 7.2.8 */
	[CIC_T10] = { ISUP_T10, CIC_EV_T10, Q850_NONE },
	[CIC_T35] = { ISUP_T35, CIC_EV_T35, Q850_INCOMPLETE }, /* RFC 3578 2 */
	[CIC_T33] = { ISUP_T33, CIC_EV_T33, Q850_TIMER_EXPIRY },
	[CIC_T38] = { ISUP_T38, CIC_EV_T38, Q850_TIMER_EXPIRY },
};

void isup_log(const struct isup_circuit *circuit, enum log_level level, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (level > log_level())
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_write(level, circuit->subject, "%s", text);
}

/* --- call timers --- */

static void call_timer_expired(struct timer *timer, void *arg)
{
	struct isup_circuit *circuit = arg;
	size_t which = (size_t)(timer - circuit->timers);
	struct call_input in = { .cause = isup_cause_of(call_timers[which].cause) };

	isup_trace_timer(circuit, timer->name, "expired");
	isup_call_event(circuit, call_timers[which].ev, &in);
}

void isup_call_timer_start(struct isup_circuit *circuit, enum circuit_timer which)
{
	uint32_t ms = which == CIC_T10	 ? circuit->digits.t10_ms
		      : which == CIC_T35 ? circuit->digits.t35_ms
					 : 0;
	char what[32];

	if (!ms)
		ms = isup_timer_ms(circuit->isup, call_timers[which].id);
	timer_start_ms(&circuit->timers[which], ms);
	snprintf(what, sizeof(what), "started %u.%u s", ms / 1000, ms % 1000 / 100);
	isup_trace_timer(circuit, circuit->timers[which].name, what);
}

void isup_call_timer_stop(struct isup_circuit *circuit, enum circuit_timer which)
{
	if (!timer_running(&circuit->timers[which]))
		return;
	timer_stop(&circuit->timers[which]);
	isup_trace_timer(circuit, circuit->timers[which].name, "stopped");
}

void isup_call_timers_stop(struct isup_circuit *circuit)
{
	for (unsigned i = 0; i < CIC_CALL_TIMERS; i++)
		isup_call_timer_stop(circuit, (enum circuit_timer)i);
}

static int timers_init(struct isup_circuit *circuit)
{
	struct timer_heap *heap = circuit->isup->heap;
	int err = 0;

	for (size_t i = 0; i < CIC_CALL_TIMERS && !err; i++)
		err = timer_init(&circuit->timers[i], heap, isup_timer_defs[call_timers[i].id].name,
				 call_timer_expired, circuit);
	if (!err)
		err = timer_init(&circuit->timers[CIC_REPEAT], heap, "T16", isup_repeat_expired,
				 circuit);
	if (!err)
		err = timer_init(&circuit->timers[CIC_SLOW], heap, "T17", isup_slow_expired,
				 circuit);
	if (!err)
		err = timer_init(&circuit->timers[CIC_CHECK], heap, "T24", isup_check_expired,
				 circuit);
	if (!err)
		err = timer_init(&circuit->timers[CIC_T34], heap, "T34", isup_segment_expired,
				 circuit);
	for (size_t i = 0; i < CIC_TIMERS; i++)
		circuit->timers[i].subject = circuit->subject;
	return err;
}

/* --- table --- */

void isup_circuit_free(struct isup_circuit *circuit)
{
	for (size_t i = 0; i < CIC_TIMERS; i++)
		timer_close(&circuit->timers[i]);
	list_remove(&circuit->waiting);
	free(circuit->segment);
	free(circuit->rel);
	free(circuit->iam);
	free(circuit);
}

static struct isup_circuit *circuit_new(struct isup *isup, uint16_t cic, void *bearer)
{
	struct isup_circuit *circuit = calloc(1, sizeof(*circuit));

	if (!circuit)
		return NULL;
	circuit->isup = isup;
	circuit->cic = cic;
	circuit->bearer = bearer;
	circuit->fresh = true;
	snprintf(circuit->subject, sizeof(circuit->subject), "%s:%u", isup->name, cic);
	if (timers_init(circuit)) {
		isup_circuit_free(circuit);
		return NULL;
	}
	return circuit;
}

int isup_circuit_add(struct isup *isup, uint16_t cic, void *bearer)
{
	return isup_circuit_add_blocked(isup, cic, bearer, false, false);
}

int isup_circuit_add_blocked(struct isup *isup, uint16_t cic, void *bearer, bool maintenance,
			     bool hardware)
{
	struct isup_circuit *circuit;

	if (cic >= isup->cics)
		return -EINVAL;
	if (isup->circuits[cic])
		return -EEXIST;
	circuit = circuit_new(isup, cic, bearer);
	if (!circuit)
		return -ENOMEM;
	circuit->blocked =
		(uint8_t)((maintenance ? BLOCK_LOCAL : 0) | (hardware ? BLOCK_LOCAL_HW : 0));
	if (!isup->n_circuits || cic < isup->first)
		isup->first = cic;
	if (!isup->n_circuits || cic >= isup->end)
		isup->end = cic + 1u;
	isup->circuits[cic] = circuit;
	isup->n_circuits++;
	/* A circuit that comes to a running trunk group is brought into a known state first; the
	 * others wait for MTP. */
	return isup->started && !isup->paused ? isup_reset(isup, cic) : 0;
}

bool isup_circuit_vacant(const struct isup_circuit *circuit)
{
	return circuit->state == CIC_IDLE && !circuit->user && !circuit->depth && !circuit->segment;
}

static void take_away(struct isup_circuit *circuit)
{
	struct isup *isup = circuit->isup;

	isup_choice_forget(circuit);
	isup->circuits[circuit->cic] = NULL;
	isup->n_circuits--;
	isup_groups_forget(isup, circuit);
	isup_check_left(circuit, CIC_IDLE);
	isup_heal_forget(circuit);
	isup_circuit_alarm(circuit, NULL);
	isup_circuit_free(circuit);
}

/* A circuit whose reset or check is not answered has no call either: a wrong CIC must not stay for
 * ever. */
static bool repeats_for_nobody(const struct isup_circuit *circuit)
{
	return (circuit->state == CIC_RESETTING || circuit->state == CIC_CHECKING) &&
	       !circuit->user && !circuit->depth;
}

int isup_circuit_remove(struct isup *isup, uint16_t cic, bool retire)
{
	struct isup_circuit *circuit = isup_circuit_find(isup, cic);

	if (!circuit)
		return -ENOENT;
	if (isup_circuit_vacant(circuit) || repeats_for_nobody(circuit)) {
		take_away(circuit);
		return 0;
	}
	circuit->retire = circuit->retire || retire;
	return -EBUSY;
}

struct isup_circuit *isup_circuit_find(const struct isup *isup, uint16_t cic)
{
	return cic < isup->cics ? isup->circuits[cic] : NULL;
}

size_t isup_circuit_count(const struct isup *isup)
{
	return isup->n_circuits;
}

void isup_circuit_each(struct isup *isup, void (*fn)(struct isup_circuit *circuit, void *arg),
		       void *arg)
{
	for (unsigned cic = isup->first; cic < isup->end; cic++)
		if (isup->circuits[cic])
			fn(isup->circuits[cic], arg);
}

/* --- holding, and telling what changed --- */

static void refresh(struct isup_circuit *circuit)
{
	const struct isup_user *user = &circuit->isup->user;
	bool usable = isup_circuit_usable(circuit);

	isup_choice_update(circuit);
	if (usable == circuit->told_usable)
		return;
	circuit->told_usable = usable;
	if (user->circuit_changed)
		user->circuit_changed(user->arg, circuit);
}

void isup_circuit_enter(struct isup_circuit *circuit)
{
	circuit->depth++;
}

void isup_circuit_leave(struct isup_circuit *circuit)
{
	if (--circuit->depth)
		return;
	if (circuit->retire && isup_circuit_vacant(circuit))
		take_away(circuit);
	else
		refresh(circuit);
}

void isup_refresh_all(struct isup *isup)
{
	for (unsigned cic = isup->first; cic < isup->end; cic++)
		if (isup->circuits[cic] && !isup->circuits[cic]->depth)
			refresh(isup->circuits[cic]);
}

/* --- what a circuit shows --- */

uint16_t isup_circuit_cic(const struct isup_circuit *circuit)
{
	return circuit->cic;
}

void *isup_circuit_user(const struct isup_circuit *circuit)
{
	return circuit->user;
}

void *isup_circuit_bearer(const struct isup_circuit *circuit)
{
	return circuit->bearer;
}

const struct isup *isup_circuit_isup(const struct isup_circuit *circuit)
{
	return circuit->isup;
}

const char *isup_circuit_state(const struct isup_circuit *circuit)
{
	return isup_state_names[circuit->state];
}

void isup_circuit_blocking(const struct isup_circuit *circuit, char *text, size_t cap)
{
	static const char *const names[] = { "local", "local hw", "remote", "remote hw",
					     "unequipped" };
	size_t n = 0;

	snprintf(text, cap, "-");
	for (unsigned bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++)
		if (circuit->blocked & 1u << bit && n < cap)
			n += (size_t)snprintf(text + n, cap - n, "%s%s", n ? "+" : "", names[bit]);
}

bool isup_circuit_idle(const struct isup_circuit *circuit)
{
	return circuit->state == CIC_IDLE && !circuit->user;
}

bool isup_circuit_usable(const struct isup_circuit *circuit)
{
	const struct isup *isup = circuit->isup;

	return isup_circuit_vacant(circuit) && !circuit->blocked && !circuit->retire &&
	       !circuit->fresh && isup->mtp && !isup->paused && !isup->user_part_lost &&
	       mtp_available(isup->mtp, isup->conf.dpc);
}
