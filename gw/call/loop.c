/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The loop-back leg: alerts and answers at once, and lets go when it is told. */
#include "gw/call/loop.h"

#include <errno.h>
#include <stdlib.h>

static void loop_event(struct leg *leg, const struct leg_event *event)
{
	if (event->ev == LEG_EV_RELEASE) {
		const struct leg_event released = { .ev = LEG_EV_RELEASED,
						    .release = event->release };

		call_raise(leg, &released);
		free(leg);
	}
}

static void loop_describe(const struct leg *leg, char *text, size_t cap)
{
	(void)str_add(text, cap, str_add(text, cap, 0, STR("loop on ")), str_c(leg->trunk->name));
}

static const struct leg_ops loop_leg_ops = {
	.protocol = "loop",
	.event = loop_event,
	.describe = loop_describe,
};

static int loop_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		      const struct leg_attachment *attachment, struct leg **leg,
		      enum q850_cause *cause)
{
	const struct leg_event alerting = { .ev = LEG_EV_ALERTING },
			       answer = { .ev = LEG_EV_ANSWER };
	struct leg *loop = calloc(1, sizeof(*loop));

	(void)setup;
	(void)attachment;
	*cause = Q850_RESOURCE_UNAVAILABLE;
	if (!loop)
		return -ENOMEM;
	loop->ops = &loop_leg_ops;
	loop->trunk = trunk;
	call_bind(call, loop);
	*leg = loop;
	call_raise(loop, &alerting);
	/* The alerting may have ended the call, and then freed this leg. */
	if (call_state(call) == CALL_ST_ALERTING)
		call_raise(loop, &answer);
	return 0;
}

static bool loop_available(const struct trunk *trunk)
{
	(void)trunk;
	return true;
}

static const struct trunk_ops loop_trunk_ops = {
	.protocol = "loop",
	.seize = loop_seize,
	.available = loop_available,
};

void loop_trunk_init(struct trunk *trunk, const char *name)
{
	*trunk = (struct trunk){ .ops = &loop_trunk_ops, .name = name };
}
