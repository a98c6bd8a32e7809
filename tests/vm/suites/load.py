# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The media engine on up to 16 DAHDI spans: how many octets pass, what a channel costs, what a stall and a span that fails do.

Loads eight pairs of E1 spans without a signalling timeslot of their own use and runs load_test.
"""
import os
import subprocess
import sys

import dahdi

LIMIT = 200
FULL_LIMIT = 600
SHIFT = 0


def main():
    dahdi.load(",".join(["e1"] * 8))
    dahdi.configure([dahdi.e1(span, timing=span % 2) for span in range(1, 17)])
    program = [f"{dahdi.BUILD}/tests/vm/suites/load_test", *sys.argv[1:]]
    more = {"VM_NS_PER_INSTRUCTION": str(1 << SHIFT)}
    return subprocess.run(program, stdin=subprocess.DEVNULL, check=False, env={**os.environ, **more}).returncode


if __name__ == "__main__":
    sys.exit(main())
