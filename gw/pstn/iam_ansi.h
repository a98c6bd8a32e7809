/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What T1.113's IAM says otherwise than Q.763's; iam.h for what they have in common. No side effects. */
#ifndef PSTN_IAM_ANSI_H
#define PSTN_IAM_ANSI_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "isup/param.h"

/* iam as iam_from_setup has filled it. -ENOSPC, -EINVAL. */
int iam_to_ansi(const struct conf_isup *conf, const struct leg_setup *setup, struct isup_msg *iam);
/* setup as iam_to_setup has filled it. -ENAMETOOLONG: the called number. */
int iam_from_ansi(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup);

#endif
