"""Training on this house: champion against challenger on the newest cases, promotion only when better beyond noise.

Called by `hotline train` and by the nightly task, each in a process of its own that gives its memory back. A training
that dies leaves the model in use as it was: a new one appears by one rename at the very end.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from classifier import card, importing, pictures, store
from classifier.brain import Brain
from classifier.catalogue import Catalogue, Example, examples_of
from classifier.memory import Memory
from classifier.metrics import better_beyond_noise
from classifier.service import Classifier
from classifier.similar import Index
from classifier.tables import read_table
from classifier.text import Segmenter
from classifier.train import Tell, silent, train
from hotline.core.clock import local, local_date
from hotline.core.settings import Mode, Settings
from hotline.desk import brain, lessons, model_board

SHIPPED = Path(__file__).parents[1] / "demo" / "examples.csv"
HELD_OUT = 0.2
MEASURED = 1000
"""Cases that a card is measured on, the newest."""
ENOUGH = 50
"""Fewer cases that the champion was not taught decide nothing."""
SAME = 0.95
ATTEMPTS_KEPT = 30
COLUMNS = ("text", "title", "case_type", "category_code", "unit_code", "urgency", "place")


@dataclass(frozen=True)
class Outcome:
    """`champion` and `challenger` are mean shares of right classes and units of the `compared` cases."""

    name: str
    promoted: bool
    why: str
    examples: int
    compared: int
    champion: float | None
    challenger: float | None


@dataclass(frozen=True)
class _Data:
    """`learning` and `tested` are all that is known, cut: solved cases by time, given texts by likeness."""

    learning: list[Example]
    tested: list[Example]

    @property
    def whole(self) -> list[Example]:
        return [*self.learning, *self.tested]


def keep(settings: Settings, path: Path, examples: Sequence[Example]) -> Path:
    """Imported cases teach every later training too, until their file is taken away."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    kept = _given(settings) / f"{digest}.csv"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({name: getattr(one, name) for name in COLUMNS} for one in examples)
    return kept


def bring(
    settings: Settings, session: Session, now: datetime, path: Path, mapping: Mapping[str, str] | None = None
) -> importing.Imported:
    """What a file would teach; `keep` it to let it teach."""
    return importing.read(path, lessons.catalogue(session, local_date(now)), mapping)


def retrain(
    settings: Settings, session: Session, now: datetime, *, measured: bool = True, tell: Tell = silent
) -> Outcome:
    """Train on lists, closed cases, imported files and (demo) the shipped texts; keep the better model.

    Without `measured` the first model has no card, so that a new house starts the sooner; the next one measures.
    """
    known = lessons.catalogue(session, local_date(now))
    data = _gather(settings, lessons.examples(session))
    where, name = brain.folder(settings), f"{local(now):%Y%m%d-%H%M%S}"
    champion = _champion(where)
    if champion is None and not measured:
        outcome = Outcome(name, True, "首个模型", len(data.whole), 0, None, None)
        return _promote(outcome, train(known, data.whole, now, tell), where)
    challenger = Classifier(train(known, data.learning, now, tell), known)
    tell("比较与评测")
    outcome = _judge(name, champion, challenger, data, now, unmeasured=_is_unmeasured(where))
    _note(where, outcome)
    if not outcome.promoted:
        return outcome
    figures = _card(challenger, data, now, tell) | asdict(outcome)
    card.save(figures, _made(store.card_path(where, name)))
    return _promote(outcome, train(known, data.whole, now, tell), where)


def _note(where: Path, outcome: Outcome) -> None:
    """The last trainings and what became of them, the newest first."""
    path = _made(where / model_board.ATTEMPTS)
    kept = [asdict(outcome), *model_board.attempts(where)][:ATTEMPTS_KEPT]
    part = path.with_suffix(".part")
    part.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def _promote(outcome: Outcome, final: Brain, where: Path) -> Outcome:
    final.facts |= asdict(outcome)
    store.save(final, where, outcome.name)
    return outcome


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _given(settings: Settings) -> Path:
    return settings.data_dir / "examples"


def _gather(settings: Settings, solved: list[Example]) -> _Data:
    files = sorted(_given(settings).glob("*.csv"))
    given = [one for path in files for one in examples_of(read_table(path).rows)]
    if settings.mode is Mode.DEMO:
        given = [*examples_of(read_table(SHIPPED).rows), *given]
    cut = len(solved) - int(len(solved) * HELD_OUT)
    learning, tested = _apart(given)
    return _Data([*learning, *solved[:cut]], [*tested, *solved[cut:]])


def _apart(given: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """A fifth of the texts to test with; what resembles each other stays on one side."""
    index = Index(Segmenter())
    group: list[int] = []
    for at, one in enumerate(given):
        found = index.query(one.title, one.text, limit=1, floor=0.5)
        group.append(group[found[0].case_id] if found else at)
        index.add(at, one.title, one.text)
    sizes = Counter(group)
    chosen: set[int] = set()
    for key in np.random.default_rng(12345).permutation(sorted(sizes)).tolist():
        if sum(sizes[one] for one in chosen) >= HELD_OUT * len(given):
            break
        chosen.add(key)
    sides: tuple[list[Example], list[Example]] = ([], [])
    for key, one in zip(group, given, strict=True):
        sides[key in chosen].append(one)
    return sides


def _champion(where: Path) -> Brain | None:
    """The model in use; None before the first training and when its file is damaged."""
    try:
        return store.load(where)
    except store.ModelDamaged:
        return None


def _is_unmeasured(where: Path) -> bool:
    name = store.current(where)
    return name is not None and store.card(where, name) is None


def _judge(
    name: str,
    champion: Brain | None,
    challenger: Classifier,
    data: _Data,
    now: datetime,
    *,
    unmeasured: bool,
) -> Outcome:
    known, size = challenger.catalogue, len(data.whole)
    if champion is None:
        return Outcome(name, True, "首个模型", size, 0, None, None)
    fresh = _unseen(data.tested, champion)[-MEASURED:]
    old = card.right(Classifier(champion, known), fresh, now)
    new = card.right(challenger, fresh, now)
    promoted, why = verdict(old, new, outdated=unmeasured or _lists_moved(champion, known))
    shares = (float(old.mean()), float(new.mean())) if len(fresh) else (None, None)
    return Outcome(name, promoted, why, size, len(fresh), *shares)


def verdict(old: np.ndarray, new: np.ndarray, *, outdated: bool) -> tuple[bool, str]:
    """Whether the challenger is taken, by what both have right of the same cases, and why."""
    if len(old) >= ENOUGH and better_beyond_noise(old, new):
        return True, "明显优于现用模型"
    if outdated and not better_beyond_noise(new, old):
        return True, "分类或单位已变，或现用模型未经评测；新模型不比它差"
    if len(old) < ENOUGH:
        return False, f"现用模型未学过的工单只有 {len(old)} 件，不足 {ENOUGH} 件，无法比较"
    return False, "差别未超出随机波动"


def _lists_moved(champion: Brain, known: Catalogue) -> bool:
    leaves, units = set(known.taxonomy.leaves), set(known.units)
    return set(champion.category.labels) != leaves or set(champion.unit.labels) != units


def _unseen(cases: list[Example], champion: Brain) -> list[Example]:
    """Cases that the champion was not taught: it would win on what it knows by heart."""
    memory: Memory = champion.memory
    taught = {case_id for case_id, _, _ in memory.cases}
    return [
        one
        for one in cases
        if (
            one.case_id not in taught
            if one.case_id
            else not memory.index.query(one.title, one.text, floor=SAME)
        )
    ]


def _card(challenger: Classifier, data: _Data, now: datetime, tell: Tell) -> card.Card:
    """Measured on the challenger, which has not seen the tested cases; the model in use has learned from them too."""
    known, tested = challenger.catalogue, data.tested[-MEASURED:]
    figures = card.measure(challenger, tested, now)
    tell("学习曲线")
    curve = card.learning_curve(
        lambda some: Classifier(train(known, some, now), known), data.learning, tested, now
    )
    last = {name: figures["figures"][name]["accuracy"] for name in ("category", "unit")}
    figures |= {
        "trained_at": now.isoformat(),
        "split": "已办工单取最新五分之一，样例按相似分组取五分之一",
        "data": card.described(data.whole, known),
        "curve": [*curve, {"rows": len(data.learning)} | last] if tested else [],
    }
    return figures | {"pictures": pictures.draw(figures)}
