"""Fields of a case that people fill in: their types and limits, and who may change which in which state.

`CaseFields` is the one description of an editable case: the API validates with it, `cases` applies it.
"""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from dispatch.models_case import Case
from dispatch.status import (
    CallerKind,
    CaseStatus,
    CaseType,
    Channel,
    Difficulty,
    Secrecy,
    Urgency,
)
from hotline.core.identity import Actor, Permission, Role
from hotline.core.privacy import phone_e164

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Body = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30)]
Ref = Annotated[int, Field(ge=1, le=2**62)]

IDENTITY = ("name", "caller_no", "contact_no", "id_no")


class CaseFields(BaseModel):
    """Every field is optional; only those that are given are changed."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel | None = None
    call_id: Ref | None = None
    external_no: Line | None = None
    access_number: Line | None = None
    branch: Line | None = None
    old_case_id: Ref | None = None
    caller_emotion: Line | None = None

    name: Line | None = None
    caller_no: Phone | None = None
    contact_no: Phone | None = None
    id_no: Line | None = None
    sex: Line | None = None
    caller_kind: CallerKind | None = None
    company: Line | None = None
    company_code: Line | None = None
    home_area_code: Line | None = None
    labels: list[Line] | None = Field(None, max_length=20)
    anonymous: bool | None = None
    secrecy: Secrecy | None = None
    secrecy_asked: bool | None = None
    contact_times: Line | None = None

    case_type: CaseType | None = None
    category_code: Annotated[str, StringConstraints(pattern=r"^[A-Z](\d\d){0,4}$")] | None = None
    title: Line | None = None
    facts: Body | None = None
    demand: Body | None = None
    demands: list[Line] | None = Field(None, max_length=20)
    paraphrase: Body | None = None
    event_at: AwareDatetime | None = None
    area_code: Line | None = None
    address: Line | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    grid_code: Line | None = None
    target_name: Line | None = None
    target_phone: Phone | None = None
    target_unit_id: Ref | None = None
    enterprise: Line | None = None
    people_affected: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    amount: Line | None = None
    keywords: list[Line] | None = Field(None, max_length=20)

    urgency: Urgency | None = None
    difficulty: Difficulty | None = None
    is_group: bool | None = None
    is_sensitive: bool | None = None
    is_conduct: bool | None = None
    risk_words: list[Line] | None = Field(None, max_length=20)
    law_basis: Body | None = None
    answer: Body | None = None
    knowledge_id: Ref | None = None
    solved_on_call: bool | None = None

    @field_validator("contact_no", "caller_no")
    @classmethod
    def _is_a_number(cls, value: str | None) -> str | None:
        if value and phone_e164(value) is None:
            raise ValueError("不是有效的电话号码")
        return value

    def given(self) -> dict[str, object]:
        """The fields that the sender named, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


REVIEW_FIELDS = frozenset(
    {
        "case_type", "category_code", "title", "facts", "demand", "demands", "paraphrase", "area_code", "address",
        "longitude", "latitude", "grid_code", "target_name", "target_unit_id", "urgency", "difficulty", "is_group",
        "is_sensitive", "is_conduct", "risk_words", "keywords", "law_basis", "secrecy", "secrecy_asked", "labels",
        "old_case_id", "external_no",
    }
)  # fmt: skip
CLASS_FIELDS = frozenset(
    {
        "category_code",
        "urgency",
        "difficulty",
        "paraphrase",
        "demands",
        "area_code",
        "address",
        "is_conduct",
        "target_unit_id",
    }
)
ALL_FIELDS = frozenset(CaseFields.model_fields)

EDITABLE: dict[CaseStatus, dict[Role, frozenset[str]]] = {
    CaseStatus.PENDING_REVIEW: {Role.REVIEWER: REVIEW_FIELDS},
    CaseStatus.PENDING_DISPATCH: {Role.REVIEWER: REVIEW_FIELDS, Role.DISPATCHER: CLASS_FIELDS},
    CaseStatus.DISPUTE: {Role.COORDINATOR: CLASS_FIELDS},
}
"""Which role may change which fields in which state; drafts belong to whoever registered them."""


def editable_fields(actor: Actor, case: Case) -> frozenset[str]:
    """Fields that the actor may change now."""
    if case.status in (CaseStatus.DRAFT, CaseStatus.NEED_MORE):
        return ALL_FIELDS if _is_own(actor, case) else frozenset()
    found: frozenset[str] = frozenset()
    for role, names in EDITABLE.get(case.status, {}).items():
        if role in actor.roles:
            found |= names
    return found


def _is_own(actor: Actor, case: Case) -> bool:
    """Citizens come here only with a case of their own."""
    may_register = actor.may(Permission.CASE_CREATE) and case.agent_id == actor.user_id
    return actor.has(Role.CITIZEN) or may_register
