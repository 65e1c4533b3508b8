"""Whether a resource keeps a profile. Source: https://hl7.org/fhir/R4/profiling.html"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple, cast

from ....kit.errors import Incorrect
from ...model import Issue
from .. import tables
from ..fhirpath import Budget, Environment, Node, compile_path
from ..fhirpath.nodes import decimal_of, is_fhir_type
from ..rules import BY_HEART, is_in
from ..walk import type_referred
from .library import Library
from .slicing import Asked, belongs, discriminators
from .spots import BASE, Profile, Spot

Json = dict[str, Any]
Item = tuple[Node, str]  # with where it is

STEPS_MOST = 1_000_000
DEPTH_MOST = 12  # profiles within profiles
ANYTHING = {"Resource", "DomainResource", "Element", "BackboneElement"}


class Scope(NamedTuple):
    """Where references are resolved: the resource, what contains it, the Bundle around it."""

    resource: Json
    root: Json
    bundle: Json | None


def keeps(
    resource: Json, profile: Profile, library: Library, *, with_warnings: bool = False
) -> Iterator[Issue]:
    """What a structurally good resource does not keep of a profile."""
    bundle = resource if resource["resourceType"] == "Bundle" else None
    scope = Scope(resource, resource, bundle)
    checker = _Checker(library, with_warnings=with_warnings)
    node = Node.of(resource)
    if not node.is_a(profile.type):
        yield Issue(node.shape.name, f"a {profile.type}, as {profile.url} asks", "structure")
        return
    yield from checker.profile(profile, (node, node.shape.name), scope)


class _Checker:
    """Goes through a resource and a profile side by side."""

    def __init__(self, library: Library, *, with_warnings: bool) -> None:
        self._library = library
        self._with_warnings = with_warnings
        self._budget = Budget(STEPS_MOST)
        self._depth = 0
        self._known: dict[tuple[int, str], bool] = {}

    def profile(self, profile: Profile, item: Item, scope: Scope) -> Iterator[Issue]:
        """What an element does not keep of a profile of its type."""
        if self._depth >= DEPTH_MOST:
            return
        self._depth += 1
        try:
            base = self._library.profile(profile.base) if profile.base else None
            if base is not None:
                yield from self.profile(base, item, scope)
            yield from self._item(profile.root, item, scope, base)
        finally:  # also where whoever asked has heard enough
            self._depth -= 1

    def _item(self, spot: Spot, item: Item, scope: Scope, base: Profile | None) -> Iterator[Issue]:
        self._spend()
        yield from self._typed(spot, item, scope)
        yield from self._valued(spot, item)
        yield from self._ruled(spot, item, scope)
        for child in spot.children.values():
            yield from self._children(child, item, scope, base)

    def _spend(self) -> None:
        self._budget.left -= 1
        if self._budget.left < 0:
            raise Incorrect("This resource is too large to be held against its profile.")

    # Children and slices

    def _children(
        self, spot: Spot, item: Item, scope: Scope, base: Profile | None
    ) -> Iterator[Issue]:
        node, path = item
        name, found = _found(spot, node)
        if not found and not spot.element.get("min") and not spot.slices:
            return
        items = self._placed(found, node, path, name)
        yield from self._count(spot, len(items), len(items), f"{path}.{name}", "")
        for one in items:
            yield from self._item(spot, one, _scope(scope, one[0], spot.name), base)
        if spot.slices:
            yield from self._sliced(spot, items, f"{path}.{name}", scope, base)

    @staticmethod
    def _placed(found: list[Node], node: Node, path: str, name: str) -> list[Item]:
        child = node.shape.children.get(name)
        if child is not None and child.is_many:
            return [(it, f"{path}.{name}[{number}]") for number, it in enumerate(found)]
        if child is None or len(child.ways) == 1:
            return [(it, f"{path}.{name}") for it in found]
        return [(it, f"{path}.{name}{_capital(it.shape.name)}") for it in found]

    def _count(
        self, spot: Spot, sure: int, possible: int, path: str, slice: str
    ) -> Iterator[Issue]:
        least, most = spot.element.get("min", 0), spot.element.get("max", "*")
        of = f" of slice {slice}" if slice else ""
        if possible < least:
            yield Issue(path, f"at least {least}{of}", "required")
        if most != "*" and sure > int(most):
            yield Issue(path, f"at most {most}{of}", "structure")

    def _sliced(
        self, spot: Spot, items: list[Item], path: str, scope: Scope, base: Profile | None
    ) -> Iterator[Issue]:
        told_by, rules = discriminators(spot, base.root.find(spot.id) if base else None)
        of: dict[str, list[Item]] = {name: [] for name in spot.slices}
        maybe = dict.fromkeys(spot.slices, 0)
        for item in items:
            answers = {
                name: belongs(slice, told_by, item[0], self._asked(scope, item[0], spot.name))
                for name, slice in spot.slices.items()
            }
            for name, answer in answers.items():
                of[name] += [item] if answer else []
                maybe[name] += answer is None
            if rules == "closed" and not any(it is not False for it in answers.values()):
                yield Issue(item[1], "something of one of the slices: no others", "structure")
        for name, slice in spot.slices.items():
            sure = len(of[name])
            lacking = list(self._count(slice, sure, sure + maybe[name], path, name))
            yield from lacking
            if lacking and not sure:
                yield from self._why(slice, told_by, items, scope, base)
            for item in of[name]:
                yield from self._item(slice, item, _scope(scope, item[0], spot.name), base)

    def _why(
        self,
        slice: Spot,
        told_by: list[Json],
        items: list[Item],
        scope: Scope,
        base: Profile | None,
    ) -> Iterator[Issue]:
        """What keeps the first item that looks like it from being of a slice."""
        others = [it for it in told_by if it["type"] != "profile"]
        if len(others) == len(told_by):
            return
        for item in items:
            inner = _scope(scope, item[0], slice.name)
            if belongs(slice, others, item[0], self._asked(scope, item[0], slice.name)):
                yield from self._item(slice, item, inner, base)
                return

    def _asked(self, scope: Scope, node: Node, name: str) -> Asked:
        inner = _scope(scope, node, name)

        def fits(spot: Spot, it: Node) -> bool | None:
            if spot.value is None and self._is_open(spot):
                return None
            return not any(not bad.is_warning for bad in self._item(spot, (it, ""), inner, None))

        def has_type(spot: Spot, it: Node) -> bool | None:
            return _has_type(spot, it, self._library)

        def keeps_profile(spot: Spot, it: Node) -> bool | None:
            return self._keeps_any(spot, it, inner)

        return Asked(fits, has_type, keeps_profile, self._environment(inner))

    def _is_open(self, spot: Spot) -> bool:
        """True if a place must have one of some codes, and nobody here knows which."""
        binding = spot.element.get("binding", {})
        is_required = binding.get("strength") == "required" and "valueSet" in binding
        return is_required and self._library.codes(binding["valueSet"]) is None

    def _keeps_any(self, spot: Spot, node: Node, scope: Scope) -> bool | None:
        """Whether an element, or what a reference there points to, keeps one of its profiles."""
        urls = [
            url for it in spot.types for url in it.get("profile", []) + it.get("targetProfile", [])
        ]
        answer: bool | None = False if urls else None
        for url in urls:
            here = self._conforms(node, url, scope)
            if here:
                return True
            answer = None if here is None else answer
        return answer

    def _conforms(self, node: Node, url: str, scope: Scope) -> bool | None:
        name = url.partition("|")[0].removeprefix(BASE)
        if is_fhir_type(name):
            return node.is_a(name)
        profile = self._library.profile(url)
        if profile is None:
            return None
        if not node.is_a(profile.type):
            return False
        key = (id(node.value), url)
        if key not in self._known:
            self._known[key] = True  # while it is looked at: what points back to it may stand
            whole = cast(Json, node.value)
            inner = Scope(whole, whole, scope.bundle) if "resourceType" in whole else scope
            found = self.profile(profile, (node, ""), inner)
            self._known[key] = all(it.is_warning for it in found)
        return self._known[key]

    # One element

    def _typed(self, spot: Spot, item: Item, scope: Scope) -> Iterator[Issue]:
        node, path = item
        fitting = [it for it in spot.types if _is_type(it, node)]
        if spot.types and not fitting:
            named = " or ".join(str(it.get("code")) for it in spot.types)
            yield Issue(path, f"a {named}", "structure")
            return
        for type in fitting:
            profiles = type.get("profile", [])
            yield from self._profiled(profiles, item, scope)
            if type.get("code") == "Reference" and type.get("targetProfile"):
                yield from self._target(type["targetProfile"], item, scope)

    def _profiled(self, urls: list[str], item: Item, scope: Scope) -> Iterator[Issue]:
        known = [it for it in map(self._library.profile, urls) if it is not None]
        if not known or len(known) < len(urls):
            return
        if len(known) == 1:
            yield from self.profile(known[0], item, scope)
        elif not any(self._conforms(item[0], it.url, scope) for it in known):
            named = ", ".join(it.url for it in known)
            yield Issue(item[1], f"what keeps one of {named}", "structure")

    def _target(self, urls: list[str], item: Item, scope: Scope) -> Iterator[Issue]:
        node, path = item
        type = _target_type(cast(Json, node.value), scope)
        if type not in tables.resource_types():
            return
        allowed: set[str] = set()
        for url in urls:
            name = url.partition("|")[0].removeprefix(BASE)
            profile = None if is_fhir_type(name) else self._library.profile(url)
            if profile is None and not is_fhir_type(name):
                return  # nobody knows what that asks for
            allowed.add(profile.type if profile else name)
        if type not in allowed and not allowed & ANYTHING:
            yield Issue(path, f"a reference to one of {', '.join(sorted(allowed))}", "value")

    def _valued(self, spot: Spot, item: Item) -> Iterator[Issue]:
        node, path = item
        if spot.value is not None:
            kind, wanted = spot.value
            is_kept = _same(node.value, wanted) if kind == "fixed" else _holds(node.value, wanted)
            if not is_kept:
                yield Issue(path, f"the {kind} value of the profile", "value")
        most = spot.element.get("maxLength")
        if most and isinstance(node.value, str) and len(node.value) > most:
            yield Issue(path, f"at most {most} characters", "value")
        binding = spot.element.get("binding")
        if binding and "valueSet" in binding and node.value is not None:
            yield from self._bound(binding, item)

    def _bound(self, binding: Json, item: Item) -> Iterator[Issue]:
        strength, url = binding.get("strength"), binding["valueSet"]
        is_warning = strength == "extensible"
        if strength != "required" and not (is_warning and self._with_warnings):
            return
        systems = self._library.codes(url)
        if systems is None or is_in(item[0].value, systems):
            return
        named = f"a code of {url.partition('|')[0]}" + (", if one fits" if is_warning else "")
        yield Issue(item[1], named, "code-invalid", is_warning)

    def _ruled(self, spot: Spot, item: Item, scope: Scope) -> Iterator[Issue]:
        for rule in spot.element.get("constraint", []):
            is_warning = rule.get("severity") == "warning"
            if _is_of_base(rule) or not rule.get("expression"):
                continue
            if is_warning and not self._with_warnings:
                continue
            is_met: bool | None = None
            with suppress(Incorrect):  # what cannot be evaluated here refuses nothing
                path = compile_path(rule["expression"])
                is_met = path.holds(item[0], self._environment(scope))
            if is_met is False:
                says = f"{rule['key']}: {rule.get('human', '')}"
                yield Issue(item[1], says, "invariant", is_warning)

    def _environment(self, scope: Scope) -> Environment:
        return Environment(
            resource=scope.resource,
            root=scope.root,
            resolve=lambda reference: _resolved(reference, scope),
            member_of=self._library.member_of,
            conforms_to=lambda node, url: self._conforms(node, url, scope),
            budget=self._budget,
        )


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _found(spot: Spot, node: Node) -> tuple[str, list[Node]]:
    """The elements of a place, and their name: also of valueQuantity for value[x]."""
    name = spot.name.removesuffix("[x]")
    found: list[Node] = []
    node.child(name, found)
    known = node.shape.by_property.get(name)
    if found or known is None or known[0].name == name:
        return name, found
    node.child(known[0].name, found)
    return known[0].name, [it for it in found if it.shape.name == known[1]]


def _scope(scope: Scope, node: Node, name: str) -> Scope:
    """Where references of an element are resolved: a resource in a Bundle stands for itself."""
    if name not in ("resource", "contained") or not node.is_a("Resource"):
        return scope
    resource: Json = node.value
    return Scope(resource, scope.root if name == "contained" else resource, scope.bundle)


def _is_type(type: Json, node: Node) -> bool:
    code = str(type.get("code", ""))
    return "://" in code or code in ANYTHING or node.is_a(code)


def _has_type(spot: Spot, node: Node, library: Library) -> bool | None:
    """Whether an element, or the resource a reference was resolved to, is of an asked type."""
    if not spot.types:
        return None
    for type in spot.types:
        if type.get("code") in ("Reference", "canonical") and not node.is_a("Reference"):
            for url in type.get("targetProfile", []):
                name = url.partition("|")[0].removeprefix(BASE)
                profile = library.profile(url)
                if node.is_a(profile.type if profile else name):
                    return True
        elif _is_type(type, node):
            return True
    return False


def _is_of_base(rule: Json) -> bool:
    """True for the rules of R4 itself, which were looked at before."""
    source = rule.get("source")
    if source is None:
        return rule["key"] in BY_HEART
    return is_fhir_type(str(source).partition("|")[0].removeprefix(BASE).split(".")[0])


def _target_type(reference: Json, scope: Scope) -> str | None:
    text = reference.get("reference")
    found = _resolved(text, scope) if isinstance(text, str) else None
    return str(found.get("resourceType")) if found else type_referred(reference)


def _resolved(reference: str, scope: Scope) -> Json | None:
    """What a reference points to, within its resource or the Bundle."""
    if reference.startswith("#"):
        inner = cast(list[Json], scope.root.get("contained", []))
        return next((it for it in inner if it.get("id") == reference[1:]), None)
    entries = cast(list[Json], scope.bundle.get("entry", [])) if scope.bundle else []
    for entry in entries:
        url = str(entry.get("fullUrl", ""))
        if "resource" in entry and (url == reference or url.endswith("/" + reference)):
            return entry["resource"]
    return None


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        asked, held = cast(Json, wanted), cast(Json, value) if isinstance(value, dict) else {}
        return asked.keys() == held.keys() and all(_same(held[k], v) for k, v in asked.items())
    if isinstance(wanted, list):
        several = cast(list[Any], wanted)
        there = cast(list[Any], value) if isinstance(value, list) else []
        return len(several) == len(there) and all(map(_same, there, several))
    return _equal(value, wanted)


def _holds(value: Any, wanted: Any) -> bool:
    """True if everything in a pattern is in a value."""
    if isinstance(wanted, dict):
        asked, held = cast(Json, wanted), cast(Json, value) if isinstance(value, dict) else {}
        return all(k in held and _holds(held[k], v) for k, v in asked.items())
    if isinstance(wanted, list):
        held_list = cast(list[Any], value) if isinstance(value, list) else []
        return all(any(_holds(it, one) for it in held_list) for one in cast(list[Any], wanted))
    return _equal(value, wanted)


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    number = decimal_of(wanted)
    return decimal_of(value) == number if number is not None else value == wanted
