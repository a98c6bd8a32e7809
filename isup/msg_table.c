/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Messages of ISUP (Q.763 tables 4 and 21 to 53): mandatory fixed part in order, mandatory variable
 * part in order, optional part or none. Lengths are Q.763's less the length octet, 255 where Q.763
 * has "?"; they have a second source only (copies of Q.763's tables, another open codec). Wireshark
 * 4.0 reads what is built from these lists (tests/unit/isup/tshark_test.c).
 */
#include "isup/codec.h"

#define OPEN 255

/* A message with nothing before its optional part, with one mandatory parameter, and a group
 * supervision message. */
/* clang-format off */
#define BARE(name_, optional_) { .name = name_, .optional = optional_ }
#define FIXED(name_, optional_, code_, length_) \
	{ .name = name_, .optional = optional_, .n_fixed = 1, .fixed = { { code_, length_ } } }
#define VARIABLE(name_, optional_, code_, min_, max_) \
	{ .name = name_, .optional = optional_, .n_variable = 1, \
	  .variable = { { code_, min_, max_ } } }
#define GROUP(name_) \
	{ .name = name_, .n_fixed = 1, .n_variable = 1, \
	  .fixed = { { ISUP_P_CIRCUIT_GROUP_TYPE, 1 } }, \
	  .variable = { { ISUP_P_RANGE_STATUS, 2, 33 } } }
/* clang-format on */

static const struct isup_msg_def defs[256] = {
	[ISUP_IAM] = { .name = "IAM",
		       .optional = true,
		       .n_fixed = 4,
		       .n_variable = 1,
		       .fixed = { { ISUP_P_NCI, 1 },
				  { ISUP_P_FCI, 2 },
				  { ISUP_P_CPC, 1 },
				  { ISUP_P_TMR, 1 } },
		       .variable = { { ISUP_P_CALLED, 3, OPEN } } },
	[ISUP_SAM] = VARIABLE("SAM", true, ISUP_P_SUBSEQUENT, 2, OPEN),
	[ISUP_INR] = FIXED("INR", true, ISUP_P_INFO_REQUEST, 2),
	[ISUP_INF] = FIXED("INF", true, ISUP_P_INFORMATION, 2),
	[ISUP_COT] = FIXED("COT", false, ISUP_P_CONTINUITY, 1),
	[ISUP_ACM] = FIXED("ACM", true, ISUP_P_BCI, 2),
	[ISUP_CON] = FIXED("CON", true, ISUP_P_BCI, 2),
	[ISUP_FOT] = BARE("FOT", true),
	[ISUP_ANM] = BARE("ANM", true),
	[ISUP_REL] = VARIABLE("REL", true, ISUP_P_CAUSE, 2, OPEN),
	[ISUP_SUS] = FIXED("SUS", true, ISUP_P_SUSPEND_RESUME, 1),
	[ISUP_RES] = FIXED("RES", true, ISUP_P_SUSPEND_RESUME, 1),
	[ISUP_RLC] = BARE("RLC", true),
	[ISUP_CCR] = BARE("CCR", false),
	[ISUP_RSC] = BARE("RSC", false),
	[ISUP_BLO] = BARE("BLO", false),
	[ISUP_UBL] = BARE("UBL", false),
	[ISUP_BLA] = BARE("BLA", false),
	[ISUP_UBA] = BARE("UBA", false),
	/* The range alone. A status that follows is no error of Q.764 2.9.5 and is kept. */
	[ISUP_GRS] = VARIABLE("GRS", false, ISUP_P_RANGE_STATUS, 1, 33),
	[ISUP_CGB] = GROUP("CGB"),
	[ISUP_CGU] = GROUP("CGU"),
	[ISUP_CGBA] = GROUP("CGBA"),
	[ISUP_CGUA] = GROUP("CGUA"),
	[ISUP_GRA] = VARIABLE("GRA", false, ISUP_P_RANGE_STATUS, 2, 33),
	[ISUP_CPG] = FIXED("CPG", true, ISUP_P_EVENT_INFO, 1),
	[ISUP_USR] = VARIABLE("USR", true, ISUP_P_UUI, 1, 129),
	[ISUP_UCIC] = BARE("UCIC", false),
	[ISUP_CFN] = VARIABLE("CFN", true, ISUP_P_CAUSE, 2, OPEN),
};

const struct isup_msg_def *isup_msg_def(uint8_t type)
{
	return defs[type].name ? &defs[type] : NULL;
}

const char *isup_type_name(uint8_t type)
{
	return defs[type].name;
}
