"""Whether a document is formed as a verifiable credential. https://www.w3.org/TR/vc-data-model-2.0/

Contexts are not fetched. What one can know without them is checked: the base context and those
written into the document; whoever names others may use any word as a type.
"""

import re
from datetime import datetime
from typing import Any, cast

from .errors import Unproven

Document = dict[str, Any]

BASE = "https://www.w3.org/ns/credentials/v2"
CREDENTIAL, PRESENTATION = "VerifiableCredential", "VerifiablePresentation"
ENVELOPED = "EnvelopedVerifiableCredential"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# https://www.w3.org/TR/xmlschema11-2/#dateTimeStamp
MOMENT = re.compile(
    r"(-?\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII
)
TEXTS = {"@value", "@language", "@direction"}
# What the base context defines, and protects.
WORDS = frozenset(
    [
        "id",
        "type",
        "description",
        "digestMultibase",
        "digestSRI",
        "mediaType",
        "name",
        "VerifiableCredential",
        "EnvelopedVerifiableCredential",
        "VerifiablePresentation",
        "EnvelopedVerifiablePresentation",
        "JsonSchemaCredential",
        "JsonSchema",
        "BitstringStatusListCredential",
        "BitstringStatusList",
        "BitstringStatusListEntry",
        "DataIntegrityProof",
        "_sd",
        "_sd_alg",
        "aud",
        "cnf",
        "exp",
        "iat",
        "iss",
        "jku",
        "kid",
        "nbf",
        "sub",
        "x5u",
        "...",
    ]
)
# Each names what it is; some must also say where they are.
PARTS = ("credentialStatus", "credentialSchema", "termsOfUse", "evidence", "refreshService")
LONGEST = 100  # elements of any list


def check_credential(document: Any) -> None:
    """Let nothing pass that is not formed as a credential.

    Raises:
        Unproven: it is not; the message says where.
    """
    told, words = _opened(document, CREDENTIAL)
    issuer = told.get("issuer")
    if isinstance(issuer, dict):
        _require_url(cast(Document, issuer).get("id"), "issuer")
        _check_texts(cast(Document, issuer))
    else:
        _require_url(issuer, "issuer")
    subjects = objects_of(told, "credentialSubject")
    if not subjects or not all(subjects):
        raise _wrong("credentialSubject")
    for subject in subjects:
        _check_id(subject, "credentialSubject")
    for part in PARTS:
        for each in objects_of(told, part):
            _check_types(each, words, part)
            _check_id(each, part, is_needed=part == "credentialSchema")
    _check_times(told)


def check_presentation(document: Any) -> None:
    """Let nothing pass that is not formed as a presentation, with whatever it holds.

    Raises:
        Unproven: it is not; the message says where.
    """
    told, _ = _opened(document, PRESENTATION)
    if "holder" in told:
        holder = told["holder"]
        named = cast(Document, holder).get("id") if isinstance(holder, dict) else holder
        _require_url(named, "holder")
    for each in objects_of(told, "verifiableCredential"):
        if ENVELOPED in list_of(each.get("type")) or str(each.get("id", "")).startswith("data:"):
            _check_enveloped(each)
        else:
            check_credential(each)


def _check_enveloped(each: Document) -> None:
    is_named = ENVELOPED in list_of(each.get("type"))
    if not is_named or not str(each.get("id", "")).startswith("data:application/vc"):
        raise _wrong("verifiableCredential")


def _opened(document: Any, kind: str) -> tuple[Document, set[str] | None]:
    if not isinstance(document, dict):
        raise _wrong("document")
    told = cast(Document, document)
    words = _words(told.get("@context"))
    if kind not in list_of(told.get("type")):
        raise _wrong("type")
    _check_types(told, words, "type")
    _check_id(told, "id")
    _check_texts(told)
    for proof in objects_of(told, "proof"):
        if not isinstance(proof.get("type"), str):
            raise _wrong("proof")
    return told, words


def _words(context: Any) -> set[str] | None:
    """The types that have a meaning; none: any may have one, in a context that is elsewhere."""
    contexts = list_of(context)
    if not contexts or contexts[0] != BASE:
        raise _wrong("@context")
    words, protected, is_closed = set(WORDS), set(WORDS), True
    for each in contexts[1:]:
        if isinstance(each, str):
            _require_url(each, "@context")
            is_closed = False
        elif isinstance(each, dict):
            inner = cast(Document, each)
            terms = {term for term in inner if not term.startswith("@")}
            if terms & protected or not all(_is_mapped(inner[term]) for term in terms):
                raise _wrong("@context")
            words |= terms
            protected |= terms if inner.get("@protected") is True else set()
            is_closed = is_closed and not inner.get("@vocab")
        else:
            raise _wrong("@context")
    return words if is_closed else None


def _is_mapped(meaning: Any) -> bool:
    named = cast(Document, meaning).get("@id") if isinstance(meaning, dict) else meaning
    return named is None or (isinstance(named, str) and bool(URL.fullmatch(named)))


def _check_types(told: Document, words: set[str] | None, where: str) -> None:
    types = list_of(told.get("type"))
    if not types or not all(isinstance(each, str) and each for each in types):
        raise _wrong(where)
    for each in types:
        if words is not None and each not in words and not URL.fullmatch(each):
            raise _wrong(where)


def _check_id(told: Document, where: str, *, is_needed: bool = False) -> None:
    if "id" in told or is_needed:
        _require_url(told.get("id"), where)


def _check_texts(told: Document) -> None:
    for name in ("name", "description"):
        for each in list_of(told.get(name)):
            is_text = isinstance(each, str)
            if not is_text and not (isinstance(each, dict) and _is_text(cast(Document, each))):
                raise _wrong(name)


def _is_text(each: Document) -> bool:
    return isinstance(each.get("@value"), str) and each.keys() <= TEXTS


def _check_times(told: Document) -> None:
    since, until = (moment_of(told, name) for name in ("validFrom", "validUntil"))
    if since and until and until < since:
        raise _wrong("validUntil")


def moment_of(told: Document, name: str) -> datetime | None:
    """A moment that is told; nothing where none is.

    Raises:
        Unproven: it is none.
    """
    if name not in told:
        return None
    said = told[name]
    if not isinstance(said, str) or not MOMENT.fullmatch(said):
        raise _wrong(name)
    try:
        return datetime.fromisoformat(said.replace("Z", "+00:00"))
    except ValueError as error:
        raise _wrong(name) from error


def _require_url(said: Any, where: str) -> None:
    if not isinstance(said, str) or not URL.fullmatch(said):
        raise _wrong(where)


def objects_of(told: Document, name: str) -> list[Document]:
    """One object or several under a name; none where the name is not there.

    Raises:
        Unproven: something else stands there.
    """
    found = list_of(told[name]) if name in told else []
    if not all(isinstance(each, dict) for each in found) or (name in told and not found):
        raise _wrong(name)
    return cast(list[Document], found)


def list_of(found: Any) -> list[Any]:
    """One value or several, as several.

    Raises:
        Unproven: there are very many.
    """
    if found is None:
        return []
    several = cast(list[Any], found) if isinstance(found, list) else [found]
    if len(several) > LONGEST:
        raise _wrong("list")
    return several


def _wrong(where: str) -> Unproven:
    return Unproven("form", f"The document is not formed as a credential: {where}.")
