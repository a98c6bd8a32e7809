/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Rows of the message and parameter tables, for the files that hold them. */
#ifndef ISUP_TABLE_PRIVATE_H
#define ISUP_TABLE_PRIVATE_H

#include "isup/codec.h"

#define OPEN	     255 /* Q.763's "?": as long as a length octet can say */
#define COUNT(array) (uint16_t)(sizeof(array) / sizeof *(array))

/* A message with nothing before its optional part, with one mandatory parameter, a group supervision message, one whose
 * inside is not known. */
#define BARE(name_, optional_) { .name = name_, .optional = optional_ }
#define FIXED(name_, optional_, code_, length_) \
	{ .name = name_, .optional = optional_, .n_fixed = 1, .fixed = { { code_, length_ } } }
#define VARIABLE(name_, optional_, code_, min_, max_) \
	{ .name = name_, .optional = optional_, .n_variable = 1, .variable = { { code_, min_, max_ } } }
#define OPAQUE(name_) { .name = name_, .opaque = true }
#define GROUP(name_) \
	{ .name = name_, .n_fixed = 1, .n_variable = 1, .fixed = { { ISUP_P_CIRCUIT_GROUP_TYPE, 1 } }, \
	  .variable = { { ISUP_P_RANGE_STATUS, 2, 33 } } }

/* A field whose values have names, and one that is a plain number; the shift counts from bit A. */
#define NAMED(name, octet, shift, width, values) { name, octet, shift, width, COUNT(values), values }
#define PLAIN(name, octet, shift, width) { name, octet, shift, width, 0, NULL }

#define PRINTED(name, min, max, print, brief) { name, min, max, 0, print, brief, 0, NULL }
#define OCTETS(name, min, max)	 PRINTED(name, min, max, isup_print_octets, NULL)
#define NUMBER(name, min, brief) PRINTED(name, min, OPEN, isup_print_number, brief)
#define FIELDS(name, min, max, mask, brief, fields) \
	{ name, min, max, mask, isup_print_fields, brief, COUNT(fields), fields }
/* The same fields in every octet until one has bit H, the extension indicator. */
#define REPEATED(name, brief, mask, fields) \
	{ name, 1, OPEN, mask, isup_print_repeated, brief, COUNT(fields), fields }

#endif
