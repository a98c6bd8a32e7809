/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causewayctl echo: the echo canceller of a call, switched by hand. */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/main/gateway.h"

#define USAGE "usage: echo CALL off|on [in|out]"

static const char *const sides[] = { "in", "out" };

/* False: its bearer has none, or it is no bearer. */
static bool side_switch(const struct call *call, unsigned side, bool on,
			struct control_reply *reply)
{
	const char *word = on ? "on" : "off";
	int err = media_echo(call_media(call), side, on);

	if (err == -EINVAL || err == -ENOENT)
		return false;
	if (err) {
		control_fail(reply, "%s %s: %s", call_id(call), sides[side], strerror(-err));
		return true;
	}
	log_write(LOG_NOTICE, call_id(call), "echo canceller of side %s %s, by an operator",
		  sides[side], word);
	control_printf(reply, "%s %s: echo canceller %s\n", call_id(call), sides[side], word);
	return true;
}

void gateway_echo(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv,
		  bool json)
{
	struct gateway *gw = arg;
	const struct call *call = call_core_find(gw->core, str_c(argv[0]));
	bool on = strcmp(argv[1], "on") == 0, found = false;

	(void)json;
	if ((!on && strcmp(argv[1], "off") != 0) ||
	    (argc > 2 && strcmp(argv[2], sides[0]) != 0 && strcmp(argv[2], sides[1]) != 0)) {
		control_fail(reply, USAGE);
		return;
	}
	if (!call) {
		control_fail(reply, "no call %s is up; see 'show calls'", argv[0]);
		return;
	}
	for (unsigned side = 0; call_media(call) && side < 2; side++)
		if (argc < 3 || strcmp(argv[2], sides[side]) == 0)
			found |= side_switch(call, side, on, reply);
	if (!found)
		control_fail(reply, "%s has no echo canceller there; see 'show bearers'", argv[0]);
}
