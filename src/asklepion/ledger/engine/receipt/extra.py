"""Checks of what else a receipt may carry: one function for each member."""

from collections.abc import Callable
from typing import Any

from ...model import State
from ..consent import look_at_chain, look_at_consent
from .reading import Parts

# Given the member's value and everything else, says what was seen, in words.
Look = Callable[[Any, Parts], tuple[State, str]]

LOOKS: dict[str, Look] = {
    "consent": lambda value, parts: look_at_consent(value, parts.event),
    "chain": lambda value, parts: look_at_chain(value, parts.event),
}


def look_at(name: str, parts: Parts) -> tuple[State, str]:
    """Look at one member; of what we cannot check we say so."""
    look = LOOKS.get(name)
    if look is None:
        return "not made", f"This program cannot check what the receipt says under {name!r}."
    return look(parts.more[name], parts)
