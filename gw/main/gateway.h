/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The daemon: every part made from one configuration and joined to the others. It holds no rule of its own. Core thread. */
#ifndef MAIN_GATEWAY_H
#define MAIN_GATEWAY_H

#include <stdbool.h>
#include <uv.h>

#include "conf/conf.h"
#include "gw/base/loop.h"
#include "gw/base/table.h"
#include "gw/call/call.h"
#include "gw/call/load.h"
#include "gw/call/treatment.h"
#include "gw/cdr/cdr.h"
#include "gw/dns/enum.h"
#include "gw/main/spans.h"
#include "gw/media/media.h"
#include "gw/mgmt/capture.h"
#include "gw/mgmt/control.h"
#include "gw/mgmt/ladder.h"
#include "gw/pstn/blocking.h"
#include "gw/pstn/isup_trunk.h"
#include "gw/pstn/linkset.h"
#include "gw/sip/ua.h"

#define GATEWAY_COMMANDS 18
#define GATEWAY_SHOWS	 5

/* In the order of stopping. */
enum gateway_phase {
	GATEWAY_RUNNING,
	GATEWAY_DRAINING,
	GATEWAY_RELEASING,
	GATEWAY_STOPPING_LINKS,
	GATEWAY_STOPPED
};

struct gateway {
	uv_loop_t *loop;	  /* borrow */
	struct conf *conf;	  /* own: in force */
	struct conf *opened;	  /* own, or conf itself: spans, linksets and addresses borrow from it until the end */
	struct timer_heap *heap;  /* own */
	struct loop_timers timers;
	struct spans *spans;	  /* own */
	struct media_engine *media; /* own */
	struct call_core *core;	  /* own */
	struct load *load;	  /* own */
	struct linkset **linksets; /* own, own */
	size_t n_linksets;
	struct blocking *blocking; /* own: the circuits that an operator has blocked */
	struct isup_trunk_check check; /* continuity, by the media engine */
	struct isup_trunk **trunks; /* own, own */
	size_t n_trunks;
	struct dns *dns;	  /* own */
	struct enum_resolver *enums; /* own */
	struct sip_transport *transport; /* own */
	struct sip_stack *stack;  /* own */
	struct sip_ua *sip;	  /* own */
	struct cdr *cdr;	  /* own, NULL: none */
	struct ladder *ladder;	  /* own */
	struct capture *capture;  /* own, NULL: none runs */
	struct control *control;  /* own */
	struct control_command commands[GATEWAY_COMMANDS];
	struct show shows[GATEWAY_SHOWS];
	uv_signal_t signals[3];
	size_t n_signals;
	enum gateway_phase phase;
	struct timer stop_timer;
	uint64_t stop_deadline_us;
};

/* Takes conf (also when it fails). Says what is wrong in the log. -errno. */
int gateway_open(struct gateway *gw, struct conf *conf, uv_loop_t *loop);
/* Run the loop until it has nothing left. */
void gateway_close(struct gateway *gw);

/* sip.c: name look-ups, sockets, transactions and the user agent, from the bottom up. */
int gateway_sip_open(struct gateway *gw);
void gateway_sip_close(struct gateway *gw);
/* stop.c. Graceful: block circuits, take no new calls, wait for those up at most drain_ms, then release; else release at
 * once. Then the links go out of service. Ends by stopping the loop. */
void gateway_stop(struct gateway *gw, bool graceful, uint64_t drain_ms);
/* reload.c. Reads conf's file again and applies it whole, or changes nothing. Faults go to fault(arg, text). */
int gateway_reload(struct gateway *gw, conf_error_fn *fault, void *arg);
/* apply.c */
int gateway_apply_trunks(struct gateway *gw, const struct conf *conf);
int gateway_apply_routes(struct gateway *gw, const struct conf *conf);
struct isup_trunk *gateway_find_trunk(const struct gateway *gw, const char *name);
/* Numbers are looked up as the configuration has it, from now on. */
void gateway_apply_enum(struct gateway *gw, const struct conf *conf);
uint32_t gateway_timer_default(const char *name, bool ansi);
bool gateway_timer_ok(const char *name, uint32_t ms, uint32_t *min_ms, uint32_t *max_ms);
/* commands.c */
void gateway_commands_open(struct gateway *gw);
/* echo.c, explain.c: a command each. */
void gateway_echo(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv, bool json);
void gateway_explain(void *arg, struct control_reply *reply, unsigned argc, const char *const *argv, bool json);
/* explain_number.c */
void gateway_explain_number(struct gateway *gw, struct control_reply *reply, struct str number, const char *trunk,
			    const char *carrier);
/* shows.c */
void gateway_shows_open(struct gateway *gw);
void gateway_shows_close(struct gateway *gw);

#endif
