"""Water between blood and tissue, and what is bled and infused.

Crystalloid leaves blood as volume kinetics found (Hahn, Anesthesiology 2010;113:470: after half an
hour some 25 to 30 % is still there; half of the way takes 8 minutes) (m). After a loss, tissue
gives back what is missing at 0.6 % a minute (Riddez, J Trauma 1998;45:95: 450 to 900 mL drawn,
refilled at some 4 to 7 mL/min at first) (m). No water is made: what leaves one place is in the
other or in the urine.
"""

from dataclasses import dataclass

TO_TISSUE, BACK, TO_URINE = 0.060 / 60, 0.024 / 60, 0.0030 / 60  # each second
REFILL = 0.006 / 60
REFILL_MOST = 0.30  # of her blood: tissue gives no more
LEAST_LEFT = 0.25  # of her blood: what is left cannot be bled out
BANKED_HB = 19.0  # g/dL of packed red cells


@dataclass
class Fluids:
    """What was lost and given.

    Args:
        at_rest_ml: her blood at rest.
        cells_g: haemoglobin in all of it.
    """

    at_rest_ml: float
    cells_g: float
    extra: float = 0.0  # crystalloid that is in the blood
    tissue: float = 0.0  # crystalloid that has left it
    urine: float = 0.0
    refilled: float = 0.0
    bled: float = 0.0
    infused: float = 0.0
    transfused: float = 0.0

    def step(
        self, blood_ml: float, dt: float, crystalloid: float, blood: float, loss: float
    ) -> float:
        """Go on by `dt`, and give the blood's change [mL].

        Args:
            crystalloid: infused [mL/s].
            blood: packed cells infused [mL/s].
            loss: bled [mL/s].
        """
        lost = min(loss * dt, max(0.0, blood_ml - LEAST_LEFT * self.at_rest_ml))
        share = lost / blood_ml
        self.cells_g *= 1 - share
        gone = self.extra * share
        out = max(0.0, self.extra) * TO_TISSUE * dt
        back = self.tissue * BACK * dt
        urine = max(0.0, self.extra) * TO_URINE * dt
        self.extra += crystalloid * dt - gone - out + back - urine
        self.tissue += out - back
        self.urine += urine
        missing = self.at_rest_ml - (blood_ml - self.extra)
        refill = 0.0
        if missing > 0 and self.refilled < REFILL_MOST * self.at_rest_ml:
            refill = missing * REFILL * dt
        self.refilled += refill
        self.bled += lost
        self.infused += crystalloid * dt
        self.transfused += blood * dt
        self.cells_g += blood * dt * BANKED_HB / 100
        return crystalloid * dt + blood * dt + refill + back - out - urine - lost

    def balance(self, blood_ml: float) -> float:
        """What the books miss [mL]: 0."""
        came = self.infused + self.transfused + self.refilled
        gone = self.bled + self.tissue + self.urine
        return blood_ml - (self.at_rest_ml + came - gone)
