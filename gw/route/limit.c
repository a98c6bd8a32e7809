/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Token bucket in whole microseconds: a token is 1,000,000 parts, of which rate come a microsecond. */
#include "gw/route/limit.h"

#define TOKEN UINT64_C(1000000)

static uint64_t most(const struct limit *limit)
{
	return (limit->burst ? limit->burst : limit->rate) * TOKEN;
}

void limit_set(struct limit *limit, unsigned rate, unsigned burst)
{
	limit->rate = rate;
	limit->burst = burst;
	if (limit->level > most(limit))
		limit->level = most(limit);
}

bool limit_has(struct limit *limit, uint64_t now_us)
{
	uint64_t passed = now_us - limit->at_us;

	if (!limit->rate)
		return true;
	if (!limit->begun) {
		limit->begun = true;
		limit->level = most(limit);
	} else if (passed >= most(limit) / limit->rate) {
		limit->level = most(limit);
	} else {
		limit->level += passed * limit->rate;
		if (limit->level > most(limit))
			limit->level = most(limit);
	}
	limit->at_us = now_us;
	return limit->level >= TOKEN;
}

void limit_take(struct limit *limit)
{
	if (limit->rate)
		limit->level -= TOKEN;
}
