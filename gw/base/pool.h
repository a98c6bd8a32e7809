/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Memory that comes and goes with every call and message. A block given back is the next one taken of its size: it is
 * still in the caches, and the allocator need not join and split again what is larger than it keeps by itself. With the
 * address sanitizer nothing is kept: it sees every use of what was given back. Core thread only.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#define POOL_STEP	 128   /* sizes are rounded up to it */
#define POOL_LARGEST	 16384 /* octets of a block that is kept */
#define POOL_KEPT_OCTETS (128 * 1024) /* of each size, at most */

/* own; NULL when out of memory. Ends with pool_give, never with free. */
void *pool_take(size_t octets) __attribute__((warn_unused_result));
/* The same, zeroed. */
void *pool_take_zeroed(size_t octets) __attribute__((warn_unused_result));
/* NULL is fine. */
void pool_give(void *block);
/* Octets kept, of all sizes. */
size_t pool_kept(void);

#endif
