"""Cases as they come in: found as duplicates, put into events, alarms of DOMAIN §1.7; nothing is merged."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch.models import Case
from dispatch.status import CaseStatus, Secrecy
from hotline.core.events import EventRow
from hotline.core.identity import PermissionMissing, Role
from hotline.desk import duplicates, hotspots, intake_watch, similar
from hotline.desk.models import CaseSketch, HotspotAlarm, HotspotLevel
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture

LIFT = {"title": "电梯又停运", "facts": "金沙小区三栋电梯停运三天没有人修，老人无法出门"}
NOISE = {"title": "夜间施工噪声", "facts": "金沙北路地铁工地凌晨两点仍在施工，噪声扰民"}


def caller(at: int) -> dict[str, str]:
    number = f"1390013800{at}"
    return {"caller_no": number, "contact_no": number}


def take_in(city: City) -> int:  # noqa: F811
    with city.uow() as uow:
        return intake_watch.take_in(uow)


def alarms(city: City) -> list[HotspotAlarm]:  # noqa: F811
    with city.uow() as uow:
        return list(uow.session.scalars(select(HotspotAlarm).order_by(HotspotAlarm.id)))


def events(city: City) -> dict[int, int]:  # noqa: F811
    with city.uow() as uow:
        return {
            case_id: key
            for case_id, key in uow.session.execute(select(CaseSketch.case_id, CaseSketch.event_key))
        }


def test_take_in_when_cases_came_then_each_is_taken_once_and_drafts_are_not(city: City) -> None:  # noqa: F811
    city.open(**LIFT)
    first = city.submitted(**LIFT)
    assert (take_in(city), take_in(city)) == (1, 0)
    second = city.submitted(**NOISE)
    assert take_in(city) == 1
    assert events(city) == {first: first, second: second}


def test_take_in_of_an_old_house_takes_what_is_new_first_and_then_goes_back(city: City, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(intake_watch, "OLD_BATCH", 2)
    old = []
    for _ in range(3):
        old.append(city.submitted(**NOISE))
        city.clock.set(city.clock.now() + timedelta(days=30))
    new = city.submitted(**LIFT)
    taken = []
    while take_in(city):
        taken.append(set(events(city)) - set().union(*taken))
    assert taken == [{new}, set(old[1:]), {old[0]}]
    assert events(city) == {case_id: case_id for case_id in [*old, new]}


def test_take_in_leaves_out_strictly_confidential_reports(city: City) -> None:  # noqa: F811
    case_id = city.submitted(**LIFT)
    with city.uow() as uow:
        uow.session.get_one(Case, case_id).secrecy = Secrecy.STRICT
        uow.session.flush()
    assert take_in(city) == 0


def test_event_when_the_process_is_another_one_then_keeps_its_key(city: City) -> None:  # noqa: F811
    first = city.submitted(**LIFT, **caller(1))
    city.submitted(**NOISE)
    take_in(city)
    intake_watch._recent.clear()  # as after a restart
    later = city.submitted(title="小区电梯坏了", facts="金沙小区三栋电梯停运，没有人修，老人出不了门")
    take_in(city)
    assert events(city)[later] == first


def test_similar_of_a_case_names_those_of_its_event_first_and_nothing_is_merged(city: City) -> None:  # noqa: F811
    first = city.submitted(**LIFT)
    city.submitted(**NOISE)
    second = city.submitted(**LIFT | {"title": "电梯停运没人管"})
    take_in(city)
    with city.uow() as uow:
        found = similar.to_case(uow, uow.session.get_one(Case, second))
    assert [(one.id, one.same_event) for one in found] == [(first, True)]
    assert city.get(first).status is city.get(second).status is CaseStatus.PENDING_REVIEW


def test_index_when_folded_into_its_file_then_finds_the_same_and_takes_what_comes_after(city: City) -> None:  # noqa: F811
    first, other = city.submitted(**LIFT), city.submitted(**NOISE)
    take_in(city)
    with city.uow() as uow:
        assert not duplicates.fold(uow, at=3)
        assert duplicates.fold(uow, at=2)
        duplicates._held.clear()
        found = duplicates.index(uow)
        assert [one.case_id for one in found.query(LIFT["title"], LIFT["facts"])] == [first]
    later = city.submitted(**NOISE | {"title": "工地噪声"})
    take_in(city)
    with city.uow() as uow:
        assert {one.case_id for one in duplicates.index(uow).query(**asked(NOISE))} == {other, later}


def test_index_when_the_file_is_of_another_database_then_all_is_read_from_postgresql(city: City) -> None:  # noqa: F811
    first = city.submitted(**LIFT)
    take_in(city)
    with city.uow() as uow:
        duplicates.fold(uow, at=1)
        last = uow.session.scalar(select(CaseSketch.id))
        where = duplicates.folder(uow.settings)
        (where / str(last)).rename(where / str(last + 1000))
        duplicates._held.clear()
        assert [one.case_id for one in duplicates.index(uow).query(**asked(LIFT))] == [first]


def asked(fields: dict[str, str]) -> dict[str, str]:
    return {"title": fields["title"], "text": fields["facts"]}


def test_three_callers_in_a_day_at_one_place_and_class_raise_attention_and_are_told(city: City) -> None:  # noqa: F811
    first = [city.submitted(**LIFT, **caller(1)) for _ in range(3)]
    take_in(city)
    assert alarms(city) == []  # one person who rings three times is no crowd
    rest = [city.submitted(**LIFT, **caller(at)) for at in (2, 3)]
    take_in(city)
    (alarm,) = alarms(city)
    assert (alarm.level, alarm.key) == (HotspotLevel.WATCH, "place:430181001:A0101")
    assert alarm.case_ids == [*first, *rest]
    assert "来自3人" in alarm.reason
    with city.uow() as uow:
        told = uow.session.scalars(select(EventRow).where(EventRow.name == "hotspot.raised")).one()
    assert f"role:{Role.COORDINATOR.value}" in told.rooms
    assert told.payload == {"alarm_id": alarm.id, "level": "watch", "cases": 5}


def test_ten_callers_raise_the_same_alarm_to_a_report_and_open_it_again(city: City) -> None:  # noqa: F811
    for at in range(3):
        city.submitted(**LIFT, **caller(at))
    take_in(city)
    (alarm,) = alarms(city)
    with city.uow(Role.COORDINATOR) as uow:
        hotspots.take_note(uow, alarm.id, "已通知住建局")
    for at in range(3, 10):
        city.submitted(**LIFT, **caller(at))
    take_in(city)
    (alarm,) = alarms(city)
    assert (alarm.level, alarm.seen_at, len(alarm.case_ids)) == (HotspotLevel.REPORT, None, 10)


def test_one_sensitive_word_is_told_at_once_and_only_once(city: City) -> None:  # noqa: F811
    case_id = city.submitted(title="燃气泄漏", facts="楼道里燃气泄漏，味道很浓")
    take_in(city)
    city.submitted(**NOISE)
    take_in(city)
    (alarm,) = alarms(city)
    assert (alarm.level, alarm.case_ids) == (HotspotLevel.FLASH, [case_id])
    assert "燃气泄漏" in alarm.reason


def test_alarm_when_its_day_is_over_then_new_callers_make_a_new_one(city: City) -> None:  # noqa: F811
    for at in range(3):
        city.submitted(**LIFT, **caller(at))
    take_in(city)
    city.clock.set(city.clock.now() + timedelta(days=2))
    for at in range(3):
        city.submitted(**LIFT, **caller(at))
    take_in(city)
    assert [len(alarm.case_ids) for alarm in alarms(city)] == [3, 3]


def test_alarms_are_seen_by_supervisors_with_their_cases_and_by_nobody_else(city: City) -> None:  # noqa: F811
    ids = [city.submitted(**LIFT, **caller(at)) for at in range(3)]
    take_in(city)
    with city.uow(Role.SHIFT_LEADER) as uow:
        (alarm,) = hotspots.alarms(uow, only_open=True)
        hotspots.take_note(uow, alarm.id, "已上报")
        assert hotspots.alarms(uow, only_open=True) == []
    assert [line.id for line in alarm.cases] == ids
    assert alarm.level_label == "关注"
    with city.uow(Role.AGENT) as uow, pytest.raises(PermissionMissing):
        hotspots.alarms(uow)
