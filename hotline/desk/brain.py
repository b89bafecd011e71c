"""The classifier of this process: loaded at the first need, looked at again each minute for a newer model or lists.

A process that answers people runs `look`, `LOOK_AGAIN` not yet over, beside its requests: then none of them loads.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifier import service, store
from classifier.service import Classifier
from dispatch.models import Category, RoutingRow
from hotline.accounts.models import Area, Unit
from hotline.core.clock import local_date
from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from hotline.desk import lessons

LOOK_AGAIN = timedelta(minutes=1)

Version = tuple[object, ...]


@dataclass(frozen=True)
class _Held:
    version: Version
    looked_at: datetime
    classifier: Classifier


_held: dict[Path, _Held] = {}
_loading = Lock()


def folder(settings: Settings) -> Path:
    return settings.data_dir / "models"


def classifier(uow: UnitOfWork) -> Classifier:
    """The current one; while one thread loads a newer one, the others wait only if they have none or an old one."""
    return _fresh(uow, LOOK_AGAIN) or look(uow, LOOK_AGAIN)


def look(uow: UnitOfWork, within: timedelta = timedelta(0)) -> Classifier:
    """The newest one, looked for unless somebody did less than `within` ago."""
    where = folder(uow.settings)
    with _loading:
        if found := _fresh(uow, within):
            return found
        held = _held.get(where)
        version = (store.current(where), *_lists(uow.session))
        if held is not None and held.version == version:
            found = held.classifier
        else:
            known = lessons.catalogue(uow.session, local_date(uow.now))
            found = service.load(where, known, uow.now)
        _held[where] = _Held(version, uow.now, found)
        return found


def _fresh(uow: UnitOfWork, within: timedelta) -> Classifier | None:
    held = _held.get(folder(uow.settings))
    if held is None or not timedelta(0) <= uow.now - held.looked_at < within:
        return None
    return held.classifier


def _lists(session: Session) -> Version:
    """Changes whenever one of the city's lists does."""
    words = func.sum(func.length(func.concat(Category.name, Category.keywords, Category.case_types)))
    categories = session.execute(
        select(func.count(), words, func.max(Category.code)).select_from(Category)
    ).one()
    routes = session.execute(
        select(func.count(), func.max(RoutingRow.id), func.count(RoutingRow.valid_until))
    ).one()
    units = session.execute(select(func.count(Unit.id), func.max(Unit.id), func.count(Unit.closed_on))).one()
    return (*categories, *routes, *units, session.scalar(select(func.count()).select_from(Area)))
