"""What the house does by itself: automatic moves, cards and documents dated by the rule, catching up, bad rows."""

from datetime import timedelta

import pytest

from dispatch import timer_steps, timers
from dispatch.models import Card, CaseEvent, Deadline, SupervisionOrder
from dispatch.status import AssignmentStatus, CaseStatus, ClockName
from hotline.core import audit
from hotline.core.clock import LOCAL
from hotline.core.events import EventRow
from hotline.core.identity import Role

from .conftest import City, local, return_form


def cards(city: City, case_id: int) -> list[tuple[str, str]]:
    with city.house.sessions() as session:
        rows = session.query(Card).filter_by(case_id=case_id).order_by(Card.dated_at, Card.id)
        return [(row.colour.value, f"{row.dated_at.astimezone(LOCAL):%m-%d %H:%M}") for row in rows]


def documents(city: City, case_id: int) -> list[tuple[str, str]]:
    with city.house.sessions() as session:
        rows = session.query(SupervisionOrder).filter_by(case_id=case_id).order_by(SupervisionOrder.id)
        return [(row.kind.value, f"{row.dated_at.astimezone(LOCAL):%m-%d %H:%M}") for row in rows]


def test_nothing_fires_before_its_time(city: City) -> None:
    case_id = city.dispatched()
    assert city.tick("2026-09-19 12:00") == []
    assert city.tick("2026-09-20 10:59:59") == []
    assert city.tick("2026-09-20 11:00:00") == [(case_id, "sign_late")]
    assert city.tick("2026-09-20 11:00:01") == []


def test_late_signing_is_flagged_and_dated_by_the_rule(city: City) -> None:
    case_id = city.dispatched()
    city.tick("2026-09-20 15:00")
    part = city.part(case_id, "zhujian")
    assert part.status is AssignmentStatus.HANDLING
    assert part.sign_late
    assert part.signed_at.astimezone(LOCAL) == local("2026-09-20 11:00")
    assert city.get(case_id).status is CaseStatus.HANDLING


def test_silent_review_of_a_return_counts_as_refused(city: City) -> None:
    case_id = city.dispatched()
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    # Two working hours from Friday 16:00: half an hour is left for Sunday morning.
    assert city.tick("2026-09-20 08:59") == []
    assert city.tick("2026-09-20 09:00") == [(case_id, "refuse_return")]
    assert city.part(case_id, "zhujian").status is AssignmentStatus.HANDLING


def test_unit_that_sits_on_a_case_gets_cards_notices_and_orders(city: City) -> None:
    """Dispatched Friday 09-18 16:00, five working days: due Thursday 09-24 17:30; 09-25 to 09-27 are off."""
    case_id = city.signed()
    city.contact(case_id)
    for day in range(19, 31):
        city.tick(f"2026-09-{day} 23:00")
    for day in range(1, 14):
        city.tick(f"2026-10-{day:02} 23:00")
    assert cards(city, case_id)[:2] == [("yellow", "09-23 17:30"), ("red", "09-28 08:30")]
    assert documents(city, case_id)[:3] == [
        ("urge_notice", "09-28 08:30"),
        ("supervision_order", "09-29 08:30"),
        ("criticism", "10-10 08:30"),
    ]


def test_supervision_order_that_is_not_answered_goes_up(city: City) -> None:
    case_id = city.signed()
    order = {"unit_id": city.units["zhujian"], "cause": "催办无果", "demand": "限期办结"}
    city.do(case_id, "supervise", Role.COORDINATOR, order)
    # Three working days from Friday: Sunday, Monday, Tuesday; the next working day is Wednesday.
    city.tick("2026-09-23 09:00")
    assert ("escalated_order", "09-23 08:30") in documents(city, case_id)
    assert ("red", "09-23 08:30") in cards(city, case_id)


def test_critical_case_runs_through_night_and_holiday(city: City) -> None:
    city.clock.set(local("2026-10-01 23:00"))
    case_id = city.dispatched(urgency="critical")
    assert city.tick("2026-10-01 23:15") == [(case_id, "sign_late")]
    fired = city.tick("2026-10-02 01:00")
    assert [step for _, step in fired] == ["overdue", "yellow_card", "overdue", "red_card", "urge_notice"]
    assert cards(city, case_id) == [("yellow", "10-02 00:30"), ("red", "10-02 01:00")]


def test_overdue_review_is_told_and_then_escalated(city: City) -> None:
    case_id = city.submitted()
    assert city.tick("2026-09-18 16:30") == [(case_id, "overdue"), (case_id, "escalate")]
    with city.house.sessions() as session:
        names = [row.name for row in session.query(EventRow).order_by(EventRow.id)]
    assert names.count("case.overdue") == 2


def test_closed_case_is_archived_after_thirty_days(city: City) -> None:
    case_id = city.closed()
    assert city.tick("2026-10-18 17:29") == []
    assert city.tick("2026-10-18 17:30") == [(case_id, "archive")]
    assert city.get(case_id).status is CaseStatus.ARCHIVED


def test_monthly_progress_that_is_missing_brings_a_red_card(city: City) -> None:
    case_id = city.signed()
    plan = {"reason": "需列入年度改造", "plan": "2027 年 6 月完工", "until": "2027-06-30T00:00:00+08:00"}
    city.do(case_id, "ask_suspension", Role.UNIT_HEAD, plan, unit="zhujian")
    city.do(case_id, "suspend", Role.CENTRE_HEAD)
    city.tick("2026-10-19 09:00")
    assert cards(city, case_id) == [("red", "10-19 08:30")]


def test_dead_clock_for_days_catches_up_as_if_it_had_run(city: City) -> None:
    """Two cases alike, one watched every three hours, one found by a single late tick: the same record."""
    watched = city.dispatched()
    city.clock.set(local("2026-09-18 16:00"))
    while city.clock.now() < local("2026-10-20 00:00"):
        city.tick()
        city.clock.move(hours=3)
    city.clock.set(local("2026-09-18 16:00"))
    found_late = city.dispatched()
    city.tick("2026-10-20 00:00")
    assert cards(city, watched) == cards(city, found_late)
    assert documents(city, watched) == documents(city, found_late)
    assert len(cards(city, watched)) >= 3

    def record(case_id: int) -> list[tuple[str, object]]:
        with city.house.sessions() as session:
            rows = session.query(CaseEvent).filter_by(case_id=case_id, actor_role="system")
            return sorted((row.action, row.at) for row in rows)

    assert record(watched) == record(found_late)


def test_steps_of_one_case_fire_in_the_order_of_their_instants(city: City) -> None:
    case_id = city.dispatched()
    city.tick("2026-10-20 00:00")
    with city.house.sessions() as session:
        rows = session.query(CaseEvent).filter_by(case_id=case_id, actor_role="system").order_by(CaseEvent.id)
        instants = [row.at for row in rows]
    assert instants == sorted(instants)


def test_order_holds_across_batches(city: City) -> None:
    ids = [city.dispatched() for _ in range(5)]
    city.clock.set(local("2026-10-20 00:00"))
    fired = timers.fire_due(city.house.open_uow, city.clock.now(), batch=2)
    for case_id in ids:
        steps = [step for found, step in fired if found == case_id]
        assert steps.index("sign_late") < steps.index("yellow_card") < steps.index("red_card")
        for row in city.deadlines(case_id):
            names = [name for name, _ in row.steps_fired]
            assert len(names) == len(set(names))
    with city.house.sessions() as session:
        for case_id in ids:
            lines = session.query(CaseEvent).filter_by(case_id=case_id, action="sign").count()
            assert lines == 1


def test_each_fired_step_has_its_audit_row(city: City) -> None:
    case_id = city.dispatched()
    fired = city.tick("2026-10-20 00:00")
    with city.uow() as uow:
        entries = (
            uow.session.query(audit.AuditEntry).filter_by(subject=f"case:{case_id}", actor_name="系统").all()
        )
        assert len(entries) == len([step for found, step in fired if found == case_id])
        assert list(audit.verify(uow.session, uow.vault)) == []


def test_bad_row_is_set_aside_and_the_others_fire(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = city.dispatched(), city.dispatched()
    real = timer_steps._ACTS["sign_late"]

    def broken(uow: object, case: object, row: object, at: object) -> None:
        if case.id == bad:  # type: ignore[attr-defined]
            raise RuntimeError("broken row")
        real(uow, case, row, at)  # type: ignore[arg-type]

    monkeypatch.setitem(timer_steps._ACTS, "sign_late", broken)
    assert city.tick("2026-09-20 11:00") == [(good, "sign_late")]
    (row,) = city.deadlines(bad, ClockName.SIGN)
    assert row.trouble == "RuntimeError('broken row')"
    assert row.next_at == city.clock.now() + timedelta(minutes=10)
    monkeypatch.setitem(timer_steps._ACTS, "sign_late", real)
    assert city.tick("2026-09-20 11:10") == [(bad, "sign_late")]
    assert city.deadlines(bad, ClockName.SIGN)[0].trouble is None


def test_idle_tick_reads_the_partial_index_only(city: City) -> None:
    city.dispatched()
    with city.uow() as uow:
        uow.session.execute(Deadline.__table__.select().limit(1))
        assert timers._due(uow, city.clock.now(), 200) == []
