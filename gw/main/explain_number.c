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
	size_t dialled; /* digits, as the trunk counts them */
};

static void put_steps(struct control_reply *reply, const char *what, const char *text,
		      const struct number_steps *steps)
{
	control_printf(reply, "  %-8s %s (", what, text);
	if (steps->rule)
		control_printf(reply, "rule \"%s\", ", steps->rule);
	control_printf(reply, "%s)\n", steps->reason);
}

/* ---- digits ---- */

/* Why what the trunk sends is always the whole number; NULL: digits may come one by one. */
static const char *whole(const struct explained *e)
{
	const struct conf *conf = e->gw->conf;
	const struct conf_sip_trunk *sip = e->trunk ? conf_sip_find(conf, e->trunk->name) : NULL;
	const struct conf_isup *isup = e->trunk ? conf_isup_find(conf, e->trunk->name) : NULL;

	if (sip && sip->overlap_in == CONF_OVERLAP_IN_OFF)
		return "overlap-in = false";
	return isup && isup->ansi ? "variant = ansi" : NULL;
}

/* How long the caller's trunk waits, as the route or the trunk has it; 0: no trunk was named. */
static uint32_t wait_ms(const struct explained *e, bool missing, const char **of)
{
	const struct conf_route_overlap *route = &e->chosen->overlap;
	const struct conf_sip_trunk *sip;
	const struct conf_isup *isup;
	const char *name = missing ? "T35" : "T10";
	uint32_t ms = missing ? route->t35_ms : route->t10_ms;

	*of = ms ? "the route" : "the trunk";
	if (ms || !e->trunk)
		return ms;
	sip = conf_sip_find(e->gw->conf, e->trunk->name);
	isup = conf_isup_find(e->gw->conf, e->trunk->name);
	for (size_t i = 0; isup && i < isup->n_timers; i++)
		if (strcmp(isup->timers[i].name, name) == 0)
			return isup->timers[i].ms;
	return sip    ? missing ? sip->t35_ms : sip->t10_ms
	       : isup ? gateway_timer_default(name, isup->ansi_timers)
		      : 0;
}

static void put_wait(struct explained *e, bool missing)
{
	const char *of, *name = missing ? "T35" : "T10";
	uint32_t ms = wait_ms(e, missing, &of);

	control_text(e->reply, name);
	if (ms)
		control_printf(e->reply, " (%u.%u s, of %s)", ms / 1000, ms % 1000 / 100, of);
}

/* Where the route says nothing of it the trunk does, by the digits as they were dialled. */
static bool missing_by_trunk(const struct explained *e)
{
	const struct conf_isup *isup =
		e->trunk ? conf_isup_find(e->gw->conf, e->trunk->name) : NULL;

	return isup && !overlap_times(e->chosen) && e->dialled < isup->min_digits;
}

/* What the number still lacks; it is sent on as it is where the first trunk takes a part of it. */
static void put_lack(struct explained *e, enum digit_map_match match)
{
	const struct route *route = e->chosen;
	struct trunk *first = route->n_to ? call_core_find_trunk(e->gw->core, route->to[0]) : NULL;
	const char *sent = overlap_of(&route->overlap, first)->early ? ": sent on at once" : "";

	if (match == DIGIT_MAP_MORE || missing_by_trunk(e)) {
		control_printf(e->reply, "too few%s: more are waited for, ",
			       match == DIGIT_MAP_MORE ? "" : sent);
		put_wait(e, true);
		control_text(e->reply, " ends that with cause 28");
		if (match != DIGIT_MAP_MORE)
			control_text(e->reply, ", by the trunk's min-digits");
	} else {
		control_printf(e->reply,
			       "enough%s, but more may follow: complete with ST or after ", sent);
		put_wait(e, false);
	}
}

static void put_verdict(struct explained *e, enum digit_map_match match)
{
	const char *why = whole(e);

	if (match == DIGIT_MAP_NEVER)
		control_text(e->reply, "no number of the route: refused with cause 28, 484");
	else if (match == DIGIT_MAP_MORE && why)
		control_text(e->reply, "too few: refused with cause 28, 484");
	else if (match == DIGIT_MAP_COMPLETE || why)
		control_text(e->reply, "complete: sent on at once");
	else
		put_lack(e, match);
	if (why)
		control_printf(e->reply, ", as %s sends whole numbers (%s)", e->trunk->name, why);
}

static void put_learnt(struct explained *e, struct str digits)
{
	unsigned first = e->chosen->overlap.learn;
	unsigned length =
		numbers_length(call_core_numbers(e->gw->core), e->chosen->name, digits, first);

	if (digits.n < first)
		control_printf(e->reply,
			       "  learnt   by the first %u digits, which are not there yet\n",
			       first);
	else if (length)
		control_printf(e->reply, "  learnt   numbers with %.*s have %u digits\n",
			       (int)first, digits.p, length);
	else
		control_printf(e->reply, "  learnt   nothing yet of numbers with %.*s\n",
			       (int)first, digits.p);
}

static void put_digits(struct explained *e, struct str digits)
{
	const struct route *route = e->chosen;
	const struct conf_route_overlap *conf = &route->overlap;
	bool by_length;
	enum digit_map_match match =
		overlap_judge(route, digits, call_core_numbers(e->gw->core), &by_length);
	const char *by = match == DIGIT_MAP_MORE && digits.n < conf->min_digits ? "min-digits"
			 : conf->max_digits && digits.n >= conf->max_digits	? "max-digits"
			 : by_length	 ? "the length that calls have taught"
			 : route->digits ? "the digit map"
					 : NULL;

	control_printf(e->reply, "  digits   %zu, ", digits.n);
	put_verdict(e, match);
	control_printf(e->reply, "%s%s\n", by ? ", by " : "", by ? by : "");
	if (conf->min_digits || conf->max_digits)
		control_printf(e->reply, "  lengths  %u to %u\n", conf->min_digits,
			       conf->max_digits ? conf->max_digits : LEG_DIGITS_MAX);
	if (conf->learn)
		put_learnt(e, digits);
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

/* What the trunk makes of the number. */
static void put_sent(struct explained *e, const struct trunk *trunk, const struct number *number)
{
	const struct number_plan *plan = trunk_plan(trunk);
	char text[NUMBER_DIGITS_MAX + 2];
	struct number out = *number;
	struct number_steps steps = { 0 };

	if (!plan)
		return;
	(void)number_out(plan, number, &out, &steps);
	(void)number_text(&out, text, sizeof(text));
	control_printf(e->reply, "             %s, %s", text, number_nature_name(out.nature));
	if (steps.rule)
		control_printf(e->reply, ", rule \"%s\"", steps.rule);
	control_printf(e->reply, " (%s)\n", steps.reason);
}

/* How digits go on to the trunk; of a number that comes whole only where it is split again. */
static void put_way(struct explained *e, const struct trunk *trunk)
{
	const struct conf_route_overlap *conf = &e->chosen->overlap;
	const struct overlap_ops *ops = overlap_of(conf, trunk);

	if (whole(e) && ops != &overlap_split)
		return;
	control_printf(e->reply, "  overlap  %s: %s", ops->name, ops->what);
	if (ops == &overlap_split)
		control_printf(e->reply, " (first-digits = %u)", conf->first_digits);
	control_text(e->reply, "\n");
}

static void put_target(struct explained *e, const char *word, unsigned index,
		       const struct number *number)
{
	const struct route *route = e->chosen;
	struct trunk *trunk = call_core_find_trunk(e->gw->core, route->to[index]);

	control_printf(e->reply, "  %-8s %s, ", word, route->to[index]);
	if (!trunk) {
		control_text(e->reply, "not there\n");
		return;
	}
	put_room(e, trunk);
	if (index < route->hunt.n_shares)
		control_printf(e->reply, ", share %u", route->hunt.shares[index]);
	control_text(e->reply, "\n");
	put_sent(e, trunk, number);
	put_way(e, trunk);
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
		if (!whole(e) && number_undecided(plan, &in))
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
			    const char *trunk, const char *carrier)
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
	control_printf(reply, "number %.*s%s%s%s%s\n", STR_FMT(number), trunk ? " from " : "",
		       trunk ? trunk : "", carrier ? " by carrier " : "", carrier ? carrier : "");
	e.dialled = number.n - (number.p[0] == '+');
	e.query = (struct route_query){ .from = trunk,
					.carrier = str_c(carrier ? carrier : ""),
					.category = 10, /* Q.763 3.11: ordinary */
					.bearer = LEG_BEARER_AUDIO_3K1,
					.time = call_core_week(gw->core) };
	if (normalise(&e, number, text, sizeof(text)))
		return;
	if (route_find(call_core_routes(gw->core), &e.query, &route) == ROUTE_MORE && !whole(&e))
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
