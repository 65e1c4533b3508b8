"""From what was read to units: what is kept together, each entry with where it stood."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from asklepion.kit.errors import HouseError

from ..engine import is_type, references_in, rewrite_references
from ..model import Resource
from .drafting import Draft, Drafter
from .pointing import URN_UUID, as_identifiers, is_open
from .sources import Piece, Refused

TAKEN = ("transaction", "batch", "collection", "searchset", "document")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a bundle, or one line."""

    number: int
    full_url: str
    resource: Resource

    @property
    def reference(self) -> str:
        """Type and id, as they came."""
        return f"{self.resource['resourceType']}/{self.resource['id']}"


@dataclass(kw_only=True)
class Unit:
    """What is kept together: a bundle, a resource alone, or some lines."""

    file: str
    items: list[Item] = field(default_factory=list[Item])
    refused: list[Refused] = field(default_factory=list[Refused])
    asked: set[str] = field(default_factory=set[str])  # references to be found out
    drafts: dict[int, Draft] = field(default_factory=dict[int, Draft])  # by number

    def refuse(self, number: int, reference: str, reason: str) -> None:
        """Name one entry that is not taken in."""
        refusal = Refused(file=self.file, entry=number, reference=reference, reason=reason)
        self.refused.append(refusal)


def units_of(piece: Piece, drafter: Drafter) -> Iterator[Unit]:
    """The units of one piece: plain lines together, each bundle by itself."""
    lines = Unit(file=piece.file)
    for number, item in enumerate(piece.items, start=piece.first):
        if item is None:
            continue
        if isinstance(item, dict) and cast(Resource, item).get("resourceType") == "Bundle":
            yield _bundle(piece.file, cast(Resource, item), drafter)
        else:
            _take(lines, number if piece.is_lines else 1, "", item, drafter)
    if lines.items or lines.refused:
        yield lines


def _bundle(file: str, bundle: Resource, drafter: Drafter) -> Unit:
    unit = Unit(file=file)
    type = bundle.get("type")
    entries: Any = bundle.get("entry", [])
    if type not in TAKEN:
        unit.refuse(0, "Bundle", f"is a Bundle of none of these types: {', '.join(TAKEN)}")
        return unit
    if not isinstance(entries, list):
        unit.refuse(0, "Bundle", "has an entry element that is no list")
        return unit
    for number, entry in enumerate(cast(list[Any], entries), start=1):
        held = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
        request: Any = held.get("request")
        method: Any = cast(Resource, request).get("method") if isinstance(request, dict) else None
        if type in ("transaction", "batch") and method not in (None, "POST", "PUT"):
            unit.refuse(number, "", "is no POST or PUT: an import only brings in")
            continue
        url: Any = held.get("fullUrl")
        _take(unit, number, url if isinstance(url, str) else "", held.get("resource"), drafter)
    return unit


def _take(unit: Unit, number: int, full_url: str, resource: Any, drafter: Drafter) -> None:
    if not isinstance(resource, dict):
        unit.refuse(number, "", "holds no resource")
        return
    held = cast(Resource, resource)
    type = held.get("resourceType")
    if not isinstance(type, str) or not is_type(type):
        unit.refuse(number, "", "has no resourceType of FHIR R4")
        return
    id = held.get("id", _id_in(full_url, type))
    if id is None:
        try:
            id = drafter.id_for(held)
        except (HouseError, RecursionError):
            unit.refuse(number, type, "is nested too deeply, or holds too large a number")
            return
    if not isinstance(id, str) or not ID.fullmatch(id):
        unit.refuse(number, type, "has an id that is none")
        return
    unit.items.append(Item(number, full_url, {**held, "id": id}))


def _id_in(full_url: str, type: str) -> str | None:
    """The id that the address of an entry tells, where the resource itself has none."""
    if full_url.startswith(URN_UUID):
        return full_url.removeprefix(URN_UUID)
    head, _, id = full_url.rpartition("/")
    return id if head.rpartition("/")[2] == type and id else None


def ask(unit: Unit) -> None:
    """Note which references cannot be turned from the unit itself."""
    mapping = mapping_of(unit)
    for item in unit.items:
        try:
            inside = references_in(item.resource)
        except HouseError:
            continue  # refused when it is drafted
        unit.asked |= {ref for ref in inside if is_open(ref) and ref not in mapping}


def mapping_of(unit: Unit) -> dict[str, str]:
    """Where the entries of a unit are, by the addresses they go by inside it."""
    mapping = {item.full_url: item.reference for item in unit.items if item.full_url}
    for item in unit.items:
        mapping.setdefault(URN_UUID + item.resource["id"], item.reference)
    return mapping


def draft_all(unit: Unit, drafter: Drafter, found: Mapping[str, str]) -> None:
    """Draft every entry, its references turned; refuse those that are not good.

    Args:
        found: what references point to that the unit itself does not tell.
    """
    mapping = {**mapping_of(unit), **found}
    unknown = unit.asked - mapping.keys()
    for item in unit.items:
        try:
            turned = rewrite_references(item.resource, mapping)
            if unknown:
                turned = as_identifiers(turned, unknown)
            unit.drafts[item.number] = drafter.draft(turned)
        except HouseError as error:
            unit.refuse(item.number, item.reference, error.message)
        except RecursionError:
            unit.refuse(item.number, item.reference, "is nested too deeply")
