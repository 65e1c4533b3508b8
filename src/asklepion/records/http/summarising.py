"""Summaries over HTTP: the FHIR document, and the same as a PDF."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from asklepion.kit.errors import Incorrect

from ..engine.ips import LANGUAGES
from ..service import Records
from ..service.summarising import require_known
from .answers import answer
from .asking import Asks, Here, base_of, resource_in, texts_in

router = APIRouter()

PDF = "application/pdf"


def spoken(request: Request) -> str:
    """The language that the caller asks for, among those we write; empty for the caller's own."""
    for each in request.headers.get("accept-language", "").split(","):
        wanted = each.partition(";")[0].strip().lower()
        if wanted.startswith("zh"):
            return LANGUAGES[1]
        if wanted.startswith("en"):
            return LANGUAGES[0]
    return ""


Language = Annotated[str, Depends(spoken)]
Params = list[tuple[str, str]]


async def _params(request: Request, records: Records) -> Params:
    params = [(k, v) for k, v in request.query_params.multi_items() if k != "visit"]
    if request.method == "POST" and await request.body():
        params += texts_in(await resource_in(request, records))
    return params


async def summary(
    request: Request, id: str, asks: Asks, records: Here, language: Language
) -> Response:
    """The International Patient Summary. https://hl7.org/fhir/uv/ips/STU2/OperationDefinition-summary.html"""
    asked = require_known(await _params(request, records))
    if "identifier" in asked:
        raise Incorrect("A patient is named twice.", hint="Leave the identifier out.")
    made = await records.summaries.of(asks, id, base=base_of(request), language=language)
    return answer(request, await asyncio.to_thread(made.document))


async def summary_by_parameters(
    request: Request, id: str, asks: Asks, records: Here, language: Language
) -> Response:
    """The same, asked by a Parameters resource or none."""
    return await summary(request, id, asks, records, language)


async def summary_of_identified(
    request: Request, asks: Asks, records: Here, language: Language
) -> Response:
    """The summary of the patient with an identifier."""
    asked = require_known(await _params(request, records))
    if not asked.get("identifier"):
        raise Incorrect("No patient is named.", hint="Send an identifier as system|value.")
    id = await records.summaries.find(asks, asked["identifier"])
    made = await records.summaries.of(asks, id, base=base_of(request), language=language)
    return answer(request, await asyncio.to_thread(made.document))


async def summary_of_identified_by_parameters(
    request: Request, asks: Asks, records: Here, language: Language
) -> Response:
    """The same, asked by a Parameters resource."""
    return await summary_of_identified(request, asks, records, language)


@router.get("/patients/{id}/summary.pdf", response_model=None)
async def summary_printed(
    request: Request,
    id: str,
    asks: Asks,
    records: Here,
    language: Annotated[str, Query(pattern="^(en|zh-CN)?$")] = "",
) -> Response:
    """The summary as a PDF (A4), in the language asked for or the caller's own."""
    wanted = language or spoken(request)
    made = await records.summaries.of(asks, id, base=base_of(request), language=wanted)
    headers = {"content-disposition": 'inline; filename="patient-summary.pdf"'}
    return Response(await asyncio.to_thread(made.printed), media_type=PDF, headers=headers)
