/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * CPU time of the media chain for each channel and 20 ms frame, both directions, with 1,000
 * channels: RTP in, source lock, reception, jitter buffer, G.711, bearer out; bearer in, DTMF
 * detection, G.711, packets out, RTCP's timers. The system calls are left out: their stand-ins
 * below give and take without the kernel.
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

#include "gw/media/bearer_end.h"
#include "gw/media/rtp_end.h"

#define CHANNELS 1000
#define FRAMES	 500
#define FRAME	 160
#define LIMIT_US 2.5
#define NO_FD	 (-2)

struct chain {
	struct pipeline pipeline;
	struct rtp_end rtp;
	struct bearer_end bearer;
	unsigned blocks; /* that the line has for this round */
};

static uint8_t speech[FRAMES * FRAME];
static struct chain *reading;
static size_t at;
static uint64_t sent, written;

ssize_t recvfrom(int fd, void *octets, size_t n, int flags, struct sockaddr *from,
		 socklen_t *from_n)
{
	(void)fd, (void)octets, (void)n, (void)flags, (void)from, (void)from_n;
	errno = EAGAIN;
	return -1;
}

ssize_t sendto(int fd, const void *octets, size_t n, int flags, const struct sockaddr *to,
	       socklen_t to_n)
{
	(void)fd, (void)octets, (void)flags, (void)to, (void)to_n;
	sent++;
	return (ssize_t)n;
}

ssize_t read(int fd, void *octets, size_t n)
{
	if (fd != NO_FD)
		return syscall(SYS_read, fd, octets, n);
	if (!reading || !reading->blocks) {
		errno = EAGAIN;
		return -1;
	}
	reading->blocks--;
	memcpy(octets, speech + at, n);
	return (ssize_t)n;
}

ssize_t write(int fd, const void *octets, size_t n)
{
	if (fd != NO_FD)
		return syscall(SYS_write, fd, octets, n);
	written++;
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

static void chain_open(struct chain *chain, const struct sockaddr_storage *peer,
		       struct tdm_span *span, const struct span_clock *clock,
		       const struct round *round)
{
	const struct rtp_end_conf conf = { NO_FD, NO_FD, 20, 200, 30000 };
	const struct rtp_identity identity = { .ssrc = 1,
					       .random = (uint64_t)(uintptr_t)chain,
					       .cname = "bench" };
	const struct media_rtp_params params = { .remote = *peer,
						 .codec = MEDIA_PCMU,
						 .dtmf_payload_type = 101,
						 .dtmf_payload_type_in = 101,
						 .ptime_ms = 20,
						 .send = true,
						 .receive = true };

	pipeline_init(&chain->pipeline, report, NULL);
	for (unsigned i = 0; i < 2; i++)
		chain->pipeline.side[i].hear = chain->pipeline.side[i].speak = true;
	rtp_end_init(&chain->rtp, &conf, &identity);
	pipeline_attach(&chain->pipeline, 0, &chain->rtp.end, round);
	rtp_end_set(&chain->rtp, &params, round);
	bearer_end_init(&chain->bearer, NO_FD, span, 1, clock);
	pipeline_attach(&chain->pipeline, 1, &chain->bearer.end, round);
}

static void chain_frame(struct chain *chain, unsigned frame, const struct sockaddr_storage *peer,
			const struct round *round)
{
	const struct rtp_packet header = { .sequence = (uint16_t)frame,
					   .timestamp = frame * FRAME,
					   .ssrc = 7 };
	uint8_t packet[RTP_HEADER_OCTETS + FRAME];

	rtp_encode_header(packet, &header);
	memcpy(packet + RTP_HEADER_OCTETS, speech + at, FRAME);
	rtp_in_packet(&chain->rtp, packet, sizeof(packet), peer, round);
	reading = chain;
	chain->blocks = 1;
	pipeline_round(&chain->pipeline, round);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned no_alarms(const struct tdm_span *span)
{
	(void)span;
	return 0;
}

static const struct tdm_span_ops quiet_ops = { .type = "bench", .alarms = no_alarms };

int main(void)
{
	struct tdm_span span = {
		.ops = &quiet_ops, .law = TDM_ALAW, .chunk_ms = 20, .chunk_octets = FRAME
	};
	struct chain *chain = calloc(CHANNELS, sizeof(*chain));
	struct sockaddr_storage peer = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&peer;
	struct round round = { .now_us = 1000000, .elapsed = FRAME, .timely = true };
	struct span_clock clock = { 0 };
	double start, us;

	if (!chain)
		return 1;
	in->sin_family = AF_INET;
	in->sin_port = htons(4000);
	speech_make();
	for (unsigned i = 0; i < CHANNELS; i++)
		chain_open(&chain[i], &peer, &span, &clock, &round);
	start = cpu_s();
	for (unsigned frame = 0; frame < FRAMES; frame++) {
		at = frame * FRAME;
		clock.ticks++;
		round.now_us += 20000;
		for (unsigned i = 0; i < CHANNELS; i++)
			chain_frame(&chain[i], frame, &peer, &round);
	}
	us = (cpu_s() - start) * 1e6 / CHANNELS / FRAMES;
	if (sent < (uint64_t)CHANNELS * FRAMES || written < (uint64_t)CHANNELS * FRAMES ||
	    chain[0].rtp.jitter.lost) {
		fprintf(stderr, "media_chain: frames were lost\n");
		return 1;
	}
	printf("bench\tmedia_channel\t%.3f\tus\tlimit\t%.3f\t%.2f\n", us, LIMIT_US, us / LIMIT_US);
	printf("bench\tmedia_channel_memory\t%zu\toctets\tlimit\t%u\t%.2f\n", sizeof(*chain),
	       32768u, (double)sizeof(*chain) / 32768);
	free(chain);
	return 0;
}
