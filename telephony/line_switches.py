"""Switches that a shift leader turns for all callers: so far the emergency announcement before the queue."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from hotline.core.db import Base
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork
from telephony.events import LineSwitched

EMERGENCY = "emergency"


class LineSwitch(Base):
    __tablename__ = "line_switch"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    on: Mapped[bool]
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]


def is_on(uow: UnitOfWork, name: str) -> bool:
    switch = uow.session.get(LineSwitch, name)
    return switch is not None and switch.on


def turn(uow: UnitOfWork, name: str, *, on: bool) -> None:
    require(uow.actor, Permission.SEAT_FORCE)
    row = insert(LineSwitch).values(name=name, on=on, by_id=uow.actor.user_id, at=uow.now)
    new = {"on": on, "by_id": uow.actor.user_id, "at": uow.now}
    uow.session.execute(row.on_conflict_do_update(index_elements=["name"], set_=new))
    uow.session.expire_all()
    uow.audit(f"line_switch:{name}", "turn", on=on)
    uow.record(LineSwitched(switch=name, on=on))
