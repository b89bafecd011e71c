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


def expect(code: int, *, header: str = "", says: str = "") -> str:
    """`says`: a regular expression that the header must match."""
    early = "".join(f'<recv response="{status}" optional="true"/>' for status in (100, 180, 183))
    if not header:
        return f'{early}<recv response="{code}" rrs="true"/>'
    check = f'<ereg regexp="{says}" search_in="hdr" header="{header}:" check_it="true" assign_to="1"/>'
    return f'{early}<recv response="{code}" rrs="true"><action>{check}<log message="[$1]"/></action></recv>'


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


def play_digits(digits: str) -> str:
    """As packets among the sound (RFC 4733)."""
    return f'<nop><action><exec play_dtmf="{digits}"/></action></nop>'


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
    folder.mkdir(exist_ok=True)
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
def listening(*, wait_s: float = 0.2) -> Iterator[tuple[str, Callable[[], str], Callable[[bytes], object]]]:
    """An address, what is heard there next, which may be nothing, and what answers whoever spoke last."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(wait_s)
        speakers: list[tuple[str, int]] = []

        def heard() -> str:
            try:
                message, speaker = line.recvfrom(65_535)
            except TimeoutError:
                return ""
            speakers.append(speaker)
            return message.decode()

        yield f"127.0.0.1:{line.getsockname()[1]}", heard, lambda message: line.sendto(message, speakers[-1])


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*?)\r$", message, re.M | re.I)
    return found[1] if found else ""


def headers(message: str, name: str) -> list[str]:
    """Whole lines, in order."""
    return re.findall(rf"^({name}\s*:.*?)\r$", message, re.M | re.I)


def datagram(method: str, address: str, call_id: str, *, body: str = "", more: str = "") -> bytes:
    """A request that opens a call."""
    return (
        f"{method} sip:12345@{address} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK{call_id};rport\r\n"
        f"From: <sip:13800138000@127.0.0.1>;tag=a\r\nTo: <sip:12345@{address}>\r\nCall-ID: {call_id}@test\r\n"
        f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:1@127.0.0.1:5099>\r\n{more}"
        f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def reply(request: str, status: str, *, more: str = "", body: str = "", tag: str = "") -> bytes:
    """To a request of the other side; `tag` makes it the answer to one that opens a call."""
    lines = headers(request, "Via") + headers(request, "Record-Route") + headers(request, "From")
    to = header(request, "To")
    lines += [f"To: {to}{tag if ';tag=' not in to else ''}"]
    lines += headers(request, "Call-ID") + headers(request, "CSeq")
    head = f"SIP/2.0 {status}\r\n" + "\r\n".join(lines)
    return f"{head}\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def following(invite: str, answer: str, method: str, number: int) -> bytes:
    """A request inside the call that `answer` has opened, without a body."""
    target = re.search(r"<([^>]*)>", header(answer, "Contact"))[1]
    via = header(invite, "Via").replace("z9hG4bK", f"z9hG4bK{method}")
    rows = [f"{method} {target} SIP/2.0", f"Via: {via}"]
    rows += [line.replace("Record-Route", "Route", 1) for line in reversed(headers(answer, "Record-Route"))]
    rows += [f"{name}: {header(answer, name)}" for name in ("From", "To", "Call-ID")]
    rows += [f"CSeq: {number} {method}", "Max-Forwards: 70", "Content-Length: 0", "", ""]
    return "\r\n".join(rows).encode()
