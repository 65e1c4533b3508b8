"""What is read of each record overnight, and so what a number of that night may rest on."""

from datetime import datetime

from asklepion.records import Survey

from ...engine.chart import OF_A_PERSON, UNUSABLE
from ...engine.night.chunk import NEWEST
from ...engine.night.work import READ_BY, codes


def survey(now: datetime) -> Survey:
    """Everything that cards, scores and predictions ask for at this moment."""
    return Survey(
        sorted_by=READ_BY,
        coded="Observation",
        codes=codes(now),
        most=NEWEST,
        unusable=UNUSABLE,
        own=OF_A_PERSON,
    )
