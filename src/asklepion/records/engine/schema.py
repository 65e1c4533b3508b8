"""The JSON Schema of FHIR R4, built from the tables.

One schema for all types: what they share is compiled once (80 MB for all of them, where a schema
for each took 550). Written so that every error tells its element and its reason by itself: no
alternatives of which one could only say that none fitted.
"""

from collections.abc import Iterator
from typing import Any

from . import tables
from .tables import Element

Schema = dict[str, Any]

YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
DAY = (
    f"(?:{YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
)
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
DATE = f"{YEAR}(?:-(?:0[1-9]|1[0-2]))?|{DAY}"
TEXT = r"[^\x00-\x08\x0B\x0C\x0E-\x1F]+"
WORD = r"[^\s\x00-\x1F]+"

# What a primitive that is a JSON string looks like. Source: https://hl7.org/fhir/R4/datatypes.html
PATTERNS = {
    "base64Binary": r"\s*(?:(?:[0-9a-zA-Z+/=]\s*){4})+",
    "canonical": WORD,
    "code": rf"{WORD}(?: {WORD})*",
    "date": DATE,
    "dateTime": f"{DATE}|{DAY}T{TIME}{ZONE}",
    "id": r"[A-Za-z0-9\-.]{1,64}",
    "instant": f"{DAY}T{TIME}{ZONE}",
    "markdown": TEXT,
    "oid": r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+",
    "string": TEXT,
    "time": TIME,
    "uri": WORD,
    "url": WORD,
    "uuid": "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "xhtml": rf"\s*<(?:\w+:)?div[\s>/]{TEXT}",
}

OTHERS: dict[str, Schema] = {
    "boolean": {"type": "boolean"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
}

INSIDE: Schema = {"type": "object", "required": ["resourceType"]}  # looked at on its own


def schema() -> Schema:
    """For objects with one property, the resource, named by its type."""
    types = tables.resource_types()
    return {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in sorted(types)},
        "$defs": {
            name: _node(name, elements, is_resource=name in types)
            for name, elements in tables.nodes().items()
        },
    }


def is_primitive(type: str) -> bool:
    """True for types that are not objects in JSON, such as date."""
    return type in PATTERNS or type in OTHERS


def json_names(element: Element) -> list[tuple[str, str]]:
    """The property and type of each way an element may be written: valueString, valueCode, …"""
    types = [type.split(":")[0] for type in element.types]
    if not element.name.endswith("[x]"):
        return [(element.name, types[0])]
    name = element.name[:-3]
    return [(name + type[0].upper() + type[1:], type) for type in types]


def _node(name: str, elements: list[Element], *, is_resource: bool) -> Schema:
    properties: Schema = {}
    required: list[str] = []
    all_of: list[Schema] = []
    if is_resource:
        properties["resourceType"] = {"const": name}
        required.append("resourceType")
    for element in elements:
        ways = json_names(element)
        for property, type in ways:
            properties[property] = _value(element, type)
            if is_primitive(type):
                properties["_" + property] = _beside(element)
        names = [property for property, _ in ways]
        names += ["_" + property for property, type in ways if is_primitive(type)]
        if element.least and len(names) == 1:
            required += names
        elif element.least:  # said this way round, the error names the element itself
            there: Schema = {"anyOf": [{"required": [one]} for one in names]}
            all_of.append({"if": there, "else": {"required": [element.name]}})
        if len(ways) > 1:
            all_of.append({"dependentSchemas": dict(_only_one(ways))})
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if not is_resource:
        schema["minProperties"] = 1
    if required:
        schema["required"] = required
    if all_of:
        schema["allOf"] = all_of
    return schema


def _only_one(ways: list[tuple[str, str]]) -> Iterator[tuple[str, Schema]]:
    """With one way of writing a choice there, no other may be."""
    for mine, type in ways:
        others = [property for property, _ in ways if property != mine]
        rule: Schema = {"properties": dict.fromkeys([*others, *("_" + it for it in others)], False)}
        yield mine, rule
        if is_primitive(type):
            yield "_" + mine, rule


def _value(element: Element, type: str) -> Schema:
    if type == "Resource":
        schema = INSIDE
    elif is_primitive(type):
        schema = _primitive(type, element)
    else:
        schema = {"$ref": "#/$defs/" + type.removeprefix("@")}
        if element.binding and type == "CodeableConcept":
            schema = {**schema, **_bound(tables.codes()[element.binding])}
    return {"type": "array", "items": schema, "minItems": 1} if element.is_many else schema


def _primitive(type: str, element: Element) -> Schema:
    may_be_null = element.is_many  # where only its extensions are known
    if type == "code" and element.binding:
        codes = {code for them in tables.codes()[element.binding].values() for code in them}
        return {"enum": [*sorted(codes), *([None] if may_be_null else [])]}
    if type in OTHERS:
        schema = OTHERS[type]
        return {**schema, "type": [schema["type"], "null"]} if may_be_null else schema
    kinds: Any = ["string", "null"] if may_be_null else "string"
    return {"type": kinds, "pattern": f"^(?:{PATTERNS[type]})$"}


def _beside(element: Element) -> Schema:
    """Id and extensions of a primitive, in the property with an underscore."""
    if not element.is_many:
        return {"$ref": "#/$defs/Element"}
    either: Schema = {"if": {"type": "object"}, "then": {"$ref": "#/$defs/Element"}}
    return {"type": "array", "items": {"type": ["object", "null"], **either}, "minItems": 1}


def _bound(systems: tables.Systems) -> Schema:
    """At least one coding must be one of these."""
    each: list[Schema] = [
        {
            "properties": {"system": {"const": system}, "code": {"enum": codes}},
            "required": ["system", "code"],
        }
        for system, codes in systems.items()
    ]
    one = each[0] if len(each) == 1 else {"anyOf": each}
    return {"required": ["coding"], "properties": {"coding": {"contains": one}}}
