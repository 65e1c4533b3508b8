"""Views and questions about many patients, over HTTP."""

import asyncio
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
from .asking import ID, Asks, Here, asking, parameters_in, resource_in
from .given import Given

router = APIRouter(prefix="/cohorts")

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
    values: list[tuple[str, Any]] = [
        (name, value) for name, value in request.query_params.multi_items() if name != "visit"
    ]
    is_bare = body.get("resourceType") != "Parameters"
    values += [("viewResource", body)] if is_bare else parameters_in(body)
    if any(name in NOT_DONE for name, _ in values):
        raise Unsupported(
            f"{', '.join(NOT_DONE)} are not done here.",
            hint="No ViewDefinitions are kept, as FHIR R4 has none: send viewResource.",
        )
    asked = Given(values, TAKEN)
    format = _format(request, asked.text("_format"))
    header = asked.flag("header", default=True)
    run = Run(
        definition=asked.one("viewResource"),
        patients=_patients(asked),
        since=_since(asked),
        limit=asked.number("_limit"),
        resources=_resources(asked),
    )
    table = await records.cohorts.run(asks, run)
    return await _answer(records, table, format, header=header)


def _format(request: Request, wanted: str) -> str:
    """The format by parameter, else by header, else NDJSON."""
    if wanted:
        name = wanted.partition(";")[0].strip()
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


def _patients(asked: Given) -> list[str]:
    found: list[str] = []
    for value in asked.all("patient"):
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


def _since(asked: Given) -> str:
    value = asked.text("_since")
    if value and span_of(value) is None:
        raise Incorrect("_since: a moment such as 2026-03-01T12:00:00Z is expected.")
    return value


def _resources(asked: Given) -> list[Resource] | None:
    sent = asked.all("resource")
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
