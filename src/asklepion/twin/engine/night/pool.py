"""Answers questions from one person's resources in memory, as a search of her record would."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asklepion.kit.clock import to_us

from ..fhir import Resource, codes_of_concept
from ..questions import MOST, Answer, Question

MORE = "more"  # stands for the cursor of a page that follows


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One resource, and what it is found and sorted by.

    Args:
        number: its place where nothing else sorts.
        start, end: the latest moment it begins and ends [µs]; none where it is not dated.
        updated_at: [µs].
    """

    type: str
    number: int
    start: int | None
    end: int | None
    updated_at: int
    resource: Resource


class Pool:
    """One person's resources."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._of: dict[str, list[Held]] = {}
        self._coded: dict[str, list[Held]] = {}  # Observations, by code
        for one in sorted(held, key=lambda one: one.number):
            self._of.setdefault(one.type, []).append(one)
            if one.type == "Observation":
                for code in codes_of_concept(one.resource.get("code")):
                    self._coded.setdefault(code.lower(), []).append(one)

    def answers(self, questions: Iterable[Question]) -> list[Answer]:
        """What is found to each, page after page as far as it is followed."""
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        answer = Answer(question=question)
        found = self._find(question)
        at = 0
        while answer.is_open:
            size = MOST if answer.pages else question.count
            page = [one.resource for one in found[at : at + size]]
            at += size
            answer.take(page, (), MORE if at < len(found) else None)
        return answer

    def _find(self, question: Question) -> list[Held]:
        held: Sequence[Held] = self._of.get(question.type, ())
        order: str = ""
        tests: list[Callable[[Held], bool]] = []
        for name, value in question.params:
            if name == "_sort":
                order = value
            elif name == "code":
                held = self._with(value.split(","))
            elif name != "_id":  # there is one person alone
                tests.append(_test(name, value))
        found = [one for one in held if all(test(one) for test in tests)]
        return sorted(found, key=SORTED[order]) if order else found

    def _with(self, codes: Sequence[str]) -> list[Held]:
        found = {one.number: one for code in codes for one in self._coded.get(code.lower(), ())}
        return [found[number] for number in sorted(found)]


def _by_date(one: Held) -> tuple[bool, int, int]:
    """Newest first, then by number; what is not dated comes last."""
    return one.start is None, -(one.start or 0), one.number


SORTED: dict[str, Callable[[Held], Any]] = {
    "-date": _by_date,
    "-authoredon": _by_date,
    "-_lastUpdated": lambda one: (-one.updated_at, one.number),
}


def _test(name: str, value: str) -> Callable[[Held], bool]:
    """The test of one parameter.

    Raises:
        KeyError: the twin asks for something that only the record can answer.
    """
    match name:
        case "status":
            return lambda one: one.resource.get("status") == value
        case "status:not":
            out = frozenset(value.split(","))
            return lambda one: one.resource.get("status") not in out
        case "date:missing":
            return lambda one: (one.start is None) == (value == "true")
        case "date" if value.startswith("ge"):
            since = to_us(datetime.fromisoformat(value.removeprefix("ge")))
            return lambda one: (
                one.start is not None and (one.start >= since or (one.end or 0) > since)
            )
        case _:
            raise KeyError(name)


def codes_asked(questions: Iterable[Question]) -> Iterator[str]:
    """Every code that these ask for."""
    for question in questions:
        for name, value in question.params:
            if name == "code":
                yield from value.split(",")
