/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * CPU time of relaying RTP to RTP, for each packet received and sent, in one media thread with all
 * it does (source check, jitter buffer where packets do not simply pass, RTCP, statistics), beside
 * rtpengine in user space (ng protocol) and osmo-mgw (MGCP) under the same load in the same run:
 * 500 calls on loopback, 250 with osmo-mgw, which is at its end at 500; 50 packets a second each
 * way, 5 seconds, the best of four runs in turn. Every relay is a process of its own, started and
 * ended here.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "gw/base/list.h"
#include "gw/base/log.h"
#include "gw/media/media.h"
#include "gw/media/rtp.h"
#include "tests/bench/machine.h"

#define CALLS		500
#define LEGS		(2 * CALLS)
#define FRAME		160
#define SLOTS		20 /* of 1 ms: when a leg sends */
#define RUNS		4
#define WARM_MS		1000
#define WINDOW_MS	5000
#define LEG_PORT	10000 /* the first that is tried; RTCP goes to the odd ones */
#define RELAY_PORT	30000
#define CONTROL		29990
#define VTY		29989
#define TRIES		100 /* of 20 ms, until a relay answers */
#define ANSWER_MAX	4096
#define RTPENGINE_RATIO 0.65
#define OSMO_MGW_RATIO	0.30

extern char **environ;

static bool silent_peer; /* one took no calls: its log is kept */
static unsigned n_legs;	 /* of the calls measured now */
static int leg_fd[LEGS];
static unsigned leg_port[LEGS];
static uint16_t relay_port[LEGS]; /* that the leg sends to */
static uint64_t sent, received;

/* A relay: how it is started, given its calls, and called. */
struct relay {
	const char *name;
	pid_t (*start)(const char *folder);
	bool (*join)(int control); /* fills in relay_port */
	double limit;		   /* our part of its time */
	unsigned calls;		   /* at which it is not at its end */
};

static struct sockaddr_in loopback(unsigned port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

static void pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- our own ---- */

static void on_event(void *arg, struct media_channel *channel, const struct media_event *event)
{
	(void)arg;
	(void)channel;
	(void)event;
}

static void leg_open(struct media_channel *channel, unsigned leg)
{
	const struct sockaddr_in to = loopback(leg_port[leg]);
	struct media_rtp_params params = { .codec = MEDIA_PCMU,
					   .dtmf_payload_type = 101,
					   .dtmf_payload_type_in = 101,
					   .ptime_ms = 20,
					   .send = true,
					   .receive = true };
	unsigned side = leg % 2;

	memcpy(&params.remote, &to, sizeof(to));
	if (media_rtp_open(channel, side, "127.0.0.1", &relay_port[leg]) ||
	    media_rtp_set(channel, side, &params))
		_exit(1);
	media_end_mode(channel, side, true, true);
}

static void on_term(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

/* The relay's process, until SIGTERM; its ports go to out. */
static int serve(int out)
{
	const struct media_conf conf = { .port_first = RELAY_PORT,
					 .port_last = RELAY_PORT + 4 * LEGS - 1,
					 .jitter_min_ms = 20,
					 .jitter_max_ms = 200,
					 .channels_max = CALLS };
	struct media_engine *engine;
	uv_signal_t term;
	uv_loop_t loop;
	int error;

	uv_loop_init(&loop);
	engine = media_engine_new(&conf, &loop, &error);
	if (!engine)
		return 1;
	for (unsigned call = 0; call < n_legs / 2; call++) {
		struct media_channel *channel = media_channel_new(engine, "bench", on_event, NULL);

		if (!channel)
			return 1;
		leg_open(channel, 2 * call);
		leg_open(channel, 2 * call + 1);
	}
	if (write(out, relay_port, sizeof(relay_port)) != sizeof(relay_port))
		return 1;
	uv_signal_init(&loop, &term);
	uv_signal_start(&term, on_term, SIGTERM);
	uv_run(&loop, UV_RUN_DEFAULT);
	return 0;
}

static int ports_pipe[2];

static pid_t own_start(const char *folder)
{
	pid_t pid;

	(void)folder;
	if (pipe(ports_pipe))
		return -1;
	pid = fork();
	if (pid == 0)
		_exit(serve(ports_pipe[1]));
	close(ports_pipe[1]);
	return pid;
}

static bool own_join(int control)
{
	ssize_t n = read(ports_pipe[0], relay_port, sizeof(relay_port));

	(void)control;
	close(ports_pipe[0]);
	return n == sizeof(relay_port);
}

/* ---- the peers ---- */

static pid_t spawn(const char *const argv[], const char *log)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* Asks until there is an answer: the program may still be starting. */
static bool ask(int control, const char *question, char answer[ANSWER_MAX])
{
	struct pollfd readable = { .fd = control, .events = POLLIN };

	for (unsigned i = 0; i < TRIES; i++) {
		if (send(control, question, strlen(question), 0) < 0) {
			pause_ms(20);
			continue;
		}
		if (poll(&readable, 1, 20) == 1) {
			ssize_t n = recv(control, answer, ANSWER_MAX - 1, 0);

			if (n > 0) {
				answer[n] = '\0';
				return true;
			}
			pause_ms(20);
		}
	}
	return false;
}

static bool port_of(const char *answer, uint16_t *port)
{
	const char *media = strstr(answer, "m=audio ");

	*port = media ? (uint16_t)strtoul(media + 8, NULL, 10) : 0;
	return *port != 0;
}

static void sdp_write(char *sdp, size_t cap, unsigned leg)
{
	snprintf(sdp, cap,
		 "v=0\r\no=- %u 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		 "m=audio %u RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n",
		 leg, leg_port[leg]);
}

static pid_t rtpengine_start(const char *folder)
{
	static const char *const argv[] = {
		"rtpengine",	    "--config-file=none",    "--table=-1",
		"--num-threads=1",  "--interface=127.0.0.1", "--listen-ng=127.0.0.1:29990",
		"--port-min=30000", "--port-max=39999",	     "--foreground",
		"--log-stderr",	    "--log-level=3",	     NULL
	};
	char log[128];

	snprintf(log, sizeof(log), "%s/rtpengine.log", folder);
	return spawn(argv, log);
}

/* The answer to an offer or answer is the relay's port for the other leg. */
static bool rtpengine_leg(int control, unsigned leg)
{
	char sdp[512], question[1024], answer[ANSWER_MAX], call[16];
	bool answers = leg % 2;

	sdp_write(sdp, sizeof(sdp), leg);
	snprintf(call, sizeof(call), "call%u", leg / 2);
	snprintf(question, sizeof(question),
		 "%u-1 d7:call-id%zu:%s7:command%s8:from-tag1:a3:ICE6:remove%s3:sdp%zu:%se", leg,
		 strlen(call), call, answers ? "6:answer" : "5:offer", answers ? "6:to-tag1:b" : "",
		 strlen(sdp), sdp);
	return ask(control, question, answer) && port_of(answer, &relay_port[leg ^ 1]);
}

static bool rtpengine_join(int control)
{
	for (unsigned leg = 0; leg < n_legs; leg++)
		if (!rtpengine_leg(control, leg))
			return false;
	return true;
}

static pid_t osmo_mgw_start(const char *folder)
{
	char path[128], log[128];
	const char *argv[] = { "osmo-mgw", "-s", "-c", path, NULL };
	FILE *file;

	snprintf(log, sizeof(log), "%s/osmo-mgw.log", folder);
	snprintf(path, sizeof(path), "%s/osmo-mgw.cfg", folder);
	file = fopen(path, "w");
	if (!file)
		return -1;
	fprintf(file,
		"log stderr\n logging level set-all error\nline vty\n no login\n bind 127.0.0.1 "
		"%u\n"
		"mgcp\n domain mgw\n bind ip 127.0.0.1\n bind port %u\n rtp bind-ip 127.0.0.1\n"
		" rtp port-range %u %u\n number endpoints %u\n loop 0\n"
		" no allow-transcoding\n",
		VTY, CONTROL, RELAY_PORT, RELAY_PORT + 4 * LEGS - 1, CALLS + 1);
	fclose(file);
	return spawn(argv, log);
}

static bool osmo_mgw_join(int control)
{
	char sdp[512], question[1024], answer[ANSWER_MAX];

	for (unsigned leg = 0; leg < n_legs; leg++) {
		sdp_write(sdp, sizeof(sdp), leg);
		snprintf(question, sizeof(question),
			 "CRCX %u rtpbridge/%x@mgw MGCP 1.0\r\nC: %x\r\nL: p:20, a:PCMU, nt:IN\r\n"
			 "M: sendrecv\r\n\r\n%s",
			 leg + 1, leg / 2 + 1, leg / 2 + 1, sdp);
		if (!ask(control, question, answer) || !port_of(answer, &relay_port[leg]))
			return false;
	}
	return true;
}

/* ---- load ---- */

static bool legs_open(void)
{
	struct rlimit limit;
	unsigned port = LEG_PORT;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (unsigned leg = 0; leg < LEGS; leg++) {
		struct sockaddr_in in;

		leg_fd[leg] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		do {
			leg_port[leg] = port;
			in = loopback(port);
			port += 2;
		} while (bind(leg_fd[leg], (struct sockaddr *)&in, sizeof(in)) && port < 29000);
		if (leg_fd[leg] < 0 || port >= 29000)
			return false;
	}
	return true;
}

static void leg_turn(unsigned leg, unsigned frame)
{
	const struct sockaddr_in to = loopback(relay_port[leg]);
	const struct rtp_packet p = { .sequence = (uint16_t)frame,
				      .timestamp = frame * FRAME,
				      .ssrc = 1 + leg };
	uint8_t octets[RTP_HEADER_OCTETS + FRAME];
	uint8_t in[2048];

	while (recv(leg_fd[leg], in, sizeof(in), 0) > RTP_HEADER_OCTETS)
		received++;
	memset(octets, (int)(0x80 + leg % 64), sizeof(octets));
	rtp_encode_header(octets, &p);
	if (sendto(leg_fd[leg], octets, sizeof(octets), 0, (const struct sockaddr *)&to,
		   sizeof(to)) == sizeof(octets))
		sent++;
}

/* Every leg sends once in 20 ms, in turn; a late slot is made up for. */
static void load_run(unsigned from_ms, unsigned to_ms)
{
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned ms = from_ms; ms < to_ms; ms++) {
		next.tv_nsec += 1000000;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		for (unsigned leg = ms % SLOTS; leg < n_legs; leg += SLOTS)
			leg_turn(leg, ms / SLOTS);
	}
}

/* ns that all threads of a process have run. */
static uint64_t cpu_ns(pid_t pid)
{
	char path[300];
	uint64_t sum = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		unsigned long long ns;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid, entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (file && fscanf(file, "%llu", &ns) == 1)
			sum += ns;
		if (file)
			fclose(file);
	}
	if (dir)
		closedir(dir);
	return sum;
}

/* us for each packet; 0: it did not work. */
static double load_measure(const struct relay *relay, pid_t pid)
{
	uint64_t before;
	double us;

	load_run(0, WARM_MS);
	before = cpu_ns(pid);
	sent = received = 0;
	load_run(WARM_MS, WARM_MS + WINDOW_MS);
	us = (double)(cpu_ns(pid) - before) / 1e3 / (double)(received ? received : 1);
	if (received + sent / 20 < sent) {
		fprintf(stderr, "media_relay: %s lost %llu of %llu packets\n", relay->name,
			(unsigned long long)(sent - received), (unsigned long long)sent);
		return 0;
	}
	return us;
}

static double measure(const struct relay *relay, unsigned calls, const char *folder)
{
	struct sockaddr_in in = loopback(CONTROL);
	double us = 0;
	int control;
	pid_t pid;

	n_legs = 2 * calls;
	machine_pin(1); /* which the relay inherits */
	pid = relay->start(folder);
	machine_pin(0);
	if (pid < 0)
		return 0;
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (connect(control, (struct sockaddr *)&in, sizeof(in)) == 0 && relay->join(control))
		us = load_measure(relay, pid);
	else
		silent_peer = fprintf(stderr, "media_relay: %s takes no calls; its log is in %s\n",
				      relay->name, folder) != 0;
	close(control);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return us;
}

static bool is_installed(const char *program)
{
	char path[128];

	snprintf(path, sizeof(path), "/usr/bin/%s", program);
	return access(path, X_OK) == 0;
}

/* Of runs, the one that the machine has disturbed least. */
static double better(double a, double b)
{
	return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* A row: ours, and the peer's under the same load. False: ours failed. */
static bool compare(const struct relay *peer, const char *folder)
{
	static const struct relay own = { .name = "causeway",
					  .start = own_start,
					  .join = own_join };
	double us = 0, theirs = 0;

	for (unsigned i = 0; i < RUNS; i++) {
		us = better(us, measure(&own, peer->calls, folder));
		if (is_installed(peer->name))
			theirs = better(theirs, measure(peer, peer->calls, folder));
	}
	if (theirs > 0)
		printf("bench\tmedia_relay_packet\t%.2f\tus\t%s, at most %.2f\t%.2f\t%.2f\n", us,
		       peer->name, peer->limit, theirs, us / theirs);
	else
		printf("bench\tmedia_relay_packet\t%.2f\tus\t%s %s\t-\t-\n", us, peer->name,
		       is_installed(peer->name) ? "failed" : "is not installed: make bench-peers");
	return us > 0;
}

static void folder_remove(const char *folder)
{
	static const char *const names[] = { "rtpengine.log", "osmo-mgw.log", "osmo-mgw.cfg" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

int main(void)
{
	static const struct relay peers[] = {
		{ "rtpengine", rtpengine_start, rtpengine_join, RTPENGINE_RATIO, CALLS },
		{ "osmo-mgw", osmo_mgw_start, osmo_mgw_join, OSMO_MGW_RATIO, CALLS / 2 },
	};
	char folder[] = "/tmp/causeway-relay-XXXXXX";

	log_set_level(LOG_ERROR);
	if (!mkdtemp(folder) || !legs_open()) {
		perror("media_relay");
		return 1;
	}
	for (size_t i = 0; i < sizeof(peers) / sizeof(*peers); i++)
		if (!compare(&peers[i], folder))
			return 1;
	if (!silent_peer)
		folder_remove(folder);
	return 0;
}
