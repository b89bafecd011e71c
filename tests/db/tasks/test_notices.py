"""What citizens are told by SMS, and who is not."""

import json
import string
from datetime import datetime

import pytest
from sqlalchemy import select

from dispatch import query_codes
from dispatch.models import Assignment, Case, CaseEvent, Deadline
from dispatch.status import AssignmentStatus, CaseStatus, ClockName, UnitRole
from dispatch.transitions import TABLE
from hotline.accounts.models import Unit
from hotline.adapters import sms
from hotline.core.clock import LOCAL
from hotline.core.events import EventRow
from hotline.tasks import notices

MOBILE = "13800000001"
TOLD = {row.action for row in TABLE if row.tells_citizen}


@pytest.fixture
def make_case(uow):
    def make(identity, **fields):
        case = Case(
            status=CaseStatus.PENDING_DISPATCH,
            query_salt=query_codes.new_salt(),
            title="夜间施工扰民",
            identity_cipher=uow.vault.encrypt(json.dumps(identity)),
            created_at=uow.now,
            updated_at=uow.now,
            **({"case_no": "LY2026091800001X"} | fields),
        )
        uow.session.add(case)
        uow.session.flush()
        return case

    return make


@pytest.fixture
def case(make_case):
    return make_case({"name": "王某", "contact_no": MOBILE})


@pytest.fixture
def tell(uow):
    """The case made a move; answers what went out."""

    def move(case, action, text="", tells=True, times=1):
        uow.session.add(
            CaseEvent(
                case_id=case.id,
                version=2,
                at=uow.now,
                recorded_at=uow.now,
                action=action,
                label=action,
                actor_name="系统",
                citizen_text=text,
            )
        )
        payload = {"case_id": case.id, "version": 2, "action": action, "tells_citizen": tells}
        event = EventRow(name="case.moved", rooms=[], payload=payload, at=uow.now)
        uow.session.add(event)
        uow.session.flush()
        for _ in range(times):
            notices.tell_citizen(uow, event)
        return sms.latest(uow)

    return move


@pytest.fixture
def handled_until(uow):
    """The lead unit's clock runs until then."""

    def give(case, due_at):
        unit = Unit(code="zhujian", name="住房和城乡建设局", short_name="住建局", kind="department")
        uow.session.add(unit)
        uow.session.flush()
        part = Assignment(
            case_id=case.id,
            unit_id=unit.id,
            role=UnitRole.LEAD,
            status=AssignmentStatus.HANDLING,
            hop=1,
            dispatched_at=uow.now,
            round_started_at=uow.now,
            sign_limit="4wh",
            contact_limit="1wd",
            handle_limit="5wd",
        )
        case.assignments.append(part)
        uow.session.flush()
        uow.session.add(
            Deadline(
                case_id=case.id,
                assignment_id=part.id,
                clock=ClockName.HANDLE,
                template="county",
                limit_text="5wd",
                started_at=uow.now,
                due_at=due_at,
                original_due_at=due_at,
            )
        )
        uow.session.flush()

    return give


def test_tell_citizen_when_accepted_then_number_and_query_code_are_sent(uow, case, tell):
    (message,) = tell(case, "accept")
    assert message.to == f"+86{MOBILE}"
    told = f"工单编号LY2026091800001X，查询码{query_codes.code_of(uow.vault, case)}"
    assert message.text.startswith(f"【12345热线】您的诉求已受理，{told}")


def test_tell_citizen_when_dispatched_then_unit_and_last_day_are_named(case, tell, handled_until):
    handled_until(case, datetime(2026, 9, 25, 17, 30, tzinfo=LOCAL))
    (message,) = tell(case, "dispatch", "已派给 住建局 办理")
    assert "已派给 住建局 办理，最晚9月25日答复您" in message.text


def test_tell_citizen_when_no_clock_runs_then_no_day_is_promised(case, tell):
    (message,) = tell(case, "extend", "住建局 申请延期办理")
    assert "None" not in message.text
    assert "期限为" not in message.text


@pytest.mark.parametrize("action", sorted(TOLD))
def test_tell_citizen_when_any_told_move_then_text_holds_number_and_not_the_matter(case, tell, action):
    (message,) = tell(case, action, "进展一句话")
    assert case.case_no in message.text
    assert case.title not in message.text


def test_tell_citizen_when_closed_then_invites_to_rate(case, tell):
    (message,) = tell(case, "close")
    assert "评价" in message.text
    assert "/progress" in message.text


def test_tell_citizen_when_closed_then_everybody_who_was_merged_into_it_hears(uow, case, make_case, tell):
    other = make_case({"contact_no": "13800000002"}, case_no="LY20260918000028", lead_case_id=case.id)
    assert [message.to for message in tell(case, "sign")] == [f"+86{MOBILE}"]
    told = {message.to: message.text for message in tell(case, "close", times=2)[:2]}
    assert set(told) == {f"+86{MOBILE}", "+8613800000002"}
    assert query_codes.code_of(uow.vault, other) in told["+8613800000002"]
    assert other.case_no in told["+8613800000002"]


def test_tell_citizen_when_delivered_twice_then_one_message(case, tell):
    assert len(tell(case, "accept", times=2)) == 1


def test_tell_citizen_when_table_does_not_want_it_told_then_nothing(case, tell):
    assert tell(case, "send_back", tells=False) == []


@pytest.mark.parametrize(
    ("identity", "to"),
    [
        ({"contact_no": "139 0000 0002", "caller_no": MOBILE}, "+8613900000002"),
        ({"caller_no": MOBILE}, f"+86{MOBILE}"),
        ({"contact_no": "0731-83000000", "caller_no": MOBILE}, f"+86{MOBILE}"),
        ({"caller_no": "83000000"}, None),
        ({"caller_no": "+85298765432"}, None),
        ({"name": "王某"}, None),
    ],
)
def test_mobile_of_when_numbers_are_given_then_first_mainland_mobile(uow, make_case, identity, to):
    assert notices.mobile_of(uow, make_case(identity)) == to


def test_tell_citizen_when_anonymous_then_nothing(make_case, tell):
    assert tell(make_case({"caller_no": MOBILE}, anonymous=True), "accept") == []


def test_texts_when_read_then_name_only_known_words():
    known = {"case_no", "query_code", "what", "due", "link"}
    for name, text in notices.TEXTS.items():
        words = {word for _, word, _, _ in string.Formatter().parse(text) if word}
        assert words <= ({"code"} if name == "phone_code" else known)


def test_texts_when_read_then_belong_to_told_moves():
    # The code that proves a telephone number belongs to no move of a case.
    assert set(notices.TEXTS) - {"default", "phone_code"} <= TOLD


def test_tell_citizen_when_event_was_recorded_then_case_is_its_subject(uow, case, tell):
    tell(case, "accept")
    assert uow.session.scalar(select(sms.SmsMessage.subject)) == f"case:{case.id}"
