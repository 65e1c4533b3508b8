"""What is wrong with an expression before it is run: elements that its types do not have.

Types are followed as far as they are certain; of others (resolve(), children()) nothing is
said.
"""

from typing import NamedTuple

from .nodes import is_fhir_type, shape_of
from .syntax import (
    Call,
    Chain,
    Index,
    Literal,
    Name,
    Operation,
    Sign,
    Tree,
    TypeTest,
    Variable,
    type_of_argument,
    wrong,
)

_KEEP = """
    where first last tail skip take single distinct trace intersect exclude sort
"""
KEEP = frozenset(_KEEP.split())
IN_ORDER = frozenset(["first", "last", "tail", "skip", "take"])
_LAMBDAS = """
    where select exists all repeat repeatAll sort aggregate trace
"""
LAMBDAS = frozenset(_LAMBDAS.split())
OPEN = frozenset(["Resource", "DomainResource", "Element", "BackboneElement"])


class Kinds(NamedTuple):
    """The types an expression may find; None if that is not certain."""

    names: frozenset[str] | None
    is_ordered: bool = True


ANY = Kinds(None)


def check_tree(tree: Tree, type: str) -> None:
    """Follow an expression that is run on elements of this type.

    Raises:
        Incorrect: a step names an element that nothing there has, or takes from what has no order.
    """
    _Checker(frozenset([type])).infer(tree, Kinds(frozenset([type])))


def kinds_found(tree: Tree, types: frozenset[str] | None) -> frozenset[str] | None:
    """The types an expression finds when it is run on elements of these types; None: uncertain.

    Raises:
        Incorrect: as check_tree.
    """
    return _Checker(types or frozenset()).infer(tree, Kinds(types)).names


class _Checker:
    def __init__(self, focus: frozenset[str]) -> None:
        self._focus = focus

    def infer(self, tree: Tree, this: Kinds) -> Kinds:
        match tree:
            case Literal():
                return Kinds(frozenset()) if not tree.items else ANY
            case Variable(_, name):
                return this if name == "$this" else ANY
            case Sign(_, _, of):
                self.infer(of, this)
                return ANY
            case TypeTest(_, op, of, (_, name)):
                self.infer(of, this)
                return _just(name) if op == "as" else ANY
            case Operation(_, first, rest):
                return self._operation(first, rest, this)
            case Chain(_, head, steps):
                return self._chain(head, steps, this)

    def _operation(
        self, first: Tree, rest: tuple[tuple[str, int, Tree], ...], this: Kinds
    ) -> Kinds:
        found = self.infer(first, this)
        for op, _, tree in rest:
            right = self.infer(tree, this)
            found = _either(found, right) if op == "|" else ANY
        return found

    def _chain(
        self, head: Tree | None, steps: tuple[Name | Call | Index, ...], this: Kinds
    ) -> Kinds:
        if head is not None:
            found = self.infer(head, this)
        else:
            first, *rest = steps
            steps = tuple(rest)
            found = self._begin(first, this)
        for step in steps:
            found = self._step(step, found, this)
        return found

    def _begin(self, step: Name | Call | Index, this: Kinds) -> Kinds:
        if not isinstance(step, Name) or not step.name[:1].isupper():
            return self._step(step, this, this)
        if not is_fhir_type(step.name):
            return self._step(step, this, this)
        if this.names is None or this.names & OPEN:
            return _just(step.name)
        if not any(step.name in shape_of(it).parents for it in this.names):
            raise wrong(step.at, "this expression begins at another type.")
        return this

    def _step(self, step: Name | Call | Index, found: Kinds, this: Kinds) -> Kinds:
        match step:
            case Index(at, of):
                self.infer(of, this)
                _in_order(found, at)
                return found
            case Name(at, name):
                return _member(name, found, at)
            case Call():
                return self._call(step, found, this)

    def _call(self, call: Call, found: Kinds, this: Kinds) -> Kinds:
        if call.name in IN_ORDER:
            _in_order(found, call.at)
        if call.name == "getReferenceKey":  # its argument is a type's name
            return ANY
        if call.name in ("ofType", "as", "is"):
            return ANY if call.name == "is" else _just(type_of_argument(call.args[0])[1])
        inside = found if call.name in LAMBDAS else this
        args = [self.infer(it, inside) for it in call.args]
        match call.name:
            case "select":
                return args[0]
            case "union" | "combine":
                return _either(found, args[0])
            case "extension":
                return _just("Extension")
            case "children" | "descendants":
                return Kinds(None, is_ordered=False)
            case "iif":
                return args[1] if len(args) == 2 else _either(args[1], args[2])
            case name:
                return found if name in KEEP else ANY


def _just(name: str) -> Kinds:
    return Kinds(frozenset([name])) if is_fhir_type(name) and name not in OPEN else ANY


def _either(a: Kinds, b: Kinds) -> Kinds:
    if a.names is None or b.names is None:
        return ANY
    return Kinds(a.names | b.names, a.is_ordered and b.is_ordered)


def _in_order(found: Kinds, at: int) -> None:
    if not found.is_ordered:
        raise wrong(at, "what is taken from has no order.")


def _member(name: str, found: Kinds, at: int) -> Kinds:
    if not found.names:
        return found
    below: set[str] = set()
    is_there = False
    for type in found.names:
        child = shape_of(type).children.get(name)
        if child is not None:
            is_there = True
            below |= set(child.ways.values())
    if not is_there:
        raise wrong(at, "there is no element of this name here.")
    if below & OPEN:
        return Kinds(None, found.is_ordered)
    return Kinds(frozenset(below), found.is_ordered)
