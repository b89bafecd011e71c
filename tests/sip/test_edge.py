"""Several workers behind Kamailio: calls are spread, a full or dead worker is passed over, scanners hear nothing."""

import os
import signal
import time

from sqlalchemy import select

from hotline.core.identity import SYSTEM
from telephony import call_control
from telephony.models import Call, CallState, SipWorker
from tests.sip import sipp
from tests.sip.conftest import OPTIONS, Exchange
from tests.sip.line import eventually, strength


def live_calls(exchange: Exchange) -> list[Call]:
    return [call for call in all_calls(exchange) if call.state != CallState.ENDED]


def all_calls(exchange: Exchange) -> list[Call]:
    with exchange.house.open_uow(SYSTEM) as uow:
        return list(uow.session.scalars(select(Call).order_by(Call.id)))


def worker_ids(exchange: Exchange) -> list[int]:
    """In the order of their addresses, and of their lives at one address."""
    with exchange.house.open_uow(SYSTEM) as uow:
        return list(uow.session.scalars(select(SipWorker.id).order_by(SipWorker.sip_address, SipWorker.id)))


def test_calls_when_they_come_through_the_edge_then_spread_refused_when_full_and_free_again(
    exchange: Exchange,
):
    edge = exchange.start_behind_edge(workers=2, calls=1)
    agent = exchange.signed_in("1001", offer_timeout_s=60)
    first = exchange.ring(edge, number="13800138001")
    call_id = exchange.offered_to(agent)
    headset = exchange.headset(agent, call_id)
    exchange.does(agent, call_control.answer, call_id)
    exchange.ring(edge, number="13800138002")
    eventually(lambda: len(live_calls(exchange)) == 2)
    assert len({call.worker_id for call in live_calls(exchange)}) == 2
    sipp.run(edge, exchange.folder, sipp.invite(), sipp.expect(503), sipp.ack())
    eventually(lambda: strength(headset.heard(0.3), 600.0) > 0.8)
    first.hang_up()
    exchange.in_state(call_id, CallState.ENDED)
    exchange.ring(edge, number="13800138003")
    eventually(lambda: len(live_calls(exchange)) == 2)


def test_worker_when_killed_then_new_callers_reach_the_other_at_once_and_it_is_replaced(exchange: Exchange):
    edge = exchange.start_behind_edge(workers=2)
    exchange.signed_in("1001")
    before = exchange.pids()
    os.kill(before[exchange.address], signal.SIGKILL)
    for number in range(4):
        steps = sipp.invite(number=f"1380013800{number}") + sipp.expect(200) + sipp.ack()
        sipp.run(edge, exchange.folder, steps, sipp.pause(100), sipp.bye())
    eventually(lambda: exchange.pids().get(exchange.address) not in (None, before[exchange.address]))
    assert worker_ids(exchange)[0] not in {call.worker_id for call in all_calls(exchange)}


def test_edge_when_scanned_or_flooded_then_silent(exchange: Exchange):
    edge = exchange.start_behind_edge(workers=2, calls=1, flood=30)
    plain = OPTIONS.format(address=edge)
    scan = plain.replace("Max-Forwards", "User-Agent: friendly-scanner\r\nMax-Forwards")
    register = plain.replace("OPTIONS", "REGISTER").replace("ready", "reg")
    assert sipp.send_raw(edge, scan.encode(), wait_s=0.3) == b""
    assert b"401" in sipp.send_raw(edge, register.encode())
    for number in range(200):
        sipp.send_raw(edge, plain.replace("ready", f"flood{number}").encode(), wait_s=0.001)
    time.sleep(0.2)
    assert sipp.send_raw(edge, plain.replace("ready", "after").encode(), wait_s=0.3) == b""
