"""The verb for the person who doubts a deadline: what people write in, day by day out."""

import json

import pytest

from dispatch import reckoner
from dispatch.limits import LimitUnreadable
from dispatch.models import CalendarDay, LimitTemplate

from .conftest import City


@pytest.mark.parametrize(
    ("start", "limit", "rule", "due"),
    [
        ("2026-09-30T16:40", "5wd", None, "2026-10-13T17:30:00+08:00"),
        ("2026-09-30T16:40", "5wd", "midnight", "2026-10-14T00:00:00+08:00"),
        ("2026-09-30T08:40+00:00", "5wd", "county", "2026-10-13T17:30:00+08:00"),
        ("2026-10-03", "1wd", "next_workday", "2026-10-09T17:30:00+08:00"),
        ("2026-09-18T16:00", "4wh", None, "2026-09-20T11:00:00+08:00"),
    ],
)
def test_reckoning_of_what_people_write(
    city: City, start: str, limit: str, rule: str | None, due: str
) -> None:
    with city.uow() as uow:
        answer = reckoner.reckon(uow.session, start, limit, rule)
    data = json.loads(answer.as_json())
    assert data["due"] == due
    assert data["steps"][0]["text"]


def test_text_names_rule_days_and_end(city: City) -> None:
    with city.uow() as uow:
        text = reckoner.reckon(uow.session, "2026-12-31T09:00", "1wd").as_text()
    assert text.splitlines()[0] == "规则：县级默认（county）"
    assert "到期 / due: 2027-01-04 17:30:00" in text
    assert "暂定" in text


def test_citys_own_template_and_calendar_are_used(city: City) -> None:
    with city.uow() as uow:
        uow.session.add(
            LimitTemplate(
                name="own", label="本市办法", active=True,
                counting={"day_end": "midnight", "seasons": [["01-01", [["09:00", "12:00"], ["13:00", "17:00"]]]]},
            )
        )  # fmt: skip
        uow.session.add(
            CalendarDay(on="2026-10-08", is_workday=False, name="市庆", source="市政府", provisional=False)
        )
        uow.session.flush()
        uow.session.info.pop("book", None)
        answer = reckoner.reckon(uow.session, "2026-09-30T16:40", "1wd")
        hours = reckoner.reckon(uow.session, "2026-09-18T16:00", "2wh")
    assert f"{answer.due:%m-%d %H:%M}" == "10-10 00:00"
    assert f"{hours.due:%m-%d %H:%M}" == "09-20 10:00"


def test_what_cannot_be_read_says_how_to_write_it(city: City) -> None:
    with city.uow() as uow:
        with pytest.raises(reckoner.StartUnreadable, match="2026-09-30T16:40"):
            reckoner.reckon(uow.session, "gestern", "5wd")
        with pytest.raises(reckoner.RuleUnknown, match="county"):
            reckoner.reckon(uow.session, "2026-09-30T16:40", "5wd", "mars")
        with pytest.raises(LimitUnreadable):
            reckoner.reckon(uow.session, "2026-09-30T16:40", "5 days")
