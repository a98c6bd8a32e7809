/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Faults of a virtual line: any thread asks for them, the line thread makes them. */
#ifndef TDM_VIRTUAL_FAULT_H
#define TDM_VIRTUAL_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tdm_faults {
	_Atomic unsigned signal; /* bits of enum tdm_signal that this end sends */
	_Atomic double bit_error_rate;
	_Atomic unsigned bit_error_asked; /* counts the commands, each starts the generator afresh */
	_Atomic unsigned slips_lost, slips_repeated; /* still to be made */
	_Atomic bool cut;
	_Atomic unsigned stall_ms; /* still to be made */
};

/* Any thread. -EINVAL when text is no fault. */
int tdm_fault_ask(struct tdm_faults *faults, const char *text);
/* True once for each that was asked for. */
bool tdm_fault_due(_Atomic unsigned *asked);

/* Bit errors at random with a fixed seed, so that a run can be repeated. Line thread. */
struct tdm_bit_errors {
	double rate;
	unsigned asked;
	uint64_t random;
	uint64_t good_bits; /* until the next error */
};

/* Takes over what faults asks for, then damages n octets. */
void tdm_bit_errors_apply(struct tdm_bit_errors *errors, struct tdm_faults *faults, uint8_t *octets, size_t n);

#endif
