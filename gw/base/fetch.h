/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Memory that is about to be needed, asked for before something that takes longer. */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FETCH_LINE 64 /* octets that a processor's cache fetches at once */

/* From one place to before another. Any thread; nothing there is read or written. */
static inline void fetch(const void *from, const void *end)
{
	for (const char *at = (const char *)from - (uintptr_t)from % FETCH_LINE; at < (const char *)end; at += FETCH_LINE)
		__builtin_prefetch(at, 1);
}

/* Octets of 0 that begin with a line, for structs that are laid out by lines; NULL: there is no memory. free() takes them. */
static inline void *lines_alloc(size_t octets)
{
	void *lines = aligned_alloc(FETCH_LINE, (octets + FETCH_LINE - 1) / FETCH_LINE * FETCH_LINE);

	return lines ? memset(lines, 0, octets) : NULL;
}

#endif
