"""Published test vectors, from the folder of test data; without it their tests are skipped."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ASKLEPION_TEST_DATA", ROOT / "../shared/data"))
CLINICAL = DATA / "clinical"
NOT_HERE = "The test data is not here: set ASKLEPION_TEST_DATA."


def need_data() -> None:
    """Skip the test if the test data is not on this machine."""
    if not CLINICAL.is_dir():
        pytest.skip(NOT_HERE)


@cache
def _read() -> list[dict[str, Any]]:
    return json.loads((CLINICAL / "vectors.json").read_text("utf-8"))


def vectors(score: str, *, disputed: bool = False) -> list[Any]:
    """Every vector of one score, as parameters of a test; the disputed ones only if asked for."""
    if not CLINICAL.is_dir():
        return [pytest.param({}, marks=pytest.mark.skip(reason=NOT_HERE))]
    chosen = [
        vector
        for vector in _read()
        if vector["score"] == score and (vector["status"] == "disputed") is disputed
    ]
    return [pytest.param(vector, id=vector["id"]) for vector in chosen]


def all_vectors() -> list[dict[str, Any]]:
    """Every vector of every score, or none where the test data is not here."""
    return _read() if CLINICAL.is_dir() else []
