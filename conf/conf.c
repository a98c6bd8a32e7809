/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The gateway's configuration: its grammar, and finding by name. */
#include "conf/conf.h"

#include <string.h>

#include "conf/check.h"
#include "conf/grammar.h"
#include "conf/points.h"

static void settle(void *object)
{
	struct conf *conf = object;

	conf_points_settle(conf->linksets, conf->n_linksets);
	conf_points_settle_isups(conf);
}

static const struct conf_grammar gateway = { .root = &conf_root,
					     .octets = sizeof(struct conf),
					     .settle = settle,
					     .check = conf_check,
					     .lint = conf_lint };

struct conf *conf_read(const char *file, conf_timer_ok_fn *timer_ok, conf_error_fn *error,
		       void *arg)
{
	return conf_grammar_read(&gateway, file, timer_ok, &(struct conf_told){ error, arg, NULL });
}

struct conf *conf_read_linted(const char *file, conf_timer_ok_fn *timer_ok, conf_error_fn *error,
			      void *arg, const struct conf_lint *lint)
{
	return conf_grammar_read(&gateway, file, timer_ok, &(struct conf_told){ error, arg, lint });
}

struct conf *conf_read_text_linted(const char *name, const char *text, conf_timer_ok_fn *timer_ok,
				   const struct conf_told *told)
{
	return conf_grammar_read_text(&gateway, name, text, timer_ok, told);
}

struct conf *conf_read_text(const char *name, const char *text, conf_timer_ok_fn *timer_ok,
			    conf_error_fn *error, void *arg)
{
	return conf_grammar_read_text(&gateway, name, text, timer_ok,
				      &(struct conf_told){ error, arg, NULL });
}

void conf_free(struct conf *conf)
{
	conf_grammar_free(&gateway, conf);
}

char *conf_print(const struct conf *conf)
{
	return conf_grammar_print(&gateway, conf);
}

bool conf_equal(const struct conf *a, const struct conf *b)
{
	return conf_grammar_equal(&gateway, a, b);
}

const struct conf_span *conf_span_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_spans; i++) {
		if (conf->spans[i].name && strcmp(conf->spans[i].name, name) == 0)
			return &conf->spans[i];
	}
	return NULL;
}

const struct conf_linkset *conf_linkset_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_linksets; i++) {
		if (conf->linksets[i].name && strcmp(conf->linksets[i].name, name) == 0)
			return &conf->linksets[i];
	}
	return NULL;
}

const struct conf_isup *conf_isup_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_isups; i++) {
		if (conf->isups[i].name && strcmp(conf->isups[i].name, name) == 0)
			return &conf->isups[i];
	}
	return NULL;
}

const struct conf_sip_trunk *conf_sip_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_sips; i++) {
		if (conf->sips[i].name && strcmp(conf->sips[i].name, name) == 0)
			return &conf->sips[i];
	}
	return NULL;
}

const struct conf_causes *conf_causes_find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_causes; i++) {
		if (conf->causes[i].name && strcmp(conf->causes[i].name, name) == 0)
			return &conf->causes[i];
	}
	return NULL;
}
