"""All that the twin says of one patient, from one look at her record."""

import asyncio
from dataclasses import replace

from asklepion.kit.clock import Clock, to_iso
from asklepion.records import Asking

from ..engine.card_scores import ask_first
from ..engine.whole import Whole, make_whole, prevention_of, whole_of
from ..wire import Refreshed
from .estimating import Estimates
from .looking import Looking
from .predicting import foretells


class Refreshing:
    """Asks once for everything, and makes everything of it.

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

    async def refresh(self, asking: Asking, patient: str) -> Refreshed:
        """Everything, as this caller may see it.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        wishes = whole_of(now, foretells=foretells(asking.caller))
        seen = await self._looking.charts(asking, patient, wishes)
        whole = await asyncio.to_thread(make_whole, patient, seen, now, self._region)
        cards = await self._estimates.hold(asking, patient, [*whole.cards, *whole.predictions])
        ask = await self._asks(asking, patient, whole)
        return Refreshed(
            patient=patient,
            at=to_iso(now),
            cards=cards[: len(whole.cards)],
            scores=[ask_first(one) if ask else one for one in whole.scores],
            predictions=cards[len(whole.cards) :],
            body=whole.body,
            prevention=prevention_of(whole.ahead, patient, now, ask=ask, region=self._region),
        )

    async def _asks(self, asking: Asking, patient: str, whole: Whole) -> str:
        """The card of the next ten years that the caller is asked for first; empty: none."""
        is_open = not whole.ask or await self._estimates.opens(asking, patient, whole.ask)
        return "" if is_open else whole.ask
