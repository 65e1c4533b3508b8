"""Simple FHIRPath: where in a resource an expression points, so that it can be changed there.

`find_places` is the seam: an evaluator that knows all of FHIRPath, and tells where it found
things, can take its place. This one knows what patches use: elements, [index], first(), last(),
extension('url'), ofType(Type), and where() of comparisons joined by `and`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .subset import elements_of

STEP = re.compile(
    r"""\.?(?:
        (?P<call>first|last|single|where|extension|ofType)\((?P<inside>(?:'(?:[^'\\]|\\.)*'|[^()'])*)\)
      | (?P<name>[A-Za-z][A-Za-z0-9]*)
      | \[(?P<index>\d{1,6})\]
    )""",
    re.VERBOSE,
)
TEST = re.compile(
    r"\s*(?P<path>[A-Za-z][A-Za-z0-9.]*)\s*(?P<op>!?=)\s*"
    r"(?P<value>'(?:[^'\\]|\\.)*'|@?[A-Za-z0-9:.+-]+)\s*"
)
LENGTH_MOST = 1000


class PathError(Incorrect):
    """The expression cannot be read, or is more than this server reads."""


@dataclass(frozen=True, slots=True)
class Place:
    """One value in a resource, and where it hangs."""

    value: Any
    node: str  # its type, or the element whose own type it is: HumanName, Patient.contact
    parent: dict[str, Any] | None = None  # nothing for the resource itself
    key: str = ""  # JSON name in the parent
    index: int | None = None  # in the list that hangs there


def find_places(resource: dict[str, Any], expression: str) -> list[Place]:
    """Every place an expression points to.

    Raises:
        PathError: it cannot be read.
    """
    type: str = resource["resourceType"]
    here = [Place(resource, type)]
    text = expression.strip()
    if len(text) > LENGTH_MOST:
        raise PathError("A path is too long.", hint="Write it as Patient.name[0].given.")
    at = 0
    while at < len(text):
        match = STEP.match(text, at)
        if match is None or (at == 0 and match["name"] not in (type, "Resource", "DomainResource")):
            raise PathError("A path cannot be read.", hint=f"Write it as {type}.name[0].given.")
        if at:
            here = _step(here, match)
        at = match.end()
    if not text:
        raise PathError("A path is empty.", hint=f"Write it as {type}.name[0].given.")
    return here


def _step(here: list[Place], match: re.Match[str]) -> list[Place]:
    if match["index"] is not None:
        return here[int(match["index"]) : int(match["index"]) + 1]
    if match["name"]:
        return [place for it in here for place in children_of(it, match["name"])]
    inside = match["inside"].strip()
    match match["call"]:
        case "first":
            return here[:1]
        case "last":
            return here[-1:]
        case "single":
            return here
        case "ofType":
            return [it for it in here if it.node == inside]
        case "extension":
            url = _literal(inside)
            each = [place for it in here for place in children_of(it, "extension")]
            return [it for it in each if _url(it.value) == url]
        case _:
            return [it for it in here if _holds(it, inside)]


def children_of(place: Place, name: str) -> Iterator[Place]:
    """What hangs on a place by an element's name; of a choice, whichever is there."""
    held: object = place.value
    if not isinstance(held, dict):
        return
    value = cast(dict[str, Any], held)
    for key, node in json_keys(place, name):
        inner = value.get(key)
        if isinstance(inner, list):
            for number, each in enumerate(cast(list[Any], inner)):
                if each is not None:
                    yield Place(each, _node(each, node), value, key, number)
        elif inner is not None:
            yield Place(inner, _node(inner, node), value, key)


def json_keys(place: Place, name: str) -> list[tuple[str, str]]:
    """The JSON names an element may have there, each with its type.

    Raises:
        PathError: there is no such element.
    """
    known = elements_of(place.node)
    found: list[tuple[str, str]] = []
    for key, element in known.items():
        plain = element.name.removesuffix("[x]")
        if name not in (plain, key):
            continue
        kinds = [kind.partition(":")[0] for kind in element.types]
        if element.name.endswith("[x]"):
            kinds = [kind for kind in kinds if key == plain + kind[:1].upper() + kind[1:]]
        found.append((key, kinds[0].removeprefix("@")))
    if not found:
        raise PathError(f"{place.node} has no element of that name.", hint="Check the path.")
    return found


def _node(value: Any, node: str) -> str:
    if node == "Resource" and isinstance(value, dict):
        return str(cast(dict[str, Any], value).get("resourceType", node))
    return node


def _url(extension: object) -> Any:
    return cast(dict[str, Any], extension).get("url") if isinstance(extension, dict) else None


def _holds(place: Place, criteria: str) -> bool:
    at = 0
    while True:
        match = TEST.match(criteria, at)
        if match is None:
            raise PathError("A where() cannot be read.", hint="Write where(use = 'home').")
        here = [place]
        for name in match["path"].split("."):
            here = [inner for it in here for inner in children_of(it, name)]
        wanted = _literal(match["value"])
        is_equal = len(here) == 1 and _same(here[0].value, wanted)
        if not here or is_equal != (match["op"] == "="):
            return False
        at = match.end()
        if at == len(criteria):
            return True
        if not criteria.startswith("and ", at):
            raise PathError("A where() cannot be read.", hint="Join comparisons by `and`.")
        at += len("and ")


def _literal(text: str) -> str | bool | Decimal:
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("@"):
        return text[1:].removeprefix("T")
    try:
        return Decimal(text)
    except ArithmeticError:
        raise PathError("A literal cannot be read.", hint="Write it as 'home'.") from None


def _same(value: Any, wanted: str | bool | Decimal) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, Decimal):
        return not isinstance(value, str | dict | list) and Decimal(str(value)) == wanted
    return value == wanted
