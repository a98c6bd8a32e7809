/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An IAM and its backward messages as data (RFC 3398 7.2.1.1, 7.2.5 to 7.2.9, 8.2.1). */
#include "gw/pstn/iam.h"

#include <errno.h>
#include <string.h>

#include "gw/pstn/number.h"

#define CPC_ORDINARY		   0x0a /* Q.763 3.11 */
#define GENERIC_ADDITIONAL_CALLING 6	/* Q.763 3.26 a */
#define HOP_COUNTER_MAX		   31

/* Q.763 3.54 */
static const struct {
	uint8_t tmr;
	enum leg_bearer bearer;
} bearers[] = {
	{ 0, LEG_BEARER_SPEECH },
	{ 3, LEG_BEARER_AUDIO_3K1 },
	{ 2, LEG_BEARER_UNRESTRICTED },
};

static enum leg_bearer bearer_in(uint8_t tmr)
{
	for (size_t i = 0; i < sizeof(bearers) / sizeof(bearers[0]); i++)
		if (bearers[i].tmr == tmr)
			return bearers[i].bearer;
	return LEG_BEARER_AUDIO_3K1;
}

static uint8_t bearer_out(enum leg_bearer bearer)
{
	for (size_t i = 0; i < sizeof(bearers) / sizeof(bearers[0]); i++)
		if (bearers[i].bearer == bearer)
			return bearers[i].tmr;
	return 3;
}

static void number_get(const struct conf_isup *conf, const struct isup_msg *msg, uint8_t code,
		       struct leg_number *number)
{
	struct isup_number in;

	if (isup_get_number(msg, code, &in))
		(void)number_from_isup(conf, &in, number);
}

/* A message may have several generic numbers; the one wanted is named by its qualifier. */
static void generic_get(const struct conf_isup *conf, const struct isup_msg *msg,
			struct leg_number *number)
{
	struct isup_msg one;
	struct isup_number in;

	for (size_t i = 0; i < msg->n_params; i++) {
		const struct isup_param *param = &msg->params[i];

		if (param->code != ISUP_P_GENERIC_NUMBER)
			continue;
		isup_msg_init(&one, ISUP_IAM, msg->cic);
		(void)isup_msg_add(&one, param->code, isup_param_octets(msg, param), param->length);
		if (!isup_get_number(&one, param->code, &in) ||
		    in.qualifier != GENERIC_ADDITIONAL_CALLING)
			continue;
		(void)number_from_isup(conf, &in, number);
		return;
	}
}

static void redirection_in(const struct conf_isup *conf, const struct isup_msg *iam,
			   struct leg_redirection *out)
{
	struct isup_redirection info;

	number_get(conf, iam, ISUP_P_REDIRECTING, &out->last);
	number_get(conf, iam, ISUP_P_ORIGINAL_CALLED, &out->original);
	if (!isup_get_redirection(iam, &info))
		return;
	out->counter = info.counter;
	out->reason = info.reason;
	out->original_reason = info.original_reason;
}

int iam_to_setup(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup)
{
	const struct isup_param *uui = isup_msg_find(iam, ISUP_P_UUI);
	struct isup_number called;
	struct isup_fci fci;
	uint8_t octet;
	int err = 0;

	memset(setup, 0, sizeof(*setup));
	if (isup_get_number(iam, ISUP_P_CALLED, &called)) {
		err = number_from_isup(conf, &called, &setup->called);
		setup->complete = called.complete;
	}
	number_get(conf, iam, ISUP_P_CALLING, &setup->calling);
	generic_get(conf, iam, &setup->generic);
	redirection_in(conf, iam, &setup->redirection);
	setup->interworking = isup_get_fci(iam, &fci) && fci.interworking;
	setup->category = isup_get_octet(iam, ISUP_P_CPC, &octet) ? octet : CPC_ORDINARY;
	setup->bearer = bearer_in(isup_get_octet(iam, ISUP_P_TMR, &octet) ? octet : 3);
	setup->hop_counter = isup_get_octet(iam, ISUP_P_HOP_COUNTER, &octet) ? octet : 0;
	if (uui)
		setup->user_to_user =
			(struct str){ (const char *)isup_param_octets(iam, uui), uui->length };
	return err;
}

/* A party number other than the called one; one that cannot be said is left out. */
static int number_put(const struct conf_isup *conf, struct isup_msg *iam, uint8_t code,
		      const struct leg_number *number)
{
	struct isup_number out;

	/* RFC 3398 12.1: an unavailable address is as if it were absent. */
	if (!number->digits[0] || number->presentation == LEG_PRES_UNAVAILABLE)
		return 0;
	if (number_to_isup(conf, number, &out))
		return 0;
	if (code == ISUP_P_GENERIC_NUMBER)
		out.qualifier = GENERIC_ADDITIONAL_CALLING;
	return isup_put_number(iam, code, &out);
}

static int redirection_out(const struct conf_isup *conf, const struct leg_redirection *in,
			   struct isup_msg *iam)
{
	const struct isup_redirection info = { .indicator = 3, /* call diverted */
					       .original_reason = in->original_reason,
					       .counter = in->counter ? in->counter : 1,
					       .reason = in->reason };
	int err = number_put(conf, iam, ISUP_P_REDIRECTING, &in->last);

	/* RFC 3398 7.2.1.1: also of a call whose To is not its Request-URI, which nobody has
	 * diverted. */
	if (!err)
		err = number_put(conf, iam, ISUP_P_ORIGINAL_CALLED, &in->original);
	return err || !in->last.digits[0] ? err : isup_put_redirection(iam, &info);
}

static int called_put(const struct conf_isup *conf, const struct leg_setup *setup,
		      struct isup_msg *iam)
{
	struct isup_number called;
	int err = conf->policy.form == CONF_FORM_AS_IS
			  ? number_to_isup(conf, &setup->called, &called)
			  : number_to_isup_as_is(&setup->called, &called);

	if (err || (!called.n && setup->complete))
		return -EINVAL;
	called.complete = setup->complete;
	return isup_put_number(iam, ISUP_P_CALLED, &called);
}

/* Q.931 4.5.5: unrestricted digital information, circuit mode at 64 kbit/s. */
static const uint8_t usi_unrestricted[] = { 0x88, 0x90 };

/* Q.764 2.4: the delay of the first section; the exchanges after this one add theirs. */
static int delay_put(const struct conf_isup *conf, struct isup_msg *iam)
{
	const uint8_t octets[] = { (uint8_t)(conf->delay_ms >> 8), (uint8_t)conf->delay_ms };

	return isup_msg_add(iam, ISUP_P_PROPAGATION_DELAY, octets, sizeof(octets));
}

static int optional_put(const struct conf_isup *conf, const struct leg_setup *setup,
			struct isup_msg *iam)
{
	unsigned hops = setup->hop_counter ? setup->hop_counter : conf->hop_counter;
	int err = number_put(conf, iam, ISUP_P_CALLING, &setup->calling);

	if (!err)
		err = number_put(conf, iam, ISUP_P_GENERIC_NUMBER, &setup->generic);
	if (!err)
		err = redirection_out(conf, &setup->redirection, iam);
	if (!err && hops)
		err = isup_put_octet(iam, ISUP_P_HOP_COUNTER,
				     hops > HOP_COUNTER_MAX ? HOP_COUNTER_MAX : (uint8_t)hops);
	if (!err && conf->delay_ms)
		err = delay_put(conf, iam);
	if (!err && setup->bearer == LEG_BEARER_UNRESTRICTED)
		err = isup_msg_add(iam, ISUP_P_USI, usi_unrestricted, sizeof(usi_unrestricted));
	if (!err && setup->user_to_user.n)
		err = isup_msg_add(iam, ISUP_P_UUI, setup->user_to_user.p, setup->user_to_user.n);
	return err;
}

bool iam_echo_control(const struct conf_isup *conf, enum leg_bearer bearer)
{
	return conf->echo != CONF_ECHO_OFF && bearer != LEG_BEARER_UNRESTRICTED;
}

int iam_from_setup(const struct conf_isup *conf, const struct leg_setup *setup,
		   struct isup_msg *iam)
{
	/* RFC 3398 7.2.1.1: no interworking, ISUP all the way, originating access non-ISDN; or as
	 * the trunk's policy has it. */
	bool interworking = conf->interworking || setup->interworking;
	const struct isup_fci fci = { .interworking = interworking, .isup_all_way = !interworking };
	const struct isup_nci nci = { .satellite = conf->satellite,
				      .echo_control = iam_echo_control(conf, setup->bearer) };
	int err;

	isup_msg_init(iam, ISUP_IAM, 0);
	err = isup_put_nci(iam, &nci);
	if (!err)
		err = isup_put_fci(iam, &fci);
	if (!err)
		err = isup_put_octet(iam, ISUP_P_CPC,
				     setup->category ? setup->category : CPC_ORDINARY);
	if (!err)
		err = isup_put_octet(iam, ISUP_P_TMR, bearer_out(setup->bearer));
	if (!err)
		err = called_put(conf, setup, iam);
	return err ? err : optional_put(conf, setup, iam);
}

enum leg_ev notification_from_msg(const struct isup_msg *msg)
{
	const struct isup_param *param = isup_msg_find(
		msg, msg->variant == ISUP_ANSI ? ISUP_P_NOTIFICATION : ISUP_P_GENERIC_NOTIFICATION);
	uint8_t octet = param && param->length ? isup_param_octets(msg, param)[0] : 0;

	octet |= ISUP_NOTIFICATION_EXTENSION;
	return octet == ISUP_REMOTE_HOLD	? LEG_EV_HOLD
	       : octet == ISUP_REMOTE_RETRIEVAL ? LEG_EV_RETRIEVE
						: LEG_EVS;
}

void progress_from_msg(const struct isup_msg *msg, struct leg_event *event)
{
	struct isup_bci bci;
	struct isup_obci obci;
	struct isup_event info = { 0 };
	struct isup_cause cause;
	bool has_bci = isup_get_bci(msg, &bci);
	bool free = has_bci && bci.called_status == 1;

	(void)isup_get_event(msg, &info);
	event->progress.in_band = (isup_get_obci(msg, &obci) && obci.in_band) || info.event == 3 ||
				  (has_bci && bci.interworking);
	event->progress.interworking = has_bci && bci.interworking;
	event->progress.subscriber_free = free;
	event->progress.event = info.event;
	/* RFC 3398 7.1.6: a cause says that the failure is told in band. */
	if (isup_get_cause(msg, &cause)) {
		event->progress.cause = (enum q850_cause)cause.value;
		event->progress.location = (enum q850_location)cause.location;
		event->progress.in_band = true;
	}
	if (msg->type == ISUP_ACM)
		event->ev = free ? LEG_EV_ALERTING : LEG_EV_ADDRESS_COMPLETE;
	else
		event->ev = info.event == 1 ? LEG_EV_ALERTING : LEG_EV_PROGRESS;
}
