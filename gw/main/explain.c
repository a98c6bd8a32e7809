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
#include "gw/sip/leg_repair.h"
#include "gw/sip/leg_trunk.h"
#include "gw/sip/names.h"
#include "gw/sip/reason.h"

#define USAGE                                                                                      \
	"usage: explain cause 1-127 | status 300-699 [trunk TRUNK], "                              \
	"explain number DIGITS [trunk TRUNK] [carrier CODE]"

struct explained {
	const char *from_kind, *to_kind; /* "cause", "status" */
	unsigned from;
	const char *from_name, *to_name;
	struct cause_mapped mapped;
	const char *then;	/* what else happens; NULL: nothing */
	const char *first;	/* what is tried before; NULL: nothing */
	const char *location;	/* of the cause, as RFC 8606 has it; NULL: the release's own */
	uint32_t retry_after_s; /* 0: none */
};

/* What is told without a trunk. */
static const struct sip_trunk any_trunk = { .causes = &cause_rfc3398, .retry_after_s = 10 };

static struct explained explain_cause(const struct sip_trunk *trunk, unsigned cause)
{
	const struct leg_release release = { .cause = (enum q850_cause)cause };
	struct explained e = { .from_kind = "cause",
			       .to_kind = "status",
			       .from = cause,
			       .from_name = q850_cause_name(cause),
			       .mapped = cause_to_status(trunk->causes, &release) };

	e.to_name = sip_status_phrase(e.mapped.to);
	if (e.mapped.to == 503 && cause_is_of_resources(release.cause))
		e.retry_after_s = trunk->retry_after_s;
	if (cause == Q850_CIRCUIT_NOT_AVAILABLE)
		e.first = "another circuit of the trunk group";
	else if (cause_is_failover(release.cause))
		e.first = "the route's next trunk group";
	else if (cause == Q850_NUMBER_CHANGED)
		e.then = "301 with a Contact when the diagnostic has the new number";
	else if (cause == Q850_REJECTED)
		e.then = "603 when the location is the user";
	else if (cause == Q850_NORMAL)
		e.then = "after the answer it is a BYE";
	return e;
}

static const char *const redirects[] = {
	[CONF_REDIRECT_FOLLOW] = "the Contacts of the response (RFC 3261 8.1.3.4)",
	[CONF_REDIRECT_TELL] =
		"the Contacts of the response, and the caller's side is told that the call is "
		"forwarded (RFC 3398 8.1.6)",
	[CONF_REDIRECT_RELEASE] = NULL,
};

static struct explained explain_status(const struct sip_trunk *trunk, unsigned status)
{
	struct explained e = { .from_kind = "status",
			       .to_kind = "cause",
			       .from = status,
			       .from_name = sip_status_phrase(status),
			       .mapped = cause_from_status(trunk->causes, status, 0) };

	e.to_name = q850_cause_name(e.mapped.to);
	e.location = sip_reason_location(cause_location_from_status(trunk->causes, status));
	e.first = sip_leg_repair_text(status);
	if (status < 400) {
		e.first = redirects[trunk->redirect];
		e.mapped =
			(struct cause_mapped){ Q850_REDIRECTION, "RFC 3398 8.2.5", trunk->causes };
		e.to_name = q850_cause_name(Q850_REDIRECTION);
		e.then = "with a Contact's number as diagnostic";
	} else if (status == 488 || status == 606) {
		e.then = "65 when the Warning speaks of the bearer (304, 305)";
	} else if (!e.first && cause_is_failover((enum q850_cause)e.mapped.to)) {
		e.first = "the route's next trunk group";
	}
	return e;
}

static void print_text(struct control_reply *reply, const struct explained *e)
{
	control_printf(reply, "%s %u %s -> %s %u %s\n", e->from_kind, e->from, e->from_name,
		       e->to_kind, e->mapped.to, e->to_name);
	control_printf(reply, "  rule     %s\n", e->mapped.rule);
	control_printf(reply, "  profile  %s\n", e->mapped.profile->name);
	if (e->location)
		control_printf(reply, "  location %s\n", e->location);
	if (e->retry_after_s)
		control_printf(reply, "  header   Retry-After: %u\n", e->retry_after_s);
	if (e->first)
		control_printf(reply, "  first    %s\n", e->first);
	if (e->then)
		control_printf(reply, "  note     %s\n", e->then);
	control_text(reply, "  A Reason header with a cause, and its location, comes before the "
			    "table, and goes "
			    "out with\n  every cause (RFC 3326, 6432, 8606).\n");
}

static void print_json(struct control_reply *reply, const struct explained *e)
{
	struct json_line line;
	char text[1024];

	json_line_open(&line, text, sizeof(text));
	json_line_text(&line, "from", e->from_kind);
	json_line_int(&line, "value", e->from);
	json_line_text(&line, "name", e->from_name);
	json_line_text(&line, "to", e->to_kind);
	json_line_int(&line, "to_value", e->mapped.to);
	json_line_text(&line, "to_name", e->to_name);
	json_line_text(&line, "rule", e->mapped.rule);
	json_line_text(&line, "profile", e->mapped.profile->name);
	if (e->location)
		json_line_text(&line, "location", e->location);
	if (e->retry_after_s)
		json_line_int(&line, "retry_after", e->retry_after_s);
	if (e->first)
		json_line_text(&line, "first", e->first);
	if (e->then)
		json_line_text(&line, "note", e->then);
	(void)json_line_close(&line);
	control_text(reply, text);
}

static void explain_release(struct gateway *gw, struct control_reply *reply,
			    const char *const *argv, const char *trunk, bool json)
{
	bool cause = strcmp(argv[0], "cause") == 0;
	const struct sip_trunk *sip = trunk ? sip_ua_trunk(gw->sip, trunk) : &any_trunk;
	struct explained e;
	uint64_t value;

	if (str_to_u64(str_c(argv[1]), cause ? 127 : 699, &value) || value < (cause ? 1 : 300)) {
		control_fail(reply, USAGE);
		return;
	}
	if (!sip) {
		control_fail(reply, "no SIP trunk is called '%s'; see 'show trunks'", trunk);
		return;
	}
	e = cause ? explain_cause(sip, (unsigned)value) : explain_status(sip, (unsigned)value);
	if (json)
		print_json(reply, &e);
	else
		print_text(reply, &e);
}

/* What stands behind a word among pairs of words; NULL: it is not there. */
static const char *behind(unsigned argc, const char *const *argv, const char *word)
{
	for (unsigned i = 0; i + 1 < argc; i += 2)
		if (strcmp(argv[i], word) == 0)
			return argv[i + 1];
	return NULL;
}

void gateway_explain(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv,
		     bool json)
{
	bool number = strcmp(argv[0], "number") == 0;
	bool release = strcmp(argv[0], "cause") == 0 || strcmp(argv[0], "status") == 0;
	const char *trunk = behind(argc - 2, argv + 2, "trunk");
	const char *carrier = number ? behind(argc - 2, argv + 2, "carrier") : NULL;
	unsigned understood = 2u + (trunk ? 2 : 0) + (carrier ? 2 : 0);

	if ((!number && !release) || argc != understood)
		control_fail(reply, USAGE);
	else if (number && json)
		control_fail(reply, "explain number has no JSON form");
	else if (number)
		gateway_explain_number(arg, reply, str_c(argv[1]), trunk, carrier);
	else
		explain_release(arg, reply, argv, trunk, json);
}
