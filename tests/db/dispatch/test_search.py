"""What the search of the work lists finds: drafts by their letters, sent cases by their words, whoever made them."""

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
