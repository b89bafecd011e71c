"""Importing a customer's own lists from CSV: the common path, and the lists of places, units and people.

The catalogue's lists are in `dispatch.imports`. A file is imported whole or not at all; a second import of the same
file changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts import login
from hotline.accounts.csv_files import Column, Line, Problem, choice, many, pattern, read, refuse, text
from hotline.accounts.models import Area, Unit, User
from hotline.core.clock import local_date
from hotline.core.identity import ROLE_LABELS, UNIT_ROLES, Permission, Role, require
from hotline.core.uow import UnitOfWork

UNIT_KINDS = {"department": "部门", "township": "镇街", "centre": "热线中心", "office": "督查机构"}
AREA_LEVELS = {"county": "县市区", "township": "镇街", "village": "村社区"}
ROLE_WORDS = {
    role.value: label for role, label in ROLE_LABELS.items() if role not in (Role.SYSTEM, Role.CITIZEN)
}
SLUG = pattern(r"[a-z][a-z0-9_]{1,39}", "只能用小写字母、数字和下划线，以字母开头")


@dataclass(frozen=True)
class Outcome:
    """Lines that made something new, changed something, changed nothing; and what the file ended by leaving it out."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0

    def plus(self, what: str) -> "Outcome":
        return replace(self, **{what: getattr(self, what) + 1})


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One kind of file: its columns, what may not repeat, checks across lines, and how it is applied.

    `apply` gets the day from which dated rows hold.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    permission: Permission
    check: Callable[[Session, list[Line]], Iterator[Problem]]
    apply: Callable[[UnitOfWork, list[Line], date], Outcome]


def load(
    uow: UnitOfWork,
    listing: Listing,
    data: bytes,
    *,
    valid_from: date | None = None,
    only_check: bool = False,
) -> Outcome:
    """Import a file, or refuse it with every bad cell; `only_check` stops before anything is written."""
    require(uow.actor, listing.permission)
    lines, problems = read(data, listing.columns, listing.key)
    refuse([*problems, *listing.check(uow.session, lines)], listing.columns)
    if only_check:
        return Outcome(unchanged=len(lines))
    outcome = listing.apply(uow, lines, valid_from or local_date(uow.now))
    uow.audit(
        f"import:{listing.name}",
        "import",
        sha256=hashlib.sha256(data).hexdigest(),
        lines=len(lines),
        created=outcome.created,
        changed=outcome.changed,
        ended=outcome.ended,
    )
    return outcome


def assign(row: Any, values: dict[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def upsert(
    session: Session, model: type[Any], key: str, entries: Iterable[dict[str, Any]], made: dict[str, Any]
) -> Outcome:
    """Add or change one row per entry, found by its key; `made` is what only a new row gets."""
    known = {getattr(row, key): row for row in session.scalars(select(model))}
    outcome = Outcome()
    for entry in entries:
        row = known.get(entry[key])
        if row is None:
            session.add(model(**entry, **made))
            outcome = outcome.plus("created")
        else:
            outcome = outcome.plus("changed" if assign(row, entry) else "unchanged")
    # Later files name these rows by their codes.
    session.flush()
    return outcome


def unknown(lines: list[Line], column: str, known: set[str], what: str) -> Iterator[Problem]:
    """A problem for each cell that names something which neither the database nor the file has."""
    for line in lines:
        value = line[column]
        for word in value if isinstance(value, list) else [value] if value else []:
            if word not in known:
                yield Problem(line.no, column, f"没有代码为“{word}”的{what}")


# -- areas


def _check_areas(session: Session, lines: list[Line]) -> Iterator[Problem]:
    levels = {code: level for code, level in session.execute(select(Area.code, Area.level))}
    levels |= {line["code"]: line["level"] for line in lines if line["code"]}
    yield from unknown(lines, "parent_code", set(levels), "行政区划")
    above = {"township": "county", "village": "township"}
    for line in lines:
        needs, parent = above.get(line["level"]), line["parent_code"]
        if needs and not parent:
            yield Problem(line.no, "parent_code", "必填：只有县市区没有上级")
        elif needs and parent in levels and levels[parent] != needs:
            yield Problem(line.no, "parent_code", f"上级应为{AREA_LEVELS[needs]}")


def _apply_areas(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    order = list(AREA_LEVELS)
    entries = sorted((line.cells for line in lines), key=lambda cells: order.index(cells["level"]))
    return upsert(uow.session, Area, "code", entries, {})


AREAS = Listing(
    name="areas",
    label="行政区划",
    columns=(
        Column("code", "区划代码", pattern(r"\d{6,12}", "应为 6 到 12 位数字")),
        Column("name", "名称", text(40)),
        Column("level", "级别", choice(AREA_LEVELS)),
        Column("parent_code", "上级代码", text(12), required=False),
        Column("aliases", "别名", many(text(40)), required=False, empty=[]),
    ),
    key=("code",),
    permission=Permission.USER_MANAGE,
    check=_check_areas,
    apply=_apply_areas,
)


# -- units


def _check_units(session: Session, lines: list[Line]) -> Iterator[Problem]:
    codes = set(session.scalars(select(Unit.code))) | {line["code"] for line in lines if line["code"]}
    yield from unknown(lines, "parent_code", codes, "单位")
    yield from unknown(
        lines, "area_code", set(session.scalars(select(Area.code))), "行政区划（请先导入行政区划）"
    )
    parents = {line["code"]: line["parent_code"] for line in lines}
    for line in lines:
        if _goes_round(line["code"], parents):
            yield Problem(line.no, "parent_code", "上级单位绕成了圈")
        if line["kind"] == "township" and not line["area_code"]:
            yield Problem(line.no, "area_code", "镇街必填：所辖区划代码")


def _goes_round(code: str, parents: dict[str, str | None]) -> bool:
    seen, at = set[str](), parents.get(code)
    while at and at not in seen and at != code:
        seen.add(at)
        at = parents.get(at)
    return at == code and code is not None


def _apply_units(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    names = ("code", "name", "short_name", "kind", "phone", "duties")
    entries = ({name: line[name] for name in names} for line in lines)
    outcome = upsert(uow.session, Unit, "code", entries, {"level": 1})
    units = {unit.code: unit for unit in uow.session.scalars(select(Unit))}
    for line in lines:
        unit = units[line["code"]]
        unit.parent_id = units[line["parent_code"]].id if line["parent_code"] else None
        if line["kind"] == "township":
            uow.session.get_one(Area, line["area_code"]).unit_id = unit.id
    _set_levels(units.values())
    return outcome


def _set_levels(units: Iterable[Unit]) -> None:
    by_id = {unit.id: unit for unit in units}
    for unit in by_id.values():
        above, level = unit.parent_id, 2 if unit.kind == "township" else 1
        while above is not None:
            above, level = by_id[above].parent_id, level + 1
        unit.level = level


UNITS = Listing(
    name="units",
    label="承办单位",
    columns=(
        Column("code", "单位代码", SLUG),
        Column("name", "单位全称", text(80)),
        Column("short_name", "简称", text(30)),
        Column("kind", "类别", choice(UNIT_KINDS)),
        Column("parent_code", "上级单位", text(40), required=False),
        Column("phone", "电话", text(30), required=False),
        Column("duties", "职责", text(2000), required=False, empty=""),
        Column("area_code", "区划代码", text(12), required=False),
    ),
    key=("code",),
    permission=Permission.USER_MANAGE,
    check=_check_units,
    apply=_apply_units,
)


# -- accounts


def _check_accounts(session: Session, lines: list[Line]) -> Iterator[Problem]:
    yield from unknown(
        lines, "unit_code", set(session.scalars(select(Unit.code))), "单位（请先导入承办单位）"
    )
    known = set(session.scalars(select(User.username)))
    taken = {no: name for no, name in session.execute(select(User.work_no, User.username)) if no}
    for line in lines:
        roles = {Role(role) for role in line["roles"] or ()}
        if roles & UNIT_ROLES and not line["unit_code"]:
            yield Problem(line.no, "unit_code", "承办单位人员必填")
        if {Role.ADMIN, Role.SECURITY} <= roles:
            yield Problem(line.no, "roles", "系统管理员与安全审计员不得由同一人担任")
        if line["username"] and line["username"] not in known and not line["password"]:
            yield Problem(line.no, "password", "新账号必填初始密码")
        if taken.get(line["work_no"], line["username"]) != line["username"]:
            yield Problem(line.no, "work_no", f"工号已属于“{taken[line['work_no']]}”")


def _apply_accounts(uow: UnitOfWork, lines: list[Line], valid_from: date) -> Outcome:
    session = uow.session
    units = {code: key for code, key in session.execute(select(Unit.code, Unit.id))}
    users = {user.username: user for user in session.scalars(select(User))}
    outcome = Outcome()
    for line in lines:
        user = users.get(line["username"])
        unit_id = units[line["unit_code"]] if line["unit_code"] else None
        values = {"name": line["name"], "work_no": line["work_no"], "team": line["team"], "unit_id": unit_id}
        if user is None:
            login.add_user(
                uow,
                username=line["username"],
                password=line["password"],
                roles=frozenset(Role(role) for role in line["roles"]),
                **values,
            )
            outcome = outcome.plus("created")
        else:
            changed = assign(user, values | {"roles": sorted(line["roles"])})
            if changed:
                uow.audit(f"user:{user.id}", "import", roles=user.roles, unit_id=unit_id)
            outcome = outcome.plus("changed" if changed else "unchanged")
    return outcome


def _password(raw: str) -> str:
    if len(raw) < login.MIN_PASSWORD:
        raise ValueError(f"密码至少 {login.MIN_PASSWORD} 位")
    return raw


ACCOUNTS = Listing(
    name="accounts",
    label="账号",
    columns=(
        Column("username", "用户名", SLUG),
        Column("name", "姓名", text(40)),
        Column("roles", "角色", many(choice(ROLE_WORDS))),
        Column("unit_code", "单位代码", text(40), required=False),
        Column("work_no", "工号", text(20), required=False),
        Column("team", "班组", text(40), required=False),
        Column("password", "初始密码", _password, required=False),
    ),
    key=("username",),
    permission=Permission.USER_MANAGE,
    check=_check_accounts,
    apply=_apply_accounts,
)

LISTINGS = {listing.name: listing for listing in (AREAS, UNITS, ACCOUNTS)}
