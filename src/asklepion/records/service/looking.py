"""Everything a GET may ask for, by its address: over HTTP, and inside a bundle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asklepion.kit.errors import Incorrect, NotFound

from ..engine import View, is_type
from ..engine.asked import Asked, one_of
from ..engine.search import view_elements
from ..engine.tables import compartments
from ..model import Asking
from ..store.rows import Row
from . import bundles
from .audit import Audit
from .everything import EVERYTHING, Everything
from .reading import HISTORY_COUNT, Reader, When
from .searching import Params, Searcher, Wanted

HISTORY = "_history"
OF_HISTORIES = frozenset({"_count", "_cursor", "_since", "_at", "_elements", "_summary"})
OF_READS = frozenset({"_elements", "_summary"})
PASSED_OVER = frozenset({"_format", "_pretty", "visit"})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one GET found: a resource, or a bundle."""

    row: Row | None = None
    view: View = View()  # noqa: RUF009
    bundle: dict[str, Any] | None = None


class Looker:
    """Answers what is asked by an address."""

    def __init__(
        self, reader: Reader, searcher: Searcher, everything: Everything, audit: Audit
    ) -> None:
        self._audit = audit
        self._reader = reader
        self._searcher = searcher
        self._everything = everything

    async def look(
        self,
        asking: Asking,
        path: Sequence[str],
        params: Params,
        *,
        base: str,
        is_lenient: bool = False,
    ) -> Seen:
        """What is at an address below our FHIR address.

        Args:
            path: its parts, such as Patient, 1, _history; none is everything.
            base: our FHIR address, for the links of a bundle.

        Raises:
            NotFound, Gone: there is nothing, or nothing for this caller.
            Incorrect, Unsupported: a parameter is not understood, or not done here.
        """
        params = [(name, value) for name, value in params if name not in PASSED_OVER]
        match list(path):
            case []:
                wanted = Wanted(type="", params=params, is_lenient=is_lenient)
            case [*what, "_history"] if len(what) < 3:
                return await self._history(asking, what, params, base)
            case [type, id, "_history", version]:
                return await self._read(asking, type, id, params, version)
            case ["AuditEvent"] if self._audit.answers(asking, params):
                page = await self._audit.search(asking, params, base=base, is_lenient=is_lenient)
                return Seen(bundle=bundles.searchset(base, "AuditEvent", params, page))
            case ["AuditEvent", id]:
                return await self._read_event(asking, id, params, base)
            case ["Patient", id, name] if name == EVERYTHING:
                page = await self._everything.of(asking, id, params)
                where = f"Patient/{id}/{EVERYTHING}"
                return Seen(bundle=bundles.searchset(base, where, params, page))
            case [of, id, type] if of in compartments() and (type == "*" or is_type(type)):
                wanted = Wanted(
                    type="" if type == "*" else type,
                    params=params,
                    compartment=(of, id),
                    is_lenient=is_lenient,
                )
            case [type, id]:
                return await self._read(asking, type, id, params)
            case [type]:
                wanted = Wanted(type=type, params=params, is_lenient=is_lenient)
            case _:
                raise NotFound("There is nothing at this address.", hint="See /fhir/R4/metadata.")
        (page,) = await self._searcher.search_all(asking, [wanted])
        return Seen(bundle=bundles.searchset(base, "/".join(path), params, page))

    async def _read(
        self, asking: Asking, type: str, id: str, params: Params, version: str | None = None
    ) -> Seen:
        view = view_of(params, OF_READS)
        number = None
        if version is not None:
            is_number = version.isascii() and version.isdigit() and len(version) < 10
            number = int(version) if is_number else 0
        return Seen(row=await self._reader.read(asking, type, id, number), view=view)

    async def _read_event(self, asking: Asking, id: str, params: Params, base: str) -> Seen:
        """An AuditEvent that is kept, or else one that the access log is told as."""
        try:
            return await self._read(asking, "AuditEvent", id, params)
        except NotFound:
            row = await self._audit.read(asking, id, base=base)
        return Seen(row=row, view=view_of(params, OF_READS))

    async def _history(
        self, asking: Asking, what: Sequence[str], params: Params, base: str
    ) -> Seen:
        view = view_of(params, OF_HISTORIES)
        asked = dict(params)
        count = asked.get("_count", str(HISTORY_COUNT))
        if not count.isascii() or not count.isdigit():
            raise Incorrect("_count is no number.", hint="Send a whole number.")
        when = When.read(asked.get("_since"), asked.get("_at"))
        page = await self._reader.history(
            asking,
            *what,
            count=int(count[:9]),
            cursor=asked.get("_cursor"),
            when=when,
            view=view,
        )
        where = "/".join([*what, HISTORY])
        return Seen(bundle=bundles.history(base, where, params, page))


def view_of(params: Params, known: frozenset[str]) -> View:
    """How much of a resource is asked for, where nothing is searched.

    Raises:
        Incorrect: there are other parameters than the known ones.
    """
    summary, elements = "", tuple[str, ...]()
    for name, value in params:
        if name not in known:
            raise Incorrect(
                f"Only {', '.join(sorted(known))} can be asked here.", hint="Leave the others out."
            )
        asked = Asked(name, "", value)
        if name == "_summary":
            summary = one_of(asked, ("true", "text", "data", "false"))
        elif name == "_elements":
            elements = view_elements(asked)
    return View("" if summary == "false" else summary, elements)
