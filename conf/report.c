/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Faults with their lines. */
#include "conf/report.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for one more element; false (and remembered) when out of memory. */
static bool room(struct conf_report *report, void **array, size_t *cap, size_t n, size_t octets)
{
	size_t more = *cap ? *cap * 2 : 32;
	void *grown;

	if (n < *cap)
		return true;
	grown = reallocarray(*array, more, octets);
	if (!grown) {
		report->out_of_memory = true;
		return false;
	}
	*array = grown;
	*cap = more;
	return true;
}

static void add_fault(struct conf_report *report, int line, bool warning, const char *fmt,
		      va_list ap)
{
	void *faults = report->faults;
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0) {
		report->out_of_memory = true;
		return;
	}
	if (!room(report, &faults, &report->cap_faults, report->n_faults,
		  sizeof(*report->faults))) {
		free(text);
		return;
	}
	report->faults = faults;
	report->faults[report->n_faults] =
		(struct conf_fault){ line, report->n_faults, text, warning };
	report->n_faults++;
}

void conf_report_line(struct conf_report *report, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_fault(report, line, false, fmt, ap);
	va_end(ap);
}

void conf_report_at(struct conf_report *report, const void *member, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_fault(report, conf_report_line_of(report, member), false, fmt, ap);
	va_end(ap);
}

void conf_report_warn(struct conf_report *report, const void *member, const char *fmt, ...)
{
	va_list ap;

	if (!report->lint)
		return;
	va_start(ap, fmt);
	add_fault(report, conf_report_line_of(report, member), true, fmt, ap);
	va_end(ap);
}

void conf_report_place(struct conf_report *report, const void *start, size_t octets, int line)
{
	void *places = report->places;

	if (!room(report, &places, &report->cap_places, report->n_places, sizeof(*report->places)))
		return;
	report->places = places;
	report->places[report->n_places++] = (struct conf_place){ start, octets, line };
}

int conf_report_line_of(const struct conf_report *report, const void *member)
{
	uintptr_t at = (uintptr_t)member;
	size_t smallest = SIZE_MAX;
	int line = 1;

	for (size_t i = 0; i < report->n_places; i++) {
		const struct conf_place *place = &report->places[i];

		if (at - (uintptr_t)place->start >= place->octets || place->octets > smallest)
			continue;
		smallest = place->octets;
		line = place->line;
	}
	return line;
}

void conf_report_unusable(struct conf_report *report, const void *member)
{
	void *unusable = report->unusable;

	if (!room(report, &unusable, &report->cap_unusable, report->n_unusable, sizeof(void *)))
		return;
	report->unusable = unusable;
	report->unusable[report->n_unusable++] = member;
}

bool conf_report_usable(const struct conf_report *report, const void *member)
{
	for (size_t i = 0; i < report->n_unusable; i++) {
		if (report->unusable[i] == member)
			return false;
	}
	return true;
}

static int by_line(const void *a, const void *b)
{
	const struct conf_fault *fa = a, *fb = b;

	if (fa->line != fb->line)
		return fa->line < fb->line ? -1 : 1;
	return fa->order < fb->order ? -1 : 1;
}

static void tell(const struct conf_fault *fault, const char *file, conf_error_fn *error, void *arg)
{
	char *text = NULL;

	if (asprintf(&text, "%s:%d: %s%s", file, fault->line, fault->warning ? "warning: " : "",
		     fault->text) < 0)
		text = NULL;
	error(arg, text ? text : fault->text);
	free(text);
}

bool conf_report_tell(struct conf_report *report, const char *file, conf_error_fn *error, void *arg)
{
	static char memory[] = "out of memory; free some and read again";
	static const struct conf_fault no_memory = { .line = 1, .text = memory };
	size_t wrong = 0;

	if (report->n_faults)
		qsort(report->faults, report->n_faults, sizeof(*report->faults), by_line);
	for (size_t i = 0; i < report->n_faults; i++) {
		const struct conf_fault *fault = &report->faults[i];

		if (fault->warning)
			tell(fault, file, report->lint->warning, report->lint->arg);
		else
			tell(fault, file, error, arg);
		wrong += !fault->warning;
	}
	if (report->out_of_memory)
		tell(&no_memory, file, error, arg);
	return !wrong && !report->out_of_memory;
}

void conf_report_close(struct conf_report *report)
{
	for (size_t i = 0; i < report->n_faults; i++)
		free(report->faults[i].text);
	free(report->faults);
	free(report->places);
	free(report->unusable);
	*report = (struct conf_report){ 0 };
}
