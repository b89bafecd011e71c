"""Training on a house: the first model is taken, a later one only when it is better beyond noise."""

import numpy as np
import pytest

from classifier import store
from hotline.desk import brain, training
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture


def test_retrain_of_a_new_house_is_taken_and_answers(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        done = training.retrain(uow.settings, uow.session, uow.now)
        assert done.promoted
        assert store.current(brain.folder(uow.settings)) == done.name
        assert brain.classifier(uow).source == "model"


def test_retrain_reads_a_file_in_gb18030(city: City, tmp_path) -> None:  # noqa: F811
    given = tmp_path / "样例.csv"
    given.write_bytes("正文,诉求分类编码\n电梯又停了,A0101\n".encode("gb18030"))
    with city.uow() as uow:
        before = training.retrain(uow.settings, uow.session, uow.now).examples
        assert training.retrain(uow.settings, uow.session, uow.now, [given]).examples == before + 1


@pytest.mark.parametrize(
    ("champion", "challenger", "better"),
    [
        (None, [1, 0], True),
        ([1] * 50 + [0] * 50, [1] * 51 + [0] * 49, False),
        ([1] * 50 + [0] * 50, [1] * 70 + [0] * 30, True),
        ([1] * 70 + [0] * 30, [1] * 50 + [0] * 50, False),
        ([1] * 70 + [0] * 30, [1] * 70 + [0] * 30, False),
    ],
)
def test_challenger_is_better_only_beyond_noise(champion, challenger, better) -> None:
    old = None if champion is None else np.array(champion, bool)
    assert training._is_better(old, np.array(challenger, bool)) is better


def test_classifier_of_a_process_follows_a_changed_list(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        assert brain.classifier(uow).catalogue.taxonomy.nodes["A0101"].keywords != ("扶梯",)
        uow.session.get_one(training.lessons.cases.Category, "A0101").keywords = ["扶梯"]
        uow.session.flush()
        uow.now += brain.LOOK_AGAIN
        assert brain.classifier(uow).catalogue.taxonomy.nodes["A0101"].keywords == ("扶梯",)
