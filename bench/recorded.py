"""Many calls at once behind Kamailio, each with sound both ways and recorded on two channels; no agent takes them.

Baselines at 60 calls: none fails, no gap in what a caller hears over 60 ms, at most 5 MB (PSS) a call. Measured peer
(Asterisk 20, 60 calls queued, bridged and recorded, 2 cores): 29 % of a core, 92 MB.
`python bench/recorded.py [calls] [seconds]`.
"""

import statistics
import sys
import time

import psutil
from sqlalchemy import select

from bench.exchange import exchange, percentile, pss_mb
from bench.running import machine
from bench.telephones import HERTZ, Callers
from hotline.core.identity import SYSTEM
from telephony import queues, recording_files, seats
from telephony.models import Call, CallState, Recording
from tests.sip.conftest import Exchange
from tests.sip.line import eventually, strength

CALLS_PER_WORKER = 4
BASELINE_GAP_MS, BASELINE_MB = 60, 5


def cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def parts(house: Exchange) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """The workers with their parent, and Kamailio."""
    herd, edge = (psutil.Process(process.pid) for process in house.processes)
    return [herd, *herd.children()], [edge, *edge.children(recursive=True)]


def are_heard(house: Exchange, seconds: float) -> int:
    """How many recordings have the caller's tone to the end, and a right channel as long as the left one."""
    with house.house.open_uow(SYSTEM) as uow:
        names = list(uow.session.scalars(select(Recording.name)))
    whole = 0
    for name in names:
        left, right = (
            recording_files.read_raw(recording_files.raw(house.house.settings, name, side))
            for side in recording_files.SIDES
        )
        enough = min(len(left), len(right)) > seconds * recording_files.SAMPLE_RATE
        last = left[-recording_files.SAMPLE_RATE // 2 - 4_000 : -4_000]
        whole += enough and strength(last, HERTZ) > 0.9
    return whole


def main(count: int = 60, seconds: int = 30) -> int:
    print(machine())
    with exchange() as house:
        edge = house.start_behind_edge(workers=-(-count // CALLS_PER_WORKER), calls=CALLS_PER_WORKER)
        with house.house.open_uow(SYSTEM) as uow:
            queues.main(uow).announce_every_s = 0
        with house.house.open_uow(house.agent("a0")) as uow:
            seats.busy(uow, "rest") if seats.sign_in(uow) else None
        callers = Callers(edge, sounds=True)
        calls = []
        for number in range(count):
            calls.append(callers.ring(f"138{number:08}"))
            time.sleep(0.05)
        eventually(lambda: all(call.code for call in calls), within_s=10)
        waiting = select(Call.id).where(Call.state != CallState.WAITING)
        eventually(lambda: house.look(waiting) is None, within_s=10)
        for call in calls:
            call.worst_gap_ms = 0  # the greeting is over: from here on it is one sound
        workers, kamailio = parts(house)
        start, cpu, edge_cpu = time.monotonic(), cpu_s(workers), cpu_s(kamailio)
        time.sleep(seconds)
        took = time.monotonic() - start
        cpu, edge_cpu = (cpu_s(workers) - cpu) / took, (cpu_s(kamailio) - edge_cpu) / took
        memory = pss_mb([process.pid for process in workers])
        gaps = [call.worst_gap_ms for call in calls]
        alive = sum(call.ended_at is None for call in calls)
        for call in calls:
            callers.leave(call)
        live = select(Call.id).where(Call.state != CallState.ENDED)
        eventually(lambda: house.look(live) is None, within_s=20)
        recorded = are_heard(house, seconds)
        callers.stop()
    failed = sum(call.code != 200 for call in calls)
    per_call = memory / count
    print(
        f"{count} calls for {took:.0f} s: {failed} failed, {count - alive} broke off, {recorded} recorded whole"
    )
    print(
        f"worst gap of a call: median {statistics.median(gaps):.0f} ms, p90 {percentile(gaps, 0.9):.0f} ms,"
        f" worst {max(gaps):.0f} ms"
    )
    print(f"{cpu:.0%} of a core (and Kamailio {edge_cpu:.0%}), {memory:.0f} MB PSS: {per_call:.1f} MB a call")
    fine = not failed and alive == recorded == count and max(gaps) <= BASELINE_GAP_MS
    return 0 if fine and per_call <= BASELINE_MB else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
