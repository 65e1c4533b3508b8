"""How functions of FHIRPath are declared."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..running import Expr, Items, Run, Step
from ..syntax import Tree

Compile = Callable[[Tree], Expr]
Build = Callable[[int, tuple[Tree, ...], Compile], Step]


class Function(NamedTuple):
    """A function of FHIRPath: how many arguments it takes, and how its step is made."""

    least: int
    most: int
    build: Build


FUNCTIONS: dict[str, Function] = {}


def special(name: str, least: int = 0, most: int | None = None) -> Callable[[Build], Build]:
    """Declare a function that makes its step from the trees of its arguments."""

    def declare(build: Build) -> Build:
        FUNCTIONS[name] = Function(least, least if most is None else most, build)
        return build

    return declare


def simple(
    name: str, least: int = 0, most: int | None = None
) -> Callable[[Callable[..., Items]], Callable[..., Items]]:
    """Declare a function of (run, at, items, and its arguments as collections)."""

    def declare(function: Callable[..., Items]) -> Callable[..., Items]:
        def build(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
            if not args:
                return lambda run, items, this: function(run, at, items)
            if len(args) == 1:
                only = compile(args[0])
                return lambda run, items, this: function(run, at, items, only(run, this))
            several = [compile(it) for it in args]
            return lambda run, items, this: function(
                run, at, items, *[it(run, this) for it in several]
            )

        FUNCTIONS[name] = Function(least, least if most is None else most, build)
        return function

    return declare


def each(
    name: str, least: int = 1, most: int | None = None
) -> Callable[[Callable[[Run, int, Items, Expr], Items]], object]:
    """Declare a function of (run, at, items, an expression that is run for each of them)."""

    def declare(function: Callable[[Run, int, Items, Expr], Items]) -> object:
        def build(at: int, args: tuple[Tree, ...], compile: Compile) -> Step:
            expression: Any = compile(args[0]) if args else None

            def step(run: Run, items: Items, this: Items) -> Items:
                index = run.index
                run.spend(len(items) + 1)
                found = function(run, at, items, expression)
                run.index = index
                return found

            return step

        FUNCTIONS[name] = Function(least, least if most is None else most, build)
        return function

    return declare
