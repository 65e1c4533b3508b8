"""What may enter an equation. Everything else becomes a `Need`, never a number."""

import math
from dataclasses import dataclass
from typing import TypeGuard

from ..model import Need, Sex, Why


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Where a number may lie.

    Args:
        possible: least and largest value that a living person can have.
        valid: least and largest value the equation was made for.
        unit: UCUM code of all of them.
        below: the largest valid value is itself too large, as in "BMI under 40".
        whole: only whole numbers make sense.
    """

    possible: tuple[float, float]
    valid: tuple[float, float] | None = None
    unit: str
    below: bool = False
    whole: bool = False

    def need(self, key: str, value: object) -> Need | None:
        """What is wrong with this value, or nothing."""
        if value is None:
            return self._say(key, Why.MISSING)
        low, high = self.possible
        if not (is_number(value) and low <= value <= high) or (self.whole and value % 1):
            return self._say(key, Why.IMPOSSIBLE)
        if self.valid is None:
            return None
        low, high = self.valid
        if value < low or value > high or (self.below and value == high):
            return self._say(key, Why.OUTSIDE)
        return None

    def hold(self, value: float) -> float:
        """The nearest value that the equation was made for."""
        low, high = self.valid or self.possible
        return min(max(value, low), math.nextafter(high, low) if self.below else high)

    def _say(self, key: str, why: Why) -> Need:
        low, high = self.valid or self.possible
        return Need(key=key, why=why, low=low, high=high, unit=self.unit)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether this is a finite number; a yes or no is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def scaled(value: object, factor: float) -> object:
    """A number in another unit; anything else unchanged, for the checks to judge."""
    return value * factor if is_number(value) else value


def need_answer(key: str, value: object) -> Need | None:
    """What is wrong with a yes or no."""
    if value is None:
        return Need(key=key, why=Why.MISSING)
    return None if isinstance(value, bool) else Need(key=key, why=Why.IMPOSSIBLE)


def need_sex(value: object) -> Need | None:
    """What is wrong with a sex."""
    if value is None:
        return Need(key="sex", why=Why.MISSING)
    return None if read_sex(value) else Need(key="sex", why=Why.IMPOSSIBLE)


def read_sex(value: object) -> Sex | None:
    """Female or male in any of their usual spellings, or nothing."""
    match str(value).strip().lower():
        case "female" | "f":
            return Sex.FEMALE
        case "male" | "m":
            return Sex.MALE
        case _:
            return None
