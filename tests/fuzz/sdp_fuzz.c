/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Fuzz target: session descriptions. What is read can be written, and reads again as long as it
 * was. */
#include <stdlib.h>

#include "gw/sip/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct sdp first, second;
	static char text[1 << 17];
	struct sdp_error error;
	size_t length;

	if (sdp_parse(&first, (struct str){ (const char *)octets, n }, &error) != 0) {
		if (!error.text || error.offset > n)
			abort();
		return 0;
	}
	if (sdp_write(&first, text, sizeof(text), &length) != 0)
		return 0;
	if (sdp_parse(&second, (struct str){ text, length }, NULL) != 0 ||
	    second.n_media != first.n_media)
		abort();
	for (unsigned i = 0; i < first.n_media; i++) {
		if (first.media[i].port != second.media[i].port ||
		    first.media[i].n_formats != second.media[i].n_formats)
			abort();
	}
	return 0;
}
