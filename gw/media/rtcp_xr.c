/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* VoIP metrics blocks. */
#include "gw/media/rtcp_xr.h"

#include "gw/media/quality.h"

#define VOIP_METRICS 7
#define BLOCK_WORDS  8 /* behind the block's first */
#define R_MAX	     100
#define MOS_MIN	     10
#define MOS_MAX	     50

void rtcp_xr_encode(struct octets_writer *w, uint32_t source, const struct media_quality *q)
{
	octets_write_u8(w, VOIP_METRICS);
	octets_write_u8(w, 0);
	octets_write_be16(w, BLOCK_WORDS);
	octets_write_be32(w, source);
	octets_write_u8(w, q->loss_rate);
	octets_write_u8(w, q->discard_rate);
	octets_write_u8(w, q->burst_density);
	octets_write_u8(w, q->gap_density);
	octets_write_be16(w, q->burst_ms);
	octets_write_be16(w, q->gap_ms);
	octets_write_be16(w, q->round_trip_ms);
	octets_write_be16(w, q->end_system_ms);
	octets_write_u8(w, (uint8_t)q->signal_dbm0);
	octets_write_u8(w, (uint8_t)q->noise_dbm0);
	octets_write_u8(w, q->rerl_db);
	octets_write_u8(w, QUALITY_GMIN);
	octets_write_u8(w, q->r_factor);
	octets_write_u8(w, MEDIA_UNKNOWN); /* no segment beyond */
	octets_write_u8(w, q->mos_lq);
	octets_write_u8(w, q->mos_cq);
	octets_write_u8(w, q->receiver);
	octets_write_u8(w, 0);
	octets_write_be16(w, q->jb_nominal_ms);
	octets_write_be16(w, q->jb_max_ms);
	octets_write_be16(w, q->jb_abs_max_ms);
}

/* 4.7.5: what is outside of the range is not there. */
static uint8_t within(unsigned value, unsigned least, unsigned most)
{
	return (uint8_t)(value >= least && value <= most ? value : MEDIA_UNKNOWN);
}

static void decode_metrics(struct octets_reader *r, struct media_quality *q)
{
	*q = (struct media_quality){ .known = true };
	q->loss_rate = octets_read_u8(r);
	q->discard_rate = octets_read_u8(r);
	q->burst_density = octets_read_u8(r);
	q->gap_density = octets_read_u8(r);
	q->burst_ms = octets_read_be16(r);
	q->gap_ms = octets_read_be16(r);
	q->round_trip_ms = octets_read_be16(r);
	q->end_system_ms = octets_read_be16(r);
	q->signal_dbm0 = (int8_t)octets_read_u8(r);
	q->noise_dbm0 = (int8_t)octets_read_u8(r);
	q->rerl_db = octets_read_u8(r);
	octets_read_u8(r); /* Gmin */
	q->r_factor = within(octets_read_u8(r), 0, R_MAX);
	octets_read_u8(r); /* external R factor */
	q->mos_lq = within(octets_read_u8(r), MOS_MIN, MOS_MAX);
	q->mos_cq = within(octets_read_u8(r), MOS_MIN, MOS_MAX);
	q->receiver = octets_read_u8(r);
	octets_read_u8(r);
	q->jb_nominal_ms = octets_read_be16(r);
	q->jb_max_ms = octets_read_be16(r);
	q->jb_abs_max_ms = octets_read_be16(r);
}

bool rtcp_xr_decode(struct octets_reader r, uint32_t source, struct media_quality *quality)
{
	bool found = false;

	while (octets_read_left(&r) && !r.bad) {
		struct octets_reader block;
		struct media_quality q;
		unsigned type = octets_read_u8(&r);

		octets_read_u8(&r);
		octets_read_box(&r, octets_read_be16(&r) * 4u, &block);
		if (r.bad || type != VOIP_METRICS || octets_read_be32(&block) != source)
			continue;
		decode_metrics(&block, &q);
		if (block.bad)
			continue;
		*quality = q;
		found = true;
	}
	return found;
}
