/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* An IAM and its backward messages as data (RFC 3398 7.2.1.1, 7.2.5 to 7.2.9, 8.2.1). */
#include "gw/pstn/iam.h"

#include <errno.h>
#include <string.h>

#include "gw/pstn/iam_party.h"
#include "gw/pstn/number.h"

#define HOP_COUNTER_MAX 31
#define OFCI_CONNECTED	0x80 /* Q.763 3.38 h: connected line identity request */

/* Q.763 3.54 */
static const struct {
	uint8_t tmr;
	enum leg_bearer bearer;
} bearers[] = {
	{ 0, LEG_BEARER_SPEECH },
	{ 3, LEG_BEARER_AUDIO_3K1 },
	{ 2, LEG_BEARER_UNRESTRICTED },
};

#define TMR_64_PREFERRED 6

bool iam_fallback(const struct isup_msg *iam, uint8_t *tmr)
{
	uint8_t preferred, prime;

	/* Q.763 3.55: speech or 3.1 kHz audio; all others are reserved, and say nothing. */
	if (!isup_get_octet(iam, ISUP_P_TMR, &preferred) || preferred != TMR_64_PREFERRED ||
	    !isup_get_octet(iam, ISUP_P_TMR_PRIME, &prime) || (prime != 0 && prime != 3))
		return false;
	*tmr = prime;
	return true;
}

/* -ENOTSUP: one circuit is one channel of 64 kbit/s, and no bearer of what is spare or reserved. */
static int bearer_in(const struct isup_msg *iam, enum leg_bearer *bearer)
{
	uint8_t tmr;

	*bearer = LEG_BEARER_AUDIO_3K1;
	if (!isup_get_octet(iam, ISUP_P_TMR, &tmr))
		return 0;
	/* Q.764 2.5: what the call falls back to where 64 kbit/s cannot be had is surer. */
	if (tmr == TMR_64_PREFERRED && !iam_fallback(iam, &tmr)) {
		*bearer = LEG_BEARER_UNRESTRICTED;
		return 0;
	}
	for (size_t i = 0; i < sizeof(bearers) / sizeof(bearers[0]); i++) {
		if (bearers[i].tmr != tmr)
			continue;
		*bearer = bearers[i].bearer;
		return 0;
	}
	return -ENOTSUP;
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

static void generic_get(const struct conf_isup *conf, const struct isup_msg *msg,
			struct leg_number *number)
{
	struct isup_number in;

	if (iam_generic_get(msg, ISUP_GENERIC_CALLING, &in))
		(void)number_from_isup(conf, &in, number);
}

int iam_to_setup(const struct conf_isup *conf, const struct isup_msg *iam, struct leg_setup *setup)
{
	const struct isup_param *uui = isup_msg_find(iam, ISUP_P_UUI);
	struct isup_number called;
	struct isup_fci fci;
	uint8_t octet;
	int err = 0, unborne;

	memset(setup, 0, sizeof(*setup));
	if (isup_get_number(iam, ISUP_P_CALLED, &called)) {
		err = number_from_isup(conf, &called, &setup->called);
		setup->complete = called.complete;
	}
	number_get(conf, iam, ISUP_P_CALLING, &setup->calling);
	generic_get(conf, iam, &setup->generic);
	number_get(conf, iam, ISUP_P_LOCATION_NUMBER, &setup->location);
	iam_redirection_get(conf, iam, &setup->redirection);
	setup->interworking = isup_get_fci(iam, &fci) && fci.interworking;
	setup->category = isup_get_octet(iam, ISUP_P_CPC, &octet) ? octet : LEG_CATEGORY_ORDINARY;
	setup->oli_known =
		iam->variant == ISUP_ANSI && isup_get_octet(iam, ISUP_P_OLI, &setup->oli);
	unborne = bearer_in(iam, &setup->bearer);
	setup->hop_counter = isup_get_octet(iam, ISUP_P_HOP_COUNTER, &octet) ? octet : 0;
	if (uui)
		setup->user_to_user =
			(struct str){ (const char *)isup_param_octets(iam, uui), uui->length };
	iam_carrier_get(conf, iam, &setup->carrier);
	iam_access_get(conf, iam, setup);
	iam_priority_get(conf, iam, setup);
	if (!err)
		err = iam_ported_get(conf, iam, setup);
	return unborne ? unborne : err;
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
		err = iam_redirection_put(conf, &setup->redirection, iam);
	if (!err)
		err = iam_carrier_put(conf, setup, iam);
	if (!err)
		err = iam_access_put(conf, setup, iam);
	if (!err)
		err = iam_priority_put(conf, setup, iam);
	if (!err)
		err = number_put(conf, iam, ISUP_P_LOCATION_NUMBER, &setup->location);
	if (!err && conf->parties.connected_line)
		err = isup_put_octet(iam, ISUP_P_OFCI, OFCI_CONNECTED);
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
	const struct isup_fci fci = { .interworking = interworking,
				      .isup_all_way = !interworking,
				      .translated =
					      setup->portability.queried &&
					      conf->parties.portability != CONF_PORTABILITY_OFF };
	const struct isup_nci nci = { .satellite = conf->satellite,
				      .echo_control = iam_echo_control(conf, setup->bearer) };
	int err;

	isup_msg_init(iam, ISUP_IAM, 0);
	err = isup_put_nci(iam, &nci);
	if (!err)
		err = isup_put_fci(iam, &fci);
	if (!err)
		err = isup_put_octet(iam, ISUP_P_CPC, iam_category(setup));
	if (!err)
		err = isup_put_octet(iam, ISUP_P_TMR, bearer_out(setup->bearer));
	if (!err)
		err = iam_called_put(conf, setup, iam);
	return err ? err : optional_put(conf, setup, iam);
}

void uui_from_msg(const struct isup_msg *msg, struct leg_uui *out)
{
	const struct isup_param *param = msg ? isup_msg_find(msg, ISUP_P_UUI) : NULL;

	out->n = 0;
	if (!param || param->length > sizeof(out->octets))
		return;
	memcpy(out->octets, isup_param_octets(msg, param), param->length);
	out->n = param->length;
}

void uui_to_msg(const struct leg_uui *in, struct isup_msg *msg)
{
	if (in->n)
		(void)isup_msg_add(msg, ISUP_P_UUI, in->octets, in->n);
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
	uui_from_msg(msg, &event->progress.user_to_user);
	if (msg->type == ISUP_ACM)
		event->ev = free ? LEG_EV_ALERTING : LEG_EV_ADDRESS_COMPLETE;
	else
		event->ev = info.event == 1 ? LEG_EV_ALERTING : LEG_EV_PROGRESS;
}
