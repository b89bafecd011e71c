"""`hotline backup` and `restore`: one archive with the database and the files of the house.

The archive holds a demo house's own key; a production house keeps `HOTLINE_SECRET_KEY` elsewhere and needs it again.
The task queue is left out: it is only a wake-up, the outbox rows are in the database.
"""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from hotline import opening
from hotline.core.house import House
from hotline.embedded import BIN
from hotline.trouble import Trouble

DUMP = "database.dump"
Progress = Callable[[list[Any]], Iterable[Any]]
"""Goes through a list and shows how far it is."""
FOLDERS = ("files", "recordings", "prompts", "models", "examples", "secret.key")


def save(house: House, target: Path, show: Progress) -> None:
    """Write the archive; it appears whole or not at all."""
    members = list(_members(house.settings.data_dir))
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
            dump = Path(folder) / DUMP
            _run(house, "pg_dump", "--format=custom", "--exclude-schema=pgmq", f"--file={dump}")
            with tarfile.open(part, "w") as archive:
                archive.add(dump, DUMP)
                for path in show(members):
                    archive.add(path, str(path.relative_to(house.settings.data_dir)))
        part.chmod(0o600)
        part.rename(target)
    except OSError as failed:
        part.unlink(missing_ok=True)
        raise Trouble(
            f"备份无法写入 {target}({failed.strerror}):请检查目录、权限和磁盘空间。",
            f"Cannot write the backup {target} ({failed.strerror}): check directory, permission and space.",
        ) from None


def load(house: House, source: Path, show: Progress) -> None:
    """Bring the archive's house into an empty database and data directory, then to this release's schema."""
    _must_be_empty(house)
    try:
        with tarfile.open(source) as archive, tempfile.TemporaryDirectory() as folder:
            _unpack(archive, archive.getmember(DUMP), Path(folder))
            _run(house, "pg_restore", "--no-owner", "--single-transaction", str(Path(folder) / DUMP))
            for member in show([m for m in archive.getmembers() if m.name != DUMP]):
                _unpack(archive, member, house.settings.data_dir)
    except (tarfile.TarError, KeyError, OSError) as bad:
        raise Trouble(
            f"{source} 不是可读的备份文件:{bad}",
            f"{source} is no readable backup.",
        ) from None
    opening.upgrade(house)


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One file, never outside the folder; Python's own filter for that came only with 3.11.4."""
    target = (folder / member.name).resolve()
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or not target.is_relative_to(folder.resolve()):
        raise tarfile.TarError(member.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file)
    target.chmod(member.mode & 0o755)


def _members(data_dir: Path) -> Iterable[Path]:
    for name in FOLDERS:
        root = data_dir / name
        yield from (root,) if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())


def _must_be_empty(house: House) -> None:
    with house.engine.connect() as connection:
        if connection.scalar(text("select to_regclass('public.outbox') is not null")):
            raise Trouble(
                "数据库中已有数据,恢复只能进入空库:请另设 HOTLINE_DATA_DIR 或 HOTLINE_DATABASE_URL。",
                "The database is not empty: restore into a new HOTLINE_DATA_DIR or HOTLINE_DATABASE_URL.",
            )


def _run(house: House, program: str, *options: str) -> None:
    url = make_url(house.settings.database_url or "").set(drivername="postgresql")
    command = [str(BIN / program), f"--dbname={url.render_as_string(hide_password=False)}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        end = done.stderr.strip().splitlines()[-1:] or [""]
        raise Trouble(f"{program} 失败:{end[0]}", f"{program} failed.")
