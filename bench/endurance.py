"""Thousands of calls through the workers behind Kamailio, each with an agent at a desk phone: what is left behind.

Baselines: memory (PSS) afterwards within 10 % of before, no line, port, file handle or seat left behind.
`python bench/endurance.py [calls] [calls a second]`; 12,000 calls take 20 minutes at 10 a second.
"""

import sys
import time

import psutil
from sqlalchemy import func, select

from bench.exchange import exchange, pss_mb
from bench.ringing import agents
from bench.running import machine
from bench.telephones import Caller, Callers, Phones
from telephony.models import Call, CallOffer, CallState, Outcome, Seat, SeatState
from telephony.party_models import CallParty
from tests.sip.conftest import Exchange
from tests.sip.line import eventually

WORKERS, CALLS_PER_WORKER, WARM_UP = 16, 2, 300
TALK_S = 0.8


def ring_many(callers: Callers, count: int, rate: float, first: int) -> list[Caller]:
    """One after the other; each hangs up when it has talked for a while."""
    calls: list[Caller] = []
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        calls.append(callers.ring(f"138{first + number:08}"))
        for call in calls[-80:]:
            if call.answered_at and not call.left and time.monotonic() - call.answered_at > TALK_S + 0.6:
                callers.leave(call)
    time.sleep(TALK_S + 1)
    for call in calls:
        callers.leave(call)
    return calls


def held(house: Exchange) -> tuple[float, int, int]:
    """Memory in MB, file handles and sockets of all workers, when nobody calls."""
    live = select(Call.id).where(Call.state != CallState.ENDED)
    eventually(lambda: not house.look(live), within_s=30)
    time.sleep(10)  # lines whose BYE was lost have been given up
    pids = list(house.pids().values())
    processes = [psutil.Process(pid) for pid in pids]
    sockets = sum(len(process.net_connections()) for process in processes)
    return pss_mb(pids), sum(process.num_fds() for process in processes), sockets


def left_over(house: Exchange) -> dict[str, int]:
    busy = Seat.state.not_in([SeatState.AVAILABLE, SeatState.WRAP_UP])
    counts = {
        "calls": select(func.count()).where(Call.state != CallState.ENDED),
        "offers": select(func.count()).where(CallOffer.ended_at.is_(None)),
        "guests": select(func.count()).where(CallParty.left_at.is_(None)),
        "seats": select(func.count()).select_from(Seat).where(busy),
    }
    return {name: house.look(query) for name, query in counts.items()}


def main(count: int = 1_200, rate: int = 10) -> int:
    print(machine())
    with exchange() as house:
        edge = house.start_behind_edge(workers=WORKERS, calls=CALLS_PER_WORKER)
        phones, callers = Phones(), Callers(edge, sounds=False)
        agents(house, phones)
        ring_many(callers, WARM_UP, rate, 0)
        pids, before = house.pids(), held(house)
        calls = ring_many(callers, count, rate, WARM_UP)
        after, over = held(house), left_over(house)
        answered = house.look(select(func.count()).where(Call.outcome == Outcome.ANSWERED)) - WARM_UP
        same = pids == house.pids()
        callers.stop()
        phones.stop()
    failed = sum(call.code != 200 for call in calls)
    growth = after[0] / before[0] - 1
    print(
        f"{count} calls at {rate} a second: {failed} refused, {answered} talked; workers {'the same' if same else 'NOT the same'}"
    )
    print(
        f"PSS {before[0]:.0f} → {after[0]:.0f} MB ({growth:+.1%}), handles {before[1]} → {after[1]}, sockets {before[2]} → {after[2]}"
    )
    print(f"left over: {over}")
    clean = not any(over.values()) and after[1] <= before[1] and after[2] <= before[2]
    return 0 if same and clean and not failed and growth <= 0.10 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
