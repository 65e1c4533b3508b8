"""What FHIR adds to FHIRPath. Source: https://hl7.org/fhir/R4/fhirpath.html#functions"""

from typing import Any, cast

from ..nodes import Node, is_fhir_type
from ..running import Items, Run, single, text
from ..syntax import Tree, type_of_argument, wrong
from ..xhtml import is_safe
from .registry import Compile, Step, simple, special

BASE = "http://hl7.org/fhir/StructureDefinition/"


@simple("extension", 1)
def _extension(run: Run, at: int, items: Items, url: Items) -> Items:
    wanted = text(url, at)
    found: list[Node] = []
    for it in items:
        if isinstance(it, Node):
            it.child("extension", found)
    run.spend(len(found))
    return [it for it in found if _object(it.value).get("url") == wanted]


@simple("resolve")
def _resolve(run: Run, at: int, items: Items) -> Items:
    found: Items = []
    for it in items:
        reference = it
        if isinstance(it, Node):
            value = it.value
            reference = value if it.shape.is_primitive else _object(value).get("reference")
        if isinstance(reference, str):
            run.spend(1)
            resource = _resolved(run, reference)
            if resource is not None:
                found.append(resource if isinstance(resource, Node) else Node.of(resource))
    return found


def _resolved(run: Run, reference: str) -> Any:
    """What a reference points to: within its resource or its Bundle, or else where told to look."""
    environment = run.environment
    for holder in (environment.resource, environment.root, *run.focus[:1]):
        json = holder.value if isinstance(holder, Node) else holder
        if isinstance(json, dict):
            found = _within(run, cast(dict[str, Any], json), reference)
            if found is not None:
                return found
    return environment.resolve(reference) if environment.resolve is not None else None


def _within(run: Run, resource: dict[str, Any], reference: str) -> Any:
    if reference == "#":
        return resource
    if reference.startswith("#"):
        contained = _objects(resource.get("contained"))
        return next((it for it in contained if it.get("id") == reference[1:]), None)
    if resource.get("resourceType") != "Bundle":
        return None
    entries = _objects(resource.get("entry"))
    run.spend(len(entries))
    for entry in entries:
        url = entry.get("fullUrl")
        if isinstance(url, str) and (url == reference or url.endswith("/" + reference)):
            return entry.get("resource")
    return None


def _object(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value if isinstance(value, dict) else {})


def _objects(value: Any) -> list[dict[str, Any]]:
    items = cast(list[Any], value) if isinstance(value, list) else []
    return [cast(dict[str, Any], it) for it in items if isinstance(it, dict)]


@simple("memberOf", 1)
def _member_of(run: Run, at: int, items: Items, value_set: Items) -> Items:
    url = text(value_set, at)
    single(items, at)
    ask = run.environment.member_of
    if not items or url is None or ask is None:
        return []
    item = items[0]
    found = ask(item.value if isinstance(item, Node) else item, url)
    return [] if found is None else [found]


@simple("conformsTo", 1)
def _conforms_to(run: Run, at: int, items: Items, profile: Items) -> Items:
    url = text(profile, at)
    single(items, at)
    if not items or url is None:
        return []
    item = items[0]
    if not isinstance(item, Node):
        raise wrong(at, "an element is expected here.")
    ask = run.environment.conforms_to
    found = ask(item, url) if ask is not None else None
    if found is None and url.startswith(BASE):
        name = url.removeprefix(BASE)
        found = item.is_a(name) if is_fhir_type(name) else None
    if found is None:
        raise wrong(at, "this profile is not known here.")
    return [found]


@simple("htmlChecks")
def _html_checks(run: Run, at: int, items: Items) -> Items:
    value = single(items, at)
    if not isinstance(value, str):
        return []
    run.spend(len(value) // 64)
    return [is_safe(value)]


# Keys of SQL on FHIR: https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html#functions


@simple("getResourceKey")
def _resource_key(run: Run, at: int, items: Items) -> Items:
    """What getReferenceKey() gives for a reference to this resource: its type and id."""
    found: Items = []
    for it in items:
        json = _object(it.value) if isinstance(it, Node) else {}
        if isinstance(json.get("resourceType"), str) and isinstance(json.get("id"), str):
            found.append(f"{json['resourceType']}/{json['id']}")
    return found


@special("getReferenceKey", 0, 1)
def _reference_key(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    wanted = type_of_argument(args[0])[1] if args else ""
    if wanted and not is_fhir_type(wanted):
        raise wrong(args[0].at, "there is no type of this name.")

    def keys(run: Run, items: Items, this: Items) -> Items:
        run.spend(len(items))
        found = [_key_in(it) for it in items if isinstance(it, Node)]
        return [key for type, key in found if key and wanted in ("", type)]

    return keys


def _key_in(reference: Node) -> tuple[str, str]:
    """Type and key of what a reference names; nothing if it names nothing that has a key."""
    text = _object(reference.value).get("reference")
    if not isinstance(text, str) or text.startswith(("#", "urn:")):
        return "", ""
    plain = text.partition("/_history/")[0]
    type = plain.split("/")[-2] if "/" in plain else ""
    return (type, plain) if type else ("", "")
