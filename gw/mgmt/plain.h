/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Text from outside as a person may see it: what peers send must neither steer a terminal nor spoil JSON. */
#ifndef MGMT_PLAIN_H
#define MGMT_PLAIN_H

#include <stddef.h>

/* Control characters, and octets that are no UTF-8 (RFC 3629), become "?". keep: control characters that may stay. */
void plain_text(char *text, size_t n, const char *keep);

#endif
