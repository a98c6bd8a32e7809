/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The line's side of an open timeslot of a virtual span. A socket pair joins it to the descriptor that the span's user
 * holds; what the queues of that pair hold is bounded, so that the user sees DAHDI's contract: -EAGAIN when full.
 */
#ifndef TDM_VIRTUAL_ENDPOINT_H
#define TDM_VIRTUAL_ENDPOINT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "tdm/span.h"

/* struct tdm_span_counters while it is counted: the line thread adds, any thread reads. */
struct tdm_line_counters {
	_Atomic uint64_t chunks_in, chunks_out;
	_Atomic uint64_t slips;
	_Atomic uint64_t rx_overruns;
	_Atomic uint64_t tx_underruns;
	_Atomic uint64_t fcs_errors;
	_Atomic uint64_t downs;
	_Atomic uint64_t stalls;
	_Atomic uint64_t late_us_max;
};

struct tdm_endpoint;

struct tdm_endpoint_ops {
	/* Fills the n octets that the timeslot sends in this chunk. */
	void (*transmit)(struct tdm_endpoint *endpoint, uint8_t *octets, size_t n);
	/* Takes the n octets received in this chunk; NULL when there is no signal. */
	void (*receive)(struct tdm_endpoint *endpoint, const uint8_t *octets, size_t n);
	void (*free)(struct tdm_endpoint *endpoint);
};

/* Made on the core thread, then used by the line thread alone. */
struct tdm_endpoint {
	const struct tdm_endpoint_ops *ops;
	struct tdm_line_counters *counters; /* borrow */
	int fd;				    /* own: the line's end of the pair */
};

/* PCM octet that means silence, G.711. */
uint8_t tdm_idle_octet(enum tdm_law law);

/* own; *user_fd (own) is the other end of the pair, non-blocking. -errno. Core thread. */
int tdm_bearer_new(struct tdm_endpoint **endpoint, int *user_fd, const struct tdm_span *span,
		   struct tdm_line_counters *counters);
int tdm_signalling_new(struct tdm_endpoint **endpoint, int *user_fd, const struct tdm_span *span,
		       struct tdm_line_counters *counters);
/* NULL is fine. */
void tdm_endpoint_free(struct tdm_endpoint *endpoint);

/* A non-blocking pair of packet sockets: fds[0] takes tx_blocks blocks and fds[1] rx_blocks before -EAGAIN (never fewer
 * than the kernel's smallest buffer, 6). */
int tdm_endpoint_pair(int fds[2], size_t block_octets, unsigned tx_blocks, unsigned rx_blocks);

static inline void tdm_count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

#endif
