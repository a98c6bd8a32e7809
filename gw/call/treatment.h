/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a caller hears of a call that is not answered, by the configuration: the tones of a country, or announcements,
 * for each trunk and route. Core thread.
 */
#ifndef CALL_TREATMENT_H
#define CALL_TREATMENT_H

#include "conf/conf.h"
#include "gw/base/q850.h"
#include "gw/media/media.h"

enum treatment_kind {
	TREATMENT_RINGBACK,
	TREATMENT_BUSY,
	TREATMENT_CONGESTION,
	TREATMENT_UNOBTAINABLE,
	TREATMENT_NONE
};

struct treatment {
	const struct zone *zone;   /* borrow: for the tone */
	struct media_sound *sound; /* borrow: the announcement; NULL: the tone */
	bool wanted;		   /* the configuration says one or the other */
	bool none;		   /* it says that there is to be none */
};

struct treatments;

/* own; loads every announcement. NULL after every fault was told, as "FILE: what; what would be right". */
struct treatments *treatments_new(const struct conf *conf, conf_error_fn *fault, void *arg);
void treatments_free(struct treatments *treatments);
/* The route's, or else the trunk's, or else everybody's; route NULL: none is known. NULL treatments want nothing. */
struct treatment treatments_find(const struct treatments *treatments, const char *trunk, const char *route,
				 enum treatment_kind kind);
/* Of a failure: what is said of its cause goes before what is said of its kind. */
struct treatment treatments_find_cause(const struct treatments *treatments, const char *trunk, const char *route,
				       enum q850_cause cause);
/* Milliseconds that a failure's tone lasts before the release. */
uint32_t treatments_tone_ms(const struct treatments *treatments);
/* By which tone a caller learns of a failure; NONE: by none. */
enum treatment_kind treatment_of_cause(enum q850_cause cause);
enum media_tone treatment_tone(enum treatment_kind kind);

#endif
