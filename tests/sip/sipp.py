"""SIPp scenarios, written as lists of steps; SIPp itself judges whether the answers were the expected ones."""

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SDP = """v=0
o=caller 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP {codecs} 101
a=rtpmap:97 nonsense/8000
a=rtpmap:101 telephone-event/8000
{direction}"""
COMMON = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:12345@[remote_ip]:[remote_port]>{to_tag}
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:{number}@[local_ip]:[local_port]>
Max-Forwards: 70
{routes}{more}Content-Type: {content_type}
Content-Length: [len]

{body}"""
PCMA, PCMU, G722, NONSENSE = "8", "0", "9", "97"


def request(
    method: str,
    *,
    cseq: int = 1,
    number: str = "13800138000",
    body: str = "",
    content_type: str = "application/sdp",
    more: str = "",
    in_dialogue: bool = True,
) -> str:
    text = COMMON.format(
        method=method,
        cseq=cseq,
        number=number,
        body=body,
        content_type=content_type,
        more=more + "\n" if more else "",
        routes="[routes]\n" if in_dialogue else "",
        to_tag="[peer_tag_param]" if in_dialogue else "",
    )
    target = "[next_url]" if in_dialogue else "sip:12345@[remote_ip]:[remote_port]"
    return f"<send><![CDATA[\n{method} {target} SIP/2.0\n{text}\n]]></send>"


def sdp(codecs: str = PCMA, *, version: int = 1, direction: str = "a=sendrecv") -> str:
    return SDP.format(codecs=codecs, version=version, direction=direction)


def invite(codecs: str = PCMA, number: str = "13800138000") -> str:
    return request("INVITE", number=number, body=sdp(codecs), in_dialogue=False)


def ack(cseq: int = 1, body: str = "") -> str:
    return request("ACK", cseq=cseq, body=body)


def bye(cseq: int = 2) -> str:
    return request("BYE", cseq=cseq) + expect(200)


def expect(code: int) -> str:
    early = "".join(f'<recv response="{status}" optional="true"/>' for status in (100, 180, 183))
    return f'{early}<recv response="{code}" rrs="true"/>'


def expect_request(method: str) -> str:
    return f'<recv request="{method}"/>'


def ok() -> str:
    return """<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>"""


def pause(ms: int) -> str:
    return f'<pause milliseconds="{ms}"/>'


ANSWERED = invite() + expect(200) + ack()


def run(
    address: str,
    folder: Path,
    *steps: str,
    calls: int = 1,
    rate: int = 10,
    at_once: int = 10,
) -> None:
    """Fails unless every call went exactly as written."""
    scenario = folder / f"scenario-{abs(hash(steps))}.xml"
    scenario.write_text(
        f'<?xml version="1.0"?><scenario name="test">{"".join(steps)}</scenario>', encoding="utf-8"
    )
    done = subprocess.run(
        [
            "sipp", address, "-sf", str(scenario), "-m", str(calls), "-r", str(rate), "-l", str(at_once),
            "-i", "127.0.0.1", "-nostdin", "-timeout", "20s", "-timeout_error", "-trace_err",
            "-error_file", str(folder / "sipp-errors.log"),
        ],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    errors = folder / "sipp-errors.log"
    assert done.returncode == 0, (
        errors.read_text(errors="replace") if errors.exists() else done.stdout[-3000:]
    )


@contextmanager
def line_to(
    address: str, *, wait_s: float = 0.5, source: str = "127.0.0.1"
) -> Iterator[tuple[Callable[[bytes], int], Callable[[], bytes]]]:
    """What sends a datagram, and what waits for one that comes back, which may be none."""
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((source, 0))
        line.settimeout(wait_s)
        line.connect((host, int(port)))

        def receive() -> bytes:
            try:
                return line.recv(65_535)
            except (TimeoutError, ConnectionRefusedError):
                return b""

        yield line.send, receive


def send_raw(address: str, message: bytes, *, wait_s: float = 0.5, source: str = "127.0.0.1") -> bytes:
    """One datagram, and whatever comes back."""
    with line_to(address, wait_s=wait_s, source=source) as (send, receive):
        send(message)
        return receive()


@contextmanager
def listening() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """An address where nobody should be sent anything, and what came there after all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.2)

        def heard() -> bytes:
            try:
                return line.recv(65_535)
            except TimeoutError:
                return b""

        yield f"127.0.0.1:{line.getsockname()[1]}", heard


def following(invite: str, answer: str, method: str, number: int) -> bytes:
    """A request inside the call that `answer` has opened, without a body."""

    def line(text: str, name: str) -> str:
        return re.search(rf"^{name}: (.*?)\r$", text, re.M)[1]

    target = re.search(r"<([^>]*)>", line(answer, "Contact"))[1]
    routes = re.findall(r"^Record-Route: (.*?)\r$", answer, re.M)
    rows = [
        f"{method} {target} SIP/2.0",
        f"Via: {line(invite, 'Via').replace('branch=', f'branch={method}')}",
    ]
    rows[1] = rows[1].replace(f"{method}z9hG4bK", f"z9hG4bK{method}")
    rows += [f"Route: {route}" for route in reversed(routes)]
    rows += [f"{name}: {line(answer, name)}" for name in ("From", "To", "Call-ID")]
    rows += [f"CSeq: {number} {method}", "Max-Forwards: 70", "Content-Length: 0", "", ""]
    return "\r\n".join(rows).encode()
