# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""ISUP to ISUP: a call from the exchange that goes back to it, two bearers joined with nothing between them."""
from harness import Group, wait_until
from lab import GATEWAY, alaw_wav, speech, wav_octets

ROUTE = 'route "transit" { prefix = "308" prepend = "0" from = "pstn" to = {"pstn"} }\n'
SPEAK_S = 3
LEAD = bytes([0xD5]) * 4000  # both have answered before they speak
PLAN = f"""
number "0308" {{ action = answer delay = 200ms play = "file:FOLDER/b.wav" record = true }}
originate "over" {{ called = "308" calling = "301234567" noa = national calling-noa = national start = trigger
	play = "file:FOLDER/a.wav" record = true hold = {SPEAK_S + 2}s }}
"""
VOICES = "One call, two timeslots, and nothing in between.", "What comes in here goes out there, octet by octet."
voice = [None, None]


def said(index):
    if voice[index] is None:
        voice[index] = (speech(VOICES[index]) * 8)[:SPEAK_S * 8000]
    return voice[index]


def prepare(lab):
    lab.write("gateway.conf", GATEWAY.format(**lab.values) + ROUTE)
    lab.start()


FILES = {"a.wav": lambda: alaw_wav(LEAD + said(0)), "b.wav": lambda: alaw_wav(LEAD + said(1))}
group = Group("transit", PLAN, files=FILES, prepare=prepare)


def joined_call(case, by):
    """Both hear each other to the octet, and the octets that the engine or the driver (by) passes need no repair."""
    case.lab.tell_exchange("call over")
    rows = wait_until("two bearers joined", lambda: (lambda rows: len(rows) == 2 and
                      all(row["joined_by"] == by for row in rows) and rows)(case.lab.show("bearers")), 15)
    case.equal("cancellers", [row["echo"] for row in rows], [None, None])
    case.released(16)
    reports = [case.report(number) for number in (1, 2)]
    for report in reports:
        octets, law = wav_octets(report["recording"]["file"])
        case.heard(said(0 if report["direction"] == "in" else 1), octets, law)


@group.scenario("Q.764 2.1, transit: IAM on to another circuit; speech both ways exact through the engine")
def speech_both_ways(case):
    joined_call(case, "engine")
    case.ladder_has("IAM", "ACM", "ANM", "REL", "RLC")
