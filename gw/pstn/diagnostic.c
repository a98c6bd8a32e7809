/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Q.850 says that a new destination is formatted as the called party number information element
 * with its identifier; the element is Q.931 4.5.8's (second source: libpri's called party number).
 */
#include "gw/pstn/diagnostic.h"

#include <string.h>

#include "gw/pstn/number.h"

#define IE_CALLED	  0x70
#define EXTENSION	  0x80
#define TON_UNKNOWN	  0
#define TON_INTERNATIONAL 1
#define TON_NATIONAL	  2
#define TON_SUBSCRIBER	  4
#define NPI_E164	  1

static const struct {
	uint8_t ton, noa;
} natures[] = {
	{ TON_INTERNATIONAL, ISUP_NOA_INTERNATIONAL },
	{ TON_NATIONAL, ISUP_NOA_NATIONAL },
	{ TON_SUBSCRIBER, ISUP_NOA_SUBSCRIBER },
	{ TON_UNKNOWN, ISUP_NOA_UNKNOWN },
};

static bool is_about_a_number(const struct leg_release *release)
{
	return release->cause == Q850_NUMBER_CHANGED || release->cause == Q850_REDIRECTION;
}

static uint8_t noa_of(uint8_t ton)
{
	for (size_t i = 0; i < sizeof(natures) / sizeof(natures[0]); i++)
		if (natures[i].ton == ton)
			return natures[i].noa;
	return ISUP_NOA_UNKNOWN;
}

static uint8_t ton_of(uint8_t noa)
{
	for (size_t i = 0; i < sizeof(natures) / sizeof(natures[0]); i++)
		if (natures[i].noa == noa)
			return natures[i].ton;
	return TON_UNKNOWN;
}

/* The digits of the element behind its first three octets; false: they are no number. */
static bool digits_read(const uint8_t *octets, size_t n, struct isup_number *number)
{
	if (!n || n > ISUP_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = (char)octets[i];

		if (!c || !strchr("0123456789*#", c))
			return false;
		number->digits[number->n++] = c == '*' ? 'B' : c == '#' ? 'C' : c;
	}
	return true;
}

void diagnostic_read(const struct conf_isup *conf, struct leg_release *release)
{
	const uint8_t *d = release->diagnostic;
	struct isup_number number = { .npi = ISUP_NPI_ISDN };
	size_t n = release->n_diagnostic;

	if (!is_about_a_number(release) || n < 4 || d[0] != IE_CALLED || d[1] < 2 ||
	    d[1] + 2u > n || !(d[2] & EXTENSION) || !digits_read(d + 3, d[1] - 1u, &number))
		return;
	number.noa = noa_of(d[2] >> 4 & 7);
	if (number_from_isup(conf, &number, &release->new_number))
		release->new_number.digits[0] = '\0';
}

void diagnostic_write(const struct conf_isup *conf, struct leg_release *release)
{
	struct isup_number number;
	uint8_t *d = release->diagnostic;

	if (!is_about_a_number(release) || !release->new_number.digits[0] ||
	    release->n_diagnostic || number_to_isup(conf, &release->new_number, &number) ||
	    number.n + 3u > sizeof(release->diagnostic))
		return;
	d[0] = IE_CALLED;
	d[1] = (uint8_t)(number.n + 1);
	d[2] = (uint8_t)(EXTENSION | ton_of(number.noa) << 4 | NPI_E164);
	for (uint8_t i = 0; i < number.n; i++)
		d[3 + i] = number.digits[i] == 'B'   ? '*'
			   : number.digits[i] == 'C' ? '#'
						     : (uint8_t)number.digits[i];
	release->n_diagnostic = (uint8_t)(number.n + 3);
}
