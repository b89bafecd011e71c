"""A telephone on the desk in place of the browser's headset: rung with the offer, answered by lifting the receiver.

Its address is the agent's own word, so it may only lead to a telephone of the house, never out through the trunk.
"""

import re
from ipaddress import ip_address

from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from telephony import call_control, calls, distribution, offers, seat_states
from telephony.errors import PhoneNotAllowed
from telephony.models import CallState, OfferResult

ADDRESS = re.compile(r"sip:[\w.+-]{1,32}@(?P<host>[\w.-]{1,100})(?P<port>:\d{2,5})?", re.A)


def checked(settings: Settings, address: str | None) -> str | None:
    """The address, if it is one of the house's network or of a host that the settings name."""
    if address is None:
        return None
    found = ADDRESS.fullmatch(address)
    trunk = (settings.sip_trunk or "").rpartition(":")
    leads_out = found is not None and found["host"] + (found["port"] or ":5060") == f"{trunk[0]}:{trunk[2]}"
    if found is None or leads_out or not _of_the_house(settings, found["host"]):
        raise PhoneNotAllowed([{"field": "phone", "reason": PhoneNotAllowed.text}])
    return address


def picked_up(uow: UnitOfWork, call_id: int, seat_id: int) -> None:
    """The receiver is lifted: that answers the call which rings there."""
    call = calls.locked(uow, call_id)
    if offers.rings_at(uow, call, seat_id):
        call_control.connect(uow, call, seat_states.locked(uow, seat_id))


def hung_up(uow: UnitOfWork, call_id: int, seat_id: int) -> None:
    """Put down, busy or never answered: the call goes to the next seat, or is over."""
    call = calls.locked(uow, call_id)
    if offers.rings_at(uow, call, seat_id):
        offers.let_pass(uow, call, seat_id, OfferResult.DECLINED)
        distribution.distribute(uow)
    elif call.seat_id == seat_id and call.state in (CallState.TALKING, CallState.DIALLING):
        call_control.finish(uow, call)


def _of_the_house(settings: Settings, host: str) -> bool:
    if host in settings.desk_phone_hosts:
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
