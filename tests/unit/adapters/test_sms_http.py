"""The HTTP gateway against a real small server."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hotline.adapters.sms import SmsRefused, SmsUnavailable
from hotline.adapters.sms_http import HttpGateway


class Gateway(ThreadingHTTPServer):
    """Answers with the statuses in `verdicts`, then 200; keeps what it got."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.verdicts, self.answer = [], [], b'{"id": 77}'

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/sms"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.headers["Authorization"], body))
        status = self.server.verdicts.pop(0) if self.server.verdicts else 200
        answer = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    running = Gateway()
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def gateway(server):
    connected = HttpGateway(server.url, "token-1", "12345")
    yield connected
    connected._client.close()


def test_send_when_taken_then_answers_the_gateways_id(server, gateway):
    assert gateway.send("+8613800000001", "您好", "7-accept") == "77"
    expected = {"to": "+8613800000001", "text": "您好", "sender": "12345", "reference": "7-accept"}
    assert server.got == [("Bearer token-1", expected)]


@pytest.mark.parametrize("answer", [b"OK", b"[]", b"{}"])
def test_send_when_answer_has_no_id_then_our_reference_stands_for_it(server, gateway, answer):
    server.answer = answer
    assert gateway.send("+8613800000001", "您好", "7-accept") == "7-accept"


def test_send_when_busy_twice_then_third_try_with_the_same_reference_is_taken(server, gateway):
    server.verdicts = [503, 429]
    assert gateway.send("+8613800000001", "您好", "7-accept") == "77"
    assert {body["reference"] for _, body in server.got} == {"7-accept"}


def test_send_when_down_then_says_later(server, gateway):
    server.verdicts = [500] * 3
    with pytest.raises(SmsUnavailable, match="HTTP 500"):
        gateway.send("+8613800000001", "您好", "7-accept")


def test_send_when_nobody_listens_then_says_later(server):
    closed = HttpGateway("http://127.0.0.1:9/sms", "", "12345")
    with pytest.raises(SmsUnavailable, match="ConnectError"):
        closed.send("+8613800000001", "您好", "7-accept")
    closed._client.close()


def test_send_when_refused_then_does_not_try_again(server, gateway):
    server.verdicts = [422]
    with pytest.raises(SmsRefused, match="HTTP 422"):
        gateway.send("+8613800000001", "您好", "7-accept")
    assert len(server.got) == 1
