import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from asklepion.kit.tls import AUTHORITY_DAYS, LEAF_DAYS, Certificate, certificate_for, is_private

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HOSTS = ["192.168.1.20", "localhost", "clinic.local"]


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def check(made: Certificate, name: str, at: datetime = NOW) -> None:
    """Verify as a browser does, which trusts nobody but the authority."""
    store = Store([read(made.authority)])
    subject = x509.DNSName(name)
    PolicyBuilder().store(store).time(at).build_server_verifier(subject).verify(read(made.cert), [])


def test_a_device_that_trusts_the_authority_trusts_the_house(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, HOSTS, NOW)

    check(made, "clinic.local")
    names = read(made.cert).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.20"]
    ssl.create_default_context(cafile=str(made.authority))
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.cert, made.key)


def test_the_authority_can_vouch_for_nobody_outside(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, [*HOSTS, "bank.example"], NOW)

    with pytest.raises(VerificationError):
        check(made, "bank.example")


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("192.168.7.1", True),
        ("10.1.2.3", True),
        ("fd12::1", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("127.0.0.1", False),
    ],
)
def test_only_addresses_of_private_networks_are_shown_to_others(address: str, may: bool) -> None:
    assert is_private(address) is may


def test_a_second_start_shows_the_same_certificate_and_a_new_address_another(
    tmp_path: Path,
) -> None:
    first = certificate_for(tmp_path, HOSTS, NOW)
    shown = first.cert.read_bytes()

    again = certificate_for(tmp_path, HOSTS, NOW + timedelta(days=1))
    assert again.cert.read_bytes() == shown
    moved = certificate_for(tmp_path, [*HOSTS, "10.0.0.7"], NOW)

    assert moved.cert.read_bytes() != shown
    assert moved.fingerprint == first.fingerprint
    check(moved, "clinic.local")


def test_a_certificate_is_renewed_before_it_ends_and_the_authority_with_it(tmp_path: Path) -> None:
    first = certificate_for(tmp_path, HOSTS, NOW)
    late = NOW + timedelta(days=LEAF_DAYS - 5)
    renewed = certificate_for(tmp_path, HOSTS, late)
    check(renewed, "clinic.local", late + timedelta(days=100))
    assert renewed.fingerprint == first.fingerprint

    old = NOW + timedelta(days=AUTHORITY_DAYS - 5)
    after = certificate_for(tmp_path, HOSTS, old)

    assert after.fingerprint != first.fingerprint
    check(after, "clinic.local", old + timedelta(days=100))


@pytest.mark.parametrize("name", ["house", "authority"])
def test_a_key_without_its_certificate_is_made_anew_with_it(tmp_path: Path, name: str) -> None:
    other = certificate_for(tmp_path / "other", HOSTS, NOW)
    made = certificate_for(tmp_path / "tls", HOSTS, NOW)
    key = other.key.with_name(f"{name}.key").read_bytes()
    made.key.with_name(f"{name}.key").write_bytes(key)

    again = certificate_for(tmp_path / "tls", HOSTS, NOW)

    assert (again.fingerprint == made.fingerprint) is (name == "house")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(again.cert, again.key)
    check(again, "clinic.local")


@pytest.mark.parametrize("name", ["house.pem", "house.key", "authority.pem", "authority.key"])
@pytest.mark.parametrize("left", [b"", b"-----BEGIN"], ids=["empty", "cut"])
def test_a_file_that_a_crash_left_unreadable_is_made_anew(
    tmp_path: Path, name: str, left: bytes
) -> None:
    certificate_for(tmp_path, HOSTS, NOW)
    (tmp_path / name).write_bytes(left)

    again = certificate_for(tmp_path, HOSTS, NOW)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(again.cert, again.key)
    check(again, "clinic.local")


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    certificate_for(tmp_path, HOSTS, NOW)

    for key in tmp_path.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
