"""People who may be one, over HTTP: `$match` for whoever may see them, the queue for operators."""

from dataclasses import asdict
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from asklepion.kit.clock import from_us, to_iso
from asklepion.kit.errors import Incorrect

from ..model import Resource
from ..service.duplicates import COUNT_MOST, Match, Merge, Reason
from .answers import answer
from .asking import Asks, Here, base_of, resource_in

GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
ASKED = ("resource", "onlyCertainMatches", "count")

router = APIRouter()


class Wish(BaseModel):
    """Whom to make one record of, and why."""

    survivor: str  # id of who stays
    merged: str  # id of who becomes part of her
    reason: str
    confirm_accounts: bool = False  # it is known that both can sign in


async def match(request: Request, asks: Asks, records: Here) -> Response:
    """Find a patient by a description. https://hl7.org/fhir/R4/patient-operation-match.html"""
    held = await resource_in(request, records)
    described, is_certain_only, count = _question(held)
    found = await records.duplicates.match(
        asks, described, is_certain_only=is_certain_only, count=count
    )
    base = base_of(request)
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "entry": [_entry(base, each) for each in found],
    }
    return answer(request, bundle if found else {k: v for k, v in bundle.items() if k != "entry"})


def _question(held: Resource) -> tuple[Resource, bool, int]:
    """Who is described, whether only a certain match counts, and how many are wanted."""
    if held.get("resourceType") == "Patient":
        return held, False, COUNT_MOST
    given: Any = held.get("parameter", [])
    if held.get("resourceType") != "Parameters" or not isinstance(given, list):
        raise Incorrect("The body is no question.", hint="Send Parameters with a Patient.")
    described: Any = None
    is_certain_only, count = False, COUNT_MOST
    for each in cast(list[Any], given):
        part = cast(dict[str, Any], each) if isinstance(each, dict) else {}
        match part.get("name"):
            case "resource":
                described = part.get("resource")
            case "onlyCertainMatches":
                is_certain_only = part.get("valueBoolean") is True
            case "count":
                count = part.get("valueInteger", 0)
            case _:
                raise Incorrect("A parameter is not known.", hint=f"Send {', '.join(ASKED)}.")
    patient = cast(Resource, described) if isinstance(described, dict) else {}
    if patient.get("resourceType") != "Patient":
        raise Incorrect("No Patient is described.", hint="Send one as the parameter resource.")
    if type(count) is not int or not 0 < count <= COUNT_MOST:
        raise Incorrect("count is not possible.", hint=f"Send 1 to {COUNT_MOST}.")
    return patient, is_certain_only, count


def _entry(base: str, found: Match) -> dict[str, Any]:
    return {
        "fullUrl": f"{base}/{found.row.reference}",
        "resource": orjson.Fragment(found.row.body),
        "search": {
            "extension": [{"url": GRADE, "valueCode": found.likeness.grade}],
            "mode": "match",
            "score": round(found.likeness.probability, 4),
        },
    }


# The queue


@router.get("/duplicates")
async def pairs(asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Records that may be one person's, likeliest first; names nobody. For operators."""
    return [asdict(pair) for pair in await records.duplicates.pairs(asks)]


@router.get("/duplicates/{id}")
async def pair(id: str, asks: Asks, records: Here) -> dict[str, Any]:
    """Who two people are, side by side; both read that it was looked at. For operators."""
    found, people = await records.duplicates.look(asks, id)
    return {**asdict(found), "people": [asdict(person) for person in people]}


@router.delete("/duplicates/{id}", status_code=204, response_model=None)
async def dismiss(id: str, asks: Asks, records: Here) -> Response:
    """Keep that two are two people; by an operator."""
    await records.duplicates.dismiss(asks, id)
    return Response(status_code=204)


@router.get("/merges")
async def merges(asks: Asks, records: Here) -> list[dict[str, Any]]:
    """What was merged, newest first; for operators."""
    return [_merge(each) for each in await records.duplicates.merges(asks)]


@router.post("/merges", status_code=201)
async def merge(request: Request, asks: Asks, records: Here) -> dict[str, Any]:
    """Make one record of two; by an operator.

    The body is `{"survivor": id, "merged": id, "reason": "document"}`; where both can sign in, with
    `"confirm_accounts": true`.
    """
    try:
        wish = Wish.model_validate_json(await request.body())
    except ValueError as error:
        hint = f"Send survivor, merged and reason: {', '.join(Reason)}."
        raise Incorrect("The wish cannot be read.", hint=hint) from error
    done = await records.duplicates.merge(
        asks,
        f"Patient/{wish.survivor}",
        f"Patient/{wish.merged}",
        wish.reason,
        has_confirmed_accounts=wish.confirm_accounts,
    )
    return _merge(done)


@router.delete("/merges/{id}")
async def unmerge(
    id: str,
    asks: Asks,
    records: Here,
    take: Annotated[list[str] | None, Query(description="What came since, and goes along.")] = None,
) -> dict[str, Any]:
    """Make two of one again; by an operator. What came since stays, unless `take` names it."""
    return _merge(await records.duplicates.unmerge(asks, id, take=take or []))


def _merge(done: Merge) -> dict[str, Any]:
    return asdict(done) | {
        "survivor": done.survivor.removeprefix("Patient/"),
        "merged": done.merged.removeprefix("Patient/"),
        "made_at": to_iso(from_us(done.made_at)),
        "undone_at": to_iso(from_us(done.undone_at)) if done.undone_at else None,
    }
