"""A profile as a tree of places, each with what is asked there, slices beside their element."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

# What of an element's definition is looked at; the rest is for readers.
ASKED = (
    "binding",
    "constraint",
    "max",
    "maxLength",
    "min",
    "slicing",
    "type",
)
BASE = "http://hl7.org/fhir/StructureDefinition/"


class Spot:
    """One element of a profile, or one slice of it."""

    __slots__ = ("children", "element", "id", "name", "slices", "value")

    def __init__(self, id: str, name: str) -> None:
        self.id = id
        self.name = name
        self.element: Json = {}
        self.value: tuple[str, Any] | None = None  # fixed or pattern, and what
        self.children: dict[str, Spot] = {}
        self.slices: dict[str, Spot] = {}

    def define(self, element: Json) -> None:
        """Take in what an ElementDefinition asks for."""
        self.element = {key: element[key] for key in ASKED if key in element}
        for key, value in element.items():
            if key.startswith("fixed") or key.startswith("pattern"):
                self.value = ("fixed" if key.startswith("fixed") else "pattern", value)

    @property
    def types(self) -> list[Json]:
        """What it may be; nothing where that is not said."""
        return self.element.get("type", [])

    @property
    def is_telling(self) -> bool:
        """True if a value can be told by it from others."""
        binding = self.element.get("binding", {})
        below = (*self.children.values(), *self.slices.values())
        return (
            self.value is not None
            or binding.get("strength") == "required"
            or any(it.is_telling for it in below)
        )

    def find(self, id: str) -> "Spot | None":
        """The place with this id below the root."""
        here: Spot | None = self
        for name, slice in _segments(id.partition(".")[2]):
            here = here.children.get(name) if here is not None else None
            if here is not None and slice:
                here = here.slices.get(slice)
        return here


class Profile:
    """One StructureDefinition, as far as it is checked.

    Args:
        definition: with a snapshot, or else with a differential that counts together with its base.
    """

    def __init__(self, definition: Json) -> None:
        self.url: str = definition["url"]
        self.type: str = definition["type"]
        elements: list[Json] = definition.get("snapshot", {}).get("element", [])
        self.base = ""  # a profile that has to be kept as well
        if not elements:
            elements = definition.get("differential", {}).get("element", [])
            base = str(definition.get("baseDefinition", "")).partition("|")[0]
            self.base = "" if base.removeprefix(BASE) == self.type else base
        self.root = Spot(self.type, self.type)
        for element in elements:
            self._place(element)

    def _place(self, element: Json) -> None:
        id = str(element.get("id") or element.get("path", ""))
        here = self.root
        for name, slice in _segments(id.partition(".")[2]):
            below = f"{here.id}.{name}"
            here = here.children.setdefault(name, Spot(below, name))
            if slice:
                here = here.slices.setdefault(slice, Spot(f"{below}:{slice}", name))
        here.define(element)


def _segments(path: str) -> Iterator[tuple[str, str]]:
    for segment in path.split(".") if path else ():
        name, _, slice = segment.partition(":")
        yield name, slice
