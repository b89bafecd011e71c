"""The doctor names what is missing and what to do."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from hotline import doctor, preflight, tls
from hotline.core.clock import SystemClock
from hotline.core.events import OutboxRow, append
from hotline.core.identity import SYSTEM
from hotline.core.settings import Mode
from hotline.doctor import Level
from tests.db.test_celery import Noted


def levels(findings):
    return [finding.level for finding in findings]


@pytest.fixture
def changed(settings):
    return lambda **fields: settings.model_copy(update=fields)


def test_data_dir_when_disk_is_full_then_bad(settings, monkeypatch):
    monkeypatch.setattr(preflight, "MIN_FREE_MB", 10**9)
    (finding,) = doctor.data_dir(settings)
    assert finding.level is Level.BAD
    assert "请清理磁盘" in finding.text


def test_ports_when_malformed_then_bad_with_an_example(changed):
    findings = list(doctor.ports(changed(http_bind="8012")))
    assert findings[0].level is Level.BAD
    assert "127.0.0.1:8012" in findings[0].remedy


def test_ports_when_the_house_is_up_then_not_reported_as_taken(settings):
    with preflight.only_instance(settings.data_dir):
        assert levels(doctor.ports(settings)) == [Level.OK]


@pytest.mark.parametrize(
    ("mode", "url", "level"),
    [
        (Mode.DEMO, None, Level.OK),
        (Mode.PRODUCTION, None, Level.WARN),
        (Mode.PRODUCTION, SecretStr("smpp://a:secret@centre"), Level.OK),
    ],
)
def test_sms_gateway_when_missing_in_production_then_warns(changed, mode, url, level):
    (finding,) = doctor.sms_gateway(changed(mode=mode, sms_url=url))
    assert finding.level is level
    assert "secret" not in finding.text


def test_webrtc_when_address_is_not_ours_then_warns(changed):
    findings = list(doctor.webrtc(changed(webrtc_addresses=("192.0.2.7",))))
    assert findings[0].level is Level.WARN
    assert "192.0.2.7" in findings[0].text


def test_webrtc_when_open_to_others_without_https_then_warns(changed):
    assert Level.WARN in levels(doctor.webrtc(changed(http_bind="0.0.0.0:8012")))


@pytest.mark.parametrize(
    ("left", "level"), [(60, Level.OK), (10, Level.WARN), (-1, Level.BAD)], ids=["good", "soon", "over"]
)
def test_certificate_when_it_ends_then_says_how_soon(changed, tmp_path, left, level):
    now = SystemClock().now()
    cert, key = tls.self_made(tmp_path / "tls", now)
    then = now + tls.VALID - timedelta(days=left)
    (finding,) = doctor.certificate(changed(tls_cert=cert, tls_key=key), then)
    assert finding.level is level


def test_certificate_when_file_is_missing_then_bad(changed, tmp_path):
    (finding,) = doctor.certificate(changed(tls_cert=tmp_path / "none.pem"), SystemClock().now())
    assert finding.level is Level.BAD


def test_database_when_unreachable_then_bad(changed):
    (finding,) = doctor.database(changed(database_url="postgresql://a@127.0.0.1:9/x"), SystemClock().now())
    assert finding.level is Level.BAD
    assert "HOTLINE_DATABASE_URL" in finding.text


def test_broker_when_redis_is_down_then_bad(house):
    settings = house.settings.model_copy(update={"broker_url": "redis://127.0.0.1:9/0"})
    (finding,) = doctor._broker(house.engine, settings)
    assert finding.level is Level.BAD


def test_contents_when_work_was_given_up_then_warns(house):
    with house.open_uow(SYSTEM) as uow:
        append(uow.session, Noted(), routes={"probe.noted": ("probe.note",)}, actor_id=None, now=uow.now)
        uow.session.flush()
        uow.session.query(OutboxRow).one().given_up_at = uow.now
    warnings = [
        finding for finding in doctor._contents(house, house.clock.now()) if finding.level is Level.WARN
    ]
    assert any("1 项多次失败" in finding.text for finding in warnings)


def test_contents_when_next_year_is_only_reckoned_then_warns(house):
    (calendar,) = [f for f in doctor._contents(house, house.clock.now()) if "calendar" in f.part]
    assert calendar.level is Level.WARN
    assert "2027" in calendar.text


def test_worst_when_mixed_then_the_worst():
    findings = [doctor.Finding(level, "x", "y") for level in (Level.OK, Level.BAD, Level.WARN)]
    assert doctor.worst(findings) is Level.BAD
    assert doctor.worst([]) is Level.OK
