/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * libss7's own ISUP as an exchange in memory: what it sends is handed over, what it receives is given to it, and its timers
 * run on a heap of the test's. None of our ISUP code is in it, and no MTP. One in a process.
 */
#ifndef TESTS_PEERS_LIBSS7_ISUP_H
#define TESTS_PEERS_LIBSS7_ISUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gw/base/timer.h"

#define LIBSS7_ISUP_CICS   4096
#define LIBSS7_ISUP_GROUPS 2 /* trunk groups, each to a point code of its own */

struct libss7_isup_conf {
	bool ansi;	   /* T1.113 */
	unsigned opc;	   /* its own point code */
	unsigned dpc;	   /* of group 0; those of the others follow */
	unsigned cics;	   /* circuits 1 to cics in every group */
	bool answers;	   /* ACM and ANM at once; else nothing until told */
	struct timer_heap *heap; /* borrow */
	void (*send)(void *arg, unsigned group, const uint8_t *octets, size_t n); /* octets from the CIC on */
	void *arg;
};

struct libss7_isup_counts {
	unsigned long placed, taken, answered, failed, lost, unknown;
};

bool libss7_isup_open(const struct libss7_isup_conf *conf);
void libss7_isup_close(void);
void libss7_isup_in(unsigned group, const uint8_t *octets, size_t n);

/* Requests of the exchange. False: the circuit's state does not allow it. */
bool libss7_isup_call(unsigned group, unsigned cic, const char *called);
bool libss7_isup_answer(unsigned group, unsigned cic); /* ACM and ANM */
bool libss7_isup_release(unsigned group, unsigned cic, int cause);
bool libss7_isup_block(unsigned group, unsigned cic);
bool libss7_isup_unblock(unsigned group, unsigned cic);
bool libss7_isup_reset(unsigned group, unsigned cic);
bool libss7_isup_reset_group(unsigned group, unsigned first, unsigned count);

/* Neither a call nor maintenance under way, as the exchange sees it. */
bool libss7_isup_idle(unsigned group, unsigned cic);
bool libss7_isup_talking(unsigned group, unsigned cic);
/* Blocked by either end. */
bool libss7_isup_blocked(unsigned group, unsigned cic);
/* Call records that libss7 itself keeps. */
size_t libss7_isup_records(void);
struct libss7_isup_counts libss7_isup_counts(void);

#endif
