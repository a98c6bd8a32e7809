# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Calls before they are answered: reliable provisional responses, UPDATE, several early dialogs, early media by policy;
and what else keeps a trunk going: credentials, OPTIONS."""
import os
import re

from harness import Group, wait_until
from lab import alaw_wav
from sipp import CONTACT, IN_DIALOG, INVITE, REPLY, Callee, Caller, expect, message, pause, scenario, with_body

PLAN = """
number "0301" { action = answer delay = 300ms play = echo }
number "0302" { action = busy }
number "0305" { action = no-answer }
number "0306" { action = announce-release early = "file:FOLDER/b.wav" cause = 31 }
number "0313" { action = no-answer hold = 500ms }
number "0311" { action = answer early = "tone:425" delay = 1s play = echo }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger }
originate "in-ends" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 500ms }
originate "gives-up" { called = "4051" calling = "301234567" noa = national calling-noa = national start = trigger
	give-up = 1s }
"""
SUPPORTED = "Supported: 100rel, 199\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE"
FILES = {"b.wav": lambda: alaw_wav(b"\xd5\x55\x34\xb4" * 4000)}
HERE = os.path.dirname(os.path.abspath(__file__))

group = Group("early", PLAN, files=FILES)


def reliable(status, variable="rseq"):
    """Expects a reliable response and keeps its RSeq."""
    return (f'<recv response="{status}" rrs="true"><action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" '
            f'check_it="true" assign_to="{variable}"/></action></recv>')


def prack(caller, cseq, variable="rseq", body=""):
    text = caller.text(IN_DIALOG, method="PRACK", cseq=cseq, more=f"RAck: [${variable}] 1 INVITE\n")
    return message(with_body(text, body), retrans="500")


def in_dialog(caller, method, cseq, body="", more=""):
    contact = "Contact: <sip:caller@[local_ip]:[local_port];transport=[transport]>\n" if method in ("INVITE", "UPDATE") else ""
    retrans = {} if method == "ACK" else {"retrans": "500"}
    return message(with_body(caller.text(IN_DIALOG, method=method, cseq=cseq, more=contact + more), body), **retrans)


def hold(caller):
    return caller.body.replace("a=sendrecv", "a=sendonly")


# --- called by SIP ---

@group.scenario("RFC 3262 3, 5: reliable 183 with the answer, PRACK, 200 without SDP; RFC 3311: UPDATE in the early dialog")
def reliable_answer(case):
    phone = case.lab.phone()
    caller = Caller("0311", port=phone.port, more=SUPPORTED)
    client = case.client(scenario(
        caller.invite(), expect("100", True), reliable("183"), prack(caller, 2), expect("200"),
        in_dialog(caller, "UPDATE", 3, caller.body), expect("200"), expect("200", rrs="true"), in_dialog(caller, "ACK", 1),
        pause(300), in_dialog(caller, "BYE", 4), expect("200")))
    case.finish(client)
    text = case.messages(client)
    case.true("the 183 has no answer", re.search(r"SIP/2.0 183 [^\0]*?RSeq: [^\0]*?m=audio", text))
    case.true("the 200 to INVITE says the answer again",
              not re.search(r"SIP/2.0 200 [^\0]*?CSeq: 1 INVITE[^\0]*?Content-Length: [1-9]", text.split("PRACK sip:", 1)[1]
                            .split("UPDATE sip:", 1)[1].split("CSeq: 3 UPDATE", 2)[2].split("ACK sip:", 1)[0]))
    case.ladder_has("PRACK", "UPDATE", "183 Session Progress", "ANM cic")
    case.released(16, "in")
    case.true("no audio early", len(phone.heard_octets()) > 4000)


@group.scenario("RFC 3262 3: the 183 comes again until the PRACK, and the 200 waits for that")
def answer_waits(case):
    caller = Caller("0311", more=SUPPORTED)
    client = case.client(scenario(
        caller.invite(), expect("100", True), reliable("183"), pause(2000), prack(caller, 2), expect("200"),
        expect("200", rrs="true"), in_dialog(caller, "ACK", 1), pause(200), in_dialog(caller, "BYE", 3), expect("200")))
    case.finish(client)
    text = case.messages(client)
    case.true("the 183 was not sent again", len(re.findall(r"SIP/2.0 183 ", text)) >= 3)
    case.true("the 200 did not wait", text.index("PRACK sip:") < text.index("SIP/2.0 200 "))


@group.scenario("RFC 3262 3: the first reliable response has the offer when the INVITE had none, the PRACK the answer")
def offer_in_response(case):
    phone = case.lab.phone()
    phone.speak(b"\xd5" * 16000)
    caller = Caller("0301", port=phone.port, more=SUPPORTED)
    invite = message(with_body(caller.text(INVITE, more=SUPPORTED + "\n"), ""), retrans="500")
    client = case.client(scenario(
        invite, expect("100", True), reliable("180"), prack(caller, 2, body=caller.body), expect("200"),
        expect("200", rrs="true"), in_dialog(caller, "ACK", 1), pause(1000), in_dialog(caller, "BYE", 3), expect("200")))
    case.finish(client)
    case.true("no offer in the 180", re.search(r"SIP/2.0 180 [^\0]*?m=audio", case.messages(client)))
    case.true("no audio went out", case.cdr()["in"]["media"]["packets_in"] > 20)


@group.scenario("RFC 3261 9.2 and RFC 3262 3: CANCEL with a reliable 180 outstanding is 487; its PRACK is still answered")
def cancel_with_prack_owed(case):
    caller = Caller("0305", more=SUPPORTED)
    client = case.client(scenario(
        caller.invite(), expect("100", True), reliable("180"), caller.cancel(3), expect("200"), expect("487"),
        caller.ack_failure(6), prack(caller, 2), expect("200")))
    case.finish(client)
    case.released(16, "in")


@group.scenario("RFC 3398 9.2 by RFC 3311: hold and retrieve by UPDATE are CPG with remote hold and retrieval")
def hold_by_update(case):
    caller = Caller("0301", more=SUPPORTED.replace("100rel, ", ""))
    client = case.client(scenario(
        caller.invite(), expect("100", True), expect("180", True), expect("200", rrs="true"), in_dialog(caller, "ACK", 1),
        pause(200), in_dialog(caller, "UPDATE", 2, hold(caller)), expect("200"), pause(200),
        in_dialog(caller, "UPDATE", 3, caller.body), expect("200"), pause(200), in_dialog(caller, "BYE", 4), expect("200")))
    case.finish(client)
    case.true("the hold is not answered with recvonly", "a=recvonly" in case.messages(client))
    case.equal("CPGs on hold and retrieve", len(re.findall(r"-- CPG cic", case.lab.ctl("ladder", "last"))), 2)


@group.scenario("RFC 5009 8.2: in-band information is 183 with P-Early-Media where the caller asked for it")
def p_early_media(case):
    caller = Caller("0306", more="P-Early-Media: supported")
    client = case.client(caller.failed(480))
    case.finish(client)
    case.true("no P-Early-Media", re.search(r"SIP/2.0 183 [^\0]*?P-Early-Media: send", case.messages(client)))


# --- called by the exchange ---

def reliably(callee, status, rseq, body=""):
    more = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + body if body else "Content-Length: 0"
    return message(REPLY.format(status=status, tag=";tag=[call_number]-[pid]",
                                contact=CONTACT + f"Require: 100rel\nRSeq: {rseq}\n", more=more))


def final(callee, status="200 OK", body="", tag=";tag=[call_number]-[pid]", cseq="1 INVITE"):
    """A final response to the INVITE after other requests came: CSeq, Via and To are those of the INVITE."""
    more = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + body if body else "Content-Length: 0"
    text = REPLY.format(status=status, tag="", contact=CONTACT, more=more)
    text = text.replace("[last_Via:]", "Via: [$via]").replace("[last_To:]", f"To: [$to]{tag}")
    return message(text.replace("[last_CSeq:]", f"CSeq: {cseq}"), retrans="500")


KEEP = ('<recv request="INVITE"><action><ereg regexp="[^ ].*" search_in="hdr" header="Via:" assign_to="via"/>'
        '<ereg regexp="[^ ].*" search_in="hdr" header="To:" assign_to="to"/></action></recv>')


@group.scenario("RFC 3262 4: reliable 183 and 180 get their PRACKs in order; the answer came with the 183, the 200 has none")
def pracks_sent(case):
    phone = case.lab.phone()
    callee = Callee(phone.port)
    server = case.server(scenario(
        KEEP, reliably(callee, "183 Session Progress", 100, callee.body), expect("PRACK"), callee.plain("200 OK"),
        reliably(callee, "180 Ringing", 101).replace("[last_Via:]", "Via: [$via]").replace(
            "[last_To:];tag", "To: [$to];tag").replace("[last_CSeq:]", "CSeq: 1 INVITE"),
        expect("PRACK"), callee.plain("200 OK"), pause(300), final(callee), expect("ACK"), expect("BYE"),
        callee.plain("200 OK")))
    case.lab.tell_exchange("call in-ends")
    case.finish(server)
    case.released(16, "in")
    text = case.messages(server)
    case.true("INVITE without 100rel", re.search(r"Supported: 100rel", text))
    case.true("RAck is not that of the responses", re.search(r"RAck: 100 1 INVITE", text) and
              re.search(r"RAck: 101 1 INVITE", text))
    case.ladder_has("ACM cic", "PRACK", "CPG cic", "ANM cic")


@group.scenario("RFC 3398 8.2.7: REL before the answer is CANCEL; a reliable 180 that is on its way is acknowledged")
def released_with_reliable(case):
    callee = Callee()
    server = case.server(scenario(
        KEEP, reliably(callee, "180 Ringing", 7), expect("PRACK"), callee.plain("200 OK"), expect("CANCEL"),
        callee.plain("200 OK"), final(callee, "487 Request Terminated"), expect("ACK")))
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    case.released(16, "in")


@group.scenario("RFC 3398 8.2.7: REL crosses the 200, which gets ACK and BYE at once")
def released_and_answered(case):
    callee = Callee()
    server = case.server(scenario(
        KEEP, callee.reply("180 Ringing"), expect("CANCEL"), callee.plain("200 OK"), final(callee, body=callee.body),
        expect("ACK"), expect("BYE"), callee.plain("200 OK")))
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    case.released(16, "in")


@group.scenario("RFC 3261 13.2.2.4, RFC 6228: two early dialogs, 199 for one; the 200 of the other; a second 200 gets ACK and BYE")
def forked(case):
    phone, other = case.lab.phone(), case.lab.phone()
    first, second = Callee(phone.port), Callee(other.port)

    def as_fork(number, text):
        return text.replace(";tag=[call_number]-[pid]", f";tag=fork{number}-[pid]")
    server = case.server(scenario(
        KEEP, as_fork(1, first.reply("183 Session Progress", first.body)), pause(200),
        as_fork(2, second.reply("183 Session Progress", second.body)), pause(200),
        as_fork(3, first.reply("180 Ringing")), as_fork(1, first.reply("199 Early Dialog Terminated")), pause(200),
        as_fork(2, final(second, body=second.body)), expect("ACK"), as_fork(3, final(first, body=first.body)),
        expect("ACK"), expect("BYE"), second.plain("200 OK"), expect("BYE"), second.plain("200 OK")))
    case.lab.tell_exchange("call in-ends")
    case.finish(server)
    case.released(16, "in")
    byes = re.findall(r"BYE sip:[^\0]*?To: [^\n]*tag=(fork\d)", case.messages(server))
    case.equal("whom a BYE went to", byes[:2], ["fork3", "fork2"])
    case.true("the dialog that answered heard nothing", other.packets > 5)


# --- a trunk that requires 100rel, and has its own ringback ---

strict = Group("early-strict", PLAN, files=FILES, pbx_more='reliable = required ringback = local early-dialog-end = true')


@strict.scenario("RFC 3262 3, RFC 3261 21.4.16: a caller without 100rel gets 421 with Require")
def requires_reliable(case):
    client = case.client(Caller("0301").failed(421))
    case.finish(client)
    case.true("no Require", re.search(r"SIP/2.0 421 [^\0]*?Require: 100rel", case.messages(client)))


@strict.scenario("RFC 6228 5: 199 before the failure that ends an early dialog; the INVITE to the peer requires 100rel")
def early_dialog_ends(case):
    caller = Caller("0313", more=SUPPORTED)
    server = case.server(scenario(expect("INVITE"), Callee().reply("420 Bad Extension"), expect("ACK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.true("INVITE does not require 100rel", re.search(r"Require: 100rel", case.messages(server)))
    client = case.client(scenario(caller.invite(), expect("100", True), reliable("180"), prack(caller, 2), expect("200"),
                                  expect("199"), expect("480"), caller.ack_failure(7)))
    case.finish(client)
    case.true("no Reason in the 199", re.search(r"SIP/2.0 199 [^\0]*?Reason: SIP;cause=480", case.messages(client)))


# --- credentials ---

def prepare(lab):
    """kamailio asks the gateway for its password, with SHA-256; the trunk's requests go through it."""
    lab.proxy = lab.port()
    with open(os.path.join(HERE, "kamailio.cfg"), encoding="ascii") as f:
        text = f.read().replace("PROXY_PORT", str(lab.proxy)).replace("GATEWAY_PORT", str(lab.sip))
    text = text.replace('loadmodule "siputils.so"', 'loadmodule "siputils.so"\nloadmodule "auth.so"\n'
                        'modparam("auth", "algorithm", "SHA-256")\nmodparam("auth", "nonce_expire", 2)')
    text = text.replace("	if (has_totag()) {\n", f"""	if ($sp == {lab.sip} && !is_method("ACK|CANCEL")) {{
		if (!pv_proxy_authenticate("lab", "open sesame", "0")) {{
			proxy_challenge("lab", "1");
			exit;
		}}
		consume_credentials();
	}}
	if (is_method("OPTIONS")) {{
		sl_send_reply("200", "OK");
		exit;
	}}
	if (has_totag()) {{
""", 1)
    lab.write("kamailio.cfg", text)
    lab.write("gateway.conf", lab.read("gateway.conf").replace(
        "trusted = true", f'trusted = true proxy = "127.0.0.1:{lab.proxy}" user = "gateway" password = "open sesame" '
        "keepalive = 1s"))
    os.mkdir(lab.path("run"))
    lab.kamailio = lab.spawn("kamailio", ["kamailio", "-f", lab.path("kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "4",
                                          "-Y", lab.path("run"), "-w", lab.folder])
    lab.start()


guarded = Group("password", PLAN, files=FILES, prepare=prepare)


@guarded.scenario("RFC 7616, RFC 8760, RFC 3261 22.3: a proxy's SHA-256 challenges to INVITE, BYE and OPTIONS are answered")
def challenged(case):
    lab = case.lab
    wait_until("the peer to be up", lambda: lab.show("peers")[0]["state"] == "up")
    server = case.server(Callee().answers(200))
    lab.tell_exchange("call in-ends")
    case.finish(server)
    case.released(16, "in")
    ladder = lab.ctl("ladder", "last")
    case.true("the INVITE was not challenged", "407 Proxy Authentication Required" in ladder)
    for name in ("gateway.log", "cdr.json"):
        case.true(f"the password is in {name}", "sesame" not in lab.read(name))
    case.true("the password is in a trace", "sesame" not in ladder and "sesame" not in lab.ctl("show", "peers"))
    case.equal("credentials refused", case.counter("causeway_sip_credentials_rejected_total"), 0)
    # The nonce has run out: stale, and the next one is taken.
    before = case.counter("causeway_sip_challenges_total")
    wait_until("a fresh nonce", lambda: case.counter("causeway_sip_challenges_total") > before)
    case.equal("state", lab.show("peers")[0]["state"], "up")


# --- keep-alive ---

watched = Group("keepalive", PLAN, files=FILES, pbx_more="keepalive = 1s keepalive-lost = 2 keepalive-back = 1")


@watched.scenario("RFC 3261 11: a peer that does not answer OPTIONS is down, gets no calls and raises an alarm; it comes back")
def peer_down_and_up(case):
    lab = case.lab
    wait_until("the peer to be down", lambda: lab.show("peers")[0]["state"] == "down")
    case.equal("available", [t["available"] for t in lab.show("trunks") if t["trunk"] == "pbx"], [False])
    case.true("no alarm", any("OPTIONS" in a["alarm"] and a["state"] == "raised" for a in lab.show("alarms")))
    lab.tell_exchange("call in")
    case.released(38, None)
    server = case.server(scenario(expect("OPTIONS"), Callee().reply("404 Not Found"), pause(500)))
    wait_until("the peer to be up", lambda: lab.show("peers")[0]["state"] == "up")
    case.finish(server)
    case.true("the alarm stays", not any("OPTIONS" in a["alarm"] and a["state"] == "raised" for a in lab.show("alarms")))
