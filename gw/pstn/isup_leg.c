/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The ISUP leg: what the circuit says becomes the leg vocabulary and back (RFC 3398 sections 7 and
 * 8 on the ISUP side). The leg is released towards the core at once and lives on until its circuit
 * is free, so that the ladder of a call shows its RLC.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/log.h"
#include "gw/base/trace.h"
#include "gw/call/call_table.h"
#include "gw/call/pair.h"
#include "gw/pstn/diagnostic.h"
#include "gw/pstn/iam.h"
#include "gw/pstn/iam_ansi.h"
#include "gw/pstn/number.h"
#include "gw/pstn/isup_leg.h"
#include "gw/pstn/transit.h"

static struct isup_leg *leg_of(struct leg *leg)
{
	return (struct isup_leg *)leg;
}

static void leg_free(struct isup_leg *leg)
{
	timer_close(&leg->t11);
	free(leg);
}

void isup_leg_enter(struct isup_leg *leg)
{
	leg->depth++;
}

void isup_leg_leave(struct isup_leg *leg)
{
	if (!--leg->depth && !leg->circuit && !leg->base.call)
		leg_free(leg);
}

static struct isup_cause cause_out(const struct isup_leg *leg, const struct leg_release *release)
{
	struct leg_release told = *release;
	struct isup_cause cause = { .location = (uint8_t)release->location,
				    .value = (uint8_t)release->cause };

	diagnostic_write(leg->trunk->conf, &told);
	cause.n_diagnostic = told.n_diagnostic;
	memcpy(cause.diagnostic, told.diagnostic, told.n_diagnostic);
	return cause;
}

static struct leg_release cause_in(const struct isup_leg *leg, const struct isup_cause *cause)
{
	struct leg_release release = { .cause = (enum q850_cause)cause->value,
				       .location = (enum q850_location)cause->location,
				       .cause_given = true,
				       .n_diagnostic = cause->n_diagnostic };

	memcpy(release.diagnostic, cause->diagnostic, cause->n_diagnostic);
	diagnostic_read(leg->trunk->conf, &release);
	return release;
}

static void trace_t11(const struct isup_leg *leg, const char *what)
{
	struct trace_event event = { .kind = TRACE_TIMER,
				     .call = leg->call,
				     .peer = leg->base.trunk->name,
				     .text = str_c(what) };

	trace_emit(&event);
}

void isup_leg_stop_t11(struct isup_leg *leg)
{
	if (!timer_running(&leg->t11))
		return;
	timer_stop(&leg->t11);
	trace_t11(leg, "T11 stopped");
}

static void circuit_release(struct isup_leg *leg, const struct isup_cause *cause)
{
	isup_leg_stop_t11(leg);
	if (leg->circuit && !leg->released) {
		leg->released = true;
		isup_release(leg->circuit, cause);
	}
}

/* The circuit asks for release (or took itself away): the core confirms with RELEASED, which
 * releases the circuit. */
void isup_leg_raise_release_of(struct isup_leg *leg, const struct isup_cause *cause,
			       const struct isup_msg *rel)
{
	struct transit_store store;
	struct leg_event event = { .ev = LEG_EV_RELEASE,
				   .release = cause_in(leg, cause),
				   .attachment = transit_attach(rel, &store) };

	uui_from_msg(rel, &event.release.user_to_user);
	leg->cause = *cause;
	if (leg->base.call)
		call_raise(&leg->base, &event);
	else
		circuit_release(leg, cause);
}

void isup_leg_raise_release(struct isup_leg *leg, const struct isup_cause *cause)
{
	isup_leg_raise_release_of(leg, cause, NULL);
}

void isup_leg_send(struct isup_leg *leg, struct isup_msg *msg)
{
	int err;

	if (leg->carried)
		transit_carry(leg->carried, msg);
	leg->carried = NULL;
	err = leg->circuit ? isup_send(leg->circuit, msg) : -EPROTO;

	if (err)
		log_write(LOG_WARNING, leg->call, "%s on %s cic %u not sent: %s",
			  isup_type_name(msg->type), leg->base.trunk->name, leg->cic,
			  strerror(-err));
}

/* RFC 3398 8.2.3: the backward call indicators of a gateway. */
static void put_bci(const struct isup_leg *leg, struct isup_msg *msg, bool free)
{
	bool interworking = leg->interworking || leg->trunk->conf->interworking;
	const struct isup_bci bci = { .charge = 2,
				      .called_status = free ? 1 : 0,
				      .called_category = 1,
				      .interworking = interworking,
				      .isup_all_way = !interworking,
				      .echo_control =
					      iam_echo_control(leg->trunk->conf, leg->use) };

	(void)isup_put_bci(msg, &bci);
	if (leg->fell_back)
		(void)isup_put_octet(msg, ISUP_P_TMU, leg->medium);
}

/* What is heard, and a failure of which an announcement tells: a cause in the message (Q.764 2.1.4.4, RFC 3398 7.1.6). */
static void put_in_band(struct isup_msg *msg, const struct leg_progress *progress)
{
	const struct isup_obci obci = { .in_band = true };
	const struct isup_cause cause = { .location = (uint8_t)progress->location,
					  .value = (uint8_t)progress->cause };

	if (progress->cause && progress->in_band)
		(void)isup_put_cause(msg, &cause);
	if (progress->in_band)
		(void)isup_put_obci(msg, &obci);
}

static void send_acm(struct isup_leg *leg, bool free, const struct leg_progress *progress)
{
	struct isup_msg msg;

	isup_leg_stop_t11(leg);
	leg->acm_sent = true;
	isup_msg_init(&msg, ISUP_ACM, 0);
	leg->interworking |= progress->interworking;
	put_bci(leg, &msg, free);
	put_in_band(&msg, progress);
	uui_to_msg(&progress->user_to_user, &msg);
	isup_leg_send(leg, &msg);
}

static void send_cpg(struct isup_leg *leg, uint8_t event, const struct leg_progress *progress)
{
	const struct isup_event info = { .event = event };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_CPG, 0);
	(void)isup_put_event(&msg, &info);
	put_in_band(&msg, progress);
	uui_to_msg(&progress->user_to_user, &msg);
	isup_leg_send(leg, &msg);
}

static void ringback(struct isup_leg *leg, bool on)
{
	if (leg->base.call && !leg->outgoing)
		call_ringback(leg->base.call, leg->base.side, on);
}

/* RFC 3398 8.2.3, by rows: what an 18x becomes, before and after the ACM. */
static void backward(struct isup_leg *leg, const struct leg_progress *progress, uint8_t event)
{
	bool first = !leg->acm_sent;
	struct leg_progress rest = *progress;

	if (first) {
		send_acm(leg, event == 1 || progress->subscriber_free, progress);
		rest.user_to_user.n = 0;
	}
	if (!first || event > 3)
		send_cpg(leg, event, &rest);
	/* "Upon receipt of a 180 the gateway SHOULD generate the ringback tone", ceased by media.
	 */
	if (progress->in_band)
		ringback(leg, false);
	else if (event == 1)
		ringback(leg, true);
}

static void do_alerting(struct isup_leg *leg, const struct leg_event *event)
{
	backward(leg, &event->progress, 1);
}

static void do_progress(struct isup_leg *leg, const struct leg_event *event)
{
	uint8_t code = event->progress.event;

	/* RFC 3398 8.2.3: 182 and 183 are CPG event 2; in-band information is said by the optional
	 * indicators. */
	if (code < 4)
		code = 2;
	backward(leg, &event->progress, code);
}

/* In conversation: nobody waits for an ACM. */
static void do_progress_up(struct isup_leg *leg, const struct leg_event *event)
{
	send_cpg(leg, event->progress.event < 4 ? 2 : event->progress.event, &event->progress);
}

static void do_media(struct isup_leg *leg, const struct leg_event *event)
{
	if (event->progress.in_band)
		do_progress(leg, event);
}

static void do_address_complete(struct isup_leg *leg, const struct leg_event *event)
{
	if (!leg->acm_sent)
		send_acm(leg, event->progress.subscriber_free, &event->progress);
	else if (event->progress.in_band)
		send_cpg(leg, 2, &event->progress);
	if (event->progress.in_band)
		ringback(leg, false);
}

/* Q.764 2.4: the calling side learns what the delay of the whole connection is. */
static void put_history(const struct isup_leg *leg, struct isup_msg *msg)
{
	const uint8_t octets[] = { (uint8_t)(leg->delay_ms >> 8), (uint8_t)leg->delay_ms };

	if (leg->delay_known)
		(void)isup_msg_add(msg, ISUP_P_CALL_HISTORY, octets, sizeof(octets));
}

static void do_answer(struct isup_leg *leg, const struct leg_event *event)
{
	bool connects = isup_type_name_as(leg->trunk->variant, ISUP_CON);
	struct isup_msg msg;
	struct isup_number number;

	isup_leg_stop_t11(leg);
	ringback(leg, false);
	leg->answered = true;
	/* RFC 3398 8.2.4: CON when no ACM was sent; 13: in ANSI networks ANM. */
	isup_msg_init(&msg, leg->acm_sent || !connects ? ISUP_ANM : ISUP_CON, 0);
	if (!leg->acm_sent && connects)
		put_bci(leg, &msg, true);
	if (event->answer.connected.digits[0] &&
	    !number_to_isup(leg->trunk->conf, &event->answer.connected, &number))
		(void)isup_put_number(&msg, ISUP_P_CONNECTED, &number);
	put_history(leg, &msg);
	uui_to_msg(&event->answer.user_to_user, &msg);
	leg->acm_sent = true;
	isup_leg_send(leg, &msg);
}

/* Q.763 3.25 generic notification, in ANSI networks the notification indicator: remote hold and remote retrieval
 * (RFC 3398 9.2). */
static void send_notification(struct isup_leg *leg, uint8_t notification)
{
	bool ansi = leg->trunk->variant == ISUP_ANSI;
	const struct isup_event info = { .event = 2 };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_CPG, 0);
	(void)isup_put_event(&msg, &info);
	(void)isup_msg_add(&msg, ansi ? ISUP_P_NOTIFICATION : ISUP_P_GENERIC_NOTIFICATION,
			   &notification, 1);
	isup_leg_send(leg, &msg);
}

static void do_hold(struct isup_leg *leg, const struct leg_event *event)
{
	(void)event;
	send_notification(leg, ISUP_REMOTE_HOLD);
}

static void do_retrieve(struct isup_leg *leg, const struct leg_event *event)
{
	(void)event;
	send_notification(leg, ISUP_REMOTE_RETRIEVAL);
}

static void send_suspend(struct isup_leg *leg, enum isup_type type, bool by_network)
{
	struct isup_msg msg;

	isup_msg_init(&msg, type, 0);
	(void)isup_put_octet(&msg, ISUP_P_SUSPEND_RESUME, by_network);
	isup_leg_send(leg, &msg);
}

static void do_suspend(struct isup_leg *leg, const struct leg_event *event)
{
	send_suspend(leg, ISUP_SUS, event->suspend.by_network);
}

static void do_resume(struct isup_leg *leg, const struct leg_event *event)
{
	send_suspend(leg, ISUP_RES, event->suspend.by_network);
}

/* To the leg that called: no more are needed, nothing waits for a pause; or what is waited for. */
static void do_digits_awaited(struct isup_leg *leg, const struct leg_event *event)
{
	const struct leg_awaited *awaited = &event->awaited;

	if (!leg->circuit)
		return;
	if (!event->digits_complete) {
		isup_digits_await(leg->circuit, awaited->missing, awaited->t10_ms, awaited->t35_ms);
		return;
	}
	isup_digits_complete(leg->circuit);
	isup_leg_start_t11(leg);
}

static void do_digits(struct isup_leg *leg, const struct leg_event *event)
{
	struct isup_number number = { .complete = event->digits_complete };
	struct isup_msg msg;
	int err = number_digits_out(event->digits, &number);

	isup_msg_init(&msg, ISUP_SAM, 0);
	if (!err)
		err = isup_put_number(&msg, ISUP_P_SUBSEQUENT, &number);
	if (err)
		log_write(LOG_WARNING, leg->call, "digits %.*s on %s cic %u not sent: %s",
			  STR_FMT(event->digits), leg->base.trunk->name, leg->cic, strerror(-err));
	else
		isup_leg_send(leg, &msg);
}

/* rel without parameters: the cause alone. */
static void release_as(struct isup_leg *leg, struct isup_msg *rel)
{
	if (!rel->n_params || !leg->circuit || leg->released) {
		circuit_release(leg, &leg->cause);
		return;
	}
	isup_leg_stop_t11(leg);
	leg->released = true;
	transit_pass(false, rel);
	isup_release_as(leg->circuit, rel);
}

static void do_release(struct isup_leg *leg, const struct leg_event *event)
{
	struct isup_msg rel;
	const struct leg_event released = { .ev = LEG_EV_RELEASED, .release = event->release };

	leg->cause = cause_out(leg, &event->release);
	/* RFC 3398 7.2.3: resources are released before the REL is sent. RELEASED makes the core
	 * let the bearer go. */
	if (!transit_read(&event->attachment, leg->trunk->variant, &rel) || rel.type != ISUP_REL)
		isup_msg_init_as(&rel, leg->trunk->variant, ISUP_REL, 0);
	if (!rel.n_params)
		uui_to_msg(&event->release.user_to_user, &rel);
	if (rel.n_params)
		(void)isup_put_cause(&rel, &leg->cause);
	call_raise(&leg->base, &released);
	release_as(leg, &rel);
}

static void do_released(struct isup_leg *leg, const struct leg_event *event)
{
	(void)event;
	circuit_release(leg, &leg->cause);
}

/* Whether a message of the other leg's circuit can go on over this one as it is. */
static bool goes_on(const struct isup_leg *leg, uint8_t type)
{
	switch (type) {
	case ISUP_ACM:
	case ISUP_CON:
		return !leg->outgoing && !leg->acm_sent;
	case ISUP_ANM:
		return !leg->outgoing && (leg->acm_sent || leg->trunk->variant == ISUP_ANSI);
	case ISUP_CPG:
		return leg->acm_sent || leg->answered;
	case ISUP_SUS:
	case ISUP_RES:
		return leg->answered;
	default:
		return true;
	}
}

/* An event that an ISUP message caused: true when the message went on; else it stays in msg for what is said instead. */
static bool pass_on(struct isup_leg *leg, const struct leg_event *event, struct isup_msg *msg)
{
	if (event->ev == LEG_EV_RELEASE ||
	    !transit_read(&event->attachment, leg->trunk->variant, msg))
		return false;
	if (event->ev != LEG_EV_CARRIED && !goes_on(leg, msg->type)) {
		leg->carried = msg;
		return false;
	}
	if (msg->type == ISUP_ACM || msg->type == ISUP_CON) {
		isup_leg_stop_t11(leg);
		leg->acm_sent = true;
	}
	leg->answered |= msg->type == ISUP_ANM || msg->type == ISUP_CON;
	transit_pass(iam_echo_control(leg->trunk->conf, leg->use), msg);
	isup_leg_send(leg, msg);
	return true;
}

static const char trunk_only[] = "a trunk is asked for a call, no leg";
static const char other_protocol[] = "it is of another protocol";
static const char in_band[] =
	"ISUP carries no digits beside the bearer: the engine puts them there";
static const char let_go[] = "the circuit is let go";
static const char after_answer[] = "the core passes that on after the answer";
static const char acm_says_so[] = "the ACM has said that no more digits are needed";
static const char to_caller_only[] = "the core tells that to the leg that called";
static const char core_connects[] = "the bearer is there: the core connects the media";
static const char answered[] = "the call is answered";

/* clang-format off */
static const struct isup_leg_pair pairs[ISUP_LEG_STATES][LEG_EVS] = {
	[ISUP_LEG_IN] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = ACT(do_digits_awaited),
		[LEG_EV_ADDRESS_COMPLETE] = ACT(do_address_complete),
		[LEG_EV_PROGRESS]         = ACT(do_progress),
		[LEG_EV_ALERTING]         = ACT(do_alerting),
		[LEG_EV_ANSWER]           = ACT(do_answer),
		[LEG_EV_HOLD]             = NEVER(after_answer),
		[LEG_EV_RETRIEVE]         = NEVER(after_answer),
		[LEG_EV_SUSPEND]          = NEVER(after_answer),
		[LEG_EV_RESUME]           = NEVER(after_answer),
		[LEG_EV_CARRIED]          = SKIP(other_protocol),
		[LEG_EV_USER_INFO]        = SKIP(in_band),
		[LEG_EV_MEDIA]            = ACT(do_media),
		[LEG_EV_RELEASE]          = ACT(do_release),
		[LEG_EV_RELEASED]         = ACT(do_released),
	},
	[ISUP_LEG_IN_ACM] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = SKIP(acm_says_so),
		[LEG_EV_ADDRESS_COMPLETE] = ACT(do_address_complete),
		[LEG_EV_PROGRESS]         = ACT(do_progress),
		[LEG_EV_ALERTING]         = ACT(do_alerting),
		[LEG_EV_ANSWER]           = ACT(do_answer),
		[LEG_EV_HOLD]             = NEVER(after_answer),
		[LEG_EV_RETRIEVE]         = NEVER(after_answer),
		[LEG_EV_SUSPEND]          = NEVER(after_answer),
		[LEG_EV_RESUME]           = NEVER(after_answer),
		[LEG_EV_CARRIED]          = SKIP(other_protocol),
		[LEG_EV_USER_INFO]        = SKIP(in_band),
		[LEG_EV_MEDIA]            = ACT(do_media),
		[LEG_EV_RELEASE]          = ACT(do_release),
		[LEG_EV_RELEASED]         = ACT(do_released),
	},
	[ISUP_LEG_OUT] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = ACT(do_digits),
		[LEG_EV_ADDRESS_COMPLETE] = NEVER(to_caller_only),
		[LEG_EV_PROGRESS]         = NEVER(after_answer),
		[LEG_EV_ALERTING]         = NEVER(to_caller_only),
		[LEG_EV_ANSWER]           = NEVER(to_caller_only),
		[LEG_EV_HOLD]             = NEVER(after_answer),
		[LEG_EV_RETRIEVE]         = NEVER(after_answer),
		[LEG_EV_SUSPEND]          = NEVER(after_answer),
		[LEG_EV_RESUME]           = NEVER(after_answer),
		[LEG_EV_CARRIED]          = SKIP(other_protocol),
		[LEG_EV_USER_INFO]        = SKIP(in_band),
		[LEG_EV_MEDIA]            = SKIP(core_connects),
		[LEG_EV_RELEASE]          = ACT(do_release),
		[LEG_EV_RELEASED]         = ACT(do_released),
	},
	[ISUP_LEG_UP] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = NEVER(answered),
		[LEG_EV_ADDRESS_COMPLETE] = NEVER(answered),
		[LEG_EV_PROGRESS]         = ACT(do_progress_up),
		[LEG_EV_ALERTING]         = NEVER(answered),
		[LEG_EV_ANSWER]           = NEVER(answered),
		[LEG_EV_HOLD]             = ACT(do_hold),
		[LEG_EV_RETRIEVE]         = ACT(do_retrieve),
		[LEG_EV_SUSPEND]          = ACT(do_suspend),
		[LEG_EV_RESUME]           = ACT(do_resume),
		[LEG_EV_CARRIED]          = SKIP(other_protocol),
		[LEG_EV_USER_INFO]        = SKIP(in_band),
		[LEG_EV_MEDIA]            = SKIP(core_connects),
		[LEG_EV_RELEASE]          = ACT(do_release),
		[LEG_EV_RELEASED]         = ACT(do_released),
	},
	[ISUP_LEG_GONE] = {
		[LEG_EV_SETUP]            = NEVER(trunk_only),
		[LEG_EV_DIGITS]           = SKIP(let_go),
		[LEG_EV_ADDRESS_COMPLETE] = SKIP(let_go),
		[LEG_EV_PROGRESS]         = SKIP(let_go),
		[LEG_EV_ALERTING]         = SKIP(let_go),
		[LEG_EV_ANSWER]           = SKIP(let_go),
		[LEG_EV_HOLD]             = SKIP(let_go),
		[LEG_EV_RETRIEVE]         = SKIP(let_go),
		[LEG_EV_SUSPEND]          = SKIP(let_go),
		[LEG_EV_RESUME]           = SKIP(let_go),
		[LEG_EV_CARRIED]          = SKIP(other_protocol),
		[LEG_EV_USER_INFO]        = SKIP(in_band),
		[LEG_EV_MEDIA]            = SKIP(let_go),
		[LEG_EV_RELEASE]          = ACT(do_release),
		[LEG_EV_RELEASED]         = ACT(do_released),
	},
};
/* clang-format on */

const struct isup_leg_pair *isup_leg_pair(enum isup_leg_state state, enum leg_ev ev)
{
	return &pairs[state][ev];
}

enum isup_leg_state isup_leg_state(const struct isup_leg *leg)
{
	if (!leg->circuit || leg->released)
		return ISUP_LEG_GONE;
	if (leg->answered)
		return ISUP_LEG_UP;
	if (leg->outgoing)
		return ISUP_LEG_OUT;
	return leg->acm_sent ? ISUP_LEG_IN_ACM : ISUP_LEG_IN;
}

static void act(struct isup_leg *leg, const struct leg_event *event)
{
	const struct isup_leg_pair *pair = isup_leg_pair(isup_leg_state(leg), event->ev);

	if (pair->act)
		pair->act(leg, event);
	else
		call_pair_skip(leg->call, event->ev,
			       leg->circuit ? isup_circuit_state(leg->circuit)
					    : "the circuit is gone",
			       pair->ignored, pair->impossible);
}

static void leg_event(struct leg *base, const struct leg_event *event)
{
	struct isup_leg *leg = leg_of(base);
	struct isup_msg msg;

	isup_leg_enter(leg);
	if (event->ev == LEG_EV_ADDRESS_COMPLETE || event->ev == LEG_EV_PROGRESS ||
	    event->ev == LEG_EV_ALERTING || event->ev == LEG_EV_ANSWER)
		isup_leg_review_bearer(leg);
	if (!pass_on(leg, event, &msg))
		act(leg, event);
	leg->carried = NULL;
	isup_leg_leave(leg);
}

static void leg_describe(const struct leg *base, char *text, size_t cap)
{
	const struct isup_leg *leg = (const struct isup_leg *)base;

	snprintf(text, cap, "cic %u", leg->cic);
}

/* A name for each language of ISUP, so that the other leg's tells whether messages can go through. */
static const struct leg_ops *leg_ops_of(enum isup_variant variant)
{
	static struct leg_ops ops[ISUP_VARIANTS];

	if (!ops[variant].event)
		ops[variant] = (struct leg_ops){ .protocol = transit_protocol(variant),
						 .event = leg_event,
						 .describe = leg_describe };
	return &ops[variant];
}

/* RFC 3398 8.2.8: nothing came back within T11, so the preceding exchange's T7 must not run out:
 * early ACM. */
static void t11_expired(struct timer *timer, void *arg)
{
	const struct leg_progress early = { .in_band = false };
	struct isup_leg *leg = arg;

	(void)timer;
	trace_t11(leg, "T11 expired");
	isup_leg_enter(leg);
	if (!leg->acm_sent)
		send_acm(leg, false, &early);
	isup_leg_leave(leg);
}

struct isup_leg *isup_leg_new(struct isup_trunk *trunk, bool outgoing)
{
	struct isup_leg *leg = calloc(1, sizeof(*leg));

	if (!leg)
		return NULL;
	leg->base.ops = leg_ops_of(trunk->variant);
	leg->base.trunk = &trunk->base;
	leg->trunk = trunk;
	leg->outgoing = outgoing;
	if (timer_init(&leg->t11, trunk->env.heap, "T11", t11_expired, leg)) {
		free(leg);
		return NULL;
	}
	leg->t11.subject = leg->call;
	return leg;
}

void isup_leg_take_circuit(struct isup_leg *leg, struct isup_circuit *circuit)
{
	leg->circuit = circuit;
	leg->cic = isup_circuit_cic(circuit);
	(void)str_copy(leg->call, sizeof(leg->call), str_c(call_id(leg->base.call)));
}

void isup_leg_start_t11(struct isup_leg *leg)
{
	uint32_t ms = isup_timer_ms(leg->trunk->isup, ISUP_T11);
	char text[32];

	timer_start_ms(&leg->t11, ms);
	if (!trace_wanted(TRACE_TIMER))
		return;
	snprintf(text, sizeof(text), "T11 started %u.%u s", ms / 1000, ms % 1000 / 100);
	trace_t11(leg, text);
}

/* A circuit whose continuity was checked is the call's from here on. */
void isup_leg_take_bearer(struct isup_leg *leg)
{
	const struct isup_cause failed = { .location = Q850_LOC_PUBLIC_LOCAL,
					   .value = Q850_CIRCUIT_NOT_AVAILABLE };

	if (!leg->bearer_open && leg->base.call && isup_leg_open_bearer(leg, leg->circuit))
		isup_leg_raise_release(leg, &failed);
}

const char *isup_leg_call_id(void *arg, struct isup_circuit *circuit)
{
	const struct isup_leg *leg = isup_circuit_user(circuit);

	(void)arg;
	return leg && leg->call[0] ? leg->call : NULL;
}

/* The IAM of an outgoing call, and what INF may have to say of it. */
static int make_iam(struct isup_leg *leg, const struct leg_setup *setup,
		    const struct leg_attachment *attachment, struct isup_msg *iam)
{
	struct isup_trunk *trunk = leg->trunk;
	struct isup_msg in;
	struct isup_nci nci;
	int err = iam_from_setup(trunk->conf, setup, iam);

	iam->variant = (uint8_t)trunk->variant;
	if (!err && trunk->variant == ISUP_ANSI)
		err = iam_to_ansi(trunk->conf, setup, iam);
	if (!err && transit_read(attachment, trunk->variant, &in) && in.type == ISUP_IAM)
		err = transit_iam(trunk->conf, &in, iam);
	if (err)
		return err;
	(void)isup_get_number(iam, ISUP_P_CALLING, &leg->calling);
	(void)isup_get_octet(iam, ISUP_P_CPC, &leg->category);
	if (isup_trunk_wants_check(trunk) && isup_get_nci(iam, &nci)) {
		nci.continuity = ISUP_NCI_CHECK_HERE;
		err = isup_put_nci(iam, &nci);
	}
	return err;
}

/* Why isup_setup did not take the call. */
static enum q850_cause cause_of(int err)
{
	switch (err) {
	case -EAGAIN:
		return Q850_NO_CIRCUIT;
	case -EBUSY:
		return Q850_CONGESTION;
	default:
		return Q850_NETWORK_OUT_OF_ORDER;
	}
}

static int start(struct isup_leg *leg, struct call *call, struct isup_msg *iam)
{
	int err;

	isup_leg_enter(leg);
	leg->base.call = call; /* so that the trace of the IAM carries the call id */
	(void)str_copy(leg->call, sizeof(leg->call), str_c(call_id(call)));
	err = isup_setup(leg->trunk->isup, iam, leg, &leg->circuit);
	leg->base.call = NULL;
	leg->depth--;
	return err;
}

int isup_leg_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		   const struct leg_attachment *attachment, struct leg **out,
		   enum q850_cause *cause)
{
	struct isup_leg *leg = isup_leg_new((struct isup_trunk *)trunk, true);
	struct isup_nci nci;
	struct isup_msg iam;
	int err;

	*cause = Q850_RESOURCE_UNAVAILABLE;
	if (!leg)
		return -ENOMEM;
	err = make_iam(leg, setup, attachment, &iam);
	if (err) {
		*cause = err == -ELOOP ? Q850_EXCHANGE_ROUTING_ERROR : Q850_INCOMPLETE;
		goto fail;
	}
	err = start(leg, call, &iam);
	if (err) {
		*cause = cause_of(err);
		goto fail;
	}
	call_bind(call, &leg->base);
	isup_leg_take_circuit(leg, leg->circuit);
	leg->use = setup->bearer;
	/* A circuit that is being checked is not the call's yet. */
	if (isup_get_nci(&iam, &nci) && nci.continuity != ISUP_NCI_CHECK_HERE) {
		isup_leg_enter(leg);
		isup_leg_take_bearer(leg);
		isup_leg_leave(leg);
	}
	*out = &leg->base;
	return 0;
fail:
	leg_free(leg);
	return err;
}

void isup_leg_drop(struct isup_circuit *circuit, void *arg)
{
	struct isup_leg *leg = isup_circuit_user(circuit);

	(void)arg;
	isup_circuit_set_user(circuit, NULL);
	if (leg)
		leg_free(leg);
}
