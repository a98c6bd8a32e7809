/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The daemon's commands on the control socket. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/call/numbers.h"
#include "gw/main/gateway.h"

#define DRAIN_DEFAULT_S 300
#define DRAIN_MAX_S	86400

static void run_ladder(void *arg, struct control_reply *reply, unsigned argc,
		       const char *const *argv, bool json)
{
	struct gateway *gw = arg;
	struct str id = argc ? str_c(argv[0]) : STR("last");
	char *text = json ? ladder_json(gw->ladder, id) : ladder_text(gw->ladder, id);

	if (text)
		control_text(reply, text);
	else
		control_fail(reply,
			     "no call %.*s is remembered; see 'show calls' or the CDRs for ids, or "
			     "say 'last'",
			     STR_FMT(id));
	free(text);
}

/* TRUNK CIC, or TRUNK FIRST-LAST */
static struct isup *circuit_args(struct gateway *gw, struct control_reply *reply,
				 const char *const *argv, uint16_t *first, unsigned *count)
{
	struct isup_trunk *trunk = gateway_find_trunk(gw, argv[0]);
	struct str range = str_c(argv[1]), low = range, high = range;
	const char *dash = strchr(argv[1], '-');
	uint64_t from, to;

	if (!trunk) {
		control_fail(reply, "no ISUP trunk group is called '%s'; see 'show trunks'",
			     argv[0]);
		return NULL;
	}
	if (dash) {
		low.n = (size_t)(dash - argv[1]);
		high = str_c(dash + 1);
	}
	if (str_to_u64(low, 16383, &from) || str_to_u64(high, 16383, &to) || to < from ||
	    to - from > 31) {
		control_fail(reply,
			     "'%s' is not a CIC (0 to 4095, ANSI 16383) or a range of at most 32 "
			     "of them",
			     argv[1]);
		return NULL;
	}
	*first = (uint16_t)from;
	*count = (unsigned)(to - from) + 1;
	return isup_trunk_isup(trunk);
}

struct maintenance {
	bool kept; /* over a reload and a restart */
	bool blocks;
	int (*one)(struct isup *isup, uint16_t cic);
	int (*group)(struct isup *isup, uint16_t first, unsigned count);
	const char *done;
};

static int block_group(struct isup *isup, uint16_t first, unsigned count)
{
	return isup_block_group(isup, first, count, false);
}

static int unblock_group(struct isup *isup, uint16_t first, unsigned count)
{
	return isup_unblock_group(isup, first, count, false);
}

/* Each on its own; the rest is checked where one is busy, and that one is told of. */
static int check_each(struct isup *isup, uint16_t first, unsigned count)
{
	int err = 0;

	for (unsigned i = 0; i < count; i++) {
		int one = isup_continuity_check(isup, (uint16_t)(first + i));

		err = err ? err : one;
	}
	return err;
}

static const struct maintenance block = { true, true, isup_block, block_group,
					  "blocking asked for" };
static const struct maintenance unblock = { true, false, isup_unblock, unblock_group,
					    "unblocking asked for" };
static const struct maintenance reset = { false, false, isup_reset, isup_reset_group,
					  "reset asked for" };

static const struct maintenance check = { false, false, isup_continuity_check, check_each,
					  "checked by CCR until it is good" };

/* Runs of circuits that are there. */
static void note(struct blocking *blocking, const struct isup *isup, uint16_t first, unsigned count,
		 bool blocked)
{
	unsigned run = 0;

	for (unsigned i = 0; i <= count; i++) {
		if (i < count && isup_circuit_find(isup, (uint16_t)(first + i))) {
			run++;
			continue;
		}
		if (run)
			blocking_note(blocking, isup_name(isup), (uint16_t)(first + i - run), run,
				      blocked);
		run = 0;
	}
}

/* What an error of a circuit's command means to who gave it. */
static const char *why_not(int err)
{
	switch (err) {
	case -EINVAL:
		return "the trunk group has no such circuits; see 'show circuits'";
	case -ENOTSUP:
		return "the variant of this trunk group has no such message";
	case -ENETUNREACH:
		return "the other end cannot be reached; see 'show links' and 'show alarms'";
	case -EBUSY:
		return "a call or another action is on the circuit; see 'show circuits'";
	case -EALREADY:
		return "that is under way already";
	default:
		return strerror(-err);
	}
}

static void maintain(struct gateway *gw, struct control_reply *reply, const char *const *argv,
		     const struct maintenance *what)
{
	uint16_t first;
	unsigned count;
	struct isup *isup = circuit_args(gw, reply, argv, &first, &count);
	int err;

	if (!isup)
		return;
	err = count > 1 ? what->group(isup, first, count) : what->one(isup, first);
	if (!err && what->kept)
		note(gw->blocking, isup, first, count, what->blocks);
	if (err == -ENOENT)
		control_fail(reply, "%s has no circuit %s; see 'show circuits'", argv[0], argv[1]);
	else if (err)
		control_fail(reply, "%s %s: %s", argv[0], argv[1], why_not(err));
	else
		control_printf(reply, "%s %s: %s\n", argv[0], argv[1], what->done);
}

static void run_block(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	(void)argc;
	(void)json;
	maintain(arg, reply, argv, &block);
}

static void run_unblock(void *arg, struct control_reply *reply, unsigned argc,
			const char *const *argv, bool json)
{
	(void)argc;
	(void)json;
	maintain(arg, reply, argv, &unblock);
}

static void run_reset(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	(void)argc;
	(void)json;
	maintain(arg, reply, argv, &reset);
}

static void run_check(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	(void)argc;
	(void)json;
	maintain(arg, reply, argv, &check);
}

static void run_query(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	uint16_t first;
	unsigned count;
	struct isup *isup = circuit_args(arg, reply, argv, &first, &count);
	int err = isup ? isup_query_group(isup, first, count) : 0;

	(void)argc;
	(void)json;
	if (err == -ENOENT)
		control_fail(reply, "%s has no circuit %s; see 'show circuits'", argv[0], argv[1]);
	else if (err)
		control_fail(reply, "%s %s: %s", argv[0], argv[1], why_not(err));
	else if (isup)
		control_printf(reply, "%s %s: the other end is asked for their states\n", argv[0],
			       argv[1]);
}

static int validate_group(struct isup *isup, uint16_t first, unsigned count)
{
	int err = 0;

	for (unsigned i = 0; i < count && !err; i++)
		err = isup_validate(isup, (uint16_t)(first + i));
	return err;
}

static const struct maintenance validate = { false, false, isup_validate, validate_group,
					     "validation asked for; the log tells the answer" };

static void run_validate(void *arg, struct control_reply *reply, unsigned argc,
			 const char *const *argv, bool json)
{
	(void)argc;
	(void)json;
	maintain(arg, reply, argv, &validate);
}

static void capture_stop(struct gateway *gw, struct control_reply *reply)
{
	uint64_t packets, dropped;
	bool whole;
	int err;

	if (!gw->capture) {
		control_fail(reply, "no capture runs");
		return;
	}
	whole = capture_flush(gw->capture);
	capture_counts(gw->capture, &packets, &dropped, &err);
	capture_close(gw->capture);
	gw->capture = NULL;
	control_printf(reply, "capture stopped: %llu packets, %llu dropped%s\n",
		       (unsigned long long)packets, (unsigned long long)dropped,
		       whole ? "" : "; the rest is being written");
	if (err)
		control_fail(reply, "the file is not whole: %s", strerror(err));
}

static void run_capture(void *arg, struct control_reply *reply, unsigned argc,
			const char *const *argv, bool json)
{
	struct gateway *gw = arg;
	bool mtp2 = argc == 2 && strcmp(argv[1], "mtp2") == 0;
	bool stop = strcmp(argv[0], "stop") == 0;

	(void)json;
	if (argc == 1 && stop) {
		capture_stop(gw, reply);
	} else if (argc == 2 && (stop || !mtp2)) {
		control_fail(reply, "usage: capture FILE [mtp2] | capture stop");
	} else if (gw->capture) {
		control_fail(reply, "a capture runs already; 'capture stop' ends it");
	} else {
		gw->capture = capture_open(gw->loop, argv[0], mtp2);
		if (gw->capture)
			control_printf(reply, "capturing to %s until 'capture stop'\n", argv[0]);
		else
			control_fail(reply, "%s: %s", argv[0], capture_open_fault(errno));
	}
}

static void reload_fault(void *arg, const char *text)
{
	control_printf(arg, "%s\n", text);
}

static void run_reload(void *arg, struct control_reply *reply, unsigned argc,
		       const char *const *argv, bool json)
{
	struct gateway *gw = arg;

	(void)argc;
	(void)argv;
	(void)json;
	if (gateway_reload(gw, reload_fault, reply))
		control_fail(reply, "nothing changed");
	else
		control_printf(reply, "%s is in force\n", gw->conf->file);
}

static void run_shutdown(void *arg, struct control_reply *reply, unsigned argc,
			 const char *const *argv, bool json)
{
	struct gateway *gw = arg;
	uint64_t drain_s = DRAIN_DEFAULT_S;

	(void)json;
	if (strcmp(argv[0], "now") == 0 && argc == 1) {
		gateway_stop(gw, false, 0);
		control_text(reply, "releasing every call, then stopping\n");
		return;
	}
	if (strcmp(argv[0], "graceful") != 0 ||
	    (argc > 1 && str_to_u64(str_c(argv[1]), DRAIN_MAX_S, &drain_s))) {
		control_fail(reply, "usage: shutdown graceful [SECONDS] | shutdown now");
		return;
	}
	gateway_stop(gw, true, drain_s * 1000);
	control_printf(reply,
		       "blocking circuits; %zu calls may go on for up to %llu s, then the link "
		       "goes out of service\n",
		       call_core_calls(gw->core), (unsigned long long)drain_s);
}

static void run_level(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	enum log_level level;

	(void)arg;
	(void)argc;
	(void)json;
	if (!log_level_parse(argv[0], &level)) {
		control_fail(reply, "'%s' is no level; error, warning, notice, info or debug",
			     argv[0]);
		return;
	}
	log_set_level(level);
	control_printf(reply, "log level %s\n", log_level_name(level));
}

static bool is_route(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_routes; i++)
		if (strcmp(conf->routes[i].name, name) == 0)
			return true;
	return false;
}

static void run_forget(void *arg, struct control_reply *reply, unsigned argc,
		       const char *const *argv, bool json)
{
	struct gateway *gw = arg;
	const char *route = argc > 1 ? argv[1] : NULL;
	size_t n;

	(void)json;
	if (strcmp(argv[0], "numbers") != 0) {
		control_fail(reply, "usage: forget numbers [ROUTE]");
		return;
	}
	/* A route that a reload took away may have left some. */
	n = numbers_forget(call_core_numbers(gw->core), route);
	if (!n && route && !is_route(gw->conf, route))
		control_fail(reply, "no route is called '%s'; see 'show routes'", route);
	else
		control_printf(reply, "%zu learnt length%s forgotten\n", n, n == 1 ? "" : "s");
}

static void run_fault(void *arg, struct control_reply *reply, unsigned argc,
		      const char *const *argv, bool json)
{
	struct gateway *gw = arg;
	struct tdm_span *span = spans_find(gw->spans, argv[0]);
	char fault[64];
	int err;

	(void)json;
	if (!span) {
		control_fail(reply, "no span is called '%s'; see 'show spans'", argv[0]);
		return;
	}
	snprintf(fault, sizeof(fault), "%s%s%s", argv[1], argc > 2 ? " " : "",
		 argc > 2 ? argv[2] : "");
	err = tdm_span_inject(span, fault);
	if (err == -EINVAL)
		control_fail(reply,
			     "'%s' is no fault: los|ais|rai on|off, ber RATE, slip +1|-1, cut, "
			     "mend, stall MS",
			     fault);
	else if (err)
		control_fail(reply, "%s: %s", argv[0], strerror(-err));
	else
		control_printf(reply, "%s: %s\n", argv[0], fault);
}

static const struct control_command commands[] = {
	{ .name = "ladder",
	  .usage = "ladder [CALL|last]",
	  .help = "diagram of a call, both legs",
	  .max_args = 1,
	  .run = run_ladder },
	{ .name = "block",
	  .usage = "block TRUNK CIC[-CIC]",
	  .help = "take circuits out of service",
	  .min_args = 2,
	  .max_args = 2,
	  .run = run_block },
	{ .name = "unblock",
	  .usage = "unblock TRUNK CIC[-CIC]",
	  .help = "bring circuits back",
	  .min_args = 2,
	  .max_args = 2,
	  .run = run_unblock },
	{ .name = "reset",
	  .usage = "reset TRUNK CIC[-CIC]",
	  .help = "reset circuits, calls on them end",
	  .min_args = 2,
	  .max_args = 2,
	  .run = run_reset },
	{ .name = "check",
	  .usage = "check TRUNK CIC[-CIC]",
	  .help = "check the continuity of idle circuits",
	  .min_args = 2,
	  .max_args = 2,
	  .run = run_check },
	{ .name = "query",
	  .usage = "query TRUNK CIC[-CIC]",
	  .help = "compare circuits with the other end (national)",
	  .min_args = 2,
	  .max_args = 2,
	  .run = run_query },
	{ .name = "validate",
	  .usage = "validate TRUNK CIC[-CIC]",
	  .help = "ask the other end whether it has the circuits (ANSI)",
	  .min_args = 2,
	  .max_args = 2,
	  .run = run_validate },
	{ .name = "forget",
	  .usage = "forget numbers [ROUTE]",
	  .help = "forget learnt lengths of numbers",
	  .min_args = 1,
	  .max_args = 2,
	  .run = run_forget },
	{ .name = "capture",
	  .usage = "capture FILE [mtp2] | stop",
	  .help = "pcapng of all signalling",
	  .min_args = 1,
	  .max_args = 2,
	  .run = run_capture },
	{ .name = "reload",
	  .usage = "reload",
	  .help = "read the configuration again",
	  .run = run_reload },
	{ .name = "shutdown",
	  .usage = "shutdown graceful [SECONDS] | now",
	  .help = "stop the daemon",
	  .min_args = 1,
	  .max_args = 2,
	  .run = run_shutdown },
	{ .name = "level",
	  .usage = "level LEVEL",
	  .help = "log level from now on",
	  .min_args = 1,
	  .max_args = 1,
	  .run = run_level },
	{ .name = "fault",
	  .usage = "fault SPAN FAULT [VALUE]",
	  .help = "inject a fault into a virtual span",
	  .min_args = 2,
	  .max_args = 3,
	  .run = run_fault },
	{ .name = "echo",
	  .usage = "echo CALL off|on [in|out]",
	  .help = "switch the echo canceller of a call",
	  .min_args = 2,
	  .max_args = 3,
	  .run = gateway_echo },
	{ .name = "explain",
	  .usage = "explain cause N | status N | number DIGITS [trunk TRUNK] [carrier CODE]",
	  .help = "what a cause, a SIP status or a number becomes, and why",
	  .min_args = 2,
	  .max_args = 6,
	  .run = gateway_explain },
};
_Static_assert(sizeof(commands) / sizeof(commands[0]) <= GATEWAY_COMMANDS, "GATEWAY_COMMANDS");

void gateway_commands_open(struct gateway *gw)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		gw->commands[i] = commands[i];
		gw->commands[i].arg = gw;
		control_register(gw->control, &gw->commands[i]);
	}
}
