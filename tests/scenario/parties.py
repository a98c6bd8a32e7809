# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Who calls whom, over whom, and what they say beside it: every party from SIP into an IAM and from an IAM into SIP."""
import re

from calls import tshark
from harness import Group, Raw
from sipp import REPLY, Callee, Caller, expect, message, pause, scenario, sdp

# Octets by Q.763: number parameters are nature, plan with presentation and screening, digits two by two.
PLAN = """
number "0301" { action = answer delay = 200ms parameters = {"21 83 13 03 21 43 05", "20 04 68 69"} }
number "0302" { action = answer delay = 200ms parameters = {"21 83 17 03 21 43 05"} }
number "0D01" { action = answer delay = 200ms }
originate "diverted" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 500ms parameters = {"09 0f", "c0 06 83 10 03 22 02", "0b 83 10 98 21 04", "28 83 14 98 21 05", "13 13 23",
	"03 71 04 80 50 37 37 6d 04 80 50 31 32", "20 04 01 02", "23 20 20 88", "3a 21 04 90 00 00 01",
	"3f 83 13 03 11 01"} }
originate "ported" { called = "4052" noa = national start = trigger hold = 300ms
	parameters = {"07 20 10", "c0 c0 03 10 04 05"} }
originate "fallback" { called = "4053" noa = national start = trigger hold = 300ms parameters = {"02 06", "3e 03"} }
originate "multirate" { called = "4051" noa = national start = trigger parameters = {"02 08"} }
"""

PSTN = ('country = "49" portability = gap carrier = tns mlpp = true mlpp-network = "0490" mlpp-domain = 1 '
        'connected-line = true calling-name = display')
PBX = ('resource-priority = {"q735"} trunk-groups = true trunk-context = "gw.example" diversion = both '
       'country-code = "49" national-prefix = "0" phone-context = "home.example"')


def prepare(lab):
    lab.start()


group = Group("parties", PLAN, prepare=prepare, isup_more=PSTN, pbx_more=PBX)


def captured(case, act, message_type):
    """What tshark makes of the ISUP messages of a type that flow while act is done."""
    lab = case.lab
    lab.ctl("capture", lab.path("all.pcapng"))
    act()
    case.settled()
    lab.ctl("capture", "stop")
    return tshark(lab, "-Y", f"isup.message_type == {message_type}", "-V")


def has(case, text, *patterns):
    for pattern in patterns:
        case.true(f"no '{pattern}' in\n{text}", re.search(pattern, text))


@group.scenario("RFC 3398 7.2.1.1, 4694, 7434, 4412, 5806: every party of an INVITE is in the IAM, BYE's UUI in REL")
def every_party_out(case):
    caller = Caller("+49301;isub=77;cic=+49-0288;npdi;rn=+49D01;tgrp=pstn;trunk-context=gw.example", name='"Al" ',
                    caller="+49891234;isub=12", more="P-Asserted-Identity: <tel:+49891234;cpc=payphone;isub=12>\n"
                    "Diversion: <tel:+49303>;reason=no-answer;counter=2, <tel:+49302>;reason=user-busy;privacy=full\n"
                    "User-to-User: 04010203;encoding=hex\nResource-Priority: q735.1")
    xml = scenario(caller.invite(), expect("100", True), expect("180", True), expect("183", True),
                   expect("200", rrs="true"), caller.ack(), pause(200), caller.bye("User-to-User: 0408"), expect("200"))
    text = captured(case, lambda: case.run(xml), "1 || isup.message_type == 12")
    case.released(16, "in")
    has(case, text, r"Called Party Number: D01F", r"Generic Number: 301\b",
        r"Ported number translation .*: number translated", r"Transit Network Selection: 0288",
        r"Calling Party's category: payphone", r"Calling Party Number: 891234\b",
        r"Redirecting Number: 303\b", r"Original Called Number: 302\b", r"Redirection counter: 3",
        r" Redirection reason: no reply", r"Original redirection reason: user busy", r"7104805037376d0480503132",
        r"User-to-user info .*: 04010203", r"User-to-user info .*: 0408", r"MLPP precedence",
        r"Connected line identity request indicator: Requested")
    cdr = case.cdr()
    case.equal("dialled", cdr["called"]["digits"], "49301")
    case.equal("routing", cdr["routing"]["digits"], "49D01")
    case.equal("carrier", cdr["carrier"], "0288")
    case.equal("redirections", (cdr["redirecting"]["digits"], cdr["original"]["digits"], cdr["redirections"]),
               ("49303", "49302", 3))
    case.equal("original's presentation", cdr["original"]["presentation"], "restricted")
    case.equal("category and priority", (cdr["category"], cdr["priority"]), (15, {"kind": "precedence", "level": 1}))
    case.equal("called at the exchange", case.report()["called"]["digits"], "D01")


@group.scenario("RFC 3398 8.2.1.1, 7044, 7544, 7433, 4412, 4904: an IAM with every party is an INVITE with all of them")
def every_party_in(case):
    server = case.server(Callee().answers(100))
    case.lab.tell_exchange("call diverted")
    case.finish(server)
    invite = case.messages(server)
    has(case, invite, r"INVITE sip:\+494050;isub=77;cic=\+490288@", r"To: <sip:\+4989125@",
        r"From: <sip:\+4930222;isub=12@",
        r"P-Asserted-Identity: <sip:\+49301234567;isub=12;cpc=payphone@",
        r"Diversion: <sip:\+4989124@[^>]*>;reason=no-answer;counter=2;privacy=off, "
        r"<sip:\+4989125@[^>]*>;reason=user-busy;counter=1;privacy=full",
        r"History-Info: <sip:\+4989125@[^>]*\?Privacy=history>;index=1, <sip:unknown@unknown\.invalid;cause=486>;"
        r"index=1\.1;mp=1, <sip:\+4989124@[^>]*;cause=404>;index=1\.1\.1;mp=1\.1, "
        r"<sip:\+494050[^>]*;cause=408>;index=1\.1\.1\.1;mp=1\.1\.1",
        r"User-to-User: 040102;purpose=isdn-uui", r"Resource-Priority: q735\.1",
        r"Contact: <sip:\+49301234567;tgrp=pstn;trunk-context=gw\.example@127\.0\.0\.1")
    cdr = case.cdr()
    case.equal("location", cdr["location"]["digits"], "4930111")
    case.equal("carrier", cdr["carrier"], "490288")


@group.scenario("RFC 3398 8.2.1.1, 4694: a routing number called, the ported one beside it, the M bit: npdi and rn")
def ported_in(case):
    server = case.server(Callee().answers(100))
    case.lab.tell_exchange("call ported")
    case.finish(server)
    has(case, case.messages(server), r"INVITE sip:\+494050;npdi;rn=\+494052@")
    case.equal("called", case.cdr()["called"]["digits"], "494050")


@group.scenario("RFC 3398 7.2.7: connected number and UUI of ANM are P-Asserted-Identity and User-to-User of 200")
def connected(case):
    client = case.client(Caller("+49301").answered(200))
    case.finish(client)
    has(case, case.messages(client), r"P-Asserted-Identity: <sip:\+493012345@",
        r"User-to-User: 046869;purpose=isdn-uui")
    case.equal("connected", case.cdr()["connected"]["digits"], "493012345")


@group.scenario("RFC 3323, Q.731.6: a connected number that is restricted comes with Privacy: id")
def connected_restricted(case):
    client = case.client(Caller("+49302").answered(200))
    case.finish(client)
    has(case, case.messages(client), r"P-Asserted-Identity: <sip:\+493012345@", r"Privacy: id")
    case.equal("connected", case.cdr()["connected"]["presentation"], "restricted")


@group.scenario("RFC 4412 4.6.2: an unknown namespace is 417 where it is required, and nothing where not")
def priority_unknown(case):
    with Raw(case.lab) as raw:
        more = "Resource-Priority: wps.3\r\nRequire: resource-priority\r\n"
        status, headers = raw.ask(uri=f"sip:+49301@127.0.0.1:{case.lab.sip}", more=more,
                                  body=sdp(6000).replace("\n", "\r\n"))
        case.equal("status", status, 417)
        has(case, headers, r"Accept-Resource-Priority: q735\.0, q735\.1, q735\.2, q735\.3, q735\.4")
    case.run(Caller("+49301", more="Resource-Priority: wps.3").answered(100))
    case.equal("priority", case.cdr(2)["priority"], None)


@group.scenario("RFC 3966 5.1.5: a local number of a context that is not ours is 484; of ours, it is dialled here")
def phone_context(case):
    with Raw(case.lab) as raw:
        status, _ = raw.ask(uri=f"sip:0301;phone-context=other.example@127.0.0.1:{case.lab.sip}")
        case.equal("status", status, 484)
    case.run(Caller("0301;phone-context=home.example").answered(100))
    case.run(Caller("0301;phone-context=+49").answered(100))
    case.equal("called at the exchange", [case.report(n)["called"]["digits"] for n in (1, 2)], ["301", "301"])


@group.scenario("RFC 4904 5: a trunk group of ours that is not in the route is 503; of another context it is nothing")
def trunk_group(case):
    client = case.client(Caller("+49301;tgrp=nowhere;trunk-context=gw.example").failed(503))
    case.finish(client)
    case.run(Caller("+49301;tgrp=nowhere;trunk-context=other.example").answered(100))
    case.released(16, "in", number=2)


@group.scenario("RFC 3323 5: privacy that is critical and unknown is 500")
def privacy_critical(case):
    with Raw(case.lab) as raw:
        status, _ = raw.ask(uri=f"sip:+49301@127.0.0.1:{case.lab.sip}", more="Privacy: cloak;critical\r\n",
                            body=sdp(6000).replace("\n", "\r\n"))
    case.equal("status", status, 500)


@group.scenario("Q.763 3.54: a call for several channels (1536 kbit/s) is REL 65")
def multirate(case):
    case.lab.tell_exchange("call multirate")
    case.equal("cause at the exchange", case.report()["cause"], 65)


@group.scenario("Q.764 2.5: 64 kbit/s preferred falls back to 3.1 kHz audio towards SIP, and ACM tells the medium used")
def fallback(case):
    server = case.server(Callee().answers(100))
    text = captured(case, lambda: (case.lab.tell_exchange("call fallback"), case.finish(server)), 6)
    has(case, text, r"[Tt]ransmission medium used.*\n(.*\n)*.*3\.1 kHz audio")
    has(case, case.messages(server), r"m=audio \d+ RTP/AVP 8")


# --- who diverted, alone: by what each trunk is to say ---

DIVERTED = """
number "0301" { action = answer delay = 200ms }
""" + "".join(f"""
originate "to-{name}" {{ called = "{called}" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 300ms parameters = {{"0b 83 10 98 21 04", "28 83 10 98 21 05", "13 13 22"}} }}
""" for name, called in (("history", "4050"), ("diversion", "4060"), ("nothing", "4070")))

TRUNKS = """
sip "diversion" {{ host = "127.0.0.1" port = {diversion} allow = {{"127.0.0.77"}} diversion = diversion country-code = "49" }}
sip "nothing" {{ host = "127.0.0.1" port = {nothing} allow = {{"127.0.0.78"}} diversion = off country-code = "49" }}
route "old" {{ from = "pstn" prefix = "+494060" to = {{"diversion"}} }}
route "none" {{ from = "pstn" prefix = "+494070" to = {{"nothing"}} }}
"""

HISTORY = (r"History-Info: <sip:\+4989125@[^>;]*(;user=phone)?>;index=1, <sip:\+4989124@[^>]*;cause=486>;index=1\.1;mp=1, "
           r"<sip:\+494050@[^>]*;cause=408>;index=1\.1\.1;mp=1\.1")
DIVERSION = (r"Diversion: <sip:\+4989124@[^>]*>;reason=no-answer;counter=1;privacy=off, "
             r"<sip:\+4989125@[^>]*>;reason=user-busy;counter=1;privacy=off")


def prepare_trunks(lab):
    lab.diversion, lab.nothing = lab.port(), lab.port()
    lab.write("gateway.conf", lab.read("gateway.conf") + TRUNKS.format(diversion=lab.diversion, nothing=lab.nothing))
    lab.start()


diversion = Group("diversion", DIVERTED, prepare=prepare_trunks, isup_more='country = "49"',
                  pbx_more='diversion = history-info country-code = "49" national-prefix = "0"')


def invite_of(case, name, port=None):
    """The INVITE that a diverted call of the exchange's becomes."""
    server = case.server(Callee().answers(100), port=port or case.lab.pbx)
    case.lab.tell_exchange("call to-" + name)
    case.finish(server)
    return case.messages(server)


@diversion.scenario("RFC 7044, 7544 6: redirecting and original called number of an IAM are History-Info, and no Diversion")
def history_info_in(case):
    invite = invite_of(case, "history")
    has(case, invite, HISTORY, r"Supported: .*\bhistinfo\b")
    case.true("Diversion is there too", "Diversion:" not in invite)
    cdr = case.cdr()
    case.equal("redirections", (cdr["redirecting"]["digits"], cdr["original"]["digits"], cdr["redirections"]),
               ("4989124", "4989125", 2))


@diversion.scenario("RFC 5806, 7544 5: the same call to a trunk with diversion = diversion has Diversion, and no History-Info")
def diversion_in(case):
    invite = invite_of(case, "diversion", case.lab.diversion)
    has(case, invite, DIVERSION)
    case.true("History-Info is there too", "History-Info:" not in invite and "histinfo" not in invite)


@diversion.scenario("diversion = off: nothing of it is said, and the call goes on")
def diversion_off(case):
    invite = invite_of(case, "nothing", case.lab.nothing)
    case.true("somebody is said to have diverted", "Diversion:" not in invite and "History-Info:" not in invite)
    case.released(16, "in")


@diversion.scenario("RFC 7044 9.4, 11, 7544 5: History-Info is redirecting and original called number of the IAM, and comes back; "
                    "Diversion is not read")
def history_info_out(case):
    caller = Caller("+49301", more="Supported: histinfo\n"
                    "History-Info: <sip:+49302@h.example?Privacy=history>;index=1, "
                    "<sip:+49303@h.example;cause=486>;index=1.1;mp=1\n"
                    "History-Info: <sip:+49301@h.example;cause=302>;index=1.1.1;mp=1.1\n"
                    "Diversion: <sip:+49309@h.example>;reason=no-answer;counter=5")
    client = []

    def call():
        client.append(case.client(caller.answered(100)))
        case.finish(client[0])

    text = captured(case, call, 1)
    case.released(16, "in")
    answer = case.messages(client[0])
    answer = answer[answer.index("SIP/2.0 200"):]
    has(case, answer, r"History-Info: <sip:\+49302@h\.example\?Privacy=history>;index=1, <sip:\+49303@h\.example;cause=486>;index=1\.1;mp=1, "
        r"<sip:\+49301@h\.example;cause=302>;index=1\.1\.1;mp=1\.1, <sip:\+49301@[^>]*>;index=1\.1\.1\.0\r?\n")
    has(case, text, r"Redirecting Number: 303\b", r"Original Called Number: 302\b", r"Redirection counter: 2",
        r" Redirection reason: unconditional", r"Original redirection reason: user busy")
    restricted = text[text.index("Original Called Number: 302") - 1200:text.index("Original Called Number: 302")]
    has(case, restricted, r"presentation restricted")
    case.true("the Diversion was read", "309" not in text)
    cdr = case.cdr()
    case.equal("redirections", (cdr["redirecting"]["digits"], cdr["original"]["digits"], cdr["redirections"]),
               ("49303", "49302", 2))
    case.equal("presentations", (cdr["redirecting"]["presentation"], cdr["original"]["presentation"]),
               ("allowed", "restricted"))


@diversion.scenario("RFC 7044 5: an entry without a cause of RFC 4458 is no diversion: the IAM has no redirecting number")
def history_info_of_proxies(case):
    caller = Caller("+49301", more="History-Info: <sip:+49301@h.example>;index=1, <sip:+49301@i.example>;index=1.1;rc=1")
    text = captured(case, lambda: case.run(caller.answered(100)), 1)
    case.released(16, "in")
    case.true("a redirecting number", "Redirect" not in text and "Original Called" not in text)


@diversion.scenario("RFC 5806, 7544 3.3: the Diversion of a 302 goes in front of that of the IAM, into the INVITE to its Contact")
def diversion_of_302(case):
    moved = case.server(scenario(expect("INVITE"), message(REPLY.format(
        status="302 Moved Temporarily", tag=";tag=moved", contact=f"Contact: <sip:two@127.0.0.1:{case.lab.pbx}>\n",
        more="Diversion: <sip:ann@h.example>;reason=away;counter=1\nContent-Length: 0"), retrans="500"), expect("ACK")),
        port=case.lab.diversion)
    second = case.server(Callee().answers(100))
    case.lab.tell_exchange("call to-diversion")
    case.finish(moved)
    case.finish(second)
    has(case, case.messages(moved), DIVERSION)
    has(case, case.messages(second), "INVITE sip:two@",
        "Diversion: <sip:ann@h.example>;reason=away;counter=1, " + DIVERSION.removeprefix("Diversion: "))
    case.released(16, "in")
