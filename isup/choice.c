/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Which circuit a call seizes (Q.764 2.9.1.3) and who controls it in a dual seizure (2.9.1.4). The
 * circuits that could be seized are kept in order, so that a call does not look at those that could
 * not.
 */
#include <errno.h>
#include <stdlib.h>

#include "isup/isup_private.h"

#define WORD_BITS 64

bool isup_circuit_controlled(const struct isup_circuit *circuit)
{
	const struct isup_conf *conf = &circuit->isup->conf;
	bool even = circuit->cic % 2 == 0;

	switch (conf->control) {
	case ISUP_CONTROL_EVEN:
		return even;
	case ISUP_CONTROL_ODD:
		return !even;
	case ISUP_CONTROL_ALL:
		return true;
	case ISUP_CONTROL_NONE:
		return false;
	case ISUP_CONTROL_POINT_CODE:
		break;
	}
	return even == (conf->opc > conf->dpc);
}

/* --- what could be seized --- */

int isup_choice_init(struct isup *isup)
{
	bool complete = true;

	for (size_t i = 0; i < 2; i++) {
		list_init(&isup->choice.classes[i].by_release);
		isup->choice.classes[i].cics = calloc(isup->cics / WORD_BITS, sizeof(uint64_t));
		complete &= isup->choice.classes[i].cics != NULL;
	}
	return complete ? 0 : -ENOMEM;
}

void isup_choice_close(struct isup *isup)
{
	for (size_t i = 0; i < 2; i++)
		free(isup->choice.classes[i].cics);
}

void isup_choice_forget(struct isup_circuit *circuit)
{
	struct isup_choice *choice = &circuit->isup->choice;

	list_remove(&circuit->choice);
	for (size_t i = 0; i < 2; i++)
		choice->classes[i].cics[circuit->cic / WORD_BITS] &=
			~((uint64_t)1 << circuit->cic % WORD_BITS);
}

/* Nearly always the last: only a circuit that was kept from service comes late. */
static void insert_by_release(struct list *list, struct isup_circuit *circuit)
{
	struct list_node *before = list->head.prev;

	while (before != &list->head &&
	       container_of(before, struct isup_circuit, choice)->freed > circuit->freed)
		before = before->prev;
	circuit->choice.prev = before;
	circuit->choice.next = before->next;
	before->next->prev = &circuit->choice;
	before->next = &circuit->choice;
}

void isup_choice_update(struct isup_circuit *circuit)
{
	bool wanted = isup_circuit_vacant(circuit) && !circuit->blocked && !circuit->retire &&
		      !circuit->fresh;
	size_t class = !isup_circuit_controlled(circuit);
	struct isup_choice *choice = &circuit->isup->choice;

	if (wanted == (circuit->choice.next != NULL))
		return;
	isup_choice_forget(circuit);
	if (!wanted)
		return;
	choice->classes[class].cics[circuit->cic / WORD_BITS] |= (uint64_t)1
								 << circuit->cic % WORD_BITS;
	insert_by_release(&choice->classes[class].by_release, circuit);
}

static void choose_again(struct isup_circuit *circuit, void *arg)
{
	(void)arg;
	isup_choice_forget(circuit);
	isup_choice_update(circuit);
}

void isup_set_control(struct isup *isup, enum isup_control control)
{
	if (control == isup->conf.control)
		return;
	isup->conf.control = control;
	isup_circuit_each(isup, choose_again, NULL);
}

/* --- which one --- */

/* A circuit in the choice may be held by somebody who is further down the stack. */
static struct isup_circuit *usable(const struct isup *isup, unsigned cic)
{
	struct isup_circuit *circuit = isup->circuits[cic];

	return isup_circuit_usable(circuit) ? circuit : NULL;
}

static struct isup_circuit *lowest(const struct isup *isup, const uint64_t *cics, unsigned from)
{
	for (unsigned word = from / WORD_BITS; word < isup->cics / WORD_BITS; word++) {
		uint64_t bits = cics[word];

		if (word == from / WORD_BITS)
			bits &= UINT64_MAX << from % WORD_BITS;
		for (; bits; bits &= bits - 1) {
			struct isup_circuit *found =
				usable(isup, word * WORD_BITS + (unsigned)__builtin_ctzll(bits));

			if (found)
				return found;
		}
	}
	return NULL;
}

static struct isup_circuit *highest(const struct isup *isup, const uint64_t *cics)
{
	for (unsigned word = isup->cics / WORD_BITS; word-- > 0;) {
		uint64_t bits = cics[word];

		while (bits) {
			unsigned bit = WORD_BITS - 1 - (unsigned)__builtin_clzll(bits);
			struct isup_circuit *found = usable(isup, word * WORD_BITS + bit);

			if (found)
				return found;
			bits &= ~((uint64_t)1 << bit);
		}
	}
	return NULL;
}

static struct isup_circuit *by_release(const struct list *list, bool longest_idle)
{
	const struct list_node *n = longest_idle ? list->head.next : list->head.prev;

	for (; n != &list->head; n = longest_idle ? n->next : n->prev) {
		struct isup_circuit *circuit = container_of(n, struct isup_circuit, choice);

		if (isup_circuit_usable(circuit))
			return circuit;
	}
	return NULL;
}

/*
 * Q.764 2.9.1.3, method 2: first the circuits that we control, the longest idle of them; of the
 * others the one released last, which the other end takes last. The other rules replace the order
 * within the two classes, not the classes.
 */
static struct isup_circuit *best_of(const struct isup *isup, size_t class)
{
	const uint64_t *cics = isup->choice.classes[class].cics;
	struct isup_circuit *found = NULL;

	switch (isup->conf.hunt) {
	case ISUP_HUNT_ASCENDING:
		return lowest(isup, cics, 0);
	case ISUP_HUNT_DESCENDING:
		return highest(isup, cics);
	case ISUP_HUNT_CYCLIC:
		if (isup->cyclic + 1u < isup->cics)
			found = lowest(isup, cics, isup->cyclic + 1u);
		return found ? found : lowest(isup, cics, 0);
	case ISUP_HUNT_LEAST_RECENTLY_USED:
		break;
	}
	return by_release(&isup->choice.classes[class].by_release, class == 0);
}

struct isup_circuit *isup_hunt(struct isup *isup)
{
	struct isup_circuit *found = best_of(isup, 0);

	return found ? found : best_of(isup, 1);
}
