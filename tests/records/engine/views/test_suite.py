"""The official tests of SQL on FHIR v2, one by one.

Source: https://github.com/FHIR/sql-on-fhir-v2/tree/master/tests
"""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from asklepion.kit.errors import HouseError
from asklepion.records.engine.views import Runner, compile_view

# Where we do not do what the suite says, with the reason. Each fails; one that passes is a mistake.
NOTHING = "FHIRPath says that join() of nothing is nothing; the suite wants an empty text"
KNOWN = {
    "fhirpath: string join": NOTHING,
    "fhirpath: string join: default separator": NOTHING,
}


def _rows(view: Any, resources: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    made = compile_view(view)
    runner = Runner(made)
    names = [column.name for column in made.columns]
    rows = [row for resource in resources for row in runner.rows(resource)]
    return names, [dict(zip(names, row, strict=True)) for row in rows]


def _told(row: dict[str, Any]) -> str:
    """A row as text, whatever the order of its columns; a number by its value."""

    def plain(value: Any) -> Any:
        is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return float(value) if is_number else value

    return json.dumps({name: plain(value) for name, value in row.items()}, sort_keys=True)


def _is_passed(case: dict[str, Any], resources: list[dict[str, Any]]) -> bool:
    try:
        names, rows = _rows(case["view"], resources)
    except HouseError:
        return bool(case.get("expectError"))
    if case.get("expectError"):
        return False
    if "expectColumns" in case and names != case["expectColumns"]:
        return False
    if "expectCount" in case and len(rows) != case["expectCount"]:
        return False
    return "expect" not in case or Counter(map(_told, rows)) == Counter(map(_told, case["expect"]))


def test_the_official_suite_passes_but_for_what_is_named_here(test_data: Path) -> None:
    failed: list[str] = []
    count = 0
    for file in sorted((test_data / "fhir" / "sql-on-fhir" / "tests").glob("*.json")):
        suite = json.loads(file.read_text(), parse_float=Decimal)
        for case in suite["tests"]:
            count += 1
            if not _is_passed(case, suite["resources"]):
                failed.append(f"{suite['title']}: {case['title']}")

    assert sorted(failed) == sorted(KNOWN)
    assert count == 134
