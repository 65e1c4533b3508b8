"""Definitions of installed packages: profiles, value sets, code systems, by their address."""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from asklepion.kit.db import Tx

COLUMNS = "package, package_version, url, version, type, installed_at, body"


class DefinitionRow(NamedTuple):
    """One definition as it is stored."""

    package: str
    package_version: str
    url: str
    version: str  # empty if it has none
    type: str
    installed_at: int
    body: bytes  # JSON, compressed


class PackageRow(NamedTuple):
    """One installed package."""

    name: str
    version: str
    installed_at: int
    definitions: int


def packed(text: bytes) -> bytes:
    """JSON as it is stored."""
    return zlib.compress(text, 6)


def unpacked(body: bytes) -> bytes:
    """What is stored as JSON."""
    return zlib.decompress(body)


async def replace(tx: Tx, package: str, rows: Sequence[DefinitionRow]) -> None:
    """Write a package's definitions instead of those it had."""
    await remove(tx, package)
    names = ", ".join(f":{name}" for name in COLUMNS.split(", "))
    sql = f"INSERT INTO records_definition ({COLUMNS}) VALUES ({names})"
    await tx.many(sql, [row._asdict() for row in rows])


async def remove(tx: Tx, package: str) -> int:
    """Take away a package's definitions; returns how many."""
    return await tx.run("DELETE FROM records_definition WHERE package = :package", package=package)


async def packages(tx: Tx) -> list[PackageRow]:
    """Every installed package."""
    rows = await tx.all(
        "SELECT package, package_version, max(installed_at), count(*) FROM records_definition"
        " GROUP BY package, package_version ORDER BY package"
    )
    return [PackageRow(*row) for row in rows]


async def bodies(tx: Tx) -> list[bytes]:
    """Every definition's JSON."""
    rows = await tx.all("SELECT body FROM records_definition ORDER BY package, url, version")
    return [unpacked(row[0]) for row in rows]


async def state(tx: Tx) -> tuple[int, int]:
    """Something that changes whenever a package comes or goes."""
    row = await tx.one("SELECT count(*), coalesce(max(installed_at), 0) FROM records_definition")
    return (row[0], row[1]) if row else (0, 0)
