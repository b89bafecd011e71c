"""Brains on disk: plain arrays and JSON with a hash of both; loading one runs no code and trusts no damaged file.

A directory holds one file a brain and `current.json`, which names the one in use, so that a rollback is one rename.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from classifier.brain import Brain, type_prior
from classifier.features import Vectoriser
from classifier.memory import Memory
from classifier.model import LabelModel
from classifier.prior import Prior
from classifier.reader import Reader
from classifier.similar import Index

MODELS = ("top", "category", "case_type", "unit")
CURRENT = "current.json"
KEPT = 5


class ModelDamaged(RuntimeError):
    """The file is not what was written, or is missing."""


def save(brain: Brain, folder: Path, name: str) -> Path:
    """Write the brain as `<name>.npz` and make it the current one."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {
        "prior.weights": brain.prior.weights,
        "top_prior.weights": brain.top_prior.weights,
        "memory.rows": brain.memory.index.rows,
    }
    described: dict[str, Any] = {
        "facts": brain.facts,
        "words": brain.words,
        "places": brain.places,
        "keywords": brain.prior.keywords,
        "top_keywords": brain.top_prior.keywords,
        "memory": brain.memory.cases,
        "models": {},
        "families": 0,
        "subject_weight": brain.reader.subject_weight,
    }
    if brain.reader.vectoriser is not None:
        described["families"] = len(brain.reader.vectoriser.columns)
        for at, (columns, idf) in enumerate(
            zip(brain.reader.vectoriser.columns, brain.reader.vectoriser.idf, strict=True)
        ):
            arrays[f"features.{at}.columns"], arrays[f"features.{at}.idf"] = columns, idf
    for model in MODELS:
        described["models"][model] = _describe(getattr(brain, model), model, arrays)
    path, part = folder / f"{name}.npz", folder / f"{name}.part"
    with part.open("wb") as file:
        np.savez(file, described=np.frombuffer(json.dumps(described).encode(), np.uint8), **arrays)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    use(folder, name)
    for old in names(folder)[KEPT:]:
        if old != name:
            (folder / f"{old}.npz").unlink()
            card_path(folder, old).unlink(missing_ok=True)
    return path


def names(folder: Path) -> list[str]:
    """Saved brains, the newest first: names begin with their moment."""
    return sorted((path.stem for path in folder.glob("*.npz")), reverse=True)


def card_path(folder: Path, name: str) -> Path:
    """Where the model card of a brain lies."""
    return folder / f"{name}.card.json"


def card(folder: Path, name: str) -> dict[str, Any] | None:
    """The model card as it was measured; None for a brain without one."""
    try:
        found = json.loads(card_path(folder, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def use(folder: Path, name: str) -> None:
    """Make a saved brain the current one; also how an older one is brought back. Only one that can be read."""
    path = folder / f"{name}.npz"
    if name not in names(folder):
        raise ModelDamaged(f"{name}: no such model")
    pointer = {"name": name, "sha256": _sha256(path)}
    part = folder / (CURRENT + ".part")
    part.write_text(json.dumps(pointer))
    part.rename(folder / CURRENT)


def current(folder: Path) -> str | None:
    """Name of the brain in use; None before the first training."""
    try:
        return str(json.loads((folder / CURRENT).read_text())["name"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def load(folder: Path) -> Brain:
    """The current brain, or `ModelDamaged`."""
    try:
        pointer = json.loads((folder / CURRENT).read_text())
        path = folder / f"{pointer['name']}.npz"
        if _sha256(path) != pointer["sha256"]:
            raise ModelDamaged(f"{path.name}: hash differs")
        with np.load(path, allow_pickle=False) as data:
            return _rebuild(dict(data))
    except (OSError, ValueError, KeyError) as broken:
        raise ModelDamaged(str(broken)) from broken


def _describe(model: LabelModel, name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    parts: dict[str, list[str]] = {}
    for key, value in model.arrays().items():
        if isinstance(value, dict):
            parts[key] = list(value)
            for inner, array in value.items():
                arrays[f"{name}.{key}.{inner}"] = array
        elif key != "labels":
            arrays[f"{name}.{key}"] = np.asarray(value)
    return {"labels": model.labels, "parts": parts}


def _rebuild(data: dict[str, Any]) -> Brain:
    described = json.loads(data["described"].tobytes())
    reader = Reader(described["words"], described["places"])
    reader.subject_weight = described["subject_weight"]
    families = range(described["families"])
    if described["families"]:
        reader.vectoriser = Vectoriser(
            [data[f"features.{at}.columns"] for at in families],
            [data[f"features.{at}.idf"] for at in families],
        )
    models = {}
    for name, about in described["models"].items():
        parts = {
            part: {inner: data[f"{name}.{part}.{inner}"] for inner in inners}
            for part, inners in about["parts"].items()
        }
        models[name] = LabelModel.of_arrays(
            {"labels": about["labels"], "seen": data[f"{name}.seen"], "mix": data[f"{name}.mix"], **parts}
        )
    prior = Prior(described["keywords"], data["prior.weights"], reader.segmenter)
    index = Index(reader.segmenter)
    index.extend(np.arange(len(described["memory"])), data["memory.rows"])
    return Brain(
        reader,
        prior,
        Prior(described["top_keywords"], data["top_prior.weights"], reader.segmenter),
        type_prior(reader),
        Memory(index, [(case, unit, category) for case, unit, category in described["memory"]]),
        words=described["words"],
        places=described["places"],
        facts=described["facts"],
        **models,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
