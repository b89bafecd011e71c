"""Callers of every kind against a real worker: each has a defined end, and the worker answers the next one."""

import pytest
from sqlalchemy import select

from hotline.core.identity import SYSTEM
from telephony import call_control, seats
from telephony.models import Call, CallBackRequest, CallState, EndedBy, Outcome, SeatState
from tests.sip import sipp
from tests.sip.conftest import GREETING_HERTZ, Exchange
from tests.sip.line import eventually, strongest
from tests.sip.malformed import MALFORMED

VIA = "Via: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK{branch};rport\r\n"
REQUEST = (
    "{method} sip:12345@{address} SIP/2.0\r\n"
    + VIA
    + "From: <sip:1@127.0.0.1>;tag=a\r\nTo: <sip:12345@{address}>\r\n"
    "Call-ID: {branch}@test\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:1@127.0.0.1:5099>\r\n{more}"
    "Content-Length: 0\r\n\r\n"
)


def request(address: str, method: str, branch: str, more: str = "") -> bytes:
    return REQUEST.format(method=method, address=address, branch=branch, more=more).encode()


def still_answers(exchange: Exchange, address: str) -> None:
    sipp.run(address, exchange.folder, sipp.ANSWERED, sipp.pause(100), sipp.bye())


def ended_calls(exchange: Exchange, count: int) -> list[Call]:
    """All calls, when `count` of them are over."""

    def look() -> list[Call] | None:
        with exchange.house.open_uow(SYSTEM) as uow:
            calls = list(uow.session.scalars(select(Call).order_by(Call.id)))
            over = [call for call in calls if call.state == CallState.ENDED]
            return calls if len(over) == len(calls) == count else None

    return eventually(look, within_s=15)


def test_callers_of_every_kind_when_they_come_then_each_has_its_defined_end(shared: Exchange):
    """One worker, nobody signed in: what SIPp can do to it, one after the other, and the rows that are left."""
    address, folder = shared.address, shared.folder
    # Gone at once, gone in the greeting, in bursts.
    sipp.run(address, folder, sipp.ANSWERED, sipp.bye())
    sipp.run(address, folder, sipp.ANSWERED, sipp.pause(200), sipp.bye(), calls=3, at_once=3)
    calls = ended_calls(shared, 4)
    assert {call.outcome for call in calls} == {Outcome.ABANDONED}
    assert {call.ended_by for call in calls} == {EndedBy.CALLER}
    # Each codec of a trunk, and an offer that comes with the ACK.
    for codec in (sipp.PCMA, sipp.PCMU, sipp.G722):
        sipp.run(
            address, folder, sipp.invite(codec), sipp.expect(200), sipp.ack(), sipp.pause(100), sipp.bye()
        )
    late = sipp.request("INVITE", in_dialogue=False)
    sipp.run(address, folder, late, sipp.expect(200), sipp.ack(body=sipp.sdp()), sipp.pause(100), sipp.bye())
    ended_calls(shared, 8)
    # A codec that nobody speaks is refused, not answered with silence.
    sipp.run(address, folder, sipp.invite(sipp.NONSENSE), sipp.expect(488), sipp.ack())
    # Hold and back by re-INVITE, digits by INFO, an unknown method inside the call.
    hold = sipp.request("INVITE", cseq=2, body=sipp.sdp(version=2, direction="a=sendonly"))
    back = sipp.request("INVITE", cseq=3, body=sipp.sdp(version=3))
    info = sipp.request("INFO", cseq=4, content_type="application/dtmf-relay", body="Signal=5\nDuration=160")
    unknown = sipp.request("BREW", cseq=5)
    sipp.run(
        address, folder, sipp.ANSWERED, hold, sipp.expect(200), sipp.ack(2), back, sipp.expect(200), sipp.ack(3),
        info, sipp.expect(200), unknown, sipp.expect(500), sipp.bye(6),
    )  # fmt: skip
    # Silent to the end: told that nobody is there, then the worker hangs up by itself.
    sipp.run(address, folder, sipp.ANSWERED, sipp.expect_request("BYE"), sipp.ok())
    last = ended_calls(shared, 10)[-1]
    assert (last.outcome, last.ended_by) == (Outcome.UNSTAFFED, EndedBy.SYSTEM)
    with shared.house.open_uow(SYSTEM) as uow:
        request_row = uow.session.scalars(select(CallBackRequest)).one()
    assert (request_row.missed_calls, request_row.number_masked) == (10, "138****8000")


def test_lines_when_all_are_taken_then_busy_and_free_again_afterwards(exchange: Exchange):
    address = exchange.start_worker(calls=2, caller_silent_s=2)
    agent = exchange.signed_in("1001", offer_timeout_s=60)
    first, second = exchange.ring(address, number="13800138001"), exchange.ring(address, number="13800138002")
    eventually(lambda: len(first.heard()) > 8_000 and len(second.heard()) > 8_000)
    sipp.run(address, exchange.folder, sipp.invite(), sipp.expect(486), sipp.ack())
    # One vanishes without a word while his call rings, the other while he talks; both are found out by their silence.
    telephones = {"138****8001": first, "138****8002": second}
    ringing = exchange.offered_to(agent)
    telephones.pop(exchange.call(ringing).number_masked).process.kill()
    abandoned = exchange.in_state(ringing, CallState.ENDED)
    assert (abandoned.outcome, abandoned.ended_by) == (Outcome.ABANDONED, EndedBy.NETWORK)
    talking = exchange.offered_to(agent)
    exchange.does(agent, call_control.answer, talking)
    telephones.popitem()[1].process.kill()
    ended = exchange.in_state(talking, CallState.ENDED)
    assert (ended.outcome, ended.ended_by) == (Outcome.ANSWERED, EndedBy.NETWORK)
    assert exchange.does(agent, seats.own).state == SeatState.WRAP_UP
    still_answers(exchange, address)


def test_worker_when_messages_are_bent_or_broken_then_it_lives_and_its_lines_come_free(shared: Exchange):
    address = shared.address
    for number, (kind, message) in enumerate(MALFORMED.items()):
        sipp.send_raw(address, message, wait_s=0.02)
        probe = request(address, "OPTIONS", f"probe{number}")
        assert b"200 OK" in sipp.send_raw(address, probe, wait_s=2), kind
    assert shared.processes[0].poll() is None
    unanswered = select(Call).where(Call.state != CallState.ENDED)
    eventually(lambda: shared.look(unanswered) is None, within_s=15)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff" * 700,
        b"INVITE\r\n\r\n",
        b"INVITE sip:12345@h SIP/7.0\r\n\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "INVITE sip:热线😀@h SIP/2.0\r\nVia: 你好\r\n\r\n".encode(),
        b"OPTIONS sip:x SIP/2.0\r\n" + b"X-Long: " + b"a" * 60_000 + b"\r\n\r\n",
        b"INVITE sip:12345@127.0.0.1 SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n",
        b"INVITE sip:12345@127.0.0.1 SIP/2.0\r\nContent-Length: -5\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n\r\n",
    ],
)
def test_worker_when_garbage_comes_then_it_lives(shared: Exchange, garbage: bytes):
    sipp.send_raw(shared.address, garbage, wait_s=0.1)
    assert b"200 OK" in sipp.send_raw(shared.address, request(shared.address, "OPTIONS", f"g{hash(garbage)}"))


@pytest.mark.parametrize("method", ["BREW", "REGISTER", "SUBSCRIBE", "BYE"])
def test_worker_when_a_stranger_asks_for_something_else_than_a_call_then_no_answer_that_helps_a_scanner(
    shared: Exchange, method: str
):
    address = shared.address
    answer = sipp.send_raw(address, request(address, method, f"m{method}"), wait_s=0.3)
    assert not answer or answer.startswith(b"SIP/2.0 4")
    assert b"200 OK" in sipp.send_raw(address, request(address, "OPTIONS", f"after{method}"))


def test_worker_when_an_unknown_extension_is_required_then_420(shared: Exchange):
    message = request(shared.address, "INVITE", "ext", "Require: nothingWeKnow\r\n")
    assert b"420" in sipp.send_raw(shared.address, message)[:20]


def test_caller_when_the_number_is_withheld_then_recorded_as_such(shared: Exchange):
    steps = sipp.invite(number="anonymous") + sipp.expect(200) + sipp.ack()
    sipp.run(shared.address, shared.folder, steps, sipp.pause(100), sipp.bye())
    hidden = select(Call).where(Call.number_hash.is_(None), Call.state == CallState.ENDED)
    assert eventually(lambda: shared.look(hidden)).number_masked == "号码隐藏"


def test_caller_when_nobody_is_signed_in_then_hears_greeting_and_farewell_and_is_called_back(
    shared: Exchange,
):
    telephone = shared.ring(shared.address, number="13900139000")
    said = telephone.ends().splitlines()
    assert said == [f"呼叫 sip:12345@{shared.address} …", "热线已应答。", "通话结束。"]
    assert strongest(telephone.heard(), GREETING_HERTZ) > 0.9
    missed = select(CallBackRequest).where(CallBackRequest.number_masked == "139****9000")
    assert eventually(lambda: shared.look(missed)).missed_calls == 1
    still_answers(shared, shared.address)
