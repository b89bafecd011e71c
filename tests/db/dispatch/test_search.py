"""What the search of the work lists finds: drafts by their letters, sent cases by their words, whoever made them."""

import pytest

from dispatch import worklists
from hotline.core.identity import Role
from tests.db.dispatch.conftest import City


def found(city: City, role: Role, name: str, q: str) -> list[int]:
    with city.uow(role) as uow:
        return [row["id"] for row in worklists.page(uow, name, q=q)["rows"]]


def test_a_draft_is_found_in_its_own_lists(city: City) -> None:
    case_id = city.open(facts="西湖路口 50% 的路灯不亮")
    city.open(facts="井盖丢失")
    assert found(city, Role.AGENT, "drafts", "路灯 西湖") == [case_id]
    assert found(city, Role.AGENT, "mine", "50%") == [case_id]
    assert found(city, Role.AGENT, "drafts", "路灯 井盖") == []


def test_a_sent_case_is_found_by_those_who_work_on_it(city: City) -> None:
    case_id = city.submitted(facts="西湖路口路灯不亮")
    assert found(city, Role.REVIEWER, "to_review", "路灯") == [case_id]
    assert found(city, Role.AGENT, "mine", "路灯") == [case_id]


def test_the_cases_of_a_split_are_found(city: City) -> None:
    case_id = city.submitted()
    city.do(case_id, "split", Role.REVIEWER, {"parts": ["修电梯", "清理占道"], "reason": "两个部门"})
    (other,) = found(city, Role.REVIEWER, "to_review", "占道")
    assert other != case_id


@pytest.mark.parametrize("near", [0, 1, 4000])
def test_pages_of_a_search_are_the_same_however_far_it_looks_first(
    city: City, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    monkeypatch.setattr(worklists, "NEAR", near)
    lamps = [city.signed(title="路灯不亮") for _ in range(3)]
    city.signed(title="电梯停运")

    def pages(role: Role, name: str, unit: str | None = None) -> list[int]:
        found: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            with city.uow(role, unit) as uow:
                page = worklists.page(uow, name, q="路灯", cursor=cursor, size=1)
            found += [row["id"] for row in page["rows"]]
            cursor = page["cursor"]
        return found

    assert pages(Role.REVIEWER, "all") == lamps[::-1]
    assert pages(Role.UNIT_CLERK, "in_hand", "zhujian") == lamps
