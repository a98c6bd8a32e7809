# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Routing in whole calls: ENUM from dnsmasq, numbers by trunk, limits and whom they spare, loops, and what explains them."""
import re
import subprocess
import time

from harness import HEARD, Group, Raw, wait_until
from lab import compare
from network import tones
from sipp import Callee, Caller

PLAN = """
number "0301" { action = answer delay = 100ms play = echo }
number "112" { action = answer delay = 100ms }
number "0302" { action = busy }
originate "enum" { called = "3012345" calling = "301234567" noa = national calling-noa = national start = trigger hold = 500ms }
originate "enum-two" { called = "3012346" calling = "301234567" noa = national calling-noa = national start = trigger hold = 500ms }
originate "no-enum" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger hold = 500ms }
"""


def naptr(number, order, preference, flags, service, regexp):
    name = ".".join(reversed(number)) + ".e164.arpa"
    return f"--naptr-record={name},{order},{preference},{flags},{service},{regexp}"


def start_dns(lab):
    """An authority for e164.arpa that none of our code is in."""
    lab.dnsmasq = lab.spawn("dnsmasq", [
        "dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces",
        "--listen-address=127.0.0.1", f"--port={lab.dns}", "--local=/arpa/", "--local-ttl=60", "--auth-ttl=60", "--user=root",
        naptr("493012345", 10, 2, "u", "E2U+sip", f"!^\\+49(.*)$!sip:late-\\1@127.0.0.1:{lab.pbx}!"),
        naptr("493012345", 10, 1, "u", "E2U+sip", f"!^\\+49(.*)$!sip:0\\1-found@127.0.0.1:{lab.pbx}!"),
        naptr("493012345", 1, 1, "u", "E2U+email:mailto", "!^.*$!mailto:a@example.com!"),
        naptr("493012346", 10, 1, "u", "E2U+sip", f"!^.*$!sip:first@127.0.0.1:{lab.second}!"),
        naptr("493012346", 10, 2, "u", "E2U+sip", f"!^.*$!sip:second@127.0.0.1:{lab.pbx}!")])


def prepare(lab):
    lab.dns, lab.second = lab.port(), lab.port()
    lab.write("gateway.conf", lab.read("gateway.conf").replace(
        "sip { listen", f'enum {{ timeout = 1s }}\nsip {{ dns = {{"127.0.0.1:{lab.dns}"}} listen').replace(
        "national-prefix", 'country-code = "49" national-prefix', 1).replace(
        'route "in"', 'route "by-enum" { from = "pstn" enum = "e164.arpa" to = {"pbx"} }\nroute "in"'))
    start_dns(lab)
    lab.start()


group = Group("routing", PLAN, prepare=prepare)


@group.scenario("RFC 6116 3: a number from the exchange is called by the URI that its NAPTR records give")
def enum_found(case):
    for _ in range(2):
        server = case.server(Callee().answers(100))
        case.lab.tell_exchange("call enum")
        case.finish(server)
        case.true("not that URI", f"INVITE sip:03012345-found@127.0.0.1:{case.lab.pbx} SIP/2.0" in case.messages(server))
    case.released(16, "in", 2)
    cdr = case.cdr(2)
    case.equal("URI in the record", cdr["enum"], f"sip:03012345-found@127.0.0.1:{case.lab.pbx}")
    case.equal("route", cdr["route"], "by-enum")
    case.true("asked again", case.counter("causeway_enum_remembered_total") >= 1)


@group.scenario("RFC 6116 3.4: the next URI is called when the first one's place fails; RFC 3398 8.2.6.1")
def enum_second_uri(case):
    first = case.server(Callee().refuses("503 Service Unavailable"), port=case.lab.second)
    second = case.server(Callee().answers(100))
    case.lab.tell_exchange("call enum-two")
    case.finish(first)
    case.finish(second)
    case.true("first URI", "INVITE sip:first@" in case.messages(first))
    case.true("second URI", "INVITE sip:second@" in case.messages(second))
    case.equal("attempts", case.cdr()["attempts"], 2)


@group.scenario("RFC 2308: that a number is not there is remembered; the call goes by the next route")
def enum_nothing(case):
    before = case.counter("causeway_enum_remembered_total")
    for number in (1, 2):
        server = case.server(Callee().answers(100))
        case.lab.tell_exchange("call no-enum")
        case.finish(server)
        case.true("wrong number", "INVITE sip:+494050@" in case.messages(server))
        case.equal("route", case.cdr(number)["route"], "in")
    case.true("asked again", case.counter("causeway_enum_remembered_total") > before)


@group.scenario("A name server that is gone keeps a call for the time of enum { } alone")
def enum_silent(case):
    lab = case.lab
    good = lab.read("gateway.conf")
    lab.dnsmasq.terminate()
    lab.dnsmasq.wait()
    lab.write("gateway.conf", good.replace("enum { timeout = 1s }", "enum { timeout = 1s cache = 0 }"))
    lab.ctl("reload")
    server = case.server(Callee().answers(100))
    try:
        start = time.monotonic()
        lab.tell_exchange("call enum")
        case.finish(server)
    finally:
        start_dns(lab)
        lab.write("gateway.conf", good)
        lab.ctl("reload")
    case.true("waited too long", time.monotonic() - start < 8)
    case.true("no number", "INVITE sip:+493012345@" in case.messages(server))
    case.equal("route", case.cdr()["route"], "in")


def reloaded(case, *changes):
    """The configuration with changes; put back by the second value."""
    lab, good = case.lab, case.lab.read("gateway.conf")
    text = good
    for old, new in changes:
        case.true(f"the configuration has no {old}", old in text)
        text = text.replace(old, new)
    lab.write("gateway.conf", text)

    def back():
        lab.write("gateway.conf", good)
        lab.ctl("reload")
    lab.ctl("reload")
    return back


@group.scenario("A trunk that is full refuses with cause 34, 503; an emergency call is spared; the counters say so")
def full(case):
    lab = case.lab
    back = reloaded(case, ('sip "pbx" {', 'sip "pbx" { max-calls-in = 1'),
                    ('route "out"', 'route "sos" { prefix = "112" from = "pbx" to = {"pstn"} emergency = on }\nroute "out"'))
    try:
        first = case.client(Caller("0301", port=lab.phone().port).answered(3000))
        case.wait_calls(1)
        case.run(Caller("0301").failed(503))
        case.run(Caller("112", port=lab.phone().port).answered(200))
        case.finish(first)
        trunk = next(t for t in lab.show("trunks") if t["trunk"] == "pbx")
        case.true(f"not counted: {trunk}", trunk["refused_full"] >= 1)
        routes = {r["route"]: r for r in lab.show("routes")}
        case.true(f"not counted: {routes}", routes["sos"]["answered"] >= 1 and "emergency" in routes["sos"]["notes"])
    finally:
        back()
    case.released(34, "gateway", 1)


@group.scenario("More calls a second than a trunk may have are refused with cause 42, 503")
def too_fast(case):
    lab = case.lab
    back = reloaded(case, ('sip "pbx" {', 'sip "pbx" { call-rate-in = 1 call-burst = 2'))
    try:
        with Raw(lab) as peer:
            statuses = [peer.ask(to="0302", body=SDP)[0] for _ in range(4)]
    finally:
        back()
    case.equal("statuses", statuses, [486, 486, 503, 503])
    case.equal("cause", case.cdr(3)["release"]["cause"], 42)


SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n"


@group.scenario("RFC 3261 16.3: a call without hops left is 483; one may be kept from the trunk that it came from: cause 25")
def loops(case):
    lab = case.lab
    back = reloaded(case, ('sip "pbx" {', 'sip "pbx" { return-calls = refuse'),
                    ('route "out"', 'route "back" { prefix = "9" from = "pbx" to = {"pbx"} }\nroute "out"'))
    try:
        with Raw(lab) as peer:
            case.equal("no hops left", peer.ask(to="0301", body=SDP, hops=0)[0], 483)
            status = peer.ask(to="9", body=SDP)[0]
    finally:
        back()
    case.true(f"status {status}", status >= 400)
    case.released(25, "gateway")


@group.scenario("Q.763 3.80, RFC 3261 8.1.1.6: Max-Forwards goes down from hop to hop, over a call that comes back to SIP")
def hops(case):
    back = reloaded(case, ('route "out"', 'route "back" { prefix = "7" from = "pbx" to = {"pbx"} }\nroute "out"'))
    try:
        server = case.server(Callee().answers(100))
        with_hops = Caller("701").answered(200).replace("Max-Forwards: 70", "Max-Forwards: 20", 1)
        case.run(with_hops)
        case.finish(server)
        case.true("hops", re.search(r"Max-Forwards: 18\r?\n", case.messages(server)))
    finally:
        back()
    case.released(16, "in")


@group.scenario("dtmf-detection: digits in the audio of one SIP peer are events at another that takes them, once, and leave the audio")
def audio_to_events(case):
    back = reloaded(case, ('sip "pbx" {', 'sip "pbx" { dtmf-detection = on'),
                    ('route "out"', 'route "back" { prefix = "7" from = "pbx" to = {"pbx"} }\nroute "out"'))
    try:
        speaker, listener = case.lab.phone(), case.lab.phone()
        speaker.speak(b"\xd5" * 8000 + tones("1592#", 80, 80) + b"\xd5" * 80000)
        server = case.server(Callee(listener.port).answers(100))
        caller = Caller("701", port=speaker.port)
        caller.body = caller.body.split("a=rtpmap:101")[0].replace("RTP/AVP 8 101", "RTP/AVP 8")
        client = case.client(caller.answered(4000))
        case.wait_calls(1)
        # the listener says nothing, and so the speaker is not told by a packet where to send
        speaker.remote = ("127.0.0.1", int(re.search(r"RTP open 127.0.0.1:(\d+)", case.lab.ctl("ladder", "last")).group(1)))
        case.finish(client)
        case.finish(server)
    finally:
        back()
    case.equal(f"{HEARD} as events", listener.heard_digits(), "1592#")
    sound = compare(case.lab, tones("1592#", 80, 80), "a", listener.heard_octets(), "a")
    case.true(f"{HEARD} the tones, too: {sound}", sound["matched"] < 1200)


@group.scenario("explain number: normalised, looked up, chosen and passed over, in the order of trunks now, and what each is sent")
def explained(case):
    lab = case.lab
    back = reloaded(case, ('sip "pbx" {', 'sip "pbx" { country-code = "49" area-code = "30" national-prefix = "0" '
                           'international-prefix = "00" rewrite-in = {"112$ =", "9 -"}'),
                    ('isup "pstn" {', 'isup "pstn" { numbers-out = national'),
                    ('route "out"', 'route "night" { from = "pbx" prefix = "+49" to = {"pstn"} calling = {"+44"} }\n'
                     'route "preselected" { from = "pbx" prefix = "+49" to = {"pstn"} carrier-code = "+491012" }\n'
                     'route "shared" { from = "pbx" prefix = "+49" to = {"pstn", "pbx"} hunt = percentage shares = {60, 40} }\n'
                     'route "out"'))
    try:
        said = lab.ctl("explain", "number", "9030123", "trunk", "pbx")
        for words in ("number   +4930123 (rule \"9 -\", national: country-code put before it)", "route    shared, prefix \"+49\"",
                      "not      night, prefix \"+49\": the caller's number begins otherwise", "not      out, prefix \"\": its prefix is shorter",
                      "hunt     by percentage", "to       pstn, available", "then     pbx, available", "share 60",
                      "30123, national (numbers-out = national)"):
            case.true(f"'{words}' is not in: {said}", words in said)
        case.true(said, "not      preselected, prefix \"+49\": the carrier that is asked for is another, or none" in said)
        said = lab.ctl("explain", "number", "9030123", "trunk", "pbx", "carrier", "+491012")
        case.true(said, "from pbx by carrier +491012" in said and "route    preselected, prefix \"+49\"" in said)
        said = lab.ctl("explain", "number", "+4912", "trunk", "pstn")
        case.true(f"no ENUM in: {said}", "looked up at e164.arpa" in said)
        # National at the exchange, which puts its own 0 before it.
        case.run(Caller("90301", port=lab.phone().port).answered(200))
        cdr = case.cdr()
        case.equal("sent", (cdr["called_sent"]["digits"], cdr["dialled"]["digits"]), ("301", "90301"))
    finally:
        back()


@group.scenario("causeway -n warns with file and line, and fails for it with -W alone")
def warnings(case):
    lab = case.lab
    lab.write("lint.conf", lab.read("gateway.conf") + '\nroute "never" { from = "pbx"\n to = {"pstn"} }\n')

    def check(*words):
        out = subprocess.run([f"{lab.build}/causeway", *words, "-n", "-c", lab.path("lint.conf")], capture_output=True,
                             text=True, check=False, timeout=20)
        return out.returncode, out.stdout + out.stderr
    status, said = check()
    case.equal("status", status, 0)
    case.true(said, re.search(r'lint\.conf:\d+: warning: route "never" is never asked: route "out" in line \d+', said))
    case.equal("status with -W", check("-W")[0], 1)
    wait_until("the gateway to be there", lambda: lab.show("trunks"))
