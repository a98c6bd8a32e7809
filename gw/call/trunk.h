/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a trunk makes of numbers, and how many calls it takes. Core thread only. */
#ifndef CALL_TRUNK_H
#define CALL_TRUNK_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "gw/route/limit.h"
#include "gw/route/number.h"

enum trunk_way { TRUNK_IN, TRUNK_OUT, TRUNK_BOTH, TRUNK_WAYS };

struct trunk_policy {
	struct number_plan plan; /* texts in pool */
	char *pool;		 /* own */
	const char **rules;	 /* own */
	unsigned max[TRUNK_WAYS];  /* calls at once; 0: no limit. TRUNK_BOTH is trunk.max_calls */
	struct limit rate[TRUNK_WAYS];
	bool return_refused;
	uint64_t refused_full, refused_rate;
};

/* How its trunk writes numbers: what isup and sip trunks have beside conf_trunk_policy. */
struct trunk_numbers {
	const char *country, *area, *national_prefix, *international_prefix;
};

/* Takes the values over, at first and at a reload; counts and tokens stay. -ENOMEM: nothing changed. */
int trunk_policy_set(struct trunk *trunk, const struct conf_trunk_policy *conf, const struct trunk_numbers *numbers)
	__attribute__((warn_unused_result));
/* At the end of the trunk. */
void trunk_policy_free(struct trunk *trunk);
/* Whether the trunk takes one more call that way, and counts it: Q850_NONE; 34 as many are up as may be; 42 too many in a
 * short time. A call that came in is up already. spared: it is taken in any case (emergency, carrier). */
enum q850_cause trunk_admit(struct trunk *trunk, enum trunk_way way, bool spared, uint64_t now_us);
/* The same without counting, for people. */
enum q850_cause trunk_would_admit(struct trunk *trunk, enum trunk_way way, uint64_t now_us);
/* Numbers from the trunk, as routes are matched; and what goes on to it. The rest of number stays. */
void trunk_number_in(const struct trunk *trunk, struct leg_number *number);
void trunk_number_out(const struct trunk *trunk, struct leg_number *number);
/* Which carrier a call from the trunk asks for, as routes are matched: its code behind '+' and the country, if there is one;
 * its length, 0: none. */
size_t trunk_carrier_in(const struct trunk *trunk, const struct leg_carrier *carrier, char *text, size_t cap);
/* More digits could make it another number. */
bool trunk_number_undecided(const struct trunk *trunk, const struct leg_number *number);
/* NULL: the trunk has none. */
const struct number_plan *trunk_plan(const struct trunk *trunk);
bool trunk_refuses_return(const struct trunk *trunk);
enum trunk_state trunk_state(const struct trunk *trunk);
/* "up", "down", "blocked", "congested" */
const char *trunk_state_name(enum trunk_state state);
/* Lists the counters. */
void trunk_counters_list(void);

#endif
