import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from asklepion.app import House
from asklepion.kit.errors import Busy, Incorrect, NotFound
from asklepion.records import Category
from asklepion.twin import Simulation
from asklepion.twin.engine.simulating import plan, read_wish
from asklepion.twin.service import simulating
from tests.conftest import NOON, People
from tests.twin.build import chart, condition, measured, patient, well
from tests.twin.test_service import HER, allow, bring_in, hers, his

# Nothing here asks a database anything that other tests do not ask of both.
pytestmark = pytest.mark.parametrize("database_url", [""])

PATH = "/api/twin/p-1/simulation"
BLEEDING = {
    "kind": "circulation",
    "length": 60,
    "events": [{"at": 0, "kind": "bleed", "values": {"ml_min": 600, "seconds": 60}}],
}
STANDING = {
    "kind": "circulation",
    "length": 60,
    "events": [{"at": 0, "kind": "tilt", "values": {"degrees": 90}}],
}
BREAKFAST = {
    "kind": "glucose",
    "length": 120,
    "events": [{"at": 0, "kind": "meal", "values": {"carbs_g": 50}}],
    "told": {"glucose": 95},
}


def known() -> list[dict[str, Any]]:
    return [patient(), *well(), measured("29463-7", 68, "kg"), measured("39156-5", 25, "kg/m2")]


def missing(of: Simulation) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in of.missing}


def last(of: Simulation, key: str) -> float:
    (curve,) = (one for one in of.curves if one.key == key)
    assert curve.values[-1] is not None
    return curve.values[-1]


async def test_a_simulation_begins_at_her_own_rest_and_is_in_her_log(
    house: House, people: People
) -> None:
    await bring_in(house, people, *known())
    await allow(house, people, *Category)

    seen = await house.twin.simulation(his(people), HER, BLEEDING)
    log = await house.records.accesses(hers(people), HER)

    assert seen.state == "computed"
    assert seen.calibrated.params == {"n": 8}
    assert {one.key: one.measured for one in seen.fit}["sbp"] == 121
    assert all(abs(one.measured - one.simulated) < 3 for one in seen.fit)
    assert seen.times[0] < 0 < seen.times[-1]
    assert {len(one.values) for one in seen.curves} == {len(seen.times)}
    assert last(seen, "heart_rate") > 72
    assert log[0].via == "simulation"


async def test_what_is_wanting_is_named_and_can_be_told(house: House, people: People) -> None:
    await bring_in(house, people, patient())

    first = await house.twin.simulation(hers(people), HER, STANDING)
    told = {"weight": 68, "height_cm": 165, "heart_rate": 70, "sbp": 120, "dbp": 75}
    second = await house.twin.simulation(hers(people), HER, STANDING | {"told": told})

    wanting = dict.fromkeys(("weight", "height_cm", "heart_rate", "sbp", "dbp"), "missing")
    assert (first.state, first.curves, missing(first)) == ("cannot", [], wanting)
    assert second.state == "computed"


async def test_what_she_hides_is_not_used(house: House, people: People) -> None:
    await bring_in(house, people, *known(), condition("44054006", "Diabetes type 2"))
    await allow(house, people, Category.DEMOGRAPHICS, Category.LABORATORY)

    seen = await house.twin.simulation(his(people), HER, BREAKFAST)

    assert seen.state == "cannot"
    assert missing(seen)["weight"] == "not_allowed"
    assert missing(seen)["dm"] == "not_allowed"


async def test_over_http_nobody_else_simulates_her_and_nonsense_is_refused(
    house: House, people: People, patient: Any, stranger: Any, doctor: Any, other_patient: Any
) -> None:
    await bring_in(house, people, *known())

    others = [
        (await client.post(PATH, json=BREAKFAST)).status_code
        for client in (stranger, doctor, other_patient)
    ]
    own = await patient.post(PATH, json=BREAKFAST)
    odd: list[Any] = [
        [],
        {},
        {"kind": "magic", "length": 10},
        {"kind": "circulation", "length": 1e12},
        {"kind": "circulation", "length": 10, "events": [7]},
        {"kind": "circulation", "length": 10, "events": [{"at": 0, "kind": "bleed"}]},
        {"kind": "circulation", "length": 10, "events": [{"at": "x", "kind": "tilt"}]},
        {"kind": "circulation", "length": 10, "told": {"mood": 3}},
        {"kind": "circulation", "length": 10, "told": {"sbp": "high"}},
        {"kind": "circulation", "length": 10, "more": 1},
        {"kind": "glucose", "length": 10, "told": {"glucose": [5, "stone"]}},
    ]
    refused = [(await patient.post(PATH, json=body)).status_code for body in odd]
    insulin = {"at": 0, "kind": "insulin", "values": {"units": 4}}
    dangers = [BLEEDING, BREAKFAST | {"events": [insulin]}]
    not_hers = [(await patient.post(PATH, json=body)).status_code for body in dangers]

    assert others == [401, 404, 404]
    assert own.status_code == 200
    assert own.json()["curves"][0]["key"] == "glucose"
    assert max(own.json()["curves"][0]["values"]) > 110
    assert set(refused) == {400}
    assert not_hers == [403, 403]


async def test_a_run_that_takes_too_long_is_ended(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring_in(house, people, *known())
    monkeypatch.setattr(simulating, "LONGEST_S", 0.2)

    with pytest.raises(Busy, match="too long"):
        await asyncio.wait_for(
            house.twin.simulation(hers(people), HER, STANDING | {"length": 1800}), 20
        )
    with pytest.raises(Incorrect, match="no such simulation"):
        await house.twin.simulation(hers(people), HER, {"kind": "weather", "length": 5})
    with pytest.raises(NotFound):
        await house.twin.simulation(his(people), HER, BLEEDING)


async def test_height_is_as_it_was_measured_before_it_is_reckoned(house: House) -> None:
    wish = read_wish(BREAKFAST)

    reckoned, seen = (
        plan(chart(*known(), *more), wish, NOON) for more in ((), (measured("8302-2", 171, "cm"),))
    )

    heights = [{one.key: one.value for one in of.inputs}["height_cm"] for of in (reckoned, seen)]
    assert heights == [164.9, 171.0]


async def test_glucose_is_told_in_either_of_its_units(house: House) -> None:
    wish = read_wish(BREAKFAST | {"told": {"glucose": [5.5, "mmol/L"], "weight": 70}})

    assert wish.told == {"glucose": pytest.approx(99, abs=0.2), "weight": 70}


async def test_one_account_has_one_simulation_running_and_one_waiting(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring_in(house, people, *known())
    await allow(house, people, *Category)
    started, is_over = asyncio.Queue[str](), asyncio.Event()

    async def work(job: Any) -> dict[str, Any]:
        await started.put(job["events"][0]["kind"])
        await is_over.wait()
        return {}

    monkeypatch.setattr(simulating, "_work", work)
    mine = [
        asyncio.ensure_future(house.twin.simulation(hers(people), HER, STANDING)) for _ in range(3)
    ]
    async with asyncio.timeout(20):
        (refused,), waiting = await asyncio.wait(mine, return_when=asyncio.FIRST_COMPLETED)
        other = asyncio.ensure_future(house.twin.simulation(his(people), HER, BLEEDING))
        kinds = {await started.get(), await started.get()}
        with pytest.raises(Busy, match="of yours"):
            await refused
        is_waiting = started.empty()
        is_over.set()
        done = await asyncio.gather(*waiting, other)

    assert kinds == {"tilt", "bleed"}  # one of hers and one of his
    assert is_waiting
    assert {one.state for one in done} == {"computed"}
    assert (await house.twin.simulation(hers(people), HER, STANDING)).state == "computed"


async def test_a_run_goes_behind_the_house_and_knows_none_of_its_secrets(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await bring_in(house, people, *known())
    told = tmp_path / "told.json"
    (tmp_path / "spying.py").write_text(
        "import json, os, pathlib\n"
        "from asklepion.twin.engine.physio.work import main\n"
        "main()\n"
        "seen = [os.nice(0), sorted(os.environ)]\n"
        f"pathlib.Path({str(told)!r}).write_text(json.dumps(seen))\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("ASKLEPION_SECRET", "x")
    monkeypatch.setattr(simulating, "WORKER", "spying")

    await house.twin.simulation(hers(people), HER, BREAKFAST)
    nice, names = json.loads(told.read_text())

    assert nice >= min(19, os.nice(0) + 10)
    assert {*names} <= {*simulating.KEPT, "LC_CTYPE"}
