from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI

from asklepion.kit.db import Database
from asklepion.kit.http import answer_errors
from asklepion.ledger import Ledger, is_consistent
from asklepion.ledger.engine import merkle, note
from asklepion.ledger.engine.tiles import WIDTH, tile_path
from asklepion.ledger.http import router, witnessing
from tests.ledger.test_service import append, commitments


@pytest.fixture
def database_url() -> str:
    """What is said by HTTP does not depend on the kind of database: SQLite will do."""
    return ""


@pytest.fixture
async def stranger(ledger: Ledger) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody with no credential at all."""
    app = FastAPI()
    app.state.rooms = {Ledger: ledger}
    app.include_router(router)
    app.include_router(witnessing)
    answer_errors(app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        yield client


async def test_anybody_may_read_the_signed_state_and_check_it_with_the_key(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient
) -> None:
    await append(db, ledger, 3)

    checkpoint = (await stranger.get("/api/ledger/checkpoint")).json()
    key = (await stranger.get("/api/ledger/key")).json()

    assert note.is_signed_by(checkpoint["note"], note.Verifier.read(key["key"]))
    read = note.read_checkpoint(checkpoint["note"])
    assert (read.size, note.to_base64(read.root)) == (3, checkpoint["root"])
    assert checkpoint["signed_at"] == "2026-03-01T12:00:00.000Z"
    assert key["origin"] == checkpoint["origin"] == read.origin


async def test_a_tool_that_asks_for_text_gets_the_bare_note(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient
) -> None:
    await append(db, ledger, 3)

    answer = await stranger.get("/api/ledger/checkpoint", headers={"accept": "text/plain"})

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == (await ledger.checkpoint()).note


async def test_anybody_may_ask_for_proof_that_the_log_only_grew(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient
) -> None:
    await append(db, ledger, 3)
    old = await ledger.checkpoint()
    await append(db, ledger, 4, 3)
    new = await ledger.checkpoint()

    answer = (await stranger.get("/api/ledger/consistency?old=3&new=7")).json()

    proof = [note.from_base64(step) for step in answer["proof"]]
    assert is_consistent(3, 7, old.root, new.root, proof)


@pytest.mark.parametrize(
    "query",
    ["", "?old=0&new=1", "?old=2&new=1", "?old=1&new=9", "?old=x&new=1", f"?old=1&new={2**70}"],
)
async def test_a_proof_that_cannot_be_is_refused_with_words(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient, query: str
) -> None:
    await append(db, ledger, 3)

    answer = await stranger.get(f"/api/ledger/consistency{query}")

    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_strangers_cannot_make_the_house_sign_all_the_time(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient
) -> None:
    for number in range(5):
        await append(db, ledger, 1, number)
        await stranger.get("/api/ledger/checkpoint")

    async with db.read() as tx:
        assert await tx.one("SELECT count(*) FROM ledger_checkpoint") == (1,)
    assert (await stranger.get("/api/ledger/size")).json() == {"size": 5}


async def tile(stranger: httpx.AsyncClient, level: int | str, index: int, size: int) -> bytes:
    """One tile of a log of this size; a partial one where the log ends in it."""
    whole = size >> (8 * level if isinstance(level, int) else 0)
    width = min(WIDTH, whole - index * WIDTH)
    partial = "" if width == WIDTH else f".p/{width}"
    path = f"/api/ledger/tiles/tile/{level}/{tile_path(index)}{partial}"
    answer = await stranger.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "application/octet-stream"
    return answer.content


def hashes_of(content: bytes) -> list[bytes]:
    return [content[at : at + 32] for at in range(0, len(content), 32)]


async def test_from_the_tiles_alone_anybody_can_make_the_root_again(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient
) -> None:
    size = 70_000 // 100  # two full tiles of leaves and a part of a third
    await append(db, ledger, size)
    read = await stranger.get("/api/ledger/tiles/checkpoint")
    checkpoint = note.read_checkpoint(read.text)

    leaves: list[bytes] = []
    for index in range(-(-checkpoint.size // WIDTH)):
        leaves += hashes_of(await tile(stranger, 0, index, checkpoint.size))
    above = hashes_of(await tile(stranger, 1, 0, checkpoint.size))

    assert read.headers["content-type"] == "text/plain; charset=utf-8"
    assert read.headers["cache-control"] == "no-cache"
    assert len(leaves) == checkpoint.size == size
    assert merkle.fold(merkle.grow(0, [], leaves)[0]) == checkpoint.root
    assert above == [
        merkle.fold(merkle.grow(0, [], leaves[at : at + WIDTH])[0]) for at in (0, WIDTH)
    ]


async def test_the_entries_are_commitments_that_hash_to_the_leaves(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient
) -> None:
    await append(db, ledger, 300)

    bundles = b"".join([await tile(stranger, "entries", index, 300) for index in (0, 1)])
    leaves = hashes_of(await tile(stranger, 0, 0, 300) + await tile(stranger, 0, 1, 300))

    entries = [bundles[at + 2 : at + 34] for at in range(0, len(bundles), 34)]
    assert {bundles[at : at + 2] for at in range(0, len(bundles), 34)} == {b"\x00\x20"}
    assert entries == commitments(300)
    assert [merkle.leaf_hash(entry) for entry in entries] == leaves


@pytest.mark.parametrize(
    "path",
    ["0/001", "0/001.p/45", "1/000.p/2", "2/000", "entries/001", "0/x", "0/000.p/256", "9/0"],
)
async def test_tiles_beyond_the_log_are_not_there_yet(
    db: Database, ledger: Ledger, stranger: httpx.AsyncClient, path: str
) -> None:
    await append(db, ledger, 300)

    answer = await stranger.get(f"/api/ledger/tiles/tile/{path}")

    assert answer.status_code == 404
    assert (await stranger.get("/api/ledger/tiles/tile/0/001.p/44")).status_code == 200


async def test_only_a_house_that_was_asked_to_is_a_witness(stranger: httpx.AsyncClient) -> None:
    for answer in (
        await stranger.post("/add-checkpoint", content=b"old 0\n"),
        await stranger.get("/key"),
        await stranger.get("/seen?origin=x"),
    ):
        assert answer.status_code == 404
        assert "witnesses no other log" in answer.json()["issue"][0]["diagnostics"]


async def test_a_cosigned_state_is_not_there_before_a_witness_cosigned(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.get("/api/ledger/checkpoint?cosigned=true")

    assert answer.status_code == 404
    assert "enough witnesses" in answer.json()["issue"][0]["diagnostics"]
