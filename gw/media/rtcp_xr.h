/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* VoIP metrics in RTCP extended reports (RFC 3611 4.7). Pure functions. */
#ifndef MEDIA_RTCP_XR_H
#define MEDIA_RTCP_XR_H

#include "gw/base/octets.h"
#include "gw/media/media.h"

#define RTCP_XR 207

/* The block about source. */
void rtcp_xr_encode(struct octets_writer *w, uint32_t source, const struct media_quality *quality);
/* Looks through the blocks of an XR packet, of which r is all behind the sender's SSRC, for metrics about source; blocks
 * that it does not know, or that are wrong, are passed over. True: quality is set. */
bool rtcp_xr_decode(struct octets_reader r, uint32_t source, struct media_quality *quality);

#endif
