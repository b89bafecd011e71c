"""智能填单: what the text says for the fields of the form, each with the words it was read from and how sure that is.

Positions are characters of the field as typed, so that the console can mark the source. The person decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from classifier.extraction import Entities, Entity

FIELDS = {
    "address": "事发地址",
    "event_at": "事发时间",
    "target_name": "被反映对象",
    "amount": "涉及金额",
    "contact_no": "联系电话",
    "demand": "诉求",
}


@dataclass(frozen=True, kw_only=True)
class Fill:
    """`source` is the field that was read, [start, end) the place in it; `confidence` 0–1."""

    field: str
    label: str
    value: str
    source: str
    start: int
    end: int
    confidence: float


def fills(found: Entities, read: dict[str, str]) -> list[Fill]:
    """The best entity for each field; `read` are the fields in the order in which the classifier read them."""
    best = {
        "address": found.places[:1],
        "event_at": found.times[:1],
        "target_name": found.targets[:1],
        "amount": found.amounts[:1],
        "contact_no": found.phones[:1],
        "demand": (found.demand,) if found.demand else (),
    }
    return [fill for field, one in best.items() for entity in one for fill in _placed(field, entity, read)]


def _placed(field: str, entity: Entity, read: dict[str, str]) -> Iterator[Fill]:
    """Fields are read end to end with a line break between them."""
    begin = 0
    for source, text in read.items():
        if begin <= entity.start < begin + len(text) and source != field:
            yield Fill(
                field=field,
                label=FIELDS[field],
                value=entity.value,
                source=source,
                start=entity.start - begin,
                end=min(entity.end - begin, len(text)),
                confidence=round(entity.confidence, 2),
            )
        begin += len(text) + 1
