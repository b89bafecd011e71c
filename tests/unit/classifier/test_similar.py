"""Near duplicates and events: found however little they share by letters, kept apart where only the town is common."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from classifier import hotspots
from classifier.alarms import assess
from classifier.hotspots import Hotspots, Report
from classifier.similar import Index
from classifier.text import Segmenter

NOW = datetime(2026, 9, 18, 8, tzinfo=UTC)
LIFT = "金沙小区三栋电梯停运三天没有人修，老人无法出门"
LIFT_AGAIN = "三栋电梯停运没有人修，金沙小区老人出不了门"
NOISE = "地铁工地凌晨两点仍在施工，噪声扰民"
WAGES = "工地拖欠农民工工资三个月不给"


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture
def index(segmenter: Segmenter) -> Index:
    index = Index(segmenter)
    for case_id, text in ((10, LIFT), (20, NOISE), (30, WAGES)):
        index.add(case_id, "", text)
    return index


def test_query_finds_the_same_matter_in_other_words_and_nothing_else(index: Index):
    assert [match.case_id for match in index.query("", LIFT_AGAIN)] == [10]
    assert index.query("", LIFT)[0].score == 1.0


@pytest.mark.parametrize("text", ["", "嗯", "，。！？", "\U0001f600", "1 2 3"])
def test_query_of_a_text_that_says_nothing_finds_nothing(index: Index, text: str):
    assert index.query("", text) == []


def test_index_in_a_file_answers_as_the_one_in_memory_and_grows(
    index: Index, segmenter: Segmenter, tmp_path: Path
):
    index.save(tmp_path / "3")
    again = Index.open(tmp_path / "3", segmenter)
    assert again.query("", LIFT_AGAIN) == index.query("", LIFT_AGAIN)
    again.add(40, "", LIFT_AGAIN)
    assert [match.case_id for match in again.query("", LIFT_AGAIN)] == [40, 10]
    again.save(tmp_path / "4")
    assert Index.open(tmp_path / "4", segmenter).ids.tolist() == [10, 20, 30, 40]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4"]


def test_index_of_many_finds_each_of_them(segmenter: Segmenter):
    chance = np.random.default_rng(1)
    rows = chance.integers(0, 1 << 22, (5000, 20)).astype(np.uint32)
    index = Index(segmenter)
    index.extend(np.arange(5000), rows)
    assert all(index.query_sketch(rows[at])[0].case_id == at for at in range(0, 5000, 500))


def test_events_join_when_a_case_resembles_both_and_the_older_key_stays(segmenter: Segmenter):
    events = Hotspots(segmenter)
    assert events.add(1, "", LIFT) == (1, [])
    assert events.add(2, "", NOISE) == (2, [])
    assert events.add(3, "", LIFT_AGAIN) == (1, [])
    assert events.add(3, "", LIFT_AGAIN) == (1, [])
    assert events.groups() == [(1, [1, 3])]


def test_events_restored_from_their_keys_go_on_as_before(segmenter: Segmenter):
    events = Hotspots(segmenter)
    events.restore(7, "", LIFT, key=3)
    events.restore(8, "", NOISE, key=8)
    assert events.add(9, "", LIFT_AGAIN)[0] == 3


def report(case_id: int, caller: str = "", text: str = "", hours: int = 1, group: int = 1) -> Report:
    at = NOW - timedelta(hours=hours)
    return Report(case_id, group, "01", "A01", at, caller, assess(text).alarms)


def levels(reports: list[Report]) -> list[tuple[str, str]]:
    return [(one.level, one.key) for one in hotspots.alarms(reports, NOW)]


def test_alarms_count_callers_of_the_last_day_and_one_event_is_told_once():
    day = [report(at, f"c{at}") for at in range(3)]
    assert levels(day) == [("watch", "place:01:A01")]
    assert levels([report(at, "c1") for at in range(3)]) == []
    assert levels([*day[:2], report(9, "c9", hours=25)]) == []
    assert levels([report(at, f"c{at}") for at in range(10)]) == [("report", "place:01:A01")]


def test_alarms_of_an_event_over_several_places_are_told_beside_the_places():
    spread = [Report(at, 5, f"0{at}", "A01", NOW, f"c{at}") for at in range(3)]
    assert levels(spread) == [("watch", "event:5")]


@pytest.mark.parametrize(
    "text",
    ["楼道燃气泄漏味道很浓", "工地拖欠工资几十个民工聚集", "学校多名学生食物中毒呕吐", "他说要跳楼自杀"],
)
def test_alarms_for_a_sensitive_word_need_one_call(text: str):
    assert levels([report(4, text=text)]) == [("flash", "case:4")]
