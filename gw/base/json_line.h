/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * One JSON object as a line of text, written straight into a bounded buffer: for records that are made thousands of times
 * a second. Anything read, and anything made at leisure, goes through jansson.
 */
#ifndef BASE_JSON_LINE_H
#define BASE_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_line {
	char *start; /* borrow */
	char *at;
	char *end;
	bool bad; /* it did not fit */
};

/* Begins an object. */
void json_line_open(struct json_line *line, char *text, size_t cap);
/* Ends it, with a line end; its length, 0 when it did not fit. */
size_t json_line_close(struct json_line *line);
/* Members. key needs no escape; text NULL is null; octets that are not printable ASCII are escaped. */
void json_line_text(struct json_line *line, const char *key, const char *text);
void json_line_int(struct json_line *line, const char *key, int64_t value);
/* value / 1000 with three decimals */
void json_line_milli(struct json_line *line, const char *key, uint64_t value);
void json_line_null(struct json_line *line, const char *key);
void json_line_begin(struct json_line *line, const char *key);
void json_line_end(struct json_line *line);

#endif
