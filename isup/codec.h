/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Inside of the ISUP codec (Q.763): the descriptors that give parser, builder and trace text. */
#ifndef ISUP_CODEC_H
#define ISUP_CODEC_H

#include "gw/base/octets.h"
#include "isup/msg.h"
#include "isup/param.h"

#define ISUP_FIXED_MAX	  4
#define ISUP_VARIABLE_MAX 2

/* Lengths are those of the contents: no name, no length octet. */
struct isup_fixed_def {
	uint8_t code;
	uint8_t length;
};

struct isup_variable_def {
	uint8_t code;
	uint8_t min, max;
};

struct isup_msg_def {
	const char *name; /* NULL in the rows of types that are not known */
	uint8_t n_fixed, n_variable;
	bool optional; /* the message has a pointer to an optional part */
	bool opaque;   /* what stands behind the type is no list of parameters */
	struct isup_fixed_def fixed[ISUP_FIXED_MAX];
	struct isup_variable_def variable[ISUP_VARIABLE_MAX];
};

/* Contents of one parameter, wherever they are. */
struct isup_contents {
	uint8_t code;
	uint8_t n;
	const uint8_t *octets; /* borrow */
};

/* Bits with a name, and the names of their values from 0 on (NULL where Q.763 has none). */
struct isup_field {
	const char *name;
	uint8_t octet, shift, width;
	uint16_t n_values;
	const char *const *values;
};

struct isup_text;
struct isup_param_def;
/* false: the contents are malformed, and what was written is taken back. */
typedef bool isup_print_fn(struct isup_text *text, const struct isup_param_def *def,
			   const struct isup_contents *contents);

struct isup_param_def {
	const char *name;     /* NULL in the rows of codes that are not known */
	uint8_t min, max;     /* of the contents */
	uint8_t mask;	      /* bits in use of a value that isup_get_octet reads, 0: it does not */
	isup_print_fn *print; /* every field */
	isup_print_fn *brief; /* for the one-line form, a space first; NULL: left out */
	uint8_t n_fields;
	const struct isup_field *fields;
};

/* NULL when unknown. */
const struct isup_msg_def *isup_msg_def(uint8_t variant, uint8_t type);
const struct isup_param_def *isup_param_def(uint8_t variant, uint8_t code);

/* Appends a parameter, or gives the first one of that code new contents in its place; -ENOSPC. */
int isup_msg_set(struct isup_msg *msg, uint8_t code, const void *octets, size_t n);
void isup_msg_remove_at(struct isup_msg *msg, size_t i);
/* The message's type names it in its mandatory part. */
bool isup_msg_mandatory(const struct isup_msg *msg, uint8_t code);

/* Typed values out of contents; false (and a zeroed value) when malformed. */
bool isup_number_read(const struct isup_contents *contents, struct isup_number *value);
bool isup_cause_read(const struct isup_contents *contents, struct isup_cause *value);
bool isup_range_read(const struct isup_contents *contents, struct isup_range *value);

/* Which of its fields a number parameter has. */
enum isup_number_part {
	ISUP_NUM_QUALIFIER = 1,
	ISUP_NUM_ADDRESS = 2, /* nature of address, and the octet behind it */
	ISUP_NUM_INN = 4,
	ISUP_NUM_NI = 8,
	ISUP_NUM_PRESENTATION = 16,
	ISUP_NUM_SCREENING = 32,
	ISUP_NUM_ST = 64,
	ISUP_NUM_PLAN = 128, /* numbering plan */
};
/* 0 when code is not a number. */
unsigned isup_number_parts(uint8_t code);

/* A type or code that a variant has beside or instead of its base's. */
struct isup_msg_row { uint8_t type; struct isup_msg_def def; };
struct isup_param_row { uint8_t code; struct isup_param_def def; };

/* What is not in its rows is Q.763's. */
struct isup_variant_def {
	const char *name;   /* word of the configuration */
	const char *source; /* where its rows are from */
	uint16_t cic_max;   /* 12 bits by Q.763 1.2, 14 by T1.113.3 */
	uint8_t n_messages, n_params;
	const struct isup_msg_row *messages;
	const struct isup_param_row *params;
	/* Of Q.763's: lists that end with 0; NULL: all, none. */
	const uint8_t *only_messages, *only_params, *never_messages, *never_params;
	bool early_progress; /* CPG may come before ACM */
};
const struct isup_variant_def *isup_variant_def(uint8_t variant);

/* Q.763's own tables. */
extern const struct isup_msg_def isup_itu_messages[256];
extern const struct isup_param_def isup_itu_params[256];

/* print.c and print_param.c: what the parameter tables refer to. */
isup_print_fn isup_print_octets, isup_print_text, isup_print_fields, isup_print_repeated, isup_print_number,
	isup_print_cause, isup_print_ansi_cause, isup_print_range, isup_print_delay, isup_print_call_reference,
	isup_print_connection_request, isup_print_interlock, isup_print_point_code, isup_print_network, isup_print_map,
	isup_print_states, isup_print_uus, isup_print_features, isup_print_compatibility, isup_print_mlpp, isup_print_loop,
	isup_print_gvns, isup_print_elements, isup_print_application, isup_print_geodetic, isup_print_routing_number,
	isup_print_digits, isup_print_information, isup_print_ansi_network, isup_print_services, isup_print_jurisdiction,
	isup_print_name, isup_print_group, isup_brief_number, isup_brief_cause, isup_brief_range, isup_brief_fields,
	isup_brief_set_flags, isup_brief_bci, isup_brief_nci, isup_brief_octets;

#endif
