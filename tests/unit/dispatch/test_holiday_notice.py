"""The notices of the State Council as they were published, against the package that knows how the years went."""

from datetime import date

import chinese_calendar
import pytest

from dispatch import holiday_notice
from dispatch.holiday_notice import NoticeUnreadable

NOTICES = {
    2024: """国务院办公厅关于2024年部分节假日安排的通知
国办发明电〔2023〕7号
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。""",
    2025: """国务院办公厅关于2025年部分节假日安排的通知
国办发明电〔2024〕12号
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


@pytest.mark.parametrize("year", NOTICES)
def test_each_day_of_a_published_notice_is_read_as_the_year_went(year: int) -> None:
    days = {day.on: day for day in holiday_notice.read(NOTICES[year])}
    wrong = [on for on, day in days.items() if day.is_workday != chinese_calendar.is_workday(on)]
    assert wrong == []
    assert len(days) == (date(year, 12, 31) - date(year, 1, 1)).days + 1
    assert not any(day.provisional for day in days.values())


def test_a_day_says_which_holiday_and_which_notice() -> None:
    days = {day.on: day for day in holiday_notice.read(NOTICES[2025])}
    assert days[date(2025, 2, 8)].name == "春节调休上班"
    assert days[date(2025, 10, 6)].name == "国庆节、中秋节"
    assert days[date(2025, 10, 6)].source == "国务院办公厅通知 国办发明电〔2024〕12号"


def test_a_holiday_that_begins_in_the_year_before_is_read_with_its_years() -> None:
    text = "2023年部分节假日安排\n一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。"
    days = {day.on: day for day in holiday_notice.read(text)}
    assert not days[date(2022, 12, 31)].is_workday
    assert not days[date(2023, 1, 2)].is_workday


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("", "部分节假日安排"),
        ("关于2027年部分节假日安排的通知", "放假日期"),
        ("2027年部分节假日安排 一、元旦：1月1日至3日放假，共4天。", "天数不符"),
        ("2027年部分节假日安排 一、元旦：2月30日放假。", "没有 2027年2月30日"),
        ("2027年部分节假日安排 一、元旦：1月3日至1日放假。", "天数不符"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused(text: str, trouble: str) -> None:
    with pytest.raises(NoticeUnreadable) as refused:
        holiday_notice.read(text)
    assert trouble in refused.value.details["trouble"]
