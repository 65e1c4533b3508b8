"""A certificate authority of one's own, for the network at home: headsets and phones ask for HTTPS.

The authority can vouch for addresses in private networks and for names that end in .local and
.localhost, and for nothing else: whoever trusts it need not fear for their bank.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
PRIVATE_6 = ("fc00::/7", "fe80::/10", "::1/128")
NAMES = ("local", "localhost")
AUTHORITY_DAYS = 3650
LEAF_DAYS = 397  # browsers take no longer one
FRESH_DAYS = 30  # what ends sooner is made anew
EARLIER = timedelta(days=1)  # clocks of headsets are often behind


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Files in PEM, and how one recognises the authority."""

    authority: Path
    cert: Path
    key: Path
    fingerprint: str  # SHA-256 of the authority, in pairs of hexadecimal digits


def is_private(address: str) -> bool:
    """Whether the authority may vouch for an address, and it is another machine's as well."""
    parsed = ipaddress.ip_address(address)
    nets = [ipaddress.ip_network(net) for net in (*PRIVATE, *PRIVATE_6)]
    return not parsed.is_loopback and any(parsed in net for net in nets)


def certificate_for(folder: Path, hosts: Sequence[str], now: datetime) -> Certificate:
    """A certificate for these names and addresses, made where there is none that will do.

    Args:
        folder: keeps the authority, so that devices trust it once and for all.
        hosts: addresses in private networks, and names that end in .local or are localhost.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, authority_key = _authority(folder, now)
    cert, key = folder / "house.pem", folder / "house.key"
    if not _will_do(cert, key, hosts, authority, now):
        _issue(folder, hosts, (authority, authority_key), now)
    print_ = authority.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(authority=folder / "authority.pem", cert=cert, key=key, fingerprint=print_)


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    cert_path, key_path = folder / "authority.pem", folder / "authority.key"
    kept = _read_pair(cert_path, key_path)
    if kept and _lasts(kept[0], now):
        return kept
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Asklepion, this house alone")])
    allowed = [x509.IPAddress(ipaddress.ip_network(net)) for net in (*PRIVATE, *PRIVATE_6)]
    names = [x509.DNSName(end) for end in NAMES]
    cert = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=[*allowed, *names], excluded_subtrees=None),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    _replace(cert_path, cert.public_bytes(serialization.Encoding.PEM))
    return cert, key


def _issue(
    folder: Path,
    hosts: Sequence[str],
    by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
    now: datetime,
) -> None:
    authority, authority_key = by
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Asklepion")])
    cert = (
        _builder(name, authority.subject, key, now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_names(hosts)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(folder / "house.key", key)
    _replace(folder / "house.pem", cert.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [_name(host) for host in dict.fromkeys(hosts)]


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _lasts(cert: x509.Certificate, now: datetime) -> bool:
    return now + timedelta(days=FRESH_DAYS) < cert.not_valid_after_utc


def _will_do(
    path: Path, key: Path, hosts: Sequence[str], authority: x509.Certificate, now: datetime
) -> bool:
    kept = _read_pair(path, key)
    if kept is None:
        return False
    cert, _ = kept
    named = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        cert.verify_directly_issued_by(authority)
    except Exception:  # of another authority: any failure means the same
        return False
    return _lasts(cert, now) and set(_names(hosts)) <= set(named)


def _read_pair(
    cert_path: Path, key_path: Path
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """A certificate and its own key; nothing where a crash came between the two, or within one."""
    try:
        cert = x509.load_pem_x509_certificate(cert_path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    if isinstance(key, ec.EllipticCurvePrivateKey) and cert.public_key() == key.public_key():
        return cert, key
    return None


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """A private key for its owner's eyes alone."""
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _replace(path, text)


def _replace(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, all of it or nothing."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # or the name may last longer than what is in it
    draft.replace(path)
