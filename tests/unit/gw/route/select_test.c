/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Conditions of routes, the order of hunting, counts over a reload, and token buckets. */
#include <stdlib.h>
#include <string.h>

#include "gw/route/limit.h"
#include "gw/route/order.h"
#include "gw/route/route.h"
#include "tests/unit/cu.h"

static char a[] = "a", b[] = "b", c[] = "c", d[] = "d", empty[] = "", p030[] = "030",
	    p0301[] = "0301", plus4930[] = "+4930", plus49[] = "+49", payphone[] = "payphone",
	    operator_[] = "operator", data[] = "data", work[] = "mon-fri 08:00-18:00",
	    root[] = "e164.arpa", n_from[] = "from", n_caller[] = "caller", n_phone[] = "phone",
	    n_data[] = "data", n_work[] = "work", n_any[] = "any", n_enum[] = "enum",
	    n_long[] = "long", n_x[] = "x";

/* In an order that is not the one in which they are asked. */
static struct route_table *fixture(void)
{
	struct conf_route routes[] = {
		{ .name = n_any, .prefix = p030, .to = { a }, .n_to = 1 },
		{ .name = n_work,
		  .prefix = p030,
		  .to = { a },
		  .n_to = 1,
		  .match = { .times = { work }, .n_times = 1 } },
		{ .name = n_caller,
		  .prefix = p030,
		  .to = { a },
		  .n_to = 1,
		  .match = { .calling = { plus4930, b }, .n_calling = 1 } },
		{ .name = n_phone,
		  .prefix = p030,
		  .to = { a },
		  .n_to = 1,
		  .match = { .category = { payphone, operator_ },
			     .n_category = 2,
			     .bearer = { data },
			     .n_bearer = 0 } },
		{ .name = n_data,
		  .prefix = p030,
		  .to = { a },
		  .n_to = 1,
		  .match = { .bearer = { data },
			     .n_bearer = 1,
			     .calling = { plus49 },
			     .n_calling = 1 } },
		{ .name = n_from,
		  .prefix = p030,
		  .from = b,
		  .to = { a },
		  .n_to = 1,
		  .match = { .calling = { plus49 }, .n_calling = 1 } },
		{ .name = n_long,
		  .prefix = p0301,
		  .to = { a },
		  .n_to = 1,
		  .match = { .calling = { plus4930 }, .n_calling = 1 } },
		{ .name = n_enum, .prefix = plus49, .to = { a }, .n_to = 1, .enum_root = root },
		{ .name = n_x, .prefix = empty, .to = { a }, .n_to = 1 },
	};
	struct route_table *table = route_table_new(routes, sizeof(routes) / sizeof(routes[0]));

	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	return table;
}

static struct route_query query(const char *number)
{
	return (struct route_query){ .number = str_c(number), .category = 10, .complete = true };
}

static const char *found(const struct route_table *table, const struct route_query *q)
{
	const struct route *route;

	return route_find(table, q, &route) == ROUTE_FOUND ? route->name : "none";
}

static void conditions(void)
{
	struct route_table *table = fixture();
	struct route_query q = query("0302");

	CU_ASSERT_STRING_EQUAL(found(table, &q), "any");
	q.time = (struct week_time){ 1, 9 * 60 };
	CU_ASSERT_STRING_EQUAL(found(table, &q), "work");
	/* As many conditions: the one written first. */
	q.calling = STR("+49301");
	CU_ASSERT_STRING_EQUAL(found(table, &q), "work");
	q.time.day = 0;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "caller");
	q.calling = STR("+4940");
	CU_ASSERT_STRING_EQUAL(found(table, &q), "any");
	q.bearer = 2;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "data");
	q.from = "b";
	CU_ASSERT_STRING_EQUAL(found(table, &q), "from");
	q.calling = STR_NONE;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "any");
	q.category = 15;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "phone");
	q.category = 9;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "phone");
	q.category = 11;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "any");
	route_table_free(table);
}

/* Whole, and with its country or without: never the beginning of another. */
static void carriers(void)
{
	static char local[] = "5062", global[] = "+15062", n_carrier[] = "carrier";
	const struct conf_route routes[] = {
		{ .name = n_any, .prefix = empty, .to = { a }, .n_to = 1 },
		{ .name = n_carrier,
		  .prefix = empty,
		  .to = { a },
		  .n_to = 1,
		  .match = { .carrier = { local, global }, .n_carrier = 2 } },
		{ .name = n_long,
		  .prefix = empty,
		  .to = { a },
		  .n_to = 1,
		  .match = { .carrier = { local },
			     .n_carrier = 1,
			     .bearer = { data },
			     .n_bearer = 1 } },
	};
	static const struct {
		const char *code, *route;
	} rows[] = { { "", "any" },	 { "5062", "carrier" }, { "+15062", "carrier" },
		     { "50621", "any" }, { "506", "any" },	{ "+5062", "any" },
		     { "15062", "any" } };
	struct route_table *table = route_table_new(routes, 3);
	struct route_query q = query("0302");

	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		q.carrier = str_c(rows[i].code);
		CU_ASSERT_STRING_EQUAL(found(table, &q), rows[i].route);
	}
	q.carrier = STR("5062");
	q.bearer = 2;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "long");
	CU_ASSERT_STRING_EQUAL(route_miss_text(ROUTE_MISS_CARRIER),
			       "the carrier that is asked for is another, or none");
	route_table_free(table);
}

static void shorter_prefix_serves(void)
{
	struct route_table *table = fixture();
	struct route_query q = query("03012");

	CU_ASSERT_STRING_EQUAL(found(table, &q), "any");
	q.calling = STR("+49305");
	CU_ASSERT_STRING_EQUAL(found(table, &q), "long");
	q = query("+4940");
	CU_ASSERT_STRING_EQUAL(found(table, &q), "enum");
	q.no_enum = true;
	CU_ASSERT_STRING_EQUAL(found(table, &q), "x");
	route_table_free(table);
}

/* A longer prefix is worth waiting for only when this call could take it. */
static void more_only_for_this_call(void)
{
	struct route_table *table = fixture();
	struct route_query q = query("030");
	const struct route *route;

	q.complete = false;
	CU_ASSERT_EQUAL(route_find(table, &q, &route), ROUTE_FOUND);
	q.calling = STR("+49301");
	CU_ASSERT_EQUAL(route_find(table, &q, &route), ROUTE_MORE);
	route_table_free(table);
}

static void categories(void)
{
	static const unsigned classes[] = { 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 0, 6, 0 };

	for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		CU_ASSERT_EQUAL(route_category((uint8_t)i), classes[i]);
}

struct told {
	char text[400];
	size_t n;
};

static void tell(void *arg, const struct route *route, enum route_miss miss)
{
	struct told *told = arg;

	told->n = str_add(told->text, sizeof(told->text), told->n, str_c(route->name));
	told->n = str_add(told->text, sizeof(told->text), told->n, STR(":"));
	told->n = str_add(told->text, sizeof(told->text), told->n, str_c(route_miss_text(miss)));
	told->n = str_add(told->text, sizeof(told->text), told->n, STR("|"));
}

static void explained(void)
{
	struct route_table *table = fixture();
	struct route_query q = query("0301");
	struct told told = { .n = 0 };

	route_explain(table, &q, tell, &told);
	CU_ASSERT_STRING_EQUAL(told.text, "long:the caller's number begins otherwise|"
					  "from:from is another trunk|"
					  "data:the caller's number begins otherwise|"
					  "work:not at this time|caller:the caller's number begins "
					  "otherwise|phone:the caller's category is another|"
					  "any:fits|x:fits|");
	route_table_free(table);
}

/* ---- hunting ---- */

static struct route_table *shared(enum conf_order order, const unsigned *shares, size_t n)
{
	struct conf_route route = { .name = n_x,
				    .prefix = empty,
				    .to = { a, b, c, d },
				    .n_to = 4,
				    .hunt = { .order = order, .n_shares = n } };

	for (size_t i = 0; i < n; i++)
		route.hunt.shares[i] = shares[i];
	return route_table_new(&route, 1);
}

static void percentage(void)
{
	static const unsigned shares[] = { 50, 30, 20, 0 };
	struct route_table *table = shared(CONF_ORDER_PERCENTAGE, shares, 4);
	const struct route *route = route_table_get(table, 0);
	const uint32_t random[CONF_TARGETS_MAX] = { 0 };
	unsigned first[4] = { 0 };
	uint8_t order[CONF_TARGETS_MAX];

	for (unsigned i = 0; i < 1000; i++) {
		route_order(route, NULL, random, order);
		first[order[0]]++;
		CU_ASSERT_EQUAL(order[3], 3);
		route_order_given(route, order[0]);
		/* Never far from its share on the way. */
		if (i % 10 == 9)
			CU_ASSERT(first[0] == (i + 1) / 2 && first[1] == (i + 1) * 3 / 10);
	}
	CU_ASSERT(first[0] == 500 && first[1] == 300 && first[2] == 200 && first[3] == 0);
	route_table_free(table);
}

static void weight(void)
{
	static const unsigned shares[] = { 1, 2, 0, 1 };
	struct route_table *table = shared(CONF_ORDER_WEIGHT, shares, 4);
	const struct route *route = route_table_get(table, 0);
	unsigned first[4] = { 0 };
	uint8_t order[CONF_TARGETS_MAX];

	for (uint32_t i = 0; i < 4000; i++) {
		const uint32_t random[CONF_TARGETS_MAX] = { i, i / 4, i / 12 };

		route_order(route, NULL, random, order);
		first[order[0]]++;
		CU_ASSERT_EQUAL(order[3], 2);
		CU_ASSERT_EQUAL((1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3]),
				15);
	}
	CU_ASSERT(first[0] == 1000 && first[1] == 2000 && first[2] == 0 && first[3] == 1000);
	route_table_free(table);
}

static void least_busy(void)
{
	struct route_load loads[] = { { 5, 0 }, { 3, 0 }, { 9, 10 }, { 3, 0 } };
	struct route_table *table = shared(CONF_ORDER_LEAST_BUSY, NULL, 0);
	const struct route *route = route_table_get(table, 0);
	const uint32_t random[CONF_TARGETS_MAX] = { 0 };
	uint8_t order[CONF_TARGETS_MAX];

	route_order(route, loads, random, order);
	CU_ASSERT(order[0] == 1 && order[1] == 3 && order[2] == 0 && order[3] == 2);
	/* Of what each has room for, when all say so. */
	loads[0].max = 100;
	loads[1].max = 4;
	loads[3].max = 300;
	route_order(route, loads, random, order);
	CU_ASSERT(order[0] == 3 && order[1] == 0 && order[2] == 1 && order[3] == 2);
	route_table_free(table);
}

static void counts_outlive_a_reload(void)
{
	static const unsigned shares[] = { 50, 50, 0, 0 }, others[] = { 60, 40, 0, 0 };
	struct route_table *old = shared(CONF_ORDER_PERCENTAGE, shares, 4), *new;
	struct route_use *use = route_use_ref(route_table_get(old, 0)->use);

	use->calls = 7;
	route_order_given(route_table_get(old, 0), 1);
	new = shared(CONF_ORDER_PERCENTAGE, shares, 4);
	CU_ASSERT_EQUAL(route_table_inherit(new, old), 0);
	route_table_free(old);
	CU_ASSERT_PTR_EQUAL(route_table_get(new, 0)->use, use);
	CU_ASSERT(use->calls == 7 && use->given[1] == 1);
	old = new;
	new = shared(CONF_ORDER_PERCENTAGE, others, 4);
	CU_ASSERT_EQUAL(route_table_inherit(new, old), 0);
	CU_ASSERT(route_table_get(new, 0)->use->calls == 7 && use->given[1] == 0);
	route_table_free(old);
	route_table_free(new);
	/* A call that is still up. */
	use->answered++;
	route_use_unref(use);
}

/* ---- rates ---- */

static unsigned taken(struct limit *limit, uint64_t now_us, unsigned tries)
{
	unsigned n = 0;

	for (unsigned i = 0; i < tries; i++)
		if (limit_has(limit, now_us)) {
			limit_take(limit);
			n++;
		}
	return n;
}

static void rates(void)
{
	struct limit limit = { 0 };
	uint64_t t = 5000000;
	unsigned n = 0;

	CU_ASSERT_EQUAL(taken(&limit, t, 100), 100);
	limit_set(&limit, 10, 3);
	CU_ASSERT_EQUAL(taken(&limit, t, 100), 3);
	CU_ASSERT_EQUAL(taken(&limit, t + 99999, 100), 0);
	CU_ASSERT_EQUAL(taken(&limit, t + 100000, 100), 1);
	CU_ASSERT_EQUAL(taken(&limit, t + 300000, 100), 2);
	CU_ASSERT_EQUAL(taken(&limit, t + 100000000, 100), 3);
	/* Exact over a long time, however often it is asked. */
	t += 200000000;
	(void)taken(&limit, t, 100);
	for (unsigned i = 1; i <= 100000; i++)
		n += taken(&limit, t + i * 777, 1);
	CU_ASSERT_EQUAL(n, 777);
	limit_set(&limit, 10, 1);
	CU_ASSERT_EQUAL(taken(&limit, t + 1000000000, 100), 1);
	limit_set(&limit, 100000, 0);
	CU_ASSERT_EQUAL(taken(&limit, UINT64_MAX / 2, 200000), 100000);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "conditions", conditions },
		{ "carriers", carriers },
		{ "shorter prefix serves", shorter_prefix_serves },
		{ "more only for this call", more_only_for_this_call },
		{ "categories", categories },
		{ "explained", explained },
		{ "percentage", percentage },
		{ "weight", weight },
		{ "least busy", least_busy },
		{ "counts outlive a reload", counts_outlive_a_reload },
		{ "rates", rates },
		CU_TEST_INFO_NULL,
	};

	return cu_run("select", tests, argc, argv);
}
