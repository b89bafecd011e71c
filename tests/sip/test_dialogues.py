"""What the telephones and trunks of the world do inside a call, one scenario each, all on one worker."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from telephony import call_control, seats
from telephony.models import Call, CallState, Outcome, SeatState
from tests.sip import sipp
from tests.sip.conftest import Exchange
from tests.sip.line import eventually
from tests.sip.test_callers import ended_calls

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
TIMER = "Supported: timer\nSession-Expires: {seconds};refresher=uas\nMin-SE: {least}"


def invite(more: str) -> str:
    return sipp.request("INVITE", body=sipp.sdp(), more=more, in_dialogue=False)


def test_callers_when_their_trunk_uses_what_the_standards_offer_then_each_is_answered(shared: Exchange):
    """Reliable provisional answers (RFC 3262), UPDATE (RFC 3311), session timers (RFC 4028)."""
    address, folder = shared.address, shared.folder
    wait, end = sipp.pause(100), sipp.bye()
    sipp.run(address, folder, invite("Supported: 100rel, replaces"), sipp.expect(200), sipp.ack(), wait, end)
    update = sipp.request("UPDATE", cseq=2, body=sipp.sdp(version=2))
    sipp.run(address, folder, sipp.ANSWERED, wait, update, sipp.expect(200), sipp.bye(3))
    timed = sipp.expect(200, header="Session-Expires", says="90")
    sipp.run(address, folder, invite(TIMER.format(seconds=90, least=90)), timed, sipp.ack(), wait, end)
    too_short = sipp.expect(422, header="Min-SE", says="90")
    sipp.run(address, folder, invite(TIMER.format(seconds=30, least=30)), too_short, sipp.ack())
    refresh = sipp.request("INVITE", cseq=2, body=sipp.sdp(), more=TIMER.format(seconds=90, least=90))
    sipp.run(
        address, folder, invite(TIMER.format(seconds=90, least=90)), timed, sipp.ack(), wait,
        refresh, timed, sipp.ack(2), sipp.bye(3),
    )  # fmt: skip
    assert {call.outcome for call in ended_calls(shared, 5)} == {Outcome.ABANDONED}  # with the one refused


def test_caller_when_messages_are_lost_and_repeated_then_one_call_and_its_answer_comes_again(
    shared: Exchange,
):
    invite_once = sipp.datagram("INVITE", shared.address, "twice", body=SDP)
    with sipp.line_to(shared.address, wait_s=2) as (send, receive):
        send(invite_once)
        send(invite_once)
        answers: list[str] = []
        while len(answers) < 3:  # to both of them, and again because it is not acknowledged
            if (text := receive().decode()).startswith("SIP/2.0 200"):
                answers.append(text)
        for method, number in (("ACK", 1), ("BYE", 2)):
            send(sipp.following(invite_once.decode(), answers[0], method, number))
        while not receive().startswith(b"SIP/2.0 200"):
            pass
    assert len(set(answers)) == 1
    assert len(ended_calls(shared, 1)) == 1


def test_line_when_one_caller_leaves_and_the_next_comes_in_the_same_moment_then_each_is_answered(
    shared: Exchange,
):
    """All other lines are taken, so that each call gets the number of the one that has just ended."""
    with sipp.line_to(shared.address, wait_s=2) as (send, receive):

        def next_answer(call_id: str) -> str:
            while (text := receive().decode()) and (
                f"Call-ID: {call_id}@" not in text or " 100 " in text[:12]
            ):
                pass
            return text

        def opening(call_id: str) -> bytes:
            return sipp.datagram("INVITE", shared.address, call_id, body=SDP)

        lines = {}
        for call_id in ("held-1", "held-2", "held-3", "turn-0"):
            send(opening(call_id))
            lines[call_id] = next_answer(call_id)
            send(sipp.following(opening(call_id).decode(), lines[call_id], "ACK", 1))
        for turn in range(1, 25):
            before, call_id = f"turn-{turn - 1}", f"turn-{turn}"
            send(sipp.following(opening(before).decode(), lines.pop(before), "BYE", 2))
            send(opening(call_id))
            lines[call_id] = next_answer(call_id)
            assert lines[call_id].startswith("SIP/2.0 200"), lines[call_id]
            send(sipp.following(opening(call_id).decode(), lines[call_id], "ACK", 1))
        for call_id, answer in lines.items():
            send(sipp.following(opening(call_id).decode(), answer, "BYE", 2))
    ended_calls(shared, 28)


def test_callers_when_they_press_a_key_in_the_sound_or_by_message_then_both_are_called_back(shared: Exchange):
    """RFC 4733 and INFO: the key that is offered to those who wait."""
    agent = shared.signed_in("1001", announce_every_s=60)
    shared.does(agent, seats.busy, "rest")
    info = sipp.request("INFO", cseq=2, content_type="application/dtmf-relay", body="Signal=1\nDuration=160")
    waiting = sipp.pause(2_600)  # greeting, a moment of music, the offer
    over = sipp.expect_request("BYE") + sipp.ok()
    ways = (info + sipp.expect(200), sipp.play_digits("1") + sipp.pause(400))
    with ThreadPoolExecutor(2) as pool:
        for number, way in enumerate(ways):
            # SIPp's own digits have the number 96.
            body = sipp.sdp().replace("101", "96")
            start = sipp.request("INVITE", number=f"1380013800{number}", body=body, in_dialogue=False)
            start += sipp.expect(200) + sipp.ack()
            pool.submit(sipp.run, shared.address, shared.folder / f"way-{number}", start, waiting, way, over)
    assert [call.outcome for call in ended_calls(shared, 2)] == [Outcome.CALL_BACK_ASKED] * 2


def test_desk_phone_when_it_rings_reliably_then_acknowledged_and_the_call_is_answered(shared: Exchange):
    """The one who is called sends 183 with 100rel before he lifts the receiver: our PRACK (RFC 3262)."""
    agent = shared.agent("1001")
    with sipp.listening(wait_s=10) as (phone, heard, say):
        with shared.house.open_uow(agent) as uow:
            seats.sign_in(uow, phone=f"sip:801@{phone}")
        caller = shared.ring(shared.address)
        ringing = heard()
        about = f"Contact: <sip:801@{phone}>\r\nContent-Type: application/sdp\r\n"
        reliable = about + "Require: 100rel\r\nRSeq: 1\r\n"
        say(sipp.reply(ringing, "183 Session Progress", more=reliable, body=SDP, tag=";tag=b"))
        while not (said := heard()).startswith("PRACK"):
            assert said.startswith("INVITE")
        say(sipp.reply(said, "200 OK"))
        say(sipp.reply(ringing, "200 OK", more=about, body=SDP, tag=";tag=b"))
        call_id = eventually(lambda: shared.look(select(Call.id).where(Call.state == CallState.TALKING)))
        shared.does(agent, call_control.hang_up, call_id)
        while not (said := heard()).startswith("BYE"):
            assert said.startswith(("ACK", "PRACK", "INVITE"))
        say(sipp.reply(said, "200 OK"))
        caller.ends()
    assert shared.look(select(func.count()).where(Call.outcome == Outcome.ANSWERED)) == 1
    assert shared.does(agent, seats.own).state == SeatState.WRAP_UP
