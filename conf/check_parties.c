/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Checks of how trunks say who calls whom: codes and prefixes (E.164 6), MLPP (Q.763 3.34). */
#include <string.h>

#include "conf/check.h"

#define COUNTRY_DIGITS 3 /* E.164 6.2.1 */
#define NUMBER_DIGITS  15
#define PREFIX_DIGITS  7
#define NETWORK_DIGITS 4 /* Q.763 3.34 d */

static void check_length(struct conf_report *report, char *const *text, size_t most,
			 const char *name)
{
	if (*text && strlen(*text) > most)
		conf_report_at(report, text, "%s \"%s\" is too long; write at most %zu digits",
			       name, *text, most);
}

static void check_sip(struct conf_report *report, const struct conf_sip_trunk *sip)
{
	const struct conf_sip_parties *p = &sip->parties;

	check_length(report, &sip->country, COUNTRY_DIGITS, "country-code");
	check_length(report, &sip->area, NUMBER_DIGITS - COUNTRY_DIGITS, "area-code");
	check_length(report, &sip->national_prefix, PREFIX_DIGITS, "national-prefix");
	check_length(report, &sip->international_prefix, PREFIX_DIGITS, "international-prefix");
	for (size_t i = 1; i < p->n_priorities; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->priorities[i], p->priorities[k]) == 0)
				conf_report_at(report, &p->priorities[i],
					       "resource-priority %s is written twice; write it "
					       "once",
					       p->priorities[i]);
}

static void check_isup(struct conf_report *report, const struct conf_isup_parties *p)
{
	check_length(report, &p->own_carrier, NUMBER_DIGITS, "own-carrier");
	if (p->mlpp_network && strlen(p->mlpp_network) != NETWORK_DIGITS)
		conf_report_at(report, &p->mlpp_network,
			       "mlpp-network \"%s\" is not valid; write four digits, such as "
			       "\"0490\"",
			       p->mlpp_network);
	if (p->portability == CONF_PORTABILITY_CONCATENATED && !p->routing_digits &&
	    conf_report_usable(report, &p->routing_digits))
		conf_report_at(
			report, &p->portability,
			"portability = concatenated has no routing-number-digits; write how many "
			"digits of the number are the routing number");
}

void conf_check_parties(const struct conf *conf, struct conf_report *report)
{
	for (size_t i = 0; i < conf->n_sips; i++)
		check_sip(report, &conf->sips[i]);
	for (size_t i = 0; i < conf->n_isups; i++)
		check_isup(report, &conf->isups[i].parties);
}
