/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* One case being played; see q784_script.h for what its steps mean. */
#ifndef SELFTEST_Q784_PLAYER_H
#define SELFTEST_Q784_PLAYER_H

#include "gw/base/timer.h"
#include "gw/selftest/q784_script.h"
#include "isup/isup.h"

#define Q784_SENT_MAX 64
#define Q784_TEXT_MAX (3 * ISUP_OCTETS_MAX)

struct q784_sent {
	size_t n;
	uint8_t octets[ISUP_OCTETS_MAX];
};

struct q784_player {
	struct mtp mtp; /* first: SP A's MTP is the script */
	struct timer_heap *heap; /* own */
	struct isup *isup;	 /* own */
	uint64_t now_us;
	bool paused, slow, transit;
	struct isup_circuit *circuit; /* borrow: that of the user's call */
	struct isup_msg iam;	      /* of the user's call, for another attempt */
	struct isup_msg given;	      /* what it was told last */
	uint8_t checks[32];	      /* enum isup_check: connected to the circuit's bearer */
	struct q784_sent sent[Q784_SENT_MAX];
	size_t n_sent, n_read;
	char told[256], alarms[512];
	unsigned step;
	char fault[400]; /* empty: none yet */
};

/* The case has steps. Afterwards fault says what went wrong. */
void q784_player_run(struct q784_player *p, const struct q784_case *c);

#endif
