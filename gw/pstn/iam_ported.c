/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Called numbers that were ported (RFC 3398 7.2.1.1, 8.2.1.1, RFC 4694): the ways of Q.769.1 clause 6 and of T1.113 to say
 * the routing number and the dialled number.
 */
#include "gw/pstn/iam_party.h"

#include <errno.h>
#include <string.h>

#include "gw/pstn/number.h"

/* Q.763 3.90: octet 1 is odd/even, numbering plan and nature of address; national and network specific format */
#define ROUTING_NATIONAL 1
#define ROUTING_OWN	 2

bool iam_generic_get(const struct isup_msg *iam, uint8_t qualifier, struct isup_number *value)
{
	struct isup_msg one;

	for (size_t i = 0; i < iam->n_params; i++) {
		const struct isup_param *param = &iam->params[i];

		if (param->code != ISUP_P_GENERIC_NUMBER)
			continue;
		isup_msg_init(&one, ISUP_IAM, iam->cic);
		if (!isup_msg_add(&one, param->code, isup_param_octets(iam, param),
				  param->length) &&
		    isup_get_number(&one, param->code, value) && value->qualifier == qualifier)
			return true;
	}
	return false;
}

/* ---- reading ---- */

/* Routing numbers are of the country, whatever nature tells that they are routing numbers. */
static int routing_of(const struct conf_isup *conf, const struct isup_number *in,
		      struct leg_number *out)
{
	struct isup_number plain = *in;

	if (in->noa == ISUP_NOA_ROUTING)
		plain.noa = ISUP_NOA_NATIONAL;
	return number_from_isup(conf, &plain, out);
}

/* The routing number is the called party number, the dialled one stands elsewhere. */
static int swap(const struct conf_isup *conf, const struct isup_msg *iam,
		const struct isup_number *dialled, struct leg_setup *setup)
{
	struct isup_number called;

	if (!isup_get_number(iam, ISUP_P_CALLED, &called))
		return 0;
	setup->portability.queried = true;
	if (routing_of(conf, &called, &setup->portability.routing))
		setup->portability.routing.digits[0] = '\0';
	return number_from_isup(conf, dialled, &setup->called);
}

static int split(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup)
{
	unsigned n = conf->parties.routing_digits;
	struct isup_number called, routing;

	if (!isup_get_number(iam, ISUP_P_CALLED, &called) || called.noa != ISUP_NOA_CONCATENATED ||
	    called.n <= n)
		return 0;
	routing = called;
	routing.noa = ISUP_NOA_NATIONAL;
	routing.n = (uint8_t)n;
	routing.digits[n] = '\0';
	memmove(called.digits, called.digits + n, called.n - n + 1u);
	called.n = (uint8_t)(called.n - n);
	called.noa = ISUP_NOA_NATIONAL;
	setup->portability.queried = true;
	if (number_from_isup(conf, &routing, &setup->portability.routing))
		setup->portability.routing.digits[0] = '\0';
	return number_from_isup(conf, &called, &setup->called);
}

static void separate(const struct conf_isup *conf, const struct isup_msg *iam,
		     struct leg_setup *setup)
{
	const struct isup_param *param = isup_msg_find(iam, ISUP_P_NETWORK_ROUTING_NUMBER);
	const uint8_t *octets = param ? isup_param_octets(iam, param) : NULL;
	struct isup_number number = { .npi = ISUP_NPI_ISDN };

	if (!param || param->length < 2)
		return;
	number.noa = (octets[0] & 0xf) == ROUTING_NATIONAL ? ISUP_NOA_NATIONAL : ISUP_NOA_UNKNOWN;
	if (number_unpack(octets + 1, param->length - 1u, octets[0] >> 7, &number) ||
	    number_from_isup(conf, &number, &setup->portability.routing))
		setup->portability.routing.digits[0] = '\0';
	else
		setup->portability.queried = true;
}

int iam_ported_get(const struct conf_isup *conf, const struct isup_msg *iam,
		   struct leg_setup *setup)
{
	struct isup_number dialled;
	struct isup_fci fci;

	if (conf->parties.portability == CONF_PORTABILITY_OFF)
		return 0;
	setup->portability.queried = isup_get_fci(iam, &fci) && fci.translated;
	switch (conf->parties.portability) {
	case CONF_PORTABILITY_GAP:
		return iam_generic_get(iam, ISUP_GENERIC_PORTED, &dialled)
			       ? swap(conf, iam, &dialled, setup)
			       : 0;
	case CONF_PORTABILITY_DIRECTORY:
		return isup_get_number(iam, ISUP_P_CALLED_DIRECTORY_NUMBER, &dialled)
			       ? swap(conf, iam, &dialled, setup)
			       : 0;
	case CONF_PORTABILITY_CONCATENATED:
		return split(conf, iam, setup);
	case CONF_PORTABILITY_SEPARATE:
		separate(conf, iam, setup);
		return 0;
	case CONF_PORTABILITY_OFF:
		break;
	}
	return 0;
}

/* ---- writing ---- */

static int called_put(const struct leg_setup *setup, struct isup_msg *iam,
		      struct isup_number *called)
{
	called->complete = setup->complete;
	called->presentation = called->screening = 0;
	return isup_put_number(iam, ISUP_P_CALLED, called);
}

/* The routing number in front, and the dialled one as another parameter. */
static int swapped_put(const struct leg_setup *setup, struct isup_msg *iam, uint8_t code,
		       struct isup_number *routing, struct isup_number *dialled)
{
	int err = called_put(setup, iam, routing);

	dialled->qualifier = ISUP_GENERIC_PORTED;
	return err ? err : isup_put_number(iam, code, dialled);
}

static int concatenated_put(const struct leg_setup *setup, struct isup_msg *iam,
			    const struct isup_number *routing, struct isup_number *called)
{
	if (routing->n + called->n > ISUP_DIGITS_MAX)
		return -EINVAL;
	memmove(called->digits + routing->n, called->digits, called->n + 1u);
	memcpy(called->digits, routing->digits, routing->n);
	called->n = (uint8_t)(called->n + routing->n);
	called->noa = ISUP_NOA_CONCATENATED;
	return called_put(setup, iam, called);
}

static int separate_put(const struct leg_setup *setup, struct isup_msg *iam,
			const struct isup_number *routing, struct isup_number *called)
{
	uint8_t octets[1 + (ISUP_DIGITS_MAX + 1) / 2];
	unsigned noa = routing->noa == ISUP_NOA_NATIONAL ? ROUTING_NATIONAL : ROUTING_OWN;
	size_t n = 1 + number_pack(routing, octets + 1);
	int err = called_put(setup, iam, called);

	octets[0] = (uint8_t)((routing->n % 2u) << 7 | (unsigned)ISUP_NPI_ISDN << 4 | noa);
	return err ? err : isup_msg_add(iam, ISUP_P_NETWORK_ROUTING_NUMBER, octets, n);
}

/* Q.769.1 6.1: where the routing number is the called number, its nature says so; T1.113 has a plain national number. */
static void mark_routing(enum conf_portability how, struct isup_number *routing)
{
	if (how == CONF_PORTABILITY_DIRECTORY)
		routing->noa =
			routing->noa == ISUP_NOA_NATIONAL ? ISUP_NOA_ROUTING : ISUP_NOA_ROUTING_OWN;
}

int iam_called_put(const struct conf_isup *conf, const struct leg_setup *setup,
		   struct isup_msg *iam)
{
	enum conf_portability how = conf->parties.portability;
	struct isup_number called, routing;
	/* A number whose form the trunk's policy has made is as it has to be. */
	int err = conf->policy.form == CONF_FORM_AS_IS
			  ? number_to_isup(conf, &setup->called, &called)
			  : number_to_isup_as_is(&setup->called, &called);

	if (err || (!called.n && setup->complete))
		return -EINVAL;
	if (how == CONF_PORTABILITY_OFF || !setup->portability.routing.digits[0])
		return called_put(setup, iam, &called);
	if (number_to_isup(conf, &setup->portability.routing, &routing))
		return -EINVAL;
	mark_routing(how, &routing);
	switch (how) {
	case CONF_PORTABILITY_GAP:
		return swapped_put(setup, iam, ISUP_P_GENERIC_NUMBER, &routing, &called);
	case CONF_PORTABILITY_DIRECTORY:
		return swapped_put(setup, iam, ISUP_P_CALLED_DIRECTORY_NUMBER, &routing, &called);
	case CONF_PORTABILITY_CONCATENATED:
		return concatenated_put(setup, iam, &routing, &called);
	case CONF_PORTABILITY_SEPARATE:
		return separate_put(setup, iam, &routing, &called);
	case CONF_PORTABILITY_OFF:
		break;
	}
	return 0;
}
