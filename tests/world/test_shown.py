"""Files that things show: what is taken in, what is not, who sees it, and when it is gone."""

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import HouseError, Incorrect, Unsupported
from asklepion.world.engine.glb import triangles_in
from asklepion.world.engine.shown import (
    GLB,
    MOST_MODEL,
    MOST_PX,
    MOST_TEXTURE_PX,
    MOST_TEXTURES,
    MOST_TRIANGLES,
    look,
    picture,
)
from asklepion.world.model.items import SlidesItem
from asklepion.world.service import Visit, uploads
from asklepion.world.wire import Enter, ItemSpot, MakeItem, control
from tests.conftest import People

INSTANCED = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 0}}}  # draws unseen crowds


def png(wide: int = 4, high: int = 3) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    rows = b"".join(b"\0" + bytes(wide * 3) for _ in range(min(high, 8)))
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def jpeg(wide: int, high: int) -> bytes:
    frame = struct.pack(">BHH", 8, high, wide) + bytes(10)
    return (
        b"\xff\xd8\xff\xe0\x00\x04ab"
        + b"\xff\xc0"
        + struct.pack(">H", 2 + len(frame))
        + frame
        + b"\xff\xd9"
    )


def glb(model: dict[str, Any], binary: bytes = b"") -> bytes:
    text = json.dumps({"asset": {"version": "2.0"}} | model).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    parts = struct.pack("<I4s", len(text), b"JSON") + text
    if binary:
        parts += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def triangle(**more: Any) -> dict[str, Any]:
    return {
        "buffers": [{"byteLength": 36}],
        "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
    } | more


def followed(body: bytes, kind: bytes, more: bytes) -> bytes:
    """The same GLB with one chunk more at its end."""
    more += b" " * (-len(more) % 4)
    whole = body + struct.pack("<I4s", len(more), kind) + more
    return whole[:8] + struct.pack("<I", len(whole)) + whole[12:]


CORNERS = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
HIDDEN = json.dumps({"asset": {"version": "2.0"}, "buffers": [{"uri": "//spy.example"}]}).encode()


# --- what it is


def test_pictures_are_known_by_their_own_bytes() -> None:
    assert picture(png(40, 30)) == ("image/png", 40, 30)
    assert picture(jpeg(640, 480)) == ("image/jpeg", 640, 480)
    webp = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (99).to_bytes(3, "little") + b"\x31\0\0"
    assert picture(webp) == ("image/webp", 100, 50)
    assert look(png()) == "image/png"


@pytest.mark.parametrize(
    "body", [b"", b"GIF89a", b"<svg xmlns='x'/>", b"%PDF-1.7", b"<html><script>", b"MZ"]
)
def test_what_is_neither_picture_nor_model_is_not_taken_in(body: bytes) -> None:
    with pytest.raises(Unsupported, match="neither a picture nor a model"):
        look(body)


def test_a_picture_too_large_to_show_is_not_taken_in() -> None:
    for body in (png(MOST_PX + 1, 10), png(0, 10), jpeg(9000, 10), jpeg(1, 1)[:12]):
        with pytest.raises(Incorrect):
            look(body)


def test_a_picture_that_goes_on_for_ever_is_refused_at_once() -> None:
    start, frame = b"\xff\xd8", jpeg(9, 9)[2:]
    standing_still = b"\xff\xe0\0\0"
    short = b"\xff\xfe\0\2"
    for body in (start + standing_still + frame, start + short * 5000 + frame):
        with pytest.raises(Incorrect):
            picture(body)

    assert picture(start + short * 500 + b"\xff" * 500 + frame) == ("image/jpeg", 9, 9)


def test_a_picture_is_as_large_as_a_browser_finds_it() -> None:
    small, huge = jpeg(9, 9)[8:-2], jpeg(60_000, 60_000)[8:-2]

    for alone in (b"\xff\xd0", b"\xff\x01", b"\0\0\0", b"\xff\0"):
        assert picture(b"\xff\xd8\xff\xfe\0\2" + alone + huge + small)[1:] == (60_000, 60_000)
    for end in (b"\xff\xd9", b"\xff\xda\0\2", b"\xff\xd8"):
        with pytest.raises(Incorrect):
            picture(b"\xff\xd8\xff\xfe\0\2" + end + small)


def test_a_model_in_one_file_is_taken_in() -> None:
    assert look(glb(triangle(), CORNERS)) == GLB
    assert look(glb({})) == GLB


@pytest.mark.parametrize("kind", [b"JSON", b"BIN\0", b"XTRA"])
def test_nothing_follows_what_a_model_describes_and_its_numbers(kind: bytes) -> None:
    for whole in (glb(triangle(), CORNERS), followed(glb({}), b"BIN\0", b"")):
        assert look(whole) == GLB
        with pytest.raises(Incorrect):
            look(followed(whole, kind, HIDDEN))


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"images": [{"uri": "https://elsewhere.example/spy.png"}]}, "into the one file"),
        ({"buffers": [{"byteLength": 36, "uri": "data:,x"}]}, "into the one file"),
        ({"extensions": {"EXT": {"deep": [{"uri": "x"}]}}}, "into the one file"),
        ({"extensionsRequired": ["KHR_draco_mesh_compression"]}, "without KHR_draco"),
        ({"buffers": [{"byteLength": 9999}]}, "cut off"),
        ({"bufferViews": [{"buffer": 0, "byteOffset": 30, "byteLength": 30}]}, "cut off"),
        ({"accessors": [{"count": 3 * MOST_TRIANGLES + 3}]}, "triangles"),
        ({"nodes": [{"mesh": 0}] * 2001}, "nodes"),
        ({"nodes": [{"mesh": 0}] * 49}, "It is drawn in 49 parts, at most 48: join meshes"),
        ({"materials": [{"name": "m"}] * 33}, "It has 33 materials, at most 32: let parts share"),
        ({"nodes": [{"mesh": 0, "extensions": INSTANCED}]}, "without EXT_mesh_gpu_instancing"),
        ({"nodes": [{"mesh": 7}]}, "again"),
        ({"nodes": "none"}, "again"),
        ({"asset": {"version": "1.0"}}, "glTF 2.0"),
    ],
)
def test_a_model_with_tricks_is_refused_with_what_to_do(change: dict[str, Any], hint: str) -> None:
    with pytest.raises(Incorrect) as refused:
        look(glb(triangle(**change), CORNERS))

    assert hint in refused.value.hint


def test_the_pictures_inside_a_model_are_looked_at_as_well() -> None:
    large = png(MOST_TEXTURE_PX + 1, 8)

    def model(image: bytes) -> bytes:
        views = [
            {"buffer": 0, "byteOffset": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": len(image)},
        ]
        whole = triangle(
            buffers=[{"byteLength": 36 + len(image)}],
            bufferViews=views,
            images=[{"bufferView": 1, "mimeType": "image/png"}],
        )
        return glb(whole, CORNERS + image)

    assert look(model(png(64, 64))) == GLB
    with pytest.raises(Incorrect, match="points to a side"):
        look(model(large))
    with pytest.raises(Unsupported):
        look(model(b"<svg/>"))


def test_a_model_has_so_many_pictures_and_each_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[bytes] = []

    def looking(body: bytes) -> tuple[str, int, int]:
        looked.append(body)
        return picture(body)

    monkeypatch.setattr("asklepion.world.engine.shown.picture", looking)
    image = png(64, 64)

    def model(count: int) -> bytes:
        whole = {
            "buffers": [{"byteLength": len(image)}],
            "bufferViews": [{"buffer": 0, "byteLength": len(image)}],
            "images": [{"bufferView": 0, "mimeType": "image/png"}] * count,
        }
        return glb(whole, image)

    assert look(model(MOST_TEXTURES)) == GLB
    assert looked == [image]
    with pytest.raises(Incorrect) as refused:
        look(model(MOST_TEXTURES + 1))
    assert f"{MOST_TEXTURES} pictures" in refused.value.hint


def test_a_model_that_is_too_large_is_refused() -> None:
    with pytest.raises(Incorrect, match=str(MOST_MODEL)):
        look(b"glTF" + bytes(MOST_MODEL))


@given(cut=st.integers(0, 200), at=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_damaged_file_is_refused_and_breaks_nothing(cut: int, at: int, byte: int) -> None:
    for whole in (glb(triangle(), CORNERS), png(), jpeg(9, 9)):
        body = bytearray(whole[: max(0, len(whole) - cut)])
        if at < len(body):
            body[at] = byte
        with suppress(HouseError):
            assert look(bytes(body))


def indexed(points: int, **more: Any) -> dict[str, Any]:
    """One triangle of very many points."""
    corners = {"bufferView": 0, "componentType": 5123, "count": 3, "type": "SCALAR"}
    return triangle(
        accessors=[{"componentType": 5126, "count": points, "type": "VEC3"} | more, corners],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
    )


def moving(times: int) -> dict[str, Any]:
    """A triangle with an animation of very many moments."""
    whole = triangle(animations=[{"samplers": [{"input": 1, "output": 1}], "channels": []}])
    whole["accessors"].append({"componentType": 5126, "count": times, "type": "SCALAR"})
    return whole


def shaped(times: int) -> dict[str, Any]:
    """A thing of a thousand points that can take very many shapes."""
    whole = indexed(1000)
    whole["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": 0}] * times
    return whole


def spread(times: int) -> dict[str, Any]:
    """The same few points, many times, each with much between it and the next."""
    whole = triangle(
        buffers=[{"byteLength": 252 * 1000}],
        bufferViews=[{"buffer": 0, "byteLength": 252 * 1000, "byteStride": 252}],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}] * times}],
    )
    corners = {"bufferView": 0, "componentType": 5121, "count": 3, "type": "SCALAR"}
    whole["accessors"] = [whole["accessors"][0] | {"count": 1000}, corners]
    return whole


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        (indexed(1 << 30), "MiB"),
        (indexed(3, sparse={"count": 1 << 20, "values": {"bufferView": 0}}), "cut off"),
        (moving(1 << 30), "MiB"),
        (shaped(60_000), "MiB"),
        (spread(1000), "MiB"),
        (indexed(4, bufferView=0), "cut off"),
        (indexed(-3), "damaged"),
        (indexed(3, type="VEC5"), "again"),
        (indexed(3, bufferView=0, byteOffset=4), "cut off"),
    ],
)
def test_a_small_file_asks_for_no_more_memory_than_it_may(model: dict[str, Any], hint: str) -> None:
    binary = CORNERS if model["buffers"][0]["byteLength"] == 36 else bytes(252 * 1000)
    with pytest.raises(Incorrect) as refused:
        look(glb(model, binary))

    assert hint in refused.value.hint


def nested(times: int) -> Any:
    """A list in a list in a list."""
    return json.loads("[" * times + "]" * times)


def test_a_model_is_not_described_without_end() -> None:
    assert look(glb(triangle(extras=nested(60)), CORNERS)) == GLB
    for times in (150, 400, 900, 100_000):
        deep = glb({}).replace(b'"version": "2.0"', b'"x":' + b"[" * times + b"]" * times)
        whole = struct.pack("<4sIII", b"glTF", 2, len(deep), len(deep) - 20) + deep[16:]
        with pytest.raises(Incorrect):
            look(whole)


def test_what_a_model_needs_is_told_in_few_words_that_can_be_written_down() -> None:
    with pytest.raises(Incorrect) as refused:
        look(glb(triangle(extensionsRequired=[f"{n}\ud800\0" * 200 for n in range(50)]), CORNERS))

    assert len(refused.value.hint.encode()) < 400
    assert "\0" not in refused.value.hint


def test_each_part_of_a_model_is_a_draw_wherever_it_stands() -> None:
    part = triangle()["meshes"][0]["primitives"][0]
    cut = {"meshes": [{"primitives": [part] * 12}], "nodes": [{"mesh": 0}] * 4}

    assert look(glb(triangle(**cut), CORNERS)) == GLB
    with pytest.raises(Incorrect) as refused:
        look(glb(triangle(**cut | {"nodes": [{"mesh": 0}] * 5}), CORNERS))

    assert "60 parts" in refused.value.hint


def test_a_mesh_that_stands_often_is_reckoned_once() -> None:
    class Counted(dict[str, Any]):
        asked = 0

        def get(self, key: str, default: Any = None) -> Any:
            Counted.asked += key == "count"
            return super().get(key, default)

    whole = triangle(nodes=[{"mesh": 0}] * 2000)
    whole["accessors"] = [Counted(whole["accessors"][0])]

    assert triangles_in(whole) == 2000
    assert Counted.asked == 1


def test_points_may_stand_among_others_and_shapes_may_tell_only_what_changes() -> None:
    mixed = triangle(
        bufferViews=[{"buffer": 0, "byteLength": 36, "byteStride": 12}],
        accessors=[
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 0, "componentType": 5121, "count": 3, "type": "VEC4", "byteOffset": 8},
            {
                "componentType": 5126,
                "count": 3,
                "type": "VEC3",
                "sparse": {
                    "count": 1,
                    "indices": {"bufferView": 0, "componentType": 5123, "byteOffset": 34},
                    "values": {"bufferView": 0},
                },
            },
        ],
        meshes=[
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "COLOR_0": 1}, "targets": [{"POSITION": 2}]}
                ]
            }
        ],
    )

    assert look(glb(mixed, CORNERS)) == GLB
    assert look(glb(moving(100), CORNERS)) == GLB
    assert look(glb(spread(40), bytes(252 * 1000))) == GLB
    assert look(glb(triangle(buffers=[{"byteLength": 36.0}]), CORNERS)) == GLB


# --- over HTTP


@asynccontextmanager
async def staying(house: House, who: Any, place: str) -> AsyncGenerator[Visit]:
    """Somebody who is in a place."""
    visit = house.world.open(who)
    await house.world.hear(visit, control(Enter(place=place)))
    assert visit.gathering
    await house.world.things.settle()
    yield visit
    house.world.shut(visit)


async def bring(client: AsyncClient, body: bytes, place: str = "plaza") -> Any:
    return await client.post(f"/api/world/files?place={place}", content=body)


async def show(house: House, visit: Visit, file: str) -> list[dict[str, Any]]:
    while visit.outbox.take() is not None:
        pass
    state, spot = SlidesItem(name="Signs", pages=(file,)), ItemSpot(position=(0.0, 1.5, 12.0))
    await house.world.hear(visit, control(MakeItem(op="wish-0001", state=state, spot=spot)))
    frames = [frame for frame in iter(visit.outbox.take, None) if frame[0] == 0]
    return [json.loads(frame[1:]) for frame in frames]


async def test_a_picture_is_brought_and_seen_where_it_is_shown(
    house: House, people: People, doctor: AsyncClient, patient: AsyncClient, stranger: AsyncClient
) -> None:
    async with staying(house, people.doctor, "plaza") as visit:
        brought = await bring(doctor, png(40, 30))
        assert brought.status_code == 201, brought.text
        id = brought.json()["id"]
        (made,) = await show(house, visit, id)
        assert made["item"]["state"]["pages"] == [id]

        seen = await patient.get(f"/api/world/files/{id}")

    assert (seen.status_code, seen.content) == (200, png(40, 30))
    assert seen.headers["content-type"] == "image/png"
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert (await stranger.get(f"/api/world/files/{id}")).status_code == 401
    assert (await patient.get("/api/world/files/none")).status_code == 404


async def test_nobody_brings_a_file_to_where_they_are_not_or_one_that_is_none(
    house: House, people: People, doctor: AsyncClient, stranger: AsyncClient
) -> None:
    assert (await bring(doctor, png())).status_code == 403
    assert (await bring(stranger, png())).status_code == 401
    async with staying(house, people.doctor, "plaza"):
        assert (await bring(doctor, b"<html>")).status_code == 422
        assert (await bring(doctor, png(), "nowhere")).status_code == 404
        assert (await bring(doctor, bytes(MOST_MODEL + 1))).status_code == 413


async def test_a_hostile_model_is_told_what_to_do(
    house: House, people: People, doctor: AsyncClient
) -> None:
    deep = glb(triangle(extras=nested(800)), CORNERS)
    unwritable = glb(triangle(extensionsRequired=["X\ud800"]), CORNERS)

    async with staying(house, people.doctor, "plaza"):
        for body in (deep, unwritable):
            answer = await bring(doctor, body)
            assert answer.status_code == 400, answer.text


async def test_a_file_in_a_home_is_seen_by_whose_home_it_is(
    house: House, people: People, patient: AsyncClient, doctor: AsyncClient
) -> None:
    async with staying(house, people.patient, "home"):
        id = (await bring(patient, png(), "home")).json()["id"]

    assert (await patient.get(f"/api/world/files/{id}")).status_code == 200
    assert (await doctor.get(f"/api/world/files/{id}")).status_code == 404


async def test_a_thing_shows_only_what_was_brought_to_its_own_place(
    house: House, people: People, patient: AsyncClient
) -> None:
    async with staying(house, people.patient, "home"):
        id = (await bring(patient, png(), "home")).json()["id"]
    async with staying(house, people.patient, "plaza") as visit:
        (refused,) = await show(house, visit, id)

    assert (refused["type"], refused["code"]) == ("item-refused", "unknown")


def files_of(house: House) -> list[Path]:
    folder = house.settings.data / "things"
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_no_file_lies_open_on_the_disk_and_what_nothing_shows_goes_at_the_next_start(
    house: House, people: People, patient: AsyncClient
) -> None:
    async with staying(house, people.patient, "plaza") as visit:
        kept = (await bring(patient, png(40, 30))).json()["id"]
        stray = (await bring(patient, png(41, 30))).json()["id"]
        await show(house, visit, kept)
    await house.world.things.settle()
    assert len(files_of(house)) == 2
    assert all(b"IHDR" not in path.read_bytes() for path in files_of(house))

    assert house.world.uploads
    await house.world.uploads.start()

    assert (await patient.get(f"/api/world/files/{kept}")).status_code == 200
    assert (await patient.get(f"/api/world/files/{stray}")).status_code == 404
    assert len(files_of(house)) == 1


async def test_who_has_brought_too_much_leaves_no_file_behind_for_it(
    house: House, people: People, patient: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    async with staying(house, people.patient, "plaza") as visit:
        id = (await bring(patient, png())).json()["id"]
        await show(house, visit, id)
        await house.world.things.settle()

        refused = await bring(patient, png())

    assert refused.status_code == 409
    assert [path.stem for path in files_of(house)] == [id]


async def test_of_two_that_are_brought_at_once_only_the_kept_one_leaves_a_file(
    house: House, people: People, patient: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    async with staying(house, people.patient, "plaza"):
        both = await asyncio.gather(bring(patient, png()), bring(patient, png()))

    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert len(files_of(house)) == 1


async def test_what_nothing_shows_makes_room_for_what_is_brought(
    house: House,
    people: People,
    patient: AsyncClient,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    async with staying(house, people.patient, "plaza") as visit:
        shown = (await bring(patient, png())).json()["id"]
        await show(house, visit, shown)
        await bring(patient, png())
        assert (await bring(patient, png())).status_code == 409  # it may be shown in a moment
        clock.at += timedelta(hours=2)

        brought = await bring(patient, png())

    assert brought.status_code == 201
    assert {path.stem for path in files_of(house)} == {shown, brought.json()["id"]}


async def test_what_was_brought_to_a_guarded_room_goes_with_the_last_one(
    house: House, people: People, doctor: AsyncClient, patient: AsyncClient
) -> None:
    await doctor.post("/api/clinic/visits", json={"room": "consulting-room-1"})
    async with staying(house, people.doctor, "consulting-room-1"):
        id = (await bring(doctor, png(), "consulting-room-1")).json()["id"]
        assert (await doctor.get(f"/api/world/files/{id}")).status_code == 200
        assert (await patient.get(f"/api/world/files/{id}")).status_code == 404
    await house.world.things.settle()

    assert (await doctor.get(f"/api/world/files/{id}")).status_code == 404
    assert files_of(house) == []


async def test_whoever_is_erased_takes_her_files_along(
    house: House, people: People, patient: AsyncClient, operator: AsyncClient
) -> None:
    await operator.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})
    async with staying(house, people.patient, "plaza") as visit:
        id = (await bring(patient, png())).json()["id"]
        (made,) = await show(house, visit, id)
        await house.world.things.settle()
    wish = {"confirm": "p-1", "ground": "withdrawn"}
    done = await patient.post("/api/records/patients/p-1/erase", json=wish)
    assert done.status_code == 200, done.text
    await house.events.deliver()
    await house.world.things.settle()

    rows = done.json()["receipt"]["event"]["rows_destroyed"]
    assert (rows["world_item"], rows["world_file"]) == (1, 1)
    assert files_of(house) == []
    assert (await operator.get(f"/api/world/files/{id}")).status_code == 404
    async with house.db.read() as tx:
        assert made["item"]["id"] not in str(await tx.all("SELECT * FROM world_item"))
