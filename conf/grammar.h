/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The grammar as tables: which sections there are, which values they take, of what kind, and where each lies in struct
 * conf. Reading, printing, comparing and freeing all walk these tables.
 */
#ifndef CONF_GRAMMAR_H
#define CONF_GRAMMAR_H

#include <stdio.h>

#include "conf/conf.h"

struct conf_field;

struct conf_kind { /* of a value: parsing, printing and what its text must look like */
	size_t octets; /* of the member */
	/* 0, -EINVAL, -ERANGE or -ENOMEM; member is unchanged when it fails. */
	int (*parse)(const struct conf_field *field, void *member, const char *text);
	void (*print)(const struct conf_field *field, const void *member, FILE *out);
	bool (*equal)(const struct conf_field *field, const void *a, const void *b);
	/* What would be right, as the object of "write". */
	void (*right)(const struct conf_field *field, FILE *out);
	/* Texts only: true when the text is acceptable, and what would be right. */
	bool (*valid)(const char *text);
	const char *valid_text;
};

struct conf_field {
	const char *name;
	const struct conf_kind *kind;
	size_t at;		  /* offset of the member; a list: of its array */
	size_t other_at;	  /* a list: offset of its size_t count; a range: offset of its upper end */
	uint32_t min, max;	  /* of a value; a list: how many */
	const char *const *words; /* ends with NULL */
	const char *fallback;	  /* when not written; a list: separated by blanks. NULL: stays zero */
	const char *(*fallback_of)(const void *object); /* instead, by the fields above this one */
	size_t set_at;		  /* offset of a bool that tells that it was written, 0: none */
	bool list, required;
	const char *also; /* another word for it; NULL: none */
};

struct conf_section {
	const char *name;
	const char *key;		/* what libconfuse calls it; NULL: by its name */
	const struct conf_field *title; /* NULL: a section that is written once */
	size_t at;			/* of the own array (title), or of the keys' array */
	size_t count_at;		/* offset of its size_t count */
	size_t octets;			/* of an element */
	bool repeats;			/* the same title may come again */
	bool keys;			/* free words: struct conf_timer */
	const struct conf_field *fields;
	size_t n_fields;
	const struct conf_section *sections;
	size_t n_sections;
};

struct conf_report;

/* A kind of file: its sections, and the object that it is read into, whose first member is an own char *file. */
struct conf_grammar {
	const struct conf_section *root;
	size_t octets; /* of the object */
	/* What stands elsewhere in the file decides about values: they get their meaning. NULL: none do. */
	void (*settle)(void *object);
	/* Judges the whole; members that conf_report_usable denies were told to be wrong already. */
	void (*check)(const void *object, struct conf_report *report);
	/* Warns of what is right but will not do what is meant; only where nothing is wrong. NULL: nothing to warn of. */
	void (*lint)(const void *object, struct conf_report *report);
};

/* Who hears of faults, and of warnings. */
struct conf_told {
	conf_error_fn *error;
	void *arg;
	const struct conf_lint *lint; /* NULL: nobody hears of warnings */
};

/* own object; NULL when anything is wrong, after every fault was told. */
void *conf_grammar_read(const struct conf_grammar *grammar, const char *file, conf_timer_ok_fn *timer_ok,
			const struct conf_told *told);
void *conf_grammar_read_text(const struct conf_grammar *grammar, const char *name, const char *text,
			     conf_timer_ok_fn *timer_ok, const struct conf_told *told);
/* own text that reads back to an equal object; NULL when out of memory. */
char *conf_grammar_print(const struct conf_grammar *grammar, const void *object);
bool conf_grammar_equal(const struct conf_grammar *grammar, const void *a, const void *b);
void conf_grammar_free(const struct conf_grammar *grammar, void *object);

/* The same of a gateway's configuration that is text already. */
struct conf *conf_read_text_linted(const char *name, const char *text, conf_timer_ok_fn *timer_ok,
				   const struct conf_told *told);

extern const struct conf_section conf_root;

const struct conf_field *conf_section_field(const struct conf_section *section, const char *name, size_t n);
/* The section of that name that has a title, or has none. */
const struct conf_section *conf_section_find(const struct conf_section *section, const char *name, size_t n,
					     bool titled);
const char *conf_section_key(const struct conf_section *section);

static inline void *conf_member(void *object, size_t at)
{
	return (char *)object + at;
}

static inline const void *conf_member_const(const void *object, size_t at)
{
	return (const char *)object + at;
}

/* The count of a list or of sections. */
static inline size_t *conf_count(void *object, size_t at)
{
	return conf_member(object, at);
}

static inline size_t conf_count_const(const void *object, size_t at)
{
	return *(const size_t *)conf_member_const(object, at);
}

/* kinds.c */
extern const struct conf_kind conf_kind_uint, conf_kind_ms, conf_kind_word, conf_kind_octet_word, conf_kind_flag;
extern const struct conf_kind conf_kind_point_code, conf_kind_timeslots, conf_kind_range, conf_kind_listen;
extern const struct conf_kind conf_kind_events, conf_kind_causes, conf_kind_share;
/* texts.c: char *, own */
extern const struct conf_kind conf_kind_text, conf_kind_name, conf_kind_path, conf_kind_socket, conf_kind_digits;
extern const struct conf_kind conf_kind_dial, conf_kind_address, conf_kind_network, conf_kind_host;
extern const struct conf_kind conf_kind_server, conf_kind_proxy, conf_kind_text_word;
extern const struct conf_kind conf_kind_cause_status, conf_kind_status_cause, conf_kind_cause_treatment;
extern const struct conf_kind conf_kind_digit_map;
extern const struct conf_kind conf_kind_octets;
extern const struct conf_kind conf_kind_country;
extern const struct conf_kind conf_kind_rewrite, conf_kind_hours, conf_kind_domain;

/* A time with the largest unit that fits: 25s, 500ms, 2min. */
void conf_ms_print(uint32_t ms, FILE *out);
/* Number and unit; a number alone is right only for 0. -EINVAL, -ERANGE. */
int conf_ms_parse(const char *text, uint32_t *ms) __attribute__((warn_unused_result));
/* A quoted text that the grammar reads back to itself. */
void conf_text_print(const char *text, FILE *out);
/* "one of a, b or c" */
void conf_words_right(const struct conf_field *field, FILE *out);
bool conf_words_find(const struct conf_field *field, const char *text, unsigned *index);
/* "ADDRESS", "ADDRESS:PORT", "[ADDRESS]:PORT" with an IPv4 or IPv6 address; *port is 0 when none is written. */
bool conf_address_parse(const char *text, char *address, size_t cap, unsigned *port);

#endif
