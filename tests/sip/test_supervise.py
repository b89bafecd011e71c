"""Listen, whisper, barge and take over, for the ears."""

from telephony import call_control, supervise
from telephony.bridge import Mode
from tests.sip.conftest import Exchange, Role
from tests.sip.line import eventually, strength, strongest

CALLER, AGENT, LEADER = 600.0, 1_000.0, 1_500.0
CLEAR = 0.2


def test_leader_when_listening_whispering_barging_and_taking_over_then_heard_by_whom_it_should_be(
    shared: Exchange,
):
    address = shared.address
    agent, leader = shared.signed_in("1001"), shared.agent("leader", Role.SHIFT_LEADER)
    telephone = shared.ring(address, hertz=CALLER)
    call_id = shared.offered_to(agent)
    headset = shared.headset(agent, call_id, AGENT)
    shared.does(agent, call_control.answer, call_id)
    eventually(lambda: strength(headset.heard(0.3), CALLER) > 0.8)

    shared.does(leader, supervise.listen, call_id)
    ear = shared.headset(leader, call_id, LEADER)
    eventually(lambda: strength(ear.heard(0.3), CALLER) > CLEAR and strength(ear.heard(0.3), AGENT) > CLEAR)
    assert strength(headset.heard(0.3), CALLER) > 0.8

    shared.does(leader, supervise.listen, call_id, Mode.WHISPER)
    eventually(lambda: strength(headset.heard(0.3), LEADER) > CLEAR)
    assert strongest(telephone.heard(), LEADER) < 0.05

    shared.does(leader, supervise.listen, call_id, Mode.TALK)
    eventually(lambda: strength(telephone.heard()[-5_000:], LEADER) > CLEAR)

    shared.does(leader, supervise.take_over, call_id)
    eventually(lambda: strength(telephone.heard()[-5_000:], LEADER) > 0.8)
    eventually(lambda: strength(ear.heard(0.3), CALLER) > 0.8)
