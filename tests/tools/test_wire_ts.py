import enum
import types
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from tools import wire_ts


class Colour(enum.StrEnum):
    """What one sees."""

    TEAL = "teal"


class Leaf(msgspec.Struct, frozen=True, tag_field="type", tag="leaf"):
    """One leaf of an olive tree.

    It is small.
    """

    colour: Colour
    size: tuple[float, float]
    turned_at: datetime | None = None


class Branch(msgspec.Struct, frozen=True, tag_field="type", tag="branch"):
    leaves: list[Leaf | None]
    by_name: dict[str, int]
    side: Literal["north", "south"]


def module_of(**names: Any) -> types.ModuleType:
    module = types.ModuleType("some.wire")
    vars(module).update(names, __all__=list(names), TO_TYPESCRIPT=tuple(names))
    return module


@pytest.mark.parametrize("room", wire_ts.find_rooms())
def test_the_messages_in_the_client_are_those_of_the_house(room: str) -> None:
    written = (wire_ts.OUT / f"{room}.ts").read_text()

    assert written == wire_ts.write_room(room), "run `make wire`"


def test_the_world_is_among_the_rooms_that_have_messages() -> None:
    assert "world" in wire_ts.find_rooms()


def test_messages_and_all_they_refer_to_become_typescript() -> None:
    text = wire_ts.write_module(module_of(Branch=Branch, Tree=Branch | Leaf, LIMIT=3), "some/wire")

    assert text == (
        "// Made by `make wire` from some/wire. Change that, never this.\n"
        "\n"
        "export const LIMIT = 3;\n"
        "\n"
        "export interface Branch {\n"
        '  readonly type: "branch";\n'
        "  readonly leaves: readonly (Leaf | null)[];\n"
        "  readonly by_name: Readonly<Record<string, number>>;\n"
        '  readonly side: "north" | "south";\n'
        "}\n"
        "\n"
        "/** What one sees. */\n"
        "export const Colour = {\n"
        '  TEAL: "teal",\n'
        "} as const;\n"
        "export type Colour = (typeof Colour)[keyof typeof Colour];\n"
        "\n"
        "/** One leaf of an olive tree. */\n"
        "export interface Leaf {\n"
        '  readonly type: "leaf";\n'
        "  readonly colour: Colour;\n"
        "  readonly size: readonly [number, number];\n"
        "  readonly turned_at: string | null;\n"
        "}\n"
        "\n"
        "export type Tree = Branch | Leaf;\n"
    )


def test_two_messages_of_one_name_are_an_error() -> None:
    other = msgspec.defstruct("Leaf", [("size", int)])

    with pytest.raises(ValueError, match="called Leaf"):
        wire_ts.write_module(module_of(Branch=Branch, Other=other), "some/wire")


def test_a_file_that_is_not_fresh_is_found_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wire_ts, "OUT", tmp_path)

    assert wire_ts.main(["--check"]) == 1
    assert not list(tmp_path.iterdir())
    assert wire_ts.main([]) == 0
    assert wire_ts.main(["--check"]) == 0

    assert "world.ts is not fresh" in capsys.readouterr().out


def test_a_table_of_messages_is_written_with_what_stands_in_it() -> None:
    leaf = Leaf(Colour.TEAL, (1.0, 2.5))

    text = wire_ts.write_module(module_of(Leaf=Leaf, LEAVES={"first": leaf}), "some/wire")

    assert text.endswith(
        "export const LEAVES: Readonly<Record<string, Leaf>> = {\n"
        '  "first": {"type":"leaf","colour":"teal","size":[1.0,2.5],"turned_at":null},\n'
        "};\n"
    )
