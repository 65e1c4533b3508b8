"""What this server can do, told from what it does. https://hl7.org/fhir/R4/capabilitystatement.html"""

from functools import cache
from typing import Any

from asklepion import __version__
from asklepion.kit.clock import Clock

from ..engine import search_parameters
from ..engine.tables import resource_types

INTERACTIONS = (
    "read",
    "vread",
    "update",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
)
VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
ALL = ("transaction", "batch", "history-system")
SECURITY = (
    "Sign in, or send a bearer token. What a patient has not allowed does not exist for others:"
    " her Consents are enforced on every read, search, total, sort and include."
)


def statement(clock: Clock) -> dict[str, Any]:
    """The CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": clock.now().date().isoformat(),
        "kind": "instance",
        "software": {"name": "Asklepion", "version": __version__},
        "implementation": {"description": "Asklepion's records"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": SECURITY},
                "resource": _resources(),
                "interaction": [{"code": code} for code in ALL],
                "operation": [{"name": "validate", "definition": VALIDATE}],
            }
        ],
    }


@cache
def _resources() -> list[dict[str, Any]]:
    return [_resource(type) for type in sorted(resource_types())]


def _resource(type: str) -> dict[str, Any]:
    parameters = search_parameters(type)
    resource: dict[str, Any] = {
        "type": type,
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "not-supported",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "logical", "local"],
    }
    includes = [f"{type}:{name}" for name, kind, _ in parameters if kind == "reference"]
    if includes:
        resource["searchInclude"] = includes
    if parameters:
        resource["searchParam"] = [
            {"name": name, "type": kind} | ({"definition": url} if url else {})
            for name, kind, url in parameters
        ]
    return resource
