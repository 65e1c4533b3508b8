"""How blood carries oxygen and carbon dioxide.

Saturation: Severinghaus, J Appl Physiol 1979;46:599, with the Bohr shift of Kelman 1966 (0.40 for
each unit of pH) and 0.024 for each degree. Contents: 1.36 mL of oxygen for each gram of
haemoglobin and 0.0031 mL/dL/mmHg dissolved. Carbon dioxide: a straight line through 48 mL/dL at
40 mmHg with 0.65 mL/dL/mmHg, which is the whole blood's slope with the Haldane effect (m).
"""

from math import log10

PER_GRAM = 1.36  # mL oxygen
DISSOLVED = 0.000031  # mL/mL/mmHg
CO2_AT_0 = 0.22  # mL/mL
CO2_SLOPE = 0.0065  # mL/mL/mmHg
BICARBONATE = 24.5  # mmol/L at 40 mmHg: pH 7.40
PER_10_ACUTE = 1.0  # mmol/L more for each 10 mmHg, acutely (m)


def ph_of(co2: float) -> float:
    """pH at a pressure of carbon dioxide [mmHg], kidneys not yet having answered."""
    co2 = max(co2, 5.0)
    bicarbonate = BICARBONATE + PER_10_ACUTE * (co2 - 40) / 10
    return 6.1 + log10(bicarbonate / (0.0307 * co2))


def _shift(co2: float, celsius: float) -> float:
    return 10 ** (0.40 * (ph_of(co2) - 7.4) - 0.024 * (celsius - 37))


def _bound(p: float) -> float:
    cubed = p * p * p + 150 * p
    return cubed / (cubed + 23400)


def saturation(oxygen: float, co2: float = 40.0, celsius: float = 37.0) -> float:
    """Share of haemoglobin that carries oxygen, 0 to 1, at these pressures [mmHg]."""
    return 0.0 if oxygen <= 0 else _bound(oxygen * _shift(co2, celsius))


def oxygen_content(oxygen: float, co2: float, haemoglobin: float, celsius: float = 37.0) -> float:
    """Oxygen [mL/mL blood] at these pressures [mmHg] and haemoglobin [g/dL]."""
    carried = PER_GRAM * haemoglobin / 100 * saturation(oxygen, co2, celsius)
    return carried + DISSOLVED * max(0.0, oxygen)


def oxygen_pressure(content: float, co2: float, haemoglobin: float, celsius: float = 37.0) -> float:
    """The pressure [mmHg] at which blood holds so much oxygen [mL/mL]: 30 halvings of 0 to 700."""
    shift, most = _shift(co2, celsius), PER_GRAM * haemoglobin / 100
    low, high = 0.0, 700.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        p = middle * shift
        cubed = p * p * p + 150 * p
        if most * cubed / (cubed + 23400) + DISSOLVED * middle < content:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def co2_content(co2: float) -> float:
    """Carbon dioxide [mL/mL blood] at this pressure [mmHg]."""
    return CO2_AT_0 + CO2_SLOPE * co2


def co2_pressure(content: float) -> float:
    """The pressure of carbon dioxide [mmHg] of blood that holds so much [mL/mL]."""
    return (content - CO2_AT_0) / CO2_SLOPE
