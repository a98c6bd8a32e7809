/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The two-leg state machine as a table (RFC 3398 7.2, 8.2; RFC 4497 8.2, 8.3): what the leg that called (left) and the
 * leg that is called (right) may say in each state of the call.
 */
#include "gw/call/call_table.h"

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/pair.h"

static struct counter unexpected_events =
	COUNTER_INIT("causeway_call_unexpected_events_total",
		     "Events between a call and its legs that their state does not expect");

static const char calling_only[] = "only the leg that called says that";
static const char called_only[] = "only the leg that is called says that";
static const char setup_first[] = "its SETUP comes first";
static const char setup_once[] = "the call has its SETUP";
static const char no_called_leg[] = "no leg was called yet";
static const char being_located[] = "the number was complete when its look-up began";
static const char nobody_there[] = "there is nobody to tell it to yet";
static const char makes_room[] =
	"that leg makes room for one with more digits: what it says until then no longer matters";
static const char number_reached[] = "the number was found: more digits change nothing";
static const char no_forward_progress[] = "before the answer the caller has no progress to tell of";
static const char not_connected[] = "nothing is connected that could be held or suspended";
static const char late_progress[] = "the call is answered, and what led there is of no more use";
static const char answered_once[] = "the call is answered";
static const char letting_go[] =
	"its release is on the way: what it says until then no longer matters";
static const char call_over[] = "both legs are forgotten";

/* clang-format off */
static const struct call_pair pairs[CALL_STS][LEG_EVS][2] = {
	[CALL_ST_NULL] = {
		[LEG_EV_SETUP]            = { ACT(call_do_setup),             NEVER(no_called_leg) },
		[LEG_EV_DIGITS]           = { NEVER(setup_first),             NEVER(no_called_leg) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             NEVER(no_called_leg) },
		[LEG_EV_PROGRESS]         = { NEVER(setup_first),             NEVER(no_called_leg) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             NEVER(no_called_leg) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             NEVER(no_called_leg) },
		[LEG_EV_HOLD]             = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_RETRIEVE]         = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_SUSPEND]          = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_RESUME]           = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_CARRIED]          = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_USER_INFO]        = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_MEDIA]            = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           NEVER(no_called_leg) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          NEVER(no_called_leg) },
	},
	[CALL_ST_COLLECTING] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(calling_only) },
		[LEG_EV_DIGITS]           = { ACT(call_do_collect),           NEVER(calling_only) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             SKIP(makes_room) },
		[LEG_EV_PROGRESS]         = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             SKIP(makes_room) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             SKIP(makes_room) },
		[LEG_EV_HOLD]             = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_RETRIEVE]         = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_SUSPEND]          = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_RESUME]           = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_CARRIED]          = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_USER_INFO]        = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_MEDIA]            = { SKIP(nobody_there),             SKIP(makes_room) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           ACT(call_do_replaced) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          ACT(call_do_replaced) },
	},
	[CALL_ST_LOCATING] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(no_called_leg) },
		[LEG_EV_DIGITS]           = { SKIP(being_located),            NEVER(no_called_leg) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             NEVER(no_called_leg) },
		[LEG_EV_PROGRESS]         = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             NEVER(no_called_leg) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             NEVER(no_called_leg) },
		[LEG_EV_HOLD]             = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_RETRIEVE]         = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_SUSPEND]          = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_RESUME]           = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_CARRIED]          = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_USER_INFO]        = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_MEDIA]            = { SKIP(nobody_there),             NEVER(no_called_leg) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           NEVER(no_called_leg) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          NEVER(no_called_leg) },
	},
	[CALL_ST_PROCEEDING] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(calling_only) },
		[LEG_EV_DIGITS]           = { ACT(call_do_more_digits),       NEVER(calling_only) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             ACT(call_do_complete) },
		[LEG_EV_PROGRESS]         = { SKIP(no_forward_progress),      ACT(call_do_progress) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             ACT(call_do_alerting) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             ACT(call_do_answer) },
		[LEG_EV_HOLD]             = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_RETRIEVE]         = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_SUSPEND]          = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_RESUME]           = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_CARRIED]          = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_USER_INFO]        = { ACT(call_do_user_info),         ACT(call_do_user_info) },
		[LEG_EV_MEDIA]            = { ACT(call_do_pass),              ACT(call_do_progress) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           ACT(call_do_release_early) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          ACT(call_do_released) },
	},
	[CALL_ST_COMPLETE] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(calling_only) },
		[LEG_EV_DIGITS]           = { ACT(call_do_more_digits),       NEVER(calling_only) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             ACT(call_do_complete) },
		[LEG_EV_PROGRESS]         = { SKIP(no_forward_progress),      ACT(call_do_progress) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             ACT(call_do_alerting) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             ACT(call_do_answer) },
		[LEG_EV_HOLD]             = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_RETRIEVE]         = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_SUSPEND]          = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_RESUME]           = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_CARRIED]          = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_USER_INFO]        = { ACT(call_do_user_info),         ACT(call_do_user_info) },
		[LEG_EV_MEDIA]            = { ACT(call_do_pass),              ACT(call_do_progress) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           ACT(call_do_release) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          ACT(call_do_released) },
	},
	[CALL_ST_ALERTING] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(calling_only) },
		[LEG_EV_DIGITS]           = { ACT(call_do_more_digits),       NEVER(calling_only) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             ACT(call_do_complete) },
		[LEG_EV_PROGRESS]         = { SKIP(no_forward_progress),      ACT(call_do_progress) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             ACT(call_do_alerting) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             ACT(call_do_answer) },
		[LEG_EV_HOLD]             = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_RETRIEVE]         = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_SUSPEND]          = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_RESUME]           = { SKIP(not_connected),            SKIP(not_connected) },
		[LEG_EV_CARRIED]          = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_USER_INFO]        = { ACT(call_do_user_info),         ACT(call_do_user_info) },
		[LEG_EV_MEDIA]            = { ACT(call_do_pass),              ACT(call_do_progress) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           ACT(call_do_release) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          ACT(call_do_released) },
	},
	[CALL_ST_ACTIVE] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(calling_only) },
		[LEG_EV_DIGITS]           = { SKIP(number_reached),           NEVER(calling_only) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             SKIP(late_progress) },
		[LEG_EV_PROGRESS]         = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             SKIP(late_progress) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             SKIP(answered_once) },
		[LEG_EV_HOLD]             = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_RETRIEVE]         = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_SUSPEND]          = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_RESUME]           = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_CARRIED]          = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_USER_INFO]        = { ACT(call_do_user_info),         ACT(call_do_user_info) },
		[LEG_EV_MEDIA]            = { ACT(call_do_pass),              ACT(call_do_pass) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release),           ACT(call_do_release) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          ACT(call_do_released) },
	},
	[CALL_ST_CLEARING] = {
		[LEG_EV_SETUP]            = { NEVER(setup_once),              NEVER(calling_only) },
		[LEG_EV_DIGITS]           = { SKIP(letting_go),               NEVER(calling_only) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(called_only),             SKIP(letting_go) },
		[LEG_EV_PROGRESS]         = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_ALERTING]         = { NEVER(called_only),             SKIP(letting_go) },
		[LEG_EV_ANSWER]           = { NEVER(called_only),             SKIP(letting_go) },
		[LEG_EV_HOLD]             = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_RETRIEVE]         = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_SUSPEND]          = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_RESUME]           = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_CARRIED]          = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_USER_INFO]        = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_MEDIA]            = { SKIP(letting_go),               SKIP(letting_go) },
		[LEG_EV_RELEASE]          = { ACT(call_do_release_crossing),  ACT(call_do_release_crossing) },
		[LEG_EV_RELEASED]         = { ACT(call_do_released),          ACT(call_do_released) },
	},
	[CALL_ST_RELEASED] = {
		[LEG_EV_SETUP]            = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_DIGITS]           = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_ADDRESS_COMPLETE] = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_PROGRESS]         = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_ALERTING]         = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_ANSWER]           = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_HOLD]             = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_RETRIEVE]         = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_SUSPEND]          = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_RESUME]           = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_CARRIED]          = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_USER_INFO]        = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_MEDIA]            = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_RELEASE]          = { NEVER(call_over),               NEVER(call_over) },
		[LEG_EV_RELEASED]         = { NEVER(call_over),               NEVER(call_over) },
	},
};
/* clang-format on */

void call_pair_skip(const char *subject, enum leg_ev ev, const char *where, const char *ignored,
		    const char *impossible)
{
	if (impossible)
		counter_add(&unexpected_events, 1);
	log_write(impossible ? LOG_WARNING : LOG_DEBUG, subject,
		  "%s while %s: nothing comes of it, as %s", leg_ev_name(ev), where,
		  impossible ? impossible : ignored);
}

const struct call_pair *call_pair(enum call_state state, unsigned side, enum leg_ev ev)
{
	return &pairs[state][ev][side];
}
