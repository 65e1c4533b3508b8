"""What a rule asks of a fact beyond category, type and labels: codes, single facts, authors, time.

It is decided once for each version, when it or the rule is written, and kept as a mark: searches
only join the marks. A denial takes in what it may mean, a permit only what it surely means.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import orjson

from .dates import BEGINNING, END, Span, span_of
from .labels import codings_in
from .references import references_in

Json = dict[str, Any]
# Where a resource says what it is about.
MAIN_CODES = ("code", "type", "vaccineCode", "medicationCodeableConcept", "medicationReference")
# Where it says who wrote it, did it or answers for it.
AUTHORS = (
    "author",
    "performer",
    "recorder",
    "asserter",
    "requester",
    "enterer",
    "sender",
    "prescriber",
    "informationSource",
    "source",
    "participant",
    "authenticator",
    "resultsInterpreter",
)
# Where it says when that was which it is about; of the first that is there.
MOMENTS = (
    "effective",
    "performed",
    "occurrence",
    "onset",
    "period",
    "started",
    "authoredOn",
    "recordedDate",
    "assertedDate",
    "date",
    "created",
    "issued",
    "sent",
    "dateTime",
    "whenHandedOver",
    "billablePeriod",
)


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """What a narrow part of a Consent asks; every kind that is there must hold, any of one kind."""

    is_denial: bool = False
    codes: frozenset[int] = frozenset()  # keyed hashes of system and code
    instances: frozenset[str] = frozenset()  # these
    around: frozenset[str] = frozenset()  # these, what they refer to, and what refers to them
    beside: frozenset[str] = frozenset()  # what the ones of `around` refer to, found out before
    authors: frozenset[str] = frozenset()
    span: Span | None = None  # first and last microsecond of what it is about

    @property
    def asks_nothing(self) -> bool:
        """Whether nothing is asked."""
        return not (self.codes or self.things or self.authors or self.span)

    @property
    def things(self) -> frozenset[str]:
        """The single facts it names."""
        return self.instances | self.around

    def as_text(self) -> str:
        """As it is stored."""
        return orjson.dumps(
            {
                "is_denial": self.is_denial,
                "codes": sorted(self.codes),
                "instances": sorted(self.instances),
                "around": sorted(self.around),
                "beside": sorted(self.beside),
                "authors": sorted(self.authors),
                "span": list(self.span) if self.span else None,
            }
        ).decode()

    @staticmethod
    def read(text: str) -> "Narrow":
        """From what is stored."""
        held: Json = orjson.loads(text)
        names = ("codes", "instances", "around", "beside", "authors")
        sets = {name: frozenset[Any](held[name]) for name in names}
        span: list[int] | None = held["span"]
        return Narrow(
            is_denial=held["is_denial"], span=(span[0], span[1]) if span else None, **sets
        )

    def is_about(self, resource: Json, codes: Iterable[int]) -> bool:
        """Whether it is about a resource.

        Args:
            codes: keyed hashes of the resource's codings; see `codes_in`.
        """
        return (
            (not self.codes or not self.codes.isdisjoint(codes))
            and self._names(resource)
            and (self.span is None or self._is_in_time(resource, self.span))
        )

    def _names(self, resource: Json) -> bool:
        if not (self.things or self.authors):
            return True
        me = f"{resource['resourceType']}/{resource.get('id', '')}"
        if me in self.things or me in self.beside:
            return True
        if self.around and not self.around.isdisjoint(_pointed(resource)):
            return True
        return not self.authors.isdisjoint(authors_of(resource))

    def _is_in_time(self, resource: Json, asked: Span) -> bool:
        found = time_of(resource)
        if found is None:  # nobody knows when
            return self.is_denial
        if self.is_denial:
            return found[0] <= asked[1] and found[1] >= asked[0]
        return asked[0] <= found[0] and found[1] <= asked[1]


def codes_in(resource: Json, *, is_denial: bool) -> Iterator[tuple[str, str]]:
    """Codings of a resource: all of them to deny by, what it is about to permit by."""
    parts = resource if is_denial else {name: resource.get(name) for name in MAIN_CODES}
    yield from ((system, code) for system, code, _ in codings_in(parts) if code)


def authors_of(resource: Json) -> set[str]:
    """References to whoever wrote it, did it or answers for it."""
    held = {name: resource[name] for name in AUTHORS if name in resource}
    return _pointed(held) if held else set()


def _pointed(resource: Json) -> set[str]:
    return {text.partition("/_history/")[0] for text in references_in(resource)}


def time_of(resource: Json) -> Span | None:
    """From when to when that was which it is about; None where it does not say."""
    for name in MOMENTS:
        for value in (resource.get(name), resource.get(f"{name}DateTime")):
            if isinstance(value, str) and (span := span_of(value)):
                return span
        period: Any = resource.get(name) or resource.get(f"{name}Period")
        if isinstance(period, dict):
            span = period_of(cast(Json, period))
            if span:
                return span
    return None


def period_of(period: Json) -> Span | None:
    """First and last microsecond of a Period; open ends are far away."""
    start, end = period.get("start"), period.get("end")
    lo = span_of(start) if isinstance(start, str) else None
    hi = span_of(end) if isinstance(end, str) else None
    if lo is None and hi is None:
        return None
    return (lo[0] if lo else BEGINNING, hi[1] if hi else END)
