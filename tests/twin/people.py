"""Invented people for whom PREVENT was made, drawn at random."""

from typing import Any

from hypothesis import strategies as st

from asklepion.twin.engine.prevent import Factors
from asklepion.twin.model import Sex

PEOPLE = st.builds(
    Factors,
    age=st.integers(30, 79).map(float),
    sex=st.sampled_from(list(Sex)),
    sbp=st.floats(90, 200),
    total_c=st.floats(130, 320),
    hdl_c=st.floats(20, 100),
    egfr=st.floats(15, 140),
    bmi=st.floats(18.5, 39.9),
    bp_tx=st.booleans(),
    statin=st.booleans(),
    dm=st.booleans(),
    smoking=st.booleans(),
    hba1c=st.none() | st.floats(4, 12),
)


def somebody(**more: Any) -> Factors:
    """A man of 58 who smokes, with high pressure and cholesterol."""
    of: dict[str, Any] = {
        "age": 58.0,
        "sex": Sex.MALE,
        "sbp": 152.0,
        "total_c": 240.0,
        "hdl_c": 42.0,
        "egfr": 84.0,
        "bmi": 31.0,
        "bp_tx": False,
        "statin": False,
        "dm": False,
        "smoking": True,
    }
    return Factors(**(of | more))
