# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The DAHDI back end against the driver: loads and configures the spans that tdm_dahdi_test knows, and runs it."""
import subprocess
import sys

import dahdi

LIMIT = 240

# Pairs: E1 with dchan, T1 with dchan, E1 with hardhdlc, E1 with mtp2, and a T1 of which 12 channels are in use, with echo
# cancellers.
TYPES = "e1,t1,e1,e1,t1"


def main():
    dahdi.load(TYPES, echo_canceller=True)
    spans = [dahdi.e1(1, timing=1), dahdi.e1(2), dahdi.t1(3, timing=1), dahdi.t1(4), dahdi.e1(5, "hardhdlc", timing=1),
             dahdi.e1(6, "hardhdlc"), dahdi.e1(7, "mtp2", timing=1), dahdi.e1(8, "mtp2"),
             dahdi.t1(9, None, channels=12, timing=1), dahdi.t1(10, None, channels=12)]
    text = dahdi.system_conf(spans)
    base = dahdi.base_channel(9)
    text += f"echocanceller=mg2,{base}-{base + 5}\n"
    with open(dahdi.SYSTEM_CONF, "w", encoding="ascii") as f:
        f.write(text)
    dahdi.run(["dahdi_cfg", "-c", dahdi.SYSTEM_CONF])
    program = [f"{dahdi.BUILD}/tests/vm/suites/tdm_dahdi_test", *sys.argv[1:]]
    return subprocess.run(program, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
