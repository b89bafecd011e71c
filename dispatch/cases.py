"""Opening a case and saving what is typed into it; nothing typed is lost and nobody's change is overwritten.

Identity data (name, numbers, document) is encrypted as one object with a masked copy and search hashes.
"""

import json
from functools import cache
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dispatch import numbering, query_codes, search
from dispatch.access import case_for
from dispatch.drafts import IDENTITY, CaseFields, editable_fields
from dispatch.events import CaseOpened, CaseSaved
from dispatch.models_case import Case, CaseEdit
from dispatch.models_catalogue import Category
from dispatch.status import CallerKind, CaseStatus, Channel, Difficulty, Secrecy, Urgency
from dispatch.workflow import check_version
from hotline.accounts.models import Area, Unit
from hotline.core import reasons
from hotline.core.errors import Conflict, Invalid, NotAllowed
from hotline.core.identity import Actor, Permission, Role, require
from hotline.core.privacy import mask_id_no, mask_name, mask_phone
from hotline.core.uow import UnitOfWork

CALL_TAKERS = (Role.AGENT, Role.SHIFT_LEADER)
SEARCHED = frozenset({"title", "facts", "demand", "address", "keywords"})
_MASKS = {"name": mask_name, "caller_no": mask_phone, "contact_no": mask_phone, "id_no": mask_id_no}


class NotEditable(Conflict):
    code, text = "case.not_editable", "当前状态“{status}”下不能修改工单内容"


class FieldsNotYours(NotAllowed):
    code, text = "case.fields_not_yours", "您不能修改：{fields}"


def read_fields(data: dict[str, Any]) -> CaseFields:
    """The fields as typed, or one reason per wrong field (422)."""
    try:
        return CaseFields.model_validate(data)
    except ValidationError as wrong:
        raise Invalid(fields=reasons.problems(wrong)) from wrong


def open_case(uow: UnitOfWork, data: dict[str, Any] | None = None) -> Case:
    """A new draft with its number and query code, as soon as a call is answered (ARCHITECTURE §4)."""
    if not uow.actor.has(Role.CITIZEN):
        require(uow.actor, Permission.CASE_CREATE)
    fields = read_fields(data or {})
    case = Case(
        status=CaseStatus.DRAFT,
        version=1,
        query_salt=query_codes.new_salt(),
        agent_id=uow.actor.user_id,
        created_by_id=uow.actor.user_id,
        created_at=uow.now,
        updated_at=uow.now,
        updated_by_id=uow.actor.user_id,
        channel=_channel(uow.actor),
        facts="", title="", demand="", address="", keywords=[], labels=[], demands=[], risk_words=[],
        identity_masked={}, assignments=[], attachments=[],
    )  # fmt: skip
    _check_references(uow.session, fields)
    _apply(uow, case, fields)
    numbering.give_number(uow, case)
    uow.session.add(case)
    uow.born(f"case:{case.id}")
    uow.audit(f"case:{case.id}", "open", channel=case.channel.value, fields=sorted(fields.model_fields_set))
    uow.record(CaseOpened(case_id=case.id, version=1, status=case.status.value, agent_id=case.agent_id))
    uow.session.flush()
    return case


def _channel(actor: Actor) -> Channel:
    """How a case came unless it says so itself: a reviewer enters what came by letter or at the counter."""
    if actor.has(Role.CITIZEN):
        return Channel.WEB
    return Channel.ENTERED if actor.has(Role.REVIEWER) and not actor.has(*CALL_TAKERS) else Channel.PHONE


def save_draft(uow: UnitOfWork, case_id: int, data: dict[str, Any], *, seen_version: int | None) -> Case:
    """Save the given fields. A save on a stale sight is refused with the list of who changed what (409)."""
    case = case_for(uow, case_id, want="act")
    check_version(uow, case, seen_version)
    fields = read_fields(data)
    allowed = editable_fields(uow.actor, case)
    if not allowed:
        raise NotEditable(status=case.status.label)
    foreign = sorted(fields.model_fields_set - allowed)
    if foreign:
        raise FieldsNotYours(fields="、".join(foreign))
    _check_references(uow.session, fields)
    changed = _apply(uow, case, fields)
    if changed:
        _note_edit(uow, case, changed)
    return case


def keep_suggestion(uow: UnitOfWork, case_id: int, suggestion: dict[str, Any]) -> None:
    """Keep what was last proposed for a draft, to be held against what people decide. No change of the case itself."""
    case = case_for(uow, case_id, want="act")
    if editable_fields(uow.actor, case):
        case.suggestion = suggestion


def _note_edit(uow: UnitOfWork, case: Case, changed: dict[str, list[Any]]) -> None:
    case.version += 1
    case.updated_at, case.updated_by_id = uow.now, uow.actor.user_id
    if SEARCHED & changed.keys() and case.status is not CaseStatus.DRAFT:
        case.search = search.document(case)
    uow.session.add(
        CaseEdit(
            case_id=case.id,
            version=case.version,
            at=uow.now,
            actor_id=uow.actor.user_id,
            actor_name=uow.actor.name,
            fields=sorted(changed),
        )
    )
    uow.audit(f"case:{case.id}", "edit", version=case.version, changes=changed)
    uow.record(
        CaseSaved(case_id=case.id, version=case.version, status=case.status.value, agent_id=case.agent_id)
    )


def _apply(uow: UnitOfWork, case: Case, fields: CaseFields) -> dict[str, list[Any]]:
    """Set what is given; the differences, with identity data named but not shown."""
    given = fields.given()
    changed: dict[str, list[Any]] = {}
    for name in sorted(given.keys() - set(IDENTITY)):
        before, after = getattr(case, name), given[name]
        if after is None:
            after = _EMPTY.get(name)
        if before != after:
            setattr(case, name, after)
            changed[name] = [_plain(before), _plain(after)]
    identity = {name: given[name] for name in IDENTITY if name in given}
    for name in _set_identity(uow, case, identity):
        changed[name] = ["***", "***"]
    return changed


_EMPTY: dict[str, Any] = {
    "title": "", "facts": "", "demand": "", "address": "", "labels": [], "demands": [], "keywords": [],
    "risk_words": [], "anonymous": False, "secrecy_asked": False, "is_group": False, "is_sensitive": False,
    "is_conduct": False, "solved_on_call": False, "secrecy": Secrecy.OPEN, "urgency": Urgency.NORMAL,
    "difficulty": Difficulty.ORDINARY, "caller_kind": CallerKind.PERSON, "channel": Channel.PHONE,
}  # fmt: skip
"""What clearing a field that cannot be absent means."""


def _plain(value: Any) -> Any:
    value = getattr(value, "value", value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def identity_of(uow: UnitOfWork, case: Case) -> dict[str, str]:
    """Identity data in clear; for `access`-checked and audited readers only."""
    if case.identity_cipher is None:
        return {}
    data: dict[str, str] = json.loads(uow.vault.decrypt(case.identity_cipher))
    return data


def _set_identity(uow: UnitOfWork, case: Case, given: dict[str, Any]) -> list[str]:
    if not given:
        return []
    known = identity_of(uow, case)
    wanted = {name: str(value) for name, value in (known | given).items() if value}
    changed = [name for name in IDENTITY if wanted.get(name) != known.get(name)]
    if not changed:
        return []
    case.identity_cipher = uow.vault.encrypt(json.dumps(wanted, ensure_ascii=False)) if wanted else None
    case.identity_masked = {name: _MASKS[name](value) for name, value in wanted.items()}
    for name in IDENTITY:
        value = wanted.get(name)
        setattr(case, f"{name}_hash", uow.vault.search_hash(value) if value else None)
    return changed


_REFERENCES: dict[str, InstrumentedAttribute[Any]] = {
    "category_code": Category.code,
    "area_code": Area.code,
    "home_area_code": Area.code,
    "target_unit_id": Unit.id,
    "old_case_id": Case.id,
}


@cache
def _known(names: tuple[str, ...]) -> Select[*tuple[bool, ...]]:
    """One question for all that a form names."""
    found = (_REFERENCES[name] for name in names)
    return select(
        *(
            exists().where(column == bindparam(name, type_=column.type)).label(name)
            for name, column in zip(names, found, strict=True)
        )
    )


def _check_references(session: Session, fields: CaseFields) -> None:
    """Codes and ids that the form names must exist."""
    given = {name: getattr(fields, name) for name in _REFERENCES if getattr(fields, name) is not None}
    if not given:
        return
    known = session.execute(_known(tuple(given)), given).one()._mapping
    wrong = [
        {"field": name, "reason": f"不存在（{value}）"} for name, value in given.items() if not known[name]
    ]
    if wrong:
        raise Invalid(fields=wrong)
