/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * Circuits that an operator has blocked stay blocked over a reload that makes them anew, and over a restart: one file for
 * the daemon, read at the start and written by a worker after every change. Core thread.
 *
 * The file is text: "causeway blocking 1", a line "circuit TRUNK CIC CHECKSUM" for each, "end COUNT CHECKSUM". A line that
 * is damaged is left out, and the log says how much of the file was read.
 */
#ifndef PSTN_BLOCKING_H
#define PSTN_BLOCKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct blocking;

/* own; reads folder/blocking, if it is there; folder NULL: there is no file. NULL with *error: no memory, or the folder
 * cannot be used. */
struct blocking *blocking_open(const char *folder, uv_loop_t *loop, int *error);
/* Writes what is not written yet, waiting for it. NULL is fine. */
void blocking_close(struct blocking *blocking);
/* Notes that circuits were blocked or unblocked, and has it written. */
void blocking_note(struct blocking *blocking, const char *trunk, uint16_t first, unsigned count, bool blocked);
bool blocking_has(const struct blocking *blocking, const char *trunk, uint16_t cic);
size_t blocking_count(const struct blocking *blocking);

/* The text of the file and back, for tests. Lines that could not be read are counted; *whole: the end was there and right. */
struct blocking_entry {
	char trunk[32];
	uint16_t cic;
};
/* own text; NULL when out of memory. */
char *blocking_print(const struct blocking_entry *entries, size_t n);
/* own entries, *n of them; NULL when out of memory. */
struct blocking_entry *blocking_parse(const char *text, size_t octets, size_t *n, size_t *bad, bool *whole);

#endif
