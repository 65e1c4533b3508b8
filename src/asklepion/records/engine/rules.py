"""The rules of FHIR R4 beyond structure: invariants, targets of references, extensible bindings.

The expressions of the official definitions are compiled when their element is first met. Those of
every element (ele-1, ext-1) and of what holds every resource (dom-2 to dom-5) are written out here.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, cast

from ...kit.errors import Incorrect
from ..model import Issue
from . import tables
from .fhirpath import Budget, Environment, Expression, Node, compile_path
from .fhirpath.nodes import PRIMITIVES, Shape, shape_of
from .walk import type_referred

Json = dict[str, Any]

BY_HEART = frozenset(["ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5", "dom-6"])
STEPS_MOST = 1_000_000  # of FHIRPath in one resource with all that is in it


class Rule(NamedTuple):
    """One invariant, ready to run."""

    key: str
    is_warning: bool
    says: str
    expression: Expression
    holds_surely: Callable[[Any], bool]  # told from the JSON, without running anything


def _in_order(period: Json) -> bool:
    start, end = period.get("start"), period.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return True
    is_alike = len(start) == len(end) and (len(start) <= 10 or start[19:] == end[19:])
    return is_alike and start <= end


def _never(json: Any) -> bool:
    return False


# Rules that elements met everywhere nearly always keep.
SURELY: dict[str, Callable[[Any], bool]] = {
    "obs-6": lambda json: "dataAbsentReason" not in json and "_dataAbsentReason" not in json,
    "obs-7": lambda json: "component" not in json,
    "per-1": _in_order,
    "qty-3": lambda json: "system" in json or "code" not in json,
    "ref-1": lambda json: not str(json.get("reference", "")).startswith("#"),
    "sqty-1": lambda json: "comparator" not in json and "_comparator" not in json,
}


class Step(NamedTuple):
    """Where a property of a type leads, and what is asked there beyond its type's own rules."""

    shape: Shape
    is_primitive: bool
    is_resource: bool
    rules: tuple[Rule, ...]
    targets: frozenset[str]  # types a reference may point to; none: any
    value_set: str  # that its code should come from


def broken(resource: Json, *, with_warnings: bool = False) -> Iterator[Issue]:
    """Every rule that a structurally good resource breaks, with the resources in it."""
    walk = _Walk(resource, resource, Budget(STEPS_MOST), with_warnings=with_warnings)
    yield from walk.resource(resource["resourceType"])


@cache
def _rules(path: str, with_warnings: bool) -> tuple[Rule, ...]:
    return tuple(
        Rule(key, bool(warns), says, compile_path(text), SURELY.get(key, _never))
        for key, warns, says, text in tables.invariants().get(path, [])
        if with_warnings or not warns
    )


@cache
def _steps(type: str, with_warnings: bool) -> dict[str, Step]:
    """The properties of a type, each with what is asked of it."""
    shape = shape_of(type)
    targets = _targets(type)
    value_sets = tables.extensible() if with_warnings else {}
    found: dict[str, Step] = {}
    for property, (child, below) in shape.by_property.items():
        path = f"{type}.{child.name}" if property == child.name else f"{type}.{child.name}[x]"
        found[property] = Step(
            shape_of(below),
            below in PRIMITIVES,
            below == "Resource",
            () if path == below else _rules(path, with_warnings),
            targets.get(child.name, frozenset()) if below == "Reference" else frozenset(),
            "" if below in ("uri", "canonical") else value_sets.get(path, ""),
        )
    return found


def _targets(type: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for element in tables.nodes().get(type, []):
        for kind in element.types:
            name, _, targets = kind.partition(":")
            if name == "Reference" and targets:
                found[element.name.removesuffix("[x]")] = frozenset(targets.split(","))
    return found


class _Walk:
    """Goes through one resource, element by element."""

    def __init__(self, resource: Json, root: Json, budget: Budget, *, with_warnings: bool) -> None:
        self._resource = resource
        self._root = root
        self._with_warnings = with_warnings
        self._budget = budget
        self._environment = Environment(
            resource=Node.of(resource), root=Node.of(root), budget=budget
        )

    def resource(self, path: str) -> Iterator[Issue]:
        """What the resource breaks, and what is in it."""
        if "contained" in self._resource:
            yield from _containing(self._resource, path)
        yield from self._complex(self._resource, shape_of(self._resource["resourceType"]), path)

    def _complex(self, json: Json, shape: Shape, path: str) -> Iterator[Issue]:
        yield from self._ruled(json, shape, _rules(shape.name, self._with_warnings), path)
        if shape.name == "Extension":
            yield from _extension(json, path)
        steps = _steps(shape.name, self._with_warnings)
        for key, value in json.items():
            step = steps.get(key)
            if step is None:
                if key[0] == "_":
                    yield from self._beside(json, key, value, path)
            elif not step.is_primitive:
                if value.__class__ is list:
                    for number, it in enumerate(value):
                        yield from self._element(step, it, f"{path}.{key}[{number}]")
                else:
                    yield from self._element(step, value, f"{path}.{key}")
            elif step.rules or step.value_set:
                yield from self._primitives(step, value, f"{path}.{key}")

    def _ruled(
        self, json: Any, shape: Shape, rules: tuple[Rule, ...], path: str
    ) -> Iterator[Issue]:
        for rule in rules:
            if not rule.holds_surely(json):
                yield from self._judge(rule, Node(json, shape), path)

    def _element(self, step: Step, json: Json, path: str) -> Iterator[Issue]:
        if step.is_resource:
            is_contained = any(it is json for it in self._resource.get("contained", ()))
            root = self._root if is_contained else json
            walk = _Walk(json, root, self._budget, with_warnings=self._with_warnings)
            yield from walk.resource(path)
            return
        if len(json) == 1 and "id" in json:
            yield _only_id(path)
        if step.rules:
            yield from self._ruled(json, step.shape, step.rules, path)
        if step.targets:
            yield from self._target(json, step.targets, path)
        if step.value_set:
            yield from _coded(json, step.value_set, path)
        yield from self._complex(json, step.shape, path)

    def _target(self, reference: Json, targets: frozenset[str], path: str) -> Iterator[Issue]:
        """https://hl7.org/fhir/R4/references.html#Reference"""
        text = reference.get("reference")
        if isinstance(text, str) and text.startswith("#") and len(text) > 1:
            inner = (it for it in self._root.get("contained", ()) if it.get("id") == text[1:])
            type = next((str(it.get("resourceType")) for it in inner), None)
        else:
            type = type_referred(reference)
        if type in tables.resource_types() and type not in targets:
            named = ", ".join(sorted(targets))
            yield Issue(path, f"a reference to one of {named}", "value")

    def _primitives(self, step: Step, value: Any, path: str) -> Iterator[Issue]:
        several = cast(list[Any], value) if isinstance(value, list) else None
        for number, it in enumerate([value] if several is None else several):
            here = path if several is None else f"{path}[{number}]"
            if it is not None:
                yield from self._ruled(it, step.shape, step.rules, here)
            if step.value_set:
                yield from _coded(it, step.value_set, here)

    def _beside(self, json: Json, key: str, value: Any, path: str) -> Iterator[Issue]:
        """The extensions of primitives."""
        values = json.get(key[1:])
        is_several = isinstance(value, list)
        for number, it in enumerate(cast(list[Any], value) if is_several else [value]):
            if isinstance(it, dict):
                here = f"{path}.{key[1:]}" + (f"[{number}]" if is_several else "")
                held = cast(list[Any], values) if isinstance(values, list) else [values]
                if held[number : number + 1] in ([], [None]) and "extension" not in it:
                    yield _only_id(here)
                yield from self._complex(cast(Json, it), shape_of("Element"), here)

    def _judge(self, rule: Rule, node: Node, path: str) -> Iterator[Issue]:
        try:
            is_met = rule.expression.holds(node, self._environment)
        except Incorrect:
            is_met = None
            yield Issue(path, f"less, so that {rule.key} can be looked at", "too-costly", True)
        if is_met is False:
            yield Issue(path, f"{rule.key}: {rule.says}", "invariant", rule.is_warning)


def _coded(value: Any, value_set: str, path: str) -> Iterator[Issue]:
    """Warn of a code that is not of a value set, where there is one at all."""
    if not is_in(value, tables.extensible_codes()[value_set]):
        yield Issue(path, f"a code of {value_set}, if one there fits", "code-invalid", True)


def is_in(value: Any, systems: tables.Systems) -> bool:
    """True if a code, or what holds codes, has one of these, or none at all."""
    if isinstance(value, str):
        return any(value in codes for codes in systems.values())
    if not isinstance(value, dict):
        return True
    it = cast(Json, value)
    codings = [cast(Json, one) for one in it.get("coding", ())] if "coding" in it else [it]
    coded = [one for one in codings if one.get("code")]
    return not coded or any(one["code"] in systems.get(one.get("system", ""), ()) for one in coded)


def _only_id(path: str) -> Issue:
    return Issue(path, "ele-1: a value or elements inside", "invariant")


def _extension(json: Json, path: str) -> Iterator[Issue]:
    has_value = any(key.startswith(("value", "_value")) for key in json)
    if has_value == ("extension" in json):
        yield Issue(path, "ext-1: either a value or extensions inside", "invariant")


def _containing(resource: Json, path: str) -> Iterator[Issue]:
    """dom-2 to dom-5. https://hl7.org/fhir/R4/domainresource.html#invs"""
    referred: set[str] | None = None
    for number, inner in enumerate(resource["contained"]):
        here = f"{path}.contained[{number}]"
        meta = cast(Json, inner.get("meta") or {})
        if "contained" in inner:
            yield Issue(here, "dom-2: no resource contained in it", "invariant")
        if "versionId" in meta or "lastUpdated" in meta:
            yield Issue(here, "dom-4: no version and no moment of its own", "invariant")
        if "security" in meta:
            yield Issue(here, "dom-5: no security label of its own", "invariant")
        if referred is None:
            referred = set(_references(resource))
        if "#" + str(inner.get("id")) not in referred and "#" not in _references(inner):
            yield Issue(here, "dom-3: something that refers to it", "invariant")


def _references(json: Any) -> Iterator[str]:
    """Every text that points within a resource."""
    level: list[Any] = [json]
    while level:
        it = level.pop()
        if isinstance(it, dict):
            level += cast(Json, it).values()
        elif isinstance(it, list):
            level += cast(list[Any], it)
        elif isinstance(it, str) and it.startswith("#"):
            yield it
