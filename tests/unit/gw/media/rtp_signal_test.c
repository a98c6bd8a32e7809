/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tones, signals and digits as RFC 4733 has them through one channel, on a network that loses. */
#include "gw/media/red.h"
#include "gw/media/signals.h"
#include "tests/unit/gw/media/digits_heard.h"
#include "tests/unit/gw/media/rig_kept.h"

/* ---- tones and signals ---- */

static double power_at(const uint8_t *octets, size_t n, double hz)
{
	double c = 0, s = 0;

	for (size_t i = 0; i < n; i++) {
		c += g711_a_linear[octets[i]] * cos(2 * M_PI * hz * (double)i / 8000);
		s += g711_a_linear[octets[i]] * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 20 * log10(2 * sqrt(c * c + s * s) / (double)n / 32256 + 1e-9) + 3.14;
}

static void send_tone(struct rig *rig, uint32_t timestamp, unsigned hz1, unsigned hz2, bool marker)
{
	const uint8_t payload[] = {
		0, 13, 0, 160, (uint8_t)(hz1 >> 8), (uint8_t)hz1, (uint8_t)(hz2 >> 8), (uint8_t)hz2
	};
	const struct rtp_packet p = { .payload_type = TONE_TYPE,
				      .marker = marker,
				      .sequence = rig->peer_sequence++,
				      .timestamp = timestamp,
				      .ssrc = 99 };

	peer_send(rig, &p, payload, hz2 ? 8 : 6);
}

/* audio/tone: what is a digit is one, whole, though packets are lost; what is none is heard as it is. */
static void tones_in(void)
{
	struct media_rtp_params params;
	struct rig rig;
	uint32_t at = PEER_ORIGIN;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.tone_payload_type_in = TONE_TYPE;
	set(&rig, &params);
	for (unsigned k = 0; k < 100; k++, at += 160) {
		send_tone(&rig, at, 440, 480, k == 0);
		run(&rig, 20);
	}
	CU_ASSERT_DOUBLE_EQUAL(power_at(rig.heard + 8000, 4000, 440), -16, 0.5);
	CU_ASSERT_DOUBLE_EQUAL(power_at(rig.heard + 8000, 4000, 480), -16, 0.5);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 0);
	for (unsigned k = 0; k < 10; k++, at += 160) {
		if (k == 3 || k == 4)
			rig.peer_sequence++;
		else
			send_tone(&rig, at, 945, 1330, k == 0);
		run(&rig, 20);
	}
	run(&rig, 500);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 1);
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].digit, '0');
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].duration_ms, 200);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	rig_close(&rig);
}

/* An answer tone whose phase turns: heard as such, reported when it begins and ends. */
static void answer_tone_in(void)
{
	struct rig rig;
	uint32_t at = PEER_ORIGIN;
	size_t turns = 0;
	size_t from;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	run(&rig, 100);
	from = rig.heard_n + 1600;
	for (unsigned k = 1; k <= 22; k++) {
		peer_send_event(&rig, at, 32, k * 160, k == 22, k == 1);
		run(&rig, 20);
	}
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_SIGNAL), 2);
	CU_ASSERT_EQUAL(rig.reports[0].kind, MEDIA_EV_RTP_STARTED);
	CU_ASSERT_EQUAL(rig.reports[1].digit, MEDIA_SIGNAL_ANS);
	CU_ASSERT_FALSE(rig.reports[1].ended);
	CU_ASSERT(rig.reports[2].ended);
	CU_ASSERT_EQUAL(rig.reports[2].duration_ms, 440);
	at += 22 * 160;
	for (unsigned k = 1; k <= 50; k++) {
		peer_send_event(&rig, at, 33, k * 160, k == 50, k == 1);
		run(&rig, 20);
	}
	CU_ASSERT_DOUBLE_EQUAL(power_at(rig.heard + from, 800, 2100), -12, 0.5);
	/* a turn: the sine 80 samples, 21 periods, before is the other way round */
	for (size_t i = from; i + 1 < from + 10000; i += 16) {
		double same = 0;

		for (size_t k = 0; k < 16; k++)
			same += (double)g711_a_linear[rig.heard[i + k]] *
				g711_a_linear[rig.heard[i + k - 80]];
		turns += same < 0;
	}
	/* at its beginning, 450 and 900 ms later: 5 pieces each */
	CU_ASSERT(turns >= 3 * 4 && turns <= 3 * 6);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.signals_in, 2);
	rig_close(&rig);
}

/* Three bits of V.21 in one packet, in their place. */
static void bits_in(void)
{
	static const uint8_t payload[] = { 38, 0x80, 0, 27, 37, 0x80, 0, 27, 38, 0x80, 0, 26 };
	struct rig rig;
	uint32_t at = PEER_ORIGIN;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	for (unsigned k = 0; k < 100; k++, at += 80) {
		send_typed(&rig, EVENT_TYPE, at, payload, sizeof(payload));
		run(&rig, 20);
		if (k % 2)
			at += 160;
	}
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 0);
	CU_ASSERT_EQUAL(rig.n_reports, 1);
	CU_ASSERT(power_at(rig.heard + 8000, 4000, 980) > -30);
	send_typed(&rig, EVENT_TYPE, at, payload, 7);
	run(&rig, 20);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.refused, 1);
	rig_close(&rig);
}

/* Out: as an event when the peer takes it, else as a tone, and a flash not at all. */
static void signals_out(void)
{
	struct media_rtp_params params;
	struct rig rig;
	unsigned events = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.says_tone = true;
	kept.n = 0;
	pipeline_digit(&rig.pipeline, 0, MEDIA_SIGNAL_FLASH, 300);
	pipeline_digit(&rig.pipeline, 0, MEDIA_SIGNAL_CNG, 500);
	run(&rig, 1000);
	for (size_t i = 0; i < kept.n; i++)
		events += kept.packet[i].p.payload_type == EVENT_TYPE;
	CU_ASSERT_EQUAL(events, 0);
	CU_ASSERT_DOUBLE_EQUAL(power_at(kept.packet[10].payload, 160, 1100), -11, 0.5);
	params = rig.rtp.params;
	params.events = 0xFFFF | UINT64_C(1) << 16 | UINT64_C(1) << 36;
	set(&rig, &params);
	rig.n_events = kept.n = 0;
	pipeline_digit(&rig.pipeline, 0, MEDIA_SIGNAL_FLASH, 300);
	pipeline_digit(&rig.pipeline, 0, MEDIA_SIGNAL_CNG, 500);
	pipeline_digit(&rig.pipeline, 0, '7', 100);
	run(&rig, 1500);
	for (size_t i = 0; i < kept.n; i++) {
		struct rtp_event event;

		if (kept.packet[i].p.payload_type != EVENT_TYPE)
			continue;
		CU_ASSERT_EQUAL(rtp_event_decode(&event, kept.packet[i].payload, 4), 0);
		CU_ASSERT(event.event == 16 || event.event == 36 || event.event == 7);
		events |= event.end ? 1u << (event.event == 7 ? 1 : event.event == 16 ? 2 : 3) : 0;
	}
	CU_ASSERT_EQUAL(events, 2 + 4 + 8);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_out, 4); /* the tone, too */
	/* and on the line */
	pipeline_digit(&rig.pipeline, 1, MEDIA_SIGNAL_ANSAM, 1000);
	run(&rig, 1000);
	CU_ASSERT_DOUBLE_EQUAL(power_at(rig.heard + rig.heard_n - 4000, 1600, 2100), -12, 0.6);
	rig_close(&rig);
}

/* ---- digits on a network that loses ---- */

/* Digits heard on the line, whole. */
static unsigned heard_digits(const struct rig *rig, char *text, size_t cap)
{
	return digits_heard(G711_A, rig->heard, rig->heard_n, text, cap);
}

struct lossy {
	uint32_t random;
	unsigned delay_ms; /* of the jitter buffer */
	bool redundant, audio_first;
};

static bool is_lost(struct lossy *net, struct rig *rig)
{
	bool lost;

	net->random = net->random * 1664525 + 1013904223;
	lost = (net->random >> 16) % 100 < 10;
	rig->peer_sequence += lost;
	return lost;
}

/* The audio of the time of at: the tone, as long as the digit lasts. */
static void lossy_audio(struct lossy *net, struct rig *rig, struct tone_player *tone, uint32_t at)
{
	int16_t linear[160];
	uint8_t audio[160];

	tone_player_play(tone, linear, 160);
	g711_compress(G711_A, audio, linear, 160);
	if (!is_lost(net, rig))
		send_typed(rig, 8, at, audio, 160);
}

/* k packets into a digit of so many; what follows a digit has silence and, redundant, its end. */
static void lossy_event(struct lossy *net, struct rig *rig, unsigned digit, unsigned k,
			unsigned updates)
{
	const bool end = k >= updates;
	const unsigned length = (end ? updates : k) * 160;
	const struct rtp_event e = { (uint8_t)digit, end, 10, (uint16_t)length };
	uint32_t start = rig->peer_timestamp;
	uint8_t silence[160], event[4], octets[400];
	const struct red_block blocks[2] = {
		{ EVENT_TYPE, (uint16_t)((k - 1) * 160), event, 4 },
		{ 8, 0, silence, 160 },
	};

	rtp_event_encode(event, &e);
	memset(silence, 0xD5, 160);
	if (k <= updates + 2) {
		/* redundant, only one packet tells of a digit's end without being sent again */
		if ((k == 1 && net->redundant) || !is_lost(net, rig))
			peer_send_event(rig, start, digit, length, end, k == 1);
	} else if (net->redundant && k <= updates + 5 && !is_lost(net, rig)) {
		send_typed(rig, RED_TYPE, start + (k - 1) * 160, octets,
			   red_encode(octets, sizeof(octets), blocks, 2));
	}
}

static void lossy_open(struct lossy *net, struct rig *rig)
{
	struct media_rtp_params params;

	rig_open(rig, 20, MEDIA_PCMA, 20);
	params = rig->rtp.params;
	params.red_payload_type_in = RED_TYPE;
	params.jitter_min_ms = (uint16_t)net->delay_ms;
	params.jitter_max_ms = 300;
	set(rig, &params);
}

/*
 * Digits of 60 to 120 ms at 10 % of loss, with audio of the same digits beside the events, before
 * or behind them, with and without redundancy: none is lost, doubled, or heard beside the event.
 */
static void lossy_digits(struct lossy net)
{
	char said[64], text[64];
	uint32_t seed = net.random;
	struct rig rig;

	lossy_open(&net, &rig);
	for (unsigned d = 0; d < 50; d++) {
		unsigned digit = (seed + d * 7) % 16, updates = net.redundant ? 3 : 5 + d % 2;
		struct tone_player tone;

		said[d] = "0123456789*#ABCD"[digit];
		said[d + 1] = '\0';
		tone_player_start(&tone, tone_dtmf(said[d]));
		for (unsigned k = 1; k <= updates + 14; k++) {
			uint32_t at = rig.peer_timestamp + (k - 1) * 160;

			if (k == updates + 1)
				tone_player_start(&tone, NULL);
			if (net.audio_first)
				lossy_audio(&net, &rig, &tone, at);
			lossy_event(&net, &rig, digit, k, updates);
			if (!net.audio_first)
				lossy_audio(&net, &rig, &tone, at);
			run(&rig, 20);
		}
		rig.peer_timestamp += (updates + 14) * 160;
	}
	run(&rig, 700);
	heard_digits(&rig, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, said);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 50);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 50);
	rig_close(&rig);
}

static void digits_at_10_percent(void)
{
	static const unsigned delays_ms[] = { 20, 100, 220 };

	for (unsigned i = 0; i < 3; i++)
		for (uint32_t seed = 1; seed <= 6; seed++)
			lossy_digits((struct lossy){ .random = seed,
						     .delay_ms = delays_ms[i],
						     .redundant = seed % 2,
						     .audio_first = seed % 4 < 2 });
}

/* Audio before and behind a digit that core sends on is heard to the octet, and none in its time. */
static void audio_around_a_digit(void)
{
	const uint32_t at = 8050, n = 805;
	struct media_rtp_params params;
	struct rig rig;
	size_t from = 0, silent = 0, others = 0;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.jitter_fixed = true;
	params.jitter_min_ms = 100;
	set(&rig, &params);
	rig.bearer.end.digits_apart = true;
	rig.peer_ptime = 160;
	run(&rig, 1040); /* the first 30 ms are there before it is known what they are */
	for (unsigned k = 2; k <= 8; k++) {
		if (k != 4) /* lost: the audio after it is of the digit all the same */
			peer_send_event(&rig, PEER_ORIGIN + at, 5, k < 6 ? k * 160 : n, k >= 6,
					k == 2);
		run(&rig, 20);
	}
	run(&rig, 1000);
	while (from < rig.heard_n && rig.heard[from] != pattern(0))
		from++;
	while (from < rig.heard_n && rig.heard[from] != 0xD5)
		from++;
	CU_ASSERT_FATAL(from > 4000 && from + n + 4000 < rig.heard_n);
	for (size_t i = from - 4000; i < from + n + 4000; i++) {
		bool within = i >= from && i < from + n;

		silent += within && rig.heard[i] == 0xD5;
		/* what comes before the end is told may be of the digit */
		if (i < from || i >= from + n + 160)
			others += rig.heard[i] != pattern(i + at - from);
	}
	CU_ASSERT_EQUAL(others, 0);
	CU_ASSERT_EQUAL(silent, n);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 1);
	rig_close(&rig);
}

/* An event of which every packet was lost comes with the next's. */
static void event_recovered(void)
{
	static const struct rtp_event lost = { 3, true, 10, 800 }, next = { 4, true, 10, 800 };
	struct media_rtp_params params;
	uint8_t a[4], b[4], octets[64];
	const struct red_block blocks[2] = { { EVENT_TYPE, 2400, a, 4 }, { EVENT_TYPE, 0, b, 4 } };
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	params = rig.rtp.params;
	params.red_payload_type_in = RED_TYPE;
	set(&rig, &params);
	rtp_event_encode(a, &lost);
	rtp_event_encode(b, &next);
	for (unsigned k = 0; k < 3; k++) {
		send_typed(&rig, RED_TYPE, PEER_ORIGIN + 2400, octets,
			   red_encode(octets, sizeof(octets), blocks, 2));
		run(&rig, 20);
	}
	run(&rig, 500);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 2);
	CU_ASSERT_EQUAL(rig.reports[1].digit, '3');
	CU_ASSERT_EQUAL(rig.reports[2].digit, '4');
	rig_close(&rig);
}

/* A digit of 100 ms, whose end is sent three times. */
static void peer_says_digit(struct rig *rig, uint32_t timestamp, unsigned digit)
{
	for (unsigned k = 1; k <= 7; k++) {
		peer_send_event(rig, timestamp, digit, (k < 5 ? k : 5) * 160, k >= 5, k == 1);
		run(rig, 20);
	}
}

/* Timestamps go back, or far ahead, sequence numbers go on; what is late of an ended event is not another. */
static void jump_by(uint32_t by)
{
	struct rig rig;
	uint32_t at = PEER_ORIGIN;
	char text[8];

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	peer_says_digit(&rig, at, 1);
	peer_says_digit(&rig, at + 2400, 2);
	peer_says_digit(&rig, at, 1); /* again, and again after the next */
	at += 4800 + by;
	peer_says_digit(&rig, at, 3);
	peer_says_digit(&rig, at + 65535, 4);
	peer_send_event(&rig, at, 3, 800, true, false);
	run(&rig, 400);
	heard_digits(&rig, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "1234");
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 4);
	rig_close(&rig);
}

static void timestamps_jump(void)
{
	jump_by(0);
	jump_by(-1000000u);
	jump_by(-500000000u);
	jump_by(INT32_MAX + 1000000u);
}

/* A peer that sends audio beside its events: all of it is read when it comes. */
static void events_beside_audio(void)
{
	struct rig rig;

	rig_open(&rig, 20, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	run(&rig, 500);
	for (unsigned d = 0; d < 5; d++) {
		peer_says_digit(&rig, rig.peer_clock, d);
		run(&rig, 40);
		CU_ASSERT_EQUAL(rig.rtp.end.stats.packets_in,
				(uint16_t)(rig.peer_sequence - 65000));
	}
	CU_ASSERT_EQUAL(rig.rtp.jitter.late, 0);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "tones in", tones_in },
		{ "answer tone in", answer_tone_in },
		{ "bits in", bits_in },
		{ "signals out", signals_out },
		{ "digits at 10 % loss", digits_at_10_percent },
		{ "audio around a digit", audio_around_a_digit },
		{ "an event recovered", event_recovered },
		{ "timestamps jump", timestamps_jump },
		{ "events beside audio", events_beside_audio },
		CU_TEST_INFO_NULL,
	};

	return cu_run("rtp_signal", tests, argc, argv);
}
