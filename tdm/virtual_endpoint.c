/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The socket pair between a timeslot on the line and its user, with queues bounded in blocks. */
#include "tdm/virtual_endpoint.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK_OCTETS_MAX 512

uint8_t tdm_idle_octet(enum tdm_law law)
{
	return law == TDM_ALAW ? 0xD5 : 0xFF;
}

/* The kernel charges a queued packet to its sender by the memory it takes, which depends on kernel
 * and size: measure. */
static int queued_cost(int from, int to, size_t block_octets, int *cost)
{
	uint8_t block[BLOCK_OCTETS_MAX] = { 0 };

	if (block_octets > sizeof(block))
		return -EINVAL;
	if (send(from, block, block_octets, MSG_NOSIGNAL) < 0 || ioctl(from, SIOCOUTQ, cost) < 0 ||
	    recv(to, block, sizeof(block), 0) < 0)
		return -errno;
	return *cost > 0 ? 0 : -ENOTSUP;
}

static int bound_queue(int fd, int cost, unsigned blocks)
{
	int half = (int)blocks * cost /
		   2; /* the kernel doubles what it is given: socket(7) SO_SNDBUF */
	int got = 0;
	socklen_t n = sizeof(got);

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof(half)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &got, &n) < 0)
		return -errno;
	return got / 2 >= half ? 0 : -ENOBUFS; /* net.core.wmem_max is too small */
}

int tdm_endpoint_pair(int fds[2], size_t block_octets, unsigned tx_blocks, unsigned rx_blocks)
{
	int cost = 0;
	int rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	rc = queued_cost(fds[0], fds[1], block_octets, &cost);
	if (!rc)
		rc = bound_queue(fds[0], cost, tx_blocks);
	if (!rc)
		rc = bound_queue(fds[1], cost, rx_blocks);
	if (rc) {
		close(fds[0]);
		close(fds[1]);
	}
	return rc;
}

void tdm_endpoint_free(struct tdm_endpoint *endpoint)
{
	if (endpoint)
		endpoint->ops->free(endpoint);
}
