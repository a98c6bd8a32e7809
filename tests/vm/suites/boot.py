# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""The guest has what every other suite takes for granted: DAHDI loads, spans come up, each program starts."""
import sys

import dahdi

LIMIT = 60


def main():
    dahdi.load("e1,t1")
    dahdi.configure([dahdi.e1(1), dahdi.e1(2), dahdi.t1(3), dahdi.t1(4)])
    print(dahdi.run(["dahdi_scan"]))
    for program in ("causeway", "causeway-exchange", "causewayctl"):
        print(dahdi.run([f"{dahdi.BUILD}/{program}", "-h"], statuses=(0, 1, 2)).splitlines()[0])
    print(dahdi.run(["sipp", "-v"], statuses=(0, 99)).split("\n")[1])
    print(dahdi.run(["espeak-ng", "--version"]).strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
