"""Consents in receipts: what was said, that it was signed, by which key, and for which contract.

    event    kind "consent", act "grant" with `said` and `grant`, or "revoke" with `revoke`
    consent  chain, contract, digest, signature, custody; salt of a grant's scope; and where she
             signed it herself, what her passkey gave: x, y, authenticator_data, client_data, r, s

Everything here is checked without a network; what stands on the chain now, only the chain knows.
"""

import hmac
import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from ..model import Event, State
from . import note
from .commitment import commit
from .pairwise import Domain, Grant, Revoke, signer_of

USER_PRESENT, USER_VERIFIED = 1, 4  # flags of an authenticator. Web Authentication, section 6.1
FINGERPRINT = 16  # bytes of a passkey's hash that people compare

Seen = tuple[State, str]


def act_in(event: Event) -> Grant | Revoke:
    """What was signed, from what the log holds.

    Raises:
        Incorrect: it is no such event.
    """
    try:
        if event["kind"] != "consent":
            raise Incorrect("The receipt's event is no consent.")
        act = event["act"]
        told: Mapping[str, Any] = event[{"grant": "grant", "revoke": "revoke"}[act]]
        common: dict[str, Any] = {
            "record": _hex(told["record"], 32),
            "subject": _hex(told["subject"], 20),
            "nonce": _whole(told["nonce"]),
            "deadline": _whole(told["deadline"]),
        }
        if act == "revoke":
            return Revoke(**common)
        return Grant(
            scope=_hex(told["scope"], 32),
            not_before=_whole(told["not_before"]),
            not_after=_whole(told["not_after"]),
            **common,
        )
    except (KeyError, TypeError) as error:
        raise Incorrect("The receipt's event is no consent.") from error


def look_at_consent(member: Any, event: Event) -> Seen:
    """Whether exactly this was signed, and by whose key.

    Raises:
        Incorrect: a part cannot be read.
    """
    told = _object(member)
    act = act_in(event)
    domain = Domain(_whole(told.get("chain")), _hex(told.get("contract"), 20))
    digest = act.digest(domain)
    if told.get("digest") != "0x" + digest.hex():
        return "failed", "What was signed is not what the receipt says: its digest is another."
    if act.record[12:] != act.subject:
        return "failed", "The record's name does not belong to the key that signed."
    if isinstance(act, Grant) and commit(event["said"], _base64(told.get("salt"))) != act.scope:
        return "failed", "The words are not those that were committed to on the chain."
    if signer_of(digest, _hex(told.get("signature"), 65)) != act.subject:
        return "failed", "It was signed with another key than that of this consent."
    where = f"for the contract 0x{domain.contract.hex()} on chain {domain.chain}"
    if "passkey" in told:
        _passkey(_object(told["passkey"]), digest)
    words = "by the house in the person's name, with a key made for this alone"
    return "passed", f"Exactly this was signed {where}, {words}."


def look_at_passkey(member: Any, event: Event, trusted: Collection[str] = ()) -> Seen:
    """Whether a passkey signed it as well, and whether anybody but the receipt vouches for that.

    Args:
        trusted: passkeys of the person, as `fingerprint` writes them, known from elsewhere.

    Raises:
        Incorrect: a part cannot be read.
    """
    told = _object(member)
    if "passkey" not in told:
        words = "No passkey signed it: that the person said it, only the house says."
        return "failed" if trusted else "not made", words
    domain = Domain(_whole(told.get("chain")), _hex(told.get("contract"), 20))
    origin, mark = _passkey(_object(told["passkey"]), act_in(event).digest(domain))
    words = f"A passkey at {origin} signed it as well (key {mark})"
    if not trusted:
        ask = "Whose key that is, only the person can tell: compare it, or give it as --passkey."
        return "not made", f"{words}. {ask}"
    if _bare(mark) not in {_bare(each) for each in trusted}:
        return "failed", f"{words}: not one that you trust."
    return "passed", f"{words}: one that you trust."


def look_at_chain(member: Any, event: Event) -> Seen:
    """What can be said of the chain without asking it: nothing but where to look."""
    told, act = _object(member), act_in(event)
    _hex(told.get("transaction"), 32)
    block = _whole(told.get("block"))
    words = f"Block {block} is said to hold it, as record 0x{act.record.hex()}"
    return "not made", f"{words}. Ask the chain itself whether it stands: --chain URL."


def fingerprint(x: bytes, y: bytes) -> str:
    """A passkey as people compare it."""
    digest = sha256(x + y).hexdigest()[: 2 * FINGERPRINT]
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def _bare(mark: str) -> str:
    return "".join(mark.split()).lower()


def _passkey(told: Mapping[str, Any], digest: bytes) -> tuple[str, str]:
    """Where a passkey signed this, and which.

    Raises:
        Incorrect: it did not.
    """
    x, y, r, s = (_base64(told.get(name), 32) for name in ("x", "y", "r", "s"))
    seen, client = (_base64(told.get(n)) for n in ("authenticator_data", "client_data"))
    try:
        said = json.loads(client)
        challenge = note.to_base64(digest).replace("+", "-").replace("/", "_").rstrip("=")
        is_this = said["type"] == "webauthn.get" and said["challenge"] == challenge
        origin = str(said["origin"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Incorrect("What the passkey signed cannot be read.") from error
    if (
        not origin.isascii() or not origin.isprintable()
    ):  # it is shown, and others' names look alike
        raise Incorrect("The passkey names no site that there can be.")
    if not is_this:
        raise Incorrect("The passkey signed something else.")
    if len(seen) < 37 or seen[32] & (USER_PRESENT | USER_VERIFIED) != 5:
        raise Incorrect("Nobody was seen to be there when the passkey signed.")
    site = sha256(origin.split("://")[-1].split(":")[0].encode()).digest()
    if not hmac.compare_digest(site, seen[:32]) and not _is_above(origin, seen[:32]):
        raise Incorrect("The passkey is of another site than it says.")
    _require_p256((x, y), (r, s), seen + sha256(client).digest())
    return origin, fingerprint(x, y)


def _is_above(origin: str, site: bytes) -> bool:
    """A passkey may belong to a domain above the one it is used at."""
    parts = origin.split("://")[-1].split(":")[0].split(".")
    above = (".".join(parts[n:]) for n in range(1, len(parts)))
    return any(sha256(each.encode()).digest() == site for each in above)


def _require_p256(point: tuple[bytes, bytes], halves: tuple[bytes, bytes], text: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    x, y, r, s = (int.from_bytes(each, "big") for each in (*point, *halves))
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise Incorrect("The passkey's signature is not genuine.") from error


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Incorrect("A part of the receipt is not an object.")
    return cast(dict[str, Any], value)


def _hex(value: Any, size: int) -> bytes:
    try:
        found = bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise Incorrect("A part of the receipt is not written in hexadecimal.") from error
    if len(found) != size:
        raise Incorrect(f"A part of the receipt does not have {size} bytes.")
    return found


def _base64(value: Any, size: int | None = None) -> bytes:
    if not isinstance(value, str):
        raise Incorrect("A part of the receipt is not a text.")
    found = note.from_base64(value)
    if size is not None and len(found) != size:
        raise Incorrect(f"A part of the receipt does not have {size} bytes.")
    return found


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**64:
        raise Incorrect("A part of the receipt is not a whole number.")
    return value
