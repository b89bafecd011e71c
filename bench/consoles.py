"""Open consoles on one web process: from the commit of an event to the console that shows it, the screen pop above all.

Baselines: 300 consoles on one process p99 under 50 ms; of 1,000 on four, one process has 250.
`python bench/consoles.py [consoles] [events a second] [seconds]`.
"""

import json
import selectors
import statistics
import sys
import time
from threading import Thread

import websocket
from flask import Flask
from sqlalchemy import select

from bench.exchange import exchange, percentile
from bench.running import machine, start_web
from hotline.accounts import login
from hotline.accounts.models import User
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role
from telephony.events import CallOffered
from telephony.models import Seat, SeatState
from web.edge import TOKEN

BASELINE_MS, LEADERS, SPARE_THREADS = 50, 10, 60


def staff(house: House, consoles: int) -> tuple[list[str], list[int]]:
    """The cookies of people who are signed in, leaders first, and the seats of the others."""
    app = Flask(__name__)
    app.secret_key = house.vault.key("cookie")
    sealer = app.session_interface.get_signing_serializer(app)
    cookies = []
    with house.open_uow(SYSTEM) as uow:
        for number in range(consoles):
            role = Role.SHIFT_LEADER if number < LEADERS else Role.AGENT
            person = User(
                username=f"c{number}", name=f"c{number}", work_no=f"c{number}", password_hash="-", roles=[role],
                failed_logins=0, created_at=uow.now,
            )  # fmt: skip
            uow.session.add(person)
            uow.session.flush()
            uow.session.add(
                Seat(user_id=person.id, number=person.username, state=SeatState.AVAILABLE, since=uow.now)
            )
            cookies.append(f"hotline={sealer.dumps({TOKEN: login.sign_in(uow, person, user_agent=None)})}")
        uow.session.flush()
        seats = list(uow.session.scalars(select(Seat.id).order_by(Seat.user_id)))
    return cookies, seats[LEADERS:]


class Consoles:
    """All sockets in one thread, as little of Engine.IO as keeps them open; `arrived`: when each event came, by call."""

    def __init__(self, url: str, cookies: list[str]) -> None:
        self.arrived: dict[int, list[float]] = {}
        self._selector = selectors.DefaultSelector()
        target = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        for cookie in cookies:
            line = websocket.create_connection(target, cookie=cookie, timeout=20)
            line.recv()
            line.send("40")
            if not (opened := str(line.recv())).startswith("40"):
                raise SystemExit(f"not let in: {opened}")
            self._selector.register(line.sock, selectors.EVENT_READ, line)
        self._running = True
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._running = False
        self._thread.join()

    def _run(self) -> None:
        while self._running:
            for key, _ in self._selector.select(1):
                message, now = key.data.recv(), time.perf_counter()
                if message == "2":
                    key.data.send("3")
                elif message.startswith("42"):
                    event = json.loads(message[2:])[1]
                    self.arrived.setdefault(event["call_id"], []).append(now)


def main(consoles: int = 300, rate: int = 20, seconds: int = 20) -> int:
    print(machine())
    sent: dict[int, float] = {}
    with exchange() as bench:
        cookies, seats = staff(bench.house, consoles)
        web, url = start_web(bench.house.settings, threads=consoles + SPARE_THREADS)
        try:
            lines = Consoles(url, cookies)
            start = time.monotonic()
            for number in range(1, rate * seconds + 1):
                time.sleep(max(0.0, start + number / rate - time.monotonic()))
                with bench.house.open_uow(SYSTEM) as uow:
                    uow.record(CallOffered(call_id=number, seat_id=seats[number % len(seats)]))
                sent[number] = time.perf_counter()
            time.sleep(1)
            lines.stop()
        finally:
            web.terminate()
            web.wait()
    first = [(min(came) - sent[number]) * 1000 for number, came in lines.arrived.items()]
    every = [(one - sent[number]) * 1000 for number, came in lines.arrived.items() for one in came]
    whole = sum(len(came) == 1 + LEADERS for came in lines.arrived.values())
    p50, p99 = statistics.median(every), percentile(every, 0.99)
    print(
        f"{consoles} consoles on one process, {len(sent)} events at {rate} a second, {whole} seen by all whom they concern"
    )
    print(
        f"commit → console: p50 {p50:.1f} ms, p99 {p99:.1f} ms; the first of them p99 {percentile(first, 0.99):.1f} ms"
    )
    return 0 if p99 < BASELINE_MS and whole == len(sent) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
