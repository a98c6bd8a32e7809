/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What offer/answer (RFC 3264) settles about one RTP stream: the data that passes between gw/sip and gw/media. */
#ifndef MEDIA_NEGOTIATION_H
#define MEDIA_NEGOTIATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum media_codec { MEDIA_PCMU, MEDIA_PCMA, MEDIA_CLEARMODE, MEDIA_CODECS };

#define MEDIA_RED_MAX 3 /* generations */

struct media_rtp_params {
	struct sockaddr_storage remote; /* where RTP goes; AF_UNSPEC: not known yet, learn from the first packet */
	struct sockaddr_storage remote_rtcp; /* AF_UNSPEC: remote's port + 1 */
	enum media_codec codec;
	uint8_t payload_type; /* 0 or 8, or the dynamic one negotiated, as we send it */
	uint8_t payload_type_in; /* as we receive it, beside that; 0 is PCMU's, and else none */
	int8_t dtmf_payload_type; /* telephone-event as we send it, -1: none */
	int8_t dtmf_payload_type_in; /* as we receive it, -1: none */
	uint8_t ptime_ms;
	bool send, receive; /* our direction: sendrecv, sendonly, recvonly, inactive */

	/* From here on 0 is off, or the usual. */
	bool learn_source;   /* packets of another source than remote may be taken (gw/media/source_lock.h) */
	bool digits_apart;   /* DTMF digits do not leave here: core sends them beside the media */
	bool hear_dtmf;	     /* DTMF digits are heard in the peer's audio */
	uint8_t maxptime_ms; /* of the peer: packets of ours are at most so long */
	bool rtcp_mux;	     /* RTCP on RTP's ports (RFC 5761) */
	bool rtcp_xr;	     /* reports carry VoIP metrics (RFC 3611) */
	uint64_t events;     /* bit n: the peer takes event n (RFC 4733 2.5.1.1); 0: 0 to 15 */
	uint8_t tone_payload_type_in; /* audio/tone (RFC 4733 4) */
	/* redundancy (RFC 2198); the payload types inside of it are the others of here */
	uint8_t red_payload_type, red_payload_type_in;
	uint8_t red_generations; /* that we send, at most MEDIA_RED_MAX */
	/* comfort noise (RFC 3389); static type 13 is always understood */
	uint8_t cn_payload_type; /* that we send in silence */
	uint8_t cn_payload_type_in;
	/* voice-band data (V.152): the types that the codec's octets go out with while the channel is that, and that the peer
	 * says with that it has heard a fax or modem; 0, or the codec's own: nothing is told that way */
	uint8_t vbd_payload_type, vbd_payload_type_in;
	/* clearmode (RFC 4040): what is heard where octets are missing; 0: 0xFF */
	uint8_t idle_octet;
	/* jitter buffer; 0: the engine's. For data it is fixed: unless that is asked for, at 60 ms or more, at most at max. */
	bool jitter_fixed;
	uint16_t jitter_min_ms, jitter_max_ms; /* fixed: min is the delay, 0: 60 */
	/* supervision */
	uint32_t timeout_ms;	    /* without a packet: MEDIA_EV_RTP_TIMEOUT; 0: the engine's */
	uint32_t silence_ms;	    /* of the peer: MEDIA_EV_SILENCE on this side */
	uint32_t other_silence_ms;  /* of the channel's other side: the same there */
};

#endif
