"""A telephone that is called: answers with the given code, says its tone, keeps what it hears."""

import argparse
import signal
from pathlib import Path

from telephony.sip.endpoint import PjsuaEndpoint, SipConfig
from telephony.sip.port import SILENCE, InviteArrived


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("code", type=int)
    parser.add_argument("--number")
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--pause")
    parser.add_argument("--record", type=Path)
    chosen = parser.parse_args()
    host, _, port = chosen.address.rpartition(":")
    sip = PjsuaEndpoint(SipConfig(host=host, port=int(port), rtp_port=35_000, calls=2))
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
    sip.shut_down()  # with a BYE


if __name__ == "__main__":
    main()
