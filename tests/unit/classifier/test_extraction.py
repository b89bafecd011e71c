from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.extraction import extract
from classifier.numerals import read
from classifier.places import Area, Gazetteer

NOW = datetime(2026, 9, 23, 2, 30, tzinfo=UTC)  # Wednesday, 10:30 in Shanghai
AREAS = Gazetteer(
    [
        Area("1", "浏阳市", "county", None, ("浏阳", "全市")),
        Area("11", "集里街道", "township", "1", ("集里",)),
        Area("12", "永和镇", "township", "1", ("永和",)),
        Area("13", "大瑶镇", "township", "1", ("大瑶",)),
        Area("111", "百宜社区", "village", "11", ("百宜", "百宜广场")),
        Area("121", "永安村", "village", "12"),
        Area("131", "永安村", "village", "13"),
        Area("132", "李畋村", "village", "13", ("大瑶集镇",)),
    ]
)


def found(text):
    return extract(text, AREAS, NOW)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("大瑶镇李畋村五组有人偷倒废油", "大瑶镇李畋村五组", "132"),
        ("我住集里街道百宜社区3栋2单元", "集里街道百宜社区3栋2单元", "111"),
        ("百宜广场的树上全是毛虫", "集里街道百宜社区百宜广场", "111"),
        ("集里街道金沙中路盛世华庭小区东侧工地吵", "集里街道金沙中路盛世华庭小区", "11"),
        ("大瑶集镇幼儿园门口堵车", "大瑶镇李畋村大瑶集镇幼儿园", "132"),
        ("永和那边有人放炮", "永和镇", "12"),
        ("大瑶镇永安村断水了", "大瑶镇永安村", "131"),
        ("我在阳光小区3栋，电梯坏了", "阳光小区3栋", ""),
        ("芙蓉路与人民路交叉口红绿灯坏了", "芙蓉路与人民路交叉口", ""),
        ("G106线K1820+300处塌了", "G106线K1820+300处", ""),
    ],
)
def test_extract_reads_the_place_against_the_area_tree(text, value, code):
    place = found(text).places[0]
    assert (place.value, place.area_code) == (value, code)


def test_extract_of_a_name_that_two_townships_have_claims_neither():
    place = found("永安村断水了").places
    assert [p for p in place if p.area_code in ("121", "131")] == []


def test_extract_takes_the_township_named_elsewhere_for_an_ambiguous_village():
    text = "永和镇政府不管，我们永安村断水了"
    assert "121" in {p.area_code for p in found(text).places}


@pytest.mark.parametrize("text", ["这条马路太窄了", "请修路", "全市都这样", "农村道路没人管", "已经走投无路"])
def test_extract_takes_no_common_noun_for_a_place(text):
    assert found(text).places == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("昨天停水", "2026-09-22"),
        ("昨晚噪声大", "2026-09-22T18:00/2026-09-23T00:00"),
        ("昨晚十点半还在施工", "2026-09-22T22:30"),
        ("上周三打过电话", "2026-09-16"),
        ("周五买的", "2026-09-18"),
        ("9月18日报修", "2026-09-18"),
        ("九月十八号报修", "2026-09-18"),
        ("3号报修", "2026-09-03"),
        ("28号报修", "2026-08-28"),
        ("12月5日报修", "2025-12-05"),
        ("三天前报修", "2026-09-20"),
        ("去年8月交房", "2025-08"),
        ("2019年4月8日下午3点", "2019-04-08T15:00"),
        ("上个月5号", "2026-08-05"),
        ("晚上十二点，就是昨天晚上12点", "2026-09-23T00:00"),
    ],
)
def test_extract_resolves_times_against_the_moment_of_the_call(text, value):
    assert value in {t.value for t in found(text).times}


@pytest.mark.parametrize(
    "text", ["3号楼停水", "地铁3号线", "每天凌晨两点", "五一大道", "2月30日", "一点办法没有", "第3号文件"]
)
def test_extract_takes_no_other_number_for_a_time(text):
    assert found(text).times == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("电话13800138000", "13800138000"),
        ("手机138-0013-8000", "13800138000"),
        ("打+86 138 0013 8000", "13800138000"),
        ("手机１３８００１３８０００", "13800138000"),
        ("幺三八零零一三八零零零", "13800138000"),
        ("座机0731-83600000转802", "073183600000转802"),
        ("(0731)83600000", "073183600000"),
        ("400-800-1234", "4008001234"),
        ("电话是83600000", "83600000"),
    ],
)
def test_extract_reads_every_form_of_a_phone_number(text, value):
    assert [p.value for p in found(text).phones] == [value]


def test_extract_takes_no_identity_or_order_number_for_a_phone():
    assert found("身份证430181199001011234，单号20260918123456").phones == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("退我1,200元", "1200.00"),
        ("交了1.5万", "15000.00"),
        ("罚款贰万捌仟元", "28000.00"),
        ("三百二十块钱", "320.00"),
        ("欠我们六千五", "6500.00"),
        ("￥99.5", "99.50"),
    ],
)
def test_extract_reads_amounts_in_yuan(text, value):
    assert [a.value for a in found(text).amounts] == [value]


@pytest.mark.parametrize("text", ["十几块地没人管", "11万伏高压线", "三万户居民", "住了五年", "13800138000"])
def test_extract_takes_no_other_figure_for_money(text):
    assert found(text).amounts == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [("在小区里，和谐物业公司收了钱", "和谐物业公司"), ("张三和顺达物流公司", "顺达物流公司")],
)
def test_name_that_begins_with_a_joining_word_is_whole_where_nothing_is_joined(text: str, name: str):
    assert found(text).targets[0].value == name


def test_extract_is_surer_of_a_party_after_a_word_of_complaint():
    said, accused = found("南门健身房关门了"), found("投诉南门健身房关门了")
    assert said.targets[0].value == accused.targets[0].value == "南门健身房"
    assert accused.targets[0].confidence > said.targets[0].confidence


def test_extract_finds_number_plates_and_masked_persons():
    assert {t.value for t in found("湘A·12345的司机王某，还有刘经理").targets} == {
        "湘A·12345",
        "王某",
        "刘经理",
    }


def test_extract_prefers_the_demand_to_courtesies():
    text = "您好，请问一下。楼上漏水三个月了。请物业更换破损的水管。请尽快处理，谢谢。"
    assert found(text).demand.text == "请物业更换破损的水管"


def test_extract_of_a_question_takes_the_question_for_the_demand():
    assert found("我孩子两岁。请问入园要什么材料？谢谢").demand.text == "请问入园要什么材料"


def test_extract_without_a_demand_invents_none():
    assert found("楼上漏水三个月了").demand is None


@pytest.mark.parametrize("text", [None, "", " ", "。", "，，，！", "啊", "<b></b>", "'; DROP TABLE case;--"])
def test_extract_of_nothing_is_empty(text):
    result = found(text)
    assert (result.places, result.times, result.amounts, result.phones, result.demand) == (
        (),
        (),
        (),
        (),
        None,
    )


@pytest.mark.parametrize(
    "part", ["1", "一", "小区", "永和", "3号", "138", "公司", "请", "a1", "0731-", "年月日", "某"]
)
def test_extract_of_endless_repetition_ends(part):
    result = found(part * (100_000 // len(part)))
    assert len(result.places) <= 8
    assert len(result.phones) <= 8


PARTS = st.sampled_from(
    [
        "大瑶镇",
        "李畋村",
        "永和",
        "五组",
        "昨晚",
        "9月18日",
        "3号",
        "１３８００１３８０００",
        "欠我们六千五",
        "请退款",
        "，",
        "。",
        "公司",
        "投诉",
        "小区",
        "與",
        " ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=25).map("".join))
def test_every_entity_stands_where_it_says(text):
    result = found(text)
    entities = [*result.places, *result.times, *result.targets, *result.amounts, *result.phones]
    for entity in [*entities, *([result.demand] if result.demand else [])]:
        assert text[entity.start : entity.end].strip() == entity.text
        assert 0 < entity.confidence <= 1
        assert entity.source


@given(st.integers(0, 10**8))
def test_read_of_digits_is_the_number(number):
    assert read(f"{number:,}") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三百二", 320),
        ("六千五", 6500),
        ("两万三", 23000),
        ("一万零五", 10005),
        ("二〇二六", 2026),
        ("十", 10),
        ("x", None),
    ],
)
def test_read_of_spoken_numbers(text, number):
    assert read(text) == number
