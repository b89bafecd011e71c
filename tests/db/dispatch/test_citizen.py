"""What citizens can do with their own case by number and code, and what they cannot."""

import pytest

from dispatch import attachments, citizen
from dispatch.citizen import CodeWrong, TooManyTries
from dispatch.models import Case
from dispatch.moves import ActionNotAllowed
from dispatch.status import CaseStatus
from hotline.core.errors import DomainError, NotFound
from hotline.core.identity import Role
from hotline.core.privacy import Vault

from .conftest import COMPLETE, City, local


def keys(city: City, case_id: int) -> tuple[str, str]:
    case = city.get(case_id)
    return case.case_no, city.code(case)


def do(city: City, case_id: int, action: str, payload: dict[str, object] | None = None) -> Case:
    with city.uow(Role.CITIZEN) as uow:
        found = citizen.act(uow, *keys(city, case_id), action, payload)
        assert isinstance(found, Case)
        return found


def refused(city: City, case_id: int, action: str, payload: dict[str, object] | None = None) -> str:
    with pytest.raises(DomainError) as refusal:
        do(city, case_id, action, payload)
    return refusal.value.code


def progress(city: City, case_id: int) -> dict[str, object]:
    with city.uow(Role.CITIZEN) as uow:
        case = citizen.find(uow, *keys(city, case_id))
        assert isinstance(case, Case)
        return citizen.progress(uow, case)


def test_citizen_submits_from_the_web_and_follows_it(city: City) -> None:
    with city.uow(Role.CITIZEN) as uow:
        case = citizen.submit(uow, COMPLETE)
    assert (case.status, case.channel.value) == (CaseStatus.PENDING_REVIEW, "web")
    page = progress(city, case.id)
    assert page["status_label"] == "待审核"
    assert page["holder"] == "热线中心"


def test_progress_names_holder_and_expected_date_in_plain_words(city: City) -> None:
    case_id = city.signed()
    page = progress(city, case_id)
    assert page["holder"] == "市住建局"
    assert page["expected"] == "由市住建局办理，最晚 9月24日 17:30 答复您"
    assert [line["text"] for line in page["timeline"]] == [
        "您的诉求已登记，正在审核",
        "您的诉求已受理，正在派单",
        "已派给 市住建局 办理",
        "市住建局 已签收",
    ]
    assert "identity" not in page


def test_reply_is_shown_after_the_audit_and_not_before(city: City) -> None:
    case_id = city.replied()
    assert progress(city, case_id)["reply"] is None
    city.do(case_id, "pass_audit", Role.AUDITOR)
    assert progress(city, case_id)["reply"] == "您反映的电梯已于今日修复并恢复运行。"


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "1234567", "ABCDEF", "０１２３４５"])
def test_wrong_code_and_unknown_number_answer_alike(city: City, wrong: str) -> None:
    case_no, _ = keys(city, city.submitted())
    with city.uow(Role.CITIZEN) as uow:
        by_code = citizen.find(uow, case_no, wrong)
        by_number = citizen.find(uow, "LY20260918000099", wrong)
    assert type(by_code) is type(by_number) is CodeWrong


def test_guessing_codes_blocks_the_case_for_an_hour_even_for_the_right_code(city: City) -> None:
    case_id = city.submitted()
    case_no, code = keys(city, case_id)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(citizen.MAX_WRONG_PER_CASE):
        with city.uow(Role.CITIZEN) as uow:
            citizen.find(uow, case_no, wrong)
    with city.uow(Role.CITIZEN) as uow:
        assert isinstance(citizen.find(uow, case_no, code), TooManyTries)
    city.clock.move(hours=1, seconds=1)
    with city.uow(Role.CITIZEN) as uow:
        assert isinstance(citizen.find(uow, case_no, code), Case)


def test_guessing_numbers_blocks_the_address(city: City) -> None:
    case_id = city.submitted()
    for number in range(citizen.MAX_WRONG_PER_SOURCE):
        with city.uow(Role.CITIZEN) as uow:
            citizen.find(uow, f"LY2026091800{number:03d}0", "000000")
    with city.uow(Role.CITIZEN) as uow:
        assert isinstance(citizen.find(uow, *keys(city, case_id)), TooManyTries)


def test_database_alone_does_not_hold_the_code(city: City) -> None:
    case = city.get(city.submitted())
    stored = [vars(case)[column.key] for column in Case.__table__.columns if column.key in vars(case)]
    assert city.code(case) not in str(stored)
    assert citizen.query_codes.code_of(Vault(b"another key of another house"), case) != city.code(case)


def test_citizen_urges_once_per_working_day(city: City) -> None:
    case_id = city.signed()
    do(city, case_id, "urge", {"text": "请快一点"})
    assert refused(city, case_id, "urge") == "case.urged_today"
    city.clock.set(local("2026-09-19 10:00"))  # Saturday belongs to Friday
    assert refused(city, case_id, "urge") == "case.urged_today"
    city.clock.set(local("2026-09-20 00:00:01"))  # a swapped working day
    do(city, case_id, "urge")
    assert city.get(case_id).urge_count == 2


def test_citizen_adds_withdraws_and_stays_in_the_same_case(city: City) -> None:
    case_id = city.signed()
    do(city, case_id, "append", {"text": "昨晚又停了一次"})
    assert do(city, case_id, "ask_withdraw").status is CaseStatus.HANDLING
    page = progress(city, case_id)
    assert "补充内容：昨晚又停了一次" in [line["text"] for line in page["timeline"]]


def test_ratings_are_first_and_final_and_then_locked(city: City) -> None:
    case_id = city.followed_up()
    do(city, case_id, "rate", {"satisfaction": "dissatisfied", "solved": "no"})
    do(city, case_id, "rate", {"satisfaction": "satisfied"})
    assert refused(city, case_id, "rate", {"satisfaction": "satisfied"}) == "case.rated_before"
    case = city.get(case_id)
    assert (case.first_satisfaction.value, case.final_satisfaction.value) == ("dissatisfied", "satisfied")


def test_objection_to_a_closed_result_brings_it_back_to_follow_up_once(city: City) -> None:
    case_id = city.closed()
    assert do(city, case_id, "object_result", {"reason": "并未修好"}).status is CaseStatus.FOLLOW_UP
    assert refused(city, case_id, "object_result", {"reason": "并未修好"}) == "case.result_objected_before"


def test_citizen_reopens_within_fifteen_days_only(city: City) -> None:
    early, late = city.closed(), city.closed()
    city.clock.move(days=15)
    assert do(city, early, "reopen", {"new_fact": "又坏了"}).status is CaseStatus.REWORK
    city.clock.move(seconds=1)
    assert refused(city, late, "reopen", {"new_fact": "又坏了"}) == "case.reopen_window_closed"


def test_citizen_of_a_merged_case_gets_the_reply_and_rates_it(city: City) -> None:
    lead, follower = city.signed(), city.submitted()
    city.do(follower, "merge", Role.REVIEWER, {"lead_case_id": lead, "reason": "同一电梯"})
    assert refused(city, follower, "rate", {"satisfaction": "satisfied"}) == "case.no_result_yet"
    assert progress(city, follower)["holder"] == "市住建局"
    city.contact(lead)
    city.result(lead)
    city.do(lead, "pass_audit", Role.AUDITOR)
    page = progress(city, follower)
    assert page["merged"]
    assert page["reply"] == "您反映的电梯已于今日修复并恢复运行。"
    do(city, follower, "rate", {"satisfaction": "satisfied"})


def test_citizen_is_offered_only_citizens_actions(city: City) -> None:
    assert {offer["name"] for offer in progress(city, city.signed())["actions"]} == {
        "append",
        "urge",
        "ask_withdraw",
    }
    assert {offer["name"] for offer in progress(city, city.closed())["actions"]} == {
        "rate",
        "object_result",
        "reopen",
    }


def test_action_of_staff_is_not_found_and_wrong_state_is_refused(city: City) -> None:
    case_id = city.submitted()
    with pytest.raises(NotFound), city.uow(Role.CITIZEN) as uow:
        citizen.act(uow, *keys(city, case_id), "accept")
    with pytest.raises(ActionNotAllowed), city.uow(Role.CITIZEN) as uow:
        citizen.act(uow, *keys(city, case_id), "reopen", {"new_fact": "又坏了"})
    with city.uow(Role.CITIZEN) as uow:
        assert isinstance(citizen.act(uow, "LY20260918000099", "000000", "urge"), CodeWrong)


def test_own_cases_are_found_by_the_verified_number_in_any_form(city: City) -> None:
    case_id = city.submitted()
    city.open()
    with city.uow(Role.CITIZEN) as uow:
        assert [case.id for case in citizen.own_cases(uow, "+86 138-0013-8000")] == [case_id]
        assert citizen.own_cases(uow, "13900139000") == []


def test_refused_case_tells_the_legal_route(city: City) -> None:
    case_id = city.submitted()
    form = {"refusal_code": "legal_remedy", "reason": "须诉讼解决", "route_told": True}
    city.do(case_id, "refuse", Role.REVIEWER, form)
    page = progress(city, case_id)
    assert "行政复议" in page["route"]
    assert [offer["name"] for offer in page["actions"]] == ["object_refusal"]


def test_citizen_sees_own_files_only(city: City) -> None:
    case_id = city.submitted()
    city.attach(case_id)
    file = attachments.StoredFile(
        name="照片.jpg", media_type="image/jpeg", size_bytes=3, sha256="1" * 64, storage_key="k"
    )
    with city.uow(Role.CITIZEN) as uow:
        case = uow.session.get_one(Case, case_id)
        attachments.add_to(uow, case, file, kind="citizen")
        assert [row.name for row in citizen.attachments(uow, case)] == ["照片.jpg"]
