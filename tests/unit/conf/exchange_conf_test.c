/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The exchange's configuration: what is read, and every fault told with its line and what would be
 * right. */
#include "conf/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

#define SPAN "span \"e1\" { type = virtual\n cable = \"x.sock\" }\n"
#define LINKSET                                                                                    \
	"linkset \"ls\" { opc = 1\n dpc = 2\n link \"0\" { span = \"e1\"\n timeslot = 16 } }\n"
#define CIRCUITS "circuits \"e1\" { cic = 1\n timeslots = \"1-15\" }\n"
#define BASE	 SPAN LINKSET CIRCUITS /* 8 lines */

static char told[4096];

static void on_fault(void *arg, const char *text)
{
	size_t n = strlen(told);

	(void)arg;
	snprintf(told + n, sizeof(told) - n, "%s\n", text);
}

static bool timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	*min_ms = *max_ms = 0;
	if (strcmp(name, "T9") != 0)
		return false;
	*min_ms = 1000;
	*max_ms = 180000;
	return ms >= *min_ms && ms <= *max_ms;
}

static struct conf_exchange *read_text(const char *text)
{
	told[0] = '\0';
	return conf_exchange_read_text("x.conf", text, timer_ok, on_fault, NULL);
}

static void whole(void)
{
	struct conf_exchange *conf =
		read_text(BASE "report { file = \"r.json\" }\n"
			       "control { socket = \"c.sock\" }\n"
			       "recordings { folder = \"rec\" }\n"
			       "plan { national-prefix = \"0\" }\n"
			       "timers { T9 = 20s }\n"
			       "number \"030\" { action = announce-release\n early = "
			       "\"file:a.wav\"\n delay = 2s\n cause = 22\n"
			       " record = early\n ring-in-band = true }\n"
			       "number \"\" { action = overlap\n digits-needed = 7\n parameters = "
			       "{\"21 83 10\", \"20 0F\"} }\n"
			       "originate \"o\" { called = \"123\"\n noa = national\n end-signal = "
			       "false\n overlap = true\n"
			       " first-digits = 2\n start = trigger\n count = 30\n play = echo\n "
			       "send-dtmf = \"1*#D\" }\n");

	CU_ASSERT_STRING_EQUAL(told, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_STRING_EQUAL(conf->report.file, "r.json");
	CU_ASSERT_STRING_EQUAL(conf->control.socket, "c.sock");
	CU_ASSERT_STRING_EQUAL(conf->plan.national_prefix, "0");
	CU_ASSERT_EQUAL(conf->n_timers, 1);
	CU_ASSERT_EQUAL(conf->circuits[0].timeslots, 0xfffe);
	CU_ASSERT_EQUAL(conf->linksets[0].links[0].timeslot, 16);
	CU_ASSERT_EQUAL_FATAL(conf->n_numbers, 2);
	CU_ASSERT_EQUAL(conf->numbers[0].action, CONF_ACTION_ANNOUNCE_RELEASE);
	CU_ASSERT_EQUAL(conf->numbers[0].delay_ms, 2000);
	CU_ASSERT_EQUAL(conf->numbers[0].cause, 22);
	CU_ASSERT_EQUAL(conf->numbers[0].script.record, CONF_RECORD_ALL);
	CU_ASSERT(conf->numbers[0].in_band);
	CU_ASSERT_STRING_EQUAL(conf->numbers[0].script.play, "silence");
	CU_ASSERT_EQUAL(conf->numbers[1].action, CONF_ACTION_OVERLAP);
	CU_ASSERT_EQUAL_FATAL(conf->numbers[1].script.n_parameters, 2);
	CU_ASSERT_STRING_EQUAL(conf->numbers[1].script.parameters[1], "20 0F");
	CU_ASSERT_STRING_EQUAL(conf->numbers[1].digits, "");
	CU_ASSERT_EQUAL_FATAL(conf->n_originates, 1);
	CU_ASSERT(conf->originates[0].no_st && conf->originates[0].overlap &&
		  conf->originates[0].triggered);
	CU_ASSERT_EQUAL(conf->originates[0].noa, CONF_NOA_NATIONAL);
	CU_ASSERT_EQUAL(conf->originates[0].count, 30);
	CU_ASSERT_EQUAL(conf->originates[0].script.dtmf_delay_ms, 500);
	conf_exchange_free(conf);
}

static void example(void)
{
	struct conf_exchange *conf;

	told[0] = '\0';
	conf = conf_exchange_read("conf/examples/exchange.conf", timer_ok, on_fault, NULL);
	CU_ASSERT_STRING_EQUAL(told, "");
	CU_ASSERT_PTR_NOT_NULL(conf);
	conf_exchange_free(conf);
	conf = conf_exchange_read("conf/examples/exchange-ansi.conf", timer_ok, on_fault, NULL);
	CU_ASSERT_STRING_EQUAL(told, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_TRUE(conf->linksets[0].ansi && conf->linksets[0].opc == 0xf50312);
	conf_exchange_free(conf);
}

static void plays(void)
{
	struct conf_play play;

	CU_ASSERT(conf_play_parse("tone:697+1209@-7", &play));
	CU_ASSERT_EQUAL(play.kind, CONF_PLAY_TONE);
	CU_ASSERT_EQUAL(play.hz[0], 697);
	CU_ASSERT_EQUAL(play.hz[1], 1209);
	CU_ASSERT_EQUAL(play.dbm0, -7);
	CU_ASSERT(conf_play_parse("tone:425", &play));
	CU_ASSERT_EQUAL(play.dbm0, CONF_PLAY_DBM0);
	CU_ASSERT_EQUAL(play.hz[1], 0);
	CU_ASSERT(conf_play_parse("tone:ringback", &play));
	CU_ASSERT_EQUAL(play.kind, CONF_PLAY_RINGBACK);
	CU_ASSERT(conf_play_parse("file:a b.wav", &play));
	CU_ASSERT_STRING_EQUAL(play.file, "a b.wav");
	CU_ASSERT(!conf_play_parse("file:", &play));
	CU_ASSERT(!conf_play_parse("tone:4000", &play));
	CU_ASSERT(!conf_play_parse("tone:425@4", &play));
}

/* line: of the text, counted from its beginning. */
static const struct {
	const char *text;
	int line;
	const char *why;
} wrongs[] = {
	{ BASE "number \"1\" { }\n", 9,
	  "number has no action; write action = answer, connect, overlap" },
	{ BASE "number \"1\" { action = ring }\n", 9,
	  "action \"ring\" is not valid; write answer" },
	{ BASE "number \"1\" { action = busy\n delay = 2 }\n", 10,
	  "delay \"2\" is not valid; write a time" },
	{ BASE "number \"1\" { action = busy\n cause = 128 }\n", 10,
	  "cause \"128\" is out of range; write a number" },
	{ BASE "number \"1\" { action = answer\n play = \"musik\" }\n", 10,
	  "play \"musik\" is not valid; write silence" },
	{ BASE "number \"1\" { action = answer\n early = \"tone:x\" }\n", 10,
	  "early \"tone:x\" is not valid" },
	{ BASE "number \"1\" { action = answer\n send-dtmf = \"12E\" }\n", 10,
	  "send-dtmf \"12E\" is not valid" },
	{ BASE "number \"1\" { action = overlap }\n", 9,
	  "overlap has no digits-needed; write digits-needed" },
	{ BASE "number \"1\" { action = announce-release }\n", 9,
	  "announce-release has no early; write early" },
	{ BASE "number \"+49\" { action = busy }\n", 9,
	  "number \"+49\" has a +; write the digits" },
	{ BASE "number \"1\" { action = busy }\nnumber \"1\" { action = busy }\n", 10,
	  "there already, in line 9" },
	{ BASE "originate \"a\" { }\n", 9, "originate has no called; write called" },
	{ BASE "originate \"a\" { called = \"\" }\n", 9,
	  "called \"\" is not valid; write 1 to 32 digits" },
	{ BASE "originate \"a\" { called = \"1\" }\noriginate \"a\" { called = \"1\" }\n", 10,
	  "there already, in line 9" },
	{ BASE "originate \"a\" { called = \"1\"\n count = 0 }\n", 10,
	  "count \"0\" is out of range" },
	{ BASE "route \"a\" { }\n", 9, "unknown word route" },
	{ BASE "timers { T99 = 1s }\n", 9, "unknown timer T99" },
	{ BASE "timers { T9 = 1ms }\n", 9, "T9 \"1ms\" is out of range" },
	{ BASE "number \"1\" { action = busy\n", 9, "is not closed; write }" },
	{ BASE "circuits \"e1\" { cic = 30\n timeslots = \"15-17\" }\n", 10,
	  "timeslot 15 of span \"e1\" is used twice" },
	{ BASE "circuits \"e1\" { cic = 15\n timeslots = \"17\" }\n", 9,
	  "circuits in line 7 have some of these codes; write another cic" },
	{ BASE "circuits \"e2\" { cic = 30\n timeslots = \"1\" }\n", 9,
	  "no span \"e2\" is defined" },
	{ BASE "circuits \"e1\" { cic = 4095\n timeslots = \"17-18\" }\n", 9,
	  "write a cic of at most 4094" },
	{ SPAN
	  "linkset \"l\" { opc = 245-3-17\n dpc = 2\n link \"0\" { span = \"e1\"\n timeslot = 16 "
	  "} }\n" CIRCUITS,
	  3, "opc \"245-3-17\" is not valid; write a point code such as 2-100-1" },
	{ SPAN "linkset \"l\" { variant = ansi opc = 1\n dpc = 2\n link \"0\" { span = \"e1\"\n "
	       "timeslot "
	       "= 16 } }\n" CIRCUITS "originate \"o\" { called = \"1\"\n overlap = true }\n",
	  10, "overlap = true does not go with variant = ansi" },
	{ SPAN CIRCUITS, 1, "there are 0 linksets; write one linkset" },
	{ SPAN LINKSET, 1, "there are no circuits; write circuits" },
	{ SPAN "linkset \"l\" { opc = 1\n dpc = 1\n link \"0\" { span = \"e1\"\n timeslot = 16 } "
	       "}\n" CIRCUITS,
	  3, "one point code for both ends; write two" },
	{ SPAN "linkset \"l\" { opc = 1\n dpc = 2 }\n" CIRCUITS, 3,
	  "has not one link of code 0; write link \"0\"" },
	{ "span \"e1\" { type = virtual }\n" LINKSET CIRCUITS, 1,
	  "a virtual span has no cable; write cable" },
	{ SPAN BASE, 3, "span \"e1\" is there already, in line 1" },
	{ "span \"e1\" { type = virtual\n cable = \"x\"\n framing = t1 }\n" LINKSET
	  "circuits \"e1\" { cic = 1\n timeslots = \"1-15,25\" }\n",
	  9, "is a T1 and has 24 timeslots" },
};

static void wrong(void)
{
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct conf_exchange *conf = read_text(wrongs[i].text);
		char where[32];

		CU_ASSERT_PTR_NULL(conf);
		conf_exchange_free(conf);
		snprintf(where, sizeof(where), "x.conf:%d: ", wrongs[i].line);
		if (strstr(told, where) && strstr(told, wrongs[i].why))
			continue;
		printf("\n%zu: wanted %s...%s\ngot %s", i, where, wrongs[i].why, told);
		CU_FAIL("another fault");
	}
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "whole", whole }, { "example", example }, { "plays", plays },
		{ "wrong", wrong }, CU_TEST_INFO_NULL,
	};

	return cu_run("exchange configuration", tests, argc, argv);
}
