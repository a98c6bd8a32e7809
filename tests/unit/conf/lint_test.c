/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Warnings: what is right and will not do what is meant, each with its line and what would be right. */
#include <stdio.h>
#include <string.h>

#include "conf/grammar.h"
#include "tests/unit/cu.h"

#define WARNINGS_MAX 8

struct told {
	unsigned faults, n;
	char text[WARNINGS_MAX][400];
};

static void on_fault(void *arg, const char *text)
{
	struct told *told = arg;

	printf("    %s\n", text);
	told->faults++;
}

static void on_warning(void *arg, const char *text)
{
	struct told *told = arg;

	if (told->n < WARNINGS_MAX)
		snprintf(told->text[told->n], sizeof(told->text[0]), "%s", text);
	told->n++;
}

static bool timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	(void)name;
	(void)ms;
	*min_ms = 0;
	*max_ms = 3600000;
	return true;
}

static uint32_t timer_default(const char *name, bool ansi)
{
	if (strcmp(name, "T7") == 0)
		return 25000;
	if (strcmp(name, "T9") == 0)
		return 120000;
	if (strcmp(name, "T10") == 0)
		return 5000;
	if (strcmp(name, "T35") == 0)
		return ansi ? 4000 : 15000;
	return 0;
}

/* Lines 1 to 7: nothing to warn of. */
static const char right[] =
	"sip { listen = {\"udp:127.0.0.1:5060\"} }\n"
	"rtp { address = \"127.0.0.1\" }\n"
	"span \"a\" { type = virtual cable = \"/tmp/a\" }\n"
	"linkset \"ls\" { opc = 1 dpc = 2 link \"0\" { span = a timeslot = 16 } }\n"
	"isup \"pstn\" { linkset = \"ls\" circuits a { cic = 1 timeslots = \"1-3\" } }\n"
	"sip \"pbx\" { host = \"127.0.0.2\" }\n"
	"route \"r\" { prefix = \"9\" from = pbx to = {\"pstn\"} }\n";

struct lint {
	const char *text; /* from line 8 on */
	struct {
		int line;
		const char *fragment;
	} want[WARNINGS_MAX]; /* all of them, in order */
};

/* clang-format off */
static const struct lint lints[] = {
	{"", {{0}}},
	/* never asked: the same, one that asks for more of the same, one behind a trunk's own */
	{"route s { prefix = \"9\"\n from = pbx to = {pstn} }\n", {{8, "route \"s\" is never asked: route \"r\" in line 7 takes every call of it; write another"}}},
	{"route s { prefix = \"9\" to = {pstn} }\nroute t { prefix = \"9\" to = {pstn} times = sat }\nroute u { prefix = \"9\" from = pbx bearer = data to = pstn }\n", {{0}}},
	{"route s { to = {pstn} calling = {\"+49\"} }\nroute t { to = {pstn} calling = {\"+4930\", \"+4940\"} }\nroute u { to = pstn calling = {\"+4930\", \"+44\"} }\n",
	 {{9, "route \"t\" is never asked: route \"s\" in line 8"}}},
	{"route s { to = {pstn} times = {sat, sun} category = {test, data} }\nroute t { to = {pstn} times = sun category = data }\nroute u { to = pstn times = mon category = data }\n",
	 {{9, "route \"t\" is never asked"}}},
	{"route s { to = {pstn} bearer = data }\nroute t { to = {pstn} }\nroute u { to = pbx }\n", {{10, "route \"u\" is never asked: route \"t\" in line 9"}}},
	{"route s { to = {pstn} carrier-code = {\"+491012\", \"5062\"} }\nroute t { to = {pstn} carrier-code = \"5062\" }\nroute u { to = pstn carrier-code = \"+491013\" }\n",
	 {{9, "route \"t\" is never asked"}}},
	/* one that looks up may find nothing */
	{"route s { to = {pbx} enum = \"e164.arpa\" }\nroute t { to = {pstn} }\n", {{0}}},
	/* leads nowhere else */
	{"sip t { host = b return-calls = refuse }\nroute s { from = t\n to = {t} }\n", {{10, "route \"s\" leads only back to \"t\", which refuses that"}}},
	{"sip t { host = b return-calls = refuse }\nroute s { from = t to = {t, pstn} }\nroute u { prefix = \"1\" to = {pstn,\npstn} }\n", {{11, "trunk \"pstn\" is asked twice by route \"u\""}}},
	/* timers */
	{"isup i { linkset = ls circuits a { cic = 7 timeslots = 7 }\n timers { T10 = 9s\n T35 = 8s } }\n", {{10, "T10 of 9000 ms is not shorter than T35 of 8000 ms: digits would be given up"}}},
	{"isup i { linkset = ls timer-values = ansi circuits a { cic = 7 timeslots = 7 } }\n", {{8, "T10 of 5000 ms is not shorter than T35 of 4000 ms"}}},
	{"isup i { linkset = ls circuits a { cic = 7 timeslots = 7 }\n timers { T9 = 20s } }\n", {{9, "T7 of 25000 ms is not shorter than T9 of 20000 ms"}}},
	{"route s { to = {pstn}\n no-answer = 24s }\nroute t { prefix = \"1\" to = pstn no-answer = 25s }\n", {{9, "no-answer of 24000 ms ends calls before T7 (25000 ms) of \"pstn\" can"}}},
	{"route s { to = {pbx}\n no-answer = 31s }\nroute t { prefix = \"1\" to = pbx no-answer = 32s }\n", {{9, "no-answer of 31000 ms ends calls before timer B (32000 ms, 64 times t1)"}}},
	/* digit by digit to a peer that cannot say that they are too few */
	{"sip t { host = b answers-484 = false }\nroute s { from = pstn\n to = {t} }\nroute u { from = pbx to = t }\nroute v { from = pstn prefix = \"1\" to = t digits = \"1xxx\" }\n",
	 {{10, "numbers come digit by digit and \"t\" cannot tell one that is too short"}}},
	/* waits of overlap dialling: the route's own, with the trunk's, the trunk's own */
	{"route s { from = pstn to = {pbx}\n t10 = 8s t35 = 8s }\n", {{9, "t10 of 8000 ms is not shorter than t35 of 8000 ms: digits would be given up"}}},
	{"sip t { host = b overlap-in = invite t10 = 5s t35 = 6s }\nroute s { from = t to = {pstn}\n t10 = 7s }\n", {{10, "t10 of 7000 ms is not shorter than t35 of 6000 ms"}}},
	{"isup i { linkset = ls circuits a { cic = 7 timeslots = 7 }\n timers { T10 = 9s } }\nroute s { from = i to = {pbx}\n t35 = 9s }\n", {{11, "t10 of 9000 ms is not shorter than t35 of 9000 ms"}}},
	{"sip t { host = b overlap-in = info\n t10 = 6s t35 = 5s }\nsip u { host = c t10 = 6s t35 = 5s }\n", {{9, "t10 of 6000 ms is not shorter than t35 of 5000 ms"}}},
	/* what comes to nothing */
	{"route s { from = pbx to = {pstn}\n learn-digits = 3 }\nroute t { from = pbx prefix = 1 to = {pbx}\n overlap = info t10 = 3s }\n",
	 {{9, "learn-digits of route \"s\" comes to nothing: its calls have whole numbers"}, {11, "overlap of route \"t\" comes to nothing"}}},
	{"route s { from = pstn to = {pstn}\n overlap = multiple-invite }\nroute t { from = pstn prefix = 1 to = {pbx, pstn} overlap = multiple-invite overlap-pstn = split first-digits = 4 }\n",
	 {{9, "overlap is for sip trunks, and route \"s\" leads to none"}}},
	{"route s { from = pbx to = {pbx}\n overlap-pstn = replace }\nroute t { from = pbx prefix = 1 to = {pstn}\n first-digits = 4 }\n",
	 {{9, "overlap-pstn is for isup trunks, and route \"s\" leads to none"}, {11, "first-digits of route \"t\" is for numbers that are split"}}},
	{"route s { from = pstn to = {pbx}\n overlap-info = session-info }\nroute t { from = pstn prefix = 1 to = {pbx} overlap = \"184\" overlap-info = session-info }\n",
	 {{9, "overlap-info of route \"s\" is for digits in INFO"}}},
	/* two masters */
	{"span b { type = virtual cable = \"/tmp/b\" end = listen clock = master }\nspan c { type = virtual cable = \"/tmp/b\"\n clock = master }\n", {{10, "spans \"b\" and \"c\" are two ends of a cable, and both are clock master; write"}}},
	{"span b { type = virtual cable = \"/tmp/b\" end = listen }\nspan c { type = virtual cable = \"/tmp/b\" }\n", {{9, "neither is clock master"}}},
	{"span b { type = virtual cable = \"/tmp/b\" end = listen clock = master }\nspan c { type = virtual cable = \"/tmp/b\" clock = line }\n", {{0}}},
	{"linkset m { opc = 2 dpc = 1 link 0 { span = a timeslot = 17 } }\nisup i { linkset = m\n control = even circuits a { cic = 7 timeslots = 7 } }\n", {{10, "are two ends of the same circuits, and do not agree on who has control"}}},
	{"linkset m { opc = 2 dpc = 1 link 0 { span = a timeslot = 17 } }\nisup i { linkset = m circuits a { cic = 7 timeslots = 7 } }\n", {{0}}},
	/* a proxy whose own calls belong to no trunk */
	{"sip t { host = b.example\n proxy = \"c.example:5070\" }\nsip u { host = d\n proxy = \"[2001:db8::9]:5060\" }\n",
	 {{9, "calls that come from proxy \"c.example\" are refused with 403, as only \"b.example\" may call from \"t\"; write allow"},
	  {11, "proxy \"2001:db8::9\""}}},
	{"sip t { host = b proxy = \"192.0.2.9\" allow = \"198.51.100.0/24\" }\nsip u { host = c.example proxy = \"C.example:5070\" }\nsip v { host = \"192.0.2.8\" proxy = \"192.0.2.8:5070\" }\n", {{0}}},
	{"sip t { host = b proxy = \"192.0.2.9\" }\nsip u { host = c allow = {\"2001:db8::/32\", \"192.0.2.0/28\"} }\nsip v { host = d\n proxy = \"192.0.2.16\" }\n",
	 {{11, "proxy \"192.0.2.16\""}}},
	/* rules */
	{"sip t { host = b country-code = 49 rewrite-in = {\"0 1\",\n\"00 +\"} rewrite-out = {\"00$ 1\", \"001 2\"} }\n", {{9, "\"00 +\" never comes to its right: \"0 1\" before it fits first"}}},
};
/* clang-format on */

static void check(const struct lint *lint)
{
	struct told told = { .n = 0 };
	const struct conf_lint to = { on_warning, &told, timer_default };
	const struct conf_told all = { on_fault, &told, &to };
	char text[4000], place[48];
	struct conf *conf;
	unsigned n = 0;
	bool as_wanted = true;

	snprintf(text, sizeof(text), "%s%s", right, lint->text);
	conf = conf_read_text_linted("x.conf", text, timer_ok, &all);
	CU_ASSERT_PTR_NOT_NULL(conf);
	for (; n < WARNINGS_MAX && lint->want[n].fragment; n++) {
		snprintf(place, sizeof(place), "x.conf:%d: warning: ", lint->want[n].line);
		as_wanted =
			as_wanted && n < told.n && !strncmp(told.text[n], place, strlen(place)) &&
			strstr(told.text[n], lint->want[n].fragment) && strstr(told.text[n], "; ");
	}
	as_wanted = as_wanted && n == told.n && !told.faults;
	if (!as_wanted) {
		printf("\n--- %s\n", lint->text);
		for (unsigned i = 0; i < told.n && i < WARNINGS_MAX; i++)
			printf("    %s\n", told.text[i]);
	}
	CU_ASSERT(as_wanted);
	conf_free(conf);
}

static void warned(void)
{
	for (size_t i = 0; i < sizeof(lints) / sizeof(lints[0]); i++)
		check(&lints[i]);
}

/* What is wrong is told first, and nobody is warned meanwhile; and nobody is where nobody asked. */
/* A port for RTP and one for RTCP of each circuit. */
static void few_ports(void)
{
	static const char *const ports[] = { "10000-10003", "10000-10005" };

	for (unsigned i = 0; i < 2; i++) {
		struct told told = { .n = 0 };
		const struct conf_lint to = { on_warning, &told, timer_default };
		const struct conf_told all = { on_fault, &told, &to };
		char text[2000];
		const char *rest = strstr(right, "span \"a\"");

		snprintf(text, sizeof(text),
			 "sip { listen = {\"udp:127.0.0.1:5060\"} }\n"
			 "rtp { address = \"127.0.0.1\"\n ports = \"%s\" }\n%s",
			 ports[i], rest);
		conf_free(conf_read_text_linted("x.conf", text, timer_ok, &all));
		CU_ASSERT_EQUAL(told.faults, 0);
		CU_ASSERT_EQUAL(told.n, i ? 0 : 1);
		if (!i)
			CU_ASSERT_PTR_NOT_NULL(strstr(told.text[0],
						      "x.conf:3: warning: the ports are enough for "
						      "2 calls, and there are 3 circuits; write a "
						      "range of at least 6"));
	}
}

static void faults_first(void)
{
	struct told told = { .n = 0 };
	const struct conf_lint to = { on_warning, &told, timer_default };
	const struct conf_told all = { on_fault, &told, &to }, deaf = { on_fault, &told, NULL };
	char text[2000];
	struct conf *conf;

	snprintf(text, sizeof(text), "%sroute s { prefix = \"9\" from = pbx to = {pstn} }\nx { }\n",
		 right);
	CU_ASSERT_PTR_NULL(conf_read_text_linted("x.conf", text, timer_ok, &all));
	CU_ASSERT(told.faults == 1 && told.n == 0);
	text[strlen(text) - 6] = '\0';
	conf = conf_read_text_linted("x.conf", text, timer_ok, &deaf);
	CU_ASSERT_PTR_NOT_NULL(conf);
	conf_free(conf);
	CU_ASSERT(told.faults == 1 && told.n == 0);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "warned", warned },
		{ "faults first", faults_first },
		{ "few ports", few_ports },
		CU_TEST_INFO_NULL,
	};

	return cu_run("conf lint", tests, argc, argv);
}
