"""Overnight everybody is computed as one by one, and told only to whoever may see it all."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from cryptography.exceptions import InvalidTag

from asklepion.app import House, open_house
from asklepion.identity import Identity
from asklepion.kit.clock import StoppedClock, to_us
from asklepion.kit.errors import Conflict, Incorrect
from asklepion.records import Asking, Category, Ground, Survey
from asklepion.records.engine.categories import OBSERVATIONS, category_of
from asklepion.settings import Settings, read_settings
from asklepion.twin.engine.chart import UNUSABLE
from asklepion.twin.engine.night import chunk
from asklepion.twin.engine.night.chunk import Flat
from asklepion.twin.engine.night.numbers import Number
from asklepion.twin.engine.night.pool import Held, Pool
from asklepion.twin.engine.night.work import READ_BY, Task, codes, noted, questions, work
from asklepion.twin.engine.questions import MOST, Answer
from asklepion.twin.service.looking import RESTS_ON, Looking
from asklepion.twin.service.nightly import NIGHTLY, Nightly, Nights, in_her_name, reading
from asklepion.twin.wire import Noted
from tests.conftest import NOON, People

from .build import DAY, MINUTE, Resource, condition, measured, medicine
from .test_refreshing import RECORDS
from .test_service import HER, allow, bring_in, hers, his, record

SQLITE = pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
WAIT_TIMES = 6000
KINDS = [kind for kind in RECORDS if kind != "empty"]


def of_another(resources: list[Resource], id: str) -> list[Resource]:
    """The same record, of somebody else."""
    text = msgspec.json.encode(resources).replace(b"Patient/p-1", f"Patient/{id}".encode())
    found: list[Resource] = msgspec.json.decode(text)
    return [
        one | {"id": id if one["resourceType"] == "Patient" else f"{id}-{one['id']}"}
        for one in found
    ]


def numbers(found: Iterable[Noted]) -> dict[str, dict[str, Any]]:
    """All that is told of each."""
    told = Noted.__struct_fields__
    return {one.name: {field: getattr(one, field) for field in told} for one in found}


async def one_by_one(house: House, people: People) -> list[Number]:
    """What a refresh says: hers of cards and scores, her doctor's of predictions."""
    mine = await house.twin.refresh(hers(people), HER)
    for card in (await house.twin.refresh(his(people), HER)).predictions:
        if card.state == "asked_first":
            await house.twin.estimates.give(his(people), HER, card.id, None)
    theirs = await house.twin.refresh(his(people), HER)
    return noted([*mine.cards, *theirs.predictions], mine.scores)


async def last(house: House, people: People) -> list[Noted]:
    """What was computed of her overnight, as her doctor is told it once she has answered."""
    for card in await house.twin.cards(his(people), HER):
        if card.state == "asked_first":
            await house.twin.estimates.give(his(people), HER, card.id, None)
    return [one.now for one in (await house.twin.nightly.of(his(people), HER)).found]


@pytest.mark.parametrize("of", KINDS)
async def test_overnight_is_what_one_by_one_is(house: House, people: People, of: str) -> None:
    await bring_in(house, people, *RECORDS[of]())
    await bring_in(house, people, *of_another(record(), "p-2"), *of_another(record(), "p-3"))
    await allow(house, people, *Category)
    expected = await one_by_one(house, people)

    done = await house.twin.nightly.over_all(at_once=2)

    assert done.patients == 3
    assert len(expected) >= 3
    assert numbers(await last(house, people)) == numbers(expected)
    assert list((house.settings.data / "nightly").rglob("*.parquet")) == []


@SQLITE
async def test_a_hundred_thousand_readings_of_a_pulse_make_no_night_long(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "NEWEST", 50)
    beats = [
        measured("8867-4", 60 + n % 30, "/min", n * MINUTE) | {"id": f"beat-{n}"} for n in range(60)
    ]
    await bring_in(house, people, *record(), *beats)
    await grow_old(house, "beat-59", 100_000)
    gather, rows = house.records.survey.gather, list[str]()

    async def counting(*asked: Any) -> Any:
        found = await gather(*asked)
        rows.extend(one.type for one in found)
        return found

    monkeypatch.setattr(house.records.survey, "gather", counting)
    before = len(await house.records.accesses(hers(people), HER))

    done = await house.twin.nightly.over_all()

    assert (done.patients, done.skipped) == (1, 0)  # no text of the old ones could be opened
    assert 50 <= rows.count("Observation") <= 50 + len(record())
    (line,) = (await house.records.accesses(hers(people), HER))[:-before]
    assert line.what["Observation"] == rows.count("Observation")


async def grow_old(house: House, id: str, count: int) -> None:
    """So many more readings like this one, each a minute older; nobody can open their texts."""
    async with house.db.begin() as tx:
        row = await tx.one("SELECT rid FROM records_res WHERE id = :id", id=id)
        last = await tx.one("SELECT max(rid) FROM records_res")
        assert row
        assert last
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
        for table, columns in COPIED.items():
            values = {"rid": row[0], "last": last[0], "count": count}
            if table == "records_date":
                values["step"] = 60_000_000
            names = ", ".join(columns)
            sql = (
                f"INSERT INTO {table} (rid, {names}) {numbers}"
                f" SELECT :last + n.i, {', '.join(columns.values())} FROM n, {table} t"
                " WHERE t.rid = :rid"
            )
            await tx.run(sql, **values)


COPIED = {
    "records_res": {
        **{name: f"t.{name}" for name in ("type", "version", "updated_at", "patient", "category")},
        **{name: f"t.{name}" for name in ("author", "deleted", "digest", "labels")},
        "key": "t.key + n.i",
        "id": "t.id || '-' || n.i",
        "body": "zeroblob(64)",
    },
    "records_tok": {"k": "t.k"},
    "records_ref": {"param": "t.param", "target": "t.target"},
    "records_date": {"param": "t.param", "lo": "t.lo - n.i * :step", "hi": "t.hi - n.i * :step"},
}


def test_what_is_read_of_a_code_reaches_as_far_as_any_question_is_followed() -> None:
    asked = [one for one in questions(HER, NOON) if one.type == "Observation"]

    assert max(one.count + (one.pages - 1) * MOST for one in asked) < chunk.NEWEST


@SQLITE
async def test_it_asks_in_her_own_name_and_stands_in_her_log_once(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())
    before = len(await house.records.accesses(hers(people), HER))

    await house.twin.nightly.over_all()

    (line,) = (await house.records.accesses(hers(people), HER))[:-before]
    assert (line.actor, line.via, line.outcome) == (NIGHTLY, "risk cards", "permit")
    assert line.what["Observation"] >= 10


@SQLITE
async def test_only_whoever_may_see_all_it_rests_on_is_told(
    house: House, people: People, stranger: Any, other_patient: Any, patient: Any, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    await house.twin.nightly.over_all()
    path = "/api/twin/p-1/nightly"
    codes = [(await one.get(path)).status_code for one in (stranger, other_patient, doctor)]
    for category in RESTS_ON:
        consent = await allow(house, people, *(one for one in Category if one is not category))
        assert (await doctor.get(path)).status_code == 404, category
        await house.records.revoke(hers(people), consent)

    await allow(house, people, *Category)
    hidden = (await doctor.get(path)).json()
    mine = (await patient.get(path)).json()

    assert codes == [401, 404, 404]
    names = {one["now"]["name"] for one in hidden["found"]}
    assert "egfr" in names
    assert not names & {"prevent10", "prevent30", "SCORE2", "PCE"}  # her own estimate first
    assert {"prevent10", "prevent30"} <= {one["now"]["name"] for one in mine["found"]}


@SQLITE
async def test_however_an_input_is_filed_whoever_may_not_see_it_is_told_nothing(
    house: House, people: People, doctor: Any
) -> None:
    filed = ["", *OBSERVATIONS]
    inputs = [
        measured("2160-0", 1.1, "mg/dL", DAY, name) | {"id": f"filed-{at}"}
        for at, name in enumerate(filed)
    ]
    del inputs[0]["category"]
    await bring_in(house, people, *record(), *inputs)
    await house.twin.nightly.over_all()
    for one in inputs:
        hidden = category_of(one)
        consent = await allow(house, people, *(each for each in Category if each is not hidden))

        answer = await doctor.get("/api/twin/p-1/nightly")

        assert answer.status_code == 404, hidden
        await house.records.revoke(hers(people), consent)


@SQLITE
async def test_what_rests_on_something_taken_back_is_told_no_more_until_the_next_night(
    house: House, people: People, clock: StoppedClock, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    await house.twin.nightly.over_all()
    clock.at += 5 * MINUTE
    operator = Asking(caller=people.operator, purpose="HOPERAT", via="import")
    newer = measured("8867-4", 71, "/min", -MINUTE) | {"id": "newer"}
    await bring_in(house, people, newer)
    before = (await doctor.get("/api/twin/p-1/nightly")).status_code

    await house.records.delete(operator, "Observation", "newer")
    clock.at += 5 * MINUTE
    after = (await doctor.get("/api/twin/p-1/nightly")).status_code
    await house.twin.nightly.over_all()

    assert (before, after) == (200, 404)
    assert (await doctor.get("/api/twin/p-1/nightly")).status_code == 200


@SQLITE
async def test_of_learned_models_a_patient_is_told_nothing(house: House, people: People) -> None:
    await bring_in(house, people, *RECORDS["ill"]())
    await house.twin.nightly.over_all()

    told = {one.now.name for one in (await house.twin.nightly.of(hers(people), HER)).found}

    assert "egfr" in told
    assert not told & {"icu_death", "icu_stay", "sepsis", "readmission"}


@SQLITE
async def test_the_next_night_says_what_changed_most_first(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    await house.twin.nightly.over_all()
    clock.at += DAY
    worse = measured("2160-0", 3.9, "mg/dL", -DAY, "laboratory") | {"id": "worse"}
    await bring_in(house, people, worse)

    await house.twin.nightly.over_all()

    told = await house.twin.nightly.of(hers(people), HER)
    first = told.found[0]
    assert told.before_at
    assert first.before is not None
    kidneys = next(one for one in told.found if one.now.name == "egfr")
    assert kidneys.before is not None
    assert kidneys.now.value < kidneys.before / 3


@SQLITE
async def test_with_her_erasure_goes_what_was_computed_and_none_comes_back(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record(), *of_another(record(), "p-2"))
    await house.twin.nightly.over_all()
    keep = house.twin.nightly._keep  # pyright: ignore[reportPrivateUsage]
    found = noted((await house.twin.refresh(hers(people), HER)).cards, [])

    await house.records.erase(hers(people), HER, Ground.WITHDRAWN)
    await keep({HER: found}, NOON)  # what was being computed meanwhile

    async with house.db.read() as tx:
        rows = await tx.all("SELECT patient FROM twin_night")
    assert [row[0] for row in rows] == ["Patient/p-2"]


@SQLITE
async def test_what_cannot_be_read_of_one_spoils_nothing_of_the_others(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    await bring_in(house, people, *of_another(record(), "p-2"), *of_another(record(), "p-3"))
    await house.twin.nightly.over_all()
    async with house.db.begin() as tx:
        sql = "UPDATE records_res SET body = :body WHERE patient = 'Patient/p-2'"
        await tx.run(f"{sql} AND type = 'Observation'", body=b"\0" * 64)
        sql = "UPDATE twin_night SET sealed = substr(sealed, 1, 40) WHERE patient = 'Patient/p-3'"
        await tx.run(sql)
    clock.at += DAY

    done = await house.twin.nightly.over_all()

    assert (done.patients, done.skipped) == (2, 1)
    assert sorted(await _rows(house)) == [
        (HER, to_us(NOON + DAY)),
        ("Patient/p-2", to_us(NOON)),  # what she had
        ("Patient/p-3", to_us(NOON + DAY)),
    ]


def test_whom_nothing_can_be_computed_of_spoils_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, path = bytes(range(32)), tmp_path / "x.parquet"
    chunk.write(path, [flat_of(record()[0], at, patient=at) for at in range(3)], key)

    def spoilt(patient: str, *_: object) -> list[Number]:
        if patient == "Patient/b":
            raise ZeroDivisionError
        return []

    monkeypatch.setattr("asklepion.twin.engine.night.work.note", spoilt)
    people = ["Patient/a", "Patient/b", "Patient/c"]

    found = work(Task(patients=people, file=path, key=key, now=NOON))

    assert found == [("Patient/a", []), ("Patient/b", "ZeroDivisionError"), ("Patient/c", [])]


def flat_of(resource: Resource, at: int, patient: int = 0) -> Flat:
    """A resource as it stands in a chunk."""
    return Flat(
        patient=patient,
        type=resource["resourceType"],
        number=at,
        start=at,
        end=at,
        updated_at=at,
        body=msgspec.json.encode(resource),
    )


async def test_a_file_says_nothing_without_the_key_of_its_run(tmp_path: Path) -> None:
    key, path = bytes(range(32)), tmp_path / "x.parquet"
    kept = [*record(), condition("73211009", "Diabetes"), medicine("617311", "Atorvastatin")]
    rows = [flat_of(one, at) for at, one in enumerate(kept)]

    chunk.write(path, rows, key)

    content = path.read_bytes()
    for word in (b"Atorvastatin", b"44054006", b"8867-4", b"p-1", b"valueQuantity"):
        assert word not in content
    ((place, held),) = chunk.read(path, key)
    assert place == 0
    assert [one.resource for one in held] == kept
    with pytest.raises(InvalidTag):
        list(chunk.read(path, bytes(32)))


def test_the_same_rows_written_twice_under_one_key_share_no_sealed_text(tmp_path: Path) -> None:
    key, rows = bytes(range(32)), [flat_of(one, at) for at, one in enumerate(record())]

    for name in ("a", "b"):
        chunk.write(tmp_path / name, rows, key)

    sql = "SELECT text[1:12] FROM read_parquet($1)"  # the nonce
    first, second = (duckdb.execute(sql, [str(tmp_path / name)]).fetchall() for name in "ab")
    assert len({*first, *second}) == 2 * len(rows)


def test_what_memory_does_not_hold_spills_into_the_private_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, spills = duckdb.connect, list[str]()

    def seen(*given: Any, **more: Any) -> Any:
        made = connect(*given, **more)
        spills.extend(made.execute("SELECT current_setting('temp_directory')").fetchone() or ())
        return made

    monkeypatch.setattr("asklepion.twin.engine.night.chunk.duckdb.connect", seen)

    chunk.write(tmp_path / "x", [flat_of(record()[0], 0)], bytes(32))
    list(chunk.read(tmp_path / "x", bytes(32)))

    assert spills == [str(tmp_path)] * 2


@SQLITE
async def test_killed_in_the_middle_it_leaves_no_rows_and_begins_again(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_house(settings) as house:
        console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
        for n in range(12):
            entries = [
                {
                    "resource": one,
                    "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
                }
                for one in of_another(record(), f"n-{n}")
            ]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
            await house.records.transact(console, bundle)
    code = (
        "import asyncio\n"
        "from asklepion.app import open_house\n"
        "from asklepion.settings import read_settings\n"
        "async def run():\n"
        "    async with open_house(read_settings(), serving=False) as house:\n"
        "        await house.twin.nightly.over_all(at_once=1)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(run())\n"
    )
    script = tmp_path / "run.py"
    script.write_text(code)
    environment = {**os.environ, "ASKLEPION_DATA": str(settings.data)}
    killed = await asyncio.create_subprocess_exec(
        sys.executable, str(script), env=environment, start_new_session=True
    )
    left = settings.data / "nightly"
    await until(lambda: bool(list(left.rglob("*.parquet"))))
    os.killpg(killed.pid, signal.SIGKILL)
    await killed.wait()
    assert list(left.rglob("*.parquet"))

    async with open_house(settings) as house:
        await until(lambda: not list(left.rglob("*.parquet")))
        done = await house.twin.nightly.over_all()

    assert done.patients == 12


async def test_whoever_computes_ends_with_a_house_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, time\n"
        "from asklepion.twin.service.nightly.workers import open_processes\n"
        "if __name__ == '__main__':\n"
        "    pool, _ = open_processes()\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    pool.submit(time.sleep, 600).result()\n"
    )
    script = tmp_path / "run.py"
    script.write_text(code)
    house = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=asyncio.subprocess.PIPE
    )
    assert house.stdout
    worker = int(await house.stdout.readline())
    assert _lives(worker)

    house.kill()
    await house.wait()

    await until(lambda: not _lives(worker))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@SQLITE
async def test_at_its_hour_the_house_begins_by_itself(
    house: House, people: People, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring_in(house, people, *record())
    monkeypatch.setattr("asklepion.twin.service.nightly.TICK_S", 0.01)
    nightly = Nightly(
        nights=Nights(folder=house.settings.data / "another", hour=NOON.hour),
        db=house.db,
        clock=clock,
        vault=house.vault,
        records=house.records,
        estimates=house.twin.estimates,
    )
    clock.at = NOON - MINUTE
    task = asyncio.create_task(nightly.run())
    await asyncio.sleep(0.2)
    too_early = await _rows(house)
    clock.at = NOON + MINUTE

    for _ in range(WAIT_TIMES):
        if await _rows(house):
            break
        await asyncio.sleep(0.01)
    clock.at = NOON + 2 * MINUTE
    await asyncio.sleep(0.2)  # once a night is enough
    task.cancel()

    assert too_early == []
    assert await _rows(house) == [(HER, to_us(NOON + MINUTE))]


@SQLITE
async def test_an_hour_that_no_day_has_does_not_end_the_house(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Incorrect, match="NIGHTLY_HOUR is 24"):
        read_settings({"ASKLEPION_NIGHTLY_HOUR": "24"})
    monkeypatch.setattr("asklepion.twin.service.nightly.TICK_S", 0.01)
    nightly = Nightly(
        nights=Nights(folder=house.settings.data / "another", hour=24),
        db=house.db,
        clock=house.clock,
        vault=house.vault,
        records=house.records,
        estimates=house.twin.estimates,
    )

    task = asyncio.create_task(nightly.run())
    await asyncio.sleep(0.1)

    assert not task.done()
    task.cancel()


async def _rows(house: House) -> list[Any]:
    async with house.db.read() as tx:
        return await tx.all("SELECT patient, at FROM twin_night")


@SQLITE
async def test_one_runs_at_a_time(house: House, people: People) -> None:
    await bring_in(house, people, *record())
    folder = house.twin.nightly._folder  # pyright: ignore[reportPrivateUsage]

    with folder.open() as mine, pytest.raises(Conflict, match="already"):
        assert mine is not None
        (mine / "x.parquet").touch()
        folder.clean()
        assert (mine / "x.parquet").exists()
        assert mine.stat().st_mode & 0o777 == 0o700
        await house.twin.nightly.over_all()


@SQLITE
async def test_in_memory_a_question_finds_what_the_record_finds(
    house: House, people: People
) -> None:
    now = house.clock.now()
    for of in KINDS:
        await bring_in(house, people, *of_another(RECORDS[of](), f"of-{of}"))
    for of in KINDS:
        her = f"Patient/of-{of}"
        asked = questions(her, now)
        found = await Looking(house.records).ask(in_her_name(her), her, asked)

        answers = Pool(await held_of(house, her)).answers(asked)

        assert [_told(one) for one in answers] == [_told(one) for one in found]


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that another process or task does."""
    for _ in range(WAIT_TIMES):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("It never was so.")


async def held_of(house: House, patient: str) -> list[Held]:
    """All that is read of a record, in memory."""
    wanted = Survey(
        sorted_by=READ_BY,
        coded="Observation",
        codes=codes(house.clock.now()),
        most=chunk.NEWEST,
        unusable=UNUSABLE,
    )
    return [
        Held(
            type=one.type,
            number=one.number,
            start=one.start,
            end=one.end,
            updated_at=one.updated_at,
            resource=msgspec.json.decode(one.body),
        )
        for one in await house.records.survey.gather([in_her_name(patient)], wanted)
    ]


def _told(answer: Answer) -> Any:
    return answer.question, answer.entries, answer.pages, answer.is_cut
