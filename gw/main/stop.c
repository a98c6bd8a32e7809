/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Stopping: block, drain, release, take the links out of service, then end the loop. */
#include "gw/base/log.h"
#include "gw/main/gateway.h"

#define LOOK_MS	   100
#define RELEASE_MS 5000 /* for the RLCs and the answers to BYE, once every call is released */
#define SIOS_MS	   200	/* for the other ends to hear that their links stop */
#define GROUP_MAX  32	/* circuits of one CGB: Q.763 3.43, range at most 31 */

/* Blocks the circuits that the configuration lists as runs, a group message for each. */
static void block_trunk(struct isup_trunk *trunk)
{
	const struct conf_isup *conf = isup_trunk_conf(trunk);
	struct isup *isup = isup_trunk_isup(trunk);

	for (size_t i = 0; i < conf->n_circuits; i++) {
		unsigned count = (unsigned)__builtin_popcount(conf->circuits[i].timeslots);
		unsigned first = conf->circuits[i].first_cic;
		int err;

		if (count > GROUP_MAX)
			count = GROUP_MAX;
		err = count > 1 ? isup_block_group(isup, (uint16_t)first, count, false)
				: isup_block(isup, (uint16_t)first);
		if (err)
			log_write(LOG_WARNING, isup_name(isup), "circuits from %u not blocked",
				  first);
	}
}

static size_t busy_circuits(const struct gateway *gw)
{
	size_t busy = 0;

	for (size_t i = 0; i < gw->n_trunks; i++)
		busy += isup_trunk_busy(gw->trunks[i]);
	return busy;
}

static void start_releasing(struct gateway *gw)
{
	gw->phase = GATEWAY_RELEASING;
	gw->stop_deadline_us = timer_heap_now_us(gw->heap) + RELEASE_MS * 1000;
	call_core_release_all(gw->core, Q850_TEMPORARY_FAILURE);
}

static void stop_links(struct gateway *gw)
{
	gw->phase = GATEWAY_STOPPING_LINKS;
	for (size_t i = 0; i < gw->n_linksets; i++)
		linkset_stop(gw->linksets[i]);
	timer_start_ms(&gw->stop_timer, gw->n_linksets ? SIOS_MS : 0);
}

static bool settled(const struct gateway *gw)
{
	return !call_core_calls(gw->core) && !busy_circuits(gw) && sip_ua_settled(gw->sip);
}

static void look(struct timer *timer, void *arg)
{
	struct gateway *gw = arg;
	bool late = timer_heap_now_us(gw->heap) >= gw->stop_deadline_us;

	if (gw->phase == GATEWAY_STOPPING_LINKS) {
		gw->phase = GATEWAY_STOPPED;
		uv_stop(gw->loop);
		return;
	}
	if (gw->phase == GATEWAY_DRAINING && (late || !call_core_calls(gw->core))) {
		start_releasing(gw);
		late = false;
	}
	if (gw->phase == GATEWAY_RELEASING && (settled(gw) || late)) {
		if (!settled(gw))
			log_write(LOG_WARNING, "causeway",
				  "stopping with %zu calls and %zu circuits not idle%s",
				  call_core_calls(gw->core), busy_circuits(gw),
				  sip_ua_settled(gw->sip) ? "" : ", SIP peers not told");
		stop_links(gw);
		return;
	}
	timer_start_ms(timer, LOOK_MS);
}

void gateway_stop(struct gateway *gw, bool graceful, uint64_t drain_ms)
{
	if (gw->phase >= GATEWAY_RELEASING)
		return;
	log_write(LOG_NOTICE, "causeway", "stopping %s", graceful ? "gracefully" : "now");
	call_core_drain(gw->core, true);
	load_drain(gw->load, true);
	sip_ua_drain(gw->sip, true);
	if (gw->phase == GATEWAY_RUNNING &&
	    timer_init(&gw->stop_timer, gw->heap, "stop", look, gw)) {
		uv_stop(gw->loop);
		return;
	}
	gw->stop_timer.subject = "causeway";
	gw->phase = GATEWAY_DRAINING;
	gw->stop_deadline_us = timer_heap_now_us(gw->heap) + (graceful ? drain_ms * 1000 : 0);
	for (size_t i = 0; graceful && i < gw->n_trunks; i++)
		block_trunk(gw->trunks[i]);
	timer_start_ms(&gw->stop_timer, 0);
}
