/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Two exchanges in one process, joined by a virtual cable in a folder of their own: a calls, b answers. */
#ifndef TESTS_UNIT_EXCHANGE_TWO_H
#define TESTS_UNIT_EXCHANGE_TWO_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gw/exchange/exchange.h"
#include "gw/exchange/trunk.h"
#include "gw/media/wav.h"
#include "tests/unit/cu.h"

#define TWO_LONG_MS 20000

struct side {
	struct exchange *exchange;
	unsigned ready, stopped;
	json_t *lines; /* the report, once the side is closed */
};

struct two {
	char folder[40];
	uv_loop_t loop;
	struct side a, b;
};

static inline void two_ready(void *arg)
{
	((struct side *)arg)->ready++;
}

static inline void two_stopped(void *arg)
{
	((struct side *)arg)->stopped++;
}

static inline void two_fault(void *arg, const char *text)
{
	(void)arg;
	CU_FAIL(text);
	puts(text);
}

/* more: numbers and originates; FOLDER in it is the folder. */
static inline void two_side_open(struct two *two, bool first, const char *more)
{
	struct side *side = first ? &two->a : &two->b;
	const struct exchange_user user = {.ready = two_ready, .stopped = two_stopped, .arg = side};
	const char *folder = two->folder;
	char text[8192], rest[4096];
	int err = 0;

	snprintf(rest, sizeof(rest), "%s", more);
	for (char *at; (at = strstr(rest, "FOLDER"));) {
		memmove(at + strlen(folder), at + 6, strlen(at + 6) + 1);
		memcpy(at, folder, strlen(folder));
	}
	snprintf(text, sizeof(text),
		 "report { file = \"%s/%c.json\" }\nrecordings { folder = \"%s/%c\" }\n"
		 "control { socket = \"%s/%c.sock\" }\n"
		 "span \"e1\" { type = virtual\n cable = \"%s/e1.sock\"\n end = %s\n clock = %s }\n"
		 "linkset \"%c\" { opc = %d\n dpc = %d\n link \"0\" { span = \"e1\"\n timeslot = 16 } }\n"
		 "circuits \"e1\" { cic = 1\n timeslots = \"1-15,17-31\" }\n%s",
		 folder, first ? 'a' : 'b', folder, first ? 'a' : 'b', folder, first ? 'a' : 'b', folder,
		 first ? "listen" : "connect", first ? "master" : "line", first ? 'a' : 'b', first ? 1 : 2,
		 first ? 2 : 1, rest);
	memset(side, 0, sizeof(*side));
	struct conf_exchange *conf = conf_exchange_read_text("two", text, trunk_timer_ok, two_fault, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	side->exchange = exchange_open(conf, &user, &two->loop, &err);
	CU_ASSERT_EQUAL_FATAL(err, 0);
}

static inline void two_folder(struct two *two)
{
	char path[80];

	memset(two, 0, sizeof(*two));
	snprintf(two->folder, sizeof(two->folder), "/tmp/exchange-unit-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(two->folder));
	for (char side = 'a'; side <= 'b'; side++) {
		snprintf(path, sizeof(path), "%s/%c", two->folder, side);
		CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
	}
	uv_loop_init(&two->loop);
}

/* Runs the loop until done(two) or for long; true when done. */
static inline bool two_run(struct two *two, bool (*done)(const struct two *two))
{
	uint64_t end = uv_hrtime() / 1000000 + TWO_LONG_MS;

	while (!done(two) && uv_hrtime() / 1000000 < end)
		uv_run(&two->loop, UV_RUN_ONCE);
	return done(two);
}

static inline bool two_are_ready(const struct two *two)
{
	return two->a.ready && two->b.ready;
}

static inline bool two_have_stopped(const struct two *two)
{
	return two->a.stopped && two->b.stopped;
}

/* Reads a report and takes the files away. */
static inline void two_side_close(struct two *two, struct side *side, char letter)
{
	char path[80], *line = NULL;
	size_t cap = 0;
	FILE *in;

	exchange_close(side->exchange);
	side->exchange = NULL;
	snprintf(path, sizeof(path), "%s/%c.json", two->folder, letter);
	in = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	side->lines = json_array();
	while (getline(&line, &cap, in) > 0)
		CU_ASSERT_EQUAL(json_array_append_new(side->lines, json_loads(line, 0, NULL)), 0);
	free(line);
	fclose(in);
	unlink(path);
}

/* Stops both in good order. */
static inline void two_stop(struct two *two)
{
	exchange_stop(two->a.exchange);
	exchange_stop(two->b.exchange);
	CU_ASSERT(two_run(two, two_have_stopped));
	two_side_close(two, &two->a, 'a');
	two_side_close(two, &two->b, 'b');
}

static inline void two_close(struct two *two)
{
	char command[80];

	json_decref(two->a.lines);
	json_decref(two->b.lines);
	uv_run(&two->loop, UV_RUN_NOWAIT);
	CU_ASSERT_EQUAL(uv_loop_close(&two->loop), 0);
	for (char side = 'a'; side <= 'b'; side++) {
		snprintf(command, sizeof(command), "%s/%c", two->folder, side);
		CU_ASSERT_EQUAL(rmdir(command), 0); /* every recording was looked at */
	}
	CU_ASSERT_EQUAL(rmdir(two->folder), 0);
}

/* The line of the first call to that number. */
static inline const json_t *two_call(const struct side *side, const char *called)
{
	const json_t *line;
	size_t i;

	json_array_foreach(side->lines, i, line) {
		const char *digits = json_string_value(
			json_object_get(json_object_get(line, "called"), "digits"));

		if (digits && strcmp(digits, called) == 0)
			return line;
	}
	CU_FAIL_FATAL("no such call");
	return NULL;
}

static inline json_int_t two_int(const json_t *call, const char *name)
{
	return json_integer_value(json_object_get(call, name));
}

static inline const char *two_text(const json_t *call, const char *name)
{
	const char *text = json_string_value(json_object_get(call, name));

	return text ? text : "";
}

#endif
