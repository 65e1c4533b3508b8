"""Views and questions about many patients, over HTTP."""

import asyncio
import re
from dataclasses import replace
from typing import Annotated, Any, cast

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from asklepion.kit.errors import Incorrect, Unsupported

from ..engine.cohorts import FORMATS, Table, as_csv, as_json, as_ndjson, as_parquet
from ..engine.dates import span_of
from ..model import Asking, Resource
from ..service import Records
from ..service.cohorts import Finding, Question, Run
from .asking import ID, Asks, Here, asking, resource_in

router = APIRouter(prefix="/cohorts")

RESOURCES_MOST = 1_000  # sent along with one view
PATIENTS_MOST = 100
TAKEN = ("_format", "header", "viewResource", "patient", "_since", "_limit", "resource")
NOT_DONE = ("viewReference", "group", "source")
ACCEPTED = {kind.partition(";")[0]: name for name, kind in FORMATS.items()}

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


async def run_view(request: Request, asks: Asks, records: Here) -> Response:
    """Run a ViewDefinition. https://sql-on-fhir.org/ig/OperationDefinition-ViewDefinitionRun.html

    The body is Parameters with `viewResource`, or the ViewDefinition itself.
    """
    body = await resource_in(request, records)
    given: list[tuple[str, Any]] = [*request.query_params.multi_items()]
    if body.get("resourceType") == "Parameters":
        given += _parameters(body)
    else:
        given.append(("viewResource", body))
    for name, _ in given:
        if name in NOT_DONE:
            raise Unsupported(
                f"{name} is not done here.",
                hint="No ViewDefinitions are kept, as FHIR R4 has none: send viewResource.",
            )
        if name not in TAKEN and name != "visit":
            raise Incorrect("There is an unknown parameter.", hint=f"Known: {', '.join(TAKEN)}.")
    format = _format(request, _one(given, "_format"))
    header = str(_one(given, "header") or "true").lower()
    run = Run(
        definition=_one(given, "viewResource"),
        patients=_patients(given),
        since=_since(given),
        limit=_limit(_one(given, "_limit")),
        resources=_resources(given),
    )
    table = await records.cohorts.run(asks, run)
    return await _answer(records, table, format, header=header != "false")


def _parameters(body: Resource) -> list[tuple[str, Any]]:
    held: Any = body.get("parameter", [])
    if not isinstance(held, list):
        raise Incorrect("Parameters.parameter: a list is expected.")
    found: list[tuple[str, Any]] = []
    for number, each in enumerate(cast(list[Any], held)):
        part = cast(dict[str, Any], each) if isinstance(each, dict) else {}
        values = [part[key] for key in part if key == "resource" or key.startswith("value")]
        if not isinstance(part.get("name"), str) or len(values) != 1:
            raise Incorrect(f"Parameters.parameter[{number}]: a name and a value are expected.")
        found.append((part["name"], values[0]))
    return found


def _one(given: list[tuple[str, Any]], name: str) -> Any:
    values = [value for key, value in given if key == name]
    if len(values) > 1:
        raise Incorrect(f"{name} stands there more than once.")
    return values[0] if values else None


def _format(request: Request, wanted: Any) -> str:
    """The format by parameter, else by header, else NDJSON."""
    if wanted:
        name = str(wanted).partition(";")[0].strip()
        name = ACCEPTED.get(name, name)
        if name not in FORMATS:
            raise Unsupported(
                "The view cannot be written in this format.", hint=f"Known: {', '.join(FORMATS)}."
            )
        return name
    for kind in request.headers.get("accept", "").split(","):
        if name := ACCEPTED.get(kind.partition(";")[0].strip()):
            return name
    return "ndjson"


def _patients(given: list[tuple[str, Any]]) -> list[str]:
    found: list[str] = []
    for name, value in given:
        if name != "patient":
            continue
        text: Any = (
            cast(dict[str, Any], value).get("reference") if isinstance(value, dict) else value
        )
        id = str(text).removeprefix("Patient/")
        if not ID.fullmatch(id):
            raise Incorrect("patient: a reference such as Patient/1 is expected.")
        found.append(f"Patient/{id}")
    if len(found) > PATIENTS_MOST:
        raise Incorrect(f"patient: {PATIENTS_MOST} at most are expected.")
    return found


def _since(given: list[tuple[str, Any]]) -> str:
    value = _one(given, "_since")
    if value is not None and (not isinstance(value, str) or span_of(value) is None):
        raise Incorrect("_since: a moment such as 2026-03-01T12:00:00Z is expected.")
    return value or ""


def _limit(value: Any) -> int | None:
    if value is None:
        return None
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise Incorrect("_limit: a whole number is expected.")
    return int(text)


def _resources(given: list[tuple[str, Any]]) -> list[Resource] | None:
    sent = [value for name, value in given if name == "resource"]
    if len(sent) > RESOURCES_MOST:
        raise Incorrect(f"resource: {RESOURCES_MOST} at most are expected.")
    if not all(isinstance(it, dict) for it in sent):
        raise Incorrect("resource: a resource in JSON is expected.")
    return sent or None


async def _answer(records: Records, table: Table, format: str, *, header: bool) -> Response:
    columns, rows = table.columns, table.rows
    match format:
        case "csv":
            body = await asyncio.to_thread(as_csv, columns, rows, header=header)
        case "json":
            body = await asyncio.to_thread(as_json, columns, rows)
        case "parquet":
            body = await asyncio.to_thread(as_parquet, table, records.uploads)
        case _:
            body = await asyncio.to_thread(as_ndjson, columns, rows)
    return Response(body, media_type=FORMATS[format])


def researching(request: Request, asks: Annotated[Asking, Depends(asking)]) -> Asking:
    """Who asks about many; for research, unless `X-Purpose-Of-Use` says otherwise."""
    is_said = "x-purpose-of-use" in request.headers
    return asks if is_said or asks.purpose == "PATRQT" else replace(asks, purpose="HRESCH")


@router.post("/query", response_model=None)
async def query(
    request: Request, asks: Annotated[Asking, Depends(researching)], records: Here
) -> Response:
    """Ask one SQL question of the tables of some views, over what the caller may see.

    The body is `{"views", "sql", "level", "cohort"}`: ViewDefinitions by the name of their table,
    one SELECT, `counts` or `rows`, and the name under which patients keep their pseudonyms.
    """
    body = await resource_in(request, records)
    views: Any = body.get("views")
    texts = {name: body.get(name, default) for name, default in DEFAULTS.items()}
    if not isinstance(views, dict) or not all(isinstance(it, str) for it in texts.values()):
        raise Incorrect("The question cannot be read.", hint="Send views, sql, level and cohort.")
    if unknown := set(body) - {"views", *texts}:
        raise Incorrect(
            f"The question holds {len(unknown)} unknown parts.",
            hint="Send views, sql, level and cohort.",
        )
    question = Question(views=cast(dict[str, Any], views), **cast(dict[str, str], texts))
    found = await records.cohorts.ask(asks, question)
    body_out = await asyncio.to_thread(_told, found, asks.purpose, records.cohorts.smallest)
    return Response(body_out, media_type="application/json")


DEFAULTS = {"sql": "", "level": "counts", "cohort": ""}


def _told(found: Finding, purpose: str, smallest: int) -> bytes:
    return _encoder.encode(
        {
            "columns": [{"name": name, "type": type} for name, type in found.columns],
            "rows": found.rows,
            "is_cut": found.is_cut,
            "held_back": found.held_back,
            "smallest": smallest,
            "resources": found.resources,
            "patients": found.patients,
            "purpose": purpose,
        }
    )
