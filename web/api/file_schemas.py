"""Shapes of a case's file: what hotline, units and citizen asked of each other, with decisions, and who looked."""

from datetime import datetime
from typing import Any

from pydantic import Field

from web.api.schemas import Outgoing


class Asked(Outgoing):
    """A request with its decision."""

    id: int
    unit: str | None
    asked_at: datetime
    asked_by: str | None
    decision: str
    decision_label: str
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    reason: str


class Decided(Asked):
    """A request of a unit; `unit` is whose part it is about."""

    assignment_id: int


class ReturnOut(Decided):
    reason_class: str
    reason_class_label: str
    law_basis: str
    suggested_unit: str | None
    attachment_ids: list[int]
    official_letter_id: int | None
    dispatch_error: bool


class ExclusionOut(Asked):
    attachment_ids: list[int]


class ExtensionOut(Decided):
    limit_text: str
    plan: str
    caller_told: bool
    old_due_at: datetime | None
    new_due_at: datetime | None


class SuspensionOut(Decided):
    plan: str
    until: datetime
    ended_at: datetime | None


class ContactOut(Outgoing):
    """A talk of a unit with the citizen; the number is masked."""

    id: int
    assignment_id: int
    unit: str | None
    contacted_at: datetime
    how: str
    how_label: str
    number_masked: str | None
    reached: bool
    note: str
    call_id: int | None
    attachment_id: int | None
    recorded_by: str | None


class NoteOut(Outgoing):
    id: int
    at: datetime
    unit: str | None
    actor_name: str
    kind: str
    text: str
    citizen_may_see: bool


class CaseCardOut(Outgoing):
    id: int
    unit: str | None
    colour: str
    colour_label: str
    reason: str
    dated_at: datetime
    issued_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


class OpinionOut(Outgoing):
    """A slot of the dispute room; without `given_at` it still waits for its text."""

    id: int
    slot: str
    slot_label: str
    unit: str | None
    text: str | None
    attachment_id: int | None
    given_at: datetime | None
    given_by: str | None


class DisputeOut(Outgoing):
    id: int
    kind: str
    kind_label: str
    reason: str
    units: list[str]
    level: str
    level_label: str
    opened_at: datetime
    opened_by: str | None
    decision: str
    decision_label: str
    decided_at: datetime | None
    decided_by: str | None
    designated_unit: str | None
    minutes: str | None
    minutes_attachment_id: int | None
    opinions: list[OpinionOut]


class UrgeOut(Outgoing):
    id: int
    urge_no: str
    by_citizen: bool
    by: str | None
    text: str
    at: datetime


class InstructionOut(Outgoing):
    id: int
    leader_name: str
    text: str
    at: datetime


class FollowUpOut(Outgoing):
    attempt_no: int
    via: str
    via_label: str
    at: datetime
    reached: bool
    call_id: int | None
    staff_contacted: bool | None
    truthful: bool | None
    solved: str | None
    satisfaction: str | None
    reason: str | None
    opinion: str | None


class Follower(Outgoing):
    id: int
    case_no: str
    title: str


class CaseFile(Outgoing):
    """Everything beside the case's own fields, oldest first; a unit gets what concerns its own parts."""

    returns: list[ReturnOut] = Field(default_factory=list)
    extensions: list[ExtensionOut] = Field(default_factory=list)
    suspensions: list[SuspensionOut] = Field(default_factory=list)
    exclusions: list[ExclusionOut] = Field(default_factory=list)
    contacts: list[ContactOut] = Field(default_factory=list)
    notes: list[NoteOut] = Field(default_factory=list)
    cards: list[CaseCardOut] = Field(default_factory=list)
    disputes: list[DisputeOut] = Field(default_factory=list)
    urges: list[UrgeOut] = Field(default_factory=list)
    instructions: list[InstructionOut] = Field(default_factory=list)
    follow_ups: list[FollowUpOut] = Field(default_factory=list)
    follow_up_plan: str | None = Field(None, description="for the hotline: who is to be asked how")
    followers: list[Follower] = Field(default_factory=list)


class Sight(Outgoing):
    """Somebody looked at a case, revealed a field, or took a file or the whole out."""

    at: datetime
    case_no: str | None
    user_id: int | None
    name: str
    roles: str
    unit: str | None
    ip: str | None
    action: str
    action_label: str
    details: dict[str, Any]


class Sights(Outgoing):
    items: list[Sight]
