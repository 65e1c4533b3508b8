"""Tables as files: CSV, NDJSON and Parquet."""

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from .asking import load
from .tables import Table

FORMATS = {
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would carry out what begins so

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def as_ndjson(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> bytes:
    """One JSON object a line."""
    names = [name for name, _ in columns]
    return b"".join(_encoder.encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


def as_json(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> bytes:
    """A list of JSON objects."""
    names = [name for name, _ in columns]
    return _encoder.encode([dict(zip(names, row, strict=True)) for row in rows])


def as_csv(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], *, header: bool = True
) -> bytes:
    """CSV (RFC 4180); several values in one cell as JSON, and no cell that a spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        writer.writerow([name for name, _ in columns])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return value
    text = value if isinstance(value, str) else _encoder.encode(value).decode()
    return f"'{text}" if text.startswith(FORMULA) else text


def as_parquet(table: Table, folder: Path) -> bytes:
    """Parquet, written by DuckDB. Takes its time: not for the event loop.

    Args:
        folder: where a file may lie for a moment, on systems that keep none in memory.
    """
    connection = duckdb.connect(":memory:", config={"threads": "1", "memory_limit": "256MiB"})
    try:
        load(connection, table)
        if hasattr(os, "memfd_create"):
            file = os.memfd_create("parquet")
            try:
                _copy(connection, table, f"/proc/self/fd/{file}")
                with os.fdopen(os.dup(file), "rb") as made:
                    made.seek(0)
                    return made.read()
            finally:
                os.close(file)
        with tempfile.TemporaryDirectory(dir=folder) as inside:
            path = Path(inside) / "table.parquet"
            _copy(connection, table, str(path))
            return path.read_bytes()
    finally:
        connection.close()


def _copy(connection: duckdb.DuckDBPyConnection, table: Table, path: str) -> None:
    quoted = path.replace("'", "''")
    connection.execute(f"COPY \"{table.name}\" TO '{quoted}' (FORMAT parquet, USE_TMP_FILE false)")
