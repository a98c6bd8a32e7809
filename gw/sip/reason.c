/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reason with Q.850 causes (RFC 3326 2, RFC 6432 3) and their location (RFC 8606 4). */
#include "gw/sip/reason.h"

#include <stdio.h>

#define CAUSE_MAX 127
#define TEXT_MAX  128

/* RFC 8606 4, figure 1: by the four bits of Q.850's location. */
static const char *const locations[16] = {
	"U",	 "LPN",	  "LN", "TN",	  "RLN",    "RPN",    "LOC-6",	"INTL",
	"LOC-8", "LOC-9", "BI", "LOC-11", "LOC-12", "LOC-13", "LOC-14", "LOC-15",
};

const char *sip_reason_location(enum q850_location location)
{
	return locations[(unsigned)location & 15];
}

static void location_read(const struct sip_reason *reason, struct leg_release *release)
{
	struct str value;

	if (!sip_param_find(reason->params, STR("location"), &value))
		return;
	for (unsigned i = 0; i < 16; i++)
		if (str_ieq(value, str_c(locations[i])))
			release->location = (enum q850_location)i;
}

bool sip_reason_read(const struct sip_reason *list, struct leg_release *release)
{
	for (const struct sip_reason *r = list; r; r = r->next) {
		if (!r->q850 || !r->has_cause || r->cause == 0 || r->cause > CAUSE_MAX)
			continue;
		release->cause = (enum q850_cause)r->cause;
		release->cause_given = true;
		location_read(r, release);
		return true;
	}
	return false;
}

size_t sip_reason_text(char *text, size_t cap, const struct leg_release *release)
{
	int n = snprintf(text, cap, "Q.850;cause=%u;text=\"%s\";location=%s",
			 (unsigned)release->cause, q850_cause_name(release->cause),
			 sip_reason_location(release->location));

	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

void sip_reason_write(struct sip_writer *w, const struct leg_release *release)
{
	char text[TEXT_MAX];
	size_t n = release->cause == Q850_NONE ? 0 : sip_reason_text(text, sizeof(text), release);

	if (n)
		sip_write_header(w, SIP_H_REASON, (struct str){ text, n });
}
