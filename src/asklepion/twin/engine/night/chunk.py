"""Some patients' resources as one Parquet file, and what DuckDB keeps of them.

Every text in it is sealed under a key of this one run that is never written down, and codes are
keyed marks; so is told only how many resources there are, and when they were dated. DuckDB writes
no encrypted Parquet by itself, without fetching an extension.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

import duckdb
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..chart import UNUSABLE
from ..fhir import Resource, codes_of_concept
from .pool import Held

MEMORY = "512MiB"
NONCE = 12  # bytes, before what is sealed
NUMBER = 8  # bytes of a resource's number, with which alone its text opens
# Newest Observations of one code: more than the twin follows any measure's pages.
NEWEST = 3200
READ = """
WITH rows AS (SELECT * FROM read_parquet($1)),
coded AS (SELECT number, patient, start, updated_at, unnest(codes) AS code FROM rows),
placed AS (SELECT number, row_number() OVER (PARTITION BY patient, code, start IS NULL
    ORDER BY start DESC, updated_at DESC, number) AS place FROM coded)
SELECT patient, type, number, start, until, updated_at, text FROM rows
WHERE type <> 'Observation' OR number IN (SELECT number FROM placed WHERE place <= $2)
ORDER BY patient, number
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flat:
    """One resource of one of the patients.

    Args:
        patient: whose, by her place among the chunk's patients.
        body: JSON.
    """

    patient: int
    type: str
    number: int
    start: int | None
    end: int | None
    updated_at: int
    body: bytes


def write(path: Path, flat: Iterable[Flat], key: bytes) -> None:
    """Write what is of use as one file.

    Args:
        path: of a file in a folder that nobody else may look into.
        key: 32 secret bytes of this run and of nobody else.
    """
    box = AESGCM(key)
    columns: list[list[object]] = [[] for _ in range(8)]
    for one in flat:
        marks: list[int] = []
        if one.type == "Observation":
            resource: Resource = msgspec.json.decode(one.body)
            if resource.get("status") in UNUSABLE:
                continue  # nothing that is computed here asks for it
            marks = [_mark(key, code) for code in codes_of_concept(resource.get("code"))]
        nonce = secrets.token_bytes(NONCE)  # a resource may be written twice under one key
        sealed = nonce + box.encrypt(nonce, one.body, one.number.to_bytes(NUMBER))
        row = (one.patient, one.type, one.number, one.start, one.end, one.updated_at)
        for column, value in zip(columns, (*row, marks, sealed), strict=True):
            column.append(value)
    with _connect(path.parent) as connection:
        connection.execute(
            "CREATE TABLE flat AS SELECT unnest($1::INTEGER[]) AS patient,"
            " unnest($2::VARCHAR[]) AS type, unnest($3::BIGINT[]) AS number,"
            " unnest($4::BIGINT[]) AS start, unnest($5::BIGINT[]) AS until,"
            " unnest($6::BIGINT[]) AS updated_at, unnest($7::BIGINT[][]) AS codes,"
            " unnest($8::BLOB[]) AS text",
            columns,
        )
        quoted = str(path).replace("'", "''")
        connection.execute(f"COPY flat TO '{quoted}' (FORMAT parquet, USE_TMP_FILE false)")


def read(path: Path, key: bytes) -> Iterator[tuple[int, list[Held]]]:
    """What counts of each patient's: everything but readings that many newer ones stand before."""
    box = AESGCM(key)
    with _connect(path.parent) as connection:
        rows: Sequence[tuple[int, str, int, int | None, int | None, int, bytes]]
        rows = connection.execute(READ, [str(path), NEWEST]).fetchall()
    for patient, hers in groupby(rows, key=lambda row: row[0]):
        yield (
            patient,
            [
                Held(
                    type=type,
                    number=number,
                    start=start,
                    end=end,
                    updated_at=updated_at,
                    resource=msgspec.json.decode(_open(box, number, sealed)),
                )
                for _, type, number, start, end, updated_at, sealed in hers
            ],
        )


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """What does not fit into memory goes to the private folder, not where the process began."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": "1",
        "memory_limit": MEMORY,
        "temp_directory": str(folder),
    }
    return duckdb.connect(":memory:", config=settings)


def _open(box: AESGCM, number: int, sealed: bytes) -> bytes:
    return box.decrypt(sealed[:NONCE], sealed[NONCE:], number.to_bytes(NUMBER))


def _mark(key: bytes, code: str) -> int:
    digest = blake2b(code.lower().encode(), digest_size=8, key=key).digest()
    return int.from_bytes(digest, signed=True)
