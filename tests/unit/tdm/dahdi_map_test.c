/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* DAHDI's numbers and texts in the words of tdm/span.h, without a driver. */
#include "tdm/dahdi_map.h"

#include <errno.h>
#include <string.h>

#include "tdm/dahdi_ioctl.h"
#include "tests/unit/cu.h"

static void buffers_hold_a_stall(void)
{
	for (unsigned ms = 1; ms <= 20; ms++) {
		unsigned n = dahdi_buffers(ms);

		if (ms < 3) {
			CU_ASSERT_EQUAL(n, 0);
			continue;
		}
		CU_ASSERT_TRUE(n * ms >= 80 && (n - 1) * ms >= 60 + 4 + ms);
		CU_ASSERT_TRUE(n <= 32 && n * 8 * ms <= 32768);
		CU_ASSERT_EQUAL(n & (n - 1), 0);
		CU_ASSERT_TRUE((n / 2 - 1) * ms < 60 + 4 + ms);
	}
	CU_ASSERT_EQUAL(dahdi_buffers(3), 32);
	CU_ASSERT_EQUAL(dahdi_buffers(5), 16);
	CU_ASSERT_EQUAL(dahdi_buffers(10), 16);
	CU_ASSERT_EQUAL(dahdi_buffers(20), 8);
}

static void taps(void)
{
	static const unsigned good[] = { 0, 32, 64, 128, 256, 512, 1024 };
	static const unsigned bad[] = { 1, 16, 33, 100, 192, 2048, 65536 };

	for (unsigned i = 0; i < 7; i++) {
		CU_ASSERT_TRUE(dahdi_taps_fit(good[i]));
		CU_ASSERT_FALSE(dahdi_taps_fit(bad[i]));
	}
}

static void alarms(void)
{
	static const struct {
		int dahdi;
		unsigned ours;
	} rows[] = {
		{ 0, 0 },
		{ 0x001, TDM_ALARM_RECOVERING },
		{ 0x002, TDM_ALARM_LOOPBACK | TDM_ALARM_DOWN },
		{ 0x004, TDM_ALARM_RAI },
		{ 0x008, TDM_ALARM_DOWN },
		{ 0x010, TDM_ALARM_AIS | TDM_ALARM_DOWN },
		{ 0x020, TDM_ALARM_MISSING | TDM_ALARM_DOWN },
		{ 0x108, TDM_ALARM_LOS | TDM_ALARM_DOWN },
		{ 0x208, TDM_ALARM_DOWN },
		{ 0x400, TDM_ALARM_DOWN },
		{ 0x005, TDM_ALARM_RAI | TDM_ALARM_RECOVERING },
		{ 0x800, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(dahdi_alarms(rows[i].dahdi), rows[i].ours);
}

static void events(void)
{
	for (int event = 0; event < 40; event++) {
		unsigned wanted = event == 4 || event == 5   ? TDM_EVENT_ALARM
				  : event >= 6 && event <= 8 ? TDM_EVENT_BAD_FRAME
				  : event == 20		     ? TDM_EVENT_REMOVED
				  : event == 29		     ? TDM_EVENT_OVERRUN
				  : event == 30		     ? TDM_EVENT_UNDERRUN
							     : 0;

		CU_ASSERT_EQUAL(dahdi_event(event), wanted);
	}
	CU_ASSERT_EQUAL(dahdi_event(1 << 17 | '5'), 0); /* DTMF detected by a card */
}

static void signalling_kinds(void)
{
	enum tdm_signalling kind;

	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_HDLCFCS, &kind), 0);
	CU_ASSERT_EQUAL(kind, TDM_SIGNALLING_HDLC);
	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_HARDHDLC, &kind), 0);
	CU_ASSERT_EQUAL(kind, TDM_SIGNALLING_HDLC);
	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_MTP2, &kind), 0);
	CU_ASSERT_EQUAL(kind, TDM_SIGNALLING_MTP2);
	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_CLEAR, &kind), -EINVAL);
	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_NONE, &kind), -EINVAL);
	CU_ASSERT_EQUAL(dahdi_signalling_kind(1 << 6, &kind), -EINVAL); /* E&M */
	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_HDLCRAW, &kind), -ENOTSUP);
	CU_ASSERT_EQUAL(dahdi_signalling_kind(DH_SIG_HDLCNET, &kind), -ENOTSUP);
	CU_ASSERT_STRING_EQUAL(dahdi_sigtype_text(DH_SIG_CLEAR), "clear (bchan)");
	CU_ASSERT_STRING_EQUAL(dahdi_sigtype_text(1 << 6), "of another kind of signalling");
}

static void texts(void)
{
	char text[32];

	dahdi_lineconfig_text(0x700, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "ccs,hdb3,crc4");
	dahdi_lineconfig_text(0xA0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "esf,b8zs");
	dahdi_lineconfig_text(0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "");
	dahdi_lineconfig_text(0x7F0, text, 10);
	CU_ASSERT_EQUAL(strlen(text), 9);
	dahdi_timing_text(0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "internal");
	dahdi_timing_text(2, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "span 2");
	CU_ASSERT_TRUE(dahdi_card_counts_slips("Wildcard TE420 (5th Gen)"));
	CU_ASSERT_TRUE(dahdi_card_counts_slips("Wildcard TE131/TE133"));
	CU_ASSERT_FALSE(dahdi_card_counts_slips("Wildcard TE121"));
	CU_ASSERT_FALSE(dahdi_card_counts_slips(""));
}

/* As dahdi_seq_show prints. */
static const char proc[] = "Span 1: TE4/0/1 \"T4XXP (PCI) Card 0 Span 1\" (MASTER) HDB3/CCS/CRC4 "
			   "ClockSource \n"
			   "\tBPV count: 3\n"
			   "\tIRQ misses: 7\n"
			   "\tTiming slips: 42\n"
			   "\n"
			   "\t   1 TE4/0/1/1 Clear (In use) (EC: MG2 - ACTIVE) \n"
			   "\t   2 TE4/0/1/2 Clear (EC: VPMOCT128 - INACTIVE) \n"
			   "\t   3 TE4/0/1/3 Clear \n"
			   "\t  16 TE4/0/1/16 HDLCFCS (In use) \n"
			   "\t 101 TE4/0/1/17 Clear (EC: MG2 - ACTIVE) \n";

static void proc_text(void)
{
	uint64_t slips = 0;
	char name[16];
	bool active;

	CU_ASSERT_TRUE(dahdi_proc_slips(proc, &slips));
	CU_ASSERT_EQUAL(slips, 42);
	CU_ASSERT_FALSE(dahdi_proc_slips("Span 1: X \"\"\n\n", &slips));
	CU_ASSERT_FALSE(dahdi_proc_slips("\tTiming slips: ", &slips));
	CU_ASSERT_FALSE(dahdi_proc_slips("\tTiming slips: -4\n", &slips));
	CU_ASSERT_FALSE(dahdi_proc_slips("", &slips));
	CU_ASSERT_TRUE(dahdi_proc_is_master(proc));
	CU_ASSERT_FALSE(dahdi_proc_is_master("Span 2: X \"Y\" HDB3\n\t 1 \" (MASTER)\n"));
	CU_ASSERT_FALSE(dahdi_proc_is_master(""));
	CU_ASSERT_TRUE(dahdi_proc_canceller(proc, 1, name, sizeof(name), &active));
	CU_ASSERT_TRUE(active);
	CU_ASSERT_STRING_EQUAL(name, "MG2");
	CU_ASSERT_TRUE(dahdi_proc_canceller(proc, 2, name, sizeof(name), &active));
	CU_ASSERT_FALSE(active);
	CU_ASSERT_STRING_EQUAL(name, "VPMOCT128");
	CU_ASSERT_FALSE(dahdi_proc_canceller(proc, 3, name, sizeof(name), &active));
	CU_ASSERT_FALSE(dahdi_proc_canceller(proc, 10, name, sizeof(name), &active));
	CU_ASSERT_FALSE(dahdi_proc_canceller(proc, 16, name, sizeof(name), &active));
	CU_ASSERT_TRUE(dahdi_proc_canceller(proc, 101, name, sizeof(name), &active));
	CU_ASSERT_TRUE(active);
	CU_ASSERT_FALSE(dahdi_proc_canceller(proc, 2, name, 4, &active));
	CU_ASSERT_FALSE(dahdi_proc_canceller("", 1, name, sizeof(name), &active));
	CU_ASSERT(dahdi_canceller_is_software("MG2") && dahdi_canceller_is_software("oslec"));
	CU_ASSERT_FALSE(dahdi_canceller_is_software("VPMOCT128") ||
			dahdi_canceller_is_software("HWEC") || dahdi_canceller_is_software(""));
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "buffers hold a stall of 60 ms", buffers_hold_a_stall },
		{ "taps", taps },
		{ "alarms", alarms },
		{ "events", events },
		{ "signalling kinds", signalling_kinds },
		{ "texts", texts },
		{ "proc text", proc_text },
		CU_TEST_INFO_NULL,
	};

	return cu_run("dahdi_map", tests, argc, argv);
}
