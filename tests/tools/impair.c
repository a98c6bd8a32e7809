/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A bad network for one RTP stream each way: a UDP relay that loses, delays, doubles and reorders packets by a seeded
 * plan, and tells exactly what it did. What comes to its near port goes out of its far port to whoever sends there, and
 * the other way round. On standard input, "counts" asks for the counts so far; the end of it ends the relay. Standard
 * output has the two ports first, then one line of JSON for each question. The log has a line for each packet:
 * direction, index, sequence number, what was done, microseconds that it was delayed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX 1500
#define QUEUE	   1024
#define RTP_HEADER 12
#define RATE_KHZ   8
#define MILLION	   1000000u

enum fate { PASSED, DROPPED, DOUBLED, REORDERED };

struct packet {
	uint64_t arrived_us, base_us, due_us; /* base: without a delay */
	uint64_t index;
	enum fate fate;
	bool again; /* the second of a doubled one */
	size_t n;
	uint8_t octets[PACKET_MAX];
};

struct plan { /* of both directions; parts per million */
	uint64_t seed;
	uint64_t loss, reorder, twice;
	uint64_t burst;
	uint64_t jitter_us, pace_us;
	uint64_t clean,
		count; /* packets before anything is done, and to which it is done; 0: all */
};

struct path {
	const char *name;
	const struct plan *plan;
	int in, out;		  /* own */
	struct sockaddr_in to;	  /* port 0: nobody has sent from there */
	struct sockaddr_in *from; /* of the other direction: where it sends to */
	FILE *log;
	uint64_t random;
	/* the plan's state */
	uint64_t burst_left, pass_left;
	/* the pace: the first packet's time and timestamp */
	bool paced;
	uint32_t timestamp0;
	uint64_t time0_us;
	/* packets that wait, by due time */
	struct packet queue[QUEUE];
	unsigned first, n;
	uint64_t last_due_us;
	bool holds;
	struct packet held;
	/* what was done */
	uint64_t packets, sent, done[REORDERED + 1], overflow;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* splitmix64 */
static uint64_t random_next(struct path *path)
{
	uint64_t z = path->random += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static bool happens(struct path *path, uint64_t millionths)
{
	return random_next(path) % MILLION < millionths;
}

/* ---- the plan ---- */

/*
 * Single losses are independent of each other. Bursts have at least their own length of packets
 * between them, and begin at random so that the mean loss is what was asked for.
 */
static uint64_t burst_chance(const struct plan *plan)
{
	double rate = (double)plan->loss / MILLION, n = (double)plan->burst;

	if (plan->burst <= 1 || rate <= 0)
		return plan->loss;
	return (uint64_t)(MILLION / (1 + n / rate - 2 * n));
}

static bool is_lost(struct path *path)
{
	const struct plan *plan = path->plan;

	if (path->burst_left) {
		path->burst_left--;
		return true;
	}
	if (path->pass_left) {
		path->pass_left--;
		return false;
	}
	if (!happens(path, burst_chance(plan)))
		return false;
	if (plan->burst > 1) {
		path->burst_left = plan->burst - 1;
		path->pass_left = plan->burst;
	}
	return true;
}

static enum fate fate_choose(struct path *path, uint64_t index)
{
	const struct plan *plan = path->plan;

	if (index < plan->clean || (plan->count && index >= plan->clean + plan->count))
		return PASSED;
	if (is_lost(path))
		return DROPPED;
	if (happens(path, plan->twice))
		return DOUBLED;
	/* One at a time: it goes behind the next that is sent. */
	if (happens(path, plan->reorder) && !path->holds)
		return REORDERED;
	return PASSED;
}

/* ---- delays ---- */

static uint32_t u32_at(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
	       octets[3];
}

static unsigned sequence_of(const struct packet *p)
{
	return p->n >= 4 ? (unsigned)p->octets[2] << 8 | p->octets[3] : 0;
}

/* When a sender with a perfect clock would have sent it, pace later: what the plan adds is then all
 * there is. Telephone events keep their timestamps, and go as they come. */
static uint64_t sent_at(struct path *path, const struct packet *p)
{
	uint64_t at = p->arrived_us + path->plan->pace_us;
	uint32_t timestamp;

	if (!path->plan->pace_us || p->n < RTP_HEADER || (p->octets[1] & 0x7F) >= 96)
		return at;
	timestamp = u32_at(p->octets + 4);
	if (!path->paced) {
		path->paced = true;
		path->timestamp0 = timestamp;
		path->time0_us = at;
	}
	return path->time0_us + (uint64_t)(timestamp - path->timestamp0) * 1000 / RATE_KHZ;
}

static void log_packet(struct path *path, const struct packet *p, uint64_t delay_us)
{
	static const char *const fates[] = { "passed", "dropped", "doubled", "reordered" };

	if (path->log)
		fprintf(path->log, "%s %llu %u %s %llu\n", path->name, (unsigned long long)p->index,
			sequence_of(p), fates[p->fate], (unsigned long long)delay_us);
}

static void enqueue(struct path *path, const struct packet *p)
{
	if (path->n == QUEUE) {
		path->overflow++;
		return;
	}
	path->queue[(path->first + path->n++) % QUEUE] = *p;
}

/* In order, whatever its delay: reordering is done on purpose only. */
static void delay(struct path *path, struct packet *p)
{
	uint64_t jitter =
		path->plan->jitter_us ? random_next(path) % (path->plan->jitter_us + 1) : 0;

	p->base_us = sent_at(path, p);
	p->due_us = p->base_us + jitter;
	if (p->due_us < path->last_due_us)
		p->due_us = path->last_due_us;
	path->last_due_us = p->due_us;
	enqueue(path, p);
	if (p->fate == DOUBLED) {
		p->again = true;
		enqueue(path, p);
	}
	if (!path->holds)
		return;
	path->holds = false;
	path->held.base_us = sent_at(path, &path->held);
	path->held.due_us = p->due_us;
	enqueue(path, &path->held);
}

static void take(struct path *path)
{
	struct packet p = { .arrived_us = now_us() };
	struct sockaddr_in from;
	socklen_t octets = sizeof(from);
	ssize_t n = recvfrom(path->in, p.octets, sizeof(p.octets), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &octets);

	if (n < 0)
		return;
	*path->from = from;
	if (!path->to.sin_port) /* nobody to send it to yet: it is no part of the stream */
		return;
	p.n = (size_t)n;
	p.index = path->packets++;
	p.fate = fate_choose(path, p.index);
	path->done[p.fate]++;
	if (p.fate == DROPPED) {
		log_packet(path, &p, 0);
	} else if (p.fate == REORDERED) {
		path->holds = true;
		path->held = p;
	} else {
		delay(path, &p);
	}
}

static void send_due(struct path *path)
{
	uint64_t now = now_us();

	while (path->n && path->queue[path->first].due_us <= now) {
		const struct packet *p = &path->queue[path->first];

		if (sendto(path->out, p->octets, p->n, MSG_DONTWAIT,
			   (const struct sockaddr *)&path->to, sizeof(path->to)) >= 0)
			path->sent++;
		if (!p->again)
			log_packet(path, p, now > p->base_us ? now - p->base_us : 0);
		path->first = (path->first + 1) % QUEUE;
		path->n--;
	}
}

/* ---- the program ---- */

static void print_counts(const struct path *path, const char *end)
{
	printf("\"%s\": {\"packets\": %llu, \"sent\": %llu, \"dropped\": %llu, \"doubled\": %llu, "
	       "\"reordered\": %llu, \"overflow\": %llu}%s",
	       path->name, (unsigned long long)path->packets, (unsigned long long)path->sent,
	       (unsigned long long)path->done[DROPPED], (unsigned long long)path->done[DOUBLED],
	       (unsigned long long)path->done[REORDERED], (unsigned long long)path->overflow, end);
}

/* False at the end of standard input. */
static bool answer(const struct path *paths)
{
	char line[64];

	if (!fgets(line, sizeof(line), stdin))
		return false;
	if (paths[0].log)
		fflush(paths[0].log);
	putchar('{');
	print_counts(&paths[0], ", ");
	print_counts(&paths[1], "}\n");
	return fflush(stdout) == 0;
}

static int wait_ms(const struct path *paths)
{
	uint64_t now = now_us(), due = now + 1000000;

	for (unsigned i = 0; i < 2; i++)
		if (paths[i].n && paths[i].queue[paths[i].first].due_us < due)
			due = paths[i].queue[paths[i].first].due_us;
	return due <= now ? 0 : (int)((due - now + 999) / 1000);
}

static void run(struct path *paths)
{
	struct pollfd fds[] = { { .fd = paths[0].in, .events = POLLIN },
				{ .fd = paths[1].in, .events = POLLIN },
				{ .fd = STDIN_FILENO, .events = POLLIN } };

	for (;;) {
		if (poll(fds, 3, wait_ms(paths)) < 0 && errno != EINTR)
			return;
		for (unsigned i = 0; i < 2; i++) {
			if (fds[i].revents & POLLIN)
				take(&paths[i]);
			send_due(&paths[i]);
		}
		if (fds[2].revents && !answer(paths))
			return;
	}
}

static int socket_open(const char *address, unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t octets = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    getsockname(fd, (struct sockaddr *)&at, &octets)) {
		fprintf(stderr, "impair: %s: %s\n", address, strerror(errno));
		exit(2);
	}
	*port = ntohs(at.sin_port);
	return fd;
}

static uint64_t number(const char *text, double scale)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || value < 0) {
		fprintf(stderr, "impair: %s is no number; write one such as 10 or 0.5\n", text);
		exit(2);
	}
	return (uint64_t)(value * scale + 0.5);
}

static const char usage[] = "usage: impair [-a ADDRESS] [-s SEED] [-l LOSS%] [-b BURST] [-r "
			    "REORDERED%] [-d DOUBLED%] [-j JITTER_MS]\n"
			    "              [-p PACE_MS] [-c CLEAN] [-n COUNT] [-o LOG] [-t | -f]\n"
			    "-t, -f: only towards the far end, or only from it\n";

static const struct option_word {
	char letter;
	size_t at; /* in struct plan, of a uint64_t */
	double scale;
} option_words[] = {
	{ 's', offsetof(struct plan, seed), 1 },
	{ 'l', offsetof(struct plan, loss), MILLION / 100.0 },
	{ 'b', offsetof(struct plan, burst), 1 },
	{ 'r', offsetof(struct plan, reorder), MILLION / 100.0 },
	{ 'd', offsetof(struct plan, twice), MILLION / 100.0 },
	{ 'j', offsetof(struct plan, jitter_us), 1000 },
	{ 'p', offsetof(struct plan, pace_us), 1000 },
	{ 'c', offsetof(struct plan, clean), 1 },
	{ 'n', offsetof(struct plan, count), 1 },
};

static bool plan_option(struct plan *plan, int letter, const char *text)
{
	for (size_t i = 0; i < sizeof(option_words) / sizeof(option_words[0]); i++) {
		const struct option_word *word = &option_words[i];

		if (word->letter != letter)
			continue;
		*(uint64_t *)(void *)((char *)plan + word->at) = number(text, word->scale);
		return true;
	}
	return false;
}

/* Fills in the plans; false when the words are wrong. */
static bool options(int argc, char **argv, struct plan plans[2], const char **address, FILE **log)
{
	struct plan plan = { .seed = 1, .burst = 1 };
	bool to = true, from = true;
	int c;

	while ((c = getopt(argc, argv, "a:s:l:b:r:d:j:p:c:n:o:tf")) != -1) {
		if (c == 'a')
			*address = optarg;
		else if (c == 'o')
			*log = fopen(optarg, "w");
		else if (c == 't')
			from = false;
		else if (c == 'f')
			to = false;
		else if (!plan_option(&plan, c, optarg))
			return false;
	}
	plans[0] = plans[1] = plan;
	for (unsigned i = 0; i < 2; i++)
		if (!(i ? from : to))
			plans[i] = (struct plan){ .seed = plan.seed, .burst = 1 };
	return optind == argc && (to || from);
}

int main(int argc, char **argv)
{
	static struct path paths[2]; /* towards the far end, and from it */
	static const char *const names[] = { "to", "from" };
	const char *address = "127.0.0.1";
	struct plan plans[2];
	unsigned near_port, far_port;
	int near_fd, far_fd;
	FILE *log = NULL;

	if (!options(argc, argv, plans, &address, &log)) {
		fputs(usage, stderr);
		return 2;
	}
	near_fd = socket_open(address, &near_port);
	far_fd = socket_open(address, &far_port);
	for (unsigned i = 0; i < 2; i++) {
		paths[i].name = names[i];
		paths[i].plan = &plans[i];
		paths[i].log = log;
		paths[i].random = plans[i].seed * 2 + i;
		paths[i].in = i ? far_fd : near_fd;
		paths[i].out = i ? near_fd : far_fd;
		paths[i].from = &paths[!i].to;
	}
	printf("%u %u\n", near_port, far_port);
	fflush(stdout);
	run(paths);
	if (log)
		fclose(log);
	return 0;
}
