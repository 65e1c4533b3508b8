"""FHIRPath for R4: compiled once per expression, bounded in depth, steps and size.

    compile_path("Patient.name.given").evaluate(patient)

Items of a result are values (bool, int, Decimal, str, Moment, Quantity), or Nodes: elements with
their type and their JSON. Sources: https://hl7.org/fhirpath/N1/ and, for functions that came later,
https://hl7.org/fhirpath/; https://hl7.org/fhir/R4/fhirpath.html.
"""

from functools import lru_cache
from typing import Any, cast

from .checking import check_tree, kinds_found
from .compiling import compile_tree
from .equality import plain
from .moments import Moment
from .nodes import Node
from .running import Budget, Environment, Items, Run, truth
from .syntax import parse, variables_in
from .units import Quantity

__all__ = [
    "Budget",
    "Environment",
    "Expression",
    "Moment",
    "Node",
    "Quantity",
    "compile_path",
    "plain",
]

NOTHING = Environment()


class Expression:
    """One expression, ready to run."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parse(text)
        self._run = compile_tree(self.tree)

    def check(self, type: str) -> None:
        """Follow it as if it were run on this type.

        Raises:
            Incorrect: it names an element that is not there.
        """
        check_tree(self.tree, type)

    def kinds(self, types: frozenset[str] | None) -> frozenset[str] | None:
        """The types of what it finds in elements of these types; None where that is uncertain.

        Raises:
            Incorrect: it names an element that is not there.
        """
        return kinds_found(self.tree, types)

    def variables(self) -> dict[str, int]:
        """Every %name it asks for, with its place in the text."""
        return variables_in(self.tree)

    def evaluate(self, focus: Any, environment: Environment = NOTHING) -> Items:
        """Everything it finds, from a Node, the JSON of a resource, or a list of items.

        Raises:
            Incorrect: it cannot be carried out on this, or takes more than it may.
        """
        items = cast(Items, focus) if isinstance(focus, list) else [focus]
        items = [Node.of(it) if isinstance(it, dict) else it for it in items]
        return self._run(Run(environment, items), items)

    def holds(self, focus: Any, environment: Environment = NOTHING) -> bool | None:
        """What it finds as a condition; None if it finds nothing.

        Raises:
            Incorrect: as evaluate(), or it finds several.
        """
        return truth(self.evaluate(focus, environment), 0)


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Expression:
    """The expression of a text; the same one for the same text.

    Raises:
        Incorrect: it is none; the error says where.
    """
    return Expression(text)
