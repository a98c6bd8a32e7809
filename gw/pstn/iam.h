/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An IAM and its backward messages as data, to and from the leg vocabulary. No side effects. */
#ifndef PSTN_IAM_H
#define PSTN_IAM_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "isup/param.h"

/* Q.763 3.25; second source: Wireshark's value table */
#define ISUP_REMOTE_HOLD	    0xf9
#define ISUP_REMOTE_RETRIEVAL	    0xfa
#define ISUP_NOTIFICATION_EXTENSION 0x80 /* no octet follows */

/* Echo from the trunk is cancelled here on calls of that kind (Q.763 3.35, 3.5: half echo control device included). */
bool iam_echo_control(const struct conf_isup *conf, enum leg_bearer bearer);
/* -ENAMETOOLONG: the called number; another number that is too long is left out. -ENOTSUP: a bearer of several channels. */
int iam_to_setup(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup);
/* 64 kbit/s are preferred, and *tmr is what the call falls back to (Q.763 3.54, 3.103). */
bool iam_fallback(const struct isup_msg *iam, uint8_t *tmr);
/* RFC 3398 7.2.1.1. -EINVAL: the called number cannot be said in ISUP. */
int iam_from_setup(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam);
/* User-to-user information of any message (Q.763 3.60); out is empty when there is none, msg may be NULL. */
void uui_from_msg(const struct isup_msg *msg, struct leg_uui *out);
void uui_to_msg(const struct leg_uui *in, struct isup_msg *msg);
/* The generic notification of a CPG (RFC 3398 9.2): LEG_EV_HOLD, LEG_EV_RETRIEVE, or LEG_EVS when it is neither. */
enum leg_ev notification_from_msg(const struct isup_msg *msg);
/* ACM or CPG to ADDRESS_COMPLETE, ALERTING or PROGRESS (RFC 3398 7.2.5, 7.2.6, 7.2.9). */
void progress_from_msg(const struct isup_msg *msg, struct leg_event *event);

#endif
