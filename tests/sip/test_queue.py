"""Callers who wait: the next seat, the missed call, and the words they hear meanwhile."""

from sqlalchemy import select

from hotline.core.identity import SYSTEM
from telephony import call_control, seats
from telephony.models import CallBackRequest, CallOffer, CallState, Outcome, SeatState
from tests.sip.conftest import GREETING_HERTZ, MUSIC_HERTZ, Exchange
from tests.sip.line import eventually, strength, strongest


def test_offer_when_nobody_answers_then_the_next_seat_and_then_it_is_answered(shared: Exchange):
    address = shared.address
    first = shared.signed_in("1001", offer_timeout_s=1)
    second = shared.signed_in("1002")
    telephone = shared.ring(address)
    call_id = shared.offered_to(first)
    assert shared.offered_to(second) == call_id
    shared.headset(second, call_id, 1_000.0)
    shared.does(second, call_control.answer, call_id)
    eventually(lambda: strength(telephone.heard()[-5_000:], 1_000.0) > 0.8)
    assert strongest(telephone.heard(), MUSIC_HERTZ) > 0.9
    with shared.house.open_uow(SYSTEM) as uow:
        results = list(uow.session.scalars(select(CallOffer.result).order_by(CallOffer.id)))
    assert results == ["timed_out", "answered"]
    assert shared.call(call_id).user_id == second.user_id


def test_caller_when_giving_up_while_it_rings_then_missed_and_the_seat_is_free(shared: Exchange):
    address = shared.address
    agent = shared.signed_in("1001")
    telephone = shared.ring(address)
    call_id = shared.offered_to(agent)
    telephone.hang_up()
    call = shared.in_state(call_id, CallState.ENDED)
    assert call.outcome == Outcome.ABANDONED
    assert (
        shared.look(select(CallBackRequest).where(CallBackRequest.id == call.call_back_id)).missed_calls == 1
    )
    assert shared.does(agent, seats.own).state == SeatState.AVAILABLE


def test_caller_when_all_agents_are_busy_then_hears_music_and_the_place_in_the_queue(shared: Exchange):
    address = shared.address
    agent = shared.signed_in("1001", announce_every_s=2)
    shared.does(agent, seats.busy, "meeting")
    telephone = shared.ring(address)
    eventually(lambda: strongest(telephone.heard(), MUSIC_HERTZ) > 0.9)
    # The announcement sounds like every word here; it comes after the music has begun.
    eventually(lambda: strongest(telephone.heard()[24_000:], GREETING_HERTZ) > 0.9)
    shared.does(agent, seats.available)
    assert shared.offered_to(agent)
