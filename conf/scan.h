/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The scan in front of libconfuse. libconfuse stops at the first fault, loses count of lines after C comments, accepts
 * an unclosed section and merges sections of one title. The scan goes over the whole text, reports every fault of
 * form, and hands on what is right as a plain copy in which each value is led by its line, "12:5ms", and each title by
 * its line and a number of its own, "10.3:e1-1".
 */
#ifndef CONF_SCAN_H
#define CONF_SCAN_H

#include "conf/grammar.h"
#include "conf/report.h"

/* A section of free words becomes a list of this name: entry += {"12:T7=25s"}. */
#define CONF_SCAN_ENTRY "entry"

/* own text for libconfuse, free() it; NULL when out of memory. */
char *conf_scan(const struct conf_section *root, const char *text, struct conf_report *report);

#endif
