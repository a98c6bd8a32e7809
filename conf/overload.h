/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* When the gateway counts as overloaded, as plain data: a part of conf/conf.h. */
#ifndef CONF_OVERLOAD_H
#define CONF_OVERLOAD_H

#include <stdint.h>

struct conf_overload { /* overload { } */
	unsigned busy, busy_severe;	  /* busy = 90, busy-severe = 98: percent of the core thread; 0: not looked at */
	uint32_t lag_ms, lag_severe_ms;	  /* lag = 200ms, lag-severe = 1s: how late its timers are; 0: not looked at */
	unsigned calls_per_second;	  /* calls-per-second = 0: more are refused; 0: no limit */
	uint32_t hold_ms;		  /* hold = 5s: a level lasts that long after its cause */
};

#endif
