/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A linkset of the configuration: its MTP back end on a signalling timeslot, and the ISUP users above it. Core thread. */
#ifndef PSTN_LINKSET_H
#define PSTN_LINKSET_H

#include <uv.h>

#include "conf/conf.h"
#include "gw/base/table.h"
#include "gw/base/timer.h"
#include "isup/healer.h"
#include "isup/isup.h"
#include "isup/mtp/mtp.h"
#include "tdm/span.h"

struct linkset;

/* own; the link starts as soon as its span is there. conf and span are borrowed. NULL with *error. */
struct linkset *linkset_new(const struct conf_linkset *conf, struct tdm_span *span, uv_loop_t *loop,
			    struct timer_heap *heap, int *error);
/* Takes its link out of service for good; the other end learns it while the loop runs. */
void linkset_stop(struct linkset *linkset);
/* Its users must be detached or freed before. */
void linkset_free(struct linkset *linkset);
/* Messages from dpc go to this user, and it sends through the linkset. -ENOMEM. */
int linkset_attach(struct linkset *linkset, struct isup *isup, uint32_t dpc);
/* Applies what may change under a running link: the healer's rate. */
void linkset_reload(struct linkset *linkset, const struct conf_linkset *conf);
/* For its trunk groups. */
struct isup_healer *linkset_healer(const struct linkset *linkset);
const char *linkset_name(const struct linkset *linkset);
const struct tdm_span *linkset_span(const struct linkset *linkset);
/* The alarms of its span changed. */
void linkset_alarm(struct linkset *linkset, unsigned alarms);
extern const char *const linkset_columns[];
extern const size_t linkset_column_count;
/* Appends its links to `show links`. */
void linkset_show(const struct linkset *linkset, struct table *table);

#endif
