"""A small city for the tests of cases: four units, one township, limits, a routing row, and people of every role."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from dispatch import cases, query_codes, timers, workflow
from dispatch.models import (
    Assignment,
    Attachment,
    Case,
    Category,
    Deadline,
    LimitRule,
    RoutingRow,
    TownshipDuty,
)
from dispatch.status import CaseStatus, ClockName
from hotline.accounts.models import Area, Unit
from hotline.core.clock import LOCAL, FixedClock
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Actor, Role, citizen

LIMITS = [
    # urgency, difficulty, case_type, sign, contact, handle, times, extension, window, returns
    ("critical", None, None, "15min", "30min", "2h", 0, None, None, 0),
    ("urgent", None, None, "30min", "2h", "24h", 1, "24h", "30min", 1),
    ("normal", "ordinary", None, "4wh", "1wd", "5wd", 1, "5wd", "4wh", 1),
    ("normal", "ordinary", "consultation", "4wh", "1wd", "1wd", 1, "1wd", "4wh", 1),
    ("normal", "complex", None, "4wh", "1wd", "10wd", 2, "10wd", "1wd", 1),
]

COMPLETE = {
    "case_type": "complaint",
    "category_code": "A0101",
    "title": "小区电梯停运",
    "facts": "金沙小区 3 栋电梯停运三天，老人出行困难。",
    "demand": "尽快修好电梯",
    "area_code": "430181001",
    "address": "金沙小区 3 栋",
    "name": "张三丰",
    "caller_no": "13800138000",
    "contact_no": "13800138000",
    "secrecy_asked": True,
}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@dataclass
class City:
    """Hands out people and moves cases the way that edges do: one unit of work per verb."""

    house: House
    clock: FixedClock
    units: dict[str, int] = field(default_factory=dict)
    routing_row_id: int = 0

    def actor(self, role: Role | str, unit: str | None = None, user_id: int | None = None) -> Actor:
        role = Role(role)
        if role is Role.SYSTEM:
            return SYSTEM
        if role is Role.CITIZEN:
            return citizen("203.0.113.9")
        unit_id = self.units[unit] if unit else None
        number = user_id if user_id is not None else 100 + list(Role).index(role)
        return Actor(
            user_id=number,
            name=f"{role.value}{number}",
            roles=frozenset({role}),
            unit_id=unit_id,
            unit_ids=frozenset({unit_id}) if unit_id else frozenset(),
        )

    @contextmanager
    def uow(self, role: Role | str = Role.SYSTEM, unit: str | None = None, user_id: int | None = None) -> Any:
        with self.house.open_uow(self.actor(role, unit, user_id)) as uow:
            yield uow

    def open(self, **fields: Any) -> int:
        """A complete draft of the agent."""
        with self.uow(Role.AGENT) as uow:
            return cases.open_case(uow, COMPLETE | fields).id

    def do(
        self,
        case_id: int,
        action: str,
        role: Role | str,
        payload: dict[str, Any] | None = None,
        *,
        unit: str | None = None,
        assignment_id: int | None = None,
        seen_version: int | None = None,
    ) -> CaseStatus:
        with self.uow(role, unit) as uow:
            case = workflow.perform(uow, case_id, action, payload, assignment_id, seen_version=seen_version)
            return case.status

    def get(self, case_id: int) -> Case:
        with self.house.sessions() as session:
            case = session.get_one(Case, case_id)
            assert isinstance(case.assignments, list)
            return case

    def code(self, case: Case) -> str:
        """The query code that the citizen was told."""
        return query_codes.code_of(self.house.vault, case)

    def part(self, case_id: int, unit: str) -> Assignment:
        """The latest part of a unit in a case."""
        return [part for part in self.get(case_id).assignments if part.unit_id == self.units[unit]][-1]

    def deadlines(self, case_id: int, clock: ClockName | None = None) -> list[Deadline]:
        with self.house.sessions() as session:
            rows = session.query(Deadline).filter_by(case_id=case_id).order_by(Deadline.id).all()
            return [row for row in rows if clock is None or row.clock is clock]

    def attach(self, case_id: int, kind: str = "evidence") -> int:
        with self.uow() as uow:
            row = Attachment(
                case_id=case_id,
                kind=kind,
                name="证明.pdf",
                media_type="application/pdf",
                size_bytes=10,
                sha256="0" * 64,
                storage_key="x",
                added_at=uow.now,
            )
            uow.session.add(row)
            uow.session.flush()
            return row.id

    def tick(self, until: str | None = None) -> list[tuple[int, str]]:
        """Run the timers now, or at a local time that the clock is moved to."""
        if until is not None:
            self.clock.set(local(until))
        return timers.fire_due(self.house.open_uow, self.clock.now())

    # -- a case on its way

    def submitted(self, **fields: Any) -> int:
        case_id = self.open(**fields)
        self.do(case_id, "submit", Role.AGENT)
        return case_id

    def accepted(self, **fields: Any) -> int:
        case_id = self.submitted(**fields)
        self.do(case_id, "accept", Role.REVIEWER)
        return case_id

    def dispatched(self, *others: str, lead: str = "zhujian", **fields: Any) -> int:
        case_id = self.accepted(**fields)
        self.dispatch(case_id, lead, *others)
        return case_id

    def dispatch(self, case_id: int, lead: str = "zhujian", *others: str) -> CaseStatus:
        return self.do(
            case_id,
            "dispatch",
            Role.DISPATCHER,
            {
                "lead_unit_id": self.units[lead],
                "co_unit_ids": [self.units[name] for name in others],
                "reason": "按职责派单",
                "township_reason": "紧急先行处置" if "huaichuan" in (lead, *others) else None,
            },
        )

    def signed(self, *others: str, lead: str = "zhujian", **fields: Any) -> int:
        case_id = self.dispatched(*others, lead=lead, **fields)
        for unit in (lead, *others):
            self.do(case_id, "sign", Role.UNIT_CLERK, unit=unit)
        return case_id

    def returned(self, **fields: Any) -> int:
        fields |= {"urgency": "normal"}
        case_id = self.dispatched(**fields)
        self.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(self), unit="zhujian")
        return case_id

    def disputed(self, **fields: Any) -> int:
        case_id = self.returned(**fields)
        self.do(case_id, "raise_dispute", Role.DISPATCHER, {"reason": "两家互推"})
        return case_id

    def contact(self, case_id: int, unit: str = "zhujian") -> None:
        self.do(case_id, "record_contact", Role.UNIT_CLERK, contact_form(self.clock), unit=unit)

    def result(self, case_id: int, unit: str = "zhujian", **changes: Any) -> CaseStatus:
        payload = result_form(self.attach(case_id)) | changes
        return self.do(case_id, "submit_result", Role.UNIT_HEAD, payload, unit=unit)

    def replied(self, **fields: Any) -> int:
        case_id = self.signed(**fields)
        self.contact(case_id)
        self.result(case_id)
        return case_id

    def followed_up(self, **fields: Any) -> int:
        case_id = self.replied(**fields)
        self.do(case_id, "pass_audit", Role.AUDITOR)
        return case_id

    def closed(self, **fields: Any) -> int:
        case_id = self.followed_up(**fields)
        self.do(case_id, "close", Role.FOLLOW_UP, CLOSE)
        return case_id


CLOSE = {"via": "sms", "solved": "yes", "satisfaction": "satisfied"}
REWORK = {
    "via": "sms", "solved": "no", "satisfaction": "dissatisfied", "reasonable": True, "reason": "电梯仍然停运",
}  # fmt: skip


def contact_form(clock: FixedClock, **changes: Any) -> dict[str, Any]:
    return {
        "how": "phone",
        "contacted_at": clock.now().isoformat(),
        "number": "13800138000",
        "note": "已与诉求人沟通",
    } | changes


def result_form(attachment_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "facts_true": True,
        "solved": "yes",
        "result": "维保单位已更换主板",
        "public_reply": "您反映的电梯已于今日修复并恢复运行。",
        "attachment_ids": [attachment_id],
    } | changes


def return_form(city: City, suggested: str = "chengguan", **changes: Any) -> dict[str, Any]:
    return {
        "reason_class": "competence",
        "reason": "电梯监管不属于本单位职责",
        "law_basis": "《特种设备安全法》",
        "suggested_unit_id": city.units[suggested],
    } | changes


def populate(city: City) -> None:
    with city.uow() as uow:
        session = uow.session
        for code, name, kind in (
            ("rexian", "热线中心", "centre"),
            ("duchashi", "督查室", "office"),
            ("zhujian", "市住建局", "department"),
            ("chengguan", "市城管局", "department"),
            ("shijian", "市市场监管局", "department"),
            ("huaichuan", "淮川街道", "township"),
        ):
            unit = Unit(code=code, name=name, short_name=name, kind=kind)
            session.add(unit)
            session.flush()
            city.units[code] = unit.id
        session.add(Area(code="430181", name="浏阳市", level="county", parent_code=None, aliases=[]))
        session.flush()
        session.add(
            Area(
                code="430181001", name="淮川街道", level="township", parent_code="430181", aliases=[],
                unit_id=city.units["huaichuan"],
            )
        )  # fmt: skip
        for code, name in (
            ("A", "城乡建设"),
            ("A01", "物业"),
            ("A0101", "电梯"),
            ("B", "城市管理"),
            ("B01", "占道"),
        ):
            session.add(
                Category(
                    code=code, name=name, parent_code=code[:-2] or None, level=len(code) // 2 + 1, keywords=[],
                    case_types=[],
                )
            )  # fmt: skip
        row = RoutingRow(
            row_no="1", category_code="A0101", lead_unit="zhujian", co_units=["shijian"], law="《物业管理条例》",
            article="第48条", law_status="确定", valid_from=date(2020, 1, 1),
        )  # fmt: skip
        session.add(row)
        session.add(TownshipDuty(category_code="A01", township_may_handle=False, basis="专业监管"))
        for (
            urgency,
            difficulty,
            case_type,
            sign,
            contact,
            handle,
            times,
            extension,
            window,
            returns,
        ) in LIMITS:
            session.add(
                LimitRule(
                    template="county", urgency=urgency, difficulty=difficulty, case_type=case_type, sign=sign,
                    contact=contact, handle=handle, extension_times=times, extension_limit=extension,
                    return_window=window, max_returns=returns, valid_from=date(2020, 1, 1),
                )
            )  # fmt: skip
        session.flush()
        city.routing_row_id = row.id


@pytest.fixture
def city(quiet_house: House, clock: FixedClock) -> City:
    """The city on a transaction that is rolled back: for one thread."""
    made = City(quiet_house, clock)
    populate(made)
    return made


@pytest.fixture
def real_city(house: House, clock: FixedClock) -> City:
    """The city with real commits: for races and killed processes."""
    made = City(house, clock)
    populate(made)
    return made


Maker = Callable[[City], int]
