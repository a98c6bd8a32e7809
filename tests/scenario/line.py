# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The line card: what is done with a bearer's sound, with the echo canceller as it is by default."""
import math

from harness import HEARD, PATIENT, Group, speech, wait_until, wav_octets
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


@group.scenario("causewayctl echo: off by hand the far end's echo comes back, on again it goes; what is wrong is refused")
def echo_switched(case):
    lab, phone = case.lab, case.lab.phone()
    phone.speak(speech("This is a telephone in the internet.") * 20)
    client = case.client(Caller("0301", port=phone.port).ended_by_peer(), seconds=60)
    call = wait_until("the answer", lambda: [c["call"] for c in lab.show("calls") if c["state"] == "active"])[0]

    def state():
        return lab.show("bearers")[0]["echo"]

    def loss_db():
        at = len(phone.heard_octets())
        wait_until("two seconds more", lambda: len(phone.heard_octets()) >= at + 16000)
        return 10 * math.log10(1e9) - power_db(phone.heard_octets()[at:at + 16000])

    wait_until("the canceller", lambda: state() == "converged", 20)
    low = loss_db()
    case.true("the answer names call and side", f"{call} out: echo canceller off" in lab.ctl("echo", call, "off"))
    wait_until("the canceller to be off", lambda: state() == "off")
    high = loss_db()
    case.true(f"{HEARD} the echo only {low - high:.1f} dB louder without the canceller", low - high >= 15)
    lab.ctl("echo", call, "on", "out")
    wait_until("the canceller", lambda: state() == "converged", 20)
    for words in ((call, "off", "in"), ("no-call", "off"), (call, "what"), (call, "off", "where")):
        case.equal(f"answer to echo {words}", lab.ctl("echo", *words, check=False), "")
    case.equal("canceller", state() in ("converged", "double-talk"), True)
    lab.ctl("echo", call, "off")
    wait_until("the canceller to be off", lambda: state() == "off")
    lab.tell_exchange("release")
    case.finish(client)
    case.equal("state in the record", case.cdr()["out"]["media"]["echo"]["state"], "off")
    case.equal("log lines", lab.read("gateway.log").count("echo canceller of side out off, by an operator"), 2)
