/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Numbers between the leg vocabulary and ISUP (RFC 3398 section 12), by a trunk's country, area and dialling prefixes. */
#ifndef PSTN_NUMBER_H
#define PSTN_NUMBER_H

#include "conf/conf.h"
#include "gw/call/leg.h"
#include "isup/param.h"

/* National and subscriber numbers become international where the trunk knows its country (and area); a number of another
 * plan than E.164 is taken as it is. -ENAMETOOLONG, and no digits. */
int number_from_isup(const struct conf_isup *conf, const struct isup_number *in, struct leg_number *out);
/* Digits of a number that goes on, alone: -EINVAL, -ENAMETOOLONG. */
int number_digits_out(struct str digits, struct isup_number *out);
/* A number of the trunk's own country becomes national; a dialled number's prefixes tell its nature of address.
 * -EINVAL: a character that ISUP has no digit for; -ENAMETOOLONG. */
int number_to_isup(const struct conf_isup *conf, const struct leg_number *in, struct isup_number *out);
/* The same of a number that is written as the trunk wants it already (numbers-out): its nature of address stays. */
int number_to_isup_as_is(const struct leg_number *in, struct isup_number *out);

/* A party number other than the called one, into a message; one that cannot be said, or shall not be, is left out. */
int number_put(const struct conf_isup *conf, struct isup_msg *msg, uint8_t code, const struct leg_number *number);
/* Two digits an octet, the first in the low half, for parameters that are no numbers of Q.763 3.9. Unpacking sets the digits
 * alone: -EBADMSG, -ENAMETOOLONG. Packing: octets has room for them; how many it wrote. */
int number_unpack(const uint8_t *octets, size_t n, bool odd, struct isup_number *out);
size_t number_pack(const struct isup_number *in, uint8_t *octets);

#endif
