/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Where the PSTN dials en bloc, and digits come nevertheless: REL for the IAM, and a new IAM (RFC 3578 3.5). */
#include "gw/base/log.h"
#include "gw/call/call_private.h"

void call_overlap_replace(struct call *call)
{
	const struct leg_release release = { .cause = Q850_NORMAL,
					     .location = Q850_LOC_PUBLIC_LOCAL };

	log_write(LOG_INFO, call->record.id, "more digits: set up anew with %s",
		  call->setup.called.digits);
	timer_stop(&call->no_answer);
	call_state_set(call, CALL_ST_COLLECTING);
	/* REL before IAM: the leg has sent it when it returns. One that is not gone by then goes on in call_overlap_replaced. */
	call->overlap.replacing = true;
	call_leg_release(call, 1, &release);
	call->overlap.replacing = false;
	if (call->state == CALL_ST_COLLECTING)
		call_try(call);
}

void call_overlap_replaced(struct call *call)
{
	timer_stop(&call->guard);
	if (!call->overlap.replacing)
		call_try(call);
}

static void en_bloc(struct call *call, struct leg_setup *setup)
{
	(void)call;
	setup->complete = true;
}

static void more(struct call *call, const struct leg_event *event)
{
	if (event->digits.n)
		call_overlap_replace(call);
}

const struct overlap_ops overlap_replace = {
	.name = "replace",
	.what = "IAM with the number so far as if it were complete; REL and a new IAM for more",
	.early = true,
	.setup = en_bloc,
	.digits = more,
};
