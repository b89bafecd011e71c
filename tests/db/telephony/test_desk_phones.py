"""Which telephones an agent may name as his, and passes for the TURN server."""

import base64
import hashlib
import hmac

import pytest

from hotline.core.errors import PermissionMissing
from hotline.core.identity import SYSTEM, Role
from hotline.core.settings import Settings
from telephony import call_control, calls, desk_phones, media_servers, phone_accounts, scenes, seats
from telephony.errors import PhoneNotAllowed
from telephony.models import CallState, SeatState
from tests.db.telephony.conftest import Floor

HOUSE = Settings(desk_phone_hosts="phones.example", sip_trunk="10.0.0.1:5060", sip_bind="10.0.0.9:5060")


@pytest.mark.parametrize(
    "address", ["sip:801@192.168.1.20", "sip:801@10.0.0.2:5062", "sip:a.b@phones.example", None]
)
def test_phone_when_in_the_house_then_allowed(address: str | None):
    assert desk_phones.checked(HOUSE, address) == address


@pytest.mark.parametrize(
    "address",
    [
        "sip:00441234567890@10.0.0.1",
        "sip:13800138000@10.0.0.9:5060",
        "sip:13800138000@10.0.0.9",
        "sip:13800138000@10.0.0.1:5060",
        "sip:801@8.8.8.8",
        "sip:801@elsewhere.example",
        "tel:13800138000",
        "sip:801@192.168.1.20;transport=tcp",
        "sip:801@192.168.1.20\r\nX: y",
        "",
    ],
)
def test_phone_when_it_leads_out_of_the_house_then_refused(address: str):
    with pytest.raises(PhoneNotAllowed):
        desk_phones.checked(HOUSE, address)


def test_account_when_given_then_rung_through_the_edge_and_when_taken_back_refused(floor: Floor):
    admin, agent = floor.person("admin", Role.ADMIN), floor.person("1001")
    with pytest.raises(PhoneNotAllowed):
        floor.do(agent, desk_phones.named, "account")
    name, password = floor.do(admin, phone_accounts.give, "1001")
    bind = floor.house.settings.sip_bind
    assert floor.do(agent, desk_phones.named, "account") == f"sip:{name}@{bind}"
    assert floor.do(SYSTEM, phone_accounts.passwords) == {name: password}
    floor.do(admin, phone_accounts.take_back, "1001")
    assert floor.do(SYSTEM, phone_accounts.passwords) == {}
    with pytest.raises(PermissionMissing):
        floor.do(agent, phone_accounts.give, "1001")


def rung(floor: Floor):
    agent = floor.person("1001")
    with floor.uow(agent) as uow:
        seats.sign_in(uow, phone="sip:801@192.168.1.20")
    return agent, floor.wait_in_queue(), floor.seat(agent).id


def test_phone_when_lifted_then_the_call_is_answered_and_put_down_then_over(floor: Floor):
    agent, call_id, seat_id = rung(floor)
    with floor.uow() as uow:
        (voice,) = scenes.of(uow, calls.locked(uow, call_id)).voices
        assert voice.address == "sip:801@192.168.1.20"
        desk_phones.picked_up(uow, call_id, seat_id)
    assert (floor.call(call_id).state, floor.call(call_id).user_id) == (CallState.TALKING, agent.user_id)
    with floor.uow() as uow:
        desk_phones.hung_up(uow, call_id, seat_id)
    assert floor.call(call_id).state == CallState.ENDED
    assert floor.seat(agent).state == SeatState.WRAP_UP


def test_phone_when_busy_then_the_next_seat_gets_the_call(floor: Floor):
    _, call_id, seat_id = rung(floor)
    other = floor.agent("1002")
    with floor.uow() as uow:
        desk_phones.hung_up(uow, call_id, seat_id)
        desk_phones.hung_up(uow, call_id, seat_id)  # a second word about it changes nothing
    assert floor.call(call_id).seat_id == floor.seat(other).id


def test_digits_when_talking_then_left_for_the_worker(floor: Floor):
    agent = floor.agent("1001")
    call_id = floor.wait_in_queue()
    floor.do(agent, call_control.answer, call_id)
    assert floor.do(agent, call_control.send_digits, call_id, "12#") > 0


def test_quality_when_it_was_bad_once_then_the_record_keeps_the_worst(floor: Floor):
    call_id = floor.wait_in_queue()
    for mos in (2.5, 4.2):
        with floor.uow() as uow:
            calls.heard(uow, call_id, mos)
    assert floor.call(call_id).mos == 2.5
    assert floor.events().count("call.quality") == 2


def test_turn_when_set_then_a_pass_that_coturn_would_compute_itself(floor: Floor):
    agent = floor.agent("1001")
    with floor.uow(agent) as uow:
        assert media_servers.of(uow) is None
        uow.settings = uow.settings.model_copy(
            update={
                "turn_urls": ("turn:turn.example:3478",),
                "turn_secret": Settings(turn_secret="s").turn_secret,
            }
        )
        found = media_servers.of(uow)
        until, _, user = found.username.partition(":")
        assert int(until) - uow.now.timestamp() == 12 * 3600
        assert int(user) == agent.user_id
    digest = hmac.digest(b"s", found.username.encode(), hashlib.sha1)
    assert base64.b64decode(found.credential) == digest
