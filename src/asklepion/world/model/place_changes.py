"""What came and what went between two versions of a place, part by part."""

from collections import Counter

import msgspec

from .place import Place

PARTS = (
    *("things", "doors", "fixtures", "lights", "models"),
    *("buildings", "bounds", "obstacles", "anchors"),
)
NOT_TOLD = frozenset({"id", "seats", "format", *PARTS})


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """How many came and went of each part; what was only moved has come and gone."""

    came: dict[str, int]
    went: dict[str, int]
    about: tuple[str, ...]  # the names of single fields that are others now


def changes_between(old: Place | None, new: Place) -> Changes:
    """What is another in `new`; of a first version, all of it has come."""
    came: dict[str, int] = {}
    went: dict[str, int] = {}
    for part in PARTS:
        now = Counter(map(msgspec.json.encode, getattr(new, part)))
        before = Counter(map(msgspec.json.encode, getattr(old, part) if old else ()))
        if more := (now - before).total():
            came[part] = more
        if less := (before - now).total():
            went[part] = less
    fields = [f for f in new.__struct_fields__ if f not in NOT_TOLD]
    about = tuple(f for f in fields if old and getattr(old, f) != getattr(new, f))
    return Changes(came=came, went=went, about=about)
