/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A bearer timeslot of a virtual span: each chunk takes one block from the user and gives it one.
 * Without a signal the user receives idle blocks, so that what reads one block a tick goes on as it
 * does on a card in alarm.
 */
#include "tdm/virtual_endpoint.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A reader stalled for 60 ms, while the line catches up as much, loses nothing. */
#define RX_QUEUE_MS	 160
#define TX_QUEUE_MS	 80
#define CHUNK_OCTETS_MAX 160

struct bearer {
	struct tdm_endpoint endpoint;
	bool started; /* the user has written: from now on a missing block is an underrun */
	uint8_t idle[CHUNK_OCTETS_MAX];
};

static void bearer_transmit(struct tdm_endpoint *endpoint, uint8_t *octets, size_t n)
{
	struct bearer *bearer = (struct bearer *)endpoint;
	ssize_t got = recv(endpoint->fd, octets, n, 0);

	if (got > 0) {
		bearer->started = true;
	} else {
		got = 0;
		if (bearer->started)
			tdm_count(&endpoint->counters->tx_underruns, 1);
	}
	memcpy(octets + got, bearer->idle, n - (size_t)got);
}

static void bearer_receive(struct tdm_endpoint *endpoint, const uint8_t *octets, size_t n)
{
	const struct bearer *bearer = (const struct bearer *)endpoint;

	if (send(endpoint->fd, octets ? octets : bearer->idle, n, MSG_NOSIGNAL) < 0 &&
	    errno == EAGAIN)
		tdm_count(&endpoint->counters->rx_overruns, 1);
}

static void bearer_free(struct tdm_endpoint *endpoint)
{
	close(endpoint->fd);
	free(endpoint);
}

static const struct tdm_endpoint_ops bearer_ops = {
	.transmit = bearer_transmit,
	.receive = bearer_receive,
	.free = bearer_free,
};

int tdm_bearer_new(struct tdm_endpoint **endpoint, int *user_fd, const struct tdm_span *span,
		   struct tdm_line_counters *counters)
{
	struct bearer *bearer = calloc(1, sizeof(*bearer));
	int fds[2];
	int rc;

	if (!bearer)
		return -ENOMEM;
	rc = tdm_endpoint_pair(fds, span->chunk_octets, TX_QUEUE_MS / span->chunk_ms,
			       RX_QUEUE_MS / span->chunk_ms);
	if (rc) {
		free(bearer);
		return rc;
	}
	bearer->endpoint = (struct tdm_endpoint){ &bearer_ops, counters, fds[1] };
	memset(bearer->idle, tdm_idle_octet(span->law), sizeof(bearer->idle));
	*endpoint = &bearer->endpoint;
	*user_fd = fds[0];
	return 0;
}
