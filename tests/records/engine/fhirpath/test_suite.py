"""The official FHIRPath tests for R4, one by one.

Source: https://github.com/HL7/FHIRPath/tree/master/tests/r4
"""

import json
import xml.etree.ElementTree as Tree
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from asklepion.kit.errors import Incorrect
from asklepion.records.engine.fhirpath import (
    Environment,
    Moment,
    Node,
    Quantity,
    compile_path,
    plain,
)
from tests.records.engine.fhirpath.xml import read

NOW = Environment(now=datetime(2026, 3, 1, 12, tzinfo=UTC))

# Where we do not do what the suite says, with the reason. Each fails; one that passes is a mistake.
NO_NARROWER = "0.00345 in one digit is below 0.1, not below 0.0; 1.587 in two digits is below 1.59"
WHOLE_HOUR = "what was said to the hour may mean its last minute as well"
KNOWN = {
    "LowBoundaryDecimal15": NO_NARROWER,
    "HighBoundaryDecimal15": NO_NARROWER,
    "HighBoundaryDecimal16": NO_NARROWER,
    "HighBoundaryDateTimeMillisecond1": WHOLE_HOUR,
    "HighBoundaryDateTimeMillisecond3": WHOLE_HOUR,
}


class Case:
    """One test of the suite."""

    def __init__(self, element: Tree.Element) -> None:
        expression = element.find("expression")
        assert expression is not None
        self.name = element.get("name", "")
        self.expression = expression.text or ""
        self.file = element.get("inputfile")
        self.is_invalid = bool(expression.get("invalid") or element.get("invalid"))
        self.is_predicate = element.get("predicate") == "true"
        self.outputs = [(it.get("type"), it.text or "") for it in element.findall("output")]

    def is_passed(self, folder: Path) -> bool:
        """Whether our answer is the suite's."""
        focus = _input(folder, self.file) if self.file else {}
        try:
            path = compile_path(self.expression)
            if self.file:
                path.check(focus["resourceType"])
            found = path.evaluate(focus if self.file else [], NOW)
        except Incorrect:
            return self.is_invalid
        if self.is_predicate:
            found = [path.holds(focus, NOW)]
        if self.is_invalid or len(found) != len(self.outputs):
            return False
        return all(_fits(it, *out) for it, out in zip(found, self.outputs, strict=True))


@cache
def _input(folder: Path, name: str) -> dict[str, Any]:
    file = folder / name
    if file.suffix == ".xml":
        return read(file)
    return json.loads(file.read_text(), parse_float=Decimal)


def _fits(item: Any, type: str | None, text: str) -> bool:
    value = plain(item)
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, (int, Decimal)):
        return type in (None, "integer", "decimal") and Decimal(text) == value
    if isinstance(value, Moment):
        wanted = Moment.parse(text.removeprefix("@"), value.kind)
        return str(value) == str(wanted)
    if isinstance(value, Quantity):
        return str(value) == text
    is_typed = not isinstance(item, Node) or type in (None, item.shape.name, "string")
    return is_typed and value == text


def _cases(folder: Path) -> list[Case]:
    root = Tree.parse(folder / "tests-fhir-r4.xml").getroot()
    return [Case(it) for it in root.iter("test")]


def test_the_official_suite_passes_but_for_what_is_named_here(test_data: Path) -> None:
    folder = test_data / "fhir" / "fhirpath"

    cases = _cases(folder)
    failed = [case.name for case in cases if not case.is_passed(folder)]

    assert sorted(failed) == sorted(KNOWN)
    assert len(cases) == 935
    assert len(failed) <= 0.02 * len(cases)
