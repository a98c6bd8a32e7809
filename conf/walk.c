/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Printing, comparing and freeing of what was read, by the tables of its grammar. */
#include "conf/grammar.h"

#include <stdlib.h>
#include <string.h>

static bool is_text(const struct conf_field *field)
{
	return field->kind->octets == sizeof(char *) && field->kind->parse == conf_kind_text.parse;
}

static size_t field_count(const struct conf_field *field, const void *object)
{
	return field->list ? conf_count_const(object, field->other_at) : 1;
}

static const void *element(const struct conf_section *section, const void *parent, size_t i)
{
	const char *array = *(char *const *)conf_member_const(parent, section->at);

	return array + i * section->octets;
}

/* Nothing is printed for what is not set. */
static bool field_is_set(const struct conf_field *field, const void *object)
{
	if (field->list)
		return field_count(field, object) > 0;
	if (field->set_at)
		return *(const bool *)conf_member_const(object, field->set_at);
	if (is_text(field))
		return *(char *const *)conf_member_const(object, field->at) != NULL;
	/* a point code of 0: none */
	return field->kind != &conf_kind_point_code ||
	       *(const uint32_t *)conf_member_const(object, field->at);
}

static bool any_field_is_set(const struct conf_section *section, const void *object)
{
	for (size_t i = 0; i < section->n_fields; i++)
		if (field_is_set(&section->fields[i], object))
			return true;
	return false;
}

static void indent(FILE *out, unsigned depth)
{
	while (depth--)
		fputc('\t', out);
}

static void print_field(FILE *out, const struct conf_field *field, const void *object,
			unsigned depth)
{
	size_t n = field_count(field, object);

	if (!field_is_set(field, object))
		return;
	indent(out, depth);
	fprintf(out, field->list ? "%s = {" : "%s = ", field->name);
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputs(", ", out);
		field->kind->print(
			field, conf_member_const(object, field->at + i * field->kind->octets), out);
	}
	fputs(field->list ? "}\n" : "\n", out);
}

static void print_keys(FILE *out, const struct conf_section *section, const void *parent,
		       unsigned depth)
{
	const struct conf_timer *timers = conf_member_const(parent, section->at);
	size_t n = conf_count_const(parent, section->count_at);

	if (!n)
		return;
	indent(out, depth);
	fprintf(out, "%s {\n", section->name);
	for (size_t i = 0; i < n; i++) {
		indent(out, depth + 1);
		fprintf(out, "%s = ", timers[i].name);
		conf_ms_print(timers[i].ms, out);
		fputc('\n', out);
	}
	indent(out, depth);
	fputs("}\n", out);
}

static void print_body(FILE *out, const struct conf_section *section, const void *object,
		       unsigned depth);

static void print_section(FILE *out, const struct conf_section *section, const void *object,
			  unsigned depth)
{
	const struct conf_field *title = section->title;

	indent(out, depth);
	fputs(section->name, out);
	if (title && is_text(title)) {
		fputc(' ', out);
		title->kind->print(title, conf_member_const(object, title->at), out);
	} else if (title) {
		fputs(" \"", out);
		title->kind->print(title, conf_member_const(object, title->at), out);
		fputc('"', out);
	}
	fputs(" {\n", out);
	print_body(out, section, object, depth + 1);
	indent(out, depth);
	fputs("}\n", out);
}

static void print_sections(FILE *out, const struct conf_section *section, const void *parent,
			   unsigned depth)
{
	if (section->keys) {
		print_keys(out, section, parent, depth);
	} else if (!section->title) {
		if (any_field_is_set(section, parent))
			print_section(out, section, parent, depth);
	} else {
		size_t n = conf_count_const(parent, section->count_at);

		for (size_t i = 0; i < n; i++)
			print_section(out, section, element(section, parent, i), depth);
	}
}

static void print_body(FILE *out, const struct conf_section *section, const void *object,
		       unsigned depth)
{
	for (size_t i = 0; i < section->n_fields; i++)
		print_field(out, &section->fields[i], object, depth);
	for (size_t i = 0; i < section->n_sections; i++)
		print_sections(out, &section->sections[i], object, depth);
}

char *conf_grammar_print(const struct conf_grammar *grammar, const void *object)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool bad;

	if (!out)
		return NULL;
	print_body(out, grammar->root, object, 0);
	bad = ferror(out);
	if (fclose(out) || bad) {
		free(text);
		return NULL;
	}
	return text;
}

static bool equal_field(const struct conf_field *field, const void *a, const void *b)
{
	size_t n = field_count(field, a);

	if (n != field_count(field, b) || field_is_set(field, a) != field_is_set(field, b))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = field->at + i * field->kind->octets;

		if (!field->kind->equal(field, conf_member_const(a, at), conf_member_const(b, at)))
			return false;
	}
	return true;
}

static bool equal_keys(const struct conf_section *section, const void *a, const void *b)
{
	const struct conf_timer *ta = conf_member_const(a, section->at);
	const struct conf_timer *tb = conf_member_const(b, section->at);
	size_t n = conf_count_const(a, section->count_at);

	if (n != conf_count_const(b, section->count_at))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (ta[i].ms != tb[i].ms || strcmp(ta[i].name, tb[i].name) != 0)
			return false;
	}
	return true;
}

static bool equal_body(const struct conf_section *section, const void *a, const void *b);

static bool equal_sections(const struct conf_section *section, const void *a, const void *b)
{
	size_t n;

	if (section->keys)
		return equal_keys(section, a, b);
	if (!section->title)
		return equal_body(section, a, b);
	n = conf_count_const(a, section->count_at);
	if (n != conf_count_const(b, section->count_at))
		return false;
	for (size_t i = 0; i < n; i++) {
		const void *ea = element(section, a, i), *eb = element(section, b, i);

		if (!equal_field(section->title, ea, eb) || !equal_body(section, ea, eb))
			return false;
	}
	return true;
}

static bool equal_body(const struct conf_section *section, const void *a, const void *b)
{
	for (size_t i = 0; i < section->n_fields; i++) {
		if (!equal_field(&section->fields[i], a, b))
			return false;
	}
	for (size_t i = 0; i < section->n_sections; i++) {
		if (!equal_sections(&section->sections[i], a, b))
			return false;
	}
	return true;
}

bool conf_grammar_equal(const struct conf_grammar *grammar, const void *a, const void *b)
{
	return equal_body(grammar->root, a, b);
}

static void free_field(const struct conf_field *field, void *object)
{
	size_t n = field_count(field, object);

	for (size_t i = 0; is_text(field) && i < n; i++)
		free(*(char **)conf_member(object, field->at + i * field->kind->octets));
}

static void free_body(const struct conf_section *section, void *object)
{
	for (size_t i = 0; i < section->n_fields; i++)
		free_field(&section->fields[i], object);
	for (size_t i = 0; i < section->n_sections; i++) {
		const struct conf_section *sub = &section->sections[i];
		char *array;

		if (!sub->title) {
			free_body(sub, object);
			continue;
		}
		array = *(char **)conf_member(object, sub->at);
		for (size_t k = 0; k < conf_count_const(object, sub->count_at); k++) {
			free_field(sub->title, array + k * sub->octets);
			free_body(sub, array + k * sub->octets);
		}
		free(array);
	}
}

void conf_grammar_free(const struct conf_grammar *grammar, void *object)
{
	if (!object)
		return;
	free_body(grammar->root, object);
	free(*(char **)object);
	free(object);
}
