"""Who sees what of a case: scope, columns by role, masks, three secrecy levels, reveal with reason, who-saw-what."""

from typing import Any

import pytest

from dispatch import access, attachments, case_file, cases, sights, views, worklists
from dispatch.access import CaseNotFound
from dispatch.drafts import IDENTITY
from dispatch.models import Case
from dispatch.status import ClockName
from hotline.core.errors import Invalid, NotFound, PermissionMissing
from hotline.core.identity import Role

from .conftest import City, local

FILE = attachments.StoredFile(
    name="照片.jpg", media_type="image/jpeg", size_bytes=3, sha256="1" * 64, storage_key="k"
)


def sees(city: City, case_id: int, role: Role, unit: str | None = None, user_id: int | None = None) -> bool:
    with city.uow(role, unit, user_id) as uow:
        try:
            access.case_for(uow, case_id)
        except CaseNotFound:
            return False
    return True


def view(city: City, case_id: int, role: Role, unit: str | None = None) -> dict[str, Any]:
    with city.uow(role, unit) as uow:
        return views.case_view(uow, case_id)


SEES_ALL = {
    Role.REVIEWER, Role.DISPATCHER, Role.COORDINATOR, Role.AUDITOR, Role.QA, Role.CENTRE_HEAD, Role.SHIFT_LEADER,
    Role.SYSTEM, Role.ASSESSOR, Role.REPORT_OFFICER,
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_scope_of_each_role_over_a_case_under_way(city: City, role: Role) -> None:
    """Admin and security see no case (separation, §4); follow-up staff see it only from the follow-up on."""
    case_id = city.signed()
    unit = "zhujian" if role.value.startswith("unit") else None
    expected = role in SEES_ALL | {Role.AGENT, Role.UNIT_CLERK, Role.UNIT_HEAD, Role.UNIT_LEADER}
    assert sees(city, case_id, role, unit) is expected


def test_follow_up_staff_see_cases_that_wait_for_them(city: City) -> None:
    assert not sees(city, city.replied(), Role.FOLLOW_UP)
    assert sees(city, city.followed_up(), Role.FOLLOW_UP)


def test_agent_sees_own_cases_and_those_of_the_caller_on_the_line(city: City) -> None:
    case_id = city.submitted()
    other = 555
    assert not sees(city, case_id, Role.AGENT, user_id=other)
    with city.uow(Role.AGENT, user_id=other) as uow:
        cases.open_case(uow, {"caller_no": "138 0013 8000"})
    assert sees(city, case_id, Role.AGENT, user_id=other)
    city.clock.move(days=2)
    assert not sees(city, case_id, Role.AGENT, user_id=other)


def test_unit_sees_its_cases_until_it_is_out(city: City) -> None:
    from .conftest import return_form

    case_id = city.dispatched()
    assert not sees(city, case_id, Role.UNIT_CLERK, "chengguan")
    city.do(case_id, "ask_return", Role.UNIT_HEAD, return_form(city), unit="zhujian")
    city.do(case_id, "uphold_return", Role.DISPATCHER, {"reason": "职责不符"})
    assert not sees(city, case_id, Role.UNIT_CLERK, "zhujian")


def test_missing_and_foreign_case_answer_alike(city: City) -> None:
    case_id = city.dispatched()
    for wanted in (case_id, 999_999):
        with pytest.raises(CaseNotFound) as refused, city.uow(Role.UNIT_CLERK, "chengguan") as uow:
            access.case_for(uow, wanted)
        assert refused.value.message == "没有找到此工单，或您无权查看"


def test_unit_sees_masked_contact_and_reveals_it_with_a_reason(city: City) -> None:
    case_id = city.signed()
    shown = view(city, case_id, Role.UNIT_CLERK, "zhujian")
    assert shown["identity"] == {"name": "张**", "caller_no": "138****8000", "contact_no": "138****8000"}
    assert "query_code" not in shown
    assert shown["may_reveal"]
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        assert views.reveal(uow, case_id, field="contact_no", reason="联系诉求人") == "13800138000"
    with city.uow(Role.SECURITY) as uow:
        seen = sights.who_saw(uow, case_id)
    assert [(row["action"], row["details"].get("reason")) for row in seen] == [
        ("view", None),
        ("reveal", "联系诉求人"),
    ]


def test_looking_again_within_ten_minutes_is_one_sight(city: City) -> None:
    case_id = city.signed()
    for _ in range(3):
        view(city, case_id, Role.AUDITOR)
    city.clock.move(minutes=11)
    view(city, case_id, Role.AUDITOR)
    with city.uow(Role.SECURITY) as uow:
        assert len(sights.who_saw(uow, case_id)) == 2
    with pytest.raises(PermissionMissing), city.uow(Role.ADMIN) as uow:
        sights.who_saw(uow, case_id)


def test_confidential_case_hides_who_and_where_from_units(city: City) -> None:
    case_id = city.signed(secrecy="confidential")
    shown = view(city, case_id, Role.UNIT_HEAD, "zhujian")
    assert shown["identity"] == {}
    assert "address" not in shown
    assert shown["facts"].startswith("金沙小区")
    with pytest.raises(views.RevealRefused), city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        views.reveal(uow, case_id, field="name", reason="想知道")
    with city.uow(Role.FOLLOW_UP) as uow, pytest.raises(CaseNotFound):
        views.reveal(uow, case_id, field="name", reason="回访")
    with city.uow(Role.REVIEWER) as uow:
        assert views.reveal(uow, case_id, field="name", reason="核实") == "张三丰"


def test_strict_case_leaves_units_only_the_paraphrase_and_identity_to_the_report_officer(city: City) -> None:
    case_id = city.accepted(secrecy="strict", case_type="report")
    city.do(
        case_id,
        "dispatch",
        Role.DISPATCHER,
        {"lead_unit_id": city.units["zhujian"], "reason": "职责", "paraphrase": "有群众反映某小区电梯停运"},
    )
    shown = view(city, case_id, Role.UNIT_CLERK, "zhujian")
    assert shown["facts"] == "有群众反映某小区电梯停运"
    for hidden in ("title", "address", "event_at", "demands"):
        assert hidden not in shown
    assert (shown["identity"], shown["demand"]) == ({}, "")
    text = str(shown)
    assert "金沙" not in text
    assert "张" not in text
    for role in (Role.REVIEWER, Role.CENTRE_HEAD, Role.AGENT):
        with pytest.raises(views.RevealRefused), city.uow(role) as uow:
            views.reveal(uow, case_id, field="name", reason="想知道")
    with city.uow(Role.REPORT_OFFICER) as uow:
        assert views.reveal(uow, case_id, field="name", reason="核实举报") == "张三丰"
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        (row,) = worklists.page(uow, "to_sign")["rows"]
    assert (row["title"], row["address"]) == ("严格保密工单", "")


@pytest.mark.parametrize(("field", "reason"), [("facts", "想知道"), ("name", " "), ("name", "")])
def test_reveal_needs_a_field_of_identity_and_a_reason(city: City, field: str, reason: str) -> None:
    case_id = city.signed()
    with pytest.raises(Invalid), city.uow(Role.REVIEWER) as uow:
        views.reveal(uow, case_id, field=field, reason=reason)


def test_reveal_without_the_permission_is_refused(city: City) -> None:
    with pytest.raises(PermissionMissing), city.uow(Role.QA) as uow:
        views.reveal(uow, city.submitted(), field="name", reason="想知道")


def test_accused_unit_sees_only_the_order_to_stop(city: City) -> None:
    case_id = city.signed(lead="duchashi", is_conduct=True, target_unit_id=city.units["zhujian"])
    city.contact(case_id, "duchashi")
    city.result(case_id, "duchashi")
    city.do(case_id, "pass_audit", Role.AUDITOR)
    shown = view(city, case_id, Role.UNIT_HEAD, "zhujian")
    assert "facts" not in shown
    assert "identity" not in shown
    assert [order["kind"] for order in shown["orders"]] == ["stop_order"]
    assert [offer["name"] for offer in shown["actions"]] == ["answer_order", "ask_order_return"]
    assert shown["assignments"] == shown["deadlines"] == shown["attachments"] == []


def test_identity_is_ciphertext_in_the_table_and_found_by_any_form_of_the_number(city: City) -> None:
    case_id = city.submitted()
    with city.house.sessions() as session:
        case = session.get_one(Case, case_id)
        assert case.identity_cipher is not None
        assert b"13800138000" not in case.identity_cipher
        assert "张三丰" not in str(case.identity_masked)
    with city.uow(Role.REVIEWER) as uow:
        for number in ("13800138000", "+86 138 0013 8000", "１３８００１３８０００"):
            assert [row["id"] for row in worklists.find(uow, number)["rows"]] == [case_id]


def test_internal_result_of_a_unit_is_not_for_other_units(city: City) -> None:
    case_id = city.signed("chengguan")
    city.result(case_id, "chengguan")
    parts = {part["unit"]: part for part in view(city, case_id, Role.UNIT_HEAD, "zhujian")["assignments"]}
    assert "result" not in parts["市城管局"]
    assert "result" in parts["市住建局"]
    mine = view(city, case_id, Role.UNIT_HEAD, "chengguan")["deadlines"]
    assert {row["clock"] for row in mine} == {"sign", "contact", "handle"}
    assert len(mine) == 3


def test_deadline_is_explained_day_by_day_to_whom_it_concerns(city: City) -> None:
    case_id = city.signed()
    (row,) = city.deadlines(case_id, ClockName.HANDLE)
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        told = views.explain_deadline(uow, row.id)
    assert told["rule"] == "县级默认"
    assert [step["counted"] for step in told["steps"] if step["counted"]] == ["1", "2", "3", "4", "5"]
    with pytest.raises(CaseNotFound), city.uow(Role.UNIT_CLERK, "chengguan") as uow:
        views.explain_deadline(uow, row.id)
    with pytest.raises(NotFound), city.uow(Role.REVIEWER) as uow:
        views.explain_deadline(uow, 999_999)


# -- drafts


def test_draft_is_saved_field_by_field_and_says_what_changed(city: City) -> None:
    case_id = city.open()
    with city.uow(Role.AGENT) as uow:
        case = cases.save_draft(uow, case_id, {"title": "新标题", "name": "李四"}, seen_version=1)
        assert (case.version, case.title) == (2, "新标题")
        case = cases.save_draft(uow, case_id, {"title": "新标题"}, seen_version=2)
        assert case.version == 2
        assert cases.identity_of(uow, case)["contact_no"] == "13800138000"
        case = cases.save_draft(uow, case_id, {"title": None, "id_no": "430181199001011234"}, seen_version=2)
        assert case.title == ""
        assert case.identity_masked["id_no"].startswith("430***")


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"category_code": "Z9999"}, "category_code", "不存在（Z9999）"),
        ({"area_code": "000"}, "area_code", "不存在（000）"),
        ({"target_unit_id": 99999}, "target_unit_id", "不存在（99999）"),
        ({"case_type": "shouting"}, "case_type", None),
        ({"contact_no": "abc"}, "contact_no", "不是有效的电话号码"),
        ({"unknown": 1}, "unknown", "没有这个栏目"),
        ({"longitude": 181}, "longitude", None),
        ({"title": "长" * 201}, "title", "太长，最多 200 个字"),
        ({"facts": "长" * 20_001}, "facts", "太长，最多 20000 个字"),
        ({"labels": "老户"}, "labels", "应为列表"),
    ],
)
def test_wrong_field_is_named_with_its_reason(
    city: City, fields: dict[str, object], field: str, reason: str | None
) -> None:
    with pytest.raises(Invalid) as refused, city.uow(Role.AGENT) as uow:
        cases.open_case(uow, fields)
    (error,) = refused.value.details["fields"]
    assert error["field"] == field
    assert reason is None or error["reason"] == reason


def test_emoji_and_rare_characters_are_kept(city: City) -> None:
    text = "😀 𠮷野家 㙟 ‮倒" + "\u0301"
    case_id = city.open(facts=text)
    assert city.get(case_id).facts == text


def test_who_may_change_what_in_which_state(city: City) -> None:
    case_id = city.submitted()
    with pytest.raises(cases.NotEditable), city.uow(Role.AGENT) as uow:
        cases.save_draft(uow, case_id, {"title": "晚了"}, seen_version=None)
    with city.uow(Role.REVIEWER) as uow:
        cases.save_draft(uow, case_id, {"category_code": "B01"}, seen_version=None)
    with pytest.raises(cases.FieldsNotYours, match="name"), city.uow(Role.REVIEWER) as uow:
        cases.save_draft(uow, case_id, {"name": "王五"}, seen_version=None)
    assert city.get(case_id).category_code == "B01"


def test_opening_a_case_needs_the_permission(city: City) -> None:
    with pytest.raises(PermissionMissing), city.uow(Role.AUDITOR) as uow:
        cases.open_case(uow, {})


def test_numbers_are_gapless_and_have_a_check_digit(city: City) -> None:
    numbers = [city.get(city.open()).case_no for _ in range(3)]
    assert [number[:-1] for number in numbers] == [f"LY2026091800{n:03d}" for n in (1, 2, 3)]


# -- work lists


@pytest.mark.parametrize(
    ("name", "role", "unit", "make"),
    [
        ("drafts", Role.AGENT, None, "open"),
        ("mine", Role.AGENT, None, "closed"),
        ("to_review", Role.REVIEWER, None, "submitted"),
        ("to_dispatch", Role.DISPATCHER, None, "accepted"),
        ("to_sign", Role.UNIT_CLERK, "zhujian", "dispatched"),
        ("in_hand", Role.UNIT_HEAD, "zhujian", "signed"),
        ("to_audit", Role.AUDITOR, None, "replied"),
        ("replied", Role.UNIT_HEAD, "zhujian", "replied"),
        ("to_follow_up", Role.FOLLOW_UP, None, "followed_up"),
        ("all", Role.QA, None, "closed"),
    ],
)
def test_each_list_holds_what_waits_there(
    city: City, name: str, role: Role, unit: str | None, make: str
) -> None:
    case_id = getattr(city, make)()
    with city.uow(role, unit) as uow:
        page = worklists.page(uow, name)
        counts = {row["name"]: row.get("count") for row in worklists.counts(uow)}
    assert [row["id"] for row in page["rows"]] == [case_id]
    assert page["cursor"] is None
    assert counts[name] == (None if name in worklists.UNCOUNTED else 1)


def test_critical_cases_come_first_then_the_oldest(city: City) -> None:
    old, new = city.submitted(), city.submitted()
    critical = city.submitted(urgency="critical")
    with city.uow(Role.REVIEWER) as uow:
        assert [row["id"] for row in worklists.page(uow, "to_review")["rows"]] == [critical, old, new]


@pytest.mark.parametrize(
    ("name", "role", "unit"),
    [
        ("to_review", Role.REVIEWER, None),
        ("all", Role.REVIEWER, None),
        ("to_sign", Role.UNIT_CLERK, "zhujian"),
    ],
)
def test_pages_follow_each_other_without_gap_or_repeat(
    city: City, name: str, role: Role, unit: str | None
) -> None:
    make = city.dispatched if unit else city.submitted
    made = {make(urgency=urgency) for urgency in ("normal", "critical", "urgent", "normal", "critical")}
    found, cursor = [], None
    with city.uow(role, unit) as uow:
        while True:
            page = worklists.page(uow, name, cursor=cursor, size=2)
            found += [row["id"] for row in page["rows"]]
            cursor = page["cursor"]
            if cursor is None:
                break
    assert len(found) == 5
    assert set(found) == made


def test_list_of_another_role_and_a_broken_cursor_are_refused(city: City) -> None:
    with pytest.raises(worklists.ListUnknown), city.uow(Role.AGENT) as uow:
        worklists.page(uow, "to_review")
    with pytest.raises(Invalid), city.uow(Role.REVIEWER) as uow:
        worklists.page(uow, "to_review", cursor="x")


def test_overdue_and_supervised_lists_and_lights(city: City) -> None:
    case_id = city.signed()
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        assert worklists.page(uow, "in_hand")["rows"][0]["light"] == "green"
    city.contact(case_id)
    city.tick("2026-09-23 18:00")
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        assert worklists.page(uow, "in_hand")["rows"][0]["light"] == "amber"
        assert worklists.page(uow, "unit_overdue")["rows"] == []
    city.tick("2026-09-30 18:00")
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        assert worklists.page(uow, "unit_overdue")["rows"][0]["light"] == "red"
    with city.uow(Role.COORDINATOR) as uow:
        assert [row["id"] for row in worklists.page(uow, "overdue")["rows"]] == [case_id]
        assert [row["id"] for row in worklists.page(uow, "supervised")["rows"]] == [case_id]


def test_search_finds_by_words_and_by_case_number(city: City) -> None:
    case_id, other = (
        city.submitted(),
        city.submitted(title="路灯不亮", facts="金沙路路灯不亮", demand="修路灯"),
    )
    with city.uow(Role.REVIEWER) as uow:
        assert [row["id"] for row in worklists.find(uow, "电梯停运")["rows"]] == [case_id]
        assert [row["id"] for row in worklists.find(uow, city.get(other).case_no.lower())["rows"]] == [other]
        assert worklists.find(uow, "不存在的词语")["rows"] == []


@pytest.mark.parametrize("typed", ["路灯", "灯不亮", "路灯不亮", "金沙路路灯"])
def test_search_finds_what_is_typed_however_the_words_were_cut(city: City, typed: str) -> None:
    city.submitted()
    wanted = city.submitted(title="路灯不亮", facts="金沙路路灯不亮", demand="修路灯")
    with city.uow(Role.REVIEWER) as uow:
        assert [row["id"] for row in worklists.find(uow, typed)["rows"]] == [wanted]


def test_requests_that_wait_stand_in_their_lists(city: City) -> None:
    case_id = city.signed()
    form = {"limit": "2wd", "reason": "需采购", "plan": "到货即修", "caller_told": True}
    city.do(case_id, "ask_extension", Role.UNIT_HEAD, form, unit="zhujian")
    plan = {"reason": "需列入年度改造", "plan": "2027 年完工", "until": "2027-06-30T00:00:00+08:00"}
    city.do(case_id, "ask_suspension", Role.UNIT_HEAD, plan, unit="zhujian")
    with city.uow(Role.CENTRE_HEAD) as uow:
        assert [row["id"] for row in worklists.page(uow, "extensions")["rows"]] == [case_id]
        assert [row["id"] for row in worklists.page(uow, "suspensions")["rows"]] == [case_id]
    city.contact(case_id)
    city.do(case_id, "suspend", Role.CENTRE_HEAD)
    with city.uow(Role.UNIT_HEAD, "zhujian") as uow:
        assert [row["light"] for row in worklists.page(uow, "unit_suspended")["rows"]] == ["grey"]


# -- files


def test_files_of_the_citizen_are_hidden_from_units_in_secret_cases(city: City) -> None:
    case_id = city.signed(secrecy="confidential")
    with city.uow(Role.AGENT) as uow:
        photo = attachments.add(uow, case_id, FILE, kind="citizen")
    with city.uow(Role.UNIT_CLERK, "zhujian") as uow:
        own = attachments.add(uow, case_id, FILE, kind="evidence")
        assert own.assignment_id == city.part(case_id, "zhujian").id
        assert [row["id"] for row in views.case_view(uow, case_id)["attachments"]] == [own.id]
        assert attachments.read(uow, own.id).name == "照片.jpg"
        with pytest.raises(NotFound):
            attachments.read(uow, photo.id)
        with pytest.raises(NotFound):
            attachments.read(uow, 999_999)
    with city.uow(Role.REVIEWER) as uow:
        assert attachments.read(uow, photo.id).id == photo.id
        with pytest.raises(Invalid):
            attachments.add(uow, case_id, FILE, kind="virus")
        with pytest.raises(Invalid):
            attachments.add(uow, case_id, FILE, assignment_id=999)


def test_every_identity_field_is_a_mask_away_from_readers(city: City) -> None:
    case_id = city.open(id_no="430181199001011234")
    shown = view(city, case_id, Role.SHIFT_LEADER)
    assert set(shown["identity"]) == set(IDENTITY)
    assert "1990" not in str(shown["identity"])


def test_similar_cases_come_with_their_reasons(city: City) -> None:
    from dispatch import merging

    first, same_place, alone = (
        city.submitted(),
        city.submitted(caller_no="13900139000", contact_no="13900139000"),
        city.submitted(caller_no="13700137000", contact_no="13700137000", category_code="B01"),
    )
    repeat = city.submitted()
    with city.uow(Role.REVIEWER) as uow:
        found = merging.similar(uow, uow.session.get_one(Case, repeat))
    assert [(row["id"], row["reasons"]) for row in found] == [
        (first, ["同一诉求人", "同一地点同类诉求"]),
        (same_place, ["同一地点同类诉求"]),
    ]
    assert alone not in {row["id"] for row in found}
    assert local("2026-09-18 16:00") == city.clock.now()


def test_party_of_a_dispute_sees_the_case_and_gives_its_opinion_once_asked(city: City) -> None:
    case_id = city.disputed()
    shown = view(city, case_id, Role.UNIT_HEAD, "zhujian")
    assert shown["facts"].startswith("金沙小区")
    assert "give_opinion" in {offer["name"] for offer in shown["actions"]}
    opinion = {"opinion": "三定规定由城管负责"}
    city.do(case_id, "give_opinion", Role.UNIT_HEAD, opinion, unit="zhujian")
    with city.uow(Role.UNIT_HEAD, "chengguan") as uow:
        (dispute,) = case_file.file_of(uow, access.case_for(uow, case_id))["disputes"]
    assert [row["text"] for row in dispute["opinions"] if row["given_at"]] == ["三定规定由城管负责"]
    assert not sees(city, case_id, Role.UNIT_HEAD, "shijian")


def test_file_of_a_case_holds_requests_contacts_and_answers(city: City) -> None:
    case_id = city.signed("chengguan")
    city.contact(case_id)
    form = {"limit": "2wd", "reason": "需采购", "plan": "到货即修", "caller_told": True}
    city.do(case_id, "ask_extension", Role.UNIT_HEAD, form, unit="zhujian")
    with city.uow(Role.DISPATCHER) as uow:
        everything = case_file.file_of(uow, access.case_for(uow, case_id))
    assert [(row["limit_text"], row["decision_label"]) for row in everything["extensions"]] == [
        ("2wd", "待决定")
    ]
    assert everything["contacts"][0]["number_masked"] == "138****8000"
    assert everything["follow_up_plan"] == "须回访"
    with city.uow(Role.UNIT_HEAD, "chengguan") as uow:
        own = case_file.file_of(uow, access.case_for(uow, case_id))
    assert own["extensions"] == own["contacts"] == []
    assert "follow_ups" not in own
