"""Somebody and everybody she may be while each measured value is off by its allowed error."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ...wire import Amount, Interval
from ..card_prevent import BOUNDED
from ..prevent import Factors, Prevent, risks
from ..spread import SPREADS

ERROR = "twin.card.interval.measurement_error"
CHANCE = "twin.card.interval.trial"
Change = Callable[[Factors], Factors]


@dataclass(frozen=True, kw_only=True)
class Likely:
    """One person and those at the corners of what was measured.

    Args:
        person: as she was measured; the corners follow.
    """

    person: Factors
    corners: Sequence[Factors]
    model: str
    years: int = 10

    def risks(self, change: Change = lambda person: person) -> list[Prevent]:
        """The risks of each of them after a change, hers first."""
        changed = [change(one) for one in (self.person, *self.corners)]
        return [risks(one, self.years, self.model) for one in changed]


def likely(person: Factors, model: str, years: int = 10) -> Likely:
    """Everybody whom somebody measured like this may be."""
    edges: dict[str, tuple[float, ...]] = {}
    for key, bounds in BOUNDED.items():
        value: float | None = getattr(person, key)
        if value is not None:
            edges[key] = tuple(bounds.hold(edge) for edge in SPREADS[key].around(value))
    corners = [
        replace(person, **dict(zip(edges, values, strict=True)))
        for values in product(*edges.values())
    ]
    return Likely(person=person, corners=corners, model=model, years=years)


def amount(values: Sequence[float], meaning: str = ERROR) -> Amount:
    """The first of these, and between which all of them lie."""
    return Amount(
        value=values[0],
        interval=Interval(low=min(values), high=max(values), meaning_key=meaning),
    )


def shares(found: Sequence[Prevent], outcome: str) -> list[float]:
    """One outcome of each [%]."""
    return [100 * getattr(one, outcome) for one in found]
