"""Consent: only the subject begins, only the subject ends."""

from dataclasses import dataclass
from typing import Any

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
    sign,
)

from .evm import CHAIN_ID, NOON, Deployed, Done, Evm

PATIENT, OTHER = b"\x11" * 32, b"\x12" * 32
SCOPE = b"\x77" * 32
HOUR, DAY = 3600, 86_400


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
