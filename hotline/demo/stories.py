"""The cases of the demo house, each led along the lifecycle by the people and at the times of a real one.

`stories.csv` names a case, how far it went (`PATHS`) and when; every move is the ordinary verb of `dispatch`.
"""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from dispatch import attachments, cases, citizen, query_codes, workflow
from dispatch.models import Case, Category
from dispatch.moves import Level
from dispatch.routing import routes_for
from dispatch.status import Urgency
from dispatch.transitions import ROWS
from hotline.accounts.login import actor_of
from hotline.accounts.models import Unit, User
from hotline.adapters.storage import Storage
from hotline.core.clock import local_date, local_instant
from hotline.core.errors import DomainError
from hotline.core.identity import Actor
from hotline.core.identity import citizen as the_citizen
from hotline.core.privacy import fingerprint
from hotline.core.uow import UnitOfWork

Told = dict[str, str]


@dataclass
class Scene:
    """One case on its way; `story` is its line of the file."""

    uow: UnitOfWork
    story: Told
    case: Case

    @property
    def lead(self) -> Unit:
        return self.uow.session.get_one(Unit, self.case.assignments[-1].unit_id)


@dataclass(frozen=True)
class Step:
    """`who` is a username, or `clerk` or `head` of the unit that has the case; `minutes` after the step before."""

    action: str
    minutes: int
    who: str
    form: Callable[[Scene], dict[str, Any]] = lambda scene: {}


PACE = {Urgency.CRITICAL: 0.05, Urgency.URGENT: 0.2, Urgency.NORMAL: 1.0}
"""Urgent cases move faster by this factor, as their limits ask."""


# -- what people fill in


def _route(scene: Scene) -> dict[str, Any]:
    route = routes_for(scene.uow.session, scene.case, local_date(scene.uow.now))[0]
    return {"routing_row_id": route.row.id, "lead_unit_id": route.lead.id}


def _contact(scene: Scene) -> dict[str, Any]:
    return {
        "how": "phone",
        "contacted_at": scene.uow.now.isoformat(),
        "number": "热线中转",
        "note": "已与诉求人通话，核实情况并约定现场查看时间。",
    }


def _result(scene: Scene) -> dict[str, Any]:
    return {
        "facts_true": True,
        "solved": "yes",
        "result": "已到现场核实处置，处置前后照片附后。",
        "public_reply": scene.story["answer"],
        "attachment_ids": [_photo(scene)],
    }


def _return(scene: Scene) -> dict[str, Any]:
    another = select(Unit.id).where(Unit.id != scene.lead.id, Unit.code.in_(("zhujian", "chengguan")))
    return {
        "reason_class": "competence",
        "reason": scene.story["answer"],
        "law_basis": "本单位“三定”规定未列此项职责",
        "suggested_unit_id": scene.uow.session.scalars(another.order_by(Unit.code)).first(),
    }


def _merge(scene: Scene) -> dict[str, Any]:
    case = scene.case
    same = select(Case.id).where(
        Case.category_code == case.category_code, Case.area_code == case.area_code, Case.id != case.id
    )
    return {"lead_case_id": scene.uow.session.scalar(same), "reason": scene.story["answer"]}


def _suspension(scene: Scene) -> dict[str, Any]:
    until = scene.uow.now + timedelta(days=150)
    return {
        "reason": scene.story["answer"],
        "plan": "逐户协商，分两期实施，每月更新进展。",
        "until": until.isoformat(),
    }


def _answer_as(field: str, **more: Any) -> Callable[[Scene], dict[str, Any]]:
    return lambda scene: {field: scene.story["answer"], **more}


def _always(**form: Any) -> Callable[[Scene], dict[str, Any]]:
    return lambda scene: form


def _photo(scene: Scene) -> int:
    """A drawn picture in place of a photograph: the road before and after the repair."""
    picture = Image.new("RGB", (640, 240), "#cfd8dc")
    draw = ImageDraw.Draw(picture)
    for left, hole in ((20, "#263238"), (330, "#78909c")):
        draw.rectangle((left, 60, left + 290, 220), fill="#78909c")
        draw.ellipse((left + 100, 110, left + 200, 170), fill=hole)
    out = io.BytesIO()
    picture.save(out, "PNG")
    data, uow = out.getvalue(), scene.uow
    key = Storage(uow.settings.data_dir).save(
        "attachments", io.BytesIO(data), on=local_date(uow.now), suffix=".png"
    )
    file = attachments.StoredFile(
        name="处置前后对比.png",
        media_type="image/png",
        size_bytes=len(data),
        sha256=fingerprint(data),
        storage_key=key,
    )
    return attachments.add(uow, scene.case.id, file, kind="photo").id


# -- how far a case goes

SUBMIT = Step("submit", 4, "agent")
ACCEPT = Step("accept", 10, "reviewer1")
DISPATCH = Step("dispatch", 15, "dispatcher1", _route)
SIGN = Step("sign", 90, "clerk")
CONTACT = Step("record_contact", 180, "clerk", _contact)
RESULT = Step("submit_result", 1200, "head", _result)
AUDIT = Step("pass_audit", 180, "auditor1")
CLOSE = Step("close", 1440, "followup1", _always(via="sms", solved="yes", satisfaction="satisfied"))
RETURN = Step("ask_return", 60, "head", _return)

SENT = (SUBMIT, ACCEPT, DISPATCH)
IN_HAND = (*SENT, SIGN, CONTACT)
ANSWERED = (*IN_HAND, RESULT)

PATHS: dict[str, tuple[Step, ...]] = {
    "draft": (),
    "direct": (Step("close_direct", 5, "agent", _answer_as("answer")),),
    "submitted": (SUBMIT,),
    "need_more": (SUBMIT, Step("send_back", 12, "reviewer1", _answer_as("reason"))),
    "refused": (
        SUBMIT,
        Step(
            "refuse",
            20,
            "reviewer1",
            _answer_as("reason", refusal_code="legal_remedy", route_told=True),
        ),
    ),
    "accepted": (SUBMIT, ACCEPT),
    "dispatched": SENT,
    "urged": (*SENT, Step("urge", 1500, "citizen", _always(text="三天了还没有动静，请快点处理。"))),
    "signed": (*SENT, SIGN),
    "contacted": IN_HAND,
    "extended": (
        *IN_HAND,
        Step(
            "ask_extension",
            600,
            "head",
            _answer_as("reason", limit="3wd", plan="三个工作日内完成档案查询并答复。", caller_told=True),
        ),
        Step("extend", 90, "dispatcher1", _always(reason="理由充分，同意延期。")),
    ),
    "suspended": (
        *IN_HAND,
        Step("ask_suspension", 600, "head", _suspension),
        Step("suspend", 240, "head1"),
    ),
    "returned": (*SENT, RETURN),
    "returned_upheld": (
        *SENT,
        RETURN,
        Step("uphold_return", 60, "dispatcher1", _always(reason="经核实，理由成立。", dispatch_error=True)),
    ),
    "disputed": (
        *SENT,
        RETURN,
        Step("raise_dispute", 60, "dispatcher1", _always(reason="多家单位均认为不属本单位职责。")),
    ),
    "replied": ANSWERED,
    "rejected": (
        *ANSWERED,
        Step("reject_audit", 180, "auditor1", _always(reason="答复没有说明退费人数和时间，请补充。")),
    ),
    "audited": (*ANSWERED, AUDIT),
    "reworked": (
        *ANSWERED,
        AUDIT,
        Step(
            "rework",
            1440,
            "followup1",
            _always(
                via="sms",
                solved="no",
                satisfaction="dissatisfied",
                reasonable=True,
                reason="当事人没有拆除，漏水依旧。",
            ),
        ),
    ),
    "closed": (*ANSWERED, AUDIT, CLOSE),
    "merged": (SUBMIT, Step("merge", 15, "reviewer1", _merge)),
    "transferred": (
        SUBMIT,
        Step("transfer_out", 30, "reviewer1", _answer_as("reason", to="other_city", receipt="YD-0001")),
    ),
    "cancelled": (SUBMIT, ACCEPT, Step("cancel", 45, "reviewer1", _answer_as("reason", citizen_asked=True))),
}


# -- telling them


def tell(uow: UnitOfWork, file: Path) -> None:
    """Make every case of the file, the oldest first, so that numbers follow the days."""
    with file.open(encoding="utf-8", newline="") as lines:
        told = list(csv.DictReader(lines))
    begins = [(_begin(uow, story, place), story) for place, story in enumerate(told)]
    for number, (begin, story) in enumerate(sorted(begins, key=lambda pair: pair[0]), start=1):
        _tell(uow, story, begin, number)


def _begin(uow: UnitOfWork, story: Told, place: int) -> datetime:
    """When the call came: at the told time, or early enough for what has happened since."""
    lasts = timedelta(minutes=_pace(story) * sum(step.minutes for step in PATHS[story["path"]]))
    latest = uow.now - lasts - timedelta(minutes=60 - place)
    if not story["at"]:
        return latest
    hour, minute = map(int, story["at"].split(":"))
    day = local_date(uow.now) - timedelta(days=int(story["days_ago"]))
    return min(latest, local_instant(day, hour, minute))


def _pace(story: Told) -> float:
    return PACE[Urgency(story["urgency"])]


def _tell(uow: UnitOfWork, story: Told, begin: datetime, number: int) -> None:
    with acting(uow, _person(uow, story["agent"]), begin):
        scene = Scene(uow, story, cases.open_case(uow, _fields(uow, story, number)))
    at = begin
    for step in PATHS[story["path"]]:
        at += timedelta(minutes=step.minutes * _pace(story))
        _take(scene, step, at)


def _take(scene: Scene, step: Step, at: datetime) -> None:
    uow, case = scene.uow, scene.case
    if step.who == "citizen":
        with acting(uow, the_citizen(), at):
            code = query_codes.code_of(uow.vault, case)
            answer = citizen.act(uow, case.case_no, code, step.action, step.form(scene))
        if isinstance(answer, DomainError):
            raise answer
        return
    with acting(uow, _person(uow, _username(scene, step.who)), at):
        on_part = ROWS[step.action].level is Level.ASSIGNMENT
        part_id = case.assignments[-1].id if on_part else None
        workflow.perform(uow, case.id, step.action, step.form(scene), part_id)


def _username(scene: Scene, who: str) -> str:
    if who == "agent":
        return scene.story["agent"]
    return f"{scene.lead.code}_{who}" if who in ("clerk", "head") else who


def _person(uow: UnitOfWork, username: str) -> Actor:
    user = uow.session.scalars(select(User).where(User.username == username)).one()
    return actor_of(uow.session, user, None)


@contextmanager
def acting(uow: UnitOfWork, actor: Actor, at: datetime) -> Iterator[None]:
    """One transaction makes the whole house, but each move has its own person and instant."""
    before = uow.actor, uow.now
    uow.actor, uow.now = actor, at
    try:
        yield
    finally:
        uow.actor, uow.now = before


def _fields(uow: UnitOfWork, story: Told, number: int) -> dict[str, Any]:
    anonymous = story["caller"] == "匿名"
    phone = f"1300000{number:04d}"
    category = uow.session.get_one(Category, story["category_code"])
    who = {} if anonymous else {"name": story["caller"], "contact_no": phone}
    return who | {
        "caller_no": phone,
        "anonymous": anonymous,
        "case_type": story["case_type"],
        "category_code": category.code,
        "area_code": story["area_code"],
        "address": story["address"],
        "title": story["title"],
        "facts": story["facts"],
        "demand": story["demand"] or None,
        "urgency": story["urgency"],
        "secrecy": story["secrecy"],
        "secrecy_asked": True,
    }
