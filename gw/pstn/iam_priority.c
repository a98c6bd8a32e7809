/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Priority: MLPP precedence (Q.763 3.34, Q.735.3) and calling party's categories that mean it (Q.763 3.11). */
#include "gw/pstn/iam_party.h"

#include <string.h>

#include "gw/pstn/number.h"

#define MLPP_OCTETS	6
#define LEVEL_MASK	0xf
#define LFB_NOT_ALLOWED (1u << 5)
#define LEVEL_PRIORITY	3

void iam_priority_get(const struct conf_isup *conf, const struct isup_msg *iam,
		      struct leg_setup *setup)
{
	const struct isup_param *param = isup_msg_find(iam, ISUP_P_MLPP);
	uint8_t level;

	if (setup->category == LEG_CATEGORY_IEPS)
		setup->priority = (struct leg_priority){ LEG_PRIORITY_EMERGENCY, 0 };
	else if (setup->category == LEG_CATEGORY_PRIORITY)
		setup->priority = (struct leg_priority){ LEG_PRIORITY_PRECEDENCE, LEVEL_PRIORITY };
	if (!conf->parties.mlpp || !param || param->length < MLPP_OCTETS)
		return;
	level = isup_param_octets(iam, param)[0] & LEVEL_MASK;
	if (level <= LEG_LEVEL_ROUTINE)
		setup->priority = (struct leg_priority){ LEG_PRIORITY_PRECEDENCE, level };
}

int iam_priority_put(const struct conf_isup *conf, const struct leg_setup *setup,
		     struct isup_msg *iam)
{
	const char *network = conf->parties.mlpp_network ? conf->parties.mlpp_network : "0000";
	unsigned domain = conf->parties.mlpp_domain;
	uint8_t octets[MLPP_OCTETS];

	if (!conf->parties.mlpp || setup->priority.kind != LEG_PRIORITY_PRECEDENCE)
		return 0;
	octets[0] = (uint8_t)(LFB_NOT_ALLOWED | setup->priority.level);
	/* Q.763 3.34 d: four digits, the first in the high half. */
	octets[1] = (uint8_t)((network[0] - '0') << 4 | (network[1] - '0'));
	octets[2] = (uint8_t)((network[2] - '0') << 4 | (network[3] - '0'));
	octets[3] = (uint8_t)(domain >> 16);
	octets[4] = (uint8_t)(domain >> 8);
	octets[5] = (uint8_t)domain;
	return isup_msg_add(iam, ISUP_P_MLPP, octets, sizeof(octets));
}

/* A category of its own says more than that the call has priority; one that is not known (0) does not. */
uint8_t iam_category(const struct leg_setup *setup)
{
	bool plain = !setup->category || setup->category == LEG_CATEGORY_ORDINARY;

	if (plain && setup->priority.kind == LEG_PRIORITY_EMERGENCY)
		return LEG_CATEGORY_IEPS;
	if (plain && setup->priority.kind == LEG_PRIORITY_PRECEDENCE &&
	    setup->priority.level < LEG_LEVEL_ROUTINE)
		return LEG_CATEGORY_PRIORITY;
	return setup->category;
}
