/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A trunk's policy: numbers and limits. */
#include "gw/call/trunk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"

static struct counter refused_full = COUNTER_INIT(
	"causeway_trunk_full_total", "Calls refused: as many are up on the trunk as may be");
static struct counter refused_rate = COUNTER_INIT(
	"causeway_trunk_rate_total", "Calls refused: more a second than the trunk may have");
static struct counter spared_calls =
	COUNTER_INIT("causeway_trunk_spared_total",
		     "Emergency and carrier calls that a limit would have refused");

_Static_assert((int)NUMBER_UNKNOWN == (int)LEG_NOA_UNKNOWN &&
		       (int)NUMBER_SUBSCRIBER == (int)LEG_NOA_SUBSCRIBER &&
		       (int)NUMBER_NATIONAL == (int)LEG_NOA_NATIONAL &&
		       (int)NUMBER_INTERNATIONAL == (int)LEG_NOA_INTERNATIONAL &&
		       NUMBER_DIGITS_MAX == LEG_DIGITS_MAX,
	       "");

void trunk_counters_list(void)
{
	counter_list(&refused_full);
	counter_list(&refused_rate);
	counter_list(&spared_calls);
}

static size_t octets(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *put(char **at, const char *text)
{
	const char *copy = *at;
	size_t n = octets(text);

	if (!n)
		return NULL;
	memcpy(*at, text, n);
	*at += n;
	return copy;
}

static size_t texts_octets(const struct conf_trunk_policy *conf,
			   const struct trunk_numbers *numbers)
{
	size_t n = 1 + octets(numbers->country) + octets(numbers->area) +
		   octets(numbers->national_prefix) + octets(numbers->international_prefix);

	for (size_t i = 0; i < conf->n_rewrite_in; i++)
		n += octets(conf->rewrite_in[i]);
	for (size_t i = 0; i < conf->n_rewrite_out; i++)
		n += octets(conf->rewrite_out[i]);
	return n;
}

static void plan_fill(struct trunk_policy *policy, const struct conf_trunk_policy *conf,
		      const struct trunk_numbers *numbers)
{
	struct number_plan *plan = &policy->plan;
	const char **rule = policy->rules;
	char *at = policy->pool;

	plan->country = put(&at, numbers->country);
	plan->area = put(&at, numbers->area);
	plan->national_prefix = put(&at, numbers->national_prefix);
	plan->international_prefix = put(&at, numbers->international_prefix);
	plan->form = conf->form;
	plan->in = rule;
	plan->n_in = conf->n_rewrite_in;
	for (size_t i = 0; i < conf->n_rewrite_in; i++)
		*rule++ = put(&at, conf->rewrite_in[i]);
	plan->out = rule;
	plan->n_out = conf->n_rewrite_out;
	for (size_t i = 0; i < conf->n_rewrite_out; i++)
		*rule++ = put(&at, conf->rewrite_out[i]);
}

static void limits_set(struct trunk_policy *policy, const struct conf_trunk_policy *conf)
{
	policy->max[TRUNK_IN] = conf->max_in;
	policy->max[TRUNK_OUT] = conf->max_out;
	limit_set(&policy->rate[TRUNK_BOTH], conf->rate, conf->burst);
	limit_set(&policy->rate[TRUNK_IN], conf->rate_in, conf->burst);
	limit_set(&policy->rate[TRUNK_OUT], conf->rate_out, conf->burst);
	policy->return_refused = conf->return_refused;
}

int trunk_policy_set(struct trunk *trunk, const struct conf_trunk_policy *conf,
		     const struct trunk_numbers *numbers)
{
	struct trunk_policy *policy = trunk->policy ? trunk->policy : calloc(1, sizeof(*policy));
	char *pool = malloc(texts_octets(conf, numbers));
	const char **rules = calloc(conf->n_rewrite_in + conf->n_rewrite_out + 1, sizeof(*rules));

	if (!policy || !pool || !rules) {
		free(pool);
		free(rules);
		if (!trunk->policy)
			free(policy);
		return -ENOMEM;
	}
	free(policy->pool);
	free(policy->rules);
	policy->pool = pool;
	policy->rules = rules;
	plan_fill(policy, conf, numbers);
	limits_set(policy, conf);
	trunk->policy = policy;
	return 0;
}

void trunk_policy_free(struct trunk *trunk)
{
	if (!trunk->policy)
		return;
	free(trunk->policy->pool);
	free(trunk->policy->rules);
	free(trunk->policy);
	trunk->policy = NULL;
}

/* ---- limits ---- */

static bool full(const struct trunk *trunk, enum trunk_way way)
{
	unsigned own = way == TRUNK_IN; /* the call itself is counted already */
	unsigned most = trunk->policy ? trunk->policy->max[way] : 0;

	if (most && trunk->up[way] >= most + own)
		return true;
	return trunk->max_calls && trunk->calls >= trunk->max_calls + own;
}

static bool fast(struct trunk *trunk, enum trunk_way way, uint64_t now_us)
{
	struct trunk_policy *policy = trunk->policy;

	return policy && (!limit_has(&policy->rate[way], now_us) ||
			  !limit_has(&policy->rate[TRUNK_BOTH], now_us));
}

enum q850_cause trunk_would_admit(struct trunk *trunk, enum trunk_way way, uint64_t now_us)
{
	/* The call that came in would be up. */
	trunk->up[way] += way == TRUNK_IN;
	trunk->calls += way == TRUNK_IN;
	bool is_full = full(trunk, way);

	trunk->up[way] -= way == TRUNK_IN;
	trunk->calls -= way == TRUNK_IN;
	return is_full ? Q850_NO_CIRCUIT : fast(trunk, way, now_us) ? Q850_CONGESTION : Q850_NONE;
}

enum q850_cause trunk_admit(struct trunk *trunk, enum trunk_way way, bool spared, uint64_t now_us)
{
	bool is_full = full(trunk, way), is_fast = fast(trunk, way, now_us);

	if (spared) {
		counter_add(&spared_calls, is_full || is_fast);
		return Q850_NONE;
	}
	if (is_full || is_fast) {
		counter_add(is_full ? &refused_full : &refused_rate, 1);
		if (trunk->policy && is_full)
			trunk->policy->refused_full++;
		else if (trunk->policy)
			trunk->policy->refused_rate++;
		return is_full ? Q850_NO_CIRCUIT : Q850_CONGESTION;
	}
	if (trunk->policy) {
		limit_take(&trunk->policy->rate[way]);
		limit_take(&trunk->policy->rate[TRUNK_BOTH]);
	}
	return Q850_NONE;
}

/* ---- numbers ---- */

static struct number of_leg(const struct leg_number *number)
{
	struct number out = { .nature = (enum number_nature)number->noa };

	memcpy(out.digits, number->digits, sizeof(out.digits));
	return out;
}

static void to_leg(const struct number *in, struct leg_number *number)
{
	number->noa = (enum leg_noa)in->nature;
	memcpy(number->digits, in->digits, sizeof(number->digits));
}

size_t trunk_carrier_in(const struct trunk *trunk, const struct leg_carrier *carrier, char *text,
			size_t cap)
{
	const struct number_plan *plan = trunk_plan(trunk);
	const char *country = plan && plan->country && !carrier->global ? plan->country : "";
	size_t n = 0;

	if (!carrier->digits[0])
		return 0;
	/* A country that is the trunk's own is left out by its legs where the protocol does. */
	if (carrier->global || country[0])
		n = str_add(text, cap, n, STR("+"));
	n = str_add(text, cap, n, str_c(country));
	return str_add(text, cap, n, str_c(carrier->digits));
}

void trunk_number_in(const struct trunk *trunk, struct leg_number *number)
{
	struct number in = of_leg(number), out;

	if (!trunk->policy || !number->digits[0])
		return;
	if (!number_in(&trunk->policy->plan, &in, &out, NULL))
		to_leg(&out, number);
}

void trunk_number_out(const struct trunk *trunk, struct leg_number *number)
{
	struct number in = of_leg(number), out;

	if (!trunk->policy || !number->digits[0])
		return;
	if (!number_out(&trunk->policy->plan, &in, &out, NULL))
		to_leg(&out, number);
}

bool trunk_number_undecided(const struct trunk *trunk, const struct leg_number *number)
{
	struct number in = of_leg(number);

	return trunk->policy && number_undecided(&trunk->policy->plan, &in);
}

const struct number_plan *trunk_plan(const struct trunk *trunk)
{
	return trunk->policy ? &trunk->policy->plan : NULL;
}

/* ---- state ---- */

bool trunk_refuses_return(const struct trunk *trunk)
{
	return trunk->policy && trunk->policy->return_refused;
}

enum trunk_state trunk_state(const struct trunk *trunk)
{
	if (!trunk->ops->available(trunk))
		return TRUNK_DOWN;
	return trunk->ops->state ? trunk->ops->state(trunk) : TRUNK_UP;
}

const char *trunk_state_name(enum trunk_state state)
{
	static const char *const names[] = {
		[TRUNK_UP] = "up",
		[TRUNK_DOWN] = "down",
		[TRUNK_BLOCKED] = "blocked",
		[TRUNK_CONGESTED] = "congested",
	};

	return names[state];
}
