"""Functions that look at, filter, cut and combine collections.

Source: https://hl7.org/fhirpath/N1/#functions
"""

from functools import cmp_to_key
from typing import Any

from ..equality import plain
from ..nodes import Node, descendants
from ..operators import union
from ..running import (
    Expr,
    Items,
    Run,
    Seen,
    Step,
    compared,
    distinct,
    single,
    text,
    truth,
    whole,
)
from ..syntax import Sign, Tree, type_of_argument, wrong
from ..types import info, is_just, is_of, known
from .registry import Compile, each, simple, special


@simple("empty")
def _empty(run: Run, at: int, items: Items) -> Items:
    return [not items]


@simple("not")
def _not(run: Run, at: int, items: Items) -> Items:
    value = truth(items, at)
    return [] if value is None else [not value]


@each("exists", 0, 1)
def _exists(run: Run, at: int, items: Items, condition: Expr | None) -> Items:
    if condition is None:
        return [bool(items)]
    for number, item in enumerate(items):
        run.index = [number]
        if truth(condition(run, [item]), at):
            return [True]
    return [False]


@each("all")
def _all(run: Run, at: int, items: Items, condition: Expr) -> Items:
    for number, item in enumerate(items):
        run.index = [number]
        if not truth(condition(run, [item]), at):
            return [False]
    return [True]


def _booleans(items: Items, at: int) -> list[bool]:
    values = [plain(it) for it in items]
    if not all(isinstance(it, bool) for it in values):
        raise wrong(at, "booleans are expected here.")
    return values


@simple("allTrue")
def _all_true(run: Run, at: int, items: Items) -> Items:
    return [all(_booleans(items, at))]


@simple("anyTrue")
def _any_true(run: Run, at: int, items: Items) -> Items:
    return [any(_booleans(items, at))]


@simple("allFalse")
def _all_false(run: Run, at: int, items: Items) -> Items:
    return [not any(_booleans(items, at))]


@simple("anyFalse")
def _any_false(run: Run, at: int, items: Items) -> Items:
    return [not all(_booleans(items, at))]


@simple("subsetOf", 1)
def _subset(run: Run, at: int, items: Items, others: Items) -> Items:
    seen = Seen(run, others)
    return [all(it in seen for it in items)]


@simple("supersetOf", 1)
def _superset(run: Run, at: int, items: Items, others: Items) -> Items:
    seen = Seen(run, items)
    return [all(it in seen for it in others)]


@simple("count")
def _count(run: Run, at: int, items: Items) -> Items:
    return [len(items)]


@simple("distinct")
def _distinct(run: Run, at: int, items: Items) -> Items:
    return distinct(run, items)


@simple("isDistinct")
def _is_distinct(run: Run, at: int, items: Items) -> Items:
    return [len(distinct(run, items)) == len(items)]


@each("where")
def _where(run: Run, at: int, items: Items, condition: Expr) -> Items:
    found: Items = []
    for number, item in enumerate(items):
        run.index = [number]
        if truth(condition(run, [item]), at):
            found.append(item)
    return found


@each("select")
def _select(run: Run, at: int, items: Items, projection: Expr) -> Items:
    found: Items = []
    for number, item in enumerate(items):
        run.index = [number]
        found += projection(run, [item])
        if len(found) > run.items_most:
            break
    return run.bounded(found)


@each("repeat")
def _repeat(run: Run, at: int, items: Items, projection: Expr) -> Items:
    seen = Seen(run)
    found: Items = []
    level = items
    while level:
        below: Items = []
        for item in level:
            run.spend(1)
            below += [it for it in projection(run, [item]) if seen.add(it)]
            if len(found) + len(below) > run.items_most:
                return run.bounded(found + below)
        found += below
        level = below
    return found


@each("repeatAll")
def _repeat_all(run: Run, at: int, items: Items, projection: Expr) -> Items:
    found: Items = []
    level = items
    while level:
        below: Items = []
        for item in level:
            run.spend(1)
            below += projection(run, [item])
            run.bounded(below)
        found = run.bounded(found + below)
        level = below
    return found


@special("ofType", 1)
def _of_type(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    type = known(type_of_argument(args[0]), at)
    return lambda run, items, this: [it for it in items if is_just(it, type)]


@special("as", 1)
def _as(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    type = known(type_of_argument(args[0]), at)

    def take(run: Run, items: Items, this: Items) -> Items:
        single(items, at)
        return [it for it in items if is_just(it, type)]

    return take


@special("is", 1)
def _is(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    type = known(type_of_argument(args[0]), at)

    def test(run: Run, items: Items, this: Items) -> Items:
        single(items, at)
        return [is_of(it, type) for it in items]

    return test


@simple("type")
def _type(run: Run, at: int, items: Items) -> Items:
    return [info(it) for it in items]


@simple("single")
def _single(run: Run, at: int, items: Items) -> Items:
    single(items, at)
    return items


@simple("first")
def _first(run: Run, at: int, items: Items) -> Items:
    return items[:1]


@simple("last")
def _last(run: Run, at: int, items: Items) -> Items:
    return items[-1:]


@simple("tail")
def _tail(run: Run, at: int, items: Items) -> Items:
    return items[1:]


@simple("skip", 1)
def _skip(run: Run, at: int, items: Items, count: Items) -> Items:
    number = whole(count, at)
    return [] if number is None else items[max(number, 0) :]


@simple("take", 1)
def _take(run: Run, at: int, items: Items, count: Items) -> Items:
    number = whole(count, at)
    return [] if number is None else items[: max(number, 0)]


@simple("intersect", 1)
def _intersect(run: Run, at: int, items: Items, others: Items) -> Items:
    seen = Seen(run, others)
    return distinct(run, [it for it in items if it in seen])


@simple("exclude", 1)
def _exclude(run: Run, at: int, items: Items, others: Items) -> Items:
    seen = Seen(run, others)
    return [it for it in items if it not in seen]


@simple("union", 1)
def _union(run: Run, at: int, items: Items, others: Items) -> Items:
    return union(run, items, others)


@simple("combine", 1, 2)
def _combine(
    run: Run, at: int, items: Items, others: Items, keeps_order: Items | None = None
) -> Items:
    return run.bounded(items + others)


@simple("children")
def _children(run: Run, at: int, items: Items) -> Items:
    return run.bounded([child for it in items if isinstance(it, Node) for child in it.children()])


@simple("descendants")
def _descendants(run: Run, at: int, items: Items) -> Items:
    found: Items = []
    for node in descendants(items):
        found.append(node)
        if len(found) > run.items_most:
            break
    return run.bounded(found)


@special("iif", 2, 3)
def _iif(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    condition, *branches = [compile(it) for it in args]

    def choose(run: Run, items: Items, this: Items) -> Items:
        if len(items) > 1:
            raise wrong(at, "iif() is asked of one item, not of several.")
        inside = items or this
        value = single(condition(run, inside), at)
        if value is not None and not isinstance(value, bool):
            raise wrong(at, "a boolean is expected as the first argument.")
        if value:
            return branches[0](run, inside)
        return branches[1](run, inside) if len(branches) > 1 else []

    return choose


@special("aggregate", 1, 2)
def _aggregate(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    step, *begin = [compile(it) for it in args]

    def aggregate(run: Run, items: Items, this: Items) -> Items:
        total, index = run.total, run.index
        value = begin[0](run, this) if begin else []
        for number, item in enumerate(items):
            run.total, run.index = value, [number]
            value = run.bounded(step(run, [item]))
        run.total, run.index = total, index
        return value

    return aggregate


@special("trace", 1, 2)
def _trace(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    name, *projection = [compile(it) for it in args]

    def trace(run: Run, items: Items, this: Items) -> Items:
        if run.environment.trace is not None:
            told = items
            if projection:
                told = [it for item in items for it in projection[0](run, [item])]
            run.environment.trace(text(name(run, this), at) or "", told)
        return items

    return trace


@special("sort", 0, 9)
def _sort(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
    # A minus before a key turns its order round, also where the key is no number.
    turned = [isinstance(it, Sign) and it.sign == "-" for it in args]
    keys = [compile(it.of if isinstance(it, Sign) else it) for it in args]

    def sort(run: Run, items: Items, this: Items) -> Items:
        rows = [([single(key(run, [it]), at) for key in keys] or [plain(it)], it) for it in items]

        def before(a: tuple[Items, Any], b: tuple[Items, Any]) -> int:
            run.spend(1)
            for number, (one, other) in enumerate(zip(a[0], b[0], strict=True)):
                if one is None or other is None:  # without a key come first, either way
                    found = (one is not None) - (other is not None)
                else:
                    found = compared(one, other, at) or 0
                    found = -found if turned and turned[number] else found
                if found:
                    return found
            return 0

        return [it for _, it in sorted(rows, key=cmp_to_key(before))]

    return sort


@simple("coalesce", 1, 9)
def _coalesce(run: Run, at: int, items: Items, *choices: Items) -> Items:
    return next((it for it in choices if it), Items())


@simple("hasValue")
def _has_value(run: Run, at: int, items: Items) -> Items:
    if len(items) != 1:
        return [False]
    it = items[0]
    return [not isinstance(it, Node) or (it.shape.is_primitive and it.value is not None)]


@simple("getValue")
def _get_value(run: Run, at: int, items: Items) -> Items:
    if len(items) != 1 or (isinstance(items[0], Node) and not items[0].shape.is_primitive):
        return []
    value = plain(items[0])
    return [] if isinstance(value, Node) else [value]
