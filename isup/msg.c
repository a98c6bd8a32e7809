/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * ISUP messages: decoding, building and encoding by the message table (Q.763 clause 1: 1.5
 * mandatory fixed part, 1.6 mandatory variable part by pointers, 1.7 and 1.8 optional part; 2.3
 * pointers).
 */
#include "isup/msg.h"

#include <errno.h>
#include <string.h>

#include "isup/codec.h"

#define BIT(i)	  ((uint64_t)1 << (i))
#define ISUP_HEAD 3 /* CIC and type */

_Static_assert(ISUP_PARAMS_MAX <= 64, "one bit a parameter");

struct decoder {
	struct isup_msg *msg;
	struct isup_error *error;
	struct octets_reader all; /* the whole message, never moved: pointers are followed in it */
	struct octets_reader at;  /* fixed part and pointers */
};

static bool fail(struct decoder *d, enum isup_error_kind kind, size_t offset, uint8_t param,
		 const char *text)
{
	*d->error = (struct isup_error){
		.kind = kind, .offset = (uint16_t)offset, .param = param, .text = text
	};
	return false;
}

static bool keep(struct decoder *d, uint8_t code, const uint8_t *octets, size_t n, size_t offset)
{
	if (d->msg->n_store + n <= ISUP_OCTETS_MAX && !isup_msg_add(d->msg, code, octets, n))
		return true;
	return fail(d, ISUP_E_TOO_MANY, offset, code,
		    d->msg->n_params == ISUP_PARAMS_MAX ? "too many parameters"
							: "parameters overlap too far");
}

static bool decode_fixed(struct decoder *d, const struct isup_msg_def *def)
{
	for (size_t i = 0; i < def->n_fixed; i++) {
		size_t offset = octets_read_offset(&d->at);
		const uint8_t *octets = octets_read_take(&d->at, def->fixed[i].length);

		if (d->at.bad)
			return fail(d, ISUP_E_TRUNCATED, offset, def->fixed[i].code,
				    "mandatory fixed part incomplete");
		if (!keep(d, def->fixed[i].code, octets, def->fixed[i].length, offset))
			return false;
	}
	return true;
}

/*
 * Reads a pointer octet and opens *target where it points to: the pointer counts from its own octet
 * (Q.763 2.3). Parts that overlap or stand out of order are accepted, what leaves the message is
 * not. *null: the pointer is 0.
 */
static bool follow(struct decoder *d, uint8_t code, struct octets_reader *target, bool *null)
{
	size_t offset = octets_read_offset(&d->at);
	uint8_t pointer = octets_read_u8(&d->at);

	if (d->at.bad)
		return fail(d, ISUP_E_TRUNCATED, offset, code, "pointer missing");
	*null = pointer == 0;
	*target = d->all;
	if (!*null)
		octets_read_take(target, offset + pointer);
	if (target->bad || octets_read_left(target) == 0)
		return fail(d, ISUP_E_TRUNCATED, offset, code, "pointer leaves the message");
	return true;
}

static bool decode_variable(struct decoder *d, const struct isup_variable_def *def)
{
	struct octets_reader target;
	bool null;

	if (!follow(d, def->code, &target, &null))
		return false;
	if (null)
		return fail(d, ISUP_E_BAD_PARAMETER, octets_read_offset(&d->at) - 1, def->code,
			    "no pointer to a mandatory parameter");
	size_t offset = octets_read_offset(&target);
	uint8_t n = octets_read_u8(&target);
	const uint8_t *octets = octets_read_take(&target, n);
	if (target.bad)
		return fail(d, ISUP_E_TRUNCATED, offset, def->code,
			    "mandatory parameter leaves the message");
	if (n < def->min || n > def->max)
		return fail(d, ISUP_E_BAD_PARAMETER, offset, def->code,
			    n < def->min ? "mandatory parameter too short"
					 : "mandatory parameter too long");
	return keep(d, def->code, octets, n, offset);
}

/* Ends at the end of optional parameters octet; a message that ends without it is taken
 * (Q.764 2.9.5 has no error for that). */
static bool decode_optional(struct decoder *d)
{
	struct octets_reader target;
	bool null;

	if (!follow(d, ISUP_P_END_OF_OPTIONAL, &target, &null))
		return false;
	while (!null && octets_read_left(&target) > 0) {
		size_t offset = octets_read_offset(&target);
		uint8_t code = octets_read_u8(&target);
		if (code == ISUP_P_END_OF_OPTIONAL)
			break;
		uint8_t n = octets_read_u8(&target);
		const uint8_t *octets = octets_read_take(&target, n);
		if (target.bad)
			return fail(d, ISUP_E_TRUNCATED, offset, code,
				    "optional parameter leaves the message");
		if (!keep(d, code, octets, n, offset))
			return false;
	}
	return true;
}

static void keep_contents(struct decoder *d)
{
	size_t n = octets_read_left(&d->at);

	if (n)
		memcpy(d->msg->store, octets_read_take(&d->at, n), n);
	d->msg->n_store = (uint16_t)n;
}

static bool decode_parts(struct decoder *d)
{
	const struct isup_msg_def *def = isup_msg_def(d->msg->variant, d->msg->type);

	if (!def || def->opaque)
		keep_contents(d);
	if (!def)
		return fail(d, ISUP_E_UNKNOWN_TYPE, 2, 0, "unknown message type");
	if (def->opaque)
		return true;
	if (!decode_fixed(d, def))
		return false;
	for (size_t i = 0; i < def->n_variable; i++)
		if (!decode_variable(d, &def->variable[i]))
			return false;
	return !def->optional || decode_optional(d);
}

int isup_msg_decode_as(struct isup_msg *msg, enum isup_variant variant, const uint8_t *octets,
		       size_t n, struct isup_error *error)
{
	struct decoder d = { .msg = msg, .error = error };
	bool ok;

	memset(msg, 0, sizeof *msg);
	*error = (struct isup_error){ .kind = ISUP_E_NONE, .text = "" };
	octets_read_open(&d.all, octets, n);
	d.at = d.all;
	uint16_t cic = octets_read_le16(&d.at);
	uint8_t type = octets_read_u8(&d.at);
	if (d.at.bad) {
		ok = fail(&d, ISUP_E_TRUNCATED, 0, 0, "shorter than CIC and message type");
	} else {
		msg->variant = (uint8_t)variant;
		msg->cic = cic & isup_variant_def(msg->variant)->cic_max;
		msg->type = type;
		ok = n <= ISUP_OCTETS_MAX ? decode_parts(&d)
					  : fail(&d, ISUP_E_TOO_MANY, ISUP_OCTETS_MAX, 0,
						 "longer than a signalling information field");
	}
	if (ok)
		return 0;
	if (error->kind != ISUP_E_UNKNOWN_TYPE)
		isup_msg_init_as(msg, variant, type,
				 cic & isup_variant_def((uint8_t)variant)->cic_max);
	return -EBADMSG;
}

int isup_msg_decode(struct isup_msg *msg, const uint8_t *octets, size_t n, struct isup_error *error)
{
	return isup_msg_decode_as(msg, ISUP_ITU, octets, n, error);
}

struct encoder {
	const struct isup_msg *msg;
	struct octets_writer out;
	uint64_t placed; /* parameters already in a mandatory part */
};

/* The first parameter of that code, which then belongs to a mandatory part; NULL when it has no
 * right length. */
static const struct isup_param *place(struct encoder *e, uint8_t code, size_t min, size_t max)
{
	for (size_t i = 0; i < e->msg->n_params; i++) {
		const struct isup_param *param = &e->msg->params[i];
		if (param->code != code)
			continue;
		if (param->length < min || param->length > max)
			return NULL;
		e->placed |= BIT(i);
		return param;
	}
	return NULL;
}

static void put_contents(struct encoder *e, const struct isup_param *param)
{
	octets_write_copy(&e->out, isup_param_octets(e->msg, param), param->length);
}

/* The pointer octet at offset shall point to what comes next. */
static void point(struct encoder *e, size_t offset)
{
	octets_write_patch(&e->out, offset, (unsigned)(octets_write_length(&e->out) - offset));
}

static int encode_mandatory(struct encoder *e, const struct isup_msg_def *def)
{
	for (size_t i = 0; i < def->n_fixed; i++) {
		const struct isup_fixed_def *f = &def->fixed[i];
		const struct isup_param *param = place(e, f->code, f->length, f->length);
		if (!param)
			return -EINVAL;
		put_contents(e, param);
	}
	size_t pointers = octets_write_length(&e->out);
	for (size_t i = 0; i < def->n_variable + (size_t)def->optional; i++)
		octets_write_u8(&e->out, 0);
	for (size_t i = 0; i < def->n_variable; i++) {
		const struct isup_variable_def *v = &def->variable[i];
		const struct isup_param *param = place(e, v->code, v->min, v->max);
		if (!param)
			return -EINVAL;
		point(e, pointers + i);
		octets_write_u8(&e->out, param->length);
		put_contents(e, param);
	}
	return (int)(pointers + def->n_variable);
}

static void encode_optional(struct encoder *e, size_t pointer)
{
	point(e, pointer);
	for (size_t i = 0; i < e->msg->n_params; i++) {
		const struct isup_param *param = &e->msg->params[i];
		if (e->placed & BIT(i))
			continue;
		octets_write_u8(&e->out, param->code);
		octets_write_u8(&e->out, param->length);
		put_contents(e, param);
	}
	octets_write_u8(&e->out, ISUP_P_END_OF_OPTIONAL);
}

/* The parts that the message's descriptor names; -EINVAL when they are not there. */
static int encode_parts(struct encoder *e, const struct isup_msg_def *def)
{
	int pointer = encode_mandatory(e, def);

	if (pointer < 0)
		return pointer;
	if (e->placed != BIT(e->msg->n_params) - 1) {
		if (!def->optional)
			return -EINVAL;
		encode_optional(e, (size_t)pointer);
	}
	return 0;
}

static int encode_contents(struct encoder *e)
{
	if (e->msg->n_params)
		return -EINVAL;
	octets_write_copy(&e->out, e->msg->store, e->msg->n_store);
	return 0;
}

int isup_msg_encode(const struct isup_msg *msg, uint8_t *octets, size_t cap)
{
	const struct isup_msg_def *def = isup_msg_def(msg->variant, msg->type);
	struct encoder e = { .msg = msg };

	if (msg->cic > isup_variant_def(msg->variant)->cic_max || msg->n_params > ISUP_PARAMS_MAX)
		return -EINVAL;
	octets_write_open(&e.out, octets, cap < ISUP_OCTETS_MAX ? cap : ISUP_OCTETS_MAX);
	octets_write_le16(&e.out, msg->cic);
	octets_write_u8(&e.out, msg->type);
	int err = def && !def->opaque ? encode_parts(&e, def) : encode_contents(&e);
	if (err)
		return err;
	return e.out.bad ? -EMSGSIZE : (int)octets_write_length(&e.out);
}

void isup_msg_init_as(struct isup_msg *msg, enum isup_variant variant, enum isup_type type,
		      uint16_t cic)
{
	memset(msg, 0, sizeof *msg);
	msg->variant = (uint8_t)variant;
	msg->type = (uint8_t)type;
	msg->cic = cic;
}

void isup_msg_init(struct isup_msg *msg, enum isup_type type, uint16_t cic)
{
	isup_msg_init_as(msg, ISUP_ITU, type, cic);
}

const uint8_t *isup_msg_contents(const struct isup_msg *msg, size_t *n)
{
	*n = msg->n_params ? 0 : msg->n_store;
	return msg->store;
}

int isup_msg_set_contents(struct isup_msg *msg, const void *octets, size_t n)
{
	const struct isup_msg_def *def = isup_msg_def(msg->variant, msg->type);

	if ((def && !def->opaque) || msg->n_params)
		return -EINVAL;
	if (n > ISUP_OCTETS_MAX - ISUP_HEAD)
		return -ENOSPC;
	memset(msg->store, 0, sizeof msg->store);
	if (n)
		memcpy(msg->store, octets, n);
	msg->n_store = (uint16_t)n;
	return 0;
}

int isup_msg_add(struct isup_msg *msg, uint8_t code, const void *octets, size_t n)
{
	if (code == ISUP_P_END_OF_OPTIONAL)
		return -EINVAL;
	if (n > UINT8_MAX || msg->n_params == ISUP_PARAMS_MAX ||
	    n > sizeof msg->store - msg->n_store)
		return -ENOSPC;
	struct isup_param *param = &msg->params[msg->n_params++];
	*param = (struct isup_param){ .code = code, .length = (uint8_t)n, .offset = msg->n_store };
	if (n)
		memcpy(&msg->store[msg->n_store], octets, n);
	msg->n_store = (uint16_t)(msg->n_store + n);
	return 0;
}

/* Makes room for n octets in place of parameter i's contents; what stands behind in the store
 * moves. */
static int resize(struct isup_msg *msg, size_t i, size_t n)
{
	struct isup_param *param = &msg->params[i];
	size_t tail = param->offset + (size_t)param->length;
	size_t n_store = msg->n_store - param->length + n;

	if (n > UINT8_MAX || n_store > sizeof msg->store)
		return -ENOSPC;
	memmove(&msg->store[param->offset + n], &msg->store[tail], msg->n_store - tail);
	for (size_t k = 0; k < msg->n_params; k++)
		if (msg->params[k].offset >= tail && k != i)
			msg->params[k].offset =
				(uint16_t)(msg->params[k].offset - param->length + n);
	if (n_store < msg->n_store)
		memset(&msg->store[n_store], 0, msg->n_store - n_store);
	msg->n_store = (uint16_t)n_store;
	param->length = (uint8_t)n;
	return 0;
}

int isup_msg_set(struct isup_msg *msg, uint8_t code, const void *octets, size_t n)
{
	const struct isup_param *param = isup_msg_find(msg, code);

	if (!param)
		return isup_msg_add(msg, code, octets, n);
	int err = resize(msg, (size_t)(param - msg->params), n);
	if (!err && n)
		memcpy(&msg->store[param->offset], octets, n);
	return err;
}

void isup_msg_remove_at(struct isup_msg *msg, size_t i)
{
	(void)resize(msg, i, 0);
	msg->n_params--;
	memmove(&msg->params[i], &msg->params[i + 1], (msg->n_params - i) * sizeof msg->params[0]);
	msg->params[msg->n_params] = (struct isup_param){ 0 };
}

void isup_msg_remove(struct isup_msg *msg, uint8_t code)
{
	for (size_t i = msg->n_params; i-- > 0;)
		if (msg->params[i].code == code)
			isup_msg_remove_at(msg, i);
}

bool isup_msg_mandatory(const struct isup_msg *msg, uint8_t code)
{
	const struct isup_msg_def *def = isup_msg_def(msg->variant, msg->type);

	for (size_t i = 0; def && i < def->n_fixed; i++)
		if (def->fixed[i].code == code)
			return true;
	for (size_t i = 0; def && i < def->n_variable; i++)
		if (def->variable[i].code == code)
			return true;
	return false;
}

const struct isup_param *isup_msg_find(const struct isup_msg *msg, uint8_t code)
{
	for (size_t i = 0; i < msg->n_params; i++)
		if (msg->params[i].code == code)
			return &msg->params[i];
	return NULL;
}

const uint8_t *isup_param_octets(const struct isup_msg *msg, const struct isup_param *param)
{
	return &msg->store[param->offset];
}
