/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What offer/answer (RFC 3264) settles about one RTP stream: the data that passes between gw/sip and gw/media. */
#ifndef MEDIA_NEGOTIATION_H
#define MEDIA_NEGOTIATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum media_codec { MEDIA_PCMU, MEDIA_PCMA, MEDIA_CODECS };

struct media_rtp_params {
	struct sockaddr_storage remote; /* where RTP goes; AF_UNSPEC: not known yet, learn from the first packet */
	struct sockaddr_storage remote_rtcp; /* AF_UNSPEC: remote's port + 1 */
	enum media_codec codec;
	uint8_t payload_type; /* 0 or 8, or the dynamic one negotiated */
	int8_t dtmf_payload_type; /* telephone-event as we send it, -1: none */
	int8_t dtmf_payload_type_in; /* as we receive it, -1: none */
	uint8_t ptime_ms;
	bool send, receive; /* our direction: sendrecv, sendonly, recvonly, inactive */
};

#endif
