"""Checks of a unit's reply before it goes to the citizen (DOMAIN §6), each with the passage that it found.

Pure; called by the audit of results and by the unit's form while the reply is written. Lexicons: `reply_words.csv`,
`laws.csv`. A finding is advice: the auditor decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from classifier import reply_substance as substance
from classifier import reply_wording as wording
from classifier.reply_text import Finding, Texts

SEVERITIES = ("block", "warn", "hint")

__all__ = ["SEVERITIES", "Finding", "check"]


def check(
    demand: str,
    reply: str,
    *,
    facts: str = "",
    earlier: Sequence[str] = (),
    hazard: bool = False,
    laws: Collection[str] = (),
) -> list[Finding]:
    """All findings, gravest first. `laws` adds titles to the shipped list; `hazard` asks for safety advice."""
    texts = Texts.of(demand or "", reply or "", facts or "")
    found: list[Finding] = []
    for findings in _all(texts, earlier, hazard, laws):
        found += islice(findings, wording.SHOWN)
    return sorted(_once(found), key=lambda f: (SEVERITIES.index(f.severity), f.start))


def _all(
    texts: Texts, earlier: Sequence[str], hazard: bool, laws: Collection[str]
) -> Iterator[Iterator[Finding]]:
    yield substance.too_short(texts)
    yield substance.demand_unanswered(texts)
    yield substance.only_this_incident(texts)
    yield substance.unsupported_resolved(texts)
    yield substance.contact_contradiction(texts)
    yield substance.cited_law(texts, laws)
    yield substance.repeated_reply(texts, earlier)
    if hazard:
        yield substance.hazard_without_advice(texts)
    for one in wording.CHECKS:
        yield one(texts)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """One finding for a code and passage."""
    seen = set()
    for finding in findings:
        key = (finding.code, finding.start, finding.end)
        if key not in seen:
            seen.add(key)
            yield finding
