"""Hot-spot alarms over HTTP: what many callers report at once, and what must be told at one call (DOMAIN §1.7)."""

from datetime import datetime

from flask import Response
from pydantic import Field

from hotline.core.identity import Permission
from hotline.desk import hotspots
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Id, Incoming

bp = resource("hotspots", "热点预警")
SEE = Permission.HOTSPOT_SEE


class HotspotQuery(Incoming):
    only_open: bool = Field(False, description="only alarms that nobody has taken note of")


class HotspotPath(Incoming):
    alarm_id: Id


class Note(Incoming):
    note: str = Field(min_length=1, max_length=500)


class HotspotCase(Outgoing):
    id: int
    case_no: str
    title: str
    status_label: str
    merged: bool


class HotspotOut(Outgoing):
    """level: watch, report, flash; `count` cases, of which the latest that the asker may see are listed."""

    id: int
    level: str
    level_label: str
    reason: str
    raised_at: datetime
    changed_at: datetime
    count: int
    cases: list[HotspotCase]
    seen_at: datetime | None
    seen_by: str | None
    seen_note: str | None


class Hotspots(Outgoing):
    items: list[HotspotOut]


@bp.get("/hotspots", responses={200: Hotspots})
@opens_to(SEE)
def alarms(query: HotspotQuery) -> Response:
    """Alarms of the last week, open ones first. Nothing is merged by them: a reviewer does that in the case."""
    with open_uow() as uow:
        items = hotspots.alarms(uow, only_open=query.only_open)
    return reply(Hotspots.model_validate({"items": items}))


@bp.post("/hotspots/<int:alarm_id>/note", responses={200: Done})
@opens_to(SEE)
def take_note(path: HotspotPath, body: Note) -> Response:
    """Say that one has seen the alarm and what follows from it."""
    with open_uow() as uow:
        hotspots.take_note(uow, path.alarm_id, body.note)
    return reply(Done())
