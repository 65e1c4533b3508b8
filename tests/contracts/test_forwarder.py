"""Forwarder: carries what was signed, as it was signed, once."""

from dataclasses import dataclass
from typing import Any

import pytest

from asklepion.ledger.engine.abi import (
    FORWARDER_DOMAIN,
    Domain,
    ForwardRequest,
    ForwardRequestData,
    address_of,
    contract,
    digest,
    keccak,
    sign,
)

from .compiler import Compiler
from .evm import ADMIN, CHAIN_ID, NOBODY, NOON, STRANGER, Deployed, Done, Evm, Refused, refused

SIGNER, OTHER = b"\x41" * 32, b"\x42" * 32  # without a coin
HOUR = 3600


@dataclass
class Post:
    """A forwarder, a contract that trusts it, and what a signer sends there."""

    it: Deployed
    target: Deployed

    @property
    def domain(self) -> Domain:
        return Domain(FORWARDER_DOMAIN, CHAIN_ID, self.it.address)

    def request(self, function: str = "note", *args: Any, **other: Any) -> ForwardRequest:
        data = self.target.contract.call(function, *(args or ((5,) if function == "note" else ())))
        it = ForwardRequest(
            address_of(SIGNER), self.target.address, 0, 200_000, 0, NOON + HOUR, data
        )
        return it._replace(**other)

    def signed(
        self, it: ForwardRequest, *, by: bytes = SIGNER, domain: Domain | None = None
    ) -> ForwardRequestData:
        signature = sign(by, digest(domain or self.domain, it))
        parts = it._asdict()
        del parts["nonce"]
        return ForwardRequestData(**parts, signature=signature)

    def send(self, it: ForwardRequestData, **how: Any) -> Done:
        return self.it.send("execute", it, **how)


@pytest.fixture
def post(evm: Evm, compiler: Compiler) -> Post:
    it = evm.deploy(contract("Forwarder"))
    return Post(it, evm.deploy(compiler.hostile("Target"), it.address))


def test_a_signer_without_a_coin_is_heard_as_itself(post: Post) -> None:
    request = post.signed(post.request())

    assert post.it.read("verify", request)
    done = post.send(request)

    assert post.target.read("sender") == address_of(SIGNER)
    (told,) = post.it.events(done)
    assert told.name == "ExecutedForwardRequest"
    assert told.args == {"signer": address_of(SIGNER), "nonce": 0, "success": True}
    assert post.it.read("nonces", address_of(SIGNER)) == 1


def test_a_request_is_carried_once(post: Post) -> None:
    request = post.signed(post.request())
    post.send(request)

    assert not post.it.read("verify", request)
    with refused("ERC2771ForwarderInvalidSigner"):
        post.send(request)


def test_a_request_is_carried_in_time_or_not_at_all(post: Post, evm: Evm) -> None:
    request = post.signed(post.request())
    evm.now = NOON + HOUR + 1

    with refused("ERC2771ForwarderExpiredRequest", deadline=NOON + HOUR):
        post.send(request)


def test_nobody_sends_in_anothers_name(post: Post) -> None:
    with refused("ERC2771ForwarderInvalidSigner", **{"from": address_of(SIGNER)}):
        post.send(post.signed(post.request(), by=OTHER))


@pytest.mark.parametrize("other", [{"chain_id": 1}, {"contract": b"\x01" * 20}, {"version": "2"}])
def test_a_request_for_another_chain_or_forwarder_is_worth_nothing(
    post: Post, other: dict[str, Any]
) -> None:
    with refused("ERC2771ForwarderInvalidSigner"):
        post.send(post.signed(post.request(), domain=post.domain._replace(**other)))


@pytest.mark.parametrize(
    "altered",
    [{"value": 1}, {"gas": 30_000}, {"deadline": NOON + 9 * HOUR}, {"data": b"\x00" * 4}],
)
def test_the_carrier_alters_nothing(post: Post, altered: dict[str, Any]) -> None:
    request = post.signed(post.request())._replace(**altered)

    with refused("ERC2771ForwarderInvalidSigner"):
        post.send(request, value=request.value)


def test_the_carrier_sends_the_value_that_was_signed(post: Post) -> None:
    request = post.signed(post.request(value=7))

    for value in (0, 6, 8):
        with refused("ERC2771ForwarderMismatchedValue", requestedValue=7, msgValue=value):
            post.send(request, value=value)
    post.send(request, value=7)

    assert post.target.read("value") == 7


def test_what_trusts_no_forwarder_is_not_reached(post: Post, evm: Evm) -> None:
    """Else anybody could speak as the forwarder to contracts that know nothing of it."""
    consent = evm.deploy(contract("Consent"))
    distrusts = evm.deploy(contract("StatusRegistry"), address_of(ADMIN), NOBODY)

    for at in (consent.address, distrusts.address, address_of(OTHER)):
        with refused("ERC2771UntrustfulTarget", target=at):
            post.send(post.signed(post.request(to=at)))


def test_a_call_that_fails_is_not_carried_and_may_be_tried_again(post: Post) -> None:
    request = post.signed(post.request("refuse", 1))

    with refused("FailedCall"):
        post.send(request)

    assert post.it.read("nonces", address_of(SIGNER)) == 0


def test_a_carrier_cannot_starve_a_call_of_gas(post: Post, evm: Evm, compiler: Compiler) -> None:
    """Of all gas, 63/64 are handed on: the call has what was signed for, or nothing happens."""

    def attack(at: Post) -> int:
        """Carry it with ever more gas; returns how often it was carried only to fail."""
        spoiled = 0
        for gas in range(80_000, 700_000, 20_000):
            nonce = at.it.read("nonces", address_of(SIGNER))
            request = at.signed(at.request("work", gas=500_000, nonce=nonce))
            try:
                done = at.it.send("executeBatch", [request], address_of(OTHER), gas=gas)
            except Refused:
                continue
            (told,) = at.it.events(done)
            spoiled += not told.args["success"]
        return spoiled

    assert attack(post) == 0
    assert post.target.read("count") > 0  # with enough, it was carried
    weak = evm.deploy(compiler.without("Forwarder", "enough gas"))
    target = evm.deploy(compiler.hostile("Target"), weak.address)
    assert attack(Post(weak, target)) > 5


def test_a_batch_is_all_or_nothing_unless_told_otherwise(post: Post) -> None:
    good, bad = post.signed(post.request()), post.signed(post.request(), by=OTHER)

    with refused("ERC2771ForwarderInvalidSigner"):
        post.it.send("executeBatch", [good, bad], NOBODY)
    assert post.target.read("count") == 0
    post.it.send("executeBatch", [bad, good], address_of(STRANGER))  # the bad one is left out
    assert post.target.read("count") == 1


def test_nothing_of_a_batchs_value_stays_behind(post: Post, evm: Evm) -> None:
    good = post.signed(post.request(value=3))
    late = post.signed(post.request(value=4, nonce=9))
    before = evm.balance(address_of(OTHER))

    post.it.send("executeBatch", [good, late], address_of(OTHER), value=7)

    assert evm.balance(address_of(OTHER)) == before + 4
    assert evm.balance(post.it.address) == 0
    with refused("ERC2771ForwarderMismatchedValue"):
        post.it.send("executeBatch", [late], address_of(OTHER), value=5)


def test_an_issuer_without_a_coin_publishes_through_it(post: Post, evm: Evm) -> None:
    registry = evm.deploy(contract("StatusRegistry"), address_of(ADMIN), post.it.address)
    issuer, list_ = keccak(b"did:web:college.example"), b"\x10" * 32
    registry.send("setIssuer", issuer, address_of(SIGNER), sender=ADMIN)
    data = registry.contract.call("publish", issuer, list_, 1, b"\x30" * 32)

    post.send(post.signed(post.request(to=registry.address, data=data)))

    assert registry.read("latest", issuer, list_)[0] == 1


def test_only_its_own_forwarder_speaks_for_others(post: Post, evm: Evm, compiler: Compiler) -> None:
    """Neither another's forwarder does, nor who appends the victim's address herself."""
    registry = evm.deploy(contract("StatusRegistry"), address_of(ADMIN), post.it.address)
    issuer = keccak(b"did:web:college.example")
    registry.send("setIssuer", issuer, address_of(SIGNER), sender=ADMIN)
    data = registry.contract.call("publish", issuer, bytes(32), 1, bytes(32))

    with refused("NotIssuer", account=address_of(STRANGER)):
        evm.send(registry.address, data + address_of(SIGNER), sender=STRANGER)
    theirs = Post(evm.deploy(contract("Forwarder")), post.target)
    with refused("ERC2771UntrustfulTarget"):
        theirs.send(theirs.signed(theirs.request(to=registry.address, data=data)))
    # With an accreditor's role behind it: the role, too, is the signer's and not the carrier's.
    rise = registry.contract.call("grantRole", bytes(32), address_of(SIGNER))
    with refused("FailedCall"):
        post.send(post.signed(post.request(to=registry.address, data=rise)), sender=ADMIN)
