"""Editing limits: a new rule replaces the one with the same key from its day on; running clocks keep their limit.

Also the hotline's own limits and the template in force. Whole templates come by CSV (`imports`).
"""

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator
from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from dispatch.forms import Form, LimitText
from dispatch.limit_rules import HOUSE_LIMITS, active_template
from dispatch.limits import parse
from dispatch.models_clock import HouseLimit, LimitRule, LimitTemplate
from dispatch.status import CaseType, ClockName, Difficulty, Urgency
from dispatch.workdays import COUNTINGS
from hotline.core.clock import local_date
from hotline.core.errors import Invalid, NotFound
from hotline.core.identity import Permission, require
from hotline.core.uow import UnitOfWork

Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


WRITTEN = "写成 15min、4wh（工作小时）、24h、5wd（工作日）或 7d"


class RuleForm(Form):
    """One row of the limit table; what is left empty holds for all."""

    template: Code = Field(title="模板")
    case_type: CaseType | None = Field(None, title="诉求类型")
    urgency: Urgency | None = Field(None, title="紧急程度")
    difficulty: Difficulty | None = Field(None, title="难易")
    unit_code: Code | None = Field(None, title="承办单位代码")
    category_code: Code | None = Field(None, title="诉求分类", json_schema_extra={"x-widget": "category"})
    sign: LimitText = Field(title="签收", description=WRITTEN)
    contact: LimitText = Field(title="先行联系", description=WRITTEN)
    handle: LimitText = Field(title="办理", description=WRITTEN)
    extension_times: int = Field(0, ge=0, le=9, title="可延期次数")
    extension_limit: LimitText | None = Field(None, title="每次延期")
    return_window: LimitText | None = Field(None, title="退单时限")
    max_returns: int = Field(0, ge=0, le=9, title="可退单次数")
    valid_from: date = Field(title="生效日期")

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


def templates(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Templates that have rules, with their labels; the one in force is marked."""
    active = active_template(uow.session)
    named = {row.name: row.label for row in uow.session.scalars(select(LimitTemplate))}
    counted = (
        select(LimitRule.template, func.count()).group_by(LimitRule.template).order_by(LimitRule.template)
    )
    counts = {name: count for name, count in uow.session.execute(counted)}
    return [
        {
            "name": name,
            "label": named.get(name) or (COUNTINGS[name].label if name in COUNTINGS else name),
            "rules": counts.get(name, 0),
            "active": name == active,
        }
        for name in dict.fromkeys([active, *counts])
    ]


def house_limits(uow: UnitOfWork) -> list[dict[str, Any]]:
    """The hotline's own limits, the city's over the shipped ones."""
    given = {(row.clock, row.urgency): row.limit_text for row in uow.session.scalars(select(HouseLimit))}
    shipped = {
        (clock, urgency): limit for clock, limits in HOUSE_LIMITS.items() for urgency, limit in limits.items()
    }
    return [
        {
            "clock": clock.value,
            "clock_label": clock.label,
            "urgency": urgency and urgency.value,
            "urgency_label": urgency and urgency.label,
            "limit": given.get((clock, urgency), limit),
            "label": parse(given.get((clock, urgency), limit)).label,
            "shipped": (clock, urgency) not in given,
        }
        for (clock, urgency), limit in (shipped | given).items()
    ]
