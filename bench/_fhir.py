"""What the benches of records share: real bundles, or invented ones where there are none."""

import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INVENTED_BUNDLES, INVENTED_ENTRIES = 40, 275


def tell(
    name: str,
    value: float,
    unit: str,
    *,
    higher_is_better: bool,
    peer: str | None = None,
    peer_value: float | None = None,
) -> None:
    """Print one result."""
    row: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
    row |= {"higher_is_better": higher_is_better, "peer": peer}
    row |= {"peer_value": None if peer_value is None else round(peer_value, 2)}
    print(json.dumps(row), flush=True)


@dataclass
class Watch:
    """Time since it was started: on the wall, and of the processor for all threads."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> "Watch":
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu


def find_bundles(folder: Path) -> tuple[Path, str]:
    """A folder of bundles, and what to call it."""
    root = Path(__file__).parent.parent
    data = Path(os.environ.get("ASKLEPION_TEST_DATA", root.parent / "shared" / "data"))
    if (data / "synthea").is_dir():
        return data / "synthea", "Synthea"
    for number in range(INVENTED_BUNDLES):
        (folder / f"{number}.json").write_text(json.dumps(_bundle(number)))
    return folder, "invented"


def copies_of(source: Path, folder: Path, count: int) -> Path:
    """A folder with these bundles so many times over, each time about other people."""
    if count == 1:
        return source
    for path in sorted(source.glob("*.json")):
        text = path.read_text()
        for number in range(count):
            copy = UUID.sub(lambda it, number=number: f"{number:02x}{it[0][2:]}", text)
            (folder / f"{number}-{path.name}").write_text(copy)
    return folder


UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _bundle(number: int) -> dict[str, Any]:
    id = f"bench-{number}"
    person = {"resourceType": "Patient", "id": id, "birthDate": "1970-01-01", "gender": "other"}
    resources = [person, *(_reading(id, n) for n in range(1, INVENTED_ENTRIES))]
    entries = [
        {
            "fullUrl": f"urn:uuid:{each['id']}",
            "resource": each,
            "request": {"method": "POST", "url": each["resourceType"]},
        }
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _reading(patient: str, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"{patient}-{number}",
        "status": "final",
        "category": [{"coding": [{"system": KINDS, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": f"8867-{number % 20}"}]},
        "subject": {"reference": f"urn:uuid:{patient}"},
        "effectiveDateTime": f"20{number % 25:02}-0{number % 9 + 1}-11T08:00:00Z",
        "valueQuantity": {"value": 60 + number % 40, "unit": "/min"},
    }


KINDS = "http://terminology.hl7.org/CodeSystem/observation-category"
