# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Echo, measured: the same call to a telephone whose hybrid echoes, through a gateway without its canceller and one with it.

The SIP side speaks alone, then the telephone alone, then both at once. What the SIP side hears of itself is the level while
only it speaks, and while both do what is left when the telephone's speech, which is known to the octet, is taken away.
"""
import math
import os
import time

from lab import Lab, alaw_wav, compare, speech
from still import AGAIN, HEARD

ERL_DB, DELAY_MS = 10, 24
NUMBER = "0309"
PLAN = f"""
number "{NUMBER}" {{{{ action = answer delay = 200ms play = "file:{{folder}}/telephone.wav"
	echo-erl = {ERL_DB} echo-delay = {DELAY_MS}ms }}}}
"""
SETTINGS = ("off", "128ms")
BETTER_DB = 20.0
SILENCE = 0xD5
PART = 4 * 8000  # samples that each part of the call lasts
LEAD = 800       # after which a part is quiet of the one before: jitter buffer, echo path, lines
NAMES = "alone", "while both speak"


def linear(octet):
    """A-law to its value, ITU-T G.711."""
    code = octet ^ 0x55
    segment, step = (code >> 4) & 7, code & 0x0F
    magnitude = ((step * 2 + 1) if segment == 0 else ((step * 2 + 33) << (segment - 1))) << 3
    return magnitude if code & 0x80 else -magnitude


LINEAR = [linear(octet) for octet in range(256)]


def dbm0(samples):
    return 10 * math.log10(sum(s * s for s in samples) / max(len(samples), 1) / (32256 ** 2 / 2) + 1e-10) + 3.14


def part(voice):
    """A voice as long as a part, said again where it is shorter."""
    return (voice * (PART // len(voice) + 1))[:PART]


class Call:
    """One call through a gateway of its own."""

    def __init__(self, build, index, setting):
        self.setting = setting
        self.lab = Lab(build, base=20000 + os.getpid() % 500 * 40 + 20 * index, rtp=14000 + 2000 * index, echo=setting)
        self.lab.values["plan"] = PLAN.format(folder=self.lab.folder)
        self.client = self.phone = None

    def start(self, exchange_template, caller, here, there):
        self.lab.write("telephone.wav", alaw_wav(bytes([SILENCE]) * 2 * PART + there * 2))
        self.lab.write("exchange.conf", exchange_template.format(**self.lab.values))
        self.lab.start()
        self.phone = self.lab.phone()
        self.phone.speak(here * 2 + bytes([SILENCE]) * PART + here)
        self.client = self.lab.sipp("echo", caller(NUMBER, port=self.phone.port).answered(4 * PART // 8 + 500))

    def measure(self, there):
        """dBm0 of itself alone and while both speak, the S/N with which the telephone was heard, stalls of the span."""
        self.lab.finish(self.client, "echo")
        heard = self.phone.heard_octets()
        found = compare(self.lab, there[:PART - LEAD], "a", heard[2 * PART - LEAD:3 * PART], "a")
        begin = 2 * PART - LEAD + found["begin"]
        echo = [LINEAR[o] for o in heard[PART + LEAD:2 * PART - LEAD]]
        both = compare(self.lab, there[LEAD:PART - LEAD], "a", heard[begin + PART + LEAD:begin + 2 * PART], "a", "-r")
        return {"levels": (dbm0(echo), both["left_dbm0"]), "snr_db": found["snr_db"], "heard": found["matched"] > 0.8 * PART,
                "stalls": sum(row["stalls"] for row in self.lab.show("spans"))}


def measure(build, exchange_template, caller, here, there):
    """Both calls at once."""
    calls = [Call(build, i, setting) for i, setting in enumerate(SETTINGS)]
    try:
        for call in calls:
            call.start(exchange_template, caller, here, there)
        found = [call.measure(there) for call in calls]
    finally:
        for call in calls:
            call.lab.stop()
    for call in calls:
        call.lab.remove()
    return found


def run(build, exchange_template, caller, watch):
    """Prints what was measured, returns whether it is as it should be; again where the machine stood still."""
    here = part(speech("Is my own voice coming back to me? I am speaking to a telephone with two wires."))
    there = part(speech("Hello, this is the telephone. I hear you well, and do you hear me?", "en-us"))
    for attempt in range(AGAIN + 1):
        start = time.monotonic()
        off, on = measure(build, exchange_template, caller, here, there)
        good = off["levels"][0] - on["levels"][0] > BETTER_DB and off["heard"] and on["heard"]
        stalls = off["stalls"] + on["stalls"]
        stood = (stalls or not good) and watch.excuse_ms(start, HEARD)
        if attempt == AGAIN or not stood:
            break
        print(f"the machine stood still for {stood:.0f} ms, which moves the echo and has it learnt anew; once more")
        watch.wait_quiet()
    print(f"echo of a telephone whose hybrid has a return loss of {ERL_DB} dB, {DELAY_MS} ms away; the SIP side speaks at "
          f"{dbm0([LINEAR[o] for o in here]):.1f} dBm0 and hears of itself")
    for name, before, after in zip(NAMES, off["levels"], on["levels"]):
        print(f"  {name:17} echo-cancel = {SETTINGS[0]}: {before:6.1f} dBm0   echo-cancel = {SETTINGS[1]}: {after:6.1f} dBm0   "
              f"ERLE {before - after:5.1f} dB")
    print(f"  the telephone is heard with {off['snr_db']:.1f} dB and {on['snr_db']:.1f} dB"
          f"{f'; stalls of this machine: {stalls}' if stalls else ''}")
    return good
