"""What comes along with a page: `_include` and `_revinclude`."""

from collections.abc import Sequence

from ..wire import Include
from .asked import Asked
from .parameters import Parameter, find_parameter, is_type, own_rows


def includes_asked(types: Sequence[str], asked: Sequence[Asked]) -> tuple[Include, ...]:
    """What was asked to come along. https://hl7.org/fhir/R4/search.html#revinclude

    Args:
        types: that are searched.

    Raises:
        Incorrect: one of them cannot be read, or names no reference.
    """
    includes = [include for each in asked for include in _includes(types, each)]
    return tuple(dict.fromkeys(includes))


def _includes(types: Sequence[str], asked: Asked) -> list[Include]:
    is_reverse = asked.name.startswith("_revinclude")
    is_iterate = bool(asked.modifier)
    type, code, target = _parts(asked)
    if type == "*" and code == "*" and not (is_reverse and target):
        return [Include(is_reverse, None, target, is_iterate)]
    if not is_type(type) or (target is not None and not is_type(target)):
        raise asked.wrong("Write types of FHIR R4: Observation:subject:Patient.")
    if not is_reverse and not is_iterate and type not in types:
        raise asked.wrong("Begin with the type that is searched.")
    if is_reverse and target not in (None, *types) and not is_iterate:
        raise asked.wrong("Write the type that refers: Observation:subject.")
    if code == "*":
        return [Include(is_reverse, None, type if is_reverse else target, is_iterate)]
    parameter = find_parameter(type, code)
    if parameter.kind != "reference":
        raise asked.wrong("Name a parameter that is a reference.")
    return [_include(it, parameter, is_reverse, is_iterate, target) for it in own_rows(parameter)]


def _include(
    row: Parameter, parameter: Parameter, is_reverse: bool, is_iterate: bool, target: str | None
) -> Include:
    wanted = parameter.type if is_reverse else (target or parameter.only or None)
    return Include(is_reverse, row.number, wanted, is_iterate, row.is_canonical)


def _parts(asked: Asked) -> tuple[str, str, str | None]:
    parts = asked.value.split(":")
    if parts == ["*"]:
        return "*", "*", None
    if len(parts) not in (2, 3) or not all(parts):
        raise asked.wrong("Write Observation:subject, or Observation:subject:Patient.")
    return parts[0], parts[1], parts[2] if len(parts) == 3 else None
