/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* A peer whose clock is 200 ppm off the line's, through the whole channel: a sine of the peer's is one on the line. */
#include "tests/unit/gw/media/rig_run.h"

#define PACKET	160
#define SINE_HZ 437
#define RUN_MS	60000
#define SETTLE	(2 * SECOND)

static int16_t sine_at(uint64_t at)
{
	return (int16_t)lrint(8000 * sin(2 * M_PI * SINE_HZ * (double)at / SECOND));
}

/* What is full by the peer's clock. */
static void peer_says(struct rig *rig, double rate, uint64_t *sent)
{
	while ((double)(*sent + PACKET) <= (double)rig->said * rate) {
		const struct rtp_packet p = { .payload_type = 8,
					      .sequence = rig->peer_sequence++,
					      .timestamp = rig->peer_timestamp,
					      .ssrc = 99 };
		uint8_t octets[PACKET];

		for (unsigned i = 0; i < PACKET; i++)
			octets[i] = g711_a_octet(sine_at(*sent + i));
		peer_send(rig, &p, octets, PACKET);
		rig->peer_timestamp += PACKET;
		*sent += PACKET;
	}
}

/* How far a sample is from what a sine's last two make of it, at most (jitter_net_test.c: a plain cut makes up to 8,000). */
static double worst_step(const struct rig *rig)
{
	double factor = 2 * cos(2 * M_PI * SINE_HZ / SECOND), worst = 0;

	for (size_t i = SETTLE; i < rig->heard_n; i++) {
		double x[3];

		for (unsigned k = 0; k < 3; k++)
			x[k] = g711_a_linear[rig->heard[i - k]];
		worst = fmax(worst, fabs(x[0] - factor * x[1] + x[2]));
	}
	return worst;
}

static void drift(double rate, unsigned chunk_ms)
{
	uint64_t sent = 0;
	struct rig rig;

	rig_open(&rig, chunk_ms, MEDIA_PCMA, 20);
	for (unsigned ms = 0; ms < RUN_MS; ms += BEARER_ROUND_MS) {
		for (unsigned t = 0; t < BEARER_ROUND_MS; t += chunk_ms)
			line_tick(&rig);
		peer_says(&rig, rate, &sent);
		rig.round.now_us += BEARER_ROUND_MS * 1000;
		rig.round.elapsed += BEARER_ROUND_MS * 8;
		engine_turn(&rig, true);
		rig.got_n = 0; /* not looked at */
	}
	CU_ASSERT(worst_step(&rig) < 1024);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.concealed_ms, 0);
	CU_ASSERT_EQUAL(rig.rtp.end.stats.late, 0);
	CU_ASSERT(rig.rtp.end.stats.delay_ms >= 5 && rig.rtp.end.stats.delay_ms <= 45);
	CU_ASSERT_EQUAL(rig.rtp.jitter.resyncs, 0);
	/* 96 samples; a buffer that runs low is filled up a little later than one that runs full is emptied */
	CU_ASSERT(rate <= 1 || rig.rtp.jitter.cut_out > 0);
	CU_ASSERT(rate != 1 || rig.rtp.jitter.cut_in + rig.rtp.jitter.cut_out == 0);
	rig_close(&rig);
}

static void none(void)
{
	drift(1, 5);
}

static void fast(void)
{
	drift(1 + 200e-6, 1);
	drift(1 + 200e-6, 5);
}

static void slow(void)
{
	drift(1 - 200e-6, 1);
	drift(1 - 200e-6, 5);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "clocks agree", none },
		{ "the peer's is fast", fast },
		{ "the peer's is slow", slow },
		CU_TEST_INFO_NULL,
	};

	return cu_run("drift", tests, argc, argv);
}
