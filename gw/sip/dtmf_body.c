/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reading and writing application/dtmf-relay and application/dtmf. */
#include "gw/sip/dtmf_body.h"

#include <errno.h>
#include <string.h>

#define DURATION_USUAL_MS 160
#define DURATION_MIN_MS	  40   /* Q.24 */
#define DURATION_MAX_MS	  8000 /* as long as RFC 4733 can tell of in one segment */

/* Some write the numbers of RFC 4733 events. */
static const char events[] = "0123456789*#ABCD!";

static char digit_of(struct str text)
{
	uint64_t event;

	text = str_trim(text);
	if (text.n == 1) {
		char c = text.p[0] >= 'a' && text.p[0] <= 'd' ? (char)(text.p[0] - 'a' + 'A')
							      : text.p[0];

		return c && strchr(events, c) ? c : '\0';
	}
	if (str_to_u64(text, sizeof(events) - 2, &event))
		return '\0';
	return events[event];
}

static uint32_t duration_of(struct str text)
{
	uint64_t ms;

	if (str_to_u64(str_trim(text), UINT32_MAX, &ms))
		return DURATION_USUAL_MS;
	if (ms < DURATION_MIN_MS)
		return DURATION_MIN_MS;
	return ms > DURATION_MAX_MS ? DURATION_MAX_MS : (uint32_t)ms;
}

static struct str line_take(struct str *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };
	size_t taken = end ? line.n + 1 : line.n;

	rest->p += taken;
	rest->n -= taken;
	return line;
}

int dtmf_relay_parse(struct dtmf_digit *digit, struct str body)
{
	struct dtmf_digit found = { .duration_ms = DURATION_USUAL_MS };

	while (body.n) {
		struct str line = line_take(&body);
		const char *equals = line.n ? memchr(line.p, '=', line.n) : NULL;
		struct str name, value;

		if (!equals)
			continue;
		name = str_trim((struct str){ line.p, (size_t)(equals - line.p) });
		value = (struct str){ equals + 1, (size_t)(line.p + line.n - equals - 1) };
		if (str_ieq(name, STR("Signal")))
			found.digit = digit_of(value);
		else if (str_ieq(name, STR("Duration")))
			found.duration_ms = duration_of(value);
	}
	if (!found.digit)
		return -EBADMSG;
	*digit = found;
	return 0;
}

int dtmf_plain_parse(struct dtmf_digit *digit, struct str body)
{
	char c = digit_of(line_take(&body));

	if (!c)
		return -EBADMSG;
	*digit = (struct dtmf_digit){ .digit = c, .duration_ms = DURATION_USUAL_MS };
	return 0;
}

size_t dtmf_relay_write(const struct dtmf_digit *digit, char *text, size_t cap)
{
	size_t n = str_add(text, cap, 0, STR("Signal="));

	n = str_add(text, cap, n, (struct str){ &digit->digit, 1 });
	n = str_add(text, cap, n, STR("\r\nDuration="));
	n = str_add_uint(text, cap, n, digit->duration_ms, 10, 1);
	return str_add(text, cap, n, STR("\r\n"));
}
