/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The SIP leg as the user agent sees it: what it hands to legs, found by dialog. Core thread only. */
#ifndef SIP_LEG_H
#define SIP_LEG_H

#include "gw/sip/dialog.h"
#include "gw/sip/leg_trunk.h"
#include "gw/sip/transaction.h"

/* A new call: makes the leg and its call, answers 100, and raises SETUP; or refuses. */
void sip_leg_invite(struct sip_trunk *trunk, struct sip_txn *txn, struct sip_msg *msg);
/* A request inside a dialog, in sequence and of a method that is served. */
void sip_leg_request(struct sip_dialog *dialog, struct sip_txn *txn, struct sip_msg *msg);
/* The ACK for a 2xx. */
void sip_leg_ack(struct sip_dialog *dialog, struct sip_msg *msg);
/* The call's id (kept after the call). */
const char *sip_leg_call_id(const struct sip_dialog *dialog);
/* Every leg of the user agent, without a word to the core or the peers. */
void sip_leg_free_all(struct sip_ua *ua);

#endif
