/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A signalling timeslot of a virtual span: real HDLC bits (flags, zero insertion, 16-bit FCS: Q.703
 * clause 4, Q.921 clause 2) by SpanDSP. An octet of a frame goes on the line low bit first, into
 * the timeslot's bits in their order on the line, so that a chunk holds what the 64 kbit/s channel
 * of an E1 would hold.
 */
#include "tdm/virtual_endpoint.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <spandsp.h>
#include <spandsp/expose.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"

#define FCS_OCTETS    2
#define FRAME_MAX     HDLC_MAXFRAME_LEN
#define OPENING_FLAGS 2
#define RX_FRAMES                                                                                  \
	256 /* a reader stalled for 100 ms loses no fill-in signal unit (6 octets, 0.75 ms each)   \
	     */
#define TYPICAL_OCTETS 24

static struct counter bad_frames = COUNTER_INIT(
	"causeway_tdm_refused_frames_total",
	"Frames written to a signalling timeslot that were too short or too long to be sent");

struct signalling {
	struct tdm_endpoint endpoint;
	hdlc_tx_state_t *tx; /* own */
	hdlc_rx_state_t *rx; /* own */
	bool sending;	     /* tx has a frame */
	bool signal;
	bool too_long;	      /* rx passes over the rest of a frame */
	unsigned long errors; /* of rx, already counted */
	char name[32];	      /* of the span */
};

/* SpanDSP's call-back: the closing flag of the frame begins. */
static void frame_sent(void *user_data)
{
	struct signalling *sig = user_data;

	sig->sending = false;
}

/* The user's frame without its 2 filler octets, which the FCS replaces. False when none waits. */
static bool next_frame(struct signalling *sig)
{
	uint8_t frame[FRAME_MAX + FCS_OCTETS];
	ssize_t n = recv(sig->endpoint.fd, frame, sizeof(frame), MSG_TRUNC);

	if (n <= 0)
		return false;
	if (n <= FCS_OCTETS || (size_t)n > sizeof(frame)) {
		counter_add(&bad_frames, 1);
		log_write(LOG_WARNING, sig->name,
			  "signalling frame of %zd octets refused; 1 to %d and 2 filler octets", n,
			  FRAME_MAX);
		return true;
	}
	sig->sending = hdlc_tx_frame(sig->tx, frame, (size_t)n - FCS_OCTETS) == 0;
	return true;
}

static void signalling_transmit(struct tdm_endpoint *endpoint, uint8_t *octets, size_t n)
{
	struct signalling *sig = (struct signalling *)endpoint;
	bool more = true;

	for (size_t i = 0; i < n; i++) {
		while (!sig->sending && more)
			more = next_frame(sig);
		octets[i] = (uint8_t)hdlc_tx_get_byte(sig->tx);
	}
}

/* SpanDSP's call-back: a frame, or a status (frame is NULL), which its statistics show as well. */
static void frame_received(void *user_data, const uint8_t *frame, int n, int ok)
{
	struct signalling *sig = user_data;
	uint8_t with_fcs[FRAME_MAX + FCS_OCTETS];

	if (!frame || !ok)
		return;
	if (n < 1 || n > FRAME_MAX) {
		tdm_count(&sig->endpoint.counters->fcs_errors, 1);
		return;
	}
	memcpy(with_fcs, frame, (size_t)n);
	n = crc_itu16_append(with_fcs, n);
	if (send(sig->endpoint.fd, with_fcs, (size_t)n, MSG_NOSIGNAL) < 0 && errno == EAGAIN)
		tdm_count(&sig->endpoint.counters->rx_overruns, 1);
}

static void count_errors(struct signalling *sig)
{
	hdlc_rx_stats_t stats;

	hdlc_rx_get_stats(sig->rx, &stats);
	unsigned long errors = stats.crc_errors + stats.length_errors + stats.aborts;

	if (errors != sig->errors)
		tdm_count(&sig->endpoint.counters->fcs_errors, errors - sig->errors);
	sig->errors = errors;
}

/* SpanDSP drops a frame that outgrows its buffer and does not count it: the length stands beyond the
 * buffer until a flag or an abort comes, which takes more bits than the octet has left. */
static void hear_octet(struct signalling *sig, uint8_t octet)
{
	hdlc_rx_put_byte(sig->rx, octet);
	bool too_long = sig->rx->len > sizeof(sig->rx->buffer);

	if (too_long && !sig->too_long)
		tdm_count(&sig->endpoint.counters->fcs_errors, 1);
	sig->too_long = too_long;
}

/* The frame that the loss of the signal cuts off is not one. */
static void cut_off(struct signalling *sig)
{
	if (sig->rx->len && !sig->too_long)
		tdm_count(&sig->endpoint.counters->fcs_errors, 1);
	hdlc_rx_restart(sig->rx);
	sig->too_long = false;
}

static void signalling_receive(struct tdm_endpoint *endpoint, const uint8_t *octets, size_t n)
{
	struct signalling *sig = (struct signalling *)endpoint;

	if (octets) {
		for (size_t i = 0; i < n; i++)
			hear_octet(sig, octets[i]);
		count_errors(sig);
	} else if (sig->signal) {
		cut_off(sig);
	}
	sig->signal = octets != NULL;
}

static void signalling_free(struct tdm_endpoint *endpoint)
{
	struct signalling *sig = (struct signalling *)endpoint;

	if (sig->tx)
		hdlc_tx_free(sig->tx);
	if (sig->rx)
		hdlc_rx_free(sig->rx);
	close(endpoint->fd);
	free(sig);
}

static const struct tdm_endpoint_ops signalling_ops = {
	.transmit = signalling_transmit,
	.receive = signalling_receive,
	.free = signalling_free,
};

/* Enough frames for a chunk of short messages, but a few only: poll() calls a Unix socket writable
 * while a quarter of its buffer or less is taken, hence the factor 4. */
static unsigned tx_frames(const struct tdm_span *span)
{
	return 4 * (1 + span->chunk_octets / TYPICAL_OCTETS) + 1;
}

int tdm_signalling_new(struct tdm_endpoint **endpoint, int *user_fd, const struct tdm_span *span,
		       struct tdm_line_counters *counters)
{
	struct signalling *sig = calloc(1, sizeof(*sig));
	int fds[2];
	int rc;

	if (!sig)
		return -ENOMEM;
	rc = tdm_endpoint_pair(fds, TYPICAL_OCTETS, tx_frames(span), RX_FRAMES);
	if (rc) {
		free(sig);
		return rc;
	}
	sig->endpoint = (struct tdm_endpoint){ &signalling_ops, counters, fds[1] };
	memcpy(sig->name, span->name, sizeof(sig->name));
	sig->tx = hdlc_tx_init(NULL, 0, 1, 0, frame_sent, sig);
	sig->rx = hdlc_rx_init(NULL, 0, 1, 1, frame_received, sig);
	if (!sig->tx || !sig->rx) {
		close(fds[0]);
		signalling_free(&sig->endpoint);
		return -ENOMEM;
	}
	hdlc_tx_flags(sig->tx, OPENING_FLAGS);
	counter_list(&bad_frames);
	*endpoint = &sig->endpoint;
	*user_fd = fds[0];
	return 0;
}
