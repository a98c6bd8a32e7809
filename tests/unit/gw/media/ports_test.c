/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The RTP port range, on a system that refuses. */
#include "gw/media/ports.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/cu.h"

static int refusal; /* of a shared port; 0: none */
static int opened, closed;

/* In the place of libc's, for what ports.c calls. */
int socket(int domain, int type, int protocol)
{
	opened++;
	return (int)syscall(SYS_socket, domain, type, protocol);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
	if (refusal && level == SOL_SOCKET && name == SO_REUSEPORT) {
		errno = refusal;
		return -1;
	}
	return (int)syscall(SYS_setsockopt, fd, level, name, value, n);
}

int close(int fd)
{
	int rc = (int)syscall(SYS_close, fd);

	closed++;
	errno = EINTR; /* it may be anything */
	return rc;
}

static void a_pair(void)
{
	struct port_pair pair;
	struct ports *ports;

	CU_ASSERT_EQUAL_FATAL(ports_new(&ports, 30000, 30999), 0);
	opened = closed = 0;
	CU_ASSERT_EQUAL_FATAL(ports_open(ports, "127.0.0.1", &pair), 0);
	CU_ASSERT_EQUAL(pair.port % 2, 0);
	CU_ASSERT_EQUAL(ports_open_count(ports), 1);
	ports_close(ports, &pair);
	CU_ASSERT_EQUAL(ports_open_count(ports), 0);
	CU_ASSERT_EQUAL(opened, closed);
	ports_free(ports);
}

/* The reason is the one that was given, not what cleaning up comes to. */
static void refused(void)
{
	struct port_pair pair;
	struct ports *ports;

	CU_ASSERT_EQUAL_FATAL(ports_new(&ports, 30000, 30999), 0);
	opened = closed = 0;
	refusal = ENOPROTOOPT;
	CU_ASSERT_EQUAL(ports_open(ports, "127.0.0.1", &pair), -ENOPROTOOPT);
	refusal = 0;
	CU_ASSERT_EQUAL(ports_open_count(ports), 0);
	CU_ASSERT(opened >= 3 && opened == closed);
	ports_free(ports);
}

int main(int argc, char **argv)
{
	CU_TestInfo tests[] = {
		{ "a pair", a_pair },
		{ "the system refuses", refused },
		CU_TEST_INFO_NULL,
	};

	return cu_run("ports", tests, argc, argv);
}
