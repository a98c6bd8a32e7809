/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Typed values of ISUP parameters (Q.763 clause 3). Spare bits are written 0 and not looked at
 * (1.10); octets behind those that a value knows belong to later versions and are left alone.
 */
#include "isup/param.h"

#include <errno.h>
#include <string.h>

#include "isup/codec.h"

#define ST 0xf /* Q.763 3.9 e */

/* Q.763 3.9, 3.10, 3.16, 3.26, 3.30, 3.39, 3.44, 3.46, 3.51, 3.64, 3.73, 3.86, 3.87, 3.89; those of national variants
 * by their tables: no two of them use a code for numbers of different form */
unsigned isup_number_parts(uint8_t code)
{
	enum {
		ADDRESS = ISUP_NUM_ADDRESS | ISUP_NUM_PLAN,
		RESTRICTED = ADDRESS | ISUP_NUM_PRESENTATION,
		SCREENED = RESTRICTED | ISUP_NUM_SCREENING
	};

	switch (code) {
	case ISUP_P_CALLED:
		return ADDRESS | ISUP_NUM_INN | ISUP_NUM_ST;
	case ISUP_P_SUBSEQUENT:
		return ISUP_NUM_ST;
	case ISUP_P_CALLING:
		return SCREENED | ISUP_NUM_NI;
	case ISUP_P_CONNECTED:
	case ISUP_P_CALL_TRANSFER_NUMBER:
	case ISUP_P_PRESENTATION_NUMBER:
		return SCREENED;
	case ISUP_P_LOCATION_NUMBER:
		return SCREENED | ISUP_NUM_INN;
	case ISUP_P_REDIRECTING:
	case ISUP_P_ORIGINAL_CALLED:
	case ISUP_P_CALLED_IN_NUMBER:
	case ISUP_P_ORIGINAL_CALLED_IN_NUMBER:
	case ISUP_P_LAST_DIVERTING:
		return RESTRICTED;
	case ISUP_P_REDIRECTION_NUMBER:
	case ISUP_P_CALLED_DIRECTORY_NUMBER:
		return ADDRESS | ISUP_NUM_INN;
	case ISUP_P_HTR:
	case ISUP_P_CHARGE_NUMBER:
	case ISUP_P_CONTRACTOR_NUMBER:
		return ADDRESS;
	case ISUP_P_GENERIC_NUMBER:
		return SCREENED | ISUP_NUM_QUALIFIER | ISUP_NUM_NI;
	default:
		return 0;
	}
}

static bool take_signal(struct isup_number *value, uint8_t signal, bool st, bool last)
{
	if (signal == ST) {
		value->complete = st && last;
		return value->complete;
	}
	if (value->n == ISUP_DIGITS_MAX)
		return false;
	value->digits[value->n++] = "0123456789ABCDE"[signal];
	return true;
}

/* Two address signals an octet, the first in the low half; the last high half is filler when the
 * count is odd. */
static bool read_signals(struct octets_reader *r, struct isup_number *value, bool odd, bool st)
{
	size_t n = 2 * octets_read_left(r);
	uint8_t pair = 0;

	if (odd && n == 0)
		return false;
	n -= odd;
	for (size_t i = 0; i < n; i++) {
		if (i % 2 == 0)
			pair = octets_read_u8(r);
		if (!take_signal(value, i % 2 ? pair >> 4 : pair & 0xf, st, i + 1 == n))
			return false;
	}
	return true;
}

static void read_plan(struct isup_number *value, unsigned parts, uint8_t octet)
{
	value->npi = octet >> 4 & 7;
	if (parts & ISUP_NUM_INN)
		value->internal_not_allowed = octet >> 7;
	if (parts & ISUP_NUM_NI)
		value->incomplete = octet >> 7;
	if (parts & ISUP_NUM_PRESENTATION)
		value->presentation = octet >> 2 & 3;
	if (parts & ISUP_NUM_SCREENING)
		value->screening = octet & 3;
}

bool isup_number_read(const struct isup_contents *contents, struct isup_number *value)
{
	unsigned parts = isup_number_parts(contents->code);
	struct octets_reader r;

	memset(value, 0, sizeof *value);
	octets_read_open(&r, contents->octets, contents->n);
	if (parts & ISUP_NUM_QUALIFIER)
		value->qualifier = octets_read_u8(&r);
	uint8_t first = octets_read_u8(&r);
	if (parts & ISUP_NUM_ADDRESS) {
		value->noa = first & 0x7f;
		read_plan(value, parts, octets_read_u8(&r));
	}
	if (parts && !r.bad && read_signals(&r, value, first >> 7, parts & ISUP_NUM_ST))
		return true;
	memset(value, 0, sizeof *value);
	return false;
}

/* The signal of a digit character, or 16. */
static unsigned signal_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	return digit >= 'A' && digit <= 'E' ? (unsigned)(digit - 'A') + 10 : 16;
}

static bool write_signals(struct octets_writer *w, const struct isup_number *value, bool st)
{
	unsigned n = value->n + (unsigned)st;
	unsigned pair = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned signal = i < value->n ? signal_of(value->digits[i]) : ST;
		if (signal > ST)
			return false;
		pair = i % 2 ? pair | signal << 4 : signal;
		if (i % 2 || i + 1 == n)
			octets_write_u8(w, pair);
	}
	return true;
}

static bool in_range(const struct isup_number *value)
{
	return value->n <= ISUP_DIGITS_MAX && value->noa <= 0x7f && value->npi <= 7 &&
	       value->presentation <= 3 && value->screening <= 3;
}

static unsigned plan_octet(const struct isup_number *value, unsigned parts)
{
	unsigned octet = (unsigned)value->npi << 4;

	if ((parts & ISUP_NUM_INN && value->internal_not_allowed) ||
	    (parts & ISUP_NUM_NI && value->incomplete))
		octet |= 0x80;
	if (parts & ISUP_NUM_PRESENTATION)
		octet |= (unsigned)value->presentation << 2;
	if (parts & ISUP_NUM_SCREENING)
		octet |= value->screening;
	return octet;
}

int isup_put_number(struct isup_msg *msg, uint8_t code, const struct isup_number *value)
{
	uint8_t octets[3 + (ISUP_DIGITS_MAX + 2) / 2];
	const struct isup_param_def *def = isup_param_def(msg->variant, code);
	unsigned parts = isup_number_parts(code);
	struct octets_writer w;

	if (!parts || !def || !in_range(value))
		return -EINVAL;
	bool st = parts & ISUP_NUM_ST && value->complete;
	unsigned odd = (value->n + (unsigned)st) % 2;
	octets_write_open(&w, octets, sizeof octets);
	if (parts & ISUP_NUM_QUALIFIER)
		octets_write_u8(&w, value->qualifier);
	octets_write_u8(&w, odd << 7 | (parts & ISUP_NUM_ADDRESS ? value->noa : 0u));
	if (parts & ISUP_NUM_ADDRESS)
		octets_write_u8(&w, plan_octet(value, parts));
	if (!write_signals(&w, value, st) || octets_write_length(&w) < def->min)
		return -EINVAL;
	/* Only a generic number may come more than once in a message (Q.763 table 32). */
	return code == ISUP_P_GENERIC_NUMBER
		       ? isup_msg_add(msg, code, octets, octets_write_length(&w))
		       : isup_msg_set(msg, code, octets, octets_write_length(&w));
}

/* Contents of the first parameter of that code; false when absent or shorter than min. */
static bool fetch(const struct isup_msg *msg, uint8_t code, size_t min,
		  struct isup_contents *contents)
{
	const struct isup_param *param = isup_msg_find(msg, code);

	if (!param || param->length < min)
		return false;
	*contents = (struct isup_contents){ .code = code,
					    .n = param->length,
					    .octets = isup_param_octets(msg, param) };
	return true;
}

bool isup_get_number(const struct isup_msg *msg, uint8_t code, struct isup_number *value)
{
	struct isup_contents contents;

	memset(value, 0, sizeof *value);
	return fetch(msg, code, 0, &contents) && isup_number_read(&contents, value);
}

/* Indicator octets as one number: the first octet is the low one, so that bit A is 0 and bit I
 * is 8. */
static bool get_bits(const struct isup_msg *msg, uint8_t code, size_t octets, unsigned *bits)
{
	struct isup_contents contents;
	struct octets_reader r;

	if (!fetch(msg, code, octets, &contents))
		return false;
	octets_read_open(&r, contents.octets, contents.n);
	*bits = octets == 1 ? octets_read_u8(&r) : octets_read_le16(&r);
	return true;
}

struct bits {
	unsigned value;
	bool bad; /* a field did not fit */
};

static void set(struct bits *bits, unsigned shift, unsigned width, unsigned value)
{
	if (value >> width)
		bits->bad = true;
	else
		bits->value |= value << shift;
}

static int put_bits(struct isup_msg *msg, uint8_t code, size_t n, const struct bits *bits)
{
	const uint8_t octets[2] = { (uint8_t)bits->value, (uint8_t)(bits->value >> 8) };

	return bits->bad ? -EINVAL : isup_msg_set(msg, code, octets, n);
}

/* Q.763 3.35 */
bool isup_get_nci(const struct isup_msg *msg, struct isup_nci *value)
{
	unsigned bits;

	memset(value, 0, sizeof *value);
	if (!get_bits(msg, ISUP_P_NCI, 1, &bits))
		return false;
	value->satellite = bits & 3;
	value->continuity = bits >> 2 & 3;
	value->echo_control = bits >> 4 & 1;
	return true;
}

int isup_put_nci(struct isup_msg *msg, const struct isup_nci *value)
{
	struct bits bits = { 0 };

	set(&bits, 0, 2, value->satellite);
	set(&bits, 2, 2, value->continuity);
	set(&bits, 4, 1, value->echo_control);
	return put_bits(msg, ISUP_P_NCI, 1, &bits);
}

/* Q.763 3.23; bit M, number translated, by Q.769.1 */
bool isup_get_fci(const struct isup_msg *msg, struct isup_fci *value)
{
	unsigned bits;

	memset(value, 0, sizeof *value);
	if (!get_bits(msg, ISUP_P_FCI, 2, &bits))
		return false;
	value->national_international = bits & 1;
	value->end_to_end = bits >> 1 & 3;
	value->interworking = bits >> 3 & 1;
	value->end_to_end_info = bits >> 4 & 1;
	value->isup_all_way = bits >> 5 & 1;
	value->isup_preference = bits >> 6 & 3;
	value->isdn_access = bits >> 8 & 1;
	value->sccp = bits >> 9 & 3;
	value->translated = bits >> 12 & 1;
	return true;
}

int isup_put_fci(struct isup_msg *msg, const struct isup_fci *value)
{
	struct bits bits = { 0 };

	set(&bits, 0, 1, value->national_international);
	set(&bits, 1, 2, value->end_to_end);
	set(&bits, 3, 1, value->interworking);
	set(&bits, 4, 1, value->end_to_end_info);
	set(&bits, 5, 1, value->isup_all_way);
	set(&bits, 6, 2, value->isup_preference);
	set(&bits, 8, 1, value->isdn_access);
	set(&bits, 9, 2, value->sccp);
	set(&bits, 12, 1, value->translated);
	return put_bits(msg, ISUP_P_FCI, 2, &bits);
}

/* Q.763 3.5 */
bool isup_get_bci(const struct isup_msg *msg, struct isup_bci *value)
{
	unsigned bits;

	memset(value, 0, sizeof *value);
	if (!get_bits(msg, ISUP_P_BCI, 2, &bits))
		return false;
	value->charge = bits & 3;
	value->called_status = bits >> 2 & 3;
	value->called_category = bits >> 4 & 3;
	value->end_to_end = bits >> 6 & 3;
	value->interworking = bits >> 8 & 1;
	value->end_to_end_info = bits >> 9 & 1;
	value->isup_all_way = bits >> 10 & 1;
	value->holding = bits >> 11 & 1;
	value->isdn_access = bits >> 12 & 1;
	value->echo_control = bits >> 13 & 1;
	value->sccp = bits >> 14 & 3;
	return true;
}

int isup_put_bci(struct isup_msg *msg, const struct isup_bci *value)
{
	struct bits bits = { 0 };

	set(&bits, 0, 2, value->charge);
	set(&bits, 2, 2, value->called_status);
	set(&bits, 4, 2, value->called_category);
	set(&bits, 6, 2, value->end_to_end);
	set(&bits, 8, 1, value->interworking);
	set(&bits, 9, 1, value->end_to_end_info);
	set(&bits, 10, 1, value->isup_all_way);
	set(&bits, 11, 1, value->holding);
	set(&bits, 12, 1, value->isdn_access);
	set(&bits, 13, 1, value->echo_control);
	set(&bits, 14, 2, value->sccp);
	return put_bits(msg, ISUP_P_BCI, 2, &bits);
}

/* Q.763 3.37 */
bool isup_get_obci(const struct isup_msg *msg, struct isup_obci *value)
{
	unsigned bits;

	memset(value, 0, sizeof *value);
	if (!get_bits(msg, ISUP_P_OBCI, 1, &bits))
		return false;
	value->in_band = bits & 1;
	value->diversion_may_occur = bits >> 1 & 1;
	value->simple_segmentation = bits >> 2 & 1;
	value->mlpp = bits >> 3 & 1;
	return true;
}

int isup_put_obci(struct isup_msg *msg, const struct isup_obci *value)
{
	struct bits bits = { 0 };

	set(&bits, 0, 1, value->in_band);
	set(&bits, 1, 1, value->diversion_may_occur);
	set(&bits, 2, 1, value->simple_segmentation);
	set(&bits, 3, 1, value->mlpp);
	return put_bits(msg, ISUP_P_OBCI, 1, &bits);
}

/* Q.763 3.12, octets as in Q.850 clause 2: the recommendation octet 1a is there when the first has
 * no extension bit. */
bool isup_cause_read(const struct isup_contents *contents, struct isup_cause *value)
{
	struct octets_reader r;

	memset(value, 0, sizeof *value);
	octets_read_open(&r, contents->octets, contents->n);
	uint8_t first = octets_read_u8(&r);
	if (!(first & 0x80))
		octets_read_u8(&r);
	uint8_t cause = octets_read_u8(&r);
	size_t n = octets_read_left(&r);
	if (r.bad || n > sizeof value->diagnostic)
		return false;
	value->coding = first >> 5 & 3;
	value->location = first & 0xf;
	value->value = cause & 0x7f;
	value->n_diagnostic = (uint8_t)n;
	if (n)
		memcpy(value->diagnostic, octets_read_take(&r, n), n);
	return true;
}

bool isup_get_cause(const struct isup_msg *msg, struct isup_cause *value)
{
	struct isup_contents contents;

	memset(value, 0, sizeof *value);
	return fetch(msg, ISUP_P_CAUSE, 0, &contents) && isup_cause_read(&contents, value);
}

int isup_put_cause(struct isup_msg *msg, const struct isup_cause *value)
{
	uint8_t octets[2 + sizeof value->diagnostic];
	struct octets_writer w;

	if (value->coding > 3 || value->location > 0xf || value->value > 0x7f ||
	    value->n_diagnostic > sizeof value->diagnostic)
		return -EINVAL;
	octets_write_open(&w, octets, sizeof octets);
	octets_write_u8(&w, 0x80u | (unsigned)value->coding << 5 | value->location);
	octets_write_u8(&w, 0x80u | value->value);
	octets_write_copy(&w, value->diagnostic, value->n_diagnostic);
	return isup_msg_set(msg, ISUP_P_CAUSE, octets, octets_write_length(&w));
}

/* Q.763 3.21 */
bool isup_get_event(const struct isup_msg *msg, struct isup_event *value)
{
	unsigned bits;

	memset(value, 0, sizeof *value);
	if (!get_bits(msg, ISUP_P_EVENT_INFO, 1, &bits))
		return false;
	value->event = bits & 0x7f;
	value->presentation_restricted = bits >> 7;
	return true;
}

int isup_put_event(struct isup_msg *msg, const struct isup_event *value)
{
	struct bits bits = { 0 };

	set(&bits, 0, 7, value->event);
	set(&bits, 7, 1, value->presentation_restricted);
	return put_bits(msg, ISUP_P_EVENT_INFO, 1, &bits);
}

/* Octets that hold one status bit for each of range + 1 circuits. */
static size_t status_octets(uint8_t range)
{
	return range / 8u + 1;
}

/* Q.763 3.43: the status field, where there is one, covers the range. */
bool isup_range_read(const struct isup_contents *contents, struct isup_range *value)
{
	struct octets_reader r;

	memset(value, 0, sizeof *value);
	octets_read_open(&r, contents->octets, contents->n);
	uint8_t range = octets_read_u8(&r);
	size_t n = octets_read_left(&r);
	if (r.bad || n > sizeof value->status || (n && n < status_octets(range)))
		return false;
	value->range = range;
	value->has_status = n > 0;
	value->n_status = (uint8_t)n;
	if (n)
		memcpy(value->status, octets_read_take(&r, n), n);
	return true;
}

bool isup_get_range(const struct isup_msg *msg, struct isup_range *value)
{
	struct isup_contents contents;

	memset(value, 0, sizeof *value);
	return fetch(msg, ISUP_P_RANGE_STATUS, 0, &contents) && isup_range_read(&contents, value);
}

int isup_put_range(struct isup_msg *msg, const struct isup_range *value)
{
	uint8_t octets[1 + sizeof value->status];
	size_t n = value->has_status ? value->n_status : 0;

	if (n > sizeof value->status || (value->has_status && n < status_octets(value->range)))
		return -EINVAL;
	octets[0] = value->range;
	memcpy(&octets[1], value->status, n);
	return isup_msg_set(msg, ISUP_P_RANGE_STATUS, octets, 1 + n);
}

/* Q.763 3.45: the second octet is there when a redirection has taken place. */
bool isup_get_redirection(const struct isup_msg *msg, struct isup_redirection *value)
{
	unsigned bits;

	memset(value, 0, sizeof *value);
	if (!get_bits(msg, ISUP_P_REDIRECTION_INFO, 2, &bits) &&
	    !get_bits(msg, ISUP_P_REDIRECTION_INFO, 1, &bits))
		return false;
	value->indicator = bits & 7;
	value->original_reason = bits >> 4 & 0xf;
	value->counter = bits >> 8 & 7;
	value->reason = bits >> 12 & 0xf;
	return true;
}

int isup_put_redirection(struct isup_msg *msg, const struct isup_redirection *value)
{
	struct bits bits = { 0 };

	set(&bits, 0, 3, value->indicator);
	set(&bits, 4, 4, value->original_reason);
	set(&bits, 8, 3, value->counter);
	set(&bits, 12, 4, value->reason);
	return put_bits(msg, ISUP_P_REDIRECTION_INFO, 2, &bits);
}

static bool is_delay(uint8_t code)
{
	return code == ISUP_P_PROPAGATION_DELAY || code == ISUP_P_CALL_HISTORY;
}

/* Q.763 3.42, 3.7: the high octet comes first */
bool isup_get_delay(const struct isup_msg *msg, uint8_t code, uint16_t *value_ms)
{
	struct isup_contents contents;
	struct octets_reader r;

	*value_ms = 0;
	if (!is_delay(code) || !fetch(msg, code, 2, &contents))
		return false;
	octets_read_open(&r, contents.octets, contents.n);
	*value_ms = octets_read_be16(&r);
	return true;
}

int isup_put_delay(struct isup_msg *msg, uint8_t code, uint16_t value_ms)
{
	const uint8_t octets[] = { (uint8_t)(value_ms >> 8), (uint8_t)value_ms };

	return is_delay(code) ? isup_msg_set(msg, code, octets, sizeof octets) : -EINVAL;
}

static uint8_t octet_mask(const struct isup_msg *msg, uint8_t code)
{
	const struct isup_param_def *def = isup_param_def(msg->variant, code);

	return def ? def->mask : 0;
}

bool isup_get_octet(const struct isup_msg *msg, uint8_t code, uint8_t *value)
{
	unsigned bits;

	*value = 0;
	if (!octet_mask(msg, code) || !get_bits(msg, code, 1, &bits))
		return false;
	*value = (uint8_t)bits & octet_mask(msg, code);
	return true;
}

int isup_put_octet(struct isup_msg *msg, uint8_t code, uint8_t value)
{
	if (!octet_mask(msg, code) || value & ~octet_mask(msg, code))
		return -EINVAL;
	return isup_msg_set(msg, code, &value, 1);
}
