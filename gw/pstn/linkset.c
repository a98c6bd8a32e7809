/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A linkset: MTP-TRANSFER, PAUSE and RESUME between one MTP back end and the ISUP users of its
 * destinations. */
#include "gw/pstn/linkset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "isup/mtp/libss7_mtp.h"

static struct counter strangers =
	COUNTER_INIT("causeway_mtp_unknown_opc_total",
		     "ISUP messages from a point code that no trunk group names");

const char *const linkset_columns[] = { "linkset", "slc",     "span",	 "timeslot",  "state",
					"seconds", "msu_in",  "msu_out", "octets_in", "octets_out",
					"errors",  "repairs", "variant", "opc",	      "dpc" };
const size_t linkset_column_count = 15;

struct user {
	struct isup *isup; /* borrow */
	uint32_t dpc;
};

struct linkset {
	const struct conf_linkset *conf; /* borrow */
	struct tdm_span *span;		 /* borrow */
	uv_loop_t *loop;		 /* borrow */
	struct timer_heap *heap;	 /* borrow */
	struct isup_healer *healer;	 /* own */
	struct mtp *mtp;		 /* own; NULL: the span is missing */
	struct user *users;		 /* own */
	size_t n_users;
};

/* Of several trunk groups to one point code, the one that has the circuit (Q.763 1.2); the first
 * answers for a circuit that none has. */
static struct isup *user_of(const struct linkset *linkset, uint32_t dpc, const uint8_t *octets,
			    size_t n)
{
	unsigned high = conf_is_ansi(linkset->conf) ? 0x3f : 0x0f;
	uint16_t cic = n < 2 ? 0 : (uint16_t)(octets[0] | (octets[1] & high) << 8);
	struct isup *first = NULL;

	for (size_t i = 0; i < linkset->n_users; i++) {
		const struct user *user = &linkset->users[i];

		if (user->dpc != dpc)
			continue;
		if (isup_circuit_find(user->isup, cic))
			return user->isup;
		if (!first)
			first = user->isup;
	}
	return first;
}

static void transfer(void *arg, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
		     size_t n)
{
	struct linkset *linkset = arg;
	struct isup *isup = user_of(linkset, opc, octets, n);
	char point[MTP_POINT_MAX];

	(void)dpc;
	(void)sls;
	if (isup) {
		isup_message_in(isup, octets, n);
		return;
	}
	counter_add(&strangers, 1);
	log_write(LOG_WARNING, linkset->conf->name,
		  "ISUP message from point code %s: no trunk group has that dpc",
		  mtp_point_print(conf_is_ansi(linkset->conf), opc, point));
}

static void destination_alarm(const struct linkset *linkset, uint32_t dpc, bool raised)
{
	char text[64] = "destination not available", point[MTP_POINT_MAX];

	if (dpc != linkset->conf->dpc)
		snprintf(text, sizeof(text), "destination %s not available",
			 mtp_point_print(conf_is_ansi(linkset->conf), dpc, point));
	if (raised)
		alarm_raise(linkset->conf->name, text);
	else
		alarm_clear(linkset->conf->name, text);
}

/* Behind the adjacent point lie all others (Q.704 13.2): its loss is theirs, and with it they are back. */
static void paused(void *arg, uint32_t dpc)
{
	struct linkset *linkset = arg;

	destination_alarm(linkset, dpc, true);
	for (size_t i = 0; i < linkset->n_users; i++)
		if (linkset->users[i].dpc == dpc || dpc == linkset->conf->dpc)
			isup_mtp_pause(linkset->users[i].isup);
}

static void resumed(void *arg, uint32_t dpc)
{
	struct linkset *linkset = arg;

	destination_alarm(linkset, dpc, false);
	for (size_t i = 0; i < linkset->n_users; i++) {
		if (linkset->users[i].dpc != dpc && dpc != linkset->conf->dpc)
			continue;
		destination_alarm(linkset, linkset->users[i].dpc, false);
		isup_mtp_resume(linkset->users[i].isup);
	}
}

static void status(void *arg, uint32_t dpc, enum mtp_status_cause cause, unsigned level)
{
	const struct linkset *linkset = arg;
	char point[MTP_POINT_MAX];

	log_write(LOG_WARNING, linkset->conf->name, "MTP-STATUS for %s: %s, level %u",
		  mtp_point_print(conf_is_ansi(linkset->conf), dpc, point),
		  cause == MTP_STATUS_CONGESTION ? "congestion" : "user part unavailable", level);
	for (size_t i = 0; i < linkset->n_users; i++)
		if (linkset->users[i].dpc == dpc)
			isup_mtp_status(linkset->users[i].isup, cause, level);
}

static void events(void *arg)
{
	const struct linkset *linkset = arg;

	(void)tdm_span_events(linkset->span, linkset->conf->links[0].timeslot);
}

static int link_open(struct linkset *linkset)
{
	const struct conf_linkset *conf = linkset->conf;
	const struct mtp_user user = { .transfer = transfer,
				       .pause = paused,
				       .resume = resumed,
				       .status = status,
				       .arg = linkset };
	struct libss7_mtp_conf mtp = { .name = conf->name,
				       .ansi = conf_is_ansi(conf),
				       .opc = conf->opc,
				       .adjacent = conf->dpc,
				       .network = conf->network,
				       .slc = conf->links[0].slc,
				       .events = events,
				       .arg = linkset };
	unsigned timeslot = conf->links[0].timeslot;
	int err;

	mtp.fd = tdm_span_signalling(linkset->span, timeslot);
	if (mtp.fd < 0)
		return mtp.fd;
	mtp.repeats = tdm_span_signalling_kind(linkset->span, timeslot) == TDM_SIGNALLING_MTP2;
	err = libss7_mtp_open(&linkset->mtp, &mtp, &user, linkset->loop, linkset->heap);
	if (err) {
		tdm_span_release(linkset->span, timeslot);
		return err;
	}
	for (size_t i = 0; i < linkset->n_users; i++)
		isup_attach(linkset->users[i].isup, linkset->mtp);
	return 0;
}

/* The span is missing: what holds its descriptor must let go, so that the driver can be replaced.
 */
static void link_close(struct linkset *linkset)
{
	for (size_t i = 0; i < linkset->n_users; i++)
		isup_attach(linkset->users[i].isup, NULL);
	paused(linkset, linkset->conf->dpc);
	mtp_free(linkset->mtp);
	linkset->mtp = NULL;
	tdm_span_release(linkset->span, linkset->conf->links[0].timeslot);
}

static struct isup_healer *healer_new(const struct conf_linkset *conf, struct timer_heap *heap)
{
	const struct isup_healer_conf healer = { conf->name, conf->heal_per_minute,
						 conf->heal_burst };

	return isup_healer_new(&healer, heap);
}

struct linkset *linkset_new(const struct conf_linkset *conf, struct tdm_span *span, uv_loop_t *loop,
			    struct timer_heap *heap, int *error)
{
	struct linkset *linkset = calloc(1, sizeof(*linkset));

	*error = -ENOMEM;
	if (!linkset)
		return NULL;
	linkset->conf = conf;
	linkset->span = span;
	linkset->loop = loop;
	linkset->heap = heap;
	linkset->healer = healer_new(conf, heap);
	if (!linkset->healer) {
		linkset_free(linkset);
		return NULL;
	}
	*error = tdm_span_alarms(span) & TDM_ALARM_MISSING ? 0 : link_open(linkset);
	if (*error) {
		linkset_free(linkset);
		return NULL;
	}
	alarm_raise(conf->name, "destination not available");
	return linkset;
}

void linkset_stop(struct linkset *linkset)
{
	if (linkset->mtp)
		mtp_stop(linkset->mtp);
}

void linkset_free(struct linkset *linkset)
{
	if (!linkset)
		return;
	if (linkset->mtp) {
		mtp_free(linkset->mtp);
		tdm_span_release(linkset->span, linkset->conf->links[0].timeslot);
	}
	isup_healer_free(linkset->healer);
	free(linkset->users);
	free(linkset);
}

int linkset_attach(struct linkset *linkset, struct isup *isup, uint32_t dpc)
{
	struct user *users = realloc(linkset->users, (linkset->n_users + 1) * sizeof(*users));

	if (!users)
		return -ENOMEM;
	linkset->users = users;
	linkset->users[linkset->n_users++] = (struct user){ isup, dpc };
	isup_attach(isup, linkset->mtp);
	if (linkset->mtp && mtp_available(linkset->mtp, dpc))
		isup_mtp_resume(isup);
	return 0;
}

void linkset_reload(struct linkset *linkset, const struct conf_linkset *conf)
{
	isup_healer_set_rate(linkset->healer, conf->heal_per_minute, conf->heal_burst);
}

struct isup_healer *linkset_healer(const struct linkset *linkset)
{
	return linkset->healer;
}

const char *linkset_name(const struct linkset *linkset)
{
	return linkset->conf->name;
}

const struct tdm_span *linkset_span(const struct linkset *linkset)
{
	return linkset->span;
}

void linkset_alarm(struct linkset *linkset, unsigned alarms)
{
	int err = 0;

	if (alarms & TDM_ALARM_MISSING) {
		if (linkset->mtp)
			link_close(linkset);
		return;
	}
	if (!linkset->mtp)
		err = link_open(linkset);
	if (err)
		log_write(LOG_ERROR, linkset->conf->name,
			  "timeslot %u of span %s cannot be opened again: %s",
			  linkset->conf->links[0].timeslot, linkset->span->name, strerror(-err));
	else
		libss7_mtp_alarm(linkset->mtp, alarms & TDM_ALARM_DOWN);
}

void linkset_show(const struct linkset *linkset, struct table *table)
{
	struct mtp_link_info info[1] = { { .slc = linkset->conf->links[0].slc,
					   .state = MTP_LINK_FAILED } };
	size_t n = linkset->mtp ? mtp_links(linkset->mtp, info, 1) : 1;
	uint64_t now = timer_heap_now_us(linkset->heap);
	bool ansi = conf_is_ansi(linkset->conf);
	char opc[MTP_POINT_MAX], dpc[MTP_POINT_MAX];

	if (!linkset->mtp)
		info[0].since_us = now;
	for (size_t i = 0; i < n && !table_row(table); i++) {
		table_set_str(table, 0, str_c(linkset->conf->name));
		table_set_int(table, 1, info[i].slc);
		table_set_str(table, 2, str_c(linkset->conf->links[i].span));
		table_set_int(table, 3, linkset->conf->links[i].timeslot);
		table_set_str(table, 4, str_c(mtp_link_state_name(info[i].state)));
		table_set_fmt(table, 5, "%.1f", (double)(now - info[i].since_us) / 1e6);
		table_set_int(table, 6, (int64_t)info[i].msu_in);
		table_set_int(table, 7, (int64_t)info[i].msu_out);
		table_set_int(table, 8, (int64_t)info[i].octets_in);
		table_set_int(table, 9, (int64_t)info[i].octets_out);
		table_set_int(table, 10, (int64_t)info[i].su_errors);
		table_set_int(table, 11, (int64_t)info[i].repairs);
		table_set_str(table, 12,
			      str_c(linkset->conf->variant ? linkset->conf->variant : "itu"));
		table_set_str(table, 13, str_c(mtp_point_print(ansi, linkset->conf->opc, opc)));
		table_set_str(table, 14, str_c(mtp_point_print(ansi, linkset->conf->dpc, dpc)));
	}
}
