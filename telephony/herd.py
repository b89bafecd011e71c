"""Several SIP workers from one process: what all of them need is loaded once and shared, and a new one starts at once.

`python -m telephony.herd` is as many workers as the settings say, each what `telephony.worker_main --index I` would be.
One that dies is replaced, and another one told of it. SIGTERM ends all with their calls, SIGUSR1 lets all finish them; should this process be
killed, its workers finish their calls and go.
"""

import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import OperationalError

from hotline.core import observe
from hotline.core.house import House
from hotline.core.identity import SYSTEM
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from telephony import calls, scenes, sweep, worker_main, workers
from telephony.models import EndedBy
from telephony.writer import NEIGHBOUR_DIED

log = logging.getLogger(__name__)

SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}
BACK_OFF_S = (0.0, 0.0, 0.5, 2, 10)
HEALTHY_AFTER_S = 30
REHEARSED_NUMBER = "12345"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass
class Place:
    """Where one worker after the other stands; `failures`: how many died there before they had lived for a while."""

    index: int
    pid: int | None = None
    born: float = 0
    failures: int = 0
    due: float = 0


class Herd:
    """`work` is what a worker does; when one dies, the oldest of the others is told by SIGUSR2."""

    def __init__(self, count: int, work: Callable[[int], int]) -> None:
        self._places = [Place(index) for index in range(count)]
        self._work, self._ending = work, False
        self._mask: set[int] = set()

    def run(self) -> int:
        """Until all have ended after a signal."""
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        signal.signal(NEIGHBOUR_DIED, signal.SIG_IGN)  # by workers, too, until they know what to do about it
        while not self._ending or any(place.pid for place in self._places):
            self._fill()
            told = signal.sigtimedwait(SIGNALS, self._patience_s())
            self._notice_deaths()
            if told is not None and told.si_signo != signal.SIGCHLD:
                self._ending = True
                for place in self._places:
                    if place.pid is not None:
                        os.kill(place.pid, told.si_signo)
        return 0

    def _patience_s(self) -> float:
        empty = [place.due for place in self._places if place.pid is None and not self._ending]
        return max(0.0, min(empty, default=float("inf")) - time.monotonic()) if empty else 60.0

    def _fill(self) -> None:
        for place in self._places:
            if place.pid is None and not self._ending and place.due <= time.monotonic():
                place.born = time.monotonic()
                place.pid = self._fork(partial(self._work, place.index))

    def _fork(self, work: Callable[[], int]) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:  # an edge: whatever happens here, nothing of the parent's may go on in the child
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            if os.getppid() == parent:
                code = work()
        except BaseException:
            log.exception("ended")
        finally:
            logging.shutdown()
            os._exit(code)

    def _notice_deaths(self) -> None:
        places = {place.pid: place for place in self._places if place.pid is not None}
        for pid, status in _ended():
            place = places[pid]
            now, code = time.monotonic(), os.waitstatus_to_exitcode(status)
            place.failures = 0 if now - place.born >= HEALTHY_AFTER_S else place.failures + 1
            place.due = now + BACK_OFF_S[min(place.failures, len(BACK_OFF_S) - 1)]
            place.pid = None
            if code and not self._ending:
                log.warning("sip-%s ended: %s", place.index + 1, code)
                self._tell_a_neighbour()

    def _tell_a_neighbour(self) -> None:
        alive = [place for place in self._places if place.pid is not None]
        if alive:
            os.kill(min(alive, key=lambda place: place.born).pid or 0, NEIGHBOUR_DIED)


def _ended() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid, status


def rehearse(house: House) -> None:
    """One call from ring to end that is never committed: what is learnt by it, statements above all, is shared."""
    with house.sessions() as session:  # closed without a commit
        uow = UnitOfWork(
            session=session,
            actor=SYSTEM,
            now=house.clock.now(),
            settings=house.settings,
            vault=house.vault,
            routes=house.routes,
        )
        worker = workers.register(uow, name="rehearsal", sip_address="", capacity=0, pid=0)
        call = calls.arrive(uow, calls.Arrival(
            worker_id=worker.id,
            sip_call_id="",
            number=REHEARSED_NUMBER,
            called="",
            rang_at=uow.now,
            answered_at=uow.now,
            recording="rehearsal",
        ))  # fmt: skip
        calls.enqueue(uow, call.id)
        scenes.of(uow, call)
        calls.leg_ended(uow, call.id, EndedBy.CALLER)
        sweep.run(uow)
        session.flush()


def main() -> int:
    settings = Settings()
    observe.configure("sip")
    house = worker_main.open_house(settings)
    try:
        rehearse(house)
    except OperationalError as away:
        log.warning("no rehearsal: %s", str(away).splitlines()[0])
    house.engine.dispose()  # no connection may be in two processes
    gc.collect()
    gc.freeze()  # what is here now is nobody's garbage: the collector need not touch, and so copy, its pages
    return Herd(settings.sip_workers, lambda index: worker_main.serve(house, index)).run()


if __name__ == "__main__":
    sys.exit(main())
