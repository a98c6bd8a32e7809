/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* One JSON object (RFC 8259) as a line of text in a bounded buffer. */
#include "gw/base/json_line.h"

#include <string.h>

#define NUMBER_MAX 24

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

void json_line_put_text(struct json_line *line, const char *text)
{
	if (text)
		put_text(line, text);
	else
		json_line_put_null(line);
}

void json_line_put_int(struct json_line *line, int64_t value)
{
	/* What most counters of a call are. */
	if (value >= 0 && value < 10) {
		put_char(line, (char)('0' + value));
		return;
	}
	if (value < 0)
		put_char(line, '-');
	put_digits(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

void json_line_put_milli(struct json_line *line, uint64_t value)
{
	put_digits(line, value / 1000, 1);
	put_char(line, '.');
	put_digits(line, value % 1000, 3);
}

void json_line_put_null(struct json_line *line)
{
	put(line, "null", 4);
}

void json_line_put_begin(struct json_line *line)
{
	put_char(line, '{');
}

void json_line_end(struct json_line *line)
{
	put_char(line, '}');
}
