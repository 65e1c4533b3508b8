"""A night's numbers as they are kept: with all that they rest on, of which nobody is told."""

import msgspec

from ...wire import Noted, Since


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """One input that a number rests on."""

    key: str
    label_key: str
    value: float | bool | str
    value_key: str  # how to say a value that is no number; else empty
    unit: str
    at: str | None
    reference: str | None


class Number(Noted, frozen=True, kw_only=True):
    """One number, and what it rests on."""

    rests: list[Rest] = msgspec.field(default_factory=list[Rest])


class Compared(Since, frozen=True, kw_only=True):
    """One number beside what it was, as it is kept."""

    now: Number


def told(one: Compared) -> Since:
    """What may be said of it: nothing of what it rests on but what moved it."""
    now = Noted(**{name: getattr(one.now, name) for name in Noted.__struct_fields__})
    more = {name: getattr(one, name) for name in Since.__struct_fields__ if name != "now"}
    return Since(now=now, **more)
