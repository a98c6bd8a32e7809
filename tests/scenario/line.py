# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The line card: what is done with a bearer's sound, with the echo canceller as it is by default."""
import math

from harness import HEARD, PATIENT, Group, speech, wav_octets
from sipp import Caller

PLAN = """
number "0301" { action = answer delay = 500ms play = echo record = true }
"""
LOSS_DB = 20
LEARNT = 2 * 8000

group = Group("line", PLAN, echo="128ms", pbx_more=PATIENT)


def linear(octet):
    """A-law, ITU-T G.711 table 1a."""
    octet ^= 0x55
    segment, step = octet >> 4 & 7, octet & 0x0F
    value = step * 16 + 8 if segment == 0 else (step * 16 + 264) << (segment - 1)
    return value if octet & 0x80 else -value


def power_db(octets):
    return 10 * math.log10(sum(linear(octet) ** 2 for octet in octets) / max(1, len(octets)) + 1)


@group.scenario("G.168: the speech that a far end sends back is taken away, by 20 dB and more; the other direction is exact")
def echo_cancelled(case):
    voice = speech("This is a telephone in the internet. The line that I am calling sends back all that I say, and I "
                   "do not want to hear any of it.")
    phone, stalls = case.lab.phone(), case.stalls()
    phone.speak(voice)
    case.run(Caller("0301", port=phone.port).answered(int(len(voice) / 8) + 1500))
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(voice, octets, law, stalls=stalls)
    loss = power_db(voice[LEARNT:]) - power_db(phone.heard_octets()[LEARNT:len(voice)])
    case.true(f"{HEARD} the echo only {loss:.1f} dB below the voice", loss >= LOSS_DB)
    echo = case.cdr()["out"]["media"]["echo"]
    case.equal("state", echo["state"] in ("converged", "converging", "double-talk"), True)
    case.true(f"{HEARD} with ERL {echo['erl_db']}, ERLE {echo['erle_db']} dB", echo["erl_db"] <= 6 and echo["erle_db"] >= 10)
