"""The supervisor: children come back after death, their lines are shown, a stop leaves none behind."""

import io
import os
import signal
import sys

import psutil
import pytest

from hotline import supervise
from hotline.supervise import Supervisor

PRINT_AND_WAIT = "import os, time; print('born', os.getpid(), flush=True); time.sleep(60)"
IGNORE_TERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
WITH_GRANDCHILD = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('grandchild', p.pid, flush=True); time.sleep(60)"
)


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def supervisor(out, monkeypatch):
    monkeypatch.setattr(supervise, "BACK_OFF_S", (0.1,))
    boss = Supervisor(os.environ, out)
    yield boss
    boss.stop()


def until(supervisor, condition):
    assert supervisor.wait_until(condition, 15), "did not happen in time"


def lines(out, name):
    return [line.split("│ ", 1)[1] for line in out.getvalue().splitlines() if line.startswith(name)]


def pids(out, word="born"):
    return [int(line.split()[1]) for line in lines(out, "child") if line.startswith(word)]


def ended(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_start_when_child_prints_then_line_carries_its_name(supervisor, out):
    supervisor.start("child", [sys.executable, "-c", PRINT_AND_WAIT])
    until(supervisor, lambda: pids(out))
    assert out.getvalue().startswith("child   │ born")


def test_run_when_child_is_killed_then_it_comes_back_and_the_log_says_so(supervisor, out):
    supervisor.start("child", [sys.executable, "-c", PRINT_AND_WAIT])
    until(supervisor, lambda: pids(out))
    os.kill(pids(out)[0], signal.SIGKILL)
    until(supervisor, lambda: len(pids(out)) == 2)
    assert any("child 已退出(-9)" in line for line in lines(out, "up"))


def test_run_when_child_dies_again_and_again_then_waits_longer_each_time(supervisor, out, monkeypatch):
    monkeypatch.setattr(supervise, "BACK_OFF_S", (0.0, 0.1, 0.2, 60))
    supervisor.start("child", [sys.executable, "-c", "raise SystemExit(3)"])
    until(supervisor, lambda: any("60 秒后重启" in line for line in lines(out, "up")))
    waits = [line.split(",")[1].split()[0] for line in lines(out, "up")]
    assert waits == ["0.1", "0.2", "60"]


def test_bury_when_master_was_killed_then_its_children_go_too(supervisor, out):
    supervisor.start("child", [sys.executable, "-c", WITH_GRANDCHILD])
    until(supervisor, lambda: pids(out, "grandchild"))
    master = supervisor._parts[0].process
    os.kill(master.pid, signal.SIGKILL)
    until(supervisor, lambda: len(pids(out, "grandchild")) == 2)
    assert ended(pids(out, "grandchild")[0])


def test_stop_when_child_ignores_sigterm_then_it_is_killed(supervisor, out, monkeypatch):
    monkeypatch.setattr(supervise, "STOP_S", 0.3)
    part = supervisor.start("child", [sys.executable, "-c", IGNORE_TERM])
    until(supervisor, lambda: lines(out, "child"))
    supervisor.stop()
    assert part.process.returncode == -signal.SIGKILL


def test_stop_when_several_run_then_each_may_end_by_itself(supervisor, out):
    say_end = (
        "import signal, sys, time;"
        "signal.signal(signal.SIGTERM, lambda *_: (print('end', flush=True), sys.exit(0)))"
    )
    parts = [
        supervisor.start(
            name, [sys.executable, "-c", f"{say_end}; print('ready', flush=True); time.sleep(60)"]
        )
        for name in ("first", "second")
    ]
    until(supervisor, lambda: "ready" in lines(out, "first") and "ready" in lines(out, "second"))
    supervisor.stop()
    assert [part.process.returncode for part in parts] == [0, 0]
    assert lines(out, "first")[-1] == lines(out, "second")[-1] == "end"


def test_children_when_parent_is_killed_then_they_end(tmp_path):
    code = (
        "import os, sys, time; from hotline.supervise import Supervisor;"
        f"s = Supervisor(os.environ); s.start('child', [sys.executable, '-c', {PRINT_AND_WAIT!r}]); time.sleep(60)"
    )
    parent = psutil.Popen([sys.executable, "-c", code], stdout=-1, text=True)
    child = psutil.Process(int(parent.stdout.readline().split()[-1]))
    parent.kill()
    parent.communicate()
    assert psutil.wait_procs([child], timeout=10)[1] == []


def test_run_when_signal_comes_then_returns_after_that_round(supervisor):
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    rounds = []
    supervisor.catch_signals()
    try:
        supervisor.run(lambda: (rounds.append(1), os.kill(os.getpid(), signal.SIGTERM)))
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert rounds == [1]


class ClosedTerminal(io.StringIO):
    def flush(self):
        raise OSError(5, "Input/output error")


def test_stop_when_the_terminal_is_gone_then_children_end_all_the_same():
    boss = Supervisor(os.environ, ClosedTerminal())
    part = boss.start("child", [sys.executable, "-c", PRINT_AND_WAIT])
    boss.say("正在停止")
    boss.stop()
    assert part.process.returncode is not None
