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

/* On at that side once, through pauses as long as T.30's, and off again after a longer one. */
static void expect_vbd(struct rig *rig, unsigned side)
{
	const struct media_event *begin = vbd_report(rig, 0), *end;

	CU_ASSERT_PTR_NOT_NULL_FATAL(begin);
	CU_ASSERT(begin->side == side && !begin->ended);
	CU_ASSERT(rig->rtp.jitter.conf.fixed && rig->rtp.vbd && rig->pipeline.vbd);
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
		{ "an end goes", detached },
		CU_TEST_INFO_NULL,
	};

	return cu_run("voice-band data", tests, argc, argv);
}
