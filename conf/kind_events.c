/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sets of telephone events, written as in RFC 4733 2.4.1: "0-16,32-36". */
#include <errno.h>

#include "conf/grammar.h"
#include "gw/base/ranges.h"

static int events_parse(const struct conf_field *field, void *member, const char *text)
{
	return ranges_parse(str_c(text), field->max, member);
}

static void events_print(const struct conf_field *field, const void *member, FILE *out)
{
	char text[RANGES_TEXT_MAX];

	(void)field;
	(void)ranges_text(*(const uint64_t *)member, text, sizeof(text));
	fprintf(out, "\"%s\"", text);
}

static bool events_equal(const struct conf_field *field, const void *a, const void *b)
{
	(void)field;
	return *(const uint64_t *)a == *(const uint64_t *)b;
}

static void events_right(const struct conf_field *field, FILE *out)
{
	fprintf(out, "events from 0 to %u in quotes, such as \"0-16\" or \"0-16,32-36\"",
		(unsigned)field->max);
}

const struct conf_kind conf_kind_events = { .octets = sizeof(uint64_t),
					    .parse = events_parse,
					    .print = events_print,
					    .equal = events_equal,
					    .right = events_right };
