/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * One end of an ISUP trunk group over a scripted MTP: what it sends and what it indicates are written down as words, what it
 * receives is made message by message, and the clock is turned by hand. Included by one test program at a time.
 */
#ifndef TESTS_UNIT_ISUP_RIG_H
#define TESTS_UNIT_ISUP_RIG_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "isup/isup.h"
#include "tests/unit/cu.h"

#define OWNER ((void *)&rig) /* what tests put as a circuit's user */

static struct {
	uint64_t now_us;
	struct timer_heap *heap;
	struct isup *isup;
	struct mtp mtp;
	bool down;
	char sent[512];	    /* "IAM 1 ", with the cause after REL: "REL 1/16 " */
	char said[512];	    /* indications: "setup answer release/17 " */
	char alarms[512];
	struct isup_msg last;	  /* sent last */
	struct isup_circuit *circuit; /* of the last indication */
	bool answers;		  /* the owner confirms releases at once */
	uint8_t *raw; /* the last message's octets are copied here, NULL: not */
	size_t raw_cap, n_raw;
	char checks[128];		/* what was connected for continuity: "1:loop " */
	int check_error;
	int (*lost)(void);	  /* what the owner does at once when its call lost the circuit; NULL: nothing */
} rig;

/* Of everything that is sent and received; set before the rig is opened. */
static enum isup_variant rig_variant;

static inline void add(char *text, size_t cap, const char *word, int number)
{
	size_t n = strlen(text);

	if (number >= 0)
		snprintf(text + n, cap - n, "%s/%d ", word, number);
	else
		snprintf(text + n, cap - n, "%s ", word);
}

static uint64_t rig_now(void *arg)
{
	(void)arg;
	return rig.now_us;
}

static int rig_transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets, size_t n)
{
	struct isup_error error;
	struct isup_cause cause;
	char word[32];

	(void)mtp;
	(void)opc;
	(void)dpc;
	(void)sls;
	if (rig.raw && n <= rig.raw_cap) {
		memcpy(rig.raw, octets, n);
		rig.n_raw = n;
	}
	CU_ASSERT_FATAL(isup_msg_decode_as(&rig.last, rig_variant, octets, n, &error) == 0 ||
			error.kind == ISUP_E_UNKNOWN_TYPE);
	if (isup_type_name(rig.last.type))
		snprintf(word, sizeof(word), "%s %u", isup_type_name(rig.last.type), rig.last.cic);
	else
		snprintf(word, sizeof(word), "%02x %u", rig.last.type, rig.last.cic);
	add(rig.sent, sizeof(rig.sent), word,
	    isup_get_cause(&rig.last, &cause) ? cause.value : -1);
	return 0;
}

static bool rig_available(const struct mtp *mtp, uint32_t dpc)
{
	(void)mtp;
	(void)dpc;
	return !rig.down;
}

static const struct mtp_ops rig_mtp_ops = { .type = "script", .transfer = rig_transfer, .available = rig_available };

static void rig_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	static const char *const names[] = {
		[ISUP_IND_SETUP] = "setup",	    [ISUP_IND_DIGITS] = "digits",
		[ISUP_IND_ADDRESS_COMPLETE] = "acm", [ISUP_IND_PROGRESS] = "cpg",
		[ISUP_IND_ANSWER] = "answer",	    [ISUP_IND_SUSPEND] = "suspend",
		[ISUP_IND_CONTINUITY] = "continuity", [ISUP_IND_INFO_REQUEST] = "inr",
		[ISUP_IND_INFORMATION] = "inf",	    [ISUP_IND_MESSAGE] = "message",
		[ISUP_IND_RESUME] = "resume",	    [ISUP_IND_T10] = "t10",
		[ISUP_IND_T35] = "t35",		    [ISUP_IND_RELEASE] = "release",
		[ISUP_IND_RELEASED] = "released",   [ISUP_IND_REATTEMPT] = "reattempt",
	};

	(void)arg;
	rig.circuit = circuit;
	add(rig.said, sizeof(rig.said), names[ind->ind],
	    ind->ind == ISUP_IND_RELEASE || ind->ind == ISUP_IND_T35 ? ind->cause.value : -1);
	if (ind->ind == ISUP_IND_SETUP)
		isup_circuit_set_user(circuit, OWNER);
	if (ind->ind == ISUP_IND_REATTEMPT && rig.lost)
		add(rig.said, sizeof(rig.said), "again", rig.lost() == -EAGAIN ? 0 : 1);
	if (ind->ind == ISUP_IND_RELEASE && rig.answers)
		isup_release(circuit, &ind->cause);
}

static inline int rig_continuity(void *arg, struct isup_circuit *circuit, enum isup_check check)
{
	static const char *const names[] = { "off", "loop", "transponder", "tone" };

	(void)arg;
	add(rig.checks, sizeof(rig.checks), names[check], isup_circuit_cic(circuit));
	return check == ISUP_CHECK_OFF ? 0 : rig.check_error;
}

static void rig_alarm(void *arg, const char *what, unsigned cic, bool raised)
{
	(void)arg;
	if (!raised)
		return;
	if (cic == ISUP_NO_CIC)
		add(rig.alarms, sizeof(rig.alarms), what, -1);
	else
		add(rig.alarms, sizeof(rig.alarms), what, (int)cic);
}

/* Circuits 1 to n; our point code is 1 and theirs 2, so theirs controls the even circuits and ours the odd ones. */
static inline void rig_open_raw(unsigned n)
{
	static const struct clock_source clock = { .now_us = rig_now };
	const struct isup_conf conf = { .name = "rig", .variant = rig_variant, .opc = 1, .dpc = 2, .min_digits = 3,
					.hunt = ISUP_HUNT_ASCENDING };
	const struct isup_user user = { .indicate = rig_indicate, .alarm = rig_alarm };

	memset(&rig, 0, sizeof(rig));
	rig.answers = true;
	rig.mtp.ops = &rig_mtp_ops;
	rig.heap = timer_heap_new(&clock);
	rig.isup = isup_new(&conf, &user, rig.heap);
	for (unsigned cic = 1; cic <= n; cic++)
		CU_ASSERT_EQUAL_FATAL(isup_circuit_add(rig.isup, (uint16_t)cic, NULL), 0);
	isup_attach(rig.isup, &rig.mtp);
}

static inline void rig_close(void)
{
	isup_free(rig.isup);
	CU_ASSERT_EQUAL(timer_heap_running(rig.heap), 0);
	timer_heap_free(rig.heap);
}

static inline void pass_ms(uint64_t ms)
{
	uint64_t until = rig.now_us + ms * 1000;

	/* From expiry to expiry, so that a timer restarted by one is not late. */
	for (;;) {
		int64_t next = timer_heap_next_us(rig.heap);

		if (next < 0 || rig.now_us + (uint64_t)next > until)
			break;
		rig.now_us += (uint64_t)next;
		(void)timer_heap_run(rig.heap);
	}
	rig.now_us = until;
}

static inline void receive_msg(const struct isup_msg *msg)
{
	uint8_t octets[ISUP_OCTETS_MAX];
	int n = isup_msg_encode(msg, octets, sizeof(octets));

	if (n <= 0)
		printf("\n  %s not encoded: %d\n", isup_type_name(msg->type), n);
	CU_ASSERT_TRUE_FATAL(n > 0);
	isup_message_in(rig.isup, octets, (size_t)n);
}

static inline void put_digits(struct isup_msg *msg, uint8_t code, const char *digits, bool complete)
{
	struct isup_number number = { .noa = ISUP_NOA_NATIONAL, .npi = ISUP_NPI_ISDN, .complete = complete,
				      .n = (uint8_t)strlen(digits) };

	memcpy(number.digits, digits, number.n + 1u);
	CU_ASSERT_EQUAL_FATAL(isup_put_number(msg, code, &number), 0);
}

static inline void make_iam(struct isup_msg *iam, uint16_t cic, const char *digits, bool complete, uint8_t continuity)
{
	const struct isup_nci nci = { .continuity = continuity };
	const struct isup_fci fci = { .isup_all_way = true };

	isup_msg_init_as(iam, rig_variant, ISUP_IAM, cic);
	(void)isup_put_nci(iam, &nci);
	(void)isup_put_fci(iam, &fci);
	(void)isup_put_octet(iam, ISUP_P_CPC, 10);
	if (rig_variant == ISUP_ANSI)
		(void)isup_msg_add(iam, ISUP_P_USI, (const uint8_t[]){ 0x90, 0x90, 0xa2 }, 3);
	else
		(void)isup_put_octet(iam, ISUP_P_TMR, 3);
	put_digits(iam, ISUP_P_CALLED, digits, complete);
}

static inline void receive_iam(uint16_t cic, const char *digits, bool complete)
{
	struct isup_msg iam;

	make_iam(&iam, cic, digits, complete, 0);
	receive_msg(&iam);
}

/* Any message with typical contents. */
static inline void make(struct isup_msg *msg, uint8_t type, uint16_t cic, uint8_t value)
{
	const struct isup_bci bci = { .called_status = value & 3 };
	const struct isup_event event = { .event = value };
	const struct isup_cause cause = { .location = 4, .value = value };
	struct isup_range range = { .range = value };

	isup_msg_init_as(msg, rig_variant, (enum isup_type)type, cic);
	switch (type) {
	case ISUP_IAM:
		make_iam(msg, cic, "30123", value & 1, 0);
		break;
	case ISUP_SAM:
		put_digits(msg, ISUP_P_SUBSEQUENT, "4", value & 1);
		break;
	case ISUP_ACM:
	case ISUP_CON:
		(void)isup_put_bci(msg, &bci);
		break;
	case ISUP_CPG:
		(void)isup_put_event(msg, &event);
		break;
	case ISUP_REL:
	case ISUP_CFN:
		(void)isup_put_cause(msg, &cause);
		break;
	case ISUP_SUS:
	case ISUP_RES:
		(void)isup_put_octet(msg, ISUP_P_SUSPEND_RESUME, value & 1);
		break;
	case ISUP_COT:
		(void)isup_msg_add(msg, 0x10, &value, 1);
		break;
	case ISUP_INR:
		(void)isup_msg_add(msg, 0x0e, (const uint8_t[]){ value, 0 }, 2);
		break;
	case ISUP_INF:
		(void)isup_msg_add(msg, 0x0f, (const uint8_t[]){ value, 0 }, 2);
		break;
	case ISUP_USR:
		(void)isup_msg_add(msg, ISUP_P_UUI, (const uint8_t[]){ 4, value }, 2);
		break;
	case ISUP_CGB:
	case ISUP_CGU:
	case ISUP_CGBA:
	case ISUP_CGUA:
		(void)isup_put_octet(msg, ISUP_P_CIRCUIT_GROUP_TYPE, 0);
		range.has_status = true;
		range.n_status = (uint8_t)((range.range + 8) / 8);
		memset(range.status, 0xff, range.n_status);
		if ((range.range + 1) % 8)
			range.status[range.n_status - 1] = (uint8_t)((1u << (range.range + 1) % 8) - 1);
		(void)isup_put_range(msg, &range);
		break;
	case ISUP_GRA:
		range.has_status = true;
		range.n_status = (uint8_t)((range.range + 8) / 8);
		(void)isup_put_range(msg, &range);
		break;
	case ISUP_CQR:
		(void)isup_put_range(msg, &range);
		(void)isup_msg_add(msg, ISUP_P_CIRCUIT_STATE,
				   (const uint8_t[32]){ value, 0x0c, 0x04, 0x08, 0x0d, 0x0e, 0x1c, 0x2c, 3 },
				   range.range + 1u);
		break;
	case ISUP_CRM:
		(void)isup_msg_add(msg, ISUP_P_NCI, (const uint8_t[]){ (uint8_t)((value & 1) << 2) }, 1);
		break;
	case ISUP_CVR:
		(void)isup_msg_add(msg, ISUP_P_CIRCUIT_VALIDATION, (const uint8_t[]){ value & 1 }, 1);
		(void)isup_msg_add(msg, ISUP_P_CIRCUIT_GROUP_CHARACTERISTICS, &value, 1);
		break;
	case ISUP_CQM:
	case ISUP_GRS:
		(void)isup_put_range(msg, &range);
		break;
	default:
		break;
	}
}

static inline void receive(uint8_t type, uint16_t cic, uint8_t value)
{
	struct isup_msg msg;

	make(&msg, type, cic, value);
	receive_msg(&msg);
}

/* Compares and forgets what was sent and said. */
static inline void expect(const char *sent, const char *said)
{
	if (strcmp(rig.sent, sent) != 0 || strcmp(rig.said, said) != 0)
		printf("\n  sent \"%s\", expected \"%s\"; said \"%s\", expected \"%s\"\n", rig.sent, sent, rig.said, said);
	CU_ASSERT_STRING_EQUAL(rig.sent, sent);
	CU_ASSERT_STRING_EQUAL(rig.said, said);
	rig.sent[0] = rig.said[0] = '\0';
}

static inline void expect_state(uint16_t cic, const char *state)
{
	CU_ASSERT_STRING_EQUAL(isup_circuit_state(isup_circuit_find(rig.isup, cic)), state);
}

/* In service: the first group reset was answered. */
static inline void rig_open(unsigned n)
{
	rig_open_raw(n);
	isup_mtp_resume(rig.isup);
	if (n > 1)
		receive(ISUP_GRA, 1, (uint8_t)(n - 1));
	else
		receive(ISUP_RLC, 1, 0);
	rig.sent[0] = rig.said[0] = '\0';
	CU_ASSERT_TRUE(isup_available(rig.isup));
}

static inline struct isup_circuit *seize(void)
{
	struct isup_circuit *circuit = NULL;
	struct isup_msg iam;

	make_iam(&iam, 0, "30123", true, 0);
	CU_ASSERT_EQUAL(isup_setup(rig.isup, &iam, OWNER, &circuit), 0);
	return circuit;
}

static inline int send_type(struct isup_circuit *circuit, uint8_t type, uint8_t value)
{
	struct isup_msg msg;

	make(&msg, type, 0, value);
	return isup_send(circuit, &msg);
}

static inline void release(struct isup_circuit *circuit, uint8_t value)
{
	const struct isup_cause cause = { .value = value };

	isup_release(circuit, &cause);
}

#endif
