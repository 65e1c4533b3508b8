"""FHIR R4 over HTTP. https://hl7.org/fhir/R4/http.html"""

from typing import Annotated, Any
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Depends, Request, Response

from asklepion.kit.clock import to_us
from asklepion.kit.errors import Incorrect

from ..model import Kept
from ..service.transacting import version_in
from . import bundles
from .asking import (
    FHIR,
    PREFIX,
    Asks,
    Here,
    base_of,
    etag,
    http_date,
    prefers,
    require_json,
    resource_in,
)
from .validating import validate, validate_one

fhir = APIRouter(prefix=PREFIX, tags=["fhir"], dependencies=[Depends(require_json)])


Base = Annotated[str, Depends(base_of)]


def _answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = body if isinstance(body, bytes) else orjson.dumps(body)
    return Response(text, status, headers, media_type=FHIR)


def _stored(body: bytes, version: int, updated_at: int, request: Request) -> Response:
    headers = {"etag": etag(version), "last-modified": http_date(updated_at)}
    if etag(version) in request.headers.get("if-none-match", "").split(", "):
        return Response(status_code=304, headers=headers)
    return _answer(body, headers=headers)


def _kept(kept: Kept, request: Request, base: str) -> Response:
    headers = {
        "etag": etag(kept.version),
        "last-modified": http_date(to_us(kept.at)),
        "location": f"{base}/{kept.reference}/_history/{kept.version}",
    }
    status = 201 if kept.is_new else 200
    if prefers(request, "return=minimal"):
        return Response(status_code=status, headers=headers)
    return _answer(kept.resource, status, headers)


def _params(request: Request) -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.query_params.multi_items() if k != "visit"]


@fhir.get("/metadata", response_model=None)
async def metadata(records: Here) -> Response:
    """What this server can do. https://hl7.org/fhir/R4/http.html#capabilities"""
    return _answer(records.capability)


@fhir.post("", response_model=None)
async def transact(request: Request, asks: Asks, records: Here) -> Response:
    """Carry out a batch or a transaction. https://hl7.org/fhir/R4/http.html#transaction"""
    return _answer(await records.transact(asks, await resource_in(request, records)))


@fhir.get("/_history", response_model=None)
async def history_of_all(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """List every version the caller may see. https://hl7.org/fhir/R4/http.html#history"""
    return await _history(request, asks, records, base)


@fhir.get("/{type}/_history", response_model=None)
async def history_of_type(
    request: Request, type: str, asks: Asks, records: Here, base: Base
) -> Response:
    """List versions of one type. https://hl7.org/fhir/R4/http.html#history"""
    return await _history(request, asks, records, base, type)


@fhir.get("/{type}/{id}/_history", response_model=None)
async def history_of_one(
    request: Request, type: str, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """List the versions of one resource. https://hl7.org/fhir/R4/http.html#history"""
    return await _history(request, asks, records, base, type, id)


async def _history(request: Request, asks: Asks, records: Here, base: str, *what: str) -> Response:
    known = {"_count", "_cursor", "_format", "_pretty", "visit"}
    params = _params(request)
    unknown = {name for name, _ in params} - known
    if unknown:
        raise Incorrect("A history takes _count and _cursor only.", hint="Leave the others out.")
    asked = dict(params)
    count = asked.get("_count", "50")
    if not count.isascii() or not count.isdigit():
        raise Incorrect("_count is no number.", hint="Send a whole number.")
    page = await records.history(asks, *what, count=int(count[:9]), cursor=asked.get("_cursor"))
    path = "/".join([*what, "_history"])
    return _answer(bundles.history(base, path, params, page))


@fhir.get("/{type}/{id}/_history/{version}", response_model=None)
async def vread(
    request: Request, type: str, id: str, version: str, asks: Asks, records: Here
) -> Response:
    """Read one version of a resource. https://hl7.org/fhir/R4/http.html#vread"""
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    row = await records.row(asks, type, id, number)
    return _stored(row.body, row.version, row.updated_at, request)


@fhir.get("/{type}/{id}", response_model=None)
async def read(request: Request, type: str, id: str, asks: Asks, records: Here) -> Response:
    """Read one resource. https://hl7.org/fhir/R4/http.html#read"""
    row = await records.row(asks, type, id)
    return _stored(row.body, row.version, row.updated_at, request)


@fhir.get("/{type}", response_model=None)
async def search(request: Request, type: str, asks: Asks, records: Here, base: Base) -> Response:
    """Search in one type. https://hl7.org/fhir/R4/http.html#search"""
    return await _search(request, type, _params(request), asks, records, base)


@fhir.post("/{type}/_search", response_model=None)
async def search_by_form(
    request: Request, type: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Search in one type, by a form. https://hl7.org/fhir/R4/http.html#search"""
    try:
        form = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise Incorrect("The form is no text.", hint="Send it in UTF-8.") from error
    params = [*_params(request), *parse_qsl(form, keep_blank_values=True)]
    return await _search(request, type, params, asks, records, base)


async def _search(
    request: Request,
    type: str,
    params: list[tuple[str, str]],
    asks: Asks,
    records: Here,
    base: str,
) -> Response:
    is_lenient = prefers(request, "handling=lenient")
    page = await records.page(asks, type, params, is_lenient=is_lenient)
    return _answer(bundles.searchset(base, type, params, page))


@fhir.post("/{type}", response_model=None)
async def create(request: Request, type: str, asks: Asks, records: Here, base: Base) -> Response:
    """Keep a new resource. https://hl7.org/fhir/R4/http.html#create"""
    resource = await resource_in(request, records)
    if resource.get("resourceType") != type:
        raise Incorrect("The body has another type than the address.", hint="Send it there.")
    search = request.headers.get("if-none-exist")
    wanted = parse_qsl(search.lstrip("?"), keep_blank_values=True) if search else None
    return _kept(await records.create(asks, resource, if_none_exist=wanted), request, base)


@fhir.put("/{type}/{id}", response_model=None)
async def update(
    request: Request, type: str, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Keep the next version of a resource. https://hl7.org/fhir/R4/http.html#update"""
    resource = await resource_in(request, records)
    if (resource.get("resourceType"), resource.get("id")) != (type, id):
        raise Incorrect("The body has another type or id than the address.", hint="Make them one.")
    version = version_in(request.headers.get("if-match"))
    return _kept(await records.update(asks, resource, if_match=version), request, base)


@fhir.delete("/{type}/{id}", response_model=None)
async def delete(request: Request, type: str, id: str, asks: Asks, records: Here) -> Response:
    """Delete a resource. https://hl7.org/fhir/R4/http.html#delete"""
    version = version_in(request.headers.get("if-match"))
    await records.delete(asks, type, id, if_match=version)
    return Response(status_code=204)


fhir.post("/{type}/$validate", response_model=None)(validate)
fhir.post("/{type}/{id}/$validate", response_model=None)(validate_one)

# HEAD is GET without its body, which the server takes away; OPTIONS tells what a path can do.

ALLOWED = {
    "": "POST, OPTIONS",
    "/_history": "GET, HEAD, OPTIONS",
    "/{type}/_history": "GET, HEAD, OPTIONS",
    "/{type}/{id}/_history": "GET, HEAD, OPTIONS",
    "/{type}/{id}/_history/{version}": "GET, HEAD, OPTIONS",
    "/{type}/_search": "POST, OPTIONS",
    "/{type}/$validate": "POST, OPTIONS",
    "/{type}/{id}/$validate": "POST, OPTIONS",
    "/metadata": "GET, HEAD, OPTIONS",
    "/{type}": "GET, HEAD, POST, OPTIONS",
    "/{type}/{id}": "GET, HEAD, PUT, DELETE, OPTIONS",
}
HEADS = {
    "/_history": history_of_all,
    "/{type}/_history": history_of_type,
    "/{type}/{id}/_history": history_of_one,
    "/{type}/{id}/_history/{version}": vread,
    "/metadata": metadata,
    "/{type}": search,
    "/{type}/{id}": read,
}
for path, verb in HEADS.items():
    fhir.head(path, include_in_schema=False, response_model=None)(verb)


def _tells(methods: str) -> Any:
    async def options() -> Response:
        return Response(status_code=204, headers={"allow": methods})

    return options


for path, methods in ALLOWED.items():
    fhir.options(path, include_in_schema=False, response_model=None)(_tells(methods))
