/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* For tests of the DAHDI back end against the driver: faults of dahdi_vspan, spans, streams of octets through them. */
#ifndef TESTS_VM_TDM_DAHDI_H
#define TESTS_VM_TDM_DAHDI_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tdm/dahdi_ioctl.h"
#include "tdm/span.h"
#include "tests/unit/cu.h"

#define PARAMETERS "/sys/module/dahdi_vspan/parameters/"
#define MISSING	   (TDM_ALARM_MISSING | TDM_ALARM_DOWN)

static inline double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline void sleep_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- the driver ---- */

static inline void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A parameter of dahdi_vspan, which has one value for each span; 0 for the others. */
static inline void vspan(const char *parameter, unsigned span, int value)
{
	char path[96], text[64] = "";
	size_t n = 0;

	snprintf(path, sizeof(path), PARAMETERS "%s", parameter);
	for (unsigned i = 1; i <= 10; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d", i > 1 ? "," : "",
				      i == span ? value : 0);
	file_write(path, text);
}

static inline int control(unsigned long request, void *argument)
{
	int fd = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
	int rc = fd < 0 ? -1 : ioctl(fd, request, argument);

	if (fd >= 0)
		close(fd);
	return rc;
}

static inline void maintenance(unsigned span, int command)
{
	struct {
		int span, command;
	} request = { (int)span, command };

	CU_ASSERT_EQUAL(control(_IOC(_IOC_WRITE, DH_CODE, 11, sizeof(request)), &request), 0);
}

static inline pid_t program_start(const char *const *argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *args[8] = { NULL };

		for (size_t i = 0; argv[i] && i < 7; i++)
			args[i] = strdup(argv[i]);
		execvp(args[0], args);
		_exit(127);
	}
	return pid;
}

static inline int program_status(pid_t pid)
{
	int status = 0;

	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int program(const char *const *argv)
{
	return program_status(program_start(argv));
}

static inline void dahdi_cfg(void)
{
	CU_ASSERT_EQUAL(
		program((const char *const[]){ "dahdi_cfg", "-c", "/etc/dahdi/system.conf", NULL }),
		0);
}

/* /sys file of the card that has the span, and the span's number there: a card for each pair, or
 * one for all. */
static inline unsigned card_file(unsigned span, const char *name, char *path, size_t cap)
{
	snprintf(path, cap, "/sys/bus/dahdi_devices/devices/vspan-%u/%s", (span - 1) / 2, name);
	if (access(path, W_OK) == 0)
		return (span - 1) % 2 + 1;
	snprintf(path, cap, "/sys/bus/dahdi_devices/devices/vspan/%s", name);
	return span;
}

/* Takes the span away in another process, since the driver waits a second for those that have it
 * open. */
static inline pid_t unassign_start(unsigned span)
{
	char path[96], command[160];
	unsigned local = card_file(span, "unassign_span", path, sizeof(path));

	snprintf(command, sizeof(command), "echo %u > %s", local, path);
	return program_start((const char *const[]){ "sh", "-c", command, NULL });
}

static inline void assign(unsigned span, unsigned first_channel)
{
	char path[96], text[32];
	unsigned local = card_file(span, "assign_span", path, sizeof(path));

	snprintf(text, sizeof(text), "%u:%u:%u", local, span, first_channel);
	file_write(path, text);
}

/* ---- spans ---- */

static inline struct tdm_span_conf conf_of(unsigned number, unsigned chunk_ms)
{
	bool t1 = number == 3 || number == 4 || number >= 9;

	return (struct tdm_span_conf){
		.name = (const char *const[]){ "", "a", "b", "c", "d", "e", "f", "g", "h", "i",
					       "j" }[number],
		.framing = t1 ? TDM_T1 : TDM_E1,
		.law = t1 ? TDM_ULAW : TDM_ALAW,
		.chunk_ms = chunk_ms,
		.number = number,
	};
}

static inline struct tdm_span *span_open(const struct tdm_span_conf *conf)
{
	struct tdm_span *span = NULL;

	/* A tick after an earlier test, for the driver to see that nothing is written any more. */
	sleep_ms(10);
	CU_ASSERT_EQUAL_FATAL(tdm_span_open(&span, "dahdi", conf), 0);
	return span;
}

static inline struct tdm_span *span_simple(unsigned number, unsigned chunk_ms)
{
	struct tdm_span_conf conf = conf_of(number, chunk_ms);

	return span_open(&conf);
}

static inline struct tdm_span_counters counters_of(const struct tdm_span *span)
{
	struct tdm_span_counters counters;

	tdm_span_counters(span, &counters);
	return counters;
}

/* Until the alarms are as wanted; the ms that it took, or a very long time. */
static inline double alarms_become(struct tdm_span *span, unsigned wanted, double limit_ms)
{
	double start = now_ms();

	while (tdm_span_alarms(span) != wanted && now_ms() < start + limit_ms) {
		struct pollfd told = { .fd = tdm_span_alarm_fd(span), .events = POLLIN };

		if (poll(&told, 1, 10) > 0)
			eventfd_read(told.fd, &(eventfd_t){ 0 });
	}
	if (tdm_span_alarms(span) == wanted)
		return now_ms() - start;
	printf("# alarms of %s are 0x%x, wanted 0x%x\n", span->name, tdm_span_alarms(span), wanted);
	return 1e9;
}

/* ---- streams of octets ---- */

/* One direction of a bearer: what is sent at one end, and what is heard at the other. Idle octets
 * may come before and between. */
struct stream {
	struct tdm_span *from, *to;
	unsigned timeslot;
	int from_fd, to_fd;
	uint8_t idle, unopened; /* what the far end sent before it was open */
	uint32_t sent, heard;
	unsigned damaged, idle_inside;
	unsigned events; /* of to */
	double heard_ms; /* when the first octet was */
};

static inline uint8_t octet_of(const struct stream *s, uint32_t n)
{
	uint8_t octet = (uint8_t)((n * 2654435761u ^ s->timeslot * 40503u) >> 11);

	return octet == 0xD5 || octet == 0x7F || octet == 0xFF ? 0x11 : octet;
}

static inline void stream_hear(struct stream *s, const uint8_t *octets, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		if (octets[i] == octet_of(s, s->heard)) {
			if (s->heard++ == 0)
				s->heard_ms = now_ms();
		} else if (octets[i] == s->idle || (!s->heard && octets[i] == s->unopened)) {
			s->idle_inside += s->heard > 0;
		} else {
			s->damaged++;
		}
	}
}

static inline void stream_send(struct stream *s)
{
	uint8_t block[160];
	unsigned n = s->from->chunk_octets;

	for (unsigned i = 0; i < n; i++)
		block[i] = octet_of(s, s->sent + i);
	ssize_t done = write(s->from_fd, block, n);

	if (done < 0 && errno == TDM_ERRNO_EVENT) {
		s->events |= tdm_span_events(s->from, s->timeslot);
		done = write(s->from_fd, block, n);
	}
	if (done > 0)
		s->sent += (uint32_t)done;
}

/* Hears all that waits; how many blocks. */
static inline unsigned stream_drain(struct stream *s)
{
	unsigned blocks = 0;

	for (;;) {
		uint8_t block[160];
		ssize_t n = read(s->to_fd, block, sizeof(block));

		if (n < 0 && errno == TDM_ERRNO_EVENT) {
			s->events |= tdm_span_events(s->to, s->timeslot);
			continue;
		}
		if (n <= 0)
			return blocks;
		CU_ASSERT_EQUAL(n, (ssize_t)s->to->chunk_octets);
		stream_hear(s, block, n);
		blocks++;
	}
}

/* What DAHDI makes of 0 in either law; its mu-law never has ones only. */
static inline uint8_t idle_of(const struct tdm_span *span)
{
	return span->law == TDM_ALAW ? 0xD5 : 0x7F;
}

/* Both directions of one timeslot of a pair. */
static inline void streams_open(struct stream *s, struct tdm_span *a, struct tdm_span *b,
			 unsigned timeslot)
{
	int fd_a = tdm_span_bearer(a, timeslot), fd_b = tdm_span_bearer(b, timeslot);

	CU_ASSERT_TRUE_FATAL(fd_a >= 0 && fd_b >= 0);
	s[0] = (struct stream){ .from = a,
				.to = b,
				.timeslot = timeslot,
				.from_fd = fd_a,
				.to_fd = fd_b,
				.idle = idle_of(a),
				.unopened = 0xFF };
	s[1] = (struct stream){ .from = b,
				.to = a,
				.timeslot = timeslot,
				.from_fd = fd_b,
				.to_fd = fd_a,
				.idle = idle_of(b),
				.unopened = 0xFF };
}

/* So much that nothing runs dry: blocks of several timeslots do not end at the same time, and the driver's own timer ticks
 * four times at once. */
static inline void streams_prime(struct stream *s, unsigned n)
{
	for (unsigned blocks = 2 + 8 / s->from->chunk_ms; blocks > 0; blocks--) {
		for (unsigned i = 0; i < n; i++)
			stream_send(&s[i]);
	}
}

/* Reads and writes for so long: a block for each block heard. */
static inline void streams_run(struct stream *s, unsigned n, double ms)
{
	double end = now_ms() + ms;

	while (now_ms() < end) {
		struct pollfd clock = { .fd = s[0].to_fd, .events = POLLIN | POLLPRI };

		poll(&clock, 1, 100);
		for (unsigned i = 0; i < n; i++) {
			for (unsigned blocks = stream_drain(&s[i]); blocks > 0; blocks--)
				stream_send(&s[i]);
		}
	}
}

static inline void stream_exact(const struct stream *s, uint32_t least, unsigned idle_most)
{
	CU_ASSERT_EQUAL(s->damaged, 0);
	CU_ASSERT_TRUE(s->idle_inside <= idle_most);
	CU_ASSERT_TRUE(s->heard >= least);
	/* Nothing is lost on the way: what was sent and not heard waits in buffers. */
	CU_ASSERT_TRUE(s->sent - s->heard <= 8 * 200);
}

#endif
