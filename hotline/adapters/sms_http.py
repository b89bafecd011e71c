"""SMS through an HTTP gateway: POST {to, text, sender, reference} as JSON with a bearer token.

2xx is taken (`{"id": …}` if the gateway has one), 408, 425, 429 and 5xx mean later, any other answer means never.
"""

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from hotline.adapters.sms import SmsRefused, SmsUnavailable

TIMEOUT_S = 10
TRY_LATER = {408, 425, 429}


class HttpGateway:
    def __init__(self, url: str, token: str, sender: str) -> None:
        self._url, self._sender = url, sender
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(timeout=TIMEOUT_S, headers=headers)
        self._patience = Retrying(
            retry=retry_if_exception_type(SmsUnavailable),
            stop=stop_after_attempt(3),
            wait=wait_exponential(multiplier=0.3, max=2),
            reraise=True,
        )

    def send(self, to: str, text: str, reference: str) -> str:
        body = {"to": to, "text": text, "sender": self._sender, "reference": reference}
        return str(self._patience(self._post, body))

    def _post(self, body: dict[str, str]) -> str:
        try:
            reply = self._client.post(self._url, json=body)
        except httpx.TransportError as lost:
            raise SmsUnavailable(f"{type(lost).__name__}: {lost}") from lost
        if reply.is_success:
            return _id_of(reply) or body["reference"]
        if reply.status_code in TRY_LATER or reply.is_server_error:
            raise SmsUnavailable(f"HTTP {reply.status_code}")
        raise SmsRefused(f"HTTP {reply.status_code}: {reply.text[:200]}")


def _id_of(reply: httpx.Response) -> str:
    try:
        answer = reply.json()
    except ValueError:
        return ""
    return str(answer.get("id", "")) if isinstance(answer, dict) else ""
