/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * What a media thread must not do, watched: malloc() and its kin by the sanitizer's hooks, wherever
 * they are called from; the rest by the linker's --wrap, which replaces our own code's calls of
 * read() by __wrap_read(), and calls the original __real_read(). The names are the Makefile's.
 */
#include "gw/base/strict.h"

#ifdef STRICT

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
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

/* ---- what blocks, or may ---- */

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_rwlock_rdlock(pthread_rwlock_t *lock);
int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock);
int __real_pthread_rwlock_wrlock(pthread_rwlock_t *lock);
int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);
int __real_pthread_cond_broadcast(pthread_cond_t *cond);
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond);
int __real_sem_wait(sem_t *sem);
int __wrap_sem_wait(sem_t *sem);
int __real_usleep(useconds_t us);
int __wrap_usleep(useconds_t us);
int __real_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
size_t __real_fwrite(const void *octets, size_t size, size_t n, FILE *file);
size_t __wrap_fwrite(const void *octets, size_t size, size_t n, FILE *file);
int __real_fputs(const char *text, FILE *file);
int __wrap_fputs(const char *text, FILE *file);
int __real_fputc(int c, FILE *file);
int __wrap_fputc(int c, FILE *file);
ssize_t __real_read(int fd, void *octets, size_t n);
ssize_t __wrap_read(int fd, void *octets, size_t n);
ssize_t __real_write(int fd, const void *octets, size_t n);
ssize_t __wrap_write(int fd, const void *octets, size_t n);
ssize_t __real_recv(int fd, void *octets, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *octets, size_t n, int flags);
ssize_t __real_send(int fd, const void *octets, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *octets, size_t n, int flags);
ssize_t __real_recvfrom(int fd, void *octets, size_t n, int flags, struct sockaddr *from,
			socklen_t *from_n);
ssize_t __wrap_recvfrom(int fd, void *octets, size_t n, int flags, struct sockaddr *from,
			socklen_t *from_n);
ssize_t __real_sendto(int fd, const void *octets, size_t n, int flags, const struct sockaddr *to,
		      socklen_t to_n);
ssize_t __wrap_sendto(int fd, const void *octets, size_t n, int flags, const struct sockaddr *to,
		      socklen_t to_n);
int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode);

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	strict_forbid("pthread_mutex_lock");
	return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	strict_forbid("pthread_rwlock_rdlock");
	return __real_pthread_rwlock_rdlock(lock);
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	strict_forbid("pthread_rwlock_wrlock");
	return __real_pthread_rwlock_wrlock(lock);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	strict_forbid("pthread_cond_wait");
	return __real_pthread_cond_wait(cond, mutex);
}

int __wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	strict_forbid("pthread_cond_signal");
	return __real_pthread_cond_signal(cond);
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
	strict_forbid("pthread_cond_broadcast");
	return __real_pthread_cond_broadcast(cond);
}

int __wrap_sem_wait(sem_t *sem)
{
	strict_forbid("sem_wait");
	return __real_sem_wait(sem);
}

int __wrap_usleep(useconds_t us)
{
	strict_forbid("usleep");
	return __real_usleep(us);
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
	strict_forbid("nanosleep");
	return __real_nanosleep(time, left);
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	strict_forbid("poll");
	return __real_poll(fds, n, timeout_ms);
}

int __wrap_close(int fd)
{
	strict_forbid("close");
	return __real_close(fd);
}

int __wrap_socket(int domain, int type, int protocol)
{
	strict_forbid("socket");
	return __real_socket(domain, type, protocol);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	strict_forbid("fopen");
	return __real_fopen(path, mode);
}

int __wrap_fclose(FILE *file)
{
	strict_forbid("fclose");
	return __real_fclose(file);
}

size_t __wrap_fwrite(const void *octets, size_t size, size_t n, FILE *file)
{
	strict_forbid("fwrite");
	return __real_fwrite(octets, size, n, file);
}

int __wrap_fputs(const char *text, FILE *file)
{
	strict_forbid("fputs");
	return __real_fputs(text, file);
}

int __wrap_fputc(int c, FILE *file)
{
	strict_forbid("fputc");
	return __real_fputc(c, file);
}

/* The third argument is there when flags say so; else it is passed on unread. */
int __wrap_open(const char *path, int flags, mode_t mode)
{
	strict_forbid("open");
	return __real_open(path, flags, mode);
}

/* ---- what blocks by its descriptor ---- */

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

#endif
