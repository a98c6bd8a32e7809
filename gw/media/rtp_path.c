/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The sockets that an RTP session's packets take. */
#include "gw/media/rtp_path.h"

#include <errno.h>
#include <string.h>

void rtp_path_init(struct rtp_path *path, int fd, int direct_fd)
{
	memset(path, 0, sizeof(*path));
	path->fd = fd;
	path->direct_fd = direct_fd;
}

/* To the port that the first socket has. */
static bool direct_bind(const struct rtp_path *path)
{
	struct sockaddr_storage local;
	socklen_t n = sizeof(local);

	return getsockname(path->fd, (struct sockaddr *)&local, &n) == 0 &&
	       bind(path->direct_fd, (const struct sockaddr *)&local, n) == 0;
}

/* Until now everything came there. */
static void watch_begin(struct rtp_path *path)
{
	if (path->watch && path->bound && !path->watched)
		path->watched = watch_add(path->watch, path->fd, &path->others);
	path->others = true;
}

void rtp_path_watch(struct rtp_path *path, const struct watch *watch)
{
	if (path->watched)
		watch_remove(path->watch, path->fd);
	path->watched = false;
	path->watch = watch;
	watch_begin(path);
}

bool rtp_path_others(struct rtp_path *path, uint64_t now_us)
{
	bool others = path->others;

	if (!path->bound)
		return false;
	if (!path->direct || !path->watched)
		return now_us >= path->look_us;
	path->others = false;
	return others;
}

/*
 * Bound without a peer the socket would share what comes with the first one: so it is bound only
 * now, and what it gets until it is connected is judged like everything else.
 */
static void direct_connect(struct rtp_path *path, const struct sockaddr_storage *peer)
{
	if (!path->bound && !direct_bind(path)) {
		path->direct_fd = 0;
		return;
	}
	path->bound = true;
	watch_begin(path);
	path->peer = (struct sockaddr_storage){ .ss_family = AF_UNSPEC };
	path->look_us = 0;
	if (connect(path->direct_fd, (const struct sockaddr *)peer, sockaddr_octets(peer)) == 0)
		path->peer = *peer;
}

void rtp_path_follow(struct rtp_path *path, const struct source_lock *lock)
{
	const struct sockaddr_storage *to = source_lock_target(lock);

	if (!path->direct_fd)
		return;
	if (lock->source.ss_family != AF_UNSPEC && !sockaddr_same(&path->peer, to))
		direct_connect(path, to);
	path->direct = path->bound && to->ss_family != AF_UNSPEC && sockaddr_same(&path->peer, to);
}

/* A connected socket tells once, instead of what it was asked for, that the peer's host has refused
 * an earlier packet. */
static bool is_news_of_peer(ssize_t n)
{
	return n < 0 && (errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH);
}

static ssize_t send_once(const struct rtp_path *path, const struct sockaddr_storage *to,
			 const uint8_t *octets, size_t n)
{
	if (path->direct)
		return sendto(path->direct_fd, octets, n, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	return sendto(path->fd, octets, n, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)to,
		      sockaddr_octets(to));
}

ssize_t rtp_path_send(const struct rtp_path *path, const struct sockaddr_storage *to,
		      const uint8_t *octets, size_t n)
{
	ssize_t rc = send_once(path, to, octets, n);

	return is_news_of_peer(rc) ? send_once(path, to, octets, n) : rc;
}

static ssize_t read_from(int fd, uint8_t *octets, size_t n, struct sockaddr_storage *from)
{
	socklen_t from_octets = sizeof(*from);

	return recvfrom(fd, octets, n, MSG_DONTWAIT, (struct sockaddr *)from, &from_octets);
}

ssize_t rtp_path_read(const struct rtp_path *path, uint8_t *octets, size_t n,
		      struct sockaddr_storage *from)
{
	int fd = path->direct ? path->direct_fd : path->fd;
	ssize_t rc = read_from(fd, octets, n, from);

	return is_news_of_peer(rc) ? read_from(fd, octets, n, from) : rc;
}

ssize_t rtp_path_read_other(const struct rtp_path *path, uint8_t *octets, size_t n,
			    struct sockaddr_storage *from)
{
	int fd = path->direct ? path->fd : path->direct_fd;
	ssize_t rc = path->bound ? read_from(fd, octets, n, from) : -1;

	return path->bound && is_news_of_peer(rc) ? read_from(fd, octets, n, from) : rc;
}
