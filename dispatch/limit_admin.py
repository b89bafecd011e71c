"""Editing limits: a new rule replaces the one with the same key from its day on; running clocks keep their limit.

Also the hotline's own limits and the template in force. Whole templates come by CSV (`imports`).
"""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from dispatch.forms import Form, LimitText
from dispatch.limits import parse
from dispatch.models_clock import HouseLimit, LimitRule, LimitTemplate
from dispatch.status import CaseType, ClockName, Difficulty, Urgency
from dispatch.workdays import COUNTINGS
from hotline.core.clock import local_date
from hotline.core.errors import Invalid, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class RuleForm(Form):
    """One row of the limit table; what is left empty holds for all."""

    template: Code
    case_type: CaseType | None = None
    urgency: Urgency | None = None
    difficulty: Difficulty | None = None
    unit_code: Code | None = None
    category_code: Code | None = None
    sign: LimitText
    contact: LimitText
    handle: LimitText
    extension_times: int = Field(0, ge=0, le=9)
    extension_limit: LimitText | None = None
    return_window: LimitText | None = None
    max_returns: int = Field(0, ge=0, le=9)
    valid_from: date

    @field_validator("valid_from")
    @classmethod
    def _a_sane_year(cls, value: date) -> date:
        if not 2000 <= value.year <= 2200:
            raise ValueError("日期不合理")
        return value


KEY = ("template", "case_type", "urgency", "difficulty", "unit_code", "category_code")


class RuleInThePast(Invalid):
    code, text = "limit.rule_in_the_past", "新规则最早从明天起生效，已经开始的时限不受影响"


def put_rule(uow: UnitOfWork, form: RuleForm) -> LimitRule:
    """Add a rule; the one with the same key ends the day before."""
    require(uow.actor, Permission.LIMITS_EDIT)
    if form.valid_from <= local_date(uow.now):
        raise RuleInThePast(fields=[{"field": "valid_from", "reason": "须晚于今天"}])
    same_key = [getattr(LimitRule, name).is_not_distinct_from(getattr(form, name)) for name in KEY]
    running = select(LimitRule).where(
        *same_key, or_(LimitRule.valid_until.is_(None), LimitRule.valid_until >= form.valid_from)
    )
    for old in uow.session.scalars(running):
        old.valid_until = form.valid_from - timedelta(days=1)
    rule = LimitRule(**form.model_dump())
    uow.session.add(rule)
    uow.session.flush()  # the table that follows names it by its id
    uow.audit("limits", "put_rule", rule_id=rule.id, **form.model_dump(mode="json"))
    return rule


def rules(uow: UnitOfWork, template: str, on: date) -> list[LimitRule]:
    """Rules of a template in force on a date, the general ones first."""
    return list(
        uow.session.scalars(
            select(LimitRule)
            .where(
                LimitRule.template == template,
                LimitRule.valid_from <= on,
                or_(LimitRule.valid_until.is_(None), LimitRule.valid_until >= on),
            )
            .order_by(LimitRule.id)
        )
    )


def set_house_limit(uow: UnitOfWork, clock: ClockName, urgency: Urgency | None, limit: str) -> None:
    """Change one of the hotline's own limits; clocks that run keep theirs."""
    require(uow.actor, Permission.LIMITS_EDIT)
    text = str(parse(limit))
    known = select(HouseLimit).where(
        HouseLimit.clock == clock, HouseLimit.urgency.is_not_distinct_from(urgency)
    )
    row = uow.session.scalar(known.with_for_update())
    if row is None:
        row = HouseLimit(clock=clock, urgency=urgency, limit_text=text)
        uow.session.add(row)
    row.limit_text = text
    uow.audit("limits", "set_house_limit", clock=clock.value, urgency=urgency and urgency.value, limit=text)


def use_template(uow: UnitOfWork, name: str) -> None:
    """Make a template the one in force for new clocks."""
    require(uow.actor, Permission.LIMITS_EDIT)
    known = uow.session.scalar(select(LimitRule.id).where(LimitRule.template == name).limit(1))
    if known is None:
        raise NotFound()
    label = COUNTINGS[name].label if name in COUNTINGS else name
    uow.session.execute(
        insert(LimitTemplate)
        .values(name=name, label=label, counting={}, active=False)
        .on_conflict_do_nothing()
    )
    for row in uow.session.scalars(select(LimitTemplate).with_for_update()):
        row.active = row.name == name
    uow.session.info.pop("book", None)
    uow.audit("limits", "use_template", template=name)
