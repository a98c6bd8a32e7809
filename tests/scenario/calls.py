# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Calls one by one, both ways: how they begin, what is said in them, how they end."""
import re
import subprocess
import time

from harness import HEARD, PATIENT, SNR_G711, Group, speech, wait_until, wav_octets
from sipp import IN_DIALOG, INVITE, Callee, Caller, expect, message, pause, scenario, with_body
from lab import alaw_wav

PLAN = """
number "0301" { action = answer delay = 500ms play = echo record = true }
number "0302" { action = busy }
number "0303" { action = unallocated }
number "0304" { action = reject }
number "0305" { action = no-answer }
number "0306" { action = announce-release early = "file:FOLDER/b.wav" cause = 31 }
number "0307" { action = silent }
number "0308" { action = answer delay = 200ms send-dtmf = "2468#" dtmf-delay = 500ms }
number "0309" { action = answer delay = 200ms hold = 1s }
number "0310" { action = connect play = "tone:425" }
number "0311" { action = answer early = "file:FOLDER/b.wav" delay = 5s record = early }
number "0312" { action = busy cause = 27 }
number "0313" { action = no-answer hold = 1s }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	record = true play = "file:FOLDER/b.wav" }
originate "in-ends" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 1s }
originate "gives-up" { called = "4051" calling = "301234567" noa = national calling-noa = national start = trigger
	give-up = 1s }
originate "restricted" { called = "4052" calling = "301234567" noa = national calling-noa = national start = trigger
	presentation = restricted hold = 500ms }
originate "overlap" { called = "40555123" calling = "301234567" noa = national calling-noa = national start = trigger
	overlap = true first-digits = 3 digit-interval = 150ms hold = 500ms }
originate "speaks" { called = "4053" calling = "301234567" noa = national calling-noa = national start = trigger
	send-dtmf = "13579" dtmf-delay = 500ms }
"""


def voice(text):
    made = {}

    def make():
        if not made:
            made["octets"] = speech(text)
        return made["octets"]
    return make


VOICE_A = voice("This is a telephone in the internet. I am calling the old telephone network.")
VOICE_B = voice("This is the telephone exchange. I hear you loud and clear, all thirty channels of me.")


def prepare(lab):
    lab.start()
    lab.ctl("capture", lab.path("all.pcapng"))


group = Group("calls", PLAN, files={"b.wav": lambda: alaw_wav(VOICE_B())}, prepare=prepare, pbx_more=PATIENT)


def in_dialog(caller, method, cseq, body="", more=""):
    text = caller.text(IN_DIALOG, method=method, cseq=cseq, more=more)
    if method == "INVITE":
        text += "\nContact: <sip:caller@[local_ip]:[local_port];transport=[transport]>"
    retrans = {} if method == "ACK" else {"retrans": "500"}
    return message(with_body(text, body), **retrans)


# --- from SIP ---

@group.scenario("RFC 3398 7.2, answered: IAM, ACM, 180, ANM, 200; BYE from SIP is REL 16; speech both ways exact")
def answered(case):
    phone, stalls = case.lab.phone(), case.stalls()
    phone.speak(VOICE_A())
    case.run(Caller("0301", port=phone.port).answered(int(len(VOICE_A()) / 8) + 1500))
    case.released(16, "in")
    case.equal("cause at the exchange", case.report()["cause"], 16)
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_A(), octets, law, stalls=stalls)
    case.heard(VOICE_A(), phone.heard_octets(), "a", stalls=stalls)
    case.ladder_has("INVITE", "IAM cic", "ACM cic", "180 Ringing", "ANM cic", "200 OK", "BYE", "REL cic", "RLC cic")


@group.scenario("A client with mu-law on an A-law span hears and is heard at the limit of G.711 (over 30 dB)")
def mu_law(case):
    phone, stalls = case.lab.phone(payload_type=0), case.stalls()
    phone.speak(mu(VOICE_A()))
    case.run(Caller("0301", port=phone.port, codec="PCMU").answered(int(len(VOICE_A()) / 8) + 1500))
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_A(), octets, law, SNR_G711, stalls)
    case.heard(VOICE_A(), phone.heard_octets(), "u", SNR_G711, stalls)


def mu(alaw_octets):
    """A-law to mu-law by the values of both (ITU-T G.711)."""
    out = bytearray()
    for octet in alaw_octets:
        code = octet ^ 0x55
        segment, step = (code >> 4) & 7, code & 0x0F
        magnitude = ((step * 2 + 1) if segment == 0 else ((step * 2 + 33) << (segment - 1))) << 3
        biased = min(magnitude + 132, 32767)
        exponent = biased.bit_length() - 8
        out.append(~((0 if code & 0x80 else 0x80) | exponent << 4 | (biased >> (exponent + 3)) & 0x0F) & 0xFF)
    return bytes(out)


def refused(case, to, status, cause):
    client = case.client(Caller(to).failed(status))
    case.finish(client)
    case.released(cause, "out")
    case.true("no Reason header with the cause",
              re.search(rf"Reason: Q\.850 ?; ?cause={cause}\b", case.messages(client)))


@group.scenario("RFC 3398 7.2.4.1: REL 17 is 486; RFC 3326 Reason with the cause")
def busy(case):
    refused(case, "0302", 486, 17)


@group.scenario("RFC 3398 7.2.4.1: REL 1 is 404")
def unallocated(case):
    refused(case, "0303", 404, 1)


@group.scenario("RFC 3398 7.2.4.1: REL 21 with location user is 603")
def rejected(case):
    refused(case, "0304", 603, 21)


@group.scenario("RFC 3398 7.2.4.1: REL 27 is 502")
def out_of_order(case):
    refused(case, "0312", 502, 27)


@group.scenario("RFC 3398 7.2.4.1: REL 19 from the exchange while it rings is 480")
def rings_out(case):
    refused(case, "0313", 480, 19)


@group.scenario("RFC 3398 7.2.3: CON is 200 without a 180")
def connect(case):
    client = case.client(Caller("0310").answered(800))
    case.finish(client)
    case.true("a 180 for CON", "180 Ringing" not in case.messages(client))
    case.ladder_has("CON cic")


@group.scenario("RFC 3398 7.2.5: in-band announcement is 183 with SDP, heard before the release")
def announcement(case):
    phone, stalls = case.lab.phone(), case.stalls()
    client = case.client(Caller("0306", port=phone.port).failed(480))
    case.finish(client)
    case.true("no 183", "183 Session Progress" in case.messages(client))
    case.released(31, "out")
    case.heard(VOICE_B(), phone.heard_octets(), stalls=stalls)


@group.scenario("RFC 3398 7.2.5: early media goes both ways before the answer")
def early_media_both_ways(case):
    phone, stalls = case.lab.phone(), case.stalls()
    phone.speak(VOICE_A())
    caller = case.client(Caller("0311", port=phone.port).answered(500))
    case.wait_packets(phone)
    time.sleep(4)
    case.true("answered too soon", case.lab.show("calls")[0]["state"] != "active")
    case.true("nothing heard early", len(phone.heard_octets()) > 16000)
    case.finish(caller)
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_A()[:24000], octets, law, stalls=stalls)
    case.heard(VOICE_B()[:24000], phone.heard_octets(), stalls=stalls)


@group.scenario("RFC 3261 9.2: CANCEL while it rings is 487, REL 16")
def cancel_ringing(case):
    case.run(Caller("0305").cancelled(800))
    case.released(16, "in")
    case.equal("cause at the exchange", case.report()["cause"], 16)


@group.scenario("RFC 3261 9.2: CANCEL before the exchange said anything is 487, REL 16")
def cancel_silent(case):
    caller = Caller("0307")
    case.run(scenario(caller.invite(), expect("100"), pause(500), caller.cancel(3), expect("200"), expect("487"),
                      caller.ack_failure(6)))
    case.released(16, "in")


@group.scenario("RFC 3261 9.2: CANCEL that crosses the 200 has no effect; the call ends with BYE")
def cancel_crosses_answer(case):
    caller = Caller("0301")
    case.run(scenario(caller.invite(), expect("100", True), expect("180"), expect("200", rrs="true"), caller.cancel(4),
                      expect("200"), message(with_body(re.sub(r"\[next_url\]", "sip:[remote_ip]:[remote_port]",
                      caller.text(IN_DIALOG, method="ACK", cseq=1)), "")), pause(500), caller.bye(), expect("200")))
    case.released(16, "in")
    case.true("no answer recorded", case.cdr()["answer"])


@group.scenario("RFC 3398 7.2: REL from the exchange in conversation is BYE with its Reason")
def released_by_exchange(case):
    client = case.client(Caller("0309").ended_by_peer())
    case.finish(client)
    case.released(16, "out")
    case.true("no Reason in BYE", re.search(r"BYE [^\0]*?Reason: Q\.850 ?; ?cause=16", case.messages(client)))


@group.scenario("RFC 3326: the cause in a BYE's Reason goes into REL")
def reason_of_bye(case):
    caller = Caller("0301")
    case.run(scenario(caller.invite(), expect("100", True), expect("180", True), expect("200", rrs="true"), caller.ack(),
                      pause(300), caller.bye('Reason: SIP;cause=200, Q.850;cause=41;text="failed"'), expect("200")))
    case.released(41, "in")
    case.equal("cause at the exchange", case.report()["cause"], 41)


@group.scenario("RFC 3261 14 and Q.733.2: hold and retrieve by re-INVITE are CPG with remote hold and retrieval")
def hold_and_retrieve(case):
    phone = case.lab.phone()
    caller = Caller("0301", port=phone.port)
    held = caller.body.replace("a=sendrecv", "a=sendonly")
    client = case.client(scenario(
        caller.invite(), expect("100", True), expect("180", True), expect("200", rrs="true"), caller.ack(), pause(300),
        in_dialog(caller, "INVITE", 2, held), expect("100", True), expect("200"), in_dialog(caller, "ACK", 2), pause(500),
        in_dialog(caller, "INVITE", 3, caller.body), expect("100", True), expect("200"), in_dialog(caller, "ACK", 3),
        pause(500), in_dialog(caller, "BYE", 4), expect("200")))
    case.finish(client)
    case.true("the hold is not answered with recvonly", "a=recvonly" in case.messages(client))
    ladder = case.lab.ctl("ladder", "last")
    case.equal("CPGs on hold and retrieve", len(re.findall(r"-- CPG cic", ladder)), 2)


@group.scenario("RFC 3261 13.2.1: an INVITE without SDP gets its offer in the 200 and the answer in the ACK")
def delayed_offer(case):
    phone = case.lab.phone()
    phone.speak(VOICE_A())
    caller = Caller("0301", port=phone.port)
    case.run(scenario(message(with_body(caller.text(INVITE), ""), retrans="500"), expect("100", True),
                      expect("180", True), expect("200", rrs="true"), in_dialog(caller, "ACK", 1, caller.body),
                      pause(2000), caller.bye(), expect("200")))
    case.true("no audio came back", len(phone.heard_octets()) > 8000)
    case.true("no audio went out", case.cdr()["in"]["media"]["packets_in"] > 50)


@group.scenario("RFC 4733 both ways: tones of the bearer are events, events are tones on the bearer")
def dtmf_both_ways(case):
    phone = case.lab.phone()
    client = case.client(Caller("0308", port=phone.port).answered(6000))
    case.wait_packets(phone)
    phone.dial("159*0")
    case.finish(client)
    case.equal(f"{HEARD} at the exchange", case.report()["digits"], "159*0")
    case.equal(f"{HEARD} at the phone", phone.heard_digits(), "2468#")


@group.scenario("RFC 3323 and RFC 3398 8.2.1: Privacy id restricts the calling number in the IAM")
def presentation_restricted_out(case):
    more = "P-Asserted-Identity: <sip:49891234@127.0.0.1>\nPrivacy: id"
    case.run(Caller("0301", name='"Anonymous" ', caller="anonymous", more=more).answered(300))
    calling = case.cdr()["calling"]
    case.equal("calling", (calling["digits"], calling["presentation"]), ("49891234", "restricted"))
    case.equal("calling at the exchange", case.report()["calling"]["digits"], "49891234")


@group.scenario("RFC 3261 over TCP: a whole call on one connection")
def tcp(case):
    case.run(Caller("0301").answered(500), "-t", "t1")
    case.released(16, "in")


# --- from the exchange ---

@group.scenario("RFC 3398 8.2: IAM is INVITE, 180 is ACM, 200 is ANM; REL from the exchange is BYE; speech both ways")
def from_exchange(case):
    phone, stalls = case.lab.phone(), case.stalls()
    phone.speak(VOICE_A())
    server = case.server(Callee(phone.port).answers(500))
    case.lab.tell_exchange("call in")
    case.wait_calls(1)
    time.sleep(len(VOICE_B()) / 8000 + 1.5)
    case.lab.tell_exchange("release")
    case.finish(server)
    case.released(16, "in")
    octets, law = wav_octets(case.report()["recording"]["file"])
    case.heard(VOICE_A(), octets, law, stalls=stalls)
    case.heard(VOICE_B(), phone.heard_octets(), stalls=stalls)


@group.scenario("RFC 3398 8.2: BYE from the called peer is REL 16")
def called_peer_ends(case):
    server = case.server(Callee().answers_and_ends(200, 500))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.released(16, "out")
    case.equal("cause at the exchange", case.report()["cause"], 16)


@group.scenario("RFC 3398 8.2.6.1: failure responses are the cause of REL: 486 17, 404 1, 603 21, 503 41, 480 18")
def peer_refuses(case):
    expected = {"486 Busy Here": 17, "404 Not Found": 1, "603 Decline": 21, "503 Service Unavailable": 41,
                "480 Temporarily Unavailable": 18}
    for number, (status, cause) in enumerate(expected.items(), 1):
        server = case.server(Callee().refuses(status))
        case.lab.tell_exchange("call in")
        case.finish(server)
        case.released(cause, "out", number)
        case.equal(f"cause of {status} at the exchange", case.report(number)["cause"], cause)


@group.scenario("RFC 3326: a Q.850 Reason in a failure response goes before the table")
def reason_of_failure(case):
    callee = Callee()
    refusal = callee.reply("500 Server Internal Error", retrans="500").replace(
        "Content-Length", "Reason: Q.850;cause=27\nContent-Length")
    server = case.server(scenario(expect("INVITE"), refusal, expect("ACK")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.equal("cause at the exchange", case.report()["cause"], 27)


@group.scenario("RFC 3398 8.2.3: 183 with SDP is ACM with in-band information, its media is heard before the answer")
def early_media_from_peer(case):
    phone = case.lab.phone()
    phone.speak(VOICE_A())
    server = case.server(Callee(phone.port).answers(2000, early=True))
    case.lab.tell_exchange("call in-ends")
    wait_until("early media", lambda: phone.packets and case.lab.show("calls"))
    case.finish(server)
    case.true("no in-band ACM", any(e["event"] == "ACM" and "in-band" in e["text"] for e in case.report()["events"]))


@group.scenario("RFC 3261 9.1: REL while the peer rings is CANCEL")
def exchange_gives_up(case):
    server = case.server(Callee().is_cancelled())
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    case.released(16, "in")


@group.scenario("RFC 3261 9.1, 13.2.2.4: a 200 that crosses our CANCEL gets ACK and BYE")
def answer_crosses_cancel(case):
    callee = Callee()
    server = case.server(scenario(
        '<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="1"/>'
        '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="2"/></action></recv>',
        callee.reply("180 Ringing"), expect("CANCEL"), callee.plain("200 OK"),
        callee.reply("200 OK", callee.body).replace("[last_CSeq:]", "CSeq:[$1]").replace("[last_Via:]", "Via:[$2]"),
        expect("ACK"), expect("BYE"), callee.plain("200 OK")))
    case.lab.tell_exchange("call gives-up")
    case.finish(server)
    case.released(16, "in")


@group.scenario("RFC 3323: a restricted calling number is From anonymous with Privacy id and P-Asserted-Identity")
def presentation_restricted_in(case):
    server = case.server(Callee().answers(100))
    case.lab.tell_exchange("call restricted")
    case.finish(server)
    invite = case.messages(server)
    case.true("From is not anonymous", re.search(r"From: .*anonymous@anonymous\.invalid", invite))
    case.true("no Privacy: id", re.search(r"Privacy: .*\bid\b", invite))
    case.true("no P-Asserted-Identity", re.search(r"P-Asserted-Identity: .*301234567", invite))


@group.scenario("Q.764 2.1.2 overlap: IAM and SAMs are one INVITE with the whole number (RFC 3578 3.2)")
def overlap(case):
    server = case.server(Callee().answers(200))
    case.lab.tell_exchange("call overlap")
    case.finish(server)
    case.true("wrong number", re.search(r"INVITE sip:40555123@", case.messages(server)))
    case.ladder_has("SAM cic")


@group.scenario("RFC 4733 from the exchange's call: its tones are events at the peer")
def dtmf_from_exchange(case):
    phone = case.lab.phone()
    server = case.server(Callee(phone.port).answers(100))
    case.lab.tell_exchange("call speaks")
    wait_until("the digits", lambda: len(phone.heard_digits()) >= 5, 10)
    case.lab.tell_exchange("release")
    case.finish(server)
    case.equal(f"{HEARD} at the phone", phone.heard_digits(), "13579")


@group.scenario("RFC 3261 14: a called peer that holds by re-INVITE is remote hold to the exchange")
def called_peer_holds(case):
    callee = Callee()
    keep = ('<recv request="INVITE" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="From:" '
            'assign_to="caller"/></action></recv>')

    def request(method, cseq, body):
        head = f"""{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:callee@[local_ip]:[local_port]>;tag=[call_number]-[pid]
To: [$caller]
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:callee@[local_ip]:[local_port]>
Max-Forwards: 70"""
        return message(with_body(head, body), **({} if method == "ACK" else {"retrans": "500"}))
    held = callee.body.replace("a=sendrecv", "a=inactive")
    server = case.server(scenario(keep, callee.reply("180 Ringing"), pause(200),
                                  callee.reply("200 OK", callee.body, retrans="500"), expect("ACK"), pause(300),
                                  request("INVITE", 1, held), expect("100", True), expect("200"), request("ACK", 1, ""),
                                  pause(300), request("BYE", 2, ""), expect("200")))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.true("no CPG at the exchange", any(e["event"] == "CPG" for e in case.report()["events"]))


# --- maintenance and the capture of it all ---

@group.scenario("Q.764 2.9.2: BLO and CGB keep IAMs away from circuits, UBL and CGU bring them back; BLA, UBA, CGBA, CGUA")
def blocking(case):
    lab = case.lab
    lab.ctl("block", "pstn", "1")
    lab.ctl("block", "pstn", "3-15")
    lab.ctl("block", "pstn", "17-31")

    def blocked(count):
        return wait_until(f"{count} circuits blocked", lambda: sum(c["blocked"] != "-" for c in lab.show("circuits")) == count)
    blocked(29)
    for number in (1, 2):
        case.run(Caller("0310").answered(200))
        case.equal("circuit", case.cdr(number)["out"]["leg"], "cic 2")
    lab.ctl("block", "pstn", "2")
    blocked(30)
    case.run(Caller("0310").failed(503))
    lab.ctl("unblock", "pstn", "1-15")
    lab.ctl("unblock", "pstn", "17-31")
    blocked(0)
    case.true("not usable again", all(c["usable"] for c in lab.show("circuits")))
    lab.ctl("block", "pstn", "7")
    blocked(1)
    lab.ctl("unblock", "pstn", "7")
    blocked(0)
    case.run(Caller("0310").answered(200))


@group.scenario("Q.764 2.9.3: RSC on a circuit with a call ends the call on both sides")
def reset_with_call(case):
    client = case.client(Caller("0310").ended_by_peer())
    call = case.wait_calls(1)[0]
    case.equal("circuits busy", call["call"], busy_circuit(case.lab)["call"])
    case.lab.ctl("reset", "pstn", str(busy_circuit(case.lab)["cic"]))
    case.finish(client)
    case.cdr()
    case.lab.ctl("reset", "pstn", "1-15")


def busy_circuit(lab):
    return next(c for c in lab.show("circuits") if c["state"] != "idle")


def tshark(lab, *words):
    out = subprocess.run(["tshark", "-r", lab.path("all.pcapng"), *words], capture_output=True, text=True, check=False,
                         timeout=120)
    return out.stdout


def isup_text(lab):
    return tshark(lab, "-Y", "isup", "-V")


@group.scenario("The capture of all of these: tshark finds nothing malformed, every ISUP message decoded, SIP beside it")
def capture(case):
    lab = case.lab
    case.run(Caller("0301").answered(200))
    case.settled()
    lab.ctl("capture", "stop")
    case.equal("malformed packets", tshark(lab, "-Y", "_ws.malformed || _ws.expert.severity == error"), "")
    types = tshark(lab, "-Y", "mtp3", "-T", "fields", "-e", "isup.message_type", "-e", "mtp3.service_indicator")
    rows = [line.split("\t") for line in types.splitlines()]
    isup = [row[0] for row in rows if row[1] in ("5", "0x05")]
    case.true("an ISUP message without a type", isup and all(isup))
    case.true("no SIP", tshark(lab, "-Y", "sip.Method == INVITE"))
    if len(lab.cdrs()) > 30:  # the whole group was run
        flown = {int(code, 0) for code in isup}
        wanted = {1: "IAM", 2: "SAM", 6: "ACM", 7: "CON", 9: "ANM", 12: "REL", 16: "RLC", 44: "CPG", 18: "RSC",
                  19: "BLO", 20: "UBL", 21: "BLA", 22: "UBA", 23: "GRS", 24: "CGB", 25: "CGU", 26: "CGBA", 27: "CGUA",
                  41: "GRA"}
        missing = [name for code, name in wanted.items() if code not in flown]
        case.equal("message types not seen", missing, [])
        text = isup_text(lab)
        case.true("no remote hold in the capture", "emote hold" in text)
        case.equal("restricted numbers from the gateway", tshark(
            lab, "-Y", "mtp3.opc == 1 && isup.address_presentation_restricted_indicator == 1").count("IAM"), 1)
