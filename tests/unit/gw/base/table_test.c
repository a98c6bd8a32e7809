/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tables: text, JSON, hostile cells; the show registry; the trace tap. */
#include "gw/base/table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/trace.h"
#include "tests/unit/cu.h"

static const char *const columns[] = { "trunk", "cic", "busy" };

static struct table *sample(void)
{
	struct table *table = table_new(columns, 3);

	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	CU_ASSERT_EQUAL(table_row(table), 0);
	table_set_str(table, 0, STR("pstn"));
	table_set_int(table, 1, 7);
	table_set_bool(table, 2, 1);
	CU_ASSERT_EQUAL(table_row(table), 0);
	table_set_fmt(table, 0, "%s-%d", "berlin", 2);
	table_set_int(table, 1, -12345);
	return table;
}

static void text(void)
{
	struct table *table = sample();
	char *out = table_text(table);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_STRING_EQUAL(out, "trunk        cic  busy\n"
				    "pstn           7  yes\n"
				    "berlin-2  -12345  \n");
	free(out);
	CU_ASSERT_EQUAL(table_rows(table), 2);
	CU_ASSERT_EQUAL(table_columns(table), 3);
	CU_ASSERT_STRING_EQUAL(table_column_name(table, 1), "cic");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 1, 1), "-12345");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 1, 2), "");
	table_set_str(table, 0, STR("again")); /* replaces */
	CU_ASSERT_STRING_EQUAL(table_cell(table, 1, 0), "again");
	table_free(table);
	table_free(NULL);
}

static void wide(void)
{
	static const char *const names[] = { "call", "side", "nothing", "text", "number", "more" };
	struct table *table = table_new(names, 6);
	char *out, long_text[101];

	memset(long_text, 'x', 100);
	long_text[100] = '\0';
	for (int side = 0; side < 2; side++) {
		CU_ASSERT_EQUAL(table_row(table), 0);
		table_set_str(table, 0, STR("c-1"));
		table_set_str(table, 1, side ? STR("out") : STR("in"));
		table_set_str(table, 3, str_c(long_text));
		table_set_int(table, 4, 1234567890 + side);
		table_set_int(table, 5, 12345678901 + side);
	}
	out = table_text(table);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_PTR_NULL(strstr(out, "nothing"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out, "x  1234567891\n\ncall  side         more\n"
					   "c-1   in    12345678901\n"
					   "c-1   out   12345678902\n"));
	free(out);
	table_free(table);
	/* Without a row every column is named. */
	table = table_new(names, 6);
	out = table_text(table);
	CU_ASSERT_STRING_EQUAL(out, "call  side  nothing  text  number  more\n");
	free(out);
	table_free(table);
}

static void json(void)
{
	struct table *table = sample();
	char *out = table_json(table);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_STRING_EQUAL(out, "[{\"trunk\":\"pstn\",\"cic\":7,\"busy\":true},"
				    "{\"trunk\":\"berlin-2\",\"cic\":-12345,\"busy\":null}]");
	free(out);
	table_free(table);
	table = table_new(columns, 3);
	out = table_json(table);
	CU_ASSERT_STRING_EQUAL(out, "[]");
	free(out);
	table_free(table);
}

static void hostile(void)
{
	static const struct {
		struct str in;
		const char *out;
	} rows[] = {
		{ { "a\x1b[2J", 5 }, "a\\x1b[2J" },
		{ { "a\0b", 3 }, "a\\x00b" },
		{ { "M\xc3\xbcnchen", 8 }, "M\xc3\xbcnchen" },
		{ { "\xc3", 1 }, "\\xc3" },
		{ { "\xc0\xaf", 2 }, "\\xc0\\xaf" },
		{ { "\xc2\x9b", 2 }, "\\xc2\\x9b" },
		{ { "\xed\xa0\x80", 3 }, "\\xed\\xa0\\x80" },
		{ { "\xf4\x90\x80\x80", 4 }, "\\xf4\\x90\\x80\\x80" },
		{ { "\xf0\x9f\x93\x9e", 4 }, "\xf0\x9f\x93\x9e" },
		{ { "\xff\x7f", 2 }, "\\xff\\x7f" },
		{ { NULL, 0 }, "" },
	};
	struct table *table = table_new(columns, 3);
	char *out;
	json_t *parsed;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL_FATAL(table_row(table), 0);
		table_set_str(table, 0, rows[i].in);
		CU_ASSERT_STRING_EQUAL(table_cell(table, i, 0), rows[i].out);
	}
	out = table_json(table);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	parsed = json_loads(out, 0, NULL);
	CU_ASSERT_EQUAL(json_array_size(parsed), sizeof(rows) / sizeof(rows[0]));
	json_decref(parsed);
	free(out);
	table_free(table);
}

static void registry(void)
{
	struct show b = { .name = "b" }, a = { .name = "a" };

	show_register(&b);
	show_register(&a);
	CU_ASSERT_PTR_EQUAL(show_first(), &a);
	CU_ASSERT_PTR_EQUAL(show_first()->next, &b);
	CU_ASSERT_PTR_EQUAL(show_find(STR("b")), &b);
	CU_ASSERT_PTR_NULL(show_find(STR("bb")));
	show_unregister(&a);
	show_unregister(&a);
	CU_ASSERT_PTR_EQUAL(show_first(), &b);
	show_unregister(&b);
	CU_ASSERT_PTR_NULL(show_first());
}

static struct trace_tap once;
static unsigned heard;

static void hear(void *arg, const struct trace_event *event)
{
	(void)arg;
	heard++;
	CU_ASSERT(event->now_us > 1600000000000000ull);
}

static void hear_once(void *arg, const struct trace_event *event)
{
	hear(arg, event);
	trace_tap_remove(&once);
}

static void tracing(void)
{
	struct trace_tap tap = { .fn = hear, .kinds = 1u << TRACE_SIP | 1u << TRACE_STATE };
	struct trace_event event = { .kind = TRACE_SIP, .text = STR("INVITE") };

	once = (struct trace_tap){ .fn = hear_once, .kinds = 1u << TRACE_TIMER };
	trace_emit(&event);
	CU_ASSERT_EQUAL(heard, 0);
	trace_tap_add(&tap);
	trace_tap_add(&once);
	CU_ASSERT(trace_wanted(TRACE_SIP) && trace_wanted(TRACE_TIMER) &&
		  !trace_wanted(TRACE_MTP3));
	trace_emit(&event);
	CU_ASSERT_EQUAL(heard, 1);
	event.kind = TRACE_TIMER;
	trace_emit(&event);
	trace_emit(&event);
	CU_ASSERT_EQUAL(heard, 2);
	CU_ASSERT(!trace_wanted(TRACE_TIMER));
	event.kind = TRACE_MTP3;
	trace_emit(&event);
	trace_tap_remove(&tap);
	CU_ASSERT(!trace_wanted(TRACE_SIP));
	CU_ASSERT_EQUAL(heard, 2);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "text", text },	{ "wide", wide },	  { "json", json },
		{ "hostile", hostile }, { "registry", registry }, { "tracing", tracing },
		CU_TEST_INFO_NULL,
	};

	return cu_run("base table", tests, argc, argv);
}
