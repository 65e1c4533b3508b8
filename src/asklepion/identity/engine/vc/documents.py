"""Credentials and presentations as documents, however they are secured; nothing is fetched.

A proof stands in the document (eddsa-jcs-2022), or the whole of it is signed (vc+jwt, vp+jwt).
https://www.w3.org/TR/vc-data-model-2.0/ · https://www.w3.org/TR/vc-jose-cose/
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from . import integrity, jose, strict
from .did import Jwk
from .errors import Unproven
from .vcdm import (
    ENVELOPED,
    PRESENTATION,
    Document,
    check_credential,
    check_presentation,
    list_of,
    moment_of,
    objects_of,
)

LARGEST = 262_144  # characters of a document, with all that is in it
DEEPEST = 32  # levels
CREDENTIALS_MOST = 10  # in a presentation: each may send the house to ask its issuer
VC_JWT, VP_JWT = "vc+jwt", "vp+jwt"
ENVELOPED_PRESENTATION = "EnvelopedVerifiablePresentation"
ENVELOPES = {ENVELOPED: VC_JWT, ENVELOPED_PRESENTATION: VP_JWT}
ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"
EARLY_S = 60  # by how much others' clocks may differ


class Signer(NamedTuple):
    """Whose key something is signed with, as it says itself."""

    who: str
    key: str  # the key's name; may be empty where whoever it is has one alone


@dataclass(frozen=True, slots=True)
class Secured:
    """A document with whatever proves it; nobody has looked at the proof yet."""

    document: Document
    is_presentation: bool
    jwt: str = ""  # empty: its proofs stand in it

    @property
    def who(self) -> str:
        """Who says it: the issuer of a credential, the holder of a presentation.

        Raises:
            Unproven: nobody does.
        """
        said = self.document.get("holder" if self.is_presentation else "issuer")
        named = cast(Document, said).get("id") if isinstance(said, dict) else said
        if isinstance(named, str) and named:
            return named
        signers = self._signers("")
        if not signers or not signers[0].who:
            raise Unproven("binding", "Nobody says that it is theirs.")
        return signers[0].who

    @property
    def purpose(self) -> str:
        """What a key must be for, to sign it."""
        return AUTHENTICATION if self.is_presentation else ASSERTION

    @property
    def signers(self) -> list[Signer]:
        """With whose keys it is signed; among them are those of whoever says it.

        Raises:
            Unproven: whoever says it did not sign it, or it does not say whose keys they are.
        """
        who = self.who
        signers = self._signers(who)
        if not signers or not all(each.who for each in signers):
            raise Unproven("signature", "It is not signed, or does not say by whom.")
        by = {each.who for each in signers}
        if who not in by or (self.is_presentation and by != {who}):
            why = "binding" if self.is_presentation else "issuer"
            raise Unproven(why, "It is signed by somebody else than it says.")
        return signers

    def _signers(self, who: str) -> list[Signer]:
        if not self.jwt:
            methods = integrity.methods(self.document)
            return [Signer(_controller(method), method) for method in methods]
        header, payload = jose.read(self.jwt)
        kid = header.get("kid", "")
        if not isinstance(kid, str):
            raise Unproven("issuer", "It names no key.")
        said = payload.get("iss")
        if said is not None and (not isinstance(said, str) or (who and said != who)):
            raise Unproven("issuer", "It is signed by somebody else than it says.")
        return [Signer(_controller(kid) or who or said or "", kid)]

    def require_signed(self, keys: dict[Signer, Jwk]) -> None:
        """Let nothing pass that these keys did not sign.

        Raises:
            Unproven: a signature does not hold, or is of a kind that is not known here.
        """
        if self.jwt:
            kind = VP_JWT if self.is_presentation else VC_JWT
            jose.verify(self.jwt, keys[self.signers[0]], typ=(kind,))
        else:
            named = {signer.key: key for signer, key in keys.items()}
            integrity.verify(self.document, named, purpose=self.purpose)

    def require_in_force(self, now_s: float) -> None:
        """Let nothing pass that is over, or has not begun; its signature neither.

        Raises:
            Unproven: so it is.
        """
        since, until = period_of(self.document)
        begins = [since] if since else []
        ends = [until] if until else []
        if self.jwt:
            _, payload = jose.read(self.jwt)
            begins += [_number(payload, name) for name in ("nbf", "iat") if name in payload]
            ends += [_number(payload, "exp")] if "exp" in payload else []
        else:
            for proof in integrity.proofs_of(self.document):
                begins += [at.timestamp() for at in [moment_of(proof, "created")] if at]
                ends += [at.timestamp() for at in [moment_of(proof, "expires")] if at]
        if any(now_s >= end for end in ends):
            raise Unproven("expired", "It is over.")
        if any(now_s < begin - EARLY_S for begin in begins):
            raise Unproven("early", "It has not begun.")

    def require_audience(self, audience: str) -> None:
        """Let nothing pass that was shown to somebody else.

        Raises:
            Unproven: it was, or does not say to whom.
        """
        if not all(audience in list_of(said) for said in self._said("aud", "domain")):
            raise Unproven("audience", "It was shown to somebody else, not to us.")

    def require_nonce(self, nonce: str) -> None:
        """Let nothing pass that answers another question than ours.

        Raises:
            Unproven: it does, or none.
        """
        if not all(said == nonce for said in self._said("nonce", "challenge")):
            raise Unproven("nonce", "It was shown for another question than this.")

    def _said(self, claim: str, option: str) -> list[Any]:
        """What is said of one thing by the signed text, or by each of the proofs."""
        if self.jwt:
            return [jose.read(self.jwt)[1].get(claim)]
        return [proof.get(option) for proof in integrity.proofs_of(self.document)]

    def credentials(self) -> list["Secured"]:
        """What a presentation holds, each taken apart.

        Raises:
            Unproven: it holds nothing, or too much, or of one kind nothing is known.
        """
        found = list_of(self.document.get("verifiableCredential"))
        if not 0 < len(found) <= CREDENTIALS_MOST:
            raise Unproven("form", "It presents no credential, or too many at once.")
        return [read(each) for each in found]


def read(given: Any) -> Secured:
    """A credential or a presentation, taken apart and looked at for its form.

    Args:
        given: its text, in JSON or compact; or the JSON, read already.

    Raises:
        Unproven: it is neither, or not formed as one.
    """
    if isinstance(given, str):
        text = given.strip()
        if len(text) > LARGEST:
            raise Unproven("form", "The document is very long.")
        return _read_json(text) if text.startswith("{") else _read_jwt(text)
    return _opened(given)


def _read_json(text: str) -> Secured:
    try:
        found = strict.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unproven("form", "The document is no JSON that all read alike.") from error
    return _opened(found)


def _opened(found: Any) -> Secured:
    if not isinstance(found, dict):
        raise Unproven("form", "That is no document.")
    document = cast(Document, found)
    _require_shallow(document)
    if len(json.dumps(document, ensure_ascii=False)) > LARGEST:
        raise Unproven("form", "The document is very long.")
    types = list_of(document.get("type"))
    for name, kind in ENVELOPES.items():
        if name in types:
            return _read_enveloped(document, kind)
    return _checked(document)


def _read_enveloped(document: Document, kind: str) -> Secured:
    """https://www.w3.org/TR/vc-data-model-2.0/#enveloped-verifiable-credentials"""
    said = document.get("id")
    start, _, text = said.partition(",") if isinstance(said, str) else ("", "", "")
    if start.lower() != f"data:application/{kind}":
        raise Unproven("form", "What the envelope holds is of a kind that is not known here.")
    secured = _read_jwt(text)
    if secured.is_presentation != (kind == VP_JWT):
        raise Unproven("form", "The envelope holds something else than it says.")
    return secured


def _read_jwt(text: str) -> Secured:
    header, payload = jose.read(text)
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    if kind not in (VC_JWT, VP_JWT):
        raise Unproven("form", "The signed text is no credential and no presentation.")
    if "vc" in payload or "vp" in payload or "proof" in payload:  # one document, secured once
        raise Unproven("form", "The signed text is of an older form, or signed twice over.")
    _require_shallow(payload)
    secured = _checked(payload, text)
    if secured.is_presentation != (kind == VP_JWT):
        raise Unproven("form", "The signed text is something else than it says.")
    return secured


def _checked(document: Document, jwt: str = "") -> Secured:
    is_presentation = PRESENTATION in list_of(document.get("type"))
    (check_presentation if is_presentation else check_credential)(document)
    return Secured(document, is_presentation, jwt)


def _require_shallow(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (
                cast(Document, each).values()
                if isinstance(each, dict)
                else cast(list[Any], each)
                if isinstance(each, list)
                else ()
            )
        ]
        if not level:
            return
    raise Unproven("form", "The document is nested too deep.")


def _controller(method: str) -> str:
    """Whose a key is, from its full name; empty where only a fragment is told."""
    who = method.partition("#")[0]
    return who if who.startswith("did:") else ""


def _number(payload: Document, name: str) -> float:
    found = payload[name]
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Unproven("form", "A moment cannot be read.")
    return float(min(max(found, -(2**62)), 2**62))


def period_of(document: Document) -> tuple[float | None, float | None]:
    """From when and until when a credential is good [s since 1970]; none: it does not say."""
    since, until = (moment_of(document, name) for name in ("validFrom", "validUntil"))
    return _seconds(since), _seconds(until)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def subjects_of(document: Document) -> list[str]:
    """About whom a credential is, as far as it names them."""
    named = [each.get("id") for each in objects_of(document, "credentialSubject")]
    return [each for each in named if isinstance(each, str)]
