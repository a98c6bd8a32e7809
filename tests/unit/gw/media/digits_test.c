/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* DTMF through one channel: tones on the bearer, RFC 4733 events on RTP. */
#include "tests/unit/gw/media/rig_run.h"

static void say(struct rig *rig, const struct tone *tone, unsigned ms)
{
	tone_player_start(&rig->says, tone);
	rig->says_tone = true;
	rig_run(rig, ms);
}

static void tone_to_event(unsigned chunk_ms, unsigned ptime_ms)
{
	static const char digits[] = "0123456789*#ABCD";
	struct rig rig;
	size_t at = 0, leaked = 0;

	rig_open(&rig, chunk_ms, MEDIA_PCMA, ptime_ms);
	rig.rtp.timeout_ms = 0;
	say(&rig, NULL, 200);
	for (const char *d = digits; *d; d++) {
		say(&rig, tone_dtmf(*d), 100);
		say(&rig, NULL, 160);
	}
	for (const char *d = digits; *d; d++) {
		uint32_t timestamp = rig.events[at].timestamp;
		unsigned ends = 0, last = 0;

		CU_ASSERT(rig.events[at].marker);
		for (; at < rig.n_events && rig.events[at].timestamp == timestamp; at++) {
			CU_ASSERT_EQUAL(rtp_event_digit(rig.events[at].event.event), *d);
			CU_ASSERT(rig.events[at].event.duration >= last);
			last = rig.events[at].event.duration;
			ends += rig.events[at].event.end;
		}
		CU_ASSERT_EQUAL(ends, 3);
		CU_ASSERT_DOUBLE_EQUAL(last, 800, 204 + 160);
	}
	CU_ASSERT_EQUAL(at, rig.n_events);
	CU_ASSERT_EQUAL(rig.n_reports, 16);
	for (unsigned i = 0; i < 16 && i < rig.n_reports; i++) {
		CU_ASSERT_EQUAL(rig.reports[i].side, 1);
		CU_ASSERT_EQUAL(rig.reports[i].digit, digits[i]);
		CU_ASSERT_DOUBLE_EQUAL(rig.reports[i].duration_ms, 100, 26);
	}
	/* of each tone at most 15 ms is left in the audio: what the detector needs to suspect it */
	for (size_t i = 0; i < rig.got_n; i++)
		leaked += abs(g711_a_linear[rig.got[i]]) > 500;
	CU_ASSERT(leaked <= 16 * 120);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_out, 16);
	CU_ASSERT_EQUAL(rig.bearer.end.stats.dtmf_in, 16);
	rig_close(&rig);
}

static void tones_to_events(void)
{
	tone_to_event(20, 20);
	tone_to_event(5, 10);
	tone_to_event(10, 30);
}

/* Detects what the line heard. */
static unsigned digits_heard(const struct rig *rig, char *text, size_t cap, unsigned *longest,
			     unsigned *shortest)
{
	struct dtmf_detector detector;
	unsigned n = 0, length = 0;
	char now = 0;

	dtmf_detector_init(&detector);
	*longest = 0;
	*shortest = UINT32_MAX;
	for (size_t at = 0; at + 40 <= rig->heard_n; at += 40) {
		int16_t linear[40];
		char digit;

		g711_expand(G711_A, linear, rig->heard + at, 40);
		digit = dtmf_detector_hear(&detector, linear, 40);
		if (digit && digit != now && n + 1 < cap) {
			text[n++] = digit;
			length = 0;
		}
		if (!digit && now) {
			*longest = length > *longest ? length : *longest;
			*shortest = length < *shortest ? length : *shortest;
		}
		length += 40;
		now = digit;
	}
	text[n] = '\0';
	return n;
}

static void events_to_tones_lossy(unsigned loss_percent, bool lose_ends)
{
	static const char digits[] = "0123456789*#ABCD";
	struct rig rig;
	char text[64];
	unsigned longest, shortest;
	uint32_t random = 5;

	rig_open(&rig, 10, MEDIA_PCMA, 20);
	rig.peer_ptime = 0;
	for (unsigned d = 0; d < 16; d++) {
		uint32_t timestamp = rig.peer_clock;

		/* 100 ms, an update every 20 ms, the end three times */
		for (unsigned k = 1; k <= 7; k++) {
			bool end = k >= 5, lost;

			rig_run(&rig, 20);
			random = random * 1664525 + 1013904223;
			/* one packet must come, or there is no event */
			lost = (end && lose_ends) || (k != 3 && random >> 8 & 1 &&
						      (random >> 16) % 100 < 2 * loss_percent);
			if (lost)
				rig.peer_sequence++;
			else
				peer_send_event(&rig, timestamp, d, k < 5 ? k * 160 : 800, end,
						k == 1);
		}
		rig_run(&rig, 260);
	}
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, digits);
	/* as signalled, within two blocks of the detector; without an end it lasts until the
	 * time-out */
	CU_ASSERT(shortest >= 800 - 204);
	CU_ASSERT(longest <= 800 + 204 + (loss_percent || lose_ends ? 1200u : 0u));
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 16);
	for (size_t i = 0, k = 0; i < rig.n_reports; i++) {
		if (rig.reports[i].kind != MEDIA_EV_DTMF)
			continue;
		CU_ASSERT_EQUAL(rig.reports[i].digit, digits[k++]);
		CU_ASSERT_EQUAL(rig.reports[i].side, 0);
		CU_ASSERT(rig.reports[i].duration_ms <= 100 && rig.reports[i].duration_ms >= 60);
	}
	CU_ASSERT_EQUAL(rig.rtp.end.stats.dtmf_in, 16);
	CU_ASSERT_EQUAL(rig.bearer.end.stats.dtmf_out, 16);
	rig_close(&rig);
}

static void events_to_tones(void)
{
	events_to_tones_lossy(0, false);
	events_to_tones_lossy(30, false);
	events_to_tones_lossy(0, true);
	events_to_tones_lossy(30, true);
}

static void event_single_packet(void)
{
	struct rig rig;
	char text[8];
	unsigned longest, shortest;

	/* all is lost but the last end; a second, stale one of the event before comes late */
	rig_open(&rig, 10, MEDIA_PCMA, 20);
	peer_send_event(&rig, 1000, 1, 800, true, false);
	rig_run(&rig, 400);
	peer_send_event(&rig, 9000, 2, 1600, true, false);
	rig_run(&rig, 100);
	peer_send_event(&rig, 1000, 1, 800, true, false);
	peer_send_event(&rig, 9000, 2, 1600, true, false);
	rig_run(&rig, 400);
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, "12");
	CU_ASSERT(longest >= 1600 - 204 && longest <= 1600 + 204);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 2);
	rig_close(&rig);
}

static void event_long(void)
{
	struct rig rig;
	char text[8];
	unsigned longest, shortest, first = 0;
	uint32_t timestamp = 5000;

	/* 12 s: a segment of 65,535 samples and the rest */
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	for (unsigned k = 1; k <= 600; k++) {
		uint32_t samples = k * 160;

		if (k == 410)
			peer_send_event(&rig, timestamp, 7, 0xFFFF, false, false);
		if (samples > 0xFFFF)
			peer_send_event(&rig, timestamp + 0xFFFF, 7, samples - 0xFFFF, k == 600,
					false);
		else
			peer_send_event(&rig, timestamp, 7, samples, false, k == 1);
		rig_run(&rig, 20);
	}
	rig_run(&rig, 300);
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, "7");
	CU_ASSERT_DOUBLE_EQUAL(longest, 96000, 204);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 1);
	CU_ASSERT_EQUAL(rig.reports[rig.n_reports - 1].duration_ms, 12000);
	rig_close(&rig);

	/* and out */
	rig_open(&rig, 20, MEDIA_PCMA, 20);
	pipeline_digit(&rig.pipeline, 0, '7', 12000);
	rig_run(&rig, 13000);
	CU_ASSERT_EQUAL(rig.events[0].event.duration, 160);
	/* the segment's last report three times, the second two beside those of the next */
	for (size_t i = 1; i < rig.n_events; i++) {
		first += rig.events[i].timestamp == rig.events[0].timestamp &&
			 rig.events[i].event.duration == 0xFFFF;
		if (rig.events[i].timestamp != rig.events[0].timestamp)
			CU_ASSERT_EQUAL(rig.events[i].timestamp - rig.events[0].timestamp, 0xFFFF);
		CU_ASSERT_FALSE(rig.events[i].marker);
	}
	CU_ASSERT_EQUAL(first, 3);
	CU_ASSERT_EQUAL(rig.events[rig.n_events - 1].event.duration, 96000 - 0xFFFF);
	CU_ASSERT(rig.events[rig.n_events - 3].event.end);
	CU_ASSERT_FALSE(rig.events[rig.n_events - 4].event.end);
	rig_close(&rig);
}

static void digits_sent(void)
{
	struct rig rig;
	char text[8];
	unsigned longest, shortest;

	rig_open(&rig, 10, MEDIA_PCMA, 20);
	rig.peer_ptime = 160;
	pipeline_digit(&rig.pipeline, 1, '4', 100);
	pipeline_digit(&rig.pipeline, 1, '4', 100);
	pipeline_digit(&rig.pipeline, 0, '8', 60);
	rig_run(&rig, 1000);
	digits_heard(&rig, text, sizeof(text), &longest, &shortest);
	CU_ASSERT_STRING_EQUAL(text, "44");
	CU_ASSERT_EQUAL(rig.n_events, 5);
	CU_ASSERT_EQUAL(rig.events[4].event.duration, 480);
	CU_ASSERT_EQUAL(reports_of(&rig, MEDIA_EV_DTMF), 0);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "tones to events", tones_to_events },
		{ "events to tones, with losses", events_to_tones },
		{ "events of one packet, and stale ones", event_single_packet },
		{ "events longer than a segment", event_long },
		{ "digits sent", digits_sent },
		CU_TEST_INFO_NULL,
	};

	return cu_run("digits", tests, argc, argv);
}
