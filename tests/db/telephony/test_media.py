"""The browser's sound: the offer goes to the worker that holds the call, the answer comes back to its asker alone."""

import pytest

from hotline.core.identity import SYSTEM
from telephony import call_control, workers
from telephony.errors import BadMediaOffer, CallNotFound, CallNotTalking, NotYourCall
from tests.db.telephony.conftest import Floor

OFFER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


def test_media_when_the_call_rings_then_the_worker_takes_it_once_and_its_answer_comes_back(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    command_id = floor.do(agent, call_control.media, call_id, OFFER)
    assert floor.do(agent, call_control.media_reply, command_id).state == "waiting"
    (command,) = floor.do(SYSTEM, workers.take_commands, floor.worker_id)
    assert (command.id, command.verb, command.arguments["sdp"]) == (command_id, "media", OFFER)
    assert floor.do(SYSTEM, workers.take_commands, floor.worker_id) == []
    floor.do(SYSTEM, workers.reply, command_id, answer={"sdp": "v=0 answer"}, problem=None)
    reply = floor.do(agent, call_control.media_reply, command_id)
    assert (reply.state, reply.sdp) == ("answered", "v=0 answer")


def test_media_when_the_worker_cannot_use_it_then_failed_with_what_to_do(floor: Floor):
    agent = floor.agent("1001")
    command_id = floor.do(agent, call_control.media, floor.wait_in_queue(), OFFER)
    floor.do(SYSTEM, workers.reply, command_id, answer=None, problem="unusable offer")
    reply = floor.do(agent, call_control.media_reply, command_id)
    assert reply.state == "failed"
    assert "刷新" in reply.problem


def test_media_reply_when_another_agent_asks_then_not_found(floor: Floor):
    agent, other = floor.agent("1001"), floor.agent("1002")
    command_id = floor.do(agent, call_control.media, floor.wait_in_queue(), OFFER)
    with pytest.raises(CallNotFound):
        floor.do(other, call_control.media_reply, command_id)


@pytest.mark.parametrize("sdp", ["", "hello", "v=0\r\nm=video 9", OFFER + "x" * 30_000, "😀"])
def test_media_when_the_offer_is_none_then_refused(floor: Floor, sdp: str):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    with pytest.raises(BadMediaOffer):
        floor.do(agent, call_control.media, call_id, sdp)


def test_media_when_the_call_is_over_or_not_mine_then_refused(floor: Floor):
    agent, other = floor.agent("1001"), floor.agent("1002")
    call_id = floor.wait_in_queue()
    with pytest.raises(NotYourCall):
        floor.do(other, call_control.media, call_id, OFFER)
    floor.do(agent, call_control.answer, call_id)
    floor.do(agent, call_control.hang_up, call_id)
    with pytest.raises(CallNotTalking):
        floor.do(agent, call_control.media, call_id, OFFER)


def test_current_when_the_console_reloads_then_the_call_is_found_again(floor: Floor):
    agent = floor.agent("1001")
    assert floor.do(agent, call_control.current) is None
    call_id = floor.wait_in_queue()
    assert floor.do(agent, call_control.current).id == call_id
    floor.do(agent, call_control.answer, call_id)
    floor.do(agent, call_control.hold, call_id)
    assert floor.do(agent, call_control.current).held_at is not None
    floor.do(agent, call_control.hang_up, call_id)
    assert floor.do(agent, call_control.current) is None
