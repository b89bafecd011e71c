"""The ladder of a dispute: meeting, offices, deputy secretary-general, deputy mayor; each level with its own limit."""

from typing import Any

import pytest

from dispatch.models import Dispute
from dispatch.status import CaseStatus, ClockName, DeadlineState, DisputeLevel
from hotline.core.clock import LOCAL
from hotline.core.errors import DomainError
from hotline.core.identity import Role

from .conftest import City


def level(city: City, case_id: int) -> DisputeLevel:
    with city.house.sessions() as session:
        return session.query(Dispute).filter_by(case_id=case_id).one().level


def due(city: City, case_id: int) -> str:
    (row,) = [row for row in city.deadlines(case_id, ClockName.DISPUTE) if row.state is DeadlineState.RUNNING]
    return f"{row.due_at.astimezone(LOCAL):%m-%d %H:%M}"


def up(city: City, case_id: int) -> None:
    city.do(case_id, "escalate_dispute", Role.COORDINATOR, {"reason": "两家各执一词"})


def designate(city: City, case_id: int) -> CaseStatus:
    form: dict[str, Any] = {
        "lead_unit_id": city.units["shijian"], "minutes": "会议议定由市场监管局承办",
        "minutes_attachment_id": city.attach(case_id),
    }  # fmt: skip
    return city.do(case_id, "designate", Role.COORDINATOR, form)


def test_each_level_starts_its_own_limit(city: City) -> None:
    case_id = city.disputed()
    assert (level(city, case_id), due(city, case_id)) == (DisputeLevel.MEETING, "09-21 17:30")
    city.clock.move(days=3)
    up(city, case_id)
    assert (level(city, case_id), due(city, case_id)) == (DisputeLevel.OFFICES, "09-23 17:30")


def test_above_the_meeting_an_office_must_have_spoken(city: City) -> None:
    case_id = city.disputed()
    up(city, case_id)
    with pytest.raises(DomainError) as refusal:
        designate(city, case_id)
    assert refusal.value.code == "case.offices_not_heard"
    opinion = {"opinion": "“三定”规定由市场监管部门负责", "slot": "competence"}
    city.do(case_id, "give_opinion", Role.COORDINATOR, opinion)
    assert designate(city, case_id) is CaseStatus.PENDING_SIGN


def test_top_of_the_ladder_can_only_designate(city: City) -> None:
    case_id = city.disputed()
    for _ in range(3):
        up(city, case_id)
    assert level(city, case_id) is DisputeLevel.MAYOR
    with pytest.raises(DomainError) as refusal:
        up(city, case_id)
    assert refusal.value.code == "case.top_of_ladder"


def test_dispute_that_nobody_settles_climbs_by_itself(city: City) -> None:
    """Opened Friday 09-18: two working days (Sunday is worked), up on the next one, and so to the top."""
    case_id = city.disputed()
    assert (case_id, "dispute_up") not in city.tick("2026-09-22 08:29")
    assert (case_id, "dispute_up") in city.tick("2026-09-22 08:30")
    assert (level(city, case_id), due(city, case_id)) == (DisputeLevel.OFFICES, "09-24 17:30")
    city.tick("2026-10-20 00:00")
    assert level(city, case_id) is DisputeLevel.MAYOR
    assert city.get(case_id).status is CaseStatus.DISPUTE


def test_review_of_an_unreasonable_demand_has_no_ladder(city: City) -> None:
    case_id = city.followed_up()
    evidence = {"reason": "诉求无政策依据", "attachment_ids": [city.attach(case_id)]}
    city.do(case_id, "claim_unreasonable", Role.FOLLOW_UP, evidence)
    with pytest.raises(DomainError) as refusal:
        up(city, case_id)
    assert refusal.value.code == "case.wrong_dispute"
    city.tick("2026-09-25 00:00")
    assert level(city, case_id) is DisputeLevel.MEETING
