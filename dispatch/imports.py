"""Importing a city's own catalogue from CSV: class tree, routing, township duties, limits, calendar.

The class tree, the duties and the routing catalogue are taken as a whole: what the file leaves out ends. Limits
replace the rules of the templates that the file names. Dated rows end the day before their successor begins.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch import limits
from dispatch.models import CalendarDay, Category, LimitRule, LimitTemplate, RoutingRow, TownshipDuty
from dispatch.routing import CERTAIN, TOWNSHIP
from dispatch.status import CaseType, Difficulty, Labelled, Urgency
from dispatch.workdays import COUNTINGS
from hotline.accounts.csv_files import (
    Column,
    Line,
    Problem,
    choice,
    day,
    many,
    number,
    pattern,
    text,
    yes_or_no,
)
from hotline.accounts.imports import Listing, Outcome, unknown, upsert
from hotline.accounts.models import Unit
from hotline.core.errors import DomainError
from hotline.core.identity import Permission
from hotline.core.uow import UnitOfWork

CATEGORY_CODE = pattern(r"[A-Z](\d\d){0,4}", "应为一个大写字母，每下一级加两位数字，如 A0102")
LAW_STATES = {CERTAIN: CERTAIN, "待核实": "待核实"}
PLACE_RULES = {"town": "乡镇", "county": "县市区", "township": "镇街", "village": "村社区"}
CATALOGUE = "目录"


def _words(kind: type[Labelled]) -> dict[str, str]:
    return {word.value: word.label for word in kind}


def _limit(raw: str) -> str:
    try:
        return str(limits.parse(raw))
    except DomainError as wrong:
        raise ValueError(wrong.message) from wrong


def _known_categories(session: Session, lines: Iterable[Line] = ()) -> set[str]:
    return set(session.scalars(select(Category.code))) | {line["code"] for line in lines if line["code"]}


# -- class tree


def _check_categories(session: Session, lines: list[Line]) -> Iterator[Problem]:
    in_file = {line["code"] for line in lines}
    for line in lines:
        code = line["code"]
        if code is None:
            continue
        if len(code) > 1 and code[:-2] not in in_file:
            yield Problem(line.no, "code", "上级分类不在文件中")
        if line["parent_code"] not in (None, code[:-2]):
            yield Problem(line.no, "parent_code", f"应为“{code[:-2]}”")
        if line["level"] not in (None, _level(code)):
            yield Problem(line.no, "level", f"应为 {_level(code)}")


def _level(code: str) -> int:
    return (len(code) - 1) // 2 + 1


def _apply_categories(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    entries = [
        {
            "code": line["code"],
            "name": line["name"],
            "parent_code": line["code"][:-2] or None,
            "level": _level(line["code"]),
            "keywords": line["keywords"],
            "default_urgency": Urgency(line["default_urgency"]),
            "case_types": line["case_types"],
            "active": True,
        }
        for line in lines
    ]
    outcome = upsert(uow.session, Category, "code", entries, {})
    kept = {line["code"] for line in lines}
    for row in uow.session.scalars(select(Category).where(Category.active, Category.code.not_in(kept))):
        row.active = False
        outcome = outcome.plus("ended")
    return outcome


CATEGORIES = Listing(
    name="categories",
    label="诉求分类",
    columns=(
        Column("code", "分类代码", CATEGORY_CODE),
        Column("name", "名称", text(40)),
        Column("parent_code", "上级代码", text(9), required=False),
        Column("level", "级别", number(1, 5), required=False),
        Column("keywords", "关键词", many(text(30)), required=False, empty=[]),
        Column("default_urgency", "默认紧急程度", choice(_words(Urgency)), required=False, empty="normal"),
        Column("case_types", "诉求类型", many(choice(_words(CaseType))), required=False, empty=[]),
    ),
    key=("code",),
    permission=Permission.ROUTING_EDIT,
    check=_check_categories,
    apply=_apply_categories,
)


# -- routing catalogue


def _check_routing(session: Session, lines: list[Line]) -> Iterator[Problem]:
    units = {*session.scalars(select(Unit.code).where(Unit.closed_on.is_(None))), TOWNSHIP}
    yield from unknown(lines, "category_code", _known_categories(session), "分类（请先导入诉求分类）")
    yield from unknown(lines, "lead_unit", units, "单位（请先导入承办单位）")
    yield from unknown(lines, "co_units", units, "单位")
    for line in lines:
        if line["lead_unit"] and line["lead_unit"] in (line["co_units"] or ()):
            yield Problem(line.no, "co_units", "主办单位不能同时协办")
        if line["law_status"] == CERTAIN and not line["law"]:
            yield Problem(line.no, "law", "依据标为“确定”时必填")


ROUTING_FIELDS = (
    "category_code", "place_level_rule", "object_rule", "lead_unit", "co_units", "law", "article", "law_status", "note",
)  # fmt: skip


def _apply_routing(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    session = uow.session
    before = _in_force(session, RoutingRow, valid_from, RoutingRow.source == CATALOGUE)
    old = {row.row_no: row for row in before}
    outcome = Outcome()
    for line in lines:
        values = {name: line[name] for name in ROUTING_FIELDS}
        row = old.pop(line["row_no"], None)
        if row is not None and all(getattr(row, name) == value for name, value in values.items()):
            outcome = outcome.plus("unchanged")
            continue
        if row is not None:
            _end(session, row, valid_from)
        session.add(RoutingRow(row_no=line["row_no"], valid_from=valid_from, source=CATALOGUE, **values))
        outcome = outcome.plus("created" if row is None else "changed")
    for row in old.values():
        _end(session, row, valid_from)
        outcome = outcome.plus("ended")
    session.flush()
    return outcome


def _in_force(session: Session, model: type[Any], on: date, condition: Any) -> list[Any]:
    """Rows that hold on a day or begin later."""
    ends_later = or_(model.valid_until.is_(None), model.valid_until >= on)
    return list(session.scalars(select(model).where(condition, ends_later).order_by(model.id)))


def _end(session: Session, row: Any, successor_from: date) -> None:
    """A row that never held is taken away, any other ends the day before."""
    if row.valid_from >= successor_from:
        session.delete(row)
    else:
        row.valid_until = successor_from - timedelta(days=1)


ROUTING = Listing(
    name="routing",
    label="派单目录",
    columns=(
        Column("row_no", "序号", text(20)),
        Column("category_code", "分类代码", CATEGORY_CODE),
        Column("place_level_rule", "地域条件", choice(PLACE_RULES), required=False),
        Column("object_rule", "对象条件", text(200), required=False),
        Column("lead_unit", "主办单位", text(40)),
        Column("co_units", "协办单位", many(text(40)), required=False, empty=[]),
        Column("law", "法律依据", text(200), required=False),
        Column("article", "条款", text(80), required=False),
        Column("law_status", "依据状态", choice(LAW_STATES), required=False, empty="待核实"),
        Column("note", "备注", text(500), required=False),
    ),
    key=("row_no",),
    permission=Permission.ROUTING_EDIT,
    check=_check_routing,
    apply=_apply_routing,
)


# -- township duties


def _check_duties(session: Session, lines: list[Line]) -> Iterator[Problem]:
    yield from unknown(lines, "category_code", _known_categories(session), "分类（请先导入诉求分类）")


def _apply_duties(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    outcome = upsert(uow.session, TownshipDuty, "category_code", [line.cells for line in lines], {})
    kept = {line["category_code"] for line in lines}
    for row in uow.session.scalars(select(TownshipDuty).where(TownshipDuty.category_code.not_in(kept))):
        uow.session.delete(row)
        outcome = outcome.plus("ended")
    return outcome


TOWNSHIP_DUTIES = Listing(
    name="township_duties",
    label="镇街履职事项清单",
    columns=(
        Column("category_code", "分类代码", CATEGORY_CODE),
        Column("township_may_handle", "镇街可办", yes_or_no),
        Column("basis", "依据", text(500), required=False, empty=""),
    ),
    key=("category_code",),
    permission=Permission.ROUTING_EDIT,
    check=_check_duties,
    apply=_apply_duties,
)


# -- limits

LIMIT_KEY = ("template", "case_type", "urgency", "difficulty", "unit_code", "category_code")


def _check_limits(session: Session, lines: list[Line]) -> Iterator[Problem]:
    yield from unknown(lines, "unit_code", set(session.scalars(select(Unit.code))), "单位")
    yield from unknown(lines, "category_code", _known_categories(session), "分类")
    for line in lines:
        if line["max_returns"] and not line["return_window"]:
            yield Problem(line.no, "return_window", "允许退单时必填")


def _apply_limits(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    session = uow.session
    names = {line["template"] for line in lines}
    for name in sorted(names - set(session.scalars(select(LimitTemplate.name)))):
        label = COUNTINGS[name].label if name in COUNTINGS else name
        session.add(LimitTemplate(name=name, label=label, counting={}, active=False))
    before = _in_force(session, LimitRule, valid_from, LimitRule.template.in_(names))
    old = {tuple(getattr(row, part) for part in LIMIT_KEY): row for row in before}
    outcome = Outcome()
    for line in lines:
        row = old.pop(tuple(line[part] for part in LIMIT_KEY), None)
        if row is not None and all(getattr(row, name) == value for name, value in line.cells.items()):
            outcome = outcome.plus("unchanged")
            continue
        if row is not None:
            _end(session, row, valid_from)
        session.add(LimitRule(valid_from=valid_from, **line.cells))
        outcome = outcome.plus("created" if row is None else "changed")
    for row in old.values():
        _end(session, row, valid_from)
        outcome = outcome.plus("ended")
    session.flush()
    return outcome


LIMITS = Listing(
    name="limits",
    label="时限规则",
    columns=(
        Column("template", "模板", pattern(r"[a-z][a-z0-9_]{1,39}", "只能用小写字母、数字和下划线")),
        Column("case_type", "诉求类型", choice(_words(CaseType)), required=False),
        Column("urgency", "紧急程度", choice(_words(Urgency)), required=False),
        Column("difficulty", "难度", choice(_words(Difficulty)), required=False),
        Column("unit_code", "单位代码", text(40), required=False),
        Column("category_code", "分类代码", CATEGORY_CODE, required=False),
        Column("sign", "签收", _limit),
        Column("contact", "联系群众", _limit),
        Column("handle", "办理", _limit),
        Column("extension_times", "延期次数", number(0, 9), required=False, empty=0),
        Column("extension_limit", "每次延期", _limit, required=False),
        Column("return_window", "退单时限", _limit, required=False),
        Column("max_returns", "退单次数", number(0, 9), required=False, empty=0),
    ),
    key=LIMIT_KEY,
    permission=Permission.LIMITS_EDIT,
    check=_check_limits,
    apply=_apply_limits,
)


# -- calendar


def _check_calendar(session: Session, lines: list[Line]) -> Iterator[Problem]:
    for line in lines:
        if line["date"] and not 2000 <= line["date"].year <= 2100:
            yield Problem(line.no, "date", "年份应在 2000 至 2100 之间")


def _apply_calendar(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    entries = [
        {
            "on": line["date"],
            "is_workday": line["is_workday"],
            "name": line["name"],
            "source": line["source"],
            "provisional": False,
        }
        for line in lines
    ]
    outcome = upsert(uow.session, CalendarDay, "on", entries, {})
    uow.session.info.pop("book", None)  # limits reckoned later in this unit of work see the new days
    return outcome


CALENDAR = Listing(
    name="calendar",
    label="工作日历",
    columns=(
        Column("date", "日期", day),
        Column("is_workday", "是否工作日", yes_or_no),
        Column("name", "说明", text(40), required=False, empty=""),
        Column("source", "来源", text(80), required=False, empty="official"),
    ),
    key=("date",),
    permission=Permission.CALENDAR_EDIT,
    check=_check_calendar,
    apply=_apply_calendar,
)

LISTINGS = {listing.name: listing for listing in (CATEGORIES, ROUTING, TOWNSHIP_DUTIES, LIMITS, CALENDAR)}
