"""Which limit applies: the most specific rule in force for a unit's part, and the hotline's own limits.

Rules are rows with effective dates (`limit_rule`), grouped in templates that a city imports (DOMAIN §1.3).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.limits import Limit, parse
from dispatch.models_clock import HouseLimit, LimitRule, LimitTemplate
from dispatch.status import CaseType, ClockName, Difficulty, Urgency
from hotline.core.errors import DomainError


class NoLimitRule(DomainError):
    code, status = "limit.no_rule", 409
    text = "时限模板“{template}”没有适用于“{case_type}·{urgency}”的规则，请管理员补充时限规则"


HOUSE_LIMITS: dict[ClockName, dict[Urgency | None, str]] = {
    ClockName.REVIEW: {Urgency.CRITICAL: "5min", None: "30min"},
    ClockName.SUPPLEMENT: {Urgency.CRITICAL: "15min", Urgency.URGENT: "2h", None: "1wd"},
    ClockName.DISPATCH: {Urgency.CRITICAL: "10min", Urgency.URGENT: "30min", None: "4wh"},
    ClockName.RETURN_REVIEW: {Urgency.URGENT: "30min", None: "2wh"},
    ClockName.DISPUTE: {Urgency.CRITICAL: "1h", Urgency.URGENT: "4h", None: "2wd"},
    ClockName.PROGRESS: {None: "30d"},
    ClockName.AUDIT: {Urgency.CRITICAL: "2h", Urgency.URGENT: "4h", None: "1wd"},
    ClockName.FOLLOW_UP: {None: "3wd"},
    ClockName.SUPERVISION: {Urgency.CRITICAL: "4h", Urgency.URGENT: "24h", None: "3wd"},
    ClockName.ARCHIVE: {None: "30d"},
}
"""The hotline's own limits (DOMAIN §1.4, §1.6, §3); a `house_limit` row overrides one."""


def house_limit(session: Session, clock: ClockName, urgency: Urgency) -> Limit:
    rows = session.execute(
        select(HouseLimit.urgency, HouseLimit.limit_text).where(
            HouseLimit.clock == clock, or_(HouseLimit.urgency == urgency, HouseLimit.urgency.is_(None))
        )
    ).all()
    shipped = HOUSE_LIMITS[clock]
    given: dict[Urgency | None, str] = {row.urgency: row.limit_text for row in rows}
    return parse(given.get(urgency) or shipped.get(urgency) or given.get(None) or shipped[None])


def active_template(session: Session) -> str:
    return session.scalar(select(LimitTemplate.name).where(LimitTemplate.active).limit(1)) or "county"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a limit depends on; units and categories go from the nearest to the widest: a unit below another has the
    limits of the one above unless it has its own."""

    case_type: CaseType
    urgency: Urgency
    difficulty: Difficulty
    unit_codes: tuple[str, ...]
    category_codes: tuple[str, ...]


def rule_for(session: Session, template: str, on: date, question: Question) -> LimitRule:
    """The most specific rule in force on a date: unit, then category, type, difficulty, urgency."""
    rules = session.scalars(
        select(LimitRule).where(
            LimitRule.template == template,
            LimitRule.valid_from <= on,
            or_(LimitRule.valid_until.is_(None), LimitRule.valid_until >= on),
            or_(LimitRule.urgency.is_(None), LimitRule.urgency == question.urgency),
        )
    ).all()
    fitting = [rule for rule in rules if _fits(rule, question)]
    if not fitting:
        raise NoLimitRule(
            template=template, case_type=question.case_type.label, urgency=question.urgency.label
        )
    return max(fitting, key=lambda rule: _rank(rule, question))


def _fits(rule: LimitRule, question: Question) -> bool:
    return (
        rule.case_type in (None, question.case_type)
        and rule.difficulty in (None, question.difficulty)
        and (rule.unit_code is None or rule.unit_code in question.unit_codes)
        and (rule.category_code is None or rule.category_code in question.category_codes)
    )


def _rank(rule: LimitRule, question: Question) -> tuple[int, int, bool, bool, bool, date, int]:
    depth = 0 if rule.category_code is None else len(rule.category_code)
    return (
        0 if rule.unit_code is None else len(question.unit_codes) - question.unit_codes.index(rule.unit_code),
        depth,
        rule.case_type is not None,
        rule.difficulty is not None,
        rule.urgency is not None,
        rule.valid_from,
        rule.id,
    )


def category_line(code: str | None) -> tuple[str, ...]:
    """A category and everything above it: `A0102` → `A0102`, `A01`, `A`."""
    if not code:
        return ()
    return tuple(code[:end] for end in range(len(code), 0, -2))
