"""Reads the State Council's notice on next year's holidays, as it is published, into the days of that year.

A notice settles every date of its year: what it does not name is an ordinary weekday or weekend. Its own counts
(共9天) are checked against what was read, so that a misread notice is refused and not declared. Pure.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from dispatch.workdays import Day
from hotline.core.errors import Invalid

SOURCE = "国务院办公厅通知"
_YEAR = re.compile(r"(\d{4})\s*年部分节假日")
_NUMBER = re.compile(r"国办发明电\s*[〔\[(（]\s*\d{4}\s*[〕\])）]\s*\d+\s*号")
_HEAD = r"(?:^|(?<=[\s。]))[一二三四五六七八九十]+、"
_SECTION = re.compile(_HEAD + rf"\s*([^：:\n]{{2,20}})[：:](.*?)(?={_HEAD}|\Z)", re.DOTALL)
_DATE = r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:[（(][^）)]*[）)])?"
_UNTIL = r"(?:\s*[至到—-]\s*(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(][^）)]*[）)])?)?"
_OFF = re.compile(_DATE + _UNTIL + r"\s*放假([^。]*)")
_WORK = re.compile(r"((?:(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:[（(][^）)]*[）)])?[、和，]?)+)\s*上班")
_ONE = re.compile(_DATE)
_COUNT = re.compile(r"共(\d+)天|^(\d+)天")


class NoticeUnreadable(Invalid):
    code, text = "calendar.notice_unreadable", "没能读懂这份通知：{trouble}。请核对全文，或逐日录入"


def read(text: str) -> list[Day]:
    """Every day of the notice's year, and of the days around it that the notice names."""
    if (title := _YEAR.search(text)) is None:
        raise _unreadable("没有找到“××××年部分节假日安排”")
    year = int(title[1])
    source = f"{SOURCE} {number[0]}" if (number := _NUMBER.search(text)) else SOURCE
    named: dict[date, Day] = {}
    for section in _SECTION.finditer(text[title.end() :]):
        for day in _days(section[1].strip(), section[2], year, source):
            named[day.on] = day
    if not any(not day.is_workday for day in named.values()):
        raise _unreadable("没有找到放假日期")
    ordinary = {day.on: day for day in _ordinary(year, source)}
    return sorted((ordinary | named).values(), key=lambda day: day.on)


def _days(name: str, body: str, year: int, source: str) -> Iterator[Day]:
    for match in _OFF.finditer(body):
        first, last = _span(match, year)
        count = _COUNT.search(match[7].strip("，, 调休"))
        wanted = int(count[1] or count[2]) if count else None
        if last < first or (wanted is not None and wanted != (last - first).days + 1):
            raise _unreadable(f"“{name}”的起止日期与天数不符")
        for n in range((last - first).days + 1):
            yield Day(first + timedelta(days=n), False, name, source, False)
    for match in _WORK.finditer(body):
        for one in _ONE.finditer(match[1]):
            on = _date(int(one[1] or year), int(one[2]), int(one[3]))
            yield Day(on, True, f"{name}调休上班", source, False)


def _span(match: re.Match[str], year: int) -> tuple[date, date]:
    first = _date(int(match[1] or year), int(match[2]), int(match[3]))
    if match[6] is None:
        return first, first
    return first, _date(int(match[4] or year), int(match[5] or match[2]), int(match[6]))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise _unreadable(f"没有 {year}年{month}月{day}日 这一天") from wrong


def _ordinary(year: int, source: str) -> Iterator[Day]:
    on = date(year, 1, 1)
    while on.year == year:
        weekend = on.weekday() >= 5
        yield Day(on, not weekend, "周末" if weekend else "", source, False)
        on += timedelta(days=1)


def _unreadable(trouble: str) -> NoticeUnreadable:
    return NoticeUnreadable([{"field": "text", "reason": trouble}], trouble=trouble)
