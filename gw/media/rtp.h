/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTP packets (RFC 3550 5.1), telephone-event and tone payloads (RFC 4733 2.3, 4.3.3). Pure functions. */
#ifndef MEDIA_RTP_H
#define MEDIA_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_OCTETS 12
#define RTP_EVENT_OCTETS  4
#define RTP_EVENT_LONGEST 0xFFFF /* duration of one segment, samples */

struct rtp_packet {
	uint8_t payload_type;
	bool marker;
	uint16_t sequence;
	uint32_t timestamp, ssrc;
	const uint8_t *payload; /* borrow */
	size_t n_payload;
};

struct rtp_event {
	uint8_t event; /* 0-15 are DTMF */
	bool end;
	uint8_t volume; /* -dBm0 */
	uint16_t duration; /* samples */
};

#define RTP_TONE_FREQUENCIES 4

struct rtp_tone {
	uint16_t modulation_third_hz;
	uint8_t volume;	   /* -dBm0 */
	uint16_t duration; /* samples */
	unsigned n_hz;
	uint16_t hz[RTP_TONE_FREQUENCIES]; /* none: silence; more than fit are left out */
};

/* -EINVAL: no RTP of version 2, or its lengths are wrong. Padding, CSRC and extension are taken off. */
int rtp_decode(struct rtp_packet *packet, const uint8_t *octets, size_t n) __attribute__((warn_unused_result));
/* Writes the 12 octets of a header. */
void rtp_encode_header(uint8_t *octets, const struct rtp_packet *packet);

int rtp_event_decode(struct rtp_event *event, const uint8_t *octets, size_t n) __attribute__((warn_unused_result));
void rtp_event_encode(uint8_t *octets, const struct rtp_event *event);
/* -EINVAL: too short, or it lasts no time. */
int rtp_tone_decode(struct rtp_tone *tone, const uint8_t *octets, size_t n) __attribute__((warn_unused_result));
/* RFC 4733 3.2; 0 and -1 for what is no DTMF digit. */
char rtp_event_digit(uint8_t event);
int rtp_event_of(char digit);

#endif
