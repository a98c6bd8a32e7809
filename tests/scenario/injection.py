# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Forged RTP against calls that go on: nothing of it is heard, and nothing goes to who sent it."""
import os
import re
import socket
import struct
import time

from harness import PATIENT, Group, wait_until, wav_octets
from calls import VOICE_A
from lab import alaw_wav
from sipp import Caller

FORGED = 100000 if os.environ.get("PROOF") else 5000
RATE = 4000  # a second
PLAN = """
number "0301" { action = answer delay = 50ms play = "file:FOLDER/b.wav" record = true }
number "0320" { action = answer delay = 2s play = "file:FOLDER/b.wav" record = true }
"""
group = Group("injection", PLAN, files={"b.wav": lambda: alaw_wav(VOICE_A() * 10)}, pbx_more=PATIENT)


def gateway_port(case, call_id):
    """Where the gateway listens for the call, as its ladder has it."""
    found = wait_until("the call's RTP port", lambda: re.search(r"RTP open [0-9.]+:(\d+)", case.lab.ctl("ladder", call_id)))
    return int(found.group(1))


class Forger:
    """Packets as if they were of the call: right payload type, running numbers, loud."""

    def __init__(self, port):
        self.to = ("127.0.0.1", port)
        self.socks = []
        for host in ("127.0.0.66", "127.0.0.1", "127.0.0.1"):  # another address, other ports
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((host, 0))
            sock.setblocking(False)
            self.socks.append(sock)
        self.sent = 0

    def flood(self, count, own=None):
        """count packets in runs of 16, each source's in sequence; own: the phone's socket, from which another SSRC comes."""
        sources = [(self.socks[0], 0x1234), (self.socks[1], 0x1234), (self.socks[2], 0x9999)]  # 0x1234 is the phone's SSRC
        if own:
            sources.append((own, 0x7777))
        sequences = [1] * len(sources)
        start = time.monotonic()
        for i in range(count):
            which = i // 16 % len(sources)
            source, ssrc = sources[which]
            source.sendto(struct.pack("!BBHII", 0x80, 8, sequences[which] & 0xFFFF, sequences[which] * 160, ssrc)
                          + b"\x2a" * 160, self.to)
            sequences[which] += 1
            self.sent += 1
            if i % 16 == 15:
                time.sleep(max(0, start + (i + 1) / RATE - time.monotonic()))

    def received(self):
        count = 0
        for sock in self.socks:
            try:
                while True:
                    sock.recv(2048)
                    count += 1
            except BlockingIOError:
                pass
        return count

    def close(self):
        for sock in self.socks:
            sock.close()


def attack(case, to, count, talk, own):
    """Floods a call from its first second on; what the call says of it."""
    phone, stalls = case.lab.phone(), case.stalls()
    if talk:
        phone.speak(VOICE_A())
    else:
        phone.running = False  # it never says a word: only the address tells who it is
    client = case.client(Caller(to, port=phone.port).ended_by_peer(), seconds=300)
    call_id = wait_until("the call", lambda: case.lab.show("calls"))[0]["call"]
    forger = Forger(gateway_port(case, call_id))
    if talk:
        case.wait_packets(phone)
        wait_until("the phone to speak", lambda: case.lab.show("media")[0]["packets_in"] > 0)
    before = phone.packets
    forger.flood(count, phone.sock if own else None)
    case.wait_calls(1)
    if talk:
        case.true("the phone hears no more", phone.packets > before)
        wait_until("the voice to end", lambda: len(phone.heard_octets()) > len(VOICE_A()) + 8000, 60)
    diverted = forger.received()
    forger.close()
    case.lab.tell_exchange("release")
    case.finish(client)
    media = case.cdr()["in"]["media"]
    case.equal("packets diverted", diverted, 0)
    case.true(f"only {media['refused']} of {forger.sent} refused", media["refused"] > 0.98 * forger.sent)
    return phone, media, stalls


@group.scenario("Forged packets of another address, port or SSRC, beside a call from its first packet on: 0 heard, 0 diverted")
def forged_beside_speech(case):
    _, media, stalls = attack(case, "0301", FORGED, True, True)
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_A(), octets, law, stalls=stalls)
    case.true("loud octets on the line", octets.count(b"\x2a" * 40) == 0)
    case.true("no packet of the phone came", media["packets_in"] > 0.9 * len(VOICE_A()) / 160)


@group.scenario("Forged packets in the first seconds, to a peer that is silent: 0 heard, 0 diverted")
def forged_before_speech(case):
    _, media, _ = attack(case, "0320", FORGED // 10 + 8000, False, False)
    case.equal("packets in", media["packets_in"], 0)
    octets, _ = wav_octets(case.report()["recording"]["file"])
    case.true("loud octets on the line", octets.count(b"\x2a") == 0)


@group.scenario("RFC 3389: forged packets of another SSRC, from the phone's own port, in a pause that it announced: 0 heard")
def forged_in_a_pause(case):
    phone = case.lab.phone()
    client = case.client(Caller("0301", port=phone.port).ended_by_peer(), seconds=300)
    call_id = wait_until("the call", lambda: case.lab.show("calls"))[0]["call"]
    forger = Forger(gateway_port(case, call_id))
    wait_until("the phone to speak", lambda: case.lab.show("media")[0]["packets_in"] > 20)
    phone.running = False
    phone.thread.join()
    for sequence in (30001, 30002):  # whatever the last one was: two are believed
        phone.sock.sendto(struct.pack("!BBHII", 0x80, 13, sequence, sequence * 160, 0x1234) + b"\x3c", forger.to)
    wait_until("the pause", lambda: case.lab.show("media")[0]["cn_in"] > 0)
    before = case.lab.show("media")[0]["packets_in"]
    forger.flood(3 * RATE, phone.sock)
    diverted = forger.received()
    packets = case.lab.show("media")[0]["packets_in"]
    forger.close()
    case.lab.tell_exchange("release")
    case.finish(client)
    case.equal("packets diverted", diverted, 0)
    case.equal("packets in", packets, before)
    case.true("not all refused", case.cdr()["in"]["media"]["refused"] >= forger.sent)
    octets, _ = wav_octets(case.report()["recording"]["file"])
    case.true("loud octets on the line", octets.count(b"\x2a" * 40) == 0)
