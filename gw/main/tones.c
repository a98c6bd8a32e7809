/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Countries and their tones, printed. */
#include "gw/main/tones.h"

#include <stdlib.h>

#include "dsp/zone.h"

#define CADENCE_TEXT 700 /* of the most steps there can be */

static void list(FILE *out)
{
	const struct zone *zone;

	for (size_t i = 0; (zone = zone_get(i)); i++)
		fprintf(out, "%-8s %s\n", zone->country, zone->name);
}

int tones_run(FILE *out, const char *country)
{
	const struct zone *zone = country ? zone_find(country) : NULL;
	char text[CADENCE_TEXT];

	if (!zone) {
		if (country)
			fprintf(out, "no tones of a country \"%s\" are known; there are:\n",
				country);
		list(out);
		return country ? 1 : 0;
	}
	fprintf(out, "%s: %s, %g dBm0 a frequency\n", zone->country, zone->name,
		(double)CADENCE_DBM0);
	for (unsigned tone = 0; tone < ZONE_TONES; tone++) {
		(void)cadence_print(&zone->tone[tone], text, sizeof(text));
		fprintf(out, "%-14s %s\n", zone_tone_name(tone), text);
	}
	return 0;
}
