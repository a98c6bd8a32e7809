/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * How a case is written: steps in order. SP A is this ISUP, SP B the script. Octets are hexadecimal and start with the
 * CIC; what SP A sends is compared with a pattern, where "." stands for any half octet, "hh/mm" compares under a mask and
 * "*" lets anything follow. Nothing may be left over: before SP B sends, time passes or the user asks for something,
 * every message sent and every word told must have been expected. At the end every circuit is idle. What the user asks for
 * is a message too, and parameters that need not fit into it behind a "+" each: code and contents.
 */
#ifndef SELFTEST_Q784_SCRIPT_H
#define SELFTEST_Q784_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

enum q784_op {
	Q784_END,
	/* SP B */
	Q784_THEY,   /* sends text */
	Q784_MTP,    /* number: MTP-PAUSE, -RESUME, or -STATUS user part unavailable */
	/* SP A, expected */
	Q784_WE,     /* the next message sent is like text */
	Q784_TOLD,   /* the user was told text, all of it */
	Q784_ALARM,  /* maintenance was told something that holds text */
	Q784_STATE,  /* circuit is in state text */
	Q784_BLOCKED, /* circuit shows text as its blocking */
	Q784_GIVEN,  /* the message that the user was told last has the parameter of text: code, contents */
	Q784_LACKS,  /* it has none of the code of text */
	/* the clock */
	Q784_PASS_MS, /* number milliseconds pass */
	/* SP A's user and its maintenance */
	Q784_CALL,   /* asks for a call with the IAM of text, without CIC */
	Q784_NO_CALL, /* the same, and there is no circuit for it */
	Q784_SAY,    /* sends the message of text, without CIC, on its call */
	Q784_LET_GO, /* releases its call with cause number */
	Q784_SLOW,   /* from here on does not answer a release by itself */
	Q784_ON,     /* its call is that of the circuit */
	Q784_BLOCK, Q784_UNBLOCK, Q784_RESET, /* the circuit */
	Q784_BLOCK_GROUP, Q784_UNBLOCK_GROUP, Q784_RESET_GROUP, /* number circuits from circuit on */
	Q784_HEARD,	/* the check tone came back on the circuit */
	Q784_CHECK,	/* checks the continuity of the circuit */
	Q784_CONGESTED, /* SP A has the congestion level number */
	Q784_HARDWARE, Q784_HARDWARE_OVER, /* number circuits from circuit on have a hardware failure */
};

enum { Q784_PAUSE, Q784_RESUME, Q784_USER_UNAVAILABLE };

struct q784_step {
	enum q784_op op;
	uint16_t circuit;
	uint32_t number;
	const char *text;
};

#define THEY(octets)	    { .op = Q784_THEY, .text = octets }
#define MTP(what)	    { .op = Q784_MTP, .number = what }
#define WE(pattern)	    { .op = Q784_WE, .text = pattern }
#define TOLD(words)	    { .op = Q784_TOLD, .text = words }
#define ALARM(words)	    { .op = Q784_ALARM, .text = words }
#define STATE(cic, name)    { .op = Q784_STATE, .circuit = cic, .text = name }
#define BLOCKED(cic, words) { .op = Q784_BLOCKED, .circuit = cic, .text = words }
#define GIVEN(octets)	    { .op = Q784_GIVEN, .text = octets }
#define LACKS(octets)	    { .op = Q784_LACKS, .text = octets }
#define PASS(ms)	    { .op = Q784_PASS_MS, .number = ms }
/* Not a millisecond before: nothing happens until then. */
#define EXACTLY(ms)	    PASS((ms) - 1), PASS(1)
#define CALL(octets)	    { .op = Q784_CALL, .text = octets }
#define NO_CALL(octets)	    { .op = Q784_NO_CALL, .text = octets }
#define SAY(octets)	    { .op = Q784_SAY, .text = octets }
#define LET_GO(cause)	    { .op = Q784_LET_GO, .number = cause }
#define SLOW		    { .op = Q784_SLOW }
#define ON(cic)		    { .op = Q784_ON, .circuit = cic }
#define BLOCK(cic)	    { .op = Q784_BLOCK, .circuit = cic }
#define UNBLOCK(cic)	    { .op = Q784_UNBLOCK, .circuit = cic }
#define RESET(cic)	    { .op = Q784_RESET, .circuit = cic }
#define HEARD(cic)	    { .op = Q784_HEARD, .circuit = cic }
#define CHECK(cic)	    { .op = Q784_CHECK, .circuit = cic }
#define CONGESTED(level)    { .op = Q784_CONGESTED, .number = level }
#define BLOCK_GROUP(first, n)	{ .op = Q784_BLOCK_GROUP, .circuit = first, .number = n }
#define UNBLOCK_GROUP(first, n) { .op = Q784_UNBLOCK_GROUP, .circuit = first, .number = n }
#define RESET_GROUP(first, n)	{ .op = Q784_RESET_GROUP, .circuit = first, .number = n }
#define HARDWARE(first, n)	{ .op = Q784_HARDWARE, .circuit = first, .number = n }
#define HARDWARE_OVER(first, n) { .op = Q784_HARDWARE_OVER, .circuit = first, .number = n }

#define SECOND 1000u
#define MINUTE 60000u

enum q784_setting {
	Q784_ONE = 1,	 /* SP A has circuit 1 alone, not those of an E1 */
	Q784_JUNIOR = 2, /* SP A controls the even circuits, not the odd ones (Q.764 2.9.1.4) */
	Q784_TRANSIT = 4, /* SP A's user hands the call to another ISUP */
};

struct q784_case {
	const char *number;
	const char *clause;	      /* of Q.764 that the sequence follows */
	const struct q784_step *steps; /* NULL: it does not apply, why in clause */
	unsigned setting;
};

#define STEPS(...) (const struct q784_step[]){ __VA_ARGS__, { .op = Q784_END } }

#define CASE_ON(conditions, which, clauses, ...) \
	{ .number = which, .clause = clauses, .setting = conditions, .steps = STEPS(__VA_ARGS__) }
#define CASE(which, clauses, ...)    CASE_ON(0, which, clauses, __VA_ARGS__)
#define NOT_APPLICABLE(which, why) { .number = which, .clause = why }
#define END_OF_CASES		   { .number = 0 }

/* Ends with a case without a number. */
extern const struct q784_case q784_supervision[], q784_messages[], q784_setup[], q784_release[], q784_timers[],
	q784_attempts[], q784_bearers[], q784_continuity[], q784_compatibility[], q784_segments[], q784_availability[],
	q784_not_applicable[];

struct q784_title {
	const char *number, *group, *title;
};
extern const struct q784_title q784_titles[];

#endif
