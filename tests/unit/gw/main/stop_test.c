/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The phases of stopping, over scripted calls, circuits, SIP peers and linksets, on a clock turned by hand. */
#include <string.h>

#include "gw/main/gateway.h"
#include "tests/unit/cu.h"

static struct {
	uint64_t now_us;
	struct gateway gw;
	struct linkset *linksets[2];
	struct isup_trunk *trunks[1];
	struct conf_isup conf;
	size_t calls, busy;
	bool peers_told;
	unsigned draining, released, blocked, links_stopped, loop_stopped;
} lab;

/* --- what is stopped --- */

void call_core_drain(struct call_core *core, bool on)
{
	(void)core;
	lab.draining += on;
}

size_t call_core_calls(const struct call_core *core)
{
	(void)core;
	return lab.calls;
}

void call_core_release_all(struct call_core *core, enum q850_cause cause)
{
	(void)core;
	CU_ASSERT_EQUAL(cause, Q850_TEMPORARY_FAILURE);
	lab.released++;
}

void load_drain(struct load *load, bool on)
{
	(void)load;
	lab.draining += on;
}

void sip_ua_drain(struct sip_ua *ua, bool on)
{
	(void)ua;
	lab.draining += on;
}

bool sip_ua_settled(const struct sip_ua *ua)
{
	(void)ua;
	return lab.peers_told;
}

const struct conf_isup *isup_trunk_conf(const struct isup_trunk *trunk)
{
	(void)trunk;
	return &lab.conf;
}

struct isup *isup_trunk_isup(const struct isup_trunk *trunk)
{
	(void)trunk;
	return NULL;
}

size_t isup_trunk_busy(struct isup_trunk *trunk)
{
	(void)trunk;
	return lab.busy;
}

int isup_block(struct isup *isup, uint16_t cic)
{
	(void)isup;
	CU_ASSERT_EQUAL(cic, 40);
	lab.blocked++;
	return 0;
}

int isup_block_group(struct isup *isup, uint16_t first, unsigned count, bool hardware)
{
	(void)isup;
	CU_ASSERT_TRUE(first == 1 && !hardware);
	lab.blocked += count;
	return 0;
}

const char *isup_name(const struct isup *isup)
{
	(void)isup;
	return "pstn";
}

void linkset_stop(struct linkset *linkset)
{
	CU_ASSERT_PTR_EQUAL(linkset, lab.linksets[lab.links_stopped]);
	lab.links_stopped++;
}

void uv_stop(uv_loop_t *loop)
{
	(void)loop;
	lab.loop_stopped++;
}

/* --- */

static uint64_t lab_now(void *arg)
{
	(void)arg;
	return lab.now_us;
}

static void run_ms(unsigned ms)
{
	while (ms--) {
		lab.now_us += 1000;
		(void)timer_heap_run(lab.gw.heap);
	}
}

static void lab_open(size_t n_linksets)
{
	static const struct clock_source clock = { .now_us = lab_now };
	static struct conf_circuits circuits[] = { { .first_cic = 1, .timeslots = 0x0000fffe },
						   { .first_cic = 40, .timeslots = 2 } };
	static char objects[3];

	memset(&lab, 0, sizeof(lab));
	lab.gw.heap = timer_heap_new(&clock);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lab.gw.heap);
	lab.conf.circuits = circuits;
	lab.conf.n_circuits = 2;
	lab.linksets[0] = (struct linkset *)(void *)&objects[0];
	lab.linksets[1] = (struct linkset *)(void *)&objects[1];
	lab.trunks[0] = (struct isup_trunk *)(void *)&objects[2];
	lab.gw.linksets = lab.linksets;
	lab.gw.n_linksets = n_linksets;
	lab.gw.trunks = lab.trunks;
	lab.gw.n_trunks = 1;
	lab.peers_told = true;
}

static void lab_close(void)
{
	timer_close(&lab.gw.stop_timer);
	timer_heap_free(lab.gw.heap);
}

/* Within 300 ms every link; the loop only after what they say last. */
static void expect_links_stop(void)
{
	for (unsigned i = 0; i < 300 && lab.gw.phase == GATEWAY_RELEASING; i++)
		run_ms(1);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_STOPPING_LINKS);
	CU_ASSERT_EQUAL(lab.links_stopped, 2);
	gateway_stop(&lab.gw, false, 0);
	run_ms(199);
	CU_ASSERT_EQUAL(lab.loop_stopped, 0);
	run_ms(2);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_STOPPED);
	CU_ASSERT_EQUAL(lab.loop_stopped, 1);
	gateway_stop(&lab.gw, true, 1000);
	run_ms(1000);
	CU_ASSERT_EQUAL(lab.loop_stopped, 1);
	CU_ASSERT_EQUAL(lab.links_stopped, 2);
	CU_ASSERT_EQUAL(lab.released, 1);
}

static void graceful(void)
{
	lab_open(2);
	lab.calls = lab.busy = 1;
	gateway_stop(&lab.gw, true, 60000);
	run_ms(50000);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_DRAINING);
	CU_ASSERT_EQUAL(lab.draining, 3);
	CU_ASSERT_EQUAL(lab.blocked, 16);
	CU_ASSERT_EQUAL(lab.released, 0);
	lab.calls = 0;
	run_ms(101);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_RELEASING); /* its circuit waits for the RLC */
	CU_ASSERT_EQUAL(lab.links_stopped, 0);
	lab.busy = 0;
	expect_links_stop();
	lab_close();
}

static void now(void)
{
	lab_open(2);
	lab.calls = 1;
	gateway_stop(&lab.gw, false, 0);
	run_ms(100);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_RELEASING);
	CU_ASSERT_EQUAL(lab.blocked, 0);
	CU_ASSERT_EQUAL(lab.released, 1);
	lab.calls = 0;
	expect_links_stop();
	lab_close();
}

/* A peer that does not answer ends neither the draining nor the releasing. */
static void past_its_time(void)
{
	lab_open(2);
	lab.calls = 1;
	lab.peers_told = false;
	gateway_stop(&lab.gw, true, 1000);
	run_ms(900);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_DRAINING);
	run_ms(200);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_RELEASING);
	run_ms(4800);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_RELEASING);
	CU_ASSERT_EQUAL(lab.links_stopped, 0);
	expect_links_stop();
	lab_close();
}

static void without_links(void)
{
	lab_open(0);
	gateway_stop(&lab.gw, true, 1000);
	run_ms(2);
	CU_ASSERT_EQUAL(lab.gw.phase, GATEWAY_STOPPED);
	CU_ASSERT_EQUAL(lab.loop_stopped, 1);
	lab_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "graceful", graceful },
		{ "now", now },
		{ "past its time", past_its_time },
		{ "without links", without_links },
		CU_TEST_INFO_NULL,
	};
	return cu_run("stop", tests, argc, argv);
}
