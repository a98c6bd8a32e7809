/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Number normalising: rewrite rules, then dialling prefixes, country and area (E.164, E.123). */
#include "gw/route/number.h"

#include <errno.h>
#include <string.h>

/* Shorter ones may still be a service's number, or the beginning of a prefix. */
#define SUBSCRIBER_MIN 4

const char *number_nature_name(enum number_nature nature)
{
	static const char *const names[NUMBER_NATURES] = {
		[NUMBER_UNKNOWN] = "unknown",
		[NUMBER_SUBSCRIBER] = "subscriber",
		[NUMBER_NATIONAL] = "national",
		[NUMBER_INTERNATIONAL] = "international",
	};

	return names[nature];
}

size_t number_text(const struct number *number, char *text, size_t cap)
{
	size_t n = 0;

	if (number->nature == NUMBER_INTERNATIONAL)
		n = str_add(text, cap, n, STR("+"));
	return str_add(text, cap, n, str_c(number->digits));
}

int number_of_text(struct str text, struct number *number)
{
	number->nature = NUMBER_UNKNOWN;
	if (text.n && text.p[0] == '+') {
		number->nature = NUMBER_INTERNATIONAL;
		text.p++;
		text.n--;
	}
	return str_copy(number->digits, sizeof(number->digits), text);
}

/* ---- rewrite rules ---- */

enum fit { FIT_NOT, FIT_LATER, FIT_NOW };

/* How much of text the rule's beginning takes; FIT_LATER: it would take more digits. */
static enum fit rule_fits(const char *rule, struct str text, size_t *taken)
{
	size_t i = 0;

	for (; *rule != ' ' && *rule != '$'; rule++, i++) {
		bool digit;

		if (i == text.n)
			return FIT_LATER;
		digit = text.p[i] >= '0' && text.p[i] <= '9';
		if (*rule == 'x' ? !digit : *rule != text.p[i])
			return FIT_NOT;
	}
	*taken = i;
	if (*rule == '$' && i < text.n)
		return FIT_NOT;
	return FIT_NOW;
}

struct rules {
	const char *const *rule;
	size_t n;
};

/* The first rule that fits; NULL: none. */
static const char *rule_find(struct rules rules, struct str text, size_t *taken)
{
	for (size_t i = 0; i < rules.n; i++)
		if (rule_fits(rules.rule[i], text, taken) == FIT_NOW)
			return rules.rule[i];
	return NULL;
}

/* True: the number is not to be touched any more. */
static bool rewrite(struct rules rules, struct number *number, const char **rule, int *err)
{
	char text[NUMBER_DIGITS_MAX + 2], out[2 * NUMBER_DIGITS_MAX + 4];
	size_t n = number_text(number, text, sizeof(text)), taken = 0, at = 0;
	const char *to;

	*rule = rule_find(rules, (struct str){ text, n }, &taken);
	*err = 0;
	if (!*rule)
		return false;
	to = strchr(*rule, ' ') + 1;
	if (*to == '=')
		return true;
	if (*to != '-')
		at = str_add(out, sizeof(out), at, str_c(to));
	at = str_add(out, sizeof(out), at, (struct str){ text + taken, n - taken });
	*err = number_of_text((struct str){ out, at }, number);
	return *err != 0;
}

/* ---- prefixes, country and area ---- */

static size_t octets(const char *text)
{
	return text ? strlen(text) : 0;
}

/* The prefix is configured, and the digits begin with it. */
static bool begins(const char *digits, const char *prefix)
{
	return octets(prefix) && strncmp(digits, prefix, strlen(prefix)) == 0;
}

static int put_before(struct number *number, const char *first, const char *second, size_t strip)
{
	char digits[NUMBER_DIGITS_MAX + 1];
	size_t n;

	if (octets(first) + octets(second) + strlen(number->digits) - strip > NUMBER_DIGITS_MAX)
		return -ENAMETOOLONG;
	n = str_add(digits, sizeof(digits), 0, str_c(first ? first : ""));
	n = str_add(digits, sizeof(digits), n, str_c(second ? second : ""));
	n = str_add(digits, sizeof(digits), n, str_c(number->digits + strip));
	memcpy(number->digits, digits, n + 1);
	return 0;
}

static bool only_digits(const char *text)
{
	return !text[strspn(text, "0123456789")];
}

/* A dialled number's prefixes tell its nature; *strip: their length. */
static enum number_nature dialled(const struct number_plan *plan, const char *digits, size_t *strip)
{
	*strip = 0;
	if (!only_digits(digits))
		return NUMBER_UNKNOWN;
	if (begins(digits, plan->international_prefix)) {
		*strip = strlen(plan->international_prefix);
		return NUMBER_INTERNATIONAL;
	}
	if (begins(digits, plan->national_prefix)) {
		*strip = strlen(plan->national_prefix);
		return NUMBER_NATIONAL;
	}
	return octets(plan->area) && strlen(digits) >= SUBSCRIBER_MIN ? NUMBER_SUBSCRIBER
								      : NUMBER_UNKNOWN;
}

static int to_international(const struct number_plan *plan, struct number *number,
			    const char **reason)
{
	enum number_nature nature = number->nature;
	size_t strip = 0;
	int err;

	*reason = "international already";
	if (nature == NUMBER_INTERNATIONAL)
		return 0;
	*reason = "as dialled: the trunk has no country-code";
	if (!octets(plan->country) || !number->digits[0])
		return 0;
	if (nature == NUMBER_UNKNOWN)
		nature = dialled(plan, number->digits, &strip);
	*reason = "as dialled: no prefix of the trunk's fits";
	if (nature == NUMBER_UNKNOWN)
		return 0;
	*reason = "subscriber number: the trunk has no area-code";
	if (nature == NUMBER_SUBSCRIBER && !octets(plan->area))
		return 0;
	*reason = nature == NUMBER_INTERNATIONAL ? "international-prefix taken off"
		  : nature == NUMBER_NATIONAL
			  ? "national: country-code put before it"
			  : "subscriber: country-code and area-code put before it";
	err = put_before(number, nature == NUMBER_INTERNATIONAL ? NULL : plan->country,
			 nature == NUMBER_SUBSCRIBER ? plan->area : NULL, strip);
	if (!err)
		number->nature = NUMBER_INTERNATIONAL;
	return err;
}

int number_in(const struct number_plan *plan, const struct number *in, struct number *out,
	      struct number_steps *steps)
{
	struct number_steps none;
	int err;

	if (!steps)
		steps = &none;
	*out = *in;
	steps->reason = "as the rule says";
	if (!rewrite((struct rules){ plan->in, plan->n_in }, out, &steps->rule, &err))
		err = to_international(plan, out, &steps->reason);
	if (err) {
		steps->reason = "too long to be written otherwise";
		*out = *in;
	}
	return err;
}

/* digits are shorter than the prefix, which they begin. */
static bool may_become(const char *digits, const char *prefix)
{
	size_t n = strlen(digits);

	return n < octets(prefix) && strncmp(digits, prefix, n) == 0;
}

/* A rule that wants more digits may still come before the one that fits now. */
static bool rule_may_fit(const struct number_plan *plan, struct str text)
{
	size_t taken;

	for (size_t i = 0; i < plan->n_in; i++) {
		enum fit fit = rule_fits(plan->in[i], text, &taken);

		if (fit != FIT_NOT)
			return fit == FIT_LATER;
	}
	return false;
}

bool number_undecided(const struct number_plan *plan, const struct number *in)
{
	char text[NUMBER_DIGITS_MAX + 2];
	struct str whole = { text, number_text(in, text, sizeof(text)) };
	struct number number = *in;
	const char *rule;
	size_t strip;
	int err;

	if (rule_may_fit(plan, whole))
		return true;
	if (rewrite((struct rules){ plan->in, plan->n_in }, &number, &rule, &err) ||
	    number.nature != NUMBER_UNKNOWN || !octets(plan->country))
		return false;
	if (may_become(number.digits, plan->international_prefix) ||
	    may_become(number.digits, plan->national_prefix))
		return true;
	return octets(plan->area) && only_digits(number.digits) &&
	       strlen(number.digits) < SUBSCRIBER_MIN &&
	       dialled(plan, number.digits, &strip) == NUMBER_UNKNOWN;
}

/* ---- towards a trunk ---- */

/* National and subscriber digits of an international number of the trunk's own country. */
static bool own_country(const struct number_plan *plan, const struct number *number)
{
	return number->nature == NUMBER_INTERNATIONAL && begins(number->digits, plan->country);
}

static bool own_area(const struct number_plan *plan, const struct number *number)
{
	return own_country(plan, number) &&
	       begins(number->digits + strlen(plan->country), plan->area);
}

static int take_off(struct number *number, size_t n, enum number_nature nature)
{
	memmove(number->digits, number->digits + n, strlen(number->digits + n) + 1);
	number->nature = nature;
	return 0;
}

static int to_dialled(const struct number_plan *plan, struct number *number)
{
	bool own = own_country(plan, number);
	bool national = own || number->nature == NUMBER_NATIONAL;
	const char *prefix = national ? plan->national_prefix : plan->international_prefix;
	int err;

	if (number->nature != NUMBER_INTERNATIONAL && number->nature != NUMBER_NATIONAL)
		return 0;
	/* Without its prefix it would be read as something else. */
	if (!prefix)
		return 0;
	err = put_before(number, prefix, NULL, own ? strlen(plan->country) : 0);
	if (!err)
		number->nature = NUMBER_UNKNOWN;
	return err;
}

static int to_form(const struct number_plan *plan, struct number *number)
{
	switch (plan->form) {
	case CONF_FORM_AS_IS:
		return 0;
	case CONF_FORM_DIALLED:
		return to_dialled(plan, number);
	case CONF_FORM_DIGITS:
		number->nature = NUMBER_UNKNOWN;
		return 0;
	case CONF_FORM_INTERNATIONAL:
		if (number->nature == NUMBER_NATIONAL && octets(plan->country)) {
			number->nature = NUMBER_INTERNATIONAL;
			return put_before(number, plan->country, NULL, 0);
		}
		return 0;
	case CONF_FORM_SUBSCRIBER:
		if (own_area(plan, number))
			return take_off(number, strlen(plan->country) + strlen(plan->area),
					NUMBER_SUBSCRIBER);
		break;
	case CONF_FORM_NATIONAL:
		break;
	}
	return own_country(plan, number) ? take_off(number, strlen(plan->country), NUMBER_NATIONAL)
					 : 0;
}

int number_out(const struct number_plan *plan, const struct number *in, struct number *out,
	       struct number_steps *steps)
{
	static const char *const reasons[] = {
		[CONF_FORM_AS_IS] = "as it is",
		[CONF_FORM_INTERNATIONAL] = "numbers-out = international",
		[CONF_FORM_NATIONAL] = "numbers-out = national",
		[CONF_FORM_SUBSCRIBER] = "numbers-out = subscriber",
		[CONF_FORM_DIALLED] = "numbers-out = dialled",
		[CONF_FORM_DIGITS] = "numbers-out = digits",
	};
	struct number_steps none;
	int err;

	if (!steps)
		steps = &none;
	*out = *in;
	steps->rule = NULL;
	steps->reason = reasons[plan->form];
	err = to_form(plan, out);
	if (!err)
		(void)rewrite((struct rules){ plan->out, plan->n_out }, out, &steps->rule, &err);
	if (err) {
		steps->reason = "too long to be written otherwise";
		*out = *in;
	}
	return err;
}
