import ast
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from asklepion import records
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Fault
from asklepion.records.engine import bodies
from asklepion.records.service import resealing
from asklepion.records.service.books import Books
from asklepion.records.service.sealing import Bodies
from tests.conftest import NOON

from ..conftest import Office, open_office
from ..people import (
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    observation,
    organization,
    patient,
)

SOURCE = Path(records.__file__).parent
HOLDERS = {"Releasing", "Writer", "Resealer", "Eraser", "Ruler"}


async def blobs(office: Office, table: str = "records_res") -> list[tuple[Any, ...]]:
    async with office.db.read() as tx:
        return await tx.all(f"SELECT rid, version, patient, body FROM {table} WHERE deleted = 0")


async def test_what_is_stored_tells_nothing_without_its_key(full: Office) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=73))

    stored = [*await blobs(full), *await blobs(full, "records_hist")]

    assert len(stored) == 12
    for *_, body in stored:
        assert bodies.is_sealed(body)
        for word in (b"resourceType", b"Patient", b"Observation", b"2026-0"):
            assert word not in body


async def test_each_patient_has_a_key_and_the_house_one_for_what_is_nobodys(full: Office) -> None:
    keys: dict[str, set[int]] = {}
    for _, _, whose, body in await blobs(full):
        keys.setdefault(whose, set()).add(bodies.key_of(body))

    assert keys.keys() == {"", MEI, JONAS}
    assert all(len(each) == 1 for each in keys.values())
    assert len({key for each in keys.values() for key in each}) == 3


async def test_what_is_about_several_people_has_a_key_of_its_own(full: Office) -> None:
    group = {
        "resourceType": "Group", "id": "twins", "type": "person", "actual": True,
        "member": [{"entity": {"reference": who}} for who in (MEI, JONAS)],
    }  # fmt: skip
    await full.keep(group)

    by_owner = {whose: bodies.key_of(body) for _, _, whose, body in await blobs(full)}

    assert len(set(by_owner.values())) == len(by_owner) == 4


async def swap(office: Office, first: str, second: str, column: str) -> None:
    """Put what one row has into the other, and the other way round."""
    async with office.db.begin() as tx:
        sql = f"SELECT rid, {column} FROM records_res WHERE id IN (:a, :b)"
        (one, its), (other, others) = await tx.all(sql, a=first, b=second)
        for rid, value in ((one, others), (other, its)):
            sql = f"UPDATE records_res SET {column} = :value WHERE rid = :rid"
            await tx.run(sql, value=value, rid=rid)


async def test_two_bodies_that_were_swapped_open_neither_here_nor_there(full: Office) -> None:
    await swap(full, "pulse-1", "pulse-2", "body")

    for id in ("pulse-1", "pulse-2"):
        with pytest.raises(Fault, match="not as this house wrote it"):
            await full.records.read(MEI_ASKS, "Observation", id)
    found = [finding.row for finding in await full.records.verify()]
    assert sorted(found) == ["Observation/pulse-1/1", "Observation/pulse-2/1"]


async def test_a_row_that_was_given_to_somebody_else_shows_him_nothing(full: Office) -> None:
    await swap(full, "pulse-1", "jonas-pulse", "patient")

    with pytest.raises(Fault, match="not as this house wrote it"):
        await full.records.read(JONAS_ASKS, "Observation", "pulse-1")


async def test_an_older_body_does_not_pass_for_the_newer(full: Office) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=99))
    async with full.db.begin() as tx:
        sql = (
            "UPDATE records_res SET body = (SELECT body FROM records_hist h"
            " WHERE h.rid = records_res.rid) WHERE id = 'pulse-1'"
        )
        await tx.run(sql)

    with pytest.raises(Fault, match="not as this house wrote it"):
        await full.records.read(MEI_ASKS, "Observation", "pulse-1")


@pytest.mark.parametrize("place", [0, 1, 5, 15, 40, -1])
async def test_a_body_with_one_other_bit_is_found_out(full: Office, place: int) -> None:
    async with full.db.begin() as tx:
        ((body,),) = await tx.all("SELECT body FROM records_res WHERE id = 'pulse-1'")
        held = bytearray(body)
        held[place] ^= 1
        sql = "UPDATE records_res SET body = :body WHERE id = 'pulse-1'"
        await tx.run(sql, body=bytes(held))

    with pytest.raises(Fault):
        await full.records.read(MEI_ASKS, "Observation", "pulse-1")
    assert "Observation/pulse-1/1" in [finding.row for finding in await full.records.verify()]


async def test_a_body_in_the_clear_is_not_taken_for_one_of_ours(full: Office) -> None:
    async with full.db.begin() as tx:
        sql = "UPDATE records_res SET body = :body WHERE id = 'pulse-1'"
        await tx.run(sql, body=b'{"resourceType": "Observation", "id": "pulse-1"}')

    with pytest.raises(Fault, match="not sealed"):
        await full.records.read(MEI_ASKS, "Observation", "pulse-1")


def files(folder: Path, name: str) -> list[Path]:
    return list(folder.glob(f"{name}*"))


def holders(thing: object, seen: set[int]) -> Iterator[str]:
    """The classes of this room whose objects hold what opens bodies."""
    if id(thing) in seen or not type(thing).__module__.startswith("asklepion.records"):
        return
    seen.add(id(thing))
    for slot in getattr(thing, "__dict__", {}).values():
        if isinstance(slot, Bodies):
            yield type(thing).__name__
        yield from holders(slot, seen)


def test_only_what_releases_writes_or_seals_holds_what_opens_bodies(tmp_path: Path) -> None:
    import asyncio

    office = asyncio.run(open_office("", tmp_path, StoppedClock(NOON)))

    assert set(holders(office.records, set())) == HOLDERS
    asyncio.run(office.db.close())


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_no_other_file_of_the_house_speaks_of_opening() -> None:
    opening = {"open_sealed", "Bodies"}
    names = ("sealing", "releasing", "writing", "resealing", "building", "erasing", "ruling")
    # What was signed is sealed in a table of its own, and opened by its own keeper alone.
    allowed = {f"service/{name}.py" for name in names} | {
        "engine/bodies.py",
        "service/signing/keeping.py",
    }

    found = {
        path.relative_to(SOURCE).as_posix() if path.is_relative_to(SOURCE) else path.as_posix()
        for path in SOURCE.parent.rglob("*.py")
        if names_in(path) & opening
    }

    assert {"service/sealing.py", "service/releasing.py", "service/writing.py"} <= found <= allowed


async def test_a_new_key_of_a_patient_seals_all_of_hers_anew_and_nothing_else(
    full: Office,
) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=73))
    before = {(rid, version): body for rid, version, _, body in await blobs(full)}
    hers = {bodies.key_of(body) for _, _, whose, body in await blobs(full) if whose == MEI}
    told: list[tuple[str, int]] = []

    count = await full.records.rotate(MEI, lambda what, so_far: told.append((what, so_far)))

    rows = [*await blobs(full), *await blobs(full, "records_hist")]
    after = {bodies.key_of(body) for _, _, whose, body in rows if whose == MEI}
    others = [(rid, v, body) for rid, v, whose, body in await blobs(full) if whose != MEI]
    assert len(after) == 1
    assert not after & hers
    assert all(before[rid, version] == body for rid, version, body in others)
    lines = len(await full.records.accesses(MEI_ASKS, MEI, count=500))
    assert (count, {what for what, _ in told}) == (6 + lines, {"res", "hist", "access"})
    assert (await full.records.read(MEI_ASKS, "Observation", "pulse-1"))["id"] == "pulse-1"
    assert await full.records.verify() == []


async def test_a_rotation_that_was_killed_is_ended_at_the_next_start(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)

    def killed(what: str, so_far: int) -> None:
        if what == "res" and so_far >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await full.records.rotate(MEI, killed)
    between = {bodies.key_of(body) for _, _, whose, body in await blobs(full) if whose == MEI}
    assert (await full.records.read(MEI_ASKS, "Observation", "pulse-1"))["id"] == "pulse-1"
    await full.records.start()

    after = {bodies.key_of(body) for _, _, whose, body in await blobs(full) if whose == MEI}
    assert (len(between), len(after)) == (2, 1)
    assert await full.count("records_chore") == 0
    assert await full.records.verify() == []


async def test_rows_that_an_older_program_left_in_the_clear_are_sealed_at_the_next_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StoppedClock(NOON)

    async def plain(_: object, rows: list[Any]) -> list[Any]:
        return list(rows)

    with monkeypatch.context() as older:
        for kind in (Bodies, Books):
            older.setattr(kind, "seal", plain)
            older.setattr(kind, "open", plain)
        old = await open_office(database_url, tmp_path, clock)
        await old.keep(organization(), patient(MEI), observation("pulse-1"))
        await old.records.update(OPERATOR_ASKS, observation("pulse-1", value=80))
        async with old.db.begin() as tx:  # as the migrations leave what such a program kept
            for table in ("records_res", "records_hist"):
                await tx.run(f"UPDATE {table} SET labels = 0")
            for part in ("res", "hist", "access"):
                await tx.run(f"INSERT INTO records_chore VALUES ('seal-{part}', -1)")
        await old.db.close()
    monkeypatch.setattr(resealing, "BATCH", 1)
    office = await open_office(database_url, tmp_path, clock)

    await office.records.start()

    rows = [*await blobs(office), *await blobs(office, "records_hist")]
    assert len(rows) == 4
    assert all(bodies.is_sealed(body) for *_, body in rows)
    assert (await office.records.vread(MEI_ASKS, "Observation", "pulse-1", 1))["id"] == "pulse-1"
    assert await office.records.verify() == []
    assert await office.count("records_chore") == 0
    assert await office.count("records_res WHERE labels = 0") == 0
    assert await office.count("records_hist WHERE labels = 0") == 0
    await office.records.stop()
    await office.db.close()
    if not database_url:
        held = b"".join(path.read_bytes() for path in files(tmp_path, "records.sqlite"))
        assert b"resourceType" not in held
        with closing(sqlite3.connect(tmp_path / "records.sqlite")) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
