"""Asks a clinician for her own estimate before she sees the model's, and scores both later."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Fault, Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log
from asklepion.kit.vault import Vault
from asklepion.records import Along, Asking, Forgotten

from ..engine.chart import Chart
from ..engine.estimates import (
    LONGEST,
    SHARE,
    Known,
    Pair,
    Thought,
    calibrate,
    ends_at,
    find_outcome,
    hold,
    is_probability,
    outcome_day,
    stands_until,
    time_of,
)
from ..engine.questions import conditions
from ..engine.taken_along import along
from ..store import estimates as store
from ..store.estimates import EstimateRow
from ..wire import Calibration, Card, CardEstimate, Estimated, Interval, Outcome
from .looking import Looking
from .sealing import Sealing

log = get_log(__name__)

Cards = Callable[[Asking, str], Awaitable[list[Card]]]
T = TypeVar("T", Thought, Known)


def is_asked(caller: Caller, patient: str) -> bool:
    """Whether this caller is asked first: a clinician who looks at somebody else."""
    return caller.has(Role.CLINICIAN) and caller.person != patient


def who_is(caller: Caller) -> str:
    """The name under which a clinician's estimates are kept."""
    return caller.person or f"account/{caller.account}"


class Estimates:
    """Keeps what clinicians thought, and lets a number out only beside it.

    Args:
        cards: makes a patient's cards, with their numbers, for whoever may see her record.
    """

    def __init__(
        self, *, db: Database, ids: Ids, vault: Vault, clock: Clock, looking: Looking, cards: Cards
    ) -> None:
        self._db = db
        self._ids = ids
        self._clock = clock
        self._sealing = Sealing(vault)
        self._looking = looking
        self._cards = cards

    # The gate

    async def hold(self, asking: Asking, patient: str, cards: Sequence[Card]) -> list[Card]:
        """The cards as this caller may see them; every way to a probability goes through here."""
        if not is_asked(asking.caller, patient):
            return list(cards)
        async with self._db.read() as tx:
            given = await self._given(tx, asking.caller, patient)
        return hold(cards, given)

    async def opens(self, asking: Asking, patient: str, card: str) -> bool:
        """Whether this caller may see what a card says: she is not asked, or she has answered."""
        if not is_asked(asking.caller, patient):
            return True
        async with self._db.read() as tx:
            return card in await self._given(tx, asking.caller, patient)

    async def give(self, asking: Asking, patient: str, card_id: str, share: float | None) -> Card:
        """Keep what a clinician thinks, and show her the number.

        Args:
            share: what she thinks [%]; nothing if she would rather not say.

        Raises:
            Forbidden: the caller is no clinician, or asks about herself.
            Incorrect: it is no share.
            NotFound: there is no such patient for her, or no such card.
            Conflict: the card has no number, or her answer to it still stands.
        """
        asking.caller.require_known()
        if not is_asked(asking.caller, patient):
            raise Forbidden("Only a clinician is asked first.", hint="Read the cards.")
        if share is not None and not 0 <= share <= 100:
            raise Incorrect("An estimate is a share of 100.", hint="Tell 0 to 100, or null.")
        card = next((one for one in await self._cards(asking, patient) if one.id == card_id), None)
        if card is None or card.unit != SHARE:
            raise NotFound("There is no such card.", hint="Take one whose state is asked_first.")
        if not is_probability(card):
            raise Conflict("This card has no number.", hint="See what it needs.")
        now = self._clock.now()
        row = await self._row(asking.caller, patient, card, share, now)
        async with self._db.begin() as tx:
            await tx.lock(f"twin.estimate.{patient}.{row.clinician}.{card_id}")
            if card_id in await self._given(tx, asking.caller, patient):
                raise Conflict(
                    "You have answered already.", hint="What was thought before stays as it was."
                )
            await store.insert(tx, row)
        return msgspec.structs.replace(
            card, estimate=CardEstimate(id=row.id, share=share, at=to_iso(now))
        )

    async def _row(
        self, caller: Caller, patient: str, card: Card, share: float | None, now: datetime
    ) -> EstimateRow:
        assert card.value is not None
        assert card.interval is not None
        as_of = datetime.fromisoformat(card.as_of) if card.as_of else now
        thought = Thought(
            share=share,
            model_share=card.value,
            model_low=card.interval.low,
            model_high=card.interval.high,
            version=card.version,
            as_of=to_iso(as_of),
            until=to_iso(ends_at(card, as_of)),
            meaning_key=card.interval.meaning_key,
        )
        id = self._ids.new()
        sealed = await self._sealing.seal(patient, msgspec.json.encode(thought), _context(id))
        return EstimateRow(
            id=id,
            patient=patient,
            clinician=who_is(caller),
            card=card.id,
            at=now,
            sealed=sealed,
        )

    async def _given(self, tx: Tx, caller: Caller, patient: str) -> dict[str, CardEstimate]:
        """What stands of this clinician's answers, by card."""
        now = self._clock.now()
        found: dict[str, CardEstimate] = {}
        for row in await store.of_patient(tx, patient, who_is(caller)):
            if row.card in found or now - row.at > LONGEST:
                continue
            thought = await self._open(row.sealed, _context(row.id), Thought)
            if thought and now <= stands_until(row.card, thought, row.at):
                found[row.card] = CardEstimate(id=row.id, share=thought.share, at=to_iso(row.at))
        return found

    # What came of it

    async def of(self, asking: Asking, patient: str) -> list[Estimated]:
        """What was thought of a patient: to herself everything, to a clinician her own.

        Outcomes that the record tells meanwhile are kept.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="risk cards")
        chart = await self._looking.chart(asking, patient, {}, [conditions()])
        is_hers = asking.caller.person == patient
        if not (is_hers or is_asked(asking.caller, patient)):
            return []
        async with self._db.begin() as tx:
            whose = "" if is_hers else who_is(asking.caller)
            rows = await store.of_patient(tx, patient, whose)
            told = [await self._told(tx, row, chart) for row in rows]
        return [one for one in told if one]

    async def _told(self, tx: Tx, row: EstimateRow, chart: Chart) -> Estimated | None:
        thought = await self._open(row.sealed, _context(row.id), Thought)
        if thought is None:
            return None
        known = await self._known(row)
        if known is None:
            known = find_outcome(chart, row.card, thought, self._clock.now())
            if known:
                await self._keep(tx, row, known)
        return _estimated(row, thought, known)

    async def tell_outcome(
        self, asking: Asking, patient: str, id: str, *, happened: bool, on: date | None
    ) -> Estimated:
        """Keep what came of one of the caller's estimates.

        Raises:
            NotFound: there is no such patient for her, or no such estimate of hers.
            Incorrect: the day is missing, or lies outside the time that was foretold.
            Conflict: it may happen yet.
        """
        asking = replace(asking, via="risk cards")
        await self._looking.chart(asking, patient, {}, [])
        now = self._clock.now()
        async with self._db.begin() as tx:
            rows = await store.of_patient(tx, patient, who_is(asking.caller))
            row = next((one for one in rows if one.id == id), None)
            thought = row and await self._open(row.sealed, _context(row.id), Thought)
            if row is None or thought is None or not is_asked(asking.caller, patient):
                raise NotFound("There is no such estimate of yours.", hint="Check its id.")
            day = outcome_day(row.card, thought, happened, on, now)
            known = Known(happened=happened, on=day.isoformat() if day else None, by=row.clinician)
            await self._keep(tx, row, known)
        return _estimated(row, thought, known)

    async def calibration(self, caller: Caller) -> Calibration:
        """How the caller's own estimates fared beside the model's; for nobody else's eyes.

        Of each patient and card the first answer within a horizon counts, and no other: what came
        of it is the same for all of them, and whoever is asked anew has seen the number before.
        It names no patient, and says nothing of fewer than a handful.

        Raises:
            Forbidden: the caller is no clinician.
        """
        caller.require(Role.CLINICIAN)
        async with self._db.read() as tx:
            rows = await store.of_clinician(tx, who_is(caller))
        counted: dict[tuple[str, str], datetime] = {}  # until when nothing else is
        pairs: list[Pair] = []
        waiting = declined = 0
        for row in rows:
            thought = await self._open(row.sealed, _context(row.id), Thought)
            of, at = (row.patient, row.card), row.at
            if thought is None or (of in counted and at <= counted[of]):
                continue
            until = time_of(row.card, thought)[1]
            counted[of] = max(stands_until(row.card, thought, at), until)
            known = await self._known(row)
            if thought.share is None:
                declined += 1
            elif known is None:
                waiting += 1
            else:
                pairs.append(Pair(thought.share, thought.model_share, known.happened))
        return calibrate(pairs, waiting=waiting, declined=declined)

    # What other rooms ask

    async def bring(self, asking: Asking, patient: str) -> Along | None:
        """All that was thought of a patient, for the archive that she, or who decides, takes.

        Outcomes that the record tells meanwhile are kept, as when they are looked at; what cannot
        be read is left out, and counted. Nothing where nobody thought anything, or where whoever
        takes it may not see all that a number may rest on.
        """
        if not await self._looking.sees_all(asking, patient):
            return None
        async with self._db.read() as tx:
            if not await store.of_patient(tx, patient):
                return None
        chart = await self._looking.chart(asking, patient, {}, [conditions()])
        told: list[Estimated] = []
        missing = 0
        async with self._db.begin() as tx:
            for row in await store.of_patient(tx, patient):
                try:
                    one = await self._told(tx, row, chart)
                except (Fault, msgspec.MsgspecError) as error:
                    log.fault("an estimate is unreadable", error, id=row.id, patient=patient)
                    missing += 1
                else:
                    told += [one] if one else []
        return along(told, missing) if told or missing else None

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what was thought of a patient who is erased."""
        return Forgotten(rows={"twin_estimate": await store.remove_all(tx, patient)})

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let estimates be about the patient whose record the old one is part of now, or again."""
        return await store.hand_over(tx, old, new, only)

    async def _known(self, row: EstimateRow) -> Known | None:
        if row.outcome is None:
            return None
        return await self._open(row.outcome, _context(row.id, "outcome"), Known)

    async def _keep(self, tx: Tx, row: EstimateRow, known: Known) -> None:
        text, context = msgspec.json.encode(known), _context(row.id, "outcome")
        await store.keep_outcome(tx, row.id, await self._sealing.seal(row.patient, text, context))

    async def _open(self, blob: bytes, context: str, type: type[T]) -> T | None:
        text = await self._sealing.open(blob, context)
        return None if text is None else msgspec.json.decode(text, type=type)


def _context(id: str, part: str = "estimate") -> str:
    return f"twin/{part}/{id}"


def _estimated(row: EstimateRow, thought: Thought, known: Known | None) -> Estimated:
    return Estimated(
        id=row.id,
        card=row.card,
        title_key=f"twin.card.{row.card}.title",
        by=row.clinician,
        at=to_iso(row.at),
        share=thought.share,
        model_share=thought.model_share,
        model_interval=Interval(
            low=thought.model_low,
            high=thought.model_high,
            meaning_key=thought.meaning_key,
        ),
        version=thought.version,
        as_of=thought.as_of,
        until=to_iso(time_of(row.card, thought)[1]),
        outcome=known
        and Outcome(happened=known.happened, on=known.on, reference=known.reference or None),
    )
