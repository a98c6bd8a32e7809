/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The jitter buffer on a simulated network: times in samples, everything seeded. */
#include "dsp/jitter.h"

#include <stdlib.h>
#include <string.h>

#include "dsp/conceal.h"
#include "dsp/tone.h"
#include "tests/unit/cu.h"

#define PACKET 160
#define FLIGHT 512

/* The sender's packet number k leaves at (k + 1) * 160 of its clock and holds octets made from
 * their timestamps. */
struct net {
	struct jitter jitter;
	uint64_t random;
	uint32_t first_timestamp;
	double rate;	     /* sender's samples per sample of the reader */
	unsigned jitter_max; /* samples, uniform */
	unsigned straggler;  /* samples, of every fifth packet */
	unsigned loss_per_mille;
	bool duplicate;
	unsigned tick; /* reader's block */
	unsigned sent; /* packets */
	uint64_t now;
	struct {
		uint64_t at;
		uint32_t timestamp;
		bool used;
	} flight[FLIGHT];
	unsigned dropped, late, duplicates;
	uint64_t audio, lost, idle, wrong, changes;
	uint32_t expected; /* timestamp of the next octet if nothing is touched */
	uint32_t delay_max;
};

static uint32_t net_random(struct net *net)
{
	net->random = net->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(net->random >> 33);
}

/* Never silence, so that every octet tells where it is from. */
static uint8_t octet_at(uint32_t timestamp)
{
	return (uint8_t)((timestamp * 2654435761u) >> 24);
}

static void net_open(struct net *net, uint32_t min_ms, uint32_t max_ms)
{
	struct jitter_conf conf = { .law = G711_A, .min = min_ms * 8, .max = max_ms * 8 };

	memset(net, 0, sizeof(*net));
	jitter_init(&net->jitter, &conf);
	net->random = 7;
	net->rate = 1;
	net->tick = 160;
	net->first_timestamp = UINT32_MAX - 1000; /* wraps soon */
	net->expected = net->first_timestamp;
}

static void net_fly(struct net *net, uint64_t at, uint32_t timestamp)
{
	for (unsigned i = 0; i < FLIGHT; i++) {
		if (net->flight[i].used)
			continue;
		net->flight[i].used = true;
		net->flight[i].at = at;
		net->flight[i].timestamp = timestamp;
		return;
	}
	CU_FAIL("too many packets in flight");
}

static void net_send(struct net *net)
{
	while ((double)(net->sent + 1) * PACKET <= (double)net->now * net->rate) {
		uint32_t timestamp = net->first_timestamp + net->sent * PACKET;
		uint64_t delay = net->jitter_max ? net_random(net) % (net->jitter_max + 1) : 0;

		if (net->straggler && net->sent % 5 == 4)
			delay += net->straggler;
		net->sent++;
		if (net->loss_per_mille && net_random(net) % 1000 < net->loss_per_mille) {
			net->dropped++;
			continue;
		}
		net_fly(net, net->now + delay, timestamp);
		if (net->duplicate)
			net_fly(net, net->now + delay + 80, timestamp);
	}
}

static void net_arrive(struct net *net)
{
	for (unsigned i = 0; i < FLIGHT; i++) {
		uint8_t octets[PACKET];
		enum jitter_fate fate;

		if (!net->flight[i].used || net->flight[i].at > net->now)
			continue;
		for (unsigned k = 0; k < PACKET; k++)
			octets[k] = octet_at(net->flight[i].timestamp + k);
		fate = jitter_put(&net->jitter, net->flight[i].timestamp, octets, PACKET, true);
		net->late += fate == JITTER_LATE;
		net->duplicates += fate == JITTER_DUPLICATE;
		net->flight[i].used = false;
	}
}

static void net_play(struct net *net)
{
	uint8_t octets[160];
	size_t n = net->tick;

	while (n) {
		enum jitter_kind kind;
		size_t run = jitter_get(&net->jitter, octets, n, &kind);

		if (kind != JITTER_IDLE)
			net->expected += kind == JITTER_LOST ? (uint32_t)run : 0;
		for (size_t i = 0; kind == JITTER_AUDIO && i < run; i++)
			net->wrong += octets[i] != octet_at(net->expected++);
		*(kind == JITTER_AUDIO	? &net->audio
		  : kind == JITTER_LOST ? &net->lost
					: &net->idle) += run;
		n -= run;
	}
	if (jitter_delay(&net->jitter) > net->delay_max)
		net->delay_max = jitter_delay(&net->jitter);
}

static void net_run(struct net *net, uint64_t seconds)
{
	uint64_t until = net->now + seconds * 8000;

	while (net->now < until) {
		net->now += net->tick;
		net_send(net);
		net_arrive(net);
		net_play(net);
	}
}

static void transparent(void)
{
	for (unsigned tick = 8; tick <= 160; tick += 8) {
		struct net net;

		net_open(&net, 20, 200);
		net.tick = tick;
		net_run(&net, 20);
		CU_ASSERT_EQUAL(net.wrong, 0);
		CU_ASSERT_EQUAL(net.lost, 0);
		CU_ASSERT(net.audio > 19 * 8000);
		CU_ASSERT_EQUAL(net.jitter.cut_in + net.jitter.cut_out, 0);
		CU_ASSERT(net.delay_max <= 160 + tick);
	}
}

static void small_jitter_is_not_touched(void)
{
	struct net net;

	net_open(&net, 20, 200);
	net.tick = 40;
	net.jitter_max = 100;
	net_run(&net, 60);
	CU_ASSERT_EQUAL(net.wrong, 0);
	CU_ASSERT_EQUAL(net.lost, 0);
	CU_ASSERT_EQUAL(net.jitter.cut_in + net.jitter.cut_out, 0);
}

static void heavy_jitter(void)
{
	struct net net;
	uint64_t lost;

	net_open(&net, 20, 200);
	net.tick = 40;
	net.jitter_max = 480;
	net_run(&net, 10);
	lost = net.lost;
	net.late = 0;
	net_run(&net, 60);
	/* adapted: less than 1 % is made up */
	CU_ASSERT(net.lost - lost < 60 * 80);
	CU_ASSERT(net.late < 30);
	CU_ASSERT(net.delay_max <= 200 * 8);
	CU_ASSERT(jitter_delay(&net.jitter) < 110 * 8);
	/* calm again: the delay goes back */
	net.jitter_max = 0;
	net_run(&net, 20);
	CU_ASSERT(jitter_delay(&net.jitter) <= 160 + 176 + 40);
}

static void loss_is_exact(void)
{
	struct net net;

	net_open(&net, 20, 200);
	net.tick = 40;
	net.loss_per_mille = 50;
	net_run(&net, 60);
	CU_ASSERT(net.dropped > 100);
	/* those at the very end may still be to come */
	CU_ASSERT(labs((long)net.lost - (long)net.dropped * PACKET) <= 3 * PACKET);
	CU_ASSERT_EQUAL(net.late, 0);
}

/* With next to no delay each loss leaves nothing to be played; what is made up must not become
 * delay. */
static void loss_without_delay(void)
{
	struct net net;

	net_open(&net, 0, 200);
	net.tick = 40;
	net.loss_per_mille = 50;
	net_run(&net, 60);
	CU_ASSERT(net.dropped > 100);
	CU_ASSERT(labs((long)net.lost - (long)net.dropped * PACKET) <= 3 * PACKET);
	CU_ASSERT(jitter_delay(&net.jitter) <= 80);
	CU_ASSERT_EQUAL(net.jitter.cut_in + net.jitter.cut_out, 0);
}

/* Every fifth packet takes 45 ms longer: others pass it, so that nothing ever runs dry. */
static void stragglers(void)
{
	struct net net;

	net_open(&net, 20, 200);
	net.tick = 40;
	net.straggler = 360;
	net_run(&net, 10);
	net.late = 0;
	net.lost = 0;
	net_run(&net, 20);
	CU_ASSERT_EQUAL(net.late, 0);
	CU_ASSERT_EQUAL(net.lost, 0);
	CU_ASSERT(jitter_delay(&net.jitter) < 80 * 8);
}

/* Packets come when the reader does, who has taken his block now and then before: one in so many comes a block late. */
static uint64_t lost_at_edge(unsigned tick, unsigned every)
{
	struct jitter jitter;
	const struct jitter_conf conf = { .law = G711_A, .min = 40, .max = 1600 };
	uint8_t octets[PACKET] = { 0 };
	uint64_t before = 0;

	jitter_init(&jitter, &conf);
	for (uint32_t t = 0, k = 0; t < 180 * 8000; t += tick) {
		enum jitter_kind kind;
		bool due = t % PACKET == 0, is_late = due && ++k % every == 0;

		if (due && !is_late)
			jitter_put(&jitter, t, octets, PACKET, true);
		for (unsigned n = 0; n < tick;)
			n += (unsigned)jitter_get(&jitter, octets, tick - n, &kind);
		if (is_late)
			jitter_put(&jitter, t, octets, PACKET, true);
		if (t < 60 * 8000)
			before = jitter.lost;
	}
	return jitter.lost - before;
}

/* He waits for it once, and then has the time. */
static void at_the_edge(void)
{
	for (unsigned every = 30; every < 1000; every += 97)
		for (unsigned tick = 40; tick <= 160; tick *= 2)
			CU_ASSERT_EQUAL(lost_at_edge(tick, every), 0);
}

static void duplicates(void)
{
	struct net net;

	net_open(&net, 20, 200);
	net.tick = 80;
	net.duplicate = true;
	net_run(&net, 20);
	CU_ASSERT_EQUAL(net.wrong, 0);
	CU_ASSERT_EQUAL(net.lost, 0);
	CU_ASSERT(net.duplicates + net.late >= net.sent - 2);
}

static void reordering(void)
{
	struct jitter_conf conf = { .law = G711_A, .min = 40 * 8, .max = 200 * 8 };
	struct jitter jitter;
	uint8_t octets[PACKET], out[PACKET];
	unsigned wrong = 0, audio = 0;

	jitter_init(&jitter, &conf);
	/* every two packets arrive swapped */
	for (unsigned k = 0; k < 500; k++) {
		uint32_t timestamp = (k ^ 1) * PACKET;
		enum jitter_kind kind;
		size_t n = 0;

		for (unsigned i = 0; i < PACKET; i++)
			octets[i] = octet_at(timestamp + i);
		CU_ASSERT_EQUAL(jitter_put(&jitter, timestamp, octets, PACKET, true),
				JITTER_STORED);
		for (; n < PACKET;) {
			size_t run = jitter_get(&jitter, out, PACKET - n, &kind);

			CU_ASSERT_NOT_EQUAL(kind, JITTER_LOST);
			for (size_t i = 0; kind == JITTER_AUDIO && i < run; i++)
				wrong += out[i] != octet_at(audio++);
			n += run;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(audio > 490 * PACKET);
}

static void drift(double rate)
{
	struct net net;

	net_open(&net, 20, 200);
	net.rate = rate;
	net_run(&net, 600);
	/* 200 ppm in ten minutes are 960 samples */
	CU_ASSERT(net.delay_max <= 160 + 176 + 2 * 160);
	CU_ASSERT_EQUAL(net.late, 0);
	CU_ASSERT(net.lost <= 160);
	CU_ASSERT(net.jitter.cut_in + net.jitter.cut_out > 500);
	CU_ASSERT(net.jitter.cut_in + net.jitter.cut_out < 1500);
}

static void drift_both_ways(void)
{
	drift(1 + 200e-6);
	drift(1 - 200e-6);
}

static void timestamp_jump(void)
{
	static const uint32_t jumps[] = { 1000000, 0x80000000u, UINT32_MAX - 2999,
					  UINT32_MAX - 5000, UINT32_MAX - 500000 };

	for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
		struct net net;
		uint64_t audio;

		net_open(&net, 20, 200);
		net_run(&net, 5);
		net.first_timestamp += jumps[i];
		net_run(&net, 1);
		audio = net.audio;
		net_run(&net, 5);
		/* whole again within a second */
		CU_ASSERT_EQUAL(net.audio - audio, 5 * 8000);
		CU_ASSERT_EQUAL(net.jitter.resyncs, 1);
		CU_ASSERT(jitter_delay(&net.jitter) <= 200 * 8);
	}
}

static void stray_packet(void)
{
	struct net net;
	uint8_t octets[PACKET] = { 0 };

	net_open(&net, 20, 200);
	for (unsigned i = 0; i < 50; i++) {
		net_run(&net, 1);
		CU_ASSERT_EQUAL(jitter_put(&net.jitter, net.expected + 777777 * i + 50000, octets,
					   PACKET, true),
				JITTER_STRAY);
	}
	CU_ASSERT_EQUAL(net.wrong, 0);
	CU_ASSERT_EQUAL(net.lost, 0);
	CU_ASSERT_EQUAL(jitter_put(&net.jitter, 0, octets, 0, true), JITTER_STRAY);
	CU_ASSERT_EQUAL(jitter_put(&net.jitter, 0, octets, JITTER_PACKET_MAX + 1, true),
			JITTER_STRAY);
}

static void pause_and_resume(void)
{
	struct net net;
	uint64_t audio;

	net_open(&net, 20, 200);
	net_run(&net, 5);
	/* DTX: 3 s without packets, the timestamps go on */
	net.sent += 150;
	net_run(&net, 3);
	net_run(&net, 1);
	CU_ASSERT(net.lost <= 1000);
	audio = net.audio;
	net_run(&net, 5);
	CU_ASSERT_EQUAL(net.audio - audio, 5 * 8000);
	CU_ASSERT(jitter_delay(&net.jitter) <= 320);
}

/* The reader stalls 60 ms; the line has gone on, and what it missed is skipped. */
static void stalled_reader(void)
{
	struct net net;
	uint32_t before;

	net_open(&net, 20, 200);
	net.tick = 160;
	net_run(&net, 5);
	before = jitter_delay(&net.jitter);
	for (unsigned i = 0; i < 20; i++) {
		for (unsigned k = 0; k < 3; k++) {
			net.now += 160;
			net_send(&net);
		}
		for (unsigned k = 0; k < FLIGHT; k++) {
			uint8_t octets[PACKET];

			if (!net.flight[k].used)
				continue;
			for (unsigned j = 0; j < PACKET; j++)
				octets[j] = octet_at(net.flight[k].timestamp + j);
			jitter_put(&net.jitter, net.flight[k].timestamp, octets, PACKET, false);
			net.flight[k].used = false;
		}
		jitter_skip(&net.jitter, 320);
		net.expected += 320;
		net_play(&net);
		net_run(&net, 3);
		CU_ASSERT_EQUAL(jitter_delay(&net.jitter), before);
	}
	CU_ASSERT_EQUAL(net.wrong, 0);
	CU_ASSERT_EQUAL(net.lost, 0);
}

/* Cuts of two tones without a common period must not click: no step between samples larger than the
 * tone's own by much.
 */
static void cuts_are_smooth(void)
{
	static const struct tone low = { { 270, 410 }, { -13, -13 }, { 0 } };
	struct jitter_conf conf = { .law = G711_A, .min = 20 * 8, .max = 200 * 8 };
	struct jitter jitter;
	struct tone_player player;
	int16_t linear[PACKET], last = 0;
	uint8_t octets[PACKET];
	int step_max = 0;
	size_t sent = 0;

	jitter_init(&jitter, &conf);
	tone_player_start(&player, &low);
	for (unsigned k = 0; k < 3000; k++) {
		size_t n = 0;

		/* the sender is 1 % fast: every 100th packet comes one earlier */
		for (unsigned twice = 0; twice < (k % 100 == 99 ? 2u : 1u); twice++) {
			tone_player_play(&player, linear, PACKET);
			g711_compress(G711_A, octets, linear, PACKET);
			jitter_put(&jitter, (uint32_t)(sent++ * PACKET), octets, PACKET, true);
		}
		while (n < PACKET) {
			enum jitter_kind kind;
			size_t run = jitter_get(&jitter, octets, PACKET - n, &kind);

			g711_expand(G711_A, linear, octets, run);
			for (size_t i = 0; kind == JITTER_AUDIO && i < run; i++) {
				if (abs(linear[i] - last) > step_max && last)
					step_max = abs(linear[i] - last);
				last = linear[i];
			}
			n += run;
		}
	}
	CU_ASSERT(jitter.cut_out > 2000);
	/* the tones themselves step by 2,690 at most, A-law adds little; a cut without fade makes
	 * 3,150 */
	CU_ASSERT(step_max < 2950);
}

static void hum(struct tone_player *player, uint8_t *octets)
{
	int16_t linear[PACKET];

	tone_player_play(player, linear, PACKET);
	g711_compress(G711_A, octets, linear, PACKET);
}

static void concealment(void)
{
	static const struct tone low = { { 160 }, { -10 }, { 0 } };
	struct concealer concealer;
	struct tone_player player;
	int16_t linear[PACKET], made[PACKET];
	uint8_t octets[PACKET], copy[PACKET];
	double signal = 0, error = 0;

	concealer_init(&concealer, G711_A);
	tone_player_start(&player, &low);
	for (unsigned k = 0; k < 10; k++) {
		hum(&player, octets);
		memcpy(copy, octets, PACKET);
		concealer_pass(&concealer, G711_A, octets, PACKET);
		CU_ASSERT_EQUAL(memcmp(copy, octets, PACKET), 0);
	}
	/* a steady signal goes on as it would have */
	concealer_fill(&concealer, G711_A, octets, PACKET);
	g711_expand(G711_A, made, octets, PACKET);
	tone_player_play(&player, linear, PACKET);
	for (unsigned i = 0; i < 80; i++) {
		signal += (double)linear[i] * linear[i];
		error += (double)(linear[i] - made[i]) * (linear[i] - made[i]);
	}
	CU_ASSERT(error < signal / 100);
	/* what follows joins without a step, and is untouched 30 samples later */
	hum(&player, octets);
	memcpy(copy, octets, PACKET);
	for (unsigned at = 0; at < PACKET; at += 8)
		concealer_pass(&concealer, G711_A, octets + at, 8);
	CU_ASSERT_NOT_EQUAL(memcmp(copy, octets, 8), 0);
	CU_ASSERT_EQUAL(memcmp(copy + 30, octets + 30, PACKET - 30), 0);
	/* a long loss is silence after 60 ms */
	for (unsigned k = 0; k < 4; k++)
		concealer_fill(&concealer, G711_A, octets, PACKET);
	for (unsigned i = 0; i < PACKET; i++)
		CU_ASSERT_EQUAL(octets[i], 0xD5);
}

/* What is there of a stretch becomes silence, whatever else it covers; what comes is heard. */
static void blanked(void)
{
	const uint32_t first = UINT32_MAX - 1000;
	const struct jitter_conf conf = { .law = G711_A, .min = 800, .max = 1600, .fixed = true };
	uint8_t octets[PACKET], heard[3200];
	struct jitter jitter;
	enum jitter_kind kind;

	jitter_init(&jitter, &conf);
	jitter_blank(&jitter, first, 100); /* nothing yet */
	memset(octets, 0x33, sizeof(octets));
	for (uint32_t k = 0; k < 20; k++) {
		CU_ASSERT_EQUAL(jitter_put(&jitter, first + k * PACKET, octets, PACKET, true),
				JITTER_STORED);
		if (k == 7)
			jitter_blank(&jitter, first - 70000, 70000 + 400);
		if (k == 11)
			jitter_blank(&jitter, first + 11 * PACKET + 10, 1000000);
		for (size_t n = 0; n < PACKET;)
			n += jitter_get(&jitter, heard + k * PACKET + n, PACKET - n, &kind);
		CU_ASSERT(k < 6 || kind == JITTER_AUDIO);
	}
	/* a packet is played 800 samples after it came */
	for (uint32_t i = 0; i < 3200 - 800; i++) {
		bool blank =
			(i >= 2 * PACKET && i < 400) || (i >= 11 * PACKET + 10 && i < 12 * PACKET);

		CU_ASSERT_EQUAL(heard[800 + i], blank ? 0xD5 : 0x33);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "no jitter: octets as they came, any block", transparent },
		{ "jitter below the minimum touches nothing", small_jitter_is_not_touched },
		{ "0 to 60 ms of jitter", heavy_jitter },
		{ "5 % loss is concealed exactly", loss_is_exact },
		{ "loss with next to no delay", loss_without_delay },
		{ "stragglers", stragglers },
		{ "at the reader's edge", at_the_edge },
		{ "every packet twice", duplicates },
		{ "packets swapped", reordering },
		{ "clocks 200 ppm apart for ten minutes", drift_both_ways },
		{ "timestamps jump", timestamp_jump },
		{ "stray packets", stray_packet },
		{ "pause and resume", pause_and_resume },
		{ "stalled reader", stalled_reader },
		{ "cuts are smooth", cuts_are_smooth },
		{ "concealment", concealment },
		{ "blanked", blanked },
		CU_TEST_INFO_NULL,
	};

	return cu_run("jitter", tests, argc, argv);
}
