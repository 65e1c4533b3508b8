"""Place files: what may stand in one, how what is wrong is told, and how one travels."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.world.engine import parcel as parcels
from asklepion.world.engine.parcel import MANIFEST, PLACE, Parcel, pack, unpack
from asklepion.world.model import (
    KINDS,
    MOST_FILE,
    Blocks,
    Box,
    Door,
    Fixture,
    FlawCode,
    Light,
    Obstacle,
    Place,
    PlacedModel,
    Spawn,
    Thing,
    changes_between,
    complete,
    flaws_of,
    read_file,
    schema,
)
from asklepion.world.model.items import BallItem, BoardItem, NoteItem
from tests.world.grounds import yard

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs" / "rooms" / "world" / "place.schema.json"
HASH = "a" * 64
metres = st.floats(-400, 400, allow_nan=False, width=32)
lengths = st.floats(0, 400, width=32)
points = st.tuples(metres, metres, metres)
sizes = st.tuples(lengths, lengths, lengths)
names = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
things = st.builds(
    Thing,
    kind=st.sampled_from(KINDS),
    position=points,
    size=sizes,
    yaw=st.floats(-6, 6, width=32),
    blocks=st.sampled_from(list(Blocks)),
)
doors = st.builds(Door, id=names, position=points, label_key=names, to=names)
lights = st.builds(Light, id=names, position=points, strength=st.floats(0, 10, width=32))
boards = st.builds(Fixture, id=names, position=points, state=st.just(BoardItem()))
placed = st.builds(PlacedModel, id=names, file=st.just(HASH), position=points, name=st.text())


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Any place that a file can describe."""
    several: Callable[[Any], Any] = lambda of: tuple(draw(st.lists(of, max_size=4)))  # noqa: E731
    return yard(
        name_key=draw(st.text(max_size=60)),
        things=several(things),
        doors=several(doors),
        lights=several(lights),
        fixtures=several(boards),
        models=tuple(m for m in several(placed) if len(m.name) <= 80),
    )


def text(**changes: Any) -> bytes:
    return msgspec.json.encode(yard(**changes))


# --- reading


@given(place=places())
def test_what_is_written_is_read_again_as_it_was(place: Place) -> None:
    assert read_file(msgspec.json.encode(place)) == place


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"capacity":8', '"capacity":"many"', "capacity: Expected `int`"),
        ('"capacity":8', '"capacity":2001', "capacity: Expected `int` <= 2000"),
        ('"radius":10.0', '"radius":1e400', "bounds"),
        ('"radius":10.0', '"radius":900.0', r"bounds\[0\].radius"),
        ('"radius":2.0', '"radius":-2.0', "spawn.radius"),
        ('"format":1', '"format":2', "format: this place file is of another version"),
        ('"copies":0', '"script":"alert(1)"', "unknown field `script`"),
        ('"seats":[]', '"seats":[{"id":"a","position":[0,0,0],"yaw":0}]', "seats"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(old: str, new: str, told: str) -> None:
    body = text().decode()
    assert old in body

    with pytest.raises(Incorrect, match=told):
        read_file(body.replace(old, new).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 9000, b'{"id": NaN}'])
def test_what_is_no_place_file_is_refused_in_plain_words(body: bytes) -> None:
    with pytest.raises(Incorrect):
        read_file(body)


def test_a_file_that_is_too_large_or_holds_too_much_is_refused() -> None:
    bench = Thing(kind="bench", position=(0.0, 0.0, 0.0), size=(1.0, 0.4, 0.4))

    with pytest.raises(Incorrect, match="bytes"):
        read_file(b" " * (MOST_FILE + 1))
    with pytest.raises(Incorrect, match="things"):
        read_file(text(things=(bench,) * 301))


def test_the_schema_in_the_docs_is_what_the_house_reads_by() -> None:
    assert SCHEMA.read_bytes().strip() == schema().strip()
    assert json.loads(schema())["$defs"]["Place"]["additionalProperties"] is False


def test_the_example_in_the_docs_is_a_place_without_flaws() -> None:
    page = SCHEMA.with_name("making.md").read_text()
    example = page.partition("```json\n")[2].partition("```")[0]

    place = read_file(example.encode())

    assert flaws_of(place, known={"plaza"}) == []
    assert len(complete(place).seats) > 0


# --- what must be true before anybody is let in


def found(**changes: Any) -> list[tuple[str, FlawCode]]:
    flaws = flaws_of(yard(**changes), known={"plaza", "yard"})
    return [(flaw.path, flaw.code) for flaw in flaws]


def wall(x: float, z: float, *, wide: float = 4.0, deep: float = 0.3) -> Thing:
    size = (wide, 3.0, deep)
    return Thing(kind="wall", position=(x, 0.0, z), size=size, blocks=Blocks.BOX)


def door(**changes: Any) -> Door:
    about: dict[str, Any] = {"id": "out", "label_key": "x", "to": "plaza", "yaw": 3.14159}
    about |= {"position": (0.0, 0.0, -8.0)}
    return Door(**(about | changes))


def chair(x: float, z: float) -> Thing:
    size = (0.5, 0.9, 0.5)
    return Thing(kind="chair", position=(x, 0.0, z), size=size, blocks=Blocks.BOX)


def test_an_open_yard_with_a_door_and_a_chair_has_no_flaws() -> None:
    assert found(doors=(door(),), things=(wall(3, 5), chair(-3, 4))) == []


def test_where_one_arrives_has_to_be_free() -> None:
    assert found(things=(wall(0, 0),)) == [("spawn.position", FlawCode.SPAWN_BLOCKED)]
    nowhere = Spawn(position=(50.0, 0.0, 0.0), radius=1.0)
    assert found(spawn=nowhere) == [("spawn.position", FlawCode.SPAWN_BLOCKED)]


def test_a_door_leads_somewhere_and_has_room_before_it() -> None:
    assert found(doors=(door(to="nirvana"),)) == [("doors[0].to", FlawCode.DOOR_NOWHERE)]
    assert found(doors=(door(to="yard"),)) == [("doors[0].to", FlawCode.DOOR_NOWHERE)]
    assert found(doors=(door(to=None),)) == []
    blocked = found(doors=(door(),), things=(wall(0, -6.4, deep=1.0),))
    assert blocked == [("doors[0].position", FlawCode.DOOR_BLOCKED)]


def test_a_seat_stands_in_no_wall_and_one_can_get_up_from_it() -> None:
    seated = found(things=(wall(4, 4, deep=1.0), chair(4, 4)))
    assert seated == [("things[1]", FlawCode.SEAT_BLOCKED)]
    assert found(things=(chair(40, 40),)) == [("things[0]", FlawCode.SEAT_BLOCKED)]
    shape = Box(center=(4.0, 4.0), size=(2.0, 2.0))
    hidden = found(things=(chair(4, 4),), obstacles=(Obstacle(shape=shape, height=2.0),))
    assert hidden == [("things[0]", FlawCode.SEAT_BLOCKED)]


def test_names_kinds_boards_and_models_are_what_they_can_be() -> None:
    light = Light(id="a", position=(0.0, 2.0, 0.0))
    note = Fixture(id="n", position=(0.0, 1.0, 0.0), state=NoteItem(text="read me"))
    ball = Fixture(id="b", position=(0.0, 1.0, 0.0), state=BallItem())
    odd = Thing(kind="dragon", position=(5.0, 0.0, 5.0), size=(1.0, 1.0, 1.0))
    model = PlacedModel(id="m", file=HASH, position=(5.0, 0.0, 0.0))

    assert found(lights=(light, light)) == [("lights[1].id", FlawCode.TWICE)]
    assert found(things=(odd,)) == [("things[0].kind", FlawCode.KIND_UNKNOWN)]
    assert found(fixtures=(note, ball)) == [("fixtures[0].state", FlawCode.NOT_LOOSE)]
    assert found(models=(model,)) == [("models[0].file", FlawCode.FILE_MISSING)]
    heavy = flaws_of(yard(models=(model, model)), known=set(), files={HASH: 90_000})
    assert [flaw.code for flaw in heavy] == [FlawCode.TWICE, FlawCode.TOO_FINE]
    far = Box(center=(100.0, 0.0), size=(80.0, 4.0))
    assert ("bounds[1]", FlawCode.TOO_FAR) in found(bounds=(*yard().bounds, far))


def test_a_model_that_blocks_is_walked_around() -> None:
    model = PlacedModel(id="m", file=HASH, position=(3.0, 0.0, 0.0), size=2.0, blocks=Blocks.CIRCLE)

    (outline,) = complete(yard(models=(model,))).obstacles

    assert outline.height == 2.0
    assert outline.shape.center == (3.0, 0.0)


def test_what_changed_is_counted_by_part() -> None:
    old = yard(things=(chair(1, 1), chair(2, 2)), name_key="Old")
    new = yard(things=(chair(1, 1), chair(3, 2), wall(5, 5)), name_key="New")

    told = changes_between(old, new)

    assert (told.came, told.went, told.about) == ({"things": 2}, {"things": 1}, ("name_key",))
    assert changes_between(None, old).came == {"things": 2, "bounds": 1}


# --- from house to house


def asset(body: bytes) -> tuple[str, bytes]:
    return hashlib.sha256(body).hexdigest(), body


@given(place=places(), bodies=st.lists(st.binary(max_size=300), max_size=4))
def test_a_parcel_holds_what_was_packed(place: Place, bodies: list[bytes]) -> None:
    parcel = Parcel(place=msgspec.json.encode(place), assets=dict(map(asset, bodies)))

    packed = pack(parcel)

    assert unpack(packed) == parcel
    assert pack(unpack(packed)) == packed


def zipped(parts: dict[str, bytes], **manifest: Any) -> bytes:
    """A ZIP file with a manifest that is true of it, but for what is told otherwise."""
    files = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    told = {"format": "asklepion-place", "version": 1, "files": files} | manifest
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(MANIFEST, json.dumps(told))
        for name, part in parts.items():
            file.writestr(name, part)
    return made.getvalue()


def linked() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        entry = zipfile.ZipInfo(PLACE)
        entry.external_attr = 0o120777 << 16
        file.writestr(entry, "/etc/passwd")
    return made.getvalue()


def twice() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(PLACE, b"{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr(PLACE, b"[]")
    return made.getvalue()


def lying() -> bytes:
    """A file that says it is small, and is not."""
    body = bytearray(zipped({PLACE: b" " * 100_000}))
    start = body.rfind(b"PK\x01\x02")
    body[start + 24 : start + 28] = (1000).to_bytes(4, "little")
    return bytes(body)


def locked() -> bytes:
    body = bytearray(zipped({PLACE: b"{}"}))
    start = body.find(b"PK\x01\x02")
    body[start + 8] |= 1
    return bytes(body)


GLB_NAME = f"assets/{hashlib.sha256(b'x').hexdigest()}.glb"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no ZIP": lambda: b"GIF89a",
    "cut off": lambda: zipped({PLACE: b"{}"})[:-30],
    "a way out": lambda: zipped({PLACE: b"{}", "../../etc/cron.d/x": b"x"}),
    "a way out inside": lambda: zipped({PLACE: b"{}", f"assets/../{GLB_NAME}": b"x"}),
    "an absolute name": lambda: zipped({PLACE: b"{}", "/etc/passwd": b"x"}),
    "another system's name": lambda: zipped({PLACE: b"{}", "assets\\x.glb": b"x"}),
    "a name that ends early": lambda: zipped({PLACE: b"{}", f"{GLB_NAME}\0.sh": b"x"}),
    "a script": lambda: zipped({PLACE: b"{}", "assets/run.js": b"x"}),
    "a bomb": lambda: zipped({PLACE: bytes(80 * 1024 * 1024)}),
    "a bomb that lies": lying,
    "a link": linked,
    "a name twice": twice,
    "a password": locked,
    "too many": lambda: zipped({PLACE: b"{}"} | {f"{n}": b"" for n in range(40)}),
    "no place": lambda: zipped({GLB_NAME: b"x"}),
    "another model": lambda: zipped({PLACE: b"{}", GLB_NAME: b"y"}),
    "another manifest": lambda: zipped({PLACE: b"{}"}, files={PLACE: HASH}),
    "another kind": lambda: zipped({PLACE: b"{}"}, format="holiday-photos"),
    "another version": lambda: zipped({PLACE: b"{}"}, version=2),
    "more in the manifest": lambda: zipped({PLACE: b"{}"}, run="me"),
}


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_a_reason(made: Callable[[], bytes]) -> None:
    with pytest.raises(Incorrect, match="holds no place of ours"):
        unpack(made())


def test_a_file_that_is_too_large_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "MOST_PARCEL", 100)

    with pytest.raises(Incorrect, match="more than 100 bytes"):
        unpack(zipped({PLACE: b"{}"}))


@given(body=st.binary(max_size=200), at=st.integers(0, 2000), by=st.integers(1, 255))
def test_a_damaged_file_is_refused_or_is_what_it_was(body: bytes, at: int, by: int) -> None:
    parcel = Parcel(place=text(), assets=dict([asset(body)]))
    packed = bytearray(pack(parcel))
    packed[at % len(packed)] ^= by

    with suppress(Incorrect):
        assert unpack(bytes(packed)) == parcel
