/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* causeway decode: a message in hexadecimal, in words. */
#ifndef MAIN_DECODE_H
#define MAIN_DECODE_H

#include <stdio.h>

/* argv: "isup" (octets from the CIC on) or "isup-body" (from the message type on: application/isup, RFC 3204), HEX or "-" for
 * lines of in, and a variant or nothing. The exit status: 0, 1 when a message is malformed, 2 when it was asked wrongly. */
int decode_run(int argc, const char *const *argv, FILE *in, FILE *out, FILE *faults);

#endif
