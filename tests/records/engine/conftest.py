"""Real and invented resources for the engine's tests."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.records.engine import Indexer


@pytest.fixture(scope="session")
def synthea(test_data: Path) -> list[dict[str, Any]]:
    """Every entry of every Synthea bundle."""
    files = sorted((test_data / "synthea").glob("*.json"))
    return [e["resource"] for f in files for e in orjson.loads(f.read_bytes())["entry"]]


@pytest.fixture(scope="session")
def guides(test_data: Path) -> list[dict[str, Any]]:
    """The examples of three implementation guides: IPS, BALP and PCF."""
    files = [
        f for name in ("ips", "balp", "pcf") for f in (test_data / "fhir" / name).rglob("*.json")
    ]
    return [orjson.loads(f.read_bytes()) for f in sorted(files)]


@pytest.fixture
def indexer() -> Indexer:
    """One that every test shares the key of."""
    return Indexer(bytes(32), base="https://here.example/fhir/R4")
