"""How fast does the twin answer: its equations alone, a chart made into cards, the whole house?

The chart is that of an invented patient; the house is the real one on SQLite, with consent,
decision and log entry for every answer. No peer: what others ship computes one score at a time,
without a record, an interval or a decision.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from asklepion.app import House, open_house
from asklepion.cli.invented import bundle, mei, patient
from asklepion.identity import Caller, Identity, Role
from asklepion.kit.clock import SystemClock
from asklepion.records import Asking, Category
from asklepion.settings import Settings
from asklepion.twin import ckd_epi_2021, news2, prevent
from asklepion.twin.engine.body import make_body
from asklepion.twin.engine.card_egfr import egfr_card
from asklepion.twin.engine.card_news2 import news2_card
from asklepion.twin.engine.card_prevent import prevent_cards
from asklepion.twin.engine.chart import (
    Chart,
    read_conditions,
    read_medicines,
    read_person,
    read_readings,
)
from asklepion.twin.model import Bedside

HER = "Patient/mei-lin"
NOW = SystemClock().now()
FOR_S = 1.0
ASKED = 60


def tell(name: str, value: float, unit: str, *, higher_is_better: bool = True) -> None:
    """Print one result."""
    row: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
    row |= {"higher_is_better": higher_is_better, "peer": None, "peer_value": None}
    print(json.dumps(row), flush=True)


def rate(work: Callable[[], object]) -> float:
    """How often a second it can be done."""
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < FOR_S:
        work()
        count += 1
    return count / (time.perf_counter() - began)


def equations() -> None:
    """Each equation by itself."""
    person: dict[str, Any] = {"age": 50, "sex": "female", "sbp": 160, "bp_tx": True, "dm": True}
    person |= {"total_c": 200, "hdl_c": 45, "statin": False, "smoking": False, "egfr": 90}
    seen: dict[str, Any] = {"respiratory_rate": 18, "spo2": 98, "supplemental_o2": False}
    seen |= {"sbp": 120, "heart_rate": 72, "acvpu": "A", "temperature_c": 36.8}
    tell("prevent", rate(lambda: prevent(**person, bmi=35)), "people/s")
    tell("news2", rate(lambda: news2(**seen)), "people/s")
    tell("ckd_epi", rate(lambda: ckd_epi_2021(creatinine=1.1, age=50, sex="F")), "people/s")


def record() -> list[dict[str, Any]]:
    """Eight years of an invented life, and the vital signs of a minute ago."""
    her = patient("mei-lin", "林", "梅", "Mei Lin", "female", "1967-04-18")
    return [her, *mei(NOW), *vitals()]


def vitals() -> Iterator[dict[str, Any]]:
    """One reading of each, and what she says of herself."""
    at = (NOW - timedelta(minutes=1)).isoformat()
    for code, value, unit in (
        ("8867-4", 72, "/min"),
        ("9279-1", 15, "/min"),
        ("59408-5", 97, "%"),
        ("8310-5", 36.8, "Cel"),
        ("3151-8", 0, "L/min"),
    ):
        quantity = {"value": value, "unit": unit, "code": unit}
        yield vital(code, at, valueQuantity=quantity | {"system": "http://unitsofmeasure.org"})
    alert = {"coding": [{"system": "http://snomed.info/sct", "code": "248234008"}]}
    yield vital("80288-4", at, valueCodeableConcept=alert)


def vital(code: str, at: str, **value: Any) -> dict[str, Any]:
    """One Observation."""
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": f"now-{code}",
        "status": "final",
        "category": [{"coding": [{"system": category, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": HER},
        "effectiveDateTime": at,
        **value,
    }


def read(resources: list[dict[str, Any]]) -> Chart:
    """A chart of everything."""
    of: dict[str, list[dict[str, Any]]] = {}
    for resource in resources:
        of.setdefault(resource["resourceType"], []).append(resource)
    readings, unreadable = read_readings(of["Observation"])
    return Chart(
        person=read_person(of["Patient"][0]),
        readings=readings,
        unreadable=unreadable,
        conditions=read_conditions(of["Condition"]),
        medicines=read_medicines(of["MedicationRequest"]),
    )


def charts() -> None:
    """From FHIR to cards, without a house."""
    resources = record()
    chart = read(resources)
    tell("read_chart", rate(lambda: read(resources)) * len(resources), "resources/s")
    tell("cards_of_chart", 4 * rate(lambda: all_cards(chart)), "cards/s")
    tell("body_of_chart", rate(lambda: make_body(chart, HER, NOW)), "bodies/s")


def all_cards(chart: Chart) -> list[object]:
    """The four cards."""
    first = [news2_card(chart, NOW, Bedside()), egfr_card(chart, NOW)]
    return [*first, *prevent_cards(chart, NOW)]


@asynccontextmanager
async def furnished() -> AsyncGenerator[House]:
    """The real house with one record in it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), mqtt_port=0, port=0, open=False)
        async with open_house(settings) as house:
            console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
            await house.records.transact(console, bundle(record()))
            yield house


async def whole_house() -> None:
    """What a patient waits for, with decision and log entry."""
    async with furnished() as house:
        roles = frozenset({Role.PATIENT})
        caller = Caller(account="bench", name="Mei", roles=roles, person=HER)
        asking = Asking(caller=caller, purpose="PATRQT")
        for name in ("cards", "body", "timeline", "vitals"):
            verb: Callable[[Asking, str], Awaitable[object]] = getattr(house.twin, name)
            took = [await timed(verb(asking, HER)) for _ in range(ASKED)]
            tell(f"{name}_p50", 1000 * statistics.median(took), "ms", higher_is_better=False)
            p95 = statistics.quantiles(took, n=20)[-1]
            tell(f"{name}_p95", 1000 * p95, "ms", higher_is_better=False)


async def one_by_one(house: House, asking: Asking) -> None:
    """The same by the verbs of each part, each with a look of its own."""
    twin = house.twin
    await twin.cards(asking, HER)
    await twin.scores(asking, HER)
    await twin.predictions(asking, HER)
    await twin.body(asking, HER)
    await twin.foreseeing.prevention(asking, HER)


async def whole_refresh() -> None:
    """A new reading came: cards, scores, predictions, body and prevention again for her doctor."""
    async with furnished() as house:
        roles = frozenset({Role.PATIENT})
        her = Caller(account="bench", name="Mei", roles=roles, person=HER)
        doctor = Caller(
            account="doctor",
            name="Amara",
            roles=frozenset({Role.CLINICIAN}),
            person="Practitioner/amara",
        )
        await house.records.grant(
            Asking(caller=her, purpose="PATRQT"),
            patient=HER,
            actor="Practitioner/amara",
            categories=[*Category],
            until=NOW + timedelta(days=1),
        )
        asking = Asking(caller=doctor, purpose="TREAT")
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "refresh": lambda: house.twin.refresh(asking, HER),
            "one_by_one": lambda: one_by_one(house, asking),
        }
        for name, work in works.items():
            await work()  # what is read once for all: the models
            began = time.process_time()
            took = [await timed(work()) for _ in range(ASKED)]
            cpu_ms = 1000 * (time.process_time() - began) / ASKED
            tell(f"{name}_p50", 1000 * statistics.median(took), "ms", higher_is_better=False)
            tell(f"{name}_cpu", cpu_ms, "ms", higher_is_better=False)


async def timed(work: Awaitable[object]) -> float:
    """How long it takes [s]."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


if __name__ == "__main__":
    equations()
    charts()
    asyncio.run(whole_house())
    asyncio.run(whole_refresh())
