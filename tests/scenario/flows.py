# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""RFC 3666's flows between SIP and the telephone network, message by message, named by section.

The gateway is NGW 1 (and NGW 2 in 2.3), the exchange is the switch, SIPp is Proxy 1 with whom it stands for. A second
gateway with an exchange of its own is the far end of 4.1, and NGW 1 of 2.3.
"""
import json
import re
import socket
import subprocess
import time

from calls import VOICE_B
from harness import PATIENT, Group, wait_until, wav_octets
from lab import EXCHANGE, Failure, alaw_wav
from sipp import REPLY, Callee, Caller, expect, message, pause, scenario

PLAN = """
number "0331" { action = answer early = "file:FOLDER/b.wav" delay = 800ms }
number "0303" { action = unallocated }
number "0305" { action = answer early = "file:FOLDER/b.wav" delay = 30s }
number "0306" { action = announce-release early = "file:FOLDER/b.wav" cause = 31 }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger hold = 500ms }
originate "gives-up" { called = "4051" calling = "301234567" noa = national calling-noa = national start = trigger
	give-up = 800ms }
originate "interworks" { called = "4052" calling = "301234567" noa = national calling-noa = national start = trigger
	interworking = true give-up = 1500ms record = early }
originate "to-carol" { called = "420332" calling = "301234567" noa = national calling-noa = national start = trigger
	record = early }
"""

FAR_PLAN = """
number "0332" { action = answer early = "file:FOLDER/b.wav" delay = 6s hold = 500ms }
"""

ROUTES = """
sip "far" {{ host = "127.0.0.1" port = {far} allow = {{"127.0.0.77"}} reliable = off {patient} }}
route "far" {{ from = "pstn" prefix = "42" strip = 2 to = {{"far"}} }}
route "impatient" {{ from = "pbx" prefix = "0305" to = {{"pstn"}} no-answer = 1s }}
"""


def prepare(lab):
    conf = lab.read("gateway.conf")
    lab.far = lab.sip + 50
    first, last = lab.values["rtp"], lab.values["rtp_last"]
    far = conf
    for name in ("e1.sock", "gateway.log", "control.sock", "cdr.json"):
        far = far.replace("/" + name, "/far-" + name)
    far = far.replace(f":{lab.sip}", f":{lab.far}")
    lab.write("far.conf", far.replace(f'"{first}-{last}"', f'"{last + 1}-{last + 1 + last - first}"'))
    switch = EXCHANGE.format(**{**lab.values, "plan": FAR_PLAN.replace("FOLDER", lab.folder)})
    for name in ("e1.sock", "exchange.log", "report.json", "exchange.sock"):
        switch = switch.replace("/" + name, "/far-" + name)
    lab.write("far-exchange.conf", switch)
    lab.write("gateway.conf", conf + ROUTES.format(far=lab.far, patient=PATIENT))
    lab.spawn("far", [f"{lab.build}/causeway", "-c", lab.path("far.conf")])
    lab.spawn("far-exchange", [f"{lab.build}/causeway-exchange", "-c", lab.path("far-exchange.conf")])
    lab.start()
    wait_until("the far gateway's circuits", lambda: far_usable(lab), 20)


group = Group("flows", PLAN, files={"b.wav": lambda: alaw_wav(VOICE_B())}, prepare=prepare,
              sip_more="t1 = 100ms t2 = 400ms t4 = 500ms", pbx_more=PATIENT)


def far(lab, *words):
    return subprocess.run([f"{lab.build}/causewayctl", "-s", lab.path("far-control.sock"), *words], capture_output=True,
                          text=True, check=False, timeout=20).stdout


def far_usable(lab):
    text = far(lab, "show", "circuits", "json")
    rows = json.loads(text) if text.startswith(("[", "{")) else None
    return rows and all(row["usable"] for row in rows)


# --- message by message: SIP is left of the gateway, ISUP right of it ---

def words_of(text):
    """The messages of the last call: ">INVITE" comes from SIP, "<183" goes there, "IAM>" goes to the switch, "ACM<" comes."""
    words = []
    for event in json.loads(text)["events"] if text else ():
        text = re.sub(r"^[0-9.]+:\d+: ", "", event["text"])  # another place than that of the first request
        what = text.split()[0] if text else ""
        if event["kind"] == "sip":
            word = ("<" if event["sent"] else ">") + what
        elif event["kind"] == "isup":
            word = what + (">" if event["sent"] else "<")
        else:
            continue
        if word not in ("<100",) and (not words or words[-1] != word):
            words.append(word)
    return words


def fits(words, expected):
    """expected: words in their order; those in brackets in any order."""
    at = 0
    for several, one in re.findall(r"\(([^)]*)\)|(\S+)", expected):
        if one:
            if words[at:at + 1] != [one]:
                return False
            at += 1
            continue
        want = several.split()
        if sorted(words[at:at + len(want)]) != sorted(want):
            return False
        at += len(want)
    return at == len(words)


def flow(case, expected, ladder=None):
    ladder = ladder or (lambda: case.lab.ctl("-j", "ladder", "last", check=False))
    end = time.monotonic() + 20
    while not fits(words_of(ladder()), expected):
        if time.monotonic() > end:
            raise Failure(f"expected {expected!r}, the messages were {' '.join(words_of(ladder()))!r}")
        time.sleep(0.1)


def trying(callee):
    """What a proxy with state says first; it has no tag."""
    return callee.plain("100 Trying")


# --- 2: SIP to PSTN ---

@group.scenario("RFC 3666 2.1: successful SIP to ISUP PSTN call: 183 with SDP for the ACM, 200 for the ANM")
def flow_2_1(case):
    phone = case.lab.phone()
    client = case.client(Caller("0331", port=phone.port).answered(300))
    case.finish(client)
    flow(case, ">INVITE IAM> ACM< <183 ANM< <200 >ACK >BYE (<200 REL>) RLC<")
    case.true("no media before the answer", "m=audio" in case.messages(client).split("183 Session Progress", 1)[1].split("SIP/2.0 200")[0])


@group.scenario("RFC 3666 2.3: NGW 1 without a circuit answers 503 with Retry-After, NGW 2 takes the call")
def flow_2_3(case):
    lab = case.lab
    far(lab, "block", "pstn", "1-31")
    wait_until("the far gateway without circuits", lambda: '"usable": true' not in far(lab, "show", "circuits", "json"))
    first = case.client(Caller("0331").failed(503), f"127.0.0.1:{lab.far}", target=False)
    case.finish(first)
    case.true("no Retry-After for cause 34", "Retry-After: 10" in case.messages(first))
    flow(case, ">INVITE <503 >ACK", lambda: far(lab, "-j", "ladder", "last"))
    far(lab, "unblock", "pstn", "1-31")
    case.run(Caller("0331", port=lab.phone().port).answered(300))
    flow(case, ">INVITE IAM> ACM< <183 ANM< <200 >ACK >BYE (<200 REL>) RLC<")
    wait_until("the far gateway's circuits", lambda: far_usable(lab), 20)


@group.scenario("RFC 3666 2.5: the PSTN plays a treatment, heard as early media; the caller gives up with CANCEL")
def flow_2_5(case):
    phone = case.lab.phone()
    client = case.client(Caller("0306", port=phone.port).cancelled(1000, first="183"))
    case.finish(client)
    flow(case, ">INVITE IAM> ACM< <183 >CANCEL <200 <487 REL> (>ACK RLC<)")
    case.true("nothing of the treatment was heard", len(phone.heard_octets()) > 4000)
    case.released(16, "in")


@group.scenario("RFC 3666 2.6: REL with cause 1 is 404, with a Reason")
def flow_2_6(case):
    client = case.client(Caller("0303").failed(404))
    case.finish(client)
    flow(case, ">INVITE IAM> REL< RLC> <404 >ACK")
    case.true("no Reason with location", re.search(r"Reason: Q\.850;cause=1;text=\"[^\"]+\";location=RLN", case.messages(client)))


@group.scenario("RFC 3666 2.7: no ANM within the route's time: REL 19 to the switch, 480 to the caller")
def flow_2_7(case):
    client = case.client(Caller("0305").failed(480))
    case.finish(client)
    flow(case, ">INVITE IAM> ACM< <183 REL> <480 (>ACK RLC<)")
    case.released(19, "gateway")


# --- 3: PSTN to SIP ---

@group.scenario("RFC 3666 3.1: successful PSTN to SIP call: 180 is ACM, 200 is ANM, REL is BYE")
def flow_3_1(case):
    callee = Callee()
    server = case.server(scenario(expect("INVITE"), trying(callee), callee.reply("180 Ringing"), pause(300),
                                  callee.reply("200 OK", callee.body, retrans="500"), expect("ACK"), expect("BYE"),
                                  callee.plain("200 OK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >100 >180 ACM> >200 (<ACK ANM>) REL< (RLC> <BYE) >200")


@group.scenario("RFC 3666 3.2: fast answer: 200 without a 180 is CON (ETSI)")
def flow_3_2(case):
    callee = Callee()
    server = case.server(scenario(expect("INVITE"), trying(callee), callee.reply("200 OK", callee.body, retrans="500"),
                                  expect("ACK"), expect("BYE"), callee.plain("200 OK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >100 >200 (<ACK CON>) REL< (RLC> <BYE) >200")


@group.scenario("RFC 3666 3.4: 604 from the proxy is REL 1")
def flow_3_4(case):
    server = case.server(Callee().refuses("604 Does Not Exist Anywhere"))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >604 <ACK REL> RLC<")
    case.equal("cause at the exchange", case.report()["cause"], 1)


@group.scenario("RFC 3666 3.5: 600 is REL 17; the switch makes the tone, as the IAM speaks of no interworking")
def flow_3_5(case):
    callee = Callee()
    server = case.server(scenario(expect("INVITE"), trying(callee), callee.reply("600 Busy Everywhere", retrans="500"),
                                  expect("ACK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    flow(case, "IAM< <INVITE >100 >600 <ACK REL> RLC<")
    case.equal("cause at the exchange", case.report()["cause"], 17)


@group.scenario("RFC 3666 3.6: 600 for a call with interworking: ACM, the gateway plays busy tone, the caller hangs up")
def flow_3_6(case):
    callee = Callee()
    server = case.server(scenario(expect("INVITE"), trying(callee), callee.reply("600 Busy Everywhere", retrans="500"),
                                  expect("ACK")))
    case.lab.tell_exchange("call interworks")
    case.finish(server)
    flow(case, "IAM< <INVITE >100 >600 <ACK ACM> REL< RLC>")
    report = case.report()
    case.true("no in-band ACM", any(e["event"] == "ACM" and "in-band" in e["text"] for e in report["events"]))
    octets, _law = wav_octets(report["recording"]["file"])
    case.true("no tone was heard", sum(1 for o in octets if o not in (0xD5, 0x55, 0xD4, 0x54)) > 2000)


@group.scenario("RFC 3666 3.7: nobody answers behind a proxy with state: REL from the switch is CANCEL")
def flow_3_7(case):
    callee = Callee()
    server = case.server(scenario(expect("INVITE"), trying(callee), expect("CANCEL"), callee.plain("200 OK"), TERMINATED,
                                  expect("ACK")))
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    flow(case, "IAM< <INVITE >100 REL< (RLC> <CANCEL) (>200 >487) <ACK")


@group.scenario("RFC 3666 3.8: behind a proxy without state the INVITE is repeated, and after REL no CANCEL is sent")
def flow_3_8(case):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hole:
        hole.bind(("127.0.0.1", case.lab.pbx))
        hole.settimeout(0.5)
        case.lab.tell_exchange("call gives-up")
        case.report()
        heard = []
        while not heard or heard[-1]:
            try:
                heard.append(hole.recv(65536).split(b" ")[0].decode())
            except socket.timeout:
                heard.append("")
    flow(case, "IAM< <INVITE REL< RLC> <INVITE")
    case.equal("methods", set(heard[:-1]), {"INVITE"})
    case.true("the INVITE was not repeated", len(heard) > 4)


@group.scenario("RFC 3666 3.9: the caller gives up while it rings: REL is CANCEL, 487")
def flow_3_9(case):
    server = case.server(Callee().is_cancelled())
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    flow(case, "IAM< <INVITE >180 ACM> REL< (RLC> <CANCEL) (>200 >487) <ACK")


TERMINATED = message(REPLY.format(status="487 Request Terminated", tag=";tag=[call_number]-[pid]", contact="",
                                  more="CSeq: 1 INVITE\nContent-Length: 0").replace("[last_CSeq:]\n", ""))


# --- 4: PSTN to PSTN ---

@group.scenario("RFC 3666 4.1: ISUP to ISUP over SIP and two gateways: the far switch is heard early, and ends the call")
def flow_4_1(case):
    lab, stalls = case.lab, case.stalls()
    lab.tell_exchange("call to-carol")
    flow(case, "IAM< <INVITE >183 ACM> >200 (<ACK ANM>) >BYE (<200 REL>) RLC<")
    flow(case, ">INVITE IAM> ACM< <183 ANM< <200 >ACK REL< (RLC> <BYE) >200", lambda: far(lab, "-j", "ladder", "last"))
    case.released(16, "out")
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_B(), octets, law, stalls=stalls)
