/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The media engine on E1 spans of DAHDI, pairs of joined ones that load.py loads and configures:
 * all octets of 16 spans, what a channel costs with and without RTP, a span that leads and fails,
 * and a gateway that gets no processor for a while.
 */
#include "tests/vm/suites/gateway.h"

#include <math.h>

#include "gw/media/rtp.h"

#define TOLD_MS	     20
#define FRAMES_PER_S 50
#define SETTLE_MS    1000
#define FAIL_MS	     5000
#define MARK	     0x2A
#define STALL_MS     60
#define EMPTY_MS     100
#define TICK_MS	     4 /* of the driver */

static struct gateway_plan plan;
static struct gateway gateway;
static struct gateway_sample before, after;

/* Between the two samples. */
#define GROWTH(i, side, field) (after.ends[i][side].field - before.ends[i][side].field)

static unsigned run_ms(void)
{
	return getenv("VM_FULL") && *getenv("VM_FULL") ? 60000 : 10000;
}

static void plan_begin(unsigned chunk_ms, unsigned first, unsigned step, unsigned n_spans)
{
	memset(&plan, 0, sizeof(plan));
	plan.chunk_ms = chunk_ms;
	for (unsigned i = 0; i < n_spans; i++)
		plan.spans[plan.n_spans++] = first + i * step;
}

static void plan_join(unsigned span, unsigned timeslot, unsigned to_span, unsigned to_timeslot)
{
	plan.joints[plan.n_joints++] = (struct gateway_joint){
		.span = span,
		.timeslot = timeslot,
		.to_span = to_span,
		.to_timeslot = to_timeslot,
	};
}

/* The next timeslot that is a bearer; 0 after the last. */
static unsigned next_bearer(unsigned timeslot)
{
	timeslot += timeslot == 15 ? 2 : 1;
	return timeslot < TDM_TIMESLOTS ? timeslot : 0;
}

/* From when everything has started, for as long as a run is. */
static void measure(void)
{
	sleep_ms(SETTLE_MS);
	gateway_sample(&gateway, &before);
	sleep_ms(run_ms());
	gateway_sample(&gateway, &after);
}

/* ---- rates and costs ---- */

static void cost_print(const char *what, unsigned channels)
{
	const char *ns = getenv("VM_NS_PER_INSTRUCTION");
	double per = ns ? strtod(ns, NULL) : 1, seconds = (after.at_ms - before.at_ms) / 1e3;
	double frames = channels * FRAMES_PER_S * seconds;
	double media = after.media_ns - before.media_ns;

	printf("figure: %s, chunk %u ms: %.0f instructions per channel-frame, kernel included, in "
	       "the media thread (%.0f of the process); %.0f %% of the processor, worst tick %.1f "
	       "ms late\n",
	       what, plan.chunk_ms, media / per / frames,
	       (after.process_ns - before.process_ns) / per / frames, media / seconds / 1e7,
	       (double)after.stalls.worst_us / 1e3);
}

/* To 0.2 %; one block more or less lies at an end of the time, and what is told is up to 20 ms old. */
static bool rate_is_right(uint64_t octets, double *worst)
{
	double ms = after.at_ms - before.at_ms, off = fabs((double)octets - 8 * ms);

	*worst = fmax(*worst, off / ms * 1e3);
	return off <= 8 * ms * 0.002 + 8 * (plan.chunk_ms + TOLD_MS);
}

static void bearer_exact(unsigned i, unsigned side, double *worst, unsigned *wrong)
{
	*wrong += !rate_is_right(GROWTH(i, side, octets_in), worst) ||
		  !rate_is_right(GROWTH(i, side, octets_out), worst);
	*wrong += GROWTH(i, side, rx_overruns) || GROWTH(i, side, tx_underruns);
}

static void nothing_missed(void)
{
	CU_ASSERT_EQUAL(after.overruns - before.overruns, 0);
	CU_ASSERT_EQUAL(after.underruns - before.underruns, 0);
	if (after.underruns != before.underruns || after.overruns != before.overruns)
		printf("# driver: %lu overruns, %lu underruns\n",
		       (unsigned long)(after.overruns - before.overruns),
		       (unsigned long)(after.underruns - before.underruns));
}

/* Sixteen spans, each timeslot joined to that of the next pair: two cables and two channels are a
 * ring. */
static void bearers_all(unsigned chunk_ms)
{
	double worst = 0;
	unsigned wrong = 0;

	plan_begin(chunk_ms, 1, 1, 16);
	for (unsigned span = 1; span <= 16; span += span % 2 ? 1 : 3)
		for (unsigned slot = 1; slot; slot = next_bearer(slot))
			plan_join(span, slot, span + 2, slot);
	gateway_start(&gateway, &plan);
	measure();
	for (unsigned i = 0; i < plan.n_joints; i++) {
		bearer_exact(i, 0, &worst, &wrong);
		bearer_exact(i, 1, &worst, &wrong);
	}
	CU_ASSERT_EQUAL(plan.n_joints, 240);
	CU_ASSERT_EQUAL(wrong, 0);
	nothing_missed();
	printf("figure: %u bearers of 16 E1, chunk %u ms: 8000 octets/s each way, off by %.1f at "
	       "most in %.0f s\n",
	       2 * plan.n_joints, chunk_ms, worst, (after.at_ms - before.at_ms) / 1e3);
	cost_print("bearer to bearer", plan.n_joints);
	gateway_end(&gateway);
}

static void bearers_5(void)
{
	bearers_all(5);
}

static void bearers_20(void)
{
	bearers_all(20);
}

static void packets_exact(unsigned i, unsigned *wrong)
{
	double frames = (after.at_ms - before.at_ms) / 20;
	double out = (double)GROWTH(i, 1, packets_out), in = (double)GROWTH(i, 1, packets_in);

	*wrong += out < frames - 2 || out > frames + 2 || in < frames - 2 || in > frames + 2;
	*wrong += GROWTH(i, 1, lost) || GROWTH(i, 1, late) || GROWTH(i, 1, refused);
}

/* Four spans, all timeslots to RTP; the session of one timeslot is joined to that of the next pair. */
static void rtp_all(unsigned chunk_ms)
{
	double worst = 0;
	unsigned wrong = 0, packets_wrong = 0;

	plan_begin(chunk_ms, 1, 1, 4);
	for (unsigned span = 1; span <= 4; span++)
		for (unsigned slot = 1; slot; slot = next_bearer(slot)) {
			plan_join(span, slot, 0, 0);
			plan.joints[plan.n_joints - 1].peer = (plan.n_joints - 1 + 60) % 120;
		}
	gateway_start(&gateway, &plan);
	measure();
	for (unsigned i = 0; i < plan.n_joints; i++) {
		bearer_exact(i, 0, &worst, &wrong);
		packets_exact(i, &packets_wrong);
	}
	CU_ASSERT_EQUAL(plan.n_joints, 120);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(packets_wrong, 0);
	nothing_missed();
	cost_print("4 E1, bearer to RTP", plan.n_joints);
	gateway_end(&gateway);
}

static void rtp_5(void)
{
	rtp_all(5);
}

static void rtp_20(void)
{
	rtp_all(20);
}

/* ---- the span that leads fails ---- */

#define FAR_STREAMS 60
static struct stream streams[FAR_STREAMS];

/* Runs the streams for so long; the longest time, in ms, in which the first heard nothing. */
static double longest_silence(unsigned n, double ms)
{
	double end = now_ms() + ms, last = now_ms(), longest = 0;

	while (now_ms() < end) {
		uint32_t heard = streams[0].heard;

		streams_run(streams, n, 1);
		longest = fmax(longest, now_ms() - last);
		if (streams[0].heard != heard)
			last = now_ms();
	}
	return longest;
}

/* What must not change: the streams' octets, and every bearer of the other spans. */
static void others_whole(unsigned n, const char *what, double silence)
{
	unsigned damaged = 0, idle = 0, wrong = 0;
	double worst = 0;

	gateway_sample(&gateway, &after);
	for (unsigned i = 0; i < n; i++) {
		damaged += streams[i].damaged;
		idle += streams[i].idle_inside;
	}
	for (unsigned i = 0; i < plan.n_joints; i++) {
		if (plan.joints[i].span != 1)
			bearer_exact(i, 0, &worst, &wrong);
		bearer_exact(i, 1, &worst, &wrong);
	}
	CU_ASSERT_EQUAL(damaged, 0);
	CU_ASSERT_EQUAL(idle, 0);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_TRUE(silence < 100);
	printf("# %s: %u octets damaged, %u idle; %u bearers wrong, off by %.1f octets/s at most; "
	       "longest silence %.0f ms, worst tick %.1f ms late\n",
	       what, damaged, idle, wrong, worst, silence, (double)after.stalls.worst_us / 1e3);
}

/* Span 1 leads with 30 timeslots; spans 3 and 5 have the other ends, and channels with each other.
 */
static void plan_failing(unsigned chunk_ms)
{
	plan_begin(chunk_ms, 1, 2, 3);
	for (unsigned slot = 1; slot; slot = next_bearer(slot))
		plan_join(1, slot, slot < 16 ? 3 : 5, slot);
	for (unsigned slot = 1; slot < 16; slot++)
		plan_join(3, slot + 16, 5, slot);
}

static unsigned far_ends_open(struct tdm_span *a, struct tdm_span *b)
{
	unsigned n = 0;

	for (unsigned slot = 1; slot < 16; slot++, n += 2) {
		int fd_a = tdm_span_bearer(a, slot + 16), fd_b = tdm_span_bearer(b, slot);

		CU_ASSERT_TRUE_FATAL(fd_a >= 0 && fd_b >= 0);
		streams[n] = (struct stream){ .from = a,
					      .to = b,
					      .timeslot = slot,
					      .from_fd = fd_a,
					      .to_fd = fd_b,
					      .idle = 0xD5,
					      .unopened = 0xFF };
		streams[n + 1] = (struct stream){ .from = b,
						  .to = a,
						  .timeslot = slot,
						  .from_fd = fd_b,
						  .to_fd = fd_a,
						  .idle = 0xD5,
						  .unopened = 0xFF };
	}
	streams_prime(streams, n);
	streams_run(streams, n, SETTLE_MS);
	return n;
}

static void lead_fails(unsigned chunk_ms)
{
	struct tdm_span_conf conf_a = e1_conf(4, chunk_ms), conf_b = e1_conf(6, chunk_ms);
	double silence;

	plan_failing(chunk_ms);
	gateway_start(&gateway, &plan);
	struct tdm_span *a = span_open(&conf_a), *b = span_open(&conf_b);
	unsigned n = far_ends_open(a, b);

	gateway_sample(&gateway, &before);
	vspan("alarm", 1, DH_ALARM_RED | DH_ALARM_LOS);
	silence = longest_silence(n, FAIL_MS);
	others_whole(n, "alarm of the span that leads", silence);
	vspan("alarm", 1, 0);
	silence = longest_silence(n, 500);
	gateway_sample(&gateway, &before);
	pid_t pid = unassign_start(1);

	silence = longest_silence(n, FAIL_MS);
	others_whole(n, "the span that leads taken away", silence);
	CU_ASSERT_EQUAL(program_status(pid), 0);
	gateway_end(&gateway);
	tdm_span_close(a);
	tdm_span_close(b);
	assign(1, 1);
	dahdi_cfg();
}

static void lead_fails_5(void)
{
	lead_fails(5);
}

static void lead_fails_20(void)
{
	lead_fails(20);
}

/* ---- a line slips ---- */

#define RAMP	  211 /* 1 to this and again: no idle octet is among them */
#define SLIPS	  10
#define RAMP_FROM 17 /* timeslots that the gateway joins */
#define RAMP_TO	  1

/* A ramp from the far end of one line to that of the other. */
struct ramp {
	struct tdm_span *from, *to;
	int from_fd, to_fd;
	uint32_t sent;
	uint8_t last;		  /* heard */
	unsigned repeats, breaks; /* of 8 octets; anything else that is no ramp */
};

static void ramp_write(struct ramp *ramp)
{
	uint8_t block[160];

	for (unsigned i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(1 + (ramp->sent + i) % RAMP);
	ssize_t n = tdm_span_write(ramp->from, RAMP_FROM, ramp->from_fd, block,
				   ramp->from->chunk_octets);

	CU_ASSERT_EQUAL(n, (ssize_t)ramp->from->chunk_octets);
	ramp->sent += ramp->from->chunk_octets;
}

static void ramp_hear(struct ramp *ramp, const uint8_t *octets, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		unsigned step = (octets[i] + RAMP - ramp->last) % RAMP;

		ramp->repeats += step == RAMP - 7;
		ramp->breaks += step != RAMP - 7 && step != 1;
		ramp->last = octets[i];
	}
}

static void ramp_run(struct ramp *ramp, double ms)
{
	double end = now_ms() + ms;

	while (now_ms() < end) {
		struct pollfd clock = { .fd = ramp->to_fd, .events = POLLIN | POLLPRI };
		uint8_t block[160];
		ssize_t n;

		poll(&clock, 1, 100);
		while ((n = tdm_span_read(ramp->to, RAMP_TO, ramp->to_fd, block, sizeof(block))) >
		       0) {
			ramp_hear(ramp, block, n);
			ramp_write(ramp);
		}
	}
}

/* What a slip of one line repeats is heard on the other, and nothing else happens to it. */
static void line_slips(void)
{
	struct tdm_span_conf conf_a = e1_conf(4, 5), conf_b = e1_conf(6, 5);

	plan_failing(5);
	gateway_start(&gateway, &plan);
	struct tdm_span *a = span_open(&conf_a), *b = span_open(&conf_b);
	struct ramp ramp = {
		.from = a,
		.to = b,
		.from_fd = tdm_span_bearer(a, RAMP_FROM),
		.to_fd = tdm_span_bearer(b, RAMP_TO),
	};

	CU_ASSERT_TRUE_FATAL(ramp.from_fd >= 0 && ramp.to_fd >= 0);
	for (unsigned i = 0; i < 4; i++)
		ramp_write(&ramp);
	ramp_run(&ramp, SETTLE_MS);
	ramp.repeats = ramp.breaks = 0;
	gateway_sample(&gateway, &before);
	for (unsigned i = 0; i < SLIPS; i++) {
		vspan("slip", 3, 1);
		ramp_run(&ramp, 200);
	}
	gateway_sample(&gateway, &after);
	printf("# %u slips of the line: %u repeats heard, %u other breaks\n", SLIPS, ramp.repeats,
	       ramp.breaks);
	CU_ASSERT_EQUAL(ramp.repeats, SLIPS);
	CU_ASSERT_EQUAL(ramp.breaks, 0);
	nothing_missed();
	gateway_end(&gateway);
	tdm_span_close(a);
	tdm_span_close(b);
}

/* ---- the gateway gets no processor ---- */

/* The far end of its lines, and the receiver of its RTP. */
struct far_end {
	struct tdm_span *mark_from, *mark_to;
	int from_fd, to_fd, rtp_fd;
	bool mark_due;
	double marked_ms, heard_ms; /* when the mark was sent, and came */
	struct stream to_rtp;
	unsigned lost, packets;
	uint16_t sequence;
};

static void far_rtp(struct far_end *far)
{
	uint8_t octets[400];
	ssize_t n;

	while ((n = recv(far->rtp_fd, octets, sizeof(octets), MSG_DONTWAIT)) > 0) {
		struct rtp_packet packet;

		CU_ASSERT_EQUAL_FATAL(rtp_decode(&packet, octets, (size_t)n), 0);
		far->lost += far->packets++ && packet.sequence != (uint16_t)(far->sequence + 1);
		far->sequence = packet.sequence;
		stream_hear(&far->to_rtp, packet.payload, (ssize_t)packet.n_payload);
	}
}

static void far_write(struct far_end *far)
{
	uint8_t block[160];
	unsigned n = far->mark_from->chunk_octets;

	memset(block, far->mark_due ? MARK : 0xD5, sizeof(block));
	ssize_t done = tdm_span_write(far->mark_from, 1, far->from_fd, block, n);

	if (done == (ssize_t)n && far->mark_due) {
		far->marked_ms = now_ms();
		far->mark_due = false;
	}
	stream_send(&far->to_rtp);
}

static void far_run(struct far_end *far, double ms)
{
	double end = now_ms() + ms;

	while (now_ms() < end) {
		struct pollfd clock = { .fd = far->to_fd, .events = POLLIN | POLLPRI };
		int left = (int)(end - now_ms());
		uint8_t block[160];
		ssize_t n;

		poll(&clock, 1, left > 0 ? left : 0);
		while ((n = tdm_span_read(far->mark_to, 1, far->to_fd, block, sizeof(block))) > 0) {
			if (far->heard_ms == 0 && memchr(block, MARK, (size_t)n))
				far->heard_ms = now_ms();
			far_write(far);
		}
		far_rtp(far);
	}
}

/* How long a mark takes from the far end of one line to that of the other. */
static double far_delay(struct far_end *far)
{
	far->mark_due = true;
	far->heard_ms = 0;
	far_run(far, 250);
	CU_ASSERT_TRUE(far->heard_ms > 0);
	return far->heard_ms - far->marked_ms;
}

static void far_open(struct far_end *far, unsigned chunk_ms)
{
	struct tdm_span_conf conf_a = e1_conf(2, chunk_ms), conf_b = e1_conf(4, chunk_ms);

	far->mark_from = span_open(&conf_a);
	far->mark_to = span_open(&conf_b);
	far->from_fd = tdm_span_bearer(far->mark_from, 1);
	far->to_fd = tdm_span_bearer(far->mark_to, 1);
	far->to_rtp = (struct stream){ .from = far->mark_from,
				       .timeslot = 2,
				       .from_fd = tdm_span_bearer(far->mark_from, 2),
				       .idle = 0xD5,
				       .unopened = 0xFF };
	CU_ASSERT_TRUE_FATAL(far->from_fd >= 0 && far->to_fd >= 0 && far->to_rtp.from_fd >= 0);
	for (unsigned blocks = 2 + 8 / chunk_ms; blocks; blocks--)
		far_write(far);
}

static int rtp_socket(uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t n = sizeof(in);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&in, n), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

/* The delay is looked at 40 ms after the end of the stall, so that its mark is there within 100. */
static void stall_once(struct far_end *far, double *least, double *most)
{
	kill(gateway.pid, SIGSTOP);
	far_run(far, STALL_MS);
	kill(gateway.pid, SIGCONT);
	far_run(far, 40);
	double ms = far_delay(far);

	*least = fmin(*least, ms);
	*most = fmax(*most, ms);
	far_run(far, 500);
}

static uint64_t idle_blocks(void)
{
	uint64_t idle = 0;

	for (unsigned i = 0; i < plan.n_joints; i++)
		for (unsigned side = 0; side < 2; side++)
			idle += GROWTH(i, side, tx_underruns);
	return idle;
}

/* Longer than what waits to go out lasts, whatever the phase: that the lines were idle is counted. */
static void emptied(struct far_end *far)
{
	gateway_sample(&gateway, &before);
	kill(gateway.pid, SIGSTOP);
	far_run(far, EMPTY_MS);
	kill(gateway.pid, SIGCONT);
	far_run(far, 500);
	gateway_sample(&gateway, &after);
	printf("# a stall of %u ms: %lu blocks idle, driver told of %lu\n", EMPTY_MS,
	       (unsigned long)idle_blocks(), (unsigned long)(after.underruns - before.underruns));
	CU_ASSERT_TRUE(idle_blocks() > 0 && after.underruns > before.underruns);
}

static void stalled(unsigned chunk_ms)
{
	struct far_end far = { .sequence = 0 };
	double least = 1e9, most = 0, least_after = 1e9, most_after = 0;

	plan_begin(chunk_ms, 1, 2, 2);
	plan_join(1, 1, 3, 1);
	plan_join(1, 2, 0, 0);
	for (unsigned slot = 3; slot < 16; slot++)
		plan_join(1, slot, 3, slot);
	far.rtp_fd = rtp_socket(&plan.joints[1].port);
	gateway_start(&gateway, &plan);
	far_open(&far, chunk_ms);
	far_run(&far, SETTLE_MS);
	far.to_rtp.damaged = 0; /* what the line said before */
	for (unsigned i = 0; i < 10; i++) {
		double ms = far_delay(&far);

		least = fmin(least, ms);
		most = fmax(most, ms);
		far_run(&far, 7 + i);
	}
	gateway_sample(&gateway, &before);
	for (unsigned i = 0; i < 10; i++)
		stall_once(&far, &least_after, &most_after);
	gateway_sample(&gateway, &after);
	for (unsigned i = 0; i < plan.n_joints; i++)
		for (unsigned side = 0; side < 2; side++)
			CU_ASSERT_EQUAL(GROWTH(i, side, rx_overruns), 0);
	printf("figure: chunk %u ms: delay of a channel with two lines %.1f to %.1f ms, %.1f to "
	       "%.1f ms right after a stall of %u ms; %lu blocks idle, driver told of %lu; %lu "
	       "stalls, worst %.1f ms\n",
	       chunk_ms, least, most, least_after, most_after, STALL_MS,
	       (unsigned long)idle_blocks(), (unsigned long)(after.underruns - before.underruns),
	       (unsigned long)(after.stalls.late - before.stalls.late),
	       (double)after.stalls.worst_us / 1e3);
	printf("# RTP: %u packets, %u gaps; %u octets damaged, %u idle inside\n", far.packets,
	       far.lost, far.to_rtp.damaged, far.to_rtp.idle_inside);
	CU_ASSERT_EQUAL(after.overruns - before.overruns, 0);
	CU_ASSERT_TRUE(after.stalls.late - before.stalls.late >= 10);
	CU_ASSERT_EQUAL(far.lost, 0);
	CU_ASSERT_EQUAL(far.to_rtp.damaged, 0);
	CU_ASSERT_EQUAL(far.to_rtp.idle_inside, 0);
	CU_ASSERT_TRUE(far.to_rtp.sent - far.to_rtp.heard <= 8 * 200);
	/* When the lines run again, blocks may end up to a chunk later; the driver ticks each 4 ms, for either line. */
	CU_ASSERT_TRUE(least_after >= least - TICK_MS &&
		       most_after <= most + chunk_ms + 2 * TICK_MS);
	emptied(&far);
	gateway_end(&gateway);
	tdm_span_close(far.mark_from);
	tdm_span_close(far.mark_to);
	close(far.rtp_fd);
}

static void stalled_5(void)
{
	stalled(5);
}

static void stalled_20(void)
{
	stalled(20);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "bearers of 16 E1, chunk 5 ms", bearers_5 },
		{ "bearers of 16 E1, chunk 20 ms", bearers_20 },
		{ "4 E1 with RTP, chunk 5 ms", rtp_5 },
		{ "4 E1 with RTP, chunk 20 ms", rtp_20 },
		{ "the span that leads fails, chunk 5 ms", lead_fails_5 },
		{ "the span that leads fails, chunk 20 ms", lead_fails_20 },
		{ "a line slips", line_slips },
		{ "a stall, chunk 5 ms", stalled_5 },
		{ "a stall, chunk 20 ms", stalled_20 },
		CU_TEST_INFO_NULL,
	};

	return cu_run("load", tests, argc, argv);
}
