"""Units and areas: finding them, and what lies below them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.models import Area, Unit
from hotline.core.errors import NotFound


class UnitNotFound(NotFound):
    code, text = "unit.not_found", "没有代码为“{unit}”的单位，请检查单位代码"


def unit_by_code(session: Session, code: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise UnitNotFound(unit=code)
    return unit


def with_units_below(session: Session, unit_id: int) -> frozenset[int]:
    """The unit itself and every unit under it."""
    below = select(Unit.id).where(Unit.id == unit_id).cte("below", recursive=True)
    below = below.union_all(select(Unit.id).join(below, Unit.parent_id == below.c.id))
    return frozenset(session.scalars(select(below.c.id)))


def codes_upwards(session: Session, unit: Unit) -> tuple[str, ...]:
    """The unit's code and those of the units above it, the nearest first."""
    codes, above = [unit.code], unit.parent_id
    while above is not None:
        parent = session.get_one(Unit, above)
        codes.append(parent.code)
        above = parent.parent_id
    return tuple(codes)


def open_units(session: Session) -> Sequence[Unit]:
    """Every unit that cases may be dispatched to now."""
    return session.scalars(select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.level, Unit.code)).all()


def township_of(session: Session, area_code: str) -> Unit | None:
    """The township or street office responsible for a place, found by walking up the area tree."""
    code: str | None = area_code
    while code is not None:
        area = session.get(Area, code)
        if area is None:
            return None
        if area.unit_id is not None:
            return session.get(Unit, area.unit_id)
        code = area.parent_code
    return None
