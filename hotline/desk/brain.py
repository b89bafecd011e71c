"""The classifier of this process: loaded at the first need, looked at again each minute for a newer model or lists."""

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
_lock = Lock()


def folder(settings: Settings) -> Path:
    return settings.data_dir / "models"


def classifier(uow: UnitOfWork) -> Classifier:
    """The current one; one thread loads a newer one while the others wait for it."""
    where = folder(uow.settings)
    with _lock:
        held = _held.get(where)
        if held is not None and uow.now - held.looked_at < LOOK_AGAIN and held.looked_at <= uow.now:
            return held.classifier
        version = (store.current(where), *_lists(uow.session))
        if held is not None and held.version == version:
            found = held.classifier
        else:
            known = lessons.catalogue(uow.session, local_date(uow.now))
            found = service.load(where, known, uow.now)
        _held[where] = _Held(version, uow.now, found)
        return found


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
