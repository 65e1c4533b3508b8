"""What the twin shows, as it travels: every text is a key of the catalogues with its parameters.

Only what stands in the patient's own record (the name of a condition, of a medicine) is text.
Moments are ISO 8601 in UTC, units are UCUM codes, references are FHIR's ("Observation/…").
"""

from .alerts import Alert, AlertAnswer, AlertChart, AlertFigures, AlertNews, AlertSheet, AlertWish
from .body import Body, Completeness, Entry, Finding, Measured, Organ, Point, State, Timeline, Vital
from .cards import (
    Card,
    CardEstimate,
    Change,
    Input,
    Interval,
    Missing,
    Params,
    Part,
    Reason,
    Source,
    Text,
)
from .estimates import Calibration, Estimated, Forecast, Forecaster, Outcome
from .foresight import (
    Amount,
    Associated,
    Due,
    Effect,
    Future,
    Futures,
    Harm,
    Lever,
    Offer,
    Outlook,
    Prevention,
    Want,
)
from .night import Night, Noted, Since
from .refreshed import Refreshed
from .scores import Option, Scored, ScoreInput, ScoreResult
from .simulation import Curve, Fit, Simulation

TO_TYPESCRIPT = (
    "AlertFigures",
    "AlertNews",
    "AlertSheet",
    "AlertWish",
    "Body",
    "Calibration",
    "Card",
    "Estimated",
    "Futures",
    "Prevention",
    "Scored",
    "Simulation",
    "Timeline",
    "Vital",
)

__all__ = [
    "Alert",
    "AlertAnswer",
    "AlertChart",
    "AlertFigures",
    "AlertNews",
    "AlertSheet",
    "AlertWish",
    "Amount",
    "Associated",
    "Body",
    "Calibration",
    "Card",
    "CardEstimate",
    "Change",
    "Completeness",
    "Curve",
    "Due",
    "Effect",
    "Entry",
    "Estimated",
    "Finding",
    "Fit",
    "Forecast",
    "Forecaster",
    "Future",
    "Futures",
    "Harm",
    "Input",
    "Interval",
    "Lever",
    "Measured",
    "Missing",
    "Night",
    "Noted",
    "Offer",
    "Option",
    "Organ",
    "Outcome",
    "Outlook",
    "Params",
    "Part",
    "Point",
    "Prevention",
    "Reason",
    "Refreshed",
    "ScoreInput",
    "ScoreResult",
    "Scored",
    "Simulation",
    "Since",
    "Source",
    "State",
    "Text",
    "Timeline",
    "Vital",
    "Want",
]
