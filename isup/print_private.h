/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* How the text of a message is put together: "  parameter: field value (meaning), field value". */
#ifndef ISUP_PRINT_PRIVATE_H
#define ISUP_PRINT_PRIVATE_H

#include "isup/codec.h"

struct isup_text {
	char *at;
	size_t left; /* with the terminating NUL, which is always there */
	bool more;   /* a field of this parameter stands already */
};

void isup_text_add(struct isup_text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Hex after a space; nothing when there are none. */
void isup_text_octets(struct isup_text *text, const uint8_t *octets, size_t n);
/* meaning NULL: none. */
void isup_text_field(struct isup_text *text, const char *name, unsigned value, const char *meaning);
void isup_text_string(struct isup_text *text, const char *name, const char *value);
/* IA5; what is no printable character, a comma or a bracket shows as "?". */
void isup_text_ia5(struct isup_text *text, const char *name, const uint8_t *octets, size_t n);
void isup_text_hex(struct isup_text *text, const char *name, const uint8_t *octets, size_t n);
/* What no field describes. */
void isup_text_rest(struct isup_text *text, struct octets_reader *r);
/* Fields [from, to) of a table over these octets, as far as they go. */
void isup_text_fields(struct isup_text *text, const struct isup_field *fields, size_t n, const uint8_t *octets,
		      size_t n_octets);

#endif
