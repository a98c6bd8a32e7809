/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Reload: the file is read and checked whole; what cannot change under a running daemon is named;
 * the rest is applied. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/main/gateway.h"

struct faults {
	conf_error_fn *fn;
	void *arg;
	const char *file;
	unsigned count;
};

static void fault(struct faults *faults, const char *kind, const char *name, const char *what)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: %s \"%s\" %s; that needs a restart", faults->file, kind,
		 name, what);
	faults->count++;
	faults->fn(faults->arg, text);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_span(const struct conf_span *a, const struct conf_span *b)
{
	return a->type == b->type && a->t1 == b->t1 && a->ulaw == b->ulaw &&
	       a->chunk_ms == b->chunk_ms && same_text(a->cable, b->cable) &&
	       a->listen == b->listen && a->clock_master == b->clock_master &&
	       a->number == b->number && a->echo_tail_ms == b->echo_tail_ms &&
	       a->hold_off_ms == b->hold_off_ms;
}

static bool same_linkset(const struct conf_linkset *a, const struct conf_linkset *b)
{
	if (a->opc != b->opc || a->dpc != b->dpc || a->network != b->network ||
	    a->sls5 != b->sls5 || !same_text(a->variant, b->variant) || a->n_links != b->n_links)
		return false;
	for (size_t i = 0; i < a->n_links; i++)
		if (a->links[i].slc != b->links[i].slc ||
		    !same_text(a->links[i].span, b->links[i].span) ||
		    a->links[i].timeslot != b->links[i].timeslot)
			return false;
	return true;
}

static void check_spans(struct faults *faults, const struct conf *old, const struct conf *new)
{
	for (size_t i = 0; i < old->n_spans; i++) {
		const struct conf_span *span = conf_span_find(new, old->spans[i].name);

		if (!span)
			fault(faults, "span", old->spans[i].name, "is gone");
		else if (!same_span(&old->spans[i], span))
			fault(faults, "span", span->name, "differs");
	}
	for (size_t i = 0; i < new->n_spans; i++)
		if (!conf_span_find(old, new->spans[i].name))
			fault(faults, "span", new->spans[i].name, "is new");
}

static void check_linksets(struct faults *faults, const struct conf *old, const struct conf *new)
{
	for (size_t i = 0; i < old->n_linksets; i++) {
		const struct conf_linkset *linkset = conf_linkset_find(new, old->linksets[i].name);

		if (!linkset)
			fault(faults, "linkset", old->linksets[i].name, "is gone");
		else if (!same_linkset(&old->linksets[i], linkset))
			fault(faults, "linkset", linkset->name, "differs");
	}
	for (size_t i = 0; i < new->n_linksets; i++)
		if (!conf_linkset_find(old, new->linksets[i].name))
			fault(faults, "linkset", new->linksets[i].name, "is new");
}

static void check_trunks(struct faults *faults, const struct conf *old, const struct conf *new)
{
	for (size_t i = 0; i < old->n_isups; i++) {
		const struct conf_isup *isup = conf_isup_find(new, old->isups[i].name);

		if (!isup)
			fault(faults, "isup", old->isups[i].name,
			      "is gone (take its circuits away instead)");
		else if (!same_text(isup->linkset, old->isups[i].linkset) ||
			 isup->dpc != old->isups[i].dpc ||
			 !same_text(isup->variant, old->isups[i].variant))
			fault(faults, "isup", isup->name, "has another linkset, dpc or variant");
	}
}

/* What the SIP stack was made with. */
static bool same_stack(const struct conf *a, const struct conf *b)
{
	if (a->sip.t1_ms != b->sip.t1_ms || a->sip.t2_ms != b->sip.t2_ms ||
	    a->sip.t4_ms != b->sip.t4_ms || a->sip.max_connections != b->sip.max_connections ||
	    a->sip.idle_ms != b->sip.idle_ms || a->sip.n_dns != b->sip.n_dns)
		return false;
	for (size_t i = 0; i < a->sip.n_dns; i++)
		if (!same_text(a->sip.dns[i], b->sip.dns[i]))
			return false;
	return true;
}

static void check_sip(struct faults *faults, const struct conf *old, const struct conf *new)
{
	bool same = old->sip.n_listen == new->sip.n_listen;

	for (size_t i = 0; same && i < old->sip.n_listen; i++)
		same = old->sip.listen[i].transport == new->sip.listen[i].transport &&
		       old->sip.listen[i].port ==
			       new->sip.listen[i].port &&same_text(old->sip.listen[i].address,
								   new->sip.listen[i].address);
	if (!same)
		fault(faults, "section", "sip", "listens elsewhere");
	if (!same_stack(old, new))
		fault(faults, "section", "sip", "has other timers, limits or name servers");
}

static void check_rest(struct faults *faults, const struct conf *old, const struct conf *new)
{
	if (!same_text(old->rtp.address, new->rtp.address) ||
	    old->rtp.port_first != new->rtp.port_first ||
	    old->rtp.port_last != new->rtp.port_last ||
	    old->rtp.jitter_min_ms != new->rtp.jitter_min_ms ||
	    old->rtp.jitter_max_ms != new->rtp.jitter_max_ms ||
	    old->rtp.timeout_ms != new->rtp.timeout_ms)
		fault(faults, "section", "rtp", "differs");
	if (old->media.threads != new->media.threads || old->media.realtime != new->media.realtime)
		fault(faults, "section", "media", "differs");
	if (!same_text(old->control.socket, new->control.socket) ||
	    !same_text(old->control.group, new->control.group))
		fault(faults, "section", "control", "differs");
	if (!same_text(old->cdr.file, new->cdr.file) || old->cdr.queue != new->cdr.queue)
		fault(faults, "section", "cdr", "writes elsewhere");
	if (!same_text(old->state.folder, new->state.folder))
		fault(faults, "section", "state", "has another folder");
	if (!same_text(old->log.file, new->log.file) || old->log.queue != new->log.queue)
		fault(faults, "section", "log", "writes elsewhere");
}

static void apply_rates(struct gateway *gw, const struct conf *new)
{
	for (size_t i = 0; i < gw->n_linksets; i++)
		linkset_reload(gw->linksets[i],
			       conf_linkset_find(new, linkset_name(gw->linksets[i])));
	load_reload(gw->load, &new->overload);
}

static int apply(struct gateway *gw, struct conf *new)
{
	enum log_level level;
	int err = gateway_apply_trunks(gw, new);

	apply_rates(gw, new);
	if (!err)
		err = sip_ua_reload(gw->sip, new);
	if (!err)
		err = gateway_apply_routes(gw, new);
	gateway_apply_enum(gw, new);
	if (new->log.level && log_level_parse(new->log.level, &level))
		log_set_level(level);
	return err;
}

int gateway_reload(struct gateway *gw, conf_error_fn *fn, void *arg)
{
	struct faults faults = { .fn = fn, .arg = arg, .file = gw->conf->file };
	struct conf *new = conf_read(gw->conf->file, gateway_timer_ok, fn, arg);
	struct treatments *treatments = new ? treatments_new(new, fn, arg) : NULL;
	struct conf *old = gw->conf;
	size_t n_trunks = gw->n_trunks;
	int err;

	if (!treatments) {
		conf_free(new);
		return -EINVAL;
	}
	check_spans(&faults, old, new);
	check_linksets(&faults, old, new);
	check_trunks(&faults, old, new);
	check_sip(&faults, old, new);
	check_rest(&faults, old, new);
	if (faults.count) {
		treatments_free(treatments);
		conf_free(new);
		return -EBUSY;
	}
	err = apply(gw, new);
	if (err) {
		/* Memory ran out half-way: the old configuration is put back over what was changed.
		 */
		fn(arg, "out of memory; the configuration before stays");
		treatments_free(treatments);
		(void)apply(gw, old);
		/* A trunk group that was made before memory ran out borrows from it until the end. */
		if (gw->n_trunks == n_trunks)
			conf_free(new);
		return err;
	}
	call_core_set_treatments(gw->core, treatments);
	gw->conf = new;
	if (old != gw->opened)
		conf_free(old);
	log_write(LOG_NOTICE, "causeway", "%s is in force", new->file);
	return 0;
}
