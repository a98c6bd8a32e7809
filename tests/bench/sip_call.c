/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * CPU of whole calls, INVITE to BYE, at 1,000 and at 5,000 calls a second: SIPp calls over UDP on
 * loopback, a loop-back leg in the call core answers; log and call records on, no media. Beside it
 * what the datagrams alone take (sip_datagrams.h), the memory of dialogs that are held, and what
 * calls take beside those. The work runs in a child, so that its CPU and memory are its own.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "conf/conf.h"
#include "gw/base/log.h"
#include "gw/base/loop.h"
#include "gw/call/loop.h"
#include "gw/cdr/cdr.h"
#include "gw/sip/ua.h"
#include "tests/bench/machine.h"
#include "tests/bench/sip_datagrams.h"

#define PORT	      15060
#define CALL_LIMIT_US 50.0
#define RUNS	      3
#define HELD	      20000
#define HELD_MS	      30000 /* long enough for all of them to come, and for RUNS beside them */
#define HELD_RATE     2000

extern char **environ;

static const char conf_text[] = "sip { listen = {\"udp:127.0.0.1:15060\"} }\n"
				"rtp { address = \"127.0.0.1\" ports = \"20000-20999\" }\n"
				"sip \"sipp\" { host = \"127.0.0.1\" allow = {\"127.0.0.0/8\"} }\n";

static void conf_fault(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "sip_call: %s\n", text);
}

static bool any_timer(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms)
{
	(void)name;
	(void)ms;
	*min_ms = *max_ms = 0;
	return true;
}

static void on_term(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

/* The measured process: a SIP user agent over a call core with a loop-back trunk, until SIGTERM. */
static int serve(const char *folder)
{
	static const struct sip_transport_conf transport_conf = {
		.max_connections = 16, .idle_ms = 60000, .max_message = 65535, .max_queue = 65536
	};
	static const struct sip_stack_conf stack_conf = { 0 };
	static char to[] = "loop", prefix[] = "", name[] = "all";
	const struct conf_route route = { .name = name, .prefix = prefix, .to = { to }, .n_to = 1 };
	struct conf *conf = conf_read_text("bench", conf_text, any_timer, conf_fault, NULL);
	struct call_core_conf core_conf = { .rtp_address = "127.0.0.1" };
	struct sip_stack_parts parts = { .ops = &sip_transport_ops };
	struct sip_ua_parts ua_parts = { 0 };
	struct loop_timers timers;
	struct trunk loop_trunk;
	uv_signal_t term;
	uv_loop_t loop;
	char path[128];

	if (!conf)
		return 1;
	snprintf(path, sizeof(path), "%s/log", folder);
	if (log_open(path, LOG_INFO, 10000))
		return 1;
	uv_loop_init(&loop);
	core_conf.heap = timer_heap_new(&clock_monotonic);
	loop_timers_open(&timers, &loop, core_conf.heap);
	struct call_core *core = call_core_new(&core_conf);

	loop_trunk_init(&loop_trunk, to);
	call_core_add_trunk(core, &loop_trunk);
	call_core_set_routes(core, route_table_new(&route, 1));
	snprintf(path, sizeof(path), "%s/cdr", folder);
	struct cdr *cdr = cdr_open(core, path, 20000);

	parts.heap = ua_parts.heap = core_conf.heap;
	parts.transport = sip_transport_new(&loop, parts.heap, &transport_conf);
	parts.locator =
		(struct sip_locator){ .random = sip_random_system, .udp = true, .ipv4 = true };
	if (!cdr ||
	    sip_transport_listen(parts.transport, SIP_PROTO_UDP, STR("127.0.0.1"), PORT, NULL))
		return 1;
	ua_parts.stack = sip_stack_new(&stack_conf, &parts);
	ua_parts.core = core;
	ua_parts.locator = parts.locator;
	sip_transport_receiver(parts.transport, sip_stack_received, ua_parts.stack);
	if (!sip_ua_new(conf, &ua_parts))
		return 1;
	uv_signal_init(&loop, &term);
	uv_signal_start(&term, on_term, SIGTERM);
	uv_run(&loop, UV_RUN_DEFAULT);
	cdr_close(cdr);
	log_close();
	return 0;
}

static long resident_kb(pid_t pid)
{
	char path[64], line[128];
	long kb = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kb;
}

/* User and system time of a process so far, us. */
static double cpu_us(pid_t pid)
{
	struct timespec t = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static pid_t start_sipp(const char *port, unsigned rate, unsigned calls, unsigned hold_ms)
{
	char r[12], m[12], d[12];
	const char *argv[] = { "sipp",	   "-sn",
			       "uac",	   "127.0.0.1:15060",
			       "-s",	   "0301234",
			       "-i",	   "127.0.0.1",
			       "-p",	   port,
			       "-r",	   r,
			       "-m",	   m,
			       "-d",	   d,
			       "-l",	   "30000",
			       "-nostdin", "-timeout",
			       "60s",	   "-recv_timeout",
			       "20000",	   NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	snprintf(r, sizeof(r), "%u", rate);
	snprintf(m, sizeof(m), "%u", calls);
	snprintf(d, sizeof(d), "%u", hold_ms);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, "sipp", &actions, NULL, (char *const *)(uintptr_t)argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = -1;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Of some runs, the one that the machine has disturbed least. */
static int measure(pid_t server, const char *what, unsigned rate, unsigned calls)
{
	double least = 0;
	int failed = 0;

	for (unsigned run = 0; run < RUNS; run++) {
		double before = cpu_us(server), us;

		failed |= wait_for(start_sipp("15061", rate, calls, 0));
		us = (cpu_us(server) - before) / calls;
		if (us <= 0) {
			fprintf(stderr, "sip_call: no server is at work on port %d\n", PORT);
			return -1;
		}
		least = run && least < us ? least : us;
	}
	printf("bench\t%s_%u\t%.1f\tus\tlimit\t%.0f\t%.2f\n", what, rate, least, CALL_LIMIT_US,
	       least / CALL_LIMIT_US);
	return failed;
}

/* A datagram that is lost is nobody's fault there: nobody repeats it. */
static void measure_datagrams(void)
{
	pid_t server = fork();

	if (server == 0)
		datagrams_serve(PORT);
	usleep(100000);
	(void)measure(server, "sip_datagrams", 1000, 5000);
	(void)measure(server, "sip_datagrams", 5000, 25000);
	kill(server, SIGKILL);
	(void)wait_for(server);
}

/* Lookups and timers among many dialogs. */
static int measure_held(pid_t server)
{
	long before = resident_kb(server);
	pid_t sipp = start_sipp("15062", HELD_RATE, HELD, HELD_MS);
	int failed;

	usleep(HELD / HELD_RATE * 1000000 + 500000);
	printf("bench\tsip_dialog_memory\t%.2f\tKiB\t-\t-\t-\n",
	       (double)(resident_kb(server) - before) / HELD);
	failed = measure(server, "sip_call_held", 1000, 5000);
	return wait_for(sipp) | failed;
}

static int measure_rates(pid_t server)
{
	return measure(server, "sip_call", 1000, 5000) | measure(server, "sip_call", 5000, 25000);
}

/* A server of its own: what calls before it have left behind takes its time, too. */
static int measure_fresh(const char *folder, int (*fn)(pid_t server))
{
	pid_t server = fork();
	int failed;

	if (server == 0)
		_exit(serve(folder));
	usleep(300000);
	failed = fn(server);
	kill(server, SIGTERM);
	return wait_for(server) | failed;
}

int main(void)
{
	char folder[] = "/tmp/causeway-bench-XXXXXX";
	int failed;

	if (!mkdtemp(folder))
		return 1;
	machine_send();
	machine_scalar();
	fflush(stdout);
	failed = measure_fresh(folder, measure_rates);
	failed |= measure_fresh(folder, measure_held);
	if (failed)
		fprintf(stderr, "sip_call: SIPp saw failed calls\n");
	measure_datagrams();
	return failed ? 1 : 0;
}
