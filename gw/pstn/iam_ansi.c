/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * T1.113's IAM: user service information in place of the transmission medium requirement, numbers
 * without an end signal, nature of address and generic address codes of its own, and who pays:
 * charge number, originating line information, jurisdiction. Codes by Wireshark 4.0's ANSI tables
 * and libss7.h.
 */
#include "gw/pstn/iam_ansi.h"

#include <errno.h>
#include <string.h>

#include "gw/pstn/iam_party.h"
#include "gw/pstn/number.h"

/* Nature of address: the same numbers with an operator asked for. */
#define SUBSCRIBER_OPERATOR	0x71
#define NATIONAL_OPERATOR	0x72
#define INTERNATIONAL_OPERATOR	0x73
#define LOCAL_DIGITS		7
#define SUPPLEMENTAL_FAILED	2 /* type of address: user provided, failed screening */
#define SUPPLEMENTAL_UNSCREENED 3
#define CHARGE_CALLING_NATIONAL                                                                    \
	3 /* nature of the charge number: ANI of the calling party, national */
#define JURISDICTION_DIGITS 6
#define CAPABILITY	    0x1f /* Q.931 4.5.5: information transfer capability */
#define MODE_AND_RATE	    0x7f /* transfer mode and information transfer rate */
#define CIRCUIT_64	    0x10 /* circuit mode at 64 kbit/s */

/* Q.931 4.5.5: capability, circuit mode at 64 kbit/s, mu-law. */
static const struct {
	enum leg_bearer bearer;
	uint8_t n, octets[3];
} services[] = {
	{ LEG_BEARER_SPEECH, 3, { 0x80, 0x90, 0xa2 } },
	{ LEG_BEARER_AUDIO_3K1, 3, { 0x90, 0x90, 0xa2 } },
	{ LEG_BEARER_UNRESTRICTED, 2, { 0x88, 0x90 } },
};

static int put_service(enum leg_bearer bearer, struct isup_msg *iam)
{
	size_t i = 0;

	while (i < 2 && services[i].bearer != bearer)
		i++;
	isup_msg_remove(iam, ISUP_P_USI);
	return isup_msg_add(iam, ISUP_P_USI, services[i].octets, services[i].n);
}

/* Q.931 4.5.5. What is digital passes octet by octet: unrestricted, restricted, with tones and announcements, video. */
static const struct {
	uint8_t capability;
	enum leg_bearer bearer;
} capabilities[] = {
	{ 0x00, LEG_BEARER_SPEECH },	   { 0x08, LEG_BEARER_UNRESTRICTED },
	{ 0x09, LEG_BEARER_UNRESTRICTED }, { 0x10, LEG_BEARER_AUDIO_3K1 },
	{ 0x11, LEG_BEARER_UNRESTRICTED }, { 0x18, LEG_BEARER_UNRESTRICTED },
};

/* -ENOTSUP: what one circuit is no bearer of. */
static int service_of(const struct isup_msg *iam, enum leg_bearer *bearer)
{
	const struct isup_param *usi = isup_msg_find(iam, ISUP_P_USI);
	const uint8_t *octets = usi ? isup_param_octets(iam, usi) : NULL;

	*bearer = LEG_BEARER_AUDIO_3K1;
	if (!usi || !usi->length)
		return 0;
	if (usi->length > 1 && (octets[1] & MODE_AND_RATE) != CIRCUIT_64)
		return -ENOTSUP;
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++) {
		if (capabilities[i].capability != (octets[0] & CAPABILITY))
			continue;
		*bearer = capabilities[i].bearer;
		return 0;
	}
	return -ENOTSUP;
}

/* T1.113.3 has no nature "unknown" and no end signal. */
static int number_again(struct isup_msg *iam, uint8_t code)
{
	struct isup_number number;

	if (!isup_get_number(iam, code, &number))
		return 0;
	number.complete = false;
	if (number.noa == ISUP_NOA_UNKNOWN)
		number.noa = number.n == LOCAL_DIGITS ? ISUP_NOA_SUBSCRIBER : ISUP_NOA_NATIONAL;
	return isup_put_number(iam, code, &number);
}

static int generic_again(struct isup_msg *iam, struct isup_number *number, uint8_t qualifier)
{
	number->qualifier = qualifier;
	if (number->noa == ISUP_NOA_UNKNOWN)
		number->noa = number->n == LOCAL_DIGITS ? ISUP_NOA_SUBSCRIBER : ISUP_NOA_NATIONAL;
	return isup_put_number(iam, ISUP_P_GENERIC_NUMBER, number);
}

/* The generic address of the caller has types of its own; that of a ported number is T1.113's already. */
static int generics_again(struct isup_msg *iam)
{
	struct isup_number calling, ported;
	bool has_calling = iam_generic_get(iam, ISUP_GENERIC_CALLING, &calling);
	bool has_ported = iam_generic_get(iam, ISUP_GENERIC_PORTED, &ported);
	int err = 0;

	isup_msg_remove(iam, ISUP_P_GENERIC_NUMBER);
	if (has_calling)
		err = generic_again(iam, &calling,
				    calling.screening == ISUP_SCR_USER_FAILED
					    ? SUPPLEMENTAL_FAILED
					    : SUPPLEMENTAL_UNSCREENED);
	if (!err && has_ported)
		err = generic_again(iam, &ported, ISUP_GENERIC_PORTED);
	return err;
}

/* What the call says of its line goes before what the trunk says of all. */
static int put_line(const struct conf_isup *conf, const struct leg_setup *setup,
		    struct isup_msg *iam)
{
	if (setup->oli_known)
		return isup_put_octet(iam, ISUP_P_OLI, setup->oli);
	if (conf->line_information_set)
		return isup_put_octet(iam, ISUP_P_OLI, (uint8_t)conf->line_information);
	return 0;
}

/* Digits in pairs, the first of them low, as those of a number are. */
static int put_jurisdiction(const char *digits, struct isup_msg *iam)
{
	uint8_t octets[JURISDICTION_DIGITS / 2];

	if (strlen(digits) != JURISDICTION_DIGITS)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)((digits[2 * i] - '0') | (digits[2 * i + 1] - '0') << 4);
	return isup_msg_add(iam, ISUP_P_JURISDICTION, octets, sizeof(octets));
}

/* Who pays for a call that does not say who calls. */
static int put_charge(const struct conf_isup *conf, const struct leg_setup *setup,
		      struct isup_msg *iam)
{
	struct isup_number number = { .noa = CHARGE_CALLING_NATIONAL, .npi = ISUP_NPI_ISDN };
	int err = number_digits_out(str_c(conf->charge_number), &number);

	if (err || setup->calling.digits[0])
		return err;
	return isup_put_number(iam, ISUP_P_CHARGE_NUMBER, &number);
}

int iam_to_ansi(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam)
{
	static const uint8_t numbers[] = { ISUP_P_CALLED, ISUP_P_CALLING, ISUP_P_REDIRECTING,
					   ISUP_P_ORIGINAL_CALLED };
	int err = put_service(setup->bearer, iam);

	isup_msg_remove(iam, ISUP_P_TMR);
	isup_msg_remove(iam, ISUP_P_PROPAGATION_DELAY);
	for (size_t i = 0; i < sizeof(numbers) && !err; i++)
		err = number_again(iam, numbers[i]);
	if (!err && conf->charge_number)
		err = put_charge(conf, setup, iam);
	if (!err)
		err = generics_again(iam);
	/* Carriers' codes are said otherwise, and where there is no other agreement elsewhere. */
	isup_msg_remove(iam, ISUP_P_TNS);
	if (!err)
		err = iam_carrier_put(conf, setup, iam);
	if (!err)
		err = put_line(conf, setup, iam);
	if (!err && conf->jurisdiction)
		err = put_jurisdiction(conf->jurisdiction, iam);
	return err;
}

/* --- received --- */

static void generic_from(const struct conf_isup *conf, const struct isup_msg *iam,
			 struct leg_number *out)
{
	struct isup_number number;
	struct isup_msg one;

	for (size_t i = 0; i < iam->n_params; i++) {
		const struct isup_param *param = &iam->params[i];

		if (param->code != ISUP_P_GENERIC_NUMBER)
			continue;
		isup_msg_init(&one, ISUP_IAM, iam->cic);
		(void)isup_msg_add(&one, param->code, isup_param_octets(iam, param), param->length);
		if (isup_get_number(&one, param->code, &number) &&
		    (number.qualifier == SUPPLEMENTAL_FAILED ||
		     number.qualifier == SUPPLEMENTAL_UNSCREENED))
			(void)number_from_isup(conf, &number, out);
	}
}

int iam_from_ansi(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup)
{
	struct isup_number called;
	int err = service_of(iam, &setup->bearer);

	setup->complete = true;
	memset(&setup->generic, 0, sizeof(setup->generic));
	generic_from(conf, iam, &setup->generic);
	if (!isup_get_number(iam, ISUP_P_CALLED, &called) || called.noa < SUBSCRIBER_OPERATOR ||
	    called.noa > INTERNATIONAL_OPERATOR)
		return err;
	called.noa = called.noa == SUBSCRIBER_OPERATOR ? ISUP_NOA_SUBSCRIBER
		     : called.noa == NATIONAL_OPERATOR ? ISUP_NOA_NATIONAL
						       : ISUP_NOA_INTERNATIONAL;
	return err ? err : number_from_isup(conf, &called, &setup->called);
}
