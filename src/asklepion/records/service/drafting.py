"""From parsed JSON to what can be stored: checked, told whose it is, and by what it is found."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from asklepion.kit.clock import to_iso, to_us
from asklepion.kit.errors import Incorrect

from ..engine import (
    Index,
    Indexer,
    category_of,
    is_type,
    may_be_personal,
    patients_of,
    validate,
)
from ..engine.claims import unkept
from ..engine.labels import labels_of
from ..engine.profiles import Library
from ..model import Issue, Resource
from ..store.rows import NOBODY, SEVERAL, UNKNOWN, Row, Writing
from .deciding import Thing

MOST_ISSUES = 5  # told in one sentence
DIGEST_SIZE = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource that is good, ready to be written at whatever version it gets."""

    resource: Resource
    key: int
    digest: bytes
    thing: Thing
    index: Index

    @property
    def type(self) -> str:
        """The resource type."""
        return self.thing.type

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.resource["id"]

    @property
    def reference(self) -> str:
        """How others refer to it."""
        return f"{self.type}/{self.id}"

    def write(self, *, rid: int, version: int, at: datetime, author: str) -> Writing:
        """This resource at one version."""
        resource = stamp(self.resource, version, at)
        return Writing(
            Row(
                rid=rid,
                key=self.key,
                type=self.type,
                id=self.id,
                version=version,
                updated_at=to_us(at),
                patient=self.thing.patient,
                category=self.thing.category,
                author=author,
                labels=self.thing.labels,
                deleted=0,
                digest=self.digest,
                body=encode(resource),
            ),
            self.index,
            tuple(sorted(self.thing.parties)),
        )


class Drafter:
    """Makes drafts.

    Args:
        indexer: makes the index rows.
        key: secret under which contents are told apart, so that a digest tells nothing by itself.
        library: the installed profiles, as they are now.
    """

    def __init__(self, indexer: Indexer, key: bytes, library: Callable[[], Library]) -> None:
        self._indexer = indexer
        self._key = key
        self._library = library

    def draft(self, resource: Resource) -> Draft:
        """A draft of one resource, which must have its id.

        Raises:
            Incorrect: it is not FHIR R4, or does not keep an installed profile it names; the
                message names elements, never values.
        """
        try:
            hint = "Correct it and send it again."
            if issues := validate(resource):
                raise Incorrect(in_words(resource, issues, "is not FHIR R4"), hint=hint)
            if issues := unkept(resource, self._library()):
                kept = "does not keep a profile it names"
                raise Incorrect(in_words(resource, issues, kept), hint=hint)
            return self._draft(resource)
        except RecursionError as error:
            raise Incorrect("The resource is nested too deeply.", hint="Flatten it.") from error
        except UnicodeEncodeError as error:
            raise Incorrect("The resource holds half a character.", hint="Send UTF-8.") from error

    def _draft(self, resource: Resource) -> Draft:
        patient, parties = whose(resource)
        type: str = resource["resourceType"]
        thing = Thing(
            type,
            patient,
            int(category_of(resource)),
            parties=parties,
            labels=labels_of(resource),
        )
        return Draft(
            resource=resource,
            key=self._indexer.key_of(type, resource["id"]),
            digest=self.digest(resource),
            thing=thing,
            index=self._indexer.index(resource),
        )

    def digest(self, resource: Resource) -> bytes:
        """Equal for equal contents, whatever version and moment are written in them."""
        meta = {k: v for k, v in resource.get("meta", {}).items() if k not in STAMPS}
        content = {**resource, "meta": meta} if meta else without(resource, "meta")
        text = encode(content, orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(text, key=self._key, digest_size=DIGEST_SIZE).digest()

    def id_for(self, resource: Resource) -> str:
        """The id of a resource that came without: the same for the same contents."""
        text = encode(without(resource, "id"), orjson.OPT_SORT_KEYS)
        digest = hashlib.blake2b(text, key=self._key, digest_size=DIGEST_SIZE).hexdigest()
        return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


STAMPS = ("versionId", "lastUpdated")


def without(resource: Resource, name: str) -> Resource:
    """A copy without one element."""
    return {k: v for k, v in resource.items() if k != name}


def stamp(resource: Resource, version: int, at: datetime) -> Resource:
    """A copy that says which version it is, and since when."""
    stamps = {"versionId": str(version), "lastUpdated": to_iso(at)}
    meta = {**resource.get("meta", {}), **stamps}
    first = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta}
    return first | {k: v for k, v in resource.items() if k not in first}


def encode(value: Any, option: int = 0) -> bytes:
    """JSON text; decimals as they came.

    Raises:
        Incorrect: a whole number is too large for anybody to read.
    """
    try:
        return orjson.dumps(value, default=_decimal, option=option)
    except TypeError as error:
        raise Incorrect(
            "A number is too large.", hint="Send numbers of at most 64 bits."
        ) from error


def _decimal(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError


def whose(resource: Resource) -> tuple[str, frozenset[str]]:
    """Whose it is, as the tables say it: a patient or one of three words; and all, if several."""
    patients = patients_of(resource)
    if len(patients) > 1:
        return SEVERAL, frozenset(patients)
    if patients:
        return patients.pop(), frozenset()
    return (UNKNOWN if may_be_personal(resource["resourceType"]) else NOBODY), frozenset()


def in_words(resource: Resource, issues: Sequence[Issue], what: str) -> str:
    """What is wrong, in one sentence without any value."""
    type = resource.get("resourceType")
    name = type if isinstance(type, str) and is_type(type) else "resource"
    told = "; ".join(f"{i.path}: {i.expected}" for i in issues[:MOST_ISSUES])
    more = f"; and {len(issues) - MOST_ISSUES} more" if len(issues) > MOST_ISSUES else ""
    return f"The {name} {what} ({told}{more})."
