"""A third person, for the ears: who hears whom in consult, three-way and after the hand-over."""

from sqlalchemy import select

from hotline.core.identity import SYSTEM
from telephony import call_control, parties, seats, transfers
from telephony.models import CallState, EndedBy, Outcome, SeatState
from telephony.party_models import CallParty, PartyState
from tests.sip.conftest import MUSIC_HERTZ, Exchange
from tests.sip.line import eventually, strength, strongest

CALLER, AGENT, GUEST = 600.0, 1_000.0, 1_500.0
CLEAR = 0.2  # each of two voices at once has about half of the sound


def joined(shared: Exchange, call_id: int) -> bool:
    return [party.state for party in shared.does(SYSTEM, parties.here, call_id)] == [PartyState.JOINED]


def test_department_when_consulted_joined_and_left_with_the_caller_then_each_hears_whom_it_should(
    shared: Exchange,
):
    address = shared.address
    office = shared.outside(GUEST)
    agent = shared.signed_in("1001")
    telephone = shared.ring(address, hertz=CALLER)
    call_id = shared.offered_to(agent)
    headset = shared.headset(agent, call_id, AGENT)
    shared.does(agent, call_control.answer, call_id)
    eventually(lambda: strength(headset.heard(0.3), CALLER) > 0.8)

    shared.does(agent, transfers.consult_number, call_id, "0731-83612345")
    eventually(lambda: joined(shared, call_id))
    eventually(lambda: strength(headset.heard(0.3), GUEST) > 0.8)
    eventually(lambda: strength(office.heard()[-5_000:], AGENT) > 0.8)
    eventually(lambda: strength(telephone.heard()[-5_000:], MUSIC_HERTZ) > 0.8)

    shared.does(agent, transfers.three_way, call_id)
    eventually(
        lambda: strength(headset.heard(0.3), GUEST) > CLEAR and strength(headset.heard(0.3), CALLER) > CLEAR
    )
    eventually(
        lambda: (
            strength(office.heard()[-5_000:], AGENT) > CLEAR
            and strength(office.heard()[-5_000:], CALLER) > CLEAR
        )
    )
    eventually(
        lambda: (
            strength(telephone.heard()[-5_000:], AGENT) > CLEAR
            and strength(telephone.heard()[-5_000:], GUEST) > CLEAR
        )
    )

    shared.does(agent, transfers.complete, call_id)
    eventually(lambda: strength(telephone.heard()[-5_000:], GUEST) > 0.8)
    eventually(lambda: strength(office.heard()[-5_000:], CALLER) > 0.8)
    assert shared.does(agent, seats.own).state == SeatState.WRAP_UP
    office.process.kill()
    telephone.hang_up()
    call = shared.in_state(call_id, CallState.ENDED)
    assert (call.outcome, call.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)


def test_department_when_it_is_busy_then_the_agent_has_the_caller_back(shared: Exchange):
    address = shared.address
    shared.outside(GUEST, code=486)
    agent = shared.signed_in("1001")
    telephone = shared.ring(address, hertz=CALLER)
    call_id = shared.offered_to(agent)
    headset = shared.headset(agent, call_id, AGENT)
    shared.does(agent, call_control.answer, call_id)
    shared.does(agent, transfers.consult_number, call_id, "110")
    eventually(lambda: shared.look(select(CallParty.state)) == PartyState.FAILED)
    shared.does(agent, call_control.resume, call_id)
    eventually(lambda: strength(headset.heard(0.3), CALLER) > 0.8)
    eventually(lambda: strength(telephone.heard()[-5_000:], AGENT) > 0.8)


def test_expert_when_consulted_at_another_seat_then_takes_the_caller_over(shared: Exchange):
    address = shared.address
    agent, expert = shared.signed_in("1001"), shared.signed_in("1002")
    telephone = shared.ring(address, hertz=CALLER)
    call_id = shared.offered_to(agent)
    shared.headset(agent, call_id, AGENT)
    shared.does(agent, call_control.answer, call_id)
    shared.does(agent, transfers.consult_seat, call_id, shared.does(expert, seats.own).id)
    other = shared.headset(expert, call_id, GUEST)
    shared.does(expert, transfers.answer_consult, call_id)
    eventually(lambda: strength(other.heard(0.3), AGENT) > 0.8)
    assert strongest(telephone.heard(), GUEST) < 0.1
    shared.does(agent, transfers.complete, call_id)
    eventually(lambda: strength(telephone.heard()[-5_000:], GUEST) > 0.8)
    eventually(lambda: strength(other.heard(0.3), CALLER) > 0.8)
    shared.does(expert, call_control.hang_up, call_id)
    assert shared.in_state(call_id, CallState.ENDED).user_id == expert.user_id
