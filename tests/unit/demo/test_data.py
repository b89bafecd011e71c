"""The data files of the demo house: complete, consistent with each other, invented where they speak of people."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from dispatch.status import CaseType, Urgency
from hotline.demo import calendar_file
from hotline.demo.load import DATA


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


CATEGORIES = rows("categories")
PARENTS = {row["parent_code"] for row in CATEGORIES}
LEAVES = {row["code"]: row for row in CATEGORIES if row["code"] not in PARENTS}
UNITS = {row["code"] for row in rows("units")}
EXAMPLES = rows("examples")


def test_class_tree_is_deep_and_wide_enough():
    assert sum(row["level"] == "1" for row in CATEGORIES) == 20
    assert len(LEAVES) >= 320
    assert {row["level"] for row in LEAVES.values()} <= {"3", "4"}
    names = Counter(row["name"] for row in LEAVES.values())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_leaf_has_words_that_citizens_use_and_types():
    for row in LEAVES.values():
        assert 5 <= len(row["keywords"].split("|")) <= 15, row
        assert set(row["case_types"].split("|")) <= set(CaseType), row
        assert row["default_urgency"] in set(Urgency)


def test_every_leaf_is_routed_named_in_the_duty_list_and_shown_by_an_example():
    assert set(LEAVES) == {row["category_code"] for row in rows("routing")}
    assert set(LEAVES) == {row["category_code"] for row in rows("township_duties")}
    assert set(LEAVES) == {row["category_code"] for row in EXAMPLES}


def test_catalogue_marks_every_basis_that_is_not_certain():
    for row in rows("routing"):
        certain = row["law_status"] == "确定"
        assert certain == bool(row["law"] and row["article"]), row
        assert certain or row["note"], row
        assert not row["law"] or re.fullmatch(r"《[^《》]+》", row["law"]), row


def test_conduct_of_offices_goes_to_the_supervision_office():
    conduct = [row for row in rows("routing") if row["category_code"].startswith("R0101")]
    assert conduct
    assert {row["lead_unit"] for row in conduct} == {"duchashi"}


def test_examples_are_many_and_no_two_tell_the_same():
    assert len(EXAMPLES) >= 1500
    holders = defaultdict(set)
    shingles = []
    for row in EXAMPLES:
        plain = re.sub(r"\W", "", row["text"])
        shingles.append({plain[at : at + 3] for at in range(len(plain) - 2)})
    for number, grams in enumerate(shingles):
        common = Counter(other for gram in grams for other in holders[gram])
        for other, shared in common.items():
            assert shared / len(grams | shingles[other]) < 0.5, (EXAMPLES[number], EXAMPLES[other])
        for gram in grams:
            holders[gram].add(number)


def test_examples_differ_in_length():
    lengths = sorted(len(row["text"]) for row in EXAMPLES)
    assert lengths[len(lengths) // 20] <= 25
    assert lengths[-len(lengths) // 40] > 80


def test_examples_name_types_units_and_urgencies_that_exist():
    for row in EXAMPLES:
        assert row["case_type"] in LEAVES[row["category_code"]]["case_types"].split("|"), row
        assert row["unit_code"] in UNITS, row
        assert row["urgency"] in set(Urgency), row
        assert row["title"], row


def test_examples_and_stories_show_no_real_number_and_no_full_name():
    for row in [*EXAMPLES, *rows("stories")]:
        for text in (value for name, value in row.items() if name != "area_code"):
            assert not re.search(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx]", text), row
    callers = {row["caller"] for row in rows("stories")}
    assert all(re.fullmatch(r"匿名|.(先生|女士)", caller) for caller in callers)


def test_calendar_file_is_what_the_script_writes(tmp_path):
    path = tmp_path / "calendar.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        calendar_file.write(out, 2024, 2026)
    assert path.read_bytes() == (DATA / "calendar.csv").read_bytes()


@pytest.mark.parametrize(
    ("on", "is_workday"),
    [
        (date(2026, 2, 14), "yes"),
        (date(2026, 2, 16), "no"),
        (date(2026, 9, 20), "yes"),
        (date(2026, 10, 10), "yes"),
        (date(2025, 10, 8), "no"),
        (date(2024, 5, 11), "yes"),
        (date(2026, 11, 24), "yes"),
    ],
)
def test_calendar_agrees_with_the_notices_of_the_state_council(on, is_workday):
    days = {row["date"]: row for row in rows("calendar")}
    assert days[on.isoformat()]["is_workday"] == is_workday


def test_calendar_leaves_out_years_without_a_notice():
    assert {row[0][:4] for row in calendar_file.rows(2026, 2027)} == {"2026"}
