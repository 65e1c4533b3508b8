"""What only operators say of a place: who is safe there, who is named, who keeps order."""

from collections.abc import Iterator

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.errors import Forbidden

from ...model import Part, Place, Right, Sign
from .values import MAKERS

VISITING = (Part.MEMBER, Part.GUEST)
ASK = "Ask one of them."


def leave_to_operators(caller: Caller, place: Place, before: Place) -> None:
    """Let nobody else say what a place did not say before.

    Raises:
        Forbidden: it says so now; the message names the path.
    """
    if caller.has(Role.OPERATOR):
        return
    for told, hint in _said(place, before):
        raise Forbidden(told, hint=hint)


def without_reserved(place: Place, caller: Caller) -> Place:
    """The same place, saying nothing that this caller may not say."""
    if caller.has(Role.OPERATOR):
        return place
    rights = {
        part: tuple(r for r in held if r is not Right.MODERATE or part not in VISITING)
        for part, held in place.rights.items()
    }
    return msgspec.structs.replace(
        place,
        is_child_safe=False,
        sign=Sign.COUNT if place.sign is Sign.NAMES else place.sign,
        hosts=tuple(role for role in place.hosts if role in MAKERS),
        rights=rights,
    )


def _said(place: Place, before: Place) -> Iterator[tuple[str, str]]:
    if place.is_child_safe and not before.is_child_safe:
        yield "is_child_safe: only operators say that a place is for children.", ASK
    if place.sign is Sign.NAMES and before.sign is not Sign.NAMES:
        told = "sign: only operators let a sign name those who are inside."
        yield told, 'Choose "count".'
    if set(place.hosts) - set(MAKERS) - set(before.hosts):
        told = "hosts: only operators let others than those who make places be hosts."
        yield told, ", ".join(MAKERS)
    for part in VISITING:
        if Right.MODERATE in place.rights.get(part, ()) and (
            Right.MODERATE not in before.rights.get(part, ())
        ):
            yield f"rights.{part}: only operators let visitors moderate.", 'Leave out "moderate".'
    if place.is_child_safe:
        yield from _of_children(place, before)


def _of_children(place: Place, before: Place) -> Iterator[tuple[str, str]]:
    same = {
        "access": place.access is before.access,
        "visitors": set(place.visitors) == set(before.visitors),
        "hosts": set(place.hosts) == set(before.hosts),
        "rights": _as_sets(place) == _as_sets(before),
    }
    for path in (path for path, is_same in same.items() if not is_same):
        yield f"{path}: of a place for children only operators change this.", ASK


def _as_sets(place: Place) -> dict[Part, frozenset[Right]]:
    return {part: frozenset(held) for part, held in place.rights.items()}
