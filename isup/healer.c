/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The circuit healer. Q.764 2.9.3.1 and 2.9.6 repeat the RSC of a circuit every T17 for ever; the
 * healer goes on from there. RSC; then GRS over the run of circuits around it that are as sick, as a
 * group reset of sound ones would take them out of service for nothing; then it is blocked for
 * maintenance, an alarm says so, and it stays blocked until somebody unblocks it. An unanswered group
 * reset begins with RSC too: there are exchanges that discard a GRS for one circuit of its range.
 * Every step takes a token of the linkset's bucket; a circuit that finds none waits in line. While
 * nothing at all is heard from the other end no step is taken: that is no circuit's fault.
 */
#include "isup/healer.h"

#include <stdlib.h>

#include "isup/isup_private.h"

#define MINUTE_US 60000000u

struct isup_healer {
	const char *name;	 /* borrow */
	struct timer_heap *heap; /* borrow */
	uint64_t step_us;	 /* between two steps at the steady rate; 0: none are taken */
	uint64_t credit_us, credit_max_us;
	uint64_t counted_us; /* clock up to which the credit is counted */
	struct list waiting; /* circuits, in order */
	struct timer next;
};

static struct counter heal_steps =
	COUNTER_INIT("causeway_isup_heal_steps_total", "Steps of the circuit healer");
static struct counter healed =
	COUNTER_INIT("causeway_isup_healed_total", "Circuits that returned to idle after a step");
static struct counter given_up = COUNTER_INIT("causeway_isup_heal_given_up_total",
					      "Circuits that the circuit healer has blocked");

static const char blocked_alarm[] = "not healed by resets; blocked";

/* --- tokens --- */

static bool take_token(struct isup_healer *healer)
{
	uint64_t now = timer_heap_now_us(healer->heap);

	healer->credit_us += now - healer->counted_us;
	healer->counted_us = now;
	if (healer->credit_us > healer->credit_max_us)
		healer->credit_us = healer->credit_max_us;
	if (!healer->step_us || healer->credit_us < healer->step_us)
		return false;
	healer->credit_us -= healer->step_us;
	return true;
}

/* --- steps --- */

static bool sick(const struct isup_circuit *circuit)
{
	return circuit && circuit->heal != HEAL_NONE && circuit->heal != HEAL_BLOCKED &&
	       circuit->state == CIC_RESETTING && !circuit->reset;
}

/* False: no other sick circuit beside this one. */
static bool reset_group(struct isup_circuit *circuit)
{
	struct isup *isup = circuit->isup;
	unsigned first = circuit->cic, end = circuit->cic + 1u;

	while (first > 0 && sick(isup->circuits[first - 1]) && end - first < ISUP_GROUP_MAX)
		first--;
	while (end < isup->cics && sick(isup->circuits[end]) && end - first < ISUP_GROUP_MAX)
		end++;
	if (end - first < 2 || isup_reset_group(isup, (uint16_t)first, end - first))
		return false;
	/* Those that no answer inside the sending has healed. */
	for (unsigned cic = first; cic < end; cic++) {
		if (!isup->circuits[cic] || isup->circuits[cic]->state != CIC_RESETTING)
			continue;
		list_remove(&isup->circuits[cic]->waiting);
		isup->circuits[cic]->heal = isup->circuits[cic]->healed_by = HEAL_GRS;
	}
	log_write(LOG_WARNING, isup->name, "healer: group reset of circuits %u to %u", first,
		  end - 1);
	return true;
}

static void block(struct isup_circuit *circuit)
{
	circuit->heal = HEAL_BLOCKED;
	counter_add(&given_up, 1);
	isup_log(circuit, LOG_ERROR, "healer: %s", blocked_alarm);
	isup_alarm(circuit->isup, blocked_alarm, circuit->cic, true);
	(void)isup_block(circuit->isup, circuit->cic);
}

/* The step after what was done; false: there is none that can be taken. */
static bool step(struct isup_circuit *circuit)
{
	unsigned steps = circuit->isup->heal_steps;

	switch (circuit->healed_by) {
	case HEAL_NONE:
		circuit->healed_by = HEAL_RSC;
		if (circuit->reset && steps & ISUP_HEAL_RSC)
			isup_group_leave(circuit);
		if (steps & ISUP_HEAL_RSC && !isup_reset(circuit->isup, circuit->cic)) {
			isup_log(circuit, LOG_WARNING, "healer: reset");
			return true;
		}
		__attribute__((fallthrough));
	case HEAL_RSC:
		circuit->healed_by = HEAL_GRS;
		if (steps & ISUP_HEAL_GRS && reset_group(circuit))
			return true;
		__attribute__((fallthrough));
	case HEAL_GRS:
		circuit->healed_by = HEAL_BLOCKED;
		if (steps & ISUP_HEAL_BLOCK) {
			block(circuit);
			return true;
		}
		__attribute__((fallthrough));
	default:
		return false;
	}
}

static void wait_for_token(struct isup_circuit *circuit)
{
	struct isup_healer *healer = circuit->isup->healer;

	if (!circuit->waiting.next)
		list_append(&healer->waiting, &circuit->waiting);
	circuit->heal = HEAL_WAIT;
	if (healer->step_us && !timer_running(&healer->next))
		timer_start_us(&healer->next, healer->step_us - healer->credit_us);
}

static void go_on(struct isup_circuit *circuit)
{
	if (!take_token(circuit->isup->healer)) {
		wait_for_token(circuit);
		return;
	}
	isup_circuit_enter(circuit);
	list_remove(&circuit->waiting);
	circuit->heal = HEAL_RSC;
	circuit->heard = circuit->isup->heard;
	if (step(circuit))
		counter_add(&heal_steps, 1);
	isup_circuit_leave(circuit);
}

static void next_expired(struct timer *timer, void *arg)
{
	struct isup_healer *healer = arg;
	struct list_node *n = list_first(&healer->waiting);

	(void)timer;
	if (!n)
		return;
	go_on(container_of(n, struct isup_circuit, waiting));
	if (!list_empty(&healer->waiting) && !timer_running(timer) && healer->step_us)
		timer_start_us(timer, healer->step_us);
}

/* --- from the procedures --- */

void isup_heal(struct isup_circuit *circuit, enum heal_st done, const char *why)
{
	const struct isup *isup = circuit->isup;

	if (!isup->healer || !isup->healer->step_us || circuit->healed_by == HEAL_BLOCKED)
		return;
	if (circuit->heard == isup->heard) {
		isup_log(circuit, LOG_NOTICE, "%s; nothing is heard from the other end", why);
		return;
	}
	isup_log(circuit, LOG_WARNING, "healer: %s", why);
	if (circuit->healed_by < done)
		circuit->healed_by = (uint8_t)done;
	go_on(circuit);
}

void isup_heal_reset_sent(struct isup_circuit *circuit)
{
	if (!circuit->isup->healer || circuit->healed_by != HEAL_NONE)
		return;
	circuit->heal = circuit->healed_by = HEAL_RSC;
	circuit->heard = circuit->isup->heard;
}

void isup_healed(struct isup_circuit *circuit)
{
	if (circuit->heal == HEAL_NONE || circuit->heal == HEAL_BLOCKED)
		return;
	list_remove(&circuit->waiting);
	circuit->heal = circuit->healed_by = HEAL_NONE;
	counter_add(&healed, 1);
	isup_log(circuit, LOG_NOTICE, "healer: idle again");
}

void isup_heal_forget(struct isup_circuit *circuit)
{
	list_remove(&circuit->waiting);
	if (circuit->heal == HEAL_BLOCKED)
		isup_alarm(circuit->isup, blocked_alarm, circuit->cic, false);
	circuit->heal = circuit->healed_by = HEAL_NONE;
}

/* --- life --- */

void isup_healer_set_rate(struct isup_healer *healer, unsigned per_minute, unsigned burst)
{
	healer->step_us = per_minute ? MINUTE_US / per_minute : 0;
	healer->credit_max_us = healer->step_us * (burst ? burst : 1);
	if (healer->credit_us > healer->credit_max_us)
		healer->credit_us = healer->credit_max_us;
	if (healer->step_us && !list_empty(&healer->waiting))
		timer_start_us(&healer->next, healer->step_us);
}

struct isup_healer *isup_healer_new(const struct isup_healer_conf *conf, struct timer_heap *heap)
{
	struct isup_healer *healer = calloc(1, sizeof(*healer));

	if (!healer)
		return NULL;
	counter_list(&heal_steps);
	counter_list(&healed);
	counter_list(&given_up);
	healer->name = conf->name;
	healer->heap = heap;
	healer->counted_us = timer_heap_now_us(heap);
	list_init(&healer->waiting);
	if (timer_init(&healer->next, heap, "healer", next_expired, healer)) {
		free(healer);
		return NULL;
	}
	healer->next.subject = healer->name;
	isup_healer_set_rate(healer, conf->per_minute, conf->burst);
	healer->credit_us = healer->credit_max_us;
	return healer;
}

void isup_healer_free(struct isup_healer *healer)
{
	struct list_node *n;

	if (!healer)
		return;
	while ((n = list_first(&healer->waiting)))
		list_remove(n);
	timer_close(&healer->next);
	free(healer);
}

static void forget(struct isup_circuit *circuit, void *arg)
{
	(void)arg;
	isup_heal_forget(circuit);
}

void isup_set_healer(struct isup *isup, struct isup_healer *healer, unsigned steps)
{
	if (healer != isup->healer)
		isup_circuit_each(isup, forget, NULL);
	isup->healer = healer;
	isup->heal_steps = steps;
}

const char *isup_circuit_healing(const struct isup_circuit *circuit)
{
	static const char *const names[] = { "-", "waits", "RSC", "GRS", "blocked" };

	return names[circuit->heal];
}
