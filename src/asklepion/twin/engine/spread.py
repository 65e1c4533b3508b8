"""How far a measured value may lie from the truth: what standards and regulators allow.

Where two limits are given, the larger one counts. Sources:
pressure: ISO 81060-2, standard deviation of at most 8 mmHg; heart rate: IEC 60601-2-27, 10 % or
5 /min; saturation: FDA guidance on pulse oximeters (2013), 3 % root mean square; temperature:
ISO 80601-2-56, 0.3 degrees; breathing: counted for half a minute, one breath more or less;
blood tests: 42 CFR 493.931 and 493.941, limits of proficiency testing in force since 2025; albumin
in urine: Laboratory Working Group of the NKDEP, total error of 24 %; body mass index: half a
kilogram and a centimetre. An eGFR from elsewhere has the error of its creatinine, multiplied by the
slope of 1.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The largest error that is allowed, in the unit of the measure and as a share of it."""

    absolute: float = 0.0
    share: float = 0.0

    def around(self, value: float) -> tuple[float, float]:
        """Where the truth may lie."""
        error = max(self.absolute, self.share * abs(value))
        return value - error, value + error


SPREADS: Mapping[str, Spread] = {
    "respiratory_rate": Spread(absolute=2),
    "spo2": Spread(absolute=3),
    "sbp": Spread(absolute=8),
    "heart_rate": Spread(absolute=5, share=0.10),
    "temperature_c": Spread(absolute=0.3),
    "creatinine": Spread(absolute=0.2, share=0.10),
    "total_c": Spread(share=0.10),
    "hdl_c": Spread(absolute=6, share=0.20),
    "hba1c": Spread(share=0.08),
    "uacr": Spread(share=0.24),
    "egfr": Spread(share=0.12),
    "bmi": Spread(share=0.02),
    "ast": Spread(absolute=6, share=0.15),
    "alt": Spread(absolute=6, share=0.15),
    "bilirubin": Spread(absolute=0.4, share=0.20),
    "albumin": Spread(share=0.08),
    "sodium": Spread(absolute=4),
    "urea": Spread(absolute=2 / 2.8, share=0.09),
    "haemoglobin": Spread(share=0.04),
    "platelets": Spread(share=0.25),
    "inr": Spread(share=0.15),
}
