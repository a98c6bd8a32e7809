/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The rules of ENUM, RFC 6116 3 over RFC 3402 and 3403: names, services, substitution expressions.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "gw/base/counter.h"
#include "gw/dns/enum.h"
#include "gw/dns/ere.h"

#define BACK_REFERENCES 10

static struct counter rules_refused = COUNTER_INIT("causeway_enum_rules_refused_total",
						   "NAPTR rules of ENUM that are not terminal, not "
						   "well formed, too large, or give no SIP URI");

int enum_name(struct str number, const char *root, char *name, size_t cap)
{
	size_t n = 0;

	if (number.n < 2 || number.p[0] != '+')
		return -EINVAL;
	if (2 * (number.n - 1) + strlen(root) >= cap)
		return -ENAMETOOLONG;
	for (size_t i = number.n - 1; i > 0; i--) {
		if (number.p[i] < '0' || number.p[i] > '9')
			return -EINVAL;
		name[n++] = number.p[i];
		name[n++] = '.';
	}
	memcpy(name + n, root, strlen(root) + 1);
	return 0;
}

/* RFC 6116 3.4.3: "E2U" 1*("+" type *(":" subtype)); sip has no subtype. 5.2: there are still zones
 * with the older syntax of RFC 2916. */
bool enum_service_is_sip(const char *service)
{
	if (strcasecmp(service, "sip+E2U") == 0)
		return true;
	if (strncasecmp(service, "E2U+", 4) != 0)
		return false;
	for (const char *at = service + 3; *at == '+';) {
		size_t n = strcspn(at + 1, "+");

		if (n == 3 && strncasecmp(at + 1, "sip", 3) == 0)
			return true;
		at += 1 + n;
	}
	return false;
}

/* ---- substitution, RFC 3402 3.2: delim ERE delim replacement delim flags ---- */

struct expression {
	struct str ere, replacement;
	struct ere_flags flags;
};

/* The part up to an unescaped delimiter; false: there is none. */
static bool part_at(const char **at, char delimiter, struct str *part)
{
	const char *start = *at, *p = start;

	while (*p && *p != delimiter)
		p += p[0] == '\\' && p[1] ? 2 : 1;
	if (*p != delimiter)
		return false;
	*part = (struct str){ start, (size_t)(p - start) };
	*at = p + 1;
	return true;
}

static int expression_parse(const char *text, struct expression *e)
{
	char delimiter = text[0];

	/* Neither a digit from 1 to 9 nor the flag nor the escape. */
	if (!delimiter || (delimiter >= '1' && delimiter <= '9') || delimiter == 'i' ||
	    delimiter == '\\')
		return -EINVAL;
	text++;
	if (!part_at(&text, delimiter, &e->ere) || !part_at(&text, delimiter, &e->replacement))
		return -EINVAL;
	e->flags.ignore_case = strcmp(text, "i") == 0;
	return *text && !e->flags.ignore_case ? -EINVAL : 0;
}

static int replace(struct str replacement, const struct str *match, char *uri, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < replacement.n; i++) {
		struct str put = { replacement.p + i, 1 };

		if (replacement.p[i] == '\\') {
			char c = ++i < replacement.n ? replacement.p[i] : '\0';

			put = (struct str){ replacement.p + i, 1 };
			if (!c || c == '0')
				return -EINVAL;
			if (c >= '1' && c <= '9') {
				put = match[c - '0'];
				/* Of a part that the expression has not, or that did not take part. */
				if (!put.p)
					return -EINVAL;
			}
		}
		if (n + put.n >= cap)
			return -ENAMETOOLONG;
		n = str_add(uri, cap, n, put);
	}
	uri[n] = '\0';
	return n ? 0 : -EINVAL;
}

int enum_substitute(const char *text, const char *number, char *uri, size_t cap)
{
	struct str match[BACK_REFERENCES];
	struct expression e;
	int err = expression_parse(text, &e);

	if (!err)
		err = ere_match(e.ere, str_c(number), e.flags, match, BACK_REFERENCES);
	return err ? err : replace(e.replacement, match, uri, cap);
}

bool enum_uri_is_sip(const char *uri)
{
	if (strncasecmp(uri, "sip:", 4) != 0 || !uri[4])
		return false;
	/* RFC 3986 2: what no URI has, and what would leave its place in a message. */
	for (const char *p = uri; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("\"<>\\^`{|}", *p))
			return false;
	return true;
}

/* Terminal rules alone: RFC 6116 5.2.1 lets others be discarded, which could go on without end. */
static bool rule_gives(const struct dns_naptr *naptr, const char *number, char *uri)
{
	int err;

	if (strcasecmp(naptr->flags, "u") != 0) {
		counter_add(&rules_refused, 1);
		return false;
	}
	err = enum_substitute(naptr->regexp, number, uri, ENUM_URI_MAX);
	if (!err && enum_uri_is_sip(uri))
		return true;
	if (err != -ENOENT)
		counter_add(&rules_refused, 1);
	return false;
}

size_t enum_select(const struct dns_naptr *naptr, size_t n, const char *number,
		   char uris[][ENUM_URI_MAX])
{
	size_t found = 0;
	unsigned order = 0; /* of those found */

	counter_list(&rules_refused);
	for (size_t i = 0; i < n && found < ENUM_URIS_MAX; i++) {
		/* RFC 3403 4.1: once a rule of an order was taken, none of a higher order is. */
		if (found && naptr[i].order != order)
			break;
		if (!enum_service_is_sip(naptr[i].service) ||
		    !rule_gives(&naptr[i], number, uris[found]))
			continue;
		order = naptr[i].order;
		found++;
	}
	return found;
}
