"""A worker with a fault, named by `FAULT`: `hang` stops its polling, interpreter and all, once a caller is there;
`full` lets no file of its own grow beyond 100 kB, as a full disk would."""

import ctypes
import os
import resource
import sys

from telephony import worker_main
from telephony.worker import Worker

LIMIT_BYTES = 100_000


def hang() -> None:
    step = Worker.step

    def stuck(worker: Worker) -> None:
        step(worker)
        if any(call.greeted for call in worker._calls.values()):
            ctypes.PyDLL(None).sleep(1_000)  # without letting the interpreter go

    Worker.step = stuck


if __name__ == "__main__":
    if os.environ["FAULT"] == "hang":
        hang()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))
    sys.exit(worker_main.main())
