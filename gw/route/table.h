/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* What the files of gw/route share. */
#ifndef ROUTE_TABLE_H
#define ROUTE_TABLE_H

#include "gw/route/route.h"

struct route *route_table_own(struct route_table *table, size_t index);
/* own reference; NULL when out of memory. */
struct route_use *route_use_new(const char *name);

#endif
