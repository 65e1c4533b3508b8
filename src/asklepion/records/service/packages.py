"""Packages of implementation guides: installed, listed, removed; and what they come to."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Database
from asklepion.kit.errors import HouseError, Incorrect, NotFound

from ..engine.profiles import Library
from ..model import Asking
from ..store import definitions
from ..store.definitions import DefinitionRow, PackageRow
from .archives import Archive, PackageLimits, read_archive


class Package(NamedTuple):
    """One installed package."""

    name: str
    version: str
    definitions: int


class Packages:
    """Holds the library of what is installed, and keeps it up to date."""

    def __init__(self, *, db: Database, clock: Clock, limits: PackageLimits | None = None) -> None:
        self._db = db
        self._clock = clock
        self._limits = limits or PackageLimits()
        self._state = (0, 0)
        self.library = Library()

    async def install(self, asking: Asking, path: Path) -> Package:
        """Take in a package; one of the same name is replaced.

        Raises:
            Forbidden: somebody else than an operator asks.
            Incorrect, Unsupported: it is no package for R4, or its profiles cannot be read.
        """
        asking.caller.require(Role.OPERATOR)
        archive = await asyncio.to_thread(read_archive, path, self._limits)
        await asyncio.to_thread(_try, archive)
        at = to_us(self._clock.now())
        rows = [
            DefinitionRow(
                package=archive.name,
                package_version=archive.version,
                url=url,
                version=version,
                type=type,
                installed_at=at,
                body=definitions.packed(text),
            )
            for (url, version), (type, text) in sorted(archive.definitions.items())
        ]
        async with self._db.begin() as tx:
            await definitions.replace(tx, archive.name, rows)
        await self.refresh(force=True)
        return Package(archive.name, archive.version, len(rows))

    async def remove(self, asking: Asking, name: str) -> None:
        """Take a package away.

        Raises:
            Forbidden: somebody else than an operator asks.
            NotFound: it is not installed.
        """
        asking.caller.require(Role.OPERATOR)
        async with self._db.begin() as tx:
            count = await definitions.remove(tx, name)
        if not count:
            raise NotFound("No package of this name is installed.", hint="See asklepion fhir list.")
        await self.refresh(force=True)

    async def list(self, asking: Asking) -> list[Package]:
        """Every installed package."""
        asking.caller.require_known()
        async with self._db.read() as tx:
            found: list[PackageRow] = await definitions.packages(tx)
        return [Package(it.name, it.version, it.definitions) for it in found]

    async def refresh(self, *, force: bool = False) -> None:
        """Read the library again if another process changed what is installed."""
        async with self._db.read() as tx:
            state = await definitions.state(tx)
            if state == self._state and not force:
                return
            bodies = await definitions.bodies(tx)
        self.library = await asyncio.to_thread(_library, bodies)
        self._state = state


def _library(bodies: list[bytes]) -> Library:
    return Library(map(orjson.loads, bodies))


def _try(archive: Archive) -> None:
    """Make every profile once, so that what cannot be used is refused now and not in a write."""
    library = _library([text for _, text in archive.definitions.values()])
    for (url, version), (type, _) in archive.definitions.items():
        if type == "StructureDefinition":
            try:
                library.profile(f"{url}|{version}" if version else url)
            except (HouseError, KeyError, TypeError, ValueError, AttributeError) as error:
                raise Incorrect(f"The profile {url[:200]} cannot be read.") from error
