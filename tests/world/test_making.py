"""Places that people make: who may, what is kept, what visitors see, and what goes where."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from httpx import AsyncClient

from asklepion.app import House, open_house
from asklepion.identity import AccountClosed, Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Tx
from asklepion.world.service import Visit
from asklepion.world.service.making import values
from asklepion.world.store import places as store
from asklepion.world.wire import Enter
from tests.conftest import EMAILS, QUICK, People, knock
from tests.world.test_place_files import PLACE, zipped
from tests.world.test_shown import CORNERS, glb, png, triangle

OURS = "/api/world/making"
MODEL = glb(triangle(), CORNERS)
Json = dict[str, Any]


async def begin(who: AsyncClient, name: str = "Quiet corner", **more: str) -> str:
    made = await who.post(OURS, json={"name": name} | more)
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def draft_of(who: AsyncClient, id: str) -> Json:
    found = await who.get(f"{OURS}/{id}")
    assert found.status_code == 200, found.text
    return found.json()


async def save(who: AsyncClient, id: str, draft: Json, **changes: Any) -> httpx.Response:
    body = draft["place"] | changes
    headers = {"if-match": f'"{draft["revision"]}"'}
    return await who.put(f"{OURS}/{id}", json=body, headers=headers)


async def publish(who: AsyncClient, id: str, note: str = "") -> httpx.Response:
    revision = (await draft_of(who, id))["revision"]
    headers = {"if-match": str(revision)}
    return await who.post(f"{OURS}/{id}/publish", json={"note": note}, headers=headers)


async def shown(who: AsyncClient, name: str = "Quiet corner", **more: str) -> str:
    id = await begin(who, name, **more)
    answer = await publish(who, id)
    assert answer.status_code == 201, answer.text
    return id


async def place_ids(who: AsyncClient) -> set[str]:
    return {card["id"] for card in (await who.get("/api/world/places")).json()}


@asynccontextmanager
async def inside(house: House, caller: Caller, place: str) -> AsyncGenerator[Visit]:
    visit = house.world.open(caller)
    await house.world.enter(visit, Enter(place=place))
    yield visit
    house.world.shut(visit)


def heard(visit: Visit) -> list[Json]:
    frames = iter(visit.outbox.take, None)
    return [json.loads(frame[1:]) for frame in frames if frame[0] == 0]


CHAIR = {"kind": "chair", "position": [1, 0, 0], "size": [0.5, 0.9, 0.5]}


# --- begin, save, publish


async def test_a_maker_begins_saves_and_publishes_and_only_then_others_see_it(
    doctor: AsyncClient, patient: AsyncClient
) -> None:
    id = await begin(doctor, about="Tea and talk")
    draft = await draft_of(doctor, id)
    assert (draft["revision"], draft["shown"], draft["flaws"]) == (1, 0, [])

    saved = await save(doctor, id, draft, things=[*draft["place"]["things"], CHAIR])

    assert saved.status_code == 200, saved.text
    assert saved.headers["etag"] == '"2"'
    assert id not in await place_ids(patient)
    assert (await patient.get(f"/api/world/places/{id}")).status_code == 404

    assert (await publish(doctor, id, "A chair")).json() == {"version": 1}

    place = (await patient.get(f"/api/world/places/{id}")).json()
    assert (place["name_key"], place["about_key"]) == ("Quiet corner", "Tea and talk")
    assert [seat["id"] for seat in place["seats"]] == ["chair-1-1"]
    assert id in await place_ids(patient)


async def test_nobody_makes_places_but_makers_and_strangers_learn_nothing(
    doctor: AsyncClient, patient: AsyncClient, stranger: AsyncClient
) -> None:
    id = await shown(doctor)
    ways: list[tuple[str, str, Any]] = [
        ("GET", OURS, None),
        ("POST", OURS, {"name": "Mine"}),
        ("POST", f"{OURS}/import", {}),
        ("GET", f"{OURS}/{id}", None),
        ("PUT", f"{OURS}/{id}", {}),
        ("PUT", f"{OURS}/{id}/editors", {"roles": ["clinician"]}),
        ("POST", f"{OURS}/{id}/publish", {}),
        ("GET", f"{OURS}/{id}/versions", None),
        ("POST", f"{OURS}/{id}/versions/1/restore", {}),
        ("DELETE", f"{OURS}/{id}", None),
        ("POST", f"{OURS}/{id}/restore", {}),
        ("GET", f"{OURS}/{id}/models", None),
        ("POST", f"{OURS}/{id}/models", {}),
        ("GET", f"{OURS}/{id}/export", None),
    ]

    for method, path, body in ways:
        headers = {"if-match": "1"}
        answer = await patient.request(method, path, json=body, headers=headers)
        assert answer.status_code == 403, (method, path, answer.text)
        answer = await stranger.request(method, path, json=body, headers=headers)
        assert answer.status_code == 401, (method, path)


async def test_one_maker_does_not_touch_anothers_place_unless_it_says_so(
    house: House, people: People, doctor: AsyncClient, operator: AsyncClient, app: Any
) -> None:
    id = await shown(doctor)
    async with knock(app, await house.identity.token(EMAILS["other_doctor"])) as other:
        assert (await other.get(f"{OURS}/{id}")).status_code == 404
        assert (await other.delete(f"{OURS}/{id}")).status_code == 404
        assert (await other.get(OURS)).json()["places"] == []
        assert (await operator.get(f"{OURS}/{id}")).status_code == 200

        named = await doctor.put(f"{OURS}/{id}/editors", json={"roles": ["clinician"]})
        assert named.status_code == 204
        draft = await draft_of(other, id)
        assert (await save(other, id, draft, name_key="Ours")).status_code == 200
        refused = await other.put(f"{OURS}/{id}/editors", json={"roles": []})
        assert refused.status_code == 403
        wrong = await doctor.put(f"{OURS}/{id}/editors", json={"roles": ["patient"]})
        assert wrong.status_code == 400


async def test_who_saves_over_another_is_told_and_nothing_is_lost(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor)
    mine, theirs = await draft_of(doctor, id), await draft_of(operator, id)
    assert (await save(operator, id, theirs, capacity=9)).status_code == 200

    refused = await save(doctor, id, mine, capacity=10)

    assert refused.status_code == 409
    assert (await draft_of(doctor, id))["place"]["capacity"] == 9
    unnamed = await doctor.put(f"{OURS}/{id}", json=mine["place"])
    assert (unnamed.status_code, "If-Match" in unnamed.text) == (400, True)


async def test_of_two_who_save_at_the_same_moment_one_is_told(doctor: AsyncClient) -> None:
    id = await begin(doctor)
    draft = await draft_of(doctor, id)

    both = await asyncio.gather(*(save(doctor, id, draft, capacity=n) for n in (5, 6)))

    assert sorted(answer.status_code for answer in both) == [200, 409]


async def test_of_two_things_done_to_a_place_at_the_same_moment_none_is_lost(
    doctor: AsyncClient, operator: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = store.change

    async def take_time(tx: Tx, row: store.PlaceRow, *, revision: int) -> bool:
        await asyncio.sleep(0.2)
        return await change(tx, row, revision=revision)

    id = await begin(doctor)
    monkeypatch.setattr(store, "change", take_time)
    headers, roles = {"if-match": "1"}, {"roles": ["educator"]}

    answers = await asyncio.gather(
        doctor.post(f"{OURS}/{id}/publish", json={"note": ""}, headers=headers),
        operator.put(f"{OURS}/{id}/editors", json=roles),
    )

    assert all(answer.is_success for answer in answers), answers
    after = await draft_of(doctor, id)
    assert (after["shown"], after["editors"]) == (1, ["educator"])


async def test_what_is_wrong_may_be_saved_but_is_not_shown(doctor: AsyncClient) -> None:
    id = await begin(doctor)
    draft = await draft_of(doctor, id)
    out = {"id": "out", "position": [0, 0, -3.9], "yaw": 3.142, "label_key": "", "to": "nowhere"}

    saved = (await save(doctor, id, draft, doors=[out])).json()

    assert [(flaw["path"], flaw["code"]) for flaw in saved["flaws"]] == [
        ("doors[0].to", "door-nowhere")
    ]
    refused = await publish(doctor, id)
    assert refused.status_code == 400
    assert "doors[0].to" in refused.json()["issue"][0]["diagnostics"]


async def test_a_name_is_words_of_ones_own(doctor: AsyncClient) -> None:
    for name in ("", "   ", "world.place.clinic", "x" * 61):
        assert (await doctor.post(OURS, json={"name": name})).status_code == 400
    id = await begin(doctor)
    draft = await draft_of(doctor, id)
    assert (await save(doctor, id, draft, name_key="world.place.plaza")).status_code == 400
    draft["place"]["id"] = "plaza"
    assert (await save(doctor, id, draft)).status_code == 400


async def test_words_on_doors_houses_and_models_are_plain(doctor: AsyncClient) -> None:
    id = await begin(doctor)
    draft = await draft_of(doctor, id)
    shut = {"id": "shut", "position": [0, 0, 3.9], "label_key": "a\u202eb\n", "to": None}

    saved = (await save(doctor, id, draft, doors=[shut | {"closed_reason_key": "\tno "}])).json()

    (door,) = saved["place"]["doors"]
    assert (door["label_key"], door["closed_reason_key"]) == ("ab", "no")


async def test_only_operators_say_that_a_place_is_for_children(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor, copy_of="clinic")
    draft = await draft_of(doctor, id)
    assert draft["place"]["is_child_safe"] is False
    assert (await save(doctor, id, draft, is_child_safe=True)).status_code == 403

    assert (await save(operator, id, draft, is_child_safe=True)).status_code == 200
    draft = await draft_of(doctor, id)
    assert (await save(doctor, id, draft, capacity=3)).status_code == 200


async def test_only_operators_let_a_sign_name_who_is_inside(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor, copy_of="plaza")
    draft = await draft_of(doctor, id)
    assert draft["place"]["sign"] == "count"
    assert (await save(doctor, id, draft, sign="names")).status_code == 403

    assert (await save(operator, id, draft, sign="names")).status_code == 200


async def test_of_a_place_for_children_only_operators_say_who_enters_and_may_do_what(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor)
    children = {"access": "guarded", "visitors": ["clinician", "patient"], "is_child_safe": True}
    await save(operator, id, await draft_of(operator, id), **children)
    draft = await draft_of(doctor, id)

    changes: list[Json] = [
        {"access": "all", "visitors": []},
        {"visitors": ["clinician", "patient", "trainee"]},
        {"rights": {"guest": ["enter"]}},
        {"hosts": ["clinician"]},
    ]
    for change in changes:
        assert (await save(doctor, id, draft, **change)).status_code == 403, change

    swapped = await save(doctor, id, draft, visitors=["patient", "clinician"], capacity=4)
    assert swapped.status_code == 200
    opened: Json = {"access": "all", "visitors": [], "is_child_safe": False}
    assert (await save(doctor, id, swapped.json(), **opened)).status_code == 200


async def test_nobody_but_an_operator_lets_visitors_keep_order(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor)
    draft = await draft_of(doctor, id)
    lawless: list[Json] = [
        {"hosts": ["patient"]},
        {"rights": {"member": ["enter", "moderate"]}},
        {"rights": {"guest": ["enter", "moderate"]}},
    ]

    for change in lawless:
        assert (await save(doctor, id, draft, **change)).status_code == 403, change
    own = {"hosts": ["clinician", "educator"], "rights": {"host": ["enter"], "member": ["enter"]}}
    assert (await save(doctor, id, draft, **own)).status_code == 200

    for change in lawless:
        draft = await draft_of(operator, id)
        assert (await save(operator, id, draft, **change)).status_code == 200, change
    copy = (await draft_of(doctor, await begin(doctor, "Copy", copy_of=id)))["place"]
    assert (copy["rights"], copy["hosts"]) == ({"guest": ["enter"]}, [])


async def test_what_only_operators_say_nobody_else_brings_back_or_publishes(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await shown(doctor)
    told = {"is_child_safe": True, "sign": "names", "hosts": ["patient"]}
    saved = await save(operator, id, await draft_of(operator, id), **told)
    assert saved.status_code == 200, saved.text
    assert (await publish(doctor, id)).status_code == 403
    assert (await publish(operator, id)).json() == {"version": 2}
    assert (await publish(doctor, id)).json() == {"version": 3}  # as it is shown already

    plain: Json = {"is_child_safe": False, "sign": "count", "hosts": []}
    assert (await save(doctor, id, await draft_of(doctor, id), **plain)).status_code == 200
    assert (await publish(doctor, id)).status_code == 201
    headers = {"if-match": str((await draft_of(doctor, id))["revision"])}
    path = f"{OURS}/{id}/versions/2/restore"

    assert (await doctor.post(path, headers=headers)).status_code == 403
    assert (await operator.post(path, headers=headers)).status_code == 200
    assert (await publish(doctor, id)).status_code == 403
    assert (await doctor.get(f"/api/world/places/{id}")).json()["is_child_safe"] is False


@pytest.mark.parametrize("of", ["plaza", "home", "clinic", "consulting-room-1"])
async def test_every_place_of_the_house_can_be_copied_and_shown(
    doctor: AsyncClient, of: str
) -> None:
    id = await shown(doctor, f"Our {of}", copy_of=of)

    place = (await doctor.get(f"/api/world/places/{id}")).json()

    assert (place["id"], place["name_key"]) == (id, f"Our {of}")
    assert (await doctor.get("/api/world/places/" + of)).json()["name_key"] != place["name_key"]


async def test_there_are_only_so_many_places(
    doctor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "MOST_OF_ONE", 2)
    first = await begin(doctor)
    await begin(doctor)

    assert (await doctor.post(OURS, json={"name": "Third"})).status_code == 409
    await doctor.delete(f"{OURS}/{first}")
    await begin(doctor, "Third")
    assert (await doctor.post(f"{OURS}/{first}/restore")).status_code == 409


# --- versions


async def test_versions_say_who_when_and_what_and_an_older_one_comes_back(
    doctor: AsyncClient, operator: AsyncClient, clock: StoppedClock
) -> None:
    id = await shown(doctor)
    clock.at += timedelta(days=1)
    draft = await draft_of(operator, id)
    await save(operator, id, draft, things=[*draft["place"]["things"], CHAIR])
    await publish(operator, id, "A chair to rest")

    newest, oldest = (await doctor.get(f"{OURS}/{id}/versions")).json()

    assert (newest["number"], newest["maker"], newest["note"]) == (2, "Operator", "A chair to rest")
    assert newest["changes"]["came"] == {"things": 1}
    assert (newest["is_current"], newest["made_at"][:10]) == (True, "2026-03-02")
    assert (oldest["maker"], oldest["made_at"][:10]) == ("Doctor", "2026-03-01")

    headers = {"if-match": str((await draft_of(doctor, id))["revision"])}
    back = await doctor.post(f"{OURS}/{id}/versions/1/restore", headers=headers)
    assert back.status_code == 200, back.text
    assert back.json()["place"] == draft["place"]
    assert len((await doctor.get(f"/api/world/places/{id}")).json()["seats"]) == 1
    assert (await publish(doctor, id)).json() == {"version": 3}
    assert (await doctor.get(f"/api/world/places/{id}")).json()["seats"] == []
    stale = await doctor.post(f"{OURS}/{id}/versions/9/restore", headers=headers)
    assert stale.status_code == 409


async def test_what_is_put_away_is_gone_to_visitors_and_comes_back_as_it_was(
    house: House, people: People, doctor: AsyncClient, patient: AsyncClient
) -> None:
    id = await shown(doctor)
    async with inside(house, people.patient, id) as visit:
        heard(visit)

        assert (await doctor.delete(f"{OURS}/{id}")).status_code == 204

        (told,) = [m for m in heard(visit) if m["type"] == "expelled"]
        assert (told["place"], told["to"]) == (id, "plaza")
    assert id not in await place_ids(patient)
    assert (await doctor.get(f"{OURS}/{id}")).status_code == 404
    (listed,) = (await doctor.get(OURS)).json()["places"]
    assert listed["is_archived"]

    assert (await doctor.post(f"{OURS}/{id}/restore")).status_code == 204

    assert id in await place_ids(patient)


async def test_made_places_are_there_after_a_restart(
    house: House, doctor: AsyncClient, clock: StoppedClock
) -> None:
    id, away = await shown(doctor), await shown(doctor, "Put away")
    await doctor.delete(f"{OURS}/{away}")
    await house.making.stop()
    await house.world.stop()

    async with open_house(house.settings, clock, hasher=QUICK) as again:
        assert again.world.place(id)
        assert again.world.place(away) is None


async def test_what_another_process_has_published_is_seen_before_long(
    house: House, doctor: AsyncClient, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.world.service.making.showing.LOOK_S", 0.02)
    await house.making.stop()
    await house.making.start()
    id = await begin(doctor)
    row = await row_of(house, id)
    async with house.db.begin() as tx:
        version = store.VersionRow(id, 1, "", 0, "", "{}", row.draft)
        await store.add_version(tx, version)
        clock.at += timedelta(seconds=1)
        await store.change(tx, row._replace(shown=1), revision=1)

    async with asyncio.timeout(10):
        while house.world.place(id) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def row_of(house: House, id: str) -> store.PlaceRow:
    async with house.db.read() as tx:
        row = await store.find(tx, id)
    assert row
    return row


# --- in the world


async def test_who_is_inside_gets_what_is_published_without_leaving(
    house: House, people: People, doctor: AsyncClient
) -> None:
    id = await shown(doctor)
    async with inside(house, people.patient, id) as visit:
        assert visit.gathering
        visit.gathering.hall.put(visit.slot, msgspec.structs.replace(
            visit.gathering.hall.spot(visit.slot), position=(2.0, 0.0, 1.0)))  # fmt: skip
        heard(visit)
        draft = await draft_of(doctor, id)
        await save(doctor, id, draft, things=[*draft["place"]["things"], CHAIR])

        await publish(doctor, id)

        kinds = [message["type"] for message in heard(visit)]
        assert kinds.index("place-changed") < kinds.index("welcome")
        assert visit.gathering
        assert visit.gathering.hall.place.seats
        x, _, z = visit.gathering.hall.spot(visit.slot).position
        assert (x, z) == pytest.approx((2.0, 1.0), abs=0.5)
        assert house.world.accounts_in(id) == [people.patient.account]


async def test_a_place_with_a_list_is_known_to_those_on_it_alone(
    house: House, people: People, doctor: AsyncClient, patient: AsyncClient
) -> None:
    id = await begin(doctor)
    draft = await draft_of(doctor, id)
    await save(doctor, id, draft, access="guarded", visitors=["clinician"])
    await publish(doctor, id)

    assert id not in await place_ids(patient)
    assert (await patient.get(f"/api/world/places/{id}")).status_code == 404
    async with inside(house, people.patient, id) as visit:
        assert visit.gathering is None
        assert heard(visit)[-1]["code"] == "forbidden"
    async with inside(house, people.other_doctor, id) as visit:
        assert visit.gathering


async def test_a_guarded_place_that_lets_in_nobody_is_kept_and_not_shown(
    doctor: AsyncClient,
) -> None:
    id = await begin(doctor)

    saved = await save(doctor, id, await draft_of(doctor, id), access="guarded")

    (flaw,) = saved.json()["flaws"]
    assert (flaw["path"], flaw["code"]) == ("visitors", "nobody-enters")
    refused = await publish(doctor, id)
    assert refused.status_code == 400
    assert "visitors: nobody-enters. Name one role" in refused.text
    named = await save(doctor, id, await draft_of(doctor, id), visitors=["trainee"])
    assert named.json()["flaws"] == []
    assert (await publish(doctor, id)).status_code == 201


async def test_a_guarded_place_without_a_list_from_before_is_for_operators_alone(
    house: House, people: People, doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor)
    row = await row_of(house, id)
    closed = msgspec.json.encode(json.loads(row.draft) | {"access": "guarded"}).decode()
    async with house.db.begin() as tx:
        await store.add_version(tx, store.VersionRow(id, 1, "", 0, "", "{}", closed))
        await store.change(tx, row._replace(draft=closed, shown=1), revision=1)
    await house.making.stop()
    await house.making.start()

    assert id not in await place_ids(doctor)
    assert id in await place_ids(operator)
    async with inside(house, people.operator, id) as visit:
        assert visit.gathering
    async with inside(house, people.other_doctor, id) as visit:
        assert visit.gathering is None


async def test_a_draft_says_whether_it_is_ones_own(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await begin(doctor)

    assert (await draft_of(doctor, id))["is_mine"] is True
    assert (await draft_of(operator, id))["is_mine"] is False


async def test_a_door_is_called_what_it_leads_to_and_closes_with_it(
    doctor: AsyncClient, patient: AsyncClient
) -> None:
    there = await shown(doctor, "The garden")
    here = await begin(doctor, "The hall")
    draft = await draft_of(doctor, here)
    door = {"id": "garden", "position": [0, 0, 3.9], "label_key": "Free money", "to": there}
    await save(doctor, here, draft, doors=[door])
    assert (await publish(doctor, here)).status_code == 201

    async def seen() -> Json:
        return (await patient.get(f"/api/world/places/{here}")).json()["doors"][0]

    assert ((await seen())["to"], (await seen())["label_key"]) == (there, "The garden")
    await doctor.delete(f"{OURS}/{there}")
    assert (await seen())["to"] is None
    assert (await seen())["closed_reason_key"] == "world.closed.unshown"
    await doctor.post(f"{OURS}/{there}/restore")
    assert (await seen())["to"] == there


# --- models, and from house to house


async def bring(who: AsyncClient, id: str, body: bytes = MODEL) -> httpx.Response:
    return await who.post(f"{OURS}/{id}/models?name=Statue", content=body)


def files_of(house: House) -> list[Path]:
    folder = house.settings.data / "places"
    return [path for path in folder.rglob("*") if path.is_file()]


async def with_model(who: AsyncClient) -> tuple[str, str]:
    id = await begin(who)
    file = (await bring(who, id)).json()["file"]
    statue = {"id": "statue", "file": file, "position": [1, 0, 1], "name": "Statue"}
    assert (await save(who, id, await draft_of(who, id), models=[statue])).status_code == 200
    return id, file


async def test_a_model_is_seen_once_its_place_is_shown_and_lies_sealed(
    house: House, doctor: AsyncClient, patient: AsyncClient, stranger: AsyncClient
) -> None:
    id, file = await with_model(doctor)
    path = f"/api/world/places/{id}/models/{file}"
    assert (await doctor.get(path)).content == MODEL
    assert (await patient.get(path)).status_code == 404

    await publish(doctor, id)

    seen = await patient.get(path)
    assert (seen.status_code, seen.content) == (200, MODEL)
    assert seen.headers["content-type"] == "model/gltf-binary"
    assert (await stranger.get(path)).status_code == 401
    assert (await patient.get(f"/api/world/places/plaza/models/{file}")).status_code == 404
    (kept,) = files_of(house)
    assert b"glTF" not in kept.read_bytes()


async def test_only_models_without_tricks_are_taken(house: House, doctor: AsyncClient) -> None:
    id = await begin(doctor)
    outside = glb(triangle(buffers=[{"byteLength": 36, "uri": "http://x.example/a.bin"}]), CORNERS)
    scripted = glb(triangle(extensionsRequired=["KHR_interactivity"]), CORNERS)

    for body in (b"", b"<script>", png(), outside, scripted, MODEL[:-8]):
        assert (await bring(doctor, id, body)).status_code in (400, 422)
    assert (await bring(doctor, id, bytes(9 * 1024 * 1024))).status_code == 413
    assert files_of(house) == []
    assert (await doctor.get(f"{OURS}/{id}/models")).json() == []


async def test_where_there_is_no_room_what_nothing_shows_goes(
    doctor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.world.service.making.assets.MOST_FILES", 2)
    id, shown = await with_model(doctor)
    models = [glb(triangle(extras=n), CORNERS) for n in range(2)]
    for body in models:
        assert (await bring(doctor, id, body)).status_code == 201

    kept = {model["file"] for model in (await doctor.get(f"{OURS}/{id}/models")).json()}

    assert shown in kept
    assert len(kept) == 2


async def test_a_copy_brings_the_models_that_its_place_shows_and_none_that_wait(
    house: House, app: Any, people: People, doctor: AsyncClient
) -> None:
    id, file = await with_model(doctor)
    await publish(doctor, id)
    waiting = (await bring(doctor, id, glb(triangle(extras="not yet"), CORNERS))).json()["file"]
    async with knock(app, await house.identity.token(EMAILS["other_doctor"])) as other:
        copy = await begin(other, "Copy", copy_of=id)

        assert [model["file"] for model in (await other.get(f"{OURS}/{copy}/models")).json()] == [
            file
        ]
        at = f"/api/world/places/{copy}/models"
        assert (await other.get(f"{at}/{file}")).content == MODEL
        assert (await other.get(f"{at}/{waiting}")).status_code == 404


async def test_of_two_who_bring_one_model_at_once_who_is_refused_takes_nothing_from_the_other(
    doctor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.world.service.making.assets.MOST_FILES", 1)
    full, _ = await with_model(doctor)
    free = await begin(doctor)

    for body in (glb(triangle(extras=n), CORNERS) for n in range(8)):
        refused, brought = await asyncio.gather(
            bring(doctor, full, body), bring(doctor, free, body)
        )

        assert (refused.status_code, brought.status_code) == (409, 201)
        seen = await doctor.get(f"/api/world/places/{free}/models/{brought.json()['file']}")
        assert seen.status_code == 200, seen.text
        assert seen.content == body


async def test_a_model_that_cannot_be_kept_leaves_no_file(
    house: House, doctor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asklepion.world.service.making.assets.MOST_OF_HOUSE", 10)
    id = await begin(doctor)

    assert (await bring(doctor, id)).status_code == 409

    assert files_of(house) == []


async def test_an_exported_place_is_the_same_place_where_it_is_imported(
    house: House, doctor: AsyncClient, operator: AsyncClient
) -> None:
    id, file = await with_model(doctor)
    packed = await doctor.get(f"{OURS}/{id}/export")
    assert packed.headers["content-type"] == "application/zip"

    brought = await operator.post(f"{OURS}/import", content=packed.content)

    assert brought.status_code == 201, brought.text
    copy = brought.json()["id"]
    was, became = await draft_of(doctor, id), await draft_of(operator, copy)
    assert became["place"] == was["place"] | {"id": copy}
    assert became["flaws"] == []
    path = f"/api/world/places/{copy}/models/{file}"
    assert (await operator.get(path)).content == MODEL
    again = await operator.get(f"{OURS}/{copy}/export")
    assert again.content.replace(copy.encode(), id.encode())[:4] == packed.content[:4]


async def test_of_a_hostile_parcel_nothing_is_kept(
    house: House, doctor: AsyncClient, people: People
) -> None:
    id = await begin(doctor)
    place = msgspec.json.encode((await draft_of(doctor, id))["place"])
    bad = b"glTF, but not really"
    name = f"assets/{hashlib.sha256(bad).hexdigest()}.glb"
    shows = json.loads(place) | {"models": [{"id": "m", "file": name[7:-4], "position": [0, 0, 0]}]}
    hostile = [
        b"PK\x03\x04",
        zipped({PLACE: b"{}"}),
        zipped({PLACE: place, "../../x": b"x"}),
        zipped({PLACE: json.dumps(shows).encode(), name: bad}),
        zipped({PLACE: place, name: bad}),
    ]

    for body in hostile:
        answer = await doctor.post(f"{OURS}/import", content=body)
        assert answer.status_code in (400, 422), answer.text

    assert len((await doctor.get(OURS)).json()["places"]) == 1
    assert files_of(house) == []


async def test_who_closes_their_account_leaves_the_place_and_not_their_name(
    house: House, people: People, doctor: AsyncClient, operator: AsyncClient
) -> None:
    id = await shown(doctor)

    await house.making.hear_closed(AccountClosed(account=people.doctor.account, person=""))

    (listed,) = (await operator.get(OURS)).json()["places"]
    assert (listed["id"], listed["maker"]) == (id, "")
    assert (await operator.get(f"{OURS}/{id}/versions")).json()[0]["maker"] == ""
