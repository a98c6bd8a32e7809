/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Numbers between a trunk's manner of writing them and the one form that routes are matched against: E.164 with its '+'
 * where country (and area) are known, as dialled where not. Pure functions of a plan and a number.
 */
#ifndef ROUTE_NUMBER_H
#define ROUTE_NUMBER_H

#include <stdbool.h>

#include "conf/conf.h"
#include "gw/base/str.h"

#define NUMBER_DIGITS_MAX 32

/* In the order of enum leg_noa. */
enum number_nature { NUMBER_UNKNOWN, NUMBER_SUBSCRIBER, NUMBER_NATIONAL, NUMBER_INTERNATIONAL, NUMBER_NATURES };

struct number {
	enum number_nature nature;
	char digits[NUMBER_DIGITS_MAX + 1]; /* without '+' */
};

/* Of a trunk; the texts are borrowed from the configuration, or NULL. */
struct number_plan {
	const char *country, *area, *national_prefix, *international_prefix;
	enum conf_number_form form;
	const char *const *in, *const *out; /* "FROM TO" */
	size_t n_in, n_out;
};

/* What number_in and number_out did, for people. Texts are literals or the plan's. */
struct number_steps {
	const char *rule;   /* the rewrite rule that fitted; NULL: none */
	const char *reason; /* of the rest */
};

/* -ENAMETOOLONG: the number with what is put before it has no room; *out is *in then. steps may be NULL. */
int number_in(const struct number_plan *plan, const struct number *in, struct number *out, struct number_steps *steps);
int number_out(const struct number_plan *plan, const struct number *in, struct number *out, struct number_steps *steps);
/* More digits could make number_in read those that are there otherwise ("0" may become "00"). */
bool number_undecided(const struct number_plan *plan, const struct number *in);
/* "+49301234", "0301234": as routes are matched. Its length; cap NUMBER_DIGITS_MAX + 2 is enough. */
size_t number_text(const struct number *number, char *text, size_t cap);
/* The reverse; -ENAMETOOLONG. */
int number_of_text(struct str text, struct number *number) __attribute__((warn_unused_result));
const char *number_nature_name(enum number_nature nature);

#endif
