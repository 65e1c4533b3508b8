"""The card of SCORE2 or SCORE2-OP, where it alone foretells the next ten years."""

from datetime import datetime

from ..wire import Card
from .card_prevent import read_prevent
from .cards import Frame, as_inputs, iso, limit, limit_old
from .chart import Chart
from .prevention.european import READS, european

CARD = "score2"
NAMES = {"score2": "SCORE2", "score2_op": "SCORE2-OP"}


def score2_card(chart: Chart, now: datetime, region: str) -> Card | None:
    """The outlook as a card; nothing where it has no number."""
    outlook = european(chart, now, region) if region else None
    if outlook is None or outlook.value is None:
        return None
    reading = read_prevent(chart, now)
    shown = [reading.inputs["egfr" if key == "creatinine" else key] for key in READS]
    frame = Frame(id=CARD, unit="%", digits=1, horizon=outlook.horizon, source=outlook.source)
    return frame.compute(
        outlook.value,
        outlook.interval,
        inputs=as_inputs(dict.fromkeys(shown)),
        limits=[limit("judgement"), limit("absent_means_no"), *limit_old(reading.as_of, now)],
        as_of=iso(reading.as_of),
        version=f"{NAMES[outlook.id]} {region}",
    )
