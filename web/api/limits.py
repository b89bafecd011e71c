"""Limits over HTTP: the rules of a template on a date, the hotline's own limits, the template in force."""

from datetime import date
from typing import Any

from flask import Response
from pydantic import Field

from dispatch import limit_admin
from dispatch.limit_admin import RuleForm
from dispatch.models_clock import LimitRule
from dispatch.status import ClockName, Urgency
from hotline.core.clock import local_date
from hotline.core.identity import Permission
from web.api.case_view import category_names
from web.api.schemas import Done, Outgoing, reply
from web.api.wiring import resource
from web.edge import open_uow, opens_to
from web.validation import Incoming

bp = resource("limits", "时限规则")
EDIT = Permission.LIMITS_EDIT


class LimitQuery(Incoming):
    template: str | None = Field(None, max_length=40, description="absent: the one in force")
    on: date | None = Field(None, description="absent: today")


class RuleOut(Outgoing):
    """One row of the table; what is null holds for all."""

    id: int
    case_type: str | None
    case_type_label: str | None
    urgency: str | None
    urgency_label: str | None
    difficulty: str | None
    difficulty_label: str | None
    unit_code: str | None
    category_code: str | None
    category: str | None
    sign: str
    contact: str
    handle: str
    extension_times: int
    extension_limit: str | None
    return_window: str | None
    max_returns: int
    valid_from: date
    valid_until: date | None


class TemplateChoice(Outgoing):
    name: str
    label: str
    rules: int
    active: bool


class HouseLimitOut(Outgoing):
    """A limit of the hotline's own work; `shipped` where the city has not changed it."""

    clock: str
    clock_label: str
    urgency: str | None
    urgency_label: str | None
    limit: str
    label: str
    shipped: bool


class LimitsOut(Outgoing):
    template: str
    on: date
    templates: list[TemplateChoice]
    rules: list[RuleOut]
    house: list[HouseLimitOut]
    form: dict[str, Any] = Field(description="JSON schema of a new rule")


class HouseLimitIn(Incoming):
    clock: ClockName
    urgency: Urgency | None = None
    limit: str = Field(min_length=2, max_length=8, pattern=r"^[1-9]\d{0,3}(min|wh|wd|h|d)$")


class TemplateInForce(Incoming):
    name: str = Field(min_length=1, max_length=40)


@bp.get("/limits", responses={200: LimitsOut})
@opens_to(EDIT)
def limits(query: LimitQuery) -> Response:
    with open_uow() as uow:
        templates = limit_admin.templates(uow)
        active = next(row["name"] for row in templates if row["active"])
        template, on = query.template or active, query.on or local_date(uow.now)
        rules = limit_admin.rules(uow, template, on)
        categories = category_names(uow, (rule.category_code for rule in rules))
        return reply(
            LimitsOut(
                template=template,
                on=on,
                templates=[TemplateChoice(**row) for row in templates],
                rules=[_rule(rule, categories.get(rule.category_code)) for rule in rules],
                house=[HouseLimitOut(**row) for row in limit_admin.house_limits(uow)],
                form=RuleForm.model_json_schema(),
            )
        )


def _rule(rule: LimitRule, category: str | None) -> RuleOut:
    words = {
        f"{name}_label": value and value.label
        for name, value in (
            ("case_type", rule.case_type),
            ("urgency", rule.urgency),
            ("difficulty", rule.difficulty),
        )
    }
    columns = {name: getattr(rule, name) for name in RuleOut.model_fields if hasattr(rule, name)}
    return RuleOut(**columns, **words, category=category)


@bp.post("/limits/rules", responses={201: RuleOut})
@opens_to(EDIT)
def add_rule(body: RuleForm) -> Response:
    """A rule from a day on; the one with the same key ends the day before. Running clocks keep their limit."""
    with open_uow() as uow:
        rule = limit_admin.put_rule(uow, body)
        return reply(_rule(rule, category_names(uow, [rule.category_code]).get(rule.category_code)), 201)


@bp.post("/limits/house", responses={200: Done})
@opens_to(EDIT)
def set_house_limit(body: HouseLimitIn) -> Response:
    with open_uow() as uow:
        limit_admin.set_house_limit(uow, body.clock, body.urgency, body.limit)
    return reply(Done())


@bp.post("/limits/template", responses={200: Done})
@opens_to(EDIT)
def use_template(body: TemplateInForce) -> Response:
    """Make a template the one in force for new clocks."""
    with open_uow() as uow:
        limit_admin.use_template(uow, body.name)
    return reply(Done())
