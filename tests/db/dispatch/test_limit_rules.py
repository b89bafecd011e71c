"""Which limit applies, and changing limits with an effective date."""

from datetime import date, timedelta

import pytest

from dispatch import limit_admin, limit_rules
from dispatch.forms import read
from dispatch.limit_admin import RuleForm, RuleInThePast
from dispatch.limit_rules import NoLimitRule, Question, category_line, house_limit, rule_for
from dispatch.models import LimitRule
from dispatch.status import CaseType, ClockName, Difficulty, Urgency
from hotline.core.errors import Invalid, NotFound, PermissionMissing
from hotline.core.identity import Role

from .conftest import City

TODAY = date(2026, 9, 18)
TOMORROW = TODAY + timedelta(days=1)


def question(**changes: object) -> Question:
    asked: dict[str, object] = {
        "case_type": CaseType.COMPLAINT, "urgency": Urgency.NORMAL, "difficulty": Difficulty.ORDINARY,
        "unit_codes": ("zhujian",), "category_codes": category_line("A0101"),
    }  # fmt: skip
    return Question(**(asked | changes))  # type: ignore[arg-type]


def form(**changes: object) -> dict[str, object]:
    return {
        "template": "county",
        "sign": "4wh",
        "contact": "1wd",
        "handle": "7wd",
        "valid_from": "2026-09-19",
    } | changes


def handle(city: City, on: date = TODAY, **asked: object) -> str:
    with city.uow() as uow:
        return rule_for(uow.session, "county", on, question(**asked)).handle


@pytest.mark.parametrize(
    ("asked", "limit"),
    [
        ({}, "5wd"),
        ({"case_type": CaseType.CONSULTATION}, "1wd"),
        ({"difficulty": Difficulty.COMPLEX}, "10wd"),
        ({"urgency": Urgency.CRITICAL}, "2h"),
        ({"urgency": Urgency.URGENT, "difficulty": Difficulty.COMPLEX}, "24h"),
    ],
)
def test_most_specific_rule_applies(city: City, asked: dict[str, object], limit: str) -> None:
    assert handle(city, **asked) == limit


def test_rule_of_a_unit_beats_its_category_and_a_nearer_category_a_wider_one(city: City) -> None:
    with city.uow(Role.CENTRE_HEAD) as uow:
        for limit, key in (
            ("8wd", {"category_code": "A"}),
            ("9wd", {"category_code": "A01"}),
            ("6wd", {"unit_code": "shijian"}),
        ):
            limit_admin.put_rule(uow, read(RuleForm, form(handle=limit) | key))
    assert handle(city, TOMORROW) == "9wd"
    assert handle(city, TOMORROW, category_codes=("A02", "A")) == "8wd"
    assert handle(city, TOMORROW, unit_codes=("shijian",)) == "6wd"


def test_new_rule_holds_from_its_day_and_the_old_one_until_then(city: City) -> None:
    with city.uow(Role.CENTRE_HEAD) as uow:
        limit_admin.put_rule(uow, read(RuleForm, form(urgency="normal", difficulty="ordinary")))
        assert len(limit_admin.rules(uow, "county", TOMORROW)) == len(limit_admin.rules(uow, "county", TODAY))
    assert (handle(city, TODAY), handle(city, TOMORROW)) == ("5wd", "7wd")


def test_running_clock_keeps_its_limit(city: City) -> None:
    case_id = city.dispatched()
    with city.uow(Role.CENTRE_HEAD) as uow:
        limit_admin.put_rule(uow, read(RuleForm, form(urgency="normal", difficulty="ordinary", handle="1wd")))
    assert city.deadlines(case_id, ClockName.HANDLE)[0].limit_text == "5wd"


def test_rule_cannot_reach_into_the_past_or_be_unreadable(city: City) -> None:
    with pytest.raises(RuleInThePast), city.uow(Role.CENTRE_HEAD) as uow:
        limit_admin.put_rule(uow, read(RuleForm, form(valid_from="2026-09-18")))
    for wrong in ({"handle": "bald"}, {"valid_from": "1900-01-01"}, {"max_returns": -1}):
        with pytest.raises(Invalid):
            read(RuleForm, form(**wrong))
    with pytest.raises(PermissionMissing), city.uow(Role.DISPATCHER) as uow:
        limit_admin.put_rule(uow, read(RuleForm, form()))


def test_case_without_any_rule_says_which_is_missing(city: City) -> None:
    with city.uow() as uow:
        uow.session.query(LimitRule).delete()
        with pytest.raises(NoLimitRule, match="投诉·一般"):
            rule_for(uow.session, "county", TODAY, question())


def test_house_limits_are_shipped_and_can_be_changed(city: City) -> None:
    with city.uow(Role.CENTRE_HEAD) as uow:
        assert str(house_limit(uow.session, ClockName.REVIEW, Urgency.NORMAL)) == "30min"
        assert str(house_limit(uow.session, ClockName.REVIEW, Urgency.CRITICAL)) == "5min"
        for limit in ("1h", "2h"):
            limit_admin.set_house_limit(uow, ClockName.REVIEW, None, limit)
        limit_admin.set_house_limit(uow, ClockName.REVIEW, Urgency.URGENT, "20min")
        uow.session.flush()
        assert str(house_limit(uow.session, ClockName.REVIEW, Urgency.NORMAL)) == "2h"
        assert str(house_limit(uow.session, ClockName.REVIEW, Urgency.URGENT)) == "20min"
        assert str(house_limit(uow.session, ClockName.REVIEW, Urgency.CRITICAL)) == "5min"


def test_template_in_force_is_chosen_among_those_with_rules(city: City) -> None:
    with city.uow(Role.CENTRE_HEAD) as uow:
        limit_admin.put_rule(uow, read(RuleForm, form(template="beijing", handle="7d")))
        limit_admin.use_template(uow, "beijing")
        uow.session.flush()
        assert limit_rules.active_template(uow.session) == "beijing"
        with pytest.raises(NotFound):
            limit_admin.use_template(uow, "mars")
