"""Nightly retraining, in a process of its own: training needs memory that the worker should not keep."""

import subprocess
import sys
from pathlib import Path

import hotline
from hotline.tasks.base import house_task


@house_task("learning.retrain")
def retrain() -> None:
    subprocess.run(
        [sys.executable, "-m", "hotline", "train"], cwd=Path(hotline.__file__).parents[1], check=True
    )
