/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Two yardsticks for the machine that a benchmark runs on, beside what the machine took on which the limits were set: how
 * long the kernel takes to send a datagram over loopback, the receiver's softirq included, and how long SpanDSP's DTMF
 * detector, plain scalar arithmetic that is the same everywhere, takes for 20 ms. A figure's ratio to its limit is to be
 * read with them.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <arpa/inet.h>
#include <sched.h>
#include <spandsp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MACHINE_SEND_US	  2.54
#define MACHINE_SCALAR_US 0.798

/* On this processor where there are more, and before what else runs. */
static inline void machine_pin(unsigned processor)
{
	const struct sched_param param = {.sched_priority = 10};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		(void)sched_setaffinity(0, sizeof(set), &set);
	(void)sched_setscheduler(0, SCHED_FIFO, &param);
}

static inline double machine_cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static inline void machine_row(const char *name, double us, double than)
{
	printf("bench\t%s\t%.3f\tus\tmachine of the limits\t%.3f\t%.2f\n", name, us, than, us / than);
}

static inline void machine_send(void)
{
	enum { SENDS = 20000 };
	static const char octets[172];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(to);
	int from = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	int into = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	double start;

	if (from < 0 || into < 0 || bind(into, (struct sockaddr *)&to, n) ||
	    getsockname(into, (struct sockaddr *)&to, &n))
		exit(1);
	start = machine_cpu_us();
	for (unsigned i = 0; i < SENDS; i++)
		(void)!sendto(from, octets, sizeof(octets), 0, (struct sockaddr *)&to, n);
	machine_row("machine_send", (machine_cpu_us() - start) / SENDS, MACHINE_SEND_US);
	close(from);
	close(into);
}

static inline void machine_scalar(void)
{
	enum { FRAME = 160, FRAMES = 20000 };
	dtmf_rx_state_t *detector = dtmf_rx_init(NULL, NULL, NULL);
	int16_t noise[FRAME];
	uint32_t random = 1;
	double start;

	if (!detector)
		exit(1);
	for (unsigned i = 0; i < FRAME; i++) {
		random = random * 1664525 + 1013904223;
		noise[i] = (int16_t)(random >> 20);
	}
	start = machine_cpu_us();
	for (unsigned i = 0; i < FRAMES; i++)
		dtmf_rx(detector, noise, FRAME);
	machine_row("machine_scalar", (machine_cpu_us() - start) / FRAMES, MACHINE_SCALAR_US);
	dtmf_rx_free(detector);
}

#endif
