# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The demonstration's calls over an E1 with A-law, signalling in the driver's MTP2 mode (mtp2)."""
import sys

import dahdi
from whole_calls import DahdiSpans, demo_calls

LIMIT = 240

if __name__ == "__main__":
    sys.exit(demo_calls("e1", [dahdi.e1(1, "mtp2", timing=1), dahdi.e1(2, "mtp2")], DahdiSpans((1, 2))))
