/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The ISUP leg: what the circuit says becomes the leg vocabulary (RFC 3398 7.2, 8.2.1). */
#include <errno.h>
#include <string.h>

#include "gw/base/counter.h"
#include "gw/base/log.h"
#include "gw/call/pair.h"
#include "gw/pstn/iam.h"
#include "gw/pstn/iam_ansi.h"
#include "gw/pstn/isup_leg.h"
#include "gw/pstn/number.h"
#include "gw/pstn/transit.h"

/* Q.763 3.28, 3.29 */
#define REQUEST_CALLING	  0x01
#define REQUEST_CATEGORY  0x08
#define CALLING_NOT_THERE 0x01
#define CALLING_INCLUDED  0x03
#define CATEGORY_INCLUDED 0x20

static struct counter unexpected =
	COUNTER_INIT("causeway_isup_unexpected_indications_total",
		     "Indications of ISUP that the state of the call's leg does not expect");

static void refuse(struct isup_circuit *circuit, enum q850_cause value)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = (uint8_t)value };

	isup_release(circuit, &cause);
}

static void note_delay(struct isup_leg *leg, const struct isup_msg *iam)
{
	const struct isup_param *param = isup_msg_find(iam, ISUP_P_PROPAGATION_DELAY);
	const uint8_t *octets = param ? isup_param_octets(iam, param) : NULL;

	leg->delay_known = param && param->length == 2;
	if (leg->delay_known)
		leg->delay_ms = (uint16_t)(octets[0] << 8 | octets[1]);
}

/* T1.113.4: the call has left by another trunk group, and nothing was heard back yet. */
static void send_exit(struct isup_leg *leg)
{
	struct isup_msg exm;

	if (!leg->trunk->conf->exit_message || !leg->circuit || leg->released || leg->acm_sent ||
	    !leg->base.call || !call_other_protocol(leg->base.call, leg->base.side))
		return;
	isup_msg_init_as(&exm, leg->trunk->variant, ISUP_EXM, 0);
	isup_leg_send(leg, &exm);
}

static void setup_indicated(struct isup_trunk *trunk, struct isup_circuit *circuit,
			    const struct isup_msg *iam)
{
	struct isup_leg *leg = isup_leg_new(trunk, false);
	enum q850_cause cause = Q850_TEMPORARY_FAILURE;
	struct isup_cause failed = { .location = Q850_LOC_PUBLIC_LOCAL };
	struct leg_setup setup;
	struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &setup };
	struct transit_store store;
	int err;

	if (!leg || !call_new(trunk->env.core, &leg->base, &cause)) {
		refuse(circuit, cause);
		if (leg) {
			isup_leg_enter(leg);
			isup_leg_leave(leg);
		}
		return;
	}
	isup_leg_enter(leg);
	isup_leg_take_circuit(leg, circuit);
	isup_circuit_set_user(circuit, leg);
	err = iam_to_setup(trunk->conf, iam, &setup);
	if (!err && trunk->variant == ISUP_ANSI)
		err = iam_from_ansi(trunk->conf, iam, &setup);
	if (err) /* Q.850: 28 also is for a number of a wrong format */
		failed.value = err == -ENOTSUP ? Q850_BEARER_NOT_IMPLEMENTED : Q850_INCOMPLETE;
	leg->use = setup.bearer;
	leg->fell_back = iam_fallback(iam, &leg->medium);
	if (!failed.value && isup_leg_open_bearer(leg, circuit))
		failed.value = Q850_TEMPORARY_FAILURE;
	if (failed.value) {
		isup_leg_raise_release(leg, &failed);
	} else {
		if (setup.complete) {
			isup_digits_complete(circuit);
			isup_leg_start_t11(leg);
		}
		event.attachment = transit_attach(iam, &store);
		note_delay(leg, iam);
		call_raise(&leg->base, &event);
		send_exit(leg);
	}
	isup_leg_leave(leg);
}

static void digits_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct leg_event event = { .ev = LEG_EV_DIGITS };
	struct leg_number number = { .digits = "" };
	struct isup_number in;
	struct transit_store store;

	if (ind->msg && isup_get_number(ind->msg, ISUP_P_SUBSEQUENT, &in)) {
		in.noa = ISUP_NOA_UNKNOWN;
		in.npi = ISUP_NPI_ISDN;
		(void)number_from_isup(leg->trunk->conf, &in, &number);
		event.digits_complete = in.complete;
	} else if (ind->ind == ISUP_IND_T10) {
		event.digits_complete = true;
	} else {
		return;
	}
	event.digits = str_c(number.digits);
	event.attachment = transit_attach(ind->msg, &store);
	if (event.digits_complete) {
		isup_digits_complete(leg->circuit);
		isup_leg_start_t11(leg);
	}
	if (leg->base.call)
		call_raise(&leg->base, &event);
}

static bool other_is_isup(const struct isup_leg *leg)
{
	const char *other = call_other_protocol(leg->base.call, leg->base.side);

	return other && strcmp(other, transit_protocol(leg->trunk->variant)) == 0;
}

static void message_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct transit_store store;
	const struct leg_event event = { .ev = LEG_EV_CARRIED,
					 .attachment = transit_attach(ind->msg, &store) };

	if (leg->base.call)
		call_raise(&leg->base, &event);
}

/* Q.764 2.1.6: the exchange before this one answers, or this one with what its IAM said. */
static void request_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	const struct isup_param *param = isup_msg_find(ind->msg, ISUP_P_INFO_REQUEST);
	uint8_t wanted = param && param->length ? isup_param_octets(ind->msg, param)[0] : 0;
	uint8_t given[2] = { 0 };
	struct isup_msg inf;

	if (leg->base.call && other_is_isup(leg)) {
		isup_information_later(leg->circuit);
		message_indicated(leg, ind);
		return;
	}
	if (wanted & REQUEST_CALLING)
		given[0] |= leg->calling.n ? CALLING_INCLUDED : CALLING_NOT_THERE;
	if (wanted & REQUEST_CATEGORY)
		given[0] |= CATEGORY_INCLUDED;
	isup_msg_init(&inf, ISUP_INF, 0);
	(void)isup_msg_add(&inf, ISUP_P_INFORMATION, given, sizeof(given));
	if (wanted & REQUEST_CALLING && leg->calling.n)
		(void)isup_put_number(&inf, ISUP_P_CALLING, &leg->calling);
	if (wanted & REQUEST_CATEGORY)
		(void)isup_put_octet(&inf, ISUP_P_CPC, leg->category);
	isup_leg_send(leg, &inf);
}

static void progress_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct leg_event event = { .ev = notification_from_msg(ind->msg) };
	struct transit_store store;

	if (!leg->answered || event.ev == LEG_EVS)
		progress_from_msg(ind->msg, &event);
	if (leg->answered && event.ev == LEG_EV_ALERTING)
		event.ev = LEG_EV_PROGRESS;
	if (!leg->answered && event.progress.cause)
		leg->announced = event.progress.cause;
	/* Q.764 2.1.9: tones come from the exchange of the called party: the path back is there
	 * from the ACM on. To SIP only what a message calls in-band is (RFC 3398 7.2.5). */
	if (other_is_isup(leg) && !leg->answered)
		event.progress.in_band = true;
	event.attachment = transit_attach(ind->msg, &store);
	call_raise(&leg->base, &event);
}

static void answer_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct leg_event event = { .ev = LEG_EV_ANSWER };
	struct isup_number connected;
	struct transit_store store;

	isup_leg_take_bearer(leg);
	leg->answered = true;
	if (isup_get_number(ind->msg, ISUP_P_CONNECTED, &connected))
		(void)number_from_isup(leg->trunk->conf, &connected, &event.answer.connected);
	uui_from_msg(ind->msg, &event.answer.user_to_user);
	event.attachment = transit_attach(ind->msg, &store);
	call_raise(&leg->base, &event);
}

static void suspend_raise(struct isup_leg *leg, const struct isup_indication *ind, enum leg_ev ev)
{
	struct leg_event event = { .ev = ev };
	struct transit_store store;
	uint8_t octet = 0;

	(void)isup_get_octet(ind->msg, ISUP_P_SUSPEND_RESUME, &octet);
	event.suspend.by_network = octet & 1;
	event.attachment = transit_attach(ind->msg, &store);
	call_raise(&leg->base, &event);
}

static void suspend_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	suspend_raise(leg, ind, LEG_EV_SUSPEND);
}

static void resume_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	suspend_raise(leg, ind, LEG_EV_RESUME);
}

/* REL, or a timer. RFC 3398 7.1.6: T9 ends an announcement; the caller hears why it was made. */
static void release_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct isup_cause cause = ind->cause;

	if (!ind->msg && cause.value == Q850_NO_ANSWER && leg->announced)
		cause.value = (uint8_t)leg->announced;
	leg->released = ind->ind == ISUP_IND_T35;
	isup_leg_raise_release_of(leg, &cause,
				  ind->msg && ind->msg->type == ISUP_REL ? ind->msg : NULL);
}

/* The circuit is no longer ours: whatever the core still waits for from this leg ends now. */
static void circuit_gone(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct isup_cause cause = ind->cause;

	leg->circuit = NULL;
	isup_leg_stop_t11(leg);
	/* An exchange in overload is not asked again for the same call. */
	if (ind->ind == ISUP_IND_REATTEMPT && cause.value != Q850_CONGESTION)
		cause.value = Q850_CIRCUIT_NOT_AVAILABLE;
	if (leg->base.call)
		isup_leg_raise_release(leg, &cause);
}

static void complete_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	isup_leg_take_bearer(leg);
	progress_indicated(leg, ind);
}

static void continuity_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	(void)ind;
	isup_leg_take_bearer(leg);
}

static const char has_its_setup[] = "the circuit has its call";
static const char let_go[] = "the circuit is let go";
static const char forward_only[] = "the exchange that is called sends no digits";
static const char backward_only[] = "the exchange that called does not say how the call goes";
static const char we_ask_for_it[] = "the check is the one that our IAM asks for";
static const char after_answer[] = "ISUP takes it after the answer only";
static const char answered[] = "the call is answered";

/* clang-format off */
static const struct isup_ind_pair pairs[ISUP_LEG_STATES][ISUP_INDS] = {
	[ISUP_LEG_IN] = {
		[ISUP_IND_SETUP]              = NEVER(has_its_setup),
		[ISUP_IND_DIGITS]             = ACT(digits_indicated),
		[ISUP_IND_ADDRESS_COMPLETE]   = NEVER(backward_only),
		[ISUP_IND_PROGRESS]           = NEVER(backward_only),
		[ISUP_IND_ANSWER]             = NEVER(backward_only),
		[ISUP_IND_SUSPEND]            = NEVER(after_answer),
		[ISUP_IND_RESUME]             = NEVER(after_answer),
		[ISUP_IND_CONTINUITY]         = NEVER(we_ask_for_it),
		[ISUP_IND_INFO_REQUEST]       = ACT(request_indicated),
		[ISUP_IND_INFORMATION]        = ACT(message_indicated),
		[ISUP_IND_MESSAGE]            = ACT(message_indicated),
		[ISUP_IND_T10]                = ACT(digits_indicated),
		[ISUP_IND_T35]                = ACT(release_indicated),
		[ISUP_IND_RELEASE]            = ACT(release_indicated),
		[ISUP_IND_RELEASED]           = ACT(circuit_gone),
		[ISUP_IND_REATTEMPT]          = ACT(circuit_gone),
	},
	[ISUP_LEG_IN_ACM] = {
		[ISUP_IND_SETUP]              = NEVER(has_its_setup),
		[ISUP_IND_DIGITS]             = ACT(digits_indicated),
		[ISUP_IND_ADDRESS_COMPLETE]   = NEVER(backward_only),
		[ISUP_IND_PROGRESS]           = NEVER(backward_only),
		[ISUP_IND_ANSWER]             = NEVER(backward_only),
		[ISUP_IND_SUSPEND]            = NEVER(after_answer),
		[ISUP_IND_RESUME]             = NEVER(after_answer),
		[ISUP_IND_CONTINUITY]         = NEVER(we_ask_for_it),
		[ISUP_IND_INFO_REQUEST]       = ACT(request_indicated),
		[ISUP_IND_INFORMATION]        = ACT(message_indicated),
		[ISUP_IND_MESSAGE]            = ACT(message_indicated),
		[ISUP_IND_T10]                = ACT(digits_indicated),
		[ISUP_IND_T35]                = ACT(release_indicated),
		[ISUP_IND_RELEASE]            = ACT(release_indicated),
		[ISUP_IND_RELEASED]           = ACT(circuit_gone),
		[ISUP_IND_REATTEMPT]          = ACT(circuit_gone),
	},
	[ISUP_LEG_OUT] = {
		[ISUP_IND_SETUP]              = NEVER(has_its_setup),
		[ISUP_IND_DIGITS]             = NEVER(forward_only),
		[ISUP_IND_ADDRESS_COMPLETE]   = ACT(complete_indicated),
		[ISUP_IND_PROGRESS]           = ACT(progress_indicated),
		[ISUP_IND_ANSWER]             = ACT(answer_indicated),
		[ISUP_IND_SUSPEND]            = NEVER(after_answer),
		[ISUP_IND_RESUME]             = NEVER(after_answer),
		[ISUP_IND_CONTINUITY]         = ACT(continuity_indicated),
		[ISUP_IND_INFO_REQUEST]       = ACT(request_indicated),
		[ISUP_IND_INFORMATION]        = ACT(message_indicated),
		[ISUP_IND_MESSAGE]            = ACT(message_indicated),
		[ISUP_IND_T10]                = NEVER(forward_only),
		[ISUP_IND_T35]                = NEVER(forward_only),
		[ISUP_IND_RELEASE]            = ACT(release_indicated),
		[ISUP_IND_RELEASED]           = ACT(circuit_gone),
		[ISUP_IND_REATTEMPT]          = ACT(circuit_gone),
	},
	[ISUP_LEG_UP] = {
		[ISUP_IND_SETUP]              = NEVER(has_its_setup),
		[ISUP_IND_DIGITS]             = NEVER(answered),
		[ISUP_IND_ADDRESS_COMPLETE]   = NEVER(answered),
		[ISUP_IND_PROGRESS]           = ACT(progress_indicated),
		[ISUP_IND_ANSWER]             = NEVER(answered),
		[ISUP_IND_SUSPEND]            = ACT(suspend_indicated),
		[ISUP_IND_RESUME]             = ACT(resume_indicated),
		[ISUP_IND_CONTINUITY]         = NEVER(we_ask_for_it),
		[ISUP_IND_INFO_REQUEST]       = ACT(request_indicated),
		[ISUP_IND_INFORMATION]        = ACT(message_indicated),
		[ISUP_IND_MESSAGE]            = ACT(message_indicated),
		[ISUP_IND_T10]                = NEVER(answered),
		[ISUP_IND_T35]                = NEVER(answered),
		[ISUP_IND_RELEASE]            = ACT(release_indicated),
		[ISUP_IND_RELEASED]           = ACT(circuit_gone),
		[ISUP_IND_REATTEMPT]          = ACT(circuit_gone),
	},
	[ISUP_LEG_GONE] = {
		[ISUP_IND_SETUP]              = NEVER(has_its_setup),
		[ISUP_IND_DIGITS]             = SKIP(let_go),
		[ISUP_IND_ADDRESS_COMPLETE]   = SKIP(let_go),
		[ISUP_IND_PROGRESS]           = SKIP(let_go),
		[ISUP_IND_ANSWER]             = SKIP(let_go),
		[ISUP_IND_SUSPEND]            = SKIP(let_go),
		[ISUP_IND_RESUME]             = SKIP(let_go),
		[ISUP_IND_CONTINUITY]         = SKIP(let_go),
		[ISUP_IND_INFO_REQUEST]       = SKIP(let_go),
		[ISUP_IND_INFORMATION]        = SKIP(let_go),
		[ISUP_IND_MESSAGE]            = SKIP(let_go),
		[ISUP_IND_T10]                = SKIP(let_go),
		[ISUP_IND_T35]                = SKIP(let_go),
		[ISUP_IND_RELEASE]            = SKIP(let_go),
		[ISUP_IND_RELEASED]           = ACT(circuit_gone),
		[ISUP_IND_REATTEMPT]          = ACT(circuit_gone),
	},
};
/* clang-format on */

const struct isup_ind_pair *isup_ind_pair(enum isup_leg_state state, enum isup_ind ind)
{
	return &pairs[state][ind];
}

static void ind_skip(const struct isup_leg *leg, enum isup_ind ind,
		     const struct isup_ind_pair *pair)
{
	if (pair->impossible)
		counter_add(&unexpected, 1);
	log_write(pair->impossible ? LOG_WARNING : LOG_DEBUG, leg->call,
		  "indication %u of cic %u: nothing comes of it, as %s", (unsigned)ind, leg->cic,
		  pair->impossible ? pair->impossible : pair->ignored);
}

void isup_leg_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct isup_leg *leg = isup_circuit_user(circuit);
	const struct isup_ind_pair *pair;

	if (ind->ind == ISUP_IND_SETUP) {
		setup_indicated(arg, circuit, ind->msg);
		return;
	}
	if (!leg)
		return;
	isup_leg_enter(leg);
	pair = isup_ind_pair(isup_leg_state(leg), ind->ind);
	if (pair->act)
		pair->act(leg, ind);
	else
		ind_skip(leg, ind->ind, pair);
	isup_leg_leave(leg);
}

/* A call in that has no other leg yet may find one. */
bool isup_leg_passes_on(void *arg, struct isup_circuit *circuit)
{
	const struct isup_leg *leg = isup_circuit_user(circuit);

	(void)arg;
	if (!leg)
		return true;
	if (!leg->base.call)
		return false;
	return !call_other_protocol(leg->base.call, leg->base.side) || other_is_isup(leg);
}
