/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What a media thread must not do, watched (strict.c): it locks nothing, waits for nothing, and starts nothing. Forbidden
 * whether it would block or not. */
#include "gw/base/strict.h"

#ifdef STRICT

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

__typeof__(pthread_mutex_lock) __real_pthread_mutex_lock, __wrap_pthread_mutex_lock;
__typeof__(pthread_mutex_timedlock) __real_pthread_mutex_timedlock, __wrap_pthread_mutex_timedlock;
__typeof__(pthread_mutex_clocklock) __real_pthread_mutex_clocklock, __wrap_pthread_mutex_clocklock;
__typeof__(pthread_rwlock_rdlock) __real_pthread_rwlock_rdlock, __wrap_pthread_rwlock_rdlock;
__typeof__(pthread_rwlock_timedrdlock) __real_pthread_rwlock_timedrdlock,
	__wrap_pthread_rwlock_timedrdlock;
__typeof__(pthread_rwlock_wrlock) __real_pthread_rwlock_wrlock, __wrap_pthread_rwlock_wrlock;
__typeof__(pthread_rwlock_timedwrlock) __real_pthread_rwlock_timedwrlock,
	__wrap_pthread_rwlock_timedwrlock;
__typeof__(pthread_spin_lock) __real_pthread_spin_lock, __wrap_pthread_spin_lock;
__typeof__(pthread_barrier_wait) __real_pthread_barrier_wait, __wrap_pthread_barrier_wait;
__typeof__(pthread_cond_wait) __real_pthread_cond_wait, __wrap_pthread_cond_wait;
__typeof__(pthread_cond_timedwait) __real_pthread_cond_timedwait, __wrap_pthread_cond_timedwait;
__typeof__(pthread_cond_clockwait) __real_pthread_cond_clockwait, __wrap_pthread_cond_clockwait;
__typeof__(pthread_cond_signal) __real_pthread_cond_signal, __wrap_pthread_cond_signal;
__typeof__(pthread_cond_broadcast) __real_pthread_cond_broadcast, __wrap_pthread_cond_broadcast;
__typeof__(pthread_create) __real_pthread_create, __wrap_pthread_create;
__typeof__(pthread_join) __real_pthread_join, __wrap_pthread_join;
__typeof__(sem_wait) __real_sem_wait, __wrap_sem_wait;
__typeof__(sem_timedwait) __real_sem_timedwait, __wrap_sem_timedwait;
__typeof__(sem_clockwait) __real_sem_clockwait, __wrap_sem_clockwait;
__typeof__(uv_mutex_lock) __real_uv_mutex_lock, __wrap_uv_mutex_lock;
__typeof__(uv_rwlock_rdlock) __real_uv_rwlock_rdlock, __wrap_uv_rwlock_rdlock;
__typeof__(uv_rwlock_wrlock) __real_uv_rwlock_wrlock, __wrap_uv_rwlock_wrlock;
__typeof__(uv_cond_wait) __real_uv_cond_wait, __wrap_uv_cond_wait;
__typeof__(uv_cond_timedwait) __real_uv_cond_timedwait, __wrap_uv_cond_timedwait;
__typeof__(uv_sem_wait) __real_uv_sem_wait, __wrap_uv_sem_wait;
__typeof__(uv_thread_join) __real_uv_thread_join, __wrap_uv_thread_join;
__typeof__(uv_run) __real_uv_run, __wrap_uv_run;
__typeof__(uv_async_send) __real_uv_async_send, __wrap_uv_async_send;
__typeof__(uv_sleep) __real_uv_sleep, __wrap_uv_sleep;
__typeof__(sleep) __real_sleep, __wrap_sleep;
__typeof__(usleep) __real_usleep, __wrap_usleep;
__typeof__(nanosleep) __real_nanosleep, __wrap_nanosleep;
__typeof__(clock_nanosleep) __real_clock_nanosleep, __wrap_clock_nanosleep;
__typeof__(pause) __real_pause, __wrap_pause;
__typeof__(sigwait) __real_sigwait, __wrap_sigwait;
__typeof__(sigwaitinfo) __real_sigwaitinfo, __wrap_sigwaitinfo;
__typeof__(sigtimedwait) __real_sigtimedwait, __wrap_sigtimedwait;
__typeof__(sigsuspend) __real_sigsuspend, __wrap_sigsuspend;
__typeof__(fork) __real_fork, __wrap_fork;
__typeof__(wait) __real_wait, __wrap_wait;
__typeof__(waitpid) __real_waitpid, __wrap_waitpid;
__typeof__(poll) __real_poll, __wrap_poll;
__typeof__(ppoll) __real_ppoll, __wrap_ppoll;
__typeof__(select) __real_select, __wrap_select;
__typeof__(pselect) __real_pselect, __wrap_pselect;

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	strict_forbid("pthread_mutex_lock");
	return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
	strict_forbid("pthread_mutex_timedlock");
	return __real_pthread_mutex_timedlock(mutex, until);
}

int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
				   const struct timespec *until)
{
	strict_forbid("pthread_mutex_clocklock");
	return __real_pthread_mutex_clocklock(mutex, clock, until);
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	strict_forbid("pthread_rwlock_rdlock");
	return __real_pthread_rwlock_rdlock(lock);
}

int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *until)
{
	strict_forbid("pthread_rwlock_timedrdlock");
	return __real_pthread_rwlock_timedrdlock(lock, until);
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	strict_forbid("pthread_rwlock_wrlock");
	return __real_pthread_rwlock_wrlock(lock);
}

int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *until)
{
	strict_forbid("pthread_rwlock_timedwrlock");
	return __real_pthread_rwlock_timedwrlock(lock, until);
}

int __wrap_pthread_spin_lock(pthread_spinlock_t *lock)
{
	strict_forbid("pthread_spin_lock");
	return __real_pthread_spin_lock(lock);
}

int __wrap_pthread_barrier_wait(pthread_barrier_t *barrier)
{
	strict_forbid("pthread_barrier_wait");
	return __real_pthread_barrier_wait(barrier);
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	strict_forbid("pthread_cond_wait");
	return __real_pthread_cond_wait(cond, mutex);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
				  const struct timespec *until)
{
	strict_forbid("pthread_cond_timedwait");
	return __real_pthread_cond_timedwait(cond, mutex, until);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
				  const struct timespec *until)
{
	strict_forbid("pthread_cond_clockwait");
	return __real_pthread_cond_clockwait(cond, mutex, clock, until);
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

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg)
{
	strict_forbid("pthread_create");
	return __real_pthread_create(thread, attr, run, arg);
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
	strict_forbid("pthread_join");
	return __real_pthread_join(thread, result);
}

int __wrap_sem_wait(sem_t *sem)
{
	strict_forbid("sem_wait");
	return __real_sem_wait(sem);
}

int __wrap_sem_timedwait(sem_t *sem, const struct timespec *until)
{
	strict_forbid("sem_timedwait");
	return __real_sem_timedwait(sem, until);
}

int __wrap_sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *until)
{
	strict_forbid("sem_clockwait");
	return __real_sem_clockwait(sem, clock, until);
}

void __wrap_uv_mutex_lock(uv_mutex_t *mutex)
{
	strict_forbid("uv_mutex_lock");
	__real_uv_mutex_lock(mutex);
}

void __wrap_uv_rwlock_rdlock(uv_rwlock_t *lock)
{
	strict_forbid("uv_rwlock_rdlock");
	__real_uv_rwlock_rdlock(lock);
}

void __wrap_uv_rwlock_wrlock(uv_rwlock_t *lock)
{
	strict_forbid("uv_rwlock_wrlock");
	__real_uv_rwlock_wrlock(lock);
}

void __wrap_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *mutex)
{
	strict_forbid("uv_cond_wait");
	__real_uv_cond_wait(cond, mutex);
}

int __wrap_uv_cond_timedwait(uv_cond_t *cond, uv_mutex_t *mutex, uint64_t ns)
{
	strict_forbid("uv_cond_timedwait");
	return __real_uv_cond_timedwait(cond, mutex, ns);
}

void __wrap_uv_sem_wait(uv_sem_t *sem)
{
	strict_forbid("uv_sem_wait");
	__real_uv_sem_wait(sem);
}

int __wrap_uv_thread_join(uv_thread_t *thread)
{
	strict_forbid("uv_thread_join");
	return __real_uv_thread_join(thread);
}

int __wrap_uv_run(uv_loop_t *loop, uv_run_mode mode)
{
	strict_forbid("uv_run");
	return __real_uv_run(loop, mode);
}

int __wrap_uv_async_send(uv_async_t *async)
{
	strict_forbid("uv_async_send");
	return __real_uv_async_send(async);
}

void __wrap_uv_sleep(unsigned ms)
{
	strict_forbid("uv_sleep");
	__real_uv_sleep(ms);
}

unsigned __wrap_sleep(unsigned s)
{
	strict_forbid("sleep");
	return __real_sleep(s);
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

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
			   struct timespec *left)
{
	strict_forbid("clock_nanosleep");
	return __real_clock_nanosleep(clock, flags, time, left);
}

int __wrap_pause(void)
{
	strict_forbid("pause");
	return __real_pause();
}

int __wrap_sigwait(const sigset_t *set, int *signal)
{
	strict_forbid("sigwait");
	return __real_sigwait(set, signal);
}

int __wrap_sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	strict_forbid("sigwaitinfo");
	return __real_sigwaitinfo(set, info);
}

int __wrap_sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *most)
{
	strict_forbid("sigtimedwait");
	return __real_sigtimedwait(set, info, most);
}

int __wrap_sigsuspend(const sigset_t *set)
{
	strict_forbid("sigsuspend");
	return __real_sigsuspend(set);
}

pid_t __wrap_fork(void)
{
	strict_forbid("fork");
	return __real_fork();
}

pid_t __wrap_wait(int *status)
{
	strict_forbid("wait");
	return __real_wait(status);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	strict_forbid("waitpid");
	return __real_waitpid(pid, status, options);
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	strict_forbid("poll");
	return __real_poll(fds, n, timeout_ms);
}

int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *most, const sigset_t *set)
{
	strict_forbid("ppoll");
	return __real_ppoll(fds, n, most, set);
}

int __wrap_select(int n, fd_set *in, fd_set *out, fd_set *other, struct timeval *most)
{
	strict_forbid("select");
	return __real_select(n, in, out, other, most);
}

int __wrap_pselect(int n, fd_set *in, fd_set *out, fd_set *other, const struct timespec *most,
		   const sigset_t *set)
{
	strict_forbid("pselect");
	return __real_pselect(n, in, out, other, most, set);
}

#endif
