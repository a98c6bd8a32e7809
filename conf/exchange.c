/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The grammar of causeway-exchange's configuration, with the sections that it shares with causeway,
 * and its checks. */
#include "conf/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/grammar.h"
#include "conf/points.h"
#include "conf/report.h"
#include "gw/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SECOND 1000u
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

#define HZ_MIN	 100
#define HZ_MAX	 3900 /* below half of 8,000 samples/s */
#define DBM0_MIN (-60)

static const char *const no_yes[] = { "false", "true", NULL };
static const char *const yes_no[] = { "true", "false", NULL };
static const char *const levels[] = { "error", "warning", "notice", "info", "debug", NULL };
static const char *const actions[] = { "answer",    "connect",	   "overlap", "busy",
				       "no-answer", "unallocated", "reject",  "announce-release",
				       "silent",    NULL };
static const char *const records[] = { "false", "true", "early", NULL };
static const char *const natures[] = { "unknown", "subscriber", "national", "international", NULL };
static const char *const presentations[] = { "allowed", "restricted", NULL };
static const char *const starts[] = { "ready", "trigger", NULL };

/* clang-format off */
#define AT(member) .at = offsetof(struct conf_exchange, member)
static const struct conf_field log_fields[] = {
	{"file", &conf_kind_path, AT(log.file)},
	{"level", &conf_kind_text_word, AT(log.level), .words = levels, .fallback = "info"},
	{"queue", &conf_kind_uint, AT(log.queue), .min = 1, .max = 1000000, .fallback = "10000"},
};
static const struct conf_field report_fields[] = {{"file", &conf_kind_path, AT(report.file)}};
static const struct conf_field control_fields[] = {{"socket", &conf_kind_socket, AT(control.socket)}};
static const struct conf_field recordings_fields[] = {
	{"folder", &conf_kind_path, AT(recordings.folder), .fallback = "."},
};
static const struct conf_field plan_fields[] = {
	{"national-prefix", &conf_kind_digits, AT(plan.national_prefix), .fallback = ""},
	{"international-prefix", &conf_kind_digits, AT(plan.international_prefix), .fallback = ""},
	{"min-digits", &conf_kind_uint, AT(plan.min_digits), .max = 32, .fallback = "0"},
};
#undef AT

#define AT(member) .at = offsetof(struct conf_circuits, member)
static const struct conf_field circuits_title = {"span", &conf_kind_name, AT(span)};
static const struct conf_field circuits_fields[] = {
	{"cic", &conf_kind_uint, AT(first_cic), .max = 16383, .required = true},
	{"timeslots", &conf_kind_timeslots, AT(timeslots), .required = true},
};
#undef AT

#define SCRIPT_FIELDS                                                                              \
	{"play", &conf_kind_text, AT(script.play), .fallback = "silence"},                         \
	{"record", &conf_kind_word, AT(script.record), .words = records, .fallback = "false"},     \
	{"send-dtmf", &conf_kind_text, AT(script.send_dtmf)},                                      \
	{"dtmf-delay", &conf_kind_ms, AT(script.dtmf_delay_ms), .max = HOUR, .fallback = "500ms"}, \
	{"hold", &conf_kind_ms, AT(script.hold_ms), .max = HOUR, .fallback = "0ms"},               \
	{"echo-erl", &conf_kind_uint, AT(script.echo_erl_db), .max = 60, .fallback = "0"},         \
	{"echo-delay", &conf_kind_ms, AT(script.echo_delay_ms), .max = 120, .fallback = "0ms"}

#define AT(member) .at = offsetof(struct conf_number, member)
static const struct conf_field number_title = {"digits", &conf_kind_dial, AT(digits)};
static const struct conf_field number_fields[] = {
	{"action", &conf_kind_word, AT(action), .words = actions, .required = true},
	{"delay", &conf_kind_ms, AT(delay_ms), .max = HOUR, .fallback = "0ms"},
	{"early", &conf_kind_text, AT(early)},
	{"ring-in-band", &conf_kind_flag, AT(in_band), .words = no_yes, .fallback = "false"},
	{"cause", &conf_kind_uint, AT(cause), .max = 127, .fallback = "0"},
	{"digits-needed", &conf_kind_uint, AT(digits_needed), .max = 32, .fallback = "0"},
	{"parameters", &conf_kind_octets, AT(script.parameters),
	 .other_at = offsetof(struct conf_number, script.n_parameters), .max = CONF_PARAMETERS_MAX, .list = true},
	SCRIPT_FIELDS,
};
#undef AT

#define AT(member) .at = offsetof(struct conf_originate, member)
static const struct conf_field originate_title = {"name", &conf_kind_name, AT(name)};
static const struct conf_field originate_fields[] = {
	{"called", &conf_kind_dial, AT(called), .required = true},
	{"calling", &conf_kind_dial, AT(calling)},
	{"noa", &conf_kind_word, AT(noa), .words = natures, .fallback = "unknown"},
	{"calling-noa", &conf_kind_word, AT(calling_noa), .words = natures, .fallback = "national"},
	{"presentation", &conf_kind_flag, AT(restricted), .words = presentations, .fallback = "allowed"},
	{"end-signal", &conf_kind_flag, AT(no_st), .words = yes_no, .fallback = "true"},
	{"interworking", &conf_kind_flag, AT(interworking), .words = no_yes, .fallback = "false"},
	{"overlap", &conf_kind_flag, AT(overlap), .words = no_yes, .fallback = "false"},
	{"first-digits", &conf_kind_uint, AT(first_digits), .min = 1, .max = 32, .fallback = "4"},
	{"digit-interval", &conf_kind_ms, AT(digit_interval_ms), .min = 1, .max = MINUTE, .fallback = "200ms"},
	{"start", &conf_kind_flag, AT(triggered), .words = starts, .fallback = "ready"},
	{"after", &conf_kind_ms, AT(after_ms), .max = HOUR, .fallback = "0ms"},
	{"count", &conf_kind_uint, AT(count), .min = 1, .max = 1000000, .fallback = "1"},
	{"interval", &conf_kind_ms, AT(interval_ms), .max = HOUR, .fallback = "1s"},
	{"give-up", &conf_kind_ms, AT(give_up_ms), .max = HOUR, .fallback = "0ms"},
	{"parameters", &conf_kind_octets, AT(script.parameters),
	 .other_at = offsetof(struct conf_originate, script.n_parameters), .max = CONF_PARAMETERS_MAX, .list = true},
	SCRIPT_FIELDS,
};
#undef AT

#define ONCE(name_, fields_) {name_, .fields = fields_, .n_fields = COUNT(fields_)}
#define MANY(name_, title_, type_, array_, count_, fields_)                                        \
	{name_, .title = &title_, .at = offsetof(struct conf_exchange, array_),                    \
	 .count_at = offsetof(struct conf_exchange, count_), .octets = sizeof(struct type_),       \
	 .fields = fields_, .n_fields = COUNT(fields_), .repeats = true}

#define SPAN	0
#define LINKSET 1
/* Those shared with causeway are filled in by grammar(). */
static struct conf_section root_sections[] = {
	[SPAN] = {.at = offsetof(struct conf_exchange, spans), .count_at = offsetof(struct conf_exchange, n_spans)},
	[LINKSET] = {.at = offsetof(struct conf_exchange, linksets), .count_at = offsetof(struct conf_exchange, n_linksets)},
	ONCE("log", log_fields),
	ONCE("report", report_fields),
	ONCE("control", control_fields),
	ONCE("recordings", recordings_fields),
	ONCE("plan", plan_fields),
	MANY("circuits", circuits_title, conf_circuits, circuits, n_circuits, circuits_fields),
	{"timers", .at = offsetof(struct conf_exchange, timers), .count_at = offsetof(struct conf_exchange, n_timers),
	 .octets = sizeof(struct conf_timer), .keys = true},
	MANY("number", number_title, conf_number, numbers, n_numbers, number_fields),
	MANY("originate", originate_title, conf_originate, originates, n_originates, originate_fields),
};
/* clang-format on */

static const struct conf_section exchange_root = { .name = "configuration",
						   .sections = root_sections,
						   .n_sections = COUNT(root_sections) };

static void share_section(struct conf_section *section, const char *name)
{
	const struct conf_section *shared = conf_section_find(&conf_root, name, strlen(name), true);
	size_t at = section->at, count_at = section->count_at;

	*section = *shared;
	section->at = at;
	section->count_at = count_at;
}

/* --- what can be played --- */

static bool hertz_parse(struct str text, float *hz)
{
	uint64_t value;

	if (str_to_u64(text, HZ_MAX, &value) || value < HZ_MIN)
		return false;
	*hz = (float)value;
	return true;
}

static bool level_parse(struct str text, float *dbm0)
{
	bool below = text.n && text.p[0] == '-';
	uint64_t value;

	if (below)
		text = (struct str){ text.p + 1, text.n - 1 };
	if (str_to_u64(text, below ? -DBM0_MIN : 3, &value))
		return false;
	*dbm0 = below ? -(float)value : (float)value;
	return true;
}

/* The text before the first of sign, and after it in *rest (p NULL: there is none). */
static struct str cut(struct str text, char sign, struct str *rest)
{
	const char *at = memchr(text.p, sign, text.n);

	*rest = STR_NONE;
	if (!at)
		return text;
	*rest = (struct str){ at + 1, text.n - (size_t)(at + 1 - text.p) };
	return (struct str){ text.p, (size_t)(at - text.p) };
}

static bool tone_parse(const char *text, struct conf_play *play)
{
	static const struct {
		const char *name;
		enum conf_play_kind kind;
	} names[] = {
		{ "ringback", CONF_PLAY_RINGBACK },
		{ "busy", CONF_PLAY_BUSY },
		{ "congestion", CONF_PLAY_CONGESTION },
	};
	struct str level, second, first;

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(names[i].name, text) == 0) {
			play->kind = names[i].kind;
			return true;
		}
	}
	play->kind = CONF_PLAY_TONE;
	play->dbm0 = CONF_PLAY_DBM0;
	first = cut(cut(str_c(text), '@', &level), '+', &second);
	return hertz_parse(first, &play->hz[0]) &&
	       (!second.p || hertz_parse(second, &play->hz[1])) &&
	       (!level.p || level_parse(level, &play->dbm0));
}

bool conf_play_parse(const char *text, struct conf_play *play)
{
	struct str t = str_c(text);

	*play = (struct conf_play){ .kind = CONF_PLAY_SILENCE };
	if (strcmp(text, "silence") == 0)
		return true;
	if (strcmp(text, "echo") == 0) {
		play->kind = CONF_PLAY_ECHO;
		return true;
	}
	if (str_starts(t, STR("file:")) && t.n > 5) {
		play->kind = CONF_PLAY_FILE;
		play->file = text + 5;
		return true;
	}
	return str_starts(t, STR("tone:")) && tone_parse(text + 5, play);
}

bool conf_octets_valid(const char *text)
{
	return conf_kind_octets.valid(text);
}

/* --- checks of the whole --- */

static void check_play(struct conf_report *report, const char *word, char *const *text)
{
	struct conf_play play;

	if (*text && !conf_play_parse(*text, &play))
		conf_report_at(report, text,
			       "%s \"%s\" is not valid; write silence, echo, file:PATH, tone:425, "
			       "tone:697+1209@-10, tone:ringback, tone:busy or tone:congestion",
			       word, *text);
}

static void check_script(struct conf_report *report, const struct conf_script *script)
{
	const char *dtmf = script->send_dtmf;

	check_play(report, "play", &script->play);
	if (dtmf && (dtmf[strspn(dtmf, "0123456789*#ABCD")] || strlen(dtmf) > 32))
		conf_report_at(report, &script->send_dtmf,
			       "send-dtmf \"%s\" is not valid; write up to 32 of 0-9 * # A-D",
			       dtmf);
}

static void check_number(const struct conf_exchange *conf, struct conf_report *report, size_t index)
{
	const struct conf_number *number = &conf->numbers[index];

	check_script(report, &number->script);
	check_play(report, "early", &number->early);
	if (number->digits && strchr(number->digits, '+'))
		conf_report_at(report, &number->digits,
			       "number \"%s\" has a +; write the digits as they are signalled",
			       number->digits);
	if (number->action == CONF_ACTION_OVERLAP && !number->digits_needed &&
	    conf_report_usable(report, &number->action))
		conf_report_at(
			report, &number->action,
			"action overlap has no digits-needed; write digits-needed = 1 to 32");
	if (number->action == CONF_ACTION_ANNOUNCE_RELEASE && !number->early &&
	    conf_report_usable(report, &number->action))
		conf_report_at(report, &number->action,
			       "action announce-release has no early; write early = \"file:PATH\"");
	for (size_t i = 0; number->digits && i < index; i++) {
		if (conf->numbers[i].digits && strcmp(conf->numbers[i].digits, number->digits) == 0)
			conf_report_at(report, &number->digits,
				       "number \"%s\" is there already, in line %d; write it once",
				       number->digits,
				       conf_report_line_of(report, &conf->numbers[i].digits));
	}
}

static void check_originate(const struct conf_exchange *conf, struct conf_report *report,
			    size_t index)
{
	const struct conf_originate *o = &conf->originates[index];

	check_script(report, &o->script);
	if (o->overlap && conf->n_linksets && conf->linksets[0].ansi)
		conf_report_at(report, &o->overlap,
			       "overlap = true does not go with variant = ansi, which has no SAM; "
			       "leave it out");
	if (o->called && (!o->called[0] || strchr(o->called, '+') || strlen(o->called) > 32))
		conf_report_at(report, &o->called,
			       "called \"%s\" is not valid; write 1 to 32 digits and the nature "
			       "of address as noa",
			       o->called);
	if (o->calling && (strchr(o->calling, '+') || strlen(o->calling) > 32))
		conf_report_at(report, &o->calling,
			       "calling \"%s\" is not valid; write at most 32 digits and the "
			       "nature of address as calling-noa",
			       o->calling);
	for (size_t i = 0; o->name && i < index; i++) {
		if (conf->originates[i].name && strcmp(conf->originates[i].name, o->name) == 0)
			conf_report_at(
				report, &o->name,
				"originate \"%s\" is there already, in line %d; write another name",
				o->name, conf_report_line_of(report, &conf->originates[i].name));
	}
}

/* By span: bit n is timeslot n. */
struct timeslots {
	const struct conf_exchange *conf;
	struct conf_report *report;
	uint32_t *used; /* own */
};

static void claim(struct timeslots *slots, char *const *span, uint32_t timeslots,
		  const void *member)
{
	const struct conf_exchange *conf = slots->conf;
	size_t i = 0;

	if (!*span)
		return;
	while (i < conf->n_spans &&
	       (!conf->spans[i].name || strcmp(conf->spans[i].name, *span) != 0))
		i++;
	if (i == conf->n_spans) {
		conf_report_at(
			slots->report, span,
			"no span \"%s\" is defined; write the name of a span, or span \"%s\" { }",
			*span, *span);
		return;
	}
	if (conf->spans[i].t1 && timeslots >> 25)
		conf_report_at(
			slots->report, member,
			"span \"%s\" is a T1 and has 24 timeslots; write timeslots from 1 to 24",
			*span);
	if (slots->used[i] & timeslots)
		conf_report_at(slots->report, member,
			       "timeslot %d of span \"%s\" is used twice; leave it out once",
			       __builtin_ctz(slots->used[i] & timeslots), *span);
	slots->used[i] |= timeslots;
}

static bool cics_overlap(const struct conf_circuits *a, const struct conf_circuits *b)
{
	unsigned na = (unsigned)__builtin_popcount(a->timeslots);
	unsigned nb = (unsigned)__builtin_popcount(b->timeslots);

	return a->first_cic < b->first_cic + nb && b->first_cic < a->first_cic + na;
}

static void check_circuits(const struct conf_exchange *conf, struct conf_report *report, size_t i)
{
	const struct conf_circuits *c = &conf->circuits[i];
	unsigned n = (unsigned)__builtin_popcount(c->timeslots);
	unsigned max = conf_cic_max(conf->n_linksets ? conf->linksets : NULL);

	if (n && c->first_cic + n - 1 > max)
		conf_report_at(report, &c->first_cic,
			       "%u circuits from cic %u end beyond %u; write a cic of at most %u",
			       n, c->first_cic, max, max + 1 - n);
	for (size_t k = 0; k < i; k++) {
		if (cics_overlap(c, &conf->circuits[k]))
			conf_report_at(
				report, &c->first_cic,
				"circuits in line %d have some of these codes; write another cic",
				conf_report_line_of(report, &conf->circuits[k].first_cic));
	}
}

static void check_timeslots(const struct conf_exchange *conf, struct conf_report *report)
{
	struct timeslots slots = { conf, report, calloc(conf->n_spans + 1, sizeof(uint32_t)) };

	if (!slots.used) {
		report->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < conf->n_linksets; i++) {
		const struct conf_linkset *linkset = &conf->linksets[i];

		for (size_t k = 0; k < linkset->n_links; k++) {
			const struct conf_link *link = &linkset->links[k];

			claim(&slots, &link->span, 1u << (link->timeslot & 31), &link->timeslot);
		}
	}
	for (size_t i = 0; i < conf->n_circuits; i++) {
		check_circuits(conf, report, i);
		claim(&slots, &conf->circuits[i].span, conf->circuits[i].timeslots,
		      &conf->circuits[i].timeslots);
	}
	free(slots.used);
}

static void check_linkset(const struct conf_exchange *conf, struct conf_report *report)
{
	const struct conf_linkset *linkset = conf->linksets;

	if (conf->n_linksets != 1) {
		conf_report_at(report, conf->n_linksets ? (const void *)&linkset[1] : conf,
			       "there are %zu linksets; write one linkset \"NAME\" { }",
			       conf->n_linksets);
		return;
	}
	if (linkset->n_links != 1 || linkset->links[0].slc != 0)
		conf_report_at(report, linkset,
			       "linkset \"%s\" has not one link of code 0; write link \"0\" { }",
			       linkset->name ? linkset->name : "");
	(void)conf_point_check(report, &linkset->opc, "opc", linkset);
	(void)conf_point_check(report, &linkset->dpc, "dpc", linkset);
	if (linkset->opc == linkset->dpc && linkset->opc)
		conf_report_at(report, linkset,
			       "linkset \"%s\" has one point code for both ends; write two",
			       linkset->name ? linkset->name : "");
}

static void check_spans(const struct conf_exchange *conf, struct conf_report *report)
{
	for (size_t i = 0; i < conf->n_spans; i++) {
		const struct conf_span *span = &conf->spans[i];

		if (span->type == CONF_SPAN_VIRTUAL && !span->cable &&
		    conf_report_usable(report, &span->type) &&
		    conf_report_usable(report, &span->cable))
			conf_report_at(report, span,
				       "a virtual span has no cable; write cable = "
				       "the path of a socket in quotes");
		conf_check_dahdi(conf->spans, report, i);
		for (size_t k = 0; span->name && k < i; k++) {
			if (conf->spans[k].name && strcmp(conf->spans[k].name, span->name) == 0)
				conf_report_at(
					report, span,
					"span \"%s\" is there already, in line %d; write another "
					"name",
					span->name, conf_report_line_of(report, &conf->spans[k]));
		}
	}
}

static void check(const void *object, struct conf_report *report)
{
	const struct conf_exchange *conf = object;

	check_spans(conf, report);
	check_linkset(conf, report);
	check_timeslots(conf, report);
	if (!conf->n_circuits)
		conf_report_at(report, conf, "there are no circuits; write circuits \"SPAN\" { }");
	for (size_t i = 0; i < conf->n_numbers; i++)
		check_number(conf, report, i);
	for (size_t i = 0; i < conf->n_originates; i++)
		check_originate(conf, report, i);
}

static void settle(void *object)
{
	struct conf_exchange *conf = object;

	conf_points_settle(conf->linksets, conf->n_linksets);
}

static const struct conf_grammar exchange_grammar = { .root = &exchange_root,
						      .settle = settle,
						      .octets = sizeof(struct conf_exchange),
						      .check = check };

/* Main thread, before anything is read. */
static const struct conf_grammar *grammar(void)
{
	if (!root_sections[SPAN].name) {
		share_section(&root_sections[SPAN], "span");
		share_section(&root_sections[LINKSET], "linkset");
	}
	return &exchange_grammar;
}

struct conf_exchange *conf_exchange_read(const char *file, conf_timer_ok_fn *timer_ok,
					 conf_error_fn *error, void *arg)
{
	return conf_grammar_read(grammar(), file, timer_ok,
				 &(struct conf_told){ error, arg, NULL });
}

struct conf_exchange *conf_exchange_read_text(const char *name, const char *text,
					      conf_timer_ok_fn *timer_ok, conf_error_fn *error,
					      void *arg)
{
	return conf_grammar_read_text(grammar(), name, text, timer_ok,
				      &(struct conf_told){ error, arg, NULL });
}

void conf_exchange_free(struct conf_exchange *conf)
{
	conf_grammar_free(&exchange_grammar, conf);
}
