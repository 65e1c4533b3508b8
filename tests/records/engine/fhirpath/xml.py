"""Resources in FHIR's XML, read into JSON by the tables of elements; for the official suite."""

import xml.etree.ElementTree as Tree
from decimal import Decimal
from pathlib import Path
from typing import Any

from asklepion.records.engine.fhirpath.nodes import PRIMITIVES, shape_of

FHIR = "{http://hl7.org/fhir}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def read(file: Path) -> dict[str, Any]:
    """The resource of a file."""
    return _resource(Tree.parse(file).getroot())


def _resource(element: Tree.Element) -> dict[str, Any]:
    type = element.tag.removeprefix(FHIR)
    return {"resourceType": type, **_complex(element, type)}


def _complex(element: Tree.Element, type: str) -> dict[str, Any]:
    shape = shape_of(type)
    found: dict[str, Any] = {it: element.attrib[it] for it in ("id", "url") if it in element.attrib}
    for part in element:
        if part.tag == XHTML + "div":
            found["div"] = Tree.tostring(part, encoding="unicode")
            continue
        name = part.tag.removeprefix(FHIR)
        child, below = shape.by_property[name]
        if below in PRIMITIVES:
            _add(found, name, _value(part, below), is_many=child.is_many)
            beside = _complex(part, "Element")
            if beside:
                _add(found, "_" + name, beside, is_many=child.is_many)
        else:
            value = _resource(part[0]) if below == "Resource" else _complex(part, below)
            _add(found, name, value, is_many=child.is_many)
    return found


def _add(holder: dict[str, Any], name: str, value: Any, *, is_many: bool) -> None:
    if is_many:
        holder.setdefault(name, []).append(value)
    elif value is not None:
        holder[name] = value


def _value(element: Tree.Element, type: str) -> Any:
    text = element.get("value")
    if text is None:
        return None
    match type:
        case "boolean":
            return text == "true"
        case "integer" | "positiveInt" | "unsignedInt":
            return int(text)
        case "decimal":
            return Decimal(text)
        case _:
            return text
