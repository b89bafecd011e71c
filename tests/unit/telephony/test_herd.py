"""The parent of several workers: who dies is replaced and his neighbour told, who is told to end ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sip.line import eventually

PARENT = """
import os, signal, sys, time
from pathlib import Path
from telephony.herd import Herd

folder = Path(sys.argv[1])

def work(index):
    signal.signal(signal.SIGUSR2, lambda *_: (folder / f"told-{index}").write_text("yes"))
    (folder / f"place-{index}").write_text(str(os.getpid()))
    for _ in range(60):
        time.sleep(1)

sys.exit(Herd(2, work).run())
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)])
    eventually(lambda: len(list(tmp_path.glob("place-*"))) == 2 and all(pids(tmp_path)), within_s=20)
    yield process
    process.kill()
    process.wait()


def pids(folder: Path) -> list[int]:
    return [int(file.read_text() or 0) for file in sorted(folder.glob("place-*"))]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_worker_when_killed_then_replaced_and_its_neighbour_is_told_and_stays(parent, tmp_path: Path):
    before = pids(tmp_path)
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: pids(tmp_path)[0] not in (0, before[0]))
    eventually((tmp_path / "told-1").exists)
    assert pids(tmp_path)[1] == before[1]
    assert lives(before[1])


def test_parent_when_told_to_end_then_all_end_and_nobody_is_replaced(parent, tmp_path: Path):
    before = pids(tmp_path)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(10) == 0
    assert not [pid for pid in before if lives(pid)]
    assert pids(tmp_path) == before
    assert not list(tmp_path.glob("told-*"))


def test_parent_when_killed_then_its_workers_are_told_to_finish(parent, tmp_path: Path):
    before = pids(tmp_path)
    parent.kill()
    parent.wait()
    eventually(
        lambda: not [pid for pid in before if lives(pid)]
    )  # SIGUSR1 ends these, who do not listen to it
