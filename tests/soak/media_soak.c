/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A thousand channels for SOAK_SECONDS (3600) in an engine of two threads: 496 between RTP and the
 * timeslots of 16 virtual spans, with all that a line card does, each joined by an RTP-to-RTP channel
 * with the one at the other end of the cable, and 256 from RTP to RTP with a tone; beside them calls
 * that come and go. No packet and no block may be lost, and memory and descriptors are what they were
 * after the first tenth. A second in which the machine itself stood still for longer than an engine
 * bridges is told, proves nothing, and is made up for by another one: as many as there are to be in
 * all.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/media/media.h"

#define CABLES	  8
#define TIMESLOTS 31
#define LINES	  (CABLES * TIMESLOTS) /* a bearer at either end */
#define TONES	  256
#define CHANNELS  (3 * LINES + TONES)
#define PASSERS	  20 /* channels that come and go, every second */
#define FLYING	  4  /* packets that may be on their way when one looks */
#define MORE_KB	  1024
#define BEGIN_MS  3000 /* a thousand channels opened at once take a while to settle */
#define CHUNK_MS  20

struct soak {
	uv_loop_t loop;
	struct media_engine *engine;
	struct tdm_span *span[2 * CABLES];
	char folder[40];
	/* [i] and [i + LINES]: the two ends of a line; from 2 * LINES on: RTP to RTP */
	struct media_channel *channel[CHANNELS];
	uint16_t port[CHANNELS][2];
	struct media_channel *passer[PASSERS];
	struct {
		struct media_end_stats stats;
		int64_t missing;
		bool suspected; /* the last time one looked: a thread may have been late */
	} before[CHANNELS][2];	/* when all had begun */
	bool begun;
	struct media_stalls stalls; /* when one looked last */
	unsigned void_looks;	    /* seconds in which the machine was away */
	long memory_kb, fds;
	unsigned faults;
};

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static void pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void serve(struct soak *soak, unsigned ms)
{
	for (unsigned i = 0; i < ms; i += 10) {
		uv_run(&soak->loop, UV_RUN_NOWAIT);
		pause_ms(10);
	}
}

static void must(bool right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "soak: %s\n", what);
	exit(1);
}

/* ---- what it is made of ---- */

static void spans_open(struct soak *soak)
{
	char cable[80];

	for (unsigned i = 0; i < 2 * CABLES; i++) {
		const struct tdm_span_conf conf = {
			.name = i % 2 ? "b" : "a",
			.framing = TDM_E1,
			.law = TDM_ALAW,
			.chunk_ms = CHUNK_MS,
			.cable = cable,
			.listen = i % 2 == 0,
			.clock_master = i % 2 == 0,
		};

		snprintf(cable, sizeof(cable), "%s/%u", soak->folder, i / 2);
		must(tdm_span_open(&soak->span[i], "virtual", &conf) == 0, "no span");
		must(media_engine_add_span(soak->engine, soak->span[i]) == 0, "span not taken");
	}
	for (unsigned i = 0; i < 2 * CABLES; i++)
		for (unsigned k = 0; k < 500 && tdm_span_alarms(soak->span[i]); k++)
			serve(soak, 10);
}

static const struct media_bearer_params line_card = { .echo_tail_ms = 128,
						      .hear_dtmf = true,
						      .hear_tones = true,
						      .fax = MEDIA_FAX_VBD,
						      .block_ms = 8 };

static void channel_open(struct soak *soak, unsigned i)
{
	struct media_channel *channel = media_channel_new(soak->engine, "soak", on_event, soak);

	must(channel != NULL, "no channel");
	soak->channel[i] = channel;
	must(media_rtp_open(channel, 0, "127.0.0.1", &soak->port[i][0]) == 0, "no port");
	if (i < 2 * LINES) {
		unsigned line = i % LINES, cable = line / TIMESLOTS;

		must(media_bearer_set(channel, 1, &line_card) == 0, "no line card");
		must(media_bearer_open(channel, 1, soak->span[2 * cable + i / LINES],
				       1 + line % TIMESLOTS) == 0,
		     "no timeslot");
	} else {
		must(media_rtp_open(channel, 1, "127.0.0.1", &soak->port[i][1]) == 0, "no port");
	}
	media_end_mode(channel, 0, true, true);
	media_end_mode(channel, 1, true, true);
}

static void join_to(struct soak *soak, unsigned i, unsigned side, uint16_t port, bool a_law)
{
	struct media_rtp_params params = { .codec = a_law ? MEDIA_PCMA : MEDIA_PCMU,
					   .payload_type = a_law ? 8 : 0,
					   .dtmf_payload_type = 101,
					   .dtmf_payload_type_in = 101,
					   .ptime_ms = 20,
					   .send = true,
					   .receive = true };
	struct sockaddr_in *to = (struct sockaddr_in *)(void *)&params.remote;

	to->sin_family = AF_INET;
	to->sin_port = htons(port);
	to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(media_rtp_set(soak->channel[i], side, &params) == 0, "not joined");
}

/* The other end of an RTP session: its channel and side. */
static void peer_of(unsigned i, unsigned side, unsigned *peer, unsigned *peer_side)
{
	*peer_side = 0;
	if (i < 2 * LINES) { /* one end of a line: by a relay */
		*peer = 2 * LINES + i % LINES;
		*peer_side = i / LINES;
	} else if (i < 3 * LINES) { /* the relay: to both ends of its line */
		*peer = i - 2 * LINES + side * LINES;
	} else { /* pairs, the same side of each */
		*peer = 3 * LINES + ((i - 3 * LINES) ^ 1);
		*peer_side = side;
	}
}

static void join_all(struct soak *soak)
{
	for (unsigned i = 0; i < CHANNELS; i++)
		for (unsigned side = 0; side < (i < 2 * LINES ? 1 : 2); side++) {
			unsigned peer, peer_side;

			peer_of(i, side, &peer, &peer_side);
			join_to(soak, i, side, soak->port[peer][peer_side],
				(i < peer ? i : peer) % 2);
			if (i >= 3 * LINES)
				media_tone(soak->channel[i], side, MEDIA_TONE_RINGBACK);
		}
}

/* ---- what must hold ---- */

static long memory_kb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	long kb = -1;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kb;
}

static long fds_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	long n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* All of it may only stay as it is. */
static const struct {
	const char *name;
	size_t at;
} losses[] = {
	{ "packets lost", offsetof(struct media_end_stats, lost) },
	{ "packets refused", offsetof(struct media_end_stats, refused) },
	{ "packets doubled", offsetof(struct media_end_stats, duplicate) },
	{ "blocks overrun", offsetof(struct media_end_stats, rx_overruns) },
};

static uint64_t value_of(const struct media_end_stats *stats, size_t at)
{
	uint64_t value;

	memcpy(&value, (const uint8_t *)stats + at, sizeof(value));
	return value;
}

static void fault(struct soak *soak, unsigned i, unsigned side, const char *what, uint64_t n)
{
	if (soak->faults++ < 20)
		fprintf(stderr, "soak: channel %u side %u: %s: %llu\n", i, side, what,
			(unsigned long long)n);
}

static void check_losses(struct soak *soak, unsigned i, unsigned side,
			 const struct media_end_stats *stats)
{
	for (size_t k = 0; k < sizeof(losses) / sizeof(*losses); k++) {
		uint64_t before = value_of(&soak->before[i][side].stats, losses[k].at);
		uint64_t now = value_of(stats, losses[k].at);

		if (soak->begun && now > before)
			fault(soak, i, side, losses[k].name, now - before);
	}
}

/* What the other end has sent, and this has not got. */
static void check_flow(struct soak *soak, unsigned i, unsigned side,
		       const struct media_end_stats *in, const struct media_end_stats *out)
{
	int64_t missing = (int64_t)(out->packets_out - in->packets_in);

	if (!soak->begun)
		soak->before[i][side].missing = missing;
	else if (missing <= soak->before[i][side].missing + FLYING)
		soak->before[i][side].suspected = false;
	else if (soak->before[i][side].suspected)
		fault(soak, i, side, "packets missing", (uint64_t)missing);
	else
		soak->before[i][side].suspected = true;
	if (soak->begun && in->packets_in <= soak->before[i][side].stats.packets_in)
		fault(soak, i, side, "packets received since", 0);
}

static void check_side(struct soak *soak, unsigned i, unsigned side)
{
	bool is_rtp = side == 0 || i >= 2 * LINES;
	struct media_end_stats stats, peer_stats;
	unsigned peer, peer_side;

	if (is_rtp) {
		peer_of(i, side, &peer, &peer_side);
		media_stats(soak->channel[peer], peer_side, &peer_stats);
	}
	media_stats(soak->channel[i], side, &stats);
	check_losses(soak, i, side, &stats);
	if (is_rtp)
		check_flow(soak, i, side, &stats, &peer_stats);
	if (soak->begun && !is_rtp && stats.blocks_in <= soak->before[i][side].stats.blocks_in)
		fault(soak, i, side, "blocks received since", 0);
	if (!soak->begun)
		soak->before[i][side].stats = stats;
}

/* The machine stood still since the last time. */
static bool was_away(struct soak *soak)
{
	uint64_t before = soak->stalls.too_late;

	media_engine_stalls(soak->engine, &soak->stalls);
	return soak->stalls.too_late > before;
}

/* The first time, and where the machine was away, what there is is noted. */
static void check_all(struct soak *soak)
{
	if (was_away(soak) && soak->begun) {
		soak->begun = false;
		soak->void_looks++;
	}
	for (unsigned i = 0; i < CHANNELS; i++)
		for (unsigned side = 0; side < 2; side++)
			check_side(soak, i, side);
	soak->begun = true;
}

static void check_constant(struct soak *soak)
{
	long kb = memory_kb(), fds = fds_open();

	if (kb > soak->memory_kb + MORE_KB) {
		fprintf(stderr, "soak: memory grew from %ld to %ld KiB\n", soak->memory_kb, kb);
		soak->faults++;
	}
	if (fds != soak->fds) {
		fprintf(stderr, "soak: descriptors were %ld, are %ld\n", soak->fds, fds);
		soak->faults++;
	}
}

/* ---- time ---- */

static void pass(struct soak *soak)
{
	uint16_t port;

	for (unsigned i = 0; i < PASSERS; i++) {
		soak->passer[i] = media_channel_new(soak->engine, "passer", on_event, soak);
		must(soak->passer[i] != NULL, "no channel for one more call");
		for (unsigned side = 0; side < 2; side++)
			must(media_rtp_open(soak->passer[i], side, "127.0.0.1", &port) == 0,
			     "no port for one more call");
		media_tone(soak->passer[i], 0, MEDIA_TONE_BUSY);
	}
	serve(soak, 500);
	for (unsigned i = 0; i < PASSERS; i++)
		media_channel_close(soak->passer[i], false);
	for (unsigned i = 0; i < 1000 && media_engine_channels(soak->engine) > CHANNELS; i++)
		serve(soak, 10);
}

static void tell(struct soak *soak, unsigned second)
{
	const struct media_stalls *stalls = &soak->stalls;
	uint64_t late = 0, concealed_ms = 0, idle = 0;

	for (unsigned i = 0; i < CHANNELS; i++)
		for (unsigned side = 0; side < 2; side++) {
			const struct media_end_stats *before = &soak->before[i][side].stats;
			struct media_end_stats stats;

			media_stats(soak->channel[i], side, &stats);
			late += stats.late - before->late;
			concealed_ms += stats.concealed_ms - before->concealed_ms;
			idle += stats.tx_underruns - before->tx_underruns;
		}
	printf("soak\t%u s\t%ld KiB\t%ld descriptors\t%llu stalls, worst %llu us, %u s void\t"
	       "%llu late packets, %llu ms concealed, %llu idle blocks\t%u faults\n",
	       second, memory_kb(), fds_open(), (unsigned long long)stalls->late,
	       (unsigned long long)stalls->worst_us, soak->void_looks, (unsigned long long)late,
	       (unsigned long long)concealed_ms, (unsigned long long)idle, soak->faults);
	fflush(stdout);
}

static void last(struct soak *soak, unsigned seconds)
{
	unsigned warm = seconds / 10 > 5 ? seconds / 10 : 5;
	struct timespec start, now;
	unsigned told = 0, second = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (second < seconds + soak->void_looks && second < 2 * seconds && soak->faults < 100) {
		pass(soak);
		serve(soak, 500);
		clock_gettime(CLOCK_MONOTONIC, &now);
		second = (unsigned)(now.tv_sec - start.tv_sec);
		check_all(soak);
		if (second < warm || !soak->fds) {
			soak->memory_kb = memory_kb();
			soak->fds = fds_open();
		} else {
			check_constant(soak);
		}
		if (second >= told + 60 || soak->faults) {
			tell(soak, second);
			told = second;
		}
	}
	if (second != told)
		tell(soak, second);
	if (second < seconds + soak->void_looks && !soak->faults) {
		fprintf(stderr,
			"soak: the machine stood still in %u of %u seconds: nothing is proved\n",
			soak->void_looks, second);
		soak->faults++;
	}
}

static void soak_close(struct soak *soak)
{
	for (unsigned i = 0; i < CHANNELS; i++)
		media_channel_close(soak->channel[i], false);
	for (unsigned i = 0; i < 1000 && media_engine_channels(soak->engine); i++)
		serve(soak, 10);
	must(!media_engine_channels(soak->engine), "channels are left");
	for (unsigned i = 0; i < 2 * CABLES; i++)
		must(media_engine_remove_span(soak->engine, soak->span[i]) == 0, "span in use");
	media_engine_free(soak->engine);
	uv_run(&soak->loop, UV_RUN_DEFAULT);
	uv_loop_close(&soak->loop);
	for (unsigned i = 0; i < 2 * CABLES; i++)
		tdm_span_close(soak->span[i]);
	rmdir(soak->folder);
}

int main(void)
{
	const struct media_conf conf = { .port_first = 10000,
					 .port_last = 19999,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .channels_max = CHANNELS + 2 * PASSERS,
					 .threads = 2,
					 .realtime = true };
	const char *text = getenv("SOAK_SECONDS");
	static struct soak soak = { .folder = "/tmp/causeway-soak-XXXXXX" };
	int error;

	log_set_level(LOG_ERROR);
	must(mkdtemp(soak.folder) != NULL, "no folder");
	uv_loop_init(&soak.loop);
	soak.engine = media_engine_new(&conf, &soak.loop, &error);
	must(soak.engine != NULL, "no engine");
	spans_open(&soak);
	for (unsigned i = 0; i < CHANNELS; i++)
		channel_open(&soak, i);
	join_all(&soak);
	serve(&soak, BEGIN_MS);
	last(&soak, text ? (unsigned)strtoul(text, NULL, 10) : 3600);
	soak_close(&soak);
	return soak.faults ? 1 : 0;
}
