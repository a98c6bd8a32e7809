# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The demonstration's calls over a T1 with mu-law, signalling through the card's HDLC controller (hardhdlc)."""
import sys

import dahdi
from whole_calls import DahdiSpans, demo_calls

LIMIT = 240

if __name__ == "__main__":
    sys.exit(demo_calls("t1", [dahdi.t1(1, "hardhdlc", timing=1), dahdi.t1(2, "hardhdlc")], DahdiSpans((1, 2), framing="t1"),
                        line="u", calls_at_once=23))
