/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * One end of a virtual cable: a Unix packet socket that one end makes and the other connects to. After a hello that
 * must agree (framing, chunk, exactly one clock master) each end sends a numbered chunk per tick. All functions but
 * open and close: line thread. Times are monotonic microseconds.
 */
#ifndef TDM_VIRTUAL_CABLE_H
#define TDM_VIRTUAL_CABLE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tdm/span.h"

/* Silence of this length is a loss of signal. */
#define TDM_CABLE_SILENCE_US 90000

/* What the sender puts on the line, bits of the octet that heads a chunk. */
enum tdm_signal {
	TDM_SIGNAL_NONE = 1 << 0, /* no pulses at all: the far end sees LOS */
	TDM_SIGNAL_AIS = 1 << 1,  /* unframed all ones */
	TDM_SIGNAL_RAI = 1 << 2,  /* framed, with the remote alarm indication */
};

struct tdm_cable_chunk {
	uint32_t sequence;
	unsigned signal;
	uint8_t *octets; /* borrow until the next receive: chunk octets of timeslot 1, of timeslot 2, ... */
};

struct tdm_cable;

/* own; the listening end makes its socket (removing one that nobody serves any more). -errno. Core thread. */
int tdm_cable_open(struct tdm_cable **cable, const struct tdm_span_conf *conf);
/* NULL is fine. */
void tdm_cable_close(struct tdm_cable *cable);
/* False is a cut: the connection ends and none is made. */
void tdm_cable_plug(struct tdm_cable *cable, bool plugged);
/* Accepts, connects (again), gives up a peer that says no hello. */
void tdm_cable_service(struct tdm_cable *cable, uint64_t now_us);
/* Fills fds and returns how many; hearing: the connection too, not only the socket that is listened on. */
unsigned tdm_cable_poll(const struct tdm_cable *cable, struct pollfd fds[2], bool hearing);
/* True and the next chunk, false when none waits. */
bool tdm_cable_receive(struct tdm_cable *cable, uint64_t now_us, struct tdm_cable_chunk *chunk);
/* Chunks that wait to be received. */
unsigned tdm_cable_backlog(const struct tdm_cable *cable);
/* Sends a chunk's octets; nothing happens without a peer or when it does not read. */
void tdm_cable_send(struct tdm_cable *cable, unsigned signal, const uint8_t *octets);
/* The peer is taken for gone from this time on if it is not heard before; 0 without a peer. */
uint64_t tdm_cable_silent_from(const struct tdm_cable *cable);
/* This thread overslept: that long nothing could be heard. */
void tdm_cable_overslept(struct tdm_cable *cable, uint64_t us);

#endif
