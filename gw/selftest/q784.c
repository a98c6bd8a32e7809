/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The list of Q.784.1's cases and what became of each. */
#include "gw/selftest/q784.h"

#include <string.h>

#include "gw/selftest/q784_player.h"

static const struct q784_case *find(const char *number)
{
	static const struct q784_case *const groups[] = {
		q784_supervision,   q784_messages, q784_setup,	      q784_release,
		q784_timers,	    q784_attempts, q784_bearers,      q784_continuity,
		q784_compatibility, q784_segments, q784_availability, q784_not_applicable,
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (const struct q784_case *c = groups[i]; c->number; c++)
			if (strcmp(c->number, number) == 0)
				return c;
	return NULL;
}

void q784_play(size_t at, struct q784_result *result)
{
	const struct q784_title *title = &q784_titles[at];
	const struct q784_case *c = find(title->number);
	struct q784_player player;

	*result = (struct q784_result){ .number = title->number,
					.group = title->group,
					.title = title->title,
					.verdict = Q784_FAIL };
	if (!c) {
		snprintf(result->reason, sizeof(result->reason), "no script");
		return;
	}
	if (!c->steps) {
		result->verdict = Q784_NOT_APPLICABLE;
		snprintf(result->reason, sizeof(result->reason), "%s", c->clause);
		return;
	}
	q784_player_run(&player, c);
	if (!player.fault[0])
		result->verdict = Q784_PASS;
	snprintf(result->reason, sizeof(result->reason), "%s", player.fault);
}

size_t q784_print(FILE *out)
{
	static const char *const verdicts[] = {
		[Q784_PASS] = "pass", [Q784_FAIL] = "fail", [Q784_NOT_APPLICABLE] = "n/a"
	};
	size_t counts[3] = { 0 };
	struct q784_result result;

	for (size_t i = 0; i < Q784_COUNT; i++) {
		q784_play(i, &result);
		counts[result.verdict]++;
		fprintf(out, "%s\t%s: %s\t%s\t%s\n", result.number, result.group, result.title,
			verdicts[result.verdict], result.reason);
	}
	return counts[Q784_FAIL];
}
