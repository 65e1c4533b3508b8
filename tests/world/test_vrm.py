"""Avatars that people bring: what is taken in, what is not, who sees them, when they are gone."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from httpx import AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.identity import AccountClosed, Caller, Identity
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import HouseError, Incorrect, Unsupported
from asklepion.records import Asking, Ground
from asklepion.world.engine.avatar_parts import MOST_JOINTS, MOST_PARTS, MOST_PICTURES
from asklepion.world.engine.vrm import MOST_AVATAR, MOST_AVATAR_TRIANGLES, examine_avatar
from asklepion.world.model import Self, read_look, without_avatar
from asklepion.world.service import Visit
from asklepion.world.wire import Enter, control
from tests.conftest import People
from tests.vrms import META, model, packed, vrm
from tests.world.test_shown import HIDDEN, followed, nested, png

PATH = "/api/world/avatars"
Change = Callable[[dict[str, Any]], object]


def vrmc(described: dict[str, Any]) -> dict[str, Any]:
    return described["extensions"]["VRMC_vrm"]


def changed(change: Change, extra: bytes = b"") -> bytes:
    described, binary = model()
    start = len(binary)
    described["bufferViews"].append({"buffer": 0, "byteOffset": start, "byteLength": len(extra)})
    described["buffers"][0]["byteLength"] += len(extra)
    change(described)
    return packed(described, binary + extra)


def heavy(described: dict[str, Any]) -> None:
    """The same triangles, so often that they are too many."""
    index = described["meshes"][0]["primitives"][0]["indices"]
    once = described["accessors"][index]["count"] // 3
    for _ in range(MOST_AVATAR_TRIANGLES // once + 1):
        described["nodes"].append({"mesh": 0, "skin": 0})


def swollen(described: dict[str, Any]) -> None:
    """A small file that would unpack to much: one shape, many times."""
    part = described["meshes"][0]["primitives"][0]
    part["targets"] = part["targets"][:1] * 60_000


def drawn(described: dict[str, Any], *, parts: int, nodes: int) -> None:
    """Many parts in a mesh, and many nodes that show it."""
    described["meshes"][0]["primitives"] *= parts
    described["nodes"].extend({"mesh": 0, "skin": 0} for _ in range(nodes - 1))


def showing(described: dict[str, Any], count: int = 1) -> None:
    view = len(described["bufferViews"]) - 1
    described["images"] = [{"bufferView": view, "mimeType": "image/png"}] * count


def knotted(described: dict[str, Any]) -> None:
    described["nodes"][4]["children"] = [0]


def scaled(by: float) -> Change:
    return lambda d: d["nodes"][0].update(translation=[0, 0.92 * by, 0], scale=[by, by, by])


REFUSED: dict[str, tuple[Change, bytes, str]] = {
    "triangles": (heavy, b"", "triangles"),
    "memory": (swollen, b"", "unpacks to"),
    "pictures": (lambda d: showing(d, MOST_PICTURES + 1), png(), "17 pictures"),
    "picture": (showing, png(4097, 8), "4097 points to a side"),
    "pixels": (lambda d: showing(d, 3), png(4096, 4096), "million points"),
    "page": (showing, b"<html></html>", "neither a picture"),
    "joints": (
        lambda d: (
            d["nodes"].extend({} for _ in range(MOST_JOINTS)),
            d["skins"].append({"joints": list(range(MOST_JOINTS + 1))}),
        ),
        b"",
        "201 joints",
    ),
    "parts": (
        lambda d: d["meshes"][0].update(primitives=d["meshes"][0]["primitives"] * (MOST_PARTS + 1)),
        b"",
        "49 parts",
    ),
    "draws": (lambda d: drawn(d, parts=7, nodes=7), b"", "49 parts"),
    "hung": (
        lambda d: (
            d["accessors"].append({"componentType": 5126, "count": 1 << 30, "type": "MAT4"}),
            d["skins"][0].update(inverseBindMatrices=len(d["accessors"]) - 1),
        ),
        b"",
        "MiB",
    ),
    "nodes": (lambda d: d["nodes"].extend({} for _ in range(1000)), b"", "nodes"),
    "materials": (lambda d: d.update(materials=[{}] * 33), b"", "33 materials"),
    "lines": (lambda d: d["meshes"][0]["primitives"][0].update(mode=5), b"", "triangles"),
    "address": (lambda d: d["buffers"][0].update(uri="https://x.example/a"), b"", "other files"),
    "draco": (
        lambda d: d["extensionsUsed"].append("KHR_draco_mesh_compression"),
        b"",
        "KHR_draco_mesh_compression",
    ),
    "script": (lambda d: d.update(extensionsRequired=["X_script"]), b"", "X_script"),
    "unwritable": (lambda d: d.update(extensionsRequired=["X\ud800"]), b"", "here: X?."),
    "behaviour": (lambda d: d["extensions"].update(KHR_interactivity={}), b"", "KHR_interactivity"),
    "animation": (lambda d: d.update(animations=[{}]), b"", "animations"),
    "version": (lambda d: vrmc(d).update(specVersion="1.1"), b"", "no VRM 1.0"),
    "old": (lambda d: d.update(extensions={"VRM": {}}), b"", "VRM 0.x"),
    "model": (lambda d: d.update(extensions={}), b"", "no avatar"),
    "bone": (lambda d: vrmc(d)["humanoid"]["humanBones"].pop("head"), b"", "lacks head"),
    "bones": (
        lambda d: vrmc(d)["humanoid"]["humanBones"]["head"].update(node=0),
        b"",
        "bones are mixed up",
    ),
    "giant": (scaled(1.9), b"", "m tall"),
    "doll": (scaled(0.2), b"", "m tall"),
    "knot": (knotted, b"", "no tree"),
    "itself": (lambda d: d["nodes"][-1].update(children=[len(d["nodes"]) - 1]), b"", "no tree"),
    "springs": (
        lambda d: d["extensions"].update(VRMC_springBone={"springs": [{"joints": [{}] * 401}]}),
        b"",
        "swings",
    ),
    "meetings": (
        lambda d: d["extensions"].update(
            VRMC_springBone={
                "colliderGroups": [{"colliders": [0] * 1000}],
                "springs": [{"joints": [{}] * 21, "colliderGroups": [0]}],
            }
        ),
        b"",
        "swings",
    ),
    "expressions": (
        lambda d: vrmc(d)["expressions"].update(custom={"a": {"morphTargetBinds": [{}] * 3000}}),
        b"",
        "expressions change",
    ),
    "far": (lambda d: d["nodes"][-3].update(translation=[40, 0, 0]), b"", "far apart"),
    "views": (lambda d: d["bufferViews"][0].update(byteLength=1 << 30), b"", "cut off"),
    "numbers": (lambda d: d["accessors"][0].update(count=10_000), b"", "cut off"),
    "negative": (lambda d: d["accessors"][0].update(count=-3), b"", "damaged"),
    "uneven": (lambda d: d["accessors"][1].update(count=3), b"", "cut off"),
    "sparse": (
        lambda d: d["accessors"][4].update(
            sparse={
                "count": 1 << 20,
                "indices": {"bufferView": 0, "componentType": 5123},
                "values": {"bufferView": 0},
            }
        ),
        b"",
        "cut off",
    ),
    "author": (lambda d: vrmc(d)["meta"].update(authors=[]), b"", "no author"),
    "name": (lambda d: vrmc(d)["meta"].update(name=" "), b"", "no name"),
    "licence": (lambda d: vrmc(d)["meta"].pop("licenseUrl"), b"", "licence is missing"),
    "unclear": (
        lambda d: vrmc(d)["meta"].update(avatarPermission="perhaps"),
        b"",
        "avatarPermission",
    ),
}


# --- what it is


def test_a_good_avatar_says_who_made_it_how_large_it_is_and_what_its_author_allows() -> None:
    facts = examine_avatar(vrm(copyrightInformation="Nobody's", commercialUsage="corporation"))

    assert (facts.name, facts.authors) == (META["name"], tuple(META["authors"]))
    assert facts.triangles == 12 * 27
    assert facts.height_m == pytest.approx(1.5 / 0.88, abs=0.01)
    assert facts.is_for_everyone
    assert facts.licence["copyrightInformation"] == "Nobody's"
    assert facts.licence["commercialUsage"] == "corporation"
    assert (
        facts.licence["modification"] == "prohibited"
    )  # what an author does not say is not allowed
    assert facts.licence["allowExcessivelyViolentUsage"] is False


def test_its_pictures_may_be_as_many_and_as_large_as_is_said() -> None:
    assert examine_avatar(changed(lambda d: showing(d, 2), png(4096, 4096))).triangles
    assert examine_avatar(changed(lambda d: showing(d, MOST_PICTURES), png())).triangles


def test_its_parts_may_be_drawn_as_often_as_is_said() -> None:
    assert examine_avatar(changed(lambda d: drawn(d, parts=6, nodes=8))).triangles
    assert examine_avatar(changed(lambda d: drawn(d, parts=48, nodes=1))).triangles


def test_its_name_its_authors_and_its_licence_are_plain_words() -> None:
    facts = examine_avatar(
        vrm(name=" A\0B\u202ec ", authors=["One\nTwo", "\0"], copyrightInformation="a\0\tb")
    )

    assert (facts.name, facts.authors) == ("A Bc", ("One Two",))
    assert facts.licence["copyrightInformation"] == "a b"


@pytest.mark.parametrize(
    ("meta", "hint"),
    [
        ({"name": "A\ud800"}, "Write it anew"),
        ({"authors": ["\udfff"]}, "Write it anew"),
        ({"licenseUrl": "\ud800"}, "Write it anew"),
        ({"extras": nested(150)}, "nested"),
    ],
)
def test_what_cannot_be_written_down_is_refused(meta: dict[str, Any], hint: str) -> None:
    with pytest.raises(Incorrect) as refused:
        examine_avatar(vrm(**meta))

    assert hint in refused.value.hint


async def test_a_hostile_avatar_is_told_what_to_do(patient: AsyncClient) -> None:
    answer = await patient.post(PATH, content=vrm(name=nested(800)))

    assert answer.status_code == 400
    assert "nested" in answer.text


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_worn_is_refused_with_what_to_do(why: str) -> None:
    change, extra, words = REFUSED[why]

    with pytest.raises((Incorrect, Unsupported)) as refused:
        examine_avatar(changed(change, extra))

    assert words in f"{refused.value} {refused.value.hint}"
    assert refused.value.hint


def test_what_is_no_file_of_an_avatar_at_all_is_refused() -> None:
    hidden = followed(vrm(), b"JSON", HIDDEN)
    for body in (b"", b"glTF", png(), vrm()[:-5], vrm()[:30], bytes(MOST_AVATAR + 1), hidden):
        with pytest.raises((Incorrect, Unsupported)):
            examine_avatar(body)


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-5, 1 << 60), st.floats(), st.text())


def keys_of(part: Any) -> list[Any]:
    """What a part of a description has parts under."""
    if isinstance(part, dict):
        return list(cast(dict[Any, Any], part))
    return list(range(len(cast(list[Any], part)))) if isinstance(part, list) else []


@given(st.data())
def test_whatever_stands_in_the_file_it_is_taken_or_refused_and_nothing_breaks(
    data: st.DataObject,
) -> None:
    described, binary = model()
    at: Any = described
    while True:
        keys = keys_of(at)
        key = data.draw(st.sampled_from(keys))
        if not keys_of(at[key]) or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(LEAVES | st.lists(LEAVES, max_size=3))
    text = json.dumps(described)

    try:
        facts = examine_avatar(packed(json.loads(text), binary))
    except HouseError:
        pass  # and nothing else
    else:
        assert 0.5 <= facts.height_m <= 2.6


# --- who may do what


def test_a_look_tells_the_avatar_and_old_looks_are_still_read() -> None:
    plain = "1" + "0" * 19
    worn = "2" + "0" * 19 + "0123456789ab"
    look = read_look(worn)

    assert look is not None
    assert (look.avatar, look.code) == ("0123456789ab", worn)
    assert without_avatar(worn) == without_avatar(plain) == plain
    for code in ("2" + "0" * 19, plain + "0123456789ab", worn[:-1], worn[:-1] + "Z", worn + "0"):
        assert read_look(code) is None


@asynccontextmanager
async def staying(house: House, caller: Caller, place: str = "plaza") -> AsyncGenerator[Visit]:
    visit = house.world.open(caller, look=(await house.looks.read(caller)).code)
    await house.world.hear(visit, control(Enter(place=place)))
    try:
        yield visit
    finally:
        house.world.shut(visit)


async def brought(client: AsyncClient, body: bytes | None = None) -> str:
    answer = await client.post(PATH, content=body or vrm())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def worn(client: AsyncClient) -> str:
    id = await brought(client)
    assert (await client.put(f"{PATH}/{id}/worn")).status_code == 204
    return id


async def seen(client: AsyncClient, id: str) -> Response:
    return await client.get(f"{PATH}/{id}/file")


def files_of(house: House) -> list[Path]:
    return [path for path in (house.settings.data / "avatars").rglob("*") if path.is_file()]


async def test_one_brings_an_avatar_wears_it_and_others_hear_of_it(
    house: House, people: People, patient: AsyncClient
) -> None:
    async with staying(house, people.patient) as visit:
        before = visit.person.look
        id = await worn(patient)

        assert visit.person.look == "2" + before[1:] + id
        (told,) = (await patient.get(PATH)).json()
        assert (told["name"], told["is_worn"], told["authors"]) == ("Boxes", True, META["authors"])
        assert (await patient.get("/api/world/look")).json()["avatar"] == id
        assert (await patient.delete(f"{PATH}/worn")).status_code == 204
        assert visit.person.look == before


async def test_other_clothes_leave_the_avatar_on_and_nobody_puts_on_anothers(
    house: House, patient: AsyncClient, doctor: AsyncClient
) -> None:
    id = await worn(patient)
    look = (await patient.get("/api/world/look")).json()

    kept = await patient.put("/api/world/look", json=look | {"avatar": "", "glasses": True})
    stolen = await doctor.put(
        "/api/world/look", json=(await doctor.get("/api/world/look")).json() | {"avatar": id}
    )

    assert kept.json()["avatar"] == id
    assert stolen.json()["avatar"] == ""
    for answer in (
        await doctor.put(f"{PATH}/{id}/worn"),
        await doctor.delete(f"{PATH}/{id}"),
        await doctor.post(f"{PATH}/{id}/restore"),
    ):
        assert answer.status_code == 404
    assert (await doctor.get(PATH)).json() == []


async def test_it_is_shown_to_those_who_are_with_her_and_to_nobody_else(
    house: House,
    people: People,
    patient: AsyncClient,
    doctor: AsyncClient,
    operator: AsyncClient,
    stranger: AsyncClient,
) -> None:
    id = await worn(patient)
    assert (await seen(patient, id)).content == vrm()
    async with staying(house, people.doctor):
        assert (await seen(doctor, id)).status_code == 404  # she is nowhere
        async with staying(house, people.patient):
            found = await seen(doctor, id)
            assert (found.status_code, found.content) == (200, vrm())
            assert found.headers["cache-control"] == "no-store"
            assert (await seen(operator, id)).status_code == 404  # not there
            assert (await seen(stranger, id)).status_code == 401
            house.world.ties.block(people.doctor.account, people.patient.account)
            assert (await seen(doctor, id)).status_code == 404
            house.world.ties.unblock(people.doctor.account, people.patient.account)
            await patient.delete(f"{PATH}/worn")
            assert (await seen(doctor, id)).status_code == 404
        async with staying(house, people.patient, "home"):
            await patient.put(f"{PATH}/{id}/worn")
            assert (await seen(doctor, id)).status_code == 404


async def test_a_child_sees_the_plain_look(
    house: House, people: People, patient: AsyncClient, doctor: AsyncClient
) -> None:
    id = await worn(patient)
    house.world.ties.selves[people.doctor.account] = Self(is_child=True)

    async with staying(house, people.patient), staying(house, people.doctor):
        assert (await seen(doctor, id)).status_code == 404


async def test_a_place_may_show_no_avatars_that_people_brought(
    house: House, people: People, patient: AsyncClient, doctor: AsyncClient
) -> None:
    id = await worn(patient)
    plaza = house.world.place("plaza")
    assert plaza is not None
    await house.world.show_place(msgspec.structs.replace(plaza, allows_own_avatars=False))

    async with staying(house, people.patient) as visit, staying(house, people.doctor):
        assert visit.person.look == without_avatar(visit.look) != visit.look
        assert (await seen(doctor, id)).status_code == 404


# --- what is kept


async def test_what_only_its_author_may_wear_is_worn_by_whoever_says_they_may(
    patient: AsyncClient,
) -> None:
    body = vrm(avatarPermission="onlyAuthor")

    refused = await patient.post(PATH, content=body)
    taken = await patient.post(PATH, content=body, params={"permitted": "true"})

    assert refused.status_code == 403
    assert "Asklepion's tests" in refused.text
    assert taken.status_code == 201
    assert taken.json()["licence"]["avatarPermission"] == "onlyAuthor"


async def test_three_are_kept_and_what_is_refused_leaves_nothing(
    house: House, patient: AsyncClient, stranger: AsyncClient
) -> None:
    for _ in range(3):
        await brought(patient)

    full = await patient.post(PATH, content=vrm())
    long = await patient.post(PATH, content=bytes(MOST_AVATAR + 1))
    page = await patient.post(PATH, content=b"<html>")

    assert (full.status_code, long.status_code, page.status_code) == (409, 413, 422)
    assert (await stranger.post(PATH, content=vrm())).status_code == 401
    assert len(files_of(house)) == 3
    assert all(b"VRMC_vrm" not in path.read_bytes() for path in files_of(house))


async def test_what_was_deleted_comes_back_within_ten_minutes_and_then_no_more(
    house: House, people: People, patient: AsyncClient, clock: StoppedClock
) -> None:
    id = await worn(patient)
    async with staying(house, people.patient) as visit:
        assert (await patient.delete(f"{PATH}/{id}")).status_code == 204
        assert visit.person.look == without_avatar(visit.person.look)
    assert (await patient.put(f"{PATH}/{id}/worn")).status_code == 404
    assert (await patient.post(f"{PATH}/{id}/restore")).status_code == 204
    assert (await patient.put(f"{PATH}/{id}/worn")).status_code == 204

    await patient.delete(f"{PATH}/{id}")
    clock.at += timedelta(minutes=11)

    assert (await patient.get(PATH)).json() == []
    assert (await patient.post(f"{PATH}/{id}/restore")).status_code == 404
    assert files_of(house) == []


async def test_who_brings_and_deletes_all_day_fills_no_disk(
    house: House, patient: AsyncClient
) -> None:
    for _ in range(6):
        await patient.delete(f"{PATH}/{await brought(patient)}")

    assert len(files_of(house)) == 3
    assert len((await patient.get(PATH)).json()) == 3


async def test_a_start_sweeps_away_what_belongs_to_nobody(
    house: House, patient: AsyncClient
) -> None:
    id = await brought(patient)
    (kept,) = files_of(house)
    (kept.parent / "ffffffffffff.sealed").write_bytes(b"stray")
    kept.with_suffix(".new").write_bytes(b"half")

    await house.avatars.start()

    assert files_of(house) == [kept]
    assert (await seen(patient, id)).content == vrm()


async def test_an_avatar_is_gone_with_whoever_is_erased_and_with_a_closed_account(
    house: House, people: People, patient: AsyncClient, other_patient: AsyncClient
) -> None:
    await worn(patient)
    other = await worn(other_patient)
    console = Asking(caller=Identity.console())
    await house.records.update(console, {"resourceType": "Patient", "id": "p-1"})

    await house.records.erase(console, "Patient/p-1", Ground.WITHDRAWN)

    assert [path.stem for path in files_of(house)] == [other]
    await house.avatars.hear_closed(AccountClosed(people.other_patient.account, ""))
    assert files_of(house) == []
    async with house.db.read() as tx:
        assert await tx.all("SELECT * FROM world_avatar") == []


async def test_an_avatar_follows_a_patient_whose_records_become_one(
    house: House, patient: AsyncClient
) -> None:
    id = await brought(patient)

    async with house.db.begin() as tx:
        assert await house.avatars.follow(tx, "Patient/p-1", "Patient/p-9", ["another"]) == []
        assert await house.avatars.follow(tx, "Patient/p-1", "Patient/p-9") == [id]
        assert (await house.avatars.forget(tx, "Patient/p-1")).rows == {"world_avatar": 0}

    assert (await seen(patient, id)).content == vrm()
