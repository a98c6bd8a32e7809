/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Variants of ISUP: what a standard or a nation has beside or instead of Q.763, each with its public
 * source. Without a source a nation is not here. The texts themselves are not here: rows whose
 * contents no source describes are octets.
 */
#include <errno.h>
#include <string.h>

#include "isup/codec.h"
#include "isup/table_private.h"

/*
 * T1.113.3: the called number follows the user service information; CRM has no optional part.
 * Messages by Yate and Wireshark; where they disagree (CRM) Wireshark's form is read.
 */
static const struct isup_msg_row ansi_messages[] = {
	{ ISUP_IAM,
	  { .name = "IAM",
	    .optional = true,
	    .n_fixed = 3,
	    .n_variable = 2,
	    .fixed = { { ISUP_P_NCI, 1 }, { ISUP_P_FCI, 2 }, { ISUP_P_CPC, 1 } },
	    .variable = { { ISUP_P_USI, 2, OPEN }, { ISUP_P_CALLED, 3, OPEN } } } },
	{ ISUP_RLC, BARE("RLC", false) },
	{ ISUP_CRA, BARE("CRA", false) },
	{ ISUP_CRM, FIXED("CRM", false, ISUP_P_NCI, 1) },
	{ ISUP_CVR,
	  { .name = "CVR",
	    .optional = true,
	    .n_fixed = 2,
	    .fixed = { { ISUP_P_CIRCUIT_VALIDATION, 1 },
		       { ISUP_P_CIRCUIT_GROUP_CHARACTERISTICS, 1 } } } },
	{ ISUP_CVT, BARE("CVT", false) },
	{ ISUP_EXM, BARE("EXM", true) },
};

/* RFC 3398 13: no SAM, no CON. Facilities by libss7, which sends none in ANSI. */
static const uint8_t ansi_never[] = { ISUP_SAM, ISUP_CON, ISUP_FAR, ISUP_FAA, ISUP_FRJ, 0 };

static const char *const no_yes[] = { "no", "yes" };
static const char *const end_to_end[] = { "none", "pass-along", "SCCP", "pass-along and SCCP" };
static const char *const sccp[] = { "no indication", "connectionless", "connection oriented",
				    "connectionless and connection oriented" };
static const char *const access_kind[] = { "non-ISDN", "ISDN" };
static const char *const echo_control[] = { "not included", "included" };
static const char *const charge[] = { "no indication", "no charge", "charge" };
static const char *const called_status[] = { "no indication", "subscriber free", NULL,
					     "excessive delay" };
static const char *const called_category[] = { "no indication", "ordinary", "payphone" };
static const struct isup_field ansi_bci_fields[] = {
	NAMED("charge", 0, 0, 2, charge),
	NAMED("called party's status", 0, 2, 2, called_status),
	NAMED("called party's category", 0, 4, 2, called_category),
	NAMED("end-to-end method", 0, 6, 2, end_to_end),
	NAMED("interworking", 1, 0, 1, no_yes),
	NAMED("IAM segmentation", 1, 1, 1, no_yes),
	NAMED("ISUP all the way", 1, 2, 1, no_yes),
	NAMED("holding requested", 1, 3, 1, no_yes),
	NAMED("terminating access", 1, 4, 1, access_kind),
	NAMED("incoming echo control device", 1, 5, 1, echo_control),
	NAMED("SCCP method", 1, 6, 2, sccp),
};

static const char *const name_presentation[] = { "allowed", "restricted", "blocking toggle",
						 "no indication" };
static const char *const name_availability[] = { "available", "not available" };
static const char *const name_type[] = { NULL, "calling", "original called", "redirecting",
					 "connected" };
static const struct isup_field name_fields[] = {
	NAMED("presentation", 0, 0, 2, name_presentation),
	NAMED("availability", 0, 4, 1, name_availability),
	NAMED("type", 0, 5, 3, name_type),
};

static const struct isup_field group_fields[] = {
	PLAIN("party selector", 0, 0, 4),
	PLAIN("line privileges indicator", 0, 4, 1),
	PLAIN("identifier type", 0, 5, 1),
	PLAIN("attendant", 0, 6, 1),
};

/* Wireshark, Yate */
static const char *const carrier[] = { "unknown", "analog", "digital", "digital and analog" };
static const char *const double_seizing[] = { "none", "odd circuits", "even circuits",
					      "all circuits" };
static const char *const alarm_carrier[] = { "default", "software", "hardware" };
static const char *const check[] = { "unknown", "none", "statistical", "per call" };
static const struct isup_field characteristics_fields[] = {
	NAMED("carrier", 0, 0, 2, carrier),
	NAMED("double seizing control", 0, 2, 2, double_seizing),
	NAMED("alarm carrier", 0, 4, 2, alarm_carrier),
	NAMED("continuity check", 0, 6, 2, check),
};
static const char *const validation[] = { "failed", "successful" };
static const struct isup_field validation_fields[] = { NAMED("response", 0, 0, 2, validation) };

/* Yate */
static const char *const line[100] = { [0] = "ordinary",
				       [1] = "multiparty",
				       [2] = "ANI failure",
				       [6] = "hotel room",
				       [7] = "coinless",
				       [8] = "interLATA restricted",
				       [10] = "test call",
				       [20] = "AIOD listed number",
				       [23] = "coin or non-coin",
				       [24] = "800 service",
				       [27] = "coin",
				       [68] = "interLATA restricted hotel",
				       [95] = "test call" };
static const struct isup_field line_fields[] = { NAMED("line", 0, 0, 8, line) };

static const struct isup_field octet_fields[] = { PLAIN("value", 0, 0, 8) };

/* T1.113.3 */
static const struct isup_param_row ansi_params[] = {
	{ ISUP_P_BCI,
	  FIELDS("backward call indicators", 2, 2, 0, isup_brief_bci, ansi_bci_fields) },
	{ ISUP_P_CAUSE,
	  PRINTED("cause indicators", 2, OPEN, isup_print_ansi_cause, isup_brief_cause) },
	{ ISUP_P_TNS,
	  PRINTED("transit network selection", 4, OPEN, isup_print_ansi_network, NULL) },
	{ ISUP_P_OPERATOR_SERVICES,
	  PRINTED("operator services information", 1, OPEN, isup_print_services, NULL) },
	{ ISUP_P_EGRESS, PRINTED("egress service", 1, OPEN, isup_print_text, NULL) },
	{ ISUP_P_JURISDICTION,
	  PRINTED("jurisdiction information", 3, 3, isup_print_jurisdiction, NULL) },
	{ ISUP_P_CARRIER_IDENTIFICATION,
	  PRINTED("carrier identification", 3, 3, isup_print_ansi_network, NULL) },
	{ ISUP_P_BUSINESS_GROUP,
	  { "business group", 7, OPEN, 0, isup_print_group, NULL, COUNT(group_fields),
	    group_fields } },
	{ ISUP_P_GENERIC_NAME,
	  { "generic name", 1, OPEN, 0, isup_print_name, NULL, COUNT(name_fields), name_fields } },
	{ ISUP_P_NOTIFICATION, FIELDS("notification indicator", 1, OPEN, 0, NULL, octet_fields) },
	{ ISUP_P_CIRCUIT_GROUP_CHARACTERISTICS,
	  FIELDS("circuit group characteristics", 1, 1, 0xff, NULL, characteristics_fields) },
	{ ISUP_P_CIRCUIT_VALIDATION,
	  FIELDS("circuit validation response", 1, 1, 0x03, isup_brief_fields, validation_fields) },
	{ ISUP_P_TRUNK_GROUP, OCTETS("outgoing trunk group number", 1, OPEN) },
	{ ISUP_P_CIRCUIT_NAME,
	  PRINTED("circuit identification name", 1, OPEN, isup_print_text, NULL) },
	{ ISUP_P_CLLI, PRINTED("CLLI code", 1, OPEN, isup_print_text, NULL) },
	{ ISUP_P_OLI, FIELDS("originating line information", 1, 1, 0xff, NULL, line_fields) },
	{ ISUP_P_CHARGE_NUMBER, NUMBER("charge number", 2, NULL) },
	{ ISUP_P_SERVICE_CODE, FIELDS("service code", 1, 1, 0xff, NULL, octet_fields) },
	{ ISUP_P_SPECIAL_PROCESSING,
	  FIELDS("special processing request", 1, 1, 0xff, NULL, octet_fields) },
	{ ISUP_P_CARRIER_SELECTION,
	  FIELDS("carrier selection information", 1, 1, 0xff, NULL, octet_fields) },
	{ ISUP_P_NETWORK_TRANSPORT, OCTETS("network transport", 1, OPEN) },
};

/* NICC ND 1007 3.2 */
static const char *const cli_blocking[] = { "blocked", "allowed" };
static const struct isup_field national_fci_fields[] = {
	NAMED("CLI", 0, 0, 1, cli_blocking),
	NAMED("network translated address", 0, 1, 1, no_yes),
	NAMED("IUP priority access", 0, 2, 1, no_yes),
	NAMED("IUP protection", 0, 3, 1, no_yes),
};
static const struct isup_param_row uk_params[] = {
	{ 0xf4, OCTETS("national forward call indicators, link by link", 1, OPEN) },
	{ 0xf5, OCTETS("national information indicators", 1, OPEN) },
	{ 0xf6, OCTETS("national information request indicators", 1, OPEN) },
	{ 0xf7, OCTETS("called subscriber's terminating facility marks", 1, OPEN) },
	{ 0xf8, OCTETS("calling subscriber's originating facility marks", 1, OPEN) },
	{ 0xf9, OCTETS("calling subscriber's basic service marks", 1, OPEN) },
	{ 0xfa, OCTETS("called subscriber's basic service marks", 1, OPEN) },
	{ 0xfb, OCTETS("partial CLI", 1, OPEN) },
	{ ISUP_P_LAST_DIVERTING, NUMBER("last diverting line identity", 2, NULL) },
	{ ISUP_P_PRESENTATION_NUMBER, NUMBER("presentation number", 2, NULL) },
	{ 0xfe, FIELDS("national forward call indicators", 2, 2, 0, NULL, national_fci_fields) },
};

static const struct isup_msg_row russia_messages[] = {
	{ 0xfc, OPAQUE("CCL") }, /* calling party clearing */
	{ 0xff, OPAQUE("RNG") }, /* ringing */
};

static const struct isup_msg_row japan_messages[] = {
	{ 0xfe, BARE("CHG", true) }, /* charge information */
};
static const char *const clip_failure[] = { NULL, "user's request",
					    "interaction with other service", "public telephone" };
static const struct isup_field clip_failure_fields[] = { NAMED("reason", 0, 0, 7, clip_failure) };
static const char *const charge_type[256] = {
	[3] = "advanced charge rate transfer", [254] = "charge rate transfer"
};
static const struct isup_field charge_type_fields[] = { NAMED("type", 0, 0, 8, charge_type) };
static const char *const emergency[] = { "no specific category" };
static const struct isup_field emergency_fields[] = { NAMED("type", 0, 0, 2, emergency) };
static const char *const emergency_hold[] = { "no indication", "holding",
					      "call back from the emergency centre", "re-answer" };
static const struct isup_field emergency_hold_fields[] = {
	NAMED("hold at disconnection", 0, 0, 2, emergency_hold),
};
static const struct isup_param_row japan_params[] = {
	{ 0xd7, FIELDS("emergency call indicator", 1, OPEN, 0, NULL, emergency_fields) },
	{ 0xec,
	  FIELDS("emergency call information indicator", 2, OPEN, 0, NULL, emergency_hold_fields) },
	{ 0xee, OCTETS("network POI-CA", 3, OPEN) },
	{ 0xf1, OCTETS("carrier information transfer", 1, OPEN) },
	{ 0xf2, OCTETS("charge information delay", 1, OPEN) },
	{ 0xf3, OCTETS("additional party's category", 2, OPEN) },
	{ 0xf5, REPEATED("reason for CLIP failure", NULL, 0, clip_failure_fields) },
	{ ISUP_P_CONTRACTOR_NUMBER, NUMBER("contractor number", 2, NULL) },
	{ 0xfa, FIELDS("charge information type", 1, 1, 0xff, NULL, charge_type_fields) },
	{ 0xfb, OCTETS("charge information", 1, OPEN) },
	{ 0xfd, OCTETS("charge area information", 1, OPEN) },
};

static const struct isup_msg_row france_messages[] = {
	{ 0xe1, OPAQUE("CHP") }, /* charging pulse */
	{ 0xe2, OPAQUE("CHA") }, /* charging acknowledgement */
};

static const struct isup_msg_row israel_messages[] = {
	{ 0xe8, OPAQUE("BCM") }, /* backward charging */
	{ 0xe9, OPAQUE("TCM") }, /* traffic change */
	{ 0xea, OPAQUE("CAM") }, /* charge acknowledgement */
};

/*
 * EN 300 356-1 clause 1: what Q.763 marks for national use is not part of the international
 * interface. The marks are those of Wireshark 4.0's tables (its value strings end with "(national
 * use)").
 */
static const uint8_t national_messages[] = { ISUP_INR, ISUP_INF, ISUP_LPA,  ISUP_PAM,
					     ISUP_CQM, ISUP_CQR, ISUP_UCIC, ISUP_OLM,
					     ISUP_CRG, ISUP_SDN, 0 };
static const uint8_t national_params[] = { ISUP_P_CALL_REFERENCE,
					   ISUP_P_INFO_REQUEST,
					   ISUP_P_INFORMATION,
					   ISUP_P_POINT_CODE,
					   ISUP_P_TNS,
					   ISUP_P_CIRCUIT_STATE,
					   ISUP_P_NETWORK_FACILITY,
					   ISUP_P_REMOTE_OPERATIONS,
					   ISUP_P_REDIRECT_CAPABILITY,
					   ISUP_P_CHARGED_PARTY,
					   ISUP_P_REDIRECT_COUNTER,
					   ISUP_P_GENERIC_DIGITS,
					   0 };

/* Q.767 tables C-3 and C-4 by osmo_ss7 (include/isup.hrl), without what those mark for national use. */
static const uint8_t q767_messages[] = { ISUP_IAM,  ISUP_SAM,  ISUP_COT, ISUP_ACM, ISUP_CON,
					 ISUP_FOT,  ISUP_ANM,  ISUP_REL, ISUP_SUS, ISUP_RES,
					 ISUP_RLC,  ISUP_CCR,  ISUP_RSC, ISUP_BLO, ISUP_UBL,
					 ISUP_BLA,  ISUP_UBA,  ISUP_GRS, ISUP_CGB, ISUP_CGU,
					 ISUP_CGBA, ISUP_CGUA, ISUP_FAR, ISUP_FAA, ISUP_FRJ,
					 ISUP_GRA,  ISUP_CPG,  ISUP_USR, ISUP_CFN, 0 };
static const uint8_t q767_params[] = { ISUP_P_TMR,
				       ISUP_P_ACCESS_TRANSPORT,
				       ISUP_P_CALLED,
				       ISUP_P_SUBSEQUENT,
				       ISUP_P_NCI,
				       ISUP_P_FCI,
				       ISUP_P_OFCI,
				       ISUP_P_CPC,
				       ISUP_P_CALLING,
				       ISUP_P_REDIRECTING,
				       ISUP_P_REDIRECTION_NUMBER,
				       ISUP_P_CONNECTION_REQUEST,
				       ISUP_P_CONTINUITY,
				       ISUP_P_BCI,
				       ISUP_P_CAUSE,
				       ISUP_P_REDIRECTION_INFO,
				       ISUP_P_CIRCUIT_GROUP_TYPE,
				       ISUP_P_RANGE_STATUS,
				       ISUP_P_FACILITY_INDICATOR,
				       ISUP_P_CUG_INTERLOCK,
				       ISUP_P_USI,
				       ISUP_P_UUI,
				       ISUP_P_CONNECTED,
				       ISUP_P_SUSPEND_RESUME,
				       ISUP_P_EVENT_INFO,
				       ISUP_P_ACL,
				       ISUP_P_ORIGINAL_CALLED,
				       ISUP_P_OBCI,
				       ISUP_P_UUS,
				       0 };

#define ROWS(messages, params) COUNT(messages), COUNT(params), messages, params
#define MESSAGES(messages)     COUNT(messages), 0, messages, NULL
#define PARAMS(params)	       0, COUNT(params), NULL, params

static const struct isup_variant_def variants[ISUP_VARIANTS] = {
	[ISUP_ITU] = { "itu", "Q.763 by Wireshark and Yate", 0x0fff, 0, 0, NULL, NULL },
	[ISUP_ANSI] = { "ansi", "T1.113 by Wireshark, Yate and libss7", 0x3fff,
			ROWS(ansi_messages, ansi_params), .never_messages = ansi_never,
			.early_progress = true },
	[ISUP_UK] = { "uk", "NICC ND 1007 (2001/07) by Yate, libs/ysig", 0x0fff,
		      PARAMS(uk_params) },
	[ISUP_RUSSIA] = { "russia", "Wireshark, packet-isup.c, Russian variant", 0x0fff,
			  MESSAGES(russia_messages) },
	[ISUP_JAPAN] = { "japan", "Wireshark, packet-isup.c, Japanese variant (TTC JT-Q763)",
			 0x0fff, ROWS(japan_messages, japan_params), .early_progress = true },
	[ISUP_FRANCE] = { "france", "SPIROU 1998 by Wireshark, packet-isup.c, French variant",
			  0x0fff, MESSAGES(france_messages) },
	[ISUP_ISRAEL] = { "israel", "Wireshark, packet-isup.c, Israeli variant (its bug 4231)",
			  0x0fff, MESSAGES(israel_messages) },
	[ISUP_ETSI] = { .name = "etsi",
			.source = "EN 300 356-1 clause 1, Q.763's marks by Wireshark",
			.cic_max = 0x0fff,
			.never_messages = national_messages,
			.never_params = national_params },
	[ISUP_Q767] = { .name = "q767",
			.source = "Q.767 tables C-3 and C-4 by osmo_ss7, include/isup.hrl",
			.cic_max = 0x0fff,
			.only_messages = q767_messages,
			.only_params = q767_params },
};

const struct isup_variant_def *isup_variant_def(uint8_t variant)
{
	return &variants[variant < ISUP_VARIANTS ? variant : ISUP_ITU];
}

/* A list ends with 0, which is neither a message nor a parameter. */
static bool listed(const uint8_t *list, uint8_t code)
{
	while (*list && *list != code)
		list++;
	return *list;
}

const struct isup_msg_def *isup_msg_def(uint8_t variant, uint8_t type)
{
	const struct isup_variant_def *v = isup_variant_def(variant);

	for (size_t i = 0; i < v->n_messages; i++)
		if (v->messages[i].type == type)
			return &v->messages[i].def;
	if ((v->only_messages && !listed(v->only_messages, type)) ||
	    (v->never_messages && listed(v->never_messages, type)))
		return NULL;
	return isup_itu_messages[type].name ? &isup_itu_messages[type] : NULL;
}

const struct isup_param_def *isup_param_def(uint8_t variant, uint8_t code)
{
	const struct isup_variant_def *v = isup_variant_def(variant);

	for (size_t i = 0; i < v->n_params; i++)
		if (v->params[i].code == code)
			return &v->params[i].def;
	if ((v->only_params && !listed(v->only_params, code)) ||
	    (v->never_params && listed(v->never_params, code)))
		return NULL;
	return isup_itu_params[code].name ? &isup_itu_params[code] : NULL;
}

const char *isup_type_name_as(enum isup_variant variant, uint8_t type)
{
	const struct isup_msg_def *def = isup_msg_def((uint8_t)variant, type);

	return def ? def->name : NULL;
}

const char *isup_param_name_as(enum isup_variant variant, uint8_t code)
{
	const struct isup_param_def *def = isup_param_def((uint8_t)variant, code);

	return def ? def->name : NULL;
}

const char *isup_type_name(uint8_t type)
{
	const char *name = isup_type_name_as(ISUP_ITU, type);

	return name ? name : isup_type_name_as(ISUP_ANSI, type);
}

const char *isup_param_name(uint8_t code)
{
	return isup_param_name_as(ISUP_ITU, code);
}

const char *isup_variant_name(unsigned variant)
{
	return variant < ISUP_VARIANTS ? variants[variant].name : NULL;
}

const char *isup_variant_source(unsigned variant)
{
	return variant < ISUP_VARIANTS ? variants[variant].source : NULL;
}

int isup_variant_of(const char *name)
{
	for (int i = 0; i < ISUP_VARIANTS; i++)
		if (strcmp(variants[i].name, name) == 0)
			return i;
	return -EINVAL;
}
