"""One SELECT over a few tables, by DuckDB in memory, with nothing else in its reach.

Held by three walls, each enough by itself for what it is there for: the statement is taken apart
and may name only these tables, their functions and itself; DuckDB is opened without files, network
and extensions, and its configuration locked; time, memory and rows are bounded.

Source: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import duckdb
import msgspec

from asklepion.kit.errors import Incorrect, Unsupported

from .tables import Table

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
SQL_MOST = 20_000  # characters
CHUNK = 2_000  # rows put in, or taken out, at a time
TEXT_MOST = 500  # characters of DuckDB's own words in an error
# What stands in FROM and is called like a function; everything else there could read or tell more.
ROW_FUNCTIONS = frozenset(["unnest", "range", "generate_series"])
# They tell of the machine, keep something, or run a text.
NOT_CALLED = re.compile(
    r"(?:pg_|duckdb_|pragma_|read_|write_|parse_duckdb|json_execute|current_setting|getenv"
    r"|getvariable|nextval|currval|query|sql_auto|add_parquet_key|txid_|sleep)",
)
# Their words are about the text that was sent; others may be about what is in the tables.
ABOUT_TEXT = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.SyntaxException,
)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one question may take."""

    seconds: float = 10.0
    memory_mib: int = 256
    rows: int = 5_000
    bytes: int = 16 * 1024 * 1024  # of the answer, as text


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a question found."""

    columns: tuple[tuple[str, str], ...]  # name, and type in SQL
    rows: list[tuple[Any, ...]]
    is_cut: bool  # there would be more rows
    counted: int | None = None  # the column that counts patients, by the statement itself


def check_name(name: Any, place: str) -> str:
    """The name of a table, lower case, if it can be one.

    Raises:
        Incorrect: it cannot.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Incorrect(f"{place}: letters, digits and _ are expected, a letter first.")
    return name.lower()


def ask(tables: Sequence[Table], sql: str, bounds: Bounds | None = None) -> Answer:
    """What one SELECT finds in these tables. Takes its time: not for the event loop.

    Raises:
        Incorrect: it is not one SELECT over these tables; the message says where.
        Unsupported: it takes more time, memory or rows than it may.
    """
    bounds = bounds or Bounds()
    if len(sql) > SQL_MOST:
        raise Incorrect(f"The SQL has more than {SQL_MOST} characters.")
    connection = _open(bounds)
    alarm = threading.Timer(bounds.seconds, connection.interrupt)
    try:
        counted = _checked(connection, sql, {table.name.lower() for table in tables})
        for table in tables:
            load(connection, table)
        connection.execute("SET lock_configuration = true")
        alarm.start()
        return _answer(connection, sql, bounds, counted)
    except duckdb.InterruptException as error:
        raise Unsupported(
            f"The question takes longer than {bounds.seconds:g} seconds.",
            hint="Ask for less, or join by keys.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise Unsupported(
            f"The question takes more than {bounds.memory_mib} MiB of memory.",
            hint="Ask for less, or join by keys.",
        ) from error
    except ABOUT_TEXT as error:
        raise Incorrect(f"SQL: {_words(error)}") from error
    except duckdb.Error as error:
        kind = type(error).__name__.removesuffix("Exception")
        raise Incorrect(
            f"SQL: it cannot be carried out on what is in the tables ({kind}).",
            hint="Where a value may not fit, use try_cast or nullif.",
        ) from error
    finally:
        alarm.cancel()
        connection.close()


def _open(bounds: Bounds) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "temp_directory": "",
        "max_temp_directory_size": "0B",
        "memory_limit": f"{bounds.memory_mib}MiB",
        "threads": "1",
    }
    return duckdb.connect(":memory:", config=config)


def load(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make a table. Its rows travel as JSON, and are bound: none of it is read as SQL."""
    names = [name for name, _ in table.columns]
    shape = [{f"c{n}": _json_type(type) for n, (_, type) in enumerate(table.columns)}]
    columns = ", ".join(f'"{name}" {type}' for name, type in table.columns)
    connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
    sql = f'INSERT INTO "{table.name}" SELECT unnest(from_json(?::JSON, ?), recursive := true)'
    for start in range(0, len(table.rows), CHUNK):
        part = [
            {f"c{n}": row[n] for n in range(len(names))}
            for row in table.rows[start : start + CHUNK]
        ]
        connection.execute(sql, [_encoder.encode(part).decode(), json.dumps(shape)])


_encoder = msgspec.json.Encoder(decimal_format="number")


def _json_type(type: str) -> Any:
    return [type.removesuffix("[]")] if type.endswith("[]") else type


def _answer(
    connection: duckdb.DuckDBPyConnection, sql: str, bounds: Bounds, counted: int | None
) -> Answer:
    result = connection.execute(sql)
    columns = tuple((str(it[0]), str(it[1])) for it in result.description or ())
    rows: list[tuple[Any, ...]] = []
    size = 0
    while len(rows) <= bounds.rows and (part := result.fetchmany(CHUNK)):
        rows += part
        size += sum(len(str(value)) for row in part for value in row)
        if size > bounds.bytes:
            raise Unsupported("The answer is too large.", hint="Ask for fewer rows or columns.")
    is_cut = len(rows) > bounds.rows
    return Answer(columns=columns, rows=rows[: bounds.rows], is_cut=is_cut, counted=counted)


def _checked(connection: duckdb.DuckDBPyConnection, sql: str, known: set[str]) -> int | None:
    """Refuse what is not one SELECT over known tables.

    Returns:
        Which column of the answer counts patients, if the statement says so at its top.
    """
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise Incorrect("SQL: exactly one SELECT is expected.")
    row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    tree: Any = json.loads(row[0]) if row else {"error": True}
    if tree.get("error") or len(tree.get("statements", [])) != 1:
        raise Incorrect("SQL: exactly one SELECT is expected.")
    nodes = list(_nodes(tree))
    named = known | {
        str(entry.get("key", "")).lower() for it in nodes for entry in _entries(it.get("cte_map"))
    }
    for node in nodes:
        _check_node(node, named, known)
    return _counting(tree["statements"][0].get("node", {}))


def _check_node(node: dict[str, Any], named: set[str], known: set[str]) -> None:
    match node.get("type"):
        case "BASE_TABLE":
            path: list[str] = node.get("qualified_name", {}).get("path", [])
            if len(path) != 1 or path[0].lower() not in named:
                told = ", ".join(sorted(known))
                raise Incorrect(
                    f"SQL, character {_place(node)}: there is no such table.",
                    hint=f"There are: {told}.",
                )
        case "TABLE_FUNCTION":
            name = str(node.get("function", {}).get("function_name", "")).lower()
            if name not in ROW_FUNCTIONS:
                raise Incorrect(
                    f"SQL, character {_place(node)}: this function cannot stand in FROM.",
                    hint=f"Only {', '.join(sorted(ROW_FUNCTIONS))} can.",
                )
        case "FUNCTION":
            if NOT_CALLED.match(str(node.get("function_name", "")).lower()):
                raise Incorrect(f"SQL, character {_place(node)}: this function cannot be called.")
        case _:
            pass


def _place(node: dict[str, Any]) -> int:
    at = node.get("query_location", 0)
    return at + 1 if isinstance(at, int) and at < SQL_MOST else 1


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = [tree]
    while waiting:
        it = waiting.pop()
        if isinstance(it, dict):
            yield cast(dict[str, Any], it)
            waiting += cast(dict[str, Any], it).values()
        elif isinstance(it, list):
            waiting += cast(list[Any], it)


def _entries(ctes: Any) -> list[dict[str, Any]]:
    entries: Any = cast(dict[str, Any], ctes).get("map", []) if isinstance(ctes, dict) else []
    return [it for it in cast(list[Any], entries) if isinstance(it, dict)]


def _counting(node: dict[str, Any]) -> int | None:
    """The place of `count(DISTINCT patient) AS patients` among what the statement selects."""
    for number, it in enumerate(cast(list[dict[str, Any]], node.get("select_list", []))):
        if str(it.get("alias", "")).lower() != "patients":
            continue
        arguments: list[dict[str, Any]] = it.get("arguments", [])
        is_count = it.get("class") == "FUNCTION" and it.get("function_name") == "count"
        if is_count and it.get("distinct") and len(arguments) == 1 and not it.get("filter"):
            column = arguments[0].get("expression", {})
            names: list[str] = column.get("column_names") or column.get("qualified_name", {}).get(
                "path", []
            )
            if column.get("class") == "COLUMN_REF" and names and names[-1].lower() == "patient":
                return number
    return None


def _words(error: duckdb.Error) -> str:
    """What DuckDB says of the text, with the place it points to, in one line each."""
    text = str(error).partition("Error: ")[2] or str(error)
    return text.strip()[:TEXT_MOST]
