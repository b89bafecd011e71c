"""SMPP against a message centre of another make: Chinese, long texts, refusals, lost connections."""

import asyncio
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import smpp34

from hotline.adapters.smpp import SmppGateway
from hotline.adapters.sms import SmsRefused, SmsUnavailable

LONG_TEXT = "【12345热线】您的诉求已由住房和城乡建设局签收，承办单位将先与您联系，请保持电话畅通。" * 4
RARE = "𠮷田村😀"


@dataclass
class MessageCentre:
    """A message centre in a thread of its own; `verdicts` answers the next messages, empty means taken."""

    port: int = 0
    taken: list[smpp34.SubmitSmEvent] = field(default_factory=list)
    binds: int = 0
    verdicts: list[int] = field(default_factory=list)

    def __post_init__(self):
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self):
        self.port = free_port()
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self):
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def text(self):
        """What the citizen's phone shows: parts in the order of their number (byte 6 of their header)."""
        parts = [bytes(event.short_message) for event in self.taken]
        if len(parts) > 1:
            parts.sort(key=lambda part: part[5])
        return b"".join(part[6:] if len(parts) > 1 else part for part in parts).decode("utf-16-be")

    def _run(self):
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self):
        self._stopping = asyncio.Event()
        server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="centre")
        await server.start()
        self._ready.set()
        task = asyncio.ensure_future(self._answer(server))
        await self._stopping.wait()
        task.cancel()
        await server.stop()

    async def _answer(self, server):
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.binds += 1
            elif isinstance(event, smpp34.SubmitSmEvent):
                verdict = self.verdicts.pop(0) if self.verdicts else 0
                if verdict:
                    event.reject(verdict)
                else:
                    self.taken.append(event)
                    event.accept(message_id=f"m{len(self.taken)}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def centre():
    running = MessageCentre().start()
    yield running
    running.stop()


@pytest.fixture
def gateway(centre):
    connected = SmppGateway(f"smpp://city:s%3Acret@127.0.0.1:{centre.port}", "12345")
    yield connected
    connected.close()


def test_send_when_chinese_then_arrives_as_ucs2_from_our_number(centre, gateway):
    assert gateway.send("+8613800000001", "您好，工单已受理", "7-accept") == "m1"
    (event,) = centre.taken
    assert centre.text() == "您好，工单已受理"
    assert (event.source_addr, event.destination_addr, event.data_coding) == ("12345", "8613800000001", 8)


@pytest.mark.parametrize("text", [LONG_TEXT, RARE * 20])
def test_send_when_longer_than_one_message_then_parts_join_to_the_text(centre, gateway, text):
    ids = gateway.send("+8613800000001", text, "7-accept")
    assert len(centre.taken) == len(ids.split(",")) > 1
    assert {event.esm_class for event in centre.taken} == {0x40}
    assert all(len(event.short_message) <= 140 for event in centre.taken)
    assert centre.text() == text


def test_send_when_number_is_refused_then_link_lives_on(centre, gateway):
    centre.verdicts = [smpp34.ESME_RINVDSTADR]
    with pytest.raises(SmsRefused):
        gateway.send("+8613800000001", "您好", "1-accept")
    assert gateway.send("+8613800000002", "您好", "2-accept") == "m1"
    assert centre.binds == 1


@pytest.mark.parametrize("status", [smpp34.ESME_RTHROTTLED, smpp34.ESME_RMSGQFUL, smpp34.ESME_RSYSERR])
def test_send_when_centre_is_busy_then_says_later(centre, gateway, status):
    centre.verdicts = [status]
    with pytest.raises(SmsUnavailable):
        gateway.send("+8613800000001", "您好", "1-accept")


def test_send_when_nobody_listens_then_says_later():
    with pytest.raises(SmsUnavailable, match="cannot bind"):
        SmppGateway(f"smpp://city:secret@127.0.0.1:{free_port()}", "12345").send(
            "+8613800000001", "您好", "1"
        )


CENTRE = """
import asyncio, sys, smpp34
async def serve():
    server = smpp34.Server(host="127.0.0.1", port=int(sys.argv[1]), system_id="centre")
    await server.start()
    print("ready", flush=True)
    while True:
        event = await server.next()
        if isinstance(event, smpp34.SubmitSmEvent):
            event.accept(message_id=sys.argv[2])
asyncio.run(serve())
"""


@contextmanager
def centre_process(port, message_id):
    process = subprocess.Popen(
        [sys.executable, "-c", CENTRE, str(port), message_id], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        yield
        process.kill()


def test_send_when_centre_was_killed_then_binds_to_the_next_one():
    port = free_port()
    gateway = SmppGateway(f"smpp://city:secret@127.0.0.1:{port}", "12345")
    with centre_process(port, "first"):
        assert gateway.send("+8613800000001", "您好", "1-accept") == "first"
    with centre_process(port, "second"):
        assert send_patiently(gateway) == "second"
        gateway.close()


def send_patiently(gateway):
    """As the outbox does: a lost link is found out by a failed try."""
    for _ in range(50):
        try:
            return gateway.send("+8613800000001", "您好", "2-accept")
        except SmsUnavailable:
            threading.Event().wait(0.1)
    return None


def test_send_when_many_threads_send_then_each_gets_its_own_answer(centre, gateway):
    answers = {}

    def send(number):
        answers[number] = gateway.send(f"+86138000000{number:02}", str(number), f"{number}-accept")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    order = [int(bytes(event.short_message).decode()) for event in centre.taken]
    assert {number: answers[number] for number in order} == {n: f"m{i}" for i, n in enumerate(order, 1)}
    assert centre.binds == 1
