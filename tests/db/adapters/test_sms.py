"""What was sent is recorded once per event, unreadable without the key."""

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text

from hotline.adapters import sms
from hotline.adapters.sms import SmsMessage, SmsRefused, SmsUnavailable, send_once
from hotline.core.identity import SYSTEM

MESSAGE = {
    "event_id": 7,
    "template": "accept",
    "subject": "case:12",
    "to": "+8613800000001",
    "text": "查询码 123456",
}


class Gateway:
    def __init__(self, failure=None):
        self.sent, self.failure = [], failure

    def send(self, to, text, reference):
        if self.failure:
            raise self.failure
        self.sent.append((to, text, reference))
        return "id-1"


@pytest.fixture
def gateway(monkeypatch):
    fake = Gateway()
    monkeypatch.setattr(sms, "gateway_for", lambda settings: fake)
    return fake


def test_send_once_when_new_then_sends_and_keeps_the_gateways_id(uow, gateway):
    message = send_once(uow, **MESSAGE)
    assert message.gateway_id == "id-1"
    assert gateway.sent == [("+8613800000001", "查询码 123456", "7-accept-case:12")]


def test_send_once_when_event_comes_again_then_nothing_goes_out(uow, gateway):
    first = send_once(uow, **MESSAGE)
    assert send_once(uow, **MESSAGE) is first
    assert len(gateway.sent) == 1


def test_send_once_when_refused_then_reason_is_kept_and_not_tried_again(uow, gateway):
    gateway.failure = SmsRefused("wrong number")
    assert send_once(uow, **MESSAGE).refused == "wrong number"
    gateway.failure = None
    send_once(uow, **MESSAGE)
    assert gateway.sent == []


def test_send_once_when_gateway_is_down_then_nothing_is_recorded(quiet_house, gateway):
    gateway.failure = SmsUnavailable("down")
    with pytest.raises(SmsUnavailable), quiet_house.open_uow(SYSTEM) as uow:
        send_once(uow, **MESSAGE)
    with quiet_house.open_uow(SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(SmsMessage)) == 0


def test_send_once_when_stored_then_number_and_text_are_not_readable(uow, gateway):
    send_once(uow, **MESSAGE)
    uow.session.flush()
    row = uow.session.execute(text("select sms_message::text from sms_message")).scalar_one()
    assert "13800000001" not in row
    assert b"123456".hex() not in row


def test_latest_when_no_gateway_is_set_then_shows_what_would_have_gone_out(uow):
    send_once(uow, **MESSAGE)
    (shown,) = sms.latest(uow)
    assert (shown.to, shown.text, shown.subject) == ("+8613800000001", "查询码 123456", "case:12")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (None, "StoredOnly"),
        ("https://gateway.example/sms", "HttpGateway"),
        ("smpp://a:b@centre.example", "SmppGateway"),
    ],
)
def test_gateway_for_when_url_is_set_then_its_scheme_chooses(settings, url, kind):
    chosen = sms.gateway_for(settings.model_copy(update={"sms_url": url and SecretStr(url)}))
    assert type(chosen).__name__ == kind
