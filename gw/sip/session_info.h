/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digits of a called number in the body of INFO: application/x-session-info, "SubsequentDigit: 1234" (3GPP TS 24.229 Annex N,
 * TS 29.163: the in-dialog method of overlap signalling). Pure functions. */
#ifndef SIP_SESSION_INFO_H
#define SIP_SESSION_INFO_H

#include "gw/base/str.h"

/* The digits (0-9 * # A-D), visual separators left out, into text. -EBADMSG: none; -ENAMETOOLONG. */
int session_info_parse(struct str body, char *text, size_t cap) __attribute__((warn_unused_result));
/* Its length. */
size_t session_info_write(struct str digits, char *text, size_t cap);

#endif
