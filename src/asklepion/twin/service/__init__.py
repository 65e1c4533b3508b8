"""The verbs of the twin. Records decide who may see what; what they hide is said, not guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.errors import Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.records import Asking, Records

from ..engine.body import make_body
from ..engine.card_scores import ask_first, find_shown, make_score, make_scores
from ..engine.chart import Chart
from ..engine.fhir import read_name
from ..engine.measures import VITALS
from ..engine.questions import DATED, ROUNDS, Answer, beyond, happened
from ..engine.score_words import SHOWN
from ..engine.timeline import Crowded, moment_on_line, page
from ..engine.vitals import LENGTH, make_vitals
from ..engine.whole import BODY, CARDS, alone, make_cards, scoring
from ..model import USUAL_SCALE, Bedside
from ..wire import Body, Card, Refreshed, Scored, Simulation, Timeline, Vital
from .estimating import Estimates
from .foreseeing import Foreseeing
from .looking import Looking
from .nightly import Nightly, Nights
from .predicting import Predicting
from .refreshing import Refreshing
from .reporting import Reporting
from .simulating import Simulating


class Twin:
    """Reads a patient's record and says what follows from it."""

    def __init__(
        self,
        *,
        db: Database,
        ids: Ids,
        keys: Keys,
        records: Records,
        clock: Clock,
        nights: Nights,
        region: str = "",
    ) -> None:
        self._clock = clock
        self._region = region
        self._looking = Looking(records)
        self._predicting = Predicting(looking=self._looking, clock=clock)
        self.estimates = Estimates(
            db=db,
            ids=ids,
            vault=keys.vault,
            clock=clock,
            looking=self._looking,
            cards=self._foretold,
        )
        self.foreseeing = Foreseeing(
            looking=self._looking, estimates=self.estimates, clock=clock, region=region
        )
        self.nightly = Nightly(
            nights=nights,
            db=db,
            clock=clock,
            vault=keys.vault,
            records=records,
            estimates=self.estimates,
        )
        self.reporting = Reporting(
            looking=self._looking, cards=self.cards, foreseeing=self.foreseeing, clock=clock
        )
        self._simulating = Simulating(self._looking)
        self._refreshing = Refreshing(
            looking=self._looking, estimates=self.estimates, clock=clock, region=region
        )

    async def cards(
        self, asking: Asking, patient: str, *, bedside: Bedside | None = None
    ) -> list[Card]:
        """The risk cards: NEWS2, eGFR, PREVENT in 10 and in 30 years; SCORE2 where it speaks alone.

        A clinician gets the number of a probability only beside her own estimate.

        Args:
            patient: a reference, such as "Patient/1".
            bedside: what the caller sees of her now, for NEWS2.

        Raises:
            Forbidden: somebody else than a clinician decides on the second scale for oxygen.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        bedside = bedside or Bedside()
        if bedside.spo2_scale != USUAL_SCALE:
            _require_clinician(asking.caller)
        cards = await self._cards(asking, patient, bedside)
        return await self.estimates.hold(asking, patient, cards)

    async def _cards(
        self, asking: Asking, patient: str, bedside: Bedside | None = None
    ) -> list[Card]:
        asking = replace(asking, via="risk cards")
        chart = await self._looking.chart(asking, patient, CARDS.measured, CARDS.lists)
        now = self._clock.now()
        return [*make_cards(chart, now, bedside), *alone(chart, now, self._region)]

    async def _foretold(self, asking: Asking, patient: str) -> list[Card]:
        """Every card that a clinician may be asked about first, with its number."""
        cards = await self._cards(asking, patient)
        return cards + await self._predicting.predictions(asking, patient)

    async def predictions(self, asking: Asking, patient: str) -> list[Card]:
        """The cards of the learned models, for clinicians: predictions, or what they need.

        As of every probability, she tells her own estimate first.

        Raises:
            Forbidden: somebody else than a clinician asks.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        cards = await self._predicting.predictions(asking, patient)
        return await self.estimates.hold(asking, patient, cards)

    async def refresh(self, asking: Asking, patient: str) -> Refreshed:
        """All that the twin says of her now, from one look: one line in her log.

        Cards, scores, predictions, body and prevention, each as its own verb tells it; a clinician
        gets the number of a probability only beside her own estimate, anybody else no predictions.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        return await self._refreshing.refresh(asking, patient)

    async def scores(self, asking: Asking, patient: str) -> list[Scored]:
        """Every score that is shown, with what the record tells; nothing is assumed.

        The risk of the next ten years is kept back from whoever says first what she thinks.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        chart = await self._score_chart(asking, patient, *SHOWN)
        scores = make_scores(chart, patient, self._clock.now())
        if any(ask_first(one) is not one for one in scores):
            held = await self.foreseeing.is_held(asking, patient)
            return [ask_first(one) for one in scores] if held else scores
        return scores

    async def score(
        self, asking: Asking, patient: str, name: str, told: Mapping[str, object]
    ) -> Scored:
        """One score, with what is told now; nothing of that is kept.

        Args:
            told: by any of the inputs' names; it goes before the record, and `None` takes away
                what the record says.

        Raises:
            Incorrect: the score has no such input.
            NotFound: there is no such score, no such patient, or none that the caller may know of.
        """
        score = find_shown(name)
        if score is None:
            raise NotFound("There is no such score here.", hint=f"One of: {', '.join(SHOWN)}.")
        if score.read(told).unknown:
            keys = ", ".join(one.key for one in score.inputs)
            raise Incorrect(
                f"{score.name} does not ask for all that was told.", hint=f"It asks for: {keys}."
            )
        chart = await self._score_chart(asking, patient, score.name)
        scored = make_score(chart, score, patient, self._clock.now(), told)
        held = ask_first(scored)
        if held is scored or not await self.foreseeing.is_held(asking, patient):
            return scored
        return held

    async def _score_chart(self, asking: Asking, patient: str, *names: str) -> Chart:
        asking = replace(asking, via="risk cards")
        wish = scoring(*names)
        return await self._looking.chart(asking, patient, wish.measured, wish.lists)

    async def simulation(self, asking: Asking, patient: str, body: Mapping[str, Any]) -> Simulation:
        """What may follow from what happens to her, by a model calibrated to her record.

        Raises:
            Busy: too many are being run, or two of the caller's, or this one takes too long.
            Forbidden: somebody else than a clinician lets her bleed, or gives her something.
            Incorrect: what was asked is no simulation.
            NotFound: there is no such patient, or none that the caller may know of.
        """
        return await self._simulating.simulate(asking, patient, body, self._clock.now())

    async def body(self, asking: Asking, patient: str) -> Body:
        """The organs with what is known of each.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="body")
        chart = await self._looking.chart(asking, patient, BODY.measured, BODY.lists)
        return make_body(chart, patient, self._clock.now())

    async def vitals(self, asking: Asking, patient: str) -> list[Vital]:
        """Each vital sign: the latest reading and the recent ones.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="vitals")
        keys = [measure.key for measure in VITALS if measure.key != "dbp"]  # comes with sbp
        chart = await self._looking.chart(asking, patient, dict.fromkeys(keys, LENGTH), [])
        return make_vitals(chart, self._clock.now())

    async def timeline(
        self, asking: Asking, patient: str, *, before: datetime | None = None, count: int = 100
    ) -> Timeline:
        """What happened, newest first: one page.

        Args:
            before: only what lies before this moment.
            count: how many entries are enough; the day they end in is finished.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via="timeline")
        await self._looking.look(asking, patient)
        answers = await self._looking.ask(asking, patient, happened(before))
        crowded: dict[date, frozenset[str]] = {}
        for _ in range(ROUNDS):
            stream, told = answers[-1], _page(answers, before, count, crowded)
            if not stream.is_cut or len(told.entries) >= count:
                return told
            # A day full of readings of few measures hides nothing else, nor what was before.
            asked, day, seen = beyond(stream.entries)
            more = await self._looking.ask(asking, patient, asked)
            if any(answer.is_cut for answer in more[:-1]):
                return told
            if day:
                crowded[day] = seen
            stream.next = None
            answers += more
        return _page(answers, before, count, crowded)


def _require_clinician(caller: Caller) -> None:
    caller.require_known()
    if not caller.has(Role.CLINICIAN):
        raise Forbidden(
            "Only a clinician decides on the second scale for oxygen.",
            hint="Leave the scale out, or ask your clinician.",
        )


def _page(
    answers: Sequence[Answer], before: datetime | None, count: int, crowded: Crowded
) -> Timeline:
    dated = [answer for answer in answers if answer.question.type in DATED]
    oldest = [at for answer in dated if answer.is_cut and (at := _oldest(answer.entries))]
    found = {(r["resourceType"], r["id"]): r for answer in answers for r in answer.entries}
    included = [one for answer in answers for one in answer.included]
    return page(
        [resource for resource in found.values() if _lies_before(resource, before)],
        oldest=max(oldest, default=None),
        count=count,
        is_whole=not any(answer.is_cut for answer in answers if answer not in dated),
        names={f"{one['resourceType']}/{one['id']}": read_name(one) for one in included},
        crowded=crowded,
    )


def _lies_before(resource: Mapping[str, Any], before: datetime | None) -> bool:
    at = moment_on_line(resource)
    return before is None or (at is not None and at < before)


def _oldest(entries: Sequence[Mapping[str, Any]]) -> datetime | None:
    return min((at for entry in entries if (at := moment_on_line(entry))), default=None)
