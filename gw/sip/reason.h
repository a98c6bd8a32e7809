/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Reason header fields with a Q.850 cause (RFC 3326; in responses RFC 6432) and the location of who released (RFC 8606).
 */
#ifndef SIP_REASON_H
#define SIP_REASON_H

#include "gw/call/leg.h"
#include "gw/sip/header.h"
#include "gw/sip/write.h"

/* The first Q.850 cause of the list, and its location where one is given; the rest of release stays. false: none. */
bool sip_reason_read(const struct sip_reason *list, struct leg_release *release);
/* "Q.850;cause=17;text="user busy";location=RLN", terminated. Returns its length, 0 when it does not fit. */
size_t sip_reason_text(char *text, size_t cap, const struct leg_release *release);
/* The whole header field; nothing for a release without a cause. */
void sip_reason_write(struct sip_writer *w, const struct leg_release *release);
/* "RLN" */
const char *sip_reason_location(enum q850_location location);

#endif
