/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* Voice activity. */
#include "dsp/vad.h"

#include <math.h>
#include <string.h>

#define DC_SHARE   0.02f    /* of a frame in the DC */
#define WINDOW	   50	    /* frames */
#define DBM0_POWER 252.4e6f /* 0 dBm0 as a mean square: 3.14 dB below a sine of 32,256 */
#define DB(x)	   (DBM0_POWER * (x))
#define ABSOLUTE   DB(1e-6f)   /* -60 dBm0: below it nothing is talk */
#define FLOOR_MAX  DB(0.8e-4f) /* -41 dBm0: what is 7 dB above it is never taken for noise */
#define BIAS	   1.4f	       /* of the least of many frames to their mean */
#define ABOVE	   4.0f	       /* 6 dB */
#define RUN	   3	       /* frames: shorter ones are clicks, */
#define HANG_CLICK 5	       /* which last 50 ms, */
#define HANG	   20	       /* and talk 200 ms longer */
#define AVERAGE	   0.02f       /* half a second */

void vad_init(struct vad *vad)
{
	memset(vad, 0, sizeof(*vad));
	for (unsigned i = 0; i < VAD_WINDOWS; i++)
		vad->least[i] = FLOOR_MAX;
	vad->signal = vad->noise = -1;
	vad->active = true;
}

static void floor_note(struct vad *vad, float power)
{
	if (power < vad->least[0])
		vad->least[0] = power;
	if (++vad->frames < WINDOW)
		return;
	vad->frames = 0;
	vad->learnt = true;
	memmove(vad->least + 1, vad->least, sizeof(vad->least) - sizeof(*vad->least));
	vad->least[0] = FLOOR_MAX;
}

static float floor_now(const struct vad *vad)
{
	float least = vad->least[0];

	for (unsigned i = 1; i < VAD_WINDOWS; i++)
		least = fminf(least, vad->least[i]);
	return fminf(least * BIAS, FLOOR_MAX);
}

static void level_note(float *level, float power)
{
	*level = *level < 0 ? power : *level + (power - *level) * AVERAGE;
}

static void frame(struct vad *vad, float power)
{
	bool loud;

	floor_note(vad, power);
	loud = power > ABSOLUTE && power > floor_now(vad) * ABOVE;
	if (loud) {
		if (vad->run < RUN)
			vad->run++;
		vad->hang = vad->run < RUN ? HANG_CLICK : HANG;
		level_note(&vad->signal, power);
	} else {
		vad->run = 0;
		if (vad->hang)
			vad->hang--;
		else
			level_note(&vad->noise, power);
	}
	vad->active = loud || vad->hang || !vad->learnt;
}

/* A frame is half a period of 50 Hz, so that hum is as steady as it is. */
static float frame_power(struct vad *vad)
{
	float mean = (float)vad->sum / VAD_FRAME;
	float power = (float)vad->squares / VAD_FRAME - vad->dc * (2 * mean - vad->dc);

	vad->dc += (mean - vad->dc) * DC_SHARE;
	vad->filled = 0;
	vad->sum = 0;
	vad->squares = 0;
	return power > 0 ? power : 0;
}

static void sum_up(struct vad *vad, const int16_t *linear, size_t n)
{
	int32_t sum = 0;
	int64_t squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += linear[i];
		squares += (uint32_t)(linear[i] * linear[i]);
	}
	vad->sum += sum;
	vad->squares += squares;
	vad->filled += (unsigned)n;
}

bool vad_hear(struct vad *vad, const int16_t *linear, size_t n)
{
	bool ended = false, any = false;

	while (n) {
		size_t room = VAD_FRAME - vad->filled;
		size_t k = n < room ? n : room;

		sum_up(vad, linear, k);
		linear += k;
		n -= k;
		if (vad->filled < VAD_FRAME)
			break;
		frame(vad, frame_power(vad));
		ended = true;
		any = any || vad->active;
	}
	return ended ? any : vad->active;
}

static int dbm0(float power)
{
	long level;

	if (power < 0)
		return VAD_UNKNOWN;
	level = lrintf(10 * log10f((power + 1) / DBM0_POWER));
	return level > 3 ? 3 : (int)level;
}

int vad_signal_dbm0(const struct vad *vad)
{
	return dbm0(vad->signal);
}

int vad_noise_dbm0(const struct vad *vad)
{
	return dbm0(vad->noise);
}
