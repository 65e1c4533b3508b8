"""Institutions' names that are web addresses. https://w3c-ccg.github.io/did-method-web/"""

import re
from typing import Any, cast
from urllib.parse import quote, unquote, urlsplit

from . import did
from .did import Jwk
from .errors import Unproven

PREFIX = "did:web:"
LONGEST = 500  # characters
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?|localhost(:[0-9]{1,5})?", re.I)
PART = re.compile(r"[A-Za-z0-9._~-]+")
METHODS = 20  # looked at in a document


def did_of(address: str) -> str:
    """The did:web of the house at an address such as https://house.example."""
    parts = urlsplit(address)
    places = [each for each in parts.path.split("/") if each]
    return PREFIX + ":".join([quote(parts.netloc, safe=""), *(quote(each) for each in places)])


def address_of(name: str) -> str:
    """Where the document of a did:web is.

    Raises:
        Unproven: it is none.
    """
    wrong = Unproven("issuer", "That is no did:web.")
    if not name.startswith(PREFIX) or len(name) > LONGEST:
        raise wrong
    host, *places = map(unquote, name.removeprefix(PREFIX).split(":"))
    if not HOST.fullmatch(host) or not all(
        PART.fullmatch(place) and set(place) != {"."} for place in places
    ):
        raise wrong
    path = "/".join(places) or ".well-known"
    return f"https://{host}/{path}/did.json"


def document_of(name: str, keys: dict[str, Jwk]) -> dict[str, Any]:
    """What a house says about itself: its keys by which it signs.

    Args:
        keys: public JWKs by fragment.
    """
    methods = [
        {"id": f"{name}#{kid}", "type": "JsonWebKey", "controller": name, "publicKeyJwk": jwk}
        for kid, jwk in keys.items()
    ]
    ids = [method["id"] for method in methods]
    contexts = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"]
    return {
        "@context": contexts,
        "id": name,
        "verificationMethod": methods,
        "assertionMethod": ids,
        "authentication": ids,
    }


def key_in(document: Any, name: str, method: str, purpose: str = "assertionMethod") -> Jwk:
    """The key that a document names for a purpose.

    Args:
        name: whose document it is to be.
        method: the key's own address, or its fragment; empty: the only one there is.

    Raises:
        Unproven: it is another's, or has no such key.
    """
    wrong = Unproven("issuer", "The issuer does not name that key.")
    if not isinstance(document, dict) or cast(dict[str, Any], document).get("id") != name:
        raise wrong
    told = cast(dict[str, Any], document)
    wanted = _full(name, method)
    allowed: list[dict[str, Any]] = []
    known = {_full(name, each.get("id")): each for each in _objects(told.get("verificationMethod"))}
    for each in _list(told.get(purpose)):
        found = cast(Any, each) if isinstance(each, dict) else known.get(_full(name, each))
        if isinstance(found, dict):
            allowed.append(cast(dict[str, Any], found))
    fits = [each for each in allowed if not method or _full(name, each.get("id")) == wanted]
    if len(fits) != 1:
        raise wrong
    if isinstance(fits[0].get("publicKeyJwk"), dict):
        return cast(Jwk, fits[0]["publicKeyJwk"])
    return did.jwk_of_multikey(str(fits[0].get("publicKeyMultibase", "")))


def _full(name: str, id: Any) -> str:
    text = id if isinstance(id, str) else ""
    if text.startswith("did:"):
        return text
    return f"{name}#{text.removeprefix('#')}"


def _list(found: Any) -> list[Any]:
    return cast(list[Any], found)[:METHODS] if isinstance(found, list) else []


def _objects(found: Any) -> list[dict[str, Any]]:
    return [cast(dict[str, Any], each) for each in _list(found) if isinstance(each, dict)]
