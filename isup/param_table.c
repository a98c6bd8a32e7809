/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Parameters of ISUP (Q.763 table 5 and clause 3; the clause stands beside each row or its fields):
 * name, lengths of the contents as in Q.763's message tables less name and length octet (255 where
 * Q.763 has "?"), and how the contents print. A row without fields prints as octets. Codes, names,
 * bit places and values were compared with Wireshark 4.0's dissector. Lengths, the bits of 3.6,
 * 3.31 and 3.32, and the rows marked so have a second source only.
 */
#include "isup/codec.h"

#define OPEN	     255
#define COUNT(array) (uint8_t)(sizeof(array) / sizeof *(array))

/* A field whose values have names, and one that is a plain number; the shift counts from bit A. */
#define NAMED(name, octet, shift, width, values)                                                   \
	{                                                                                          \
		name, octet, shift, width, COUNT(values), values                                   \
	}
#define PLAIN(name, octet, shift, width)                                                           \
	{                                                                                          \
		name, octet, shift, width, 0, NULL                                                 \
	}

static const char *const no_yes[] = { "no", "yes" };
static const char *const no_indication[] = { "no indication", "yes" };
static const char *const end_to_end[] = { "none", "pass-along", "SCCP", "pass-along and SCCP" };
static const char *const sccp[] = { "no indication", "connectionless", "connection oriented",
				    "connectionless and connection oriented" };
static const char *const isdn_access[] = { "non-ISDN", "ISDN" };
static const char *const echo_control[] = { "not included", "included" };

/* 3.35 */
static const char *const satellite[] = { "none", "one", "two" };
static const char *const continuity_check[] = { "not required", "required on this circuit",
						"performed on a previous circuit" };
static const struct isup_field nci_fields[] = {
	NAMED("satellite", 0, 0, 2, satellite),
	NAMED("continuity check", 0, 2, 2, continuity_check),
	NAMED("outgoing echo control device", 0, 4, 1, echo_control),
};

/* 3.23; bits M and N by Q.769.1 */
static const char *const national_call[] = { "national", "international" };
static const char *const preference[] = { "preferred", "not required", "required" };
static const struct isup_field fci_fields[] = {
	NAMED("call treated as", 0, 0, 1, national_call),
	NAMED("end-to-end method", 0, 1, 2, end_to_end),
	NAMED("interworking", 0, 3, 1, no_yes),
	NAMED("end-to-end information", 0, 4, 1, no_yes),
	NAMED("ISUP all the way", 0, 5, 1, no_yes),
	NAMED("ISUP preference", 0, 6, 2, preference),
	NAMED("originating access", 1, 0, 1, isdn_access),
	NAMED("SCCP method", 1, 1, 2, sccp),
	NAMED("number translated", 1, 4, 1, no_yes),
	NAMED("query on release", 1, 5, 1, no_yes),
};

/* 3.38 */
static const char *const cug_call[] = { "non-CUG", NULL, "CUG, outgoing access allowed",
					"CUG, outgoing access not allowed" };
static const struct isup_field ofci_fields[] = {
	NAMED("closed user group call", 0, 0, 2, cug_call),
	NAMED("simple segmentation", 0, 2, 1, no_yes),
	NAMED("connected line identity request", 0, 7, 1, no_yes),
};

/* 3.11 */
static const char *const category[] = {
	[0] = "unknown",
	[1] = "operator French",
	[2] = "operator English",
	[3] = "operator German",
	[4] = "operator Russian",
	[5] = "operator Spanish",
	[10] = "ordinary",
	[11] = "priority",
	[12] = "data",
	[13] = "test",
	[14] = "emergency preference",
	[15] = "payphone",
	[16] = "mobile home",
	[17] = "mobile visited",
};
static const struct isup_field cpc_fields[] = { NAMED("category", 0, 0, 8, category) };

/* 3.54, 3.55, 3.56 */
static const char *const medium[] = { "speech",
				      NULL,
				      "64 kbit/s unrestricted",
				      "3.1 kHz audio",
				      "alternate speech/64 kbit/s",
				      "alternate 64 kbit/s/speech",
				      "64 kbit/s preferred",
				      "2x64 kbit/s unrestricted",
				      "384 kbit/s unrestricted",
				      "1536 kbit/s unrestricted",
				      "1920 kbit/s unrestricted" };
static const struct isup_field medium_fields[] = { NAMED("medium", 0, 0, 8, medium) };

/* 3.5 */
static const char *const charge[] = { "no indication", "no charge", "charge" };
static const char *const called_status[] = { "no indication", "subscriber free",
					     "connect when free" };
static const char *const called_category[] = { "no indication", "ordinary", "payphone" };
static const struct isup_field bci_fields[] = {
	NAMED("charge", 0, 0, 2, charge),
	NAMED("called party's status", 0, 2, 2, called_status),
	NAMED("called party's category", 0, 4, 2, called_category),
	NAMED("end-to-end method", 0, 6, 2, end_to_end),
	NAMED("interworking", 1, 0, 1, no_yes),
	NAMED("end-to-end information", 1, 1, 1, no_yes),
	NAMED("ISUP all the way", 1, 2, 1, no_yes),
	NAMED("holding requested", 1, 3, 1, no_yes),
	NAMED("terminating access", 1, 4, 1, isdn_access),
	NAMED("incoming echo control device", 1, 5, 1, echo_control),
	NAMED("SCCP method", 1, 6, 2, sccp),
};

/* 3.37 */
static const struct isup_field obci_fields[] = {
	NAMED("in-band", 0, 0, 1, no_indication),
	NAMED("call diversion may occur", 0, 1, 1, no_indication),
	NAMED("simple segmentation", 0, 2, 1, no_yes),
	NAMED("MLPP user", 0, 3, 1, no_indication),
};

/* 3.21 */
static const char *const event[] = { NULL,
				     "alerting",
				     "progress",
				     "in-band information",
				     "forwarded on busy",
				     "forwarded on no reply",
				     "forwarded unconditional" };
static const struct isup_field event_fields[] = {
	NAMED("event", 0, 0, 7, event),
	NAMED("presentation restricted", 0, 7, 1, no_yes),
};

/* 3.45 */
static const char *const redirecting[] = { "none",
					   "rerouted",
					   "rerouted, all restricted",
					   "diverted",
					   "diverted, all restricted",
					   "rerouted, number restricted",
					   "diverted, number restricted" };
static const char *const reason[] = { "unknown",
				      "user busy",
				      "no reply",
				      "unconditional",
				      "deflection during alerting",
				      "deflection immediate",
				      "mobile not reachable" };
static const struct isup_field redirection_fields[] = {
	NAMED("indicator", 0, 0, 3, redirecting),
	NAMED("original reason", 0, 4, 4, reason),
	PLAIN("counter", 1, 0, 3),
	NAMED("reason", 1, 4, 4, reason),
};

/* 3.13 */
static const char *const group_type[] = { "maintenance", "hardware" };
static const struct isup_field group_type_fields[] = { NAMED("type", 0, 0, 2, group_type) };

/* 3.52 */
static const char *const initiated[] = { "user", "network" };
static const struct isup_field suspend_fields[] = { NAMED("initiated by", 0, 0, 1, initiated) };

/* 3.18 */
static const char *const continuity[] = { "failed", "successful" };
static const struct isup_field continuity_fields[] = { NAMED("continuity", 0, 0, 1, continuity) };

/* 3.29 */
static const struct isup_field info_request_fields[] = {
	NAMED("calling party address requested", 0, 0, 1, no_yes),
	NAMED("holding", 0, 1, 1, no_yes),
	NAMED("calling party's category requested", 0, 3, 1, no_yes),
	NAMED("charge information requested", 0, 4, 1, no_yes),
	NAMED("malicious call identification requested", 0, 7, 1, no_yes),
};

/* 3.28 */
static const char *const address_response[] = { "not included", "not available", NULL, "included" };
static const struct isup_field information_fields[] = {
	NAMED("calling party address", 0, 0, 2, address_response),
	NAMED("hold provided", 0, 2, 1, no_yes),
	NAMED("calling party's category included", 0, 5, 1, no_yes),
	NAMED("charge information included", 0, 6, 1, no_yes),
	NAMED("unsolicited", 0, 7, 1, no_yes),
};

/* 3.57, coded as Q.931 4.5.5 */
static const char *const coding[] = { "ITU-T", "ISO/IEC", "national", "network" };
static const char *const transfer[32] = { [0] = "speech",
					  [8] = "unrestricted digital",
					  [9] = "restricted digital",
					  [16] = "3.1 kHz audio",
					  [17] = "unrestricted digital with tones",
					  [24] = "video" };
static const char *const transfer_rate[32] = {
	[16] = "64 kbit/s",   [17] = "2x64 kbit/s", [19] = "384 kbit/s",
	[21] = "1536 kbit/s", [23] = "1920 kbit/s", [24] = "multirate"
};
static const char *const transfer_mode[] = { "circuit", NULL, "packet" };
static const struct isup_field usi_fields[] = {
	NAMED("coding standard", 0, 5, 2, coding),
	NAMED("transfer capability", 0, 0, 5, transfer),
	NAMED("transfer mode", 1, 5, 2, transfer_mode),
	NAMED("transfer rate", 1, 0, 5, transfer_rate),
};

/* 3.61: the first octet is Q.931's protocol discriminator */
static const char *const discriminator[] = { "user-specific", "OSI", "X.244", "system management",
					     "IA5" };
static const struct isup_field uui_fields[] = { NAMED("protocol discriminator", 0, 0, 8,
						      discriminator) };

/* 3.60: request form; in a response (bit A) the same bits tell whether the service is provided */
static const char *const uus_type[] = { "request", "response" };
static const struct isup_field uu_fields[] = {
	NAMED("type", 0, 0, 1, uus_type),
	PLAIN("service 1", 0, 1, 2),
	PLAIN("service 2", 0, 3, 2),
	PLAIN("service 3", 0, 5, 2),
	NAMED("discarded by network", 0, 7, 1, no_yes),
};

/* 3.25 */
static const char *const notification[128] = { [0] = "user suspended",
					       [1] = "user resumed",
					       [2] = "bearer service change",
					       [4] = "call completion delay",
					       [66] = "conference established",
					       [67] = "conference disconnected",
					       [68] = "other party added",
					       [69] = "isolated",
					       [70] = "reattached",
					       [71] = "other party isolated",
					       [72] = "other party reattached",
					       [73] = "other party split",
					       [74] = "other party disconnected",
					       [75] = "conference floating",
					       [96] = "call is a waiting call",
					       [104] = "diversion activated",
					       [105] = "call transfer, alerting",
					       [106] = "call transfer, active",
					       [121] = "remote hold",
					       [122] = "remote retrieval",
					       [123] = "call is diverting" };
static const struct isup_field notification_fields[] = { NAMED("notification", 0, 0, 7,
							       notification) };

/* 3.22 */
static const char *const facility[] = { NULL, NULL, "user-to-user service" };
static const struct isup_field facility_fields[] = { NAMED("facility", 0, 0, 8, facility) };
static const struct isup_field hop_fields[] = { PLAIN("hops left", 0, 0, 5) };
/* 3.4 */
static const struct isup_field congestion_fields[] = { PLAIN("level", 0, 0, 8) };
/* 3.2 */
static const char *const delivery[] = { "set-up message generated", "no set-up message generated" };
static const struct isup_field delivery_fields[] = { NAMED("access delivery", 0, 0, 1, delivery) };

/* 3.6 */
static const char *const subscription[] = { "unknown", "not allowed", "allowed, with number",
					    "allowed, without number" };
static const struct isup_field diversion_fields[] = {
	NAMED("notification subscription", 0, 0, 3, subscription),
	NAMED("reason", 0, 3, 4, reason),
};

/* 3.19 */
static const char *const echo_device[] = { "no information", "not included and not available",
					   "included", "not included but available" };
static const char *const echo_request[] = { "no information", "activation", "deactivation" };
static const struct isup_field echo_fields[] = {
	NAMED("outgoing device", 0, 0, 2, echo_device),
	NAMED("incoming device", 0, 2, 2, echo_device),
	NAMED("outgoing device request", 0, 4, 2, echo_request),
	NAMED("incoming device request", 0, 6, 2, echo_request),
};

/* 3.33 */
static const char *const interpretation[] = { "transit", "end node" };
static const struct isup_field message_compatibility_fields[] = {
	NAMED("interpretation", 0, 0, 1, interpretation),
	NAMED("release call", 0, 1, 1, no_yes),
	NAMED("send notification", 0, 2, 1, no_yes),
	NAMED("discard message", 0, 3, 1, no_yes),
	NAMED("pass on not possible: discard", 0, 4, 1, no_yes),
};

/* 3.41: the first upgraded parameter and its instructions; more of them follow as octets */
static const char *const not_possible[] = { "release call", "discard message", "discard parameter",
					    "release call" };
static const struct isup_field parameter_compatibility_fields[] = {
	PLAIN("upgraded parameter", 0, 0, 8),
	NAMED("interpretation", 1, 0, 1, interpretation),
	NAMED("release call", 1, 1, 1, no_yes),
	NAMED("send notification", 1, 2, 1, no_yes),
	NAMED("discard message", 1, 3, 1, no_yes),
	NAMED("discard parameter", 1, 4, 1, no_yes),
	NAMED("pass on not possible", 1, 5, 2, not_possible),
};

/* 3.31, 3.32 */
static const struct isup_field mcid_request_fields[] = {
	NAMED("MCID requested", 0, 0, 1, no_yes),
	NAMED("holding", 0, 1, 1, no_yes),
};
static const struct isup_field mcid_response_fields[] = {
	NAMED("MCID included", 0, 0, 1, no_yes),
	NAMED("hold provided", 0, 1, 1, no_yes),
};

/* 3.47 */
static const char *const restriction[] = { "allowed", "restricted" };
static const struct isup_field restriction_fields[] = { NAMED("presentation", 0, 0, 2,
							      restriction) };

/* 3.65, 3.67, 3.63, 3.81 */
static const struct isup_field transfer_fields[] = { PLAIN("identity", 0, 0, 8) };
static const struct isup_field loop_fields[] = {
	NAMED("type", 0, 0, 1, uus_type),
	PLAIN("response", 0, 1, 2),
};
static const struct isup_field ccss_fields[] = { NAMED("CCSS call", 0, 0, 1, no_yes) };
static const struct isup_field collect_fields[] = { NAMED("collect call requested", 0, 0, 1,
							  no_yes) };

/* 3.68 */
static const struct isup_field controls_fields[] = { NAMED("temporary alternative routing", 0, 0, 1,
							   no_yes) };

/* 3.72, 3.74, 3.76 */
static const char *const to_divert[] = { "no indication", "allowed", "not allowed" };
static const char *const to_offer[] = { "no indication", "not allowed", "allowed" };
static const char *const to_confer[] = { "no indication", "accept", "reject" };
static const struct isup_field divert_fields[] = { NAMED("call to be diverted", 0, 0, 2,
							 to_divert) };
static const struct isup_field offer_fields[] = { NAMED("call to be offered", 0, 0, 2, to_offer) };
static const struct isup_field confer_fields[] = { NAMED("conference", 0, 0, 2, to_confer) };

#define PRINTED(name, min, max, print, brief)                                                      \
	{                                                                                          \
		name, min, max, 0, print, brief, 0, NULL                                           \
	}
#define OCTETS(name, min, max)	 PRINTED(name, min, max, isup_print_octets, NULL)
#define NUMBER(name, min, brief) PRINTED(name, min, OPEN, isup_print_number, brief)
#define FIELDS(name, min, max, mask, brief, fields)                                                \
	{                                                                                          \
		name, min, max, mask, isup_print_fields, brief, COUNT(fields), fields              \
	}

static const struct isup_param_def defs[256] = {
	[0x01] = OCTETS("call reference", 5, 5), /* 3.8 */
	[ISUP_P_TMR] = FIELDS("transmission medium requirement", 1, 1, 0xff, NULL, medium_fields),
	[ISUP_P_ACCESS_TRANSPORT] = OCTETS("access transport", 1, OPEN),	 /* 3.3 */
	[ISUP_P_CALLED] = NUMBER("called party number", 3, isup_brief_number),	 /* 3.9 */
	[ISUP_P_SUBSEQUENT] = NUMBER("subsequent number", 2, isup_brief_number), /* 3.51 */
	[ISUP_P_NCI] =
		FIELDS("nature of connection indicators", 1, 1, 0, isup_brief_nci, nci_fields),
	[ISUP_P_FCI] = FIELDS("forward call indicators", 2, 2, 0, NULL, fci_fields),
	[ISUP_P_OFCI] = FIELDS("optional forward call indicators", 1, 1, 0x87, NULL, ofci_fields),
	[ISUP_P_CPC] = FIELDS("calling party's category", 1, 1, 0xff, NULL, cpc_fields),
	[ISUP_P_CALLING] = NUMBER("calling party number", 2, isup_brief_number),	  /* 3.10 */
	[ISUP_P_REDIRECTING] = NUMBER("redirecting number", 2, isup_brief_number),	  /* 3.44 */
	[ISUP_P_REDIRECTION_NUMBER] = NUMBER("redirection number", 3, isup_brief_number), /* 3.46 */
	[0x0d] = OCTETS("connection request", 5, 7),					  /* 3.17 */
	[ISUP_P_INFO_REQUEST] = FIELDS("information request indicators", 2, 2, 0,
				       isup_brief_set_flags, info_request_fields),
	[ISUP_P_INFORMATION] =
		FIELDS("information indicators", 2, 2, 0, isup_brief_set_flags, information_fields),
	[ISUP_P_CONTINUITY] =
		FIELDS("continuity indicators", 1, 1, 0x01, isup_brief_fields, continuity_fields),
	[ISUP_P_BCI] = FIELDS("backward call indicators", 2, 2, 0, isup_brief_bci, bci_fields),
	[ISUP_P_CAUSE] =
		PRINTED("cause indicators", 2, OPEN, isup_print_cause, isup_brief_cause), /* 3.12 */
	[ISUP_P_REDIRECTION_INFO] =
		FIELDS("redirection information", 1, 2, 0, NULL, redirection_fields),
	[ISUP_P_CIRCUIT_GROUP_TYPE] = FIELDS("circuit group supervision message type", 1, 1, 0x03,
					     isup_brief_fields, group_type_fields),
	[ISUP_P_RANGE_STATUS] =
		PRINTED("range and status", 1, 33, isup_print_range, isup_brief_range),
	[ISUP_P_FACILITY_INDICATOR] =
		FIELDS("facility indicator", 1, 1, 0xff, isup_brief_fields, facility_fields),
	[0x1a] = OCTETS("closed user group interlock code", 4, 4), /* 3.15 */
	[ISUP_P_USI] = FIELDS("user service information", 2, 11, 0, NULL, usi_fields),
	[0x1e] = OCTETS("signalling point code", 2, 2), /* 3.50 */
	[ISUP_P_UUI] = FIELDS("user-to-user information", 1, 129, 0, isup_brief_octets, uui_fields),
	[ISUP_P_CONNECTED] = NUMBER("connected number", 2, isup_brief_number), /* 3.16 */
	[ISUP_P_SUSPEND_RESUME] =
		FIELDS("suspend/resume indicators", 1, 1, 0x01, isup_brief_fields, suspend_fields),
	[0x23] = OCTETS("transit network selection", 2, OPEN), /* 3.53 */
	[ISUP_P_EVENT_INFO] = FIELDS("event information", 1, 1, 0, isup_brief_fields, event_fields),
	[0x25] = OCTETS("circuit assignment map", 4, 5),   /* 3.69 */
	[0x26] = OCTETS("circuit state indicator", 1, 32), /* 3.14 */
	[0x27] = FIELDS("automatic congestion level", 1, 1, 0xff, NULL, congestion_fields),
	[ISUP_P_ORIGINAL_CALLED] =
		NUMBER("original called number", 2, isup_brief_number), /* 3.39 */
	[ISUP_P_OBCI] = FIELDS("optional backward call indicators", 1, 1, 0, isup_brief_set_flags,
			       obci_fields),
	[0x2a] = FIELDS("user-to-user indicators", 1, 1, 0xff, NULL, uu_fields),
	[0x2b] = OCTETS("origination ISC point code", 2, 2), /* 3.40 */
	[0x2c] = FIELDS("generic notification indicator", 1, OPEN, 0xff, isup_brief_fields,
			notification_fields),
	[0x2d] = PRINTED("call history information", 2, 2, isup_print_delay, NULL), /* 3.7 */
	[0x2e] = FIELDS("access delivery information", 1, 1, 0x01, NULL, delivery_fields),
	[0x2f] = OCTETS("network specific facility", 2, OPEN),			       /* 3.36 */
	[0x30] = FIELDS("user service information prime", 2, 11, 0, NULL, usi_fields), /* 3.58 */
	[ISUP_P_PROPAGATION_DELAY] =
		PRINTED("propagation delay counter", 2, 2, isup_print_delay, NULL),
	[0x32] = OCTETS("remote operations", 6, OPEN),	       /* 3.48 */
	[0x33] = OCTETS("service activation", 1, OPEN),	       /* 3.49 */
	[0x34] = OCTETS("user teleservice information", 2, 3), /* 3.59 */
	[0x35] = FIELDS("transmission medium used", 1, 1, 0xff, NULL, medium_fields),
	[0x36] = FIELDS("call diversion information", 1, 1, 0x7f, NULL, diversion_fields),
	[0x37] = FIELDS("echo control information", 1, 1, 0xff, NULL, echo_fields),
	[0x38] = FIELDS("message compatibility information", 1, OPEN, 0, NULL,
			message_compatibility_fields),
	[0x39] = FIELDS("parameter compatibility information", 2, OPEN, 0, NULL,
			parameter_compatibility_fields),
	[0x3a] = OCTETS("MLPP precedence", 6, 6), /* 3.34 */
	[0x3b] = FIELDS("MCID request indicators", 1, 1, 0x03, NULL, mcid_request_fields),
	[0x3c] = FIELDS("MCID response indicators", 1, 1, 0x03, NULL, mcid_response_fields),
	[ISUP_P_HOP_COUNTER] = FIELDS("hop counter", 1, 1, 0x1f, NULL, hop_fields), /* 3.80 */
	[0x3e] = FIELDS("transmission medium requirement prime", 1, 1, 0xff, NULL, medium_fields),
	[ISUP_P_LOCATION_NUMBER] = NUMBER("location number", 2, NULL), /* 3.30 */
	[0x40] = FIELDS("redirection number restriction", 1, 1, 0x03, NULL, restriction_fields),
	[0x43] = FIELDS("call transfer reference", 1, 1, 0xff, NULL, transfer_fields),
	[0x44] = FIELDS("loop prevention indicators", 1, 1, 0x07, NULL, loop_fields),
	[ISUP_P_CALL_TRANSFER_NUMBER] = NUMBER("call transfer number", 2, NULL), /* 3.64 */
	[0x4b] = FIELDS("CCSS", 1, 1, 0x01, NULL, ccss_fields),
	[0x4c] = OCTETS("forward GVNS", 3, 26),		 /* 3.66 */
	[0x4d] = OCTETS("backward GVNS", 1, OPEN),	 /* 3.62 */
	[0x4e] = OCTETS("redirect capability", 1, OPEN), /* 3.96 */
	[0x5b] = FIELDS("network management controls", 1, OPEN, 0, NULL, controls_fields),
	[0x65] = OCTETS("correlation id", 1, OPEN), /* 3.70 */
	[0x66] = OCTETS("SCF id", 1, OPEN),	    /* 3.71 */
	[0x6e] = FIELDS("call diversion treatment indicators", 1, OPEN, 0, NULL, divert_fields),
	[ISUP_P_CALLED_IN_NUMBER] = NUMBER("called IN number", 2, NULL), /* 3.73 */
	[0x70] = FIELDS("call offering treatment indicators", 1, OPEN, 0, NULL, offer_fields),
	[0x71] = OCTETS("charged party identification", 1, OPEN), /* 3.75 */
	[0x72] = FIELDS("conference treatment indicators", 1, OPEN, 0, NULL, confer_fields),
	[0x73] = OCTETS("display information", 1, OPEN),       /* 3.77 */
	[0x74] = OCTETS("UID action indicators", 1, OPEN),     /* 3.78 */
	[0x75] = OCTETS("UID capability indicators", 1, OPEN), /* 3.79 */
	[0x77] = OCTETS("redirect counter", 1, 1),	       /* 3.97 */
	[0x78] = OCTETS("application transport", 3, OPEN),     /* 3.82 */
	[0x79] = FIELDS("collect call request", 1, 1, 0x01, NULL, collect_fields),
	[0x7a] = OCTETS("CCNR possible indicator", 1, 1),	 /* 3.83 (second source) */
	[0x7b] = OCTETS("pivot capability", 1, OPEN),		 /* 3.84 (second source) */
	[0x7c] = OCTETS("pivot routing indicators", 1, OPEN),	 /* 3.85 (second source) */
	[0x7d] = OCTETS("called directory number", 3, OPEN),	 /* 3.86 (second source) */
	[0x7f] = OCTETS("original called IN number", 2, OPEN),	 /* 3.87 (second source) */
	[0x81] = OCTETS("calling geodetic location", 1, OPEN),	 /* 3.88 */
	[ISUP_P_HTR] = OCTETS("HTR information", 2, OPEN),	 /* 3.89 (second source) */
	[0x84] = OCTETS("network routing number", 2, OPEN),	 /* 3.90 (second source) */
	[0x85] = OCTETS("QoR capability", 1, 1),		 /* 3.91 (second source) */
	[ISUP_P_PIVOT_STATUS] = OCTETS("pivot status", 1, OPEN), /* 3.92 */
	[ISUP_P_PIVOT_COUNTER] = OCTETS("pivot counter", 1, 1),	 /* 3.93 */
	[ISUP_P_PIVOT_FORWARD] = OCTETS("pivot routing forward information", 1, OPEN),	 /* 3.94 */
	[ISUP_P_PIVOT_BACKWARD] = OCTETS("pivot routing backward information", 1, OPEN), /* 3.95 */
	[ISUP_P_REDIRECT_STATUS] = OCTETS("redirect status", 1, OPEN),			 /* 3.98 */
	[ISUP_P_REDIRECT_FORWARD] = OCTETS("redirect forward information", 1, OPEN),	 /* 3.99 */
	[ISUP_P_REDIRECT_BACKWARD] = OCTETS("redirect backward information", 1, OPEN),	 /* 3.100 */
	[0x8d] = OCTETS("number portability forward information", 1,
			OPEN), /* 3.101 (second source) */
	[ISUP_P_FORWARD_CAT] = OCTETS("forward CAT indicators", 1, OPEN),
	[ISUP_P_BACKWARD_CAT] = OCTETS("backward CAT indicators", 1, OPEN),
	[ISUP_P_AUTOMATIC_REROUTING] = OCTETS("automatic re-routing", 1, OPEN),
	[ISUP_P_IEPS] = OCTETS("IEPS call information", 1, OPEN),
	[ISUP_P_VED] = OCTETS("VED information", 1, OPEN),
	[ISUP_P_GENERIC_NUMBER] = NUMBER("generic number", 3, isup_brief_number), /* 3.26 */
	[0xc1] = OCTETS("generic digits", 2, OPEN),				  /* 3.24 */
};

const struct isup_param_def *isup_param_def(uint8_t variant, uint8_t code)
{
	(void)variant;
	return defs[code].name ? &defs[code] : NULL;
}

const char *isup_param_name(uint8_t code)
{
	return defs[code].name;
}
