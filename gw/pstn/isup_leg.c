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
#include "gw/pstn/iam.h"
#include "gw/pstn/number.h"
#include "gw/pstn/pstn_private.h"

struct isup_leg {
	struct leg base;	      /* first */
	struct isup_trunk *trunk;     /* borrow */
	struct isup_circuit *circuit; /* borrow; NULL when no longer ours */
	unsigned depth;		      /* nested calls: freed at 0 */
	bool outgoing;
	bool acm_sent, answered;
	bool released; /* isup_release was called */
	uint16_t cic;
	struct isup_cause cause;   /* of our release */
	enum q850_cause announced; /* outgoing: a failure told in band before the release, 0 none */
	struct timer t11; /* incoming: early ACM when nothing comes back (RFC 3398 8.2.8) */
	char call[CALL_ID_MAX];
};

static const struct leg_ops isup_leg_ops;

static struct isup_leg *leg_of(struct leg *leg)
{
	return (struct isup_leg *)leg;
}

static void leg_free(struct isup_leg *leg)
{
	timer_close(&leg->t11);
	free(leg);
}

static void leg_enter(struct isup_leg *leg)
{
	leg->depth++;
}

static void leg_leave(struct isup_leg *leg)
{
	if (!--leg->depth && !leg->circuit && !leg->base.call)
		leg_free(leg);
}

static struct isup_cause cause_out(const struct leg_release *release)
{
	struct isup_cause cause = { .location = (uint8_t)release->location,
				    .value = (uint8_t)release->cause,
				    .n_diagnostic = release->n_diagnostic };

	memcpy(cause.diagnostic, release->diagnostic, release->n_diagnostic);
	return cause;
}

static struct leg_release cause_in(const struct isup_cause *cause)
{
	struct leg_release release = { .cause = (enum q850_cause)cause->value,
				       .location = (enum q850_location)cause->location,
				       .cause_given = true,
				       .n_diagnostic = cause->n_diagnostic };

	memcpy(release.diagnostic, cause->diagnostic, cause->n_diagnostic);
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

static void stop_t11(struct isup_leg *leg)
{
	if (!timer_running(&leg->t11))
		return;
	timer_stop(&leg->t11);
	trace_t11(leg, "T11 stopped");
}

static void circuit_release(struct isup_leg *leg, const struct isup_cause *cause)
{
	stop_t11(leg);
	if (leg->circuit && !leg->released) {
		leg->released = true;
		isup_release(leg->circuit, cause);
	}
}

/* The circuit asks for release (or took itself away): the core confirms with RELEASED, which
 * releases the circuit. */
static void raise_release(struct isup_leg *leg, const struct isup_cause *cause)
{
	const struct leg_event event = { .ev = LEG_EV_RELEASE, .release = cause_in(cause) };

	leg->cause = *cause;
	if (leg->base.call)
		call_raise(&leg->base, &event);
	else
		circuit_release(leg, cause);
}

static void send_msg(struct isup_leg *leg, struct isup_msg *msg)
{
	int err = leg->circuit ? isup_send(leg->circuit, msg) : -EPROTO;

	if (err)
		log_write(LOG_WARNING, leg->call, "%s on %s cic %u not sent: %s",
			  isup_type_name(msg->type), leg->base.trunk->name, leg->cic,
			  strerror(-err));
}

/* RFC 3398 8.2.3: the backward call indicators of a gateway. */
static void put_bci(struct isup_msg *msg, bool free)
{
	const struct isup_bci bci = { .charge = 2,
				      .called_status = free ? 1 : 0,
				      .called_category = 1,
				      .isup_all_way = true };

	(void)isup_put_bci(msg, &bci);
}

static void put_in_band(struct isup_msg *msg)
{
	const struct isup_obci obci = { .in_band = true };

	(void)isup_put_obci(msg, &obci);
}

static void send_acm(struct isup_leg *leg, bool free, bool in_band)
{
	struct isup_msg msg;

	stop_t11(leg);
	leg->acm_sent = true;
	isup_msg_init(&msg, ISUP_ACM, 0);
	put_bci(&msg, free);
	if (in_band)
		put_in_band(&msg);
	send_msg(leg, &msg);
}

static void send_cpg(struct isup_leg *leg, uint8_t event, bool in_band)
{
	const struct isup_event info = { .event = event };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_CPG, 0);
	(void)isup_put_event(&msg, &info);
	if (in_band)
		put_in_band(&msg);
	send_msg(leg, &msg);
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

	if (first)
		send_acm(leg, event == 1 || progress->subscriber_free, progress->in_band);
	if (!first || event > 3)
		send_cpg(leg, event, progress->in_band);
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
	if (leg->outgoing) /* in conversation: nobody waits for an ACM from here */
		send_cpg(leg, code, event->progress.in_band);
	else
		backward(leg, &event->progress, code);
}

static void do_address_complete(struct isup_leg *leg, const struct leg_event *event)
{
	if (!leg->acm_sent)
		send_acm(leg, event->progress.subscriber_free, event->progress.in_band);
	else if (event->progress.in_band)
		send_cpg(leg, 2, true);
	if (event->progress.in_band)
		ringback(leg, false);
}

static void do_answer(struct isup_leg *leg, const struct leg_event *event)
{
	struct isup_msg msg;
	struct isup_number number;

	stop_t11(leg);
	ringback(leg, false);
	leg->answered = true;
	/* RFC 3398 8.2.4: CON when no ACM was sent. */
	isup_msg_init(&msg, leg->acm_sent ? ISUP_ANM : ISUP_CON, 0);
	if (!leg->acm_sent)
		put_bci(&msg, true);
	if (event->answer.connected.digits[0] &&
	    !number_to_isup(leg->trunk->conf, &event->answer.connected, &number))
		(void)isup_put_number(&msg, ISUP_P_CONNECTED, &number);
	leg->acm_sent = true;
	send_msg(leg, &msg);
}

/* Q.763 3.25 generic notification: remote hold and remote retrieval (RFC 3398 9.2). */
static void send_notification(struct isup_leg *leg, uint8_t notification)
{
	const struct isup_event info = { .event = 2 };
	struct isup_msg msg;

	isup_msg_init(&msg, ISUP_CPG, 0);
	(void)isup_put_event(&msg, &info);
	(void)isup_put_octet(&msg, ISUP_P_GENERIC_NOTIFICATION, notification);
	send_msg(leg, &msg);
}

static void send_suspend(struct isup_leg *leg, enum isup_type type, bool by_network)
{
	struct isup_msg msg;

	isup_msg_init(&msg, type, 0);
	(void)isup_put_octet(&msg, ISUP_P_SUSPEND_RESUME, by_network);
	send_msg(leg, &msg);
}

static void start_t11(struct isup_leg *leg)
{
	uint32_t ms = isup_timer_ms(leg->trunk->isup, ISUP_T11);
	char text[32];

	timer_start_ms(&leg->t11, ms);
	if (!trace_wanted(TRACE_TIMER))
		return;
	snprintf(text, sizeof(text), "T11 started %u.%u s", ms / 1000, ms % 1000 / 100);
	trace_t11(leg, text);
}

/* To the leg that called: no more are needed, nothing waits for a pause. */
static void do_digits_complete(struct isup_leg *leg)
{
	isup_digits_complete(leg->circuit);
	start_t11(leg);
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
		send_msg(leg, &msg);
}

static void do_release(struct isup_leg *leg, const struct leg_event *event)
{
	const struct leg_event released = { .ev = LEG_EV_RELEASED, .release = event->release };

	leg->cause = cause_out(&event->release);
	/* RFC 3398 7.2.3: resources are released before the REL is sent. RELEASED makes the core
	 * let the bearer go. */
	call_raise(&leg->base, &released);
	circuit_release(leg, &leg->cause);
}

static void leg_event(struct leg *base, const struct leg_event *event)
{
	struct isup_leg *leg = leg_of(base);

	leg_enter(leg);
	switch (event->ev) {
	case LEG_EV_DIGITS:
		if (leg->base.side == 0)
			do_digits_complete(leg);
		else
			do_digits(leg, event);
		break;
	case LEG_EV_ADDRESS_COMPLETE:
		do_address_complete(leg, event);
		break;
	case LEG_EV_PROGRESS:
		do_progress(leg, event);
		break;
	case LEG_EV_ALERTING:
		do_alerting(leg, event);
		break;
	case LEG_EV_ANSWER:
		do_answer(leg, event);
		break;
	case LEG_EV_HOLD:
		send_notification(leg, ISUP_REMOTE_HOLD);
		break;
	case LEG_EV_RETRIEVE:
		send_notification(leg, ISUP_REMOTE_RETRIEVAL);
		break;
	case LEG_EV_SUSPEND:
		send_suspend(leg, ISUP_SUS, event->suspend.by_network);
		break;
	case LEG_EV_RESUME:
		send_suspend(leg, ISUP_RES, event->suspend.by_network);
		break;
	case LEG_EV_MEDIA:
		if (!leg->outgoing && !leg->answered && event->progress.in_band)
			do_progress(leg, event);
		break;
	case LEG_EV_RELEASE:
		do_release(leg, event);
		break;
	case LEG_EV_RELEASED:
		circuit_release(leg, &leg->cause);
		break;
	case LEG_EV_SETUP:
	case LEG_EV_USER_INFO: /* ISUP carries no digits out of band: the engine has put them in
				  band */
	case LEG_EVS:
		break;
	}
	leg_leave(leg);
}

static void leg_describe(const struct leg *base, char *text, size_t cap)
{
	const struct isup_leg *leg = (const struct isup_leg *)base;

	snprintf(text, cap, "cic %u", leg->cic);
}

static const struct leg_ops isup_leg_ops = {
	.protocol = "isup",
	.event = leg_event,
	.describe = leg_describe,
};

/* RFC 3398 8.2.8: nothing came back within T11, so the preceding exchange's T7 must not run out:
 * early ACM. */
static void t11_expired(struct timer *timer, void *arg)
{
	struct isup_leg *leg = arg;

	(void)timer;
	trace_t11(leg, "T11 expired");
	leg_enter(leg);
	if (!leg->acm_sent)
		send_acm(leg, false, false);
	leg_leave(leg);
}

static struct isup_leg *leg_new(struct isup_trunk *trunk, bool outgoing)
{
	struct isup_leg *leg = calloc(1, sizeof(*leg));

	if (!leg)
		return NULL;
	leg->base.ops = &isup_leg_ops;
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

static void leg_take_circuit(struct isup_leg *leg, struct isup_circuit *circuit)
{
	leg->circuit = circuit;
	leg->cic = isup_circuit_cic(circuit);
	(void)str_copy(leg->call, sizeof(leg->call), str_c(call_id(leg->base.call)));
}

/* The circuit's line card, by the trunk and by what the bearer is for (Q.763 3.54). */
static struct media_bearer_params bearer_params(const struct isup_leg *leg,
						const struct tdm_span *span, enum leg_bearer bearer)
{
	static const unsigned tails_ms[] = {
		[CONF_ECHO_32] = 32, [CONF_ECHO_64] = 64, [CONF_ECHO_128] = 128
	};
	const struct conf_isup *conf = leg->trunk->conf;
	bool clear = bearer == LEG_BEARER_UNRESTRICTED;

	return (struct media_bearer_params){
		.echo_tail_ms = tails_ms[conf->echo],
		.block_ms = conf->echo_block_ms,
		.hardware_echo = span->cancels_echo,
		.clear = clear,
		.hear_dtmf = !clear,
		.hear_tones = !clear && conf->fax != CONF_FAX_OFF,
		.fax = conf->fax == CONF_FAX_VBD ? MEDIA_FAX_VBD : MEDIA_FAX_OFF,
	};
}

static int open_bearer(struct isup_leg *leg, struct isup_circuit *circuit, enum leg_bearer use)
{
	const struct isup_bearer *bearer = isup_circuit_bearer(circuit);
	struct media_bearer_params params = bearer_params(leg, bearer->span, use);
	struct media_channel *media = call_media(leg->base.call);
	int err = media ? media_bearer_set(media, leg->base.side, &params) : 0;

	if (media && !err)
		err = media_bearer_open(media, leg->base.side, bearer->span, bearer->timeslot);
	if (err)
		log_write(LOG_ERROR, call_id(leg->base.call), "timeslot %u of %s not opened: %s",
			  bearer->timeslot, bearer->span->name, strerror(-err));
	return err;
}

static void refuse(struct isup_circuit *circuit, enum q850_cause value)
{
	const struct isup_cause cause = { .location = Q850_LOC_PUBLIC_LOCAL,
					  .value = (uint8_t)value };

	isup_release(circuit, &cause);
}

static void setup_indicated(struct isup_trunk *trunk, struct isup_circuit *circuit,
			    const struct isup_msg *iam)
{
	struct isup_leg *leg = leg_new(trunk, false);
	enum q850_cause cause = Q850_TEMPORARY_FAILURE;
	struct isup_cause failed = { .location = Q850_LOC_PUBLIC_LOCAL };
	struct leg_setup setup;
	struct leg_event event = { .ev = LEG_EV_SETUP, .setup = &setup };

	if (!leg || !call_new(trunk->env.core, &leg->base, &cause)) {
		refuse(circuit, cause);
		if (leg) {
			leg_enter(leg);
			leg_leave(leg);
		}
		return;
	}
	leg_enter(leg);
	leg_take_circuit(leg, circuit);
	isup_circuit_set_user(circuit, leg);
	if (iam_to_setup(trunk->conf, iam, &setup))
		failed.value = Q850_INCOMPLETE; /* Q.850: also a number of a wrong format */
	else if (open_bearer(leg, circuit, setup.bearer))
		failed.value = Q850_TEMPORARY_FAILURE;
	if (failed.value) {
		raise_release(leg, &failed);
	} else {
		if (setup.complete) {
			isup_digits_complete(circuit);
			start_t11(leg);
		}
		call_raise(&leg->base, &event);
	}
	leg_leave(leg);
}

static void digits_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct leg_event event = { .ev = LEG_EV_DIGITS };
	struct leg_number number = { .digits = "" };
	struct isup_number in;

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
	if (event.digits_complete) {
		isup_digits_complete(leg->circuit);
		start_t11(leg);
	}
	if (leg->base.call)
		call_raise(&leg->base, &event);
}

static void progress_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct leg_event event = { .ev = notification_from_msg(ind->msg) };

	if (!leg->answered || event.ev == LEG_EVS)
		progress_from_msg(ind->msg, &event);
	if (leg->answered && event.ev == LEG_EV_ALERTING)
		event.ev = LEG_EV_PROGRESS;
	if (!leg->answered && event.progress.cause)
		leg->announced = event.progress.cause;
	call_raise(&leg->base, &event);
}

static void answer_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct leg_event event = { .ev = LEG_EV_ANSWER };
	struct isup_number connected;

	leg->answered = true;
	if (isup_get_number(ind->msg, ISUP_P_CONNECTED, &connected))
		(void)number_from_isup(leg->trunk->conf, &connected, &event.answer.connected);
	call_raise(&leg->base, &event);
}

static void suspend_indicated(struct isup_leg *leg, const struct isup_indication *ind,
			      enum leg_ev ev)
{
	struct leg_event event = { .ev = ev };
	uint8_t octet = 0;

	(void)isup_get_octet(ind->msg, ISUP_P_SUSPEND_RESUME, &octet);
	event.suspend.by_network = octet & 1;
	call_raise(&leg->base, &event);
}

/* REL, or a timer. RFC 3398 7.1.6: T9 ends an announcement; the caller hears why it was made. */
static void release_indicated(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct isup_cause cause = ind->cause;

	if (!ind->msg && cause.value == Q850_NO_ANSWER && leg->announced)
		cause.value = (uint8_t)leg->announced;
	leg->released = ind->ind == ISUP_IND_T35;
	raise_release(leg, &cause);
}

/* The circuit is no longer ours: whatever the core still waits for from this leg ends now. */
static void circuit_gone(struct isup_leg *leg, const struct isup_indication *ind)
{
	struct isup_cause cause = ind->cause;

	leg->circuit = NULL;
	stop_t11(leg);
	if (ind->ind == ISUP_IND_REATTEMPT)
		cause.value = Q850_CIRCUIT_NOT_AVAILABLE;
	if (leg->base.call)
		raise_release(leg, &cause);
}

void isup_leg_indicate(void *arg, struct isup_circuit *circuit, const struct isup_indication *ind)
{
	struct isup_leg *leg = isup_circuit_user(circuit);

	if (ind->ind == ISUP_IND_SETUP) {
		setup_indicated(arg, circuit, ind->msg);
		return;
	}
	if (!leg)
		return;
	leg_enter(leg);
	switch (ind->ind) {
	case ISUP_IND_DIGITS:
	case ISUP_IND_T10:
		digits_indicated(leg, ind);
		break;
	case ISUP_IND_ADDRESS_COMPLETE:
	case ISUP_IND_PROGRESS:
		progress_indicated(leg, ind);
		break;
	case ISUP_IND_ANSWER:
		answer_indicated(leg, ind);
		break;
	case ISUP_IND_SUSPEND:
		suspend_indicated(leg, ind, LEG_EV_SUSPEND);
		break;
	case ISUP_IND_RESUME:
		suspend_indicated(leg, ind, LEG_EV_RESUME);
		break;
	case ISUP_IND_RELEASE:
	case ISUP_IND_T35:
		release_indicated(leg, ind);
		break;
	case ISUP_IND_RELEASED:
	case ISUP_IND_REATTEMPT:
		circuit_gone(leg, ind);
		break;
	case ISUP_IND_CONTINUITY:
	case ISUP_IND_INFO_REQUEST:
	case ISUP_IND_INFORMATION:
	case ISUP_IND_MESSAGE:
	case ISUP_IND_SETUP:
		break;
	}
	leg_leave(leg);
}

const char *isup_leg_call_id(void *arg, struct isup_circuit *circuit)
{
	const struct isup_leg *leg = isup_circuit_user(circuit);

	(void)arg;
	return leg && leg->call[0] ? leg->call : NULL;
}

int isup_leg_seize(struct trunk *trunk, struct call *call, const struct leg_setup *setup,
		   const struct leg_attachment *attachment, struct leg **out,
		   enum q850_cause *cause)
{
	struct isup_trunk *t = (struct isup_trunk *)trunk;
	struct isup_leg *leg = leg_new(t, true);
	struct isup_msg iam;
	int err;

	(void)attachment; /* no ISUP parameter travels outside the vocabulary yet */
	*cause = Q850_RESOURCE_UNAVAILABLE;
	if (!leg)
		return -ENOMEM;
	err = iam_from_setup(t->conf, setup, &iam);
	if (err) {
		*cause = Q850_INCOMPLETE;
		goto fail;
	}
	leg_enter(leg);
	leg->base.call = call; /* so that the trace of the IAM carries the call id */
	(void)str_copy(leg->call, sizeof(leg->call), str_c(call_id(call)));
	err = isup_setup(t->isup, &iam, leg, &leg->circuit);
	leg->base.call = NULL;
	leg->depth--;
	if (err) {
		*cause = err == -EAGAIN ? Q850_NO_CIRCUIT : Q850_NETWORK_OUT_OF_ORDER;
		goto fail;
	}
	call_bind(call, &leg->base);
	leg_take_circuit(leg, leg->circuit);
	if (open_bearer(leg, leg->circuit, setup->bearer)) {
		const struct isup_cause failed = { .location = Q850_LOC_PUBLIC_LOCAL,
						   .value = Q850_CIRCUIT_NOT_AVAILABLE };
		leg_enter(leg);
		raise_release(leg, &failed);
		leg_leave(leg);
		return 0;
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
