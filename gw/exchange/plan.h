/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The number plan: which configured number a called number is, as its digits come. Pure functions. */
#ifndef EXCHANGE_PLAN_H
#define EXCHANGE_PLAN_H

#include "conf/exchange.h"
#include "isup/param.h"

#define PLAN_DIGITS_MAX 80

enum plan_verdict {
	PLAN_WAIT,	  /* more digits are needed */
	PLAN_FOUND,
	PLAN_UNALLOCATED, /* no number begins so */
	PLAN_INCOMPLETE,  /* the digits ended too early */
};

/* Digits as the numbers are written: with the prefix of their nature of address, * and # for codes 11 and 12 of
 * Q.763 3.9. */
void plan_digits(const struct conf_exchange *conf, const struct isup_number *number, char digits[PLAN_DIGITS_MAX + 1]);
/* Longest match. A number is found once no other can be meant, or when complete says that no digit follows. */
enum plan_verdict plan_find(const struct conf_exchange *conf, const char *digits, bool complete,
			    const struct conf_number **number);
/* What our release of a call to this number says: its own cause, or its action's. */
struct isup_cause plan_cause(const struct conf_number *number);

#endif
