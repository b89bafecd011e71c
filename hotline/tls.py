"""A certificate for a house without one, so that browsers on other machines may use their microphones.

Self-signed and made once per data directory; it names every address of this machine. A real installation sets
`HOTLINE_TLS_CERT` and `HOTLINE_TLS_KEY`.
"""

import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=825)  # the longest that Apple's browsers accept
RENEW_BEFORE = timedelta(days=30)


def self_made(directory: Path, now: datetime) -> tuple[Path, Path]:
    """Certificate and key below `directory`; made anew when they expire or when the machine got a new address."""
    cert_path, key_path = directory / "cert.pem", directory / "key.pem"
    names = machine_names()
    if not (cert_path.exists() and key_path.exists() and _serves(cert_path, names, now)):
        directory.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        _write_private(
            key_path,
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        cert_path.write_bytes(_certificate(key, names, now).public_bytes(serialization.Encoding.PEM))
    return cert_path, key_path


def expires_at(cert_path: Path) -> datetime:
    return x509.load_pem_x509_certificate(cert_path.read_bytes()).not_valid_after_utc


def machine_names() -> set[x509.GeneralName]:
    """localhost, the host's name and every address of its interfaces."""
    names: set[x509.GeneralName] = {x509.DNSName("localhost"), x509.DNSName(socket.gethostname())}
    for addresses in psutil.net_if_addrs().values():
        for item in addresses:
            if item.family in (socket.AF_INET, socket.AF_INET6):
                names.add(x509.IPAddress(ipaddress.ip_address(item.address.partition("%")[0])))
    return names


def _serves(cert_path: Path, names: set[x509.GeneralName], now: datetime) -> bool:
    cert = x509.load_pem_x509_certificate(cert_path.read_bytes())
    named = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names <= set(named) and now + RENEW_BEFORE < cert.not_valid_after_utc


def _certificate(
    key: ec.EllipticCurvePrivateKey, names: set[x509.GeneralName], now: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hotline 12345")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(sorted(names, key=str)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _write_private(path: Path, data: bytes) -> None:
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
