/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Sockets on which something comes seldom. */
#include "gw/media/watch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

#define AT_ONCE 64 /* the others are told of in the next round */

int watch_open(struct watch *watch)
{
	watch->fd = epoll_create1(EPOLL_CLOEXEC);
	return watch->fd < 0 ? -errno : 0;
}

void watch_close(struct watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}

bool watch_add(const struct watch *watch, int fd, bool *flag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = flag };

	return epoll_ctl(watch->fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void watch_remove(const struct watch *watch, int fd)
{
	(void)epoll_ctl(watch->fd, EPOLL_CTL_DEL, fd, NULL);
}

void watch_look(const struct watch *watch)
{
	struct epoll_event events[AT_ONCE];
	int n = epoll_wait(watch->fd, events, AT_ONCE, 0);

	for (int i = 0; i < n; i++)
		*(bool *)events[i].data.ptr = true;
}
