# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""A corpus of ISUP messages, made from tables of its own (Q.763 tables 4 and 5, T1.113.3) and not by our encoder: every
message with every parameter in its optional part, with values over all bits that have a meaning, spare bits 0."""
import random

DIGITS = "0123456789ABCDE"


def bits(*masks):
    """Octets with any value in those bits."""
    return lambda rng: bytes(rng.choice((0, 0xff, rng.randrange(256))) & mask for mask in masks)


def values(*octets):
    return lambda rng: bytes([rng.choice(octets)])


def octets(low, high=None):
    return lambda rng: rng.randbytes(rng.randint(low, high or low))


def fixed(*choices):
    return lambda rng: bytes.fromhex(rng.choice(choices))


def pairs(digits):
    signals = [int(digit, 16) for digit in digits] + [0] * (len(digits) % 2)
    return bytes(low | high << 4 for low, high in zip(signals[::2], signals[1::2]))


def number(second, qualifier=False, least=1, st=False, first=0x7f, alone=False):
    """second: bits of the second octet, or None for a number without nature of address; alone: it may have no digits."""
    def make(rng):
        digits = "".join(rng.choice(DIGITS) for _ in range(rng.randint(least, 16)))
        if st and rng.random() < .5:
            digits += "F"
        if alone and rng.random() < .1:
            digits = ""
        head = bytes([rng.choice((0, 5, 6, 9, rng.randrange(256)))]) if qualifier else b""
        odd = len(digits) % 2 << 7
        if second is None:
            return bytes([odd]) + pairs(digits)
        return head + bytes([odd | rng.choice((1, 2, 3, 4, rng.randrange(128))) & first,
                             rng.randrange(256) & second]) + pairs(digits)
    return make


def cause(rng):
    recommendation = rng.random() < .2
    octet = rng.randrange(128)
    head = bytes([octet, 0x80 | rng.randrange(128)]) if recommendation else bytes([0x80 | octet])
    return head + bytes([0x80 | rng.randrange(128)]) + rng.randbytes(rng.choice((0, 0, 1, 2)))


def ansi_cause(rng):
    return bytes([0x80 | rng.randrange(4) << 5 | rng.randrange(16), 0x80 | rng.randrange(128)]) + \
        rng.randbytes(rng.choice((0, 0, 1, 2)))


def status(rng):
    circuits = rng.randrange(1, 32)
    return bytes([circuits]) + rng.randbytes(circuits // 8 + 1)


def compatibility(rng):
    text = b""
    for _ in range(rng.randint(1, 4)):
        text += bytes([rng.randrange(1, 256)])
        text += bytes([0x80 | rng.randrange(128)]) if rng.random() < .6 else \
            bytes([rng.randrange(128), 0x80 | rng.randrange(4)])
    return text


def elements(rng):
    return rng.choice((b"\x1e\x02\x82\x88", b"\x7d\x02\x91\x81", b"\x7c\x03\x80\x90\xa3", b"\x1e\x02\x80\x83\x1e\x02\x82\x88"))


def network(rng):
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 6)))
    return bytes([len(digits) % 2 << 7 | rng.randrange(8) << 4 | rng.randrange(16)]) + pairs(digits)


def ansi_network(circuit):
    return lambda rng: bytes([rng.randrange(8) << 4 | rng.randrange(16)]) + \
        pairs("".join(rng.choice("0123456789") for _ in range(4))) + (bytes([rng.randrange(16) << 4]) if circuit else b"")


def gvns(rng):
    text = b""
    for _ in range(2):
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 6)))
        text += bytes([len(digits) % 2 << 7 | (len(digits) + 1) // 2]) + pairs(digits)
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 6)))
    return text + bytes([len(digits) % 2 << 7 | 0x10 | (len(digits) + 1) // 2 + 1, rng.randrange(128)]) + pairs(digits)


def application(rng):
    context = rng.choice((0, 1, 4, 6))
    text = bytes([0x80 | context, 0x80 | rng.randrange(4)])
    text += rng.choice((b"\xc0", b"\x43\xa5", b"\x02\xa5"))
    if context > 3:
        for _ in range(2):
            text += rng.choice((b"\0", b"\4\3\x90" + rng.randbytes(1) + b"\x21", b"\4\x83\x10\x21\x03"))
    return text + rng.randbytes(4)


def map_(rng):
    return b"\x02" + rng.randbytes(4)


def digits(rng):
    scheme = rng.choice((0, 1, 2, 3))
    text = b"1234" if scheme == 2 else pairs("".join(rng.choice("0123456789") for _ in range(6)))
    return bytes([scheme << 5 | rng.randrange(32)]) + text


def information(rng):
    return b"".join(bytes([rng.randint(1, 4), n]) + rng.randbytes(n) for n in (1, 2))


def geodetic(rng):
    return bytes([rng.choice((0, 1)) << 2 | rng.randrange(4), 0x80 | rng.choice((0, 1, 5, rng.randrange(128)))]) + rng.randbytes(6)


def routing_number(rng):
    text = "".join(rng.choice("0123456789") for _ in range(rng.randint(2, 8)))
    return bytes([len(text) % 2 << 7 | rng.randrange(8) << 4 | rng.randrange(16)]) + pairs(text)


def usi(rng):
    return rng.choice((b"\x90\x90\xa3", b"\x80\x90", b"\x88\x90", b"\x90\x90\xa2", b"\xd1\x97"))


def name(rng):
    return bytes([rng.randrange(256) & 0xf3]) + b"MILLER & SON"[: rng.randint(1, 12)]


ADDRESS, RESTRICTED, SCREENED, WITH_TOP = 0x70, 0x7c, 0x7f, 0xff

PARAMS = {
    0x01: octets(5), 0x02: bits(0xff), 0x03: elements, 0x04: number(0xf0, st=True), 0x05: number(None, st=True),
    0x06: bits(0x1f), 0x07: bits(0xff, 0x37), 0x08: bits(0x87), 0x09: bits(0xff),
    0x0a: number(WITH_TOP, alone=True), 0x0b: number(RESTRICTED), 0x0c: number(0xf0),
    0x0d: octets(7), 0x0e: bits(0x9b, 0), 0x0f: bits(0xe7, 0), 0x10: bits(1), 0x11: bits(0xff, 0xff), 0x12: cause,
    0x13: lambda rng: bits(0xf7, 0xf7)(rng)[: rng.choice((1, 2, 2, 2))], 0x15: bits(3), 0x16: status, 0x18: bits(0xff),
    0x1a: octets(4), 0x1d: usi, 0x1e: bits(0xff, 0x3f), 0x20: lambda rng: b"\x04" + b"Hello"[: rng.randint(1, 5)],
    0x21: number(SCREENED), 0x22: bits(1), 0x23: network, 0x24: bits(0xff), 0x25: map_, 0x26: lambda rng: octets(1, 8)(rng),
    0x27: values(0, 1, 2, 3, 255), 0x28: number(RESTRICTED), 0x29: bits(0x0f), 0x2a: bits(0xff), 0x2b: bits(0xff, 0x3f),
    0x2c: lambda rng: bytes([0x80 | rng.randrange(128)]), 0x2d: octets(2), 0x2e: bits(1), 0x2f: octets(2, 6), 0x30: usi,
    0x31: octets(2), 0x32: fixed("91a103020101"), 0x33: octets(1, 3), 0x34: fixed("9181", "9184"), 0x35: bits(0xff),
    0x36: bits(0x7f), 0x37: bits(0xff), 0x38: lambda rng: bytes([0x80 | rng.randrange(128)]), 0x39: compatibility,
    0x3a: lambda rng: bits(0x6f)(rng) + rng.randbytes(5), 0x3b: bits(3), 0x3c: bits(3), 0x3d: bits(0x1f), 0x3e: bits(0xff),
    0x3f: number(WITH_TOP, alone=True), 0x40: bits(3), 0x43: bits(0xff), 0x44: bits(7), 0x45: number(SCREENED), 0x4b: bits(1),
    0x4c: gvns, 0x4d: lambda rng: bytes([0x80 | rng.randrange(4)]), 0x4e: lambda rng: bytes([0x80 | rng.randrange(8)]),
    0x5b: lambda rng: bytes([0x80 | rng.randrange(2)]), 0x65: octets(2, 6), 0x66: octets(2, 6),
    0x6e: lambda rng: bytes([0x80 | rng.randrange(4)]), 0x6f: number(RESTRICTED),
    0x70: lambda rng: bytes([0x80 | rng.randrange(4)]), 0x71: octets(1, 4), 0x72: lambda rng: bytes([0x80 | rng.randrange(4)]),
    0x73: fixed("48656c6c6f"), 0x74: lambda rng: bytes([0x80 | rng.randrange(4)]),
    0x75: lambda rng: bytes([0x80 | rng.randrange(4)]), 0x77: bits(0x1f), 0x78: application, 0x79: bits(1), 0x7a: bits(1),
    0x7b: lambda rng: bytes([0x80 | rng.randrange(256) & 0x47]), 0x7c: lambda rng: bytes([0x80 | rng.randrange(8)]),
    0x7d: number(0xf0), 0x7f: number(RESTRICTED), 0x81: geodetic, 0x82: number(ADDRESS), 0x84: routing_number,
    0x85: lambda rng: bytes([0x80 | rng.randrange(2)]), 0x86: lambda rng: bytes([0x80 | rng.randrange(4)]), 0x87: bits(0x1f),
    0x88: information, 0x89: information, 0x8a: lambda rng: bytes([0x80 | rng.randrange(4)]), 0x8b: information,
    0x8c: information, 0x8d: lambda rng: bytes([0x80 | rng.randrange(16)]), 0x8e: octets(1, 3), 0x8f: octets(1, 3),
    0x96: octets(1, 3), 0xa6: octets(1, 3), 0xa8: octets(1, 3), 0xc0: number(WITH_TOP, qualifier=True), 0xc1: digits,
    # no parameter of Q.763 or T1.113
    0xf1: octets(1, 5), 0xf8: octets(1, 5),
}

ANSI_PARAMS = dict(PARAMS)
ANSI_PARAMS.update({
    0x12: ansi_cause, 0x23: ansi_network(True), 0xc2: octets(1, 3), 0xc3: fixed("30313233"), 0xc4: octets(3),
    0xc5: ansi_network(False), 0xc6: lambda rng: bits(0x7f)(rng) + rng.randbytes(6), 0xc7: name, 0xe1: octets(1),
    0xe5: bits(0xff), 0xe6: bits(3), 0xe7: octets(2), 0xe8: fixed("545247313233"), 0xe9: fixed("4e59434d4e594257445330"),
    0xea: bits(0xff), 0xeb: number(ADDRESS), 0xec: octets(1), 0xed: octets(1), 0xee: octets(1), 0xef: octets(2, 4),
})

# type: mandatory fixed, mandatory variable, optional part
NONE = ((), (), False)
OPTIONAL = ((), (), True)
MESSAGES = {
    0x01: ((0x06, 0x07, 0x09, 0x02), (0x04,), True), 0x02: ((), (0x05,), True), 0x03: ((0x0e,), (), True),
    0x04: ((0x0f,), (), True), 0x05: ((0x10,), (), False), 0x06: ((0x11,), (), True), 0x07: ((0x11,), (), True),
    0x08: OPTIONAL, 0x09: OPTIONAL, 0x0c: ((), (0x12,), True), 0x0d: ((0x22,), (), True), 0x0e: ((0x22,), (), True),
    0x10: OPTIONAL, 0x11: NONE, 0x12: NONE, 0x13: NONE, 0x14: NONE, 0x15: NONE, 0x16: NONE, 0x17: ((), ("range",), False),
    0x18: ((0x15,), (0x16,), False), 0x19: ((0x15,), (0x16,), False), 0x1a: ((0x15,), (0x16,), False),
    0x1b: ((0x15,), (0x16,), False), 0x1f: ((0x18,), (), True), 0x20: ((0x18,), (), True), 0x21: ((0x18,), (0x12,), True),
    0x24: NONE, 0x29: ((), (0x16,), False), 0x2a: ((), ("range",), False), 0x2b: ((), ("range", 0x26), False),
    0x2c: ((0x24,), (), True), 0x2d: ((), (0x20,), True), 0x2e: NONE, 0x2f: ((), (0x12,), True), 0x30: NONE, 0x32: OPTIONAL,
    0x33: OPTIONAL, 0x34: OPTIONAL, 0x35: OPTIONAL, 0x36: OPTIONAL, 0x37: OPTIONAL, 0x38: OPTIONAL, 0x40: OPTIONAL,
    0x41: OPTIONAL, 0x42: OPTIONAL, 0x43: OPTIONAL,
}

# SAM, CON, FAR, FAA and FRJ: Wireshark reads them in ANSI too, which has none of them (RFC 3398 13, libss7)
ANSI_MESSAGES = {type_: parts for type_, parts in MESSAGES.items() if type_ not in (0x02, 0x07, 0x1f, 0x20, 0x21)}
ANSI_MESSAGES.update({
    0x01: ((0x06, 0x07, 0x09), (0x1d, 0x04), True), 0x10: NONE, 0xe9: NONE, 0xea: ((0x06,), (), False),
    0xeb: ((0xe6, 0xe5), (), True), 0xec: NONE, 0xed: OPTIONAL,
})

LONGEST = 250


def build(rng, variant, type_, wanted):
    """Octets of a message with as many of the wanted parameters as find room, which are taken from the list; and the
    contents of each parameter by its code."""
    messages, params, cic = (MESSAGES, PARAMS, 0xfff) if variant == "itu" else (ANSI_MESSAGES, ANSI_PARAMS, 0x3fff)
    fixed_, variable, optional = messages[type_]
    contents = {}

    def value(code):
        if code == "range":
            contents[0x16] = bytes([rng.randrange(1, 32)])
            return contents[0x16]
        contents[code] = params[code](rng)
        return contents[code]

    head = rng.randint(0, cic).to_bytes(2, "little") + bytes([type_]) + b"".join(value(code) for code in fixed_)
    parts = [value(code) for code in variable]
    pointers, body = bytearray(), bytearray()
    n_pointers = len(parts) + optional
    for i, part in enumerate(parts):
        pointers.append(n_pointers - i + len(body))
        body += bytes([len(part)]) + part
    tail = bytearray()
    left = []
    for code in wanted:
        # Wireshark reads an octet too much of a circuit assignment map (0x25) and stops there
        full = len(contents) > 40 or 0x25 in contents
        if not optional or code in contents or full or len(head) + n_pointers + len(body) + len(tail) > LONGEST - 30:
            left.append(code)
            continue
        part = value(code)
        tail += bytes([code, len(part)]) + part
    wanted[:] = left
    if optional:
        pointers.append(n_pointers - len(parts) + len(body) if tail else 0)
    return bytes(head) + bytes(pointers) + bytes(body) + (bytes(tail) + b"\0" if tail else b""), contents


def corpus(variant, rounds, seed=763):
    rng = random.Random(seed)
    messages, params = (MESSAGES, PARAMS) if variant == "itu" else (ANSI_MESSAGES, ANSI_PARAMS)
    for type_, (fixed_, variable, optional) in sorted(messages.items()):
        for _ in range(rounds):
            wanted = [c for c in params if optional and c not in fixed_ + variable and not (c == 0x16 and "range" in variable)]
            rng.shuffle(wanted)
            yield build(rng, variant, type_, wanted)
            while wanted:
                before = len(wanted)
                yield build(rng, variant, type_, wanted)
                assert len(wanted) < before
