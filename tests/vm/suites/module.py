# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""dahdi_vspan itself, by DAHDI's ioctls only: what the other suites stand on."""
import errno
import os
import random
import re
import select
import sys
import time

import dahdi
from dahdi import Channel, Failure, channel_number, expect, span_status, wait_alarms, wait_until

LIMIT = 240
POISON = 1

TYPES = "e1,t1,e1"
# Spans 1 and 2: E1 with HDLC by software; 3 and 4: T1 with HDLC by the controller; 5 and 6: E1 with MTP2.
LINES = [dahdi.e1(1, timing=1), dahdi.e1(2), dahdi.t1(3, "hardhdlc"), dahdi.t1(4, "hardhdlc"), dahdi.e1(5, "mtp2"),
         dahdi.e1(6, "mtp2")]
HDLC_START_S = 0.02  # a frame written in the tick of opening would be lost: no flag was sent before it
suite = dahdi.Checks()
noise = random.Random(1)


def configure():
    dahdi.configure(LINES)
    for span in range(1, 7):
        wait_alarms(span, 0)


def pair(spans, timeslot, **more):
    return [Channel(channel_number(span, timeslot), **more) for span in spans]


def close(*channels):
    for channel in channels:
        channel.close()


# --- octets ---

def heard_by(channel, count):
    out = b""
    while len(out) < count:
        part = channel.read()
        if part is None:
            raise Failure(f"channel {channel.number} gave {len(out)} of {count} octets")
        out += part
    return out


def octets_exact(spans, timeslots):
    """4096 octets each way in every timeslot at once, without one wrong, lost or doubled."""
    rows = []
    try:
        for timeslot in timeslots:
            for channel in pair(spans, timeslot, size=1024, count=16):
                rows.append((channel, noise.randbytes(4096)))
        for channel, octets in rows:
            for at in range(0, 4096, 1024):
                channel.write(octets[at:at + 1024])
        for i, (channel, _) in enumerate(rows):
            heard = heard_by(channel, 6 * 1024)
            if rows[i ^ 1][1] not in heard:
                raise Failure(f"channel {channel.number} did not hear what its peer sent")
    finally:
        close(*(channel for channel, _ in rows))


@suite.check("every bearer of an E1 carries octets both ways, exactly")
def octets_e1():
    octets_exact((1, 2), [slot for slot in range(1, 32) if slot != 16])


@suite.check("every bearer of a T1 carries octets both ways, exactly")
def octets_t1():
    octets_exact((3, 4), range(1, 24))


@suite.check("an E1 is A-law, a T1 mu-law; their sizes and framing are told")
def kinds():
    with Channel(channel_number(1, 1), audio=1) as alaw, Channel(channel_number(3, 1), audio=1) as mulaw:
        expect("law of an E1", alaw.law(), dahdi.LAW_ALAW)
        expect("law of a T1", mulaw.law(), dahdi.LAW_MULAW)
    expect("channels", [span_status(span)["totalchans"] for span in (1, 3)], [31, 24])
    expect("framing of an E1", span_status(1)["lineconfig"] & 0x700, 0x700)


# --- frames ---

def frames(count=40):
    return [noise.randbytes(noise.randint(4, 240)) for _ in range(count)]


def frames_exact(channels):
    """Frames both ways at once, none lost, wrong or doubled; what is read has its FCS."""
    a, b = channels
    try:
        time.sleep(HDLC_START_S)
        sent = {a: frames(), b: frames()}
        heard = {a: [], b: []}
        waiting = {a: list(sent[a]), b: list(sent[b])}
        end = time.monotonic() + 10
        while time.monotonic() < end and (len(heard[a]) < 40 or len(heard[b]) < 40):
            for channel in channels:
                while waiting[channel] and channel.wait(select.POLLOUT, 0):
                    channel.write(waiting[channel].pop(0) + b"\0\0")
                frame = channel.read(0.005)
                if frame:
                    heard[channel].append(frame[:-2])
        for here, there in ((a, b), (b, a)):
            if heard[there] != sent[here]:
                raise Failure(f"channel {there.number} heard {len(heard[there])} of {len(sent[here])} frames, "
                              f"events {there.events()}")
        expect("events", a.events() + b.events(), [])
    finally:
        close(*channels)


@suite.check("HDLC by the core's software (dchan)")
def hdlc():
    frames_exact(pair((1, 2), 16, size=512, count=32))


@suite.check("HDLC by the span's controller (hardhdlc)")
def hard_hdlc():
    frames_exact(pair((3, 4), 24, size=512, count=32))


@suite.check("a controller and software understand each other: the line carries real HDLC")
def hdlc_mixed():
    dahdi.configure([dahdi.e1(5, "hardhdlc", timeslot=1), dahdi.e1(6, "dchan", timeslot=1)])
    frames_exact(pair((5, 6), 1, size=512, count=32))
    configure()


@suite.check("MTP2: each signal unit is heard once, though the driver repeats the last one")
def mtp2():
    a, b = pair((5, 6), 16, size=512, count=32)
    try:
        time.sleep(HDLC_START_S)
        sent = [bytes([i, i, 8]) + noise.randbytes(20) for i in range(20)]
        heard = []
        for unit in sent:
            a.write(unit + b"\0\0")
            time.sleep(0.02)
        while (unit := b.read(0.2)) is not None:
            heard.append(unit[:-2])
        expect("signal units heard", heard, sent)
    finally:
        close(a, b)


@suite.check("a controller refuses what is wrong: bad FCS, frames too long for the reader, a write of one octet")
def hdlc_faults():
    a, b = pair((3, 4), 24, size=256, count=8)
    try:
        time.sleep(HDLC_START_S)
        os.write(a.fd, b"x")
        frame = noise.randbytes(100)
        a.write(frame + b"\0\0")
        expect("after a write of one octet", (b.read() or b"")[:-2], frame)
        dahdi.bit_errors(4, 5)
        for _ in range(4):
            a.write(noise.randbytes(200) + b"\0\0")
        expect("a spoiled frame was given", b.read(0.3), None)
        events = b.events()
        if not set(events) & {"BADFCS", "ABORT"}:
            raise Failure(f"events {events}")
        dahdi.bit_errors(4, 0)
    finally:
        dahdi.bit_errors(4, 0)
        close(a, b)
    a, b = Channel(channel_number(3, 24), size=512), Channel(channel_number(4, 24), size=128)
    try:
        time.sleep(HDLC_START_S)
        b.events()  # the flags of a sender that begins anew need not fit those of the last one
        a.write(noise.randbytes(300) + b"\0\0")
        a.write(frame + b"\0\0")
        expect("after a frame that was too long", (b.read() or b"")[:-2], frame)
        expect("events", b.events(), ["OVERRUN"])
    finally:
        close(a, b)


# --- alarms ---

ALARMS = {"RED": dahdi.RED, "YELLOW": dahdi.YELLOW, "BLUE": dahdi.BLUE, "RED and LOS": dahdi.RED | dahdi.LOS,
          "RED and LFA": dahdi.RED | dahdi.LFA, "RECOVER": dahdi.RECOVER}


def wait_event(channel, name, seconds=0.1):
    """The event, which comes within the time; the channel is readable for it by POLLPRI."""
    if not channel.wait(select.POLLPRI, seconds):
        raise Failure(f"channel {channel.number}: no {name} in {seconds} s")
    expect("events", channel.events(), [name])


@suite.check("each alarm: its event within 100 ms on bearer and D channel, its mask, YELLOW at the peer, and its clearing")
def alarms():
    channels = pair((1, 2), 1) + pair((1, 2), 16)
    try:
        for name, mask in ALARMS.items():
            back = dahdi.YELLOW if mask & (dahdi.RED | dahdi.BLUE | dahdi.LOS) else 0
            dahdi.alarm(1, mask)
            for channel in channels[0::2]:
                wait_event(channel, "ALARM")
                expect(f"{name} on channel {channel.number}", channel.chan_alarms(), mask)
            wait_alarms(1, mask, 0.1)
            wait_alarms(2, back, 0.1)
            for channel in channels[1::2] if back else ():
                wait_event(channel, "ALARM")
            dahdi.alarm(1, 0)
            for channel in channels if back else channels[0::2]:
                wait_event(channel, "NOALARM")
            wait_alarms(1, 0, 0.1)
            wait_alarms(2, 0, 0.1)
    finally:
        dahdi.alarm(1, 0)
        close(*channels)


@suite.check("cut: RED and LOS here, YELLOW there, ones are heard, and octets again when it is mended")
def cut():
    with Channel(channel_number(1, 5)) as here:
        dahdi.cut(1)
        wait_event(here, "ALARM")
        wait_alarms(1, dahdi.RED | dahdi.LOS, 0.1)
        wait_alarms(2, dahdi.YELLOW, 0.1)
        heard_by(here, 320)
        expect("heard", set(heard_by(here, 160)), {0xFF})
        dahdi.cut(1, False)
        wait_event(here, "NOALARM")
        wait_alarms(2, 0, 0.1)
    octets_exact((1, 2), [5])


@suite.check("a span that is not started: RED at home, RED and LOS at its peer; and it starts again")
def shutdown():
    with Channel(channel_number(2, 1)) as there, dahdi.Control() as control:
        control.shutdown(1)
        wait_event(there, "ALARM")
        wait_alarms(2, dahdi.RED | dahdi.LOS, 0.1)
        wait_alarms(1, dahdi.RED, 0.1)
        control.startup(1)
        wait_event(there, "NOALARM")
    configure()
    octets_exact((1, 2), [1, 31])


@suite.check("loops: local, and at the far end; a span under maintenance says LOOPBACK")
def loops():
    with Channel(channel_number(1, 2), size=1024, count=16) as here, dahdi.Control() as control:
        for span, mode in ((1, dahdi.MAINT_LOCALLOOP), (2, dahdi.MAINT_NETWORKLOOP)):
            control.maintenance(span, mode)
            wait_alarms(span, dahdi.LOOPBACK, 0.1)
            octets = noise.randbytes(2048)
            here.write(octets[:1024])
            here.write(octets[1024:])
            if octets not in heard_by(here, 5 * 1024):
                raise Failure(f"nothing came back over loop {mode} of span {span}")
            control.maintenance(span, dahdi.MAINT_NONE)
            wait_alarms(span, 0, 0.1)
        try:
            control.maintenance(1, dahdi.MAINT_PRBS)
        except OSError as error:
            expect("a mode that a virtual line has not", error.errno, errno.EOPNOTSUPP)
        else:
            raise Failure("a pseudo-random pattern was promised")


# --- faults of the line ---

@suite.check("bit errors: one wrong bit in every tenth chunk; counted, and by the peer as E bits")
def bit_errors():
    with dahdi.Control() as control:
        for span in (1, 2):
            control.maintenance(span, dahdi.RESET_COUNTERS)
    with Channel(channel_number(2, 7), size=1024, count=16) as there, Channel(channel_number(1, 7), size=1024, count=16) as here:
        there.write(bytes(1024))
        dahdi.bit_errors(1, 10)
        for _ in range(3):
            there.write(bytes(1024))
        heard = heard_by(here, 6 * 1024)
        dahdi.bit_errors(1, 0)
    heard = heard[heard.index(bytes(64)):heard.rindex(bytes(64))]
    wrong = [octet for octet in heard if octet]
    if not len(heard) / 80 - 2 <= len(wrong) <= len(heard) / 80 + 2 or any(bin(octet).count("1") != 1 for octet in wrong):
        raise Failure(f"{len(wrong)} wrong octets of {len(heard)}: {wrong[:10]}")
    here, there = span_status(1), span_status(2)
    if here["crc4"] < 20 or here["bpv"] != here["crc4"] or there["ebit"] != here["crc4"] or there["crc4"]:
        raise Failure(f"counted {here} and {there}")


@suite.check("counters: CRC-4, BPV, E bit and FAS are added to and reset")
def counters():
    names = ("crc4", "bpv", "ebit", "fas")
    with dahdi.Control() as control:
        control.maintenance(2, dahdi.RESET_COUNTERS)
        for round_ in (1, 2):
            for i, name in enumerate(names, 1):
                dahdi.set_parameter(name, 2, i)
            time.sleep(0.02)
            expect("counted", [span_status(2)[name] for name in names], [i * round_ for i in range(1, 5)])
        control.maintenance(2, dahdi.RESET_COUNTERS)
        expect("after a reset", [span_status(2)[name] for name in names], [0] * 4)


def slips(span):
    with open(f"/proc/dahdi/{span}", encoding="ascii") as f:
        found = re.search(r"Timing slips: (\d+)", f.read())
    return int(found.group(1)) if found else 0


@suite.check("slips: a chunk twice, or lost, in every timeslot; counted in /proc/dahdi")
def slip():
    with dahdi.Control() as control:
        control.maintenance(1, dahdi.RESET_COUNTERS)
    for direction, expected in ((1, -8), (-1, 8)):
        before = slips(1)
        with Channel(channel_number(2, 9), size=1024, count=16) as there, \
                Channel(channel_number(1, 9), size=1024, count=16) as here:
            ramp = bytes(i % 250 for i in range(3000))
            for at in range(0, 3000, 1000):
                there.write(ramp[at:at + 1000])
            time.sleep(0.1)
            dahdi.slip(1, direction)
            heard = heard_by(here, 4 * 1024)
        expect("counted", slips(1) - before, 1)
        expect("the parameter when it is done", dahdi.parameter("slip")[0], 0)
        heard = heard[heard.index(bytes(range(64))):]
        jumps = [(heard[i + 1] - heard[i] - 1) % 250 for i in range(2900) if (heard[i] + 1) % 250 != heard[i + 1]]
        expect("jumps in what was heard", jumps, [expected % 250])


@suite.check("timing: the started span without alarms that system.conf prefers; free run without it")
def timing():
    expect("source", [span_status(span)["syncsrc"] for span in (1, 2, 3)], [1, 1, 0])
    dahdi.cut(1)
    wait_until("free run", lambda: span_status(1)["syncsrc"] == 0, 0.1)
    dahdi.cut(1, False)
    wait_until("the source", lambda: span_status(1)["syncsrc"] == 1, 0.1)


# --- coming and going ---

@suite.check("a span that is taken away under open channels, twice: REMOVED, ENODEV; it returns under its old numbers")
def unassign():
    base = dahdi.base_channel(2)
    for _ in range(2):
        channels = [Channel(base + offset) for offset in (0, 1, 15)]
        polled = select.epoll()
        try:
            for channel in channels:
                polled.register(channel.fd, select.EPOLLIN | select.EPOLLPRI)
            dahdi.unassign(2)
            expect("assigned", dahdi.assigned(2), False)
            if not polled.poll(0.5):
                raise Failure("epoll says nothing of a channel that is gone")
            for channel in channels:
                try:
                    os.read(channel.fd, 160)
                except OSError as error:
                    expect("read of a channel that is gone", error.errno, errno.ENODEV)
                else:
                    raise Failure("a channel that is gone was read")
            wait_alarms(1, dahdi.RED | dahdi.LOS, 0.1)
            dahdi.assign(2, base)
            expect("first channel", dahdi.base_channel(2), base)
            configure()
        finally:
            polled.close()
            close(*channels)
        octets_exact((1, 2), [1, 15])


@suite.check("a process that waits in poll is told before its span goes: REMOVED within the second that the core leaves")
def removed_event():
    with Channel(channel_number(2, 3)) as channel:
        child = os.fork()
        if not child:
            dahdi.unassign(2)
            os._exit(0)
        end, seen = time.monotonic() + 1, []
        while time.monotonic() < end and "REMOVED" not in seen:
            channel.wait(select.POLLPRI, 0.2)
            seen += channel.events()
        os.waitpid(child, 0)
    expect("events", [name for name in seen if name == "REMOVED"], ["REMOVED"])
    dahdi.assign(2, 32)
    configure()


@suite.check("rmmod is refused while a channel is open; then the driver is reloaded five times under traffic")
def reload():
    with Channel(channel_number(1, 1)):
        try:
            dahdi.unload()
        except Failure:
            pass
        else:
            raise Failure("the module went away under an open channel")
    for _ in range(5):
        dahdi.unload()
        dahdi.load(TYPES)
        configure()
        octets_exact((1, 2), [1])


@suite.check("the driver goes while a process holds, and polls, channels that are gone already")
def unload_under_poller():
    channels = pair((3, 4), 1) + pair((3, 4), 24)
    polled = select.epoll()
    for channel in channels:
        polled.register(channel.fd, select.EPOLLIN | select.EPOLLPRI)
    dahdi.unassign(3)
    dahdi.unassign(4)
    dahdi.unload()
    polled.poll(0.1)
    close(*channels)
    polled.close()
    dahdi.load(TYPES)
    configure()
    octets_exact((3, 4), [1])


@suite.check("spans are assigned by hand, in any order, when the core does not do it")
def assigned_by_hand():
    dahdi.unload()
    dahdi.run(["rmmod", "dahdi"])
    dahdi.load(TYPES, auto_assign=False)
    expect("assigned", [dahdi.assigned(span) for span in range(1, 7)], [False] * 6)
    for span, base in ((6, 111 + 31), (5, 111), (4, 87), (1, 1), (3, 63), (2, 32)):
        dahdi.assign(span, base)
    configure()
    octets_exact((1, 2), [1])
    octets_exact((3, 4), [1])
    dahdi.unload()
    dahdi.run(["rmmod", "dahdi"])
    dahdi.load(TYPES)
    configure()


@suite.check("wrong parameters of the module are refused, and it loads afterwards")
def wrong_parameters():
    dahdi.unload()
    for types in ("e1,x1", "e1,,t1", ",".join(["e1"] * 17)):
        try:
            dahdi.insmod("dahdi_vspan", f"types={types}")
        except Failure:
            continue
        raise Failure(f"types={types} was taken")
    dahdi.load(TYPES)
    configure()


def main():
    dahdi.load(TYPES)
    configure()
    return suite.run()


if __name__ == "__main__":
    sys.exit(main())
