/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* En bloc to overlap (Q.764 2.1.2.1): an IAM with the first digits, a SAM with the others, for exchanges that want it so. */
#include <string.h>

#include "gw/call/call_private.h"

static void split(struct call *call, struct leg_setup *setup)
{
	size_t first = call->overlap.conf.first_digits;

	if (strlen(setup->called.digits) <= first)
		return;
	setup->called.digits[first] = '\0';
	setup->complete = false;
}

/* The rest of what the route made of the number, which the record has. */
static void send_rest(struct call *call, const struct leg_setup *setup)
{
	struct str rest = str_c(call->record.called_sent.digits);
	size_t sent = strlen(setup->called.digits);
	const struct leg_event event = { .ev = LEG_EV_DIGITS,
					 .digits = { rest.p + sent, rest.n - sent },
					 .digits_complete = call->setup.complete };

	if (rest.n > sent && call->leg[1])
		call->leg[1]->ops->event(call->leg[1], &event);
}

static void pass_on(struct call *call, const struct leg_event *event)
{
	overlap_through.digits(call, event);
}

const struct overlap_ops overlap_split = {
	.name = "split",
	.what = "IAM with the first digits, the others in SAM",
	.early = true,
	.setup = split,
	.seized = send_rest,
	.digits = pass_on,
};
