# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Octet-exactness over a long time: loads three pairs of E1 spans and runs exact_test."""
import subprocess
import sys

import dahdi

LIMIT = 120
FULL_LIMIT = 1500


def main():
    dahdi.load("e1,e1,e1")
    dahdi.configure([dahdi.e1(span, timing=span % 2) for span in range(1, 7)])
    return subprocess.run([f"{dahdi.BUILD}/tests/vm/suites/exact_test", *sys.argv[1:]], stdin=subprocess.DEVNULL,
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
