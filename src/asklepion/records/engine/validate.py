"""Is it FHIR R4? Structure, cardinality, primitive values and required bindings, then the rules."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, cast

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError, ValidationErrorKind

from ..model import Issue
from .parameters import is_type
from .rules import broken
from .schema import PATTERNS, schema

ISSUES_MOST = 50
DEPTH_MOST = 5  # resources within each other, such as contained in one of a Bundle in a Bundle
# Values in a resource of which every error is looked for: the engine makes all of them at once.
VALUES_MOST = 20_000
CODES_NAMED = 12  # as many codes as one would still read

EXPECTED = {
    "base64Binary": "base64",
    "canonical": "a canonical URL without spaces",
    "code": "a code: no spaces at its ends, and single ones within",
    "date": "a date that exists: YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "a date that exists, with time and zone if there is a time: 2026-03-01T08:30:00Z",
    "id": "an id: 1 to 64 letters, digits, - and .",
    "instant": "a moment that exists, with time and zone: 2026-03-01T08:30:00Z",
    "markdown": "text that is not empty, without control characters",
    "oid": "an OID: urn:oid:1.2.3",
    "string": "text that is not empty, without control characters",
    "time": "a time of day: hh:mm:ss",
    "uri": "a URI without spaces",
    "url": "a URL without spaces",
    "uuid": "a UUID: urn:uuid: and 32 small hexadecimal digits with hyphens",
    "xhtml": "XHTML within one <div>",
}
BY_PATTERN = {f"^(?:{PATTERNS[name]})$": text for name, text in EXPECTED.items()}


def prepare() -> None:
    """Do now what the first validation would do: half a second of work."""
    _validator()


def validate(resource: dict[str, Any], *, with_warnings: bool = False) -> list[Issue]:
    """Everything wrong with a resource, in the order of its elements; empty when it is good.

    At most fifty issues. Resources inside (contained, in a Bundle, in Parameters) count as well.
    Rules between elements are looked at once the structure is good.
    """
    type = resource.get("resourceType")
    if not isinstance(type, str) or not is_type(type):
        return [Issue("resourceType", "a resource type of FHIR R4", "structure")]
    issues = list(islice(_issues(resource, type, type, DEPTH_MOST), ISSUES_MOST))
    if not issues:
        found = broken(resource, with_warnings=with_warnings)
        wanted = (it for it in found if with_warnings or not it.is_warning)
        issues = list(islice(wanted, ISSUES_MOST))
    return list(dict.fromkeys(issues))


@cache
def _validator() -> Draft202012Validator:
    # The engine without back-references: its time grows with the text only, whatever is sent.
    return Draft202012Validator(schema(), pattern_options=RegexOptions())


def _issues(resource: dict[str, Any], type: str, path: str, levels: int) -> Iterator[Issue]:
    wrapped = {type: resource}
    if not _validator().is_valid(wrapped):
        try:
            for error in _errors(wrapped):
                yield from _issue(error, path)
        except ValueError:  # the engine names no error in what stands 128 objects deep
            yield Issue(path, "fewer elements within each other", "structure")
    for where, inner in inside(resource, type):
        if isinstance(inner, dict):
            it = cast(dict[str, Any], inner)
            name = it.get("resourceType")
            if not isinstance(name, str) or not is_type(name):
                yield Issue(f"{path}{where}.resourceType", "a resource type of R4", "structure")
            elif levels == 0:
                yield Issue(path + where, "fewer resources within each other", "structure")
            else:
                yield from _issues(it, name, path + where, levels - 1)


def _errors(wrapped: dict[str, Any]) -> Iterator[ValidationError]:
    """What is wrong; of a resource with very many values, the first of it."""
    if _has_more_than(VALUES_MOST, wrapped):
        try:
            _validator().validate(wrapped)
        except ValidationError as error:
            yield error
    else:
        yield from islice(_validator().iter_errors(wrapped), ISSUES_MOST)


def _has_more_than(most: int, value: Any) -> bool:
    waiting: list[Any] = [value]
    seen = 0
    while waiting and seen <= most:
        it = waiting.pop()
        if isinstance(it, dict | list):
            held = cast("dict[str, Any] | list[Any]", it)
            seen += len(held)
            if seen <= most:
                waiting += held.values() if isinstance(held, dict) else held
    return seen > most


def inside(resource: dict[str, Any], type: str) -> Iterator[tuple[str, Any]]:
    """The resources directly inside one, with where they are."""
    for number, inner in enumerate(_list(resource.get("contained"))):
        yield f".contained[{number}]", inner
    if type == "Bundle":
        for number, entry in enumerate(_objects(resource.get("entry"))):
            if "resource" in entry:
                yield f".entry[{number}].resource", entry["resource"]
            for response in _objects([entry.get("response")]):
                if "outcome" in response:
                    yield f".entry[{number}].response.outcome", response["outcome"]
    elif type == "Parameters":
        yield from _parameters(resource, "parameter", "")


def _parameters(holder: dict[str, Any], name: str, path: str) -> Iterator[tuple[str, Any]]:
    for number, parameter in enumerate(_objects(holder.get(name))):
        here = f"{path}.{name}[{number}]"
        if "resource" in parameter:
            yield here + ".resource", parameter["resource"]
        yield from _parameters(parameter, "part", here)


def _list(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    # An item that is no object is an error the schema reports; here it only keeps its number.
    for item in _list(value):
        yield cast(dict[str, Any], item) if isinstance(item, dict) else {}


def _issue(error: ValidationError, root: str) -> Iterator[Issue]:
    """Say an error in the words of FHIR, without the value."""
    path = _path(root, error.instance_path[1:])
    match error.kind:
        case ValidationErrorKind.Required(property=name):
            yield Issue(f"{path}.{name}", "to be there: it is mandatory", "required")
        case ValidationErrorKind.AdditionalProperties(unexpected=names):
            for name in names:
                yield Issue(f"{path}.{name[:64]}", "no element of this name", "structure")
        case ValidationErrorKind.Enum(options=options):
            codes = [str(code) for code in cast(list[Any], options) if code is not None]
            named = ", ".join(codes[:CODES_NAMED]) + (", …" if len(codes) > CODES_NAMED else "")
            yield Issue(path, f"one of {named}", "code-invalid")
        case ValidationErrorKind.Contains():
            yield Issue(path, "a code of the value set it is bound to", "code-invalid")
        case ValidationErrorKind.FalseSchema():
            yield Issue(path, "only one of the choices for this element", "structure")
        case ValidationErrorKind.Pattern(pattern=pattern):
            yield Issue(path, BY_PATTERN[pattern], "value")
        case ValidationErrorKind.Type(types=types):
            yield Issue(path, " or ".join(KINDS[name] for name in types), "structure")
        case ValidationErrorKind.Minimum() | ValidationErrorKind.Maximum():
            yield Issue(path, "a whole number in its range", "value")
        case ValidationErrorKind.MinItems() | ValidationErrorKind.MinProperties():
            yield Issue(path, "at least one element inside", "structure")
        case _:
            yield Issue(path, "what FHIR R4 defines for it", "structure")


KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}


def _path(root: str, steps: list[str | int]) -> str:
    return root + "".join(f"[{it}]" if isinstance(it, int) else f".{it}" for it in steps)
