/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * User-to-User (RFC 7433) of the ISDN's package (RFC 7434): hexadecimal octets of which the first is the protocol
 * discriminator, as Q.763 3.60 has them.
 */
#include <string.h>

#include "gw/sip/field.h"
#include "gw/sip/lex_parts.h"
#include "gw/sip/party_private.h"

#define NAME	   "User-to-User"
#define MAX_VALUES 8

struct uui_value {
	struct str data;
	struct str purpose, content, encoding;
};

static bool value_read(struct sip_lex *l, struct uui_value *out)
{
	struct sip_param param;
	struct str all = STR_NONE;
	int more;

	memset(out, 0, sizeof(*out));
	if (lex_peek(l) == '"' ? !lex_quoted(l, &out->data) : !lex_token(l, &out->data))
		return false;
	while ((more = lex_semi_param(l, &param, &all)) > 0) {
		if (str_ieq(param.name, STR("purpose")))
			out->purpose = param.value;
		else if (str_ieq(param.name, STR("content")))
			out->content = param.value;
		else if (str_ieq(param.name, STR("encoding")))
			out->encoding = param.value;
	}
	return more == 0;
}

static bool absent_or(struct str value, struct str wanted)
{
	return !value.p || str_ieq(value, wanted);
}

/* RFC 7434 8 and 9: anything else is of another package, and ignored. */
static bool ours(const struct uui_value *value)
{
	return (absent_or(value->purpose, STR("isdn-uui")) ||
		str_ieq(value->purpose, STR("isdn-interwork"))) &&
	       absent_or(value->content, STR("isdn-uui")) && absent_or(value->encoding, STR("hex"));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static bool hex_read(struct str text, struct leg_uui *out)
{
	if (text.n % 2 || !text.n || text.n / 2 > LEG_UUI_MAX)
		return false;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = hex_value(text.p[i]), low = hex_value(text.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->octets[i / 2] = (uint8_t)(high << 4 | low);
	}
	out->n = (uint8_t)(text.n / 2);
	return true;
}

/* One line; false: something in it is malformed. */
static bool line_read(struct str text, struct leg_uui *out)
{
	struct uui_value value;
	struct sip_lex l;

	lex_open(&l, text);
	for (unsigned i = 0; i < MAX_VALUES; i++) {
		if (!value_read(&l, &value))
			return false;
		if (!out->n && ours(&value) && !hex_read(value.data, out))
			return false;
		if (!lex_separator(&l, ','))
			return lex_done(&l);
	}
	return false;
}

void sip_party_uui_read(const struct sip_party_conf *party, const struct sip_msg *msg,
			const char *subject, struct leg_uui *out)
{
	out->n = 0;
	for (unsigned i = 0; party->user_to_user && i < msg->n_headers; i++) {
		const struct sip_header *header = &msg->headers[i];

		if (header->id == SIP_H_OTHER && str_ieq(header->name, STR(NAME)) &&
		    !line_read(header->value, out))
			sip_party_malformed(subject, NAME);
	}
}

void sip_party_uui_write(struct sip_writer *w, const struct sip_party_conf *party,
			 const uint8_t *octets, size_t n)
{
	if (!party->user_to_user || !n || n > LEG_UUI_MAX)
		return;
	sip_write_c(w, NAME ": ");
	for (size_t i = 0; i < n; i++) {
		const char pair[3] = { "0123456789abcdef"[octets[i] >> 4],
				       "0123456789abcdef"[octets[i] & 0xf], '\0' };

		sip_write_c(w, pair);
	}
	sip_write_c(w, ";purpose=isdn-uui;content=isdn-uui;encoding=hex");
	sip_write_crlf(w);
}
