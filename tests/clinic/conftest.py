"""A visit that has begun."""

import pytest

from asklepion.app import House
from asklepion.clinic import Visit
from tests.clinic.people import open_visit
from tests.conftest import People


@pytest.fixture
async def visit(house: House, people: People) -> Visit:
    """The doctor waits; the patient, with one heart rate in her record, has walked in."""
    return await open_visit(house, people)
