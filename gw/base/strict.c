/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a media thread must not do, watched: malloc() and its kin by the sanitizer's hooks, wherever
 * they are called from; the rest by the linker's --wrap, which replaces our own code's calls of
 * read() by __wrap_read(), and calls the original __real_read(). The names are the Makefile's; what
 * blocks by its descriptor is here, the rest in strict_threads.c and strict_files.c. A media thread
 * may use what gets by: clocks, sem_post() and sem_trywait(), and on descriptors that do not block
 * reading, writing, ioctl(), fcntl(), bind() and connect(), epoll_ctl() and socket options.
 */
#include "gw/base/strict.h"

#ifdef STRICT

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of both sanitizers' <sanitizer/allocator_interface.h>, which gcc's packages lack. */
int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, size_t),
					      void (*freed)(const volatile void *));

static _Thread_local bool watched;

void strict_begin(void)
{
	watched = true;
}

void strict_end(void)
{
	watched = false;
}

/* Nothing that is watched itself. */
static void say(const char *text)
{
	(void)!syscall(SYS_write, STDERR_FILENO, text, strlen(text));
}

void strict_forbid(const char *what)
{
	if (!watched)
		return;
	watched = false;
	say("strict: a media thread must not call ");
	say(what);
	say("\n");
	abort();
}

static void forbid_blocking(const char *what, int fd, int flags)
{
	if (watched && !(flags & MSG_DONTWAIT) && !(fcntl(fd, F_GETFL) & O_NONBLOCK))
		strict_forbid(what);
}

/* ---- memory ---- */

static void allocated(const volatile void *at, size_t n)
{
	(void)at;
	(void)n;
	strict_forbid("malloc");
}

static void freed(const volatile void *at)
{
	if (at)
		strict_forbid("free");
}

__attribute__((constructor)) static void hooks_install(void)
{
	if (!__sanitizer_install_malloc_and_free_hooks(allocated, freed))
		abort();
}

/* ---- what blocks by its descriptor ---- */

__typeof__(read) __real_read, __wrap_read;
__typeof__(write) __real_write, __wrap_write;
__typeof__(readv) __real_readv, __wrap_readv;
__typeof__(writev) __real_writev, __wrap_writev;
__typeof__(recv) __real_recv, __wrap_recv;
__typeof__(send) __real_send, __wrap_send;
__typeof__(recvfrom) __real_recvfrom, __wrap_recvfrom;
__typeof__(sendto) __real_sendto, __wrap_sendto;
__typeof__(recvmsg) __real_recvmsg, __wrap_recvmsg;
__typeof__(sendmsg) __real_sendmsg, __wrap_sendmsg;
__typeof__(recvmmsg) __real_recvmmsg, __wrap_recvmmsg;
__typeof__(sendmmsg) __real_sendmmsg, __wrap_sendmmsg;
__typeof__(accept4) __real_accept4, __wrap_accept4;
__typeof__(accept) __real_accept, __wrap_accept;
__typeof__(connect) __real_connect, __wrap_connect;
__typeof__(epoll_wait) __real_epoll_wait, __wrap_epoll_wait;

ssize_t __wrap_read(int fd, void *octets, size_t n)
{
	forbid_blocking("read, blocking", fd, 0);
	return __real_read(fd, octets, n);
}

ssize_t __wrap_write(int fd, const void *octets, size_t n)
{
	forbid_blocking("write, blocking", fd, 0);
	return __real_write(fd, octets, n);
}

ssize_t __wrap_readv(int fd, const struct iovec *parts, int n)
{
	forbid_blocking("readv, blocking", fd, 0);
	return __real_readv(fd, parts, n);
}

ssize_t __wrap_writev(int fd, const struct iovec *parts, int n)
{
	forbid_blocking("writev, blocking", fd, 0);
	return __real_writev(fd, parts, n);
}

ssize_t __wrap_recv(int fd, void *octets, size_t n, int flags)
{
	forbid_blocking("recv, blocking", fd, flags);
	return __real_recv(fd, octets, n, flags);
}

ssize_t __wrap_send(int fd, const void *octets, size_t n, int flags)
{
	forbid_blocking("send, blocking", fd, flags);
	return __real_send(fd, octets, n, flags);
}

ssize_t __wrap_recvfrom(int fd, void *octets, size_t n, int flags, struct sockaddr *from,
			socklen_t *from_n)
{
	forbid_blocking("recvfrom, blocking", fd, flags);
	return __real_recvfrom(fd, octets, n, flags, from, from_n);
}

ssize_t __wrap_sendto(int fd, const void *octets, size_t n, int flags, const struct sockaddr *to,
		      socklen_t to_n)
{
	forbid_blocking("sendto, blocking", fd, flags);
	return __real_sendto(fd, octets, n, flags, to, to_n);
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
	forbid_blocking("recvmsg, blocking", fd, flags);
	return __real_recvmsg(fd, message, flags);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
	forbid_blocking("sendmsg, blocking", fd, flags);
	return __real_sendmsg(fd, message, flags);
}

int __wrap_recvmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec *most)
{
	forbid_blocking("recvmmsg, blocking", fd, flags);
	return __real_recvmmsg(fd, messages, n, flags, most);
}

int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags)
{
	forbid_blocking("sendmmsg, blocking", fd, flags);
	return __real_sendmmsg(fd, messages, n, flags);
}

int __wrap_accept4(int fd, struct sockaddr *from, socklen_t *from_n, int flags)
{
	forbid_blocking("accept4, blocking", fd, 0);
	return __real_accept4(fd, from, from_n, flags);
}

int __wrap_accept(int fd, struct sockaddr *from, socklen_t *from_n)
{
	forbid_blocking("accept, blocking", fd, 0);
	return __real_accept(fd, from, from_n);
}

int __wrap_connect(int fd, const struct sockaddr *to, socklen_t to_n)
{
	forbid_blocking("connect, blocking", fd, 0);
	return __real_connect(fd, to, to_n);
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int n, int timeout_ms)
{
	if (timeout_ms)
		strict_forbid("epoll_wait, blocking");
	return __real_epoll_wait(fd, events, n, timeout_ms);
}

#endif
