"""The classifier of one process: nobody who asks waits for a newer one that is being loaded."""

from dataclasses import replace
from threading import Event

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from hotline.core.house import House
from hotline.desk import brain
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture
from web import before_fork, warm


def test_classifier_when_a_newer_one_is_being_loaded_then_the_one_at_hand_answers(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        at_hand = brain.classifier(uow)
        with brain._loading:  # held by whoever loads: a request that needs it would never come back
            assert brain.classifier(uow) is at_hand


def test_web_process_when_it_starts_then_holds_a_classifier_before_the_first_request(city: City) -> None:  # noqa: F811
    ended = Event()
    ended.set()
    warm.keep_classifier(city.house, ended)
    with city.uow() as uow, brain._loading:
        assert brain.classifier(uow).catalogue.area_by_code


def test_keeper_when_the_database_is_away_then_says_so_and_looks_again(house: House, capsys) -> None:
    away = sessionmaker(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    ended = Event()
    ended.set()
    warm.keep_classifier(replace(house, sessions=away), ended)
    assert "classifier.fault" in capsys.readouterr().out


def test_web_when_it_starts_without_a_database_then_says_so_and_starts(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    before_fork.on_starting(None)
    assert "classifier.not_shared" in capsys.readouterr().out
