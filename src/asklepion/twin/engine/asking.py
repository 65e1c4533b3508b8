"""What several parts of the twin want to know of one record, asked at once and read once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .chart import Chart, ReadOnce, Said, read_conditions, read_medicines, read_person
from .chart import read_readings as read_all
from .fhir import NOTHING, Resource
from .questions import MEDICINES, TOLD_BY, Answer, Question, latest, person, undated

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What one part wants to know.

    Args:
        measured: of which measures, and how many of the newest readings.
        lists: what is read to its end, if that can be; it goes into the chart.
        more: what that part reads by itself.
    """

    measured: Mapping[str, int] = field(default_factory=dict[str, int])
    lists: Sequence[Question] = ()
    more: Sequence[Question] = ()

    def about(self, patient: str) -> list[Question]:
        """What goes into its chart."""
        readings = [latest(key, count) for key, count in self.measured.items()]
        after = [undated(self.measured)] if self.measured else []
        return [person(patient), *readings, *after, *self.lists]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the record says to one wish.

    Args:
        more: the answers to its own questions, in their order.
    """

    chart: Chart
    more: Sequence[Answer] = ()

    @property
    def found(self) -> dict[str, list[Resource]]:
        """What those answers hold, by type; what answers to two of them once."""
        found: dict[str, dict[object, Resource]] = {}
        for answer in self.more:
            of = found.setdefault(answer.question.type, {})
            for one in answer.entries:
                of.setdefault(one.get("id", len(of)), one)
        return {type: list(of.values()) for type, of in found.items()}


def wished(patient: str, wishes: Iterable[Wish]) -> list[Question]:
    """Every question of all of them, each once."""
    each = (question for wish in wishes for question in (*wish.about(patient), *wish.more))
    return list(dict.fromkeys(each))


def read_charts(
    patient: str,
    wishes: Sequence[Wish],
    answers: Iterable[Answer],
    *,
    hidden: frozenset[str] = frozenset(),
    partly: frozenset[str] = frozenset(),
) -> list[Seen]:
    """What was found, for each wish as if it had been asked alone.

    Args:
        answers: to every question of the wishes.
        hidden: inputs that the caller may not see.
        partly: inputs of which something may be hidden.
    """
    told = {answer.question: answer for answer in answers}
    reader = _Reader(hidden, partly)
    return [
        Seen(
            chart=reader.chart([told[question] for question in wish.about(patient)]),
            more=[told[question] for question in wish.more],
        )
        for wish in wishes
    ]


class _Reader:
    """Makes charts of answers; what stands in several is read once."""

    def __init__(self, hidden: frozenset[str], partly: frozenset[str]) -> None:
        self._hidden = hidden
        self._partly = partly
        self._once = ReadOnce()
        self._lists: dict[tuple[Question, ...], list[Said]] = {}

    def chart(self, answers: Sequence[Answer]) -> Chart:
        found: dict[str, list[Resource]] = {}
        for answer in answers:
            found.setdefault(answer.question.type, []).extend(answer.entries)
        readings, unreadable = read_all(found.get("Observation", ()), self._once)
        cut = {answer.question.type for answer in answers if answer.is_cut}
        return Chart(
            person=read_person(next(iter(found.get("Patient", ())), NOTHING)),
            readings=readings,
            unreadable=unreadable,
            conditions=self._said(answers, ("Condition",), read_conditions),
            medicines=self._said(answers, MEDICINES, read_medicines),
            hidden=self._hidden,
            unread=self._partly.union(key for type in cut for key in TOLD_BY.get(type, ())),
        )

    def _said(
        self,
        answers: Sequence[Answer],
        types: Sequence[str],
        read: Callable[[Iterable[Resource]], list[Said]],
    ) -> list[Said]:
        of = [answer for type in types for answer in answers if answer.question.type == type]
        asked = tuple(answer.question for answer in of)
        if asked not in self._lists:
            self._lists[asked] = read(one for answer in of for one in answer.entries)
        return self._lists[asked]
