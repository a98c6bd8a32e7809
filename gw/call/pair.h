/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* How the tables of a call and of its legs declare a pair of state and event: what is done, or the reason why nothing is. */
#ifndef CALL_PAIR_H
#define CALL_PAIR_H

#define ACT(fn) { .act = fn }
/* May well be said; why nothing comes of it. */
#define SKIP(why) { .ignored = why }
/* Nobody says that; why. Counted when somebody does. */
#define NEVER(why) { .impossible = why }

#endif
