/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The wall around libss7's MTP2 and MTP3: two of them joined by a line that passes one signal unit
 * a millisecond each way on a clock turned by hand, and that loses or damages units as it is told.
 */
#include "isup/mtp/libss7_mtp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/cu.h"

#define PC_A 1
#define PC_B 2

struct end {
	struct mtp *mtp;
	int fd;	  /* the wall's */
	int line; /* the line's */
	unsigned resumed, paused, received, in_order;
	uint32_t last_opc;
};

static struct {
	uint64_t now_us;
	uv_loop_t loop;
	struct timer_heap *heap;
	struct end end[2];
	unsigned loss_permille; /* of MSUs */
	uint32_t random;
	bool cut;
	bool forge;	    /* MSUs become TFP of ANSI */
	uint8_t last[2][4]; /* how what each sent last begins */
} lab;

static bool ansi, repeats; /* of what is opened next */

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static void on_transfer(void *arg, uint32_t opc, uint32_t dpc, unsigned sls, const uint8_t *octets,
			size_t n)
{
	struct end *end = arg;

	(void)dpc;
	(void)sls;
	end->last_opc = opc;
	if (n >= 4 && octets[2] == (end->received & 0xff) &&
	    octets[3] == (end->received >> 8 & 0xff))
		end->in_order++;
	end->received++;
}

static void on_pause(void *arg, uint32_t dpc)
{
	(void)dpc;
	((struct end *)arg)->paused++;
}

static void on_resume(void *arg, uint32_t dpc)
{
	(void)dpc;
	((struct end *)arg)->resumed++;
}

static bool lost(const uint8_t *unit)
{
	lab.random = lab.random * 1103515245u + 12345u;
	return (unit[2] & 63) > 2 && lab.random / 65536 % 1000 < lab.loss_permille;
}

/* One unit each way, then the walls see what came, and time goes on by a millisecond. */
static void step(void)
{
	uint8_t unit[512];

	for (unsigned e = 0; e < 2; e++) {
		ssize_t n = recv(lab.end[e].line, unit, sizeof(unit), MSG_DONTWAIT);

		if (n > 12 && lab.forge && (unit[2] & 63) > 2 && (unit[3] & 15) == MTP_SI_ISUP) {
			unit[3] &= 0xf0;
			unit[11] = 0x14;
		}
		if (n > 3)
			memcpy(lab.last[e], unit, sizeof(lab.last[e]));
		if (n > 0 && !lab.cut && !lost(unit))
			(void)send(lab.end[!e].line, unit, (size_t)n, MSG_DONTWAIT);
	}
	uv_run(&lab.loop, UV_RUN_NOWAIT);
	lab.now_us += 1000;
	(void)timer_heap_run(lab.heap);
}

static void run_ms(unsigned ms)
{
	while (ms--)
		step();
}

static void open_end(unsigned e, uint32_t opc, uint32_t adjacent)
{
	struct end *end = &lab.end[e];
	const struct libss7_mtp_conf conf = { .name = e ? "b" : "a",
					      .ansi = ansi,
					      .opc = opc,
					      .adjacent = adjacent,
					      .network = 2,
					      .fd = end->fd,
					      .repeats = repeats };
	const struct mtp_user user = {
		.transfer = on_transfer, .pause = on_pause, .resume = on_resume, .arg = end
	};

	CU_ASSERT_EQUAL_FATAL(libss7_mtp_open(&end->mtp, &conf, &user, &lab.loop, lab.heap), 0);
}

static void lab_open(void)
{
	static const struct clock_source clock = { .now_us = lab_now };
	int size = 1;

	memset(&lab, 0, sizeof(lab));
	lab.random = 7;
	lab.now_us = 1000000;
	uv_loop_init(&lab.loop);
	lab.heap = timer_heap_new(&clock);
	for (unsigned e = 0; e < 2; e++) {
		int pair[2];

		CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair),
				      0);
		setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		lab.end[e].fd = pair[0];
		lab.end[e].line = pair[1];
	}
	open_end(0, PC_A, PC_B);
	open_end(1, PC_B, PC_A);
}

static void lab_close(void)
{
	for (unsigned e = 0; e < 2; e++)
		mtp_free(lab.end[e].mtp);
	while (uv_run(&lab.loop, UV_RUN_DEFAULT))
		;
	uv_loop_close(&lab.loop);
	timer_heap_free(lab.heap);
	for (unsigned e = 0; e < 2; e++) {
		close(lab.end[e].fd);
		close(lab.end[e].line);
	}
}

static enum mtp_link_state state(unsigned e)
{
	struct mtp_link_info info;

	CU_ASSERT_EQUAL(mtp_links(lab.end[e].mtp, &info, 1), 1);
	return info.state;
}

static int send_numbered(unsigned e, unsigned number)
{
	const uint8_t msu[] = { 1, 0, (uint8_t)number, (uint8_t)(number >> 8), 0x55 };

	return mtp_transfer(lab.end[e].mtp, e ? PC_B : PC_A, e ? PC_A : PC_B, 0, msu, sizeof(msu));
}

static void the_link_comes_up(void)
{
	lab_open();
	CU_ASSERT_EQUAL(state(0), MTP_LINK_ALIGNING);
	CU_ASSERT_EQUAL(send_numbered(0, 0), -ENETUNREACH);
	run_ms(3000);
	for (unsigned e = 0; e < 2; e++) {
		CU_ASSERT_EQUAL(state(e), MTP_LINK_IN_SERVICE);
		CU_ASSERT_EQUAL(lab.end[e].resumed, 1);
		CU_ASSERT_EQUAL(lab.end[e].paused, 0);
		CU_ASSERT_TRUE(mtp_available(lab.end[e].mtp, 1));
	}
	lab_close();
}

static void transfer_keeps_order(void)
{
	uint8_t large[MTP_SIF_MAX] = { 0 };

	lab_open();
	run_ms(3000);
	for (unsigned i = 0; i < 300; i++) {
		CU_ASSERT_EQUAL(send_numbered(0, i), 0);
		CU_ASSERT_EQUAL(send_numbered(1, i), 0);
	}
	run_ms(1000);
	CU_ASSERT_EQUAL(lab.end[0].in_order, 300);
	CU_ASSERT_EQUAL(lab.end[1].in_order, 300);
	CU_ASSERT_EQUAL(lab.end[1].last_opc, PC_A);
	CU_ASSERT_EQUAL(mtp_transfer(lab.end[0].mtp, PC_A, PC_B, 0, large, MTP_SIF_MAX - 3),
			-EMSGSIZE);
	CU_ASSERT_EQUAL(mtp_transfer(lab.end[0].mtp, PC_A, PC_B, 0, large, MTP_SIF_MAX - 4), 0);
	run_ms(50);
	CU_ASSERT_EQUAL(lab.end[1].received, 301);
	lab_close();
}

static void losses_are_repaired(void)
{
	struct mtp_link_info info;
	unsigned sent = 0;

	lab_open();
	run_ms(3000);
	lab.loss_permille = 30;
	while (sent < 3000) {
		if (send_numbered(0, sent) == 0)
			sent++;
		run_ms(2);
	}
	lab.loss_permille = 0;
	run_ms(3000);
	CU_ASSERT_EQUAL(lab.end[1].received, 3000);
	CU_ASSERT_EQUAL(lab.end[1].in_order, 3000);
	CU_ASSERT_EQUAL(mtp_links(lab.end[0].mtp, &info, 1), 1);
	CU_ASSERT_TRUE(info.msu_out > 3000);
	lab_close();
}

static void transmit_queue_is_bounded(void)
{
	unsigned taken = 0;

	lab_open();
	run_ms(3000);
	while (taken < 2000 && send_numbered(0, taken) == 0)
		taken++;
	CU_ASSERT_TRUE(taken >= 400 && taken < 2000);
	CU_ASSERT_EQUAL(send_numbered(0, taken), -EAGAIN);
	run_ms(2000);
	CU_ASSERT_EQUAL(lab.end[1].in_order, taken);
	lab_close();
}

static void a_cut_line_pauses_and_returns(void)
{
	lab_open();
	run_ms(3000);
	lab.cut = true;
	run_ms(2500);
	CU_ASSERT_EQUAL(lab.end[0].paused, 1);
	CU_ASSERT_EQUAL(lab.end[1].paused, 1);
	CU_ASSERT_FALSE(mtp_available(lab.end[0].mtp, PC_B));
	lab.cut = false;
	run_ms(6000);
	CU_ASSERT_EQUAL(lab.end[0].resumed, 2);
	CU_ASSERT_EQUAL(lab.end[1].resumed, 2);
	CU_ASSERT_EQUAL(send_numbered(0, 0), 0);
	run_ms(20);
	CU_ASSERT_EQUAL(lab.end[1].in_order, 1);
	lab_close();
}

static void layer_one_alarm_fails_the_link(void)
{
	lab_open();
	run_ms(3000);
	libss7_mtp_alarm(lab.end[0].mtp, true);
	CU_ASSERT_EQUAL(state(0), MTP_LINK_FAILED);
	CU_ASSERT_EQUAL(lab.end[0].paused, 1);
	run_ms(1000);
	CU_ASSERT_EQUAL(state(0), MTP_LINK_FAILED);
	libss7_mtp_alarm(lab.end[0].mtp, false);
	run_ms(8000);
	CU_ASSERT_EQUAL(state(0), MTP_LINK_IN_SERVICE);
	CU_ASSERT_EQUAL(lab.end[0].resumed, 2);
	lab_close();
}

/* An alarm while the link aligns must leave no timer of MTP2 behind: T2 of the first try would run
 * out 50 s later. */
static void an_alarm_in_alignment_leaves_no_timer(void)
{
	lab_open();
	run_ms(5);
	for (unsigned e = 0; e < 2; e++)
		libss7_mtp_alarm(lab.end[e].mtp, true);
	run_ms(20);
	for (unsigned e = 0; e < 2; e++)
		libss7_mtp_alarm(lab.end[e].mtp, false);
	run_ms(8000);
	CU_ASSERT_EQUAL(lab.end[0].resumed, 1);
	run_ms(60000);
	CU_ASSERT_EQUAL(lab.end[0].resumed, 1);
	CU_ASSERT_EQUAL(lab.end[0].paused, 0);
	lab_close();
}

static void expect_sios(unsigned e)
{
	CU_ASSERT_EQUAL(lab.last[e][2] & 63, 1);
	CU_ASSERT_EQUAL(lab.last[e][3], 3); /* Q.703 11.1.3 */
}

/* What was sent before arrives, the other end leaves service at once, and no line brings it back. */
static void check_stop(void)
{
	lab_open();
	run_ms(3000);
	CU_ASSERT_EQUAL(state(1), MTP_LINK_IN_SERVICE);
	for (unsigned i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(send_numbered(0, i), 0);
	mtp_stop(lab.end[0].mtp);
	CU_ASSERT_EQUAL(state(0), MTP_LINK_DOWN);
	CU_ASSERT_EQUAL(lab.end[0].paused, 1);
	CU_ASSERT_EQUAL(send_numbered(0, 5), -ENETUNREACH);
	run_ms(50);
	expect_sios(0);
	CU_ASSERT_EQUAL(lab.end[1].in_order, 5);
	CU_ASSERT_EQUAL(lab.end[1].paused, 1);
	CU_ASSERT_EQUAL(state(1), MTP_LINK_ALIGNING);
	libss7_mtp_alarm(lab.end[0].mtp, true);
	libss7_mtp_alarm(lab.end[0].mtp, false);
	run_ms(120000);
	expect_sios(0);
	CU_ASSERT_EQUAL(state(0), MTP_LINK_DOWN);
	CU_ASSERT_EQUAL(lab.end[0].resumed, 1);
	lab_close();
}

static void a_stopped_link_says_so(void)
{
	check_stop();
	repeats = true;
	check_stop();
	repeats = false;
}

/* Before it aligned, and while its line failed. */
static void a_link_out_of_service_stops(void)
{
	lab_open();
	run_ms(5);
	mtp_stop(lab.end[0].mtp);
	libss7_mtp_alarm(lab.end[1].mtp, true);
	mtp_stop(lab.end[1].mtp);
	run_ms(120000);
	for (unsigned e = 0; e < 2; e++) {
		expect_sios(e);
		CU_ASSERT_EQUAL(state(e), MTP_LINK_DOWN);
		CU_ASSERT_EQUAL(lab.end[e].resumed, 0);
	}
	lab_close();
}

static void hostile_units_are_refused(void)
{
	struct mtp_link_info before, after;

	lab_open();
	run_ms(3000);
	(void)mtp_links(lab.end[0].mtp, &before, 1);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t unit[300];
		size_t n;

		lab.random = lab.random * 1103515245u + 12345u;
		n = 1 + lab.random / 65536 % sizeof(unit);
		for (size_t o = 0; o < n; o++) {
			lab.random = lab.random * 1103515245u + 12345u;
			unit[o] = (uint8_t)(lab.random >> 16);
		}
		(void)send(lab.end[0].line, unit, n, MSG_DONTWAIT);
		step();
	}
	(void)mtp_links(lab.end[0].mtp, &after, 1);
	CU_ASSERT_TRUE(after.su_errors > before.su_errors + 10000);
	run_ms(20000);
	CU_ASSERT_EQUAL(state(0), MTP_LINK_IN_SERVICE);
	CU_ASSERT_TRUE(mtp_available(lab.end[0].mtp, PC_B));
	lab_close();
}

#define ANSI_A 0xf50311 /* 245-3-17 */
#define ANSI_B 0xf50312

static int send_ansi(unsigned number)
{
	const uint8_t msu[] = { 1, 0, (uint8_t)number, (uint8_t)(number >> 8) };

	return mtp_transfer(lab.end[0].mtp, ANSI_A, ANSI_B, mtp_selection(0x81, 2), msu,
			    sizeof(msu));
}

/* Codes of 24 bits, a label of 7 octets; a route message is kept from the library. */
static void an_ansi_link_works(void)
{
	uint8_t large[MTP_SIF_MAX] = { 0 };

	lab_open();
	for (unsigned e = 0; e < 2; e++)
		mtp_free(lab.end[e].mtp);
	ansi = true;
	open_end(0, ANSI_A, ANSI_B);
	open_end(1, ANSI_B, ANSI_A);
	ansi = false;
	run_ms(3000);
	for (unsigned e = 0; e < 2; e++)
		CU_ASSERT_EQUAL(state(e), MTP_LINK_IN_SERVICE);
	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(send_ansi(i), 0);
	run_ms(500);
	CU_ASSERT_EQUAL(lab.end[1].in_order, 100);
	CU_ASSERT_EQUAL(lab.end[1].last_opc, ANSI_A);
	CU_ASSERT_EQUAL(mtp_transfer(lab.end[0].mtp, ANSI_A, ANSI_B, 0, large, MTP_SIF_MAX - 6),
			-EMSGSIZE);
	lab.forge = true;
	CU_ASSERT_EQUAL(send_ansi(100), 0);
	run_ms(100);
	lab.forge = false;
	CU_ASSERT_EQUAL(lab.end[1].received, 100);
	CU_ASSERT_EQUAL(send_ansi(100), 0);
	run_ms(120000); /* T10 of Q.704 would have asked for the route */
	CU_ASSERT_EQUAL(lab.end[1].in_order, 101);
	CU_ASSERT_EQUAL(state(1), MTP_LINK_IN_SERVICE);
	lab_close();
}

static void another_slc_is_refused(void)
{
	const struct libss7_mtp_conf conf = {
		.name = "x", .opc = 1, .adjacent = 2, .fd = 0, .slc = 1
	};
	const struct mtp_user user = { 0 };
	struct mtp *mtp = NULL;

	CU_ASSERT_EQUAL(libss7_mtp_open(&mtp, &conf, &user, NULL, NULL), -EINVAL);
	CU_ASSERT_EQUAL(libss7_mtp_check(), 0);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "the link comes up", the_link_comes_up },
		{ "transfer keeps order", transfer_keeps_order },
		{ "losses are repaired", losses_are_repaired },
		{ "the transmit queue is bounded", transmit_queue_is_bounded },
		{ "a cut line pauses and returns", a_cut_line_pauses_and_returns },
		{ "a layer 1 alarm fails the link", layer_one_alarm_fails_the_link },
		{ "an alarm in alignment leaves no timer", an_alarm_in_alignment_leaves_no_timer },
		{ "a stopped link says so", a_stopped_link_says_so },
		{ "a link out of service stops", a_link_out_of_service_stops },
		{ "hostile units are refused", hostile_units_are_refused },
		{ "an ANSI link works", an_ansi_link_works },
		{ "another SLC is refused", another_slc_is_refused },
		CU_TEST_INFO_NULL,
	};
	return cu_run("libss7_mtp", tests, argc, argv);
}
