/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Messages of ISUP (Q.763 tables 4 and 21 to 53): mandatory fixed part in order, mandatory variable
 * part in order, optional part or none. Lengths are Q.763's less the length octet, 255 where Q.763
 * has "?"; they have a second source only (copies of Q.763's tables, another open codec). Wireshark
 * 4.0 reads what is built from these lists (tests/unit/isup/tshark_test.c, tests/check/isup_decoder).
 */
#include "isup/codec.h"
#include "isup/table_private.h"

const struct isup_msg_def isup_itu_messages[256] = {
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
	[ISUP_FAR] = FIXED("FAR", true, ISUP_P_FACILITY_INDICATOR, 1),
	[ISUP_FAA] = FIXED("FAA", true, ISUP_P_FACILITY_INDICATOR, 1),
	[ISUP_FRJ] = { .name = "FRJ",
		       .optional = true,
		       .n_fixed = 1,
		       .n_variable = 1,
		       .fixed = { { ISUP_P_FACILITY_INDICATOR, 1 } },
		       .variable = { { ISUP_P_CAUSE, 2, OPEN } } },
	[ISUP_LPA] = BARE("LPA", false),
	/* 4.2: a message type and its message, without a pointer or name in front */
	[ISUP_PAM] = OPAQUE("PAM"),
	[ISUP_GRA] = VARIABLE("GRA", false, ISUP_P_RANGE_STATUS, 2, 33),
	/* The range alone. */
	[ISUP_CQM] = VARIABLE("CQM", false, ISUP_P_RANGE_STATUS, 1, 33),
	[ISUP_CQR] = { .name = "CQR",
		       .n_variable = 2,
		       .variable = { { ISUP_P_RANGE_STATUS, 1, 33 },
				     { ISUP_P_CIRCUIT_STATE, 1, 32 } } },
	[ISUP_CPG] = FIXED("CPG", true, ISUP_P_EVENT_INFO, 1),
	[ISUP_USR] = VARIABLE("USR", true, ISUP_P_UUI, 1, 129),
	[ISUP_UCIC] = BARE("UCIC", false),
	[ISUP_CFN] = VARIABLE("CFN", true, ISUP_P_CAUSE, 2, OPEN),
	[ISUP_OLM] = BARE("OLM", false),
	/* Its format is a national matter. */
	[ISUP_CRG] = OPAQUE("CRG"),
	[ISUP_NRM] = BARE("NRM", true),
	[ISUP_FAC] = BARE("FAC", true),
	[ISUP_UPT] = BARE("UPT", true),
	[ISUP_UPA] = BARE("UPA", true),
	[ISUP_IDR] = BARE("IDR", true),
	[ISUP_IRS] = BARE("IRS", true),
	[ISUP_SGM] = BARE("SGM", true),
	[ISUP_LOP] = BARE("LOP", true),
	[ISUP_APM] = BARE("APM", true),
	[ISUP_PRI] = BARE("PRI", true),
	[ISUP_SDN] = BARE("SDN", true),
};
