/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbers between the leg vocabulary and ISUP, RFC 3398 section 12. */
#include "gw/pstn/number.h"

#include <errno.h>
#include <string.h>

#define GENERIC_ADDITIONAL_CALLING 6 /* Q.763 3.26 a */
#define FILLER			   0xf

static const enum leg_presentation presentation_in[4] = {
	LEG_PRES_ALLOWED, LEG_PRES_RESTRICTED, LEG_PRES_UNAVAILABLE,
	LEG_PRES_RESTRICTED, /* 3 is reserved for restriction by the network (Q.763 3.10 e) */
};
static const enum leg_screening screening_in[4] = {
	LEG_SCR_USER_NOT_VERIFIED,
	LEG_SCR_USER_PASSED,
	LEG_SCR_USER_FAILED,
	LEG_SCR_NETWORK,
};
static const uint8_t presentation_out[] = {
	[LEG_PRES_ALLOWED] = ISUP_PRES_ALLOWED,
	[LEG_PRES_RESTRICTED] = ISUP_PRES_RESTRICTED,
	[LEG_PRES_UNAVAILABLE] = ISUP_PRES_UNAVAILABLE,
};
static const uint8_t screening_out[] = {
	[LEG_SCR_USER_NOT_VERIFIED] = ISUP_SCR_USER_NOT_VERIFIED,
	[LEG_SCR_USER_PASSED] = ISUP_SCR_USER_PASSED,
	[LEG_SCR_USER_FAILED] = ISUP_SCR_USER_FAILED,
	[LEG_SCR_NETWORK] = ISUP_SCR_NETWORK,
};

/* Code 11 and code 12 of Q.763 3.9 are the star and the hash of a telephone. */
static char digit_in(char c)
{
	return c == 'B' ? '*' : c == 'C' ? '#' : c;
}

static char digit_out(char c)
{
	return c == '*' ? 'B' : c == '#' ? 'C' : c;
}

int number_from_isup(const struct conf_isup *conf, const struct isup_number *in,
		     struct leg_number *out)
{
	const char *country = "", *area = "";
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	out->presentation = presentation_in[in->presentation & 3];
	out->screening = screening_in[in->screening & 3];
	out->noa = LEG_NOA_UNKNOWN;
	if (in->npi != ISUP_NPI_ISDN) {
		/* RFC 3398 12.1: the nature of address is one of E.164 only. */
	} else if (in->noa == ISUP_NOA_INTERNATIONAL) {
		out->noa = LEG_NOA_INTERNATIONAL;
	} else if (in->noa == ISUP_NOA_NATIONAL) {
		out->noa = conf->country ? LEG_NOA_INTERNATIONAL : LEG_NOA_NATIONAL;
		country = conf->country ? conf->country : "";
	} else if (in->noa == ISUP_NOA_SUBSCRIBER) {
		bool known = conf->country && conf->area;

		out->noa = known ? LEG_NOA_INTERNATIONAL : LEG_NOA_SUBSCRIBER;
		country = known ? conf->country : "";
		area = known ? conf->area : "";
	}
	if (strlen(country) + strlen(area) + in->n > LEG_DIGITS_MAX)
		return -ENAMETOOLONG;
	if (in->n) {
		n = str_add(out->digits, sizeof(out->digits), n, str_c(country));
		n = str_add(out->digits, sizeof(out->digits), n, str_c(area));
	}
	for (size_t i = 0; i < in->n; i++)
		out->digits[n++] = digit_in(in->digits[i]);
	out->digits[n] = '\0';
	return 0;
}

int number_digits_out(struct str digits, struct isup_number *out)
{
	for (out->n = 0; out->n < digits.n; out->n++) {
		char c = digit_out(digits.p[out->n]);

		if (out->n == ISUP_DIGITS_MAX)
			return -ENAMETOOLONG;
		if (!c || !strchr("0123456789ABCDE", c))
			return -EINVAL;
		out->digits[out->n] = c;
	}
	out->digits[out->n] = '\0';
	return 0;
}

/* Takes the prefix off digits when it is configured and there. */
static bool strip_prefix(const char **digits, const char *prefix)
{
	size_t n = prefix ? strlen(prefix) : 0;

	if (!n || strncmp(*digits, prefix, n) != 0)
		return false;
	*digits += n;
	return true;
}

/* A dialled number: its prefixes say what it is. */
static enum leg_noa dialled_noa(const struct conf_isup *conf, const char **digits)
{
	if (strip_prefix(digits, conf->international_prefix))
		return LEG_NOA_INTERNATIONAL;
	if (strip_prefix(digits, conf->national_prefix))
		return LEG_NOA_NATIONAL;
	return conf->area ? LEG_NOA_SUBSCRIBER : LEG_NOA_UNKNOWN;
}

static const uint8_t noa_out[] = {
	[LEG_NOA_UNKNOWN] = ISUP_NOA_UNKNOWN,
	[LEG_NOA_SUBSCRIBER] = ISUP_NOA_SUBSCRIBER,
	[LEG_NOA_NATIONAL] = ISUP_NOA_NATIONAL,
	[LEG_NOA_INTERNATIONAL] = ISUP_NOA_INTERNATIONAL,
};

static int number_put_out(const struct leg_number *in, enum leg_noa noa, const char *digits,
			  struct isup_number *out)
{
	memset(out, 0, sizeof(*out));
	out->noa = noa_out[noa];
	out->npi = ISUP_NPI_ISDN;
	out->presentation = presentation_out[in->presentation];
	out->screening = screening_out[in->screening];
	return number_digits_out(str_c(digits), out);
}

int number_to_isup_as_is(const struct leg_number *in, struct isup_number *out)
{
	return number_put_out(in, in->noa, in->digits, out);
}

int number_to_isup(const struct conf_isup *conf, const struct leg_number *in,
		   struct isup_number *out)
{
	const char *digits = in->digits;
	enum leg_noa noa = in->noa;

	if (noa == LEG_NOA_UNKNOWN)
		noa = dialled_noa(conf, &digits);
	if (noa == LEG_NOA_INTERNATIONAL && strip_prefix(&digits, conf->country))
		noa = LEG_NOA_NATIONAL;
	return number_put_out(in, noa, digits, out);
}

int number_put(const struct conf_isup *conf, struct isup_msg *msg, uint8_t code,
	       const struct leg_number *number)
{
	struct isup_number out;

	/* RFC 3398 12.1: an unavailable address is as if it were absent. */
	if (!number->digits[0] || number->presentation == LEG_PRES_UNAVAILABLE)
		return 0;
	if (number_to_isup(conf, number, &out))
		return 0;
	if (code == ISUP_P_GENERIC_NUMBER)
		out.qualifier = GENERIC_ADDITIONAL_CALLING;
	return isup_put_number(msg, code, &out);
}

int number_unpack(const uint8_t *octets, size_t n, bool odd, struct isup_number *out)
{
	size_t digits = 2 * n;

	out->n = 0;
	if (odd && digits)
		digits--;
	if (digits > ISUP_DIGITS_MAX)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < digits; i++) {
		unsigned digit = octets[i / 2] >> (i % 2 ? 4 : 0) & 0xf;

		if (digit == FILLER)
			return -EBADMSG;
		out->digits[out->n++] = "0123456789ABCDE"[digit];
	}
	out->digits[out->n] = '\0';
	return 0;
}

size_t number_pack(const struct isup_number *in, uint8_t *octets)
{
	size_t n = (in->n + 1u) / 2;

	memset(octets, 0, n);
	for (size_t i = 0; i < in->n; i++) {
		char c = in->digits[i];
		unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;

		octets[i / 2] |= (uint8_t)(digit << (i % 2 ? 4 : 0));
	}
	return n;
}
