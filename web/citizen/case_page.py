"""The citizen's view of a case: from what `dispatch.citizen` tells to what the page shows."""

from dataclasses import dataclass, field
from typing import Any

from dispatch import citizen, deadlines
from dispatch.models import Case
from dispatch.status import DONE, CaseStatus, ClockName
from hotline.core.uow import UnitOfWork
from web.citizen.words import HEADLINES, MOVES, PART_WORDS, Move, day_time


@dataclass(frozen=True, kw_only=True)
class Step:
    when: str
    text: str
    holder: str | None


@dataclass(frozen=True, kw_only=True)
class File:
    id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Days:
    """How the last day was counted."""

    rule: str
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class CasePage:
    case_no: str
    title: str
    headline: str
    explanation: str
    holders: list[str]
    expected: str | None
    days: Days | None
    reply: str | None
    rating: str | None
    may_rate: bool
    moves: list[Move] = field(default_factory=list)
    steps: list[Step]
    case_type: str
    facts: str
    demand: str
    files: list[File]
    created: str


def build(uow: UnitOfWork, case: Case) -> CasePage:
    told = citizen.progress(uow, case)
    leading = uow.session.get_one(Case, case.lead_case_id) if case.lead_case_id else case
    headline, explanation = HEADLINES[CaseStatus(told["status"])]
    offered = {offer["name"] for offer in told["actions"]}
    return CasePage(
        case_no=case.case_no,
        title=told["title"],
        headline=headline,
        explanation=_explanation(told, explanation),
        holders=_holders(leading, told),
        expected=told["expected"],
        days=_days(uow, leading.id),
        reply=told["reply"],
        rating=told["final_satisfaction"] or told["first_satisfaction"],
        may_rate="rate" in offered,
        moves=[move for name, move in MOVES.items() if name in offered],
        steps=[
            Step(when=day_time(line["at"]), text=line["text"], holder=line["holder"])
            for line in told["timeline"]
        ],
        case_type=told["case_type"] or "",
        facts=case.facts,
        demand=case.demand,
        files=[File(id=row.id, name=row.name) for row in citizen.attachments(uow, case)],
        created=day_time(case.created_at),
    )


def _explanation(told: dict[str, Any], usual: str) -> str:
    if told["refusal"]:
        return f"原因：{told['refusal']}。您可以这样做：{told['route']}。"
    if told["merged"]:
        return f"{usual}合并后的进度：{told['status_label']}。"
    return usual


def _holders(leading: Case, told: dict[str, Any]) -> list[str]:
    """Every unit that has a part now, in plain words; the hotline before there is one; nobody when all is over."""
    if leading.status in DONE:
        return []
    live = [unit for unit in told["units"] if not unit["exited"]]
    return [f"{unit['unit']}：{PART_WORDS[unit['status']]}" for unit in live] or [told["holder"]]


def _days(uow: UnitOfWork, case_id: int) -> Days | None:
    handle = [row for row in deadlines.open_deadlines(uow.session, case_id) if row.clock is ClockName.HANDLE]
    if not handle:
        return None
    told = deadlines.explain(uow.session, handle[-1])
    start = f"{day_time(told['started_at'])} 转给承办单位，期限{told['limit_label']}（{told['rule']}）。"
    lines = [f"{step['text']}{'，' + step['counted'] if step['counted'] else ''}" for step in told["steps"]]
    return Days(rule=start, lines=lines)
