/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reading and writing application/x-session-info. */
#include "gw/sip/session_info.h"

#include <errno.h>
#include <string.h>

static struct str line_take(struct str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };
	size_t taken = end ? line.n + 1 : line.n;

	rest->p += taken;
	rest->n -= taken;
	return line;
}

static int digits_copy(struct str value, char *text, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (strchr("-.()", c) && c) /* RFC 3966 5: visual separators */
			continue;
		if (!c || !strchr("0123456789*#ABCD", c))
			return -EBADMSG;
		if (n + 1 >= cap)
			return -ENAMETOOLONG;
		text[n++] = c;
	}
	text[n] = '\0';
	return n ? 0 : -EBADMSG;
}

int session_info_parse(struct str body, char *text, size_t cap)
{
	while (body.n) {
		struct str line = line_take(&body);
		const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
		struct str name;

		if (!colon)
			continue;
		name = str_trim((struct str){ line.p, (size_t)(colon - line.p) });
		if (!str_ieq(name, STR("SubsequentDigit")))
			continue;
		return digits_copy(
			str_trim((struct str){ colon + 1, (size_t)(line.p + line.n - colon - 1) }),
			text, cap);
	}
	return -EBADMSG;
}

size_t session_info_write(struct str digits, char *text, size_t cap)
{
	size_t n = str_add(text, cap, 0, STR("SubsequentDigit: "));

	n = str_add(text, cap, n, digits);
	return str_add(text, cap, n, STR("\r\n"));
}
