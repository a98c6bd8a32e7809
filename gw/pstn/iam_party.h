/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What an IAM says of the call's parties beside their plain numbers: redirection, ported numbers, carrier, subaddresses,
 * precedence, names. Data alone, no side effects.
 */
#ifndef PSTN_IAM_PARTY_H
#define PSTN_IAM_PARTY_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "isup/param.h"

#define ISUP_GENERIC_CALLING 6	 /* Q.763 3.26 a: additional calling party number */
#define ISUP_GENERIC_PORTED  192 /* T1.113: ported number */
/* Q.763 3.9 b, of called party numbers */
#define ISUP_NOA_ROUTING     6 /* network routing number in national format */
#define ISUP_NOA_ROUTING_OWN 7 /* in a network specific format */
#define ISUP_NOA_CONCATENATED 8 /* network routing number and directory number */

/* A message may have several generic numbers; the one wanted is named by its qualifier. */
bool iam_generic_get(const struct isup_msg *iam, uint8_t qualifier, struct isup_number *value);

/* iam_diversion.c: Q.763 3.39, 3.44, 3.45 */
void iam_redirection_get(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_redirection *out);
int iam_redirection_put(const struct conf_isup *conf, const struct leg_redirection *in, struct isup_msg *iam);

/* iam_ported.c: by the trunk's portability. called is there and is the dialled number afterwards. -ENAMETOOLONG. */
int iam_ported_get(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup);
/* Puts the called party number, with its routing number as the trunk says it. fci.translated is the caller's. -EINVAL: a
 * number that cannot be said. */
int iam_called_put(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam);

/* iam_carrier.c: transit network selection (Q.763 3.53), carrier identification (T1.113). */
void iam_carrier_get(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_carrier *out);
int iam_carrier_put(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam);

/* iam_access.c: subaddresses in access transport (Q.763 3.3, Q.931 4.5.9, 4.5.11), names. */
void iam_access_get(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup);
int iam_access_put(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam);

/* iam_priority.c: MLPP precedence (Q.763 3.34) and the calling party's category that goes with it. */
void iam_priority_get(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup);
int iam_priority_put(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam);
uint8_t iam_category(const struct leg_setup *setup);

#endif
