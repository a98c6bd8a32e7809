/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What whole calls cost before any SIP is worked on: a process takes SIPp's three datagrams a call from one socket and sends
 * the three that SIPp wants, made of the request's own lines. It is the machine's share of sip_call, taken in the same way.
 */
#ifndef BENCH_SIP_DATAGRAMS_H
#define BENCH_SIP_DATAGRAMS_H

#include <arpa/inet.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw/base/str.h"

#define DATAGRAM_OCTETS	 2048
#define DATAGRAMS	 32
#define DATAGRAMS_BUFFER (4 << 20)

/* name begins with the end of the line before; so does what is found. */
static inline struct str datagram_line(const char *request, const char *name)
{
	const char *line = strstr(request, name), *end = line ? strstr(line + 2, "\r\n") : NULL;

	return end ? (struct str){line, (size_t)(end - line)} : STR("");
}

static inline void datagram_answer(int fd, const char *request, struct str status, const struct sockaddr_in *to)
{
	static const char *const copied[] = {"\r\nVia:", "\r\nFrom:", "\r\nCall-ID:", "\r\nCSeq:", "\r\nTo:"};
	char out[DATAGRAM_OCTETS];
	size_t n = str_add(out, sizeof(out), 0, status);

	for (unsigned i = 0; i < 5; i++)
		n = str_add(out, sizeof(out), n, datagram_line(request, copied[i]));
	if (!memmem(out, n, ";tag=answer", 11)) /* the last line is To */
		n = str_add(out, sizeof(out), n, STR(";tag=answer"));
	n = str_add(out, sizeof(out), n, STR("\r\nContact: <sip:127.0.0.1>\r\nContent-Length: 0\r\n\r\n"));
	(void)!sendto(fd, out, n, 0, (const struct sockaddr *)to, sizeof(*to));
}

static inline void datagrams_take(int fd)
{
	static char octets[DATAGRAMS][DATAGRAM_OCTETS];
	struct sockaddr_in from[DATAGRAMS];
	struct iovec iov[DATAGRAMS];
	struct mmsghdr heads[DATAGRAMS];

	for (unsigned i = 0; i < DATAGRAMS; i++) {
		iov[i] = (struct iovec){octets[i], DATAGRAM_OCTETS - 1};
		heads[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
							.msg_namelen = sizeof(from[i]),
							.msg_iov = &iov[i],
							.msg_iovlen = 1}};
	}
	int n = recvmmsg(fd, heads, DATAGRAMS, 0, NULL);

	for (int i = 0; i < n; i++) {
		octets[i][heads[i].msg_len] = '\0';
		if (strncmp(octets[i], "INVITE", 6) == 0)
			datagram_answer(fd, octets[i], STR("SIP/2.0 180 Ringing"), &from[i]);
		if (strncmp(octets[i], "ACK", 3) != 0)
			datagram_answer(fd, octets[i], STR("SIP/2.0 200 OK"), &from[i]);
	}
}

/* Until it is killed. */
static inline void datagrams_serve(uint16_t port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), set = epoll_create1(0), size = DATAGRAMS_BUFFER;
	struct epoll_event event = {.events = EPOLLIN};

	if (fd < 0 || set < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event))
		_exit(1);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	while (epoll_wait(set, &event, 1, -1) > 0)
		datagrams_take(fd);
	_exit(1);
}

#endif
