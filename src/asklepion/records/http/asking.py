"""What every route of the room needs: who asks and why, a body, a version."""

import asyncio
import re
from dataclasses import replace
from decimal import Decimal
from email.utils import format_datetime
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from asklepion.identity import Caller
from asklepion.kit.clock import from_us
from asklepion.kit.errors import Forbidden, Incorrect, Unsupported
from asklepion.kit.http import caller, room, root_of

from ..engine import references_in, rewrite_references
from ..model import Asking, Resource, require_named
from ..service import Records
from ..service.sources import decode

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Records, Depends(room(Records))]

PREFIX = "/fhir/R4"
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
FHIR = "application/fhir+json; charset=utf-8"
LARGE = 256 * 1024  # bytes of a body that are read beside the house's own work
JSON = ("json", "application/json", "application/fhir+json", "text/json", "application/json+fhir")
ANYTHING = ("*/*", "application/*")
PATCH = "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"
COHORTS = "/api/records/cohorts/"
TABULAR = ("$viewdefinition-run", "ViewDefinition/$run")
LATER = ("/$export", "/$import")  # what is answered later, as a job
VERSION = "4.0"  # of FHIR, as fhirVersion in a media type names it


OWN_PURPOSE = {"Patient": "PATRQT", "RelatedPerson": "FAMRQT"}


class NotAcceptable(Unsupported):
    """The answer is wanted in a format that we do not write."""

    status = 406


class WrongFormat(Unsupported):
    """The body is in a format that we do not read."""

    status = 415


def asking(request: Request, who: Who) -> Asking:
    """Who asks, for which purpose and in which visit; a stranger gets no further.

    A patient asks for herself (PATRQT), a relative for the family (FAMRQT), anybody else to treat
    (TREAT), unless `X-Purpose-Of-Use`
    says otherwise; `X-Visit` or `visit` names the visit.
    """
    who.require_known()
    own = OWN_PURPOSE.get((who.person or "").partition("/")[0], "TREAT")
    headers = request.headers
    visit = headers.get("x-visit") or request.query_params.get("visit")
    if visit and not ID.fullmatch(visit):
        raise Incorrect("The visit is no id.", hint="Leave it out, or send the id of a visit.")
    purpose = headers.get("x-purpose-of-use", own)[:64]
    if not request.url.path.endswith(TABULAR) and not request.url.path.startswith(COHORTS):
        require_named(purpose)
    if who.app is None:
        return Asking(caller=who, purpose=purpose, visit=visit)
    require_possible(who, purpose)
    return Asking(caller=who, purpose=purpose, visit=who.app.visit or visit, via="app")


Asks = Annotated[Asking, Depends(asking)]


def for_purpose(asks: Asking, purpose: str | None) -> Asking:
    """The same, for a purpose that stands in an address, where no header can be sent.

    Raises:
        Forbidden: as with the header: it is for research, or an app's emergency.
    """
    if purpose is None:
        return asks
    require_named(purpose)
    require_possible(asks.caller, purpose)
    return replace(asks, purpose=purpose)


def require_possible(who: Caller, purpose: str) -> None:
    """Let no app break the glass.

    Raises:
        Forbidden: one tries.
    """
    if who.app is not None and purpose == "BTG":
        raise Forbidden("An app does not break the glass.", hint="Do it in the house itself.")


async def resource_in(request: Request, records: Here) -> Resource:
    """The body as a resource; its decimals as they were written.

    Raises:
        Incorrect: it is no JSON object.
        WrongFormat: it is in another format.
    """
    held = await _json_in(request, records)
    if not isinstance(held, dict):
        raise Incorrect("The body is no JSON object.", hint="Send one FHIR resource in JSON.")
    return _at_home(cast(Resource, held), base_of(request) + "/")


def base_of(request: Request) -> str:
    """The address of our FHIR, as the caller calls it."""
    return root_of(request) + PREFIX


def _at_home(resource: Resource, base: str) -> Resource:
    """What it points to here by our full address, in short: only that is known to be ours."""
    ours = {text: text.removeprefix(base) for text in references_in(resource)}
    ours = {text: short for text, short in ours.items() if short != text}
    return rewrite_references(resource, ours) if ours else resource


async def patch_in(request: Request, records: Here) -> Any:
    """The body as a patch: a JSON Patch, or a Parameters resource.

    Raises:
        Incorrect: it is no JSON.
        WrongFormat: it is in another format.
    """
    held = await _json_in(request, records)
    is_list = request.headers.get("content-type", "").partition(";")[0].strip().lower() == PATCH
    if is_list != isinstance(held, list):
        raise WrongFormat(
            "The patch is not what its content type says.",
            hint=f"Send a list as {PATCH}, or Parameters as application/fhir+json.",
        )
    return _at_home({"patch": held}, base_of(request) + "/")["patch"]


async def _json_in(request: Request, records: Here) -> Any:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind and not kind.strip().lower().endswith("json"):
        raise WrongFormat("The body is in another format.", hint="Send application/fhir+json.")
    if not _is_our_version(parameters):
        raise WrongFormat("The body is of another version of FHIR.", hint="Send FHIR R4.")
    body = await request.body()
    try:
        if len(body) <= LARGE:
            return decode(body)
        async with records.large_bodies:
            return await asyncio.to_thread(decode, body)
    except ValueError as error:
        raise Incorrect(f"The body {error}.", hint="Send one FHIR resource in JSON.") from error


async def form_in(request: Request) -> list[tuple[str, str]]:
    """The body as a form.

    Raises:
        Incorrect: it is no text.
        WrongFormat: it is something else.
    """
    kind = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if kind != FORM:
        raise WrongFormat("The body is no form.", hint=f"Send it as {FORM}.")
    try:
        return parse_qsl((await request.body()).decode(), keep_blank_values=True)
    except (UnicodeDecodeError, ValueError) as error:
        raise Incorrect("The form is no text.", hint="Send it in UTF-8.") from error


def parameters_in(body: Resource) -> list[tuple[str, Any]]:
    """The names and values of a Parameters resource.

    Raises:
        Incorrect: it is none, or a parameter has no name, or not one value.
    """
    held: Any = body.get("parameter", [])
    if body.get("resourceType") != "Parameters" or not isinstance(held, list):
        raise Incorrect("The body is no Parameters resource.", hint="Send one, or nothing.")
    found: list[tuple[str, Any]] = []
    for number, each in enumerate(cast(list[Any], held)):
        part = cast(dict[str, Any], each) if isinstance(each, dict) else {}
        values = [part[key] for key in part if key == "resource" or key.startswith("value")]
        if not isinstance(part.get("name"), str) or len(values) != 1:
            raise Incorrect(f"Parameters.parameter[{number}]: a name and a value are expected.")
        found.append((part["name"], values[0]))
    return found


def texts_in(body: Resource) -> list[tuple[str, str]]:
    """What a Parameters resource says, as a URL would say it; what is referred to, by reference.

    Raises: as `parameters_in`; Incorrect if a value is none that a URL could hold.
    """
    return [(name, _as_text(value)) for name, value in parameters_in(body)]


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        value = cast(dict[str, Any], value).get("reference")
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float | Decimal):
        raise Incorrect("A parameter is no text, number or reference.", hint="Give one of these.")
    return str(value)


def require_json(request: Request) -> None:
    """What is asked of every answer can be done.

    Raises:
        NotAcceptable: the caller wants another format than JSON.
        Unsupported: the caller does not want to wait for the answer.
    """
    wanted = request.query_params.get("_format")
    if request.url.path.endswith(TABULAR):  # they answer in tables, and choose by themselves
        is_known = True
    elif wanted:  # it counts before the header
        # A plus sign in a URL means a space.
        is_known = wanted.partition(";")[0].strip().replace(" ", "+").lower() in JSON
    else:
        header = request.headers.get("accept", "*/*")
        is_known = any(_accepts(kind) for kind in header.split(","))
    if not is_known:
        raise NotAcceptable("We answer in JSON only.", hint="Accept application/fhir+json.")
    if prefers(request, "respond-async") and not request.url.path.endswith(LATER):
        raise Unsupported("We answer at once, not later.", hint="Leave respond-async out.")


def _accepts(kind: str) -> bool:
    name, _, parameters = kind.partition(";")
    quality = re.search(r"\bq=0(?:\.0*)?\s*(?:;|$)", parameters)
    is_ours = name.strip().lower() in (*JSON, *ANYTHING, "")
    return is_ours and quality is None and _is_our_version(parameters)


def _is_our_version(parameters: str) -> bool:
    version = re.search(r"fhirversion\s*=\s*\"?([\d.]+)", parameters.lower())
    return version is None or version[1] in (VERSION, "4.0.1")


def http_date(us: int) -> str:
    """A moment for an HTTP header."""
    return format_datetime(from_us(us), usegmt=True)


def prefers(request: Request, what: str) -> bool:
    """Whether the Prefer header holds this, such as handling=lenient."""
    return what in _preferences(request)


def wants(request: Request) -> str:
    """What a change is to be answered with: minimal, representation, operationoutcome, or nothing.

    Raises:
        Incorrect: it is none of these.
    """
    for each in _preferences(request):
        name, _, value = each.partition("=")
        if name == "return":
            if value not in ("minimal", "representation", "operationoutcome"):
                raise Incorrect(
                    "Prefer holds an unknown return.",
                    hint="Say minimal, representation or OperationOutcome.",
                )
            return value
    return ""


def _preferences(request: Request) -> list[str]:
    header = request.headers.get("prefer", "")
    return [part.strip().lower().replace(" ", "") for part in re.split("[;,]", header)]
