/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Each part of an expression becomes a node that knows, for each position of the text where it may
 * begin, all where it may end, as a set of bits. Sets of larger parts are made of those of smaller
 * ones, once each: nothing is tried, so nothing takes long. What the subexpressions match is then
 * read from the sets, from left to right, the longest first.
 */
#include "gw/dns/ere.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define REPEAT_MAX 255 /* RE_DUP_MAX, the least that POSIX demands */

enum kind {
	ERE_LEAF, /* characters, anchors, nothing */
	ERE_THEN,
	ERE_OR,
	ERE_REPEAT,
	ERE_GROUP,
};

struct node {
	enum kind kind;
	const struct node *a, *b;
	unsigned least, most;		 /* of a repetition */
	unsigned group, groups;		 /* the first within, and that behind the last */
	uint64_t ends[ERE_TEXT_MAX + 1]; /* by position: where it may end */
};

struct parser {
	struct str ere, text;
	size_t at;
	unsigned depth, groups;
	bool ignore_case;
	struct node *nodes;
	size_t n;
};

static uint64_t bit(size_t i)
{
	return UINT64_C(1) << i;
}

static size_t highest(uint64_t set)
{
	return 63 - (size_t)__builtin_clzll(set);
}

/* ---- sets ---- */

/* Where it may end that begins somewhere in from. */
static uint64_t ends_of(const struct node *node, uint64_t from)
{
	uint64_t ends = 0;

	for (; from; from &= from - 1)
		ends |= node->ends[__builtin_ctzll(from)];
	return ends;
}

static uint64_t repeated(const struct node *node, size_t from, unsigned least, unsigned most)
{
	uint64_t at = bit(from), ends = 0;

	for (unsigned n = 0; n <= most && at; n++) {
		if (n >= least)
			ends |= at;
		at = ends_of(node, at);
	}
	return ends;
}

static struct node *node_new(struct parser *p, enum kind kind, const struct node *a,
			     const struct node *b)
{
	struct node *node = &p->nodes[p->n++];

	node->kind = kind;
	node->a = a;
	node->b = b;
	return node;
}

static struct node *then(struct parser *p, const struct node *a, const struct node *b)
{
	struct node *node = node_new(p, ERE_THEN, a, b);

	for (size_t i = 0; i <= p->text.n; i++)
		node->ends[i] = ends_of(b, a->ends[i]);
	return node;
}

static struct node *either(struct parser *p, const struct node *a, const struct node *b)
{
	struct node *node = node_new(p, ERE_OR, a, b);

	for (size_t i = 0; i <= p->text.n; i++)
		node->ends[i] = a->ends[i] | b->ends[i];
	return node;
}

/* More repetitions than the text has characters are in part empty, and then their number does not matter any more. */
static struct node *repeat(struct parser *p, const struct node *a, unsigned least, unsigned most)
{
	struct node *node = node_new(p, ERE_REPEAT, a, NULL);
	unsigned enough = (unsigned)p->text.n + 1;

	node->least = least < enough ? least : enough;
	node->most = most < enough ? most : enough;
	for (size_t i = 0; i <= p->text.n; i++)
		node->ends[i] = repeated(a, i, node->least, node->most);
	return node;
}

/* ---- characters ---- */

struct set {
	bool has[256];
};

static void set_add(struct set *set, unsigned char c, bool ignore_case)
{
	set->has[c] = true;
	if (ignore_case) {
		set->has[tolower(c)] = true;
		set->has[toupper(c)] = true;
	}
}

static struct node *one_of(struct parser *p, const struct set *set)
{
	struct node *node = node_new(p, ERE_LEAF, NULL, NULL);

	for (size_t i = 0; i < p->text.n; i++)
		node->ends[i] = set->has[(unsigned char)p->text.p[i]] ? bit(i + 1) : 0;
	return node;
}

static struct node *one(struct parser *p, char c)
{
	struct set set = { 0 };

	set_add(&set, (unsigned char)c, p->ignore_case);
	return one_of(p, &set);
}

/* Nothing, at the positions from..to. */
static struct node *nothing(struct parser *p, size_t from, size_t to)
{
	struct node *node = node_new(p, ERE_LEAF, NULL, NULL);

	for (size_t i = from; i <= to; i++)
		node->ends[i] = bit(i);
	return node;
}

static bool next_is(const struct parser *p, char c)
{
	return p->at < p->ere.n && p->ere.p[p->at] == c;
}

static bool take(struct parser *p, char c)
{
	bool is = next_is(p, c);

	p->at += is;
	return is;
}

/* The text of "[:digit:]", "[.-.]" or "[=a=]", of which the bracket was read. */
static bool named(struct parser *p, struct str *name)
{
	char kind = p->ere.p[p->at++];
	size_t start = p->at;

	for (; p->at + 1 < p->ere.n; p->at++)
		if (p->ere.p[p->at] == kind && p->ere.p[p->at + 1] == ']') {
			*name = (struct str){ p->ere.p + start, p->at - start };
			p->at += 2;
			return true;
		}
	return false;
}

static bool class_add(struct set *set, struct str name, bool ignore_case)
{
	static const struct {
		struct str name;
		int (*has)(int);
	} classes[] = {
		{ STR("alnum"), isalnum }, { STR("alpha"), isalpha }, { STR("blank"), isblank },
		{ STR("cntrl"), iscntrl }, { STR("digit"), isdigit }, { STR("graph"), isgraph },
		{ STR("lower"), islower }, { STR("print"), isprint }, { STR("punct"), ispunct },
		{ STR("space"), isspace }, { STR("upper"), isupper }, { STR("xdigit"), isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!str_eq(classes[i].name, name))
			continue;
		for (int c = 0; c < 128; c++)
			if (classes[i].has(c))
				set_add(set, (unsigned char)c, ignore_case);
		return true;
	}
	return false;
}

/* One end of a range: a character, or its name; in the C locale a name is the character. */
static bool element(struct parser *p, unsigned char *c)
{
	struct str name;

	if (p->at == p->ere.n)
		return false;
	*c = (unsigned char)p->ere.p[p->at++];
	if (*c != '[' || !next_is(p, '.'))
		return true;
	if (!named(p, &name) || name.n != 1)
		return false;
	*c = (unsigned char)name.p[0];
	return true;
}

static bool item(struct parser *p, struct set *set)
{
	unsigned char first, last;
	struct str name;

	if (next_is(p, '[') && p->at + 1 < p->ere.n && strchr(":=", p->ere.p[p->at + 1])) {
		bool is_class = p->ere.p[++p->at] == ':';

		if (!named(p, &name))
			return false;
		if (is_class)
			return class_add(set, name, p->ignore_case);
		if (name.n == 1)
			set_add(set, (unsigned char)name.p[0], p->ignore_case);
		return name.n == 1;
	}
	if (!element(p, &first))
		return false;
	last = first;
	if (next_is(p, '-') && p->at + 1 < p->ere.n && p->ere.p[p->at + 1] != ']') {
		p->at++;
		if (!element(p, &last) || last < first)
			return false;
	}
	for (unsigned c = first; c <= last; c++)
		set_add(set, (unsigned char)c, p->ignore_case);
	return true;
}

/* XBD 9.3.5; the opening bracket was read. */
static struct node *bracket(struct parser *p)
{
	struct set set = { 0 };
	bool inverse = take(p, '^');

	do {
		if (!item(p, &set))
			return NULL;
	} while (!next_is(p, ']') && p->at < p->ere.n);
	if (!take(p, ']'))
		return NULL;
	for (unsigned c = 0; inverse && c < 256; c++)
		set.has[c] = !set.has[c];
	return one_of(p, &set);
}

/* ---- the expression ---- */

static struct node *alternatives(struct parser *p);

static struct node *group(struct parser *p)
{
	unsigned number = ++p->groups;
	const struct node *within;
	struct node *node;

	p->depth++;
	within = alternatives(p);
	if (!within || !take(p, ')'))
		return NULL;
	p->depth--;
	node = node_new(p, ERE_GROUP, within, NULL);
	node->group = number;
	memcpy(node->ends, within->ends, sizeof(node->ends));
	return node;
}

static struct node *atom(struct parser *p)
{
	char c = p->ere.p[p->at++];
	struct set set;

	switch (c) {
	case '(':
		return group(p);
	case '[':
		return bracket(p);
	case '.':
		memset(&set, true, sizeof(set));
		return one_of(p, &set);
	case '^':
		return nothing(p, 0, 0);
	case '$':
		return nothing(p, p->text.n, p->text.n);
	case '*':
	case '+':
	case '?':
	case '{':
		return NULL; /* of nothing */
	case '\\':
		/* Letters and digits mean something else to every matcher, but no character. */
		if (p->at == p->ere.n || isalnum((unsigned char)p->ere.p[p->at]))
			return NULL;
		return one(p, p->ere.p[p->at++]);
	default:
		return one(p, c);
	}
}

/* At most REPEAT_MAX; otherwise, or where there is none, other. */
static unsigned bound(struct parser *p, unsigned other)
{
	size_t start = p->at;
	uint64_t value;

	while (p->at < p->ere.n && isdigit((unsigned char)p->ere.p[p->at]))
		p->at++;
	if (str_to_u64((struct str){ p->ere.p + start, p->at - start }, REPEAT_MAX, &value))
		return other;
	return (unsigned)value;
}

/* "{2}", "{2,}" or "{2,5}" of which the brace was read. */
static bool interval(struct parser *p, unsigned *least, unsigned *most)
{
	*least = bound(p, UINT32_MAX);
	*most = *least;
	if (take(p, ','))
		*most = next_is(p, '}') ? REPEAT_MAX : bound(p, 0);
	return *least <= REPEAT_MAX && *most >= *least && take(p, '}');
}

static struct node *piece(struct parser *p)
{
	unsigned first = p->groups + 1;
	struct node *node = atom(p);

	while (node && p->at < p->ere.n && strchr("*+?{", p->ere.p[p->at])) {
		char c = p->ere.p[p->at++];
		unsigned least = c == '+', most = c == '?' ? 1 : REPEAT_MAX;

		if (c == '{' && !interval(p, &least, &most))
			return NULL;
		node = repeat(p, node, least, most);
		node->group = first;
		node->groups = p->groups + 1;
	}
	return node;
}

/* A parenthesis that closes nothing is a character. */
static bool sequence_ends(const struct parser *p)
{
	return p->at == p->ere.n || next_is(p, '|') || (p->depth && next_is(p, ')'));
}

static struct node *sequence(struct parser *p)
{
	struct node *first, *rest;

	if (sequence_ends(p))
		return nothing(p, 0, p->text.n);
	first = piece(p);
	if (!first || sequence_ends(p))
		return first;
	rest = sequence(p);
	return rest ? then(p, first, rest) : NULL;
}

static struct node *alternatives(struct parser *p)
{
	struct node *node = sequence(p);

	while (node && take(p, '|')) {
		const struct node *other = sequence(p);

		node = other ? either(p, node, other) : NULL;
	}
	return node;
}

/* ---- what the subexpressions match ---- */

struct match {
	struct str text;
	struct str *group;
	size_t groups;
};

static void capture(struct match *m, const struct node *node, size_t from, size_t to);

/* The last repetition counts; what it did not take part in, has none. Nothing is matched only where there must be a
 * repetition, or where there is nothing else to match. */
static void capture_repeated(struct match *m, const struct node *node, size_t from, size_t to)
{
	unsigned least = node->least, most = node->most;

	if (!most)
		return;
	do {
		uint64_t ends = node->a->ends[from];

		least -= least > 0;
		most -= most > 0;
		while (ends && !(repeated(node->a, highest(ends), least, most) & bit(to)))
			ends &= ~bit(highest(ends));
		if (!ends)
			return;
		for (size_t i = node->group; i < node->groups && i < m->groups; i++)
			m->group[i] = STR_NONE;
		capture(m, node->a, from, highest(ends));
		from = highest(ends);
	} while (from != to || least);
}

/* node matches from..to of the text. */
static void capture(struct match *m, const struct node *node, size_t from, size_t to)
{
	switch (node->kind) {
	case ERE_LEAF:
		break;
	case ERE_THEN: {
		uint64_t ends = node->a->ends[from];

		while (!(node->b->ends[highest(ends)] & bit(to)))
			ends &= ~bit(highest(ends));
		capture(m, node->a, from, highest(ends));
		capture(m, node->b, highest(ends), to);
		break;
	}
	case ERE_OR:
		capture(m, node->a->ends[from] & bit(to) ? node->a : node->b, from, to);
		break;
	case ERE_REPEAT:
		capture_repeated(m, node, from, to);
		break;
	case ERE_GROUP:
		if (node->group < m->groups)
			m->group[node->group] = (struct str){ m->text.p + from, to - from };
		capture(m, node->a, from, to);
		break;
	}
}

static int match(struct parser *p, struct str *group, size_t groups)
{
	struct match m = { p->text, group, groups };
	const struct node *all = alternatives(p);

	if (!all)
		return -EINVAL;
	for (size_t i = 0; i < groups; i++)
		group[i] = STR_NONE;
	for (size_t from = 0; from <= p->text.n; from++) {
		size_t to;

		if (!all->ends[from])
			continue;
		to = highest(all->ends[from]);
		if (groups)
			group[0] = (struct str){ p->text.p + from, to - from };
		capture(&m, all, from, to);
		return 0;
	}
	return -ENOENT;
}

int ere_match(struct str ere, struct str text, struct ere_flags flags, struct str *group,
	      size_t groups)
{
	struct parser p = { .ere = ere, .text = text, .ignore_case = flags.ignore_case };
	int err;

	if (!ere.n || ere.n > ERE_MAX || text.n > ERE_TEXT_MAX)
		return -EINVAL;
	/* A character is at most a node and the node that joins it; one for an empty start. */
	p.nodes = calloc(2 * ere.n + 1, sizeof(*p.nodes));
	if (!p.nodes)
		return -ENOMEM;
	err = match(&p, group, groups);
	free(p.nodes);
	return err;
}
