"""A day of upheld returns changes tomorrow's suggestion, whatever the catalogue says and before any training."""

from datetime import timedelta

import pytest

from hotline.core.identity import Role
from hotline.desk import brain, suggestions
from hotline.desk.suggestions import Question, Suggestion
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture

ASKED = Question(title="电梯停运", facts="银桂小区电梯停运", area_code="430181001")


@pytest.fixture(autouse=True)
def keywords(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        uow.session.get_one(brain.Category, "A0101").keywords = ["电梯", "停运"]


def upheld(city: City) -> None:  # noqa: F811
    case_id = city.returned()
    form = {"reason": "电梯归市场监管", "dispatch_error": True}
    city.do(case_id, "uphold_return", Role.DISPATCHER, form, unit="zhujian")
    city.dispatch(case_id, "shijian")


def tomorrow(city: City) -> Suggestion:  # noqa: F811
    city.clock.set(city.clock.now() + timedelta(days=1))
    with city.uow(Role.DISPATCHER) as uow:
        return suggestions.suggest(uow, ASKED)


def test_suggestion_when_three_returns_were_upheld_then_names_their_new_unit_and_says_why(city: City) -> None:  # noqa: F811
    assert tomorrow(city).unit[0].value == "zhujian"
    for _ in range(3):
        upheld(city)
    first, second = tomorrow(city).unit[:2]
    assert (first.value, second.value) == ("shijian", "zhujian")
    assert first.reasons == ["近期 3 件同类工单经退单成立或指定，改由该单位办理"]
    assert "不支持：近期 3 件同类工单经退单成立或指定改派他处" in second.reasons
    assert any("派单目录第 1 行" in reason for reason in second.reasons)


def test_suggestion_when_one_return_was_upheld_then_the_catalogue_still_leads(city: City) -> None:  # noqa: F811
    upheld(city)
    assert [one.value for one in tomorrow(city).unit] == ["zhujian", "shijian"]


def test_suggestion_when_the_unit_kept_other_cases_since_then_the_catalogue_still_leads(city: City) -> None:  # noqa: F811
    upheld(city)
    for _ in range(2):
        upheld(city)
        city.signed()
    assert tomorrow(city).unit[0].value == "zhujian"


def test_suggestion_when_returns_were_refused_then_nothing_changes(city: City) -> None:  # noqa: F811
    for _ in range(3):
        case_id = city.returned()
        city.do(case_id, "refuse_return", Role.DISPATCHER, {"reason": "属于本单位职责"}, unit="zhujian")
    assert [one.value for one in tomorrow(city).unit] == ["zhujian"]
