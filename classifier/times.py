"""Times that a citizen names, resolved against the moment of the call: 昨晚、上周三、9月18日、3号、三天前.

Pure; called by `extraction`. Values are ISO 8601: a date, a moment, a month, a year, or an interval `from/to`, all in
the time of the caller's `now`. An event lies in the past unless the words say otherwise.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from classifier import numerals

_N = rf"(?:\d{{1,2}}|[{numerals.CHINESE}]{{1,3}})"
_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "前晚": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "昨早": -1, "昨儿": -1,
    "今天": 0, "今日": 0, "今早": 0, "今晨": 0, "今晚": 0, "今夜": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2,
}  # fmt: skip
_PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "早晨": (6, 9), "早上": (6, 10), "上午": (8, 12), "中午": (11, 14), "午后": (12, 15),
    "下午": (12, 18), "傍晚": (17, 20), "晚上": (18, 24), "夜里": (20, 24), "夜间": (20, 24), "深夜": (22, 24), "半夜": (0, 5),
    "早": (6, 10), "晨": (5, 9), "晚": (18, 24), "夜": (20, 24),
}  # fmt: skip
_WEEK = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}
_FEASTS = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1)}
_SPAN_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_NOT_A_DAY = "楼线门栋店院井铺坑馆地厂房路桥车单棚台机码段库岗座幢信位桩"

_PART = "|".join(sorted((p for p in _PARTS if len(p) > 1), key=len, reverse=True))
_CLOCK = rf"(?:(?P<hour>{_N})(?:[点时](?!间|候|期|评|办|名|击|菜|心|代)(?:钟|整)?(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_N})分?(?![天年月万块元]))?|[:：](?P<minute2>\d{{2}})))"
_PATTERN = re.compile(
    rf"(?:(?P<full>(?:19|20)\d{{2}}[-/.](?P<fm>\d{{1,2}})[-/.](?P<fd>\d{{1,2}})(?!\d))"
    rf"|(?P<year>(?:19|20)?\d{{2}}年|[二一][〇零○九一二三四五六七八]{{3}}年|去年|前年|今年|明年)(?:(?P<ym>{_N})月份?(?:(?P<yd>{_N})[日号])?|(?P<yedge>[底初])|(?P<yhalf>[上下]半年))?"
    rf"|(?P<month>{_N})月(?P<day>{_N})[日号]"
    rf"|(?P<rel>上个?月|本月|这个?月|下个?月)(?:(?P<rd>{_N})[日号]|(?P<redge>[底初中])旬?)?"
    rf"|(?P<week>上上|上|本|这|下)(?:个)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末])?|(?<![一二三四五六七八九十几\d每个])(?:周|星期|礼拜)(?P<bare>[一二三四五六日天])(?![至到、围边])"
    rf"|(?P<feast>元旦|五一|国庆)(?:节|假期|期间|那天|当天)"
    rf"|(?P<ago>半|{_N})(?P<agounit>个?多?月|年多?|天|日|周|个?星期|个?礼拜|个?多?小时|分钟)(?:以|之)?前"
    rf"|(?P<word>{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
    rf"|(?<![第\d路街巷道组村镇路年{numerals.CHINESE}])(?P<only>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})号(?![{_NOT_A_DAY}\d])"
    rf"|(?P<just>刚才|刚刚))的?(?P<part>{_PART})?(?:{_CLOCK})?"
    rf"|(?P<apart>{_PART}){_CLOCK.replace('P<', 'P<a')}"
)
_DAILY = re.compile(r"(?:每[天晚日周月个]|天天|一到|经常|总是)[^，。]{0,4}$")
_AHEAD = re.compile(r"(?:将|截止|定于|预计|计划|准备|打算|等到|下个?月|明年|到期|之前要)[^，。]{0,6}$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time expression at [start, end) with its ISO 8601 value."""

    text: str
    value: str
    start: int
    end: int
    confidence: float


def find(text: str, now: datetime) -> Iterator[Moment]:
    """All time expressions of a folded text, in order."""
    for match in _PATTERN.finditer(text):
        before = text[max(0, match.start() - 10) : match.start()]
        if _DAILY.search(before):
            continue
        ahead = _AHEAD.search(before) is not None
        resolved = _resolve(match, now, ahead)
        if resolved:
            value, confidence = resolved
            yield Moment(match.group(), value, match.start(), match.end(), confidence)


def _resolve(match: re.Match[str], now: datetime, ahead: bool) -> tuple[str, float] | None:
    part = match["part"] or match["apart"]
    hour, minute = _clock(match)
    if match["apart"]:
        return None if hour is None else (f"T{_shift(hour, part) % 24:02d}:{minute:02d}", 0.5)
    if match["just"]:
        return now.isoformat(timespec="minutes")[:16], 0.9
    if match["ago"]:
        return _ago(match["ago"], match["agounit"], now)
    word = match["word"]
    if word and not part and word[-1] in _PARTS:
        part = word[-1]
    found = _day(match, now.date(), ahead)
    if found is None:
        return None
    value, confidence = found
    if len(value) != 10:
        return value, confidence
    return _with_time(date.fromisoformat(value), part, hour, minute), confidence


def _day(match: re.Match[str], today: date, ahead: bool) -> tuple[str, float] | None:
    """The date, month, year or interval of a match, without the time of day."""
    if match["full"]:
        return _iso(int(match["full"][:4]), int(match["fm"]), int(match["fd"]), 0.97)
    if match["year"]:
        return _of_year(match, today)
    if match["month"]:
        return _nearest_year(_int(match["month"]), _int(match["day"]), today, ahead)
    if match["rel"]:
        return _of_month(match, today)
    if match["week"] or match["bare"]:
        return _of_week(match, today)
    if match["feast"]:
        month, day = _FEASTS[match["feast"]]
        return _nearest_year(month, day, today, ahead)
    if match["word"]:
        return (today + timedelta(_DAYS[match["word"]])).isoformat(), 0.95
    return _nearest_month(_int(match["only"]), today, ahead)


def _of_year(match: re.Match[str], today: date) -> tuple[str, float] | None:
    name = match["year"]
    year = today.year + _YEARS[name] if name in _YEARS else _int(name[:-1])
    year = year + 2000 if year < 100 else year
    if not 1949 <= year <= today.year + 20:
        return None
    if match["yd"]:
        return _iso(year, _int(match["ym"]), _int(match["yd"]), 0.97)
    if match["ym"]:
        month = _int(match["ym"])
        return (f"{year}-{month:02d}", 0.9) if 1 <= month <= 12 else None
    if match["yedge"]:
        return f"{year}-{'12' if match['yedge'] == '底' else '01'}", 0.7
    if match["yhalf"]:
        first = match["yhalf"][0] == "上"
        return (f"{year}-01-01/{year}-06-30" if first else f"{year}-07-01/{year}-12-31"), 0.8
    return str(year), 0.8


def _of_month(match: re.Match[str], today: date) -> tuple[str, float] | None:
    step = {"上": -1, "下": 1}.get(match["rel"][0], 0)
    index = today.year * 12 + today.month - 1 + step
    year, month = index // 12, index % 12 + 1
    if match["rd"]:
        return _iso(year, month, _int(match["rd"]), 0.93)
    last = monthrange(year, month)[1]
    edges = {"初": (1, 10), "中": (11, 20), "底": (21, last)}
    if match["redge"]:
        first, final = edges[match["redge"]]
        return f"{year}-{month:02d}-{first:02d}/{year}-{month:02d}-{final:02d}", 0.8
    return f"{year}-{month:02d}", 0.85


def _of_week(match: re.Match[str], today: date) -> tuple[str, float]:
    monday = today - timedelta(today.weekday())
    if match["bare"]:
        day = monday + timedelta(_WEEK[match["bare"]])
        return (day if day <= today else day - timedelta(7)).isoformat(), 0.75
    monday += timedelta(7 * _WEEKS[match["week"]])
    if match["wd"]:
        return (monday + timedelta(_WEEK[match["wd"]])).isoformat(), 0.93
    return f"{monday.isoformat()}/{(monday + timedelta(6)).isoformat()}", 0.85


def _ago(count: str, unit: str, now: datetime) -> tuple[str, float] | None:
    unit = unit.replace("个", "").replace("多", "")
    number = 0.5 if count == "半" else float(_int(count))
    if unit in ("小时", "分钟"):
        moment = now - timedelta(hours=number if unit == "小时" else number / 60)
        return moment.isoformat(timespec="minutes")[:16], 0.85
    if unit in _SPAN_DAYS:
        return (now.date() - timedelta(int(number * _SPAN_DAYS[unit]))).isoformat(), 0.85
    months = int(number * 12) if unit == "年" else int(number)
    if count == "半" and unit == "月":
        return (now.date() - timedelta(15)).isoformat(), 0.6
    index = now.year * 12 + now.month - 1 - months
    return f"{index // 12:04d}-{index % 12 + 1:02d}", 0.7


def _nearest_year(month: int, day: int, today: date, ahead: bool) -> tuple[str, float] | None:
    found = _iso(today.year, month, day, 0.92)
    if found and not ahead and date.fromisoformat(found[0]) > today:
        return _iso(today.year - 1, month, day, 0.85)
    return found


def _nearest_month(day: int, today: date, ahead: bool) -> tuple[str, float] | None:
    found = _iso(today.year, today.month, day, 0.75)
    if found and not ahead and date.fromisoformat(found[0]) > today:
        last = today.replace(day=1) - timedelta(1)
        return _iso(last.year, last.month, day, 0.7)
    return found


def _iso(year: int, month: int, day: int, confidence: float) -> tuple[str, float] | None:
    try:
        return date(year, month, day).isoformat(), confidence
    except ValueError:
        return None


def _int(text: str) -> int:
    number = numerals.read(text)
    return int(number) if number is not None else -1


def _clock(match: re.Match[str]) -> tuple[int | None, int]:
    sign = "a" if match["apart"] else ""
    if not match[sign + "hour"]:
        return None, 0
    hour = _int(match[sign + "hour"])
    minute = _int(match[sign + "minute"] or match[sign + "minute2"] or "0")
    minute = 30 if match[sign + "half"] else minute
    minute = {"一": 15, "三": 45}.get(match[sign + "quarter"] or "", minute)
    return (hour, minute) if 0 <= hour <= 24 and 0 <= minute < 60 else (None, 0)


def _shift(hour: int, part: str | None) -> int:
    """Hours of the afternoon and evening; 晚上十二点 is midnight, 半夜一点 is 1:00."""
    low, high = _PARTS.get(part or "", (0, 12))
    if high == 24 and hour in (12, 24):
        return 24
    return hour + 12 if hour < 12 and low >= 11 and not (high == 24 and low >= 20 and hour < 6) else hour


def _with_time(day: date, part: str | None, hour: int | None, minute: int) -> str:
    start = datetime.combine(day, time())
    if hour is not None:
        return (start + timedelta(hours=_shift(hour, part), minutes=minute)).isoformat(timespec="minutes")
    if part is None:
        return day.isoformat()
    low, high = (start + timedelta(hours=h) for h in _PARTS[part])
    return f"{low.isoformat(timespec='minutes')}/{high.isoformat(timespec='minutes')}"
