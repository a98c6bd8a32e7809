/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Typed values of ISUP parameters (Q.763 section 3) and their way in and out of a message. */
#ifndef ISUP_PARAM_H
#define ISUP_PARAM_H

#include "isup/msg.h"

#define ISUP_DIGITS_MAX 32

/* Nature of address, Q.763 3.9 b */
enum isup_noa { ISUP_NOA_SUBSCRIBER = 1, ISUP_NOA_UNKNOWN = 2, ISUP_NOA_NATIONAL = 3, ISUP_NOA_INTERNATIONAL = 4 };
enum isup_npi { ISUP_NPI_ISDN = 1 };
/* Q.763 3.10 e, f */
enum isup_presentation { ISUP_PRES_ALLOWED = 0, ISUP_PRES_RESTRICTED = 1, ISUP_PRES_UNAVAILABLE = 2 };
enum isup_screening { ISUP_SCR_USER_NOT_VERIFIED = 0, ISUP_SCR_USER_PASSED = 1, ISUP_SCR_USER_FAILED = 2, ISUP_SCR_NETWORK = 3 };

/* Called, calling, connected, redirecting, original called, subsequent (digits only) and generic number. */
struct isup_number {
	uint8_t qualifier; /* generic number only, Q.763 3.26 a */
	uint8_t noa;
	uint8_t npi;
	bool internal_not_allowed; /* called: INN */
	bool incomplete;	   /* calling, generic: NI */
	uint8_t presentation;
	uint8_t screening;
	bool complete; /* called, subsequent: ST signal ended the digits (not stored among them) */
	uint8_t n;
	char digits[ISUP_DIGITS_MAX + 1]; /* 0-9, A-E for 10-14 */
};

/* 3.35; continuity: 0 none, 1 this circuit, 2 previous */
struct isup_nci {
	uint8_t satellite, continuity;
	bool echo_control;
};

/* 3.23 */
struct isup_fci {
	uint8_t national_international, end_to_end;
	bool interworking, end_to_end_info, isup_all_way;
	uint8_t isup_preference;
	bool isdn_access;
	uint8_t sccp;
	bool translated;
};

/* 3.5; called_status: 0 none, 1 free, 2 connect when free */
struct isup_bci {
	uint8_t charge, called_status, called_category, end_to_end;
	bool interworking, end_to_end_info, isup_all_way, holding, isdn_access, echo_control;
	uint8_t sccp;
};

struct isup_obci { bool in_band, diversion_may_occur, simple_segmentation, mlpp; }; /* 3.37 */
struct isup_cause { uint8_t coding, location, value; uint8_t n_diagnostic; uint8_t diagnostic[30]; }; /* 3.12 */
struct isup_event { uint8_t event; bool presentation_restricted; }; /* 3.21: 1 alerting ... 6 forwarded unconditional */
struct isup_range { uint8_t range; uint8_t n_status; uint8_t status[32]; bool has_status; }; /* 3.43 */
struct isup_redirection { uint8_t indicator, original_reason, counter, reason; }; /* 3.45 */

/* Reading: false when the parameter is absent or malformed (the value is then zeroed). Writing: -ENOSPC or -EINVAL; a
 * parameter of that code that is there gets the new value in its place, save a generic number, which may repeat. */
bool isup_get_number(const struct isup_msg *msg, uint8_t code, struct isup_number *value);
int isup_put_number(struct isup_msg *msg, uint8_t code, const struct isup_number *value);
bool isup_get_nci(const struct isup_msg *msg, struct isup_nci *value);
int isup_put_nci(struct isup_msg *msg, const struct isup_nci *value);
bool isup_get_fci(const struct isup_msg *msg, struct isup_fci *value);
int isup_put_fci(struct isup_msg *msg, const struct isup_fci *value);
bool isup_get_bci(const struct isup_msg *msg, struct isup_bci *value);
int isup_put_bci(struct isup_msg *msg, const struct isup_bci *value);
bool isup_get_obci(const struct isup_msg *msg, struct isup_obci *value);
int isup_put_obci(struct isup_msg *msg, const struct isup_obci *value);
bool isup_get_cause(const struct isup_msg *msg, struct isup_cause *value);
int isup_put_cause(struct isup_msg *msg, const struct isup_cause *value);
bool isup_get_event(const struct isup_msg *msg, struct isup_event *value);
int isup_put_event(struct isup_msg *msg, const struct isup_event *value);
bool isup_get_range(const struct isup_msg *msg, struct isup_range *value);
int isup_put_range(struct isup_msg *msg, const struct isup_range *value);
bool isup_get_redirection(const struct isup_msg *msg, struct isup_redirection *value);
int isup_put_redirection(struct isup_msg *msg, const struct isup_redirection *value);
/* Propagation delay counter 3.42, call history 3.7: milliseconds. */
bool isup_get_delay(const struct isup_msg *msg, uint8_t code, uint16_t *value_ms);
int isup_put_delay(struct isup_msg *msg, uint8_t code, uint16_t value_ms);
/* Every parameter that is one octet (or one octet that may go on, of which this is the first), without its spare bits: TMR,
 * CPC, hop counter, suspend/resume (bit 0: network initiated), circuit group type, congestion level, user-to-user
 * indicators, echo control, facility indicator, MCID, ... */
bool isup_get_octet(const struct isup_msg *msg, uint8_t code, uint8_t *value);
int isup_put_octet(struct isup_msg *msg, uint8_t code, uint8_t value);

#endif
