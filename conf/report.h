/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Faults of one reading: collected with their lines, told in the order of lines at the end. */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include "conf/conf.h"

struct conf_place { /* where in the file a piece of struct conf was written */
	const char *start; /* borrow */
	size_t octets;
	int line;
};

struct conf_fault {
	int line;
	size_t order;
	char *text; /* own */
	bool warning;
};

/* Zeroed: nothing to tell. */
struct conf_report {
	struct conf_place *places; /* own */
	size_t n_places, cap_places;
	struct conf_fault *faults; /* own */
	size_t n_faults, cap_faults;
	const void **unusable; /* own array: members whose value is missing or wrong, already told */
	size_t n_unusable, cap_unusable;
	bool out_of_memory;
	const struct conf_lint *lint; /* borrow; NULL: nobody hears of warnings */
};

/* text: "reason; what would be right". */
void conf_report_line(struct conf_report *report, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same, at the line where the smallest known piece around this member was written. */
void conf_report_at(struct conf_report *report, const void *member, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for what is right but will not do what is meant; nothing where nobody hears of it. */
void conf_report_warn(struct conf_report *report, const void *member, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void conf_report_place(struct conf_report *report, const void *start, size_t octets, int line);
int conf_report_line_of(const struct conf_report *report, const void *member);
/* A member that checks must not judge any more. */
void conf_report_unusable(struct conf_report *report, const void *member);
bool conf_report_usable(const struct conf_report *report, const void *member);
/* Tells everything as "FILE:LINE: text"; true when nothing was wrong. */
bool conf_report_tell(struct conf_report *report, const char *file, conf_error_fn *error, void *arg);
void conf_report_close(struct conf_report *report);

#endif
