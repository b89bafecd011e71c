"""The near-duplicate index of this process: a sorted part in a file that all processes share, and what came since.

PostgreSQL holds every sketch (`case_sketch`); the file is only a faster copy: without it, or when it belongs to
another database, everything is read anew. Called by `similar` (asking) and `intake_watch` (folding).
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier.similar import SKETCH, Index, Words
from classifier.text import Segmenter, everyday
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from hotline.desk.models import CaseSketch

FOLD_AT = 20_000
"""So many new sketches, held in the memory of each process, are worth a new file."""


@dataclass
class _Held:
    """`base` names the file, `last` is the row of `case_sketch` up to which everything is known."""

    base: str
    index: Index
    last: int


_held: dict[Path, _Held] = {}
_lock = Lock()


def sketch(title: str, text: str) -> Words:
    return Index(everyday()).sketch(title, text)


def folder(settings: Settings) -> Path:
    return settings.data_dir / "duplicates"


def index(uow: UnitOfWork) -> Index:
    """Everything that is committed; only new rows are read."""
    where, cutter = folder(uow.settings), everyday()
    with _lock:
        held = _held.get(where)
        newest = _newest(where)
        if held is None or (newest and newest != held.base):
            held = _held[where] = _opened(uow.session, where, newest, cutter)
        ids, rows, last = _after(uow.session, held.last)
        for case_id, row in zip(ids.tolist(), rows, strict=True):
            held.index.add_sketch(case_id, row)
        held.last = last
        return held.index


def fold(uow: UnitOfWork, at: int = FOLD_AT) -> bool:
    """Writes a new file once enough sketches came since the last one; other processes take it up at their next question."""
    where = folder(uow.settings)
    base = _opened(uow.session, where, _newest(where), everyday())
    ids, rows, last = _after(uow.session, base.last)
    if len(ids) < at:
        return False
    base.index.extend(ids, rows)
    base.index.save(where / str(last))
    for old in _files(where):
        if old not in (base.last, last):  # the one before stays for who is just opening it
            shutil.rmtree(where / str(old))
    return True


def _opened(session: Session, where: Path, name: str, cutter: Segmenter) -> _Held:
    """The file, if its last case is what the table says; otherwise an empty index from which all is read anew."""
    if name:
        found = Index.open(where / name, cutter)
        case_id = session.scalar(select(CaseSketch.case_id).where(CaseSketch.id == int(name)))
        if len(found) and case_id == int(found.ids[-1]):
            return _Held(name, found, int(name))
    return _Held(name, Index(cutter), 0)


def _newest(where: Path) -> str:
    files = _files(where)
    return str(max(files)) if files else ""


def _files(where: Path) -> list[int]:
    return [int(one.name) for one in where.iterdir() if one.name.isdigit()] if where.is_dir() else []


def _after(session: Session, last: int) -> tuple[np.ndarray, Words, int]:
    found = session.execute(
        select(CaseSketch.id, CaseSketch.case_id, CaseSketch.words)
        .where(CaseSketch.id > last)
        .order_by(CaseSketch.id)
    ).all()
    words = np.frombuffer(b"".join(row.words for row in found), "<u4").reshape(-1, SKETCH)
    return np.array([row.case_id for row in found], np.int64), words, found[-1].id if found else last
