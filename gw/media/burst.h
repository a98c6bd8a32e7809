/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The packets of several channels, which are read one after the other before these channels have their rounds, and sent one
 * after the other behind them: what the processor has of the kernel, and of us, stays in its caches for longer. A media
 * thread's own.
 */
#ifndef MEDIA_BURST_H
#define MEDIA_BURST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#define BURST_CHANNELS	   64
#define BURST_IN	   (2 * BURST_CHANNELS)
#define BURST_OUT	   (2 * BURST_CHANNELS)
#define BURST_IN_OCTETS	   2048
#define BURST_OUT_OCTETS   1472 /* what passes an Ethernet */

struct rtp_end;

/* One that was read, or n -1: nothing was there. */
struct burst_in {
	ssize_t n;
	struct sockaddr_storage from;
	uint8_t octets[BURST_IN_OCTETS];
};

struct burst_out {
	struct rtp_end *rtp; /* borrow */
	size_t n;
	uint8_t octets[BURST_OUT_OCTETS];
};

struct burst {
	size_t n_in, n_out;
	struct burst_in in[BURST_IN];
	struct burst_out out[BURST_OUT];
};

void burst_init(struct burst *burst);
/* Reads what the session's peer has sent, for rtp_in_read() of this round. */
void burst_read(struct burst *burst, struct rtp_end *rtp);
/* To be sent to the session's peer by burst_send(); where there is no room, those before it are sent now. octets are copied. */
void burst_put(struct burst *burst, struct rtp_end *rtp, const uint8_t *octets, size_t n);
/* Sends them, and forgets what was read. */
void burst_send(struct burst *burst);

#endif
