/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Parameters that a script gives octet by octet: what the exchange has no words for (Q.763 1.7: code, contents). */
#include <errno.h>

#include "gw/exchange/exchange_private.h"

#define OCTETS_MAX 255

static unsigned hex(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : ((unsigned)c | 0x20u) - 'a' + 10;
}

/* The grammar has seen to it that there are pairs of hexadecimal digits with a space between them. */
static size_t octets_of(const char *text, uint8_t *octets)
{
	size_t n = 0;

	for (; *text && n < OCTETS_MAX; text += text[2] ? 3 : 2)
		octets[n++] = (uint8_t)(hex(text[0]) << 4 | hex(text[1]));
	return n;
}

int parameter_put(const char *text, struct isup_msg *msg)
{
	uint8_t octets[OCTETS_MAX];
	size_t n = octets_of(text, octets);

	if (n < 2)
		return -EINVAL;
	/* Only generic numbers may be there more than once; of others this one counts. */
	if (octets[0] != ISUP_P_GENERIC_NUMBER)
		isup_msg_remove(msg, octets[0]);
	return isup_msg_add(msg, octets[0], octets + 1, n - 1);
}

int parameters_put(const struct conf_script *script, struct isup_msg *msg)
{
	int err = 0;

	for (size_t i = 0; i < script->n_parameters && !err; i++)
		err = parameter_put(script->parameters[i], msg);
	return err;
}
