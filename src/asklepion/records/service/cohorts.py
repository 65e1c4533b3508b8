"""Questions about many patients: views and SQL over what the caller may see, and nothing else."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, Incorrect, Unsupported

from ..engine.cohorts import Answer, Bounds, Pseudonyms, Table, ask, check_name, table_of, withhold
from ..engine.profiles import Library
from ..engine.question import Question as Search
from ..engine.views import Runner, View, compile_view
from ..model import Asking, Resource
from ..store import rows, search
from ..store.rows import Row
from .deciding import PATIENT
from .parts import Parts
from .searching import Params, Searcher, Wanted
from .sources import decode

RESOURCES_MOST = 50_000  # read for one question
BYTES_MOST = 32 * 1024 * 1024  # of them, as they are stored
ROWS_MOST = 200_000  # of one view
CELLS_MOST = 4_000_000  # of all views together
VIEWS_MOST = 10
VIEWS_S = 30.0  # how long views may run
WAIT_S = 20.0  # how long a question waits for others
AT_ONCE = 2  # questions that are answered at the same time
Rows = list[tuple[Any, ...]]
# Who treats a patient, or is she, knows who she is; for any other purpose names are of no use.
BY_NAME = frozenset(["TREAT", "PATRQT", "BTG", "ETREAT"])


@dataclass(frozen=True, kw_only=True)
class Run:
    """One view to be run.

    Args:
        patients: only these, by reference.
        since: only what changed since, as FHIR writes a moment.
        resources: these instead of what is kept here.
    """

    definition: Any
    patients: Sequence[str] = ()
    since: str = ""
    limit: int | None = None
    resources: Sequence[Resource] | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """Some views and one SQL text over them.

    Args:
        views: definitions by the name of their table.
        level: counts, where each row says how many patients it rests on; or rows.
        cohort: under one name a patient is called the same each time, for this caller.
    """

    views: Mapping[str, Any]
    sql: str
    level: str = "counts"
    cohort: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a question found, and on what it rests."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False  # there would be more rows
    held_back: int = 0  # rows of too few patients
    resources: int = 0  # that were read
    patients: int = 0  # who they are about


@dataclass(kw_only=True)
class _Read:
    """What was read for one question."""

    by_type: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    patients: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, self.by_type.values()))


class Cohorts:
    """Runs views and questions.

    Args:
        key: from which names of patients are made for each cohort.
        smallest: patients that a row of counts rests on at least.
        library: what is installed, for memberOf() in a view.
    """

    def __init__(
        self,
        parts: Parts,
        searcher: Searcher,
        *,
        key: bytes,
        smallest: int = 5,
        library: Callable[[], Library] = Library,
        bounds: Bounds | None = None,
    ) -> None:
        self._parts = parts
        self._searcher = searcher
        self._key = key
        self._library = library
        self._bounds = bounds or Bounds()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.smallest = smallest

    async def run(self, asking: Asking, run: Run) -> Table:
        """The rows of one view. https://sql-on-fhir.org/ig/OperationDefinition-ViewDefinitionRun.html

        Raises:
            Incorrect: the definition is wrong, or what it finds does not fit.
            Unsupported: it takes more than it may.
        """
        asking.caller.require_known()
        view = compile_view(run.definition)
        async with _Turn(self._turns):
            hide = None
            if run.resources is not None:
                resources: Sequence[Any] = run.resources
            else:
                asking = replace(asking, via="view")
                wanted = _wanted(view.resource, run)
                read = await self._read(asking, {view.resource: wanted}, run.patients)
                resources = read.by_type[view.resource]
                hide = self._hiding(asking, "view")
            (found,) = await asyncio.to_thread(self._rows, [view], resources, hide)
        if run.limit is not None:
            found = found[: run.limit]
        return table_of(view, found)

    async def ask(self, asking: Asking, asked: Question) -> Finding:
        """What one SQL text finds in the tables of some views.

        Every patient whose facts are read finds it in her list, once.

        Raises:
            Incorrect: a view or the SQL is wrong; the message says where.
            Unsupported: it takes more than it may.
        """
        asking.caller.require_known()
        if asked.level not in ("counts", "rows"):
            raise Incorrect("The level is neither counts nor rows.", hint="Say one of these.")
        views = _compiled(asked.views)
        if not asked.sql.strip():
            raise Incorrect("SQL: exactly one SELECT is expected.")
        via = "cohort" if asked.level == "counts" else "cohort rows"
        asking = replace(asking, via=via)
        async with _Turn(self._turns):
            # Tried on nothing first: whoever misspells a word reads nobody's facts.
            await asyncio.to_thread(self._tried, views, asked)
            wanted = {view.resource: _wanted(view.resource, None) for view in views.values()}
            read = await self._read(asking, wanted)
            hide = self._hiding(asking, asked.cohort)
            answer = await asyncio.to_thread(self._answer, views, read, hide, asked.sql)
        held_back = 0
        if asked.level == "counts":
            answer, held_back = withhold(answer, self.smallest)
        return Finding(
            columns=answer.columns,
            rows=answer.rows,
            is_cut=answer.is_cut,
            held_back=held_back,
            resources=read.count,
            patients=read.patients,
        )

    def _hiding(self, asking: Asking, cohort: str) -> Callable[[Resource], Resource] | None:
        """How names are taken away, where the purpose needs none."""
        if asking.purpose in BY_NAME:
            return None
        about = f"{asking.caller.account}\0{cohort}".encode()
        return Pseudonyms(hmac.digest(self._key, about, hashlib.sha256)).hide

    async def _read(
        self,
        asking: Asking,
        wanted: Mapping[str, Sequence[Wanted]],
        named: Sequence[str] = (),
    ) -> _Read:
        """Everything of these types that may be seen: one look, one line for each patient."""
        parts = self._parts
        sight = parts.releasing.sight(asking)
        searches = [each for several in wanted.values() for each in several]
        found: dict[int, Row] = {}
        size = 0
        async with parts.db.read() as tx:
            for one in searches:
                query = await self._searcher.compile(tx, one, sight)
                some = await search.find_all(
                    tx, query, sight, RESOURCES_MOST - len(found), BYTES_MOST - size
                )
                if some is None:
                    raise Unsupported(
                        f"The question reads more than {RESOURCES_MOST} resources, or large ones.",
                        hint="Ask about fewer types or patients.",
                    )
                found.update((row.rid, row) for row in some)
                size = sum(len(row.body) for row in found.values())
            asked = await self._known(tx, named)
            weighed = await parts.releasing.weigh(tx, asking, sight, list(found.values()), asked)
        said = [Search(one.type, one.params, one.compartment) for one in searches]
        opened = await parts.releasing.release("search", weighed, said)
        read = _Read(by_type={type: [] for type in wanted})
        for row in sorted(opened, key=lambda row: (row.type, row.rid)):
            read.by_type[row.type].append(row)
        about = {who for row in opened for who in weighed.thing(row).patients}
        read.patients = len(about)
        return read

    async def _known(self, tx: Tx, patients: Sequence[str]) -> list[str]:
        """Those of whom we know: a look that finds nothing of hers is a look."""
        key_of = self._parts.indexer.key_of
        keys = {key_of("Patient", it.removeprefix(PATIENT)): it for it in patients}
        known = await rows.find(tx, list(keys)) if keys else {}
        return [keys[key] for key in known]

    def _tried(self, views: Mapping[str, View], asked: Question) -> None:
        answer = ask([table_of(view, [], name) for name, view in views.items()], asked.sql)
        if asked.level == "counts":
            withhold(answer, self.smallest)

    def _answer(
        self,
        views: Mapping[str, View],
        read: _Read,
        hide: Callable[[Resource], Resource] | None,
        sql: str,
    ) -> Answer:
        tables: list[Table] = []
        for type, found in read.by_type.items():
            of_type = {name: view for name, view in views.items() if view.resource == type}
            made = self._rows(list(of_type.values()), found, hide)
            tables += [
                table_of(view, some, name)
                for (name, view), some in zip(of_type.items(), made, strict=True)
            ]
        return ask(tables, sql, self._bounds)

    def _rows(
        self,
        views: Sequence[View],
        resources: Sequence[Row | Resource],
        hide: Callable[[Resource], Resource] | None,
    ) -> list[Rows]:
        """The rows of each view over the same resources, each of which is parsed once."""
        end = time.monotonic() + VIEWS_S
        library = self._library()
        runners = [
            Runner(
                view,
                now=self._parts.clock.now(),
                rows_most=ROWS_MOST,
                is_over=lambda: time.monotonic() > end,
                member_of=library.member_of,
            )
            for view in views
        ]
        made: list[Rows] = [[] for _ in views]
        cells = 0
        for it in resources:
            resource: Resource = decode(it.body) if isinstance(it, Row) else it
            if hide is not None:
                resource = hide(resource)
            for runner, some in zip(runners, made, strict=True):
                new = runner.rows(resource)
                cells += len(new) * len(runner.view.columns)
                some += new
            if cells > CELLS_MOST:
                raise Unsupported(
                    f"The views make more than {CELLS_MOST} cells.",
                    hint="Ask for fewer columns or rows.",
                )
        return made


class _Turn:
    """A place among those who are answered at once.

    Raises:
        Busy: none came free in time.
    """

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns

    async def __aenter__(self) -> None:
        try:
            await asyncio.wait_for(self._turns.acquire(), WAIT_S)
        except TimeoutError as error:
            raise Busy("Other questions are being answered.", hint="Ask again soon.") from error

    async def __aexit__(self, *_: object) -> None:
        self._turns.release()


def _compiled(definitions: Mapping[str, Any]) -> dict[str, View]:
    if not 0 < len(definitions) <= VIEWS_MOST:
        raise Incorrect(f"One to {VIEWS_MOST} views are expected.", hint="Send them by name.")
    views: dict[str, View] = {}
    for number, (name, definition) in enumerate(definitions.items()):
        name = check_name(name, f"views[{number}].name")
        if name in views:
            raise Incorrect(f"views[{number}].name: another view is called {name}.")
        views[name] = compile_view(definition, f"views[{number}]")
    return views


def _wanted(type: str, run: Run | None) -> list[Wanted]:
    """The searches that find what a view is run on."""
    params: Params = [("_lastUpdated", f"ge{run.since}")] if run and run.since else []
    if run is None or not run.patients:
        return [Wanted(type=type, params=params)]
    ids = [it.removeprefix(PATIENT) for it in run.patients]
    if type == "Patient":
        return [Wanted(type=type, params=[*params, ("_id", id)]) for id in ids]
    return [Wanted(type=type, params=params, compartment=("Patient", id)) for id in ids]
