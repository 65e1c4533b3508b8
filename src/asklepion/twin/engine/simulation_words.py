"""Every key of the catalogues that a simulation sends."""

from .physio.drugs import DRUGS
from .physio.events import KINDS
from .physio.glucose import KINDS as GLUCOSE_KINDS
from .physio.simulate import CURVES

SIMULATION = "twin.simulation."
GLUCOSE_CURVES = {"glucose": 0, "insulin": 0}
LIMITS = (
    *("mechanistic", "medicines", "pregnancy_unknown", "usual", "output_unmeasured"),
    *("no_glucagon", "no_temperature", "type_unknown", "healthy_heart", "not_fasting"),
)

SIMULATION_KEYS: frozenset[str] = frozenset(
    f"{SIMULATION}{key}"
    for key in (
        *("label", "calibrated"),
        *(f"pulse.{how}" for how in ("resting", "low", "latest", "told")),
        *(f"curve.{key}" for key in (*CURVES, *GLUCOSE_CURVES)),
        *(f"limit.{name}" for name in LIMITS),
        *(f"event.{kind}" for kind in {*KINDS, *GLUCOSE_KINDS}),
        *(f"drug.{drug}" for drug in DRUGS),
    )
) | {"twin.input.height_cm"}
