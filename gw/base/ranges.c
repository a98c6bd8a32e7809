/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sets of small numbers: reading and writing them. */
#include "gw/base/ranges.h"

#include <errno.h>

static void skip_blanks(struct str *rest)
{
	while (rest->n && rest->p[0] == ' ') {
		rest->p++;
		rest->n--;
	}
}

static int number_take(struct str *rest, uint32_t max, uint32_t *value)
{
	struct str digits = { rest->p, 0 };
	uint64_t v;
	int err;

	while (digits.n < rest->n && rest->p[digits.n] >= '0' && rest->p[digits.n] <= '9')
		digits.n++;
	err = str_to_u64(digits, max, &v);
	if (err)
		return err;
	rest->p += digits.n;
	rest->n -= digits.n;
	*value = (uint32_t)v;
	return 0;
}

static int range_take(struct str *rest, uint32_t max, uint64_t *bits)
{
	uint32_t first, last;
	int err;

	skip_blanks(rest);
	err = number_take(rest, max, &first);
	if (err)
		return err;
	last = first;
	if (rest->n && rest->p[0] == '-') {
		rest->p++;
		rest->n--;
		err = number_take(rest, max, &last);
		if (err)
			return err;
	}
	if (last < first)
		return -EINVAL;
	for (uint32_t i = first; i <= last && i < RANGES_BITS; i++)
		*bits |= UINT64_C(1) << i;
	skip_blanks(rest);
	return 0;
}

int ranges_parse(struct str text, uint32_t max, uint64_t *bits)
{
	struct str rest = text;
	uint64_t found = 0;

	for (;;) {
		int err = range_take(&rest, max, &found);

		if (err)
			return err;
		if (!rest.n)
			break;
		if (rest.p[0] != ',')
			return -EINVAL;
		rest.p++;
		rest.n--;
	}
	*bits = found;
	return 0;
}

size_t ranges_text(uint64_t bits, char *text, size_t cap)
{
	size_t n = 0;

	for (unsigned i = 0; i < RANGES_BITS; i++) {
		unsigned first = i;

		if (!(bits >> i & 1))
			continue;
		while (i + 1 < RANGES_BITS && bits >> (i + 1) & 1)
			i++;
		if (n)
			n = str_add(text, cap, n, STR(","));
		n = str_add_uint(text, cap, n, first, 10, 1);
		if (i == first)
			continue;
		n = str_add(text, cap, n, STR("-"));
		n = str_add_uint(text, cap, n, i, 10, 1);
	}
	return n;
}
