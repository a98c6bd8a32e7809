/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The rules of ENUM, RFC 6116 3 over RFC 3402 and 3403: names, services, substitution expressions.
 * What a name server sends is foreign: expressions are POSIX extended ones of bounded size, without
 * what makes a matcher slow or large.
 */
#include <errno.h>
#include <regex.h>
#include <string.h>
#include <strings.h>

#include "gw/base/counter.h"
#include "gw/dns/enum.h"

#define REPEAT_MAX	1024 /* all bounds of an expression together: glibc unrolls them */
#define NESTED_MAX	3 /* repetitions within repetitions: glibc compiles "((.+)+)+" in 2^depth */
#define GROUPS_MAX	16
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
	bool ignore_case;
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
	e->ignore_case = strcmp(text, "i") == 0;
	return *text && !e->ignore_case ? -EINVAL : 0;
}

/* The larger number of an interval "{2,5}" that begins at i; 0: it is none that is accepted. */
static unsigned interval_bound(struct str ere, size_t i)
{
	unsigned value = 0, most = 0;

	for (i++; i < ere.n && ere.p[i] != '}'; i++) {
		if (ere.p[i] >= '0' && ere.p[i] <= '9')
			value = value * 10 + (unsigned)(ere.p[i] - '0');
		else if (ere.p[i] == ',')
			value = 0;
		else
			return 0;
		if (value > most)
			most = value;
		if (most > REPEAT_MAX)
			return 0;
	}
	return i < ere.n && most ? most : 0;
}

/* Back-references within the pattern are no POSIX ERE and take exponential time. glibc writes an
 * interval out as often as it repeats and a + twice, and nested ones multiply. */
static bool ere_is_safe(struct str ere)
{
	unsigned long long repeats = 1;

	for (size_t i = 0; i < ere.n; i++) {
		if (ere.p[i] == '\\') {
			i++;
			if (i == ere.n || (ere.p[i] >= '0' && ere.p[i] <= '9'))
				return false;
		} else if (ere.p[i] == '{') {
			unsigned bound = interval_bound(ere, i);

			repeats *= bound;
			if (!bound || repeats > REPEAT_MAX)
				return false;
		} else if (ere.p[i] == '+') {
			repeats *= 2;
			if (repeats > REPEAT_MAX)
				return false;
		}
	}
	return ere.n > 0;
}

/* Behind a bracket expression that begins at i; ere.n: it has no end. */
static size_t bracket_end(struct str ere, size_t i)
{
	i++;
	i += i < ere.n && ere.p[i] == '^';
	i += i < ere.n && ere.p[i] == ']';
	while (i < ere.n && ere.p[i] != ']') {
		char kind = ere.p[i] == '[' && i + 1 < ere.n ? ere.p[i + 1] : '\0';

		if (kind != ':' && kind != '.' && kind != '=') {
			i++;
			continue;
		}
		for (i += 2; i + 1 < ere.n && (ere.p[i] != kind || ere.p[i + 1] != ']');)
			i++;
		i += 2;
	}
	return i < ere.n ? i + 1 : ere.n;
}

/* A group of an expression, or all of it. */
struct ere_group {
	unsigned most; /* repetitions within repetitions */
	bool solid;    /* this alternative cannot be empty, but for its last atom */
	bool hollow;   /* one before can */
};

struct ere_atom {
	unsigned repetitions; /* of it, which may be a group, and within it */
	bool any, hollow;     /* there is one; it can be empty */
};

/* Returns its last character. Anchors are empty, those that GNU has beside POSIX, too. */
static size_t atom_begin(struct str ere, size_t i, struct ere_atom *atom)
{
	if (ere.p[i] == '[')
		return bracket_end(ere, i) - 1;
	if (ere.p[i] == '\\') {
		atom->hollow = i + 1 < ere.n && strchr("bB<>`'", ere.p[i + 1]);
		return i + 1;
	}
	atom->hollow = ere.p[i] == '^' || ere.p[i] == '$';
	return i;
}

static void atom_end(struct ere_group *group, struct ere_atom *atom)
{
	group->solid |= atom->any && !atom->hollow;
	*atom = (struct ere_atom){ 0 };
}

static void alternative_end(struct ere_group *group, struct ere_atom *atom)
{
	atom_end(group, atom);
	group->hollow |= !group->solid;
	group->solid = false;
}

/* Of what can be empty glibc tries all ways through the copies that it makes: an interval doubles them each time. */
static bool interval_is_safe(struct str ere, size_t i, struct ere_atom *atom)
{
	bool none = ere.p[i + 1] == ',' || (ere.p[i + 1] == '0' && ere.p[i + 2] == ',');

	if (atom->hollow)
		return false;
	atom->hollow = none;
	return true;
}

/* Each of * + ? { } is one repetition more than what it repeats, which may be a group. */
static bool nesting_is_safe(struct str ere)
{
	struct ere_group group[GROUPS_MAX + 1] = { 0 };
	struct ere_atom atom = { 0 };
	unsigned groups = 0;

	for (size_t i = 0; i < ere.n; i++) {
		switch (ere.p[i]) {
		case '(':
			atom_end(&group[groups], &atom);
			if (++groups > GROUPS_MAX)
				return false;
			group[groups] = (struct ere_group){ 0 };
			break;
		case ')':
			alternative_end(&group[groups], &atom);
			atom = (struct ere_atom){ group[groups].most, true, group[groups].hollow };
			groups -= groups > 0;
			break;
		case '|':
			alternative_end(&group[groups], &atom);
			break;
		case '{':
			if (!interval_is_safe(ere, i, &atom))
				return false;
			while (i + 1 < ere.n && ere.p[i] != '}')
				i++;
			atom.repetitions++;
			break;
		case '*':
		case '?':
			atom.hollow = true;
			atom.repetitions++;
			break;
		case '+':
			atom.repetitions++;
			break;
		default:
			atom_end(&group[groups], &atom);
			atom.any = true;
			i = atom_begin(ere, i, &atom);
			break;
		}
		if (atom.repetitions > NESTED_MAX)
			return false;
		if (atom.repetitions > group[groups].most)
			group[groups].most = atom.repetitions;
	}
	return true;
}

static int replace(struct str replacement, const char *number, const regmatch_t *match, char *uri,
		   size_t cap)
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
				const regmatch_t *m = &match[c - '0'];

				/* Of a part that the expression has not, or that did not take part. */
				if (m->rm_so < 0)
					return -EINVAL;
				put = (struct str){ number + m->rm_so,
						    (size_t)(m->rm_eo - m->rm_so) };
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
	regmatch_t match[BACK_REFERENCES];
	struct expression e;
	char ere[DNS_NAME_MAX];
	regex_t regex;
	int err = expression_parse(text, &e);

	if (!err &&
	    (!ere_is_safe(e.ere) || !nesting_is_safe(e.ere) || str_copy(ere, sizeof(ere), e.ere)))
		err = -EINVAL;
	if (err)
		return err;
	if (regcomp(&regex, ere, REG_EXTENDED | (e.ignore_case ? REG_ICASE : 0)))
		return -EINVAL;
	if (regexec(&regex, number, BACK_REFERENCES, match, 0))
		err = -ENOENT;
	else
		err = replace(e.replacement, number, match, uri, cap);
	regfree(&regex);
	return err;
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
