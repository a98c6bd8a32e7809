/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* How long an answer may be remembered: c-ares does not tell. */
#ifndef DNS_TTL_H
#define DNS_TTL_H

#include <stddef.h>
#include <stdint.h>

/* Seconds: the smallest TTL of the answers, or for want of any what the SOA of the authority section allows (RFC 2308 5);
 * 0 when the message tells neither or is malformed. */
uint32_t dns_ttl(const void *message, size_t n);

#endif
