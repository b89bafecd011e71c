"""The models of this house as an administrator sees them: cards, what became of trainings, drift, bringing one back.

Reads files only; nothing here needs the machinery of training. The model in use is taken up by every process within
a minute.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select

from classifier import store
from dispatch.models import Case
from dispatch.status import CaseStatus
from hotline.core.errors import NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from hotline.desk import agreement, brain
from hotline.desk.agreement import Agreement, Returned

ATTEMPTS = "attempts.json"
DRIFT_DAYS = timedelta(days=30)
MOVED, FOREIGN = 0.1, 0.25
"""Population stability index of the branches: above the first the cases have moved, above the second a training is due."""


@dataclass(frozen=True, kw_only=True)
class Model:
    name: str
    in_use: bool
    why: str | None
    examples: int | None
    tested: int | None
    figures: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Models:
    """`source` says what answers now: a model, or the catalogue alone."""

    source: str
    current: str | None
    items: list[Model]
    attempts: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Branch:
    code: str
    name: str
    taught: float
    seen: float


@dataclass(frozen=True, kw_only=True)
class Board:
    since: datetime
    fields: list[Agreement]
    units: list[Agreement]
    grounds: list[Agreement]
    weeks: list[Agreement]
    returns: list[Returned]
    drift: float | None
    drift_label: str
    branches: list[Branch]


def models(uow: UnitOfWork) -> Models:
    require(uow.actor, Permission.MODEL_MANAGE)
    where = brain.folder(uow.settings)
    current = store.current(where)
    return Models(
        source=brain.classifier(uow).source,
        current=current,
        items=[_model(where, name, current) for name in store.names(where)],
        attempts=attempts(where),
    )


def _model(where: Path, name: str, current: str | None) -> Model:
    card = store.card(where, name) or {}
    return Model(
        name=name,
        in_use=name == current,
        why=card.get("why"),
        examples=card.get("data", {}).get("examples"),
        tested=card.get("tested"),
        figures=card.get("figures", {}),
    )


def attempts(where: Path) -> list[dict[str, Any]]:
    """The last trainings and what became of them, the newest first."""
    try:
        return list(json.loads((where / ATTEMPTS).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return []


def card(uow: UnitOfWork, name: str) -> dict[str, Any]:
    """The card of a model; not found for one that was never measured."""
    require(uow.actor, Permission.MODEL_MANAGE)
    where = brain.folder(uow.settings)
    found = store.card(where, name) if name in store.names(where) else None
    if found is None:
        raise NotFound(name=name)
    return found


def picture(uow: UnitOfWork, name: str, kind: str) -> str:
    drawn = card(uow, name)["pictures"]
    if kind not in drawn:
        raise NotFound(name=kind)
    return str(drawn[kind])


def use(uow: UnitOfWork, name: str, reason: str) -> None:
    """Bring a model back, or forward again; who did it and why is on record."""
    require(uow.actor, Permission.MODEL_MANAGE)
    where = brain.folder(uow.settings)
    if name not in store.names(where):
        raise NotFound(name=name)
    uow.audit("classifier", "use_model", name=name, instead_of=store.current(where), reason=reason)
    store.use(where, name)


def board(uow: UnitOfWork, days: int) -> Board:
    """How far people follow, and whether the city still looks as it was learned."""
    since, session = uow.now - timedelta(days=days), uow.session
    index, branches = _drift(uow)
    return Board(
        since=since,
        fields=agreement.by_field(session, since),
        units=agreement.by_unit(session, since),
        grounds=agreement.by_ground(session, since),
        weeks=agreement.by_week(session, since),
        returns=agreement.returns(session, since),
        drift=index,
        drift_label=_drift_label(index),
        branches=branches,
    )


def _drift(uow: UnitOfWork) -> tuple[float | None, list[Branch]]:
    """Branches of the class tree in the last days against those that the model was taught."""
    where = brain.folder(uow.settings)
    name = store.current(where)
    taught = ((store.card(where, name) or {}) if name else {}).get("data", {}).get("branches", {})
    branch = func.left(Case.category_code, 1)
    rows = uow.session.execute(
        select(branch, func.count())
        .where(
            Case.category_code.is_not(None),
            Case.status != CaseStatus.DRAFT,
            Case.created_at >= uow.now - DRIFT_DAYS,
        )
        .group_by(branch)
    )
    seen: dict[str, int] = {code: count for code, count in rows}
    if not taught or not seen:
        return None, []
    codes = sorted(taught.keys() | seen.keys())
    old, new = _shares(taught, codes), _shares(seen, codes)
    index = float(((new - old) * np.log(new / old)).sum())
    tree = brain.classifier(uow).catalogue.taxonomy
    named = [
        Branch(
            code=code,
            name=tree.nodes[code].name if code in tree.nodes else code,
            taught=round(float(before), 4),
            seen=round(float(now), 4),
        )
        for code, before, now in zip(codes, old, new, strict=True)
    ]
    return round(index, 4), named


def _shares(counts: dict[str, int], codes: list[str]) -> np.ndarray:
    # Half a case everywhere: a branch that one side never had must not make the index infinite.
    found = np.array([counts.get(code, 0) + 0.5 for code in codes], np.float64)
    return np.asarray(found / found.sum())


def _drift_label(index: float | None) -> str:
    if index is None:
        return "尚无可比数据"
    if index < MOVED:
        return "与训练数据相近"
    return "有所变化" if index < FOREIGN else "变化明显，建议重新训练"
