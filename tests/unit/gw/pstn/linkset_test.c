/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A linkset over a scripted MTP (isup/mtp/mtp.h): MTP-TRANSFER to the trunk group that has the circuit,
 * PAUSE, RESUME and both kinds of STATUS to those of the destination concerned, with what each makes of it
 * (Q.764 2.10 T29 and T30, 2.13 T4, 2.14), and a span that goes missing. Trunk groups a and b are at point
 * code 2, which is adjacent, c at 3.
 */
#include "gw/pstn/linkset.h"

#include <stdio.h>
#include <string.h>

#include "gw/base/alarm.h"
#include "gw/base/log.h"
#include "isup/mtp/libss7_mtp.h"
#include "tests/unit/cu.h"

enum { A, B, C, GROUPS };

static struct {
	uint64_t now_us;
	struct timer_heap *heap;
	struct linkset *linkset;
	struct mtp mtp;
	struct mtp_user user; /* the linkset's */
	struct isup *groups[GROUPS];
	char sent[512]; /* "IAM>2 " */
	unsigned opened, stopped, freed, released, alarmed;
	unsigned alarms; /* of the span */
} lab;

/* --- the scripted MTP and its span --- */

static int transfer(struct mtp *mtp, uint32_t opc, uint32_t dpc, unsigned sls,
		    const uint8_t *octets, size_t n)
{
	size_t at = strlen(lab.sent);

	(void)sls;
	CU_ASSERT_TRUE(mtp == &lab.mtp && opc == 1 && n > 2);
	snprintf(lab.sent + at, sizeof(lab.sent) - at, "%s>%u ", isup_type_name(octets[2]), dpc);
	return 0;
}

static void mtp_stopped(struct mtp *mtp)
{
	CU_ASSERT_PTR_EQUAL(mtp, &lab.mtp);
	lab.stopped++;
}

static void mtp_freed(struct mtp *mtp)
{
	CU_ASSERT_PTR_EQUAL(mtp, &lab.mtp);
	lab.freed++;
}

static bool available(const struct mtp *mtp, uint32_t dpc)
{
	(void)mtp, (void)dpc;
	return true;
}

static size_t links(const struct mtp *mtp, struct mtp_link_info *info, size_t cap)
{
	(void)mtp;
	CU_ASSERT_FATAL(cap > 0);
	info[0] = (struct mtp_link_info){ .state = MTP_LINK_IN_SERVICE, .msu_in = 7 };
	return 1;
}

static const struct mtp_ops mtp_ops = { .type = "script",
					.transfer = transfer,
					.stop = mtp_stopped,
					.free = mtp_freed,
					.links = links,
					.available = available };

int libss7_mtp_open(struct mtp **mtp, const struct libss7_mtp_conf *conf,
		    const struct mtp_user *user, uv_loop_t *loop, struct timer_heap *heap)
{
	(void)loop, (void)heap;
	CU_ASSERT_TRUE(conf->opc == 1 && conf->adjacent == 2 && conf->fd == 77);
	lab.user = *user;
	lab.mtp.ops = &mtp_ops;
	lab.opened++;
	*mtp = &lab.mtp;
	return 0;
}

void libss7_mtp_alarm(struct mtp *mtp, bool failed)
{
	CU_ASSERT_PTR_EQUAL(mtp, &lab.mtp);
	lab.alarmed += failed;
}

static int signalling(struct tdm_span *span, unsigned timeslot)
{
	(void)span;
	CU_ASSERT_EQUAL(timeslot, 16);
	return 77;
}

static void release(struct tdm_span *span, unsigned timeslot)
{
	(void)span, (void)timeslot;
	lab.released++;
}

static unsigned span_alarms(const struct tdm_span *span)
{
	(void)span;
	return lab.alarms;
}

static const struct tdm_span_ops span_ops = {
	.type = "script", .signalling = signalling, .release = release, .alarms = span_alarms
};

/* --- trunk groups --- */

static void indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	(void)arg;
	if (ind->ind == ISUP_IND_RELEASE)
		isup_release(circuit, &ind->cause);
}

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static void pass_ms(uint64_t ms)
{
	for (uint64_t until = lab.now_us + ms * 1000; lab.now_us < until;) {
		int64_t next = timer_heap_next_us(lab.heap);

		if (next < 0 || lab.now_us + (uint64_t)next > until) {
			lab.now_us = until;
			break;
		}
		lab.now_us += (uint64_t)next;
		(void)timer_heap_run(lab.heap);
	}
}

/* A message from a point code; more: what stands behind the type. */
static void receive(uint32_t from, uint16_t cic, uint8_t type, const char *more, size_t n)
{
	uint8_t octets[64] = { (uint8_t)cic, (uint8_t)(cic >> 8), type };

	memcpy(octets + 3, more, n);
	lab.user.transfer(lab.user.arg, from, 1, 0, octets, 3 + n);
}

static void expect_sent(const char *sent)
{
	if (strcmp(lab.sent, sent) != 0)
		printf("\n  sent \"%s\", expected \"%s\"\n", lab.sent, sent);
	CU_ASSERT_STRING_EQUAL(lab.sent, sent);
	lab.sent[0] = '\0';
}

static void expect_available(bool a, bool b, bool c)
{
	CU_ASSERT_EQUAL(isup_available(lab.groups[A]), a);
	CU_ASSERT_EQUAL(isup_available(lab.groups[B]), b);
	CU_ASSERT_EQUAL(isup_available(lab.groups[C]), c);
}

/* Circuits 1, 2; 11, 12; 1, 2 of the other exchange: each in service after its first group reset. */
static void lab_open_as(char *variant)
{
	const bool ansi = variant != NULL;
	static const struct clock_source clock = { .now_us = lab_now };
	static struct conf_link link = { .timeslot = 16 };
	static char name[] = "ls", span_name[] = "e1";
	static struct conf_linkset conf = { .name = name,
					    .opc = 1,
					    .dpc = 2,
					    .heal_per_minute = 30,
					    .heal_burst = 5,
					    .links = &link,
					    .n_links = 1 };
	static struct tdm_span span = { .ops = &span_ops, .name = "e1", .framing = TDM_E1 };
	static const struct {
		const char *name;
		uint32_t dpc;
		uint16_t first;
	} groups[GROUPS] = { { "a", 2, 1 }, { "b", 2, 11 }, { "c", 3, 1 } };
	const struct isup_user user = { .indicate = indicate };
	int err;

	memset(&lab, 0, sizeof(lab));
	link.span = span_name;
	conf.variant = variant;
	conf.ansi = ansi;
	lab.heap = timer_heap_new(&clock);
	lab.linkset = linkset_new(&conf, &span, NULL, lab.heap, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lab.linkset);
	for (unsigned i = 0; i < GROUPS; i++) {
		const struct isup_conf isup = { .name = groups[i].name,
						.variant = ansi ? ISUP_ANSI : ISUP_ITU,
						.opc = 1,
						.dpc = groups[i].dpc };

		lab.groups[i] = isup_new(&isup, &user, lab.heap);
		for (unsigned k = 0; k < 2; k++)
			(void)isup_circuit_add(lab.groups[i], (uint16_t)(groups[i].first + k),
					       NULL);
		CU_ASSERT_EQUAL(linkset_attach(lab.linkset, lab.groups[i], groups[i].dpc), 0);
	}
	expect_sent(ansi ? "GRS>2 GRS>2 GRS>2 GRS>2 GRS>3 GRS>3 " : "GRS>2 GRS>2 GRS>3 ");
	for (unsigned i = 0; i < GROUPS; i++)
		receive(groups[i].dpc, groups[i].first, ISUP_GRA, "\x01\x02\x01\x00", 4);
	expect_available(true, true, true);
	lab.user.resume(lab.user.arg, 2);
	expect_sent("");
}

static void lab_open(void)
{
	lab_open_as(NULL);
}

static void lab_close(void)
{
	for (unsigned i = 0; i < GROUPS; i++)
		isup_free(lab.groups[i]);
	linkset_free(lab.linkset);
	CU_ASSERT_EQUAL(lab.opened, lab.freed);
	CU_ASSERT_EQUAL(lab.opened, lab.released);
	CU_ASSERT_EQUAL(timer_heap_running(lab.heap), 0);
	timer_heap_free(lab.heap);
	alarm_clear("ls", "destination not available");
}

/* --- tests --- */

static void messages_find_their_circuit(void)
{
	lab_open();
	receive(2, 12, ISUP_BLO, "", 0);
	expect_sent("BLA>2 ");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(lab.groups[B], 12)));
	receive(3, 2, ISUP_BLO, "", 0);
	expect_sent("BLA>3 ");
	CU_ASSERT_FALSE(isup_circuit_usable(isup_circuit_find(lab.groups[C], 2)));
	CU_ASSERT_TRUE(isup_circuit_usable(isup_circuit_find(lab.groups[A], 2)));
	receive(2, 99, ISUP_BLO, "", 0); /* no group has it: the first of that exchange says so */
	expect_sent("UCIC>2 ");
	receive(9, 1, ISUP_BLO, "", 0); /* no group is of that exchange */
	expect_sent("");
	lab_close();
}

static void destinations_come_and_go(void)
{
	size_t alarms = alarm_count();

	lab.user.pause(lab.user.arg, 3);
	expect_available(true, true, false);
	CU_ASSERT_EQUAL(alarm_count(), alarms + 1);
	lab.user.pause(lab.user.arg, 2); /* through it everything goes */
	expect_available(false, false, false);
	CU_ASSERT_EQUAL(alarm_count(), alarms + 2);
	lab.user.resume(lab.user.arg, 2);
	expect_available(true, true, true);
	CU_ASSERT_EQUAL(alarm_count(), alarms);
	lab.user.pause(lab.user.arg, 3);
	lab.user.resume(lab.user.arg, 4); /* nobody's */
	expect_available(true, true, false);
	CU_ASSERT_EQUAL(alarm_count(), alarms + 1);
	lab.user.resume(lab.user.arg, 3);
	expect_available(true, true, true);
	CU_ASSERT_EQUAL(alarm_count(), alarms);
	expect_sent("");
}

static void pause_and_resume(void)
{
	static char ansi[] = "ansi";

	lab_open();
	destinations_come_and_go();
	lab_close();
	lab_open_as(ansi);
	destinations_come_and_go();
	lab_close();
}

static void expect_shares(unsigned a, unsigned b, unsigned c)
{
	CU_ASSERT_EQUAL(isup_congestion_share(lab.groups[A]), a);
	CU_ASSERT_EQUAL(isup_congestion_share(lab.groups[B]), b);
	CU_ASSERT_EQUAL(isup_congestion_share(lab.groups[C]), c);
}

/* Q.764 2.10: a step down at most every T29 (450 ms), a step up every T30 (7 s) without another. */
static void congestion_comes_by_steps(void)
{
	lab_open();
	lab.user.status(lab.user.arg, 2, MTP_STATUS_CONGESTION, 1);
	expect_shares(12, 12, 0);
	pass_ms(449);
	lab.user.status(lab.user.arg, 2, MTP_STATUS_CONGESTION, 1);
	expect_shares(12, 12, 0);
	pass_ms(1);
	lab.user.status(lab.user.arg, 2, MTP_STATUS_CONGESTION, 1);
	lab.user.status(lab.user.arg, 3, MTP_STATUS_CONGESTION, 3);
	expect_shares(25, 25, 12);
	pass_ms(6999);
	expect_shares(25, 25, 12);
	pass_ms(1);
	expect_shares(12, 12, 0);
	pass_ms(7000);
	expect_shares(0, 0, 0);
	lab_close();
}

/* Q.764 2.13: every T4 (5 min) until something comes. */
static void the_user_part_is_tested(void)
{
	lab_open();
	lab.user.status(lab.user.arg, 3, MTP_STATUS_USER_UNAVAILABLE, 2);
	expect_sent("UPT>3 ");
	expect_available(true, true, false);
	pass_ms(299999);
	expect_sent("");
	pass_ms(1);
	expect_sent("UPT>3 ");
	receive(3, 1, ISUP_UPA, "\x00", 1);
	expect_available(true, true, true);
	pass_ms(600000);
	expect_sent("");
	lab.user.status(lab.user.arg, 2, MTP_STATUS_USER_UNAVAILABLE, 1);
	expect_sent("UPT>2 UPT>2 ");
	lab.user.pause(lab.user.arg, 2); /* there is nothing to test any more */
	pass_ms(600000);
	lab.user.resume(lab.user.arg, 2);
	expect_sent("");
	expect_available(true, true, true);
	lab_close();
}

static void it_stops(void)
{
	lab_open();
	linkset_stop(lab.linkset);
	CU_ASSERT_EQUAL(lab.stopped, 1);
	CU_ASSERT_EQUAL(lab.freed, 0);
	linkset_alarm(lab.linkset, TDM_ALARM_MISSING);
	linkset_stop(lab.linkset); /* there is nothing left to stop */
	CU_ASSERT_EQUAL(lab.stopped, 1);
	lab_close();
}

static void a_span_goes_missing(void)
{
	struct table *table;

	lab_open();
	linkset_alarm(lab.linkset, TDM_ALARM_DOWN);
	CU_ASSERT_EQUAL(lab.alarmed, 1);
	linkset_alarm(lab.linkset, TDM_ALARM_MISSING);
	CU_ASSERT_TRUE(lab.freed == 1 && lab.released == 1);
	expect_available(false, false, false);
	table = table_new(linkset_columns, linkset_column_count);
	linkset_show(lab.linkset, table);
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 4), "failed");
	table_free(table);
	linkset_alarm(lab.linkset, 0);
	CU_ASSERT_EQUAL(lab.opened, 2);
	lab.user.resume(lab.user.arg, 2);
	expect_available(true, true, true);
	table = table_new(linkset_columns, linkset_column_count);
	linkset_show(lab.linkset, table);
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 4), "in service");
	CU_ASSERT_STRING_EQUAL(table_cell(table, 0, 6), "7");
	table_free(table);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "messages find their circuit", messages_find_their_circuit },
		{ "PAUSE and RESUME", pause_and_resume },
		{ "congestion comes by steps", congestion_comes_by_steps },
		{ "the user part is tested", the_user_part_is_tested },
		{ "it stops", it_stops },
		{ "a span goes missing", a_span_goes_missing },
		CU_TEST_INFO_NULL,
	};

	log_open("/dev/null", LOG_ERROR, 16);
	return cu_run("pstn linkset", tests, argc, argv);
}
