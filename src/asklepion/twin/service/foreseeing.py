"""Prevention and futures: what a choice may change, for whoever may see it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from asklepion.kit.clock import Clock
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking

from ..engine.chart import Chart
from ..engine.futures.choices import CARD, Choices, make_futures
from ..engine.futures.choices import ask_first as ask_futures
from ..engine.whole import AHEAD, PREVENTION, SCORE2, asked_for, prevention_of
from ..wire import Futures, Prevention
from .estimating import Estimates
from .looking import Looking


class Foreseeing:
    """Answers what may be prevented and what may follow from a choice.

    Args:
        estimates: whoever is asked first gets no probability before she has answered.
        region: of SCORE2, which then goes before PREVENT where it fits.
    """

    def __init__(
        self, *, looking: Looking, estimates: Estimates, clock: Clock, region: str = ""
    ) -> None:
        self._looking = looking
        self._estimates = estimates
        self._clock = clock
        self._region = region

    async def prevention(self, asking: Asking, patient: str) -> Prevention:
        """What lowers her risk most, and what is due.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        (seen,) = await self._looking.charts(asking, patient, [PREVENTION])
        ask = await self._asks(asking, patient, seen.chart)
        return prevention_of(seen, patient, now, ask=ask, region=self._region)

    async def futures(
        self, asking: Asking, patient: str, a: Mapping[str, Any], b: Mapping[str, Any]
    ) -> Futures:
        """Two sets of choices, and what may follow from each.

        Args:
            a, b: `choices` by the equation's inputs, and `treatments` by the trials' keys.

        Raises:
            Incorrect: something cannot be chosen.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        chosen = [_choices(each) for each in (a, b)]
        chart = await self._looking.chart(asking, patient, AHEAD.measured, AHEAD.lists)
        if await self._asks(asking, patient, chart) == CARD:  # no other is in them
            return ask_futures(patient)
        return make_futures(chart, patient, now, *chosen)

    async def is_held(self, asking: Asking, patient: str) -> bool:
        """Whether the caller is asked for her own estimate of the next ten years first."""
        cards = [CARD, SCORE2] if self._region else [CARD]
        if all([await self._estimates.opens(asking, patient, card) for card in cards]):
            return False
        asking = replace(asking, via="risk cards")
        chart = await self._looking.chart(asking, patient, AHEAD.measured, AHEAD.lists)
        return bool(await self._asks(asking, patient, chart))

    async def _asks(self, asking: Asking, patient: str, chart: Chart) -> str:
        """The card of the next ten years that the caller is asked for first; empty: none."""
        card = asked_for(chart, self._clock.now(), self._region)
        return "" if not card or await self._estimates.opens(asking, patient, card) else card


def _choices(told: Mapping[str, Any]) -> Choices:
    choices = Choices(values=told["choices"], treatments=told["treatments"])
    if wrong := choices.wrong():
        raise Incorrect(
            f"{wrong[:40]!r} cannot be chosen like this.",
            hint="See `offers` for what can be chosen, and between which values.",
        )
    return choices
