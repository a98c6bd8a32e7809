/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Wrong configurations: every fault is told with its line and with what would be right. */
#include "conf/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

#define FAULTS_MAX 8

struct told {
	char text[FAULTS_MAX][400];
	unsigned n;
};

static void on_fault(void *arg, const char *text)
{
	struct told *told = arg;

	if (told->n < FAULTS_MAX)
		snprintf(told->text[told->n], sizeof(told->text[0]), "%s", text);
	told->n++;
}

static bool timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	if (strcmp(name, "T7") != 0)
		return false;
	*min_ms = 20000;
	*max_ms = 30000;
	return ms >= *min_ms && ms <= *max_ms;
}

/* A right configuration; cases put something before it, behind it or in a section of their own. */
static const char right[] = "sip { listen = {\"udp:127.0.0.1:5060\"} }\n"	 /* 1 */
			    "rtp { address = \"127.0.0.1\" }\n"			 /* 2 */
			    "span \"a\" { type = virtual cable = \"/tmp/a\" }\n" /* 3 */
			    "linkset \"ls\" { opc = 1-1-1 dpc = 1-1-2 link \"0\" { span = \"a\" "
			    "timeslot = 16 } }\n" /* 4 */
			    "isup \"pstn\" { linkset = \"ls\" circuits \"a\" { cic = 1 timeslots = "
			    "\"1-3\" } }\n"			     /* 5 */
			    "sip \"pbx\" { host = \"127.0.0.2\" }\n" /* 6 */
			    "route \"r\" { to = {\"pstn\"} }\n";     /* 7 */

struct wrong {
	const char *text; /* behind the right lines, from line 8 on */
	struct {
		int line;
		const char *fragment;
	} want[FAULTS_MAX]; /* all of them, in order */
};

static void check_case(const char *text, const struct wrong *wrong)
{
	struct told told = { .n = 0 };
	struct conf *conf = conf_read_text("x.conf", text, timer_ok, on_fault, &told);
	unsigned n = 0;
	bool as_wanted = conf == NULL;

	for (; n < FAULTS_MAX && wrong->want[n].fragment; n++) {
		char place[32];

		snprintf(place, sizeof(place), "x.conf:%d: ", wrong->want[n].line);
		as_wanted =
			as_wanted && n < told.n && !strncmp(told.text[n], place, strlen(place)) &&
			strstr(told.text[n], wrong->want[n].fragment) && strstr(told.text[n], "; ");
	}
	as_wanted = as_wanted && n == told.n;
	if (!as_wanted) {
		printf("\n--- %s\n", wrong->text);
		for (unsigned i = 0; i < told.n && i < FAULTS_MAX; i++)
			printf("    %s\n", told.text[i]);
	}
	CU_ASSERT(as_wanted);
	conf_free(conf);
}

static void check_cases(const struct wrong *cases, size_t n)
{
	char text[8192];

	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s", right, cases[i].text);
		check_case(text, &cases[i]);
	}
}

/* clang-format off */
static const struct wrong forms[] = {
	{"span \"b\" {\n type = virtual\n cable = \"/b\"\n", {{8, "span \"b\" is not closed; write }"}}},
	{"linkset \"l2\" {\n opc = 1\n dpc = 2\n link \"0\" {\n span = a timeslot = 17\n",
	 {{8, "linkset \"l2\" is not closed"}, {11, "link \"0\" is not closed"}}},
	{"span \"b\" {\n type = virtual\n cable = \"/b\"\n\nroute \"s\" {\n to = {\"pbx\"}\n}\n",
	 {{8, "span \"b\" is not closed before line 12; write }"}}},
	{"linkset \"l2\" {\n opc = 1\n dpc = 2\n link \"0\" {\n span = a timeslot = 17\n}\n\nisup \"i\" {\n linkset = l2\n"
	 "circuits \"a\" { cic = 1 timeslots = 18 }\n}\n", {{8, "linkset \"l2\" is not closed before line 15"}}},
	{"log { }\n}\n", {{9, "closes nothing; take it away"}}},
	{"log {\n file = \"/x\n level = debug\n}\n", {{9, "not closed on its line; write \""}}},
	{"/* never\nended\n", {{8, "a comment has no end; write */"}}},
	{"log { level = debug ; }\n", {{8, "unexpected character ;"}}},
	{"log { level = (debug) }\n", {{8, "unexpected character ("}}},
	{"log { file = 'x' }\n", {{8, "unexpected character '"}}},
	{"\001log { }\n", {{8, "unexpected octet \\x01"}}},
	{"log { file = \"a\\n\" }\n", {{8, "wrong escape"}}},
	{"log { file = \"${HOME}\" }\n", {{8, "nothing is taken from the environment"}}},
	{"log { file = \"a\tb\" }\n", {{8, "control character"}}},
	{"log\n{\n level debug\n}\n", {{10, "level has no =; write level = VALUE"}}},
	{"log {\n level =\n}\n", {{9, "level has no value; write level = VALUE"}}},
	{"log {\n level = {\"debug\"}\n}\n", {{9, "level takes one value; write no braces"}}},
	{"log {\n level = debug\n file = \"x\"\n level = info\n}\n", {{11, "level is written twice, first in line 9"}}},
	{"log { }\ncdr { }\nlog { }\n", {{10, "log is written twice, first in line 8"}}},
	{"route \"s\" {\n to = {\"pbx\",\n \"pstn\"\n}\n", {{8, "route \"s\" is not closed"}}},
	{"route \"s\" {\n to = {\"pbx\" \"pstn\"}\n}\n", {{9, "list of to is wrong"}}},
	{"log \"x\" { }\n", {{8, "log takes no title; write log { }"}}},
	{"span { type = virtual }\n", {{8, "span has no name; write span \"NAME\" { }"}}},
	{"span \"b\"\n", {{8, "span \"b\" has no opening brace; write span \"b\" { }"}}},
	{"log { } { level = debug }\n\"log\" { }\n", {{8, "unexpected {; write"}, {9, "unexpected log; write"}}},
	{"= 3\n", {{8, "unexpected =; write WORD = VALUE or a section"}}},
};

static const struct wrong words[] = {
	{"span \"b\" {\n type = virtual\n cabel = \"/x\"\n cable = \"/b\"\n}\n",
	 {{10, "unknown word cabel in span \"b\"; write cable"}}},
	{"spam \"b\" {\n type = virtual { }\n}\n", {{8, "unknown word spam in configuration; write span"}}},
	{"rubbish { }\n", {{8, "unknown word rubbish in configuration; write one of log { }"}}},
	{"sip \"c\" {\n host = \"h\"\n codecs = PCMA, PCMU\n ptime = 5\n}\n",
	 {{10, "a list has no braces; write {\"a\", \"b\"}"}, {11, "ptime"}}},
	{"spam = {1, 2}\nspam = 3\nlog { spam \"x\" { spam = { } } }\n",
	 {{8, "unknown word spam"}, {9, "unknown word spam"}, {10, "unknown word spam in log; write one of file, level, queue"}}},
	{"log {\n levle = debug\n queue = many\n level = loud\n}\n",
	 {{9, "unknown word levle"}, {10, "queue \"many\" is not valid; write a number from 1 to 1000000"},
	  {11, "level \"loud\" is not valid; write error, warning, notice, info or debug"}}},
	{"linkset \"m\" {\n opc = 1-1-1\n dpc = 3\n link {\n span = a timeslot = 17\n }\n}\n",
	 {{8, "a linkset has no link"}, {11, "link has no slc; write link \"0\" { }"}}},
};

static const struct wrong values[] = {
	{"log { queue = 0 }\n", {{8, "queue \"0\" is out of range; write a number from 1 to"}}},
	{"log { queue = 99999999999999999999 }\n", {{8, "is out of range"}}},
	{"log { queue = -1 }\n", {{8, "queue \"-1\" is not valid"}}},
	{"log { file = \"\" }\n", {{8, "file \"\" is not valid; write the path"}}},
	{"span \"b\" { type = virtual cable = \"/b\"\n chunk = 21ms }\n",
	 {{9, "chunk \"21ms\" is out of range; write a time with its unit (h, min, s or ms) from 1ms to 20ms"}}},
	{"span \"b\" { type = virtual cable = \"/b\"\n chunk = 5 }\n", {{9, "chunk \"5\" is not valid"}}},
	{"span \"b\" { type = virtual cable = \"/b\"\n chunk = 0 }\n", {{9, "chunk \"0\" is out of range"}}},
	{"span \"b\" { type = virtual cable = \"/b\"\n chunk = 4294967h }\n", {{9, "is out of range"}}},
	{"span \"b\" { type = analog cable = \"/b\" }\n", {{8, "type \"analog\" is not valid; write virtual"}}},
	{"span \"b\" {\n cable = \"/b\"\n}\n", {{8, "span has no type; write type = virtual"}}},
	{"span \"b\" {\n type = virtual\n}\n", {{8, "has no cable; write cable ="}}},
	{"span \"b c\" { type = virtual cable = \"/b\" }\n", {{8, "name \"b c\" is not valid; write a name of 1 to 31"}}},
	{"span \"abcdefghijklmnopqrstuvwxyzabcdef\" { type = virtual cable = \"/b\" }\n", {{8, "is not valid; write a name of 1 to 31"}}},
	{"linkset \"m\" {\n opc = 8-0-0\n dpc = 1-256-1\n link \"0\" { span = a timeslot = 17 } }\n",
	 {{9, "opc \"8-0-0\" is not valid; write a point code such as 2-100-1"}, {10, "dpc \"1-256-1\" is not valid"}}},
	{"linkset \"m\" {\n opc = 16384\n dpc = 1-2\n link \"16\" { span = a timeslot = 32 } }\n",
	 {{9, "opc \"16384\""}, {10, "dpc \"1-2\""}, {11, "slc \"16\" is out of range; write a number from 0 to 15"},
	  {11, "timeslot \"32\" is out of range"}}},
	{"linkset \"m\" {\n opc = 0\n dpc = 1-2-3-4\n network = loop\n link \"x\" { span = a timeslot = 17 } }\n",
	 {{9, "opc \"0\""}, {10, "dpc \"1-2-3-4\""}, {11, "network \"loop\" is not valid; write international, "},
	  {12, "slc \"x\" is not valid"}}},
	{"isup \"i\" { linkset = ls circuits \"a\" { cic = 7 timeslots = \"7\" }\n echo-cancel = 16ms\n fax = t30\n}\n",
	 {{9, "echo-cancel \"16ms\" is not valid; write off, 32ms, 64ms or 128ms"}, {10, "fax \"t30\" is not valid; write off or vbd"}}},
	{"overload {\n busy = 50\n busy-severe = 49\n lag = 300ms\n lag-severe = 200ms\n}\n",
	 {{10, "busy-severe 49 is below busy 50; write 50 to 100"}, {12, "lag-severe 200ms is below lag 300ms; write 300ms"}}},
	{"isup \"i\" { linkset = ls circuits \"a\" { cic = 7 timeslots = \"7\" }\n echo-nlp = no\n dtmf-detection = 0\n}\n",
	 {{9, "echo-nlp \"no\" is not valid; write on or off"}, {10, "dtmf-detection \"0\" is not valid; write on or off"}}},
	{"isup \"i\" { linkset = ls circuits \"a\" { cic = 7 timeslots = \"7\" }\n echo-block = 5ms\n}\n",
	 {{9, "echo-block 5ms is not valid; write 4ms or 8ms"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 16384\n timeslots = \"4-0\" } }\n",
	 {{10, "cic \"16384\" is out of range"}, {11, "timeslots \"4-0\" is not valid; write timeslots from 1 to 31"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 4096\n timeslots = \"4\" } }\n",
	 {{10, "1 circuits from cic 4096 end beyond 4095; write a cic of at most 4095"}}},
	{"linkset \"m\" { variant = ansi\n opc = 245-3-17\n dpc = 256-3-18\n link \"0\" { span = a timeslot = 17 } }\n",
	 {{10, "dpc \"256-3-18\" is not valid; write a point code"}}},
	{"linkset \"m\" { opc = 2-1-1\n dpc = 2-1-2\n sls-bits = 5\n link \"0\" { span = a timeslot = 17 } }\n",
	 {{10, "sls-bits is ANSI's; leave it out"}}},
	{"linkset \"m\" { opc = 2-1-1\n dpc = 2-1-2\n sls-bits = 6\n link \"0\" { span = a timeslot = 17 } }\n",
	 {{10, "sls-bits \"6\" is not valid; write 8 or 5"}}},
	{"linkset \"m\" { variant = bell\n opc = 16777216\n dpc = 1\n link \"0\" { span = a timeslot = 17 } }\n",
	 {{8, "variant \"bell\" is not valid; write itu, etsi"}, {9, "opc \"16777216\" is not valid"}}},
	{"isup \"i\" { linkset = ls\n dpc = 245-3-17\n circuits \"a\" { cic = 7 timeslots = \"7\" } }\n",
	 {{9, "dpc \"245-3-17\" is not valid; write a point code such as 2-100-1"}}},
	{"isup \"i\" { linkset = ls\n variant = ansi\n circuits \"a\" { cic = 7 timeslots = \"7\" } }\n",
	 {{9, "variant ansi does not go with its linkset's; write ansi in both"}}},
	{"isup \"i\" { linkset = ls\n jurisdiction = 70355\n circuits \"a\" { cic = 7 timeslots = \"7\" } }\n",
	 {{8, "are ANSI's; leave them out"}, {9, "jurisdiction \"70355\" is not valid; write its 6 digits"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 7\n timeslots = \"4,4\" } }\n", {{11, "timeslots \"4,4\""}}},
	{"isup \"i\" { linkset = ls country = \"+49\"\n circuits \"a\" {\n cic = 7\n timeslots = \"4-6,\" } }\n",
	 {{8, "country-code \"+49\" is not valid; write digits"}, {11, "timeslots \"4-6,\""}}},
	{"isup \"i\" { linkset = ls circuits \"a\" { cic = 7 timeslots = \"7\" }\n timers {\n T7 = 25\n T99 = 5s\n T7a = 1s\n } }\n",
	 {{10, "T7 \"25\" is not valid; write a time with its unit"}, {11, "unknown timer T99; write"}, {12, "unknown timer T7a"}}},
	{"isup \"i\" { linkset = ls circuits \"a\" { cic = 7 timeslots = \"7\" }\n timers {\n T7 = 31s\n T7 = 25s } }\n",
	 {{10, "T7 \"31s\" is out of range; write a time from 20000ms to 30000ms"}, {11, "T7 is written twice"}}},
	{"sip \"s\" {\n host = \"a b\"\n allow = {\"10.0.0.0/33\",\n \"::1/129\",\n \"10.0.0.1\", \"fe80::/10\", \"x\"}\n}\n",
	 {{9, "host \"a b\" is not valid"}, {10, "allow \"10.0.0.0/33\" is not valid; write addresses"}, {11, "\"::1/129\""},
	  {12, "allow \"x\""}}},
	{"sip \"s\" { host = \"1.2.3.256\" }\n", {{8, "host \"1.2.3.256\" is not valid"}}},
	{"sip \"s\" { host = \"a..b\" }\nsip \"t\" { host = \"-a\" }\n", {{8, "host \"a..b\""}, {9, "host \"-a\""}}},
	{"sip \"s\" { host = a\n codecs = {G729}\n codecs = { }\n}\nsip \"t\" { host = a\n codecs = { }\n}\n",
	 {{9, "codecs \"G729\" is not valid; write PCMA, PCMU or CLEARMODE"}, {10, "codecs is written twice"}, {10, "codecs has no value"}, {13, "codecs has no value; write codecs = {"}}},
	{"sip \"s\" { host = a\n ptime = 25ms\n codecs = {PCMA, PCMA}\n}\n",
	 {{9, "ptime 25ms is not valid; write 10ms, 20ms"}, {10, "codec PCMA is written twice"}}},
	{"sip \"s\" { host = a\n user = u\n keepalive = 500ms\n}\nsip \"t\" { host = a\n password = secret\n reliable = never }\n",
	 {{9, "user u has no password; write both"}, {10, "keepalive 500ms is too often; write 0ms, or 1s"}, {13, "there is a password and no user"}, {14, "reliable \"never\" is not valid; write off, supported or required"}}},
	{"sip \"s\" { host = a\n codecs = {PCMA, PCMU, PCMA}\n maxptime = 50ms\n}\nsip \"t\" { host = a ptime = 30ms\n maxptime = 20ms\n}\n",
	 {{9, "codec PCMA is written twice"}, {10, "maxptime 50ms is not valid; write 10ms"}, {13, "maxptime 20ms is shorter than ptime 30ms; write 30ms or more"}}},
	{"sip \"s\" { host = a\n area-code = 30\n resource-priority = {ets, ets}\n diversion = maybe\n}\n",
	 {{9, "area-code has no country-code"}, {10, "resource-priority ets is written twice"},
	  {11, "diversion \"maybe\" is not valid; write history-info, diversion, both or off"}}},
	{"sip \"s\" { host = a\n country-code = 1234\n national-prefix = 12345678\n}\n",
	 {{9, "country-code \"1234\" is too long; write at most 3"}, {10, "national-prefix \"12345678\" is too long"}}},
	{"isup \"i\" { linkset = ls circuits \"a\" { cic = 7 timeslots = \"7\" }\n mlpp-network = 49\n portability = concatenated\n}\n",
	 {{9, "mlpp-network \"49\" is not valid; write four digits"}, {10, "concatenated has no routing-number-digits; write how many"}}},
	{"sip \"s\" { host = a\n events = \"0-64\"\n redundancy = 4\n comfort-noise = on\n jitter-buffer = none\n}\n",
	 {{9, "events \"0-64\" is out of range; write events from 0 to 63 in quotes"}, {10, "redundancy \"4\" is out of range; write a number from 0 to 3"},
	  {11, "comfort-noise \"on\" is not valid; write false or true"}, {12, "jitter-buffer \"none\" is not valid; write adaptive or fixed"}}},
	{"sip \"s\" { host = a\n events = \"9-0\"\n jitter = \"0-90\"\n rtp-timeout = 30\n}\n",
	 {{9, "events \"9-0\" is not valid; write events"}, {10, "jitter \"0-90\" is out of range; write two rising numbers from 1 to 1000"},
	  {11, "rtp-timeout \"30\" is not valid; write a time with its unit"}}},
	{"route \"s\" { to = pbx\n rtp-failure = end\n}\n", {{9, "rtp-failure \"end\" is not valid; write release or keep"}}},
	{"sip \"s\" { host = a proxy = \"b:0\"\n transport = sctp port = 65536 }\n",
	 {{8, "proxy \"b:0\" is not valid"}, {9, "port \"65536\" is out of range"}, {9, "transport \"sctp\" is not valid; write udp or tcp"}}},
	{"tones { country = \"atlantis\"\n time = 0s }\ntreatment { busy = \"\"\n ring = \"/x\" }\n",
	 {{8, "country \"atlantis\" is not valid; write one of itu, us, au, fr,"}, {9, "time \"0s\" is out of range"},
	  {10, "busy \"\" is not valid; write the path of a file in quotes"}, {11, "unknown word ring in treatment"}}},
	{"treatment { cause = {\"200 /x\", \"17 tone\", \"17\"} }\n",
	 {{8, "cause \"200 /x\" is not valid; write a cause of 1 to 127"}, {8, "cause \"17\" is not valid"}}},
	{"sip \"s\" { host = a redirect = loop\n retry-after = 2h }\n",
	 {{8, "redirect \"loop\" is not valid; write follow, tell or release"}, {9, "retry-after \"2h\" is"}}},
	{"route \"s\" { prefix = \"030x\"\n to = {\"pbx\"} strip = 33 prepend = \"-\" }\n",
	 {{8, "prefix \"030x\" is not valid"}, {9, "strip \"33\" is out of range"}, {9, "prepend \"-\" is not valid"}}},
	{"sip \"s\" { host = a country-code = 49\n rewrite-in = {\"00\", \"0 + 49\", \"$ =\",\n \"9 -\", \"x$ 1+2\"}\n numbers-out = e164\n}\n",
	 {{9, "rewrite-in \"00\" is not valid; write beginning and replacement"}, {9, "rewrite-in \"0 + 49\""}, {9, "rewrite-in \"$ =\""},
	  {10, "rewrite-in \"x$ 1+2\""}, {11, "numbers-out \"e164\" is not valid; write as-is, international, national"}}},
	{"route \"s\" { to = pbx\n times = {\"mon-fri 8:00-18:00\", \"sat\"}\n failover = \"0\"\n}\n",
	 {{9, "times \"mon-fri 8:00-18:00\" is not valid; write days and hours"}, {10, "failover \"0\" is not valid; write causes from 1 to 127"}}},
	{"route \"s\" { to = pbx\n failover = \"34,\"\n}\nroute \"t\" { to = pbx\n failover = \"41-34\"\n}\nroute \"u\" { to = pbx\n failover = \"34-128\"\n}\n",
	 {{9, "failover \"34,\""}, {12, "failover \"41-34\""}, {15, "failover \"34-128\""}}},
	{"route \"s\" { to = pbx\n category = rich\n bearer = video\n enum = \"a..b\"\n emergency = true\n hunt = random\n}\n",
	 {{9, "category \"rich\" is not valid; write unknown, operator, ordinary"}, {10, "bearer \"video\" is not valid; write speech, audio or data"},
	  {11, "enum \"a..b\" is not valid; write a domain name"}, {12, "emergency \"true\" is not valid; write off or on"},
	  {13, "hunt \"random\" is not valid; write order, weight, percentage or least-busy"}}},
	{"route \"s\" { to = pbx hunt = weight\n shares = {1001}\n}\n", {{8, "1 trunks have 0 shares"}, {9, "shares \"1001\" is out of range; write a number from 0 to 1000"}}},
	{"isup \"i\" { linkset = ls country = 49\n country-code = 44\n circuits \"a\" { cic = 7 timeslots = \"7\" } }\n",
	 {{9, "country-code is written twice, first in line 8"}}},
	{"route \"s\" {\n from = pbx\n}\n", {{8, "route has no to; write to = a name"}}},
	{"route \"s\" {\n to = { }\n}\n", {{9, "to has no value; write to = {"}}},
	{"route \"s\" {\n to = {\"pbx\",\n\"p p\"}\n}\n", {{10, "to \"p p\" is not valid"}}},
	{"route \"s\" { to = {a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,\na} }\nsip \"a\" { host = b }\n",
	 {{9, "to has more than 16 values; write fewer"}}},
};

static const struct wrong wholes[] = {
	{"route \"s\" { to = {pbx, pstn}\n hunt = weight\n}\nroute \"t\" { to = {pbx, pstn} hunt = percentage\n shares = {50, 40}\n}\n",
	 {{9, "2 trunks have 0 shares; write shares = {...} with one for each"}, {12, "the shares are 90 together; write percentages that are 100"}}},
	{"route \"s\" { to = pbx\n shares = {100}\n}\nroute \"t\" { to = {pbx, pstn} hunt = weight\n shares = {0, 0}\n}\n",
	 {{9, "shares are for hunt = weight or percentage"}, {12, "the shares are 0 together; write one that is not 0"}}},
	{"route \"s\" { to = {pbx} carrier-code = {\"+491012\", \"12345678901\"} }\nroute \"t\" { to = {pbx}\n carrier-code = {\"5062\", \"50A2\"} }\nroute \"u\" { to = {pbx}\n carrier-code = \"123456789012\" }\n",
	 {{10, "\"50A2\" is no carrier's code; write 1 to 11 digits, after + and the country code"}, {12, "\"123456789012\" is no carrier's code"}}},
	{"route \"s\" { enum = \"e164.arpa\"\n to = {pbx, pstn}\n}\n", {{9, "an isup trunk cannot call what enum finds; write a sip trunk"}}},
	{"sip \"s\" { host = a max-calls = 5\n max-calls-in = 6\n max-calls-out = 5\n call-burst = 2\n area-code = 30\n}\n",
	 {{9, "max-calls-in is more than max-calls; write 5 or less"}, {11, "call-burst has no rate"}, {12, "area-code has no country-code"}}},
	{"causes \"mine\" { base = rfc9999 }\ncauses \"rfc4497\" { }\nsip \"s\" { host = a causes = other }\n",
	 {{8, "base \"rfc9999\" is not valid; write rfc3398"}, {9, "\"rfc4497\" is a published profile"}, {10, "there is no causes \"other\""}}},
	{"route \"m\" {\n to = {\"pstn\"} digits = \"0[1-\"\n}\n", {{9, "digits \"0[1-\" is not valid; write a digit map"}}},
	{"route \"m\" {\n to = {\"pstn\"} overlap = invites\n}\n",
	 {{9, "overlap \"invites\" is not valid; write collect, multiple-invite, info or 184"}}},
	{"route \"m\" {\n to = {\"pstn\"} min-digits = 8\n max-digits = 7\n t10 = 1s t35 = 4s\n}\n",
	 {{10, "max-digits 7 is less than min-digits 8; write 8 or more"}, {11, "t10 is shorter than 2s"}, {11, "t35 is shorter than 5s"}}},
	{"causes \"m\" {\n to-status = {\"41 200\"}\n to-cause = {\"404\"}\n}\n",
	 {{9, "to-status \"41 200\" is not valid; write cause and status in quotes"}, {10, "to-cause \"404\" is not valid; write status and cause"}}},
	{"causes \"m\" {\n to-status = {\"41 500\", \"41 503\"}\n}\ncauses \"m\" { }\n",
	 {{9, "41 is mapped twice; leave out one of \"41 500\" and \"41 503\""}, {11, "causes \"m\" is there already, in line 8"}}},
	{"span \"a\" { type = virtual cable = \"/b\" }\n", {{8, "span \"a\" is there already, in line 3; write another name"}}},
	{"linkset \"ls\" { opc = 1-1-1 dpc = 1-1-3 link \"0\" { span = a timeslot = 17 } }\n",
	 {{8, "linkset \"ls\" is there already, in line 4"}}},
	{"sip \"pstn\" { host = a }\n", {{8, "trunk \"pstn\" is there already, in line 5"}}},
	{"route \"r\" { to = {\"pbx\"} }\n", {{8, "route \"r\" is there already, in line 7"}}},
	{"linkset \"m\" { opc = 1-1-1 dpc = 1-1-3\n link \"0\" { span = \"b\" timeslot = 17 }\n link \"1\" {\n span = a\n timeslot = 16\n}\n}\n",
	 {{9, "no span \"b\" is defined; write the name of a span"}, {10, "link \"1\" cannot be used; a linkset has one link"},
	  {12, "timeslot 16 of span \"a\" is a signalling link already, in line 4"}}},
	{"linkset \"m\" { opc = 1-1-1 dpc = 1-1-3\n link \"0\" { span = a timeslot = 17 }\n link \"0\" { span = a timeslot = 18 }\n}\n",
	 {{10, "link \"0\" is there already, in line 9; write another code"}}},
	{"linkset \"m\" { opc = 1-1-1\n dpc = 1-1-2\n link \"0\" { span = a timeslot = 17 }\n}\n",
	 {{9, "linkset \"ls\" in line 4 leads to this point already"}}},
	{"linkset \"m\" { opc = 1-1-1\n dpc = 2057\n link \"0\" { span = a timeslot = 17 }\n}\n", {{9, "opc and dpc are the same point"}}},
	{"linkset \"m\" { opc = 1-1-1 dpc = 1-1-3 }\n", {{8, "a linkset has no link; write link \"0\" { }"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 10\n timeslots = \"15-17\"\n }\n circuits \"z\" {\n cic = 20 timeslots = 1\n }\n}\n",
	 {{11, "timeslot 16 of span \"a\" is a signalling link already, in line 4"}, {13, "no span \"z\" is defined"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 10\n timeslots = \"3-5\"\n }\n}\n",
	 {{11, "timeslot 3 of span \"a\" is a circuit already, in line 5; leave it out"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 3\n timeslots = \"4-5\"\n }\n circuits \"a\" { cic = 4 timeslots = 6 } }\n",
	 {{10, "cic 3 to 4 overlap with 1 to 3 in line 5; write a cic outside"}, {13, "cic 4 to 4 overlap with 3 to 4 in line 10"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 0\n timeslots = \"4-5\"\n }\n circuits \"a\" { cic = 4 timeslots = 6 } }\n",
	 {{10, "cic 0 to 1 overlap with 1 to 3 in line 5"}}},
	{"isup \"i\" { linkset = ls\n circuits \"a\" {\n cic = 4095\n timeslots = \"4-5\"\n }\n}\n",
	 {{10, "2 circuits from cic 4095 end beyond 4095; write a cic of at most 4094"}}},
	{"isup \"i\" { linkset = sl\n}\n", {{8, "no linkset \"sl\" is defined"}, {8, "an isup trunk has no circuits"}}},
	{"span \"b\" { type = virtual framing = t1 cable = \"/b\" }\nisup \"i\" { linkset = ls\n circuits \"b\" { cic = 10\n timeslots = \"23-25\" } }\n",
	 {{11, "span \"b\" is a T1 and has no timeslot 25; write timeslots from 1 to 24"}}},
	{"span \"b\" { type = virtual cable = \"/c\" end = listen }\nspan \"c\" { type = virtual\n cable = \"/c\"\n end = listen }\n",
	 {{10, "cable \"/c\" has a listening end already, in line 8"}}},
	{"route \"s\" {\n from = ghost\n to = {\"pbx\",\n \"pstn2\"}\n}\n",
	 {{9, "no trunk \"ghost\" is defined"}, {11, "no trunk \"pstn2\" is defined; write the name of an isup or sip trunk"}}},
};
/* clang-format on */

#define CASES(array) check_cases(array, sizeof(array) / sizeof((array)[0]))

static void form(void)
{
	CASES(forms);
}

static void unknown(void)
{
	CASES(words);
}

static void value(void)
{
	CASES(values);
}

static void whole(void)
{
	CASES(wholes);
}

/* Cases that do not stand behind the right lines. */
static void alone(void)
{
	/* clang-format off */
	static const struct wrong cases[] = {
		{"", {{1, "no trunk is defined; write at least one isup"}}},
		{"\n# nothing\nlog { level = debug }\n", {{1, "no trunk is defined; write"}}},
		{"route r { }\nlog { level = loud }\n", {{1, "to"}, {2, "level"}}},
		{"sip \"pbx\" { host = a }\n", {{1, "sip { } has no listen"}, {1, "rtp { } has no address"}}},
		{"sip {\n listen = {\"udp:1.2.3.4\", \"tls:1.2.3.4:5061\",\n \"udp:[1.2.3.4]:5060\", \"udp:::1:5060\", \"tcp:[::1]:0\"}\n}\n",
		 {{2, "listen \"udp:1.2.3.4\" is not valid; write transport, address and port"}, {2, "\"tls:"}, {3, "\"udp:[1"},
		  {3, "\"udp:::1:5060\""}, {3, "\"tcp:[::1]:0\""}}},
		{"sip {\n call-check = 999ms\n}\nsip \"s\" { host = a\n call-check = 1ms\n}\n",
		 {{2, "call-check 999ms is too often; write 0ms, or 1s or more"}, {4, "sip { } has no listen"}, {4, "rtp { } has no address"}, {5, "call-check 1ms is too often"}}},
		{"sip {\n listen = {\"udp:1.2.3.4:5060\",\n \"tcp:1.2.3.4:5060\", \"udp:1.2.3.4:5060\"}\n}\n", {{3, "write it once"}}},
		{"rtp {\n ports = 10000\n jitter = \"200-20\" }\nsip { dns = \"localhost\" t1 = 1ms }\n",
		 {{2, "ports \"10000\" is not valid; write two rising numbers from 1024 to 65535"}, {3, "jitter \"200-20\" is out of range"},
		  {4, "t1 \"1ms\" is out of range"}, {4, "dns \"localhost\" is not valid"}}},
		{"rtp {\n /* two\n lines */ ports = \"10000-10001\"\n}\n", {{3, "too small; write four ports"}}},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(cases[i].text, &cases[i]);
}

static void unreadable(void)
{
	struct told told = { .n = 0 };

	CU_ASSERT_PTR_NULL(conf_read("/nonexistent/x.conf", timer_ok, on_fault, &told));
	CU_ASSERT_PTR_NULL(conf_read("/", timer_ok, on_fault, &told));
	CU_ASSERT_EQUAL(told.n, 2);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(told.text[0], "/nonexistent/x.conf:1: cannot be read: No such file"));
}

/* Cut anywhere, or with any octet changed, a text gives a configuration or at least one fault. */
static void damaged(void)
{
	size_t n = strlen(right);
	char *text = malloc(n + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < 3 * n; i++) {
		struct told told = { .n = 0 };
		struct conf *conf;

		memcpy(text, right, n + 1);
		if (i < n)
			text[i] = '\0';
		else
			text[i % n] = "}{"[i / n - 1];
		conf = conf_read_text("x.conf", text, timer_ok, on_fault, &told);
		CU_ASSERT_EQUAL(conf != NULL, told.n == 0);
		conf_free(conf);
	}
	free(text);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "form", form },	{ "unknown words", unknown },
		{ "values", value },	{ "whole", whole },
		{ "alone", alone },	{ "unreadable", unreadable },
		{ "damaged", damaged }, CU_TEST_INFO_NULL,
	};

	return cu_run("conf wrong", tests, argc, argv);
}
