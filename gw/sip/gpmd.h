/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* a=gpmd, a format's general-purpose descriptor, as far as it tells of voice-band data (V.152 7.1): "98 vbd=yes;ecan=off". Pure
 * function. */
#ifndef SIP_GPMD_H
#define SIP_GPMD_H

#include "gw/base/str.h"

/* The attribute's value: whether the format is for voice-band data, and which it is; its span is empty where there is none. */
bool gpmd_is_vbd(struct str value, struct str *format);

#endif
