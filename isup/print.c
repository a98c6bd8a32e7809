/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP messages as text: one line for logs and ladders, or every field of every parameter (Q.763
 * clause 3). */
#include <stdarg.h>
#include <stdio.h>

#include "gw/base/q850.h"
#include "isup/print_private.h"

static void text_open(struct isup_text *text, char *buffer, size_t cap)
{
	*text = (struct isup_text){ .at = buffer, .left = cap };
	if (cap)
		*buffer = '\0';
}

void isup_text_add(struct isup_text *text, const char *fmt, ...)
{
	va_list args;

	if (!text->left)
		return;
	va_start(args, fmt);
	int n = vsnprintf(text->at, text->left, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	size_t used = (size_t)n < text->left ? (size_t)n : text->left - 1;
	text->at += used;
	text->left -= used;
}

#define add isup_text_add

void isup_text_octets(struct isup_text *text, const uint8_t *octets, size_t n)
{
	if (n && octets)
		add(text, " ");
	for (size_t i = 0; octets && i < n; i++)
		add(text, "%02x", octets[i]);
}

static void name_field(struct isup_text *text, const char *name)
{
	add(text, "%s %s", text->more ? "," : "", name);
	text->more = true;
}

void isup_text_field(struct isup_text *text, const char *name, unsigned value, const char *meaning)
{
	name_field(text, name);
	add(text, " %u", value);
	if (meaning)
		add(text, " (%s)", meaning);
}

void isup_text_string(struct isup_text *text, const char *name, const char *value)
{
	name_field(text, name);
	add(text, " %s", value);
}

void isup_text_ia5(struct isup_text *text, const char *name, const uint8_t *octets, size_t n)
{
	name_field(text, name);
	add(text, " \"");
	for (size_t i = 0; octets && i < n; i++) {
		bool plain = octets[i] >= ' ' && octets[i] < 0x7f && octets[i] != '"';
		add(text, "%c", plain ? octets[i] : '?');
	}
	add(text, "\"");
}

void isup_text_hex(struct isup_text *text, const char *name, const uint8_t *octets, size_t n)
{
	name_field(text, name);
	if (n && octets)
		isup_text_octets(text, octets, n);
	else
		add(text, " none");
}

void isup_text_rest(struct isup_text *text, struct octets_reader *r)
{
	size_t n = octets_read_left(r);

	if (n)
		isup_text_hex(text, "octets", octets_read_take(r, n), n);
}

/* Octets from offset on that no field describes. */
static void add_rest(struct isup_text *text, const struct isup_contents *contents, size_t offset)
{
	if (offset < contents->n)
		isup_text_hex(text, "octets", &contents->octets[offset], contents->n - offset);
}

static void add_hex(struct isup_text *text, const struct isup_contents *contents, size_t offset)
{
	if (offset < contents->n)
		isup_text_octets(text, &contents->octets[offset], contents->n - offset);
}

static const char *name_in(const char *const *names, size_t n, unsigned value)
{
	return value < n ? names[value] : NULL;
}

#define NAME_IN(names, value) name_in(names, sizeof(names) / sizeof *(names), value)

/* " name", or " what value" where Q.763 has no name. */
static void add_named(struct isup_text *text, const char *name, const char *what, unsigned value)
{
	if (name)
		add(text, " %s", name);
	else
		add(text, " %s %u", what, value);
}

/* Q.763 3.9 b and 3.10 b */
static const char *const noa_names[] = {
	[1] = "subscriber",    [2] = "unknown",		 [3] = "national",
	[4] = "international", [5] = "network-specific",
};

/* Q.763 3.9 d */
static const char *const plan_names[] = {
	[0] = "unknown", [1] = "E.164", [3] = "X.121", [4] = "F.69", [5] = "private",
};

/* Q.763 3.10 e */
static const char *const presentation_names[] = { "allowed", "restricted", "unavailable", "spare" };

/* Q.763 3.10 f */
static const char *const screening_names[] = {
	"user provided, not verified",
	"user provided, verified and passed",
	"user provided, verified and failed",
	"network provided",
};

/* Q.850 figure 1, octet 3 */
static const char *const location_names[] = {
	[Q850_LOC_USER] = "U",
	[Q850_LOC_PRIVATE_LOCAL] = "LPN",
	[Q850_LOC_PUBLIC_LOCAL] = "LN",
	[Q850_LOC_TRANSIT] = "TN",
	[Q850_LOC_PUBLIC_REMOTE] = "RLN",
	[Q850_LOC_PRIVATE_REMOTE] = "RPN",
	[Q850_LOC_INTERNATIONAL] = "INTL",
	[Q850_LOC_BEYOND_INTERWORKING] = "BI",
};

static const char *const coding_names[] = { "ITU-T", "ISO/IEC", "national", "location specific" };

/* T1.113 */
static const char *const ansi_coding_names[] = { "CCITT", "other international", "ANSI",
						 "reserved" };

/* Q.763 3.26 a */
static const char *const qualifier_names[] = {
	"dialled digits",
	"additional called number",
	"supplemental calling number, screening failed",
	"supplemental calling number, not screened",
	"redirecting terminating number",
	"additional connected number",
	"additional calling party number",
	"additional original called number",
	"additional redirecting number",
	"additional redirection number",
};

bool isup_print_octets(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	(void)def;
	add_hex(text, contents, 0);
	return true;
}

static unsigned value_of(const struct isup_field *f, const uint8_t *octets)
{
	return octets[f->octet] >> f->shift & ((1u << f->width) - 1);
}

void isup_text_fields(struct isup_text *text, const struct isup_field *fields, size_t n,
		      const uint8_t *octets, size_t n_octets)
{
	for (size_t i = 0; i < n && fields[i].octet < n_octets; i++) {
		const struct isup_field *f = &fields[i];
		unsigned value = value_of(f, octets);
		isup_text_field(text, f->name, value, name_in(f->values, f->n_values, value));
	}
}

/* The octets that no field describes follow as hex. */
bool isup_print_fields(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	size_t described = 0;

	isup_text_fields(text, def->fields, def->n_fields, contents->octets, contents->n);
	for (size_t i = 0; i < def->n_fields; i++)
		if (def->fields[i].octet < contents->n && def->fields[i].octet >= described)
			described = def->fields[i].octet + 1u;
	add_rest(text, contents, described);
	return true;
}

bool isup_print_repeated(struct isup_text *text, const struct isup_param_def *def,
			 const struct isup_contents *contents)
{
	size_t i = 0;

	do {
		isup_text_fields(text, def->fields, def->n_fields, &contents->octets[i], 1);
		isup_text_field(text, "extension", contents->octets[i] >> 7,
				contents->octets[i] >> 7 ? "last octet" : "continues");
	} while (!(contents->octets[i++] & 0x80) && i < contents->n);
	add_rest(text, contents, i);
	return true;
}

/* The number as its parameter holds it: all of these are there or none. */
static void add_address(struct isup_text *text, unsigned parts, const struct isup_number *number)
{
	isup_text_field(text, "nature of address", number->noa, NAME_IN(noa_names, number->noa));
	if (parts & ISUP_NUM_PLAN)
		isup_text_field(text, "numbering plan", number->npi,
				NAME_IN(plan_names, number->npi));
	if (parts & ISUP_NUM_INN)
		isup_text_field(text, "routing to internal number", number->internal_not_allowed,
				number->internal_not_allowed ? "not allowed" : "allowed");
	if (parts & ISUP_NUM_NI)
		isup_text_field(text, "incomplete", number->incomplete,
				number->incomplete ? "yes" : "no");
	if (parts & ISUP_NUM_PRESENTATION)
		isup_text_field(text, "presentation", number->presentation,
				presentation_names[number->presentation]);
	if (parts & ISUP_NUM_SCREENING)
		isup_text_field(text, "screening", number->screening,
				screening_names[number->screening]);
}

bool isup_print_number(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	unsigned parts = isup_number_parts(contents->code);
	struct isup_number number;

	(void)def;
	if (!isup_number_read(contents, &number))
		return false;
	isup_text_string(text, "digits", number.n ? number.digits : "none");
	isup_text_field(text, "odd", (number.n + (unsigned)number.complete) % 2, NULL);
	if (parts & ISUP_NUM_ST)
		isup_text_field(text, "complete", number.complete, number.complete ? "yes" : "no");
	if (parts & ISUP_NUM_QUALIFIER)
		isup_text_field(text, "qualifier", number.qualifier,
				NAME_IN(qualifier_names, number.qualifier));
	if (parts & ISUP_NUM_ADDRESS)
		add_address(text, parts, &number);
	return true;
}

/* What a ladder calls a number. */
static const char *number_word(uint8_t code)
{
	switch (code) {
	case ISUP_P_CALLED:
		return "called";
	case ISUP_P_SUBSEQUENT:
		return "digits";
	case ISUP_P_CALLING:
		return "calling";
	case ISUP_P_CONNECTED:
		return "connected";
	case ISUP_P_REDIRECTING:
		return "redirecting";
	case ISUP_P_REDIRECTION_NUMBER:
		return "redirection";
	case ISUP_P_ORIGINAL_CALLED:
		return "original called";
	default:
		return "generic";
	}
}

bool isup_brief_number(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	unsigned parts = isup_number_parts(contents->code);
	struct isup_number number;

	(void)def;
	add(text, " %s", number_word(contents->code));
	if (!isup_number_read(contents, &number))
		return false;
	add(text, " %s", number.n ? number.digits : "-");
	if (parts & ISUP_NUM_ADDRESS)
		add_named(text, NAME_IN(noa_names, number.noa), "noa", number.noa);
	if (number.complete)
		add(text, " complete");
	if (number.incomplete)
		add(text, " incomplete");
	if (parts & ISUP_NUM_PRESENTATION)
		add(text, " %s", presentation_names[number.presentation]);
	return true;
}

static bool print_cause(struct isup_text *text, const struct isup_contents *contents,
			const char *const *codings, const char *(*name)(unsigned))
{
	struct isup_cause cause;

	if (!isup_cause_read(contents, &cause))
		return false;
	isup_text_field(text, "value", cause.value, name(cause.value));
	isup_text_field(text, "location", cause.location, NAME_IN(location_names, cause.location));
	isup_text_field(text, "coding standard", cause.coding, codings[cause.coding]);
	isup_text_field(text, "extension", contents->octets[0] >> 7,
			contents->octets[0] >> 7 ? "last octet" : "continues");
	/* Octet 1a: the recommendation whose values these are (Q.850 2.2.3). */
	if (!(contents->octets[0] & 0x80))
		isup_text_field(text, "recommendation", contents->octets[1] & 0x7f, NULL);
	isup_text_hex(text, "diagnostic", cause.diagnostic, cause.n_diagnostic);
	return true;
}

bool isup_print_cause(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	(void)def;
	return print_cause(text, contents, coding_names, q850_cause_name);
}

/* T1.113: some values have another meaning in ANSI's own coding. */
static const char *ansi_cause_name(unsigned value)
{
	switch (value) {
	case 23:
		return "unallocated destination number";
	case 24:
		return "undefined business group";
	case 45:
		return "preemption";
	case 46:
		return "precedence call blocked";
	case 51:
		return "call type incompatible with service request";
	case 54:
		return "call blocked due to group restriction";
	default:
		return q850_cause_name(value);
	}
}

bool isup_print_ansi_cause(struct isup_text *text, const struct isup_param_def *def,
			   const struct isup_contents *contents)
{
	bool own = (contents->octets[0] >> 5 & 3) == 2;

	(void)def;
	return print_cause(text, contents, ansi_coding_names,
			   own ? ansi_cause_name : q850_cause_name);
}

bool isup_brief_cause(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_cause cause;

	(void)def;
	add(text, " cause");
	if (!isup_cause_read(contents, &cause))
		return false;
	add(text, " %u %s location", cause.value, q850_cause_name(cause.value));
	if (NAME_IN(location_names, cause.location))
		add(text, " %s", NAME_IN(location_names, cause.location));
	else
		add(text, " %u", cause.location);
	if (cause.n_diagnostic) {
		add(text, " diagnostic");
		add_hex(text, contents, contents->n - (size_t)cause.n_diagnostic);
	}
	return true;
}

bool isup_brief_range(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_range range;

	(void)def;
	add(text, " range");
	if (!isup_range_read(contents, &range))
		return false;
	add(text, " %u", range.range);
	if (range.has_status) {
		add(text, " status");
		add_hex(text, contents, 1);
	}
	return true;
}

/* Status as octets: bit 0 of the first is the circuit that the message names. */
bool isup_print_range(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_range range;

	(void)def;
	if (!isup_range_read(contents, &range))
		return false;
	isup_text_field(text, "range", range.range, NULL);
	if (range.has_status)
		isup_text_hex(text, "status", range.status, range.n_status);
	return true;
}

/* Q.763 3.42, 3.7: milliseconds in two octets */
bool isup_print_delay(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	octets_read_open(&r, contents->octets, contents->n);
	isup_text_field(text, "delay", octets_read_be16(&r), "ms");
	isup_text_rest(text, &r);
	return true;
}

/* The name of the first field's value. */
bool isup_brief_fields(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	const struct isup_field *f = def->fields;
	unsigned value = value_of(f, contents->octets);

	add_named(text, name_in(f->values, f->n_values, value), f->name, value);
	return true;
}

/* The names of the flags that are set. */
bool isup_brief_set_flags(struct isup_text *text, const struct isup_param_def *def,
			  const struct isup_contents *contents)
{
	for (size_t i = 0; i < def->n_fields && def->fields[i].octet < contents->n; i++) {
		const struct isup_field *f = &def->fields[i];
		if (f->width == 1 && contents->octets[f->octet] >> f->shift & 1)
			add(text, " %s", f->name);
	}
	return true;
}

/* What the caller's side must know of an ACM: called party's status, and whether the call left
 * ISUP. */
bool isup_brief_bci(struct isup_text *text, const struct isup_param_def *def,
		    const struct isup_contents *contents)
{
	static const char *const status[] = { "no indication", "subscriber free",
					      "connect when free" };
	unsigned value = contents->octets[0] >> 2 & 3;

	(void)def;
	add_named(text, NAME_IN(status, value), "status", value);
	if (contents->octets[1] & 1)
		add(text, " interworking");
	return true;
}

bool isup_brief_nci(struct isup_text *text, const struct isup_param_def *def,
		    const struct isup_contents *contents)
{
	static const char *const continuity[] = { "", " continuity check",
						  " continuity check on previous circuit", "" };

	(void)def;
	add(text, "%s", continuity[contents->octets[0] >> 2 & 3]);
	return true;
}

bool isup_brief_octets(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	add(text, " %s", def->name);
	add_hex(text, contents, 0);
	return true;
}

static struct isup_contents contents_of(const struct isup_msg *msg, const struct isup_param *param)
{
	return (struct isup_contents){ .code = param->code,
				       .n = param->length,
				       .octets = isup_param_octets(msg, param) };
}

/* Contents that are shorter than their parameter allows, or that do not read, show as they are. */
static void print_contents(struct isup_text *text, isup_print_fn *print,
			   const struct isup_param_def *def, const struct isup_contents *contents)
{
	struct isup_text before = *text;

	text->more = false;
	if (contents->n >= def->min && print(text, def, contents))
		return;
	*text = before;
	if (text->left)
		*text->at = '\0';
	add(text, " malformed");
	add_hex(text, contents, 0);
}

static void add_head(struct isup_text *text, const struct isup_msg *msg)
{
	const char *name = isup_type_name_as(msg->variant, msg->type);

	if (name)
		add(text, "%s cic %u", name, msg->cic);
	else
		add(text, "0x%02x cic %u", msg->type, msg->cic);
}

static void add_brief(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_text before = *text;

	if (contents->n >= def->min && def->brief(text, def, contents))
		return;
	*text = before;
	if (text->left)
		*text->at = '\0';
	add(text, " %s malformed",
	    def->brief == isup_brief_number ? number_word(contents->code) : def->name);
	add_hex(text, contents, 0);
}

void isup_msg_print(const struct isup_msg *msg, char *buffer, size_t cap)
{
	struct isup_text text;

	text_open(&text, buffer, cap);
	add_head(&text, msg);
	for (size_t i = 0; i < msg->n_params; i++) {
		const struct isup_param_def *def =
			isup_param_def(msg->variant, msg->params[i].code);
		struct isup_contents contents = contents_of(msg, &msg->params[i]);
		if (def && def->brief)
			add_brief(&text, def, &contents);
	}
}

static void add_param(struct isup_text *text, const struct isup_msg *msg,
		      const struct isup_param *param)
{
	const struct isup_param_def *def = isup_param_def(msg->variant, param->code);
	struct isup_contents contents = contents_of(msg, param);

	if (def) {
		add(text, "  %s:", def->name);
		print_contents(text, def->print, def, &contents);
	} else {
		add(text, "  parameter 0x%02x:", contents.code);
		add_hex(text, &contents, 0);
	}
	add(text, "\n");
}

void isup_msg_print_full(const struct isup_msg *msg, char *buffer, size_t cap)
{
	struct isup_text text;
	size_t n;
	const uint8_t *octets = isup_msg_contents(msg, &n);

	text_open(&text, buffer, cap);
	add_head(&text, msg);
	add(&text, "\n");
	if (n) {
		add(&text, "  contents:");
		isup_text_octets(&text, octets, n);
		add(&text, "\n");
	}
	for (size_t i = 0; i < msg->n_params; i++)
		add_param(&text, msg, &msg->params[i]);
}
