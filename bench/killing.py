"""Workers killed at random under load: every caller is accounted for, and those of other workers notice nothing.

Baselines: callers of a killed worker are call-back requests within 100 ms, a new call is answered within 200 ms.
`python bench/killing.py [seconds] [seconds between two deaths]`; the long run is 600 s.
"""

import os
import random
import signal
import statistics
import sys
import time

from sqlalchemy import func, select

from bench.exchange import exchange, percentile
from bench.running import machine
from bench.telephones import Caller, Callers
from hotline.core.identity import SYSTEM
from telephony import queues, seats
from telephony.models import Call, CallBackRequest, CallState, Outcome, Recording, SipWorker, WorkerState
from tests.sip.conftest import Exchange
from tests.sip.line import eventually

WORKERS, CALLS_PER_WORKER, CALLERS_AT_ONCE, WAIT_S = 16, 4, 40, (3.0, 12.0)
GAP_MS = 200  # in the sound of a caller whose worker lives, on a machine that also runs all telephones


def live_on(house: Exchange, pid: int) -> list[str]:
    with house.house.open_uow(SYSTEM) as uow:
        rows = (
            select(Call.sip_call_id)
            .join(SipWorker)
            .where(
                SipWorker.pid == pid, SipWorker.state == WorkerState.RUNNING, Call.state != CallState.ENDED
            )
        )
        return list(uow.session.scalars(rows))


def kill(house: Exchange, callers: Callers) -> tuple[list[str], float, float]:
    """The callers of the worker that died, ms until all were call-back requests, ms until a new call was answered."""
    pid = random.choice(list(house.pids().values()))
    lost = live_on(house, pid)
    buried = select(func.count()).where(
        Call.sip_call_id.in_(lost), Call.outcome == Outcome.LOST, Call.call_back_id.is_not(None)
    )
    start = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    fresh = callers.ring(f"139{random.randrange(10**8):08}")
    eventually(lambda: house.look(buried) == len(lost), within_s=10, every_s=0.004)
    told_ms = (time.monotonic() - start) * 1000
    eventually(lambda: fresh.code, within_s=10, every_s=0.004)
    callers.leave(fresh)
    if fresh.answered_at is None:
        print(f"a new call was refused with {fresh.code}")
        return lost, told_ms, float("inf")
    return lost, told_ms, (fresh.answered_at - start) * 1000


def account(house: Exchange, calls: list[Caller], lost: set[str]) -> list[str]:
    """What is wrong with any caller's record; empty where each is as it was."""
    with house.house.open_uow(SYSTEM) as uow:
        rows = {call.sip_call_id: call for call in uow.session.scalars(select(Call))}
        requests = set(uow.session.scalars(select(CallBackRequest.id)))
        recorded = set(uow.session.scalars(select(Recording.call_id)))
    wrong = []
    for caller in calls:
        row = rows.get(caller.call_id)
        if caller.code is None:
            wrong.append(f"{caller.number}: no answer at all")
        elif caller.code != 200:
            wrong.append(f"{caller.number}: refused with {caller.code}")
        elif row is None and caller.call_id not in lost:
            wrong.append(f"{caller.number}: answered, and no record")
        elif row is not None and (row.state != CallState.ENDED or row.call_back_id not in requests):
            wrong.append(f"{caller.number}: {row.state} {row.outcome}, no call-back")
        elif row is not None and row.id not in recorded:
            wrong.append(f"{caller.number}: not recorded")
        elif caller.call_id not in lost and row is not None and row.outcome == Outcome.LOST:
            wrong.append(f"{caller.number}: lost, though its worker lived")
    return wrong


def main(seconds: float = 60, every_s: float = 5) -> int:
    print(machine())
    calls: list[Caller] = []
    leaving: dict[str, float] = {}
    lost: set[str] = set()
    told, answered = [], []
    with exchange() as house:
        edge = house.start_behind_edge(workers=WORKERS, calls=CALLS_PER_WORKER)
        with house.house.open_uow(SYSTEM) as uow:
            queues.main(uow).announce_every_s = 0
        with house.house.open_uow(house.agent("a0")) as uow:
            seats.sign_in(uow)
            seats.busy(uow, "rest")
        time.sleep(6)  # a database that has just started buries nobody
        callers = Callers(edge, sounds=True)
        start, next_death = time.monotonic(), time.monotonic() + 4
        while time.monotonic() - start < seconds:
            time.sleep(0.1)
            now = time.monotonic()
            on_line = [call for call in calls[-400:] if call.ended_at is None and call.call_id not in lost]
            if len(on_line) < CALLERS_AT_ONCE:
                calls.append(callers.ring(f"138{len(calls):08}"))
                leaving[calls[-1].call_id] = now + random.uniform(*WAIT_S)
            for call in on_line:
                if now > leaving[call.call_id]:
                    callers.leave(call)
            if now >= next_death:
                next_death = now + every_s
                died, told_ms, answered_ms = kill(house, callers)
                lost.update(died)
                told.append(told_ms)
                answered.append(answered_ms)
        for call in calls:
            callers.leave(call)
        live = select(Call.id).where(Call.state != CallState.ENDED)
        eventually(lambda: not house.look(live), within_s=30)
        wrong = account(house, calls, lost)
        callers.stop()
    gaps = [call.worst_gap_ms for call in calls if call.call_id not in lost and call.heard > 50]
    print(
        f"{len(told)} workers killed in {seconds:.0f} s, {len(lost)} of {len(calls)} callers lost with them"
    )
    print(
        f"all of a worker's callers are call-back requests: median {statistics.median(told):.0f} ms, worst {max(told):.0f} ms"
    )
    print(
        f"a new call is answered: median {statistics.median(answered):.0f} ms, worst {max(answered):.0f} ms"
    )
    print(
        f"callers of other workers: worst gap p99 {percentile(gaps, 0.99):.0f} ms, worst {max(gaps):.0f} ms"
    )
    print(*wrong, sep="\n")
    print(f"{len(wrong)} callers not accounted for")
    fine = not wrong and percentile(told, 0.9) <= 100 and percentile(answered, 0.9) <= 200
    return 0 if fine and percentile(gaps, 0.99) <= GAP_MS else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
