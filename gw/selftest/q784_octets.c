/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Octets as the scripts write them: hexadecimal, and patterns of it. */
#include "gw/selftest/q784_octets.h"

#include <stdio.h>

struct pattern {
	uint8_t value, mask;
};

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static bool half(char c, uint8_t *value, uint8_t *mask)
{
	*mask = 15;
	if (c >= '0' && c <= '9')
		*value = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*value = (uint8_t)(c - 'a' + 10);
	else if (c == '.')
		*value = *mask = 0;
	else
		return false;
	return true;
}

/* "12", "1.": NULL when it is not one. */
static const char *read_octet(const char *text, struct pattern *pattern)
{
	uint8_t high, high_mask, low, low_mask;

	if (!half(text[0], &high, &high_mask) || !half(text[1], &low, &low_mask))
		return NULL;
	pattern->value = (uint8_t)(high << 4 | low);
	pattern->mask = (uint8_t)(high_mask << 4 | low_mask);
	return text + 2;
}

static const char *read_pattern(const char *text, struct pattern *pattern)
{
	struct pattern mask;

	text = read_octet(text, pattern);
	if (!text || *text != '/')
		return text;
	text = read_octet(text + 1, &mask);
	if (text)
		pattern->mask = mask.value;
	return text;
}

bool q784_octets_read(const char *text, uint8_t *octets, size_t cap, size_t *n)
{
	struct pattern pattern;

	*n = 0;
	for (text = skip_blanks(text); *text && *text != '+'; text = skip_blanks(text)) {
		text = read_octet(text, &pattern);
		if (!text || pattern.mask != 0xff || *n == cap)
			return false;
		octets[(*n)++] = pattern.value;
	}
	return true;
}

bool q784_octets_like(const char *text, const uint8_t *octets, size_t n)
{
	struct pattern pattern;
	size_t at = 0;

	for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
		if (*text == '*')
			return true;
		text = read_pattern(text, &pattern);
		if (!text || at == n || ((octets[at] ^ pattern.value) & pattern.mask))
			return false;
		at++;
	}
	return at == n;
}

const char *q784_octets_print(const uint8_t *octets, size_t n, char *text, size_t cap)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && used + 4 < cap; i++)
		used += (size_t)snprintf(text + used, cap - used, "%s%02x", i ? " " : "",
					 octets[i]);
	return text;
}
