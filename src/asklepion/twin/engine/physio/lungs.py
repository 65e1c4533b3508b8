"""Gas in the lungs and in blood: oxygen, carbon dioxide, nitrogen; nothing is made or lost.

Amounts are mL at standard temperature and pressure, dry. The lungs are one space and a shunt past
it. Where nothing is breathed and the airway is open, what blood takes up is drawn in after it
(apnoeic oxygenation); where it is closed, the lungs shrink (Farmery and Roe, Br J Anaesth
1996;76:284). Carbon dioxide lies in a fast store (blood, brain, viscera) and a slow one (muscle);
sizes after Farhi and Rahn, Anesthesiology 1960;21:604: in apnoea it rises by about 12 mmHg in the
first minute and 3 to 4 in each that follows.
"""

from dataclasses import dataclass

from .blood_gas import (
    CO2_SLOPE,
    co2_content,
    co2_pressure,
    oxygen_content,
    oxygen_pressure,
    saturation,
)

DRY = 713.0  # mmHg: 760 less water vapour
TO_BODY = 760 / DRY * 310 / 273  # from standard to what the lungs hold, dry
AIR = 0.2093
STEP_S = 0.1
ARTERIAL_SHARE = 0.20  # of blood
FAST_PER_KG, SLOW_PER_KG = 0.30, 1.3  # mL carbon dioxide for each mmHg and kg, blood not counted
MUSCLE_FLOW_SHARE = 0.17
LEAST_CONTENT = 0.010  # mL/mL in mixed blood: below it tissues get half of what they ask for


@dataclass(kw_only=True)
class Airway:
    """How gas comes to the lungs.

    Args:
        inspired: share of oxygen.
        ventilation: fresh gas that reaches the lungs' gas space [mL/s, body temperature].
        is_open: whether gas can be drawn in where nothing is breathed.
    """

    inspired: float = AIR
    ventilation: float = 65.0
    is_open: bool = True


@dataclass(kw_only=True)
class Blood:
    """The blood as it comes to the lungs."""

    flow: float = 85.0  # mL/s
    volume: float = 5000.0  # mL
    haemoglobin: float = 14.0  # g/dL
    celsius: float = 37.0


@dataclass(kw_only=True)
class Gas:
    """What gas there is, where."""

    space: float  # mL (standard) that the lungs hold when at rest
    oxygen: float
    co2: float
    nitrogen: float
    arterial: float  # oxygen content mL/mL
    venous: float
    tissue_co2: float  # mmHg in the fast store, which is mixed venous blood's
    muscle_co2: float
    arterial_co2: float = 40.0
    arterial_oxygen: float = 95.0
    saturation: float = 0.975
    alveolar_co2: float = 40.0
    alveolar_oxygen: float = 100.0
    used: float = 0.0  # mL/min of oxygen, now
    inspired_total: float = 0.0  # books, to show that nothing is lost
    used_total: float = 0.0
    made_co2: float = 0.0
    expired_co2: float = 0.0
    shunt: float = 0.03
    fast_ml_mmhg: float = 25.0
    slow_ml_mmhg: float = 90.0

    def oxygen_held(self, blood: Blood) -> float:
        """All the oxygen in lungs and blood [mL]."""
        arteries = blood.volume * ARTERIAL_SHARE
        return self.oxygen + arteries * self.arterial + (blood.volume - arteries) * self.venous

    def step(self, air: Airway, blood: Blood, oxygen_wanted: float, co2_made: float) -> None:
        """Go on by 0.1 s.

        Args:
            oxygen_wanted: by the tissues [mL/min].
            co2_made: by the tissues [mL/min].
        """
        self._breathe(air)
        self._meet(air, blood)
        self._use(blood, oxygen_wanted, co2_made)

    def _breathe(self, air: Airway) -> None:
        fresh = air.ventilation / TO_BODY * STEP_S
        whole = self.oxygen + self.co2 + self.nitrogen
        share = min(0.9, fresh / whole)
        out_oxygen, out_co2 = self.oxygen * share, self.co2 * share
        taken = whole * share
        self.inspired_total += taken * air.inspired - out_oxygen
        self.expired_co2 += out_co2
        self.oxygen += taken * air.inspired - out_oxygen
        self.nitrogen += taken * (1 - air.inspired) - self.nitrogen * share
        self.co2 -= out_co2

    def _meet(self, air: Airway, blood: Blood) -> None:
        """Let the blood that passes take oxygen and give carbon dioxide."""
        whole = self.oxygen + self.co2 + self.nitrogen
        self.alveolar_oxygen = DRY * self.oxygen / whole
        self.alveolar_co2 = DRY * self.co2 / whole
        passed = blood.flow * STEP_S
        if passed > 0:
            through = passed * (1 - self.shunt)
            # As if the lungs' gas met it halfway: no step overshoots.
            given = CO2_SLOPE * (self.tissue_co2 - self.alveolar_co2) * through
            given /= 1 + CO2_SLOPE * through * DRY / whole
            hb, warm = blood.haemoglobin, blood.celsius
            end = oxygen_content(self.alveolar_oxygen, self.alveolar_co2, hb, warm)
            taken = min((end - self.venous) * through, 0.5 * self.oxygen)
            self.oxygen -= taken
            self.co2 += given
            self._carry(blood, passed, taken, given)
        self._settle(air)

    def _carry(self, blood: Blood, passed: float, taken: float, given: float) -> None:
        arteries, veins = blood.volume * ARTERIAL_SHARE, blood.volume * (1 - ARTERIAL_SHARE)
        came, went = self.venous, self.arterial
        self.arterial += (came + taken / passed - went) * passed / arteries
        self.venous += (went - came) * passed / veins
        left = co2_pressure(co2_content(self.tissue_co2) - given / passed)
        self.arterial_co2 += (left - self.arterial_co2) * min(1.0, passed / arteries)
        self.tissue_co2 -= given / self._fast(blood)

    def _settle(self, air: Airway) -> None:
        whole = self.oxygen + self.co2 + self.nitrogen
        gap = self.space - whole
        if gap > 0:
            if air.is_open:
                self.oxygen += gap * air.inspired
                self.nitrogen += gap * (1 - air.inspired)
                self.inspired_total += gap * air.inspired
            return
        if not air.is_open:
            return
        share = gap / whole
        self.inspired_total += self.oxygen * share
        self.expired_co2 -= self.co2 * share
        self.oxygen += self.oxygen * share
        self.co2 += self.co2 * share
        self.nitrogen += self.nitrogen * share

    def _use(self, blood: Blood, oxygen_wanted: float, co2_made: float) -> None:
        hill = self.venous**3
        met = hill / (hill + LEAST_CONTENT**3) if self.venous > 0 else 0.0
        veins = blood.volume * (1 - ARTERIAL_SHARE)
        used = min(oxygen_wanted / 60 * STEP_S * met, 0.5 * max(0.0, self.venous) * veins)
        self.venous -= used / veins
        self.used = used / STEP_S * 60
        self.used_total += used
        made = co2_made / 60 * STEP_S
        self.made_co2 += made
        drift = MUSCLE_FLOW_SHARE * blood.flow * CO2_SLOPE * STEP_S
        moved = drift * (self.tissue_co2 - self.muscle_co2)
        self.tissue_co2 += (made - moved) / self._fast(blood)
        self.muscle_co2 += moved / self.slow_ml_mmhg
        hb, warm = blood.haemoglobin, blood.celsius
        self.arterial_oxygen = oxygen_pressure(self.arterial, self.arterial_co2, hb, warm)
        self.saturation = saturation(self.arterial_oxygen, self.arterial_co2, warm)

    def _fast(self, blood: Blood) -> float:
        return self.fast_ml_mmhg + blood.volume * CO2_SLOPE
