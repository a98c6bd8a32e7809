/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Repeated parameters: RFC 3261 7.3.1 and 19.1.1. */
#include "gw/sip/param.h"

static bool has_name(const struct str *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(names[i], name))
			return true;
	return false;
}

bool sip_params_unique(struct str params)
{
	struct str names[SIP_PARAMS_MAX];
	struct sip_param param;
	size_t n = 0;

	while (sip_param_next(&params, &param)) {
		if (n == SIP_PARAMS_MAX || has_name(names, n, param.name))
			return false;
		names[n++] = param.name;
	}
	return true;
}
