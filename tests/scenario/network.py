# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Calls over a bad network, by way of tests/tools/impair, and what is negotiated against it."""
import json
import math
import os
import re
import statistics
import struct
import subprocess
import time

from harness import HEARD, PATIENT, Group, wait_until, wav_octets
from calls import tshark
from lab import Phone, alaw, alaw_wav, compare
from sipp import IN_DIALOG, REPLY, Caller, expect, message, pause, scenario, with_body

PROOF = bool(os.environ.get("PROOF"))
DIGITS = 500 if PROOF else 30
KEYS = "0123456789*#ABCD"
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
PAD = "123A456B789C*0#D"
FIRST, CLEAN_END = 20, 40  # packets before the network is bad, and after it


def dialled(count, seed):
    """Digits such that no two neighbours are alike: one that is lost or doubled shows."""
    out = ""
    while len(out) < count:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        digit = KEYS[seed >> 16 & 15]
        if not out or out[-1] != digit:
            out += digit
    return out


def tones(digits, on_ms, off_ms):
    """A WAV file of DTMF at -9 dBm0 a tone."""
    octets = bytearray()
    for digit in digits:
        row, column = divmod(PAD.index(digit), 4)
        for i in range(8 * on_ms):
            t = i / 8000
            octets.append(alaw(int(8100 * (math.sin(2 * math.pi * ROWS[row] * t)
                                           + math.sin(2 * math.pi * COLUMNS[column] * t)))))
        octets.extend(b"\xd5" * (8 * off_ms))
    return bytes(octets)


SENT_100, SENT_50 = dialled(DIGITS, 1), dialled(DIGITS, 2)
PLAN = """
number "0301" { action = answer delay = 50ms play = echo record = true }
number "0340" { action = answer delay = 50ms play = "file:FOLDER/dtmf100.wav" }
number "0342" { action = answer delay = 50ms send-dtmf = "2468" dtmf-delay = 1500ms }
number "0341" { action = answer delay = 50ms play = "file:FOLDER/dtmf50.wav" }
"""
group = Group("network", PLAN, files={"dtmf100.wav": lambda: alaw_wav(b"\xd5" * 8000 + tones(SENT_100, 100, 100)),
                                      "dtmf50.wav": lambda: alaw_wav(b"\xd5" * 8000 + tones(SENT_50, 50, 60))})


class Network:
    """A relay between a phone and the gateway; its far port is what the phone's description names."""

    def __init__(self, lab, *words, name="impair"):
        self.log = lab.path(f"{name}.log")
        self.process = lab.spawn(name, [f"{lab.build}/tests/tools/impair", "-o", self.log, *map(str, words)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.near, self.far = map(int, self.process.stdout.readline().split())

    def counts(self):
        self.process.stdin.write("counts\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait(self, path, packets, seconds=30):
        """Until so many have come."""
        return wait_until(f"{packets} packets", lambda: (lambda c: c[path]["packets"] >= packets and c)(self.counts()), seconds)

    def delays(self, path):
        """Of every packet that went, in ms."""
        self.counts()
        with open(self.log, encoding="ascii") as f:
            rows = [line.split() for line in f]
        return [int(row[4]) / 1000 for row in rows if row[0] == path and row[3] != "dropped"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class NetPhone(Phone):
    """A phone that hears a digit by any of its packets, and speaks RFC 2198 when it is told to."""

    def __init__(self, network, red=None, generations=0, **more):
        self.red, self.generations, self.sent, self.red_in = red, generations, [], 0
        self.events = {}  # timestamp -> event
        self.event_at = time.monotonic()
        super().__init__(**more)
        self.remote = ("127.0.0.1", network.near)

    def take(self, kind, timestamp, payload):
        if kind == self.red and self.red:
            self.red_in += 1
            for inner in self.blocks(timestamp, payload):
                self.take(*inner)
        elif kind == 101 and len(payload) >= 4:
            self.events[timestamp] = payload[0]
            self.event_at = time.monotonic()
        else:
            super().take(kind, timestamp, payload)

    @staticmethod
    def blocks(timestamp, payload):
        """RFC 2198 3: the blocks of a packet, oldest first."""
        heads, at = [], 0
        while payload[at] & 0x80:
            word = struct.unpack("!I", payload[at:at + 4])[0]
            heads.append((word >> 24 & 0x7F, timestamp - (word >> 10 & 0x3FFF) & 0xFFFFFFFF, word & 0x3FF))
            at += 4
        heads.append((payload[at], timestamp, None))
        at += 1
        for kind, stamp, size in heads:
            end = len(payload) if size is None else at + size
            yield kind, stamp, payload[at:end]
            at = end

    def send(self, kind, sequence, timestamp, payload, marker):
        if not self.red:
            super().send(kind, sequence, timestamp, payload, marker)
            return
        older = [s for s in self.sent if s[:2] != (kind, timestamp) and timestamp - s[1] < 1 << 14][-self.generations:]
        head = b"".join(struct.pack("!I", 1 << 31 | k << 24 | (timestamp - t) << 10 | len(p)) for k, t, p in older)
        body = head + bytes([kind]) + b"".join(p for _, _, p in older) + payload
        self.sent = [s for s in self.sent if s[:2] != (kind, timestamp)][-8:] + [(kind, timestamp, payload)]
        super().send(self.red, sequence, timestamp, body, marker)

    def since_event(self):
        """Seconds since the last packet of one, or since it began."""
        return time.monotonic() - self.event_at

    def heard_events(self):
        return "".join(KEYS[event] for _, event in sorted(self.events.items()))


def net_phone(case, network, **more):
    phone = NetPhone(network, **more)
    case.lab.phones.append(phone)
    return phone


SDP = """v=0
o=net 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP {formats}
{lines}a=sendrecv
"""
PLAIN = ("8 101", "a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=ptime:20\n")
RED = ("121 8 101", "a=rtpmap:121 red/8000\na=fmtp:121 8/8/8/8\n" + PLAIN[1])


def call(case, to, port, media=PLAIN, hold_ms=600000):
    """Starts a call whose media is at port; SIPp is ended by end()."""
    caller = Caller(to, port=port)
    caller.body = SDP.format(port=port, formats=media[0], lines=media[1])
    return case.client(caller.ended_by_peer(), seconds=hold_ms // 1000)


def end(case, client):
    """The exchange lets go."""
    case.lab.tell_exchange("release")
    case.finish(client)


def media_of(case, call_id, side="in"):
    return next(row for row in case.lab.show("media") if row["call"] == call_id and row["side"] == side)


def configure(case, more):
    """What the trunk to the peer has more; by a reload, as an operator would."""
    lab = case.lab
    lines = lab.read("gateway.conf").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith('sip "pbx"'))
    plain = getattr(lab, "plain_pbx", None) or lines[at]
    lab.plain_pbx = plain
    lines[at] = plain[:plain.rindex("}")] + more + " }"
    lab.write("gateway.conf", "\n".join(lines) + "\n")
    lab.ctl("reload")


# --- what is agreed on ---

CLEAR = ("97 101", "a=rtpmap:97 CLEARMODE/8000\na=rtpmap:101 telephone-event/8000\n")
RICH = ("8 121 101 102 13", "a=rtpmap:121 red/8000\na=fmtp:121 8/8\na=rtpmap:101 telephone-event/8000\n"
        "a=fmtp:101 0-15,32-36\na=rtpmap:102 tone/8000\na=rtcp-mux\na=rtcp-xr:voip-metrics\na=ptime:10\na=maxptime:40\n")


@group.scenario("RFC 4040: clearmode is a call for 64 kbit/s, whose octets come through as they are, both ways")
def clearmode(case):
    configure(case, PATIENT)
    case.lab.ctl("capture", case.lab.path("all.pcapng"))
    phone = case.lab.phone(payload_type=97)
    octets = bytes((7 * i ^ i >> 8) & 0xFF for i in range(16000))
    phone.speak(octets)
    client = call(case, "0301", phone.port, CLEAR)
    case.wait_calls(1)
    wait_until("the octets to come back", lambda: len(phone.heard_octets()) > len(octets) + 8000)
    end(case, client)
    case.true(f"{HEARD} other octets than were sent", octets in phone.heard_octets())
    recorded, _ = wav_octets(case.report()["recording"]["file"])
    case.true(f"{HEARD} other octets on the line than were sent", octets in recorded)
    text = case.messages(client)
    case.true("the answer has more than was agreed on", "RTP/AVP 97\na=rtpmap:97 CLEARMODE/8000\na=ptime" in text)
    case.lab.ctl("capture", "stop")
    bearer = tshark(case.lab, "-Y", "isup.message_type == 1", "-T", "fields", "-e", "isup.transmission_medium_requirement")
    case.equal("transmission medium (Q.763 3.54)", bearer.split(), ["2"])


@group.scenario("RFC 3264: redundancy, events, tones, comfort noise, packet times, rtcp-mux and XR of an offer are answered and used")
def everything(case):
    configure(case, 'redundancy = 2 events = "0-16,32-36" audio-tone = true comfort-noise = true rtcp-mux = true rtcp-xr = true')
    phone = Listening()
    case.lab.phones.append(phone)
    phone.speak(b"\x2a\xaa" * 4000)
    client = call(case, "0301", phone.port, RICH)
    case.wait_calls(1)
    wait_until("comfort noise", lambda: phone.kinds.get(13))
    wait_until("VoIP metrics on RTP's port", lambda: phone.metrics, 15)
    end(case, client)
    text = case.messages(client)
    for line in ("RTP/AVP 121 8 101 102 13", "a=fmtp:121 8/8/8", "a=fmtp:101 0-16,32-36", "a=rtpmap:102 tone/8000",
                 "a=rtpmap:13 CN/8000", "a=maxptime:60", "a=rtcp-mux", "a=rtcp-xr:voip-metrics"):
        case.true(f"the answer has no {line}", line + "\n" in text[text.index("SIP/2.0 200"):])
    case.true(f"packets of other lengths than 10 ms and one before: {phone.red_lengths}", {80, 160} >= phone.red_lengths > set())
    m = case.cdr()["in"]["media"]
    case.true("no comfort noise counted", m["cn_out"] > 0)
    case.true("no quality", m["quality"]["r_factor"] > 80)


@group.scenario("V.152: voice-band data has a payload type of its own, by which each end tells the other of a fax or modem")
def vbd_payload(case):
    configure(case, "vbd-payload = true")
    phone = Listening()
    case.lab.phones.append(phone)
    phone.speak(b"\x2a\xaa" * 4000)
    client = call(case, "0301", phone.port, ("8 98", "a=rtpmap:98 PCMA/8000\na=gpmd:98 vbd=yes\n"))
    case.wait_calls(1)
    wait_until("speech", lambda: phone.kinds.get(8, 0) > 25)
    case.true("voice-band data before there was any", 98 not in phone.kinds)
    phone.payload_type = 98
    wait_until("voice-band data from the gateway, too", lambda: phone.kinds.get(98, 0) > 25)
    end(case, client)
    text = case.messages(client)
    answer = text[text.index("SIP/2.0 200"):]
    case.true("the answer does not agree", "RTP/AVP 8 98\n" in answer and "a=rtpmap:98 PCMA/8000\na=gpmd:98 vbd=yes\n" in answer)
    media = case.cdr()["in"]["media"]
    case.equal("times it was voice-band data", media["vbd"], 1)
    case.equal("packets refused", media["refused"], 0)


class Listening(Phone):
    """A phone that keeps what kinds of packets it got."""

    def __init__(self):
        self.kinds, self.red_lengths, self.metrics = {}, set(), False
        super().__init__()

    def take(self, kind, timestamp, payload):
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == 121:
            self.red_lengths.add(sum(len(p) for _, _, p in NetPhone.blocks(timestamp, payload)))
        if 72 <= kind <= 79:  # RTCP, whose first eight octets are gone
            self.metrics |= b"\x07\x00\x00\x08" in payload  # RFC 3611 4.7
        super().take(kind, timestamp, payload)


# --- digits by INFO ---

def info_in(caller, digit, cseq):
    text = caller.text(IN_DIALOG, method="INFO", cseq=cseq)
    return message(text + "\nContent-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal=" + digit
                   + "\nDuration=120\n", retrans="500")


@group.scenario("dtmf = info: INFO is tones on the bearer, tones are INFO, and leave the audio")
def digits_by_info(case):
    configure(case, "dtmf = info")
    phone = case.lab.phone()
    caller = Caller("0342", port=phone.port)
    steps = [caller.invite(), expect("100", True), expect("180", True), expect("183", True), expect("200", rrs="true"),
             caller.ack()]
    for at, digit in enumerate("19#"):
        steps += [info_in(caller, digit, at + 2), expect("200")]
    for _ in "2468":
        steps += [expect("INFO"), message(REPLY.format(status="200 OK", tag="", contact="", more="Content-Length: 0"))]
    steps += [pause(300), message(with_body(caller.text(IN_DIALOG, method="BYE", cseq=5), ""), retrans="500"), expect("200")]
    client = case.client(scenario(*steps))
    case.finish(client)
    case.equal(f"{HEARD} at the exchange", case.report()["digits"], "19#")
    case.equal(f"{HEARD} and told by INFO", re.findall(r"^Signal=(.)", case.messages(client).split("Signal=#")[-1], re.M), list("2468"))
    case.equal("digits as events", phone.heard_digits(), "")
    sound = compare(case.lab, tones("2468", 100, 100), "a", phone.heard_octets(), "a")
    case.true(f"{HEARD} the tones, too: {sound}", sound["matched"] < 1200)


@group.scenario("dtmf-detection: digits in a phone's audio are heard, and leave for the circuit as they came, once")
def digits_in_audio(case):
    configure(case, "dtmf = inband dtmf-detection = on")
    phone = case.lab.phone()
    phone.speak(b"\xd5" * 8000 + tones("1592#", 80, 80) + b"\xd5" * 80000)
    client = case.client(Caller("0301", port=phone.port).answered(4000))
    case.finish(client)
    case.equal(f"{HEARD} at the exchange", case.report()["digits"], "1592#")
    case.equal(f"{HEARD} by the gateway", case.cdr()["in"]["media"]["dtmf_in"], 5)


# --- losses are counted ---

def bad(case, name, *words):
    """A call over a network that is bad for 300 packets; what it did, and what the gateway says of it."""
    network = Network(case.lab, "-t", "-p", 60, "-c", FIRST, "-n", 300, *words, name=name)
    phone = net_phone(case, network)
    phone.speak(b"\x11" * 80000)
    return network, call(case, "0301", network.far)


@group.scenario("1, 3, 10 % lost, 10 % in bursts of 5, 2 % reordered, 1 % doubled, 60 ms of jitter: every count is exact")
def counted(case):
    configure(case, 'jitter-buffer = fixed jitter = "220-300"')
    stalls = case.stalls()
    rates = ((1, 1), (3, 1), (10, 1), (10, 5))
    calls = [bad(case, f"net-{loss}-{burst}", "-s", 7 + loss + burst, "-l", loss, "-b", burst, "-j", 60, "-r", 2, "-d", 1)
             for loss, burst in rates]
    case.wait_calls(len(calls))
    done = [network.wait("to", FIRST + 300 + CLEAN_END)["to"] for network, _ in calls]
    time.sleep(0.5)
    case.lab.tell_exchange("release")
    for _, client in calls:
        case.finish(client)
    for network, _ in calls:
        network.close()
    got = sorted((m["lost"], m["duplicate"], m["reordered"]) for m in
                 (case.cdr(i + 1)["in"]["media"] for i in range(len(calls))))
    case.equal("lost, doubled, reordered", got, sorted((d["dropped"], d["doubled"], d["reordered"]) for d in done))
    case.true("nothing was lost", sum(d["dropped"] for d in done) > 50 and sum(d["reordered"] for d in done) > 5)
    for i in range(len(calls)):
        m = case.cdr(i + 1)["in"]["media"]
        if case.stalls() == stalls:
            case.equal("concealed ms", m["concealed_ms"], 20 * (m["lost"] + m["late"]))
        case.equal("recovered", m["recovered"], 0)
        case.true("no quality", m["quality"]["r_factor"] > 20)


@group.scenario("Jitter of 60 ms: the adaptive buffer adds at most its p95 and 20 ms")
def delay(case):
    configure(case, "")
    network = Network(case.lab, "-t", "-p", 60, "-c", FIRST, "-s", 3, "-j", 60, "-l", 3, "-r", 2, "-d", 1)
    phone = net_phone(case, network)
    phone.speak(b"\x11" * 200000)
    stalls, client = case.stalls(), call(case, "0301", network.far)
    call_id = case.wait_calls(1)[0]["call"]
    network.wait("to", 300)
    got = []
    while network.counts()["to"]["packets"] < 600:
        got.append(media_of(case, call_id)["delay_ms"])
        time.sleep(0.2)
    p95 = statistics.quantiles(network.delays("to")[FIRST:], n=20)[18]
    worst = statistics.quantiles(got, n=20)[18]
    end(case, client)
    network.close()
    case.true(f"delay {worst} ms (of {sorted(got)}) for jitter of {p95:.1f} ms at p95", worst <= p95 + 20)
    m = case.cdr()["in"]["media"]
    if case.stalls() == stalls:
        case.true(f"{m['late']} of {m['packets_in']} packets late", m["late"] <= 0.06 * m["packets_in"])


# --- digits ---

def digits_both_ways(case, to, network, phone, sent, media, duration, gap):
    """The phone dials, the exchange plays tones; digits by each side, heard by the other."""
    heard, batch = "", 100
    client = call(case, to, network.far, media)
    case.wait_calls(1)
    case.wait_packets(phone)
    for at in range(0, len(sent), batch):
        phone.dial(sent[at:at + batch], duration, gap)
        wait_until("the digits to be sent", lambda: not phone.queue, 200)
    wait_until("the other end's digits to be over", lambda: phone.since_event() > 3, 120)
    time.sleep(1)  # what the phone dialled last is on its way
    end(case, client)
    heard += case.report()["digits"]
    return heard, phone.heard_events()


@group.scenario("10 % lost, jitter, reordered, doubled: no digit of 100 ms is lost or doubled, either way")
def digits(case):
    configure(case, "")
    network = Network(case.lab, "-s", 11, "-l", 10, "-j", 60, "-r", 2, "-d", 1)
    phone = net_phone(case, network)
    dialled_in, heard = digits_both_ways(case, "0340", network, phone, SENT_100, PLAIN, 800, 800)
    network.close()
    case.equal(f"{HEARD} at the phone", heard, SENT_100)
    case.equal(f"{HEARD} at the exchange", dialled_in, SENT_100)


@group.scenario("RFC 2198: 10 % lost in bursts of 5, and no digit of 50 ms is lost or doubled, either way")
def digits_redundant(case):
    configure(case, "redundancy = 3")
    network = Network(case.lab, "-s", 12, "-l", 10, "-b", 5, "-r", 2, "-d", 1)
    phone = net_phone(case, network, red=121, generations=3)
    dialled_in, heard = digits_both_ways(case, "0341", network, phone, SENT_50, RED, 400, 640)
    network.close()
    case.true("no redundancy came", phone.red_in > 100)
    case.true("nothing was recovered", case.cdr()["in"]["media"]["recovered"] > 0)
    case.equal(f"{HEARD} at the phone", heard, SENT_50)
    case.equal(f"{HEARD} at the exchange", dialled_in, SENT_50)
