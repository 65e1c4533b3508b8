"""FHIR R4 over HTTP. https://hl7.org/fhir/R4/http.html"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from asklepion.kit.errors import Incorrect
from asklepion.kit.http import root_of

from ..model import Asking, Resource
from ..service import Records
from ..service.entries import done_well, version_in
from ..service.everything import EVERYTHING
from ..service.summarising import SUMMARY
from . import subscribing
from .answers import answer, answer_kept, answer_seen
from .asking import (
    PREFIX,
    Asks,
    Here,
    base_of,
    form_in,
    patch_in,
    prefers,
    require_json,
    resource_in,
    texts_in,
    wants,
)
from .bulk import export_all, export_group, export_patient, export_patients, take_in
from .cohorts import run_view
from .duplicates import match
from .summarising import (
    summary,
    summary_by_parameters,
    summary_of_identified,
    summary_of_identified_by_parameters,
)
from .terminology import PATHS as OF_TERMS
from .validating import validate, validate_one

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

fhir = APIRouter(prefix=PREFIX, tags=["fhir"], dependencies=[Depends(require_json)])


Base = Annotated[str, Depends(base_of)]
Params = list[tuple[str, str]]


def _params(request: Request) -> Params:
    return [(k, v) for k, v in request.query_params.multi_items() if k != "visit"]


async def metadata(request: Request, records: Here) -> Response:
    """What this server can do. https://hl7.org/fhir/R4/http.html#capabilities"""
    match request.query_params.get("mode", "full"):
        case "full" | "normative":
            socket = subscribing.socket_of(request)
            return answer(request, records.capability(SERVED, socket, root=root_of(request)))
        case "terminology":
            told = await asyncio.to_thread(records.terminology.capability, SERVED)
            return answer(request, told)
        case _:
            raise Incorrect("There is no such mode.", hint="Say full, normative or terminology.")


async def transact(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """Carry out a batch or a transaction. https://hl7.org/fhir/R4/http.html#transaction"""
    bundle = await resource_in(request, records)
    told = await records.transact(asks, bundle, base=base, wants=wants(request) or "minimal")
    return answer(request, told)


# What is looked at


async def _look(
    request: Request,
    asks: Asking,
    records: Records,
    base: str,
    *path: str,
    params: Params | None = None,
) -> Response:
    asked = _params(request) if params is None else params
    is_lenient = prefers(request, "handling=lenient")
    seen = await records.look(asks, path, asked, base=base, is_lenient=is_lenient)
    return answer_seen(request, seen, base)


async def search_all(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """Search in all types, or those of `_type`. https://hl7.org/fhir/R4/http.html#search"""
    return await _look(request, asks, records, base)


async def search_all_by_form(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """Search in all types, by a form. https://hl7.org/fhir/R4/http.html#search"""
    params = [*_params(request), *await form_in(request)]
    return await _look(request, asks, records, base, params=params)


async def history_of_all(request: Request, asks: Asks, records: Here, base: Base) -> Response:
    """List every version the caller may see. https://hl7.org/fhir/R4/http.html#history"""
    return await _look(request, asks, records, base, "_history")


async def history_of_type(
    request: Request, type: str, asks: Asks, records: Here, base: Base
) -> Response:
    """List versions of one type. https://hl7.org/fhir/R4/http.html#history"""
    return await _look(request, asks, records, base, type, "_history")


async def history_of_one(
    request: Request, type: str, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """List the versions of one resource. https://hl7.org/fhir/R4/http.html#history"""
    return await _look(request, asks, records, base, type, id, "_history")


async def vread(
    request: Request, type: str, id: str, version: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Read one version of a resource. https://hl7.org/fhir/R4/http.html#vread"""
    return await _look(request, asks, records, base, type, id, "_history", version)


async def everything(request: Request, id: str, asks: Asks, records: Here, base: Base) -> Response:
    """All that is known about a patient. https://hl7.org/fhir/R4/patient-operation-everything.html"""
    return await _look(request, asks, records, base, "Patient", id, EVERYTHING)


async def everything_by_parameters(
    request: Request, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """The same, asked by a Parameters resource or none."""
    params = _params(request)
    if await request.body():
        params += texts_in(await resource_in(request, records))
    return await _look(request, asks, records, base, "Patient", id, EVERYTHING, params=params)


async def search_inside(
    request: Request, type: str, id: str, inner: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Search in a compartment; `*` is all types. https://hl7.org/fhir/R4/http.html#vsearch"""
    return await _look(request, asks, records, base, type, id, inner)


async def search_inside_by_form(
    request: Request, type: str, id: str, inner: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Search in a compartment, by a form. https://hl7.org/fhir/R4/http.html#vsearch"""
    params = [*_params(request), *await form_in(request)]
    return await _look(request, asks, records, base, type, id, inner, params=params)


async def read(
    request: Request, type: str, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Read one resource. https://hl7.org/fhir/R4/http.html#read"""
    return await _look(request, asks, records, base, type, id)


async def search(request: Request, type: str, asks: Asks, records: Here, base: Base) -> Response:
    """Search in one type. https://hl7.org/fhir/R4/http.html#search"""
    return await _look(request, asks, records, base, type)


async def search_by_form(
    request: Request, type: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Search in one type, by a form. https://hl7.org/fhir/R4/http.html#search"""
    params = [*_params(request), *await form_in(request)]
    return await _look(request, asks, records, base, type, params=params)


# What is changed


async def create(request: Request, type: str, asks: Asks, records: Here, base: Base) -> Response:
    """Keep a new resource. https://hl7.org/fhir/R4/http.html#create"""
    resource = await _resource_of(request, records, type)
    search = request.headers.get("if-none-exist")
    wanted = parse_qsl(search.lstrip("?"), keep_blank_values=True) if search else None
    kept = await records.create(asks, resource, if_none_exist=wanted)
    return answer_kept(request, kept, base)


async def _resource_of(request: Request, records: Records, type: str) -> Resource:
    resource = await resource_in(request, records)
    if resource.get("resourceType") != type:
        raise Incorrect("The body has another type than the address.", hint="Make them one.")
    return resource


async def update(
    request: Request, type: str, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Keep the next version of a resource. https://hl7.org/fhir/R4/http.html#update"""
    resource = await _resource_of(request, records, type)
    if resource.get("id") != id:
        raise Incorrect("The body has another id than the address.", hint="Make them one.")
    kept = await records.update(
        asks,
        resource,
        if_match=version_in(request.headers.get("if-match")),
        is_new_only=request.headers.get("if-none-match", "").strip() == "*",
    )
    return answer_kept(request, kept, base)


async def update_where(
    request: Request, type: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Keep the next version of what matches. https://hl7.org/fhir/R4/http.html#cond-update"""
    resource = await _resource_of(request, records, type)
    version = version_in(request.headers.get("if-match"))
    kept = await records.update_where(asks, _params(request), resource, if_match=version)
    return answer_kept(request, kept, base)


async def patch(
    request: Request, type: str, id: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Change parts of a resource. https://hl7.org/fhir/R4/http.html#patch"""
    version = version_in(request.headers.get("if-match"))
    kept = await records.patch(asks, type, id, await patch_in(request, records), if_match=version)
    return answer_kept(request, kept, base)


async def patch_where(
    request: Request, type: str, asks: Asks, records: Here, base: Base
) -> Response:
    """Change parts of the one resource that matches. https://hl7.org/fhir/R4/http.html#patch"""
    version = version_in(request.headers.get("if-match"))
    params = _params(request)
    kept = await records.patch(
        asks, type, params, await patch_in(request, records), if_match=version
    )
    return answer_kept(request, kept, base)


async def delete(request: Request, type: str, id: str, asks: Asks, records: Here) -> Response:
    """Delete a resource. https://hl7.org/fhir/R4/http.html#delete"""
    version = version_in(request.headers.get("if-match"))
    await records.delete(asks, type, id, if_match=version)
    return _deleted(request)


async def delete_where(request: Request, type: str, asks: Asks, records: Here) -> Response:
    """Delete what matches. https://hl7.org/fhir/R4/http.html#cdelete"""
    version = version_in(request.headers.get("if-match"))
    await records.delete_where(asks, type, _params(request), if_match=version)
    return _deleted(request)


def _deleted(request: Request) -> Response:
    if wants(request) == "operationoutcome":
        return answer(request, done_well("Deleted, or it was not there."))
    return Response(status_code=204)


# The first path that fits is taken, so the order counts.

Verb = Callable[..., Any]
PATHS: dict[str, dict[str, Verb]] = {
    "": {"GET": search_all, "POST": transact},
    "/metadata": {"GET": metadata},
    "/_search": {"POST": search_all_by_form},
    "/_history": {"GET": history_of_all},
    "/$viewdefinition-run": {"POST": run_view},
    "/ViewDefinition/$viewdefinition-run": {"POST": run_view},
    "/ViewDefinition/$run": {"POST": run_view},
    **OF_TERMS,
    **subscribing.PATHS,
    "/$export": {"GET": export_all, "POST": export_all},
    "/$import": {"POST": take_in},
    "/Patient/$export": {"GET": export_patients, "POST": export_patients},
    "/Patient/$match": {"POST": match},
    "/Patient/{id}/$export": {"GET": export_patient, "POST": export_patient},
    "/Group/{id}/$export": {"GET": export_group, "POST": export_group},
    "/{type}/_search": {"POST": search_by_form},
    "/{type}/_history": {"GET": history_of_type},
    "/{type}/{id}/_history": {"GET": history_of_one},
    "/{type}/{id}/_history/{version}": {"GET": vread},
    f"/Patient/{{id}}/{EVERYTHING}": {"GET": everything, "POST": everything_by_parameters},
    f"/Patient/{{id}}/{SUMMARY}": {"GET": summary, "POST": summary_by_parameters},
    f"/Patient/{SUMMARY}": {
        "GET": summary_of_identified,
        "POST": summary_of_identified_by_parameters,
    },
    "/{type}/$validate": {"POST": validate},
    "/{type}/{id}/$validate": {"POST": validate_one},
    "/{type}/{id}/{inner}/_search": {"POST": search_inside_by_form},
    "/{type}/{id}/{inner}": {"GET": search_inside},
    "/{type}/{id}": {"GET": read, "PUT": update, "PATCH": patch, "DELETE": delete},
    "/{type}": {
        "GET": search,
        "POST": create,
        "PUT": update_where,
        "PATCH": patch_where,
        "DELETE": delete_where,
    },
}
SERVED = frozenset((method, path) for path, verbs in PATHS.items() for method in verbs)


def _allowed(verbs: dict[str, Verb]) -> str:
    methods = [[method, "HEAD"] if method == "GET" else [method] for method in verbs]
    return ", ".join([*(each for some in methods for each in some), "OPTIONS"])


def _tells(methods: str) -> Verb:
    async def options() -> Response:
        return Response(status_code=204, headers={"allow": methods})

    return options


def _refuses(methods: str) -> Verb:
    async def refuse() -> Response:
        told = f"Only {methods} can be done here."
        raise HTTPException(405, told, headers={"allow": methods})

    return refuse


def _serve(path: str, verbs: dict[str, Verb]) -> None:
    allowed = _allowed(verbs)
    for method, verb in verbs.items():
        fhir.api_route(path, methods=[method], response_model=None)(verb)
    hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}
    if "GET" in verbs:  # HEAD is GET without its body, which the server takes away
        fhir.api_route(path, methods=["HEAD"], **hidden)(verbs["GET"])
    fhir.api_route(path, methods=["OPTIONS"], **hidden)(_tells(allowed))
    others = [method for method in METHODS if method not in verbs]
    others += [] if "GET" in verbs else ["HEAD"]
    if others:
        fhir.api_route(path, methods=others, **hidden)(_refuses(allowed))


for _path, _verbs in PATHS.items():
    _serve(_path, _verbs)
