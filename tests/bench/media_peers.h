/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The far ends of the media chain's RTP: a process of its own on another processor with a socket for each channel, which sends
 * it a packet every 20 ms, in time, and takes what comes.
 */
#ifndef BENCH_MEDIA_PEERS_H
#define BENCH_MEDIA_PEERS_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gw/media/rtp.h"
#include "tests/bench/machine.h"

#define PEER_PORT     6000  /* the first channel's, two for each */
#define PEER_CHANNELS 2000
#define PEER_FRAME    160
#define PEER_TICK_NS  5000000 /* in each a quarter of them sends, half a tick before the chain looks */
#define PEER_MORE     400     /* ticks in which they listen on, to a chain that is behind */

struct peers {
	unsigned channels, ticks, frame; /* frame: the first one's number */
	uint16_t ports[PEER_CHANNELS];	 /* of the chain */
	const uint8_t *speech;		 /* borrow: frames, again and again */
	unsigned frames;
	struct timespec start; /* of the first tick */
	pid_t pid;
	int result;
};

static inline struct sockaddr_in peers_address(unsigned port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

static inline void peers_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* ns after the first tick, or before it. */
static inline void peers_wait(const struct peers *peers, int64_t ns)
{
	int64_t at = peers->start.tv_sec * 1000000000LL + peers->start.tv_nsec + ns;
	const struct timespec t = {at / 1000000000, at % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

static inline void peers_send(const struct peers *peers, int fd, unsigned channel, unsigned frame)
{
	const struct rtp_packet header = {.sequence = (uint16_t)frame, .timestamp = frame * PEER_FRAME, .ssrc = 7};
	const struct sockaddr_in to = peers_address(peers->ports[channel]);
	uint8_t octets[RTP_HEADER_OCTETS + PEER_FRAME];

	rtp_encode_header(octets, &header);
	memcpy(octets + RTP_HEADER_OCTETS, peers->speech + frame % peers->frames * PEER_FRAME, PEER_FRAME);
	(void)!sendto(fd, octets, sizeof(octets), 0, (const struct sockaddr *)&to, sizeof(to));
}

static inline _Noreturn void peers_run(const struct peers *peers, int out)
{
	static int fd[PEER_CHANNELS];
	uint8_t in[2048];
	uint64_t received = 0;

	for (unsigned i = 0; i < peers->channels; i++) {
		const struct sockaddr_in own = peers_address(PEER_PORT + 2 * i);

		fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd[i] < 0 || bind(fd[i], (const struct sockaddr *)&own, sizeof(own))) {
			fprintf(stderr, "far ends: no socket at port %u: %s\n", PEER_PORT + 2 * i, strerror(errno));
			_exit(1);
		}
	}
	for (unsigned tick = 0; tick < peers->ticks + PEER_MORE; tick++) {
		peers_wait(peers, (int64_t)tick * PEER_TICK_NS - PEER_TICK_NS / 2);
		for (unsigned i = tick % 4; i < peers->channels; i += 4) {
			while (recv(fd[i], in, sizeof(in), 0) > RTP_HEADER_OCTETS)
				received++;
			if (tick < peers->ticks)
				peers_send(peers, fd[i], i, peers->frame + tick / 4);
		}
	}
	_exit(write(out, &received, sizeof(received)) == sizeof(received) ? 0 : 1);
}

/* For so many ticks from half a second from now on. */
static inline bool peers_start(struct peers *peers)
{
	int fds[2];

	clock_gettime(CLOCK_MONOTONIC, &peers->start);
	peers->start.tv_nsec += 500000000;
	if (pipe(fds))
		return false;
	peers->pid = fork();
	if (peers->pid == 0) {
		machine_pin(0);
		peers_run(peers, fds[1]);
	}
	close(fds[1]);
	peers->result = fds[0];
	return peers->pid > 0;
}

/* Packets that came. */
static inline uint64_t peers_end(struct peers *peers)
{
	uint64_t received = 0;

	if (read(peers->result, &received, sizeof(received)) != sizeof(received))
		received = 0;
	close(peers->result);
	(void)waitpid(peers->pid, NULL, 0);
	return received;
}

#endif
