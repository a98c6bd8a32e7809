/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Lengths of numbers, learnt from answered calls: by route and first digits. A length is believed once three calls have
 * agreed on it, and never again once one has contradicted, until it is forgotten. Bounded: the entry that was used least
 * recently gives way. Core thread only.
 */
#ifndef CALL_NUMBERS_H
#define CALL_NUMBERS_H

#include "gw/base/str.h"
#include "gw/base/table.h"

#define NUMBERS_MAX  4096
#define NUMBERS_SURE 3 /* answered calls */

struct numbers;

/* own; NULL when out of memory. max: entries. */
struct numbers *numbers_new(size_t max);
void numbers_free(struct numbers *numbers);
/* A call to this number was answered; the first digits of it are the prefix. Numbers no longer than that teach nothing. */
void numbers_learn(struct numbers *numbers, const char *route, struct str number, unsigned digits);
/* The length of numbers that begin like this one; 0: not known. */
unsigned numbers_length(struct numbers *numbers, const char *route, struct str number, unsigned digits);
/* A number that was taken as complete by its learnt length was not. */
void numbers_contradict(struct numbers *numbers, const char *route, struct str number, unsigned digits);
/* Of one route, or all: NULL. How many entries went. */
size_t numbers_forget(struct numbers *numbers, const char *route);
size_t numbers_count(const struct numbers *numbers);
/* `show numbers` */
struct table *numbers_table(void *numbers);

#endif
