/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Trunk groups and routes from the configuration: at start, and again at a reload. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/main/gateway.h"

/* Q.764 timers as conf asks for them, by the table of isup/timers.c. */
bool gateway_timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	for (size_t i = 0; i < ISUP_TIMERS; i++) {
		const struct isup_timer_def *def = &isup_timer_defs[i];

		if (strcmp(def->name, name) != 0)
			continue;
		*min_ms = def->min_ms;
		*max_ms = def->max_ms;
		return ms >= def->min_ms && ms <= def->max_ms;
	}
	*min_ms = *max_ms = 0;
	return false;
}

uint32_t gateway_timer_default(const char *name, bool ansi)
{
	for (size_t i = 0; i < ISUP_TIMERS; i++)
		if (strcmp(isup_timer_defs[i].name, name) == 0)
			return ansi ? isup_timer_defs[i].ansi_ms : isup_timer_defs[i].default_ms;
	return 0;
}

struct isup_trunk *gateway_find_trunk(const struct gateway *gw, const char *name)
{
	for (size_t i = 0; i < gw->n_trunks; i++)
		if (strcmp(isup_trunk_trunk(gw->trunks[i])->name, name) == 0)
			return gw->trunks[i];
	return NULL;
}

static struct tdm_span *find_span(void *arg, const char *name)
{
	const struct gateway *gw = arg;

	return spans_find(gw->spans, name);
}

static bool span_is_failed(void *arg, const struct tdm_span *span)
{
	const struct gateway *gw = arg;

	return spans_failed(gw->spans, span);
}

static struct linkset *find_linkset(const struct gateway *gw, const char *name)
{
	for (size_t i = 0; i < gw->n_linksets; i++)
		if (strcmp(linkset_name(gw->linksets[i]), name) == 0)
			return gw->linksets[i];
	return NULL;
}

static int add_trunk(struct gateway *gw, const struct conf *conf, const struct conf_isup *isup)
{
	const struct isup_trunk_env env = { .core = gw->core,
					    .heap = gw->heap,
					    .span = find_span,
					    .span_failed = span_is_failed,
					    .arg = gw,
					    .blocking = gw->blocking,
					    .check = &gw->check };
	struct isup_trunk **trunks =
		realloc(gw->trunks, (gw->n_trunks + 1) * sizeof(struct isup_trunk *));
	struct isup_trunk *trunk;
	int err;

	if (!trunks)
		return -ENOMEM;
	gw->trunks = trunks;
	trunk = isup_trunk_new(isup, conf_linkset_find(conf, isup->linkset), &env, &err);
	if (!trunk)
		return err;
	err = linkset_attach(find_linkset(gw, isup->linkset), isup_trunk_isup(trunk),
			     isup_trunk_dpc(trunk));
	if (err) {
		isup_trunk_free(trunk);
		return err;
	}
	isup_trunk_set_healer(trunk, linkset_healer(find_linkset(gw, isup->linkset)));
	isup_set_congestion(isup_trunk_isup(trunk), (unsigned)load_level(gw->load));
	gw->trunks[gw->n_trunks++] = trunk;
	call_core_add_trunk(gw->core, isup_trunk_trunk(trunk));
	return 0;
}

int gateway_apply_trunks(struct gateway *gw, const struct conf *conf)
{
	int err = 0;

	for (size_t i = 0; i < conf->n_isups && !err; i++) {
		struct isup_trunk *trunk = gateway_find_trunk(gw, conf->isups[i].name);

		err = trunk ? isup_trunk_reload(trunk, &conf->isups[i])
			    : add_trunk(gw, conf, &conf->isups[i]);
		if (err)
			log_write(LOG_ERROR, conf->isups[i].name, "trunk group not set up: %s",
				  strerror(-err));
	}
	return err;
}

int gateway_apply_routes(struct gateway *gw, const struct conf *conf)
{
	struct route_table *routes = route_table_new(conf->routes, conf->n_routes);

	if (!routes)
		return -ENOMEM;
	call_core_set_routes(gw->core, routes);
	return 0;
}

void gateway_apply_enum(struct gateway *gw, const struct conf *conf)
{
	const struct call_lookup lookup = { .start = enum_ask,
					    .cancel = enum_cancel,
					    .arg = gw->enums };

	enum_set_cache(gw->enums, conf->enums.cache);
	call_core_set_lookup(gw->core, &lookup, conf->enums.timeout_ms);
}
