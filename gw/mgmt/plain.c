/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Text without control characters, valid UTF-8 (RFC 3629 section 4). */
#include "gw/mgmt/plain.h"

#include <stdint.h>
#include <string.h>

/* Octets of the character at p, 0: none of UTF-8, or a control character of two octets (C1). */
static size_t character(const unsigned char *p, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t value = p[0] & (0x7fu >> length);

	if (p[0] < 0xc0 || p[0] > 0xf4 || length > n)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (value < least[length] || value < 0xa0 || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	return length;
}

void plain_text(char *text, size_t n, const char *keep)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)text[i];
		size_t length = c < 0x80 ? 1 : character((const unsigned char *)text + i, n - i);

		if (!length || c == 0x7f || (c < ' ' && (!c || !strchr(keep, c)))) {
			text[i] = '?';
			length = 1;
		}
		i += length;
	}
}
