"""Shapes of the case resource: what goes in, what comes out."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, RootModel

from dispatch.drafts import CaseFields
from dispatch.status import CaseStatus, CaseType, Urgency
from web.api.schemas import Outgoing
from web.validation import Id, Incoming


class CasePath(Incoming):
    case_id: Id


class ActionPath(Incoming):
    case_id: Id
    action: str = Field(max_length=60)


class AttachmentPath(Incoming):
    attachment_id: Id


class DeadlinePath(Incoming):
    deadline_id: Id


class NewCase(Incoming, CaseFields):
    """Fields of a new draft; with `call_id` the draft of that call."""


class CasePatch(Incoming, CaseFields):
    """Only the fields that are given are changed."""

    seen_version: int | None = Field(
        None, ge=1, description="version on screen; stale → 409 with who changed what"
    )


class ActionIn(Incoming):
    payload: dict[str, Any] = Field(default_factory=dict, description="the form of the action")
    seen_version: int | None = Field(None, ge=1)
    assignment_id: Id | None = None


class ReplyIn(Incoming):
    public_reply: str = Field(max_length=5000)


class RevealIn(Incoming):
    field: Literal["name", "caller_no", "contact_no", "id_no", "query_code"]
    reason: str = Field(min_length=2, max_length=500)


class DialIn(Incoming):
    own_number: str | None = Field(None, max_length=30, description="absent: the telephone of the own unit")


class ListQuery(Incoming):
    list: str = Field("all", max_length=40, description="name of a work list, see cases/lists")
    q: str | None = Field(None, max_length=200, description="case number or words of the matter")
    case_type: CaseType | None = None
    urgency: Urgency | None = None
    status: CaseStatus | None = None
    cursor: str | None = Field(None, max_length=200, description="next_cursor of the page before")
    limit: int = Field(50, ge=1, le=200)


class ActionOut(Outgoing):
    """A move that this person may make now; `form` is the JSON schema of its payload."""

    name: str
    label: str
    level: str
    assignment_id: int | None
    form: dict[str, Any]
    danger: bool
    main: bool = Field(description="the usual next step")


class AssignmentOut(Outgoing):
    """One unit's part; what a unit wrote for internal use is absent for other units."""

    id: int
    unit_id: int
    unit_name: str
    role: str
    role_label: str
    status: str
    status_label: str
    parent_id: int | None
    hop: int
    note: str | None
    designated: bool
    dispatched_at: datetime
    signed_at: datetime | None
    sign_late: bool
    first_contact_at: datetime | None
    replied_at: datetime | None
    exited_at: datetime | None
    exit_reason: str | None
    handle_limit: str
    extension_count: int
    rework_no: int
    return_until: datetime | None
    result: str | None = None
    public_reply: str | None = None
    solved: str | None = None
    unsolved_reason: str | None = None
    facts_true: bool | None = None
    beyond_duty: bool | None = None
    demands_answered: list[str] | None = None
    reply_findings: list[Any] | None = None


class DeadlineOut(Outgoing):
    id: int
    clock: str
    label: str
    state: str
    state_label: str
    light: str = Field(description="green, amber, red, grey")
    assignment_id: int | None
    limit: str
    started_at: datetime
    due_at: datetime | None
    original_due_at: datetime
    ended_at: datetime | None
    provisional: bool


class AttachmentOut(Outgoing):
    id: int
    name: str
    media_type: str
    size_bytes: int
    kind: str
    assignment_id: int | None
    added_at: datetime


class OrderOut(Outgoing):
    """A supervision order (督办单) or notice."""

    id: int
    order_no: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    unit_id: int
    level: int
    cause: str
    demand: str
    dated_at: datetime
    answer: str | None
    answered_at: datetime | None


class CoUnit(Outgoing):
    id: int
    name: str


class RouteOut(Outgoing):
    """A row of the routing catalogue that fits the case, with its legal basis."""

    routing_row_id: int
    lead_unit_id: int
    lead_unit_name: str
    co_units: list[CoUnit]
    law: str | None
    article: str | None
    law_status: str
    object_rule: str | None
    note: str | None


class CaseOut(Outgoing):
    """A case as this person may see it: a field that is kept from them is null and named in `hidden`.

    Identity is masked, except for whoever is writing the draft.
    """

    id: int
    case_no: str
    version: int
    status: str
    status_label: str
    holder: str
    expected: str | None
    hidden: list[str]
    fields: list[str] = Field(description="fields that this person may change now")
    can_reveal: bool
    actions: list[ActionOut]
    assignments: list[AssignmentOut]
    deadlines: list[DeadlineOut]
    attachments: list[AttachmentOut]
    orders: list[OrderOut]
    routes: list[RouteOut] = Field(description="rows of the routing catalogue, for whoever dispatches")

    created_at: datetime | None = None
    updated_at: datetime | None = None
    accepted_at: datetime | None = None
    reviewed_at: datetime | None = None
    first_dispatched_at: datetime | None = None
    submitted_at: datetime | None = None
    audited_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    agent_id: int | None = None
    call_id: int | None = None
    recording_id: int | None = None
    lead_case_id: int | None = None
    lead_case_no: str | None = None
    old_case_id: int | None = None
    external_no: str | None = None
    query_code: str | None = Field(None, description="for whoever registers the case, until it is reviewed")
    channel: str | None = None
    channel_label: str | None = None
    access_number: str | None = None
    branch: str | None = None
    caller_emotion: str | None = None

    name: str | None = None
    caller_no: str | None = None
    contact_no: str | None = None
    id_no: str | None = None
    sex: str | None = None
    caller_kind: str | None = None
    caller_kind_label: str | None = None
    company: str | None = None
    company_code: str | None = None
    home_area_code: str | None = None
    labels: list[str] | None = None
    anonymous: bool | None = None
    secrecy: str | None = None
    secrecy_label: str | None = None
    secrecy_asked: bool | None = None
    contact_times: str | None = None

    case_type: str | None = None
    case_type_label: str | None = None
    category_code: str | None = None
    category: str | None = Field(None, description="names from the top down")
    title: str | None = None
    facts: str | None = None
    demand: str | None = None
    demands: list[str] | None = None
    paraphrase: str | None = None
    event_at: datetime | None = None
    area_code: str | None = None
    area: str | None = None
    address: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    grid_code: str | None = None
    target_name: str | None = None
    target_phone: str | None = None
    target_unit_id: int | None = None
    enterprise: str | None = None
    people_affected: int | None = None
    amount: str | None = None
    keywords: list[str] | None = None

    urgency: str | None = None
    urgency_label: str | None = None
    difficulty: str | None = None
    difficulty_label: str | None = None
    is_group: bool | None = None
    is_sensitive: bool | None = None
    is_repeat: bool | None = None
    is_conduct: bool | None = None
    is_supervised: bool | None = None
    risk_words: list[str] | None = None
    law_basis: str | None = None
    routing_row_id: int | None = None
    confidence: float | None = None
    suggestion: dict[str, Any] | None = None

    answer: str | None = None
    knowledge_id: int | None = None
    solved_on_call: bool | None = None
    refusal_code: str | None = None
    refusal_label: str | None = None
    public_reply: str | None = None
    transferred_to: str | None = None
    close_reason: str | None = None
    unreasonable_until: datetime | None = None
    withdraw_asked_at: datetime | None = None
    hop_count: int | None = None
    return_count: int | None = None
    rework_count: int | None = None
    reject_count: int | None = None
    urge_count: int | None = None
    follow_up_attempts: int | None = None
    first_satisfaction: str | None = None
    first_rated_at: datetime | None = None
    final_satisfaction: str | None = None
    final_satisfaction_label: str | None = None
    final_rated_at: datetime | None = None
    citizen_solved: str | None = None
    rating_reason: str | None = None
    excluded_from_score: bool | None = None
    exclusion_reason: str | None = None


class CaseRow(Outgoing):
    """One line of a work list; `assignment_id` where the list is one of units' parts."""

    id: int
    case_no: str
    title: str
    version: int
    status: str
    status_label: str
    case_type: str | None
    case_type_label: str | None
    category_code: str | None
    category: str | None
    area_code: str | None
    area: str | None
    address: str
    urgency: str
    urgency_label: str
    secrecy: str
    channel: str
    holder: str | None
    assignment_id: int | None
    light: str
    due_at: datetime | None
    clock: str | None
    clock_label: str | None
    deadline_id: int | None
    created_at: datetime
    is_supervised: bool
    is_repeat: bool
    is_sensitive: bool
    urge_count: int
    hop_count: int
    rework_count: int


class CaseList(Outgoing):
    items: list[CaseRow]
    next_cursor: str | None


class ListName(Outgoing):
    name: str
    label: str
    count: int | None = Field(description="how many wait, at most 1000; null for lists of everything")


class Lists(Outgoing):
    items: list[ListName]


class Counts(RootModel[dict[str, int]]):
    """Work list → how many wait in it."""
