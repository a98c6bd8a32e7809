/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The sockets that an RTP session's packets take. One is bound to the session's port, and takes what comes from anywhere. As
 * soon as the peer's source is known another one of the same port is connected to it: the kernel gives it the peer's packets
 * and no others, so that a flood from elsewhere fills another queue, and sends without looking for a route each time. The first
 * one is looked at seldom then, unless something is there: what has no business here is still counted, and a source that moves
 * is heard. The verdict on every packet is the source lock's, whichever socket it came from.
 */
#ifndef MEDIA_RTP_PATH_H
#define MEDIA_RTP_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "gw/media/source_lock.h"
#include "gw/media/watch.h"

struct rtp_path {
	struct sockaddr_storage peer; /* of direct_fd */
	const struct watch *watch;    /* borrow; NULL: none */
	int fd;	       /* borrow: bound */
	int direct_fd; /* borrow; 0: there is none, or it cannot be used */
	uint64_t look_us; /* where it is not watched, when the other one is looked at next */
	bool bound;    /* direct_fd is, and connected */
	bool direct;   /* to where RTP goes now */
	bool watched;  /* fd is, since it is the other one: */
	bool others;   /* something is there */
};

/* Neither is known to be of use yet. direct_fd: 0, or not bound yet, sharing ports with fd (SO_REUSEPORT). */
void rtp_path_init(struct rtp_path *path, int fd, int direct_fd);
/* After the source lock has moved. */
void rtp_path_follow(struct rtp_path *path, const struct source_lock *lock);
/* Who tells when something is on the other socket; NULL: nobody any more. */
void rtp_path_watch(struct rtp_path *path, const struct watch *watch);
/* Is it time to look at the other socket? */
bool rtp_path_others(struct rtp_path *path, uint64_t now_us);
/* To where the lock says; -1: it was not sent. */
ssize_t rtp_path_send(const struct rtp_path *path, const struct sockaddr_storage *to, const uint8_t *octets, size_t n);
/* From where the peer's packets come; -1: nothing is there. */
ssize_t rtp_path_read(const struct rtp_path *path, uint8_t *octets, size_t n, struct sockaddr_storage *from);
/* From the other socket. */
ssize_t rtp_path_read_other(const struct rtp_path *path, uint8_t *octets, size_t n, struct sockaddr_storage *from);

#endif
