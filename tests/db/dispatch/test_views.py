"""Who sees what of a case: columns by role, masks, three secrecy levels, reveal with reason, who-saw-what."""

from dispatch import views, worklists
from hotline.core.identity import Role

from .conftest import City


def test_unit_sees_masked_contact_and_reveals_it_with_a_reason(city: City) -> None:
    case_id = city.signed()
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        view = views.case_view(uow, case_id)
        assert view["identity"] == {"name": "张**", "caller_no": "138****8000", "contact_no": "138****8000"}
        assert "query_code" not in view
        assert views.reveal(uow, case_id, field="contact_no", reason="联系诉求人") == "13800138000"
    with city.uow(Role.SECURITY) as uow:
        seen = views.who_saw(uow, case_id)
    assert [(row["action"], row["details"].get("reason")) for row in seen] == [
        ("view", None),
        ("reveal", "联系诉求人"),
    ]


def test_pages_of_worklists_hold_the_case(city: City) -> None:
    case_id = city.signed()
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        page = worklists.page(uow, "in_hand")
        assert [row["id"] for row in page["rows"]] == [case_id]
        assert page["rows"][0]["light"] == "green"
        assert {row["name"]: row.get("count") for row in worklists.counts(uow)}["in_hand"] == 1
