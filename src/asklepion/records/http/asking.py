"""What every route of the room needs: who asks and why, a body, a version."""

import asyncio
import re
from email.utils import format_datetime
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from asklepion.identity import Caller
from asklepion.kit.clock import from_us
from asklepion.kit.errors import Incorrect, Unsupported
from asklepion.kit.http import caller, room

from ..engine import references_in, rewrite_references
from ..model import Asking, Resource
from ..service import Records
from ..service.sources import decode

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Records, Depends(room(Records))]

PREFIX = "/fhir/R4"
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
FHIR = "application/fhir+json; charset=utf-8"
LARGE = 256 * 1024  # bytes of a body that are read beside the house's own work
JSON = ("json", "application/json", "application/fhir+json", "text/json")


def asking(request: Request, who: Who) -> Asking:
    """Who asks, for which purpose and in which visit; a stranger gets no further.

    A patient asks for herself (PATRQT), anybody else to treat (TREAT), unless `X-Purpose-Of-Use`
    says otherwise; `X-Visit` or `visit` names the visit.
    """
    who.require_known()
    own = "PATRQT" if (who.person or "").startswith("Patient/") else "TREAT"
    headers = request.headers
    visit = headers.get("x-visit") or request.query_params.get("visit")
    if visit and not ID.fullmatch(visit):
        raise Incorrect("The visit is no id.", hint="Leave it out, or send the id of a visit.")
    return Asking(caller=who, purpose=headers.get("x-purpose-of-use", own)[:64], visit=visit)


Asks = Annotated[Asking, Depends(asking)]


async def resource_in(request: Request, records: Here) -> Resource:
    """The body as a resource; its decimals as they were written.

    Raises:
        Incorrect: it is no JSON object.
        Unsupported: it is in another format.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not kind.endswith("json"):
        raise Unsupported("The body is in another format.", hint="Send application/fhir+json.")
    body = await request.body()
    try:
        if len(body) > LARGE:
            async with records.large_bodies:
                held: Any = await asyncio.to_thread(decode, body)
        else:
            held = decode(body)
    except ValueError as error:
        raise Incorrect(f"The body {error}.", hint="Send one FHIR resource in JSON.") from error
    if not isinstance(held, dict):
        raise Incorrect("The body is no JSON object.", hint="Send one FHIR resource in JSON.")
    return _at_home(cast(Resource, held), base_of(request) + "/")


def base_of(request: Request) -> str:
    """The address of our FHIR, as the caller calls it."""
    return str(request.base_url).rstrip("/") + PREFIX


def _at_home(resource: Resource, base: str) -> Resource:
    """What it points to here by our full address, in short: only that is known to be ours."""
    ours = {text: text.removeprefix(base) for text in references_in(resource)}
    ours = {text: short for text, short in ours.items() if short != text}
    return rewrite_references(resource, ours) if ours else resource


def require_json(request: Request) -> None:
    """Raises Unsupported if the caller wants an answer in another format than JSON."""
    wanted = request.query_params.get("_format")
    if wanted and wanted.partition(";")[0].strip().replace(" ", "+") not in JSON:
        raise Unsupported("We answer in JSON only.", hint="Leave _format out, or say json.")


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'W/"{version}"'


def http_date(us: int) -> str:
    """A moment for an HTTP header."""
    return format_datetime(from_us(us), usegmt=True)


def prefers(request: Request, what: str) -> bool:
    """Whether the Prefer header holds this, such as return=minimal."""
    header = request.headers.get("prefer", "")
    return what in (part.strip().lower() for part in header.replace(";", ",").split(","))
