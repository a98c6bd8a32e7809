/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* TCP connections that come while there is no memory for them. */
#include "tests/unit/gw/sip/transport_rig.c"

/* A sanitizer owns the allocator: there the memory is never short. */
static bool no_memory;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern void *__libc_calloc(size_t n, size_t octets);

void *calloc(size_t n, size_t octets)
{
	return no_memory ? NULL : __libc_calloc(n, octets);
}
#endif

/* The first waits, and so do those behind it, until there is memory. */
static void test_accept(void)
{
	char text[2048];
	int fd[3];

	open_at(SIP_PROTO_TCP, "127.0.0.1");
	no_memory = true;
	for (unsigned i = 0; i < 3; i++) {
		fd[i] = peer_open(SOCK_STREAM, &t.at);
		CU_ASSERT(send(fd[i], text, request(text, sizeof(text), "TCP", 1, 0), 0) > 0);
		turn();
	}
	clock_run(100);
	clock_run(100);
	no_memory = false;
	clock_run(100);
	CU_ASSERT(until(&t.messages, 3));
	CU_ASSERT_EQUAL(sip_transport_connections(t.transport), 3);
	for (unsigned i = 0; i < 3; i++)
		close(fd[i]);
	close_all();
}

static void test_closed(void)
{
	open_at(SIP_PROTO_TCP, "127.0.0.1");
	no_memory = true;
	int fd = peer_open(SOCK_STREAM, &t.at);

	turn();
	no_memory = false;
	close_all();
	close(fd);
}

int main(int argc, char **argv)
{
	static const CU_TestInfo tests[] = {
		{ "accept", test_accept },
		{ "closed while one waits", test_closed },
		CU_TEST_INFO_NULL,
	};

	return cu_run("sip transport memory", tests, argc, argv);
}
