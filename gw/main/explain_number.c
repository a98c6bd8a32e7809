/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * causewayctl explain number: what becomes of a number, step by step, by the code that calls are
 * routed with: as the trunk writes it, as routes are matched, which routes could take it and why they
 * do not, in which order trunks would be asked now, and what each would be sent.
 */
#include <string.h>

#include "gw/call/overlap.h"
#include "gw/call/trunk.h"
#include "gw/main/gateway.h"

#define ROUTES_SHOWN 20

struct explained {
	struct gateway *gw;
	struct control_reply *reply;
	const struct trunk *trunk; /* NULL: none was named */
	struct route_query query;
	const struct route *chosen; /* NULL: none yet */
	unsigned others;
};

static void put_steps(struct control_reply *reply, const char *what, const char *text,
		      const struct number_steps *steps)
{
	control_printf(reply, "  %-8s %s (", what, text);
	if (steps->rule)
		control_printf(reply, "rule \"%s\", ", steps->rule);
	control_printf(reply, "%s)\n", steps->reason);
}

static void put_digits(struct explained *e, struct str digits)
{
	static const char *const texts[] = {
		[DIGIT_MAP_NEVER] = "no number of the route: refused with cause 28, 484",
		[DIGIT_MAP_MORE] = "too few: more are waited for, T35 ends that with cause 28",
		[DIGIT_MAP_ENOUGH] = "enough, but more may follow: complete with ST or after T10",
		[DIGIT_MAP_COMPLETE] = "complete: sent on at once",
	};
	const struct route *route = e->chosen;
	const struct conf_route_overlap *conf = &route->overlap;
	struct numbers *numbers = call_core_numbers(e->gw->core);
	bool by_length;
	enum digit_map_match match = overlap_judge(route, digits, numbers, &by_length);
	const char *by = match == DIGIT_MAP_MORE && digits.n < conf->min_digits ? "min-digits"
			 : conf->max_digits && digits.n >= conf->max_digits	? "max-digits"
			 : by_length	 ? "the length that calls have taught"
			 : route->digits ? "the digit map"
					 : NULL;

	control_printf(e->reply, "  digits   %zu, %s%s%s\n", digits.n, texts[match],
		       by ? ", by " : "", by ? by : "");
	if (conf->min_digits || conf->max_digits)
		control_printf(e->reply, "  lengths  %u to %u\n", conf->min_digits,
			       conf->max_digits ? conf->max_digits : LEG_DIGITS_MAX);
	if (conf->learn)
		control_printf(e->reply, "  learnt   %u digits for the first %u (0: not known)\n",
			       numbers_length(numbers, route->name, digits, conf->learn),
			       conf->learn);
}

static void put_route(void *arg, const struct route *route, enum route_miss miss)
{
	struct explained *e = arg;

	if (miss == ROUTE_FITS && !e->chosen) {
		e->chosen = route;
		control_printf(
			e->reply, "  route    %s, prefix \"%s\"%s%s%s%s\n", route->name,
			route->prefix, route->from ? ", from " : "", route->from ? route->from : "",
			route->emergency ? ", emergency" : "", route->carrier ? ", carrier" : "");
		return;
	}
	if (e->others++ >= ROUTES_SHOWN)
		return;
	control_printf(e->reply, "  not      %s, prefix \"%s\": %s\n", route->name, route->prefix,
		       miss != ROUTE_FITS ? route_miss_text(miss)
		       : strcmp(route->prefix, e->chosen->prefix) == 0
			       ? "another route of the prefix is asked before it"
			       : "its prefix is shorter");
}

/* What the trunk would say to one more call. */
static void put_room(struct explained *e, struct trunk *trunk)
{
	uint64_t now_us = timer_heap_now_us(e->gw->heap);
	enum trunk_state state = trunk_state(trunk);
	enum q850_cause cause = trunk_would_admit(trunk, TRUNK_OUT, now_us);
	bool spared = e->chosen->emergency || e->chosen->carrier;

	control_printf(e->reply, "%s, %u calls",
		       state == TRUNK_UP     ? "available"
		       : state == TRUNK_DOWN ? "not available"
					     : trunk_state_name(state),
		       trunk->calls);
	if (trunk->max_calls)
		control_printf(e->reply, " of %u", trunk->max_calls);
	if (trunk == e->trunk && trunk_refuses_return(trunk))
		control_text(e->reply, ", refused: the call came from it (cause 25)");
	else if (cause != Q850_NONE && spared)
		control_text(e->reply, ", over its limit, which spares this call");
	else if (cause != Q850_NONE)
		control_printf(e->reply, ", refused: %s (cause %u)",
			       cause == Q850_NO_CIRCUIT ? "full" : "too many calls a second",
			       (unsigned)cause);
}

static void put_target(struct explained *e, const char *word, unsigned index,
		       const struct number *number)
{
	const struct route *route = e->chosen;
	struct trunk *trunk = call_core_find_trunk(e->gw->core, route->to[index]);
	const struct number_plan *plan = trunk ? trunk_plan(trunk) : NULL;
	char text[NUMBER_DIGITS_MAX + 2];
	struct number out = *number;
	struct number_steps steps = { 0 };

	control_printf(e->reply, "  %-8s %s, ", word, route->to[index]);
	if (!trunk) {
		control_text(e->reply, "not there\n");
		return;
	}
	put_room(e, trunk);
	if (index < route->hunt.n_shares)
		control_printf(e->reply, ", share %u", route->hunt.shares[index]);
	control_printf(e->reply, "\n  overlap  %s: %s\n", overlap_of(&route->overlap, trunk)->name,
		       overlap_of(&route->overlap, trunk)->what);
	if (!plan)
		return;
	(void)number_out(plan, number, &out, &steps);
	(void)number_text(&out, text, sizeof(text));
	control_printf(e->reply, "             %s, %s", text, number_nature_name(out.nature));
	if (steps.rule)
		control_printf(e->reply, ", rule \"%s\"", steps.rule);
	control_printf(e->reply, " (%s)\n", steps.reason);
}

static void put_targets(struct explained *e, const char *sent)
{
	static const char *const orders[] = {
		[CONF_ORDER_LISTED] = "as listed",
		[CONF_ORDER_WEIGHT] = "drawn by weight, one draw of many",
		[CONF_ORDER_PERCENTAGE] = "by percentage, as it is now",
		[CONF_ORDER_LEAST_BUSY] = "least busy first, as it is now",
	};
	const struct route *route = e->chosen;
	uint8_t order[CONF_TARGETS_MAX];
	struct number number;

	call_core_order(e->gw->core, route, order);
	control_printf(e->reply, "  hunt     %s", orders[route->hunt.order]);
	if (route->hunt.attempts)
		control_printf(e->reply, ", at most %u attempts", route->hunt.attempts);
	control_text(e->reply, "\n");
	if (number_of_text(str_c(sent), &number))
		return;
	for (size_t i = 0; i < route->n_to; i++)
		put_target(e, i ? "then" : "to", order[i], &number);
}

static void put_chosen(struct explained *e)
{
	struct str digits = e->query.number;
	char out[ROUTE_NUMBER_MAX + 1];

	if (digits.n && digits.p[0] == '+') {
		digits.p++;
		digits.n--;
	}
	put_digits(e, digits);
	if (route_apply(e->chosen, e->query.number, out, sizeof(out))) {
		control_text(e->reply, "  sent as  too long\n");
		return;
	}
	control_printf(e->reply, "  sent as  %s\n", out);
	if (e->chosen->enum_root)
		control_printf(e->reply, "  enum     looked up at %s%s\n", e->chosen->enum_root,
			       out[0] == '+' ? "; if nothing is found, the next route is asked"
					     : ": not, the number is not E.164; the next route is "
					       "asked");
	put_targets(e, out);
}

/* As the trunk makes it; a number of nobody's trunk is as it is. */
static int normalise(struct explained *e, struct str dialled, char *text, size_t cap)
{
	const struct number_plan *plan = e->trunk ? trunk_plan(e->trunk) : NULL;
	struct number in, out;
	struct number_steps steps = { 0 };
	int err = number_of_text(dialled, &in);

	if (err)
		return err;
	out = in;
	if (plan) {
		(void)number_in(plan, &in, &out, &steps);
		if (number_undecided(plan, &in))
			control_text(e->reply,
				     "  more digits may make another number of it: without "
				     "ST they are waited for\n");
	}
	e->query.number = (struct str){ text, number_text(&out, text, cap) };
	if (plan)
		put_steps(e->reply, "number", text, &steps);
	return 0;
}

void gateway_explain_number(struct gateway *gw, struct control_reply *reply, struct str number,
			    const char *trunk)
{
	struct explained e = { .gw = gw, .reply = reply };
	const struct route *route;
	char text[NUMBER_DIGITS_MAX + 2];

	e.trunk = trunk ? call_core_find_trunk(gw->core, trunk) : NULL;
	if (trunk && !e.trunk) {
		control_fail(reply, "no trunk is called '%s'; see 'show trunks'", trunk);
		return;
	}
	if (!number.n || number.n > NUMBER_DIGITS_MAX) {
		control_fail(reply, "a number has 1 to %d digits", NUMBER_DIGITS_MAX);
		return;
	}
	control_printf(reply, "number %.*s%s%s\n", STR_FMT(number), trunk ? " from " : "",
		       trunk ? trunk : "");
	e.query = (struct route_query){ .from = trunk,
					.category = 10, /* Q.763 3.11: ordinary */
					.bearer = LEG_BEARER_AUDIO_3K1,
					.time = call_core_week(gw->core) };
	if (normalise(&e, number, text, sizeof(text)))
		return;
	if (route_find(call_core_routes(gw->core), &e.query, &route) == ROUTE_MORE)
		control_text(reply,
			     "  more digits may choose a route with a longer prefix: without "
			     "ST they are waited for\n");
	route_explain(call_core_routes(gw->core), &e.query, put_route, &e);
	if (e.others > ROUTES_SHOWN)
		control_printf(reply, "  not      %u more\n", e.others - ROUTES_SHOWN);
	if (e.chosen)
		put_chosen(&e);
	else
		control_text(reply, "  no route: refused with cause 3, 404\n");
}
