/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The DAHDI back end against the driver, on pairs of joined spans that tdm_dahdi.py loads and
 * configures: 1-2 E1 with dchan, 3-4 T1 with dchan, 5-6 E1 with hardhdlc, 7-8 E1 with mtp2, 9-10 T1
 * of which only 12 channels are configured, those of 9 in timeslots 1-6 with echo canceller. Runs
 * in a virtual machine whose time stands still while the host does not run it, so limits in ms are
 * the driver's and ours alone.
 */
#include "tests/vm/suites/tdm_dahdi.h"

#include "tdm/dahdi_detect.h"

#define STREAMS 60

static void both_close(struct tdm_span *a, struct tdm_span *b)
{
	tdm_span_close(a);
	tdm_span_close(b);
}

/* All bearers of a pair, both ways at once. */
static void exact(unsigned number, enum tdm_law law, unsigned chunk_ms, double ms)
{
	struct tdm_span_conf conf_a = conf_of(number, chunk_ms),
			     conf_b = conf_of(number + 1, chunk_ms);
	static struct stream s[STREAMS];
	unsigned n = 0, last = conf_a.framing == TDM_E1 ? 31 : 23;

	conf_a.law = conf_b.law = law;
	struct tdm_span *a = span_open(&conf_a), *b = span_open(&conf_b);

	for (unsigned timeslot = 1; timeslot <= last; timeslot++) {
		if (conf_a.framing == TDM_E1 && timeslot == 16)
			continue;
		streams_open(&s[n], a, b, timeslot);
		n += 2;
	}
	double start = now_ms();

	streams_prime(s, n);
	streams_run(s, n, ms);
	double rate = s[0].heard / (now_ms() - start) * 1e3;

	for (unsigned i = 0; i < n; i++)
		stream_exact(&s[i], (uint32_t)(8 * (ms - 80)), 0);
	CU_ASSERT_EQUAL(counters_of(a).rx_overruns + counters_of(b).rx_overruns, 0);
	CU_ASSERT_EQUAL(counters_of(a).tx_underruns + counters_of(b).tx_underruns, 0);
	printf("# %u streams of spans %u-%u, %u ms: %.0f octets/s\n", n, number, number + 1,
	       chunk_ms, rate);
	both_close(a, b);
}

static void octets_e1(void)
{
	exact(1, TDM_ALAW, 20, 2000);
	exact(1, TDM_ULAW, 10, 1000);
	exact(1, TDM_ALAW, 5, 1000);
}

static void octets_t1(void)
{
	exact(3, TDM_ULAW, 20, 2000);
	exact(3, TDM_ALAW, 5, 1000);
	exact(3, TDM_ULAW, 3, 500);
}

/* What an open bearer that is not written sends. */
static void idle_by_law(void)
{
	for (int law = TDM_ALAW; law <= TDM_ULAW; law++) {
		struct tdm_span_conf conf = conf_of(1, 5);
		uint8_t block[160];

		conf.law = (enum tdm_law)law;
		struct tdm_span *a = span_open(&conf), *b = span_simple(2, 5);

		CU_ASSERT_TRUE(tdm_span_bearer(a, 2) >= 0);
		int fd = tdm_span_bearer(b, 2);

		sleep_ms(70);
		while (read(fd, block, sizeof(block)) > 0)
			;
		CU_ASSERT_EQUAL(errno, EAGAIN);
		sleep_ms(20);
		CU_ASSERT_EQUAL_FATAL(read(fd, block, sizeof(block)), 40);
		for (unsigned i = 0; i < 40; i++)
			CU_ASSERT_EQUAL(block[i], idle_of(a));
		both_close(a, b);
	}
}

/* ---- the contract of blocks ---- */

static void blocks(void)
{
	struct tdm_span *a = span_simple(1, 10), *b = span_simple(2, 10);
	int fd = tdm_span_bearer(a, 1);
	uint8_t octets[400] = { 0 };
	unsigned written = 0;

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(tdm_span_clock_fd(a), -ENOTSUP);
	CU_ASSERT_EQUAL(read(fd, octets, 80), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	for (; write(fd, octets, 80) == 80; written++)
		;
	CU_ASSERT_EQUAL(errno, EAGAIN);
	CU_ASSERT_TRUE(written >= 16 && written <= 17); /* 160 ms; one may have begun to go out */
	sleep_ms(40);
	CU_ASSERT_EQUAL(read(fd, octets, sizeof(octets)), 80);	/* never more than one */
	CU_ASSERT_EQUAL(write(fd, octets, sizeof(octets)), 80); /* nor here */
	CU_ASSERT_EQUAL(tdm_span_bearer(a, 1), -EBUSY);
	CU_ASSERT_EQUAL(tdm_span_signalling(a, 1), -EBUSY);
	both_close(a, b);
}

/* What waits makes read and write fail, until it is fetched. */
static void overrun_and_underrun(void)
{
	struct tdm_span *a = span_simple(1, 5);
	int fd = tdm_span_bearer(a, 1);
	uint8_t block[40] = { 0 };

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	sleep_ms(60);
	CU_ASSERT_EQUAL(tdm_span_events(a, 1), 0); /* never written: nothing ran dry */
	CU_ASSERT_EQUAL(counters_of(a).rx_overruns + counters_of(a).tx_underruns, 0);
	CU_ASSERT_EQUAL(write(fd, block, 40), 40);
	sleep_ms(200);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLPRI };

	CU_ASSERT_EQUAL(poll(&p, 1, 0), 1);
	CU_ASSERT_EQUAL(p.revents & POLLPRI, POLLPRI);
	CU_ASSERT_EQUAL(read(fd, block, 40), -1);
	CU_ASSERT_EQUAL(errno, TDM_ERRNO_EVENT);
	CU_ASSERT_EQUAL(write(fd, block, 40), -1);
	CU_ASSERT_EQUAL(errno, TDM_ERRNO_EVENT);
	CU_ASSERT_EQUAL(tdm_span_events(a, 1), TDM_EVENT_OVERRUN | TDM_EVENT_UNDERRUN);
	CU_ASSERT_EQUAL(counters_of(a).rx_overruns, 1);
	CU_ASSERT_EQUAL(counters_of(a).tx_underruns, 1);
	CU_ASSERT_EQUAL(tdm_span_events(a, 1), 0);
	CU_ASSERT_EQUAL(read(fd, block, 40), 40);
	CU_ASSERT_EQUAL(write(fd, block, 40), 40);
	tdm_span_close(a);
}

/* Nothing that came in 60 ms is lost, for every chunk that is possible. */
static void stalled_reader(void)
{
	for (unsigned chunk_ms = 3; chunk_ms <= 20; chunk_ms += chunk_ms < 5 ? 1 : 5) {
		struct tdm_span *a = span_simple(1, chunk_ms), *b = span_simple(2, chunk_ms);
		struct stream s[4];

		streams_open(s, a, b, 1);
		streams_open(s + 2, a, b, 31);
		streams_prime(s, 4);
		streams_run(s, 4, 300);
		for (unsigned stall = 0; stall < 3; stall++) {
			sleep_ms(60);
			streams_run(s, 4, 200);
		}
		CU_ASSERT_EQUAL(counters_of(a).rx_overruns + counters_of(b).rx_overruns, 0);
		/* Each of four ran idle at the first stall at least; at later ones more waits to be
		 * sent. */
		CU_ASSERT_TRUE(counters_of(a).tx_underruns >= 2 &&
			       counters_of(b).tx_underruns >= 2);
		for (unsigned i = 0; i < 4; i++) {
			stream_exact(&s[i], 8 * 800, 8 * 180);
			CU_ASSERT_TRUE(s[i].idle_inside > 0);
		}
		both_close(a, b);
	}
}

static void delay(void)
{
	static const unsigned chunks[] = { 5, 10, 20 };

	for (unsigned i = 0; i < 3; i++) {
		struct tdm_span *a = span_simple(1, chunks[i]), *b = span_simple(2, chunks[i]);
		struct stream s[2];
		double sum = 0, most = 0;

		streams_open(s, a, b, 7);
		for (unsigned turn = 0; turn < 20; turn++) {
			streams_run(s, 1, 50);
			sleep_ms(turn % 7);
			s[0].heard = s[0].sent = 0;
			double start = now_ms();

			stream_send(&s[0]);
			while (!s[0].heard && now_ms() < start + 500) {
				struct pollfd p = { .fd = s[0].to_fd, .events = POLLIN | POLLPRI };

				poll(&p, 1, 100);
				stream_drain(&s[0]);
			}
			double ms = s[0].heard_ms - start;

			CU_ASSERT_TRUE(s[0].heard > 0);
			sum += ms;
			most = ms > most ? ms : most;
			s[0].sent = s[0].heard = 0;
			sleep_ms(60);
			stream_drain(&s[0]);
		}
		printf("# one way through DAHDI with blocks of %u ms: mean %.1f ms, most %.1f ms\n",
		       chunks[i], sum / 20, most);
		CU_ASSERT_TRUE(most < 2 * chunks[i] + 10);
		both_close(a, b);
	}
}

/* ---- alarms ---- */

static void alarms(void)
{
	static const struct {
		int mask;
		unsigned here, there;
	} rows[] = {
		{ DH_ALARM_RED, TDM_ALARM_DOWN, TDM_ALARM_RAI },
		{ DH_ALARM_YELLOW, TDM_ALARM_RAI, 0 },
		{ DH_ALARM_BLUE, TDM_ALARM_AIS | TDM_ALARM_DOWN, TDM_ALARM_RAI },
		{ DH_ALARM_RED | DH_ALARM_LOS, TDM_ALARM_LOS | TDM_ALARM_DOWN, TDM_ALARM_RAI },
		{ DH_ALARM_RED | DH_ALARM_LFA, TDM_ALARM_DOWN, TDM_ALARM_RAI },
		{ DH_ALARM_RECOVER, TDM_ALARM_RECOVERING, 0 },
	};
	struct tdm_span *a = span_simple(1, 5), *b = span_simple(2, 5);

	CU_ASSERT_EQUAL(tdm_span_alarms(a) | tdm_span_alarms(b), 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		vspan("alarm", 1, rows[i].mask);
		double raised = alarms_become(a, rows[i].here, 1000);

		CU_ASSERT_TRUE(raised <= 100);
		CU_ASSERT_TRUE(alarms_become(b, rows[i].there, 1000) <= 100);
		vspan("alarm", 1, 0);
		double cleared = alarms_become(a, 0, 1000);

		CU_ASSERT_TRUE(cleared <= 100);
		CU_ASSERT_TRUE(alarms_become(b, 0, 1000) <= 100);
		printf("# alarm 0x%x raised in %.0f ms, cleared in %.0f ms\n", rows[i].mask, raised,
		       cleared);
	}
	/* From one to another without a pause, for which the driver has no event. */
	vspan("alarm", 1, DH_ALARM_RED);
	CU_ASSERT_TRUE(alarms_become(a, TDM_ALARM_DOWN, 1000) <= 100);
	vspan("alarm", 1, DH_ALARM_BLUE);
	CU_ASSERT_TRUE(alarms_become(a, TDM_ALARM_AIS | TDM_ALARM_DOWN, 1000) <= 100);
	vspan("alarm", 1, 0);
	maintenance(1, 1);
	CU_ASSERT_TRUE(alarms_become(a, TDM_ALARM_LOOPBACK | TDM_ALARM_DOWN, 1000) <= 100);
	maintenance(1, 0);
	CU_ASSERT_TRUE(alarms_become(a, 0, 1000) <= 100);
	both_close(a, b);
}

static void cut(void)
{
	struct tdm_span *a = span_simple(1, 5), *b = span_simple(2, 5);
	struct stream s[2];

	streams_open(s, a, b, 1);
	streams_prime(s, 2);
	streams_run(s, 2, 200);
	vspan("cut", 1, 1);
	streams_run(s, 2, 100);
	CU_ASSERT_EQUAL(tdm_span_alarms(a), TDM_ALARM_LOS | TDM_ALARM_DOWN);
	CU_ASSERT_EQUAL(tdm_span_alarms(b), TDM_ALARM_RAI);
	CU_ASSERT_TRUE(s[0].events & TDM_EVENT_ALARM);
	/* The line goes on ticking, and the way from here is whole. */
	uint32_t heard = s[0].heard;

	streams_run(s, 2, 200);
	CU_ASSERT_TRUE(s[0].heard >= heard + 8 * 150);
	CU_ASSERT_EQUAL(s[0].damaged, 0);
	vspan("cut", 1, 0);
	CU_ASSERT_TRUE(alarms_become(a, 0, 1000) <= 100);
	CU_ASSERT_TRUE(alarms_become(b, 0, 1000) <= 100);
	both_close(a, b);
}

/* Alarms that come and go at each look of the driver, on all timeslots at once. */
static void event_storm(void)
{
	struct tdm_span *a = span_simple(1, 5), *b = span_simple(2, 5);
	struct stream s[STREAMS];
	unsigned n = 0, seen = 0;

	for (unsigned timeslot = 1; timeslot <= 15; timeslot++, n += 2)
		streams_open(&s[n], a, b, timeslot);
	streams_prime(s, n);
	for (unsigned i = 0; i < 100; i++) {
		vspan("alarm", 1, i & 1 ? 0 : DH_ALARM_RED);
		streams_run(s, n, 6);
	}
	vspan("alarm", 1, 0);
	streams_run(s, n, 300);
	for (unsigned i = 0; i < n; i++) {
		seen |= s[i].events;
		if (s[i].from == a)
			stream_exact(&s[i], 8 * 600, 0);
	}
	CU_ASSERT_TRUE(seen & TDM_EVENT_ALARM);
	CU_ASSERT_EQUAL(tdm_span_alarms(a), 0);
	for (unsigned timeslot = 1; timeslot <= 15; timeslot++)
		CU_ASSERT_EQUAL(tdm_span_events(a, timeslot), 0);
	/* More than the driver's queue of 64 holds. */
	int fd = s[1].to_fd;

	for (unsigned i = 0; i < 200; i++) {
		vspan("alarm", 1, i & 1 ? 0 : DH_ALARM_RED);
		sleep_ms(5);
	}
	CU_ASSERT_TRUE(tdm_span_events(a, 1) & TDM_EVENT_ALARM);
	uint8_t block[40];

	CU_ASSERT_EQUAL(read(fd, block, 40), 40);
	both_close(a, b);
}

static void counters(void)
{
	struct tdm_span *a = span_simple(1, 5);
	struct tdm_span_counters before = counters_of(a), after;

	CU_ASSERT_TRUE(before.line_counted);
	CU_ASSERT_STRING_EQUAL(before.timing, "span 1");
	vspan("biterr", 1, 10);
	sleep_ms(500);
	vspan("biterr", 1, 0);
	sleep_ms(100);
	after = counters_of(a);
	CU_ASSERT_TRUE(after.crc4_errors >= before.crc4_errors + 30);
	CU_ASSERT_TRUE(after.bipolar_violations >= before.bipolar_violations + 30);
	/* The driver starts to count anew; here it goes on. */
	maintenance(1, 14);
	sleep_ms(100);
	CU_ASSERT_EQUAL(counters_of(a).crc4_errors, after.crc4_errors);
	vspan("biterr", 1, 10);
	sleep_ms(300);
	vspan("biterr", 1, 0);
	sleep_ms(100);
	CU_ASSERT_TRUE(counters_of(a).crc4_errors > after.crc4_errors);
	if (access(PARAMETERS "slip", W_OK) == 0) {
		CU_ASSERT_FALSE(counters_of(a).slips_counted);
		vspan("slip", 1, 1);
		sleep_ms(2100);
		vspan("slip", 1, 0);
		sleep_ms(1100);
		CU_ASSERT_TRUE(counters_of(a).slips_counted);
		CU_ASSERT_TRUE(counters_of(a).slips > 0);
		printf("# slips counted: %lu\n", (unsigned long)counters_of(a).slips);
	}
	tdm_span_close(a);
}

/* ---- channels ---- */

static int raw_open(unsigned channel)
{
	int fd = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int number = (int)channel;

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(ioctl(fd, DH_SPECIFY, &number), 0);
	return fd;
}

static int raw_event(int fd)
{
	int event = 0;

	CU_ASSERT_EQUAL(ioctl(fd, DH_GETEVENT, &event), 0);
	return event;
}

/* As found: no buffer events, the law of system.conf, and the far end hears what an idle clear
 * channel sends. */
static void left_as_found(void)
{
	struct tdm_span_conf conf = conf_of(1, 5);
	struct tdm_span *b = span_simple(2, 5);
	uint8_t block[160];

	conf.law = TDM_ULAW;
	struct tdm_span *a = span_open(&conf);

	CU_ASSERT_TRUE(tdm_span_bearer(a, 3) >= 0);
	int far = tdm_span_bearer(b, 3);

	tdm_span_release(a, 3);
	tdm_span_release(a, 3);
	sleep_ms(60);
	while (read(far, block, sizeof(block)) > 0)
		;
	sleep_ms(30);
	CU_ASSERT_EQUAL(read(far, block, sizeof(block)), 40);
	CU_ASSERT_EQUAL(block[0], 0xFF);
	CU_ASSERT_EQUAL(block[39], 0xFF);
	int fd = raw_open(3);
	struct dh_params params = { .channo = 3 };

	CU_ASSERT_EQUAL(ioctl(fd, DH_GET_PARAMS, &params), 0);
	CU_ASSERT_EQUAL(params.curlaw, DH_LAW_ALAW);
	sleep_ms(400);
	CU_ASSERT_EQUAL(raw_event(fd), 0);
	close(fd);
	both_close(a, b);
}

static void refused(void)
{
	struct tdm_span *a = span_simple(1, 5), *i = span_simple(9, 5);
	int fd = raw_open(5);

	CU_ASSERT_EQUAL(tdm_span_bearer(a, 5), -EBUSY);
	close(fd);
	fd = tdm_span_bearer(a, 5);
	CU_ASSERT_TRUE(fd >= 0);
	CU_ASSERT_EQUAL(tdm_span_bearer(a, 16), -EINVAL);
	CU_ASSERT_EQUAL(tdm_span_signalling(a, 6), -EINVAL);
	CU_ASSERT_EQUAL(tdm_span_bearer(a, 0), -EINVAL);
	CU_ASSERT_EQUAL(tdm_span_bearer(a, 32), -EINVAL);
	/* Refused ones are free afterwards. */
	CU_ASSERT_TRUE(tdm_span_signalling(a, 16) >= 0);
	CU_ASSERT_TRUE(tdm_span_bearer(a, 6) >= 0);
	CU_ASSERT_TRUE(tdm_span_bearer(i, 12) >= 0);
	CU_ASSERT_EQUAL(tdm_span_bearer(i, 13), -ENXIO); /* fractional */
	CU_ASSERT_EQUAL(tdm_span_signalling(i, 24), -ENXIO);
	both_close(a, i);

	struct tdm_span_conf conf = conf_of(1, 5);

	conf.framing = TDM_T1;
	CU_ASSERT_EQUAL(tdm_span_open(&a, "dahdi", &conf), -EINVAL);
}

static unsigned active_cancellers(void)
{
	FILE *proc = fopen("/proc/dahdi/9", "r");
	unsigned found = 0;
	char line[256];

	CU_ASSERT_PTR_NOT_NULL_FATAL(proc);
	while (fgets(line, sizeof(line), proc))
		found += strstr(line, "- ACTIVE)") != NULL;
	fclose(proc);
	return found;
}

static void canceller(void)
{
	static const enum tdm_echo modes[] = { TDM_ECHO_ON,  TDM_ECHO_DATA, TDM_ECHO_ON,
					       TDM_ECHO_OFF, TDM_ECHO_DATA, TDM_ECHO_OFF };
	struct tdm_span_conf conf = conf_of(9, 5);

	conf.echo_taps = 128;
	struct tdm_span *i = span_open(&conf);

	CU_ASSERT_TRUE(tdm_span_bearer(i, 1) >= 0);
	CU_ASSERT_EQUAL(active_cancellers(), 1);
	CU_ASSERT_EQUAL(tdm_span_bearer(i, 8), -ENOTSUP);
	for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
		CU_ASSERT_EQUAL(tdm_span_echo(i, 1, modes[m]), 0);
		CU_ASSERT_EQUAL(active_cancellers(), modes[m] != TDM_ECHO_OFF);
	}
	tdm_span_release(i, 1);
	CU_ASSERT_EQUAL(active_cancellers(), 0);
	CU_ASSERT_EQUAL(tdm_span_echo(i, 1, TDM_ECHO_ON), -EBADF);
	tdm_span_close(i);
}

/* ---- signalling ---- */

/* Q.703 2.2.3.4 and Q.921 2.7: the remainder over a good frame with its FCS. */
static bool fcs_is_good(const uint8_t *octets, size_t n)
{
	unsigned fcs = 0xFFFF;

	for (size_t i = 0; i < n; i++) {
		fcs ^= octets[i];
		for (unsigned bit = 0; bit < 8; bit++)
			fcs = fcs & 1 ? fcs >> 1 ^ 0x8408 : fcs >> 1;
	}
	return fcs == 0xF0B8;
}

static size_t frame_of(uint8_t *frame, unsigned n)
{
	size_t octets = 5 + n * 7 % 260;

	for (size_t i = 0; i < octets; i++)
		frame[i] = (uint8_t)(n * 31 + i * 11);
	frame[0] = (uint8_t)n;
	return octets;
}

struct link {
	struct tdm_span *span;
	int fd;
	unsigned sent, heard, wrong;
};

static void link_turn(struct link *link)
{
	uint8_t frame[600], wanted[600];
	struct pollfd p = { .fd = link->fd, .events = POLLIN | POLLPRI | POLLOUT };
	ssize_t n;

	poll(&p, 1, 0);
	if (p.revents & POLLPRI)
		link->wrong += tdm_span_events(link->span, 16) != 0;
	if (link->sent < 60 && p.revents & POLLOUT) {
		size_t octets = frame_of(frame, link->sent);

		if (write(link->fd, frame, octets + 2) == (ssize_t)octets + 2)
			link->sent++;
	}
	while ((n = read(link->fd, frame, sizeof(frame))) > 0) {
		size_t octets = frame_of(wanted, link->heard++);

		link->wrong += (size_t)n != octets + 2 || memcmp(frame, wanted, octets) != 0 ||
			       !fcs_is_good(frame, (size_t)n);
	}
}

/* 60 frames each way, the first at once after opening. */
static void frames(unsigned number, enum tdm_signalling kind)
{
	struct tdm_span *a = span_simple(number, 5), *b = span_simple(number + 1, 5);
	struct link links[2] = { { .span = a }, { .span = b } };

	/* The far end listens before the first frame comes. */
	links[1].fd = tdm_span_signalling(b, 16);
	links[0].fd = tdm_span_signalling(a, 16);
	CU_ASSERT_TRUE_FATAL(links[0].fd >= 0 && links[1].fd >= 0);
	CU_ASSERT_EQUAL(tdm_span_signalling_kind(a, 16), kind);
	double end = now_ms() + 5000;

	while (now_ms() < end && (links[0].heard < 60 || links[1].heard < 60)) {
		link_turn(&links[0]);
		link_turn(&links[1]);
		sleep_ms(1);
	}
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(links[i].sent, 60);
		CU_ASSERT_EQUAL(links[i].heard, 60);
		CU_ASSERT_EQUAL(links[i].wrong, 0);
	}
	CU_ASSERT_EQUAL(counters_of(a).fcs_errors + counters_of(b).fcs_errors, 0);
	both_close(a, b);
}

static void signalling(void)
{
	frames(1, TDM_SIGNALLING_HDLC);
	frames(5, TDM_SIGNALLING_HDLC);
	frames(7, TDM_SIGNALLING_MTP2);
}

/* Bit errors damage frames: not delivered, told and counted. */
static void damaged_frames(void)
{
	struct tdm_span *a = span_simple(1, 5), *b = span_simple(2, 5);
	int from = tdm_span_signalling(b, 16), to = tdm_span_signalling(a, 16);
	unsigned told = 0, good = 0;

	CU_ASSERT_TRUE_FATAL(from >= 0 && to >= 0);
	vspan("biterr", 1, 20);
	for (unsigned i = 0; i < 60; i++) {
		uint8_t frame[600];
		size_t octets = frame_of(frame, i);
		ssize_t n;

		CU_ASSERT_EQUAL(write(from, frame, octets + 2), (ssize_t)octets + 2);
		sleep_ms(40);
		while ((n = read(to, frame, sizeof(frame))) > 0 || errno == TDM_ERRNO_EVENT) {
			if (n < 0) {
				told |= tdm_span_events(a, 16);
				continue;
			}
			CU_ASSERT_TRUE(fcs_is_good(frame, (size_t)n));
			good++;
		}
	}
	vspan("biterr", 1, 0);
	CU_ASSERT_TRUE(told & TDM_EVENT_BAD_FRAME);
	CU_ASSERT_TRUE(good < 60 && counters_of(a).fcs_errors > 0);
	printf("# with bit errors %u of 60 frames came, %lu damages told\n", good,
	       (unsigned long)counters_of(a).fcs_errors);
	both_close(a, b);
}

/* ---- spans that go and come ---- */

/* Both bearers of a timeslot work. */
static void works(struct tdm_span *a, struct tdm_span *b, unsigned timeslot)
{
	struct stream s[2];

	streams_open(s, a, b, timeslot);
	streams_prime(s, 2);
	streams_run(s, 2, 200);
	stream_exact(&s[0], 8 * 100, 0);
	stream_exact(&s[1], 8 * 100, 0);
	tdm_span_release(a, timeslot);
	tdm_span_release(b, timeslot);
}

static void shut_down(void)
{
	struct tdm_span *a = span_simple(1, 5), *b = span_simple(2, 5);
	int number = 1;

	CU_ASSERT_TRUE(tdm_span_bearer(a, 1) >= 0);
	CU_ASSERT_EQUAL(control(_IOW(DH_CODE, 100, int), &number), 0);
	CU_ASSERT_TRUE(alarms_become(a, MISSING, 1000) <= 100);
	CU_ASSERT_TRUE(alarms_become(b, TDM_ALARM_LOS | TDM_ALARM_DOWN, 1000) <= 100);
	CU_ASSERT_EQUAL(tdm_span_bearer(a, 2), -ENODEV);
	tdm_span_release(a, 1);
	sleep_ms(300);
	CU_ASSERT_EQUAL(tdm_span_alarms(a), MISSING);
	dahdi_cfg();
	CU_ASSERT_TRUE(alarms_become(a, 0, 2000) <= 1000);
	CU_ASSERT_TRUE(alarms_become(b, 0, 2000) <= 1000);
	works(a, b, 1);
	both_close(a, b);
}

/* The users are told while the driver still waits for them. */
static void unassigned(void)
{
	struct tdm_span *a = span_simple(1, 5), *b = span_simple(2, 5);
	int fd = tdm_span_bearer(a, 1);
	uint8_t block[40];

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	double start = now_ms();
	pid_t pid = unassign_start(1);
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	CU_ASSERT_EQUAL(poll(&p, 1, 1000), 1);
	CU_ASSERT_TRUE(tdm_span_events(a, 1) & TDM_EVENT_REMOVED);
	CU_ASSERT_TRUE(alarms_become(a, MISSING, 1000) <= 100);
	printf("# removal known %.0f ms after it was asked for\n", now_ms() - start);
	tdm_span_release(a, 1);
	CU_ASSERT_EQUAL(program_status(pid), 0);
	sleep_ms(300);
	CU_ASSERT_EQUAL(tdm_span_alarms(a), MISSING);
	assign(1, 1);
	dahdi_cfg();
	CU_ASSERT_TRUE(alarms_become(a, 0, 2000) <= 1000);
	works(a, b, 1);
	/* And with a descriptor that nobody gives back in time. */
	fd = tdm_span_bearer(a, 1);
	pid = unassign_start(1);
	CU_ASSERT_EQUAL(program_status(pid), 0);
	CU_ASSERT_TRUE(alarms_become(a, MISSING, 1000) <= 100);
	CU_ASSERT_EQUAL(read(fd, block, 40), -1);
	CU_ASSERT_EQUAL(errno, ENODEV);
	CU_ASSERT_EQUAL(tdm_span_events(a, 1), TDM_EVENT_REMOVED);
	assign(1, 1);
	dahdi_cfg();
	CU_ASSERT_TRUE(alarms_become(a, 0, 2000) <= 1000);
	CU_ASSERT_EQUAL(read(fd, block, 40), -1); /* dead for good */
	CU_ASSERT_EQUAL(tdm_span_bearer(a, 1), -EBUSY);
	tdm_span_release(a, 1);
	works(a, b, 1);
	both_close(a, b);
}

/* The driver leaves and comes back under the open spans, with other channel numbers for one pair.
 */
static void reload(void)
{
	struct tdm_span *spans[10];
	static const char *const unload[] = { "rmmod", "dahdi_vspan", NULL };
	static const char *const load[] = { "insmod", "/lib/modules/dahdi_vspan.ko",
					    "types=e1,t1,e1,e1,t1", NULL };

	for (unsigned i = 0; i < 10; i++)
		spans[i] = span_simple(i + 1, 5);
	CU_ASSERT_TRUE(tdm_span_bearer(spans[0], 1) >= 0);
	CU_ASSERT_NOT_EQUAL(program(unload), 0); /* in use */
	tdm_span_release(spans[0], 1);
	CU_ASSERT_EQUAL(program(unload), 0);
	for (unsigned i = 0; i < 10; i++)
		CU_ASSERT_TRUE(alarms_become(spans[i], MISSING, 1000) <= 100);
	CU_ASSERT_EQUAL(program((const char *const[]){ "rmmod", "dahdi_echocan_mg2", NULL }), 0);
	CU_ASSERT_EQUAL(program((const char *const[]){ "rmmod", "dahdi", NULL }), 0);
	sleep_ms(200);
	struct tdm_span *late = span_simple(1, 5); /* opened while missing */

	CU_ASSERT_EQUAL(tdm_span_alarms(late), MISSING);
	CU_ASSERT_EQUAL(program((const char *const[]){ "insmod", "/lib/modules/dahdi.ko",
						       "auto_assign_spans=1", NULL }),
			0);
	CU_ASSERT_EQUAL(program((const char *const[]){ "insmod",
						       "/lib/modules/dahdi_echocan_mg2.ko", NULL }),
			0);
	CU_ASSERT_EQUAL(program(load), 0);
	sleep_ms(300);
	CU_ASSERT_EQUAL(tdm_span_alarms(late), MISSING); /* not configured yet */
	dahdi_cfg();
	for (unsigned i = 0; i < 10; i++)
		CU_ASSERT_TRUE(alarms_become(spans[i], 0, 3000) <= 1500);
	CU_ASSERT_TRUE(alarms_become(late, 0, 1000) <= 1000);
	tdm_span_close(late);
	works(spans[0], spans[1], 1);
	works(spans[2], spans[3], 24 - 1);
	works(spans[8], spans[9], 12);
	for (unsigned i = 0; i < 10; i++)
		tdm_span_close(spans[i]);
}

/* A span that comes back under its number with other channels. */
static void other_channels(void)
{
	struct tdm_span *i = span_simple(9, 5), *j = span_simple(10, 5);

	CU_ASSERT_EQUAL(program_status(unassign_start(9)), 0);
	CU_ASSERT_EQUAL(program_status(unassign_start(10)), 0);
	CU_ASSERT_TRUE(alarms_become(i, MISSING, 1000) <= 100);
	assign(10, 350);
	assign(9, 320);
	CU_ASSERT_EQUAL(
		program((const char *const[]){
			"sh", "-c",
			"printf "
			"'span=9,1,0,esf,b8zs\\nspan=10,0,0,esf,b8zs\\nbchan=320-331,350-361\\n"
			"mulaw=320-331,350-361\\n' > /tmp/other.conf; "
			"dahdi_cfg -c /tmp/other.conf",
			NULL }),
		0);
	CU_ASSERT_TRUE(alarms_become(i, 0, 2000) <= 1000);
	CU_ASSERT_TRUE(alarms_become(j, 0, 2000) <= 1000);
	works(i, j, 12);
	both_close(i, j);
}

/* ---- detect ---- */

static void faults_ignore(void *arg, const char *wrong, const char *right)
{
	(void)arg;
	printf("# judged: %s => %s\n", wrong, right);
}

static void detect(void)
{
	struct tdm_dahdi found;

	CU_ASSERT_EQUAL_FATAL(tdm_dahdi_gather(&found), 0);
	CU_ASSERT_EQUAL(found.error, 0);
	CU_ASSERT_TRUE(found.system_conf && found.version[0]);
	CU_ASSERT_EQUAL_FATAL(found.n_spans, 10);
	for (unsigned i = 0; i < 10; i++) {
		const struct tdm_dahdi_span *span = &found.spans[i];
		bool t1 = conf_of(i + 1, 5).framing == TDM_T1;

		CU_ASSERT_EQUAL(span->number, i + 1);
		CU_ASSERT_STRING_EQUAL(span->type, t1 ? "T1" : "E1");
		CU_ASSERT_EQUAL(span->n_channels, t1 ? 24 : 31);
		CU_ASSERT_STRING_EQUAL(span->line, t1 ? "esf,b8zs" : "ccs,hdb3,crc4");
		CU_ASSERT_EQUAL(span->conf_timing, i % 2 ? 0 : 1);
		CU_ASSERT_EQUAL(span->channels[0].use, TDM_DAHDI_BEARER);
		CU_ASSERT_EQUAL(span->channels[0].law, t1 ? TDM_ULAW : TDM_ALAW);
		CU_ASSERT_EQUAL(span->channels[0].canceller, i == 8);
	}
	CU_ASSERT_EQUAL(found.spans[0].first_channel, 1);
	CU_ASSERT_EQUAL(found.spans[2].first_channel, 63);
	CU_ASSERT_EQUAL(found.spans[0].channels[15].use, TDM_DAHDI_DCHAN);
	CU_ASSERT_EQUAL(found.spans[4].channels[15].use, TDM_DAHDI_HARDHDLC);
	CU_ASSERT_EQUAL(found.spans[6].channels[15].use, TDM_DAHDI_MTP2);
	CU_ASSERT_EQUAL(found.spans[8].channels[12].use, TDM_DAHDI_UNCONFIGURED);
	CU_ASSERT_TRUE(tdm_dahdi_judge(&found, faults_ignore, NULL) > 0);
	tdm_dahdi_free(&found);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "octets of an E1", octets_e1 },
		{ "octets of a T1", octets_t1 },
		{ "idle by law", idle_by_law },
		{ "blocks", blocks },
		{ "overrun and underrun", overrun_and_underrun },
		{ "stalled reader", stalled_reader },
		{ "delay", delay },
		{ "alarms", alarms },
		{ "cut", cut },
		{ "event storm", event_storm },
		{ "counters", counters },
		{ "left as found", left_as_found },
		{ "refused", refused },
		{ "canceller", canceller },
		{ "signalling", signalling },
		{ "damaged frames", damaged_frames },
		{ "detect", detect },
		{ "shut down", shut_down },
		{ "unassigned", unassigned },
		{ "reload", reload },
		{ "other channels", other_channels },
		CU_TEST_INFO_NULL,
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	return cu_run("tdm_dahdi", tests, argc, argv);
}
