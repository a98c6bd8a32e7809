/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP messages as text: one line for logs and ladders, or every field of every parameter (Q.763
 * clause 3). */
#include <stdarg.h>
#include <stdio.h>

#include "gw/base/q850.h"
#include "isup/codec.h"

struct isup_text {
	char *at;
	size_t left; /* with the terminating NUL, which is always there */
};

static void text_open(struct isup_text *text, char *buffer, size_t cap)
{
	*text = (struct isup_text){ .at = buffer, .left = cap };
	if (cap)
		*buffer = '\0';
}

static void __attribute__((format(printf, 2, 3))) add(struct isup_text *text, const char *fmt, ...)
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

/* As hex after a space; nothing when there are none. */
static void add_octets(struct isup_text *text, const uint8_t *octets, size_t n)
{
	if (n)
		add(text, " ");
	for (size_t i = 0; i < n; i++)
		add(text, "%02x", octets[i]);
}

static void add_hex(struct isup_text *text, const struct isup_contents *contents, size_t offset)
{
	if (offset < contents->n)
		add_octets(text, &contents->octets[offset], contents->n - offset);
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

static void malformed(struct isup_text *text, const struct isup_contents *contents)
{
	add(text, " malformed");
	add_hex(text, contents, 0);
}

void isup_print_octets(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	(void)def;
	add_hex(text, contents, 0);
}

/* The octets that no field describes follow as hex. */
void isup_print_fields(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	size_t described = 0;

	if (contents->n < def->min) {
		malformed(text, contents);
		return;
	}
	for (size_t i = 0; i < def->n_fields && def->fields[i].octet < contents->n; i++) {
		const struct isup_field *f = &def->fields[i];
		unsigned value = contents->octets[f->octet] >> f->shift & ((1u << f->width) - 1);
		const char *name = name_in(f->values, f->n_values, value);
		add(text, "%s %s %u", i ? "," : "", f->name, value);
		if (name)
			add(text, " (%s)", name);
		described = f->octet + 1u;
	}
	add_hex(text, contents, described);
}

void isup_print_number(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	unsigned parts = isup_number_parts(contents->code);
	struct isup_number number;

	(void)def;
	if (!isup_number_read(contents, &number)) {
		malformed(text, contents);
		return;
	}
	add(text, " digits %s", number.n ? number.digits : "none");
	if (parts & ISUP_NUM_ST)
		add(text, ", complete %d", number.complete);
	if (parts & ISUP_NUM_QUALIFIER)
		add(text, ", qualifier %u", number.qualifier);
	if (parts & ISUP_NUM_ADDRESS) {
		add(text, ", nature of address %u", number.noa);
		if (NAME_IN(noa_names, number.noa))
			add(text, " (%s)", NAME_IN(noa_names, number.noa));
		add(text, ", numbering plan %u", number.npi);
		if (NAME_IN(plan_names, number.npi))
			add(text, " (%s)", NAME_IN(plan_names, number.npi));
	}
	if (parts & ISUP_NUM_INN)
		add(text, ", routing to internal number %s",
		    number.internal_not_allowed ? "not allowed" : "allowed");
	if (parts & ISUP_NUM_NI)
		add(text, ", number incomplete %d", number.incomplete);
	if (parts & ISUP_NUM_PRESENTATION)
		add(text, ", presentation %u (%s)", number.presentation,
		    presentation_names[number.presentation]);
	if (parts & ISUP_NUM_SCREENING)
		add(text, ", screening %u (%s)", number.screening,
		    screening_names[number.screening]);
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

void isup_brief_number(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	unsigned parts = isup_number_parts(contents->code);
	struct isup_number number;

	(void)def;
	add(text, " %s", number_word(contents->code));
	if (!isup_number_read(contents, &number)) {
		malformed(text, contents);
		return;
	}
	add(text, " %s", number.n ? number.digits : "-");
	if (parts & ISUP_NUM_ADDRESS)
		add_named(text, NAME_IN(noa_names, number.noa), "noa", number.noa);
	if (number.complete)
		add(text, " complete");
	if (number.incomplete)
		add(text, " incomplete");
	if (parts & ISUP_NUM_PRESENTATION)
		add(text, " %s", presentation_names[number.presentation]);
}

void isup_print_cause(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_cause cause;

	(void)def;
	if (!isup_cause_read(contents, &cause)) {
		malformed(text, contents);
		return;
	}
	add(text, " value %u (%s), location %u", cause.value, q850_cause_name(cause.value),
	    cause.location);
	if (NAME_IN(location_names, cause.location))
		add(text, " (%s)", NAME_IN(location_names, cause.location));
	add(text, ", coding standard %u (%s), diagnostic", cause.coding,
	    coding_names[cause.coding]);
	if (cause.n_diagnostic)
		add_hex(text, contents, contents->n - (size_t)cause.n_diagnostic);
	else
		add(text, " none");
}

void isup_brief_cause(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_cause cause;

	(void)def;
	add(text, " cause");
	if (!isup_cause_read(contents, &cause)) {
		malformed(text, contents);
		return;
	}
	add(text, " %u %s location", cause.value, q850_cause_name(cause.value));
	if (NAME_IN(location_names, cause.location))
		add(text, " %s", NAME_IN(location_names, cause.location));
	else
		add(text, " %u", cause.location);
	if (cause.n_diagnostic) {
		add(text, " diagnostic");
		add_hex(text, contents, contents->n - (size_t)cause.n_diagnostic);
	}
}

void isup_brief_range(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct isup_range range;

	(void)def;
	if (!isup_range_read(contents, &range)) {
		add(text, " range");
		malformed(text, contents);
		return;
	}
	add(text, " range %u", range.range);
	if (range.has_status) {
		add(text, " status");
		add_hex(text, contents, 1);
	}
}

/* Status as octets: bit 0 of the first is the circuit that the message names. */
void isup_print_range(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	isup_brief_range(text, def, contents);
}

/* Q.763 3.42, 3.7: milliseconds in two octets */
void isup_print_delay(struct isup_text *text, const struct isup_param_def *def,
		      const struct isup_contents *contents)
{
	struct octets_reader r;

	(void)def;
	octets_read_open(&r, contents->octets, contents->n);
	uint16_t delay_ms = octets_read_be16(&r);
	if (r.bad)
		malformed(text, contents);
	else
		add(text, " %u ms", delay_ms);
	add_hex(text, contents, r.bad ? contents->n : 2);
}

/* The name of the first field's value. */
void isup_brief_fields(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	const struct isup_field *f = def->fields;

	if (contents->n < def->min) {
		malformed(text, contents);
		return;
	}
	unsigned value = contents->octets[f->octet] >> f->shift & ((1u << f->width) - 1);
	add_named(text, name_in(f->values, f->n_values, value), f->name, value);
}

/* The names of the flags that are set. */
void isup_brief_set_flags(struct isup_text *text, const struct isup_param_def *def,
			  const struct isup_contents *contents)
{
	for (size_t i = 0; i < def->n_fields && def->fields[i].octet < contents->n; i++) {
		const struct isup_field *f = &def->fields[i];
		if (f->width == 1 && contents->octets[f->octet] >> f->shift & 1)
			add(text, " %s", f->name);
	}
}

/* What the caller's side must know of an ACM: called party's status, and whether the call left
 * ISUP. */
void isup_brief_bci(struct isup_text *text, const struct isup_param_def *def,
		    const struct isup_contents *contents)
{
	static const char *const status[] = { "no indication", "subscriber free",
					      "connect when free" };

	if (contents->n < def->min) {
		malformed(text, contents);
		return;
	}
	add_named(text, NAME_IN(status, contents->octets[0] >> 2 & 3), "status",
		  contents->octets[0] >> 2 & 3);
	if (contents->octets[1] & 1)
		add(text, " interworking");
}

void isup_brief_nci(struct isup_text *text, const struct isup_param_def *def,
		    const struct isup_contents *contents)
{
	static const char *const continuity[] = { "", " continuity check",
						  " continuity check on previous circuit", "" };

	if (contents->n >= def->min)
		add(text, "%s", continuity[contents->octets[0] >> 2 & 3]);
}

void isup_brief_octets(struct isup_text *text, const struct isup_param_def *def,
		       const struct isup_contents *contents)
{
	add(text, " %s", def->name);
	add_hex(text, contents, 0);
}

static struct isup_contents contents_of(const struct isup_msg *msg, const struct isup_param *param)
{
	return (struct isup_contents){ .code = param->code,
				       .n = param->length,
				       .octets = isup_param_octets(msg, param) };
}

static void add_head(struct isup_text *text, const struct isup_msg *msg)
{
	if (isup_type_name(msg->type))
		add(text, "%s cic %u", isup_type_name(msg->type), msg->cic);
	else
		add(text, "0x%02x cic %u", msg->type, msg->cic);
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
			def->brief(&text, def, &contents);
	}
}

void isup_msg_print_full(const struct isup_msg *msg, char *buffer, size_t cap)
{
	struct isup_text text;

	text_open(&text, buffer, cap);
	size_t n;
	const uint8_t *octets = isup_msg_contents(msg, &n);

	add_head(&text, msg);
	add(&text, "\n");
	if (n) {
		add(&text, "  contents:");
		add_octets(&text, octets, n);
		add(&text, "\n");
	}
	for (size_t i = 0; i < msg->n_params; i++) {
		const struct isup_param_def *def =
			isup_param_def(msg->variant, msg->params[i].code);
		struct isup_contents contents = contents_of(msg, &msg->params[i]);
		if (def) {
			add(&text, "  %s:", def->name);
			def->print(&text, def, &contents);
		} else {
			add(&text, "  parameter 0x%02x:", contents.code);
			add_hex(&text, &contents, 0);
		}
		add(&text, "\n");
	}
}
