/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sets of Q.850 causes, "34,38,41-44", and shares of calls. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/grammar.h"
#include "gw/base/str.h"

#define CAUSE_MAX 127
#define SHARE_MAX 1000

static bool cause_at(const char **at, unsigned *cause)
{
	char *end;
	unsigned long value = strtoul(*at, &end, 10);

	if (end == *at || **at < '0' || **at > '9' || value < 1 || value > CAUSE_MAX)
		return false;
	*at = end;
	*cause = (unsigned)value;
	return true;
}

static int causes_parse(const struct conf_field *field, void *member, const char *text)
{
	uint64_t bits[2] = { 0, 0 };
	unsigned first, last;

	(void)field;
	while (*text) {
		if (!cause_at(&text, &first))
			return -EINVAL;
		last = first;
		if (*text == '-') {
			text++;
			if (!cause_at(&text, &last) || last < first)
				return -EINVAL;
		}
		for (unsigned cause = first; cause <= last; cause++)
			bits[cause / 64] |= UINT64_C(1) << cause % 64;
		if (*text != ',')
			break;
		text++;
		text += strspn(text, " ");
		if (!*text)
			return -EINVAL;
	}
	if (*text)
		return -EINVAL;
	memcpy(member, bits, sizeof(bits));
	return 0;
}

static bool has(const uint64_t *bits, unsigned cause)
{
	return cause <= CAUSE_MAX && bits[cause / 64] >> cause % 64 & 1;
}

static void causes_print(const struct conf_field *field, const void *member, FILE *out)
{
	uint64_t bits[2];
	const char *comma = "";

	(void)field;
	memcpy(bits, member, sizeof(bits));
	fputc('"', out);
	for (unsigned cause = 1; cause <= CAUSE_MAX; cause++) {
		unsigned first = cause;

		if (!has(bits, cause))
			continue;
		while (has(bits, cause + 1))
			cause++;
		fprintf(out, first == cause ? "%s%u" : "%s%u-%u", comma, first, cause);
		comma = ",";
	}
	fputc('"', out);
}

static bool octets_equal(const struct conf_field *field, const void *a, const void *b)
{
	return memcmp(a, b, field->kind->octets) == 0;
}

static void causes_right(const struct conf_field *field, FILE *out)
{
	(void)field;
	fprintf(out, "causes from 1 to %d in quotes, such as \"34,38,41-44\", or \"\" for none",
		CAUSE_MAX);
}

const struct conf_kind conf_kind_causes = { .octets = 2 * sizeof(uint64_t),
					    .parse = causes_parse,
					    .print = causes_print,
					    .equal = octets_equal,
					    .right = causes_right };

static int share_parse(const struct conf_field *field, void *member, const char *text)
{
	uint64_t value;
	int err = str_to_u64(str_c(text), SHARE_MAX, &value);

	(void)field;
	if (!err)
		*(unsigned *)member = (unsigned)value;
	return err;
}

static void share_print(const struct conf_field *field, const void *member, FILE *out)
{
	(void)field;
	fprintf(out, "%u", *(const unsigned *)member);
}

static void share_right(const struct conf_field *field, FILE *out)
{
	(void)field;
	fprintf(out, "a number from 0 to %d for each trunk of to", SHARE_MAX);
}

const struct conf_kind conf_kind_share = { .octets = sizeof(unsigned),
					   .parse = share_parse,
					   .print = share_print,
					   .equal = octets_equal,
					   .right = share_right };
