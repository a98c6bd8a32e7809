/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The jitter buffer behind networks that lose, delay, reorder and double; drift for an hour; fixed mode; pauses. */
#include "dsp/jitter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cu.h"

#define FLIGHT 256
#define TICK   40 /* 5 ms */
#define DELAYS 40000

struct net_conf {
	uint64_t seed;
	unsigned loss_per_mille, burst; /* a loss begins; packets of one */
	unsigned jitter;		/* samples, uniform */
	unsigned reordered_per_mille;	/* held until the next has passed */
	unsigned doubled_per_mille;
	const unsigned *sizes; /* of packets, in turn; 0 ends */
	double rate;	       /* of the sender's clock */
};

struct net {
	struct net_conf conf;
	struct jitter jitter;
	uint64_t random, now;
	uint32_t sent; /* samples */
	unsigned turn, losing;
	struct {
		uint64_t at;
		uint32_t timestamp, n;
		bool used, copy;
	} flight[FLIGHT];
	uint64_t dropped, late, audio, lost, idle, pause; /* samples */
	unsigned delays[DELAYS];			  /* of packets, samples */
	size_t n_delays;
	void (*hear)(struct net *net, const uint8_t *octets, size_t n, enum jitter_kind kind);
	const uint8_t *sine; /* a second of it; NULL: noise that tells where it is from */
	double factor;	     /* of the sine: x[n] = factor * x[n-1] - x[n-2] */
	int16_t last[2];
	unsigned in_row;
	double step_worst;
	uint32_t delay_least, delay_most;
};

static const unsigned size_20[] = { 160, 0 };

static uint32_t net_random(struct net *net)
{
	net->random = net->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(net->random >> 33);
}

static bool chance(struct net *net, unsigned per_mille)
{
	return per_mille && net_random(net) % 1000 < per_mille;
}

static void net_open(struct net *net, const struct net_conf *conf, const struct jitter_conf *jitter)
{
	memset(net, 0, sizeof(*net));
	net->conf = *conf;
	net->random = conf->seed;
	if (net->conf.rate == 0)
		net->conf.rate = 1;
	if (!net->conf.sizes)
		net->conf.sizes = size_20;
	jitter_init(&net->jitter, jitter);
	net->delay_least = UINT32_MAX;
}

static void fly(struct net *net, uint64_t at, uint32_t n, bool copy)
{
	unsigned i = 0;

	while (net->flight[i].used)
		CU_ASSERT_FATAL(++i < FLIGHT);
	net->flight[i].used = true;
	net->flight[i].at = at;
	net->flight[i].copy = copy;
	net->flight[i].timestamp = net->sent;
	net->flight[i].n = n;
}

static bool loses(struct net *net)
{
	if (!net->losing && chance(net, net->conf.loss_per_mille))
		net->losing = net->conf.burst;
	return net->losing && net->losing--;
}

static void leave(struct net *net, uint32_t n)
{
	unsigned delay = net->conf.jitter ? net_random(net) % (net->conf.jitter + 1) : 0;

	if (chance(net, net->conf.reordered_per_mille))
		delay += n + TICK;
	if (net->n_delays < DELAYS)
		net->delays[net->n_delays++] = delay;
	fly(net, net->now + delay, n, false);
	if (chance(net, net->conf.doubled_per_mille))
		fly(net, net->now + delay + net_random(net) % 80, n, true);
}

static void net_send(struct net *net)
{
	for (;;) {
		uint32_t n = net->conf.sizes[net->turn];

		if ((double)net->sent + n > (double)net->now * net->conf.rate)
			return;
		if (loses(net))
			net->dropped += n;
		else
			leave(net, n);
		net->sent += n;
		if (!net->conf.sizes[++net->turn])
			net->turn = 0;
	}
}

static uint8_t octet_at(const struct net *net, uint32_t at)
{
	return net->sine ? net->sine[at % 8000] : (uint8_t)((at * 2654435761u) >> 24);
}

static void net_arrive(struct net *net)
{
	for (unsigned i = 0; i < FLIGHT; i++) {
		uint8_t octets[JITTER_PACKET_MAX];
		uint64_t late = net->jitter.late;

		if (!net->flight[i].used || net->flight[i].at > net->now)
			continue;
		net->flight[i].used = false;
		for (unsigned k = 0; k < net->flight[i].n; k++)
			octets[k] = octet_at(net, net->flight[i].timestamp + k);
		CU_ASSERT_NOT_EQUAL(jitter_put(&net->jitter, net->flight[i].timestamp, octets,
					       net->flight[i].n, true),
				    JITTER_STRAY);
		if (!net->flight[i].copy)
			net->late += net->jitter.late - late;
	}
}

static void net_play(struct net *net)
{
	size_t n = TICK;

	while (n) {
		uint8_t octets[TICK];
		enum jitter_kind kind;
		size_t run = jitter_get(&net->jitter, octets, n, &kind);

		net->audio += kind == JITTER_AUDIO ? run : 0;
		net->lost += kind == JITTER_LOST ? run : 0;
		net->idle += kind == JITTER_IDLE ? run : 0;
		net->pause += kind == JITTER_PAUSE ? run : 0;
		if (net->hear)
			net->hear(net, octets, run, kind);
		n -= run;
	}
	if (jitter_delay(&net->jitter) > net->delay_most)
		net->delay_most = jitter_delay(&net->jitter);
	if (jitter_delay(&net->jitter) < net->delay_least)
		net->delay_least = jitter_delay(&net->jitter);
}

static void net_run(struct net *net, double seconds, bool sending)
{
	uint64_t until = net->now + (uint64_t)(seconds * 8000);

	while (net->now < until) {
		net->now += TICK;
		if (sending)
			net_send(net);
		else
			net->sent = (uint32_t)((double)net->now * net->conf.rate) / 160 * 160;
		net_arrive(net);
		net_play(net);
	}
}

static int ascending(const void *a, const void *b)
{
	return (int)*(const unsigned *)a - (int)*(const unsigned *)b;
}

static unsigned delay_quantile(struct net *net, unsigned percent)
{
	qsort(net->delays, net->n_delays, sizeof(*net->delays), ascending);
	return net->delays[net->n_delays * percent / 100];
}

/* ---- losses ---- */

static const struct jitter_conf adaptive = { G711_A, 20 * 8, 200 * 8, false };

/* Within the buffer's least delay: what was lost is concealed, and not one octet more or less. */
static void loss_exact(void)
{
	static const unsigned losses[] = { 10, 30, 100 };
	static const struct jitter_conf deep = { G711_A, 130 * 8, 200 * 8, true };

	for (unsigned i = 0; i < 36; i++) {
		const struct net_conf conf = { .seed = i + 1,
					       .loss_per_mille = losses[i % 3] / (i & 4 ? 5 : 1),
					       .burst = i & 4 ? 5 : 1,
					       .jitter = i & 8 ? 480 : 0,
					       .reordered_per_mille = 20,
					       .doubled_per_mille = 10 };
		struct net net;

		net_open(&net, &conf, &deep);
		net.conf.loss_per_mille = 0; /* the first and last ones come */
		net_run(&net, 1, true);
		net.conf.loss_per_mille = conf.loss_per_mille;
		net_run(&net, 60, true);
		net.conf.loss_per_mille = net.losing = 0;
		net_run(&net, 1, true);
		CU_ASSERT(net.dropped > 0);
		CU_ASSERT_EQUAL(net.late, 0);
		CU_ASSERT_EQUAL(net.lost, net.dropped);
		CU_ASSERT_EQUAL(net.lost, net.jitter.lost);
		CU_ASSERT_EQUAL(net.jitter.cut_in + net.jitter.cut_out, 0);
	}
}

/* Samples by which the playout offset grew without a cut that is heard. */
static int64_t waited(const struct net *net)
{
	return (int64_t)(int32_t)(net->jitter.clock - net->jitter.play) -
	       (int64_t)net->jitter.cut_in + (int64_t)net->jitter.cut_out;
}

/*
 * From the least delay up: what is concealed is what was lost or late and the waits that became
 * delay, to the sample; and the delay is at most p95 of the jitter and 20 ms (and the histogram's
 * grain).
 */
static void loss_and_jitter(void)
{
	static const unsigned losses[] = { 10, 30, 100 };

	for (unsigned i = 0; i < 120; i++) {
		const struct net_conf conf = { .seed = 100 + i,
					       .loss_per_mille = losses[i % 3] / (i & 4 ? 5 : 1),
					       .burst = i & 4 ? 5 : 1,
					       .jitter = i / 20 * 12 * 8,
					       .reordered_per_mille = 20,
					       .doubled_per_mille = 10 };
		struct net net;
		double delay = 0;
		int64_t before;

		net_open(&net, &conf, &adaptive);
		net.conf.loss_per_mille = 0;
		net_run(&net, 1, true);
		net.conf.loss_per_mille = conf.loss_per_mille;
		before = waited(&net) - (int64_t)(net.lost + net.idle - net.late);
		net_run(&net, 14, true);
		for (unsigned s = 0; s < 240; s++) {
			net_run(&net, 0.25, true);
			delay += jitter_delay(&net.jitter) / 240.;
		}
		net.conf.loss_per_mille = net.losing = 0;
		net_run(&net, 1, true);
		/* made up, or silence where it took too long for that */
		CU_ASSERT_EQUAL((int64_t)(net.lost + net.idle - net.late - net.dropped),
				waited(&net) - before);
		CU_ASSERT(delay <= delay_quantile(&net, 95) + 160 + 8);
		CU_ASSERT(net.late <= net.sent / 50);
		CU_ASSERT_EQUAL(net.jitter.resyncs, 0);
	}
}

/* All sizes that there are, in turn: a packet of 60 ms comes when its first octet is 60 ms old. */
static void mixed_sizes(void)
{
	static const unsigned sizes[] = { 80, 480, 160, 240, 80, 80, 320, 160, 480, 400, 0 };
	const struct net_conf conf = { .seed = 5, .jitter = 80, .sizes = sizes };
	struct net net;

	net_open(&net, &conf, &adaptive);
	net_run(&net, 15, true);
	net.lost = net.late = 0;
	net_run(&net, 60, true);
	CU_ASSERT_EQUAL(net.lost, 0);
	CU_ASSERT_EQUAL(net.late, 0);
	/* 50 ms between the sizes, 10 ms of jitter, 20 ms */
	CU_ASSERT(jitter_delay(&net.jitter) <= 400 + 80 + 160);
}

/* ---- drift ---- */

static void hear_sine(struct net *net, const uint8_t *octets, size_t n, enum jitter_kind kind)
{
	for (size_t i = 0; i < n; i++) {
		int16_t x = kind == JITTER_AUDIO ? g711_a_linear[octets[i]] : 0;
		double step = fabs(x - net->factor * net->last[0] + net->last[1]);

		net->in_row = kind == JITTER_AUDIO ? net->in_row + 1 : 0;
		if (net->in_row > 2 && step > net->step_worst)
			net->step_worst = step;
		net->last[1] = net->last[0];
		net->last[0] = x;
	}
}

/*
 * One hour with clocks 200 ppm apart, which are 5,760 samples. What a sample is off from what the
 * sine's last two make of it is at most A-law's error, 4 halves of a step of 256, and as much again
 * where a period was cut; a plain cut of that sine makes up to 8,000.
 */
static void drift(double rate, unsigned hz)
{
	static uint8_t sine[8000];
	const struct net_conf conf = { .seed = 3, .rate = rate, .jitter = 40 };
	struct net net;

	for (unsigned i = 0; i < 8000; i++)
		sine[i] = g711_a_octet((int16_t)lrint(8000 * sin(2 * M_PI * hz * i / 8000)));
	net_open(&net, &conf, &adaptive);
	net.sine = sine;
	net.factor = 2 * cos(2 * M_PI * hz / 8000);
	net.hear = hear_sine;
	net_run(&net, 10, true);
	net.lost = net.delay_most = 0;
	net.delay_least = UINT32_MAX;
	net_run(&net, 3600, true);
	CU_ASSERT_EQUAL(net.lost, 0);
	CU_ASSERT_EQUAL(net.late, 0);
	CU_ASSERT_EQUAL(net.jitter.resyncs, 0);
	CU_ASSERT(net.step_worst < 1024);
	CU_ASSERT(net.delay_most <= 40 + 160 + 60);
	CU_ASSERT(net.delay_least >= 60);
	CU_ASSERT_DOUBLE_EQUAL((double)(net.jitter.cut_in + net.jitter.cut_out), 5760, 200);
}

static void drift_fast(void)
{
	drift(1 + 200e-6, 1004);
	drift(1 + 200e-6, 437);
}

static void drift_slow(void)
{
	drift(1 - 200e-6, 1004);
	drift(1 - 200e-6, 437);
}

/* ---- fixed ---- */

static const struct jitter_conf fixed = { G711_A, 60 * 8, 200 * 8, true };

/* Octets are as they came, whatever the jitter; where the clocks force it, whole slips. */
static void fixed_slips(void)
{
	static const double rates[] = { 1, 1 + 200e-6, 1 - 200e-6 };

	for (unsigned i = 0; i < 3; i++) {
		const struct net_conf conf = { .seed = 8, .rate = rates[i], .jitter = 100 };
		struct net net;

		net_open(&net, &conf, &fixed);
		net_run(&net, 600, true);
		CU_ASSERT_EQUAL(net.late, 0);
		CU_ASSERT(net.delay_most <= 480 + 240 + 160);
		/* 960 samples in ten minutes, by more than 240 at a time */
		CU_ASSERT(net.jitter.slips <= (i ? 4u : 0u));
		CU_ASSERT(net.jitter.slips >= (i ? 2u : 0u));
		CU_ASSERT_EQUAL(net.lost, net.jitter.cut_in);
	}
}

/* Between the modes at any time: the delay is where it should be at once, or soon. */
static void modes_change(void)
{
	const struct net_conf conf = { .seed = 9, .jitter = 60 };
	struct net net;
	uint64_t cuts;

	net_open(&net, &conf, &adaptive);
	net_run(&net, 10, true);
	jitter_configure(&net.jitter, &fixed);
	net_run(&net, 0.1, true);
	CU_ASSERT_DOUBLE_EQUAL(jitter_delay(&net.jitter), 480, 20);
	CU_ASSERT_EQUAL(jitter_target(&net.jitter), 480);
	cuts = net.jitter.cut_in + net.jitter.cut_out;
	net_run(&net, 60, true);
	CU_ASSERT_EQUAL(net.jitter.cut_in + net.jitter.cut_out, cuts);
	CU_ASSERT_EQUAL(net.jitter.slips, 1);
	jitter_configure(&net.jitter, &adaptive);
	net_run(&net, 10, true);
	CU_ASSERT(jitter_delay(&net.jitter) <= 60 + 160 + 40);
	jitter_configure(&net.jitter, &fixed);
	net_run(&net, 1, true);
	CU_ASSERT_DOUBLE_EQUAL(jitter_delay(&net.jitter), 480, 20);
	CU_ASSERT_EQUAL(net.late, 0);
}

/* ---- pauses, copies ---- */

static void play(struct jitter *jitter, size_t n, uint64_t counts[4])
{
	while (n) {
		uint8_t octets[160];
		enum jitter_kind kind;
		size_t run = jitter_get(jitter, octets, n < 160 ? n : 160, &kind);

		counts[kind] += run;
		n -= run;
	}
}

/* A pause that was announced is no loss, and ends when it is over; what was lost before it is. */
static void announced_pause(void)
{
	uint64_t counts[4] = { 0 };
	uint8_t octets[160] = { 1 };
	struct jitter jitter;
	uint32_t at = UINT32_MAX - 800;

	jitter_init(&jitter, &adaptive);
	for (unsigned k = 0; k < 20; k++, at += 160) {
		if (k != 19) /* the last is lost */
			jitter_put(&jitter, at, octets, 160, true);
		if (k == 19)
			jitter_pause(&jitter, at + 160);
		play(&jitter, 160, counts);
	}
	/* 200 ms, an update of the noise after 100 */
	for (unsigned k = 0; k < 10; k++, at += 160) {
		if (k == 5)
			jitter_pause(&jitter, at);
		play(&jitter, 160, counts);
	}
	CU_ASSERT_EQUAL(counts[JITTER_AUDIO], 19 * 160);
	CU_ASSERT_EQUAL(counts[JITTER_LOST], 160);
	CU_ASSERT_EQUAL(counts[JITTER_IDLE], 160);
	CU_ASSERT_EQUAL(counts[JITTER_PAUSE], 9 * 160);
	for (unsigned k = 0; k < 10; k++, at += 160) {
		if (k != 3)
			jitter_put(&jitter, at, octets, 160, true);
		play(&jitter, 160, counts);
	}
	CU_ASSERT_EQUAL(counts[JITTER_PAUSE], 10 * 160);
	CU_ASSERT_EQUAL(counts[JITTER_LOST], 2 * 160);
	CU_ASSERT_EQUAL(jitter_delay(&jitter), 160);
	/* a long one: the delay found is kept, the timestamps may go on at will */
	jitter_pause(&jitter, at);
	play(&jitter, 16000, counts);
	CU_ASSERT_EQUAL(counts[JITTER_PAUSE], 10 * 160 + 16000 - 160);
	at += 16000;
	for (unsigned k = 0; k < 10; k++, at += 160) {
		jitter_put(&jitter, at, octets, 160, true);
		play(&jitter, 160, counts);
	}
	CU_ASSERT_EQUAL(counts[JITTER_LOST], 2 * 160);
	CU_ASSERT_EQUAL(jitter_delay(&jitter), 160);
}

/* Two talk spurts and the pauses about them are in the buffer at once. */
static void short_spurts(void)
{
	static const struct jitter_conf deep = { G711_A, 100 * 8, 200 * 8, true };
	uint64_t counts[4] = { 0 };
	uint8_t octets[160] = { 1 };
	struct jitter jitter;

	jitter_init(&jitter, &deep);
	for (uint32_t at = 0; at < 1600 * 20; at += 160) {
		if (at / 160 % 4 < 2)
			jitter_put(&jitter, at, octets, 160, true);
		if (at / 160 % 4 == 2)
			jitter_pause(&jitter, at);
		play(&jitter, 160, counts);
	}
	CU_ASSERT_EQUAL(counts[JITTER_LOST], 0);
	CU_ASSERT_EQUAL(counts[JITTER_IDLE], 800);
	CU_ASSERT_DOUBLE_EQUAL((double)counts[JITTER_AUDIO], 15600, 400);
}

/* Every third packet is lost, and its octets come again with the next. */
static void copies(void)
{
	uint64_t counts[4] = { 0 };
	uint8_t octets[160] = { 1 };
	struct jitter jitter;
	uint32_t at = 5000;
	unsigned stored = 0, doubled = 0;

	jitter_init(&jitter, &adaptive);
	jitter_expect(&jitter, 160);
	CU_ASSERT_EQUAL(jitter_fill(&jitter, at, octets, 160), JITTER_STRAY);
	for (unsigned k = 0; k < 600; k++, at += 160) {
		enum jitter_fate fate;

		if (k == 100)
			counts[JITTER_LOST] = 0;
		if (k % 3 != 2) {
			fate = jitter_fill(&jitter, at - 160, octets, 160);
			stored += fate == JITTER_STORED;
			doubled += fate == JITTER_DUPLICATE;
			CU_ASSERT_EQUAL(jitter_put(&jitter, at, octets, 160, true), JITTER_STORED);
		}
		play(&jitter, 160, counts);
	}
	CU_ASSERT_EQUAL(counts[JITTER_LOST], 0);
	CU_ASSERT(stored >= 198);
	CU_ASSERT(doubled >= 150);
	CU_ASSERT_EQUAL(jitter.resyncs, 0);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "losses are concealed exactly", loss_exact },
		{ "losses and jitter", loss_and_jitter },
		{ "packets of 10 to 60 ms", mixed_sizes },
		{ "an hour with a sender that is fast", drift_fast },
		{ "an hour with a sender that is slow", drift_slow },
		{ "fixed: nothing is touched but by slips", fixed_slips },
		{ "modes change", modes_change },
		{ "announced pauses", announced_pause },
		{ "short talk spurts", short_spurts },
		{ "copies of octets", copies },
		CU_TEST_INFO_NULL,
	};

	return cu_run("jitter_net", tests, argc, argv);
}
