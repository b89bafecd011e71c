"""The live line with real processes and real sockets."""

import threading
from dataclasses import dataclass

import pytest
import requests
import socketio.exceptions

from hotline.core.events import Event
from hotline.core.house import House
from hotline.core.identity import SYSTEM, Role
from tests.api.phone import ring


@dataclass(frozen=True, kw_only=True)
class Ticked(Event):
    name = "test.ticked"
    number: int
    room: str = "role:agent"

    def rooms(self) -> tuple[str, ...]:
        return (self.room, "board:calls")


def tell(house: House, *numbers: int, room: str = "role:agent") -> None:
    for number in numbers:
        with house.open_uow(SYSTEM) as uow:
            uow.record(Ticked(number=number, room=room))


def test_an_event_reaches_those_who_hear_its_room_and_nobody_else(house, console):
    agent, reviewer = console("agent1", Role.AGENT), console("reviewer1", Role.REVIEWER)
    tell(house, 1)
    tell(house, 2, room="role:reviewer")
    event = agent.next()
    assert (event["name"], event["number"], event["subject"]) == ("test.ticked", 1, "test")
    assert reviewer.next()["number"] == 2
    assert [event["number"] for event in agent.events.values()] == [1]


def test_who_hears_an_event_in_two_rooms_gets_it_once(house, console):
    leader = console("leader1", Role.SHIFT_LEADER, Role.AGENT)
    received = []
    leader.line.on("event", lambda event: received.append(event["number"]) or leader._take(event))
    tell(house, 1, 2)
    leader.next()
    leader.next()
    assert received == [1, 2]


def test_an_offered_call_pops_up_at_its_seat(house, console):
    agent, other = console("agent1", Role.AGENT), console("agent2", Role.AGENT)
    agent.http.post(f"{agent.web.url}/api/v1/seat/sign_in", json={}, headers=agent.csrf)
    call_id = ring(house)
    assert agent.next_named("call.offered")["call_id"] == call_id
    assert "call.offered" not in {event["name"] for event in other.events.values()}


def test_nothing_is_missed_when_the_web_process_is_killed(house, console, web):
    agent = console("agent1", Role.AGENT)
    writers = [
        threading.Thread(target=tell, args=(house, *range(start, start + 40))) for start in (0, 100, 200)
    ]
    for writer in writers:
        writer.start()
    agent.next()
    web.kill()
    for writer in writers:
        writer.join()
    tell(house, 900)
    web.start()
    agent.connect()
    wanted = {*range(0, 40), *range(100, 140), *range(200, 240), 900}
    while {event["number"] for event in agent.events.values()} != wanted:
        agent.next()
    assert agent.gaps == 0


def test_who_missed_too_much_is_told_to_fetch_everything_again(house, console):
    agent = console("agent1", Role.AGENT)
    tell(house, 1)
    agent.next()
    agent.line.disconnect()
    with house.open_uow(SYSTEM) as uow:
        for number in range(1100):
            uow.record(Ticked(number=number))
    agent.connect()
    while len(agent.events) < 1000:
        agent.next()
    tell(house, 5000)
    while agent.next()["number"] != 5000:
        pass
    assert agent.gaps == 1


def test_a_stranger_gets_no_line(console, web):
    agent = console("agent1", Role.AGENT)
    agent.http.cookies.clear()
    with pytest.raises(socketio.exceptions.ConnectionError):
        agent.connect()


def test_another_site_gets_no_line(console, web):
    agent = console("agent1", Role.AGENT)
    headers = {
        "Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in agent.http.cookies),
        "Origin": "http://evil.example",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
    }
    answer = requests.get(f"{web.url}/socket.io/?EIO=4&transport=websocket", headers=headers, timeout=10)
    assert answer.status_code == 400


def test_polling_is_not_offered(web, console):
    answer = requests.get(f"{web.url}/socket.io/?EIO=4&transport=polling", timeout=10)
    assert answer.status_code == 400


def test_a_case_out_of_scope_cannot_be_watched(console):
    answer = console("agent1", Role.AGENT).watch("case:999")
    assert (answer["ok"], answer["message"]) == (False, "没有找到此工单，或您无权查看")
