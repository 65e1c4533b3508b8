"""A ViewDefinition, read and checked: every fault is told with the place where it stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .. import tables
from ..fhirpath import Expression, Moment, compile_path
from ..fhirpath.compiling import CONSTANTS
from ..fhirpath.nodes import PRIMITIVES, SYSTEM, is_fhir_type

Json = dict[str, Any]
Types = frozenset[str] | None  # what is certain of the elements at one place

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
DEPTH_MOST = 16  # selects within each other
COLUMNS_MOST = 500
CONSTANTS_MOST = 100
ROW_INDEX = "rowIndex"
GIVEN = frozenset([*CONSTANTS, "context", "resource", "rootResource", ROW_INDEX])

_COMMON = {"id", "extension", "modifierExtension"}
OF_SELECT = _COMMON | {"column", "select", "forEach", "forEachOrNull", "repeat", "unionAll"}
OF_COLUMN = _COMMON | {"path", "name", "description", "collection", "type", "tag"}
OF_WHERE = _COMMON | {"path", "description"}
SPECIAL = {"instant": "dateTime", "date": "date", "dateTime": "dateTime", "time": "time"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a view."""

    name: str
    path: Expression
    place: str  # in the definition, for errors
    type: str  # of FHIR, as it is said or as the path is sure to find; empty: unknown
    is_many: bool
    asks_index: bool  # it tells where in its list an element stands

    @property
    def kind(self) -> str:
        """What its values are: boolean, integer, decimal, or string for everything else."""
        kind = SYSTEM.get(self.type, "string")
        return kind if kind in ("boolean", "integer", "decimal") else "string"


@dataclass(frozen=True, kw_only=True)
class Select:
    """A part of a view: its own columns, parts within it, and parts that are put one below another.

    At most one of `each` and `repeat` says of which elements there is a row each.
    """

    place: str
    each: Expression | None = None
    or_null: bool = False
    repeat: tuple[Expression, ...] = ()
    own: tuple[Column, ...] = ()
    selects: tuple["Select", ...] = ()
    unions: tuple["Select", ...] = ()
    columns: tuple[Column, ...] = ()  # all of them, in the order of a row


@dataclass(frozen=True, kw_only=True)
class View:
    """A ViewDefinition that can be run."""

    name: str
    resource: str
    where: tuple[tuple[str, Expression], ...]  # with the place of each
    whole: Select
    constants: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column, in the order of a row."""
        return self.whole.columns


def compile_view(definition: Any, place: str = "ViewDefinition") -> View:
    """The view that a definition describes.

    Args:
        place: what errors call it.

    Raises:
        Incorrect: it is none; the message says where it is wrong, and why.
    """
    it = _object(definition, place)
    if it.get("resourceType", "ViewDefinition") != "ViewDefinition":
        raise _wrong(f"{place}.resourceType", "this is no ViewDefinition.")
    type = it.get("resource")
    if not isinstance(type, str) or type not in tables.resource_types():
        raise _wrong(f"{place}.resource", "the name of a resource type of FHIR R4 is expected.")
    name = it.get("name", "")
    if name and (not isinstance(name, str) or not NAME.fullmatch(name)):
        raise _wrong(f"{place}.name", "letters, digits and _ are expected, a letter first.")
    reader = _Reader(_constants(it.get("constant", []), f"{place}.constant"))
    focus: Types = frozenset([type])
    parts = _list(it, "select", place)
    if not parts:
        raise _wrong(f"{place}.select", "at least one is expected.")
    selects = [
        reader.select(part, f"{place}.select[{number}]", focus, 1)
        for number, part in enumerate(parts)
    ]
    columns = _joined(selects, f"{place}.select")
    whole = Select(place=place, selects=tuple(selects), columns=columns)
    where = [
        reader.condition(part, f"{place}.where[{number}]", focus)
        for number, part in enumerate(_list(it, "where", place))
    ]
    return View(
        name=cast(str, name),
        resource=type,
        where=tuple(where),
        whole=whole,
        constants=reader.constants,
    )


class _Reader:
    def __init__(self, constants: Mapping[str, Any]) -> None:
        self.constants = constants

    def select(self, part: Any, place: str, focus: Types, depth: int) -> Select:
        it = _object(part, place)
        _known(it, OF_SELECT, place)
        if depth > DEPTH_MOST:
            raise _wrong(place, f"selects may stand {DEPTH_MOST} deep within each other.")
        each, or_null, repeat, focus = self._rows(it, place, focus)
        own = tuple(
            self._column(column, f"{place}.column[{number}]", focus)
            for number, column in enumerate(_list(it, "column", place))
        )
        within, below = (
            tuple(
                self.select(inner, f"{place}.{name}[{number}]", focus, depth + 1)
                for number, inner in enumerate(_list(it, name, place))
            )
            for name in ("select", "unionAll")
        )
        first = _same(below, f"{place}.unionAll")
        if not (own or within or below):
            raise _wrong(place, "a column, a select or a unionAll is expected.")
        columns = (*own, *(column for inner in within for column in inner.columns), *first)
        return Select(
            place=place,
            each=each,
            or_null=or_null,
            repeat=repeat,
            own=own,
            selects=within,
            unions=below,
            columns=columns,
        )

    def _rows(
        self, it: Json, place: str, focus: Types
    ) -> tuple[Expression | None, bool, tuple[Expression, ...], Types]:
        """Of which elements there is a row each, and their types."""
        said = [name for name in ("forEach", "forEachOrNull", "repeat") if name in it]
        if len(said) > 1:
            raise _wrong(f"{place}.{said[1]}", f"it cannot stand beside {said[0]}.")
        if not said:
            return None, False, (), focus
        name = said[0]
        if name != "repeat":
            path, kinds = self._path(it[name], f"{place}.{name}", focus)
            return path, name == "forEachOrNull", (), kinds
        texts = _list(it, name, place)
        if not texts:
            raise _wrong(f"{place}.repeat", "at least one path is expected.")
        # What one path finds is looked through by each again, so nothing of its type is certain.
        found = [
            self._path(text, f"{place}.repeat[{number}]", None) for number, text in enumerate(texts)
        ]
        return None, False, tuple(path for path, _ in found), None

    def _column(self, part: Any, place: str, focus: Types) -> Column:
        it = _object(part, place)
        _known(it, OF_COLUMN, place)
        name = it.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise _wrong(f"{place}.name", "letters, digits and _ are expected, a letter first.")
        is_many, type = it.get("collection", False), it.get("type", "")
        if not isinstance(is_many, bool):
            raise _wrong(f"{place}.collection", "true or false is expected.")
        if not isinstance(type, str) or (type and not is_fhir_type(_short(type))):
            raise _wrong(f"{place}.type", "the name of a type of FHIR is expected.")
        path, kinds = self._path(it.get("path"), f"{place}.path", focus)
        if kinds and not kinds & PRIMITIVES:
            names = ", ".join(sorted(kinds)[:3])
            raise _wrong(f"{place}.path", f"it finds {names}; name a part of that.")
        if not type and kinds and len(kinds) == 1:
            type = next(iter(kinds))
        return Column(
            name=name,
            path=path,
            place=f"{place}.path",
            type=_short(type),
            is_many=is_many,
            asks_index=ROW_INDEX in path.variables(),
        )

    def condition(self, part: Any, place: str, focus: Types) -> tuple[str, Expression]:
        it = _object(part, place)
        _known(it, OF_WHERE, place)
        path, kinds = self._path(it.get("path"), f"{place}.path", focus)
        if kinds and "boolean" not in kinds:
            raise _wrong(f"{place}.path", "a condition is expected, which is true or false.")
        return f"{place}.path", path

    def _path(self, text: Any, place: str, focus: Types) -> tuple[Expression, Types]:
        """An expression, and the types it finds as far as they are certain."""
        if not isinstance(text, str) or not text.strip():
            raise _wrong(place, "a FHIRPath expression is expected.")
        try:
            path = compile_path(text)
            for name, at in path.variables().items():
                is_given = name in GIVEN or name.startswith(("vs-", "ext-"))
                if not is_given and name not in self.constants:
                    raise Incorrect(f"FHIRPath, character {at + 1}: there is no constant %{name}.")
            return path, path.kinds(focus)
        except Incorrect as error:
            raise Incorrect(f"{place}: {error.message}", hint=error.hint) from error


def _constants(parts: Any, place: str) -> dict[str, Any]:
    """The constants as FHIRPath computes with them."""
    found: dict[str, Any] = {}
    if not isinstance(parts, list) or len(cast(list[Any], parts)) > CONSTANTS_MOST:
        raise _wrong(place, f"a list of {CONSTANTS_MOST} at most is expected.")
    for number, part in enumerate(cast(list[Any], parts)):
        at = f"{place}[{number}]"
        it = _object(part, at)
        name = it.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name) or name in GIVEN:
            raise _wrong(f"{at}.name", "letters, digits and _ are expected, a letter first.")
        if name in found:
            raise _wrong(f"{at}.name", "another constant has this name.")
        values = [key for key in it if key.startswith("value")]
        if len(values) != 1:
            raise _wrong(at, "exactly one value is expected, such as valueString.")
        found[name] = _constant(it[values[0]], values[0], f"{at}.{values[0]}")
    return found


def _constant(value: Any, key: str, place: str) -> Any:
    type = key.removeprefix("value")
    type = type[:1].lower() + type[1:]
    if type not in PRIMITIVES or type == "xhtml":
        raise _wrong(place, "a value of a primitive type is expected.")
    made: Any = None
    match SYSTEM.get(type, "string"):
        case "boolean":
            made = value if isinstance(value, bool) else None
        case "integer":
            made = value if isinstance(value, int) and not isinstance(value, bool) else None
        case "decimal":
            is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
            made = Decimal(str(value)) if is_number else None
        case "string":
            made = value if isinstance(value, str) else None
        case _:
            made = Moment.parse(value, SPECIAL[type]) if isinstance(value, str) else None
    if made is None:
        raise _wrong(place, f"it is no {type}.")
    return made


def _same(branches: Sequence[Select], place: str) -> tuple[Column, ...]:
    """The columns of parts that are put one below another: the same in each."""
    if not branches:
        return ()
    first = branches[0].columns
    for number, branch in enumerate(branches[1:], 1):
        if [it.name for it in branch.columns] != [it.name for it in first]:
            raise _wrong(f"{place}[{number}]", "it needs the columns of the first, in that order.")
        for one, other in zip(first, branch.columns, strict=True):
            if one.is_many != other.is_many or one.kind != other.kind:
                raise _wrong(
                    other.place, f"{other.name} is of another type than in the first branch."
                )
    return first


def _joined(selects: Sequence[Select], place: str) -> tuple[Column, ...]:
    columns = tuple(column for select in selects for column in select.columns)
    if len(columns) > COLUMNS_MOST:
        raise _wrong(place, f"a view has {COLUMNS_MOST} columns at most.")
    seen: set[str] = set()
    for column in columns:
        if column.name.lower() in seen:
            raise _wrong(column.place, f"another column is called {column.name}.")
        seen.add(column.name.lower())
    return columns


def _object(value: Any, place: str) -> Json:
    if not isinstance(value, dict):
        raise _wrong(place, "a JSON object is expected.")
    return cast(Json, value)


def _list(it: Json, name: str, place: str) -> list[Any]:
    value: Any = it.get(name, [])
    if not isinstance(value, list):
        raise _wrong(f"{place}.{name}", "a list is expected.")
    return cast(list[Any], value)


def _known(it: Json, names: set[str], place: str) -> None:
    for name in it:
        if name.removeprefix("_") not in names:
            raise _wrong(place, f"only {', '.join(sorted(names - _COMMON))} may stand here.")


def _short(type: str) -> str:
    """A type's name, also where it is said by its address."""
    return type.rpartition("/")[2]


def _wrong(place: str, text: str) -> Incorrect:
    return Incorrect(f"{place}: {text}")
