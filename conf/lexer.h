/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Tokens of a configuration, as libconfuse's lexer sees them but stricter: a string ends on its line, its only escapes
 * are \" \\ and \$, and nothing is taken from the environment. So what is printed is what is read.
 */
#ifndef CONF_LEXER_H
#define CONF_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/report.h"

enum conf_token_kind {
	CONF_TOKEN_END,
	CONF_TOKEN_WORD,
	CONF_TOKEN_STRING, /* text is between the quotes, escapes untouched */
	CONF_TOKEN_SIGN,   /* one of = { } , */
	CONF_TOKEN_BAD,	   /* told already */
};

struct conf_token {
	enum conf_token_kind kind;
	const char *text; /* borrow */
	size_t n;
	int line;
};

struct conf_lexer {
	const char *at; /* borrow: terminated text */
	int line;
	struct conf_token token; /* the one to be looked at */
	struct conf_report *report;
};

void conf_lexer_open(struct conf_lexer *lexer, const char *text, struct conf_report *report);
void conf_lexer_next(struct conf_lexer *lexer);
/* The character with which the token after this one begins, '\0' at the end; *same_line tells where it is. */
char conf_lexer_peek(const struct conf_lexer *lexer, bool *same_line);
bool conf_token_is(const struct conf_token *token, char sign);

#endif
