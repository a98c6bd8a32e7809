/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The scan in front of libconfuse: form, words and sections; values are judged by their kinds
 * later. */
#include "conf/scan.h"

#include <stdlib.h>
#include <string.h>

#include "conf/lexer.h"

#define BODY_WORDS_MAX 128 /* words remembered in one body, to find those written twice */
#define LONGEST_TOLD   40  /* of what was written, in a message */

struct scan {
	struct conf_lexer lexer;
	struct conf_report *report; /* borrow */
	FILE *out;		    /* own while scanning */
	unsigned mute;		    /* bodies around that are not handed on */
	unsigned sections;	    /* handed on so far */
};

struct body { /* between two braces */
	const struct conf_section *section;
	struct conf_token word, title; /* that opened it; title.n 0: none */
	struct conf_token seen[BODY_WORDS_MAX];
	size_t n_seen;
	struct body *parent; /* NULL: the whole file */
};

/* for printf("%.*s") */
#define TOKEN(t) (int)((t)->n < LONGEST_TOLD ? (t)->n : LONGEST_TOLD), (t)->text

static void put(struct scan *scan, const char *text)
{
	if (!scan->mute)
		fputs(text, scan->out);
}

static void put_value(struct scan *scan, const struct conf_token *token)
{
	if (!scan->mute)
		fprintf(scan->out, "\"%d:%.*s\"", token->line, (int)token->n, token->text);
}

static bool is_value(const struct conf_token *token)
{
	return token->kind == CONF_TOKEN_WORD || token->kind == CONF_TOKEN_STRING;
}

/* "span "e1-1"", as a body is called in messages. */
static void body_name(const struct body *body, char *name, size_t cap)
{
	if (body->title.n)
		snprintf(name, cap, "%s \"%.*s\"", body->section->name, TOKEN(&body->title));
	else
		snprintf(name, cap, "%s", body->section->name);
}

/* Steps over a block from its opening brace to behind its closing one. */
static void skip_block(struct scan *scan)
{
	unsigned depth = 0;

	do {
		if (conf_token_is(&scan->lexer.token, '{'))
			depth++;
		else if (conf_token_is(&scan->lexer.token, '}'))
			depth--;
		conf_lexer_next(&scan->lexer);
	} while (depth && scan->lexer.token.kind != CONF_TOKEN_END);
}

/* Steps over what seems to belong to a statement that was told to be wrong: values, lists and
 * sections. */
static void skip_statement(struct scan *scan, int line)
{
	const struct conf_token *token = &scan->lexer.token;

	if (conf_token_is(token, '=')) {
		line = token->line;
		conf_lexer_next(&scan->lexer);
	}
	if ((is_value(token) && token->line == line) || token->kind == CONF_TOKEN_STRING ||
	    (token->kind == CONF_TOKEN_BAD && token->line == line))
		conf_lexer_next(&scan->lexer);
	if (conf_token_is(token, '{'))
		skip_block(scan);
}

#define NEAR_WORD_MAX 40

/* How many letters are wrong, missing, too many or in the place of their neighbours. */
static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][NEAR_WORD_MAX + 1] = { { 0 } };

	for (size_t k = 0; k <= n_b; k++)
		rows[0][k] = (unsigned)k;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= n_b; k++) {
			unsigned least = last[k - 1] + (a[i - 1] != b[k - 1]);

			least = last[k] + 1 < least ? last[k] + 1 : least;
			least = row[k - 1] + 1 < least ? row[k - 1] + 1 : least;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    before[k - 2] + 1 < least)
				least = before[k - 2] + 1;
			row[k] = least;
		}
	}
	return rows[n_a % 3][n_b];
}

/* The word that was probably meant: at most two letters off, and less than half of them. */
static const char *near_word(const struct conf_section *section, const struct conf_token *word)
{
	const char *found = NULL;
	unsigned least = 3;

	for (size_t i = 0; i < section->n_fields + section->n_sections; i++) {
		const char *name = i < section->n_fields
					   ? section->fields[i].name
					   : section->sections[i - section->n_fields].name;
		size_t n = strlen(name);
		unsigned d;

		if (n > NEAR_WORD_MAX || word->n > NEAR_WORD_MAX)
			continue;
		d = distance(word->text, word->n, name, n);
		if (d < least && 2 * d < n) {
			least = d;
			found = name;
		}
	}
	return found;
}

static void known_words(const struct conf_section *section, char *text, size_t cap)
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < section->n_fields && n < cap; i++)
		n += (size_t)snprintf(text + n, cap - n, "%s%s", n ? ", " : "",
				      section->fields[i].name);
	for (size_t i = 0; i < section->n_sections && n < cap; i++)
		n += (size_t)snprintf(text + n, cap - n, "%s%s%s { }", n ? ", " : "",
				      section->sections[i].name,
				      section->sections[i].title ? " \"NAME\"" : "");
}

static void unknown_word(struct scan *scan, const struct body *body, const struct conf_token *word)
{
	const char *near = near_word(body->section, word);
	char known[1536], name[96];

	known_words(body->section, known, sizeof(known));
	body_name(body, name, sizeof(name));
	if (near)
		conf_report_line(scan->report, word->line, "unknown word %.*s in %s; write %s",
				 TOKEN(word), name, near);
	else
		conf_report_line(scan->report, word->line,
				 "unknown word %.*s in %s; write one of %s", TOKEN(word), name,
				 known);
	skip_statement(scan, word->line);
}

/* The earlier place of a word in this body, NULL when there is none; remembers it. */
static const struct conf_token *seen_before(struct body *body, const struct conf_token *word)
{
	for (size_t i = 0; i < body->n_seen; i++) {
		if (body->seen[i].n == word->n &&
		    memcmp(body->seen[i].text, word->text, word->n) == 0)
			return &body->seen[i];
	}
	if (body->n_seen < BODY_WORDS_MAX)
		body->seen[body->n_seen++] = *word;
	return NULL;
}

static bool check_once(struct scan *scan, struct body *body, const struct conf_token *word)
{
	const struct conf_token *first = seen_before(body, word);

	if (first)
		conf_report_line(scan->report, word->line,
				 "%.*s is written twice, first in line %d; write it once",
				 TOKEN(word), first->line);
	return !first;
}

struct assignment {
	struct conf_token word;
	const struct conf_field *field; /* NULL: a free word, which takes one value */
};

static bool takes_list(const struct assignment *a)
{
	return a->field && a->field->list;
}

/* Values between braces; the opening one is the current token. */
static void scan_list(struct scan *scan, const struct assignment *a)
{
	const struct conf_token *token = &scan->lexer.token;
	const char *comma = "";

	conf_lexer_next(&scan->lexer);
	if (conf_token_is(token, '}') && a->field->min)
		conf_report_line(scan->report, token->line,
				 "%s has no value; write %s = {\"A\", \"B\"}", a->field->name,
				 a->field->name);
	if (!scan->mute)
		fprintf(scan->out, "%s = {", a->field->name);
	while (is_value(token) || token->kind == CONF_TOKEN_BAD) {
		if (token->kind != CONF_TOKEN_BAD) {
			put(scan, comma);
			put_value(scan, token);
			comma = ",";
		}
		conf_lexer_next(&scan->lexer);
		if (!conf_token_is(token, ','))
			break;
		conf_lexer_next(&scan->lexer);
	}
	put(scan, "}\n");
	if (!conf_token_is(token, '}')) {
		conf_report_line(scan->report, token->line,
				 "the list of %s is wrong or not closed; write {\"A\", \"B\"}",
				 a->field->name);
		while (is_value(token) || conf_token_is(token, ','))
			conf_lexer_next(&scan->lexer);
	}
	if (conf_token_is(token, '}'))
		conf_lexer_next(&scan->lexer);
}

static void scan_one(struct scan *scan, const struct assignment *a)
{
	const struct conf_token *token = &scan->lexer.token;

	if (!scan->mute && a->field) {
		fprintf(scan->out, "%s = ", a->field->name);
		put_value(scan, token);
		put(scan, "\n");
	} else if (!scan->mute) {
		fprintf(scan->out, CONF_SCAN_ENTRY " += {\"%d:%.*s=%.*s\"}\n", token->line,
			(int)a->word.n, a->word.text, (int)token->n, token->text);
	}
	conf_lexer_next(&scan->lexer);
}

static void scan_values(struct scan *scan, const struct assignment *a)
{
	const struct conf_token *token = &scan->lexer.token;

	if (conf_token_is(token, '{') && takes_list(a)) {
		scan_list(scan, a);
	} else if (conf_token_is(token, '{')) {
		conf_report_line(scan->report, token->line, "%.*s takes one value; write no braces",
				 TOKEN(&a->word));
		skip_block(scan);
	} else if (is_value(token)) {
		scan_one(scan, a);
	} else if (token->kind == CONF_TOKEN_BAD) {
		conf_lexer_next(&scan->lexer);
	} else {
		conf_report_line(scan->report, a->word.line,
				 "%.*s has no value; write %.*s = VALUE", TOKEN(&a->word),
				 TOKEN(&a->word));
	}
}

static void scan_assignment(struct scan *scan, struct body *body, const struct assignment *a)
{
	bool once = check_once(scan, body, &a->word);

	if (!conf_token_is(&scan->lexer.token, '=')) {
		conf_report_line(scan->report, a->word.line, "%.*s has no =; write %.*s = VALUE",
				 TOKEN(&a->word), TOKEN(&a->word));
		skip_statement(scan, a->word.line);
		return;
	}
	conf_lexer_next(&scan->lexer);
	scan->mute += !once;
	scan_values(scan, a);
	scan->mute -= !once;
}

static void scan_body(struct scan *scan, struct body *body);

static void scan_section(struct scan *scan, struct body *parent, const struct conf_section *section,
			 const struct conf_token *word, const struct conf_token *title)
{
	struct body body = { .section = section, .word = *word, .title = *title, .parent = parent };
	bool once = section->title || check_once(scan, parent, word);

	if (!conf_token_is(&scan->lexer.token, '{')) {
		char name[96];

		body_name(&body, name, sizeof(name));
		conf_report_line(scan->report, word->line, "%s has no opening brace; write %s { }",
				 name, name);
		skip_statement(scan, word->line);
		return;
	}
	conf_lexer_next(&scan->lexer);
	scan->mute += !once;
	if (!scan->mute)
		fprintf(scan->out, "%s \"%d.%u:%.*s\" {\n", conf_section_key(section), word->line,
			scan->sections++, (int)title->n, title->n ? title->text : "");
	scan_body(scan, &body);
	put(scan, "}\n");
	scan->mute -= !once;
}

/* The word's section exists only with, or only without, a title. Its body is looked at but not
 * handed on. */
static void wrong_title(struct scan *scan, struct body *parent, const struct conf_section *section,
			const struct conf_token *word, const struct conf_token *title)
{
	if (section->title)
		conf_report_line(scan->report, word->line, "%s has no %s; write %s \"%s\" { }",
				 section->name, section->title->name, section->name,
				 section->title->kind == &conf_kind_uint ? "0" : "NAME");
	else
		conf_report_line(scan->report, word->line, "%s takes no title; write %s { }",
				 section->name, section->name);
	if (!conf_token_is(&scan->lexer.token, '{')) {
		skip_statement(scan, word->line);
		return;
	}
	scan->mute++;
	conf_lexer_next(&scan->lexer);
	scan_body(scan,
		  &(struct body){
			  .section = section, .word = *word, .title = *title, .parent = parent });
	scan->mute--;
}

/* The current token follows the section's word. */
static void scan_section_head(struct scan *scan, struct body *body, const struct conf_token *word)
{
	struct conf_token title = { .line = word->line };
	const struct conf_section *section;
	bool titled;

	if (is_value(&scan->lexer.token)) {
		title = scan->lexer.token;
		conf_lexer_next(&scan->lexer);
	} else if (scan->lexer.token.kind == CONF_TOKEN_BAD) {
		conf_lexer_next(&scan->lexer);
		skip_statement(scan, word->line);
		return;
	}
	titled = title.text != NULL;
	section = conf_section_find(body->section, word->text, word->n, titled);
	if (section) {
		scan_section(scan, body, section, word, &title);
		return;
	}
	section = conf_section_find(body->section, word->text, word->n, !titled);
	wrong_title(scan, body, section, word, &title);
}

static bool has_section(const struct conf_section *section, const struct conf_token *word)
{
	return conf_section_find(section, word->text, word->n, true) ||
	       conf_section_find(section, word->text, word->n, false);
}

/* A section that cannot be in here but can be further out: the closing brace of this one is
 * missing. */
static bool belongs_outside(const struct scan *scan, const struct body *body)
{
	const struct conf_token *word = &scan->lexer.token;
	bool same_line;
	char next = conf_lexer_peek(&scan->lexer, &same_line);

	if (next == '=' || body->section->keys ||
	    conf_section_field(body->section, word->text, word->n) ||
	    has_section(body->section, word))
		return false;
	for (const struct body *b = body->parent; b; b = b->parent) {
		if (has_section(b->section, word))
			return true;
	}
	return false;
}

static void scan_statement(struct scan *scan, struct body *body)
{
	struct conf_token word = scan->lexer.token;
	const struct conf_field *field = conf_section_field(body->section, word.text, word.n);

	conf_lexer_next(&scan->lexer);
	if (field && field->also) {
		/* Either word: neither may come after the other. */
		word.text = field->name;
		word.n = strlen(field->name);
	}
	if (field || body->section->keys)
		scan_assignment(scan, body, &(struct assignment){ word, field });
	else if (has_section(body->section, &word))
		scan_section_head(scan, body, &word);
	else
		unknown_word(scan, body, &word);
}

static void unclosed(struct scan *scan, const struct body *body)
{
	char name[96];

	body_name(body, name, sizeof(name));
	if (scan->lexer.token.kind == CONF_TOKEN_END)
		conf_report_line(scan->report, body->word.line,
				 "%s is not closed; write } after its last line", name);
	else
		conf_report_line(scan->report, body->word.line,
				 "%s is not closed before line %d; write } after its last line",
				 name, scan->lexer.token.line);
}

/* What can begin no statement, and what hangs on to it. A bad token was told by the lexer. */
static void stray(struct scan *scan)
{
	const struct conf_token *token = &scan->lexer.token;
	int line = token->line;

	if (conf_token_is(token, '}')) {
		conf_report_line(scan->report, line, "a } closes nothing; take it away");
		conf_lexer_next(&scan->lexer);
		return;
	}
	if (conf_token_is(token, ',')) {
		conf_report_line(scan->report, line, "a list has no braces; write {\"a\", \"b\"}");
		while (token->line == line && (conf_token_is(token, ',') || is_value(token)))
			conf_lexer_next(&scan->lexer);
		return;
	}
	if (token->kind != CONF_TOKEN_BAD)
		conf_report_line(scan->report, line,
				 "unexpected %.*s; write WORD = VALUE or a section", TOKEN(token));
	if (!conf_token_is(token, '=') && !conf_token_is(token, '{'))
		conf_lexer_next(&scan->lexer);
	skip_statement(scan, line);
}

/* Up to the closing brace and over it, or to the end of the file for the outermost body. */
static void scan_body(struct scan *scan, struct body *body)
{
	const struct conf_token *token = &scan->lexer.token;

	while (token->kind != CONF_TOKEN_END) {
		if (body->parent && conf_token_is(token, '}')) {
			conf_lexer_next(&scan->lexer);
			return;
		}
		if (token->kind != CONF_TOKEN_WORD) {
			stray(scan);
			continue;
		}
		if (belongs_outside(scan, body))
			break;
		scan_statement(scan, body);
	}
	if (body->parent)
		unclosed(scan, body);
}

char *conf_scan(const struct conf_section *root, const char *text, struct conf_report *report)
{
	struct scan scan = { .report = report };
	struct body file = { .section = root };
	char *copy = NULL;
	size_t size = 0;
	bool bad;

	scan.out = open_memstream(&copy, &size);
	if (!scan.out) {
		report->out_of_memory = true;
		return NULL;
	}
	conf_lexer_open(&scan.lexer, text, report);
	scan_body(&scan, &file);
	bad = ferror(scan.out);
	if (fclose(scan.out) || bad) {
		report->out_of_memory = true;
		free(copy);
		return NULL;
	}
	return copy;
}
