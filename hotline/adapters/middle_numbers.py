"""Middle numbers (虚拟号码, 中间号): a carrier's number that joins two telephones for a while, so that neither learns the
other's number. One Protocol and the provider that the settings name; the demo house invents numbers that lead nowhere.
"""

import hashlib
from functools import cache
from typing import Protocol

import httpx

from hotline.core.errors import DomainError
from hotline.core.settings import Mode, Settings

TIMEOUT_S = 10
MINUTES = 30
DEMO_PREFIX = "950129"


class NoProvider(DomainError):
    code, status = "middle_number.not_set_up", 503
    text = "尚未接入虚拟号码服务，请拨打 12345 由热线转接诉求人"


class ProviderFailed(DomainError):
    code, status, text = "middle_number.failed", 502, "虚拟号码服务没有应答，请稍后再试，或由热线转接诉求人"


class MiddleNumbers(Protocol):
    def bind(self, caller: str, callee: str, minutes: int, reference: str) -> str:
        """The number to be dialled from `caller` to reach `callee` (both E.164) within the minutes."""
        ...


class InventedNumbers:
    """The demo house's: a number that looks right, stays the same for a pair, and joins nobody."""

    def bind(self, caller: str, callee: str, minutes: int, reference: str) -> str:
        drawn = hashlib.sha256(f"{caller} {callee}".encode()).digest()
        return f"{DEMO_PREFIX}{int.from_bytes(drawn[:4], 'big') % 100_000:05d}"


class HttpProvider:
    """POST {caller, callee, minutes, reference} as JSON with a bearer token; answered by {number}."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(timeout=TIMEOUT_S, headers=headers)

    def bind(self, caller: str, callee: str, minutes: int, reference: str) -> str:
        body = {"caller": caller, "callee": callee, "minutes": minutes, "reference": reference}
        try:
            answer = self._client.post(self._url, json=body).raise_for_status().json()
            return str(answer["number"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as failed:
            raise ProviderFailed() from failed


def provider_for(settings: Settings) -> MiddleNumbers:
    """The provider of these settings, one per process."""
    if settings.middle_number_url is not None:
        token = settings.middle_number_token.get_secret_value() if settings.middle_number_token else ""
        return _http(settings.middle_number_url.get_secret_value(), token)
    if settings.mode is Mode.DEMO:
        return InventedNumbers()
    raise NoProvider()


@cache
def _http(url: str, token: str) -> HttpProvider:
    return HttpProvider(url, token)
