"""Units that pass the buck are found, each signal with its proof, and a high score brings a supervision order."""

from datetime import timedelta

import pytest

from dispatch import buck_passing, citizen
from dispatch.models import BuckPassing, Case, SupervisionOrder
from hotline.core.errors import PermissionMissing
from hotline.core.identity import Role

from .conftest import CLOSE, REWORK, City, local, return_form


def found(city: City, case_id: int) -> dict[str, int]:
    with city.uow() as uow:
        row = buck_passing.assess(uow, uow.session.get_one(Case, case_id))
        if row is None:
            return {}
        points: dict[str, int] = {}
        for signal in row.signals["found"]:
            assert signal["evidence"]
            points[signal["name"]] = points.get(signal["name"], 0) + signal["points"]
        assert row.score == sum(points.values())
        return points


def bounce(city: City, case_id: int, unit: str, following: str) -> None:
    """A unit returns the case and names the following one, which gets it."""
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city, following), unit=unit)
    city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"})
    city.dispatch(case_id, following)


def test_case_handled_well_has_no_signal(city: City) -> None:
    assert found(city, city.closed()) == {}


def test_hops_and_ping_pong_between_two_units(city: City) -> None:
    case_id = city.dispatched()
    bounce(city, case_id, "zhujian", "chengguan")
    assert found(city, case_id) == {"hops": 20}
    bounce(city, case_id, "chengguan", "zhujian")
    assert found(city, case_id) == {"hops": 40, "ping_pong": 50}


def test_refused_return_and_late_signing(city: City) -> None:
    case_id = city.dispatched()
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    city.do(case_id, "refuse_return", Role.DISPATCHER, {"reason": "属于职责"})
    assert found(city, case_id) == {"return_refused": 15}
    late = city.dispatched(address="别处")
    city.tick("2026-09-20 11:00")
    assert found(city, late) == {"late_signing": 15}


def rated(city: City, case_id: int, satisfaction: str) -> None:
    with city.uow(Role.CITIZEN) as uow:
        case = uow.session.get_one(Case, case_id)
        citizen.act(uow, case.case_no, city.code(case), "rate", {"satisfaction": satisfaction})


@pytest.mark.parametrize(("hours", "signal"), [(1, {"pressed": 20}), (25, {})])
def test_talk_right_after_a_bad_rating_that_then_gets_better(
    city: City, hours: int, signal: dict[str, int]
) -> None:
    case_id = city.followed_up()
    rated(city, case_id, "dissatisfied")
    city.do(case_id, "rework", Role.FOLLOW_UP, REWORK)
    city.clock.move(hours=hours)
    city.contact(case_id)
    city.result(case_id)
    city.do(case_id, "pass_audit", Role.AUDITOR)
    city.do(case_id, "close", Role.FOLLOW_UP, CLOSE)
    assert found(city, case_id) == signal


def test_signing_in_the_last_minutes(city: City) -> None:
    case_id = city.dispatched()
    city.clock.set(local("2026-09-20 10:57"))
    city.do(case_id, "sign", Role.UNIT_CLERK, unit="zhujian")
    assert found(city, case_id) == {"late_signing": 8}


def test_template_reply_and_recurrence_at_the_place(city: City) -> None:
    first = city.closed()
    assert found(city, first) == {}
    city.clock.move(minutes=1)
    second = city.closed()
    assert found(city, second) == {"template_reply": 15, "recurrence": 5}


def test_reopened_within_thirty_days(city: City) -> None:
    case_id = city.closed()
    city.clock.move(days=3)
    city.do(case_id, "reopen", Role.DISPATCHER, {"new_fact": "又坏了"})
    assert found(city, case_id) == {"reopened": 20}


def test_high_score_brings_one_supervision_order_and_stands_on_the_morning_list(city: City) -> None:
    case_id = city.dispatched()
    bounce(city, case_id, "zhujian", "chengguan")
    bounce(city, case_id, "chengguan", "zhujian")
    quiet = city.dispatched(address="别处")
    for _ in range(2):
        with city.uow() as uow:
            assert buck_passing.sweep(uow) is None
    with city.uow(Role.COORDINATOR) as uow:
        (line,) = buck_passing.morning_list(uow)
        assert (line["case_id"], line["score"]) == (case_id, 90)
        (order,) = uow.session.query(SupervisionOrder).all()
        assert order.unit_id in (city.units["zhujian"], city.units["chengguan"])
        assert uow.session.query(BuckPassing).filter_by(case_id=quiet).count() == 0
        scores = buck_passing.unit_scores(uow, city.clock.now() - timedelta(days=1))
    assert {row["unit"]: row["points"] for row in scores} == {"市住建局": 25, "市城管局": 25}


def test_morning_list_is_for_those_who_supervise(city: City) -> None:
    with pytest.raises(PermissionMissing), city.uow(Role.AGENT) as uow:
        buck_passing.morning_list(uow)
    with pytest.raises(PermissionMissing), city.uow(Role.AGENT) as uow:
        buck_passing.unit_scores(uow, city.clock.now())


def test_sweep_goes_on_where_it_stopped(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [city.dispatched(address=str(n)) for n in range(3)]
    monkeypatch.setattr(buck_passing, "SWEEP_BATCH", 2)
    with city.uow() as uow:
        assert buck_passing.sweep(uow) == ids[1]
        assert buck_passing.sweep(uow, ids[1]) is None
