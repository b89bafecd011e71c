"""Messages of our own that bend or break the grammar of SIP, one of each kind that a parser has stumbled over.

Kinds after RFC 4475: legal but odd syntax, broken syntax, broken numbers, broken structure, broken bodies.
"""

HEAD = (
    "Via: SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK{name};rport\r\nFrom: <sip:1@127.0.0.1>;tag=a\r\n"
    "To: <sip:12345@127.0.0.1>\r\nCall-ID: {name}@test\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
    "Contact: <sip:1@127.0.0.1:5099>\r\n"
)
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
LONG = "a" * 3_000


def message(
    name: str, *, method: str = "OPTIONS", line: str = "", more: str = "", body: str = "", drop: str = "",
    instead: tuple[str, str] = ("", ""),
) -> bytes:  # fmt: skip
    """A sound message but for one thing: its first line, headers more, less or other, or its body."""
    head = (
        HEAD.format(name=name, method=method).replace(*instead)
        if instead[0]
        else HEAD.format(name=name, method=method)
    )
    kept = "".join(row + "\r\n" for row in head.split("\r\n") if row and not (drop and row.startswith(drop)))
    length = (
        ""
        if "Content-Length" in more or drop == "Content-Length"
        else f"Content-Length: {len(body.encode())}\r\n"
    )
    first = line or f"{method} sip:12345@127.0.0.1 SIP/2.0"
    return f"{first}\r\n{kept}{more}{length}\r\n{body}".encode()


MALFORMED: dict[str, bytes] = {
    # Legal, though nobody writes so.
    "folded lines and blanks": message("a1", more="Subject :\r\n\tone\r\n  two\r\nX-Empty:\r\n"),
    "odd method": message("a2", method="!odd*Method+%"),
    "escaped address": message("a3", line="OPTIONS sip:%31%32%33%00%4f@127.0.0.1;unknown=%22;lr SIP/2.0"),
    "compact and lower case names": message("a4", drop="Call-ID", more="i: a4@test\r\nK: timer\r\ns: hi\r\n"),
    "quotes in a name": message("a5", instead=("<sip:1@127.0.0.1>", '"a\\"b\\\\<sip:x@y>" <sip:1@127.0.0.1>')),
    "many values": message("a6", more="Accept: " + ", ".join(f"x/{n};q=0.{n}" for n in range(300)) + "\r\n"),
    "long values": message("a7", more=f"X-{LONG}: {LONG}\r\n", instead=("a7@test", f"a7{LONG}@test")),
    "rare characters": message("a8", instead=("<sip:1@127.0.0.1>", '"𪚥热线😀" <sip:1@127.0.0.1>')),
    "unknown scheme": message("a9", line="OPTIONS hotline:soap.beans?x=1 SIP/2.0"),
    "other headers in an address": message("a10", line="OPTIONS sip:12345@127.0.0.1?Route=%3Csip:x%3E&To=x SIP/2.0"),
    # Broken lines.
    "blanks in the first line": message("b1", line="OPTIONS  sip:12345@127.0.0.1  SIP/2.0  "),
    "address in brackets": message("b2", line="OPTIONS <sip:12345@127.0.0.1> SIP/2.0"),
    "no version": message("b3", line="OPTIONS sip:12345@127.0.0.1"),
    "version from the future": message("b4", line="OPTIONS sip:12345@127.0.0.1 SIP/99.9"),
    "address without an end": message("b5", instead=("<sip:1@127.0.0.1>", '"Mr. Open <sip:1@127.0.0.1')),
    "empty separators": message("b6", instead=(";rport", ";;,;,,")),
    "method unlike CSeq": message("b7", instead=("CSeq: 1 OPTIONS", "CSeq: 1 INVITE")),
    "unknown method unlike CSeq": message("b8", method="NEWMETHOD", instead=("1 NEWMETHOD", "8 OTHERMETHOD")),
    # Broken numbers.
    "scalars too large": message(
        "c1", instead=("CSeq: 1", "CSeq: 36893488147419103232"), more="Expires: 1000000000000000000000\r\n"
    ),
    "negative scalars": message("c2", instead=("Max-Forwards: 70", "Max-Forwards: -1"), more="Expires: -5\r\n"),
    "hops used up": message("c3", instead=("Max-Forwards: 70", "Max-Forwards: 0")),
    "port too large": message("c4", instead=("127.0.0.1:5099;branch", "127.0.0.1:999999;branch")),
    "answer with a large code": message("c5", line="SIP/2.0 4294967301 better not to ask"),
    "date of another zone": message("c6", more="Date: Fri, 99 Foo 2199 25:61:61 EST\r\n"),
    # Broken structure.
    "nothing but a first line": b"OPTIONS sip:12345@127.0.0.1 SIP/2.0\r\n\r\n",
    "no call id": message("d1", drop="Call-ID"),
    "no via": message("d2", drop="Via"),
    "no from": message("d3", drop="From"),
    "everything twice": message("d4", more=HEAD.format(name="d4b", method="INVITE")),
    "two lengths": message("d5", more="Content-Length: 8\r\nContent-Length: 99\r\n", body="12345678"),
    "length beyond the message": message("d6", more="Content-Length: 9999\r\n", body="short"),
    "negative length": message("d7", more="Content-Length: -999\r\n", body="short"),
    "only line feeds": message("d8").replace(b"\r\n", b"\n"),
    "zero bytes": message("d9", more="X-Zero: a\0b\r\n"),
    "an answer nobody waits for": message("d10", line="SIP/2.0 200 OK"),
    "broadcast via": message("d11", line="SIP/2.0 200 OK", instead=("127.0.0.1:5099;branch", "255.255.255.255:5099;branch")),
    # Broken calls.
    "call without a contact": message("e1", method="INVITE", drop="Contact", body=SDP),
    "call with an unknown body": message("e2", method="INVITE", more="Content-Type: application/unknown\r\n", body="<x/>"),
    "call with a body of no type": message("e3", method="INVITE", body=SDP),
    "call with half an SDP": message("e4", method="INVITE", more="Content-Type: application/sdp\r\n", body=SDP[:40]),
    "call with a foreign SDP": message(
        "e5", method="INVITE", more="Content-Type: application/sdp\r\n", body=SDP.replace("IP4", "IP9")
    ),
    "call with a video only": message(
        "e6", method="INVITE", more="Content-Type: application/sdp\r\n", body=SDP.replace("audio", "video")
    ),
    "call with a thousand streams": message(
        "e7", method="INVITE", more="Content-Type: application/sdp\r\n", body=SDP + "m=audio 9 RTP/AVP 8\r\n" * 1_000
    ),
    "call in parts without an end": message(
        "e8", method="INVITE", more="Content-Type: multipart/mixed;boundary=x\r\n", body="--x\r\nContent-Type: application/sdp\r\n\r\n"
    ),
    "call that requires what we lack": message(
        "e9", method="INVITE", more="Require: nothingWeKnow, noBodyDoes\r\nProxy-Require: x\r\n"
    ),
    "call that replaces another": message("e10", method="INVITE", more="Replaces: none@x;to-tag=1;from-tag=2\r\n"),
}  # fmt: skip
