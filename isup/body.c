/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP in application/isup (RFC 3204 3.1). */
#include "isup/body.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define CIRCUIT 2 /* octets of the circuit identification code */

int isup_body_decode(struct isup_msg *msg, enum isup_variant variant, uint16_t cic,
		     const uint8_t *octets, size_t n, struct isup_error *error)
{
	uint8_t whole[ISUP_OCTETS_MAX] = { (uint8_t)cic, (uint8_t)(cic >> 8) };

	if (n > sizeof whole - CIRCUIT) {
		isup_msg_init_as(msg, variant, (enum isup_type)octets[0], cic);
		*error =
			(struct isup_error){ .kind = ISUP_E_TOO_MANY,
					     .offset = sizeof whole - CIRCUIT,
					     .text = "longer than a signalling information field" };
		return -EBADMSG;
	}
	if (n)
		memcpy(whole + CIRCUIT, octets, n);
	int err = isup_msg_decode_as(msg, variant, whole, CIRCUIT + n, error);
	error->offset = error->offset > CIRCUIT ? error->offset - CIRCUIT : 0;
	return err;
}

int isup_body_encode(const struct isup_msg *msg, uint8_t *octets, size_t cap)
{
	uint8_t whole[ISUP_OCTETS_MAX];
	int n = isup_msg_encode(msg, whole, sizeof whole);

	if (n < 0)
		return n;
	n -= CIRCUIT;
	if ((size_t)n > cap)
		return -EMSGSIZE;
	memcpy(octets, whole + CIRCUIT, (size_t)n);
	return n;
}

/* RFC 3204 table 1, in its order. */
static const struct isup_base bases[] = {
	{ "itu-t88", ISUP_ITU, false }, { "itu-t92+", ISUP_ITU, true },
	{ "ansi88", ISUP_ANSI, false }, { "ansi00", ISUP_ANSI, true },
	{ "etsi121", ISUP_ITU, false }, { "etsi356", ISUP_ITU, true },
	{ "gr317", ISUP_ANSI, false },	{ "ttc87", ISUP_JAPAN, false },
	{ "ttc93+", ISUP_JAPAN, true },
};

const struct isup_base *isup_base_of(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
		if (strlen(bases[i].name) == n && strncasecmp(bases[i].name, name, n) == 0)
			return &bases[i];
	return NULL;
}

const char *isup_base_name(enum isup_variant variant)
{
	switch (variant) {
	case ISUP_ANSI:
		return "ansi00";
	case ISUP_JAPAN:
		return "ttc93+";
	case ISUP_ETSI:
		return "etsi356";
	default:
		return "itu-t92+";
	}
}
