/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Digit maps: a list of steps, walked by the set of all steps that the digits may have come to. */
#include "gw/base/digit_map.h"

#include <errno.h>
#include <string.h>

#define ANY_DIGIT 0x3ffu /* 0 to 9: the first symbols */
#define WORD_BITS 64
#define WORDS	  (DIGIT_MAP_STEPS / WORD_BITS)

/* ---- parsing ---- */

struct parser {
	const char *text;
	unsigned at;
	struct digit_map map;
};

static int symbol(char c)
{
	const char *at = c ? strchr(DIGIT_MAP_SYMBOLS, c) : NULL;

	return at ? (int)(at - DIGIT_MAP_SYMBOLS) : -1;
}

static int step_add(struct parser *p, const struct digit_map_step *step)
{
	if (p->map.n == DIGIT_MAP_STEPS)
		return -E2BIG;
	p->map.step[p->map.n++] = *step;
	return 0;
}

/* "[13-5]": ranges are of symbols in their order, so that [0-9] is what everybody means. */
static int range_parse(struct parser *p, uint32_t *digits)
{
	int last = -1;

	for (p->at++; p->text[p->at] != ']'; p->at++) {
		int now = symbol(p->text[p->at]);

		if (p->text[p->at] == '-' && last >= 0) {
			now = symbol(p->text[++p->at]);
			if (now < last)
				return -EINVAL;
			for (int i = last; i <= now; i++)
				*digits |= 1u << i;
			last = -1;
			continue;
		}
		if (now < 0)
			return -EINVAL;
		*digits |= 1u << now;
		last = now;
	}
	p->at++;
	return *digits ? 0 : -EINVAL;
}

static int digit_parse(struct parser *p, uint32_t *digits)
{
	char c = p->text[p->at];
	int s = symbol(c);

	if (c == '[')
		return range_parse(p, digits);
	if (c == 'x' || c == 'X')
		*digits = ANY_DIGIT;
	else if (s >= 0)
		*digits = 1u << s;
	else
		return -EINVAL;
	p->at++;
	return 0;
}

static bool at_end(const struct parser *p)
{
	return !p->text[p->at] || p->text[p->at] == '|' || p->text[p->at] == ')';
}

static int alternative_parse(struct parser *p)
{
	struct digit_map_step end = { .kind = DIGIT_MAP_END };
	bool first = true;

	while (!at_end(p) && p->text[p->at] != 'T') {
		struct digit_map_step step = { .kind = DIGIT_MAP_DIGIT, .begins = first };
		int err = digit_parse(p, &step.digits);

		if (err)
			return err;
		step.repeats = p->text[p->at] == '.';
		p->at += step.repeats;
		err = step_add(p, &step);
		if (err)
			return err;
		first = false;
	}
	if (p->text[p->at] == 'T') {
		end.kind = DIGIT_MAP_END_TIMED;
		p->at++;
	}
	return first || !at_end(p) ? -EINVAL : step_add(p, &end);
}

static int map_parse(struct parser *p)
{
	bool open = p->text[0] == '(';
	int err;

	p->at = open;
	err = alternative_parse(p);
	while (!err && p->text[p->at] == '|') {
		p->at++;
		err = alternative_parse(p);
	}
	if (err)
		return err;
	if (open != (p->text[p->at] == ')'))
		return -EINVAL;
	p->at += open;
	return p->text[p->at] ? -EINVAL : 0;
}

int digit_map_parse(struct digit_map *map, const char *text, unsigned *wrong_at)
{
	struct parser p = { .text = text };
	int err = map_parse(&p);

	*wrong_at = p.at;
	if (!err && map)
		*map = p.map;
	return err;
}

/* ---- matching ---- */

struct places {
	uint64_t word[WORDS];
};

static bool has(const struct places *places, unsigned step)
{
	return places->word[step / WORD_BITS] >> step % WORD_BITS & 1;
}

/* What may repeat may also be left out. */
static void come_to(const struct digit_map *map, struct places *places, unsigned step)
{
	places->word[step / WORD_BITS] |= UINT64_C(1) << step % WORD_BITS;
	for (; map->step[step].repeats; step++)
		places->word[(step + 1) / WORD_BITS] |= UINT64_C(1) << (step + 1) % WORD_BITS;
}

static struct places follow(const struct digit_map *map, const struct places *from, uint32_t digit)
{
	struct places to = { { 0 } };

	for (unsigned i = 0; i < map->n; i++)
		if (has(from, i) && map->step[i].digits & digit)
			come_to(map, &to, map->step[i].repeats ? i : i + 1);
	return to;
}

enum digit_map_match digit_map_match(const struct digit_map *map, struct str digits)
{
	struct places places = { { 0 } };
	bool more = false, enough = false, complete = false;

	for (unsigned i = 0; i < map->n; i++)
		if (map->step[i].begins)
			come_to(map, &places, i);
	for (size_t i = 0; i < digits.n; i++) {
		int s = symbol(digits.p[i]);

		places = follow(map, &places, s < 0 ? 0 : 1u << s);
	}
	for (unsigned i = 0; i < map->n; i++) {
		if (!has(&places, i))
			continue;
		more |= map->step[i].kind == DIGIT_MAP_DIGIT;
		enough |= map->step[i].kind == DIGIT_MAP_END_TIMED;
		complete |= map->step[i].kind == DIGIT_MAP_END;
	}
	if (complete && !more && !enough)
		return DIGIT_MAP_COMPLETE;
	if (complete || enough)
		return DIGIT_MAP_ENOUGH;
	return more ? DIGIT_MAP_MORE : DIGIT_MAP_NEVER;
}
