/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* a=gpmd: format SP parameter *( ";" parameter ); parameters that are not known are passed over. */
#include "gw/sip/gpmd.h"

#include <string.h>

/* What stands before the sign, which is taken away, too. */
static struct str part(struct str *rest, char sign)
{
	const char *end = rest->n ? memchr(rest->p, sign, rest->n) : NULL;
	struct str first = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	*rest = end ? (struct str){ end + 1, rest->n - first.n - 1 } : STR_NONE;
	return str_trim(first);
}

bool gpmd_is_vbd(struct str value, struct str *format)
{
	struct str rest = str_trim(value); /* some write a blank first */
	bool vbd = false;

	*format = part(&rest, ' ');
	while (rest.n) {
		struct str parameter = part(&rest, ';');

		if (str_ieq(part(&parameter, '='), STR("vbd")))
			vbd = str_ieq(str_trim(parameter), STR("yes"));
	}
	return vbd;
}
