"""A patient takes her whole record with her."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from asklepion.kit.uploads import Closing

from .asking import Asks, Here

router = APIRouter()


@router.get("/patients/{id}/record", response_model=None)
async def take(
    id: str,
    request: Request,
    asks: Asks,
    records: Here,
    history: Annotated[bool, Query(description="Also every version that was.")] = False,
) -> StreamingResponse:
    """Take the whole record along as one zip; for her and who decides in her place.

    `X-Things` tells how many resources are in it.
    """
    taken = await records.taking.take(
        asks, f"Patient/{id}", with_history=history, is_gone=request.is_disconnected
    )
    stack = ExitStack()
    stack.callback(taken.close)
    headers = {
        "content-disposition": 'attachment; filename="my-record.zip"',
        "x-things": str(taken.count),
        "cache-control": "no-store",
    }
    return Closing(taken.pieces, stack, media_type="application/zip", headers=headers)
