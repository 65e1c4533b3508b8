"""`$everything`: all that is known about one patient, page by page."""

from collections.abc import Sequence

from asklepion.kit.errors import Incorrect

from ..engine.asked import Asked
from ..engine.dates import BEGINNING, END, span_of
from ..model import Asking
from .absent import not_found
from .searching import Page, Params, Searcher, Wanted

EVERYTHING = "$everything"
COUNT = ("_count", "100")
TYPES_MOST = 30  # that are named; of more, everything comes along
TAKEN = ("_since", "_type", "_count", "_cursor", "start", "end", "_elements", "_summary")


class Everything:
    """Brings a patient's compartment, and what that refers to."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    async def of(self, asking: Asking, id: str, params: Params) -> Page:
        """One page of everything about one patient that the caller may see.

        What lies in her compartment is found; what that refers to (who treated her, and where)
        comes along with it. https://hl7.org/fhir/R4/patient-operation-everything.html

        Args:
            params: `_since`, `_type`, `_count`, `start` and `end` of the care (what says no date
                of care is always in), and `_cursor`.

        Raises:
            NotFound: there is nothing about her, or nothing for this caller.
            Incorrect: a parameter is not understood.
        """
        wanted = Wanted(
            type="",
            params=[*_asked(params), *_along(params)],
            compartment=("Patient", id),
            during=_during(params),
        )
        herself = Wanted(type="Patient", params=[("_id", id)])
        page, patient = await self._searcher.search_all(asking, [wanted, herself])
        if not page.rows and not patient.rows:
            raise not_found("Patient")
        return page


def _asked(params: Params) -> Sequence[tuple[str, str]]:
    """The search that stands behind it."""
    found: list[tuple[str, str]] = []
    for name, value in params:
        if name not in TAKEN:
            raise Incorrect(f"$everything takes {', '.join(TAKEN)}.", hint="Leave the others out.")
        if name == "_since":
            found.append(("_lastUpdated", f"ge{_moment(name, value)}"))
        elif name not in ("start", "end"):
            found.append((name, value))
    return found if any(name == "_count" for name, _ in found) else [*found, COUNT]


def _along(params: Params) -> list[tuple[str, str]]:
    """What it refers to comes along; where types are named, only these."""
    types = [type for name, value in params if name == "_type" for type in value.split(",")]
    if not 0 < len(types) <= TYPES_MOST:
        return [("_include", "*")]
    return [("_include", f"*:*:{type}") for type in types]


def _moment(name: str, value: str) -> str:
    if span_of(value) is None:
        raise Asked(name, "", value).wrong("Write a date as 2026-03-01.")
    return value


def _during(params: Params) -> tuple[int, int] | None:
    """First and last microsecond of the care that is meant."""
    asked = {name: value for name, value in params if name in ("start", "end")}
    if not asked:
        return None
    spans = {name: span_of(_moment(name, value)) for name, value in asked.items()}
    start, end = spans.get("start"), spans.get("end")
    return (start[0] if start else BEGINNING, end[1] if end else END)
