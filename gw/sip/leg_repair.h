/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What is tried before a call is given up for a final response, in words. */
#ifndef SIP_LEG_REPAIR_H
#define SIP_LEG_REPAIR_H

/* NULL: nothing. */
const char *sip_leg_repair_text(unsigned status);

#endif
