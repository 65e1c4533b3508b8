"""A published score: what it asks for, where it was published, and how it is computed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from ...model import Cannot, Need, Why
from ...wire import Source
from .inputs import Choice, Criterion, Input, Number, fold, names_of

Said = Mapping[str, object]


class Result(Protocol):
    """What a score finds; `say` gives it under the names that scripts ask for."""

    def say(self) -> Said:
        """Names and values, as JSON has them."""
        ...


R = TypeVar("R", bound=Result)


@dataclass(frozen=True, kw_only=True)
class Points:
    """A sum of points.

    Args:
        total: all of them; halves in Wells' score for embolism.
        parts: what each criterion gave.
        band: the paper's class, where it has classes.
        risk: share of people like this one whom the paper saw have the outcome, 0 to 1.
        more: further results by name.
    """

    total: float
    parts: Mapping[str, float]
    band: str = ""
    risk: float | None = None
    more: Said = field(default_factory=dict[str, object])

    def say(self) -> Said:
        """The total under each name that is usual for it."""
        said: dict[str, object] = dict.fromkeys(("score", "value", "total", "points"), self.total)
        said["parts"] = dict(self.parts)
        if self.band:
            said["band"] = self.band
        if self.risk is not None:
            said["risk"] = self.risk
        return said | dict(self.more)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A computed quantity, unrounded, in `unit`."""

    value: float
    unit: str
    more: Said = field(default_factory=dict[str, object])

    def say(self) -> Said:
        """The value and what belongs to it."""
        return {"value": self.value, "unit": self.unit, **self.more}


@dataclass(frozen=True, kw_only=True)
class Risk:
    """Share of people like this one who have the outcome within the horizon, 0 to 1."""

    share: float
    more: Said = field(default_factory=dict[str, object])

    def say(self) -> Said:
        """The share, and in percent."""
        return {"value": self.share, "risk_percent": 100 * self.share, **self.more}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was understood of the inputs.

    Args:
        values: by key, in our units.
        assumed: yes-or-no inputs of which nothing was said, and which count as no; and choices
            and doses that count as their usual.
        unknown: names that the score does not have.
    """

    values: Mapping[str, object]
    needs: tuple[Need, ...]
    assumed: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Score(Generic[R]):
    """One published score; call it with its inputs as keywords.

    Args:
        name: as scripts ask for it.
        organ: whose state it speaks of, as in the hologram; "body" for the whole person.
        horizon: how far ahead it looks; empty for the present.
        inputs: in the order of the paper.
        either: groups of inputs of which one at least is needed.
        beside: names that are understood and play no part.
        unit_names: names that tell the unit of several inputs at once, with the keys of these.
        outputs: the names under which the result is told.
        range: in words, whom and what it was made for.
        evidence: in words, which numbers from outside it is held to.
    """

    name: str
    title: str
    organ: str
    horizon: str = ""
    sources: Sequence[Source]
    inputs: Sequence[Input]
    compute: Callable[..., "R | Cannot"]
    either: Sequence[tuple[str, ...]] = ()
    beside: Sequence[str] = ()
    unit_names: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    outputs: Sequence[str] = ("score", "value", "parts", "band")
    range: str = ""
    evidence: str = ""
    known: Mapping[str, tuple[Input, str | None]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {name: (one, unit) for one in self.inputs for name, unit in names_of(one).items()}
        object.__setattr__(self, "known", known)

    def __call__(self, **given: object) -> "R | Cannot":
        """The result, or all that is needed for one; `KEY_unit` tells the unit of `KEY`.

        A name that the score does not have is a need too: it may be a slip of an important one.
        """
        return self.find(self.read(given))

    def find(self, reading: Reading) -> "R | Cannot":
        """The result of inputs already read."""
        unknown = tuple(Need(key=name, why=Why.IMPOSSIBLE) for name in reading.unknown)
        if reading.needs or unknown:
            return Cannot((*reading.needs, *unknown))
        return self.compute(**reading.values)

    def read(self, given: Mapping[str, object]) -> Reading:
        """Understand inputs by any of their names."""
        values: dict[str, object] = {}
        needs: dict[str, Need] = {}
        unknown: list[str] = []
        for name, value in given.items():
            found = self.known.get(fold(name))
            if value is None:
                continue
            if found is None:
                if not self._is_understood(name):
                    unknown.append(name)
                continue
            one, unit = found
            if isinstance(one, Number):
                read, need = one.read(value, self._unit(one, given, name) or unit, name)
            else:
                read, need = one.read(value)
            if need is None and values.get(one.key, read) != read:
                need = Need(
                    key=one.key, why=Why.IMPOSSIBLE
                )  # two names of it tell different things
            if need:
                needs[one.key] = need
            else:
                values[one.key] = read
        assumed = self._complete(values, needs)
        return Reading(
            values=values, needs=tuple(needs.values()), assumed=assumed, unknown=tuple(unknown)
        )

    def _is_understood(self, name: str) -> bool:
        """Whether a name that is no input's is a unit's, or one that plays no part."""
        if fold(name) in {fold(each) for each in (*self.beside, *self.unit_names)}:
            return True
        of = self.known.get(fold(name.removesuffix("_unit")))
        return name.endswith("_unit") and of is not None and isinstance(of[0], Number)

    def _unit(self, one: Number, given: Mapping[str, object], name: str) -> object:
        """The unit that a name of its own, or one for several inputs, tells of a number."""
        own = given.get(f"{name}_unit")
        shared = (given.get(key) for key, keys in self.unit_names.items() if one.key in keys)
        return own if own is not None else next(shared, None)

    def _complete(self, values: dict[str, object], needs: dict[str, Need]) -> tuple[str, ...]:
        """What follows, what is assumed, and what is missing."""
        assumed: list[str] = []
        for one in self.inputs:
            key = one.key
            if isinstance(one, Criterion):
                self._follow(one, values, needs, assumed)
            elif key in values or key in needs:
                continue
            elif isinstance(one, Number | Choice):
                if one.needed and getattr(one, "default", None) is None:
                    needs[key] = self._missing(one)
                else:
                    values[key] = one.default
                    if one.default is not None:
                        assumed.append(key)
            elif one.needed:
                needs[key] = Need(key=key, why=Why.MISSING)
            else:
                values[key] = False
                assumed.append(key)
        for group in self.either:
            if not any(values.get(key) is not None or key in needs for key in group):
                needs |= {key: self._missing(self.known[fold(key)][0]) for key in group}
        return tuple(assumed)

    def _follow(
        self,
        one: Criterion,
        values: dict[str, object],
        needs: dict[str, Need],
        assumed: list[str],
    ) -> None:
        if any(key in needs for key in (one.key, *one.of)):
            return
        known = [values.get(key) for key in one.of]
        if one.yes_stands and values.get(one.key) is True:
            return
        if None not in known:
            follows = one.test(*known)
            if values.get(one.key, follows) is not follows:
                needs[one.key] = Need(key=one.key, why=Why.IMPOSSIBLE)  # they contradict
            values[one.key] = follows
        elif one.key in values:
            return
        elif one.needed:
            for key in one.of:
                if values.get(key) is None:
                    needs[key] = self._missing(self.known[fold(key)][0])
        else:
            values[one.key] = False
            assumed.append(one.key)

    @staticmethod
    def _missing(one: Input) -> Need:
        if isinstance(one, Number):
            return one.bounds.need(one.key, None) or Need(key=one.key, why=Why.MISSING)
        return Need(key=one.key, why=Why.MISSING)


def add_up(
    parts: Mapping[str, float],
    bands: Sequence[tuple[float, str]] = (),
    risks: Mapping[int, float] | None = None,
    more: Said | None = None,
) -> Points:
    """Points of their parts; each band begins at its number."""
    total = sum(parts.values())
    band = next((name for least, name in reversed(bands) if total >= least), "")
    risk = None if risks is None else risks[max(least for least in risks if least <= total)]
    return Points(total=total, parts=dict(parts), band=band, risk=risk, more=more or {})


def ones(*keys: str) -> dict[str, float]:
    """One point for each yes."""
    return dict.fromkeys(keys, 1)


def weigh(weights: Mapping[str, float], answers: Mapping[str, object]) -> dict[str, float]:
    """What each yes gives."""
    return {key: weight if answers[key] else 0 for key, weight in weights.items()}


def band_of(value: float, edges: Sequence[tuple[float, float]]) -> float:
    """Points of the band that a value lies in: each begins at its first number."""
    return next(points for least, points in reversed(edges) if value >= least)
