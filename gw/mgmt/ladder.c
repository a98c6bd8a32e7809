/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Ladder diagrams: a bounded memory of what each of the last calls said, and its drawing. */
#include "gw/mgmt/ladder.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gw/base/hash.h"
#include "gw/base/list.h"
#include "gw/base/trace.h"
#include "gw/mgmt/plain.h"

#define STEPS_MAX	256 /* of one call; what comes later is counted */
#define TEXT_MAX	256 /* of one step: a peer chooses how long its Request-URI is */
#define ID_MAX		24
#define NAME_MAX_OCTETS 56 /* an IPv6 address and a port */
/* Between two lifelines: as wide as what is said there, within what is read at a glance. */
#define COLUMN_MIN 44
#define COLUMN_MAX 68
#define ARROW_ENDS 6 /* what an arrow has around its text */

struct step {
	struct step *next;
	uint64_t at_us;
	uint8_t kind; /* enum trace_kind */
	bool sent;
	uint8_t side; /* 0 left, 1 right, 2 the gateway itself */
	char text[];
};

struct story {
	struct list_node node; /* by age */
	struct hash_node by_id;
	char id[ID_MAX];
	char peer[2]
		 [NAME_MAX_OCTETS]; /* the lifelines beside the gateway, in order of appearance */
	struct step *first, *last;
	unsigned steps, omitted;
};

struct ladder {
	struct trace_tap tap;
	struct list stories;
	struct hash by_id;
	size_t count, max;
};

static bool id_matches(const struct hash_node *node, const void *key)
{
	return str_eq(str_c(container_of(node, struct story, by_id)->id), *(const struct str *)key);
}

static struct story *story_find(const struct ladder *ladder, struct str id)
{
	struct hash_node *node = hash_find(&ladder->by_id, str_hash(id, 0), id_matches, &id);

	return node ? container_of(node, struct story, by_id) : NULL;
}

static void story_free(struct ladder *ladder, struct story *story)
{
	while (story->first) {
		struct step *step = story->first;

		story->first = step->next;
		free(step);
	}
	list_remove(&story->node);
	hash_remove(&ladder->by_id, &story->by_id);
	ladder->count--;
	free(story);
}

static struct story *story_new(struct ladder *ladder, struct str id)
{
	struct story *story = calloc(1, sizeof(*story));

	if (!story || str_copy(story->id, sizeof(story->id), id) ||
	    hash_insert(&ladder->by_id, &story->by_id, str_hash(id, 0))) {
		free(story);
		return NULL;
	}
	if (ladder->count == ladder->max)
		story_free(ladder, container_of(list_first(&ladder->stories), struct story, node));
	list_append(&ladder->stories, &story->node);
	ladder->count++;
	return story;
}

static void address_text(const struct sockaddr *address, char *text, size_t cap)
{
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	if (address && address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
		port = ntohs(in.sin_port);
	} else if (address && address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
		port = ntohs(in6.sin6_port);
	}
	snprintf(text, cap, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

/*
 * Which lifeline the event belongs to; a peer not seen before takes the next free one. A third one,
 * such as the trunk of a re-attempt, shares the right one: then third is its name, else empty.
 */
static uint8_t side_of(struct story *story, const struct trace_event *event,
		       char third[NAME_MAX_OCTETS])
{
	char name[NAME_MAX_OCTETS];

	third[0] = '\0';
	if (event->peer)
		snprintf(name, sizeof(name), "%s", event->peer);
	else if (event->kind == TRACE_SIP)
		address_text(event->remote, name, sizeof(name));
	else
		return 2;
	for (uint8_t side = 0; side < 2; side++) {
		if (!story->peer[side][0])
			memcpy(story->peer[side], name, sizeof(name));
		if (strcmp(story->peer[side], name) == 0)
			return side;
	}
	memcpy(third, name, sizeof(name));
	return 1;
}

static void step_add(struct story *story, const struct trace_event *event)
{
	char third[NAME_MAX_OCTETS], text[TEXT_MAX];
	uint8_t side = side_of(story, event, third);
	struct step *step;
	size_t n = 0;

	if (story->steps == STEPS_MAX) {
		story->omitted++;
		return;
	}
	if (third[0]) {
		n = str_add(text, sizeof(text), n, str_c(third));
		n = str_add(text, sizeof(text), n, STR(": "));
	}
	n = str_add(text, sizeof(text), n, event->text);
	plain_text(text, n, "");
	step = malloc(sizeof(*step) + n + 1);
	if (!step) {
		story->omitted++;
		return;
	}
	step->next = NULL;
	step->at_us = event->now_us;
	step->kind = (uint8_t)event->kind;
	step->sent = event->sent;
	step->side = side;
	memcpy(step->text, text, n + 1);
	*(story->first ? &story->last->next : &story->first) = step;
	story->last = step;
	story->steps++;
}

static void trace_seen(void *arg, const struct trace_event *event)
{
	struct ladder *ladder = arg;
	struct story *story;
	struct str id;

	if (!event->call)
		return;
	id = str_c(event->call);
	story = story_find(ladder, id);
	if (!story)
		story = story_new(ladder, id);
	if (story)
		step_add(story, event);
}

struct ladder *ladder_new(size_t calls)
{
	struct ladder *ladder = calloc(1, sizeof(*ladder));

	if (!ladder)
		return NULL;
	list_init(&ladder->stories);
	ladder->max = calls;
	ladder->tap = (struct trace_tap){ .fn = trace_seen,
					  .arg = ladder,
					  .kinds = 1u << TRACE_SIP | 1u << TRACE_MTP3 |
						   1u << TRACE_TIMER | 1u << TRACE_MEDIA |
						   1u << TRACE_STATE };
	trace_tap_add(&ladder->tap);
	return ladder;
}

void ladder_free(struct ladder *ladder)
{
	struct list_node *n;

	if (!ladder)
		return;
	trace_tap_remove(&ladder->tap);
	while ((n = list_first(&ladder->stories)))
		story_free(ladder, container_of(n, struct story, node));
	hash_close(&ladder->by_id);
	free(ladder);
}

/* --- drawing --- */

static bool is_message(const struct step *step)
{
	return step->kind == TRACE_SIP || step->kind == TRACE_MTP3;
}

/* Notes of the gateway itself stand on its right. */
static unsigned column_of(const struct step *step)
{
	return step->side ? 1 : 0;
}

static void measure(const struct story *story, size_t widths[2])
{
	widths[0] = widths[1] = COLUMN_MIN;
	for (const struct step *step = story->first; step; step = step->next) {
		size_t n = strlen(step->text) + (is_message(step) ? ARROW_ENDS : 1);
		size_t *width = &widths[column_of(step)];

		if (n > *width)
			*width = n < COLUMN_MAX ? n : COLUMN_MAX;
	}
}

/* An arrow as wide as its column: head to the right or left, the text within, shortened when it is
 * too long. */
static void draw_arrow(FILE *out, const char *text, bool right, size_t width)
{
	char line[COLUMN_MAX + 1];
	size_t n = strlen(text);
	size_t room = width - ARROW_ENDS;

	memset(line, '-', width);
	line[width] = '\0';
	if (n > room)
		n = room;
	line[right ? width - 1 : 0] = right ? '>' : '<';
	line[2] = ' ';
	memcpy(line + 3, text, n);
	line[3 + n] = ' ';
	fputs(line, out);
}

static void draw_note(FILE *out, const char *text, size_t width)
{
	int room = (int)width - 1;

	fprintf(out, " %-*.*s", room, room, text);
}

static void draw_step(FILE *out, const struct step *step, uint64_t start_us, const size_t widths[2])
{
	fprintf(out, "%10.6f  |", (double)(step->at_us - start_us) / 1e6);
	for (unsigned side = 0; side < 2; side++) {
		if (column_of(step) != side)
			fprintf(out, "%*s", (int)widths[side], "");
		else if (is_message(step))
			draw_arrow(out, step->text, step->sent == (side == 1), widths[side]);
		else
			draw_note(out, step->text, widths[side]);
		fputc('|', out);
	}
	fputc('\n', out);
}

static void draw_head(FILE *out, const struct story *story, const size_t widths[2])
{
	char date[32] = "";
	time_t seconds = story->first ? (time_t)(story->first->at_us / 1000000) : 0;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(out, "call %s, %s\n\n%10s  %-*s %-*s %s\n", story->id, date, "seconds",
		(int)widths[0], story->peer[0], (int)widths[1], "causeway", story->peer[1]);
}

static const struct story *story_named(const struct ladder *ladder, struct str id)
{
	if (str_eq(id, STR("last")))
		return list_empty(&ladder->stories)
			       ? NULL
			       : container_of(ladder->stories.head.prev, struct story, node);
	return story_find(ladder, id);
}

char *ladder_text(const struct ladder *ladder, struct str id)
{
	const struct story *story = story_named(ladder, id);
	char *text = NULL;
	size_t n, widths[2];
	FILE *out = story ? open_memstream(&text, &n) : NULL;

	if (!out)
		return NULL;
	measure(story, widths);
	draw_head(out, story, widths);
	for (const struct step *step = story->first; step; step = step->next)
		draw_step(out, step, story->first->at_us, widths);
	if (story->omitted)
		fprintf(out, "%u later events not kept\n", story->omitted);
	fclose(out);
	return text;
}

char *ladder_json(const struct ladder *ladder, struct str id)
{
	static const char *const kinds[TRACE_KINDS] = {
		[TRACE_SIP] = "sip",	 [TRACE_MTP3] = "isup",	  [TRACE_MTP2] = "mtp2",
		[TRACE_TIMER] = "timer", [TRACE_MEDIA] = "media", [TRACE_STATE] = "state",
	};
	const struct story *story = story_named(ladder, id);
	json_t *steps = story ? json_array() : NULL;
	char *text;
	json_t *object;

	if (!steps)
		return NULL;
	for (const struct step *step = story->first; step; step = step->next)
		json_array_append_new(steps,
				      json_pack("{s:f, s:s, s:s?, s:b, s:s}", "seconds",
						(double)(step->at_us - story->first->at_us) / 1e6,
						"kind", kinds[step->kind], "peer",
						step->side < 2 ? story->peer[step->side] : NULL,
						"sent", step->sent, "text", step->text));
	object = json_pack("{s:s, s:i, s:o}", "call", story->id, "omitted", (int)story->omitted,
			   "events", steps);
	text = json_dumps(object, JSON_INDENT(1));
	json_decref(object);
	return text;
}
