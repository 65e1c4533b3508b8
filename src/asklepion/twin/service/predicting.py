"""Predictions by learned models, for clinicians: each from the record itself, or what it needs."""

import asyncio
from dataclasses import replace

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock
from asklepion.kit.errors import Forbidden
from asklepion.records import Asking

from ..engine.predicting import make_predictions, predicting
from ..wire import Card
from .looking import Looking


def foretells(caller: Caller) -> bool:
    """Whether learned models speak to this caller: they are for clinicians alone."""
    return caller.has(Role.CLINICIAN)


class Predicting:
    """Reads a record as far as the models need it, and lets them speak."""

    def __init__(self, *, looking: Looking, clock: Clock) -> None:
        self._clock = clock
        self._looking = looking

    async def predictions(self, asking: Asking, patient: str) -> list[Card]:
        """The cards of the learned models; each predicts, or says what it needs.

        Raises:
            Forbidden: somebody else than a clinician asks.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking.caller.require_known()
        if not foretells(asking.caller):
            raise Forbidden(
                "Predictions by learned models are for clinicians.",
                hint="Ask your clinician to look at them with you.",
            )
        asking, now = replace(asking, via="risk cards"), self._clock.now()
        (seen,) = await self._looking.charts(asking, patient, [predicting(now)])
        return await asyncio.to_thread(make_predictions, seen, now)
