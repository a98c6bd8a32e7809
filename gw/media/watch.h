/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Sockets of a media thread's channels on which something comes seldom: all of them are looked at with one call in each round,
 * and nobody reads one in vain. Media thread, but for open and close.
 */
#ifndef MEDIA_WATCH_H
#define MEDIA_WATCH_H

#include <stdbool.h>

struct watch {
	int fd; /* own: epoll; -1: none */
};

/* -errno. */
int watch_open(struct watch *watch) __attribute__((warn_unused_result));
void watch_close(struct watch *watch);
/* flag is set when fd can be read, in each round until it cannot; it stays in place until fd is removed. False: no memory. */
bool watch_add(const struct watch *watch, int fd, bool *flag) __attribute__((warn_unused_result));
void watch_remove(const struct watch *watch, int fd);
void watch_look(const struct watch *watch);

#endif
