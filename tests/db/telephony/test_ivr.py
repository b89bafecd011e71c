"""A caller's way through the flow: by the hour, by key, by voice, with the row that remains of it."""

from datetime import date

import pytest

from hotline.core.errors import PermissionMissing
from hotline.core.identity import Role
from telephony import call_control, calls, flows, ivr, line_switches, seats
from telephony.flows import Flow
from telephony.models import CallState, EndedBy, Outcome, Queue, SeatState
from tests.db.telephony.conftest import Floor


class Answers:
    """The house above, as a caller of 2026 finds it."""

    def __init__(self, *, workday: bool = True, stands: tuple[str, ...] | None = None) -> None:
        self.workday, self.stands, self.asked = workday, stands, []

    def is_workday(self, uow, on: date) -> bool:
        return self.workday

    def progress(self, uow, digits: str, query_code: str, caller: bytes | None):
        self.asked.append((digits, query_code))
        return self.stands


def flow(**changes: object) -> Flow:
    data = flows.read(flows.SHIPPED).model_dump()
    for path, value in changes.items():
        part, _, name = path.rpartition("__")
        (data[part] if part else data)[name] = value
    return Flow.model_validate(data)


MENU = {"start__open": "menu"}
NIGHT = {"hours__workday": "08:00-10:00", "hours__holiday": "09:00-10:00"}  # it is 16:00


@pytest.fixture
def agent(floor: Floor):
    return floor.agent("a1")


def greeted(floor: Floor, the_flow: Flow, answers: Answers | None = None) -> tuple[int, ivr.Ask | None]:
    call_id = floor.ring()
    with floor.uow() as uow:
        return call_id, ivr.begin(uow, call_id, the_flow, answers or Answers())


def keyed(floor: Floor, call_id: int, keys: str, the_flow: Flow, answers: Answers | None = None):
    with floor.uow() as uow:
        return ivr.keyed(uow, call_id, keys, the_flow, answers or Answers())


def hang_up(floor: Floor, call_id: int):
    with floor.uow() as uow:
        return calls.leg_ended(uow, call_id, EndedBy.CALLER)


def test_greeted_when_always_open_then_offered_without_a_question(floor: Floor, agent):
    call_id, ask = greeted(floor, flow())
    assert ask is None
    assert floor.call(call_id).state == CallState.OFFERED


@pytest.mark.parametrize(("workday", "start"), [(True, "night"), (False, "holiday")])
def test_greeted_when_closed_then_asked_for_a_message(floor: Floor, agent, workday: bool, start: str):
    closed = flow(
        **NIGHT, start={"open": "main", "night": "voicemail", "holiday": "voicemail"} | {start: "voicemail"}
    )
    call_id, ask = greeted(floor, closed, Answers(workday=workday))
    assert ask is not None
    assert ask.say == ("voicemail_ask", "beep")
    assert floor.call(call_id).flow_step == "voicemail:voicemail"


@pytest.mark.parametrize("by_key", [True, False])
def test_message_when_left_then_a_call_back_with_its_recording(floor: Floor, by_key: bool):
    closed = flow(**NIGHT)
    call_id, _ = greeted(floor, closed)
    floor.later(20)
    if by_key:
        assert keyed(floor, call_id, "#", closed) is None
        assert floor.call(call_id).state == CallState.FAREWELL
    hang_up(floor, call_id)
    call = floor.call(call_id)
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.VOICEMAIL)
    assert floor.call_back(call_id).missed_calls == 1


def test_menu_when_a_key_means_a_queue_then_there_otherwise_the_main_one(floor: Floor, agent):
    with floor.uow() as uow:
        uow.session.add(Queue(code="business", name="企业"))
    first, ask = greeted(floor, flow(**MENU))
    assert (ask.say, ask.digits) == (("menu_ask",), 1)
    keyed(floor, first, "1", flow(**MENU))
    second, _ = greeted(floor, flow(**MENU))
    keyed(floor, second, "", flow(**MENU))
    third, _ = greeted(floor, flow(**MENU))
    keyed(floor, third, "9", flow(**MENU))
    assert [floor.call(one).queue.code for one in (first, second, third)] == ["business", "main", "main"]


def test_menu_when_its_queue_does_not_exist_then_the_main_one(floor: Floor, agent):
    call_id, _ = greeted(floor, flow(**MENU))
    keyed(floor, call_id, "1", flow(**MENU))
    assert floor.call(call_id).queue.code == "main"


def test_progress_when_number_and_code_fit_then_told_and_no_call_back(floor: Floor):
    answers = Answers(stands=("stage_handling", "expected_before"))
    call_id, _ = greeted(floor, flow(**MENU), answers)
    ask = keyed(floor, call_id, "2", flow(**MENU), answers)
    assert (ask.say, ask.fields) == (("progress_ask",), 2)
    told = keyed(floor, call_id, "20260918000017#123456#", flow(**MENU), answers)
    assert (told.say, told.digits) == (("stage_handling", "expected_before"), 0)
    assert answers.asked == [("20260918000017", "123456")]
    assert keyed(floor, call_id, "", flow(**MENU), answers) is None
    hang_up(floor, call_id)
    call = floor.call(call_id)
    assert (call.outcome, call.call_back_id) == (Outcome.SELF_SERVED, None)


def test_progress_when_twice_wrong_then_a_person(floor: Floor, agent):
    answers = Answers()
    call_id, _ = greeted(floor, flow(**MENU), answers)
    keyed(floor, call_id, "2", flow(**MENU), answers)
    again = keyed(floor, call_id, "1#2#", flow(**MENU), answers)
    assert again.say == ("progress_wrong", "progress_ask")
    assert keyed(floor, call_id, "", flow(**MENU), answers) is None
    assert floor.call(call_id).state == CallState.OFFERED
    assert answers.asked == [("1", "2")]


def test_emergency_when_switched_on_then_said_before_the_queue_until_switched_off(floor: Floor, agent):
    leader = floor.person("leader", Role.SHIFT_LEADER)
    floor.do(leader, line_switches.turn, line_switches.EMERGENCY, on=True)
    call_id, ask = greeted(floor, flow())
    assert ask == ivr.Ask(say=("emergency_notice", "emergency_message"))
    assert keyed(floor, call_id, "", flow()) is None
    assert floor.call(call_id).state == CallState.OFFERED
    floor.do(leader, line_switches.turn, line_switches.EMERGENCY, on=False)
    assert greeted(floor, flow())[1] is None
    with pytest.raises(PermissionMissing):
        floor.do(agent, line_switches.turn, line_switches.EMERGENCY, on=True)


def test_caller_when_hanging_up_in_the_menu_then_abandoned(floor: Floor, agent):
    call_id, _ = greeted(floor, flow(**MENU))
    hang_up(floor, call_id)
    assert floor.call(call_id).outcome == Outcome.ABANDONED
    assert keyed(floor, call_id, "1", flow(**MENU)) is None


@pytest.mark.parametrize(("key", "rating"), [("1", 1), ("3", 3), ("9", None), ("", None)])
def test_rating_when_wanted_then_asked_after_the_agent_has_gone_and_kept(
    floor: Floor, agent, house_with_rating, key: str, rating: int | None
):
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    floor.later(60)
    call = floor.do(agent, call_control.hang_up, call_id)
    assert (call.state, call.outcome) == (CallState.MENU, Outcome.ANSWERED)
    assert floor.seat(agent).state == SeatState.WRAP_UP
    floor.do(agent, seats.wrap_up_done)
    floor.later(5)
    keyed(floor, call_id, key, flow())
    floor.later(5)
    hang_up(floor, call_id)
    call = floor.call(call_id)
    assert (call.rating, call.state, call.ended_by) == (rating, CallState.ENDED, EndedBy.AGENT)
    assert call.talk_s == 60
    assert floor.seat(agent).state == SeatState.AVAILABLE


@pytest.fixture
def house_with_rating(floor: Floor):
    """The city's own flow, which asks for a rating."""
    text = flows.SHIPPED.read_text(encoding="utf-8").replace("ask_rating = false", "ask_rating = true")
    own = floor.house.settings.data_dir / "flow.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(text, encoding="utf-8")
    yield
    own.unlink()
