/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The Request-URI: number and subaddress (RFC 3966, RFC 3398 7.2.1.1, 8.2.1.1), number portability and carrier (RFC 4694),
 * trunk groups (RFC 4904), which also stand in Contact.
 */
#include <errno.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/sip/party_private.h"

#define CODE_MAX (2 * LEG_DIGITS_MAX)

/* RFC 4694 4: a routing number is global, or of a country. */
static bool routing_read(const struct sip_tel *tel, struct leg_number *routing)
{
	char text[CODE_MAX], context[PARTY_CONTEXT_MAX], country[PARTY_CODE_MAX] = "";
	char digits[LEG_DIGITS_MAX + 1];
	size_t n = 0;
	bool global, plus;

	if (!sip_party_param(tel, STR("rn"), text, sizeof(text)) ||
	    !sip_party_code(text, &global, digits, sizeof(digits)))
		return false;
	if (!global && sip_party_param(tel, STR("rn-context"), context, sizeof(context)) &&
	    context[0] == '+' && !sip_party_code(context, &plus, country, sizeof(country)))
		return false;
	if (strlen(country) + strlen(digits) > LEG_DIGITS_MAX || strchr(digits, 'F'))
		return false;
	n = str_add(routing->digits, sizeof(routing->digits), n, str_c(country));
	(void)str_add(routing->digits, sizeof(routing->digits), n, str_c(digits));
	/* RFC 3398 8.2.1.1: national in scope, where nothing else is said. */
	routing->noa = global || country[0] ? LEG_NOA_INTERNATIONAL : LEG_NOA_NATIONAL;
	return true;
}

static void portability_read(const struct sip_tel *tel, struct leg_portability *out)
{
	memset(out, 0, sizeof(*out));
	out->queried = sip_param_find(tel->params, STR("npdi"), NULL);
	if (!sip_param_find(tel->params, STR("rn"), NULL))
		return;
	/* RFC 4694 5: an invalid one is dropped, and a database may be asked again. */
	if (routing_read(tel, &out->routing))
		out->queried = true;
	else
		*out = (struct leg_portability){ .queried = false };
}

/* cic=+1-5062; a country that is told by a context or by the trunk goes, as ISUP's codes are national. */
static void carrier_read(const struct sip_party_conf *party, const struct sip_tel *tel,
			 struct leg_carrier *out)
{
	char text[CODE_MAX], digits[CODE_MAX];
	size_t country = strlen(party->country);
	const char *code = digits;
	bool global;

	memset(out, 0, sizeof(*out));
	if (!sip_party_param(tel, STR("cic"), text, sizeof(text)) ||
	    !sip_party_code(text, &global, digits, sizeof(digits)) || strpbrk(digits, "ABCDEF"))
		return;
	if (global && country && strncmp(digits, party->country, country) == 0) {
		code += country;
		global = false;
	}
	if (str_copy(out->digits, sizeof(out->digits), str_c(code)) == 0)
		out->global = global;
}

/* RFC 4904 5: a label without its context, or of a context that is not ours, says nothing to us. */
static void group_read(const struct sip_party_conf *party, const struct sip_tel *tel,
		       struct leg_groups *out)
{
	char context[LEG_CONTEXT_MAX];

	out->to[0] = '\0';
	if (!party->trunk_groups ||
	    !sip_party_param(tel, STR("trunk-context"), context, sizeof(context)) ||
	    !str_ieq(str_c(context), str_c(party->trunk_context)))
		return;
	if (!sip_party_param(tel, STR("tgrp"), out->to, sizeof(out->to)))
		out->to[0] = '\0';
}

int sip_party_called(const struct sip_party_conf *party, const struct sip_uri *uri,
		     struct leg_setup *setup)
{
	struct sip_party_tel tel;
	int err = sip_party_tel(uri, &tel);

	if (!err)
		err = sip_party_number(party, &tel.tel, true, &setup->called);
	if (err)
		return err;
	sip_party_subaddress_read(&tel.tel, &setup->called_subaddress);
	/* RFC 4694 5: of whom is not trusted they are ignored. */
	if (!party->trusted)
		return 0;
	portability_read(&tel.tel, &setup->portability);
	carrier_read(party, &tel.tel, &setup->carrier);
	group_read(party, &tel.tel, &setup->groups);
	return 0;
}

void sip_party_write_uri(struct sip_writer *w, const struct sip_party_conf *party,
			 const struct leg_setup *setup, struct str host, uint16_t port)
{
	const struct sip_party_user user = {
		.number = &setup->called,
		.as_is = true,
		.subaddress = &setup->called_subaddress,
		.portability = party->trusted ? &setup->portability : NULL,
		.carrier = party->trusted ? &setup->carrier : NULL,
	};

	sip_write_c(w, "sip:");
	sip_party_write_user(w, party, &user);
	sip_write_c(w, "@");
	sip_write_hostport(w, host, port);
	sip_write_c(w, ";user=phone");
}

void sip_party_write_group(struct sip_writer *w, const struct sip_party_conf *party,
			   const struct leg_setup *setup)
{
	const struct leg_groups *groups = &setup->groups;
	struct leg_number number = setup->calling;
	struct sip_party_user user = { .number = &number };

	if (!party->trunk_groups || !party->trusted || !groups->from[0])
		return;
	user.group = groups->from;
	user.group_context = groups->from_context[0] ? groups->from_context : party->trunk_context;
	if (!user.group_context[0])
		return;
	/* RFC 4904 7.2: the caller's number where there is one to show, else something of our own. */
	if (number.presentation != LEG_PRES_ALLOWED || !number.digits[0])
		number = (struct leg_number){ .noa = LEG_NOA_UNKNOWN, .digits = "0" };
	sip_party_write_user(w, party, &user);
	sip_write_c(w, "@");
}
