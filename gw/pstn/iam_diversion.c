/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Original called number, redirecting number and redirection information of an IAM: Q.763 3.39, 3.44, 3.45. */
#include "gw/pstn/iam_party.h"

#include "gw/pstn/number.h"

#define COUNTER_MAX 5 /* Q.732.2 2.6: so often at most */

/* Redirecting indicator */
#define CALL_REROUTED_ALL_RESTRICTED 2
#define CALL_DIVERTED		     3
#define CALL_DIVERTED_ALL_RESTRICTED 4

static void number_get(const struct conf_isup *conf, const struct isup_msg *iam, uint8_t code,
		       struct leg_number *number)
{
	struct isup_number in;

	if (isup_get_number(iam, code, &in))
		(void)number_from_isup(conf, &in, number);
}

void iam_redirection_get(const struct conf_isup *conf, const struct isup_msg *iam,
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
	if (info.indicator == CALL_REROUTED_ALL_RESTRICTED ||
	    info.indicator == CALL_DIVERTED_ALL_RESTRICTED)
		out->last.presentation = out->original.presentation = LEG_PRES_RESTRICTED;
}

static uint8_t counter_of(const struct leg_redirection *in)
{
	if (!in->counter)
		return in->last.digits[0] ? 1 : 0;
	return in->counter > COUNTER_MAX ? COUNTER_MAX : in->counter;
}

int iam_redirection_put(const struct conf_isup *conf, const struct leg_redirection *in,
			struct isup_msg *iam)
{
	const struct isup_redirection info = {
		.indicator = in->last.presentation == LEG_PRES_RESTRICTED
				     ? CALL_DIVERTED_ALL_RESTRICTED
				     : CALL_DIVERTED,
		.original_reason = in->original_reason,
		.counter = counter_of(in),
		.reason = in->reason,
	};
	int err = number_put(conf, iam, ISUP_P_REDIRECTING, &in->last);

	/* RFC 3398 7.2.1.1: also of a call whose To is not its Request-URI, which nobody has
	 * diverted. */
	if (!err)
		err = number_put(conf, iam, ISUP_P_ORIGINAL_CALLED, &in->original);
	return err || !info.counter ? err : isup_put_redirection(iam, &info);
}
