/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Routes: longest prefix, preference of a route that names the trunk, overlap, strip and prepend.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/route/route.h"
#include "tests/unit/cu.h"

static char pstn[] = "pstn", pbx[] = "pbx", e_prefix[] = "", p030[] = "030", p0301[] = "0301",
	    plus49[] = "+49", n_any[] = "any", n_berlin[] = "berlin", n_pbx[] = "pbx-berlin",
	    n_long[] = "long", n_cc[] = "cc", prepend[] = "0049";

static struct route_table *fixture(void)
{
	struct conf_route routes[] = {
		{ .name = n_any, .prefix = e_prefix, .to = { pstn }, .n_to = 1 },
		{ .name = n_berlin,
		  .prefix = p030,
		  .to = { pstn, pbx },
		  .n_to = 2,
		  .strip = 1,
		  .prepend = prepend },
		{ .name = n_pbx, .prefix = p030, .from = pbx, .to = { pstn }, .n_to = 1 },
		{ .name = n_long, .prefix = p0301, .to = { pbx }, .n_to = 1 },
		{ .name = n_cc, .prefix = plus49, .to = { pbx }, .n_to = 1, .strip = 2 },
	};
	return route_table_new(routes, 5);
}

static enum route_answer find(const struct route_table *table, const char *number, const char *from,
			      bool complete, const struct route **route)
{
	const struct route_query query = {
		.number = str_c(number), .from = from, .category = 10, .complete = complete
	};

	return route_find(table, &query, route);
}

static const char *found(const struct route_table *table, const char *number, const char *from)
{
	const struct route *route;

	if (find(table, number, from, true, &route) != ROUTE_FOUND)
		return "none";
	return route->name;
}

static void longest_prefix_wins(void)
{
	struct route_table *table = fixture();

	CU_ASSERT_STRING_EQUAL(found(table, "0401", "x"), "any");
	CU_ASSERT_STRING_EQUAL(found(table, "030", "x"), "berlin");
	CU_ASSERT_STRING_EQUAL(found(table, "0302", "x"), "berlin");
	CU_ASSERT_STRING_EQUAL(found(table, "03012", "x"), "long");
	CU_ASSERT_STRING_EQUAL(found(table, "+4930", "x"), "cc");
	CU_ASSERT_STRING_EQUAL(found(table, "", "x"), "any");
	CU_ASSERT_STRING_EQUAL(found(table, "03z", NULL), "any");
	CU_ASSERT_EQUAL(route_table_size(table), 5);
	CU_ASSERT_PTR_NULL(route_table_get(table, 5));
	route_table_free(table);
}

static void trunk_is_preferred(void)
{
	struct route_table *table = fixture();

	CU_ASSERT_STRING_EQUAL(found(table, "0302", "pbx"), "pbx-berlin");
	CU_ASSERT_STRING_EQUAL(found(table, "0301", "pbx"), "long");
	route_table_free(table);
}

static void more_digits_may_help(void)
{
	struct route_table *table = fixture();
	const struct route *route;

	CU_ASSERT_EQUAL(find(table, "030", "x", false, &route), ROUTE_MORE);
	CU_ASSERT_EQUAL(find(table, "0302", "x", false, &route), ROUTE_FOUND);
	CU_ASSERT_EQUAL(find(table, "0301", "x", false, &route), ROUTE_FOUND);
	CU_ASSERT_EQUAL(find(table, "", "x", false, &route), ROUTE_MORE);
	route_table_free(table);
}

static void no_route_at_all(void)
{
	struct route_table *table = route_table_new(NULL, 0);
	const struct route *route;

	CU_ASSERT_EQUAL(find(table, "030", "x", false, &route), ROUTE_NONE);
	CU_ASSERT_PTR_NULL(route);
	route_table_free(table);
}

static void strip_and_prepend(void)
{
	struct route_table *table = fixture();
	const struct route *route;
	char out[16];

	CU_ASSERT_EQUAL(find(table, "0302", "x", true, &route), ROUTE_FOUND);
	CU_ASSERT_EQUAL(route_apply(route, STR("0302"), out, sizeof(out)), 0);
	CU_ASSERT_STRING_EQUAL(out, "0049302");
	CU_ASSERT_EQUAL(route_apply(route, STR("0302345678901"), out, sizeof(out)), -ENAMETOOLONG);
	CU_ASSERT_EQUAL(find(table, "+49301", "x", true, &route), ROUTE_FOUND);
	CU_ASSERT_EQUAL(route_apply(route, STR("+49301"), out, sizeof(out)), 0);
	CU_ASSERT_STRING_EQUAL(out, "301");
	CU_ASSERT_EQUAL(route_apply(route, STR("+4"), out, sizeof(out)), 0);
	CU_ASSERT_STRING_EQUAL(out, "");
	CU_ASSERT_EQUAL(find(table, "+1", "x", true, &route), ROUTE_FOUND);
	CU_ASSERT_EQUAL(route_apply(route, STR("+1"), out, sizeof(out)), 0);
	CU_ASSERT_STRING_EQUAL(out, "+1");
	route_table_free(table);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "longest prefix wins", longest_prefix_wins },
		{ "a route that names the trunk is preferred", trunk_is_preferred },
		{ "more digits may help", more_digits_may_help },
		{ "no route at all", no_route_at_all },
		{ "strip and prepend", strip_and_prepend },
		CU_TEST_INFO_NULL,
	};
	return cu_run("route", tests, argc, argv);
}
