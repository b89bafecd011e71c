"""Calls through one real worker: SIPp outside, aiortc as the browser, an embedded database.

Baselines: INVITE → 200 p95 under 100 ms; answer → two-way audio under 1 s.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hotline import embedded, tables  # noqa: F401 - tables fills the metadata
from hotline.core.db import Base, connect
from hotline.core.settings import Settings
from telephony import call_control, seats
from telephony.models import CallState
from tests.sip import sipp
from tests.sip.conftest import Exchange, open_exchange
from tests.sip.line import eventually, strength

CALLS = 200


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def answer_times_ms(address: str, folder: Path) -> list[float]:
    """INVITE → 200 as SIPp measures it, 20 calls a second, at most three at once."""
    scenario = folder / "rtt.xml"
    steps = sipp.invite().replace("<send>", '<send start_rtd="1">', 1) + sipp.expect(200).replace(
        'rrs="true"', 'rrs="true" rtd="1"'
    )
    scenario.write_text(
        f'<?xml version="1.0"?><scenario name="rtt">{steps}{sipp.ack()}{sipp.pause(100)}{sipp.bye()}</scenario>'
    )
    done = subprocess.run(
        [
            "sipp", address, "-sf", str(scenario), "-m", str(CALLS), "-r", "20", "-l", "3", "-i", "127.0.0.1",
            "-nostdin", "-trace_rtt", "-rtt_freq", "1", "-timeout", "60s",
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stdout[-2500:] + done.stderr[-500:])
    lines = next(folder.glob("rtt_*_rtt.csv")).read_text().splitlines()[1:]
    return [float(line.split(";")[1]) for line in lines]


def audio_time_s(exchange: Exchange, address: str) -> float:
    """From the answer to both sides hearing each other, the headset connected while it rang."""
    agent = exchange.agents["1001"]
    exchange.does(agent, seats.available)
    telephone = exchange.ring(address, hertz=600.0)
    call_id = exchange.offered_to(agent)
    headset = exchange.headset(agent, call_id, 1_000.0)
    start = time.monotonic()
    exchange.does(agent, call_control.answer, call_id)
    eventually(
        lambda: (
            strength(headset.heard(0.1), 600.0) > 0.5 and strength(telephone.heard()[-3_000:], 1_000.0) > 0.5
        ),
        every_s=0.01,
    )
    took = time.monotonic() - start
    exchange.does(agent, call_control.hang_up, call_id)
    exchange.in_state(call_id, CallState.ENDED)
    telephone.ends()
    return took


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = embedded.start(folder / "pg", throwaway=True)
        Base.metadata.create_all(connect(server.url))
        exchange = open_exchange(
            Settings(data_dir=folder / "data", database_url=server.url, secret_key="bench-secret" * 4), folder
        )
        try:
            address = exchange.start_worker()
            answered = answer_times_ms(address, folder)
            exchange.signed_in("1001", wrap_up_s=0)
            audio = [audio_time_s(exchange, address) for _ in range(5)]
        finally:
            exchange.close()
            exchange.house.engine.dispose()
            server.stop()
    p95 = percentile(answered, 0.95)
    print(f"{platform.node()}, {os.cpu_count()} cores")
    print(
        f"INVITE → 200 of {len(answered)} calls: p50 {statistics.median(answered):.1f} ms, p95 {p95:.1f} ms"
    )
    print(f"answer → two-way audio of {len(audio)} calls: worst {max(audio):.2f} s (tape buffers included)")
    return 0 if p95 < 100 and max(audio) < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
