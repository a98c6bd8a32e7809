# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""What callers hear from the gateway of calls that are not answered: tones of a country and announcements, both ways."""
import math
import struct

from calls import VOICE_A, VOICE_B
from harness import HEARD, PATIENT, Group, wav_octets
from lab import Failure, alaw_wav
from sipp import Callee, Caller

PLAN = """
number "0302" { action = busy }
number "0303" { action = unallocated }
number "0304" { action = reject }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	record = early hold = 500ms }
"""

CONF = """
tones {{ country = "us" time = 1s }}
treatment {{ unobtainable = tone }}
"""


def prepare(lab):
    text = lab.read("gateway.conf").replace("PATH", lab.folder)
    lab.write("gateway.conf", text + CONF.format())
    lab.start()


group = Group("treatments", PLAN, files={"a.wav": lambda: alaw_wav(VOICE_A()), "b.wav": lambda: alaw_wav(VOICE_B())},
              prepare=prepare, pbx_more=PATIENT + ' tones = "de" treatment { busy = "PATH/b.wav" }',
              isup_more='treatment { busy = "PATH/a.wav" ringback = "PATH/b.wav" }')


def linear(octet):
    """A-law to its value, ITU-T G.711."""
    code = octet ^ 0x55
    segment, step = (code >> 4) & 7, code & 0x0F
    magnitude = ((step * 2 + 1) if segment == 0 else ((step * 2 + 33) << (segment - 1))) << 3
    return magnitude if code & 0x80 else -magnitude


def level(octets, hertz):
    """dBm0 of one frequency, by correlation."""
    samples = [linear(o) for o in octets]
    re = sum(s * math.cos(2 * math.pi * hertz * i / 8000) for i, s in enumerate(samples))
    im = sum(s * math.sin(2 * math.pi * hertz * i / 8000) for i, s in enumerate(samples))
    return 20 * math.log10(2 * math.hypot(re, im) / len(samples) / 32256 + 1e-9) + 3.14


def tone_begin(octets):
    return next((i for i, o in enumerate(octets) if abs(linear(o)) > 1000), len(octets))


@group.scenario("A busy announcement of the caller's trunk is heard whole as early media (183), then 486")
def busy_announced(case):
    phone, stalls = case.lab.phone(), case.stalls()
    client = case.client(Caller("0302", port=phone.port).failed(486))
    case.finish(client)
    case.released(17, "out")
    case.true("no 183", "183 Session Progress" in case.messages(client))
    case.heard(VOICE_B(), phone.heard_octets(), "a", stalls=stalls)


@group.scenario("E.180: the special information tone of the trunk's country before the 404 of an unallocated number")
def unobtainable_tone(case):
    phone = case.lab.phone()
    client = case.client(Caller("0303", port=phone.port).failed(404))
    case.finish(client)
    octets = phone.heard_octets()
    start = tone_begin(octets)
    for at, hertz in ((0, 950), (2640, 1400), (5280, 1800)):
        got = level(octets[start + at + 200:start + at + 2200], hertz)
        case.true(f"{HEARD} {hertz} Hz at {got:.1f} dBm0", abs(got + 10) < 0.5)


@group.scenario("A cause for which nothing is configured is told of at once")
def nothing_configured(case):
    client = case.client(Caller("0304").failed(603))
    case.finish(client)
    case.true("a 183", "183 Session Progress" not in case.messages(client))


@group.scenario("RFC 3398 8.2.6: a peer's 486 towards the exchange: ACM in band, the announcement whole, then REL 17")
def busy_announced_to_exchange(case):
    stalls = case.stalls()
    server = case.server(Callee().refuses("486 Busy Here"))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.released(17, "out")
    report = case.report()
    case.equal("cause at the exchange", report["cause"], 17)
    case.true("no in-band ACM", any(e["event"] in ("ACM", "CPG") and "in-band" in e["text"] for e in report["events"]))
    octets, law = wav_octets(report["recording"]["file"])
    case.heard(VOICE_A(), octets, law, stalls=stalls)


@group.scenario("A ringback announcement in the place of the tone, over and over, ended by the answer")
def ringback_announced(case):
    server = case.server(Callee().answers(1500))
    case.lab.tell_exchange("call in")
    case.finish(server)
    octets, _law = wav_octets(case.report()["recording"]["file"])
    voice = VOICE_B()
    pieces = [voice[at:at + 400] for at in range(2000, 8000, 400)]
    found = sum(1 for piece in pieces if piece in octets)
    case.true(f"{HEARD} only {found} of {len(pieces)} pieces of the announcement, by the recording", found >= len(pieces) - 2)
    case.true("it goes on after the answer", octets[-2000:] == bytes([0xD5]) * 2000)


@group.scenario("A wrong announcement leaves a reload without effect, and names the file and what would be right")
def wrong_announcement(case):
    lab = case.lab
    text = lab.read("gateway.conf")
    pcm = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 38, b"WAVE", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16, b"data", 2) + b"\0\0"
    lab.write("stereo.wav", pcm)
    lab.write("gateway.conf", text.replace("b.wav", "stereo.wav"))
    try:
        out = lab.ctl("reload")
    except Failure as refusal:
        out = str(refusal)
    case.true(f"the answer is {out!r}", "stereo.wav: " in out and "right is a WAV file of 8000 samples/s" in out)
    lab.write("gateway.conf", text)
    case.true("the reload fails", "in force" in lab.ctl("reload"))
    phone = lab.phone()
    case.finish(case.client(Caller("0302", port=phone.port).failed(486)))
    case.true("no announcement", len(phone.heard_octets()) > len(VOICE_B()) - 800)
