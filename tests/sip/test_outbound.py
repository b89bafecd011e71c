"""A missed caller is rung back over the trunk, with sound and a recording."""

from sqlalchemy import select

from telephony import call_backs, call_control, outbound
from telephony.models import CallBackRequest, CallBackResult, CallState, Outcome, Recording, RecordingState
from tests.sip.conftest import Exchange
from tests.sip.line import eventually, strength

CITIZEN, AGENT = 700.0, 1_000.0


def test_missed_caller_when_rung_back_then_they_speak_and_the_request_is_done(exchange: Exchange):
    address = exchange.start_worker()
    exchange.ring(address).ends()
    missed = eventually(lambda: exchange.look(select(CallBackRequest)))
    home = exchange.outside(CITIZEN)
    agent = exchange.signed_in("1001")
    exchange.does(agent, call_backs.take, missed.id)
    call_id = exchange.does(agent, outbound.call_back, missed.id).id
    headset = exchange.headset(agent, call_id, AGENT)
    exchange.in_state(call_id, CallState.TALKING)
    eventually(lambda: strength(headset.heard(0.3), CITIZEN) > 0.8)
    eventually(lambda: strength(home.heard()[-5_000:], AGENT) > 0.8)
    exchange.does(agent, call_control.hang_up, call_id)
    assert exchange.in_state(call_id, CallState.ENDED).outcome == Outcome.ANSWERED
    assert exchange.look(select(CallBackRequest)).result == CallBackResult.REACHED
    eventually(
        lambda: (
            exchange.look(select(Recording).where(Recording.call_id == call_id)).state == RecordingState.RAW
        )
    )
