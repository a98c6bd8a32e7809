/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * CPU time of the media chain for each channel and 20 ms frame, both directions: RTP in, source
 * lock, reception, jitter buffer, G.711, bearer out; bearer in, echo canceller of 128 ms, DTMF and
 * tone detection, G.711, packets out, RTCP's timers, statistics. Spans have 30 channels each and
 * tick every 5 ms, in rounds of all channels, as the engine does. In real time over sockets, whose
 * far ends are another process (media_chain_), and without any system calls (media_work_,
 * media_channel), for which there are stand-ins below. A span's own are beside it: what a line hears
 * and says is made between the rounds, and not measured; to wait for a round is. The lines have an
 * echo, 6 dB below what was sent and 10 ms later, or each its own delay up to 80 ms (_spread); the
 * lines are known when it is measured, but for the row _learning.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gw/media/ahead.h"
#include "gw/media/line_card.h"
#include "gw/media/ports.h"
#include "gw/media/rtp_end.h"
#include "gw/media/snapshot.h"
#include "gw/media/watch.h"
#include "tests/bench/machine.h"
#include "tests/bench/media_peers.h"

#define CHANNELS_MAX PEER_CHANNELS
#define FRAMES	     50
#define RUNS	     4
#define PASSES	     3 /* through the rows in real time: a machine is not as fast every minute */
#define WARM_RUNS    8 /* seconds, until the lines are known */
#define LINE_LEAST   2 /* chunks until it comes */
#define LINE_MOST    16
#define FRAME	     160
#define ROUNDS	     4 /* in a frame */
#define CHUNK	     (FRAME / ROUNDS)
#define LINE_OCTETS  (25 * CHUNK) /* that a line's echo remembers */
#define PER_SPAN     30
#define SPANS_MAX    ((CHANNELS_MAX + PER_SPAN - 1) / PER_SPAN)
#define PLAIN_US     2.5
#define LIMIT_US     7.0
#define FRAME_US     20000.0
#define CAPACITY     2800
#define GROWTH	     1.1
#define ERLE_LEAST   15	  /* dB */
#define SECTION	     99	  /* of a frame: the engine's groups' phases are that far apart */
#define FD_BASE	     (-2) /* and downwards, a channel each */
#define TRIES	     3	  /* in real time: the machine may stand still */
#define FDS_MAX	     20000
#define PORT_FIRST   16000
#define PORT_LAST    29999

struct chain {
	struct pipeline pipeline;
	struct rtp_end rtp;
	struct bearer_end bearer;
	struct snapshot snapshot[2];
	enum pipeline_news news;
};

/* Of the world of a chain: together, for it is not the chain's memory that it is to cost. */
struct line {
	uint16_t at, delay; /* octets, of its echo: what waits to go out, and the line's own */
	bool hears, says;   /* out was written, and not taken yet; in was not read yet */
	bool arrived;	    /* a packet, that was not read yet */
	uint8_t in[CHUNK], out[CHUNK];
};

struct bench_span {
	struct tdm_span span;
	struct span_clock clock;
	struct line_card card;
	struct lane_group *groups[2]; /* own; NULL: no line card at all */
};

static uint8_t speech[FRAMES * FRAME], echo_of[256];
static struct chain *chains;
static struct line lines[CHANNELS_MAX];
static uint8_t returned[CHANNELS_MAX][LINE_OCTETS]; /* what was sent, as it comes back */
static struct bench_span spans[SPANS_MAX];
static size_t at;
static unsigned frame_now;
static struct sockaddr_in peer;
static uint64_t sent, written;
static struct ports *ports;
static struct watch watch;
static struct burst burst;
static struct port_pair pairs[CHANNELS_MAX];
static uint16_t chain_of[FDS_MAX]; /* whose socket it is, from 1 on */
static struct peers peers;
static bool live; /* sockets are what they are */
static unsigned tick;

static struct line *line_at(int fd)
{
	if (fd <= FD_BASE)
		return &lines[FD_BASE - fd];
	return fd >= 0 && fd < FDS_MAX && chain_of[fd] ? &lines[chain_of[fd] - 1] : NULL;
}

ssize_t recvfrom(int fd, void *octets, size_t n, int flags, struct sockaddr *from,
		 socklen_t *from_n)
{
	struct rtp_packet header = { .ssrc = 7 };
	struct line *line;

	if (live)
		return syscall(SYS_recvfrom, fd, octets, n, flags, from, from_n);
	line = line_at(fd);
	if (!line || !line->arrived) {
		errno = EAGAIN;
		return -1;
	}
	line->arrived = false;
	header.sequence = (uint16_t)frame_now;
	header.timestamp = frame_now * FRAME;
	rtp_encode_header(octets, &header);
	memcpy((uint8_t *)octets + RTP_HEADER_OCTETS, speech + at / FRAME * FRAME, FRAME);
	peer.sin_port = htons((uint16_t)(PEER_PORT + 2 * (line - lines)));
	memcpy(from, &peer, sizeof(peer));
	*from_n = sizeof(peer);
	return RTP_HEADER_OCTETS + FRAME;
}

ssize_t sendto(int fd, const void *octets, size_t n, int flags, const struct sockaddr *to,
	       socklen_t to_n)
{
	sent++;
	if (live || (fd >= 0 && !line_at(fd)))
		return syscall(SYS_sendto, fd, octets, n, flags, to, to_n);
	return (ssize_t)n;
}

ssize_t read(int fd, void *octets, size_t n)
{
	struct line *line;

	if (fd > FD_BASE)
		return syscall(SYS_read, fd, octets, n);
	line = &lines[FD_BASE - fd];
	if (!line->says) {
		errno = EAGAIN;
		return -1;
	}
	line->says = false;
	memcpy(octets, line->in, n);
	return (ssize_t)n;
}

/* What was written, and comes back. */
static void line_take(struct line *line)
{
	for (size_t i = 0; line->hears && line->delay && i < CHUNK; i++)
		returned[line - lines][line->at + i] = echo_of[line->out[i]];
	if (line->hears)
		line->at = (uint16_t)((line->at + CHUNK) % LINE_OCTETS);
	line->hears = false;
}

/* For the next round. */
static void lines_run(unsigned channels)
{
	for (unsigned i = 0; i < channels; i++) {
		struct line *line = &lines[i];

		line_take(line);
		memcpy(line->in,
		       line->delay
			       ? &returned[i][(line->at + LINE_OCTETS - line->delay) % LINE_OCTETS]
			       : speech + at,
		       CHUNK);
		line->says = true;
	}
}

ssize_t write(int fd, const void *octets, size_t n)
{
	struct line *line;

	if (fd > FD_BASE)
		return syscall(SYS_write, fd, octets, n);
	line = &lines[FD_BASE - fd];
	written++;
	line_take(line);
	memcpy(line->out, octets, n);
	line->hears = true;
	return (ssize_t)n;
}

static void report(void *arg, const struct media_event *event)
{
	(void)arg;
	(void)event;
}

/* Something that is neither silence nor a tone: noise through a resonance, as loud as speech. */
static void speech_make(void)
{
	uint32_t random = 1;
	double y = 0, before = 0;

	for (unsigned i = 0; i < 256; i++)
		echo_of[i] = g711_a_octet((int16_t)(g711_a_linear[i] / 2));
	for (size_t i = 0; i < sizeof(speech); i++) {
		double x, next;

		random = random * 1664525 + 1013904223;
		x = (double)(int32_t)random / 2147483648.0 * 1000;
		next = x + 1.6 * y - 0.8 * before;
		before = y;
		y = next;
		speech[i] = g711_a_octet((int16_t)(y > 30000 ? 30000 : y < -30000 ? -30000 : y));
	}
}

static void chain_open(struct chain *chain, unsigned i, const struct media_bearer_params *card,
		       const struct round *round)
{
	const struct sockaddr_in remote = peers_address(PEER_PORT + 2 * i);
	const struct rtp_end_conf conf = {
		.fd = pairs[i].fd,
		.rtcp_fd = pairs[i].rtcp_fd,
		.direct_fd = pairs[i].direct_fd,
		.jitter_min_ms = 20,
		.jitter_max_ms = 200,
		.timeout_ms = 30000,
	};
	const struct rtp_identity identity = { .ssrc = 1, .random = i, .cname = "bench" };
	struct media_rtp_params params = { .codec = MEDIA_PCMU,
					   .dtmf_payload_type = 101,
					   .dtmf_payload_type_in = 101,
					   .ptime_ms = 20,
					   .send = true,
					   .receive = true };
	struct bench_span *span = &spans[i / PER_SPAN];
	unsigned timeslot = i % PER_SPAN;

	memcpy(&params.remote, &remote, sizeof(remote));
	memset(chain, 0, sizeof(*chain));
	lines[i] = (struct line){ 0 };
	pipeline_init(&chain->pipeline, report, NULL);
	for (unsigned side = 0; side < 2; side++)
		chain->pipeline.side[side].hear = chain->pipeline.side[side].speak = true;
	rtp_end_init(&chain->rtp, &conf, &identity);
	pipeline_attach(&chain->pipeline, 0, &chain->rtp.end, round);
	rtp_end_set(&chain->rtp, &params, round);
	if (pairs[i].fd >= 0)
		chain->rtp.end.ops->watch(&chain->rtp.end, &watch);
	chain->rtp.end.ops->burst(&chain->rtp.end, &burst);
	bearer_end_init(&chain->bearer, FD_BASE - (int)i, &span->span, timeslot + 1, &span->clock);
	pipeline_attach(&chain->pipeline, 1, &chain->bearer.end, round);
	bearer_end_params(&chain->bearer, card);
	line_card_add(&span->card, &chain->bearer, span->groups[timeslot / LANES],
		      timeslot % LANES);
}

static unsigned no_alarms(const struct tdm_span *span)
{
	(void)span;
	return 0;
}

static const struct tdm_span_ops quiet_ops = { .type = "bench", .alarms = no_alarms };

static void span_open(unsigned number, const struct media_bearer_params *card,
		      enum lanes_build build)
{
	struct bench_span *span = &spans[number];
	struct lane_shape shape;
	bool needed;

	*span = (struct bench_span){ .span = { .ops = &quiet_ops,
					       .law = TDM_ALAW,
					       .chunk_ms = CHUNK / 8,
					       .chunk_octets = CHUNK } };
	line_card_init(&span->card);
	if (lane_shape_of(card, &shape, &needed))
		exit(1);
	for (unsigned g = 0; needed && g < 2; g++) {
		span->groups[g] = lane_group_new(&shape, (2 * number + g) * SECTION % FRAME, build);
		if (!span->groups[g])
			exit(1);
	}
}

static void march_on(unsigned i, unsigned channels, unsigned first, unsigned end,
		     const struct round *round)
{
	for (unsigned step = first; step < end; step++)
		if (i + ahead_channels[step] < channels)
			ahead_fetch(&chains[i + ahead_channels[step]].pipeline, step, round);
}

/* As the engine's. */
static void burst_run(unsigned first, unsigned end, unsigned channels, const struct round *round)
{
	for (unsigned i = first; i < end; i++) {
		march_on(i, channels, 0, AHEAD_COLLECTED, round);
		pipeline_collect(&chains[i].pipeline, round);
	}
	for (unsigned i = first; i < end; i++) {
		struct chain *chain = &chains[i];

		march_on(i, channels, AHEAD_COLLECTED, AHEAD_STEPS, round);
		chain->news = pipeline_round(&chain->pipeline, round);
	}
	burst_send(&burst);
	for (unsigned i = first; i < end; i++) {
		struct chain *chain = &chains[i];

		if (chain->news == PIPELINE_COUNTS) {
			snapshot_count(&chain->snapshot[0], &chain->rtp.end.stats);
			snapshot_count(&chain->snapshot[1], &chain->bearer.end.stats);
		} else if (chain->news == PIPELINE_STATISTICS) {
			snapshot_write(&chain->snapshot[0], &chain->rtp.end.stats);
			snapshot_write(&chain->snapshot[1], &chain->bearer.end.stats);
		}
	}
}

/* The cards of all spans, then all channels. */
static void round_run(unsigned channels, const struct round *round)
{
	if (live)
		watch_look(&watch);
	for (unsigned i = 0; i * PER_SPAN < channels; i++) {
		spans[i].clock.ticks++;
		line_card_run(&spans[i].card);
	}
	for (unsigned i = 0; i < channels; i += BURST_CHANNELS)
		burst_run(i, i + BURST_CHANNELS < channels ? i + BURST_CHANNELS : channels,
			  channels, round);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of a live run: when the packets of this tick have just come. */
static void tick_wait(void)
{
	peers_wait(&peers, (int64_t)tick++ * PEER_TICK_NS);
}

/* Returns microseconds for a channel and a frame. */
static double frames_run(unsigned channels, struct round *round)
{
	double spent = 0, start;

	for (unsigned k = 0; k < FRAMES; k++, frame_now++)
		for (unsigned r = 0; r < ROUNDS; r++) {
			start = cpu_s();
			if (live)
				tick_wait();
			spent += cpu_s() - start;
			at = k * FRAME + r * CHUNK;
			round->now_us += 1000000 / 8000 * CHUNK;
			for (unsigned i = r; i < channels; i += ROUNDS)
				lines[i].arrived = true;
			lines_run(channels);
			start = cpu_s();
			round_run(channels, round);
			spent += cpu_s() - start;
		}
	return spent * 1e6 / channels / FRAMES;
}

struct setting {
	unsigned channels;
	struct media_bearer_params card;
	enum lanes_build build;
	bool sockets;	 /* the system calls of RTP are made, in real time */
	bool spread;	 /* each line has its own delay */
	double learning; /* returned: what the second second costs, in which all lines are learnt */
};

static _Noreturn void wrong(const char *what, unsigned channels)
{
	fprintf(stderr, "media_chain: %s, with %u channels\n", what, channels);
	exit(1);
}

/* Stand-ins, or sockets that are not used as such before the lines are known. */
static void sockets_open(const struct setting *s)
{
	for (unsigned i = 0; i < s->channels; i++) {
		pairs[i] = (struct port_pair){ .fd = FD_BASE - (int)i, .rtcp_fd = FD_BASE + 1 };
		if (!s->sockets)
			continue;
		if (ports_open(ports, "127.0.0.1", &pairs[i]) || pairs[i].fd >= FDS_MAX ||
		    pairs[i].direct_fd >= FDS_MAX)
			wrong("no socket to be had", i);
		chain_of[pairs[i].fd] = chain_of[pairs[i].direct_fd] = (uint16_t)(i + 1);
		peers.ports[i] = pairs[i].port;
	}
}

static void sockets_close(const struct setting *s)
{
	for (unsigned i = 0; s->sockets && i < s->channels; i++) {
		chains[i].rtp.end.ops->watch(&chains[i].rtp.end, NULL);
		chain_of[pairs[i].fd] = chain_of[pairs[i].direct_fd] = 0;
		ports_close(ports, &pairs[i]);
	}
}

/* The first second of it is for getting into step. */
static void live_begin(const struct setting *s, struct round *round)
{
	if (!s->sockets)
		return;
	peers.channels = s->channels;
	peers.ticks = FRAMES * (RUNS + 1) * ROUNDS;
	peers.frame = frame_now;
	peers.speech = speech;
	peers.frames = FRAMES;
	tick = 0;
	live = true;
	if (!peers_start(&peers))
		wrong("no far ends", s->channels);
	(void)frames_run(s->channels, round);
}

/* What went wrong, or NULL: all got there but what was on its way when the far ends looked last. */
static const char *live_end(const struct setting *s)
{
	if (!s->sockets)
		return NULL;
	live = false;
	return peers_end(&peers) < (uint64_t)s->channels * FRAMES * RUNS
		       ? "RTP to the far ends was lost"
		       : NULL;
}

/* Or NULL: every frame went through every channel, and the cancellers have learnt the lines. */
static const char *frames_fault(const struct setting *s)
{
	if (sent < (uint64_t)s->channels * FRAMES * RUNS ||
	    written < (uint64_t)s->channels * FRAMES * ROUNDS * RUNS)
		return "frames were lost";
	for (unsigned i = 0; i < s->channels; i++) {
		const struct media_end_stats *line = &chains[i].bearer.end.stats;

		if (chains[i].rtp.jitter.lost || chains[i].rtp.end.stats.packets_in < FRAMES * RUNS)
			return "RTP was lost";
		if (s->card.echo_tail_ms &&
		    (line->echo.erle_db == MEDIA_UNKNOWN || line->echo.erle_db < ERLE_LEAST))
			return "echo was not cancelled";
	}
	return NULL;
}

/* Microseconds for a channel and a frame: the best of some runs, for other users of the machine. */
static double chain_try(struct setting *s, const char **fault)
{
	struct round round = { .now_us = 1000000, .elapsed = CHUNK, .timely = true };
	double best = 1e9;

	frame_now = 0;
	sockets_open(s);
	for (unsigned i = 0; i * PER_SPAN < s->channels; i++)
		span_open(i, &s->card, s->build);
	for (unsigned i = 0; i < s->channels; i++)
		chain_open(&chains[i], i, &s->card, &round);
	for (unsigned i = 0; s->card.echo_tail_ms && i < s->channels; i++)
		lines[i].delay = (uint16_t)(CHUNK * (chains[i].bearer.lead + LINE_LEAST +
						     (s->spread ? i * 7 % (LINE_MOST - 1) : 0)));
	(void)frames_run(s->channels, &round);
	s->learning = frames_run(s->channels, &round);
	for (unsigned run = 2; s->card.echo_tail_ms && run < WARM_RUNS; run++)
		(void)frames_run(s->channels, &round);
	live_begin(s, &round);
	sent = written = 0;
	for (unsigned run = 0; run < RUNS; run++) {
		double us = frames_run(s->channels, &round);

		best = us < best ? us : best;
	}
	*fault = live_end(s);
	if (!*fault)
		*fault = frames_fault(s);
	sockets_close(s);
	for (unsigned i = 0; i * PER_SPAN < s->channels; i++)
		for (unsigned g = 0; g < 2; g++)
			lane_group_free(spans[i].groups[g]);
	return best;
}

/* 0: more than one core carries in real time. */
static double chain_us(struct setting *s)
{
	const char *fault = NULL;

	for (unsigned i = 0; i < (s->sockets ? TRIES : 1); i++) {
		double us = chain_try(s, &fault);

		if (!fault)
			return us;
	}
	if (!s->sockets)
		wrong(fault, s->channels);
	fprintf(stderr,
		"media_chain: no figure for %u channels, %s: more than one core carries here\n",
		s->channels, fault);
	return 0;
}

/* A span's own system calls for a channel and frame: blocks read, the last in vain, and written. */
static double span_io_us(void)
{
	uint8_t block[CHUNK] = { 0 };
	double start;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds))
		exit(1);
	start = cpu_s();
	for (unsigned i = 0; i < 20000; i++) {
		if (syscall(SYS_write, fds[0], block, sizeof(block)) != sizeof(block) ||
		    syscall(SYS_read, fds[1], block, sizeof(block)) != sizeof(block))
			exit(1);
		(void)!syscall(SYS_read, fds[1], block, sizeof(block));
	}
	close(fds[0]);
	close(fds[1]);
	return (cpu_s() - start) * 1e6 / 20000 * ROUNDS;
}

static void row(const char *name, double value, const char *unit, const char *than, double limit)
{
	printf("bench\t%s\t%.3f\t%s\t%s\t%.3f\t%.2f\n", name, value, unit, than, limit,
	       value / limit);
}

static const struct setting ec128 = { .card = { .echo_tail_ms = 128,
						.hear_dtmf = true,
						.hear_tones = true,
						.fax = MEDIA_FAX_VBD,
						.block_ms = 8 } };

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * With the system calls of RTP: of each size the best pass, and the growth in the middle one, for what is compared is to be
 * of the same half minute.
 */
static void whole_rows(enum lanes_build build, const char *suffix)
{
	static const unsigned sizes[] = { 250, 1000, 2000 };
	struct setting s = ec128;
	double us[3] = { 1e9, 1e9, 1e9 }, growth[PASSES];
	char name[64];

	s.build = build;
	s.sockets = true;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		double now[3];

		for (unsigned i = 0; i < 3; i++) {
			s.channels = sizes[i];
			now[i] = chain_us(&s);
			us[i] = now[i] < us[i] ? now[i] : us[i];
		}
		growth[pass] = now[0] > 0 ? now[2] / now[0] : 0;
	}
	for (unsigned i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "media_chain_ec128%s_%u", suffix, sizes[i]);
		if (us[i] > 0)
			row(name, us[i], "us, 8 ms blocks", "limit", LIMIT_US);
	}
	snprintf(name, sizeof(name), "media_chain_ec128%s_capacity", suffix);
	if (us[1] > 0)
		row(name, FRAME_US / us[1], "channels a core, or more", "limit", CAPACITY);
	qsort(growth, PASSES, sizeof(*growth), by_value);
	snprintf(name, sizeof(name), "media_chain_ec128%s_growth", suffix);
	if (us[0] > 0 && us[2] > 0)
		row(name, growth[PASSES / 2], "ratio", "limit", GROWTH);
}

/* Without them. */
static void work_rows(enum lanes_build build, const char *suffix)
{
	static const struct {
		const char *name;
		unsigned channels, block_ms;
		bool spread;
	} works[] = { { "250", 250, 8, false },
		      { "1000", 1000, 8, false },
		      { "2000", 2000, 8, false },
		      { "1000_4ms", 1000, 4, false },
		      { "1000_spread", 1000, 8, true } };
	struct setting s = ec128;

	s.build = build;
	for (unsigned i = 0; i < sizeof(works) / sizeof(*works); i++) {
		s.channels = works[i].channels;
		s.card.block_ms = works[i].block_ms;
		s.spread = works[i].spread;
		printf("bench\tmedia_work_ec128%s_%s\t%.3f\tus, %u ms blocks\t-\t-\t-\n", suffix,
		       works[i].name, chain_us(&s), s.card.block_ms);
	}
	printf("bench\tmedia_work_ec128%s_1000_learning\t%.3f\tus, 8 ms blocks\t-\t-\t-\n", suffix,
	       s.learning);
}

int main(void)
{
	struct setting plain = { .channels = 1000,
				 .card = { .hear_dtmf = true },
				 .build = lanes_best() };

	chains = aligned_alloc(64, sizeof(*chains) * CHANNELS_MAX);
	if (!chains || ports_new(&ports, PORT_FIRST, PORT_LAST) || watch_open(&watch))
		return 1;
	peer = peers_address(PEER_PORT);
	peers_descriptors();
	machine_pin(1);
	machine_send();
	machine_scalar();
	speech_make();
	whole_rows(lanes_best(), "");
	if (lanes_best() != LANES_AVX2 && lanes_can(LANES_AVX2))
		whole_rows(LANES_AVX2, "_avx2");
	printf("bench\tmedia_chain_span_io\t%.3f\tus\t-\t-\t-\n", span_io_us());
	row("media_channel", chain_us(&plain), "us", "limit", PLAIN_US);
	work_rows(lanes_best(), "");
	if (lanes_best() != LANES_AVX2 && lanes_can(LANES_AVX2))
		work_rows(LANES_AVX2, "_avx2");
	row("media_channel_memory", sizeof(*chains), "octets", "limit", 32768);
	printf("bench\tmedia_lane_memory_ec128\t%zu\toctets, %s, 8 ms blocks\t-\t-\t-\n",
	       echo_octets(&(struct echo_conf){ 1024, 64, lanes_best() }) / LANES,
	       lanes_name(lanes_best()));
	watch_close(&watch);
	ports_free(ports);
	free(chains);
	return 0;
}
