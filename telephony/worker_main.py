"""Entry point of a SIP worker: `python -m telephony.worker_main [--index N]`, or many of them from `telephony.herd`.

Three threads: this one polls SIP and owns all sound, one owns the browsers' connections, one the database. SIGTERM
ends the worker with its calls, SIGUSR1 lets it finish them first.
"""

import argparse
import faulthandler
import importlib
import logging
import signal
import sys
import time
from collections.abc import Sequence
from datetime import date
from threading import Thread
from typing import Any

from hotline.core import house, observe
from hotline.core.house import House
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from telephony import flows, news, recording_files
from telephony.addresses import sip_address
from telephony.events import RecordingRaw
from telephony.prompts.book import PromptBook
from telephony.sip.endpoint import CALLS_OF_THE_WHEEL, PjsuaEndpoint, SipConfig
from telephony.webrtc import BrowserLegs
from telephony.worker import Worker
from telephony.writer import NEIGHBOUR_DIED, Writer

log = logging.getLogger(__name__)

# Our share of `hotline.subscribers`, which would bring the whole house into every worker's memory.
ROUTES = {RecordingRaw.name: ("upkeep.finalise_recording",)}
RTP_PORTS_PER_WORKER = 200
ANSWERS = "hotline.desk.phone_answers"
# The clock thread waits for the interpreter before it can fetch a browser's sound: let nobody keep it long.
SWITCH_INTERVAL_S = 0.001
WATCHDOG_EVERY_S = 0.5


class Answers:
    """What lies above the telephone, brought in when the first caller asks: most workers never pay for it."""

    def is_workday(self, uow: UnitOfWork, on: date) -> bool:
        return bool(self._above().is_workday(uow, on))

    def progress(
        self, uow: UnitOfWork, digits: str, query_code: str, caller: bytes | None
    ) -> tuple[str, ...] | None:
        words: tuple[str, ...] | None = self._above().progress(uow, digits, query_code, caller)
        return words

    def _above(self) -> Any:
        return importlib.import_module(ANSWERS)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="One SIP worker.")
    parser.add_argument("--index", type=int, default=0, help="from 0; each worker has its own ports")
    index = parser.parse_args(arguments).index
    return serve(open_house(Settings()), index)


def open_house(settings: Settings) -> House:
    return house.build(settings, routes=ROUTES, pool_size=2)


def serve(the_house: House, index: int) -> int:
    """Be the worker with this number until it ends."""
    settings = the_house.settings
    observe.configure(f"sip-{index + 1}")
    faulthandler.enable()  # a crash in the SIP library leaves the stacks of all threads in the log
    logging.getLogger("aioice").setLevel(logging.WARNING)  # a line for each path that it tries
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    host, port = sip_address(settings, index)
    return _run(the_house, SipConfig(
        host=host,
        port=port,
        rtp_port=settings.rtp_port + index * RTP_PORTS_PER_WORKER,
        calls=settings.calls_per_worker,
    ), name=f"sip-{index + 1}")  # fmt: skip


def _run(the_house: House, config: SipConfig, *, name: str) -> int:
    settings = the_house.settings
    capacity = min(config.calls, CALLS_OF_THE_WHEEL)
    flow = flows.load(settings.data_dir)
    headsets = BrowserLegs(settings.webrtc_addresses)
    sip = PjsuaEndpoint(config)
    worker = Worker(
        sip,
        headsets,
        PromptBook(settings.data_dir),
        spool=recording_files.spool(settings),
        capacity=capacity,
        clock=the_house.clock,
        timer=time.monotonic,
        tell=lambda item: writer.tell(item),
        silent_s=settings.caller_silent_s,
        say_work_no=flow.say_work_no,
    )
    writer = Writer(
        the_house,
        worker.orders,
        name=name,
        sip_address=f"{config.host}:{config.port}",
        capacity=capacity,
        timer=time.monotonic,
        flow=flow,
        answers=Answers(),
    )
    stopping = _catch_signals(worker, writer)
    database = Thread(target=writer.run, name="writer")
    database.start()
    log.info("answering on %s:%s, %s calls", config.host, config.port, capacity)
    alive = Watchdog(settings.worker_hang_s)
    while not stopping and not (worker.draining and not worker.calls):
        alive.told(time.monotonic())
        worker.step()
    alive.off()
    worker.hang_up_all()
    writer.stop()
    database.join(timeout=5)
    headsets.shut_down()
    sip.shut_down()
    return 0


class Watchdog:
    """Ends this process when its polling stands still: its lock falls, its calls are lost and rung back, whoever
    started it starts it anew. The clock runs outside the interpreter, which may be what stands still."""

    def __init__(self, hang_s: float) -> None:
        self._hang_s, self._again_at = hang_s, 0.0

    def told(self, now: float) -> None:
        if now >= self._again_at:
            self._again_at = now + WATCHDOG_EVERY_S
            faulthandler.dump_traceback_later(self._hang_s, exit=True)

    def off(self) -> None:
        faulthandler.cancel_dump_traceback_later()


def _catch_signals(worker: Worker, writer: Writer) -> list[int]:
    """Python hears of a signal when the SIP library lets it; the writer, who is told its number, at once."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: stopping.append(signum))
    signal.signal(signal.SIGUSR1, lambda *_: worker.orders.put(news.Drain()))
    signal.signal(NEIGHBOUR_DIED, lambda *_: None)
    signal.set_wakeup_fd(writer.ear, warn_on_full_buffer=False)
    return stopping


if __name__ == "__main__":
    sys.exit(main())
