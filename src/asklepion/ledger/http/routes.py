"""What anybody may ask of the log: its signed state, its key, its tiles; and the witness here."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.requests import HTTPConnection
from fastapi.responses import PlainTextResponse

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.kit.http import answer_errors, room

from ..engine.cosigning import MOST_REQUEST
from ..engine.note import to_base64
from ..engine.tiles import read_tile
from ..service import Ledger, Stale, Witness

router = APIRouter(prefix="/api/ledger", tags=["ledger"])

Here = Annotated[Ledger, Depends(room(Ledger))]
Size = Annotated[int, Query(ge=1, lt=2**63)]

KEPT = "public, max-age=31536000, immutable"  # a tile never changes
FRESH = timedelta(seconds=1)  # strangers cannot make the house sign more often than this


@router.get("/checkpoint", response_model=None)
async def checkpoint(
    ledger: Here, request: Request, cosigned: bool = False
) -> dict[str, Any] | Response:
    """Read the newest signed checkpoint, with what witnesses put below it.

    As the bare note where text/plain is asked for; `cosigned` asks for the newest one that enough
    witnesses cosigned. https://c2sp.org/tlog-checkpoint
    """
    newest = await (ledger.cosigned() if cosigned else ledger.checkpoint(not_older_than=FRESH))
    if newest is None:
        raise NotFound("No checkpoint was cosigned by enough witnesses yet.")
    if "text/plain" in request.headers.get("accept", ""):
        return PlainTextResponse(newest.note)
    return {
        "origin": newest.origin,
        "size": newest.size,
        "root": to_base64(newest.root),
        "note": newest.note,
        "witnesses": list(newest.witnesses),
        "signed_at": to_iso(newest.signed_at) if newest.signed_at else None,
    }


@router.get("/key")
async def key(ledger: Here) -> dict[str, str]:
    """Read the public key of the checkpoints. https://c2sp.org/signed-note"""
    return {"origin": ledger.origin, "key": ledger.verifier_key}


@router.get("/consistency")
async def consistency(ledger: Here, old: Size, new: Size) -> dict[str, Any]:
    """Prove that the log of `new` leaves begins with the whole one of `old`.

    https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4
    """
    proof = await ledger.consistency(old, new)
    return {"old": old, "new": new, "proof": [to_base64(step) for step in proof]}


@router.get("/size")
async def size(ledger: Here) -> dict[str, int]:
    """Read how many leaves the log has."""
    return {"size": await ledger.size()}


# The same log as files, for whoever copies all of it: https://c2sp.org/tlog-tiles


@router.get("/tiles/checkpoint", response_class=PlainTextResponse)
async def tiles_checkpoint(ledger: Here) -> Response:
    """Read the newest checkpoint as a note. https://c2sp.org/tlog-tiles"""
    newest = await ledger.checkpoint(not_older_than=FRESH)
    return PlainTextResponse(newest.note, headers={"cache-control": "no-cache"})


@router.get("/tiles/tile/{level}/{place:path}")
async def tile(ledger: Here, level: str, place: str) -> Response:
    """Read a tile of hashes, or with `entries` as its level a bundle of commitments.

    https://c2sp.org/tlog-tiles
    """
    asked = read_tile(level, place)
    wanted = await (ledger.entries(asked) if asked.level is None else ledger.tile(asked))
    return Response(wanted, media_type="application/octet-stream", headers={"cache-control": KEPT})


# A witness for other people's logs: https://c2sp.org/tlog-witness

witnessing = APIRouter(tags=["ledger"])


def here(connection: HTTPConnection) -> Witness:
    """The witness, where there is one.

    Raises:
        NotFound: nobody asked this house to be one.
    """
    witness: Witness | None = connection.app.state.rooms.get(Witness)
    if witness is None:
        raise NotFound(
            "This house witnesses no other log.",
            hint="Its operator runs: asklepion witness follow.",
        )
    return witness


Watching = Annotated[Witness, Depends(here)]


@witnessing.post("/add-checkpoint", response_class=PlainTextResponse)
async def add_checkpoint(witness: Watching, request: Request) -> Response:
    """Cosign a checkpoint of a log that is followed. https://c2sp.org/tlog-witness"""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_REQUEST:
            raise Incorrect("The request is far too long.")
    try:
        return PlainTextResponse(await witness.add_checkpoint(body))
    except Stale as error:
        return Response(f"{error.size}\n", 409, media_type="text/x.tlog.size")


@witnessing.get("/seen", response_class=PlainTextResponse)
async def seen(witness: Watching, origin: str) -> Response:
    """Read the last that was seen of a log, as a note: evidence, if it was rolled back since."""
    return PlainTextResponse((await witness.seen(origin)).note)


@witnessing.get("/key")
async def witness_key(witness: Watching) -> dict[str, str]:
    """Read the public key of the cosignatures. https://c2sp.org/tlog-cosignature"""
    return {"key": witness.key}


def witness_app(witness: Witness) -> FastAPI:
    """A witness that stands alone, with no house around it."""
    app = FastAPI(title="Asklepion witness", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.rooms = {Witness: witness}
    app.include_router(witnessing)
    answer_errors(app)
    return app
