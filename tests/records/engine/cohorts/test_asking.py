"""One SELECT over the tables that were handed in, and no way out of it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from asklepion.kit.errors import Incorrect, Unsupported
from asklepion.records.engine.cohorts import (
    Answer,
    Bounds,
    Table,
    as_csv,
    as_json,
    as_ndjson,
    as_parquet,
    ask,
    withhold,
)

PULSES = Table(
    name="pulses",
    columns=(("patient", "VARCHAR"), ("value", "DOUBLE"), ("tags", "VARCHAR[]")),
    rows=[(f"p{n % 7}", n / 2, ["a", f"t{n}"]) for n in range(70)],
)


def test_it_counts_joins_and_sorts() -> None:
    answer = ask(
        [PULSES],
        "WITH high AS (FROM pulses WHERE value > 30) SELECT patient, count(*) AS n, max(tags[2])"
        " FROM high JOIN range(1) ON true GROUP BY patient ORDER BY patient LIMIT 1",
    )

    assert answer.columns[0] == ("patient", "VARCHAR")
    assert answer.rows == [("p0", 1, "t63")]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM pulses WHERE EXISTS (SELECT 1 FROM duckdb_settings())",
        "SELECT (SELECT count(*) FROM information_schema.tables)",
        "WITH x AS (SELECT * FROM pg_catalog.pg_class) SELECT * FROM x",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM json_execute_serialized_sql('')",
        "SELECT current_setting('threads')",
        "SELECT write_log('x')",
        "COPY pulses TO '/tmp/pulses.csv'",
        "ATTACH '/tmp/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "PRAGMA database_list",
        "CREATE TABLE x AS FROM pulses",
        "DELETE FROM pulses",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY pulses TO '/tmp/pulses.csv'",
        "",
        "SELEC 1",
    ],
)
def test_whatever_else_is_asked_is_refused(sql: str) -> None:
    with pytest.raises(Incorrect, match="SQL"):
        ask([PULSES], sql)


def test_a_fault_in_the_text_is_told_with_its_place_and_one_in_the_values_without_them() -> None:
    with pytest.raises(Incorrect, match="nothing") as in_text:
        ask([PULSES], "SELECT nothing FROM pulses")
    with pytest.raises(Incorrect) as in_values:
        ask([PULSES], "SELECT CAST(patient AS INTEGER) FROM pulses")

    assert "LINE 1" in in_text.value.message
    assert "p0" not in str(in_values.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000) a, range(1000000000) b",
        "SELECT repeat('a', 100000000) || value FROM pulses",
        "SELECT list(a.range) FROM range(100000000) a",
    ],
)
def test_what_takes_too_much_time_or_memory_is_ended(sql: str) -> None:
    with pytest.raises(Unsupported, match=r"longer|memory|too large"):
        ask([PULSES], sql, Bounds(seconds=0.5, memory_mib=64))


def test_rows_beyond_the_bound_are_left_out_and_told() -> None:
    assert ask([PULSES], "FROM pulses", Bounds(rows=3)).is_cut
    assert not ask([PULSES], "FROM pulses", Bounds(rows=70)).is_cut


def test_what_a_value_holds_is_never_read_as_sql() -> None:
    hostile = "'); DROP TABLE pulses; --"
    table = Table(name="t", columns=(("a", "VARCHAR"),), rows=[(hostile,), ('"}] ☃',), (None,)])

    assert [row[0] for row in ask([table], "FROM t").rows] == [hostile, '"}] ☃', None]


def test_rows_of_few_are_held_back() -> None:
    answer = ask(
        [PULSES],
        "SELECT value < 1 AS low, count(DISTINCT patient) AS patients FROM pulses GROUP BY low",
    )

    kept, held_back = withhold(answer, 5)

    assert kept.rows == [(False, 7)]
    assert held_back == 1


def test_an_answer_that_counts_nobody_cannot_be_held_back() -> None:
    with pytest.raises(Incorrect, match="how many patients"):
        withhold(Answer(columns=(), rows=[], is_cut=False), 5)


def test_every_format_says_the_same(tmp_path: Path) -> None:
    table = Table(
        name="t",
        columns=(("a", "VARCHAR"), ("b", "BIGINT"), ("c", "VARCHAR[]")),
        rows=[("x", 1, ["p", "q"]), (None, None, None)],
    )

    assert as_csv(table.columns, table.rows) == b'a,b,c\r\nx,1,"[""p"",""q""]"\r\n,,\r\n'
    assert as_csv(table.columns, [], header=False) == b""
    assert as_ndjson(table.columns, table.rows[:1]) == b'{"a":"x","b":1,"c":["p","q"]}\n'
    assert as_json(table.columns, table.rows[1:]) == b'[{"a":null,"b":null,"c":null}]'
    assert _parquet(as_parquet(table, tmp_path), tmp_path) == table.rows


def _parquet(body: bytes, folder: Path) -> list[tuple[Any, ...]]:
    (folder / "t.parquet").write_bytes(body)
    return duckdb.connect().execute(f"FROM '{folder}/t.parquet'").fetchall()


def test_no_cell_of_a_file_is_one_that_a_spreadsheet_would_run() -> None:
    body = as_csv([("a", "VARCHAR")], [("=cmd()",), ("@x",), ("fine",), (-1,)], header=False)

    assert body == b"'=cmd()\r\n'@x\r\nfine\r\n-1\r\n"
