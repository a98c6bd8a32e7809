/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Countries' tones out of libtonezone's tables. */
#include "dsp/zone.h"

#include <stdbool.h>
#include <string.h>

/*
 * libtonezone.so.2.0's tables. Its <dahdi/tonezone.h> needs headers of the driver that Debian has only as its source,
 * so that what its ABI has is declared here: 16 cadences and 16 tones, DAHDI_MAX_CADENCE and DAHDI_TONE_MAX.
 */
struct tone_zone_sound {
	int toneid;
	char data[256];
};

struct tone_zone {
	int zone; /* negative: the end of the tables */
	char country[10];
	char description[40];
	int ringcadence[16];
	struct tone_zone_sound tones[16];
	int dtmf_high_level, dtmf_low_level, mfr1_level, mfr2_level;
};

extern struct tone_zone builtin_zones[];

#define ZONES_MAX 64
#define E180	  CADENCE_DBM0

/* E.180 clauses 4 to 11, with the recommended 425 Hz. */
const struct zone zone_itu = {
	.country = "itu",
	.name = "ITU-T E.180",
	.tone = {
		[ZONE_DIAL] = { 1, 0, { { .hz = { 425 }, .dbm0 = E180 } } },
		[ZONE_RINGBACK] = { 2, 0, { { { 425 }, 0, E180, 1000 }, { .ms = 4000 } } },
		[ZONE_BUSY] = { 2, 0, { { { 425 }, 0, E180, 500 }, { .ms = 500 } } },
		[ZONE_CONGESTION] = { 2, 0, { { { 425 }, 0, E180, 250 }, { .ms = 250 } } },
		[ZONE_UNOBTAINABLE] = { 4, 0, { { { 950 }, 0, E180, 330 }, { { 1400 }, 0, E180, 330 },
						{ { 1800 }, 0, E180, 330 }, { .ms = 1000 } } },
		[ZONE_CALL_WAITING] = { 4, 0, { { { 425 }, 0, E180, 200 }, { .ms = 600 },
						{ { 425 }, 0, E180, 200 }, { .ms = 3000 } } },
		[ZONE_RECORD] = { 2, 0, { { { 1400 }, 0, E180, 500 }, { .ms = 15000 } } },
		[ZONE_DIAL_RECALL] = { 1, 0, { { .hz = { 425 }, .dbm0 = E180 } } },
		[ZONE_STUTTER] = { 2, 0, { { { 425 }, 0, E180, 500 }, { .ms = 50 } } },
	},
};

/* By enum zone_tone, what libtonezone calls it: DAHDI_TONE_ and its number. */
static const struct {
	const char *name;
	int id;
} tones[ZONE_TONES] = {
	[ZONE_DIAL] = { "dial", 0 },
	[ZONE_RINGBACK] = { "ringback", 2 },
	[ZONE_BUSY] = { "busy", 1 },
	[ZONE_CONGESTION] = { "congestion", 3 },
	[ZONE_UNOBTAINABLE] = { "unobtainable", 7 },
	[ZONE_CALL_WAITING] = { "call-waiting", 4 },
	[ZONE_RECORD] = { "record", 6 },
	[ZONE_DIAL_RECALL] = { "dial-recall", 5 },
	[ZONE_STUTTER] = { "stutter", 10 },
};

static struct zone zones[ZONES_MAX];
static size_t n_zones;

/* Slips of libtonezone's tables: a time of 0, and a pause's time for a frequency. Estonia's tone is Finland's. */
static const struct {
	const char *wrong, *right;
} slips[] = {
	{ "950/0,0/325,950/325,0/30,1400/1300,0/2600",
	  "950/650,0/325,950/325,0/30,1400/1300,0/2600" },
	{ "1000/400,10000/400,1000/400", "1000/400,0/10000,1000/400" },
};

static const char *text_of(const struct tone_zone_sound *sound)
{
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (strcmp(slips[i].wrong, sound->data) == 0)
			return slips[i].right;
	return sound->data;
}

/* A tone that a country has not, or that cannot be read, is E.180's. */
static void tone_read(struct cadence *cadence, const struct tone_zone *from, enum zone_tone tone)
{
	for (size_t i = 0; i < sizeof(from->tones) / sizeof(from->tones[0]); i++) {
		const struct tone_zone_sound *sound = &from->tones[i];

		if (sound->toneid == tones[tone].id && sound->data[0] &&
		    !cadence_parse(cadence, text_of(sound)))
			return;
	}
	*cadence = zone_itu.tone[tone];
}

static void zones_read(void)
{
	zones[n_zones++] = zone_itu;
	for (const struct tone_zone *from = builtin_zones; from->zone >= 0 && n_zones < ZONES_MAX;
	     from++) {
		struct zone *zone = &zones[n_zones++];

		zone->country = from->country;
		zone->name = from->description;
		for (unsigned tone = 0; tone < ZONE_TONES; tone++)
			tone_read(&zone->tone[tone], from, tone);
	}
}

const struct zone *zone_get(size_t index)
{
	if (!n_zones)
		zones_read();
	return index < n_zones ? &zones[index] : NULL;
}

const struct zone *zone_find(const char *country)
{
	const struct zone *zone;

	for (size_t i = 0; (zone = zone_get(i)); i++)
		if (strcmp(zone->country, country) == 0)
			return zone;
	return NULL;
}

const char *zone_tone_name(enum zone_tone tone)
{
	return tones[tone].name;
}
