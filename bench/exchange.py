"""Real workers, the edge, telephones and agents on a private PostgreSQL, for benches of the telephone side."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.running import SECRET
from hotline import embedded, tables  # noqa: F401 - tables fills the metadata
from hotline.core.db import Base, connect
from hotline.core.settings import Settings
from tests.sip.conftest import Exchange, open_exchange

RTP_PORT = 20_000


@contextmanager
def exchange() -> Iterator[Exchange]:
    """Short prompts, as the tests have them; everything that was started is stopped."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = embedded.start(folder / "pg", throwaway=True)
        Base.metadata.create_all(connect(server.url))
        settings = Settings(data_dir=folder / "data", database_url=server.url, secret_key=SECRET)
        opened = open_exchange(settings, folder)
        try:
            yield opened
        finally:
            opened.close()
            opened.house.engine.dispose()
            server.stop()


def pss_mb(pids: list[int]) -> float:
    """Proportional set size: memory that several share is counted once among them."""
    rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    return sum(int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) for text in rollups) / 1024


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
