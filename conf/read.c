/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Reading: scan, libconfuse, values by their kinds, then the checks of the whole. Every stage
 * reports into one list of faults, so that one run tells everything.
 */

#include "conf/grammar.h"

#include <confuse.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/report.h"
#include "conf/scan.h"
#include "gw/base/str.h"

#define FILE_OCTETS_MAX (16u << 20)

struct reader {
	struct conf_report *report; /* borrow */
	conf_timer_ok_fn *timer_ok;
};

/* What libconfuse gives for a value or title: "LINE:TEXT" or "LINE.NUMBER:TEXT", as the scan wrote
 * it. */
struct written {
	int line;
	const char *text; /* borrow */
};

static struct written written_of(const char *value)
{
	char *end;
	long line = strtol(value, &end, 10);

	return (struct written){ (int)line, end + strcspn(end, ":") + 1 };
}

static void free_options(cfg_opt_t *options)
{
	for (cfg_opt_t *o = options; o && o->name; o++)
		free_options(o->subopts);
	free(options);
}

static void set_option(cfg_opt_t *option, const char *name, bool list)
{
	option->name = name;
	option->type = CFGT_STR;
	option->flags = CFGF_NODEFAULT | (list ? CFGF_LIST : CFGF_NONE);
}

/* own: libconfuse's options for a section; NULL when out of memory. */
static cfg_opt_t *options_new(const struct conf_section *section)
{
	size_t n = section->n_fields + section->n_sections + section->keys;
	cfg_opt_t *options = calloc(n + 1, sizeof(*options));
	cfg_opt_t *o = options;

	if (!options)
		return NULL;
	if (section->keys)
		set_option(o++, CONF_SCAN_ENTRY, true);
	for (size_t i = 0; i < section->n_fields; i++)
		set_option(o++, section->fields[i].name, section->fields[i].list);
	for (size_t i = 0; i < section->n_sections; i++, o++) {
		o->subopts = options_new(&section->sections[i]);
		o->name = conf_section_key(&section->sections[i]);
		o->type = CFGT_SEC;
		o->flags = CFGF_MULTI | CFGF_TITLE;
		if (!o->subopts) {
			free_options(options);
			return NULL;
		}
	}
	return options;
}

/* own text: what would be right for a field; NULL when out of memory. */
static char *right_for(const struct conf_field *field)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	field->kind->right(field, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void wrong_value(struct reader *reader, const struct conf_field *field, struct written value,
			int error)
{
	char *right = right_for(field);

	if (error == -ENOMEM || !right)
		reader->report->out_of_memory = true;
	else
		conf_report_line(reader->report, value.line, "%s \"%s\" is %s; write %s",
				 field->name, value.text,
				 error == -ERANGE ? "out of range" : "not valid", right);
	free(right);
}

/* False when the value was wrong. */
static bool read_value(struct reader *reader, const struct conf_field *field, void *member,
		       struct written value)
{
	int error = field->kind->parse(field, member, value.text);

	conf_report_place(reader->report, member, field->kind->octets, value.line);
	if (!error)
		return true;
	wrong_value(reader, field, value, error);
	conf_report_unusable(reader->report, member);
	return false;
}

static void set_fallback(struct reader *reader, const struct conf_field *field, void *object)
{
	const char *text = field->fallback_of ? field->fallback_of(object) : field->fallback;

	if (text && field->kind->parse(field, conf_member(object, field->at), text))
		reader->report->out_of_memory = true;
}

static void set_fallback_list(struct reader *reader, const struct conf_field *field, void *object)
{
	size_t *count = conf_count(object, field->other_at);
	const char *text = field->fallback ? field->fallback : "";
	char one[32];

	while (*text) {
		size_t n = strcspn(text, " ");
		void *member = conf_member(object, field->at + *count * field->kind->octets);

		if (str_copy(one, sizeof(one), (struct str){ text, n }) ||
		    field->kind->parse(field, member, one)) {
			reader->report->out_of_memory = true;
			return;
		}
		(*count)++;
		text += n + (text[n] == ' ');
	}
}

static void read_list(struct reader *reader, const struct conf_field *field, void *object,
		      cfg_opt_t *option)
{
	size_t *count = conf_count(object, field->other_at);
	unsigned n = cfg_opt_size(option);

	for (unsigned i = 0; i < n; i++) {
		struct written value = written_of(cfg_opt_getnstr(option, i));

		if (!i)
			conf_report_place(reader->report, conf_member(object, field->at),
					  field->max * field->kind->octets, value.line);
		if (i == field->max) {
			conf_report_line(reader->report, value.line,
					 "%s has more than %u values; write fewer", field->name,
					 field->max);
			return;
		}
		if (read_value(reader, field,
			       conf_member(object, field->at + *count * field->kind->octets),
			       value))
			(*count)++;
	}
}

static void missing(struct reader *reader, const struct conf_section *section,
		    const struct conf_field *field, void *object)
{
	char *right = right_for(field);

	if (right)
		conf_report_at(reader->report, object, "%s has no %s; write %s = %s", section->name,
			       field->name, field->name, right);
	else
		reader->report->out_of_memory = true;
	free(right);
	conf_report_unusable(reader->report, conf_member(object, field->at));
}

/* Written as an empty list, which has no line of its own here; the scan told when it may not be
 * empty. */
static bool is_emptied(const struct conf_field *field, const cfg_opt_t *option)
{
	return field->list && field->min && option && option->flags & CFGF_MODIFIED;
}

static void read_field(struct reader *reader, const struct conf_section *section,
		       const struct conf_field *field, void *object, cfg_t *cfg)
{
	cfg_opt_t *option = cfg ? cfg_getopt(cfg, field->name) : NULL;
	bool is_written = option && cfg_opt_size(option);
	void *member = conf_member(object, field->at);

	if (!is_written && is_emptied(field, option))
		conf_report_unusable(reader->report, member);
	else if (!is_written && field->required)
		missing(reader, section, field, object);
	else if (!is_written && field->list)
		set_fallback_list(reader, field, object);
	else if (!is_written)
		set_fallback(reader, field, object);
	else if (field->list)
		read_list(reader, field, object, option);
	else if (read_value(reader, field, member, written_of(cfg_opt_getstr(option))) &&
		 field->set_at)
		*(bool *)conf_member(object, field->set_at) = true;
}

static void read_key(struct reader *reader, struct conf_timer *timer, struct str name,
		     struct written value)
{
	uint32_t min = 0, max = 0;
	int error = conf_ms_parse(value.text, &timer->ms);
	bool known = !str_copy(timer->name, sizeof(timer->name), name);

	conf_report_place(reader->report, (const char *)timer, sizeof(*timer), value.line);

	if (known && reader->timer_ok)
		known = reader->timer_ok(timer->name, timer->ms, &min, &max) || max;
	else
		max = UINT32_MAX;
	if (!known)
		conf_report_line(reader->report, value.line,
				 "unknown timer %.*s; write a timer of Q.764 such as T7",
				 STR_FMT(name));
	else if (error)
		conf_report_line(
			reader->report, value.line,
			"%s \"%s\" is not valid; write a time with its unit, such as 25s or 500ms",
			timer->name, value.text);
	else if (timer->ms < min || timer->ms > max)
		conf_report_line(reader->report, value.line,
				 "%s \"%s\" is out of range; write a time from %ums to %ums",
				 timer->name, value.text, min, max);
}

/* Each entry is "NAME=TIME". */
static void read_keys(struct reader *reader, const struct conf_section *section, void *parent,
		      cfg_t *cfg)
{
	struct conf_timer *timers = conf_member(parent, section->at);
	size_t *count = conf_count(parent, section->count_at);

	for (unsigned i = 0; i < cfg_size(cfg, CONF_SCAN_ENTRY); i++) {
		struct written entry = written_of(cfg_getnstr(cfg, CONF_SCAN_ENTRY, i));
		size_t n = strcspn(entry.text, "=");

		if (*count == CONF_TIMERS_MAX) {
			conf_report_line(reader->report, entry.line,
					 "more than %d timers; write fewer", CONF_TIMERS_MAX);
			return;
		}
		read_key(reader, &timers[(*count)++], (struct str){ entry.text, n },
			 (struct written){ entry.line, entry.text + n + 1 });
	}
}

static void read_body(struct reader *reader, const struct conf_section *section, void *object,
		      cfg_t *cfg);

/* An array of as many elements as there are sections; each is counted as soon as it can be freed.
 */
static void read_titled(struct reader *reader, const struct conf_section *section, void *parent,
			cfg_t *cfg)
{
	unsigned n = cfg_size(cfg, conf_section_key(section));
	size_t *count = conf_count(parent, section->count_at);
	void *array = n ? calloc(n, section->octets) : NULL;

	*(void **)conf_member(parent, section->at) = array;
	if (n && !array)
		reader->report->out_of_memory = true;
	for (unsigned i = 0; array && i < n; i++) {
		void *object = conf_member(array, i * section->octets);
		cfg_t *sub = cfg_getnsec(cfg, conf_section_key(section), i);
		struct written title = written_of(cfg_title(sub));

		(*count)++;
		conf_report_place(reader->report, object, section->octets, title.line);
		read_value(reader, section->title, conf_member(object, section->title->at), title);
		read_body(reader, section, object, sub);
	}
}

static void read_body(struct reader *reader, const struct conf_section *section, void *object,
		      cfg_t *cfg)
{
	for (size_t i = 0; i < section->n_fields; i++)
		read_field(reader, section, &section->fields[i], object, cfg);
	for (size_t i = 0; i < section->n_sections; i++) {
		const struct conf_section *sub = &section->sections[i];
		bool is_written = cfg_size(cfg, conf_section_key(sub)) > 0;
		cfg_t *body = is_written && !sub->title ? cfg_getnsec(cfg, conf_section_key(sub), 0)
							: NULL;

		if (sub->title)
			read_titled(reader, sub, object, cfg);
		else if (!sub->keys)
			read_body(reader, sub, object, body);
		else if (body)
			read_keys(reader, sub, object, body);
	}
}

/* libconfuse's own faults are not expected behind the scan, and not hidden when they come. */
static void on_cfg_error(cfg_t *cfg, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static struct conf_report
	*cfg_report; /* libconfuse hands no argument through, and is not reentrant itself */

static void on_cfg_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[256];

	(void)cfg;
	vsnprintf(text, sizeof(text), fmt, ap);
	conf_report_line(cfg_report, 1, "%s; write what the manual page shows", text);
}

static void parse(struct reader *reader, const struct conf_section *root, const char *copy,
		  void *object)
{
	cfg_opt_t *options = options_new(root);
	cfg_t *cfg = options ? cfg_init(options, CFGF_NONE) : NULL;

	free_options(options);
	if (!cfg) {
		reader->report->out_of_memory = true;
		return;
	}
	cfg_report = reader->report;
	cfg_set_error_function(cfg, on_cfg_error);
	if (cfg_parse_buf(cfg, copy) == CFG_SUCCESS)
		read_body(reader, root, object, cfg);
	else if (!reader->report->n_faults)
		reader->report->out_of_memory = true;
	cfg_report = NULL;
	cfg_free(cfg);
}

static void judge(const struct conf_grammar *grammar, void *object, struct conf_report *report)
{
	if (grammar->settle)
		grammar->settle(object);
	grammar->check(object, report);
}

static void *read_all(struct reader *reader, const struct conf_grammar *grammar, const char *name,
		      const char *text)
{
	void *object = calloc(1, grammar->octets);
	char *file = strdup(name);
	char *copy;

	if (!object || !file) {
		free(file);
		reader->report->out_of_memory = true;
		return object;
	}
	*(char **)object = file;
	copy = conf_scan(grammar->root, text, reader->report);
	if (copy)
		parse(reader, grammar->root, copy, object);
	free(copy);
	if (!reader->report->out_of_memory)
		judge(grammar, object, reader->report);
	if (reader->report->lint && grammar->lint && !reader->report->n_faults)
		grammar->lint(object, reader->report);
	return object;
}

void *conf_grammar_read_text(const struct conf_grammar *grammar, const char *name, const char *text,
			     conf_timer_ok_fn *timer_ok, const struct conf_told *told)
{
	struct conf_report report = { .lint = told->lint };
	struct reader reader = { .report = &report, .timer_ok = timer_ok };
	void *object = read_all(&reader, grammar, name, text);

	if (!conf_report_tell(&report, name, told->error, told->arg)) {
		conf_grammar_free(grammar, object);
		object = NULL;
	}
	conf_report_close(&report);
	return object;
}

/* own text of a whole file; NULL with *reason. */
static char *load(const char *file, const char **reason)
{
	char *text = malloc(FILE_OCTETS_MAX + 1);
	FILE *in = text ? fopen(file, "re") : NULL;
	size_t n = 0;

	*reason = NULL;
	if (in)
		n = fread(text, 1, FILE_OCTETS_MAX + 1, in);
	if (!in || ferror(in))
		*reason = strerror(errno);
	else if (n > FILE_OCTETS_MAX)
		*reason = "more than 16 MiB";
	else if (memchr(text, '\0', n))
		*reason = "it holds a NUL octet";
	if (in)
		fclose(in);
	if (*reason) {
		free(text);
		return NULL;
	}
	text[n] = '\0'; /* NOLINT: without a reason there is a text */
	return text;
}

void *conf_grammar_read(const struct conf_grammar *grammar, const char *file,
			conf_timer_ok_fn *timer_ok, const struct conf_told *told)
{
	struct conf_report report = { 0 };
	void *object = NULL;
	const char *reason;
	char *text = load(file, &reason);

	if (text) {
		object = conf_grammar_read_text(grammar, file, text, timer_ok, told);
	} else {
		conf_report_line(&report, 1, "cannot be read: %s; name a readable text file",
				 reason);
		(void)conf_report_tell(&report, file, told->error, told->arg);
	}
	conf_report_close(&report);
	free(text);
	return object;
}
