"""Memory of the whole idle house: proportional set size (PSS) of every process, shared pages counted once.

Baseline: the house must stay under 900 MB. Starts `hotline up --demo` on free ports and a temporary data directory.
"""

import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError

import psutil

BASELINE_MB = 900
SETTLE_S = 20


def free_port(kind: int) -> int:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pss_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))


def kind_of(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    marks = ("gunicorn", "celery_app", "hotline.beat", "worker_main", "hotline up", "postgres")
    return next((mark for mark in marks if mark in line), process.name())


def wait_for(url: str, house: subprocess.Popen) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and house.poll() is None:
        with suppress(URLError, OSError):
            urllib.request.urlopen(url, timeout=2)
            return
        time.sleep(0.3)
    raise SystemExit("the house did not start")


def main() -> int:
    http, sip = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    with tempfile.TemporaryDirectory() as data_dir:
        environment = os.environ | {
            "HOTLINE_DATA_DIR": data_dir,
            "HOTLINE_HTTP_BIND": f"127.0.0.1:{http}",
            "HOTLINE_SIP_BIND": f"127.0.0.1:{sip}",
        }
        command = [sys.executable, "-m", "hotline", "up", "--demo"]
        house = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{http}/readyz", house)
            time.sleep(SETTLE_S)
            total = report(house, data_dir)
        finally:
            house.send_signal(signal.SIGTERM)
            house.wait()
    print(
        f"total {total:.0f} MB PSS, baseline {BASELINE_MB} MB, on {platform.node()} ({os.cpu_count()} cores)"
    )
    return 0 if total < BASELINE_MB else 1


def report(house: subprocess.Popen, data_dir: str) -> float:
    """Prints MB by kind of process; the postmaster is no child of ours, but names our directory."""
    own = psutil.Process(house.pid)
    members = [own, *own.children(recursive=True)]
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] and f"{data_dir}/postgres/cluster" in process.info["cmdline"]:
            members += [process, *process.children(recursive=True)]
    kinds: dict[str, float] = {}
    for process in members:
        kinds[kind_of(process)] = kinds.get(kind_of(process), 0) + pss_kb(process.pid) / 1024
    for kind, megabytes in sorted(kinds.items(), key=lambda item: -item[1]):
        print(f"{megabytes:7.0f} MB  {kind}")
    return sum(kinds.values())


if __name__ == "__main__":
    sys.exit(main())
