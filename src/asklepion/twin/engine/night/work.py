"""One chunk's work: what cards, scores and predictions say of each of its patients."""

import multiprocessing
import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ...wire import Card, Input, Scored, ScoreInput
from ..asking import read_charts, wished
from ..card_scores import make_scores
from ..predicting import make_predictions, predicting
from ..questions import Question
from ..whole import CARDS, SCORES, make_cards
from . import chunk
from .numbers import Number, Rest
from .pool import Held, Pool, codes_asked

GENTLE = 10  # added to the niceness of a process that computes overnight
# Everything that is read of a record, each type with the parameter that says when.
READ_BY = {
    "Observation": "date",
    "Condition": "",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "",
    "Encounter": "date",
    "Procedure": "date",
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One chunk.

    Args:
        patients: references, in the order of their places.
        file: where its rows are; or the rows themselves, for a machine that has not this disk.
    """

    patients: Sequence[str]
    file: Path | bytes
    key: bytes
    now: datetime


def questions(patient: str, now: datetime) -> list[Question]:
    """What is asked of each record."""
    return wished(patient, [CARDS, SCORES, predicting(now)])


def codes(now: datetime) -> list[str]:
    """The codes of the Observations that are read."""
    return sorted({*codes_asked(questions("Patient/x", now))})


def work(task: Task) -> list[tuple[str, list[Number] | str]]:
    """What is to be noted of each patient; the kind of error where that cannot be said."""
    if isinstance(task.file, Path):
        return [
            (task.patients[at], _note(task.patients[at], held, task.now))
            for at, held in chunk.read(task.file, task.key)
        ]
    with tempfile.TemporaryDirectory() as folder:  # of nobody else's (0700)
        path = Path(folder) / "chunk.parquet"
        path.write_bytes(task.file)
        here = Task(patients=task.patients, file=path, key=task.key, now=task.now)
        return work(here)


def _note(patient: str, held: Sequence[Held], now: datetime) -> list[Number] | str:
    try:
        return note(patient, Pool(held), now)
    except Exception as error:  # of one patient: it spoils nothing of the others
        return type(error).__name__


def note(patient: str, pool: Pool, now: datetime) -> list[Number]:
    """What cards, scores and predictions say of one person, who sees all that is hers."""
    wishes = [CARDS, SCORES, predicting(now)]
    cards, scores, foretold = read_charts(patient, wishes, pool.answers(wished(patient, wishes)))
    made = [*make_cards(cards.chart, now), *make_predictions(foretold, now)]
    return noted(made, make_scores(scores.chart, patient, now))


def noted(cards: Sequence[Card], scores: Sequence[Scored]) -> list[Number]:
    """The numbers of these, in short; what has none is left out."""
    found = [
        Number(
            kind="card",
            name=card.id,
            title_key=card.title_key,
            value=card.value,
            low=card.interval.low if card.interval else None,
            high=card.interval.high if card.interval else None,
            unit=card.unit,
            digits=card.digits,
            as_of=card.as_of,
            version=card.version,
            rests=_rests(card.inputs),
        )
        for card in cards
        if card.value is not None
    ]
    return found + [
        Number(
            kind="score",
            name=score.name,
            title_key=score.title_key,
            value=score.result.value,
            low=score.result.interval.low if score.result.interval else None,
            high=score.result.interval.high if score.result.interval else None,
            unit=score.result.unit,
            digits=score.result.digits,
            as_of=score.as_of,
            version="",
            rests=_rests(one for one in score.inputs if not one.why_key),
        )
        for score in scores
        if score.result is not None
    ]


def _rests(inputs: Iterable[Input | ScoreInput]) -> list[Rest]:
    return [
        Rest(
            key=one.key,
            label_key=one.label_key,
            value=one.value,
            value_key=one.value_key,
            unit=one.unit,
            at=one.at,
            reference=one.reference,
        )
        for one in inputs
        if one.value is not None
    ]


def begin() -> None:
    """What a process that computes does first: let whoever waits for an answer go before it."""
    with suppress(OSError, AttributeError):  # a system that has no such thing
        os.nice(GENTLE)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Nobody else tells a process that the one it works for was killed."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
