"""Seconds from `hotline up --demo` to pages that answer, on the data of an earlier run. Baseline: under 15 s."""

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from tests import whole_house

BASELINE_S = 15
TIMES = 3


def start_s(folder: Path) -> float:
    begin = time.monotonic()
    with whole_house.running(folder):
        return time.monotonic() - begin


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        first = start_s(Path(name))
        later = [start_s(Path(name)) for _ in range(TIMES)]
    print(f"{platform.node()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"first start with the demo data and its first training: {first:.1f} s")
    print(f"later starts: {', '.join(f'{one:.1f}' for one in later)} s, baseline {BASELINE_S} s")
    return 0 if max(later) < BASELINE_S else 1


if __name__ == "__main__":
    sys.exit(main())
