"""A telephone on the desk in place of the browser's headset: rung with the offer, answered by lifting the receiver.

An address is the agent's own word, so it may only lead to a telephone of the house, never out through the trunk.
"""

import re
from ipaddress import ip_address

from hotline.core.settings import Settings
from hotline.core.uow import UnitOfWork
from telephony import call_control, calls, distribution, offers, phone_accounts, seat_states, seats
from telephony.errors import PhoneNotAllowed
from telephony.models import CallState, OfferResult

ACCOUNT = "account"  # what an agent says whose telephone registers at the edge
ADDRESS = re.compile(r"sip:[\w.+-]{1,32}@(?P<host>[\w.-]{1,100})(?P<port>:\d{2,5})?", re.A)


def named(uow: UnitOfWork, phone: str | None) -> str | None:
    """Where the acting agent's telephone is rung: at an address, or wherever the one with his account has registered."""
    if phone != ACCOUNT:
        return checked(uow.settings, phone)
    seat = seats.own(uow)
    if seat.phone_cipher is None:
        raise PhoneNotAllowed([{"field": "phone", "reason": "没有为您的坐席开通话机账号，请联系系统管理员"}])
    return phone_accounts.address(uow.settings, seat)


def checked(settings: Settings, address: str | None) -> str | None:
    """The address, if it is one of the house's network or of a host that the settings name.

    The trunk and our own edge lead out, to any number: neither is a telephone.
    """
    if address is None:
        return None
    found = ADDRESS.fullmatch(address)
    target = found["host"] + (found["port"] or ":5060") if found else ""
    leads_out = target in (settings.sip_trunk, settings.sip_bind)
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
