# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""A telephone network on loopback: gateway and exchange joined by a virtual E1 or by DAHDI spans, SIP clients, RTP phones.

Everything runs in one temporary folder and ends with the lab. Ports are taken from a base, so that labs do not meet.
"""
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

# A machine that is slowed by sanitizers and other tests is no overload.
GATEWAY = """
log {{ file = "{log}" level = {level} }}
control {{ socket = "{folder}/control.sock" }}
cdr {{ file = "{folder}/cdr.json" }}
sip {{ listen = {{"udp:127.0.0.1:{sip}", "tcp:127.0.0.1:{sip}"}} {sip_more} }}
rtp {{ address = "127.0.0.1" ports = "{rtp}-{rtp_last}" timeout = {rtp_timeout} }}
overload {{ busy = 0 busy-severe = 0 lag = 0ms lag-severe = 0ms hold = 1s }}
{gateway_spans}
linkset "exchange" {{ {variant}opc = {ours} dpc = {theirs} network = national link "0" {{ {link} }} }}
isup "pstn" {{
	linkset = "exchange"
	national-prefix = "0"
	international-prefix = "00"
	min-digits = 3
	echo-cancel = {echo}
{circuits}
	{isup_more}
	timers {{ {timers} }}
}}
sip "pbx" {{ host = "127.0.0.1" port = {pbx} allow = {{"{allow}"}} trusted = true {pbx_more} }}
route "in" {{ from = "pstn" to = {{"pbx"}} }}
route "out" {{ from = "pbx" to = {{"pstn"}} }}
"""

EXCHANGE = """
log {{ file = "{folder}/exchange.log" level = {level} }}
report {{ file = "{folder}/report.json" }}
control {{ socket = "{folder}/exchange.sock" }}
recordings {{ folder = "{folder}" }}
{exchange_spans}
linkset "gateway" {{ {variant}opc = {theirs} dpc = {ours} network = national link "0" {{ {link} }} }}
{circuits}
plan {{ national-prefix = "0" international-prefix = "00" }}
{plan}
"""


# Of a trunk over which sound goes that is compared sample by sample: an end that had no turn for a while is not heard.
PATIENT = 'jitter-buffer = fixed jitter = "80-300"'


class Failure(Exception):
    """What was expected did not happen."""


def wait_until(what, test, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = test()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"waited {seconds} s for {what}")


def listens(port):
    """Whether a socket here has that port and takes what comes."""
    for name, states in (("udp", ("07",)), ("udp6", ("07",)), ("tcp", ("0A",)), ("tcp6", ("0A",))):
        with open(f"/proc/net/{name}", encoding="ascii") as f:
            for line in f.readlines()[1:]:
                row = line.split()
                if int(row[1].split(":")[1], 16) == port and row[3] in states:
                    return True
    return False


class VirtualE1:
    """What joins both ends: one E1 over a socket in the lab's folder, signalling in timeslot 16."""
    link = 'span = "e1" timeslot = 16'
    circuits = """circuits "e1" { cic = 1 timeslots = "1-15" }
circuits "e1" { cic = 17 timeslots = "17-31" }"""

    def gateway(self, folder):
        return f'span "e1" {{ type = virtual cable = "{folder}/e1.sock" end = listen clock = line chunk = 5ms }}'

    def exchange(self, folder):
        return f'span "e1" {{ type = virtual cable = "{folder}/e1.sock" end = connect clock = master chunk = 5ms }}'


class AnsiT1:
    """A T1 in mu-law with its signalling in timeslot 24, ANSI point codes, circuits beyond ITU's 12 bits."""
    link = 'span = "t1" timeslot = 24'
    circuits = 'circuits "t1" { cic = 4095 timeslots = "1-23" }'
    variant = "variant = ansi "
    points = ("245-3-17", "245-3-18")

    def gateway(self, folder):
        return f'span "t1" {{ type = virtual framing = t1 cable = "{folder}/t1.sock" end = listen clock = line chunk = 5ms }}'

    def exchange(self, folder):
        return f'span "t1" {{ type = virtual framing = t1 cable = "{folder}/t1.sock" end = connect clock = master chunk = 5ms }}'


class DahdiSpans:
    """What joins both ends: pairs of DAHDI spans, (the gateway's number, the exchange's); signalling in the first pair."""

    def __init__(self, *pairs, framing="e1", more=""):
        self.pairs, self.framing, self.more = pairs, framing, more
        self.names = [framing if i == 0 else f"{framing}-{i + 1}" for i in range(len(pairs))]
        self.link = f'span = "{framing}" timeslot = {16 if framing == "e1" else 24}'
        ranges = ((1, 15), (17, 31)) if framing == "e1" else ((1, 23),)
        self.circuits = "\n".join(f'circuits "{name}" {{ cic = {32 * i + first} timeslots = "{first}-{last}" }}'
                                  for i, name in enumerate(self.names) for first, last in ranges)

    def spans(self, side, more=""):
        return "\n".join(f'span "{name}" {{ type = dahdi number = {pair[side]} framing = {self.framing} chunk = 5ms {more} }}'
                         for name, pair in zip(self.names, self.pairs))

    def gateway(self, _folder):
        return self.spans(0, self.more)

    def exchange(self, _folder):
        return self.spans(1)


class Phone:
    """An RTP end: sends G.711 octets and RFC 4733 digits to whoever sends to it, keeps what it hears."""

    def __init__(self, payload_type=8, ptime_ms=20):
        self.sock = self.bind()
        self.port = self.sock.getsockname()[1]
        self.payload_type = payload_type
        self.octets = 8 * ptime_ms
        self.say = b""
        self.loop = False
        self.heard = {}  # timestamp -> payload, of the stream that speaks last
        self.digits = []
        self.packets = 0
        self.remote = None
        self.queue = []
        self.running = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @staticmethod
    def bind():
        for port in range(40000 + os.getpid() % 8000 // 2 * 2, 65000, 2):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                sock.bind(("127.0.0.1", port))
                return sock
            except OSError:
                sock.close()
        raise Failure("no RTP port is free")

    def speak(self, octets):
        self.say = octets

    def dial(self, digits, duration=800, gap=800):
        """Queues RFC 4733 events; duration and gap in timestamp units."""
        for digit in digits:
            self.queue.append(("0123456789*#ABCD".index(digit), duration, gap))

    def receive(self, until):
        while True:
            left = until - time.monotonic()
            if left <= 0:
                return
            self.sock.settimeout(left)
            try:
                packet, source = self.sock.recvfrom(2048)
            except (socket.timeout, OSError):
                return
            if len(packet) < 12 or packet[0] >> 6 != 2:
                continue
            self.remote = source
            self.packets += 1
            self.take(packet[1] & 0x7F, struct.unpack("!I", packet[4:8])[0], packet[12:])

    def take(self, kind, timestamp, payload):
        """A payload that came."""
        if kind == self.payload_type:
            self.heard[timestamp] = payload
        elif kind >= 96 and len(payload) >= 4 and payload[1] & 0x80 and (timestamp, payload[0]) not in self.digits:
            self.digits.append((timestamp, payload[0]))

    def run(self):
        try:  # what it sends late would be concealed at the other end
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -15)
        except PermissionError:
            pass
        sequence, timestamp, at, event = 1, 1000, 0, None
        tick = time.monotonic()
        while self.running:
            tick += self.octets / 8000
            self.receive(tick)
            if self.remote is None:
                timestamp += self.octets
                continue
            if event is None and self.queue:
                code, duration, gap = self.queue.pop(0)
                event = {"code": code, "start": timestamp, "total": duration, "gap": gap, "sent": 0}
            if event and event["sent"] < event["total"]:
                event["sent"] = min(event["sent"] + self.octets, event["total"])
                end = event["sent"] >= event["total"]
                for _ in range(3 if end else 1):
                    self.send(101, sequence, event["start"], bytes([event["code"], (0x80 if end else 0) | 10])
                              + struct.pack("!H", event["sent"]), event["sent"] == self.octets)
                    sequence += 1
            else:
                if event:
                    event["gap"] -= self.octets
                    if event["gap"] <= 0:
                        event = None
                chunk = self.say[at:at + self.octets]
                if len(chunk) == self.octets:
                    at += self.octets
                else:
                    chunk = bytes([0xD5 if self.payload_type == 8 else 0xFF]) * self.octets
                self.send(self.payload_type, sequence, timestamp, chunk, sequence == 1)
                sequence += 1
            timestamp += self.octets

    def send(self, kind, sequence, timestamp, payload, marker):
        header = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), sequence & 0xFFFF,
                             timestamp & 0xFFFFFFFF, 0x1234)
        try:
            self.sock.sendto(header + payload, self.remote)
        except OSError:
            pass

    def heard_octets(self):
        """What was heard, by RTP time: packets that never came are silence."""
        if not self.heard:
            return b""
        first = min(self.heard)
        silence = 0xD5 if self.payload_type == 8 else 0xFF
        out = bytearray()
        for timestamp in sorted(self.heard):
            at = timestamp - first
            if at > len(out) + 80000:
                break
            out.extend(bytes([silence]) * (at - len(out)))
            out[at:] = self.heard[timestamp]
        return bytes(out)

    def heard_digits(self):
        return "".join("0123456789*#ABCD"[code] for _, code in sorted(self.digits))

    def close(self):
        self.running = False
        self.thread.join(1)
        self.sock.close()


class Lab:
    def __init__(self, build, level="info", base=None, plan="", timers="", rtp_timeout="0s", pbx_more="",
                 rtp=10000, sip_more="", isup_more="", allow="127.0.0.0/8", log=None, joined=None,
                 echo="off"):
        self.build = os.path.abspath(build)
        self.folder = tempfile.mkdtemp(prefix="causeway-lab-")
        base = base or 20000 + os.getpid() % 500 * 40
        self.sip, self.pbx, self.client = base, base + 1, base + 2
        self.next_port = base + 3
        joined = joined or VirtualE1()
        self.values = {"gateway_spans": joined.gateway(self.folder), "exchange_spans": joined.exchange(self.folder),
                       "variant": getattr(joined, "variant", ""), "ours": getattr(joined, "points", (1, 2))[0],
                       "theirs": getattr(joined, "points", (1, 2))[1], "link": joined.link, "circuits": joined.circuits, "isup_more": isup_more, "folder": self.folder, "level": level, "sip": self.sip, "pbx": self.pbx, "rtp": rtp,
                       "rtp_last": rtp + 999, "plan": plan, "timers": timers, "rtp_timeout": rtp_timeout,
                       "pbx_more": pbx_more, "echo": echo, "sip_more": sip_more, "allow": allow,
                       "log": log or os.path.join(self.folder, "gateway.log")}
        self.processes = []
        self.phones = []
        self.write("gateway.conf", GATEWAY.format(**self.values))
        self.write("exchange.conf", EXCHANGE.format(**self.values))
        self.gateway = self.exchange = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind is None:
            self.remove()
        else:
            print(f"the lab's files are kept in {self.folder}")

    def remove(self):
        if os.environ.get("KEEP_LAB"):
            print(f"the lab's files are kept in {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w" if isinstance(text, str) else "wb") as f:
            f.write(text)
        return self.path(name)

    # --- processes ---

    def spawn(self, name, argv, **more):
        out = open(self.path(name + ".out"), "ab")
        process = subprocess.Popen(argv, stdout=more.pop("stdout", out), stderr=subprocess.STDOUT,
                                   stdin=more.pop("stdin", subprocess.DEVNULL), cwd=self.folder, **more)
        out.close()
        self.processes.append(process)
        return process

    def start_gateway(self):
        self.gateway = self.spawn("gateway", [f"{self.build}/causeway", "-c", self.path("gateway.conf")])

    def start_exchange(self):
        self.exchange = self.spawn("exchange", [f"{self.build}/causeway-exchange", "-c", self.path("exchange.conf")])

    def start(self):
        self.start_gateway()
        self.start_exchange()
        self.wait_ready()

    def wait_ready(self, seconds=20):
        """Every circuit idle and usable at the gateway."""
        def ready():
            if self.gateway.poll() is not None:
                raise Failure(f"the gateway ended: {self.read('gateway.log')[-2000:]}{self.read('gateway.out')[-2000:]}")
            if self.exchange and self.exchange.poll() is not None:
                raise Failure(f"the exchange ended: {self.read('exchange.log')[-2000:]}{self.read('exchange.out')[-2000:]}")
            rows = self.show("circuits", quiet=True)
            return rows and all(r["usable"] for r in rows)
        wait_until("every circuit to be idle", ready, seconds)

    def stop(self):
        for phone in self.phones:
            phone.close()
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    # --- what the gateway says ---

    def ctl(self, *words, check=True):
        out = subprocess.run([f"{self.build}/causewayctl", "-s", self.path("control.sock"), *words],
                             capture_output=True, text=True, check=False, timeout=20)
        if check and out.returncode:
            raise Failure(f"causewayctl {' '.join(words)}: {out.stderr}")
        return out.stdout

    def show(self, what, quiet=False):
        text = self.ctl("show", what, "json", check=not quiet)
        return json.loads(text) if text else None

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def lines(self, name):
        return [json.loads(line) for line in self.read(name).splitlines()]

    def cdrs(self):
        return self.lines("cdr.json")

    def reports(self):
        return [r for r in self.lines("report.json") if r.get("type") == "call"]

    def wait_idle(self, seconds=10):
        wait_until("no call and every circuit idle", lambda: not self.show("calls") and
                   all(r["state"] == "idle" for r in self.show("circuits")), seconds)

    def wait_cdr(self, count, seconds=10):
        return wait_until(f"{count} call records", lambda: len(self.cdrs()) >= count and self.cdrs(), seconds)

    def wait_report(self, count, seconds=10):
        return wait_until(f"{count} calls reported", lambda: len(self.reports()) >= count and self.reports(), seconds)

    def tell_exchange(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.path("exchange.sock"))
            s.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = s.recv(65536)
                if not part:
                    break
                answer += part
        answer = json.loads(answer)
        if not answer.get("ok"):
            raise Failure(f"exchange: {line}: {answer}")
        return answer

    # --- SIP clients ---

    def phone(self, **more):
        phone = Phone(**more)
        self.phones.append(phone)
        return phone

    def port(self):
        self.next_port += 1
        return self.next_port

    def sipp(self, name, scenario, *words, port=None, target=True, seconds=30):
        """Starts SIPp with a scenario (XML text); returns the process."""
        xml = self.write(f"{name}.xml", scenario)
        argv = ["sipp", "-sf", xml, "-i", "127.0.0.1", "-p", str(port or self.port()), "-nostdin", "-m", "1",
                "-timeout", f"{seconds}s", "-timeout_error", "-trace_err", "-error_file", self.path(f"{name}.err"),
                "-trace_msg", "-message_file", self.path(f"{name}.msg"), *words]
        if target:
            argv.append(f"127.0.0.1:{self.sip}")
        return self.spawn(name, argv)

    def wait_listening(self, process, port):
        """Until SIPp takes what comes to that port, or has ended."""
        wait_until("SIPp to listen", lambda: process.poll() is not None or listens(port), 20)

    def callee(self, name, scenario):
        """Starts SIPp as the peer that is called."""
        process = self.sipp(name, scenario, port=self.pbx, target=False)
        self.wait_listening(process, self.pbx)
        return process

    def give_up(self, first):
        """Ends what is left of a call that went wrong; first: the place of its first process among all."""
        for process in self.processes[first:]:
            process.kill()
            process.wait()
        self.tell_exchange("release")

    def finish(self, process, name, seconds=40):
        status = process.wait(seconds)
        if status:
            raise Failure(f"SIPp {name} ended with {status}: {self.read(name + '.err')[-600:]}")


def wav_octets(path):
    """The octets of a G.711 WAV file and its law, 'a' or 'u'."""
    with open(path, "rb") as f:
        data = f.read()
    fmt = struct.unpack("<H", data[20:22])[0]
    at = data.index(b"data") + 8
    return data[at:], {6: "a", 7: "u"}[fmt]


def compare(lab, sent, sent_law, heard, heard_law, *options):
    """What tests/tools/compare_audio finds."""
    a, b = lab.write("compare-sent.raw", sent), lab.write("compare-heard.raw", heard)
    out = subprocess.run([f"{lab.build}/tests/tools/compare_audio", *options, a, sent_law, b, heard_law], capture_output=True,
                         text=True, check=True, timeout=120)
    return json.loads(out.stdout)


# --- G.711 A-law, for making speech; ITU-T G.711 table 1a ---

def alaw(sample):
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample) >> 4 if sample >= 0 else (abs(sample) - 1) >> 4, 2047) if sample else 0
    if magnitude < 32:
        code = magnitude >> 1
    else:
        segment = magnitude.bit_length() - 5
        code = (segment << 4) | (magnitude >> segment) & 0x0F
    return (sign | code) ^ 0x55


def speech(text, voice="en"):
    """espeak-ng's voice as A-law octets at 8 kHz."""
    out = subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "--stdout", text], capture_output=True, check=True,
                         timeout=30).stdout
    rate = struct.unpack("<I", out[24:28])[0]
    pcm = out[out.index(b"data") + 8:]
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm[:len(pcm) // 2 * 2])
    step = rate / 8000
    octets = bytearray()
    for i in range(int(len(samples) / step) - 2):
        first, last = int(i * step), int((i + 1) * step)
        octets.append(alaw(int(0.7 * sum(samples[first:last]) / (last - first))))
    return bytes(octets)


def pcm_wav(samples):
    """A WAV file of 16-bit samples at 8 kHz."""
    data = struct.pack(f"<{len(samples)}h", *samples)
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2,
            16) + b"data" + struct.pack("<I", len(data)) + data)


def alaw_wav(octets, law="a"):
    """A WAV file of octets of A-law, or of mu-law with law "u"."""
    code = {"a": 6, "u": 7}[law]
    return (b"RIFF" + struct.pack("<I", 50 + len(octets)) + b"WAVEfmt " + struct.pack("<IHHIIHHH", 18, code, 1, 8000, 8000,
            1, 8, 0) + b"fact" + struct.pack("<II", 4, len(octets)) + b"data" + struct.pack("<I", len(octets)) + octets)
