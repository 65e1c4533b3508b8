"""Twin: what a patient's own record says about her body, and what may follow from it.

Promises: every number comes as a card with its inputs, horizon, interval, source and limits;
what cannot be told says what it needs. Three equations are plain functions:

    news2(respiratory_rate=18, spo2=98, supplemental_o2=False, sbp=120, heart_rate=72,
          acvpu="A", temperature_c=36.8)
    ckd_epi_2021(creatinine=1.1, creatinine_unit="mg/dL", age=50, sex="female")
    prevent(age=50, sex="female", sbp=160, bp_tx=True, total_c=200, hdl_c=45, statin=False,
            dm=True, smoking=False, egfr=90, bmi=35, horizon_years=10)

`SCORES` has these and all other published scores by name, each a function of plain keywords too.
Each returns its result, or `Cannot` with every need, and never raises on a value. `learned` holds
the models that were fitted to data: how to open one, ask it, and have it explained.
`Patient`, `simulate` and what belongs to them are the physiology, for places above: see `physio`.
Never: reads a record past a decision of `records`; gives a number without its card.
"""

import importlib
from typing import TYPE_CHECKING

from .engine.ckd_epi import Egfr, ckd_epi_2021
from .engine.news2 import News2, news2
from .engine.prevent import Prevent, prevent
from .engine.scores import SCORES, Score, answer, describe, find_score
from .model import Bedside, Cannot, Need, Sex, Why
from .wire import Alert, AlertWish, Body, Card, Refreshed, Scored, Simulation, Timeline, Vital

if TYPE_CHECKING:
    from .engine import learned
    from .engine.physio import (
        DRUGS,
        Event,
        GlucoseBody,
        GlucoseEvent,
        Patient,
        Person,
        Rest,
        Vitals,
        fit,
        glucose_body,
        simulate,
        simulate_glucose,
    )
    from .service import Twin
    from .service.alerting import Alerts
    from .service.nightly import Nights
    from .store import MIGRATIONS, OWNED

# The physiology comes only to whoever asks for it.
_PHYSIOLOGY = frozenset(
    {
        *("DRUGS", "Event", "GlucoseBody", "GlucoseEvent", "Patient", "Person", "Rest", "Vitals"),
        *("fit", "glucose_body", "simulate", "simulate_glucose"),
    }
)


def __getattr__(name: str) -> object:
    """Bring the service, and with it the whole record, only to whoever asks for it."""
    if name == "Twin":
        from .service import Twin

        return Twin
    if name == "Nights":
        from .service.nightly import Nights

        return Nights
    if name == "Alerts":
        from .service.alerting import Alerts

        return Alerts
    if name == "learned":  # and numpy only to whoever predicts
        return importlib.import_module(".engine.learned", __name__)
    if name in ("MIGRATIONS", "OWNED"):
        from . import store

        return getattr(store, name)
    if name in _PHYSIOLOGY:
        from .engine import physio

        return getattr(physio, name)
    raise AttributeError(name)


__all__ = [
    "DRUGS",
    "MIGRATIONS",
    "OWNED",
    "SCORES",
    "Alert",
    "AlertWish",
    "Alerts",
    "Bedside",
    "Body",
    "Cannot",
    "Card",
    "Egfr",
    "Event",
    "GlucoseBody",
    "GlucoseEvent",
    "Need",
    "News2",
    "Nights",
    "Patient",
    "Person",
    "Prevent",
    "Refreshed",
    "Rest",
    "Score",
    "Scored",
    "Sex",
    "Simulation",
    "Timeline",
    "Twin",
    "Vital",
    "Vitals",
    "Why",
    "answer",
    "ckd_epi_2021",
    "describe",
    "find_score",
    "fit",
    "glucose_body",
    "learned",
    "news2",
    "prevent",
    "simulate",
    "simulate_glucose",
]
