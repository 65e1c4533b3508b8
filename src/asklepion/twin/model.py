"""Values that every part of the twin speaks in: a need that is not met, and "cannot tell"."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why an input cannot be used."""

    MISSING = "missing"  # nobody measured it, or nobody told us
    IMPOSSIBLE = "impossible"  # no living person has such a value: a slip or a broken device
    OUTSIDE = "outside"  # real, but outside what the equation was made for
    TOO_OLD = "too_old"  # known, but not fresh enough for this question
    UNIT = "unit"  # known, but in a unit that cannot be read
    NOT_ALLOWED = "not_allowed"  # the patient has not let this caller see it
    TOO_FEW = "too_few"  # known, but not as often as the question needs
    UNREAD = "unread"  # the record goes on beyond what was read of it
    EXCLUDED = "excluded"  # the equation is not for people with this


@dataclass(frozen=True, kw_only=True)
class Need:
    """One input that stands between us and an answer, and what would do.

    Args:
        key: the input's name, as in the equation's own keywords.
        low: the least value that would do, where there is one.
        high: the largest value that would do, where there is one.
        unit: UCUM code of `low` and `high`.
    """

    key: str
    why: Why
    low: float | None = None
    high: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Cannot:
    """The answer when an equation may not be computed: everything it needs, at once."""

    needs: tuple[Need, ...]

    def for_want_of(self, why: Why) -> tuple[str, ...]:
        """The inputs that are wanting for one reason."""
        return tuple(need.key for need in self.needs if need.why is why)


class Sex(StrEnum):
    """Sex as the equations mean it: the two groups they were fitted in."""

    FEMALE = "female"
    MALE = "male"


def cannot(needs: Iterable[Need | None]) -> Cannot | None:
    """All the needs there are, or nothing if there is none."""
    found = tuple(need for need in needs if need is not None)
    return Cannot(found) if found else None


USUAL_SCALE = 1  # of NEWS2, for oxygen saturation


@dataclass(frozen=True, kw_only=True)
class Bedside:
    """What whoever asks sees with own eyes now, and no device measures.

    Args:
        acvpu: "A" alert, "C" new confusion, "V" voice, "P" pain, "U" unresponsive.
        supplemental_o2: whether oxygen is given.
        spo2_scale: 2 only if a clinician has decided on a target of 88-92 %.
    """

    acvpu: str | None = None
    supplemental_o2: bool | None = None
    spo2_scale: int = USUAL_SCALE
