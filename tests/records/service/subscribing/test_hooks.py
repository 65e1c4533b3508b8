"""An endpoint is called where it was looked for, and nowhere inside the house's own network."""

import ssl
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.service.subscribing.hooks import Call, Hooks, NotHeard, is_open

from ...hook import open_hook

INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1", "fe80::1%eth0"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_open_whatever_it_is_wrapped_in(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert is_open(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_a_private_address_stays_private_inside_ipv6(address: object) -> None:
    assert not is_open(f"::ffff:{address}")


def resolving(*answers: Sequence[str]) -> Hooks:
    """Hooks for which names have these addresses, one answer after the other."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if left else []

    return Hooks(resolve=resolve)


def call(url: str) -> Call:
    return Call(method="POST", url=url, headers=[], content=b"{}", timeout_s=2)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"]])
async def test_a_name_that_leads_inside_is_not_called(addresses: list[str]) -> None:
    with pytest.raises(NotHeard) as refused:
        await resolving(addresses).call(call("https://rebinding.example.org/hook"))

    assert refused.value.reason == "address"


async def test_without_tls_nothing_is_called() -> None:
    with pytest.raises(NotHeard) as refused:
        await resolving(["8.8.8.8"]).call(call("http://example.org/hook"))

    assert refused.value.reason == "address"


async def test_a_name_is_looked_up_once_and_that_very_address_is_called() -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with open_hook() as hook:
        url = hook.url.replace("127.0.0.1", "inside.example.org")
        await Hooks(["inside.example.org"], resolve=resolve).call(call(url))

    (heard,) = hook.take()
    assert asked == ["inside.example.org"]
    assert heard.headers["host"].startswith("inside.example.org:")


async def test_only_the_named_port_of_an_allowed_host_is_called() -> None:
    async with open_hook() as hook:
        port = hook.url.split(":")[2].partition("/")[0]
        hooks = Hooks([f"127.0.0.1:{port}"])
        await hooks.call(call(hook.url))
        with pytest.raises(NotHeard):
            await hooks.call(call("http://127.0.0.1:1/hook"))

    assert len(hook.take()) == 1


@pytest.mark.parametrize("status", [199, 301, 404, 500])
async def test_whatever_is_not_a_yes_is_a_no(status: int) -> None:
    async with open_hook() as hook:
        hook.status = status
        with pytest.raises(NotHeard):
            await Hooks(["127.0.0.1"]).call(call(hook.url))


async def test_who_is_not_there_does_not_hear() -> None:
    with pytest.raises(NotHeard) as refused:
        await Hooks(["127.0.0.1"]).call(call("http://127.0.0.1:1/hook"))

    assert refused.value.reason == "endpoint"


NAME = "hook.example.org"


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that goes by a name, and somebody who trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / f"{name}.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain) + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(
    ("goes_by", "is_trusted", "is_heard"),
    [(NAME, True, True), (NAME, False, False), ("other.example.org", True, False)],
)
async def test_over_tls_the_endpoint_must_be_who_it_says_it_is(
    tmp_path: Path, goes_by: str, is_trusted: bool, is_heard: bool
) -> None:
    server, trusts = certified(tmp_path, goes_by)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    hooks = Hooks([NAME], resolve=resolve, trusts=trusts if is_trusted else None)
    async with open_hook(server) as hook:
        url = hook.url.replace("127.0.0.1", NAME)
        with nullcontext() if is_heard else pytest.raises(NotHeard, match="endpoint"):
            await hooks.call(call(url))

    assert len(hook.take()) == is_heard
