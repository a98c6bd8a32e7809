/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* RTP packets and telephone-event payloads. */
#include "gw/media/rtp.h"

#include <errno.h>
#include <string.h>

#include "gw/base/octets.h"

#define VERSION	   2
#define PADDING	   0x20
#define EXTENSION  0x10
#define CSRCS	   0x0F
#define MARKER	   0x80
#define EVENT_END  0x80
#define VOLUME	   0x3F
#define TONE_THIRD 0x40 /* RFC 4733 4.3.3: the modulation is in 1/3 Hz */
#define FREQUENCY  0x0FFF

static const char digits[] = "0123456789*#ABCD";

/* RFC 3550 5.1: CSRC list, 5.3.1: extension. */
static void skip_extras(struct octets_reader *r, unsigned first)
{
	octets_read_take(r, (first & CSRCS) * 4u);
	if (first & EXTENSION) {
		octets_read_be16(r);
		octets_read_take(r, octets_read_be16(r) * 4u);
	}
}

int rtp_decode(struct rtp_packet *packet, const uint8_t *octets, size_t n)
{
	struct octets_reader r;
	unsigned first, second, padding;

	octets_read_open(&r, octets, n);
	first = octets_read_u8(&r);
	second = octets_read_u8(&r);
	packet->payload_type = second & 0x7F;
	packet->marker = second & MARKER;
	packet->sequence = octets_read_be16(&r);
	packet->timestamp = octets_read_be32(&r);
	packet->ssrc = octets_read_be32(&r);
	skip_extras(&r, first);
	packet->n_payload = octets_read_left(&r);
	packet->payload = r.at;
	if (r.bad || first >> 6 != VERSION)
		return -EINVAL;
	if (first & PADDING) {
		padding = packet->n_payload ? packet->payload[packet->n_payload - 1] : 0;
		if (padding == 0 || padding > packet->n_payload)
			return -EINVAL;
		packet->n_payload -= padding;
	}
	return 0;
}

void rtp_encode_header(uint8_t *octets, const struct rtp_packet *packet)
{
	struct octets_writer w;

	octets_write_open(&w, octets, RTP_HEADER_OCTETS);
	octets_write_u8(&w, VERSION << 6);
	octets_write_u8(&w, (packet->marker ? MARKER : 0u) | packet->payload_type);
	octets_write_be16(&w, packet->sequence);
	octets_write_be32(&w, packet->timestamp);
	octets_write_be32(&w, packet->ssrc);
}

int rtp_event_decode(struct rtp_event *event, const uint8_t *octets, size_t n)
{
	struct octets_reader r;
	unsigned flags;

	octets_read_open(&r, octets, n);
	event->event = octets_read_u8(&r);
	flags = octets_read_u8(&r);
	event->end = flags & EVENT_END;
	event->volume = flags & VOLUME;
	event->duration = octets_read_be16(&r);
	return r.bad ? -EINVAL : 0;
}

void rtp_event_encode(uint8_t *octets, const struct rtp_event *event)
{
	struct octets_writer w;

	octets_write_open(&w, octets, RTP_EVENT_OCTETS);
	octets_write_u8(&w, event->event);
	octets_write_u8(&w, (event->end ? EVENT_END : 0u) | (event->volume & VOLUME));
	octets_write_be16(&w, event->duration);
}

int rtp_tone_decode(struct rtp_tone *tone, const uint8_t *octets, size_t n)
{
	struct octets_reader r;
	unsigned modulation, flags, hz;

	octets_read_open(&r, octets, n);
	modulation = octets_read_be16(&r);
	flags = modulation & 0x7F;
	tone->volume = flags & VOLUME;
	tone->modulation_third_hz = (uint16_t)((modulation >> 7) * (flags & TONE_THIRD ? 1 : 3));
	tone->duration = octets_read_be16(&r);
	tone->n_hz = 0;
	while (octets_read_left(&r) >= 2) {
		hz = octets_read_be16(&r) & FREQUENCY;
		if (hz && tone->n_hz < RTP_TONE_FREQUENCIES)
			tone->hz[tone->n_hz++] = (uint16_t)hz;
	}
	return r.bad || !tone->duration ? -EINVAL : 0;
}

char rtp_event_digit(uint8_t event)
{
	return event < sizeof(digits) - 1 ? digits[event] : 0;
}

int rtp_event_of(char digit)
{
	const char *at = memchr(digits, digit, sizeof(digits) - 1);

	return at ? (int)(at - digits) : -1;
}
