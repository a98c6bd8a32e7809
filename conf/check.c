/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Checks of the whole: names, references, timeslots, circuits, SIP. */
#include "conf/check.h"

#include <stdlib.h>
#include <string.h>

#include "conf/points.h"

struct named { /* anything with a name that must be its own */
	const char *name;
	const void *member; /* the name's place */
	int line;
};

static int by_name(const void *a, const void *b)
{
	const struct named *na = a, *nb = b;
	int order = strcmp(na->name, nb->name);

	return order ? order : na->line - nb->line;
}

/* what: "span". Sorts, so that many routes cost no square. */
static void check_unique(struct conf_report *report, struct named *named, size_t n,
			 const char *what)
{
	if (n)
		qsort(named, n, sizeof(*named), by_name);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(named[i - 1].name, named[i].name) == 0)
			conf_report_line(
				report, named[i].line,
				"%s \"%s\" is there already, in line %d; write another name", what,
				named[i].name, named[i - 1].line);
	}
}

/* Adds a name that was read; returns the new count. */
static size_t add_named(const struct conf_report *report, struct named *named, size_t n,
			char *const *name)
{
	if (!*name)
		return n;
	named[n] = (struct named){ *name, name, conf_report_line_of(report, name) };
	return n + 1;
}

/* ISUP and SIP trunks share one space of names: routes name either. */
static void check_names(const struct conf *conf, struct conf_report *report)
{
	size_t most = conf->n_spans + conf->n_linksets + conf->n_isups + conf->n_sips +
		      conf->n_causes + conf->n_routes;
	struct named *named = calloc(most + 1, sizeof(*named));
	size_t n = 0;

	if (!named) {
		report->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < conf->n_spans; i++)
		n = add_named(report, named, n, &conf->spans[i].name);
	check_unique(report, named, n, "span");
	n = 0;
	for (size_t i = 0; i < conf->n_linksets; i++)
		n = add_named(report, named, n, &conf->linksets[i].name);
	check_unique(report, named, n, "linkset");
	n = 0;
	for (size_t i = 0; i < conf->n_isups; i++)
		n = add_named(report, named, n, &conf->isups[i].name);
	for (size_t i = 0; i < conf->n_sips; i++)
		n = add_named(report, named, n, &conf->sips[i].name);
	check_unique(report, named, n, "trunk");
	n = 0;
	for (size_t i = 0; i < conf->n_causes; i++)
		n = add_named(report, named, n, &conf->causes[i].name);
	check_unique(report, named, n, "causes");
	n = 0;
	for (size_t i = 0; i < conf->n_routes; i++)
		n = add_named(report, named, n, &conf->routes[i].name);
	check_unique(report, named, n, "route");
	free(named);
}

/* DAHDI has at most 32 buffers a channel; 80 ms of blocks must fit. */
#define DAHDI_CHUNK_MIN_MS 3

/* DAHDI's cancellers have a power of two of samples, from 32. */
static bool echo_tail_is_good(unsigned ms)
{
	return ms == 0 || (ms >= 4 && (ms & (ms - 1)) == 0);
}

void conf_check_dahdi(const struct conf_span *spans, struct conf_report *report, size_t index)
{
	const struct conf_span *span = &spans[index];

	if (span->type != CONF_SPAN_DAHDI) {
		if (span->number)
			conf_report_at(report, &span->number,
				       "only a dahdi span has a number; write type = dahdi, or "
				       "leave it out");
		if (span->echo_tail_ms)
			conf_report_at(report, &span->echo_tail_ms,
				       "only a dahdi span has an echo canceller of its own; write "
				       "type = dahdi, or leave it out");
		return;
	}
	if (!span->number && conf_report_usable(report, &span->number))
		conf_report_at(report, &span->name,
			       "a dahdi span has no number; write number = N, as in "
			       "/proc/dahdi/N");
	if (span->chunk_ms < DAHDI_CHUNK_MIN_MS && conf_report_usable(report, &span->chunk_ms))
		conf_report_at(report, &span->chunk_ms,
			       "DAHDI keeps too few blocks of that size for a chunk of %u ms; "
			       "write 3ms to 20ms",
			       span->chunk_ms);
	if (!echo_tail_is_good(span->echo_tail_ms))
		conf_report_at(report, &span->echo_tail_ms,
			       "no canceller has a tail of %u ms; write 4ms, 8ms, 16ms, 32ms, "
			       "64ms or 128ms, or 0ms for none",
			       span->echo_tail_ms);
	if (span->cable)
		conf_report_at(report, &span->cable,
			       "a dahdi span has no cable; leave it out, or write type = virtual");
	for (size_t i = 0; span->number && i < index; i++)
		if (spans[i].number == span->number)
			conf_report_at(report, &span->number,
				       "number %u is another span already, in line %d; write "
				       "another one",
				       span->number, conf_report_line_of(report, &spans[i].number));
}

static void check_span(const struct conf *conf, struct conf_report *report, size_t index)
{
	const struct conf_span *span = &conf->spans[index];

	conf_check_dahdi(conf->spans, report, index);
	if (span->type == CONF_SPAN_VIRTUAL && !span->cable &&
	    conf_report_usable(report, &span->type) && conf_report_usable(report, &span->cable))
		conf_report_at(report, &span->name,
			       "a virtual span has no cable; write cable = "
			       "the path of a socket in quotes");
	for (size_t i = 0; span->cable && span->listen && i < index; i++) {
		const struct conf_span *other = &conf->spans[i];

		if (other->cable && other->listen && strcmp(other->cable, span->cable) == 0)
			conf_report_at(report, &span->cable,
				       "cable \"%s\" has a listening end already, in line %d; "
				       "write another "
				       "path, or end = connect",
				       span->cable, conf_report_line_of(report, &other->cable));
	}
}

/* Who uses the timeslots of every span. */
struct timeslots {
	const struct conf *conf;
	struct conf_report *report;
	struct slot_user {
		const void *member; /* the place that claimed it, NULL: free */
		const char *what;
	} (*user)[32]; /* own: by span and timeslot */
};

/* The span's row, or NULL after telling that there is no such span. */
static struct slot_user *span_row(struct timeslots *slots, char *const *name)
{
	if (!*name)
		return NULL;
	for (size_t i = 0; i < slots->conf->n_spans; i++) {
		const char *have = slots->conf->spans[i].name;

		if (have && strcmp(have, *name) == 0)
			return slots->user[i];
	}
	conf_report_at(slots->report, name,
		       "no span \"%s\" is defined; write the name of a span, or span \"%s\" { }",
		       *name, *name);
	return NULL;
}

static const struct conf_span *span_of_row(const struct timeslots *slots,
					   const struct slot_user *row)
{
	return &slots->conf->spans[(size_t)(row - slots->user[0]) / 32];
}

/* False after telling why the timeslot cannot be had. */
static bool claim(struct timeslots *slots, struct slot_user *row, unsigned timeslot,
		  const void *member, const char *what)
{
	const struct conf_span *span = span_of_row(slots, row);

	if (span->t1 && timeslot > 24) {
		conf_report_at(
			slots->report, member,
			"span \"%s\" is a T1 and has no timeslot %u; write timeslots from 1 to 24",
			span->name, timeslot);
		return false;
	}
	if (row[timeslot].member) {
		conf_report_at(slots->report, member,
			       "timeslot %u of span \"%s\" is a %s already, in line %d; leave it "
			       "out here or there",
			       timeslot, span->name, row[timeslot].what,
			       conf_report_line_of(slots->report, row[timeslot].member));
		return false;
	}
	row[timeslot] = (struct slot_user){ member, what };
	return true;
}

static void check_link(struct timeslots *slots, const struct conf_linkset *linkset, size_t index)
{
	const struct conf_link *link = &linkset->links[index];
	struct slot_user *row = span_row(slots, &link->span);

	if (row && link->timeslot)
		(void)claim(slots, row, link->timeslot, &link->timeslot, "signalling link");
	for (size_t i = 0; i < index && conf_report_usable(slots->report, &link->slc); i++) {
		if (linkset->links[i].slc == link->slc &&
		    conf_report_usable(slots->report, &linkset->links[i].slc))
			conf_report_at(slots->report, &link->slc,
				       "link \"%u\" is there already, in line %d; write another "
				       "code from 0 to 15",
				       link->slc,
				       conf_report_line_of(slots->report, &linkset->links[i].slc));
	}
}

static void check_circuits(struct timeslots *slots, const struct conf_circuits *circuits,
			   unsigned cic_max)
{
	struct slot_user *row = span_row(slots, &circuits->span);
	unsigned n = (unsigned)__builtin_popcount(circuits->timeslots);

	if (n && conf_report_usable(slots->report, &circuits->first_cic) &&
	    circuits->first_cic + n - 1 > cic_max)
		conf_report_at(slots->report, &circuits->first_cic,
			       "%u circuits from cic %u end beyond %u; write a cic of at most %u",
			       n, circuits->first_cic, cic_max, cic_max + 1 - n);
	for (unsigned ts = 1; row && ts < 32; ts++) {
		if (circuits->timeslots & 1u << ts &&
		    !claim(slots, row, ts, &circuits->timeslots, "circuit"))
			return;
	}
}

/* A value that is mapped twice has no meaning. */
static void check_pairs(struct conf_report *report, char *const *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (strtoul(pairs[i], NULL, 10) == strtoul(pairs[k], NULL, 10)) {
				conf_report_at(report, pairs,
					       "%lu is mapped twice; leave out one of \"%s\" and "
					       "\"%s\"",
					       strtoul(pairs[i], NULL, 10), pairs[k], pairs[i]);
				return;
			}
}

static void check_causes(const struct conf *conf, struct conf_report *report)
{
	for (size_t i = 0; i < conf->n_causes; i++) {
		const struct conf_causes *causes = &conf->causes[i];

		if (causes->name && conf_causes_published(causes->name))
			conf_report_at(report, &causes->name,
				       "\"%s\" is a published profile; write another name, and "
				       "this one as its base",
				       causes->name);
		check_pairs(report, causes->to_status, causes->n_to_status);
		check_pairs(report, causes->to_cause, causes->n_to_cause);
	}
	for (size_t i = 0; i < conf->n_sips; i++) {
		const char *const *name = (const char *const *)&conf->sips[i].causes;

		if (*name && !conf_causes_published(*name) && !conf_causes_find(conf, *name))
			conf_report_at(report, name,
				       "there is no causes \"%s\"; write rfc3398, rfc4497, "
				       "\"q1912.5\" or the name of a causes section",
				       *name);
	}
}

static void check_timeslots(const struct conf *conf, struct conf_report *report)
{
	struct timeslots slots = { .conf = conf, .report = report };

	slots.user = calloc(conf->n_spans + 1, sizeof(*slots.user));
	if (!slots.user) {
		report->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < conf->n_linksets; i++) {
		for (size_t k = 0; k < conf->linksets[i].n_links; k++)
			check_link(&slots, &conf->linksets[i], k);
	}
	for (size_t i = 0; i < conf->n_isups; i++) {
		const char *name = conf->isups[i].linkset;
		unsigned max = conf_cic_max(name ? conf_linkset_find(conf, name) : NULL);

		for (size_t k = 0; k < conf->isups[i].n_circuits; k++)
			check_circuits(&slots, &conf->isups[i].circuits[k], max);
	}
	free(slots.user);
}

static void check_linkset(const struct conf *conf, struct conf_report *report, size_t index)
{
	const struct conf_linkset *ls = &conf->linksets[index];
	bool good;

	if (!ls->n_links)
		conf_report_at(report, &ls->name, "a linkset has no link; write link \"0\" { }");
	if (ls->sls5 && !ls->ansi)
		conf_report_at(report, &ls->sls5,
			       "sls-bits is ANSI's; leave it out, or write variant = ansi");
	/* What MTP below can do: isup/mtp/libss7_mtp.h. */
	for (size_t i = 0; i < ls->n_links; i++)
		if (ls->links[i].slc != 0)
			conf_report_at(report, &ls->links[i].slc,
				       "link \"%u\" cannot be used; a linkset has one link, \"0\"",
				       ls->links[i].slc);
	good = ls->opc && conf_point_check(report, &ls->opc, "opc", ls);
	if (!ls->dpc || !conf_point_check(report, &ls->dpc, "dpc", ls) || !good)
		return;
	if (ls->opc == ls->dpc)
		conf_report_at(
			report, &ls->dpc,
			"opc and dpc are the same point; write the adjacent point's code as dpc");
	for (size_t i = 0; i < index; i++) {
		const struct conf_linkset *other = &conf->linksets[i];

		if (other->dpc == ls->dpc && other->network == ls->network)
			conf_report_at(report, &ls->dpc,
				       "linkset \"%s\" in line %d leads to this point already; put "
				       "its links into one linkset",
				       other->name ? other->name : "",
				       conf_report_line_of(report, &other->name));
	}
}

/* Where an ISUP circuit is unique: Q.763 clause 1.2, between two points of a network. */
struct relation {
	uint32_t opc, dpc;
	uint8_t network;
};

static bool relation_of(const struct conf *conf, const struct conf_isup *isup,
			struct relation *relation)
{
	const struct conf_linkset *ls =
		isup->linkset ? conf_linkset_find(conf, isup->linkset) : NULL;

	if (!ls || !ls->opc || !ls->dpc)
		return false;
	*relation = (struct relation){ ls->opc, isup->dpc ? isup->dpc : ls->dpc, ls->network };
	return true;
}

static bool same_relation(const struct relation *a, const struct relation *b)
{
	return a->opc == b->opc && a->dpc == b->dpc && a->network == b->network;
}

static void check_overlap(struct conf_report *report, const struct conf_circuits *a,
			  const struct conf_circuits *b)
{
	unsigned a_end = a->first_cic + (unsigned)__builtin_popcount(a->timeslots);
	unsigned b_end = b->first_cic + (unsigned)__builtin_popcount(b->timeslots);

	if (!conf_report_usable(report, &a->first_cic) ||
	    !conf_report_usable(report, &b->first_cic))
		return;
	if (a->first_cic < b_end && b->first_cic < a_end)
		conf_report_at(report, &b->first_cic,
			       "cic %u to %u overlap with %u to %u in line %d; write a cic outside "
			       "of them",
			       b->first_cic, b_end - 1, a->first_cic, a_end - 1,
			       conf_report_line_of(report, &a->first_cic));
}

/* Circuits of isup number `index` against each other and those of the isups before it. */
static void check_cics(const struct conf *conf, struct conf_report *report, size_t index)
{
	const struct conf_isup *isup = &conf->isups[index];
	struct relation mine, other;

	if (!relation_of(conf, isup, &mine))
		return;
	for (size_t i = 0; i <= index; i++) {
		const struct conf_isup *before = &conf->isups[i];

		if (!relation_of(conf, before, &other) || !same_relation(&mine, &other))
			continue;
		for (size_t k = 0; k < isup->n_circuits; k++) {
			size_t n = i == index ? k : before->n_circuits;

			for (size_t m = 0; m < n; m++)
				check_overlap(report, &before->circuits[m], &isup->circuits[k]);
		}
	}
}

static void check_overload(const struct conf *conf, struct conf_report *report)
{
	const struct conf_overload *o = &conf->overload;

	if (o->busy && o->busy_severe && o->busy_severe < o->busy)
		conf_report_at(report, &o->busy_severe,
			       "busy-severe %u is below busy %u; write %u to 100, or 0",
			       o->busy_severe, o->busy, o->busy);
	if (o->lag_ms && o->lag_severe_ms && o->lag_severe_ms < o->lag_ms)
		conf_report_at(report, &o->lag_severe_ms,
			       "lag-severe %ums is below lag %ums; write %ums or more, or 0ms",
			       o->lag_severe_ms, o->lag_ms, o->lag_ms);
}

/* A routing label is the whole linkset's, and T1.113 has parameters that the others have not. */
static void check_variant(struct conf_report *report, const struct conf_isup *isup)
{
	if (isup->variant && isup->ansi != (strcmp(isup->variant, "ansi") == 0))
		conf_report_at(
			report, &isup->variant,
			"variant %s does not go with its linkset's; write ansi in both or in "
			"neither",
			isup->variant);
	if (isup->jurisdiction && strlen(isup->jurisdiction) != 6)
		conf_report_at(report, &isup->jurisdiction,
			       "jurisdiction \"%s\" is not valid; write its 6 digits",
			       isup->jurisdiction);
	if (!isup->ansi && (isup->exit_message || isup->charge_number || isup->jurisdiction ||
			    isup->line_information_set))
		conf_report_at(report, &isup->name,
			       "exit-message, charge-number, jurisdiction and line-information are "
			       "ANSI's; leave them out, or write variant = ansi in the linkset");
}

static void check_isup(const struct conf *conf, struct conf_report *report, size_t index)
{
	const struct conf_isup *isup = &conf->isups[index];

	if (isup->linkset && !conf_linkset_find(conf, isup->linkset))
		conf_report_at(report, &isup->linkset,
			       "no linkset \"%s\" is defined; write the name of a linkset, or "
			       "linkset \"%s\" { }",
			       isup->linkset, isup->linkset);
	if (isup->dpc && isup->linkset)
		(void)conf_point_check(report, &isup->dpc, "dpc",
				       conf_linkset_find(conf, isup->linkset));
	check_variant(report, isup);
	if (!isup->n_circuits)
		conf_report_at(report, &isup->name,
			       "an isup trunk has no circuits; write circuits \"SPAN\" { }");
	if (isup->echo_block_ms != 4 && isup->echo_block_ms != 8)
		conf_report_at(report, &isup->echo_block_ms,
			       "echo-block %ums is not valid; write 4ms or 8ms",
			       isup->echo_block_ms);
	check_cics(conf, report, index);
}

static bool ptime_is_good(unsigned ms)
{
	return ms % 10 == 0 && ms != 50;
}

static void check_ptimes(struct conf_report *report, const struct conf_sip_trunk *sip)
{
	if (!ptime_is_good(sip->ptime_ms))
		conf_report_at(report, &sip->ptime_ms,
			       "ptime %ums is not valid; write 10ms, 20ms, 30ms, 40ms or 60ms",
			       sip->ptime_ms);
	if (!ptime_is_good(sip->maxptime_ms))
		conf_report_at(report, &sip->maxptime_ms,
			       "maxptime %ums is not valid; write 10ms, 20ms, 30ms, 40ms or 60ms",
			       sip->maxptime_ms);
	else if (sip->maxptime_ms < sip->ptime_ms && conf_report_usable(report, &sip->ptime_ms) &&
		 conf_report_usable(report, &sip->maxptime_ms))
		conf_report_at(report, &sip->maxptime_ms,
			       "maxptime %ums is shorter than ptime %ums; write %ums or more",
			       sip->maxptime_ms, sip->ptime_ms, sip->ptime_ms);
}

/* The password itself is never told. */
static void check_credentials(struct conf_report *report, const struct conf_sip_trunk *sip)
{
	if (sip->user && !sip->password && conf_report_usable(report, &sip->password))
		conf_report_at(report, &sip->user, "user %s has no password; write both or none",
			       sip->user);
	if (sip->password && !sip->user && conf_report_usable(report, &sip->user))
		conf_report_at(report, &sip->password,
			       "there is a password and no user; write both or none");
}

/* So often OPTIONS is sent. */
static void check_often(struct conf_report *report, const char *name, const uint32_t *ms)
{
	if (*ms && *ms < 1000)
		conf_report_at(report, ms, "%s %ums is too often; write 0ms, or 1s or more", name,
			       (unsigned)*ms);
}

static void check_sip_trunk(struct conf_report *report, const struct conf_sip_trunk *sip)
{
	check_ptimes(report, sip);
	check_credentials(report, sip);
	check_often(report, "keepalive", &sip->keepalive_ms);
	check_often(report, "call-check", &sip->call_check_ms);
	for (size_t i = 1; i < sip->n_codecs; i++) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(sip->codecs[i], sip->codecs[k]) == 0)
				conf_report_at(report, &sip->codecs[i],
					       "codec %s is written twice; write it once",
					       sip->codecs[i]);
	}
}

static void check_stack(const struct conf *conf, struct conf_report *report)
{
	const char *right = "a sip trunk needs it; write";

	if (conf_report_usable(report, &conf->rtp.port_first) &&
	    conf->rtp.port_last - conf->rtp.port_first < 3)
		conf_report_at(report, &conf->rtp.port_first,
			       "the range of ports is too small; write four ports or more");
	for (size_t i = 0; i < conf->sip.n_listen; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct conf_listen *a = &conf->sip.listen[k],
						 *b = &conf->sip.listen[i];

			if (a->transport == b->transport && a->port == b->port &&
			    strcmp(a->address, b->address) == 0)
				conf_report_at(report, b,
					       "listen has this address already; write it once");
		}
	}
	check_often(report, "call-check", &conf->sip.call_check_ms);
	if (!conf->n_sips)
		return;
	if (!conf->sip.n_listen && conf_report_usable(report, &conf->sip.listen[0]))
		conf_report_at(report, &conf->sips[0].name,
			       "sip { } has no listen, %s listen = {\"udp:192.0.2.1:5060\"}",
			       right);
	if (!conf->rtp.address && conf_report_usable(report, &conf->rtp.address))
		conf_report_at(report, &conf->sips[0].name,
			       "rtp { } has no address, %s address = \"192.0.2.1\"", right);
}

static void check_trunk_name(const struct conf *conf, struct conf_report *report, char *const *name)
{
	if (*name && !conf_isup_find(conf, *name) && !conf_sip_find(conf, *name))
		conf_report_at(report, name,
			       "no trunk \"%s\" is defined; write the name of an isup or sip trunk",
			       *name);
}

/* Limits of the table in isup/timers.c; 0 is the trunk's. */
static void check_digit_timer(struct conf_report *report, const uint32_t *ms, const char *name,
			      uint32_t min_ms)
{
	if (*ms && *ms < min_ms)
		conf_report_at(report, ms, "%s is shorter than %us; write %us or more, or 0ms",
			       name, min_ms / 1000, min_ms / 1000);
}

static void check_digits(struct conf_report *report, const struct conf_route_overlap *overlap)
{
	if (overlap->max_digits && overlap->max_digits < overlap->min_digits)
		conf_report_at(report, &overlap->max_digits,
			       "max-digits %u is less than min-digits %u; write %u or more",
			       overlap->max_digits, overlap->min_digits, overlap->min_digits);
	check_digit_timer(report, &overlap->t10_ms, "t10", 2000);
	check_digit_timer(report, &overlap->t35_ms, "t35", 5000);
}

static void check_route(const struct conf *conf, struct conf_report *report,
			const struct conf_route *route)
{
	check_trunk_name(conf, report, &route->from);
	for (size_t i = 0; i < route->n_to; i++)
		check_trunk_name(conf, report, &route->to[i]);
	check_digits(report, &route->overlap);
}

/* A gateway without a trunk has nothing to do: an empty file is a mistake. Another fault may be why
 * none was read. */
static void check_any_trunk(const struct conf *conf, struct conf_report *report)
{
	if (!conf->n_isups && !conf->n_sips && !report->n_faults)
		conf_report_line(report, 1,
				 "no trunk is defined; write at least one isup \"NAME\" { } or "
				 "sip \"NAME\" { }");
}

void conf_check(const void *object, struct conf_report *report)
{
	const struct conf *conf = object;

	check_names(conf, report);
	for (size_t i = 0; i < conf->n_spans; i++)
		check_span(conf, report, i);
	check_timeslots(conf, report);
	for (size_t i = 0; i < conf->n_linksets; i++)
		check_linkset(conf, report, i);
	check_overload(conf, report);
	for (size_t i = 0; i < conf->n_isups; i++)
		check_isup(conf, report, i);
	check_stack(conf, report);
	conf_check_parties(conf, report);
	check_causes(conf, report);
	for (size_t i = 0; i < conf->n_sips; i++)
		check_sip_trunk(report, &conf->sips[i]);
	for (size_t i = 0; i < conf->n_routes; i++)
		check_route(conf, report, &conf->routes[i]);
	conf_check_routing(conf, report);
	check_any_trunk(conf, report);
}
