"""Demands that came by telephone: answered on the spot, repeated within a week, sent back for faults."""

from datetime import date

from hotline.core.identity import Role
from hotline.reports import intake
from hotline.reports.intervals import Interval, Period, key
from tests.db.dispatch.conftest import City, city

__all__ = ["city"]
AUTUMN = Period(date(2026, 9, 18), date(2026, 10, 31))
ANSWER = {"answer": "物业费由业主大会决定", "solved_on_call": True}


def counted(city: City) -> dict[str, float]:
    with city.uow() as uow:
        found = intake.counts(uow, AUTUMN, key(Interval.MONTH, intake.ACCEPTED_AT))
    return {name: sum(line[name] for line in found.values()) for name in found[None]}


def test_consultation_when_answered_at_once_then_closed_direct(city: City):
    asked = city.open(case_type="consultation")
    city.do(asked, "close_direct", Role.AGENT, ANSWER)
    city.submitted()
    counts = counted(city)
    assert (counts["accepted"], counts["closed_direct"]) == (2, 1)
    assert (counts["consultations"], counts["consultations_direct"]) == (1, 1)


def test_draft_and_other_channels_when_counted_then_left_out(city: City):
    city.open()
    city.submitted(channel="web")
    assert counted(city)["accepted"] == 0


def test_demand_when_repeated_within_a_week_then_not_resolved_at_first(city: City):
    city.submitted()
    city.clock.move(days=3)
    city.submitted()
    city.clock.move(days=10)
    counts = counted(city)
    assert (counts["ripe_demands"], counts["not_repeated"]) == (2, 1)


def test_demand_when_its_week_is_not_over_then_not_judged(city: City):
    city.submitted()
    city.clock.move(days=6)
    assert counted(city)["ripe_demands"] == 0


def test_order_when_sent_back_in_review_then_faulty_once(city: City):
    good, bad = city.accepted(), city.submitted()
    city.do(bad, "send_back", Role.REVIEWER, {"reason": "地址不清"})
    city.do(bad, "submit", Role.AGENT)
    city.do(bad, "accept", Role.REVIEWER)
    counts = counted(city)
    assert good != bad
    assert (counts["checked_orders"], counts["faulty_orders"]) == (2, 1)


def test_complaint_about_the_hotline_when_registered_then_counted_per_thousand(city: City):
    city.submitted(target_unit_id=city.units["rexian"])
    city.submitted(target_unit_id=city.units["zhujian"])
    assert counted(city)["service_complaints"] == 1
