/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Simple segmentation (Q.764 2.1.12): IAM, ACM, CPG, ANM and CON that are too long for a signal unit go as the message
 * and one SGM. Pure functions; T34, which waits for the SGM, is the caller's.
 */
#ifndef ISUP_SEGMENT_H
#define ISUP_SEGMENT_H

#include "isup/msg.h"

/*
 * Splits what does not fit: some optional parameters of msg go into *segment, and msg says so in its optional forward
 * or backward call indicators. 1: send msg, then segment; 0: msg fits as it is; -EINVAL: it cannot be encoded;
 * -EMSGSIZE: too long, and not to be split into two (the message is unchanged).
 */
int isup_msg_split(struct isup_msg *msg, struct isup_msg *segment);
/* A segment follows: the message says so, and its type may. */
bool isup_msg_is_segmented(const struct isup_msg *msg);
/* Puts the segment's parameters behind those of msg, which then says no more that one follows; -EINVAL when segment is no
 * SGM of that circuit or msg none that is segmented, -ENOSPC. What an SGM may not carry is left in it. */
int isup_msg_join(struct isup_msg *msg, const struct isup_msg *segment);

#endif
