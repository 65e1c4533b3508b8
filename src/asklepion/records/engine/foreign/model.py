"""What a reader of something foreign gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from ...model import Resource

MOST_NOTES = 500  # told of one document; the last says that there are more

Ids = Callable[[str], str]  # from what something is called where it comes from to its id here


class Unreadable(ValueError):
    """The whole of it is refused; says why, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that could not be said in FHIR; it is still in the original."""

    where: str  # section, segment or column
    reason: str


@dataclass(kw_only=True)
class Foreign:
    """One document or message, in FHIR.

    `resources` go by their references, the patient's own first; what they refer to is among them.
    """

    patient: str  # her reference, as it would be if nobody knew her
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    notes: list[Note] = field(default_factory=list[Note])
    is_current: bool = False  # says how the patient is now: what is known of her is changed by it

    @property
    def identifiers(self) -> list[dict[str, str]]:
        """By which the patient is known where this comes from."""
        return [
            each
            for each in self.resources[self.patient].get("identifier", [])
            if each.get("system") and each.get("value")
        ]


class Gathering:
    """Collects the resources of one document about one patient.

    Args:
        ids: gives the id of something from what it is called.
        whose: what the patient is called; in the seed of all that is hers.
    """

    def __init__(self, ids: Ids, whose: str) -> None:
        self._ids = ids
        self._whose = whose
        self.resources: dict[str, Resource] = {}
        self.notes: list[Note] = []
        self.subject = {"reference": f"Patient/{ids(f'Patient {whose}')}"}

    def add(self, resource: Resource, seed: str, *, is_shared: bool = False) -> dict[str, str]:
        """Keep a resource; returns a reference to it.

        Args:
            seed: what tells it from others of its type, of this patient.
            is_shared: is the same for every patient: who treats, and where.
        """
        type = resource["resourceType"]
        whose = "" if is_shared else self._whose
        number = 1
        while True:
            again = f" {number}" if number > 1 else ""
            id = self._ids(f"{type} {whose} {seed}{again}")
            full = {"resourceType": type, "id": id, **resource}
            known = self.resources.get(f"{type}/{id}")
            if known is None or known == full or is_shared:
                break
            number += 1  # several things under one id: none of them is lost
        self.resources.setdefault(f"{type}/{id}", pruned(full))
        return {"reference": f"{type}/{id}"}

    def note(self, where: str, reason: str) -> None:
        """Say that something was not understood."""
        if len(self.notes) < MOST_NOTES:
            note = Note(where, reason)
            if note not in self.notes:
                self.notes.append(note)
        elif len(self.notes) == MOST_NOTES:
            self.notes.append(Note("", "more is only in the original"))


def pruned(resource: Resource) -> Resource:
    """Without what is empty: FHIR has no empty elements."""
    return {key: value for key, inner in resource.items() if not _is_empty(value := _pruned(inner))}


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return pruned(cast(Resource, value))
    if isinstance(value, list):
        items = [_pruned(inner) for inner in cast(list[Any], value)]
        return [item for item in items if not _is_empty(item)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
