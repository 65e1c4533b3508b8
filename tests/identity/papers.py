"""Credentials and presentations as documents, made by people of the tests' own."""

import copy
from typing import Any

from asklepion.identity.engine.vc import did, integrity, jose, pairwise
from tests.conftest import NOON

Document = dict[str, Any]

BASE = "https://www.w3.org/ns/credentials/v2"
MADE = "2026-02-01T12:00:00Z"
AUDIENCE, NONCE = "https://reader.example", "a question nobody asked before"


def key(who: str, kind: str = "ed25519") -> Document:
    """Somebody's private key."""
    make = {"ed25519": pairwise.ed25519, "p256": pairwise.p256}[kind]
    return make(who.encode().ljust(32, b"."), "papers")


def name(who: str, kind: str = "ed25519") -> str:
    """Somebody's did:key; a name in full stays as it is."""
    if who.startswith("did:"):
        return who
    return did.did_of(pairwise.public(key(who, kind)))


def method(who: str, kind: str = "ed25519") -> str:
    """The full name of somebody's key."""
    return f"{name(who, kind)}#{name(who, kind).removeprefix(did.PREFIX)}"


def badge(issuer: str = "issuer", subject: str = "holder", **more: Any) -> Document:
    """A badge that nobody has signed yet."""
    return {
        "@context": [BASE, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:0d5f8f5e-95b0-4d02-9f2c-0f1f4b7a8c11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "First suture",
        "issuer": {"id": name(issuer), "type": ["Profile"], "name": "The school"},
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialSubject": {
            "id": name(subject),
            "type": ["AchievementSubject"],
            "achievement": {"id": "urn:x", "type": ["Achievement"], "name": "First suture"},
        },
        **more,
    }


def proven(document: Document, who: str = "issuer", **more: Any) -> Document:
    """A document with one more proof in it."""
    proof = {"created": MADE, "verificationMethod": method(who), "proofPurpose": "assertionMethod"}
    return integrity.sign(copy.deepcopy(document), {**proof, **more}, key(who))


def signed(document: Document, who: str = "issuer", typ: str = "vc+jwt", **claims: Any) -> str:
    """A document that is signed as a whole."""
    return jose.sign({"typ": typ, "kid": method(who)}, {**document, **claims}, key(who))


def enveloped(text: str, kind: str = "vc+jwt") -> Document:
    """A signed text where an object must stand."""
    named = (
        "EnvelopedVerifiableCredential" if kind == "vc+jwt" else "EnvelopedVerifiablePresentation"
    )
    return {"@context": [BASE], "type": named, "id": f"data:application/{kind},{text}"}


def presented(*credentials: Document, holder: str = "holder", **more: Any) -> Document:
    """A presentation that nobody has proven yet."""
    return {
        "@context": [BASE],
        "type": ["VerifiablePresentation"],
        "holder": name(holder),
        "verifiableCredential": list(credentials),
        **more,
    }


def shown(document: Document, holder: str = "holder", **more: Any) -> Document:
    """A presentation with its holder's proof, for one reader and one question."""
    asked = {"challenge": NONCE, "domain": AUDIENCE, "proofPurpose": "authentication"}
    return proven(document, holder, **{**asked, **more})


def shown_as_text(document: Document, holder: str = "holder", **more: Any) -> str:
    """The same, signed as a whole."""
    asked = {"aud": AUDIENCE, "nonce": NONCE, "iat": int(NOON.timestamp())}
    return signed(document, holder, "vp+jwt", **{**asked, **more})
