/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Commands of the control socket. */
#include <errno.h>
#include <string.h>

#include "gw/base/str.h"
#include "gw/exchange/exchange_private.h"

static json_t *fault(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

static json_t *done(int err)
{
	return err ? fault(strerror(-err)) : json_pack("{s:b}", "ok", 1);
}

static json_t *calls_json(const struct exchange *exchange)
{
	json_t *calls = json_array();
	const struct list_node *n = list_first(&exchange->calls);

	for (; n && calls; n = list_next(&exchange->calls, n)) {
		const struct exchange_call *call =
			container_of((uintptr_t)n, struct exchange_call, node);

		(void)json_array_append_new(
			calls, json_pack("{s:i, s:s, s:s, s:i, s:s, s:s}", "call", (int)call->id,
					 "direction", call->outgoing ? "out" : "in", "state",
					 call_state_name(call->state), "circuit", call->cic,
					 "called", call->called.digits, "digits", call->heard));
	}
	return calls;
}

static json_t *spans_json(const struct exchange *exchange)
{
	json_t *spans = json_array();
	const struct tdm_span *span;

	for (size_t i = 0; spans && (span = trunk_span(exchange->trunk, i)); i++) {
		struct tdm_span_counters c;
		char alarms[32];

		tdm_span_counters(span, &c);
		tdm_alarms_text(tdm_span_alarms(span), alarms, sizeof(alarms));
		(void)json_array_append_new(
			spans, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "span",
					 span->name, "alarms", alarms, "slips", (json_int_t)c.slips,
					 "rx_overruns", (json_int_t)c.rx_overruns, "tx_underruns",
					 (json_int_t)c.tx_underruns, "stalls", (json_int_t)c.stalls,
					 "downs", (json_int_t)c.downs, "late_us_max",
					 (json_int_t)c.late_us_max));
	}
	return spans;
}

static json_t *do_status(struct exchange *exchange, char *argument)
{
	const struct exchange_totals *totals = &exchange->totals;

	(void)argument;
	return json_pack("{s:b, s:b, s:b, s:i, s:i, s:i, s:i, s:o, s:o}", "ok", 1, "ready",
			 exchange->ready, "idle", trunk_ready(exchange->trunk), "busy_circuits",
			 (int)trunk_busy(exchange->trunk), "incoming", (int)totals->incoming,
			 "outgoing", (int)totals->outgoing, "answered", (int)totals->answered,
			 "calls", calls_json(exchange), "spans", spans_json(exchange));
}

static json_t *do_call(struct exchange *exchange, char *argument)
{
	if (!argument[0])
		return fault("write call NAME, the name of an originate section");
	return exchange_trigger(exchange, argument)
		       ? fault("there is no originate section of that name")
		       : done(0);
}

static json_t *do_release(struct exchange *exchange, char *argument)
{
	uint64_t id = 0;

	if (argument[0] && (str_to_u64(str_c(argument), UINT32_MAX, &id) || !id))
		return fault("write release, or release CALL with the call's number");
	return json_pack("{s:b, s:i}", "ok", 1, "released",
			 (int)exchange_release(exchange, (unsigned)id));
}

static json_t *do_send(struct exchange *exchange, char *argument)
{
	const char *wrong = exchange_send(exchange, argument);

	return wrong ? fault(wrong) : done(0);
}

static json_t *do_fault(struct exchange *exchange, char *argument)
{
	char *text = strchr(argument, ' ');
	struct tdm_span *span;

	if (!text)
		return fault("write fault SPAN FAULT, such as fault e1 los on");
	*text++ = '\0';
	for (size_t i = 0; (span = trunk_span(exchange->trunk, i)); i++)
		if (strcmp(span->name, argument) == 0)
			return done(tdm_span_inject(span, text));
	return fault("there is no span of that name");
}

static json_t *do_quit(struct exchange *exchange, char *argument)
{
	(void)argument;
	exchange_stop(exchange);
	return done(0);
}

static const struct {
	const char *name;
	json_t *(*fn)(struct exchange *exchange, char *argument);
} commands[] = {
	{ "status", do_status }, { "call", do_call },	{ "release", do_release },
	{ "send", do_send },	 { "fault", do_fault }, { "quit", do_quit },
};

json_t *exchange_command(struct exchange *exchange, char *line)
{
	char *argument = strchr(line, ' ');

	if (argument)
		*argument++ = '\0';
	else
		argument = line + strlen(line);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, line) == 0)
			return commands[i].fn(exchange, argument);
	return fault("unknown command; write status, call NAME, release [CALL], send [CALL] "
		     "MESSAGE [OCTETS], fault SPAN FAULT or quit");
}
