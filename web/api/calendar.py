"""The working-day calendar over HTTP: a year at a glance, reading a notice, what would move, declaring days."""

from datetime import date, datetime

from flask import Response
from pydantic import Field, field_validator
from sqlalchemy import select

from dispatch import calendar, holiday_notice
from dispatch.events import CalendarMoving
from dispatch.workdays import Day
from hotline.core.events import EventRow
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork
from web.api.schemas import Outgoing, reply
from web.api.wiring import resource
from web.edge import STAFF, open_uow, opens_to
from web.validation import Incoming

bp = resource("calendar", "工作日历")
BY_HAND = "人工录入"


class YearPath(Incoming):
    year: int = Field(ge=2000, le=2100)


class DayIn(Incoming):
    on: date
    is_workday: bool
    name: str = Field("", max_length=40)
    source: str = Field(BY_HAND, max_length=80)
    provisional: bool = False

    @field_validator("on")
    @classmethod
    def _a_sane_year(cls, value: date) -> date:
        if not 2000 <= value.year <= 2100:
            raise ValueError("年份应在 2000 至 2100 之间")
        return value

    def as_day(self) -> Day:
        return Day(self.on, self.is_workday, self.name, self.source, self.provisional)


class DaysIn(Incoming):
    days: list[DayIn] = Field(min_length=1, max_length=800)

    def as_days(self) -> list[Day]:
        return list({item.on: item.as_day() for item in self.days}.values())


class NoticeIn(Incoming):
    text: str = Field(min_length=1, max_length=20_000)


class DayOut(Outgoing):
    on: date
    is_workday: bool
    name: str
    source: str
    provisional: bool


class Days(Outgoing):
    """`changed`: how many of them the calendar does not know so yet."""

    items: list[DayOut]
    changed: int


class MovingOut(Outgoing):
    """Open deadlines on their way to their new ends; `looked` of `total` are done."""

    looked: int
    moved: int
    total: int
    done: bool
    at: datetime


class YearOut(Outgoing):
    year: int
    provisional: bool = Field(description="no official notice for this year is known yet")
    alarm: str | None
    days: list[DayOut]
    moving: MovingOut | None


class MovedOut(Outgoing):
    deadline_id: int
    case_id: int
    case_no: str
    clock: str
    old_due_at: datetime
    new_due_at: datetime


class Preview(Outgoing):
    """What declaring would move, before it is done; `more`: there is more than is shown."""

    changed: int = Field(description="days that the calendar does not know so yet")
    other: int = Field(description="days that would be worked or free other than now")
    moved: list[MovedOut]
    more: bool


class Declared(Outgoing):
    days: int
    deadlines: int = Field(description="open deadlines that are now looked at in the background")


@bp.get("/calendar/<int:year>", responses={200: YearOut})
@opens_to(STAFF)
def year(path: YearPath) -> Response:
    """Every date of a year: what it is, who says so, and whether that is provisional."""
    with open_uow() as uow:
        days = calendar.year(uow.session, path.year)
        return reply(
            YearOut(
                year=path.year,
                provisional=any(day["provisional"] for day in days),
                alarm=calendar.alarm(uow.session, uow.now),
                days=[DayOut(on=day.pop("date"), **day) for day in days],
                moving=_moving(uow),
            )
        )


def _moving(uow: UnitOfWork) -> MovingOut | None:
    latest = (
        select(EventRow).where(EventRow.name == CalendarMoving.name).order_by(EventRow.id.desc()).limit(1)
    )
    row = uow.session.scalar(latest)
    if row is None:
        return None
    told = CalendarMoving(**row.payload)
    return MovingOut(
        looked=min(told.looked, told.total), moved=told.moved, total=told.total, done=told.done, at=row.at
    )


@bp.post("/calendar/read_notice", responses={200: Days})
@opens_to(Permission.CALENDAR_EDIT)
def read_notice(body: NoticeIn) -> Response:
    """The days of a notice of the State Council; writes nothing."""
    days = holiday_notice.read(body.text)
    with open_uow() as uow:
        changed = len(calendar.changed(uow.session, days))
    items = [DayOut.model_validate(day) for day in days]
    return reply(Days(items=items, changed=changed))


@bp.post("/calendar/preview", responses={200: Preview})
@opens_to(Permission.CALENDAR_EDIT)
def preview(body: DaysIn) -> Response:
    with open_uow() as uow:
        days = body.as_days()
        moved = calendar.preview(uow, days)
        return reply(
            Preview(
                changed=len(calendar.changed(uow.session, days)),
                other=len(calendar.other(uow.session, days)),
                moved=[MovedOut.model_validate(row) for row in moved],
                more=len(moved) == calendar.PREVIEW_SHOWN,
            )
        )


@bp.post("/calendar/declare", responses={200: Declared})
@opens_to(Permission.CALENDAR_EDIT)
def declare(body: DaysIn) -> Response:
    """Write the days; open deadlines over them move later in the background, never earlier."""
    with open_uow() as uow:
        days = body.as_days()
        written = calendar.declare(uow, days)
        return reply(Declared(days=written, deadlines=calendar.announce(uow, days)))
