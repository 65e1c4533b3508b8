"""Write the messages of every room's `wire` again as TypeScript: `web/src/wire/ROOM.ts`.

    python -m tools.wire_ts            write what changed
    python -m tools.wire_ts --check    write nothing; fail where a file is not fresh

A room joins by naming, in `TO_TYPESCRIPT` of its module `wire`, its message classes (msgspec
Structs, dataclasses), enumerations and unions; they are written with everything they refer to,
and so are the plain constants in `__all__`. A table of messages named there, a `dict` by text, is
written with what stands in it.
"""

import argparse
import enum
import importlib
import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import inspect as spec

ROOT = Path(__file__).parent.parent
ROOMS = ROOT / "src" / "asklepion"
OUT = ROOT / "web" / "src" / "wire"
WIDTH = 100
PLAIN: dict[type[spec.Type], str] = {
    spec.IntType: "number",
    spec.FloatType: "number",
    spec.DecimalType: "string",
    spec.StrType: "string",
    spec.BytesType: "string",
    spec.UUIDType: "string",
    spec.DateType: "string",
    spec.TimeType: "string",
    spec.DateTimeType: "string",
    spec.BoolType: "boolean",
    spec.NoneType: "null",
    spec.AnyType: "unknown",
    spec.RawType: "unknown",
}


def find_rooms() -> list[str]:
    """The rooms that have messages for the client."""
    found = [*ROOMS.glob("*/wire.py"), *ROOMS.glob("*/wire/__init__.py")]
    telling = [path for path in found if "TO_TYPESCRIPT" in path.read_text()]
    return sorted(path.relative_to(ROOMS).parts[0] for path in telling)


def write_room(room: str) -> str:
    """The TypeScript of one room's messages."""
    module = importlib.import_module(f"asklepion.{room}.wire")
    return write_module(module, f"asklepion/{room}/wire")


def write_module(module: types.ModuleType, path: str) -> str:
    """The TypeScript of one module's messages."""
    named = dict(_public(module))
    constants = [_constant(n, v) for n, v in named.items() if isinstance(v, int | float | str)]
    aliases = {n: v for n, v in named.items() if typing.get_origin(v)}
    tables = {n: cast(dict[str, Any], v) for n, v in named.items() if isinstance(v, dict)}
    seen: dict[str, Any] = {}
    for name, value in named.items():
        if not isinstance(value, int | float | str) and name not in tables:
            _collect(value, seen)
    parts = [_declaration(seen[name]) for name in sorted(seen)]
    parts += [_alias(name, value) for name, value in aliases.items()]
    parts += [_table(name, value) for name, value in tables.items()]
    head = f"// Made by `make wire` from {path}. Change that, never this.\n"
    return "\n".join([head, *(["".join(constants)] if constants else []), *parts])


def _public(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """What is to be written, by its name."""
    every = getattr(module, "__all__", [n for n in vars(module) if not n.startswith("_")])
    for name in every:
        value = getattr(module, name)
        if name in module.TO_TYPESCRIPT or (
            name.isupper() and isinstance(value, int | float | str)
        ):
            yield name, value


def _collect(value: Any, seen: dict[str, Any]) -> None:
    """Add every class that a type refers to, each once."""
    if isinstance(value, enum.EnumMeta):
        return _visit(spec.EnumType(cast(type[enum.Enum], value)), seen)
    _visit(spec.type_info(value), seen)


def _visit(told: Any, seen: dict[str, Any]) -> None:
    """Walk through one type as msgspec tells it."""
    if isinstance(told, spec.EnumType | spec.StructType | spec.DataclassType):
        name = told.cls.__name__
        if seen.setdefault(name, told).cls is not told.cls:
            raise ValueError(f"Two messages are called {name}.")
    if isinstance(told, spec.StructType | spec.DataclassType):
        for field in told.fields:
            if not _is_seen(field.type, seen):
                _visit(field.type, seen)
    for inner in _inner(told):
        if not _is_seen(inner, seen):
            _visit(inner, seen)


def _is_seen(told: Any, seen: dict[str, Any]) -> bool:
    cls = getattr(told, "cls", None)
    return bool(cls) and getattr(seen.get(cls.__name__), "cls", None) is cls


def _inner(told: Any) -> list[spec.Type]:
    if isinstance(told, spec.UnionType):
        return list(told.types)
    if isinstance(told, spec.TupleType):
        return list(told.item_types)
    if isinstance(told, spec.DictType):
        return [told.value_type]
    if isinstance(told, spec.CollectionType):
        return [told.item_type]
    return []


def _declaration(told: Any) -> str:
    comment = _comment(told.cls)
    name = told.cls.__name__
    if isinstance(told, spec.EnumType):
        members = "".join(f"  {m.name}: {json.dumps(m.value)},\n" for m in told.cls)
        one_of = f"(typeof {name})[keyof typeof {name}]"
        kind = "number" if issubclass(told.cls, enum.Flag) else one_of
        values = f"export const {name} = {{\n{members}}} as const;\n"
        return f"{comment}{values}export type {name} = {kind};\n"
    tag = getattr(told, "tag", None)
    lines = [f"  readonly {told.tag_field}: {json.dumps(tag)};\n"] if tag is not None else []
    sparse = getattr(told.cls.__struct_config__, "omit_defaults", False) if tag else False
    for field in told.fields:
        mark = "?" if sparse and not field.required else ""
        lines.append(f"  readonly {field.encode_name}{mark}: {_type(field.type)};\n")
    return f"{comment}export interface {name} {{\n{''.join(lines)}}}\n"


def _type(told: Any) -> str:
    """One type as TypeScript writes it."""
    if type(told) in PLAIN:
        return PLAIN[type(told)]
    if isinstance(told, spec.EnumType | spec.StructType | spec.DataclassType):
        return told.cls.__name__
    if isinstance(told, spec.UnionType):
        return " | ".join(_type(inner) for inner in told.types)
    if isinstance(told, spec.LiteralType):
        return " | ".join(json.dumps(value) for value in told.values)
    if isinstance(told, spec.TupleType):
        return f"readonly [{', '.join(_type(inner) for inner in told.item_types)}]"
    if isinstance(told, spec.DictType):
        return f"Readonly<Record<string, {_type(told.value_type)}>>"
    if isinstance(told, spec.CollectionType):
        return f"readonly {_grouped(told.item_type)}[]"
    raise ValueError(f"{told} has no counterpart in TypeScript.")


def _grouped(told: Any) -> str:
    text = _type(told)
    return f"({text})" if " " in text else text


def _alias(name: str, value: Any) -> str:
    members = [_type(inner) for inner in _inner(spec.type_info(value))]
    line = f"export type {name} = {' | '.join(members)};\n"
    if len(line) <= WIDTH:
        return line
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + ";\n"


def _table(name: str, table: dict[str, Any]) -> str:
    """Messages that are known beforehand, by their names."""
    kinds = sorted({type(each).__name__ for each in table.values()})
    lines = [f"  {json.dumps(k)}: {_literal(v)},\n" for k, v in table.items()]
    of = f"Readonly<Record<string, {' | '.join(kinds)}>>"
    return f"export const {name}: {of} = {{\n{''.join(lines)}}};\n"


def _literal(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))


def _constant(name: str, value: float | str) -> str:
    return f"export const {name} = {json.dumps(value)};\n"


def _comment(cls: type) -> str:
    text = (cls.__dict__.get("__doc__") or "").strip().partition("\n")[0]
    return f"/** {text} */\n" if text and not text.startswith(f"{cls.__name__}(") else ""


def main(arguments: list[str]) -> int:
    """Write or check the files; 1 where one is not fresh."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    only_check: bool = parser.parse_args(arguments).check
    stale: list[str] = []
    for room in find_rooms():
        target, text = OUT / f"{room}.ts", write_room(room)
        if target.exists() and target.read_text() == text:
            continue
        stale.append(room)
        if not only_check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    did = "is not fresh: run `make wire`" if only_check else "written"
    for room in stale:
        sys.stdout.write(f"web/src/wire/{room}.ts {did}\n")
    return int(bool(stale and only_check))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
