"""All that the twin says of one patient at one moment."""

import msgspec

from .body import Body
from .cards import Card
from .foresight import Prevention
from .scores import Scored


class Refreshed(msgspec.Struct, frozen=True, kw_only=True):
    """Cards, scores, predictions, body and prevention from one look at the record.

    Each as its own route answers it. Predictions are for clinicians: for anybody else there are
    none.
    """

    patient: str
    at: str
    cards: list[Card]
    scores: list[Scored]
    predictions: list[Card]
    body: Body
    prevention: Prevention
