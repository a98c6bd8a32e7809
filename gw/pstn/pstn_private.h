/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the ISUP trunk and its legs share. */
#ifndef PSTN_PSTN_PRIVATE_H
#define PSTN_PSTN_PRIVATE_H

#include "gw/base/list.h"
#include "gw/pstn/isup_trunk.h"

/* The timeslot behind a circuit. Kept until the trunk is freed: a retired circuit may still point to it. */
struct isup_bearer {
	struct list_node node;
	struct isup_trunk *trunk; /* borrow */
	void *check;		  /* own by the check's ops: a continuity check goes on; or NULL */
	struct tdm_span *span; /* borrow */
	uint16_t cic;
	uint8_t timeslot;
	bool leaving; /* its circuit is to go when it falls idle */
};

struct isup_trunk {
	struct trunk base; /* first */
	char *name;	   /* own: outlives the configuration it came from */
	const struct conf_isup *conf; /* borrow */
	struct isup_trunk_env env;
	struct isup *isup; /* own */
	enum isup_variant variant;
	uint32_t dpc;
	struct list bearers; /* own */
	struct timer settle; /* circuits that a reload gave another timeslot wait for the end of their calls */
	bool unsettled;
	unsigned blocked_again; /* circuits just made that an operator has blocked */
	unsigned unchecked; /* calls since the last one that was checked */
	struct isup_healer *healer; /* borrow; NULL: none */
};

/* continuity.c */
int isup_trunk_continuity(void *arg, struct isup_circuit *circuit, enum isup_check check);
void isup_trunk_check_close(struct isup_bearer *bearer);
/* Whether the next call's circuit is to be checked. */
bool isup_trunk_wants_check(struct isup_trunk *trunk);

/* isup_leg.c: what the circuits of the trunk say. */
void isup_leg_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind);
bool isup_leg_passes_on(void *arg, struct isup_circuit *circuit);
const char *isup_leg_call_id(void *arg, struct isup_circuit *circuit);
int isup_leg_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		   const struct leg_attachment *attachment, struct leg **leg, enum q850_cause *cause);
/* Frees the leg of a circuit that is about to go, without a word; its call must be gone. */
void isup_leg_drop(struct isup_circuit *circuit, void *arg);

#endif
