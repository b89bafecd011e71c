"""What the classifier is taught: the city's lists, finished cases with people's decisions, nothing of who called."""

from datetime import date

from hotline.desk import lessons
from hotline.knowledge.models import Article
from tests.db.dispatch.conftest import City, city  # noqa: F401 - the fixture

TODAY = date(2026, 9, 18)


def test_catalogue_holds_the_lists_of_the_house(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        known = lessons.catalogue(uow.session, TODAY)
    assert "A0101" in known.taxonomy.nodes
    assert known.units["zhujian"].kind == "department"
    assert any(row.lead_unit == "zhujian" for row in known.rows_of("A0101"))


def test_catalogue_knows_the_words_of_the_knowledge_base_that_are_told_today(city: City) -> None:  # noqa: F811
    with city.uow() as uow:
        for version, withdrawn, words in (
            (1, None, ["居住证", "积分入学"]),
            (0, None, ["草稿词"]),
            (2, uow.now, ["旧词"]),
        ):
            uow.session.add(Article(version=version, withdrawn_at=withdrawn, keywords=words))
        uow.session.flush()
        known = lessons.catalogue(uow.session, TODAY)
    assert known.terms == ("居住证", "积分入学")
    assert "积分入学" in known.words()


def test_examples_are_finished_cases_with_the_decisions_of_people(city: City) -> None:  # noqa: F811
    city.submitted(title="还在审核")
    closed = city.closed()
    with city.uow() as uow:
        (taught,) = lessons.examples(uow.session)
    assert taught.case_id == str(closed)
    assert (taught.category_code, taught.unit_code, taught.case_type) == ("A0101", "zhujian", "complaint")
    assert taught.weight == 1


def test_examples_hold_nothing_of_who_called(city: City) -> None:  # noqa: F811
    city.closed()
    with city.uow() as uow:
        (taught,) = lessons.examples(uow.session)
    assert "13800138000" not in str(taught)
    assert "张三丰" not in str(taught)


def test_examples_leave_out_strictly_confidential_reports(city: City) -> None:  # noqa: F811
    case_id = city.closed()
    with city.uow() as uow:
        city.get(case_id)
        uow.session.get_one(lessons.Case, case_id).secrecy = lessons.Secrecy.STRICT
        uow.session.flush()
        assert lessons.examples(uow.session) == []
