# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
"""Through kamailio with Record-Route, and with baresip: stacks that none of our code is in."""
import math
import os
import time

from harness import Group
from lab import pcm_wav
from sipp import Callee, Caller, expect, pause, scenario

PLAN = """
number "0301" { action = answer delay = 300ms play = echo }
number "0305" { action = no-answer }
number "0309" { action = answer delay = 200ms hold = 1s }
originate "in" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger }
originate "in-ends" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 1s }
originate "in-sounds" { called = "4050" calling = "301234567" noa = national calling-noa = national start = trigger
	hold = 3s play = "tone:425" }
"""
HERE = os.path.dirname(os.path.abspath(__file__))


def prepare(lab):
    """kamailio first; the trunk's requests go through it."""
    lab.proxy = lab.port()
    with open(os.path.join(HERE, "kamailio.cfg"), encoding="ascii") as f:
        text = f.read().replace("PROXY_PORT", str(lab.proxy)).replace("GATEWAY_PORT", str(lab.sip))
    lab.write("kamailio.cfg", text)
    lab.write("gateway.conf", lab.read("gateway.conf").replace(
        "trusted = true", f'trusted = true proxy = "127.0.0.1:{lab.proxy}"'))
    os.mkdir(lab.path("run"))
    lab.kamailio = lab.spawn("kamailio", ["kamailio", "-f", lab.path("kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "4",
                                          "-Y", lab.path("run"), "-w", lab.folder])
    lab.start()


proxied = Group("kamailio", PLAN, prepare=prepare)


def through(case, xml):
    """A caller whose requests go to the proxy."""
    client = case.client(xml, f"127.0.0.1:{case.lab.proxy}", target=False)
    return client


@proxied.scenario("RFC 3261 16.6, 12.2: a call through a record-routing proxy, BYE from the caller along the route")
def proxy_caller_ends(case):
    client = through(case, Caller("0301").answered(500))
    case.finish(client)
    case.released(16, "in")
    case.true("no Record-Route", "Record-Route: <sip:127.0.0.1" in case.messages(client))


@proxied.scenario("RFC 3261 12.2.1.1: BYE from the gateway takes the route set")
def proxy_exchange_ends(case):
    client = through(case, Caller("0309").ended_by_peer())
    case.finish(client)
    case.released(16, "out")
    case.true("BYE did not come through the proxy",
              f"Via: SIP/2.0/UDP 127.0.0.1:{case.lab.proxy}" in case.messages(client).split("BYE ", 1)[1])


@proxied.scenario("RFC 3261 9, 16.10: CANCEL through the proxy")
def proxy_cancel(case):
    caller = Caller("0305")
    case.finish(through(case, scenario(caller.invite(), expect("100"), expect("100", True), expect("180"), pause(500),
                                       caller.cancel(5), expect("200"), expect("487"), caller.ack_failure(8))))
    case.released(16, "in")


@proxied.scenario("RFC 3261 8.1.2: the gateway's INVITE goes to its outbound proxy with a loose Route; BYE both ways")
def proxy_to_peer(case):
    server = case.server(Callee().answers(200))
    case.lab.tell_exchange("call in-ends")
    case.finish(server)
    case.released(16, "in")
    case.true("INVITE did not come through the proxy", f"127.0.0.1:{case.lab.proxy};" in case.messages(server))
    server = case.server(Callee().answers_and_ends(200, 500))
    case.lab.tell_exchange("call in")
    case.finish(server)
    case.released(16, "out", 2)


# --- baresip ---

phones = Group("baresip", PLAN)


def baresip(case, account, *words):
    lab = case.lab
    folder = lab.path(case.name)
    os.makedirs(folder, exist_ok=True)
    port = lab.pbx
    samples = [int(8000 * math.sin(i * 2 * math.pi * 440 / 8000)) for i in range(64000)]
    lab.write(f"{case.name}/tone.wav", pcm_wav(samples))
    lab.write(f"{case.name}/config", f"""sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module menu.so
module_tmp uuid.so
module_app account.so
audio_player aufile,{folder}/heard.wav
audio_source aufile,{folder}/tone.wav
audio_alert aufile,{folder}/alert.wav
ausrc_srate 8000
auplay_srate 8000
rtp_ports {39000 + lab.sip % 50 * 20}-{39018 + lab.sip % 50 * 20}
""")
    lab.write(f"{case.name}/accounts", f"<sip:4050@127.0.0.1:{port}>;regint=0;audio_codecs=PCMA{account}\n")
    return lab.spawn(case.name, ["baresip", "-f", folder, *words])


def rtp_both_ways(case, end):
    media = case.cdr()[end]["media"]
    case.true(f"RTP not both ways: {media}", media["packets_in"] > 80 and media["packets_out"] > 80)


@phones.scenario("baresip calls the exchange: answered, RTP both ways, BYE when it quits")
def baresip_calls(case):
    phone = baresip(case, "", "-e", f"/dial sip:0301@127.0.0.1:{case.lab.sip}", "-t", "5")
    phone.wait(20)
    case.true("not answered", case.cdr()["answer"])
    rtp_both_ways(case, "in")


@phones.scenario("The exchange calls baresip: auto-answered, RTP both ways, BYE from the gateway")
def baresip_is_called(case):
    phone = baresip(case, ";answermode=auto", "-t", "8")
    time.sleep(1)
    case.lab.tell_exchange("call in-sounds")
    case.released(16, "in")
    rtp_both_ways(case, "out")
    phone.wait(20)
