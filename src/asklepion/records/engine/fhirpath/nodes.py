"""Elements of resources as FHIRPath sees them: with a type, and with named children."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

from .. import tables
from .moments import Moment
from .units import Quantity

Json = Any

PARENTS = {
    "code": "string",
    "id": "string",
    "markdown": "string",
    "canonical": "uri",
    "oid": "uri",
    "url": "uri",
    "uuid": "uri",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "Age": "Quantity",
    "Count": "Quantity",
    "Distance": "Quantity",
    "Duration": "Quantity",
    "MoneyQuantity": "Quantity",
    "SimpleQuantity": "Quantity",
    "Dosage": "BackboneElement",
    "ElementDefinition": "BackboneElement",
    "MarketingStatus": "BackboneElement",
    "Population": "BackboneElement",
    "ProdCharacteristic": "BackboneElement",
    "ProductShelfLife": "BackboneElement",
    "SubstanceAmount": "BackboneElement",
    "Timing": "BackboneElement",
    "BackboneElement": "Element",
    "Element": "",
    "Resource": "",
    "DomainResource": "Resource",
    "Binary": "Resource",
    "Bundle": "Resource",
    "Parameters": "Resource",
}
_PRIMITIVES = """
    base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid
    positiveInt string time unsignedInt uri url uuid xhtml
"""
PRIMITIVES = frozenset(_PRIMITIVES.split())
SYSTEM_TYPES = frozenset(
    ["Any", "Boolean", "Date", "DateTime", "Decimal", "Integer", "Quantity", "String", "Time"]
)
SYSTEM = {
    "boolean": "boolean",
    "decimal": "decimal",
    "integer": "integer",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "date": "date",
    "dateTime": "dateTime",
    "instant": "dateTime",
    "time": "time",
}  # others are strings


class Child:
    """One element of a type: the JSON properties it may stand in, with the type of each."""

    __slots__ = ("is_many", "name", "ways")

    def __init__(self, name: str, ways: dict[str, str], *, is_many: bool) -> None:
        self.name = name
        self.ways = ways  # property to type, one or (of a choice) several
        self.is_many = is_many


class Shape:
    """What is known of a type: its name, what it is a kind of, and its children."""

    __slots__ = (
        "by_property",
        "children",
        "is_primitive",
        "is_quantity",
        "name",
        "parents",
        "system",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.parents = _parents(name)
        self.is_primitive = name in PRIMITIVES
        self.is_quantity = "Quantity" in self.parents
        self.system = SYSTEM.get(name, "string") if self.is_primitive else ""
        node = "Element" if self.is_primitive else name
        rows = tables.nodes().get("Quantity" if name in PARENTS and not _has(node) else node, [])
        self.children = {it.name: it for it in map(_child, rows)}
        self.by_property = {
            property: (child, type)
            for child in self.children.values()
            for property, type in child.ways.items()
        }

    @property
    def fhir_name(self) -> str:
        """The name of the type that type() tells; parts of resources are backbone elements."""
        return self.parents[1] if "." in self.name else self.name


def _has(name: str) -> bool:
    return name in tables.nodes()


def _child(element: tables.Element) -> Child:
    types = [type.split(":")[0].removeprefix("@") for type in element.types]
    if not element.name.endswith("[x]"):
        return Child(element.name, {element.name: types[0]}, is_many=element.is_many)
    name = element.name[:-3]
    ways = {name + type[0].upper() + type[1:]: type for type in types}
    return Child(name, ways, is_many=element.is_many)


def _parents(name: str) -> tuple[str, ...]:
    """A type and everything it is a kind of."""
    found = [name]
    if "." in name:
        whole = name.split(".")[0] in tables.resource_types()
        found.append("BackboneElement" if whole else "Element")
    elif name in tables.resource_types():
        found.append(PARENTS.get(name, "DomainResource"))
    while parent := PARENTS.get(found[-1], "" if len(found) > 1 else "Element"):
        found.append(parent)
    return tuple(found)


def is_fhir_type(name: str) -> bool:
    """True for the types FHIR R4 defines."""
    return name in PRIMITIVES or name in PARENTS or ("." not in name and _has(name))


def shape_of(name: str) -> Shape:
    """What is known of a type of FHIR; of an unknown one, what is true of every element."""
    found = _SHAPES.get(name)
    if found is None:
        if not is_fhir_type(name) and not _has(name):  # as many as somebody sends
            return shape_of("Element")
        found = _SHAPES[name] = Shape(name)
    return found


_SHAPES: dict[str, Shape] = {}


class Node:
    """One element: its JSON, what stands beside it (id and extensions of a primitive), its type."""

    __slots__ = ("_system", "beside", "shape", "value")

    def __init__(self, value: Json, shape: Shape, beside: Json = None) -> None:
        self.value = value
        self.shape = shape
        self.beside = beside
        self._system: Any = self

    @staticmethod
    def of(json: Json, type: str = "") -> "Node":
        """An element of this type; without one a resource of the type it names."""
        name = type or cast(str, json.get("resourceType", "Element"))
        if name in ("Resource", "DomainResource") and isinstance(json, dict):
            name = cast(str, json.get("resourceType", name))  # pyright: ignore[reportUnknownMemberType]
        return Node(json, shape_of(name))

    def child(self, name: str, out: "list[Node]") -> None:
        """Add the children of this name."""
        child = self.shape.children.get(name)
        holder = self.beside if self.shape.is_primitive else self.value
        if child is None or holder.__class__ is not dict:
            return
        for property, type in child.ways.items():
            value = holder.get(property)
            if type in PRIMITIVES:
                beside = holder.get("_" + property)
                if value is not None or beside is not None:
                    _primitives(value, beside, shape_of(type), out)
            elif value is not None:
                _complex(value, type, out)

    def children(self) -> "list[Node]":
        """Every child, in the order of the JSON."""
        holder = self.beside if self.shape.is_primitive else self.value
        found: list[Node] = []
        if not isinstance(holder, dict):
            return found
        names = self.shape.by_property
        seen: set[str] = set()
        for key in cast(dict[str, Any], holder):
            known = names.get(key.removeprefix("_"))
            if known is not None and known[0].name not in seen:
                seen.add(known[0].name)
                self.child(known[0].name, found)
        return found

    def system(self) -> Any:
        """The value as FHIRPath computes with it; the node itself if it is none."""
        if self._system is self:
            shape = self.shape
            if shape.is_primitive:
                self._system = _primitive(self.value, shape.system)
            elif shape.is_quantity:
                self._system = _quantity(self.value)
            if self._system is None:
                self._system = self
                return self
        return self._system

    def is_a(self, type: str) -> bool:
        """True if it is of this type or of one derived from it."""
        return type in self.shape.parents

    def __repr__(self) -> str:
        return f"<{self.shape.name}>"  # never what it holds


def _primitives(value: Json, beside: Json, shape: Shape, out: list[Node]) -> None:
    if value.__class__ is list or beside.__class__ is list:
        values = cast(list[Any], value) if isinstance(value, list) else []
        others = cast(list[Any], beside) if isinstance(beside, list) else []
        for number in range(max(len(values), len(others))):
            one = values[number] if number < len(values) else None
            other = others[number] if number < len(others) else None
            if one is not None or other is not None:
                out.append(Node(one, shape, other))
    else:
        out.append(Node(value, shape, beside))


def _complex(value: Json, type: str, out: list[Node]) -> None:
    for it in cast(list[Any], value) if isinstance(value, list) else (value,):
        if it is None:
            continue
        if type == "Resource":
            name = it.get("resourceType") if isinstance(it, dict) else None  # pyright: ignore
            out.append(Node(it, shape_of(name if isinstance(name, str) else "Resource")))
        else:
            out.append(Node(it, shape_of(type)))


def _primitive(value: Json, system: str) -> Any:
    if value is None:
        return None
    match system:
        case "string":
            return value if isinstance(value, str) else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "integer":
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case "decimal":
            return decimal_of(value)
        case _:
            return Moment.parse(value, system) if isinstance(value, str) else None


def decimal_of(value: Json) -> Decimal | None:
    """A JSON number as it was written, as far as that is kept."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(repr(value))
    return None


def _quantity(value: Json) -> Quantity | None:
    """An amount of FHIR; None without a value or with a comparator."""
    if not isinstance(value, dict):
        return None
    it = cast(dict[str, Any], value)
    amount = decimal_of(it.get("value"))
    if amount is None or "comparator" in it:
        return None
    system, code = it.get("system"), it.get("code")
    if code and system in (None, "http://unitsofmeasure.org"):
        return Quantity(amount, str(code))
    unit = f"{system}|{code}" if code else it.get("unit") or "1"
    return Quantity(amount, str(unit))


class TypeInfo:
    """What type() tells."""

    __slots__ = ("name", "namespace")

    def __init__(self, namespace: str, name: str) -> None:
        self.namespace = namespace
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeInfo) and (self.namespace, self.name) == (
            other.namespace,
            other.name,
        )

    def __hash__(self) -> int:
        return hash((self.namespace, self.name))


def system_type(value: Any) -> str:
    """The System type of what is no node; nothing for what has none."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, Moment):
        return {"date": "Date", "dateTime": "DateTime", "time": "Time"}[value.kind]
    kinds = ((int, "Integer"), (Decimal, "Decimal"), (str, "String"), (Quantity, "Quantity"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "")


def descendants(nodes: list[Any]) -> Iterator[Node]:
    """Everything below, level by level."""
    level = [it for it in nodes if isinstance(it, Node)]
    while level:
        below = [child for node in level for child in node.children()]
        yield from below
        level = below
