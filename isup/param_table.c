/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Parameters of ISUP (Q.763 table 5 and clause 3; the clause stands beside each row or its fields):
 * name, lengths of the contents as in Q.763's message tables less name and length octet (255 where
 * Q.763 has "?"), and how the contents print. Codes, names, bit places and values are Wireshark
 * 4.0's (tests/check/isup_decoder compares them) and Yate's. What Wireshark and Yate leave as octets
 * has its sources beside it: "BME" is Q.763 (09/97) as smartcomlab.tmit.bme.hu prints it, "NA" the
 * ISUP manual of Natural Access, "jSS7" the ISUP of Mobicents and RestComm (github.com/RestComm/jss7,
 * isup-api and isup-impl), whose constants name their clauses of Q.763, "ITS" IntelliNet's ISUP
 * header, which names the figures of Q.763 (12/99) and has their octets without the bits in them.
 * Lengths, and the bits of 3.6, 3.31 and 3.32, have a second source only.
 */
#include "isup/codec.h"
#include "isup/table_private.h"

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
	[0] = "unknown",	 [1] = "operator French",  [2] = "operator English",
	[3] = "operator German", [4] = "operator Russian", [5] = "operator Spanish",
	[10] = "ordinary",	 [11] = "priority",	   [12] = "data",
	[13] = "test",		 [14] = "IEPS preference", [15] = "payphone",
	[16] = "mobile home",	 [17] = "mobile visited",
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
				      "1920 kbit/s unrestricted",
				      [16] = "3x64 kbit/s unrestricted",
				      "4x64 kbit/s unrestricted",
				      "5x64 kbit/s unrestricted",
				      [20] = "7x64 kbit/s unrestricted",
				      "8x64 kbit/s unrestricted",
				      "9x64 kbit/s unrestricted",
				      "10x64 kbit/s unrestricted",
				      "11x64 kbit/s unrestricted",
				      "12x64 kbit/s unrestricted",
				      "13x64 kbit/s unrestricted",
				      "14x64 kbit/s unrestricted",
				      "15x64 kbit/s unrestricted",
				      "16x64 kbit/s unrestricted",
				      "17x64 kbit/s unrestricted",
				      "18x64 kbit/s unrestricted",
				      "19x64 kbit/s unrestricted",
				      "20x64 kbit/s unrestricted",
				      "21x64 kbit/s unrestricted",
				      "22x64 kbit/s unrestricted",
				      "23x64 kbit/s unrestricted",
				      [38] = "25x64 kbit/s unrestricted",
				      "26x64 kbit/s unrestricted",
				      "27x64 kbit/s unrestricted",
				      "28x64 kbit/s unrestricted",
				      "29x64 kbit/s unrestricted" };
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

/* 3.59, coded as Q.931 4.5.17 */
static const char *const interpretation_of_hlc[8] = { [4] = "first characteristics" };
static const char *const presentation_of_hlc[4] = { [1] = "high layer protocol profile" };
static const char *const teleservice[128] = { [1] = "telephony",
					      [4] = "facsimile group 2/3",
					      [33] = "facsimile group 4 class I",
					      [36] = "facsimile group 4 classes II and III",
					      [50] = "videotex",
					      [53] = "telex",
					      [56] = "message handling",
					      [65] = "OSI application",
					      [96] = "audio visual" };
static const struct isup_field teleservice_fields[] = {
	NAMED("coding standard", 0, 5, 2, coding),
	NAMED("interpretation", 0, 2, 3, interpretation_of_hlc),
	NAMED("presentation", 0, 0, 2, presentation_of_hlc),
	NAMED("characteristics", 1, 0, 7, teleservice),
};

/* 3.61: the first octet is Q.931's protocol discriminator */
static const char *const discriminator[] = { "user-specific", "OSI", "X.244", "system management",
					     "IA5" };
static const struct isup_field uui_fields[] = { NAMED("protocol discriminator", 0, 0, 8,
						      discriminator) };

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
static const char *const congestion[] = { NULL, "level 1 exceeded", "level 2 exceeded" };
static const struct isup_field congestion_fields[] = { NAMED("level", 0, 0, 8, congestion) };
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
static const char *const message_not_possible[] = { "release call", "discard message" };
static const char *const broadband[] = { "pass on", "discard message", "release call", "pass on" };
static const char *const last[] = { "continues", "last octet" };
static const struct isup_field message_compatibility_fields[] = {
	NAMED("interpretation", 0, 0, 1, interpretation),
	NAMED("release call", 0, 1, 1, no_yes),
	NAMED("send notification", 0, 2, 1, no_yes),
	NAMED("discard message", 0, 3, 1, no_yes),
	NAMED("pass on not possible", 0, 4, 1, message_not_possible),
	NAMED("broadband/narrowband", 0, 5, 2, broadband),
	NAMED("extension", 0, 7, 1, last),
};

/* 3.41: of one upgraded parameter */
static const char *const not_possible[] = { "release call", "discard message", "discard parameter",
					    "release call" };
static const struct isup_field parameter_compatibility_fields[] = {
	NAMED("interpretation", 0, 0, 1, interpretation),
	NAMED("release call", 0, 1, 1, no_yes),
	NAMED("send notification", 0, 2, 1, no_yes),
	NAMED("discard message", 0, 3, 1, no_yes),
	NAMED("discard parameter", 0, 4, 1, no_yes),
	NAMED("pass on not possible", 0, 5, 2, not_possible),
	NAMED("extension", 0, 7, 1, last),
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

/* 3.65, 3.63, 3.81 */
static const struct isup_field transfer_fields[] = { PLAIN("identity", 0, 0, 8) };
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

/* 3.62 (NA) */
static const char *const terminating_access[] = { "no information", "dedicated", "switched" };
static const struct isup_field backward_gvns_fields[] = {
	NAMED("terminating access", 0, 0, 2, terminating_access),
};

/* 3.78 (BME, NA, jSS7), 3.79 (jSS7, ITS) */
static const char *const through_connect[] = { "no indication", "through-connect both ways" };
static const char *const stop_t9[] = { "no indication", "stop or do not start" };
static const struct isup_field uid_action_fields[] = {
	NAMED("through-connection", 0, 0, 1, through_connect),
	NAMED("T9", 0, 1, 1, stop_t9),
};
static const struct isup_field uid_capability_fields[] = {
	NAMED("through-connection possible", 0, 0, 1, no_yes),
	NAMED("stopping of T9 possible", 0, 1, 1, no_yes),
};

/* 3.96, 3.97, 3.98 (jSS7, ITS) */
static const char *const redirect_possible[] = { "not used", "before ACM", "before ANM",
						 "at any time" };
static const char *const redirect_state[] = { "not used", "acknowledged", "not invoked" };
static const struct isup_field redirect_capability_fields[] = {
	NAMED("redirect possible", 0, 0, 3, redirect_possible),
};
static const struct isup_field redirect_counter_fields[] = { PLAIN("counter", 0, 0, 5) };
static const struct isup_field redirect_status_fields[] = {
	NAMED("status", 0, 0, 2, redirect_state),
};

/* 3.83 to 3.85, 3.92, 3.93 (jSS7, ITS) */
static const char *const pivot_possible[] = { "no indication", "before ACM", "before ANM",
					      "at any time" };
static const char *const to_redirection[] = { "allowed", "not allowed" };
static const char *const pivot_request[] = { "no indication", "request", "cancel",
					     "request failure",
					     "interworking to redirection prohibited" };
static const char *const pivot_state[] = { "not used", "acknowledged", "not invoked" };
static const struct isup_field ccnr_fields[] = { NAMED("CCNR possible", 0, 0, 1, no_yes) };
static const struct isup_field pivot_capability_fields[] = {
	NAMED("pivot possible", 0, 0, 3, pivot_possible),
	NAMED("interworking to redirection", 0, 6, 1, to_redirection),
};
static const struct isup_field pivot_routing_fields[] = {
	NAMED("pivot routing", 0, 0, 3, pivot_request),
};
static const struct isup_field pivot_status_fields[] = { NAMED("status", 0, 0, 2, pivot_state) };
static const struct isup_field pivot_counter_fields[] = { PLAIN("counter", 0, 0, 5) };

/* 3.94, 3.95, 3.99, 3.100 (jSS7; tag, length, contents also ITS): names of the information tags */
static const char *const forward_tags[] = { NULL, "return to invoking exchange possible",
					    "return to invoking exchange call identifier",
					    "performing indicator", "invoking reason" };
static const char *const backward_tags[] = { NULL, "return to invoking exchange duration",
					     "return to invoking exchange call identifier",
					     "invoking reason" };
static const struct isup_field forward_information[] = { NAMED("", 0, 0, 8, forward_tags) };
static const struct isup_field backward_information[] = { NAMED("", 0, 0, 8, backward_tags) };

/* 3.88 */
static const char *const location_presentation[] = { "allowed", "restricted", "not available" };
static const char *const location_screening[] = { "user provided, not verified",
						  "user provided, verified and passed",
						  "user provided, verified and failed",
						  "network provided" };
static const struct isup_field geodetic_fields[] = {
	NAMED("presentation", 0, 2, 2, location_presentation),
	NAMED("screening", 0, 0, 2, location_screening),
};

/* 3.91 (jSS7, ITS) */
static const char *const qor[] = { "no indication", "supported" };
static const struct isup_field qor_fields[] = { NAMED("query on release", 0, 0, 1, qor) };

/* 3.101 (Yate; the octet also ITS) */
static const char *const ported[] = { "no indication", "not queried", "called not ported",
				      "called ported" };
static const struct isup_field portability_fields[] = { NAMED("status", 0, 0, 4, ported) };

const struct isup_param_def isup_itu_params[256] = {
	[ISUP_P_CALL_REFERENCE] =
		PRINTED("call reference", 5, 5, isup_print_call_reference, NULL), /* 3.8 */
	[ISUP_P_TMR] = FIELDS("transmission medium requirement", 1, 1, 0xff, NULL, medium_fields),
	[ISUP_P_ACCESS_TRANSPORT] =
		PRINTED("access transport", 1, OPEN, isup_print_elements, NULL), /* 3.3 */
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
	[ISUP_P_CONNECTION_REQUEST] =
		PRINTED("connection request", 5, 7, isup_print_connection_request, NULL), /* 3.17 */
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
	[ISUP_P_CUG_INTERLOCK] =
		PRINTED("closed user group interlock code", 4, 4, isup_print_interlock, NULL),
	[ISUP_P_USI] = FIELDS("user service information", 2, 11, 0, NULL, usi_fields),
	[ISUP_P_POINT_CODE] = PRINTED("signalling point code", 2, 2, isup_print_point_code, NULL),
	[ISUP_P_UUI] = FIELDS("user-to-user information", 1, 129, 0, isup_brief_octets, uui_fields),
	[ISUP_P_CONNECTED] = NUMBER("connected number", 2, isup_brief_number), /* 3.16 */
	[ISUP_P_SUSPEND_RESUME] =
		FIELDS("suspend/resume indicators", 1, 1, 0x01, isup_brief_fields, suspend_fields),
	[ISUP_P_TNS] = PRINTED("transit network selection", 2, OPEN, isup_print_network, NULL),
	[ISUP_P_EVENT_INFO] = FIELDS("event information", 1, 1, 0, isup_brief_fields, event_fields),
	[ISUP_P_CIRCUIT_MAP] = PRINTED("circuit assignment map", 4, 5, isup_print_map, NULL),
	[ISUP_P_CIRCUIT_STATE] =
		PRINTED("circuit state indicator", 1, 32, isup_print_states, isup_brief_octets),
	[ISUP_P_ACL] = FIELDS("automatic congestion level", 1, 1, 0xff, NULL, congestion_fields),
	[ISUP_P_ORIGINAL_CALLED] =
		NUMBER("original called number", 2, isup_brief_number), /* 3.39 */
	[ISUP_P_OBCI] = FIELDS("optional backward call indicators", 1, 1, 0, isup_brief_set_flags,
			       obci_fields),
	[ISUP_P_UUS] = { "user-to-user indicators", 1, 1, 0xff, isup_print_uus, NULL, 0, NULL },
	[ISUP_P_ISC_POINT_CODE] =
		PRINTED("origination ISC point code", 2, 2, isup_print_point_code, NULL),
	[ISUP_P_GENERIC_NOTIFICATION] = REPEATED("generic notification indicator",
						 isup_brief_fields, 0xff, notification_fields),
	[ISUP_P_CALL_HISTORY] =
		PRINTED("call history information", 2, 2, isup_print_delay, NULL), /* 3.7 */
	[ISUP_P_ACCESS_DELIVERY] =
		FIELDS("access delivery information", 1, 1, 0x01, NULL, delivery_fields),
	[ISUP_P_NETWORK_FACILITY] = OCTETS("network specific facility", 2, OPEN), /* 3.36 */
	[ISUP_P_USI_PRIME] =
		FIELDS("user service information prime", 2, 11, 0, NULL, usi_fields), /* 3.58 */
	[ISUP_P_PROPAGATION_DELAY] =
		PRINTED("propagation delay counter", 2, 2, isup_print_delay, NULL),
	[ISUP_P_REMOTE_OPERATIONS] = OCTETS("remote operations", 6, OPEN), /* 3.48 */
	[ISUP_P_SERVICE_ACTIVATION] =
		PRINTED("service activation", 1, OPEN, isup_print_features, NULL), /* 3.49 */
	[ISUP_P_TELESERVICE] =
		FIELDS("user teleservice information", 2, 3, 0, NULL, teleservice_fields),
	[ISUP_P_TMU] = FIELDS("transmission medium used", 1, 1, 0xff, NULL, medium_fields),
	[ISUP_P_CALL_DIVERSION] =
		FIELDS("call diversion information", 1, 1, 0x7f, NULL, diversion_fields),
	[ISUP_P_ECHO_CONTROL] = FIELDS("echo control information", 1, 1, 0xff, NULL, echo_fields),
	[ISUP_P_MESSAGE_COMPATIBILITY] = FIELDS("message compatibility information", 1, OPEN, 0,
						NULL, message_compatibility_fields),
	[ISUP_P_PARAMETER_COMPATIBILITY] = { "parameter compatibility information", 2, OPEN, 0,
					     isup_print_compatibility, NULL,
					     COUNT(parameter_compatibility_fields),
					     parameter_compatibility_fields },
	[ISUP_P_MLPP] = PRINTED("MLPP precedence", 6, 6, isup_print_mlpp, NULL), /* 3.34 */
	[ISUP_P_MCID_REQUEST] =
		FIELDS("MCID request indicators", 1, 1, 0x03, NULL, mcid_request_fields),
	[ISUP_P_MCID_RESPONSE] =
		FIELDS("MCID response indicators", 1, 1, 0x03, NULL, mcid_response_fields),
	[ISUP_P_HOP_COUNTER] = FIELDS("hop counter", 1, 1, 0x1f, NULL, hop_fields), /* 3.80 */
	[ISUP_P_TMR_PRIME] =
		FIELDS("transmission medium requirement prime", 1, 1, 0xff, NULL, medium_fields),
	[ISUP_P_LOCATION_NUMBER] = NUMBER("location number", 2, NULL), /* 3.30 */
	[ISUP_P_REDIRECTION_RESTRICTION] =
		FIELDS("redirection number restriction", 1, 1, 0x03, NULL, restriction_fields),
	[ISUP_P_CALL_TRANSFER_REFERENCE] =
		FIELDS("call transfer reference", 1, 1, 0xff, NULL, transfer_fields),
	[ISUP_P_LOOP_PREVENTION] = { "loop prevention indicators", 1, 1, 0x07, isup_print_loop,
				     NULL, 0, NULL },
	[ISUP_P_CALL_TRANSFER_NUMBER] = NUMBER("call transfer number", 2, NULL), /* 3.64 */
	[ISUP_P_CCSS] = FIELDS("CCSS", 1, 1, 0x01, NULL, ccss_fields),
	[ISUP_P_FORWARD_GVNS] = PRINTED("forward GVNS", 3, 26, isup_print_gvns, NULL), /* 3.66 */
	[ISUP_P_BACKWARD_GVNS] = REPEATED("backward GVNS", NULL, 0, backward_gvns_fields),
	[ISUP_P_REDIRECT_CAPABILITY] =
		REPEATED("redirect capability", NULL, 0, redirect_capability_fields),
	[ISUP_P_NETWORK_MANAGEMENT] =
		REPEATED("network management controls", NULL, 0, controls_fields),
	[ISUP_P_CORRELATION_ID] = OCTETS("correlation id", 1, OPEN), /* 3.70, Q.1218 */
	[ISUP_P_SCF_ID] = OCTETS("SCF id", 1, OPEN),		     /* 3.71, Q.1218 */
	[ISUP_P_CALL_DIVERSION_TREATMENT] =
		REPEATED("call diversion treatment indicators", NULL, 0, divert_fields),
	[ISUP_P_CALLED_IN_NUMBER] = NUMBER("called IN number", 2, NULL), /* 3.73 */
	[ISUP_P_CALL_OFFERING_TREATMENT] =
		REPEATED("call offering treatment indicators", NULL, 0, offer_fields),
	[ISUP_P_CHARGED_PARTY] = OCTETS("charged party identification", 1, OPEN), /* 3.75 */
	[ISUP_P_CONFERENCE_TREATMENT] =
		REPEATED("conference treatment indicators", NULL, 0, confer_fields),
	/* 3.77: coded as the display of Q.931 */
	[ISUP_P_DISPLAY] = PRINTED("display information", 1, OPEN, isup_print_text, NULL),
	[ISUP_P_UID_ACTION] = REPEATED("UID action indicators", NULL, 0, uid_action_fields),
	[ISUP_P_UID_CAPABILITY] =
		REPEATED("UID capability indicators", NULL, 0, uid_capability_fields),
	[ISUP_P_REDIRECT_COUNTER] =
		FIELDS("redirect counter", 1, 1, 0x1f, NULL, redirect_counter_fields),
	[ISUP_P_APPLICATION_TRANSPORT] =
		PRINTED("application transport", 3, OPEN, isup_print_application, NULL),
	[ISUP_P_COLLECT_CALL] = FIELDS("collect call request", 1, 1, 0x01, NULL, collect_fields),
	[ISUP_P_CCNR_POSSIBLE] = FIELDS("CCNR possible indicator", 1, 1, 0x01, NULL, ccnr_fields),
	[ISUP_P_PIVOT_CAPABILITY] = REPEATED("pivot capability", NULL, 0, pivot_capability_fields),
	[ISUP_P_PIVOT_ROUTING] =
		REPEATED("pivot routing indicators", NULL, 0, pivot_routing_fields),
	[ISUP_P_CALLED_DIRECTORY_NUMBER] = NUMBER("called directory number", 3, NULL),
	[ISUP_P_ORIGINAL_CALLED_IN_NUMBER] = NUMBER("original called IN number", 2, NULL),
	[ISUP_P_GEODETIC_LOCATION] = { "calling geodetic location", 2, OPEN, 0, isup_print_geodetic,
				       NULL, COUNT(geodetic_fields), geodetic_fields },
	[ISUP_P_HTR] = NUMBER("HTR information", 2, NULL), /* 3.89 (jSS7, ITS) */
	[ISUP_P_NETWORK_ROUTING_NUMBER] =
		PRINTED("network routing number", 2, OPEN, isup_print_routing_number, NULL),
	[ISUP_P_QOR_CAPABILITY] = REPEATED("QoR capability", NULL, 0, qor_fields),
	[ISUP_P_PIVOT_STATUS] = REPEATED("pivot status", NULL, 0, pivot_status_fields),
	[ISUP_P_PIVOT_COUNTER] = FIELDS("pivot counter", 1, 1, 0x1f, NULL, pivot_counter_fields),
	[ISUP_P_PIVOT_FORWARD] = { "pivot routing forward information", 1, OPEN, 0,
				   isup_print_information, NULL, 1, forward_information },
	[ISUP_P_PIVOT_BACKWARD] = { "pivot routing backward information", 1, OPEN, 0,
				    isup_print_information, NULL, 1, backward_information },
	[ISUP_P_REDIRECT_STATUS] = REPEATED("redirect status", NULL, 0, redirect_status_fields),
	[ISUP_P_REDIRECT_FORWARD] = { "redirect forward information", 1, OPEN, 0,
				      isup_print_information, NULL, 1, forward_information },
	[ISUP_P_REDIRECT_BACKWARD] = { "redirect backward information", 1, OPEN, 0,
				       isup_print_information, NULL, 1, backward_information },
	[ISUP_P_NUMBER_PORTABILITY] =
		REPEATED("number portability forward information", NULL, 0, portability_fields),
	/* Amendments: names by Wireshark, contents not known to a second source */
	[ISUP_P_FORWARD_CAT] = OCTETS("forward CAT indicators", 1, OPEN),
	[ISUP_P_BACKWARD_CAT] = OCTETS("backward CAT indicators", 1, OPEN),
	[ISUP_P_AUTOMATIC_REROUTING] = OCTETS("automatic re-routing", 1, OPEN),
	[ISUP_P_IEPS] = OCTETS("IEPS call information", 1, OPEN),
	[ISUP_P_VED] = OCTETS("VED information", 1, OPEN),
	[ISUP_P_GENERIC_NUMBER] = NUMBER("generic number", 3, isup_brief_number), /* 3.26 */
	[ISUP_P_GENERIC_DIGITS] = PRINTED("generic digits", 2, OPEN, isup_print_digits, NULL),
};
