"""Cases that this browser has opened by number and query code, for half an hour, in the signed session cookie.

The code travels encrypted: whoever finds the phone later cannot read it out of the cookie.
"""

import base64
from datetime import datetime, timedelta

from flask import session

from web.edge import house

ENTRY = "opened"
KEPT = timedelta(minutes=30)
MOST = 5


def keep(case_no: str, query_code: str, now: datetime) -> None:
    held = {number: entry for number, entry in session.get(ENTRY, {}).items() if number != case_no}
    sealed = base64.urlsafe_b64encode(house().vault.encrypt(query_code)).decode()
    held[case_no] = [sealed, (now + KEPT).timestamp()]
    session[ENTRY] = dict(list(held.items())[-MOST:])


def code_of(case_no: str, now: datetime) -> str | None:
    """The query code of an opened case, or None where it must be typed (again)."""
    sealed, until = session.get(ENTRY, {}).get(case_no, (None, 0))
    if sealed is None or now.timestamp() >= until:
        return None
    return house().vault.decrypt(base64.urlsafe_b64decode(sealed))


def numbers(now: datetime) -> list[str]:
    return [number for number, (_, until) in session.get(ENTRY, {}).items() if now.timestamp() < until]
