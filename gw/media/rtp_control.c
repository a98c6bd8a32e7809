/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTCP of an RTP session (RFC 3550 6.3, 6.4). */
#include <sys/socket.h>

#include "gw/base/counter.h"
#include "gw/media/rtp_end.h"

#define POLL_US	      100000
#define POLL_MAX      4
#define LOWER_OCTETS  28 /* IPv4 and UDP, 6.2 */
#define FIRST_AVERAGE (80 + LOWER_OCTETS)
#define RTT_MAX	      (60u << 16)

static struct counter refused = COUNTER_INIT("causeway_media_rtcp_refused_total",
					     "RTCP packets of the wrong source, or malformed");

/* 32.32 seconds since 1900; the wall clock was read once, so that a step of it changes nothing. */
static uint64_t ntp_time(const struct rtp_end *rtp, uint64_t now_us)
{
	uint64_t us = now_us + rtp->identity.ntp_offset_us;

	return us / 1000000 << 32 | ((us % 1000000) << 32) / 1000000;
}

static double control_random(struct rtp_control *control)
{
	control->random = control->random * 6364136223846793005u + 1442695040888963407u;
	return (double)(control->random >> 40) / (double)(1u << 24);
}

static bool we_sent(const struct rtp_end *rtp)
{
	return rtp->sent_packets != rtp->control.sent_at[1];
}

static uint64_t interval_us(struct rtp_end *rtp)
{
	struct rtp_control *control = &rtp->control;
	bool sender = we_sent(rtp);
	const struct rtcp_timing timing = {
		.members = control->heard || rtp->reception.started ? 2 : 1,
		.senders = sender + (rtp->reception.started ? 1u : 0u),
		.we_sent = sender,
		.initial = !control->sent_any,
		.average_octets = control->average_octets,
		.random = control_random(control),
	};

	return rtcp_interval_us(&timing);
}

static void note_size(struct rtp_control *control, size_t n)
{
	control->average_octets += ((double)(n + LOWER_OCTETS) - control->average_octets) / 16;
}

/* Where RTCP goes to and comes from, and nowhere else. */
static bool control_peer(const struct rtp_end *rtp, struct sockaddr_storage *peer)
{
	*peer = *source_lock_target(&rtp->lock);
	if (rtp->params.rtcp_mux)
		return peer->ss_family != AF_UNSPEC;
	if (rtp->params.remote_rtcp.ss_family != AF_UNSPEC) {
		*peer = rtp->params.remote_rtcp;
		return true;
	}
	sockaddr_set_port(peer, (uint16_t)(sockaddr_port(peer) + 1));
	return peer->ss_family != AF_UNSPEC;
}

/* ---- out ---- */

static void fill_report(struct rtp_end *rtp, struct rtcp_out *out, uint64_t now_us)
{
	const struct rtp_control *control = &rtp->control;

	if (!rtp->reception.started)
		return;
	out->has_report = true;
	out->source = rtp->reception.ssrc;
	reception_report(&rtp->reception, &out->report);
	if (control->lsr_us) {
		out->lsr = control->lsr;
		out->dlsr = (uint32_t)((now_us - control->lsr_us) * 65536 / 1000000);
	}
}

static void send_report(struct rtp_end *rtp, uint64_t now_us, bool bye)
{
	struct rtp_control *control = &rtp->control;
	struct rtcp_out out = {
		.ssrc = rtp->identity.ssrc,
		.cname = rtp->identity.cname,
		.sender = we_sent(rtp),
		.ntp = ntp_time(rtp, now_us),
		.rtp_timestamp = rtp->timestamp + (uint32_t)rtp->filled,
		.packets = rtp->sent_packets,
		.octets = rtp->sent_octets,
		.metrics = rtp->params.rtcp_xr ? &rtp->end.stats.quality : NULL,
		.bye = bye,
	};
	uint8_t octets[RTCP_OCTETS_MAX];
	struct sockaddr_storage peer;
	size_t n;

	if (!control_peer(rtp, &peer))
		return;
	fill_report(rtp, &out, now_us);
	if (out.metrics)
		rtp_end_rate(rtp);
	n = rtcp_encode(octets, &out);
	if (sendto(rtp->params.rtcp_mux ? rtp->path.fd : rtp->rtcp_fd, octets, n,
		   MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&peer,
		   sockaddr_octets(&peer)) < 0)
		return;
	control->sent_any = true;
	note_size(control, n);
}

/* A.7 OnExpire: the interval is computed again, and the report waits when that is longer. */
static void report_due(struct rtp_end *rtp, uint64_t now_us)
{
	struct rtp_control *control = &rtp->control;
	uint64_t due_us = control->last_us + interval_us(rtp);

	if (due_us > now_us) {
		control->next_us = due_us;
		return;
	}
	send_report(rtp, now_us, false);
	control->sent_at[1] = control->sent_at[0];
	control->sent_at[0] = rtp->sent_packets;
	control->last_us = now_us;
	control->next_us = now_us + interval_us(rtp);
}

/* ---- in ---- */

static void note_round_trip(struct rtp_end *rtp, const struct rtcp_in *in, uint64_t now_us)
{
	uint32_t now = (uint32_t)(ntp_time(rtp, now_us) >> 16);
	uint32_t trip = now - in->echoed_lsr - in->echoed_dlsr;

	if (in->reports_us && in->echoed_lsr && trip <= RTT_MAX)
		rtp->end.stats.rtt_us = (uint32_t)((uint64_t)trip * 1000000 / 65536);
}

/* The peer is silent on purpose, or has said that it will be, and what begins a pause may be lost. */
static bool payloads_pause(const struct rtp_end *rtp)
{
	return rtp->lock.paused || rtp->params.cn_payload_type_in;
}

void rtp_control_packet(struct rtp_end *rtp, const uint8_t *octets, size_t n,
			const struct round *round)
{
	struct rtp_control *control = &rtp->control;
	struct rtcp_in in;

	if (rtcp_decode(&in, octets, n, rtp->identity.ssrc)) {
		counter_add(&refused, 1);
		return;
	}
	note_size(control, n);
	control->heard = !in.bye;
	control->peer_is_sender = in.sender;
	if (in.sender) {
		control->lsr = in.lsr;
		control->lsr_us = round->now_us;
	}
	if (in.has_metrics)
		rtp->end.stats.peer_quality = in.metrics;
	/* A peer that may be silent for long is alive as long as it reports. */
	if (payloads_pause(rtp))
		rtp->last_in_us = round->now_us;
	source_lock_report(&rtp->lock, in.ssrc, round->now_us);
	if (in.bye)
		source_lock_bye(&rtp->lock, in.gone, round->now_us);
	note_round_trip(rtp, &in, round->now_us);
}

static void read_packets(struct rtp_end *rtp, const struct round *round)
{
	uint8_t octets[1500];
	struct sockaddr_storage from, peer;

	for (unsigned i = 0; i < POLL_MAX; i++) {
		socklen_t from_octets = sizeof(from);
		ssize_t n = recvfrom(rtp->rtcp_fd, octets, sizeof(octets), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &from_octets);

		if (n < 0)
			return;
		if (control_peer(rtp, &peer) && sockaddr_same(&from, &peer))
			rtp_control_packet(rtp, octets, (size_t)n, round);
		else
			counter_add(&refused, 1);
	}
}

/* ---- the session ---- */

void rtp_control_open(struct rtp_end *rtp, const struct round *round)
{
	struct rtp_control *control = &rtp->control;

	control->random = rtp->identity.random;
	control->average_octets = FIRST_AVERAGE;
	control->last_us = round->now_us;
	control->next_us = round->now_us + interval_us(rtp);
	/* spreads the polling of many sessions over time */
	control->poll_us = round->now_us + (uint64_t)(control_random(control) * POLL_US);
	counter_list(&refused);
}

void rtp_control_watch(struct rtp_end *rtp, const struct watch *watch)
{
	struct rtp_control *control = &rtp->control;

	if (control->watched)
		watch_remove(rtp->path.watch, rtp->rtcp_fd);
	control->watched = watch && watch_add(watch, rtp->rtcp_fd, &control->waiting);
	control->waiting = true;
}

static bool packets_due(const struct rtp_control *control, uint64_t now_us)
{
	return control->watched ? control->waiting : now_us >= control->poll_us;
}

void rtp_control_read(struct rtp_end *rtp, const struct round *round)
{
	struct rtp_control *control = &rtp->control;

	if (!packets_due(control, round->now_us) || !rtp->negotiated)
		return;
	control->waiting = false;
	control->poll_us = round->now_us + POLL_US;
	read_packets(rtp, round);
}

void rtp_control_upkeep(struct rtp_end *rtp, const struct round *round)
{
	if (rtp->negotiated && round->now_us >= rtp->control.next_us)
		report_due(rtp, round->now_us);
}

void rtp_control_close(struct rtp_end *rtp, const struct round *round)
{
	/* 6.3.7: who never sent anything says no BYE. */
	if (rtp->negotiated && (rtp->control.sent_any || rtp->sent_packets))
		send_report(rtp, round->now_us, true);
}
