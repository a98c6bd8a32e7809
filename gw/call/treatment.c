/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Treatments from the configuration. */
#include "gw/call/treatment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/base/str.h"

#define KINDS TREATMENT_NONE
#define TONE  "tone" /* instead of a path */
#define QUIET "none" /* no treatment: the release at once */

/* What a trunk or a route has of its own. */
struct entry {
	struct hash_node node;
	char name[32];
	const struct zone *zone; /* borrow, NULL: everybody's */
	struct treatment_way {
		bool tone, none;
		struct media_sound *sound; /* borrow */
	} ways[KINDS];
	struct cause_way {
		enum q850_cause cause;
		struct treatment_way way;
	} causes[CONF_TREATMENT_CAUSES_MAX];
	size_t n_causes;
};

struct loaded {
	const char *path;	   /* borrow: the configuration's, while it is read */
	struct media_sound *sound; /* held */
};

struct treatments {
	struct hash trunks, routes; /* own: struct entry */
	struct entry everybody;
	uint32_t tone_ms;
	struct loaded *loaded; /* own */
	size_t n_loaded;
};

struct reader {
	struct treatments *made;
	const struct conf *conf;
	conf_error_fn *fault;
	void *arg;
	bool bad;
};

static void tell(struct reader *reader, const char *reason)
{
	char text[600];

	snprintf(text, sizeof(text), "%s: announcement %s", reader->conf->file, reason);
	reader->fault(reader->arg, text);
	reader->bad = true;
}

/* A file that several name is one sound. NULL after telling why. */
static struct media_sound *sound_of(struct reader *reader, const char *path)
{
	struct treatments *made = reader->made;
	struct loaded *more;
	char reason[512];

	for (size_t i = 0; i < made->n_loaded; i++)
		if (strcmp(made->loaded[i].path, path) == 0)
			return made->loaded[i].sound;
	more = realloc(made->loaded, (made->n_loaded + 1) * sizeof(*more));
	if (!more) {
		tell(reader, "not loaded: out of memory");
		return NULL;
	}
	made->loaded = more;
	more[made->n_loaded] =
		(struct loaded){ path, media_sound_load(path, reason, sizeof(reason)) };
	if (more[made->n_loaded].sound)
		return more[made->n_loaded++].sound;
	tell(reader, reason);
	return NULL;
}

static struct treatment_way way_read(struct reader *reader, const char *text)
{
	struct treatment_way way = { .tone = strcmp(text, TONE) == 0 };

	if (!way.tone && strcmp(text, QUIET) != 0)
		way.sound = sound_of(reader, text);
	return way;
}

static void ways_read(struct reader *reader, struct entry *entry, const struct conf_treatment *conf)
{
	const char *const texts[KINDS] = { conf->ringback, conf->busy, conf->congestion,
					   conf->unobtainable };

	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (!texts[kind])
			continue;
		entry->ways[kind] = way_read(reader, texts[kind]);
	}
	/* "CAUSE WAY", which the configuration has checked. */
	for (size_t i = 0; i < conf->n_causes; i++) {
		struct cause_way *way = &entry->causes[entry->n_causes++];
		char *end;

		way->cause = (enum q850_cause)strtoul(conf->causes[i], &end, 10);
		way->way = way_read(reader, end + 1);
		way->way.none = strcmp(end + 1, QUIET) == 0;
	}
}

static void entry_read(struct reader *reader, struct hash *hash, const char *name,
		       const char *country, const struct conf_treatment *conf)
{
	struct entry *entry;

	if (!country && !conf->ringback && !conf->busy && !conf->congestion &&
	    !conf->unobtainable && !conf->n_causes)
		return;
	entry = calloc(1, sizeof(*entry));
	if (!entry || hash_insert(hash, &entry->node, str_hash(str_c(name), 0))) {
		free(entry);
		tell(reader, "not set: out of memory");
		return;
	}
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->zone = country ? media_zone(country) : NULL;
	ways_read(reader, entry, conf);
}

static void all_read(struct reader *reader)
{
	const struct conf *conf = reader->conf;
	struct treatments *made = reader->made;

	made->tone_ms = conf->tones.time_ms;
	made->everybody.zone = media_zone(conf->tones.country);
	ways_read(reader, &made->everybody, &conf->treatment);
	for (size_t i = 0; i < conf->n_isups; i++)
		entry_read(reader, &made->trunks, conf->isups[i].name, conf->isups[i].tones,
			   &conf->isups[i].treatment);
	for (size_t i = 0; i < conf->n_sips; i++)
		entry_read(reader, &made->trunks, conf->sips[i].name, conf->sips[i].tones,
			   &conf->sips[i].treatment);
	for (size_t i = 0; i < conf->n_routes; i++)
		entry_read(reader, &made->routes, conf->routes[i].name, NULL,
			   &conf->routes[i].treatment);
}

struct treatments *treatments_new(const struct conf *conf, conf_error_fn *fault, void *arg)
{
	struct reader reader = { .made = calloc(1, sizeof(struct treatments)),
				 .conf = conf,
				 .fault = fault,
				 .arg = arg };

	if (!reader.made)
		tell(&reader, "not set: out of memory");
	else
		all_read(&reader);
	if (!reader.bad)
		return reader.made;
	treatments_free(reader.made);
	return NULL;
}

static void entry_free(struct hash_node *node, void *arg)
{
	hash_remove(arg, node);
	free(container_of(node, struct entry, node));
}

void treatments_free(struct treatments *treatments)
{
	if (!treatments)
		return;
	hash_each(&treatments->trunks, entry_free, &treatments->trunks);
	hash_each(&treatments->routes, entry_free, &treatments->routes);
	hash_close(&treatments->trunks);
	hash_close(&treatments->routes);
	for (size_t i = 0; i < treatments->n_loaded; i++)
		media_sound_drop(treatments->loaded[i].sound);
	free(treatments->loaded);
	free(treatments);
}

static bool has_name(const struct hash_node *node, const void *key)
{
	return strcmp(container_of(node, const struct entry, node)->name, key) == 0;
}

static const struct entry *entry_of(const struct hash *hash, const char *name)
{
	struct hash_node *node =
		name ? hash_find(hash, str_hash(str_c(name), 0), has_name, name) : NULL;

	return node ? container_of(node, const struct entry, node) : NULL;
}

static const struct treatment_way *way_of_cause(const struct entry *entry, enum q850_cause cause,
						enum treatment_kind kind)
{
	for (size_t i = 0; i < entry->n_causes; i++)
		if (entry->causes[i].cause == cause)
			return &entry->causes[i].way;
	if (kind < KINDS && (entry->ways[kind].sound || entry->ways[kind].tone))
		return &entry->ways[kind];
	return NULL;
}

struct treatment treatments_find_cause(const struct treatments *treatments, const char *trunk,
				       const char *route, enum q850_cause cause)
{
	struct treatment found = treatments_find(treatments, trunk, route, KINDS);
	const enum treatment_kind kind = treatment_of_cause(cause);
	const struct treatment_way *way = NULL;

	if (!treatments)
		return found;
	const struct entry *entries[] = { entry_of(&treatments->routes, route),
					  entry_of(&treatments->trunks, trunk),
					  &treatments->everybody };

	for (unsigned i = 0; i < 3 && !way; i++)
		way = entries[i] ? way_of_cause(entries[i], cause, kind) : NULL;
	if (!way)
		return found;
	found.sound = way->sound;
	found.wanted = way->sound || way->tone;
	found.none = way->none;
	return found;
}

struct treatment treatments_find(const struct treatments *treatments, const char *trunk,
				 const char *route, enum treatment_kind kind)
{
	struct treatment found = { .zone = media_zone("itu") };
	const struct entry *entries[3];

	if (!treatments)
		return found;
	entries[0] = entry_of(&treatments->routes, route);
	entries[1] = entry_of(&treatments->trunks, trunk);
	entries[2] = &treatments->everybody;
	found.zone = entries[1] && entries[1]->zone ? entries[1]->zone : entries[2]->zone;
	for (unsigned i = 0; i < 3 && !found.wanted && kind < KINDS; i++) {
		if (!entries[i])
			continue;
		found.sound = entries[i]->ways[kind].sound;
		found.wanted = found.sound || entries[i]->ways[kind].tone;
	}
	return found;
}

uint32_t treatments_tone_ms(const struct treatments *treatments)
{
	return treatments->tone_ms;
}

/* ITU-T E.180 4 to 7 and Q.850 table 1: busy, what the network lacks, what cannot be had at all. */
static const struct {
	enum q850_cause cause;
	enum treatment_kind kind;
} kinds[] = {
	{ Q850_UNALLOCATED, TREATMENT_UNOBTAINABLE },
	{ Q850_NO_ROUTE_TRANSIT, TREATMENT_UNOBTAINABLE },
	{ Q850_NO_ROUTE, TREATMENT_UNOBTAINABLE },
	{ Q850_BUSY, TREATMENT_BUSY },
	{ Q850_NUMBER_CHANGED, TREATMENT_UNOBTAINABLE },
	{ Q850_OUT_OF_ORDER, TREATMENT_UNOBTAINABLE },
	{ Q850_INCOMPLETE, TREATMENT_UNOBTAINABLE },
	{ Q850_NO_CIRCUIT, TREATMENT_CONGESTION },
	{ Q850_NETWORK_OUT_OF_ORDER, TREATMENT_CONGESTION },
	{ Q850_TEMPORARY_FAILURE, TREATMENT_CONGESTION },
	{ Q850_CONGESTION, TREATMENT_CONGESTION },
	{ Q850_CIRCUIT_NOT_AVAILABLE, TREATMENT_CONGESTION },
	{ Q850_RESOURCE_UNAVAILABLE, TREATMENT_CONGESTION },
};

enum treatment_kind treatment_of_cause(enum q850_cause cause)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].cause == cause)
			return kinds[i].kind;
	return TREATMENT_NONE;
}

enum media_tone treatment_tone(enum treatment_kind kind)
{
	static const enum media_tone tones[] = {
		[TREATMENT_RINGBACK] = MEDIA_TONE_RINGBACK,
		[TREATMENT_BUSY] = MEDIA_TONE_BUSY,
		[TREATMENT_CONGESTION] = MEDIA_TONE_CONGESTION,
		[TREATMENT_UNOBTAINABLE] = MEDIA_TONE_UNOBTAINABLE,
		[TREATMENT_NONE] = MEDIA_TONE_NONE,
	};

	return tones[kind];
}
