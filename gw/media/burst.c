/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Packets of several channels. */
#include "gw/media/burst.h"

#include <string.h>

#include "gw/media/rtp_end.h"

_Static_assert(RTP_HEADER_OCTETS + RTP_PACKET_MAX <= BURST_OUT_OCTETS, "a packet does not fit");

void burst_init(struct burst *burst)
{
	burst->n_in = burst->n_out = 0;
}

void burst_read(struct burst *burst, struct rtp_end *rtp)
{
	struct burst_in *in = &burst->in[burst->n_in];

	if (burst->n_in == BURST_IN)
		return;
	burst->n_in++;
	in->n = rtp_path_read(&rtp->path, in->octets, sizeof(in->octets), &in->from);
	rtp->came = in;
}

static void out_send(struct burst *burst)
{
	for (size_t i = 0; i < burst->n_out; i++) {
		const struct burst_out *out = &burst->out[i];

		rtp_out_hand_over(out->rtp, out->octets, out->n);
	}
	burst->n_out = 0;
}

void burst_put(struct burst *burst, struct rtp_end *rtp, const uint8_t *octets, size_t n)
{
	struct burst_out *out;

	if (burst->n_out == BURST_OUT)
		out_send(burst);
	out = &burst->out[burst->n_out++];
	out->rtp = rtp;
	out->n = n;
	memcpy(out->octets, octets, n);
}

void burst_send(struct burst *burst)
{
	out_send(burst);
	burst->n_in = 0;
}
