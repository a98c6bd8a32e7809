/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The media engine on DAHDI spans in a process of its own, so that a test can stop it and still be the far end of its lines:
 * started with a plan of channels, asked for samples of what they did.
 */
#ifndef TESTS_VM_GATEWAY_H
#define TESTS_VM_GATEWAY_H

#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "gw/media/media.h"
#include "tests/vm/suites/tdm_dahdi.h"

#define GATEWAY_SPANS	 16
#define GATEWAY_CHANNELS 240
#define GATEWAY_PORT	 30000

/* A channel: a bearer joined to another, or, with span 0, to an RTP session with the port given, or else with that of the
 * channel peer. */
struct gateway_joint {
	unsigned span, timeslot;
	unsigned to_span, to_timeslot;
	uint16_t port;
	unsigned peer;
};

struct gateway_plan {
	unsigned chunk_ms;
	unsigned n_spans, spans[GATEWAY_SPANS]; /* the first leads */
	unsigned n_joints;
	struct gateway_joint joints[GATEWAY_CHANNELS];
};

struct gateway_sample {
	double at_ms;
	double media_ns, process_ns;	 /* of the processor, since it started */
	uint64_t overruns, underruns;	 /* that the driver told of */
	struct media_stalls stalls; /* that the engine saw */
	struct media_end_stats ends[GATEWAY_CHANNELS][2];
};

struct gateway_shared {
	_Atomic unsigned asked, answered;
	_Atomic bool ends;
	struct gateway_sample sample;
};

struct gateway {
	pid_t pid;
	struct gateway_shared *shared;
};

/* The gateway's process. */
struct gateway_inside {
	const struct gateway_plan *plan;
	uv_loop_t loop;
	struct media_engine *engine;
	struct tdm_span *spans[GATEWAY_SPANS];
	struct media_channel *channels[GATEWAY_CHANNELS];
	uint16_t ports[GATEWAY_CHANNELS];
	char media_stat[300]; /* path of the thread's times */
};

static inline struct tdm_span_conf e1_conf(unsigned number, unsigned chunk_ms)
{
	static char names[GATEWAY_SPANS + 1][8];

	snprintf(names[number], sizeof(names[number]), "s%u", number);
	return (struct tdm_span_conf){ .name = names[number], .number = number, .chunk_ms = chunk_ms };
}

static inline void gateway_need(bool good, const char *what, unsigned number)
{
	if (good)
		return;
	printf("# gateway: %s %u failed\n", what, number);
	_exit(1);
}

static inline struct media_rtp_params rtp_params_to(uint16_t port)
{
	struct media_rtp_params params = {
		.codec = MEDIA_PCMA,
		.payload_type = 8,
		.dtmf_payload_type = -1,
		.dtmf_payload_type_in = -1,
		.ptime_ms = 20,
		.send = true,
		.receive = true,
	};
	struct sockaddr_in *remote = (struct sockaddr_in *)(void *)&params.remote;

	remote->sin_family = AF_INET;
	remote->sin_port = htons(port);
	remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return params;
}

static inline void gateway_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static inline struct tdm_span *gateway_span(const struct gateway_inside *g, unsigned number)
{
	for (unsigned i = 0; i < g->plan->n_spans; i++)
		if (g->plan->spans[i] == number)
			return g->spans[i];
	gateway_need(false, "span", number);
	return NULL;
}

static inline void gateway_join(struct gateway_inside *g, unsigned i)
{
	const struct gateway_joint *joint = &g->plan->joints[i];
	int rc;

	g->channels[i] = media_channel_new(g->engine, "load", gateway_event, g);
	gateway_need(g->channels[i], "channel", i);
	rc = media_bearer_open(g->channels[i], 0, gateway_span(g, joint->span), joint->timeslot);
	gateway_need(rc == 0, "bearer of channel", i);
	if (joint->to_span)
		rc = media_bearer_open(g->channels[i], 1, gateway_span(g, joint->to_span), joint->to_timeslot);
	else
		rc = media_rtp_open(g->channels[i], 1, "127.0.0.1", &g->ports[i]);
	gateway_need(rc == 0, "other end of channel", i);
	media_end_mode(g->channels[i], 0, true, true);
	media_end_mode(g->channels[i], 1, true, true);
}

static inline void gateway_open(struct gateway_inside *g)
{
	const struct media_conf conf = {
		.port_first = GATEWAY_PORT,
		.port_last = GATEWAY_PORT + 2 * GATEWAY_CHANNELS - 1,
		.jitter_min_ms = 20,
		.jitter_max_ms = 200,
		.rtp_timeout_ms = 30000,
		.channels_max = GATEWAY_CHANNELS,
	};
	int error = 0;

	gateway_need(uv_loop_init(&g->loop) == 0, "loop", 0);
	g->engine = media_engine_new(&conf, &g->loop, &error);
	gateway_need(g->engine, "engine", (unsigned)-error);
	for (unsigned i = 0; i < g->plan->n_spans; i++) {
		struct tdm_span_conf span = e1_conf(g->plan->spans[i], g->plan->chunk_ms);

		gateway_need(tdm_span_open(&g->spans[i], "dahdi", &span) == 0, "opening span", span.number);
		gateway_need(media_engine_add_span(g->engine, g->spans[i]) == 0, "adding span", span.number);
	}
	for (unsigned i = 0; i < g->plan->n_joints; i++)
		gateway_join(g, i);
	for (unsigned i = 0; i < g->plan->n_joints; i++) {
		const struct gateway_joint *joint = &g->plan->joints[i];
		struct media_rtp_params params = rtp_params_to(joint->port ? joint->port : g->ports[joint->peer]);

		if (!joint->to_span)
			gateway_need(media_rtp_set(g->channels[i], 1, &params) == 0, "RTP of channel", i);
	}
}

static inline void gateway_close(struct gateway_inside *g)
{
	for (unsigned i = 0; i < g->plan->n_joints; i++)
		media_channel_close(g->channels[i], false);
	while (media_engine_channels(g->engine)) {
		uv_run(&g->loop, UV_RUN_NOWAIT);
		sleep_ms(1);
	}
	for (unsigned i = 0; i < g->plan->n_spans; i++) {
		gateway_need(media_engine_remove_span(g->engine, g->spans[i]) == 0, "removing span", i);
		tdm_span_close(g->spans[i]);
	}
	media_engine_free(g->engine);
	uv_run(&g->loop, UV_RUN_DEFAULT);
	gateway_need(uv_loop_close(&g->loop) == 0, "closing the loop", 0);
}

static inline bool file_line(const char *path, char *text, int cap)
{
	FILE *file = fopen(path, "r");
	bool good = file && fgets(text, cap, file);

	if (file)
		fclose(file);
	return good;
}

/* The thread gives itself its name when it first runs. */
static inline void gateway_find_thread(struct gateway_inside *g)
{
	DIR *tasks = opendir("/proc/self/task");
	bool found = false;

	gateway_need(tasks, "listing threads", 0);
	for (unsigned i = 0; i < 1000 && !found; i++) {
		const struct dirent *task = readdir(tasks);
		char text[32] = "";

		if (!task) {
			sleep_ms(1);
			rewinddir(tasks);
			continue;
		}
		snprintf(g->media_stat, sizeof(g->media_stat), "/proc/self/task/%s/comm", task->d_name);
		found = file_line(g->media_stat, text, sizeof(text)) && strcmp(text, "media\n") == 0;
		snprintf(g->media_stat, sizeof(g->media_stat), "/proc/self/task/%s/schedstat", task->d_name);
	}
	closedir(tasks);
	gateway_need(found, "finding the media thread", 0);
}

static inline void gateway_take_sample(const struct gateway_inside *g, struct gateway_sample *sample)
{
	struct timespec cpu;
	char text[64] = "";

	gateway_need(file_line(g->media_stat, text, sizeof(text)), "reading times", 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	sample->at_ms = now_ms();
	sample->media_ns = strtod(text, NULL);
	sample->process_ns = (double)cpu.tv_sec * 1e9 + (double)cpu.tv_nsec;
	sample->overruns = sample->underruns = 0;
	for (unsigned i = 0; i < g->plan->n_spans; i++) {
		struct tdm_span_counters counters = counters_of(g->spans[i]);

		sample->overruns += counters.rx_overruns;
		sample->underruns += counters.tx_underruns;
	}
	media_engine_stalls(g->engine, &sample->stalls);
	for (unsigned i = 0; i < g->plan->n_joints; i++)
		for (unsigned side = 0; side < 2; side++)
			media_stats(g->channels[i], side, &sample->ends[i][side]);
}

static inline void gateway_serve(struct gateway_shared *shared, const struct gateway_plan *plan)
{
	static struct gateway_inside g;

	g.plan = plan;
	gateway_open(&g);
	gateway_find_thread(&g);
	while (!atomic_load(&shared->ends)) {
		unsigned asked = atomic_load(&shared->asked);

		uv_run(&g.loop, UV_RUN_NOWAIT);
		if (asked != atomic_load(&shared->answered)) {
			gateway_take_sample(&g, &shared->sample);
			atomic_store(&shared->answered, asked);
		}
		sleep_ms(5);
	}
	gateway_close(&g);
}

/* ---- the test's process ---- */

static inline struct gateway_sample *gateway_sample(struct gateway *gateway, struct gateway_sample *sample)
{
	unsigned asked = atomic_fetch_add(&gateway->shared->asked, 1) + 1;

	for (unsigned i = 0; i < 5000 && atomic_load(&gateway->shared->answered) != asked; i++)
		sleep_ms(1);
	CU_ASSERT_EQUAL_FATAL(atomic_load(&gateway->shared->answered), asked);
	*sample = gateway->shared->sample;
	return sample;
}

/* Runs when it returns. */
static inline void gateway_start(struct gateway *gateway, const struct gateway_plan *plan)
{
	static struct gateway_sample first;

	gateway->shared = mmap(NULL, sizeof(*gateway->shared), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL(gateway->shared, MAP_FAILED);
	fflush(stdout);
	gateway->pid = fork();
	if (gateway->pid == 0) {
		gateway_serve(gateway->shared, plan);
		fflush(stdout);
		_exit(0);
	}
	gateway_sample(gateway, &first);
}

static inline void gateway_end(struct gateway *gateway)
{
	atomic_store(&gateway->shared->ends, true);
	CU_ASSERT_EQUAL(program_status(gateway->pid), 0);
	munmap(gateway->shared, sizeof(*gateway->shared));
}

#endif
