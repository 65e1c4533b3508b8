"""What is signed: the words of a Consent, who said them, and what is kept of the signature.

Sealed under the patient's key as one JSON text, whose event is kept as it was committed to.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

import orjson

from asklepion.identity import Caller
from asklepion.ledger import Grant, PairwiseDomain, Revoke, act_in_event, canonical, commit

from ...model import Resource
from ..consenting import visit_of

# What of a Consent says something; names, narratives and versions are not signed.
SAYING = ("resourceType", "id", "status", "patient", "dateTime", "performer", "provision")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is said at present by one Consent; nothing stands where `said` is nothing."""

    consent: str
    patient: str
    said: dict[str, Any] | None = None
    from_at: int = 0  # [microseconds since 1970]
    until_at: int = 0
    by: Caller | None = None  # nobody: the house itself, while it keeps order
    why: str = "revoked"  # of an end


@dataclass(frozen=True, kw_only=True)
class Body:
    """What is kept of one signature, in the clear only while it is used."""

    event: bytes  # canonical JSON, as it stands in the log
    key: bytes  # it was committed with
    salt: bytes  # of the scope
    seed: bytes  # of the pairwise key, with the patient's own
    seed_key: int  # which of the patient's keys that was
    domain: PairwiseDomain | None = None
    signature: bytes = b""

    @property
    def told(self) -> dict[str, Any]:
        """The event."""
        return orjson.loads(self.event)

    @property
    def act(self) -> Grant | Revoke:
        """What was signed."""
        return act_in_event(self.told)

    def signed(self, domain: PairwiseDomain, signature: bytes) -> "Body":
        """The same, signed for a contract."""
        return replace(self, domain=domain, signature=signature)

    def as_text(self) -> bytes:
        """As it is sealed."""
        return orjson.dumps(
            {
                "event": self.event.decode(),
                "key": self.key.hex(),
                "salt": self.salt.hex(),
                "seed": self.seed.hex(),
                "seed_key": str(self.seed_key),
                "chain": self.domain.chain if self.domain else 0,
                "contract": self.domain.contract.hex() if self.domain else "",
                "signature": self.signature.hex(),
            }
        )

    @staticmethod
    def read(text: bytes) -> "Body":
        """From what was sealed."""
        held = orjson.loads(text)
        domain = PairwiseDomain(held["chain"], bytes.fromhex(held["contract"]))
        return Body(
            event=held["event"].encode(),
            key=bytes.fromhex(held["key"]),
            salt=bytes.fromhex(held["salt"]),
            seed=bytes.fromhex(held["seed"]),
            seed_key=int(held["seed_key"]),
            domain=domain if held["contract"] else None,
            signature=bytes.fromhex(held["signature"]),
        )


def said_in(resource: Resource) -> dict[str, Any]:
    """The words of a Consent that are signed."""
    said = {name: resource[name] for name in SAYING if name in resource}
    if visit_of(resource):
        said["visit"] = visit_of(resource)
    return cast(dict[str, Any], _plain(said))


def _plain(value: Any) -> Any:
    """Fractions as texts: what is committed to has none."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast(list[Any], value)]
    return value


def scope_of(said: dict[str, Any], salt: bytes) -> bytes:
    """The commitment that the chain shows: without the salt it tells nothing."""
    return commit(said, salt)


def speaker(by: Caller | None, patient: str) -> dict[str, Any]:
    """Who said it, for the receipt."""
    if by is None:
        return {"account": "", "name": "", "is_herself": False}
    return {"account": by.account, "name": by.name, "is_herself": by.person == patient}


def grant_event(head: dict[str, Any], said: dict[str, Any], grant: Grant) -> bytes:
    """What the log commits to when something begins."""
    fields = {
        "record": "0x" + grant.record.hex(),
        "subject": "0x" + grant.subject.hex(),
        "scope": "0x" + grant.scope.hex(),
        "not_before": grant.not_before,
        "not_after": grant.not_after,
        "nonce": grant.nonce,
        "deadline": grant.deadline,
    }
    return canonical({**head, "said": said, "grant": fields})


def revoke_event(head: dict[str, Any], revoke: Revoke) -> bytes:
    """What the log commits to when something ends."""
    fields = {
        "record": "0x" + revoke.record.hex(),
        "subject": "0x" + revoke.subject.hex(),
        "nonce": revoke.nonce,
        "deadline": revoke.deadline,
    }
    return canonical({**head, "revoke": fields})
