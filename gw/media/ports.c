/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The RTP port range. */
#include "gw/media/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gw/media/source_lock.h"

#define DSCP_EF 0xB8 /* RFC 4594 4.1 */

struct ports {
	size_t pairs;
	size_t first, free; /* of the queue */
	uint16_t queue[];   /* free ports, the one unused for longest first */
};

int ports_new(struct ports **ports, unsigned first, unsigned last)
{
	unsigned even = first + first % 2;
	size_t pairs = last > even ? (last - even + 1) / 2 : 0;
	struct ports *p;

	if (!pairs || !first || last > 65535)
		return -EINVAL;
	p = malloc(sizeof(*p) + pairs * sizeof(*p->queue));
	if (!p)
		return -ENOMEM;
	p->pairs = p->free = pairs;
	p->first = 0;
	for (size_t i = 0; i < pairs; i++)
		p->queue[i] = (uint16_t)(even + 2 * i);
	*ports = p;
	return 0;
}

void ports_free(struct ports *ports)
{
	free(ports);
}

size_t ports_open_count(const struct ports *ports)
{
	return ports->pairs - ports->free;
}

static uint16_t queue_pop(struct ports *ports)
{
	uint16_t port = ports->queue[ports->first];

	ports->first = (ports->first + 1) % ports->pairs;
	ports->free--;
	return port;
}

static void queue_push(struct ports *ports, uint16_t port)
{
	ports->queue[(ports->first + ports->free) % ports->pairs] = port;
	ports->free++;
}

static int address_parse(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)(void *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1)
		address->ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		address->ss_family = AF_INET6;
	else
		return -EINVAL;
	return 0;
}

/* Or -errno. */
static int socket_new(const struct sockaddr_storage *address)
{
	const int dscp = DSCP_EF, on = 1;
	int fd = socket(address->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (address->ss_family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &dscp, sizeof(dscp));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_TOS, &dscp, sizeof(dscp));
	}
	return fd;
}

/* A bound socket, or -errno. */
static int socket_open(struct sockaddr_storage *address, uint16_t port)
{
	int fd = socket_new(address), rc;

	if (fd < 0)
		return fd;
	sockaddr_set_port(address, port);
	if (bind(fd, (const struct sockaddr *)address, sockaddr_octets(address)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/*
 * RTP's second socket, which will share the port. The first one says so only when it is bound, so
 * that it takes no port that somebody else has.
 */
static int direct_open(const struct sockaddr_storage *address, struct port_pair *pair)
{
	const int on = 1;
	int rc;

	pair->direct_fd = socket_new(address);
	if (pair->direct_fd < 0)
		return pair->direct_fd;
	if (setsockopt(pair->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
	    setsockopt(pair->direct_fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0)
		return 0;
	rc = -errno;
	close(pair->direct_fd);
	return rc;
}

static int pair_open(struct sockaddr_storage *address, struct port_pair *pair)
{
	int rc;

	pair->fd = socket_open(address, pair->port);
	if (pair->fd < 0)
		return pair->fd;
	pair->rtcp_fd = socket_open(address, (uint16_t)(pair->port + 1));
	rc = pair->rtcp_fd;
	if (rc >= 0) {
		rc = direct_open(address, pair);
		if (!rc)
			return 0;
		close(pair->rtcp_fd);
	}
	close(pair->fd);
	return rc;
}

int ports_open(struct ports *ports, const char *address, struct port_pair *pair)
{
	struct sockaddr_storage local;
	int rc = address_parse(address, &local);

	for (size_t tries = rc ? 0 : ports->free; tries; tries--) {
		pair->port = queue_pop(ports);
		rc = pair_open(&local, pair);
		if (!rc)
			return 0;
		queue_push(ports, pair->port);
		if (rc != -EADDRINUSE)
			return rc;
	}
	return rc == -EINVAL ? rc : -ENOBUFS;
}

void ports_close(struct ports *ports, const struct port_pair *pair)
{
	close(pair->fd);
	close(pair->rtcp_fd);
	close(pair->direct_fd);
	queue_push(ports, pair->port);
}
