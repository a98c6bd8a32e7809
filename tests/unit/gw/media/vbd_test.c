/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A fax or modem is heard: voice-band data, until both sides are silent. */
#include "tests/unit/gw/media/rig_run.h"

static const struct media_bearer_params fax = {
	.echo_tail_ms = 32, .hear_dtmf = true, .hear_tones = true, .fax = MEDIA_FAX_VBD
};

static void open_with(struct rig *rig, const struct media_bearer_params *params)
{
	rig_open(rig, 5, MEDIA_PCMA, 20);
	rig->rtp.timeout_ms = 0;
	rig_card(rig, params);
	rig->says_tone = true; /* silence, to begin with */
	rig_run(rig, 500);
}

static const struct media_event *vbd_report(const struct rig *rig, unsigned number)
{
	for (size_t i = 0; i < rig->n_reports; i++)
		if (rig->reports[i].kind == MEDIA_EV_VBD && !number--)
			return &rig->reports[i];
	return NULL;
}

static void line_says(struct rig *rig, const struct tone_signal *signal, unsigned ms)
{
	if (signal)
		tone_player_start_signal(&rig->says, signal);
	else
		tone_player_start(&rig->says, NULL);
	rig_run(rig, ms);
}

/* The peer says it in its audio. */
static void peer_says(struct rig *rig, struct tone_player *player, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = rig->peer_sequence++,
					      .timestamp = rig->peer_timestamp,
					      .ssrc = 99 };
		int16_t linear[160];
		uint8_t octets[160];

		tone_player_play(player, linear, 160);
		g711_compress(G711_A, octets, linear, 160);
		peer_send(rig, &p, octets, 160);
		rig->peer_timestamp += 160;
		rig_run(rig, 20);
	}
}

/* As the reports have it (RFC 3611 4.7.6). */
static uint8_t receiver(struct rig *rig)
{
	rig->rtp.reception.started = true; /* whatever it was that came */
	rtp_end_rate(&rig->rtp);
	return rig->rtp.end.stats.quality.receiver;
}

/* The peer's silence for 10 s, each 20th packet of which is missing; the R factor. */
static uint8_t rate_lossy(struct rig *rig)
{
	static const struct media_quality none;
	uint8_t octets[160];

	memset(octets, 0xD5, sizeof(octets));
	for (unsigned i = 0; i < 500; i++) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = rig->peer_sequence++,
					      .timestamp = rig->peer_timestamp,
					      .ssrc = 99 };

		if (i % 20 != 10)
			peer_send(rig, &p, octets, 160);
		rig->peer_timestamp += 160;
		rig_run(rig, 20);
	}
	rig->rtp.end.stats.quality = none;
	rtp_end_rate(&rig->rtp);
	return rig->rtp.end.stats.quality.r_factor;
}

/* RFC 3611 4.7.5, 4.7.6: losses are silence, and rated so, as G.113 has it, while the report says so. */
static void rated(void)
{
	struct rig rig;
	uint8_t talk, data;

	open_with(&rig, &fax);
	talk = rate_lossy(&rig);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.quality.receiver & 0xC0, 0xC0);
	line_says(&rig, &tone_ans, 1000);
	CU_ASSERT_FATAL(rig.rtp.vbd);
	data = rate_lossy(&rig);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.quality.receiver & 0xC0, 0x40);
	CU_ASSERT(talk >= 72 && talk <= 78);
	CU_ASSERT(data >= 34 && data <= 44);
	rig_close(&rig);
}

/* On at that side once, through pauses as long as T.30's, and off again after a longer one. */
static void expect_vbd(struct rig *rig, unsigned side)
{
	const struct media_event *begin = vbd_report(rig, 0), *end;

	CU_ASSERT_PTR_NOT_NULL_FATAL(begin);
	CU_ASSERT(begin->side == side && !begin->ended);
	CU_ASSERT(rig->rtp.jitter.conf.fixed && rig->rtp.vbd && rig->pipeline.vbd);
	CU_ASSERT_EQUAL(receiver(rig), 0x60); /* losses are silence, the delay is fixed */
	for (unsigned pause = 0; pause < 2; pause++) {
		line_says(rig, NULL, 6000);
		CU_ASSERT_PTR_NULL(vbd_report(rig, 1));
		CU_ASSERT(rig->rtp.jitter.conf.fixed && rig->rtp.vbd && rig->pipeline.vbd);
		line_says(rig, &tone_cng, 100);
	}
	line_says(rig, NULL, 7200);
	end = vbd_report(rig, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	CU_ASSERT(end->ended);
	CU_ASSERT_FALSE(rig->rtp.jitter.conf.fixed || rig->rtp.vbd || rig->pipeline.vbd);
	CU_ASSERT_EQUAL(receiver(rig), 0xF0);
	CU_ASSERT_PTR_NULL(vbd_report(rig, 2));
	CU_ASSERT_EQUAL(rig->rtp.end.stats.vbd, 1);
	CU_ASSERT_EQUAL(rig->bearer.end.stats.vbd, 1);
}

static void from_line(void)
{
	static const struct tone_signal *const signals[] = { &tone_ans, &tone_ans_reversed,
							     &tone_ansam, &tone_ansam_reversed };

	for (unsigned i = 0; i < 4; i++) {
		struct rig rig;

		open_with(&rig, &fax);
		line_says(&rig, signals[i], 200);
		CU_ASSERT_PTR_NULL(vbd_report(&rig, 0));
		line_says(&rig, signals[i], 1500);
		CU_ASSERT(rig.bearer.end.stats.echo.nlp_off);
		line_says(&rig, NULL, 100);
		CU_ASSERT(reports_of(&rig, MEDIA_EV_SIGNAL) >= 2);
		expect_vbd(&rig, 1);
		rig_close(&rig);
	}
}

static void from_peer(void)
{
	struct tone_player player;
	struct rig rig;

	open_with(&rig, &fax);
	tone_player_start_signal(&player, &tone_ans);
	peer_says(&rig, &player, 1200);
	expect_vbd(&rig, 0);
	rig_close(&rig);
	/* with a bearer that has no canceller, too */
	open_with(&rig, &(struct media_bearer_params){ .hear_tones = true, .fax = MEDIA_FAX_VBD });
	tone_player_start_signal(&player, &tone_ans);
	peer_says(&rig, &player, 1200);
	expect_vbd(&rig, 0);
	rig_close(&rig);
}

static void from_event(void)
{
	uint32_t timestamp;
	struct rig rig;

	open_with(&rig, &fax);
	timestamp = rig.peer_clock;
	for (unsigned k = 1; k <= 50; k++) {
		peer_send_event(&rig, timestamp, 32, k * 160, k == 50, k == 1);
		rig_run(&rig, 20);
	}
	expect_vbd(&rig, 0);
	rig_close(&rig);
}

static void not_asked_for(void)
{
	struct media_bearer_params params = fax;
	struct rig rig;

	params.fax = MEDIA_FAX_OFF;
	open_with(&rig, &params);
	line_says(&rig, &tone_ans, 1500);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SIGNAL), 1);
	CU_ASSERT_PTR_NULL(vbd_report(&rig, 0));
	rig_close(&rig);
	/* CNG says only who calls */
	open_with(&rig, &fax);
	line_says(&rig, &tone_cng, 1500);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SIGNAL), 2);
	CU_ASSERT_PTR_NULL(vbd_report(&rig, 0));
	rig_close(&rig);
}

/* What is lost is not made up, and digits are not looked for. */
static void untouched(void)
{
	struct tone_player player;
	struct rig rig;
	size_t n;

	open_with(&rig, &fax);
	line_says(&rig, &tone_ans, 1000);
	CU_ASSERT(rig.pipeline.vbd);
	tone_player_start_signal(&player, &tone_ans);
	peer_says(&rig, &player, 400);
	n = rig.heard_n;
	rig.peer_timestamp += 160; /* one packet is lost */
	rig.peer_sequence++;
	peer_says(&rig, &player, 400);
	size_t silent = 0, longest = 0;

	for (size_t i = n; i < rig.heard_n; i++) {
		silent = rig.heard[i] == 0xD5 ? silent + 1 : 0;
		longest = silent > longest ? silent : longest;
	}
	CU_ASSERT(longest >= 160 && longest < 170);
	CU_ASSERT(rig.rtp.jitter.lost >= 160);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, 0);
	tone_player_start(&rig.says, tone_dtmf('5'));
	rig.got_n = 0;
	rig_run(&rig, 300);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 0);
	CU_ASSERT_EQUAL(rig.n_events, 0);
	for (size_t i = 400, run = 0; i < rig.got_n; i++) {
		run = rig.got[i] == 0xD5 ? run + 1 : 0;
		CU_ASSERT_FATAL(run < 20);
	}
	rig_close(&rig);
}

/* ---- the delay that it gets ---- */

/* A peer that talks by way of a network that delays packets, in order. */
struct jittery {
	uint32_t random;
	unsigned spread_ms;
	uint64_t due_us[16]; /* of the next packets to be sent */
	uint64_t last_us;
	unsigned said, sent;
};

static void jittery_run(struct rig *rig, struct jittery *net, unsigned ms)
{
	uint8_t octets[160];

	memset(octets, 0x35, sizeof(octets));
	for (unsigned t = 0; t < ms; t += 5) {
		uint64_t now_us = rig->round.now_us;

		if (t % 20 == 0) {
			net->random = net->random * 1664525 + 1013904223;
			now_us += (net->random >> 8) % (net->spread_ms * 1000 + 1);
			if (net->last_us < now_us)
				net->last_us = now_us;
			net->due_us[net->said++ % 16] = net->last_us;
		}
		while (net->sent != net->said && net->due_us[net->sent % 16] <= rig->round.now_us) {
			const struct rtp_packet p = { .payload_type = 8,
						      .sequence = (uint16_t)net->sent,
						      .timestamp = net->sent++ * 160,
						      .ssrc = 99 };

			peer_send(rig, &p, octets, 160);
		}
		rig_run(rig, 5);
	}
}

/* On a network of that jitter, with that buffer; the delay as voice-band data, in ms. */
static unsigned vbd_delay(unsigned spread_ms, unsigned min_ms, unsigned max_ms, bool fixed)
{
	struct jittery net = { .random = 3, .spread_ms = spread_ms };
	struct media_rtp_params params;
	struct rig rig;
	uint64_t lost;
	unsigned ms;

	open_with(&rig, &fax);
	params = rig.rtp.params;
	params.jitter_min_ms = (uint16_t)min_ms;
	params.jitter_max_ms = (uint16_t)max_ms;
	params.jitter_fixed = fixed;
	rtp_end_set(&rig.rtp, &params, &rig.round);
	jittery_run(&rig, &net, 10000);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	tone_player_start_signal(&rig.says, &tone_ans);
	jittery_run(&rig, &net, 1000);
	CU_ASSERT(rig.pipeline.vbd);
	ms = jitter_target(&rig.rtp.jitter) / 8;
	CU_ASSERT(rig.rtp.jitter.conf.fixed);
	/* negotiated again */
	params.silence_ms = 1000;
	rtp_end_set(&rig.rtp, &params, &rig.round);
	CU_ASSERT_EQUAL(jitter_target(&rig.rtp.jitter) / 8, ms);
	lost = rig.rtp.jitter.lost;
	jittery_run(&rig, &net, 10000);
	if (!fixed && max_ms != 70)
		CU_ASSERT_EQUAL(rig.rtp.jitter.lost, lost);
	rig_close(&rig);
	return ms;
}

static void delays(void)
{
	unsigned needed = vbd_delay(80, 20, 200, false);

	CU_ASSERT(needed > 65 && needed < 85);
	CU_ASSERT_EQUAL(vbd_delay(80, 0, 0, false), needed);
	CU_ASSERT_EQUAL(vbd_delay(80, 20, 70, false), 70);
	CU_ASSERT_EQUAL(vbd_delay(80, 110, 200, false), 110);
	CU_ASSERT_EQUAL(vbd_delay(5, 20, 200, false), 60);
	CU_ASSERT_EQUAL(vbd_delay(5, 20, 40, false), 40);
	CU_ASSERT_EQUAL(vbd_delay(5, 30, 200, true), 30);
	CU_ASSERT_EQUAL(vbd_delay(5, 0, 0, true), 60);
	CU_ASSERT(vbd_delay(120, 20, 200, false) > needed + 10);
}

/* One end goes: what comes after it is another call. */
static void detached(void)
{
	struct rig rig;

	open_with(&rig, &fax);
	line_says(&rig, &tone_ans, 1000);
	CU_ASSERT(rig.pipeline.vbd);
	pipeline_detach(&rig.pipeline, 0, &rig.round);
	CU_ASSERT_FALSE(rig.pipeline.vbd);
	CU_ASSERT_PTR_NOT_NULL_FATAL(vbd_report(&rig, 1));
	CU_ASSERT(vbd_report(&rig, 1)->ended);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "heard from the line", from_line },
		{ "heard from the peer", from_peer },
		{ "told of by the peer", from_event },
		{ "not asked for", not_asked_for },
		{ "passes untouched", untouched },
		{ "its delay", delays },
		{ "an end goes", detached },
		{ "its rating", rated },
		CU_TEST_INFO_NULL,
	};

	return cu_run("voice-band data", tests, argc, argv);
}
