/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * causewayctl explain: what a release becomes on the other side and which rule of which table says
 * so. Where a number goes is explained in explain_number.c.
 */
#include <stdlib.h>
#include <string.h>

#include "gw/base/json_line.h"
#include "gw/call/cause.h"
#include "gw/main/gateway.h"
#include "gw/sip/names.h"

#define USAGE "usage: explain cause 1-127 | status 300-699 | number DIGITS [trunk TRUNK]"

struct explained {
	const char *from_kind, *to_kind; /* "cause", "status" */
	unsigned from;
	const char *from_name, *to_name;
	struct cause_mapped mapped;
	const char *then; /* what else happens; NULL: nothing */
};

static struct explained explain_cause(const struct cause_profile *profile, unsigned cause)
{
	const struct leg_release release = { .cause = (enum q850_cause)cause };
	struct explained e = { .from_kind = "cause",
			       .to_kind = "status",
			       .from = cause,
			       .from_name = q850_cause_name(cause),
			       .mapped = cause_to_status(profile, &release) };

	e.to_name = sip_status_phrase(e.mapped.to);
	if (cause == Q850_CIRCUIT_NOT_AVAILABLE)
		e.then = "another circuit of the trunk group is tried first";
	else if (cause_is_failover(release.cause))
		e.then = "the route's next trunk group is tried first";
	else if (cause == Q850_NUMBER_CHANGED)
		e.then = "301 with a Contact when the diagnostic has the new number";
	else if (cause == Q850_REJECTED)
		e.then = "603 when the location is the user";
	else if (cause == Q850_NORMAL)
		e.then = "after the answer it is a BYE";
	return e;
}

static struct explained explain_status(const struct cause_profile *profile, unsigned status)
{
	struct explained e = { .from_kind = "status",
			       .to_kind = "cause",
			       .from = status,
			       .from_name = sip_status_phrase(status),
			       .mapped = cause_from_status(profile, status, 0) };

	e.to_name = q850_cause_name(e.mapped.to);
	if (status < 400)
		e.then = "the Contacts of the response are tried first (RFC 3261 8.1.3.4)";
	else if (status == 488 || status == 606)
		e.then = "65 when the Warning speaks of the bearer (304, 305)";
	else if (cause_is_failover((enum q850_cause)e.mapped.to))
		e.then = "the route's next trunk group is tried first";
	return e;
}

static void print_text(struct control_reply *reply, const struct explained *e)
{
	control_printf(reply, "%s %u %s -> %s %u %s\n", e->from_kind, e->from, e->from_name,
		       e->to_kind, e->mapped.to, e->to_name);
	control_printf(reply, "  rule     %s\n", e->mapped.rule);
	control_printf(reply, "  profile  %s\n", e->mapped.profile->name);
	if (e->then)
		control_printf(reply, "  note     %s\n", e->then);
	control_text(reply, "  A Reason header or a cause of the network itself comes before the "
			    "table (RFC 3326).\n");
}

static void print_json(struct control_reply *reply, const struct explained *e)
{
	struct json_line line;
	char text[512];

	json_line_open(&line, text, sizeof(text));
	json_line_text(&line, "from", e->from_kind);
	json_line_int(&line, "value", e->from);
	json_line_text(&line, "name", e->from_name);
	json_line_text(&line, "to", e->to_kind);
	json_line_int(&line, "to_value", e->mapped.to);
	json_line_text(&line, "to_name", e->to_name);
	json_line_text(&line, "rule", e->mapped.rule);
	json_line_text(&line, "profile", e->mapped.profile->name);
	if (e->then)
		json_line_text(&line, "note", e->then);
	(void)json_line_close(&line);
	control_text(reply, text);
}

static void explain_release(struct gateway *gw, struct control_reply *reply,
			    const char *const *argv, const char *trunk, bool json)
{
	bool cause = strcmp(argv[0], "cause") == 0;
	const struct cause_profile *profile =
		trunk ? sip_ua_causes(gw->sip, trunk) : &cause_rfc3398;
	struct explained e;
	uint64_t value;

	if (str_to_u64(str_c(argv[1]), cause ? 127 : 699, &value) || value < (cause ? 1 : 300)) {
		control_fail(reply, USAGE);
		return;
	}
	if (!profile) {
		control_fail(reply, "no SIP trunk is called '%s'; see 'show trunks'", trunk);
		return;
	}
	e = cause ? explain_cause(profile, (unsigned)value)
		  : explain_status(profile, (unsigned)value);
	if (json)
		print_json(reply, &e);
	else
		print_text(reply, &e);
}

void gateway_explain(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv,
		     bool json)
{
	bool number = strcmp(argv[0], "number") == 0;
	bool release = strcmp(argv[0], "cause") == 0 || strcmp(argv[0], "status") == 0;
	const char *trunk = argc == 4 ? argv[3] : NULL;

	if ((!number && !release) || argc == 3 || (argc == 4 && strcmp(argv[2], "trunk") != 0))
		control_fail(reply, USAGE);
	else if (number && json)
		control_fail(reply, "explain number has no JSON form");
	else if (number)
		gateway_explain_number(arg, reply, str_c(argv[1]), trunk);
	else
		explain_release(arg, reply, argv, trunk, json);
}
