/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * 30 channels both ways, octet for octet, for 20 s, or 10 minutes in the full run: over one line,
 * and from line to line through the media engine. exact.py loads the spans.
 */
#include "tests/vm/suites/gateway.h"

#define STREAMS 60

static struct stream streams[STREAMS];

static double run_ms(void)
{
	return getenv("VM_FULL") && *getenv("VM_FULL") ? 600000 : 20000;
}

/* All bearers of a as those of b; which line leads from one to the other is not seen here. */
static void open_all(struct tdm_span *a, struct tdm_span *b)
{
	unsigned n = 0;

	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++) {
		if (timeslot == 16)
			continue;
		streams_open(&streams[n], a, b, timeslot);
		n += 2;
	}
	CU_ASSERT_EQUAL_FATAL(n, STREAMS);
}

/* From the writing of an octet until it is read, mean of all streams: what waits on the way. */
static double delay_ms(void)
{
	uint64_t waiting = 0;

	for (unsigned i = 0; i < STREAMS; i++)
		waiting += streams[i].sent - streams[i].heard;
	return (double)waiting / STREAMS / 8;
}

static void run(const char *what, struct tdm_span *a, struct tdm_span *b)
{
	double ms = run_ms(), start = now_ms(), delay = 0;
	uint64_t octets = 0;
	unsigned wrong = 0;

	open_all(a, b);
	streams_prime(streams, STREAMS);
	for (unsigned i = 0; i < 100; i++) {
		streams_run(streams, STREAMS, ms / 100);
		delay += delay_ms() / 100;
	}
	ms = now_ms() - start;
	for (unsigned i = 0; i < STREAMS; i++) {
		stream_exact(&streams[i], (uint32_t)(8 * (ms - 500)), 0);
		octets += streams[i].heard;
		wrong += streams[i].damaged + streams[i].idle_inside;
	}
	CU_ASSERT_EQUAL(counters_of(a).rx_overruns + counters_of(b).rx_overruns, 0);
	CU_ASSERT_EQUAL(counters_of(a).tx_underruns + counters_of(b).tx_underruns, 0);
	printf("figure: %s, blocks of %u ms: %lu octets of 30 channels both ways in %.0f s, %u "
	       "wrong; %.1f ms from one end's write to the other's read\n",
	       what, a->chunk_ms, (unsigned long)octets, ms / 1e3, wrong, delay);
	tdm_span_close(a);
	tdm_span_close(b);
}

static struct tdm_span *e1_open(unsigned number, unsigned chunk_ms)
{
	struct tdm_span_conf conf = e1_conf(number, chunk_ms);

	return span_open(&conf);
}

static void line(void)
{
	run("one line", e1_open(1, 5), e1_open(2, 5));
}

/* Spans 3 and 5 are the gateway's, 4 and 6 their far ends. */
static void engine(void)
{
	static struct gateway_plan plan = { .chunk_ms = 5, .n_spans = 2, .spans = { 3, 5 } };
	static struct gateway_sample before, after;
	struct gateway gateway;

	for (unsigned timeslot = 1; timeslot < TDM_TIMESLOTS; timeslot++)
		if (timeslot != 16)
			plan.joints[plan.n_joints++] = (struct gateway_joint){
				.span = 3,
				.timeslot = timeslot,
				.to_span = 5,
				.to_timeslot = timeslot,
			};
	gateway_start(&gateway, &plan);
	sleep_ms(500);
	gateway_sample(&gateway, &before);
	run("two lines and the media engine", e1_open(4, 5), e1_open(6, 5));
	gateway_sample(&gateway, &after);
	CU_ASSERT_EQUAL(after.overruns, before.overruns);
	CU_ASSERT_EQUAL(after.underruns, before.underruns);
	gateway_end(&gateway);
}

/* How long the first octet of a block is on its way over a line that is idle else. */
static void delay(void)
{
	for (unsigned chunk_ms = 5; chunk_ms <= 20; chunk_ms *= 2) {
		struct tdm_span *a = e1_open(1, chunk_ms), *b = e1_open(2, chunk_ms);
		double sum = 0, most = 0;
		struct stream s[2];

		streams_open(s, a, b, 1);
		for (unsigned i = 0; i < 20; i++) {
			/* At any time within a block, and with nothing left from the last turn. */
			streams_run(s, 1, 100);
			sleep_ms(i % (chunk_ms - 1));
			s[0].sent = s[0].heard = 0;
			double start = now_ms();

			stream_send(&s[0]);
			while (!s[0].heard && now_ms() < start + 500) {
				struct pollfd p = { .fd = s[0].to_fd, .events = POLLIN | POLLPRI };

				poll(&p, 1, 100);
				stream_drain(&s[0]);
			}
			CU_ASSERT_TRUE(s[0].heard > 0);
			sum += s[0].heard_ms - start;
			most = s[0].heard_ms - start > most ? s[0].heard_ms - start : most;
			sleep_ms(60);
			stream_drain(&s[0]);
		}
		CU_ASSERT_TRUE(most <= 2 * chunk_ms + 10);
		printf("figure: one way through DAHDI, blocks of %u ms: mean %.1f ms, most %.1f "
		       "ms\n",
		       chunk_ms, sum / 20, most);
		tdm_span_close(a);
		tdm_span_close(b);
	}
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "one line", line },
		{ "two lines and the media engine", engine },
		{ "delay", delay },
		CU_TEST_INFO_NULL,
	};

	return cu_run("exact", tests, argc, argv);
}
