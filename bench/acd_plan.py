"""`acd.plan` with 1,000 free seats, 500 waiting calls, skills and tiers. Baseline: under 10 ms."""

import platform
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

from telephony.acd import FreeSeat, WaitingCall, plan
from telephony.models import Strategy

BASELINE_MS = 10
NOW = datetime(2026, 9, 18, 8, tzinfo=UTC)


def main() -> int:
    chance = random.Random(12345)
    seats = [
        FreeSeat(
            seat_id=number,
            idle_since=NOW - timedelta(seconds=chance.randrange(900)),
            skills={"dialect": chance.randrange(6), "business": chance.randrange(6)},
            tiers={"main": chance.randint(1, 2), "business": chance.randint(1, 3)},
        )
        for number in range(1, 1001)
    ]
    calls = [
        WaitingCall(
            call_id=number,
            queue=chance.choice(("main", "business")),
            queued_at=NOW - timedelta(seconds=chance.randrange(120)),
            priority=chance.choice((0, 0, 0, 1)),
            strategy=Strategy.LONGEST_IDLE,
            needs=chance.choice(({}, {}, {"dialect": 3}, {"business": 2})),
        )
        for number in range(1, 501)
    ]
    times = []
    for _ in range(50):
        start = time.perf_counter()
        offers = plan(calls, seats, NOW)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    median, worst = statistics.median(times), times[-1]
    print(f"{platform.node()}: {len(offers)} offers, median {median:.1f} ms, worst of 50 {worst:.1f} ms")
    return 0 if median < BASELINE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
