"""The rows of a spreadsheet as Observations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ....model import Resource
from ..model import Ids
from ..oids import LOINC, UCUM, unit_of
from .mapping import Column, Mapping
from .measures import BY_CODE, BY_NAME, MEASURES, Measure, is_plausible
from .moments import moment_of
from .sheet import Sheet

NUMBER = re.compile(r"(<=|>=|<|>|≤|≥)?\s*([+-]?\d{1,12}(?:[.,]\d{1,9})?)\s*([^\d\s].{0,30})?")
PRESSURE = re.compile(r"(\d{2,3})\s*/\s*(\d{2,3})(?:\s*mm\s?hg)?", re.I)
SIGNS = {"≤": "<=", "≥": ">="}
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
BATCH = "urn:asklepion:import"  # of the tag that all that came with one table carry
PRESSURES = ("systolic", "diastolic")


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row."""

    number: int  # in the file
    resources: list[Resource] = field(default_factory=list[Resource])
    problem: str = ""  # why it, or a cell of it, was left out; quotes nothing


@dataclass(frozen=True, slots=True)
class _Cell:
    measure: Measure
    value: Decimal
    unit: str
    comparator: str = ""


class _Problem(Exception):
    pass


def observations(
    sheet: Sheet, mapping: Mapping, ids: Ids, *, subject: str, batch: str
) -> Iterator[Row]:
    """Each row as Observations, or why it is none.

    Args:
        ids: gives the id of something from what it is called.
        subject: whose they are.
        batch: under which all of them are found again.

    Raises:
        Unreadable: the table cannot be read to its end.
    """
    for number, cells in sheet.rows():
        found, problem = _row(cells, mapping, sheet.separator)
        when = _when(cells, mapping)
        if not when:
            yield Row(number, problem="has no date that can be read")
            continue
        resources = [
            {**it, "id": ids(f"sheet {subject} {when} {_seed(it)}")}
            for it in _made(found, subject, when, batch, _note(cells, mapping))
        ]
        if not resources and not problem:
            problem = "holds nothing that is understood"
        yield Row(number, resources, problem)


def _seed(resource: Resource) -> str:
    """What tells one observation from others of the same moment."""
    parts = [resource, *resource.get("component", [])]
    return " ".join(
        f"{part['code']['coding'][0]['code']} {part.get('valueQuantity', '')}" for part in parts
    )


def _at(cells: list[str], number: int | None) -> str:
    return cells[number] if number is not None and number < len(cells) else ""


def _when(cells: list[str], mapping: Mapping) -> str:
    date, time = (_at(cells, mapping.first(role)) for role in ("date", "time"))
    return moment_of(date, time, order=mapping.order, zone=mapping.zone)


def _note(cells: list[str], mapping: Mapping) -> str:
    return _at(cells, mapping.first("note"))


def _row(cells: list[str], mapping: Mapping, separator: str) -> tuple[list[_Cell], str]:
    found: list[_Cell] = []
    problems: list[str] = []
    if mapping.is_long:
        try:
            found.append(_long(cells, mapping, separator))
        except _Problem as problem:
            problems.append(str(problem))
    for number, column in enumerate(mapping.columns):
        text = _at(cells, number)
        if not text or column.role not in (*MEASURES, "pressure"):
            continue
        try:
            found += _wide(text, column, separator)
        except _Problem as problem:
            problems.append(f"column {number + 1} {problem}")
    return found, "; ".join(problems)


def _wide(text: str, column: Column, separator: str) -> list[_Cell]:
    if column.role == "pressure":
        match = PRESSURE.fullmatch(text)
        if match is None:
            raise _Problem("is no blood pressure such as 120/80")
        parts = zip(PRESSURES, match.groups(), strict=True)
        return [_checked(MEASURES[key], Decimal(value), "mm[Hg]") for key, value in parts]
    measure = MEASURES[column.role]
    value, sign, own = _number(text, separator)
    unit = unit_of(own) if own else column.unit or measure.unit
    return [_checked(measure, value, unit, sign)]


def _long(cells: list[str], mapping: Mapping, separator: str) -> _Cell:
    name = _at(cells, mapping.first("name")).lower()
    code = _at(cells, mapping.first("code"))
    key = BY_CODE.get(code) or BY_NAME.get(" ".join(name.split()))
    if key is None:
        raise _Problem("names something that is not known here")
    measure = MEASURES[key]
    value, sign, own = _number(_at(cells, mapping.first("value")), separator)
    unit = unit_of(_at(cells, mapping.first("unit")) or own)
    return _checked(measure, value, unit or measure.unit, sign)


def _number(text: str, separator: str) -> tuple[Decimal, str, str]:
    """A number, whether it is less or more, and the unit behind it."""
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        raise _Problem("is no number")
    sign, number, unit = match.groups(default="")
    if "," in number and separator == ",":
        number = number.replace(",", "") if len(number.rpartition(",")[2]) == 3 else ""
    if not number:
        raise _Problem("is no number that can be told for sure")
    return Decimal(number.replace(",", ".")), SIGNS.get(sign, sign), unit.strip()


def _checked(measure: Measure, value: Decimal, unit: str, sign: str = "") -> _Cell:
    if unit not in measure.codes:
        raise _Problem("is in a unit that is not used for it")
    if not is_plausible(measure, float(value), unit):
        raise _Problem("is beyond what can be")
    return _Cell(measure, value, unit, sign)


def _made(found: list[_Cell], subject: str, when: str, batch: str, note: str) -> Iterator[Resource]:
    """The observations of one row; its two pressures as one."""
    halves = {cell.measure.key: cell for cell in found if cell.measure.key in PRESSURES}
    if len(halves) == len(PRESSURES):
        found = [cell for cell in found if cell.measure.key not in PRESSURES]
        whole = _coded("85354-9", "Blood pressure")
        parts: list[dict[str, Any]] = [
            {"code": _code(halves[key]), "valueQuantity": _quantity(halves[key])}
            for key in PRESSURES
        ]
        yield _observation(whole, "vital-signs", subject, when, batch, note) | {"component": parts}
    for cell in found:
        told = _observation(_code(cell), cell.measure.category, subject, when, batch, note)
        yield told | {"valueQuantity": _quantity(cell)}


def _coded(code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code}], "text": text}


def _code(cell: _Cell) -> dict[str, Any]:
    name = cell.measure.names[0]
    return _coded(cell.measure.codes[cell.unit], name[0].upper() + name[1:])


def _quantity(cell: _Cell) -> dict[str, Any]:
    told = {"value": cell.value, "unit": cell.unit, "system": UCUM, "code": cell.unit}
    return told | ({"comparator": cell.comparator} if cell.comparator else {})


def _observation(
    code: dict[str, Any], category: str, subject: str, when: str, batch: str, note: str
) -> Resource:
    told: Resource = {
        "resourceType": "Observation",
        "meta": {"tag": [{"system": BATCH, "code": batch}]},
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "code": code,
        "subject": {"reference": subject},
        "effectiveDateTime": when,
        "performer": [{"reference": subject}],
    }
    return told | ({"note": [{"text": note}]} if note else {})
