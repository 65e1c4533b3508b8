"""Resources without who they are about: keyed names, and nothing that names a person.

What stays is what research is about, with its dates; a rare illness or an odd date may still tell
somebody who knows her. So this comes after consent, never instead of it.
"""

import base64
import hashlib
import hmac
from typing import Any, cast

Json = dict[str, Any]

PEOPLE = frozenset(["Patient", "RelatedPerson", "Person", "Practitioner"])
GONE = frozenset(["identifier", "telecom", "photo", "note", "contact", "comment", "securityLabel"])
GONE_OF_PEOPLE = frozenset(["name", "extension", "link", "address", "communication"])
OF_ATTACHMENT = frozenset(["data", "url", "hash", "title"])
YEARS_ONLY = frozenset(["birthDate", "deceasedDateTime", "bornDate", "deceasedDate"])
PLACE_KEPT = ("country", "state")
MARK = 16  # characters of a pseudonym: 80 bits


class Pseudonyms:
    """Keyed names: the same within one cohort, and of no use for another.

    Args:
        key: of this cohort alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}

    def of(self, reference: str) -> str:
        """What something is called here, from its type and id."""
        mark = self._known.get(reference)
        if mark is None:
            digest = hmac.digest(self._key, reference.encode(), hashlib.sha256)
            mark = base64.b32encode(digest)[:MARK].decode().lower()
            self._known[reference] = mark
        return mark

    def hide(self, resource: Json) -> Json:
        """The same resource under its pseudonym, without what names or places a person."""
        type = str(resource.get("resourceType", ""))
        hidden = self._part(resource, type, is_resource=True)
        if isinstance(resource.get("id"), str):
            hidden["id"] = self.of(f"{type}/{resource['id']}")
        return hidden

    def _part(self, it: Json, type: str, *, is_resource: bool = False) -> Json:
        found: Json = {}
        is_reference = isinstance(it.get("reference"), str)
        is_attachment = "contentType" in it
        for key, value in it.items():
            plain = key.removeprefix("_")
            if plain in GONE or key == "meta" or (type in PEOPLE and plain in GONE_OF_PEOPLE):
                if plain == "address" and is_resource:
                    found |= _place(value)
                continue
            if (is_reference and plain == "display") or (is_attachment and plain in OF_ATTACHMENT):
                continue
            if plain == "text" and isinstance(value, dict):  # a narrative
                continue
            if key == "reference" and isinstance(value, str):
                if named := self._reference(value):
                    found[key] = named
            elif plain in YEARS_ONLY:
                if isinstance(value, str):
                    found[key] = value[:4]
            else:
                found[key] = self._value(key, value, type)
        return found

    def _value(self, key: str, value: Any, type: str) -> Any:
        if isinstance(value, list):
            return [self._value(key, each, type) for each in cast(list[Any], value)]
        if not isinstance(value, dict):
            return value
        it = cast(Json, value)
        if "resourceType" in it:  # contained, or in a Bundle
            return self.hide(it) if key != "contained" else self._contained(it)
        return self._part(it, type)

    def _contained(self, it: Json) -> Json:
        """Its id stays: it means something only within its resource."""
        hidden = self._part(it, str(it.get("resourceType", "")), is_resource=True)
        return hidden | ({"id": it["id"]} if "id" in it else {})

    def _reference(self, text: str) -> str:
        """A reference to what is kept here, by pseudonym; others lead to where she is known."""
        if text.startswith("#"):
            return text
        parts = text.partition("/_history/")[0].split("/")
        if len(parts) != 2:
            return ""
        return f"{parts[0]}/{self.of('/'.join(parts))}"


def _place(addresses: Any) -> Json:
    """Of addresses, the country and the state."""
    several = cast(list[Any], addresses) if isinstance(addresses, list) else [addresses]
    kept = [
        {name: cast(Json, it)[name] for name in PLACE_KEPT if name in cast(Json, it)}
        for it in several
        if isinstance(it, dict)
    ]
    return {"address": [it for it in kept if it]} if any(kept) else {}
