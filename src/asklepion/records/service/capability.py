"""What this server can do, told from what it does. https://hl7.org/fhir/R4/capabilitystatement.html"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from asklepion import __version__
from asklepion.identity import AUTHORIZE, INTROSPECT, REVOKE, TOKEN
from asklepion.kit.clock import Clock

from ..engine import search_parameters
from ..engine.parameters import parameters_of
from ..engine.tables import resource_types
from ..engine.terms import Terms
from .everything import EVERYTHING
from .subscribing.topics import TOPICS
from .subscribing.wishes import BACKPORT
from .subscriptions import SEARCHED
from .summarising import SUMMARY

WEBSOCKET = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket"
TOPIC = f"{BACKPORT}/capabilitystatement-subscriptiontopic-canonical"
BACKPORT_OPERATIONS = BACKPORT.replace("StructureDefinition", "OperationDefinition")

Routes = frozenset[tuple[str, str]]  # method and path below our FHIR address

DEFINITION = "http://hl7.org/fhir/OperationDefinition/"
# What each route is called in the statement.
OF_TYPES = {
    ("GET", "/{type}/{id}"): "read",
    ("GET", "/{type}/{id}/_history/{version}"): "vread",
    ("PUT", "/{type}/{id}"): "update",
    ("PATCH", "/{type}/{id}"): "patch",
    ("DELETE", "/{type}/{id}"): "delete",
    ("GET", "/{type}/{id}/_history"): "history-instance",
    ("GET", "/{type}/_history"): "history-type",
    ("POST", "/{type}"): "create",
    ("GET", "/{type}"): "search-type",
}
OF_ALL = {
    ("POST", ""): ("transaction", "batch"),
    ("GET", "/_history"): ("history-system",),
    ("GET", ""): ("search-system",),
}
BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
OPERATIONS = {
    ("GET", f"/Patient/{{id}}/{EVERYTHING}"): (
        "Patient",
        "everything",
        "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    ),
    **{
        ("GET", f"/{type}/${name}"): (type, name, f"{DEFINITION}{type}-{name}")
        for type, name in (
            ("ValueSet", "expand"),
            ("ValueSet", "validate-code"),
            ("CodeSystem", "lookup"),
            ("CodeSystem", "validate-code"),
            ("CodeSystem", "subsumes"),
            ("ConceptMap", "translate"),
        )
    },
    ("POST", "/Patient/$match"): ("Patient", "match", f"{DEFINITION}Patient-match"),
    ("GET", "/Patient/$export"): ("Patient", "export", f"{BULK}patient-export"),
    ("GET", "/Group/{id}/$export"): ("Group", "export", f"{BULK}group-export"),
    ("GET", f"/Patient/{{id}}/{SUMMARY}"): (
        "Patient",
        "summary",
        "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
    ),
}
OF_SYSTEM = {
    ("GET", "/$export"): ("export", f"{BULK}export"),
    ("POST", "/$viewdefinition-run"): (
        "viewdefinition-run",
        "http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run",
    ),
}
# R4's TerminologyCapabilities has no place for it yet; R5 has codeSystem.content.
CONTENT = (
    "http://hl7.org/fhir/5.0/StructureDefinition/"
    "extension-TerminologyCapabilities.codeSystem.content"
)
PATCHES = ["application/json-patch+json", "application/fhir+json"]
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
SERVICES = "http://terminology.hl7.org/CodeSystem/restful-security-service"
VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
SECURITY = (
    "Sign in, or send a bearer token. What a patient has not allowed does not exist for others:"
    " her Consents are enforced on every read, search, total, sort and include."
)


def statement(
    clock: Clock, routes: Routes, *, deletes_most: int, socket: str = "", root: str = ""
) -> dict[str, Any]:
    """The CapabilityStatement.

    Args:
        root: the address of this house.
        deletes_most: resources that one conditional delete may take.
        socket: where notifications are listened to.
    """
    can_patch = ("PATCH", "/{type}/{id}") in routes
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": clock.now().date().isoformat(),
        "kind": "instance",
        "software": {"name": "Asklepion", "version": __version__},
        "implementation": {"description": "Asklepion's records"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        **({"patchFormat": PATCHES} if can_patch else {}),
        "rest": [
            {
                **({"extension": [{"url": WEBSOCKET, "valueUri": socket}]} if socket else {}),
                "mode": "server",
                "security": _security(root),
                "operation": [
                    {"name": "validate", "definition": VALIDATE},
                    *(
                        {"name": name, "definition": url}
                        for route, (name, url) in OF_SYSTEM.items()
                        if route in routes
                    ),
                ],
                "resource": _resources(routes, deletes_most),
                "interaction": [
                    {"code": code}
                    for route, codes in OF_ALL.items()
                    if route in routes
                    for code in codes
                ],
                "searchParam": _params(_common()),
            }
        ],
    }


def terminology(clock: Clock, routes: Routes, terms: Terms) -> dict[str, Any]:
    """The TerminologyCapabilities. https://hl7.org/fhir/R4/terminologycapabilities.html

    Of a code system that is not held here in full, a code that is not found is neither right nor
    wrong: its operations say so.
    """
    systems = [
        {
            "uri": url,
            **({"version": [{"code": version}]} if version else {}),
            "extension": [{"url": CONTENT, "valueCode": content}],
        }
        for url, version, content in terms.systems()
    ]
    told: dict[str, Any] = {
        "resourceType": "TerminologyCapabilities",
        "status": "active",
        "date": clock.now().date().isoformat(),
        "kind": "instance",
        "software": {"name": "Asklepion", "version": __version__},
        "implementation": {"description": "Asklepion's terminology"},
        "codeSystem": systems,
        "codeSearch": "all",
    }
    if ("GET", "/ValueSet/$expand") in routes:
        names = ("filter", "offset", "count", "includeDesignations", "activeOnly")
        told["expansion"] = {
            "hierarchical": False,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name} for name in (*names, "displayLanguage")],
        }
    if ("GET", "/ValueSet/$validate-code") in routes:
        told["validateCode"] = {"translations": True}
    if ("GET", "/ConceptMap/$translate") in routes:
        told["translation"] = {"needsMap": False}
    return told


def _security(root: str) -> dict[str, Any]:
    """How apps come in.

    https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
    """
    ways = (("authorize", AUTHORIZE), ("token", TOKEN))
    ways += (("introspect", INTROSPECT), ("revoke", REVOKE))
    uris = [{"url": name, "valueUri": root + path} for name, path in ways]
    return {
        "extension": [{"url": OAUTH_URIS, "extension": uris}],
        "cors": True,
        "service": [{"coding": [{"system": SERVICES, "code": "SMART-on-FHIR"}]}],
        "description": SECURITY,
    }


@cache
def _resources(routes: Routes, deletes_most: int) -> list[dict[str, Any]]:
    found = {type: _resource(type, routes, deletes_most) for type in sorted(resource_types())}
    if ("POST", "/Subscription") in routes:
        found["Subscription"] = _subscriptions()
    return list(found.values())


def _resource(type: str, routes: Routes, deletes_most: int) -> dict[str, Any]:
    deletes = "multiple" if deletes_most > 1 else "single"
    resource: dict[str, Any] = {
        "type": type,
        "interaction": [{"code": code} for route, code in OF_TYPES.items() if route in routes],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": ("POST", "/{type}") in routes,
        "conditionalRead": "full-support",
        "conditionalUpdate": ("PUT", "/{type}") in routes,
        "conditionalDelete": deletes if ("DELETE", "/{type}") in routes else "not-supported",
        "referencePolicy": ["literal", "logical", "local"],
    }
    parameters = search_parameters(type)
    includes = [f"{type}:{name}" for name, kind, url in parameters if kind == "reference" and url]
    if includes:
        resource["searchInclude"] = ["*", *includes]
    if referring := _referring(type):
        resource["searchRevInclude"] = referring
    resource["searchParam"] = _params(parameters)
    operations = [
        {"name": name, "definition": url}
        for route, (of, name, url) in OPERATIONS.items()
        if of == type and route in routes
    ]
    return resource | ({"operation": operations} if operations else {})


def _subscriptions() -> dict[str, Any]:
    """Subscriptions are nobody's record: each is its maker's own, and made one at a time."""
    interactions = ("create", "read", "update", "delete", "search-type")
    definitions = search_parameters("Subscription")
    return {
        "extension": [{"url": TOPIC, "valueCanonical": url} for url in TOPICS],
        "type": "Subscription",
        "supportedProfile": [f"{BACKPORT}/backport-subscription"],
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": _params(each for each in definitions if each[0] in SEARCHED),
        "operation": [
            {"name": name, "definition": f"{BACKPORT_OPERATIONS}/backport-subscription-{name}"}
            for name in ("status", "events", "get-ws-binding-token")
        ],
    }


def _params(parameters: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "type": kind} | ({"definition": url} if url else {})
        for name, kind, url in parameters
    ]


def _common() -> list[tuple[str, str, str]]:
    """What every type can be searched by."""
    first, *others = (set(search_parameters(type)) for type in sorted(resource_types()))
    return sorted(first.intersection(*others))


@cache
def _referring(type: str) -> list[str]:
    """The parameters by which others name a type that they may refer to."""
    return [
        f"{other}:{it.code}"
        for other in sorted(resource_types())
        for it in parameters_of(other).values()
        if type in it.targets
    ]
