/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ends of a channel as core makes them and takes them back: sockets, ports, timeslots. Core
 * thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/fetch.h"
#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "gw/media/bearer_set.h"

static void trace(const struct media_channel *channel, const char *text)
{
	struct trace_event event = { .kind = TRACE_MEDIA,
				     .call = channel->label,
				     .text = str_c(text) };

	if (channel->label[0])
		trace_emit(&event);
}

static void attach(struct channel_end *end, unsigned side)
{
	const struct engine_command command = {
		.kind = ENGINE_ATTACH,
		.channel = end->channel,
		.side = side,
		.place = end->place,
		.end = end,
	};

	end->channel->ends[side] = end;
	engine_send(end->channel->engine, &command);
}

/* ---- RTP ---- */

static void identity_make(struct media_engine *engine, struct rtp_identity *identity)
{
	uint64_t a = engine_random(engine), b = engine_random(engine);

	identity->ssrc = (uint32_t)a;
	identity->timestamp = (uint32_t)(a >> 32);
	identity->sequence = (uint16_t)b;
	identity->random = engine_random(engine);
	identity->ntp_offset_us = engine->ntp_offset_us;
	/* RFC 7022 4.2: 96 random bits, new for each session */
	snprintf(identity->cname, sizeof(identity->cname), "%08x%016llx", (unsigned)(b >> 32),
		 (unsigned long long)engine_random(engine));
}

int media_rtp_open(struct media_channel *channel, unsigned side, const char *address,
		   uint16_t *local_port)
{
	struct media_engine *engine = channel->engine;
	struct rtp_end_conf conf = {
		.jitter_min_ms = engine->conf.jitter_min_ms,
		.jitter_max_ms = engine->conf.jitter_max_ms,
		.timeout_ms = engine->conf.rtp_timeout_ms,
	};
	struct rtp_identity identity;
	struct channel_end *end;
	char text[128];
	int rc;

	if (channel->ends[side])
		return -EBUSY;
	end = lines_alloc(sizeof(*end));
	if (!end)
		return -ENOMEM;
	rc = ports_open(engine->ports, address, &end->pair);
	if (rc) {
		free(end);
		return rc;
	}
	end->channel = channel;
	conf.fd = end->pair.fd;
	conf.rtcp_fd = end->pair.rtcp_fd;
	conf.direct_fd = end->pair.direct_fd;
	identity_make(engine, &identity);
	rtp_end_init(&end->rtp, &conf, &identity);
	attach(end, side);
	*local_port = end->pair.port;
	if (trace_wanted(TRACE_MEDIA)) {
		snprintf(text, sizeof(text), "RTP open %s:%u", address, end->pair.port);
		trace(channel, text);
	}
	return 0;
}

int media_rtp_set(struct media_channel *channel, unsigned side,
		  const struct media_rtp_params *params)
{
	struct channel_end *end = channel->ends[side];
	const struct engine_command command = {
		.kind = ENGINE_RTP_SET, .channel = channel, .side = side, .rtp = *params
	};

	if (!end || end->is_bearer || params->codec >= MEDIA_CODECS)
		return -EINVAL;
	engine_send(channel->engine, &command);
	return 0;
}

/* ---- bearers ---- */

static struct engine_span *span_find(struct media_engine *engine, const struct tdm_span *span)
{
	for (size_t i = 0; i < engine->n_spans; i++)
		if (engine->spans[i]->span == span)
			return engine->spans[i];
	return NULL;
}

/* The timeslot's end gets its descriptor, and its place in the channel. */
static void bearer_start(struct channel_end *end, int fd, unsigned side)
{
	const struct media_bearer_params *params = &end->channel->bearer_params[side];

	end->span->slot[end->timeslot] = end;
	bearer_end_init(&end->bearer, fd, end->span->span, end->timeslot,
			end->span->clock_fd < 0 ? NULL : &end->span->clock);
	bearer_end_params(&end->bearer, params);
	attach(end, side);
	if (end->continuity)
		(void)media_continuity(end->channel, side, end->continuity);
	kernel_cross_review(end->channel);
	span_echo_review(end->channel);
}

/*
 * The timeslot's last end may still be with the thread, which lets go within a round: then the new
 * one waits for its descriptor.
 */
static int bearer_place(struct channel_end *end, unsigned side)
{
	struct channel_end *last = end->span->slot[end->timeslot];
	int fd, rc;

	if (last && (!last->closing || last->heir))
		return -EBUSY;
	rc = lane_take(end->span, &end->channel->bearer_params[side], &end->place);
	if (rc)
		return rc;
	if (last) {
		last->heir = end;
		end->channel->ends[side] = end;
		return 0;
	}
	fd = tdm_span_bearer(end->span->span, end->timeslot);
	if (fd < 0) {
		lane_give(end->span, &end->place);
		return fd;
	}
	end->span->echo[end->timeslot] = TDM_ECHO_ON;
	bearer_start(end, fd, side);
	return 0;
}

int media_bearer_open(struct media_channel *channel, unsigned side, struct tdm_span *span,
		      unsigned timeslot)
{
	struct engine_span *known = span_find(channel->engine, span);
	struct channel_end *end;
	char text[128];
	int rc;

	if (channel->ends[side])
		return -EBUSY;
	if (!known || !timeslot || timeslot > tdm_span_timeslots(span))
		return -EINVAL;
	end = lines_alloc(sizeof(*end));
	if (!end)
		return -ENOMEM;
	end->channel = channel;
	end->is_bearer = true;
	end->span = known;
	end->timeslot = timeslot;
	rc = place_prepare(end, channel->ends[!side]);
	if (!rc)
		rc = bearer_place(end, side);
	if (rc) {
		channel_cross_free(end->cross);
		free(end);
		return rc;
	}
	if (trace_wanted(TRACE_MEDIA)) {
		snprintf(text, sizeof(text), "bearer open %s:%u", span->name, timeslot);
		trace(channel, text);
	}
	return 0;
}

/* ---- closing ---- */

/* One that waits for a descriptor was never with the thread. */
static bool heir_withdraw(struct channel_end *end)
{
	struct channel_end *last = end->is_bearer ? end->span->slot[end->timeslot] : NULL;

	if (!last || last->heir != end)
		return false;
	last->heir = NULL;
	channel_cross_free(end->cross);
	lane_give(end->span, &end->place);
	free(end);
	return true;
}

void media_end_close(struct media_channel *channel, unsigned side)
{
	const struct engine_command command = { .kind = ENGINE_DETACH,
						.channel = channel,
						.side = side };
	struct channel_end *end = channel->ends[side];

	if (!end)
		return;
	kernel_cross_end(channel);
	/* another circuit may do */
	channel->kernel.refused = channel->kernel.side[side].digits = false;
	channel->ends[side] = NULL;
	if (heir_withdraw(end))
		return;
	end->closing = true;
	engine_send(channel->engine, &command);
}

static void faults_log(const struct channel_end *end)
{
	uint64_t refused = end->end.stats.refused, unsent = end->end.stats.unsent;

	if (refused)
		log_write(LOG_WARNING, end->channel->label,
			  "%llu RTP packets refused on port %u: wrong source, payload type or form",
			  (unsigned long long)refused, end->pair.port);
	if (unsent)
		log_write(LOG_WARNING, end->channel->label,
			  "%llu RTP packets from port %u could not be sent: the host has no way to "
			  "the peer, or its queue is full",
			  (unsigned long long)unsent, end->pair.port);
}

void channel_end_free(struct channel_end *end)
{
	if (end->is_bearer) {
		end->span->slot[end->timeslot] = NULL;
		lane_give(end->span, &end->place);
		tdm_span_release(end->span->span, end->timeslot);
	} else {
		faults_log(end);
		ports_close(end->channel->engine->ports, &end->pair);
	}
	channel_cross_free(end->cross);
	free(end);
}

void channel_end_returned(struct channel_end *end)
{
	struct channel_end *heir = end->heir;
	int fd = end->bearer.fd;

	if (end->is_link) {
		place_link_returned(end);
		return;
	}
	if (!heir) {
		channel_end_free(end);
		return;
	}
	channel_cross_free(end->cross);
	lane_give(end->span, &end->place);
	free(end);
	bearer_start(heir, fd, heir->channel->ends[1] == heir);
}
