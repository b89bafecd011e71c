"""Checks of a reply against what was asked, the facts, the law and earlier replies; called by `replies.check`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from rapidfuzz import fuzz

from classifier import numerals
from classifier.phrases import fold, rows, sentences
from classifier.reply_text import Finding, Texts, demand_has

ALIKE = 90  # RapidFuzz ratio from which two replies are the same text
EARLIER = 40
SHORT_NAME = 4  # characters of an abbreviated title
SHORT = 20  # characters of a reply without its courtesies
MIN_PAIRS = 6  # a demand with fewer content pairs says too little to compare
COVERED = 0.08  # common pairs, as a share of the shorter text's: unrelated texts stay below
ASK_PAIRS = 5

# Characters that mean nothing by themselves: a pair of characters counts as content when it has none of them.
_EMPTY = (
    "的了是我你您他她它们在有和与及对请希望求能否什么怎为就都也还不没这那个上下来去到把被给让会要可以将已于从向吗呢吧啊"
    "之其或因所但而且如若则又再很太更最多少大小好谢尊敬领导书记市长部门相关有关反映问题情况解决处理一二三四五六七八九十年月日号"
)
_CONTENT = re.compile(rf"[^\W_{_EMPTY}]{{2,}}")
_LAW = re.compile(
    r"《([^《》]{2,40})》(?:\s*(?:（[^（）]{1,30}）)?\s*第([一二三四五六七八九十百千零〇两\d]{1,8})条)?"
)
_LOCAL = re.compile(r"[省市县州]|(?<!小)区|自治")
_FORM = re.compile(r"中华人民共和国|（.*?）|\(.*?\)|最新|新修订的?|修订")
_ASK = re.compile(r"请|希望|要求|能否|能不能|可否|建议|怎么|如何|何时|什么时候|吗|[?？]")
_NOT_YET = re.compile(r"未|没|无法|如|早日|及时|可以|争取|希望|若|待|以便|将")


def demand_unanswered(texts: Texts) -> Iterator[Finding]:
    """The reply takes up next to nothing of the demand, or leaves one of several asks out (DOMAIN §6)."""
    answer = _pairs(texts.answer)
    wanted = _pairs(texts.demand)
    if len(wanted) < MIN_PAIRS:
        wanted |= _pairs(texts.facts)
    if not texts.demand or len(wanted) < MIN_PAIRS or not answer:
        return
    share = len(wanted & answer) / min(len(wanted), len(answer))
    if share < COVERED:
        missing = "、".join(f"“{w}”" for w in _missing(texts.demand, answer)[:4])
        reason = f"答复与诉求的用词几乎不相交；未提{missing or '诉求内容'}"
        yield _asked(texts, "demand_unanswered", "未答核心诉求", "warn", 0, len(texts.demand), reason)
        return
    asks = [(a, b, _pairs(texts.demand[a:b])) for a, b in sentences(texts.demand).spans()]
    asks = [
        ask for ask in asks if len(ask[2]) >= ASK_PAIRS and _ASK.search(texts.demand[ask[0] : ask[1] + 1])
    ]
    for start, end, pairs in asks if len(asks) > 1 else ():
        if not pairs & answer:
            reason = "诉求中的这一项在答复中没有提到"
            yield _asked(texts, "ask_unanswered", "漏答一项", "hint", start, end, reason)


def _asked(texts: Texts, code: str, label: str, severity: str, start: int, end: int, reason: str) -> Finding:
    return Finding(code, label, severity, texts.raw_demand[start:end], start, end, reason, source="demand")


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring content characters."""
    return {run[i : i + 2] for run in _CONTENT.findall(text) for i in range(len(run) - 1)}


def _missing(text: str, answer: set[str]) -> list[str]:
    """The demand's stretches of content of which the answer takes up nothing, the longest first."""
    runs = (run for run in _CONTENT.findall(text) if len(run) >= 2)
    lacking = (run for run in runs if not any(run[i : i + 2] in answer for i in range(len(run) - 1)))
    return sorted(dict.fromkeys(lacking), key=len, reverse=True)


def only_this_incident(texts: Texts) -> Iterator[Finding]:
    """A chronic complaint answered with what one visit saw."""
    chronic = demand_has(texts.demand + texts.facts, "chronic")
    single = texts.hits("single")
    if chronic and single and not texts.has("lasting"):
        start, word = single[0]
        low, high = texts.clause(start)
        reason = f"群众反映“{chronic}”如此，答复只说了“{word}”的情况，未见长效措施"
        yield _in_reply(texts, "only_this_incident", "只答单次", "warn", low, high, reason)


def _in_reply(
    texts: Texts, code: str, label: str, severity: str, start: int, end: int, reason: str
) -> Finding:
    return Finding(code, label, severity, texts.raw_reply[start:end], start, end, reason)


def unsupported_resolved(texts: Texts) -> Iterator[Finding]:
    """Said to be solved, and nothing says how, when or who saw it."""
    for start, word in texts.hits("resolved"):
        before = texts.reply[texts.clause(start)[0] : start]
        support = {w for at, w in texts.hits("evidence") if not start <= at < start + len(word)}
        if _NOT_YET.search(before) or len(support) + len(texts.dates) >= 2:
            continue
        low, high = texts.clause(start)
        reason = f"称“{word}”，但未写如何解决、何时完成、谁来确认"
        yield _in_reply(texts, "unsupported_resolved", "解决无依据", "warn", low, high, reason)


def contact_contradiction(texts: Texts) -> Iterator[Finding]:
    """Says both that the citizen was contacted and that nobody could be reached."""
    reached, unreached = texts.hits("contacted"), texts.hits("unreached")
    if not reached or not unreached:
        return
    first, last = sorted([reached[0], unreached[0]])
    between = texts.reply[first[0] + len(first[1]) : last[0] + len(last[1])]
    # First in vain, then by phone: that is a course of events.
    if first == unreached[0] and any(
        w in between for w in ("随后", "再次", "后来", "之后", "次日", "最终", "现已")
    ):
        return
    low, high = first[0], last[0] + len(last[1])
    reason = f"“{reached[0][1]}”与“{unreached[0][1]}”相互矛盾，请据实填写联系情况"
    yield _in_reply(texts, "contact_contradiction", "联系情况矛盾", "block", low, high, reason)


def hazard_without_advice(texts: Texts) -> Iterator[Finding]:
    """The case is a hazard and the reply names no safety measure (called for hazards only)."""
    if texts.reply.strip() and not texts.has("advice"):
        end = texts.clause(0)[1]
        reason = "诉求涉及安全隐患，答复未写安全提示或防护措施"
        yield _in_reply(texts, "hazard_without_advice", "缺安全提示", "block", 0, end, reason)


def cited_law(texts: Texts, laws: Collection[str]) -> Iterator[Finding]:
    """A law that no list knows, one that is repealed, or an article beyond the last (DOMAIN §6)."""
    own = {_title(law) for law in laws}
    for match in _LAW.finditer(texts.reply):
        name, article = _title(match.group(1)), match.group(2)
        if (
            name in own
            or name in ("法", "条例")
            or not name.endswith(("法", "条例"))
            or name.endswith("办法")
        ):
            continue
        problem = _law_problem(name, article)
        if problem:
            code, label, severity, reason = problem
            yield _in_reply(texts, code, label, severity, *match.span(), reason)


def _law_problem(name: str, article: str | None) -> tuple[str, str, str, str] | None:
    law = _known_laws().get(name)
    if law is None:
        # Local rules are the caller's to list; 土地承包法 is short for 农村土地承包法.
        if _LOCAL.search(name) or (len(name) >= SHORT_NAME and any(n.endswith(name) for n in _known_laws())):
            return None
        return "unknown_law", "法规存疑", "warn", f"法规库中没有《{name}》，请核对名称"
    articles, replaced_by = law
    if replaced_by:
        return "repealed_law", "法规已废止", "warn", f"《{name}》已废止，现行为《{replaced_by}》"
    if article and 0 < articles < (numerals.read(article) or 0):
        return "wrong_article", "条文不存在", "block", f"《{name}》共 {articles} 条，没有第{article}条"
    return None


@cache
def _known_laws() -> dict[str, tuple[int, str]]:
    return {row["name"]: (int(row["articles"] or 0), row["replaced_by"]) for row in rows("laws.csv")}


def _title(name: str) -> str:
    return _FORM.sub("", fold(name).strip("《》 "))


def repeated_reply(texts: Texts, earlier: Sequence[str]) -> Iterator[Finding]:
    """The same text as an earlier reply to this citizen or on this matter."""
    mine = _core(texts.reply)
    if len(mine) < SHORT:
        return
    for number, other in enumerate(earlier[:EARLIER], 1):
        ratio = fuzz.ratio(mine, _core(fold(other[: len(texts.reply) * 2 + 200])), score_cutoff=ALIKE)
        if ratio:
            end = len(texts.reply)
            reason = f"与第{number}份既往答复相似度 {ratio:.0f}%，请针对本次诉求答复"
            yield _in_reply(texts, "repeated_reply", "照搬既往答复", "warn", 0, end, reason)
            return


def _core(text: str) -> str:
    return re.sub(r"[\W\d_]+|您好|感谢您.{0,24}支持|网友|收悉|现将.{0,16}如下", "", text)


def too_short(texts: Texts) -> Iterator[Finding]:
    if len(_core(texts.reply)) < SHORT:
        end = len(texts.reply)
        yield _in_reply(texts, "too_short", "答复过短", "warn", 0, end, "除客套外几乎没有内容")
