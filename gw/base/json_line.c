/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* One JSON object (RFC 8259) as a line of text in a bounded buffer. */
#include "gw/base/json_line.h"

#include <string.h>

#define NUMBER_MAX 24
#define KEY_AROUND 4 /* comma, quotation marks, colon */

static void put(struct json_line *line, const char *text, size_t n)
{
	if (line->bad || n > (size_t)(line->end - line->at)) {
		line->bad = true;
		return;
	}
	memcpy(line->at, text, n);
	line->at += n;
}

static void put_char(struct json_line *line, char c)
{
	put(line, &c, 1);
}

/* Digits of value, at least `least` of them. */
static void put_digits(struct json_line *line, uint64_t value, unsigned least)
{
	char digits[NUMBER_MAX];
	unsigned n = 0;

	while (value || n < least) {
		digits[NUMBER_MAX - ++n] = (char)('0' + value % 10);
		value /= 10;
	}
	put(line, digits + NUMBER_MAX - n, n);
}

/* Printable ASCII that needs no escape. */
static const bool is_plain[256] = {
	[' '] = true,
	['!'] = true,
	['#' ... '['] = true,
	[']' ... '~'] = true,
};

static void put_text(struct json_line *line, const char *text)
{
	static const char hex[] = "0123456789abcdef";

	const char *plain = text;

	put_char(line, '"');
	for (;; text++) {
		uint8_t c = (uint8_t)*text;

		if (is_plain[c])
			continue;
		put(line, plain, (size_t)(text - plain));
		plain = text + 1;
		if (!c)
			break;

		const char escaped[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

		if (c == '"' || c == '\\') {
			put_char(line, '\\');
			put_char(line, *text);
		} else {
			put(line, escaped, sizeof(escaped));
		}
	}
	put_char(line, '"');
}

static void put_key(struct json_line *line, const char *key)
{
	size_t n = strlen(key);
	char *at = line->at;

	if (line->bad || n + KEY_AROUND > (size_t)(line->end - at)) {
		line->bad = true;
		return;
	}
	if (at > line->start && at[-1] != '{')
		*at++ = ',';
	*at++ = '"';
	memcpy(at, key, n);
	at += n;
	*at++ = '"';
	*at++ = ':';
	line->at = at;
}

void json_line_open(struct json_line *line, char *text, size_t cap)
{
	*line = (struct json_line){ .start = text, .at = text, .end = text + cap };
	put_char(line, '{');
}

size_t json_line_close(struct json_line *line)
{
	put(line, "}\n", 2);
	return line->bad ? 0 : (size_t)(line->at - line->start);
}

void json_line_text(struct json_line *line, const char *key, const char *text)
{
	if (!text) {
		json_line_null(line, key);
		return;
	}
	put_key(line, key);
	put_text(line, text);
}

void json_line_int(struct json_line *line, const char *key, int64_t value)
{
	put_key(line, key);
	/* What most counters of a call are. */
	if (value >= 0 && value < 10) {
		put_char(line, (char)('0' + value));
		return;
	}
	if (value < 0)
		put_char(line, '-');
	put_digits(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

void json_line_milli(struct json_line *line, const char *key, uint64_t value)
{
	put_key(line, key);
	put_digits(line, value / 1000, 1);
	put_char(line, '.');
	put_digits(line, value % 1000, 3);
}

void json_line_null(struct json_line *line, const char *key)
{
	put_key(line, key);
	put(line, "null", 4);
}

void json_line_begin(struct json_line *line, const char *key)
{
	put_key(line, key);
	put_char(line, '{');
}

void json_line_end(struct json_line *line)
{
	put_char(line, '}');
}
