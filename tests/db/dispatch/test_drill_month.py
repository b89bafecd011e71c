"""A month on the drill clock in which units behave badly: exactly the cards, documents and designations of the rules,
on exactly their dates.

From Friday 2026-09-18 16:00. Sunday 09-20 is worked, 09-25 to 09-27 and 10-01 to 10-07 are off, Saturday 10-10 is worked.
Each story is one bad habit; the diary below says who does what when, the clock does the rest every evening.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from dispatch import buck_passing
from dispatch.models import Card, CaseEvent, Dispute, SupervisionOrder
from dispatch.status import CaseStatus, DisputeLevel
from hotline.core.clock import LOCAL
from hotline.core.identity import Role

from .conftest import CLOSE, REWORK, City, local, return_form

MONTH_ENDS = "2026-10-23 20:00"
Act = Callable[[], object]


@dataclass
class Diary:
    """What people do at which local instant; in between the clocks of the house run once an evening."""

    city: City
    entries: list[tuple[str, Act]] = field(default_factory=list)

    def at(self, when: str, act: Act) -> None:
        self.entries.append((f"2026-{when}", act))

    def live(self) -> None:
        evening = local("2026-09-18 20:00")
        for when, act in [*sorted(self.entries, key=lambda entry: entry[0]), (MONTH_ENDS, lambda: None)]:
            while evening <= local(when):
                self.city.clock.set(evening)
                self.city.tick()
                evening += timedelta(days=1)
            self.city.clock.set(local(when))
            self.city.tick()
            act()


def day(at: object) -> str:
    return f"{at.astimezone(LOCAL):%m-%d %H:%M}"  # type: ignore[attr-defined]


def cards(city: City, case_id: int) -> list[tuple[str, str, str]]:
    names = {unit_id: code for code, unit_id in city.units.items()}
    with city.house.sessions() as session:
        rows = session.query(Card).filter_by(case_id=case_id).order_by(Card.dated_at, Card.id)
        return [(row.colour.value, names[row.unit_id], day(row.dated_at)) for row in rows]


def documents(city: City, case_id: int) -> list[tuple[str, str, str]]:
    names = {unit_id: code for code, unit_id in city.units.items()}
    with city.house.sessions() as session:
        rows = session.query(SupervisionOrder).filter_by(case_id=case_id)
        return [
            (row.kind.value, names[row.unit_id], day(row.dated_at))
            for row in rows.order_by(SupervisionOrder.dated_at, SupervisionOrder.id)
        ]


def test_unit_that_signs_and_sits(city: City) -> None:
    """Five working days: due Thursday 09-24 17:30. Every rung of DOMAIN §1.5, up to the discipline office."""
    case_id = city.signed()
    city.contact(case_id)
    Diary(city).live()
    assert cards(city, case_id) == [
        ("yellow", "zhujian", "09-23 17:30"),  # one working day left
        ("red", "zhujian", "09-28 08:30"),  # first working day after the end
        ("red", "zhujian", "10-10 08:30"),  # the supervision order is not answered
        ("red", "zhujian", "10-15 08:30"),  # nor is the escalated one
    ]
    assert documents(city, case_id) == [
        ("urge_notice", "zhujian", "09-28 08:30"),
        ("supervision_order", "zhujian", "09-29 08:30"),  # three working days: until 10-09
        ("criticism", "zhujian", "10-10 08:30"),  # five working days after the urging notice
        ("escalated_order", "zhujian", "10-10 08:30"),  # three working days: until 10-14
        ("accountability", "zhujian", "10-15 08:30"),
    ]


def test_unit_that_never_opens_the_case(city: City) -> None:
    """Signed by the system after four working hours; the limit runs from dispatch, so sleeping wins nothing."""
    case_id = city.dispatched(lead="chengguan")
    diary = Diary(city)
    diary.at("09-24 17:00", lambda: city.contact(case_id, "chengguan"))
    diary.at("09-24 17:20", lambda: city.result(case_id, "chengguan"))
    diary.live()
    part = city.part(case_id, "chengguan")
    assert (part.sign_late, day(part.signed_at)) == (True, "09-20 11:00")
    assert cards(city, case_id) == [("yellow", "chengguan", "09-23 17:30")]
    assert documents(city, case_id) == []


def test_three_units_pass_the_buck(city: City) -> None:
    """Two returns stand; the third unit's waits overnight and the morning sends it to the ladder, which nobody climbs
    but the clock; the designation that ends it cannot be returned."""
    case_id = city.dispatched()
    diary = Diary(city)

    def hand_on(unit: str, following: str) -> None:
        city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city, following), unit=unit)
        city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "理由成立"})
        city.dispatch(case_id, following)

    def sweep() -> None:
        with city.uow() as uow:
            buck_passing.sweep(uow)

    def designate() -> None:
        opinion = {"opinion": "“三定”规定由住建部门负责", "slot": "competence"}
        city.do(case_id, "give_opinion", Role.COORDINATOR, opinion)
        form = {
            "lead_unit_id": city.units["zhujian"], "minutes": "副秘书长主持会议，议定由住建局承办",
            "minutes_attachment_id": city.attach(case_id),
        }  # fmt: skip
        city.do(case_id, "designate", Role.COORDINATOR, form)

    diary.at("09-18 16:30", lambda: hand_on("zhujian", "chengguan"))
    diary.at("09-20 09:00", lambda: hand_on("chengguan", "shijian"))
    last = return_form(city, "zhujian")
    diary.at("09-20 11:30", lambda: city.do(case_id, "ask_return", Role.UNIT_HEAD, last, unit="shijian"))
    diary.at("09-20 12:00", sweep)
    diary.at("09-29 10:00", designate)
    diary.live()
    with city.house.sessions() as session:
        dispute = session.query(Dispute).filter_by(case_id=case_id).one()
        climbs = session.query(CaseEvent).filter_by(case_id=case_id, action="escalate_dispute").all()
    # Opened Sunday 09-20: until 09-22, up on 09-23; until 09-28 (three days off), up on 09-29.
    assert [day(line.at) for line in climbs] == ["09-23 08:30", "09-29 08:30"]
    assert dispute.level is DisputeLevel.SECRETARY
    assert dispute.designated_unit_id == city.units["zhujian"]
    part = city.part(case_id, "zhujian")
    assert (part.designated, part.returns_allowed, city.get(case_id).hop_count) == (True, 0, 4)
    # What the third unit was to answer ended when it left; the designated one has until 10-12 and sits again.
    assert cards(city, case_id) == [
        ("red", "zhujian", "10-10 08:30"),  # the escalated order is not answered by 10-09
        ("yellow", "zhujian", "10-10 17:30"),
        ("red", "zhujian", "10-13 08:30"),
        ("red", "zhujian", "10-20 08:30"),  # nor is the supervision order by 10-19
    ]
    assert documents(city, case_id) == [
        ("escalated_order", "shijian", "09-20 09:00"),  # the third unit
        ("escalated_order", "zhujian", "09-29 10:00"),  # the designated one
        ("accountability", "zhujian", "10-10 08:30"),
        ("urge_notice", "zhujian", "10-13 08:30"),
        ("supervision_order", "zhujian", "10-14 08:30"),
        ("criticism", "zhujian", "10-20 08:30"),
    ]


def test_unit_that_reports_what_is_not_done(city: City) -> None:
    """Three reworks: a supervision order at the second, a letter for the second untrue report, escalation at the third."""
    case_id = city.replied()
    diary = Diary(city)

    def untrue() -> None:
        city.do(case_id, "pass_audit", Role.AUDITOR)
        city.do(case_id, "rework", Role.FOLLOW_UP, REWORK | {"truthful": False})

    def report_again() -> None:
        city.contact(case_id)
        city.result(case_id)

    diary.at("09-21 10:00", untrue)
    diary.at("09-22 10:00", report_again)
    diary.at("09-23 10:00", untrue)
    diary.at("09-24 10:00", report_again)
    diary.at("09-28 10:00", untrue)
    diary.at("09-29 10:00", report_again)
    diary.at("09-30 10:00", lambda: city.do(case_id, "pass_audit", Role.AUDITOR))
    diary.at("09-30 11:00", lambda: city.do(case_id, "close", Role.FOLLOW_UP, CLOSE))
    diary.live()
    case = city.get(case_id)
    assert (case.status, case.rework_count) == (CaseStatus.CLOSED, 3)
    assert case.first_satisfaction is not case.final_satisfaction
    assert documents(city, case_id)[:3] == [
        ("supervision_order", "zhujian", "09-23 10:00"),
        ("accountability", "zhujian", "09-23 10:00"),
        ("escalated_order", "zhujian", "09-28 10:00"),
    ]


def test_unit_that_forgets_its_long_plan(city: City) -> None:
    """Suspended with a plan: the month's report is missing, which is 无进展: card, then a supervision order."""
    case_id = city.signed()
    plan = {"reason": "需列入年度改造", "plan": "2027 年 6 月完工", "until": "2027-06-30T00:00:00+08:00"}
    city.do(case_id, "ask_suspension", Role.UNIT_HEAD, plan, unit="zhujian")
    city.do(case_id, "suspend", Role.CENTRE_HEAD)
    Diary(city).live()
    assert cards(city, case_id) == [("red", "zhujian", "10-19 08:30")]
    assert documents(city, case_id) == [("supervision_order", "zhujian", "10-20 08:30")]


def test_gas_leak_at_night_on_the_holiday(city: City) -> None:
    """特急: 24×7 hours. Nobody signs at 23:00 on National Day; two hours later everything has happened."""
    city.clock.set(local("2026-10-01 23:00"))
    case_id = city.dispatched(urgency="critical")
    city.tick("2026-10-02 06:00")
    assert day(city.part(case_id, "zhujian").signed_at) == "10-01 23:15"
    assert cards(city, case_id) == [("yellow", "zhujian", "10-02 00:30"), ("red", "zhujian", "10-02 01:00")]
    assert documents(city, case_id) == [("urge_notice", "zhujian", "10-02 01:00")]
