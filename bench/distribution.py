"""From the queue to a seat in PostgreSQL: 1,000 seats at work, calls that come and are answered and end all the time.

Baseline: queueing with its offer p99 under 50 ms at 20 calls a second. `python bench/distribution.py [rate] [seconds]`.
"""

import queue
import statistics
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from bench.exchange import exchange, percentile
from bench.running import machine
from hotline.accounts.models import User
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Actor, Role
from telephony import call_control, calls, queues, workers
from telephony.models import Call, CallState, EndedBy, Outcome, Seat, SeatState

SEATS, BASELINE_MS, HANDLING_S = 1_000, 50, 3.0


def staff(house: House) -> dict[int, Actor]:
    """Seats by their id, all free, of different skills."""
    with house.open_uow(SYSTEM) as uow:
        queues.main(uow).wrap_up_s = 1
        people = [
            User(
                username=f"a{number}", name=f"a{number}", work_no=f"a{number}", password_hash="-",
                roles=[Role.AGENT], failed_logins=0, created_at=uow.now,
            )
            for number in range(SEATS)
        ]  # fmt: skip
        uow.session.add_all(people)
        uow.session.flush()
        uow.session.add_all(
            Seat(
                user_id=person.id, number=person.username, state=SeatState.AVAILABLE, since=uow.now,
                idle_since=uow.now, skills={"dialect": number % 6, "business": number % 4}, tiers={"main": 1 + number % 2},
            )
            for number, person in enumerate(people)
        )  # fmt: skip
        uow.session.flush()
        places = dict(uow.session.execute(select(Seat.user_id, Seat.id)).all())
    return {
        places[person.id]: Actor(user_id=person.id, name=person.name, roles=frozenset({Role.AGENT}))
        for person in people
    }


def arrive(house: House, worker_id: int, number: int) -> int:
    with house.open_uow(SYSTEM) as uow:
        return calls.arrive(
            uow,
            calls.Arrival(
                worker_id=worker_id, sip_call_id="bench", number=f"138{number:08}", called="12345",
                rang_at=uow.now, answered_at=uow.now, recording=uuid.uuid4().hex,
            ),
        ).id  # fmt: skip


def take(house: House, actors: dict[int, Actor], call_id: int) -> None:
    """What follows an offer: answered, and handled for a while."""
    with house.open_uow(SYSTEM) as uow:
        seat_id = uow.session.get_one(Call, call_id).seat_id
    if seat_id is not None:
        with house.open_uow(actors[seat_id]) as uow:
            call_control.answer(uow, call_id)


def main(rate: float = 20, seconds: float = 20) -> int:
    print(machine())
    times: list[float] = []
    done: queue.SimpleQueue[tuple[float, int]] = queue.SimpleQueue()
    with exchange() as bench:
        house = bench.house
        actors = staff(house)
        with house.open_uow(SYSTEM) as uow:
            worker_id = workers.register(uow, name="bench", sip_address="-", capacity=10_000, pid=0).id

        def one(number: int) -> None:
            call_id = arrive(house, worker_id, number)
            start = time.perf_counter()
            with house.open_uow(SYSTEM) as uow:
                calls.enqueue(uow, call_id)
            times.append((time.perf_counter() - start) * 1000)
            take(house, actors, call_id)
            done.put((time.monotonic() + HANDLING_S, call_id))

        def hang_up() -> None:
            while True:
                at, call_id = done.get()
                if not call_id:
                    return
                time.sleep(max(0.0, at - time.monotonic()))
                with house.open_uow(SYSTEM) as uow:
                    calls.leg_ended(uow, call_id, EndedBy.CALLER)

        ending = threading.Thread(target=hang_up)
        ending.start()
        start = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            for number in range(int(rate * seconds)):
                time.sleep(max(0.0, start + number / rate - time.monotonic()))
                pool.submit(one, number)
        took = time.monotonic() - start
        done.put((0, 0))
        ending.join()
        answered = bench.look(select(func.count()).where(Call.outcome == Outcome.ANSWERED))
        left = bench.look(select(func.count()).where(Call.state != CallState.ENDED))
    p50, p99 = statistics.median(times), percentile(times, 0.99)
    print(f"{len(times)} calls in {took:.0f} s over {SEATS} seats, {answered} answered, {left} left over")
    print(f"queued and offered, with its commit: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return 0 if p99 < BASELINE_MS and answered == len(times) and not left else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
