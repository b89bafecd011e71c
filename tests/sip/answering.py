"""A telephone that is called: answers with the given code, says its tone, keeps what it hears.

`--account NAME:PASSWORD@HOST:PORT`: it registers there first, and says whether it was let in.
"""

import argparse
import re
import signal
from pathlib import Path

import pjsua2 as pj

from telephony.sip.endpoint import PjsuaEndpoint, SipConfig, _Account
from telephony.sip.port import SILENCE, InviteArrived


class Registered(_Account):
    """An account of its own at a registrar; `code` is what that has answered last."""

    code = 0

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        self.code = prm.code


def register(sip: PjsuaEndpoint, account: str) -> Registered:
    name, password, registrar = re.fullmatch(r"(.*?):(.*)@(.*)", account).groups()
    settings = pj.AccountConfig()
    settings.idUri = f"sip:{name}@{registrar}"
    settings.regConfig.registrarUri = f"sip:{registrar}"
    settings.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", name, 0, password))
    registered = Registered(sip)
    registered.create(settings)
    while registered.code < 200:
        sip.poll(20)
    print(f"registered {registered.code}", flush=True)
    return registered


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("code", type=int)
    parser.add_argument("--number")
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--pause")
    parser.add_argument("--record", type=Path)
    parser.add_argument("--account")
    chosen = parser.parse_args()
    host, _, port = chosen.address.rpartition(":")
    sip = PjsuaEndpoint(SipConfig(host=host, port=int(port), rtp_port=35_000, calls=2))
    account = register(sip, chosen.account) if chosen.account else None
    print("ready", flush=True)
    put_down: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: put_down.append(number))
    while not put_down:
        for event in sip.poll(10):
            if isinstance(event, InviteArrived) and chosen.code != 200:
                sip.hang_up(event.leg, chosen.code)
            elif isinstance(event, InviteArrived):
                sip.answer(event.leg)
                tape = sip.record(chosen.record)
                for edge in (
                    (sip.play([chosen.wav], loop=True), event.leg),
                    (event.leg, tape),
                    (SILENCE, tape),
                ):
                    sip.connect(edge)
    if account is not None:
        account.shutdown()
    sip.shut_down()  # with a BYE


if __name__ == "__main__":
    main()
