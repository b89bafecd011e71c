"""Messages that are bent or broken, by the thousand: the worker lives, and answers a sound one after each handful.

`python bench/mutants.py [messages] [folder of .dat files, such as the messages of RFC 4475]`; the long run is 20,000.
"""

import random
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from bench.exchange import exchange
from bench.running import machine
from telephony.models import Call, CallState
from tests.sip import sipp
from tests.sip.conftest import OPTIONS
from tests.sip.line import eventually
from tests.sip.malformed import MALFORMED

PROBE_EVERY, SEED = 20, 12345
GIVEN_UP_S = 9  # a line whose BYE nobody answers is free again after 8 s
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
WORDS = (
    b"\r\n",
    b"\0",
    b":",
    b";",
    b"<",
    b">",
    b'"',
    b"sip:",
    b"SIP/2.0",
    b"\xff",
    b"%00",
    b"99999999999",
    b"-1",
)


def mutant(chance: random.Random, message: bytes) -> bytes:
    """One to five accidents: bytes changed, pieces lost, doubled, exchanged or put in."""
    text = bytearray(message)
    for _ in range(chance.randint(1, 5)):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        match chance.randrange(5):
            case 0 if at < len(text):
                text[at] = chance.randrange(256)
            case 1:
                del text[at : min(to, at + 40)]
            case 2:
                text[at:at] = text[at : min(to, at + 200)]
            case 3:
                text[at:at] = chance.choice(WORDS) * chance.choice((1, 1, 1, 50))
            case 4:
                text[at:to] = bytes(reversed(text[at:to])) if to - at < 30 else text[at:to]
    return bytes(text[:60_000]) or b"\r\n"


def main(count: int = 2_000, folder: str = "") -> int:
    print(machine())
    chance = random.Random(SEED)
    with exchange() as house:
        address = house.start_worker()
        sound = [
            sipp.datagram(method, address, f"{method}-x", body=SDP)
            for method in ("INVITE", "BYE", "CANCEL", "REGISTER")
        ]
        given = [file.read_bytes() for file in sorted(Path(folder).glob("*.dat"))] if folder else []
        seeds = [*MALFORMED.values(), *sound, *given]
        messages = [*given, *(mutant(chance, chance.choice(seeds)) for _ in range(count))]
        silent, slowest, started = 0, 0.0, time.monotonic()
        with sipp.line_to(address, wait_s=2) as (send, _):
            for number, message in enumerate(messages):
                send(message)
                if number % PROBE_EVERY == 0:
                    asked = time.monotonic()
                    probe = OPTIONS.format(address=address).replace("ready", f"probe{number}").encode()
                    silent += b"200 OK" not in sipp.send_raw(address, probe, wait_s=2)
                    slowest = max(slowest, time.monotonic() - asked)
        took = time.monotonic() - started
        lives = house.processes[0].poll() is None
        left = select(func.count()).where(Call.state != CallState.ENDED)
        eventually(lambda: not house.look(left), within_s=60)
        time.sleep(GIVEN_UP_S)
        sipp.run(address, house.folder, sipp.ANSWERED, sipp.pause(100), sipp.bye())
    print(
        f"{len(given)} given and {count} mutated messages in {took:.0f} s: worker {'lives' if lives else 'DIED'}"
    )
    print(
        f"{silent} of {len(messages) // PROBE_EVERY + 1} probes unanswered, the slowest took {slowest * 1000:.0f} ms"
    )
    return 0 if lives and not silent else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 2_000, *sys.argv[2:3]))
