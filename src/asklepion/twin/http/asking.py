"""Who asks about whom, as every route of the twin hears it."""

from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header, Query
from fastapi.responses import Response

from asklepion.identity import Caller
from asklepion.kit.http import caller, room
from asklepion.records import Asking, require_named

from ..service import Twin

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Twin, Depends(room(Twin))]
Visit = Annotated[str | None, Query(description="The visit this belongs to.")]
Purpose = Annotated[str, Header(alias="X-Purpose-Of-Use", description="Why one asks.")]


def asking(id: str, who: Who, visit: Visit = None, purpose: Purpose = "") -> Asking:
    """Who asks about this patient, why, and in which visit; a stranger gets no further."""
    who.require_known()
    is_relative = (who.person or "").startswith("RelatedPerson/")
    usual = "FAMRQT" if is_relative else "PATRQT" if who.person == patient_of(id) else "TREAT"
    require_named(purpose)
    return Asking(caller=who, purpose=(purpose or usual)[:64], visit=visit)


Asks = Annotated[Asking, Depends(asking)]


def patient_of(id: str) -> str:
    """The reference of a patient."""
    return f"Patient/{id}"


def as_json(value: Any) -> Response:
    """An answer as it travels."""
    return Response(msgspec.json.encode(value), media_type="application/json")
