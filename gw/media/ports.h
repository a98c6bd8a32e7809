/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The RTP port range: pairs of an even RTP and the next RTCP port, the one unused for longest first. Core thread. */
#ifndef MEDIA_PORTS_H
#define MEDIA_PORTS_H

#include <stddef.h>
#include <stdint.h>

struct ports;

struct port_pair {
	uint16_t port;	 /* RTP, even */
	int fd, rtcp_fd; /* own, non-blocking, bound */
	int direct_fd;	 /* own, non-blocking, not bound yet: rtp_path.h */
};

/* own; -EINVAL when the range holds no pair, -ENOMEM. */
int ports_new(struct ports **ports, unsigned first, unsigned last);
/* NULL is fine. Every pair must have been closed. */
void ports_free(struct ports *ports);
/* -EINVAL: no address; -EADDRNOTAVAIL: not ours; -ENOBUFS: no pair is free, or none can be bound. */
int ports_open(struct ports *ports, const char *address, struct port_pair *pair);
void ports_close(struct ports *ports, const struct port_pair *pair);
size_t ports_open_count(const struct ports *ports);

#endif
