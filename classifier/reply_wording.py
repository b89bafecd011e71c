"""Checks of a reply that look at its words: promises, absolutes, phone numbers, buck-passing, vagueness, slang.

Each check yields findings for one code (DOMAIN §6); called by `replies.check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from classifier.reply_text import Finding, Texts

SHOWN = 3  # findings of one code
VAGUE = 2  # empty phrases that a concrete reply may carry

_PHONE = re.compile(
    r"(?<![\d.])(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}\s?[-—－]{0,3}\s?\d{4}[- ]?\d{3,9}"
    r"|[48]00[- ]?\d{3}[- ]?\d{4}|\d{3,4}-\d{7,8})(?![\d.])|(?:电话|热线|拨打|致电)[^\d。，]{0,6}(\d{5,8})(?!\d)"
)
_MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}")
_FUTURE = re.compile(
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号]|[底初中上下]旬?|份)?(?:[之以]?前|前后|左右|内)?|[今明本]年(?:内|底|年底)?|(?:年|月|周|季)底[之以]?前?"
    r"|[\d一二三四五六七八九十两]{1,3}个?(?:工作日|天|日|周|星期|月|小时)[之以]?内|本[周月]内?|下[周月]|明天|后天|近日内|月内|年内"
)

_REPORTED = re.compile(r"(?:已|无法|作出|做出|其|(?<!我)单位|该园|中心|的)$")

Check = Callable[[Texts], Iterator[Finding]]


def _finding(
    texts: Texts, code: str, label: str, severity: str, start: int, end: int, reason: str
) -> Finding:
    return Finding(code, label, severity, texts.raw_reply[start:end], start, end, reason)


def over_promise(texts: Texts) -> Iterator[Finding]:
    """The unit vouches for an outcome; what a third party promised is reported, not vouched for."""
    for start, word in texts.hits("promise"):
        low, high = texts.clause(start)
        if texts.in_span("others", low, start + len(word) + 4) or _REPORTED.search(texts.reply[low:start]):
            continue
        outcome = texts.in_span("outcome", start + len(word), high)
        if outcome:
            reason = f"“{word}……{outcome}”是对结果的承诺，办不到即成失信；请改为已采取的措施和进度"
            yield _finding(texts, "over_promise", "过度承诺", "warn", low, high, reason)


def promised_date(texts: Texts) -> Iterator[Finding]:
    """A date by which something will be done: it must be meant, since it will be followed up."""
    for match in _FUTURE.finditer(texts.reply):
        low, high = texts.clause(match.start())
        planned = texts.in_span("plan", low, match.end())
        before = texts.reply[max(low, match.start() - 4) : match.start()]
        limit = re.search(r"前|内|底|下[周月]|明天|后天|明年", match.group())
        if (
            not (planned or limit)
            or "已" in texts.reply[low : match.end() + 6]
            or before.endswith(("从", "自"))
        ):
            continue
        done = texts.in_span("done", match.end(), min(high, match.end() + 24))
        if done:
            reason = f"写明期限“{match.group()}”，到期将按此回访；请核实能否做到"
            severity = "warn" if planned or "将" in texts.reply[low:high] else "hint"
            yield _finding(texts, "promised_date", "承诺期限", severity, low, high, reason)


def absolute_word(texts: Texts) -> Iterator[Finding]:
    for start, word in texts.hits("absolute"):
        reason = f"“{word}”说得过满，请据实表述"
        yield _finding(texts, "absolute_word", "绝对化用语", "hint", start, start + len(word), reason)


def phone_number(texts: Texts) -> Iterator[Finding]:
    for match in _PHONE.finditer(texts.reply):
        group = 1 if match.group(1) else 0
        start, end = match.span(group)
        mobile = _MOBILE.fullmatch(match.group(group)) is not None
        severity = "block" if mobile else "hint"
        reason = "公开答复中有手机号码，须删去" if mobile else "答复中有电话号码，请确认是公开的办公电话"
        yield _finding(texts, "phone_number", "含电话号码", severity, start, end, reason)


def buck_passing(texts: Texts) -> Iterator[Finding]:
    for start, word in texts.hits("buck_passing"):
        low, high = texts.clause(start)
        reason = f"“{word}”有推诿之嫌；不属本单位的应走退单，属本单位的应说明如何办理"
        yield _finding(texts, "buck_passing", "推诿用语", "warn", low, high, reason)
    for start, word in texts.hits("refer"):
        low, high = texts.clause(start)
        reason = f"“{word}”把群众推给别处；请由本单位对接后告知结果"
        yield _finding(texts, "buck_passing", "推诿用语", "hint", low, high, reason)


def vague_measures(texts: Texts) -> Iterator[Finding]:
    """Empty phrases in a reply that names no date, figure or step."""
    hits = texts.hits("vague")
    concrete = len(texts.dates) + len({word for _, word in texts.hits("evidence")})
    if len(hits) >= VAGUE and len(hits) > concrete:
        low, high = texts.clause(hits[0][0])
        words = "、".join(f"“{w}”" for w in dict.fromkeys(w for _, w in hits[:4]))
        reason = f"{words}等表述空泛，未见具体措施、责任人或时间"
        yield _finding(texts, "vague_measures", "措施空泛", "warn", low, high, reason)


def missing_time(texts: Texts) -> Iterator[Finding]:
    """What was done or will be done without any time."""
    actions = sorted([*texts.hits("evidence"), *texts.hits("vague"), *texts.hits("resolved")])
    if actions and not texts.dates:
        low, high = texts.clause(actions[0][0])
        reason = "写了办理情况而无任何时间（何时核查、何时处理、何时完成）"
        yield _finding(texts, "missing_time", "缺少时间", "hint", low, high, reason)


def slang(texts: Texts) -> Iterator[Finding]:
    for start, word in texts.hits("slang"):
        end = start + len(word)
        around = texts.reply[max(0, start - 1) : start] + texts.reply[end : end + 1]
        if word.isascii() and any(c.isalnum() for c in around):
            continue
        reason = f"“{word}”是口语，不宜写入正式答复"
        yield _finding(texts, "slang", "口语化", "hint", start, end, reason)


CHECKS: tuple[Check, ...] = (
    over_promise,
    promised_date,
    absolute_word,
    phone_number,
    buck_passing,
    vague_measures,
    missing_time,
    slang,
)
