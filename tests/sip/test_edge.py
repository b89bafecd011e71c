"""Several workers behind Kamailio: calls are spread, a full or dead worker is passed over, strangers learn nothing."""

import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from hotline import tls
from hotline.core.clock import SystemClock
from hotline.core.identity import SYSTEM, Role
from hotline.core.settings import Settings
from telephony import call_control, desk_phones, phone_accounts, seats
from telephony.edge import accounts
from telephony.models import Call, CallState, SipWorker
from tests.sip import sipp
from tests.sip.conftest import OPTIONS, Exchange, another_database, free_port, open_exchange
from tests.sip.line import eventually, strength

CITIZEN, AGENT = 700.0, 1_000.0
STRANGER = "127.0.0.2"
KNOWN = "seat-1"  # has an account from the start


@pytest.fixture(scope="module")
def behind_edge(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Two workers behind an edge that knows one source, speaks TLS and has a relay for the sound."""
    folder = tmp_path_factory.mktemp("edge")
    url = another_database(database_url, "behind_edge")
    exchange = open_exchange(
        Settings(data_dir=folder, database_url=url, secret_key="test-secret-" * 4), folder
    )
    certificate, key = tls.self_made(folder / "tls", SystemClock().now())
    relay = f"127.0.0.1:{free_port()}"
    command = ["rtpengine", "--foreground", "--table=-1", "--interface=127.0.0.1", f"--listen-ng={relay}"]
    command += ["--log-stderr", "--log-level=3", "--port-min=36000", "--port-max=36200", "--config-file=none"]
    exchange.processes.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True))
    accounts.write(folder / "edge", {KNOWN: "geheim"})
    exchange.tls = f"127.0.0.1:{free_port()}"
    exchange.edge = exchange.start_behind_edge(
        workers=2, calls=2, sip_sources=("127.0.0.1",), sip_tls_bind=exchange.tls, tls_cert=certificate,
        tls_key=key, rtp_relay=f"udp:{relay}",
    )  # fmt: skip
    yield exchange
    exchange.close()
    exchange.house.engine.dispose()


@pytest.fixture
def house(behind_edge: Exchange) -> Iterator[Exchange]:
    yield behind_edge
    behind_edge.start_afresh()


def all_calls(exchange: Exchange) -> list[Call]:
    with exchange.house.open_uow(SYSTEM) as uow:
        return list(uow.session.scalars(select(Call).order_by(Call.id)))


def live_calls(exchange: Exchange) -> list[Call]:
    return [call for call in all_calls(exchange) if call.state != CallState.ENDED]


def test_calls_when_they_come_through_the_edge_then_spread_refused_when_full_and_free_again(house: Exchange):
    agent = house.signed_in("1001", offer_timeout_s=60)
    first = house.ring(house.edge, number="13800138001")
    call_id = house.offered_to(agent)
    headset = house.headset(agent, call_id)
    house.does(agent, call_control.answer, call_id)
    others = [house.ring(house.edge, number=f"1380013800{number}") for number in (2, 3, 4)]
    eventually(lambda: len(live_calls(house)) == 4)
    assert len({call.worker_id for call in live_calls(house)}) == 2
    sipp.run(house.edge, house.folder, sipp.invite(), sipp.expect(503), sipp.ack())
    eventually(lambda: strength(headset.heard(0.3), 600.0) > 0.8)
    first.hang_up()
    house.in_state(call_id, CallState.ENDED)
    house.ring(house.edge, number="13800138005")
    eventually(lambda: len(live_calls(house)) == 4)
    assert len(others) == 3


def test_worker_when_killed_then_new_callers_reach_the_other_at_once_and_it_is_replaced(house: Exchange):
    house.signed_in("1001")
    address, before = next(iter(house.pids().items()))
    dead = house.look(select(SipWorker.id).where(SipWorker.pid == before))
    steps = sipp.ANSWERED, sipp.pause(100), sipp.bye()
    os.kill(before, signal.SIGKILL)
    sipp.run(
        house.edge, house.folder, *steps, calls=2, rate=100, at_once=2
    )  # one of them would be the dead one's
    eventually(lambda: house.pids().get(address) not in (None, before))
    assert dead not in {call.worker_id for call in all_calls(house)}


def test_desk_phone_when_it_registers_then_it_rings_for_its_agent_and_a_wrong_password_does_not(
    house: Exchange,
):
    admin, agent = house.agent("admin", Role.ADMIN), house.agent("1001")
    name, password = house.does(admin, phone_accounts.give, "1001")
    accounts.write(house.folder / "edge", house.does(SYSTEM, phone_accounts.passwords))
    time.sleep(4)  # the edge reads its accounts every two seconds, where their file is of another second
    phone = house.outside(AGENT, at=f"127.0.0.1:{free_port()}", account=f"{name}:{password}@{house.edge}")
    thief = house.outside(AGENT, at=f"127.0.0.1:{free_port()}", account=f"{name}:guess@{house.edge}")
    assert "registered 200" in phone.said
    assert "registered 401" in thief.said
    with house.house.open_uow(agent) as uow:
        seats.sign_in(uow, phone=desk_phones.named(uow, "account"))
    caller = house.ring(house.edge, hertz=CITIZEN)
    eventually(lambda: strength(caller.heard()[-5_000:], AGENT) > 0.8)
    eventually(lambda: strength(phone.heard()[-5_000:], CITIZEN) > 0.8)
    phone.process.terminate()
    eventually(lambda: not live_calls(house))


SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 {profile} 8\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
)
KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"


def opening(address: str, body: str) -> str:
    return sipp.datagram("INVITE", address, f"raw{free_port()}", body=body).decode()


def call_raw(send: Callable[[bytes], object], receive: Callable[[], bytes], message: str) -> str:
    """A whole call: the answer to its INVITE, when it has been acknowledged and ended."""
    send(message.encode())
    answer = ""
    while "SIP/2.0 200" not in answer or "m=audio" not in answer:
        part = receive().decode()
        assert part, answer
        answer += part
    answer = answer[answer.index("SIP/2.0 200") :]
    for method, number in (("ACK", 1), ("BYE", 2)):
        send(sipp.following(message, answer, method, number))
    assert b"200" in receive()
    return answer


def test_caller_when_over_tls_then_answered_with_srtp_and_old_protocols_are_refused(house: Exchange):
    host, _, port = house.tls.rpartition(":")
    modern = ssl.create_default_context(cafile=str(house.folder / "tls" / "cert.pem"))
    modern.check_hostname = False
    secret = opening(house.tls, SDP.format(profile="RTP/SAVP") + KEY).replace("/UDP", "/TLS", 1)
    with modern.wrap_socket(socket.create_connection((host, int(port)), timeout=5)) as line:
        answer = call_raw(line.sendall, lambda: line.recv(65_535), secret)
    assert re.search(r"m=audio \d+ RTP/SAVP 8", answer)
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in answer
    old = ["openssl", "s_client", "-connect", house.tls, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    assert subprocess.run(old, input=b"", capture_output=True, check=False, timeout=10).returncode != 0


def probe(address: str, method: str, *, user: str = "100", agent: str = "Probe", more: str = "") -> bytes:
    plain = OPTIONS.format(address=address).replace("OPTIONS", method).replace("sip:1@", f"sip:{user}@")
    plain = plain.replace(f"To: <sip:{address}>", f"To: <sip:{user}@{address}>")
    plain = plain.replace("z9hG4bKready", f"z9hG4bK{method}{user}{len(more)}{agent}")
    return plain.replace("Max-Forwards", f"User-Agent: {agent}\r\n{more}Max-Forwards").encode()


def status(answer: bytes) -> str:
    return answer.partition(b"\r\n")[0].decode()


def test_stranger_when_scanning_then_hears_nothing_of_use(house: Exchange):
    """What svmap, svwar and svcrack of SIPVicious do, and a relay that is tried to be used."""
    edge = house.edge
    for method in ("OPTIONS", "INVITE", "SUBSCRIBE", "MESSAGE"):  # svmap: is anybody there?
        assert sipp.send_raw(edge, probe(edge, method), wait_s=0.2, source=STRANGER) == b""
    for agent in ("friendly-scanner", "sipvicious"):
        assert sipp.send_raw(edge, probe(edge, "REGISTER", agent=agent), wait_s=0.2, source=STRANGER) == b""
    known, unknown = (
        re.sub(rb"nonce=\"[^\"]*\"|z9hG4bK[\w-]+|rport=\d+|tag=[\w.-]+", b"", sipp.send_raw(edge, probe(edge, "REGISTER", user=user), source=STRANGER))
        for user in (KNOWN, "seat-9999")
    )  # fmt: skip
    assert status(known) == "SIP/2.0 401 Unauthorized"  # svwar: which extensions are there?
    assert known.replace(KNOWN.encode(), b"X") == unknown.replace(b"seat-9999", b"X")
    for guess in range(12):  # svcrack: one password after the other
        guessed = (
            f'Authorization: Digest username="{KNOWN}",realm="hotline",nonce="{guess}",uri="sip:{edge}",'
            f'response="{guess:032}",algorithm=MD5\r\n'
        )
        answer = sipp.send_raw(
            edge,
            probe(edge, "REGISTER", user=KNOWN, more=guessed + f"X-{guess}: 1\r\n"),
            wait_s=0.3,
            source=STRANGER,
        )
    assert answer == b""


def test_stranger_when_asking_for_a_way_through_then_nothing_is_relayed(house: Exchange):
    with sipp.listening() as (victim, heard, _):
        route = f"Route: <sip:{house.edge};lr>\r\n"
        for method in ("BYE", "INVITE", "MESSAGE"):
            message = probe(house.edge, method, more=route).replace(b">\r\nCall-ID", b">;tag=b\r\nCall-ID")
            message = re.sub(rb"^(\w+) \S+", rb"\1 sip:0044@" + victim.encode(), message)
            assert status(sipp.send_raw(house.edge, message, wait_s=0.3)) in ("", "SIP/2.0 404 Not Here")
            assert sipp.send_raw(house.edge, message, wait_s=0.3, source=STRANGER) == b""
        assert heard() == ""


def test_caller_when_answered_then_neither_header_nor_sound_names_a_worker(house: Exchange):
    message = opening(house.edge, SDP.format(profile="RTP/AVP"))
    with sipp.line_to(house.edge) as (send, receive):
        answer = call_raw(send, receive, message)
    ports = [address.rpartition(":")[2] for address in house.addresses]
    assert not [port for port in ports if f":{port}" in answer]
    assert 36_000 <= int(re.search(r"m=audio (\d+)", answer)[1]) <= 36_200  # the relay's


def test_edge_when_flooded_then_silent(exchange: Exchange):
    edge = exchange.start_behind_edge(workers=2, calls=1, flood=30)
    plain = OPTIONS.format(address=edge)
    for number in range(200):
        sipp.send_raw(edge, plain.replace("ready", f"flood{number}").encode(), wait_s=0.001)
    time.sleep(0.2)
    assert sipp.send_raw(edge, plain.replace("ready", "after").encode(), wait_s=0.3) == b""
