/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Right configurations: what is read, what is printed reads back equal, and running out of memory
 * anywhere. */
#include "conf/conf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

static const char everything[] =
	"log { file = \"/tmp/x\" level = debug queue = 7 } // comment\n"
	"control { socket = \"/tmp/c\" group = voice }\n"
	"cdr { file = \"/tmp/cdr\" queue = 9 } # comment\n"
	"sip { listen = {\"udp:127.0.0.1:5060\", \"tcp:[::1]:5061\",} user-agent = \"a \\\"b\\\" "
	"\\\\ \\${c}\"\n"
	" domain = \"example.org\" t1 = 1s t2 = 8s t4 = 10s max-connections = 3 idle = 2min "
	"call-check = 3min dns = "
	"{\"127.0.0.1:53\", \"::1\"} }\n"
	"rtp { address = \"::1\" ports = \"2000-2999\" jitter = \"0-500\" timeout = 1h }\n"
	"media { threads = 3 priority = normal }\n"
	"overload { busy = 70 lag = 300ms lag-severe = 2s calls-per-second = 50 hold = 10s }\n"
	"tones { country = us-old time = 20s } treatment { busy = tone congestion = \"/c.wav\" }\n"
	"span a { type = virtual framing = t1 chunk = 20ms cable = \"/tmp/a\" end = listen clock = "
	"master }\n"
	"span b { type = virtual cable = \"/b\" /* comment\n */ law = ulaw }\n"
	"linkset ls { opc = 1-2-3 dpc = 16383 network = international link 0 { span = b timeslot = "
	"16 } }\n"
	"isup i { linkset = ls dpc = 5 hunt = cyclic country = 49 area = 30 national-prefix = 0 "
	"max-calls = 9 numbers-out = subscriber "
	"international-prefix = 00 min-digits = 4 echo-cancel = 64ms echo-block = 4ms echo-nlp = "
	"off dtmf-detection = off fax = off transit-echo-cancel = off transit-detection = on "
	"overlap-limit = 20 overlap-time = 30s\n"
	" portability = concatenated routing-number-digits = 5 carrier = cip own-carrier = 0288 "
	"calling-name = display mlpp = true mlpp-network = 0490 mlpp-domain = 77 connected-line = "
	"true\n"
	" circuits b { cic = 2 timeslots = \"2-15\" } circuits b { cic = 4081 timeslots = "
	"\"17-31\" } timers { T7 = 25s T1 = 500ms } }\n"
	"sip s { host = \"pbx.example.org\" port = 5070 transport = tcp allow = {\"10.0.0.0/8\", "
	"\"::1\"} codecs = PCMU ptime = 30ms\n"
	" maxptime = 40ms events = \"0-15, 32-36\" audio-tone = true redundancy = 2 comfort-noise "
	"= "
	"true "
	"vbd-payload = true rtcp-mux = true rtcp-xr = true rtp-source = learned jitter-buffer = "
	"fixed jitter = "
	"\"40-90\" "
	"rtp-timeout = 30s silence-timeout = 40s\n"
	" dtmf = inband dtmf-detection = always trusted = true proxy = \"proxy.example.org:5060\" "
	"max-calls = 30\n"
	" causes = \"mine\" overlap-in = info t10 = 4s t35 = 18s overlap-limit = 9\n"
	" country-code = 44 area-code = 20 national-prefix = 0 international-prefix = 00 "
	"numbers-out = dialled\n"
	" rewrite-in = {\"112$ =\", \"9x -\"} rewrite-out = {\"+ 00\"} max-calls-in = 20 "
	"max-calls-out = 10\n"
	" call-rate = 5 call-rate-in = 4 call-rate-out = 3 call-burst = 7 return-calls = refuse "
	"answers-484 = false\n"
	" reliable = required early-media = indicated p-early-media = false "
	"ringback = local early-dialog-end = true user = \"us\\\"er\" password = \"Circle of "
	"Life\" "
	"keepalive = 30s keepalive-lost = 5 keepalive-back = 4 call-check = 0ms\n"
	" identity = remote-party-id diversion = both resource-priority = {q735, ets} "
	"user-to-user = false trunk-groups = true trunk-context = \"tg.example\" phone-context = "
	"\"pc.example\"\n"
	" tones = de treatment { ringback = \"/r.wav\" } }\n"
	"causes \"mine\" { base = \"q1912.5\" to-status = {\"41 500\", \"20 404\"} to-cause = "
	"\"404 2\" }\n"
	"sip t { host = \"2001:db8::1\" }\n"
	"route r { prefix = \"+49\" from = s to = {i, t} strip = 3 prepend = \"0\" no-answer = 90s "
	"digits = \"[2-9]xxx|0x.T\" min-digits = 4 max-digits = 12 overlap = multiple-invite "
	"overlap-pstn = split overlap-info = session-info overlap-cancel = 2s first-digits = 5 "
	"learn-digits = 6 "
	"t10 = 3s t35 = 7s "
	" rtp-timeout = 50s silence-timeout = 2min rtp-failure = keep\n"
	" calling = {\"+4930\", \"0\"} category = {ordinary, payphone} bearer = {data, speech}\n"
	" carrier-code = {\"+491012\", \"5062\"}\n"
	" times = {\"mon-fri 08:00-18:00\", \"sat\"} hunt = percentage shares = {30, 70}\n"
	" failover = \"17,34,38-41,127\" attempts = 2 emergency = on carrier = on\n"
	" treatment { unobtainable = \"/u.wav\" cause = {\"20 /a.wav\", \"21 none\"} } }\n"
	"route q { to = s enum = \"e164.example.org\" }\n"
	"enum { timeout = 2s cache = 5 }\n";

static const char smallest[] = "sip { listen = \"udp:1.2.3.4:5060\" } rtp { address = \"1.2.3.4\" }"
			       "sip p { host = q }";

static void count_fault(void *arg, const char *text)
{
	unsigned *n = arg;

	++*n;
	if (*n < 4)
		printf("    %s\n", text);
}

static struct conf *read_right(const char *name, const char *text)
{
	unsigned faults = 0;
	struct conf *conf = conf_read_text(name, text, NULL, count_fault, &faults);

	CU_ASSERT_EQUAL(faults, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	return conf;
}

static void check_sip(const struct conf *c)
{
	CU_ASSERT_EQUAL(c->sip.n_listen, 2);
	CU_ASSERT_EQUAL(c->sip.listen[1].transport, CONF_TCP);
	CU_ASSERT_STRING_EQUAL(c->sip.listen[1].address, "::1");
	CU_ASSERT_EQUAL(c->sip.listen[1].port, 5061);
	CU_ASSERT_STRING_EQUAL(c->sip.user_agent, "a \"b\" \\ ${c}");
	CU_ASSERT_EQUAL(c->sip.t2_ms, 8000);
	CU_ASSERT_EQUAL(c->sip.idle_ms, 120000);
	CU_ASSERT_EQUAL(c->sip.call_check_ms, 180000);
	CU_ASSERT(c->sips[0].call_check_set && !c->sips[0].call_check_ms);
	CU_ASSERT(!c->sips[1].call_check_set);
	CU_ASSERT_EQUAL(c->sip.n_dns, 2);
	CU_ASSERT_EQUAL(c->rtp.port_first, 2000);
	CU_ASSERT_EQUAL(c->rtp.port_last, 2999);
	CU_ASSERT_EQUAL(c->rtp.jitter_max_ms, 500);
	CU_ASSERT_EQUAL(c->rtp.timeout_ms, 3600000);
	CU_ASSERT(c->media.threads == 3 && !c->media.realtime);
	CU_ASSERT(c->overload.busy == 70 && c->overload.busy_severe == 98);
	CU_ASSERT(c->overload.lag_ms == 300 && c->overload.lag_severe_ms == 2000);
	CU_ASSERT(c->overload.calls_per_second == 50 && c->overload.hold_ms == 10000);
	CU_ASSERT_STRING_EQUAL(c->tones.country, "us-old");
	CU_ASSERT_EQUAL(c->tones.time_ms, 20000);
	CU_ASSERT_STRING_EQUAL(c->treatment.busy, "tone");
	CU_ASSERT_STRING_EQUAL(c->treatment.congestion, "/c.wav");
	CU_ASSERT_STRING_EQUAL(c->sips[0].tones, "de");
	CU_ASSERT_STRING_EQUAL(c->sips[0].treatment.ringback, "/r.wav");
	CU_ASSERT_STRING_EQUAL(c->routes[0].treatment.unobtainable, "/u.wav");
	CU_ASSERT_EQUAL(c->routes[0].treatment.n_causes, 2);
	CU_ASSERT_STRING_EQUAL(c->routes[0].treatment.causes[1], "21 none");
	CU_ASSERT(!c->treatment.ringback && !c->sips[1].tones && !c->routes[1].treatment.busy);
	CU_ASSERT_EQUAL(c->n_sips, 2);
	CU_ASSERT(c->sips[0].transport_set && c->sips[0].transport == CONF_TCP);
	CU_ASSERT(!c->sips[1].transport_set && c->sips[0].dtmf == CONF_DTMF_INBAND &&
		  c->sips[0].dtmf_detection == CONF_DTMF_DETECTION_ALWAYS && c->sips[0].trusted);
	CU_ASSERT_STRING_EQUAL(c->sips[0].causes, "mine");
	CU_ASSERT_STRING_EQUAL(c->routes[0].digits, "[2-9]xxx|0x.T");
	CU_ASSERT(c->routes[0].overlap.sip == CONF_OVERLAP_INVITES &&
		  c->routes[0].overlap.pstn == CONF_PSTN_SPLIT &&
		  c->routes[0].overlap.cancel_ms == 2000 && c->routes[0].overlap.session_info);
	CU_ASSERT(c->routes[0].overlap.min_digits == 4 && c->routes[0].overlap.max_digits == 12 &&
		  c->routes[0].overlap.first_digits == 5 && c->routes[0].overlap.learn == 6);
	CU_ASSERT(c->routes[0].overlap.t10_ms == 3000 && c->routes[0].overlap.t35_ms == 7000);
	CU_ASSERT(c->routes[1].overlap.sip == CONF_OVERLAP_COLLECT && !c->routes[1].overlap.learn);
	CU_ASSERT(c->sips[0].overlap_in == CONF_OVERLAP_IN_INFO && c->sips[0].t10_ms == 4000 &&
		  c->sips[0].t35_ms == 18000 && c->sips[0].overlap.max == 9);
	CU_ASSERT(c->isups[0].overlap.max == 20 && c->isups[0].overlap.time_ms == 30000);
	CU_ASSERT(c->sips[1].overlap_in == CONF_OVERLAP_IN_OFF &&
		  c->sips[1].overlap.time_ms == 60000);
	CU_ASSERT_EQUAL(c->n_causes, 1);
	CU_ASSERT_STRING_EQUAL(c->causes[0].base, "q1912.5");
	CU_ASSERT_EQUAL(c->causes[0].n_to_status, 2);
	CU_ASSERT_STRING_EQUAL(c->causes[0].to_status[1], "20 404");
	CU_ASSERT_STRING_EQUAL(c->causes[0].to_cause[0], "404 2");
	CU_ASSERT_EQUAL(c->sips[0].n_codecs, 1);
	CU_ASSERT_STRING_EQUAL(c->sips[0].codecs[0], "PCMU");
	CU_ASSERT_EQUAL(c->sips[0].n_allow, 2);
	CU_ASSERT_EQUAL(c->sips[0].maxptime_ms, 40);
	CU_ASSERT_EQUAL(c->sips[0].events, UINT64_C(0x1F0000FFFF));
	CU_ASSERT(c->sips[0].audio_tone && c->sips[0].redundancy == 2 && c->sips[0].comfort_noise);
	CU_ASSERT(c->sips[0].vbd_payload && !c->sips[1].vbd_payload);
	CU_ASSERT(c->sips[0].rtp_learned && !c->sips[1].rtp_learned);
	CU_ASSERT(c->sips[0].rtcp_mux && c->sips[0].rtcp_xr && c->sips[0].jitter_fixed);
	CU_ASSERT(c->sips[0].jitter_min_ms == 40 && c->sips[0].jitter_max_ms == 90);
	CU_ASSERT(c->sips[0].rtp_timeout_ms == 30000 && c->sips[0].silence_ms == 40000);
	CU_ASSERT(c->routes[0].rtp_timeout_ms == 50000 && c->routes[0].silence_ms == 120000);
	CU_ASSERT(c->routes[0].rtp_failure_keep && !c->routes[1].rtp_failure_keep);
}

static void check_routing(const struct conf *c)
{
	const struct conf_trunk_policy *p = &c->sips[0].policy, *q = &c->isups[0].policy;
	const struct conf_route *r = &c->routes[0];

	CU_ASSERT_STRING_EQUAL(c->sips[0].country, "44");
	CU_ASSERT_STRING_EQUAL(c->sips[0].area, "20");
	CU_ASSERT(p->form == CONF_FORM_DIALLED && q->form == CONF_FORM_SUBSCRIBER);
	CU_ASSERT(p->n_rewrite_in == 2 && p->n_rewrite_out == 1 && !q->n_rewrite_in);
	CU_ASSERT_STRING_EQUAL(p->rewrite_in[0], "112$ =");
	CU_ASSERT_STRING_EQUAL(p->rewrite_in[1], "9x -");
	CU_ASSERT(p->max_in == 20 && p->max_out == 10 && c->isups[0].max_calls == 9);
	CU_ASSERT(p->rate == 5 && p->rate_in == 4 && p->rate_out == 3 && p->burst == 7);
	CU_ASSERT(p->return_refused && !q->return_refused);
	CU_ASSERT(c->sips[0].no_484 && !c->sips[1].no_484);
	CU_ASSERT(r->match.n_carrier == 2 && strcmp(r->match.carrier[0], "+491012") == 0);
	CU_ASSERT(r->match.n_calling == 2 && r->match.n_category == 2 && r->match.n_bearer == 2 &&
		  r->match.n_times == 2);
	CU_ASSERT_STRING_EQUAL(r->match.times[0], "mon-fri 08:00-18:00");
	CU_ASSERT(r->hunt.order == CONF_ORDER_PERCENTAGE && r->hunt.n_shares == 2 &&
		  r->hunt.shares[1] == 70 && r->hunt.attempts == 2);
	CU_ASSERT(r->hunt.failover_set && !c->routes[1].hunt.failover_set);
	CU_ASSERT_EQUAL(r->hunt.failover[0],
			UINT64_C(1) << 17 | UINT64_C(1) << 34 | UINT64_C(15) << 38);
	CU_ASSERT_EQUAL(r->hunt.failover[1], UINT64_C(1) << 63);
	CU_ASSERT(r->emergency && r->carrier && !c->routes[1].emergency);
	CU_ASSERT_PTR_NULL(r->enum_root);
	CU_ASSERT_STRING_EQUAL(c->routes[1].enum_root, "e164.example.org");
	CU_ASSERT(c->enums.timeout_ms == 2000 && c->enums.cache == 5);
}

static void check_progress(const struct conf *c)
{
	const struct conf_sip_trunk *s = &c->sips[0], *t = &c->sips[1];

	CU_ASSERT(s->reliable == CONF_RELIABLE_REQUIRED && t->reliable == CONF_RELIABLE_SUPPORTED);
	CU_ASSERT(s->early_media == CONF_EARLY_INDICATED && t->early_media == CONF_EARLY_SDP);
	/* Unset: as trusted. */
	CU_ASSERT(s->trusted && !s->p_early_media && !t->trusted && !t->p_early_media);
	CU_ASSERT(s->ringback == CONF_RINGBACK_LOCAL && t->ringback == CONF_RINGBACK_AUTO);
	CU_ASSERT(s->early_dialog_end && !t->early_dialog_end);
	CU_ASSERT_STRING_EQUAL(s->user, "us\"er");
	CU_ASSERT_STRING_EQUAL(s->password, "Circle of Life");
	CU_ASSERT(!t->user && !t->password);
	CU_ASSERT(s->keepalive_ms == 30000 && s->keepalive_lost == 5 && s->keepalive_back == 4);
	CU_ASSERT(t->keepalive_ms == 0 && t->keepalive_lost == 3 && t->keepalive_back == 2);
}

static void check_pstn(const struct conf *c)
{
	CU_ASSERT(c->spans[0].t1 && c->spans[0].ulaw && c->spans[0].listen &&
		  c->spans[0].clock_master);
	CU_ASSERT(!c->spans[1].t1 && c->spans[1].ulaw && !c->spans[1].listen);
	CU_ASSERT_EQUAL(c->spans[1].type, CONF_SPAN_VIRTUAL);
	CU_ASSERT_EQUAL(c->linksets[0].opc, 1 << 11 | 2 << 3 | 3);
	CU_ASSERT_EQUAL(c->linksets[0].dpc, 16383);
	CU_ASSERT_EQUAL(c->linksets[0].network, 0);
	CU_ASSERT_EQUAL(c->linksets[0].n_links, 1);
	CU_ASSERT_EQUAL(c->linksets[0].links[0].slc, 0);
	CU_ASSERT_EQUAL(c->isups[0].dpc, 5);
	CU_ASSERT_EQUAL(c->isups[0].hunt, CONF_HUNT_CYCLIC);
	CU_ASSERT_EQUAL(c->isups[0].echo, CONF_ECHO_64);
	CU_ASSERT_EQUAL(c->isups[0].echo_block_ms, 4);
	CU_ASSERT(c->isups[0].no_nlp && c->isups[0].no_dtmf_detection);
	CU_ASSERT_EQUAL(c->isups[0].fax, CONF_FAX_OFF);
	CU_ASSERT(c->isups[0].no_transit_echo && c->isups[0].transit_detection);
	CU_ASSERT_STRING_EQUAL(c->isups[0].international_prefix, "00");
	CU_ASSERT_EQUAL(c->isups[0].n_circuits, 2);
	CU_ASSERT_EQUAL(c->isups[0].circuits[1].first_cic, 4081);
	CU_ASSERT_EQUAL(c->isups[0].circuits[1].timeslots, 0xfffe0000);
	CU_ASSERT_EQUAL(c->isups[0].n_timers, 2);
	CU_ASSERT_STRING_EQUAL(c->isups[0].timers[1].name, "T1");
	CU_ASSERT_EQUAL(c->isups[0].timers[1].ms, 500);
}

static void all_words(void)
{
	struct conf *c = read_right("all.conf", everything);

	CU_ASSERT_STRING_EQUAL(c->file, "all.conf");
	CU_ASSERT_STRING_EQUAL(c->log.level, "debug");
	CU_ASSERT_EQUAL(c->log.queue, 7);
	CU_ASSERT_STRING_EQUAL(c->control.group, "voice");
	check_sip(c);
	check_progress(c);
	check_pstn(c);
	check_routing(c);
	CU_ASSERT_EQUAL(c->n_routes, 2);
	CU_ASSERT_STRING_EQUAL(c->routes[0].to[1], "t");
	CU_ASSERT_EQUAL(c->routes[0].no_answer_ms, 90000);
	CU_ASSERT_STRING_EQUAL(c->routes[1].prefix, "");
	CU_ASSERT_PTR_NULL(c->routes[1].from);
	CU_ASSERT_PTR_EQUAL(conf_sip_find(c, "t"), &c->sips[1]);
	CU_ASSERT_PTR_EQUAL(conf_isup_find(c, "i"), &c->isups[0]);
	CU_ASSERT_PTR_EQUAL(conf_linkset_find(c, "ls"), &c->linksets[0]);
	CU_ASSERT_PTR_EQUAL(conf_span_find(c, "b"), &c->spans[1]);
	CU_ASSERT_PTR_NULL(conf_span_find(c, "i"));
	conf_free(c);
	conf_free(NULL);
}

static void defaults(void)
{
	struct conf *c = read_right(
		"x", "sip { listen = \"udp:1.2.3.4:5060\" } rtp { address = \"1.2.3.4\" }"
		     "span a { type = virtual cable = \"/a\" } sip p { host = q }");

	CU_ASSERT_PTR_NULL(c->log.file);
	CU_ASSERT_STRING_EQUAL(c->log.level, "info");
	CU_ASSERT_STRING_EQUAL(c->control.socket, "/run/causeway/control.sock");
	CU_ASSERT_EQUAL(c->sip.t1_ms, 500);
	CU_ASSERT(c->sip.call_check_ms == 300000 && !c->sips[0].call_check_set);
	CU_ASSERT_EQUAL(c->rtp.port_first, 10000);
	CU_ASSERT(c->media.threads == 1 && c->media.realtime);
	CU_ASSERT(!c->spans[0].ulaw);
	CU_ASSERT_EQUAL(c->spans[0].chunk_ms, 5);
	CU_ASSERT_EQUAL(c->sips[0].n_codecs, 3);
	CU_ASSERT_STRING_EQUAL(c->sips[0].codecs[0], "PCMA");
	CU_ASSERT_EQUAL(c->sips[0].ptime_ms, 20);
	CU_ASSERT_EQUAL(c->sips[0].dtmf, CONF_DTMF_RFC4733);
	CU_ASSERT_EQUAL(c->sips[0].dtmf_detection, CONF_DTMF_DETECTION_OFF);
	CU_ASSERT_EQUAL(c->sips[0].maxptime_ms, 60);
	CU_ASSERT_EQUAL(c->sips[0].events, 0x1FFFF);
	CU_ASSERT(!c->sips[0].audio_tone && !c->sips[0].redundancy && !c->sips[0].comfort_noise);
	CU_ASSERT(!c->sips[0].rtcp_mux && !c->sips[0].rtcp_xr && !c->sips[0].jitter_fixed);
	CU_ASSERT(!c->sips[0].jitter_set && !c->sips[0].jitter_max_ms);
	conf_free(c);
	c = read_right("smallest", smallest);
	CU_ASSERT_EQUAL(c->n_spans, 0);
	conf_free(c);
}

/* A trunk's as short as those of rtp { }: what the manual writes, and the least. */
static void short_delays(void)
{
	struct conf *c = read_right("x", "sip { listen = \"udp:1.2.3.4:5060\" }\n"
					 "rtp { address = \"1.2.3.4\" jitter = \"5-200\" }\n"
					 "sip p { host = q jitter = \"5-200\" }\n"
					 "sip r { host = q jitter = \"1-60\" }");

	CU_ASSERT(c->sips[0].jitter_min_ms == 5 && c->sips[0].jitter_max_ms == 200);
	CU_ASSERT(c->sips[1].jitter_min_ms == 1 && c->sips[1].jitter_max_ms == 60);
	conf_free(c);
}

static void print_and_read(const struct conf *conf)
{
	char *text = conf_print(conf);
	struct conf *again;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	again = read_right("printed", text);
	CU_ASSERT(conf_equal(conf, again));
	conf_free(again);
	free(text);
}

static void printed(void)
{
	struct conf *c = read_right("all.conf", everything);

	print_and_read(c);
	conf_free(c);
	c = read_right("smallest", smallest);
	print_and_read(c);
	conf_free(c);
}

static void examples(void)
{
	DIR *dir = opendir("conf/examples");
	unsigned n = 0, faults = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		char path[300];
		struct conf *c;

		if (strstr(e->d_name, "exchange") || !strstr(e->d_name, ".conf"))
			continue;
		snprintf(path, sizeof(path), "conf/examples/%s", e->d_name);
		c = conf_read(path, NULL, count_fault, &faults);
		CU_ASSERT_PTR_NOT_NULL_FATAL(c);
		print_and_read(c);
		conf_free(c);
		n++;
	}
	closedir(dir);
	CU_ASSERT(n > 0);
	CU_ASSERT_EQUAL(faults, 0);
}

static const char *const changes[][2] = {
	{ "queue = 7", "queue = 8" },
	{ "level = debug", "level = info" },
	{ "group = voice", "" },
	{ "udp:127.0.0.1:5060", "udp:127.0.0.2:5060" },
	{ "t1 = 1s", "t1 = 2s" },
	{ ", \"::1\"} }", "} }" },
	{ "0-500", "0-501" },
	{ "2000-2999", "2001-2999" },
	{ "framing = t1", "framing = e1" },
	{ "end = listen", "end = connect" },
	{ "opc = 1-2-3", "opc = 1-2-4" },
	{ "international link", "national link" },
	{ "dpc = 5", "" },
	{ "hunt = cyclic", "" },
	{ "echo-cancel = 64ms", "" },
	{ "echo-block = 4ms", "" },
	{ "echo-nlp = off", "" },
	{ "dtmf-detection = off", "" },
	{ "dtmf-detection = always", "dtmf-detection = on" },
	{ "fax = off", "fax = vbd" },
	{ "transit-echo-cancel = off", "" },
	{ "transit-detection = on", "" },
	{ "area = 30", "area = \"\"" },
	{ "area-code = 20", "area-code = 21" },
	{ "country = 49", "country-code = 48" },
	{ "numbers-out = dialled", "numbers-out = digits" },
	{ "9x -", "9x =" },
	{ "\"+ 00\"", "\"+ 011\"" },
	{ "max-calls-in = 20", "max-calls-in = 21" },
	{ "max-calls-out = 10", "" },
	{ "call-rate-in = 4", "" },
	{ "call-burst = 7", "call-burst = 8" },
	{ "return-calls = refuse", "" },
	{ "answers-484 = false", "" },
	{ "{\"+4930\", \"0\"}", "{\"+4930\"}" },
	{ "{ordinary, payphone}", "{payphone, ordinary}" },
	{ "bearer = {data, speech}", "" },
	{ "08:00-18:00", "08:00-18:01" },
	{ "hunt = percentage shares = {30, 70}", "hunt = percentage shares = {70, 30}" },
	{ "hunt = percentage shares = {30, 70}", "" },
	{ "38-41,127", "38-41,126" },
	{ "failover = \"17,34,38-41,127\"", "" },
	{ "attempts = 2", "attempts = 3" },
	{ "emergency = on", "" },
	{ "carrier = on", "carrier = off" },
	{ "enum = \"e164.example.org\"", "" },
	{ "cache = 5", "cache = 6" },
	{ "cic = 4081", "cic = 4080" },
	{ "17-31", "17-30" },
	{ "T7 = 25s", "T7 = 26s" },
	{ "T1 = 500ms", "T2 = 500ms" },
	{ "T1 = 500ms", "" },
	{ "transport = tcp", "transport = udp" },
	{ "transport = tcp", "" },
	{ "codecs = PCMU", "codecs = PCMA" },
	{ "0-15, 32-36", "0-15" },
	{ "redundancy = 2", "redundancy = 3" },
	{ "audio-tone = true", "" },
	{ "comfort-noise = true", "" },
	{ "vbd-payload = true", "" },
	{ "rtcp-mux = true", "" },
	{ "rtcp-xr = true", "" },
	{ "rtp-source = learned", "" },
	{ "jitter-buffer = fixed", "" },
	{ "jitter = \"40-90\"", "" },
	{ "maxptime = 40ms", "" },
	{ "rtp-timeout = 30s", "" },
	{ "silence-timeout = 40s", "" },
	{ "rtp-timeout = 50s", "" },
	{ "silence-timeout = 2min", "" },
	{ "rtp-failure = keep", "" },
	{ "trusted = true", "" },
	{ "prepend = \"0\"", "" },
	{ "to = {i, t}", "to = {t, i}" },
	{ "sip t { host = \"2001:db8::1\" }", "sip t { host = h }" },
	{ "route q { to = s enum = \"e164.example.org\" }", "" },
	{ "route q", "route qq" },
	{ "no-answer = 90s", "no-answer = 91s" },
	{ "portability = concatenated", "portability = gap" },
	{ "routing-number-digits = 5", "routing-number-digits = 6" },
	{ "carrier = cip ", "" },
	{ "own-carrier = 0288", "" },
	{ "carrier-code = {\"+491012\", \"5062\"}", "carrier-code = {\"+491012\"}" },
	{ "overlap-cancel = 2s", "" },
	{ "calling-name = display", "calling-name = generic-name" },
	{ "mlpp = true", "" },
	{ "mlpp-network = 0490", "" },
	{ "mlpp-domain = 77", "" },
	{ "connected-line = true", "" },
	{ "identity = remote-party-id", "" },
	{ "diversion = both", "diversion = off" },
	{ "{q735, ets}", "{ets, q735}" },
	{ "user-to-user = false", "" },
	{ "trunk-groups = true", "" },
	{ "trunk-context = \"tg.example\"", "" },
	{ "pc.example", "pd.example" },
};

/* One changed value makes two configurations differ, whichever it is. */
static void unequal(void)
{
	struct conf *a = read_right("a", everything);

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(everything, changes[i][0]);
		char text[sizeof(everything) + 64];
		struct conf *b;

		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - everything), everything,
			 changes[i][1], at + strlen(changes[i][0]));
		b = read_right("b", text);
		CU_ASSERT(!conf_equal(a, b) && !conf_equal(b, a));
		conf_free(b);
	}
	CU_ASSERT(conf_equal(a, a));
	conf_free(a);
}

static unsigned short seed[3];

static unsigned pick(unsigned n)
{
	return (unsigned)((unsigned long)nrand48(seed) % n);
}

static const char *pick_of(const char *words)
{
	static char word[32];
	unsigned n = 1;

	for (const char *p = words; *p; p++)
		n += *p == ' ';
	n = pick(n);
	while (n--)
		words = strchr(words, ' ') + 1;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(words, " "), words);
	return word;
}

static void random_pstn(FILE *out, unsigned spans)
{
	for (unsigned i = 0; i < spans; i++) {
		fprintf(out, "span s%u { type = virtual cable = \"/c%u\" chunk = %ums", i, i,
			1 + pick(20));
		fprintf(out, " end = %s", pick_of("listen connect"));
		fprintf(out, " law = %s }\n", pick_of("alaw ulaw"));
		fprintf(out, "linkset l%u { opc = %u dpc = %u", i, 1 + pick(8000), 9000 + i);
		fprintf(out, " network = %s", pick_of("national international national-spare"));
		fprintf(out, " link 0 { span = s%u timeslot = 16 } }\n", i);
		fprintf(out, "isup i%u { linkset = l%u hunt = %s", i, i,
			pick_of("ascending cyclic least-recent"));
		fprintf(out, " timers { T%u = %ums }", 1 + pick(40), pick(1000000));
		fprintf(out, " circuits s%u { cic = %u timeslots = \"%u-%u\" }", i, pick(4000),
			1 + pick(7), 8 + pick(8));
		fprintf(out, " circuits s%u { cic = %u timeslots = \"17,%u,31\" } }\n", i,
			4016 + pick(70), 18 + pick(12));
	}
}

static void random_sip(FILE *out, unsigned trunks)
{
	fprintf(out, "sip { listen = \"udp:1.2.3.4:%u\" t1 = %ums user-agent = \"\\\"%u\\$\" }\n",
		1 + pick(65535), 10 + pick(9000), pick(100));
	fprintf(out, "rtp { address = \"1.2.3.4\" ports = \"%u-%u\" }\n", 1024 + pick(1000),
		3000 + pick(1000));
	fprintf(out, "media { threads = %u priority = %s }\n", 1 + pick(16),
		pick_of("normal realtime"));
	for (unsigned i = 0; i < trunks; i++) {
		fprintf(out, "sip p%u { host = h%u port = %u ptime = %u0ms", i, pick(9),
			pick(65536), 1 + pick(4));
		fprintf(out, " dtmf = %s", pick_of("inband rfc4733 info"));
		fprintf(out, " dtmf-detection = %s", pick_of("off on always"));
		fprintf(out, " codecs = %s", pick_of("PCMA PCMU {PCMU,PCMA} {CLEARMODE,PCMA}"));
		fprintf(out, " redundancy = %u events = \"%u,%u-63\"", pick(4), pick(30),
			30 + pick(33));
		fprintf(out, " %s", pick_of("jitter=\"1-99\" rtcp-mux=true rtp-timeout=3s"));
		fprintf(out, " %s }\n", pick(2) ? "allow = {\"10.0.0.0/8\", \"::1/128\"}" : "");
		fprintf(out,
			"route r%u { to = {p%u, i0} prefix = \"%u\" strip = %u no-answer = %us }\n",
			i, pick(trunks), pick(100000), pick(33), pick(3600));
	}
}

static void random_ones(void)
{
	for (unsigned i = 0; i < 100; i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		struct conf *c;

		CU_ASSERT_PTR_NOT_NULL_FATAL(out);
		seed[0] = (unsigned short)i;
		random_pstn(out, 1 + pick(5));
		random_sip(out, 1 + pick(5));
		fclose(out);
		c = read_right("random", text);
		print_and_read(c);
		conf_free(c);
		free(text);
	}
}

/*
 * Out of memory at the n-th allocation that this program makes itself (libconfuse and libc get
 * theirs). A sanitizer owns the allocator, so the sweep runs without one.
 */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t octets);
extern void *__libc_realloc(void *p, size_t n);
extern void __libc_free(void *p);
extern char __executable_start, etext;

static void ignore_fault(void *arg, const char *text)
{
	(void)text;
	++*(unsigned *)arg;
}

static long allowed = -1; /* -1: all */
static long live;	  /* allocations of everybody, not yet freed */

static bool refuse(const void *caller)
{
	if (allowed < 0 || (const char *)caller < &__executable_start ||
	    (const char *)caller >= &etext)
		return false;
	if (allowed == 0)
		return true;
	allowed--;
	return false;
}

static void *count_live(void *p)
{
	live += p != NULL;
	return p;
}

void *malloc(size_t n)
{
	return refuse(__builtin_return_address(0)) ? NULL : count_live(__libc_malloc(n));
}

void *calloc(size_t n, size_t octets)
{
	return refuse(__builtin_return_address(0)) ? NULL : count_live(__libc_calloc(n, octets));
}

void *realloc(void *p, size_t n)
{
	if (refuse(__builtin_return_address(0)))
		return NULL;
	return p ? __libc_realloc(p, n) : count_live(__libc_realloc(p, n));
}

void *reallocarray(void *p, size_t n, size_t octets)
{
	if (refuse(__builtin_return_address(0)))
		return NULL;
	return p ? __libc_realloc(p, n * octets) : count_live(__libc_realloc(p, n * octets));
}

char *strdup(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = refuse(__builtin_return_address(0)) ? NULL : count_live(__libc_malloc(n));

	return copy ? memcpy(copy, text, n) : NULL;
}

void free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}

/* libconfuse keeps a buffer after its first use, so one reading comes before. */
static void out_of_memory(void)
{
	unsigned failed = 0, leaked = 0, untold = 0;
	struct conf *c = NULL;

	conf_free(read_right("x", everything));
	for (long n = 0; n < 2000; n++) {
		long before = live;
		unsigned faults = 0;

		allowed = n;
		c = conf_read_text("x", everything, NULL, ignore_fault, &faults);
		allowed = -1;
		if (c)
			break;
		untold += !faults;
		leaked += live != before;
		failed++;
	}
	CU_ASSERT_PTR_NOT_NULL(c);
	CU_ASSERT(failed > 50);
	CU_ASSERT_EQUAL(untold, 0);
	CU_ASSERT_EQUAL(leaked, 0);
	conf_free(c);
}
#else
static void out_of_memory(void)
{
	CU_PASS("the sanitizer owns the allocator");
}
#endif

/* What a-b-c is follows the variant, wherever in the file that stands. */
static void point_codes_are_of_their_variant(void)
{
	static const char text[] =
		"span a { type = virtual framing = t1 cable = \"/a\" }\n"
		"isup i { linkset = l dpc = 245-3-19 charge-number = 7035551000 jurisdiction = "
		"703555\n"
		" exit-message = true line-information = 0 circuits a { cic = 16361 timeslots = "
		"\"1-23\" } }\n"
		"linkset l { opc = 245-3-17 dpc = 16057106 variant = ansi sls-bits = 5 link 0 { "
		"span = a "
		"timeslot = "
		"24 } }\n";
	unsigned faults = 0;
	struct conf *conf = conf_read_text("x", text, NULL, count_fault, &faults), *again;
	char *again_text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	CU_ASSERT_TRUE(conf_is_ansi(conf_linkset_find(conf, "l")));
	CU_ASSERT_TRUE(conf->linksets[0].sls5);
	CU_ASSERT_EQUAL(conf->linksets[0].opc, 0xf50311);
	CU_ASSERT_EQUAL(conf->linksets[0].dpc, 0xf50312);
	CU_ASSERT_EQUAL(conf->isups[0].dpc, 0xf50313);
	CU_ASSERT_TRUE(conf->isups[0].ansi_timers);
	CU_ASSERT_TRUE(conf->isups[0].line_information_set);
	again_text = conf_print(conf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(again_text);
	CU_ASSERT_PTR_NOT_NULL(strstr(again_text, "opc = 245-3-17\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(again_text, "dpc = 245-3-18\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(again_text, "dpc = 245-3-19\n"));
	again = conf_read_text("x", again_text, NULL, count_fault, &faults);
	CU_ASSERT_TRUE(again && conf_equal(conf, again));
	free(again_text);
	conf_free(again);
	conf_free(conf);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "all words", all_words },
		{ "defaults", defaults },
		{ "short delays", short_delays },
		{ "printed", printed },
		{ "examples", examples },
		{ "unequal", unequal },
		{ "random ones", random_ones },
		{ "point codes", point_codes_are_of_their_variant },
		{ "out of memory", out_of_memory },
		CU_TEST_INFO_NULL,
	};

	return cu_run("conf read", tests, argc, argv);
}
