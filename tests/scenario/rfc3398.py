# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""RFC 3398's figures, message by message, named by section: SIPp is the SIP node, the exchange the PSTN.

T1 of RFC 3261 is 100 ms, so that 64*T1 are 6.4 s, and T11 as short as it may be. 7.1.3 and what T9 ends, which last 20 s
and 45 s at least, are in the group of the timers.
"""
import re
import socket

from early import in_dialog
from flows import TERMINATED, flow, trying
from harness import Group, wait_until
from lab import alaw_wav
from sipp import CONTACT, REPLY, Callee, Caller, expect, message, pause, scenario, with_body

PLAN = """
number "0301" { action = answer delay = 1500ms }
number "0302" { action = connect }
number "0303" { action = unallocated }
number "0305" { action = no-answer }
number "0306" { action = silent }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger hold = 500ms }
originate "held" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger }
originate "gives-up" { called = "4051" calling = "301234567" noa = national calling-noa = national start = trigger
	give-up = 800ms }
originate "gives-up-late" { called = "4051" calling = "301234567" noa = national calling-noa = national start = trigger
	give-up = 5500ms }
originate "moved" { called = "4352" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 500ms }
"""

ROUTES = """
sip "mover" {{ host = "127.0.0.1" port = {mover} allow = {{"127.0.0.77"}} redirect = tell }}
route "moved" {{ from = "pstn" prefix = "43" to = {{"mover"}} }}
route "announced" {{ from = "pbx" prefix = "0306" to = {{"pstn"}} no-answer = 2s }}
"""

# Q.763: backward call indicators (3.5), event information (3.21), cause indicators (3.12), optional backward call
# indicators (3.37), suspend/resume indicators (3.52), generic notification (3.25)
ACM, CAUSE_1, IN_BAND = "ACM 11 12 04", "12 84 81", "29 01"
FORWARDED, ALERTING, PROGRESS = "CPG 24 06", "CPG 24 01", "24 02"
BY_USER, BY_NETWORK = "22 00", "22 01"
HOLD, RETRIEVAL = "2c f9", "2c fa"


def prepare(lab):
    lab.mover = lab.port()
    lab.write("gateway.conf", lab.read("gateway.conf") + ROUTES.format(mover=lab.mover))
    lab.start()


group = Group("rfc3398", PLAN, files={"b.wav": lambda: alaw_wav(b"\xd5\x55\x34\xb4" * 4000)}, prepare=prepare,
              sip_more="t1 = 100ms t2 = 400ms t4 = 500ms", timers="T7 = 30s T9 = 45s T11 = 5s")


def send(case, what):
    """A message of the exchange's own in its latest call."""
    case.lab.tell_exchange("send " + what)


def exchange_has(case, state):
    wait_until(f"a call {state} at the exchange", lambda: any(
        c["state"] == state for c in case.lab.tell_exchange("status")["calls"]))


def answer_to_offer(body, direction):
    """Answers a request of the gateway's with a body."""
    text = REPLY.format(status="200 OK", tag="", contact=CONTACT, more="")
    return message(with_body(text.rstrip("\n"), body.replace("sendrecv", direction)), retrans="500")


def has_sdp(case, client, status):
    parts = re.split(r"-{20,} .*\n", case.messages(client))
    return any(re.search(rf"^SIP/2\.0 {status} ", part, re.M) and "m=audio" in part for part in parts)


# --- 7.1: SIP to ISUP ---

@group.scenario("RFC 3398 7.1.1: en bloc, no automatic answer: ACM, CPG, CPG are 18x, ANM is 200")
def figure_7_1_1(case):
    caller = Caller("0306", port=case.lab.phone().port)
    client = case.client(scenario(
        caller.invite(), expect("100", True), expect("183"), expect("181"), expect("180"), caller.cancel(5), expect("200"),
        expect("487"), caller.ack_failure(8)))
    exchange_has(case, "proceeding")
    send(case, f"{ACM}, {IN_BAND}")
    send(case, FORWARDED)
    send(case, ALERTING)
    case.finish(client)
    flow(case, ">INVITE IAM> ACM< <183 CPG< <181 CPG< <180 >CANCEL <200 <487 REL> (>ACK RLC<)")
    case.true("no SDP in the 183 of an ACM with in-band information", has_sdp(case, client, 183))
    caller = Caller("0301", port=case.lab.phone().port)
    client = case.client(scenario(
        caller.invite(), expect("100", True), expect("180"), expect("181"), expect("200", rrs="true"), caller.ack(),
        pause(200), caller.bye(), expect("200")))
    exchange_has(case, "ringing")
    send(case, FORWARDED)
    case.finish(client)
    flow(case, ">INVITE IAM> ACM< <180 CPG< <181 ANM< <200 >ACK >BYE (<200 REL>) RLC<")
    case.released(16, "in", 2)


@group.scenario("RFC 3398 7.1.2: automatic answer: CON is 200")
def figure_7_1_2(case):
    case.run(Caller("0302", port=case.lab.phone().port).answered(300))
    flow(case, ">INVITE IAM> CON< <200 >ACK >BYE (<200 REL>) RLC<")


@group.scenario("RFC 3398 7.1.4: SIP time-out: no ACK, 200 again and again for 64*T1, then BYE and REL 102")
def figure_7_1_4(case):
    caller = Caller("0302", port=case.lab.phone().port)
    client = case.client(scenario(
        caller.invite(), expect("100", True), expect("200", rrs="true"), pause(6000),
        '<recv response="200" optional="true"></recv>', expect("BYE"), Callee().plain("200 OK")))
    case.finish(client)
    flow(case, ">INVITE IAM> CON< <200 (<BYE REL>) (>200 RLC<)")
    case.true("the 200 was not sent 8 times and more", case.messages(client).count("SIP/2.0 200 OK") >= 8)
    case.equal("cause at the exchange", case.report()["cause"], 102)


@group.scenario("RFC 3398 7.1.5: ISUP set-up failure: REL 1 is 404")
def figure_7_1_5(case):
    case.run(Caller("0303").failed(404))
    flow(case, ">INVITE IAM> REL< RLC> <404 >ACK")
    case.released(1, "out")


@group.scenario("RFC 3398 7.1.6: cause in the ACM: 183 with SDP; the interwork timer, here the route's, tells it: 404")
def figure_7_1_6(case):
    phone = case.lab.phone()
    client = case.client(Caller("0306", port=phone.port).failed(404))
    exchange_has(case, "proceeding")
    send(case, f"{ACM}, {CAUSE_1}")
    case.finish(client)
    flow(case, ">INVITE IAM> ACM< <183 REL> <404 (>ACK RLC<)")
    case.true("no SDP in the 183", has_sdp(case, client, 183))
    case.true("nothing was heard", phone.packets > 20)
    case.released(1, "gateway")


@group.scenario("RFC 3398 7.1.7: cancelled by SIP: CANCEL is REL 16, the INVITE's response 487")
def figure_7_1_7(case):
    case.run(Caller("0305").cancelled(300))
    flow(case, ">INVITE IAM> ACM< <180 >CANCEL <200 <487 REL> (>ACK RLC<)")
    case.equal("cause at the exchange", case.report()["cause"], 16)


# --- 8.1: ISUP to SIP ---

@group.scenario("RFC 3398 8.1.1: en bloc, no automatic answer: 183 is ACM, 180 is CPG, 200 is ANM")
def figure_8_1_1(case):
    callee = Callee(case.lab.phone().port)
    server = case.server(scenario(
        expect("INVITE"), trying(callee), callee.reply("183 Session Progress", callee.body), pause(200),
        callee.reply("180 Ringing"), pause(200), callee.reply("200 OK", callee.body, retrans="500"), expect("ACK"),
        expect("BYE"), callee.plain("200 OK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >100 >183 ACM> >180 CPG> >200 (<ACK ANM>) REL< (RLC> <BYE) >200")
    text = [e["text"] for e in case.report()["events"] if e["event"] in ("ACM", "CPG")]
    case.true(f"ACM of a 183 with a status: {text}", "subscriber free" not in text[0])
    case.true(f"CPG of a 180: {text}", text[1].startswith("received: event 1"))


@group.scenario("RFC 3398 8.1.2: automatic answer: 200 is CON")
def figure_8_1_2(case):
    callee = Callee()
    server = case.server(scenario(
        expect("INVITE"), callee.reply("200 OK", callee.body, retrans="500"), expect("ACK"), expect("BYE"),
        callee.plain("200 OK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >200 (<ACK CON>) REL< (RLC> <BYE) >200")


@group.scenario("RFC 3398 8.1.3: SIP time-out: INVITE seven times, ACM after T11, REL 102 as for 408 (8.2.6.1); "
                "no CANCEL before a response (RFC 3261 9.1)")
def figure_8_1_3(case):
    heard = listen_while(case, "call in")
    flow(case, "IAM< <INVITE ACM> <INVITE REL> RLC<")
    case.equal("requests", heard, ["INVITE"] * 7)
    acm = next(e for e in case.report()["events"] if e["event"] == "ACM")
    case.true(f"an ACM with a status: {acm}", "subscriber free" not in acm["text"])
    case.true(f"T11 at {acm['t']} ms", 4900 < acm["t"] < 6300)
    case.released(102)


def listen_while(case, command):
    """The methods of the requests to a peer that says nothing."""
    heard = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        hole.bind(("127.0.0.1", case.lab.pbx))
        hole.settimeout(0.2)
        case.lab.tell_exchange(command)
        case.report()
        while True:
            try:
                heard.append(hole.recv(65536).split(b" ")[0].decode())
            except socket.timeout:
                return heard


@group.scenario("RFC 3398 8.1.4: T9 of the exchange expires while INVITE is repeated: REL; CANCEL waits for a response")
def figure_8_1_4(case):
    callee = Callee()
    server = case.server(scenario(
        expect("INVITE"), pause(6000), callee.reply("180 Ringing"), expect("CANCEL"), callee.plain("200 OK"), TERMINATED,
        expect("ACK")))
    case.lab.tell_exchange("call gives-up-late")
    case.finish(server)
    flow(case, "IAM< <INVITE ACM> REL< RLC> >180 <CANCEL (>200 >487) <ACK")
    case.true("the INVITE was not repeated", len(re.findall(r"^INVITE sip:", case.messages(server), re.M)) >= 6)


@group.scenario("RFC 3398 8.1.5: SIP error response: 404 is REL 1")
def figure_8_1_5(case):
    server = case.server(Callee().refuses("404 Not Found"))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >404 <ACK REL> RLC<")
    case.equal("cause at the exchange", case.report()["cause"], 1)


@group.scenario("RFC 3398 8.1.6: SIP redirection, redirect = tell: an early ACM and a CPG with event 6; the other node answers")
def figure_8_1_6(case):
    first = case.server(scenario(expect("INVITE"), message(REPLY.format(
        status="302 Moved Temporarily", tag=";tag=moved", more="Content-Length: 0",
        contact=f"Contact: <sip:two@127.0.0.1:{case.lab.pbx}>\n"), retrans="500"), expect("ACK")), port=case.lab.mover)
    second = case.server(Callee().answers(200))
    case.lab.tell_exchange("call moved")
    case.finish(first)
    case.finish(second)
    flow(case, "IAM< <INVITE >302 <ACK ACM> CPG> <INVITE >180 CPG> >200 (<ACK ANM>) REL< (RLC> <BYE) >200")
    case.true("not that Contact", "INVITE sip:two@" in case.messages(second))
    told = [e["text"] for e in case.report()["events"] if e["event"] == "CPG"]
    case.true(f"CPGs: {told}", told[0].startswith("received: event 6") and told[1].startswith("received: event 1"))


@group.scenario("RFC 3398 8.1.7: cancelled by ISUP: REL is CANCEL")
def figure_8_1_7(case):
    server = case.server(Callee().is_cancelled())
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    flow(case, "IAM< <INVITE >180 ACM> REL< (RLC> <CANCEL) (>200 >487) <ACK")


# --- 9: suspend, resume, hold ---

def in_call(case, caller, *steps):
    """A call from SIP that is answered at once; steps, and BYE."""
    return case.client(scenario(caller.invite(), expect("100", True), expect("200", rrs="true"), caller.ack(), *steps,
                                caller.bye().replace("CSeq: 2", "CSeq: 9"), expect("200")))


def answered(case):
    case.wait_calls(1)
    exchange_has(case, "answered")


def offers(case, client):
    """The directions of the gateway's INVITEs, each once."""
    found = []
    for part in re.split(r"-{20,} .*\n", case.messages(client)):
        match = re.search(r"^INVITE sip:.*^a=(sendrecv|sendonly|recvonly|inactive)", part, re.M | re.S)
        if match and "received" in part.split("INVITE")[0] and match.group(1) not in found[-1:]:
            found.append(match.group(1))
    return found


@group.scenario("RFC 3398 9.1: SUS and RES of the user are re-INVITEs that hold and bring back")
def figure_9_1(case):
    caller = Caller("0302")
    client = in_call(case, caller, expect("INVITE"), answer_to_offer(caller.body, "recvonly"), expect("ACK"),
                     expect("INVITE"), answer_to_offer(caller.body, "sendrecv"), expect("ACK"), pause(200))
    answered(case)
    send(case, f"SUS {BY_USER}")
    wait_until("the hold's ACK", lambda: case.messages(client).count("ACK sip:") >= 2)
    send(case, f"RES {BY_USER}")
    case.finish(client)
    flow(case, ">INVITE IAM> CON< <200 >ACK SUS< <INVITE >200 <ACK RES< <INVITE >200 <ACK >BYE (<200 REL>) RLC<")
    case.equal("offers", offers(case, client), ["sendonly", "sendrecv"])


def hold_steps(caller, cseq, direction):
    """A re-INVITE, its 200 and ACK."""
    body = caller.body.replace("sendrecv", direction)
    return [in_dialog(caller, "INVITE", cseq, body), expect("100", True), expect("200", rrs="true"),
            in_dialog(caller, "ACK", cseq), pause(200)]


@group.scenario("RFC 3398 9.2: a re-INVITE that holds is CPG with remote hold, one that brings back remote retrieval")
def figure_9_2(case):
    caller = Caller("0302")
    client = in_call(case, caller, pause(200), *hold_steps(caller, 2, "sendonly"), *hold_steps(caller, 3, "sendrecv"))
    case.finish(client)
    flow(case, ">INVITE IAM> CON< <200 >ACK >INVITE (CPG> <200) >ACK >INVITE (CPG> <200) >ACK >BYE (<200 REL>) RLC<")


@group.scenario("RFC 3398 9.2: CPG with remote hold from the PSTN is a re-INVITE; so is remote retrieval")
def hold_by_pstn(case):
    caller = Caller("0302")
    client = in_call(case, caller, expect("INVITE"), answer_to_offer(caller.body, "recvonly"), expect("ACK"),
                     expect("INVITE"), answer_to_offer(caller.body, "sendrecv"), expect("ACK"), pause(200))
    answered(case)
    send(case, f"CPG {PROGRESS}, {HOLD}")
    wait_until("the hold's ACK", lambda: case.messages(client).count("ACK sip:") >= 2)
    send(case, f"CPG {PROGRESS}, {RETRIEVAL}")
    case.finish(client)
    flow(case, ">INVITE IAM> CON< <200 >ACK CPG< <INVITE >200 <ACK CPG< <INVITE >200 <ACK >BYE (<200 REL>) RLC<")


# --- 10: release ---

@group.scenario("RFC 3398 10.1: BYE is answered at once, and REL 16")
def figure_10_1(case):
    case.run(Caller("0302").answered(200))
    flow(case, ">INVITE IAM> CON< <200 >ACK >BYE <200 REL> RLC<")
    case.equal("cause at the exchange", case.report()["cause"], 16)


@group.scenario("RFC 3398 10.2.1: the caller hangs up: REL is answered with RLC, and BYE")
def figure_10_2_1(case):
    server = case.server(Callee().answers(0))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >180 ACM> >200 (<ACK ANM>) REL< (RLC> <BYE) >200")


@group.scenario("RFC 3398 10.2.2: the called subscriber hangs up: SUS of the network, re-INVITE, REL when its T6 is over, BYE")
def figure_10_2_2(case):
    caller = Caller("0302")
    client = case.client(scenario(
        caller.invite(), expect("100", True), expect("200", rrs="true"), caller.ack(), expect("INVITE"),
        answer_to_offer(caller.body, "recvonly"), expect("ACK"), expect("BYE"), Callee().plain("200 OK")))
    answered(case)
    send(case, f"SUS {BY_NETWORK}")
    wait_until("the hold's ACK", lambda: case.messages(client).count("ACK sip:") >= 2)
    case.lab.tell_exchange("release")
    case.finish(client)
    flow(case, ">INVITE IAM> CON< <200 >ACK SUS< <INVITE >200 <ACK REL< (RLC> <BYE) >200")
    case.released(16, "out")
