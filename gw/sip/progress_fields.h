/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Header fields of a call in progress: RSeq and RAck (RFC 3262 7), P-Early-Media (RFC 5009 9). */
#ifndef SIP_PROGRESS_FIELDS_H
#define SIP_PROGRESS_FIELDS_H

#include "gw/sip/msg.h"
#include "gw/sip/sdp.h"

struct sip_rack {
	uint32_t rseq, cseq;
	enum sip_method method;
};

struct sip_early_media {
	bool given; /* a direction was recognized */
	bool supported;
	enum sdp_direction direction; /* as the sender of the field sees it */
};

/* -ENOENT: there is none; -EBADMSG. */
int sip_rseq_read(const struct sip_msg *msg, uint32_t *rseq) __attribute__((warn_unused_result));
int sip_rack_read(const struct sip_msg *msg, struct sip_rack *rack) __attribute__((warn_unused_result));
/* stream: which m= line; what is not recognized is passed over. */
void sip_early_media_read(const struct sip_msg *msg, unsigned stream, struct sip_early_media *early);
/* A provisional response that wants a PRACK: 101 to 199 with 100rel in Require. */
bool sip_is_reliable(const struct sip_msg *msg);

#endif
