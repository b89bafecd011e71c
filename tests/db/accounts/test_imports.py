"""A customer's own lists: imported whole or not at all, dated, repeatable, only by those who may."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from dispatch import imports as catalogue
from dispatch.models import CalendarDay, Category, LimitRule, LimitTemplate, RoutingRow, TownshipDuty
from dispatch.routing import in_force
from hotline.accounts import imports, login
from hotline.accounts.csv_files import FileRefused
from hotline.accounts.imports import Listing, Outcome
from hotline.accounts.models import Area, Unit, User
from hotline.accounts.units import township_of
from hotline.core.audit import AuditEntry
from hotline.core.clock import local_date
from hotline.core.errors import PermissionMissing
from hotline.core.identity import Actor, Role
from hotline.core.uow import UnitOfWork

AREAS = """code,name,level,parent_code,aliases
430181101201,河西村,village,430181101,河西|老河西
430181101,临江镇,township,430181,临江
430181,江城市,county,,
"""
UNITS = """code,name,short_name,kind,parent_code,phone,duties,area_code
chengguan,江城市城市管理局,市城管局,department,,8101,市容,
zhifa,江城市执法大队,执法大队,department,chengguan,,,
linjiang,江城市临江镇人民政府,临江镇,township,,,,430181101
"""
CATEGORIES = """code,name,parent_code,level,keywords,default_urgency,case_types
A,城市管理,,1,,,
A01,市容,A,2,,,
A0101,占道经营,A01,3,摆摊|占道,一般,投诉|举报
A0102,垃圾,A01,3,垃圾,urgent,complaint
"""
ROUTING = """row_no,category_code,place_level_rule,object_rule,lead_unit,co_units,law,article,law_status,note
1,A0101,,,chengguan,linjiang,《城市市容和环境卫生管理条例》,第14条,确定,
2,A0102,town,,@township,,,,待核实,依据待核实
"""
DUTIES = "category_code,township_may_handle,basis\nA0101,否,执法\nA0102,是,清扫\n"
LIMITS = """template,case_type,urgency,difficulty,sign,contact,handle,extension_times,extension_limit,return_window,max_returns
county,,normal,ordinary,4wh,1wd,5wd,1,5wd,4wh,1
county,投诉,一般,疑难,4wh,1wd,15wd,2,15wd,1wd,1
"""
ACCOUNTS = """username,name,roles,unit_code,work_no,team,password
zhang,张经办,承办单位经办人,chengguan,C01,,First-Pass-1
wang,王主任,中心主任|centre_head,,Z01,,First-Pass-2
"""


def load(uow: UnitOfWork, listing: Listing, text: str, **options: Any) -> Outcome:
    return imports.load(uow, listing, text.encode(), **options)


def faults(uow: UnitOfWork, listing: Listing, text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(FileRefused) as refused:
        load(uow, listing, text)
    return [(field["line"], field["column"], field["reason"]) for field in refused.value.details["fields"]]


def count(uow: UnitOfWork, model: type) -> int:
    return uow.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def places(uow: UnitOfWork) -> UnitOfWork:
    load(uow, imports.AREAS, AREAS)
    load(uow, imports.UNITS, UNITS)
    return uow


@pytest.fixture
def city(places: UnitOfWork) -> UnitOfWork:
    load(places, catalogue.CATEGORIES, CATEGORIES)
    return places


# -- the common path


def test_load_a_file_with_one_bad_line_writes_nothing(uow):
    assert faults(uow, imports.AREAS, AREAS + "43018,错代码,village,430181101,\n") == [
        ("5", "code", "应为 6 到 12 位数字")
    ]
    assert count(uow, Area) == 0


def test_load_the_same_file_again_changes_nothing(places):
    assert load(places, imports.AREAS, AREAS) == Outcome(unchanged=3)
    assert load(places, imports.UNITS, UNITS) == Outcome(unchanged=3)


def test_load_only_checked_writes_nothing(uow):
    assert load(uow, imports.AREAS, AREAS, only_check=True) == Outcome(unchanged=3)
    assert count(uow, Area) == 0


def test_load_in_gb18030_stores_the_same_names(uow):
    imports.load(uow, imports.AREAS, AREAS.encode("gb18030"))
    assert uow.session.get_one(Area, "430181101").name == "临江镇"


def test_load_without_the_permission_is_refused(uow):
    uow.actor = Actor(user_id=1, name="话务员", roles=frozenset({Role.AGENT}))
    with pytest.raises(PermissionMissing):
        load(uow, imports.AREAS, AREAS)


def test_load_is_noted_in_the_audit_trail(places):
    entries = places.session.scalars(select(AuditEntry).where(AuditEntry.action == "import")).all()
    assert [(entry.subject, entry.details["created"]) for entry in entries] == [
        ("import:areas", 3),
        ("import:units", 3),
    ]


# -- places and units


def test_areas_need_the_level_above(uow):
    text = AREAS + "430181101202,无主村,village,,\n430181101203,越级村,village,430181,\n"
    text += "430181101204,迷路村,village,999999,\n"
    assert faults(uow, imports.AREAS, text) == [
        ("5", "parent_code", "必填：只有县市区没有上级"),
        ("6", "parent_code", "上级应为镇街"),
        ("7", "parent_code", "没有代码为“999999”的行政区划"),
    ]


def test_units_of_a_township_are_found_from_its_villages(places):
    found = township_of(places.session, "430181101201")
    assert found is not None
    assert (found.code, found.level) == ("linjiang", 2)


def test_units_below_another_have_its_level_plus_one(places):
    below = places.session.scalars(select(Unit).where(Unit.code == "zhifa")).one()
    assert below.level == 2
    assert below.parent_id is not None


def test_units_in_a_circle_and_without_place_are_refused(uow):
    load(uow, imports.AREAS, AREAS)
    text = UNITS.replace("市城管局,department,,", "市城管局,department,zhifa,").replace(",430181101\n", ",\n")
    assert faults(uow, imports.UNITS, text) == [
        ("2", "parent_code", "上级单位绕成了圈"),
        ("3", "parent_code", "上级单位绕成了圈"),
        ("4", "area_code", "镇街必填：所辖区划代码"),
    ]


# -- accounts


def test_accounts_sign_in_with_the_given_password(places):
    assert load(places, imports.ACCOUNTS, ACCOUNTS) == Outcome(created=2)
    user = login.check_password(places.session, "zhang", "First-Pass-1", places.now)
    assert isinstance(user, User)
    assert user.roles == ["unit_clerk"]


def test_accounts_imported_again_keep_the_password(places):
    load(places, imports.ACCOUNTS, ACCOUNTS)
    again = ACCOUNTS.replace("First-Pass-1", "").replace("张经办", "张科长")
    assert load(places, imports.ACCOUNTS, again) == Outcome(changed=1, unchanged=1)
    assert isinstance(login.check_password(places.session, "zhang", "First-Pass-1", places.now), User)


def test_accounts_faults_are_named(places):
    load(places, imports.ACCOUNTS, ACCOUNTS)
    text = """username,name,roles,unit_code,work_no,password
li,李,unit_clerk,,,short
zhao,赵,admin|security,,C01,
chen,陈,皇帝,nowhere,,Long-Enough-1
"""
    assert faults(places, imports.ACCOUNTS, text) == [
        ("2", "password", "密码至少 10 位"),
        ("2", "unit_code", "承办单位人员必填"),
        ("2", "password", "新账号必填初始密码"),
        ("3", "roles", "系统管理员与安全审计员不得由同一人担任"),
        ("3", "password", "新账号必填初始密码"),
        ("3", "work_no", "工号已属于“zhang”"),
        ("4", "roles", faults_of_roles()),
        ("4", "unit_code", "没有代码为“nowhere”的单位（请先导入承办单位）"),
    ]


def faults_of_roles() -> str:
    return f"“皇帝”不在可选值内：{'、'.join(imports.ROLE_WORDS)}"


# -- class tree


def test_categories_left_out_of_a_new_file_end_and_come_back(city):
    without = CATEGORIES.replace("A0102,垃圾,A01,3,垃圾,urgent,complaint\n", "")
    assert load(city, catalogue.CATEGORIES, without) == Outcome(unchanged=3, ended=1)
    assert city.session.get_one(Category, "A0102").active is False
    assert load(city, catalogue.CATEGORIES, CATEGORIES) == Outcome(changed=1, unchanged=3)


def test_categories_take_labels_and_words_alike(city):
    row = city.session.get_one(Category, "A0101")
    assert (row.level, row.parent_code, row.default_urgency) == (3, "A01", "normal")
    assert row.case_types == ["complaint", "report"]


def test_categories_without_the_level_above_or_with_wrong_words_are_refused(uow):
    text = CATEGORIES + "B0101,孤儿,,3,,,\nA0103,错级,A02,2,,马上,\n"
    assert faults(uow, catalogue.CATEGORIES, text) == [
        ("6", "code", "上级分类不在文件中"),
        ("7", "default_urgency", "“马上”不在可选值内：critical、urgent、normal"),
        ("7", "parent_code", "应为“A01”"),
        ("7", "level", "应为 3"),
    ]


# -- routing catalogue


def rows_on(uow: UnitOfWork, on: date) -> list[tuple[str, str]]:
    rows = uow.session.scalars(select(RoutingRow).where(in_force(on)).order_by(RoutingRow.row_no))
    return [(row.row_no, row.lead_unit) for row in rows]


def test_routing_changed_from_a_day_keeps_the_old_row_until_the_day_before(city):
    start = date(2026, 1, 1)
    assert load(city, catalogue.ROUTING, ROUTING, valid_from=start) == Outcome(created=2)
    changed = ROUTING.replace("1,A0101,,,chengguan,linjiang", "1,A0101,,,zhifa,linjiang").split("2,A0102")[0]
    change = date(2026, 10, 1)
    assert load(city, catalogue.ROUTING, changed, valid_from=change) == Outcome(changed=1, ended=1)
    assert rows_on(city, change - timedelta(days=1)) == [("1", "chengguan"), ("2", "@township")]
    assert rows_on(city, change) == [("1", "zhifa")]


def test_routing_corrected_on_the_same_day_leaves_no_empty_row(city):
    load(city, catalogue.ROUTING, ROUTING)
    load(city, catalogue.ROUTING, ROUTING.replace("1,A0101,,,chengguan,linjiang", "1,A0101,,,zhifa,"))
    assert count(city, RoutingRow) == 2
    assert rows_on(city, local_date(city.now)) == [("1", "zhifa"), ("2", "@township")]


def test_routing_leaves_rows_that_practice_taught(city):
    taught = RoutingRow(
        row_no="R7", category_code="A0101", lead_unit="zhifa", co_units=[], valid_from=date(2026, 1, 1),
        source="退单或协调结果",
    )  # fmt: skip
    city.session.add(taught)
    load(city, catalogue.ROUTING, ROUTING)
    assert ("R7", "zhifa") in rows_on(city, local_date(city.now))


def test_routing_faults_are_named(city):
    text = ROUTING + "2,A0103,,,nobody,chengguan|zhifa,,,,\n3,A0101,street,,zhifa,zhifa,,,确定,\n"
    assert faults(city, catalogue.ROUTING, text) == [
        ("4", "row_no", "与第 3 行重复"),
        ("4", "category_code", "没有代码为“A0103”的分类（请先导入诉求分类）"),
        ("4", "lead_unit", "没有代码为“nobody”的单位（请先导入承办单位）"),
        ("5", "place_level_rule", "“street”不在可选值内：town、county、township、village"),
        ("5", "co_units", "主办单位不能同时协办"),
        ("5", "law", "依据标为“确定”时必填"),
    ]


# -- duties, limits, calendar


def test_duties_left_out_of_a_new_file_are_no_longer_allowed(city):
    load(city, catalogue.TOWNSHIP_DUTIES, DUTIES)
    assert city.session.get_one(TownshipDuty, "A0102").township_may_handle is True
    only_one = "category_code,township_may_handle,basis\nA0101,yes,巡查\n"
    assert load(city, catalogue.TOWNSHIP_DUTIES, only_one) == Outcome(changed=1, ended=1)
    assert count(city, TownshipDuty) == 1


def test_limits_replace_only_the_templates_of_the_file(city):
    load(city, catalogue.LIMITS, LIMITS, valid_from=date(2026, 1, 1))
    other = LIMITS.split("\n")[0] + "\nbeijing,,normal,ordinary,15min,24h,7d,1,7d,1wd,1\n"
    assert load(city, catalogue.LIMITS, other) == Outcome(created=1)
    tighter = LIMITS.replace("1wd,5wd,1,5wd", "1wd,3wd,1,3wd")
    assert load(city, catalogue.LIMITS, tighter, valid_from=date(2026, 10, 1)) == Outcome(
        changed=1, unchanged=1
    )
    ended = city.session.scalars(select(LimitRule).where(LimitRule.valid_until == date(2026, 9, 30))).all()
    assert [(rule.template, rule.handle) for rule in ended] == [("county", "5wd")]
    assert set(city.session.scalars(select(LimitTemplate.name))) == {"county", "beijing"}


def test_limits_faults_are_named(city):
    text = (
        LIMITS.split("\n")[0] + "\ncounty,,normal,,5天,1wd,5wd,1,,,1\ncounty,,normal,,4wh,1wd,5wd,一次,,,\n"
    )
    assert faults(city, catalogue.LIMITS, text) == [
        ("2", "sign", "“5天”不是时限：请写成 15min、4wh、24h、5wd 或 7d"),
        ("2", "return_window", "允许退单时必填"),
        ("3", "extension_times", "应为 0 到 9 的整数"),
        ("3", "template", "与第 2 行重复"),
    ]


def test_calendar_of_a_notice_wins_over_what_was_known(city):
    text = "日期,是否工作日,说明,来源\n2027/2/6,否,春节,放假通知\n2027-02-13,是,春节调休上班,放假通知\n"
    assert load(city, catalogue.CALENDAR, text) == Outcome(created=2)
    day = city.session.get_one(CalendarDay, date(2027, 2, 13))
    assert (day.is_workday, day.name, day.provisional) == (True, "春节调休上班", False)


def test_calendar_faults_are_named(city):
    text = "date,is_workday\n2027-02-30,是\n1999-01-01,否\n2027-03-01,也许\n"
    assert [fault[:2] for fault in faults(city, catalogue.CALENDAR, text)] == [
        ("2", "date"),
        ("3", "date"),
        ("4", "is_workday"),
    ]
