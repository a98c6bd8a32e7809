/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Memory that is about to be needed, asked for before something that takes longer. */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stdint.h>

#define FETCH_LINE 64 /* octets that a processor's cache fetches at once */

/* From one place to before another. Any thread; nothing there is read or written. */
static inline void fetch(const void *from, const void *end)
{
	for (const char *at = (const char *)from - (uintptr_t)from % FETCH_LINE; at < (const char *)end; at += FETCH_LINE)
		__builtin_prefetch(at, 1);
}

#endif
