/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ISDN subaddresses: isub of RFC 3966 5.1.4 with the encodings of RFC 4715, and the contents of Q.931 4.5.9 from octet 3
 * on. A user specified subaddress has no place in a URI.
 */
#include <string.h>

#include "gw/sip/party_private.h"

#define TYPE_NSAP	0x80 /* Q.931 4.5.9: no octet 3a, type NSAP, even */
#define TYPE_MASK	0x70
#define AFI_IA5		0x50 /* X.213 A.5.2.2: local, ISO/IEC 646 characters */
#define AFI_BCD		0x48 /* local, decimal */
#define FILLER		0xf
#define SUBADDRESS_TEXT (2 * LEG_SUBADDRESS_MAX + 1)

enum encoding { ENCODING_IA5, ENCODING_BCD, ENCODING_NSAP, ENCODING_NONE };

static const char *const encoding_names[] = { "nsap-ia5", "nsap-bcd", "nsap" };

static bool add(struct leg_subaddress *out, unsigned octet)
{
	if (out->n == LEG_SUBADDRESS_MAX)
		return false;
	out->octets[out->n++] = (uint8_t)octet;
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static bool add_text(struct leg_subaddress *out, const char *text)
{
	bool good = add(out, AFI_IA5);

	for (; good && *text; text++)
		good = (unsigned char)*text >= ' ' && (unsigned char)*text < 0x7f &&
		       add(out, (unsigned char)*text);
	return good;
}

/* Two digits an octet, the first in the high half; an odd one ends with a filler. */
static bool add_pairs(struct leg_subaddress *out, const char *text, int most, bool filler)
{
	while (*text) {
		int high = hex_value(text[0]), low = text[1] ? hex_value(text[1]) : FILLER;

		if (high < 0 || high > most || low < 0 || (text[1] ? low > most : !filler) ||
		    !add(out, (unsigned)(high << 4 | low)))
			return false;
		text += text[1] ? 2 : 1;
	}
	return true;
}

static enum encoding encoding_of(const struct sip_tel *tel)
{
	char name[16];

	if (!sip_param_find(tel->params, STR("isub-encoding"), NULL))
		return ENCODING_IA5;
	if (!sip_party_param(tel, STR("isub-encoding"), name, sizeof(name)))
		return ENCODING_NONE;
	for (unsigned i = 0; i < ENCODING_NONE; i++)
		if (str_ieq(str_c(name), str_c(encoding_names[i])))
			return (enum encoding)i;
	return ENCODING_NONE;
}

void sip_party_subaddress_read(const struct sip_tel *tel, struct leg_subaddress *out)
{
	char text[SUBADDRESS_TEXT];
	bool good = false;

	out->n = 0;
	if (!sip_party_param(tel, STR("isub"), text, sizeof(text)))
		return;
	(void)add(out, TYPE_NSAP);
	switch (encoding_of(tel)) {
	case ENCODING_IA5:
		good = add_text(out, text);
		break;
	case ENCODING_BCD:
		good = add(out, AFI_BCD) && add_pairs(out, text, 9, true);
		break;
	case ENCODING_NSAP:
		good = add_pairs(out, text, 15, false) && out->n > 1;
		break;
	case ENCODING_NONE:
		break;
	}
	if (!good)
		out->n = 0;
}

static enum encoding encoding_for(const struct leg_subaddress *in)
{
	if (in->n < 2 || in->octets[0] & TYPE_MASK)
		return ENCODING_NONE;
	if (in->n == 2) /* an AFI and nothing of its format */
		return ENCODING_NSAP;
	for (unsigned i = 2; i < in->n; i++) {
		unsigned octet = in->octets[i];
		bool last = i + 1 == in->n;

		if (in->octets[1] == AFI_IA5 && (octet < ' ' || octet >= 0x7f))
			return ENCODING_NSAP;
		if (in->octets[1] == AFI_BCD &&
		    (octet >> 4 > 9 || ((octet & 0xf) > 9 && !(last && (octet & 0xf) == FILLER))))
			return ENCODING_NSAP;
	}
	return in->octets[1] == AFI_IA5	  ? ENCODING_IA5
	       : in->octets[1] == AFI_BCD ? ENCODING_BCD
					  : ENCODING_NSAP;
}

static void write_half(struct sip_writer *w, unsigned value)
{
	const char digit[2] = { "0123456789ABCDEF"[value & 0xf], '\0' };

	sip_write_c(w, digit);
}

static void write_pairs(struct sip_writer *w, const struct leg_subaddress *in, unsigned from,
			bool filler)
{
	for (unsigned i = from; i < in->n; i++) {
		write_half(w, in->octets[i] >> 4);
		if (!filler || i + 1 < in->n || (in->octets[i] & 0xf) != FILLER)
			write_half(w, in->octets[i]);
	}
}

void sip_party_subaddress_write(struct sip_writer *w, const struct leg_subaddress *in)
{
	enum encoding encoding = encoding_for(in);

	if (encoding == ENCODING_NONE)
		return;
	sip_write_c(w, ";isub=");
	if (encoding == ENCODING_IA5)
		sip_party_write_value(w, (struct str){ (const char *)in->octets + 2, in->n - 2u });
	else
		write_pairs(w, in, encoding == ENCODING_BCD ? 2 : 1, encoding == ENCODING_BCD);
}

void sip_party_subaddress_encoding(struct sip_writer *w, const struct leg_subaddress *in)
{
	enum encoding encoding = encoding_for(in);

	if (encoding == ENCODING_NONE || encoding == ENCODING_IA5)
		return;
	sip_write_c(w, ";isub-encoding=");
	sip_write_c(w, encoding_names[encoding]);
}
