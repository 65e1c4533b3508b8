import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from asklepion.app import House
from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock, to_iso
from asklepion.kit.errors import Incorrect, NotFound, Unauthenticated
from asklepion.records import Asking, Category, RecordImported
from asklepion.twin import Alert, AlertWish
from asklepion.twin.service.alerting import listening
from tests.conftest import NOON, People

from .build import condition, measured, patient
from .test_service import HER, Resource, allow, bring_in, hers, his

MINUTE = timedelta(minutes=1)
ILL = {
    "heart-rate": {"heart_rate": 135},
    "respiratory-rate": {"respiratory_rate": 28},
    "spo2": {"spo2": 88},
}
PATIENCE_S, TRIES = 5.0, 250


@pytest.fixture
def database_url() -> str:
    """SQLite alone: what both databases do is told in test_alerts_kept.py."""
    return ""


async def settle(house: House, count: int, asking: Asking) -> list[Alert]:
    """Wait until the watch has told so many."""
    for _ in range(TRIES):
        if len(found := await house.alerts.list(asking)) == count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{count} alerts were expected")


async def register(house: House, people: People, *more: Resource, **her: Any) -> str:
    await bring_in(house, people, patient(**her), *more)
    kinds = [*ILL, "ecg"]
    made = await house.devices.register(people.patient, patient=HER, name="Band", kinds=kinds)
    return made.device


async def watched(house: House, people: People) -> None:
    """Wait until the watch has taken in what was sent."""
    for _ in range(TRIES):
        if (await house.alerts.figures(hers(people))).patient_days:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody is watched over")


async def looks(house: House, people: People) -> int:
    """How often the watch has read her record."""
    log = await house.records.accesses(hers(people), HER)
    return sum((one.actor, one.action) == ("watch", "search") for one in log)


async def get_worse(house: House, device: str, *, minutes: int = 8) -> None:
    """A pulse that races and a saturation that falls, as the broker hands them over."""
    now = house.clock.now()
    for number in range(minutes):
        at = to_iso(now - (minutes - number) * MINUTE)
        for kind, values in ILL.items():
            payload = json.dumps({"at": at, "values": values}).encode()
            assert await house.devices.hear(device, f"devices/{device}/{kind}", payload) is None


@pytest.fixture
async def alert(house: House, people: People) -> Alert:
    """A grave alert of the patient's, whom the doctor may see."""
    device = await register(house, people)
    await allow(house, people, Category.DEMOGRAPHICS, Category.VITALS)
    await get_worse(house, device)
    (found,) = await settle(house, 1, hers(people))
    return found


async def test_readings_that_get_worse_raise_one_alert_that_holds_no_value(
    house: House, people: People, alert: Alert
) -> None:
    (seen,) = await house.alerts.list(his(people))

    assert (alert.rule, alert.severity, alert.state, alert.is_mine) == (
        *("news2", "grave", "open"),
        True,
    )
    assert (seen.id, seen.name, seen.is_mine) == (alert.id, "", False)
    assert "135" not in str(alert.references)
    log = await house.records.accesses(hers(people), HER)
    assert [one.action for one in log if one.actor == "watch"][-1:] == ["search"]
    assert {"alert"} <= {one.action for one in log}
    async with house.db.read() as tx:
        stored = await tx.all("SELECT * FROM twin_alert")
    assert b"news2" not in b"".join(cell for cell in stored[0] if isinstance(cell, bytes))


async def test_nobody_is_told_of_what_consent_does_not_let_them_see(
    house: House, people: People, alert: Alert
) -> None:
    others = (people.other_doctor, people.other_patient, people.operator)
    for other in others:
        assert await house.alerts.list(Asking(caller=other)) == []
        with pytest.raises(NotFound):
            await house.alerts.read(Asking(caller=other), alert.id)
        with pytest.raises(NotFound):
            await house.alerts.answer(Asking(caller=other), alert.id, "looking")
    with pytest.raises(Unauthenticated):
        await house.alerts.list(Asking(caller=Caller()))

    (given,) = await house.records.given(hers(people), HER)
    await house.records.revoke(hers(people), given.consent)

    assert await house.alerts.list(his(people)) == []
    await allow(house, people, Category.LABORATORY)
    assert await house.alerts.list(his(people)) == []


async def test_low_glucose_is_told_to_who_may_see_laboratory_values_alone(
    house: House, people: People
) -> None:
    await bring_in(house, people, patient())
    made = await house.devices.register(people.patient, patient=HER, name="M", kinds=["glucose"])
    given = await allow(house, people, Category.VITALS)
    at = to_iso(house.clock.now() - MINUTE)
    payload = json.dumps({"at": at, "values": {"glucose_mmol_l": 2.8}}).encode()
    topic = f"devices/{made.device}/glucose"
    assert await house.devices.hear(made.device, topic, payload) is None

    (hers_,) = await settle(house, 1, hers(people))

    assert (hers_.rule, hers_.severity) == ("glucose_low", "grave")
    assert await house.alerts.list(his(people)) == []
    await house.records.revoke(hers(people), given)
    await allow(house, people, Category.LABORATORY)
    (seen,) = await house.alerts.list(his(people))
    sheet = await house.alerts.read(his(people), seen.id)
    assert [(one.key, round(one.series[-1].value)) for one in sheet.charts] == [("glucose", 50)]
    assert any("level 2 below 3.0" in source.citation for source in sheet.sources)
    log = await house.records.accesses(hers(people), HER)
    assert {one.categories for one in log if one.action == "alert"} == {(Category.LABORATORY,)}


async def test_the_sheet_shows_the_readings_and_says_what_it_is_not(
    house: House, people: People, alert: Alert
) -> None:
    sheet = await house.alerts.read(his(people), alert.id)

    assert {chart.key for chart in sheet.charts} == {"heart_rate", "respiratory_rate", "spo2"}
    assert {chart.series[-1].value for chart in sheet.charts} == {135, 28, 88}
    assert sheet.charts[0].low is None  # eight minutes are no usual
    assert sheet.limits[0].key == "twin.alert.limit.no_emergency"


async def test_who_answers_is_seen_by_everybody_and_stands_in_her_log(
    house: House, people: People, alert: Alert
) -> None:
    answered = await house.alerts.answer(his(people), alert.id, "looking", "I call her.")
    (seen,) = await house.alerts.list(hers(people))

    assert answered.state == seen.state == "answered"
    (said,) = seen.answers
    assert (said.act, said.note, said.is_me, said.is_patient) == (
        *("looking", "I call her."),
        *(False, False),
    )
    (line,) = [
        one
        for one in await house.records.accesses(hers(people), HER)
        if one.action == "alert-answer"
    ]
    assert (line.actor, line.detail["act"]) == (people.doctor.account, "looking")
    assert await house.records.verify() == []


async def test_the_patient_alone_does_not_answer_for_who_is_to_help(
    house: House, people: People, alert: Alert, clock: StoppedClock
) -> None:
    hers_now = await house.alerts.answer(hers(people), alert.id, "looking")
    clock.at += 10 * MINUTE
    await house.alerts.sweep()
    (seen,) = await house.alerts.list(his(people))

    assert hers_now.state == "open"
    assert seen.is_unanswered
    assert seen.answers[0].is_patient


async def test_put_off_it_rings_no_more_for_one_and_quiet_time_lets_the_grave_through(
    house: House, people: People, alert: Alert
) -> None:
    with pytest.raises(Incorrect, match="so long"):
        await house.alerts.snooze(his(people), alert.id, 60)
    put_off = await house.alerts.snooze(his(people), alert.id, 20)
    quiet = AlertWish(quiet_from="11:00", quiet_until="13:00")
    await house.alerts.keep_wish(hers(people), quiet)
    (mine,) = await house.alerts.list(hers(people))

    assert put_off.snoozed_until == to_iso(NOON + 20 * MINUTE)
    assert mine.snoozed_until is None
    assert not mine.is_quiet
    for wrong in (AlertWish(zone="Mars"), AlertWish(quiet_from="25:00", quiet_until="1")):
        with pytest.raises(Incorrect):
            await house.alerts.keep_wish(hers(people), wrong)


async def test_without_a_reading_nobody_says_that_it_goes_on(
    house: House, people: People, alert: Alert, clock: StoppedClock
) -> None:
    clock.at += timedelta(hours=25)
    await house.alerts.sweep()
    (ended,) = await house.alerts.list(hers(people))

    assert (ended.state, ended.end_key) == ("ended", "twin.alert.end.silent")


async def test_who_weighs_herself_each_morning_is_not_silent_after_a_day(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, patient())
    asking = Asking(caller=people.operator, purpose="HOPERAT", via="hl7")
    weighed = ((80.0, timedelta(days=2)), (82.4, 30 * MINUTE), (82.5, 5 * MINUTE))
    for number, (value, ago) in enumerate(weighed):
        await house.records.create(
            asking, measured("29463-7", value, "kg", ago), id=f"weight-{number}"
        )
    await house.alerts.keep_wish(hers(people), AlertWish())
    (found,) = await settle(house, 1, hers(people))
    assert found.rule == "weight_gain"

    states: list[str] = []
    for _ in range(2):
        clock.at += timedelta(hours=25)
        await house.alerts.sweep()
        states += [one.state for one in await house.alerts.list(hers(people))]

    assert states == ["open", "ended"]


async def test_what_comes_by_another_way_is_heard_as_well(
    house: House, people: People, clock: StoppedClock
) -> None:
    device = await register(house, people)
    await get_worse(house, device, minutes=1)
    await watched(house, people)
    await house.alerts.keep_wish(hers(people), AlertWish())
    clock.at += 20 * MINUTE
    grave = [measured("59408-5", 85, "%", n * MINUTE) for n in range(-2, -20, -2)]
    asking = Asking(caller=people.operator, purpose="HOPERAT", via="hl7")
    for number, one in enumerate(grave):
        await house.records.create(asking, one, id=f"late-{number}")

    (found,) = await settle(house, 1, hers(people))
    assert found.rule == "news2"


async def test_a_reading_from_the_future_does_not_stop_the_watch(
    house: House, people: People
) -> None:
    device = await register(house, people)
    asking = Asking(caller=people.operator, purpose="HOPERAT", via="hl7")
    ahead = -timedelta(days=3)
    for code, value, unit in (("8867-4", 70, "/min"), ("59408-5", 98, "%")):
        await house.records.create(asking, measured(code, value, unit, ahead), id=f"ahead-{code}")
    await get_worse(house, device)

    (found,) = await settle(house, 1, hers(people))
    assert found.severity == "grave"


async def test_who_switches_it_off_is_watched_no_more(house: House, people: People) -> None:
    device = await register(house, people)
    await house.alerts.keep_wish(hers(people), AlertWish(is_on=False))
    await get_worse(house, device)
    await asyncio.sleep(0.3)

    assert await house.alerts.list(hers(people)) == []


async def test_with_the_watch_what_is_open_ends(house: House, people: People, alert: Alert) -> None:
    await house.alerts.keep_wish(hers(people), AlertWish(is_on=False))
    (ended,) = await house.alerts.list(hers(people))

    assert (ended.state, ended.end_key) == ("ended", "twin.alert.end.off")
    log = await house.records.accesses(hers(people), HER)
    assert [one.actor for one in log if one.action == "alert-end"] == [people.patient.account]


@pytest.mark.parametrize(
    ("born", "more"),
    [
        ("2016-01-01", ()),
        (None, ()),
        ("1990-01-01", (condition("77386006", "Pregnancy"),)),
    ],
)
async def test_a_score_for_adults_is_not_told_of_children_nor_in_pregnancy(
    house: House, people: People, born: str | None, more: tuple[Resource, ...]
) -> None:
    device = await register(house, people, *more, birthDate=born or "1990")
    if born is None:
        operator = Asking(caller=people.operator, purpose="HOPERAT")
        await house.records.update(operator, {"resourceType": "Patient", "id": "p-1"})
    await get_worse(house, device)
    await watched(house, people)

    assert await house.alerts.list(hers(people)) == []


async def test_what_devices_hand_over_and_is_never_watched_is_not_looked_for(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SOON_S", 0.02)
    device = await register(house, people)
    await get_worse(house, device, minutes=1)
    await watched(house, people)
    before = await looks(house, people)

    for number in range(3):
        at = to_iso(NOON - timedelta(seconds=9 - number))
        wave = {"at": at, "rate_hz": 250, "factor": 0.005, "lead": "I", "samples": [1, 2, 3] * 80}
        data = json.dumps(wave).encode()
        assert await house.devices.hear(device, f"devices/{device}/ecg", data) is None
    while await house.events.deliver():
        continue
    await asyncio.sleep(0.2)

    assert await looks(house, people) == before


async def test_what_comes_by_another_way_is_looked_for_once_in_a_while(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SOON_S", 0.02)
    device = await register(house, people)
    await get_worse(house, device, minutes=1)
    await watched(house, people)
    before = await looks(house, people)

    asking = Asking(caller=people.operator, purpose="HOPERAT", via="hl7")
    for number in range(4):
        await house.records.create(asking, measured("55423-8", 20, "{steps}"), id=f"s-{number}")
        while await house.events.deliver():
            continue
        await asyncio.sleep(0.1)

    assert await looks(house, people) == before + 1


async def test_after_an_import_in_many_parts_one_look_raises_nothing_anew(
    house: House,
    people: People,
    alert: Alert,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "IMPORTED_S", 0.1)
    await house.alerts.keep_wish(hers(people), AlertWish(is_on=False))  # it is over
    await house.alerts.keep_wish(hers(people), AlertWish())
    clock.at += MINUTE
    await asyncio.sleep(0.3)
    before = await looks(house, people)

    for _ in range(5):
        async with house.db.begin() as tx:
            await house.events.tell(tx, RecordImported(HER, 500))
        while await house.events.deliver():
            continue
    await asyncio.sleep(0.5)

    assert await looks(house, people) == before + 1
    assert [one.state for one in await house.alerts.list(hers(people))] == ["ended"]


async def test_one_alert_that_cannot_be_read_keeps_no_other_from_going_on(
    house: House, people: People, alert: Alert, clock: StoppedClock
) -> None:
    async with house.db.begin() as tx:
        await tx.run(
            "INSERT INTO twin_alert (id, patient, mark, told, tier, raised_at, changed_at,"
            " escalates_at) SELECT 'bad', 'Patient/p-9', mark, substr(told, 1, 8), tier, raised_at,"
            " changed_at, escalates_at - 1 FROM twin_alert"
        )
    clock.at += 10 * MINUTE
    await house.alerts.sweep()

    (seen,) = await house.alerts.list(his(people))
    assert seen.is_unanswered


async def test_on_the_line_an_alert_comes_and_goes_with_consent(
    house: House, people: People
) -> None:
    device = await register(house, people)
    await allow(house, people, Category.VITALS)
    line = house.alerts.watch(his(people))
    assert (await anext(line)).kind == "listening"
    await get_worse(house, device)

    async with asyncio.timeout(PATIENCE_S):
        came = await anext(line)
    (given,) = await house.records.given(hers(people), HER)
    await house.records.revoke(hers(people), given.consent)
    async with asyncio.timeout(PATIENCE_S):
        while (gone := await anext(line)).alerts:
            continue
    await line.aclose()

    assert [one.rule for one in came.alerts] == ["news2"]
    assert (gone.kind, gone.patient) == ("alerts", HER)


async def test_over_http_one_sees_answers_and_wishes(
    patient: AsyncClient, doctor: AsyncClient, stranger: AsyncClient, alert: Alert
) -> None:
    path = f"/api/twin/alerts/{alert.id}"
    assert (await stranger.get("/api/twin/alerts")).status_code == 401
    assert [one["id"] for one in (await doctor.get("/api/twin/alerts")).json()] == [alert.id]
    assert (await doctor.get(path)).json()["alert"]["id"] == alert.id
    said = await doctor.post(f"{path}/answer", json={"act": "looking", "note": "I come."})
    assert said.json()["state"] == "answered"
    assert (await doctor.post(f"{path}/snooze", json={"minutes": 10})).status_code == 200
    wish = {"zone": "Asia/Shanghai", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert (await patient.put("/api/twin/alerts/wish", json=wish)).status_code == 200
    assert (await patient.get("/api/twin/alerts/wish")).json()["zone"] == "Asia/Shanghai"
    assert (await patient.get("/api/twin/alerts/figures")).json()["raised"] == 1
    assert (await doctor.get("/api/twin/alerts/figures")).status_code == 403


async def test_a_strangers_line_is_closed_before_anything_is_said(app: FastAPI) -> None:
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "websocket",
        "path": "/api/twin/alerts/live",
        "raw_path": b"/api/twin/alerts/live",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "subprotocols": [],
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    await app(scope, receive, send)

    assert [one["type"] for one in said] == ["websocket.accept", "websocket.close"]
    assert said[-1]["code"] == 4401
