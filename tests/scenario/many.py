# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""All circuits at once, and bad input beside calls that go on."""
import glob
import os
import random
import re
import time

from harness import PATIENT, Group, Raw, wait_until, wav_octets
from calls import VOICE_A, VOICE_B
from lab import TOP, alaw_wav
from sipp import Callee, Caller, expect, pause, scenario, sdp

PLAN = """
number "0301" { action = answer delay = 200ms play = echo record = true }
number "0310" { action = connect play = "tone:425" }
originate "thirty" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	count = 30 interval = 1ms hold = 2s }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger hold = 1s }
"""

group = Group("many", PLAN, allow="127.0.0.1", files={"b.wav": lambda: alaw_wav(VOICE_B())}, pbx_more=PATIENT)


@group.scenario("30 calls at once fill one E1; the 31st is 503 with cause 34 (RFC 3398 7.2.4.1)")
def thirty_and_one(case):
    phone = case.lab.phone()
    thirty = case.client(Caller("0310", port=phone.port).answered(6000), "-r", "30", "-m", "30", "-l", "30")
    case.wait_calls(30)
    one = case.client(Caller("0310").failed(503))
    case.finish(one)
    case.released(34)
    case.true("no Reason with cause 34", re.search(r"Reason: Q\.850 ?; ?cause=34", case.messages(one)))
    case.finish(thirty)
    case.cdr(31)
    answered = [c for c in case.lab.cdrs()[case.cdrs_before:] if c["answer"] and c["release"]["cause"] == 16]
    case.equal("calls answered and ended", len(answered), 30)


@group.scenario("Q.764 2.9.1: 30 calls from each side at once; dual seizure costs no circuit, every call ends defined")
def dual_seizure(case):
    caller = Caller("0310", port=case.lab.phone().port)
    fails = ('<recv response="503" optional="true" next="full"></recv>').replace("full", "1")
    either = scenario(caller.invite(), expect("100", True), expect("180", True), expect("183", True), fails,
                      expect("200", rrs="true"), caller.ack(), pause(2000), caller.bye(), expect("200", next="2"),
                      '<label id="1"/>', caller.ack_failure(10), '<label id="2"/>')
    callee = Callee(case.lab.phone().port)
    server = case.server(callee.answers(50), "-m", "30")
    client = case.client(either, "-r", "300", "-m", "30", "-l", "30")
    case.lab.tell_exchange("call thirty")
    case.finish(client)
    wait_until("60 reports or fewer with every outgoing call ended", lambda: sum(
        r["direction"] == "out" for r in case.lab.reports()[case.reports_before:]) >= 30, 20)
    case.lab.wait_idle()
    case.exchange_idle()
    server.terminate()
    server.wait(10)
    case.clients = [pair for pair in case.clients if pair[0] is not server]
    reports = case.lab.reports()[case.reports_before:]
    answered = sum(r["answered"] for r in reports)
    case.true(f"only {answered} calls were answered", answered >= 30)
    causes = {r["cause"] for r in reports if not r["answered"]}
    case.true(f"calls failed for other causes than want of circuits: {causes}", causes <= {34, 42, 44, 16})


# --- bad input ---

@group.scenario("RFC 3261 8.1.3.5 and 21: a source that belongs to no trunk is refused with 403")
def unknown_source(case):
    with Raw(case.lab, "127.0.0.2") as raw:
        case.equal("INVITE", raw.ask(body=sdp(6000))[0], 403)
        case.equal("OPTIONS", raw.ask("OPTIONS")[0], 403)


@group.scenario("RFC 3261 8.2 and 11: what cannot be done gets its status and what goes with it; OPTIONS gets 200")
def refusals(case):
    body = sdp(6000)
    g729 = body.replace("RTP/AVP 8 101", "RTP/AVP 18").replace("rtpmap:8 PCMA", "rtpmap:18 G729")
    with Raw(case.lab) as raw:
        status, text = raw.ask("OPTIONS")
        case.equal("OPTIONS", status, 200)
        case.true("no Allow", "Allow: " in text and "Accept: application/sdp" in text)
        for name, expected, header, words in (
                ("MESSAGE", 405, "Allow: ", {"method": "MESSAGE"}),
                ("an unknown method", 501, "Allow: ", {"method": "NONSENSE"}),
                ("BYE without a dialog", 481, "", {"method": "BYE", "tag": ";tag=nobody"}),
                ("INVITE with a strange To tag", 481, "", {"tag": ";tag=nobody", "body": body}),
                ("Require: 100rel-x", 420, "Unsupported: 100rel-x", {"more": "Require: 100rel-x\r\n", "body": body}),
                ("a body of another type", 415, "Accept: ", {"body": "hello", "content": "text/plain"}),
                ("Max-Forwards 0", 483, "", {"hops": 0, "body": body}),
                ("no codec in common", 488, "Warning: 305", {"body": g729}),
                ("SDP that is none", 400, "", {"body": "v=0\r\nnonsense"}),
                ("a user that is no number", 404, "", {"to": "alice", "body": body}),
                ("a number too long", 484, "", {"to": "0" * 60, "body": body}),
                ("no user", 484, "", {"uri": f"sip:127.0.0.1:{case.lab.sip}", "body": body}),
                ("mailto URI", 416, "", {"uri": "mailto:0301@example.org", "body": body}),
                ("an unallocated number", 404, "Reason: Q.850", {"to": "0399", "body": body})):
            status, text = raw.ask(**words)
            case.equal(name, status, expected)
            case.true(f"{name}: no {header}", header in text)
    case.run(Caller("0310").answered(200))


@group.scenario("Malformed SIP (RFC 4475 and noise) while a call goes on: answered or dropped, the call does not notice")
def malformed_sip(case):
    phone, stalls = case.lab.phone(), case.stalls()
    phone.speak(VOICE_A())
    client = case.client(Caller("0301", port=phone.port).answered(int(len(VOICE_A()) / 8) + 1500))
    case.wait_packets(phone)
    noise = random.Random(1)
    files = sorted(glob.glob(os.path.join(TOP, "tests", "vectors", "sip", "*", "*.dat")))
    case.true("no vectors", len(files) > 40)
    with Raw(case.lab) as raw:
        good = raw.request(body=sdp(6000)).encode()
        for path in files:
            with open(path, "rb") as f:
                raw.send(f.read()[:60000])
        for _ in range(300):
            part = bytearray(good[:noise.randrange(len(good))])
            for _ in range(noise.randrange(8)):
                if part:
                    part[noise.randrange(len(part))] = noise.randrange(256)
            raw.send(bytes(part))
            raw.send(bytes(noise.randrange(256) for _ in range(noise.randrange(200))))
            time.sleep(0.002)
    case.finish(client)
    report = next(r for r in case.lab.wait_report(case.reports_before + 1)[case.reports_before:]
                  if r["recording"] and r["recording"]["octets"] > 30000)
    octets, law = wav_octets(report["recording"]["file"])
    case.heard(VOICE_A(), octets, law, stalls=stalls)
    with Raw(case.lab) as raw:
        case.equal("OPTIONS afterwards", raw.ask("OPTIONS")[0], 200)
    for call in case.lab.show("calls"):
        case.lab.ctl("reset", "pstn", re.search(r"cic (\d+)", call["called_leg"]).group(1))


@group.scenario("Malformed RTP, and good RTP from a wrong source: nothing of it is heard")
def bad_rtp(case):
    phone, stalls = case.lab.phone(), case.stalls()
    phone.speak(VOICE_A())
    client = case.client(Caller("0301", port=phone.port).answered(int(len(VOICE_A()) / 8) + 1500))
    case.wait_packets(phone, 10)
    noise, number = random.Random(2), 0
    with Raw(case.lab) as wrong:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            number += 1
            loud = bytes([0x80, 8]) + number.to_bytes(2, "big") + (number * 160).to_bytes(4, "big") + b"evil" + b"\x2a" * 160
            wrong.sock.sendto(loud, phone.remote)
            for packet in (b"", b"\x80", loud[:11], b"\x40" + loud[1:], bytes([0x9F]) + loud[1:13], bytes([0xA0]) + loud[1:12]
                           + b"\xff", bytes([0x90]) + loud[1:12] + b"\xbe\xde\xff\xff",
                           bytes(noise.randrange(256) for _ in range(noise.randrange(300)))):
                phone.sock.sendto(packet, phone.remote)
            wrong.sock.sendto(b"\x80\xc8\x00\x01", (phone.remote[0], phone.remote[1] + 1))
            time.sleep(0.02)
    case.finish(client)
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_A(), octets, law, stalls=stalls)
    case.true("refused packets are not counted", case.cdr()["in"]["media"]["refused"] > 300)
