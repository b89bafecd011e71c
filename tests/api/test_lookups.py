import pytest

from dispatch.models import Category
from hotline.accounts.models import Area, Unit
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role


@pytest.fixture
def catalogue(quiet_house: House) -> None:
    with quiet_house.open_uow(SYSTEM) as uow:
        uow.session.add_all(
            [
                Category(code="A", name="城乡建设", parent_code=None, level=1, keywords=[], case_types=[]),
                Category(
                    code="A01",
                    name="物业",
                    parent_code="A",
                    level=2,
                    keywords=["物业"],
                    case_types=["complaint"],
                ),
                Category(
                    code="B", name="旧类", parent_code=None, level=1, keywords=[], case_types=[], active=False
                ),
                Unit(code="zhujian", name="市住房和城乡建设局", short_name="住建局", kind="department"),
                Area(code="430181", name="浏阳市", level="county", aliases=[]),
                Area(
                    code="430181001",
                    name="淮川街道",
                    level="township",
                    parent_code="430181",
                    aliases=["淮川"],
                ),
            ]
        )


def test_categories_know_their_leaves_and_leave_out_old_ones(person, catalogue):
    items = person(Role.AGENT).get("lookups/categories").json["items"]
    assert [(item["code"], item["leaf"]) for item in items] == [("A", False), ("A01", True)]


def test_units_are_offered_with_their_id_and_code(person, catalogue):
    (unit,) = person(Role.DISPATCHER).get("lookups/units").json["items"]
    assert (unit["code"], unit["short_name"], unit["kind"]) == ("zhujian", "住建局", "department")


def test_areas_name_what_lies_above_them(person, catalogue):
    items = person(Role.AGENT).get("lookups/areas").json["items"]
    assert [item["path"] for item in items] == ["浏阳市", "浏阳市 淮川街道"]


def test_every_refusal_code_comes_with_its_legal_route(person):
    items = person(Role.REVIEWER).get("lookups/refusal_codes").json["items"]
    assert len(items) == 8
    assert all(item["route"] for item in items)


def test_word_lists_are_in_chinese(person):
    lists = person(Role.AGENT).get("lookups/words").json["lists"]
    assert {"code": "complaint", "name": "投诉"} in lists["case_types"]


def test_lookups_are_closed_to_strangers(stranger):
    assert stranger.get("lookups/units").status_code == 401
