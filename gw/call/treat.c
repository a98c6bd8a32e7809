/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A caller is told in band how the call goes: ringback while it alerts, and before the release why it failed, where the
 * configuration wants that. The leg that called hears it as early media; its release waits until it is over.
 */
#include "gw/base/log.h"
#include "gw/call/call_private.h"

#define TAIL_MS	 200  /* until what was played has left buffers and the far end's, too */
#define GRACE_MS 2000 /* an announcement that is not heard of is given up that long after its end */

static const char *route_of(const struct call *call)
{
	return call->record.route[0] ? call->record.route : NULL;
}

static struct treatment treatment_of(const struct call *call, unsigned side,
				     enum treatment_kind kind)
{
	return treatments_find(call->core->treatments, call->leg[side]->trunk->name, route_of(call),
			       kind);
}

static void play(struct call *call, unsigned side, const struct treatment *treatment,
		 enum treatment_kind kind)
{
	if (treatment->sound) {
		media_play(call->media, side, treatment->sound, kind == TREATMENT_RINGBACK);
		return;
	}
	media_tone_zone(call->media, side, treatment->zone);
	media_tone(call->media, side, treatment_tone(kind));
}

void call_ringback(struct call *call, unsigned side, bool on)
{
	struct treatment treatment;

	if (!call->media || !call->leg[side])
		return;
	if (!on)
		media_tone(call->media, side, MEDIA_TONE_NONE);
	if (call->ringback == on ||
	    (on && call->leg[!side] && call->leg[!side]->trunk->no_ringback))
		return;
	call->ringback = on;
	if (!on)
		return;
	treatment = treatment_of(call, side, TREATMENT_RINGBACK);
	play(call, side, &treatment, TREATMENT_RINGBACK);
}

bool call_treat(struct call *call)
{
	const struct leg_release *release = &call->record.release;
	const struct leg_event event = { .ev = LEG_EV_PROGRESS,
					 .progress = {
						 .in_band = true,
						 .event = 3, /* Q.763 3.21: in-band information */
						 .cause = release->cause,
						 .location = release->location } };
	enum treatment_kind kind = treatment_of_cause(release->cause);
	struct treatment treatment;

	if (!call->core->treatments || !call->media || !call->leg[0] || call->leg[0]->deaf ||
	    call->answered || call->untreated || call->treating)
		return false;
	treatment = treatments_find_cause(call->core->treatments, call->leg[0]->trunk->name,
					  route_of(call), release->cause);
	/* RFC 3666 3.6: beyond interworking nobody makes a tone of the cause. */
	if (!treatment.wanted &&
	    (treatment.none || !call->setup.interworking || kind == TREATMENT_NONE))
		return false;
	if (kind == TREATMENT_NONE)
		kind = TREATMENT_CONGESTION;
	call->treating = true;
	/* Nobody's confirmation is awaited: the caller's release is not asked for yet. */
	if (!call->leg[1])
		timer_stop(&call->guard);
	log_write(LOG_INFO, call->record.id, "%s before the release",
		  treatment.sound ? "announcement" : "tone");
	/* A leg that hears of media in band ends its ringback, and may let go. */
	call->leg[0]->ops->event(call->leg[0], &event);
	if (!call->leg[0])
		return true;
	play(call, 0, &treatment, kind);
	timer_start_ms(&call->treatment, treatment.sound
						 ? media_sound_ms(treatment.sound) + GRACE_MS
						 : treatments_tone_ms(call->core->treatments));
	return true;
}

void call_treat_played(struct call *call)
{
	if (call->treating && timer_running(&call->treatment))
		timer_start_ms(&call->treatment, TAIL_MS);
}

void call_treat_end(struct call *call)
{
	if (!call->treating)
		return;
	call->treating = false;
	timer_stop(&call->treatment);
	call->depth++;
	call_leg_release(call, 0, &call->record.release);
	if (--call->depth == 0 && !call->leg[0] && !call->leg[1])
		call_end(call);
}

void call_treat_expired(struct timer *timer, void *arg)
{
	(void)timer;
	call_treat_end(arg);
}
