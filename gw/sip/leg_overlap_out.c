/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Overlap from a leg that calls its peer, RFC 3578 3: an INVITE for every digit, all with one Call-ID and From tag; the best
 * of their responses; CANCEL for the others once one is answered, never because digits came.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_outgoing.h"

static struct counter invites =
	COUNTER_INIT("causeway_sip_overlap_invites_total",
		     "INVITEs sent because more digits came (RFC 3578 3.2)");

static const struct sip_overlap_ops overlap_invites;

static const struct sip_overlap_ops *const ways[] = {
	[LEG_OVERLAP_INVITES] = &overlap_invites,
	[LEG_OVERLAP_INFO] = &sip_overlap_info,
	[LEG_OVERLAP_184] = &sip_overlap_184,
};

static timer_fn cancel_expired;

int sip_leg_overlap_open(struct sip_leg *leg, const struct leg_setup *setup)
{
	struct sip_leg_overlap_out *o;

	if (setup->complete || setup->overlap.way == LEG_OVERLAP_NONE)
		return 0;
	o = calloc(1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	list_init(&o->older);
	if (timer_init(&o->cancel, leg->ua->parts.heap, "overlap-cancel", cancel_expired, leg)) {
		free(o);
		return -ENOMEM;
	}
	o->cancel.subject = leg->id;
	o->cancel_ms = setup->overlap.cancel_ms;
	o->ops = ways[setup->overlap.way];
	o->session_info = setup->overlap.session_info;
	o->cseq = leg->out->cseq;
	o->rank = (unsigned)strlen(setup->called.digits);
	leg->overlap = o;
	return 0;
}

static void older_free(struct sip_leg_older *older)
{
	sip_txn_detach(older->txn);
	list_remove(&older->node);
	free(older->authorization);
	free(older);
}

void sip_leg_overlap_free(struct sip_leg *leg)
{
	struct list_node *node;

	if (!leg->overlap)
		return;
	while ((node = list_first(&leg->overlap->older)))
		older_free(container_of(node, struct sip_leg_older, node));
	sip_txn_detach(leg->overlap->info);
	timer_close(&leg->overlap->cancel);
	free(leg->overlap);
	leg->overlap = NULL;
}

bool sip_leg_overlap_busy(const struct sip_leg *leg)
{
	return leg->overlap && (list_first(&leg->overlap->older) || leg->overlap->info);
}

static struct sip_leg_older *older_find(const struct sip_leg_overlap_out *o, uint32_t cseq)
{
	for (struct list_node *n = list_first(&o->older); n; n = list_next(&o->older, n)) {
		struct sip_leg_older *older = container_of(n, struct sip_leg_older, node);

		if (older->cseq == cseq)
			return older;
	}
	return NULL;
}

static struct sip_leg_older *older_of(const struct sip_leg_overlap_out *o,
				      const struct sip_txn *txn)
{
	for (struct list_node *n = list_first(&o->older); n; n = list_next(&o->older, n)) {
		struct sip_leg_older *older = container_of(n, struct sip_leg_older, node);

		if (older->txn == txn)
			return older;
	}
	return NULL;
}

uint32_t sip_leg_overlap_cseq(const struct sip_leg *leg, const struct sip_txn *txn)
{
	const struct sip_leg_older *older = leg->overlap ? older_of(leg->overlap, txn) : NULL;

	return older ? older->cseq : 0;
}

unsigned sip_leg_overlap_rank(const struct sip_leg *leg, const struct sip_msg *msg)
{
	const struct sip_leg_older *older;

	if (!leg->overlap)
		return 0;
	older = older_find(leg->overlap, msg->cseq.number);
	return older ? older->rank : leg->overlap->rank;
}

bool sip_leg_overlap_authorization(const struct sip_leg *leg, uint32_t cseq, const char **lines)
{
	const struct sip_leg_older *older = leg->overlap ? older_find(leg->overlap, cseq) : NULL;

	if (older)
		*lines = older->authorization;
	return older != NULL;
}

static bool pending(const struct sip_leg_overlap_out *o)
{
	if (!o->done)
		return true;
	for (struct list_node *n = list_first(&o->older); n; n = list_next(&o->older, n))
		if (!container_of(n, struct sip_leg_older, node)->final)
			return true;
	return false;
}

/* ---- responses ---- */

/* 16.7 step 6 of RFC 3261, as RFC 3578 3.2 asks for: 6xx first, then the lowest class. Within 4xx, 404 and 484 are what a
 * part of a number gets, and 408 what one gets that nobody answers, so any other says more of the call; else the number with
 * more digits decides. */
static unsigned worth(unsigned status)
{
	unsigned of_class = status >= 600 ? 0 : status / 100;

	return 3 * of_class + (status == 408 ? 2 : status == 404 || status == 484);
}

static void keep_best(struct sip_leg_overlap_out *o, unsigned rank,
		      const struct leg_release *release)
{
	unsigned is = worth(release->sip_status), best = worth(o->best.sip_status);

	if (o->best.sip_status && (is > best || (is == best && rank < o->best_rank)))
		return;
	o->best = *release;
	o->best_rank = rank;
}

/* Figure 3: REL only when no digit can follow, and every INVITE has its final response. */
static void conclude(struct sip_leg *leg)
{
	struct sip_leg_overlap_out *o = leg->overlap;

	if (!o->over || pending(o) || leg->state != SIP_LEG_CALLING || !o->best.sip_status)
		return;
	if (o->best.sip_status < 600 && sip_leg_redirect_next(leg)) {
		o->done = false;
		o->cseq = leg->out->cseq;
		o->best.sip_status = 0;
		return;
	}
	log_write(LOG_INFO, leg->id, "no INVITE left: %u is the best response, cause %u",
		  o->best.sip_status, (unsigned)o->best.cause);
	sip_leg_ended(leg, &o->best);
}

/* Of an INVITE that another one followed it says nothing: that one has all the digits, and a challenge of its own. */
static bool is_challenge(unsigned status)
{
	return status == 401 || status == 407;
}

bool sip_leg_overlap_refused(struct sip_leg *leg, uint32_t cseq, const struct leg_release *release)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	struct sip_leg_older *older;

	if (!o || !o->ops->many)
		return false;
	older = older_find(o, cseq);
	if (older)
		older->final = true;
	else
		o->done = true;
	if (leg->state == SIP_LEG_CALLING) {
		log_write(LOG_INFO, leg->id, "INVITE with %u digits refused with %u%s",
			  older ? older->rank : o->rank, release->sip_status,
			  o->over ? "" : "; more digits may come");
		if (!older || !is_challenge(release->sip_status))
			keep_best(o, older ? older->rank : o->rank, release);
		sip_leg_forks_drop_of(leg, older ? older->cseq : o->cseq);
		conclude(leg);
		if (leg->state == SIP_LEG_CALLING)
			sip_leg_early_ended(leg);
		return true;
	}
	/* Given up: when the last of them has its 487 the leg is over. */
	return leg->state == SIP_LEG_CANCELLED ? pending(o) : older != NULL;
}

/* RFC 3261 22.2, and RFC 4497 8.2.2.2.7: unless the INVITE can be sent so that the problem is avoided. The latest alone: it
 * has the digits of all. */
static bool tried_again(struct sip_leg *leg, const struct sip_msg *msg)
{
	bool latest = !older_find(leg->overlap, msg->cseq.number);

	if (!latest && is_challenge(msg->status))
		return false;
	if (sip_leg_challenged(leg, msg) && sip_leg_invite_again(leg) == 0)
		return true;
	return latest && sip_leg_repair(leg, msg);
}

bool sip_leg_overlap_failure(struct sip_leg *leg, const struct sip_msg *msg,
			     struct leg_release *release)
{
	struct sip_leg_overlap_out *o = leg->overlap;

	if (!o || !o->ops->many)
		return false;
	/* What came before has fewer digits, and is not where the call is when it is redirected. */
	if (!older_find(o, msg->cseq.number))
		sip_leg_history_refused(leg, msg, msg->status);
	if (leg->state == SIP_LEG_CALLING && msg->status < 400) {
		sip_leg_redirect_note(leg, msg, release);
	} else if (leg->state == SIP_LEG_CALLING) {
		sip_leg_new_number_read(msg, release);
		if (tried_again(leg, msg)) {
			o->cseq = leg->out->cseq;
			return true;
		}
	}
	return sip_leg_overlap_refused(leg, msg->cseq.number, release);
}

void sip_leg_overlap_ended(struct sip_leg *leg, const struct sip_txn *txn)
{
	struct sip_leg_older *older = leg->overlap ? older_of(leg->overlap, txn) : NULL;

	if (!older)
		return;
	older->txn = NULL;
	older_free(older);
}

bool sip_leg_overlap_provisional(struct sip_leg *leg, struct sip_leg_fork *fork,
				 const struct sip_msg *msg)
{
	const struct sip_leg_overlap_out *o = leg->overlap;

	return o && o->ops->provisional && o->ops->provisional(leg, fork, msg);
}

void sip_leg_overlap_progressed(struct sip_leg *leg)
{
	if (!leg->overlap || leg->overlap->over)
		return;
	leg->overlap->over = true;
	conclude(leg);
}

/* ---- CANCEL ---- */

static void others_cancel(struct sip_leg *leg)
{
	struct list *list = &leg->overlap->older;

	for (struct list_node *n = list_first(list); n; n = list_next(list, n)) {
		struct sip_leg_older *older = container_of(n, struct sip_leg_older, node);

		if (!older->final)
			sip_client_cancel(older->txn,
					  STR("SIP;cause=200;text=\"Call completed elsewhere\""));
	}
}

static void cancel_expired(struct timer *timer, void *arg)
{
	(void)timer;
	others_cancel(arg);
}

void sip_leg_overlap_hung_up(struct sip_leg *leg)
{
	if (!leg->overlap || !timer_running(&leg->overlap->cancel))
		return;
	timer_stop(&leg->overlap->cancel);
	others_cancel(leg);
}

/* 3.4: CANCELs are for the others once one has its 200, maybe after "some time", which "gives time to all the previous
 * INVITE transactions to terminate smoothly". */
void sip_leg_overlap_answered(struct sip_leg *leg, uint32_t cseq)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	struct sip_leg_older *winner;
	struct sip_txn *txn;
	char *lines;

	if (!o)
		return;
	o->over = true;
	winner = older_find(o, cseq);
	if (winner) {
		/* The latest takes its place among those that are left. */
		txn = leg->invite;
		leg->invite = winner->txn;
		winner->txn = txn;
		winner->cseq = o->cseq;
		winner->final = o->done;
		lines = leg->credentials.invite;
		leg->credentials.invite = winner->authorization;
		winner->authorization = lines;
		o->cseq = cseq;
		if (!txn)
			older_free(winner);
	}
	o->done = true;
	if (o->cancel_ms)
		timer_start_ms(&o->cancel, o->cancel_ms);
	else
		others_cancel(leg);
}

bool sip_leg_overlap_cancel(struct sip_leg *leg, struct str reason)
{
	struct sip_leg_overlap_out *o = leg->overlap;

	o->over = true;
	if (!o->done)
		sip_client_cancel(leg->invite, reason);
	for (struct list_node *n = list_first(&o->older); n; n = list_next(&o->older, n)) {
		struct sip_leg_older *older = container_of(n, struct sip_leg_older, node);

		if (!older->final)
			sip_client_cancel(older->txn, reason);
	}
	return pending(o);
}

/* ---- more digits ---- */

void sip_leg_overlap_digits(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_overlap_out *o = leg->overlap;

	if (!o || o->over) {
		log_write(LOG_DEBUG, leg->id, "digits %.*s are too late", STR_FMT(event->digits));
		return;
	}
	if (event->digits.n)
		(void)str_add(leg->number, sizeof(leg->number), strlen(leg->number), event->digits);
	o->ops->digits(leg, event);
}

/* The INVITE that has no final response yet is left to itself; not cancelled (3.4). */
static int step_back(struct sip_leg *leg)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	struct sip_leg_older *older;

	if (o->done || !leg->invite)
		return 0;
	older = calloc(1, sizeof(*older));
	if (!older)
		return -ENOMEM;
	older->txn = leg->invite;
	older->cseq = o->cseq;
	older->rank = o->rank;
	older->authorization = leg->credentials.invite;
	leg->credentials.invite = NULL;
	list_append(&o->older, &older->node);
	leg->invite = NULL;
	return 0;
}

/* 3.2: the same Call-ID and From, all digits in Request-URI and To, no To tag and no Route of a dialog, a higher CSeq than any
 * that was used with this Call-ID. */
static int invite_again(struct sip_leg *leg, struct str digits)
{
	struct sip_leg_outgoing *out = leg->out;
	struct sip_leg_overlap_out *o = leg->overlap;
	struct leg_number *called = &out->setup.called;
	size_t have = strlen(called->digits);
	int err;

	if (have + digits.n > LEG_DIGITS_MAX)
		return -ENAMETOOLONG;
	(void)str_add(called->digits, sizeof(called->digits), have, digits);
	err = step_back(leg);
	if (err)
		return err;
	o->done = true; /* nothing is awaited of the latest until it is sent */
	err = sip_leg_uri_set(leg, called);
	if (!err)
		err = sip_leg_to_set(leg, &out->setup);
	if (err)
		return err;
	out->cseq = sip_leg_cseq_next(leg);
	o->cseq = out->cseq;
	o->rank = (unsigned)strlen(called->digits);
	counter_add(&invites, 1);
	err = sip_leg_invite_send(leg);
	o->done = err != 0;
	return err;
}

static void more_invites(struct sip_leg *leg, const struct leg_event *event)
{
	struct sip_leg_overlap_out *o = leg->overlap;
	const struct leg_release failed = { .cause = Q850_TEMPORARY_FAILURE,
					    .location = Q850_LOC_PUBLIC_LOCAL,
					    .sip_status = 503 };
	int err = event->digits.n ? invite_again(leg, event->digits) : 0;

	o->over = event->digits_complete;
	if (err) {
		log_write(LOG_ERROR, leg->id, "INVITE with more digits not sent: %s",
			  strerror(-err));
		keep_best(o, o->rank, &failed);
	}
	conclude(leg);
}

static const struct sip_overlap_ops overlap_invites = {
	.many = true,
	.digits = more_invites,
};
