"""Training on a house: the first model is taken, a later one only when it is better beyond noise; cards and rollback."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from classifier import report, store
from hotline.core.errors import NotFound
from hotline.core.identity import PermissionMissing, Role
from hotline.core.settings import Mode
from hotline.core.uow import UnitOfWork
from hotline.desk import brain, model_board, training
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture

SAID = {
    ("A0101", "zhujian"): (
        "电梯停运没有人修",
        "电梯困人很危险",
        "电梯按钮失灵",
        "电梯年检过期了",
        "电梯半夜异响",
    ),
    ("B01", "chengguan"): (
        "小贩占道摆摊堵路",
        "夜市占道经营吵闹",
        "水果车占道叫卖",
        "占道停放板车",
        "早餐摊占道油烟大",
    ),
}
WHERE = ("金沙小区", "银桂苑", "北正路口", "菜市场旁", "学校门口", "医院对面", "车站广场", "文化公园")


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small city's texts instead of the demo's: 80 of two classes."""
    path = tmp_path / "shipped.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(training.COLUMNS)
        for place in WHERE:
            for (code, unit), texts in SAID.items():
                writer.writerows(
                    [f"{place}{text}", "", "complaint", code, unit, "normal", ""] for text in texts
                )
    monkeypatch.setattr(training, "SHIPPED", path)
    return path


def retrain(uow: UnitOfWork, **options: bool) -> training.Outcome:
    uow.now += timedelta(seconds=1)  # models are named by their second
    return training.retrain(uow.settings, uow.session, uow.now, **options)


def test_retrain_of_a_new_house_is_taken_and_answers_and_has_a_card(city: City) -> None:  # noqa: F811
    steps: list[str] = []
    with city.uow() as uow:
        done = training.retrain(uow.settings, uow.session, uow.now, tell=steps.append)
        assert (done.promoted, done.examples) == (True, 80)
        assert store.current(brain.folder(uow.settings)) == done.name
        assert brain.classifier(uow).source == "model"
        card = model_board.card(uow, done.name)
        written = report.render(card, done.name)
    assert card["tested"] == 16
    assert card["figures"]["category"]["accuracy"] > 0.8
    assert {row["code"] for row in card["classes"]} <= {"A0101", "B01"}
    assert [point["rows"] for point in card["curve"]][:1] == [0]
    assert set(card["pictures"]) == {"reliability", "branches", "confusion", "curve"}
    assert written.count("<svg") == 4
    assert card["classes"][0]["name"] in written
    assert len(steps) == 12


def test_first_model_without_a_card_gives_way_to_the_first_measured_one_that_is_no_worse(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        first = retrain(uow, measured=False)
        with pytest.raises(NotFound):
            model_board.card(uow, first.name)
        second = retrain(uow)
        assert second.promoted
        assert "未经评测" in second.why
        assert model_board.card(uow, second.name)["figures"]["category"]["count"] > 0
        listed = model_board.models(uow)
    assert [(one.name, one.in_use) for one in listed.items] == [(second.name, True), (first.name, False)]
    assert [one["promoted"] for one in listed.attempts] == [True]


def test_retrain_without_new_cases_keeps_the_champion_and_says_why(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        first = retrain(uow)
        second = retrain(uow)
        assert (second.promoted, second.compared) == (False, 0)
        assert "不足" in second.why
        assert store.current(brain.folder(uow.settings)) == first.name


def test_retrain_after_the_class_tree_grew_takes_a_model_that_knows_it(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        retrain(uow)
        uow.session.add(
            brain.Category(
                code="B02", name="噪声", parent_code="B", level=2, keywords=["噪声"], case_types=[]
            )
        )
        uow.session.flush()
        done = retrain(uow)
    assert done.promoted
    assert "分类或单位已变" in done.why


def test_imported_cases_teach_every_later_training(city: City, tmp_path: Path) -> None:  # noqa: F811
    given = tmp_path / "历史工单.csv"
    lines = [
        "诉求描述,处置部门,分类",
        "电梯又停了,住建局,城乡建设/物业/电梯",
        "扶梯坏了,市住建局,电梯",
        "不明,某局,某类",
    ]
    given.write_bytes("\n".join(lines).encode("gb18030"))
    with city.uow() as uow:
        mapping = {"text": "诉求描述", "unit_code": "处置部门"}
        found = training.bring(uow.settings, uow.session, uow.now, given, mapping)
        training.keep(uow.settings, given, found.examples)
        training.keep(uow.settings, given, found.examples)
        assert [retrain(uow).examples for _ in range(2)] == [82, 82]
    assert [(one.category_code, one.unit_code) for one in found.examples] == [
        ("A0101", ""),
        ("A0101", "zhujian"),
    ]
    assert found.unknown == {"处置部门：住建局": 1, "处置部门：某局": 1, "分类：某类": 1}


def test_retrain_in_production_knows_nothing_of_the_demo(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        settings = uow.settings.model_copy(update={"mode": Mode.PRODUCTION})
        done = training.retrain(settings, uow.session, uow.now, measured=False)
        assert done.examples == 0
        uow.now += brain.LOOK_AGAIN
        assert brain.classifier(uow).source == "catalogue"


YES, NO = 1.0, 0.0


@pytest.mark.parametrize(
    ("champion", "challenger", "outdated", "taken"),
    [
        ([YES] * 50 + [NO] * 50, [YES] * 51 + [NO] * 49, False, False),
        ([YES] * 50 + [NO] * 50, [YES] * 70 + [NO] * 30, False, True),
        ([YES] * 70 + [NO] * 30, [YES] * 50 + [NO] * 50, False, False),
        ([YES] * 70 + [NO] * 30, [YES] * 50 + [NO] * 50, True, False),
        ([YES] * 70 + [NO] * 30, [YES] * 70 + [NO] * 30, True, True),
        ([0.5] * 60, [1.0] * 60, False, True),
        ([NO] * 10, [YES] * 10, False, False),
        ([], [], False, False),
        ([], [], True, True),
    ],
)
def test_challenger_is_taken_only_beyond_noise(champion, challenger, outdated, taken) -> None:
    assert training.verdict(np.array(champion), np.array(challenger), outdated=outdated)[0] is taken


def test_rollback_by_an_administrator_is_taken_up_and_on_record(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        first = retrain(uow)
        brain_of_first = store.load(brain.folder(uow.settings))
        store.save(
            replace(brain_of_first, facts={"examples": 9}), brain.folder(uow.settings), "29990101-000000"
        )
    with city.uow(Role.ADMIN) as uow:
        model_board.use(uow, first.name, "新模型把电梯派错")
        assert store.current(brain.folder(uow.settings)) == first.name
        with pytest.raises(NotFound):
            model_board.use(uow, "19990101-000000", "没有这个")
    with city.uow(Role.DISPATCHER) as uow, pytest.raises(PermissionMissing):
        model_board.use(uow, first.name, "不是我的事")


def test_classifier_of_a_process_follows_a_changed_list_on_the_same_model(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        retrain(uow, measured=False)
        before = brain.classifier(uow)
        uow.session.get_one(brain.Category, "A0101").keywords = ["扶梯"]
        uow.session.flush()
        uow.now += brain.LOOK_AGAIN
        after = brain.classifier(uow)
    assert after.catalogue.taxonomy.nodes["A0101"].keywords == ("扶梯",)
    assert after.brain is before.brain


def test_board_names_drift_when_the_cases_are_others_than_those_learned(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        retrain(uow)
        assert model_board.board(uow, 30).drift is None
    for _ in range(4):
        city.submitted(category_code="B01")
    with city.uow() as uow:
        board = model_board.board(uow, 30)
    assert board.drift is not None
    assert board.drift > model_board.FOREIGN
    assert "重新训练" in board.drift_label
    assert [row.code for row in board.branches] == ["A", "B"]
