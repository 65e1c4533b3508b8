"""Consent: only the subject begins, only the subject ends."""

from dataclasses import dataclass
from typing import Any

import pytest

from asklepion.ledger.engine.abi import (
    CONSENT_DOMAIN,
    ConsentState,
    Contract,
    Domain,
    Grant,
    Revoke,
    address_of,
    contract,
    digest,
    new_record,
    sign,
)
from asklepion.ledger.engine.abi.values import FOREVER

from .compiler import Compiler
from .evm import CHAIN_ID, NOON, STRANGER, Deployed, Done, Evm, refused

PATIENT, OTHER = b"\x11" * 32, b"\x12" * 32
SCOPE = b"\x77" * 32
HOUR, DAY = 3600, 86_400
SECP256K1 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass
class Ledger:
    """The contract, and what a subject signs for it."""

    it: Deployed

    def domain(self, **other: Any) -> Domain:
        return Domain(CONSENT_DOMAIN, CHAIN_ID, self.it.address)._replace(**other)

    def offer(self, **other: Any) -> Grant:
        """A day's consent of the patient's, with whatever else is wanted."""
        subject = other.get("subject", address_of(PATIENT))
        record = bytes(range(12)) + subject
        return Grant(record, subject, SCOPE, NOON, NOON + DAY, 0, NOON + HOUR)._replace(**other)

    def grant(self, offer: Grant, *, by: bytes = PATIENT, domain: Domain | None = None) -> Done:
        return self.it.send("grant", offer, sign(by, digest(domain or self.domain(), offer)))

    def revoke(self, it: Revoke, *, by: bytes = PATIENT, domain: Domain | None = None) -> Done:
        return self.it.send("revoke", it, sign(by, digest(domain or self.domain(), it)))

    def end(self, offer: Grant, *, nonce: int = 1, **other: Any) -> Revoke:
        return Revoke(offer.record, offer.subject, nonce, NOON + HOUR)._replace(**other)

    def state(self, record: bytes) -> ConsentState:
        return ConsentState(*self.it.read("state", record))

    def is_active(self, record: bytes) -> bool:
        return self.it.read("active", record)


def deploy(evm: Evm, code: Contract | None = None) -> Ledger:
    return Ledger(evm.deploy(code or contract("Consent")))


def test_a_grant_stands_until_it_ends(evm: Evm) -> None:
    ledger = deploy(evm)
    offer = ledger.offer(not_before=NOON + HOUR)

    done = ledger.grant(offer)

    (told,) = ledger.it.events(done)
    assert told.name == "Granted"
    assert told.args == {
        "record": offer.record,
        "subject": offer.subject,
        "scope": SCOPE,
        "notBefore": NOON + HOUR,
        "notAfter": NOON + DAY,
    }
    assert ledger.state(offer.record) == ConsentState(
        offer.subject, SCOPE, NOON + HOUR, NOON + DAY, False
    )
    for now, active in [
        (NOON, False),
        (NOON + HOUR - 1, False),
        (NOON + HOUR, True),
        (NOON + DAY - 1, True),
        (NOON + DAY, False),
    ]:
        evm.now = now
        assert ledger.is_active(offer.record) is active


def test_what_is_signed_is_what_the_contract_asks_for(evm: Evm) -> None:
    ledger = deploy(evm)
    offer = ledger.offer(not_after=FOREVER)

    assert ledger.it.read("grantDigest", offer) == digest(ledger.domain(), offer)
    end = ledger.end(offer)
    assert ledger.it.read("revokeDigest", end) == digest(ledger.domain(), end)
    _, name, version, chain, at, _, _ = ledger.it.read("eip712Domain")
    assert Domain(name, chain, at, version) == ledger.domain()


def test_a_consent_ends_for_good_by_its_subject(evm: Evm) -> None:
    ledger = deploy(evm)
    offer = ledger.offer(not_after=FOREVER)
    ledger.grant(offer)
    evm.now += 60

    done = ledger.revoke(ledger.end(offer))

    (told,) = ledger.it.events(done)
    assert told.name == "Revoked"
    assert told.args == {"record": offer.record, "subject": offer.subject, "revokedAt": NOON + 60}
    assert ledger.state(offer.record).revoked
    assert not ledger.is_active(offer.record)
    assert ledger.it.read("nonces", offer.subject) == 2


def test_of_an_unknown_record_nothing_is_known(evm: Evm) -> None:
    ledger = deploy(evm)

    assert ledger.state(b"\x01" * 32) == ConsentState(bytes(20), bytes(32), 0, 0, False)
    assert not ledger.is_active(b"\x01" * 32)


def test_a_grant_held_back_by_somebody_can_be_ended_before_it_comes(evm: Evm) -> None:
    ledger = deploy(evm)
    offer = ledger.offer()

    ledger.revoke(ledger.end(offer, nonce=0))

    with refused("AlreadyRevoked", record=offer.record):
        ledger.grant(offer)
    assert ledger.state(offer.record).revoked


def test_a_record_is_granted_once(evm: Evm, compiler: Compiler) -> None:
    def attack(ledger: Ledger) -> None:
        ledger.grant(ledger.offer())
        ledger.grant(ledger.offer(nonce=1, scope=b"\x66" * 32))

    with refused("AlreadyGranted"):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Consent", "granted once")))


def test_what_was_revoked_is_never_granted_again(evm: Evm, compiler: Compiler) -> None:
    def attack(ledger: Ledger) -> None:
        ledger.grant(ledger.offer())
        ledger.revoke(ledger.end(ledger.offer()))
        again = ledger.offer(nonce=2)
        ledger.grant(again)
        assert ledger.is_active(again.record)

    with refused("AlreadyRevoked"):
        attack(deploy(evm))
    # Both guards must go: a revoked record is also a granted one.
    with refused("AlreadyGranted"):
        attack(deploy(evm, compiler.without("Consent", "revoked for good")))
    both = compiler.without("Consent", "revoked for good", "granted once")
    attack(deploy(evm, both))


def test_it_is_revoked_once(evm: Evm) -> None:
    ledger = deploy(evm)
    ledger.grant(ledger.offer())
    ledger.revoke(ledger.end(ledger.offer()))

    with refused("AlreadyRevoked"):
        ledger.revoke(ledger.end(ledger.offer(), nonce=2))


def test_a_signature_counts_once(evm: Evm, compiler: Compiler) -> None:
    """The number holds also where the record would not: it is used by whatever comes first."""

    def attack(ledger: Ledger) -> None:
        ledger.grant(ledger.offer())
        ledger.grant(ledger.offer(record=b"\xaa" * 12 + address_of(PATIENT)))

    with refused("InvalidAccountNonce", currentNonce=1):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Consent", "consent number")))


def test_a_number_that_is_not_next_is_refused(evm: Evm) -> None:
    with refused("InvalidAccountNonce", currentNonce=0):
        ledger = deploy(evm)
        ledger.grant(ledger.offer(nonce=1))


@pytest.mark.parametrize(
    "other", [{"chain_id": 1}, {"contract": b"\x01" * 20}, {"version": "2"}, {"name": "Consent"}]
)
def test_a_signature_for_another_chain_or_contract_is_worth_nothing(
    evm: Evm, other: dict[str, Any]
) -> None:
    ledger = deploy(evm)
    offer = ledger.offer()

    with refused("WrongSignature"):
        ledger.grant(offer, domain=ledger.domain(**other))
    ledger.grant(offer)
    with refused("WrongSignature"):
        ledger.revoke(ledger.end(offer), domain=ledger.domain(**other))


def test_without_the_domain_a_signature_would_count_at_every_contract(
    evm: Evm, compiler: Compiler
) -> None:
    """The same signature, brought to two contracts."""

    def attack(code: Contract) -> None:
        one, two = deploy(evm, code), deploy(evm, code)
        offer = one.offer()
        signature = sign(PATIENT, one.it.read("grantDigest", offer))
        one.it.send("grant", offer, signature)
        two.it.send("grant", offer, signature)

    with refused("WrongSignature"):
        attack(contract("Consent"))
    attack(compiler.without("Consent", "consent bound"))


def test_nobody_signs_for_another(evm: Evm, compiler: Compiler) -> None:
    def attack(ledger: Ledger) -> None:
        ledger.grant(ledger.offer(), by=OTHER)

    with refused("WrongSignature", subject=address_of(PATIENT)):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Consent", "consent signed")))


def test_nobody_else_ends_it(evm: Evm, compiler: Compiler) -> None:
    def as_another(ledger: Ledger) -> None:
        ledger.grant(ledger.offer())
        ledger.revoke(ledger.end(ledger.offer()), by=OTHER)

    def as_oneself(ledger: Ledger) -> None:
        ledger.grant(ledger.offer())
        end = ledger.end(ledger.offer(), subject=address_of(OTHER), nonce=0)
        ledger.revoke(end, by=OTHER)

    with refused("WrongSignature"):
        as_another(deploy(evm))
    as_another(deploy(evm, compiler.without("Consent", "consent signed")))
    with refused("NotOfSubject"):
        as_oneself(deploy(evm))
    as_oneself(deploy(evm, compiler.without("Consent", "record of subject")))


def test_a_stranger_who_saw_an_id_cannot_take_it_first(evm: Evm, compiler: Compiler) -> None:
    """Front-running: the stranger's own, well signed grant of the patient's record comes first."""

    def attack(ledger: Ledger) -> None:
        seen = ledger.offer()
        ledger.grant(seen._replace(subject=address_of(OTHER)), by=OTHER)
        with refused("AlreadyGranted"):
            ledger.grant(seen)  # shut out

    with refused("NotOfSubject"):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Consent", "record of subject")))


def test_whoever_carries_it_changes_nothing(evm: Evm) -> None:
    """A stranger who brings the patient's signature first does what she asked for, no more."""
    ledger = deploy(evm)
    offer = ledger.offer()
    signature = sign(PATIENT, digest(ledger.domain(), offer))

    ledger.it.send("grant", offer, signature, sender=STRANGER)

    assert ledger.state(offer.record).subject == address_of(PATIENT)


@pytest.mark.parametrize(
    "altered",
    [{"scope": b"\x01" * 32}, {"not_before": 0}, {"not_after": FOREVER}, {"deadline": FOREVER}],
)
def test_whoever_carries_it_can_alter_nothing(evm: Evm, altered: dict[str, Any]) -> None:
    ledger = deploy(evm)
    offer = ledger.offer()
    signature = sign(PATIENT, digest(ledger.domain(), offer))

    with refused("WrongSignature"):
        ledger.it.send("grant", offer._replace(**altered), signature)


def test_a_signature_is_brought_in_time_or_not_at_all(evm: Evm, compiler: Compiler) -> None:
    def attack(ledger: Ledger) -> None:
        evm.now = NOON + HOUR + 1
        ledger.grant(ledger.offer())

    ledger = deploy(evm)
    with refused("Expired", deadline=NOON + HOUR):
        attack(ledger)
    evm.now = NOON + HOUR
    ledger.grant(ledger.offer())  # in the last second
    evm.now += 1
    with refused("Expired"):
        ledger.revoke(ledger.end(ledger.offer()))
    attack(deploy(evm, compiler.without("Consent", "consent in time")))


@pytest.mark.parametrize(
    ("not_before", "not_after"), [(NOON, NOON), (NOON + 2, NOON + 1), (NOON - DAY, NOON)]
)
def test_a_period_that_never_is_is_refused(evm: Evm, not_before: int, not_after: int) -> None:
    ledger = deploy(evm)

    with refused("WrongPeriod"):
        ledger.grant(ledger.offer(not_before=not_before, not_after=not_after))


def test_the_malleable_twin_of_a_signature_is_refused(evm: Evm, compiler: Compiler) -> None:
    def attack(ledger: Ledger) -> None:
        offer = ledger.offer()
        signature = sign(PATIENT, digest(ledger.domain(), offer))
        s = SECP256K1 - int.from_bytes(signature[32:64], "big")
        twin = signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])
        ledger.it.send("grant", offer, twin)

    with refused("WrongSignature"):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Consent", "lower half")))


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64), b"\xff" * 65])
def test_no_signature_at_all_is_refused(evm: Evm, signature: bytes) -> None:
    ledger = deploy(evm)

    with refused("WrongSignature"):
        ledger.it.send("grant", ledger.offer(), signature)
    # A broken signature recovers to the zero address: that one consents to nothing either.
    nobody = ledger.offer(subject=bytes(20))
    with refused("WrongSignature"):
        ledger.it.send("grant", nobody, signature)


def test_a_contract_consents_by_its_own_rules(evm: Evm, compiler: Compiler) -> None:
    ledger = deploy(evm)
    wallet = evm.deploy(compiler.hostile("Wallet"))
    offer = ledger.offer(subject=wallet.address)

    with refused("WrongSignature"):
        ledger.it.send("grant", offer, b"")
    wallet.send("agree", digest(ledger.domain(), offer))
    ledger.it.send("grant", offer, b"")

    assert ledger.is_active(offer.record)


def test_a_contract_that_answers_anything_else_has_not_consented(
    evm: Evm, compiler: Compiler
) -> None:
    ledger = deploy(evm)
    wallet = evm.deploy(compiler.hostile("Wallet"))
    wallet.send("agreeToAll")
    wallet.send("sayInstead", b"\x00\x00\x00\x01")

    with refused("WrongSignature"):
        ledger.it.send("grant", ledger.offer(subject=wallet.address), b"")
    with refused("WrongSignature"):  # code that knows no ERC-1271
        ledger.it.send("grant", ledger.offer(subject=ledger.it.address), b"")


def test_record_ids_are_their_subjects_and_never_twice_the_same() -> None:
    subject = address_of(PATIENT)
    made = {new_record(subject) for _ in range(100)}

    assert len(made) == 100
    assert {it[12:] for it in made} == {subject}
