"""Of which type an item is: `is`, `as`, ofType() and type()."""

from typing import Any

from .nodes import SYSTEM_TYPES, Node, TypeInfo, is_fhir_type, system_type
from .syntax import wrong

TypeName = tuple[str, str]  # namespace or nothing, name


def known(type: TypeName, at: int) -> TypeName:
    """The type, if there is one of this name; of System any, since nothing is of a wrong one.

    Raises:
        Incorrect: there is none.
    """
    namespace, name = type
    if namespace == "System" or (namespace in ("", "FHIR") and is_fhir_type(name)):
        return type
    if not namespace and name in SYSTEM_TYPES:
        return type
    raise wrong(at, "there is no type of this name.")


def is_of(item: Any, type: TypeName) -> bool:
    """True if the item is of this type or of one derived from it."""
    namespace, name = type
    if isinstance(item, Node):
        return namespace != "System" and name in item.shape.parents
    return namespace != "FHIR" and name in (system_type(item), "Any")


def is_just(item: Any, type: TypeName) -> bool:
    """True if the item can be taken as this type: a code is not taken as the string it also is."""
    if isinstance(item, Node) and item.shape.is_primitive:
        return type[0] != "System" and item.shape.name == type[1]
    return is_of(item, type)


def info(item: Any) -> TypeInfo:
    """What type() tells of an item."""
    if isinstance(item, Node):
        return TypeInfo("FHIR", item.shape.fhir_name)
    return TypeInfo("System", system_type(item) or "Any")
