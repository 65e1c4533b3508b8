"""What waits is kept together: nothing crosses, nothing spoils its neighbours, nothing is lost."""

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asklepion.app import House, open_house
from asklepion.devices import Registration
from asklepion.devices.engine.observations import READINGS
from asklepion.identity import Caller, Role
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Conflict
from asklepion.records import Asking, Ground
from asklepion.settings import Settings
from tests.conftest import NOON, QUICK, People
from tests.serving import Server, furnish, kill, opened
from tests.test_survival import assert_verifies

from .test_broker import ACCEPTED, connect_packet
from .test_service import HER, OTHER, connected, message, observations, register

SECOND = timedelta(seconds=1)


def topic_of(made: Registration) -> str:
    return f"devices/{made.device}/heart-rate"


async def say_all(
    house: House, said: Sequence[tuple[Registration, bytes]]
) -> list[bytes | BaseException | None]:
    """Have many messages wait at the same moment."""
    waiting = [house.devices.hear(made.device, topic_of(made), data) for made, data in said]
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_one_bad_reading_among_a_hundred_is_refused_alone(
    house: House, people: People
) -> None:
    made = await register(house, people)
    said = [message({"heart_rate": 60 + n % 40}, NOON - n * SECOND) for n in range(100)]
    said[37] = message({"heart_rate": 9999}, NOON)
    said[61] = b"no reading at all"

    answers = await say_all(house, [(made, data) for data in said])

    told = {n: json.loads(each) for n, each in enumerate(answers) if isinstance(each, bytes)}
    assert told == {
        37: {"refused": "implausible", "kind": "heart-rate"},
        61: {"refused": "unreadable", "kind": "heart-rate"},
    }
    assert [n for n, each in enumerate(answers) if each is not None] == [37, 61]
    async with house.db.read() as tx:
        kept = await tx.one("SELECT count(*) FROM records_res WHERE type = 'Observation'")
    assert kept == (98,)
    (card,) = await house.devices.list(people.patient, HER)
    assert (card.refused_count, card.last_reading_at) == (2, NOON)


async def test_a_reading_whose_record_is_spoilt_is_not_acknowledged_and_the_others_are(
    house: House, people: People
) -> None:
    made = await register(house, people)
    first = message({"heart_rate": 70}, NOON - 500 * SECOND)
    await say_all(house, [(made, first)])
    async with house.db.begin() as tx:
        sql = "UPDATE records_res SET body = :body WHERE type = 'Observation'"
        await tx.run(sql, body=b"\0" * 64)
    said = [message({"heart_rate": 60 + n}, NOON - n * SECOND) for n in range(30)]

    *others, spoilt = await say_all(house, [(made, data) for data in (*said, first)])

    assert others == [None] * 30
    assert isinstance(spoilt, Exception)


async def test_a_reading_that_waits_while_she_is_erased_is_neither_kept_nor_acknowledged(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")
    keep_all = house.records.keep_all

    async def erased_first(*told: Any) -> object:
        asking = Asking(caller=people.patient, purpose="PATRQT")
        await house.records.erase(asking, HER, Ground.WITHDRAWN)
        return await keep_all(*told)

    monkeypatch.setattr(house.records, "keep_all", erased_first)

    late, kept = await say_all(house, [(made, message({"heart_rate": 70})) for made in (hers, his)])

    assert isinstance(late, Conflict)
    assert kept is None
    async with house.db.read() as tx:
        rows = await tx.all("SELECT patient FROM records_res WHERE type = 'Observation'")
    assert [row[0] for row in rows] == [OTHER]
    assert house.vault.ids_of(HER) == []


async def test_readings_of_two_patients_that_wait_together_stay_each_in_her_own_record(
    house: House, people: People
) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")
    before = {her: len(await lines_of(house, people, her)) for her in (HER, OTHER)}

    answers = await say_all(
        house,
        [
            (made, message({"heart_rate": value}, NOON - n * SECOND))
            for n in range(20)
            for made, value in ((hers, 70), (his, 90))
        ],
    )

    assert answers == [None] * 40
    for patient, made, value in ((HER, hers, 70), (OTHER, his, 90)):
        found = await observations(house, people, patient)
        assert len(found) == 20
        assert {each["valueQuantity"]["value"] for each in found} == {value}
        assert {each["device"]["reference"] for each in found} == {f"Device/{made.device}"}
        assert {each["subject"]["reference"] for each in found} == {patient}
        lines = (await lines_of(house, people, patient))[before[patient] :]
        assert {actor for actor, _ in lines} == {made.device}
        assert [len(refs) for _, refs in lines] == [1] * 20  # a line for each
        assert {refs[0] for _, refs in lines} == {f"Observation/{each['id']}" for each in found}


async def lines_of(house: House, people: People, patient: str) -> list[tuple[str, tuple[str, ...]]]:
    """Who wrote what, as the patient's log tells it, oldest first."""
    caller = people.patient if patient == HER else people.other_patient
    asking = Asking(caller=caller, purpose="PATRQT")
    found = await house.records.accesses(asking, patient, count=500)
    return [(each.actor, each.refs) for each in reversed(found) if each.action == "write"]


async def test_what_one_device_says_is_kept_in_the_order_in_which_it_says_it(
    house: House, people: People
) -> None:
    hers = await register(house, people)
    his = await register(house, people, of="other_patient")
    moments = [NOON - n * SECOND for n in (5, 3, 9, 1, 7, 2, 8)]  # not in order of their time

    async with connected(house, hers) as cuff, connected(house, his) as other:

        async def say(client: object, made: Registration) -> None:
            for at in moments:
                data = message({"heart_rate": 71}, at)
                await client.publish(topic_of(made), data, qos=1)  # type: ignore[attr-defined]

        await asyncio.gather(say(cuff, hers), say(other, his))

    for patient, made in ((HER, hers), (OTHER, his)):
        lines = [
            refs for actor, refs in await lines_of(house, people, patient) if actor == made.device
        ]
        wanted = [f"Observation/{id_of(made.device, to_iso(at))}" for at in moments]
        assert [reference for refs in lines for reference in refs] == wanted


def id_of(device: str, at: str) -> str:
    return str(uuid.uuid5(READINGS, f"{device}/heart-rate/{at}/8867-4"))


async def test_who_is_alone_is_answered_at_once_and_who_is_not_shares_a_commit(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people)
    together: list[int] = []
    keep_all = house.records.keep_all

    async def spy(told: Sequence[object], *more: object) -> object:
        together.append(len(told))
        return await keep_all(told, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(house.records, "keep_all", spy)
    said = [(made, message({"heart_rate": 70}, NOON - n * SECOND)) for n in range(50)]

    await say_all(house, said[:1])
    await say_all(house, said[1:])

    assert together == [1, 49]


# Killed


async def homes(data: Path, count: int) -> list[Registration]:
    """Patients with a device each."""
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False, hasher=QUICK) as house:
        made: list[Registration] = []
        for number in range(count):
            patient = f"Patient/home-{number}"
            caller = Caller(
                account=f"home-{number}",
                name="Home",
                roles=frozenset({Role.PATIENT}),
                person=patient,
            )
            operator = Caller(account="op", name="Op", roles=frozenset({Role.OPERATOR}))
            resource = {"resourceType": "Patient", "id": f"home-{number}"}
            await house.records.update(Asking(caller=operator, purpose="HOPERAT"), resource)
            one = await house.devices.register(
                caller, patient=patient, name="Band", kinds=["heart-rate"]
            )
            made.append(one)
        return made


async def speak_until_it_ends(port: int, made: Registration, told: set[str]) -> None:
    """Publish without a pause, remembering each moment that was acknowledged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(connect_packet(made.device, made.secret))
        assert await reader.readexactly(4) == ACCEPTED
        for number in range(1, 1000):
            at = to_iso(_now() - number * SECOND)
            data = json.dumps({"at": at, "values": {"heart_rate": 70}}).encode()
            topic = topic_of(made).encode()
            body = len(topic).to_bytes(2, "big") + topic + number.to_bytes(2, "big") + data
            assert len(body) < 16384
            size = bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
            writer.write(b"\x32" + size + body)
            receipt = await reader.readexactly(4)
            assert receipt == b"\x40\x02" + number.to_bytes(2, "big")
            told.add(id_of(made.device, at))
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def kept_in(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "asklepion.sqlite")) as db:
        sql = "SELECT id FROM records_res WHERE type = 'Observation' AND deleted = 0"
        return {row[0] for row in db.execute(sql)}


def port_of(server: Server) -> int:
    running = json.loads((server.data / "running.json").read_text())
    return int(running["mqtt_url"].rpartition(":")[2])


def test_what_was_acknowledged_survives_a_kill_in_the_midst_of_commits_that_many_share(
    tmp_path: Path,
) -> None:
    asyncio.run(furnish(tmp_path))
    made = asyncio.run(homes(tmp_path, 20))
    told: set[str] = set()

    async def load(server: Server, enough: int) -> None:
        speaking = [
            asyncio.create_task(speak_until_it_ends(port_of(server), one, told)) for one in made
        ]
        while len(told) < enough:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        kill(server)
        await asyncio.gather(*speaking)

    for number in range(3):  # each time elsewhere in a commit
        with opened(tmp_path) as server:
            asyncio.run(load(server, len(told) + 50 + 17 * number))
        time.sleep(1.1)  # another moment of every reading

        assert told <= kept_in(tmp_path)
        assert_verifies(tmp_path)
