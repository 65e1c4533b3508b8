from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI

from asklepion.kit.db import Database
from asklepion.kit.http import answer_errors
from asklepion.ledger import Ledger, is_consistent
from asklepion.ledger.engine import note
from asklepion.ledger.http import router
from tests.ledger.test_service import append


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
