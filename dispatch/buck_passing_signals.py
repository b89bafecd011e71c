"""Signals of 推诿扯皮 in what happened to a case: each with its points, the unit it speaks against, and its proof. Pure.

`buck_passing` reads the record, adds the points up and acts on them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch.models_case import Assignment, Case
from dispatch.models_clock import Deadline
from dispatch.models_moves import Decision, ReturnRequest
from dispatch.status import Satisfaction, Secrecy, UnitRole
from hotline.core.clock import local

REOPENED_DAYS = 30
PRESSED_HOURS = 24
LAST_MINUTE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One finding: how many points, against which unit (None: the hotline or nobody), and what proves it."""

    name: str
    label: str
    points: int
    unit_id: int | None
    evidence: str

    def as_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "points": self.points,
            "unit_id": self.unit_id,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that the signals look at."""

    case: Case
    parts: Sequence[Assignment]
    returns: Sequence[ReturnRequest]
    signing: dict[int, Deadline]
    contacted: frozenset[int]
    replies_before: dict[int, int]
    repeats: int
    reopened_at: Sequence[datetime]
    talks_after_bad_rating: Sequence[tuple[int, datetime]] = ()


def signals(record: Record) -> list[Signal]:
    return [found for look in _LOOKS for found in look(record)]


def _hops(record: Record) -> list[Signal]:
    hops = record.case.hop_count
    if hops < 2:
        return []
    proof = " → ".join(f"单位{part.unit_id}" for part in record.parts if part.role is UnitRole.LEAD)
    return [
        Signal(
            name="hops",
            label="多次流转",
            points=20 * (hops - 1),
            unit_id=None,
            evidence=f"{hops} 次派单：{proof}",
        )
    ]


def _ping_pong(record: Record) -> list[Signal]:
    """The same unit gets the case a second time after it was out, or two units name each other."""
    given = Counter(
        part.unit_id for part in record.parts if part.role is UnitRole.LEAD and not part.designated
    )
    again = [unit_id for unit_id, count in given.items() if count > 1]
    pairs = {(request.unit_id, request.suggested_unit_id) for request in record.returns}
    mutual = sorted({unit_id for unit_id, other in pairs if other is not None and (other, unit_id) in pairs})
    return [
        Signal(
            name="ping_pong",
            label="来回推诿",
            points=25,
            unit_id=unit_id,
            evidence="退出后再次接单" if unit_id in again else "两家单位互相建议对方承办",
        )
        for unit_id in dict.fromkeys([*again, *mutual])
    ]


def _refused_returns(record: Record) -> list[Signal]:
    return [
        Signal(
            name="return_refused",
            label="退单被驳回",
            points=15,
            unit_id=request.unit_id,
            evidence=f"退单申请 {request.id}：{request.decision_reason or ''}",
        )
        for request in record.returns
        if request.decision is Decision.REFUSED
    ]


def _late_signing(record: Record) -> list[Signal]:
    """Signed by the system, or in the last five minutes of the limit."""
    found = []
    for part in record.parts:
        clock = record.signing.get(part.id)
        if part.signed_at is None or clock is None:
            continue
        due = clock.original_due_at
        if part.sign_late:
            found.append(_signing(part, 15, "超时未签收，由系统自动签收"))
        elif due - LAST_MINUTE <= part.signed_at <= due:
            found.append(_signing(part, 8, "在签收时限最后五分钟内签收"))
    return found


def _signing(part: Assignment, points: int, evidence: str) -> Signal:
    return Signal(
        name="late_signing", label="拖延签收", points=points, unit_id=part.unit_id, evidence=evidence
    )


def _no_contact(record: Record) -> list[Signal]:
    """Replied without ever having talked with the citizen where there was somebody to talk with."""
    case = record.case
    if case.anonymous or case.secrecy is Secrecy.STRICT:
        return []
    return [
        Signal(
            name="no_contact",
            label="未联系即办结",
            points=25,
            unit_id=part.unit_id,
            evidence="提交办结时没有联系群众的记录",
        )
        for part in record.parts
        if part.replied_at is not None and part.role is UnitRole.LEAD and part.id not in record.contacted
    ]


def _template_replies(record: Record) -> list[Signal]:
    return [
        Signal(
            name="template_reply",
            label="模板化答复",
            points=15,
            unit_id=part.unit_id,
            evidence=f"与本单位 {count} 件工单的答复完全相同",
        )
        for part in record.parts
        for count in [record.replies_before.get(part.id, 0)]
        if count
    ]


def _returned_after_closing(record: Record) -> list[Signal]:
    case = record.case
    lead = case.lead()
    unit_id = lead.unit_id if lead else None
    return [
        Signal(
            name="reopened",
            label="办结后重启",
            points=20,
            unit_id=unit_id,
            evidence=f"{at:%Y-%m-%d} 重启，距上次办结不足 {REOPENED_DAYS} 天",
        )
        for at in record.reopened_at
    ]


def _pressed(record: Record) -> list[Signal]:
    """§9: a unit that rang within a day of a bad rating, after which the rating was better."""
    case = record.case
    better = case.final_satisfaction is not None and case.final_satisfaction is not Satisfaction.DISSATISFIED
    if not better or case.first_satisfaction is not Satisfaction.DISSATISFIED:
        return []
    return [
        Signal(
            name="pressed",
            label="疑似要求改评",
            points=20,
            unit_id=unit_id,
            evidence=f"首评不满意后 {PRESSED_HOURS} 小时内单位{unit_id}联系诉求人（{local(at):%m-%d %H:%M}），随后改评",
        )
        for unit_id, at in record.talks_after_bad_rating
    ]


def _again_at_the_place(record: Record) -> list[Signal]:
    if record.repeats == 0:
        return []
    evidence = f"{REOPENED_DAYS} 天内同一地点同类诉求另有 {record.repeats} 件"
    points = min(20, 5 * record.repeats)
    return [Signal(name="recurrence", label="同地同类反复", points=points, unit_id=None, evidence=evidence)]


_LOOKS: tuple[Callable[[Record], list[Signal]], ...] = (
    _hops,
    _ping_pong,
    _refused_returns,
    _late_signing,
    _no_contact,
    _template_replies,
    _returned_after_closing,
    _pressed,
    _again_at_the_place,
)
