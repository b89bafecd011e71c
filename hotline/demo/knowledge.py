"""Articles of the demo house: general words about city affairs, each written by one person and approved by another."""

import csv
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from hotline.accounts.login import actor_of
from hotline.accounts.models import Unit, User
from hotline.core.clock import local_date
from hotline.core.identity import Actor
from hotline.core.uow import UnitOfWork
from hotline.demo.stories import acting
from hotline.knowledge import articles

WRITTEN_BEFORE = timedelta(days=40)
APPROVED_BEFORE = timedelta(days=39)


def publish(uow: UnitOfWork, path: Path) -> None:
    """Make every article of the file valid; its `valid_days` count from today."""
    units = {code: unit_id for code, unit_id in uow.session.execute(select(Unit.code, Unit.id))}
    now, today = uow.now, local_date(uow.now)
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    texts = [_text(row, units[row["unit"]], today) for row in rows]
    with acting(uow, _person(uow, "knowledge1"), now - WRITTEN_BEFORE):
        written = [articles.write(uow, text).id for text in texts]
        for revision_id in written:
            articles.submit(uow, revision_id)
    with acting(uow, _person(uow, "knowledge2"), now - APPROVED_BEFORE):
        for revision_id in written:
            articles.approve(uow, revision_id)


def _text(row: dict[str, str], unit_id: int, today: date) -> articles.Text:
    return articles.Text(
        title=row["title"],
        body=row["body"],
        basis=row["basis"],
        keywords=tuple(row["keywords"].split("|")),
        category_code=row["category_code"],
        unit_id=unit_id,
        expires_on=today + timedelta(days=int(row["valid_days"])),
    )


def _person(uow: UnitOfWork, username: str) -> Actor:
    return actor_of(
        uow.session, uow.session.scalars(select(User).where(User.username == username)).one(), None
    )
