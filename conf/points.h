/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Point codes: a-b-c is in 3, 8 and 3 bits in ITU networks and in 8 bits each in ANSI ones, and which it is stands elsewhere
 * in the file. So one is read as it is written, and becomes a code once all is read.
 */
#ifndef CONF_POINTS_H
#define CONF_POINTS_H

#include "conf/conf.h"
#include "conf/report.h"

/* What variants are there; "itu" first. */
extern const char *const conf_variants[];

/* Codes of linksets, and of the isups above them; what is out of its variant's range stays as it was written. */
void conf_points_settle(struct conf_linkset *linksets, size_t n);
void conf_points_settle_isups(struct conf *conf);
/* False after telling that the code at *code is none of its variant. what: "opc". */
bool conf_point_check(struct conf_report *report, const uint32_t *code, const char *what, const struct conf_linkset *linkset);
/* The last circuit identification code of the linkset's variant: 12 bits, 14 in ANSI. */
unsigned conf_cic_max(const struct conf_linkset *linkset);

#endif
