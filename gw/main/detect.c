/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What causeway detect prints. */
#include "gw/main/detect.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#define NAME_OCTETS	 16 /* "e1-128" */
#define CIC_SPACING	 32 /* circuits of a span are numbered like its timeslots, spans by 32 */
#define EXAMPLE_ADDRESS	 "192.0.2.1"
#define EXAMPLE_EXCHANGE "exchange"

struct counts {
	unsigned bearers, signalling;
};

static struct counts counts_of(const struct tdm_dahdi_span *span)
{
	struct counts counts = { 0, 0 };

	for (unsigned i = 0; i < span->n_channels; i++) {
		counts.bearers += span->channels[i].use == TDM_DAHDI_BEARER;
		counts.signalling += tdm_dahdi_is_signalling(&span->channels[i]);
	}
	return counts;
}

static const char *use_text(enum tdm_dahdi_use use)
{
	static const char *const texts[] = { "unconfigured", "bchan", "dchan",
					     "hardhdlc",     "mtp2",  "other" };

	return texts[use];
}

/* ---- what there is ---- */

/* The law of most bearers; of none, "-". */
static const char *law_text(const struct tdm_dahdi_span *span)
{
	unsigned alaw = 0, ulaw = 0;

	for (unsigned i = 0; i < span->n_channels; i++) {
		if (span->channels[i].use == TDM_DAHDI_BEARER)
			*(span->channels[i].law == TDM_ALAW ? &alaw : &ulaw) += 1;
	}
	if (alaw && ulaw)
		return "both";
	return alaw ? "alaw" : ulaw ? "ulaw" : "-";
}

static void print_channels(FILE *out, const struct tdm_dahdi_span *span)
{
	struct counts counts = counts_of(span);
	const char *between = ", ";

	fprintf(out, "channels %u-%u: %u bearers", span->first_channel,
		span->first_channel + span->n_channels - 1, counts.bearers);
	for (unsigned i = 0; i < span->n_channels; i++) {
		if (!tdm_dahdi_is_signalling(&span->channels[i]))
			continue;
		fprintf(out, "%s%s in timeslot %u", between, use_text(span->channels[i].use),
			i + 1);
		between = " and ";
	}
	if (span->n_channels > counts.bearers + counts.signalling)
		fprintf(out, ", %u of no use",
			span->n_channels - counts.bearers - counts.signalling);
}

static void print_table(FILE *out, const struct tdm_dahdi *found)
{
	fprintf(out, "# DAHDI %s, %zu span%s\n#\n", found->version, found->n_spans,
		found->n_spans == 1 ? "" : "s");
	fprintf(out, "# %-4s  %-5s  %-14s  %-14s  %-4s  %-14s  %-10s  %s\n", "span", "type", "name",
		"line", "law", "alarms", "timing", "card");
	for (size_t i = 0; i < found->n_spans; i++) {
		const struct tdm_dahdi_span *span = &found->spans[i];
		char alarms[64];

		tdm_alarms_text(span->alarms, alarms, sizeof(alarms));
		fprintf(out, "# %-4u  %-5s  %-14s  %-14s  %-4s  %-14s  %-10s  %s %s (%s)%s\n",
			span->number, span->type, span->name, span->line, law_text(span), alarms,
			span->timing, span->maker, span->card, span->location,
			span->master ? ", ticks the driver" : "");
		fprintf(out, "#       %s, ", span->description);
		print_channels(out, span);
		fputs("\n", out);
	}
	fputs("\n", out);
}

/* ---- a configuration ---- */

static bool is_usable(const struct tdm_dahdi_span *span)
{
	struct counts counts = counts_of(span);

	return tdm_dahdi_is_trunk(span) && counts.bearers + counts.signalling > 0;
}

static void span_name(const struct tdm_dahdi_span *span, char *name)
{
	snprintf(name, NAME_OCTETS, "%s-%u", span->framing == TDM_E1 ? "e1" : "t1", span->number);
}

/* The card cancels echo on every bearer. */
static bool cancels_echo(const struct tdm_dahdi_span *span)
{
	for (unsigned i = 0; i < span->n_channels; i++)
		if (span->channels[i].use == TDM_DAHDI_BEARER && !span->channels[i].cards)
			return false;
	return true;
}

static void print_spans(FILE *out, const struct tdm_dahdi *found)
{
	for (size_t i = 0; i < found->n_spans; i++) {
		const struct tdm_dahdi_span *span = &found->spans[i];
		char name[NAME_OCTETS];

		if (!is_usable(span))
			continue;
		span_name(span, name);
		fprintf(out,
			"span \"%s\" {\n\ttype = dahdi\n\tnumber = %u\n\tframing = %s\n\tlaw = "
			"%s\n%s}\n\n",
			name, span->number, span->framing == TDM_E1 ? "e1" : "t1",
			span->framing == TDM_E1 ? "alaw" : "ulaw",
			cancels_echo(span) ? "\techo-canceller = 128ms\n" : "");
	}
}

/* Circuits are numbered on over the timeslots of a section, so each run of bearers has its own. */
static void print_circuits(FILE *out, const struct tdm_dahdi_span *span, unsigned cic)
{
	char name[NAME_OCTETS], timeslots[16];

	span_name(span, name);
	for (unsigned first = 1; first <= span->n_channels; first++) {
		unsigned long run = 0;
		unsigned last = first;

		for (; last <= span->n_channels && span->channels[last - 1].use == TDM_DAHDI_BEARER;
		     last++)
			run |= 1ul << last;
		if (!run)
			continue;
		tdm_dahdi_ranges(run, 0, timeslots, sizeof(timeslots));
		fprintf(out, "\tcircuits \"%s\" {\n\t\tcic = %u\n\t\ttimeslots = \"%s\"\n\t}\n",
			name, cic + first, timeslots);
		first = last;
	}
}

struct link {
	const struct tdm_dahdi_span *span; /* borrow; NULL: none */
	unsigned timeslot;
};

static struct link first_link(const struct tdm_dahdi *found)
{
	for (size_t i = 0; i < found->n_spans; i++) {
		for (unsigned at = 0; at < found->spans[i].n_channels; at++) {
			if (tdm_dahdi_is_trunk(&found->spans[i]) &&
			    tdm_dahdi_is_signalling(&found->spans[i].channels[at]))
				return (struct link){ &found->spans[i], at + 1 };
		}
	}
	return (struct link){ NULL, 0 };
}

static void print_isup(FILE *out, const struct tdm_dahdi *found, struct link link)
{
	char name[NAME_OCTETS];
	unsigned cic = 0;

	span_name(link.span, name);
	fprintf(out,
		"# Point codes are the exchange's operator's to give.\n"
		"linkset \"" EXAMPLE_EXCHANGE "\" {\n"
		"\topc = 2-100-1\n\tdpc = 2-100-2\n\tnetwork = national\n\n"
		"\tlink \"0\" {\n\t\tspan = \"%s\"\n\t\ttimeslot = %u\n\t}\n}\n\n",
		name, link.timeslot);
	fputs("# Circuit numbers, too, are agreed upon: here those of the timeslots, and 32 more "
	      "for "
	      "each span.\n"
	      "isup \"pstn\" {\n\tlinkset = \"" EXAMPLE_EXCHANGE "\"\n",
	      out);
	for (size_t i = 0; i < found->n_spans; i++) {
		if (!is_usable(&found->spans[i]))
			continue;
		print_circuits(out, &found->spans[i], cic);
		cic += CIC_SPACING;
	}
	fputs("}\n\n", out);
}

static void print_sip(FILE *out, const char *address)
{
	fprintf(out,
		"sip {\n\tlisten = {\"udp:%s:5060\", \"tcp:%s:5060\"}\n}\n\n"
		"rtp {\n\taddress = \"%s\"\n\tports = \"10000-19999\"\n}\n\n",
		address, address, address);
}

static void print_peer(FILE *out)
{
	fputs("# The SIP side: your proxy or PBX.\n"
	      "sip \"pbx\" {\n\thost = \"192.0.2.10\"\n}\n",
	      out);
}

static void print_routes(FILE *out)
{
	fputs("\nroute \"to-pbx\" {\n\tfrom = \"pstn\"\n\tto = {\"pbx\"}\n}\n\n"
	      "route \"to-pstn\" {\n\tfrom = \"pbx\"\n\tto = {\"pstn\"}\n}\n",
	      out);
}

static void print_configuration(FILE *out, const struct tdm_dahdi *found, const char *address)
{
	struct link link = first_link(found);

	fputs("# For /etc/causeway/causeway.conf; point codes, circuits and the host of \"pbx\" "
	      "are yours "
	      "to fill in.\n",
	      out);
	print_sip(out, address);
	print_spans(out, found);
	if (link.span)
		print_isup(out, found, link);
	else
		fputs("# No span has a signalling timeslot, so linkset, circuits and routes are "
		      "left "
		      "out.\n\n",
		      out);
	print_peer(out);
	if (link.span)
		print_routes(out);
}

/* ---- what is wrong ---- */

static void print_fault(void *arg, const char *wrong, const char *right)
{
	FILE *out = arg;

	fprintf(out, "#\n# %s\n", wrong);
	while (*right) {
		size_t n = strcspn(right, "\n");

		fprintf(out, "#     %.*s\n", (int)n, right);
		right += n + (right[n] == '\n');
	}
}

static size_t print_faults(FILE *out, const struct tdm_dahdi *found)
{
	if (found->error || !found->n_spans)
		fputs("# No DAHDI span was found; what to do:\n", out);
	else
		fputs("\n# What looks wrong, and the lines of " TDM_DAHDI_SYSTEM_CONF
		      " that would be right (then run dahdi_cfg):\n",
		      out);
	size_t n = tdm_dahdi_judge(found, print_fault, out);

	if (!n)
		fputs("# nothing\n", out);
	return n;
}

size_t detect_print(FILE *out, const struct tdm_dahdi *found, const char *address)
{
	if (!found->error && found->n_spans) {
		print_table(out, found);
		print_configuration(out, found, address);
	}
	return print_faults(out, found);
}

/* ---- this machine ---- */

static void own_address(char *address, size_t cap)
{
	struct ifaddrs *all;

	snprintf(address, cap, "%s", EXAMPLE_ADDRESS);
	if (getifaddrs(&all))
		return;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		struct sockaddr_in ip;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
		    i->ifa_flags & IFF_LOOPBACK || !(i->ifa_flags & IFF_UP))
			continue;
		memcpy(&ip, i->ifa_addr, sizeof(ip));
		inet_ntop(AF_INET, &ip.sin_addr, address, (socklen_t)cap);
		break;
	}
	freeifaddrs(all);
}

int detect_run(FILE *out)
{
	struct tdm_dahdi found;
	char address[INET_ADDRSTRLEN];

	if (tdm_dahdi_gather(&found)) {
		fputs("# out of memory\n", out);
		return 1;
	}
	own_address(address, sizeof(address));
	bool good = detect_print(out, &found, address) == 0;

	tdm_dahdi_free(&found);
	return good ? 0 : 1;
}
