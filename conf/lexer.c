/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Tokens of a configuration. */
#include "conf/lexer.h"

#include <string.h>

#define BLANKS " \t\r\n"
#define SIGNS  "={},"
/* What ends a word for libconfuse's lexer, and what this one keeps out of words. */
#define NOT_IN_WORDS BLANKS SIGNS "#\"'()+*;$\\"

static bool in_word(char c)
{
	return (unsigned char)c > 0x20 && c != 0x7f && !strchr(NOT_IN_WORDS, c);
}

/*
 * Steps over blanks and comments: # and // to the end of the line, and C's. Returns the line of a
 * comment without end, or 0.
 */
static int skip_blanks(const char **at, int *line)
{
	for (;;) {
		int begun = *line;
		const char *p = *at;

		if (*p && strchr(BLANKS, *p)) {
			*line += *p == '\n';
			*at = p + 1;
		} else if (*p == '#' || (p[0] == '/' && p[1] == '/')) {
			*at = p + strcspn(p, "\n");
		} else if (p[0] == '/' && p[1] == '*') {
			const char *end = strstr(p + 2, "*/");

			*at = end ? end + 2 : p + strlen(p);
			for (; p < *at; p++)
				*line += *p == '\n';
			if (!end)
				return begun;
		} else {
			return 0;
		}
	}
}

void conf_lexer_open(struct conf_lexer *lexer, const char *text, struct conf_report *report)
{
	*lexer = (struct conf_lexer){ .at = text, .line = 1, .report = report };
	conf_lexer_next(lexer);
}

/* The fault of one character in a string, NULL when it is fine; *n is how many octets it takes. */
static const char *string_fault(const char *p, size_t *n)
{
	*n = 1;
	if ((unsigned char)*p < 0x20 || *p == 0x7f)
		return "a control character in a string; write printable characters only";
	if (p[0] == '$' && p[1] == '{')
		return "${ in a string; write \\${, nothing is taken from the environment";
	if (p[0] != '\\')
		return NULL;
	if (p[1] && strchr("\"\\$", p[1])) {
		*n = 2;
		return NULL;
	}
	return "a wrong escape in a string; write \\\" \\\\ or \\$";
}

static void lex_string(struct conf_lexer *lexer)
{
	struct conf_token *token = &lexer->token;
	const char *p = lexer->at + 1;
	const char *fault = NULL;

	token->kind = CONF_TOKEN_STRING;
	token->text = p;
	while (*p && *p != '"' && *p != '\n') {
		size_t n;
		const char *wrong = string_fault(p, &n);

		if (!fault)
			fault = wrong;
		p += n;
	}
	token->n = (size_t)(p - token->text);
	if (*p != '"')
		fault = "a string is not closed on its line; write \" at its end";
	lexer->at = p + (*p == '"');
	if (fault) {
		conf_report_line(lexer->report, token->line, "%s", fault);
		token->kind = CONF_TOKEN_BAD;
	}
}

static void lex_bad(struct conf_lexer *lexer)
{
	unsigned char c = (unsigned char)*lexer->at++;

	/* what hangs on to it is not worth another message */
	lexer->at += strcspn(lexer->at, BLANKS SIGNS "\"");
	lexer->token.kind = CONF_TOKEN_BAD;
	if (c > 0x20 && c < 0x7f)
		conf_report_line(
			lexer->report, lexer->token.line,
			"unexpected character %c; write values that hold it in double quotes", c);
	else
		conf_report_line(lexer->report, lexer->token.line,
				 "unexpected octet \\x%02x; write plain text", c);
}

void conf_lexer_next(struct conf_lexer *lexer)
{
	struct conf_token *token = &lexer->token;
	int unclosed = skip_blanks(&lexer->at, &lexer->line);

	if (unclosed)
		conf_report_line(lexer->report, unclosed, "a comment has no end; write */");
	token->line = lexer->line;
	token->text = lexer->at;
	token->n = 1;
	if (!*lexer->at) {
		token->kind = CONF_TOKEN_END;
		token->n = 0;
	} else if (strchr(SIGNS, *lexer->at)) {
		token->kind = CONF_TOKEN_SIGN;
		lexer->at++;
	} else if (*lexer->at == '"') {
		lex_string(lexer);
	} else if (in_word(*lexer->at)) {
		token->kind = CONF_TOKEN_WORD;
		while (in_word(*lexer->at))
			lexer->at++;
		token->n = (size_t)(lexer->at - token->text);
	} else {
		lex_bad(lexer);
	}
}

char conf_lexer_peek(const struct conf_lexer *lexer, bool *same_line)
{
	const char *at = lexer->at;
	int line = lexer->line;

	(void)skip_blanks(&at, &line);
	*same_line = line == lexer->line;
	return *at;
}

bool conf_token_is(const struct conf_token *token, char sign)
{
	return token->kind == CONF_TOKEN_SIGN && token->text[0] == sign;
}
