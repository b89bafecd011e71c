"""Child processes in one terminal: started, their output followed, restarted when they die, stopped in order.

Used by `hotline.up` alone; a real installation leaves this to systemd.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, cast

BACK_OFF_S = (0.5, 1, 2, 5, 10, 30)
HEALTHY_AFTER_S = 60
STOP_S = 15
COLOURS = (36, 32, 35, 34, 33, 96, 92, 95)
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass
class Part:
    """One child. `failures` counts deaths since it last lived for a minute and sets the back-off."""

    name: str
    command: list[str]
    process: subprocess.Popen[str] | None = None
    born: float = 0
    failures: int = 0
    due: float = 0
    followers: list[threading.Thread] = field(default_factory=list)


class Supervisor:
    """`tend` is called a few times a second while all runs; it looks after what is no child of ours."""

    def __init__(self, environment: Mapping[str, str], out: IO[str] | None = None) -> None:
        self._environment = dict(environment)
        self._out = out or sys.stdout
        self._coloured = self._out.isatty()
        if self._coloured:
            self._environment["FORCE_COLOR"] = "1"
        self._parts: list[Part] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def start(self, name: str, command: list[str]) -> Part:
        part = Part(name, command)
        self._parts.append(part)
        self._launch(part)
        return part

    def catch_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Tends the children until `ready`; False if time is over or we were told to stop."""
        deadline = time.monotonic() + timeout_s
        while not self._stopping.is_set() and time.monotonic() < deadline:
            if ready():
                return True
            self._look_after_children()
            self._stopping.wait(0.2)
        return False

    def run(self, tend: Callable[[], None]) -> None:
        """Until a signal comes."""
        while not self._stopping.is_set():
            self._look_after_children()
            tend()
            self._stopping.wait(0.3)

    def say(self, line: str, name: str = "up", colour: int = 1) -> None:
        prefix = f"{name:<8}│ "
        if self._coloured:
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        # A terminal that was closed takes no more lines, and the house must stop in order all the same.
        with self._lock, contextlib.suppress(OSError):
            self._out.write(f"{prefix}{line}\n")
            self._out.flush()

    def stop(self) -> None:
        """Last started, first told; each gets a SIGTERM and time, then a SIGKILL."""
        for part in reversed(self._parts):
            if part.process is not None and part.process.poll() is None:
                part.process.terminate()
        deadline = time.monotonic() + STOP_S
        for part in reversed(self._parts):
            if part.process is not None:
                self._see_off(part, part.process, deadline - time.monotonic())

    def _see_off(self, part: Part, process: subprocess.Popen[str], patience_s: float) -> None:
        try:
            process.wait(max(0.1, patience_s))
        except subprocess.TimeoutExpired:
            self.say(f"{part.name} 未按时退出,强制结束 / did not stop in time, killed")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for follower in part.followers:
            follower.join(1)

    def _launch(self, part: Part) -> None:
        part.born = time.monotonic()
        part.process = subprocess.Popen(
            part.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop the parts in order
            preexec_fn=_die_with_parent,
        )
        part.followers = [threading.Thread(target=self._follow, args=(part, part.process), daemon=True)]
        part.followers[0].start()

    def _follow(self, part: Part, process: subprocess.Popen[str]) -> None:
        colour = COLOURS[self._parts.index(part) % len(COLOURS)]
        with cast(IO[str], process.stdout) as lines:
            for line in lines:
                self.say(line.rstrip("\n"), part.name, colour)

    def _look_after_children(self) -> None:
        for part in self._parts:
            now = time.monotonic()
            if part.process is not None and part.process.poll() is not None:
                self._bury(part, part.process, now)
            if part.process is None and now >= part.due:
                self._launch(part)

    def _bury(self, part: Part, process: subprocess.Popen[str], now: float) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what a dead master left behind
        part.failures = 0 if now - part.born > HEALTHY_AFTER_S else part.failures + 1
        delay = BACK_OFF_S[min(part.failures, len(BACK_OFF_S) - 1)]
        self.say(
            f"{part.name} 已退出({process.returncode}),{delay} 秒后重启 / exited, starts again in {delay} s"
        )
        part.process, part.due = None, now + delay


def _die_with_parent() -> None:
    """In the child: end with a parent that was killed, so that no port stays taken."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
