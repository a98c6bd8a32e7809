/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/*
 * The echo cancellers that ours is compared with: SpeexDSP's MDF, where its library is installed (make bench-peers; it is
 * loaded, so that nothing has to be there to build), and SpanDSP's echo_can, whose build in Debian prints for every sample.
 */
#ifndef TESTS_BENCH_ECHO_PEERS_H
#define TESTS_BENCH_ECHO_PEERS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <spandsp.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define SPEEX_LIBRARY	   "libspeexdsp.so.1"
#define SPEEX_SET_RATE	   24 /* speex_echo.h: SPEEX_ECHO_SET_SAMPLING_RATE */
#define SPEEX_FRAME	   160

/* speex_echo.h */
struct speex {
	void *(*init)(int frame, int taps);
	int (*ctl)(void *state, int request, void *value);
	void (*cancel)(void *state, const int16_t *near, const int16_t *far, int16_t *out);
	void (*destroy)(void *state);
};

/* An entry point as a pointer to a function, which ISO C has no cast for. */
static inline void speex_symbol(void *library, const char *name, void *to)
{
	void *symbol = dlsym(library, name);

	memcpy(to, &symbol, sizeof(symbol));
}

/* false: it is not installed. */
static inline bool speex_open(struct speex *speex)
{
	void *library = dlopen(SPEEX_LIBRARY, RTLD_NOW);

	if (!library)
		return false;
	speex_symbol(library, "speex_echo_state_init", &speex->init);
	speex_symbol(library, "speex_echo_ctl", &speex->ctl);
	speex_symbol(library, "speex_echo_cancellation", &speex->cancel);
	speex_symbol(library, "speex_echo_state_destroy", &speex->destroy);
	return speex->init && speex->ctl && speex->cancel && speex->destroy;
}

static inline void *speex_make(const struct speex *speex, unsigned taps)
{
	void *state = speex->init(SPEEX_FRAME, (int)taps);

	speex->ctl(state, SPEEX_SET_RATE, &(int){ 8000 });
	return state;
}

/* Standard output goes nowhere until it is given back. */
static inline int output_away(void)
{
	int kept, nowhere = open("/dev/null", O_WRONLY);

	fflush(stdout);
	kept = dup(STDOUT_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	close(nowhere);
	return kept;
}

static inline void output_back(int kept)
{
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
}

#endif
