"""The classifier at work: reasons with every answer, day one without cases, damage never stops intake."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifier import service, store
from classifier.catalogue import Area, Catalogue, Example, RoutingRow, Unit
from classifier.service import CATALOGUE, MODEL, Classifier
from classifier.taxonomy import Category, Taxonomy
from classifier.train import train

NOW = datetime(2026, 9, 18, 8, tzinfo=UTC)
TREE = Taxonomy(
    [
        Category("A", "公用事业"),
        Category("A01", "燃气", "A", 2, ("燃气", "煤气", "天然气"), "urgent", ("request",)),
        Category("A02", "路灯", "A", 2, ("路灯", "灯不亮"), "normal", ("request",)),
        Category("B", "城市管理"),
        Category("B01", "占道经营", "B", 2, ("占道", "摆摊"), "normal", ("complaint",)),
    ]
)
CITY = Catalogue(
    TREE,
    units={
        "ranqi": Unit("ranqi", "燃气公司"),
        "chengguan": Unit("chengguan", "城管局"),
        "zhen": Unit("zhen", "青石镇人民政府", "青石镇", "township", "", "01"),
    },
    areas=(Area("0", "某市", "county"), Area("01", "青石镇", "township", "0", ("青石",))),
    routing=(
        RoutingRow("1", "A01", "ranqi", law="《城镇燃气管理条例》", law_status="待核实"),
        RoutingRow("2", "A02", "chengguan"),
        RoutingRow("3", "B01", "chengguan"),
        RoutingRow("4", "B01", "@township", object_rule="集市|赶集"),
    ),
    township_may_handle={"B01": True, "A01": False},
)
TAUGHT = [
    Example(f"{word}{at}号附近{what}", "", kind, code, unit)
    for at in range(12)
    for word, what, kind, code, unit in (
        ("河边", "路灯坏了晚上看不见", "request", "A02", "chengguan"),
        ("小区", "闻到煤气味道请来检查", "request", "A01", "ranqi"),
        ("路口", "有人摆摊占道影响通行", "complaint", "B01", "chengguan"),
    )
]


@pytest.fixture(scope="module")
def taught() -> Classifier:
    return Classifier(train(CITY, TAUGHT, NOW), CITY)


@pytest.fixture(scope="module")
def untaught() -> Classifier:
    return Classifier(train(CITY, (), NOW), CITY, CATALOGUE)


def test_suggest_on_day_one_answers_by_lists_alone_and_is_never_confident(untaught):
    found = untaught.suggest("路灯不亮", "门口路灯坏了", now=NOW)
    assert found.source == CATALOGUE
    assert found.category[0].value == "A02"
    assert found.unit[0].value == "chengguan"
    assert not any(one.confident for one in (*found.category, *found.unit, *found.case_type, *found.urgency))


def test_suggest_after_training_is_sure_and_names_the_words(taught):
    found = taught.suggest("", "巷子里路灯坏了", now=NOW)
    assert found.source == MODEL
    assert (found.category[0].value, found.case_type[0].value) == ("A02", "request")
    assert any("路灯" in reason for reason in found.category[0].reasons)
    assert found.unit[0].value == "chengguan"
    assert any("派单目录第 2 行" in reason for reason in found.unit[0].reasons)


def test_suggest_of_an_uncertain_law_says_so(taught):
    found = taught.suggest("", "楼道有煤气味道", now=NOW)
    assert "依据：《城镇燃气管理条例》（待核实）" in found.unit[0].reasons


def test_suggest_proposes_the_township_only_for_what_its_duties_name(untaught):
    fair = untaught.suggest("", "青石镇集市有人占道摆摊", now=NOW)
    gas = untaught.suggest("", "青石镇煤气漏了", now=NOW)
    assert "zhen" in [one.value for one in fair.unit]
    assert gas.unit[0].value == "ranqi"


def test_suggest_on_day_one_lets_a_named_class_win_over_general_words(untaught):
    """燃气 is a word of a whole branch by the shipped subjects; 占道 is the keyword of a class that the text names."""
    found = untaught.suggest("", "占道摊位旁边没有燃气管理站", now=NOW)
    two = Taxonomy(
        [
            Category("A", "城乡建设"),
            Category("A01", "电梯", "A", 2, ("电梯",), "urgent"),
            Category("B", "城市管理"),
            Category("B01", "占道", "B", 2, ("占道",), "normal"),
        ]
    )
    small = Classifier(train(Catalogue(two), (), NOW), Catalogue(two), CATALOGUE)
    alone = small.suggest("", "占道摊位旁边没有燃气泄漏", now=NOW)
    assert "B01" in [one.value for one in found.category]
    assert [one.value for one in alone.category] == ["B01"]
    assert alone.urgency[0].value == "normal"


def test_suggest_keeps_the_graver_of_words_and_class(taught):
    assert taught.suggest("", "闻到很浓的煤气味", now=NOW).urgency[0].value == "critical"
    assert taught.suggest("", "想问煤气怎么开户", now=NOW).urgency[0].value == "urgent"
    assert taught.suggest("", "路灯坏了", now=NOW).urgency[0].value == "normal"


@pytest.mark.parametrize("text", ["", "嗯", "，。！？……", "\U0001f600", "'; drop table x; --", "<b>!</b>"])
def test_suggest_of_a_text_that_says_nothing_proposes_nothing(taught, text):
    found = taught.suggest("", text, now=NOW)
    assert (found.category, found.unit, found.case_type) == ((), (), ())


@pytest.mark.parametrize("text", ["路" * 100_000, "路灯" * 50_000, "abc路灯 " * 10_000])
def test_suggest_of_an_endless_text_answers(taught, text):
    assert taught.suggest("", text, now=NOW).source == MODEL


def test_case_of_a_unit_that_was_merged_teaches_its_heir():
    city = Catalogue(TREE, {"new": Unit("new", "新局")}, succeeded_by={"old": ("new",)})
    past = [Example(f"路灯{at}坏了", "", "request", "A02", "old") for at in range(6)]
    past += [Example(f"占道{at}摆摊", "", "complaint", "B01", "new") for at in range(6)]
    brain = train(city, past, NOW)
    assert [brain.unit.labels[at] for at in brain.unit.seen] == ["new"]


def test_model_saved_and_loaded_answers_the_same(taught, tmp_path: Path):
    store.save(taught.brain, tmp_path, "one")
    again = service.load(tmp_path, CITY, NOW)
    asked = ("夜里路灯坏了", "河边路灯坏了看不见")
    assert again.suggest(*asked, now=NOW).to_dict() == taught.suggest(*asked, now=NOW).to_dict()


def test_training_twice_gives_the_same_answers(taught):
    again = Classifier(train(CITY, TAUGHT, NOW), CITY)
    asked = ("", "路口有人占道")
    assert again.suggest(*asked, now=NOW).to_dict() == taught.suggest(*asked, now=NOW).to_dict()


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(path.read_bytes()[:-9]), Path.unlink])
def test_model_that_is_damaged_or_gone_is_replaced_by_the_lists(taught, tmp_path: Path, damage):
    damage(store.save(taught.brain, tmp_path, "one"))
    assert service.load(tmp_path, CITY, NOW).source == CATALOGUE
    assert service.load(tmp_path / "never", CITY, NOW).source == CATALOGUE


def test_rollback_brings_the_older_model_back(taught, untaught, tmp_path: Path):
    store.save(untaught.brain, tmp_path, "1")
    store.save(taught.brain, tmp_path, "2")
    assert store.current(tmp_path) == "2"
    store.use(tmp_path, "1")
    assert not len(store.load(tmp_path).category.seen)


def test_suggest_without_any_class_tree_still_raises_alarms():
    bare = Classifier(train(Catalogue(Taxonomy([])), (), NOW), Catalogue(Taxonomy([])), CATALOGUE)
    found = bare.suggest("", "楼道里煤气味很浓", now=NOW)
    assert (found.category, found.unit) == ((), ())
    assert found.urgency[0].value == "critical"
