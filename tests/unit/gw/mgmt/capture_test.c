/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The capture octet by octet (draft-ietf-opsawg-pcapng sections 3 and 4), its IP, UDP and TCP
 * headers and their checksums, and what tshark makes of it where it is installed.
 */
#include "gw/mgmt/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "tests/unit/cu.h"

#define FILE_MAX (1u << 20)
#define HEAD	 (28u + 3 * 20)

static struct {
	uv_loop_t loop;
	struct capture *capture;
	char folder[32], path[64];
} lab;

static uint8_t file[FILE_MAX];
static size_t file_n;

static void folder_open(void)
{
	memset(&lab, 0, sizeof(lab));
	memcpy(lab.folder, "/tmp/captureXXXXXX", 19);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(lab.folder));
	snprintf(lab.path, sizeof(lab.path), "%s/x.pcapng", lab.folder);
	uv_loop_init(&lab.loop);
}

static void folder_close(void)
{
	CU_ASSERT_EQUAL(uv_loop_close(&lab.loop), 0);
	unlink(lab.path);
	CU_ASSERT_EQUAL(rmdir(lab.folder), 0);
}

static void lab_open(bool mtp2)
{
	folder_open();
	lab.capture = capture_open(&lab.loop, lab.path, mtp2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(lab.capture);
}

static void file_read(void)
{
	FILE *in = fopen(lab.path, "rb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	file_n = fread(file, 1, sizeof(file), in);
	fclose(in);
}

/* Ends the capture and reads the file. */
static void lab_stop(uint64_t wanted, uint64_t lost)
{
	uint64_t packets, dropped;
	int err;

	CU_ASSERT_TRUE(capture_flush(lab.capture));
	capture_counts(lab.capture, &packets, &dropped, &err);
	CU_ASSERT_EQUAL(packets, wanted);
	CU_ASSERT_EQUAL(dropped, lost);
	CU_ASSERT_EQUAL(err, 0);
	capture_close(lab.capture);
	CU_ASSERT_FALSE(trace_wanted(TRACE_SIP));
	uv_run(&lab.loop, UV_RUN_DEFAULT);
	file_read();
}

static struct sockaddr_storage address(const char *host, uint16_t port)
{
	struct sockaddr_storage ss;
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	memset(&ss, 0, sizeof(ss));
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
		memcpy(&ss, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
		memcpy(&ss, &v6, sizeof(v6));
	return ss;
}

static void sip(const char *call, bool sent, bool tcp, const char *peer, const char *text, size_t n)
{
	struct sockaddr_storage remote = address(peer, 5060);
	struct sockaddr_storage local =
		address(remote.ss_family == AF_INET ? "192.0.2.1" : "2001:db8::1", 5070);
	struct trace_event event = { .kind = TRACE_SIP,
				     .call = call,
				     .sent = sent,
				     .tcp = tcp,
				     .octets = (const uint8_t *)text,
				     .n_octets = n,
				     .local = (struct sockaddr *)&local,
				     .remote = (struct sockaddr *)&remote };

	trace_emit(&event);
}

static void msu(enum trace_kind kind, const char *call, const uint8_t *octets, size_t n)
{
	struct trace_event event = { .kind = kind, .call = call, .octets = octets, .n_octets = n };

	trace_emit(&event);
}

static uint32_t le32(size_t at)
{
	CU_ASSERT_TRUE_FATAL(at + 4 <= file_n);
	return (uint32_t)file[at] | (uint32_t)file[at + 1] << 8 | (uint32_t)file[at + 2] << 16 |
	       (uint32_t)file[at + 3] << 24;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* The n-th enhanced packet block; checks what every block must have. */
static size_t block(unsigned n)
{
	size_t at = HEAD;

	for (;; n--) {
		uint32_t length = le32(at + 4);

		CU_ASSERT_EQUAL_FATAL(le32(at), 6);
		CU_ASSERT_TRUE_FATAL(length % 4 == 0 && length >= 32 && at + length <= file_n);
		CU_ASSERT_EQUAL(le32(at + length - 4), length);
		CU_ASSERT_EQUAL(le32(at + 20), le32(at + 24));
		if (!n)
			return at;
		at += length;
	}
}

static const uint8_t *packet(unsigned n, size_t *length)
{
	size_t at = block(n);

	*length = le32(at + 20);
	return file + at + 28;
}

static void headers(void)
{
	/* Section header: little-endian, version 1.0, no length; interfaces: raw IP, MTP3, MTP2,
	 * microseconds. */
	static const uint8_t wanted[HEAD] = {
		0x0a, 0x0d, 0x0d, 0x0a, 28,   0,    0,	  0,	0x4d, 0x3c, 0x2b, 0x1a, 1,  0, 0,
		0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28,   0,	  0,	0,  1, 0,
		0,    0,    20,	  0,	0,    0,    101,  0,	0,    0,    0,	  0,	0,  0, 20,
		0,    0,    0,	  1,	0,    0,    0,	  20,	0,    0,    0,	  141,	0,  0, 0,
		0,    0,    0,	  0,	20,   0,    0,	  0,	1,    0,    0,	  0,	20, 0, 0,
		0,    140,  0,	  0,	0,    0,    0,	  0,	0,    20,   0,	  0,	0,
	};

	lab_open(false);
	CU_ASSERT_TRUE(trace_wanted(TRACE_SIP) && trace_wanted(TRACE_MTP3) &&
		       !trace_wanted(TRACE_MTP2));
	lab_stop(0, 0);
	CU_ASSERT_EQUAL(file_n, HEAD);
	CU_ASSERT_EQUAL(memcmp(file, wanted, HEAD), 0);
	folder_close();
}

static void signal_units(void)
{
	/* SIO, label of DPC 2 and OPC 1, CIC 3, RLC without optional part */
	static const uint8_t rlc[] = { 0x85, 2, 0x40, 0, 0x30, 3, 0, 0x10, 0 };
	static const uint8_t fisu[] = { 0x80, 0x81, 0 };
	/* interface 1, 9 octets and 3 of padding, comment "c-1", end of options */
	static const uint8_t behind[] = { 9,	0,   0,	  0,	9, 0, 0, 0, 0x85, 2, 0x40, 0,
					  0x30, 3,   0,	  0x10, 0, 0, 0, 0, 1,	  0, 3,	   0,
					  'c',	'-', '1', 0,	0, 0, 0, 0, 56,	  0, 0,	   0 };
	struct timespec now;
	uint64_t us;
	size_t at;

	lab_open(true);
	CU_ASSERT_TRUE(trace_wanted(TRACE_MTP2));
	msu(TRACE_MTP3, "c-1", rlc, sizeof(rlc));
	msu(TRACE_MTP3, NULL, rlc, sizeof(rlc));
	msu(TRACE_MTP2, NULL, fisu, sizeof(fisu));
	msu(TRACE_MTP3, NULL, NULL, 0);
	clock_gettime(CLOCK_REALTIME, &now);
	lab_stop(3, 0);
	at = block(0);
	CU_ASSERT_EQUAL(le32(at + 4), 56);
	CU_ASSERT_EQUAL(le32(at + 8), 1);
	us = (uint64_t)le32(at + 12) << 32 | le32(at + 16);
	CU_ASSERT_TRUE((uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 - us <
		       5000000);
	CU_ASSERT_EQUAL(memcmp(file + at + 20, behind + 0, 8), 0);
	CU_ASSERT_EQUAL(memcmp(file + at + 28, behind + 8, sizeof(behind) - 8), 0);
	/* Without a call there are no options. */
	at = block(1);
	CU_ASSERT_EQUAL(le32(at + 4), 44);
	CU_ASSERT_EQUAL(memcmp(file + at + 28, rlc, sizeof(rlc)), 0);
	at = block(2);
	CU_ASSERT_EQUAL(le32(at + 4), 36);
	CU_ASSERT_EQUAL(le32(at + 8), 2);
	CU_ASSERT_EQUAL(le32(at + 20), 3);
	CU_ASSERT_EQUAL(memcmp(file + at + 28, fisu, 3), 0);
	CU_ASSERT_EQUAL(at + 36, file_n);
	folder_close();
}

/* RFC 1071, from its text: the sum of 16-bit words, with the checksum in it, is all ones. */
static unsigned words(unsigned sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (unsigned)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void udp(void)
{
	static const uint8_t wanted[] = { 0x45, 0, 0,	 33,   0,    0,	   0x40, 0,   64,
					  17,	0, 0,	 192,  0,    2,	   1,	 198, 51,
					  100,	7, 0x13, 0xce, 0x13, 0xc4, 0,	 13 };
	const uint8_t *p;
	size_t n;

	lab_open(false);
	sip("c-1", true, false, "198.51.100.7", "hello", 5);
	sip("c-1", false, false, "2001:db8::2", "hello\xff", 6);
	lab_stop(2, 0);
	p = packet(0, &n);
	CU_ASSERT_EQUAL_FATAL(n, 33);
	CU_ASSERT_EQUAL(memcmp(p, wanted, 10), 0);
	CU_ASSERT_EQUAL(memcmp(p + 12, wanted + 12, sizeof(wanted) - 12), 0);
	CU_ASSERT_EQUAL(memcmp(p + 28, "hello", 5), 0);
	CU_ASSERT_EQUAL(words(0, p, 20), 0xffff);
	CU_ASSERT_NOT_EQUAL(be16(p + 26), 0);
	CU_ASSERT_EQUAL(words(words(17 + 13, p + 12, 8), p + 20, 13), 0xffff);
	/* Received: from the peer to us; in IPv6 the checksum must be there (RFC 8200 8.1). */
	p = packet(1, &n);
	CU_ASSERT_EQUAL_FATAL(n, 54);
	CU_ASSERT_EQUAL(p[0], 0x60);
	CU_ASSERT_EQUAL(be16(p + 4), 14);
	CU_ASSERT_EQUAL(p[6], 17);
	CU_ASSERT_EQUAL(p[23], 2);
	CU_ASSERT_EQUAL(p[39], 1);
	CU_ASSERT_EQUAL(be16(p + 40), 5060);
	CU_ASSERT_NOT_EQUAL(be16(p + 46), 0);
	CU_ASSERT_EQUAL(words(words(17 + 14, p + 8, 32), p + 40, 14), 0xffff);
	folder_close();
}

static void tcp_is(unsigned n, uint32_t seq, uint32_t ack, size_t octets)
{
	size_t length;
	const uint8_t *p = packet(n, &length);

	CU_ASSERT_EQUAL_FATAL(length, 40 + octets);
	CU_ASSERT_EQUAL(p[9], 6);
	CU_ASSERT_EQUAL(be32(p + 24), seq);
	CU_ASSERT_EQUAL(be32(p + 28), ack);
	CU_ASSERT_EQUAL(be16(p + 32), 0x5018);
	CU_ASSERT_EQUAL(words(words(6 + 20 + (unsigned)octets, p + 12, 8), p + 20, length - 20),
			0xffff);
}

static void tcp(void)
{
	lab_open(false);
	sip(NULL, false, true, "198.51.100.7", "0123456789", 10);
	sip(NULL, true, true, "198.51.100.7", "abc", 3);
	sip(NULL, false, true, "198.51.100.8", "xyz", 3);
	sip(NULL, false, true, "198.51.100.7", "4567", 4);
	sip(NULL, true, true, "198.51.100.7", "z", 1);
	lab_stop(5, 0);
	tcp_is(0, 1, 1, 10);
	tcp_is(1, 1, 11, 3);
	tcp_is(2, 1, 1, 3);
	tcp_is(3, 11, 4, 4);
	tcp_is(4, 4, 15, 1);
	folder_close();
}

/* 64 connections are kept apart; one more begins where the oldest was, and spoils no other. */
static void many_connections(void)
{
	char peer[32];

	lab_open(false);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 64; i++) {
			snprintf(peer, sizeof(peer), "198.51.100.%u", i);
			sip(NULL, round, true, peer, "ab", 2);
		}
	sip(NULL, true, true, "203.0.113.1", "abc", 3);
	sip(NULL, false, true, "198.51.100.1", "abc", 3);
	sip(NULL, false, true, "203.0.113.1", "abc", 3);
	lab_stop(131, 0);
	tcp_is(64, 1, 3, 2);
	tcp_is(128, 1, 1, 3);
	tcp_is(129, 3, 3, 3);
	tcp_is(130, 1, 4, 3);
	folder_close();
}

/* Longer than a packet: several over TCP; over UDP it cannot have come, and is counted. */
static void long_messages(void)
{
	static char text[140000];
	size_t n;

	memset(text, 'x', sizeof(text));
	lab_open(false);
	sip(NULL, true, true, "198.51.100.7", text, 140000);
	sip(NULL, true, true, "198.51.100.7", "y", 1);
	sip(NULL, true, false, "198.51.100.7", text, 65507);
	sip(NULL, true, false, "198.51.100.7", text, 65508);
	sip(NULL, true, false, "2001:db8::2", text, 65527);
	lab_stop(6, 1);
	tcp_is(0, 1, 1, 65000);
	tcp_is(1, 65001, 1, 65000);
	tcp_is(2, 130001, 1, 10000);
	tcp_is(3, 140001, 1, 1);
	(void)packet(4, &n);
	CU_ASSERT_EQUAL(n, 65535);
	(void)packet(5, &n);
	CU_ASSERT_EQUAL(n, 65575);
	folder_close();
}

/* What is there and is no file is refused at once: a pipe that nobody reads must not stop the
 * daemon. */
static void odd_paths(void)
{
	char other[80];

	folder_open();
	CU_ASSERT_EQUAL(mkfifo(lab.path, 0600), 0);
	CU_ASSERT_PTR_NULL(capture_open(&lab.loop, lab.path, false));
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_PTR_NULL(capture_open(&lab.loop, lab.folder, false));
	CU_ASSERT_EQUAL(errno, EISDIR);
	CU_ASSERT_PTR_NULL(capture_open(&lab.loop, "-", false));
	CU_ASSERT_EQUAL(errno, EINVAL);
	CU_ASSERT_PTR_NULL(capture_open(&lab.loop, "/nonexistent/x", false));
	CU_ASSERT_EQUAL(errno, ENOENT);
	CU_ASSERT_FALSE(trace_wanted(TRACE_MTP3));
	unlink(lab.path);
	snprintf(other, sizeof(other), "%s/other", lab.folder);
	CU_ASSERT_EQUAL(symlink(lab.path, other), 0);
	CU_ASSERT_EQUAL(mkfifo(lab.path, 0600), 0);
	CU_ASSERT_PTR_NULL(capture_open(&lab.loop, other, false));
	CU_ASSERT_EQUAL(errno, ELOOP);
	unlink(other);
	capture_close(NULL);
	folder_close();
}

static void write_file(const char *octets, size_t n)
{
	FILE *out = fopen(lab.path, "wb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(fwrite(octets, 1, n, out), n);
	fclose(out);
}

/* A file that holds anything but a capture stays as it is; a link is not followed, wherever it leads. */
static void other_files_stay(void)
{
	static const char *const others[] = { "# causeway.conf", "\n", "\n\r\r", "\n\r\r\r\n" };
	char link[80];

	folder_open();
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		write_file(others[i], strlen(others[i]));
		CU_ASSERT_PTR_NULL(capture_open(&lab.loop, lab.path, false));
		CU_ASSERT_EQUAL(errno, EEXIST);
		file_read();
		CU_ASSERT_EQUAL(file_n, strlen(others[i]));
		CU_ASSERT_EQUAL(memcmp(file, others[i], file_n), 0);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(capture_open_fault(EEXIST), "name a new file"));
	write_file("\n\r\r\n", 4);
	snprintf(link, sizeof(link), "%s/link", lab.folder);
	CU_ASSERT_EQUAL(symlink(lab.path, link), 0);
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_PTR_NULL(capture_open(&lab.loop, link, false));
		CU_ASSERT_EQUAL(errno, ELOOP);
		unlink(lab.path); /* then to nothing, which it would create */
	}
	CU_ASSERT_EQUAL(access(lab.path, F_OK), -1);
	unlink(link);
	folder_close();
}

/* A capture is overwritten from its beginning, an empty file filled. */
static void captures_are_overwritten(void)
{
	static char old[4096] = "\n\r\r\n";

	folder_open();
	for (unsigned i = 0; i < 2; i++) {
		write_file(old, i ? sizeof(old) : 0);
		lab.capture = capture_open(&lab.loop, lab.path, false);
		CU_ASSERT_PTR_NOT_NULL_FATAL(lab.capture);
		lab_stop(0, 0);
		CU_ASSERT_EQUAL(file_n, HEAD);
		CU_ASSERT_EQUAL(le32(0), 0x0a0d0d0a);
	}
	folder_close();
}

/* A disk that takes no more is told. */
static void full_disk(void)
{
	struct rlimit limit, small;
	uint64_t packets, dropped;
	int err;

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){ .rlim_cur = 200, .rlim_max = limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	lab_open(false);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned i = 0; i < 10; i++)
		sip(NULL, true, false, "198.51.100.7", "0123456789", 10);
	CU_ASSERT_TRUE(capture_flush(lab.capture));
	capture_counts(lab.capture, &packets, &dropped, &err);
	CU_ASSERT_EQUAL(packets, 10);
	CU_ASSERT_TRUE(dropped > 0);
	CU_ASSERT_EQUAL(err, EFBIG);
	capture_close(lab.capture);
	uv_run(&lab.loop, UV_RUN_DEFAULT);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	folder_close();
}

static char *tshark(const char *const *words)
{
	static char text[16384];
	posix_spawn_file_actions_t actions;
	char *argv[16] = { NULL };
	char *envp[] = { NULL };
	size_t n = 0;
	int pipes[2], status;
	ssize_t got;
	pid_t pid;

	for (size_t i = 0; words[i]; i++)
		argv[i] = strdup(words[i]);
	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
	posix_spawn_file_actions_addclose(&actions, pipes[0]);
	CU_ASSERT_EQUAL_FATAL(posix_spawn(&pid, "/usr/bin/tshark", &actions, NULL, argv, envp), 0);
	close(pipes[1]);
	while (n + 1 < sizeof(text) && (got = read(pipes[0], text + n, sizeof(text) - n - 1)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(pipes[0]);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	posix_spawn_file_actions_destroy(&actions);
	for (size_t i = 0; argv[i]; i++)
		free(argv[i]);
	return text;
}

static void read_by_tshark(void)
{
	static const char options[] =
		"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: "
		"<sip:x@y>;tag=1\r\n"
		"To: <sip:a@b>\r\nCall-ID: i@h\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
		"Content-Length: 0\r\n\r\n";
	static const uint8_t rlc[] = { 0x85, 2, 0x40, 0, 0x30, 3, 0, 0x10, 0 };
	static const uint8_t fisu[] = { 0x80, 0x81, 0 };
	const char *const fields[] = { "tshark",
				       "-r",
				       lab.path,
				       "-T",
				       "fields",
				       "-E",
				       "separator=,",
				       "-e",
				       "sip.Method",
				       "-e",
				       "isup.message_type",
				       "-e",
				       "frame.comment",
				       NULL };
	const char *const wrong[] = { "tshark",
				      "-r",
				      lab.path,
				      "-o",
				      "tcp.check_checksum:TRUE",
				      "-o",
				      "udp.check_checksum:TRUE",
				      "-o",
				      "ip.check_checksum:TRUE",
				      "-Y",
				      "_ws.malformed || _ws.expert.severity >= warning",
				      NULL };

	if (access("/usr/bin/tshark", X_OK))
		return;
	lab_open(true);
	sip("c-1", false, true, "198.51.100.7", options, 50);
	sip("c-1", false, true, "198.51.100.7", options + 50, sizeof(options) - 51);
	sip("c-2", true, false, "2001:db8::2", options, sizeof(options) - 1);
	msu(TRACE_MTP3, "c-3", rlc, sizeof(rlc));
	msu(TRACE_MTP2, NULL, fisu, sizeof(fisu));
	lab_stop(5, 0);
	CU_ASSERT_STRING_EQUAL(tshark(fields), ",,c-1\nOPTIONS,,c-1\nOPTIONS,,c-2\n,16,c-3\n,,\n");
	CU_ASSERT_STRING_EQUAL(tshark(wrong), "");
	folder_close();
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "headers", headers },
		{ "signal units", signal_units },
		{ "UDP", udp },
		{ "TCP", tcp },
		{ "many connections", many_connections },
		{ "long messages", long_messages },
		{ "odd paths", odd_paths },
		{ "other files stay", other_files_stay },
		{ "captures are overwritten", captures_are_overwritten },
		{ "full disk", full_disk },
		{ "read by tshark", read_by_tshark },
		CU_TEST_INFO_NULL,
	};

	log_set_level(LOG_ERROR);
	return cu_run("mgmt capture", tests, argc, argv);
}
