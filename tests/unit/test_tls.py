"""The self-made certificate: good for every address of this machine, made again in time."""

import ssl
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from hotline import tls

NOW = datetime(2026, 9, 18, 8, 0, tzinfo=UTC)


def names_of(path):
    cert = x509.load_pem_x509_certificate(path.read_bytes())
    return set(cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def test_self_made_when_new_then_names_every_address_of_the_machine(tmp_path):
    cert, _ = tls.self_made(tmp_path / "tls", NOW)
    assert names_of(cert) == tls.machine_names()
    assert x509.DNSName("localhost") in names_of(cert)


def test_self_made_when_new_then_a_server_can_use_it_and_only_we_read_the_key(tmp_path):
    cert, key = tls.self_made(tmp_path / "tls", NOW)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize(("later", "same"), [(timedelta(days=700), True), (timedelta(days=800), False)])
def test_self_made_when_asked_again_then_new_only_near_its_end(tmp_path, later, same):
    cert, _ = tls.self_made(tmp_path, NOW)
    before = cert.read_bytes()
    tls.self_made(tmp_path, NOW + later)
    assert (cert.read_bytes() == before) is same


def test_self_made_when_machine_has_a_new_address_then_new(tmp_path, monkeypatch):
    cert, _ = tls.self_made(tmp_path, NOW)
    more = tls.machine_names() | {x509.DNSName("hotline.example")}
    monkeypatch.setattr(tls, "machine_names", lambda: more)
    tls.self_made(tmp_path, NOW)
    assert x509.DNSName("hotline.example") in names_of(cert)


def test_expires_at_when_self_made_then_825_days_later(tmp_path):
    cert, _ = tls.self_made(tmp_path, NOW)
    assert tls.expires_at(cert) == NOW + timedelta(days=825)
