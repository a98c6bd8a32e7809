/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Parameters whose contents are more than bits in fixed octets (Q.763 clause 3, T1.113.3). Wireshark
 * shows them, too, save those whose comment names other sources (param_table.c).
 */
#include <string.h>

#include "isup/print_private.h"

#define MEANING(names, value) ((value) < sizeof(names) / sizeof *(names) ? (names)[value] : NULL)

static void open_at(struct octets_reader *r, const struct isup_contents *contents)
{
	octets_read_open(r, contents->octets, contents->n);
}

static bool done(struct isup_text *text, struct octets_reader *r)
{
	if (!r->bad)
		isup_text_rest(text, r);
	return !r->bad;
}

/* An octet with its bit H, which tells whether another follows. */
static unsigned extended(struct isup_text *text, struct octets_reader *r, bool *last)
{
	uint8_t octet = octets_read_u8(r);

	*last = octet >> 7;
	isup_text_field(text, "extension", octet >> 7, octet >> 7 ? "last octet" : "continues");
	return octet & 0x7f;
}

static unsigned read_be24(struct octets_reader *r)
{
	unsigned high = octets_read_u8(r);

	return high << 16 | octets_read_be16(r);
}

/* Digits two an octet, the first in the low half; odd: the last high half is filler. */
static void add_digits(struct isup_text *text, const char *name, struct octets_reader *r, size_t n,
		       bool odd)
{
	const uint8_t *octets = octets_read_take(r, n);
	char digits[2 * 255 + 1];
	size_t n_digits = 0;

	if (r->bad)
		return;
	for (size_t i = 0; i < 2 * n; i++)
		if (!odd || i + 1 < 2 * n)
			digits[n_digits++] =
				"0123456789ABCDEF"[octets[i / 2] >> (i % 2 ? 4 : 0) & 0xf];
	digits[n_digits] = '\0';
	isup_text_string(text, name, n_digits ? digits : "none");
}

static void odd_even(struct isup_text *text, unsigned octet)
{
	isup_text_field(text, "odd", octet >> 7, NULL);
}

/* 3.8 */
bool isup_print_call_reference(struct isup_text *text, const struct isup_param_def *def,
			       const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	isup_text_field(text, "call identity", read_be24(&r), NULL);
	isup_text_field(text, "point code", octets_read_le16(&r) & 0x3fff, NULL);
	return done(text, &r);
}

/* 3.17: the last two octets may be absent (Wireshark wants all) */
bool isup_print_connection_request(struct isup_text *text, const struct isup_param_def *def,
				   const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	isup_text_field(text, "local reference", read_be24(&r), NULL);
	isup_text_field(text, "point code", octets_read_le16(&r) & 0x3fff, NULL);
	if (octets_read_left(&r) > 0)
		isup_text_field(text, "protocol class", octets_read_u8(&r), NULL);
	if (octets_read_left(&r) > 0)
		isup_text_field(text, "credit", octets_read_u8(&r), NULL);
	return done(text, &r);
}

/* Four digits, the first in the high half. */
static void add_identity(struct isup_text *text, struct octets_reader *r)
{
	unsigned identity = octets_read_be16(r);
	char digits[5];

	for (unsigned i = 0; i < 4; i++)
		digits[i] = "0123456789ABCDEF"[identity >> (12 - 4 * i) & 0xf];
	digits[4] = '\0';
	isup_text_string(text, "network identity", digits);
}

/* 3.15 */
bool isup_print_interlock(struct isup_text *text, const struct isup_param_def *def,
			  const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	add_identity(text, &r);
	isup_text_field(text, "binary code", octets_read_be16(&r), NULL);
	return done(text, &r);
}

/* 3.50, 3.40 */
bool isup_print_point_code(struct isup_text *text, const struct isup_param_def *def,
			   const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	isup_text_field(text, "point code", octets_read_le16(&r) & 0x3fff, NULL);
	return done(text, &r);
}

/* 3.53 */
bool isup_print_network(struct isup_text *text, const struct isup_param_def *def,
			const struct isup_contents *contents)
{
	static const char *const type[] = { "ITU-T", NULL, "national" };
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	uint8_t octet = octets_read_u8(&r);
	odd_even(text, octet);
	isup_text_field(text, "type", octet >> 4 & 7, MEANING(type, octet >> 4 & 7));
	isup_text_field(text, "identification plan", octet & 0xf, NULL);
	add_digits(text, "network", &r, octets_read_left(&r), octet >> 7);
	return done(text, &r);
}

/* 3.69 */
bool isup_print_map(struct isup_text *text, const struct isup_param_def *def,
		    const struct isup_contents *contents)
{
	static const char *const type[] = { NULL, "1544 kbit/s", "2048 kbit/s" };
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	unsigned map = octets_read_u8(&r) & 0x3f;
	isup_text_field(text, "map type", map, MEANING(type, map));
	size_t n = octets_read_left(&r);
	isup_text_hex(text, "map", octets_read_take(&r, n), n);
	return done(text, &r);
}

/* 3.14: with call processing state 0 the other bits mean something else */
bool isup_print_states(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	static const char *const bare[] = { "transient", NULL, NULL, "unequipped" };
	static const char *const blocking[] = { "none", "local", "remote", "local and remote" };
	static const char *const call[] = { NULL, "incoming busy", "outgoing busy", "idle" };

	(void)def;
	for (unsigned i = 0; i < contents->n; i++) {
		unsigned state = contents->octets[i];
		isup_text_field(text, "circuit", i, NULL);
		if (!(state >> 2 & 3)) {
			isup_text_field(text, "state", state & 3, bare[state & 3]);
			continue;
		}
		isup_text_field(text, "maintenance blocking", state & 3, blocking[state & 3]);
		isup_text_field(text, "call processing", state >> 2 & 3, call[state >> 2 & 3]);
		isup_text_field(text, "hardware blocking", state >> 4 & 3,
				blocking[state >> 4 & 3]);
	}
	return true;
}

/* 3.60 */
bool isup_print_uus(struct isup_text *text, const struct isup_param_def *def,
		    const struct isup_contents *contents)
{
	static const char *const request[] = { "no information", NULL, "not essential",
					       "essential" };
	static const char *const response[] = { "no information", "not provided", "provided" };
	static const char *const service[] = { "service 1", "service 2", "service 3" };
	unsigned octet = contents->octets[0];

	(void)def;
	isup_text_field(text, "type", octet & 1, octet & 1 ? "response" : "request");
	for (unsigned i = 0; i < 3; i++) {
		unsigned value = octet >> (1 + 2 * i) & 3;
		isup_text_field(text, service[i], value,
				octet & 1 ? MEANING(response, value) : request[value]);
	}
	if (octet & 1)
		isup_text_field(text, "discarded by network", octet >> 7,
				octet >> 7 ? "yes" : "no");
	return true;
}

/* 3.49 */
bool isup_print_features(struct isup_text *text, const struct isup_param_def *def,
			 const struct isup_contents *contents)
{
	static const char *const feature[] = { NULL, "call transfer" };

	(void)def;
	for (size_t i = 0; i < contents->n; i++)
		isup_text_field(text, "feature", contents->octets[i],
				MEANING(feature, contents->octets[i]));
	return true;
}

/* 3.41: sets of instructions, one an upgraded parameter */
bool isup_print_compatibility(struct isup_text *text, const struct isup_param_def *def,
			      const struct isup_contents *contents)
{
	static const char *const broadband[] = { "pass on", "discard message", "release call",
						 "discard parameter" };
	struct octets_reader r;

	open_at(&r, contents);
	while (octets_read_left(&r) > 0) {
		isup_text_field(text, "upgraded parameter", octets_read_u8(&r), NULL);
		uint8_t octet = octets_read_u8(&r);
		if (r.bad)
			return false;
		isup_text_fields(text, def->fields, def->n_fields, &octet, 1);
		for (unsigned i = 0; !(octet & 0x80) && octets_read_left(&r) > 0; i++) {
			octet = octets_read_u8(&r);
			if (i == 0)
				isup_text_field(text, "broadband/narrowband", octet & 3,
						broadband[octet & 3]);
			else
				isup_text_field(text, "instructions", octet, NULL);
		}
	}
	return true;
}

/* 3.34 */
bool isup_print_mlpp(struct isup_text *text, const struct isup_param_def *def,
		     const struct isup_contents *contents)
{
	static const char *const lfb[] = { "allowed", "not allowed", "path reserved" };
	static const char *const level[] = { "flash override", "flash", "immediate", "priority",
					     "routine" };
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	uint8_t octet = octets_read_u8(&r);
	isup_text_field(text, "look ahead for busy", octet >> 5 & 3, MEANING(lfb, octet >> 5 & 3));
	isup_text_field(text, "precedence", octet & 0xf, MEANING(level, octet & 0xfu));
	add_identity(text, &r);
	isup_text_field(text, "service domain", read_be24(&r), NULL);
	return done(text, &r);
}

/* 3.67: only a response has an indicator */
bool isup_print_loop(struct isup_text *text, const struct isup_param_def *def,
		     const struct isup_contents *contents)
{
	static const char *const response[] = { "insufficient information", "no loop exists",
						"simultaneous transfer" };
	unsigned octet = contents->octets[0];

	(void)def;
	isup_text_field(text, "type", octet & 1, octet & 1 ? "response" : "request");
	if (octet & 1)
		isup_text_field(text, "response", octet >> 1 & 3,
				MEANING(response, octet >> 1 & 3));
	return true;
}

/* 3.66 (BME): originating service provider and user group, then the terminating routing number */
bool isup_print_gvns(struct isup_text *text, const struct isup_param_def *def,
		     const struct isup_contents *contents)
{
	static const char *const part[] = { "service provider", "user group" };
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t octet = octets_read_u8(&r);
		add_digits(text, part[i], &r, octet & 0xf, octet >> 7);
	}
	uint8_t octet = octets_read_u8(&r);
	unsigned n = octet & 0xf;
	isup_text_field(text, "numbering plan", octet >> 4 & 7, NULL);
	if (n > 0) {
		isup_text_field(text, "nature of address", octets_read_u8(&r) & 0x7f, NULL);
		add_digits(text, "routing number", &r, n - 1, octet >> 7);
	}
	return done(text, &r);
}

/* 3.3: information elements of Q.931; one with bit H is one octet long (Q.931 4.5.1) */
bool isup_print_elements(struct isup_text *text, const struct isup_param_def *def,
			 const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	while (octets_read_left(&r) > 0) {
		uint8_t element = octets_read_u8(&r);
		isup_text_field(text, "element", element, NULL);
		if (element & 0x80)
			continue;
		uint8_t n = octets_read_u8(&r);
		const uint8_t *octets = octets_read_take(&r, n);
		if (r.bad)
			return false;
		isup_text_hex(text, "contents", octets, n);
	}
	return true;
}

/* An address of an application transport: like a called number, with its own length octet. */
static void add_application_address(struct isup_text *text, struct octets_reader *r,
				    const char *length)
{
	unsigned n = octets_read_u8(r);

	isup_text_field(text, length, n, NULL);
	if (n < 2)
		return;
	uint8_t first = octets_read_u8(r);
	uint8_t second = octets_read_u8(r);
	odd_even(text, first);
	isup_text_field(text, "nature of address", first & 0x7f, NULL);
	isup_text_field(text, "routing to internal number", second >> 7, NULL);
	isup_text_field(text, "numbering plan", second >> 4 & 7, NULL);
	add_digits(text, "digits", r, n - 2, first >> 7);
}

#define CONTEXT_98 3 /* the last application context of 1998, which has no addresses */

/* 3.82 */
bool isup_print_application(struct isup_text *text, const struct isup_param_def *def,
			    const struct isup_contents *contents)
{
	static const char *const context[] = { "UCEH", "PSS1", NULL,   "charging",
					       "GAT",  "BAT",  "EUCEH" };
	struct octets_reader r;
	bool last;

	(void)def;
	open_at(&r, contents);
	unsigned id = extended(text, &r, &last);
	if (!last)
		id |= extended(text, &r, &last) << 7;
	isup_text_field(text, "context", id, MEANING(context, id));
	unsigned instructions = extended(text, &r, &last);
	isup_text_field(text, "release call", instructions & 1, instructions & 1 ? "yes" : "no");
	isup_text_field(text, "send notification", instructions >> 1 & 1,
			instructions >> 1 & 1 ? "yes" : "no");
	unsigned segmentation = extended(text, &r, &last);
	isup_text_field(text, "following segments", segmentation & 0x3f, NULL);
	isup_text_field(text, "sequence", segmentation >> 6,
			segmentation >> 6 ? "new" : "subsequent");
	if (!last)
		isup_text_field(text, "segmentation reference", extended(text, &r, &last), NULL);
	if (id > CONTEXT_98) {
		add_application_address(text, &r, "origination length");
		add_application_address(text, &r, "destination length");
	}
	size_t n = octets_read_left(&r);
	if (!r.bad && n)
		isup_text_hex(text, "data", octets_read_take(&r, n), n);
	return !r.bad;
}

/* 3.88 */
bool isup_print_geodetic(struct isup_text *text, const struct isup_param_def *def,
			 const struct isup_contents *contents)
{
	static const char *const shape[] = { "ellipsoid point",
					     "ellipsoid point with uncertainty",
					     "point with altitude and uncertainty",
					     "ellipse on the ellipsoid",
					     "ellipsoid circle sector",
					     "polygon" };
	struct octets_reader r;
	bool last;

	open_at(&r, contents);
	isup_text_fields(text, def->fields, def->n_fields, octets_read_take(&r, 1), 1);
	unsigned form = extended(text, &r, &last);
	isup_text_field(text, "shape", form, MEANING(shape, form));
	size_t n = octets_read_left(&r);
	if (n)
		isup_text_hex(text, "description", octets_read_take(&r, n), n);
	return !r.bad;
}

/* 3.90 (jSS7, ITS) */
bool isup_print_routing_number(struct isup_text *text, const struct isup_param_def *def,
			       const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	uint8_t octet = octets_read_u8(&r);
	odd_even(text, octet);
	isup_text_field(text, "numbering plan", octet >> 4 & 7, NULL);
	isup_text_field(text, "nature of address", octet & 0xf, NULL);
	add_digits(text, "digits", &r, octets_read_left(&r), octet >> 7);
	return done(text, &r);
}

/* 3.24 (BME) */
bool isup_print_digits(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	static const char *const scheme[] = { "BCD even", "BCD odd", "IA5", "binary" };
	static const char *const type[] = { "account code", "authorisation code", "private network",
					    "business group" };
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	uint8_t octet = octets_read_u8(&r);
	isup_text_field(text, "encoding", octet >> 5, MEANING(scheme, octet >> 5));
	isup_text_field(text, "type", octet & 0x1f, MEANING(type, octet & 0x1fu));
	size_t n = octets_read_left(&r);
	if (octet >> 5 < 2)
		add_digits(text, "digits", &r, n, octet >> 5);
	else if (octet >> 5 == 2)
		isup_text_ia5(text, "digits", octets_read_take(&r, n), n);
	else
		isup_text_hex(text, "digits", octets_read_take(&r, n), n);
	return !r.bad;
}

/* 3.94, 3.95, 3.99, 3.100 (jSS7, ITS): tag, length, contents */
bool isup_print_information(struct isup_text *text, const struct isup_param_def *def,
			    const struct isup_contents *contents)
{
	const struct isup_field *tags = def->fields;
	struct octets_reader r;

	open_at(&r, contents);
	while (octets_read_left(&r) > 0) {
		unsigned tag = octets_read_u8(&r);
		uint8_t n = octets_read_u8(&r);
		const uint8_t *octets = octets_read_take(&r, n);
		if (r.bad)
			return false;
		isup_text_field(text, "information", tag,
				tag < tags->n_values ? tags->values[tag] : NULL);
		isup_text_hex(text, "contents", octets, n);
	}
	return true;
}

/* T1.113: transit network selection (with a circuit code) and carrier identification (without) */
bool isup_print_ansi_network(struct isup_text *text, const struct isup_param_def *def,
			     const struct isup_contents *contents)
{
	static const char *const plan[] = { "unknown", "3-digit carrier", "4-digit carrier" };
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	uint8_t octet = octets_read_u8(&r);
	isup_text_field(text, "spare", octet >> 7, NULL);
	isup_text_field(text, "type", octet >> 4 & 7, (octet >> 4 & 7) == 2 ? "national" : NULL);
	isup_text_field(text, "identification plan", octet & 0xf, MEANING(plan, octet & 0xfu));
	add_digits(text, "network", &r, 2, false);
	if (contents->code == ISUP_P_TNS)
		isup_text_field(text, "circuit code", octets_read_u8(&r) >> 4, NULL);
	return done(text, &r);
}

/* T1.113 operator services information */
bool isup_print_services(struct isup_text *text, const struct isup_param_def *def,
			 const struct isup_contents *contents)
{
	(void)def;
	for (size_t i = 0; i < contents->n; i++) {
		isup_text_field(text, "information type", contents->octets[i] >> 4, NULL);
		isup_text_field(text, "value", contents->octets[i] & 0xf, NULL);
	}
	return true;
}

/* T1.113 jurisdiction: six digits and nothing else */
bool isup_print_jurisdiction(struct isup_text *text, const struct isup_param_def *def,
			     const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	open_at(&r, contents);
	add_digits(text, "digits", &r, contents->n, false);
	return !r.bad;
}

/* T1.113 generic name */
bool isup_print_name(struct isup_text *text, const struct isup_param_def *def,
		     const struct isup_contents *contents)
{
	isup_text_fields(text, def->fields, def->n_fields, contents->octets, 1);
	isup_text_ia5(text, "name", contents->octets + 1, contents->n - 1u);
	return true;
}

/* T1.113 business group */
bool isup_print_group(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct octets_reader r;

	open_at(&r, contents);
	isup_text_fields(text, def->fields, def->n_fields, octets_read_take(&r, 1), 1);
	isup_text_field(text, "group", read_be24(&r), NULL);
	isup_text_field(text, "sub-group", octets_read_be16(&r), NULL);
	isup_text_field(text, "line privileges", octets_read_u8(&r), NULL);
	return done(text, &r);
}

bool isup_print_text(struct isup_text *text, const struct isup_param_def *def,
		     const struct isup_contents *contents)
{
	(void)def;
	isup_text_ia5(text, "text", contents->octets, contents->n);
	return true;
}
