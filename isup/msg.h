/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * An ISUP message (Q.763): type, circuit, and its parameters in the order they came, each octet-exact. Decoding checks
 * every pointer and length against the message's box; typed values are read from and put into a message by param.h.
 */
#ifndef ISUP_MSG_H
#define ISUP_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Q.763 table 4 */
enum isup_type {
	ISUP_IAM = 0x01, ISUP_SAM = 0x02, ISUP_INR = 0x03, ISUP_INF = 0x04, ISUP_COT = 0x05, ISUP_ACM = 0x06,
	ISUP_CON = 0x07, ISUP_FOT = 0x08, ISUP_ANM = 0x09, ISUP_REL = 0x0c, ISUP_SUS = 0x0d, ISUP_RES = 0x0e,
	ISUP_RLC = 0x10, ISUP_CCR = 0x11, ISUP_RSC = 0x12, ISUP_BLO = 0x13, ISUP_UBL = 0x14, ISUP_BLA = 0x15,
	ISUP_UBA = 0x16, ISUP_GRS = 0x17, ISUP_CGB = 0x18, ISUP_CGU = 0x19, ISUP_CGBA = 0x1a, ISUP_CGUA = 0x1b,
	ISUP_GRA = 0x29, ISUP_CPG = 0x2c, ISUP_USR = 0x2d, ISUP_UCIC = 0x2e, ISUP_CFN = 0x2f,
};

/* Q.763 table 5, those that the codec knows by type; others stay octets. */
enum isup_param_code {
	ISUP_P_END_OF_OPTIONAL = 0x00,
	ISUP_P_TMR = 0x02,
	ISUP_P_ACCESS_TRANSPORT = 0x03,
	ISUP_P_CALLED = 0x04,
	ISUP_P_SUBSEQUENT = 0x05,
	ISUP_P_NCI = 0x06,
	ISUP_P_FCI = 0x07,
	ISUP_P_OFCI = 0x08,
	ISUP_P_CPC = 0x09,
	ISUP_P_CALLING = 0x0a,
	ISUP_P_REDIRECTING = 0x0b,
	ISUP_P_BCI = 0x11,
	ISUP_P_CAUSE = 0x12,
	ISUP_P_REDIRECTION_INFO = 0x13,
	ISUP_P_CIRCUIT_GROUP_TYPE = 0x15,
	ISUP_P_RANGE_STATUS = 0x16,
	ISUP_P_USI = 0x1d,
	ISUP_P_UUI = 0x20,
	ISUP_P_CONNECTED = 0x21,
	ISUP_P_SUSPEND_RESUME = 0x22,
	ISUP_P_EVENT_INFO = 0x24,
	ISUP_P_ORIGINAL_CALLED = 0x28,
	ISUP_P_OBCI = 0x29,
	ISUP_P_PROPAGATION_DELAY = 0x31,
	ISUP_P_HOP_COUNTER = 0x3d,
	ISUP_P_GENERIC_NUMBER = 0xc0,
};

#define ISUP_OCTETS_MAX 268 /* SIF without the routing label: CIC, type and parameters */
#define ISUP_PARAMS_MAX 48

struct isup_param {
	uint8_t code;
	uint8_t length;
	uint16_t offset; /* of its contents in store */
};

struct isup_msg {
	uint8_t type; /* enum isup_type or any other octet */
	uint16_t cic; /* 12 bits, ITU */
	uint8_t n_params;
	uint16_t n_store;
	struct isup_param params[ISUP_PARAMS_MAX];
	uint8_t store[ISUP_OCTETS_MAX];
};

enum isup_error_kind {
	ISUP_E_NONE,
	ISUP_E_UNKNOWN_TYPE,	 /* no descriptor: only type and cic are valid; Q.764 2.9.5 decides */
	ISUP_E_TRUNCATED,	 /* a fixed part, pointer or length leaves the message */
	ISUP_E_BAD_PARAMETER,	 /* a mandatory parameter shorter or longer than Q.763 allows */
	ISUP_E_TOO_MANY,	 /* more than ISUP_PARAMS_MAX parameters */
};

struct isup_error {
	enum isup_error_kind kind;
	uint16_t offset; /* octet in the message, CIC included */
	uint8_t param;	 /* parameter code concerned, or 0 */
	const char *text;
};

/* Starts a message to be filled with isup_msg_add. */
void isup_msg_init(struct isup_msg *msg, enum isup_type type, uint16_t cic);
/* octets start with the CIC. 0 or -EBADMSG with *error filled; cic and type are set whenever 3 octets are there. */
int isup_msg_decode(struct isup_msg *msg, const uint8_t *octets, size_t n, struct isup_error *error);
/* Length written, or -EINVAL (a mandatory parameter missing or of a wrong length) or -EMSGSIZE. */
int isup_msg_encode(const struct isup_msg *msg, uint8_t *octets, size_t cap);
/* Appends a parameter's contents; -ENOSPC, or -EINVAL for code 0. Order among optional parameters is kept. */
int isup_msg_add(struct isup_msg *msg, uint8_t code, const void *octets, size_t n);
/* Every parameter of that code. */
void isup_msg_remove(struct isup_msg *msg, uint8_t code);
/* First parameter of that code, NULL when absent. */
const struct isup_param *isup_msg_find(const struct isup_msg *msg, uint8_t code);
const uint8_t *isup_param_octets(const struct isup_msg *msg, const struct isup_param *param);
/* "IAM"; "0xNN" form for unknown types comes from isup_msg_print. NULL when unknown. */
const char *isup_type_name(uint8_t type);
const char *isup_param_name(uint8_t code);
/* One line: "IAM cic 3 called 0301234 national complete calling 49301111 international allowed". Always terminated. */
void isup_msg_print(const struct isup_msg *msg, char *text, size_t cap);
/* Many lines, one a parameter, every field named. */
void isup_msg_print_full(const struct isup_msg *msg, char *text, size_t cap);

#endif
