"""What binds log and chain: how far behind it is, and carrying what people signed themselves."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from asklepion.kit.errors import Incorrect, NotFound
from asklepion.kit.http import caller, room

from ..service.contracts import Contracts

router = APIRouter(prefix="/api/ledger", tags=["ledger"])

Here = Annotated[Contracts, Depends(room(Contracts))]
Who = Annotated[Any, Depends(caller)]  # of the room beside ours: an account, and whether it is one


class Carried(BaseModel):
    """A call that somebody signed."""

    contract: str
    data: str


@router.get("/binding")
async def binding(contracts: Here) -> dict[str, Any]:
    """How far the chain is behind the log, what waits, and where our contracts lie."""
    health = await contracts.health()
    return {**asdict(health), **await contracts.places()}


@router.post("/carried", status_code=202)
async def carry(contracts: Here, who: Who, request: Request) -> dict[str, str]:
    """Have a call sent that the caller signed, at the house's cost: a little, and only few kinds.

    The body is `{"contract", "data"}`: one of our contracts by its name, and the call in hex.
    """
    who.require_known()
    try:
        body = Carried.model_validate_json(await request.body())
        data = bytes.fromhex(body.data.removeprefix("0x"))
    except ValueError as error:
        raise Incorrect(
            "The call cannot be read.", hint="Send contract, and data in hex."
        ) from error
    key = await contracts.relayer.carry(who.account, body.contract, data)
    return {"key": key.hex()}


@router.get("/carried/{key}")
async def carried(contracts: Here, who: Who, key: str) -> dict[str, Any]:
    """What became of a call that was carried."""
    who.require_known()
    try:
        found = await contracts.carried(bytes.fromhex(key))
    except ValueError:
        found = None
    if found is None:
        raise NotFound("There is no such call.", hint="Give the key that you were told.")
    block = found.block if found.block >= 0 else None
    transaction = "0x" + found.transaction.hex() if found.transaction else None
    return {"state": found.state, "block": block, "transaction": transaction, "why": found.why}
