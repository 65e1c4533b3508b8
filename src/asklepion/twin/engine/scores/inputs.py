"""What a score asks for: numbers, yes or no, one of several, and what follows from these.

Every input has a key (the keyword of the score's function) and other names it is known by. Names
are compared without case, blanks and signs, so "PaO₂", "pao2" and "Pa O2" are one.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from ...model import Need, Why
from ..checks import Bounds, is_number
from .units import Units
from .units import fold as fold_unit

ABSENT = object()  # nobody said anything of it
YES = frozenset({"true", "yes", "y", "1", "present"})
NO = frozenset({"false", "no", "n", "0", "absent", "none", "notmentioned"})


def fold(name: str) -> str:
    """A name as it is compared: letters and digits alone."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


def fold_word(text: str) -> str:
    """A word as it is compared: the signs that change its sense stay ("major+", "<10")."""
    plain = re.sub(r"(?<!\d)-|-(?!\d)", "", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"[^a-z0-9+<>=≤≥.-]", "", plain)


@dataclass(frozen=True, kw_only=True)
class Number:
    """A measured value.

    Args:
        unit: UCUM code of the unit we compute in.
        units: units it may come in.
        possible: least and largest value that a living person can have.
        valid: least and largest value that the score was made for.
        named: other names that say in which unit the value is.
        units_of: names by which a unit means something else, with what it means there.
        needed: without it there is no result; else `default`, which the result says was assumed.
    """

    key: str
    unit: str
    units: Units
    possible: tuple[float, float]
    valid: tuple[float, float] | None = None
    names: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    units_of: Mapping[str, Units] = field(default_factory=dict[str, Units])
    needed: bool = True
    default: float | None = None
    whole: bool = False

    @property
    def bounds(self) -> Bounds:
        """Where it may lie."""
        return Bounds(possible=self.possible, valid=self.valid, unit=self.unit, whole=self.whole)

    def from_to(self, low: float, high: float) -> "Number":
        """The same, for a score that was made for this range."""
        return replace(self, valid=(low, high))

    def called(self, *names: str) -> "Number":
        """The same, by further names."""
        return replace(self, names=(*self.names, *names))

    def read(
        self, value: object, unit: object = None, name: str = ""
    ) -> tuple[object, Need | None]:
        """The value in our unit, or what is wrong with it; `name` is the one it came by."""
        if isinstance(value, list | tuple):
            value, unit = _apart(
                cast("list[object] | tuple[object, ...]", value)
            )  # as in [134, "umol/L"]
        if unit is not None:
            units = self._units_by(name)
            known = units.get(fold_unit(unit)) if isinstance(unit, str) else None
            if known is None:
                return ABSENT, Need(key=self.key, why=Why.UNIT, unit=self.unit)
            value = _convert(value, known.convert)
        need = self.bounds.need(self.key, value)
        return (ABSENT, need) if need else (value, None)

    def _units_by(self, name: str) -> Units:
        own = (units for each, units in self.units_of.items() if fold(each) == fold(name))
        return next(own, self.units)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A yes or no; where it may be left out, it counts as no, and the result says so."""

    key: str
    names: tuple[str, ...] = ()
    needed: bool = False
    yes: frozenset[str] = frozenset()  # further words for yes, folded

    def read(self, value: object) -> tuple[object, Need | None]:
        """True or false, or what is wrong with it."""
        word = fold(str(value)) if isinstance(value, bool | int | str) else ""
        if word in YES or word in self.yes:
            return True, None
        if word in NO:
            return False, None
        return ABSENT, Need(key=self.key, why=Why.IMPOSSIBLE)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several.

    Args:
        options: each option with the words for it.
        of_number: which option a number means; without it numbers are words too.
        default: which one counts where it is left out; nothing if it is needed.
    """

    key: str
    options: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = ()
    default: str | None = None
    needed: bool = True
    of_number: Callable[[float], str | None] | None = None

    def read(self, value: object) -> tuple[object, Need | None]:
        """The option, or what is wrong with it."""
        found = self._find(value)
        if found is None:
            return ABSENT, Need(key=self.key, why=Why.IMPOSSIBLE)
        return found, None

    def _find(self, value: object) -> str | None:
        if is_number(value):
            if self.of_number:
                return self.of_number(value)
            value = int(value) if value == value // 1 else ""
        word = fold_word(str(value)) if isinstance(value, bool | int | str) else ""
        for option, words in self.options.items():
            if word and word in {fold_word(option), *map(fold_word, words)}:
                return option
        return None


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A yes or no that is told, or follows from other inputs, which are needed only then.

    Args:
        of: keys of the inputs it follows from, handed to `test` in this order.
        needed: false where it counts as no if neither is known.
        yes_stands: a told yes stands, even where it does not follow (another moment's); a told no
            that something contradicts never does.
    """

    key: str
    of: tuple[str, ...]
    test: Callable[..., bool]
    names: tuple[str, ...] = ()
    needed: bool = True
    yes_stands: bool = False

    def read(self, value: object) -> tuple[object, Need | None]:
        """True or false, or what is wrong with it."""
        return Answer(key=self.key).read(value)


Input = Number | Answer | Choice | Criterion


def names_of(one: Input) -> dict[str, str | None]:
    """Every name of an input, folded, with the unit that the name says, if it says one."""
    names: dict[str, str | None] = {fold(one.key): None, **{fold(n): None for n in one.names}}
    if isinstance(one, Number):
        names |= {fold(name): unit for name, unit in one.named.items()}
    return names


def _apart(pair: list[object] | tuple[object, ...]) -> tuple[object, object]:
    return (pair[0], pair[1]) if len(pair) == 2 else ("", None)


def _convert(value: object, convert: Callable[[float], float]) -> object:
    try:
        return convert(value) if is_number(value) else value
    except OverflowError:
        return None if value is None else str(value)  # no such number in any unit: impossible
