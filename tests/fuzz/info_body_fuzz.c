/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Bodies of INFO: what is read is written and read again to the same. */
#include <stdlib.h>
#include <string.h>

#include "gw/sip/dtmf_body.h"
#include "gw/sip/session_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { (const char *)data, size };
	char digits[33], again[33], text[128];
	struct dtmf_digit digit;

	if (!dtmf_relay_parse(&digit, body) && !dtmf_relay_write(&digit, text, sizeof(text)))
		abort();
	(void)dtmf_plain_parse(&digit, body);
	if (session_info_parse(body, digits, sizeof(digits)))
		return 0;
	body = (struct str){ text, session_info_write(str_c(digits), text, sizeof(text)) };
	if (session_info_parse(body, again, sizeof(again)) || strcmp(digits, again) != 0)
		abort();
	return 0;
}
