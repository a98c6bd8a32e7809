/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The configuration judged as a whole: what its parts say about each other. */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/conf.h"
#include "conf/report.h"

/* Members that were told to be wrong already (conf_report_usable) are not judged again. conf: struct conf. */
void conf_check(const void *conf, struct conf_report *report);
/* How trunks say who calls whom. */
void conf_check_parties(const struct conf *conf, struct conf_report *report);
/* The members that belong to one type of span: spans[index] judged beside those before it. */
void conf_check_dahdi(const struct conf_span *spans, struct conf_report *report, size_t index);

/* Routes, what trunks make of numbers, and their limits (check_routing.c). */
void conf_check_routing(const struct conf *conf, struct conf_report *report);
/* Warnings (lint.c). conf: struct conf. */
void conf_lint(const void *conf, struct conf_report *report);
/* Those about digits that come one by one (lint_overlap.c). */
void conf_lint_overlap(const struct conf *conf, struct conf_report *report);
/* Those about SIP trunks (lint_sip.c). */
void conf_lint_sip(const struct conf *conf, struct conf_report *report);
/* What a timer of Q.764 is, in ms, and the place that says so; 0: not known. */
uint32_t conf_lint_timer(const struct conf_report *report, const struct conf_isup *isup, const char *name,
			 const void **place);

#endif
