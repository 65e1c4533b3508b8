"""SQL text for the engine's search plans, written once per shape.

`visible` is a condition every resource must meet that an answer shows or even depends on, with
`{r}` where the alias of its row in records_res belongs; the same text for every caller, told
apart by named values.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from ..wire import (
    AllOf,
    AnyOf,
    Chain,
    Clause,
    Has,
    Include,
    Match,
    Near,
    Not,
    Op,
    Shape,
    SortKey,
    Table,
    Test,
    Within,
)

ANYTHING = "1 = 1"

# Which clause a database should begin with: the one that leaves the fewest rows, as a rule.
BEGIN_WITH = (Table.REFERENCE, Table.TOKEN_NUMBER, Table.TOKEN, Table.STRING, Table.DATE)


@lru_cache(maxsize=2048)
def select_page(shape: Shape, visible: str = ANYTHING) -> str:
    """One page: `rid`, then the sort keys; takes `limit` and the query's own values."""
    writer = _Writer(visible)
    body = writer.body("r", shape.clauses, type=shape.type)
    keys = [_sort_key(key, number) for number, key in enumerate(shape.sort)]
    if not keys:
        after = " AND r.rid > :after_rid" if shape.has_after else ""
        return f"SELECT r.rid {body}{after} ORDER BY r.rid LIMIT :limit"
    columns = ", ".join(["r.rid AS rid", *keys])
    directions = [" DESC" if key.is_descending else "" for key in shape.sort]
    order = ", ".join(f"q.s{number}{way}" for number, way in enumerate(directions))
    names = ", ".join(["q.rid", *(f"q.s{number}" for number in range(len(keys)))])
    after = f" WHERE {_after(shape.sort)}" if shape.has_after else ""
    table = f"(SELECT {columns} {body}) q"
    return f"SELECT {names} FROM {table}{after} ORDER BY {order}, q.rid LIMIT :limit"


@lru_cache(maxsize=512)
def select_each(shape: Shape, codes: str, visible: str = ANYTHING) -> str:
    """Under each of many keys of codes its first: the key, `rid`, then the sort keys; in order.

    Args:
        codes: the list of the keys' names, as in `IN`.

    Takes `limit` and the query's own values. The codes are looked at before the rest: most
    of what a patient has, nobody asks for.
    """
    along = Beside("t", "records_tok t", f"t.k IN {codes}")
    body = _Writer(visible).body("r", shape.clauses, type=shape.type, beside=along)
    keys = [_sort_key(key, number) for number, key in enumerate(shape.sort)]
    directions = [" DESC" if key.is_descending else "" for key in shape.sort]
    order = ", ".join([*(f"s{number}{way}" for number, way in enumerate(directions)), "rid"])
    names = ", ".join(["k", "rid", *(f"s{number}" for number in range(len(keys)))])
    found = f"(SELECT t.k AS k, {', '.join(['r.rid AS rid', *keys])} {body}) q"
    numbered = f"row_number() OVER (PARTITION BY k ORDER BY {order}) AS n"
    return (
        f"SELECT {names} FROM (SELECT {names}, {numbered} FROM {found}) w"
        f" WHERE n <= :limit ORDER BY {order}"
    )


@lru_cache(maxsize=2048)
def select_total(shape: Shape, visible: str = ANYTHING) -> str:
    """How many there are; takes the query's own values."""
    return f"SELECT count(*) {_Writer(visible).body('r', shape.clauses, type=shape.type)}"


@dataclass(frozen=True, slots=True)
class Along:
    """The shape of one include."""

    is_reverse: bool
    is_any: bool  # by every reference
    is_typed: bool
    by_url: bool
    among: int  # how many rows the page has


def shape_of(include: Include, among: int) -> Along:
    """The shape of an include from a page of so many rows."""
    return Along(
        include.is_reverse,
        include.param is None,
        include.target_type is not None,
        include.by_url,
        among,
    )


@lru_cache(maxsize=2048)
def select_included(along: Along, visible: str = ANYTHING) -> str:
    """The `rid` of what comes along with a page, at most `limit`.

    Takes `page0`, `page1`, … (the page's rids), `param` unless `is_any`, and `target_type` if
    `is_typed`.
    """
    page = ", ".join(f":page{number}" for number in range(along.among))
    param = "" if along.is_any else " AND x.param = :param"
    typed = " AND t.type = :target_type" if along.is_typed else ""
    seen = f"t.deleted = 0 AND {visible.format(r='t')}{typed} ORDER BY t.rid LIMIT :limit"
    if along.is_reverse and along.by_url:
        ways = "records_tok u CROSS JOIN records_ref x CROSS JOIN records_res t"
        joined = f"u.rid IN ({page}) AND x.target = u.k{param} AND t.rid = x.rid"
    elif along.is_reverse:
        ways = "records_res p CROSS JOIN records_ref x CROSS JOIN records_res t"
        joined = f"p.rid IN ({page}) AND x.target = p.key{param} AND t.rid = x.rid"
    elif along.by_url:
        ways = "records_ref x CROSS JOIN records_tok u CROSS JOIN records_res t"
        joined = f"x.rid IN ({page}){param} AND u.k = x.target AND t.rid = u.rid"
    else:
        ways = "records_ref x CROSS JOIN records_res t"
        joined = f"x.rid IN ({page}){param} AND t.key = x.target"
    return f"SELECT DISTINCT t.rid FROM {ways} WHERE {joined} AND {seen}"


@dataclass(frozen=True, slots=True)
class Beside:
    """A table with rows of the resources that are searched for, and which of them count."""

    alias: str
    table: str
    test: str


class _Writer:
    """Writes one statement; keeps the aliases apart."""

    def __init__(self, visible: str) -> None:
        self._visible = visible
        self._numbers: Iterator[int] = count(1)

    def body(
        self,
        r: str,
        clauses: Sequence[Clause],
        *,
        type: str = "",
        beside: Beside | None = None,
    ) -> str:
        """FROM and WHERE of all resources `r` that meet every clause and may be seen.

        Args:
            beside: each as often as it has such rows there.
        """
        conditions = [f"{r}.deleted = 0"]
        if type:  # letters alone: one of FHIR's
            conditions.append(f"{r}.type = '{type}'")
        clauses = list(_flat(clauses))
        begin, is_single = _begin_with(clauses)
        rest = [clause for clause in clauses if clause is not begin]
        tables = f"records_res {r}"
        if isinstance(begin, Match) and is_single:
            d = f"d{next(self._numbers)}"
            # CROSS JOIN keeps SQLite to this order; PostgreSQL is free to choose its own.
            then = f" CROSS JOIN {beside.table}" if beside else ""
            tables = f"records_{begin.table} {d}{then} CROSS JOIN records_res {r}"
            # The plus keeps SQLite from trying every wanted value for each row.
            near = [f"{beside.alias}.rid = {d}.rid", f"+{beside.test}"] if beside else []
            conditions = [_tests(begin.tests, d), *near, f"{r}.rid = {d}.rid", *conditions]
        elif beside:
            tables = f"{beside.table} CROSS JOIN {tables}"
            conditions = [beside.test, f"{r}.rid = {beside.alias}.rid", *conditions]
            rest = clauses
        elif begin is not None:
            conditions.insert(0, f"{r}.rid IN ({self._rids(begin)})")
        # Who may see it is asked last: it is dear, and most rows are none that are searched for.
        conditions += [*(self.clause(r, clause) for clause in rest), self._visible.format(r=r)]
        return f"FROM {tables} WHERE {' AND '.join(conditions)}"

    def clause(self, r: str, clause: Clause) -> str:
        """The condition that resource `r` meets the clause."""
        match clause:
            case Match(table=Table.RESOURCE):
                return _tests(clause.tests, r)
            case Match():
                return self._exists(r, clause.table, (clause,))
            case AnyOf(parts=()):
                return "1 = 0"
            case AnyOf():
                table = _same_table(clause.parts)
                if table is not None:
                    return self._exists(r, table, clause.parts)
                return "(" + " OR ".join(self.clause(r, part) for part in clause.parts) + ")"
            case AllOf(parts=()):
                return "1 = 1"
            case AllOf():
                return "(" + " AND ".join(self.clause(r, part) for part in clause.parts) + ")"
            case Not():
                return f"NOT {self.clause(r, clause.part)}"
            case Chain():
                x, t = f"x{next(self._numbers)}", f"t{next(self._numbers)}"
                others = f"SELECT {t}.key {self.body(t, (clause.inner,))}"
                if clause.by_url:
                    u = f"u{next(self._numbers)}"
                    others = others.replace(f"SELECT {t}.key", f"SELECT {t}.rid", 1)
                    others = f"SELECT {u}.k FROM records_tok {u} WHERE {u}.rid IN ({others})"
                return _refers(r, x, clause.params, others)
            case Has():
                x, t = f"x{next(self._numbers)}", f"t{next(self._numbers)}"
                others = f"SELECT {t}.rid {self.body(t, (clause.inner,))}"
                return (
                    f"{r}.key IN (SELECT {x}.target FROM records_ref {x}"
                    f" WHERE {x}.param = :{clause.param} AND {x}.rid IN ({others}))"
                )

            case Within():
                return self._within(r, clause)
            case Near():
                return self._near(r, clause)

    def _within(self, r: str, clause: Within) -> str:
        """The resource refers to something in the tree below (or on the way above) a root."""
        h, p, c, x = (f"{name}{next(self._numbers)}" for name in "hpcx")
        seen = f"{c}.deleted = 0 AND {self._visible.format(r=c)}"
        roots = " UNION ".join(f"SELECT CAST(:{name} AS BIGINT)" for name in clause.roots)
        if clause.is_above:
            step = (
                f"SELECT {p}.target FROM {h} JOIN records_res {c} ON {c}.key = {h}.key"
                f" JOIN records_ref {p} ON {p}.rid = {c}.rid AND {p}.param = :{clause.part_of}"
                f" WHERE {seen}"
            )
        else:
            step = (
                f"SELECT {c}.key FROM {h} JOIN records_ref {p} ON {p}.target = {h}.key"
                f" AND {p}.param = :{clause.part_of} JOIN records_res {c} ON {c}.rid = {p}.rid"
                f" WHERE {seen}"
            )
        tree = f"WITH RECURSIVE {h}(key) AS ({roots} UNION {step}) SELECT key FROM {h}"
        return _refers(r, x, clause.params, tree)

    def _near(self, r: str, clause: Near) -> str:
        """Each coordinate near enough by itself, which an index knows, and then all together."""
        aliases = [f"n{next(self._numbers)}" for _ in clause.axes]
        tests: list[str] = []
        squares: list[str] = []
        for alias, (param, at, least, most) in zip(aliases, clause.axes, strict=True):
            tests.append(f"{alias}.rid = {aliases[0]}.rid AND {alias}.param = :{param}")
            tests.append(f"{alias}.value >= :{least} AND {alias}.value <= :{most}")
            squares.append(f"({alias}.value - :{at}) * ({alias}.value - :{at})")
        tables = ", ".join(f"records_num {alias}" for alias in aliases)
        tests.append(f"{' + '.join(squares)} <= :{clause.reach}")
        where = " AND ".join(tests)
        return f"{r}.rid IN (SELECT {aliases[0]}.rid FROM {tables} WHERE {where})"

    def _exists(self, r: str, table: Table, parts: Sequence[Clause]) -> str:
        x = f"x{next(self._numbers)}"
        either = [_tests(part.tests, x) for part in parts if isinstance(part, Match)]
        return (
            f"EXISTS (SELECT 1 FROM records_{table} {x}"
            f" WHERE {x}.rid = {r}.rid AND {_either(either)})"
        )

    def _rids(self, clause: Clause) -> str:
        """All rids that meet a clause about one index table."""
        parts = clause.parts if isinstance(clause, AnyOf) else (clause,)
        selects: list[str] = []
        for part in parts:
            if isinstance(part, Match):
                x = f"x{next(self._numbers)}"
                tests = _tests(part.tests, x)
                selects.append(f"SELECT {x}.rid FROM records_{part.table} {x} WHERE {tests}")
        return " UNION ".join(selects)


def _begin_with(clauses: Sequence[Clause]) -> tuple[Clause | None, bool]:
    """The clause to begin with, and whether it gives each resource at most once."""
    if any(_is_own(clause) for clause in clauses):
        return None, False  # its own row's key or moment is found by that row's own index
    best: Clause | None = None
    best_rank = (2, len(BEGIN_WITH))
    for clause in clauses:
        table = _table(clause)
        if table in BEGIN_WITH:
            rank = (0 if _is_single(clause) else 1, BEGIN_WITH.index(table))
            if rank < best_rank:
                best, best_rank = clause, rank
    if best_rank[0] and any(isinstance(clause, Chain | Has | Within) for clause in clauses):
        return None, False  # few resources hang on a chain: a better beginning than a range
    return best, best_rank[0] == 0


def _flat(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Parts that must all hold, one by one."""
    for clause in clauses:
        if isinstance(clause, AllOf):
            yield from _flat(clause.parts)
        else:
            yield clause


def _is_own(clause: Clause) -> bool:
    """True for a test of the resource's own row, other than of its type."""
    if not isinstance(clause, Match) or clause.table != Table.RESOURCE:
        return False
    return any(test.column != "type" for test in clause.tests)


def _is_single(clause: Clause) -> bool:
    """True when no resource can have two rows that pass: every column before rid is given."""
    return (
        isinstance(clause, Match)
        and clause.table in (Table.TOKEN, Table.REFERENCE)
        and all(test.op == Op.EQ for test in clause.tests)
        and len(clause.tests) == (1 if clause.table == Table.TOKEN else 2)
    )


def _table(clause: Clause) -> Table | None:
    if isinstance(clause, Match):
        return clause.table
    return _same_table(clause.parts) if isinstance(clause, AnyOf) else None


def _same_table(parts: Sequence[Clause]) -> Table | None:
    tables = {part.table if isinstance(part, Match) else None for part in parts}
    table = tables.pop() if tables else None
    return None if tables or table == Table.RESOURCE else table


def _refers(r: str, x: str, params: Sequence[str], others: str) -> str:
    names = ", ".join(f":{name}" for name in params)
    return (
        f"{r}.rid IN (SELECT {x}.rid FROM records_ref {x}"
        f" WHERE {x}.param IN ({names}) AND {x}.target IN ({others}))"
    )


def _either(conditions: Sequence[str]) -> str:
    return (
        conditions[0]
        if len(conditions) == 1
        else "(" + " OR ".join(f"({condition})" for condition in conditions) + ")"
    )


def _tests(tests: Sequence[Test], alias: str) -> str:
    return " AND ".join(_test(test, alias) for test in tests)


def _test(test: Test, alias: str) -> str:
    column = f"{alias}.{test.column}"
    match test.op:
        case Op.IN:
            return f"{column} IN ({', '.join(f':{name}' for name in test.names)})"
        case Op.LIKE:
            return rf"{column} LIKE :{test.names[0]} ESCAPE '\'"
        case _:
            return f"{column} {test.op} :{test.names[0]}"


def _sort_key(key: SortKey, number: int) -> str:
    if key.table == Table.RESOURCE:
        return f"r.{key.column} AS s{number}"
    choice = "max" if key.is_descending else "min"
    params = ", ".join(f":{name}" for name in key.params)
    value = (
        f"(SELECT {choice}(o{number}.{key.column}) FROM records_{key.table} o{number}"
        f" WHERE o{number}.rid = r.rid AND o{number}.param IN ({params}))"
    )
    return f"COALESCE({value}, :{key.missing}) AS s{number}"


def _after(sort: Sequence[SortKey]) -> str:
    """The condition that a row comes after the one the last page ended with."""
    ways: list[str] = []
    equal: list[str] = []
    for number, key in enumerate(sort):
        past = "<" if key.is_descending else ">"
        ways.append(" AND ".join([*equal, f"q.s{number} {past} :after{number}"]))
        equal.append(f"q.s{number} = :after{number}")
    ways.append(" AND ".join([*equal, "q.rid > :after_rid"]))
    return _either(ways)


def include_values(include: Include, page: Sequence[int]) -> dict[str, int | str]:
    """The named values `select_included` takes, but for `limit`."""
    values: dict[str, int | str] = {f"page{number}": rid for number, rid in enumerate(page)}
    if include.param is not None:
        values["param"] = include.param
    if include.target_type is not None:
        values["target_type"] = include.target_type
    return values


def condition_of(clause: Clause) -> str:
    """The condition that a row meets a clause about itself alone, with {r} for its alias."""
    return _Writer(ANYTHING).clause("{r}", clause)
