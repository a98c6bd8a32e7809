/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a media thread must not do, watched (strict.c): it opens and closes nothing, touches no file and no folder, writes no
 * text, and asks for no name, address or local time, all of which read files, lock or allocate. */
#include "gw/base/strict.h"

#ifdef STRICT

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

__typeof__(close) __real_close, __wrap_close;
__typeof__(socket) __real_socket, __wrap_socket;
__typeof__(socketpair) __real_socketpair, __wrap_socketpair;
__typeof__(pipe) __real_pipe, __wrap_pipe;
__typeof__(pipe2) __real_pipe2, __wrap_pipe2;
__typeof__(dup) __real_dup, __wrap_dup;
__typeof__(dup2) __real_dup2, __wrap_dup2;
__typeof__(eventfd) __real_eventfd, __wrap_eventfd;
__typeof__(timerfd_create) __real_timerfd_create, __wrap_timerfd_create;
__typeof__(epoll_create1) __real_epoll_create1, __wrap_epoll_create1;
__typeof__(flock) __real_flock, __wrap_flock;
__typeof__(fsync) __real_fsync, __wrap_fsync;
__typeof__(fdatasync) __real_fdatasync, __wrap_fdatasync;
__typeof__(ftruncate) __real_ftruncate, __wrap_ftruncate;
__typeof__(stat) __real_stat, __wrap_stat;
__typeof__(lstat) __real_lstat, __wrap_lstat;
__typeof__(access) __real_access, __wrap_access;
__typeof__(unlink) __real_unlink, __wrap_unlink;
__typeof__(rename) __real_rename, __wrap_rename;
__typeof__(mkdir) __real_mkdir, __wrap_mkdir;
__typeof__(readlink) __real_readlink, __wrap_readlink;
__typeof__(opendir) __real_opendir, __wrap_opendir;
__typeof__(readdir) __real_readdir, __wrap_readdir;
__typeof__(closedir) __real_closedir, __wrap_closedir;
__typeof__(mmap) __real_mmap, __wrap_mmap;
__typeof__(munmap) __real_munmap, __wrap_munmap;
__typeof__(fopen) __real_fopen, __wrap_fopen;
__typeof__(fdopen) __real_fdopen, __wrap_fdopen;
__typeof__(freopen) __real_freopen, __wrap_freopen;
__typeof__(fclose) __real_fclose, __wrap_fclose;
__typeof__(fflush) __real_fflush, __wrap_fflush;
__typeof__(fread) __real_fread, __wrap_fread;
__typeof__(fwrite) __real_fwrite, __wrap_fwrite;
__typeof__(fgets) __real_fgets, __wrap_fgets;
__typeof__(fgetc) __real_fgetc, __wrap_fgetc;
__typeof__(fputs) __real_fputs, __wrap_fputs;
__typeof__(fputc) __real_fputc, __wrap_fputc;
__typeof__(puts) __real_puts, __wrap_puts;
__typeof__(putchar) __real_putchar, __wrap_putchar;
__typeof__(getline) __real_getline, __wrap_getline;
__typeof__(vprintf) __real_vprintf, __wrap_vprintf;
__typeof__(vfprintf) __real_vfprintf, __wrap_vfprintf;
__typeof__(vdprintf) __real_vdprintf, __wrap_vdprintf;
__typeof__(perror) __real_perror, __wrap_perror;
__typeof__(vsyslog) __real_vsyslog, __wrap_vsyslog;
__typeof__(getaddrinfo) __real_getaddrinfo, __wrap_getaddrinfo;
__typeof__(freeaddrinfo) __real_freeaddrinfo, __wrap_freeaddrinfo;
__typeof__(gethostbyname) __real_gethostbyname, __wrap_gethostbyname;
__typeof__(getpwnam) __real_getpwnam, __wrap_getpwnam;
__typeof__(getgrnam) __real_getgrnam, __wrap_getgrnam;
__typeof__(localtime_r) __real_localtime_r, __wrap_localtime_r;
__typeof__(gmtime_r) __real_gmtime_r, __wrap_gmtime_r;
__typeof__(mktime) __real_mktime, __wrap_mktime;

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

int __wrap_socketpair(int domain, int type, int protocol, int fds[2])
{
	strict_forbid("socketpair");
	return __real_socketpair(domain, type, protocol, fds);
}

int __wrap_pipe(int fds[2])
{
	strict_forbid("pipe");
	return __real_pipe(fds);
}

int __wrap_pipe2(int fds[2], int flags)
{
	strict_forbid("pipe2");
	return __real_pipe2(fds, flags);
}

int __wrap_dup(int fd)
{
	strict_forbid("dup");
	return __real_dup(fd);
}

int __wrap_dup2(int fd, int to)
{
	strict_forbid("dup2");
	return __real_dup2(fd, to);
}

int __wrap_eventfd(unsigned value, int flags)
{
	strict_forbid("eventfd");
	return __real_eventfd(value, flags);
}

int __wrap_timerfd_create(int clock, int flags)
{
	strict_forbid("timerfd_create");
	return __real_timerfd_create(clock, flags);
}

int __wrap_epoll_create1(int flags)
{
	strict_forbid("epoll_create1");
	return __real_epoll_create1(flags);
}

int __wrap_flock(int fd, int operation)
{
	strict_forbid("flock");
	return __real_flock(fd, operation);
}

int __wrap_fsync(int fd)
{
	strict_forbid("fsync");
	return __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
	strict_forbid("fdatasync");
	return __real_fdatasync(fd);
}

int __wrap_ftruncate(int fd, off_t n)
{
	strict_forbid("ftruncate");
	return __real_ftruncate(fd, n);
}

int __wrap_stat(const char *path, struct stat *is)
{
	strict_forbid("stat");
	return __real_stat(path, is);
}

int __wrap_lstat(const char *path, struct stat *is)
{
	strict_forbid("lstat");
	return __real_lstat(path, is);
}

int __wrap_access(const char *path, int mode)
{
	strict_forbid("access");
	return __real_access(path, mode);
}

int __wrap_unlink(const char *path)
{
	strict_forbid("unlink");
	return __real_unlink(path);
}

int __wrap_rename(const char *from, const char *to)
{
	strict_forbid("rename");
	return __real_rename(from, to);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	strict_forbid("mkdir");
	return __real_mkdir(path, mode);
}

ssize_t __wrap_readlink(const char *path, char *text, size_t cap)
{
	strict_forbid("readlink");
	return __real_readlink(path, text, cap);
}

DIR *__wrap_opendir(const char *path)
{
	strict_forbid("opendir");
	return __real_opendir(path);
}

struct dirent *__wrap_readdir(DIR *dir)
{
	strict_forbid("readdir");
	return __real_readdir(dir);
}

int __wrap_closedir(DIR *dir)
{
	strict_forbid("closedir");
	return __real_closedir(dir);
}

void *__wrap_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	strict_forbid("mmap");
	return __real_mmap(at, n, protection, flags, fd, offset);
}

int __wrap_munmap(void *at, size_t n)
{
	strict_forbid("munmap");
	return __real_munmap(at, n);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	strict_forbid("fopen");
	return __real_fopen(path, mode);
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
	strict_forbid("fdopen");
	return __real_fdopen(fd, mode);
}

FILE *__wrap_freopen(const char *path, const char *mode, FILE *file)
{
	strict_forbid("freopen");
	return __real_freopen(path, mode, file);
}

int __wrap_fclose(FILE *file)
{
	strict_forbid("fclose");
	return __real_fclose(file);
}

int __wrap_fflush(FILE *file)
{
	strict_forbid("fflush");
	return __real_fflush(file);
}

size_t __wrap_fread(void *octets, size_t size, size_t n, FILE *file)
{
	strict_forbid("fread");
	return __real_fread(octets, size, n, file);
}

size_t __wrap_fwrite(const void *octets, size_t size, size_t n, FILE *file)
{
	strict_forbid("fwrite");
	return __real_fwrite(octets, size, n, file);
}

char *__wrap_fgets(char *text, int cap, FILE *file)
{
	strict_forbid("fgets");
	return __real_fgets(text, cap, file);
}

int __wrap_fgetc(FILE *file)
{
	strict_forbid("fgetc");
	return __real_fgetc(file);
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

int __wrap_puts(const char *text)
{
	strict_forbid("puts");
	return __real_puts(text);
}

int __wrap_putchar(int c)
{
	strict_forbid("putchar");
	return __real_putchar(c);
}

ssize_t __wrap_getline(char **line, size_t *cap, FILE *file)
{
	strict_forbid("getline");
	return __real_getline(line, cap, file);
}

int __wrap_vprintf(const char *fmt, va_list ap)
{
	strict_forbid("vprintf");
	return __real_vprintf(fmt, ap);
}

int __wrap_vfprintf(FILE *file, const char *fmt, va_list ap)
{
	strict_forbid("vfprintf");
	return __real_vfprintf(file, fmt, ap);
}

int __wrap_vdprintf(int fd, const char *fmt, va_list ap)
{
	strict_forbid("vdprintf");
	return __real_vdprintf(fd, fmt, ap);
}

void __wrap_perror(const char *what)
{
	strict_forbid("perror");
	__real_perror(what);
}

void __wrap_vsyslog(int priority, const char *fmt, va_list ap)
{
	strict_forbid("vsyslog");
	__real_vsyslog(priority, fmt, ap);
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **found)
{
	strict_forbid("getaddrinfo");
	return __real_getaddrinfo(host, service, hints, found);
}

void __wrap_freeaddrinfo(struct addrinfo *found)
{
	strict_forbid("freeaddrinfo");
	__real_freeaddrinfo(found);
}

struct hostent *__wrap_gethostbyname(const char *host)
{
	strict_forbid("gethostbyname");
	return __real_gethostbyname(host);
}

struct passwd *__wrap_getpwnam(const char *name)
{
	strict_forbid("getpwnam");
	return __real_getpwnam(name);
}

struct group *__wrap_getgrnam(const char *name)
{
	strict_forbid("getgrnam");
	return __real_getgrnam(name);
}

struct tm *__wrap_localtime_r(const time_t *time, struct tm *parts)
{
	strict_forbid("localtime_r");
	return __real_localtime_r(time, parts);
}

struct tm *__wrap_gmtime_r(const time_t *time, struct tm *parts)
{
	strict_forbid("gmtime_r");
	return __real_gmtime_r(time, parts);
}

time_t __wrap_mktime(struct tm *parts)
{
	strict_forbid("mktime");
	return __real_mktime(parts);
}

/* printf() and what else takes any number of arguments. */
__typeof__(printf) __wrap_printf;
__typeof__(fprintf) __wrap_fprintf;
__typeof__(dprintf) __wrap_dprintf;
__typeof__(syslog) __wrap_syslog;
/* The third argument is there when flags say so; else it is passed on unread. */
int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode);
int __real_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode);

int __wrap_printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	strict_forbid("printf");
	va_start(ap, fmt);
	n = __real_vprintf(fmt, ap);
	va_end(ap);
	return n;
}

int __wrap_fprintf(FILE *file, const char *fmt, ...)
{
	va_list ap;
	int n;

	strict_forbid("fprintf");
	va_start(ap, fmt);
	n = __real_vfprintf(file, fmt, ap);
	va_end(ap);
	return n;
}

int __wrap_dprintf(int fd, const char *fmt, ...)
{
	va_list ap;
	int n;

	strict_forbid("dprintf");
	va_start(ap, fmt);
	n = __real_vdprintf(fd, fmt, ap);
	va_end(ap);
	return n;
}

void __wrap_syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	strict_forbid("syslog");
	va_start(ap, fmt);
	__real_vsyslog(priority, fmt, ap);
	va_end(ap);
}

int __wrap_open(const char *path, int flags, mode_t mode)
{
	strict_forbid("open");
	return __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, mode_t mode)
{
	strict_forbid("openat");
	return __real_openat(folder, path, flags, mode);
}

#endif
