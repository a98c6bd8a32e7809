/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The early dialogs of a call of ours (RFC 3261 13.2.2.1, 199 of RFC 6228), and who is heard before the answer: RFC 3960's
 * gateway model, gated by P-Early-Media (RFC 5009) and by the trunk's policy.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/sip/leg_outgoing.h"
#include "gw/sip/leg_private.h"
#include "gw/sip/reason.h"

static struct counter early_ended =
	COUNTER_INIT("causeway_sip_early_dialogs_ended_total", "Early dialogs ended by a 199");

/* What may flow before the answer. */
struct open {
	bool backward, forward;
};

struct sip_session *sip_leg_fork_session(struct sip_leg_fork *fork)
{
	return fork->session ? fork->session : &fork->leg->session;
}

int sip_leg_fork_part(struct sip_leg_fork *fork)
{
	int err;

	if (fork->leg->state != SIP_LEG_CALLING || fork->session)
		return 0;
	fork->session = calloc(1, sizeof(*fork->session));
	if (!fork->session)
		return -ENOMEM;
	err = sip_session_copy(fork->session, &fork->leg->session);
	if (err) {
		free(fork->session);
		fork->session = NULL;
	}
	return err;
}

int sip_leg_fork_settle(struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	struct str sdp;
	int err;

	if (fork->has_settled)
		return 0;
	if (!sip_leg_body(msg, &sdp))
		return -ENOENT;
	err = sip_session_accept(&fork->leg->session, sdp, &fork->settled);
	fork->has_settled = err == 0;
	return err;
}

bool sip_leg_early_allowed(const struct sip_leg *leg)
{
	return leg->trunk->early_media == CONF_EARLY_SDP ||
	       (leg->trunk->early_media == CONF_EARLY_INDICATED && leg->tells_early);
}

/* RFC 5009 8: without an authorization the local policy decides. */
static struct open fork_open(const struct sip_leg_fork *fork)
{
	const struct sip_early_media *media = &fork->early.media;
	enum conf_early_media policy = fork->leg->trunk->early_media;
	bool unsaid = policy == CONF_EARLY_SDP && !media->given;

	if (policy == CONF_EARLY_OFF)
		return (struct open){ false, false };
	if (!media->given)
		return (struct open){ unsaid, unsaid };
	return (struct open){
		.backward = media->direction == SDP_SENDRECV || media->direction == SDP_SENDONLY,
		.forward = media->direction == SDP_SENDRECV || media->direction == SDP_RECVONLY,
	};
}

/* RFC 5009 7: "the most restrictive early media authorization it receives on any of the dialogs",
 * where media is not told apart by its source. */
static struct open open_of(const struct sip_leg_fork *fork)
{
	struct sip_leg *leg = fork->leg;
	struct open all = fork_open(fork);

	if (!leg->trunk->media.learn_source)
		return all;
	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n)) {
		const struct sip_leg_fork *f = container_of(n, struct sip_leg_fork, node);
		struct open one = fork_open(f);

		all.backward &= one.backward || !f->early.media.given;
		all.forward &= one.forward || !f->early.media.given;
	}
	return all;
}

static bool audible(const struct sip_leg_fork *fork)
{
	return open_of(fork).backward && fork->settled.params.receive;
}

/* Media of more digits goes before media of less (RFC 3578 3.3), what may be heard before what may not, and what spoke
 * last before the others. */
static bool better(const struct sip_leg_fork *a, const struct sip_leg_fork *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	if (audible(a) != audible(b))
		return audible(a);
	return a->early.turn > b->early.turn;
}

/* Of the dialogs with a description. */
static struct sip_leg_fork *chosen(const struct sip_leg *leg)
{
	struct sip_leg_fork *best = NULL;

	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n)) {
		struct sip_leg_fork *fork = container_of(n, struct sip_leg_fork, node);

		if (fork->has_settled && (!best || better(fork, best)))
			best = fork;
	}
	return best;
}

static void gate_apply(struct sip_leg *leg, struct sip_leg_fork *fork, bool send, bool receive)
{
	struct sip_settled masked = fork->settled;

	masked.params.send &= send;
	masked.params.receive &= receive;
	leg->gate.fork = fork;
	leg->gate.send = masked.params.send;
	leg->gate.receive = masked.params.receive;
	sip_leg_media_apply(leg, &masked);
}

bool sip_leg_early_apply(struct sip_leg *leg)
{
	struct sip_leg_fork *fork = chosen(leg);
	struct open open;
	bool heard, speaks;

	if (!fork)
		return false;
	open = open_of(fork);
	heard = open.backward && fork->settled.params.receive && !leg->gate.rings;
	speaks = open.forward && fork->settled.params.send;
	leg->fork = fork;
	if (leg->gate.fork != fork || leg->gate.receive != heard || leg->gate.send != speaks)
		gate_apply(leg, fork, speaks, heard);
	return heard;
}

void sip_leg_early_over(struct sip_leg *leg)
{
	/* Though nothing may be new: who answered may be another source than who rang. */
	gate_apply(leg, leg->fork, true, true);
}

static bool any_rings(const struct sip_leg *leg)
{
	for (struct list_node *n = list_first(&leg->forks); n; n = list_next(&leg->forks, n))
		if (container_of(n, struct sip_leg_fork, node)->early.ringing)
			return true;
	return false;
}

/* silence: that there is nothing to hear any more is told, too, where nobody rings. */
static void changed(struct sip_leg *leg, bool silence)
{
	bool before = leg->out && leg->out->last_in_band;
	bool heard = sip_leg_early_apply(leg);

	if (!leg->out || !leg->out->progressed || heard == before)
		return;
	if (!heard && !silence && !any_rings(leg)) {
		leg->out->last_in_band = false;
		return;
	}
	leg->out->told.cause = Q850_NONE; /* of the last response alone */
	sip_leg_progress_raise(leg, !heard && any_rings(leg) ? 180 : 183, heard);
}

void sip_leg_early_changed(struct sip_leg *leg)
{
	changed(leg, false);
}

void sip_leg_early_ended(struct sip_leg *leg)
{
	changed(leg, true);
}

void sip_leg_early_heard(struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	struct sip_early_media media;

	if (msg->has_allow)
		fork->early.updates = sip_tokens_have(msg->allow, STR("UPDATE"));
	fork->early.turn = ++fork->leg->turn;
	if (!fork->leg->trunk->p_early_media)
		return;
	sip_early_media_read(msg, fork->leg->session.audio, &media);
	if (media.given)
		fork->early.media = media;
}

/* 13.2.1: the first description in a dialog is its answer, later ones are ignored; one that came reliably settles it. */
static void description_take(struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	if (!msg->body.n)
		return;
	if (sip_leg_fork_settle(fork, msg)) {
		sip_leg_bad_answer(fork->leg, "a provisional response");
		return;
	}
	if (sip_is_reliable(msg) && fork->early.rseq)
		fork->early.answered = true;
}

/* RFC 6228 4: this early dialog is over, the others go on. */
static void ended(struct sip_leg *leg, struct sip_leg_fork *fork)
{
	counter_add(&early_ended, 1);
	log_write(LOG_INFO, leg->id, "early dialog ended by 199");
	sip_leg_fork_free(fork);
	if (leg->state == SIP_LEG_CALLING)
		sip_leg_early_ended(leg);
}

/* RFC 7433 5: in any response; the same again, as responses are repeated, is not told twice. */
static void uui_hear(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_outgoing *out = leg->out;
	struct leg_uui uui;

	sip_party_uui_read(&leg->trunk->party, msg, leg->id, &uui);
	if (!uui.n ||
	    (uui.n == out->told_uui.n && memcmp(uui.octets, out->told_uui.octets, uui.n) == 0))
		return;
	out->told_uui = uui;
	out->uui_fresh = true;
}

static void heard(struct sip_leg *leg, struct sip_leg_fork *fork, const struct sip_msg *msg)
{
	bool in_band;

	leg->out->told = (struct leg_release){ .location = leg->trunk->causes->location };
	(void)sip_reason_read(msg->reason, &leg->out->told);
	uui_hear(leg, msg);
	if (fork) {
		sip_leg_early_heard(fork, msg);
		fork->early.ringing |= msg->status == 180;
		description_take(fork, msg);
	}
	/* The trunk may want our ringback though the peer sends its own. */
	if (msg->status == 180 || msg->status == 183)
		leg->gate.rings = msg->status == 180 && leg->trunk->ringback == CONF_RINGBACK_LOCAL;
	in_band = sip_leg_early_apply(leg);
	if (!sip_leg_overlap_provisional(leg, fork, msg))
		sip_leg_progress_raise(leg, msg->status, in_band);
	if (leg->state == SIP_LEG_CALLING)
		sip_leg_reinvite_sync(leg);
}

void sip_leg_provisional(struct sip_leg *leg, const struct sip_msg *msg)
{
	struct sip_leg_fork *fork;

	if (msg->status == 100 ||
	    (leg->state != SIP_LEG_CALLING && leg->state != SIP_LEG_CANCELLED))
		return;
	/* RFC 6228 4: a 199 makes no dialog, unless it wants its PRACK. */
	fork = msg->status == 199 && !sip_is_reliable(msg) ? sip_leg_fork_find(leg, msg->to->tag)
							   : sip_leg_fork_early(leg, msg);
	if (fork && !sip_leg_reliable_take(fork, msg))
		return;
	if (msg->status == 199) {
		if (fork)
			ended(leg, fork);
		return;
	}
	if (leg->state == SIP_LEG_CALLING)
		heard(leg, fork, msg);
}
