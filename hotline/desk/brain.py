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
from classifier.service import MODEL, Classifier
from dispatch.models import Category, RoutingRow, TownshipDuty
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
            taught = held is not None and held.version[0] == version[0] and held.classifier.source == MODEL
            # New lists on the model at hand: only a new model is read from disk.
            found = (
                Classifier(held.classifier.brain, known)
                if held is not None and taught
                else service.load(where, known, uow.now)
            )
        _held[where] = _Held(version, uow.now, found)
        return found


def _fresh(uow: UnitOfWork, within: timedelta) -> Classifier | None:
    held = _held.get(folder(uow.settings))
    if held is None or not timedelta(0) <= uow.now - held.looked_at < within:
        return None
    return held.classifier


def _lists(session: Session) -> Version:
    """Changes whenever one of the city's lists does, or a return or a designation teaches something."""
    words = func.sum(func.length(func.concat(Category.name, Category.keywords, Category.case_types)))
    names = func.sum(func.length(func.concat(Unit.name, Unit.short_name, Unit.duties)))
    places = func.sum(func.length(func.concat(Area.name, func.array_to_string(Area.aliases, "|"))))
    yes = func.count().filter(TownshipDuty.township_may_handle)
    asked = (
        select(func.count(), words, func.max(Category.code)).select_from(Category),
        select(func.count(), func.max(RoutingRow.id), func.count(RoutingRow.valid_until)),
        select(func.count(), yes).select_from(TownshipDuty),
        select(func.max(Unit.id), func.count(Unit.closed_on), func.count(Unit.successor_id), names),
        select(func.count(), places).select_from(Area),
        lessons.corrections_version(),
    )
    return tuple(value for query in asked for value in session.execute(query).one())
