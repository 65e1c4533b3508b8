"""A visit with something to see in it."""

from datetime import timedelta

from asklepion.app import House
from asklepion.clinic import Visit
from asklepion.records import Asking
from tests.conftest import NOON, People

ROOM = "consulting-room-1"
UNTIL = NOON + timedelta(minutes=30)


async def open_visit(house: House, people: People) -> Visit:
    """The doctor waits; the patient, with one heart rate in her record, walks in."""
    await house.clinic.enter(people.doctor, ROOM)
    mine = Asking(caller=people.patient, purpose="PATRQT")
    clerk = Asking(caller=people.operator, purpose="HOPERAT")
    await house.records.update(clerk, {"resourceType": "Patient", "id": "p-1"})
    await house.records.create(mine, heart_rate())
    visit = await house.clinic.enter(people.patient, ROOM)
    assert visit is not None
    return visit


def heart_rate() -> dict[str, object]:
    """72 a minute, an hour ago."""
    coding = {"system": "http://loinc.org", "code": "8867-4"}
    vital = {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": "vital-signs",
    }
    unit = {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [vital]}],
        "code": {"coding": [coding]},
        "subject": {"reference": "Patient/p-1"},
        "effectiveDateTime": "2026-03-01T11:00:00Z",
        "valueQuantity": unit,
    }


async def seen(house: House, people: People, visit: Visit) -> int:
    """How many of her observations the doctor finds."""
    asking = Asking(caller=people.doctor, purpose="TREAT", visit=visit.id)
    found = await house.records.search(asking, "Observation", [("patient", "Patient/p-1")])
    return len(found.entries)
