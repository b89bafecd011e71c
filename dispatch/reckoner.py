"""A limit reckoned for the person who doubts it: `hotline deadline` and the page that checks a deadline by hand.

Takes what people write (`2026-09-30T16:40`, `5wd`, a rule's name) and answers day by day, as text or as JSON.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import History, Reckoning, compute
from dispatch.deadlines import book_of
from dispatch.limits import Limit, parse
from dispatch.models_clock import LimitTemplate
from dispatch.workdays import COUNTINGS, Calendar, Counting
from hotline.core.clock import LOCAL, local
from hotline.core.errors import Invalid


class StartUnreadable(Invalid):
    code, text = "deadline.start_unreadable", "“{start}”不是时刻：请写成 2026-09-30T16:40"


class RuleUnknown(Invalid):
    code, text = "deadline.rule_unknown", "没有名为“{rule}”的计时规则，可用：{known}"


@dataclass(frozen=True)
class Answer:
    start: datetime
    limit: Limit
    counting: Counting
    reckoning: Reckoning

    @property
    def due(self) -> datetime:
        return local(self.reckoning.original_due_at)

    def as_text(self) -> str:
        lines = [f"规则：{self.counting.label}（{self.counting.name}）", f"时限：{self.limit.label}"]
        lines += [f"  {step.text}{'（暂定）' if step.provisional else ''}" for step in self.reckoning.steps]
        lines.append(f"到期 / due: {self.due:%Y-%m-%d %H:%M:%S}")
        if self.reckoning.provisional:
            lines.append("注意：含尚未公布节假日安排的日期，到期时间为暂定")
        return "\n".join(lines)

    def as_json(self) -> str:
        return json.dumps(
            {
                "from": self.start.isoformat(),
                "limit": str(self.limit),
                "rule": self.counting.name,
                "due": self.due.isoformat(),
                "provisional": self.reckoning.provisional,
                "steps": [
                    {
                        "on": step.on.isoformat(),
                        "counted": step.counted,
                        "text": step.text,
                        "provisional": step.provisional,
                    }
                    for step in self.reckoning.steps
                ],
            },
            ensure_ascii=False,
        )


def reckon(session: Session | None, start: str, limit: str, rule: str | None = None) -> Answer:
    """`start` without a zone is local time; `rule` is a template or a shipped way of counting. Without a database the
    shipped calendar answers."""
    counting, calendar = _shipped(rule) if session is None else _of_the_house(session, rule)
    at = _instant(start)
    history = History(limit=parse(limit), started_at=at)
    return Answer(at, history.limit, counting, compute(history, counting, calendar))


def _of_the_house(session: Session, rule: str | None) -> tuple[Counting, Calendar]:
    book = book_of(session)
    name = rule or book.template
    _check(name, set(COUNTINGS) | set(session.scalars(select(LimitTemplate.name))))
    return book.counting(name), book.calendar


def _shipped(rule: str | None) -> tuple[Counting, Calendar]:
    name = rule or Counting().name
    _check(name, set(COUNTINGS))
    return COUNTINGS[name], Calendar()


def _check(name: str, known: set[str]) -> None:
    if name not in known:
        raise RuleUnknown(rule=name, known="、".join(sorted(known)))


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise StartUnreadable(start=text) from wrong
    return at if at.tzinfo else at.replace(tzinfo=LOCAL)
