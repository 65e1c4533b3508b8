"""From a tree to functions that run it."""

from typing import cast

from .nodes import SYSTEM_TYPES, Node, TypeInfo, is_fhir_type
from .operators import negative, operation, positive
from .running import Expr, Items, Run, Step, single, whole
from .steps import FUNCTIONS
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
    wrong,
)
from .types import is_just, is_of, known

CONSTANTS = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
VALUE_SET = "http://hl7.org/fhir/ValueSet/"
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"


def compile_tree(tree: Tree) -> Expr:
    """A function that evaluates a tree.

    Raises:
        Incorrect: it calls what does not exist, or with too many or too few arguments.
    """
    match tree:
        case Literal(_, items):
            constant = list(items)
            return lambda run, this: constant
        case Variable(at, name):
            return _variable(at, name)
        case Chain(_, head, steps):
            return _chain(head, steps)
        case Sign(at, sign, of):
            inner = compile_tree(of)
            change = negative if sign == "-" else positive
            return lambda run, this: change(inner(run, this), at)
        case TypeTest():
            return _type_test(tree)
        case Operation(_, first, rest):
            right = [operation(op, at, compile_tree(it)) for op, at, it in rest]
            return _run_through(compile_tree(first), right)


def _run_through(begin: Expr, steps: list[Step]) -> Expr:
    if len(steps) == 1:
        only = steps[0]
        return lambda run, this: only(run, begin(run, this), this)

    def through(run: Run, this: Items) -> Items:
        items = begin(run, this)
        for step in steps:
            items = step(run, items, this)
        return items

    return through


def _chain(head: Tree | None, steps: tuple[Name | Call | Index, ...]) -> Expr:
    if head is not None:
        return _run_through(compile_tree(head), [_step(it) for it in steps])
    first = steps[0]
    if isinstance(first, Name) and first.name[:1].isupper():
        return _run_through(_root(first), [_step(it) for it in steps[1:]])
    begin, rest = _step(first), [_step(it) for it in steps[1:]]
    if not rest:
        return lambda run, this: begin(run, this, this)
    return _run_through(lambda run, this: begin(run, this, this), rest)


def _step(step: Name | Call | Index) -> Step:
    match step:
        case Name(_, name):
            return _member(name)
        case Index(at, of):
            index = compile_tree(of)

            def one(run: Run, items: Items, this: Items) -> Items:
                number = whole(index(run, this), at)
                if number is None or not 0 <= number < len(items):
                    return []
                return [items[number]]

            return one
        case Call(at, name, args):
            function = FUNCTIONS.get(name)
            if function is None:
                raise wrong(at, "there is no function of this name.")
            if not function.least <= len(args) <= function.most:
                raise wrong(at, "this function has fewer or more arguments.")
            return function.build(at, args, compile_tree)


def _member(name: str) -> Step:
    def member(run: Run, items: Items, this: Items) -> Items:
        found: Items = []
        for item in items:
            if item.__class__ is Node:
                item.child(name, found)
            elif item.__class__ is TypeInfo and name in ("namespace", "name"):
                found.append(getattr(item, name))
        return run.bounded(found)

    return member


def _root(step: Name) -> Expr:
    """A type at the beginning: what is of it, as Patient in Patient.name."""
    name = step.name
    member = _member(name)
    if not is_fhir_type(name) and name not in SYSTEM_TYPES:
        return lambda run, this: member(run, this, this)

    def root(run: Run, this: Items) -> Items:
        found = [it for it in this if it.__class__ is Node and name in it.shape.parents]
        return found or member(run, this, this)

    return root


def _type_test(tree: TypeTest) -> Expr:
    inner, at = compile_tree(tree.of), tree.at
    type = known(tree.type, at)
    if tree.op == "is":

        def test(run: Run, this: Items) -> Items:
            items = inner(run, this)
            if not items:
                return []
            single(items, at)
            return [is_of(items[0], type)]

        return test

    def take(run: Run, this: Items) -> Items:
        items = inner(run, this)
        single(items, at)
        return [it for it in items if is_just(it, type)]

    return take


def _variable(at: int, name: str) -> Expr:
    match name:
        case "$this":
            return lambda run, this: this
        case "$index":
            return lambda run, this: run.index
        case "$total":
            return lambda run, this: run.total
        case "context":
            return lambda run, this: run.focus
        case "resource" | "rootResource":
            return lambda run, this: _resource(run, name)
        case _:
            return _given(at, name)


def _resource(run: Run, name: str) -> Items:
    environment = run.environment
    found = environment.resource
    if name == "rootResource" and environment.root is not None:
        found = environment.root
    if found is None:
        return run.focus
    return [found if isinstance(found, Node) else Node.of(found)]


def _given(at: int, name: str) -> Expr:
    constant = CONSTANTS.get(name)
    if name.startswith("vs-"):
        constant = VALUE_SET + name[3:]
    elif name.startswith("ext-"):
        constant = EXTENSION + name[4:]

    def given(run: Run, this: Items) -> Items:
        if name in run.environment.variables:
            value = run.environment.variables[name]
            return cast(Items, value) if isinstance(value, list) else [value]
        if constant is None:
            raise wrong(at, "there is no variable of this name.")
        return [constant]

    return given
