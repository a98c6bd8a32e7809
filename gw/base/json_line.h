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
#include <string.h>

struct json_line {
	char *start; /* borrow */
	char *at;
	char *end;
	bool bad; /* it did not fit */
};

#define JSON_LINE_KEY_AROUND 4 /* comma, quotation marks, colon */

/* The key of a member. Inline: keys stand in the text of the program, and so their length costs nothing. */
static inline __attribute__((always_inline)) void json_line_key(struct json_line *line, const char *key)
{
	size_t n = strlen(key);
	char *at = line->at;

	if (line->bad || n + JSON_LINE_KEY_AROUND > (size_t)(line->end - at)) {
		line->bad = true;
		return;
	}
	if (at[-1] != '{')
		*at++ = ',';
	*at = '"';
	memcpy(at + 1, key, n);
	at[n + 1] = '"';
	at[n + 2] = ':';
	line->at = at + n + 3;
}

/* The value of one. text NULL is null; octets that are not printable ASCII are escaped. */
void json_line_put_text(struct json_line *line, const char *text);
void json_line_put_int(struct json_line *line, int64_t value);
/* value / 1000 with three decimals */
void json_line_put_milli(struct json_line *line, uint64_t value);
void json_line_put_null(struct json_line *line);
void json_line_put_begin(struct json_line *line);

/* Begins an object. */
void json_line_open(struct json_line *line, char *text, size_t cap);
/* Ends it, with a line end; its length, 0 when it did not fit. */
size_t json_line_close(struct json_line *line);
/* Members. key needs no escape. */
static inline void json_line_text(struct json_line *line, const char *key, const char *text)
{
	json_line_key(line, key);
	json_line_put_text(line, text);
}

static inline void json_line_int(struct json_line *line, const char *key, int64_t value)
{
	json_line_key(line, key);
	json_line_put_int(line, value);
}

static inline void json_line_milli(struct json_line *line, const char *key, uint64_t value)
{
	json_line_key(line, key);
	json_line_put_milli(line, value);
}

static inline void json_line_null(struct json_line *line, const char *key)
{
	json_line_key(line, key);
	json_line_put_null(line);
}

static inline void json_line_begin(struct json_line *line, const char *key)
{
	json_line_key(line, key);
	json_line_put_begin(line);
}

void json_line_end(struct json_line *line);

#endif
