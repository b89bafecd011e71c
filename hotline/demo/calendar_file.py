"""Writes `calendar.csv` from what the packages know: `python -m hotline.demo.calendar_file 2024 2026 > calendar.csv`.

A city replaces the file by its own; provisional years are left out, since only a notice settles their 调休.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TextIO

from dispatch.workdays import packaged_day

HEADER = ("date", "is_workday", "name", "source")


def rows(first_year: int, last_year: int) -> Iterator[tuple[str, str, str, str]]:
    on = date(first_year, 1, 1)
    while on.year <= last_year:
        day = packaged_day(on)
        if not day.provisional:
            yield on.isoformat(), "yes" if day.is_workday else "no", day.name, day.source
        on += timedelta(days=1)


def write(out: TextIO, first_year: int, last_year: int) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows(first_year, last_year))


if __name__ == "__main__":
    write(sys.stdout, int(sys.argv[1]), int(sys.argv[2]))
