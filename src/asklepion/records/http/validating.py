"""$validate over HTTP. https://hl7.org/fhir/R4/resource-operation-validate.html"""

from typing import Any, cast

import orjson
from fastapi import Request, Response

from asklepion.kit.errors import Incorrect

from ..engine.expressions import expression_of
from ..model import Resource
from ..service import Question, Records, Verdict
from ..service.validating import Placed
from .asking import FHIR, Asks, Here, resource_in

LINE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"
COLUMN = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col"
KNOWN = {"profile", "mode", "references", "_format", "_pretty", "visit"}
ASKED = {"resource", "mode", "profile", "references"}


async def validate(request: Request, type: str, asks: Asks, records: Here) -> Response:
    """Say what is wrong with a resource. https://hl7.org/fhir/R4/operation-resource-validate.html"""
    return _answer(await records.validate(asks, await _question(request, records, type)))


async def validate_one(request: Request, type: str, id: str, asks: Asks, records: Here) -> Response:
    """Say what is wrong with a kept resource, or with what would come in its place."""
    return _answer(await records.validate(asks, await _question(request, records, type, id)))


async def _question(request: Request, records: Records, type: str, id: str = "") -> Question:
    params = request.query_params
    if unknown := set(params) - KNOWN:
        raise Incorrect(
            f"$validate does not know {len(unknown)} of the parameters.",
            hint="It takes profile, mode and references.",
        )
    profiles = params.getlist("profile")
    mode, references = params.get("mode", ""), params.get("references", "")
    body = await request.body()
    resource: Resource | None = await resource_in(request, records) if body.strip() else None
    within = ""
    if resource is not None and _is_question(resource):
        held, within = _parameters(resource)
        profiles += [str(value) for name, value in held if name == "profile"]
        mode = next((str(value) for name, value in held if name == "mode"), mode)
        references = next((str(value) for name, value in held if name == "references"), references)
        resource = next((cast(Resource, value) for name, value in held if name == "resource"), None)
    if references not in ("", "exist"):
        raise Incorrect("References can only be asked to exist.", hint="Say references=exist.")
    return Question(
        type=type,
        id=id,
        resource=resource,
        text=body.decode(errors="replace") if resource is not None else "",
        within=within,
        mode=mode,
        profiles=tuple(dict.fromkeys(profiles)),
        must_exist=references == "exist",
    )


def _is_question(resource: Resource) -> bool:
    """True for the operation's own Parameters, not for such as are to be looked at."""
    given: Any = resource.get("parameter")
    if resource.get("resourceType") != "Parameters" or not isinstance(given, list):
        return False
    several = cast(list[Any], given)
    return all(isinstance(it, dict) and str(it.get("name")) in ASKED for it in several)  # pyright: ignore


def _parameters(resource: Resource) -> tuple[list[tuple[str, Any]], str]:
    """What each parameter says, and where the resource stands."""
    held: list[tuple[str, Any]] = []
    within = ""
    for number, it in enumerate(cast(list[dict[str, Any]], resource["parameter"])):
        name = str(it["name"])
        if name == "resource":
            if not isinstance(it.get("resource"), dict):
                raise Incorrect("The parameter resource holds none.", hint="Send one in it.")
            held.append((name, it["resource"]))
            within = f"Parameters.parameter[{number}].resource"
        else:
            values = [value for key, value in it.items() if key.startswith("value")]
            held += [(name, value) for value in values if isinstance(value, str)]
    return held, within


def _answer(verdict: Verdict) -> Response:
    issues = [_issue(it) for it in verdict.found]
    if not issues:
        issues = [
            {
                "severity": "information",
                "code": "informational",
                "diagnostics": f"Nothing is wrong with this {verdict.type}.",
            }
        ]
    outcome = {"resourceType": "OperationOutcome", "issue": issues}
    return Response(orjson.dumps(outcome), media_type=FHIR)


def _issue(placed: Placed) -> dict[str, Any]:
    issue = placed.issue
    told: dict[str, Any] = {
        "severity": "warning" if issue.is_warning else "error",
        "code": issue.code,
        "diagnostics": f"{issue.path}: expected {issue.expected}.",
        "expression": [expression_of(issue.path)],
        "location": [issue.path],
    }
    if placed.line:
        told["location"].append(f"Line[{placed.line}] Col[{placed.column}]")
        told["extension"] = [
            {"url": LINE, "valueInteger": placed.line},
            {"url": COLUMN, "valueInteger": placed.column},
        ]
    return told
