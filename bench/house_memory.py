"""Memory of the whole idle house: proportional set size (PSS) of every process, shared pages counted once.

Baseline: the house must stay under 900 MB, the classifier loaded in its web process.
"""

import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests import whole_house

BASELINE_MB = 900
SETTLE_S = 20


def pss_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))


def kind_of(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    marks = ("gunicorn", "celery_app", "hotline.beat", "worker_main", "hotline up", "postgres")
    return next((mark for mark in marks if mark in line), process.name())


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, whole_house.running(Path(folder)) as house:
        time.sleep(SETTLE_S)
        total = report(house)
    print(
        f"total {total:.0f} MB PSS, baseline {BASELINE_MB} MB, on {platform.node()} ({os.cpu_count()} cores)"
    )
    return 0 if total < BASELINE_MB else 1


def report(house: whole_house.Running) -> float:
    """Prints MB by kind of process; the postmaster is no child of ours, but names our directory."""
    own = psutil.Process(house.pid)
    members = [own, *own.children(recursive=True)]
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] and f"{house.data_dir}/postgres/cluster" in process.info["cmdline"]:
            members += [process, *process.children(recursive=True)]
    kinds: dict[str, float] = {}
    for process in members:
        kinds[kind_of(process)] = kinds.get(kind_of(process), 0) + pss_kb(process.pid) / 1024
    for kind, megabytes in sorted(kinds.items(), key=lambda item: -item[1]):
        print(f"{megabytes:7.0f} MB  {kind}")
    return sum(kinds.values())


if __name__ == "__main__":
    sys.exit(main())
