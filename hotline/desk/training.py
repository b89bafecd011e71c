"""Training on this house: champion against challenger on the newest cases, promotion only when better beyond noise.

Called by `hotline train` and by the nightly task, each in a process of its own that gives its memory back.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from classifier import store
from classifier.brain import Brain
from classifier.catalogue import Catalogue, Example, examples_of
from classifier.service import Classifier
from classifier.tables import read_table
from classifier.train import train
from hotline.core.clock import local, local_date
from hotline.core.settings import Mode, Settings
from hotline.desk import brain, lessons

SHIPPED = Path(__file__).parents[1] / "demo" / "examples.csv"
HELD_OUT = 0.2
ENOUGH = 50
"""Fewer newest cases than this decide nothing: the challenger, which knows today's lists, is taken."""
BEYOND_NOISE = 1.645


@dataclass(frozen=True)
class Outcome:
    """`champion` and `challenger` are shares of right classes on the newest cases; None where too few are known."""

    promoted: bool
    examples: int
    tested: int
    champion: float | None
    challenger: float | None
    name: str


def retrain(settings: Settings, session: Session, now: datetime, extra: Sequence[Path] = ()) -> Outcome:
    """Train on lists, closed cases, and (demo) the shipped texts; keep the better model."""
    known = lessons.catalogue(session, local_date(now))
    solved = lessons.examples(session)
    given = [one for path in extra for one in examples_of(read_table(path).rows)]
    base = examples_of(read_table(SHIPPED).rows) if settings.mode is Mode.DEMO else []
    where, name = brain.folder(settings), f"{local(now):%Y%m%d-%H%M%S}"
    champion_brain = _champion(where)
    newest = _unseen(solved[len(solved) - int(len(solved) * HELD_OUT) :], champion_brain)
    champion, challenger = _compare(champion_brain, known, [*base, *given, *solved], newest, now)
    promoted = _is_better(champion, challenger)
    outcome = Outcome(
        promoted,
        len(base) + len(given) + len(solved),
        len(newest),
        _share(champion),
        _share(challenger),
        name,
    )
    if promoted:
        final = train(known, [*base, *given, *solved], now)
        final.facts |= asdict(outcome)
        store.save(final, where, name)
    return outcome


Right = np.ndarray[Any, np.dtype[np.bool_]]


def _champion(where: Path) -> Brain | None:
    """The model in use; None before the first training and when its file is damaged."""
    try:
        return store.load(where)
    except store.ModelDamaged:
        return None


def _unseen(cases: list[Example], champion: Brain | None) -> list[Example]:
    """Cases that the champion was not taught: it would win on what it knows by heart."""
    taught = {case_id for case_id, _, _ in champion.memory.cases} if champion else set()
    return [one for one in cases if one.case_id not in taught]


def _compare(
    champion: Brain | None, known: Catalogue, everything: list[Example], newest: list[Example], now: datetime
) -> tuple[Right | None, Right | None]:
    """Which of the newest cases each of the two classes rightly; None without champion or with too few cases."""
    if champion is None or len(newest) < ENOUGH:
        return None, None
    held = {one.case_id for one in newest}
    earlier = [one for one in everything if not one.case_id or one.case_id not in held]
    challenger = Classifier(train(known, earlier, now), known)
    return _right(Classifier(champion, known), newest, now), _right(challenger, newest, now)


def _right(model: Classifier, cases: list[Example], now: datetime) -> Right:
    found = (model.suggest(one.title, one.text, now=now).category for one in cases)
    return np.array(
        [bool(best) and best[0].value == one.category_code for best, one in zip(found, cases, strict=True)]
    )


def _share(right: Right | None) -> float | None:
    return None if right is None else round(float(right.mean()), 4)


def _is_better(champion: Right | None, challenger: Right | None) -> bool:
    """Better by more than chance on the same cases (paired difference); without a comparison the new one is taken."""
    if champion is None or challenger is None:
        return True
    gain = challenger.astype(float) - champion.astype(float)
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    return float(gain.mean()) > BEYOND_NOISE * error
