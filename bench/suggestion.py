"""A live suggestion while an agent types, through the real HTTP stack on the demo house: p95 under 50 ms.

Baseline: 50 ms. Texts are the demo house's own examples.
"""

import csv
import sys
import time
from pathlib import Path

from bench.running import demo_house, machine, quantiles
from hotline import demo

P95_MS = 50
TEXTS = 150
WARM_UP = 5


def main() -> int:
    with (Path(demo.__path__[0]) / "examples.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))[: TEXTS + WARM_UP]
    with demo_house() as house:
        session = house.sign_in("agent1")
        took = []
        for row in rows:
            body = {"title": row["title"], "facts": row["text"], "place": row["place"]}
            start = time.perf_counter()
            session.post(f"{house.url}/api/v1/suggestions", json=body, timeout=30).raise_for_status()
            took.append(time.perf_counter() - start)
    median, p95 = quantiles(took[WARM_UP:])
    print(f"suggestion: p50 {median:.1f} ms, p95 {p95:.1f} ms (baseline {P95_MS}) on {machine()}")
    return 0 if p95 <= P95_MS else 1


if __name__ == "__main__":
    sys.exit(main())
