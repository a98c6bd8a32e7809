/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Digits as they come: in SAM (Q.764 2.1.2), in more INVITEs (RFC 3578 3.2) or in INFO (3.1). The leg knows how its protocol
 * says it.
 */
#include "gw/call/call_private.h"

static void pass_on(struct call *call, const struct leg_event *event)
{
	/* A number that went out whole has no room for more: it is set up anew (RFC 3578 3.5). */
	if (call->overlap.sent_complete && event->digits.n)
		call_overlap_replace(call);
	else if (!call->overlap.sent_complete && call->leg[1])
		call->leg[1]->ops->event(call->leg[1], event);
}

const struct overlap_ops overlap_through = {
	.name = "through",
	.what = "digits go on as they come: IAM, then SAM",
	.early = true,
	.digits = pass_on,
};

const struct overlap_ops overlap_invites = {
	.name = "multiple-invite",
	.what = "another INVITE with the whole number so far for all that comes (RFC 3578 3.2)",
	.way = LEG_OVERLAP_INVITES,
	.early = true,
	.digits = pass_on,
};

const struct overlap_ops overlap_info = {
	.name = "info",
	.what = "INVITE, then digits by INFO in its early dialog (RFC 3578 3.1)",
	.way = LEG_OVERLAP_INFO,
	.early = true,
	.digits = pass_on,
};

const struct overlap_ops overlap_184 = {
	.name = "184",
	.what = "INVITE, then digits by INFO once the peer has asked for them with 184",
	.way = LEG_OVERLAP_184,
	.early = true,
	.digits = pass_on,
};
