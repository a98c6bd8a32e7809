/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A parameter name stands once in a header field value and in a URI (RFC 3261 7.3.1 and 19.1.1, RFC
 * 3966 3). While the parameters are read, a bit a name tells whether two may be the same; only then
 * are the names compared. Private to the syntax files.
 */
#ifndef SIP_PARAM_H
#define SIP_PARAM_H

#include "gw/sip/lex.h"

#define SIP_PARAMS_MAX 64 /* names compared with each other; more than these are refused */

struct sip_params_seen { /* zeroed: none yet */
	uint64_t once;
	uint64_t again;
};

/* name is not empty. The factors tell the names that usually stand together from each other; the
 * case of the first letter falls out of the 64. */
LEX_INLINE void sip_param_seen(struct sip_params_seen *seen, struct str name)
{
	uint64_t bit = UINT64_C(1) << ((2 * (unsigned char)name.p[0] + 11 * name.n) % 64);

	seen->again |= seen->once & bit;
	seen->once |= bit;
}

/* params is a .params span. False: a name is there twice, or there are too many to tell. */
bool sip_params_unique(struct str params);

static inline bool sip_params_ok(const struct sip_params_seen *seen, struct str params)
{
	return !seen->again || sip_params_unique(params);
}

#endif
