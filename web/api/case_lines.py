"""Shapes of what hangs on a case: its timeline, similar cases, revealed identity, deadlines explained."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from web.api.schemas import Outgoing


class TimelineEntry(Outgoing):
    id: int
    at: datetime
    action: str
    label: str
    actor_name: str
    role_label: str | None
    unit_name: str | None
    is_system: bool
    from_label: str | None
    to_label: str | None
    reason: str | None
    details: dict[str, Any]
    assignment_id: int | None


class Timeline(Outgoing):
    items: list[TimelineEntry]


class SimilarCase(Outgoing):
    id: int
    case_no: str
    title: str
    status_label: str
    created_at: datetime
    score: float
    same_event: bool = Field(
        description="put into one event by the watch over incoming cases; nobody merged them"
    )


class SimilarCases(Outgoing):
    items: list[SimilarCase]


class UnitProposal(Outgoing):
    unit_id: int
    name: str
    confidence: float
    is_confident: bool
    reasons: list[str]
    against: list[str]


class UnitProposals(Outgoing):
    items: list[UnitProposal]


class Revealed(Outgoing):
    field: str
    value: str | None


class MiddleNumber(Outgoing):
    """To be dialled from the own number until it expires."""

    number: str
    own_number: str
    expires_at: datetime


class CountedDay(Outgoing):
    day: date
    counted: str | None = Field(description="what of the day counts, e.g. 第1天; null: it does not")
    text: str
    provisional: bool


class Explanation(Outgoing):
    """A deadline as anybody can check it, day by day."""

    id: int
    clock: str
    label: str
    limit: str
    limit_label: str
    rule: str
    started_at: datetime
    due_at: datetime | None
    original_due_at: datetime
    state: str
    provisional: bool
    steps: list[CountedDay]


class ReplyFinding(Outgoing):
    """One weakness of a reply; `level`: block (to be corrected), warn (to be explained), hint (to be looked at)."""

    level: str
    code: str
    text: str
    passage: str
    source: str


class ReplyCheck(Outgoing):
    items: list[ReplyFinding]
