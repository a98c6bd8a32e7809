/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Carrier selection (RFC 3398 7.2.1.1, 8.2.1.1, RFC 4694): transit network selection (Q.763 3.53; T1.113 with a circuit
 * code behind it) and carrier identification (T1.113).
 */
#include "gw/pstn/iam_party.h"

#include <string.h>

#include "gw/pstn/number.h"

#define TYPE_NATIONAL (2u << 4)
#define TYPE_MASK     0x70
#define CODE_MAX      8
#define ANSI_OCTETS   2 /* of digits: three or four */

/* ---- reading ---- */

static bool digits_get(const struct isup_msg *iam, uint8_t code, struct isup_number *number)
{
	const struct isup_param *param = isup_msg_find(iam, code);
	const uint8_t *octets = param ? isup_param_octets(iam, param) : NULL;
	bool ansi = iam->variant == ISUP_ANSI;
	size_t n;

	memset(number, 0, sizeof(*number));
	/* Other networks' codes (X.121, E.212) are no carrier's. */
	if (!param || param->length < 2 || (octets[0] & TYPE_MASK) != TYPE_NATIONAL)
		return false;
	n = param->length - 1u;
	if (ansi && n > ANSI_OCTETS)
		n = ANSI_OCTETS;
	/* T1.113 3.35: the plan tells whether there are three digits or four. */
	if (number_unpack(octets + 1, n, ansi ? (octets[0] & 0xf) == 1 : octets[0] >> 7, number))
		return false;
	return number->n > 0;
}

static bool own(const struct conf_isup *conf, const char *digits)
{
	return conf->parties.own_carrier && strcmp(conf->parties.own_carrier, digits) == 0;
}

void iam_carrier_get(const struct conf_isup *conf, const struct isup_msg *iam,
		     struct leg_carrier *out)
{
	struct isup_number number;
	int n;

	if (conf->parties.carrier == CONF_CARRIER_OFF ||
	    (!digits_get(iam, ISUP_P_TNS, &number) &&
	     !(iam->variant == ISUP_ANSI &&
	       digits_get(iam, ISUP_P_CARRIER_IDENTIFICATION, &number))) ||
	    own(conf, number.digits) || strpbrk(number.digits, "ABCDE"))
		return;
	/* RFC 3398 8.2.1.1: with the country that is implied. */
	n = snprintf(out->digits, sizeof(out->digits), "%s%s", conf->country ? conf->country : "",
		     number.digits);
	out->global = conf->country != NULL;
	if (n >= (int)sizeof(out->digits))
		memset(out, 0, sizeof(*out));
}

/* ---- writing ---- */

/* Without its country; false: another country's code means nothing to this trunk. */
static bool code_of(const struct conf_isup *conf, const struct leg_carrier *carrier,
		    const char **code)
{
	size_t n = conf->country ? strlen(conf->country) : 0;

	*code = carrier->digits;
	if (!carrier->global)
		return true;
	*code += n;
	return n && strncmp(carrier->digits, conf->country, n) == 0;
}

static int code_put(struct isup_msg *iam, uint8_t param, struct isup_number *number)
{
	bool ansi = iam->variant == ISUP_ANSI;
	uint8_t octets[1 + CODE_MAX / 2 + 1] = { 0 };
	size_t n;

	octets[0] = (uint8_t)(TYPE_NATIONAL |
			      (ansi ? (number->n == 3 ? 1u : 2u) : (number->n % 2u) << 7));
	n = 1 + number_pack(number, octets + 1);
	if (ansi && param == ISUP_P_TNS)
		n++; /* circuit code: unspecified */
	return isup_msg_add(iam, param, octets, n);
}

/* RFC 3398 7.2.1.1: without other agreement TNS for an international number, else CIP where there is one. */
static bool wants_tns(const struct conf_isup *conf, const struct leg_setup *setup)
{
	return conf->parties.carrier == CONF_CARRIER_TNS ||
	       (conf->parties.carrier == CONF_CARRIER_AUTOMATIC &&
		setup->called.noa == LEG_NOA_INTERNATIONAL);
}

int iam_carrier_put(const struct conf_isup *conf, const struct leg_setup *setup,
		    struct isup_msg *iam)
{
	bool ansi = iam->variant == ISUP_ANSI, tns = wants_tns(conf, setup);
	struct isup_number number;
	const char *code;

	if (conf->parties.carrier == CONF_CARRIER_OFF || !setup->carrier.digits[0] ||
	    (!tns && !ansi) || !code_of(conf, &setup->carrier, &code) || own(conf, code))
		return 0;
	if (number_digits_out(str_c(code), &number) || number.n < 1 || number.n > CODE_MAX ||
	    (ansi && number.n != 3 && number.n != 4))
		return 0;
	return code_put(iam, tns ? ISUP_P_TNS : ISUP_P_CARRIER_IDENTIFICATION, &number);
}
