"""SMS through a carrier's message centre by SMPP 3.4: `smpp://system_id:password@host:port`.

One bound connection per process, made at the first message and again after a loss; a listening thread reads the
answers and keeps the connection alive. Chinese goes as UCS-2, long texts as several parts that the phone joins.
"""

import contextlib
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from urllib.parse import unquote, urlsplit

import structlog
from smpplib import consts, exceptions, gsm, smpp
from smpplib.client import Client
from smpplib.pdu import PDU

from hotline.adapters.sms import SmsRefused, SmsUnavailable

log = structlog.get_logger()
DEFAULT_PORT = 2775
KEEP_ALIVE_S = 15
ANSWER_S = 10
TRY_LATER = {
    consts.SMPP_ESME_RSYSERR,
    consts.SMPP_ESME_RMSGQFUL,
    consts.SMPP_ESME_RTHROTTLED,
    consts.SMPP_ESME_RSUBMITFAIL,
}
INTERNATIONAL = {"dest_addr_ton": consts.SMPP_TON_INTL, "dest_addr_npi": consts.SMPP_NPI_ISDN}


class SmppGateway:
    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "localhost", parts.port or DEFAULT_PORT)
        self._account = {
            "system_id": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
        }
        self._sender = sender
        self._link: _Link | None = None
        self._lock = threading.Lock()

    def send(self, to: str, text: str, reference: str) -> str:
        encoding = consts.SMPP_ENCODING_DEFAULT if text.isascii() else consts.SMPP_ENCODING_ISO10646
        parts, coding, esm_class = gsm.make_parts(text, encoding)
        link = self._open_link()
        answers = [link.submit(self._fields(to, part, coding, esm_class)) for part in parts]
        try:
            return ",".join(answer.result(ANSWER_S) for answer in answers)
        except FutureTimeout:
            link.close()
            raise SmsUnavailable("no answer from the message centre") from None

    def close(self) -> None:
        with self._lock:
            if self._link is not None:
                self._link.close()
                self._link = None

    def _open_link(self) -> "_Link":
        with self._lock:
            if self._link is None or self._link.lost:
                self._link = _Link(self._address, self._account)
            return self._link

    def _fields(self, to: str, part: bytes, coding: int, esm_class: int) -> dict[str, object]:
        return {
            "source_addr": self._sender,
            "source_addr_ton": consts.SMPP_TON_UNK,
            "destination_addr": to.removeprefix("+"),
            "short_message": part,
            "data_coding": coding,
            "esm_class": esm_class,
            **(INTERNATIONAL if to.startswith("+") else {}),
        }


class _Link:
    """A bound connection. Its thread ends when the connection does, and then every open question fails."""

    def __init__(self, address: tuple[str, int], account: dict[str, str]) -> None:
        self.lost = False
        self._open: dict[int, Future[str]] = {}
        self._lock = threading.Lock()
        self._client = Client(*address, timeout=KEEP_ALIVE_S, allow_unknown_opt_params=True)
        self._client.set_message_sent_handler(self._taken)
        self._client.set_message_received_handler(lambda pdu: None)
        # Without a handler of ours the library raises, and its listening thread dies of one refused message.
        self._client.set_error_pdu_handler(self._refused)
        try:
            self._client.connect()
            self._client.bind_transceiver(**account)
        except (exceptions.ConnectionError, exceptions.PDUError, OSError) as failed:
            self._client.disconnect()
            raise SmsUnavailable(f"cannot bind: {failed}") from failed
        threading.Thread(target=self._listen, name="smpp-listen", daemon=True).start()

    def submit(self, fields: dict[str, object]) -> "Future[str]":
        with self._lock:
            pdu = smpp.make_pdu("submit_sm", client=self._client, **fields)
            answer = self._open[pdu.sequence] = Future()
            try:
                self._client.send_pdu(pdu)
            except (exceptions.ConnectionError, exceptions.PDUError) as failed:
                self.lost = True
                raise SmsUnavailable(f"connection lost: {failed}") from failed
        return answer

    def close(self) -> None:
        """Says goodbye; the listening thread hears the answer, or its time-out, and ends."""
        with self._lock:
            self.lost = True
            with contextlib.suppress(exceptions.ConnectionError, exceptions.PDUError):
                self._client.send_pdu(smpp.make_pdu("unbind", client=self._client))

    def _listen(self) -> None:
        try:
            while not self.lost:
                self._client.read_once()
        except (exceptions.ConnectionError, exceptions.PDUError, OSError) as ended:
            log.info("smpp.link_ended", reason=str(ended) or type(ended).__name__)
        with self._lock:
            self.lost = True
            self._client.disconnect()
            for answer in self._open.values():
                answer.set_exception(SmsUnavailable("connection to the message centre lost"))
            self._open.clear()

    def _taken(self, pdu: PDU) -> None:
        answer = self._open.pop(pdu.sequence, None)
        if answer is not None:
            answer.set_result((pdu.message_id or b"").decode("ascii", "replace"))

    def _refused(self, pdu: PDU) -> None:
        answer = self._open.pop(pdu.sequence, None)
        if answer is not None:
            reason = f"{consts.DESCRIPTIONS.get(pdu.status, 'unknown status')} ({pdu.status})"
            answer.set_exception(SmsUnavailable(reason) if pdu.status in TRY_LATER else SmsRefused(reason))
