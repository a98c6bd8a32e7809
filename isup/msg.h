/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * An ISUP message (Q.763): type, circuit, and its parameters in the order they came, each octet-exact. Decoding checks
 * every pointer and length against the message's box; typed values are read from and put into a message by param.h.
 * A message whose inside is no list of parameters (pass-along, charge information, a type without a descriptor) holds
 * what stands behind its type as octets, and goes out as it came.
 */
#ifndef ISUP_MSG_H
#define ISUP_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isup/codes.h"

#define ISUP_OCTETS_MAX 268 /* SIF without the routing label: CIC, type and parameters */
#define ISUP_STORE_MAX	532 /* a message and its segment together (Q.764 2.1.12) */
#define ISUP_PARAMS_MAX 48

struct isup_param {
	uint8_t code;
	uint8_t length;
	uint16_t offset; /* of its contents in store */
};

struct isup_msg {
	uint8_t type; /* enum isup_type or any other octet */
	uint8_t variant; /* enum isup_variant */
	uint16_t cic;	 /* 12 bits; ANSI 14 */
	uint8_t n_params;
	uint16_t n_store; /* octets in store; with no parameter they are what stands behind the type */
	struct isup_param params[ISUP_PARAMS_MAX];
	uint8_t store[ISUP_STORE_MAX];
};

enum isup_error_kind {
	ISUP_E_NONE,
	ISUP_E_UNKNOWN_TYPE,	 /* no descriptor: type, cic and contents are there; Q.764 2.9.5 decides */
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
void isup_msg_init_as(struct isup_msg *msg, enum isup_variant variant, enum isup_type type, uint16_t cic);
/* octets start with the CIC. 0 or -EBADMSG with *error filled; cic and type are set whenever 3 octets are there. */
int isup_msg_decode(struct isup_msg *msg, const uint8_t *octets, size_t n, struct isup_error *error);
int isup_msg_decode_as(struct isup_msg *msg, enum isup_variant variant, const uint8_t *octets, size_t n,
		       struct isup_error *error);
/* Length written, or -EINVAL (a mandatory parameter missing or of a wrong length) or -EMSGSIZE. A type without a
 * descriptor goes out with its contents. */
int isup_msg_encode(const struct isup_msg *msg, uint8_t *octets, size_t cap);
/* Appends a parameter's contents; -ENOSPC, or -EINVAL for code 0. Order among optional parameters is kept. */
int isup_msg_add(struct isup_msg *msg, uint8_t code, const void *octets, size_t n);
/* Every parameter of that code. */
void isup_msg_remove(struct isup_msg *msg, uint8_t code);
/* First parameter of that code, NULL when absent. */
const struct isup_param *isup_msg_find(const struct isup_msg *msg, uint8_t code);
const uint8_t *isup_param_octets(const struct isup_msg *msg, const struct isup_param *param);
/* What stands behind the type of a message without parameters; *n is 0 when there is none or there are parameters. */
const uint8_t *isup_msg_contents(const struct isup_msg *msg, size_t *n);
/* Gives a pass-along, charge information or unknown message its contents; -EINVAL for another, -ENOSPC. */
int isup_msg_set_contents(struct isup_msg *msg, const void *octets, size_t n);
/* "IAM", by Q.763 and T1.113; "0xNN" form for unknown types comes from isup_msg_print. NULL when unknown. */
const char *isup_type_name(uint8_t type);
const char *isup_param_name(uint8_t code);
const char *isup_type_name_as(enum isup_variant variant, uint8_t type);
const char *isup_param_name_as(enum isup_variant variant, uint8_t code);
/* "itu", "ansi", "uk" ...; NULL for a number that is none. */
const char *isup_variant_name(unsigned variant);
const char *isup_variant_source(unsigned variant);
/* -EINVAL when there is none of that name. */
int isup_variant_of(const char *name);
/* One line: "IAM cic 3 called 0301234 national complete calling 49301111 international allowed". Always terminated. */
void isup_msg_print(const struct isup_msg *msg, char *text, size_t cap);
/* Many lines, one a parameter, every field named. */
void isup_msg_print_full(const struct isup_msg *msg, char *text, size_t cap);

#endif
