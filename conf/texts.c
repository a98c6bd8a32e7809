/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Kinds of values that are texts: one parser, many rules. */
#include "conf/grammar.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "dsp/zone.h"
#include "gw/base/digit_map.h"
#include "gw/base/str.h"
#include "gw/base/week.h"

#define LOWER		"abcdefghijklmnopqrstuvwxyz"
#define UPPER		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS		"0123456789"
#define NAME_MAX_OCTETS 31

static int text_parse(const struct conf_field *field, void *member, const char *text)
{
	char *copy;
	unsigned index;

	if (field->kind->valid && !field->kind->valid(text))
		return -EINVAL;
	if (field->words && !conf_words_find(field, text, &index))
		return -EINVAL;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	*(char **)member = copy;
	return 0;
}

void conf_text_print(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (strchr("\"\\$", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void text_print(const struct conf_field *field, const void *member, FILE *out)
{
	(void)field;
	conf_text_print(*(char *const *)member, out);
}

static bool text_equal(const struct conf_field *field, const void *a, const void *b)
{
	const char *ta = *(char *const *)a, *tb = *(char *const *)b;

	(void)field;
	return ta && tb ? strcmp(ta, tb) == 0 : ta == tb;
}

static void text_right(const struct conf_field *field, FILE *out)
{
	if (field->words)
		conf_words_right(field, out);
	else
		fputs(field->kind->valid_text, out);
}

static bool only(const char *text, const char *characters)
{
	return text[0] && !text[strspn(text, characters)];
}

static bool is_text(const char *text)
{
	return text[0];
}

static bool is_name(const char *text)
{
	return only(text, LOWER UPPER DIGITS "-_.") && strlen(text) <= NAME_MAX_OCTETS;
}

static bool is_socket(const char *text)
{
	return text[0] && strlen(text) < sizeof(((struct sockaddr_un *)NULL)->sun_path);
}

static bool is_digits(const char *text)
{
	return !text[0] || only(text, DIGITS);
}

static bool is_dial(const char *text)
{
	return !text[0] || only(text, DIGITS "*#+ABCDE");
}

static bool is_address(const char *text)
{
	unsigned char octets[16];

	return inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, octets) == 1;
}

static bool is_network(const char *text)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	uint64_t bits;

	if (!slash)
		return is_address(text);
	if (str_copy(address, sizeof(address), (struct str){ text, (size_t)(slash - text) }))
		return false;
	return is_address(address) &&
	       !str_to_u64(str_c(slash + 1), strchr(address, ':') ? 128 : 32, &bits);
}

/* RFC 1123 clause 2.1 and RFC 1035 clause 2.3.4; a last label of digits only would be a mistyped
 * address. */
static bool is_domain(struct str name)
{
	size_t label = 0, digits = 0;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (!name.n || name.n > 253)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		bool edge = !label || i + 1 == name.n || name.p[i + 1] == '.';

		if (name.p[i] == '.') {
			if (!label)
				return false;
			label = digits = 0;
			continue;
		}
		if (!strchr(LOWER UPPER DIGITS "-", name.p[i]) || (name.p[i] == '-' && edge))
			return false;
		digits += name.p[i] >= '0' && name.p[i] <= '9';
		if (++label > 63)
			return false;
	}
	return digits < label;
}

static bool is_host(const char *text)
{
	return is_address(text) || is_domain(str_c(text));
}

static bool is_server(const char *text)
{
	char address[INET6_ADDRSTRLEN];
	unsigned port;

	return conf_address_parse(text, address, sizeof(address), &port);
}

static bool is_proxy(const char *text)
{
	const char *colon = strchr(text, ':');
	uint64_t port;

	if (is_server(text))
		return true;
	if (!colon)
		return is_domain(str_c(text));
	return is_domain((struct str){ text, (size_t)(colon - text) }) &&
	       !str_to_u64(str_c(colon + 1), 65535, &port) && port;
}

/* "FROM TO", each between its limits */
static bool is_pair(const char *text, const uint64_t from[2], const uint64_t to[2])
{
	const char *blank = strchr(text, ' ');
	uint64_t first, second;

	if (!blank || str_to_u64((struct str){ text, (size_t)(blank - text) }, from[1], &first) ||
	    str_to_u64(str_c(blank + 1), to[1], &second))
		return false;
	return first >= from[0] && second >= to[0];
}

/* Q.850: 7 bits; RFC 3261 21: what refuses a call, or sends it elsewhere. */
static const uint64_t causes_range[2] = { 1, 127 }, statuses_range[2] = { 300, 699 };

static bool is_cause_status(const char *text)
{
	return is_pair(text, causes_range, statuses_range);
}

static bool is_status_cause(const char *text)
{
	return is_pair(text, statuses_range, causes_range);
}

/* "20 /absent.wav" */
static bool is_cause_treatment(const char *text)
{
	const char *space = strchr(text, ' ');
	uint64_t cause;

	return space && space[1] && is_text(space + 1) &&
	       !str_to_u64((struct str){ text, (size_t)(space - text) }, 127, &cause) && cause;
}

/* "21 83 10 98": two hexadecimal digits each, at least a code and one octet of contents. */
static bool is_octets(const char *text)
{
	size_t n = strlen(text);

	if (n < 5 || n % 3 != 2)
		return false;
	for (size_t i = 0; i < n; i++)
		if (i % 3 == 2 ? text[i] != ' ' : !strchr(DIGITS "abcdefABCDEF", text[i]))
			return false;
	return true;
}

static bool is_digit_map(const char *text)
{
	unsigned wrong_at;

	return !digit_map_parse(NULL, text, &wrong_at);
}

/* "FROM TO": digits (x: any), $ for the end; what takes their place, - for nothing, = for as it is. */
static bool is_rewrite(const char *text)
{
	size_t n = strspn(text, DIGITS "*#+ABCDEx");

	if (!n || (text[0] == '$'))
		return false;
	n += text[n] == '$';
	if (text[n] != ' ')
		return false;
	text += n + 1;
	return strcmp(text, "-") == 0 || strcmp(text, "=") == 0 ||
	       (only(text, DIGITS "*#+ABCDE") && !strchr(text + 1, '+'));
}

static bool is_hours(const char *text)
{
	return !week_parse(NULL, text);
}

static bool is_domain_text(const char *text)
{
	return is_domain(str_c(text));
}

static bool is_country(const char *text)
{
	return zone_find(text);
}

static void country_right(const struct conf_field *field, FILE *out)
{
	const struct zone *zone;

	(void)field;
	fputs("one of", out);
	for (size_t i = 0; (zone = zone_get(i)); i++)
		fprintf(out, "%s %s", i ? "," : "", zone->country);
}

#define TEXT_KIND                                                                                  \
	.octets = sizeof(char *), .parse = text_parse, .print = text_print, .equal = text_equal,   \
	.right = text_right

const struct conf_kind conf_kind_text = { TEXT_KIND, .valid = is_text,
					  .valid_text = "a text in quotes" };
const struct conf_kind conf_kind_name = {
	TEXT_KIND, .valid = is_name,
	.valid_text = "a name of 1 to 31 letters, digits, hyphens, underscores and dots"
};
const struct conf_kind conf_kind_path = { TEXT_KIND, .valid = is_text,
					  .valid_text = "the path of a file in quotes" };
const struct conf_kind conf_kind_socket = {
	TEXT_KIND, .valid = is_socket,
	.valid_text = "the path of a socket in quotes, of at most 107 octets"
};
const struct conf_kind conf_kind_digits = { TEXT_KIND, .valid = is_digits,
					    .valid_text = "digits in quotes, such as \"49\"" };
const struct conf_kind conf_kind_dial = {
	TEXT_KIND, .valid = is_dial,
	.valid_text = "digits in quotes, such as \"030\" or \"+49\" (also * # A B C D E)"
};
const struct conf_kind conf_kind_address = {
	TEXT_KIND, .valid = is_address,
	.valid_text = "an IPv4 or IPv6 address in quotes, such as \"192.0.2.1\""
};
const struct conf_kind conf_kind_network = {
	TEXT_KIND, .valid = is_network,
	.valid_text = "addresses or networks in quotes, such as \"192.0.2.0/24\""
};
const struct conf_kind conf_kind_host = {
	TEXT_KIND, .valid = is_host,
	.valid_text = "a domain name or an address in quotes, such as \"pbx.example.org\""
};
const struct conf_kind conf_kind_server = {
	TEXT_KIND, .valid = is_server,
	.valid_text = "an address with or without port in quotes, such as \"127.0.0.1:53\""
};
const struct conf_kind conf_kind_proxy = {
	TEXT_KIND, .valid = is_proxy,
	.valid_text = "a domain name or an address in quotes, with or without port, such as "
		      "\"192.0.2.9:5060\""
};
const struct conf_kind conf_kind_text_word = { TEXT_KIND };
const struct conf_kind conf_kind_cause_treatment = {
	TEXT_KIND, .valid = is_cause_treatment,
	.valid_text = "a cause of 1 to 127 and the path of a file, tone or none, in quotes, such "
		      "as \"20 /absent.wav\""
};
const struct conf_kind conf_kind_cause_status = {
	TEXT_KIND, .valid = is_cause_status,
	.valid_text = "cause and status in quotes, 1 to 127 and 300 to 699, such as \"41 500\""
};
const struct conf_kind conf_kind_status_cause = {
	TEXT_KIND, .valid = is_status_cause,
	.valid_text = "status and cause in quotes, 300 to 699 and 1 to 127, such as \"404 1\""
};
const struct conf_kind conf_kind_octets = {
	TEXT_KIND, .valid = is_octets,
	.valid_text = "octets in hexadecimal, code and contents, such as \"21 83 10 98 07\""
};
const struct conf_kind conf_kind_digit_map = {
	TEXT_KIND, .valid = is_digit_map,
	.valid_text =
		"a digit map in quotes: alternatives by |, of digits, x, [2-5], a dot to repeat, "
		"T at the end for a pause, such as \"[2-9]xxxxxx|0xxxxx.T\""
};
const struct conf_kind conf_kind_rewrite = {
	TEXT_KIND, .valid = is_rewrite,
	.valid_text = "beginning and replacement in quotes, such as \"00 +\", \"9 -\" (taken off), "
		      "\"112$ =\" (as it is), \"xx 7\" (x: any digit)"
};
const struct conf_kind conf_kind_hours = {
	TEXT_KIND, .valid = is_hours,
	.valid_text = "days and hours in quotes, such as \"mon-fri 08:00-18:00\", \"sat,sun\" or "
		      "\"22:00-06:00\""
};
const struct conf_kind conf_kind_domain = { TEXT_KIND, .valid = is_domain_text,
					    .valid_text = "a domain name in quotes, such as "
							  "\"e164.arpa\"" };
const struct conf_kind conf_kind_country = { .octets = sizeof(char *),
					     .parse = text_parse,
					     .print = text_print,
					     .equal = text_equal,
					     .valid = is_country,
					     .right = country_right };
