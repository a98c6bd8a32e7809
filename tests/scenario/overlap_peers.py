# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Overlap dialling by every strategy with a peer that wants more: reliable provisional responses (RFC 3262), or
credentials (RFC 3261 22, RFC 7616). Both change the requests between which digits come."""
import hashlib
import re

import overlap_calls
from early import reliable
from harness import Group
from overlap import invites_of, sent_to_exchange, several, strategy
from overlap_calls import RELAY, SESSION_INFO, Overlapping, Several, relay
from sipp import CONTACT, expect, pause, scenario

USER, PASSWORD, REALM = "gateway", "open sesame", "lab"

group = Group("overlap-peers", overlap_calls.PLAN, prepare=overlap_calls.prepare,
              pbx_more=f'user = "{USER}" password = "{PASSWORD}"')


# --- PSTN to SIP, the peer's 18x are reliable ---

class Reliable(Several):
    """A peer that sends every provisional response with Require: 100rel."""

    def sends(self, n, rseq, status, body=""):
        """Such a response to the INVITE with that place, and the 200 for its PRACK."""
        return [self.answer_to(n, status, body).replace(CONTACT, f"{CONTACT}Require: 100rel\nRSeq: {rseq}\n"),
                expect("PRACK"), self.plain("200 OK")]

    def answers(self, n, body=""):
        return [self.answer_to(n, "200 OK", body, retrans="500"), expect("ACK"), *self.end()]

    def takes_infos(self, count):
        return [step for _ in range(count) for step in (expect("INFO"), self.plain("200 OK"))]


def racks(case, server):
    return re.findall(r"^RAck: (.*?)\r?$", case.messages(server), re.M)


def cseqs(case, server, *methods):
    """Of the requests that SIPp received, each once, in their order."""
    found = []
    for part in re.split(r"-{20,} .*\n", case.messages(server)):
        if "received" in part.split("\n")[0]:
            match = re.search(r"^CSeq: (\d+) (\w+)", part, re.M)
            if match and not re.search(r"^SIP/2\.0", part, re.M) and match.group(2) in methods and match.groups() not in found:
                found.append(match.groups())
    return [(int(number), method) for number, method in found]


def rise(case, server, *methods):
    """RFC 3261 12.2.1.1: CSeq rises from request to request."""
    numbers = [number for number, _ in cseqs(case, server, *methods)]
    case.true(f"CSeqs {numbers}", numbers and all(a < b for a, b in zip(numbers, numbers[1:])))


@group.scenario("RFC 3262 4 with collect: one INVITE with all digits; each reliable 18x gets its PRACK")
def collect_reliable(case):
    peer = Reliable()
    server = case.server(scenario(
        peer.invite(1), *peer.sends(1, 10, "183 Session Progress", peer.body), *peer.sends(1, 11, "180 Ringing"),
        *peer.answers(1)))
    case.lab.tell_exchange("call collect-longest")
    case.finish(server)
    strategy(case, "collect")
    case.equal("RAcks", racks(case, server), ["10 1 INVITE", "11 1 INVITE"])
    case.equal("INVITEs", [r[0] for r in invites_of(case, server)], ["415551234"])


@group.scenario("RFC 3578 3.3 with RFC 3262: reliable 183 of a part of the number and of the whole: each gets its PRACK in the dialog "
                "of its own; the first goes with its 484, the media are those of the longer number")
def invites_reliable(case):
    short, whole = case.lab.phone(), case.lab.phone()
    peer = Reliable(short.port)
    longer = Reliable(whole.port)
    server = case.server(scenario(
        *peer.refuse(1), peer.invite(2), peer.answer_to(2, "100 Trying"), peer.invite(3),
        *peer.sends(2, 700, "183 Session Progress", peer.body), *peer.sends(3, 20, "183 Session Progress", longer.body),
        peer.answer_to(2, "484 Address Incomplete", retrans="500"), expect("ACK"), *peer.sends(3, 21, "180 Ringing"), pause(400),
        *peer.answers(3)))
    case.lab.tell_exchange("call invites")
    case.finish(server)
    strategy(case, "multiple-invite")
    several(case, ["4255", "42555", "425551"], server)
    numbers = [r[5] for r in invites_of(case, server)]
    case.equal("RAcks", racks(case, server), [f"700 {numbers[1]} INVITE", f"20 {numbers[2]} INVITE", f"21 {numbers[2]} INVITE"])
    case.true(f"{short.packets} packets to the part, {whole.packets} to the whole", whole.packets > max(10, short.packets))


@group.scenario("RFC 3578 3.4 with RFC 3262: digits come while a reliable 180 of the shorter number repeats: its PRACK is sent, "
                "its 200 wins, CANCEL for the longer one alone")
def shorter_answers_reliably(case):
    peer = Reliable()
    server = case.server(scenario(
        *peer.refuse(1), peer.invite(2), peer.invite(3), peer.answer_to(3, "100 Trying"),
        *peer.sends(2, 31, "180 Ringing", peer.body), peer.answer_to(2, "200 OK", retrans="500"), expect("ACK"), expect("CANCEL"),
        peer.plain("200 OK"), peer.answer_to(3, "487 Request Terminated"), expect("ACK"), *peer.end()))
    case.lab.tell_exchange("call invites")
    case.finish(server)
    case.true("not answered", strategy(case, "multiple-invite")["answer"])
    cancel = re.search(r"^CANCEL sip:(\d+)@", case.messages(server), re.M)
    case.equal("cancelled", cancel and cancel.group(1), "425551")


@group.scenario("RFC 3578 3.1 with RFC 3262: a reliable 183 is acknowledged and opens the dialog for INFOs; CSeq rises over both")
def info_reliable(case):
    peer = Reliable()
    server = case.server(scenario(
        peer.invite(1), *peer.sends(1, 5, "183 Session Progress", peer.body), *peer.takes_infos(2),
        *peer.sends(1, 6, "180 Ringing"), pause(200), *peer.answers(1)))
    case.lab.tell_exchange("call info")
    case.finish(server)
    strategy(case, "info")
    case.equal("digits", re.findall(r"^Signal=(.)", case.messages(server), re.M), ["5", "1"])
    case.equal("requests", [m for _, m in cseqs(case, server, "PRACK", "INFO")], ["PRACK", "INFO", "INFO", "PRACK"])
    rise(case, server, "INVITE", "PRACK", "INFO", "BYE")


@group.scenario("A reliable 184 is acknowledged and asks for INFOs, which are 3GPP's session-info or relayed digits")
def by_184_reliable(case):
    peer = Reliable()
    server = case.server(scenario(
        peer.invite(1), *peer.sends(1, 9, "184 Ready For More Digits"), *peer.takes_infos(2),
        *peer.sends(1, 10, "180 Ringing", peer.body), pause(200), *peer.answers(1)))
    case.lab.tell_exchange("call by-184")
    case.finish(server)
    strategy(case, "184")
    case.equal("digits", re.findall(r"^Signal=(.)", case.messages(server), re.M), ["5", "1"])
    case.equal("RAcks", racks(case, server), ["9 1 INVITE", "10 1 INVITE"])
    rise(case, server, "INVITE", "PRACK", "INFO", "BYE")


# --- SIP to PSTN, the caller takes reliable responses ---

class ReliableCaller(Overlapping):
    """A caller that requires 100rel; the texts are RFC 3262's."""

    def invite(self, to, cseq):
        return super().invite(to, cseq).replace("Max-Forwards: 70", "Max-Forwards: 70\nRequire: 100rel")

    def pracks(self, to, cseq, invite_cseq, status, variable):
        """A reliable response, and its PRACK."""
        text = self.in_dialog("PRACK", to, cseq)
        return [reliable(status, variable), text.replace("Max-Forwards: 70", "Max-Forwards: 70\n"
                                                          f"RAck: [${variable}] {invite_cseq} INVITE"),
                expect("200")]

    def talks(self, to, invite_cseq, cseq):
        return [expect("200", rrs="true"), self.in_dialog("ACK", to, invite_cseq), pause(300),
                self.in_dialog("BYE", to, cseq), expect("200")]


@group.scenario("RFC 3578 3.5 with Require: 100rel: longer INVITEs are SAMs; the last one's 180 is reliable, RSeq anew")
def invites_received_reliably(case):
    caller = ReliableCaller()
    case.run(scenario(
        caller.invite("0301", 1), expect("100"), pause(300), caller.invite("03011", 2), *caller.superseded("0301", 1),
        expect("100"), pause(300), caller.invite("03011234", 3), *caller.superseded("03011", 2), expect("100", True),
        *caller.pracks("03011234", 4, 3, "180", "rseq"), *caller.talks("03011234", 3, 5)), "-i", "127.0.0.2")
    strategy(case, "through")
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3011234")
    case.equal("SAMs", events.count("SAM"), 2)


def infos_after(case, address, asked, bodies, content, sams):
    caller = ReliableCaller()
    infos = []
    for i, body in enumerate(bodies, 3):
        infos += [caller.in_dialog("INFO", "0301", i, body, content), expect("200")]
    last = 3 + len(bodies)
    case.run(scenario(
        caller.invite("0301", 1), expect("100", True), *caller.pracks("0301", 2, 1, asked, "asked"), *infos,
        *caller.pracks("0301", last, 1, "180", "ringing"), *caller.talks("0301", 1, last + 1)), "-i", address)
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3011234")
    case.equal("SAMs", events.count("SAM"), sams)


@group.scenario("RFC 3578 3.1 with Require: 100rel: our 183 that asks for digits is reliable, so is the 180 after them")
def info_received_reliably(case):
    infos_after(case, "127.0.0.3", "183", relay("1234"), RELAY, 4)


@group.scenario("Require: 100rel with 184: it is reliable, and digits that come after its PRACK are SAMs")
def asked_by_184_reliably(case):
    infos_after(case, "127.0.0.4", "184", ["SubsequentDigit: 12\n", "SubsequentDigit: 34\n"], SESSION_INFO, 2)


@group.scenario("RFC 3262 3: INFOs overtake the PRACK of our 183: their digits count; the 200 need not wait for it, as the 183 had "
                "no description, and it is answered after the 200 as well")
def info_before_prack(case):
    caller = ReliableCaller()
    infos = []
    for i, body in enumerate(relay("1234"), 2):
        infos += [caller.in_dialog("INFO", "0301", i, body, RELAY), expect("200")]
    late = caller.in_dialog("PRACK", "0301", 6).replace("Max-Forwards: 70", "Max-Forwards: 70\nRAck: [$asked] 1 INVITE")
    case.run(scenario(
        caller.invite("0301", 1), expect("100", True), reliable("183", "asked"), *infos, expect("183", True),
        expect("200", rrs="true"), late, expect("200"), caller.in_dialog("ACK", "0301", 1), pause(300),
        caller.in_dialog("BYE", "0301", 7), expect("200")), "-i", "127.0.0.3")
    digits, events = sent_to_exchange(case)
    case.equal("called at the exchange", digits.lstrip("0"), "3011234")
    case.equal("SAMs", events.count("SAM"), 4)


# --- PSTN to SIP, the peer wants credentials ---

class Guarded(Several):
    """A peer that challenges, with a nonce of its own each time."""

    def challenges(self, n, nonce, status="407 Proxy Authentication Required", more=""):
        """The response to the INVITE with that place, and the ACK for it."""
        return [self.asks(self.answer_to(n, status, retrans="500"), nonce, status, more), expect("ACK")]

    def asks_in_dialog(self, nonce, status="407 Proxy Authentication Required"):
        return self.asks(self.reply(status).replace(";tag=[call_number]-[pid]", ""), nonce, status)

    @staticmethod
    def asks(text, nonce, status, more=""):
        name = "Proxy-Authenticate" if status.startswith("407") else "WWW-Authenticate"
        return text.replace(CONTACT, f'{name}: Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"{more}\n')


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def credentials_of(case, server, method):
    """(user of the Request-URI, nonce, nonce count, right?) of each request with that method, each once (RFC 7616 3.4.1)."""
    found = []
    for part in re.split(r"-{20,} .*\n", case.messages(server)):
        match = re.search(rf"^{method} (\S+) SIP/2\.0", part, re.M)
        if not match or "received" not in part.split(method)[0]:
            continue
        header = re.search(r"^(?:Proxy-)?Authorization: ?Digest (.*?)\r?$", part, re.M)
        row = (re.search(r"sip:([^@;]+)", match.group(1)).group(1), None, None, None)
        if header:
            value = {k: v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', header.group(1))}
            ha1 = md5(f"{USER}:{REALM}:{PASSWORD}")
            wanted = md5(":".join((ha1, value["nonce"], value["nc"], value["cnonce"], "auth", md5(f"{method}:{value['uri']}"))))
            row = (row[0], value["nonce"], int(value["nc"], 16), wanted == value["response"])
        if row not in found:
            found.append(row)
    return found


@group.scenario("RFC 3261 22.3 with collect: 407 to the INVITE, which is sent again with credentials")
def collect_challenged(case):
    peer = Guarded()
    server = case.server(scenario(
        peer.invite(1), *peer.challenges(1, "n1"), peer.invite(2), peer.answer_to(2, "180 Ringing"),
        peer.answer_to(2, "200 OK", peer.body, retrans="500"), expect("ACK"), *peer.end()))
    case.lab.tell_exchange("call collect-longest")
    case.finish(server)
    case.equal("credentials", credentials_of(case, server, "INVITE"),
               [("415551234", None, None, None), ("415551234", "n1", 1, True)])
    strategy(case, "collect")


@group.scenario("RFC 3578 3.2 with 407 to the first INVITE: it is sent again, and those with more digits have credentials at once")
def invites_challenged(case):
    peer = Guarded()
    server = case.server(scenario(
        peer.invite(1), *peer.challenges(1, "n1"), *peer.refuse(2), *peer.refuse(3), peer.invite(4),
        peer.answer_to(4, "180 Ringing"), pause(200), peer.answer_to(4, "200 OK", peer.body, retrans="500"), expect("ACK"),
        *peer.end()))
    case.lab.tell_exchange("call invites")
    case.finish(server)
    several(case, ["4255", "4255", "42555", "425551"], server)
    case.equal("credentials", credentials_of(case, server, "INVITE"),
               [("4255", None, None, None), ("4255", "n1", 1, True), ("42555", "n1", 2, True), ("425551", "n1", 3, True)])
    strategy(case, "multiple-invite")


@group.scenario("RFC 3578 3.2: 407 comes when digits have gone on: for an INVITE that another followed it means nothing; the latest "
                "is sent again; a nonce that ran out is replaced")
def latest_challenged(case):
    peer = Guarded()
    server = case.server(scenario(
        peer.invite(1), peer.answer_to(1, "100 Trying"), peer.invite(2), *peer.challenges(1, "n1"), *peer.challenges(2, "n2"),
        *peer.refuse(3), peer.invite(4), *peer.challenges(4, "n3", more=", stale=true"), peer.invite(5),
        peer.answer_to(5, "180 Ringing"), pause(200), peer.answer_to(5, "200 OK", peer.body, retrans="500"), expect("ACK"),
        *peer.end()))
    case.lab.tell_exchange("call invites")
    case.finish(server)
    several(case, ["4255", "42555", "42555", "425551", "425551"], server)
    rows = credentials_of(case, server, "INVITE")
    case.equal("credentials", rows[2:], [("42555", "n2", 1, True), ("425551", "n2", 2, True), ("425551", "n3", 1, True)])
    case.true("not answered", strategy(case, "multiple-invite")["answer"])


@group.scenario("RFC 3578 3.2: credentials that the peer refuses end the call when T10 has expired, with 407's cause")
def refused_credentials(case):
    peer = Guarded()
    server = case.server(scenario(
        peer.invite(1), *peer.challenges(1, "n1"), peer.invite(2), *peer.challenges(2, "n2"), peer.invite(3),
        *peer.challenges(3, "n3"), peer.invite(4), *peer.challenges(4, "n4"), pause(500)))
    case.lab.tell_exchange("call invites")
    case.finish(server)
    case.released(21)
    case.true("credentials were not counted as refused", case.counter("causeway_sip_credentials_rejected_total") > 0)


def info_challenged(case, call, first, way):
    """407 to the INVITE, and 401 to the first INFO, with another nonce."""
    peer = Guarded()
    server = case.server(scenario(
        peer.invite(1), *peer.challenges(1, "n1"), peer.invite(2), peer.answer_to(2, first),
        expect("INFO"), peer.asks_in_dialog("n2"), expect("INFO"), peer.plain("200 OK"), expect("INFO"), peer.plain("200 OK"),
        peer.answer_to(2, "180 Ringing"), pause(200), peer.answer_to(2, "200 OK", peer.body, retrans="500"), expect("ACK"),
        *peer.end()))
    case.lab.tell_exchange(f"call {call}")
    case.finish(server)
    strategy(case, way)
    case.equal("digits", re.findall(r"^Signal=(.)", case.messages(server), re.M), ["5", "5", "1"])
    rows = [row[1:] for row in credentials_of(case, server, "INFO")]
    case.equal("credentials", rows, [("n1", 2, True), ("n2", 1, True), ("n2", 2, True)])
    rise(case, server, "INVITE", "INFO", "BYE")


@group.scenario("RFC 3578 3.1 with 407: INFOs have the INVITE's credentials; one that is challenged again keeps its digit")
def info_with_credentials(case):
    info_challenged(case, "info", "183 Session Progress", "info")


@group.scenario("184 with 407: as INFO; the digits come in their order")
def by_184_with_credentials(case):
    info_challenged(case, "by-184", "184 Ready For More Digits", "184")


@group.scenario("RFC 3262 with 407 in one call: PRACK has credentials, one that is challenged is sent again with the same RAck")
def prack_challenged(case):
    peer, guard = Reliable(), Guarded()
    server = case.server(scenario(
        peer.invite(1), *guard.challenges(1, "n1"), peer.invite(2),
        peer.sends(2, 44, "183 Session Progress", peer.body)[0], expect("PRACK"), guard.asks_in_dialog("n2"), expect("PRACK"),
        peer.plain("200 OK"), *peer.takes_infos(2), *peer.sends(2, 45, "180 Ringing"), pause(200), *peer.answers(2)))
    case.lab.tell_exchange("call info")
    case.finish(server)
    case.equal("RAcks", racks(case, server), ["44 2 INVITE", "44 2 INVITE", "45 2 INVITE"])
    case.equal("nonces", [row[1:] for row in credentials_of(case, server, "PRACK")],
               [("n1", 2, True), ("n2", 1, True), ("n2", 4, True)])
    rise(case, server, "INVITE", "PRACK", "INFO", "BYE")
