/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * A media thread neither allocates, locks, logs nor blocks. In builds with a sanitizer (STRICT) the process aborts where one
 * does so between strict_begin() and strict_end(); what is being done is named on standard error. In other builds these
 * are nothing.
 */
#ifndef BASE_STRICT_H
#define BASE_STRICT_H

#ifdef STRICT
/* Of the calling thread. */
void strict_begin(void);
void strict_end(void);
/* what is not to be done here. */
void strict_forbid(const char *what);
#else
static inline void strict_begin(void)
{
}

static inline void strict_end(void)
{
}

static inline void strict_forbid(const char *what)
{
	(void)what;
}
#endif

#endif
