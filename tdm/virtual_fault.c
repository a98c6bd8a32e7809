/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Fault injection on a virtual line: what an operator or a test asks for in words, and bit errors.
 */
#include "tdm/virtual_fault.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gw/base/str.h"
#include "tdm/virtual_cable.h"

#define STALL_MS_MAX 60000
#define RATE_MAX     0.5

static int ask_signal(struct tdm_faults *faults, unsigned signal, struct str value)
{
	if (str_eq(value, STR("on")))
		atomic_fetch_or(&faults->signal, signal);
	else if (str_eq(value, STR("off")))
		atomic_fetch_and(&faults->signal, ~signal);
	else
		return -EINVAL;
	return 0;
}

static int ask_bit_errors(struct tdm_faults *faults, unsigned unused, struct str value)
{
	char text[32];
	char *end;

	(void)unused;
	if (str_copy(text, sizeof(text), value) < 0 || !text[0])
		return -EINVAL;
	double rate = strtod(text, &end);

	if (*end || !(rate >= 0.0 && rate <= RATE_MAX))
		return -EINVAL;
	atomic_store(&faults->bit_error_rate, rate);
	atomic_fetch_add(&faults->bit_error_asked, 1);
	return 0;
}

static int ask_slip(struct tdm_faults *faults, unsigned unused, struct str value)
{
	(void)unused;
	if (str_eq(value, STR("+1")))
		atomic_fetch_add(&faults->slips_repeated, 1);
	else if (str_eq(value, STR("-1")))
		atomic_fetch_add(&faults->slips_lost, 1);
	else
		return -EINVAL;
	return 0;
}

static int ask_cut(struct tdm_faults *faults, unsigned cut, struct str value)
{
	if (value.n)
		return -EINVAL;
	atomic_store(&faults->cut, cut != 0);
	return 0;
}

static int ask_stall(struct tdm_faults *faults, unsigned unused, struct str value)
{
	uint64_t ms;

	(void)unused;
	if (str_to_u64(value, STALL_MS_MAX, &ms) < 0)
		return -EINVAL;
	atomic_store(&faults->stall_ms, (unsigned)ms);
	return 0;
}

static const struct fault {
	struct str word;
	int (*ask)(struct tdm_faults *faults, unsigned arg, struct str value);
	unsigned arg;
} fault_table[] = {
	{ { "los", 3 }, ask_signal, TDM_SIGNAL_NONE },
	{ { "ais", 3 }, ask_signal, TDM_SIGNAL_AIS },
	{ { "rai", 3 }, ask_signal, TDM_SIGNAL_RAI },
	{ { "ber", 3 }, ask_bit_errors, 0 },
	{ { "slip", 4 }, ask_slip, 0 },
	{ { "cut", 3 }, ask_cut, 1 },
	{ { "mend", 4 }, ask_cut, 0 },
	{ { "stall", 5 }, ask_stall, 0 },
};

int tdm_fault_ask(struct tdm_faults *faults, const char *text)
{
	struct str all = str_trim(str_c(text));
	size_t n = 0;

	while (n < all.n && all.p[n] != ' ')
		n++;
	struct str word = { all.p, n };
	struct str value = str_trim((struct str){ all.p + n, all.n - n });

	for (size_t i = 0; i < sizeof(fault_table) / sizeof(fault_table[0]); i++) {
		if (str_eq(word, fault_table[i].word))
			return fault_table[i].ask(faults, fault_table[i].arg, value);
	}
	return -EINVAL;
}

bool tdm_fault_due(_Atomic unsigned *asked)
{
	if (!atomic_load_explicit(asked, memory_order_relaxed))
		return false;
	atomic_fetch_sub(asked, 1);
	return true;
}

/* SplitMix64; uniform in (0, 1]. */
static double random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return (double)(((z ^ (z >> 31)) >> 11) + 1) * 0x1p-53;
}

/* Independent errors leave gaps of geometric length: one draw for each error, not for each bit. */
static uint64_t gap_next(struct tdm_bit_errors *errors)
{
	double gap = floor(log(random_next(&errors->random)) / log1p(-errors->rate));

	return gap < 1e18 ? (uint64_t)gap : (uint64_t)1e18;
}

void tdm_bit_errors_apply(struct tdm_bit_errors *errors, struct tdm_faults *faults, uint8_t *octets,
			  size_t n)
{
	unsigned asked = atomic_load_explicit(&faults->bit_error_asked, memory_order_acquire);

	if (asked != errors->asked) {
		*errors = (struct tdm_bit_errors){ .rate = atomic_load(&faults->bit_error_rate),
						   .asked = asked };
		if (errors->rate > 0)
			errors->good_bits = gap_next(errors);
	}
	if (errors->rate <= 0)
		return;
	while (errors->good_bits < n * 8) {
		octets[errors->good_bits / 8] ^= (uint8_t)(1u << errors->good_bits % 8);
		errors->good_bits += 1 + gap_next(errors);
	}
	errors->good_bits -= n * 8;
}
