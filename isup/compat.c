/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Compatibility (Q.764 2.9.5.3). ITU-T's text is not at hand. The bits and what each value asks for, the reserved ones
 * and those for broadband included, are those of Wireshark's decoder and of Q.763 (09/97) 3.33 and 3.41 as
 * smartcomlab.tmit.bme.hu prints them (ss7p341.htm). The order of the rules and the causes are what Q.784.1's cases 1.6 and
 * 1.7 ask for, each played by gw/selftest.
 */
#include "isup/compat.h"

#include <string.h>

#include "gw/base/q850.h"
#include "isup/codec.h"

/* Q.763 3.33 and 3.41, first octet */
#define END_NODE	  0x01 /* A; 0: transit interpretation */
#define RELEASE		  0x02 /* B */
#define NOTIFY		  0x04 /* C */
#define DISCARD_MESSAGE	  0x08 /* D */
#define DISCARD_PARAMETER 0x10 /* E of a parameter; of a message: pass on not possible, discard */
#define NOT_POSSIBLE	  0x60 /* G F of a parameter */
#define LAST		  0x80

#define LOCAL	(1u << ISUP_ROLE_LOCAL)
#define TRANSIT (1u << ISUP_ROLE_TRANSIT)

/* The first rule whose role and bits agree decides. */
struct rule {
	unsigned roles;
	uint8_t mask, value;
	enum isup_compat_action action;
};

/* Type B looks at no other bit when the transit interpretation is asked for. */
static const struct rule message_rules[] = {
	{ TRANSIT, END_NODE, 0, ISUP_COMPAT_PASS_ON },
	{ LOCAL | TRANSIT, RELEASE, RELEASE, ISUP_COMPAT_RELEASE },
	{ LOCAL | TRANSIT, DISCARD_MESSAGE, DISCARD_MESSAGE, ISUP_COMPAT_DISCARD_MESSAGE },
	{ LOCAL | TRANSIT, 0, 0, ISUP_COMPAT_PASS_ON },
};

static const struct rule message_not_possible[] = {
	{ LOCAL | TRANSIT, DISCARD_PARAMETER, DISCARD_PARAMETER, ISUP_COMPAT_DISCARD_MESSAGE },
	{ LOCAL | TRANSIT, 0, 0, ISUP_COMPAT_RELEASE },
};

static const struct rule parameter_rules[] = {
	{ TRANSIT, END_NODE, 0, ISUP_COMPAT_PASS_ON },
	{ LOCAL | TRANSIT, RELEASE, RELEASE, ISUP_COMPAT_RELEASE },
	{ LOCAL | TRANSIT, DISCARD_MESSAGE, DISCARD_MESSAGE, ISUP_COMPAT_DISCARD_MESSAGE },
	{ LOCAL | TRANSIT, DISCARD_PARAMETER, DISCARD_PARAMETER, ISUP_COMPAT_DISCARD_PARAMETER },
	{ LOCAL | TRANSIT, 0, 0, ISUP_COMPAT_PASS_ON },
};

/* 11 is reserved and read as 00. */
static const struct rule parameter_not_possible[] = {
	{ LOCAL | TRANSIT, NOT_POSSIBLE, 0x20, ISUP_COMPAT_DISCARD_MESSAGE },
	{ LOCAL | TRANSIT, NOT_POSSIBLE, 0x40, ISUP_COMPAT_DISCARD_PARAMETER },
	{ LOCAL | TRANSIT, 0, 0, ISUP_COMPAT_RELEASE },
};

/* Broadband/narrowband interworking indicator; of a message 11 is reserved and read as 00. */
static const enum isup_compat_action message_broadband[] = {
	ISUP_COMPAT_PASS_ON, ISUP_COMPAT_DISCARD_MESSAGE, ISUP_COMPAT_RELEASE, ISUP_COMPAT_PASS_ON
};
static const enum isup_compat_action parameter_broadband[] = { ISUP_COMPAT_PASS_ON,
							       ISUP_COMPAT_DISCARD_MESSAGE,
							       ISUP_COMPAT_RELEASE,
							       ISUP_COMPAT_DISCARD_PARAMETER };

/* What an unknown message or parameter is made of. */
struct subject {
	const struct rule *rules, *not_possible;
	const enum isup_compat_action *broadband;
	enum isup_compat_action
		unsaid; /* without instructions: discarded, and confusion tells so */
};

static const struct subject whole_message = { message_rules, message_not_possible,
					      message_broadband, ISUP_COMPAT_DISCARD_MESSAGE };
static const struct subject one_parameter = { parameter_rules, parameter_not_possible,
					      parameter_broadband, ISUP_COMPAT_DISCARD_PARAMETER };

/* What one instruction asks for. */
struct verdict {
	enum isup_compat_action action;
	bool notify;
};

static enum isup_compat_action apply(const struct rule *rule, enum isup_role role, uint8_t octet)
{
	while (!(rule->roles >> role & 1) || (octet & rule->mask) != rule->value)
		rule++;
	return rule->action;
}

static struct verdict judge(const struct subject *subject, const struct isup_compat_place *place,
			    const struct isup_instructions *instructions)
{
	if (!instructions->given)
		return (struct verdict){ subject->unsaid, true };
	struct verdict v = { apply(subject->rules, place->role, instructions->octet),
			     instructions->octet & NOTIFY };
	if (v.action == ISUP_COMPAT_PASS_ON && place->broadband)
		v.action = subject->broadband[instructions->broadband];
	if (v.action == ISUP_COMPAT_PASS_ON && !place->pass_on)
		v.action = apply(subject->not_possible, place->role, instructions->octet);
	if (v.action == ISUP_COMPAT_PASS_ON)
		v.notify = false;
	return v;
}

/* The octets of one set of instructions: they go on until one has bit H. */
static struct isup_instructions read_instructions(struct octets_reader *r, uint8_t shift)
{
	struct isup_instructions in = { .octet = octets_read_u8(r) };
	uint8_t octet = in.octet;

	in.given = !r->bad;
	if (shift)
		in.broadband = (uint8_t)((unsigned)octet >> shift & 3u);
	for (unsigned i = 1; in.given && !(octet & LAST) && octets_read_left(r) > 0; i++) {
		octet = octets_read_u8(r);
		if (i == 1 && !shift)
			in.broadband = (uint8_t)(octet & 3u);
	}
	return in;
}

#define MESSAGE_BROADBAND_SHIFT 5 /* bits G F of the first octet */

/* An unknown message has no mandatory part (Q.763 1.11): a pointer, then parameters. */
static bool find_in_contents(const struct isup_msg *msg, uint8_t code,
			     struct isup_contents *contents)
{
	struct octets_reader r;
	size_t n;
	const uint8_t *octets = isup_msg_contents(msg, &n);

	octets_read_open(&r, octets, n);
	uint8_t pointer = octets_read_u8(&r);
	if (!pointer)
		return false;
	octets_read_take(&r, pointer - 1u);
	while (!r.bad && octets_read_left(&r) > 0) {
		contents->code = octets_read_u8(&r);
		if (contents->code == ISUP_P_END_OF_OPTIONAL)
			return false;
		contents->n = octets_read_u8(&r);
		contents->octets = octets_read_take(&r, contents->n);
		if (contents->code == code)
			return !r.bad;
	}
	return false;
}

static bool find(const struct isup_msg *msg, uint8_t code, struct isup_contents *contents)
{
	const struct isup_param *param = isup_msg_find(msg, code);

	if (!param)
		return find_in_contents(msg, code, contents);
	*contents = (struct isup_contents){ .code = code,
					    .n = param->length,
					    .octets = isup_param_octets(msg, param) };
	return true;
}

struct isup_instructions isup_compat_message_instructions(const struct isup_msg *msg)
{
	struct isup_instructions none = { 0 };
	struct isup_contents contents;
	struct octets_reader r;

	if (!find(msg, ISUP_P_MESSAGE_COMPATIBILITY, &contents))
		return none;
	octets_read_open(&r, contents.octets, contents.n);
	struct isup_instructions in = read_instructions(&r, MESSAGE_BROADBAND_SHIFT);
	return in.given ? in : none;
}

struct isup_instructions isup_compat_parameter_instructions(const struct isup_msg *msg,
							    uint8_t code)
{
	struct isup_instructions none = { 0 };
	struct isup_contents contents;
	struct octets_reader r;

	if (!find(msg, ISUP_P_PARAMETER_COMPATIBILITY, &contents))
		return none;
	octets_read_open(&r, contents.octets, contents.n);
	while (octets_read_left(&r) > 0) {
		uint8_t upgraded = octets_read_u8(&r);
		struct isup_instructions in = read_instructions(&r, 0);
		if (upgraded == code)
			return in.given ? in : none;
	}
	return none;
}

bool isup_compat_knows(const struct isup_msg *msg, uint8_t code)
{
	return isup_param_def(msg->variant, code) != NULL;
}

static void diagnose(struct isup_cause *cause, uint8_t octet)
{
	if (cause->n_diagnostic < sizeof cause->diagnostic)
		cause->diagnostic[cause->n_diagnostic++] = octet;
}

static void blame_message(const struct isup_msg *msg, struct isup_compat *compat)
{
	compat->cause.value = Q850_MESSAGE_UNKNOWN;
	diagnose(&compat->cause, msg->type);
}

/* Confusion is not answered with confusion, RLC ends what there was to be confused about, and REL
 * is answered with an RLC that carries the cause (2.9.5.3.3). */
static void address(const struct isup_msg *msg, struct isup_compat *compat, bool notify)
{
	compat->in_rlc = notify && msg->type == ISUP_REL;
	compat->confusion = notify && compat->action != ISUP_COMPAT_RELEASE &&
			    msg->type != ISUP_REL && msg->type != ISUP_RLC && msg->type != ISUP_CFN;
	if (!compat->confusion && !compat->in_rlc && compat->action != ISUP_COMPAT_RELEASE)
		compat->cause = (struct isup_cause){ 0 };
}

struct isup_compat isup_compat_message(const struct isup_msg *msg,
				       const struct isup_compat_place *place)
{
	struct isup_instructions in = isup_compat_message_instructions(msg);
	struct verdict v = judge(&whole_message, place, &in);
	struct isup_compat compat = { .action = v.action };

	blame_message(msg, &compat);
	address(msg, &compat, v.notify);
	return compat;
}

/* REL and RLC do their work whatever they carry: only the parameter goes (2.9.5.3.3). */
static struct verdict judge_parameter(const struct isup_msg *msg, uint8_t code,
				      const struct isup_compat_place *place)
{
	struct isup_instructions in = isup_compat_parameter_instructions(msg, code);
	struct verdict v = judge(&one_parameter, place, &in);

	if ((msg->type == ISUP_REL || msg->type == ISUP_RLC) &&
	    v.action > ISUP_COMPAT_DISCARD_PARAMETER)
		v.action = ISUP_COMPAT_DISCARD_PARAMETER;
	return v;
}

struct verdicts {
	struct verdict of[ISUP_PARAMS_MAX];
	uint64_t concerned; /* which of them are there */
};

static bool named_before(const struct isup_msg *msg, uint64_t named, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (named >> k & 1 && msg->params[k].code == msg->params[i].code)
			return true;
	return false;
}

/* Causes 99 with the names of all that were discarded, 110 with the message's and the first parameter's
 * name, 99 with the name of the one that releases. */
static void blame_parameters(const struct isup_msg *msg, const struct verdicts *verdicts,
			     struct isup_compat *compat)
{
	uint64_t named = 0;

	compat->cause.value = Q850_PARAMETER_UNKNOWN;
	if (compat->action == ISUP_COMPAT_DISCARD_MESSAGE) {
		compat->cause.value = Q850_PARAMETER_DISCARDED;
		diagnose(&compat->cause, msg->type);
	}
	for (size_t i = 0; i < msg->n_params; i++) {
		const struct verdict *v = &verdicts->of[i];
		bool told = v->notify || compat->action == ISUP_COMPAT_RELEASE;
		if (!(verdicts->concerned >> i & 1) || v->action != compat->action || !told ||
		    named_before(msg, named, i))
			continue;
		diagnose(&compat->cause, msg->params[i].code);
		named |= (uint64_t)1 << i;
		if (compat->action > ISUP_COMPAT_DISCARD_PARAMETER)
			break;
	}
}

/* Of several parameters the heaviest action decides (2.9.5.3.3). */
static struct isup_compat combine(const struct isup_msg *msg, const struct verdicts *verdicts)
{
	struct isup_compat compat = { .action = ISUP_COMPAT_NONE };
	bool notify = false;

	for (size_t i = 0; i < msg->n_params; i++)
		if (verdicts->concerned >> i & 1 && verdicts->of[i].action > compat.action)
			compat.action = verdicts->of[i].action;
	for (size_t i = 0; i < msg->n_params; i++) {
		const struct verdict *v = &verdicts->of[i];
		if (!(verdicts->concerned >> i & 1))
			continue;
		notify |= v->notify && v->action == compat.action;
		if (v->action == ISUP_COMPAT_DISCARD_PARAMETER)
			compat.discard |= (uint64_t)1 << i;
	}
	if (compat.action > ISUP_COMPAT_DISCARD_PARAMETER)
		compat.discard = 0;
	if (compat.action > ISUP_COMPAT_PASS_ON)
		blame_parameters(msg, verdicts, &compat);
	address(msg, &compat, notify);
	return compat;
}

struct isup_compat isup_compat_parameters(const struct isup_msg *msg,
					  const struct isup_compat_place *place,
					  isup_knows_fn *knows)
{
	struct verdicts verdicts = { 0 };

	if (!knows)
		knows = isup_compat_knows;
	for (size_t i = 0; i < msg->n_params; i++) {
		uint8_t code = msg->params[i].code;
		if (knows(msg, code))
			continue;
		verdicts.of[i] = judge_parameter(msg, code, place);
		verdicts.concerned |= (uint64_t)1 << i;
	}
	return combine(msg, &verdicts);
}

/* What an exchange that ends the call makes of a value without a meaning. */
enum spare {
	SPARE_VALUE,   /* reads it as another value */
	SPARE_IGNORE,  /* the parameter says nothing then */
	SPARE_MESSAGE, /* the message says nothing then */
	SPARE_RELEASE,
};

/*
 * Fields whose spare values matter, with what is read for them (Q.764 2.9.5.3.4 has a table of that
 * kind per exchange type; ITU-T's is not here, so this one is our own: nothing that could be charged,
 * lost or looped by guessing is guessed).
 */
static const struct {
	uint8_t code, octet, shift, width;
	uint16_t known_last; /* values up to here mean something */
	enum spare spare;
	uint8_t value; /* SPARE_VALUE: the value read; SPARE_RELEASE: the cause */
} spares[] = {
	/* two satellites: no further one may follow; no check that was not asked for */
	{ ISUP_P_NCI, 0, 0, 2, 2, SPARE_VALUE, 2 },
	{ ISUP_P_NCI, 0, 2, 2, 2, SPARE_VALUE, 0 },
	/* ISUP preferred */
	{ ISUP_P_FCI, 0, 6, 2, 2, SPARE_VALUE, 0 },
	{ ISUP_P_TMR, 0, 0, 8, 10, SPARE_RELEASE, Q850_BEARER_NOT_IMPLEMENTED },
	{ ISUP_P_BCI, 0, 0, 2, 2, SPARE_VALUE, 2 },
	{ ISUP_P_BCI, 0, 2, 2, 2, SPARE_VALUE, 0 },
	{ ISUP_P_BCI, 0, 4, 2, 2, SPARE_VALUE, 0 },
	{ ISUP_P_CIRCUIT_GROUP_TYPE, 0, 0, 2, 1, SPARE_MESSAGE, 0 },
	{ ISUP_P_EVENT_INFO, 0, 0, 7, 6, SPARE_VALUE, 2 },
	{ ISUP_P_ACL, 0, 0, 8, 2, SPARE_IGNORE, 0 },
	{ ISUP_P_REDIRECTION_INFO, 0, 0, 3, 6, SPARE_VALUE, 4 },
	{ ISUP_P_REDIRECTION_INFO, 1, 4, 4, 6, SPARE_VALUE, 0 },
	{ ISUP_P_LOOP_PREVENTION, 0, 1, 2, 2, SPARE_VALUE, 0 },
};

#define SPARES (sizeof spares / sizeof *spares)

static unsigned field_of(const struct isup_msg *msg, const struct isup_param *param, size_t row)
{
	unsigned mask = (1u << spares[row].width) - 1;

	if (param->code != spares[row].code || param->length <= spares[row].octet)
		return 0;
	return isup_param_octets(msg, param)[spares[row].octet] >> spares[row].shift & mask;
}

static bool is_spare(const struct isup_msg *msg, const struct isup_param *param, size_t row)
{
	return field_of(msg, param, row) > spares[row].known_last;
}

/* Instructions for the parameter hold for its values too; without them the table does, and a transit
 * exchange passes on what it does not interpret. */
static struct verdict judge_value(const struct isup_msg *msg, uint8_t code, size_t row,
				  const struct isup_compat_place *place)
{
	static const enum isup_compat_action actions[] = {
		[SPARE_VALUE] = ISUP_COMPAT_PASS_ON,
		[SPARE_IGNORE] = ISUP_COMPAT_PASS_ON,
		[SPARE_MESSAGE] = ISUP_COMPAT_DISCARD_MESSAGE,
		[SPARE_RELEASE] = ISUP_COMPAT_RELEASE,
	};
	struct isup_instructions in = isup_compat_parameter_instructions(msg, code);

	if (in.given) {
		struct verdict v = judge_parameter(msg, code, place);
		/* A message is nothing without its mandatory part. */
		if (v.action == ISUP_COMPAT_DISCARD_PARAMETER && isup_msg_mandatory(msg, code))
			v.action = ISUP_COMPAT_DISCARD_MESSAGE;
		return v;
	}
	if (place->role == ISUP_ROLE_TRANSIT && place->pass_on)
		return (struct verdict){ ISUP_COMPAT_PASS_ON, false };
	return (struct verdict){ actions[spares[row].spare], false };
}

struct isup_compat isup_compat_values(const struct isup_msg *msg,
				      const struct isup_compat_place *place)
{
	struct verdicts verdicts = { 0 };
	uint8_t cause = 0;

	for (size_t i = 0; i < msg->n_params; i++) {
		for (size_t row = 0; row < SPARES; row++) {
			if (!is_spare(msg, &msg->params[i], row))
				continue;
			struct verdict v = judge_value(msg, msg->params[i].code, row, place);
			if (v.action >= verdicts.of[i].action)
				verdicts.of[i] = v;
			verdicts.concerned |= (uint64_t)1 << i;
			if (v.action == ISUP_COMPAT_RELEASE && spares[row].spare == SPARE_RELEASE)
				cause = spares[row].value;
		}
	}
	struct isup_compat compat = combine(msg, &verdicts);
	if (compat.action == ISUP_COMPAT_RELEASE && cause)
		compat.cause = (struct isup_cause){ .value = cause };
	return compat;
}

void isup_compat_discard(struct isup_msg *msg, const struct isup_compat *compat)
{
	for (size_t i = msg->n_params; i-- > 0;)
		if (compat->discard >> i & 1)
			isup_msg_remove_at(msg, i);
}

void isup_compat_default_values(struct isup_msg *msg)
{
	for (size_t i = msg->n_params; i-- > 0;) {
		const struct isup_param *param = &msg->params[i];
		for (size_t row = 0; row < SPARES; row++) {
			if (!is_spare(msg, param, row))
				continue;
			if (spares[row].spare == SPARE_IGNORE) {
				isup_msg_remove_at(msg, i);
				break;
			}
			if (spares[row].spare != SPARE_VALUE)
				continue;
			unsigned mask = ((1u << spares[row].width) - 1) << spares[row].shift;
			uint8_t *octet = &msg->store[param->offset + spares[row].octet];
			*octet = (uint8_t)((*octet & ~mask) | (unsigned)spares[row].value
								      << spares[row].shift);
		}
	}
}
