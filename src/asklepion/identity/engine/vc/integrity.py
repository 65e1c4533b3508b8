"""Proofs that stand in the document itself: eddsa-jcs-2022, also several, also one upon another.

https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022 · https://www.w3.org/TR/vc-data-integrity/
"""

import hashlib
from typing import Any, cast

import rfc8785

from . import base58, jose
from .did import Jwk
from .errors import Unproven

Document = dict[str, Any]

SUITE = "eddsa-jcs-2022"
MOST = 10  # proofs on one document


def sign(document: Document, proof: Document, key: Jwk) -> Document:
    """The document with one more proof.

    Args:
        proof: what it says of itself: verificationMethod, created, proofPurpose, and perhaps id
            and previousProof.
    """
    proofs = proofs_of(document)
    options = {"type": "DataIntegrityProof", "cryptosuite": SUITE, **proof}
    if "@context" in document:
        options["@context"] = document["@context"]
    bare = {name: value for name, value in document.items() if name != "proof"}
    secured = _with_previous(bare, options, proofs)
    value = "z" + base58.encode(jose.sign_raw(_hashed(secured, options), key))
    signed = [*proofs, {**options, "proofValue": value}]
    return {**bare, "proof": signed[0] if len(signed) == 1 else signed}


def verify(document: Document, keys: dict[str, Jwk], *, purpose: str = "assertionMethod") -> None:
    """Take a document only if every proof on it holds.

    Args:
        keys: public keys by verificationMethod; every proof's must be among them.

    Raises:
        Unproven: there is none, one does not hold, or is of a kind that is not known here.
    """
    proofs = proofs_of(document)
    if not proofs or len(proofs) > MOST:
        raise Unproven("signature", "The document has no proof, or too many.")
    ids = [proof["id"] for proof in proofs if "id" in proof]
    if any(ids.count(each) > 1 for each in ids):
        raise Unproven("signature", "Two proofs have one name.")
    bare = {name: value for name, value in document.items() if name != "proof"}
    for proof in proofs:
        _verify_one(bare, proof, proofs, keys, purpose)


def methods(document: Document) -> list[str]:
    """Whose keys the proofs name; empty where one names none."""
    named = [proof.get("verificationMethod") for proof in proofs_of(document)]
    return [each if isinstance(each, str) else "" for each in named]


def _verify_one(
    bare: Document, proof: Document, proofs: list[Document], keys: dict[str, Jwk], purpose: str
) -> None:
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        raise Unproven("algorithm", "A proof is of a kind that is not known here.")
    if proof.get("proofPurpose") != purpose:
        raise Unproven("signature", "A proof is for another purpose.")
    key = keys.get(str(proof.get("verificationMethod")))
    if key is None or jose.algorithm_of(key) != jose.ED25519:
        raise Unproven("issuer", "A proof names a key that is not known.")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" in proof and not _begins(bare.get("@context"), proof["@context"]):
        raise Unproven("signature", "A proof is about another context.")
    value = proof.get("proofValue")
    try:
        signature = base58.decode(value[1:]) if isinstance(value, str) and value[:1] == "z" else b""
        octets = _hashed(_with_previous(bare, options, proofs), options)
    except (ValueError, rfc8785.CanonicalizationError, RecursionError) as error:
        raise Unproven("form", "A proof cannot be read.") from error
    if not jose.is_signed(octets, signature, key):
        raise Unproven("signature", "A proof does not hold: the document was changed.")


def proofs_of(document: Document) -> list[Document]:
    """Every proof on a document, in its order.

    Raises:
        Unproven: one cannot be read.
    """
    found: Any = document.get("proof", [])
    several = cast(list[Any], found) if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in several):
        raise Unproven("form", "A proof cannot be read.")
    return cast(list[Document], several)


def _with_previous(bare: Document, options: Document, proofs: list[Document]) -> Document:
    """What a proof is about: the document, and the proofs that it says it stands on.

    https://www.w3.org/TR/vc-data-integrity/#proof-chains
    """
    named: Any = options.get("previousProof")
    if named is None:
        return bare
    wanted = cast(list[Any], named) if isinstance(named, list) else [named]
    stood = [proof for proof in proofs if proof.get("id") in wanted]
    if len(stood) != len(wanted) or options.get("id") in wanted:
        raise Unproven("signature", "A proof stands on one that is not there.")
    return {**bare, "proof": stood}


def _hashed(document: Document, options: Document) -> bytes:
    parts = (options, document)
    return b"".join(hashlib.sha256(rfc8785.dumps(part)).digest() for part in parts)


def _begins(context: Any, said: Any) -> bool:
    """Whether the document's contexts begin with the proof's, in the same order."""
    ours = cast(list[Any], context) if isinstance(context, list) else [context]
    theirs = cast(list[Any], said) if isinstance(said, list) else [said]
    return ours[: len(theirs)] == theirs
