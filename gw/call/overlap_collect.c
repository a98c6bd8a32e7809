/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Overlap to en bloc (RFC 3578 2): the whole number first. "After this, any SAM received is ignored" (2.2). */
#include "gw/call/call_private.h"

const struct overlap_ops overlap_collect = {
	.name = "collect",
	.what = "the whole number in one setup, when it is complete",
};
