/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What callers hear of calls that are not answered: which treatment a trunk, a route and everybody have, and calls with
 * scripted legs and a media channel that only notes what it is asked to play.
 */
#include "gw/call/treatment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dsp/zone.h"
#include "gw/call/call.h"
#include "gw/media/wav.h"
#include "tests/unit/cu.h"

#define SOUND_SAMPLES 4000 /* 0.5 s */

struct media_channel {
	media_event_fn *fn;
	void *arg;
	enum media_tone tone;
	const struct zone *zone;
	struct media_sound *sound;
	bool loop;
	unsigned starts; /* of anything that sounds */
};

static struct {
	uint64_t now_us;
	struct timer_heap *heap;
	struct call_core *core;
	struct media_channel channel;
	struct leg in, out;
	char told[200]; /* leg in */
	struct leg_progress progress;
	struct trunk pbx, pstn;
	bool silent; /* leg out does not confirm its release */
	unsigned ended;
	struct call_observer observer;
	char faults[2000];
	char folder[40], wav[64], bad[64];
} lab;

/* ---- media ---- */

struct media_channel *media_channel_new(struct media_engine *engine, const char *label,
					media_event_fn *fn, void *arg)
{
	(void)engine, (void)label;
	lab.channel = (struct media_channel){ .fn = fn, .arg = arg };
	return &lab.channel;
}

void media_channel_close(struct media_channel *channel, bool want_closed)
{
	(void)channel, (void)want_closed;
}

void media_end_close(struct media_channel *channel, unsigned side)
{
	(void)channel, (void)side;
}

void media_end_mode(struct media_channel *channel, unsigned side, bool hear, bool speak)
{
	(void)channel, (void)side, (void)hear, (void)speak;
}

void media_dtmf_send(struct media_channel *channel, unsigned side, char digit, uint32_t duration_ms)
{
	(void)channel, (void)side, (void)digit, (void)duration_ms;
}

void media_signal_send(struct media_channel *channel, unsigned side, enum media_signal signal,
		       uint32_t duration_ms)
{
	(void)channel, (void)side, (void)signal, (void)duration_ms;
}

void media_supervise(struct media_channel *channel, unsigned side, uint32_t timeout_ms,
		     uint32_t silence_ms)
{
	(void)channel, (void)side, (void)timeout_ms, (void)silence_ms;
}

void media_stats(const struct media_channel *channel, unsigned side, struct media_end_stats *stats)
{
	(void)channel, (void)side;
	memset(stats, 0, sizeof(*stats));
}

bool media_is_bearer(const struct media_channel *channel, unsigned side)
{
	(void)channel, (void)side;
	return false;
}

bool media_joined_by_driver(const struct media_channel *channel)
{
	(void)channel;
	return false;
}

void media_tone(struct media_channel *channel, unsigned side, enum media_tone tone)
{
	CU_ASSERT_EQUAL(side, 0);
	channel->tone = tone;
	channel->sound = NULL;
	channel->starts += tone != MEDIA_TONE_NONE;
}

void media_tone_zone(struct media_channel *channel, unsigned side, const struct zone *zone)
{
	CU_ASSERT_EQUAL(side, 0);
	channel->zone = zone;
}

void media_play(struct media_channel *channel, unsigned side, struct media_sound *sound, bool loop)
{
	CU_ASSERT_EQUAL(side, 0);
	channel->tone = MEDIA_TONE_NONE;
	channel->sound = sound;
	channel->loop = loop;
	channel->starts++;
}

/* ---- legs ---- */

static void leg_event(struct leg *leg, const struct leg_event *event)
{
	const struct leg_event released = { .ev = LEG_EV_RELEASED, .release = event->release };

	if (leg == &lab.in) {
		size_t n = strlen(lab.told);

		snprintf(lab.told + n, sizeof(lab.told) - n, "%s ", leg_ev_name(event->ev));
		if (event->ev == LEG_EV_PROGRESS) {
			lab.progress = event->progress;
			call_ringback(leg->call, leg->side, false); /* as an ISUP leg does */
		}
	}
	if (event->ev == LEG_EV_RELEASE && (leg == &lab.in || !lab.silent))
		call_raise(leg, &released);
}

static void leg_describe(const struct leg *leg, char *text, size_t cap)
{
	snprintf(text, cap, "leg %u", leg->side);
}

static const struct leg_ops leg_ops = { .protocol = "fake",
					.event = leg_event,
					.describe = leg_describe };

static int seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		 const struct leg_attachment *attachment, struct leg **leg, enum q850_cause *cause)
{
	(void)setup, (void)attachment, (void)cause;
	lab.out = (struct leg){ .ops = &leg_ops, .trunk = trunk };
	*leg = &lab.out;
	call_bind(call, *leg);
	return 0;
}

static bool available(const struct trunk *trunk)
{
	(void)trunk;
	return true;
}

static const struct trunk_ops trunk_ops = { .protocol = "fake",
					    .seize = seize,
					    .available = available };

/* ---- the lab ---- */

static void fault(void *arg, const char *text)
{
	size_t n = strlen(lab.faults);

	(void)arg;
	snprintf(lab.faults + n, sizeof(lab.faults) - n, "%s\n", text);
}

static const char conf_text[] =
	"sip { listen = {\"udp:127.0.0.1:5060\"} } rtp { address = \"127.0.0.1\" }\n"
	"tones { country = \"uk\" time = 3s }\n"
	"treatment { busy = \"tone\" unobtainable = \"%s\" }\n"
	"sip \"pbx\" { host = \"192.0.2.1\" tones = \"de\" treatment { ringback = \"%s\" } }\n"
	"sip \"pstn\" { host = \"192.0.2.2\" }\n"
	"route \"all\" { to = {\"pstn\"} }\n"
	"route \"unanswered\" { prefix = \"8\" to = {\"pstn\"} no-answer = 5s treatment { cause = "
	"{\"19 %s\"} } }\n"
	"route \"special\" { prefix = \"9\" to = {\"pstn\"} treatment { busy = \"%s\" ringback = "
	"\"tone\" cause = {\"19 %s\", \"42 tone\", \"27 none\", \"21 tone\"} } }\n";

static struct conf *conf_of(const char *path)
{
	char text[1500];
	struct conf *conf;

	snprintf(text, sizeof(text), conf_text, path, path, path, path, path);
	lab.faults[0] = '\0';
	conf = conf_read_text("test.conf", text, NULL, fault, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(conf);
	return conf;
}

static void ended(void *arg, const struct call_record *record)
{
	(void)arg, (void)record;
	lab.ended++;
}

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static void run_ms(unsigned ms)
{
	lab.now_us += ms * UINT64_C(1000);
	timer_heap_run(lab.heap);
}

static void write_file(const char *path, const void *octets, size_t n)
{
	FILE *out = fopen(path, "wb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(fwrite(octets, 1, n, out), n);
	fclose(out);
}

static void files_make(void)
{
	uint8_t file[WAV_HEADER_OCTETS + SOUND_SAMPLES] = { 0 };

	snprintf(lab.folder, sizeof(lab.folder), "/tmp/treatment-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(lab.folder));
	snprintf(lab.wav, sizeof(lab.wav), "%s/a.wav", lab.folder);
	snprintf(lab.bad, sizeof(lab.bad), "%s/bad.wav", lab.folder);
	wav_header(file, G711_A, SOUND_SAMPLES);
	write_file(lab.wav, file, sizeof(file));
	file[24] = 0x80; /* 16,000 samples/s */
	file[25] = 0x3e;
	write_file(lab.bad, file, sizeof(file));
}

static void files_remove(void)
{
	unlink(lab.wav);
	unlink(lab.bad);
	rmdir(lab.folder);
}

static void open_lab_with(uint32_t release_timeout_ms)
{
	static const struct clock_source clock = { .now_us = lab_now };
	struct call_core_conf core = { .media = (struct media_engine *)&lab,
				       .release_timeout_ms = release_timeout_ms };
	struct conf *conf;

	memset(&lab, 0, sizeof(lab));
	files_make();
	lab.now_us = 1;
	lab.heap = timer_heap_new(&clock);
	core.heap = lab.heap;
	lab.core = call_core_new(&core);
	lab.observer.ended = ended;
	call_core_observe(lab.core, &lab.observer);
	lab.pbx = (struct trunk){ .ops = &trunk_ops, .name = "pbx" };
	lab.pstn = (struct trunk){ .ops = &trunk_ops, .name = "pstn" };
	call_core_add_trunk(lab.core, &lab.pbx);
	call_core_add_trunk(lab.core, &lab.pstn);
	conf = conf_of(lab.wav);
	call_core_set_treatments(lab.core, treatments_new(conf, fault, NULL));
	call_core_set_routes(lab.core, route_table_new(conf->routes, conf->n_routes));
	conf_free(conf); /* nothing is kept of it */
	CU_ASSERT_STRING_EQUAL(lab.faults, "");
}

static void open_lab(void)
{
	open_lab_with(0);
}

static void close_lab(void)
{
	call_core_release_all(lab.core, Q850_TEMPORARY_FAILURE);
	call_core_free(lab.core);
	timer_heap_free(lab.heap);
	files_remove();
}

static void call_as(struct trunk *trunk, const char *digits, bool interworking, bool deaf)
{
	struct leg_setup setup = { .complete = true, .interworking = interworking };
	const struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &setup };
	enum q850_cause cause;

	snprintf(setup.called.digits, sizeof(setup.called.digits), "%s", digits);
	lab.in = (struct leg){ .ops = &leg_ops, .trunk = trunk, .deaf = deaf };
	lab.out = (struct leg){ 0 };
	lab.told[0] = '\0';
	CU_ASSERT_PTR_NOT_NULL_FATAL(call_new(lab.core, &lab.in, &cause));
	call_raise(&lab.in, &event);
}

static void call_in(struct trunk *trunk, const char *digits)
{
	call_as(trunk, digits, false, false);
}

static void release_out(enum q850_cause cause)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = { .cause = cause } };

	call_raise(&lab.out, &event);
}

static void played(void)
{
	const struct media_event event = { .kind = MEDIA_EV_PLAYED };

	lab.channel.fn(lab.channel.arg, &lab.channel, &event);
}

/* ---- tests ---- */

static bool is(const struct treatments *t, const char *trunk, const char *route,
	       enum treatment_kind kind, const char *what)
{
	struct treatment found = treatments_find(t, trunk, route, kind);

	return strcmp(what, !found.wanted ? "none" : found.sound ? "sound" : "tone") == 0;
}

static void precedence(void)
{
	struct conf *conf;
	struct treatments *t;

	memset(&lab, 0, sizeof(lab));
	files_make();
	conf = conf_of(lab.wav);
	t = treatments_new(conf, fault, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	CU_ASSERT(is(t, "pstn", NULL, TREATMENT_BUSY, "tone"));
	CU_ASSERT(is(t, "pstn", "special", TREATMENT_BUSY, "sound"));
	CU_ASSERT(is(t, "pbx", "all", TREATMENT_BUSY, "tone"));
	CU_ASSERT(is(t, "pbx", "all", TREATMENT_RINGBACK, "sound"));
	CU_ASSERT(is(t, "pbx", "special", TREATMENT_RINGBACK, "tone"));
	CU_ASSERT(is(t, "pstn", "all", TREATMENT_RINGBACK, "none"));
	CU_ASSERT(is(t, "pbx", NULL, TREATMENT_UNOBTAINABLE, "sound"));
	CU_ASSERT(is(t, "pbx", "special", TREATMENT_CONGESTION, "none"));
	CU_ASSERT_STRING_EQUAL(treatments_find(t, "pbx", NULL, TREATMENT_BUSY).zone->country, "de");
	CU_ASSERT_STRING_EQUAL(treatments_find(t, "pstn", NULL, TREATMENT_BUSY).zone->country,
			       "uk");
	CU_ASSERT_STRING_EQUAL(treatments_find(NULL, "pstn", NULL, TREATMENT_BUSY).zone->country,
			       "itu");
	/* one file is one sound */
	CU_ASSERT_PTR_EQUAL(treatments_find(t, "pbx", NULL, TREATMENT_RINGBACK).sound,
			    treatments_find(t, "x", "special", TREATMENT_BUSY).sound);
	CU_ASSERT_EQUAL(treatments_tone_ms(t), 3000);
	treatments_free(t);
	conf_free(conf);
	files_remove();
}

/* File, reason and what would be right, for every file that is wrong. */
static void wrong_files(void)
{
	struct conf *conf;

	memset(&lab, 0, sizeof(lab));
	files_make();
	conf = conf_of(lab.bad);
	CU_ASSERT_PTR_NULL(treatments_new(conf, fault, NULL));
	CU_ASSERT_PTR_NOT_NULL(strstr(lab.faults, "test.conf: announcement /tmp/treatment-"));
	CU_ASSERT_PTR_NOT_NULL(strstr(lab.faults, "bad.wav: not 8000 samples/s"));
	CU_ASSERT_PTR_NOT_NULL(strstr(lab.faults, "right is a WAV file of 8000 samples/s, mono"));
	conf_free(conf);
	conf = conf_of("/nowhere/a.wav");
	CU_ASSERT_PTR_NULL(treatments_new(conf, fault, NULL));
	CU_ASSERT_PTR_NOT_NULL(strstr(lab.faults, "/nowhere/a.wav: No such file"));
	conf_free(conf);
	files_remove();
}

/* A busy tone for its time, as early media, then the release. */
static void failure_tone(void)
{
	open_lab();
	call_in(&lab.pbx, "123");
	release_out(Q850_BUSY);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	CU_ASSERT(lab.progress.in_band && lab.progress.cause == Q850_BUSY);
	CU_ASSERT_EQUAL(lab.channel.tone, MEDIA_TONE_BUSY);
	CU_ASSERT_STRING_EQUAL(lab.channel.zone->country, "de");
	run_ms(2999);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	run_ms(2);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
	CU_ASSERT_EQUAL(lab.ended, 1);
	close_lab();
}

/* An announcement once, released when it is over; when nothing is heard of it, soon after it should be. */
static void failure_announced(void)
{
	open_lab();
	call_in(&lab.pbx, "9");
	release_out(Q850_BUSY);
	CU_ASSERT_PTR_NOT_NULL(lab.channel.sound);
	CU_ASSERT_FALSE(lab.channel.loop);
	run_ms(500);
	played();
	run_ms(100);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	run_ms(101);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
	call_in(&lab.pbx, "9");
	release_out(Q850_BUSY);
	run_ms(2499);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	run_ms(2);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
	CU_ASSERT_EQUAL(lab.ended, 2);
	close_lab();
}

/* The gateway's own failures are told of, too. */
static void no_route(void)
{
	struct conf *conf;

	open_lab();
	call_core_set_routes(lab.core, route_table_new(NULL, 0));
	call_in(&lab.pbx, "123");
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	CU_ASSERT_PTR_NOT_NULL(lab.channel.sound);
	/* and a reload does not take away what is played */
	conf = conf_of(lab.wav);
	call_core_set_treatments(lab.core, treatments_new(conf, fault, NULL));
	conf_free(conf);
	played();
	run_ms(201);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
	close_lab();
}

static void not_treated(void)
{
	static const struct leg_event answer = { .ev = LEG_EV_ANSWER };

	open_lab();
	call_in(&lab.pbx, "123");
	release_out(Q850_REJECTED); /* no tone is for it */
	CU_ASSERT_STRING_EQUAL(lab.told, "release ");
	call_in(&lab.pbx, "123");
	release_out(Q850_CONGESTION); /* not configured */
	CU_ASSERT_STRING_EQUAL(lab.told, "release ");
	call_in(&lab.pbx, "123");
	call_raise(&lab.out, &answer);
	release_out(Q850_BUSY);
	CU_ASSERT_STRING_EQUAL(lab.told, "answer release ");
	CU_ASSERT_EQUAL(lab.channel.starts, 0);
	CU_ASSERT_EQUAL(lab.ended, 3);
	close_lab();
}

/* What is said of a cause goes before what is said of its kind, and before what everybody has. */
static void by_cause(void)
{
	open_lab();
	call_in(&lab.pbx, "9");
	release_out(Q850_NO_ANSWER);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	CU_ASSERT_PTR_NOT_NULL(lab.channel.sound);
	played();
	run_ms(201);
	call_in(&lab.pbx, "9");
	release_out(Q850_CONGESTION);
	CU_ASSERT_EQUAL(lab.channel.tone, MEDIA_TONE_CONGESTION);
	run_ms(3001);
	/* No tone is for this cause by itself. */
	call_in(&lab.pbx, "9");
	release_out(Q850_REJECTED);
	CU_ASSERT_EQUAL(lab.channel.tone, MEDIA_TONE_CONGESTION);
	run_ms(3001);
	call_in(&lab.pbx, "9");
	release_out(Q850_OUT_OF_ORDER);
	CU_ASSERT_STRING_EQUAL(lab.told, "release ");
	call_in(&lab.pbx, "123");
	release_out(Q850_OUT_OF_ORDER);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	played();
	run_ms(201);
	CU_ASSERT_EQUAL(lab.ended, 5);
	close_lab();
}

/* RFC 3666 3.6: a caller beyond interworking hears a tone whatever is configured; one who cannot hear is not kept waiting. */
static void by_caller(void)
{
	open_lab();
	call_as(&lab.pbx, "123", true, false);
	release_out(Q850_CONGESTION);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
	CU_ASSERT_EQUAL(lab.channel.tone, MEDIA_TONE_CONGESTION);
	run_ms(3001);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
	call_as(&lab.pbx, "123", true, false);
	release_out(Q850_REJECTED);
	CU_ASSERT_STRING_EQUAL(lab.told, "release ");
	call_as(&lab.pbx, "123", false, true);
	release_out(Q850_BUSY);
	CU_ASSERT_STRING_EQUAL(lab.told, "release ");
	CU_ASSERT_EQUAL(lab.ended, 3);
	close_lab();
}

/* The caller hangs up in the middle; a shutdown does not wait. */
static void cut_short(void)
{
	static const struct leg_event release = { .ev = LEG_EV_RELEASE,
						  .release = { .cause = Q850_NORMAL } };

	open_lab();
	call_in(&lab.pbx, "123");
	release_out(Q850_BUSY);
	call_raise(&lab.in, &release);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress released ");
	CU_ASSERT_EQUAL(lab.ended, 1);
	run_ms(10000);
	call_in(&lab.pbx, "123");
	release_out(Q850_BUSY);
	call_core_release_all(lab.core, Q850_TEMPORARY_FAILURE);
	CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
	call_in(&lab.pbx, "123");
	call_core_release_all(lab.core, Q850_TEMPORARY_FAILURE);
	CU_ASSERT_STRING_EQUAL(lab.told, "release ");
	CU_ASSERT_EQUAL(lab.ended, 3);
	close_lab();
}

/* What the gateway releases by itself: the guard over releases does not cut short what the caller hears, whether or not the
 * other leg confirms. */
static void longer_than_the_guard(void)
{
	for (unsigned silent = 0; silent < 2; silent++) {
		open_lab_with(1000);
		lab.silent = silent;
		call_in(&lab.pbx, "8");
		run_ms(5000);
		CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
		run_ms(1001);
		CU_ASSERT_STRING_EQUAL(lab.told, "progress ");
		run_ms(1500);
		CU_ASSERT_STRING_EQUAL(lab.told, "progress release ");
		CU_ASSERT_EQUAL(lab.ended, 1);
		close_lab();
	}
}

/* Ringback as the route has it, or else the trunk, or else the tone; not begun anew, and not after the answer. */
static void ringback(void)
{
	open_lab();
	call_in(&lab.pbx, "123");
	call_ringback(lab.in.call, 0, true);
	call_ringback(lab.in.call, 0, true);
	CU_ASSERT(lab.channel.sound && lab.channel.loop && lab.channel.starts == 1);
	call_ringback(lab.in.call, 0, false);
	CU_ASSERT_PTR_NULL(lab.channel.sound);
	call_core_release_all(lab.core, Q850_NORMAL);
	call_in(&lab.pbx, "9");
	call_ringback(lab.in.call, 0, true);
	CU_ASSERT(!lab.channel.sound && lab.channel.tone == MEDIA_TONE_RINGBACK);
	CU_ASSERT_STRING_EQUAL(lab.channel.zone->country, "de");
	call_core_release_all(lab.core, Q850_NORMAL);
	call_in(&lab.pstn, "123");
	call_ringback(lab.in.call, 0, true);
	CU_ASSERT(!lab.channel.sound && lab.channel.tone == MEDIA_TONE_RINGBACK);
	CU_ASSERT_STRING_EQUAL(lab.channel.zone->country, "uk");
	close_lab();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "precedence", precedence },
		{ "wrong files", wrong_files },
		{ "a failure's tone", failure_tone },
		{ "a failure announced", failure_announced },
		{ "no route", no_route },
		{ "not treated", not_treated },
		{ "by cause", by_cause },
		{ "by caller", by_caller },
		{ "cut short", cut_short },
		{ "longer than the guard", longer_than_the_guard },
		{ "ringback", ringback },
		CU_TEST_INFO_NULL,
	};

	return cu_run("treatment", tests, argc, argv);
}
