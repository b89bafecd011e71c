"""Files of the house (attachments, recordings, prompts of a city) below the data directory.

Names are chosen here, never by whoever uploads. A file appears whole or not at all.
"""

import os
import secrets
import shutil
from datetime import date
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20


class Storage:
    """`kind` is one folder (`attachments`, `recordings`); keys are relative paths that a row keeps."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir.absolute() / "files"

    def save(self, kind: str, source: BinaryIO, *, on: date, suffix: str = "") -> str:
        """Store a stream and answer its key."""
        key = f"{kind}/{on:%Y/%m/%d}/{secrets.token_hex(16)}{suffix}"
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as target:
                shutil.copyfileobj(source, target, CHUNK)
                target.flush()
                os.fsync(target.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
        return key

    def path(self, key: str) -> Path:
        """Where a key's file lies; a key that points outside is refused."""
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root.resolve()):
            raise ValueError(f"not a key of this storage: {key!r}")
        return path

    def delete(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)
