"""A missed caller is rung back over the trunk, with sound and a recording."""

from sqlalchemy import select

from telephony import call_backs, call_control, desk_phones, outbound, seats
from telephony.models import (
    Call,
    CallBackRequest,
    CallBackResult,
    CallState,
    EndedBy,
    Outcome,
    Recording,
    RecordingState,
    WorkerCommand,
)
from tests.sip.conftest import Exchange, free_port
from tests.sip.line import eventually, strength

CITIZEN, AGENT = 700.0, 1_000.0


def test_missed_caller_when_rung_back_then_they_speak_and_the_request_is_done(shared: Exchange):
    address = shared.address
    shared.ring(address).ends()
    missed = eventually(lambda: shared.look(select(CallBackRequest)))
    home = shared.outside(CITIZEN)
    agent = shared.signed_in("1001")
    shared.does(agent, call_backs.take, missed.id)
    call_id = shared.does(agent, outbound.call_back, missed.id).id
    headset = shared.headset(agent, call_id, AGENT)
    shared.in_state(call_id, CallState.TALKING)
    eventually(lambda: strength(headset.heard(0.3), CITIZEN) > 0.8)
    eventually(lambda: strength(home.heard()[-5_000:], AGENT) > 0.8)
    shared.does(agent, call_control.hang_up, call_id)
    assert shared.in_state(call_id, CallState.ENDED).outcome == Outcome.ANSWERED
    assert shared.look(select(CallBackRequest)).result == CallBackResult.REACHED
    eventually(
        lambda: shared.look(select(Recording).where(Recording.call_id == call_id)).state == RecordingState.RAW
    )


def test_desk_phone_when_it_is_lifted_then_agent_and_caller_speak_and_putting_it_down_ends_the_call(
    shared: Exchange,
):
    address = shared.address
    phone_at = f"127.0.0.1:{free_port()}"
    phone = shared.outside(AGENT, at=phone_at)
    agent = shared.agent("1001")
    checked = desk_phones.checked(shared.house.settings, f"sip:801@{phone_at}")
    with shared.house.open_uow(agent) as uow:
        seats.sign_in(uow, phone=checked)
    caller = shared.ring(address, hertz=CITIZEN)
    eventually(lambda: strength(caller.heard()[-5_000:], AGENT) > 0.8)
    eventually(lambda: strength(phone.heard()[-5_000:], CITIZEN) > 0.8)
    call = shared.look(select(Call))
    assert (call.state, call.user_id) == (CallState.TALKING, agent.user_id)
    shared.does(agent, call_control.send_digits, call.id, "5")
    eventually(lambda: shared.look(select(WorkerCommand)).done_at)
    phone.process.terminate()
    ended = shared.in_state(call.id, CallState.ENDED)
    assert (ended.outcome, ended.ended_by) == (Outcome.ANSWERED, EndedBy.AGENT)
