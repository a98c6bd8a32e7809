/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* ISUP to ISUP: what goes through, what is counted on, what ends here (Q.764 2.1.1, 2.9.5). */
#include "gw/pstn/transit.h"

#include <errno.h>
#include <string.h>

#include "gw/pstn/iam.h"
#include "gw/pstn/iam_party.h"
#include "gw/pstn/number.h"
#include "isup/segment.h"

#define SIMPLE_SEGMENTATION 0x04 /* Q.763 3.38 bit C, 3.37 bit C */
#define DELAY_MAX	    0xffff
#define SATELLITES_MAX	    2
#define PARAM_OCTETS_MAX    255

/* The international variants are one language of which each knows a part. */
static const struct {
	const char *whole, *in_two;
} protocols[ISUP_VARIANTS] = {
	[ISUP_ITU] = { "isup", "isup segmented" },
	[ISUP_ANSI] = { "isup-ansi", "isup-ansi segmented" },
	[ISUP_UK] = { "isup-uk", "isup-uk segmented" },
	[ISUP_RUSSIA] = { "isup-russia", "isup-russia segmented" },
	[ISUP_JAPAN] = { "isup-japan", "isup-japan segmented" },
	[ISUP_FRANCE] = { "isup-france", "isup-france segmented" },
	[ISUP_ISRAEL] = { "isup-israel", "isup-israel segmented" },
};

static enum isup_variant language(enum isup_variant variant)
{
	return variant == ISUP_ETSI || variant == ISUP_Q767 ? ISUP_ITU : variant;
}

const char *transit_protocol(enum isup_variant variant)
{
	return protocols[language(variant)].whole;
}

static struct leg_attachment attach_two(const struct isup_msg *msg, struct transit_store *store)
{
	struct isup_msg first = *msg, sgm;
	uint8_t *at = store->octets + 2;
	int n, more;

	if (isup_msg_split(&first, &sgm) != 1)
		return (struct leg_attachment){ 0 };
	n = isup_msg_encode(&first, at, ISUP_OCTETS_MAX);
	more = n > 0 ? isup_msg_encode(&sgm, at + n, ISUP_OCTETS_MAX) : 0;
	if (more <= 0)
		return (struct leg_attachment){ 0 };
	store->octets[0] = (uint8_t)(n >> 8);
	store->octets[1] = (uint8_t)n;
	return (struct leg_attachment){ protocols[language(msg->variant)].in_two, store->octets,
					(size_t)(2 + n + more) };
}

struct leg_attachment transit_attach(const struct isup_msg *msg, struct transit_store *store)
{
	int n = msg ? isup_msg_encode(msg, store->octets, ISUP_OCTETS_MAX) : 0;

	if (n == -EMSGSIZE)
		return attach_two(msg, store);
	if (n <= 0)
		return (struct leg_attachment){ 0 };
	return (struct leg_attachment){ transit_protocol(msg->variant), store->octets, (size_t)n };
}

static bool decode(const uint8_t *octets, size_t n, enum isup_variant variant, struct isup_msg *msg)
{
	struct isup_error error;

	return !isup_msg_decode_as(msg, variant, octets, n, &error) ||
	       error.kind == ISUP_E_UNKNOWN_TYPE;
}

static bool read_two(const struct leg_attachment *a, enum isup_variant variant,
		     struct isup_msg *msg)
{
	size_t n = a->n < 2 ? 0 : (size_t)a->octets[0] << 8 | a->octets[1];
	struct isup_msg sgm;

	return n && n + 2 < a->n && decode(a->octets + 2, n, variant, msg) &&
	       decode(a->octets + 2 + n, a->n - 2 - n, variant, &sgm) && !isup_msg_join(msg, &sgm);
}

bool transit_read(const struct leg_attachment *attachment, enum isup_variant variant,
		  struct isup_msg *msg)
{
	const char *protocol = attachment ? attachment->protocol : NULL;

	if (!protocol)
		return false;
	if (strcmp(protocol, protocols[language(variant)].in_two) == 0)
		return read_two(attachment, variant, msg);
	return strcmp(protocol, transit_protocol(variant)) == 0 &&
	       decode(attachment->octets, attachment->n, variant, msg);
}

/* They speak of one circuit, or of the exchange at its other end. */
static bool ends_here(uint8_t code)
{
	return code == ISUP_P_NCI || code == ISUP_P_CONTINUITY || code == ISUP_P_CIRCUIT_MAP ||
	       code == ISUP_P_ACL || code == ISUP_P_ECHO_CONTROL;
}

static int copy(const struct isup_msg *from, const struct isup_param *param, struct isup_msg *to)
{
	return isup_msg_add(to, param->code, isup_param_octets(from, param), param->length);
}

/* --- numbers --- */

static bool is_number(uint8_t code)
{
	return code == ISUP_P_CALLED || code == ISUP_P_CALLING || code == ISUP_P_REDIRECTING ||
	       code == ISUP_P_ORIGINAL_CALLED || code == ISUP_P_CALLED_DIRECTORY_NUMBER;
}

static bool number_at(const struct isup_msg *msg, const struct isup_param *param,
		      struct isup_number *number)
{
	struct isup_msg one;

	isup_msg_init(&one, ISUP_IAM, 0);
	return !copy(msg, param, &one) && isup_get_number(&one, param->code, number);
}

/* By what the trunk's numbering makes of them: a national number and the same with its country code
 * are one. */
static bool same_number(const struct conf_isup *conf, const struct isup_number *a,
			const struct isup_number *b)
{
	struct leg_number na, nb;

	if (a->complete != b->complete || a->presentation != b->presentation)
		return false;
	return !number_from_isup(conf, a, &na) && !number_from_isup(conf, b, &nb) &&
	       na.noa == nb.noa && strcmp(na.digits, nb.digits) == 0;
}

static int number_on(const struct conf_isup *conf, const struct isup_msg *in,
		     const struct isup_param *param, const struct isup_msg *ours,
		     struct isup_msg *out)
{
	const struct isup_param *own = isup_msg_find(ours, param->code);
	struct isup_number before, now;

	if (!own || !number_at(in, param, &before) || !number_at(ours, own, &now) ||
	    same_number(conf, &before, &now))
		return copy(in, param, out);
	now.internal_not_allowed = before.internal_not_allowed;
	return isup_put_number(out, param->code, &now);
}

/* Of several generic numbers the vocabulary knows the additional calling party number, and the dialled one of a ported
 * number. */
static int generic_on(const struct conf_isup *conf, const struct isup_msg *in,
		      const struct isup_param *param, const struct isup_msg *ours,
		      struct isup_msg *out)
{
	struct isup_number before, now;

	if (!number_at(in, param, &before) ||
	    (before.qualifier != ISUP_GENERIC_CALLING && before.qualifier != ISUP_GENERIC_PORTED) ||
	    !iam_generic_get(ours, before.qualifier, &now) || same_number(conf, &before, &now))
		return copy(in, param, out);
	return isup_put_number(out, ISUP_P_GENERIC_NUMBER, &now);
}

/* --- ported numbers --- */

static bool same_digits(const struct isup_msg *a, uint8_t code_a, const struct isup_msg *b,
			uint8_t code_b)
{
	struct isup_number na, nb;

	return isup_get_number(a, code_a, &na) && isup_get_number(b, code_b, &nb) &&
	       strcmp(na.digits, nb.digits) == 0;
}

/* The called party number was a routing number, and is the dialled one now: what says the dialled one again goes. */
static bool dialled_now(const struct isup_msg *in, const struct isup_msg *ours)
{
	struct isup_number dialled, called;

	if (same_digits(in, ISUP_P_CALLED, ours, ISUP_P_CALLED))
		return false;
	if (same_digits(in, ISUP_P_CALLED_DIRECTORY_NUMBER, ours, ISUP_P_CALLED))
		return true;
	return iam_generic_get(in, ISUP_GENERIC_PORTED, &dialled) &&
	       isup_get_number(ours, ISUP_P_CALLED, &called) &&
	       strcmp(dialled.digits, called.digits) == 0;
}

/* Our message has a routing number, in one way or another. */
static bool has_routing(const struct isup_msg *ours)
{
	struct isup_number number;

	return isup_msg_find(ours, ISUP_P_CALLED_DIRECTORY_NUMBER) ||
	       isup_msg_find(ours, ISUP_P_NETWORK_ROUTING_NUMBER) ||
	       iam_generic_get(ours, ISUP_GENERIC_PORTED, &number) ||
	       (isup_get_number(ours, ISUP_P_CALLED, &number) &&
		number.noa == ISUP_NOA_CONCATENATED);
}

/* Whether a parameter of another way to say a ported number is out of place on this trunk. */
static bool ported_otherwise(const struct isup_msg *in, const struct isup_param *param,
			     const struct isup_msg *ours)
{
	struct isup_number number;

	switch (param->code) {
	case ISUP_P_GENERIC_NUMBER:
		if (!number_at(in, param, &number) || number.qualifier != ISUP_GENERIC_PORTED ||
		    iam_generic_get(ours, ISUP_GENERIC_PORTED, &number))
			return false;
		break;
	case ISUP_P_CALLED_DIRECTORY_NUMBER:
	case ISUP_P_NETWORK_ROUTING_NUMBER:
		if (isup_msg_find(ours, param->code))
			return false;
		break;
	default:
		return false;
	}
	return has_routing(ours) || dialled_now(in, ours);
}

/* Q.763 3.23 M: a number that is the dialled one again is as the trunk says it, translated or not. */
static int fci_on(const struct isup_msg *in, const struct isup_param *param,
		  const struct isup_msg *ours, struct isup_msg *out)
{
	struct isup_fci fci, own;

	if (!dialled_now(in, ours) || !isup_get_fci(in, &fci) || !isup_get_fci(ours, &own))
		return copy(in, param, out);
	fci.translated = own.translated;
	return isup_put_fci(out, &fci);
}

/* --- indicators --- */

/* The segments came together here; whether they part again is for the other leg's circuit. */
static int unsegmented(const struct isup_msg *in, const struct isup_param *param,
		       struct isup_msg *out)
{
	uint8_t octets[PARAM_OCTETS_MAX];

	memcpy(octets, isup_param_octets(in, param), param->length);
	if (param->length)
		octets[0] &= (uint8_t)~SIMPLE_SEGMENTATION;
	return isup_msg_add(out, param->code, octets, param->length);
}

static int nci_on(const struct conf_isup *conf, const struct isup_msg *in,
		  const struct isup_msg *ours, struct isup_msg *out)
{
	struct isup_nci nci, own;

	(void)isup_get_nci(in, &nci);
	(void)isup_get_nci(ours, &own);
	if (conf->satellite && nci.satellite < SATELLITES_MAX)
		nci.satellite++;
	nci.continuity = 0;
	nci.echo_control = nci.echo_control || own.echo_control;
	return isup_put_nci(out, &nci);
}

/* Q.764 2.1.1: the counter goes down by one at each exchange; at 0 the call is in a loop. */
static int hops_on(const struct isup_msg *in, struct isup_msg *out)
{
	uint8_t hops = 0;

	(void)isup_get_octet(in, ISUP_P_HOP_COUNTER, &hops);
	if (hops <= 1)
		return -ELOOP;
	return isup_put_octet(out, ISUP_P_HOP_COUNTER, (uint8_t)(hops - 1));
}

static int delay_on(const struct conf_isup *conf, const struct isup_msg *in,
		    const struct isup_param *param, struct isup_msg *out)
{
	const uint8_t *octets = isup_param_octets(in, param);
	unsigned delay = conf->delay_ms;

	if (param->length < 2)
		return copy(in, param, out);
	delay += (unsigned)octets[0] << 8 | octets[1];
	if (delay > DELAY_MAX)
		delay = DELAY_MAX;
	return isup_msg_add(out, ISUP_P_PROPAGATION_DELAY,
			    (const uint8_t[]){ (uint8_t)(delay >> 8), (uint8_t)delay }, 2);
}

/* --- IAM --- */

static int param_on(const struct conf_isup *conf, const struct isup_msg *in,
		    const struct isup_param *param, const struct isup_msg *ours,
		    struct isup_msg *out)
{
	if (ported_otherwise(in, param, ours))
		return 0;
	if (is_number(param->code))
		return number_on(conf, in, param, ours, out);
	switch (param->code) {
	case ISUP_P_FCI:
		return fci_on(in, param, ours, out);
	case ISUP_P_GENERIC_NUMBER:
		return generic_on(conf, in, param, ours, out);
	case ISUP_P_NCI:
		return nci_on(conf, in, ours, out);
	case ISUP_P_HOP_COUNTER:
		return hops_on(in, out);
	case ISUP_P_PROPAGATION_DELAY:
		return delay_on(conf, in, param, out);
	case ISUP_P_OFCI:
		return unsegmented(in, param, out);
	default:
		return ends_here(param->code) ? 0 : copy(in, param, out);
	}
}

/* Of generic numbers, one that is the caller's, of whatever type it is, or one that is a ported number. */
static bool has_already(const struct isup_msg *out, const struct isup_msg *ours,
			const struct isup_param *param)
{
	struct isup_number own, other;

	if (param->code != ISUP_P_GENERIC_NUMBER || !number_at(ours, param, &own))
		return isup_msg_find(out, param->code) != NULL;
	for (size_t i = 0; i < out->n_params; i++)
		if (out->params[i].code == ISUP_P_GENERIC_NUMBER &&
		    number_at(out, &out->params[i], &other) &&
		    (other.qualifier == ISUP_GENERIC_PORTED) ==
			    (own.qualifier == ISUP_GENERIC_PORTED))
			return true;
	return false;
}

int transit_iam(const struct conf_isup *conf, const struct isup_msg *in, struct isup_msg *iam)
{
	struct isup_msg out;
	int err = 0;

	isup_msg_init_as(&out, iam->variant, ISUP_IAM, 0);
	for (size_t i = 0; i < in->n_params && !err; i++)
		err = param_on(conf, in, &in->params[i], iam, &out);
	for (size_t i = 0; i < iam->n_params && !err; i++)
		if (!has_already(&out, iam, &iam->params[i]))
			err = copy(iam, &iam->params[i], &out);
	if (!err)
		*iam = out;
	return err;
}

/* --- others --- */

void transit_pass(bool echo_control, struct isup_msg *msg)
{
	struct isup_msg out;
	struct isup_bci bci;

	if (!msg->n_params)
		return; /* nothing in it, or nothing that is known: as it came */
	isup_msg_init_as(&out, msg->variant, (enum isup_type)msg->type, 0);
	for (size_t i = 0; i < msg->n_params; i++) {
		const struct isup_param *param = &msg->params[i];

		/* Of a message that fitted, a part fits. */
		if (param->code == ISUP_P_OBCI)
			(void)unsegmented(msg, param, &out);
		else if (!ends_here(param->code))
			(void)copy(msg, param, &out);
	}
	if (echo_control && isup_get_bci(&out, &bci)) {
		bci.echo_control = true;
		(void)isup_put_bci(&out, &bci);
	}
	*msg = out;
}

/* Parameters that the vocabulary's own words have put into a message of ours, or left out. */
static bool has_a_word(uint8_t code)
{
	return code == ISUP_P_BCI || code == ISUP_P_CAUSE || code == ISUP_P_EVENT_INFO ||
	       code == ISUP_P_OBCI || code == ISUP_P_SUSPEND_RESUME;
}

void transit_carry(const struct isup_msg *in, struct isup_msg *out)
{
	for (size_t i = 0; i < in->n_params; i++) {
		const struct isup_param *param = &in->params[i];

		if (!ends_here(param->code) && !has_a_word(param->code) &&
		    !isup_msg_find(out, param->code))
			(void)copy(in, param, out);
	}
}
