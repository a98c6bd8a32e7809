/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the engine's values are called. */
#include "gw/media/media.h"

const char *media_echo_name(enum media_echo_state state)
{
	static const char *const names[] = {
		[MEDIA_ECHO_NONE] = "",
		[MEDIA_ECHO_OFF] = "off",
		[MEDIA_ECHO_SPAN] = "span",
		[MEDIA_ECHO_DISABLED] = "disabled",
		[MEDIA_ECHO_CONVERGING] = "converging",
		[MEDIA_ECHO_DOUBLE_TALK] = "double-talk",
		[MEDIA_ECHO_CONVERGED] = "converged",
	};

	return names[state];
}
