"""Twin: what a patient's own record says about her body, and what may follow from it.

Promises: every number comes as a card with its inputs, horizon, interval, source and limits;
what cannot be told says what it needs. The three equations are plain functions:

    news2(respiratory_rate=18, spo2=98, supplemental_o2=False, sbp=120, heart_rate=72,
          acvpu="A", temperature_c=36.8)
    ckd_epi_2021(creatinine=1.1, creatinine_unit="mg/dL", age=50, sex="female")
    prevent(age=50, sex="female", sbp=160, bp_tx=True, total_c=200, hdl_c=45, statin=False,
            dm=True, smoking=False, egfr=90, bmi=35, horizon_years=10)

Each returns its result, or `Cannot` with every need, and never raises on a value.
Never: reads a record past a decision of `records`; gives a number without its card.
"""

from .engine.ckd_epi import Egfr, ckd_epi_2021
from .engine.news2 import News2, news2
from .engine.prevent import Prevent, prevent
from .model import Bedside, Cannot, Need, Sex, Why
from .service import Twin
from .wire import Body, Card, Timeline, Vital

__all__ = [
    "Bedside",
    "Body",
    "Cannot",
    "Card",
    "Egfr",
    "Need",
    "News2",
    "Prevent",
    "Sex",
    "Timeline",
    "Twin",
    "Vital",
    "Why",
    "ckd_epi_2021",
    "news2",
    "prevent",
]
