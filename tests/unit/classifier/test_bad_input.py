"""Every kind of bad input has a defined outcome: an answer where the text says something, silence where it does not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from classifier import importing
from classifier.catalogue import Area, Catalogue, Example, RoutingRow, Unit
from classifier.evaluate import main as evaluate
from classifier.hotspots import Hotspots
from classifier.replies import check
from classifier.service import Classifier
from classifier.similar import Index
from classifier.tables import TableUnreadable, read_table
from classifier.taxonomy import Category, Taxonomy
from classifier.text import Segmenter
from classifier.train import train

NOW = datetime(2026, 9, 18, 8, tzinfo=UTC)
CITY = Catalogue(
    Taxonomy(
        [
            Category("A", "公用事业"),
            Category("A01", "燃气", "A", 2, ("燃气", "煤气"), "urgent", ("request",)),
            Category("A02", "路灯", "A", 2, ("路灯",), "normal", ("request",)),
            Category("A03", "无人机", "A", 2, ("无人机", "黑飞"), "urgent", ("request",)),
            Category("B", "城市管理"),
            Category("B01", "占道经营", "B", 2, ("占道", "摆摊"), "normal", ("complaint",)),
        ]
    ),
    units={
        code: Unit(code, name)
        for code, name in (("ranqi", "燃气公司"), ("chengguan", "城管局"), ("shizheng", "市政处"))
    },
    areas=(Area("0", "某市", "county"), Area("01", "青石镇", "township", "0", ("青石",))),
    routing=(
        RoutingRow("1", "A01", "ranqi"),
        RoutingRow("2", "A02", "chengguan"),
        RoutingRow("3", "A03", "shizheng"),
        RoutingRow("4", "B01", "chengguan"),
    ),
)
TAUGHT = [
    Example(f"{at}号附近{what}", "", "request", code, unit)
    for at in range(15)
    for what, code, unit in (
        ("路灯坏了晚上看不见", "A02", "chengguan"),
        ("闻到煤气味道请来检查", "A01", "ranqi"),
        ("有人摆摊占道影响通行", "B01", "chengguan"),
    )
]
SILENT = {
    "empty": "",
    "blank": " \n\t　",
    "one character": "路",
    "punctuation": "，。！？……——“”（）",
    "digits": "123456 7890",
    "another language": "The street lamp has been broken for days, please repair it.",
    "emoji": "😀👍🔥",
    "markup": "<div><img src=x onerror=alert(1)></div>",
    "statement": "'; DROP TABLE hotline_case; -- ",
    "surrogates": "\ud800\udfff",
    "control characters": "\x00\x01\x02\u202e\u200b",
    "fillers only": "嗯嗯嗯啊啊那个那个那个呃呃",
    "one character without end": "啊" * 100_000,
}
SPEAKING = {
    "mixed languages": ("hello 你好 路灯 broken 了 please 修一下 street lamp не работает", "A02"),
    "speech recognition": (
        "呃那个那个我我我想反映一下就是就是那个路灯啊嗯它不亮不亮了已经啊好几天了呃",
        "A02",
    ),
    "traditional and full width": ("門口的路燈壞了，ＡＢＣ１２３號", "A02"),
    "markup around words": (
        "<p>路灯</p><script>alert('x')</script>坏了 &nbsp; https://example.org/a?b=c",
        "A02",
    ),
    "statement with words": ("路灯' OR '1'='1; DROP TABLE x; -- 坏了", "A02"),
    "repetition": ("路灯坏了" * 25_000, "A02"),
    "noise around the point": ("呵" * 50_000 + "煤气味道很浓" + "呵" * 500, "A01"),
    "line breaks": ("路\n灯\n坏了，路灯\r\n\r\n不亮", "A02"),
}


@pytest.fixture(scope="module")
def taught() -> Classifier:
    return Classifier(train(CITY, TAUGHT, NOW), CITY)


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_text_that_says_nothing_gets_no_proposal(taught: Classifier, text: str):
    found = taught.suggest("", text, now=NOW)
    assert (found.category, found.unit, found.case_type, found.levels) == ((), (), (), ())
    assert found.alarms == ()


@pytest.mark.parametrize(("text", "code"), SPEAKING.values(), ids=SPEAKING)
def test_text_that_says_something_among_noise_is_understood(taught: Classifier, text: str, code: str):
    assert taught.suggest("", text, now=NOW).category[0].value == code
    assert taught.suggest(text[:200], "", now=NOW).source == "model"


def test_class_without_examples_is_proposed_by_its_keywords_and_never_confidently(taught: Classifier):
    best = taught.suggest("", "无人机在楼顶黑飞", now=NOW).category[0]
    assert (best.value, best.confident, best.grounds) == ("A03", False, ("keyword",))


def test_unit_without_cases_is_proposed_by_the_catalogue(taught: Classifier):
    best = taught.suggest("", "无人机在楼顶黑飞", now=NOW).unit[0]
    assert (best.value, best.grounds) == ("shizheng", ("catalogue",))


@pytest.mark.parametrize("text", [*SILENT.values(), *(text for text, _ in SPEAKING.values())])
def test_duplicates_events_and_reply_checks_take_any_text(text: str):
    segmenter = Segmenter()
    index, events = Index(segmenter), Hotspots(segmenter)
    index.add(1, text, text)
    assert [match.case_id for match in index.query(text, text)] in ([], [1])
    assert events.add(1, text, text) == (1, [])
    assert isinstance(check(text, text, facts=text), list)


def test_training_on_rubbish_beside_good_rows_still_learns_the_good_ones():
    rubbish = [Example(text, "", "nonsense", "Z99", "nobody") for text in SILENT.values()]
    brain = train(CITY, [*TAUGHT, *rubbish], NOW)
    assert Classifier(brain, CITY).suggest("", "路灯坏了", now=NOW).category[0].value == "A02"
    assert "Z99" not in brain.category.labels


@pytest.mark.parametrize("examples", [[], TAUGHT[:1], TAUGHT[:2], TAUGHT[::3]])
def test_training_on_next_to_nothing_gives_a_model_that_answers(examples: list[Example]):
    brain = train(CITY, examples, NOW)
    assert Classifier(brain, CITY).suggest("", "路灯坏了", now=NOW).category[0].value == "A02"


def test_table_in_gb18030_with_broken_lines_keeps_the_good_rows_and_names_the_others(tmp_path: Path):
    path = tmp_path / "导出.csv"
    lines = [
        "标题,诉求内容,诉求分类编码,承办单位",
        "路灯,门口路灯不亮,A02,城管局",
        "缺一列,只有三列,A02",
        "多一列,内容,A02,城管局,多余",
        "",
        '"引号,里有逗号","燃气\n换行",A01,ranqi',
        "未知分类,内容,Z99,无此单位",
    ]
    path.write_bytes("\n".join(lines).encode("gb18030") + b"\n\xff\xff\x80,\x81,A02,\xfe\n")
    found = importing.read(path, CITY)
    assert [(one.title, one.category_code, one.unit_code) for one in found.examples[:2]] == [
        ("路灯", "A02", "chengguan"),
        ("引号,里有逗号", "A01", "ranqi"),
    ]
    assert any(problem.startswith("第3行") for problem in found.problems)
    assert any(problem.startswith("第4行") for problem in found.problems)
    assert any("无法识别" in problem for problem in found.problems)
    assert found.unknown["诉求分类编码：Z99"] == 1
    assert found.unknown["承办单位：无此单位"] == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.csv", b"\n\n"), ("b.csv", b"x,y\n1,2\n"), ("c.csv", bytes(range(256)) * 40)],
)
def test_table_without_a_usable_header_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableUnreadable):
        importing.read(path, CITY)


def test_cell_without_end_is_cut_and_the_row_kept(tmp_path: Path):
    path = tmp_path / "long.csv"
    path.write_text("text,label\n" + "长" * 2_000_000 + ",甲\n", encoding="utf-8")
    (row,) = read_table(path).rows
    assert (len(row["text"]), row["label"]) == (1_000_000, "甲")


def test_evaluation_of_a_file_without_the_columns_says_so_in_one_sentence(tmp_path: Path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = CliRunner().invoke(evaluate, ["--task", "category", "--test", str(tmp_path / "x.csv")])
    assert done.exit_code == 1
    assert "缺少列" in done.output
